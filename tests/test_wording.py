"""Texts of a submission made safe to show."""

from __future__ import annotations

import pytest

from checker.wording import name_line, visible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain", "plain"),
        ("two\nlines", "two\nlines"),
        ("\x1b[2J", "\\x1b[2J"),
        ("ada\u202elia", "ada\\u202elia"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("a\u200db", "a\\u200db"),
        ("\u200dé", "\\u200dé"),
        ("é\u200d", "é\\u200d"),
        ("é\u200d\u202eé", "é\\u200d\\u202eé"),
        ("é\u200d\u200dé", "é\\u200d\\u200dé"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, seen: str) -> None:
    assert visible(text) == seen


def test_a_name_is_one_line() -> None:
    assert name_line("ada\n\tben") == "ada\\n\\x09ben"
