"""A class in Markdown: what is in the way of most, who could not be checked, and a row for everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from checker.report import Report, Score
from checker.reporters.formats import gfm
from checker.reporters.spreadsheet import number
from checker.rulepack import Rule, RulePack

# GitHub drops a summary of more than 1 MiB; what else a step writes there has its share too.
_MOST_BYTES_OF_ROWS = 700_000
_MOST_BYTES_OF_ERRORS = 200_000

_MOST_REASONS = 10
_MOST_ERRORS = 50
_STATES = {"complete": "✅ complete", "incomplete": "🚧 under way", "error": "❌ not checked"}


def render_class(reports: Iterable[Report]) -> str:
    """The class as Markdown, with a line end."""
    told = _Class()
    for report in reports:
        told.add(report)
    return "\n\n".join(told.parts()) + "\n"


class _Class:
    """Counts the reports and keeps a row of each, as long as there is room."""

    def __init__(self) -> None:
        self._pack: RulePack | None = None
        self._statuses: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._errors: list[str] = []
        self._rows: list[tuple[str, ...]] = []
        self._room = _MOST_BYTES_OF_ROWS
        self._room_for_errors = _MOST_BYTES_OF_ERRORS
        self._left_out = 0

    def add(self, report: Report) -> None:
        """Count a report in."""
        self._pack = self._pack or report.module
        self._statuses[report.status] += 1
        for check in report.checks:
            if check.open and check.reason:
                self._reasons[check.rule.id, check.reason] += 1
        if report.error is not None and len(self._errors) < _MOST_ERRORS:
            self._add_error(_error(report))
        self._add_row(_row(report))

    def _add_error(self, line: str) -> None:
        self._room_for_errors -= len(line.encode()) + 1
        if self._room_for_errors >= 0:
            self._errors.append(line)

    def _add_row(self, row: tuple[str, ...]) -> None:
        self._room -= len(gfm.row(row).encode()) + 1
        if self._room < 0:
            self._left_out += 1
        else:
            self._rows.append(row)

    def parts(self) -> Iterator[str]:
        """The parts, each a paragraph, a table or a list."""
        if self._pack is None:
            return
        total = sum(self._statuses.values())
        yield f"## {gfm.plain(self._pack.title)}"
        yield (
            f"**{total:,} {'submission' if total == 1 else 'submissions'}**: {self._statuses['complete']:,} complete, "
            f"{self._statuses['incomplete']:,} under way, {self._statuses['error']:,} could not be checked"
        )
        if self._reasons:
            yield "### In the way of most"
            yield gfm.table((" Submissions", "Check", "Reason"), self._common(self._pack))
        if self._statuses["error"]:
            yield "### Could not be checked"
            more = self._statuses["error"] - len(self._errors)
            yield "\n".join([*self._errors, *([f"- … and {more:,} more"] if more else [])])
        yield "### Everybody"
        yield gfm.table(("Attendee", "State", " Points", " Extra", "Next"), self._rows)
        if self._left_out:
            yield (
                f"The table has room for {len(self._rows):,} of {total:,}: GitHub shows summaries up to 1 MiB. "
                "The pages of the class have everybody."
            )

    def _common(self, pack: RulePack) -> Iterator[tuple[str, str, str]]:
        rules = {rule.id: rule for rule in pack.rules}
        ordered = sorted(self._reasons.items(), key=lambda one: (-one[1], one[0]))
        for (check, reason), count in ordered[:_MOST_REASONS]:
            yield f"{count:,}", _title(rules.get(check), check), gfm.code(reason)


def _title(rule: Rule | None, check: str) -> str:
    return gfm.code(check) if rule is None else f"{gfm.plain(rule.title)} {gfm.code(check)}"


def _row(report: Report) -> tuple[str, ...]:
    following = report.next_check
    score = report.score
    return (
        _who(report),
        _STATES[report.status],
        _points(score) if report.error is None or score.earned else "",
        str(score.bonus) if score.bonus else "",
        "" if following is None else gfm.plain(following.rule.title),
    )


def _points(score: Score) -> str:
    return f"{number(score.earned, 2)} of {number(score.possible, 2)}"


def _who(report: Report) -> str:
    """The name, where the roster has one, and the id, by which the submission is found."""
    own = gfm.code(report.submission.id)
    return f"{gfm.plain(report.person.name)} {own}" if report.person.name else own


def _error(report: Report) -> str:
    error = report.error
    assert error is not None
    place = f" {gfm.code(error.place)}" if error.place else ""
    return f"- {_who(report)}{place}: {gfm.said(f'{error.message} {error.advice}')}"
