"""`rydecheck schema`: JSON Schemas of the files that are read and written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def schema(name: str) -> str:
    """The schema of that name as text, with a line end."""
    return json.dumps(SCHEMAS[name](), indent=2, ensure_ascii=False) + "\n"


def _report() -> dict[str, Any]:
    from checker.reporters.schema import report_schema

    return report_schema()


def _results() -> dict[str, Any]:
    from checker.reporters.schema import results_schema

    return results_schema()


def _module() -> dict[str, Any]:
    from checker.authoring.schema import module_schema

    return module_schema()


def _help() -> dict[str, Any]:
    from checker.authoring.schema import help_schema

    return help_schema()


SCHEMAS: dict[str, Callable[[], dict[str, Any]]] = {
    "report": _report,
    "results": _results,
    "module": _module,
    "help": _help,
}
