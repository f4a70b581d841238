"""The Report: everything that is said of one submission. Each output format is a view of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple

from checker.checks.finding import Outcome
from checker.errors import CheckError
from checker.model import Facts
from checker.rule_help import Link
from checker.rulepack import Rule, RulePack, Step

Status = Literal["complete", "incomplete", "error"]
Source = Literal["file", "stack"]
MORE, NOT_LINTED = "more", "not-linted"  # codes of a LintNote
TrackState = Literal["whole", "broken", "open"]

_LONGEST_LINE = 300
_CONFIGURATIONS = (".yml", ".yaml", ".json", ".ts", ".js", ".cjs", ".mjs")  # programs too, to be told of as such


class Evidence(NamedTuple):
    """A place that a verdict rests on; `excerpt` are the numbered lines around it.

    Of a deployed stack, `file` is the call that answered, such as `lambda:GetFunctionConfiguration`, `path` is what of
    the answer decided, and `line` and `column` are 0.
    """

    file: str
    line: int
    column: int
    path: str
    excerpt: tuple[tuple[int, str], ...] = ()

    @property
    def is_live(self) -> bool:
        return self.line == 0


def excerpt(lines: list[str], line: int, around: int = 3) -> tuple[tuple[int, str], ...]:
    """The numbered lines around a line (1-based), long ones cut."""
    first = max(1, line - around)
    return tuple((first + index, text[:_LONGEST_LINE]) for index, text in enumerate(lines[first - 1 : line + around]))


class Note(NamedTuple):
    code: str
    message: str


class LintNote(NamedTuple):
    """What would break the deployment, beside the verdicts of the checks: it changes no outcome and no score.

    `code` is cfn-lint's own, such as `E3638`; `more` and `not-linted` tell what is left out, and stand at no place.
    """

    code: str
    message: str
    evidence: tuple[Evidence, ...] = ()

    @property
    def is_finding(self) -> bool:
        return self.code not in (MORE, NOT_LINTED)


class Verdict(NamedTuple):
    """What a check says of one source.

    `facts` are those of its sentence, for the edit that mends it; a verdict that was read back has none.
    """

    outcome: Outcome
    reason: str | None
    equivalent: bool
    message: str
    evidence: tuple[Evidence, ...]
    notes: tuple[Note, ...] = ()
    facts: Facts = ()


def combine(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome over several sources: any fail, else any unknown, else any pass, else skipped."""
    found = set(outcomes)
    if "fail" in found:
        return "fail"
    if "unknown" in found:
        return "unknown"
    return "pass" if "pass" in found else "skipped"


class CheckResult(NamedTuple):
    """One check over all sources asked for; `verdicts` holds those judged."""

    rule: Rule
    verdicts: dict[Source, Verdict]

    @property
    def outcome(self) -> Outcome:
        return combine([verdict.outcome for verdict in self.verdicts.values()])

    @property
    def deciding(self) -> Verdict:
        """The first verdict whose outcome is the check's."""
        outcome = self.outcome
        return next(verdict for verdict in self.verdicts.values() if verdict.outcome == outcome)

    @property
    def reason(self) -> str | None:
        return self.deciding.reason

    @property
    def message(self) -> str:
        return self.deciding.message

    @property
    def equivalent(self) -> bool:
        """Whether the check passes, and in one source in another way than the workshop's."""
        return self.outcome == "pass" and any(verdict.equivalent for verdict in self.verdicts.values())

    @property
    def earned(self) -> int:
        return self.rule.points if self.outcome == "pass" else 0

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes of all sources, each once."""
        return tuple(dict.fromkeys(note for verdict in self.verdicts.values() for note in verdict.notes))

    @property
    def open(self) -> bool:
        """Whether the attendee still has something to do here; a bonus never has to be done."""
        return not self.rule.bonus and self.outcome in ("fail", "unknown")

    @property
    def is_of_another_service(self) -> bool:
        """Whether the module has the check for another one of its services."""
        return self.outcome == "skipped" and self.rule.service != ""

    @property
    def file_is_right(self) -> bool:
        """Whether something is open although the file is right already."""
        file = self.verdicts.get("file")
        return self.open and file is not None and file.outcome == "pass"

    @property
    def has_hints(self) -> bool:
        """Whether hints lead on: where it cannot be told, what is said there would settle it, and no hint does."""
        return self.first.outcome == "fail"

    @property
    def message_of_stack(self) -> str | None:
        """What is said of the deployed stack besides, where it is no better than the file and another thing is said."""
        live = self.verdicts.get("stack")
        return None if live is None or live.outcome != self.outcome or live.message == self.message else live.message

    @property
    def first(self) -> Verdict:
        return next(iter(self.verdicts.values()))


class Mark(NamedTuple):
    """An instructor's points for an answer, of those that the question is worth."""

    points: float
    possible: float
    comment: str = ""


class Answer(NamedTuple):
    """A question with what the attendee wrote; None when nothing was. `mark` is None until an instructor gave one."""

    id: str
    question: str
    answer: str | None
    mark: Mark | None = None


class Station(NamedTuple):
    """A stop of the journey as it is in this service."""

    id: str
    label: str
    caption: str


class Connection(NamedTuple):
    """A link of the journey as it is in this service."""

    start: str
    end: str
    state: TrackState
    label: str
    branch: bool


class Scene(NamedTuple):
    """What happens to the event at one point of its journey, and the places that say so, each with its line."""

    title: str
    state: TrackState
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    link: Link | None = None


class Journey(NamedTuple):
    """The path of one event through this service as `source` has it, what happens on it, and what becomes of it."""

    title: str
    stations: tuple[Station, ...]
    connections: tuple[Connection, ...]
    state: TrackState
    sentence: str
    source: Source = "file"
    scenes: tuple[Scene, ...] = ()


class Person(NamedTuple):
    """Who handed in, as the roster has it; `columns` are those of its columns that mean nothing to rydecheck."""

    name: str = ""
    email: str = ""
    columns: tuple[tuple[str, str], ...] = ()


class SubmissionFacts(NamedTuple):
    """What was handed in. Service, stage and region are None where they cannot be told, or must not be shown.

    `path` is a folder, or a configuration in it; that of a folder which is named like a configuration ends in a slash.
    """

    id: str
    path: str
    service: str | None = None
    stage: str | None = None
    region: str | None = None
    stack: str | None = None

    @property
    def file(self) -> str | None:
        """The name of the configuration that was handed in; None for a folder, and for a stack alone."""
        name = self.path.replace("\\", "/").rpartition("/")[2]
        return name if name.lower().endswith(_CONFIGURATIONS) else None

    def at_folder(self, path: str) -> "SubmissionFacts":
        """The same at a path that is known to be a folder's."""
        there = self._replace(path=path)
        return there if there.file is None else self._replace(path=f"{path}/")


class Moment(NamedTuple):
    """What passed from a moment on, until the next one: the ids of checks."""

    at: datetime
    passing: frozenset[str]

    @classmethod
    def told(cls, at: str, passing: Iterable[str]) -> "Moment":
        """The moment of a file. Raises ValueError or TypeError, also for a time that says nothing of its zone."""
        time = datetime.fromisoformat(at)
        if time.tzinfo is None:
            raise ValueError(f"{at} has no time zone")
        return cls(time, frozenset(passing))


class Score(NamedTuple):
    """Points, those of an instructor's marks among them; `bonus` comes on top of what is possible."""

    earned: float
    possible: float
    bonus: int


class Report(NamedTuple):
    """The verdicts on one submission, or the error that prevented them.

    `error_excerpt` are the numbered lines around the error. `checked_at` is for pages; None keeps them reproducible.
    `person` and `progress` are known in a cohort: who it is, and how the submission came to pass what it passes, oldest
    moment first. `lint` is what would break the deployment of the file, in its order; None where nobody looked.
    `options` is what a command has to say besides the path to come to the same verdicts, with a blank before it.
    """

    module: RulePack
    submission: SubmissionFacts
    checks: tuple[CheckResult, ...] = ()
    answers: tuple[Answer, ...] = ()
    journey: Journey | None = None
    error: CheckError | None = None
    error_excerpt: tuple[tuple[int, str], ...] = ()
    checked_at: datetime | None = None
    person: Person = Person()
    progress: tuple[Moment, ...] = ()
    lint: tuple[LintNote, ...] | None = None
    options: str = ""

    @property
    def status(self) -> Status:
        if self.error is not None:
            return "error"
        return "incomplete" if any(check.open for check in self.checks) else "complete"

    @property
    def score(self) -> Score:
        marks = [answer.mark for answer in self.answers if answer.mark is not None]
        marked, markable = sum(mark.points for mark in marks), sum(mark.possible for mark in marks)
        if self.error is not None:
            return Score(marked, self.module.possible + markable, 0)
        counted = [check for check in self.checks if not check.rule.bonus]
        return Score(
            earned=marked + sum(check.earned for check in counted),
            possible=markable + sum(check.rule.points for check in counted if check.outcome != "skipped"),
            bonus=sum(check.earned for check in self.checks if check.rule.bonus),
        )

    @property
    def next_check(self) -> CheckResult | None:
        """The first check that is still open; what the file needs comes before what only has to be deployed."""
        to_do = [check for check in self.checks if check.open]
        return next((check for check in to_do if not check.file_is_right), to_do[0] if to_do else None)

    def check(self, id_: str) -> CheckResult:
        """The verdicts of a check. Raises KeyError for one that the report does not hold."""
        found = next((one for one in self.checks if one.rule.id == id_), None)
        if found is None:
            raise KeyError(id_)
        return found

    @property
    def passing(self) -> frozenset[str]:
        """The ids of the checks that pass."""
        return frozenset(check.rule.id for check in self.checks if check.outcome == "pass")

    def green_since(self, check: str) -> datetime | None:
        """When a check that passes turned green for good; None when it does not pass, or nobody looked before."""
        since = None
        for moment in self.progress:
            since = (since or moment.at) if check in moment.passing else None
        return since

    def steps(self) -> list[tuple[Step, list[CheckResult]]]:
        """The steps that have checks in this report, each with them."""
        by_step = [(step, [check for check in self.checks if check.rule.step == step.id]) for step in self.module.steps]
        return [(step, checks) for step, checks in by_step if checks]
