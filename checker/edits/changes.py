"""Setting, appending, removing, moving and renaming in a configuration's text; whatever is not touched stays as it is.

A change is found in the outline and made in the text: lines come, go or are replaced, and all others keep every byte,
comments, blank lines and line ends among them. What comes is written as the file around it (`style`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from checker.edits.outline import Outline, Part, Step
from checker.edits.sections import Misspelled, Outdented
from checker.edits.style import Style, kind_of
from checker.serverless.lowering import function_logical_id

Steps = tuple[Step, ...]

_MERGED: tuple[Steps, ...] = (("resources",), ("functions",))
_REFERRING = ("Ref", "Fn::GetAtt", "DependsOn", "GetResourceArn", "Fn::Sub", "!Ref", "!GetAtt", "!Sub")
_WITH_TEXT = ("Fn::Sub", "!Sub")
_OF_STATEMENTS = ("Action", "NotAction", "Resource", "NotResource")
_SELF = re.compile(r"\$\{\s*self:\s*([\w.-]*)(?=\s*[,}])")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)+")
_IN_SUB = re.compile(r"\$\{\s*([A-Za-z0-9]+)(?=\s*[.}])")


class CannotEditError(Exception):
    """The change cannot be made here.

    `elsewhere` is the part that leads to another place, a variable or an alias, where that is the reason.
    """

    def __init__(self, elsewhere: Part | None = None) -> None:
        super().__init__()
        self.elsewhere = elsewhere


class Found(NamedTuple):
    """How far a way leads: the parts on it from the root on, and the steps that are missing behind the last."""

    parts: tuple[Part, ...]
    steps: Steps
    missing: Steps

    @property
    def last(self) -> Part:
        return self.parts[-1]

    @property
    def is_whole(self) -> bool:
        return not self.missing


class Replacement(NamedTuple):
    """New text in the place of what stands between two offsets."""

    start: int
    end: int
    text: str


def find(outline: Outline, path: Steps) -> Found:
    """Follow a way as far as it exists.

    Where the framework merges a list of mappings, it is passed through to the item that leads furthest.
    """
    parts = [outline.root]
    steps: list[Step] = []
    left = list(path)
    while left:
        here = parts[-1]
        if here.kind == "sequence" and tuple(steps) in _MERGED:
            best = _best_item(here, tuple(left))
            if best is None:
                break
            parts.append(here.items[best])
            steps.append(best)
            continue
        below = here.child(left[0])
        if below is None:
            break
        parts.append(below)
        steps.append(left.pop(0))
    return Found(tuple(parts), tuple(steps), tuple(left))


def _best_item(part: Part, path: Steps) -> int | None:
    """The item of a list of mappings in which a way leads furthest, the last of equals; None where there is none."""
    reach = {number: _depth(item, path) for number, item in enumerate(part.items) if item.kind == "mapping"}
    return max(reach, key=lambda number: (reach[number], number), default=None)


def _depth(part: Part, path: Steps) -> int:
    """How many steps of a way exist below a part."""
    for depth, step in enumerate(path):
        below = part.child(step)
        if below is None:
            return depth
        part = below
    return len(path)


class Changes:
    """Makes one change at a time; `text` is the text so far."""

    def __init__(self, text: str, *, is_json: bool = False) -> None:
        """Raises yaml.YAMLError for a text that does not parse."""
        self.is_json = is_json
        self._take(text)

    def _take(self, text: str) -> None:
        self.text = text
        self.outline = Outline(text, is_json=self.is_json)
        self._style: Style | None = None

    @property
    def style(self) -> Style:
        """How the text so far is written, learned when something is to be written."""
        if self._style is None:
            self._style = Style(self.outline)
        return self._style

    def _replace(self, *replacements: Replacement) -> None:
        text = self.text
        for start, end, new in sorted(replacements, reverse=True):
            text = text[:start] + new + text[end:]
        self._take(text)

    def set(self, path: Steps, value: Any) -> None:
        """Let the value at a way be this one; what is missing on the way is made."""
        found = find(self.outline, path)
        _stay_here(found)
        if found.is_whole:
            self._replace(self._exchanged(found, value))
        elif found.last.is_null:
            self._replace(self._exchanged(found, _nested(found.missing, value)))
        elif found.last.kind == "mapping" and isinstance(found.missing[0], str):
            self._insert_entry(found.last, found.missing[0], _nested(found.missing[1:], value))
        else:
            raise CannotEditError

    def append(self, path: Steps, value: Any) -> None:
        """Put the value at the end of the list at a way, if it is not in it; the list is made where there is none."""
        found = find(self.outline, path)
        if found.is_whole and any(item.kind == "scalar" and item.text == value for item in found.last.items):
            return
        if not found.is_whole or found.last.is_null:
            self.set(path, [value])
            return
        _stay_here(found)
        if found.last.kind == "scalar" and not isinstance(value, (dict, list)):
            self._replace(self._exchanged(found, [found.last.text, value]))
        elif found.last.kind == "sequence":
            self._insert_item(found, value)
        else:
            raise CannotEditError

    def remove(self, path: Steps) -> list[Steps]:
        """Take away what stands at a way, and what holds nothing else; a way that does not exist is no error.

        Gives the ways that this touches; of a list, all of it, for what follows moves up.
        """
        found = find(self.outline, path)
        if not found.is_whole:
            return []
        _stay_here(found._replace(parts=found.parts[:-1]))
        parts, steps = list(found.parts), list(found.steps)
        while len(parts) > 2 and len(parts[-2].entries) + len(parts[-2].items) == 1:
            parts.pop()
            steps.pop()
        self._replace(self._without(parts[-2], steps[-1]))
        return [tuple(steps) if isinstance(steps[-1], str) else tuple(steps[:-1])]

    def each(self, path: Steps) -> list[Steps]:
        """The ways that one with `*` for every item of a list stands for, the last first."""
        if "*" not in path:
            return [path]
        at = path.index("*")
        holder = find(self.outline, path[:at])
        count = len(holder.last.items) if holder.is_whole else 0
        return [way for number in reversed(range(count)) for way in self.each((*path[:at], number, *path[at + 1 :]))]

    def move(self, path: Steps, to: Steps) -> list[Steps]:
        """Take the value at a way to another, with all that stands in its lines; the ways that this touches."""
        found = find(self.outline, path)
        if not found.is_whole or not isinstance(path[-1], str) or not isinstance(to[-1], str):
            raise CannotEditError
        _stay_here(found._replace(parts=found.parts[:-1]))
        moved = self._own_lines(found.parts[-2], found.steps[-1])
        touched = self.remove(path)
        target = find(self.outline, to)
        _stay_here(target)
        if not target.missing or not (target.last.kind == "mapping" or target.last.is_null):
            raise CannotEditError
        inner = self.style.indent
        made = [" " * (inner * depth) + f"{key}:" for depth, key in enumerate(target.missing[:-1])]
        lines = [*made, *(" " * (inner * len(made)) + line if line else line for line in moved)]
        if target.last.flow:
            raise CannotEditError
        touched.append((*target.steps, target.missing[0]))
        if target.last.kind == "mapping":
            self._insert_lines(target.last, lines)
            return touched
        at = self.outline.line_end(target.last.start)  # below a key with nothing behind it
        self._replace(Replacement(at, at, self._joined(["", *lines], self._margin(target.last.start) + inner)))
        return touched

    def rename(self, path: Steps, name: str) -> None:
        """Give the key at a way another name, and what refers to it as a logical id too."""
        found = find(self.outline, path)
        if not found.is_whole or not isinstance(found.steps[-1], str):
            raise CannotEditError
        _stay_here(found._replace(parts=found.parts[:-1]))
        old = found.steps[-1]
        entry = found.parts[-2].entry(old)
        assert entry is not None
        ids = {old: name}
        keys = [entry[0]]
        if found.steps[0] == "functions":  # a function's name is no logical id, but makes one
            ids = {function_logical_id(old): function_logical_id(name)}
        else:
            extensions = find(self.outline, ("resources", "extensions"))
            keys += [key for key, _ in extensions.last.entries if extensions.is_whole and key.text == old]
        renamed = {key: {old: name} for key in keys}
        renamed.update({part: ids for part, names in _referring(self.outline) if not ids.keys().isdisjoint(names)})
        variable = _variable(found.steps)
        for part in self._naming(variable):
            renamed.setdefault(part, {})
        replacements = []
        for part, names in renamed.items():
            written = _with_names(self.outline.written(part), names)
            replacements.append(
                Replacement(part.start, part.end, variable.sub(lambda one: one.group(1) + name, written))
            )
        self._replace(*replacements)

    def respell(self, slip: Misspelled) -> list[Steps]:
        """Give a misspelled section key its right name, in the place of an empty one; the ways that this touches."""
        holder, key = slip.holder, slip.key
        replacements = [Replacement(key.start, key.end, _with_names(self.outline.written(key), {key.text: slip.name}))]
        if holder.entry(slip.name) is not None:
            replacements.append(self._without(holder, slip.name))
        variable = _variable((*slip.above, key.text))
        naming = self._naming(variable)
        for part in naming:
            text = variable.sub(lambda found: found.group(1) + slip.name, self.outline.written(part))
            replacements.append(Replacement(part.start, part.end, text))
        self._replace(*replacements)
        return [()] if naming else [(*slip.above, key.text), (*slip.above, slip.name)]

    def indent(self, slip: Outdented) -> list[Steps]:
        """Put the keys that lost their indentation below their name again; the ways that this touches."""
        first, (last, value) = slip.inner[0][0], slip.inner[-1]
        lines = range(self.outline.line_of(first.start), self.outline.line_of(max(last.end, value.end) - 1) + 1)
        starts = [self.outline.starts[line] for line in lines if self._line(line).strip()]
        blanks = " " * self.style.indent
        self._replace(*(Replacement(at, at, blanks) for at in starts))
        return [(*slip.above, key.text) for key in (slip.key, *(key for key, _ in slip.inner))]

    def _naming(self, variable: re.Pattern[str]) -> list[Part]:
        """The texts that hold such a variable."""
        return [part for part in self.outline.root.walk() if part.kind == "scalar" and variable.search(part.text)]

    def wrap(self, path: Steps) -> None:
        """Make a list of one of the mapping at a way."""
        found = find(self.outline, path)
        _stay_here(found)
        part = found.last
        if not found.is_whole or part.kind != "mapping" or part.anchor or part.tag:
            raise CannotEditError
        if part.flow:
            self._replace(Replacement(part.start, part.start, "["), Replacement(part.end, part.end, "]"))
            return
        first = self.outline.line_of(part.start)
        last = self.outline.line_of(max(part.end - 1, part.start))
        starts = [self.outline.starts[line] for line in range(first + 1, last + 1) if self._line(line).strip()]
        if self.outline.column_of(part.start) != part.column or self.is_json:
            raise CannotEditError
        self._replace(Replacement(part.start, part.start, "- "), *(Replacement(at, at, "  ") for at in starts))

    def _insert_entry(self, holder: Part, key: str, value: Any) -> None:
        near = [inner for _, inner in holder.entries]
        if holder.flow:
            inside = self.style.entry_lines(key, value, near) if self.is_json else self.style.text({key: value})[1:-1]
            self._insert_into_flow(holder, inside)
        else:
            self._insert_lines(holder, self.style.entry_lines(key, value, near, self._offset_in(holder)))

    def _insert_item(self, found: Found, value: Any) -> None:
        holder = found.last
        if holder.flow and holder.items:
            self._insert_into_flow(holder, self.style.text(value, holder.items))
        elif holder.flow:
            self._replace(self._exchanged(found, [value]))
        else:
            self._insert_lines(holder, self.style.item_lines(value, holder.items))

    def _offset_in(self, holder: Part, old: Part | None = None) -> int | None:
        """How far the dashes of a list in this mapping are indented: as those it replaces, or those of others here."""
        lists = [value for _, value in holder.entries if value.kind == "sequence" and not value.flow and value.items]
        like = old if old in lists else lists[-1] if lists else None
        return like.column - holder.column if like is not None else None

    def _insert_lines(self, holder: Part, lines: Sequence[str]) -> None:
        """Put lines below the last of a block collection, as far apart from it as its others are."""
        at = self.outline.line_end(max(holder.end - 1, holder.start))
        apart = [""] if self._is_spaced(holder) else []
        self._replace(Replacement(at, at, self._joined(["", *apart, *lines], holder.column)))

    def _joined(self, lines: Sequence[str], margin: int) -> str:
        """Lines as text, all but the first behind the margin."""
        return self.style.line_end.join([lines[0], *(" " * margin + line if line else line for line in lines[1:])])

    def _is_spaced(self, holder: Part) -> bool:
        """Whether blank lines stand between the parts of a block collection."""
        starts = [start for start, _ in _extents(holder)]
        if len(starts) < 2:
            return holder is self.outline.root
        above = self.outline.line_of(starts[-1]) - 1
        while above > 0 and self._line(above).lstrip().startswith("#"):
            above -= 1
        return not self._line(above).strip()

    def _line(self, number: int) -> str:
        start = self.outline.starts[number]
        return self.text[start : self.outline.line_end(start)]

    def _insert_into_flow(self, holder: Part, inside: str | Sequence[str]) -> None:
        """Put an entry or item behind the last of a flow collection, on lines of its own where the others have them."""
        lines = inside.split("\n") if isinstance(inside, str) else inside
        extents = _extents(holder)
        if not extents:
            column = self._margin(holder.start) + self.style.indent
            text = self._joined(["", *lines], column) + self._joined(["", ""], 0) + " " * self._margin(holder.start)
            text = text if self.is_json else self._joined(lines, 0)
            self._replace(Replacement(holder.start + 1, holder.end - 1, text))
            return
        start, last = extents[-1]
        if self.outline.line_of(last) == self.outline.line_of(holder.end - 1):
            self._replace(Replacement(last, last, f", {self._joined(lines, 0)}"))
            return
        end = self.outline.line_end(last)
        trailing = self.text[last:end].lstrip(" ").startswith(",")  # YAML allows a comma behind the last one
        new = self._joined(["", *lines], self.outline.column_of(start)) + ("," if trailing else "")
        behind = self.text[last:end]  # blanks, a comment, or the trailing comma
        self._replace(Replacement(last, end, behind + new if trailing else f",{behind}{new}"))

    def _margin(self, offset: int) -> int:
        """How far the line of a character is indented."""
        line = self._line(self.outline.line_of(offset))
        return len(line) - len(line.lstrip(" "))

    def _exchanged(self, found: Found, value: Any) -> Replacement:
        """A value in the place of the one that stands at a way; a comment behind its key stays there."""
        if len(found.parts) < 2:
            raise CannotEditError
        old, holder, step = found.last, found.parts[-2], found.steps[-1]
        siblings = [inner for _, inner in holder.entries] + holder.items
        is_model = (old.kind == kind_of(value) and not old.is_null) or (old.tag or "").startswith("!")
        near = [old] if is_model else [one for one in siblings if one is not old]
        if holder.flow:
            gap = " " if old.start == old.end else ""
            lines = self.style.text(value, near, str(step)).split("\n")
            return Replacement(old.start, old.end, gap + self._joined(lines, self._margin(old.start)))
        if isinstance(step, int):
            lines = self.style.item_lines(value, near)
            return Replacement(old.start, old.end, self._joined(lines, holder.column)[len("- ") :])
        entry = holder.entry(step)
        assert entry is not None
        lines = self.style.entry_lines(step, value, near, self._offset_in(holder, old))
        colon = self.text.index(":", entry[0].end)
        if old.kind == "scalar" or old.flow or old.kind == "alias":
            end = self.outline.line_end(max(old.end, colon))
            comment = self.text[max(old.end, colon + 1) : end]
        else:  # it stands below its key
            end = self.outline.line_end(old.end - 1)
            comment = self.text[colon + 1 : self.outline.line_end(colon)]
        comment = comment if comment.strip(" ") else ""
        first = lines[0][len(self._key_of(lines[0], step)) :]
        return Replacement(colon, end, self._joined([first + comment, *lines[1:]], holder.column))

    @staticmethod
    def _key_of(line: str, key: str) -> str:
        """The key as it was written at the start of a line."""
        return line[: line.index(":", len(key))]

    # Going

    def _without(self, holder: Part, step: Step) -> Replacement:
        """The collection without one of its parts, of which it has others."""
        number = step if isinstance(step, int) else [key.text for key, _ in holder.entries].index(step)
        extents = _extents(holder)
        start, end = extents[number]
        if holder.flow:
            if number + 1 < len(extents):
                return Replacement(start, extents[number + 1][0], "")
            return Replacement(extents[number - 1][1], end, "")
        outline = self.outline
        line_start, last_line_end = outline.line_start(start), outline.line_end(max(end - 1, start))
        before = self.text[line_start:start].strip(" ")
        if before not in ("", "-") or (isinstance(step, int) and not before):
            raise CannotEditError
        if before and not isinstance(step, int):  # behind a dash: the next moves up
            return Replacement(start, extents[1][0], "")
        below = outline.next_line(last_line_end)
        if not self.text[below:].strip() and line_start > 0:  # the last of the file, and what set it apart
            kept = outline.line_end(len(self.text[:line_start].rstrip()))
            return Replacement(kept, last_line_end, "")
        above = outline.line_of(line_start) - 1
        after = self._line(outline.line_of(below)) if below < len(self.text) else ""
        if above >= 0 and not self._line(above).strip() and not after.strip():  # two blank lines would be left
            below = outline.next_line(below)
        return Replacement(line_start, below, "")

    def _own_lines(self, holder: Part, step: Step) -> list[str]:
        """The lines of an entry from its key on, as they would begin at column 0."""
        assert isinstance(step, str)
        entry = holder.entry(step)
        assert entry is not None
        key, value = entry
        if holder.flow:
            raise CannotEditError
        end = self.outline.line_end(max(key.end, value.end - 1))
        text = self.text[key.start : end]
        margin = " " * self.outline.column_of(key.start)
        lines = re.split(r"\r\n|\r|\n", text)
        return [lines[0], *(line.removeprefix(margin) for line in lines[1:])]


def _stay_here(found: Found) -> None:
    """Raises CannotEditError where a way leads through a variable or an alias: what is there is used elsewhere too."""
    for part in found.parts:
        if part.is_variable:
            raise CannotEditError(part)


def _with_names(written: str, names: Mapping[str, str]) -> str:
    """A key or text with other names in the place of those in it: whole, before a dot, or in `Fn::Sub`."""
    head = _PROPERTIES.match(written)
    start = head.end() if head is not None else 0
    text = written[start:]
    for old, new in names.items():
        if "${" in text:
            text = _naming(old).sub(lambda found, new=new: f"{found.group(1)}{new}", text)  # type: ignore[misc]
        else:
            text = text.replace(old, new, 1)
    return written[:start] + text


def _variable(way: Steps) -> re.Pattern[str]:
    """A `${self:…}` that names what stands at a way or below; its first group is all before the last step."""
    above = "".join(f"{step}." for step in way[:-1])
    return re.compile(rf"(self:{re.escape(above)}){re.escape(str(way[-1]))}(?=[.,}}\s])")


def granted(outline: Outline) -> Counter[tuple[str, str]]:
    """The key and each text below it, for the actions and resources of policy statements, and how often it stands."""
    found: Counter[tuple[str, str]] = Counter()
    for part in outline.root.walk():
        for key, value in part.entries:
            if key.text in _OF_STATEMENTS and not _holds_resources(value):
                found.update((key.text, text) for text in _texts(value))
    return found


def _holds_resources(part: Part) -> bool:
    """Whether these are resources, below a `Resource` that was meant as `Resources`."""
    return any(value.entry("Type") is not None for _, value in part.entries)


def _texts(part: Part) -> Iterator[str]:
    """The texts of a value, without its keys."""
    if part.kind == "scalar":
        yield part.text
    for inner in [*(value for _, value in part.entries), *part.items]:
        yield from _texts(inner)


def dangling(outline: Outline) -> set[str]:
    """The paths that `${self:…}` names and that are not there."""
    paths = {path for part in outline.root.walk() if part.kind == "scalar" for path in _SELF.findall(part.text) if path}
    return {path for path in paths if not _leads_somewhere(outline, path)}


def _leads_somewhere(outline: Outline, path: str) -> bool:
    found = find(outline, tuple(int(step) if step.isdecimal() else step for step in path.split(".")))
    # What is behind a variable, an alias or a merge is not followed; nor is what the framework fills in itself.
    merged = any(key.text == "<<" for key, _ in found.last.entries)
    return found.is_whole or found.last.is_variable or merged or path in ("provider.stage", "provider.region")


def references(outline: Outline) -> Counter[str]:
    """How often each name is referred to as a logical id."""
    return Counter(name for _, names in _referring(outline) for name in names)


def _referring(outline: Outline) -> Iterator[tuple[Part, tuple[str, ...]]]:
    """The texts that refer to logical ids, with the names in them."""
    stack = [(outline.root, "")]
    while stack:
        part, below = stack.pop()
        function = part.tag if part.tag in _REFERRING else below
        refers = function in _REFERRING
        if part.kind == "scalar" and refers:
            yield part, tuple(_IN_SUB.findall(part.text)) if function in _WITH_TEXT else (part.text.partition(".")[0],)
        stack.extend((value, key.text) for key, value in part.entries)
        # Of `Fn::GetAtt` and `Fn::Sub` the first item names, of `DependsOn` each.
        naming = part.items if function == "DependsOn" else part.items[:1] if refers else ()
        stack.extend((item, str(function) if item in naming else "") for item in part.items)


def _nested(path: Steps, value: Any) -> Any:
    for step in reversed(path):
        if not isinstance(step, str):
            raise CannotEditError
        value = {step: value}
    return value


def _extents(holder: Part) -> list[tuple[int, int]]:
    """Where each entry or item of a collection begins and ends; a block list's items begin with their dashes."""
    if holder.kind == "mapping":
        return [(key.start, max(key.end + 1, value.end)) for key, value in holder.entries]
    return [(item.start, item.end) for item in holder.items]


def _naming(name: str) -> re.Pattern[str]:
    """A reference to a logical id inside `Fn::Sub`: `${Name}` or `${Name.Arn}`."""
    return re.compile(rf"(\$\{{\s*){re.escape(name)}(?=\s*[.}}])")
