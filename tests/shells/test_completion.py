"""The completion as it is typed: in the real shells, on a pseudo-terminal, with the tab key."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checker.cli import main
from checker.cli.arguments import SHELLS, every_command
from checker.cli.completion import script
from checker.rulepack import RulePack
from tests.cli.watching.attended import Attended

KILL_LINE, CLEAR, TAB = "\x15", "\x0c", "\t"
BIN = Path(sys.executable).parent
COMMAND = {
    "bash": ["bash", "--noprofile", "--norc", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "--private"],
}
SETTINGS = {
    "bash": "PS1='ready> '; bind 'set show-all-if-ambiguous on'; bind 'set page-completions off'",
    "zsh": "PS1='ready> '; setopt no_beep; autoload -U compinit; compinit -u -D; unsetopt list_ambiguous",
    "fish": "function fish_prompt; echo 'ready> '; end; set fish_autosuggestion_enabled 0; set -U fish_greeting",
}
SOURCE = {
    "bash": 'eval "$(rydecheck completion bash)"',
    "zsh": 'eval "$(rydecheck completion zsh)"',
    "fish": "rydecheck completion fish | source",
}


class Shell:
    """An interactive shell in a folder that holds a service and a folder `services`."""

    def __init__(self, name: str, home: Path, source: str) -> None:
        folder = home / "ride"
        (folder / "services").mkdir(parents=True)
        (folder / "serverless.yml").touch()
        path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
        program = subprocess.run(["which", COMMAND[name][0]], capture_output=True, text=True, check=True).stdout.strip()
        self._terminal = Attended(
            [program, *COMMAND[name][1:]], columns=120, rows=60, home=home, cwd=folder, environment={"PATH": path}
        )
        # The marker is put together by the shell, for what is typed is on the screen as well.
        self._terminal.press(f"{SETTINGS[name]}; {source}; echo set''up\n")
        self._terminal.wait_for("setup")

    def types(self, line: str, *wanted: str) -> str:
        """The screen after a line and the tab key, as soon as it shows what is wanted."""
        self._terminal.press(KILL_LINE + CLEAR)
        self._terminal.until(lambda: not any("rydecheck" in line for line in self._terminal.lines))
        self._terminal.press(line)
        self._terminal.wait_for(line.strip())
        self._terminal.press(TAB)
        return self._terminal.wait_for(*wanted)

    def close(self) -> None:
        self._terminal.close()


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shell]:
    opened = Shell(request.param, tmp_path, SOURCE[request.param])
    yield opened
    opened.close()


@pytest.mark.slow
def test_the_tab_key_completes_what_may_follow(shell: Shell) -> None:
    # One test, for a shell takes longer to start than to complete.
    screen = shell.types("rydecheck ", "watch", "iam-policy", "services", "serverless.yml")
    assert "--format" not in screen
    screen = shell.types("rydecheck --", "--format", "--only", "--version")  # the options of `check`
    assert "--roster" not in screen
    shell.types("rydecheck hi", "rydecheck hint")
    screen = shell.types("rydecheck --only ", "dlq.queue", "extra.autoscaling", "scaling")
    assert "watch" not in screen
    shell.types("rydecheck --only dlq.queue table", "table.on_demand", "table.no_provisioned")
    shell.types("rydecheck --only dlq.queue scaling --form", "scaling --format")
    shell.types("rydecheck check --only dlq.queue --str", "dlq.queue --strict")
    shell.types("rydecheck watch --only dlq.queue table", "table.on_demand", "table.no_provisioned")
    shell.types("rydecheck services --str", "services --strict")
    shell.types("rydecheck --format js", "--format json")
    shell.types("rydecheck check --format h", "--format html")
    shell.types("rydecheck --module rel", "--module reliability")
    shell.types("rydecheck --module servi", "--module services/")
    shell.types("rydecheck --module=event-driven --only publ", "publish.topic_arn", "publish.no_url")
    shell.types("rydecheck explain --module=event-driven topic.p", "topic.permission", "topic.parameter")
    shell.types("rydecheck --module=rel", "--module=reliability")
    shell.types("rydecheck check --format=h", "--format=html")
    shell.types("rydecheck --also ju", "--also junit=")
    shell.types("rydecheck --also junit=serverl", "--also junit=serverless.yml")
    shell.types("rydecheck rules lint --start servi", "--start services/")
    shell.types("rydecheck --output serv", "services/", "serverless.yml")
    screen = shell.types("rydecheck hint dl", "dlq.plugin", "dlq.target")
    assert "extra" not in screen
    shell.types("rydecheck hint serverl", "hint serverless.yml")
    shell.types("rydecheck diff --module reliability dlq.q", "reliability dlq.queue")
    screen = shell.types("rydecheck explain ", "dlq.plugin", "table.on_demand")
    assert "serverless.yml" not in screen
    screen = shell.types("rydecheck grade --r", "--roster", "--region", "--resume")
    assert "--role-arn" not in screen
    shell.types("rydecheck grade --gradebook m", "--gradebook moodle")
    shell.types("rydecheck report --out servi", "--out services/")
    shell.types("rydecheck completion fi", "completion fish")


@pytest.mark.slow
@pytest.mark.parametrize("name", SHELLS)
def test_the_module_that_is_named_decides_which_checks_there_are(
    name: str, tmp_path: Path, pack: RulePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = pack._replace(id="other", rules=tuple(rule for rule in pack.rules if rule.id == "dlq.queue"), steps=())
    monkeypatch.setattr("checker.cli.completion.module_ids", lambda: ["other", "reliability"])
    monkeypatch.setattr("checker.cli.completion.load_pack", {"other": other, "reliability": pack}.get)
    (tmp_path / "script").write_text(script(name), encoding="utf-8")
    shell = Shell(name, tmp_path, SOURCE[name].replace(f"rydecheck completion {name}", f"cat {tmp_path / 'script'}"))
    try:
        shell.types("rydecheck --module ", "other", "reliability")
        shell.types("rydecheck --module other --only ", "--only dlq.queue")
        shell.types("rydecheck explain --module other dl", "--module other dlq.queue")
        shell.types("rydecheck --module reliability --only dlq.", "dlq.plugin", "dlq.queue")
    finally:
        shell.close()


@pytest.mark.slow
def test_zsh_loads_it_from_its_path_of_functions(tmp_path: Path) -> None:
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "_rydecheck").write_text(script("zsh"), encoding="utf-8")
    shell = Shell("zsh", tmp_path, f"fpath=({tmp_path / 'functions'} $fpath); compinit -u -D")
    try:
        for _ in range(2):  # at first it is loaded, then called
            shell.types("rydecheck hi", "rydecheck hint")
            shell.types("rydecheck services --str", "services --strict")
            shell.types("rydecheck --only dlq.queue table", "table.on_demand", "table.no_provisioned")
    finally:
        shell.close()


@pytest.mark.parametrize("name", SHELLS)
def test_every_command_and_option_is_in_the_script(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", name]) == 0
    written = capsys.readouterr().out
    commands = next(action for action in every_command()._actions if action.dest == "command").choices
    assert commands is not None
    for command, parser in dict(commands).items():
        assert command in written
        for option in (text for action in parser._actions for text in action.option_strings if text != "-h"):
            assert (f"-l {option[2:]} " if name == "fish" else option) in written, (command, option)


@pytest.mark.parametrize("arguments", [[], ["tcsh"], ["bash", "zsh"]])
def test_another_shell_is_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "Traceback" not in said.err
