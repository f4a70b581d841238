"""The command line: what was asked for, and who does it."""

from __future__ import annotations


def main(arguments: list[str] | None = None) -> int:
    """Run rydecheck; the exit status is 0 for complete, 1 for not yet, 2 when it could not check."""
    from checker.cli.commands import run

    return run(arguments)
