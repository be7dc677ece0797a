"""Requests scores from an ``irsmith serve`` server."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from synthesis.core.errors import ConfigError, MachineError
from synthesis.scoring.scores import Score, Step

TOKEN = "IRSMITH_TOKEN"  # noqa: S105  (the name of a variable)
BATCH_SIZE = 200
"""Maximum number of answers in one request."""
_RETRY_SECONDS = 600.0
"""Seconds during which a request to a busy server is repeated."""
_WAIT = 660.0
"""Timeout of one request in seconds."""


class Server:
    """A server that scores.

    Args:
        url: the URL, such as ``http://127.0.0.1:8000``.
        token: the token, if the server requires one; the environment variable ``IRSMITH_TOKEN`` if None.

    Raises:
        ConfigError: if the URL is not an HTTP URL.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        if not url.startswith(("http://", "https://")):
            raise ConfigError(f"url must be like http://127.0.0.1:8000, got {url!r}")
        self._url = f"{url.rstrip('/')}/score"
        self._token = os.environ.get(TOKEN, "") if token is None else token

    def score(self, entries: Sequence[Mapping[str, str]], seed: int | None) -> list[Score]:
        """Return a score for each answer, in order.

        Raises:
            ConfigError: if the server rejects them, with its message.
            MachineError: if it cannot be reached, or stays too busy.
        """
        found: list[Score] = []
        for start in range(0, len(entries), BATCH_SIZE):
            body: dict[str, Any] = {"answers": entries[start : start + BATCH_SIZE]}
            answer = self._ask(json.dumps(body if seed is None else {**body, "seed": seed}).encode())
            found += [score_of(each) for each in answer["scores"]]
        return found

    def _ask(self, body: bytes) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        until = time.monotonic() + _RETRY_SECONDS
        while True:
            request = urllib.request.Request(self._url, data=body, headers=headers)  # noqa: S310  (it is HTTP)
            try:
                with urllib.request.urlopen(request, timeout=_WAIT) as answer:  # noqa: S310
                    return json.loads(answer.read())
            except urllib.error.HTTPError as error:
                words = error.read(2000).decode("utf-8", "replace")
                if error.code != 503 or time.monotonic() > until:
                    kind = MachineError if error.code >= 500 else ConfigError
                    raise kind(f"{self._url} answers {error.code}: {words}") from error
                time.sleep(_seconds(error.headers.get("Retry-After")))
            except (OSError, ValueError) as error:
                raise MachineError(f"no answer from {self._url}: {error}") from error


def _seconds(header: str | None) -> float:
    try:
        return min(30.0, max(0.05, float(header or 1)))
    except ValueError:
        return 1.0


def score_of(entry: Mapping[str, Any]) -> Score:
    """Return the score from the output of :meth:`synthesis.Score.to_json`."""
    return Score(
        value=float(entry["value"]),
        step=Step(entry["step"]),
        symptom=str(entry["symptom"]),
        message=str(entry["message"]),
        same_text=bool(entry["same_text"]),
    )
