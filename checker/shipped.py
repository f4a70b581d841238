"""Where the data that ships with the package lies: in the wheel, or at the top of the repository.

Paths are plain strings here and on the way of a check: they need no import of pathlib, which every start would pay.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_MODULE = "reliability"
"""The module that is meant where none is named."""

_PACKAGE = os.path.dirname(os.path.abspath(__file__))


def rules_folder() -> str:
    """The folder of the rule packs."""
    return _folder("rules", "rules")


def reports_folder() -> Path:
    """The folder of the templates, the style sheet and the icons of the pages."""
    from pathlib import Path

    return Path(_folder("reports", "reports"))


def sample_class_folder() -> Path:
    """The sample class of `rydecheck demo`."""
    from pathlib import Path

    return Path(_folder("class", os.path.join("fixtures", "class")))


@lru_cache(maxsize=1)
def data_digest() -> str:
    """The same as long as rules and templates are the same: what a result or a page was made with."""
    import hashlib

    found = hashlib.sha256()
    for top in (rules_folder(), str(reports_folder())):
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(name for name in folders if name != "sample")
            for name in sorted(names):
                with open(os.path.join(folder, name), "rb") as stream:
                    found.update(stream.read())
    return found.hexdigest()


def _folder(shipped: str, in_repository: str) -> str:
    folder = os.path.join(_PACKAGE, "data", shipped)
    return folder if os.path.isdir(folder) else os.path.join(os.path.dirname(_PACKAGE), in_repository)
