"""Whatever stands in a serverless.yml, the outcome is a Report, and never a mistake of ours."""

from __future__ import annotations

import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checker.cohort.submission import Request, check_path
from checker.reporters.json import document
from checker.serverless.resolving import Settings
from tests.conftest import FIXTURES, Checked, module_of, pack_of

ANSWERS = ("service/answer", "event-driven/service/ride-record-answer", "event-driven/service/wild-rydes-answer")
ENVIRONMENT = {"HOME": "h", "AWS_ACCOUNT": "123456789012"}

ARN = "arn:aws:sqs:us-east-2:123456789012:queue"
SCALARS: list[Any] = [None, True, False, 0, -1, 2.5, "", "text", "*", ARN, "PutRideRecordSnsDlq", "RideRecordTable"]
VARIABLES: list[Any] = ["${self:}", "${self:custom}", "${opt:x}", "${env:HOME}", "${ssm:/x}", "${", "${AWS::Region}"]
CONTAINERS: list[Any] = [[], {}, [None], [[]], [{}], {"": None}, {"a": {"b": []}}]
ARGUMENTS: list[Any] = [
    None,
    5,
    [],
    {},
    "PutRideRecordSnsDlq",
    ["PutRideRecordSnsDlq", "Arn"],
    ["c", None, {"Ref": None}],
]
FUNCTIONS: list[Any] = [
    {name: argument}
    for name in ("Ref", "Fn::GetAtt", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::ImportValue", "GetResourceArn", "targetArn")
    for argument in ARGUMENTS
]
ODD = st.sampled_from([*SCALARS, *VARIABLES, *CONTAINERS, *FUNCTIONS, {"Ref": "AWS::NoValue"}])
KEYS = st.sampled_from(
    [
        "Resources",
        "Properties",
        "Type",
        "Condition",
        "extensions",
        "PutRideRecordSnsDlq",
        "IamRoleLambdaExecution",
        "iam",
        "role",
        "statements",
        "iamRoleStatements",
        "managedPolicies",
        "iamManagedPolicies",
        "Policies",
        "Roles",
        "deadLetter",
        "onError",
        "destinations",
        "onFailure",
        "events",
        "sqs",
        "arn",
        "enabled",
        "modules",
        "capacities",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "QueueName",
        "FifoQueue",
        "GlobalSecondaryIndexes",
        "environment",
        "handler",
        "http",
        "method",
        "sns",
        "topicName",
        "RidesSnsTopic",
        "Name",
        "Value",
    ]
)


class PlainDumper(yaml.SafeDumper):
    def ignore_aliases(self, _: Any) -> bool:
        return True


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all nodes below the top."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [one for key, value in inner for one in ((*path, key), *places(value, (*path, key)))]


@lru_cache
def parsed(answer: str) -> Any:
    return yaml.safe_load((FIXTURES / answer / "serverless.yml").read_text(encoding="utf-8"))


@st.composite
def mutated(draw: st.DrawFn, answer: str) -> Any:
    """An answer with some of its nodes deleted, replaced, moved or wrapped."""
    tree = copy.deepcopy(parsed(answer))
    for _ in range(draw(st.integers(1, 4))):
        everywhere = places(tree)
        if not everywhere:
            break
        *parents, last = draw(st.sampled_from(everywhere))
        holder = tree
        for key in parents:
            holder = holder[key]
        value, odd, key = holder[last], copy.deepcopy(draw(ODD)), draw(KEYS)
        how = draw(st.sampled_from(["delete", "replace", "replace", "add", "wrap", "nest"]))
        if how == "delete":
            del holder[last]
        elif how == "add" and isinstance(value, dict):
            value[key] = odd
        elif how == "add" and isinstance(value, list):
            value.insert(0, odd)
        else:
            holder[last] = {"wrap": [value], "nest": {key: value}}.get(how, odd)
    return tree


@pytest.mark.slow
@pytest.mark.parametrize("answer", ANSWERS)
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data(), strict=st.booleans())
def test_a_damaged_answer_gets_a_report(
    tmp_path_factory: pytest.TempPathFactory, answer: str, data: st.DataObject, strict: bool
) -> None:
    tree, pack = data.draw(mutated(answer)), pack_of(module_of(FIXTURES / answer))
    folder = tmp_path_factory.getbasetemp() / "damaged"
    folder.mkdir(exist_ok=True)
    (folder / "serverless.yml").write_text(yaml.dump(tree, Dumper=PlainDumper), encoding="utf-8")
    report = check_path(folder, pack, Request(Settings(environment=ENVIRONMENT), strict=strict))
    if report.error is not None:
        assert report.error.code in ("invalid-config", "too-large"), report.error
        return
    assert report.status in ("complete", "incomplete")
    assert [check.rule.id for check in report.checks] == [rule.id for rule in pack.rules]
    for check in document(report)["checks"]:
        assert check["outcome"] in ("pass", "skipped") or check["reason"], check["id"]
        assert check["message"], check["id"]
        assert check["sources"]["file"]["evidence"], check["id"]


SECTIONS = ["provider", "functions", "resources", "plugins", "custom", "package", "frameworkVersion"]


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(
    "value", ["null", "[]", "{}", "text", "5", "[null]", "[[]]", "{1: 2}", "${ssm:/x}", "${self:}"]
)
def test_any_section_may_hold_anything(checked: Checked, section: str, value: str) -> None:
    quoted = f"'{value}'" if value.startswith("$") else value
    report = checked(f"service: a\n{section}: {quoted}\n")
    assert report.error is None
    assert {check.outcome for check in report.checks} <= {"fail", "unknown"}
    assert report.status == "incomplete"


@pytest.mark.parametrize("service", ["5", "[a]", "{name: a}", "'${ssm:/x}'", "true"])
def test_the_services_name_may_be_anything(checked: Checked, service: str) -> None:
    assert checked(f"service: {service}\n").status == "incomplete"


@pytest.mark.parametrize("service", ["", "[]", "{}", "{name: null}", "''"])
def test_a_service_without_a_name_is_an_error(checked: Checked, service: str) -> None:
    error = checked(f"service: {service}\n").error
    assert error is not None
    assert error.code == "invalid-config"


def test_hostile_names_reach_the_messages_on_one_line(checked: Checked) -> None:
    name = "\\e[31m\\u202e`\\n" + "x" * 500
    report = checked(
        f'service: a\nresources: {{Resources: {{RideRecordTable: {{Type: "AWS::DynamoDB::Table", '
        f'Properties: {{BillingMode: "{name}"}}}}}}}}\n'
    )
    (check,) = (check for check in report.checks if check.rule.id == "table.on_demand")
    assert check.reason == "billing-wrong-value"
    assert check.message.isprintable()
    assert len(check.message) < 400


@pytest.mark.parametrize("answer", ANSWERS)
def test_checking_twice_gives_the_same(tmp_path: Path, answer: str) -> None:
    (tmp_path / "serverless.yml").write_text(yaml.safe_dump(parsed(answer)), encoding="utf-8")
    pack = pack_of(module_of(FIXTURES / answer))
    first, second = (document(check_path(tmp_path, pack, Request())) for _ in range(2))
    assert first == second
