"""An editor with the YAML language server knows a module's files by their schemas."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.authoring.starter import write_starter
from checker.checks.kinds import kind_names
from tests.editors.language_server import SERVER, LanguageServer, language_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not SERVER.exists(), reason="say npm ci --prefix tests/editors"),
]

_NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editor") / "my-module"
    write_starter(str(folder))
    return folder


@pytest.fixture(scope="module")
def server(module: Path) -> Iterator[LanguageServer]:
    with language_server(module) as running:
        yield running


def written(module: Path, server: LanguageServer, file: str, old: str, new: str) -> tuple[Path, str, list[str]]:
    """A changed file of the first module, as a document of its own: its path, its text, and what the editor says."""
    text = (module / file).read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    path = module / f"document-{next(_NUMBERS)}.yaml"
    told = server.open(path, text)
    return path, text, [f"{one['range']['start']['line'] + 1}: {one['message']}" for one in told]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize("file", ["module.yaml", "help.yaml"])
def test_the_first_module_is_fine(module: Path, server: LanguageServer, file: str) -> None:
    assert written(module, server, file, "id", "id")[2] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "says"),
    [
        ("module.yaml", "    title: Enable", "    titel: Enable", "titel", "titel is not allowed"),
        ("module.yaml", "      name: s", "      nmae: s", "nmae", "nmae is not allowed"),
        ("module.yaml", "      misplaced: {", "      mislaid: {", "mislaid", "mislaid is not allowed"),
        ("module.yaml", "kind: plugin", "kind: plugn", "plugn", '"plugin"'),
        ("module.yaml", "points: 1", "points: one", "points: one", 'Expected "integer"'),
        (
            "module.yaml",
            "stands at `{place}`",
            "stands at `{palce}`",
            "palce",
            "Facts that it may use: {forks}, {name}",
        ),
        ("help.yaml", "  hints:", "  hinst:", "hinst", "hinst is not allowed"),
        ("help.yaml", "{append: plugins, value: s", "{append: plugins, valeu: s", "valeu", "value"),
        ("help.yaml", "https://", "http://", "http://", "A link starts with https://"),
    ],
)
def test_a_mistake_is_told_at_its_line(
    module: Path, server: LanguageServer, file: str, old: str, new: str, at: str, says: str
) -> None:
    _, text, told = written(module, server, file, old, new)
    assert any(one.startswith(f"{line_of(text, at)}: ") and says in one for one in told), told


def test_the_kinds_are_offered(module: Path, server: LanguageServer) -> None:
    path, text, _ = written(module, server, "module.yaml", "    kind: plugin\n", "    kind: \n")
    line = line_of(text, "    kind: \n") - 1
    offered = {one["label"] for one in server.completions(path, line, len("    kind: "))}
    assert set(kind_names()) <= offered


def test_the_parameters_of_a_kind_are_offered(module: Path, server: LanguageServer) -> None:
    path, text, _ = written(module, server, "module.yaml", "      name: s", "      \n      name: s")
    line = line_of(text, "    given:\n")
    assert "forks" in {one["label"] for one in server.completions(path, line, len("      "))}


def test_a_key_is_explained(module: Path, server: LanguageServer) -> None:
    path, text, _ = written(module, server, "module.yaml", "    why:", "    why:  ")
    assert "Why it matters" in server.hover(path, line_of(text, "    why:") - 1, 5)
