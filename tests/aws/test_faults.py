"""What goes wrong between here and AWS never becomes a wrong verdict."""

from __future__ import annotations

import socket

import pytest

from checker.aws import account
from checker.aws.calls import CALLS, Call, policy_document
from checker.cohort.submission import Deployed, Request, check_stack
from checker.report import Report
from checker.rulepack import RulePack
from checker.serverless.resolving import Settings
from tests.aws.conftest import REGION, STACK, Boto, deploy, queue_arn
from tests.aws.faults import Faults
from tests.aws.test_reading import EXTRAS

EVERY_CHECK = {
    "dlq.queue",
    "dlq.permission",
    "dlq.target",
    "table.on_demand",
    "table.no_provisioned",
    "extra.dlq_processor",
    "extra.autoscaling",
}
TABLE = {"table.on_demand", "table.no_provisioned"}
NEEDED_BY = {
    "cloudformation:DescribeStacks": EVERY_CHECK,
    "cloudformation:ListStackResources": EVERY_CHECK,
    "cloudformation:ListStacks": set[str](),
    "cloudformation:GetTemplate": set[str](),
    "cloudformation:DescribeStackEvents": set[str](),
    "lambda:GetFunctionConfiguration": {"dlq.permission", "dlq.target"},
    "lambda:GetFunctionEventInvokeConfig": set[str](),
    "lambda:ListEventSourceMappings": {"extra.dlq_processor"},
    "iam:GetRole": {"dlq.permission"},
    "iam:ListRolePolicies": {"dlq.permission"},
    "iam:GetRolePolicy": {"dlq.permission"},
    "iam:ListAttachedRolePolicies": set[str](),
    "iam:GetPolicy": set[str](),
    "iam:GetPolicyVersion": set[str](),
    "dynamodb:DescribeTable": TABLE,
    "application-autoscaling:DescribeScalableTargets": {"extra.autoscaling"},
    "sqs:GetQueueAttributes": {"dlq.queue"},
}
"""The checks that turn unknown when one action is denied, on a stack that is complete without extra credit."""


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries wait as long as botocore says, which no test has to."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)


def judged(pack: RulePack, *, region: str | None = REGION, **deployed: str) -> Report:
    options = {"region": region} if region else {}
    return check_stack(STACK, pack, Request(Settings(options=options), deployed=Deployed(**deployed)))


def outcomes(report: Report) -> dict[str, str]:
    assert report.error is None, report.error
    return {check.rule.id: check.outcome for check in report.checks if EXTRAS.get(check.rule.id) != check.reason}


def test_every_call_has_its_fault() -> None:
    assert set(NEEDED_BY) == {call.action for call in CALLS}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.action)
def test_a_denied_action_leaves_open_only_what_needs_it(boto: Boto, faults: Faults, pack: RulePack, call: Call) -> None:
    deploy(boto)
    faults.deny(call.action)
    report = judged(pack)
    unknown = {check.rule.id for check in report.checks if check.outcome == "unknown"}
    assert unknown == NEEDED_BY[call.action]
    assert {outcome for check, outcome in outcomes(report).items() if check not in unknown} <= {"pass", "skipped"}
    for check in report.checks:
        if check.outcome == "unknown":
            assert check.reason == "access-denied"
            assert call.action in check.message


def test_without_any_permission_every_check_is_open(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    faults.deny("*")
    report = judged(pack)
    assert {check.outcome for check in report.checks[1:]} == {"unknown"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_throttling_changes_no_verdict(boto: Boto, faults: Faults, pack: RulePack, seed: int) -> None:
    deploy(boto)
    before = outcomes(judged(pack))
    faults.throttle(0.3, seed=seed)
    assert outcomes(judged(pack)) == before


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["iam:GetRolePolicy", "lambda:*", "*"])
def test_a_call_survives_four_refusals_in_a_row(boto: Boto, faults: Faults, pack: RulePack, pattern: str) -> None:
    deploy(boto)
    before = outcomes(judged(pack))
    faults.throttle_first(4, pattern)
    assert outcomes(judged(pack)) == before


@pytest.mark.slow
def test_endless_throttling_is_unknown(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    faults.throttle_first(1000, "dynamodb:DescribeTable")
    report = judged(pack)
    refused = {check.rule.id: check.reason for check in report.checks if check.outcome == "unknown"}
    assert refused == dict.fromkeys(TABLE, "call-refused")


def test_two_server_errors_change_no_verdict(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    before = outcomes(judged(pack))
    faults.break_first(2, "*")
    assert outcomes(judged(pack)) == before


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId"])
def test_credentials_that_are_refused(boto: Boto, faults: Faults, pack: RulePack, code: str) -> None:
    deploy(boto)
    faults.refuse_credentials(code)
    report = judged(pack)
    assert report.error is not None
    assert report.error.code == "credentials"


@pytest.mark.usefixtures("standin")
def test_without_credentials(pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    report = judged(pack)
    assert report.error is not None
    assert report.error.code == "credentials"
    assert "--profile" in str(report.error)


@pytest.mark.usefixtures("standin")
def test_a_profile_that_is_not_there(pack: RulePack) -> None:
    report = judged(pack, profile="nobody")
    assert report.error is not None
    assert report.error.code == "credentials"
    assert "nobody" in str(report.error)


@pytest.mark.usefixtures("standin")
def test_without_a_region(pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    report = judged(pack, region=None)
    assert report.error is not None
    assert report.error.code == "no-region"


@pytest.mark.usefixtures("standin")
@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://nowhere.invalid", "not a url"])
def test_an_endpoint_that_does_not_answer(pack: RulePack, url: str) -> None:
    report = judged(pack, endpoint_url=url)
    assert report.error is not None
    assert report.error.code == "unreachable"
    assert url.replace(" ", "") in str(report.error).replace(" ", "")


@pytest.mark.usefixtures("standin")
def test_an_endpoint_that_takes_the_call_and_says_nothing(pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "READ_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        report = judged(pack, endpoint_url=f"http://127.0.0.1:{server.getsockname()[1]}")
    assert report.error is not None
    assert report.error.code == "unreachable"


def test_two_tries_to_connect_take_less_than_half_a_minute() -> None:
    assert 2 * (account.CONNECT_SECONDS + account.READ_SECONDS) <= 30


@pytest.mark.usefixtures("standin")
@pytest.mark.parametrize("stack", ["", "with blanks", "a" * 200, "-dash", "..", "x\ny"])
def test_what_no_stack_can_be_called(pack: RulePack, stack: str) -> None:
    report = check_stack(stack, pack, Request(Settings(options={"region": REGION})))
    assert report.error is not None
    assert report.error.code == "invalid-config"


def test_hostile_texts_of_aws_stay_texts(boto: Boto, pack: RulePack) -> None:
    deploy(boto)
    boto("lambda").update_function_configuration(
        FunctionName=f"{STACK}-PutRideRecordSns",
        DeadLetterConfig={"TargetArn": "arn:aws:sqs:us-east-2:123456789012:{stack}\x1b[31m<b>"},
    )
    report = judged(pack)
    target = next(check for check in report.checks if check.rule.id == "dlq.target")
    assert target.reason == "target-wrong-resource"
    assert "\x1b" not in target.message
    assert queue_arn(boto) not in target.message


def test_the_policy_allows_exactly_the_calls() -> None:
    document = policy_document("wild-rydes-*")
    statements = document["Statement"]
    assert isinstance(statements, list)
    assert {action for statement in statements for action in statement["Action"]} == {call.action for call in CALLS}
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    assert "arn:aws*:lambda:*:*:function:wild-rydes-*" in {statement["Resource"] for statement in statements}
