"""`rydecheck schema`: JSON Schemas of the files that are read and written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def schema(name: str) -> str:
    """The schema of that name as text, with a line end."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def _module() -> dict[str, Any]:
    from checker.authoring.schema import module_schema

    return module_schema()


def _help() -> dict[str, Any]:
    from checker.authoring.schema import help_schema

    return help_schema()


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "module": _module,
    "help": _help,
}
