"""Whether a format has to tell of one submission or of a class."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from checker.report import Report


def one_or_class(reports: Iterable[Report]) -> Report | Iterator[Report]:
    """The report, where there is one only; else all, none of which is kept."""
    coming = iter(reports)
    first = list(itertools.islice(coming, 2))
    return first[0] if len(first) == 1 else itertools.chain(first, coming)
