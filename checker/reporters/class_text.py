"""A class in the terminal: who is where, what stands in the way of most, and what could not be checked."""

from __future__ import annotations

from collections import Counter

from checker.report import Report
from checker.reporters.terminal import Terminal
from checker.rulepack import Rule, RulePack
from checker.wording import name_line, shown

_MOST_REASONS = 3
_MOST_ERRORS = 50


class ClassText:
    """Counts the reports of a class, and says in some lines how it stands."""

    def __init__(self, pack: RulePack) -> None:
        self._pack = pack
        self._statuses: Counter[str] = Counter()
        self._passing: Counter[str] = Counter()
        self._judged: Counter[str] = Counter()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._errors: list[str] = []
        self._by_stack: dict[str, list[str]] = {}

    def add(self, report: Report, page: str) -> None:  # noqa: ARG002 - as every view of a class is given them
        self._statuses[report.status] += 1
        if report.error is not None:
            self._errors.append(name_line(f"{shown(report.submission.id)}: {report.error}"))
        if report.submission.stack is not None and report.error is None:
            self._by_stack.setdefault(report.submission.stack, []).append(report.submission.id)
        for check in report.checks:
            self._passing[check.rule.id] += check.outcome == "pass"
            self._judged[check.rule.id] += check.outcome != "skipped"
            if check.open and check.reason:
                self._reasons[check.rule.id, check.reason] += 1

    def render(self, terminal: Terminal | None = None) -> str:
        """The lines, with a line end."""
        draw = terminal or Terminal()
        total = sum(self._statuses.values())
        lines = [
            draw.paint(f"{total} {'submission' if total == 1 else 'submissions'}", "bold")
            + f": {draw.paint(str(self._statuses['complete']), 'green')} complete, "
            f"{self._statuses['incomplete']} under way, {self._statuses['error']} could not be checked"
        ]
        rules = [rule for rule in self._pack.rules if self._judged[rule.id]]
        if rules:
            lines += ["", *(self._line(rule, draw) for rule in rules)]
        if self._reasons:
            lines += ["", "In the way of most:", *self._common(draw)]
        if self._errors:
            lines += ["", "Could not be checked:"]
            lines += [f"  {draw.foreign_line(error)}" for error in self._errors[:_MOST_ERRORS]]
            if len(self._errors) > _MOST_ERRORS:
                lines.append(f"  … and {len(self._errors) - _MOST_ERRORS} more")
        shared = [(stack, names) for stack, names in self._by_stack.items() if len(names) > 1]
        if shared:
            lines += ["", "Judged by one stack, which only one of them can have deployed:"]
            lines += [f"  {draw.foreign_line(stack)}: {draw.foreign_line(', '.join(names))}" for stack, names in shared]
        return "\n".join(lines) + "\n"

    def _line(self, rule: Rule, draw: Terminal) -> str:
        passing, judged = self._passing[rule.id], self._judged[rule.id]
        optional = "  optional" if rule.bonus else ""
        return f"  {draw.bar(passing, judged)}{passing:>5} of {judged:<5} {rule.id}{draw.paint(optional, 'dim')}"

    def _common(self, draw: Terminal) -> list[str]:
        return [
            f"  {count:>5}  {draw.foreign_line(reason)} at {draw.foreign_line(check)}"
            for (check, reason), count in sorted(self._reasons.items(), key=lambda one: (-one[1], one[0]))[
                :_MOST_REASONS
            ]
        ]
