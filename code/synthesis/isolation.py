"""One room for dangerous work: processes whose hang, crash or exit costs their own results and nothing else.

A zygote is a fresh Python that imports what is slow to import, once, and forks itself for each piece of work; so a
piece starts in milliseconds, and never in a process that has used Warp or JAX (JAX must not be forked once it has).
"""

import contextlib
import gc
import importlib
import os
import pickle
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import psutil

from synthesis.errors import Symptom

_LENGTH = struct.Struct("<q")
_RAISED = -1
_START_LIMIT = 600.0
_IDLE = 5.0
_BUSY = 0.005
"""The share of the clock that a process uses at least unless it only waits, on a machine with much else to do too."""
_GLANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualty:
    """The end of work that did not end by itself; the last item of its results."""

    symptom: Symptom
    """``TIMEOUT`` or ``CRASH``."""
    detail: str
    """What was seen: a signal, an exit status, a time."""


class Zygote:
    """Runs pieces of work, one at a time, each in a process of its own; a context manager.

    Args:
        preload: what is done before any work: a module to import, left out if it does not import, or a function as
            ``module:name`` and what it is called with, which can be pickled.
    """

    def __init__(self, preload: Sequence[str | tuple[str, Any]] = ()) -> None:
        self._preload = tuple(preload)

    def __enter__(self) -> "Zygote":
        """Start the process that is forked from."""
        self._socket, theirs = socket.socketpair()
        program = f"from synthesis.isolation import serve; serve({theirs.fileno()})"
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
        self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
            [sys.executable, "-c", program],
            pass_fds=[theirs.fileno()],
            env=environment,
            stdin=subprocess.DEVNULL,
            process_group=0,  # an interrupt at the terminal is for the command alone, which ends this process
        )
        theirs.close()
        _send(self._socket.fileno(), pickle.dumps(self._preload))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it; a piece of work that is still running is killed."""
        self._socket.close()
        self._process.terminate()
        self._process.wait()

    def run(
        self, work: Callable[[], Iterator[Any]], *, time_limit: float, first_limit: float | None = None
    ) -> Generator[Any]:
        """The items that ``work()`` yields, then a :class:`Casualty` if it came to harm.

        Items arrive as they are made, so what came before the harm is kept. Output of the process is dropped.

        Args:
            work: a picklable call, such as a ``partial`` of a module's function, that yields picklable items.
            time_limit: the most seconds of processor time that the next item may take, so that a machine with much else
                to do decides nothing. Work that waits, and so uses none, is given as long by the clock.
            first_limit: the same for the first item, before which work prepares itself; ``time_limit`` if None.

        Raises:
            Exception: what ``work`` itself raises.
        """
        reader, writer = os.pipe()
        try:
            socket.send_fds(self._socket, [b"w"], [writer])
        finally:
            os.close(writer)
        _send(self._socket.fileno(), pickle.dumps(work))
        (child,) = _LENGTH.unpack(_read(self._socket.fileno(), _LENGTH.size, _within(_START_LIMIT)))
        status = None
        try:
            clock = _Clock(child)
            late = yield from _receive(reader, clock, time_limit, time_limit if first_limit is None else first_limit)
            if late is not None:
                yield Casualty(symptom=Symptom.TIMEOUT, detail=f"no result within {late:g} s")
                return
            status = self._status()
            if status:
                what = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
                yield Casualty(symptom=Symptom.CRASH, detail=what)
        finally:
            os.close(reader)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child, signal.SIGKILL)
            if status is None:
                self._status()

    def _status(self) -> int:
        """The exit code of the work, negative for a signal; waits for its end."""
        return _LENGTH.unpack(_read(self._socket.fileno(), _LENGTH.size, _within(_START_LIMIT)))[0]


def serve(descriptor: int) -> None:
    """The zygote's own loop: for each piece of work, fork, say which process it is, and how it ended."""
    parent = socket.socket(fileno=descriptor)
    for entry in pickle.loads(_message(descriptor)):  # noqa: S301 (from our own parent)
        if isinstance(entry, tuple):
            place, argument = cast(tuple[str, Any], entry)
            module, _, function = place.partition(":")
            getattr(importlib.import_module(module), function)(argument)
        else:
            with contextlib.suppress(ImportError):
                importlib.import_module(entry)
    gc.freeze()  # what is imported is never garbage; looking at it would copy its pages
    while True:
        mark, writers, _, _ = socket.recv_fds(parent, 1, 1)
        if not mark:
            return
        work = _message(descriptor)
        child = os.fork()
        if child == 0:
            _work(work, writers[0], descriptor)
        os.close(writers[0])
        os.write(descriptor, _LENGTH.pack(child))
        _, status = os.waitpid(child, 0)
        os.write(descriptor, _LENGTH.pack(os.waitstatus_to_exitcode(status)))


def _work(pickled: bytes, writer: int, descriptor: int) -> None:
    """The forked process: send each item, then leave without running anything that was set up for a process's end."""
    status = 1
    try:
        os.setsid()
        os.close(descriptor)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        try:
            for item in pickle.loads(pickled)():  # noqa: S301 (from our own parent)
                _send(writer, pickle.dumps(item))
        except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
            _send(writer, pickle.dumps(error), raised=True)
        status = 0
    finally:
        os._exit(status)


class _Clock:
    """How much processor time a process and its finished children have used."""

    def __init__(self, process: int) -> None:
        self._process = process

    def used(self) -> float | None:
        """Seconds; None of a process that is gone."""
        try:
            times: Any = psutil.Process(self._process).cpu_times()
        except psutil.Error:
            return None
        return times.user + times.system + times.children_user + times.children_system


class _Deadline:
    """When a process has had its time for one item."""

    def __init__(self, clock: _Clock, limit: float) -> None:
        self._clock, self._limit = clock, limit
        self._began, self._used = time.monotonic(), clock.used() or 0.0
        self._checked, self._used_then = self._began, self._used

    def left(self) -> float:
        """Seconds until it may be over, at the earliest; none if it is."""
        now = time.monotonic()
        if now - self._began < self._limit:
            return self._began + self._limit - now
        used = self._clock.used()
        if used is None or used - self._used >= self._limit:
            return 0.0
        waited = now - self._checked
        if waited >= max(self._limit, _IDLE):
            if used - self._used_then < _BUSY * waited:
                return 0.0
            self._checked, self._used_then = now, used
        return max(_GLANCE, min(self._limit - (used - self._used), _IDLE))


def _receive(reader: int, clock: _Clock, time_limit: float, first_limit: float) -> Generator[Any, None, float | None]:
    """Items as they come; returns the limit if the next one took longer. The first has a limit of its own."""
    limit = first_limit
    while True:
        try:
            deadline = _Deadline(clock, limit)
            (length,) = _LENGTH.unpack(_read(reader, _LENGTH.size, deadline.left))
            limit = time_limit
            deadline = _Deadline(clock, limit)
            raised = length == _RAISED
            if raised:
                (length,) = _LENGTH.unpack(_read(reader, _LENGTH.size, deadline.left))
            item = pickle.loads(_read(reader, length, deadline.left))  # noqa: S301 (from our own child)
        except TimeoutError:
            return limit
        except EOFError:
            return None
        if raised:
            raise item
        yield item


def _message(descriptor: int) -> bytes:
    (length,) = _LENGTH.unpack(_read(descriptor, _LENGTH.size, _within(_START_LIMIT)))
    return _read(descriptor, length, _within(_START_LIMIT))


def _send(descriptor: int, data: bytes, *, raised: bool = False) -> None:
    message = (_LENGTH.pack(_RAISED) if raised else b"") + _LENGTH.pack(len(data)) + data
    while message:
        message = message[os.write(descriptor, message) :]


def _within(seconds: float) -> Callable[[], float]:
    """How many of so many seconds by the clock are left."""
    end = time.monotonic() + seconds
    return lambda: end - time.monotonic()


def _read(descriptor: int, size: int, left: Callable[[], float]) -> bytes:
    """So many bytes; ``left`` says how long to wait for more before it is asked again.

    Raises:
        TimeoutError: if it says that nothing is left.
        EOFError: if there are no more.
    """
    data = b""
    while len(data) < size:
        seconds = left()
        ready, _, _ = select.select([descriptor], [], [], max(0.0, seconds))
        if not ready:
            if seconds <= 0.0:
                raise TimeoutError
            continue
        part = os.read(descriptor, min(size - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return data
