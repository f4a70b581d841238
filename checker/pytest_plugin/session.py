"""The part that `pytest --rydecheck` takes in a run: the items, and the hooks that bring them in."""

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from checker.errors import CheckError, UsageError
from checker.pytest_plugin.words import Asked, Options, Words, configuration
from checker.reporters.terminal import Terminal
from checker.wording import visible

_MARK = "rydecheck"
_NOTE = "note"


def take_part(config: pytest.Config) -> None:
    """Bring the checks into this run. Raises pytest.UsageError for a module or check that does not exist."""
    config.addinivalue_line("markers", f"{_MARK}: a check of the serverless workshop")
    try:
        asked = [Asked.of(options) for options in _options(config)]
        config.pluginmanager.register(_Session(config, asked), "rydecheck-session")
    except (UsageError, CheckError) as error:
        raise pytest.UsageError(f"rydecheck: {_printable(' '.join(visible(str(error)).split()))}") from None


def _options(config: pytest.Config) -> Iterator[Options]:
    """What is asked for, for each service."""

    def given(name: str) -> Any:
        return config.getoption(f"rydecheck_{name}")

    module = given("module")
    if module is not None and os.path.dirname(module):  # a path, not an id
        module = os.path.join(os.curdir, _reached(module, config))
    only = tuple(name for text in given("only") for name in text.split(",") if name)
    rest = (module, only, given("strict"), given("stage"), given("region"), given("deployed"), given("stack"))
    paths = {_file(path): path for path in (_reached(path, config) for path in given("path") or [_folder(config)])}
    for path in paths.values():
        yield Options(path, *rest)


def _reached(path: str, config: pytest.Config) -> str:
    """A path from the current folder; one that is not there may stand in pytest's settings, and start at theirs."""
    folder = config.rootpath if config.inipath is None else config.inipath.parent
    there = os.path.join(folder, path)
    return os.path.relpath(there) if not os.path.lexists(path) and os.path.lexists(there) else path


def _folder(config: pytest.Config) -> str:
    """The current folder where a service is in it, else pytest's."""
    return "." if configuration(".").exists() else os.path.relpath(config.rootpath)


def _file(path: str) -> str:
    """The absolute path of the configuration that a path stands for."""
    return os.path.abspath(configuration(path))


class _Judged(NamedTuple):
    """A service, judged: where its configuration lies, one line on it, and what its items say.

    `named` are the ids of the checks that the command line names, all when it is None.
    """

    file: str
    head: str
    words: list[Words]
    named: frozenset[str] | None

    @property
    def chosen(self) -> list[Words]:
        """The words of the items that are run; an error that prevents the checks stands for any of them."""
        return [each for each in self.words if not self.named or each.name in self.named or not each.step]


class _Session:
    """The hooks of a run.

    Each service is judged once, and the words are made there. The workers of pytest-xdist are given them, so that all
    of them collect the same items, whatever AWS would have answered each.
    """

    def __init__(self, config: pytest.Config, asked: list[Asked]) -> None:
        self._files = [_file(each.options.path) for each in asked]
        told = getattr(config, "workerinput", {}).get(_MARK)
        self._services = []
        for place, each in enumerate(asked):
            file = self._files[place]
            arguments = [argument for argument in config.args if _names(argument, config) == file]
            names = [argument.partition("::")[2] for argument in arguments]
            # One argument that names the whole file outweighs those that name a check.
            named = None if not all(names) else each.pack.checks_of(names)
            if told is not None:
                head, words = "", [Words(*one) for one in told[place]]
            else:
                head, words = each.judged(_terminal())
            printed = [one.changed_by(_printable) for one in words]
            service = _Judged(file, _printable(head), printed, named)
            self._services.append((service, bool(arguments)))

    def pytest_report_header(self) -> list[str]:
        return [f"rydecheck: {service.head}" for service, _ in self._services]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Give the words to a worker of pytest-xdist."""
        node.workerinput[_MARK] = [[tuple(each) for each in service.words] for service, _ in self._services]

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        """Keep the arguments that name checks from pytest, which finds no test in a YAML file."""
        config = session.config
        config.args = [argument for argument in config.args if _names(argument, config) not in self._files]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the services beside what the arguments name, so that no setting of what to collect leaves one out."""
        report = yield
        if isinstance(collector, pytest.Session) and report.result is not None:
            report.result += [Service.of(collector, service) for service in self._chosen()]
        return report

    def _chosen(self) -> list[_Judged]:
        """The services that the arguments name, all where they name none."""
        return [service for service, is_named in self._services if is_named] or [each for each, _ in self._services]

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

    @classmethod
    def of(cls, parent: pytest.Session, service: "_Judged") -> "Service":
        """A service anywhere on the disk: outside of the rootdir, pytest alone would name it by what else is run."""
        nodeid = Path(os.path.relpath(service.file, parent.config.rootpath)).as_posix()
        made: Service = cls.from_parent(parent, path=Path(service.file), nodeid=nodeid, words=service.chosen)
        return made

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


def _names(argument: str, config: pytest.Config) -> str:
    """The absolute path of the file that an argument of the command line names."""
    return os.path.abspath(config.invocation_params.dir / argument.partition("::")[0])


def _printable(text: str) -> str:
    """A text that pytest prints; in a step of GitHub Actions it gives the runner no commands."""
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return text
    from checker.reporters.formats.workflow_commands import without_commands

    return without_commands(text)


def _terminal() -> Terminal:
    """What the words are drawn for: pytest captures sys.stdout, and paints in colours of its own."""
    stream = sys.__stdout__
    return Terminal() if stream is None else Terminal.of(stream)._replace(colour=False, width=80)
