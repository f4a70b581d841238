"""A configuration's text as parts: which characters each key, value and item takes up.

The values that checks judge keep a place; an edit needs the whole extent. The events are libyaml's, as in
`checker/serverless/parsing.py`, so that both see the same file. A value that stands elsewhere, behind an alias or a
variable, is a part like any other: what it leads to is not followed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import yaml

from checker.serverless.parsing import without_foreign_line_ends, without_tabs_before_comments

Kind = Literal["mapping", "sequence", "scalar", "alias"]
Step = str | int
"""A key of a mapping, or the position of an item, from 0 on."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class Part:
    """One value of the text.

    `start` and `end` are the offsets of its characters: anchor and tag included, trailing comments and blank lines not.
    `entries` are a mapping's keys with their values, `items` those of a sequence, in file order. `column` is where a
    block collection's keys or dashes stand, from 0 on. `style` is a scalar's: `'`, `"`, `|`, `>`, or empty for a plain
    one.
    """

    __slots__ = ("anchor", "column", "end", "entries", "flow", "items", "kind", "start", "style", "tag", "text")

    def __init__(self, kind: Kind, start: int) -> None:
        self.kind = kind
        self.start = start
        self.end = start
        self.column = 0
        self.flow = False
        self.entries: list[tuple[Part, Part]] = []
        self.items: list[Part] = []
        self.tag: str | None = None
        self.anchor: str | None = None
        self.style = ""
        self.text = ""

    @property
    def is_null(self) -> bool:
        """Whether nothing, `~` or `null` stands there."""
        return self.kind == "scalar" and not self.style and self.tag is None and self.text in ("", "~", "null", "Null")

    @property
    def is_variable(self) -> bool:
        """Whether what stands there is decided elsewhere: by a variable of the framework, or an alias."""
        return self.kind == "alias" or (self.kind == "scalar" and "${" in self.text and self.tag is None)

    def entry(self, key: str) -> tuple[Part, Part] | None:
        """The key of that text with its value."""
        return next(((name, value) for name, value in self.entries if name.text == key), None)

    def child(self, step: Step) -> Part | None:
        """The value at one step down."""
        if isinstance(step, int):
            return self.items[step] if self.kind == "sequence" and step < len(self.items) else None
        found = self.entry(step)
        return found[1] if found is not None else None

    def walk(self) -> Iterator[Part]:
        """The part itself and all below it, keys included, in file order."""
        stack = [self]
        while stack:
            part = stack.pop()
            yield part
            inside = [each for entry in part.entries for each in entry] + part.items
            stack.extend(reversed(inside))


class Outline:
    """The parts of one text, and where its lines begin."""

    def __init__(self, text: str, *, is_json: bool = False) -> None:
        """Read a text that parses as YAML, or as JSON. Raises yaml.YAMLError for one that does not."""
        self.text = text
        self.is_json = is_json
        self.starts = [0]
        for found in _LINE.finditer(text):
            if found.end() > self.starts[-1]:
                self.starts.append(found.end())
        self.root = _read(self._readable(text), self)

    def _readable(self, text: str) -> str:
        """The text as libyaml takes it, each character in its place."""
        if self.is_json:
            return _SURROGATE.sub(r"\\u0041", text.replace("\t", " "))
        return without_tabs_before_comments(without_foreign_line_ends(text))

    def offset(self, line: int, column: int) -> int:
        """The offset of a line and column, both from 0 on."""
        return min(self.starts[line] + column, len(self.text)) if line < len(self.starts) else len(self.text)

    def written(self, part: Part) -> str:
        """A part's own characters."""
        return self.text[part.start : part.end]

    def line_of(self, offset: int) -> int:
        """The line that a character stands in, from 0 on."""
        from bisect import bisect_right

        return bisect_right(self.starts, offset) - 1

    def column_of(self, offset: int) -> int:
        return offset - self.starts[self.line_of(offset)]

    def line_start(self, offset: int) -> int:
        return self.starts[self.line_of(offset)]

    def line_end(self, offset: int) -> int:
        """Where the line of a character ends, before its line end."""
        line = self.line_of(offset)
        after = self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)
        return self.starts[line] + len(self.text[self.starts[line] : after].rstrip("\r\n"))

    def next_line(self, offset: int) -> int:
        """Where the line below begins; the end of the text behind the last."""
        line = self.line_of(offset)
        return self.starts[line + 1] if line + 1 < len(self.starts) else len(self.text)

    def steps_at(self, line: int, column: int, *, is_item: bool) -> tuple[Step, ...] | None:
        """The way to the value whose key begins at a place (1-based, as evidence has it), or to the item that does."""
        wanted = self.offset(line - 1, column - 1)
        stack: list[tuple[Part, tuple[Step, ...]]] = [(self.root, ())]
        while stack:
            part, steps = stack.pop()
            for key, value in part.entries:
                if key.start == wanted and not is_item:
                    return (*steps, key.text)
                stack.append((value, (*steps, key.text)))
            for number, item in enumerate(part.items):
                if item.start == wanted and is_item:
                    return (*steps, number)
                stack.append((item, (*steps, number)))
        return None


def _read(text: str, outline: Outline) -> Part:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    stack: list[Part] = []
    keys: list[Part | None] = []
    root: Part | None = None
    while True:
        event: Any = loader.get_event()
        kind = type(event)
        if kind is yaml.StreamEndEvent:
            break
        if kind in (yaml.StreamStartEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent):
            continue
        if kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            part = stack.pop()
            keys.pop()
            if part.flow:
                part.end = outline.offset(event.end_mark.line, event.end_mark.column)
        else:
            part = _part(event, outline)
            if kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
                stack.append(part)
                keys.append(None)
                continue
        if not stack:
            root = root or part
            continue
        holder = stack[-1]
        if holder.kind == "sequence":
            holder.items.append(part)
        elif keys[-1] is None:
            keys[-1] = part
            continue
        else:
            holder.entries.append((keys[-1], part))
            keys[-1] = None
        holder.end = max(holder.end, part.end)
        if not holder.flow:
            holder.column = _column(holder, outline)
    assert root is not None
    return root


def _part(event: Any, outline: Outline) -> Part:
    kinds: dict[type, Kind] = {
        yaml.MappingStartEvent: "mapping",
        yaml.SequenceStartEvent: "sequence",
        yaml.ScalarEvent: "scalar",
        yaml.AliasEvent: "alias",
    }
    part = Part(kinds[type(event)], outline.offset(event.start_mark.line, event.start_mark.column))
    part.anchor = event.anchor
    if part.kind != "alias":
        part.tag = event.tag
    if part.kind in ("mapping", "sequence"):
        part.flow = bool(event.flow_style)
    else:
        part.end = outline.offset(event.end_mark.line, event.end_mark.column)
    if part.kind == "scalar":
        part.text, part.style = event.value, event.style or ""
        if part.style in ("|", ">"):  # what follows a block scalar is no part of it, unless its header keeps it
            written = outline.written(part)
            keeps = "+" in written.partition("\n")[0].partition("#")[0]
            part.end = part.start + len(written.removesuffix("\n") if keeps else written.rstrip(" \t\r\n"))
    return part


def _column(holder: Part, outline: Outline) -> int:
    """Where the keys of a block mapping stand, or the dashes of a block sequence."""
    if holder.kind == "mapping":
        return outline.column_of(holder.entries[0][0].start)
    if outline.text.startswith("-", holder.start):
        return outline.column_of(holder.start)
    first = outline.line_start(holder.items[0].start)  # behind an anchor or tag, the dash stands on a line below
    return len(outline.text[first:]) - len(outline.text[first:].lstrip(" "))
