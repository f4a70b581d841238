"""The journey of one event through a service: its picture, its story piece by piece, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from checker.checks import found_resource
from checker.checks.finding import Finding, Outcome, unknown
from checker.cloudformation.intrinsics import settle
from checker.model import Origin, Scalar, Service, Unknown, Value, shown_value
from checker.report import Connection, Evidence, Journey, Scene, Source, Station, TrackState, combine, excerpt
from checker.rulepack import (
    BECAUSE,
    FOUND,
    Common,
    JourneyPlan,
    Judgement,
    RetriesPlan,
    Rule,
    ScenePlan,
    Stop,
    Track,
    fill,
)
from checker.wording import shown

_STATES: dict[Outcome, TrackState] = {"fail": "broken", "unknown": "open", "pass": "whole", "skipped": "whole"}
_BROKEN_FIRST: tuple[TrackState, ...] = ("broken", "open", "whole")
_MOST_PLACES = 4
_RETRIES = {"0": "never", "1": "once", "2": "twice"}
_USUAL_RETRIES = "twice"


class _Told(NamedTuple):
    """A piece of the journey: its state, why it is no other, the label where that is another, and the places.

    `because` is a sentence of the journey's, whose names are still to be filled. `said` is one that stands in its place
    as it is: words of the service are in it, in which nothing is filled.
    """

    state: TrackState
    because: str = ""
    label: str = ""
    at: tuple[Origin, ...] = ()
    is_missing: bool = False
    said: str = ""

    def why(self, names: Mapping[str, str]) -> str:
        return self.said or fill(self.because, names)


def _kept_by_any_name(finding: Finding) -> Finding:
    """A queue keeps an event under another name as well."""
    return finding if finding.stands_in is None else finding._replace(outcome="pass")


class Traveller(NamedTuple):
    """Follows an event through one service.

    `findings` are those of the checks, before `--strict` changes them: an event does not care how it was kept. `judged`
    gives the finding of a track's own judgement. `words` are those that all modules share.
    """

    plan: JourneyPlan
    words: Common
    rules: tuple[Rule, ...]
    service: Service
    findings: Mapping[str, Finding]
    judged: Callable[[Judgement, Service], Finding]

    def journey(self, source: Source) -> Journey:
        """The whole journey, as `source` has it."""
        plan = self.plan
        count = self.retries(plan.retries)[0] if plan.retries is not None else ""
        names = plan.names({stop.id: self.name(stop) for stop in plan.stops}, count)
        told = {(track.start, track.end): self.track(track) for track in plan.tracks}
        branch = next((track for track in plan.tracks if track.branch), plan.tracks[-1])
        fate = told[branch.start, branch.end]
        sentence = plan.sentences[fate.state]
        state = fate.state
        entry = next((one for track, one in told.items() if track[1] == branch.start), None)
        if entry is not None and entry.state == "broken" and "unreached" in plan.sentences:
            state, fate, sentence = "broken", entry, plan.sentences["unreached"]
        scenes = [
            one
            for scene in plan.story
            if (state == "whole" or not scene.needs_kept) and (one := self.scene(scene, told, names)) is not None
        ]
        return Journey(
            fill(plan.title, names),
            tuple(Station(stop.id, names[stop.id], fill(self.caption(stop), names)) for stop in plan.stops),
            tuple(
                Connection(
                    track.start, track.end, one.state, fill(one.label or track.labels[one.state], names), track.branch
                )
                for track, one in zip(plan.tracks, told.values(), strict=True)
            ),
            state,
            fill(sentence, {**names, BECAUSE: fate.why(names)}),
            source,
            tuple(scenes),
        )

    def name(self, stop: Stop) -> str:
        """A stop as the service calls it."""
        renamed = {
            rule.judgement.named(found)[1]: found.stands_in
            for rule in self.rules
            if (found := self.findings[rule.id]).stands_in is not None
        }
        name = stop.resource or stop.function
        return shown(renamed.get(name, name) or stop.label)

    def caption(self, stop: Stop) -> str:
        finding = self.findings[stop.state_of] if stop.state_of else None
        if finding is None or finding.slot in found_resource.SLOTS:  # nothing can be said of what is not there
            return stop.caption
        return (stop.states or {}).get(finding.outcome, stop.caption)

    def track(self, track: Track) -> _Told:
        """A track with the stops at its ends, and all that it rests on."""
        ends = [self.presence(self.plan.stop(name)) for name in (track.start, track.end)]
        own = [self.checks(track.checks)] if track.checks else []
        own += [self.judgement(track, track.judgement)] if track.judgement is not None else []
        ranked = (*(end for end in ends if end is not None and end.state != "whole"), *own)
        told = min(ranked, key=lambda one: _BROKEN_FIRST.index(one.state))
        if told.state != "whole":
            return told
        return told._replace(at=tuple(dict.fromkeys(at for one in own for at in one.at)))

    def judgement(self, track: Track, judgement: Judgement) -> _Told:
        finding = self.judged(judgement, self.service)
        return self.of_finding(finding, track.because)

    def checks(self, checks: tuple[str, ...]) -> _Told:
        """The first check that fails, else the first that is unknown; where all pass, the places of all."""
        found = {check: _kept_by_any_name(self.findings[check]) for check in checks}
        state = _STATES[combine([finding.outcome for finding in found.values()])]
        of_state = {check: one for check, one in found.items() if _STATES[one.outcome] == state}
        first, finding = next(iter(of_state.items()))
        told = self.of_finding(finding, self.plan.because.get(first, ""))
        if state != "whole":
            return told._replace(label=self.plan.labels.get(first, "") if state == "broken" else "")
        at = tuple(one.at[0] for one in of_state.values() if one.outcome == "pass")
        return told._replace(at=tuple(dict.fromkeys(at)))

    def of_finding(self, finding: Finding, because: str) -> _Told:
        """What cannot be told says why in the words of its check; what fails has words of the journey's own."""
        state = _STATES[finding.outcome]
        if state == "open" and finding.slot is not None:
            words = self.words.unknown[finding.slot]
            said = fill(f"{words.say} {words.settle}".rstrip(), finding.facts)
            return _Told(state, at=finding.at, said=said)
        is_missing = state == "broken" and finding.slot in found_resource.SLOTS
        return _Told(state, "" if state == "whole" else because, at=finding.at, is_missing=is_missing)

    def presence(self, stop: Stop) -> _Told | None:
        """Whether the service has a stop, where somebody looks."""
        section = self.service.functions if stop.function else self.service.resources
        if not stop.missing or not stop.function + stop.resource:
            return None
        obstacle = self.service.obstacle
        found = section.get(stop.function or stop.resource) if obstacle is None else obstacle
        if isinstance(found, Unknown):
            return self.of_finding(unknown(found), "")
        gone = getattr(found, "gone", False)
        if isinstance(gone, Unknown):
            return self.of_finding(unknown(gone), "")
        if found is None or gone or obstacle is not None:
            at = section.origin if found is None else found.origin
            return _Told("broken", stop.because, stop.missing, (at,), is_missing=True)
        return _Told("whole", at=(found.origin,))

    def retries(self, plan: RetriesPlan) -> tuple[str, Value | None]:
        """How often Lambda tries a failed event again, as one of `RETRIES`, and the value that says so.

        Source: AWS Lambda guide, "How Lambda handles errors and retries with asynchronous invocation": two retries,
        where `MaximumRetryAttempts` sets no other number from 0 to 2.
        """
        function = self.service.functions.get(self.plan.stop(plan.stop).function)
        if function is None:  # nothing can be said of what is not there
            return "open", None
        given = function if isinstance(function, Unknown) else settle(function.retries)
        if given is None:
            return _USUAL_RETRIES, None
        return _RETRIES.get(given.text, "open") if isinstance(given, Scalar) else "open", given

    def tried_again(self, stop: Stop, told: _Told, names: Mapping[str, str]) -> _Told:
        """A stop that is there, with how often Lambda tries an event there again."""
        retries = self.plan.retries
        if retries is None or retries.stop != stop.id or told.state != "whole":
            return told
        count, given = self.retries(retries)
        if given is None:
            return told
        if isinstance(given, Unknown):
            again = self.of_finding(unknown(given), "")
        elif count == "open":
            again = _Told("open", said=fill(retries.refused, {**names, FOUND: shown_value(given)}), at=(given.origin,))
        else:
            again = _Told("whole", at=(given.origin,))
        return again._replace(at=(*told.at, *again.at))

    def scene(self, plan: ScenePlan, tracks: Mapping[tuple[str, str], _Told], names: Mapping[str, str]) -> Scene | None:
        """A piece of the story, None where it says nothing of its state."""
        stop = self.presence(self.plan.stop(plan.stop)) if plan.stop else None
        needed = self.presence(self.plan.stop(plan.needs)) if plan.needs else None
        without = needed is not None and needed.is_missing
        if needed is not None and without:
            told = needed
        elif plan.start:
            told = tracks[plan.start, plan.end]
        elif stop is not None and (stop.is_missing or not plan.checks):
            told = self.tried_again(self.plan.stop(plan.stop), stop, names)
        else:
            told = self.checks(plan.checks)
        say = plan.missing if told.is_missing and plan.missing else plan.say.get(told.state, "")
        if without:
            say = self.plan.sentences["without"]
        if not say:
            return None
        sentence = fill(say, {**names, BECAUSE: told.why(names)}).rstrip()
        return Scene(
            fill(plan.title, names),
            told.state,
            sentence,
            tuple(self.evidence(at) for at in told.at[:_MOST_PLACES]),
            plan.link,
        )

    def evidence(self, at: Origin) -> Evidence:
        """A place with its line."""
        lines = self.service.lines.get(at.file, [])
        return Evidence(at.file, at.line, at.column, at.path, excerpt(lines, at.line, around=0))
