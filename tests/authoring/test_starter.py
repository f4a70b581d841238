"""`rydecheck rules new` writes a module that works as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.authoring.lint import lint
from checker.cli import main
from checker.cli.schema import schema
from checker.modules import module_at, module_ids
from checker.rulepack import load_pack

FILES = ["module.yaml", "help.yaml", "start/serverless.yml", "module.schema.json", "help.schema.json"]


@pytest.mark.parametrize(
    ("folder", "name", "title"),
    [
        ("my-queue", "my-queue", "My queue"),
        ("Week 3: Queues!", "week-3-queues", "Week 3 queues"),
        ("...", "my-module", "My module"),
    ],
)
def test_a_first_module_is_written_under_its_folder_s_name(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str,
    name: str,
    title: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["rules", "new", folder]) == 0
    assert capsys.readouterr().out.splitlines() == [f"./{folder}/{file}" for file in FILES]
    files = module_at(folder)
    assert lint(files) == []
    pack = load_pack(files)
    assert (pack.id, pack.title, [rule.id for rule in pack.rules]) == (name, title, ["packages.plugin"])
    for one in ("module", "help"):
        text = (tmp_path / folder / f"{one}.schema.json").read_text(encoding="utf-8")
        assert json.loads(text) == json.loads(schema(one))
        assert (
            (tmp_path / folder / f"{one}.yaml")
            .read_text(encoding="utf-8")
            .startswith(f"# yaml-language-server: $schema={one}.schema.json\n")
        )


def test_the_shipped_files_are_no_module_themselves() -> None:
    assert "starter" not in module_ids()


@pytest.mark.parametrize("there", ["help.yaml", "start/serverless.yml"])
def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str], there: str) -> None:
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine", encoding="utf-8")
    assert main(["rules", "new", str(tmp_path)]) == 2
    assert f"{there} is there already; nothing was written." in capsys.readouterr().err
    assert [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()] == [there]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["rules", "new", str(tmp_path / "file" / "module")]) == 2
    assert "cannot be made" in capsys.readouterr().err
