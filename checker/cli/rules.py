"""`rydecheck rules`: what helps to write a module: every problem at once, a proof, a first module, words to copy."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence

from checker.authoring.lint import lint
from checker.cli.output import write_stream
from checker.modules import ModuleFiles, find_module, module_at, module_ids
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack, load_pack
from checker.wording import name_line

_FINE, _PROBLEMS = 0, 1


def rules(asked: Namespace) -> int:
    """Carry out what is asked of the rules; the exit status."""
    if asked.action == "new":
        return _new(asked.folder)
    return _reasons(asked.kind) if asked.action == "reasons" else _lint(asked.files, asked.start)


def _lint(names: Sequence[str], starts: Sequence[str]) -> int:
    """Tell the problems of modules, and prove those without on a service."""
    draw = Terminal.of(sys.stdout)
    is_fine = True
    for files in map(_named, names or module_ids()):
        problems = lint(files)
        said = [] if problems else [_summary(load_pack(files))]
        if starts and not problems:
            from checker.authoring.proof import prove

            problems = prove(load_pack(files), starts)
            proved = f"  Proved on {' and '.join(starts)}: each check fails there, and passes with its answer."
            said = [] if problems else [*said, proved]
        is_fine = is_fine and not problems
        lines = [*map(str, problems), *said]
        write_stream(sys.stdout, "".join(f"{draw.foreign(name_line(line))}\n" for line in lines))
    return _FINE if is_fine else _PROBLEMS


def _named(name: str) -> ModuleFiles:
    """The files of that path, or of the shipped module of that id. Raises UsageError."""
    return module_at(name) if os.path.lexists(name) else find_module(name)


def _summary(pack: RulePack) -> str:
    counts = [(len(pack.steps), "step"), (len(pack.rules), "check"), (len(pack.questions), "question")]
    listed = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counts)
    return f"{pack.files.named}: {listed}; no problem found."


def _reasons(kind: str) -> int:
    from checker.authoring.reasons import render

    write_stream(sys.stdout, render(kind))
    return _FINE


def _new(folder: str) -> int:
    from checker.authoring.starter import write_starter

    written = write_starter(folder)
    name = ModuleFiles(folder=folder)
    write_stream(sys.stdout, "".join(f"{name.path_of(file)}\n" for file in written))
    return _FINE
