"""The page of an attendee, and what it shares with the page of a class in `checker/reporters/cohort.py`.

A page is one file that asks for nothing from outside. What it looks like is in `reports/`: templates, a style sheet
and icons; here stands what the templates are given. Every text is escaped, and characters that cannot be seen are
spelled out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from checker.edits.shown import edit_lines
from checker.reporters.curves import MONTHS, Curve, Tick, since, steps, ticks, wall_clock
from checker.reporters.lines import other_service
from checker.shipped import reports_folder
from checker.wording import columns, visible

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment
    from markupsafe import Markup

    from checker.report import CheckResult, Connection, Evidence, Journey, Note, Report, Station, Verdict
    from checker.rulepack import Rule

_NOT_DEPLOYED = "not-deployed"
_FAILED = "stack-failed"
_DRIFT = "live-drift"

# Enough for the rules of all modules and the journeys of a class, and a bound where every journey is another.
_MOST_KEPT = 500

_SEAM = re.compile(r"([a-z])(?=[A-Z][a-z])")
_CODE = re.compile(r"`([^`\n]+)`")


def render(report: Report, theme: Path | None = None, *, home: str | None = None) -> str:
    """The page of one attendee. A template, style sheet or icon in the folder `theme` wins over the shipped one.

    `home` is the path of the class's page, relative to this one and not yet quoted for a URL.
    """
    template = environment(theme).get_template("attendee.html.j2")
    return template.render(report=report, module=report.module, live=live(report), home=home)


# Compiling the templates takes longer than all else, and a class has many pages.
@lru_cache(maxsize=4)
def environment(theme: Path | None) -> Environment:
    """Jinja with the shipped templates, and those of a theme before them."""
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    folders = [reports_folder()] if theme is None else [theme, reports_folder()]
    loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
    made = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # the pages of one class look alike, and no file is asked again whether it changed
        extensions=["jinja2.ext.do"],
    )

    @lru_cache
    def style(name: str) -> Markup:
        """A style sheet as it stands: braces in it are not for Jinja."""
        return Markup(loader.get_source(made, name)[0])  # noqa: S704 - ours or the theme's

    made.globals.update(edit_lines=edit_lines, excerpts=excerpts, progress=progress, state=state, style=style)
    made.globals.update(route=route, caret=caret, calls=calls, drift=drift, next_stop=next_stop)
    made.globals.update(once=_remembering())
    made.filters.update(said=said, fit=fit, moment=moment, href=href, around=around, sentence=sentence)
    made.filters.update(own_notes=own_notes, number=number, since=since, many=many, breaking=breaking)
    made.globals.update(way_here=way_here, other_service=other_service)
    return made


def _remembering() -> Callable[..., Markup]:
    """What templates call as `once(macro, …)`: the macro runs the first time that this is given, and its text is kept.

    For what many pages share, such as all that is said of a rule. A rule is told by its identity, for it has no hash;
    it is kept beside the text, so that nothing else gets its id.
    """
    from checker.rulepack import Rule

    kept: dict[tuple[Any, ...], tuple[tuple[Any, ...], Markup]] = {}

    def once(*call: Any) -> Markup:
        key = tuple(id(one) if isinstance(one, Rule) else one for one in call)
        found = kept.get(key)
        if found is None:
            if len(kept) >= _MOST_KEPT:
                kept.clear()  # another thread may be here too: nothing is read from `kept` after this
            macro, *given = call
            found = kept[key] = call, macro(*given)
        return found[1]

    return once


def _finalized(value: Any) -> Any:
    """What a template prints; Jinja escapes it afterwards, unless it is Markup of the templates themselves."""
    return visible(value) if type(value) is str else value


# Titles, hints and most messages are the same for many attendees. Typed, so that text never passes for equal Markup.
@lru_cache(maxsize=1024, typed=True)
def said(text: str) -> Markup:
    """A message, with what stands in backticks as code."""
    from markupsafe import Markup, escape

    escaped = str(escape(visible(text)))
    return Markup(_CODE.sub(r"<code>\1</code>", escaped))  # noqa: S704 - escaped in the line above


def sentence(text: str) -> str:
    """An error's message on its own, where the command line puts it behind a place: with a capital."""
    return text[:1].upper() + text[1:]


def fit(text: str, most: int) -> str:
    """A name in the room of that many letters; names are told apart by their ends, so the middle goes."""
    text = visible(text)
    if columns(text) <= most:
        return text
    head, tail = 0, len(text)
    while columns(text[: head + 1]) <= most // 2:
        head += 1
    while columns(text[tail - 1 :]) <= most - most // 2 - 1:
        tail -= 1
    return f"{text[:head]}…{text[tail:]}"


def moment(at: datetime) -> str:
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def number(value: float) -> str:
    """Points as one writes them: 2, 1.5, 0.33."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def many(count: int) -> str:
    """A number of people, who may be many: 3,000."""
    return f"{count:,}"


def breaking(text: Markup) -> Markup:
    """Words that are sewn together, such as a logical id, may break at their seams."""
    from markupsafe import Markup

    return Markup(_SEAM.sub(r"\1<wbr>", str(text)))  # noqa: S704 - the text is Markup


def href(path: str) -> str:
    """A relative path as a link. A colon is quoted too, so that nothing becomes a scheme."""
    return quote(path.lstrip("/"), safe="/._-~", errors="replace")


def state(judged: CheckResult | Verdict, rule: Rule) -> str:
    """The outcome as it is shown: a pass may be `other` than the workshop's, a bonus that fails is only `open`.

    What fails for want of a stack alone is `undeployed`: nothing is wrong with it yet.
    """
    if judged.outcome == "pass":
        return "other" if judged.equivalent else "pass"
    if judged.reason == _NOT_DEPLOYED:
        return "undeployed"
    if judged.outcome == "fail" and rule.bonus:
        return "open"
    return judged.outcome


def progress(checks: Iterable[CheckResult]) -> tuple[int, int]:
    """Points earned and points possible; a check that does not apply counts for neither."""
    counted = [check for check in checks if check.outcome != "skipped"]
    return sum(check.earned for check in counted), sum(check.rule.points for check in counted)


class Live(NamedTuple):
    """What a page says once of the deployed stack, in place of on each check.

    `beside_file` tells whether a file was judged too. The `obstacle` is the verdict that every check shares when the
    stack cannot be judged at all. `failed` says how the last deployment failed.
    """

    beside_file: bool
    obstacle: Verdict | None
    failed: str | None

    @property
    def deployed(self) -> bool:
        return self.obstacle is None or self.obstacle.reason != _NOT_DEPLOYED


def live(report: Report) -> Live | None:
    """What is said of the stack as a whole; None where only a file was judged."""
    verdicts = [check.verdicts["stack"] for check in report.checks if "stack" in check.verdicts]
    if not verdicts:
        return None
    failed = [note.message for verdict in verdicts for note in verdict.notes if note.code == _FAILED]
    return Live(
        beside_file=any("file" in check.verdicts for check in report.checks),
        obstacle=_obstacle([verdict for verdict in verdicts if verdict.outcome != "skipped"]),
        failed=failed[0] if failed else None,
    )


def _obstacle(verdicts: Sequence[Verdict]) -> Verdict | None:
    """The verdict that all are: there is no stack, or all that can be said is why nothing can be told."""
    if len({(verdict.outcome, verdict.reason, verdict.message) for verdict in verdicts}) != 1:
        return None
    shared = verdicts[0]
    alone = len(verdicts) == 1 and shared.reason not in (_NOT_DEPLOYED, "deploy-in-progress")
    return shared if not alone and (shared.outcome == "unknown" or shared.reason == _NOT_DEPLOYED) else None


def next_stop(report: Report, live: Live | None) -> CheckResult | None:
    """The first check with something to do that is not said of the stack as a whole."""
    if live is None or live.obstacle is None:
        return report.next_check
    return next((check for check in report.checks if check.open and _file_is_open(check)), None)


def _file_is_open(check: CheckResult) -> bool:
    return "file" in check.verdicts and check.verdicts["file"].outcome in ("fail", "unknown")


def drift(check: CheckResult) -> str | None:
    """How file and stack differ in a check, if they do."""
    return next((note.message for note in check.notes if note.code == _DRIFT), None)


def own_notes(verdict: Verdict) -> list[Note]:
    """The notes of a verdict that the page does not show elsewhere."""
    return [note for note in verdict.notes if note.code not in (_DRIFT, _FAILED)]


def calls(evidence: Iterable[Evidence]) -> dict[str, list[str]]:
    """The calls that a verdict on a stack rests on, each with what decided of its answer."""
    found: dict[str, list[str]] = {}
    for place in evidence:
        decided = found.setdefault(place.file, [])
        if place.path and place.path not in decided:
            decided.append(place.path)
    return found


class Excerpt(NamedTuple):
    """Lines of one file with the places in them that a verdict rests on."""

    places: tuple[Evidence, ...]
    lines: tuple[tuple[int, str], ...]

    @property
    def marked(self) -> frozenset[int]:
        return frozenset(place.line for place in self.places)


def excerpts(evidence: Iterable[Evidence]) -> list[Excerpt]:
    """The excerpts of a verdict: each line once, and places whose lines touch in one excerpt."""
    found: list[Excerpt] = []
    for place in evidence:
        near = next((one for one in found if _touch(one, place)), None)
        if near is None:
            found.append(Excerpt((place,), place.excerpt))
        elif place.line not in near.marked:
            joined = Excerpt((*near.places, place), tuple(sorted({*near.lines, *place.excerpt})))
            found[found.index(near)] = joined
    return found


def _touch(one: Excerpt, place: Evidence) -> bool:
    if one.places[0].file != place.file:
        return False
    if not one.lines or not place.excerpt:
        return place.line in one.marked
    return one.lines[0][0] - 1 <= place.excerpt[-1][0] and place.excerpt[0][0] <= one.lines[-1][0] + 1


def around(lines: Iterable[tuple[int, str]], line: int, context: int = 1) -> list[tuple[int, str]]:
    """The lines next to a line, out of an excerpt."""
    return [each for each in lines if abs(each[0] - line) <= context]


def caret(text: str, column: int) -> str:
    """Blanks up to a column (1-based) of a line as it is shown."""
    return " " * len(visible(text[: column - 1]))


class Route(NamedTuple):
    """A journey laid out: the main line's stations, its legs between their indexes, and what branches off where."""

    stations: tuple[Station, ...]
    legs: tuple[tuple[int, int, Connection], ...]
    branches: tuple[tuple[int, Station, Connection], ...]


def route(journey: Journey) -> Route:
    """The layout of a journey, the same for the wide and the upright picture."""
    ends = {one.end for one in journey.connections if one.branch}
    main = tuple(station for station in journey.stations if station.id not in ends)
    index = {station.id: at for at, station in enumerate(main)}
    by_id = {station.id: station for station in journey.stations}
    return Route(
        stations=main,
        legs=tuple(
            (index[one.start], index[one.end], one)
            for one in journey.connections
            if not one.branch and one.start in index and one.end in index
        ),
        branches=tuple(
            (index[one.start], by_id[one.end], one) for one in journey.connections if one.branch and one.start in index
        ),
    )


class WayHere(NamedTuple):
    """How a submission came to where it is: the checks that passed over time, of those that count."""

    curve: Curve
    ticks: list[Tick]
    possible: int
    first: int
    last: int
    start: datetime
    end: datetime


def way_here(report: Report) -> WayHere | None:
    """The curve of an attendee; None where nobody looked twice, or nothing counts."""
    counted = {check.rule.id for check in report.checks if not check.rule.bonus and check.outcome != "skipped"}
    if len(report.progress) < 2 or not counted:
        return None
    zone = report.checked_at.tzinfo if report.checked_at else None
    points = [(wall_clock(moment.at, zone), len(counted & moment.passing)) for moment in report.progress]
    start, end = points[0][0], max(points[-1][0], points[0][0])
    if report.checked_at is not None:
        end = max(end, wall_clock(report.checked_at, zone))
    return WayHere(
        curve=steps(points, start, end, len(counted)),
        ticks=ticks(start, end),
        possible=len(counted),
        first=points[0][1],
        last=points[-1][1],
        start=start,
        end=end,
    )
