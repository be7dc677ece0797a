"""Runs the HTTP server that scores answers."""

import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synthesis.adapters.missing import need
from synthesis.adapters.serving.app import app_of
from synthesis.adapters.serving.settings import Serving
from synthesis.core.errors import ConfigError, MachineError
from synthesis.dataset.storage.index import RowIndex
from synthesis.frontends.registry import frontend_names, warn_of_releases

_BACKLOG = 1024
"""Maximum number of connections waiting to be accepted."""


@dataclass(frozen=True, slots=True)
class Listening:
    """The address and state of a running server."""

    url: str
    rows: int
    """Number of rows of the data set that is served."""
    workers: int
    is_local: bool
    """Whether only this machine can reach the server."""
    has_token: bool


def serve(
    dataset: str,
    *,
    token: str | None = None,
    settings: Serving | None = None,
    on_ready: Callable[[Listening], None] | None = None,
    **fields: Any,
) -> None:
    """Score answers over HTTP until the process is terminated.

    On SIGTERM or SIGINT it accepts no more requests, and ends when the current ones are answered.

    Args:
        dataset: the folder of the rows that are answered, or its URL.
        token: the token that clients must send (``Authorization: Bearer …``); the environment variable
            ``IRSMITH_TOKEN`` if None.
        settings: the settings of the server.
        on_ready: called when answers can be scored.
        fields: fields of :class:`synthesis.adapters.serving.settings.Serving` by name, instead of ``settings``.

    Raises:
        ConfigError: for invalid settings, or an address that is in use.
        TargetError: if there is no such data set.
        MissingLibraryError: if a required library is not installed.
        MachineError: if no process can score.
    """
    chosen = Serving.of(**fields) if settings is None else settings
    secret = os.environ.get("IRSMITH_TOKEN", "") if token is None else token
    uvicorn = need("uvicorn", "'irsmith[serve]'")
    rows = len(RowIndex(dataset))
    for name in frontend_names():
        warn_of_releases(name)
    with _listen(chosen) as listener:
        host, port = listener.getsockname()[:2]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        listening = Listening(url, rows, chosen.workers, chosen.is_local, bool(secret))
        failures: list[BaseException] = []
        app = app_of(dataset, chosen, secret, lambda: on_ready(listening) if on_ready else None, failures.append)
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_keep_alive=30, lifespan="on"
        )
        before = signal.signal(signal.SIGTERM, _pass)  # uvicorn raises it again when it ends
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            signal.signal(signal.SIGTERM, before)
        if failures:
            raise MachineError(str(failures[0])) from failures[0]


def _pass(number: int, frame: object) -> None:
    """Ignore a signal."""


def _listen(settings: Serving) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise ConfigError(f"cannot listen at {settings.host}:{settings.port}: {error.strerror or error}") from error
