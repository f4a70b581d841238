"""`rydecheck questions`: the questions of a module, and headings to answer them under."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from checker.answers import MOST_LINES, asked_in, decode_answers, is_text, parse_answers, with_headings
from checker.cli.output import write_stream
from checker.cohort.submission import locate, read_answers_file
from checker.errors import CheckError, UsageError
from checker.report import Answer
from checker.reporters.questions import render, written
from checker.reporters.terminal import Terminal
from checker.rulepack import RulePack, load_pack
from checker.serverless.configuration import PROGRAMS, READABLE
from checker.serverless.files import FILE_LIMIT, SubmissionFolder
from checker.wording import shown
from checker.writing import write_file


def questions(asked: Namespace) -> None:
    """List the questions, or write headings for those that have none. Raises CheckError or UsageError."""
    pack = load_pack(asked.module)
    folder, _ = locate(asked.path)
    if folder.find((*READABLE, *PROGRAMS)) is None:
        raise CheckError(
            "not-found",
            "there is no serverless.yml in this folder.",
            advice="Name the service's folder: the answers stand beside its serverless.yml.",
            file=shown(asked.path),
        )
    name, content = read_answers_file(folder)
    text, encoding = ("", "utf-8") if content is None else decode_answers(content)
    if content is not None and not is_text(content, text):
        raise UsageError(
            f"{name} is no plain text, or in an encoding that cannot be told. Save it as plain text, in UTF-8."
        )
    draw = Terminal.of(sys.stdout)
    if asked.write:
        if content is not None and encoding.startswith("utf-16") and len(content) % 2:
            raise UsageError(f"{name} is UTF-16 and ends in the middle of a character. Save it again, in UTF-8.")
        write_stream(sys.stdout, draw.foreign(_written(folder, name, content, pack)))
        return
    found = parse_answers(text, pack.question_texts)
    answers = [Answer(one.id, one.question, found.get(one.id)) for one in pack.questions]
    lacking = pack.question_texts.keys() - asked_in(text, pack.question_texts)
    write_stream(sys.stdout, render(pack, answers, name, draw, lacks_headings=bool(lacking)))


def _written(folder: SubmissionFolder, name: str, content: bytes | None, pack: RulePack) -> str:
    texts = pack.question_texts
    made = with_headings(content, pack.title, texts)
    if made is None:
        raise UsageError(
            f"{name} ends inside a code block or a comment, or has more than {MOST_LINES:,} lines, and a heading would "
            "not be seen there. Close that, or write the headings yourself."
        )
    whole, added = made
    if len(whole) > FILE_LIMIT:
        most = FILE_LIMIT // 1024**2
        raise UsageError(f"{name} would be larger than {most} MiB with the headings, and is not read then. Shorten it.")
    if added:
        write_file(os.path.join(folder.root, name), whole)
    return written(name, added, list(texts), is_new=content is None)
