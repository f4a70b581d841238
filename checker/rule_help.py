"""What helps with a check: hints, edits and links, from `rules/<module>/help.yaml`.

It lies in a file of its own, read when somebody asks for help: a check in the terminal goes without.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from checker.model import Value
from checker.pack_file import Entry, plain, plain_text, read_pack_file, stop

PLACEHOLDER = re.compile(r"\{(\w+)\}")
AT, HOLDER = "at", "holder"

EditAction = Literal["set", "append", "remove", "move", "rename", "wrap"]
EditCondition = Literal["", "absent", "there", "sole", "unfound"]

_ACTIONS: tuple[EditAction, ...] = ("set", "append", "remove", "move", "rename", "wrap")
_CONDITIONS: dict[str, EditCondition] = {
    "": "",
    "absent": "absent",
    "there": "there",
    "sole": "sole",
    "unfound": "unfound",
}


class Link(NamedTuple):
    title: str
    url: str


class Edit(NamedTuple):
    """A piece of an answer: `set` a value at a path, `append` one to the list there, `remove` what is there.

    Three more mend what is right at the wrong place: `move` what is there `to` another path, `rename` its last key `to`
    another name, with all that refers to it, and `wrap` a mapping into a list of one. Paths may use parameters and
    facts in braces; `{at}` is the place of the evidence, `{holder}` what it stands in, and `[*]` each item of a list. A
    value may be one of the facts.

    `only` says when: an edit is left out where something stands there already (`absent`), where the text there has
    another `ending`, or where no key above it looks like `under`; the whole mend is no way where its holder is missing
    (`there`), where the list that would be replaced holds more than one item (`sole`), or where something was found in
    the place of what is missing (`unfound`).
    """

    action: EditAction
    path: str
    value: Any = None
    to: str = ""
    only: EditCondition = ""
    ending: str = ""
    under: str = ""


Mend = tuple[Edit, ...]
"""Edits that together mend one mistake."""


class Help(NamedTuple):
    """What helps with one check.

    `hints` are for who has not begun, `hints_for` those of a reason code in their place. `mends` are the edits by
    code, alternatives each, of which the first that works counts; `answer` is the edit of all other codes. `then` says
    what is left to do after it.
    """

    hints: tuple[str, ...]
    answer: tuple[Edit, ...]
    links: tuple[Link, ...]
    hints_for: Mapping[str, tuple[str, ...]]
    mends: Mapping[str, tuple[Mend, ...]]
    then: str


Facts = Mapping[str, Mapping[str, frozenset[str]]]
"""By check and by reason code: the names that the path of an edit may use in braces."""


class Helps:
    """The help with the checks of one pack; two of the same file are the same."""

    def __init__(self, path: str, facts: Callable[[], Facts]) -> None:
        self.path = path
        self._facts = facts
        self._by_check: dict[str, Help] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Helps) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def of(self, check: str) -> Help:
        """The help with a check. Raises CheckError `invalid-config` at the line of the file that does not fit."""
        if self._by_check is None:
            self._by_check = _read(self.path, self._facts())
        return self._by_check[check]


def _read(path: str, facts: Facts) -> dict[str, Help]:
    root = Entry(read_pack_file(path))
    helps = {check: _help(root.object(check), check, facts[check]) for check in facts}
    root.end()
    return helps


def _help(given: Entry, check: str, facts: Mapping[str, frozenset[str]]) -> Help:
    entries = given.value.entries
    hints = given.strings("hints")
    found = Help(
        hints=hints,
        answer=tuple(_edit(each) for each in given.objects("answer")),
        links=tuple(read_link(each) for each in given.objects("links", optional=True)),
        hints_for=_by_code(given, "hints_for", lambda value: Entry.listed(value, plain_text)),
        mends=_by_code(given, "mends", lambda value: Entry.listed(value, _mend)),
        then=given.text("then", ""),
    )
    given.end()
    for key in ("hints_for", "mends"):
        for code, value in getattr(entries.get(key), "entries", {}).items():
            if code not in facts:
                stop(value.origin.use, f"`{code}` is no reason of `{check}`")
            if key == "mends":
                _check_names(found.mends[code], facts[code], value)
    if not hints or not all(found.hints_for.values()):
        stop(given.value.origin, f"`{check}` has no hints")
    return found


def _check_names(mends: tuple[Mend, ...], known: frozenset[str], at: Value) -> None:
    for edit in (edit for mend in mends for edit in mend):
        value = edit.value if isinstance(edit.value, str) else ""
        for name in PLACEHOLDER.findall(f"{edit.path} {edit.to} {value}"):
            if name not in known | {AT, HOLDER}:
                stop(at.origin.use, f"an edit uses `{{{name}}}`, which is not among {', '.join(sorted(known))}")


def _by_code(given: Entry, key: str, read: Callable[[Value], Any]) -> dict[str, Any]:
    """What a check holds by reason code."""
    found = given.take(key)
    return {} if found is None else {code: read(each) for code, each in Entry(found).value.entries.items()}


def _mend(given: Value) -> Mend:
    return tuple(Entry.listed(given, lambda each: _edit(Entry(each))))


def _edit(given: Entry) -> Edit:
    action = next((one for one in _ACTIONS if one in given.value), None)
    if action is None:
        stop(given.value.origin, f"an edit is one of {', '.join(_ACTIONS)}, with a path")
    path = given.text(action)
    value = plain(given.need("value")) if action in ("set", "append") else None
    to = given.text("to") if action in ("move", "rename") else ""
    only = given.text("only", "")
    if only not in _CONDITIONS:
        stop(given.value.entries["only"].origin, f"`only` is one of {', '.join(filter(None, _CONDITIONS))}")
    ending, under = given.text("ending", ""), given.text("under", "")
    given.end()
    return Edit(action, path, value, to, _CONDITIONS[only], ending, under)


def read_link(given: Entry) -> Link:
    """A link of a pack. Raises CheckError."""
    link = Link(given.text("title"), given.text("url"))
    if not link.url.startswith("https://"):
        stop(given.value.entries["url"].origin, "a link starts with https://")
    given.end()
    return link
