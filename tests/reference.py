"""What of docs/ is generated: the checks' page and the schemas; `python -m tests.reference` writes it again."""

from __future__ import annotations

from checker.cli.schema import schema
from checker.reporters.reference import render
from checker.rulepack import load_pack
from checker.writing import write_file
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "checks.md"
SCHEMAS = {name: REPOSITORY / "docs" / "schemas" / f"{name}.schema.json" for name in ("report", "results")}

if __name__ == "__main__":
    write_file(PAGE, render(load_pack("reliability")))
    for name, path in SCHEMAS.items():
        path.parent.mkdir(exist_ok=True)
        write_file(path, schema(name))
