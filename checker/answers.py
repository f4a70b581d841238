"""The attendee's answers to the module's questions, read from ANSWERS.md."""

from __future__ import annotations

import re
from collections.abc import Iterable

FILE = "ANSWERS.md"

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(```+(?=[^`]*$)|~~~+)")


def parse_answers(text: str, questions: Iterable[str]) -> dict[str, str]:
    """The text under the heading that holds each question's id, up to the next heading of its level or a higher one.

    A heading inside a code block is none. Comments do not count as an answer, and questions without one are left out.
    """
    wanted = {question: re.compile(rf"(?<![\w.]){re.escape(question)}(?!\w|\.\w)") for question in questions}
    found: dict[str, list[str]] = {}
    current: str | None = None
    level = 0
    fence = ""
    for line in _without_comments(text).splitlines():
        mark = _FENCE.match(line)
        if fence:
            if mark and mark.group(1).startswith(fence):
                fence = ""
        elif mark:
            fence = mark.group(1)
        heading = None if fence or mark else _HEADING.match(line)
        if heading is not None:
            named = next((name for name, pattern in wanted.items() if pattern.search(line, heading.end())), None)
            if named is not None:
                current, level = named, len(heading.group(1))
                found.setdefault(current, [])
                continue
            if len(heading.group(1)) <= level:
                current = None
        if current is not None:
            found[current].append(line)
    answers = {name: "\n".join(lines).strip() for name, lines in found.items()}
    return {name: answer for name, answer in answers.items() if answer}


def _without_comments(text: str) -> str:
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0:
        end = text.find("-->", start)
        if end < 0:
            break
        kept.append(text[position:start])
        position = end + len("-->")
    return "".join((*kept, text[position:]))
