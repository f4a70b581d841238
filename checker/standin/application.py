"""moto's web application, with its gaps filled."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app

from checker.standin import functions, roles, scaling, stacks, tables

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class Handler(MotoRequestHandler):
    """Tells of errors, but not of every request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def create() -> WSGIApplication:
    """The application that answers for all services, told apart by the signature of a request."""
    return DomainDispatcherApplication(create_backend_app)


def mend(undo: ExitStack) -> None:
    """Let moto behave as AWS does where a workshop's stack shows the difference, until `undo` is closed."""
    functions.mend(undo)
    roles.mend(undo)
    tables.mend(undo)
    stacks.mend(undo, {**functions.MODELS, **scaling.MODELS})


def empty() -> None:
    """Forget all resources of all services, as moto's own `/moto-api/reset` does."""
    BackendDict.reset()
    reset_model_data()
