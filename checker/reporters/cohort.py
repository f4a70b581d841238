"""The page of a class: how many are where, which mistakes are common, and every check of everybody.

Submissions are added one by one and no Report is kept: a row of each, and counts. All rows stand in the page as data,
the first of them as a table too; the page's own script, the only one that its policy lets run, draws those in view.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from checker.errors import UsageError
from checker.reporters.curves import Growth
from checker.reporters.html import drift, environment, href, live, next_stop, state
from checker.rule_help import PLACEHOLDER
from checker.wording import sentence, visible

if TYPE_CHECKING:
    from pathlib import Path

    from markupsafe import Markup

    from checker.report import Mark, Report
    from checker.reporters.html import Live
    from checker.rulepack import Rule, RulePack, Step

MOST_STATIC = 200

_SCRIPT = "parts/cohort.js"
_MOST_LETTERS = 300
_MOST_NAMES = 12
_MOST_ERRORS = 100
_MOST_SENTENCES = 40
_MOST_KNOWN = 5000
# JSON in a page must not end its own element, nor hold what some reader takes for a line end.
_ESCAPES = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}

# A state as one letter of a row; the capital letter says that file and stack differ.
LETTERS = {
    "pass": "p",
    "other": "o",
    "fail": "f",
    "unknown": "u",
    "open": "b",
    "skipped": "s",
    "undeployed": "n",
}
NOT_ASKED = "-"


class Name(NamedTuple):
    """How an attendee is called here, and the quoted link to the page."""

    label: str
    link: str


class Row(NamedTuple):
    """What the table tells of one attendee.

    `states` holds a letter a rule of the module and is empty where nothing could be checked; `next` and `reasons` are
    indexes into the page's `NextStop`s and `Reason`s. The link is quoted.
    """

    id: str
    name: str
    email: str
    link: str
    points: float
    possible: float
    bonus: int
    states: str
    next: int
    reasons: tuple[int, ...]
    place: str = ""
    error: str = ""


# What the script makes rows from.
_BLANK = Row("", "", "", "", 0, 0, 0, NOT_ASKED, 0, ())


class NextStop(NamedTuple):
    """What is next for an attendee: a check with its state and reason, what keeps the stack unread, or nothing."""

    status: str
    rule: Rule | None = None
    state: str = ""
    reason: int | None = None
    obstacle: str = ""


_DONE, _ERROR = 0, 1


class Reason:
    """A way in which a check does not pass, and who has it."""

    def __init__(self, rule: Rule, code: str, shown: str) -> None:
        self.rule = rule
        self.code = code
        self.state = shown
        self.count = 0
        self.names: list[Name] = []
        self._messages: set[str] = set()
        self._sentences: Counter[str] = Counter()

    @property
    def key(self) -> str:
        return f"{self.rule.id}:{self.code}"

    @property
    def missing(self) -> bool:
        """Whether it is not there at all: rather not done yet than a mistake."""
        return self.code.endswith("-missing")

    @property
    def say(self) -> str:
        """The message, where all have the same; else the rule pack's sentence that most of them have."""
        return next(iter(self._messages)) if len(self._messages) == 1 else self._sentences.most_common(1)[0][0]

    def add(self, name: Name, message: str, general: str) -> None:
        self.count += 1
        if len(self.names) < _MOST_NAMES:
            self.names.append(name)
        if len(self._messages) < 2:
            self._messages.add(message)
        if general in self._sentences or len(self._sentences) < _MOST_SENTENCES:
            self._sentences[general] += 1


class Stop(NamedTuple):
    """A check on the class's way: how many pass it, who has it next, and how many have another service than its own."""

    rule: Rule
    passing: int
    waiting: int
    names: list[Name]
    elsewhere: int


class Leg(NamedTuple):
    """A step on the class's way, with its stops."""

    step: Step
    passed: int
    optional: bool
    stops: list[Stop]

    @property
    def elsewhere(self) -> int:
        """How many have another service than that of any of its checks."""
        return min(stop.elsewhere for stop in self.stops)


class QuestionCount(NamedTuple):
    question: str
    answered: int
    marked: int
    points: float
    possible: float


class Sums(NamedTuple):
    total: int
    complete: int
    under_way: int
    error: int
    undeployed: int
    drifting: int


class _Question:
    def __init__(self) -> None:
        self.answered = self.marked = 0
        self.points = self.possible = 0.0

    def add(self, answer: str | None, mark: Mark | None) -> None:
        self.answered += answer is not None
        if mark is not None:
            self.marked += 1
            self.points += mark.points
            self.possible += mark.possible


class CohortPage:
    """The page of a class, made of its reports one by one, in the cohort's order.

    `refresh` are the seconds after which the open page loads itself again; `at` is when the class was looked at;
    `grades` is the path of the CSV relative to the page, None where there is none. A template, style sheet, icon or
    script in the folder `theme` wins over the shipped one.
    """

    def __init__(
        self,
        title: str,
        *,
        refresh: int | None = None,
        at: datetime | None = None,
        grades: str | None = "grades.csv",
        theme: Path | None = None,
    ) -> None:
        self._title = title
        self._refresh = refresh
        self._at = at
        self._grades = grades
        self._theme = theme
        self._module: RulePack | None = None
        self._index: dict[str, int] = {}
        self._rows: list[Row] = []
        self._told: list[str] = []
        self._status: Counter[str] = Counter()
        self._undeployed = self._drifting = 0
        self._asked: set[int] = set()
        self._passing: Counter[int] = Counter()
        self._elsewhere: Counter[int] = Counter()
        self._passed_steps: Counter[str] = Counter()
        self._waiting: dict[str, tuple[list[Name], list[int]]] = {}
        self._errors: list[tuple[Name, str, str]] = []
        self._nexts: dict[tuple[Any, ...], int] = {("complete",): _DONE, ("error",): _ERROR}
        self._next_stops: list[NextStop] = [NextStop("complete"), NextStop("error")]
        self._reasons: dict[tuple[int, str], int] = {}
        self._reason_list: list[Reason] = []
        self._sentences: dict[tuple[str, str, str], str] = {}
        self._patterns: dict[str, list[tuple[str, re.Pattern[str], str]]] = {}
        self._questions: dict[str, _Question] = {}
        self._question_texts: dict[str, str] = {}
        self._stacks = self._answerable = self._named = False
        self._growth = Growth(at)

    def add(self, report: Report, page: str) -> None:
        """Count a report in; `page` is the path of the attendee's page, relative to this one and not yet quoted."""
        if self._module is None:
            self._module = report.module
            self._index = {rule.id: index for index, rule in enumerate(report.module.rules)}
        person = report.person
        label = _bounded(person.name or report.submission.id)
        name = Name(label, href(page))
        about = live(report)
        self._stacks = self._stacks or about is not None
        self._named = self._named or bool(person.name)
        states = self._count_checks(report)
        reasons = self._count_reasons(report, about, name)
        after = _ERROR if report.error is not None else self._next(report, about, reasons)
        self._count_next(after, name)
        self._count_answers(report, about)
        self._count_progress(report)
        place, error = "", ""
        if report.error is not None:
            place, error = _bounded(report.error.place), _bounded(sentence(report.error.message))
            if len(self._errors) < _MOST_ERRORS:
                self._errors.append((name, place, error))
        score = report.score
        row = Row(
            id=_bounded(report.submission.id),
            name=_bounded(person.name),
            email=_bounded(person.email),
            link=name.link,
            points=_plain(score.earned),
            possible=_plain(score.possible),
            bonus=score.bonus,
            states=states,
            next=after,
            reasons=tuple(index for index, _ in reasons.values()),
            place=place,
            error=error,
        )
        if len(self._rows) < MOST_STATIC:
            self._rows.append(row)
        self._told.append(_json(_told(row)))

    def render(self) -> str:
        """The page; more reports can be added afterwards, and it rendered again."""
        from markupsafe import Markup

        template = environment(self._theme).get_template("cohort.html.j2")
        script = self._script()
        rules = self._rules()
        reasons = sorted(self._reason_list, key=lambda one: (-one.count, one.missing, self._index[one.rule.id]))
        return template.render(
            title=self._title,
            module=self._module,
            sums=self._sums(),
            live=self._stacks,
            legs=self._legs(rules),
            at_stack=self._waiting_at("stack"),
            rules=rules,
            reasons=reasons,
            worst=next((one for one in reasons if one.state == "fail" and not one.missing), None),
            growth=self._growth,
            curves=self._growth.curves(),
            errors=self._errors,
            questions=self._question_counts(),
            rows=self._rows,
            letters={letter: name for name, letter in LETTERS.items() if self._stacks or name != "undeployed"},
            blank=_BLANK,
            columns=[self._index[rule.id] for rule in rules],
            next_stops=self._next_stops,
            reason_list=self._reason_list,
            data=self._data(rules),
            script=Markup(script),  # noqa: S704 - ours or the theme's
            policy=_policy(script),
            grades=self._grades,
            refresh=self._refresh,
            at=self._at,
            named=self._named,
        )

    def _count_checks(self, report: Report) -> str:
        """The letters of a report, each check counted where it passes."""
        letters = [NOT_ASKED] * len(self._index)
        asked: dict[str, bool] = {}
        drifting = undeployed = False
        for check in report.checks:
            index = self._index.get(check.rule.id)
            if index is None:
                continue
            if check.is_of_another_service:
                self._elsewhere[index] += 1
                continue
            shown = state(check, check.rule)
            letter = LETTERS[shown]
            if drift(check) is not None:
                drifting, letter = True, letter.upper()
            letters[index] = letter
            undeployed = undeployed or shown == "undeployed"
            self._asked.add(index)
            passes = shown in ("pass", "other")
            self._passing[index] += passes
            if not check.rule.bonus:
                step = check.rule.step
                asked[step] = asked.get(step, True) and (passes or shown == "skipped")
        for step, passed in asked.items():
            self._passed_steps[step] += passed
        self._drifting += drifting
        self._undeployed += undeployed
        return "".join(letters) if report.checks else ""

    def _count_reasons(self, report: Report, about: Live | None, name: Name) -> dict[str, tuple[int, str]]:
        """The reasons of what is open, as indexes and states by check; what keeps a whole stack unread is none."""
        found: dict[str, tuple[int, str]] = {}
        for check in report.checks:
            index = self._index.get(check.rule.id)
            if index is None or check.rule.bonus:
                continue
            verdict = check.deciding if about is None or about.obstacle is None else check.verdicts.get("file")
            if verdict is None or verdict.outcome not in ("fail", "unknown"):
                continue
            code = verdict.reason or verdict.outcome
            at = self._reasons.get((index, code))
            if at is None:
                at = self._reasons[index, code] = len(self._reason_list)
                self._reason_list.append(Reason(check.rule, code, verdict.outcome))
            message = _bounded(verdict.message)
            self._reason_list[at].add(name, message, self._general(check.rule, code, message))
            found[check.rule.id] = (at, verdict.outcome)
        return found

    def _next(self, report: Report, about: Live | None, reasons: dict[str, tuple[int, str]]) -> int:
        check = next_stop(report, about)
        if check is not None and check.rule.id in self._index:
            at, shown = reasons.get(check.rule.id, (None, state(check, check.rule)))
            return self._next_index(NextStop("incomplete", check.rule, shown, at))
        if report.status == "complete":
            return _DONE
        obstacle = about.obstacle.reason if about and about.obstacle else None
        return self._next_index(NextStop("incomplete", obstacle=obstacle or "unread"))

    def _next_index(self, stop: NextStop) -> int:
        key = (stop.rule.id if stop.rule else None, stop.state, stop.reason, stop.obstacle)
        found = self._nexts.get(key)
        if found is None:
            found = self._nexts[key] = len(self._next_stops)
            self._next_stops.append(stop)
        return found

    def _count_next(self, index: int, name: Name) -> None:
        stop = self._next_stops[index]
        self._status[stop.status] += 1
        where = stop.rule.id if stop.rule else "stack" if stop.obstacle else stop.status
        names, count = self._waiting.setdefault(where, ([], [0]))
        count[0] += 1
        if len(names) < _MOST_NAMES:
            names.append(name)

    def _count_answers(self, report: Report, about: Live | None) -> None:
        self._answerable = self._answerable or about is None or about.beside_file
        for answer in report.answers:
            self._question_texts.setdefault(answer.id, answer.question)
            self._questions.setdefault(answer.id, _Question()).add(answer.answer, answer.mark)

    def _count_progress(self, report: Report) -> None:
        counted = {check.rule.id for check in report.checks if not check.rule.bonus and check.outcome != "skipped"}
        if counted and report.progress:
            moments = [(moment.at, len(counted & moment.passing)) for moment in report.progress]
            self._growth.add(moments, len(counted))

    def _general(self, rule: Rule, code: str, message: str) -> str:
        """The rule pack's sentence that a message was made from, with `…` for what differs from file to file."""
        key = (rule.id, code, message)
        known = self._sentences.get(key)
        if known is None:
            if len(self._sentences) >= _MOST_KNOWN:
                self._sentences.clear()
            if rule.id not in self._patterns:
                self._patterns[rule.id] = _patterns(rule)
            fitting = (say for of, pattern, say in self._patterns[rule.id] if of == code and pattern.match(message))
            known = self._sentences[key] = next(fitting, message)
        return known

    def _rules(self) -> list[Rule]:
        """The checks that were asked of anybody; all where nothing could be checked."""
        if self._module is None:
            return []
        return [rule for index, rule in enumerate(self._module.rules) if index in self._asked or not self._asked]

    def _sums(self) -> Sums:
        return Sums(
            total=len(self._told),
            complete=self._status["complete"],
            under_way=self._status["incomplete"],
            error=self._status["error"],
            undeployed=self._undeployed,
            drifting=self._drifting,
        )

    def _legs(self, rules: Sequence[Rule]) -> list[Leg]:
        found = []
        for step in self._module.steps if self._module else ():
            of_step = [rule for rule in rules if rule.step == step.id]
            if of_step:
                stops = [self._stop(rule) for rule in of_step]
                optional = all(rule.bonus for rule in of_step)
                found.append(Leg(step, self._passed_steps[step.id], optional, stops))
        return found

    def _stop(self, rule: Rule) -> Stop:
        index = self._index[rule.id]
        return Stop(rule, self._passing[index], *self._waiting_at(rule.id), self._elsewhere[index])

    def _waiting_at(self, where: str) -> tuple[int, list[Name]]:
        names, count = self._waiting.get(where, ([], [0]))
        return count[0], names

    def _question_counts(self) -> list[QuestionCount]:
        if not self._answerable and not any(one.marked for one in self._questions.values()):
            return []
        return [
            QuestionCount(self._question_texts[each], one.answered, one.marked, one.points, one.possible)
            for each, one in self._questions.items()
        ]

    def _script(self) -> str:
        """The script exactly as it stands in the page, for the policy names it by its hash."""
        loaded = environment(self._theme).loader
        assert loaded is not None
        script = loaded.get_source(environment(self._theme), _SCRIPT)[0]
        if "</script" in script.lower():
            raise UsageError(f"{_SCRIPT} holds the end of its own element, </script.")
        return script

    def _data(self, rules: Sequence[Rule]) -> Markup:
        """All rows as JSON for the script, which draws them as text."""
        from markupsafe import Markup

        head = {
            "columns": [self._index[rule.id] for rule in rules],
            "ids": [rule.id for rule in rules],
            "nexts": [
                [one.status, *((one.rule.id, one.rule.step) if one.rule else ("stack", "") if one.obstacle else ())]
                for one in self._next_stops
            ],
            "reasons": [one.key for one in self._reason_list],
        }
        rows = ",\n".join(self._told)
        return Markup(f'{_json(head)[:-1]},"rows":[\n{rows}\n]}}')  # noqa: S704 - escaped by _json


def _told(row: Row) -> list[object]:
    """A row as the script reads it, without what is empty at its end; `*` is a file that has the id for its name."""
    folder, slash, file = row.link.rpartition("/")
    told: list[object] = list(row._replace(link=f"{folder}{slash}*") if file == f"{row.id}.html" else row)
    while told[-1] in ("", ()):
        told.pop()
    return told


def _plain(points: float) -> float:
    """Points as a page writes them: whole ones without a fraction, others with two digits at most."""
    return int(points) if points == int(points) else round(points, 2)


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _policy(script: str) -> str:
    return f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'; "


def _bounded(text: str) -> str:
    """A text as the page shows it: without what cannot be seen, and not longer than anybody reads."""
    text = visible(text[: _MOST_LETTERS + 1])
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


def _patterns(rule: Rule) -> list[tuple[str, re.Pattern[str], str]]:
    """The sentences of a rule by code, each with a pattern of the messages that are made from it."""
    given = {key: value for key, value in rule.judgement.parameters._asdict().items() if isinstance(value, str)}
    found = []
    for words in rule.reasons.values():
        for text in (words.say, words.live):
            if text:
                parts = [re.escape(part) for part in re.split(r"\{\w+\}", text)]
                told = PLACEHOLDER.sub(lambda one: given.get(one.group(1), "…"), text)
                found.append((words.code, re.compile(".*?".join(parts), re.DOTALL), told))
    return found
