"""The HTTP side of the server, which scores nothing itself."""

import asyncio
import contextlib
import hmac
import time
from collections.abc import AsyncGenerator, Callable
from typing import Any

from synthesis.adapters.missing import need
from synthesis.adapters.serving.metrics import TEXT, Metrics
from synthesis.adapters.serving.pool import Pool
from synthesis.adapters.serving.requests import InvalidError, Request, read_request
from synthesis.adapters.serving.settings import Serving
from synthesis.adapters.serving.waiting import BusyError
from synthesis.core.errors import MachineError

_BODY_SECONDS = 30.0
"""Seconds that a client may take to send a request."""


class Refused(Exception):  # noqa: N818  (a response, not an error)
    """A request that is answered with an error status."""

    def __init__(self, status: int, words: str, **more: Any) -> None:
        super().__init__(words)
        self.status = status
        self.body = {"error": words, **more}
        self.headers: dict[str, str] = {}


def app_of(
    dataset: str,
    settings: Serving,
    token: str,
    on_ready: Callable[[], None],
    on_failure: Callable[[MachineError], None],
) -> Any:
    """Return the server as an ASGI application. Its worker processes start and end with it.

    Args:
        dataset: the folder, or its URL.
        settings: the settings of the server.
        token: the token that clients must send; empty if none.
        on_ready: called when answers can be scored.
        on_failure: called with the error if they cannot, before the server ends.

    Raises:
        MissingLibraryError: if a required library is not installed.
    """
    applications = need("starlette.applications", "'irsmith[serve]'")
    routing = need("starlette.routing", "'irsmith[serve]'")
    answering = _Answering(dataset, settings, token)

    @contextlib.asynccontextmanager
    async def lifespan(_: Any) -> AsyncGenerator[None]:
        try:
            await answering.pool.start()
        except MachineError as error:
            on_failure(error)
            raise
        on_ready()
        yield
        await answering.pool.close()

    routes = [
        routing.Route("/score", answering.score, methods=["POST"]),
        routing.Route("/health", answering.health),
        routing.Route("/ready", answering.ready),
        routing.Route("/metrics", answering.show_metrics),
    ]
    return applications.Starlette(routes=routes, lifespan=lifespan)


class _Answering:
    """The request handlers."""

    def __init__(self, dataset: str, settings: Serving, token: str) -> None:
        self._responses = need("starlette.responses", "'irsmith[serve]'")
        self._settings = settings
        self._token = token
        self._metrics = Metrics()
        self.pool = Pool(dataset, settings, self._metrics)

    async def health(self, _: Any) -> Any:
        """Report that the server is running."""
        return self._responses.JSONResponse({"status": "ok"})

    async def ready(self, _: Any) -> Any:
        """Report whether answers can be scored now."""
        ready = self.pool.ready
        body = {"ready": bool(ready), "workers": ready, "waiting": len(self.pool.line)}
        return self._responses.JSONResponse(body, status_code=200 if ready else 503)

    async def show_metrics(self, _: Any) -> Any:
        """Return the metrics."""
        self._metrics.waiting.set(len(self.pool.line))
        return self._responses.Response(self._metrics.to_text(), media_type=TEXT)

    async def score(self, request: Any) -> Any:
        """Return the scores of one or several answers."""
        began = time.monotonic()
        try:
            self._admit(request)
            content = await self._read(request)
            scores = await self._scores(request, content)
        except Refused as refused:
            self._metrics.requests.labels(str(refused.status)).inc()
            return self._responses.JSONResponse(refused.body, status_code=refused.status, headers=refused.headers)
        self._metrics.requests.labels("200").inc()
        self._metrics.latency.observe(time.monotonic() - began)
        self._metrics.scored(scores)
        return self._responses.JSONResponse(scores[0] if content.is_single else {"scores": scores})

    def _admit(self, request: Any) -> None:
        shown = request.headers.get("authorization", "")
        if self._token and not hmac.compare_digest(shown.encode(), f"Bearer {self._token}".encode()):
            raise Refused(401, "a token is needed: Authorization: Bearer …")

    async def _read(self, request: Any) -> Request:
        """Read and check the request."""
        most = self._settings.body_limit << 20
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > most:
            raise _too_large(self._settings)
        parts, size = list[bytes](), 0
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                async for part in request.stream():
                    parts.append(part)
                    size += len(part)
                    if size > most:
                        raise _too_large(self._settings)
        except TimeoutError as error:
            raise Refused(408, f"the request took more than {_BODY_SECONDS:g} s to arrive") from error
        try:
            return read_request(b"".join(parts), self._settings.queue)
        except InvalidError as error:
            raise Refused(422, "the request cannot be scored", problems=error.problems) from error

    async def _scores(self, request: Any, content: Request) -> list[dict[str, Any]]:
        """Return the scores, in order. If the client disconnects, its waiting answers are not scored."""
        try:
            waiting = self.pool.line.join(content.answers, self.pool.ready)
        except BusyError as error:
            refused = Refused(503, str(error))
            refused.headers["Retry-After"] = f"{error.seconds:.0f}"
            raise refused from error
        replies = asyncio.gather(*(each.reply for each in waiting))
        gone = asyncio.create_task(_gone(request))
        try:
            done, _ = await asyncio.wait(
                {replies, gone}, timeout=self._settings.wait_limit, return_when=asyncio.FIRST_COMPLETED
            )
            if replies not in done:
                raise Refused(499, "the client is gone") if gone in done else Refused(504, _late(self._settings))
            return _accepted(replies.result(), content)
        except MachineError as error:
            raise Refused(500, str(error)) from error
        finally:
            gone.cancel()
            replies.cancel()
            with contextlib.suppress(asyncio.CancelledError, MachineError):
                await replies


def _accepted(replies: list[dict[str, Any]], content: Request) -> list[dict[str, Any]]:
    """Return the replies if all are scores; otherwise refuse the request."""
    refused = {
        f"answers[{n}]" if not content.is_single else "body": each["refused"]
        for n, each in enumerate(replies)
        if "refused" in each
    }
    if refused:
        raise Refused(422, "the request cannot be scored", problems=dict(list(refused.items())[:20]))
    return replies


async def _gone(request: Any) -> None:
    """Wait until the client disconnects."""
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return


def _too_large(settings: Serving) -> Refused:
    return Refused(413, f"a request may have {settings.body_limit} MiB")


def _late(settings: Serving) -> str:
    return f"not finished after {settings.wait_limit:g} s"
