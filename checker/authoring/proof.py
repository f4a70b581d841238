"""The proof of a module on a service: each check fails there untouched, and passes when its own answer is made."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import yaml

from checker.cohort.editable import Editable, open_editable
from checker.cohort.submission import Request
from checker.edits.changes import CannotEditError
from checker.edits.mending import Source, mend, with_edits
from checker.errors import CheckError
from checker.model import Mapping, Origin, Value, items_of, text_of, value_at
from checker.report import CheckResult, Report
from checker.rulepack import Rule, RulePack


def prove(pack: RulePack, starts: Sequence[str | os.PathLike[str]]) -> list[CheckError]:
    """What does not hold of a module on the services at these paths, where nobody has begun.

    Every check that applies has to fail there, extra credit too. Then the answers are made one after another, those of
    extra credit last; each makes its check pass in the workshop's own way and loses nothing, and `rydecheck diff` has
    an edit to show. In the end the module is complete. A check that applies to none of the services is not proved.
    Raises CheckError for a service that cannot be judged.
    """
    places = _Places.of(pack)
    proofs = [_Proof(pack, open_editable(start, pack, Request()), places) for start in starts]
    told = [one for proof in proofs for one in (*proof.of_the_start(), *proof.of_the_answers())]
    told += [
        (places.check(rule), f"`{rule.id}` applies to no service given, so nothing proves it; name one more --start.")
        for rule in pack.rules
        if all(proof.untouched.report.check(rule.id).outcome == "skipped" for proof in proofs)
    ]
    return [CheckError("invalid-config", said, file=at.file, line=at.line, column=at.column) for at, said in told]


class _Places(NamedTuple):
    """Where the checks stand in the module's files."""

    module: Mapping
    help: Mapping

    @classmethod
    def of(cls, pack: RulePack) -> _Places:
        return cls(pack.files.document(), pack.files.help_document())

    def check(self, rule: Rule) -> Origin:
        ids = (value_at(check, "id") for check in items_of(self.module.get("checks")))
        return next((id_.origin for id_ in ids if id_ is not None and text_of(id_) == rule.id), self.module.origin)

    def answer(self, rule: Rule) -> Origin:
        return self._first(rule, ("answer",))

    def mends(self, rule: Rule, reason: str | None) -> Origin:
        return self._first(rule, ("mends", reason or ""), ("answer",))

    def _first(self, rule: Rule, *paths: tuple[str, ...]) -> Origin:
        found: Iterator[Value | None] = (value_at(self.help, rule.id, *path) for path in paths)
        return next((value.origin.use for value in found if value is not None), self.help.origin)


class _Proof(NamedTuple):
    pack: RulePack
    untouched: Editable
    places: _Places

    def of_the_start(self) -> Iterator[tuple[Origin, str]]:
        for check in self.untouched.report.checks:
            at, name = self.places.check(check.rule), check.rule.id
            if check.outcome == "pass":
                yield at, f"`{name}` passes on the untouched service, so there is nothing to do for it."
            elif check.outcome == "unknown":
                yield at, f"`{name}` cannot be told on the untouched service: {check.message}"

    def of_the_answers(self) -> Iterator[tuple[Origin, str]]:
        source, report = Source(self.untouched.file, self.untouched.text), self.untouched.report
        done: set[str] = set()
        for rule in sorted(self.pack.rules, key=lambda rule: rule.bonus):  # a stable order: extra credit comes last
            check = report.check(rule.id)
            if check.outcome != "fail":  # an answer before it may have done this too
                continue
            done.add(rule.id)
            told, text, after = self.of_the_answer(source, report, check)
            if told:
                yield self.places.answer(rule), told
            else:
                yield from self.of_the_diff(source, report, check)
            if after is not None:
                source, report = source._replace(text=text), after
        for check in report.checks:
            if (
                check.open
                and check.rule.id not in done
                and self.untouched.report.check(check.rule.id).outcome == "fail"
            ):
                yield self.places.check(check.rule), f"with all answers made, `{check.rule.id}` {_is(check)}"

    def of_the_diff(self, source: Source, report: Report, check: CheckResult) -> Iterator[tuple[Origin, str]]:
        if mend(source, report, check.rule.id, self.untouched.judge).obstacle is not None:
            told = f"`rydecheck diff {check.rule.id}` has no edit to show for `{check.reason}` on this service"
            why = "none of those here makes the check pass without breaking something else"
            yield self.places.mends(check.rule, check.reason), f"{told}: {why}."

    def of_the_answer(self, source: Source, report: Report, check: CheckResult) -> tuple[str, str, Report | None]:
        """What does not hold of an answer, the text that it makes, and the report on that; None where there is none."""
        name = check.rule.id
        try:
            text = with_edits(source, check.rule, check.verdicts["file"], check.rule.answer)
        except (CannotEditError, KeyError, yaml.YAMLError):
            return f"the answer of `{name}` cannot be made on this service; look at its paths.", "", None
        after = self.untouched.judge(text)
        if after.error is not None:
            return f"with the answer of `{name}` the service cannot be read: {after.error}", "", None
        now = after.check(name)
        if now.outcome != "pass":
            return f"with its answer, `{name}` {_is(now)}", "", None
        passed = {one.rule.id for one in report.checks if one.outcome == "pass"}
        lost = [one.rule.id for one in after.checks if one.outcome != "pass" and one.rule.id in passed]
        if lost:
            return f"the answer of `{name}` makes `{lost[0]}` fail: {after.check(lost[0]).message}", text, after
        if now.equivalent:
            return (
                f"with its answer, `{name}` passes in another way than the workshop's; --strict refuses it.",
                text,
                after,
            )
        return "", text, after


def _is(check: CheckResult) -> str:
    """How a check came out, as a part of a sentence."""
    if check.outcome == "fail":
        return f"still fails (`{check.reason}`): {check.message}"
    return f"cannot be told: {check.message}" if check.outcome == "unknown" else "does not apply."
