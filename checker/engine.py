"""A rule pack and the services read from each source → a Report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from checker.checks.finding import Finding, Outcome, fail, skipped, unknown
from checker.journey import Traveller
from checker.model import Origin, Remark, Scalar, Service, Unknown, Value
from checker.recognition import recognised
from checker.report import (
    Answer,
    CheckResult,
    Evidence,
    Journey,
    Note,
    Report,
    Source,
    SubmissionFacts,
    Verdict,
    excerpt,
)
from checker.rulepack import Judgement, Rule, RulePack, Words, fill
from checker.wording import shown

NOT_DEPLOYED = "not_deployed"
OTHER_SERVICE = "other_service"


def judge(
    pack: RulePack,
    services: Mapping[Source, Service],
    submission: SubmissionFacts,
    *,
    answers: Mapping[str, str] | None = None,
    only: frozenset[str] = frozenset(),
    strict: bool = False,
) -> Report:
    """Judge every check of the pack once per source.

    `answers` are the attendee's by question id. `only` names the checks to report; none means all. With `strict` a pass
    reached another way than the workshop's text is a fail.
    """
    names: Mapping[Source, str | Unknown] = recognised(pack.services, services) if pack.services else {}
    findings = {source: _findings(pack, service, names.get(source, "")) for source, service in services.items()}
    results = tuple(_result(pack, rule, services, findings, strict) for rule in pack.rules)
    # The journey is that of the more real source, unless it cannot be judged.
    last: Source = "file"
    if "stack" in services and ("file" not in services or services["stack"].obstacle is None):
        last = "stack"
    return Report(
        module=pack,
        submission=submission,
        checks=tuple(result for result in results if not only or result.rule.id in only),
        answers=tuple(Answer(one.id, one.question, (answers or {}).get(one.id)) for one in pack.questions),
        journey=_journey(pack, names.get(last, ""), services[last], findings[last], last),
    )


def _findings(pack: RulePack, service: Service, name: str | Unknown) -> dict[str, Finding]:
    """The finding of every check on one source, what was renamed and replacements applied.

    `name` is the one of the module's services that this is, empty where the module names none.
    """
    findings = {rule.id: _of_service(rule, service, name) for rule in pack.rules}
    if service.obstacle is not None:
        return findings
    renamed = {
        rule.judgement.named(found): _Renamed(found.stands_in, rule.follows)
        for rule in pack.rules
        if (found := findings[rule.id]).stands_in is not None
    }
    for rule in pack.rules:
        finding = findings[rule.id]
        if finding.outcome in ("fail", "unknown") and finding.stands_in is None and rule.service in ("", name):
            findings[rule.id] = _follow(rule.judgement, service, finding, renamed)
    for rule in pack.rules:
        instead = rule.instead
        if instead is None or findings[rule.id].outcome in ("pass", "skipped"):
            continue
        other = findings[instead.check]
        if other.outcome == "pass" and instead.way in (None, other.way):
            findings[rule.id] = Finding("pass", other.at, equivalent=True, instead=True)
        elif other.outcome == "unknown" and instead.open:  # it may pass, and then this one does too
            findings[rule.id] = other._replace(instead=True)
    return findings


def _of_service(rule: Rule, service: Service, name: str | Unknown) -> Finding:
    """What a check finds where it is for this service: skipped for another, unknown where nobody can tell which."""
    if not rule.service or rule.service == name:
        return _found(rule.judgement, service)
    if isinstance(name, Unknown):
        return unknown(service.obstacle if isinstance(service.obstacle, Unknown) else name)
    return skipped(service.functions.origin)._replace(slot=OTHER_SERVICE, facts=(("of", rule.service), ("this", name)))


class _Renamed(NamedTuple):
    """What stands in for something of another name, and the code of the note on checks that agree with it."""

    name: str
    note: str


def _found(judgement: Judgement, service: Service) -> Finding:
    """What the judgement finds, unless something keeps the whole service from being judged."""
    finding = judgement.of(service)
    obstacle = service.obstacle
    if obstacle is None or finding.outcome == "skipped":
        return finding
    if isinstance(obstacle, Unknown):
        return unknown(obstacle)
    return fail(
        NOT_DEPLOYED, obstacle.origin, stack=obstacle.stack, region=obstacle.region, near=", ".join(obstacle.near)
    )


def _follow(
    judgement: Judgement, service: Service, finding: Finding, renamed: Mapping[tuple[str, str], _Renamed]
) -> Finding:
    """The finding with what was found under another name in place of the workshop's, by parameter and name.

    One mistake costs once: what agrees with the renamed resource or function passes.
    """
    parameters = judgement.parameters
    followed_by = {
        name: renamed[key]
        for name, value in parameters._asdict().items()
        for key in renamed
        if key[1] == value and _asks_alike(name, key[0])
    }
    if not followed_by:
        return finding
    names = {name: one.name for name, one in followed_by.items()}
    followed = Judgement(judgement.kind, parameters._replace(**names)).of(service)
    if followed.outcome != "pass":
        return followed
    # The sentences speak of the resource under the name that it has.
    facts = (*followed.facts, *((name, shown(new)) for name, new in names.items()))
    notes = tuple(dict.fromkeys(Remark(one.note) for one in followed_by.values()))
    return followed._replace(follows=True, facts=facts, remarks=(*followed.remarks, *notes))


def _asks_alike(parameter: str, found: str) -> bool:
    """Whether a parameter names the same sort of thing: a function has names of its own, all others are resources."""
    return (parameter == "function") == (found == "function")


def _result(
    pack: RulePack,
    rule: Rule,
    services: Mapping[Source, Service],
    findings: Mapping[Source, Mapping[str, Finding]],
    strict: bool,
) -> CheckResult:
    verdicts = {
        source: _verdict(pack, rule, source, services[source], found[rule.id], strict)
        for source, found in findings.items()
    }
    if "stack" in verdicts and verdicts["stack"].outcome == "pass" and "file" in verdicts:
        verdicts["file"] = _settled(pack, rule, findings["file"][rule.id], verdicts["file"])
    drift = _drift(pack, {source: found[rule.id] for source, found in findings.items()}, verdicts)
    if drift is not None:
        verdicts["stack"] = verdicts["stack"]._replace(notes=(*verdicts["stack"].notes, drift))
    return CheckResult(rule, verdicts)


def _verdict(pack: RulePack, rule: Rule, source: Source, service: Service, finding: Finding, strict: bool) -> Verdict:
    outcome, words = _words(pack, rule, finding, strict)
    facts = {**_parameters(rule), **dict(finding.facts)}
    message = fill(words.live if words.live and source == "stack" else words.say, facts)
    if finding.instead and outcome == "unknown" and rule.instead is not None:
        message = f"{rule.instead.open} {message}"
    if words.settle:
        message = f"{message} {fill(words.settle, facts)}"
    return Verdict(
        outcome=outcome,
        reason=words.code or None,
        equivalent=finding.is_other and outcome == "pass",
        message=message,
        evidence=tuple(evidence(origin, service) for origin in finding.at),
        notes=tuple(_notes(pack, service, finding, facts)),
        facts=finding.facts,
    )


def _settled(pack: RulePack, rule: Rule, finding: Finding, verdict: Verdict) -> Verdict:
    """The verdict on a file that cannot tell what the deployed stack has right: looking there settles nothing more."""
    if verdict.outcome != "unknown" or finding.slot is None:
        return verdict
    said = fill(pack.common.unknown[finding.slot].say, {**_parameters(rule), **dict(finding.facts)})
    return verdict._replace(message=f"{said} {pack.common.stack_has_it}")


def _drift(pack: RulePack, findings: Mapping[Source, Finding], verdicts: Mapping[Source, Verdict]) -> Note | None:
    """The note that file and stack were both judged and differ, in outcome or in what that rests on."""
    file, stack = findings.get("file"), findings.get("stack")
    if file is None or stack is None or stack.slot in (NOT_DEPLOYED, "gone"):
        return None
    outcomes = {source: verdict.outcome for source, verdict in verdicts.items()}
    if not set(outcomes.values()) <= {"pass", "fail"}:
        return None
    if outcomes["file"] == outcomes["stack"] and (None in (file.value, stack.value) or file.value == stack.value):
        return None
    right = "file_right" if outcomes["file"] == "pass" else "stack_right"
    if outcomes["file"] == outcomes["stack"]:
        right = "neither"
    told: dict[str, str] = {
        source: f"`{one.value or verdicts[source].reason or outcomes[source]}`" for source, one in findings.items()
    }
    return Note("live-drift", fill(pack.common.notes["live-drift"], {**told, "advice": pack.common.drift[right]}))


def _words(pack: RulePack, rule: Rule, finding: Finding, strict: bool) -> tuple[Outcome, Words]:
    """The outcome with its words; a pass has no reason code."""
    if finding.outcome == "unknown":
        assert finding.slot is not None
        return "unknown", pack.common.unknown[finding.slot]
    if finding.outcome == "fail" and finding.slot == NOT_DEPLOYED:
        return "fail", pack.common.not_deployed
    if finding.outcome == "fail":
        assert finding.slot is not None
        return "fail", rule.reasons[finding.slot]
    if finding.is_other and strict:
        return "fail", pack.common.not_as_written
    if finding.outcome == "skipped":
        return "skipped", Words("", pack.common.other_service if finding.slot == OTHER_SERVICE else pack.common.skipped)
    if finding.instead and rule.instead is not None:
        return finding.outcome, Words("", rule.instead.say)
    otherwise = rule.passed_otherwise if finding.equivalent else ""
    return finding.outcome, Words("", otherwise or rule.passed, live=otherwise or rule.passed_live)


def _parameters(rule: Rule) -> dict[str, str]:
    return {name: value for name, value in rule.judgement.parameters._asdict().items() if isinstance(value, str)}


def _notes(pack: RulePack, service: Service, finding: Finding, facts: Mapping[str, str]) -> list[Note]:
    of_service = service.remarks if finding.outcome != "skipped" else ()
    notes = [
        Note(remark.code, fill(pack.common.notes[remark.code], {**facts, **_explained(pack, remark)}))
        for remark in (*finding.remarks, *of_service)
    ]
    if finding.slot == NOT_DEPLOYED and facts["near"]:
        notes.append(Note(pack.common.not_deployed.code, fill(pack.common.not_deployed.note, facts)))
    if finding.outcome == "unknown" and finding.slot is not None:
        words = pack.common.unknown[finding.slot]
        if words.note:
            notes.append(Note(words.code, fill(words.note, facts)))
    return notes


def _explained(pack: RulePack, remark: Remark) -> dict[str, str]:
    """The facts of a remark; the known reasons of a failed deployment in words of the workshop."""
    facts = dict(remark.facts)
    problem = facts.get("problem", "")
    known = next((say for pattern, say in pack.common.failures if re.search(pattern, problem)), None)
    return {**facts, "problem": known} if known is not None else facts


def evidence(origin: Origin, service: Service) -> Evidence:
    """A place in the service's files, with the lines around it."""
    lines = service.lines.get(origin.file, [])
    return Evidence(origin.file, origin.line, origin.column, origin.path, excerpt(lines, origin.line))


def _journey(
    pack: RulePack, name: str | Unknown, service: Service, findings: Mapping[str, Finding], source: Source
) -> Journey | None:
    """The journey as the given source has it: what is deployed decides about a ride of now.

    `name` is as of `_findings`; there is none through a service that nobody can name, where each has its own.
    """
    plan = next((plan for plan in pack.journeys if plan.service in ("", name)), None)
    if plan is None:
        return None
    return Traveller(plan, pack.common, pack.rules, service, findings, _found).journey(source)


def public_text(value: Value | None) -> str | None:
    """A value as a report may show it, None when it cannot be told."""
    if not isinstance(value, Scalar) or value.value is None:
        return None
    return shown(value.shown)
