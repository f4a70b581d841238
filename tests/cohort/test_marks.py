"""Reading the instructor's marks and putting them into reports."""

from __future__ import annotations

import pytest

from checker.cohort.marks import Marks, read_marks
from checker.errors import CheckError, UsageError
from checker.report import Answer, Mark, Report, Score, SubmissionFacts
from checker.rulepack import RulePack
from tests.reporters.cohorts import report_of

QUESTIONS = ("qa.how", "qa.burst", "qa.alternative")
HEAD = "id,question,points,comment\n"


def marks(rows: str, head: str = HEAD) -> Marks:
    return read_marks(head + rows, "marks.csv", QUESTIONS)


def test_points_in_every_form() -> None:
    read = marks('ada,qa.how,2/3,"Good, mostly"\nben,qa.how,1.5,\nada,qa.burst,.5 / 2,\nchidi,qa.how,0,\n')
    assert read.problems == ()
    assert read.possible == {"qa.how": 3, "qa.burst": 2}
    assert read.given == {
        "ada": {"qa.how": Mark(2, 3, "Good, mostly"), "qa.burst": Mark(0.5, 2)},
        "ben": {"qa.how": Mark(1.5, 3)},
        "chidi": {"qa.how": Mark(0, 3)},
    }
    assert repr(read.given["ada"]["qa.how"].points) == "2", "whole points are no 2.0 in JSON"


def test_as_a_european_spreadsheet_saves_it() -> None:
    read = marks("ada;QA.How;1,5/3;gut\r\n\r\n", head="\ufeffID;Question;POINTS;Comment\r\n")
    assert read.given == {"ada": {"qa.how": Mark(1.5, 3, "gut")}}


def test_columns_of_the_instructors_own_are_left_aside() -> None:
    read = marks("x,ada,qa.how,2,\n", head="marked by,id,question,points,comment\n")
    assert read.given == {"ada": {"qa.how": Mark(2, 2)}}
    assert marks("ada,qa.how,2\n", head="id,question,points\n").given == {"ada": {"qa.how": Mark(2, 2)}}


def test_a_question_is_worth_the_most_behind_a_slash() -> None:
    assert marks("ada,qa.how,2/3,\nben,qa.how,1/4,\nchidi,qa.how,4,\n").possible == {"qa.how": 4}
    assert marks("ada,qa.how,2,\nben,qa.how,5,\n").possible == {"qa.how": 5}


def test_a_row_prepared_for_a_mark_waits() -> None:
    read = marks("ada,qa.how,,\nben,qa.how,2/3,\n")
    assert read.problems == ()
    assert read.given == {"ben": {"qa.how": Mark(2, 3)}}


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",qa.how,1,", "the id is missing. Write whose answer this is."),
        ("ada,qa.hwo,1,", "there is no question `qa.hwo`. Did you mean `qa.how`?"),
        ("ada,,1,", "there is no question an empty cell."),
        ("ada,qa.how,,Nice", "a comment stands here, and no points. Write points such as 2, 1.5, or 2/3"),
        ("ada,qa.how,two,", "`two` are no points. Write points such as 2, 1.5, or 2/3 for two of three."),
        ("ada,qa.how,-1,", "`-1` are no points."),
        ("ada,qa.how,NaN,", "`NaN` are no points."),
        ("ada,qa.how,inf,", "`inf` are no points."),
        ("ada,qa.how,1e9,", "`1e9` are no points."),
        ("ada,qa.how,٣,", "`٣` are no points."),
        ("ada,qa.how,1/2/3,", "`1/2/3` are no points."),
        ("ada,qa.how,1001,", "`1001` is more than a question can be worth, which is 1000."),
        ("ada,qa.how,1/1001,", "`1/1001` is more than a question can be worth, which is 1000."),
        ("ada,qa.how,3/2,", "3 points are more than the 2 possible."),
        ("ada,qa.how,4,", "4 points are more than the 3 possible."),
        ("ben,qa.how,1,", "`ben` has a mark for qa.how in line 2, which counts."),
        ('ada,"qa"x,1,', "this row is no CSV"),
        ("ada,qa.burst,0,", "nobody has points for qa.burst, so it has no worth. Write it behind a slash"),
        ("ada,qa.burst,0/0,", "nobody has points for qa.burst"),
    ],
)
def test_a_bad_row_stops_no_other(row: str, problem: str) -> None:
    read = marks(f'ben,qa.how,2/3,"a\nb"\n{row}\nchidi,qa.how,1,\n')
    assert len(read.problems) == 1
    assert read.problems[0].startswith(f"marks.csv:4: {problem}")
    assert read.given == {"ben": {"qa.how": Mark(2, 3, "a\nb")}, "chidi": {"qa.how": Mark(1, 3)}}
    assert read.possible == {"qa.how": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,question,comment\n", "marks.csv:1: the column `points` is missing. A marks file starts with id,question,"),
        ("\nquestion,points\n", "marks.csv:2: the column `id` is missing."),
        ("ada,qa.how,2\n", "marks.csv:1: the first line names the columns, and none of them is id, question, points"),
        ('id,question,points\nada,"qa.how,1\n', "marks.csv:2: a quotation mark opens here or below"),
    ],
)
def test_what_is_no_marks_file(text: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_marks(text, "marks.csv", QUESTIONS)
    assert str(caught.value).startswith(message)


def test_an_id_that_is_no_submission() -> None:
    read = marks("ada,qa.how,2,\nbem,qa.how,2,\nbem,qa.burst,2,\nzzz,qa.hwo,1,\n")
    assert list(read.ids.items()) == [("ada", 2), ("bem", 3), ("zzz", 5)]
    assert read.strangers(["ada", "ben"]) == (
        "marks.csv:3: there is no submission `bem`. Did you mean `ben`?",
        "marks.csv:5: there is no submission `zzz`.",
    )


def test_marks_of_another_class_are_told_without_near_names() -> None:
    read = marks("".join(f"user{number},qa.how,1/3,\n" for number in range(100, 200)))
    said = read.strangers([f"user{number}" for number in range(200, 400)])
    assert len(said) == 100
    assert said[0] == "marks.csv:2: there is no submission `user100`."


def test_every_question_that_is_marked_counts_for_everyone() -> None:
    read = marks("ada,qa.how,2/3,\nben,qa.burst,1/4,\n")
    assert read.of("ada") == {"qa.how": Mark(2, 3), "qa.burst": Mark(0, 4)}
    assert read.of("eve") == {"qa.how": Mark(0, 3), "qa.burst": Mark(0, 4)}


def answered(pack: RulePack, id_: str, **answers: str) -> Report:
    told = tuple(Answer(one.id, one.question, answers.get(one.id[3:])) for one in pack.questions)
    return report_of("ben", pack)._replace(submission=SubmissionFacts(id_, id_), answers=told)


def by_question(report: Report) -> dict[str, Mark | None]:
    return {answer.id: answer.mark for answer in report.answers}


def test_an_answer_waits_for_its_mark_and_none_gets_no_points(pack: RulePack) -> None:
    read = marks("ada,qa.how,2/3,Good\nada,qa.burst,1/4,\n")
    ben = read.marked(answered(pack, "ben", how="So.", alternative="Thus."))
    assert by_question(ben) == {
        "qa.how": None,
        "qa.burst": Mark(0, 4),
        "qa.alternative": None,
        "qa.rearchitect": None,
    }
    assert ben.score == Score(0, 6 + 4, 0)
    ada = read.marked(answered(pack, "ada", how="So."))
    assert by_question(ada)["qa.how"] == Mark(2, 3, "Good")
    assert by_question(ada)["qa.burst"] == Mark(1, 4)


def test_a_mark_taken_out_of_the_file_is_gone(pack: RulePack) -> None:
    before = marks("ada,qa.how,2/3,\n").marked(answered(pack, "ada", how="So."))
    assert by_question(marks("ben,qa.burst,1,\n").marked(before))["qa.how"] is None


def test_marks_of_what_could_not_be_checked(pack: RulePack) -> None:
    read = marks("luis,qa.how,2/3,\nben,qa.burst,1/4,\n")
    error = CheckError("invalid-yaml", "no")
    luis = read.marked(Report(pack, SubmissionFacts("luis", "luis"), error=error))
    assert by_question(luis)["qa.how"] == Mark(2, 3)
    assert by_question(luis)["qa.burst"] is None
    eve = Report(pack, SubmissionFacts("eve", "eve"), error=error)
    assert read.marked(eve) == eve


def test_nobody_knows_the_answers_beside_a_stack(pack: RulePack) -> None:
    file = answered(pack, "ben")
    checks = tuple(check._replace(verdicts={"stack": check.first}) for check in file.checks)
    read = marks("ada,qa.how,2/3,\nben,qa.burst,1/4,\n")
    stack = read.marked(file._replace(checks=checks))
    assert (by_question(stack)["qa.how"], by_question(stack)["qa.burst"]) == (None, Mark(1, 4))
    assert by_question(read.marked(file))["qa.how"] == Mark(0, 3)
