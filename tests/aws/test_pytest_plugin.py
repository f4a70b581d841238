"""`pytest --rydecheck` with what is deployed."""

from __future__ import annotations

import shutil

import pytest

from checker.standin import StandIn
from tests.aws.conftest import STACK, Boto, deploy
from tests.conftest import FIXTURES

pytest_plugins = ["pytester"]

pytestmark = pytest.mark.slow  # a real HTTP server answers each call


@pytest.fixture
def fork(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    shutil.copytree(FIXTURES / "service" / "answer", pytester.path, dirs_exist_ok=True)
    return pytester


@pytest.mark.usefixtures("standin")
def test_what_is_not_deployed_fails(fork: pytest.Pytester) -> None:
    result = fork.runpytest_inprocess("--rydecheck", "--rydecheck-deployed", "-k", "dlq")
    result.assert_outcomes(passed=1, failed=3, skipped=1, deselected=3)  # no stack tells whether a plugin is enabled
    result.stdout.fnmatch_lines(
        [f"  There is no stack `{STACK}` in us-east-2.*", "FAILED serverless.yml::dlq.queue - *"]
    )
    assert "A hint:" not in result.stdout.str()


def test_the_stack_is_judged_beside_the_file(fork: pytest.Pytester, boto: Boto) -> None:
    deploy(boto, dead_letter="")  # without the plugin's call
    result = fork.runpytest_inprocess("--rydecheck", "--rydecheck-stack", STACK, "-rA", "-m", "rydecheck")
    result.stdout.fnmatch_lines(["PASSED serverless.yml::dlq.queue", "FAILED serverless.yml::dlq.target - *"])


def test_an_account_that_refuses_is_one_failure(
    fork: pytest.Pytester, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert standin
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = fork.runpytest_inprocess("--rydecheck", "--rydecheck-deployed")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["FAILED serverless.yml::credentials - *"])
