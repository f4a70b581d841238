"""What all tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checker.cohort.submission import Request, check_path
from checker.report import Report
from checker.rulepack import RulePack, load_pack

REPOSITORY = Path(__file__).parent.parent
FIXTURES = REPOSITORY / "fixtures"

Checked = Callable[..., Report]


@pytest.fixture(scope="session", autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's state and cache folders are those of the tests."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            patched.setenv(name, str(tmp_path_factory.mktemp(name)))
        yield


@pytest.fixture(scope="session")
def pack() -> RulePack:
    return load_pack("reliability")


@pytest.fixture
def checked(tmp_path: Path, pack: RulePack) -> Checked:
    """Writes a serverless.yml (and more files) into an empty folder and checks it."""

    def check(text: str, request: Request | None = None, **files: str) -> Report:
        (tmp_path / "serverless.yml").write_text(text, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        return check_path(tmp_path, pack, request or Request())

    return check
