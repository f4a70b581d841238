"""Rule packs: a workshop module's steps, checks, words and journey, loaded strictly from YAML.

A pack is `rules/<module>/module.yaml`; `rules/common.yaml` holds the words that all modules share. Anything that does
not fit (an unknown key, a way to fail without words, a fact that a sentence cannot have) stops with file and line.
"""

import os
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingABC
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from checker.checks.finding import Finding
from checker.checks.kinds import NO_KIND, Kind, find_kind, kind_names, misfit, parameter_types
from checker.errors import UsageError
from checker.model import Facts, Origin, Scalar, Service, items_of, text_of, value_at, walk
from checker.model import Mapping as MappingValue
from checker.modules import HELP_FILE, ModuleFiles, find_module
from checker.modules import module_ids as module_ids
from checker.pack_file import Entry, plain, read_pack_file
from checker.rule_help import PLACEHOLDER, Edit, Help, Helps, Link, Mend, read_link
from checker.shipped import DEFAULT_MODULE, rules_folder
from checker.wording import near_name, shown

_NEAR_KIND = 0.6
_FOLLOWS = "follows-renamed"
TRACK_STATES = ("whole", "broken", "open")
# How often Lambda may try a failed event again, and what is said where nobody can tell.
RETRIES = ("never", "once", "twice", "open")
# What the texts of a journey have in braces besides its own names.
BECAUSE, FOUND = "because", "found"
_UNFIT = "cannot stand in braces; a name there is letters, digits and `_`"
# What a scene may rest on: a track, checks or a stop; a stop may stand beside checks.
SCENES_REST_ON = ((True, False, False), (False, True, False), (False, True, True), (False, False, True))


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

    def named(self, finding: Finding) -> tuple[str, str]:
        """The parameter that names what the finding has under another name, and the name that was asked for."""
        parameter = finding.of or self.kind.finds
        return parameter, str(getattr(self.parameters, parameter))

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
            known = facts.setdefault(words.code, set(self.judgement.kind.parameters._fields))
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


class RetriesPlan(NamedTuple):
    """What the journey says of how often Lambda tries a failed event again on one stop, which is a function.

    `words` are facts for all other texts of the journey, the same names for each of `RETRIES`; they use stops alone.
    `refused` is what completes a sentence where the number is none that Lambda takes.
    """

    stop: str
    refused: str
    words: dict[str, dict[str, str]]


class JourneyPlan(NamedTuple):
    """The path of one event through the service, and the sentence on what becomes of it by the state of the branch.

    `because` completes the sentence by the first check that does not pass, with its short `label` on the track. The
    sentence `unreached` is for a service that no event gets into. `story` tells the path piece by piece. `service` is
    the one of the module's services whose path this is; empty where the module names none.
    """

    title: str
    stops: tuple[Stop, ...]
    tracks: tuple[Track, ...]
    sentences: dict[str, str]
    because: dict[str, str]
    labels: dict[str, str]
    story: tuple[ScenePlan, ...] = ()
    retries: RetriesPlan | None = None
    service: str = ""

    def names(self, stops: MappingABC[str, str], retries: str) -> dict[str, str]:
        """What fills the texts: the stops as the service calls them, and the words for one of `RETRIES`."""
        words = self.retries.words[retries] if self.retries is not None else {}
        return {**stops, **{name: fill(text, stops) for name, text in words.items()}}

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
    journeys: tuple[JourneyPlan, ...]
    common: Common
    services: tuple[ServiceMark, ...] = ()
    files: ModuleFiles = ModuleFiles(DEFAULT_MODULE)

    def rule(self, check: str) -> Rule:
        """The rule of a check. Raises UsageError with a near name."""
        for rule in self.rules:
            if rule.id == check:
                return rule
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

    def checks_of(self, names: Iterable[str]) -> frozenset[str]:
        """The ids of all checks that names of checks and steps stand for. Raises UsageError for any other name."""
        return frozenset(check for name in names for check in (self.checks_named(name) or self._no_such(name)))

    def _no_such(self, name: str) -> NoReturn:
        ids, steps = [rule.id for rule in self.rules], [step.id for step in self.steps]
        near = near_name(name, [*ids, *steps], 0.6)
        advice = f"the steps are: {', '.join(steps)}; and the checks: {', '.join(ids)}."
        raise UsageError(
            f"there is no check or step `{shown(name)}`; {f'did you mean {near}?' if near is not None else advice}"
        )

    @property
    def names(self) -> frozenset[str]:
        """Every name that the checks and the journey ask for: logical ids and functions among them."""
        asked = [rule.judgement for rule in self.rules]
        asked += [track.judgement for plan in self.journeys for track in plan.tracks if track.judgement]
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


def load_pack(module: str | ModuleFiles) -> RulePack:
    """The rule pack of a module: a shipped one by its id, or another by its path.

    Raises UsageError for a module that does not exist, CheckError for one that does not fit.
    """
    files = find_module(module) if isinstance(module, str) else module
    return _Reader(Entry(files.document()), files).pack(common_words())


def read_pack(path: str | os.PathLike[str]) -> RulePack:
    """Read a rule pack. Raises CheckError `invalid-config` at the line that does not fit."""
    return load_pack(ModuleFiles(folder=os.path.dirname(path), file=os.path.basename(path)))


def read_noting(files: ModuleFiles, root: Entry) -> RulePack | None:
    """As much of a rule pack as can be read, where its `root` notes what does not fit."""
    reader = _Reader(root, files)
    return root.attempt(lambda: reader.pack(common_words()))


@lru_cache(maxsize=1)
def common_words() -> Common:
    """The words that all modules share."""
    return _common(os.path.join(rules_folder(), "common.yaml"))


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


def _parameters(name: str, kind: Kind, given: Entry) -> Any:
    """The parameters of a kind, each of its type. Raises CheckError."""
    types, needed = parameter_types(kind), set(kind.parameters._fields) - set(kind.parameters._field_defaults)
    values: dict[str, Any] = {}
    fits = True
    for key, value in given.value.entries.items():
        given.take(key)
        if key not in types:
            near = near_name(key, types, _NEAR_KIND)
            advice = f"did you mean `{near}`?" if near else f"it takes {', '.join(types)}"
            given.wrong(value.origin.use, f"`{key}` is no parameter of the kind `{name}`; {advice}")
            needed.discard(near or "")
            fits = False
            continue
        told = plain(value)
        values[key] = tuple(told) if isinstance(told, list) else told
        wanted = misfit(told, types[key])
        if wanted is not None:
            fits = False
            given.wrong(value.origin.use, f"`{key}` is {wanted}")
        elif told == "" and key in needed:
            fits = False
            given.wrong(value.origin.use, f"`{key}` is empty")
    for key in kind.parameters._fields:
        if key in needed and key not in values:
            given.wrong(given.value.origin, f"the kind `{name}` needs the parameter `{key}`")
    parameters = kind.parameters(**{**dict.fromkeys(needed, ""), **values})
    if fits and needed <= values.keys():
        for key, wrong in kind.check_parameters(parameters):
            given.wrong(given.value.entries[key].origin if key in values else given.value.origin, wrong)
    return parameters


def _check_facts(given: Entry, text: str, judgement: Judgement, facts: tuple[str, ...], at: Origin) -> None:
    known = {*facts, *judgement.kind.parameters._fields}
    for name in PLACEHOLDER.findall(text) if judgement.kind is not NO_KIND else ():
        if name not in known:
            given.wrong(at, f"the sentence uses `{{{name}}}`, which is not among {', '.join(sorted(known))}")


def _check_tracks(journey: Entry) -> None:
    """Every track leads from one stop to another, no two are between the same, and one at most is the branch."""
    seen: set[tuple[str, str]] = set()
    has_branch = False
    for track in items_of(journey.value.get("tracks")):
        start, end, branch = (value_at(track, key) for key in ("from", "to", "branch"))
        way = (text_of(start) or "", text_of(end) or "")
        if end is not None and all(way):
            if way[0] == way[1]:
                journey.wrong(end.origin, f"a track leads from one stop to another, and this one stays at `{way[0]}`")
            elif way in seen:
                again = f"a second track leads from `{way[0]}` to `{way[1]}`"
                journey.wrong(track.origin, f"{again}; put its checks into the first, or lead it to a stop of its own")
            seen.add(way)
        if isinstance(branch, Scalar) and branch.value is True:
            if has_branch:
                journey.wrong(branch.origin, "a track before this one is the `branch` already; a journey has one")
            has_branch = True


def _check_names(journey: JourneyPlan, entry: Entry) -> None:
    """The names that texts use in braces can stand there, and none hides another."""
    stops = {stop.id for stop in journey.stops}
    for stop in items_of(entry.value.get("stops")):
        id_ = value_at(stop, "id")
        if id_ is not None and text_of(id_) in (BECAUSE, FOUND):
            entry.wrong(id_.origin.use, f"`{{{text_of(id_)}}}` has a meaning of its own; give the stop another id")
    seen: set[str] = set()
    for words in (value_at(entry.value, "retries", count) for count in RETRIES):
        for name, text in words.entries.items() if isinstance(words, MappingValue) else ():
            if name in seen:
                continue
            seen.add(name)
            if name in stops:
                entry.wrong(text.origin.use, f"`{name}` is a stop already; give these words another name")
            elif name in (BECAUSE, FOUND):
                entry.wrong(text.origin.use, f"`{{{name}}}` has a meaning of its own; give these words another name")
            elif not _fits_braces(name):
                entry.wrong(text.origin.use, f"`{name}` {_UNFIT}")


def _fits_braces(name: str) -> bool:
    return PLACEHOLDER.fullmatch(f"{{{name}}}") is not None


def _texts_of(journey: JourneyPlan) -> Iterator[tuple[str, list[str], set[str]]]:
    """All texts of a journey by the key that they stand below, with the names that each may use in braces."""
    stops, story, retries = {stop.id for stop in journey.stops}, journey.story, journey.retries
    words = list(retries.words.values()) if retries is not None else []
    names = {*stops, *(name for facts in words for name in facts)}
    yield "title", [journey.title], names
    for stop in journey.stops:
        yield "stops", [stop.label], set()  # the name of the stop, which the other texts use
        yield "stops", [stop.caption, *(stop.states or {}).values(), stop.missing, stop.because], names
    for track in journey.tracks:
        yield "tracks", [*track.labels.values(), track.because], names
    yield "labels", list(journey.labels.values()), names
    yield "because", list(journey.because.values()), names
    yield "sentences", list(journey.sentences.values()), {*names, BECAUSE}
    yield "story", [scene.title for scene in story], names
    yield "story", [text for scene in story for text in (*scene.say.values(), scene.missing)], {*names, BECAUSE}
    yield "story", [scene.link.title for scene in story if scene.link is not None], set()
    yield "retries", [text for facts in words for text in facts.values()], stops
    yield "retries", [retries.refused] if retries is not None else [], {*names, FOUND}


class _Reader:
    def __init__(self, root: Entry, files: ModuleFiles) -> None:
        self.root = root
        self.files = files
        self.rules: tuple[Rule, ...] = ()
        self.helps = Helps(
            files.path_of(HELP_FILE),
            lambda: {rule.id: rule.facts_by_code() for rule in self.rules},
            files.help_document,
        )

    def pack(self, common: Common) -> RulePack:
        root = self.root
        services = root.each("services", self.service, optional=True)
        steps = root.each("steps", self.step)
        pack = RulePack(
            id=root.text("id"),
            title=root.text("title"),
            about=root.text("about"),
            link=root.text("link"),
            steps=steps,
            rules=self.all_rules({step.id for step in steps}),
            questions=root.each("questions", self.question, optional=True),
            journeys=self.journeys(root),
            common=common,
            services=services,
            files=self.files,
        )
        root.end()
        self.check_names(pack)
        self.check_services(pack)
        return pack

    def all_rules(self, steps: set[str]) -> tuple[Rule, ...]:
        self.rules = self.root.each("checks", lambda each: self.rule(each, steps))
        return self.rules

    def check_names(self, pack: RulePack) -> None:
        """Every check named by another part of the pack exists, and no id stands twice."""
        ids = [rule.id for rule in pack.rules]
        named = [rule.instead.check for rule in pack.rules if rule.instead is not None]
        for journey in pack.journeys:
            named += [check for track in journey.tracks for check in track.checks]
            named += [stop.state_of for stop in journey.stops if stop.state_of]
            named += [*journey.because, *journey.labels]
            named += [check for scene in journey.story for check in scene.checks]
        for check in named:
            if check not in ids:
                near = near_name(check, ids)
                advice = f"; did you mean `{near}`?" if near else ""
                self.root.wrong(self.places(check)[0], f"`{check}` is named, but there is no such check{advice}")
        seen: set[str | None] = set()
        for id_ in (value_at(check, "id") for check in items_of(self.root.value.get("checks"))):
            if id_ is not None and text_of(id_) is not None and text_of(id_) in seen:
                self.root.wrong(id_.origin, f"the check `{text_of(id_)}` stands here a second time")
            seen.add(text_of(id_))

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
        of_journeys = [journey.service for journey in pack.journeys]
        for service in dict.fromkeys((*(rule.service for rule in pack.rules), *of_journeys)):
            if service and service not in names:
                near = near_name(service, names)
                advice = f"; did you mean `{near}`?" if near else ""
                self.root.wrong(self.places(service)[-1], f"`{service}` is none of the module's services{advice}")
        if len(set(of_journeys)) < len(of_journeys):
            self.root.wrong(self.root.value.entries["journeys"].origin, "`journeys` holds one for each service")
        for rule in pack.rules:
            if rule.follows not in pack.common.notes:
                self.root.wrong(self.places(rule.follows)[0], f"`{rule.follows}` is the code of no note")
        if len(names) == 1 or len(set(names)) < len(names):
            self.root.wrong(self.root.value.entries["services"].origin, "`services` names two or more, each once")

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
        if step not in steps and given.is_text("step"):
            near = near_name(step, steps)
            advice = f"; did you mean `{near}`?" if near else ""
            given.wrong(given.value.entries["step"].origin, f"`{step}` is no step of this module{advice}")
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
            reasons=given.attempt(lambda: self.reasons(given.object("reasons"), judgement)) or {},
            why=given.text("why"),
            helps=self.helps,
            instead=given.attempt(lambda: self.instead(given.object("instead"), check))
            if given.has("instead")
            else None,
            service=given.text("service", ""),
            follows=given.text("follows", _FOLLOWS),
        )
        given.end()
        return rule

    @staticmethod
    def judgement(given: Entry) -> Judgement:
        name = given.text("kind")
        kind = find_kind(name)
        if kind is None:
            if given.is_text("kind"):
                near = near_name(name, kind_names(), _NEAR_KIND)
                advice = f"did you mean `{near}`?" if near else f"the kinds are: {', '.join(kind_names())}"
                given.wrong(given.value.entries["kind"].origin, f"there is no kind of check `{name}`; {advice}")
            given.take("given")
            return Judgement(NO_KIND, NO_KIND.parameters())
        return Judgement(kind, given.attempt(lambda: _parameters(name, kind, given.object("given"))))

    @staticmethod
    def reasons(given: Entry, judgement: Judgement) -> dict[str, Words]:
        """The words of each slot of the kind; none may be missing, and none may use a fact that its slot has not."""
        slots = judgement.kind.slots
        reasons: dict[str, Words] = {}
        for slot in filter(given.has, slots):
            words = Words("", "")
            with given.going_on():
                words = _words(given.object(slot))
            reasons[slot] = words
            for sentence in (words.say, words.live):
                _check_facts(given, sentence, judgement, slots[slot], given.value.entries[slot].origin)
        needed = judgement.kind.needed_slots(judgement.parameters)
        missing = [slot for slot in needed if slot not in reasons and near_name(slot, given.unused) is None]
        if len(missing) > 1:
            listed = f"{', '.join(f'`{slot}`' for slot in missing[:-1])} and `{missing[-1]}`"
            given.wrong(given.value.origin, f"{listed} are missing here; each needs a `code` and what to `say`")
        for slot in needed:
            if slot not in reasons and (slot not in missing or len(missing) == 1):
                given.lacks(slot)
        if judgement.kind is not NO_KIND:
            given.end()
        return reasons

    @staticmethod
    def sentence(given: Entry, key: str, judgement: Judgement, *, optional: bool = False) -> str:
        text = given.text(key, "" if optional else None)
        if text:
            _check_facts(given, text, judgement, (), given.value.entries[key].origin)
        return text

    @staticmethod
    def instead(given: Entry, of: str) -> Instead:
        instead = Instead(given.text("check"), given.text("say"), given.text("way", "") or None, given.text("open", ""))
        given.end()
        if of and instead.check == of:
            given.wrong(given.value.entries["check"].origin, f"`{of}` stands in for itself here; name another check")
        return instead

    def journeys(self, root: Entry) -> tuple[JourneyPlan, ...]:
        """The one of the module, or one for each of its services."""
        several: tuple[JourneyPlan, ...] = ()
        if "journey" not in root.unused or "journeys" in root.unused:
            several = root.each("journeys", lambda each: self.journey(each, each.text("service")), optional=True)
        if not root.has("journey"):
            return several
        if several:
            root.wrong(root.value.entries["journey"].origin, "`journey` and `journeys` stand here both; keep one")
        one = root.object("journey")
        found = root.attempt(lambda: self.journey(one, one.text("service", "")))
        return several if found is None else (found, *several)

    def journey(self, given: Entry, service: str) -> JourneyPlan:
        journey = JourneyPlan(
            service=service,
            title=given.text("title"),
            stops=given.each("stops", self.stop),
            tracks=given.each("tracks", self.track),
            sentences=given.texts("sentences", TRACK_STATES),
            because=given.texts("because"),
            labels=given.texts("labels"),
            story=given.each("story", self.scene, optional=True),
            retries=given.attempt(lambda: self.retries(given.object("retries"))) if given.has("retries") else None,
        )
        given.end()
        self.check_journey(journey, given)
        self.check_checks_of(journey, given)
        return journey

    def scene(self, given: Entry) -> ScenePlan:
        scene = ScenePlan(
            title=given.text("title"),
            say={state: given.text(state) for state in TRACK_STATES if given.has(state)},
            start=given.text("from", ""),
            end=given.text("to", ""),
            checks=given.strings("checks", optional=True),
            stop=given.text("stop", ""),
            missing=given.text("missing", ""),
            needs_kept=given.flag("needs_kept"),
            needs=given.text("needs", ""),
            link=given.attempt(lambda: read_link(given.object("link"))) if given.has("link") else None,
        )
        given.end()
        if not scene.say:
            given.wrong(
                given.value.origin, f"`{scene.title}` says nothing: {', '.join(TRACK_STATES)} are its sentences"
            )
        if (bool(scene.start or scene.end), bool(scene.checks), bool(scene.stop)) not in SCENES_REST_ON:
            given.wrong(given.value.origin, f"`{scene.title}` rests on `from` and `to`, or on `checks`, or on a `stop`")
        return scene

    @staticmethod
    def retries(given: Entry) -> RetriesPlan:
        words = {count: given.texts(count) for count in RETRIES}
        retries = RetriesPlan(given.text("stop"), given.text("refused"), words)
        given.end()
        names = {name for facts in words.values() for name in facts}
        for count, facts in words.items():
            told = given.value.entries.get(count)
            if isinstance(told, MappingValue):  # else that is told already
                for name in sorted(names - facts.keys()):
                    given.wrong(told.origin, f"`{count}` lacks the words `{name}`, which others here have")
        return retries

    @staticmethod
    def check_journey(journey: JourneyPlan, entry: Entry) -> None:
        """Every stop and track that is named exists, states have their words, and sentences use no other facts."""
        given = {key: value.origin for key, value in entry.value.entries.items()}
        _check_names(journey, entry)
        stops = {stop.id for stop in journey.stops}
        tracks = {(track.start, track.end) for track in journey.tracks}
        for start, end in tracks:
            if not {start, end} <= stops:
                entry.wrong(given["tracks"], f"a track leads from `{start}` to `{end}`; there is no such stop")
        _check_tracks(entry)
        for scene in journey.story:
            at = given["story"]
            if scene.start + scene.end and (scene.start, scene.end) not in tracks:
                entry.wrong(
                    at, f"`{scene.title}` rests on a track from `{scene.start}` to `{scene.end}`; there is none"
                )
            if scene.stop and scene.stop not in stops:
                entry.wrong(at, f"`{scene.title}` rests on the stop `{scene.stop}`; there is none")
            if scene.needs and scene.needs not in stops:
                entry.wrong(at, f"`{scene.title}` needs the stop `{scene.needs}`; there is none")
            if scene.needs and "without" not in journey.sentences and "sentences" in given:
                entry.wrong(given["sentences"], f"`without` is missing here; `{scene.title}` needs a stop")
        retries = journey.retries
        if retries is not None and not any(stop.id == retries.stop and stop.function for stop in journey.stops):
            entry.wrong(given["retries"], f"`{retries.stop}` is no stop that is a function")
        unfit = sorted(name for name in stops if not _fits_braces(name))
        for key, texts, known in _texts_of(journey):
            for name in unfit:
                if any(f"{{{name}}}" in text for text in texts):
                    entry.wrong(given[key], f"`{name}` {_UNFIT}")
            for name in (name for text in texts for name in PLACEHOLDER.findall(text)):
                if name not in known:
                    listed = f"not among {', '.join(sorted(known))}" if known else "not filled here; write it out"
                    entry.wrong(given[key], f"`{{{name}}}` is {listed}")

    def check_checks_of(self, journey: JourneyPlan, entry: Entry) -> None:
        """Nothing rests on a check of another service: it is skipped in this one, and would count as whole."""
        services = {rule.id: rule.service for rule in self.rules}
        ways = [one for key in ("tracks", "story") for one in items_of(entry.value.get(key))]
        named = [check for one in ways for check in items_of(value_at(one, "checks"))]
        named += filter(None, (value_at(stop, "state_of") for stop in items_of(entry.value.get("stops"))))
        for check in named:
            service = services.get(text_of(check) or "", "")
            if service not in ("", journey.service):
                told = f"`{text_of(check)}` is for the service `{service}`"
                through = f"`{journey.service}`" if journey.service else "any service"
                way = f"this journey leads through {through}"
                entry.wrong(check.origin.use, f"{told}, and {way}; name a check that counts there")

    @staticmethod
    def stop(given: Entry) -> Stop:
        stop = Stop(
            id=given.text("id"),
            label=given.text("label"),
            caption=given.text("caption"),
            function=given.text("function", ""),
            resource=given.text("resource", ""),
            state_of=given.text("state_of", ""),
            states=given.texts("states") if given.has("states") else None,
            missing=given.text("missing", ""),
            because=given.text("because", ""),
        )
        given.end()
        return stop

    def track(self, given: Entry) -> Track:
        track = Track(
            start=given.text("from"),
            end=given.text("to"),
            labels=given.texts("labels", TRACK_STATES),
            branch=given.flag("branch"),
            checks=given.strings("checks", optional=True),
            judgement=self.judgement(given) if given.has("kind") else None,
            because=given.text("because", ""),
        )
        given.end()
        if not track.checks and track.judgement is None:
            given.wrong(given.value.origin, "a track rests on `checks`, or on a `kind` that is given what to judge")
        return track
