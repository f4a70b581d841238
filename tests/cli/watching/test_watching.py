"""`rydecheck watch` in a real terminal: saves of all kinds, keys, sizes, and a terminal that is given back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.watching.attended import PATIENCE, Attended, environment_of
from tests.cli.watching.steps import COMPLETE, START, STEPS, saved
from tests.conftest import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")]

RYDECHECK = [sys.executable, "-m", "checker"]
# As the command that pip installs: the current folder is none where modules are looked for.
INSTALLED = [
    *(sys.executable, "-I", "-c"),
    f"import sys; sys.path.insert(0, {str(REPOSITORY)!r}); from checker.cli import main; sys.exit(main())",
]
BROKEN = START.replace("provider:\n", "provider:\n  - [\n", 1)
ENTERED, LEFT = b"\x1b[?1049h", b"\x1b[?1049l"

Watch = Callable[..., Attended]


@pytest.fixture
def service(tmp_path: Path) -> Path:
    folder = tmp_path / "rides"
    folder.mkdir()
    (folder / "serverless.yml").write_text(START, encoding="utf-8")
    return folder


@pytest.fixture
def watch(service: Path, tmp_path: Path) -> Iterator[Watch]:
    """Starts `rydecheck watch` on the service, and waits for its first screen."""
    started: list[Attended] = []

    def start(*arguments: str, first: str = "Next: ", command: Sequence[str] = RYDECHECK, **more: object) -> Attended:
        whole = [*command, "watch", *(arguments or (str(service),))]
        one = Attended(whole, home=tmp_path / "home", **more)  # type: ignore[arg-type]
        started.append(one)
        one.wait_for(first, "quit" if first == "Next: " else first)
        return one

    yield start
    for one in started:
        one.close()


def save(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def replace(file: Path, text: str) -> None:
    """As editors do that write a new file and give it the name of the old one."""
    new = file.with_name(f".{file.name}.new")
    save(new, text)
    os.replace(new, file)


def back_up_and_replace(file: Path, text: str) -> None:
    """As vim does with `backupcopy=no`: for a moment there is no file of that name."""
    os.rename(file, f"{file}~")
    save(file, text)
    os.unlink(f"{file}~")


def test_from_the_first_save_to_the_end_of_the_module(service: Path, watch: Watch) -> None:
    shown = watch()
    assert "0 of 6" in shown.text
    for number in range(1, len(STEPS)):
        save(service / "serverless.yml", saved(*STEPS[:number]))
        text = shown.wait_for(f"{number} of 6")
        assert text.count(": green") == 1
        assert text.count("✦ pass") == 1
    save(service / "serverless.yml", COMPLETE)
    text = shown.wait_for("6 of 6")
    assert "✦ That was the last one: every check passes. Well done!" in text
    assert "If a write failed now, this event would be kept" in text
    save(service / "serverless.yml", COMPLETE + "\n# done\n")
    shown.wait_for("✦ Complete: every check passes.", without="Well done")
    shown.press("q")
    assert shown.end() == 0
    assert "6 of 6. Complete: every check passes." in shown.text


@pytest.mark.parametrize("way", [save, replace, back_up_and_replace])
def test_every_way_to_save(service: Path, watch: Watch, way: Callable[[Path, str], None]) -> None:
    shown = watch()
    for number in (1, 2, 3):
        way(service / "serverless.yml", saved(*STEPS[:number]))
        shown.wait_for(f"{number} of 6")
    assert b"cannot be checked" not in shown.written  # not for a moment either


def test_a_half_saved_file_shows_its_error_and_recovers(service: Path, watch: Watch) -> None:
    shown = watch()
    save(service / "serverless.yml", BROKEN)
    text = shown.wait_for("This cannot be checked as it stands:", "serverless.yml:")
    assert "0 of 6" in text
    save(service / "serverless.yml", saved(STEPS[0]))
    text = shown.wait_for("1 of 6", without="cannot be checked")
    assert "✦ Enable the dead letter plugin: green" in text


def test_a_file_that_is_pulled_in(service: Path, watch: Watch) -> None:
    queue = "    PutRideRecordSnsDlq: ${file(parts/queue.yml)}\n"
    save(service / "serverless.yml", START.replace("\n  Resources:\n", f"\n  Resources:\n{queue}"))
    shown = watch()
    (service / "parts").mkdir()
    save(service / "parts" / "queue.yml", "Type: AWS::SNS::Topic\n")  # missing until now, with its folder
    shown.until(lambda: b"open again" not in shown.written and "? unknown Create the queue" not in shown.text)
    assert "1 of 6" not in shown.text
    save(service / "parts" / "queue.yml", "Type: AWS::SQS::Queue\n")
    shown.wait_for("1 of 6", "✦ Create the queue PutRideRecordSnsDlq: green")
    replace(service / "parts" / "queue.yml", "Type: AWS::SNS::Topic\n")
    shown.wait_for("0 of 6", "Create the queue PutRideRecordSnsDlq: open again")


def test_a_deleted_file_and_its_return(service: Path, watch: Watch) -> None:
    save(service / "serverless.yml", saved(*STEPS[:2]))
    shown = watch()
    (service / "serverless.yml").unlink()
    text = shown.wait_for("There is no serverless.yml in")
    assert "2 of 6" in text  # nothing of what was known is lost
    save(service / "serverless.yml", saved(*STEPS[:3]))
    shown.wait_for("3 of 6", "Next: ")


def test_a_configuration_named_by_its_path(service: Path, watch: Watch) -> None:
    shown = watch(str(service / "serverless.yml"))
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("1 of 6")
    (service / "serverless.yml").unlink()
    shown.wait_for("There is no such file.")
    save(service / "serverless.yml", saved(*STEPS[:2]))
    shown.wait_for("2 of 6")


def test_a_renamed_folder_and_another_of_its_name(service: Path, watch: Watch) -> None:
    shown = watch()
    service.rename(service.with_name("elsewhere"))
    shown.wait_for("The folder is not there any more.")
    service.mkdir()
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("1 of 6", "Next: ")
    save(service / "serverless.yml", saved(*STEPS[:2]))
    shown.wait_for("2 of 6")
    shutil.rmtree(service)
    shown.wait_for("The folder is not there any more.")
    shown.press("q")
    assert shown.end() == 2


def test_the_folder_one_is_in(service: Path, watch: Watch) -> None:
    shown = watch("--stage", "user7", cwd=service)
    assert "stage user7" in shown.text
    service.rename(service.with_name("elsewhere"))
    shown.wait_for("The folder is not there any more.")
    service.with_name("elsewhere").rename(service)
    shown.wait_for("0 of 6", "Next: ")


def test_a_read_only_file_and_one_that_may_not_be_read(service: Path, watch: Watch) -> None:
    file = service / "serverless.yml"
    file.chmod(0o444)
    shown = watch()
    replace(file, saved(STEPS[0]))
    shown.wait_for("1 of 6")
    if os.geteuid() == 0:
        return  # may read everything
    file.chmod(0)
    shown.wait_for("cannot be read")
    file.chmod(0o644)
    shown.wait_for("1 of 6", "Next: ")


def test_what_changes_nothing_is_not_drawn_again(service: Path, watch: Watch) -> None:
    shown = watch()
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("1 of 6", ": green")
    frames = shown.written.count(b"\x1b[?2026h")
    save(service / "serverless.yml", saved(STEPS[0]))
    os.utime(service / "serverless.yml")
    save(service / "notes.txt", "nothing")
    (service / "node_modules").mkdir()
    time.sleep(1.0)  # for what must not come, there is nothing to wait for
    assert shown.written.count(b"\x1b[?2026h") == frames
    save(service / "ANSWERS.md", "# qa.how\nSo.\n")
    shown.wait_for("1 of 6", without=": green")


def test_hints_and_the_edit(service: Path, watch: Watch) -> None:
    shown = watch()
    shown.press("h")
    shown.wait_for("Hint 1 of 3: Enable the dead letter plugin", "h gives a stronger one.", "Esc back")
    shown.press("h")
    shown.wait_for("Hint 2 of 3:")
    shown.press("h")
    shown.wait_for("Hint 3 of 3:", without="stronger")
    shown.press("\x1b")
    shown.wait_for("Next: Enable the dead letter plugin", without="Hint")
    shown.press("d")
    shown.wait_for("The edit: Enable the dead letter plugin", "serverless-plugin-lambda-dead-letter")
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("Next: Create the queue", without="The edit:")


def test_a_long_hint_is_scrolled_in_a_small_terminal(watch: Watch) -> None:
    shown = watch(columns=40, rows=8)
    shown.press("hh")
    first = shown.wait_for("Hint 2 of 3:", "j k scroll")
    shown.press("j")
    shown.until(lambda: shown.text != first)
    shown.press("\x1b[A")
    shown.until(lambda: shown.text == first)
    shown.press(" ")
    shown.until(lambda: shown.text != first)
    shown.press("\x1b[H")
    shown.until(lambda: shown.text == first)


def test_the_size_of_the_terminal(watch: Watch) -> None:
    shown = watch()
    shown.resize(40, 12)
    shown.until(lambda: shown.lines[-1].endswith("q quit") and "✗ ✗ ✗ ✗   ✗ ✗   ○ ○" in shown.text)
    assert "Next: Enable the dead letter plugin" in shown.text
    shown.resize(100, 50)
    shown.wait_for("Why: ", "Questions: 0 of 4")
    shown.until(lambda: shown.lines[-1].endswith("q quit"))


@pytest.mark.parametrize(
    ("leave", "status"),
    [
        (lambda shown: shown.press("q"), 1),
        (lambda shown: shown.press("\x03"), 1),
        (lambda shown: shown.process.send_signal(signal.SIGTERM), 128 + signal.SIGTERM),
        (lambda shown: shown.process.send_signal(signal.SIGHUP), 128 + signal.SIGHUP),
    ],
    ids=["q", "ctrl-c", "sigterm", "sighup"],
)
def test_the_terminal_is_given_back(watch: Watch, leave: Callable[[Attended], None], status: int) -> None:
    shown = watch()
    assert shown.settings != shown.before
    leave(shown)
    assert shown.end() == status
    assert shown.settings == shown.before
    assert shown.written.count(ENTERED) == shown.written.count(LEFT) == 1
    assert shown.written.rindex(b"\x1b[?25h") > shown.written.rindex(b"\x1b[?25l")
    assert b"Traceback" not in shown.written
    if status == 1:
        assert shown.written.endswith(
            b"0 of 6. Next: Enable the dead letter plugin; rydecheck watch goes on.\r\n",
            shown.written.rindex(LEFT),
        )


def test_the_terminal_is_given_back_by_a_mistake_of_ours(service: Path, tmp_path: Path) -> None:
    program = (
        "import sys, checker.cli.watching.command as command\n"
        "class Broken:\n"
        "    def hint(self, report): raise RuntimeError('a mistake')\n"
        "command.ServiceCoach = lambda path, request: Broken()\n"
        "from checker.cli import main\n"
        "sys.exit(main(['watch', sys.argv[1]]))\n"
    )
    shown = Attended([sys.executable, "-c", program, str(service)], home=tmp_path / "home")
    try:
        shown.wait_for("Next: ", "quit")
        shown.press("h")
        assert shown.end() != 0
        assert shown.settings == shown.before
        assert b"a mistake" in shown.written[shown.written.rindex(LEFT) :]
    finally:
        shown.close()


def test_a_stop_that_nobody_announced(watch: Watch) -> None:
    shown = watch()
    ours = shown.settings
    shown.process.send_signal(signal.SIGSTOP)
    termios.tcsetattr(shown.terminal, termios.TCSANOW, shown.before)  # as a shell does
    frames = shown.written.count(b"\x1b[?2026h")
    shown.process.send_signal(signal.SIGCONT)
    shown.until(lambda: shown.written.count(b"\x1b[?2026h") > frames)
    assert shown.settings == ours
    shown.press("q")
    assert shown.end() == 1
    assert shown.written.count(ENTERED) == shown.written.count(LEFT) == 1


def test_a_stop_and_its_end(service: Path, tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash, whose job control this is about")
    environment = {"PS1": "ready> ", "PROMPT_COMMAND": ""}
    shown = Attended([bash, "--norc", "--noprofile", "-i"], home=tmp_path / "home", environment=environment)
    try:
        shown.wait_for("ready>")
        shown.press(f"{sys.executable} -m checker watch {service}\n")
        shown.wait_for("Next: ", "q quit")
        shown.press("\x1a")
        shown.until(lambda: shown.written.endswith(b"ready> ") and b"Stopped" in shown.written[-300:])
        assert shown.written.count(ENTERED) == shown.written.count(LEFT) == 1
        save(service / "serverless.yml", saved(STEPS[0]))
        shown.press("fg\n")
        shown.wait_for("1 of 6", "q quit")
        shown.press("q")
        shown.until(lambda: shown.written.endswith(b"ready> "))
        assert shown.written.count(ENTERED) == shown.written.count(LEFT) == 2
        shown.press("exit\n")
        shown.end()
    finally:
        shown.close()


def test_the_page(service: Path, watch: Watch, tmp_path: Path) -> None:
    shown = watch()
    shown.press("o")
    shown.wait_for("The page is this file; reload it after a save:", "~/cache/rydecheck/pages/rides-")
    (page,) = (tmp_path / "home" / "cache" / "rydecheck" / "pages").iterdir()
    assert page.stat().st_mode & 0o777 == 0o600
    assert page.parent.stat().st_mode & 0o777 == 0o700
    before = page.read_text(encoding="utf-8")
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("1 of 6", without="The page is this file")
    shown.until(lambda: page.read_text(encoding="utf-8") != before)


def test_a_browser_gets_the_page_and_nothing_of_the_terminal(service: Path, watch: Watch, tmp_path: Path) -> None:
    browser, told, ran = tmp_path / "browser", tmp_path / "told", tmp_path / "ran"
    browser.write_text(
        "#!/bin/sh\necho noise; echo noise >&2\n(echo noise >/dev/tty) 2>/dev/null && tty=yes\n"
        f'echo "$1 tty=${{tty:-no}} TERM=${{TERM:-none}}" >{told}.new; mv {told}.new {told}\n',
        encoding="utf-8",
    )
    browser.chmod(0o755)
    for name in ("webbrowser.py", "shlex.py", "platformdirs.py", "jinja2.py"):  # a submission's own
        save(service / name, f"open({str(ran)!r}, 'w')\n")
    environment = {"DISPLAY": ":7", "BROWSER": str(browser), "PYTHONPATH": ""}
    shown = watch(command=INSTALLED, cwd=service, environment=environment)
    shown.press("o")
    shown.wait_for("The page opens in your browser; reload it there after a save.")
    shown.until(told.exists)
    address = told.read_text(encoding="utf-8").split()
    assert re.fullmatch(r"file://.*/rydecheck/pages/rides-[0-9a-f]{12}\.html", address[0])
    assert address[1:] == ["tty=no", "TERM=none"]
    assert b"noise" not in shown.written
    assert not ran.exists()


def test_without_keys(service: Path, tmp_path: Path) -> None:
    command = " ".join((*RYDECHECK, "watch", str(service), "</dev/null"))
    shown = Attended(["/bin/sh", "-c", command], home=tmp_path / "home")
    try:
        shown.wait_for("Next: ", "Ctrl-C ends it")
        save(service / "serverless.yml", saved(STEPS[0]))
        shown.wait_for("1 of 6", "Ctrl-C ends it")
        shown.press("\x03")
        shown.end()
        assert shown.settings == shown.before
        assert shown.written.count(ENTERED) == shown.written.count(LEFT) == 1
    finally:
        shown.close()


@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1"}], ids=["colour", "no colour"])
def test_colour(watch: Watch, environment: dict[str, str]) -> None:
    shown = watch(environment=environment)
    assert (b"\x1b[31m" in shown.written) == (not environment)


def test_a_terminal_without_unicode(watch: Watch) -> None:
    shown = watch(environment={"PYTHONIOENCODING": "ascii"})
    assert "  x fails   Enable the dead letter plugin" in shown.text
    assert shown.written.isascii()


def test_a_terminal_that_cannot_draw(service: Path, watch: Watch) -> None:
    shown = watch(first="A hint:", environment={"TERM": "dumb"})
    assert shown.settings == shown.before
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("✦ Enable the dead letter plugin: green")
    shown.press("\x03")
    assert shown.end() == 1
    assert b"\x1b" not in shown.written
    assert "1 of 6. Next: Create the queue PutRideRecordSnsDlq; rydecheck watch goes on." in shown.text


def test_a_pipe_gets_the_report_and_then_each_change(service: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with open(out, "wb") as stream:
        process = subprocess.Popen(
            [*RYDECHECK, "watch", str(service)],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            env=environment_of(tmp_path / "home", {}),
        )

    def wait_for(wanted: str) -> str:
        end = time.monotonic() + PATIENCE
        while wanted not in (text := out.read_text(encoding="utf-8")):
            assert time.monotonic() < end, text
            time.sleep(0.02)
        return text

    try:
        wait_for("Questions: 0 of 4")
        save(service / "serverless.yml", saved(STEPS[0]))
        wait_for("✦ Enable the dead letter plugin: green\nNext: Create the queue")
        save(service / "serverless.yml", BROKEN)
        wait_for("This cannot be checked as it stands:")
        service.rename(service.with_name("elsewhere"))
        wait_for("The folder is not there any more.")
        service.with_name("elsewhere").rename(service)
        save(service / "serverless.yml", COMPLETE)
        wait_for("That was the last one")
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait(PATIENCE)
    text = wait_for("6 of 6. Complete")
    assert "\x1b" not in text
    assert len(re.findall(r"^\d\d:\d\d:\d\d$", text, re.MULTILINE)) in (4, 5)  # it may be back before it is complete
    assert "Traceback" not in text


def test_a_system_without_terminals_of_our_kind(service: Path, tmp_path: Path) -> None:
    """As on Windows: the report, and then lines for each change."""
    program = "import sys; sys.modules['termios'] = None; from checker.cli import main; sys.exit(main())"
    shown = Attended([sys.executable, "-c", program, "watch", str(service)], home=tmp_path / "home")
    try:
        shown.wait_for("A hint:")
        save(service / "serverless.yml", saved(STEPS[0]))
        shown.wait_for("✦ Enable the dead letter plugin: green")
        shown.press("\x03")
        assert shown.end() == 1
        assert b"\x1b[?1049h" not in shown.written
    finally:
        shown.close()


def test_what_is_judged_is_chosen_as_for_check(service: Path, watch: Watch) -> None:
    shown = watch("--strict", "--stage", "user7", "--only", "scaling", str(service))
    text = shown.wait_for("0 of 2", "stage user7")
    assert "dead letter" not in text


def test_a_path_that_is_none_is_told_at_once(tmp_path: Path) -> None:
    command = [*RYDECHECK, "watch", str(tmp_path / "nothing")]
    done = subprocess.run(command, capture_output=True, text=True, env=environment_of(tmp_path, {}), timeout=PATIENCE)
    assert done.returncode == 2
    assert "there is no such file or folder" in done.stderr
    assert done.stdout == ""


def test_a_folder_that_is_still_empty(service: Path, watch: Watch) -> None:
    (service / "serverless.yml").unlink()
    shown = watch(first="There is no serverless.yml in")
    save(service / "serverless.yml", START)
    shown.wait_for("0 of 6", "Next: ")


def test_without_events_of_the_system(service: Path, watch: Watch) -> None:
    """As on a network file system, or where too much is watched already."""
    shown = watch(environment={"WATCHFILES_FORCE_POLLING": "true", "WATCHFILES_POLL_DELAY_MS": "600000"})
    save(service / "serverless.yml", saved(STEPS[0]))
    shown.wait_for("1 of 6")


def test_in_tmux(service: Path, tmp_path: Path) -> None:
    tmux = shutil.which("tmux")
    if tmux is None:
        pytest.skip("tmux is not installed")
    server = [tmux, "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    environment = environment_of(tmp_path / "home", {"PS1": "ready> "})

    def run(*command: str) -> str:
        return subprocess.run(
            [*server, *command], capture_output=True, text=True, check=True, env=environment, timeout=PATIENCE
        ).stdout

    def wait_for(*wanted: str) -> str:
        end = time.monotonic() + PATIENCE
        while not all(one in (text := run("capture-pane", "-p", "-t", "w")) for one in wanted):
            assert time.monotonic() < end, text
            time.sleep(0.05)
        return text

    run("new-session", "-d", "-s", "w", "-x", "80", "-y", "24", "/bin/sh")
    try:
        run("send-keys", "-t", "w", f"echo before; {sys.executable} -m checker watch {service}", "Enter")
        text = wait_for("0 of 6", "q quit")
        assert len(text.splitlines()) == 24
        assert "before" not in text
        save(service / "serverless.yml", saved(STEPS[0]))
        wait_for("✦ Enable the dead letter plugin: green", "1 of 6")
        run("send-keys", "-t", "w", "h")
        wait_for("Hint 1 of 3")
        run("send-keys", "-t", "w", "Escape")
        wait_for("Next: Create the queue")
        run("resize-window", "-t", "w", "-x", "40", "-y", "12")
        wait_for("Next: Create the queue", "✦ ✗ ✗ ✗   ✗ ✗   ○ ○")
        run("resize-window", "-t", "w", "-x", "80", "-y", "24")
        wait_for("A table that scales with the rides")
        run("send-keys", "-t", "w", "q")
        text = wait_for("before\n1 of 6. Next: Create the queue PutRideRecordSnsDlq; rydecheck watch goes on.")
        assert "q quit" not in text
    finally:
        run("kill-server")
