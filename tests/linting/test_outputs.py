"""Where a lint is asked for, and how it is told: in the terminal, as JSON, on the page, and for a class."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from checker.cli import main
from checker.cohort.executors import here
from checker.cohort.grading import Run, Task, Views, carried, fingerprint, grade_submission
from checker.cohort.marks import Marks
from checker.cohort.submission import Request, Submission, check_path
from checker.cohort.time_limit import SECONDS
from checker.errors import UsageError
from checker.linting.words import lint_words
from checker.modules import ModuleFiles
from checker.report import NOT_LINTED, LintNote, Report
from checker.reporters.html import render as render_html
from checker.reporters.json import document, parse_record, record
from checker.reporters.terminal import Terminal
from checker.reporters.text import render as render_text
from checker.rulepack import RulePack, load_pack
from tests.conftest import FIXTURES
from tests.reporters.test_json import without_facts

FARAH, OMAR, ANSWER = FIXTURES / "class" / "farah", FIXTURES / "class" / "omar", FIXTURES / "service" / "answer"
SAID = "`RideRecordTable` is on demand and keeps a `ProvisionedThroughput`."
TEXT = """\

Would break the deployment
  serverless.yml:84:9  resources.Resources.RideRecordTable.Properties.Provisio…
  >   84 |         ProvisionedThroughput:
    `RideRecordTable` is on demand and keeps a `ProvisionedThroughput`.
    CloudFormation refuses the two together: remove the throughput.

Next: Remove the fixed capacity of RideRecordTable
"""


@pytest.fixture(scope="module")
def farah() -> Report:
    return check_path(FARAH, load_pack("reliability"), Request(lint=True))


def test_the_terminal_tells_it_between_the_checks_and_the_next_step(farah: Report) -> None:
    assert TEXT in render_text(farah)
    assert render_text(farah).replace(TEXT.partition("Next")[0], "\n") == render_text(farah._replace(lint=None))


def test_a_terminal_of_few_characters_gets_it_too(farah: Report) -> None:
    text = render_text(farah, Terminal(unicode=False, width=60))
    assert text.isascii()
    # A command to copy stays whole, and this one names the folder that the tests lie in.
    told = [line for line in text.splitlines() if "rydecheck hint" not in line]
    assert max(map(len, told)) <= 60


def test_a_lint_that_did_not_end_is_no_break(farah: Report) -> None:
    open_ended = farah._replace(lint=(LintNote(NOT_LINTED, lint_words().say["not_linted"]),))
    for told in (render_text(open_ended), render_html(open_ended)):
        assert "would break its deployment" in told.replace("\n  ", " ")
        assert "Would break the deployment" not in told


def test_a_lint_changes_no_outcome_and_no_score(farah: Report, pack: RulePack) -> None:
    without = check_path(FARAH, pack, Request())
    assert farah._replace(lint=None) == without
    assert (farah.score, farah.status, farah.next_check) == (without.score, without.status, without.next_check)


def test_json_has_it_only_where_it_was_asked_for(farah: Report) -> None:
    told = document(farah)
    assert list(told)[-1] == "lint"
    assert told["lint"] == [
        {
            "code": "E3638",
            "message": f"{SAID} CloudFormation refuses the two together: remove the throughput.",
            "evidence": [
                {
                    "file": "serverless.yml",
                    "line": 84,
                    "column": 9,
                    "path": "resources.Resources.RideRecordTable.Properties.ProvisionedThroughput",
                }
            ],
        }
    ]
    del told["lint"]
    assert told == document(farah._replace(lint=None))
    assert document(farah._replace(lint=()))["lint"] == []


@pytest.mark.parametrize("lint", [None, (), (LintNote("more", "And 3 more."),)])
def test_a_record_gives_it_again(lint: Any, farah: Report, pack: RulePack) -> None:
    for report in (farah, farah._replace(lint=lint)):
        told = json.loads(json.dumps(record(report)))
        assert parse_record(told, pack) == without_facts(report)


@pytest.mark.parametrize("lint", ["text", [7], [{"code": 1, "message": "", "evidence": []}], [{"code": "E1"}], 7])
def test_a_record_changed_by_hand_is_refused(lint: Any, farah: Report, pack: RulePack) -> None:
    with pytest.raises(UsageError, match="no result"):
        parse_record({**json.loads(json.dumps(record(farah))), "lint": lint}, pack)


def test_the_page_shows_the_line(farah: Report) -> None:
    page = render_html(farah)
    assert "Would break the deployment</h2>" in page
    section = page.partition('<section class="step lint"')[2].partition("</section>")[0]
    assert '<code class="reason">E3638</code>' in section
    assert "▸" in section
    assert "ProvisionedThroughput:" in section


@pytest.mark.parametrize("lint", [None, ()])
def test_the_page_has_no_section_and_no_style_where_nothing_is_to_say(lint: Any, farah: Report) -> None:
    page = render_html(farah._replace(lint=lint))
    assert "deployment</h2>" not in page
    assert ".lint" not in page


Check = Callable[..., tuple[int, str, str]]


@pytest.fixture
def check(capsys: pytest.CaptureFixture[str]) -> Check:
    def run(*arguments: object) -> tuple[int, str, str]:
        status = main([str(argument) for argument in arguments])
        seen = capsys.readouterr()
        return status, seen.out, seen.err

    return run


@pytest.mark.parametrize(
    ("arguments", "linted"),
    [
        ([], False),
        (["--lint"], True),
        (["--no-lint"], False),
        (["--format", "json"], False),
        (["--format", "json", "--lint"], True),
        (["--format", "html"], True),
        (["--format", "html", "--lint"], True),
        (["--format", "html", "--no-lint"], False),
    ],
)
def test_the_format_decides_unless_it_is_said(arguments: list[str], linted: bool, check: Check) -> None:
    status, out, complaint = check("check", FARAH, *arguments)
    assert (status, complaint) == (1, "")
    assert ("E3638" in out or "Would break the deployment" in out) == linted


def test_nothing_to_say_changes_nothing_in_the_terminal(check: Check) -> None:
    assert check("check", ANSWER, "--lint") == check("check", ANSWER)


@pytest.mark.parametrize("arguments", [["--lint", "--no-lint"], ["--stack", "rides-dev", "--lint"]])
def test_what_makes_no_sense_is_told(arguments: list[str], check: Check) -> None:
    status, out, complaint = check("check", *arguments)
    assert (status, out) == (2, "")
    assert "lint" in complaint
    assert complaint.count("\n") == 1


@pytest.mark.slow
@pytest.mark.parametrize("asked", [False, True])
def test_a_class_is_linted_when_asked_for(asked: bool, check: Check, tmp_path: Path) -> None:
    options = ["--lint"] if asked else []
    status, _, complaint = check("grade", FARAH, OMAR, "--out", tmp_path, "--executor", "thread", *options)
    assert (status, complaint) == (0, "")
    lines = (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found = {one["submission"]["id"]: [note["code"] for note in one.get("lint", ())] for one in map(json.loads, lines)}
    assert found == ({"farah": ["E3638"], "omar": ["E3030", "E6002", "E6001"]} if asked else {"farah": [], "omar": []})
    for name in found:
        page = (tmp_path / "attendees" / f"{name}.html").read_text(encoding="utf-8")
        assert ("Would break the deployment" in page) == asked
    before = (tmp_path / "attendees" / "omar.html").read_bytes()
    (tmp_path / "attendees" / "omar.html").unlink()
    assert check("report", tmp_path / "results.jsonl", "--out", tmp_path)[0] == 0
    assert (tmp_path / "attendees" / "omar.html").read_bytes() == before


AT = datetime(2026, 3, 2, 12, 0, tzinfo=timezone.utc)
RUN = Run(ModuleFiles("reliability"), Request(lint=True), AT, Views(record, partial(render_html)), Marks.none())


def test_a_result_depends_on_the_version_of_cfn_lint(monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = carried([Submission(id="farah", path="farah", folder=str(FARAH))])
    plain = RUN._replace(request=Request())
    before, before_plain = fingerprint(one, RUN), fingerprint(one, plain)
    monkeypatch.setattr("checker.cohort.grading._linter", lambda: "0.0.0")
    assert fingerprint(one, RUN) != before
    assert fingerprint(one, plain) == before_plain


def test_a_task_has_time_for_its_lint() -> None:
    (one,) = carried([Submission(id="farah", path="farah", folder=str(FARAH))])
    tasks = [Task(one, run, "", ()) for run in (RUN, RUN._replace(request=Request()))]
    assert tasks[0].seconds - tasks[1].seconds == SECONDS
    ((_, outcome),) = here(grade_submission, tasks[:1])
    assert not isinstance(outcome, Exception)
    assert [note["code"] for note in json.loads(outcome.line)["lint"]] == ["E3638"]
