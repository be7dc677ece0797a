"""The child side of the sandbox: the zygote, and the processes between it and the work.

    zygote    imports slow modules once; runs no work
    └ keeper  leaves the machine's namespaces; adopts orphans of the work
      └ first the first process of its namespace; when it ends, so do all others there
        └ work    gives up its rights, then begins

Only the work has the pipe for results. ``first`` reports how the work ended
through another pipe, which the work lacks.
"""

import contextlib
import gc
import importlib
import logging
import os
import pickle
import select
import signal
import socket
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, cast

import psutil

from synthesis.core.errors import IrsmithError, MachineError
from synthesis.core.sandbox import linux, preloaded
from synthesis.core.sandbox.channel import STATUS, Kind, receive, send, within
from synthesis.core.sandbox.confinement import Confinement, Protection, enter, give_up, toolchain
from synthesis.core.sandbox.folders import remove
from synthesis.core.sandbox.wire import encode

START_LIMIT = 600.0
"""Wall-clock seconds that the slowest import may take."""
BEGIN = b"b"
"""Message to the zygote: start a piece of work."""
CALL = b"c"
"""Message to the zygote: call a function in the zygote itself, for all work after it."""
KILL = b"k"
"""Message to the zygote: end the current piece of work."""
_MESSAGE = 1 << 40
_RESULTS = 3
"""The only descriptor that the work has, besides the empty input and the discarded output."""
_POLL_SECONDS = 0.02
_EXIT_SECONDS = 5.0
"""Seconds that a keeper has to end its descendants."""
_COUNT = 0.05
"""Seconds between two counts of threads, if the kernel does not enforce their limit."""
TOO_MANY_THREADS = 1 << 16
"""The status of work that exceeded its thread limit. No process can exit with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A piece of work."""

    work: bytes
    """A pickled callable that yields plain data."""
    folder: Path
    """The only folder that the work may write into.

    It is its temporary folder, and for untrusted work the working directory.
    """
    confinement: Confinement


def serve(descriptor: int, folder: str) -> None:
    """Run the zygote's main loop: start each piece of work, and report its keeper's process ID and how it ended.

    Args:
        descriptor: of the socket to the parent process. When the parent ends, so does this process.
        folder: a folder that is removed at the end.
    """
    parent = socket.socket(fileno=descriptor)
    logging.getLogger("synthesis.frontends.registry").setLevel(logging.ERROR)  # the parent logs these warnings itself
    with contextlib.suppress(BrokenPipeError, ConnectionError, EOFError):
        _serve(parent, descriptor)
    remove(Path(folder))
    os._exit(0)  # nothing is left to clean up; at a normal exit, Triton's bindings would report every frozen object


def _serve(parent: socket.socket, descriptor: int) -> None:
    _, data = receive(descriptor, within(START_LIMIT), most=_MESSAGE)
    _prepare(pickle.loads(data))  # noqa: S301 (from our own parent)
    while True:
        mark, writers, _, _ = socket.recv_fds(parent, 1, 1)
        if not mark:
            return
        if mark == CALL:
            _, data = receive(descriptor, within(START_LIMIT), most=_MESSAGE)
            _call(*pickle.loads(data))  # noqa: S301 (from our own parent)
        elif mark == BEGIN:
            _, data = receive(descriptor, within(START_LIMIT), most=_MESSAGE)
            _serve_one(pickle.loads(data), writers[0], descriptor)  # noqa: S301 (from our own parent)


def _prepare(preload: Sequence[str | tuple[str, Any]]) -> None:
    for name in preload:
        if isinstance(name, str):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    toolchain()
    preloaded.freeze_tools()
    for entry in preload:
        if not isinstance(entry, str):
            _call(*entry)


def _call(place: str, argument: Any) -> None:
    """Call a function, given as ``module:name``, before any work."""
    module, _, function = place.partition(":")
    getattr(importlib.import_module(module), function)(argument)
    gc.freeze()  # the objects that it made are excluded from garbage collection, too


def _serve_one(order: Order, writer: int, descriptor: int) -> None:
    """Start a piece of work and wait for its end. The keeper is killed on request, or if the parent has ended."""
    ended, status_pipe = os.pipe()
    zygote = os.getpid()
    try:
        keeper = os.fork()
    except OSError as error:
        os.close(status_pipe)
        _raise(writer, MachineError(f"no process can be started: {error.strerror}"))
        keeper = 0
    else:
        if keeper == 0:
            _keep(order, writer, status_pipe, zygote)
        os.close(status_pipe)
    os.close(writer)
    os.write(descriptor, STATUS.pack(keeper))
    if keeper:
        _await(keeper, descriptor)
    status = os.read(ended, STATUS.size)
    os.close(ended)
    os.write(descriptor, status if len(status) == STATUS.size else STATUS.pack(-signal.SIGKILL))


def _await(keeper: int, descriptor: int) -> None:
    """Wait for the keeper's end. Terminate it on request, or if the parent has ended."""
    keeping = psutil.Process(keeper)
    watched = _watch(keeper)
    try:
        while True:
            ready, _, _ = select.select([descriptor, *watched], [], [], None if watched else _POLL_SECONDS)
            if descriptor in ready and os.read(descriptor, 1) in (KILL, b""):
                keeping.terminate()
                if watched:  # the descriptor reports the end at once
                    select.select(watched, [], [], _EXIT_SECONDS)
                with contextlib.suppress(psutil.TimeoutExpired):
                    keeping.wait(0 if watched else _EXIT_SECONDS)
                    return
                keeping.kill()
                keeping.wait()
                return
            if os.waitpid(keeper, os.WNOHANG)[0] == keeper:
                return
    finally:
        for each in watched:
            os.close(each)


def _watch(process: int) -> list[int]:
    """Return a descriptor that becomes readable when a process ends, in a list; empty if the system lacks it."""
    try:
        return [os.pidfd_open(process)]
    except (AttributeError, OSError):
        return []


def _keep(order: Order, writer: int, status_pipe: int, zygote: int) -> NoReturn:
    """Run the keeper: leave the namespaces, start the first process, and end everything that it leaves behind."""
    try:
        linux.die_with_parent(signal.SIGKILL, zygote)
        os.setsid()
        linux.adopt_orphans()
        protections = enter(order.confinement, order.folder)
        first = os.fork()
        if first == 0:
            _begin(order, writer, status_pipe, protections)
        os.close(writer)

        def end(*_: object) -> NoReturn:
            _end_all(first)

        signal.signal(signal.SIGTERM, end)
        if os.getuid() == 0:
            _count_threads(first, order.confinement.limits.threads, status_pipe)
        os.close(status_pipe)
        os.waitpid(first, 0)
        _end_all(first)
    except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
        with contextlib.suppress(OSError):
            _raise(writer, error)
            os.write(status_pipe, STATUS.pack(0))
    finally:
        os._exit(0)


def _count_threads(first: int, most: int, status_pipe: int) -> None:
    """Wait for the first process's end. End it if it and its descendants exceed the thread limit.

    The kernel enforces this limit for everybody except root, in any user namespace (``copy_process`` in
    ``kernel/fork.c``).
    """
    watched = _watch(first)
    while watched and not select.select(watched, [], [], _COUNT)[0]:
        if _threads(first) > most:
            os.write(status_pipe, STATUS.pack(TOO_MANY_THREADS))  # before the first process reports its end
            os.kill(first, signal.SIGKILL)
            break
    for each in watched:
        os.close(each)


def _threads(process: int) -> int:
    """Return the number of threads of a process and its descendants, ignoring those that end meanwhile."""
    count = 0
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            count += 1
            with contextlib.suppress(OSError):
                count += sum(_threads(int(child)) for child in (thread / "children").read_text().split())
    return count


def _end_all(first: int) -> NoReturn:
    """End everything that this process and its descendants have started, and then this process.

    Args:
        first: the first process of the namespace. When it ends, most of these processes end as well.
    """
    with contextlib.suppress(ChildProcessError):  # no children are left
        if os.waitpid(first, os.WNOHANG) == (0, 0):
            os.kill(first, signal.SIGKILL)
            os.waitpid(first, 0)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG):
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            os.wait()
    os._exit(0)


def _begin(order: Order, writer: int, status_pipe: int, protections: frozenset[Protection]) -> NoReturn:
    """Run the first process of the namespace: start the work, reap processes, and report how the work ended."""
    try:
        linux.die_with_parent(signal.SIGKILL)
        work = os.fork()
        if work == 0:
            _work(order, writer, status_pipe, protections)
        os.close(writer)
        ended = 0
        while ended != work:
            ended, status = os.wait()
            if ended == work:
                os.write(status_pipe, STATUS.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


def _work(order: Order, writer: int, status_pipe: int, protections: frozenset[Protection]) -> NoReturn:
    """Run the work: send each item, then exit without running exit handlers."""
    status = 1
    try:
        linux.die_with_parent(signal.SIGKILL)
        os.close(status_pipe)
        writer = _keep_only(writer)
        if order.confinement.stranger:
            os.chdir(order.folder)
        os.environ["TMPDIR"] = tempfile.tempdir = str(order.folder)
        process = os.getpid()
        try:
            work = cast(Callable[[], Iterator[Any]], pickle.loads(order.work))  # noqa: S301 (from our own parent)
            protections = give_up(order.confinement, order.folder, protections)
            send(writer, Kind.PROTECTIONS, encode(protections))
            for item in work():
                data = encode(item)
                if os.getpid() != process:
                    os._exit(0)  # a copy of this process, forked by untrusted code
                send(writer, Kind.ITEM, data)
            if os.getpid() == process:
                send(writer, Kind.DONE)
        except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
            if os.getpid() == process:
                _raise(writer, error)
        status = 0
    finally:
        os._exit(status)


def _keep_only(writer: int) -> int:
    """Close all descriptors except the pipe for results. Input is empty and output is discarded."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    if writer != _RESULTS:
        os.dup2(writer, _RESULTS, inheritable=False)
    os.closerange(_RESULTS + 1, os.sysconf("SC_OPEN_MAX"))
    return _RESULTS


def _raise(writer: int, error: Exception) -> None:
    """Send an error, which the parent process then raises.

    One of irsmith's own errors is sent with its attributes, any other as a message.
    """
    kind = type(error).__name__ if isinstance(error, IrsmithError) else ""
    words = str(error) if kind else f"{type(error).__name__}: {error}"
    carried = {name: str(value) for name, value in vars(error).items()} if kind else {}
    send(writer, Kind.ERROR, encode((kind, words, carried)))
