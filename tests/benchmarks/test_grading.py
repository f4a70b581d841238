"""The benchmark of grading measures what it says, tried on stand-ins for the programs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.grading import Graded, Run, grade, measure, peak_of, ratio, read_by_checkov, table

pytestmark = pytest.mark.slow

# Takes the arguments of `rydecheck grade`, and writes a line and a page for each but the last `LEFT_OUT`.
GRADER = """
import os, sys
submissions, out = sys.argv[-3], sys.argv[-1]
os.makedirs(f"{out}/pages")
names = sorted(os.listdir(submissions))[: -LEFT_OUT or None]
for name in names:
    open(f"{out}/pages/{name}.html", "w").close()
open(f"{out}/index.html", "w").close()
open(f"{out}/results.jsonl", "w").write("{}\\n" * len(names))
"""
# The peak is read now and then: the process stays until somebody has surely looked.
HOLDS = "import time; held = b'x' * ({mebibytes} * 2**20); time.sleep(0.3)"


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    home = tmp_path / "class"
    for name in ("ada", "ben", "chidi"):
        (home / name).mkdir(parents=True)
    return home


def test_a_run_is_measured_when_everybody_has_a_page(submissions: Path) -> None:
    run = grade(python(GRADER.replace("LEFT_OUT", "0")), submissions, 3)
    assert 0 < run.seconds < 30


def test_a_run_that_leaves_somebody_out_stops(submissions: Path) -> None:
    with pytest.raises(SystemExit, match="3 submissions were graded into 2 results and 2 pages"):
        grade(python(GRADER.replace("LEFT_OUT", "1")), submissions, 3)


def test_a_program_that_fails_stops_with_its_own_words() -> None:
    with pytest.raises(SystemExit, match="ended with status 2: no such roster"):
        measure(python("import sys; sys.stderr.write('no such roster'); sys.exit(2)"), statuses=(0, 1))


def test_what_checkov_finds_is_no_failure(tmp_path: Path) -> None:
    program = tmp_path / "checkov"
    asked = "sys.argv[1] == '--directory' and sys.argv[-1] == '--fast'"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit(1 if {asked} else 3)\n", encoding="utf-8")
    program.chmod(0o700)
    assert read_by_checkov(program, tmp_path, ["--fast"]).seconds > 0


def test_memory_is_that_of_the_parent_alone() -> None:
    child = HOLDS.format(mebibytes=150)
    alone = measure(python(HOLDS.format(mebibytes=60)), statuses=(0,))
    beside = measure(
        python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"), statuses=(0,)
    )
    assert 60 < alone.mebibytes < 120
    assert 0 < beside.mebibytes < 60


def test_a_process_that_is_gone_holds_nothing() -> None:
    assert peak_of(2**30) == 0


def test_classes_are_compared_pair_by_pair() -> None:
    assert ratio([(Run(1, 0), Run(2, 0)), (Run(2, 0), Run(4.2, 0)), (Run(1, 0), Run(9, 0))]) == 2.1


def test_the_table_shows_rate_and_memory() -> None:
    graded = Graded(2000, (Run(4, 80), Run(5, 90.4), Run(60, 70)))
    assert table((graded,)).splitlines() == [
        "  submissions   seconds   a second   peak of the parent",
        "        2,000       5.0        400               90 MiB",
    ]
