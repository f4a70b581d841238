"""The pages: well-formed, one file, the same each time, and safe whatever a submission holds."""

from __future__ import annotations

import re
import subprocess
import sys
import weakref
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from markupsafe import Markup

from checker.cohort.submission import Request, check_path
from checker.edits.shown import edit_lines
from checker.errors import CheckError
from checker.report import CheckResult, Evidence, LintNote, Note, Report, Source, SubmissionFacts, Verdict
from checker.reporters import html
from checker.reporters.html import around, calls, excerpts, fit, href, render, said
from checker.rule_help import Edit
from checker.rulepack import RulePack
from checker.wording import sentence
from tests.conftest import FIXTURES, Checked, every, module_of, pack_of, report_of, sampled

CLASS = sorted(path.parent for path in FIXTURES.glob("class/*/expect.json"))
VOID = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "wbr"})
UNSHOWN = frozenset({"style", "script", "template"})
HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></style></title><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' autofocus onfocus='alert(1)",
    "[/b]",
    "]]>",
    "<!-- ",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}{#",
    "`<b>`",
    "\u202egnp.exe\u2066\u200b",
    "\x1b[31m\x00\x07\r",
    "\ud800",
    "=1+1",
    "&lt;b&gt;",
    "記録" * 60,
    "x" * 4000,
]


class Tag(NamedTuple):
    name: str
    attributes: dict[str, str]


class Page(HTMLParser):
    """A page taken apart; raises AssertionError where a tag is not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self.texts: list[str] = []
        self.standing: list[str] = []
        self.feed(text)
        self.close()
        assert self.standing == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), self.get_starttag_text()
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.standing.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.standing.pop() == tag, f"</{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        if UNSHOWN.isdisjoint(self.standing):
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def named(self, name: str) -> list[dict[str, str]]:
        return [tag.attributes for tag in self.tags if tag.name == name]

    def values(self, attribute: str) -> list[str]:
        return [tag.attributes[attribute] for tag in self.tags if attribute in tag.attributes]


def judged(name: str, pack: RulePack) -> Report:
    return check_path(FIXTURES / "class" / name, pack, Request())


DRIFT = Note("live-drift", "File: `right`; deployed: `wrong`. Deploy to bring them together.")
FAILED = Note("stack-failed", "The last deployment failed (UPDATE_ROLLBACK_COMPLETE) at `Queue`: the name is taken.")
NEAR = Note("not-deployed", "Stacks with a near name: a-service-div.")
LIVE = Verdict(
    outcome="fail",
    reason="statement-missing",
    equivalent=False,
    message="The live role allows 3 actions.",
    evidence=(Evidence("iam:GetRolePolicy", 0, 0, "a-role"),),
    notes=(DRIFT,),
)
RIGHT = LIVE._replace(outcome="pass", reason=None, message="It runs.", notes=())
NOT_DEPLOYED = Verdict(
    outcome="fail",
    reason="not-deployed",
    equivalent=False,
    message="There is no stack `a-service-dev` in us-east-2. Deploy the service first.",
    evidence=(Evidence("cloudformation:DescribeStacks", 0, 0, ""),),
    notes=(NEAR,),
)
CHANGING = NOT_DEPLOYED._replace(
    outcome="unknown", reason="deploy-in-progress", message="The stack is being deployed.", notes=()
)


def with_stack(report: Report, live: Verdict = LIVE, *, alone: bool = False) -> Report:
    """The report as if the deployed stack had been judged too, or alone; the plugin does not apply to a stack."""

    def judged(check: CheckResult) -> CheckResult:
        stack = live if check.rule.id != "dlq.plugin" else live._replace(outcome="skipped", reason=None, notes=())
        verdicts: dict[Source, Verdict] = {"stack": stack} if alone else {**check.verdicts, "stack": stack}
        return check._replace(verdicts=verdicts)

    submission = report.submission._replace(stack="a-service-dev")
    checks = tuple(judged(check) for check in report.checks)
    stands = live.reason not in ("not-deployed", "deploy-in-progress")
    journey = report.journey._replace(source="stack") if report.journey and (stands or alone) else report.journey
    return report._replace(submission=submission, checks=checks, journey=journey)


def poisoned(report: Report, text: str) -> Report:
    """The report with a hostile text wherever a text of a submission can come to stand."""

    def evidence(place: Evidence) -> Evidence:
        lines = tuple((number, text) for number, _ in place.excerpt)
        return place._replace(file=text, path=text, excerpt=lines)

    def verdict(one: Verdict) -> Verdict:
        places = tuple(evidence(place) for place in one.evidence)
        notes = (Note("note", text), *(note._replace(message=f"{text}: {text}") for note in one.notes))
        return one._replace(message=f"`{text}` {text}", evidence=places, notes=notes)

    def check(one: CheckResult) -> CheckResult:
        verdicts = {source: verdict(each) for source, each in one.verdicts.items()}
        return one._replace(verdicts=verdicts)

    journey = report.journey
    if journey is not None:
        journey = journey._replace(
            stations=tuple(one._replace(label=text) for one in journey.stations),
            scenes=tuple(
                one._replace(sentence=f"`{text}` {text}", evidence=tuple(evidence(place) for place in one.evidence))
                for one in journey.scenes
            ),
            sentence=f"{text}: {text}",
        )
    error = report.error
    if error is not None:
        error = CheckError(error.code, text, advice=text, file=text, line=error.line, column=error.column)
    return report._replace(
        submission=SubmissionFacts(text, text, text, text, text, text),
        checks=tuple(check(one) for one in report.checks),
        answers=tuple(one._replace(answer=f"{text}\n{text}") for one in report.answers),
        journey=journey,
        error=error,
        error_excerpt=tuple((number, text) for number, _ in report.error_excerpt),
        lint=() if error is not None else (poisoned_lint(text), LintNote("more", text)),
    )


def poisoned_lint(text: str) -> LintNote:
    lines = tuple((number, text) for number in (2, 3, 4))
    places = (Evidence(text, 3, 1, text, lines), Evidence(text, 9, 1, text))
    return LintNote(text, f"`{text}` {text}", places)


@pytest.fixture(scope="module")
def reports(pack: RulePack) -> list[Report]:
    return [check_path(folder, pack, Request()) for folder in CLASS]


@pytest.fixture(scope="module")
def pages(reports: list[Report]) -> dict[str, str]:
    """The pages of the sample class."""
    return {report.submission.id: render(report) for report in reports}


def shapes(page: Page) -> set[tuple[str, frozenset[str]]]:
    return {(tag.name, frozenset(tag.attributes)) for tag in page.tags}


def assert_alone(page: Page, pack: RulePack) -> None:
    """Nothing of the page asks for anything, runs, or leads elsewhere than to the pack's links and the page itself."""
    links = {link.url for rule in pack.rules for link in rule.links}
    links |= {scene.link.url for journey in pack.journeys for scene in journey.story if scene.link}
    assert not {tag.name for tag in page.tags} & {"script", "iframe", "img", "object", "embed", "form", "base", "image"}
    assert not [name for tag in page.tags for name in tag.attributes if name.startswith("on")]
    assert page.values("src") == []
    for tag in page.tags:
        target = tag.attributes.get("href")
        if tag.name == "link":
            assert target is not None
            assert target.startswith("data:image/svg+xml,")
        elif target is not None and tag.name == "a":
            assert target in links or target.startswith("#") or re.fullmatch(r"[\w.%~-][\w./%~-]*", target), target
        elif target is not None:
            assert target.startswith("#")


def test_pages_of_the_class_are_well_formed_and_alone(pages: dict[str, str], pack: RulePack) -> None:
    for name, text in pages.items():
        page = Page(text)
        assert_alone(page, pack)
        ids = page.values("id")
        assert sorted(set(ids)) == sorted(ids), name
        targets = {target[1:] for target in page.values("href") if target.startswith("#")}
        assert targets <= set(ids), name
        assert {one for value in page.values("aria-labelledby") for one in value.split()} <= set(ids), name
        assert len(page.named("h1")) == 1, name
        assert "@import" not in text
        assert not re.search(r"url\((?!['\"]?#)", text), name


def test_headings_never_skip_a_level(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        levels = [int(tag.name[1]) for tag in Page(text).tags if re.fullmatch("h[1-6]", tag.name)]
        assert levels[0] == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name


def test_pages_stay_small(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        assert len(text.encode()) < 150_000, name


def test_a_page_is_the_same_each_time(reports: list[Report], pages: dict[str, str]) -> None:
    for report in reports:
        assert render(report) == pages[report.submission.id]


@pytest.mark.slow
def test_a_page_does_not_depend_on_those_before_it(reports: list[Report], pages: dict[str, str]) -> None:
    for report in reports:
        forget()
        assert render(report) == pages[report.submission.id]


def forget() -> None:
    """As a program that has rendered nothing yet."""
    html.environment.cache_clear()
    said.cache_clear()


def test_packs_with_the_same_checks_keep_their_own_words(pack: RulePack) -> None:
    report = judged("chidi", pack)
    render(report)
    checks = [one._replace(rule=one.rule._replace(why=f"Why {one.rule.id}.")) for one in report.checks]
    page = Page(render(report._replace(checks=tuple(checks))))
    assert [one for one in checks if f"Why {one.rule.id}." not in page.text] == []


def test_what_pages_share_is_made_once_and_not_kept_for_ever() -> None:
    class Watched(str):
        pass

    made: list[str] = []

    def macro(text: str) -> Markup:
        made.append(text)
        return Markup("<b>{}</b>").format(text)

    once = html._remembering()
    first = Watched("first")
    watched = weakref.ref(first)
    assert once(macro, first) == once(macro, first) == "<b>first</b>"
    assert once(macro, "other") == "<b>other</b>"
    assert made == ["first", "other"]
    made.clear()
    del first
    assert watched() is not None
    for number in range(html._MOST_KEPT):
        once(macro, str(number))
    made.clear()
    assert watched() is None


@pytest.mark.parametrize("folder", every(20))
def test_every_fixture_has_a_page(folder: Path) -> None:
    assert_alone(Page(render(report_of(folder))), pack_of(module_of(folder)))


@pytest.mark.parametrize("text", sampled(HOSTILE, 9), ids=lambda text: ascii(text)[1:25])
@pytest.mark.parametrize(
    ("name", "live"),
    [
        ("chidi", LIVE),
        ("luis", None),
        ("ada", NOT_DEPLOYED),
        ("ben", NOT_DEPLOYED),
        ("dora", LIVE._replace(notes=(FAILED, DRIFT))),
    ],
)
def test_hostile_texts_stay_text(name: str, live: Verdict | None, text: str, pack: RulePack) -> None:
    clean = judged(name, pack)
    clean = with_stack(clean, live) if live else clean
    # Compared with a page of harmless words in the same places: hostile ones add no tag and no attribute.
    harmless = shapes(Page(render(poisoned(clean, "word"))))
    rendered = render(poisoned(clean, text))
    page = Page(rendered)
    assert shapes(page) <= harmless
    assert_alone(page, pack)
    rendered.encode()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", rendered)
    rules = {rule.id for rule in pack.rules}
    others = r"main|next|lint|stack|journey|waiting|questions(-title)?|(nav|step|question)-\d+|icon-\w+"
    assert all(one in rules or re.fullmatch(others, one) for one in page.values("id"))


def test_a_hostile_file_is_shown_as_it_stands(checked: Checked) -> None:
    page = Page(
        render(
            checked(
                "service: '<script>alert(1)</script>'\n"
                "provider: {name: aws}\n"
                "functions: {PutRideRecordSns: {handler: a.b}}\n"
                "resources:\n"
                "  Resources:\n"
                "    '<img src=x onerror=alert(1)>Dlq': {Type: AWS::SQS::Queue}\n"
                "    PutRideRecordSnsDlq: {Type: '\u202e</pre>'}\n",
                ANSWERS_md="## qa.how\n\n<b onclick=alert(1)>bold</b> & `code`\n",
            )
        )
    )
    assert "<script>alert(1)</script>" in page.text
    assert "\\u202e</pre>" in page.text
    assert "<b onclick=alert(1)>bold</b> & `code`" in page.text
    assert page.named("script") == []


def test_the_page_says_who_how_far_and_what_next(pack: RulePack) -> None:
    report = judged("chidi", pack)._replace(checked_at=datetime(2026, 11, 3, 14, 5))
    page = Page(render(report))
    assert "chidi" in page.text
    assert "wild-rydes-ride-record · stage dev · us-east-2" in page.text
    assert "Checked 3 Nov 2026, 14:05" in page.text
    assert "2 of 4 questions answered" in page.text
    assert "Score: 5 of 6" in page.values("aria-label")
    assert "Next stop Let PutRideRecordSns write to the queue" in page.text
    assert "1 check to go" in page.text
    assert [one["id"] for one in page.named("details") if "open" in one] == ["dlq.permission"]
    assert "serverless.yml, lines 45 to 47, marked: 46" in page.values("aria-label")
    assert "▸46 Resource:" in page.text
    assert "If a write failed now, this event would be lost: the role of PutRideRecordSns may not send" in page.text


def test_the_picture_is_told_in_words(pack: RulePack) -> None:
    report = judged("chidi", pack)
    assert report.journey is not None
    topic, write, after = report.journey.connections
    connections = (
        topic._replace(state="open", label="triggers?"),
        write._replace(state="whole", label="writes"),
        after._replace(state="broken", label="not allowed to send"),
    )
    text = render(report._replace(journey=report.journey._replace(connections=connections)))
    pictures = [one["aria-label"] for one in Page(text).named("svg") if "journey" in one.get("class", "")]
    assert pictures == 2 * [
        (
            "Rides topic to PutRideRecordSns cannot be told (triggers?). "
            "PutRideRecordSns to RideRecordTable works (writes). "
            "PutRideRecordSns to PutRideRecordSnsDlq, after a failure, is broken (not allowed to send)."
        )
    ]


def test_the_story_stands_below_the_picture_with_its_places(pack: RulePack) -> None:
    page = Page(render(judged("chidi", pack)))
    assert "After two retries (is broken) The event is lost: the role of PutRideRecordSns may not send" in page.text
    assert "serverless.yml:46 provider.iamRoleStatements[1].Resource" in page.text
    assert "Lambda tries again (works)" in page.text


def test_no_time_is_shown_when_none_is_known(pages: dict[str, str]) -> None:
    assert "<time" not in pages["chidi"]


def test_states_are_told_by_words(pages: dict[str, str]) -> None:
    for name, word in {
        "chidi": "Let PutRideRecordSns write to the queue fails",
        "maya": "Bill RideRecordTable on demand cannot tell",
        "dora": "Point PutRideRecordSns at the queue pass, another way",
        "ada": "Process the dead letter queue open",
        "jonas": "Process the dead letter queue pass",
    }.items():
        assert word in re.sub(r"\s+", " ", Page(pages[name]).text), name


def test_a_complete_module_is_a_reason_to_be_glad(pages: dict[str, str]) -> None:
    page = Page(pages["keiko"])
    assert "You have arrived" in page.text
    assert "Score: 6 of 6, and a bonus of 1" in page.values("aria-label")
    assert "1 point of extra credit" in page.text
    assert [one for one in page.named("details") if "open" in one] == []


def test_a_file_that_cannot_be_read_gets_its_place_and_the_checks_that_wait(pages: dict[str, str]) -> None:
    page = Page(pages["luis"])
    assert "This could not be checked serverless.yml:46:6" in page.text
    assert "▴ here" in page.text
    assert "What to do:" in page.text
    assert "Enable the dead letter plugin" in page.text
    assert page.named("details") == []
    assert "Not checked" in page.values("aria-label")


def test_hints_come_one_by_one_and_only_where_something_is_to_do(pages: dict[str, str]) -> None:
    parts = re.split('<details class="check', pages["chidi"])[1:]
    hinted = {part.partition('id="')[2].partition('"')[0]: part.count("Hint ") for part in parts}
    assert {check: count for check, count in hinted.items() if count} == {
        "dlq.permission": 3,
        "extra.dlq_processor": 3,
        "extra.autoscaling": 3,
    }
    assert pages["chidi"].count("Show the edit") == 3


def test_two_sources_stand_side_by_side(pack: RulePack) -> None:
    page = Page(render(with_stack(judged("ada", pack))))
    # Once on each check's row, once above its column.
    assert page.text.count("In your file") == page.text.count("Deployed") == 2 * len(pack.rules)
    assert "Create the queue PutRideRecordSnsDlq In your file: pass Deployed: fails" in page.text
    assert "Enable the dead letter plugin In your file: pass Deployed: does not apply" in page.text
    assert "Asked AWS iam:GetRolePolicy In the answer a-role" in page.text
    assert "stack a-service-dev" in page.text
    assert "What happens to a ride event now As deployed" in page.text


def part(text: str, check: str) -> str:
    """What a page shows of one check."""
    return text.partition(f'id="{check}"')[2].partition('<details class="check')[0]


def test_what_sets_file_and_stack_apart_stands_between_them(pack: RulePack) -> None:
    text = render(with_stack(judged("ada", pack)))
    shown = part(text, "dlq.queue")
    order = [shown.index(one) for one in ("<h4>In your file", 'class="drift"', "<h4>Deployed")]
    assert order == sorted(order)
    assert shown.count("bring them together") == 1
    assert 'class="drift"' not in part(render(with_stack(judged("ada", pack), RIGHT)), "dlq.queue")


def test_a_right_file_needs_no_hints(pack: RulePack) -> None:
    text = render(with_stack(judged("chidi", pack)))
    assert "Hint 1" not in part(text, "dlq.queue")
    assert "Hint 1" in part(text, "dlq.permission")
    assert "Show the edit" in part(text, "dlq.permission")


def test_a_stack_alone_keeps_its_hints_and_has_no_questions(pack: RulePack) -> None:
    report = with_stack(judged("ada", pack), LIVE._replace(notes=()), alone=True)
    text = render(report)
    page = Page(text)
    assert "In your file" not in page.text
    assert page.text.count("Deployed fails statement-missing") == 5
    assert "Hint 1" in part(text, "dlq.queue")
    assert "Show the edit" in part(text, "dlq.queue")
    assert "A deployed stack does not tell this." in page.text
    assert "answered" not in page.text
    assert "questions" not in page.values("id")


def test_a_failed_deployment_is_told_once_and_first(pack: RulePack) -> None:
    page = Page(render(with_stack(judged("ada", pack), LIVE._replace(notes=(FAILED, DRIFT)))))
    assert page.text.count("The last deployment failed") == 1
    assert page.text.index("The last deployment failed") < page.text.index("Next stop")
    assert "at Queue: The name is taken." in page.text


def test_what_is_not_deployed_is_told_once_and_calmly(pack: RulePack) -> None:
    page = Page(render(with_stack(judged("ada", pack), NOT_DEPLOYED)))
    assert "Next stop Not deployed yet There is no stack a-service-dev in us-east-2." in page.text
    assert page.text.count("There is no stack") == page.text.count("a-service-div") == 1
    assert not [one for one in page.values("class") if one in ("mark is-fail", "word is-fail", "each is-fail")]
    assert page.text.count("In your file: pass Deployed: not yet") == 5
    assert "What happens to a ride event now After your file, as soon as it is deployed" in page.text
    assert [one for one in page.named("details") if "open" in one] == []


def test_what_the_file_still_needs_comes_before_the_deployment(pack: RulePack) -> None:
    page = Page(render(with_stack(judged("chidi", pack), NOT_DEPLOYED)))
    assert page.text.count("There is no stack") == 1
    assert page.text.index("Not deployed yet") < page.text.index("Next stop Let PutRideRecordSns write to the queue")
    assert [one["id"] for one in page.named("details") if "open" in one] == ["dlq.permission"]


@pytest.mark.parametrize("alone", [False, True])
def test_a_stack_that_cannot_be_judged_says_why_once(alone: bool, pack: RulePack) -> None:
    page = Page(render(with_stack(judged("ada", pack), CHANGING, alone=alone)))
    assert "Next stop Being deployed right now The stack is being deployed." in page.text
    assert page.text.count("The stack is being deployed.") == 1
    assert "cannot tell" in page.text


def test_one_check_that_cannot_be_told_is_no_obstacle(pack: RulePack) -> None:
    asked = check_path(FIXTURES / "class" / "ada", pack, Request(only=frozenset({"dlq.queue"})))
    denied = LIVE._replace(outcome="unknown", reason="access-denied", message="You may not.", notes=())
    page = Page(render(with_stack(asked, denied)))
    assert "Next stop Create the queue PutRideRecordSnsDlq You may not." in page.text
    assert "Deployed cannot tell access-denied You may not." in page.text


def test_all_right_in_both_is_said(pack: RulePack) -> None:
    page = Page(render(with_stack(judged("ada", pack), RIGHT)))
    assert "passes, in your file and as deployed. Well done." in page.text


def test_credentials_that_do_not_work_keep_the_stack_from_being_judged(pack: RulePack) -> None:
    error = CheckError("credentials", "these credentials have expired.")
    page = Page(render(Report(pack, SubmissionFacts("ada", "ada"), error=error)))
    assert "as soon as the deployed stack can be read" in page.text


def test_a_page_on_a_file_alone_carries_nothing_of_stacks(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        assert "icon-differs" not in text, name
        assert "As deployed" not in text, name


def test_pages_with_a_stack_are_well_formed_and_small(pack: RulePack) -> None:
    for live in (LIVE, RIGHT, NOT_DEPLOYED, CHANGING, LIVE._replace(notes=(FAILED, DRIFT))):
        for alone in (False, True):
            text = render(with_stack(judged("chidi", pack), live, alone=alone))
            page = Page(text)
            assert_alone(page, pack)
            assert len(text.encode()) < 150_000
            levels = [int(tag.name[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag.name)]
            assert all(after <= before + 1 for before, after in pairwise(levels))
            assert {one for value in page.values("aria-labelledby") for one in value.split()} <= set(page.values("id"))


def test_each_call_is_named_once_with_all_that_decided() -> None:
    asked = [Evidence("iam:GetRolePolicy", 0, 0, path) for path in ("a", "b", "a")]
    assert calls([*asked, Evidence("sqs:GetQueueUrl", 0, 0, "")]) == {
        "iam:GetRolePolicy": ["a", "b"],
        "sqs:GetQueueUrl": [],
    }


def test_a_report_on_some_checks_has_a_page(pack: RulePack) -> None:
    for only in ({"extra.autoscaling"}, {"dlq.queue"}):
        report = check_path(FIXTURES / "class" / "chidi", pack, Request(only=frozenset(only)))
        page = Page(render(report))
        assert [one["id"] for one in page.named("details") if "id" in one] == sorted(only)


def test_an_error_without_a_place_has_a_page(pack: RulePack) -> None:
    report = Report(pack, SubmissionFacts("nobody", "nobody"), error=CheckError("timeout", "it took too long."))
    assert "This could not be checked It took too long." in Page(render(report)).text


def test_a_theme_wins_over_the_shipped_files(tmp_path: Path, pack: RulePack) -> None:
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "pass.svg").write_text('<svg id="mine" width="24" height="24"></svg>', encoding="utf-8")
    (tmp_path / "style.css").write_text("@media print{#main{color:red}}", encoding="utf-8")
    text = render(judged("ada", pack), tmp_path)
    assert '<svg id="mine"' in text
    assert "@media print{#main{color:red}}" in text
    assert "--ground" not in text
    assert "You have arrived" in text


def test_templates_are_loaded_only_when_a_page_is_rendered() -> None:
    asked = "import checker.reporters.html, sys; sys.exit('jinja2' in sys.modules)"
    subprocess.run([sys.executable, "-c", asked], check=True)


def test_code_in_a_message_is_marked_after_escaping() -> None:
    assert said("`<b>` is <i>") == "<code>&lt;b&gt;</code> is &lt;i&gt;"
    assert said("one ` alone") == "one ` alone"


def test_a_long_name_loses_its_middle() -> None:
    assert fit("PutRideRecordSns", 16) == "PutRideRecordSns"
    assert fit("PutRideRecordSnsDlq", 11) == "PutRi…nsDlq"
    assert fit("記録用デッドレターキュー", 11) == "記録…ュー"
    assert all(len(fit("x" * size, 20)) == min(size, 20) for size in range(60))


def test_a_link_is_a_relative_path() -> None:
    assert href("ada.html") == "ada.html"
    assert href("javascript:alert(1)") == "javascript%3Aalert%281%29"
    assert href("//elsewhere/x y#z?") == "elsewhere/x%20y%23z%3F"


def test_an_error_becomes_a_sentence() -> None:
    assert sentence("it took too long.") == "It took too long."
    assert sentence("`a` is no key.") == "`a` is no key."
    assert sentence("") == ""


def places(*lines: int, file: str = "serverless.yml") -> Iterator[Evidence]:
    for line in lines:
        yield Evidence(file, line, 1, f"at.{line}", tuple((each, f"text {each}") for each in range(line - 3, line + 4)))


def test_places_that_touch_share_an_excerpt() -> None:
    near = excerpts(places(10, 12, 10, 40))
    assert [sorted(one.marked) for one in near] == [[10, 12], [40]]
    assert [number for number, _ in near[0].lines] == list(range(7, 16))
    assert [len(one.places) for one in near] == [2, 1]
    assert len(excerpts([*places(10), *places(10, file="other.yml")])) == 2


def test_a_place_without_lines_is_named_once() -> None:
    call = Evidence("iam:GetRole", 0, 0, "role")
    assert len(excerpts([call, call])) == 1


def test_lines_around_a_line() -> None:
    assert around(((1, "a"), (2, "b"), (3, "c"), (4, "d")), 3) == [(2, "b"), (3, "c"), (4, "d")]


def test_an_appended_item_stands_below_its_list(pack: RulePack) -> None:
    assert edit_lines(pack.rule("dlq.permission").answer) == [
        (" ", "provider:"),
        (" ", "  iamRoleStatements:"),
        ("+", "    - Effect: Allow"),
        ("+", "      Action:"),
        ("+", "        - sqs:SendMessage"),
        ("+", "      Resource:"),
        ("+", "        Fn::GetAtt:"),
        ("+", "          - PutRideRecordSnsDlq"),
        ("+", "          - Arn"),
    ]


def test_a_set_value_stands_below_its_parents(pack: RulePack) -> None:
    assert edit_lines(pack.rule("dlq.queue").answer) == [
        (" ", "resources:"),
        (" ", "  Resources:"),
        ("+", "    PutRideRecordSnsDlq:"),
        ("+", "      Type: AWS::SQS::Queue"),
    ]


def test_edits_below_the_same_parents_share_them() -> None:
    edits = [
        Edit("remove", "a.b.Old"),
        Edit("set", "a.b.New", 1),
        Edit("append", "a.list", "x"),
        Edit("set", "top", True),
        Edit("append", "plugins", "p"),
        Edit("append", "plugins", "q"),
    ]
    assert edit_lines(edits) == [
        (" ", "a:"),
        (" ", "  b:"),
        ("-", "    Old: …"),
        ("+", "    New: 1"),
        (" ", "  list:"),
        ("+", "    - x"),
        ("+", "top: true"),
        (" ", "plugins:"),
        ("+", "  - p"),
        ("+", "  - q"),
    ]


def test_going_back_up_names_the_parents_again() -> None:
    edits = [Edit("set", "a.b.c", 1), Edit("set", "a.d", 2)]
    assert edit_lines(edits) == [(" ", "a:"), (" ", "  b:"), ("+", "    c: 1"), (" ", "a:"), ("+", "  d: 2")]


def test_no_edits_are_no_lines() -> None:
    assert edit_lines([]) == []
