"""The edit that makes a failing check pass, found among those that the rule pack offers, and proved before it is shown.

The pack says for each reason code which edits may mend it. They are tried in order on the attendee's own text, and
each result is judged as a submission is: an edit counts when the check passes then, nothing that passed fails, and the
event's journey is nowhere worse, and nothing else is lost (`losses`). What no edit mends so is named with its place
instead.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from checker.edits.changes import CannotEditError, Changes, Steps, find
from checker.edits.losses import (
    breaks_variables,
    loses_permission,
    lost_references,
    takes_from_functions,
    touches_others,
)
from checker.edits.outline import Outline, Part, Step
from checker.edits.sections import Misspelled, Slip, doubles, slips
from checker.report import CheckResult, Evidence, Report, Verdict, excerpt
from checker.rule_help import AT, HOLDER, PLACEHOLDER, Edit, Mend
from checker.rulepack import Rule
from checker.serverless.parsing import text_lines
from checker.wording import near_name, shown

Judge = Callable[[str], Report]
"""Judges the service with this text in the place of its configuration file."""

Obstacle = Literal["passes", "skipped", "other_service", "unknown", "in_file", "variable", "shared", "by_hand"]
"""Why there is no edit; `no_edit` of `rules/common.yaml` has a sentence for each."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+|\*)\]")
_PATHS = ("belongs",)
_MERGE = "<<"
_ALIKE = 0.8
_SLIPS = 4
_DEPTH = 2
"""How many slips of section keys are mended to see what comes of it, and how many of them on top of each other."""
_WORTH = {"pass": 2, "skipped": 2, "unknown": 1, "fail": 0}
_WHOLE = {"whole": 2, "open": 1, "broken": 0}


class Source(NamedTuple):
    """The configuration file that is edited: its name in the submission, and its text."""

    file: str
    text: str

    @property
    def is_json(self) -> bool:
        return self.file.endswith(".json")


class Mended(NamedTuple):
    """What can be done about one check.

    `text` is the whole file with the edit, `report` what is judged of it; both are as before where `obstacle` says why
    there is no edit. `place` is then where to edit instead, and `expression` what leads there.
    """

    check: CheckResult
    text: str
    report: Report
    obstacle: Obstacle | None = None
    place: Evidence | None = None
    expression: str = ""


class Tried(NamedTuple):
    """A change, the ways that it was meant to touch, and what is judged of its text."""

    changes: Changes
    touched: list[Steps]
    report: Report


def mend(source: Source, report: Report, check: str, judge: Judge, hold: Callable[[], None] = lambda: None) -> Mended:
    """Find the edit that makes a check of the report pass.

    `hold` is called before each piece of work, and may raise to end it. Raises KeyError for a check that the report
    does not hold.
    """
    result = report.check(check)
    verdict = result.verdicts["file"]
    as_it_is = Mended(result, source.text, report)
    if verdict.outcome == "pass":
        return as_it_is._replace(obstacle="passes")
    place = verdict.evidence[0] if verdict.evidence else None
    if result.is_of_another_service:
        return as_it_is._replace(obstacle="other_service", expression=result.rule.service)
    if verdict.outcome != "fail":
        return as_it_is._replace(obstacle="skipped" if verdict.outcome == "skipped" else "unknown", place=place)
    before = Outline(source.text, is_json=source.is_json)
    found: list[tuple[int, Mended]] = []
    leads: list[Part] = []
    is_shared = False
    for changes, touched, after in _tries(source, result, judge, leads, hold):
        if not _is_better(report, after, check) or _costs(before, changes.outline, result.rule):
            continue
        if touches_others(before, changes.outline, touched):
            is_shared = True
            continue
        flaws = 2 * after.check(check).equivalent + lost_references(before, changes.outline)
        flaws += 4 * _passes_over_destination(_place(source, before, verdict), before, changes.outline)
        found.append((flaws, Mended(result, changes.text, after)))
        if not flaws:
            break
    if found:
        return min(found, key=lambda each: each[0])[1]
    if is_shared:
        return as_it_is._replace(obstacle="shared", place=place)
    return _elsewhere(as_it_is, verdict, source, before, leads)


def _costs(before: Outline, after: Outline, rule: Rule) -> bool:
    """Whether an edit takes something away that somebody may need."""
    action = getattr(rule.judgement.parameters, "action", "")
    return (
        loses_permission(before, after, action)
        or breaks_variables(before, after)
        or takes_from_functions(before, after)
    )


def _tries(
    source: Source,
    result: CheckResult,
    judge: Judge,
    leads: list[Part],
    hold: Callable[[], None],
    depth: int = _DEPTH,
) -> Iterator[Tried]:
    """What may mend a check.

    A section key that is misspelled or lost its indentation is mended first: that may be all. An edit that would begin
    a second section beside it is made in the one that is there.
    """
    found = slips(Outline(source.text, is_json=source.is_json))
    clear = [slip for slip in found if depth and (not isinstance(slip, Misspelled) or slip.is_only)]
    mended: dict[Part, Tried] = {}  # by the key of the slip, what is still to be built upon
    tried = clear[:_SLIPS]
    for slip in tried:
        hold()
        for one in _without_slip(source, slip, judge):
            mended[slip.key] = one
            yield one
    for changes, touched in _candidates(source, result.rule, result.verdicts["file"], leads, hold):
        doubled = doubles(found, changes.outline)
        if doubled is None:
            yield Tried(changes, touched, judge(changes.text))
            continue
        if doubled in clear and doubled not in tried:  # one of many
            tried.append(doubled)
            for one in _without_slip(source, doubled, judge):
                mended[doubled.key] = one
                yield one
        if doubled.key in mended:
            yield from _on_top(mended.pop(doubled.key), source, result.rule.id, judge, hold, depth)
    for one in mended.values():  # a slip hides what the mends look for
        yield from _on_top(one, source, result.rule.id, judge, hold, depth)


def _without_slip(source: Source, slip: Slip, judge: Judge) -> Iterator[Tried]:
    """The text with one slip mended and nothing else; none where that cannot be done."""
    import yaml

    changes = Changes(source.text, is_json=source.is_json)
    try:
        touched = changes.respell(slip) if isinstance(slip, Misspelled) else changes.indent(slip)
    except (CannotEditError, yaml.YAMLError):
        return
    yield Tried(changes, touched, judge(changes.text))


def _on_top(
    first: Tried, source: Source, check: str, judge: Judge, hold: Callable[[], None], depth: int
) -> Iterator[Tried]:
    """What may mend a check in a text that was changed once."""
    changes, touched, report = first
    if report.error is not None or report.check(check).verdicts["file"].outcome != "fail":
        return
    right = source._replace(text=changes.text)
    for then, also, after in _tries(right, report.check(check), judge, [], hold, depth - 1):
        yield Tried(then, [*touched, *also], after)


def _candidates(
    source: Source, rule: Rule, verdict: Verdict, leads: list[Part], hold: Callable[[], None]
) -> Iterator[tuple[Changes, list[Steps]]]:
    """What the edits of the pack lead to, and the ways that they touch; `leads` takes the parts that lead elsewhere."""
    import yaml

    seen = {source.text}
    for way in rule.ways(verdict.reason):
        try:
            changes, touched = _edited(source, rule, verdict, way, hold)
        except CannotEditError as error:
            leads.extend([error.elsewhere] if error.elsewhere is not None else [])
            continue
        except (yaml.YAMLError, KeyError):
            continue
        if changes.text not in seen:
            seen.add(changes.text)
            yield changes, touched


def with_edits(source: Source, rule: Rule, verdict: Verdict, way: Mend) -> str:
    """The text with all edits of one way made, whatever comes of it.

    Raises CannotEditError where they cannot be made, KeyError for a fact that the verdict has not, and yaml.YAMLError.
    """
    return _edited(source, rule, verdict, way, lambda: None)[0].text


def _edited(
    source: Source, rule: Rule, verdict: Verdict, way: Mend, hold: Callable[[], None]
) -> tuple[Changes, list[Steps]]:
    """All edits of one way made. Raises CannotEditError; KeyError for a fact that the verdict has not."""
    changes = Changes(source.text, is_json=source.is_json)
    facts = {name: value for name, value in rule.judgement.parameters._asdict().items() if isinstance(value, str)}
    facts.update(verdict.facts)
    at = _place(source, changes.outline, verdict)
    touched: list[Steps] = []
    for edit, path in [(edit, _steps(edit.path, facts, at)) for edit in way]:
        for each in changes.each(path):
            hold()
            if _is_due(changes, edit, each, facts):
                touched += _make(changes, edit, each, facts, at)
    return changes, touched


def _is_due(changes: Changes, edit: Edit, path: Steps, facts: Mapping[str, str]) -> bool:
    """Whether an edit is to be made here. Raises CannotEditError where its whole mend is no way."""
    found = find(changes.outline, path)
    if (edit.only == "there" and len(found.missing) > 1) or (edit.only == "sole" and len(found.last.items) > 1):
        raise CannotEditError
    if edit.only == "unfound" and (found.is_whole or "found" in facts):
        raise CannotEditError
    if edit.only == "absent" and found.is_whole and not found.last.is_null:
        return False
    if edit.ending and not (found.is_whole and found.last.text.endswith(edit.ending)):
        return False
    return not edit.under or len(path) == 1 or any(_is_like(step, edit.under) for step in path[:-1])


def _is_like(step: Step, name: str) -> bool:
    return step == name or near_name(name, [str(step)], _ALIKE) is not None


def _make(changes: Changes, edit: Edit, path: Steps, facts: Mapping[str, str], at: Steps | None) -> list[Steps]:
    """Make an edit; the ways that it touches."""
    touched = [_reached(changes, path)]
    if edit.action == "set":
        changes.set(path, _filled(edit.value, facts))
    elif edit.action == "append":
        changes.append(path, edit.value)
    elif edit.action == "remove":
        touched = changes.remove(path)
    elif edit.action == "wrap":
        changes.wrap(path)
    elif edit.action == "move":
        to = _steps(edit.to, facts, at)
        touched = changes.move(path, to)
    else:
        changes.rename(path, PLACEHOLDER.sub(lambda name: facts[name.group(1)], edit.to))
        touched = [()]  # all that refers to it
    return touched


def _reached(changes: Changes, path: Steps) -> Steps:
    """As much of a way as is there, and the first step that is made."""
    found = find(changes.outline, path)
    return (*found.steps, *found.missing[:1])


def _filled(value: Any, facts: Mapping[str, str]) -> Any:
    """The value of an edit; one that is a name in braces is that fact, digits as a number."""
    name = PLACEHOLDER.fullmatch(value) if isinstance(value, str) else None
    if name is None:
        return value
    fact = facts[name.group(1)]
    return int(fact) if fact.isdecimal() else fact


def _place(source: Source, outline: Outline, verdict: Verdict) -> Steps | None:
    """The way to what the verdict rests on, as far as that stands in this file.

    Of a value that a variable, an alias or a merge brings in, it is the place that uses it.
    """
    places = [place for place in verdict.evidence if place.file == source.file]
    if not places:
        return None
    last = places[-1]
    return outline.steps_at(last.line, last.column, is_item=last.path.endswith("]"))


def _steps(path: str, facts: Mapping[str, str], at: Steps | None) -> Steps:
    """The steps of a path of the pack; what stands in braces is one step, but for paths themselves."""
    steps: list[Step] = []
    for step in _split(path):
        name = step[1:-1] if isinstance(step, str) and step.startswith("{") else None
        if name in (AT, HOLDER):
            if not at or _MERGE in at:
                raise CannotEditError
            steps.extend(at if name == AT else at[:-1])
        elif name in _PATHS:
            steps.extend(_split(facts[name or ""]))
        else:
            steps.append(facts[name] if name is not None else step)
    return tuple(steps)


def _split(path: str) -> list[Step]:
    return [
        int(found.group(2)) if (found.group(2) or "").isdecimal() else found.group(1) or found.group(2)
        for found in _STEP.finditer(path)
    ]


def _is_better(before: Report, after: Report, check: str) -> bool:
    """Whether the check passes now, and nothing else is worse than it was."""
    if after.error is not None:
        return False
    outcomes = {one.rule.id: one.verdicts["file"].outcome for one in after.checks}
    if outcomes.get(check) != "pass":
        return False
    if any(_WORTH[outcomes[one.rule.id]] < _WORTH[one.verdicts["file"].outcome] for one in before.checks):
        return False
    if before.journey is None or after.journey is None:
        return True
    were = {(was.start, was.end): _WHOLE[was.state] for was in before.journey.connections}
    links = after.journey.connections
    return all(_WHOLE[now.state] >= were.get((now.start, now.end), 0) for now in links)


def _passes_over_destination(at: Steps | None, before: Outline, after: Outline) -> bool:
    """Whether the fail is a destination in the template's own words, and the edit does not set it right.

    CloudFormation refuses a wrong one, whatever the function has beside it; and without one, its holder says nothing.
    """
    if at is None or at[-1] != "Destination":
        return False
    old, new = find(before, at), find(after, at)
    return not new.is_whole or before.written(old.last) == after.written(new.last)


def _elsewhere(as_it_is: Mended, verdict: Verdict, source: Source, outline: Outline, leads: list[Part]) -> Mended:
    """Why nothing could be edited, and where to edit instead: where the value's own text stands."""
    text = verdict.evidence[0] if verdict.evidence else None
    if not leads:
        in_file = text is not None and text.file != source.file
        if not in_file or text is None:
            return as_it_is._replace(obstacle="by_hand", place=text)
        return as_it_is._replace(obstacle="in_file", place=text, expression=text.file)
    lead = leads[0]
    if text is None or (len(verdict.evidence) == 1 and text.file == source.file):  # only that much is known of it
        line = outline.line_of(lead.start)
        text = Evidence(
            source.file,
            line + 1,
            outline.column_of(lead.start) + 1,
            "",
            excerpt(text_lines(source.text), line + 1),
        )
    if lead.kind == "alias":
        return as_it_is._replace(obstacle="shared", place=text, expression=f"*{lead.anchor}")
    in_file = text.file != source.file or "${file(" in lead.text
    return as_it_is._replace(obstacle="in_file" if in_file else "variable", place=text, expression=shown(lead.text))
