"""Where the data that ships with the package lies: in the wheel, or at the top of the repository."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "data"
_REPOSITORY = _PACKAGE.parent


def rules_folder() -> Path:
    return _folder("rules", "rules")


def reports_folder() -> Path:
    return _folder("reports", "reports")


def sample_class_folder() -> Path:
    """The sample class of `rydecheck demo`."""
    return _folder("class", "fixtures/class")


def _folder(shipped: str, in_repository: str) -> Path:
    folder = _SHIPPED / shipped
    return folder if folder.is_dir() else _REPOSITORY / in_repository
