"""The role that a function really gets, and the statements that reach no role.

Sources: the framework's `lib/plugins/aws` of versions 1.83, 3.40 and osls 3, and serverless-iam-roles-per-function 3.2.
"""

from __future__ import annotations

from collections.abc import Iterator

from checker.model import (
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
    WrittenStatement,
    is_empty,
    items_of,
    text_of,
    value_at,
    walk,
)

GENERATED_ROLE = "IamRoleLambdaExecution"
PER_FUNCTION_PLUGIN = "serverless-iam-roles-per-function"
_IAM_ROLE_SINCE = (2, 24)  # the first version that reads provider.iam.role
_POLICY_TYPES = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")


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
        framework_version: tuple[int, int],
    ) -> None:
        self.document = document
        self.provider = provider
        self.resources = resources
        self.functions = functions
        self.template = template
        self.plugins = plugins
        self.framework_version = framework_version
        self._attached = self._attached_statements()
        given = self._given_provider_role()
        self.default_role = self._named_role(given) if given is not None else self._generated_role()

    def function_role(self, body: Mapping) -> Role:
        """The role of the function with this body."""
        given = body.get("role")
        if given is not None and not is_empty(given):
            return self._named_role(given)
        own = body.get("iamRoleStatements")
        if own is None or PER_FUNCTION_PLUGIN not in self.plugins:
            return self.default_role
        statements = tuple(_statements(own, "function"))
        if self._inherits(body):
            statements += tuple(_statements(self._inherited(), "provider"))
        return Role(own.origin, statements)

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
        changed = self.resources.entries.get(GENERATED_ROLE) or value_at(self.template, "extensions", GENERATED_ROLE)
        if changed is not None:
            return Role(changed.origin, unknown=Unknown("generated_role_changed", changed.origin))
        old, new = self.provider.get("iamRoleStatements"), value_at(self.provider, "iam", "role", "statements")
        chosen = self._chosen(old, new)
        policies = self._chosen(
            self.provider.get("iamManagedPolicies"), value_at(self.provider, "iam", "role", "managedPolicies")
        )
        statements = [*_statements(chosen, "provider"), *self._destination_statements()]
        attached = self._attached.get(GENERATED_ROLE, ())
        parent = chosen or old or new or value_at(self.provider, "iam", "role") or self.provider
        return Role(parent.origin, (*statements, *attached), items_of(policies))

    def _chosen(self, old: Value | None, new: Value | None) -> Value | None:
        """The key that the framework's version reads."""
        if self.framework_version < _IAM_ROLE_SINCE:
            return old
        return old if new is None else new

    def _inherits(self, body: Mapping) -> bool:
        own = body.get("iamRoleStatementsInherit")
        if own is None:
            own = value_at(self.document, "custom", PER_FUNCTION_PLUGIN, "defaultInherit")
        return isinstance(own, Scalar) and own.value is True

    def _inherited(self) -> Value | None:
        """The provider's statements as serverless-iam-roles-per-function reads them."""
        if self.provider.get("iam") is not None:
            return value_at(self.provider, "iam", "role", "statements")
        return self.provider.get("iamRoleStatements")

    def _named_role(self, given: Value) -> Role:
        """A role by logical id, reference or ARN; only one that `resources` defines can be read."""
        if isinstance(given, Unknown):
            return Role(given.origin, unknown=given)
        logical_id = _logical_id(given)
        if logical_id == GENERATED_ROLE:
            return self._generated_role()
        role = self.resources.get(logical_id) if logical_id else None
        if isinstance(role, Unknown):
            return Role(given.origin, unknown=role)
        if role is None or logical_id is None:
            return Role(given.origin, unknown=Unknown("role_elsewhere", given.origin))
        statements: list[Statement | Unknown] = []
        for policy in items_of(role.get("Policies")):
            statements.extend(_policy_statements(policy))
        managed = []
        for arn in items_of(role.get("ManagedPolicyArns")):
            local = self.resources.entries.get(_logical_id(arn) or "")
            if local is not None and text_of(local.type) == "AWS::IAM::ManagedPolicy":
                statements.extend(_policy_statements(local.properties))
            else:
                managed.append(arn)
        return Role(role.origin, (*statements, *self._attached.get(logical_id, ())), tuple(managed))

    def _attached_statements(self) -> dict[str, list[Statement | Unknown]]:
        """The statements of the policies in `resources` that attach themselves to roles, by the role's logical id."""
        attached: dict[str, list[Statement | Unknown]] = {}
        for resource in self.resources.entries.values():
            if text_of(resource.type) not in _POLICY_TYPES:
                continue
            for name in (*items_of(resource.get("Roles")), *items_of(resource.get("RoleName"))):
                role = _logical_id(name)
                if role is not None:
                    attached.setdefault(role, []).extend(_policy_statements(resource.properties))
        return attached

    def _destination_statements(self) -> Iterator[Statement]:
        """`sqs:SendMessage` for each failure destination of type sqs: the framework adds it to the generated role."""
        for body in self.functions.entries.values():
            failure = value_at(body, "destinations", "onFailure")
            if isinstance(failure, Mapping) and text_of(failure.get("type")) == "sqs":
                arn = failure.get("arn")
                if arn is not None:
                    yield Statement(
                        origin=arn.origin,
                        source="framework",
                        effect=Scalar("Allow", arn.origin),
                        actions=(Scalar("sqs:SendMessage", arn.origin),),
                        not_actions=None,
                        resources=(arn,),
                        not_resources=None,
                        condition=None,
                        body=None,
                    )


def _statements(value: Value | None, source: EffectSource) -> Iterator[Statement | Unknown]:
    for item in items_of(value):
        if isinstance(item, Mapping):
            yield _statement(item, source)
        elif isinstance(item, Unknown):
            yield item
        elif isinstance(item, Sequence):
            yield from _statements(item, source)


def _policy_statements(policy: Value | None) -> Iterator[Statement | Unknown]:
    """The statements of a policy's document."""
    if isinstance(policy, Unknown):
        yield policy
        return
    document = value_at(policy, "PolicyDocument")
    if isinstance(document, Unknown):
        yield document
    else:
        yield from _statements(value_at(document, "Statement"), "role")


def _statement(body: Mapping, source: EffectSource) -> Statement:
    condition = body.get("Condition")
    return Statement(
        origin=body.origin,
        source=source,
        effect=body.get("Effect"),
        actions=_listed(body, "Action"),
        not_actions=_listed(body, "NotAction"),
        resources=_listed(body, "Resource"),
        not_resources=_listed(body, "NotResource"),
        condition=None if is_empty(condition) or condition is None else condition.origin,
        body=body,
    )


def _listed(body: Mapping, key: str) -> tuple[Value, ...] | None:
    value = body.get(key)
    return None if value is None else items_of(value)


def written_statements(
    document: Mapping, provider: Mapping, functions: Mapping, template: Mapping
) -> tuple[WrittenStatement, ...]:
    """Every statement of the file, in file order, with the place it stands in."""
    readers = _readers(provider, functions, template)
    found: dict[tuple[str, int, int], WrittenStatement] = {}
    for _, value in walk(document):
        if isinstance(value, Mapping) and _is_statement(value) and value.origin.place not in found:
            path = value.origin.use.path
            elsewhere = (None, path.rpartition("[")[0] if path.endswith("]") else path)
            reader, holder = readers.get(value.origin.place, elsewhere)
            found[value.origin.place] = WrittenStatement(_statement(value, "provider"), holder, reader)
    return tuple(found.values())


def _readers(
    provider: Mapping, functions: Mapping, template: Mapping
) -> dict[tuple[str, int, int], tuple[str | None, str]]:
    """Who might read the statement at a place, and the path it is read from, which a variable may have pulled it to."""
    lists: list[tuple[str, str, Value | None]] = [
        (name, f"functions.{name}.iamRoleStatements", value_at(body, "iamRoleStatements"))
        for name, body in functions.entries.items()
    ]
    lists.append(("provider", "provider.iamRoleStatements", provider.get("iamRoleStatements")))
    lists.append(("provider", "provider.iam.role.statements", value_at(provider, "iam", "role", "statements")))
    readers: dict[tuple[str, int, int], tuple[str | None, str]] = {
        value.origin.place: ("resources", "resources") for _, value in walk(template) if isinstance(value, Mapping)
    }
    for reader, path, listed in lists:
        readers.update({item.origin.place: (reader, path) for item in items_of(listed)})
    return readers


def _is_statement(value: Mapping) -> bool:
    """Whether a mapping reads like a statement of a role; one with a principal belongs to a queue or to trust."""
    if "Principal" in value or "NotPrincipal" in value:
        return False
    return ("Action" in value or "NotAction" in value) and ("Effect" in value or "Resource" in value)


def _logical_id(value: Value) -> str | None:
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
