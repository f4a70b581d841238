"""docs/formats.md shows what is really printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from checker.cli import main
from tests.conftest import REPOSITORY
from tests.test_docs import blocks, fits


@pytest.mark.parametrize("name", ["badge", "classroom", "codequality", "junit", "sarif", "schemas"])
def test_a_section_shows_what_is_printed(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (REPOSITORY / "docs" / "formats.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (?=[a-z]+$)", page, flags=re.MULTILINE)
    (tmp_path / "section.md").write_text(next(one for one in sections if one.startswith(f"{name}\n")), encoding="utf-8")
    monkeypatch.chdir(REPOSITORY)
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(variable, raising=False)
    ((command, shown),) = blocks(tmp_path / "section.md")
    main(shlex.split(command)[1:])
    printed = capsys.readouterr().out.splitlines()
    assert fits(shown, printed), (command, printed)
