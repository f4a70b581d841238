"""A first module to start from: of one check, with comments, and proved as it is."""

from __future__ import annotations

import json
import os
import re

from checker.authoring.schema import help_schema, module_schema
from checker.errors import UsageError
from checker.shipped import rules_folder
from checker.wording import shown
from checker.writing import write_file

_ID, _TITLE = "my-module", "My module"
_ODD = re.compile(r"[^a-z0-9]+")


def write_starter(folder: str) -> list[str]:
    """Write the files of a module into a folder; their names in it.

    Raises UsageError, and nothing is written, where one of them is there already.
    """
    name = _ODD.sub("-", os.path.basename(os.path.abspath(folder)).lower()).strip("-") or _ID
    title = name.replace("-", " ").capitalize()
    files = {path: text.replace(_ID, name).replace(_TITLE, title) for path, text in _template()}
    for path, schema in (("module.schema.json", module_schema()), ("help.schema.json", help_schema())):
        files[path] = json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
    for path in files:
        if os.path.lexists(os.path.join(folder, path)):
            raise UsageError(f"{shown(os.path.join(folder, path))} is there already; nothing was written.")
    try:
        os.makedirs(os.path.join(folder, "start"), exist_ok=True)
    except OSError as error:
        raise UsageError(f"the folder {shown(folder)} cannot be made: {error.strerror}.") from None
    for path, text in files.items():
        write_file(os.path.join(folder, path), text)
    return list(files)


def _template() -> list[tuple[str, str]]:
    """The shipped files, each with its name in the new folder."""
    shipped = os.path.join(rules_folder(), "starter")
    named = {"first-module.yaml": "module.yaml", "first-help.yaml": "help.yaml", "start.yml": "start/serverless.yml"}
    found = []
    for name, written in named.items():
        with open(os.path.join(shipped, name), encoding="utf-8") as stream:
            found.append((written, stream.read()))
    return found
