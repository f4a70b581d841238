"""A real, headless Chromium, and the pages of the sample class as files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from checker.cohort.submission import Request, check_path
from checker.report import Mark, Report
from checker.reporters.html import render
from checker.rulepack import load_pack
from tests.conftest import FIXTURES
from tests.reporters.test_cohort import cohort_page, grown, named
from tests.reporters.test_html import CHANGING, DRIFT, FAILED, LIVE, NOT_DEPLOYED, poisoned, with_stack

HERE = Path(__file__).parent
# The headless shell opens a page in a third of the time: it has no window of its own around it.
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = (*SHELLS, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Chromium talks to its maker by itself; these keep it quiet, and let it run as root in a container.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOWN = ("ada", "ben", "chidi", "dora", "keiko", "luis", "maya")

EVENING = datetime(2026, 11, 24, 16, 30, 5)
ODD = ("<script>", '"', "=1+1", "../x", "x" * 15, "نور ", "👩‍🏫")

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # None is Playwright's own download, where `make test` found no browser of the system to install.
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with pages of the class and its own, of deployed stacks, and of texts without an end."""
    pack = load_pack("reliability")
    reports = [check_path(FIXTURES / "class" / name, pack, Request()) for name in SHOWN]
    folder = tmp_path_factory.mktemp("pages")
    pages = {report.submission.id: render(report) for report in reports}
    pages["linted"] = render(check_path(FIXTURES / "class" / "omar", pack, Request(lint=True)))
    pages["class"] = cohort_page([(one, f"{one.submission.id}.html") for one in reports], "A sample class")
    found = {report.submission.id: report for report in reports}
    stacks = {
        "both": with_stack(found["maya"]),
        "failed": with_stack(found["chidi"], LIVE._replace(notes=(FAILED, DRIFT))),
        "undeployed": with_stack(found["chidi"], NOT_DEPLOYED),
        "undeployed-whole": with_stack(found["ada"], NOT_DEPLOYED),
        "changing": with_stack(found["ada"], CHANGING),
        "stack": with_stack(found["ada"], LIVE._replace(notes=()), alone=True),
    }
    pages |= {name: render(report) for name, report in stacks.items()}
    pages["class-stacks"] = cohort_page([(one, f"{name}.html") for name, one in stacks.items()], "A class with stacks")
    endless = "WithoutAnyBlankInIt" * 40
    people = crowd(reports, stacks.values(), 30)
    pages["class-30"] = cohort_page(people, "Thirty", at=EVENING)
    crowded = crowd(reports, stacks.values(), 90)
    pages["class-watched"] = cohort_page(crowded, "Watched", at=EVENING, refresh=1)
    odd = [
        (named(one, text * 20, text * 20, text * 20), f"{text}.html") for one, text in zip(reports, ODD, strict=False)
    ]
    pages["class-odd"] = cohort_page(odd, endless)
    pages["long"] = render(poisoned(with_stack(found["dora"], LIVE._replace(notes=(FAILED, DRIFT))), endless))
    pages["long-undeployed"] = render(poisoned(stacks["undeployed"], endless))
    pages["long-error"] = render(poisoned(found["luis"], endless))
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


def crowd(reports: Iterable[Report], stacks: Iterable[Report], count: int) -> list[tuple[Report, str]]:
    """A class of these in turn, with names, marks and a past, and a few whose stack was judged too."""
    known = [*reports, *stacks]
    rows = []
    for at in range(count):
        report = named(known[at % len(known)], f"user{at}", f"Person {at}" if at % 3 else "", f"user{at}@example.org")
        marks = tuple(one._replace(mark=Mark(at % 5 / 2, 2)) for one in report.answers[:1])
        past = grown(report, at, at + 20, at + 60).progress
        rows.append((report._replace(answers=marks + report.answers[1:], progress=past), f"attendees/user{at}.html"))
    return rows


@pytest.fixture(scope="session")
def large(folder: Path) -> str:
    """The name of the page of a class of 10,000, which takes a moment to make."""
    pack = load_pack("reliability")
    reports = [check_path(FIXTURES / "class" / name, pack, Request()) for name in SHOWN]
    (folder / "class-10000.html").write_text(cohort_page(crowd(reports, [], 10_000), "Ten thousand"), encoding="utf-8")
    return "class-10000"


@pytest.fixture
def visit(browser: Browser, folder: Path) -> Iterator[Visit]:
    """Opens a page of the folder in a context of its own; a test may say how wide, how lit, and so on."""
    contexts = []

    def open_page(name: str, width: int = 1280, height: int = 900, at: str = "", **how: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **how)
        contexts.append(context)
        page = context.new_page()
        page.goto((folder / f"{name}.html").as_uri() + at)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    script = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.fail("axe-core is missing: say `npm ci --prefix tests/browser`.")
    return script.read_text(encoding="utf-8")
