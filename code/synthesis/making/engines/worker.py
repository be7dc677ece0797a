"""A worker of the local engine: a process that makes the chunks it is told to, and says what happens.

Lines of JSON go both ways through one socket: first the order, then a chunk at a time; back come the events. When the
other side is gone, whatever the reason, the worker ends at once, and with it all that it has started.
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
from synthesis.core.settings import Verification, run_of
from synthesis.dataset.storage.chunks import Chunk
from synthesis.making.engines.base import Begun, Event, Failed, Made, Opened, Order, Settled, Staffed, Stepped
from synthesis.making.engines.inline import make_chunks


def serve(descriptor: int) -> None:
    """A worker's whole life."""
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
    """Sends warnings to the other side, where somebody may see them."""

    def __init__(self, send: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__(logging.WARNING)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        """Send one."""
        self._send({"warning": record.getMessage()})


def _listen(incoming: BinaryIO, chunks: "queue.SimpleQueue[Chunk]") -> None:
    with contextlib.suppress(ConnectionError):  # one that is killed with words unread resets the connection
        for line in incoming:
            start, stop = json.loads(line)
            chunks.put(Chunk(start, stop))
    os._exit(0)  # nobody is there any more to work for


def write_order(order: Order) -> bytes:
    """An order as a line."""
    verifies = isinstance(order.settings, Verification)
    entry = {"settings": order.settings.to_json(), "verifies": verifies, "where": order.where}
    return json.dumps(entry).encode() + b"\n"


def read_order(line: bytes) -> Order:
    """The order that a line holds."""
    entry = json.loads(line)
    read = Verification.from_json if entry["verifies"] else run_of
    return Order(read(entry["settings"]), entry["where"])


def write_event(event: Event) -> dict[str, Any]:
    """An event as JSON values; of which chunk is known to the other side."""
    match event:
        case Begun():
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
    """The events that are in an entry, of the chunk that its worker is at."""
    if "begun" in entry:
        yield Begun(chunk)
    if "step" in entry:
        yield Stepped(chunk, entry["step"], entry["stage"])
    if "opened" in entry:
        yield Opened(chunk, entry["opened"])
    if "row" in entry:
        yield Settled(chunk, entry["row"])
    if "made" in entry:
        yield Made(chunk, entry["made"])
