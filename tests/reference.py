"""What of docs/ is generated: the reference pages and the schemas; `python -m tests.reference` writes them again."""

from __future__ import annotations

from pathlib import Path

from checker.authoring.keys import render as render_keys
from checker.cli.schema import SCHEMAS, schema
from checker.reporters.reference import render, render_index
from checker.writing import write_file
from tests import kinds_page
from tests.conftest import MODULES, REPOSITORY, pack_of

DOCS = REPOSITORY / "docs"


def pages() -> dict[Path, str]:
    """What each page and schema says after the packs, the kinds and the code that reads."""
    packs = [pack_of(module) for module in MODULES]
    return {
        DOCS / "checks.md": render_index(packs),
        **{DOCS / "checks" / f"{pack.id}.md": render(pack) for pack in packs},
        DOCS / "kinds.md": kinds_page.render(packs),
        DOCS / "module-keys.md": render_keys(),
        **{DOCS / "schemas" / f"{name}.schema.json": schema(name) for name in SCHEMAS},
    }


if __name__ == "__main__":
    for page, text in pages().items():
        page.parent.mkdir(exist_ok=True)
        write_file(page, text)
