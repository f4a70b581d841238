"""Every shape in which a function's failed events can be sent somewhere."""

from __future__ import annotations

import pytest

from checker.cloudformation.intrinsics import Reference, text_value
from checker.model import Target
from tests.serverless.reading import service_of


def targets(body: str, resources: str = "{}", name: str = "put-it") -> tuple[Target, ...]:
    service = service_of(f"service: a\nfunctions: {{{name}: {{{body}}}}}\nresources: {resources}\n")
    return service.functions.entries[name].targets


@pytest.mark.parametrize(
    ("block", "problem", "found"),
    [
        ("{targetArn: null}", "cleared", ""),
        ("{targetArn: ''}", "cleared", ""),
        ("{targetArn: {}}", "unnamed", ""),
        ("{targetArn: []}", "unnamed", ""),
        ("{targetArn: [x]}", "unnamed", ""),
        ("{}", "unnamed", ""),
        ("[]", "unnamed", ""),
        ("text", "unnamed", ""),
        ("5", "unnamed", ""),
        ("{GetResourceArn: Q}", "unnamed", ""),
        ("{targetArn: {GetResourceArn: null}}", "unnamed", ""),
        ("{targetArn: {GetResourceArn: {Ref: Q}}}", "get_att", "Ref"),
        ("{targetArn: {GetResourceArn: 5}}", "unnamed", ""),
        ("{targetArn: {getResourceArn: Q}}", "misspelled_key", "getResourceArn"),
        ("{targetARN: {GetResourceArn: Q}}", "misspelled_key", "targetARN"),
        ("{targetArn: {'Fn::GetAtt': [Q, Arn]}}", "get_att", "Fn::GetAtt"),
        ("{targetArn: !Ref Q}", "get_att", "Ref"),
        ("{targetArn: Q}", "not_an_arn", "Q"),
        ("{targetArn: 5}", "not_an_arn", "5"),
        ("{targetArn: 'arn:aws:lambda:us-east-1:123456789012:function:x'}", "not_an_arn", None),
        ("{targetArn: 'arn:aws-us-gov:sqs:us-gov-west-1:123456789012:q'}", "not_an_arn", None),
        ("{targetArn: 'arn:aws:sqs:us-gov-west-1:123456789012:q'}", "not_an_arn", None),
        ("{targetArn: 'arn:aws:sqs:us-east-1:12345:q'}", "not_an_arn", None),
        ("{targetArn: 'arn:aws:sqs:us-east-1:123456789012:q '}", "not_an_arn", None),
        ("{targetArn: ' '}", "cleared", None),
        ("{sqs: q, sns: t}", "several", "sqs, sns"),
        ("{sqs: q, targetArn: {GetResourceArn: Q}}", "several", "sqs, targetArn"),
    ],
)
def test_a_block_that_the_plugin_cannot_use_says_what_is_wrong(block: str, problem: str, found: str | None) -> None:
    (target,) = targets(f"deadLetter: {block}")
    assert (target.way, target.problem, target.arn) == ("plugin", problem, None)
    assert found is None or target.found == found


@pytest.mark.parametrize("key", ["deadletter", "DeadLetter", "deadLeter", "dead_letter"])
def test_a_misspelled_key_is_noticed(key: str) -> None:
    (target,) = targets(f"{key}: {{targetArn: {{GetResourceArn: Q}}}}")
    assert (target.problem, target.found, target.origin.path) == ("misspelled_key", key, f"functions.put-it.{key}")


@pytest.mark.parametrize(
    ("block", "logical_id"),
    [
        ("{targetArn: {GetResourceArn: Q}}", "Q"),
        ("{sqs: q}", "Put-itDeadLetterQueue"),
        ("{sns: t}", "Put-itDeadLetterTopic"),
    ],
)
def test_a_block_names_a_resource(block: str, logical_id: str) -> None:
    (target,) = targets(f"deadLetter: {block}")
    assert target.arn is not None
    assert text_value(target.arn) == (Reference(logical_id, "Arn"),)
    assert (target.found, target.problem) == (logical_id, None)


@pytest.mark.parametrize("body", ["handler: h", "deadLetter: null", "onError: null", "onError: ''", "destinations: {}"])
def test_nothing_is_no_target(body: str) -> None:
    assert targets(body) == ()


CONFIG = "Properties: {DeadLetterConfig: {TargetArn: {'Fn::GetAtt': [Q, Arn]}}}"


@pytest.mark.parametrize(
    ("body", "resources", "way"),
    [
        ("onError: {'Fn::GetAtt': [Q, Arn]}", "{}", "native"),
        ("handler: h", f"{{extensions: {{PutDashitLambdaFunction: {{{CONFIG}}}}}}}", "native"),
        ("handler: h", f"{{Resources: {{PutDashitLambdaFunction: {{{CONFIG}}}}}}}", "native"),
        ("handler: h", f"[{{Resources: {{}}}}, {{extensions: {{PutDashitLambdaFunction: {{{CONFIG}}}}}}}]", "native"),
        ("destinations: {onFailure: {type: sqs, arn: {'Fn::GetAtt': [Q, Arn]}}}", "{}", "destination"),
    ],
)
def test_the_template_may_set_the_target_itself(body: str, resources: str, way: str) -> None:
    (target,) = targets(body, resources)
    assert target.way == way
    assert target.arn is not None
    assert text_value(target.arn) == (Reference("Q", "Arn"),)


@pytest.mark.parametrize("failure", ["{type: function, arn: a}", "{type: sqs}", "other-function", "null", "[]"])
def test_another_destination_is_no_queue(failure: str) -> None:
    assert targets(f"destinations: {{onFailure: {failure}}}") == ()


def test_the_block_stands_before_the_template() -> None:
    found = targets("onError: {Ref: T}, deadLetter: {targetArn: {GetResourceArn: Q}}")
    assert [target.way for target in found] == ["plugin", "native"]


def test_places_are_those_of_the_value_and_of_the_block() -> None:
    service = service_of(
        "service: a\ncustom:\n  block:\n    targetArn:\n      GetResourceArn: Q\n"
        "functions:\n  F:\n    deadLetter: ${self:custom.block}\n"
    )
    (target,) = service.functions.entries["F"].targets
    assert (target.origin.line, target.holder.line) == (5, 8)
