"""How fast `rydecheck check` is as a whole process, as ratios to peers run side by side.

Each pair of commands runs in turn, A B A B …, so that a machine whose speed drifts slows both. Medians are printed; the
ratio is the median of the ratios pair by pair. Nothing is asserted: speed depends on the machine, ratios hardly do.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
ANSWER = HERE.parent / "fixtures" / "service" / "answer"
CHECKOV_OPTIONS = ["--file", str(ANSWER / "serverless.yml")]
TEMPLATE = HERE / "answer" / "cloudformation-template-update-stack.json"


LARGE_FUNCTION = """\
  Function{number}:
    handler: handlers/function_{number}.handler
    description: Function number {number} of ${{self:service}}
    memorySize: 256
    timeout: 10
    environment:
      LOG_LEVEL: ${{self:custom.log_level}}
      TABLE: {{Ref: Table{number}}}
      STAGE: ${{self:provider.stage}}
    events:
      - http:
          path: ${{self:custom.sevrice_url_path_base}}/{number}
          method: get
      - sns: ${{self:custom.wild_rydes_sns_topic_arn}}
"""
LARGE_RESOURCE = """\
    Table{number}:
      Type: AWS::DynamoDB::Table
      Properties:
        AttributeDefinitions:
          - AttributeName: ${{self:custom.ddb_table_hash_key}}
            AttributeType: S
          - AttributeName: Number
            AttributeType: N
        KeySchema:
          - AttributeName: ${{self:custom.ddb_table_hash_key}}
            KeyType: HASH
          - AttributeName: Number
            KeyType: RANGE
        BillingMode: PAY_PER_REQUEST
        Tags:
          - Key: stage
            Value: ${{self:provider.stage}}
          - Key: number
            Value: "{number}"
"""


class Run(NamedTuple):
    """Wall time in seconds and peak memory in MiB of one process."""

    seconds: float
    mebibytes: float


class Peer(NamedTuple):
    name: str
    command: list[str]
    pairs: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="the folder with cfn-lint and checkov")
    parser.add_argument("--pairs", type=int, default=9, help="counted runs of each command (default: %(default)s)")
    asked = parser.parse_args()
    ours = [str(Path(sys.executable).parent / "rydecheck"), "check", str(ANSWER)]
    peers = [
        Peer("python -c pass", [sys.executable, "-c", "pass"], asked.pairs),
        Peer("cfn-lint on the compiled template", [str(asked.peers / "cfn-lint"), str(TEMPLATE)], asked.pairs),
        Peer("checkov on the same file", [str(asked.peers / "checkov"), *CHECKOV_OPTIONS], max(3, asked.pairs // 3)),
    ]
    print("rydecheck check fixtures/service/answer, whole process, against")
    for peer in peers:
        print(compare(ours, peer))
    with tempfile.TemporaryDirectory() as folder:
        lines = write_large_service(Path(folder))
        large = Peer(f"rydecheck on a service of {lines} lines", [ours[0], "check", folder], asked.pairs)
        print(compare(ours, large))


def write_large_service(folder: Path) -> int:
    """The answer with 200 functions and 500 resources; returns how many lines that is."""
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    functions = "".join(LARGE_FUNCTION.format(number=number) for number in range(198))
    resources = "".join(LARGE_RESOURCE.format(number=number) for number in range(497))
    text = text.replace("functions:\n", f"functions:\n{functions}", 1)
    text = text.replace("  Resources:\n", f"  Resources:\n{resources}", 1)
    (folder / "serverless.yml").write_text(text, encoding="utf-8")
    return text.count("\n")


def compare(ours: list[str], peer: Peer) -> str:
    measure(ours)
    measure(peer.command)
    pairs = [(measure(ours), measure(peer.command)) for _ in range(peer.pairs)]
    mine, theirs = (statistics.median(pair[side].seconds for pair in pairs) for side in (0, 1))
    ratio = statistics.median(other.seconds / own.seconds for own, other in pairs)
    peak, other_peak = (max(pair[side].mebibytes for pair in pairs) for side in (0, 1))
    return (
        f"  {peer.name:<36} {ratio:6.1f} times as long   "
        f"({theirs:.3f} s to {mine:.3f} s; {other_peak:.0f} MiB to {peak:.0f} MiB)"
    )


def measure(command: list[str]) -> Run:
    """Run a command, its output thrown away. A peer's exit status says what it found, not that it failed."""
    # With byte code kept, as pip leaves it in an installation.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    nothing = os.open(os.devnull, os.O_RDWR)
    start = time.perf_counter()
    process = os.posix_spawn(
        command[0],
        command,
        environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, nothing, stream) for stream in (0, 1, 2)],
    )
    _, _, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    os.close(nothing)
    return Run(seconds, usage.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
