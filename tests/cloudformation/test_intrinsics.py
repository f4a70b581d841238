"""Intrinsic functions, as far as they can be told before a deployment."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.cloudformation.intrinsics import Reference, function_of, settle, text_value
from checker.model import Scalar, Unknown, Value
from tests.serverless.reading import data, found, parsed

Q_ARN = Reference("Q", "Arn")


def value_of(text: str) -> Value:
    return found(parsed(f"x: {text}\n"), "x")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("words", ("words",)),
        ("5", ("5",)),
        ("true", ("true",)),
        ("!Ref Q", (Reference("Q"),)),
        ("!GetAtt Q.Arn", (Q_ARN,)),
        ("{'Fn::GetAtt': [Q, Arn]}", (Q_ARN,)),
        ("{'Fn::GetAtt': [S, Outputs, Url]}", (Reference("S", "Outputs.Url"),)),
        ("{'Fn::GetAtt': Q.Arn}", (Reference("Q", "Arn", dotted=True),)),
        ("{'Fn::GetAtt': [Q.Arn]}", (Reference("Q", "Arn", dotted=True),)),
        ("!Sub 'a-${Q}-z'", ("a-", Reference("Q"), "-z")),
        ("!Sub '${Q.Arn}/*'", (Q_ARN, "/*")),
        ("!Sub 'arn:${AWS::Partition}:sqs'", ("arn:", Reference("AWS::Partition"), ":sqs")),
        ("!Sub '${!Literal}'", ("${Literal}",)),
        ("!Sub 'x${!Literal}y${ Q }'", ("x${Literal}y", Reference("Q"))),
        ("!Sub ['${a}-${b}', {a: one}]", ("one-", Reference("b"))),
        ("!Sub ['${a}${a}', {a: !GetAtt Q.Arn}]", (Q_ARN, Q_ARN)),
        ("!Sub ['${a.b}', {a.b: given}]", ("given",)),
        ("!Sub ['${a}', {a: !Sub '${b}'}]", (Reference("b"),)),
        ("!Sub ['only']", ("only",)),
        ("!Sub no variables", ("no variables",)),
        ("!Join [':', [a, b, c]]", ("a:b:c",)),
        ("!Join ['', [a, !Ref Q, b]]", ("a", Reference("Q"), "b")),
        ("!Join ['-', [!Join [':', [a, b]], !Join ['', []], c]]", ("a:b--c",)),
        (
            "!Join [':', [arn, !Sub '${AWS::Region}', !GetAtt Q.QueueName]]",
            ("arn:", Reference("AWS::Region"), ":", Reference("Q", "QueueName")),
        ),
        ("!If [c, same, same]", ("same",)),
        ("!If [c, !Ref Q, !Ref Q]", (Reference("Q"),)),
        ("!If [c, !Sub ab, !Join ['', [a, b]]]", ("ab",)),
        ("!If [c, !If [d, x, x], x]", ("x",)),
    ],
)
def test_a_text_is_told_with_the_parts_that_only_the_deployment_makes(
    text: str, parts: tuple[str | Reference, ...]
) -> None:
    assert text_value(value_of(text)) == parts


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[a]", "not_text"),
        ("{a: b}", "not_text"),
        ("{a: b, Ref: c}", "not_text"),
        ("!Sub {}", "not_text"),
        ("!Sub []", "not_text"),
        ("!Sub [[a], {}]", "not_text"),
        ("!Sub ['${a}', {a: [b]}]", "not_text"),
        ("!Join a", "not_text"),
        ("!Join [':']", "not_text"),
        ("!Join [':', text]", "not_text"),
        ("!Join [[], []]", "not_text"),
        ("!Join [':', [[a]]]", "not_text"),
        ("{'Fn::GetAtt': []}", "not_text"),
        ("!If [c, a, b]", "conditional_value"),
        ("!If [c, a]", "conditional_value"),
        ("!If text", "conditional_value"),
        ("!ImportValue x", "made_by_deployment"),
        ("!Select [0, [a]]", "made_by_deployment"),
        ("!Split [':', 'a:b']", "made_by_deployment"),
    ],
)
def test_what_is_no_text_says_why(text: str, why: str) -> None:
    value = text_value(value_of(text))
    assert isinstance(value, Unknown)
    assert value.why == why


@pytest.mark.parametrize(
    ("text", "settled"),
    [
        ("!Ref AWS::NoValue", None),
        ("!If [c, !Ref AWS::NoValue, !Ref AWS::NoValue]", None),
        ("!If [c, a, a]", (str, "a")),
        ("!If [c, {k: v}, {k: v}]", {"k": (str, "v")}),
        ("!If [c, [a], [a]]", [(str, "a")]),
        ("!If [c, !If [d, a, a], a]", (str, "a")),
        ("!Sub text", (str, "text")),
        ("!Join ['_', [PAY, PER]]", (str, "PAY_PER")),
        ("{a: b}", {"a": (str, "b")}),
        ("5", (int, 5)),
    ],
)
def test_a_value_settles_where_the_deployment_has_no_choice(text: str, settled: object) -> None:
    assert data(settle(value_of(text))) == settled


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("!If [c, a, b]", "conditional_value"),
        ("!If [c, 1, '1']", "conditional_value"),
        ("!If [c, a, !Ref AWS::NoValue]", "conditional_value"),
        ("!Ref Parameter", "made_by_deployment"),
        ("!GetAtt Q.Arn", "made_by_deployment"),
        ("!ImportValue x", "made_by_deployment"),
    ],
)
def test_a_value_that_the_deployment_decides_is_unknown(text: str, why: str) -> None:
    value = settle(value_of(text))
    assert isinstance(value, Unknown)
    assert value.why == why


def test_branches_that_agree_stand_at_the_condition() -> None:
    value = settle(found(parsed("x:\n  Fn::If:\n    - c\n    - same\n    - same\n"), "x"))
    assert isinstance(value, Scalar)
    assert value.origin.line == 1


def _tagged(given_: tuple[str, str]) -> str:
    name, inner = given_
    return f"{{{'Ref' if name == 'Ref' else f'Fn::{name}'}: {inner}}}"


PIECES = st.recursive(
    st.sampled_from(
        ["a", "5", "null", "''", "!Ref Q", "!GetAtt Q.Arn", "!Sub '${Q}'", "!Ref AWS::NoValue", "[]", "{}"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | st.tuples(st.sampled_from(["Sub", "Join", "If", "GetAtt", "Select", "Ref", "Base64"]), inner).map(_tagged)
        | st.tuples(inner, inner).map(lambda two: f"!If [c, {two[0]}, {two[1]}]")
        | st.lists(inner, max_size=3).map(lambda items: f"!Join ['-', [{', '.join(items)}]]")
    ),
    max_leaves=8,
)


@settings(max_examples=150)
@given(PIECES)
def test_any_expression_has_a_text_or_a_reason_and_settles_once(text: str) -> None:
    value = value_of(text)
    parts = text_value(value)
    assert isinstance(parts, Unknown) or all(isinstance(part, (str, Reference)) for part in parts)
    once = settle(value)
    if not isinstance(once, Unknown) and function_of(once) is None:
        assert data(settle(once)) == data(once)
