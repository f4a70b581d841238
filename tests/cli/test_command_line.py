"""The command line as a user types it: what is printed where, and the exit status."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from checker.cli import main
from checker.cli.arguments import _COMMANDS, parse
from checker.rulepack import RulePack
from tests.conftest import FIXTURES, REPOSITORY

ANSWER = FIXTURES / "service" / "answer"
START = FIXTURES / "service" / "start"
CHIDI = FIXTURES / "class" / "chidi"


class Ran(NamedTuple):
    """What one command printed, and its status."""

    status: int
    out: str
    err: str

    @property
    def words(self) -> str:
        """The output without its line breaks."""
        return " ".join(self.out.split())


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_main(*arguments: object) -> Ran:
        status = main([str(argument) for argument in arguments])
        seen = capsys.readouterr()
        return Ran(status, seen.out, seen.err)

    return run_main


def test_check_is_the_default_command_and_the_folder_the_current_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ANSWER)
    assert run().out == run("check").out == run("check", ".").out
    assert run().status == 0


def test_ctrl_c_while_the_program_is_still_loading_is_no_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("checker.cli.commands.run", interrupted)
    assert run(ANSWER) == (130, "", "")


@pytest.mark.parametrize(("folder", "status"), [("service/answer", 0), ("service/start", 1), ("class/luis", 2)])
def test_exit_status(run: Run, folder: str, status: int) -> None:
    assert run("check", FIXTURES / folder).status == status


def test_a_missing_bonus_does_not_spoil_the_status(run: Run) -> None:
    report = json.loads(run(ANSWER, "--format", "json").out)
    assert report["status"] == "complete"
    assert [check["outcome"] for check in report["checks"] if check["bonus"]] == ["fail", "fail"]


def test_an_error_is_one_line_on_stderr_with_its_place(run: Run) -> None:
    ran = run(FIXTURES / "broken" / "invalid-yaml--tab")
    assert ran.out == ""
    assert ran.err == "serverless.yml:67:1: a tab stands here, where YAML allows only spaces. Indent with spaces.\n"


@pytest.mark.parametrize("folder", sorted((FIXTURES / "broken").iterdir()), ids=lambda path: path.name)
@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_bad_input_is_told_in_one_line_and_never_as_a_traceback(run: Run, folder: Path, form: str) -> None:
    ran = run(folder, "--format", form)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert "Traceback" not in ran.err + ran.out
    if form == "json":
        report = json.loads(ran.out)
        assert report["status"] == "error"
        assert report["error"]["code"] == folder.name.split("--")[0]
        assert report["checks"] == []
        assert report["score"] == {"earned": 0, "possible": 6, "bonus": 0}
        assert set(report["error"]) == {"code", "message", "file", "line", "column"}


def test_a_path_that_does_not_exist(run: Run, tmp_path: Path) -> None:
    ran = run("check", tmp_path / "nowhere")
    assert ran.status == 2
    assert "there is no such file or folder" in ran.err


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Serverless.yml", "serverless.yml"),
        ("serverless.yml.txt", "serverless.yml"),
        ("serverless(1).yml", "serverless.yml"),
        ("serverless - Copy.yaml", "serverless.yaml"),
        ("severless.json", "serverless.json"),
        ("s\x1bserverless.yml", "serverless.yml"),
    ],
)
def test_a_configuration_under_a_near_name_is_told(run: Run, name: str, right: str, tmp_path: Path) -> None:
    for other in (name, "samconfig.yml", "README.md", "schema.json"):
        (tmp_path / other).write_text("service: a\n")
    (tmp_path / "serverless").mkdir()
    seen = name.replace("\x1b", "\\x1b")
    assert run("check", tmp_path).err == (
        f"rydecheck: there is no serverless.yml in `{tmp_path}`, but there is `{seen}`. "
        f"If that is the service, rename it to {right}.\n"
    )
    (tmp_path / name).unlink()
    assert "Run rydecheck in the service's folder" in run("check", tmp_path).err


@pytest.mark.parametrize("name", ["README.md", "Makefile"])
def test_a_file_that_is_no_configuration(run: Run, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("text", encoding="utf-8")
    ran = run("check", tmp_path / name)
    assert ran.status == 2
    assert "no serverless configuration" in ran.err


def test_a_folder_without_rights_is_told(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir()
    (closed / "serverless.yml").write_text("service: a\n", encoding="utf-8")
    closed.chmod(0)
    # root may read everything, so the check runs as nobody; the process is warmed up to need no more imports.
    script = (
        "import os, sys\n"
        "from checker.cli import main\n"
        f"main(['check', {str(ANSWER)!r}, '--output', os.devnull])\n"
        f"main(['check', {str(tmp_path / 'warm')!r}])\n"
        "if os.geteuid() == 0: os.seteuid(65534)\n"
        f"status = main(['check', {str(closed)!r}, '--format', 'json'])\n"
        "sys.stdout.flush(); os._exit(status)\n"
    )
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == os.geteuid() and parent != Path("/") and "pytest" in parent.name:
            parent.chmod(0o755)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    closed.chmod(0o700)
    assert ran.returncode == 2, ran.stderr
    assert json.loads(ran.stdout)["error"]["code"] == "not-found"
    assert "Permission denied" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_json_has_exactly_the_keys_of_the_contract(run: Run) -> None:
    report = json.loads(run(CHIDI, "--format", "json").out)
    assert list(report) == [
        "schema_version",
        "tool",
        "module",
        "submission",
        "status",
        "error",
        "score",
        "checks",
        "questions",
    ]
    assert list(report["submission"]) == ["id", "path", "service", "stage", "region", "stack"]
    assert report["submission"]["id"] == "chidi"
    assert report["submission"]["service"] == "wild-rydes-ride-record"
    check = next(check for check in report["checks"] if check["id"] == "dlq.permission")
    assert list(check) == [
        "id",
        "step",
        "title",
        "bonus",
        "points",
        "earned",
        "outcome",
        "reason",
        "equivalent",
        "message",
        "sources",
        "notes",
    ]
    assert check["sources"]["stack"] is None
    assert list(check["sources"]["file"]) == ["outcome", "reason", "equivalent", "message", "evidence"]
    assert list(check["sources"]["file"]["evidence"][0]) == ["file", "line", "column", "path"]
    assert list(report["questions"][0]) == ["id", "question", "answered", "answer"]


def test_only_judges_the_checks_named(run: Run) -> None:
    report = json.loads(run(START, "--format", "json", "--only", "dlq.queue", "dlq.target").out)
    assert [check["id"] for check in report["checks"]] == ["dlq.queue", "dlq.target"]
    assert report["score"]["possible"] == 2


def test_only_takes_a_step_and_leaves_the_path_alone(run: Run) -> None:
    ran = run("--format", "json", "--only", "scaling", ANSWER)
    assert [check["id"] for check in json.loads(ran.out)["checks"]] == ["table.on_demand", "table.no_provisioned"]
    assert ran.status == 0


def test_only_an_unknown_check_names_a_near_one(run: Run) -> None:
    ran = run(ANSWER, "--only", "dlq.qeue")
    assert ran.status == 2
    assert ran.err == "rydecheck: there is no check or step `dlq.qeue`; did you mean dlq.queue?\n"


def test_only_an_unknown_name_tells_the_steps_too(run: Run, pack: RulePack) -> None:
    steps = ", ".join(step.id for step in pack.steps)
    assert run("check", "--only", "dlq", "table").err.startswith(
        f"rydecheck: there is no check or step `table`; the steps are: {steps}; and the checks: dlq.plugin, "
    )
    assert run("check", "--only", "scalingg").err == (
        "rydecheck: there is no check or step `scalingg`; did you mean scaling?\n"
    )


def test_strict_fails_what_is_reached_another_way(run: Run) -> None:
    folder = FIXTURES / "dlq.permission" / "pass--managed-policy"
    assert run(folder).status == 0
    ran = run(folder, "--strict", "--format", "json")
    assert ran.status == 1
    check = next(check for check in json.loads(ran.out)["checks"] if check["id"] == "dlq.permission")
    assert (check["outcome"], check["reason"], check["equivalent"]) == ("fail", "not-as-written", False)


def with_value(tmp_path: Path, variable: str) -> Path:
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    assert "BillingMode: PAY_PER_REQUEST" in text
    changed = text.replace("BillingMode: PAY_PER_REQUEST", f"BillingMode: ${{{variable}}}")
    (tmp_path / "serverless.yml").write_text(changed, encoding="utf-8")
    return tmp_path


def test_var_and_env_settle_what_was_unknown(run: Run, tmp_path: Path) -> None:
    folder = with_value(tmp_path, "opt:billing")
    unsettled = run(folder)
    assert unsettled.status == 1
    assert "Pass `--var billing=…`." in unsettled.words
    assert run(folder, "--var", "billing=PAY_PER_REQUEST").status == 0
    folder = with_value(tmp_path, "env:RYDECHECK_TEST_BILLING")
    unsettled = run(folder)
    assert "Pass `--env RYDECHECK_TEST_BILLING=…`" in unsettled.words
    assert run(folder, "--env", "RYDECHECK_TEST_BILLING=PAY_PER_REQUEST").status == 0
    assert run(folder, "--env", "RYDECHECK_TEST_BILLING=PROVISIONED").status == 1


def test_check_reads_the_real_environment(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYDECHECK_TEST_BILLING", "PAY_PER_REQUEST")
    assert run(with_value(tmp_path, "env:RYDECHECK_TEST_BILLING")).status == 0


@pytest.mark.slow
def test_no_value_of_the_environment_is_printed(run: Run, tmp_path: Path) -> None:
    folder = with_value(tmp_path, "env:SECRET_VALUE")
    text = (folder / "serverless.yml").read_text(encoding="utf-8")
    (folder / "serverless.yml").write_text(
        text.replace("service: wild-rydes-ride-record", "service: ${env:SECRET_VALUE}").replace(
            "GetResourceArn: PutRideRecordSnsDlq", "GetResourceArn: ${env:SECRET_VALUE}"
        ),
        encoding="utf-8",
    )
    for form in ("text", "json", "html"):
        ran = run(folder, "--format", form, "--env", "SECRET_VALUE=hunter2-hunter2")
        assert ran.status == 1
        assert "hunter2" not in ran.out + ran.err


def test_stage_and_region_are_vars(run: Run) -> None:
    long = json.loads(run(ANSWER, "--format", "json", "--stage", "user7", "--region", "eu-west-1").out)
    short = json.loads(run(ANSWER, "--format", "json", "--var", "stage=user7", "--var", "region=eu-west-1").out)
    assert long["submission"]["stage"] == "user7"
    assert long["submission"]["region"] == "eu-west-1"
    assert long == short


@pytest.mark.parametrize(
    "arguments",
    [
        ["--var", "novalue"],
        ["--env", "=x"],
        ["--format", "pdf"],
        ["--module", "nope"],
        ["--nonsense"],
        ["explain"],
        ["explain", "nope"],
        ["explain", "dlq.queue", "--hint", "9"],
    ],
)
def test_bad_usage_is_one_line_and_status_2(run: Run, arguments: list[str]) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.startswith("rydecheck: ")
    assert ran.err.count("\n") == 1


def test_output_writes_the_whole_file_and_nothing_beside_it(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "out.json"
    page.write_text("before", encoding="utf-8")
    page.chmod(0o640)
    ran = run(ANSWER, "--format", "json", "--output", page)
    assert ran.out == ""
    assert json.loads(page.read_text(encoding="utf-8"))["status"] == "complete"
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]


def test_output_follows_a_link_and_never_replaces_a_device(run: Run, tmp_path: Path) -> None:
    real = tmp_path / "real.json"
    real.write_text("", encoding="utf-8")
    link = tmp_path / "link.json"
    link.symlink_to(real)
    assert run(ANSWER, "--format", "json", "--output", link).status == 0
    assert link.is_symlink()
    assert json.loads(real.read_text(encoding="utf-8"))["status"] == "complete"
    assert run(ANSWER, "--output", os.devnull).status == 0
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_output_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    ran = run(ANSWER, "--output", tmp_path / "no" / "such" / "folder.txt")
    assert ran.status == 2
    assert "cannot be written" in ran.err
    assert "is a folder" in run(ANSWER, "--output", tmp_path).err


@pytest.mark.slow
def test_explain_and_its_hints(run: Run, pack: RulePack) -> None:
    for rule in pack.rules:
        explained = run("explain", rule.id)
        assert explained.status == 0
        assert rule.title in explained.out
        for words in rule.reasons.values():
            assert words.code in explained.out
        assert rule.hints[-1] not in explained.words
        for number, hint in enumerate(rule.hints, 1):
            assert hint in run("explain", rule.id, "--hint", number).words


def test_modules_and_version(run: Run) -> None:
    assert "dlq.permission" in run("modules").out
    assert run("version").out == run("--version").out
    assert run("version").out.startswith("rydecheck ")


def test_python_m_checker_is_the_command() -> None:
    command = [sys.executable, "-m", "checker", "check", str(START)]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert ran.returncode == 1
    assert "0 of 6" in ran.stdout


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = f"{sys.executable} -m checker check {START} --format json | head -c 1"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert ran.stderr == ""


def test_an_old_terminal_gets_ascii() -> None:
    command = [sys.executable, "-m", "checker", "check", str(CHIDI)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(command, capture_output=True, cwd=REPOSITORY, env=environment, check=False)
    assert ran.returncode == 1
    assert ran.stdout.isascii()
    assert b"x fails" in ran.stdout


@pytest.mark.slow
def test_demo_writes_its_pages(run: Run, tmp_path: Path) -> None:
    ran = run("demo", "--out", tmp_path / "pages")
    assert ran.status == 0
    names = {folder.name for folder in (FIXTURES / "class").iterdir() if folder.is_dir()}
    pages = tmp_path / "pages"
    assert {path.stem for path in (pages / "attendees").glob("*.html")} == names
    assert str(pages / "index.html") in ran.out
    assert "16 submissions: 4 complete, 11 under way, 1 could not be checked" in ran.out
    index = (pages / "index.html").read_text(encoding="utf-8")
    assert "Dóra Szabó" in index
    assert run("demo", "--out", pages).out == ran.out


def test_a_full_disk_is_told_with_status_2() -> None:
    command = f"{sys.executable} -m checker check {START} > /dev/full"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "rydecheck: the output cannot be written: No space left on device.\n"


def test_a_closed_output_is_told_with_status_2() -> None:
    command = f"{sys.executable} -m checker check {START} >&-"
    ran = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


def test_an_empty_path_is_not_the_current_folder(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ANSWER)
    assert run("check", "").status == 2
    assert run("--output", "").status == 2
    assert run("demo", "--out", "").status == 2


def test_extra_credit_alone_is_never_complete(run: Run) -> None:
    ran = run(START, "--only", "extra")
    assert "Complete" not in ran.out
    assert "0 of 0" not in ran.out


def test_a_given_value_wins_over_the_environment(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYDECHECK_TEST_BILLING", "PROVISIONED")
    folder = with_value(tmp_path, "env:RYDECHECK_TEST_BILLING")
    assert run(folder).status == 1
    assert run(folder, "--env", "RYDECHECK_TEST_BILLING=PAY_PER_REQUEST").status == 0


def test_a_stage_from_the_environment_is_shown_only_under_its_name(run: Run, tmp_path: Path) -> None:
    text = (ANSWER / "serverless.yml").read_text(encoding="utf-8")
    (tmp_path / "serverless.yml").write_text(text.replace("env:SLS_STAGE", "env:TOKEN"), encoding="utf-8")
    shown = json.loads(run(ANSWER, "--env", "SLS_STAGE=user3", "--format", "json").out)
    hidden = json.loads(run(tmp_path, "--env", "TOKEN=user3", "--format", "json").out)
    assert shown["submission"]["stage"] == "user3"
    assert hidden["submission"]["stage"] is None


def test_the_id_is_the_name_that_was_given(run: Run, tmp_path: Path) -> None:
    (tmp_path / "alice").symlink_to(ANSWER)
    assert json.loads(run(tmp_path / "alice", "--format", "json").out)["submission"]["id"] == "alice"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", ANSWER, "--profile", "p"), "--profile is for --deployed or --stack"),
        (("check", ANSWER, "--endpoint-url", "http://127.0.0.1:9"), "--endpoint-url is for --deployed or --stack"),
        (("check", "--stack", ""), "the name of the stack is empty"),
        (("check", "--stack", "x", "--packaged"), "--packaged is for a file"),
        (("check", "--stack", "x", "--stage", "dev"), "--stage is for a file"),
        (("check", "--stack", "x", "--env", "A=b"), "--env is for a file"),
        (("iam-policy", "--stack", ""), "is no name of a stack"),
        (("iam-policy", "--stack", 'x"y'), "is no name of a stack"),
    ],
)
def test_an_option_that_would_have_no_effect_is_told(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert ran.status == 2
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", ["check", "hint", "diff", "watch", "explain", "grade"])
def test_a_stage_and_a_region_are_of_the_form_that_the_roster_asks_for(run: Run, command: str, tmp_path: Path) -> None:
    class_ = (ANSWER, "--out", tmp_path / "out") if command == "grade" else (ANSWER,)
    said = "rydecheck: --stage: `no stage!` is not a stage, such as user0.\n"
    assert run(command, *class_, "--stage", "no stage!") == (2, "", said)
    said = "rydecheck: --region: `x y` is not a region, such as us-east-2.\n"
    assert run(command, *class_, "--region", "x y") == (2, "", said)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("stage", ["dev", "user0", "Test_2-b", "0", "x" * 128, ""])
def test_what_may_be_a_stage_stays_one(run: Run, stage: str) -> None:
    assert run("check", ANSWER, f"--stage={stage}", "--region=us-gov-west-1").status == 0


def test_the_policy_is_json(run: Run) -> None:
    policy = json.loads(run("iam-policy", "--stack", "wild-*").out)
    assert policy["Version"] == "2012-10-17"
    assert any("function:wild-*" in statement["Resource"] for statement in policy["Statement"])


def test_nothing_of_aws_is_imported_unless_it_is_asked_for() -> None:
    code = (
        "import sys; from checker.cli import main; "
        f"main(['check', {str(ANSWER)!r}, '--format', 'json']); "
        "print([name for name in sys.modules if name.startswith(('boto', 'checker.aws', 'moto'))], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


def test_help_lists_every_command_once_by_whom_it_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    told = capsys.readouterr().out
    assert ended.value.code == 0
    assert sorted(re.findall(r"^  ([a-z][a-z-]*) {2,}[a-z]", told, re.MULTILINE)) == sorted(_COMMANDS)
    assert told.index("For attendees") < told.index("  watch ") < told.index("For instructors")
    assert max(map(len, told.splitlines())) <= 80


@pytest.mark.parametrize("command", sorted(_COMMANDS))
def test_help_of_a_command_is_there_in_every_encoding(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    stream.seek(0)
    assert stream.read().startswith(f"usage: rydecheck {command}")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", ".", "--formt", "json"), ": --formt json; did you mean --format? See `rydecheck check --help`."),
        (("--formt=json",), ": --formt=json; did you mean --format? See `rydecheck check --help`."),
        (("diff", ".", "--stage", "x", "dlq", "--aply"), "--aply; did you mean --apply? See `rydecheck diff --help`."),
        (("rules", "lint", "--strt", "."), ": --strt; did you mean --start? See `rydecheck rules lint --help`."),
        (("check", ".", "dlq"), ": dlq. A check is named behind --only. See `rydecheck check --help`."),
        (("version", "x"), ": x. See `rydecheck version --help`."),
        (("schema",), "required: NAME, which is one of report, results, module, help. See `rydecheck schema --help`."),
        (("completion",), "required: SHELL, which is one of bash, zsh, fish. See `rydecheck completion --help`."),
    ],
)
def test_what_is_no_argument_leads_to_the_help_of_its_command(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith(f"{said}\n")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["diff", "dlq", "--stage", "x", "dd"], {"names": ["dlq", "dd"], "stage": "x", "var": []}),
        (["diff", "--var", "a=b", "d", "--var", "c=d", "dlq"], {"names": ["d", "dlq"], "var": ["a=b", "c=d"]}),
        (["hint", "dlq.queue", "--all", "--", "-dash"], {"names": ["dlq.queue", "-dash"], "all": True}),
        (["hint", "dlq.queue", "--stage", "x", "dd", "--all"], {"names": ["dlq.queue", "dd"], "all": True}),
        (["grade", "a", "--out", "x", "b", "--strict", "c"], {"submissions": ["a", "b", "c"], "strict": True}),
        (["explain", "--journey", "--stage", "x", "dd"], {"journey": "", "check": "dd"}),
        (["rules", "lint", "a", "--start", "b", "c"], {"action": "lint", "files": ["a", "c"], "start": ["b"]}),
    ],
)
def test_options_may_stand_between_names(arguments: list[str], found: dict[str, object]) -> None:
    asked = vars(parse(arguments))
    assert (asked["command"], asked["version"]) == (arguments[0], False)
    assert found.items() <= asked.items()


def test_report_offers_what_tells_of_a_class(capsys: pytest.CaptureFixture[str], run: Run) -> None:
    told = []
    for command in ("check", "report"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        told.append(re.sub(r"\s", "", capsys.readouterr().out))
    listed = "{text,json,html,github,markdown,junit,sarif,codequality,badge,classroom}"
    assert f"--format{listed}" in told[0]
    assert f"--format{listed.replace('html,', '').replace(',classroom', '')}" in told[1]
    assert run("report", "nonexist").err == "rydecheck: nonexist: there is no such file.\n"


def test_help_is_a_command_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for given, same in ((["help"], ["--help"]), (["help", "diff"], ["diff", "--help"])):
        told = []
        for arguments in (given, same):
            with pytest.raises(SystemExit):
                main(arguments)
            told.append(capsys.readouterr().out)
        assert told[0] == told[1] != ""
    shutil.copytree(ANSWER, tmp_path / "help")
    assert run("help").status == 0


def test_a_misspelled_command_is_told(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("chekc", "x").err == (
        "rydecheck: there is no command `chekc`, and nothing here is called so; did you mean `check`?\n"
    )
    (tmp_path / "chekc").mkdir()
    assert "no serverless.yml" in run("chekc").err
