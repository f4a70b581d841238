"""Hostile submissions: each gets a verdict or a clear error within its bounds, and takes no time to speak of."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from checker.cohort import submission
from checker.cohort.submission import Request, check_path
from checker.cohort.time_limit import time_limit
from checker.errors import CheckError
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, REPOSITORY

ANSWER = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
SECONDS = 5.0  # half of what a submission may take; each of these takes a fraction on any machine


def in_functions(text: str) -> str:
    return ANSWER.replace("functions:\n", f"functions:\n{text}", 1)


def in_statements(text: str) -> str:
    return ANSWER.replace("  iamRoleStatements:\n", f"  iamRoleStatements:\n{text}", 1)


def in_resources(text: str) -> str:
    return ANSWER.replace("  Resources:\n", f"  Resources:\n{text}", 1)


STATEMENT = "    - {Effect: Allow, Action: 'sqs:*', Resource: '****a'}\n"
SQS_EVENT = "events: [{sqs: {arn: !GetAtt PutRideRecordSnsDlq.Arn}}]"

HOSTILE = {
    "brackets without end": "a: " + "[" * 500_000,
    "braces without end": "a: " + "{b: " * 200_000,
    "texts that double": ANSWER
    + "\nx0: aaaaaaaaaaaaaaaa\n"
    + "".join(f"x{i}: ${{self:x{i - 1}}}${{self:x{i - 1}}}\n" for i in range(1, 40)),
    "mappings that double": ANSWER
    + "\ny0: {a: 1}\n"
    + "".join(f"y{i}: {{a: '${{self:y{i - 1}}}', b: '${{self:y{i - 1}}}'}}\n" for i in range(1, 40)),
    "a large text used often": ANSWER
    + "\ncustom2:\n  a0: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
    + "".join(f"  a{i}: ${{self:custom2.a{i - 1}}}${{self:custom2.a{i - 1}}}\n" for i in range(1, 14))
    + "  all:\n"
    + "".join(f"    - ${{self:custom2.a13}}{i}\n" for i in range(600)),
    "a chain of variables": ANSWER + "\nz0: a\n" + "".join(f"z{i}: ${{self:z{i - 1}}}\n" for i in range(1, 20_000)),
    "a chain backwards": ANSWER + "\n" + "".join(f"z{i}: ${{self:z{i - 1}}}\n" for i in range(20_000, 0, -1)),
    "variables that open only": ANSWER + "\nq: '" + "${self:" * 100_000 + "'\n",
    "brackets in variables": ANSWER + "\nq: '" + "${a(" * 100_000 + "'\n",
    "quotes in a variable": ANSWER + '\nq: "${self:a, ' + "'" * 500_000 + '}"\n',
    "many defaults": ANSWER + '\nq: "${self:' + "a,self:" * 120_000 + 'b}"\n',
    "many functions": in_functions("".join(f"  F{i}: {{handler: a, role: R}}\n" for i in range(15_000))),
    "functions and statements": in_statements(STATEMENT * 1_500).replace(
        "functions:\n", "functions:\n" + "".join(f"  F{i}: {{handler: a, {SQS_EVENT}}}\n" for i in range(1_500)), 1
    ),
    "functions with statements that inherit": in_statements(STATEMENT * 300)
    .replace("functions:\n", "functions:\n" + "".join(f"  F{i}: {{iamRoleStatements: []}}\n" for i in range(300)), 1)
    .replace("plugins:\n", "plugins:\n  - serverless-iam-roles-per-function\n"),
    "near names": in_resources(
        "".join(f"    PutRideRecordSnsDlr{i}: {{Type: 'AWS::SQS::Queue'}}\n" for i in range(15_000))
    ).replace("    PutRideRecordSnsDlq:", "    Other:"),
    "wildcards in a resource": in_statements(
        ("    - {Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:" + "*a" * 900 + "'}\n") * 100
    ).replace("- PutRideRecordSnsDlq", "- Other"),
    "wildcards and a long name": in_statements(
        "    - {Effect: Allow, Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:*:*:" + "*a" * 300 + "b'}\n"
    )
    .replace(
        "    PutRideRecordSnsDlq:\n", "    PutRideRecordSnsDlq:\n      Properties: {QueueName: " + "a" * 5_000 + "}\n"
    )
    .replace("- PutRideRecordSnsDlq", "- Other"),
    "wildcards in an action": in_statements(
        "    - {Effect: Allow, Action: '" + "*a" * 300_000 + "', Resource: '*'}\n"
    ).replace("- PutRideRecordSnsDlq", "- Other"),
    "substitutions without end": in_statements(
        "    - {Effect: Allow, Action: 'sqs:SendMessage', Resource: !Sub '" + "${" * 200_000 + "'}\n"
    ),
    "aliases of aliases": "a: &a [l,l,l,l,l,l,l,l,l]\n"
    + "".join(f"{n}: &{n} [{','.join(['*' + chr(ord(n) - 1)] * 9)}]\n" for n in "bcdefgh")
    + ANSWER,
    "merges": "a: &a {"
    + ",".join(f"k{i}: 1" for i in range(300))
    + "}\n"
    + "".join(f"m{i}: {{<<: *a}}\n" for i in range(330))
    + ANSWER,
    "long keys in each other": ANSWER
    + "\n"
    + "".join("  " * i + f"{'k' * 1000}{i}:\n" for i in range(60))
    + "".join("  " * 60 + f"- {i}\n" for i in range(5_000)),
    "nesting of 5,000 levels": "a:\n" + "".join(" " * i + "- \n" for i in range(1, 700)) + ANSWER,
    "a variable in variables, 1,000 deep": ANSWER + "\nq: '" + "${self:" * 1_000 + "a" + "}" * 1_000 + "'\n",
    "tags that build objects": "a: !!python/object/apply:os.system ['true']\n" + ANSWER,
    "characters without a meaning": ANSWER + "\nq: 'a\0b'\n",
    "a file of two mebibytes": ANSWER + "#" * 2 * 1024**2,
    "conditions in each other": ANSWER.replace(
        "BillingMode: PAY_PER_REQUEST", "BillingMode: " + "!If [c, a, " * 45 + "a" + "]" * 45
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_quickly(name: str, tmp_path: Path, pack: RulePack) -> None:
    (tmp_path / "serverless.yml").write_text(HOSTILE[name], encoding="utf-8")
    start = time.process_time()
    report = check_path(tmp_path, pack, Request())
    assert time.process_time() - start < SECONDS
    assert report.error is None or report.error.code in ("too-large", "invalid-yaml", "invalid-config"), report.error


def test_more_files_than_a_submission_may_have(tmp_path: Path, pack: RulePack) -> None:
    for number in range(200):
        (tmp_path / f"{number}.yml").write_text("a: 1\n", encoding="utf-8")
    included = "".join(f"i{number}: ${{file({number}.yml):a}}\n" for number in range(200))
    (tmp_path / "serverless.yml").write_text(f"{ANSWER}\n{included}", encoding="utf-8")
    report = check_path(tmp_path, pack, Request())
    assert report.error is not None
    assert report.error.code == "too-large"
    assert "100 files" in report.error.message


def test_a_broken_encoding_in_an_included_file_is_told(tmp_path: Path, pack: RulePack) -> None:
    text = ANSWER.replace("BillingMode: PAY_PER_REQUEST", "BillingMode: ${file(latin.yml):a}")
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    (tmp_path / "latin.yml").write_bytes(b"a: caf\xe9\n")
    check = next(check for check in check_path(tmp_path, pack, Request()).checks if check.rule.id == "table.on_demand")
    assert check.outcome == "unknown"
    assert "line 1" in check.message


_NEAR_MISS = "1. How does DynamoDB auto-scaling wor{}?\n"  # as costly as a line can be


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "# a" + " " * 100_000 + "b",
        "<!--" * 200_000,
        "```" * 200_000,
        "#" * 500_000,
        "\n" * 1_000_000,
        "#\n" * 500_000,
        "a\n=\n" * 250_000,
        ">" * 1_000_000,
        "> \n" * 300_000,
        "> " * 500_000 + "# qa.how",
        "## qa.how\n" + "> " * 500_000 + "a",
        "## qa.how\n" * 100_000,
        "## qa.how\n" + "A" * 1_000_000,
        "## qa.how\n**" + "A: " * 300_000,
        "## qa.how\nA" + " " * 1_000_000 + "x",
        "## qa.how\n" + "- " * 500_000,
        "Q" + " " * 500_000 + "1" * 400_000,
        "1. " * 300_000,
        "?" * 1_000_000,
        "How does DynamoDB auto-scaling work? \n" * 25_000,
        "".join(_NEAR_MISS.format(number) for number in range(22_000)),
        "".join("# " + _NEAR_MISS.format(number) for number in range(20_000)),
    ],
    ids=lambda text: text[:20].encode("unicode_escape").decode(),
)
def test_hostile_answers_end_quickly(text: str, tmp_path: Path, pack: RulePack) -> None:
    (tmp_path / "serverless.yml").write_text(ANSWER, encoding="utf-8")
    (tmp_path / "ANSWERS.md").write_text(text, encoding="utf-8")
    start = time.process_time()
    assert check_path(tmp_path, pack, Request()).status == "complete"
    assert time.process_time() - start < SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("name", ["a large text used often", "long keys in each other", "mappings that double"])
def test_a_small_hostile_file_takes_no_memory_to_speak_of(name: str, tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(HOSTILE[name], encoding="utf-8")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (400 * 1024**2, 400 * 1024**2))

    command = [sys.executable, "-m", "checker", "check", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, preexec_fn=limit, check=False)
    assert "Traceback" not in ran.stderr
    assert "MemoryError" not in ran.stderr
    assert ran.returncode in (0, 1, 2)


def test_whatever_takes_too_long_is_stopped(tmp_path: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "serverless.yml").write_text(ANSWER, encoding="utf-8")

    def forever(*_: object) -> None:
        while True:
            pass

    def soon() -> object:
        return time_limit(0.2)

    monkeypatch.setattr(submission, "read_service", forever)
    monkeypatch.setattr(submission, "time_limit", soon)
    report = check_path(tmp_path, pack, Request())
    assert report.error is not None
    assert report.error.code == "timeout"


def test_the_timer_is_gone_after_the_block() -> None:
    with time_limit(0.05):
        pass
    time.sleep(0.1)


def test_an_error_in_the_block_stops_the_timer_too() -> None:
    def broken() -> None:
        with time_limit(0.05):
            raise CheckError("internal", "something else.")

    with pytest.raises(CheckError, match="something else"):
        broken()
    time.sleep(0.1)


def test_another_thread_has_no_timer_and_goes_on(tmp_path: Path, pack: RulePack) -> None:
    (tmp_path / "serverless.yml").write_text(ANSWER, encoding="utf-8")
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(check_path, tmp_path, pack, Request()).result().status == "complete"
