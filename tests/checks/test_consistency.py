"""Each kind tells of parameters with which its checks can never pass, where they stand, and what may be meant."""

from __future__ import annotations

import pytest

from checker.checks.kinds import find_kind
from checker.errors import CheckError
from checker.rulepack import load_pack
from tests.authoring.packs import HELP, MODULE, module_files
from tests.conftest import MODULES, pack_of

QUEUE = {"logical_id": "Dlq", "type": "AWS::SQS::Queue"}
WRITES = {"actions": ("dynamodb:PutItem",), "writes_to": "Table", "writes_to_type": "AWS::DynamoDB::Table"}
BASE: dict[str, dict[str, object]] = {
    "absence": {**QUEUE, "property": "A", "indexes": "B", "parts": ("C",)},
    "allows": {**QUEUE, "function": "Worker", "action": "sqs:SendMessage"},
    "autoscaling": {"plugin": "p", "logical_id": "T", "billing": "B", "on_demand": "o", "capacity": "C"},
    "dead_letter": {**QUEUE, "function": "Worker", "plugins": ()},
    "environment": {**QUEUE, "function": "Worker", "variable": "URL"},
    "environment_absence": {"function": "Worker", "variable": "URL"},
    "event_source": {**QUEUE, **WRITES, "event": "sqs", "function": "Worker"},
    "function": {"function": "Worker", "handler": "a.b", "formerly": "Old", "others": ("Other",)},
    "http_event": {"function": "Worker", "method": "post"},
    "parameter": {**QUEUE, "name": "/{service}/{stage}/Arn"},
    "plugin": {"name": "p"},
    "property": {**QUEUE, "property": "A", "value": "x"},
    "resource": {**QUEUE, "used_by": "Worker", "refused": "FifoQueue"},
    "subscription": {"function": "Worker", "parameter": "/x/{stage}/Arn"},
}


def misfits(kind: str, change: dict[str, object]) -> list[tuple[str, str]]:
    found = find_kind(kind)
    assert found is not None
    return list(found.check_parameters(found.parameters(**{**BASE[kind], **change})))


@pytest.mark.parametrize("kind", BASE)
def test_what_can_pass_is_let_be(kind: str) -> None:
    assert misfits(kind, {}) == []


@pytest.mark.parametrize("module", MODULES)
def test_shipped_checks_are_let_be(module: str) -> None:
    for rule in pack_of(module).rules:
        assert list(rule.judgement.kind.check_parameters(rule.judgement.parameters)) == [], rule.id


@pytest.mark.parametrize("kind", [kind for kind, given in BASE.items() if "logical_id" in given])
def test_a_logical_id_is_one(kind: str) -> None:
    assert misfits(kind, {"logical_id": "The-Queue"}) == [
        ("logical_id", "`The-Queue` is no logical id; one has letters and digits only")
    ]


@pytest.mark.parametrize("kind", [kind for kind, given in BASE.items() if "type" in given and kind != "event_source"])
def test_a_type_is_one(kind: str) -> None:
    assert misfits(kind, {"type": "AWS:SQS:Queue"}) == [
        ("type", "`AWS:SQS:Queue` is no type of a resource; one is written like `AWS::SQS::Queue`")
    ]


@pytest.mark.parametrize("kind", [kind for kind, given in BASE.items() if "function" in given])
def test_a_function_is_one(kind: str) -> None:
    assert misfits(kind, {"function": "My Worker"}) == [
        ("function", "`My Worker` is no name of a function; one has letters, digits, hyphens and underscores")
    ]


@pytest.mark.parametrize(
    ("kind", "change", "key", "says"),
    [
        ("event_source", {"type": ""}, "logical_id", "`logical_id` says nothing without `type` beside it"),
        ("event_source", {"logical_id": ""}, "type", "`type` says nothing without `logical_id` beside it"),
        ("event_source", {"writes_to": "", "writes_to_type": ""}, "actions", "`actions` says nothing without `writes_to` and `writes_to_type` beside it"),  # noqa: E501
        ("event_source", {"actions": ()}, "writes_to", "`writes_to` says nothing without `actions` beside it"),
        ("event_source", {"event": "sns"}, "type", "an `sns` event comes from an `AWS::SNS::Topic`"),
        ("event_source", {"event": "http"}, "logical_id", "an `http` event comes from no resource; take `logical_id` and `type` away"),  # noqa: E501
        ("event_source", {"actions": ("PutItem",)}, "actions", "`PutItem` is no action; one is written like `sqs:SendMessage`"),  # noqa: E501
        ("function", {"formerly": "Worker"}, "formerly", "`Worker` is what the function is called now; `formerly` is the name before that"),  # noqa: E501
        ("property", {"property": "A.B"}, "property", "`A.B` is no property; one is a single key below `Properties`"),
        ("absence", {"parts": ("C", "D.E")}, "parts", "`D.E` is no property; one is a single key below `Properties`"),
        ("autoscaling", {"billing": "Properties.Mode"}, "billing", "`Properties.Mode` is no property; one is a single key below `Properties`"),  # noqa: E501
        ("resource", {"refused": "a b"}, "refused", "`a b` is no property; one is a single key below `Properties`"),
        ("allows", {"action": "sqs.SendMessage"}, "action", "`sqs.SendMessage` is no action; one is written like `sqs:SendMessage`"),  # noqa: E501
        ("environment", {"variable": "THE-URL"}, "variable", "`THE-URL` is no name of a variable; one has letters, digits and underscores, and a letter first"),  # noqa: E501
        ("http_event", {"method": "PSOT"}, "method", "`PSOT` is no method that can be; did you mean `POST`?"),
        ("http_event", {"method": "x"}, "method", "`X` is no method that can be; it is one of GET, POST, PUT, PATCH, OPTIONS, HEAD, DELETE, ANY"),  # noqa: E501
        ("parameter", {"value_type": "string"}, "value_type", "`string` is no value type that can be; did you mean `String`?"),  # noqa: E501
        ("parameter", {"name": "/{servcie}/Arn"}, "name", "`{servcie}` stands for nothing in the name of an SSM parameter; did you mean `{service}`?"),  # noqa: E501
        ("subscription", {"parameter": "{nope}/{stage}"}, "parameter", "`{nope}` stands for nothing in the name of an SSM parameter; `{service}` and `{stage}` do"),  # noqa: E501
        ("subscription", {"parameter": "x/{stage}"}, "parameter", "`x/{stage}` lacks the slash in front: a name with slashes in it starts with one"),  # noqa: E501
        ("subscription", {"parameter": "/x/${opt:stage}"}, "parameter", "`{opt:stage}` stands for nothing in the name of an SSM parameter; did you mean `{stage}`?"),  # noqa: E501
        ("subscription", {"parameter": "/x y"}, "parameter", "`/x y` is no name of an SSM parameter; one has letters, digits and `.`, `-`, `_`, `/`"),  # noqa: E501
    ],
)  # fmt: skip
def test_what_can_never_pass_is_told(kind: str, change: dict[str, object], key: str, says: str) -> None:
    assert (key, says) in misfits(kind, change)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "message"),
    [
        ("property: BillingMode, value", "property: Billing.Mode, value", 29, 62, "`Billing.Mode` is no property; one is a single key below `Properties`."),  # noqa: E501
        ("given: {event: sns}", "given: {event: fooo}", 60, 52, "`event` is one of sqs, sns, http."),
        ("given: {event: sns}", "given: {event: sns, logical_id: Topic}", 60, 64, "`logical_id` says nothing without `type` beside it."),  # noqa: E501
        ("given: {name: some-plugin,", "given: {name: '',", 14, 13, "`name` is empty."),
    ],
)  # fmt: skip
def test_loading_stops_at_the_parameter(old: str, new: str, line: int, column: int, message: str) -> None:
    assert old in MODULE
    with pytest.raises(CheckError) as caught:
        load_pack(module_files(MODULE.replace(old, new), HELP))
    assert (caught.value.message, caught.value.line, caught.value.column) == (message, line, column)
