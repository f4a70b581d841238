"""What the loop makes of saves and keys, without a terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checker.cli.watching import loop
from checker.cli.watching.coach import ServiceCoach
from checker.cli.watching.events import Blind, Inbox, Key
from checker.cli.watching.loop import Watching
from checker.cli.watching.service import Reading, WatchedService
from checker.cohort.submission import Request, find_on_disk
from checker.reporters.watching import Frame, Look, Size
from checker.rulepack import RulePack
from tests.cli.watching.steps import COMPLETE, START, STEPS, saved

PATIENCE = 60.0


class Gallery:
    """A face that keeps all that it was shown."""

    def __init__(self) -> None:
        self.looks: list[Look] = []
        self.redrawn: list[Look] = []

    def changed(self, look: Look) -> Frame:
        self.looks.append(look)
        return Frame((), most=5, page=2)

    def redraw(self, look: Look) -> Frame:
        self.redrawn.append(look)
        return Frame((), most=5, page=2)

    def size(self) -> Size:
        return Size(80, 24)

    def stop(self) -> None:
        raise AssertionError

    def take_again(self) -> None:
        raise AssertionError


class Watched:
    """The loop in a thread of its own."""

    def __init__(self, folder: Path, pack: RulePack) -> None:
        self.file = folder / "serverless.yml"
        self.gallery = Gallery()
        self.inbox = Inbox()
        service = WatchedService(find_on_disk(folder), pack, Request())
        self.watching = Watching(service, self.gallery, ServiceCoach(str(folder), Request()), self.inbox, keys=True)
        self._thread = threading.Thread(target=self.watching.run)
        self._thread.start()
        self.until(lambda: bool(self.gallery.looks))

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.01)

    def press(self, *keys: str) -> Look:
        """What is shown after these keys."""
        for key in keys:
            count = len(self.gallery.redrawn)
            self.inbox.put(Key(key))
            self.until(lambda count=count: len(self.gallery.redrawn) > count)  # type: ignore[misc]
        return self.gallery.redrawn[-1]

    def end(self) -> None:
        self.inbox.put(Key("q"))
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()


@pytest.fixture
def watched(tmp_path: Path, pack: RulePack) -> Iterator[Watched]:
    (tmp_path / "serverless.yml").write_text(START, encoding="utf-8")
    one = Watched(tmp_path, pack)
    yield one
    one.end()


def test_bad_news_waits(monkeypatch: pytest.MonkeyPatch, watched: Watched) -> None:
    """A file that is being saved is empty for a moment, or ends too early."""
    checks = []
    check = WatchedService.check

    def counted(service: WatchedService) -> Reading:
        checks.append(service)
        return check(service)

    monkeypatch.setattr(WatchedService, "check", counted)
    watched.file.write_text(saved(*STEPS[:2]), encoding="utf-8")
    watched.until(lambda: len(watched.gallery.looks) == 2)
    monkeypatch.setattr(loop, "_BELIEVED_AFTER", 3600.0)
    for halfway in ("", saved(STEPS[0]), START.partition("resources:")[0]):
        before = len(checks)
        watched.file.write_text(halfway, encoding="utf-8")
        watched.until(lambda before=before: len(checks) > before)  # type: ignore[misc]
        watched.until(watched.inbox.empty)
    watched.file.write_text(COMPLETE, encoding="utf-8")
    watched.until(lambda: watched.watching.look.report.status == "complete")
    shown = [look.report.score.earned for look in watched.gallery.looks]
    assert shown == [0, 2, 6]
    assert watched.gallery.looks[-1].turned.green == frozenset(STEPS[2:])


def test_bad_news_that_stays_is_believed(watched: Watched) -> None:
    watched.file.write_text(saved(STEPS[0]), encoding="utf-8")
    watched.until(lambda: len(watched.gallery.looks) == 2)
    watched.file.write_text("", encoding="utf-8")
    watched.until(lambda: watched.watching.look.report.error is not None)
    assert watched.gallery.looks[-1].known == watched.gallery.looks[1].report
    watched.file.write_text(START, encoding="utf-8")
    watched.until(lambda: watched.watching.look.turned.open_again == {STEPS[0]})


def test_keys(watched: Watched) -> None:
    look = watched.press("h")
    assert look.panel is not None
    assert look.panel.title == "Hint 1 of 3: Enable the dead letter plugin"
    assert [watched.press(key).panel.offset for key in ("j", "j", "k", " ", "end", "page up", "home", "up")] == [  # type: ignore[union-attr]
        1, 2, 1, 3, 5, 3, 0, 0,
    ]  # fmt: skip
    titles = [watched.press("h").panel.title for _ in range(3)]  # type: ignore[union-attr]
    assert [title[:11] for title in titles] == ["Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    look = watched.press("d")
    assert look.panel is not None
    signed = [line for line in look.panel.lines[2:] if line.startswith(("+", "-"))]
    assert signed == ["+", "+plugins:", "+  - serverless-plugin-lambda-dead-letter"]
    assert look.panel.lines[-1].startswith("Install it too")
    assert watched.press("x").panel is not None
    assert watched.press("escape").panel is None
    assert watched.press("j").panel is None


def test_where_it_cannot_be_told_there_is_no_hint(watched: Watched) -> None:
    watched.file.write_text(COMPLETE.replace("PAY_PER_REQUEST", "${ssm:/mode}"), encoding="utf-8")
    watched.until(lambda: len(watched.gallery.looks) == 2)
    check = watched.watching.look.report.next_check
    assert check is not None
    assert check.outcome == "unknown"
    assert watched.press("h").panel is None
    assert watched.press("d").panel is not None


def test_a_save_closes_what_is_open(watched: Watched) -> None:
    watched.press("h")
    watched.file.write_text(COMPLETE, encoding="utf-8")
    watched.until(lambda: len(watched.gallery.looks) == 2)
    assert watched.gallery.looks[-1].panel is None
    assert watched.press("h").panel is None  # nothing is open that a hint could be for
    assert watched.press("d").panel is None


def test_a_page_that_cannot_be_written_is_told(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "taken"))
    watched.press("o")
    watched.until(lambda: "cannot be made: " in "".join(watched.watching.look.notice))
    assert watched.press("x").notice == ()


def test_changes_are_found_without_being_told(watched: Watched) -> None:
    watched.watching._saves.end()
    watched.inbox.put(Blind())
    watched.file.write_text(saved(STEPS[0]), encoding="utf-8")
    watched.until(lambda: watched.watching.look.report.score.earned == 1)
