"""The schemas say what the loader does: what it accepts they accept, and what a schema can refuse they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from checker.authoring.schema import help_schema, module_schema
from checker.checks.kinds import find_kind, kind_names, parameter_types
from checker.cli import main
from checker.cli.schema import SCHEMAS
from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.modules import HELP_FILE, PACK_FILE, ModuleFiles, module_ids
from checker.pack_file import Entry
from checker.reporters.html import render as render_html
from checker.reporters.journey import render as render_journey
from checker.reporters.json import record as render_record
from checker.reporters.terminal import Terminal
from checker.reporters.text import render as render_text
from checker.rulepack import RulePack, load_pack
from tests.authoring.packs import HELP, VALUES, Data, as_text, changed, loaded, module_files, paths
from tests.authoring.packs import OF_SERVICES as MODULE
from tests.conftest import FIXTURES

# What only reading can tell: that what is named is there, stands once and fits, and which facts a text may use.
ONLY_READING = re.compile(
    r"is no step of this module|is none of the module's services|is the code of no note|names two or more, each once"
    r"|is named, but there is no such check|stands here a second time|there is no such stop"
    r"|rests on a track from|rests on the stop|needs the stop|`without` is missing here|is not among"
    r"|leads from one stop to another|^a second track leads|is the `branch` already|stands in for itself"
    r"|^`[^`]*` is no (logical id|type of a resource|property|name of a function);"
    r"|is not filled here|has a meaning of its own|is a stop already|cannot stand in braces|is for the service"
    r"|is no reason of|^`a\.\w+` is missing here|^`[\w.]*` is no key of this place\.$|an edit uses"
)


@lru_cache
def validator(name: str) -> Draft7Validator:
    return Draft7Validator({"module": module_schema, "help": help_schema}[name]())


def refused(name: str, text: str) -> str:
    """Why the loader refuses a file of the small pack; empty where it does not."""
    files = module_files(text) if name == "module" else module_files(MODULE, text)
    try:
        pack = load_pack(files)
        if name == "help":
            pack.rules[0].help  # noqa: B018
    except CheckError as error:
        return error.message
    return ""


def agree(name: str, data: Data) -> None:
    why = refused(name, as_text(data))
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(data)]
    if not why:
        assert errors == []
    elif not errors:
        assert ONLY_READING.search(why), why


def each_change(name: str) -> Iterator[Any]:
    text = MODULE if name == "module" else HELP
    for path in paths(loaded(text)):
        for how in ("delete", "rename"):
            yield pytest.param(name, path, how, id=f"{how} {name}: {'.'.join(map(str, path))}")


@pytest.mark.parametrize("name", ["module", "help"])
def test_the_schema_is_one(name: str) -> None:
    Draft7Validator.check_schema(validator(name).schema)


@pytest.mark.parametrize("name", ["module", "help"])
def test_the_small_pack_holds_all_and_fits(name: str) -> None:
    data = loaded(MODULE if name == "module" else HELP)
    assert refused(name, as_text(data)) == ""
    assert list(validator(name).iter_errors(data)) == []


@pytest.mark.parametrize("module", [*module_ids(), "starter"])
@pytest.mark.parametrize("name", ["module", "help"])
def test_shipped_files_fit(module: str, name: str) -> None:
    from checker.shipped import rules_folder

    file = {"module": PACK_FILE, "help": HELP_FILE}[name]
    if module == "starter":
        with open(f"{rules_folder()}/starter/first-{file}", "rb") as stream:
            content = stream.read()
    else:
        content = ModuleFiles(module).content(file)
    assert [error.message for error in validator(name).iter_errors(loaded(content.decode()))] == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "path", "how"), [*each_change("module"), *each_change("help")])
def test_loader_and_schema_agree_on_keys(name: str, path: tuple[Any, ...], how: str) -> None:
    agree(name, changed(loaded(MODULE if name == "module" else HELP), path, how))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["module", "help"])
def test_loader_and_schema_agree_on_values(name: str) -> None:
    data = loaded(MODULE if name == "module" else HELP)
    for path in paths(data):
        for value in VALUES:
            agree(name, changed(data, path, value))


@pytest.mark.slow
@settings(max_examples=300)
@given(st.data(), st.sampled_from(["module", "help"]))
def test_loader_and_schema_agree_on_several_changes(draw: st.DataObject, name: str) -> None:
    data = loaded(MODULE if name == "module" else HELP)
    ways = st.sampled_from([*VALUES, "delete", "rename"])
    for _ in range(draw.draw(st.integers(1, 3))):
        left = list(paths(data))
        if not left:
            break
        data = changed(data, draw.draw(st.sampled_from(left)), draw.draw(ways))
    agree(name, data)


def reported(pack: RulePack, name: str) -> None:
    """What a module that is accepted has to stand: each report on a service, hints and edits."""
    for folder in ("start", "answer"):
        report = check_path(FIXTURES / "service" / folder, pack, Request())
        assert report.error is None
        assert render_text(report, Terminal())
        assert render_record(report)
        assert render_journey(report, Terminal()) if report.journey is not None else True
        if name == "help":
            assert render_html(report)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["module", "help"])
def test_what_is_accepted_makes_every_report(name: str) -> None:
    """A pack with a hole that reading lets through would stop a whole class."""
    data = loaded(MODULE if name == "module" else HELP)
    ways: list[Data] = ["delete", "", "text", "{nothing}", [], {}]
    for path in paths(data):
        for how in ways:
            text = as_text(changed(data, path, how))
            if not refused(name, text):
                reported(load_pack(module_files(text) if name == "module" else module_files(MODULE, text)), name)


def test_each_kind_has_its_parameters_and_exactly_its_slots() -> None:
    of_kinds = {one["if"]["properties"]["kind"]["const"]: one["then"]["properties"] for one in of_checks()["allOf"]}
    assert list(of_kinds) == kind_names()
    for name, told in of_kinds.items():
        kind = find_kind(name)
        assert kind is not None
        assert list(told["given"]["properties"]) == list(parameter_types(kind))
        assert list(told["reasons"]["properties"]) == list(kind.slots)
        assert told["reasons"]["required"] == [slot for slot in kind.slots if slot not in kind.only_with]
        assert told["given"]["description"]
    assert of_kinds["plugin"]["given"]["required"] == ["name"]
    assert of_kinds["plugin"]["given"]["properties"]["forks"] == {"type": "array", "items": {"type": "string"}}


def of_checks() -> dict[str, Any]:
    found: dict[str, Any] = module_schema()["properties"]["checks"]["items"]
    return found


def test_the_keys_that_are_read_are_the_keys_of_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that reading learns must be described: what each entry of the small pack is asked for is in its schema."""
    asked: dict[str, set[str]] = {}
    end = Entry.end

    def noting(self: Entry) -> None:
        asked.setdefault(re.sub(r"\[\d+\]", "[]", self.value.origin.path), set()).update(self.known)
        end(self)

    monkeypatch.setattr(Entry, "end", noting)
    load_pack(module_files(MODULE))
    journey = module_schema()["definitions"]["journey"]["properties"]
    schemas = {
        "": module_schema(),
        "steps[]": module_schema()["properties"]["steps"]["items"],
        "questions[]": module_schema()["properties"]["questions"]["items"],
        "services[]": module_schema()["properties"]["services"]["items"],
        "checks[]": of_checks(),
        "checks[].instead": of_checks()["properties"]["instead"],
        "journey": module_schema()["definitions"]["journey"],
        "journey.stops[]": journey["stops"]["items"],
        "journey.tracks[]": journey["tracks"]["items"],
        "journey.story[]": journey["story"]["items"],
        "journey.story[].link": journey["story"]["items"]["properties"]["link"],
    }
    assert schemas.keys() <= asked.keys()
    asked[""].add("journeys")  # stands in place of `journey`
    assert {place: set(schemas[place]["properties"]) for place in schemas} == {
        place: asked[place] | ({"given"} if place == "journey.tracks[]" else set()) for place in schemas
    }


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_command_prints_a_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("http")


def test_another_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "modul"]) == 2
    assert "invalid choice: 'modul'" in capsys.readouterr().err
