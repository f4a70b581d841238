"""Every problem of a module's files: what loading stops at, and what a good author would want to know besides."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Set

from checker.checks.kinds import NO_KIND
from checker.errors import CheckError
from checker.model import Mapping as MappingValue
from checker.model import Origin, Scalar, Value, items_of, text_of, value_at, walk
from checker.modules import HELP_FILE, ModuleFiles, module_ids
from checker.pack_file import Entry, Problems
from checker.rule_help import ACTIONS, PLACEHOLDER, Facts, read_helps
from checker.rulepack import RETRIES, RulePack, read_noting
from checker.shipped import rules_folder

_KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CHECK_ID = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)+")
_ENDED = re.compile(r"[.?!…][\"'”’)\]`*]*$")
_LAST_NAME = re.compile(rf"{PLACEHOLDER.pattern}\s*\Z")
_PATH = re.compile(r"[^.\[\]]+(\[(\d+|\*)\])*(\.[^.\[\]]+(\[(\d+|\*)\])*)*")
_FEWEST_HINTS = 2
_SHORTEST_NAME = 2

_SENTENCES = ("passed", "passed_otherwise", "passed_live", "why")
_OF_WORDS = ("say", "settle", "note", "live")
_STATES = ("whole", "broken", "open", "missing")

Told = Iterator[tuple[Origin, str]]
"""Problems with their places."""


def lint(files: ModuleFiles) -> list[CheckError]:
    """The problems of a module, in the order of its files. Raises CheckError where its own file cannot be read."""
    problems: Problems = []
    pack, document = None, _parsed(files, files.file, problems)
    if document is not None:
        pack = read_noting(files, Entry(document, problems))
        _note(problems, _of_module(document))
        _note(problems, _of_shipped_id(document, files))
    elif problems[-1].code == "invalid-config":  # some other file
        return problems
    helping = _parsed(files, HELP_FILE, problems)
    if helping is not None:
        facts = dict.fromkeys(helping.entries) if pack is None else _facts(pack)
        read_helps(Entry(helping, problems), facts)
        _note(problems, _of_help(helping))
    return _in_order(problems, files)


def _parsed(files: ModuleFiles, name: str, problems: Problems) -> MappingValue | None:
    """What a file holds; None, and a problem noted, for one that does not parse."""
    try:
        return files.help_document() if name == HELP_FILE else files.document()
    except CheckError as error:
        if error.code == "not-found" and name != HELP_FILE:
            raise
        problems.append(error)
        return None


def _facts(pack: RulePack) -> Facts:
    """The facts of each check's reasons; None for a check whose reasons are not all known."""
    return {
        rule.id: rule.facts_by_code()
        if rule.judgement.kind is not NO_KIND
        and set(rule.judgement.kind.needed_slots(rule.judgement.parameters)) <= rule.reasons.keys()
        else None
        for rule in pack.rules
        if rule.id
    }


def _note(problems: Problems, told: Told) -> None:
    problems += [
        CheckError("invalid-config", message, file=at.file, line=at.line, column=at.column) for at, message in told
    ]


def _in_order(problems: Problems, files: ModuleFiles) -> list[CheckError]:
    """Each problem once, the files and their lines in order: an anchor's text is read wherever it is used."""
    once = {(error.place, error.message): error for error in problems}.values()
    return sorted(once, key=lambda error: (_rank(error, files), error.line or 0, error.column or 0, error.message))


def _rank(error: CheckError, files: ModuleFiles) -> int:
    return 0 if error.file == files.called(files.file) else 1


def _of_module(document: MappingValue) -> Told:
    for id_, name in _texts(document, "id"):
        if not _KEBAB.fullmatch(name):
            yield id_.origin, f"the id `{name}` is not written like `my-module`: small letters, digits and hyphens."
    for link, text in _texts(document, "link"):
        if not text.startswith("https://"):
            yield link.origin, "a link starts with https://."
    for key in ("steps", "questions"):
        yield from _twice(document, key)
    for journey in filter(None, (document.get("journey"), *items_of(document.get("journeys")))):
        if not isinstance(journey, MappingValue):
            continue
        yield from _twice(journey, "stops")
        yield from _of_journey(journey)
        yield from _without_because(journey)
    steps = {text_of(value_at(step, "id")): step for step in items_of(document.get("steps"))}
    checks = items_of(document.get("checks"))
    used = {text_of(value_at(check, "step")) for check in checks}
    for name_of_step, step in steps.items():
        if name_of_step is not None and name_of_step not in used:
            yield step.origin, f"no check belongs to the step `{name_of_step}`; take it away, or add a check."
    for check in checks:
        if isinstance(check, MappingValue):
            yield from _of_check(check, steps.keys())


def _of_shipped_id(document: MappingValue, files: ModuleFiles) -> Told:
    """Whether a module of one's own has the id of a shipped one, which its results would be taken for."""
    for id_, name in _texts(document, "id"):
        if files.id or name not in module_ids() or _is_shipped(files, name):
            continue
        yield id_.origin, f"`{name}` is the id of a module that ships with rydecheck; give yours another."


def _is_shipped(files: ModuleFiles, name: str) -> bool:
    """Whether a module that is named by its path is the shipped one itself."""
    folder = os.path.join(rules_folder(), name)
    return not files.carried and os.path.realpath(files.folder or os.curdir) == os.path.realpath(folder)


def _twice(document: MappingValue, key: str) -> Told:
    seen: set[str] = set()
    for one in items_of(document.get(key)):
        for id_, name in _texts(one, "id"):
            if name in seen:
                yield id_.origin, f"the id `{name}` stands a second time in `{key}`; give each its own."
            seen.add(name)


def _of_check(check: MappingValue, steps: Set[str | None]) -> Told:
    for id_, name in _texts(check, "id"):
        if not _CHECK_ID.fullmatch(name):
            yield id_.origin, f"the id `{name}` is not written like `step.check`: small letters, with a dot between."
        if name in steps:
            yield id_.origin, f"`{name}` is a step too, and on the command line it could be either."
    points = check.get("points")
    if isinstance(points, Scalar) and type(points.value) is int and points.value < 0:
        yield points.origin, "`points` cannot be less than 0."
    for key in _SENTENCES:
        yield from _unended(check.get(key))
    instead = check.get("instead")
    for key in ("say", "open"):
        yield from _unended(value_at(instead, key))
    reasons = check.get("reasons")
    for words in reasons.entries.values() if isinstance(reasons, MappingValue) else ():
        for code, text in _texts(words, "code"):
            if not _KEBAB.fullmatch(text):
                yield code.origin, f"the code `{text}` is not written like `queue-missing`: small letters and hyphens."
        for key in _OF_WORDS:
            yield from _unended(value_at(words, key))


def _of_journey(journey: MappingValue) -> Told:
    for key in ("sentences", "because"):
        told = journey.get(key)
        for sentence in told.entries.values() if isinstance(told, MappingValue) else ():
            yield from _unended(sentence, may_go_on=key == "sentences")
    for key in ("stops", "tracks"):
        for one in items_of(journey.get(key)):
            yield from _unended(value_at(one, "because"))
    yield from _unended(value_at(journey.get("retries"), "refused"))
    yield from _unended_words(journey)
    for scene in items_of(journey.get("story")):
        for state in _STATES:
            yield from _unended(value_at(scene, state), may_go_on=True)


def _unended_words(journey: MappingValue) -> Told:
    """Words for retries without an end mark, which are whole sentences: a text ends in them, or others have one."""
    sentences = journey.get("sentences")
    texts: list[Value | None] = [*sentences.entries.values()] if isinstance(sentences, MappingValue) else []
    texts += [value_at(scene, state) for scene in _list_of(journey, "story") for state in _STATES]
    ends = {found.group(1) for text in texts if (found := _LAST_NAME.search(text_of(text) or ""))}
    counts = [value_at(journey.get("retries"), count) for count in RETRIES]
    words = [(name, text) for one in counts if isinstance(one, MappingValue) for name, text in one.entries.items()]
    ends |= {name for name, text in words if _is_sentence(text) and not any(_unended(text))}
    for name, text in words:
        if name in ends and _is_sentence(text):
            yield from _unended(text)


def _is_sentence(words: Value) -> bool:
    """Whether words look like a sentence of their own: a capital letter in front, and blanks."""
    text = text_of(words) or ""
    return text[:1].isupper() and " " in text.strip()


def _without_because(journey: MappingValue) -> Told:
    """What a sentence goes on with in `{because}` where something is broken, and nothing says why."""
    tracks = {
        (text_of(value_at(track, "from")), text_of(value_at(track, "to"))): track
        for track in _list_of(journey, "tracks")
    }
    branch = next((way for way, track in tracks.items() if _is_true(track.get("branch"))), next(reversed(tracks), None))
    entry = next((way for way in tracks if branch is not None and way[1] == branch[0]), None)
    sentences = journey.get("sentences")
    rests = [
        (value_at(sentences, "broken"), tracks.get(branch) if branch else None),
        (value_at(sentences, "unreached"), tracks.get(entry) if entry else None),
    ]
    for scene in _list_of(journey, "story"):
        way = (text_of(scene.get("from")), text_of(scene.get("to")))
        rests.append((scene.get("broken"), tracks.get(way) if any(way) else scene))
    for sentence, what in rests:
        if _says_why(sentence) and what is not None:
            yield from _unexplained(what, journey.get("because"))
    said = [sentence for sentence, _ in rests]
    said += [value_at(sentences, "without"), *(scene.get("missing") for scene in _list_of(journey, "story"))]
    for stop in _list_of(journey, "stops") if any(map(_says_why, said)) else ():
        if text_of(stop.get("missing")) and not text_of(stop.get("because")):
            yield (
                stop.origin,
                "`because` is missing here: sentences of the journey go on with it where there is no such stop.",
            )


def _unexplained(what: MappingValue, because: Value | None) -> Told:
    """The checks, and the judgement, that a track or a scene rests on and that say nothing of why they fail."""
    if what.get("kind") is not None and not text_of(what.get("because")):
        yield (
            what.origin,
            "`because` is missing here: a sentence of the journey goes on with it where this is broken.",
        )
    for check in items_of(what.get("checks")):
        name = text_of(check)
        if name is not None and not text_of(value_at(because, name)):
            told = f"`{name}` is missing in the journey's `because`"
            yield check.origin.use, f"{told}: a sentence goes on with it where that check fails."


def _says_why(sentence: Value | None) -> bool:
    return "{because}" in (text_of(sentence) or "")


def _is_true(value: Value | None) -> bool:
    return isinstance(value, Scalar) and value.value is True


def _list_of(journey: MappingValue, key: str) -> list[MappingValue]:
    return [one for one in items_of(journey.get(key)) if isinstance(one, MappingValue)]


def _of_help(helping: MappingValue) -> Told:
    for check, told in helping.entries.items():
        if not isinstance(told, MappingValue):
            continue
        yield from _unended(told.get("then"))
        answer = told.get("answer")
        hints = told.get("hints")
        if hints is not None:
            yield from _of_ladder(hints, check)
            yield from _without_answer(hints, answer)
        ladders = told.get("hints_for")
        for code, ladder in ladders.entries.items() if isinstance(ladders, MappingValue) else ():
            yield from _of_ladder(ladder, code)
        mends = told.get("mends")
        ways = [items_of(way) for way in (mends.entries.values() if isinstance(mends, MappingValue) else ())]
        for edit in (*items_of(answer), *(edit for way in ways for mend in way for edit in items_of(mend))):
            yield from _of_edit(edit)


def _of_ladder(ladder: Value, of: str) -> Told:
    hints = [(hint, text_of(hint)) for hint in items_of(ladder)]
    if len(hints) == 1:
        yield ladder.origin.use, f"`{of}` has only one hint; lead from a nudge to the answer in two or more."
    seen: set[str | None] = set()
    for hint, text in hints:
        if text in seen:
            yield hint.origin.use, "this hint stands here already; say more each time."
        seen.add(text)
        yield from _unended(hint)


def _without_answer(hints: Value, answer: Value | None) -> Told:
    """Whether the last hint names nothing of what the answer's edits write."""
    told = items_of(hints)
    last = text_of(told[-1]) if told else None
    names = [name for edit in items_of(answer) for name in _names_in(edit)]
    if last is not None and names and not any(name in last for name in names):
        yield told[-1].origin.use, f"the last hint gives the answer away: name `{names[0]}` in it."


def _names_in(edit: Value) -> Iterator[str]:
    """What an edit is about: the last key of its path, and the keys and texts of its value."""
    for action in ACTIONS:
        path = text_of(value_at(edit, action))
        if path and not path.endswith("}"):
            yield path.rpartition(".")[2]
    value = value_at(edit, "value")
    for key, inner in walk(value) if value is not None else ():
        for name in (key, text_of(inner)):
            if name and len(name) >= _SHORTEST_NAME:
                yield name


def _of_edit(edit: Value) -> Told:
    for action in ACTIONS:
        for path, text in _texts(edit, action):
            if not _PATH.fullmatch(text):
                yield path.origin.use, f"`{text}` is no path; keys with dots between are one, as in resources.Outputs."


def _unended(sentence: Value | None, *, may_go_on: bool = False) -> Told:
    """A sentence without an end mark; one that may go on ends in a fact that is a sentence itself."""
    text = text_of(sentence)
    if sentence is None or not text or (may_go_on and text.rstrip().endswith("}")):
        return
    if not _ENDED.search(text.rstrip()):
        yield sentence.origin.use, "this sentence has no end mark; put a full stop behind it."


def _texts(value: Value, key: str) -> Iterator[tuple[Value, str]]:
    """The value of a key with its text, when it is one."""
    found = value_at(value, key)
    text = text_of(found)
    if found is not None and text is not None:
        yield found, text
