"""YAML text → values with positions, read as the framework's js-yaml reads it.

libyaml delivers events, which are built into values without recursion, so that no depth of nesting can exhaust the
stack. Scalars are typed by js-yaml's table (`scalars`), not by YAML 1.1. CloudFormation's short tags become their long
form.
"""

import re
from typing import Any, NamedTuple, NoReturn

import yaml

from checker.errors import CheckError, too_large
from checker.model import Mapping, Origin, Scalar, Sequence, Value, placed
from checker.serverless.framework import ScalarTable
from checker.serverless.scalars import SCALAR_TAGS, YAML_TAG, fits, key_text, typed
from checker.wording import shown

NESTING_LIMIT = 100
NODE_LIMIT = 100_000
_LONGEST_PATH = 300  # every value keeps its path, so that long keys must not multiply

# Those of the framework's own schema; it refuses CloudFormation's newer ones, such as !Transform.
_SHORT_TAGS = frozenset(
    name
    for names in (
        "And Base64 Cidr Condition Equals FindInMap GetAtt GetAZs If",
        "ImportValue Join Not Or Ref Select Split Sub",
    )
    for name in names.split()
)
_COLLECTION_TAGS = frozenset(("map", "omap", "pairs", "seq", "set"))
_KNOWN_TAGS = frozenset(
    (*(f"!{name}" for name in _SHORT_TAGS), *(YAML_TAG + name for name in SCALAR_TAGS | _COLLECTION_TAGS))
)

# Characters that end a line for libyaml and not for js-yaml stand hidden behind others while libyaml reads.
_LINE_ENDS = "\x85\u2028\u2029"
_COLON_WITHOUT_BLANK = re.compile(r"^\s*[\w-]+:\S")
_LONGEST_KEY = 1024  # YAML 1.2.2, 7.4: an implicit key
_LONG_KEY = re.compile(rf".{{{_LONGEST_KEY + 1}}}.*:(?:\s|$)")
_LONG_KEY_ALONE = re.compile(rf"[ -]*(?=.{{{_LONGEST_KEY + 1}}})(?:\"[^\"]*\"|'[^']*'|[^\"':]*)")
_TAB_BEFORE_COMMENT = re.compile(r"^[ \t]+(?=#|$)", re.MULTILINE)  # js-yaml takes such lines for empty
_SURROGATES = re.compile(r"(?<!\\)\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}", re.IGNORECASE)
_STAND_INS = "\ue085\ue028\ue029"
_HIDDEN = str.maketrans(_LINE_ENDS, _STAND_INS)
_SHOWN = str.maketrans(_STAND_INS, _LINE_ENDS)

# What libyaml says, in words for people: a part of its message, ours, and what to do.
_PROBLEMS = (
    ("expected '-' indicator", "this line does not fit the list above it.", "Check its indentation."),
    ("expected key", "this line does not fit the mapping above it.", "Check its indentation."),
    ("mapping values are not allowed", "a colon stands where no key can be.", "Check the indentation, or quote it."),
    ("could not find expected ':'", "this is no `key: value`.", "Give it a colon and a value, or delete it."),
    ("unexpected end of stream", "the quote that opens here is never closed.", "Close it."),
    ("expected ',' or ']'", "the list around here is not closed.", "Add the comma or the bracket that is missing."),
    ("expected ',' or '}'", "the mapping around here is not closed.", "Add the comma or the brace that is missing."),
    ("cannot start any token", "no value starts with this character.", "Put the value into quotes."),
    ("expected node content", "a value is missing here.", "Write one, or delete the character."),
    ("block sequence entries", "no list can start here.", "Put it on the lines below its key."),
    (
        "unknown escape character",
        "there is no such escape in double quotes.",
        "Use single quotes, or double the backslash.",
    ),
    ("expected alphabetic or numeric", "an anchor or alias needs a name.", "Quote the value if none is meant."),
    ("expected <document start>", "the document has ended here already.", "Keep one document in the file."),
)


def parse_yaml(text: str, file: str, table: ScalarTable = "js-yaml-4") -> Value | None:
    """Return the one document in `text` as values with their places in `file`; None when there is no document.

    `table` is the framework's, by which plain scalars are typed.

    Raises CheckError: `invalid-yaml` for what does not parse, and for duplicate keys, unknown tags and a second
    document, which js-yaml refuses; `too-large` past the bounds on nesting and on expanded aliases.
    """
    text = without_foreign_line_ends(text)
    try:
        return _Builder(text, file, table).build()
    except CheckError as error:
        without_tabs = without_tabs_before_comments(text)
        if error.code != "invalid-yaml" or without_tabs == text:
            raise
        return _Builder(without_tabs, file, table).build()


def without_foreign_line_ends(text: str) -> str:
    """The text with characters that end a line for libyaml alone hidden behind others, each in its place."""
    return text if text.isascii() else text.translate(_HIDDEN)


def without_tabs_before_comments(text: str) -> str:
    """The text with blanks for the tabs on lines that js-yaml takes for empty, each in its place."""
    return _TAB_BEFORE_COMMENT.sub(lambda found: found.group().replace("\t", " "), text)


def decode(content: bytes, file: str) -> str:
    """The text of a file, which must be UTF-8, without its byte order mark."""
    try:
        return content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        line_start = before.rfind(b"\n") + 1
        raise CheckError(
            "invalid-yaml",
            "this is not UTF-8 text.",
            advice="Save the file as UTF-8, or name the right file.",
            file=file,
            line=before.count(b"\n") + 1,
            column=len(before[line_start:].decode("utf-8", "replace")) + 1,
        ) from None


def parse_json(text: str, file: str) -> Value | None:
    """Return JSON as values with their places in `file`. Raises CheckError `invalid-yaml` or `too-large`."""
    import json

    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        raise CheckError(
            "invalid-yaml",
            f"this is no JSON: {error.msg}.",
            advice="Check the commas and quotes around this place.",
            file=file,
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise too_large("values are nested too deeply.", file=file) from None
    # JSON is YAML's flow style but for tabs between tokens (inside its strings a raw tab is not allowed), and for
    # characters written as two escapes, which become one here.
    text = _SURROGATES.sub(lambda found: json.loads(f'"{found.group()}"'), text.replace("\t", " "))
    return _Builder(without_foreign_line_ends(text), file, last_key_wins=True).build()


def text_lines(text: str) -> list[str]:
    """The lines of a text as the framework's parser and editors count them."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


class _Frame:
    """A mapping or list whose end was not seen yet; `size` and `height` count the values in it and their levels."""

    def __init__(self, origin: Origin, tag: str | None, anchor: str | None, is_mapping: bool) -> None:
        self.origin = origin
        self.tag = tag
        self.anchor = anchor
        self.is_mapping = is_mapping
        self.entries: dict[str, Value] = {}
        self.items: list[Value] = []
        self.merged: list[Mapping] = []
        self.key: str | None = None
        self.merging = False
        self.key_origin: Origin | None = None
        self.size = 1
        self.height = 1


class _Anchored(NamedTuple):
    value: Value
    size: int
    height: int


class _Builder:
    def __init__(self, text: str, file: str, table: ScalarTable = "js-yaml-4", *, last_key_wins: bool = False) -> None:
        self.text = text
        self.file = file
        self.table: ScalarTable = table
        self.last_key_wins = last_key_wins
        self.anchors: dict[str, _Anchored] = {}
        self.stack: list[_Frame] = []
        self.root: Value | None = None
        self.nodes = 0

    def build(self) -> Value | None:
        loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        documents = 0
        try:
            loader = loader_class(self.text)
            while True:
                event = loader.get_event()
                kind = type(event)
                if kind is yaml.ScalarEvent:
                    self.on_scalar(event)
                elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                    self.on_start(event, kind is yaml.MappingStartEvent)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self.on_end()
                elif kind is yaml.AliasEvent:
                    self.on_alias(event)
                elif kind is yaml.DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self.fail(event.start_mark, "a second document starts here.", "Keep one document in the file.")
                elif kind is yaml.StreamEndEvent:
                    return self.root
        except yaml.MarkedYAMLError as error:
            self.fail_parse(error)
        except yaml.reader.ReaderError as error:
            self.fail_character(error)

    def fail(self, mark: Any, message: str, advice: str = "") -> NoReturn:
        raise CheckError(
            "invalid-yaml", message, advice=advice, file=self.file, line=mark.line + 1, column=mark.column + 1
        )

    def fail_parse(self, error: yaml.MarkedYAMLError) -> NoReturn:
        problem = error.problem or error.context or "this is no YAML"
        mark: Any = error.problem_mark or error.context_mark
        if error.context_mark and ("end of stream" in problem or "could not find expected ':'" in problem):
            mark = error.context_mark
        if self.line_at(mark)[mark.column : mark.column + 1] == "\t":
            self.fail(mark, "a tab stands here, where YAML allows only spaces.", "Indent with spaces.")
        if self.line_at(mark).startswith(("<<<<<<<", "=======", ">>>>>>>")):
            self.fail(mark, "a merge conflict was left here.", "Choose one of its sides and delete the markers.")
        pasted = next((line for line in self.lines_up_to(mark) if line[1].startswith("+")), None)
        if pasted is not None:
            raise CheckError(
                "invalid-yaml",
                "this line starts with a plus sign, as in a diff.",
                advice="Put a space in the place of the sign, here and below.",
                file=self.file,
                line=pasted[0],
                column=1,
            )
        if "could not find expected ':'" in problem and _COLON_WITHOUT_BLANK.search(self.line_at(mark)):
            self.fail(mark, "a blank is missing behind the colon.", "Write `key: value`.")
        if self.is_long_key(problem, mark):
            self.fail(mark, f"a key may have {_LONGEST_KEY:,} characters at most.", "Give it a shorter one.")
        if "maximum nesting depth" in problem:  # libyaml has a bound of its own, which its scanner meets before us
            self.fail_size(mark, f"values are nested deeper than {NESTING_LIMIT} levels.")
        for part, message, advice in _PROBLEMS:
            if part in problem:
                self.fail(mark, message, advice)
        self.fail(mark, f"{problem}.", "Check the lines around this place.")

    def is_long_key(self, problem: str, mark: Any) -> bool:
        """Whether a key is too long for libyaml to be one: `mark` is its start, or its colon where a mapping begins."""
        line = self.line_at(mark)
        if "could not find expected ':'" in problem:
            return _LONG_KEY.match(line, mark.column) is not None
        return (
            "mapping values are not allowed" in problem and _LONG_KEY_ALONE.fullmatch(line, 0, mark.column) is not None
        )

    def fail_character(self, error: yaml.reader.ReaderError) -> NoReturn:
        position = error.position if isinstance(error.position, int) else 0
        # libyaml counts bytes, PyYAML's own reader counts characters.
        before = self.text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "replace")
        raise CheckError(
            "invalid-yaml",
            "a control character stands here, which YAML does not allow.",
            advice="Delete it; an editor that shows invisible characters helps.",
            file=self.file,
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
        ) from None

    def lines_up_to(self, mark: Any) -> list[tuple[int, str]]:
        """The line of a mark and the two before it, with their numbers."""
        first = max(0, mark.line - 2)
        return list(enumerate(text_lines(self.text)[first : mark.line + 1], first + 1))

    def line_at(self, mark: Any) -> str:
        lines = self.text.split("\n")
        return lines[mark.line] if mark.line < len(lines) else ""

    def on_scalar(self, event: yaml.ScalarEvent) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            self.on_key(frame, event)
            return
        self.check_tag(event)
        value = self.scalar(event, self.place(event.start_mark))
        self.add(value, event.anchor, size=1, height=0)

    def on_key(self, frame: _Frame, event: Any) -> None:
        self.check_tag(event)
        text: str = event.value if event.value.isascii() else event.value.translate(_SHOWN)
        plain = event.implicit[0]
        path = f"{frame.origin.path}.{text}"[:_LONGEST_PATH] if frame.origin.path else text[:_LONGEST_PATH]
        frame.key_origin = Origin(self.file, event.start_mark.line + 1, event.start_mark.column + 1, path)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(Scalar(text, frame.key_origin), 1, 0)
        frame.merging = text == "<<" and plain
        if frame.merging:
            frame.key = text
            return
        key = self.plain_key(text, frame.key_origin) if plain else text
        if key in frame.entries and not self.last_key_wins:
            first = frame.entries[key].origin.use
            self.fail(
                event.start_mark,
                f"the key `{key}` stands here a second time; the first is on line {first.line}.",
                "Keep one of them.",
            )
        frame.key = key

    def plain_key(self, text: str, origin: Origin) -> str:
        return key_text(text, self.table) or Scalar(typed(text, self.table), origin).text

    def on_start(self, event: Any, is_mapping: bool) -> None:
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            self.fail(event.start_mark, "a key must be text.", "Quote the key if it starts with a bracket or brace.")
        if len(self.stack) >= NESTING_LIMIT:
            self.fail_size(event.start_mark, f"values are nested deeper than {NESTING_LIMIT} levels.")
        self.check_tag(event)
        self.stack.append(_Frame(self.place(event.start_mark), event.tag, event.anchor, is_mapping))

    def on_end(self) -> None:
        frame = self.stack.pop()
        value: Value
        if frame.is_mapping:
            for merged in frame.merged:
                for key, inherited in merged.entries.items():
                    frame.entries.setdefault(key, inherited)
            value = Mapping(frame.entries, frame.origin)
        else:
            value = Sequence(tuple(frame.items), frame.origin)
        if frame.tag is not None and not frame.tag.startswith(YAML_TAG):
            value = self.tagged(frame.tag, value)
        self.add(value, frame.anchor, frame.size, frame.height)

    def on_alias(self, event: yaml.AliasEvent) -> None:
        anchored = self.anchors.get(event.anchor or "")
        if anchored is None:
            self.fail(
                event.start_mark,
                f"the alias `*{event.anchor}` has no anchor above it.",
                "Define the anchor (&name) above its use (*name).",
            )
        frame = self.stack[-1] if self.stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            self.fail(event.start_mark, "an alias cannot be a key here.", "Write the key out.")
        if len(self.stack) + anchored.height > NESTING_LIMIT:
            self.fail_size(event.start_mark, f"values are nested deeper than {NESTING_LIMIT} levels.")
        self.nodes += anchored.size
        if self.nodes > NODE_LIMIT:
            self.fail_size(event.start_mark, f"the aliases expand to more than {NODE_LIMIT:,} values.")
        self.add(placed(anchored.value, self.place(event.start_mark)), None, anchored.size, anchored.height)

    def fail_size(self, mark: Any, message: str) -> NoReturn:
        raise CheckError("too-large", message, file=self.file, line=mark.line + 1, column=mark.column + 1)

    def place(self, mark: Any) -> Origin:
        """Where the value that starts at `mark` stands: its key's place, or its own in a list and at top level."""
        if not self.stack:
            return Origin(self.file, 1, 1)
        frame = self.stack[-1]
        if frame.is_mapping:
            assert frame.key_origin is not None
            return frame.key_origin
        return Origin(self.file, mark.line + 1, mark.column + 1, f"{frame.origin.path}[{len(frame.items)}]")

    def add(self, value: Value, anchor: str | None, size: int, height: int) -> None:
        if anchor:
            self.anchors[anchor] = _Anchored(value, size, height)
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise too_large(
                f"there are more than {NODE_LIMIT:,} values.",
                file=self.file,
                line=value.origin.line,
                column=value.origin.column,
            )
        if not self.stack:
            self.root = value
            return
        frame = self.stack[-1]
        frame.size += size
        frame.height = max(frame.height, height + 1)
        if not frame.is_mapping:
            frame.items.append(value)
            return
        assert frame.key is not None
        assert frame.key_origin is not None
        if frame.merging:
            self.merge(frame, value, frame.key_origin)
        else:
            frame.entries[frame.key] = value
        frame.key = None

    def merge(self, frame: _Frame, value: Value, at: Origin) -> None:
        for item in value.items if isinstance(value, Sequence) else (value,):
            if not isinstance(item, Mapping):
                raise CheckError(
                    "invalid-yaml",
                    "`<<` merges mappings, and this is none.",
                    advice="Name an anchor that stands at a mapping.",
                    file=self.file,
                    line=at.line,
                    column=at.column,
                )
            frame.merged.append(
                Mapping({key: placed(inherited, at) for key, inherited in item.entries.items()}, item.origin)
            )

    def scalar(self, event: yaml.ScalarEvent, origin: Origin) -> Value:
        tag: str | None = event.tag
        text: str = event.value if event.value.isascii() else event.value.translate(_SHOWN)
        if tag is None:
            return Scalar(typed(text, self.table) if event.implicit[0] else text, origin)
        if tag == "!" or tag == f"{YAML_TAG}str":
            return Scalar(text, origin)
        if tag.startswith(YAML_TAG):
            name = tag.removeprefix(YAML_TAG)
            if name not in SCALAR_TAGS or not fits(text, event.style is None, name, self.table):
                self.fail(
                    event.start_mark, f"`{shown(text)}` does not fit the tag `!!{name}` before it.", "Delete the tag."
                )
            # An explicit tag makes a date also where plain ones stay text.
            table: ScalarTable = "js-yaml-4" if name == "timestamp" else self.table
            return Scalar(text if name == "binary" else typed(text, table), origin)
        return self.tagged(tag, Scalar(text, origin))

    def check_tag(self, event: Any) -> None:
        tag: str | None = event.tag
        if tag is None or tag == "!" or tag in _KNOWN_TAGS:
            return
        self.fail(
            event.start_mark,
            f"`{tag}` is no tag that the framework knows.",
            "CloudFormation's own are !Ref, !GetAtt, !Sub, !Join and their like.",
        )

    @staticmethod
    def tagged(tag: str, value: Value) -> Value:
        """The long form of a short tag; `!GetAtt Queue.Arn` is split at its first dot, as the framework does."""
        name = tag.removeprefix("!")
        if name == "GetAtt" and isinstance(value, Scalar) and isinstance(value.value, str):
            logical_id, _, attribute = value.value.partition(".")
            value = Sequence((Scalar(logical_id, value.origin), Scalar(attribute, value.origin)), value.origin)
        long_name = name if name in ("Ref", "Condition") else f"Fn::{name}"
        return Mapping({long_name: value}, value.origin)
