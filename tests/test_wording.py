"""Texts of a submission made safe to show."""

from __future__ import annotations

import pytest

from checker.reporters.terminal import Terminal
from checker.wording import columns, name_line, visible


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


@pytest.mark.parametrize(
    ("text", "taken"),
    [("plain", 5), ("é", 1), ("e\u0301", 1), ("表", 2), ("👩", 2), ("か\u3099", 2), ("a表e\u0301", 4)],
)
def test_columns(text: str, taken: int) -> None:
    assert columns(text) == taken


def test_lines_of_wide_characters_fit() -> None:
    text = "The queue 乗車記録の死信キュー is not there, and 表 neither. " * 4
    lines = Terminal(width=40).wrapped(text, "  ")
    assert max(map(columns, lines)) == 39
    assert "".join("".join(lines).split()) == "".join(text.split())
