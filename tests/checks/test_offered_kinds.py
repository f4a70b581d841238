"""An installed package offers a kind of check through the entry point group `rydecheck.kinds`: that of the guide."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checker.authoring.schema import module_schema
from checker.checks import kinds
from checker.checks.kinds import find_kind, kind_names, offers
from checker.cli import main
from tests.authoring.packs import write_module
from tests.conftest import REPOSITORY

GUIDE = REPOSITORY / "docs" / "write-a-module.md"
MODULE = """\
id: memory
title: Memory
about: Give the function what it needs.
link: https://example.org
steps:
  - {id: size, title: Size}
checks:
  - id: size.memory
    step: size
    points: 1
    title: Give Hello 512 MB
    kind: example_tag
    given: {name: owner, values: [me, you]}
    passed: "The tag `{name}` is there."
    reasons:
      absent: {code: tag-missing, say: "There is no tag `{name}`."}
      other: {code: tag-wrong, say: "The tag `{name}` is `{found}`."}
    why: Because.
"""
HELP_OF_IT = """\
size.memory:
  hints: [Which tag?, Write the tag `owner`.]
  answer: [{set: provider.tags.owner, value: me}]
"""
_TEXT = GUIDE.read_text(encoding="utf-8")
(KIND,) = re.findall(r"^```python example_tags\.py\n(.*?)^```$", _TEXT, re.MULTILINE | re.DOTALL)
(PROJECT,) = re.findall(r"^```toml pyproject\.toml\n(.*?)^```$", _TEXT, re.MULTILINE | re.DOTALL)

Offered = Callable[..., None]


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Offered]:
    """Installs a package with these entry points, as a folder of modules and metadata on the path is one."""
    site = tmp_path / "site"

    def install(points: str, module: str = KIND, name: str = "example_tags") -> None:
        metadata = site / f"{name}-1.2.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n", encoding="utf-8")
        (metadata / "entry_points.txt").write_text(f"[rydecheck.kinds]\n{points}\n", encoding="utf-8")
        (site / f"{name}.py").write_text(module, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        kinds._offered.cache_clear()

    yield install
    monkeypatch.undo()
    kinds._offered.cache_clear()
    sys.modules.pop("example_tags", None)


def test_its_kind_is_known(offered: Offered) -> None:
    assert find_kind("example_tag") is None
    offered("example_tag = example_tags:KIND")
    kind = find_kind("example_tag")
    assert kind is not None
    assert kind.slots == {"absent": (), "other": ("found",)}
    assert "example_tag" in kind_names()
    assert offers() == ("example_tag example-tags 1.2",) or offers() == ("example_tag example_tags 1.2",)


def test_the_guide_s_package_offers_it_so() -> None:
    assert '[project.entry-points."rydecheck.kinds"]\nexample_tag = "example_tags:KIND"\n' in PROJECT


def test_its_kind_stands_in_the_schema(offered: Offered) -> None:
    offered("example_tag = example_tags:KIND")
    checks = module_schema()["properties"]["checks"]["items"]
    assert "example_tag" in checks["properties"]["kind"]["enum"]
    (told,) = [one["then"] for one in checks["allOf"] if one["if"]["properties"]["kind"]["const"] == "example_tag"]
    given = told["properties"]["given"]
    assert given["required"] == ["name", "values"]
    assert given["properties"]["values"] == {"type": "array", "items": {"type": "string"}}
    assert given["description"] == "The tag `name` of the provider has one of the `values`."


def test_it_tells_of_parameters_with_which_it_never_passes(
    offered: Offered, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    module = KIND.replace(
        '("found",)}, judge)',
        '("found",)}, judge, check_parameters=lambda given: [("values", "two are equal")] * (given.name == "twice"))',
    )
    assert module != KIND
    offered("example_tag = example_tags:KIND", module)
    assert main(["rules", "lint", str(write_module(tmp_path / "fine", MODULE, HELP_OF_IT))]) == 0
    capsys.readouterr()
    text = MODULE.replace("name: owner", "name: twice")
    assert main(["rules", "lint", str(write_module(tmp_path / "wrong", text, HELP_OF_IT))]) == 1
    line, column = 13, text.splitlines()[12].index("values") + 1
    assert capsys.readouterr().out == f"{tmp_path}/wrong/module.yaml:{line}:{column}: two are equal.\n"


def test_words_for_it_are_asked_for_by_its_slots(offered: Offered, capsys: pytest.CaptureFixture[str]) -> None:
    offered("example_tag = example_tags:KIND")
    assert main(["rules", "reasons", "example_tag"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "    # No shipped module has words for this kind: write what to say of each.",
        "    # Each sentence may use {name}, {values}.",
        "    # {found}: What stands there in place of what belongs there, as it is written: a name, a value or a type.",
        "    reasons:",
        '      absent: {code: absent, say: ""}',
        '      other: {code: other, say: ""}  # facts: {found}',
    ]


def test_a_kind_of_ours_is_not_replaced(offered: Offered) -> None:
    ours = find_kind("plugin")
    offered("plugin = example_tags:KIND")
    assert find_kind("plugin") is ours


@pytest.mark.parametrize(
    ("points", "says"),
    [
        ("example_tag = example_tags:NOTHING", "the kind `example_tag` cannot be loaded from example_tags:NOTHING: "),
        ("example_tag = no_such_module:KIND", "the kind `example_tag` cannot be loaded from no_such_module:KIND: No m"),
        (
            "example_tag = example_tags:judge",
            "example_tags:judge is offered as the kind `example_tag`, and is no ",
        ),
    ],
)
def test_an_offer_that_is_no_kind_is_told(
    offered: Offered, tmp_path: Path, capsys: pytest.CaptureFixture[str], points: str, says: str
) -> None:
    offered(points)
    (tmp_path / "module.yaml").write_text(MODULE, encoding="utf-8")
    assert main(["check", str(tmp_path), "--module", str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert says in told


@pytest.mark.slow
def test_the_command_judges_by_it(offered: Offered, tmp_path: Path) -> None:
    """In a process of its own, as after `pip install`."""
    offered("example_tag = example_tags:KIND")
    (tmp_path / "module.yaml").write_text(MODULE, encoding="utf-8")
    service = tmp_path / "service"
    service.mkdir()
    for text, said in (
        ("", "There is no tag `owner`."),
        ("  tags: {owner: nobody}\n", "The tag `owner` is `nobody`."),
        ("  tags: {owner: me}\n", "1 of 1"),
    ):
        (service / "serverless.yml").write_text(f"service: x\nprovider:\n  name: aws\n{text}", encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "checker", "check", str(service), "--module", str(tmp_path)],
            capture_output=True,
            text=True,
            check=False,
            env={"PYTHONPATH": f"{tmp_path / 'site'}:{REPOSITORY}", "PATH": ""},
        )
        assert done.stderr == ""
        assert said in done.stdout
