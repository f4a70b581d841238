"""The page of a class in a real browser: drawn, sorted and filtered by its one script, and useful without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.test_pages import TOO_WIDE, axe_passes

pytestmark = pytest.mark.slow

DRAWN = "() => [...document.querySelectorAll('#rows tr')].map(one => one.outerHTML.replace(/>\\s+</g, '><'))"
NAMES = "() => [...document.querySelectorAll('#rows tr:not(.space) th a')].map(one => one.textContent)"
TO_THE_END = """() => {
  const one = document.getElementById('scroll');
  one.scrollIntoView({block: 'end', behavior: 'instant'});
  one.scrollTop = one.scrollHeight;
}"""
BUSY = """async (act) => {
  const begin = performance.now();
  act === 'sort' ? document.getElementById('sort-name').click() : (() => {
    const q = document.getElementById('q');
    q.value = act;
    q.dispatchEvent(new Event('input'));
  })();
  document.getElementById('rows').getBoundingClientRect();
  return performance.now() - begin;
}"""


@pytest.fixture
def quiet() -> Iterator[list[str]]:
    """What pages of the browser complain about meanwhile; a test fails when there is anything."""
    said: list[str] = []
    yield said
    assert said == []


def listened(page: Page, said: list[str]) -> Page:
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script("addEventListener('securitypolicyviolation', one => console.error(one.violatedDirective))")
    page.reload()
    return page


def names(page: Page) -> list[str]:
    found: list[str] = page.evaluate(NAMES)
    return found


def shown(page: Page) -> str:
    return page.locator("#shown").inner_text()


@pytest.mark.parametrize("name", ["class", "class-30", "class-stacks", "class-odd"])
def test_the_script_draws_the_rows_that_stand_in_the_page(name: str, visit: Visit, quiet: list[str]) -> None:
    plain = visit(name, java_script_enabled=False)
    static = plain.locator("#rows").inner_html()
    page = listened(visit(name), quiet)
    rows = page.evaluate(DRAWN)
    parsed = page.evaluate(
        """(text) => {
          const body = document.createElement('template');
          body.innerHTML = text;
          return [...body.content.children].map(one => one.outerHTML.replace(/>\\s+</g, '><'));
        }""",
        static,
    )
    assert len(rows) > 5
    assert rows == parsed


def test_the_last_of_ten_thousand_is_a_scroll_away(large: str, visit: Visit, quiet: list[str]) -> None:
    page = listened(visit(large), quiet)
    assert names(page)[0] == "user0"
    assert page.locator("#rows tr").count() < 80
    page.evaluate(TO_THE_END)
    last = page.locator("#rows th a", has_text=re.compile("^user9999$"))
    expect(last).to_be_in_viewport()
    assert page.locator("#rows tr").count() < 80
    assert page.locator("#table").get_attribute("aria-rowcount") == "10002"
    assert last.locator("xpath=ancestor::tr").get_attribute("aria-rowindex") == "10002"
    for top in (250_000, 17, 333_333):
        page.evaluate("top => { document.getElementById('scroll').scrollTop = top; }", top)
        # No gap: soon a row stands wherever one looks.
        page.wait_for_function(
            """() => {
              const box = document.getElementById('scroll').getBoundingClientRect();
              const head = document.querySelector('thead').getBoundingClientRect().bottom;
              for (let y = head + 3; y < box.bottom - 3; y += 20) {
                const row = document.elementFromPoint(box.left + 60, y)?.closest('tr');
                if (!row || row.classList.contains('space')) return false;
              }
              return box.bottom - head > 200;
            }""",
            timeout=9000,
        )


def test_ten_thousand_rows_filter_and_sort_at_once(large: str, visit: Visit, quiet: list[str]) -> None:
    page = listened(visit(large), quiet)
    for act in ("user99", "sort", "person 123", "", "sort"):
        # Milliseconds, on any machine that runs tests: a fraction of it on a desk.
        assert page.evaluate(BUSY, act) < 1500, act
    assert "All 10,000 attendees" in shown(page)
    page.fill("#q", "person 9998")
    assert names(page) == ["Person 9998"]
    page.fill("#q", "USER77 example")
    assert shown(page).startswith("111 of 10,000 attendees")


def test_typing_filters_and_says_so(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    assert shown(page) == "All 30 attendees."
    assert page.locator("#shown").get_attribute("role") == "status"
    page.locator("#q").press_sequentially("pérson 1")
    assert names(page) == [f"Person {at}" for at in (1, 10, 11, 13, 14, 16, 17, 19)]
    assert shown(page) == "8 of 30 attendees."
    page.fill("#q", "nobody at all")
    assert names(page) == []
    assert shown(page) == "0 of 30 attendees."
    page.click("#clear")
    assert len(names(page)) == 30
    assert page.evaluate("() => document.activeElement.id") == "q"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "complete"),
        ("status", "incomplete"),
        ("status", "error"),
        ("status", "undeployed"),
        ("status", "drift"),
        ("at", "dlq.permission"),
        ("at", "step:scaling"),
        ("at", "stack"),
        ("reason", "dlq.permission:resource-not-arn"),
    ],
)
def test_each_filter_keeps_those_it_names(field: str, value: str, visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    page.select_option(f"#{field}", value)
    rows = page.locator("#rows tr").all()
    assert 0 < len(rows) < 30
    assert shown(page) == f"{len(rows)} of 30 attendees."
    for row in rows:
        after, whole = row.locator(".ahead").inner_text(), row.inner_text()
        permission = "".join(row.locator("td").all_inner_texts()[3:4])
        fits = {
            "complete": "Complete" in after,
            "incomplete": "Complete" not in after,
            "error": "serverless.yml:" in after,
            "undeployed": "not deployed" in whole,
            "drift": "file and stack differ" in row.inner_html(),
            "dlq.permission": after.startswith("Let PutRideRecordSns write"),
            "step:scaling": after.startswith(("Bill RideRecordTable", "Remove the fixed capacity")),
            "stack": after.startswith(("Deploy it", "Being deployed", "The stack could not")),
            "dlq.permission:resource-not-arn": permission.startswith("fails"),
        }
        assert fits[value], whole


def test_what_is_counted_above_leads_to_those_below(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30", reduced_motion="reduce"), quiet)
    page.click("#sort-points")
    for link in ("status=complete", "at=dlq.permission", "reason=dlq.permission%3Aresource-not-arn"):
        page.locator("#q").focus()
        counted = page.locator(f"[data-filter='{link}'] a").first
        number = int(re.findall(r"\d+", counted.inner_text())[0])
        counted.click()
        page.wait_for_url(re.compile(re.escape(link)))
        expect(page.locator("#everybody")).to_be_focused()
        expect(page.locator("#shown")).to_have_text(f"{number} of 30 attendees, by Points.")
        top = page.evaluate("() => document.getElementById('everybody').getBoundingClientRect().top")
        assert -1 <= top < 400
    page.go_back()
    expect(page.locator("#at")).to_have_value("dlq.permission")


def test_names_are_sorted_as_people_count(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    given = names(page)
    page.click("#sort-name")
    up = names(page)
    assert up == sorted(
        given, key=lambda name: (name.split(" ")[0].rstrip("0123456789"), int(re.findall(r"\d+", name)[0]))
    )
    assert up != given
    head = page.locator("th[data-sort=name]")
    assert head.get_attribute("aria-sort") == "ascending"
    assert shown(page) == "All 30 attendees, by Attendee."
    page.click("#sort-name")
    assert names(page) == up[::-1]
    assert head.get_attribute("aria-sort") == "descending"
    page.click("#sort-name")
    assert names(page) == given
    assert head.get_attribute("aria-sort") is None


def test_ties_keep_the_order_of_the_class(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    given = names(page)
    for column in ("dlq.queue", "next", "points"):
        for _ in range(2):
            page.click(f"[id='sort-{column}']")
            cells = page.evaluate(
                """(column) => [...document.querySelectorAll('#rows tr')].map(row => [
                  row.querySelector('a').textContent,
                  column === 'points' ? row.querySelector('.points').textContent
                    : column === 'next' ? row.querySelector('.ahead').textContent
                    : row.children.length < 5 ? '' : row.children[3].className + row.children[3].textContent])""",
                column,
            )
            groups: dict[str, list[str]] = {}
            for name, key in cells:
                groups.setdefault(key, []).append(name)
            assert len(groups) > 2
            assert all(group == sorted(group, key=given.index) for group in groups.values()), column


def test_points_are_sorted_as_numbers(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    page.click("#sort-points")
    found = [one.inner_text() for one in page.locator("#rows .points b").all()]
    numbers = [float(one.replace("–", "-1")) for one in found]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 4


def test_the_table_can_be_used_by_keyboard(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    page.locator("#sort-name").focus()
    page.keyboard.press("Enter")
    assert page.locator("th[data-sort=name]").get_attribute("aria-sort") == "ascending"
    assert page.evaluate("() => document.activeElement.id") == "sort-name"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator("th[data-sort=points]").get_attribute("aria-sort") == "ascending"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.getElementById('rows').contains(document.activeElement)"):
            break
    assert page.evaluate("() => document.activeElement.closest('tr').rowIndex") == 2


def test_the_keyboard_walks_through_rows_that_are_drawn_on_the_way(large: str, visit: Visit, quiet: list[str]) -> None:
    page = listened(visit(large), quiet)
    page.locator("#rows a").first.focus()
    for _ in range(70):
        page.keyboard.press("Tab")
        page.wait_for_timeout(15)
    assert page.evaluate("() => document.activeElement.textContent") in ("Person 70", "user70")
    page.evaluate(TO_THE_END)
    page.wait_for_timeout(100)
    # Its row is far away: the keyboard goes on from the table, not from the top of the page.
    assert page.evaluate("() => document.activeElement.id") == "scroll"


def test_a_reload_keeps_what_is_shown(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    page.fill("#q", "person 1")
    page.select_option("#status", "incomplete")
    page.click("#sort-points")
    page.click("#sort-points")
    before = names(page)
    told = shown(page)
    assert 0 < len(before) < 8
    page.reload()
    assert names(page) == before
    assert shown(page) == told
    assert page.input_value("#q") == "person 1"
    assert page.input_value("#status") == "incomplete"
    assert page.locator("th[data-sort=points]").get_attribute("aria-sort") == "descending"
    page.click("#clear")
    assert "#" not in page.url


@pytest.mark.parametrize(
    "at",
    [
        "#sort=constructor&status=__proto__&at=%3Cscript%3E&reason=0",
        "#q=%F0%28%8C%28&down",
        "#=&&&=",
        "#main",
        "#sort=name&sort=points",
    ],
)
def test_an_address_made_by_anybody_does_no_harm(at: str, visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30", at=at), quiet)
    page.fill("#q", "person 1")
    assert shown(page).startswith("8 of 30 attendees")


def test_a_jump_within_the_page_keeps_what_is_shown(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-30"), quiet)
    page.fill("#q", "person 1")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"
    page.wait_for_url(re.compile("#q="))
    assert shown(page) == "8 of 30 attendees."


def test_without_javascript_all_but_the_later_rows_is_there(large: str, visit: Visit) -> None:
    page = visit(large, java_script_enabled=False)
    assert page.locator("#rows tr").count() == 200
    assert page.locator("#rows tr").last.is_visible()
    assert shown(page) == "The first 200 of 10,000; all are in grades.csv."
    assert not page.locator(".controls").is_visible()
    assert page.locator("th button").count() == 0
    assert page.locator(".way-down").is_visible()
    assert "show" not in page.locator(".who-has").first.inner_text()


@pytest.mark.parametrize("width", [360, 800, 1600])
def test_axe_finds_nothing_in_a_large_class(width: int, large: str, visit: Visit, axe: str) -> None:
    page = visit(large, width, color_scheme="light", reduced_motion="reduce", at="#sort=points&down=1")
    page.evaluate("() => { document.getElementById('scroll').scrollTop = 90000; }")
    page.wait_for_timeout(100)
    page.evaluate(axe)
    assert axe_passes(page) > 20
    page.emulate_media(color_scheme="dark")
    assert axe_passes(page, "color-contrast") == 1
    assert page.evaluate(TOO_WIDE) == 0


def test_all_rows_of_a_large_table_are_equally_high(large: str, visit: Visit) -> None:
    # Where one row may stand is told from how high all are.
    for width in (360, 1600):
        page = visit(large, width)
        page.wait_for_timeout(50)
        heights = page.evaluate(
            """() => [...document.querySelectorAll('#rows tr:not(.space)')]
              .map(one => one.getBoundingClientRect().height)"""
        )
        assert max(heights) - min(heights) < 0.1


def test_the_head_of_the_table_stays_in_sight(large: str, visit: Visit) -> None:
    page = visit(large)
    page.evaluate(TO_THE_END)
    expect(page.locator("#sort-points")).to_be_in_viewport()
    page.evaluate("() => { document.getElementById('scroll').scrollLeft = 500; }")
    expect(page.locator("#rows th a").last).to_be_in_viewport()


def test_paper_gets_the_rows_that_were_filtered(large: str, visit: Visit) -> None:
    page = visit(large, at="#q=user12")
    assert page.locator("#rows tr").count() == 111
    page.click("#clear")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#rows tr:not(.space)").count() == 1000
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert page.locator("#rows tr").count() < 80


def test_a_watched_page_loads_again_and_stays_where_the_reader_is(visit: Visit, quiet: list[str]) -> None:
    page = listened(visit("class-watched", 800), quiet)
    assert "Updated at 16:30:05, again every 1 second" in page.locator(".at-time").inner_text()
    page.locator("#q").press_sequentially("person")
    page.select_option("#status", "incomplete")
    page.locator(".why details summary").click()
    page.evaluate(
        "() => { window.before = true; document.getElementById('scroll').scrollTop = 120; scrollTo(0, 700); }"
    )
    page.locator("#q").evaluate("one => { one.focus({preventScroll: true}); one.setSelectionRange(2, 4); }")
    page.wait_for_function("() => !window.before", timeout=9000)
    page.wait_for_load_state()
    page.wait_for_timeout(50)
    state = page.evaluate(
        """() => ({
          y: scrollY, top: document.getElementById('scroll').scrollTop, id: document.activeElement.id,
          from: document.activeElement.selectionStart, to: document.activeElement.selectionEnd,
          open: document.querySelector('.why details').open, q: document.getElementById('q').value})"""
    )
    assert state == {"y": 700, "top": 120, "id": "q", "from": 2, "to": 4, "open": True, "q": "person"}
    assert page.input_value("#status") == "incomplete"


def test_a_class_that_is_taken_in_at_one_look_has_no_scroll_bar_of_its_own(visit: Visit) -> None:
    inside = "() => { const one = document.getElementById('scroll'); return one.scrollHeight - one.clientHeight; }"
    assert visit("class-30", 1600).evaluate(inside) <= 0
    # The watched page loads itself anew each second, under a plain question's feet: this one is put again then.
    visit("class-watched", 1600).wait_for_function(f"() => ({inside})() > 100")


def test_a_page_that_is_not_watched_stays(visit: Visit, folder: Path) -> None:
    page = visit("class-30")
    page.evaluate("() => { window.before = true; }")
    page.wait_for_timeout(1500)
    assert page.evaluate("() => window.before") is True
    assert "refresh" not in (folder / "class-30.html").read_text(encoding="utf-8").partition("<body")[0]
