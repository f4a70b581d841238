"""The hook of `.pre-commit-hooks.yaml` in a fork: installed by the real pre-commit, and run by real commits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FIXTURES, REPOSITORY

pytestmark = pytest.mark.slow

HOOKS = ".pre-commit-hooks.yaml"
PRE_COMMIT = [sys.executable, "-m", "pre_commit"]
# What the package is built from; the repository itself may hold what is not committed yet.
PACKAGE = ("checker", "rules", "reports", "fixtures/class", "pyproject.toml", "README.md", "LICENSE", HOOKS)


class Repository:
    """A git repository, and commands in it that know nothing of this machine's settings."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "PRE_COMMIT_HOME": str(home)}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT"))}
        self._environment = {**kept, **names, **settings}
        path.mkdir(exist_ok=True)
        self.run("git", "init", "--quiet", "--initial-branch=main")

    def run(self, *command: str, fails: bool = False) -> str:
        ran = subprocess.run(command, cwd=self.path, env=self._environment, capture_output=True, text=True, check=False)
        assert (ran.returncode != 0) == fails, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def commit(self, *, fails: bool = False) -> str:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--message", "a step", fails=fails)

    def configure(self, source: Path, *more: str) -> None:
        hook = ["repos:", f"- repo: {source}", "  rev: v1", "  hooks:", "  - id: rydecheck", *more]
        (self.path / ".pre-commit-config.yaml").write_text("".join(f"{line}\n" for line in hook), encoding="utf-8")

    @property
    def commits(self) -> int:
        return len(self.run("git", "rev-list", "--all").splitlines())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The package as it is now, in a repository of its own."""
    repository = Repository(tmp_path / "rydecheck", tmp_path / "home")
    for name in PACKAGE:
        if (REPOSITORY / name).is_dir():
            shutil.copytree(REPOSITORY / name, repository.path / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(REPOSITORY / name, repository.path / name)
    repository.commit()
    repository.run("git", "tag", "v1")
    return repository.path


def test_pre_commit_accepts_the_manifest() -> None:
    subprocess.run([*PRE_COMMIT, "validate-manifest", str(REPOSITORY / HOOKS)], check=True)


def test_a_commit_of_a_wrong_service_is_refused_and_one_of_a_right_service_is_not(source: Path, tmp_path: Path) -> None:
    # One test, so that the hook is installed once.
    fork = Repository(tmp_path / "fork", tmp_path / "home")
    fork.configure(source)
    fork.run(*PRE_COMMIT, "install", "--install-hooks")

    shutil.copy(FIXTURES / "class" / "chidi" / "serverless.yml", fork.path)
    said = fork.commit(fails=True)
    assert "- hook id: rydecheck\n- exit code: 1\n" in said
    assert "  serverless.yml:46:5  provider.iamRoleStatements[1].Resource\n" in said
    assert "  `Ref` of a queue gives its URL, and IAM compares ARNs.\n" in said
    assert fork.commits == 0

    (fork.path / "serverless.yml").write_text("service: ride\n\tstage: dev\n", encoding="utf-8")
    said = fork.commit(fails=True)
    assert "- exit code: 2\n\nserverless.yml:2:1: a tab stands here" in said
    assert "Traceback" not in said

    shutil.copy(FIXTURES / "service" / "answer" / "serverless.yml", fork.path)
    assert "Passed" in fork.commit()
    assert fork.commits == 1

    (fork.path / "README.md").write_text("The answers of Chidi\n", encoding="utf-8")
    assert "(no files to check)Skipped" in fork.commit()

    # The names of packages decide whether a plugin is installed: it is checked again.
    (fork.path / "package.json").write_text('{"devDependencies": {"serverless": "3.40.0"}}', encoding="utf-8")
    assert "Passed" in fork.commit()

    (fork.path / "service").mkdir()
    fork.configure(source, "    args: [service, --only, scaling]")
    shutil.copy(FIXTURES / "class" / "chidi" / "serverless.yml", fork.path / "service")
    assert "Passed" in fork.commit()
    fork.configure(source, "    args: [service]")
    assert "IAM compares ARNs" in fork.commit(fails=True)
    assert fork.commits == 4
