"""What a class adds to an attendee's page: the name, the way back, when it turned green, and marks."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import pytest

from checker.report import Mark, Moment, Person, Report
from checker.reporters.curves import since, steps, ticks, wall_clock
from checker.reporters.html import number, render, way_here
from checker.rulepack import RulePack
from tests.reporters.test_html import HOSTILE, RIGHT, Page, assert_alone, judged, part, shapes, with_stack

BEGIN = datetime(2026, 11, 24, 13, 0)


def after(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def marked(report: Report, **marks: Mark) -> Report:
    answers = tuple(one._replace(mark=marks.get(one.id.replace(".", "_"))) for one in report.answers)
    return report._replace(answers=answers)


def grown(report: Report, begin: datetime = BEGIN) -> Report:
    """The report as if its checks had turned green one by one, ten minutes apart."""
    passing = [check.rule.id for check in report.checks if check.outcome == "pass"]
    moments = [Moment(begin + timedelta(minutes=10 * at), frozenset(passing[:at])) for at in range(len(passing) + 1)]
    return report._replace(progress=tuple(moments), checked_at=after(120))


def test_a_known_name_is_the_heading_and_the_id_stands_beside_it(pack: RulePack) -> None:
    text = render(judged("chidi", pack)._replace(person=Person("Chidi Anagonye")))
    page = Page(text)
    assert "<h1" in text
    heading = re.sub(r"<[^>]+>", "", text.partition("<h1")[2].partition("</h1>")[0]).partition(">")[2]
    assert heading == "Chidi Anagonye chidi"
    assert "<title>Chidi Anagonye · Serverless Reliability · 5 of 6</title>" in text
    assert "Serverless Reliability Chidi Anagonye chidi 1 check to go" in page.text
    assert_alone(page, pack)


def test_the_way_back_is_there_only_in_a_class(pack: RulePack) -> None:
    report = judged("chidi", pack)
    assert "../index.html" in Page(render(report, home="../index.html")).values("href")
    assert "All attendees" not in render(report)


def test_what_passes_tells_since_when(pack: RulePack) -> None:
    text = render(grown(judged("chidi", pack)))
    assert "green since 13:10" in re.sub("<[^>]+>", "", part(text, "dlq.plugin"))
    assert "green since 13:20" in re.sub("<[^>]+>", "", part(text, "dlq.queue"))
    assert "green since" not in part(text, "dlq.permission")
    assert text.count("green since") == 5


def test_the_date_stands_only_beside_another_day() -> None:
    assert since(after(5), after(90)) == "13:05"
    assert since(after(5), after(60 * 24)) == "24 Nov, 13:05"
    assert since(after(5), after(60 * 24 * 365)) == "24 Nov 2026, 13:05"
    assert since(after(5), None) == "24 Nov 2026, 13:05"
    here = timezone(timedelta(hours=1))
    assert since(after(5).replace(tzinfo=timezone.utc), after(90).replace(tzinfo=here)) == "14:05"
    assert wall_clock(datetime.max.replace(tzinfo=timezone.utc), here) == datetime.max


def test_the_way_here_is_drawn_where_somebody_looked_twice(pack: RulePack) -> None:
    report = grown(judged("chidi", pack))
    page = Page(render(report))
    assert "How it came 0 of 6 checks at first, 5 now." in page.text
    assert "Checks that pass, from 0 to 5 of 6" in page.values("aria-label")
    way = way_here(report)
    assert way is not None
    # 0 at first, and a sixth of the height every ten of the 120 minutes.
    assert way.curve.line == "M0 100H8.33V83.33H16.67V66.67H25V50H33.33V33.33H41.67V16.67H100"
    assert "How it came" not in render(report._replace(progress=report.progress[:1]))
    assert way_here(report._replace(checks=())) is None


def test_moments_without_order_do_not_leave_the_picture(pack: RulePack) -> None:
    report = grown(judged("ada", pack))
    backwards = report._replace(progress=(*reversed(report.progress), Moment(datetime(1970, 1, 1), frozenset())))
    way = way_here(backwards)
    assert way is not None
    assert all(0 <= float(one) <= 100 for one in re.findall(r"[\d.]+", way.curve.line))
    render(backwards)


def test_curves_hold_their_value_until_the_next() -> None:
    curve = steps([(after(0), 0), (after(30), 2), (after(45), 2), (after(60), 4)], after(0), after(60), 4)
    assert curve.line == "M0 100H50V50H100V0H100"
    assert curve.area == "M0 100H50V50H100V0H100V100H0Z"
    assert steps([], after(0), after(60), 4).line == ""
    assert steps([(after(0), 1)], after(0), after(0), 0).line == "M0 100H100"


@pytest.mark.parametrize(
    ("minutes", "labels"),
    [
        (6, ["13:00", "13:01", "13:02", "13:03", "13:04", "13:05", "13:06"]),
        (120, ["13:00", "13:30", "14:00", "14:30", "15:00"]),
        (60 * 20, ["15:00", "18:00", "21:00", "25 Nov", "03:00", "06:00", "09:00"]),
        (60 * 24 * 21, ["25 Nov", "2 Dec", "9 Dec"]),
    ],
)
def test_moments_on_the_axis_are_round(minutes: int, labels: list[str]) -> None:
    shown = ticks(after(0), after(minutes))
    assert [tick.label for tick in shown][: len(labels)] == labels
    assert all(0 <= tick.at <= 100 for tick in shown)
    assert len(shown) <= 8


def test_no_span_of_time_is_too_long_for_an_axis() -> None:
    assert 0 < len(ticks(datetime.min, datetime.max)) < 12
    assert len(ticks(after(0), after(0))) <= 2


def test_marks_stand_beside_their_answers(pack: RulePack) -> None:
    report = marked(judged("chidi", pack), qa_how=Mark(1.5, 2, "What happens <b>below</b> it?"), qa_burst=Mark(0, 1))
    page = Page(render(report))
    assert "1.5 of 2 points Your instructor: What happens <b>below</b> it?" in page.text
    assert "0 of 1 point " in page.text
    assert "2 of 4 answered, 1.5 of 3 points" in page.text
    assert "Score: 6.5 of 9" in page.values("aria-label")
    assert "6.5 of 9" in page.text
    assert_alone(page, pack)


def test_the_ring_is_closed_only_with_all_points(pack: RulePack) -> None:
    def arcs(points: float) -> list[dict[str, str]]:
        page = Page(render(marked(judged("ada", pack), qa_how=Mark(points, 2))))
        return [one for one in page.named("circle") if one.get("class", "").startswith("arc")]

    assert len(arcs(2)) == 1
    unfinished = arcs(1.5)
    # Six checks, the room of the question, and what of it is filled: three quarters.
    assert len(unfinished) == 8
    assert all(one["pathlength"] == "8" for one in unfinished)
    room, filled = (float(one["stroke-dasharray"].split()[0]) for one in unfinished[-2:])
    assert filled == pytest.approx(room * 0.75, abs=0.001)


def test_points_are_written_as_people_do() -> None:
    assert [number(one) for one in (0, 2, 2.0, 1.5, 1 / 3, 10, 100.25)] == [
        "0",
        "2",
        "2",
        "1.5",
        "0.33",
        "10",
        "100.25",
    ]


def test_a_mark_changes_nothing_about_the_checks(pack: RulePack) -> None:
    text = Page(render(marked(judged("ada", pack), qa_how=Mark(0, 2)))).text
    assert "Every check of Serverless Reliability passes. Well done." in text
    alone = with_stack(judged("ada", pack), RIGHT, alone=True)
    assert "All that could be asked of Serverless Reliability passes" in Page(render(alone)).text


def test_marks_show_also_where_only_a_stack_was_judged(pack: RulePack) -> None:
    alone = with_stack(judged("ada", pack), RIGHT, alone=True)
    assert "Questions" not in Page(render(alone)).text
    assert "2 of 2 points" in Page(render(marked(alone, qa_how=Mark(2, 2)))).text


@pytest.mark.slow
@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[1:25])
def test_hostile_names_and_comments_stay_text(text: str, pack: RulePack) -> None:
    def page(word: str) -> str:
        report = marked(grown(judged("chidi", pack)), qa_how=Mark(1, 2, word), qa_rearchitect=Mark(1, 2, word))
        return render(report._replace(person=Person(word, word, ((word, word),))), home=f"../{word}")

    hostile = Page(page(text))
    assert shapes(hostile) <= shapes(Page(page("word")))
    assert_alone(hostile, pack)
    assert len(page(text).encode()) < 150_000
