"""A resource of a template that moto's CloudFormation does not know."""

from __future__ import annotations

from typing import Any


class Resource:
    """Keeps its row in the stack; a subclass makes something real of it, under an id of its own."""

    def __init__(self, physical_id: str, properties: dict[str, Any], account_id: str, region: str) -> None:
        self.physical_resource_id = physical_id
        self.properties = properties
        self.account_id = account_id
        self.region = region
        self.create()

    def create(self) -> None:
        """Make it, and set `physical_resource_id` where the service chooses it."""

    def remove(self) -> None:
        """Take it away again."""

    # What moto calls.

    @classmethod
    def create_from_cloudformation_json(
        cls, resource_name: str, cloudformation_json: dict[str, Any], account_id: str, region_name: str, **_: object
    ) -> Resource:
        return cls(resource_name, cloudformation_json["Properties"], account_id, region_name)

    @classmethod
    def update_from_cloudformation_json(
        cls, *, original_resource: Resource, cloudformation_json: dict[str, Any], **_: object
    ) -> Resource:
        old = original_resource
        old.remove()
        return cls(old.physical_resource_id, cloudformation_json["Properties"], old.account_id, old.region)

    def delete(self, _account_id: str, _region: str) -> None:
        self.remove()

    def is_created(self) -> bool:
        return True

    @staticmethod
    def has_cfn_attr(_name: str) -> bool:
        return True

    def get_cfn_attribute(self, name: str) -> str:
        return f"{self.physical_resource_id}.{name}"
