"""Variables → values, or Unknown with the reason."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.errors import CheckError
from checker.model import Mapping, Scalar, Unknown, Value, value_at, walk
from checker.serverless import variables
from checker.serverless.resolving import Resolver, Settings
from checker.serverless.variables import Variable, VariableSyntaxError, parse_template
from tests.serverless.reading import data, found, parsed, resolved, scalar, service_of

SETTINGS = Settings(options={"stage": "prod", "empty": ""}, environment={"NAME": "ada", "NUMBER": "7"})
CUSTOM = """
service: rides
custom:
  text: words
  number: 5
  flag: false
  nothing: null
  list: [zero, {k: one}, [two]]
  map: {inner: {deep: value}, key: inner}
  prod: production
  a.b: dotted
"""


def value_of(expression: str, given_settings: Settings = SETTINGS) -> Value:
    quoted = expression.replace("\\", "\\\\").replace('"', '\\"')
    return found(resolved(f'{CUSTOM}x: "{quoted}"\n', given_settings), "x")


def plain_of(expression: str) -> object:
    value = value_of(expression)
    assert isinstance(value, Scalar), value
    return value.value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("${self:custom.text}", "words"),
        ("${ self:custom.text }", "${ self:custom.text }"),
        ("${self:custom.number}", 5),
        ("${self:custom.flag}", False),
        ("${self:custom.list.0}", "zero"),
        ("${self:custom.list.1.k}", "one"),
        ("${self:custom.map.inner.deep}", "value"),
        ("${self:service}", "rides"),
        ("${opt:stage}", "prod"),
        ("${opt:stage, 'dev'}", "prod"),
        ("${opt:nobody, 'dev'}", "dev"),
        ("${opt:nobody, env:NAME, 'dev'}", "ada"),
        ("${opt:nobody, env:NOBODY, 'dev'}", "dev"),
        ("${opt:nobody,env:NOBODY,self:custom.text}", "words"),
        ("${opt:empty, 'dev'}", ""),
        ("${self:custom.nothing, 'default'}", "default"),
        ("${self:custom.flag, 'default'}", False),
        ("${self:custom.nowhere.at.all, 'default'}", "default"),
        ("${self:custom.text.further, 'default'}", "default"),
        ("${self:custom.list.9, 'default'}", "default"),
        ("${self:custom.list.-1, 'default'}", "default"),
        ("${self:custom.${opt:stage}}", "production"),
        ("${self:custom.map.${self:custom.map.key}.deep}", "value"),
        ("${self:custom.list.${opt:nobody, 0}}", "zero"),
        ("a-${self:custom.text}-${opt:stage}-z", "a-words-prod-z"),
        ("${self:custom.number}${self:custom.number}", "55"),
        ("${self:custom.flag}!", "false!"),
        ("${opt:nobody, 'a, b'}", "a, b"),
        ("${opt:nobody, 'a } b'}", "a } b"),
        ("${opt:nobody, 'a { b'}", "a { b"),
        ("${opt:nobody, 'with ${self:custom.text}, too'}", "with words, too"),
        ("${opt:nobody, ''}", ""),
        ('${opt:nobody, "double"}', "double"),
        ("${opt:nobody, 5}", 5),
        ("${opt:nobody, -2.5}", -2.5),
        ("${opt:nobody, true}", True),
        ("${opt:nobody, false}", False),
        ("${opt:nobody, null}", None),
        ("${AWS::Region}", "${AWS::Region}"),
        ("${Queue.Arn}", "${Queue.Arn}"),
        ("${Queue}", "${Queue}"),
        ("${!Literal}", "${!Literal}"),
        ("${}", "${}"),
        ("arn:${AWS::Partition}:sqs:${self:custom.text}", "arn:${AWS::Partition}:sqs:words"),
        ("costs 5$ {here}", "costs 5$ {here}"),
        ("$${self:custom.text}", "$words"),
    ],
)
def test_an_expression_has_the_value_that_the_framework_gives_it(expression: str, value: object) -> None:
    actual = plain_of(expression)
    assert (type(actual), actual) == (type(value), value)


@pytest.mark.parametrize("expression", ["${opt:nobody, []}", "${opt:nobody, {}}"])
def test_a_list_or_mapping_is_no_literal(expression: str) -> None:
    value = value_of(expression)
    assert isinstance(value, Unknown)
    assert value.why == "variable_syntax"


def test_a_quoted_default_that_is_one_variable_may_be_a_mapping() -> None:
    assert isinstance(value_of("${opt:nobody, '${self:custom}'}"), (Mapping, Unknown))


def test_a_variable_may_stand_for_a_whole_mapping_or_list() -> None:
    assert data(value_of("${self:custom.map.inner}")) == {"deep": (str, "value")}
    assert data(value_of("${self:custom.list.2}")) == [(str, "two")]


@pytest.mark.parametrize(
    ("expression", "why", "facts"),
    [
        ("${env:NOBODY}", "environment_unset", {"expression": "${env:NOBODY}", "name": "NOBODY"}),
        ("${opt:nobody}", "option_unset", {"name": "nobody"}),
        ("${opt:nobody, env:NOBODY}", "environment_unset", {"name": "NOBODY"}),
        ("${self:custom.nowhere}", "variable_unset", {"name": "custom.nowhere"}),
        ("${ssm:/a/b}", "value_in_aws", {"expression": "${ssm:/a/b}"}),
        ("${ssm:/a/${opt:stage}}", "value_in_aws", {"expression": "${ssm:/a/${opt:stage}}"}),
        ("${ssm:/a/b, 'default'}", "value_in_aws", {}),
        ("${cf:stack.Output}", "value_in_aws", {}),
        ("${s3:bucket/key}", "value_in_aws", {}),
        ("${aws:accountId}", "value_in_aws", {}),
        ("text ${env:NOBODY} text", "environment_unset", {"expression": "${env:NOBODY}"}),
        ("${foo:bar}", "source_unread", {"source": "foo"}),
        ("${self:custom.text", "variable_syntax", {"expression": "${self:custom.text"}),
        ("${self:custom.${opt:stage}", "variable_syntax", {}),
        ("${opt:nobody, 'open}", "variable_syntax", {}),
        ("${opt:nobody, ${self:custom.text}}", "variable_syntax", {}),
        ("${opt:nobody, bare}", "variable_syntax", {}),
        ("${opt:nobody, }", "variable_syntax", {}),
        ("a ${self:custom.list} b", "variable_in_text", {"expression": "${self:custom.list}"}),
        ("${self:x}", "variable_cycle", {}),
        ("${self:}", "variable_cycle", {}),
    ],
)
def test_what_cannot_be_told_says_why(expression: str, why: str, facts: dict[str, str]) -> None:
    value = value_of(expression)
    while isinstance(value, Mapping):  # `${self:}` is the whole document
        value = found(value, "x")
    assert isinstance(value, Unknown), value
    assert value.why == why
    assert facts.items() <= dict(value.facts).items()


@pytest.mark.parametrize(
    "body",
    [
        "a: ${self:custom.a}",
        "a: ${self:custom.b}\n  b: ${self:custom.a}",
        "a: {b: '${self:custom.a}'}",
        "a: {b: {c: '${self:custom.a.b}'}}",
        "a: ['${self:custom.a}']",
        "a: x${self:custom.b}x\n  b: y${self:custom.a}y",
        "a: ${self:custom.${self:custom.a}}",
        "a: ${opt:nobody, '${self:custom.a}'}",
        "a: ${self:custom}",
    ],
)
def test_a_circle_ends_as_unknown_and_spares_the_rest(body: str) -> None:
    document = resolved(f"custom:\n  fine: ${{opt:nobody, 'yes'}}\n  {body}\n")
    assert scalar(document, "custom", "fine") == "yes"
    unknowns = [value.why for _, value in walk(found(document, "custom", "a")) if isinstance(value, Unknown)]
    assert set(unknowns) == {"variable_cycle"}


def test_only_version_1_fills_in_the_stage_of_the_provider() -> None:
    document = parsed("service: a\nx: ${self:provider.stage}\ny: ${sls:stage}\n")
    now = Resolver(document, Settings()).resolve_document()
    assert isinstance(found(now, "x"), Unknown)
    assert scalar(now, "y") == "dev"
    then = Resolver(document, Settings(), syntax="framework-1").resolve_document()
    assert scalar(then, "x") == "dev"


def test_options_decide_stage_and_region_of_the_service() -> None:
    text = "service: a\nprovider: {stage: written, region: eu-west-1}\n"
    service = service_of(text, Settings(options={"stage": "given", "region": "us-west-2"}))
    assert service.stack_name == "a-given"
    assert data(service.region) == (str, "us-west-2")
    assert service_of(text).stack_name == "a-written"


def test_a_value_through_a_variable_points_at_its_text_and_at_its_use() -> None:
    value = found(resolved("custom:\n  mode: PAY\nx:\n  y: ${self:custom.mode}\n"), "x", "y")
    assert [(one.line, one.path) for one in value.origin.chain()] == [(2, "custom.mode"), (4, "x.y")]


def test_a_default_stands_where_the_variable_stands() -> None:
    value = found(resolved("x:\n  y: ${opt:nobody, 'd'}\n"), "x", "y")
    assert [(one.line, one.path) for one in value.origin.chain()] == [(2, "x.y")]


SECRET = "s3cr3t-value"


@pytest.mark.parametrize(
    "expression",
    [
        "${env:TOKEN}",
        "${opt:nobody, env:TOKEN}",
        "${opt:nobody, 'x${env:TOKEN}'}",
        "a${env:TOKEN}b",
        "${self:custom.token}",
        "${self:custom.joined}",
        "${self:custom.map.k}",
        "${self:custom.${env:TOKEN}}",
        "${ssm:/${env:TOKEN}}",
        "${env:${env:TOKEN}}",
        "${opt:${env:TOKEN}}",
        "${foo:${env:TOKEN}}",
        "${self:custom.list}${env:TOKEN}",
    ],
)
def test_a_value_from_the_environment_is_never_what_a_report_shows(expression: str) -> None:
    text = "custom: {token: '${env:TOKEN}', joined: 'a-${env:TOKEN}', map: {k: '${env:TOKEN}'}, list: []}\n"
    value = found(resolved(f'{text}x: "{expression}"\n', Settings(environment={"TOKEN": SECRET})), "x")
    if isinstance(value, Unknown):
        assert SECRET not in repr(value.facts)
    else:
        assert isinstance(value, Scalar)
        assert SECRET not in value.shown
        assert "${env:TOKEN}" in value.shown


def test_an_empty_environment_answers_nothing() -> None:
    value = value_of("${env:PATH}", Settings())
    assert isinstance(value, Unknown)


def timed_outcome(text: str, seconds: float = 5) -> str:
    """`ok`, or the code of the error; fails when it takes too long."""
    started = time.monotonic()
    try:
        resolved(text)
        outcome = "ok"
    except CheckError as error:
        outcome = error.code
    assert time.monotonic() - started < seconds
    return outcome


def test_text_that_doubles_is_too_large() -> None:
    lines = ["a0: xxxxxxxxxx", *(f"a{n}: ${{self:custom.a{n - 1}}}${{self:custom.a{n - 1}}}" for n in range(1, 40))]
    assert timed_outcome("custom:\n  " + "\n  ".join(lines) + "\n") == "too-large"


def test_mappings_that_double_are_too_large() -> None:
    lines = ["a0: {k: v}"]
    lines += [f"a{n}: {{l: '${{self:custom.a{n - 1}}}', r: '${{self:custom.a{n - 1}}}'}}" for n in range(1, 60)]
    assert timed_outcome("custom:\n  " + "\n  ".join(lines) + "\n") == "too-large"


def test_lists_that_grow_the_nesting_are_too_large() -> None:
    lines = ["a0: [x]", *(f"a{n}: ['${{self:custom.a{n - 1}}}']" for n in range(1, 150))]
    assert timed_outcome("custom:\n  " + "\n  ".join(lines) + "\n") == "too-large"


def test_a_chain_of_ten_thousand_variables_ends() -> None:
    lines = [f"a{n}: ${{self:custom.a{n + 1}}}" for n in range(10_000)]
    assert timed_outcome("custom:\n  " + "\n  ".join(lines) + "\n") in ("ok", "too-large")


def test_variables_nested_too_deeply_in_one_text_are_unknown() -> None:
    value = value_of("${self:custom." * 5000 + "}" * 5000)
    assert isinstance(value, Unknown)
    assert value.why == "variable_syntax"


def test_variables_on_a_hundred_levels_do_not_exhaust_the_stack() -> None:
    text = "a: " + "{k: " * 95 + "'${self:custom.${self:custom.${self:custom.x}}}'" + "}" * 95 + "\ncustom: {x: x}\n"
    assert timed_outcome(text) in ("ok", "too-large")


@pytest.mark.parametrize("text", ["${self:", "${self:a, '", "a ${self:b", "${self:${self:b}", '${self:a, "'])
def test_an_unclosed_variable_is_an_error_of_syntax(text: str) -> None:
    with pytest.raises(VariableSyntaxError):
        parse_template(text)


TOKENS = [
    "${",
    "}",
    " ",
    "'",
    '"',
    ",",
    ":",
    "self",
    "opt",
    "env",
    "a",
    ".",
    "\\",
    "(",
    ")",
    "AWS",
    "::",
    "0",
    "null",
    "{}",
    "[]",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(TOKENS), max_size=30))
def test_any_text_is_a_template_or_an_error_of_syntax(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        parts = parse_template(text)
    except VariableSyntaxError:
        return
    if "\\" not in text:  # a backslash before `${` goes
        assert "".join(part.text if isinstance(part, Variable) else part for part in parts) == text


# A second, naive resolver: expressions as trees, written to text for the one under test.


@dataclass(frozen=True)
class Words:
    text: str


@dataclass(frozen=True)
class Ask:
    """`${self:custom.<key>}`, `${opt:…}` or `${env:…}` by the text of `address`, else the default."""

    source: str
    address: Tree
    default: Tree | None


@dataclass(frozen=True)
class Glue:
    parts: tuple[Tree, ...]


Tree = Words | Ask | Glue
NAMES = ["k0", "k1", "k2", "k3"]
OPTIONS = {"k0": "k1", "k1": "opt-one"}
ENVIRONMENT = {"k2": "k0", "k1": "env, one"}


def trees() -> st.SearchStrategy[Tree]:
    leaves = st.builds(Words, st.sampled_from([*NAMES, "w", "a b", "", "x, y", "{z"]))
    return st.recursive(
        leaves,
        lambda inner: (
            st.builds(Ask, st.sampled_from(["self", "opt", "env"]), _addresses(inner), st.none() | inner)
            | st.builds(Glue, st.lists(inner, min_size=1, max_size=3).map(tuple))
        ),
        max_leaves=6,
    )


def _addresses(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.builds(Words, st.sampled_from(NAMES)) | inner.filter(lambda tree: isinstance(tree, Ask))


def written(tree: Tree, quotes: str = "'\"") -> str | None:
    """The expression; None when it would need more kinds of quotes than there are."""
    if isinstance(tree, Words):
        return tree.text
    if isinstance(tree, Glue):
        texts = [written(part, quotes) for part in tree.parts]
        return None if None in texts else "".join(text for text in texts if text is not None)
    prefix = "self:custom." if tree.source == "self" else f"{tree.source}:"
    address = written(tree.address, quotes)
    if address is None:
        return None
    if tree.default is None:
        return f"${{{prefix}{address}}}"
    if not quotes:
        return None
    default = written(tree.default, quotes[1:])
    return None if default is None else f"${{{prefix}{address}, {quotes[0]}{default}{quotes[0]}}}"


class NoValueError(Exception):
    pass


def naive(tree: Tree, document: dict[str, Tree], active: tuple[str, ...] = ()) -> str:
    if isinstance(tree, Words):
        return tree.text
    if isinstance(tree, Glue):
        return "".join(naive(part, document, active) for part in tree.parts)
    name = naive(tree.address, document, active)
    if tree.source == "self":
        if name in active:
            raise NoValueError
        if name in document:
            return naive(document[name], document, (*active, name))
    else:
        answers = OPTIONS if tree.source == "opt" else ENVIRONMENT
        if name in answers:
            return answers[name]
    if tree.default is None:
        raise NoValueError
    return naive(tree.default, document, active)


@pytest.mark.slow
@settings(max_examples=200)
@given(st.lists(trees(), min_size=4, max_size=4))
def test_it_agrees_with_a_naive_resolver(values: list[Tree]) -> None:
    document = dict(zip(NAMES, values, strict=True))
    texts = {name: written(tree) for name, tree in document.items()}
    if None in texts.values():
        return
    yaml_text = "custom:\n" + "".join(f'  {name}: "{_escaped(text or "")}"\n' for name, text in texts.items())
    answer = found(resolved(yaml_text, Settings(OPTIONS, ENVIRONMENT)), "custom")
    for name, tree in document.items():
        actual = value_at(answer, name)
        try:
            expected: str | None = naive(tree, document, (name,))
        except NoValueError:
            expected = None
        if expected is None:
            assert isinstance(actual, Unknown), (texts, name)
        else:
            assert isinstance(actual, Scalar), (texts, name)
            assert actual.value == expected, (texts, name)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


EXPRESSIONS = st.lists(
    st.sampled_from(
        [
            "${self:custom.",
            "${self:",
            "${opt:",
            "${env:",
            "${ssm:/",
            "${AWS::Region}",
            "${",
            "}",
            "k0",
            "k1",
            "k2",
            ".k",
            ", ",
            "'",
            "null",
            "5",
            "[]",
            " ",
            "0",
            "${file(x.yml):",
            "${Queue.Arn}",
            "custom",
        ]
    ),
    max_size=12,
).map("".join)
VALUES = st.recursive(
    EXPRESSIONS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["k", "k0", "0"]), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=200)
@given(st.fixed_dictionaries({"k0": VALUES, "k1": VALUES, "k2": VALUES}))
def test_resolving_ends_raises_only_our_error_and_a_second_pass_changes_nothing(custom: object) -> None:
    import json

    document = parsed(json.dumps({"custom": custom}))
    given_settings = Settings({"k0": "one"}, {"k1": "two"})
    try:
        once = Resolver(document, given_settings).resolve_document()
    except CheckError as error:
        raised = error
    else:
        assert data(Resolver(once, given_settings).resolve_document()) == data(once)
        assert data(Resolver(document, given_settings).resolve_document()) == data(once)
        return
    assert raised.code == "too-large"
    assert raised.line is not None


def test_only_short_texts_are_kept() -> None:
    variables._kept_template.cache_clear()
    short, long = "${self:a}", "${self:" + "a" * 200 + "}"
    for text in (short, short, long):
        (variable,) = parse_template(text)
        assert isinstance(variable, Variable)
        assert variable.text == text
    kept = variables._kept_template.cache_info()
    assert (kept.currsize, kept.hits) == (1, 1)
