"""The sentences of the module about events: each says what is there, and nothing that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.checks import environment
from checker.checks import property as property_kind
from checker.cohort.submission import Request, check_path
from checker.report import CheckResult, Report
from checker.serverless.resolving import Settings
from tests.conftest import FIXTURES, pack_of
from tests.serverless.reading import service_of

SERVICES = FIXTURES / "event-driven" / "service"
RECORD = (SERVICES / "ride-record-answer" / "serverless.yml").read_text(encoding="utf-8")
RYDES = (SERVICES / "wild-rydes-answer" / "serverless.yml").read_text(encoding="utf-8")
SNS = '- sns: "${self:custom.wild_rydes_sns_topic_arn}"'
HTTP = 'method: POST\n          path: "${self:custom.sevrice_url_path_base}"'


def judged(folder: Path, text: str, *pairs: tuple[str, str], request: Request | None = None) -> Report:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    (folder / "serverless.yml").write_text(text, encoding="utf-8")
    report = check_path(folder, pack_of("event-driven"), request or Request())
    assert report.error is None, report.error
    return report


def told(check: CheckResult) -> str:
    return " ".join((check.message, *(note.message for note in check.notes)))


def test_what_follows_a_renamed_function_is_not_called_written_in_another_way(tmp_path: Path) -> None:
    report = judged(tmp_path, RECORD, ("PutRideRecordSns:", "PutRideRecordsSns:"))
    check = report.check("sns.table")
    assert (check.outcome, check.equivalent) == ("pass", True)
    assert check.message == "`DDB_TABLE_NAME` of `PutRideRecordsSns` is the table's name."
    assert [note.code for note in check.notes] == ["follows-renamed-function"]
    again = judged(tmp_path, RECORD, ("PutRideRecordSns:", "PutRideRecordsSns:"), request=Request(strict=True))
    assert again.check("sns.table").reason == "not-as-written"


def test_what_follows_and_is_written_in_another_way_says_both(tmp_path: Path) -> None:
    pairs = (("PutRideRecordHttp:", "PutRideRecordsHttp:"), ("method: POST", "method: any"))
    check = judged(tmp_path, RECORD, *pairs).check("http.event")
    assert check.message == "`PutRideRecordsHttp` answers requests of every method, `POST` among them."
    assert [note.code for note in check.notes] == ["follows-renamed-function"]


def test_a_function_of_a_near_name_costs_once_and_is_named(tmp_path: Path) -> None:
    report = judged(tmp_path, RYDES, ("  RequestRide:", "  RequestRides:"))
    assert "`RequestRides` on line 37 comes near" in report.check("publish.topic_arn").message
    assert report.check("publish.no_url").message == "`RequestRides` has no `RIDE_RECORD_URL` any more."
    assert report.check("topic.permission").outcome == "pass"
    far = judged(tmp_path, RYDES, ("  RequestRide:", "  BookUnicorn:"), ("  StaticSiteConfig:", "  Site:"))
    assert far.check("publish.topic_arn").reason == "function-missing"
    assert far.check("publish.no_url").reason == "function-missing"


def test_a_variable_that_is_wrong_too_costs_only_itself(tmp_path: Path) -> None:
    pairs = (
        ("  RequestRide:", "  RequestRides:"),
        ("      RIDES_SNS_TOPIC_ARN:\n", "      RIDE_RECORD_URL: x\n      RIDES_SNS_TOPIC_ARN:\n"),
    )
    report = judged(tmp_path, RYDES, *pairs)
    assert report.check("publish.topic_arn").reason == "function-misspelled"
    assert report.check("publish.no_url").reason == "variable-left-over"


def test_a_function_is_near_only_where_the_pack_says_so() -> None:
    read = service_of("service: x\nfunctions: {Workers: {handler: a.b}}\n", Settings())
    asked = environment.Parameters("Worker", "A", "Table", "AWS::DynamoDB::Table")
    assert environment.judge(read, asked).slot == "function_absent"
    found = environment.judge(read, asked._replace(near=True))
    assert (found.slot, found.stands_in, found.of) == ("function_near", "Workers", "function")


def test_the_stage_of_the_command_line_is_asked_for_first(tmp_path: Path) -> None:
    pair = (SNS, "- sns: ${ssm:/wild-rydes/${opt:stage}/SnsTopicArn}")
    check = judged(tmp_path, RECORD, pair).check("sns.event")
    assert (check.outcome, check.reason) == ("unknown", "unresolved-variable")
    assert "`${opt:stage}` has no value here" in check.message
    assert "--deployed" not in check.message
    settled = judged(tmp_path, RECORD, pair, request=Request(settings=Settings(options={"stage": "user0"})))
    assert settled.check("sns.event").outcome == "pass"


@pytest.mark.parametrize(
    ("text", "pair", "check", "shape"),
    [
        (RECORD, (HTTP, 'method: {a: b}\n          path: "/record"'), "http.event", "{…}"),
        (RECORD, (HTTP, 'method: [get]\n          path: "/record"'), "http.event", "[…]"),
        (RECORD, ("handlers/put_ride_record.handler_sns", "[a.b]"), "sns.function", "[…]"),
    ],
)
def test_what_is_no_text_is_quoted_by_its_shape(
    tmp_path: Path, text: str, pair: tuple[str, str], check: str, shape: str
) -> None:
    found = judged(tmp_path, text, pair).check(check)
    assert found.outcome == "fail"
    assert f"`{shape}`" in found.message


@pytest.mark.parametrize(
    ("text", "pair", "check"),
    [
        (
            RYDES,
            (
                "        - Ref: RidesSnsTopic\n",
                "        - Ref: RidesSnsTopic\n      Condition: {StringEquals: {'aws:PrincipalTag/team': rides}}\n",
            ),
            "topic.permission",
        ),
        (
            RYDES,
            ("      RIDES_SNS_TOPIC_ARN:\n        Ref: RidesSnsTopic", "      RIDES_SNS_TOPIC_ARN: !Ref Given"),
            "publish.topic_arn",
        ),
    ],
)
def test_what_settles_an_unknown_fits_a_topic(tmp_path: Path, text: str, pair: tuple[str, str], check: str) -> None:
    found = judged(tmp_path, text, pair).check(check)
    assert found.outcome == "unknown"
    for word in ("Lambda sends", "queue", "`Arn`"):
        assert word not in told(found)


@pytest.mark.parametrize(
    ("written", "wanted", "outcome"),
    [
        ("60", "60", "pass"),
        ("'60'", "60", "pass"),
        ("true", "true", "pass"),
        ("60", "61", "fail"),
        ("on", "true", "fail"),
    ],
)
def test_a_number_or_boolean_is_compared_as_it_is_written(written: str, wanted: str, outcome: str) -> None:
    text = f"service: x\nresources: {{Resources: {{Q: {{Type: T, Properties: {{P: {written}}}}}}}}}\n"
    read = service_of(text, Settings())
    assert property_kind.judge(read, property_kind.Parameters("Q", "T", "P", wanted)).outcome == outcome


def test_the_name_that_others_ask_for_is_told(tmp_path: Path) -> None:
    report = judged(tmp_path, RYDES, ("service: wild-rydes\n", "service: rydes-alice\n"))
    assert "asks for `/wild-rydes/dev/SnsTopicArn`" in told(report.check("topic.parameter"))
    assert judged(tmp_path, RYDES).check("topic.parameter").notes == ()


def test_an_image_of_framework_1_is_no_image(tmp_path: Path) -> None:
    pair = (
        "    handler: handlers/put_ride_record.handler_sns\n",
        "    handler: handlers/put_ride_record.handler_sns\n    image: x\n",
    )
    assert judged(tmp_path, RECORD, pair).check("sns.function").reason == "handler-image"
    old = (pair, ("service: wild-rydes-ride-record\n", "service: wild-rydes-ride-record\nframeworkVersion: '1'\n"))
    assert judged(tmp_path, RECORD, *old).check("sns.function").outcome == "pass"


@pytest.mark.parametrize(
    ("event", "request_"),
    [
        ("http: get /record", "post /record"),
        ("http: get ${self:custom.sevrice_url_path_base}", ""),
        ("http: {method: get, path: /record}", "post /record"),
    ],
)
def test_a_request_in_one_text_keeps_its_path_where_no_variable_makes_it(
    tmp_path: Path, event: str, request_: str
) -> None:
    pair = ("http:\n          " + HTTP, event)
    found = judged(tmp_path, RECORD, pair).check("http.event")
    assert found.reason == "http-wrong-method"
    assert dict(found.verdicts["file"].facts)["request"] == request_
