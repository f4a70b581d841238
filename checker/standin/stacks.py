"""CloudFormation: every resource of a template gets its row, with its own state, also after an update."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any

from moto.cloudformation import parsing, responses
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.core.exceptions import JsonRESTError, ServiceException
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ssm.models import Parameter

from checker.standin.patching import around, replace
from checker.standin.resource import Resource

Json = dict[str, Any]

_GONE = re.compile(r"NotFound|NoSuch|DoesNotExist|NonExist|MissingBucket|not found|does not exist")


def mend(undo: ExitStack, models: Mapping[str, type[Resource]]) -> None:
    """`models` are the resource types that moto does not know; any other unknown type is nothing but a row."""

    def class_of(old: Callable[[str], Any], resource_type: str) -> Any:
        if resource_type in parsing.get_model_map() or resource_type.startswith("Custom::"):
            return old(resource_type)
        return models.get(resource_type, Resource)  # moto would make None of it, which breaks every list

    around(undo, parsing, "resource_class_from_type", class_of)
    around(undo, parsing, "parse_and_create_resource", _create)
    around(undo, parsing, "parse_and_update_resource", _update)
    around(undo, ResourceMap, "update", _update_resources)
    around(undo, ResourceMap, "_delete_resource", _delete)
    around(undo, ChangeSet, "apply", _apply_change_set)
    around(undo, CloudFormationBackend, "update_stack", _keep_exports)
    around(undo, CloudFormationBackend, "execute_change_set", _keep_exports)
    around(undo, CloudFormationBackend, "validate_template", _errors)
    replace(undo, Stack, "stack_resources", property(_stack_resources))
    replace(undo, responses, "StackResourceDTO", Row)
    around(undo, responses.CloudFormationResponse, "list_stack_resources", _list_resources)
    replace(undo, Parameter, "get_cfn_attribute", _attribute_of_parameter)


def _errors(old: Callable[..., list[Any]], backend: CloudFormationBackend, template: str) -> list[Any]:
    """The errors of a template: moto refuses one for what cfn-lint only warns of, too."""
    return [finding for finding in old(backend, template) if finding.rule.severity == "error"]


def _create(old: Callable[..., Any], logical_id: str, resource_json: Json, resources: ResourceMap, **named: Any) -> Any:
    resource = old(logical_id, _whole(resource_json), resources, **named)
    if resource is not None:  # None when its Condition is false
        if not hasattr(resource, "physical_resource_id"):  # a permission, the deployment of an API
            name = parsing.generate_resource_name(resource_json["Type"], str(resources["AWS::StackName"]), logical_id)
            resource.physical_resource_id = name
        _set_state(resource, "CREATE_COMPLETE")
    return resource


def _update(old: Callable[..., Any], logical_id: str, resource_json: Json, resources: ResourceMap, **named: Any) -> Any:
    # moto answers None for a type that it cannot update.
    resource = old(logical_id, _whole(resource_json), resources, **named) or resources[logical_id]
    _set_state(resource, "UPDATE_COMPLETE")
    return resource


def _whole(resource_json: Json) -> Json:
    # moto would write the missing Properties into the template, and take the resource for a changed one later.
    return {"Properties": {}, **resource_json}


def _set_state(resource: Any, status: str) -> None:
    resource.row_status = status
    resource.row_time = utcnow()


def _update_resources(old: Callable[..., None], resources: Any, template: Json, parameters: Json | None = None) -> None:
    removed = set(resources.resources) - set(template["Resources"])
    old(resources, template, parameters)
    for logical_id in removed:  # moto would take a resource that comes back for the one that it deleted
        resources._parsed_resources.pop(logical_id, None)


def _delete(old: Callable[..., None], resources: ResourceMap, resource: Any, resource_json: Json) -> None:
    try:
        old(resources, resource, resource_json)
    except (JsonRESTError, ServiceException) as error:
        # Gone already, by hand: no obstacle on AWS. Each of moto's services has its own classes and codes for it.
        if not _GONE.search(f"{type(error).__name__}: {error}"):
            raise


def _apply_change_set(old: Callable[..., None], change_set: ChangeSet) -> None:
    old(change_set)
    stack = change_set.stack
    stack.template = change_set.template
    stack._parse_template()
    stack.output_map = stack._create_output_map()  # moto would keep the outputs of the earlier template


def _keep_exports(old: Callable[..., Any], backend: CloudFormationBackend, *arguments: Any, **named: Any) -> Any:
    answer = old(backend, *arguments, **named)
    exports = {export.name: export for stack in backend.stacks.values() for export in stack.exports}
    backend.exports.clear()  # moto knows those of a stack's first template only, and cannot delete the stack then
    backend.exports.update(exports)
    return answer


def _stack_resources(stack: Any) -> list[Any]:
    """The resources that exist; moto's own list makes those anew that do not."""
    made = stack.resource_map._parsed_resources
    return [made[logical_id] for logical_id in stack.resource_map.resources if logical_id in made]


class Row(responses.StackResourceDTO):
    """A row of the stack; moto shows the state of the stack in each."""

    def __init__(self, stack: Stack, resource: Any) -> None:
        super().__init__(stack, resource)
        self.resource_status = resource.row_status
        self.resource_status_reason = getattr(resource, "row_reason", None)
        self.timestamp = self.last_updated_timestamp = resource.row_time


def _list_resources(_old: object, response: responses.CloudFormationResponse) -> ActionResult:
    stack, resources = response.cloudformation_backend.list_stack_resources(response._get_param("StackName"))
    return ActionResult({"StackResourceSummaries": [Row(stack, resource) for resource in resources]})


def _attribute_of_parameter(parameter: Parameter, name: str) -> str | None:
    """What Fn::GetAtt gives of an AWS::SSM::Parameter: an Output of the workshop asks for it, and moto has none."""
    return {"Type": parameter.parameter_type, "Value": parameter.value}[name]
