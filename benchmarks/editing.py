"""How fast `rydecheck diff`, `hint` and `check --lint` are as whole processes, as ratios to a plain check and to peers.

Pairs run in turn, as in `run.py`. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.run import TEMPLATE, Peer, compare

FIXTURES = Path(__file__).parent.parent / "fixtures"
START = FIXTURES / "service" / "start"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="the folder with cfn-lint")
    parser.add_argument("--pairs", type=int, default=9, help="counted runs of each command (default: %(default)s)")
    asked = parser.parse_args()
    rydecheck = str(Path(sys.executable).parent / "rydecheck")
    check = Peer("rydecheck check", [rydecheck, "check", str(START)], asked.pairs)
    lint = Peer("cfn-lint on a compiled template", [str(asked.peers / "cfn-lint"), str(TEMPLATE)], asked.pairs)
    for name, arguments in (
        ("diff, one check", ["diff", str(START)]),
        ("diff, all six checks", ["diff", "--all", str(START)]),
        ("hint", ["hint", str(START)]),
    ):
        print(f"rydecheck {name}, whole process, against")
        print(compare([rydecheck, *arguments], check))
        print(compare([rydecheck, *arguments], lint))
    print("rydecheck check --lint, whole process, against")
    print(compare([rydecheck, "check", "--lint", str(START)], check))
    print(compare([rydecheck, "check", "--lint", str(START)], lint))


if __name__ == "__main__":
    main()
