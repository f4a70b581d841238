"""Imports go one way through the house, and a check in the terminal imports nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import FIXTURES, REPOSITORY

PACKAGE = REPOSITORY / "checker"

# From left to right: a room imports only what stands left of it. Rooms of one group do not know each other.
GROUPS = (
    ("version", "errors", "wording", "shipped"),
    ("writing",),
    ("hint_record",),
    ("model",),
    ("cloudformation",),
    ("serverless", "aws"),
    ("checks",),
    ("pack_file",),
    ("modules",),
    ("rule_help",),
    ("rulepack", "answers"),
    ("report",),
    ("journey", "recognition"),
    ("engine",),
    ("linting",),
    ("edits",),
    ("cohort",),
    ("authoring",),
    ("reporters",),
    ("standin",),
    ("cli",),
    ("pytest_plugin",),
    ("__main__",),
)
LEVEL = {room: level for level, rooms in enumerate(GROUPS) for room in rooms}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_modules(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def modules() -> list[Path]:
    return [
        path for path in sorted(PACKAGE.rglob("*.py")) if path != PACKAGE / "__init__.py" and "data" not in path.parts
    ]


def test_every_room_has_its_place_in_the_order() -> None:
    assert {room_of(path) for path in modules()} <= set(LEVEL)


def test_imports_go_one_way() -> None:
    wrong = []
    for path in modules():
        room = room_of(path)
        for name in imported_modules(path):
            target = name.split(".")[1] if name.startswith("checker.") else None
            if target is not None and target != room and LEVEL[target] >= LEVEL[room]:
                wrong.append(f"{path.relative_to(REPOSITORY)} imports {name}")
    assert wrong == []


def test_reporters_read_reports_and_nothing_else() -> None:
    allowed = {"report", "rulepack", "rule_help", "errors", "version", "wording", "shipped", "edits", "reporters"}
    for path in (PACKAGE / "reporters").rglob("*.py"):
        rooms = {name.split(".")[1] for name in imported_modules(path) if name.startswith("checker.")}
        assert rooms <= allowed, path.name


def test_a_check_in_the_terminal_imports_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", "-m", "checker", "check", str(FIXTURES / "service" / "answer")]
    seen = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=True).stderr
    imported = {line.rpartition("|")[2].strip().split(".")[0] for line in seen.splitlines()}
    assert "yaml" in imported
    heavy = {"boto3", "botocore", "cfnlint", "sympy", "jinja2", "platformdirs", "rich", "ruamel", "shtab", "watchfiles"}
    assert imported.isdisjoint(heavy | {"dataclasses", "difflib", "tempfile"})
