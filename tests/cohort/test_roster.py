"""Reading the roster: every way a spreadsheet saves it, and every way a row can be wrong."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.cohort.roster import Roster, RosterRow, read_roster
from checker.cohort.tables import decode_table
from checker.errors import UsageError
from checker.report import Person


def roster(text: str) -> Roster:
    return read_roster(text, "roster.csv")


def test_every_column() -> None:
    (row,) = roster(
        "id,name,email,path,stage,stack,region,profile,role_arn\n"
        "ada,Ada Lovelace,ada@example.com,work/ada,user0,wild-rydes-ride-record-user0,us-east-2,class-a,"
        "arn:aws:iam::123456789012:role/team/Grader\n"
    ).rows
    assert row._asdict() == {
        "line": 2,
        "id": "ada",
        "person": Person("Ada Lovelace", "ada@example.com"),
        "path": "work/ada",
        "stage": "user0",
        "stack": "wild-rydes-ride-record-user0",
        "region": "us-east-2",
        "profile": "class-a",
        "role_arn": "arn:aws:iam::123456789012:role/team/Grader",
    }


def test_what_is_empty_is_none() -> None:
    (row,) = roster("ID , Stage,PATH\n ada ,,  \n").rows
    assert (row.id, row.stage, row.path, row.stack, row.person) == ("ada", None, None, None, Person())


def test_further_columns_are_kept_in_order() -> None:
    (row,) = roster("Section,id,Team,section,Team,\n2,ada,red,x,blue,\n").rows
    assert row.person.columns == (("Section", "2"), ("Team", "red"), ("section", "x"), ("Team (2)", "blue"))


@pytest.mark.parametrize(
    "text",
    [
        "id;name;stage\r\nada;Ada, L.;s1\r\n",
        "id\tname\tstage\nada\tAda, L.\ts1\n",
        'id,name,stage\rada,"Ada, L.",s1\r',
        "\ufeffsep=;\nid;name;stage\nada;Ada, L.;s1",
        '\n  \n,,\nid,name,stage\n\n"ada","Ada, L.",s1\n,,\n',
        'stage;"a,b,c,d";id;Name\ns1;x;ada;Ada, L.\n',
        "Stage,Role ARN,NAME,Id\ns1,,Ada  L.,ada\n".replace("Ada  L.", '"Ada, \n L."'),
    ],
)
def test_any_spreadsheet_can_have_saved_it(text: str) -> None:
    read = roster(text)
    assert read.problems == ()
    assert [(row.id, row.person.name, row.stage) for row in read.rows] == [("ada", "Ada, L.", "s1")]


@pytest.mark.parametrize(
    "content",
    [
        "id,name\nzoë,Zoë\n".encode(),
        codecs.BOM_UTF8 + "id,name\nzoë,Zoë\n".encode(),
        "id\tname\r\nzoë\tZoë\r\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "id\tname\r\nzoë\tZoë\r\n".encode("utf-16-be"),
    ],
)
def test_encodings(content: bytes) -> None:
    (row,) = read_roster(decode_table(content, "roster.csv"), "roster.csv").rows
    assert (row.id, row.person.name) == ("zoë", "Zoë")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04rest", "roster.csv: this is a spreadsheet or an archive and not a CSV file. Save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "roster.csv: this is a spreadsheet or an archive"),
        (b"id,name\nada,\xe9\n", "roster.csv:2: this is no text in UTF-8. Save it as CSV (in Excel: CSV UTF-8)"),
        (b"\xff\xfei", "roster.csv:1: this is no text in UTF-8."),
        (b"id\nada\n\0\n", "roster.csv:3: a NUL byte stands here"),
        (b"", "roster.csv:1: this file is empty. Its first line names the columns: id, name"),
        (b"\n , \n", "roster.csv:1: this file is empty."),
        (b"\nada,Ada\nben,Ben\n", "roster.csv:2: the first line names the columns, and none of them is id, name"),
        (b"name,email\nAda,a@b\n", "roster.csv:1: no column is called id, path or stack. Add one"),
        (b"id,name,id\n", "roster.csv:1: the column `id` stands here twice. Take one of them away."),
        (b'id,name\nada,Ada\nben,"Ben\nchidi,C\n', "roster.csv:3: a quotation mark opens here or below"),
        (b"id\n" + b"a\n" * 100_001, "roster.csv:100002: these are more than 100000 rows."),
        (b"id\n" + b'"a"b\n' * 100_001, "roster.csv:100002: these are more than 100000 rows."),
        (b"id\n" + b"a" * 5 * 1024 * 1024, "roster.csv: this is larger than 5 MiB."),
    ],
)
def test_what_is_no_roster(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_roster(decode_table(content, "roster.csv"), "roster.csv")
    assert str(caught.value).startswith(message)


def test_what_is_too_large_is_not_decoded() -> None:
    with pytest.raises(UsageError, match="5 MiB"):
        decode_table("é".encode() * 3 * 1024 * 1024, "roster.csv")


def test_a_cell_is_bounded() -> None:
    read = roster("id\n" + "a" * 200_000 + "\nada\n")
    assert [row.id for row in read.rows] == ["ada"]
    assert [problem.message for problem in read.problems] == ["this row is no CSV (a cell is far too long)."]


def test_a_text_is_bounded_too() -> None:
    with pytest.raises(UsageError, match="5 MiB"):
        roster("id\n" + "a" * 5 * 1024 * 1024)


def test_a_bad_row_stops_no_other() -> None:
    read = roster('id,name\nada,"A\nB"\n\nben,"x"y\nchidi,C,more\nada,again\n,nobody\ndora,D,,\n')
    assert [(row.line, row.id) for row in read.rows] == [(2, "ada"), (9, "dora")]
    assert [problem[:3] for problem in read.problems] == [
        (5, None, "this row is no CSV (a quotation mark inside of a cell is written twice)."),
        (6, "chidi", "there are more cells than columns. Put a cell with a comma into quotation marks."),
        (7, "ada", "`ada` stands in line 2 already, which counts. Give each an id."),
        (8, None, "this tells neither an id nor a path nor a stack. Write one of them."),
    ]


@pytest.mark.parametrize(
    "id_", ["../../etc/passwd", "/", 'say "hi"', "O'Neill", "🎉👩‍🚀", "=1+1", "a\\b", "x" * 200, "عليّ"]
)
def test_an_id_is_only_a_name(id_: str) -> None:
    (row,) = roster('id\n"{}"\n'.format(id_.replace('"', '""'))).rows
    assert row.id == id_


@pytest.mark.parametrize(
    ("cells", "id_", "message"),
    [
        ("x" * 201, "x" * 201, "the id is longer than 200 characters. Give a shorter one."),
        ("a\x1bb", "a\x1bb", "the id `a\\x1bb` holds control characters. Write it anew."),
        ('"a\nb"', "a\nb", "the id `a b` holds control characters. Write it anew."),
        ("ada,a\x07b", "ada", "the path `a\\x07b` holds control characters. Write it anew."),
        ("ada,,my stage", "ada", "stage: `my stage` is not a stage, such as user0."),
        ("ada,,,9x", "ada", "stack: `9x` is not a stack's name, such as wild-rydes-ride-record-user0."),
        ("ada,,,wild-*", "ada", "stack: `wild-*` is not a stack's name, such as wild-rydes-ride-record-user0."),
        ("ada,,,,useast2", "ada", "region: `useast2` is not a region, such as us-east-2."),
        ("ada,,,,us-east-٢", "ada", "region: `us-east-٢` is not a region, such as us-east-2."),
        ("ada,,,,,[x]", "ada", "profile: `[x]` is not a profile, such as class-a."),
        ("ada,,,,,--debug", "ada", "profile: `--debug` is not a profile, such as class-a."),
        (
            "ada,,,,,,arn:aws:iam::1:role/x",
            "ada",
            "role_arn: `arn:aws:iam::1:role/x` is not a role's ARN, such as arn:aws:iam::123456789012:role/Grader.",
        ),
    ],
)
def test_a_cell_out_of_form(cells: str, id_: str, message: str) -> None:
    text = f"id,path,stage,stack,region,profile,role_arn\n{cells}\nben\n"
    read = roster(text)
    assert [row.id for row in read.rows] == ["ben"]
    assert [(problem.id, problem.message) for problem in read.problems] == [(id_, message)]


def test_what_a_bad_row_says_is_kept_where_it_can_be_read() -> None:
    read = roster(
        "id,name,email,path,stage,stack,region,Section\n"
        "ada,Ada,ada@x,work/a,my stage,wild-ada,us-east-2,2\n"
        "ben,Ben,ben@x,work/b,s1,,us-east-2,2,more\n"
        "chidi,Eze, Chidi,chidi@x,work/c,s1,,us-east-2,2\n"
        "dora,Dora,dora@x,a\x07b,s1,,,2\n"
    )
    ada, ben, chidi, dora = (problem.row for problem in read.problems)
    section = (("Section", "2"),)
    assert ada == RosterRow(
        *(2, "ada", Person("Ada", "ada@x", section)), *("work/a", None, "wild-ada", "us-east-2", None, None)
    )
    assert ben == RosterRow(3, "ben", Person("Ben", "ben@x", section), *[None] * 6)
    assert chidi is not None
    assert chidi.person[:2] == ("Eze", "")  # what stands there is the half of a name
    assert dora is not None
    assert (dora.path, dora.stage, dora.person.email) == (None, "s1", "dora@x")


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    (problem,) = roster("id,stack,region\nada,9,8\n").problems
    assert "stack: `9`" in problem.message
    assert "region: `8`" in problem.message


@pytest.mark.parametrize("region", ["us-east-2", "us-gov-west-1", "cn-north-1", "ap-southeast-7", "us-isob-east-1"])
def test_regions_of_every_partition(region: str) -> None:
    assert roster(f"id,region\nada,{region}\n").rows[0].region == region


@pytest.mark.parametrize(
    ("path", "stack", "id_"),
    [
        ("work/ada", "", "ada"),
        ("work/ada/", "", "ada"),
        ("C:\\work\\ada", "wild-user0", "ada"),
        ("handed-in/Ada.ZIP", "", "Ada"),
        ("ada/serverless.yml", "", "ada"),
        ("serverless.yml", "wild-user0", "wild-user0"),
        (".", "wild-user0", "wild-user0"),
        ("..", "arn:aws:cloudformation:us-east-2:123456789012:stack/wild-user1/abc-1", "wild-user1"),
    ],
)
def test_an_id_left_out_comes_from_where_the_work_is(path: str, stack: str, id_: str) -> None:
    (row,) = roster(f"path,stack\n{path},{stack}\n").rows
    assert row.id == id_
    assert row.path == path


def test_an_export_of_canvas_is_a_roster() -> None:
    read = roster(
        "Student,ID,SIS User ID,SIS Login ID,Section,Week 1 (7)\n"
        ",,,,,Manual Posting\n"
        "    Points Possible,,,,,6\n"
        '"Lovelace, Ada",12,S12,ada7,Monday,\n'
    )
    assert read.problems == ()
    (row,) = read.rows
    assert (row.id, row.person.name) == ("12", "Lovelace, Ada")
    assert row.person.columns[1:4] == (("SIS User ID", "S12"), ("SIS Login ID", "ada7"), ("Section", "Monday"))


def test_an_own_id_stands_beside_that_of_canvas() -> None:
    (row,) = roster("Student,ID,id\nAda,12,ada\n").rows
    assert row.id == "ada"
    assert row.person.columns == (("Student", "Ada"), ("ID", "12"))


def test_a_worksheet_of_moodle_is_a_roster() -> None:
    (row,) = roster("Identifier,Full name,Email address,Status,id\nParticipant 9,Ada L.,ada@x,Graded,ada\n").rows
    assert row.person[:2] == ("Ada L.", "ada@x")
    assert row.person.columns[0] == ("Identifier", "Participant 9")


@given(st.text(st.one_of(st.sampled_from('id,;\t\n\r"= x'), st.characters()), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = roster(f"id,name\n{text}")
    except UsageError:  # a mark that is not closed, or a NUL byte
        return
    lines = [row.line for row in read.rows]
    assert lines == sorted(set(lines))
    assert len({row.id for row in read.rows}) == len(read.rows)
