"""Lambda: dead letter queues, asynchronous invocation, and event source mappings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction, LambdaVersion, lambda_backends

from checker.standin.patching import around
from checker.standin.resource import Resource

Json = dict[str, Any]


def mend(undo: ExitStack) -> None:
    around(undo, LambdaFunction, "__init__", _create)
    around(undo, LambdaFunction, "update_configuration", _update)
    around(undo, LambdaFunction, "get_configuration", _describe)
    around(undo, LambdaFunction, "create_from_cloudformation_json", _create_in_stack)
    around(undo, LambdaFunction, "update_from_cloudformation_json", _update_in_stack)
    around(undo, LambdaVersion, "create_from_cloudformation_json", _create_version)
    around(undo, LambdaBackend, "put_function_event_invoke_config", _put_invoke_config)
    around(undo, LambdaBackend, "update_function_event_invoke_config", _update_invoke_config)
    around(undo, LambdaBackend, "list_event_source_mappings", _list_mappings)


# moto has no DeadLetterConfig at all.


def _create(old: Callable[..., None], function: Any, account_id: str, spec: Json, *more: Any, **named: Any) -> None:
    function.dead_letter = ""
    old(function, account_id, spec, *more, **named)
    _set_dead_letter(function, spec)


def _update(old: Callable[..., Json], function: Any, updates: Json) -> Json:
    _set_dead_letter(function, updates)
    return old(function, updates)


def _set_dead_letter(function: Any, spec: Json) -> None:
    if "DeadLetterConfig" in spec:
        function.dead_letter = spec["DeadLetterConfig"].get("TargetArn", "")  # an empty one takes it away


def _describe(old: Callable[..., Json], function: Any, on_create: bool = False) -> Json:
    described = old(function, on_create)
    return {**described, "DeadLetterConfig": {"TargetArn": function.dead_letter}} if function.dead_letter else described


def _create_in_stack(old: Callable[..., Any], name: str, resource: Json, *more: Any, **named: Any) -> Any:
    function = old(name, resource, *more, **named)
    _set_dead_letter(function, resource["Properties"])  # moto hands on a short list of properties
    function.template_dead_letter = "DeadLetterConfig" in resource["Properties"]
    return function


def _update_in_stack(old: Callable[..., Any], *, cloudformation_json: Json, **named: Any) -> Any:
    function = old(cloudformation_json=cloudformation_json, **named)
    in_template = "DeadLetterConfig" in cloudformation_json["Properties"]
    # CloudFormation takes away what it once set. It leaves alone what the plugin set beside it.
    if function.template_dead_letter and not in_template:
        function.dead_letter = ""
    function.template_dead_letter = in_template
    return function


def _create_version(
    old: Callable[..., Any], name: str, resource: Json, account_id: str, region_name: str, **named: Any
) -> Any:
    version = old(name, resource, account_id, region_name, **named)
    function = lambda_backends[account_id][region_name].get_function(resource["Properties"]["FunctionName"])
    version.physical_resource_id = f"{function.function_arn}:{version.version}"  # a Ref in the framework's Outputs
    return version


# moto piles the configurations up and always shows the first one.


def _put_invoke_config(old: Callable[..., Json], backend: LambdaBackend, name: str, config: Json) -> Json:
    backend.get_function(name).event_invoke_config.clear()
    return old(backend, name, config)


def _update_invoke_config(_old: object, backend: LambdaBackend, name: str, config: Json) -> Json:
    kept = [dict(one.config) for one in backend.get_function(name).event_invoke_config]
    return backend.put_function_event_invoke_config(name, {**(kept[0] if kept else {}), **config})


def _list_mappings(
    old: Callable[..., list[EventSourceMapping]], backend: LambdaBackend, event_source_arn: str, function_name: str
) -> list[EventSourceMapping]:
    # A mapping made with the function's ARN (as a template does) is found by the name too; moto compares spellings.
    name = function_name.rpartition(":function:")[2].partition(":")[0] if function_name else ""
    mappings = old(backend, event_source_arn, "")
    return [one for one in mappings if not name or one.function_arn.split(":")[6] == name]


class EventInvokeConfig(Resource):
    """AWS::Lambda::EventInvokeConfig: what a function's `destinations` become."""

    def create(self) -> None:
        asked = ("DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts")
        config = {key: self.properties[key] for key in asked if key in self.properties}
        self._backend.put_function_event_invoke_config(self.properties["FunctionName"], config)

    def remove(self) -> None:
        self._backend.delete_function_event_invoke_config(self.properties["FunctionName"])

    @property
    def _backend(self) -> LambdaBackend:
        return lambda_backends[self.account_id][self.region]


MODELS: dict[str, type[Resource]] = {"AWS::Lambda::EventInvokeConfig": EventInvokeConfig}
