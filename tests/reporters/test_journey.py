"""The journey as text: a picture and a story that fit the terminal and follow the attendee's own service."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cohort.submission import Request, check_path
from checker.modules import ModuleFiles
from checker.report import Report
from checker.reporters.journey import is_kept, render
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack, load_pack
from checker.wording import columns
from tests.conftest import FIXTURES, Checked, every, pack_of, report_of

ANSWER = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")

SOLVED = """\
What happens to a ride event now
answer · wild-rydes-ride-record

  ●       Rides topic  SNS
  │
  ✓       triggers
  │
  ●       PutRideRecordSns  Lambda, 3 attempts
  ├───╮
  │   │
  ✓   │   writes
  │   │
  ●   │   RideRecordTable  DynamoDB, scales
      │
      ✓   after 3 failures
      │
      ●   PutRideRecordSnsDlq  SQS, dead letters

✓ If a write failed now, this event would be kept: after three attempts Lambda
  puts it into PutRideRecordSnsDlq, where it waits to be processed.

An event comes in
  ✓ SNS hands each event of the topic to PutRideRecordSns, and does not wait
    for the end of it.
    serverless.yml:14:3  custom.wild_rydes_sns_topic_arn
       14 |   wild_rydes_sns_topic_arn: "${ssm:/wild-rydes/${self:custom.stage…
    serverless.yml:70:9  functions.PutRideRecordSns.events[0].sns
       70 |       - sns: "${self:custom.wild_rydes_sns_topic_arn}"

When the write succeeds
  ✓ PutRideRecordSns writes the ride into RideRecordTable, and the event is
    done.
    serverless.yml:35:7  provider.iamRoleStatements[0]
       35 |     - Effect: Allow

When the write fails
  ✓ RideRecordTable grows with the load, and may refuse rides until it has
    followed a burst. If it does, and PutRideRecordSns ends with an error,
    Lambda keeps the event for another try.
    serverless.yml:84:9
    resources.Resources.RideRecordTable.Properties.BillingMode
       84 |         BillingMode: PAY_PER_REQUEST

Lambda tries again
  ✓ Lambda gives PutRideRecordSns the same event up to twice more: after one
    minute, and after two more.
    serverless.yml:61:3  functions.PutRideRecordSns
       61 |   PutRideRecordSns:
    Lambda: how asynchronous invocations are tried again:
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html

After two retries
  ✓ The event is kept: Lambda puts it into PutRideRecordSnsDlq, where it waits
    to be processed.
    serverless.yml:68:9
    functions.PutRideRecordSns.deadLetter.targetArn.GetResourceArn
       68 |         GetResourceArn: PutRideRecordSnsDlq
    serverless.yml:117:5  plugins[0]
      117 |   - serverless-plugin-lambda-dead-letter
    serverless.yml:103:5  resources.Resources.PutRideRecordSnsDlq
      103 |     PutRideRecordSnsDlq:
    serverless.yml:42:7  provider.iamRoleStatements[1]
       42 |     - Effect: Allow
"""


def told(report: Report, draw: Terminal | None = None) -> str:
    """The journey without its line breaks."""
    return " ".join(render(report, draw or Terminal()).split())


def test_the_whole_journey_of_a_solved_service(pack: RulePack) -> None:
    report = check_path(FIXTURES / "service" / "answer", pack, Request())
    assert render(report, Terminal()) == SOLVED
    assert is_kept(report)


@pytest.mark.parametrize("folder", every(10))
def test_every_service_has_a_journey_that_fits(folder: Path) -> None:
    report = report_of(folder)
    if report.error is not None or report.checks[0].reason == "service-unclear":
        assert render(report, Terminal()) == ""
        return
    for width in (80, 40):
        lines = render(report, Terminal(width=width)).splitlines()
        assert [line for line in lines if columns(line) >= width and "https://" not in line] == []
    assert report.journey is not None
    assert len(report.journey.scenes) >= 3
    for scene in report.journey.scenes:
        assert scene.evidence, scene.title
        assert "{" not in scene.sentence.replace("${", ""), scene.title


def test_a_terminal_without_unicode_gets_ascii(pack: RulePack) -> None:
    text = render(check_path(FIXTURES / "class" / "chidi", pack, Request()), Terminal(unicode=False))
    assert text.isascii()
    assert "?" not in text
    assert "  +---+\n  |   |\n  +   |   writes\n" in text
    assert "      |\n      x   not allowed to send\n\n      o   PutRideRecordSnsDlq" in text


def test_colour_changes_nothing_else(pack: RulePack) -> None:
    import re

    report = check_path(FIXTURES / "class" / "chidi", pack, Request())
    coloured = render(report, Terminal(colour=True))
    assert "\x1b[31m✗" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(report, Terminal())


@pytest.mark.parametrize(
    ("old", "new", "state", "says"),
    [
        ("      - sns:", "      - sqs:", "broken", "none reaches PutRideRecordSns: the function has no `sns` event."),
        ("  PutRideRecordSns:", "  PutRides:", "broken", "there is no function PutRideRecordSns. "),
        ("    RideRecordTable:\n", "    Other:\n", "whole", "There is no RideRecordTable, so every write fails."),
        ("dynamodb:PutItem", "dynamodb:GetItem", "whole", "its role does not allow `dynamodb:PutItem` there."),
        ("dynamodb:PutItem", "${ssm:/a}", "whole", "may write into RideRecordTable cannot be told. The value of"),
        ("PAY_PER_REQUEST", "PROVISIONED", "whole", "RideRecordTable has a fixed capacity, and refuses"),
        ("PAY_PER_REQUEST", "${ssm:/a}", "whole", "How soon RideRecordTable refuses one cannot be told. The value of"),
        ("PutRideRecordSnsDlq", "MyQueue", "whole", "Lambda puts it into MyQueue, where it waits"),
        (
            "    PutRideRecordSnsDlq:\n",
            "    Other:\n",
            "broken",
            "there is no queue PutRideRecordSnsDlq that Lambda could put it into.",
        ),
        ("sqs:SendMessage", "${env:ACTION}", "open", "Pass `--env ACTION=…`"),
        ("service: wild", "x: ${file(gone.yml)}\nservice: wild", "whole", "Lambda puts it into PutRideRecordSnsDlq"),
        ("functions:\n", "functions: ${file(gone.yml)}\nx:\n", "open", "`gone.yml`, which is not there"),
        (
            "Type: AWS::SQS::Queue",
            "Type: AWS::SNS::Topic",
            "broken",
            "there is no queue PutRideRecordSnsDlq that Lambda",
        ),
    ],
)
def test_the_journey_follows_the_service(checked: Checked, old: str, new: str, state: str, says: str) -> None:
    text = ANSWER.replace(old, new)
    assert text != ANSWER
    report = checked(text)
    assert report.error is None, report.error
    assert says in told(report)
    assert report.journey is not None
    assert report.journey.state == state
    assert is_kept(report) is (state == "whole")


_OWN_CONFIG = """\
    Failed:
      Type: AWS::Lambda::EventInvokeConfig
      Properties: {FunctionName: !Ref PutRideRecordSnsLambdaFunction, MaximumRetryAttempts: 0}
"""


@pytest.mark.parametrize(
    ("setting", "label", "kept", "again"),
    [
        ("0", "after 1 failure", "after one attempt Lambda puts", "Lambda gives PutRideRecordSns an event only once"),
        ("1", "after 2 failures", "after two attempts Lambda puts", "once more, after one minute: its number of"),
        ("2", "after 3 failures", "after three attempts Lambda puts", "up to twice more"),
        ("'1'", "after 2 failures", "after two attempts Lambda puts", "once more"),
        ("", "after 3 failures", "after three attempts Lambda puts", "up to twice more"),
        ("5", "after the failures", "after the last attempt", "is `5`, and Lambda takes 0, 1 or 2."),
        ("''", "after the failures", "after the last attempt", "is ``, and Lambda takes 0, 1 or 2."),
        ("[1]", "after the failures", "after the last attempt", "is `[…]`, and Lambda takes 0, 1 or 2."),
        ("${ssm:/a}", "after the failures", "after the last attempt", "again cannot be told. The value of `${ssm:/a}`"),
        ("!If [Prod, 0, 1]", "after the failures", "after the last attempt", "cannot be told. The value depends on a"),
        (_OWN_CONFIG, "after 1 failure", "after one attempt Lambda puts", "its number of retries is set to 0."),
    ],
)
def test_the_journey_follows_the_number_of_retries(
    checked: Checked, setting: str, label: str, kept: str, again: str
) -> None:
    if setting == _OWN_CONFIG:
        text = ANSWER.replace("    RideRecordTable:\n", f"{setting}    RideRecordTable:\n")
    else:
        text = ANSWER.replace("  PutRideRecordSns:\n", f"  PutRideRecordSns:\n    maximumRetryAttempts: {setting}\n")
    report = checked(text)
    journey = report.journey
    assert journey is not None
    assert journey.connections[-1].label == label
    assert kept in journey.sentence
    assert journey.state == "whole"
    assert again in told(report)
    retried = next(scene for scene in journey.scenes if scene.title == "Lambda tries again")
    assert retried.state == ("open" if label == "after the failures" else "whole")
    said = [journey.sentence, *(text for scene in journey.scenes for text in (scene.title, scene.sentence))]
    assert not [text for text in said if "{" in text.replace("${", "")]


@pytest.mark.parametrize("value", ["{queue} x", "{found} {function}", "{because}"])
def test_a_value_of_the_file_is_not_filled(checked: Checked, value: str) -> None:
    setting = f"    maximumRetryAttempts: '{value}'\n"
    report = checked(ANSWER.replace("  PutRideRecordSns:\n", f"  PutRideRecordSns:\n{setting}"))
    assert f"Its number of retries is `{value}`, and Lambda takes 0, 1 or 2." in told(report)


def test_a_variable_of_the_file_is_not_filled(checked: Checked) -> None:
    report = checked(ANSWER.replace("dynamodb:PutItem", "${ssm:/{queue}}"))
    assert "cannot be told. The value of `${ssm:/{queue}` lies" in told(report)


@pytest.mark.parametrize("name", ["{found}", "{function}", "{attempts}"])
def test_a_name_of_the_file_is_not_filled(tmp_path: Path, name: str) -> None:
    pack = pack_with(("is `{found}`,", "is `{found}`, of {queue}, after {attempts},"))
    text = ANSWER.replace("PutRideRecordSnsDlq", f'"{name}"')
    text = text.replace("  PutRideRecordSns:\n", "  PutRideRecordSns:\n    maximumRetryAttempts: 5\n")
    (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
    report = check_path(tmp_path, pack, Request())
    assert f"Its number of retries is `5`, of {name}, after the last attempt, and" in told(report)
    assert f"Lambda puts it into {name}, where" in told(report)


def pack_with(*changes: tuple[str, str]) -> RulePack:
    """The shipped module with other texts, which the loader accepts."""
    text = ModuleFiles("reliability").content("module.yaml").decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return load_pack(ModuleFiles(carried=(("module.yaml", text.encode()),)))


NAMES = "{table}/{attempts}"


@pytest.mark.parametrize(
    ("old", "new", "service"),
    [
        ("title: What happens to a ride event now", f'title: "{NAMES}"', ("", "")),
        ('pass: "DynamoDB, scales"', f'pass: "{NAMES}"', ("", "")),
        ("missing: no such table", f'missing: "{NAMES}"', ("RideRecordTable:", "R:")),
        ("not allowed to send", f'"{NAMES}"', ("sqs:SendMessage", "sqs:No")),
    ],
)
def test_every_text_of_a_journey_is_filled(tmp_path: Path, old: str, new: str, service: tuple[str, str]) -> None:
    (tmp_path / "serverless.yml").write_text(ANSWER.replace(*service) if any(service) else ANSWER, encoding="utf-8")
    report = check_path(tmp_path, pack_with((old, new)), Request())
    assert "RideRecordTable/three attempts" in told(report)
    assert "{" not in told(report).replace("${", "")


@pytest.mark.parametrize("tail", ["", "x" * 300])
def test_hostile_names_reach_no_terminal_raw(checked: Checked, tail: str) -> None:
    name = f"\\x1b[31mevil\\u202e\\r\\nDlq{tail}"
    report = checked(ANSWER.replace("PutRideRecordSnsDlq", f'"{name}"').replace("'RideId'", "'\u202e'"))
    for width in (40, 80):
        text = render(report, Terminal(width=width))
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert max(map(len, (line for line in text.splitlines() if "https" not in line))) < width
    assert "evil" in told(report)


def test_wide_names_fit_too(checked: Checked) -> None:
    text = render(checked(ANSWER.replace("PutRideRecordSnsDlq", "行列" * 30)), Terminal(width=60))
    picture = text.partition("\n✓ If")[0]
    assert "行列" in picture
    assert max(map(columns, picture.splitlines())) < 60


def test_strict_does_not_lose_an_event(checked: Checked) -> None:
    text = ANSWER.replace("PutRideRecordSnsDlq", "MyQueue")
    assert is_kept(checked(text, Request(strict=True)))


def test_what_reads_the_queue_is_told_where_something_is_kept(pack: RulePack, checked: Checked) -> None:
    path = FIXTURES / "service" / "extra-dlq-processor"
    later = "A function takes the event out of PutRideRecordSnsDlq"
    assert later in told(check_path(path, pack, Request()))
    text = (path / "serverless.yml").read_text(encoding="utf-8")
    assert later in told(checked(text))
    assert later not in told(checked(text.replace("GetResourceArn: PutRideRecordSnsDlq", "GetResourceArn: Other")))


def test_the_value_of_the_environment_is_not_told(checked: Checked, monkeypatch: pytest.MonkeyPatch) -> None:
    from checker.serverless.resolving import Settings

    monkeypatch.setenv("BILLING", "hunter2")
    request = Request(Settings(environment={"BILLING": "hunter2", "ACTION": "hunter2"}))
    text = ANSWER.replace("PAY_PER_REQUEST", "${env:BILLING}").replace("sqs:SendMessage", "${env:ACTION}")
    assert "hunter2" not in told(checked(text, request))


def test_without_the_function_nothing_is_told_of_what_it_would_do(pack: RulePack) -> None:
    for name in ("function-missing", "function-missing--no-near-name", "function-missing--deleted"):
        text = told(check_path(FIXTURES / "dlq.target" / name, pack, Request()))
        assert text.count("No event comes so far: there is no function PutRideRecordSns.") == 3
        assert "cannot write" not in text
        assert "Lambda keeps the event" not in text


@pytest.mark.parametrize("new", ["AWS::SNS::Topic", "AWS::DynamoDB::Tables"])
def test_a_table_that_is_not_there_has_no_capacity(pack: RulePack, checked: Checked, new: str) -> None:
    reports = [check_path(path, pack, Request()) for path in (FIXTURES / "table.on_demand").glob("table-missing*")]
    reports.append(checked(ANSWER.replace('Type: "AWS::DynamoDB::Table"', f"Type: {new}")))
    for report in reports:
        text = told(report)
        assert "fixed capacity" not in text
        assert "There is no RideRecordTable, so every write fails." in text


@pytest.mark.parametrize("name", ["queue-fifo", "queue-wrong-type", "queue-missing"])
def test_a_queue_that_cannot_be_used_is_not_said_to_be_absent(pack: RulePack, name: str) -> None:
    text = told(check_path(FIXTURES / "dlq.queue" / name, pack, Request()))
    assert "no usable queue" in text
    assert "no such queue" not in text


def test_a_table_that_scales_by_itself_follows_a_burst_later(pack: RulePack) -> None:
    text = told(check_path(FIXTURES / "service" / "extra-autoscaling", pack, Request()))
    assert "may refuse rides until it has followed a burst" in text


@pytest.mark.parametrize(
    ("name", "title", "state", "says"),
    [
        (
            "wild-rydes-answer",
            "What happens to a ride now",
            "whole",
            "Every ride that RequestRide publishes reaches whoever listens to RidesSnsTopic.",
        ),
        (
            "wild-rydes-start",
            "What happens to a ride now",
            "broken",
            "As it is now, no ride gets into RidesSnsTopic: there is no topic RidesSnsTopic.",
        ),
        (
            "ride-record-answer",
            "What happens to a ride event now",
            "whole",
            "A ride of the topic that reaches PutRideRecordSns can be written into RideRecordTable.",
        ),
        (
            "ride-record-start",
            "What happens to a ride event now",
            "broken",
            "As it is now, no ride of the topic reaches PutRideRecordSns: there is no function PutRideRecordSns.",
        ),
    ],
)
def test_each_service_of_a_module_has_a_path_of_its_own(name: str, title: str, state: str, says: str) -> None:
    journey = report_of(FIXTURES / "event-driven" / "service" / name).journey
    assert journey is not None
    assert (journey.title, journey.state, journey.sentence) == (title, state, says)


@pytest.mark.parametrize(
    ("old", "new", "state", "says"),
    [
        ("dynamodb:PutItem", "dynamodb:GetItem", "broken", "the role of PutRideRecordSns does not allow"),
        ("handler_sns", "handler_http", "broken", "PutRideRecordSns does not run the handler for events."),
        ("    handler: handlers/put_ride_record.handler_sns", "    handler: ${ssm:/a}", "whole", "`${ssm:/a}` lies in"),
        (
            "dynamodb:PutItem",
            "${ssm:/a}",
            "open",
            "Whether PutRideRecordSns writes into RideRecordTable cannot be told.",
        ),
        (
            "  PutRideRecordSns:\n",
            "  PutRideRecordSns:\n    maximumRetryAttempts: 0\n",
            "whole",
            "PutRideRecordSns a ride only once: its number of retries is set to 0.",
        ),
    ],
)
def test_a_track_rests_on_its_checks_and_on_its_own_judgement(
    tmp_path: Path, old: str, new: str, state: str, says: str
) -> None:
    text = (FIXTURES / "event-driven" / "service" / "ride-record-answer" / "serverless.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "serverless.yml").write_text(text.replace(old, new), encoding="utf-8")
    report = check_path(tmp_path, pack_of("event-driven"), Request())
    assert report.journey is not None
    assert report.journey.state == state
    assert says in told(report)
