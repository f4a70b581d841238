"""`rydecheck report`: the pages and files of a class again, from its results, or one format of all submissions."""

from __future__ import annotations

import itertools
import os
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator

from checker.cli.class_folder import ClassFolder
from checker.cli.class_views import INDEX, Told, tell, write_views
from checker.cli.rendering import Output, refuse_inputs, refuse_without_folder, render_for_tools, write_text
from checker.cohort.grading import page_path
from checker.cohort.results import read_results
from checker.errors import UsageError
from checker.report import Report
from checker.reporters.class_text import ClassText
from checker.reporters.html import render
from checker.reporters.json import parse_record, render_class
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack, load_pack, module_ids
from checker.wording import shown

HOME = f"../{INDEX}"


def report(arguments: Namespace) -> int:
    """Render a class without grading: the pages and files of --out, or the format of --format."""
    if not os.path.lexists(arguments.results):
        raise UsageError(f"{arguments.results or 'an empty name'}: there is no such file.")
    if arguments.out is not None and arguments.format is not None:
        raise UsageError("say --out for the pages and files of the class, or --format; one of them, not both.")
    if arguments.out is None and arguments.format is None:
        raise UsageError("say --out for the pages and files of the class, or --format for one of the formats.")
    for option in ("output",) if arguments.format is None else ("title", "gradebook"):
        if getattr(arguments, option):
            other = "format" if option == "output" else "out"
            raise UsageError(f"--{option} goes with --{other}.")
    own = None if arguments.module is None else load_pack(arguments.module)
    reports = _read(arguments.results, own)
    first = next(reports, None)
    if first is None:
        raise UsageError(f"{arguments.results} holds no results.")
    everybody = itertools.chain([first], reports)
    pack = first[0].module
    if arguments.format is not None:
        wanted = Output(arguments.format, arguments.output)
        refuse_without_folder(wanted.file)
        refuse_inputs([wanted], [arguments.results])
        write_text(_in_format(arguments.format, pack, everybody, arguments.output), wanted)
        return 0
    folder = ClassFolder(arguments.out)
    with folder.alone():
        text = write_views(folder, Told(pack, arguments.title, arguments.gradebook), _with_pages(folder, everybody))
    tell(folder, text)
    return 0


def _in_format(name: str, pack: RulePack, reports: Iterable[tuple[Report, str]], file: str | None) -> str:
    if name == "text":
        text = ClassText(pack)
        for one, page in reports:
            text.add(one, page)
        return text.render(Terminal() if file else Terminal.of(sys.stdout))
    if name == "json":
        return render_class(one for one, _ in reports)
    return render_for_tools(name, (one for one, _ in reports))


def _read(path: str, own: RulePack | None) -> Iterator[tuple[Report, str]]:
    """The report of each record, with the path of its page; `own` is the module that the results are of.

    Raises UsageError for a second module: what is counted of a class is counted by the checks of one.
    """
    pack = own
    for line, record in read_results(path):
        try:
            module = str(record["module"]["id"])
            if pack is None:
                pack = _shipped(module)
            if module != pack.id:
                raise UsageError(_of_another_module(module, pack.id, own))
            one = parse_record(record, pack)
        except (UsageError, KeyError, TypeError) as error:
            raise UsageError(f"{path}:{line}: {error}") from None
        yield one, page_path(one.submission.id)


def _shipped(module: str) -> RulePack:
    """The shipped module of a result. Raises UsageError for one of somebody's own."""
    if module not in module_ids():  # never a path: a result names what is shipped, and nothing else on this machine
        raise UsageError(f"there is no module `{shown(module)}` here; name it by its path: --module ./{shown(module)}")
    return load_pack(module)


def _of_another_module(module: str, wanted: str, own: RulePack | None) -> str:
    if own is not None:
        return f"this is a result of the module `{shown(module)}`, and {own.files.named} is `{own.id}`."
    return f"this file holds results of two modules, `{wanted}` and `{shown(module)}`; put each into a file of its own."


def _with_pages(folder: ClassFolder, reports: Iterable[tuple[Report, str]]) -> Iterator[tuple[Report, str]]:
    """The same reports; the page of each is written on the way."""
    for one, page in reports:
        folder.write(page, render(one, home=HOME))
        yield one, page
