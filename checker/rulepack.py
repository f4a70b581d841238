"""Rule packs: a workshop module's steps, checks, words and journey, loaded strictly from YAML.

A pack is `rules/<module>/module.yaml`; `rules/common.yaml` holds the words that all modules share. Anything that does
not fit (an unknown key, a way to fail without words, a fact that a sentence cannot have) stops with file and line.
"""

import os
import re
from collections.abc import Mapping as MappingABC
from typing import Any, Literal, NamedTuple, NoReturn

from checker.checks.finding import Finding
from checker.checks.kinds import Kind, find_kind
from checker.errors import CheckError, UsageError
from checker.model import Facts, Mapping, Origin, Scalar, Sequence, Service, Value, walk
from checker.serverless.parsing import decode, parse_yaml
from checker.shipped import rules_folder

_PACK_FILE = "module.yaml"
# What cfn-lint's findings are told in: a sentence each, and the facts that it may use.
LINT_SLOTS = {
    "throughput_on_demand": ("resource",),
    "throughput_missing": ("resource",),
    "missing_reference": ("name",),
    "missing_condition": ("name",),
    "missing_mapping": ("name",),
    "wrong_attribute": ("resource", "attribute"),
    "get_att_form": (),
    "unknown_property": ("name", "holder"),
    "outside_properties": ("name", "resource"),
    "resource_inside": ("name", "resource"),
    "unknown_section": ("name",),
    "required": ("name", "holder"),
    "one_of": ("names",),
    "no_type": ("resource",),
    "unknown_type": ("type", "region"),
    "wrong_name": ("name",),
    "wrong_type": ("expected",),
    "wrong_value": ("found", "values"),
    "no_arn": ("found",),
    "key_attributes": ("defined", "used"),
    "circle": ("resource", "others"),
    "other": ("rule", "message"),
    "near": ("near",),
    "more": ("count",),
    "not_linted": (),
    "too_large": (),
}
LINT_TYPES = ("string", "integer", "number", "boolean", "array", "object")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class Words(NamedTuple):
    """A reason code with its sentence, which facts fill.

    `settle` says what would end an unknown; `note` is a sentence that goes beside the verdict, under the same code.
    `live` says it of a deployed stack, where the sentence on the file does not fit.
    """

    code: str
    say: str
    settle: str = ""
    note: str = ""
    live: str = ""


class Common(NamedTuple):
    """The words that all modules share: for what cannot be told by slot, and for notes by code.

    `skipped` is said where a source cannot tell, `drift` what to do about a difference by the side that is right, and
    `deploy` where the file is right and the deployed stack is not, `stack_has_it` where the file cannot tell and the
    stack is right. `failures` are the known reasons of a
    failed deployment: a pattern of CloudFormation's words, and ours. `lint` are the sentences for what cfn-lint finds,
    by slot, and `lint_types` the words for a type of JSON.
    """

    unknown: dict[str, Words]
    notes: dict[str, str]
    not_as_written: Words
    not_deployed: Words
    skipped: str
    drift: dict[str, str]
    deploy: str
    stack_has_it: str
    failures: tuple[tuple[str, str], ...]
    lint: dict[str, str]
    lint_types: dict[str, str]


class Step(NamedTuple):
    id: str
    title: str


class Link(NamedTuple):
    title: str
    url: str


EditAction = Literal["set", "append", "remove"]


class Edit(NamedTuple):
    """A piece of a check's answer: `set` a value at a path, `append` one to the list there, `remove` what is there."""

    action: EditAction
    path: str
    value: Any = None


class Instead(NamedTuple):
    """Another check whose pass, reached the way `way`, makes this one unnecessary: an equivalent pass.

    `open` says that this check depends on the other one where that cannot be told; without it the other is left out.
    """

    check: str
    say: str
    way: str | None = None
    open: str = ""


class Judgement(NamedTuple):
    """A kind of check with its parameters."""

    kind: Kind
    parameters: Any

    def of(self, service: Service) -> Finding:
        return self.kind.judge(service, self.parameters)


class Rule(NamedTuple):
    """One check of a module, with all its words."""

    id: str
    step: str
    title: str
    points: int
    bonus: bool
    judgement: Judgement
    passed: str
    passed_otherwise: str
    passed_live: str
    reasons: dict[str, Words]
    why: str
    hints: tuple[str, ...]
    answer: tuple[Edit, ...]
    links: tuple[Link, ...]
    instead: Instead | None = None


class Question(NamedTuple):
    """A question whose answer is prose; an instructor judges it."""

    id: str
    question: str


class Stop(NamedTuple):
    """A station of the journey: a function or resource of the service by its workshop name, or a fixed label.

    `states` are captions by the outcome of the check `state_of`.
    """

    id: str
    label: str
    caption: str
    function: str = ""
    resource: str = ""
    state_of: str = ""
    states: dict[str, str] | None = None


class Track(NamedTuple):
    """A link between two stops, whole when its `checks` pass and its own judgement does.

    `labels` are its captions by state (`whole`, `broken`, `open`). `branch` marks the way taken after a failure.
    """

    start: str
    end: str
    labels: dict[str, str]
    branch: bool = False
    checks: tuple[str, ...] = ()
    judgement: Judgement | None = None


class JourneyPlan(NamedTuple):
    """The path of one event through the service, and the sentence on what becomes of it by the state of the branch.

    `because` completes the sentence by the first check that does not pass, with its short `label` on the track.
    """

    title: str
    stops: tuple[Stop, ...]
    tracks: tuple[Track, ...]
    sentences: dict[str, str]
    because: dict[str, str]
    labels: dict[str, str]


class RulePack(NamedTuple):
    id: str
    title: str
    about: str
    link: str
    steps: tuple[Step, ...]
    rules: tuple[Rule, ...]
    questions: tuple[Question, ...]
    journey: JourneyPlan | None
    common: Common

    def rule(self, check: str) -> Rule:
        """The rule of a check. Raises UsageError with a near name."""
        for rule in self.rules:
            if rule.id == check:
                return rule
        from checker.wording import near_name

        ids = [rule.id for rule in self.rules]
        near = near_name(check, ids, 0.6)
        advice = f"did you mean {near}?" if near else f"the checks are: {', '.join(ids)}."
        raise UsageError(f"there is no check `{check}`; {advice}")

    @property
    def names(self) -> frozenset[str]:
        """Every name that the checks and the journey ask for: logical ids and functions among them."""
        asked = [rule.judgement for rule in self.rules]
        asked += [track.judgement for track in self.journey.tracks if track.judgement] if self.journey else []
        return frozenset(value for one in asked for value in one.parameters if isinstance(value, str) and value)

    @property
    def possible(self) -> int:
        """The points of all checks that are no bonus."""
        return sum(rule.points for rule in self.rules if not rule.bonus)


def fill(sentence: str, facts: MappingABC[str, str] | Facts) -> str:
    """The sentence with its `{facts}`; a name without a fact stays as it is, and texts are never read as a format."""
    known = dict(facts)
    return PLACEHOLDER.sub(lambda found: known.get(found.group(1), found.group(0)), sentence)


def module_ids() -> list[str]:
    """The ids of the shipped modules, sorted."""
    folder = rules_folder()
    return sorted(name for name in os.listdir(folder) if os.path.isfile(os.path.join(folder, name, _PACK_FILE)))


def load_pack(module: str) -> RulePack:
    """The shipped rule pack of a module. Raises UsageError for a module that does not exist."""
    if module not in module_ids():
        raise UsageError(f"there is no module `{module}`; the modules are: {', '.join(module_ids())}.")
    return read_pack(os.path.join(rules_folder(), module, _PACK_FILE))


def read_pack(path: str | os.PathLike[str]) -> RulePack:
    """Read a rule pack. Raises CheckError `invalid-config` at the line that does not fit."""
    return _Reader(_document(path)).pack(_common(os.path.join(rules_folder(), "common.yaml")))


def _document(path: str | os.PathLike[str]) -> Mapping:
    name = os.path.basename(path)
    with open(path, "rb") as stream:
        document = parse_yaml(decode(stream.read(), name), name)
    if not isinstance(document, Mapping):
        raise CheckError("invalid-config", "a rule pack is a mapping.", file=name, line=1, column=1)
    return document


def _common(path: str) -> Common:
    root = _Object(_document(path))
    unknown = {slot: _words(_Object(value)) for slot, value in root.mapping("unknown").entries.items()}
    notes = root.texts("notes")
    not_as_written = _words(root.object("not_as_written"))
    not_deployed = _words(root.object("not_deployed"))
    skipped, drift, deploy = root.text("skipped"), root.texts("drift"), root.text("deploy")
    stack_has_it = root.text("stack_has_it")
    failures = tuple((one.text("pattern"), one.text("say")) for one in root.objects("failures"))
    lint = _sentences(root.object("lint"), LINT_SLOTS)
    lint_types = _sentences(root.object("lint_types"), dict.fromkeys(LINT_TYPES, ()))
    root.end()
    return Common(
        unknown, notes, not_as_written, not_deployed, skipped, drift, deploy, stack_has_it, failures, lint, lint_types
    )


def _sentences(given: "_Object", slots: dict[str, tuple[str, ...]]) -> dict[str, str]:
    """A sentence for each slot; none may be missing, and none may use a fact that its slot has not."""
    sentences = {slot: given.text(slot) for slot in slots}
    for slot, sentence in sentences.items():
        for name in PLACEHOLDER.findall(sentence):
            if name not in slots[slot]:
                known = ", ".join(slots[slot]) or "none"
                _stop(given.value.entries[slot].origin, f"the sentence uses `{{{name}}}`; the facts here are: {known}")
    given.end()
    return sentences


def _words(given: "_Object") -> Words:
    words = Words(
        given.text("code"), given.text("say"), given.text("settle", ""), given.text("note", ""), given.text("live", "")
    )
    given.end()
    return words


class _Object:
    """A mapping of the pack whose keys must all be used."""

    def __init__(self, value: Value) -> None:
        if not isinstance(value, Mapping):
            _stop(value.origin, "a mapping belongs here")
        self.value = value
        self.unused = dict(value.entries)

    def take(self, key: str) -> Value | None:
        return self.unused.pop(key, None)

    def need(self, key: str) -> Value:
        value = self.take(key)
        if value is None:
            _stop(self.value.origin, f"`{key}` is missing here")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        value = self.take(key) if default is not None else self.need(key)
        if value is None:
            assert default is not None
            return default
        if not isinstance(value, Scalar) or not isinstance(value.value, str):
            _stop(value.origin, f"`{key}` is a text")
        return value.value

    def number(self, key: str) -> int:
        value = self.need(key)
        if not isinstance(value, Scalar) or type(value.value) is not int:
            _stop(value.origin, f"`{key}` is a whole number")
        return value.value

    def flag(self, key: str) -> bool:
        value = self.take(key)
        if value is None:
            return False
        if not isinstance(value, Scalar) or not isinstance(value.value, bool):
            _stop(value.origin, f"`{key}` is true or false")
        return value.value

    def items(self, key: str, *, optional: bool = False) -> tuple[Value, ...]:
        value = self.take(key) if optional else self.need(key)
        if value is None:
            return ()
        if not isinstance(value, Sequence):
            _stop(value.origin, f"`{key}` is a list")
        return value.items

    def objects(self, key: str, *, optional: bool = False) -> "list[_Object]":
        return [_Object(item) for item in self.items(key, optional=optional)]

    def object(self, key: str) -> "_Object":
        return _Object(self.need(key))

    def mapping(self, key: str) -> Mapping:
        return self.object(key).value

    def strings(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        return tuple(str(_plain(item)) for item in self.items(key, optional=optional))

    def texts(self, key: str) -> dict[str, str]:
        found = self.object(key)
        return {name: found.text(name) for name in found.value.entries}

    def end(self) -> None:
        for key, value in self.unused.items():
            _stop(value.origin.use, f"`{key}` is no key of this place")


class _Reader:
    def __init__(self, document: Mapping) -> None:
        self.root = _Object(document)

    def pack(self, common: Common) -> RulePack:
        root = self.root
        steps = tuple(self.step(each) for each in root.objects("steps"))
        pack = RulePack(
            id=root.text("id"),
            title=root.text("title"),
            about=root.text("about"),
            link=root.text("link"),
            steps=steps,
            rules=tuple(self.rule(each, {step.id for step in steps}) for each in root.objects("checks")),
            questions=tuple(self.question(each) for each in root.objects("questions", optional=True)),
            journey=self.journey(root.object("journey")) if "journey" in root.value else None,
            common=common,
        )
        root.end()
        self.check_names(pack)
        return pack

    def check_names(self, pack: RulePack) -> None:
        """Every check named by another part of the pack exists, and no id stands twice."""
        ids = [rule.id for rule in pack.rules]
        named = [rule.instead.check for rule in pack.rules if rule.instead is not None]
        if pack.journey is not None:
            named += [check for track in pack.journey.tracks for check in track.checks]
            named += [stop.state_of for stop in pack.journey.stops if stop.state_of]
            named += [*pack.journey.because, *pack.journey.labels]
        for check in named:
            if check not in ids:
                _stop(self.places(check)[0], f"`{check}` is named, but there is no such check")
        for check in ids:
            if ids.count(check) > 1:
                _stop(self.places(check)[-1], f"the check `{check}` stands here a second time")

    def places(self, name: str) -> list[Origin]:
        """Where a name stands in the pack, as a value or as a key."""
        return [
            value.origin
            for key, value in walk(self.root.value)
            if key == name or (isinstance(value, Scalar) and value.value == name)
        ]

    @staticmethod
    def step(given: _Object) -> Step:
        step = Step(given.text("id"), given.text("title"))
        given.end()
        return step

    @staticmethod
    def question(given: _Object) -> Question:
        question = Question(given.text("id"), given.text("question"))
        given.end()
        return question

    def rule(self, given: _Object, steps: set[str]) -> Rule:
        check = given.text("id")
        step = given.text("step")
        if step not in steps:
            _stop(given.value.entries["step"].origin, f"`{step}` is no step of this module")
        judgement = self.judgement(given)
        rule = Rule(
            id=check,
            step=step,
            title=given.text("title"),
            points=given.number("points"),
            bonus=given.flag("bonus"),
            judgement=judgement,
            passed=self.sentence(given, "passed", judgement),
            passed_otherwise=self.sentence(given, "passed_otherwise", judgement, optional=True),
            passed_live=self.sentence(given, "passed_live", judgement, optional=True),
            reasons=self.reasons(given.object("reasons"), judgement),
            why=given.text("why"),
            hints=given.strings("hints"),
            answer=tuple(self.edit(each) for each in given.objects("answer")),
            links=tuple(self.link(each) for each in given.objects("links", optional=True)),
            instead=self.instead(given.object("instead")) if "instead" in given.value else None,
        )
        if not rule.hints:
            _stop(given.value.origin, f"`{check}` has no hints")
        given.end()
        return rule

    def judgement(self, given: _Object) -> Judgement:
        at = given.need("kind")
        name = str(_plain(at))
        kind = find_kind(name)
        if kind is None:
            _stop(at.origin, f"there is no kind of check `{name}`")
        parameters = given.object("given")
        known = kind.parameters._fields
        values: dict[str, Any] = {}
        for key, value in parameters.value.entries.items():
            if key not in known:
                _stop(value.origin, f"`{key}` is no parameter of the kind `{name}`")
            plain = _plain(value)
            values[key] = tuple(plain) if isinstance(plain, list) else plain
        for key in known:
            if key not in values and key not in kind.parameters._field_defaults:
                _stop(parameters.value.origin, f"the kind `{name}` needs the parameter `{key}`")
        return Judgement(kind, kind.parameters(**values))

    def reasons(self, given: _Object, judgement: Judgement) -> dict[str, Words]:
        """The words of each slot of the kind; none may be missing, and none may use a fact that its slot has not."""
        reasons: dict[str, Words] = {}
        for slot, facts in judgement.kind.slots.items():
            words = _words(given.object(slot))
            for sentence in (words.say, words.live):
                self.check_facts(sentence, judgement, facts, given.value.entries[slot].origin)
            reasons[slot] = words
        given.end()
        return reasons

    def sentence(self, given: _Object, key: str, judgement: Judgement, *, optional: bool = False) -> str:
        text = given.text(key, "" if optional else None)
        if text:
            self.check_facts(text, judgement, (), given.value.entries[key].origin)
        return text

    @staticmethod
    def check_facts(text: str, judgement: Judgement, facts: tuple[str, ...], at: Origin) -> None:
        known = {*facts, *judgement.parameters._fields}
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                _stop(at, f"the sentence uses `{{{name}}}`, which is not among {', '.join(sorted(known))}")

    @staticmethod
    def edit(given: _Object) -> Edit:
        actions: tuple[EditAction, ...] = ("set", "append", "remove")
        action = next((one for one in actions if one in given.value), None)
        if action is None:
            _stop(given.value.origin, "an edit is `set`, `append` or `remove` with a path")
        path = given.text(action)
        value = None if action == "remove" else _plain(given.need("value"))
        given.end()
        return Edit(action, path, value)

    @staticmethod
    def link(given: _Object) -> Link:
        link = Link(given.text("title"), given.text("url"))
        if not link.url.startswith("https://"):
            _stop(given.value.entries["url"].origin, "a link starts with https://")
        given.end()
        return link

    @staticmethod
    def instead(given: _Object) -> Instead:
        instead = Instead(given.text("check"), given.text("say"), given.text("way", "") or None, given.text("open", ""))
        given.end()
        return instead

    def journey(self, given: _Object) -> JourneyPlan:
        journey = JourneyPlan(
            title=given.text("title"),
            stops=tuple(self.stop(each) for each in given.objects("stops")),
            tracks=tuple(self.track(each) for each in given.objects("tracks")),
            sentences=given.texts("sentences"),
            because=given.texts("because"),
            labels=given.texts("labels"),
        )
        given.end()
        return journey

    @staticmethod
    def stop(given: _Object) -> Stop:
        stop = Stop(
            id=given.text("id"),
            label=given.text("label"),
            caption=given.text("caption"),
            function=given.text("function", ""),
            resource=given.text("resource", ""),
            state_of=given.text("state_of", ""),
            states=given.texts("states") if "states" in given.value else None,
        )
        given.end()
        return stop

    def track(self, given: _Object) -> Track:
        track = Track(
            start=given.text("from"),
            end=given.text("to"),
            labels=given.texts("labels"),
            branch=given.flag("branch"),
            checks=given.strings("checks", optional=True),
            judgement=self.judgement(given) if "kind" in given.value else None,
        )
        given.end()
        return track


def _plain(value: Value) -> Any:
    """The value as plain Python data."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.entries.items()}
    if isinstance(value, Sequence):
        return [_plain(item) for item in value.items]
    assert isinstance(value, Scalar)
    return value.value


def _stop(at: Origin, message: str) -> NoReturn:
    raise CheckError("invalid-config", f"{message}.", file=at.file, line=at.line, column=at.column)
