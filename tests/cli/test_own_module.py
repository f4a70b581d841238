"""`--module` takes the path of one's own module, in every command that takes a module."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Iterable
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import pytest

from checker.authoring.starter import write_starter
from checker.cli import main
from checker.cohort.collecting import collect
from checker.cohort.grading import Run, Task, Views, carried, fingerprint, grade_submission
from checker.cohort.marks import Marks
from checker.cohort.submission import Request, Submission
from checker.errors import UsageError
from checker.modules import ModuleFiles, find_module
from checker.reporters.html import render
from checker.reporters.json import record
from checker.rulepack import load_pack

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the module `mine` and two submissions of it: `class/ada` is done, `class/ben` has not begun."""
    monkeypatch.chdir(tmp_path)
    write_starter("mine")
    for name in ("ada", "ben"):
        shutil.copytree("mine/start", tmp_path / "class" / name)
    with (tmp_path / "class" / "ada" / "serverless.yml").open("a", encoding="utf-8") as stream:
        stream.write("\nplugins:\n  - serverless-python-requirements\n")
    return tmp_path


@pytest.mark.parametrize("module", ["./mine", "mine/module.yaml", "./mine/", "mine/help.yaml"])
def test_a_service_is_checked_by_the_module_at_a_path(capsys: Captured, module: str) -> None:
    assert main(["check", "class/ben", "--module", module, "--format", "json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["module"] == {"id": "mine", "title": "Mine"}
    assert [(check["id"], check["reason"]) for check in told["checks"]] == [("packages.plugin", "plugin-missing")]
    assert main(["check", "class/ada", "--module", module]) == 0


def test_the_path_may_be_here_or_above(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir("mine/start")
    assert main(["--module", ".."]) == 1
    assert "A hint: rydecheck hint --module ..\n" in capsys.readouterr().out


def test_what_is_told_to_say_next_names_the_module(capsys: Captured) -> None:
    main(["check", "class/ben", "--module", "./mine"])
    assert "A hint: rydecheck hint class/ben --module ./mine\n" in capsys.readouterr().out
    main(["hint", "class/ben", "--module", "mine/module.yaml"])
    assert "rydecheck hint class/ben --module mine/module.yaml" in capsys.readouterr().out
    main(["explain", "packages.plugin", "--module", "./mine"])
    assert "rydecheck explain packages.plugin --hint 1 --module ./mine\n" in capsys.readouterr().out
    main(["explain", "packages.plugin", "--hint", "1", "--module", "./mine"])
    assert "rydecheck explain packages.plugin --hint 2 --module ./mine\n" in capsys.readouterr().out
    main(["questions", "class/ben", "--module", "./mine"])
    assert "`rydecheck questions --write --module ./mine`" in capsys.readouterr().out.replace("\n", " ")


def test_the_edit_comes_from_the_module(capsys: Captured) -> None:
    assert main(["diff", "class/ben", "--module", "./mine", "--apply"]) == 0
    capsys.readouterr()
    assert main(["check", "class/ben", "--module", "./mine"]) == 0


def test_a_module_of_one_s_own_is_listed(capsys: Captured) -> None:
    assert main(["modules", "--module", "./mine"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "Mine  mine"
    assert main(["modules"]) == 0
    assert "Serverless Reliability  reliability" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "says"),
    [
        ("mine", "there is no module `mine`; for the folder of that name here, say ./mine."),
        ("relability", "there is no module `relability`; did you mean reliability?"),
        ("zzz", "One of your own is named by its path, such as ./my-module."),
        ("", "there is no module ``"),
        ("./nothing", "there is no file or folder ./nothing."),
        ("./class", "there is no module.yaml in ./class"),
        ("class/ada/serverless.yml", "class/ada/serverless.yml:1:1: this is no rule pack: it has neither `id` nor"),
        ("/dev/zero", "/dev/zero: there is no such file, or it cannot be read."),
        ("./large/module.yaml", "large/module.yaml: this file is too large. A file of a module has at most 1 MiB."),
        ("./broken", "broken/module.yaml:3:1: a value is missing here."),
        ("./list.yaml", "list.yaml:1:1: a rule pack is a mapping."),
        ("./listed", "listed/module.yaml:1:1: a rule pack is a mapping."),
    ],
)
@pytest.mark.parametrize("command", [["check", "class/ada"], ["explain", "a.b"], ["grade", "class", "--out", "out"]])
def test_what_is_no_module_is_told_in_one_line(
    here: Path, capsys: Captured, command: list[str], module: str, says: str
) -> None:
    for name, text in (
        ("large/module.yaml", f"id: {'x' * 1024**2}"),
        ("broken/module.yaml", "id: x\ntitle: [\n"),
        ("listed/module.yaml", "- id: x\n"),
        ("list.yaml", "- id: x\n"),
    ):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).write_text(text, encoding="utf-8")
    assert main([*command, "--module", module]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert says in told
    assert not (here / "out").exists()


def test_a_module_without_help_is_told_when_help_is_asked_for(here: Path, capsys: Captured) -> None:
    (here / "mine" / "help.yaml").unlink()
    assert main(["check", "class/ada", "--module", "./mine"]) == 0
    capsys.readouterr()
    for command in (["hint", "class/ben"], ["explain", "packages.plugin"], ["grade", "class", "--out", "out"]):
        assert main([*command, "--module", "./mine"]) == 2
        assert capsys.readouterr().err.startswith("mine/help.yaml: there is no such file, or it cannot be read. Hints,")
    assert not (here / "out").exists()


def results(folder: Path) -> dict[str, tuple[str, str]]:
    """What a class came out as: by submission, the module and the status."""
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    return {one["submission"]["id"]: (one["module"]["id"], one["status"]) for one in told}


@pytest.mark.parametrize("executor", ["thread", pytest.param("process", marks=pytest.mark.slow)])
def test_a_class_is_graded_by_it(here: Path, capsys: Captured, executor: str) -> None:
    command = ["grade", "class", "--module", "./mine", "--out", "out", "--executor", executor, "--jobs", "2"]
    assert main(command) == 0
    assert results(here / "out") == {"ada": ("mine", "complete"), "ben": ("mine", "incomplete")}
    page = (here / "out" / "attendees" / "ben.html").read_text(encoding="utf-8")
    assert "Enable the plugin for Python packages" in page
    assert "serverless-python-requirements" in page
    capsys.readouterr()


def test_a_class_is_judged_again_when_the_module_changes(here: Path, capsys: Captured) -> None:
    command = ["grade", "class", "--module", "./mine", "--out", "out"]
    runs = []
    for old, new in (("", ""), ("", ""), ("points: 1", "points: 2"), ("The plugin's manual", "Its manual")):
        for name in ("module.yaml", "help.yaml"):
            path = here / "mine" / name
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(old, new) if old else text, encoding="utf-8")
        assert main(command) == 0
        told = [json.loads(line) for line in (here / "out" / "results.jsonl").read_text("utf-8").splitlines()]
        runs.append({one["grading"]["run"] for one in told})
    assert runs[0] == runs[1]
    assert len({*runs[1], *runs[2], *runs[3]}) == 3
    capsys.readouterr()


def test_a_class_is_rendered_again_with_it(here: Path, capsys: Captured) -> None:
    main(["grade", "class", "--module", "./mine", "--out", "out"])
    capsys.readouterr()
    (here / "out" / "index.html").unlink()
    assert main(["report", "out/results.jsonl", "--module", "./mine", "--out", "out"]) == 0
    assert (here / "out" / "index.html").exists()
    assert main(["report", "out/results.jsonl", "--out", "again"]) == 2
    assert capsys.readouterr().err == (
        "rydecheck: out/results.jsonl:1: there is no module `mine` here; name it by its path: --module ./mine\n"
    )
    assert main(["report", "out/results.jsonl", "--module", "reliability", "--out", "again"]) == 2
    assert "this is a result of the module `mine`, and reliability is `reliability`." in capsys.readouterr().err


def test_a_result_of_a_module_with_the_id_of_a_shipped_one_asks_for_its_path(here: Path, capsys: Captured) -> None:
    module = here / "mine" / "module.yaml"
    module.write_text(module.read_text("utf-8").replace("id: mine", "id: reliability"), encoding="utf-8")
    main(["grade", "class", "--module", "./mine", "--out", "out"])
    capsys.readouterr()
    assert main(["report", "out/results.jsonl", "--out", "again"]) == 2
    assert capsys.readouterr().err == (
        "rydecheck: out/results.jsonl:1: this is a result of another module `reliability`, which has a check "
        "`packages.plugin`; name the one that it is of: --module PATH.\n"
    )
    assert main(["report", "out/results.jsonl", "--module", "./mine", "--out", "out"]) == 0


def test_a_result_names_no_file_of_this_machine(here: Path, capsys: Captured) -> None:
    """A line of results that somebody sent may say anything; only `--module` opens a module."""
    main(["grade", "class", "--module", "./mine", "--out", "out"])
    path = here / "out" / "results.jsonl"
    text = path.read_text(encoding="utf-8").replace('"module":{"id":"mine"', '"module":{"id":"./mine"')
    path.write_text(text, encoding="utf-8")
    assert main(["report", "out/results.jsonl", "--out", "again"]) == 2
    assert "there is no module `./mine` here" in capsys.readouterr().err


def run(module: ModuleFiles) -> Run:
    views = Views(record, partial(render, home="../index.html"))
    return Run(module, Request(), datetime(2030, 1, 1, tzinfo=timezone.utc), views, Marks.none())


def submissions() -> Iterable[Submission]:
    from checker.cohort.collecting import Reach

    return carried(collect(["class"], None, "", {}, Reach(deployed=False, profile=None, endpoint_url=None)).submissions)


def test_a_module_travels_with_its_files(here: Path) -> None:
    """As to another machine: what judges there has nothing but the task."""
    whole = run(load_pack(find_module("./mine").carrying()).files)
    tasks = pickle.dumps([Task(one, whole, fingerprint(one, whole), ()) for one in submissions()])
    shutil.rmtree(here / "mine")
    lines = [json.loads(grade_submission(task).line) for task in pickle.loads(tasks)]
    assert [(one["module"]["id"], one["status"]) for one in lines] == [("mine", "complete"), ("mine", "incomplete")]


def test_a_fingerprint_is_of_the_files_and_not_of_their_place(here: Path) -> None:
    shutil.copytree(here / "mine", here / "moved")
    ada = next(iter(submissions()))
    of = {name: fingerprint(ada, run(find_module(f"./{name}").carrying())) for name in ("mine", "moved")}
    assert of["mine"] == of["moved"] != fingerprint(ada, run(ModuleFiles("reliability")))
    (here / "moved" / "help.yaml").write_text("other: {}\n", encoding="utf-8")
    assert fingerprint(ada, run(find_module("./moved").carrying())) != of["mine"]


def test_a_shipped_module_is_found_by_its_id_also_beside_a_folder_of_that_name(here: Path) -> None:
    (here / "reliability").mkdir()
    assert find_module("reliability").id == "reliability"
    with pytest.raises(UsageError, match=r"no module\.yaml in \./reliability"):
        find_module("./reliability")
