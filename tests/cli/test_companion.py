"""`rydecheck hint` and `rydecheck diff`, as an attendee types them."""

from __future__ import annotations

import html
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from checker.cli import main
from checker.cohort.editable import Editable
from checker.rulepack import RulePack
from tests.cli.test_command_line import Ran, Run, run
from tests.conftest import FIXTURES

__all__ = ["run"]

START = FIXTURES / "service" / "start"


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The start of the workshop in the current folder."""
    shutil.copy(START / "serverless.yml", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(folder: Path) -> bytes:
    return (folder / "serverless.yml").read_bytes()


def test_each_time_a_stronger_hint_up_to_the_answer(run: Run, here: Path, pack: RulePack) -> None:
    hints = pack.rule("dlq.plugin").hints
    for number in (1, 2, 3, 3):
        given = run("hint")
        assert given.status == 0
        assert f"Hint {number} of 3: {hints[number - 1]}" in given.words
        assert not any(hint in given.words for hint in hints if hint != hints[number - 1])
    assert "rydecheck diff" in given.words
    assert not list(here.glob("*.json"))


def test_a_hint_is_for_the_reason_that_the_check_fails_for(run: Run, pack: RulePack) -> None:
    path = FIXTURES / "dlq.permission" / "resource-not-arn"
    given = run("hint", path)
    assert pack.rule("dlq.permission").help.hints_for["resource-not-arn"][0] in given.words
    assert "resource-not-arn" in given.out
    assert f"rydecheck hint {path}" in given.out


def test_another_reason_starts_again_with_a_nudge(run: Run, here: Path) -> None:
    run("hint", "dlq.plugin")
    run("hint", "dlq.plugin")
    text = content(here).decode() + "\nplugins: [serverless-plugin-lambda-deadletter]\n"
    (here / "serverless.yml").write_text(text, encoding="utf-8")
    assert "Hint 1 of 2" in run("hint", "dlq.plugin").out


@pytest.mark.usefixtures("here")
def test_all_hints_at_once(run: Run, pack: RulePack) -> None:
    given = run("hint", "--all", "dlq.target")
    assert all(hint in given.words for hint in pack.rule("dlq.target").hints)
    assert "Hint 3 of 3" in run("hint", "dlq.target").out


def test_a_complete_service_is_told_what_is_left(run: Run) -> None:
    for verb in ("hint", "diff"):
        said = run(verb, FIXTURES / "service" / "answer")
        assert said.status == 0
        assert f"rydecheck {verb} extra.dlq_processor" in said.out + said.err


@pytest.mark.usefixtures("here")
def test_a_damaged_record_is_told_and_costs_no_hint(run: Run) -> None:
    run("hint")
    state = next(Path(os.environ["XDG_STATE_HOME"]).rglob("hints.json"))
    state.write_text("{", encoding="utf-8")
    given = run("hint")
    assert "Hint 1 of 3" in given.out
    assert "is damaged" in given.err
    assert given.status == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hint", "dlq.quue"), "did you mean dlq.queue?"),
        (("diff", "dlq.quue"), "did you mean dlq.queue?"),
        (("hint", "dlq.queue", "dlq.target"), "name one check"),
        (("hint", "no/such/folder"), "there is no such file or folder"),
        (("diff", "no/such/folder"), "there is no such file or folder"),
        (("diff", ".", ".."), "two paths"),
        (("diff", str(FIXTURES / "broken" / "invalid-yaml--tab")), "serverless.yml:"),
        (("diff", str(FIXTURES / "broken" / "unsupported-config--serverless-js")), "never runs"),
    ],
)
def test_errors_are_one_line(run: Run, arguments: tuple[str, ...], said: str) -> None:
    failed = run(*arguments)
    assert failed.status == 2
    assert said in failed.err
    assert failed.err.count("\n") == 1
    assert failed.out == ""


def test_a_compiled_template_is_not_edited(run: Run, here: Path) -> None:
    template = Path(__file__).parents[2] / "benchmarks" / "answer" / "cloudformation-template-update-stack.json"
    shutil.copy(template, here / "template.json")
    failed = run("diff", here / "template.json")
    assert failed.status == 2
    assert "Name the serverless.yml." in failed.err


def test_the_missing_edit_is_a_diff_that_git_applies(run: Run, here: Path) -> None:
    before = content(here)
    shown = run("diff", "dlq", "scaling")
    assert shown.status == 1
    assert content(here) == before
    assert shown.out.startswith("--- a/serverless.yml\n+++ b/serverless.yml\n@@ ")
    assert "npm install" in shown.err
    subprocess.run(["git", "apply", "-"], input=shown.out.encode(), cwd=here, check=True)
    assert run().status == 0


@pytest.mark.usefixtures("here")
def test_without_a_check_it_is_the_next_one(run: Run) -> None:
    signed = [line for line in run("diff").out.splitlines()[2:] if line[0] in "+-"]
    assert signed == ["+", "+plugins:", "+  - serverless-plugin-lambda-dead-letter"]


def test_apply_alone_leads_from_the_start_to_complete(run: Run, here: Path) -> None:
    before = content(here)
    ran: list[Ran] = []
    while not ran or "Next: " in ran[-1].out:
        ran.append(run("diff", "--apply"))
        assert ran[-1].status == 0
    assert len(ran) == 6
    assert "Complete: every check passes." in ran[-1].words
    assert "rydecheck" not in content(here).decode()
    assert run().status == 0
    assert (here / "serverless.yml.bak").read_bytes() == before
    assert run("diff", "--apply").status == 0
    assert "Complete" not in run("diff", "extra.dlq_processor", "--apply").out
    assert run("--only", "extra.dlq_processor").out.count("pass") >= 1


def test_all_at_once(run: Run, here: Path) -> None:
    done = run("diff", "--all", "--apply")
    assert done.status == 0
    assert "6 of 6" in done.out
    assert [path.name for path in sorted(here.iterdir())] == ["serverless.yml", "serverless.yml.bak"]


def test_a_backup_never_takes_the_place_of_another(run: Run, here: Path) -> None:
    (here / "serverless.yml.bak").write_text("mine", encoding="utf-8")
    run("diff", "--apply")
    assert (here / "serverless.yml.bak").read_text(encoding="utf-8") == "mine"
    assert (here / "serverless.yml.bak2").read_bytes() == (START / "serverless.yml").read_bytes()


def test_a_read_only_file_is_left_alone(run: Run, here: Path) -> None:
    file = here / "serverless.yml"
    file.chmod(0o444)
    failed = run("diff", "--apply")
    assert failed.status == 2
    assert "read-only" in failed.err
    assert content(here) == (START / "serverless.yml").read_bytes()
    assert [path.name for path in here.iterdir()] == ["serverless.yml"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o444


def test_a_file_that_changed_since_is_left_alone(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mend = Editable.mend

    def mend_and_save(self: Editable, checks: list[str]) -> object:
        found = mend(self, checks)
        with (here / "serverless.yml").open("a", encoding="utf-8") as file:
            file.write("# saved meanwhile\n")
        return found

    monkeypatch.setattr(Editable, "mend", mend_and_save)
    failed = run("diff", "--apply")
    assert failed.status == 2
    assert "changed meanwhile" in failed.err
    assert content(here).endswith(b"# saved meanwhile\n")
    assert content(here).startswith((START / "serverless.yml").read_bytes())


def test_a_file_that_is_deleted_meanwhile_is_told(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mend = Editable.mend

    def mend_and_delete(self: Editable, checks: list[str]) -> object:
        (here / "serverless.yml").unlink()
        return mend(self, checks)

    monkeypatch.setattr(Editable, "mend", mend_and_delete)
    failed = run("diff", "--apply")
    assert failed.status == 2
    assert "serverless.yml cannot be written" in failed.err


def test_where_no_edit_is_safe_it_says_where_to_edit(run: Run) -> None:
    path = FIXTURES / "table.on_demand" / "billing-wrong-value--through-variable"
    said = run("diff", path)
    assert said.status == 1
    assert said.out == ""
    assert "${self:custom.billing_mode}" in said.err
    assert "serverless.yml:15:3  custom.billing_mode" in said.err
    assert "`BillingMode: PAY_PER_REQUEST`" in " ".join(said.err.split())
    assert run("diff", path, "--apply").status == 1


def test_what_cannot_be_told_says_what_would_settle_it(run: Run) -> None:
    said = run("diff", FIXTURES / "table.on_demand" / "unknown--opt-not-given", "table.on_demand")
    assert said.status == 1
    assert "--var" in said.err


def test_values_for_variables_count(run: Run) -> None:
    path = FIXTURES / "table.on_demand" / "unknown--opt-not-given"
    name = (
        next(word for word in run("diff", path, "table.on_demand").err.split() if "=…" in word)
        .strip("`.")
        .split("=")[0]
    )
    assert "nothing to edit" in run("diff", path, "table.on_demand", "--var", f"{name}=PAY_PER_REQUEST").err


def test_no_value_of_the_environment_is_printed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RYDE_BILLING_NOT_SET", "hunter2")
    said = run("diff", FIXTURES / "table.on_demand" / "billing-wrong-value--env-fallback")
    assert "hunter2" not in said.out + said.err


def test_a_hostile_name_reaches_the_terminal_spelled_out(run: Run, here: Path) -> None:
    text = content(here).decode().replace("# wild-rydes", "# \x1b[31m\u202ewild-rydes")
    (here / "serverless.yml").write_text(text.replace("\x1b", ""), encoding="utf-8")
    text = content(here).decode()
    assert "\u202e" in text
    assert "\u202e" not in run("hint").out + run("diff").err


def test_a_private_file_has_a_private_backup(run: Run, here: Path) -> None:
    (here / "serverless.yml").chmod(0o600)
    run("diff", "--apply")
    assert stat.S_IMODE((here / "serverless.yml.bak").stat().st_mode) == 0o600
    assert stat.S_IMODE((here / "serverless.yml").stat().st_mode) == 0o600


def test_a_pipe_in_the_place_of_a_backup_or_of_the_record_is_not_waited_for(run: Run, here: Path) -> None:
    os.mkfifo(here / "serverless.yml.bak")
    assert run("diff", "--apply").status == 0
    assert (here / "serverless.yml.bak2").exists()
    state = Path(os.environ["XDG_STATE_HOME"]) / "rydecheck"
    state.mkdir(parents=True)
    os.mkfifo(state / "hints.json")
    assert "Hint 1 of 3" in run("hint").out


def test_the_byte_order_mark_is_in_the_diff(run: Run, here: Path) -> None:
    text = content(here)
    (here / "serverless.yml").write_bytes(b"\xef\xbb\xbfplugins: [x]\n" + text)
    shown = run("diff", "dlq.plugin").out
    subprocess.run(["git", "apply", "-"], input=shown.encode(), cwd=here, check=True)
    assert content(here).startswith(b"\xef\xbb\xbfplugins: [x, serverless-plugin-lambda-dead-letter]\n")


def test_a_diff_from_another_folder_applies_there(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = run("diff", "dlq.queue", ".").out
    monkeypatch.chdir(here.parent)
    assert run("diff", "dlq.queue", here.name).out.startswith(f"--- a/{here.name}/serverless.yml\n")
    assert shown.startswith("--- a/serverless.yml\n")


def test_all_leaves_out_extra_credit_as_its_help_says(run: Run, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = run("diff", "--all").out
    assert "PutRideRecordSnsDlq" in whole
    shutil.copy(FIXTURES / "service" / "answer" / "serverless.yml", here)
    assert run("diff", "--all").out == ""
    assert run("diff", "extra").out.startswith("--- a/serverless.yml\n")
    with pytest.raises(SystemExit):
        main(["diff", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "the edits of all checks that are open, extra credit aside" in told


def test_what_was_said_is_said_again_in_the_commands(run: Run, here: Path) -> None:
    out = run("hint", here, "--strict", "--stage", "user0", "--env", "A=hunter2", "--var", "x=y z").out
    assert f"rydecheck hint {here} --strict --stage user0 --var 'x=y z' --env A=VALUE" in out


def test_a_folder_called_like_an_option_can_be_copied_from_a_command(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here.parent)
    here.rename("-dash")
    told = run("hint", "dlq.plugin", "--stage", "user0", "--", "-dash").out
    command = "rydecheck hint dlq.plugin ./-dash --stage user0"
    assert command in told
    assert run(*command.split()[1:]).out.startswith("Enable the dead letter plugin")


def test_what_passes_or_cannot_be_told_gets_no_hint(run: Run) -> None:
    passing = run("hint", "dlq.plugin", FIXTURES / "service" / "answer").out
    assert "No hint is needed" in passing
    assert "Which key" not in passing
    unknown = run("hint", "dlq.queue", FIXTURES / "dlq.queue" / "unknown--ssm-type").out
    assert "Hint" not in unknown
    assert "--deployed" in unknown


@pytest.mark.usefixtures("here")
def test_a_name_that_is_nothing_is_told_so(run: Run) -> None:
    assert "`nofolder` is no check, no step and no folder" in run("hint", "nofolder").err


@pytest.mark.slow
def test_many_indexes_end_in_time(run: Run, here: Path) -> None:
    one = "          - {IndexName: i, ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 1}}\n"
    capacity = "        ProvisionedThroughput:\n"
    text = content(here).decode().replace(capacity, f"        GlobalSecondaryIndexes:\n{one * 3000}{capacity}", 1)
    (here / "serverless.yml").write_text(text, encoding="utf-8")
    ended = run("diff", "table.no_provisioned")
    assert (ended.status, "Name one check" in ended.err) in ((1, False), (2, True))


def test_the_command_for_a_hint_says_what_the_verdict_rests_on(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (FIXTURES / "service" / "answer" / "serverless.yml").read_text(encoding="utf-8")
    (tmp_path / "serverless.yml").write_text(
        text.replace("PAY_PER_REQUEST", "${opt:mode, 'PAY_PER_REQUEST'}"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    said = ["--stage", "user0", "--var", "mode=PROVISIONED", "--env", "TOKEN=hunter2"]
    for form in ("text", "github", "markdown", "junit"):
        out = html.unescape(run("check", *said, "--strict", "--format", form).out)
        assert "rydecheck hint --strict --stage user0 --var mode=PROVISIONED --env TOKEN=VALUE" in out, form
        assert "hunter2" not in out
    assert "Hint 1 of" in run("hint", *said).out
