# ruff: noqa: E501 - a case stands on one line, as it is read
"""Changes in a text: what comes is written as its neighbours are, and what is not touched keeps every byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from checker.edits.changes import CannotEditError, Changes, references
from checker.edits.outline import Outline, Step
from checker.edits.style import Style
from tests.conftest import FIXTURES

Steps = tuple[Step, ...]
STATEMENT = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": ["Queue", "Arn"]}}


def way(path: str) -> Steps:
    return tuple(int(step) if step.isdecimal() else step for step in path.split("."))


def edited(text: str, *changes: tuple[Any, ...], is_json: bool = False) -> str:
    made = Changes(text, is_json=is_json)
    for name, path, *rest in changes:
        getattr(made, name)(way(path), *rest)
    return made.text


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        pytest.param("a: x\n", ("set", "b", "y"), "a: x\n\nb: y\n", id="the first key beside a lonely one stands apart"),
        pytest.param("a: x\nb: y\n", ("set", "c", "z"), "a: x\nb: y\nc: z\n", id="a key among keys that touch"),
        pytest.param("a: x\n\nb: y\n", ("set", "c", "z"), "a: x\n\nb: y\n\nc: z\n", id="a key among keys that stand apart"),
        pytest.param("a: x\n\n# why\nb: y\n", ("set", "c", 1), "a: x\n\n# why\nb: y\n\nc: 1\n", id="apart with a comment"),
        pytest.param("a: x", ("set", "a", "y"), "a: y", id="no line end at the end stays none"),
        pytest.param("a: x  # why\n", ("set", "a", "y"), "a: y  # why\n", id="a comment stays where it was"),
        pytest.param("a: 'x' # why\n", ("set", "a", "y"), "a: 'y' # why\n", id="single quotes stay"),
        pytest.param('a: "x"\n', ("set", "a", "y"), 'a: "y"\n', id="double quotes stay"),
        pytest.param(
            'a: "${self:x}"\nb: y\n', ("set", "c", "${self:y}"), 'a: "${self:x}"\nb: y\nc: "${self:y}"\n', id="variables"
        ),
        pytest.param(
            'f: {run: a.b, say: "A b"}\ng:\n  say: "C d"\n',
            ("set", "g.run", "c.d"),
            'f: {run: a.b, say: "A b"}\ng:\n  say: "C d"\n  run: c.d\n',
            id="quotes of the same key, not of others",
        ),
        pytest.param("a:   x\n", ("set", "a", "y"), "a: y\n", id="a touched line is written anew"),
        pytest.param("a:\n  b: 1\n", ("set", "a.c", {"d": [1]}), "a:\n  b: 1\n  c:\n    d:\n      - 1\n", id="nested"),
        pytest.param("a:\n    b: 1\n", ("set", "a.c.d", 2), "a:\n    b: 1\n    c:\n        d: 2\n", id="four blanks"),
        pytest.param("a:\n- 1\nb:\n  c: 1\n", ("set", "b.d", [2]), "a:\n- 1\nb:\n  c: 1\n  d:\n  - 2\n", id="dashes at the key"),
        pytest.param("a: # why\n  - x\n  - y\nb: 1\n", ("set", "a", "z"), "a: z # why\nb: 1\n", id="a list becomes a text"),
        pytest.param("a: x # why\nb: 1\n", ("set", "a", {"c": 1}), "a: # why\n  c: 1\nb: 1\n", id="a text becomes a mapping"),
        pytest.param("a: |\n  x\n  y\n\nb: 1\n", ("set", "a", "z"), "a: z\n\nb: 1\n", id="a block of text goes whole"),
        pytest.param("a: |\n  x\n\nb: 1\n", ("set", "c", 2), "a: |\n  x\n\nb: 1\n\nc: 2\n", id="behind a block of text"),
        pytest.param("a:\nb: 1\n", ("append", "a", "x"), "a:\n  - x\nb: 1\n", id="a list where nothing stood"),
        pytest.param("a: ~ # why\nb: 1\n", ("append", "a", "x"), "a: # why\n  - x\nb: 1\n", id="a list in place of null"),
        pytest.param("a: []\nb: 1\n", ("append", "a", "x"), "a:\n  - x\nb: 1\n", id="a list that was empty"),
        pytest.param("a: [x] # why\n", ("append", "a", "y"), "a: [x, y] # why\n", id="a list on one line"),
        pytest.param("a: ['x', 'z']\n", ("append", "a", "y"), "a: ['x', 'z', 'y']\n", id="quotes of the other items"),
        pytest.param("a: x\nb: 1\n", ("append", "a", "y"), "a:\n  - x\n  - y\nb: 1\n", id="one text becomes a list"),
        pytest.param("a: [\n  x,\n  y\n]\n", ("append", "a", "z"), "a: [\n  x,\n  y,\n  z\n]\n", id="a list over lines"),
        pytest.param("a: [\n  x, # 1\n]\n", ("append", "a", "z"), "a: [\n  x, # 1\n  z,\n]\n", id="a comma at the end"),
        pytest.param("a: [\n  x # 1\n]\n", ("append", "a", "z"), "a: [\n  x, # 1\n  z\n]\n", id="a comment behind the last"),
        pytest.param("a:\n  - x\n", ("append", "a", "x"), "a:\n  - x\n", id="what is there is not put there again"),
        pytest.param("a: {b: 1}\n", ("set", "a.c", {"d": [1]}), "a: {b: 1, c: {d: [1]}}\n", id="a mapping on one line"),
        pytest.param("a: {}\n", ("set", "a.c", 1), "a: {c: 1}\n", id="an empty mapping on one line"),
        pytest.param("a: &x {b: 1}\nc: 2\n", ("set", "a.b", 3), "a: &x {b: 3}\nc: 2\n", id="inside an anchor"),
        pytest.param("a:\n  b: 1\n  c: 2\n", ("remove", "a.b"), "a:\n  c: 2\n", id="the first of two goes"),
        pytest.param("a:\n  b: 1\nc: 2\n", ("remove", "a.b"), "c: 2\n", id="what holds nothing else goes with it"),
        pytest.param("a: 1\n\nb: 2\n\nc: 3\n", ("remove", "b"), "a: 1\n\nc: 3\n", id="no two blank lines are left"),
        pytest.param("a: 1\n\nb:\n  - 2\n", ("remove", "b"), "a: 1\n", id="the last goes with what set it apart"),
        pytest.param("a:\n  - x: 1\n    y: 2\n", ("remove", "a.0.x"), "a:\n  - y: 2\n", id="the next moves to the dash"),
        pytest.param("a:\n  - x\n  # why\n  - y\n", ("remove", "a.0"), "a:\n  # why\n  - y\n", id="comments stay"),
        pytest.param("a: [x, y, z]\n", ("remove", "a.1"), "a: [x, z]\n", id="in the middle of a line"),
        pytest.param("a: [x, y]\n", ("remove", "a.1"), "a: [x]\n", id="at the end of a line"),
        pytest.param("a: {b: 1, c: 2}\n", ("remove", "a.b"), "a: {c: 2}\n", id="out of a mapping on one line"),
        pytest.param("a: 1\n", ("remove", "b.c"), "a: 1\n", id="what is not there is no error"),
        pytest.param("a: 1\r\nb:\r\n  - x\r\n", ("append", "b", "y"), "a: 1\r\nb:\r\n  - x\r\n  - y\r\n", id="line ends of Windows"),
        pytest.param(
            "a:\n  b: # why\n    x: 1\n    # and\n    y: [2]\nc:\n  d: 1\n",
            ("move", "a.b", ("c", "b")),
            "c:\n  d: 1\n  b: # why\n    x: 1\n    # and\n    y: [2]\n",
            id="a move takes the comments inside along",
        ),
        pytest.param("a:\n  b: {x: 1}\n  z: 1\nc:\n", ("move", "a.b", ("c", "b")), "a:\n  z: 1\nc:\n  b: {x: 1}\n", id="a move below a bare key"),
        pytest.param(
            "resources:\n  - Resources: {A: {}}\n  - Resources:\n      B:\n        T: x\n",
            ("set", "resources.Resources.B.T", "y"),
            "resources:\n  - Resources: {A: {}}\n  - Resources:\n      B:\n        T: y\n",
            id="a list of mappings is passed through to where the way leads furthest",
        ),
        pytest.param("ä: 'ü'  # é\n", ("set", "ö", "ß"), "ä: 'ü'  # é\n\nö: 'ß'\n", id="letters beyond ASCII"),
        pytest.param("a: x\u2028y\nb: 1\n", ("set", "b", 2), "a: x\u2028y\nb: 2\n", id="a line separator is no line end"),
        pytest.param("a:\n\t# tab\n  b: 1\n", ("set", "a.b", 2), "a:\n\t# tab\n  b: 2\n", id="a tab before a comment"),
    ],
)  # fmt: skip
def test_a_change(before: str, change: tuple[Any, ...], after: str) -> None:
    assert edited(before, change) == after


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param("a: &x {b: 1}\nc: *x\n", ("set", "c.b", 2), id="through an alias"),
        pytest.param("a: ${file(b.yml)}\n", ("set", "a.b", 2), id="through a variable"),
        pytest.param("a: ${self:b}\n", ("set", "a", 2), id="in the place of a variable"),
        pytest.param("a: ${self:b}\n", ("append", "a", 2), id="to a list that a variable names"),
    ],
)
def test_what_stands_elsewhere_is_not_changed_here(before: str, change: tuple[Any, ...]) -> None:
    with pytest.raises(CannotEditError) as raised:
        edited(before, change)
    assert raised.value.elsewhere is not None


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param("a: text\n", ("set", "a.b", 2), id="below a text"),
        pytest.param("a:\n  - x\n", ("set", "a.b", 2), id="a key of a list of texts"),
        pytest.param("a: {b: 1}\n", ("append", "a", 2), id="an item of a mapping"),
        pytest.param("- x\n", ("set", "a", 2), id="a key of a list at the top"),
        pytest.param("a: {b: {c: 1}}\nd:\n  e: 1\n", ("move", "a.b", ("d", "b")), id="a move out of one line"),
        pytest.param("a:\n  b: 1\nd: 1\n", ("move", "a.b", ("d",)), id="a move onto what is there"),
        pytest.param("a: 1\n", ("move", "b", ("c",)), id="a move of nothing"),
        pytest.param("a: 1\n", ("rename", "b", "c"), id="a name of nothing"),
    ],
)
def test_what_cannot_be_done_is_not_tried(before: str, change: tuple[Any, ...]) -> None:
    with pytest.raises(CannotEditError) as raised:
        edited(before, change)
    assert raised.value.elsewhere is None


def test_a_variable_may_be_taken_away_but_not_followed() -> None:
    assert edited("a:\n  b: ${self:c}\n  d: 1\n", ("remove", "a.b")) == "a:\n  d: 1\n"


def test_a_name_takes_along_what_refers_to_it() -> None:
    before = """\
Old: {Type: Old}
a: !Ref Old
b: !GetAtt Old.Arn
c: {Fn::GetAtt: [Old, Arn]}
d: {Ref: "Old"}
e: !Sub "${Old}/${Old.Arn}/${Older}/Old"
f: {Fn::Sub: ['${Old.Arn}', {x: Old}]}
g: {GetResourceArn: Old}
h: {DependsOn: [Older, Old]}
i: !GetAtt [Old, Arn]
j: Old of a text
"""
    after = """\
New: {Type: Old}
a: !Ref New
b: !GetAtt New.Arn
c: {Fn::GetAtt: [New, Arn]}
d: {Ref: "New"}
e: !Sub "${New}/${New.Arn}/${Older}/Old"
f: {Fn::Sub: ['${New.Arn}', {x: Old}]}
g: {GetResourceArn: New}
h: {DependsOn: [Older, New]}
i: !GetAtt [New, Arn]
j: Old of a text
"""
    assert edited(before, ("rename", "Old", "New")) == after
    assert references(Outline(before)) == {"Old": 10, "Older": 2}
    assert references(Outline(after)) == {"New": 10, "Older": 2}


@pytest.mark.parametrize(
    ("items", "added"),
    [
        pytest.param(
            "- Effect: Allow\n  Action: [a:B]\n  Resource: !GetAtt Table.Arn\n",
            "- Effect: Allow\n  Action: [sqs:SendMessage]\n  Resource: !GetAtt Queue.Arn\n",
            id="lists on one line and short tags",
        ),
        pytest.param(
            '- Effect: "Allow"\n  Action: "a:B"\n  Resource:\n    Fn::GetAtt: [Table, Arn]\n',
            '- Effect: "Allow"\n  Action: "sqs:SendMessage"\n  Resource:\n    Fn::GetAtt: [Queue, Arn]\n',
            id="quotes, and one text where it is one",
        ),
        pytest.param(
            "- {Effect: Allow, Action: [a:B], Resource: {'Fn::GetAtt': [Table, Arn]}}\n",
            "- {Effect: Allow, Action: [sqs:SendMessage], Resource: {Fn::GetAtt: [Queue, Arn]}}\n",
            id="a statement on one line",
        ),
        pytest.param(
            "- Effect: Allow\n  Action:\n  - a:B\n  Resource:\n    Fn::GetAtt:\n    - Table\n    - Arn\n",
            "- Effect: Allow\n  Action:\n  - sqs:SendMessage\n  Resource:\n    Fn::GetAtt:\n    - Queue\n    - Arn\n",
            id="dashes below the letters of the key",
        ),
    ],
)
def test_an_item_is_written_as_the_others(items: str, added: str) -> None:
    before = "statements:\n" + "".join(f"  {line}" for line in items.splitlines(keepends=True))
    after = before + "".join(f"  {line}" for line in added.splitlines(keepends=True))
    assert edited(before, ("append", "statements", STATEMENT)) == after


def test_json_stays_json() -> None:
    before = '{\n  "a": [\n    1\n  ],\n  "b": {\n    "c": "x\\ud83d\\ude00"\n  }\n}\n'
    after = edited(
        before,
        ("append", "a", {"x": [1]}),
        ("set", "b.d", {"k": "v"}),
        ("set", "b.c", "y"),
        ("append", "n", "z"),
        is_json=True,
    )
    assert json.loads(after) == {"a": [1, {"x": [1]}], "b": {"c": "y", "d": {"k": "v"}}, "n": ["z"]}
    assert after.count("\n") == 19
    assert all(len(line) - len(line.lstrip(" ")) in (0, 2, 4, 6, 8) for line in after.splitlines())


def test_the_style_of_a_file_is_learned() -> None:
    style = Style(Outline("a:\n    b:\n    - 1\n    c:\n        d: 1\n"))
    assert (style.indent, style.offset) == (4, 0)
    style = Style(Outline("a: 1\n"))
    assert (style.indent, style.offset) == (2, 2)
    assert Style(Outline("a: 1\r\nb: 2\n")).line_end == "\r\n"


SERVICES = sorted(path for path in FIXTURES.rglob("serverless.yml") if "broken" not in path.parts)


@pytest.mark.parametrize("path", SERVICES[::7], ids=lambda path: path.parent.relative_to(FIXTURES).as_posix())
def test_each_extent_is_that_of_its_value(path: Path) -> None:
    """What a part's characters say, read on its own, is what the part holds."""
    text = path.read_bytes().decode("utf-8", "replace").removeprefix("\ufeff")
    try:
        outline = Outline(text)
    except yaml.YAMLError:
        pytest.fail("it does not parse")
    checked = 0
    for part in outline.root.walk():
        written = text[part.start : part.end]
        if part.kind != "scalar" or part.style in ("|", ">") or "\n" in written or part.tag or part.anchor:
            continue
        if part.style or part.text:
            assert str(yaml.compose(written, yaml.SafeLoader).value) == part.text  # type: ignore[union-attr]
            checked += 1
    assert checked > 5


WORDS = st.sampled_from(["a", "b", "c", "d"])
TEXTS = st.sampled_from(["x", "y: z", "it's", 'say "no"', "", "1", "- a", "# no", "ö", "!x", "on"])
VALUES = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=6
)
DOCUMENTS = st.dictionaries(WORDS, st.dictionaries(WORDS, VALUES, min_size=1, max_size=3) | VALUES, min_size=1)


def loaded(text: str) -> Any:
    """What YAML 1.2 makes of a text, as the framework does: `on` is no boolean."""
    return YAML(typ="safe", pure=True).load(text)


def holder_of(document: dict[str, Any], path: list[str]) -> dict[str, Any] | None:
    """The mapping in which a path ends, made where it is missing; None where something else is in the way."""
    for key in path[:-1]:
        below = document.setdefault(key, {})
        if not isinstance(below, dict):
            return None
        document = below
    return document


@settings(max_examples=40)
@given(DOCUMENTS, st.lists(WORDS, min_size=1, max_size=3), VALUES, st.booleans(), st.sampled_from([2, 4]))
def test_setting_gives_that_value_and_changes_no_other(
    document: dict[str, Any], path: list[str], value: Any, flow: bool, indent: int
) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, indent=indent, sort_keys=False, allow_unicode=True)
    holder = holder_of(document, path)
    assume(holder is not None)
    assert holder is not None
    holder[path[-1]] = value
    assert loaded(edited(text, ("set", ".".join(path), value))) == document


@settings(max_examples=40)
@given(DOCUMENTS, WORDS, WORDS, st.booleans())
def test_removing_takes_that_value_and_no_other(document: dict[str, Any], key: str, inner: str, flow: bool) -> None:
    text = yaml.safe_dump(document, default_flow_style=flow, sort_keys=False, allow_unicode=True)
    assume(len(document) > 1)
    below = document.get(key)
    if isinstance(below, dict) and inner in below:
        del below[inner]
        if not below:
            del document[key]
    assert loaded(edited(text, ("remove", f"{key}.{inner}"))) == document
