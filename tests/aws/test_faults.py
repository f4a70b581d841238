"""What goes wrong between here and AWS never becomes a wrong verdict."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from checker.aws import account
from checker.aws.calls import CALLS, Call, policy_document
from checker.cohort.submission import Deployed, Request, check_stack
from checker.report import Report
from checker.rulepack import RulePack
from checker.serverless.resolving import Settings
from tests.aws.conftest import REGION, ROLE, STACK, Boto, deploy, queue_arn, scale_table
from tests.aws.faults import Faults
from tests.aws.test_reading import EXTRAS

pytestmark = pytest.mark.slow  # a real HTTP server answers each call

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
    "iam:ListAttachedRolePolicies": {"dlq.permission"},
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


@pytest.mark.parametrize("seed", range(3))
def test_throttling_changes_no_verdict(boto: Boto, faults: Faults, pack: RulePack, seed: int) -> None:
    deploy(boto)
    before = outcomes(judged(pack))
    faults.throttle(0.3, seed=seed)
    assert outcomes(judged(pack)) == before


@pytest.mark.parametrize("pattern", ["iam:GetRolePolicy", "lambda:*", "*"])
def test_a_call_survives_four_refusals_in_a_row(boto: Boto, faults: Faults, pack: RulePack, pattern: str) -> None:
    deploy(boto)
    before = outcomes(judged(pack))
    faults.throttle_first(4, pattern)
    assert outcomes(judged(pack)) == before


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
@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://nowhere.invalid", "not a url", "http://[::1", "http://x:99999"]
)
def test_an_endpoint_that_does_not_answer(pack: RulePack, url: str) -> None:
    report = judged(pack, endpoint_url=url)
    assert report.error is not None
    assert report.error.code == "unreachable"
    assert url.replace(" ", "") in str(report.error).replace(" ", "")


class _Page(BaseHTTPRequestHandler):
    """A web server that is no AWS."""

    def do_POST(self) -> None:
        status, body = self.server.answer  # type: ignore[attr-defined]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


@pytest.mark.usefixtures("standin")
@pytest.mark.parametrize("status", [200, 302, 404, 407])
def test_an_endpoint_that_is_a_web_page(pack: RulePack, status: int) -> None:
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        server.answer = (status, b"<html><body>hello</body></html>")  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        report = judged(pack, endpoint_url=f"http://user:s3cr3t@127.0.0.1:{server.server_port}")
        server.shutdown()
    assert report.error is not None
    assert report.error.code == "unreachable"
    assert "s3cr3t" not in str(report.error)


@pytest.mark.usefixtures("standin")
@pytest.mark.parametrize(
    "profile",
    [
        "credential_process = /nowhere/program",
        "credential_process = echo no-json-topsecret",
        "credential_process = 'unbalanced",
        "role_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = /nowhere/token",
        "role_arn = arn:aws:iam::123456789012:role/r\nsource_profile = nobody",
        "sso_start_url = https://a.example\nsso_region = us-east-1\nsso_account_id = 123456789012\nsso_role_name = r",
        "aws_access_key_id = only-this",
    ],
)
def test_a_profile_that_gives_no_credentials(
    pack: RulePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str
) -> None:
    config = tmp_path / "config"
    config.write_text(f"[profile broken]\n{profile}\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    report = judged(pack, profile="broken")
    assert report.error is not None
    assert report.error.code == "credentials"
    assert "topsecret" not in str(report.error)
    assert "\n" not in str(report.error)


def test_a_role_that_may_not_be_assumed(
    boto: Boto, faults: Faults, pack: RulePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(boto)
    config = tmp_path / "config"
    role = "role_arn = arn:aws:iam::123456789012:role/teacher\ncredential_source = Environment"
    config.write_text(f"[profile class]\n{role}\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    assert judged(pack, profile="class").status == "complete"
    faults.deny("sts:AssumeRole")
    report = judged(pack, profile="class")
    assert report.error is not None
    assert report.error.code == "credentials"
    assert "AssumeRole" in str(report.error)


@pytest.mark.usefixtures("standin")
def test_credentials_that_take_for_ever(pack: RulePack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text("[profile slow]\ncredential_process = sleep 5\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setattr(account, "CREDENTIAL_SECONDS", 0.2)
    report = judged(pack, profile="slow")
    assert report.error is not None
    assert report.error.code == "credentials"


@pytest.mark.usefixtures("standin")
@pytest.mark.parametrize("region", ["garbage!!", "us east 2"])
def test_what_is_no_region(pack: RulePack, region: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    report = judged(pack, region=region)
    assert report.error is not None
    assert report.error.code == "no-region"


def test_the_region_of_the_environment(boto: Boto, pack: RulePack, monkeypatch: pytest.MonkeyPatch) -> None:
    deploy(boto)
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", REGION)
    assert judged(pack, region=None).status == "complete"


def test_a_policy_that_may_not_be_read_may_deny(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    iam = boto("iam")
    denied = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}]}
    arn = iam.create_policy(PolicyName="no-queues", PolicyDocument=json.dumps(denied))["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)
    assert outcomes(judged(pack))["dlq.permission"] == "fail"
    faults.deny("iam:GetPolicyVersion")
    assert outcomes(judged(pack))["dlq.permission"] == "unknown"


def test_a_destination_that_may_not_be_read(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto, dead_letter="")
    faults.deny("lambda:GetFunctionEventInvokeConfig")
    assert outcomes(judged(pack))["dlq.target"] == "unknown"


def test_a_table_that_may_not_be_read_is_not_scaled(boto: Boto, faults: Faults, pack: RulePack) -> None:
    deploy(boto)
    scale_table(boto)
    faults.deny("dynamodb:DescribeTable")
    report = judged(pack)
    unknown = {check.rule.id for check in report.checks if check.outcome == "unknown"}
    assert unknown == {*TABLE, "extra.autoscaling"}


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
@pytest.mark.parametrize("stack", ["", "with blanks", "a" * 200, "-dash", "..", "x\ny", "arn:aws", "arn:a:b:c"])
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
