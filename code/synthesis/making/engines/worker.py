"""A worker of the local engine: a process that makes the chunks it receives and reports events.

JSON lines are exchanged through one socket. The worker receives the order and then one chunk at a time, and sends
events. When the other side closes the socket, the worker exits at once, with all processes that it has started.
"""

import contextlib
import errno
import json
import logging
import os
import queue
import socket
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO

from synthesis.core.errors import IrsmithError, NoSpaceError
from synthesis.core.garbage import collect_rarely
from synthesis.core.run_settings import run_of
from synthesis.core.settings import Verification
from synthesis.dataset.storage.chunks import Chunk
from synthesis.making.engines.base import Event, Failed, Made, Opened, Order, Settled, Staffed, Started, Stepped
from synthesis.making.engines.inline import make_chunks


def serve(descriptor: int) -> None:
    """Run a worker until its parent is gone."""
    collect_rarely()
    with socket.socket(fileno=descriptor) as parent:
        incoming, outgoing = parent.makefile("rb"), parent.makefile("wb")
        order = read_order(incoming.readline())
        chunks: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
        threading.Thread(target=_listen, args=(incoming, chunks), daemon=True).start()

        def send(entry: Mapping[str, Any]) -> None:
            outgoing.write(json.dumps(entry).encode() + b"\n")
            outgoing.flush()

        logging.getLogger("synthesis").addHandler(_Warnings(send))
        try:
            make_chunks(order, iter(chunks.get, None), lambda event: send(write_event(event)))
        except IrsmithError as error:
            send({"error": type(error).__name__, "words": str(error)})
        except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                send({"error": NoSpaceError.__name__, "words": str(error)})
                return
            traceback.print_exc()
            send({"error": "", "words": f"{type(error).__name__}: {error}"})


class _Warnings(logging.Handler):
    """Sends warnings to the parent process, which can show them."""

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Send a warning to the parent process."""
        self._send({"warning": record.getMessage()})


def _listen(incoming: BinaryIO, chunks: "queue.SimpleQueue[Chunk]") -> None:
    with contextlib.suppress(ConnectionError):  # the parent was killed before it had read all messages
        for line in incoming:
            start, stop = json.loads(line)
            chunks.put(Chunk(start, stop))
    os._exit(0)  # the parent is gone


def write_order(order: Order) -> bytes:
    """Return an order as a line."""
    verifies = isinstance(order.settings, Verification)
    entry = {"settings": order.settings.to_json(), "verifies": verifies, "where": order.where}
    return json.dumps(entry).encode() + b"\n"


def read_order(line: bytes) -> Order:
    """Return the order that a line holds."""
    entry = json.loads(line)
    read = Verification.from_json if entry["verifies"] else run_of
    return Order(read(entry["settings"]), entry["where"])


def write_event(event: Event) -> dict[str, Any]:
    """Return an event as JSON values, without its chunk, which the parent knows."""
    match event:
        case Started():
            return {"begun": True}
        case Stepped():
            return {"step": event.part, "stage": event.stage}
        case Opened():
            return {"opened": event.what}
        case Settled():
            return {"row": event.is_row}
        case Made():
            return {"made": event.findings}
        case Failed() | Staffed():
            return {}


def read_events(entry: Mapping[str, Any], chunk: Chunk) -> Iterator[Event]:
    """Yield the events in a message from ``write_event``, for the chunk that the worker is making."""
    if "begun" in entry:
        yield Started(chunk)
    if "step" in entry:
        yield Stepped(chunk, entry["step"], entry["stage"])
    if "opened" in entry:
        yield Opened(chunk, entry["opened"])
    if "row" in entry:
        yield Settled(chunk, entry["row"])
    if "made" in entry:
        yield Made(chunk, entry["made"])
