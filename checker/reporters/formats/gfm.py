"""Pieces of Markdown as GitHub and GitLab read it, each safe with any text in it.

Both sites change a text once more when it is HTML already: mentions, references to issues and commits, emoji, formulas
and bare addresses. An element around a sign in the middle of such a word keeps them away; code is left alone by both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from checker.wording import name_line

_LONGEST = 1000
_CODE = re.compile(r"`([^`\n]+)`")
_PLAIN_CODE = re.compile(r"(?! )[^`|]+(?<! )")
_RUN = re.compile(r"`+")
# First what has to be taken apart, then what has a meaning by itself.
_SIGNS = re.compile(
    r"(?P<commit>[0-9a-fA-F]{7,})"
    r"|(?P<apart>[@#$~&\[]|[!%^](?=[\w{\"])|\{(?=[+-])|:(?=//|[\w+-]+:)|(?<=www)\.|(?<=gh)-(?=\d))"
    r"|(?P<entity>[<>|])"
    r"|(?P<escaped>[\\`*_\]])",
    re.IGNORECASE,
)
_SHORTER_THAN_A_COMMIT = 6
# What begins a list, an underlined heading, a quick action or a container at the start of a line.
_BEGINNING = re.compile(r"(\d{1,9}(?=[.)]))?[-+=/:.)]")


def said(text: str) -> str:
    """A message on one line, with what stands in backticks as code."""
    line = _bounded(text)
    parts, end = [], 0
    for found in _CODE.finditer(line):
        parts += [_signs(line[end : found.start()]), code(found[1])]
        end = found.end()
    return _begin("".join([*parts, _signs(line[end:])]).strip())


def plain(text: str) -> str:
    """A text on one line that is shown as it stands, in a paragraph or a cell."""
    return _begin(_signs(_bounded(text)).strip())


def code(text: str) -> str:
    """A text as code, in a paragraph or a cell: in HTML where backticks would not hold it."""
    line = _bounded(text)
    return f"`{line}`" if _PLAIN_CODE.fullmatch(line) else f"<code>{_signs(line).strip()}</code>"


def block(lines: Iterable[str]) -> str:
    """Lines of code, fenced by more backticks than stand in a row in them."""
    shown = [_bounded(line) for line in lines]
    longest = max((len(run) for line in shown for run in _RUN.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([fence, *shown, fence])


def details(summary: str, *paragraphs: str) -> str:
    """Paragraphs that show when one asks for them; `summary` holds no foreign text."""
    return "\n\n".join([f"<details>\n<summary>{summary}</summary>", *paragraphs, "</details>"])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a column whose heading starts with a blank is set to the right."""
    lines = [row(head), "|" + "|".join("--:" if name.startswith(" ") else "---" for name in head) + "|"]
    return "\n".join([*lines, *map(row, rows)])


def row(cells: Sequence[str]) -> str:
    """A row of a table, its cells made by the functions here."""
    return "| " + " | ".join(cell.strip() for cell in cells) + " |"


def _bounded(text: str) -> str:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return name_line(cut.expandtabs(4))


def _signs(text: str) -> str:
    return _SIGNS.sub(_sign, text)


def _sign(found: re.Match[str]) -> str:
    text = found[0]
    if found["commit"]:
        step = _SHORTER_THAN_A_COMMIT
        return "".join(f"<span>{text[at : at + step]}</span>" for at in range(0, len(text), step))
    if found["apart"]:
        return f"<span>{_entity(text)}</span>"
    return _entity(text) if found["entity"] else f"\\{text}"


def _entity(sign: str) -> str:
    return f"&#{ord(sign)};"


def _begin(line: str) -> str:
    """The line without a meaning of its beginning."""
    found = _BEGINNING.match(line)
    return line if found is None else f"{found[1] or ''}{_entity(found[0][-1])}{line[found.end() :]}"
