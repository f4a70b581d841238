"""`pytest --rydecheck` in a fork: which items there are, what they say, and that the fork's own tests go on."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from checker.cli import main
from checker.cohort.submission import Request, check_path
from checker.pytest_plugin.session import Check
from checker.reporters.text import render
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, REPOSITORY

pytest_plugins = ["pytester"]

OWN_TEST = """\
def test_own():
    pass


def test_another():
    pass
"""
OWN = ["tests/test_own.py::test_own", "tests/test_own.py::test_another"]
CHECKS = [
    "dlq.plugin",
    "dlq.queue",
    "dlq.permission",
    "dlq.target",
    "table.on_demand",
    "table.no_provisioned",
    "extra.dlq_processor",
    "extra.autoscaling",
]
CHIDI = FIXTURES / "class" / "chidi"  # one mistake, at dlq.permission

Fork = Callable[..., pytest.Pytester]


@pytest.fixture
def fork(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Fork:
    """Makes the current folder a fork of the workshop's repository, with tests of its own."""
    # The plugin of Hypothesis takes two seconds a run, and has nothing to do here.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")

    def make(service: Path = CHIDI, **files: str) -> pytest.Pytester:
        shutil.copytree(service, pytester.path, dirs_exist_ok=True)
        (pytester.path / "tests").mkdir()
        (pytester.path / "tests" / "test_own.py").write_text(OWN_TEST, encoding="utf-8")
        for name, content in files.items():
            (pytester.path / name.replace("_", ".")).write_text(content, encoding="utf-8")
        return pytester

    return make


def outcomes(pytester: pytest.Pytester, *arguments: str) -> dict[str, str]:
    """What became of each item that ran, in the order of the run."""
    record = pytester.inline_run("--rydecheck", *arguments)
    reports = record.getreports("pytest_runtest_logreport")
    return {one.nodeid: one.outcome for one in reports if one.when == "call" or one.skipped}


def ids(*checks: str) -> list[str]:
    return [f"serverless.yml::{check}" for check in checks]


def shown(result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str()


def test_the_items_are_named_for_what_they_are(fork: Fork) -> None:
    items, _ = fork().inline_genitems("--rydecheck")
    assert [item.name for item in items if isinstance(item, Check)] == CHECKS


def test_each_check_is_an_item_behind_the_tests_that_are_there(fork: Fork) -> None:
    assert outcomes(fork()) == {
        **dict.fromkeys(OWN, "passed"),
        **dict.fromkeys(ids(*CHECKS[:6]), "passed"),
        "serverless.yml::dlq.permission": "failed",
        "serverless.yml::extra.dlq_processor": "skipped",
        "serverless.yml::extra.autoscaling": "skipped",
    }


def test_without_the_flag_there_is_no_line_and_no_item(fork: Fork) -> None:
    pytester = fork()
    plain = pytester.runpytest_inprocess("-v", "--rydecheck-only", "no.check", "--rydecheck-path", "nowhere")
    plain.assert_outcomes(passed=2)
    lines = [line for line in shown(plain).splitlines() if "rydecheck" in line or "serverless" in line]
    # pytest lists its plugins, and names the interpreter and the folder, which may be called anything.
    of_pytest = ("plugins: ", "platform ", "rootdir: ", "cachedir: ")
    assert [line for line in lines if not line.startswith(of_pytest)] == []
    assert "rydecheck" not in shown(pytester.runpytest_inprocess("--markers"))


@pytest.mark.parametrize("tb", ["auto", "long", "short", "native"])
def test_a_failure_has_the_words_and_lines_of_the_terminal(fork: Fork, pack: RulePack, tb: str) -> None:
    pytester = fork()
    report = render(check_path(pytester.path, pack, Request()))
    told = report[report.index("  serverless.yml:46:5") : report.index("  A hint: ")]
    assert "IAM compares ARNs" in told
    result = pytester.runpytest_inprocess("--rydecheck", f"--tb={tb}")
    text = result.stdout.str()
    assert f"{told}  A hint: rydecheck hint dlq.permission\n" in text
    result.stdout.fnmatch_lines(["___* dlq.permission: Let PutRideRecordSns write to the queue *___"])
    result.stdout.fnmatch_lines(["FAILED serverless.yml::dlq.permission - `Ref` of a queue gives*"])
    assert "pytest_plugin" not in text
    assert "Traceback" not in text


def test_the_page_shows_what_is_printed(fork: Fork) -> None:
    page = (REPOSITORY / "docs" / "pytest.md").read_text(encoding="utf-8")
    told = page[page.index("serverless.yml ..F") : page.index("==================== 1 failed")]
    assert told in fork().runpytest_inprocess("--rydecheck").stdout.str() + "\n"


def test_one_line_a_failure_names_the_line_of_the_service(fork: Fork) -> None:
    result = fork().runpytest_inprocess("--rydecheck", "--tb=line")
    result.stdout.fnmatch_lines(["serverless.yml:46: `Ref` of a queue gives its URL, and IAM compares ARNs."])


def test_extra_credit_that_is_open_is_skipped_and_says_so(fork: Fork) -> None:
    result = fork(FIXTURES / "service" / "answer").runpytest_inprocess("--rydecheck", "-rs")
    assert result.ret == pytest.ExitCode.OK
    result.assert_outcomes(passed=8, skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED * extra credit, open: No function has an `sqs` event with the queue's ARN."])


def test_what_cannot_be_told_fails_as_the_command_does(fork: Fork) -> None:
    pytester = fork(FIXTURES / "class" / "maya")
    found = outcomes(pytester)
    assert found["serverless.yml::table.on_demand"] == "failed"
    assert main([str(pytester.path), "--output", str(pytester.path / "report.txt")]) == 1


def test_strict_takes_the_workshops_own_way_only(fork: Fork) -> None:
    pytester = fork(FIXTURES / "class" / "priya")
    assert outcomes(pytester, "serverless.yml::dlq.target") == {"serverless.yml::dlq.target": "passed"}
    assert outcomes(pytester, "serverless.yml::dlq.target", "--rydecheck-strict") == {
        "serverless.yml::dlq.target": "failed"
    }
    result = pytester.runpytest_inprocess("--rydecheck", "--rydecheck-strict")
    result.stdout.fnmatch_lines(["  A hint: rydecheck hint dlq.target --strict"])


@pytest.mark.slow
def test_a_note_of_a_check_that_passes_is_told_once(fork: Fork) -> None:
    pytester = fork(FIXTURES / "dlq.permission" / "pass--all-queues")
    note = "serverless.yml::dlq.permission: This covers more resources than the step needs*"
    result = pytester.runpytest_inprocess("--rydecheck")
    result.stdout.fnmatch_lines(["=* rydecheck notes *=", note])
    asked = pytester.runpytest_inprocess("--rydecheck", "-rP")
    asked.stdout.fnmatch_lines(["_* dlq.permission: *_", "-* note *-", "This covers more resources than the step*"])
    asked.stdout.no_fnmatch_line("*rydecheck notes*")
    pytester.runpytest_inprocess("--rydecheck", "--junitxml=junit.xml")
    case = ElementTree.parse(pytester.path / "junit.xml").find(
        ".//testcase[@name='dlq.permission']/properties/property"
    )
    assert case is not None
    assert case.attrib["name"] == "note"
    assert case.attrib["value"].startswith("This covers more resources")


def test_a_note_of_a_check_that_fails_stands_in_its_text(fork: Fork) -> None:
    pytester = fork(FIXTURES / "class" / "maya")
    result = pytester.runpytest_inprocess("--rydecheck", "-k", "table.on_demand")
    result.stdout.fnmatch_lines(["  note: Serverless Framework reads*"])
    result.stdout.no_fnmatch_line("*rydecheck notes*")


# A folder without a service has words of its own here.
BROKEN = sorted(path for path in (FIXTURES / "broken").iterdir() if not path.name.startswith("not-found--"))


@pytest.mark.slow
@pytest.mark.parametrize("folder", BROKEN, ids=lambda path: path.name)
def test_a_service_that_cannot_be_checked_is_one_failure_in_the_commands_words(
    fork: Fork, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytester = fork(folder)
    capsys.readouterr()
    assert main([]) == 2
    said = capsys.readouterr().err.removeprefix("rydecheck: ")
    code = folder.name.split("--")[0]
    result = pytester.runpytest_inprocess("--rydecheck", "--tb=short", "-v")
    result.assert_outcomes(passed=2, failed=1)
    assert f"\n{said}" in result.stdout.str()
    result.stdout.fnmatch_lines([f"serverless.*::{code} FAILED*", f"_* {code}: The service cannot be checked _*"])
    assert "Traceback" not in shown(result)


def test_a_path_that_does_not_exist_is_one_failure(fork: Fork) -> None:
    result = fork().runpytest_inprocess("--rydecheck", "--rydecheck-path", "nowhere")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        ["nowhere: there is no such file or folder.*", "FAILED nowhere/*::not-found - nowhere: *"]
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-k", "dlq.queue"], ids("dlq.queue")),
        (["-k", "scaling and not extra"], ids("table.on_demand", "table.no_provisioned")),
        (["-k", "test_own"], OWN),
        (["-m", "rydecheck"], ids(*CHECKS)),
        (["-m", "not rydecheck"], OWN),
        (["serverless.yml::dlq.queue"], ids("dlq.queue")),
        (["serverless.yml::dlq.queue", "./serverless.yml::table.on_demand"], ids("dlq.queue", "table.on_demand")),
        (["serverless.yml::scaling"], ids("table.on_demand", "table.no_provisioned")),
        (["serverless.yml::dlq.queue", "serverless.yml"], ids(*CHECKS)),
        (["serverless.yml", "-k", "queue"], ids("dlq.queue")),
        (["tests/test_own.py::test_own", "serverless.yml::dlq.queue"], [OWN[0], *ids("dlq.queue")]),
        (["tests/test_own.py::test_own"], [OWN[0], *ids(*CHECKS)]),
        (["tests"], [*OWN, *ids(*CHECKS)]),
        (["."], [*OWN, *ids(*CHECKS)]),
        ([".", "serverless.yml"], [*OWN, *ids(*CHECKS)]),
        (["--ignore=tests"], ids(*CHECKS)),
        (["--ignore=serverless.yml"], [*OWN, *ids(*CHECKS)]),
        (["--deselect=serverless.yml::dlq"], [*OWN, *ids(*CHECKS[4:])]),
        (["--rydecheck-only=dlq.queue,scaling", "-m", "rydecheck"], ids("dlq.queue", *CHECKS[4:6])),
        (["--rydecheck-only", "dlq", "--rydecheck-only", "table.on_demand", "tests"], [*OWN, *ids(*CHECKS[:5])]),
        (["-p", "no:cacheprovider", "-p", "no:terminal"], [*OWN, *ids(*CHECKS)]),
        (["-x"], [*OWN, *ids(*CHECKS[:3])]),
        (["--strict-markers", "--strict-config", "-W", "error"], [*OWN, *ids(*CHECKS)]),
    ],
    ids=lambda value: " ".join(value) if value and "::" not in value[0] else None,
)
def test_what_is_run(fork: Fork, arguments: list[str], expected: list[str]) -> None:
    assert list(outcomes(fork(), *arguments)) == expected


def test_the_settings_of_the_fork_leave_no_check_out(fork: Fork) -> None:
    settings = "[pytest]\ntestpaths = tests\nnorecursedirs = .\naddopts = --rydecheck\nxfail_strict = true\n"
    pytester = fork(pytest_ini=settings)
    assert list(outcomes(pytester)) == [*OWN, *ids(*CHECKS)]


def test_only_what_failed_is_run_again(fork: Fork) -> None:
    pytester = fork()
    outcomes(pytester)
    assert list(outcomes(pytester, "--lf")) == ids("dlq.permission")


def test_collecting_alone_lists_the_checks(fork: Fork) -> None:
    result = fork().runpytest_inprocess("--rydecheck", "--collect-only", "-q")
    assert result.stdout.lines[:10] == [*OWN, *ids(*CHECKS)]


def test_a_junit_file_holds_the_words(fork: Fork) -> None:
    pytester = fork()
    pytester.runpytest_inprocess("--rydecheck", "--junitxml=junit.xml")
    case = ElementTree.parse(pytester.path / "junit.xml").find(".//testcase[@name='dlq.permission']")
    assert case is not None
    assert case.attrib["classname"] == "serverless.yml"
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["message"] == "`Ref` of a queue gives its URL, and IAM compares ARNs."
    assert "  >   46 |     Resource:\n" in (failure.text or "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rydecheck-only", "dlq.quue"], "there is no check or step `dlq.quue`; did you mean dlq.queue?"),
        (["serverless.yml::dlq.quue"], "there is no check or step `dlq.quue`; did you mean dlq.queue?"),
        (["--rydecheck-module", "no\x1bne"], "there is no module `no\\x1bne`; the modules are: *"),
    ],
)
def test_what_does_not_exist_is_one_line(fork: Fork, arguments: list[str], said: str) -> None:
    result = fork().runpytest_inprocess("--rydecheck", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: rydecheck: {said}"])
    assert "Traceback" not in shown(result)


def test_a_service_in_a_folder_of_its_own(fork: Fork) -> None:
    pytester = fork()
    (pytester.path / "my service").mkdir()
    (pytester.path / "serverless.yml").rename(pytester.path / "my service" / "serverless.yml")
    result = pytester.runpytest_inprocess("--rydecheck", "--rydecheck-path", "my service")
    result.assert_outcomes(passed=7, failed=1, skipped=2)
    result.stdout.fnmatch_lines(
        ["  A hint: rydecheck hint dlq.permission 'my service'", "FAILED my service/serverless.yml::dlq.permission - *"]
    )
    assert list(outcomes(pytester, "my service/serverless.yml::dlq.queue", "--rydecheck-path=my service")) == [
        "my service/serverless.yml::dlq.queue"
    ]


def test_below_the_service_it_is_the_rootdirs(fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester = fork(pytest_ini="[pytest]\n")
    monkeypatch.chdir(pytester.path / "tests")
    result = pytester.runpytest_inprocess("--rydecheck")
    result.assert_outcomes(passed=7, failed=1, skipped=2)
    result.stdout.fnmatch_lines(["  A hint: rydecheck hint dlq.permission .."])


def test_a_path_in_the_settings_starts_at_theirs(fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester = fork(pytest_ini="[pytest]\naddopts = --rydecheck --rydecheck-path=app --rydecheck-module=./mine\n")
    (pytester.path / "app").mkdir()
    (pytester.path / "serverless.yml").rename(pytester.path / "app" / "serverless.yml")
    shutil.copytree(REPOSITORY / "rules" / "reliability", pytester.path / "mine")
    monkeypatch.chdir(pytester.path / "tests")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(passed=7, failed=1, skipped=2)
    result.stdout.fnmatch_lines(
        [
            "  A hint: rydecheck hint dlq.permission ../app --module ../mine",
            "FAILED ../app/serverless.yml::dlq.permission - *",
        ]
    )


def test_a_module_of_ones_own_is_named_in_the_hints_command(fork: Fork, capsys: pytest.CaptureFixture[str]) -> None:
    pytester = fork()
    shutil.copytree(REPOSITORY / "rules" / "reliability", pytester.path / "mine")
    result = pytester.runpytest_inprocess("--rydecheck", "--rydecheck-module", "mine/module.yaml")
    result.stdout.fnmatch_lines(["  A hint: rydecheck hint dlq.permission --module ./mine"])
    capsys.readouterr()
    assert main(["hint", "dlq.permission", "--module", "./mine"]) == 0
    assert "dlq.permission" in capsys.readouterr().out


def test_no_service_in_sight_is_told_with_the_option_that_names_one(fork: Fork) -> None:
    pytester = fork()
    (pytester.path / "serverless.yml").unlink()
    result = pytester.runpytest_inprocess("--rydecheck", "--tb=short")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "there is no serverless.yml in `.`. Run pytest in the service's folder, or name it: --rydecheck-path=PATH.",
            "FAILED serverless.yml::not-found - there is no serverless.yml in*",
        ]
    )


@pytest.fixture
def two(fork: Fork) -> pytest.Pytester:
    """A fork with two services, in the folders `left` and `right`, of which the second is complete."""
    pytester = fork()
    (pytester.path / "serverless.yml").unlink()
    shutil.copytree(CHIDI, pytester.path / "left")
    shutil.copytree(FIXTURES / "class" / "ada", pytester.path / "right")
    return pytester


TWO = ["--rydecheck-path", "left", "--rydecheck-path=right"]


@pytest.mark.slow
def test_each_path_is_a_service(two: pytest.Pytester) -> None:
    found = outcomes(two, *TWO)
    assert list(found) == [
        *OWN,
        *(f"{folder}/serverless.yml::{name}" for folder in ("left", "right") for name in CHECKS),
    ]
    assert found["left/serverless.yml::dlq.permission"] == "failed"
    assert found["right/serverless.yml::dlq.permission"] == "passed"
    heads = [line for line in two.runpytest_inprocess("--rydecheck", *TWO).outlines if line.startswith("rydecheck:")]
    assert [head.split(" · ")[1] for head in heads] == ["5 of 6", "6 of 6"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["right/serverless.yml::dlq.queue"], ["right/serverless.yml::dlq.queue"]),
        (
            ["right/serverless.yml::dlq.queue", "left/serverless.yml::scaling"],
            [
                "left/serverless.yml::table.on_demand",
                "left/serverless.yml::table.no_provisioned",
                "right/serverless.yml::dlq.queue",
            ],
        ),
        (
            ["--rydecheck-path=./left/serverless.yml", "-k", "dlq.queue"],
            [f"{one}/serverless.yml::dlq.queue" for one in ("left", "right")],
        ),
    ],
    ids=["of one", "of both", "one of them twice"],
)
def test_what_is_run_of_two_services(two: pytest.Pytester, arguments: list[str], expected: list[str]) -> None:
    assert list(outcomes(two, *TWO, *arguments)) == expected


@pytest.mark.slow
def test_workers_are_told_of_each_service(two: pytest.Pytester) -> None:
    result = two.runpytest_subprocess("--rydecheck", *TWO, "-n", "2", "-rA", "-k", "dlq.permission")
    result.assert_outcomes(passed=1, failed=1)
    assert "PASSED right/serverless.yml::dlq.permission" in result.stdout.lines
    result.stdout.fnmatch_lines(["FAILED left/serverless.yml::dlq.permission - *"])


@pytest.mark.slow
def test_a_service_outside_of_the_rootdir_has_one_name(fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester = fork(pytest_ini="[pytest]\n")
    inner = pytester.mkdir("inner")
    (inner / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (inner / "test_inner.py").write_text(OWN_TEST, encoding="utf-8")
    monkeypatch.chdir(inner)
    names = [f"../serverless.yml::{check}" for check in CHECKS]
    own = ["test_inner.py::test_own", "test_inner.py::test_another"]
    for arguments in ([], ["."], [os.fspath(inner)]):
        assert list(outcomes(pytester, "--rydecheck-path=..", *arguments)) == [*own, *names]
    collected = pytester.runpytest_inprocess("--rydecheck", "--rydecheck-path=..", "--collect-only", "-q")
    assert collected.outlines[:10] == [*own, *names]
    assert list(outcomes(pytester, "--rydecheck-path=..", f"--deselect={names[2]}")) == [*own, *names[:2], *names[3:]]


def test_what_cannot_be_a_stage_is_told(fork: Fork) -> None:
    result = fork().runpytest_inprocess("--rydecheck", "--rydecheck-stage", "a b")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "rydecheck: --rydecheck-stage: `a b` is not a stage, such as user0." in result.stderr.str()


def test_the_stage_is_the_one_that_is_given(fork: Fork) -> None:
    result = fork().runpytest_inprocess("--rydecheck", "--rydecheck-stage", "user7", "--rydecheck-region", "eu-west-1")
    result.stdout.fnmatch_lines(
        [
            "rydecheck: Serverless Reliability · 5 of 6 · * · stage user7 · eu-west-1",
            "  A hint: rydecheck hint dlq.permission --stage user7 --region eu-west-1",
        ]
    )


def test_no_code_beside_the_service_is_run(fork: Fork) -> None:
    pytester = fork()
    service = pytester.path / "service"
    service.mkdir()
    (pytester.path / "serverless.yml").rename(service / "serverless.yml")
    for name in ("__init__.py", "conftest.py", "serverless.py", "checker.py", "handlers.py"):
        (service / name).write_text("raise SystemExit('this ran')\n", encoding="utf-8")
    assert list(outcomes(pytester, "tests", "--rydecheck-path", "service")) == [
        *OWN,
        *(f"service/serverless.yml::{check}" for check in CHECKS),
    ]


def test_texts_of_the_service_are_made_visible(fork: Fork) -> None:
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    hostile = text.replace("BillingMode: PAY_PER_REQUEST", 'BillingMode: "PAY\\e[31m\\u202e"')
    assert hostile != text
    pytester = fork(serverless_yml=hostile)
    result = pytester.runpytest_inprocess("--rydecheck", "--color=no", "--junitxml=junit.xml")
    assert "`PAY\\x1b[31m\\u202e`" in result.stdout.str()
    assert "\x1b" not in result.stdout.str()
    assert "\u202e" not in result.stdout.str() + (pytester.path / "junit.xml").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("where", ["", "true"])
def test_in_a_step_of_github_actions_the_texts_are_no_commands(
    fork: Fork, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", where)
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    hostile = text.replace("BillingMode: PAY_PER_REQUEST", 'BillingMode: "x##[error]y" # ##[group]z')
    hostile = hostile.replace("service: ", "service: '##[error]'  # ", 1)
    assert hostile.count("##[") == 3
    pytester = fork(serverless_yml=hostile)
    for arguments in ([], ["--tb=line"], ["-rA"]):
        printed = shown(pytester.runpytest_inprocess("--rydecheck", *arguments))
        assert ("##[" in printed) is (where == ""), printed
        assert ("#\\#[" in printed or "##\\[" in printed) is (where == "true"), printed


COUNTING = """\
import checker.pytest_plugin.words

check_path = checker.pytest_plugin.words.check_path


def counted(*given):
    with open("judged.txt", "a") as stream:
        stream.write("judged\\n")
    return check_path(*given)


checker.pytest_plugin.words.check_path = counted
"""


@pytest.mark.slow
def test_the_entry_point_brings_the_plugin_into_a_run(fork: Fork) -> None:
    result = fork().runpytest_subprocess("--rydecheck", "-rs")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(passed=7, failed=1, skipped=2)
    result.stdout.fnmatch_lines(["SKIPPED * serverless.yml: extra credit, open: Nothing under `custom.capacities` *"])


@pytest.mark.slow
def test_it_can_be_left_out(fork: Fork) -> None:
    pytester = fork()
    pytester.runpytest_subprocess("-p", "no:rydecheck").assert_outcomes(passed=2)
    result = pytester.runpytest_subprocess("-p", "no:rydecheck", "--rydecheck")
    assert "unrecognized arguments: --rydecheck" in shown(result)


@pytest.mark.slow
def test_a_start_without_the_flag_imports_the_options_alone(fork: Fork) -> None:
    script = (
        "import json, sys, pytest\n"
        "pytest.main(['--collect-only', '-q'])\n"
        "print(json.dumps(sorted(name for name in sys.modules if name.startswith(('checker', 'rydecheck')))))\n"
    )
    result = fork().runpython_c(script)
    assert json.loads(result.stdout.lines[-1]) == ["rydecheck_pytest"]


# Both ways to start pytest: the second puts the current folder where modules are looked for.
STARTS = [[str(Path(sys.executable).parent / "pytest")], [sys.executable, "-m", "pytest"]]


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS, ids=["pytest", "python -m pytest"])
def test_without_the_flag_a_fork_may_have_a_module_of_the_same_name(fork: Fork, start: list[str]) -> None:
    pytester = fork()
    (pytester.path / "checker.py").write_text("def price(ride):\n    return ride\n", encoding="utf-8")
    test = "from checker import price\n\n\ndef test_price():\n    assert price(3) == 3\n"
    (pytester.path / "test_price.py").write_text(test, encoding="utf-8")
    result = pytester.run(*start, "-rA")
    assert {f"PASSED {one}" for one in [*OWN, "test_price.py::test_price"]} <= set(result.stdout.lines)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=" ".join)
@pytest.mark.parametrize("start", STARTS, ids=["pytest", "python -m pytest"])
def test_no_module_of_the_fork_takes_the_place_of_what_judges(fork: Fork, start: list[str], workers: list[str]) -> None:
    pytester = fork(conftest_py="")  # which puts the folder where modules are looked for
    for name in ("checker", "yaml", "boto3"):
        (pytester.path / f"{name}.py").write_text("raise SystemExit('this ran')\n", encoding="utf-8")
    result = pytester.run(*start, "--rydecheck", "-rA", *workers)
    assert "this ran" not in shown(result)
    result.assert_outcomes(passed=7, failed=1, skipped=2)
    assert f"PASSED {OWN[0]}" in result.stdout.lines
    result.stdout.fnmatch_lines(["FAILED serverless.yml::dlq.permission - *"])


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "2"], ["-n", "2", "--dist", "loadfile"]], ids=" ".join)
def test_the_service_is_judged_once_with_workers_too(fork: Fork, workers: list[str]) -> None:
    pytester = fork(conftest_py=COUNTING)
    result = pytester.runpytest_subprocess("--rydecheck", "-rA", *workers)
    result.assert_outcomes(passed=7, failed=1, skipped=2)
    result.stdout.fnmatch_lines(["  >   46 |     Resource:", "  A hint: rydecheck hint dlq.permission"])
    assert {f"PASSED {one}" for one in [*OWN, *ids("dlq.queue", "table.on_demand")]} <= set(result.stdout.lines)
    assert (pytester.path / "judged.txt").read_text(encoding="utf-8") == "judged\n"


@pytest.mark.slow
def test_workers_take_the_arguments_that_name_checks(fork: Fork) -> None:
    result = fork().runpytest_subprocess("--rydecheck", "-n", "2", "-rA", OWN[0], "serverless.yml::dlq.queue")
    result.assert_outcomes(passed=2)
    assert {f"PASSED {OWN[0]}", "PASSED serverless.yml::dlq.queue"} <= set(result.stdout.lines)


@pytest.mark.slow
def test_workers_tell_of_a_service_that_cannot_be_checked(fork: Fork) -> None:
    result = fork(FIXTURES / "broken" / "invalid-yaml--tab").runpytest_subprocess("--rydecheck", "-n", "2")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["serverless.yml:67:1: a tab stands here, where YAML allows only spaces.*"])
