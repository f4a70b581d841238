"""How far a run over a class is, drawn on a terminal; quiet elsewhere."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from checker.rulepack import RulePack

if TYPE_CHECKING:
    from checker.cohort.results import Kept

_REDRAWN = 8  # times a second


@contextmanager
def progress_bar(total: int, pack: RulePack) -> Iterator[Callable[[Kept], None]]:
    """Gives what to tell of each result; it draws how many there are, how fast they come, and how they stand."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed or 0:.0f}/s", style="dim")

    bar = Progress(BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(compact=True))
    statuses: Counter[str] = Counter()
    passing: Counter[str] = Counter()

    def counts() -> Text:
        told = Text(f"{statuses['complete']} complete, {statuses['error']} not checked\n", style="bold")
        for rule in pack.rules:
            told.append(f"{rule.id} ", style="dim").append(f"{passing[rule.id]}  ")
        return told

    bar_task = bar.add_task("", total=total)
    console = Console(stderr=True)
    with Live(
        get_renderable=lambda: Group(bar, counts()), console=console, transient=True, refresh_per_second=_REDRAWN
    ):

        def observe(kept: Kept) -> None:
            statuses[kept.status] += 1
            passing.update(kept.passing)
            bar.advance(bar_task)

        yield observe
