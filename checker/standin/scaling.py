"""Application Auto Scaling in a template: what serverless-dynamodb-autoscaling adds. moto knows only its API."""

from __future__ import annotations

from typing import Any

from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, applicationautoscaling_backends

from checker.standin.resource import Resource

# moto's type says text; AWS always tells these three.
_NOT_SUSPENDED: Any = dict.fromkeys(
    ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended"), False
)


class _Scaling(Resource):
    @property
    def _backend(self) -> ApplicationAutoscalingBackend:
        return applicationautoscaling_backends[self.account_id][self.region]


class ScalableTarget(_Scaling):
    """AWS::ApplicationAutoScaling::ScalableTarget."""

    def create(self) -> None:
        given = self.properties
        self._backend.register_scalable_target(
            given["ServiceNamespace"],
            given["ResourceId"],
            given["ScalableDimension"],
            int(given["MinCapacity"]),
            int(given["MaxCapacity"]),
            given.get("RoleARN", ""),
            given.get("SuspendedState", _NOT_SUSPENDED),
        )
        # The physical id has this form on AWS too: a policy's ScalingTargetId is a Ref to it.
        parts = (given["ResourceId"], given["ScalableDimension"], given["ServiceNamespace"])
        self.physical_resource_id = "|".join(parts)

    def remove(self) -> None:
        resource_id, dimension, namespace = self.physical_resource_id.split("|")
        self._backend.deregister_scalable_target(namespace, resource_id, dimension)


class ScalingPolicy(_Scaling):
    """AWS::ApplicationAutoScaling::ScalingPolicy."""

    def create(self) -> None:
        given = self.properties
        kind = given["PolicyType"]
        policy = self._backend.put_scaling_policy(
            given["PolicyName"], *self._target(), given[f"{kind}PolicyConfiguration"], kind
        )
        self.physical_resource_id = policy.policy_arn

    def remove(self) -> None:
        self._backend.delete_scaling_policy(self.properties["PolicyName"], *self._target())

    def _target(self) -> tuple[str, str, str]:
        """The namespace, the resource and the dimension that it scales."""
        given = self.properties
        if "ScalingTargetId" in given:
            resource_id, dimension, namespace = given["ScalingTargetId"].split("|")
            return namespace, resource_id, dimension
        return given["ServiceNamespace"], given["ResourceId"], given["ScalableDimension"]


MODELS: dict[str, type[Resource]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": ScalableTarget,
    "AWS::ApplicationAutoScaling::ScalingPolicy": ScalingPolicy,
}
