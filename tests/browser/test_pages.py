"""The pages in a real browser: alone, readable in every width and light, by keyboard, on paper, and to axe-core."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import SHOWN, Visit

pytestmark = pytest.mark.slow

STACKS = ("both", "failed", "undeployed", "undeployed-whole", "changing", "stack", "class-stacks")
CLASSES = ("class", "class-30", "class-odd")
PAGES = (*SHOWN, "linted", *CLASSES, *STACKS, "long", "long-undeployed", "long-error")
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

OPEN_ALL = "() => document.querySelectorAll('details').forEach(one => one.open = true)"
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A box that sticks out of its parent without a scroll bar is cut off or covers something else.
STICKING_OUT = """() => [...document.querySelectorAll('main *, header *')]
  .filter(one => !one.closest('svg, pre, .scroll, .unseen') && one.checkVisibility())
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 120))"""
# Where a box has a bar of its own, its content may still be too wide for it.
OVERFULL = """() => [...document.querySelectorAll('.panel-inner, .card, .next, .notice, .body, .question')]
  .filter(one => one.checkVisibility() && one.scrollWidth > one.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 120))"""


def axe_passes(page: Page, *rules: str) -> int:
    """How many rules axe finds kept, of these alone or of all; one that is broken ends the test."""
    found: dict[str, Any] = page.evaluate(
        """(rules) => axe.run(document, {
          resultTypes: ['violations'], ...(rules.length ? {runOnly: {type: 'rule', values: rules}} : {})})""",
        rules,
    )
    seen = [(one["id"], one["help"], [node["html"][:160] for node in one["nodes"][:3]]) for one in found["violations"]]
    assert seen == [], json.dumps(seen, indent=1)
    return len(found["passes"])


def background(page: Page) -> str:
    return str(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_asked_for_and_nothing_is_refused(name: str, browser: Browser, folder: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script("addEventListener('securitypolicyviolation', one => console.error(one.violatedDirective))")
    page.goto((folder / f"{name}.html").as_uri(), wait_until="networkidle")
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(100)
    assert [url for url in asked if not url.startswith("data:")] == [(folder / f"{name}.html").as_uri()]
    assert said == []
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_window(name: str, visit: Visit) -> None:
    page = visit(name, 360)
    for state in ("closed", "open"):
        if state == "open":
            page.evaluate(OPEN_ALL)
        for width in (360, 800, 1140, 1600):
            page.set_viewport_size({"width": width, "height": 900})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                at = (state, width, scheme)
                assert page.evaluate(TOO_WIDE) == 0, at
                if state == "open":
                    assert page.evaluate(STICKING_OUT) == [], at
                    assert page.evaluate(OVERFULL) == [], at


@pytest.mark.parametrize(
    ("name", "width"),
    [
        *((name, 1600) for name in PAGES),
        *((name, 360) for name in ("chidi", "ada", "luis", "linted", *CLASSES, *STACKS)),
    ],
)
def test_axe_finds_nothing(name: str, width: int, visit: Visit, axe: str) -> None:
    page = visit(name, width, color_scheme="light", reduced_motion="reduce")
    page.evaluate(OPEN_ALL)
    page.evaluate(axe)
    assert axe_passes(page) > 20
    page.emulate_media(color_scheme="dark")
    assert axe_passes(page, "color-contrast") == 1


def test_the_page_follows_the_light_of_the_room(visit: Visit) -> None:
    light, dark = (background(visit("chidi", color_scheme=scheme)) for scheme in SCHEMES)
    assert min(map(int, re.findall(r"\d+", light))) > 200
    assert max(map(int, re.findall(r"\d+", dark))) < 60


@pytest.mark.parametrize(("width", "lying"), [(360, False), (639, False), (640, True), (1600, True)])
def test_the_picture_is_upright_on_a_narrow_screen(width: int, lying: bool, visit: Visit) -> None:
    page = visit("chidi", width)
    assert page.locator(".journey.lying").is_visible() is lying
    assert page.locator(".journey.upright").is_visible() is not lying


@pytest.mark.parametrize("name", ["chidi", "long"])
@pytest.mark.parametrize("width", [360, 640, 1600])
def test_the_words_of_the_picture_stay_inside_it(name: str, width: int, visit: Visit) -> None:
    page = visit(name, width)
    picture = page.locator(".journey.lying" if width >= 640 else ".journey.upright")
    frame = picture.bounding_box()
    assert frame is not None
    boxes = picture.evaluate(
        "one => [...one.querySelectorAll('text')].map(text => text.getBoundingClientRect().toJSON())"
    )
    assert min(box["left"] for box in boxes) >= frame["x"] - 1
    assert max(box["right"] for box in boxes) <= frame["x"] + frame["width"] + 1


def test_letters_of_the_picture_can_be_read(visit: Visit) -> None:
    for width in (360, 640, 800, 1600):
        page = visit("chidi", width)
        heights = page.evaluate(
            """() => [...document.querySelectorAll('.journey text')].filter(one => one.checkVisibility())
              .map(one => one.getBoundingClientRect().height)"""
        )
        assert min(heights) > 12, width


def test_checks_and_hints_open_by_keyboard(visit: Visit) -> None:
    page = visit("chidi")
    check = page.locator("[id='dlq.queue']")
    check.locator("> summary").focus()
    page.keyboard.press("Enter")
    assert check.get_attribute("open") is not None
    page.keyboard.press("Space")
    assert check.get_attribute("open") is None
    hint = page.locator("[id='dlq.permission'] .hint").first
    hint.locator("summary").focus()
    page.keyboard.press("Enter")
    assert hint.locator("p").is_visible()


def test_the_first_tab_leads_to_the_checks(visit: Visit) -> None:
    page = visit("chidi")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    assert skip.evaluate("one => one === document.activeElement")
    box = skip.bounding_box()
    assert box is not None
    assert box["width"] > 50
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


def test_what_has_the_focus_shows_it(visit: Visit) -> None:
    page = visit("chidi")
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", page.evaluate("() => document.activeElement.outerHTML.slice(0, 100)")


def test_tab_goes_down_the_page(visit: Visit) -> None:
    page = visit("chidi", 360)
    tops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        tops.append(page.evaluate("() => document.activeElement.getBoundingClientRect().top + scrollY"))
    assert tops[1:] == sorted(tops[1:])


def test_the_next_stop_leads_to_its_open_check(visit: Visit) -> None:
    page = visit("chidi", reduced_motion="reduce")
    page.locator(".go").click()
    assert page.evaluate("() => location.hash") == "#dlq.permission"
    top = page.evaluate("() => document.getElementById('dlq.permission').getBoundingClientRect().top")
    assert -1 <= top < 100
    assert page.locator("[id='dlq.permission'] .message").is_visible()


def test_the_page_works_without_javascript(visit: Visit) -> None:
    page = visit("ben", java_script_enabled=False)
    page.locator("[id='dlq.queue'] > summary").click()
    assert page.locator("[id='dlq.queue'] .message").is_visible()
    page.locator("[id='dlq.queue'] .is-answer > summary").click()
    assert "PutRideRecordSnsDlq:" in page.locator("[id='dlq.queue'] .edit").inner_text()


@pytest.mark.parametrize(("width", "beside"), [(360, False), (800, False), (1140, True), (1600, True)])
def test_file_and_stack_stand_side_by_side_where_there_is_room(width: int, beside: bool, visit: Visit) -> None:
    page = visit("both", width)
    check = page.locator("[id='dlq.queue']")
    check.locator("> summary").click()
    file, stack, drift = (check.locator(one) for one in (".source:not(.is-live)", ".source.is-live", ".drift"))
    boxes = [one.bounding_box() for one in (file, stack, drift)]
    left, right, between = (box for box in boxes if box is not None)
    assert min(left["width"], right["width"], between["width"]) > 200
    if beside:
        assert left["y"] == right["y"]
        assert left["x"] + left["width"] < right["x"]
        assert between["y"] + between["height"] <= left["y"]
    else:
        assert left["y"] + left["height"] <= between["y"]
        assert between["y"] + between["height"] <= right["y"]


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_both_outcomes_of_a_closed_check_can_be_seen(width: int, visit: Visit) -> None:
    page = visit("both", width)
    row = page.locator("[id='table.no_provisioned'] > summary")
    assert row.locator(".says").all_inner_texts() == ["pass", "fails"]
    assert [one.split("\n")[0] for one in row.locator(".from").all_inner_texts()] == ["In your file", "Deployed"]
    assert row.locator(".each .mark").count() == 2
    assert all(one.is_visible() for one in row.locator(".each").all())


@pytest.mark.parametrize("name", ["chidi", "ada", "luis", "class", "both", "undeployed"])
def test_the_page_can_be_printed(name: str, visit: Visit) -> None:
    page = visit(name, 794, color_scheme="dark")
    assert len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4"))) > 0
    page.emulate_media(media="print")
    assert background(page) == "rgb(255, 255, 255)"
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(16, 34, 47)"


def test_paper_shows_what_a_closed_check_rests_on(visit: Visit) -> None:
    page = visit("ben", 794)
    closed = page.locator("[id='table.on_demand'] .message")
    assert not closed.is_visible()
    page.emulate_media(media="print")
    assert closed.is_visible()
    assert not page.locator("[id='table.on_demand'] .is-answer pre").is_visible()


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_where_that_is_not_wished(motion: str, moves: bool, visit: Visit) -> None:
    page = visit("chidi", reduced_motion=motion)
    running = page.evaluate("() => document.getAnimations().length")
    assert (running > 0) is moves


def test_what_moves_comes_to_rest_within_five_seconds(visit: Visit) -> None:
    for name in ("chidi", "ada"):
        ends = visit(name).evaluate("() => document.getAnimations().map(one => one.effect.getComputedTiming().endTime)")
        # More would need a way to pause it (WCAG 2.2.2); with the delay the whole is a little longer.
        assert 0 < max(ends) <= 5200


def test_a_name_in_the_class_leads_to_its_page(visit: Visit) -> None:
    page = visit("class")
    page.locator("tbody a", has_text="maya").click()
    page.wait_for_load_state()
    assert page.title() == "maya · Serverless Reliability · 5 of 6"
