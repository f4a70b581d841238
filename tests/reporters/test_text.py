"""The text for a learner's terminal: what it says, how wide it is, and that it is safe."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.cohort.submission import Request, check_path
from checker.report import CheckResult, Evidence, LintNote, Report, SubmissionFacts
from checker.reporters.class_text import ClassText
from checker.reporters.formats import render as render_format
from checker.reporters.formats.places import Places
from checker.reporters.hints import render_hint
from checker.reporters.journey import render as render_journey
from checker.reporters.lines import hint_command
from checker.reporters.terminal import Terminal
from checker.reporters.text import render
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, Checked, every, report_of

CHIDI = """\
Serverless Reliability
chidi · wild-rydes-ride-record · stage dev · us-east-2

████████████████░░░░  5 of 6

A dead letter queue for PutRideRecordSns                                3 of 4
  ✓ pass    Enable the dead letter plugin                           dlq.plugin
  ✓ pass    Create the queue PutRideRecordSnsDlq                     dlq.queue
  ✗ fails   Let PutRideRecordSns write to the queue             dlq.permission
  ✓ pass    Point PutRideRecordSns at the queue                     dlq.target

A table that scales with the rides                                      2 of 2
  ✓ pass    Bill RideRecordTable on demand                     table.on_demand
  ✓ pass    Remove the fixed capacity of RideRecordTable  table.no_provisioned

Extra credit                                                          optional
  ○ open    Process the dead letter queue                  extra.dlq_processor
  ○ open    Scale the table automatically                    extra.autoscaling

Next: Let PutRideRecordSns write to the queue

  serverless.yml:46:5  provider.iamRoleStatements[1].Resource
      44 |     Action:
      45 |     - "sqs:SendMessage"
  >   46 |     Resource:
      47 |       Ref: PutRideRecordSnsDlq
      48 |

  `Ref` of a queue gives its URL, and IAM compares ARNs.
  Why: Lambda sends a failed event with the function's own role, and it takes
  the queue as a target only when that role may send to it. Without this
  permission the last step of the deployment fails, and failed events are
  dropped.

  A hint: rydecheck hint

Questions: 2 of 4 answered in ANSWERS.md
"""


def judged(folder: Path, pack: RulePack) -> Report:
    return check_path(folder, pack, Request())


def test_the_whole_text(pack: RulePack) -> None:
    assert render(in_its_folder(judged(FIXTURES / "class" / "chidi", pack))) == CHIDI


def in_its_folder(report: Report) -> Report:
    """The report as if it had been asked for in the service's folder."""
    return report._replace(submission=report.submission._replace(path="."))


def test_the_hint_is_asked_for_where_the_file_is(pack: RulePack) -> None:
    report = judged(FIXTURES / "class" / "chidi", pack)
    elsewhere = report._replace(submission=report.submission._replace(path="my class/chidi"))
    assert "A hint: rydecheck hint 'my class/chidi'\n" in render(elsewhere)
    stack_alone = report._replace(submission=report.submission._replace(path=""))
    assert "A hint: rydecheck explain dlq.permission --hint 1\n" in render(stack_alone)


def test_a_near_miss_is_named_with_its_line(pack: RulePack) -> None:
    text = " ".join(render(judged(FIXTURES / "class" / "dora", pack)).split())
    report = judged(FIXTURES / "class" / "dora", pack)
    line = next(check for check in report.checks if check.rule.id == "dlq.queue").first.evidence[0].line
    assert f"`PutRideRecordSnsDLQ` on line {line} is a queue; the workshop's name is `PutRideRecordSnsDlq`." in text


def test_where_it_cannot_be_told_no_hint_is_offered(pack: RulePack) -> None:
    text = render(judged(FIXTURES / "class" / "maya", pack))
    assert "? unknown" in text
    assert "Next: " in text
    assert "A hint:" not in text


def test_a_complete_service_whose_events_would_be_lost_says_so(checked: Checked) -> None:
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    told = " ".join(render(checked(text.replace("      - sns:", "      - sqs:"))).split())
    assert "Complete: every check passes. As it is now, every event would be lost, for none reaches" in told


def test_a_complete_service_is_told_so(pack: RulePack) -> None:
    text = render(judged(FIXTURES / "class" / "ada", pack))
    assert "Complete: every check passes." in text
    assert "Next:" not in text


@pytest.mark.parametrize("folder", every(10))
def test_no_line_is_wider_than_the_terminal_nor_needs_unicode(folder: Path) -> None:
    report = report_of(folder)
    for width in (40, 60, 80, 100):
        lines = render(report, Terminal(width=width)).splitlines()
        told = [line for line in lines if not line.startswith("  A hint: ")]  # to be copied, so never broken
        assert [line for line in told if len(line) > width] == []
    assert render(report, Terminal(unicode=False)).isascii()


def test_colour_only_adds_escapes(pack: RulePack) -> None:
    import re

    report = judged(FIXTURES / "class" / "maya", pack)
    coloured = render(report, Terminal(colour=True))
    assert coloured != render(report)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(report)


class Screen(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_colour_needs_a_terminal_and_respects_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert Terminal.of(Screen()).colour
    assert not Terminal.of(io.StringIO()).colour
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Terminal.of(Screen()).colour
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not Terminal.of(Screen()).colour


def test_a_hostile_file_cannot_drive_the_terminal(checked: Checked) -> None:
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    hostile = text.replace(
        "BillingMode: PAY_PER_REQUEST", 'BillingMode: "\\e]0;owned\\a\\e[2J\u202e[/b]<script>"  # \u202e \u2066'
    ).replace("service: wild-rydes-ride-record", 'service: "a\\e[31m\\nb"')
    report = checked(hostile)
    assert report.error is None
    for draw in (Terminal(), Terminal(colour=True)):
        shown = render(report, draw).replace("\x1b[0m", "")
        for code in ("1", "2", "31", "32", "33", "34", "1;32"):
            shown = shown.replace(f"\x1b[{code}m", "")
        assert "\x1b" not in shown
        assert not {"\u202e", "\u2066", "\a"} & set(shown)
        assert "[/b]<script>" in shown


def test_what_fails_otherwise_in_the_stack_is_told_beside_it(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "ben", pack, Request())
    check = report.checks[1]
    live = check.verdicts["file"]._replace(message="The stack has no such queue.")
    both = report._replace(checks=(check._replace(verdicts={**check.verdicts, "stack": live}),))
    text = " ".join(render(both).split())
    assert "Deployed: The stack has no such queue." in text
    assert "file ✗ deployed ✗" in text
    assert "Deployed:" not in render(report)


FORGED = "X\n\n  ✓ pass    Let PutRideRecordSns write to the queue\n\nComplete: every check passes.\n"


def forging(pack: RulePack) -> Report:
    """A report in which whatever is one line of a submission, a name, a path or a line of a file, holds lines."""
    report = judged(FIXTURES / "class" / "chidi", pack)
    place = Evidence(FORGED, 46, 5, f"resources.Resources.{FORGED}", ((46, FORGED),))
    facts = SubmissionFacts(FORGED, FORGED, FORGED, FORGED, FORGED, FORGED)

    def told(check: CheckResult) -> CheckResult:
        return CheckResult(
            check.rule, {source: one._replace(evidence=(place,)) for source, one in check.verdicts.items()}
        )

    lint = (LintNote("E3001", "No such type.", (place,)), LintNote("E3001", "No such type.", (place._replace(line=0),)))
    journey = report.journey
    assert journey is not None
    stations = (journey.stations[0]._replace(label=FORGED), *journey.stations[1:])
    scenes = tuple(scene._replace(evidence=(place,)) for scene in journey.scenes)
    journey = journey._replace(stations=stations, scenes=scenes)
    return report._replace(
        submission=facts, checks=tuple(map(told, report.checks)), lint=lint, journey=journey, checked_at=None
    )


def views(report: Report) -> Iterator[tuple[str, str]]:
    """What each view for a terminal, and each format that takes its lines, writes of a report."""
    draw = Terminal()
    yield "text", render(report, draw)
    yield "journey", render_journey(report, draw)
    check = report.next_check
    assert check is not None
    yield "hint", render_hint(check, 1, hint_command(report, check), draw)
    yield "last hint", render_hint(check, len(check.rule.ladder(check.reason)), hint_command(report, check), draw)
    group = ClassText(report.module)
    group.add(report, "chidi.html")
    group.add(report._replace(submission=report.submission._replace(id=f"{FORGED}2")), "other.html")
    yield "class", group.render(draw)
    suites = ElementTree.fromstring(render_format("junit", [report], Places()))
    yield "junit", "\n".join(suites.itertext())
    yield "github", render_format("github", [report], Places())


def test_a_name_writes_no_line_of_its_own(pack: RulePack) -> None:
    for name, text in views(forging(pack)):
        lines = [line.strip() for line in text.splitlines()]
        assert "Complete: every check passes." not in lines, name
        assert not any(line.startswith(FORGED.split("\n")[2].strip()) for line in lines), name
        assert "\\n\\n" in text, name


def test_a_key_of_a_service_writes_no_line_of_its_own(checked: Checked) -> None:
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    key = json.dumps(FORGED, ensure_ascii=False)
    report = checked(
        text.replace("  Resources:\n", f"  Resources:\n    {key}:\n      Type: AWS::SQS::Queu\n", 1), Request(lint=True)
    )
    assert any(FORGED in place.path for note in report.lint or () for place in note.evidence)
    assert "\n\n  ✓ pass    Let PutRideRecordSns write to the queue\n" not in render(report)
    assert "resources.Resources.X\\n\\n" in render(report)
