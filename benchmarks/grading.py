"""How fast `rydecheck grade` is over a made class, with all pages written, and how much memory it takes.

Classes of 2,000 and 4,000 are graded in turn, A B A B …, so that a machine whose speed drifts slows both; the ratio is
the median of the ratios pair by pair. With --peers, checkov reads the same folder of 2,000, once in each of two ways.
Memory is the peak of the process that was started, without those that it starts. Nothing is asserted of speed; a run
that leaves somebody out stops the benchmark.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.made_class import make_class

SMALL, LARGE, HUGE = 2000, 4000, 10_000
SECONDS_BETWEEN_LOOKS = 0.02
# As anybody calls it, and told to look for nothing else than what a submission is.
CHECKOV: dict[str, list[str]] = {"checkov": [], "checkov --framework serverless": ["--framework", "serverless"]}


class Run(NamedTuple):
    """Wall time in seconds, and the peak memory in MiB of the process that was started."""

    seconds: float
    mebibytes: float


class Graded(NamedTuple):
    """The runs over one class of `size` submissions."""

    size: int
    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        return statistics.median(run.seconds for run in self.runs)

    @property
    def rate(self) -> float:
        return self.size / self.seconds

    @property
    def mebibytes(self) -> float:
        return max(run.mebibytes for run in self.runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, help="the folder with checkov; left out, it is not measured")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="default: the machine's cores")
    parser.add_argument("--pairs", type=int, default=3, help="counted runs of each class (default: %(default)s)")
    asked = parser.parse_args()
    command = [str(Path(sys.executable).parent / "rydecheck"), "grade", "--jobs", str(asked.jobs)]
    with tempfile.TemporaryDirectory() as folder:
        classes = {count: Path(folder, str(count)) for count in (SMALL, LARGE, HUGE)}
        for count, home in classes.items():
            make_class(home, count)
        grade(command, classes[SMALL], SMALL)  # once before it counts
        pairs = [
            (grade(command, classes[SMALL], SMALL), grade(command, classes[LARGE], LARGE)) for _ in range(asked.pairs)
        ]
        small, large = Graded(SMALL, tuple(pair[0] for pair in pairs)), Graded(LARGE, tuple(pair[1] for pair in pairs))
        huge = Graded(HUGE, (grade(command, classes[HUGE], HUGE),))
        print(f"rydecheck grade over a made class, all pages written, {asked.jobs} jobs")
        print(table((small, large, huge)))
        print(f"{LARGE:,} take {ratio(pairs):.2f} times as long as {SMALL:,}")
        if asked.peers is not None:
            for name, options in CHECKOV.items():
                peer = Graded(SMALL, (read_by_checkov(asked.peers / "checkov", classes[SMALL], options),))
                print(
                    f"{name}, on the same {SMALL:,}: {peer.rate:.0f} a second; "
                    f"rydecheck grades {small.rate / peer.rate:.1f} times as many"
                )


def grade(command: list[str], submissions: Path, count: int) -> Run:
    """Grade a folder into a new one. Stops the program when not everybody has a result and a page."""
    with tempfile.TemporaryDirectory() as out:
        run = measure([*command, str(submissions), "--out", out], statuses=(0,))
        results = Path(out, "results.jsonl").read_bytes().count(b"\n")
        pages = sum(page.name != "index.html" for page in Path(out).rglob("*.html"))
    if (results, pages) != (count, count):
        sys.exit(f"{count:,} submissions were graded into {results:,} results and {pages:,} pages.")
    return run


def read_by_checkov(program: Path, submissions: Path, options: list[str]) -> Run:
    """Let checkov read a folder. Its exit status says what it found, not that it failed."""
    command = [str(program), "--directory", str(submissions), "--compact", "--quiet", *options]
    return measure(command, statuses=(0, 1))


def measure(command: list[str], statuses: tuple[int, ...]) -> Run:
    """Run a command, its output thrown away. Stops the program when it ends otherwise than with one of `statuses`."""
    # With byte code kept, as pip leaves it in an installation.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors
        )
        # What the system tells at the end is the largest of a process and those that it started; so the process alone
        # is looked at while it runs.
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, peak_of(process.pid))
            time.sleep(SECONDS_BETWEEN_LOOKS)
        seconds = time.perf_counter() - start
        if process.returncode not in statuses:
            errors.seek(0)
            told = errors.read().decode("utf-8", "replace").strip()[-2000:]
            sys.exit(f"{command[0]} ended with status {process.returncode}: {told}")
    return Run(seconds, peak)


def peak_of(process: int) -> float:
    """The most memory, in MiB, that a process has held so far; 0 when it is gone, or on a system without /proc."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0)


def ratio(pairs: list[tuple[Run, Run]]) -> float:
    """How many times as long the second of a pair takes."""
    return statistics.median(second.seconds / first.seconds for first, second in pairs)


def table(classes: tuple[Graded, ...]) -> str:
    lines = ["  submissions   seconds   a second   peak of the parent"]
    lines += [f"  {one.size:>11,}{one.seconds:>10.1f}{one.rate:>11.0f}{one.mebibytes:>17.0f} MiB" for one in classes]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
