"""CSV that opens cleanly in a spreadsheet (RFC 4180): no cell starts a formula, and each row is one line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from checker.wording import visible

# The ASCII signs that start a formula, their full-width and small forms, and the minus sign.
_SIGNS = "=+@＝＋－＠﹢﹣﹦﹫−-"
_BREAKS = re.compile(r"[\t\r\n]+")
_FORMULA = re.compile(rf"[\s\"]*[{re.escape(_SIGNS)}]")
# A spreadsheet that splits lines at other separators than the comma would find a new cell inside of ours.
_INNER_FORMULA = re.compile(rf"([;,])(?=[\s\"]*[{re.escape(_SIGNS)}])")
_BYTE_ORDER_MARK = "\ufeff"


def cell(text: str) -> str:
    """The text as a cell: one line, control characters spelled out, an apostrophe before what would be a formula."""
    line = _INNER_FORMULA.sub(r"\1'", visible(_BREAKS.sub(" ", text)))
    return f"'{line}" if _FORMULA.match(line) else line


def number(value: float, decimals: int = 4) -> str:
    """5, 1.5, never 5.0."""
    return f"{value:.{decimals}f}".rstrip("0").rstrip(".") if decimals else f"{value:.0f}"


def table(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV; each text goes through `cell`."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerows([cell(text) for text in row] for row in rows)
    return stream.getvalue()


def marked_for_excel(text: str) -> str:
    """The text with a byte order mark if it needs one.

    Excel takes a CSV file without one for the system's old code page. Plain ASCII reads the same in both, and is spared
    the mark, over which simple readers stumble.
    """
    return text if text.isascii() else _BYTE_ORDER_MARK + text
