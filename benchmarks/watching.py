"""How fast `rydecheck watch` is: a check and its screen in the process, and a save until the terminal shows it.

The first is compared with one `yaml.compose` of the same file and with a whole `rydecheck check`, in turn, so that a
machine whose speed drifts slows all. The second goes through a real pseudo-terminal: the clock runs from before the
file is written until a whole new frame has arrived. Nothing is asserted: speed depends on the machine, ratios hardly.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
ANSWER = HERE.parent / "fixtures" / "service" / "answer"
COLUMNS, ROWS = 80, 24
FRAME_ENDS = b"\x1b[?2026l"
PATIENCE = 60.0  # seconds, after which something is wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=50, help="checks in the process (default: %(default)s)")
    parser.add_argument("--saves", type=int, default=30, help="saves on a terminal (default: %(default)s)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "service"
        shutil.copytree(ANSWER, folder)
        print("\n".join(in_process(folder, asked.rounds)))
        print("\n".join(on_a_terminal(folder, asked.saves)))


def in_process(folder: Path, rounds: int) -> list[str]:
    """Lines on one check with its screen, beside what it is compared with."""
    import yaml

    from checker.cli.watching.service import WatchedService
    from checker.cohort.submission import Request, find_on_disk
    from checker.reporters.terminal import Terminal
    from checker.reporters.watching import Look, Size, screen
    from checker.rulepack import load_pack

    service = WatchedService(find_on_disk(folder), load_pack("reliability"), Request())
    text = (folder / "serverless.yml").read_text(encoding="utf-8")

    def check_and_draw() -> None:
        service.may_have_changed()
        report = service.check().report
        assert report is not None
        screen(Look(report, known=report), Size(COLUMNS, ROWS), Terminal(colour=True))

    def compose() -> None:
        yaml.compose(text, Loader=yaml.CSafeLoader)

    def whole_check() -> None:
        command = [sys.executable, "-m", "checker", "check", str(folder)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=HERE.parent)

    check_and_draw()  # what is imported and asked for the first time
    mine, parses = zip(*((seconds_of(check_and_draw), seconds_of(compose)) for _ in range(rounds)), strict=True)
    pairs = [(seconds_of(check_and_draw), seconds_of(whole_check)) for _ in range(max(3, rounds // 5))]
    wholes = [whole for _, whole in pairs]
    to_compose, to_whole = ratio(list(zip(parses, mine, strict=True))), ratio(pairs)
    return [
        f"rydecheck watch on {text.count(chr(10))} lines: a check and its screen of {COLUMNS} × {ROWS}, in the process",
        f"  by itself                  {told(mine)}",
        f"  one yaml.compose           {told(parses)}: {to_compose:.0f} of it take as long",
        f"  a whole `rydecheck check`  {told(wholes)}: {to_whole:.0f} times as long",
    ]


def seconds_of(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(pairs: list[tuple[float, float]]) -> float:
    """How many times the first of each pair goes into the second, pair by pair."""
    return statistics.median(second / first for first, second in pairs)


def on_a_terminal(folder: Path, saves: int) -> list[str]:
    """Lines on how long a save takes to be shown, by a file written in place and by one that replaces it."""
    file = folder / "serverless.yml"
    whole = file.read_text(encoding="utf-8")
    states = (whole, whole.replace("PAY_PER_REQUEST", "PROVISIONED", 1))
    here, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "checker", "watch", str(folder)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        cwd=HERE.parent,
        env={**os.environ, "TERM": "xterm-256color"},
        start_new_session=True,
    )
    try:
        wait_for_frame(here)
        time.sleep(1.0)  # until watchfiles is imported and has its watches: an attendee opens an editor meanwhile
        better: list[float] = []
        worse: list[float] = []
        for number in range(1, saves + 1):
            write = write_in_place if number % 4 < 2 else write_and_replace
            start = time.perf_counter()
            write(file, states[number % 2])
            wait_for_frame(here)
            (worse if number % 2 else better).append(time.perf_counter() - start)
            time.sleep(0.05 + 0.01 * (number % 7))  # not in step with whoever waits
    finally:
        process.terminate()
        process.wait(PATIENCE)
        os.close(here)
        os.close(terminal)
    return [
        f"from one of {saves} saves until the terminal shows it",
        f"  a check turned green       {told(better)}",
        f"  a check is open again      {told(worse)}",
    ]


def told(seconds: Sequence[float]) -> str:
    return f"{statistics.median(seconds) * 1000:6.1f} ms (at most {max(seconds) * 1000:.1f})"


def write_in_place(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def write_and_replace(file: Path, text: str) -> None:
    new = file.with_name(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(file)


def wait_for_frame(here: int) -> None:
    """Read until a frame has ended."""
    data = b""
    end = time.monotonic() + PATIENCE
    while FRAME_ENDS not in data:
        ready, _, _ = select.select([here], [], [], max(0.0, end - time.monotonic()))
        if not ready:
            raise TimeoutError(f"no frame after {PATIENCE:.0f} s")
        data += os.read(here, 65536)


if __name__ == "__main__":
    main()
