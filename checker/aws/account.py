"""The way to one AWS account: a session, its clients, and what each kind of refusal means."""

from __future__ import annotations

import os
import threading
from functools import lru_cache
from typing import Any, NamedTuple

from checker.aws.calls import Call
from checker.aws.values import origin_of
from checker.errors import CheckError
from checker.model import Unknown
from checker.wording import shown

CONNECT_SECONDS = 5
READ_SECONDS = 10
CREDENTIAL_SECONDS = 25
_ATTEMPTS = 7  # so that a call survives more than four refusals in a row
_CONNECTIONS_TRIED = 2
_SAME_TIME = 50  # ten calls of a stack, and some stacks of one account at a time

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
_SIGN_IN = "Sign in again, or choose others with --profile or AWS_PROFILE."
_TRUST = "The role's trust policy must name whom you are signed in as, and you need sts:AssumeRole for the role."
_DENIED = frozenset(("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"))
_ABSENT = frozenset(
    (
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchEntity",
        "NotFound",
        "ObjectNotFoundException",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    )
)


class Access(NamedTuple):
    """How to reach an account: what the command line or a roster says, the rest by boto3's own chain.

    `role_arn` is a role to take on with the credentials so found.
    """

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    role_arn: str | None = None


class Account:
    """One account in one region. Calls may be made from several threads."""

    def __init__(self, access: Access) -> None:
        """Find credentials and a region. Raises CheckError `credentials` or `no-region`."""
        # boto3 itself knows AWS_DEFAULT_REGION only; the AWS command line, AWS_REGION before it.
        region = access.region or os.environ.get("AWS_REGION") or None
        self.endpoint_url = access.endpoint_url
        self._session = _credentialed(access._replace(region=region))
        if not self._session.region_name:
            raise _no_region("there is no region to look in")
        self.region: str = self._session.region_name
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()  # making clients is the one thing that a session cannot do in several threads

    def call(self, call: Call, **parameters: Any) -> dict[str, Any] | Unknown | None:
        """The answer of a call, all its pages together; None when what it asks for does not exist.

        Unknown when the account refuses the call, or too many are made at once for too long. Raises CheckError
        `credentials`, `no-region` or `unreachable`.
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
            return self._refusal(call, error)
        except (exceptions.InvalidRegionError, exceptions.NoRegionError):
            raise _no_region(f"`{shown(self.region)}` is no region") from None
        except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
            raise _no_credentials(str(error)) from None
        except Exception as error:  # what answers there is no AWS, or nothing does
            raise self._unreachable(call, type(error).__name__) from None
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

    def _refusal(self, call: Call, error: Any) -> Unknown | None:
        """What an error that AWS answered means; None when what was asked for does not exist."""
        details = error.response.get("Error", {})
        code, message = str(details.get("Code", "")), str(details.get("Message", ""))
        if code in _CREDENTIALS:
            raise _no_credentials(message or code)
        if code == "" or code.isdecimal():  # whoever answers so is no AWS
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", code)
            raise self._unreachable(call, f"HTTP status {status}")
        if code in _ABSENT or (code == "ValidationError" and "does not exist" in message):
            return None
        facts = (("action", call.action), ("problem", code))
        return Unknown("denied" if code in _DENIED else "refused", origin_of(call, ""), facts)

    def _unreachable(self, call: Call, problem: str) -> CheckError:
        where = f"the endpoint of {call.service} in {self.region}"
        if self.endpoint_url is not None:  # a user's name and password may stand in it
            where = self.endpoint_url.rpartition("@")[2]
        return CheckError(
            "unreachable",
            f"{shown(where)} does not answer as AWS does ({problem}).",
            advice="Check the connection, the region and --endpoint-url.",
        )


class Accounts:
    """Accounts by the way to them, each looked for once: a class asks one account for many stacks.

    Who waits for one way holds up nobody on another. A way that led nowhere is not tried again, or a class whose role
    may not be assumed would wait for it once per attendee.
    """

    def __init__(self) -> None:
        self._ways: dict[Access, _Way] = {}
        self._lock = threading.Lock()

    def at(self, access: Access) -> Account:
        """Raises CheckError `credentials` or `no-region`."""
        with self._lock:
            way = self._ways.setdefault(access, _Way(access))
        return way.account()


class _Way:
    """The way to one account, which the first who asks goes, and the others wait for."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._found: Account | CheckError | None = None
        self._lock = threading.Lock()

    def account(self) -> Account:
        with self._lock:
            if self._found is None:
                try:
                    self._found = Account(self._access)
                except CheckError as error:
                    self._found = error
        if isinstance(self._found, CheckError):
            raise self._found.with_traceback(None)
        return self._found


@lru_cache(maxsize=1)
def _service_descriptions() -> Any:
    """What botocore knows of the services, read once for all accounts: it is most of the work of making a client."""
    from botocore.loaders import Loader

    return Loader()


def _session(access: Access) -> Any:
    import boto3
    from botocore.session import Session

    core = Session()
    loader = _service_descriptions()
    core.register_component("data_loader", loader)
    session = boto3.Session(botocore_session=core, profile_name=access.profile, region_name=access.region)
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)  # each session adds boto3's own place again
    if access.role_arn is not None:
        _take_on(core, access)
    return session


def _take_on(core: Any, access: Access) -> None:
    """Let a session use a role, by the credentials that it has; botocore renews them before they expire."""
    from functools import partial

    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.exceptions import NoCredentialsError

    source = core.get_credentials()
    if source is None:
        raise NoCredentialsError
    fetcher = AssumeRoleCredentialFetcher(
        partial(core.create_client, endpoint_url=access.endpoint_url),
        source,
        access.role_arn,
        extra_args={"RoleSessionName": "rydecheck"},
    )
    core._credentials = DeferredRefreshableCredentials(fetcher.fetch_credentials, "assume-role")


def _credentialed(access: Access) -> Any:
    """A session whose credentials were found and can be used. Raises CheckError `credentials`.

    Finding them may run a program, ask for a role or wait for a service that says nothing, so it gets some time only.
    """
    found: list[Any] = []

    def find() -> None:
        try:
            session = _session(access)
            credentials = session.get_credentials()
            if credentials is not None:
                credentials.get_frozen_credentials()
            found.append(session if credentials is not None else _no_credentials("there are none"))
        except Exception as error:  # a profile's program may fail in any way
            found.append(_no_credentials(_told(error), _advice(error, access)))

    thread = threading.Thread(target=find, daemon=True)
    thread.start()
    thread.join(CREDENTIAL_SECONDS)
    outcome = found[0] if found else _no_credentials(f"finding them took longer than {CREDENTIAL_SECONDS} seconds")
    if isinstance(outcome, CheckError):
        raise outcome
    return outcome


def _told(error: Exception) -> str:
    """What kept credentials from being found. What a profile's program says may be secret, and is not told."""
    from botocore import exceptions

    told = (exceptions.ProfileNotFound, exceptions.PartialCredentialsError, exceptions.ClientError)
    if isinstance(error, told) or (isinstance(error, exceptions.BotoCoreError) and "SSO" in type(error).__name__):
        return str(error)
    return f"those of this profile cannot be had ({type(error).__name__})"


def _advice(error: Exception, access: Access) -> str:
    """What to do about credentials that could not be found: signing in again opens no role that trusts others."""
    from botocore.exceptions import ClientError

    if access.role_arn is None or not isinstance(error, ClientError):
        return _SIGN_IN
    is_denied = error.response.get("Error", {}).get("Code") in _DENIED
    return _TRUST if is_denied else _SIGN_IN


def _give_up_connecting(attempts: int, caught_exception: Exception | None, **_: object) -> None:
    """End the retries of a connection that cannot be made: unlike a refusal, waiting does not help it."""
    if caught_exception is not None and attempts >= _CONNECTIONS_TRIED:
        raise caught_exception


def _no_region(problem: str) -> CheckError:
    return CheckError("no-region", f"{problem}.", advice="Pass --region, or set AWS_REGION.")


def _no_credentials(problem: str, advice: str = _SIGN_IN) -> CheckError:
    return CheckError(
        "credentials", f"no credentials of AWS can be used: {shown(problem.strip().rstrip('.'))}.", advice=advice
    )
