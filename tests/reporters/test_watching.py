"""The screen of `watch`: what it says, and that it fits whatever the terminal's size and the submission are."""

from __future__ import annotations

import re
from collections.abc import Callable
from unicodedata import combining, east_asian_width

import pytest

from checker.cohort.submission import Request, check_path
from checker.errors import CheckError
from checker.report import Evidence, LintNote, Report
from checker.reporters.lines import complete
from checker.reporters.terminal import Terminal
from checker.reporters.watching import (
    Frame,
    Look,
    Panel,
    Size,
    Turned,
    change_lines,
    clipped,
    parting,
    screen,
    turned_since,
)
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, FOLDERS, Checked, report_of

SIZES = [Size(80, 24), Size(40, 12), Size(100, 50), Size(200, 60), Size(30, 8), Size(24, 5), Size(10, 3), Size(1, 1)]
USUAL = Size(80, 24)

CHIDI = """\
Serverless Reliability  chidi · wild-rydes-ride-record · stage dev · us-east-2
████████████████░░░░  5 of 6

A dead letter queue for PutRideRecordSns                                3 of 4
  ✓ pass    Enable the dead letter plugin                           dlq.plugin
  ✓ pass    Create the queue PutRideRecordSnsDlq                     dlq.queue
  ✗ fails   Let PutRideRecordSns write to the queue             dlq.permission
  ✓ pass    Point PutRideRecordSns at the queue                     dlq.target

A table that scales with the rides                                      2 of 2
  ✓ pass    Bill RideRecordTable on demand                     table.on_demand
  ✓ pass    Remove the fixed capacity of RideRecordTable  table.no_provisioned

Extra credit                                                          optional
  ○ open    Process the dead letter queue                  extra.dlq_processor
  ○ open    Scale the table automatically                    extra.autoscaling

Next: Let PutRideRecordSns write to the queue
  serverless.yml:46:5  provider.iamRoleStatements[1].Resource
      45 |     - "sqs:SendMessage"
  >   46 |     Resource:
      47 |       Ref: PutRideRecordSnsDlq
  `Ref` of a queue gives its URL, and IAM compares ARNs.
h hint   d diff   o open the page   q quit
"""

CHIDI_SMALL = """\
Serverless Reliability  chidi · wild-…
████████████████░░░░  5 of 6
✓ ✦ ✗ ✓   ✓ ✓   ○ ○
✦ Create the queue PutRideRecordSnsDlq…
Next: Let PutRideRecordSns write to the
queue
  serverless.yml:46:5  provider.iamRol…
  >   46 |     Resource:
  `Ref` of a queue gives its URL, and
  IAM compares ARNs.

h hint   d diff   q quit
"""

ADA_JUST_NOW = """\
Serverless Reliability    ada · wild-rydes-ride-record · stage dev · us-east-2
████████████████████  6 of 6

A dead letter queue for PutRideRecordSns                                4 of 4
  ✓ pass    Enable the dead letter plugin                           dlq.plugin
  ✓ pass    Create the queue PutRideRecordSnsDlq                     dlq.queue
  ✦ pass    Let PutRideRecordSns write to the queue             dlq.permission
  ✓ pass    Point PutRideRecordSns at the queue                     dlq.target

A table that scales with the rides                                      2 of 2
  ✓ pass    Bill RideRecordTable on demand                     table.on_demand
  ✓ pass    Remove the fixed capacity of RideRecordTable  table.no_provisioned

Extra credit                                                          optional
  ○ open    Process the dead letter queue                  extra.dlq_processor
  ○ open    Scale the table automatically                    extra.autoscaling

✦ Let PutRideRecordSns write to the queue: green
✦ That was the last one: every check passes. Well done!
  If a write failed now, this event would be kept: after three attempts Lambda
  puts it into PutRideRecordSnsDlq, where it waits to be processed.
  What could come next: for extra credit, process the dead letter queue or
  scale the table automatically.
o open the page   q quit
"""


def judged(name: str) -> Report:
    return report_of(FIXTURES / name)


def look_at(report: Report) -> Look:
    return Look(report, known=None if report.error else report)


def text_of(frame: Frame) -> str:
    return "".join(f"{line}\n" for line in frame.lines)


def columns(line: str) -> int:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
    return sum(0 if combining(one) else 2 if east_asian_width(one) in "WF" else 1 for one in plain)


def test_the_usual_terminal() -> None:
    assert text_of(screen(look_at(judged("class/chidi")), USUAL, Terminal())) == CHIDI


def test_a_small_terminal_still_shows_how_far_what_is_next_and_the_keys() -> None:
    look = look_at(judged("class/chidi"))._replace(turned=Turned(green=frozenset({"dlq.queue"})))
    assert text_of(screen(look, Size(40, 12), Terminal())) == CHIDI_SMALL


def test_the_end_of_the_module_is_celebrated() -> None:
    ada = judged("class/ada")
    look = look_at(ada)._replace(turned=turned_since(judged("class/chidi"), ada))
    assert text_of(screen(look, USUAL, Terminal())) == ADA_JUST_NOW
    afterwards = text_of(screen(look_at(ada), USUAL, Terminal()))
    assert "✦ Complete: every check passes." in afterwards
    assert "Well done" not in afterwards


def test_a_tall_terminal_has_room_for_the_reason_and_more_lines() -> None:
    text = text_of(screen(look_at(judged("class/chidi")), Size(100, 50), Terminal()))
    assert "Why: Lambda sends a failed event" in text
    assert "      43 | " in text
    assert "      49 | " in text
    assert "Questions: 2 of 4 answered in ANSWERS.md" in text
    assert "Why:" not in CHIDI


def test_what_could_come_after_the_end() -> None:
    report = judged("class/ada")
    unanswered = report._replace(answers=tuple(one._replace(answer=None) for one in report.answers))
    text = " ".join(text_of(screen(look_at(unanswered), USUAL, Terminal())).split())
    assert "process the dead letter queue or scale the table automatically; 4 of 4 questions to answer" in text


def test_many_checks_at_once_are_told_by_their_number() -> None:
    before, now = judged("service/start"), judged("class/chidi")
    look = look_at(now)._replace(turned=turned_since(before, now))
    text = text_of(screen(look, USUAL, Terminal()))
    assert "✦ 5 checks turned green\n" in text
    assert text.count("  ✦ pass ") == 5
    assert text_of(screen(look, Size(80, 50), Terminal())).count(": green\n") == 5


def test_what_is_open_again_is_said_plainly() -> None:
    before, now = judged("class/ada"), judged("class/chidi")
    text = text_of(screen(look_at(now)._replace(turned=turned_since(before, now)), USUAL, Terminal()))
    assert "✗ Let PutRideRecordSns write to the queue: open again\n" in text


def test_nothing_turned_while_a_file_was_broken() -> None:
    broken, fine = judged("class/luis"), judged("class/ada")
    assert turned_since(fine, broken) == Turned()
    assert turned_since(broken, fine) == Turned()
    assert turned_since(None, fine) == Turned()


def test_a_broken_file_shows_its_error_below_what_passed_before() -> None:
    chidi = judged("class/chidi")
    text = text_of(screen(Look(judged("class/luis"), known=chidi), USUAL, Terminal()))
    assert text.splitlines()[0] == CHIDI.splitlines()[0]
    assert "5 of 6" in text
    assert "This cannot be checked as it stands:\n  serverless.yml:46:6\n" in text
    assert "  >   46 |      Resource:" in text
    assert "  This line does not fit the list above it. Check its indentation.\n" in text
    first = text_of(screen(look_at(judged("class/luis")), USUAL, Terminal()))
    assert "of 6" not in first
    assert "serverless.yml:46:6" in first


def test_a_folder_that_is_gone() -> None:
    look = look_at(judged("class/chidi"))._replace(gone=True, waiting_for="/home/chidi/rides")
    text = text_of(screen(look, USUAL, Terminal()))
    assert "The folder is not there any more." in text
    assert "As soon as there is one at\n  /home/chidi/rides, rydecheck goes on." in text
    assert "Next:" not in text
    assert text.endswith("\nq quit\n")


def test_a_hint_fills_the_lower_part() -> None:
    panel = Panel("Hint 1 of 3: Let PutRideRecordSns write to the queue", ("Who sends it?",))
    for size in (USUAL, Size(40, 12)):
        text = text_of(screen(look_at(judged("class/chidi"))._replace(panel=panel), size, Terminal()))
        assert "Who sends it?" in text
        assert "Next:" not in text
        assert "Esc back" in text
        assert "scroll" not in text


def test_a_long_diff_is_scrolled() -> None:
    panel = Panel("The edit", tuple(f"+ line {number}" for number in range(60)), is_diff=True)
    look = look_at(judged("class/chidi"))._replace(panel=panel)
    first = screen(look, USUAL, Terminal())
    assert "+ line 0\n" in text_of(first)
    assert "j k scroll" in text_of(first)
    assert 0 < first.page < 60
    assert first.most == 60 - first.page
    last = screen(look._replace(panel=panel._replace(offset=1000)), USUAL, Terminal())
    assert "+ line 59\n" in text_of(last)
    assert f"+ line {first.most - 1}\n" not in text_of(last)


def test_a_diff_has_its_colours() -> None:
    panel = Panel("The edit", ("--- a", "+++ b", "@@ -1 +1 @@", "-old", "+new", " same"), is_diff=True)
    look = look_at(judged("class/chidi"))._replace(panel=panel)
    text = text_of(screen(look, USUAL, Terminal(colour=True)))
    for line in ("\x1b[1m--- a", "\x1b[1m+++ b", "\x1b[34m@@", "\x1b[31m-old", "\x1b[32m+new", "\n same"):
        assert line in text


def test_why_there_is_no_diff_is_read_whole() -> None:
    why = "The file uses an alias here, and changing it would change other places that you may not have thought of."
    panel = Panel("The edit", (why,), is_diff=True)
    text = text_of(screen(look_at(judged("class/chidi"))._replace(panel=panel), USUAL, Terminal()))
    assert why in " ".join(text.split())


def test_a_path_to_copy_is_whole() -> None:
    path = "~/.cache/rydecheck/" + "x" * 70 + ".html"
    look = look_at(judged("class/chidi"))._replace(notice=("The page is this file:", path))
    lines = screen(look, Size(40, 12), Terminal()).lines
    assert path in "".join(lines)
    assert lines[-1] == "h hint   d diff   q quit"


def test_without_keys_only_the_way_out_is_told() -> None:
    assert screen(look_at(judged("class/chidi"))._replace(keys=False), USUAL, Terminal()).lines[-1] == "Ctrl-C ends it"


STATES: list[Callable[[Look, Report], Look]] = [
    lambda look, _: look,
    lambda look, before: look._replace(turned=turned_since(before, look.report)),
    lambda look, before: look._replace(turned=turned_since(look.report, before)),
    lambda look, _: look._replace(panel=Panel("Hint 1 of 3: " + "w " * 60, ("word " * 90, "x" * 300), offset=3)),
    lambda look, _: look._replace(panel=Panel("The edit", tuple("+ " + "界" * 99 for _ in range(99)), True, 40)),
    lambda look, _: look._replace(notice=("p" * 300,), gone=True, waiting_for="/home/" + "界" * 200),
]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_always_fits(size: Size) -> None:
    before = judged("service/start")
    for folder in FOLDERS[::90]:
        report = report_of(folder)
        for state in STATES:
            assert_it_fits(state(Look(report, known=before if report.error else report), before), size)


@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_it_always_fits_whatever_the_service(size: Size) -> None:
    before = judged("service/start")
    for place, folder in enumerate(FOLDERS):
        report = report_of(folder)
        state = STATES[place % len(STATES)]
        assert_it_fits(state(Look(report, known=before if report.error else report), before), size)


def assert_it_fits(look: Look, size: Size) -> None:
    lines = screen(look, size, Terminal(colour=True)).lines
    assert len(lines) == size.rows
    assert max(map(columns, lines)) <= size.columns
    if size.columns > 6:
        assert re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]).endswith("q quit")


@pytest.mark.parametrize("size", [USUAL, Size(40, 12)], ids=str)
def test_every_service_shows_how_far_and_what_is_next(size: Size) -> None:
    for folder in FOLDERS[::9]:
        report = report_of(folder)
        text = " ".join(text_of(screen(look_at(report), size, Terminal())).split())
        if report.error is None:
            assert f"{report.score.earned} of {report.score.possible}" in text
            told = f"Next: {report.next_check.rule.title}" if report.next_check else f"✦ {complete(report)}"
            assert told in text, folder
        else:
            assert "This cannot be checked as it stands:" in text
            assert report.error.place in text


def test_without_unicode_all_is_ascii() -> None:
    before = judged("service/start")
    for folder in FOLDERS[::60]:
        report = report_of(folder)
        for state in STATES:
            look = state(look_at(report), before)
            for size in (USUAL, Size(40, 12)):
                assert text_of(screen(look, size, Terminal(unicode=False))).isascii(), folder
            assert "\n".join(change_lines(look, Terminal(unicode=False))).isascii()
            assert parting(look, Terminal(unicode=False)).isascii()


def test_colour_only_adds_codes() -> None:
    report = judged("class/maya")
    look = look_at(report)._replace(turned=turned_since(judged("service/start"), report))
    coloured = text_of(screen(look, USUAL, Terminal(colour=True)))
    plain = text_of(screen(look, USUAL, Terminal()))
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert "\x1b" not in "\n".join(change_lines(look, Terminal()))


HOSTILE = '"\\e]0;owned\\a\\e[2J\u202e[/b]<script>\u2066 \u754c\u754c\u754c\u754c"'


def test_a_hostile_file_cannot_drive_the_terminal(checked: Checked) -> None:
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    hostile = text.replace("BillingMode: PAY_PER_REQUEST", f"BillingMode: {HOSTILE}  # \u202e \u2066")
    hostile = hostile.replace("service: wild-rydes-ride-record", f"service: {HOSTILE}")
    report = checked(hostile)
    assert report.error is None
    error = CheckError("invalid-yaml", "\x1b[2J\u202e", advice="\a", file="\x1b]0;x\a.yml", line=1, column=1)
    broken = report._replace(error=error, error_excerpt=((1, "\x1b[2J\u202e界"),))
    panel = Panel("\x1b[2J", ("\x1b[31m\u202e", "+\x9b2J"), is_diff=True)
    looks = [
        look_at(report),
        look_at(report)._replace(panel=panel),
        look_at(report)._replace(panel=panel._replace(is_diff=False)),
        look_at(report)._replace(gone=True, waiting_for="/\x1b[2J\n\u202e"),
        look_at(report)._replace(notice=("\x1b[2J\u202e",)),
        Look(broken, known=report),
    ]
    for look in looks:
        for draw in (Terminal(), Terminal(colour=True)):
            for size in (USUAL, Size(40, 12), Size(100, 50)):
                lines = screen(look, size, draw).lines
                shown = re.sub(r"\x1b\[[0-9;]{1,4}m", "", text_of(Frame(lines)) + parting(look, draw))
                shown += "\n".join(change_lines(look, Terminal()))
                assert not {"\x1b", "\x9b", "\u202e", "\u2066", "\a"} & set(shown)
                assert max(map(columns, lines)) <= size.columns


def test_nothing_that_has_to_be_done_was_asked_for(pack: RulePack) -> None:
    report = check_path(FIXTURES / "service" / "start", pack, Request(only=frozenset({"extra.autoscaling"})))
    assert "Extra credit: nothing here has to be done." in text_of(screen(look_at(report), USUAL, Terminal()))


def test_a_line_is_clipped_by_columns_and_keeps_its_codes() -> None:
    assert clipped("\x1b[1mabcdef\x1b[0m", 4) == "\x1b[1mabcd\x1b[0m"
    assert clipped("界界界", 5) == "界界"
    assert clipped("界a", 2) == "界"
    assert clipped("abc", 3) == "abc"


def test_where_things_stand_in_a_line() -> None:
    draw = Terminal()
    assert parting(look_at(judged("class/chidi")), draw) == (
        "5 of 6. Next: Let PutRideRecordSns write to the queue; rydecheck watch goes on."
    )
    assert parting(look_at(judged("class/ada")), draw) == "6 of 6. Complete: every check passes."
    assert parting(look_at(judged("class/luis")), draw).startswith("serverless.yml:46:6: this line does not fit")
    assert "/gone" in parting(look_at(judged("class/ada"))._replace(gone=True, waiting_for="/gone"), draw)


def test_a_change_in_a_few_lines() -> None:
    before, now = judged("class/ada"), judged("class/chidi")
    assert change_lines(look_at(now)._replace(turned=turned_since(before, now)), Terminal()) == [
        "████████████████░░░░  5 of 6",
        "✗ Let PutRideRecordSns write to the queue: open again",
        "Next: Let PutRideRecordSns write to the queue",
        "  serverless.yml:46:5  provider.iamRoleStatements[1].Resource",
        "  `Ref` of a queue gives its URL, and IAM compares ARNs.",
    ]
    broken = change_lines(look_at(judged("class/luis")), Terminal())
    assert broken[1:3] == ["  serverless.yml:46:6", "  >   46 |      Resource:"]


def test_what_would_break_the_deployment_is_told_below_the_next_thing() -> None:
    places = [Evidence("serverless.yml", line, 9, "") for line in (73, 80, 90, 99)]
    notes = [LintNote(f"E{place.line}", f"Mistake {place.line}.", (place,)) for place in places]
    look = look_at(judged("service/start")._replace(lint=tuple(notes)))
    small = text_of(screen(look, Size(80, 24), Terminal()))
    assert "Would break the deployment:  (and 3 more: rydecheck check --lint)" in small
    assert "serverless.yml:73:9  Mistake 73." in small
    assert "Mistake 80." not in small
    tall = text_of(screen(look, Size(100, 60), Terminal()))
    assert "Mistake 90." in tall
    assert "(and 1 more: rydecheck check --lint)" in tall
    for size in SIZES:
        assert_it_fits(look, size)
    quiet = look_at(judged("service/start")._replace(lint=()))
    assert "Would break" not in text_of(screen(quiet, Size(100, 60), Terminal()))
