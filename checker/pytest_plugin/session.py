"""The part that `pytest --rydecheck` takes in a run: the items, and the hooks that bring them in."""

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from checker.errors import CheckError, UsageError
from checker.pytest_plugin.words import Asked, Options, Words, checks_named, configuration
from checker.reporters.terminal import Terminal
from checker.wording import visible

_MARK = "rydecheck"
_NOTE = "note"


def take_part(config: pytest.Config) -> None:
    """Bring the checks into this run. Raises pytest.UsageError for a module or check that does not exist."""
    config.addinivalue_line("markers", f"{_MARK}: a check of the serverless workshop")
    try:
        config.pluginmanager.register(_Session(config, Asked.of(_options(config))), "rydecheck-session")
    except (UsageError, CheckError) as error:
        raise pytest.UsageError(f"rydecheck: {' '.join(visible(str(error)).split())}") from None


def _options(config: pytest.Config) -> Options:
    def given(name: str) -> Any:
        return config.getoption(f"rydecheck_{name}")

    only = tuple(name for text in given("only") for name in text.split(",") if name)
    path, stack = given("path") or _folder(config), given("stack")
    return Options(
        path, given("module"), only, given("strict"), given("stage"), given("region"), given("deployed"), stack
    )


def _folder(config: pytest.Config) -> str:
    """The current folder where a service is in it, else pytest's."""
    return "." if configuration(".").exists() else os.path.relpath(config.rootpath)


class _Session:
    """The hooks of a run.

    The service is judged once, and the words are made there. The workers of pytest-xdist are given them, so that all of
    them collect the same items, whatever AWS would have answered each.
    """

    def __init__(self, config: pytest.Config, asked: Asked) -> None:
        self._file = Path(os.path.abspath(configuration(asked.options.path)))
        names = [argument.partition("::")[2] for argument in config.args if self._is_of_the_file(argument, config)]
        # One argument that names the whole file outweighs those that name a check.
        self._named = None if not all(names) else checks_named(names, asked.pack)
        told = getattr(config, "workerinput", {}).get(_MARK)
        if told is not None:
            self._head, self._words = "", [Words(*each) for each in told]
        else:
            self._head, self._words = asked.judged(_terminal())

    def _is_of_the_file(self, argument: str, config: pytest.Config) -> bool:
        return os.path.abspath(config.invocation_params.dir / argument.partition("::")[0]) == os.fspath(self._file)

    def pytest_report_header(self) -> str:
        return f"rydecheck: {self._head}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give the words to a worker of pytest-xdist."""
        node.workerinput[_MARK] = [tuple(each) for each in self._words]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Keep the arguments that name checks from pytest, which finds no test in a YAML file."""
        config = session.config
        config.args = [argument for argument in config.args if not self._is_of_the_file(argument, config)]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the service beside what the arguments name, so that no setting of what to collect leaves it out."""
        report = yield
        if isinstance(collector, pytest.Session) and report.result is not None:
            words = [each for each in self._words if not self._named or each.name in self._named or not each.step]
            report.result.append(Service.from_parent(collector, path=self._file, words=words))
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Put the notes where pytest shows what a test printed; a failure holds them already."""
        report = yield
        if isinstance(item, Check) and report.when == "call" and report.passed:
            report.sections += [(_NOTE, note) for note in item.words.notes]
        return report

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell the notes of checks that pass, of which pytest itself shows nothing unless `-rP` asks it to."""
        notes = [
            f"{report.nodeid}: {note}"
            for report in terminalreporter.getreports("passed")
            for name, note in report.user_properties
            if name == _NOTE and _MARK in report.keywords
        ]
        if notes and not terminalreporter.hasopt("P"):
            terminalreporter.section("rydecheck notes")
            for note in notes:
                terminalreporter.write_line(note)


class Service(pytest.File):
    """The configuration of the service, whose items are its checks; `--collect-only` shows both classes by name."""

    def __init__(self, *, words: list[Words], **given: Any) -> None:
        super().__init__(**given)
        self._words = words

    def collect(self) -> Iterator[pytest.Item]:
        for words in self._words:
            yield Check.from_parent(self, name=words.name, words=words)


class Check(pytest.Item):
    """One check, judged already: it passes, fails or is skipped as its words say."""

    def __init__(self, *, words: Words, **given: Any) -> None:
        super().__init__(**given)
        self.words = words
        self.add_marker(_MARK)
        self.extra_keyword_matches.add(words.step)
        self.user_properties += [(_NOTE, note) for note in words.notes]
        if words.outcome == "skipped":
            self.add_marker(pytest.mark.skip(reason=words.message))

    def runtest(self) -> None:
        if self.words.outcome == "failed":
            pytest.fail(self.words.text, pytrace=False)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:  # type: ignore[override]
        """The words alone, under every `--tb`, at their place in the service instead of one in this file."""
        shown = excinfo.getrepr(style="value")
        crash = getattr(shown, "reprcrash", None)
        if crash is not None and excinfo.errisinstance(pytest.fail.Exception):
            crash.path, crash.lineno, crash.message = self.words.file, self.words.line, self.words.message
        return shown

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.words.own_line - 1, self.words.heading


def _terminal() -> Terminal:
    """What the words are drawn for: pytest captures sys.stdout, and paints in colours of its own."""
    stream = sys.__stdout__
    return Terminal() if stream is None else Terminal.of(stream)._replace(colour=False, width=80)
