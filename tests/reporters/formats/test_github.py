"""Annotations for GitHub Actions: what they say, in which order, and that nothing else is a command."""

from __future__ import annotations

import json
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cli import main
from checker.cohort.submission import Request, check_path
from checker.report import Person, Report
from checker.reporters.formats.github import MOST, render
from checker.reporters.formats.places import Places
from checker.reporters.formats.workflow_commands import command, without_commands
from checker.reporters.text import render as render_text
from checker.rulepack import RulePack
from tests.actions.commands import Command, command_in, commands
from tests.conftest import FIXTURES, REPOSITORY, Checked
from tests.reporters.cohorts import failed, report_of
from tests.reporters.test_html import NOT_DEPLOYED, poisoned, with_stack

HERE = Places(str(REPOSITORY), str(REPOSITORY))
ACTIONS = REPOSITORY / "tests" / "actions"
HOSTILE = (
    "::stop-commands::token",
    "  ::error file=x::y",
    "a\n::error::x",
    "a\r::add-mask::x",
    "##[stop-commands]token",
    "a ##[set-output name=x;]y",
    "#\ufe0f#[group]x",
    "\ufe0f::error::x",
    ":\u034f:error::x",
    "%0A::error::x",
    "100%25",
    "a,b=c:d;e]]",
    "\u2028::error::x\u2029",
    "\u00a0::error::x",
    "\x00\x07\x1b[31m::",
    "é😀\ud83d",
)
# Commands are rare among all texts; among these pieces they are not.
PIECES = st.sampled_from(
    [":", "::", "#", "##[", "[", "]", "error", "stop-commands", " ", "\t", "\n", "\r", "\ufe0f", "\u200b", "\\", "a"]
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)


def judged(name: str, pack: RulePack, *, lint: bool = False) -> Report:
    return check_path(FIXTURES / "class" / name, pack, Request(lint=lint))


def told(*reports: Report) -> list[tuple[str, str, str | None, str | None]]:
    """Name, title, file and line of each command."""
    found = commands(render(reports, HERE))
    return [
        (one.name, one.properties["title"], one.properties.get("file"), one.properties.get("line")) for one in found
    ]


def test_an_annotation_says_what_and_why_and_where_a_hint_is(pack: RulePack) -> None:
    text = render([judged("chidi", pack)], HERE)
    assert commands(text) == [
        Command(
            "error",
            {
                "title": "Let PutRideRecordSns write to the queue",
                "file": "fixtures/class/chidi/serverless.yml",
                "line": "46",
                "endLine": "46",
                "col": "5",
            },
            "`Ref` of a queue gives its URL, and IAM compares ARNs.\n"
            "Why: Lambda sends a failed event with the function's own role, and it takes the queue as a target only "
            "when that role may send to it.\n"
            "A hint: rydecheck hint fixtures/class/chidi",
        )
    ]


def test_below_stands_the_report_as_the_terminal_has_it(pack: RulePack) -> None:
    report = HERE.from_top(judged("chidi", pack))
    annotation, blank, *rest = render([report], HERE).split("\n")
    assert (annotation[:8], blank) == ("::error ", "")
    assert "\n".join(rest) == render_text(report)


def test_the_next_thing_comes_first(pack: RulePack) -> None:
    report = judged("omar", pack)
    assert report.next_check is not None
    later = report._replace(checks=(*report.checks[1:], report.checks[0]))
    file_is_right = with_stack(judged("chidi", pack), NOT_DEPLOYED)
    assert [title for _, title, _, _ in told(report)][:2] == [
        "Enable the dead letter plugin",
        "Create the queue PutRideRecordSnsDlq",
    ]
    assert told(later)[0][1] == "Create the queue PutRideRecordSnsDlq"
    assert [title for _, title, _, _ in told(file_is_right)][:2] == [
        "Let PutRideRecordSns write to the queue",
        "Create the queue PutRideRecordSnsDlq",
    ]


def test_what_only_has_to_be_deployed_needs_no_hint(pack: RulePack) -> None:
    first, second, *_ = commands(render([with_stack(judged("chidi", pack), NOT_DEPLOYED)], HERE))
    assert "\nA hint: rydecheck hint fixtures/class/chidi" in first.data
    assert second.data.endswith(pack.common.deploy)
    assert "hint" not in second.data
    assert second.properties["file"] == "fixtures/class/chidi/serverless.yml"


def test_a_hint_for_another_check_names_it(pack: RulePack) -> None:
    second = commands(render([judged("omar", pack)], HERE))[1]
    assert second.data.endswith("\nA hint: rydecheck hint dlq.queue fixtures/class/omar")


def test_what_cannot_be_told_and_what_would_break_are_warnings(pack: RulePack) -> None:
    assert told(judged("maya", pack)) == [
        ("warning", "Bill RideRecordTable on demand", "fixtures/class/maya/serverless.yml", "16")
    ]
    assert told(judged("emil", pack, lint=True)) == [
        ("error", "Bill RideRecordTable on demand", "fixtures/class/emil/serverless.yml", "84"),
        ("warning", "Would break the deployment", "fixtures/class/emil/serverless.yml", "84"),
    ]


def test_extra_credit_that_was_tried_is_a_notice(checked: Checked) -> None:
    text = (FIXTURES / "extra.dlq_processor" / "processor-disabled" / "serverless.yml").read_text(encoding="utf-8")
    report = checked(text)
    assert report.submission.path
    (notice,) = [one for one in commands(render([report], Places(report.submission.path, "/"))) if "file" in one[1]]
    assert notice.name == "notice"
    assert notice.properties["title"] == "Extra credit: Process the dead letter queue"
    assert notice.properties["file"] == "serverless.yml"
    assert notice.data.endswith("\nA hint: rydecheck hint extra.dlq_processor")


def test_a_service_that_cannot_be_checked_is_one_error_at_its_line(pack: RulePack) -> None:
    text = render([judged("luis", pack)], HERE)
    assert text.count("\n") == 1
    (error,) = commands(text)
    assert (error.name, error.properties["file"]) == ("error", "fixtures/class/luis/serverless.yml")
    assert (error.properties["line"], error.properties["col"]) == ("46", "6")
    assert error.data == "This line does not fit the list above it. Check its indentation."


def test_a_complete_service_is_a_notice_without_a_place(pack: RulePack) -> None:
    (notice,) = commands(render([judged("ada", pack)], HERE))
    assert (notice.name, notice.properties) == ("notice", {"title": "Complete"})
    assert notice.data.startswith("Every check passes: 6 of 6. If a write failed now, this event would be kept:")


def test_extra_credit_alone_is_not_called_complete(pack: RulePack) -> None:
    report = check_path(FIXTURES / "class" / "ada", pack, Request(only=frozenset(["extra.autoscaling"])))
    assert [check.rule.id for check in report.checks] == ["extra.autoscaling"]
    assert told(report) == []


def test_of_a_class_what_is_next_for_each_comes_first(pack: RulePack) -> None:
    omar = report_of("omar", pack, Person("Omar Benali"))
    found = told(omar, failed(pack), report_of("chidi", pack), report_of("maya", pack))
    assert [(name, title) for name, title, _, _ in found][:4] == [
        ("error", "Omar Benali: Enable the dead letter plugin"),
        ("error", "luis: The service cannot be checked"),
        ("error", "chidi: Let PutRideRecordSns write to the queue"),
        ("error", "Omar Benali: Create the queue PutRideRecordSnsDlq"),
    ]
    assert found[-1][:2] == ("warning", "maya: Bill RideRecordTable on demand")


def test_a_class_says_at_its_end_how_many_more_there_are(pack: RulePack) -> None:
    class_ = [*[report_of("chidi", pack)] * 12, *[report_of("maya", pack)] * 11]
    text = render(class_, HERE)
    found = commands(text)
    assert [one.name for one in found] == ["error"] * MOST + ["warning"] * MOST
    assert all("hint" not in one.data for one in found)
    assert "\n23 submissions: 0 complete, 23 under way, 0 could not be checked\n" in text
    assert text.endswith(
        "\nGitHub shows 10 annotations of a kind, so 2 more errors and 1 more warning cannot be seen there.\n"
    )
    assert "annotations of a kind" not in render(class_[:10], HERE)


def test_no_reports_are_no_text() -> None:
    assert render([], HERE) == ""


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["chidi", "omar", "luis", "maya"])
def test_a_foreign_text_is_no_command(text: str, name: str, pack: RulePack) -> None:
    clean = judged(name, pack)
    for reports in ([clean], [clean, clean]):
        wanted = commands(render([poisoned(one, "word") for one in reports], HERE))
        rendered = render([poisoned(one, text) for one in reports], HERE)
        found = commands(rendered)
        assert [(one.name, set(one.properties)) for one in found] == [(one.name, set(one.properties)) for one in wanted]
        assert [one.properties["line"] for one in found if "line" in one.properties] == [
            one.properties["line"] for one in wanted if "line" in one.properties
        ]
        assert sum(line.startswith("::") for line in rendered.split("\n")) == len(found)
        rendered.encode()


@given(TEXTS)
def test_no_line_of_any_text_stays_a_command(text: str) -> None:
    assert commands(without_commands(text)) == []


@pytest.mark.parametrize("text", ["a::error::b", "Resource: ::x", "# [error]", "#1 [error]", "AWS::SQS::Queue", ": x"])
def test_what_is_no_command_stays(text: str) -> None:
    assert without_commands(text) == text


def test_the_parser_finds_commands() -> None:
    """Without this the tests above would pass for a parser that finds nothing."""
    assert command_in(" ::Error file=a%3Ab,line=3::x%0Ay") == Command("Error", {"file": "a:b", "line": "3"}, "x\ny")
    assert command_in("x ##[stop-commands]token") == Command("stop-commands", {}, "token")
    assert command_in("\ufe0f::error::x") is not None
    assert command_in("#\u200d#[error]x") is not None
    assert command_in("::nothing::x") is None


@given(TEXTS, TEXTS.filter(bool))
def test_the_runner_reads_back_what_was_meant(message: str, value: str) -> None:
    line = command("error", message, {"title": value, "file": "a"})
    assert command_in(line) == Command("error", {"title": value, "file": "a"}, message)


@pytest.mark.slow
def test_the_commands_are_those_of_githubs_own_library() -> None:
    if not (ACTIONS / "node_modules").exists():
        pytest.fail("@actions/core is missing: say `npm ci --prefix tests/actions`.")
    texts = [text for text in HOSTILE if "\ud83d" not in text]
    told = [
        (name, text, {"title": text, "file": f"{text}/serverless.yml", "line": "46", "endLine": "46", "col": "5"})
        for name in ("error", "warning", "notice")
        for text in texts
    ]
    names = {"line": "startLine", "col": "startColumn"}
    asked = [
        {"command": name, "message": message, "properties": {names.get(key, key): one for key, one in given.items()}}
        for name, message, given in told
    ]
    asked.append({"command": "notice", "message": "alone", "properties": {}})
    done = subprocess.run(
        ["node", str(ACTIONS / "core.mjs")], input=json.dumps(asked).encode(), capture_output=True, check=True
    )
    ours = [command(*one) for one in told] + [command("notice", "alone", {})]
    assert done.stdout == "".join(f"{line}\n" for line in ours).encode()


@pytest.mark.parametrize("where", ["true", None])
def test_in_a_step_neither_stream_of_any_command_gives_commands(
    where: str | None, checked: Checked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    if where is not None:
        monkeypatch.setenv("GITHUB_ACTIONS", where)
    text = (FIXTURES / "class" / "emil" / "serverless.yml").read_text(encoding="utf-8")
    assert "no more capacity planning" in text
    path = checked(text.replace("# no more capacity planning", "# ##[stop-commands]x ")).submission.path
    main(["check", path])
    in_text = commands(capsys.readouterr().out)
    main(["check", "##[stop-commands]x"])
    in_error = commands(capsys.readouterr().err)
    found = [] if where else [("stop-commands", "x")]
    assert [(one.name, one.data[:1]) for one in in_text[:1]] == found
    assert [(one.name, one.data[:1]) for one in in_error] == found


def test_in_a_step_data_stays_as_it_is(
    checked: Checked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = checked("service: '##[x]'\nprovider: {name: aws}\n").submission.path
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    main(["check", path, "--format", "json"])
    assert json.loads(capsys.readouterr().out)["submission"]["service"] == "##[x]"
