"""The reference page of the checks; `python -m tests.reference` writes it again."""

from __future__ import annotations

from checker.authoring.keys import render as render_keys
from checker.cli.schema import schema
from checker.reporters.reference import render
from checker.rulepack import load_pack
from checker.writing import write_file
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "checks.md"
SCHEMAS = REPOSITORY / "docs" / "schemas"
PUBLISHED = ("module", "help")
KEYS = REPOSITORY / "docs" / "module-keys.md"

if __name__ == "__main__":
    write_file(PAGE, render(load_pack("reliability")))
    write_file(KEYS, render_keys())
    SCHEMAS.mkdir(exist_ok=True)
    for name in PUBLISHED:
        write_file(SCHEMAS / f"{name}.schema.json", schema(name))
