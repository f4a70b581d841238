"""Rule packs: a workshop module's steps, checks, words and journey, loaded strictly from YAML.

A pack is `rules/<module>/module.yaml`; `rules/common.yaml` holds the words that all modules share. Anything that does
not fit (an unknown key, a way to fail without words, a fact that a sentence cannot have) stops with file and line.
"""

import os
from collections.abc import Mapping as MappingABC
from typing import Any, NamedTuple

from checker.checks.finding import Finding
from checker.checks.kinds import Kind, find_kind
from checker.errors import UsageError
from checker.model import Facts, Mapping, Origin, Scalar, Service, walk
from checker.pack_file import Entry, plain, read_pack_file, stop
from checker.rule_help import PLACEHOLDER, Edit, Help, Helps, Link, Mend, read_link
from checker.shipped import rules_folder

_PACK_FILE = "module.yaml"
_HELP_FILE = "help.yaml"
_FOLLOWS = "follows-renamed"
_TRACK_STATES = ("whole", "broken", "open")
# What a scene may rest on: a track, checks or a stop; a stop may stand beside checks.
_SCENES_REST_ON = ((True, False, False), (False, True, False), (False, True, True), (False, False, True))


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

    `skipped` is said where a source cannot tell, `other_service` of a check that is for another one, `drift` what to do
    about a difference by the side that is right, and `deploy` where the file is right and the deployed stack is not,
    `stack_has_it` where the file cannot tell and the stack is right. `failures` are the known reasons of a failed
    deployment: a pattern of CloudFormation's words, and ours. `no_edit` says why there is no edit.
    """

    unknown: dict[str, Words]
    notes: dict[str, str]
    not_as_written: Words
    not_deployed: Words
    skipped: str
    other_service: str
    drift: dict[str, str]
    deploy: str
    stack_has_it: str
    failures: tuple[tuple[str, str], ...]
    no_edit: dict[str, str]


class Step(NamedTuple):
    id: str
    title: str


class ServiceMark(NamedTuple):
    """One of several services that a module is about, by its name.

    One of another name is recognised by any of these functions and resources, if no other service has one of its own.
    """

    name: str
    functions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


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

    @property
    def looks_for(self) -> tuple[str, str]:
        """The parameter that names what the kind looks for, and that name."""
        return self.kind.finds, str(getattr(self.parameters, self.kind.finds))

    def of(self, service: Service) -> Finding:
        return self.kind.judge(service, self.parameters)


class Rule(NamedTuple):
    """One check of a module, with all its words; what helps with it is read when it is asked for.

    `service` is the one of the module's services that it is for, empty where it is for any. `follows` is the code of
    the note on a check that agrees with what this one found under another name.
    """

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
    helps: Helps
    instead: Instead | None = None
    service: str = ""
    follows: str = ""

    @property
    def help(self) -> Help:
        """What helps with the check. Raises CheckError for a pack's file that does not fit."""
        return self.helps.of(self.id)

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints for who has not begun."""
        return self.help.hints

    @property
    def answer(self) -> tuple[Edit, ...]:
        """The workshop's own edit."""
        return self.help.answer

    @property
    def links(self) -> tuple[Link, ...]:
        """Where to read on."""
        return self.help.links

    def ladder(self, reason: str | None) -> tuple[str, ...]:
        """The hints for a reason code, from a nudge to the answer."""
        return self.help.hints_for.get(reason or "", self.hints)

    def ways(self, reason: str | None) -> tuple[Mend, ...]:
        """The edits that may mend a mistake, the best first; the answer where the pack says nothing else."""
        return self.help.mends.get(reason or "", (self.answer,))

    def facts_by_code(self) -> dict[str, frozenset[str]]:
        """The names that an edit may use, by the reason code it mends."""
        facts: dict[str, set[str]] = {}
        for slot, words in self.reasons.items():
            known = facts.setdefault(words.code, set(self.judgement.parameters._fields))
            known.update(self.judgement.kind.slots[slot])
        return {code: frozenset(names) for code, names in facts.items()}


class Question(NamedTuple):
    """A question whose answer is prose; an instructor judges it."""

    id: str
    question: str


class Stop(NamedTuple):
    """A station of the journey: a function or resource of the service by its workshop name, or a fixed label.

    `states` are captions by the outcome of the check `state_of`. Where the service has no such function or resource,
    `missing` is the label of every track to or from it, and `because` says so in a sentence; without `missing` nobody
    looks.
    """

    id: str
    label: str
    caption: str
    function: str = ""
    resource: str = ""
    state_of: str = ""
    states: dict[str, str] | None = None
    missing: str = ""
    because: str = ""


class Track(NamedTuple):
    """A link between two stops, whole when its `checks` pass and its own judgement does.

    `labels` are its captions by state (`whole`, `broken`, `open`). `branch` marks the way taken after a failure.
    `because` completes a sentence where its own judgement fails.
    """

    start: str
    end: str
    labels: dict[str, str]
    branch: bool = False
    checks: tuple[str, ...] = ()
    judgement: Judgement | None = None
    because: str = ""


class ScenePlan(NamedTuple):
    """A piece of the journey's story: what happens there by state, of which a state left out is not told.

    It rests on a track, given by its two stops, or on `checks`, or on nothing but a `stop` that has to be there; with a
    stop, `missing` is said where the service has none. One that `needs_kept` is told only where the event is kept. The
    journey's sentence `without` is said in place of them all where there is no stop that it `needs`.
    """

    title: str
    say: dict[str, str]
    start: str = ""
    end: str = ""
    checks: tuple[str, ...] = ()
    stop: str = ""
    missing: str = ""
    needs_kept: bool = False
    needs: str = ""
    link: Link | None = None


class JourneyPlan(NamedTuple):
    """The path of one event through the service, and the sentence on what becomes of it by the state of the branch.

    `because` completes the sentence by the first check that does not pass, with its short `label` on the track. The
    sentence `unreached` is for a service that no event gets into. `story` tells the path piece by piece.
    """

    title: str
    stops: tuple[Stop, ...]
    tracks: tuple[Track, ...]
    sentences: dict[str, str]
    because: dict[str, str]
    labels: dict[str, str]
    story: tuple[ScenePlan, ...] = ()

    def stop(self, name: str) -> Stop:
        return next(stop for stop in self.stops if stop.id == name)

    def track(self, start: str, end: str) -> Track:
        return next(track for track in self.tracks if (track.start, track.end) == (start, end))


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
    services: tuple[ServiceMark, ...] = ()

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
    def question_texts(self) -> dict[str, str]:
        """The questions by id."""
        return {question.id: question.question for question in self.questions}

    def checks_named(self, name: str) -> list[str]:
        """The ids of the checks that a name stands for: a check's own, or those of a step; none for any other name."""
        return [rule.id for rule in self.rules if name in (rule.id, rule.step)]

    @property
    def names(self) -> frozenset[str]:
        """Every name that the checks and the journey ask for: logical ids and functions among them."""
        asked = [rule.judgement for rule in self.rules]
        asked += [track.judgement for track in self.journey.tracks if track.judgement] if self.journey else []
        return frozenset(value for one in asked for value in one.parameters if isinstance(value, str) and value)

    @property
    def ssm_parameters(self) -> tuple[str, ...]:
        """The names of the SSM parameters that the checks ask for, each once."""
        asked = [rule.judgement for rule in self.rules if rule.judgement.kind.ssm]
        return tuple(dict.fromkeys(str(getattr(one.parameters, one.kind.ssm)) for one in asked))

    @property
    def possible(self) -> int:
        """The points of all checks that are no bonus; of several services, those of the one that is worth most."""
        return max(
            sum(rule.points for rule in self.rules if not rule.bonus and rule.service in ("", name))
            for name in (*(mark.name for mark in self.services), "")
        )


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
    help_file = os.path.join(os.path.dirname(path), _HELP_FILE)
    return _Reader(read_pack_file(path), help_file).pack(_common(os.path.join(rules_folder(), "common.yaml")))


def _common(path: str) -> Common:
    root = Entry(read_pack_file(path))
    unknown = {slot: _words(Entry(value)) for slot, value in root.mapping("unknown").entries.items()}
    notes = root.texts("notes")
    not_as_written = _words(root.object("not_as_written"))
    not_deployed = _words(root.object("not_deployed"))
    skipped, drift, deploy = root.text("skipped"), root.texts("drift"), root.text("deploy")
    other_service = root.text("other_service")
    stack_has_it = root.text("stack_has_it")
    failures = tuple((one.text("pattern"), one.text("say")) for one in root.objects("failures"))
    no_edit = root.texts("no_edit")
    root.end()
    return Common(
        unknown,
        notes,
        not_as_written,
        not_deployed,
        skipped,
        other_service,
        drift,
        deploy,
        stack_has_it,
        failures,
        no_edit,
    )


def _words(given: "Entry") -> Words:
    words = Words(
        given.text("code"), given.text("say"), given.text("settle", ""), given.text("note", ""), given.text("live", "")
    )
    given.end()
    return words


class _Reader:
    def __init__(self, document: Mapping, help_file: str) -> None:
        self.root = Entry(document)
        self.rules: tuple[Rule, ...] = ()
        self.helps = Helps(help_file, lambda: {rule.id: rule.facts_by_code() for rule in self.rules})

    def pack(self, common: Common) -> RulePack:
        root = self.root
        services = tuple(self.service(each) for each in root.objects("services", optional=True))
        steps = tuple(self.step(each) for each in root.objects("steps"))
        pack = RulePack(
            id=root.text("id"),
            title=root.text("title"),
            about=root.text("about"),
            link=root.text("link"),
            steps=steps,
            rules=self.all_rules({step.id for step in steps}),
            questions=tuple(self.question(each) for each in root.objects("questions", optional=True)),
            journey=self.journey(root.object("journey")) if "journey" in root.value else None,
            common=common,
            services=services,
        )
        root.end()
        self.check_names(pack)
        self.check_services(pack)
        return pack

    def all_rules(self, steps: set[str]) -> tuple[Rule, ...]:
        self.rules = tuple(self.rule(each, steps) for each in self.root.objects("checks"))
        return self.rules

    def check_names(self, pack: RulePack) -> None:
        """Every check named by another part of the pack exists, and no id stands twice."""
        ids = [rule.id for rule in pack.rules]
        named = [rule.instead.check for rule in pack.rules if rule.instead is not None]
        if pack.journey is not None:
            named += [check for track in pack.journey.tracks for check in track.checks]
            named += [stop.state_of for stop in pack.journey.stops if stop.state_of]
            named += [*pack.journey.because, *pack.journey.labels]
            named += [check for scene in pack.journey.story for check in scene.checks]
        for check in named:
            if check not in ids:
                stop(self.places(check)[0], f"`{check}` is named, but there is no such check")
        for check in ids:
            if ids.count(check) > 1:
                stop(self.places(check)[-1], f"the check `{check}` stands here a second time")

    def places(self, name: str) -> list[Origin]:
        """Where a name stands in the pack, as a value or as a key."""
        return [
            value.origin
            for key, value in walk(self.root.value)
            if key == name or (isinstance(value, Scalar) and value.value == name)
        ]

    def check_services(self, pack: RulePack) -> None:
        """Every service and note that a check names exists, and a module with services has more than one."""
        names = [mark.name for mark in pack.services]
        for rule in pack.rules:
            if rule.service and rule.service not in names:
                stop(self.places(rule.service)[-1], f"`{rule.service}` is none of the module's services")
            if rule.follows not in pack.common.notes:
                stop(self.places(rule.follows)[0], f"`{rule.follows}` is the code of no note")
        if len(names) == 1 or len(set(names)) < len(names):
            stop(self.root.value.entries["services"].origin, "`services` names two or more, each once")

    @staticmethod
    def service(given: Entry) -> ServiceMark:
        mark = ServiceMark(
            given.text("name"),
            given.strings("functions", optional=True),
            given.strings("resources", optional=True),
        )
        given.end()
        return mark

    @staticmethod
    def step(given: Entry) -> Step:
        step = Step(given.text("id"), given.text("title"))
        given.end()
        return step

    @staticmethod
    def question(given: Entry) -> Question:
        question = Question(given.text("id"), given.text("question"))
        given.end()
        return question

    def rule(self, given: Entry, steps: set[str]) -> Rule:
        check = given.text("id")
        step = given.text("step")
        if step not in steps:
            stop(given.value.entries["step"].origin, f"`{step}` is no step of this module")
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
            helps=self.helps,
            instead=self.instead(given.object("instead")) if "instead" in given.value else None,
            service=given.text("service", ""),
            follows=given.text("follows", _FOLLOWS),
        )
        given.end()
        return rule

    def judgement(self, given: Entry) -> Judgement:
        at = given.need("kind")
        name = str(plain(at))
        kind = find_kind(name)
        if kind is None:
            stop(at.origin, f"there is no kind of check `{name}`")
        parameters = given.object("given")
        known = kind.parameters._fields
        values: dict[str, Any] = {}
        for key, value in parameters.value.entries.items():
            if key not in known:
                stop(value.origin, f"`{key}` is no parameter of the kind `{name}`")
            given_value = plain(value)
            values[key] = tuple(given_value) if isinstance(given_value, list) else given_value
        for key in known:
            if key not in values and key not in kind.parameters._field_defaults:
                stop(parameters.value.origin, f"the kind `{name}` needs the parameter `{key}`")
        return Judgement(kind, kind.parameters(**values))

    def reasons(self, given: Entry, judgement: Judgement) -> dict[str, Words]:
        """The words of each slot of the kind; none may be missing, and none may use a fact that its slot has not."""
        reasons: dict[str, Words] = {}
        for slot, facts in judgement.kind.slots.items():
            needs = judgement.kind.only_with.get(slot)
            if needs is not None and not getattr(judgement.parameters, needs) and slot not in given.value:
                continue
            words = _words(given.object(slot))
            for sentence in (words.say, words.live):
                self.check_facts(sentence, judgement, facts, given.value.entries[slot].origin)
            reasons[slot] = words
        given.end()
        return reasons

    def sentence(self, given: Entry, key: str, judgement: Judgement, *, optional: bool = False) -> str:
        text = given.text(key, "" if optional else None)
        if text:
            self.check_facts(text, judgement, (), given.value.entries[key].origin)
        return text

    @staticmethod
    def check_facts(text: str, judgement: Judgement, facts: tuple[str, ...], at: Origin) -> None:
        known = {*facts, *judgement.parameters._fields}
        for name in PLACEHOLDER.findall(text):
            if name not in known:
                stop(at, f"the sentence uses `{{{name}}}`, which is not among {', '.join(sorted(known))}")

    @staticmethod
    def instead(given: Entry) -> Instead:
        instead = Instead(given.text("check"), given.text("say"), given.text("way", "") or None, given.text("open", ""))
        given.end()
        return instead

    def journey(self, given: Entry) -> JourneyPlan:
        journey = JourneyPlan(
            title=given.text("title"),
            stops=tuple(self.stop(each) for each in given.objects("stops")),
            tracks=tuple(self.track(each) for each in given.objects("tracks")),
            sentences=given.texts("sentences"),
            because=given.texts("because"),
            labels=given.texts("labels"),
            story=tuple(self.scene(each) for each in given.objects("story", optional=True)),
        )
        given.end()
        self.check_journey(journey, given.value)
        return journey

    def scene(self, given: Entry) -> ScenePlan:
        scene = ScenePlan(
            title=given.text("title"),
            say={state: given.text(state) for state in _TRACK_STATES if state in given.value},
            start=given.text("from", ""),
            end=given.text("to", ""),
            checks=given.strings("checks", optional=True),
            stop=given.text("stop", ""),
            missing=given.text("missing", ""),
            needs_kept=given.flag("needs_kept"),
            needs=given.text("needs", ""),
            link=read_link(given.object("link")) if "link" in given.value else None,
        )
        given.end()
        if not scene.say:
            stop(given.value.origin, f"`{scene.title}` says nothing: {', '.join(_TRACK_STATES)} are its sentences")
        if (bool(scene.start or scene.end), bool(scene.checks), bool(scene.stop)) not in _SCENES_REST_ON:
            stop(given.value.origin, f"`{scene.title}` rests on `from` and `to`, or on `checks`, or on a `stop`")
        return scene

    @staticmethod
    def check_journey(journey: JourneyPlan, given: Mapping) -> None:
        """Every stop and track that is named exists, states have their words, and sentences use no other facts."""
        stops = {stop.id for stop in journey.stops}
        tracks = {(track.start, track.end) for track in journey.tracks}
        for start, end in tracks:
            if not {start, end} <= stops:
                stop(given.entries["tracks"].origin, f"a track leads from `{start}` to `{end}`; there is no such stop")
        for state in _TRACK_STATES:
            if state not in journey.sentences:
                stop(given.entries["sentences"].origin, f"`{state}` is missing here")
        for scene in journey.story:
            at = given.entries["story"].origin
            if scene.start + scene.end and (scene.start, scene.end) not in tracks:
                stop(at, f"`{scene.title}` rests on a track from `{scene.start}` to `{scene.end}`; there is none")
            if scene.stop and scene.stop not in stops:
                stop(at, f"`{scene.title}` rests on the stop `{scene.stop}`; there is none")
            if scene.needs and scene.needs not in stops:
                stop(at, f"`{scene.title}` needs the stop `{scene.needs}`; there is none")
            if scene.needs and "without" not in journey.sentences:
                stop(given.entries["sentences"].origin, f"`without` is missing here; `{scene.title}` needs a stop")
        known = {*stops, "because"}
        said = {
            "story": [text for scene in journey.story for text in (*scene.say.values(), scene.missing)],
            "sentences": journey.sentences.values(),
            "because": journey.because.values(),
            "stops": [stop.because for stop in journey.stops],
            "tracks": [track.because for track in journey.tracks],
        }
        for key, texts in said.items():
            for name in (name for text in texts for name in PLACEHOLDER.findall(text)):
                if name not in known:
                    stop(given.entries[key].origin, f"`{{{name}}}` is not among {', '.join(sorted(known))}")

    @staticmethod
    def stop(given: Entry) -> Stop:
        stop = Stop(
            id=given.text("id"),
            label=given.text("label"),
            caption=given.text("caption"),
            function=given.text("function", ""),
            resource=given.text("resource", ""),
            state_of=given.text("state_of", ""),
            states=given.texts("states") if "states" in given.value else None,
            missing=given.text("missing", ""),
            because=given.text("because", ""),
        )
        given.end()
        return stop

    def track(self, given: Entry) -> Track:
        track = Track(
            start=given.text("from"),
            end=given.text("to"),
            labels=given.texts("labels"),
            branch=given.flag("branch"),
            checks=given.strings("checks", optional=True),
            judgement=self.judgement(given) if "kind" in given.value else None,
            because=given.text("because", ""),
        )
        given.end()
        return track
