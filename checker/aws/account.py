"""The way to one AWS account: a session, its clients, and what each kind of refusal means."""

from __future__ import annotations

from threading import Lock
from typing import Any, NamedTuple

from checker.aws.calls import Call
from checker.aws.values import origin_of
from checker.errors import CheckError
from checker.model import Unknown
from checker.wording import shown

CONNECT_SECONDS = 5
READ_SECONDS = 10
_ATTEMPTS = 7  # so that a call survives more than four refusals in a row
_CONNECTIONS_TRIED = 2
_SAME_TIME = 10

_CREDENTIALS = frozenset(
    (
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    )
)
_DENIED = frozenset(("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"))
_ABSENT = frozenset(
    (
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchEntity",
        "ObjectNotFoundException",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    )
)


class Access(NamedTuple):
    """How to reach an account: what the command line says, the rest by boto3's own chain."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None


class Account:
    """One account in one region. Calls may be made from several threads."""

    def __init__(self, access: Access) -> None:
        """Find credentials and a region. Raises CheckError `credentials` or `no-region`."""
        import boto3
        from botocore.exceptions import BotoCoreError

        try:
            self._session = boto3.Session(profile_name=access.profile, region_name=access.region)
            credentials = self._session.get_credentials()
        except BotoCoreError as error:
            raise _credentials(str(error)) from None
        if credentials is None:
            raise _credentials("no credentials were found")
        if not self._session.region_name:
            raise CheckError(
                "no-region",
                "there is no region to look in.",
                advice="Pass --region, or set AWS_REGION.",
            )
        self.region: str = self._session.region_name
        self.endpoint_url = access.endpoint_url
        self._clients: dict[str, Any] = {}
        self._lock = Lock()  # making clients is the one thing that a session cannot do in several threads

    def call(self, call: Call, **parameters: Any) -> dict[str, Any] | Unknown | None:
        """The answer of a call, all its pages together; None when what it asks for does not exist.

        Unknown when the account refuses the call, or too many are made at once for too long. Raises CheckError
        `credentials` or `unreachable`.
        """
        from botocore import exceptions, xform_name

        try:
            client = self._client(call.service)
            method = xform_name(call.operation)
            if client.can_paginate(method):
                answer = client.get_paginator(method).paginate(**parameters).build_full_result()
            else:
                answer = getattr(client, method)(**parameters)
        except exceptions.ClientError as error:
            return _refusal(call, error)
        except exceptions.NoRegionError:
            raise CheckError("no-region", "there is no region to look in.", advice="Pass --region.") from None
        except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
            raise self._unreachable(call, error) from None
        except (exceptions.BotoCoreError, ValueError) as error:
            if isinstance(error, ValueError) and "endpoint" in str(error).lower():
                raise self._unreachable(call, error) from None
            raise _credentials(str(error)) from None
        found: dict[str, Any] = answer
        return found

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                from botocore.config import Config

                config = Config(
                    connect_timeout=CONNECT_SECONDS,
                    read_timeout=READ_SECONDS,
                    max_pool_connections=_SAME_TIME,
                    retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS},
                )
                client = self._session.client(service, config=config, endpoint_url=self.endpoint_url)
                client.meta.events.register_first("needs-retry", _give_up_connecting)
                self._clients[service] = client
            return self._clients[service]

    def _unreachable(self, call: Call, error: Exception) -> CheckError:
        where = self.endpoint_url or f"the endpoint of {call.service} in {self.region}"
        return CheckError(
            "unreachable",
            f"{shown(where)} does not answer ({type(error).__name__}).",
            advice="Check the connection, the region and --endpoint-url.",
        )


def _give_up_connecting(attempts: int, caught_exception: Exception | None, **_: object) -> None:
    """End the retries of a connection that cannot be made: unlike a refusal, waiting does not help it."""
    if caught_exception is not None and attempts >= _CONNECTIONS_TRIED:
        raise caught_exception


def _refusal(call: Call, error: Any) -> Unknown | None:
    """What an error that AWS answered means; None when what was asked for does not exist."""
    details = error.response.get("Error", {})
    code, message = str(details.get("Code", "")), str(details.get("Message", ""))
    if code in _CREDENTIALS:
        raise _credentials(message or code)
    if code in _ABSENT or (code == "ValidationError" and "does not exist" in message):
        return None
    facts = (("action", call.action), ("problem", code))
    return Unknown("denied" if code in _DENIED else "refused", origin_of(call, ""), facts)


def _credentials(problem: str) -> CheckError:
    said = shown(problem.strip().rstrip("."))
    return CheckError(
        "credentials",
        f"AWS does not take the credentials: {said}.",
        advice="Sign in again, or choose others with --profile or AWS_PROFILE.",
    )
