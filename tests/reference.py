"""The reference page of the checks; `python -m tests.reference` writes it again."""

from __future__ import annotations

from checker.reporters.reference import render
from checker.rulepack import load_pack
from checker.writing import write_file
from tests.conftest import REPOSITORY

PAGE = REPOSITORY / "docs" / "checks.md"

if __name__ == "__main__":
    write_file(PAGE, render(load_pack("reliability")))
