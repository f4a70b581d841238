"""Starts and stops the stand-in for AWS. moto is imported only when one starts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from checker.errors import UsageError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_HOST = "127.0.0.1"
_POLL = 0.02  # seconds until the server notices that it shall stop


class StandIn:
    """moto behind real HTTP on 127.0.0.1, mended so that a deployed stack looks as on AWS.

    It starts empty and listens when the constructor returns. `wrap` may put a WSGI application in front of it.
    moto keeps its state in the process, so a second one at the same time would share, and first empty, that state.
    Raises UsageError when moto is not installed.
    """

    def __init__(
        self, *, region: str = "us-east-2", wrap: Callable[[WSGIApplication], WSGIApplication] | None = None
    ) -> None:
        try:
            from werkzeug.serving import make_server

            from checker.standin import application
        except ImportError as error:
            raise UsageError("the demo needs moto: pip install 'rydecheck[demo]'") from error
        self.region = region
        app = application.create()
        self._server = make_server(
            _HOST, 0, wrap(app) if wrap else app, threaded=True, request_handler=application.Handler
        )
        self._undo = ExitStack()
        application.mend(self._undo)
        self._empty = application.empty
        self._empty()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL,), daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def url(self) -> str:
        """The endpoint of every service."""
        return f"http://{_HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What an AWS SDK needs in its environment to speak with the stand-in, and never with the real AWS."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
            "AWS_ACCESS_KEY_ID": "standin",
            "AWS_SECRET_ACCESS_KEY": "standin",
            "AWS_SESSION_TOKEN": "standin",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            # A person's own profiles may name roles, endpoints and regions.
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "NO_PROXY": _HOST,
            "no_proxy": _HOST,
        }

    def reset(self) -> None:
        """Forget everything that was deployed."""
        self._empty()

    def close(self) -> None:
        """Stop listening, forget everything and leave moto as it was."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._empty()
        self._undo.close()

    def __enter__(self) -> StandIn:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
