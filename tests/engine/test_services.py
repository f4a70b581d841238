"""A module about several services: which one a submission is, and what that means for its checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli import main
from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import Report
from checker.reporters.json import render as render_json
from checker.reporters.text import render as render_text
from checker.rulepack import read_pack
from checker.serverless.resolving import Settings
from tests.conftest import FIXTURES, pack_of

PACK = pack_of("event-driven")
OF_RYDES = [rule.id for rule in PACK.rules if rule.service == "wild-rydes"]
OF_RECORD = [rule.id for rule in PACK.rules if rule.service == "wild-rydes-ride-record"]
SERVICES = FIXTURES / "event-driven" / "service"
RECORD = (SERVICES / "ride-record-answer" / "serverless.yml").read_text(encoding="utf-8")
RYDES = (SERVICES / "wild-rydes-answer" / "serverless.yml").read_text(encoding="utf-8")


def judged(folder: Path, text: str, request: Request | None = None) -> Report:
    (folder / "serverless.yml").write_text(text, encoding="utf-8")
    report = check_path(folder, PACK, request or Request())
    assert report.error is None, report.error
    return report


def outcomes(report: Report, outcome: str) -> list[str]:
    return [check.rule.id for check in report.checks if check.outcome == outcome]


@pytest.mark.parametrize(
    "service",
    [
        "service: wild-rydes-ride-record\n",
        "service: {name: wild-rydes-ride-record}\n",
        "service: ${self:custom.name}\n",
        "service: somebody-else\n",  # by its functions and resources
    ],
)
def test_the_checks_of_the_other_service_are_skipped_and_worth_nothing(tmp_path: Path, service: str) -> None:
    text = RECORD.replace("service: wild-rydes-ride-record\n", service).replace(
        "custom:\n", "custom:\n  name: wild-rydes-ride-record\n"
    )
    text = text.replace("/${self:service}/", "/record/")
    report = judged(tmp_path, text)
    assert outcomes(report, "skipped") == OF_RYDES
    assert outcomes(report, "pass") == OF_RECORD
    assert report.status == "complete"
    assert (report.score.earned, report.score.possible) == (5, 5)
    said = report.check("topic.resource").message
    assert said == "This is for the service `wild-rydes`; here it is `wild-rydes-ride-record`."


def test_a_name_wins_over_what_the_service_is_made_of(tmp_path: Path) -> None:
    report = judged(tmp_path, RECORD.replace("service: wild-rydes-ride-record\n", "service: wild-rydes\n"))
    assert outcomes(report, "skipped") == OF_RECORD
    assert report.check("topic.resource").reason == "topic-missing"


@pytest.mark.parametrize(
    "text",
    [
        "service: hello\nprovider: aws\n",
        "service: ${env:NAME}\nprovider: aws\nfunctions: {Hello: {handler: a.b}}\n",
        "service: both\nprovider: aws\nfunctions: {RequestRide: {handler: a.b}, PutRideRecordSns: {handler: a.b}}\n",
        "service: hello\nprovider: aws\nfunctions: ${file(gone.yml)}\n",
    ],
)
def test_nothing_is_guessed_where_nothing_tells(tmp_path: Path, text: str) -> None:
    report = judged(tmp_path, text)
    assert {check.reason for check in report.checks} == {"service-unclear"}
    assert outcomes(report, "unknown") == [rule.id for rule in PACK.rules]
    assert report.status == "incomplete"
    assert report.score.earned == 0
    assert report.score.possible > 0
    assert "wild-rydes, wild-rydes-ride-record" in report.check("sns.event").message


def test_strict_and_only_leave_the_other_service_alone(tmp_path: Path) -> None:
    assert outcomes(judged(tmp_path, RECORD, Request(strict=True)), "skipped") == OF_RYDES
    some = judged(tmp_path, RECORD, Request(only=frozenset(("sns.event", "topic.resource"))))
    assert outcomes(some, "pass") == ["sns.event"]
    assert (some.score.earned, some.score.possible) == (1, 1)


def test_what_was_renamed_is_followed_within_a_service_only(tmp_path: Path) -> None:
    report = judged(
        tmp_path, RYDES.replace("RidesSnsTopic", "RideSnsTopic").replace("RideSnsTopicArn", "RidesTopicArn")
    )
    assert report.check("topic.resource").reason == "topic-renamed"
    followed = ["topic.permission", "topic.parameter", "publish.topic_arn"]
    assert [check.rule.id for check in report.checks if check.equivalent] == followed
    assert {note.code for check in report.checks for note in check.notes} == {"follows-renamed-topic"}
    assert outcomes(report, "skipped") == OF_RECORD


def test_a_compiled_template_is_recognised_by_its_functions(tmp_path: Path) -> None:
    (tmp_path / "template.json").write_text(
        """{"Resources": {
  "PutRideRecordHttpLambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {
    "Handler": "handlers/put_ride_record.handler_http", "Environment": {"Variables": {}}}},
  "PutRideRecordSnsLambdaFunction": {"Type": "AWS::Lambda::Function", "Properties": {
    "Handler": "handlers/put_ride_record.handler_sns",
    "Environment": {"Variables": {"DDB_TABLE_NAME": {"Ref": "RideRecordTable"}}}}},
  "Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {
    "TopicArn": "arn:aws:sns:us-east-2:123456789012:rides",
    "Endpoint": {"Fn::GetAtt": ["PutRideRecordSnsLambdaFunction", "Arn"]}}},
  "Method": {"Type": "AWS::ApiGateway::Method", "Properties": {"HttpMethod": "POST", "Integration": {"Uri": {
    "Fn::Join": ["", ["arn:functions/", {"Fn::GetAtt": ["PutRideRecordHttpLambdaFunction", "Arn"]}, "/x"]]}}}},
  "RideRecordTable": {"Type": "AWS::DynamoDB::Table"}}}""",
        encoding="utf-8",
    )
    report = check_path(tmp_path / "template.json", PACK, Request())
    assert outcomes(report, "pass") == ["http.function", "http.event", "sns.function", "sns.table"]
    assert report.check("sns.event").reason == "literal-arn"
    assert outcomes(report, "skipped") == OF_RYDES


def test_the_terminal_names_the_other_service_once_and_the_module_in_each_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "serverless.yml").write_text(RECORD.replace("handler_sns", "handler"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "--module", "event-driven"]) == 1
    printed = capsys.readouterr().out
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert "A topic for the rides for wild-rydes" in lines
    assert "topic.resource" not in printed
    assert "optional" not in printed
    assert "A hint: rydecheck hint --module event-driven" in lines
    assert "4 of 5" in printed
    (tmp_path / "serverless.yml").write_text(RECORD, encoding="utf-8")
    assert main(["check", "--module", "event-driven"]) == 0
    assert "Complete: every check of this service passes." in capsys.readouterr().out
    assert main(["check", "--module", "event-driven", "--only", "topic"]) == 0
    printed = capsys.readouterr().out
    assert "Nothing of this applies here." in printed
    assert "nothing to check" in printed
    assert "Complete" not in printed
    assert main(["explain", "sns.event", "--module", "event-driven"]) == 0
    printed = capsys.readouterr().out
    assert "For the service wild-rydes-ride-record." in printed
    assert "rydecheck explain sns.event --hint 1 --module event-driven" in printed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/SnsTopicArn}", "/SnsTopicArn~${env:TOKEN}}"),
        ("/SnsTopicArn}", "/${env:TOKEN}}"),
        ("ssm:/wild-rydes/${self:custom.stage}/SnsTopicArn", "ssm:wild-rydes/${env:TOKEN}"),
        ("stage: \"${opt:stage, env:SLS_STAGE, 'dev'}\"", "stage: ${env:TOKEN}"),
        ("handler: handlers/put_ride_record.handler_sns", "handler: ${env:TOKEN}.handler_sns"),
        ("        Ref: RideRecordTable\n    events:\n      - sns", "        ${env:TOKEN}\n    events:\n      - sns"),
        ("method: POST", "method: ${env:TOKEN}"),
        ('- sns: "${self:custom.wild_rydes_sns_topic_arn}"', "- sns: ${env:TOKEN}"),
    ],
)
def test_no_value_of_the_environment_is_shown(tmp_path: Path, old: str, new: str) -> None:
    assert old in RECORD
    request = Request(Settings(environment={"TOKEN": "s3cr3t"}))
    report = judged(tmp_path, RECORD.replace(old, new), request)
    assert "s3cr3t" not in render_json(report)
    assert "s3cr3t" not in render_text(report)


SMALL = """\
id: small
title: Small
about: A pack for a test.
link: https://example.org
services:
  - {name: one, functions: [First]}
  - {name: two, resources: [Table]}
steps:
  - {id: one, title: One}
checks:
  - id: a.function
    service: one
    step: one
    points: 1
    title: Have it
    kind: function
    given: {function: First, handler: a.b}
    follows: follows-renamed-function
    passed: "It is there."
    reasons:
      absent: {code: missing, say: "It is missing."}
      near: {code: near, say: "`{found}` is near."}
      misplaced: {code: misplaced, say: "It stands at `{place}`."}
      at_top_level: {code: misplaced, say: "It stands at the top."}
      image: {code: handler, say: "It runs an image."}
      handler_absent: {code: handler, say: "It has none."}
      handler_file: {code: handler, say: "`{found}` is another file."}
      handler_name: {code: handler, say: "`{found}` is another name."}
      handler_differs: {code: handler, say: "`{found}` is another."}
    why: Because.
"""


def test_a_pack_may_name_services_and_leave_out_what_cannot_happen(tmp_path: Path) -> None:
    path = tmp_path / "module.yaml"
    path.write_text(SMALL, encoding="utf-8")
    pack = read_pack(path)
    assert [mark.name for mark in pack.services] == ["one", "two"]
    assert set(pack.rules[0].reasons).isdisjoint({"formerly", "left_over"})


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("service: one", "service: three", 12, "`three` is none of the module's services"),
        ("follows: follows-renamed-function", "follows: nothing", 18, "`nothing` is the code of no note"),
        ("  - {name: two, resources: [Table]}\n", "", 5, "`services` names two or more"),
        ("name: two", "name: one", 5, "`services` names two or more"),
        ("name: two", "nme: two", 7, "`name` is missing"),
        ("resources: [Table]", "resource: [Table]", 7, "`resource` is no key"),
        ("handler: a.b}", "handler: a.b, formerly: Old}", 20, "`formerly` and `left_over` are missing"),
        (
            "absent: {code: missing, ",
            "gone: {code: gone, say: x}\n      absent: {code: missing, ",
            21,
            "`gone` is no key",
        ),
    ],
)
def test_services_that_do_not_fit_stop_with_the_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in SMALL
    path = tmp_path / "module.yaml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CheckError) as caught:
        read_pack(path)
    assert says in caught.value.message
    assert caught.value.line == line
