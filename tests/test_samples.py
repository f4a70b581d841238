"""The sample pages of the repository are what the program renders now."""

from __future__ import annotations

from tests.samples import FOLDER, rendered


def test_the_sample_pages_are_current() -> None:
    shown = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.html")}
    now = rendered()
    assert sorted(shown) == sorted(now)
    stale = [name for name, page in now.items() if shown[name] != page]
    assert stale == [], "say `make samples` and look at what changed"
