"""The workshop's solution deploys with osls 3; with osls 4 the stack deploys, but its function gets no queue."""

from __future__ import annotations

import io
import json
import shutil
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

import boto3
import pytest

from tests.deployments.framework import ACCOUNT, NODE_MODULES, REGION, SERVICE, deploy

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not NODE_MODULES.exists(), reason="say npm ci --prefix tests/deployments"),
    # moto knows neither a bucket's policy nor a topic's subscription, and says so on every call.
    pytest.mark.filterwarnings("ignore:Tried to parse:UserWarning"),
]


class Update(NamedTuple):
    """An UpdateFunctionConfiguration that reached the server: the function's name and what to change."""

    function: str
    change: dict[str, Any]


class UpdateLog:
    """A WSGI application that keeps each UpdateFunctionConfiguration and passes everything on."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self.updates: list[Update] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"].split("/")
        if environ["REQUEST_METHOD"] == "PUT" and path[2:3] == ["functions"] and path[-1] == "configuration":
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            self.updates.append(Update(path[3], json.loads(body)))
        return self._application(environ, start_response)


class Server(NamedTuple):
    """A running moto server, and what it was asked to change."""

    endpoint_url: str
    log: UpdateLog

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=REGION,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )

    def prepare(self, stage: str) -> None:
        """Put what the earlier services of the workshop leave behind: the topic, and the parameter that names it."""
        topic = self.client("sns").create_topic(Name=f"rides-{stage}")["TopicArn"]
        self.client("ssm").put_parameter(Name=f"/wild-rydes/{stage}/SnsTopicArn", Value=topic, Type="String")

    def status(self, stage: str) -> str:
        """The state of the service's stack."""
        found = self.client("cloudformation").describe_stacks(StackName=f"wild-rydes-ride-record-{stage}")
        status: str = found["Stacks"][0]["StackStatus"]
        return status

    def queue_arn(self, stage: str) -> str:
        """The ARN of the dead letter queue in the stack."""
        queue = self.client("cloudformation").describe_stack_resource(
            StackName=f"wild-rydes-ride-record-{stage}", LogicalResourceId="PutRideRecordSnsDlq"
        )
        name = queue["StackResourceDetail"]["PhysicalResourceId"].rpartition("/")[2]
        return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Here, since these take two seconds that collecting the tests need not wait for.
    from moto.cloudformation.models import Stack
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    log = UpdateLog(DomainDispatcherApplication(create_backend_app))
    serving = make_server("127.0.0.1", 0, log, threaded=True, request_handler=MotoRequestHandler)
    thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    # A resource of a kind that moto does not know is None in its stack, and looking for any other one then raises.
    known = property(lambda stack: [resource for resource in stack.resource_map.values() if resource])
    with patch.object(Stack, "stack_resources", known):
        thread.start()
        yield Server(f"http://127.0.0.1:{serving.server_port}", log)
        serving.shutdown()
        thread.join()
    serving.server_close()


def test_osls3_gives_the_function_its_queue(server: Server) -> None:
    server.prepare("user3")

    done = deploy(server.endpoint_url, SERVICE, "osls3", "user3")

    assert done.returncode == 0, done.output
    assert server.status("user3") in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    expected = {"DeadLetterConfig": {"TargetArn": server.queue_arn("user3")}}
    assert [update for update in server.log.updates if "user3" in update.function] == [
        Update("wild-rydes-ride-record-user3-PutRideRecordSns", expected)
    ]


def test_osls4_deploys_the_stack_and_leaves_the_queue_out(server: Server, tmp_path: Path) -> None:
    server.prepare("user4")
    folder = tmp_path / "service"
    shutil.copytree(SERVICE, folder)
    with (folder / "serverless.yml").open("a", encoding="utf-8") as file:
        file.write("\nconfigValidationMode: off\n")  # it knows no deadLetter, and stops before it deploys

    done = deploy(server.endpoint_url, folder, "osls4", "user4")

    assert done.returncode != 0
    assert "provider.request() is no longer available" in done.output
    assert server.status("user4") in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    assert [update for update in server.log.updates if "user4" in update.function] == []


def test_osls4_deploys_nothing_that_it_does_not_know(server: Server) -> None:
    server.prepare("unknown4")

    done = deploy(server.endpoint_url, SERVICE, "osls4", "unknown4")

    assert done.returncode != 0
    assert "unrecognized property 'deadLetter'" in done.output
    stacks = server.client("cloudformation").list_stacks()["StackSummaries"]
    assert "wild-rydes-ride-record-unknown4" not in [stack["StackName"] for stack in stacks]
