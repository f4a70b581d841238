"""The variables of a submission's own `.env`, for a service that says `useDotenv: true`.

`.env.<stage>` replaces `.env`, it does not add to it; what the environment has already wins over both (framework 3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Mapping_

from checker.errors import CheckError
from checker.model import Mapping, Scalar
from checker.serverless.files import SubmissionFiles
from checker.serverless.resolving import Resolver, Settings

_REFERENCE = re.compile(r"(?<!\\)\$\{?(\w+)\}?")


def with_dotenv(document: Mapping, settings: Settings, folder: SubmissionFiles) -> Settings:
    """The settings with the variables of the `.env` that the service's stage selects.

    The stage and `useDotenv` itself are resolved without them, as the framework does.
    """
    if "useDotenv" not in document:
        return settings
    resolver = Resolver(document, settings)
    wanted = resolver.at("useDotenv")
    if not isinstance(wanted, Scalar) or wanted.value is not True:
        return settings
    stage = resolver.stage()
    content = None
    if isinstance(stage, Scalar):
        content = _read(folder, f".env.{stage.text}")
    if content is None:
        content = _read(folder, ".env")
    if content is None:
        return settings
    given = _parse(content, settings.environment)
    return settings._replace(
        environment={**given, **settings.environment},
        disputed=frozenset(name for name in resolver.missing_environment if given.get(name)),
    )


def _read(folder: SubmissionFiles, name: str) -> str | None:
    if "/" in name or "\\" in name:
        return None
    try:
        content = folder.read(name)
    except CheckError:
        return None
    return None if content is None else content.decode("utf-8", "replace")


def _parse(content: str, environment: Mapping_[str, str]) -> dict[str, str]:
    """The variables of a file; `$NAME` and `${NAME}` in their values stand for others, the environment's first."""
    from io import StringIO

    from dotenv import dotenv_values

    values = dotenv_values(stream=StringIO(content), interpolate=False)
    given = {name: value for name, value in values.items() if value is not None}
    known = {**given, **environment}
    return {name: _REFERENCE.sub(lambda found: known.get(found.group(1), ""), value) for name, value in given.items()}
