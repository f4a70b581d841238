"""The attendee's answers to a module's questions, read from ANSWERS.md, and the headings to write them under.

People answer in their own ways, so a question is known by its id or by its text, as a heading or as a line. Every
pattern here is anchored and reads a line once, for the file is as hostile as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from checker.wording import may_be_close

FILES = ("ANSWERS.md", "answers.md", "Answers.md", "ANSWERS.MD")
"""What the file may be called; the first that is there is read, and no other."""
FILE = FILES[0]

MOST_LINES = 50_000
"""Of one file, in which questions are looked for; what stands below is still part of an answer."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)")
_FENCE = re.compile(r" {0,3}(```+(?=[^`]*$)|~~~+)")
_QUOTE = re.compile(r" {0,3}> ?")
_ITEM = re.compile(r"(?:[-*+]|\(?\d{1,3}[.)])[ \t]+")
_WORD = re.compile(r"[^\W_]+")
_NUMBERED = re.compile(r"(?:q|question)[ \t]*\d{0,3}[ \t]*[.:)]", re.IGNORECASE)
_ANSWER = re.compile(
    r"(?:[-*+][ \t]+)?(\*\*|__|)(?:answer|ans|a)[ \t]*\d{0,3}(\*\*|__|)[.:)](\*\*|__|)[ \t]*", re.IGNORECASE
)
_MARKS = ("**", "__")
_LINK = re.compile(r"\[([^\[\]]*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])")
_COMMENT_OR_CODE = re.compile(r"<!--|`+")
_BEHIND_ID = re.compile(r"[*`\])]*[ \t]*(?:(?P<sign>[:.)]|[-\u2013\u2014](?=[ \t]))[*`]*(?=[ \t]|$))?[ \t]*")
_NUMBERING = ("q", "question", "answer")

_LONGEST_LINE = 400  # of a question, with all that may stand before and behind it
_NEAR = 0.9
_APART = 0.04  # how much nearer than to any other question
_MOST_COMPARED = 100  # lines of one file that are compared letter by letter; people write four
_ANY_HEADING = 7  # no heading is deeper
_NO_PART = 8  # of a line that is neither a question nor part of an answer
_BINARY = (b"PK\x03\x04", b"%PDF-", b"{\\rtf")  # a word processor's files, whatever they are called
_FEW_ODD, _MOST_ODD = 2, 20  # characters that are none of a text: so many may be there, or one of so many


class _Mark(NamedTuple):
    """A line that begins the answer to a question, or a heading that may end one (`name` is None).

    An answer lasts up to the next heading of that level or a higher one. `rest` is what of the line is the answer's
    already, `lines` how many lines the mark takes, and `is_near` tells that a question's text is misspelled.
    """

    name: str | None
    level: int
    rest: str = ""
    lines: int = 1
    is_near: bool = False


def parse_answers(text: str, questions: Mapping[str, str]) -> dict[str, str]:
    """The answers by question id; questions without one are left out. `questions` are their texts by id.

    An answer stands under a heading that holds the question's id, in any letter case, or under the question itself: a
    heading, a line in bold, an item of a list, or a line of its own, with or without a number. A heading inside a code
    block is none, comments are no answer, and neither is the question. An answer may begin right behind the
    id. A link around a question, as in a table of contents, is neither.
    """
    lines = _lines(text)
    marks = _marks(lines, questions)
    found: dict[str, list[list[str]]] = {}
    current, level = None, 0
    place = 0
    while place < len(lines):
        mark = marks.get(place)
        if mark is None:
            if current is not None:
                found[current][-1].append(lines[place])
            place += 1
            continue
        place += mark.lines
        if mark.level == _NO_PART:
            continue
        if mark.name is None:
            if mark.level <= level:
                current = None
            elif current is not None:
                found[current][-1].extend(lines[place - mark.lines : place])
        elif mark.name != current or mark.level != _ANY_HEADING:
            current, level = mark.name, mark.level
            found.setdefault(current, []).append([mark.rest] if mark.rest else [])
        elif mark.rest:  # the question once more, below its heading
            found[current][-1].append(mark.rest)
    answers = {name: "\n".join(filter(None, map(_answer, pieces))) for name, pieces in found.items()}
    return {name: answer for name, answer in answers.items() if answer}


def asked_in(text: str, questions: Mapping[str, str]) -> frozenset[str]:
    """The ids of the questions that have a place in the file, answered or not."""
    return frozenset(mark.name for mark in _marks(_lines(text), questions).values() if mark.name is not None)


def decode_answers(content: bytes) -> tuple[str, str]:
    """The text of the file, and the name of its encoding: what its byte order mark says, UTF-8, or Windows' own."""
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8")):
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace"), encoding
    text = content.decode("utf-8", "replace")
    unread = text.count("\ufffd")
    # A slip in a file of UTF-8 is one among many; of one in another encoding, none of the further letters is right.
    if unread and unread * 2 > sum(not character.isascii() for character in text):
        return content.decode("cp1252", "replace"), "cp1252"
    return text, "utf-8"


def is_text(content: bytes, text: str) -> bool:
    """Whether a file that was decoded to `text` is one: no word processor's file, and no bytes of another kind."""
    odd = sum(character == "\ufffd" or (character < " " and not character.isspace()) for character in text)
    is_odd = odd > _FEW_ODD and odd * _MOST_ODD > len(text)
    return "\0" not in text and not content.startswith(_BINARY) and not is_odd


def with_headings(content: bytes | None, title: str, questions: Mapping[str, str]) -> tuple[bytes, list[str]] | None:
    """The file with a heading for each question that has no place in it yet, and the ids of these.

    What stands there stays, byte by byte, and the new headings come behind it, with the line ends and in the encoding
    of the file. None where they would not be read back: the file ends inside a code block or a comment.
    """
    text, encoding = ("", "utf-8") if content is None else decode_answers(content)
    there = asked_in(text, questions)
    missing = [name for name in questions if name not in there]
    if not missing:
        return content or b"", []
    end = "\r\n" if "\r\n" in text else "\r" if "\r" in text and "\n" not in text else "\n"
    pieces = [_intro(title)] if not text.strip() else []
    pieces += [f"## {name}: {questions[name]}\n\n<!-- Write your answer below this line. -->\n" for name in missing]
    added = "\n".join(pieces)
    if text.strip():
        last = text[-1] in "\r\n"
        added = f"{'' if last else chr(10)}\n{added}"
    whole = (content or b"") + added.replace("\n", end).encode(encoding, "replace")
    is_read = asked_in(decode_answers(whole)[0], questions) >= set(missing)
    return (whole, missing) if is_read else None


def _intro(title: str) -> str:
    return f"# {title}: my answers\n\nWrite each answer below its heading; your instructor reads them.\n"


def _lines(text: str) -> list[str]:
    """The lines without the comments; what begins one in a code block, or between backticks, is text."""
    lines = text.removeprefix("\ufeff").splitlines()
    last_end = max((place for place, line in enumerate(lines) if "-->" in line), default=-1)
    kept: list[str] = []
    fence = ""
    is_comment = False
    for place, line in enumerate(lines):
        if is_comment:
            end = line.find("-->")
            is_comment = end < 0
            line = line[end + len("-->") :]
            if is_comment or not line.strip():
                continue
        if not fence and not _FENCE.match(_unquoted(line)):
            line, is_comment = _without_comments(line, is_closed_below=last_end > place)
        fence = _fence_behind(fence, _unquoted(line))
        kept.append(line)
    return kept


def _fence_behind(fence: str, bare: str) -> str:
    """The fence of the code block that the next line stands in, empty outside of one."""
    mark = _FENCE.match(bare)
    if not fence:
        return mark.group(1) if mark else ""
    return "" if mark and mark.group(1).startswith(fence) else fence


def _marks(lines: list[str], questions: Mapping[str, str]) -> dict[int, _Mark]:
    """The marks by the number of their line.

    A question that stands there exactly, or by its id, has no other near it: that line is somebody's answer.
    """
    marks = dict(_all_marks(lines, _Recogniser(questions)))
    exact = {mark.name for mark in marks.values() if mark.name is not None and not mark.is_near}
    for place, mark in list(marks.items()):
        if mark.is_near and mark.name in exact:
            if mark.level == _ANY_HEADING:
                del marks[place]
            else:
                marks[place] = mark._replace(name=None)
        elif mark.is_near and mark.name is not None:
            exact.add(mark.name)
    return marks


def _all_marks(lines: list[str], recognise: _Recogniser) -> Iterable[tuple[int, _Mark]]:
    fence = ""
    is_underline = False
    for place, line in enumerate(lines[:MOST_LINES]):
        if is_underline or not line:
            is_underline = False
            continue
        bare = _unquoted(line)
        before, fence = fence, _fence_behind(fence, bare)
        if before or fence:
            continue
        heading = _HEADING.match(bare)
        if heading is not None:
            yield place, recognise.heading(bare[heading.end() :], len(heading.group(1)))
            continue
        underline = _underline(lines[place + 1]) if place + 1 < len(lines) and bare.strip() else ""
        if underline:
            found = recognise.heading(bare, 1 if underline == "=" else 2)
            # Below an answer, a line of hyphens is meant as a rule more often than it makes a heading.
            if found.name is not None or underline == "=":
                is_underline = True
                yield place, found._replace(lines=2)
                continue
        begun = recognise.line(bare.strip())
        if begun is not None:
            yield place, begun


class _Recogniser:
    """Knows the questions of a module by their ids and texts."""

    def __init__(self, questions: Mapping[str, str]) -> None:
        written = {name: re.escape(name).replace(r"\.", "[._-]") for name in questions}  # people write `qa-how` too
        self.ids = {
            name: re.compile(rf"(?<![\w.]){pattern}(?!\w|\.\w)", re.IGNORECASE) for name, pattern in written.items()
        }
        self.begins = re.compile(
            rf"(?:{_ITEM.pattern})?(?P<marks>[*`]*)(?P<id>{'|'.join(written.values())})", re.IGNORECASE
        )
        self.by_letters = {letters: name for name, text in questions.items() if (letters := _letters(text))}
        self.shortest = min(map(len, self.by_letters), default=_LONGEST_LINE)
        self.shortest_id = min(map(len, questions), default=_LONGEST_LINE)
        self.compared = 0

    def heading(self, text: str, level: int) -> _Mark:
        """The mark that a heading is: of a question, by its id or its words, or of none."""
        if len(text) < self.shortest_id:
            return _Mark(None, level)
        if len(text) <= _LONGEST_LINE:
            text = _LINK.sub(r"\1", text)
        for name, pattern in self.ids.items():
            found = pattern.search(text)
            if found is not None:
                begins = not _letters(text[: found.start()])
                return _Mark(name, level, self.said(text, *found.span(), is_heading=True) if begins else "")
        if len(text) > _LONGEST_LINE:
            return _Mark(None, level)
        letters = _letters(text)
        exact = self.by_letters.get(letters)
        if exact is not None:
            return _Mark(exact, level)
        near = self.near(letters)
        return _Mark(near, level, is_near=near is not None)

    def said(self, text: str, start: int, end: int, *, is_heading: bool) -> str:
        """What a line says behind an id: the beginning of an answer, empty where that is the question."""
        behind = _BEHIND_ID.match(text, end)
        assert behind is not None
        rest = text[behind.end() :].rstrip()
        unclosed = rest.rstrip("#")
        if is_heading and unclosed.endswith((" ", "\t")):
            rest = unclosed.rstrip()
        if "**" in text[:start] and "**" not in behind.group() and rest.count("**") % 2:
            rest = rest.removesuffix("**")
        asked = rest.find("?", 0, _LONGEST_LINE) + 1
        if asked and _letters(rest[:asked]) in self.by_letters:
            return _behind(rest, asked)
        if is_heading:  # the question in other words, or several questions at once
            is_question = rest.rstrip("*_`) #").endswith("?") and not re.search(r"[.!][ \t]", rest)
            if is_question or any(pattern.search(rest) for pattern in self.ids.values()):
                return ""
        letters = _letters(rest)
        if letters in self.by_letters or (len(rest) <= _LONGEST_LINE and self.near(letters) is not None):
            return ""
        return rest if letters else ""

    def named(self, text: str) -> _Mark | None:
        """The mark that a line is which begins with an id: in bold, or with a colon or a dash behind it."""
        begins = self.begins.match(text)
        if begins is None:
            return None
        start = begins.start("id")
        for name, pattern in self.ids.items():
            found = pattern.match(text, start)
            if found is None:
                continue
            behind = _BEHIND_ID.match(text, found.end())
            assert behind is not None
            if "**" in begins.group("marks") or behind.group("sign") not in (None, ".", ")"):
                return _Mark(name, _ANY_HEADING, self.said(text, *found.span(), is_heading=False))
        return None

    def line(self, text: str) -> _Mark | None:
        """The mark that a line is which is no heading: a question, with the answer behind it if that begins there."""
        named = self.named(text)
        if named is not None:
            return named
        if len(text) < self.shortest_id:
            return None
        link = _LINK.search(text, 0, _LONGEST_LINE) if "[" in text else None
        if link is not None and self.is_asked(link.group(1)):
            is_alone = len(text) <= _LONGEST_LINE and not _letters(_LINK.sub("", text))
            return _Mark(None, _NO_PART) if is_alone else None
        if len(text) < self.shortest:
            return None
        if len(text) <= _LONGEST_LINE:
            exact = self.by_letters.get(_letters(text))
            if exact is not None:
                return _Mark(exact, _ANY_HEADING)
        end = text.find("?", 0, _LONGEST_LINE) + 1
        if end and end < len(text) and not text[end:].lstrip("*_").startswith(("](", "][")):
            exact = self.by_letters.get(_letters(text[:end]))
            if exact is not None:
                return _Mark(exact, _ANY_HEADING, _behind(text, end))
        if link is None and len(text) <= _LONGEST_LINE and _stands_out(text):
            near = self.near(_letters(text))
            if near is not None:
                return _Mark(near, _ANY_HEADING, is_near=True)
        return None

    def is_asked(self, text: str) -> bool:
        """Whether a text is a question or its id, and nothing else."""
        begins = next(filter(None, (pattern.match(text) for pattern in self.ids.values())), None)
        letters = _letters(text if begins is None else text[begins.end() :])
        return letters in self.by_letters or (begins is not None and not letters)

    def near(self, letters: str) -> str | None:
        """The one question that this is with small slips."""
        if self.compared >= _MOST_COMPARED or len(letters) < self.shortest * _NEAR * _NEAR:
            return None
        close = [one for one in self.by_letters if may_be_close(letters, one, _NEAR - _APART)]
        if not close:
            return None
        self.compared += 1
        from difflib import SequenceMatcher

        ranked = sorted(
            ((SequenceMatcher(None, letters, one, autojunk=False).ratio(), one) for one in close), reverse=True
        )
        best, second = ranked[0][0], ranked[1][0] if len(ranked) > 1 else 0.0
        return self.by_letters[ranked[0][1]] if best >= _NEAR and best - second >= _APART else None


def _letters(text: str) -> str:
    """The letters and digits of a text, small, without numbers and a `Q` before it."""
    words = _WORD.findall(text[:_LONGEST_LINE].casefold())
    first = 0
    while first < len(words) and (words[first] in _NUMBERING or words[first].removeprefix("q").isdecimal()):
        first += 1
    return "".join(words[first:])


def _stands_out(text: str) -> bool:
    """Whether a line is in bold, an item of a list or numbered, as a question is and a sentence is not."""
    item = _ITEM.match(text)
    rest = text[item.end() :] if item is not None else text
    return item is not None or _is_bold(rest) or _NUMBERED.match(rest.lstrip("*_")) is not None


def _is_bold(text: str) -> bool:
    return any(text.startswith(mark) and text.endswith(mark) and len(text) > 2 * len(mark) for mark in _MARKS)


def _behind(text: str, end: int) -> str:
    """What stands behind a question in its line, without the end of its bold."""
    rest = text[end:].lstrip()
    for mark in _MARKS:
        if mark in text[:end]:
            rest = rest.removeprefix(mark)
    return rest.strip()


def _underline(line: str) -> str:
    """`=` or `-` where a line is made of it, as below a heading."""
    signs = _unquoted(line).strip()
    return signs[0] if signs and signs[0] in "=-" and signs == signs[0] * len(signs) else ""


def _unquoted(line: str) -> str:
    """A line without the marks of a quotation."""
    place = 0
    while (mark := _QUOTE.match(line, place)) is not None:
        place = mark.end()
    return line[place:]


def _answer(lines: list[str]) -> str:
    """An answer as it is shown; empty for one that says nothing."""
    if all(not line.strip() or _QUOTE.match(line) for line in lines):
        lines = [_unquoted(line) for line in lines]
    lines = "\n".join(lines).strip().split("\n")
    if _WORD.findall(lines[0][:_LONGEST_LINE].casefold()) == ["answer"]:  # `### Answer`, or `**Answer**`
        lines = lines[1:]
    elif (prefix := _ANSWER.match(lines[0])) is not None:
        opened, closed, closed_behind = prefix.groups()
        still_open = "" if closed or closed_behind else opened
        lines = [still_open + lines[0][prefix.end() :], *lines[1:]]
    while lines and (not lines[-1].strip() or _is_rule(lines[-1])):
        lines = lines[:-1]
    said = any(character.isalnum() for line in lines if not _FENCE.match(line) for character in line)
    return "\n".join(lines).strip() if said else ""


def _is_rule(line: str) -> bool:
    signs = line.replace(" ", "").replace("\t", "")
    return len(signs) >= 3 and signs[0] in "-*_" and signs == signs[0] * len(signs)


def _without_comments(line: str, *, is_closed_below: bool) -> tuple[str, bool]:
    """A line without its comments, and whether the last of them goes on in the next line."""
    if "<!--" not in line:
        return line, False
    kept: list[str] = []
    runs = {run.group(): run.start() for run in _COMMENT_OR_CODE.finditer(line)}  # the last of each length
    position = 0
    while (found := _COMMENT_OR_CODE.search(line, position)) is not None:
        sign = found.group()
        end = found.end()
        if sign == "<!--":
            closing = line.find("-->", found.start())
            if closing < 0:
                if is_closed_below:
                    return "".join((*kept, line[position : found.start()])), True
                break
            kept.append(line[position : found.start()])
            position = closing + len("-->")
            continue
        while runs[sign] >= end:  # a code span, up to the next run of as many
            behind = _COMMENT_OR_CODE.search(line, end)
            if behind is None:
                break
            end = behind.end()
            if behind.group() == sign:
                break
        kept.append(line[position:end])
        position = end
    return "".join((*kept, line[position:])), False
