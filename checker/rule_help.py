"""What helps with a check: hints, edits and links, from `rules/<module>/help.yaml`.

It lies in a file of its own, read when somebody asks for help: a check in the terminal goes without.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple

from checker import model as values
from checker.model import Sequence, Value
from checker.pack_file import Entry, plain, plain_text, stop
from checker.wording import near_name

PLACEHOLDER = re.compile(r"\{(\w+)\}")
AT, HOLDER = "at", "holder"

EditAction = Literal["set", "append", "remove", "move", "rename", "wrap"]
EditCondition = Literal["", "absent", "there", "sole", "unfound"]

ACTIONS: tuple[EditAction, ...] = ("set", "append", "remove", "move", "rename", "wrap")
WITH_VALUE: tuple[EditAction, ...] = ("set", "append")
WITH_TO: tuple[EditAction, ...] = ("move", "rename")
CONDITIONS: dict[str, EditCondition] = {
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


Facts = Mapping[str, Mapping[str, frozenset[str]] | None]
"""By check and by reason code: the names that the path of an edit may use in braces; None where they are not known."""


class Helps:
    """The help with the checks of one pack; two of the same file are the same. `read` reads the file."""

    def __init__(self, path: str, facts: Callable[[], Facts], read: Callable[[], Value]) -> None:
        self.path = path
        self._facts = facts
        self._read = read
        self._by_check: dict[str, Help] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Helps) and other.path == self.path

    def __hash__(self) -> int:
        return hash(self.path)

    def of(self, check: str) -> Help:
        """The help with a check. Raises CheckError `invalid-config` at the line of the file that does not fit."""
        if self._by_check is None:
            self._by_check = read_helps(Entry(self._read()), self._facts())
        return self._by_check[check]


def read_helps(root: Entry, facts: Facts) -> dict[str, Help]:
    """The help with each check. Raises CheckError, unless the entry notes what does not fit."""
    helps: dict[str, Help] = {}
    for check, codes in facts.items():
        with root.going_on():
            helps[check] = _help(root.object(check), check, codes)
    root.end()
    return helps


def _help(given: Entry, check: str, facts: Mapping[str, frozenset[str]] | None) -> Help:
    entries = given.value.entries
    hints = given.strings("hints")
    answer = given.all(given.items("answer"), lambda value: (value, _edit(given.inner(value))))
    found = Help(
        hints=hints,
        answer=tuple(edit for _, edit in answer),
        links=given.each("links", read_link, optional=True),
        hints_for=_by_code(given, "hints_for", lambda value: given.listed(value, plain_text)),
        mends=_by_code(given, "mends", lambda value: given.listed(value, lambda each: _mend(given, each))),
        then=given.text("then", ""),
    )
    given.end()
    for ladder in _values_by_code(entries.get("hints_for")).values():
        if isinstance(ladder, Sequence) and not ladder.items:
            given.wrong(ladder.origin.use, f"`{check}` has no hints here")
    if facts is not None:
        _check_codes(given, check, found, facts)
        known = _facts_of_answer(found, facts)
        for value, edit in answer:
            _check_names(given, edit, known, value)
    return found


def _facts_of_answer(found: Help, facts: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The facts of the reasons that the answer mends: of those that have no edits of their own, else of any."""
    codes = [code for code in facts if code not in found.mends] or list(facts)
    return frozenset().union(*(facts[code] for code in codes))


def _check_codes(given: Entry, check: str, found: Help, facts: Mapping[str, frozenset[str]]) -> None:
    """Hints and edits are for reasons that there are, and edits use facts that those have."""
    for key in ("hints_for", "mends"):
        for code, value in _values_by_code(given.value.entries.get(key)).items():
            if code not in facts:
                near = near_name(code, facts)
                advice = f"did you mean `{near}`?" if near else f"its reasons are {', '.join(sorted(facts))}"
                given.wrong(value.origin.use, f"`{code}` is no reason of `{check}`; {advice}")
            elif key == "mends":
                for edit in (edit for mend in found.mends.get(code, ()) for edit in mend):
                    _check_names(given, edit, facts[code], value)


def _values_by_code(value: Value | None) -> Mapping[str, Value]:
    return value.entries if isinstance(value, values.Mapping) else {}


def _check_names(given: Entry, edit: Edit, known: frozenset[str], at: Value) -> None:
    """Whether an edit uses facts that there are; a value is a fact only where it is nothing besides."""
    value = PLACEHOLDER.fullmatch(edit.value) if isinstance(edit.value, str) else None
    names = [*PLACEHOLDER.findall(f"{edit.path} {edit.to}"), *([value.group(1)] if value is not None else [])]
    for name in names:
        if name not in known | {AT, HOLDER}:
            listed = ", ".join(sorted(known | {AT, HOLDER}))
            given.wrong(at.origin.use, f"an edit uses `{{{name}}}`, which is not among {listed}")


def _by_code(given: Entry, key: str, read: Callable[[Value], tuple[Any, ...]]) -> dict[str, Any]:
    """What a check holds by reason code."""
    found: dict[str, Any] = {}
    if given.has(key):
        with given.going_on():
            for code, value in given.mapping(key).entries.items():
                with given.going_on():
                    found[code] = read(value)
    return found


def _mend(given: Entry, value: Value) -> Mend:
    return given.listed(value, lambda each: _edit(given.inner(each)))


def _edit(given: Entry) -> Edit:
    action = next((one for one in ACTIONS if one in given.value), None)
    if action is None:
        stop(given.value.origin, f"an edit is one of {', '.join(ACTIONS)}, with a path")
    path = given.text(action)
    value = plain(given.need("value")) if action in WITH_VALUE else None
    to = given.text("to") if action in WITH_TO else ""
    only = given.text("only", "")
    if only not in CONDITIONS:
        given.wrong(given.value.entries["only"].origin, f"`only` is one of {', '.join(filter(None, CONDITIONS))}")
    ending, under = given.text("ending", ""), given.text("under", "")
    given.end()
    return Edit(action, path, value, to, CONDITIONS.get(only, ""), ending, under)


def read_link(given: Entry) -> Link:
    """A link of a pack. Raises CheckError."""
    link = Link(given.text("title"), given.text("url"))
    if given.is_text("url") and not link.url.startswith("https://"):
        given.wrong(given.value.entries["url"].origin, "a link starts with https://")
    given.end()
    return link
