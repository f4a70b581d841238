"""The hints and the edit for the one next check, as `watch` shows them."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, Protocol

from checker.edits import edit_lines
from checker.report import Report


class HintGiven(NamedTuple):
    """A hint of a check, number `number` of `of`, counted from 1."""

    number: int
    of: int
    text: str
    check: str
    title: str
    is_last: bool


class Coach(Protocol):
    """What helps with a report's next check; there is one, and no error, when it is asked.

    `hint` gives the next hint, and the last one again when there is no other. `edit` gives the lines of a unified diff,
    or sentences that say why there is none.
    """

    def hint(self, report: Report) -> HintGiven: ...

    def edit(self, report: Report) -> list[str]: ...


class PackCoach:
    """Gives the rule pack's own hints and answers; which hints were given is known as long as this lives."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def hint(self, report: Report) -> HintGiven:
        """The next hint for the next check."""
        check = report.next_check
        assert check is not None
        rule = check.rule
        number = self._given[rule.id] = min(self._given[rule.id] + 1, len(rule.hints))
        return HintGiven(
            number, len(rule.hints), rule.hints[number - 1], rule.id, rule.title, number == len(rule.hints)
        )

    def edit(self, report: Report) -> list[str]:
        """The answer to the next check, with the keys above it."""
        check = report.next_check
        assert check is not None
        return [f"{sign} {text}" for sign, text in edit_lines(check.rule.answer)]
