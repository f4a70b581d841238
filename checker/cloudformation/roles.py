"""The roles that resources define: their own policies and those attached to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as StringMapping

from checker.cloudformation.intrinsics import Reference, Text, branches_of, is_no_value, joined, settle, text_value
from checker.model import (
    Branch,
    EffectSource,
    Mapping,
    Resource,
    Role,
    Scalar,
    Section,
    Sequence,
    Statement,
    Unknown,
    Value,
    is_empty,
    items_of,
    text_of,
    value_at,
)

ROLE = "AWS::IAM::Role"
GENERATED_ROLE = "IamRoleLambdaExecution"
"""The logical id of the role that the framework generates."""
_MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
# AWS's own policies that stand in the way of nothing a function does with a queue or a table.
_OPEN_BOUNDARY = re.compile(r"arn:aws[\w-]*:iam::aws:policy/(AdministratorAccess|PowerUserAccess)")
_NOTHING: StringMapping[str, str] = {}
_NO_NAMES: StringMapping[str, Value] = {}
_POLICY_TYPES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", _MANAGED_POLICY)


class ResourceRoles:
    """Reads the roles among some resources.

    `source` is what their statements count as. `pseudo` are the texts of those pseudo parameters that are known, and
    `names` the names of roles that stand in no resource, by logical id.
    """

    def __init__(
        self,
        resources: Section[Resource],
        source: EffectSource,
        pseudo: StringMapping[str, str] = _NOTHING,
        names: StringMapping[str, Value] = _NO_NAMES,
    ) -> None:
        self.resources = resources
        self.source = source
        self.pseudo = pseudo
        self.by_name = self._by_name(names)
        self.attached = self._attached()

    def named(self, given: Value) -> Role:
        """A role by logical id, reference or ARN; only one that the resources define can be read."""
        if isinstance(given, Unknown):
            return Role(given.origin, unknown=given)
        logical_id = referenced_id(given)
        role = self.resources.get(logical_id) if logical_id else None
        if isinstance(role, Unknown):
            return Role(given.origin, unknown=role)
        if role is None or logical_id is None:
            return Role(given.origin, unknown=Unknown("role_elsewhere", given.origin))
        found = self.policies(role.get("Policies"))
        local, managed = self.managed(items_of(role.get("ManagedPolicyArns")))
        read = Role(role.origin, (*found, *local, *self.attached.get(logical_id, ())), managed)
        return self.bounded(read, role.get("PermissionsBoundary"))

    def bounded(self, role: Role, given: Value | None) -> Role:
        """The role with a permissions boundary; only one that the resources define can be read."""
        if is_empty(given) or given is None or is_no_value(given):
            return role
        text = text_value(given)
        reference = text[0] if not isinstance(text, Unknown) and len(text) == 1 else None
        if isinstance(reference, str) and _OPEN_BOUNDARY.fullmatch(reference):
            return role
        if isinstance(reference, Reference) and reference.attribute in ("", "PolicyArn"):
            policy = self.resources.entries.get(reference.name)
            if policy is not None and text_of(policy.type) == _MANAGED_POLICY:
                return role._replace(boundary=tuple(self._policy_statements(policy.properties)), bounded_by=given)
        return role._replace(boundary=None, bounded_by=given)

    def policies(self, listed: Value | None) -> list[Statement | Unknown]:
        """The statements of a role's own policies."""
        return [
            one for policy, branches in conditional_items(listed) for one in self._policy_statements(policy, branches)
        ]

    def managed(self, arns: tuple[Value, ...]) -> tuple[list[Statement | Unknown], tuple[Value, ...]]:
        """The statements of those managed policies that the resources define, and the others."""
        found: list[Statement | Unknown] = []
        others = []
        for arn in arns:
            local = self.resources.entries.get(referenced_id(arn) or "")
            if local is not None and text_of(local.type) == _MANAGED_POLICY:
                found.extend(self._policy_statements(local.properties))
            else:
                others.append(arn)
        return found, tuple(others)

    def _by_name(self, names: StringMapping[str, Value]) -> dict[Text, str]:
        """The logical ids of the roles by their names: a policy is attached to a role by its name, or by Ref."""
        own = {
            logical_id: name
            for logical_id, one in self.resources.entries.items()
            if text_of(one.type) == ROLE and (name := one.get("RoleName")) is not None
        }
        texts = {logical_id: self._text(name) for logical_id, name in {**own, **names}.items()}
        return {text: logical_id for logical_id, text in texts.items() if text}

    def _text(self, value: Value) -> Text:
        """The text of a name, with pseudo parameters written out; empty where it cannot be told."""
        text = text_value(value)
        if isinstance(text, Unknown):
            return ()
        return joined([self.pseudo.get(part.name, part) if isinstance(part, Reference) else part for part in text])

    def _attached(self) -> dict[str, list[Statement | Unknown]]:
        """The statements of the policies that attach themselves to roles, by the role's logical id."""
        attached: dict[str, list[Statement | Unknown]] = {}
        for resource in self.resources.entries.values():
            if text_of(resource.type) not in _POLICY_TYPES:
                continue
            branches = () if resource.condition is None else (_existence(resource.condition),)
            for name in (*items_of(resource.get("Roles")), *items_of(resource.get("RoleName"))):
                role = self.by_name.get(self._text(name)) or (
                    referenced_id(name) if isinstance(name, Mapping) else None
                )
                if role is not None:
                    attached.setdefault(role, []).extend(self._policy_statements(resource.properties, branches))
        return attached

    def _policy_statements(
        self, policy: Value | None, branches: tuple[Branch, ...] = ()
    ) -> Iterator[Statement | Unknown]:
        """The statements of a policy's document; `branches` decide whether there is that policy."""
        if isinstance(policy, Unknown):
            yield policy
            return
        document = value_at(policy, "PolicyDocument")
        if isinstance(document, Unknown):
            yield document
        else:
            yield from statements(value_at(document, "Statement"), self.source, branches)


def _existence(condition: Value) -> Branch:
    """The side of a resource's `Condition` on which there is that resource."""
    return Branch(text_of(condition) or "", True, condition.origin, "conditional_resource")


def statements(
    value: Value | None, source: EffectSource, branches: tuple[Branch, ...] = ()
) -> Iterator[Statement | Unknown]:
    """The statements of a list, in its order; in a policy document a single one may stand in its place."""
    for item, sides in conditional_items(value, branches):
        if isinstance(item, Mapping):
            yield statement(item, source)._replace(branches=sides)
        elif isinstance(item, Unknown):
            yield item


def conditional_items(
    value: Value | None, branches: tuple[Branch, ...] = ()
) -> Iterator[tuple[Value, tuple[Branch, ...]]]:
    """The items of a list, those of an `Fn::If` from both of its sides, with the sides that they stand on."""
    for item in items_of(value):
        condition, *sides = branches_of(item) or (item,)
        if not sides:
            yield item, branches
        for when, side in zip((True, False), sides, strict=False):
            if not is_no_value(side):
                branch = Branch(text_of(condition) or "", when, item.origin)
                yield from conditional_items(side, (*branches, branch))


def statement(body: Mapping, source: EffectSource) -> Statement:
    """One statement from its mapping."""
    condition = body.get("Condition")
    return Statement(
        origin=body.origin,
        source=source,
        effect=settle(body.get("Effect")),
        actions=_listed(body, "Action"),
        not_actions=_listed(body, "NotAction"),
        resources=_listed(body, "Resource"),
        not_resources=_listed(body, "NotResource"),
        condition=None if is_empty(condition) or condition is None else condition.origin,
        body=body,
        has_principal="Principal" in body or "NotPrincipal" in body,
    )


def _listed(body: Mapping, key: str) -> tuple[Value, ...] | None:
    value = body.get(key)
    return None if value is None else items_of(value)


def referenced_id(value: Value) -> str | None:
    """The logical id that a role or policy is named by: bare, by Ref, or by GetAtt of its Arn."""
    if isinstance(value, Scalar):
        name = text_of(value)
        return name if name and not {":", "/"} & set(name) else None
    if not isinstance(value, Mapping):
        return None
    attribute = value.get("Fn::GetAtt")
    if isinstance(attribute, Sequence) and len(attribute.items) == 2 and text_of(attribute.items[1]) == "Arn":
        return text_of(attribute.items[0])
    return text_of(value.get("Ref"))
