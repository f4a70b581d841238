"""YAML text → values with their places."""

from __future__ import annotations

import math
import time
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.errors import CheckError
from checker.model import Mapping, Origin, Scalar, Sequence, Value, walk
from checker.serverless.framework import ScalarTable
from checker.serverless.parsing import decode, parse_json, parse_yaml
from checker.serverless.scalars import typed
from tests.serverless.reading import FILE, data, found, parsed, scalar


def place(value: Value) -> tuple[int, int, str]:
    return value.origin.line, value.origin.column, value.origin.path


def item(value: Value, index: int) -> Value:
    assert isinstance(value, Sequence)
    return value.items[index]


def error_of(text: str) -> CheckError:
    with pytest.raises(CheckError) as caught:
        parse_yaml(text, FILE)
    return caught.value


def test_a_value_stands_at_its_key() -> None:
    document = parsed("service: a\nprovider:\n  stage:   dev\n")
    assert place(found(document, "provider", "stage")) == (3, 3, "provider.stage")
    assert place(found(document, "provider")) == (2, 1, "provider")


def test_a_list_item_stands_behind_its_dash() -> None:
    plugins = found(parsed("plugins:\n  - one\n  -   two\n"), "plugins")
    assert [place(item(plugins, index)) for index in (0, 1)] == [(2, 5, "plugins[0]"), (3, 7, "plugins[1]")]


def test_flow_style_has_places_too() -> None:
    document = parsed("a: {b: [x, {c: d}]}\n")
    second = item(found(document, "a", "b"), 1)
    assert place(second) == (1, 12, "a.b[1]")
    assert place(found(second, "c")) == (1, 13, "a.b[1].c")


def test_lists_in_lists_name_each_position() -> None:
    inner = item(found(parsed("a:\n  - - x\n    - y\n"), "a"), 0)
    assert place(item(inner, 1)) == (3, 7, "a[0][1]")


def test_windows_line_ends_count_as_one_line_each() -> None:
    document = parsed("service: a\r\nprovider:\r\n  stage: dev\r\n")
    assert place(found(document, "provider", "stage")) == (3, 3, "provider.stage")
    assert scalar(document, "provider", "stage") == "dev"


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    document = parsed(decode("\ufeffservice: a\n".encode(), FILE))
    assert place(found(document, "service")) == (1, 1, "service")


def test_columns_count_characters_and_not_bytes() -> None:
    document = parsed('{"é\U0001f600": ü, b: c}\n')
    assert place(found(document, "b")) == (1, 11, "b")


def test_text_over_several_lines_stands_at_its_key() -> None:
    document = parsed("a: >\n  one\n  two\nb: |\n  x\n")
    assert scalar(document, "a") == "one two\n"
    assert place(found(document, "b")) == (4, 1, "b")


def test_bytes_that_are_not_utf8_are_refused_where_they_stand() -> None:
    with pytest.raises(CheckError) as caught:
        decode(b"service: a\nname: \xc3\xa9\xff\n", FILE)
    assert (caught.value.code, caught.value.line, caught.value.column) == ("invalid-yaml", 2, 8)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("tRUE", "tRUE"),
        ("false", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("Null", None),
        ("nULL", "nULL"),
        ("0", 0),
        ("-7", -7),
        ("+7", 7),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("-0x1f", -31),
        ("0b101", 5),
        ("0o8", "0o8"),
        ("0x", "0x"),
        ("1.5", 1.5),
        ("5.", 5),
        (".5", 0.5),
        ("1e3", 1000),
        ("1.0", 1),
        ("1:30", "1:30"),
        ("-", "-"),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("12 apples", "12 apples"),
        (".inf", math.inf),
        ("-.inf", -math.inf),
        ("9" * 400, "9" * 400),
        ("arn:aws:sqs:us-east-2:1:q", "arn:aws:sqs:us-east-2:1:q"),
    ],
)
def test_plain_scalars_are_typed_as_the_framework_types_them(text: str, value: object) -> None:
    assert (type(typed(text)), typed(text)) == (type(value), value)


def test_not_a_number_is_one() -> None:
    number = typed(".nan")
    assert isinstance(number, float)
    assert math.isnan(number)


@pytest.mark.parametrize("written", ["'5'", '"5"', "!!str 5", "! 5"])
def test_quotes_and_the_text_tag_make_text(written: str) -> None:
    assert scalar(parsed(f"a: {written}\n"), "a") == "5"


@pytest.mark.parametrize(
    "written", ["!!int text", "!!int 0.5", '!!null ""', "!!bool yes", "!!timestamp soon", "!!map text"]
)
def test_an_explicit_tag_must_fit_its_text(written: str) -> None:
    error = error_of(f"a: {written}\n")
    assert (error.code, error.line, error.column) == ("invalid-yaml", 1, 4)


@pytest.mark.parametrize(
    ("table", "value", "key"),
    [
        ("js-yaml-3", 15, "Wed Oct 17 2012 00:00:00 GMT+0000 (Coordinated Universal Time)"),
        ("js-yaml-4", 17, "Wed Oct 17 2012 00:00:00 GMT+0000 (Coordinated Universal Time)"),
        ("osls", 17, "2012-10-17"),
    ],
)
def test_plain_scalars_are_typed_by_the_table_of_the_framework(table: ScalarTable, value: int, key: str) -> None:
    document = parse_yaml("a: 017\n2012-10-17: b\n", FILE, table)
    assert isinstance(document, Mapping)
    assert scalar(document, "a") == value
    assert list(document.entries) == ["a", key]


def test_keys_are_texts_as_javascript_writes_them() -> None:
    assert list(parsed("1: a\ntrue: b\n~: c\n0x10: d\n'2': e\n").entries) == ["1", "true", "null", "16", "2"]


GET_ATT = {"Fn::GetAtt": [(str, "Queue"), (str, "Arn")]}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!GetAtt Queue.Arn", GET_ATT),
        ("!GetAtt [Queue, Arn]", GET_ATT),
        ("!GetAtt 'Queue.Arn'", GET_ATT),
        ("!GetAtt Stack.Outputs.Url", {"Fn::GetAtt": [(str, "Stack"), (str, "Outputs.Url")]}),
        ("!Ref Queue", {"Ref": (str, "Queue")}),
        ("!Condition IsProduction", {"Condition": (str, "IsProduction")}),
        ("!Sub '${Queue.Arn}'", {"Fn::Sub": (str, "${Queue.Arn}")}),
        ("!Join [':', [a, !Ref B]]", {"Fn::Join": [(str, ":"), [(str, "a"), {"Ref": (str, "B")}]]}),
    ],
)
def test_a_short_tag_becomes_its_long_form(short: str, long: object) -> None:
    assert data(found(parsed(f"a: {short}\n"), "a")) == long


def test_a_short_tag_on_a_block_keeps_the_places_inside() -> None:
    value = found(parsed("a: !If\n  - c\n  - x\n  - y\n"), "a", "Fn::If")
    assert place(item(value, 2)) == (4, 5, "a[2]")


def test_an_alias_tells_where_it_is_used() -> None:
    document = parsed("one: &anchor\n  k: v\ntwo: *anchor\n")
    two = found(document, "two")
    assert place(two) == (1, 1, "one")
    assert two.origin.use == Origin(FILE, 3, 1, "two")
    assert data(two) == {"k": (str, "v")}


def test_an_anchor_on_a_key_holds_the_key() -> None:
    assert scalar(parsed("&name key: value\nother: *name\n"), "other") == "key"


def test_a_later_anchor_of_the_same_name_counts_from_there_on() -> None:
    document = parsed("a: &x 1\nb: *x\nc: &x 2\nd: *x\n")
    assert (scalar(document, "b"), scalar(document, "d")) == (1, 2)


MERGE = """
one: &one {k: one, only: 1}
two: &two {k: two, other: 2}
"""


@pytest.mark.parametrize(
    ("body", "entries"),
    [
        ("<<: *one", {"k": "one", "only": 1}),
        ("<<: *one\n  k: own", {"k": "own", "only": 1}),
        ("k: own\n  <<: *one", {"k": "own", "only": 1}),
        ("<<: [*two, *one]", {"k": "two", "other": 2, "only": 1}),
        ("<<: *one\n  <<: *two", {"k": "one", "only": 1, "other": 2}),
        ("<<: {k: written}", {"k": "written"}),
        pytest.param(
            "'<<': text",
            {"<<": "text"},
        ),
    ],
)
def test_merge_keys_give_what_the_mapping_does_not_say_itself(body: str, entries: dict[str, object]) -> None:
    merged = found(parsed(f"{MERGE}a:\n  {body}\n"), "a")
    assert isinstance(merged, Mapping)
    assert {key: scalar(merged, key) for key in merged.entries} == entries


def test_a_merged_value_stands_at_its_text_and_is_used_at_the_merge_key() -> None:
    value = found(parsed("base: &b\n  k: v\na:\n  <<: *b\n"), "a", "k")
    assert place(value) == (2, 3, "base.k")
    assert (value.origin.use.line, value.origin.use.column) == (4, 3)


def test_an_alias_of_a_merged_value_remembers_its_text_and_its_last_use() -> None:
    document = parsed("base: &b {k: v}\nmiddle: &m\n  <<: *b\nlast:\n  <<: *m\n")
    assert [one.line for one in found(document, "last", "k").origin.chain()] == [1, 5]


@pytest.mark.parametrize("line_end", ["\x85", "\u2028", "\u2029"])
def test_what_ends_a_line_for_libyaml_only_is_a_character(line_end: str) -> None:
    document = parsed(f"a: one{line_end}two # and{line_end}so on\nb: 1\n")
    assert scalar(document, "a") == f"one{line_end}two"
    assert place(found(document, "b")) == (2, 1, "b")


@pytest.mark.parametrize(
    ("text", "line", "column", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "line 1"),
        ("a:\n  k: 1\n  'k': 2\n", 3, 3, "line 2"),
        ("1: a\n'1': b\n", 2, 1, "`1`"),
        ("a: 1\n---\nb: 2\n", 2, 1, "second document"),
        ("a: !Foo x\n", 1, 4, "!Foo"),
        ("a:\n  - !Reff x\n", 2, 5, "!Reff"),
        pytest.param(
            "a: !!python/object:os.system {}\n",
            1,
            4,
            "python",
        ),
        pytest.param(
            "!Foo a: 1\n",
            1,
            1,
            "!Foo",
        ),
        ("a: *nowhere\n", 1, 4, "nowhere"),
        ("a: &a [*a]\n", 1, 8, "*a"),
        ("? [x]\n: y\n", 1, 3, "key"),
        ("a: &x 1\n*x : y\n", 2, 1, "alias"),
        ("<<: text\n", 1, 1, "<<"),
        ("a: b: c\n", 1, 5, "colon"),
        ("a: 'x\nb: 1\n", 1, 4, "quote"),
        ("a:\n\tb: 1\n", 2, 1, "tab"),
        ("a: @x\n", 1, 4, "character"),
        ('a: "\\q"\n', 1, 5, "escape"),
        ("a: é\x01\n", 1, 5, "control character"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n", 2, 1, "merge conflict"),
        ("a:\n  - 1\n b: 2\n", 3, 2, ""),
        (f"a: 1\n{'K' * 1025}: 2\n", 2, 1, "a key may have 1,024 characters at most"),
        (f'a:\n  "{"K" * 1023}": 2\n', 2, 1028, "a key may have 1,024 characters at most"),
        (f"a: {'K' * 1025}: 2\n", 1, 1029, "a colon stands where no key can be"),
        (f"a: 1\n{'K' * 1025}\n", 2, 1, "this is no `key: value`"),
    ],
)
def test_what_does_not_parse_says_where_and_what_to_do(text: str, line: int, column: int, says: str) -> None:
    error = error_of(text)
    assert (error.code, error.file, error.line, error.column) == ("invalid-yaml", FILE, line, column)
    assert says in error.message
    assert error.advice
    assert str(error).startswith(f"{FILE}:{line}:{column}: ")


@pytest.mark.parametrize("written", ["a:\tb\n", "a: b\t# comment\n", "a: b \t# comment\n"])
def test_a_tab_after_a_colon_or_before_a_comment_is_accepted(written: str) -> None:
    assert scalar(parsed(written), "a") == "b"


def test_no_document_is_no_value() -> None:
    assert parse_yaml("# only a comment\n", FILE) is None


def nested(depth: int, opening: str, closing: str) -> str:
    return f"{opening * depth}x{closing * depth}"


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}")])
def test_a_hundred_levels_are_read_and_one_more_is_too_large(opening: str, closing: str) -> None:
    value = parse_yaml(nested(100, opening, closing), FILE)
    assert value is not None
    assert [inner.value for _, inner in walk(value) if isinstance(inner, Scalar)] == ["x"]
    error = error_of(nested(101, opening, closing))
    assert (error.code, error.line, error.column) == ("too-large", 1, 100 * len(opening) + 1)


def test_half_a_million_brackets_do_not_crash_the_interpreter() -> None:
    assert error_of("a: " + "[" * 500_000).code == "too-large"


def test_block_nesting_counts_like_brackets() -> None:
    text = "".join(f"{'  ' * depth}k:\n" for depth in range(120))
    error = error_of(text)
    assert error.code == "too-large"
    assert error.line == 101


def test_aliases_count_with_the_nesting_that_they_bring() -> None:
    inner = f"a: &a {nested(60, '[', ']')}\n"
    assert error_of(f"{inner}b: {nested(50, '[', ']').replace('x', '*a')}\n").code == "too-large"
    assert found(parsed(f"{inner}b: {nested(30, '[', ']').replace('x', '*a')}\n"), "b")


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 10)]
    started = time.monotonic()
    error = error_of("\n".join(lines))
    assert error.code == "too-large"
    assert error.line is not None
    assert time.monotonic() - started < 2


def test_laughs_by_merge_keys_are_refused_too() -> None:
    lines = ["a0: &a0 {k: lol}"]
    lines += [f"a{n}: &a{n} {{<<: *a{n - 1}, x{n}: *a{n - 1}, y{n}: *a{n - 1}}}" for n in range(1, 40)]
    assert error_of("\n".join(lines)).code == "too-large"


def read(text: str) -> tuple[Value | None, CheckError | None]:
    try:
        return parse_yaml(text, FILE), None
    except CheckError as error:
        return None, error


def parses_or_says_where(text: str) -> None:
    value, error = read(text)
    if error is not None:
        assert error.code in ("invalid-yaml", "too-large")
        assert error.message
    places = [(error.line, error.column)] if error is not None else []
    if value is not None:
        places += [(inner.origin.line, inner.origin.column) for _, inner in walk(value)]
    for line, column in places:
        assert line is not None
        assert column is not None
        assert min(line, column) >= 1


YAML_PIECES = st.sampled_from(
    [
        "a",
        "b: ",
        "- ",
        ": ",
        "? ",
        "\n",
        "\n  ",
        "\n    ",
        "&x ",
        "*x",
        "<<: ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'",
        '"',
        "|\n",
        "!Ref ",
        "!GetAtt ",
        "!!int ",
        "!<x> ",
        "%YAML 1.2\n",
        "---\n",
        "...\n",
        "# c\n",
        "\t",
        "\u2028",
        "\x85",
        "é",
        "0o7",
    ]
)


@settings(max_examples=200)
@given(st.lists(YAML_PIECES, max_size=25).map("".join))
@example("a: &x\n  <<: *x")
@example("? |\n a\n: b")
def test_any_pieces_of_yaml_parse_or_raise_our_error_with_a_place(text: str) -> None:
    parses_or_says_where(text)


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("\x00")
@example("\ufeff\ufeff")
def test_any_text_parses_or_raises_our_error_with_a_place(text: str) -> None:
    parses_or_says_where(text)


@settings(max_examples=100)
@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_raise_our_error_with_a_place(content: bytes) -> None:
    try:
        text = decode(content, FILE)
    except CheckError as error:
        refused = error
    else:
        parses_or_says_where(text)
        return
    assert (refused.code, refused.file) == ("invalid-yaml", FILE)
    assert refused.line is not None


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(st.characters(codec="ascii", exclude_categories=["C"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcXY_", min_size=1), inner, max_size=4),
    max_leaves=12,
)


def plain_data(value: Value | None) -> object:
    if isinstance(value, Mapping):
        return {key: plain_data(inner) for key, inner in value.entries.items()}
    if isinstance(value, Sequence):
        return [plain_data(inner) for inner in value.items]
    assert isinstance(value, Scalar)
    return value.value


@settings(max_examples=60)
@given(PLAIN, st.booleans())
def test_what_another_writer_wrote_is_read_back(value: object, flow: bool) -> None:
    import yaml

    # Every text in quotes: what looks like a number to js-yaml may not to the writer, such as 0E0.
    text = yaml.safe_dump(value, default_flow_style=flow, default_style='"')
    expected = value
    if isinstance(value, (list, dict)):
        text = yaml.safe_dump({"root": value}, default_flow_style=flow, default_style='"')
        expected = {"root": value}
    assert plain_data(parse_yaml(text, FILE)) == expected


def test_comments_do_not_move_places() -> None:
    document = parsed(
        dedent(
            """\
            # one
            a: 1  # two

            # three
            b:  # four
              # five
              - c
            """
        )
    )
    assert place(item(found(document, "b"), 0)) == (7, 5, "b[0]")


@pytest.mark.parametrize("line", ["\t# a comment", "\t", "  \t  # one", "\t\t"])
def test_a_line_of_tabs_or_a_tab_before_a_comment_is_empty(line: str) -> None:
    document = parsed(f"a:\n  b: 1\n{line}\n  c: 2\n")
    assert (scalar(document, "a", "b"), scalar(document, "a", "c")) == (1, 2)
    assert place(found(document, "a", "c")) == (4, 3, "a.c")


def test_json_may_write_one_character_as_two_escapes() -> None:
    document = parse_json('{"a": "\\ud83d\\ude00",\n\t"b": "\\u00e9"}', "serverless.json")
    assert (scalar(document or Scalar(None, Origin("", 1, 1)), "a")) == "\U0001f600"
    assert document is not None
    assert place(found(document, "b")) == (2, 2, "b")


def test_a_diff_pasted_with_its_signs_is_told() -> None:
    with pytest.raises(CheckError) as caught:
        parsed("a:\n  b: 1\n+  c:\n+    d: 2\n  e: 3\n")
    assert (caught.value.line, caught.value.column) == (3, 1)
    assert "plus sign" in caught.value.message
