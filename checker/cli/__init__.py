"""The command line: what was asked for, and who does it."""

from __future__ import annotations

import gc

# A check lives for a twentieth of a second and makes hardly any garbage: looking for it would take a twentieth of that.
_OBJECTS_BEFORE_COLLECTION = 100_000


def main(arguments: list[str] | None = None) -> int:
    """Run rydecheck; the exit status is 0 for complete, 1 for not yet, 2 when it could not check."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    try:
        from checker.cli.commands import run

        return run(arguments)
    except KeyboardInterrupt:  # before there is anything to interrupt
        return 130
