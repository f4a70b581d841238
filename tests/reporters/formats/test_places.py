"""Where a submission's file stands, seen from the top of the repository."""

from __future__ import annotations

import pytest

from checker.modules import ModuleFiles
from checker.report import Report, SubmissionFacts
from checker.reporters.formats.places import Places
from checker.rulepack import RulePack

FORK = Places("/srv/fork", "/srv/fork")
BELOW = Places("/srv/fork", "/srv/fork/services")


@pytest.mark.parametrize(
    ("places", "path", "file", "wanted"),
    [
        (FORK, ".", "serverless.yml", "serverless.yml"),
        (FORK, "services/record", "serverless.yml", "services/record/serverless.yml"),
        (FORK, "services/record/serverless.yml", "serverless.yml", "services/record/serverless.yml"),
        (FORK, "services\\record", "parts\\table.yml", "services/record/parts/table.yml"),
        (BELOW, ".", "serverless.yml", "services/serverless.yml"),
        (BELOW, "../other", "resources/table.yml", "other/resources/table.yml"),
        (FORK, "/srv/fork/record", "serverless.yml", "record/serverless.yml"),
        (FORK, "record/.serverless/state.json", "state.json", "record/.serverless/state.json"),
        (FORK, "record", ".serverless/state.json", "record/.serverless/state.json"),
        (BELOW, "../../elsewhere", "serverless.yml", "ada/serverless.yml"),
        (FORK, "/somewhere/else", "serverless.yml", "ada/serverless.yml"),
        (FORK, "", "serverless.yml", "serverless.yml"),
        (FORK, "record/serverless.js", "serverless.js", "record/serverless.js"),
        (FORK, "record/serverless.TS", "serverless.TS", "record/serverless.TS"),
        (FORK, "record.yml/", "serverless.yml", "record.yml/serverless.yml"),
        (BELOW, "record.json/", "parts/table.yml", "services/record.json/parts/table.yml"),
        (Places("/", "/home"), "fork", "serverless.yml", "home/fork/serverless.yml"),
    ],
)
def test_a_path_is_told_from_the_top_of_the_repository(
    pack: RulePack, places: Places, path: str, file: str, wanted: str
) -> None:
    assert places.path(Report(pack, SubmissionFacts("ada", path)), file) == wanted


@pytest.mark.parametrize(
    ("id_", "file", "wanted"),
    [
        ("../ada/..", "serverless.yml", "-ada-../serverless.yml"),
        ("..", "serverless.yml", "submission/serverless.yml"),
        ("ada", "../../etc/passwd", "ada/etc/passwd"),
    ],
)
def test_neither_an_id_nor_a_file_leads_out(pack: RulePack, id_: str, file: str, wanted: str) -> None:
    assert FORK.path(Report(pack, SubmissionFacts(id_, "/elsewhere")), file) == wanted


@pytest.mark.parametrize(
    ("places", "path", "wanted"),
    [
        (FORK, ".", "."),
        (FORK, "services/record", "services/record"),
        (FORK, "services\\record\\serverless.yml", "services/record"),
        (BELOW, ".", "services"),
        (FORK, "/srv/fork/record", "record"),
        (FORK, "/somewhere/else", "/somewhere/else"),
        (BELOW, "../../elsewhere", "../../elsewhere"),
        (FORK, "", ""),
        (BELOW, "record.yml/", "services/record.yml/"),
    ],
)
def test_a_reader_at_the_top_is_told_the_path_from_there(
    pack: RulePack, places: Places, path: str, wanted: str
) -> None:
    assert places.from_top(Report(pack, SubmissionFacts("ada", path))).submission.path == wanted


@pytest.mark.parametrize(
    ("places", "folder", "option"),
    [
        (FORK, "modules/mine", " --module ./modules/mine"),
        (BELOW, "modules/mine", " --module ./services/modules/mine"),
        (BELOW, "../modules/mine", " --module ./modules/mine"),
        (BELOW, "", " --module ./services"),
        (BELOW, "../../elsewhere/mine", " --module ../elsewhere/mine"),
        (BELOW, "/somewhere/mine", " --module /somewhere/mine"),
    ],
)
def test_a_module_of_ones_own_is_told_from_there_too(pack: RulePack, places: Places, folder: str, option: str) -> None:
    own = Report(pack._replace(files=ModuleFiles(folder=folder)), SubmissionFacts("ada", "."))
    assert places.from_top(own).module.files.option == option
    assert places.from_top(Report(pack, SubmissionFacts("ada", "."))).module.files.option == ""
