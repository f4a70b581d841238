"""How a file is written, and new values written alike: indentation, quotes, list style, short tags."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from checker.edits.outline import Kind, Outline, Part

_NO_BREAK = 10_000
_QUOTES = ("'", '"')
_VARIABLE = "${"
_ONE_OR_MANY = ("Action", "NotAction", "Resource", "NotResource")  # of an IAM policy statement
_FUNCTIONS = {"Ref": "!Ref", "Fn::GetAtt": "!GetAtt", "Fn::Sub": "!Sub"}


class Style:
    """How one file is written.

    `indent` is how far a mapping is indented below its key, `offset` how far the dashes of a list, both in columns.
    What a new value looks like follows what stands `near` it, such as the other items of its list, then the values
    under the same key elsewhere in the file: block or flow, one text or a list of one, plain or quoted, `!GetAtt` or
    `Fn::GetAtt`.
    """

    def __init__(self, outline: Outline) -> None:
        self.outline = outline
        self.by_key: dict[str, list[Part]] = {}
        self.indent, self.offset = 2, 2
        self._learn()

    def _learn(self) -> None:
        indents: Counter[int] = Counter()
        offsets: Counter[int] = Counter()
        for part in self.outline.root.walk():
            for key, value in part.entries:
                self.by_key.setdefault(key.text, []).append(value)
                if part.flow or value.flow or self.is_on_line_of(key, value):
                    continue
                if value.kind == "mapping":
                    indents[value.column - part.column] += 1
                elif value.kind == "sequence":
                    offsets[value.column - part.column] += 1
        self.indent = _most(indents, 2)
        self.offset = _most(offsets, self.indent)

    def is_on_line_of(self, key: Part, value: Part) -> bool:
        """Whether a value begins on the line of its key."""
        return self.outline.line_of(key.start) == self.outline.line_of(value.start)

    @property
    def line_end(self) -> str:
        """The file's own line end, that of its first line."""
        first = self.outline.text[: self.outline.next_line(0)]
        return "\r\n" if first.endswith("\r\n") else "\r" if first.endswith("\r") else "\n"

    def entry_lines(self, key: str, value: Any, near: Sequence[Part], offset: int | None = None) -> list[str]:
        """`key: value` as lines that begin at column 0. `near` are values beside it, `offset` that of its dashes."""
        if self.outline.is_json:
            return f"{json.dumps(key)}: {self._json(value)}".split("\n")
        return self._dumped({key: self._styled(value, key, tuple(near))}, self.offset if offset is None else offset)

    def item_lines(self, value: Any, near: Sequence[Part]) -> list[str]:
        """An item of a block list with its dash, as lines that begin at column 0. `near` are the list's other items."""
        lines = self._dumped([self._styled(value, "", tuple(near))], self.offset)
        margin = len(lines[0]) - len(lines[0].lstrip(" "))  # ruamel indents a list at the top as one below a key
        return [line[margin:] for line in lines]

    def _dumped(self, styled: Any, offset: int) -> list[str]:
        from ruamel.yaml import YAML

        writer = YAML()
        writer.width = _NO_BREAK
        writer.default_flow_style = False
        writer.indent(mapping=self.indent, sequence=offset + 2, offset=offset)
        stream = io.StringIO()
        writer.dump(styled, stream)
        return stream.getvalue().splitlines()

    def _json(self, value: Any) -> str:
        """A value as the file's JSON is written: on lines as far indented, or all on one."""
        root = self.outline.root
        first = (root.entries[0][0] if root.entries else root).start
        if self.outline.line_of(first) == self.outline.line_of(root.start):
            blank = " " if '": ' in self.outline.text else ""
            return json.dumps(value, separators=(f",{blank}", f":{blank}"), ensure_ascii=False)
        return json.dumps(value, indent=self.outline.column_of(first) or 2, ensure_ascii=False)

    def text(self, value: Any, near: Sequence[Part] = (), key: str = "") -> str:
        """A value as it stands inside a flow collection: on one line, or as lines of JSON."""
        if self.outline.is_json:
            return self._json(value)
        from ruamel.yaml.comments import CommentedMap

        holder = CommentedMap({"key": self._styled(value, key, tuple(near), flow=True)})
        holder.fa.set_flow_style()
        return self._dumped(holder, self.offset)[0].removeprefix("{key: ").removesuffix("}")

    def _styled(self, value: Any, key: str, near: tuple[Part, ...], *, flow: bool = False) -> Any:
        """The value as ruamel.yaml's types, which say how it is written."""
        from ruamel.yaml.comments import CommentedMap, CommentedSeq

        short = self._short(value, near)
        if short is not None:
            return short
        examples = [part for part in near if part.kind == kind_of(value)] or self._examples(key, value)
        made: Any
        if isinstance(value, dict):
            made = CommentedMap()
            for name, inner in value.items():
                made[name] = self._styled(self._alone(name, inner, examples), name, _below(examples, name), flow=flow)
        elif isinstance(value, list):
            made = CommentedSeq()
            inside = tuple(item for part in examples for item in part.items)
            made.extend(self._styled(item, self._key_of_item(item, key, inside), inside, flow=flow) for item in value)
        else:
            return self._scalar(value, key, examples)
        if flow or _usual_flow(examples):
            made.fa.set_flow_style()
        else:
            made.fa.set_block_style()
        return made

    def _examples(self, key: str, value: Any) -> list[Part]:
        """The values under the same key elsewhere; of a list's items, too."""
        found = self.by_key.get(key, [])
        if not isinstance(value, (dict, list)):
            found = [item for part in found for item in (part.items if part.kind == "sequence" else [part])]
        return [part for part in found if part.kind == kind_of(value)]

    def _alone(self, key: str, value: Any, holders: Iterable[Part]) -> Any:
        """A list of one as the bare item where the file writes the values of that key so, and IAM takes either."""
        if key not in _ONE_OR_MANY or not isinstance(value, list) or len(value) != 1 or isinstance(value[0], dict):
            return value
        near = [part.kind for part in _below(holders, key)] or [part.kind for part in self.by_key.get(key, ())]
        return value[0] if near and near.count("scalar") > near.count("sequence") else value

    def _short(self, value: Any, near: Iterable[Part]) -> Any:
        """`!GetAtt A.B` and its like, where the file prefers them to the long form; else None."""
        if not isinstance(value, dict) or len(value) != 1:
            return None
        long, given = next(iter(value.items()))
        tag = _FUNCTIONS.get(long)
        if tag is None or not (any(part.tag in _FUNCTIONS.values() for part in near) or self._prefers(tag, long)):
            return None
        from ruamel.yaml.comments import TaggedScalar

        return TaggedScalar(".".join(given) if isinstance(given, list) else given, tag=tag)

    def _prefers(self, tag: str, long: str) -> bool:
        """Whether the short tag is at least as usual here as the long form: told by this function, then by any."""
        tags = [part.tag for part in self.outline.root.walk() if part.tag is not None and part.tag.startswith("!")]
        own, others = tags.count(tag), len(self.by_key.get(long, ()))
        if own or others:
            return own >= others
        return len(tags) > sum(len(self.by_key.get(name, ())) for name in _FUNCTIONS)

    def _scalar(self, value: Any, key: str, examples: Sequence[Part]) -> Any:
        if not isinstance(value, str):
            return value
        return self._quoted(value, _usual_quote(self._alike(value, key, examples)))

    @staticmethod
    def _key_of_item(item: Any, key: str, inside: Sequence[Part]) -> str:
        """The list's key, under which to look for examples; empty where the items beside it are some."""
        return "" if any(part.kind == kind_of(item) for part in inside) else key

    def _alike(self, value: str, key: str, examples: Sequence[Part]) -> Sequence[Part]:
        """What shows how a text is quoted: texts of the same key, else those near, else any of the file.

        One with a variable in it is quoted as others with a variable are, and one without as those without.
        """
        is_variable = _VARIABLE in value
        every = (part for part in self.outline.root.walk() if part.kind == "scalar")
        for group in (self._examples(key, value), examples, every if is_variable else ()):
            alike = [part for part in group if part.text and (_VARIABLE in part.text) == is_variable]
            if alike:
                return alike
        return examples

    @staticmethod
    def _quoted(value: str, quote: str) -> Any:
        from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

        if quote == "'":
            return SingleQuotedScalarString(value)
        return DoubleQuotedScalarString(value) if quote == '"' else value


def _most(counted: Counter[int], otherwise: int) -> int:
    usable = [(count, -size) for size, count in counted.items() if 0 <= size <= 8]
    return -max(usable)[1] if usable else otherwise


def kind_of(value: Any) -> Kind:
    """The kind of part that a plain value becomes."""
    if isinstance(value, dict):
        return "mapping"
    return "sequence" if isinstance(value, list) else "scalar"


def _below(parts: Iterable[Part], key: str) -> tuple[Part, ...]:
    return tuple(found for part in parts if (found := part.child(key)) is not None)


def _usual_flow(examples: Sequence[Part]) -> bool:
    """Whether most of the examples are written on one line; the nearest decides a draw."""
    with_content = [part for part in examples if part.items or part.entries]
    flows = sum(part.flow for part in with_content)
    return 2 * flows > len(with_content) or (2 * flows == len(with_content) > 0 and with_content[-1].flow)


def _usual_quote(examples: Iterable[Part]) -> str:
    """How most of the examples are quoted; empty for plain."""
    counted = Counter(_quote_of(examples))
    return max(counted, key=lambda quote: (counted[quote], quote == "")) if counted else ""


def _quote_of(parts: Iterable[Part]) -> Iterator[str]:
    return (part.style if part.style in _QUOTES else "" for part in parts if part.kind == "scalar" and part.tag is None)
