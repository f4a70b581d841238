"""The sources of variables beyond the document itself: files, parameters, the stage, and booleans from text."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.model import Scalar, Sequence, Unknown, Value, value_at
from checker.serverless.configuration import read_document
from checker.serverless.files import SubmissionFolder
from checker.serverless.lowering import read_service
from checker.serverless.resolving import Settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "other.yml").write_text("name: from yaml\nlist: [a, b]\nback: ${self:custom.here}\n", encoding="utf-8")
    (tmp_path / "other.json").write_text('{"a": {"b": 7}}\n', encoding="utf-8")
    (tmp_path / "plain.txt").write_text("just text\n", encoding="utf-8")
    (tmp_path / "broken.yml").write_text("a: [1\nb: 2\n", encoding="utf-8")
    (tmp_path / "code.js").write_text("module.exports = 1\n", encoding="utf-8")
    (tmp_path / "self.yml").write_text("again: ${file(self.yml)}\n", encoding="utf-8")
    return tmp_path


def value_of(folder: Path, expression: str, settings: Settings | None = None, more: str = "") -> Value | None:
    text = f"service: s\nprovider: {{name: aws, stage: prod}}\ncustom:\n  here: local\n  x: {expression}\n{more}"
    (folder / "serverless.yml").write_text(text, encoding="utf-8")
    reader = SubmissionFolder(str(folder))
    service = read_service(reader, settings or Settings(), read_document(reader))
    return value_at(service.document, "custom", "x")


def plain(folder: Path, expression: str, settings: Settings | None = None, more: str = "") -> object:
    value = value_of(folder, expression, settings, more)
    assert isinstance(value, Scalar), value
    return value.value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("${file(other.yml):name}", "from yaml"),
        ("${file(./other.yml):list.1}", "b"),
        ("${file(other.yml):back}", "local"),
        ("${file(other.json):a.b}", 7),
        ("${file(plain.txt)}", "just text\n"),
        ("${file(nowhere.yml), 'default'}", "default"),
        ("${file(other.yml):nothing, 'default'}", "default"),
        ("${file(${opt:which, 'other'}.yml):name}", "from yaml"),
        ("${sls:stage}", "prod"),
        ("${param:p}", "of prod"),
        ("${param:q}", "of all"),
        ("${strToBool('TRUE')}", True),
        ("${strToBool(${param:flag})}", False),
        (r'"a \\${b} c"', "a ${b} c"),
    ],
)
def test_what_a_source_answers(folder: Path, expression: str, expected: object) -> None:
    blocks = "params: {default: {p: of all, q: of all, flag: '0'}, prod: {p: of prod}}\n"
    assert plain(folder, expression, more=blocks) == expected


def test_the_command_line_wins_over_the_blocks_of_parameters(folder: Path) -> None:
    blocks = "params: {default: {p: of all}, dev: {p: of dev}}\n"
    assert plain(folder, "${param:p}", Settings(parameters={"p": "given"}), blocks) == "given"
    assert plain(folder, "${param:p}", Settings(options={"stage": "dev"}), blocks) == "of dev"


def test_a_whole_file_may_stand_for_a_value_and_keeps_its_places(folder: Path) -> None:
    value = value_at(value_of(folder, "${file(other.yml)}"), "list")
    assert isinstance(value, Sequence)
    assert (value.origin.file, value.origin.line) == ("other.yml", 2)


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("${file(nowhere.yml)}", "file_missing"),
        ("${file(broken.yml)}", "file_broken"),
        ("${file(code.js)}", "file_program"),
        ("${file(../outside.yml)}", "file_outside"),
        ("${file(/etc/passwd)}", "file_outside"),
        ("${file(other.yml):nothing}", "variable_unset"),
        ("${param:nothing}", "parameter_unset"),
        ("${strToBool('maybe')}", "source_unread"),
        ("${sls:instanceId}", "source_unread"),
        ("${cf(us-east-1):stack.output}", "value_in_aws"),
        ("${ssm(us-east-1):/a/b}", "value_in_aws"),
        ("${ssm:/a/b, 'default'}", "value_in_aws"),
        ("${plugin:a}", "source_unread"),
        ("${file(${env:NAME}.yml)}", "source_unread"),
    ],
)
def test_what_cannot_be_told(folder: Path, expression: str, why: str) -> None:
    value = value_of(folder, expression, Settings(environment={"NAME": "other"}))
    assert isinstance(value, Unknown)
    assert value.why == why


def test_a_file_that_includes_itself_ends_in_a_cycle(folder: Path) -> None:
    value = value_at(value_of(folder, "${file(self.yml)}"), "again")
    while not isinstance(value, Unknown):
        value = value_at(value, "again")
    assert value.why == "variable_cycle"


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yml"
    outside.write_text("a: secret\n", encoding="utf-8")
    (folder / "link.yml").symlink_to(outside)
    value = value_of(folder, "${file(link.yml):a}")
    assert isinstance(value, Unknown)
    assert value.why == "file_outside"
    assert "secret" not in str(value.facts)


@pytest.mark.parametrize(
    ("files", "environment", "expected"),
    [
        ({".env": "NAME=from all\n"}, {}, "from all"),
        ({".env": "NAME=from all\n", ".env.prod": "NAME='from prod' # note\n"}, {}, "from prod"),
        ({".env": "NAME=from all\n", ".env.prod": "OTHER=1\n"}, {}, None),
        ({".env": "export NAME=exported\n"}, {}, "exported"),
        ({".env": "NAME=from all\n"}, {"NAME": "given"}, "given"),
        ({}, {}, None),
    ],
)
def test_dotenv_answers_when_the_service_uses_it(
    folder: Path, files: dict[str, str], environment: dict[str, str], expected: str | None
) -> None:
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    settings = Settings(environment=environment)
    value = value_of(folder, "${env:NAME}", settings, "useDotenv: true\n")
    assert (value.value if isinstance(value, Scalar) else None) == expected
    if isinstance(value, Scalar):
        assert value.secret == "${env:NAME}"
    unused = value_of(folder, "${env:NAME, 'none'}", Settings(), "")
    assert isinstance(unused, Scalar)
    assert unused.value == "none"
