"""A service of a few lines, linted for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.cohort.submission import Request, check_path
from checker.report import LintNote
from checker.rulepack import RulePack
from checker.serverless.resolving import Settings

Linted = Callable[..., tuple[LintNote, ...]]

HEAD = """\
service: rides
provider:
  name: aws
  region: us-east-2
functions:
  PutRideRecordSns:
    handler: handler.sns
"""


@pytest.fixture
def linted(tmp_path: Path, pack: RulePack) -> Linted:
    """Lints a serverless.yml that ends in the text given; `head` comes before it."""

    def lint(text: str, settings: Settings | None = None, head: str = HEAD, **files: str) -> tuple[LintNote, ...]:
        (tmp_path / "serverless.yml").write_text(head + text, encoding="utf-8")
        for name, content in files.items():
            (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        report = check_path(tmp_path, pack, Request(settings or Settings(), lint=True))
        assert report.error is None, report.error
        assert report.lint is not None
        return report.lint

    return lint


def resources(bodies: dict[str, Any], **sections: Any) -> str:
    """The `resources` of a service as YAML."""
    return yaml.safe_dump({"resources": {"Resources": bodies, **sections}}, sort_keys=False)


def told(notes: tuple[LintNote, ...]) -> list[tuple[str, int | None, str]]:
    """Code, line and message of each note."""
    return [(note.code, note.evidence[0].line if note.evidence else None, note.message) for note in notes]
