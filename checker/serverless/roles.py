"""The role that a function really gets, and the statements that reach no role.

Sources: the framework's `lib/plugins/aws` of versions 1.83, 3.40 and osls 3, and serverless-iam-roles-per-function 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as StringMapping

from checker.cloudformation.roles import (
    GENERATED_ROLE,
    ResourceRoles,
    conditional_items,
    referenced_id,
    statement,
    statements,
)
from checker.model import (
    EffectSource,
    Mapping,
    Origin,
    Resource,
    Role,
    Scalar,
    Section,
    Sequence,
    Statement,
    Unknown,
    Value,
    WrittenStatement,
    is_empty,
    is_truthy,
    items_of,
    text_of,
    value_at,
    walk,
)
from checker.serverless.dead_letters import destination_arn
from checker.serverless.framework import Framework

PER_FUNCTION_PLUGIN = "serverless-iam-roles-per-function"
_NO_ROLE_WHEN_EMPTY = (3, 0)  # from here on, `role:` left empty makes no role at all
_DESTINATION_ACTIONS = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}
_IAM_ROLE_SINCE = (2, 24)  # the first version that reads provider.iam.role


class RoleReader:
    """Reads the roles of one service whose variables are resolved."""

    def __init__(
        self,
        document: Mapping,
        provider: Mapping,
        resources: Section[Resource],
        functions: Mapping,
        template: Mapping,
        plugins: frozenset[str],
        framework: Framework,
        pseudo: StringMapping[str, str],
    ) -> None:
        self.document = document
        self.provider = provider
        self.resources = resources
        self.functions = functions
        self.template = template
        self.plugins = plugins
        self.framework = framework
        generated = self._generated_name(pseudo)
        names = {} if generated is None else {GENERATED_ROLE: generated}
        self.roles = ResourceRoles(resources, "role", pseudo, names)
        self.default_role = self._default_role()

    def function_role(self, body: Mapping) -> Role:
        """The role of the function with this body."""
        given = body.get("role")
        own = body.get("iamRoleStatements") if PER_FUNCTION_PLUGIN in self.plugins else None
        if given is not None and (not is_empty(given) or self._keeps_empty_role(given)):
            if own is not None:  # the plugin stops the deployment
                return Role(given.origin, unknown=Unknown("role_and_statements", given.origin))
            return self._named_role(given)
        if own is None:
            return self.default_role
        found = tuple(_listed(own, "function"))
        if self._inherits(body):
            found += tuple(_listed(self._inherited(), "provider"))
        return self.roles.bounded(Role(own.origin, found), self._own_boundary(body))

    def _own_boundary(self, body: Mapping) -> Value | None:
        """The boundary of a function's own role: the plugin's keys, else that of the role it is copied from."""
        of_plugin = value_at(self.document, "custom", PER_FUNCTION_PLUGIN, "iamGlobalPermissionsBoundary")
        own = (body.get("iamPermissionsBoundary"), of_plugin)
        return next((given for given in own if given is not None and not is_empty(given)), self._provider_boundary())

    def _provider_boundary(self) -> Value | None:
        """The boundary that the framework gives the role it generates."""
        old = self.provider.get("rolePermissionsBoundary")
        if self.framework.version < _IAM_ROLE_SINCE:
            return old
        role = value_at(self.provider, "iam", "role")
        given = [value_at(role, key) for key in ("permissionsBoundary", "permissionBoundary")]
        return next((one for one in (*given, old) if one is not None and not is_empty(one)), None)

    def _keeps_empty_role(self, given: Value) -> bool:
        """Version 1 writes an empty text into the template as the function's role."""
        return self.framework.is_version_1 and text_of(given) == ""

    def _default_role(self) -> Role:
        """The role of a function that names none."""
        left_empty = self.provider.get("role")
        if left_empty is not None and is_empty(left_empty) and self.framework.version >= _NO_ROLE_WHEN_EMPTY:
            return Role(left_empty.origin)
        given = self._given_provider_role()
        return self._named_role(given) if given is not None else self._generated_role()

    def _given_provider_role(self) -> Value | None:
        """A role that the provider names instead of having one generated."""
        given = self.provider.get("role")
        if given is not None and not is_empty(given):
            return given
        given = value_at(self.provider, "iam", "role")
        if isinstance(given, Mapping) and not any(key == "Ref" or key.startswith("Fn::") for key in given.entries):
            return None
        return None if is_empty(given) else given

    def _generated_role(self) -> Role:
        merged = self.resources.entries.get(GENERATED_ROLE)
        extension = value_at(self.template, "extensions", GENERATED_ROLE, "Properties")
        if merged is not None and merged.get("Policies") is not None:
            # Merged by position into the framework's own policy, whose statements are in no file.
            return Role(merged.origin, unknown=Unknown("generated_role_changed", merged.origin))
        extended = value_at(extension, "PermissionsBoundary")
        added = merged.get("PermissionsBoundary") if merged is not None else None
        role = self.roles.bounded(self._written_role(), extended or added or self._provider_boundary())
        if merged is not None:
            local, managed = self.roles.managed(items_of(merged.get("ManagedPolicyArns")))
            role = role._replace(
                statements=(*role.statements, *local), managed_policies=(*role.managed_policies, *managed)
            )
        return role if extension is None else self._extended(role, extension)

    def _extended(self, role: Role, extension: Value) -> Role:
        """The generated role with properties that `resources.extensions` puts in the place of the framework's."""
        if not isinstance(extension, Mapping):
            return Role(extension.origin, unknown=Unknown("generated_role_changed", extension.origin))
        policies, arns = extension.get("Policies"), extension.get("ManagedPolicyArns")
        if policies is not None:
            attached = self.roles.attached.get(GENERATED_ROLE, ())
            role = role._replace(statements=(*self.roles.policies(policies), *attached))
        if arns is not None:
            local, managed = self.roles.managed(items_of(arns))
            role = role._replace(statements=(*role.statements, *local), managed_policies=managed)
        return role

    def _generated_name(self, pseudo: StringMapping[str, str]) -> Value | None:
        """The name of the generated role (`getRoleName` of the framework's naming); None where it cannot be told."""
        merged = self.resources.entries.get(GENERATED_ROLE)
        given = value_at(self.template, "extensions", GENERATED_ROLE, "Properties", "RoleName") or (
            merged.get("RoleName") if merged is not None else None
        )
        if given is None and self.framework.version >= _IAM_ROLE_SINCE:
            given = value_at(self.provider, "iam", "role", "name")
        if given is not None and not is_empty(given):
            return given
        stack, region = pseudo.get("AWS::StackName"), pseudo.get("AWS::Region")
        return Scalar(f"{stack}-{region}-lambdaRole", self.provider.origin) if stack and region else None

    def _written_role(self) -> Role:
        """The role that the framework generates from the provider's statements and policies."""
        old, new = self.provider.get("iamRoleStatements"), value_at(self.provider, "iam", "role", "statements")
        chosen = self._chosen(old, new)
        policies = self._chosen(
            self.provider.get("iamManagedPolicies"), value_at(self.provider, "iam", "role", "managedPolicies")
        )
        found = [*_listed(chosen, "provider"), *self._destination_statements()]
        attached = self.roles.attached.get(GENERATED_ROLE, ())
        parent = chosen or old or new or value_at(self.provider, "iam", "role") or self.provider
        local, managed = self.roles.managed(items_of(policies))
        return Role(parent.origin, (*found, *attached, *local), managed)

    def _chosen(self, old: Value | None, new: Value | None) -> Value | None:
        """The key that the framework's version reads."""
        if self.framework.version < _IAM_ROLE_SINCE:
            return old
        return old if new is None or (isinstance(new, Scalar) and new.value is None) else new

    def _inherits(self, body: Mapping) -> bool:
        own = body.get("iamRoleStatementsInherit")
        if own is None:
            own = value_at(self.document, "custom", PER_FUNCTION_PLUGIN, "defaultInherit")
        return is_truthy(own)

    def _inherited(self) -> Value | None:
        """The provider's statements as serverless-iam-roles-per-function reads them."""
        if self.provider.get("iam") is not None:
            return value_at(self.provider, "iam", "role", "statements")
        return self.provider.get("iamRoleStatements")

    def _named_role(self, given: Value) -> Role:
        return self._generated_role() if referenced_id(given) == GENERATED_ROLE else self.roles.named(given)

    def _destination_statements(self) -> Iterator[Statement]:
        """What the framework adds to the generated role for each async destination that is a queue or a topic."""
        for body in self.functions.entries.values():
            for way in ("onSuccess", "onFailure"):
                arn = destination_arn(value_at(body, "destinations", way))
                if arn is not None:
                    type_, target = arn
                    yield _granted(_DESTINATION_ACTIONS[type_], target)


def _granted(action: str, resource: Value) -> Statement:
    return Statement(
        origin=resource.origin,
        source="framework",
        effect=Scalar("Allow", resource.origin),
        actions=(Scalar(action, resource.origin),),
        not_actions=None,
        resources=(resource,),
        not_resources=None,
        condition=None,
        body=None,
    )


def _listed(value: Value | None, source: EffectSource) -> Iterator[Statement | Unknown]:
    """The statements of a list; the framework stops at a single one that stands in its place."""
    return statements(None if isinstance(value, Mapping) else value, source)


def written_statements(
    document: Mapping, provider: Mapping, functions: Mapping, template: Mapping
) -> tuple[WrittenStatement, ...]:
    """Every statement of the file, in file order, with the place it stands in."""
    readers = _readers(provider, functions, template)
    found: dict[tuple[str, int, int], WrittenStatement] = {}
    for _, value in walk(document):
        if isinstance(value, Mapping) and _is_statement(value) and value.origin.place not in found:
            at = value.origin.use
            elsewhere = (None, at.parent if at.path.endswith("]") else at.path, None)
            reader, holder, inner_list = readers.get(value.origin.place, elsewhere)
            is_item = value.origin.use.path.endswith("]") or value.origin.path.endswith("]")
            found[value.origin.place] = WrittenStatement(
                statement(value, "provider"), holder, reader, is_item, inner_list
            )
    return tuple(found.values())


def _readers(
    provider: Mapping, functions: Mapping, template: Mapping
) -> dict[tuple[str, int, int], tuple[str | None, str, Origin | None]]:
    """Who might read the statement at a place, and the path it is read from, which a variable may have pulled it to.

    A list among the statements is no statement; the third is its place for those that stand in it.
    """
    lists: list[tuple[str, str, Value | None]] = [
        (name, f"functions.{name}.iamRoleStatements", value_at(body, "iamRoleStatements"))
        for name, body in functions.entries.items()
    ]
    lists.append(("provider", "provider.iamRoleStatements", provider.get("iamRoleStatements")))
    lists.append(("provider", "provider.iam.role.statements", value_at(provider, "iam", "role", "statements")))
    readers: dict[tuple[str, int, int], tuple[str | None, str, Origin | None]] = {
        value.origin.place: ("resources", "resources", None)
        for _, value in walk(template)
        if isinstance(value, Mapping)
    }
    for reader, path, listed in lists:
        for item, _ in conditional_items(listed):
            readers[item.origin.place] = (reader, path, None)
            for inner in item.items if isinstance(item, Sequence) else ():
                readers[inner.origin.place] = (reader, path, item.origin.use)
    return readers


def _is_statement(value: Mapping) -> bool:
    """Whether a mapping reads like a statement of a role; one with a principal belongs to a queue or to trust."""
    if "Principal" in value or "NotPrincipal" in value:
        return False
    return ("Action" in value or "NotAction" in value) and ("Effect" in value or "Resource" in value)
