"""What the engine makes of findings: outcomes, renamed resources, replacements, notes and the journey."""

from __future__ import annotations

import itertools

import pytest

from checker.checks.finding import Outcome
from checker.cohort.submission import Request, check_path
from checker.report import CheckResult, Report, combine, excerpt
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, Checked

START = (FIXTURES / "service/start/serverless.yml").read_text(encoding="utf-8")
ANSWER = (FIXTURES / "service/answer/serverless.yml").read_text(encoding="utf-8")
OUTCOMES: list[Outcome] = ["fail", "unknown", "pass", "skipped"]


def by_id(report: Report) -> dict[str, CheckResult]:
    assert report.error is None, report.error
    return {check.rule.id: check for check in report.checks}


@pytest.mark.parametrize(("first", "second"), [*itertools.product(OUTCOMES, OUTCOMES)])
def test_over_two_sources_the_worse_outcome_counts_and_skipped_counts_last(first: Outcome, second: Outcome) -> None:
    expected = min(first, second, key=OUTCOMES.index)
    assert combine([first, second]) == expected


def test_without_a_source_everything_is_skipped() -> None:
    assert combine([]) == "skipped"


def test_a_renamed_queue_costs_once(checked: Checked) -> None:
    checks = by_id(checked(ANSWER.replace("PutRideRecordSnsDlq", "MyQueue")))
    assert (checks["dlq.queue"].outcome, checks["dlq.queue"].reason) == ("fail", "queue-renamed")
    for id_ in ("dlq.permission", "dlq.target"):
        assert (checks[id_].outcome, checks[id_].equivalent) == ("pass", True)
        assert [note.code for note in checks[id_].notes] == ["follows-renamed-queue"]


def test_what_does_not_agree_with_the_renamed_queue_still_fails(checked: Checked) -> None:
    text = ANSWER.replace("PutRideRecordSnsDlq", "MyQueue").replace("sqs:SendMessage", "sqs:ReceiveMessage")
    checks = by_id(checked(text))
    assert (checks["dlq.permission"].outcome, checks["dlq.permission"].reason) == ("fail", "action-wrong")
    assert checks["dlq.target"].outcome == "pass"


def test_strict_takes_only_the_workshops_way(checked: Checked) -> None:
    text = ANSWER.replace("PutRideRecordSnsDlq", "MyQueue")
    checks = by_id(checked(text, Request(strict=True)))
    assert (checks["dlq.target"].outcome, checks["dlq.target"].reason) == ("fail", "not-as-written")
    assert not checks["dlq.target"].equivalent
    assert by_id(checked(ANSWER, Request(strict=True)))["dlq.target"].outcome == "pass"


def test_only_the_checks_asked_for_are_reported(checked: Checked) -> None:
    report = checked(START, Request(only=frozenset(["dlq.queue", "dlq.plugin"])))
    assert list(by_id(report)) == ["dlq.plugin", "dlq.queue"]
    assert (report.score.earned, report.score.possible) == (0, 2)


def test_only_one_check_still_sees_the_others(checked: Checked) -> None:
    text = ANSWER.replace("PutRideRecordSnsDlq", "MyQueue")
    checks = by_id(checked(text, Request(only=frozenset(["dlq.permission"]))))
    assert checks["dlq.permission"].outcome == "pass"


NATIVE = "onError: {'Fn::GetAtt': [PutRideRecordSnsDlq, Arn]}"


def test_a_target_without_the_plugin_makes_the_plugin_unnecessary(checked: Checked) -> None:
    text = ANSWER.replace("deadLetter:\n      targetArn:\n        GetResourceArn: PutRideRecordSnsDlq", NATIVE).replace(
        "plugins:\n  - serverless-plugin-lambda-dead-letter", ""
    )
    checks = by_id(checked(text))
    assert (checks["dlq.target"].outcome, checks["dlq.target"].equivalent) == ("pass", True)
    assert (checks["dlq.plugin"].outcome, checks["dlq.plugin"].equivalent) == ("pass", True)
    strict = by_id(checked(text, Request(strict=True)))
    assert strict["dlq.plugin"].reason == "not-as-written"


def test_the_plugins_block_without_the_plugin_does_not_make_it_unnecessary(checked: Checked) -> None:
    checks = by_id(checked(ANSWER.replace("plugins:\n  - serverless-plugin-lambda-dead-letter", "")))
    assert (checks["dlq.plugin"].outcome, checks["dlq.plugin"].reason) == ("fail", "plugin-missing")
    assert checks["dlq.target"].outcome == "pass"


def test_an_unresolved_value_has_a_note_and_says_what_settles_it(checked: Checked) -> None:
    checks = by_id(checked(ANSWER.replace("PAY_PER_REQUEST", "${env:BILLING}")))
    check = checks["table.on_demand"]
    assert (check.outcome, check.reason) == ("unknown", "unresolved-variable")
    assert "--env BILLING=" in check.message
    assert [note.code for note in check.notes] == ["unresolved-variable"]
    assert {id_ for id_, one in checks.items() if one.outcome == "unknown"} == {"table.on_demand"}


@pytest.mark.parametrize(
    ("old", "new", "state"),
    [
        ("", "", "whole"),
        ("GetResourceArn: PutRideRecordSnsDlq", "GetResourceArn: Other", "broken"),
        ("serverless-plugin-lambda-dead-letter", "other", "broken"),
        ("sqs:SendMessage", "${ssm:/action}", "open"),
        ("GetResourceArn: PutRideRecordSnsDlq", "GetResourceArn: ${ssm:/name}", "open"),
    ],
)
def test_the_journey_tells_what_becomes_of_a_failed_event(checked: Checked, old: str, new: str, state: str) -> None:
    report = checked(ANSWER.replace(old, new) if old else ANSWER)
    assert report.journey is not None
    assert report.journey.state == state
    (branch,) = (one for one in report.journey.connections if one.branch)
    assert branch.state == state
    assert "{" not in report.journey.sentence


def test_the_journey_names_the_queue_as_it_is_called(checked: Checked) -> None:
    journey = checked(ANSWER.replace("PutRideRecordSnsDlq", "MyQueue")).journey
    assert journey is not None
    assert {station.id: station.label for station in journey.stations}["queue"] == "MyQueue"


def test_an_excerpt_holds_three_lines_around_and_ends_with_the_file() -> None:
    lines = [f"line {number}" for number in range(1, 11)]
    assert [number for number, _ in excerpt(lines, 5)] == [2, 3, 4, 5, 6, 7, 8]
    assert excerpt(lines, 1)[0] == (1, "line 1")
    assert excerpt(lines, 10)[-1] == (10, "line 10")
    assert excerpt([], 3) == ()
    assert excerpt(["x" * 1000], 1) == ((1, "x" * 300),)


def test_what_is_unknown_for_the_workshops_name_is_asked_of_the_renamed_queue(checked: Checked) -> None:
    # A literal ARN cannot be told for a queue that is not there, and can for the queue that was found in its place.
    text = ANSWER.replace("PutRideRecordSnsDlq", "PutRideRecordSnsDLQ").replace(
        "      Type: AWS::SQS::Queue\n", "      Type: AWS::SQS::Queue\n      Properties: {QueueName: rides}\n"
    )
    block = "targetArn:\n        GetResourceArn: PutRideRecordSnsDLQ"
    assert block in text
    text = text.replace(block, "targetArn: arn:aws:sqs:us-east-2:123456789012:rides")
    checks = by_id(checked(text))
    assert checks["dlq.queue"].reason == "queue-renamed"
    assert (checks["dlq.target"].outcome, checks["dlq.target"].equivalent) == ("pass", True)
    assert [note.code for note in checks["dlq.target"].notes] == ["follows-renamed-queue"]


def test_two_queues_with_near_names_are_not_guessed_between(checked: Checked) -> None:
    text = ANSWER.replace("GetResourceArn: PutRideRecordSnsDlq", "GetResourceArn: Elsewhere").replace(
        "    PutRideRecordSnsDlq:\n      Type: AWS::SQS::Queue\n",
        "    PutRideRecordSnsDLQ:\n      Type: AWS::SQS::Queue\n    PutRideRecordDlq:\n      Type: AWS::SQS::Queue\n",
    )
    assert by_id(checked(text))["dlq.queue"].reason == "queue-missing"


def test_the_first_check_that_blocks_gives_the_journey_its_words(checked: Checked) -> None:
    text = ANSWER.replace("sqs:SendMessage", "sqs:ReceiveMessage")
    journey = checked(text).journey
    assert journey is not None
    assert journey.connections[-1].label == "not allowed to send"
    both = checked(text.replace("    deadLetter:", "    deadLeter:")).journey
    assert both is not None
    assert both.connections[-1].label == "not pointed at it"


def test_what_the_file_needs_comes_before_what_only_has_to_be_deployed(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "emil", pack, Request())
    assert report.next_check is not None
    first = report.checks[1]
    live = first.verdicts["file"]._replace(outcome="fail", reason="queue-missing")
    undeployed = first._replace(verdicts={**first.verdicts, "stack": live})
    assert undeployed.file_is_right
    both = report._replace(checks=(report.checks[0], undeployed, *report.checks[2:]))
    assert both.next_check is not None
    assert both.next_check.rule.id == "table.on_demand"
    alone = report._replace(checks=(undeployed,))
    assert alone.next_check is undeployed
