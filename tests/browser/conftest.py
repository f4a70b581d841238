"""A real, headless Chromium, and the pages of the sample class as files."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from checker.cohort.submission import Request, check_path
from checker.reporters.html import render
from checker.rulepack import load_pack
from tests.conftest import FIXTURES
from tests.reporters.test_cohort import cohort_page
from tests.reporters.test_html import CHANGING, DRIFT, FAILED, LIVE, NOT_DEPLOYED, poisoned, with_stack

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
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
    pages["long"] = render(poisoned(with_stack(found["dora"], LIVE._replace(notes=(FAILED, DRIFT))), endless))
    pages["long-undeployed"] = render(poisoned(stacks["undeployed"], endless))
    pages["long-error"] = render(poisoned(found["luis"], endless))
    for name, page in pages.items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture
def visit(browser: Browser, folder: Path) -> Iterator[Visit]:
    """Opens a page of the folder in a context of its own; a test may say how wide, how lit, and so on."""
    contexts = []

    def open_page(name: str, width: int = 1280, height: int = 900, **how: Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **how)
        contexts.append(context)
        page = context.new_page()
        page.goto((folder / f"{name}.html").as_uri())
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
