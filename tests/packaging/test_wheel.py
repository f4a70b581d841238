"""What is published works: built, installed into an empty environment, and run from another folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.conftest import FIXTURES, REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]  # one worker builds it


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution, so that both hold what they need."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(out), str(REPOSITORY)], check=True)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in an environment that holds nothing but the wheel and what it requires."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    subprocess.run([str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    return environment / "bin" / "rydecheck"


def test_the_wheel_holds_its_data_and_nothing_of_the_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "checker/data/rules/reliability/module.yaml" in names
    assert "checker/data/rules/event-driven/module.yaml" in names
    assert "checker/data/rules/common.yaml" in names
    assert "checker/data/rules/schema.yaml" in names
    assert "checker/data/rules/starter/first-module.yaml" in names
    assert "checker/data/reports/attendee.html.j2" in names
    assert "checker/data/class/ada/serverless.yml" in names
    assert "checker/py.typed" in names
    strangers = [name for name in names if not name.startswith(("checker/", "rydecheck-"))]
    assert strangers == ["rydecheck_pytest.py"]
    assert not any("/sample/" in name for name in names)


def test_pytest_finds_the_plugin_of_the_wheel(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    fork = tmp_path / "fork"
    shutil.copytree(FIXTURES / "class" / "chidi", fork)
    show = "import sys\n\n\ndef test_where():\n    print(sys.modules['rydecheck_pytest'].__file__)\n"
    (fork / "test_where.py").write_text(show, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "installed")}
    plain = subprocess.run(command, capture_output=True, text=True, cwd=fork, env=environment, check=True)
    assert str(tmp_path / "installed" / "rydecheck_pytest.py") in plain.stdout.splitlines()
    assert "dlq.permission" not in plain.stdout
    asked = subprocess.run([*command, "--rydecheck"], capture_output=True, text=True, cwd=fork, env=environment)
    assert asked.returncode == 1
    assert "PASSED serverless.yml::dlq.queue" in asked.stdout.splitlines()
    assert "FAILED serverless.yml::dlq.permission - " in asked.stdout


@pytest.mark.parametrize("form", ["text", "json", "html"])
def test_the_installed_command_judges_a_service(installed: Path, tmp_path: Path, form: str) -> None:
    command = [str(installed), "check", str(FIXTURES / "service" / "answer"), "--format", form]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=True)
    assert ran.stderr == ""
    if form == "json":
        assert json.loads(ran.stdout)["status"] == "complete"


def test_the_installed_command_writes_a_module_and_proves_it(installed: Path, tmp_path: Path) -> None:
    for command in (["rules", "new", "mine"], ["rules", "lint", "mine", "--start", "mine/start"]):
        ran = subprocess.run([str(installed), *command], capture_output=True, text=True, cwd=tmp_path, check=True)
        assert ran.stderr == ""
    assert "Proved on mine/start" in ran.stdout


def test_the_installed_command_shows_the_sample_class(installed: Path, tmp_path: Path) -> None:
    ran = subprocess.run([str(installed), "demo"], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert "16 submissions" in ran.stdout
    assert (tmp_path / "rydecheck-demo" / "index.html").exists()
