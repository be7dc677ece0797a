"""The processes' side: the one that everything is forked from, and what stands between it and the work.

    zygote    imports, once, what is slow to import; runs no work
    └ keeper  leaves the machine's namespaces; adopts what the work leaves behind
      └ first the first process of its namespace: with its end all others there end
        └ work    gives up its rights, then begins

Only the work has the pipe for results. How it ended is told by ``first`` through another one, which the work has not.
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
from synthesis.core.sandbox import linux
from synthesis.core.sandbox.channel import STATUS, Kind, receive, send, within
from synthesis.core.sandbox.confinement import Confinement, Protection, enter, give_up, toolchain
from synthesis.core.sandbox.folders import remove
from synthesis.core.sandbox.wire import encode

START_LIMIT = 600.0
"""Seconds by the clock that the slowest import may take."""
BEGIN, KILL = b"b", b"k"
_MESSAGE = 1 << 40
_RESULTS = 3
"""The only descriptor that work has, beside those of empty input and dropped output."""
_GLANCE = 0.02
_PATIENCE = 5.0
"""Seconds that a keeper has to end what it keeps."""
_COUNT = 0.05
"""Seconds between two counts of threads, where the kernel does not count them."""
MANY = 1 << 16
"""The status of work that had more threads than it may; no process ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A piece of work."""

    work: bytes
    """A pickled call that yields plain data."""
    folder: Path
    """The one that it may write into; its temporary folder, and a stranger's current one."""
    confinement: Confinement


def serve(descriptor: int, folder: str) -> None:
    """The zygote's own loop: for each piece of work, start it, say which process keeps it, and how it ended.

    Args:
        descriptor: of the socket to the process that gives work. When that one is gone, so is this.
        folder: what is removed in the end.
    """
    parent = socket.socket(fileno=descriptor)
    logging.getLogger("synthesis.frontends.registry").setLevel(logging.ERROR)  # the parent warns of untested releases
    with contextlib.suppress(BrokenPipeError, ConnectionError, EOFError):
        _serve(parent, descriptor)
    remove(Path(folder))


def _serve(parent: socket.socket, descriptor: int) -> None:
    _, data = receive(descriptor, within(START_LIMIT), most=_MESSAGE)
    _prepare(pickle.loads(data))  # noqa: S301 (from our own parent)
    while True:
        mark, writers, _, _ = socket.recv_fds(parent, 1, 1)
        if not mark:
            return
        if mark == BEGIN:
            _, data = receive(descriptor, within(START_LIMIT), most=_MESSAGE)
            _serve_one(pickle.loads(data), writers[0], descriptor)  # noqa: S301 (from our own parent)


def _prepare(preload: Sequence[str | tuple[str, Any]]) -> None:
    for entry in preload:
        if isinstance(entry, tuple):
            place, argument = entry
            module, _, function = place.partition(":")
            getattr(importlib.import_module(module), function)(argument)
        else:
            with contextlib.suppress(ImportError):
                importlib.import_module(entry)
    toolchain()
    gc.freeze()  # what is imported is never garbage; looking at it would copy its pages


def _serve_one(order: Order, writer: int, descriptor: int) -> None:
    """Start a piece of work and see it end; its keeper is killed on demand, and if nobody is there to demand it."""
    ended, tell = os.pipe()
    zygote = os.getpid()
    try:
        keeper = os.fork()
    except OSError as error:
        os.close(tell)
        _raise(writer, MachineError(f"no process can be started: {error.strerror}"))
        keeper = 0
    else:
        if keeper == 0:
            _keep(order, writer, tell, zygote)
        os.close(tell)
    os.close(writer)
    os.write(descriptor, STATUS.pack(keeper))
    if keeper:
        _await(keeper, descriptor)
    told = os.read(ended, STATUS.size)
    os.close(ended)
    os.write(descriptor, told if len(told) == STATUS.size else STATUS.pack(-signal.SIGKILL))


def _await(keeper: int, descriptor: int) -> None:
    """Wait for the keeper's end, and bring it about on demand, or if nobody is there to demand it."""
    keeping = psutil.Process(keeper)
    watched = _watch(keeper)
    try:
        while True:
            ready, _, _ = select.select([descriptor, *watched], [], [], None if watched else _GLANCE)
            if descriptor in ready and os.read(descriptor, 1) in (KILL, b""):
                keeping.terminate()
                if watched:  # which tells of the end at once
                    select.select(watched, [], [], _PATIENCE)
                with contextlib.suppress(psutil.TimeoutExpired):
                    keeping.wait(0 if watched else _PATIENCE)
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
    """A descriptor that can be read when a process has ended; none where the system has none."""
    try:
        return [os.pidfd_open(process)]
    except (AttributeError, OSError):
        return []


def _keep(order: Order, writer: int, tell: int, zygote: int) -> NoReturn:
    """The keeper: leave the namespaces, start the first process, and end all that it leaves behind."""
    try:
        linux.die_with_parent(signal.SIGKILL)
        if os.getppid() != zygote:
            os._exit(1)
        os.setsid()
        linux.adopt_orphans()
        held = enter(order.confinement, order.folder)
        first = os.fork()
        if first == 0:
            _begin(order, writer, tell, held)
        os.close(writer)

        def end(*_: object) -> NoReturn:
            _end_all(first)

        signal.signal(signal.SIGTERM, end)
        if os.getuid() == 0:
            _count_threads(first, order.confinement.limits.threads, tell)
        os.close(tell)
        os.waitpid(first, 0)
        _end_all(first)
    except Exception as error:  # noqa: BLE001 (it is raised again on the other side)
        with contextlib.suppress(OSError):
            _raise(writer, error)
            os.write(tell, STATUS.pack(0))
    finally:
        os._exit(0)


def _count_threads(first: int, most: int, tell: int) -> None:
    """Wait for the first process's end, and end it if it and its descendants come to more threads than they may.

    The kernel refuses a thread beyond the limit to everybody but the superuser, in whatever namespace of users
    (``copy_process`` in its ``kernel/fork.c``).
    """
    watched = _watch(first)
    while watched and not select.select(watched, [], [], _COUNT)[0]:
        if _threads(first) > most:
            os.write(tell, STATUS.pack(MANY))  # before the first process tells of an end
            os.kill(first, signal.SIGKILL)
            break
    for each in watched:
        os.close(each)


def _threads(process: int) -> int:
    """How many threads a process and its descendants have; those that end meanwhile are left out."""
    count = 0
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            count += 1
            with contextlib.suppress(OSError):
                count += sum(_threads(int(child)) for child in (thread / "children").read_text().split())
    return count


def _end_all(first: int) -> NoReturn:
    """End all that this process and its descendants have started, and itself.

    Args:
        first: the process with which most of them end, if it has not.
    """
    with contextlib.suppress(ChildProcessError):  # nobody is left
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


def _begin(order: Order, writer: int, tell: int, held: frozenset[Protection]) -> NoReturn:
    """The first process of the namespace: start the work, reap what there is to reap, and tell how the work ended."""
    try:
        linux.die_with_parent(signal.SIGKILL)
        work = os.fork()
        if work == 0:
            _work(order, writer, tell, held)
        os.close(writer)
        ended = 0
        while ended != work:
            ended, status = os.wait()
            if ended == work:
                os.write(tell, STATUS.pack(os.waitstatus_to_exitcode(status)))
    finally:
        os._exit(0)


def _work(order: Order, writer: int, tell: int, held: frozenset[Protection]) -> NoReturn:
    """The work: send each item, then leave without running anything that was set up for a process's end."""
    status = 1
    try:
        linux.die_with_parent(signal.SIGKILL)
        os.close(tell)
        writer = _keep_only(writer)
        if order.confinement.stranger:
            os.chdir(order.folder)
        os.environ["TMPDIR"] = tempfile.tempdir = str(order.folder)
        process = os.getpid()
        try:
            work = cast(Callable[[], Iterator[Any]], pickle.loads(order.work))  # noqa: S301 (from our own parent)
            held = give_up(order.confinement, order.folder, held)
            send(writer, Kind.PROTECTIONS, encode(held))
            for item in work():
                data = encode(item)
                if os.getpid() != process:
                    os._exit(0)  # a copy that somebody's code has made of this process
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
    """Close all descriptors but the pipe for results; what is read is empty, what is written goes nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    if writer != _RESULTS:
        os.dup2(writer, _RESULTS, inheritable=False)
    os.closerange(_RESULTS + 1, os.sysconf("SC_OPEN_MAX"))
    return _RESULTS


def _raise(writer: int, error: Exception) -> None:
    """Have an error raised on the other side: one of ours as it is, with what it carries, others by their words."""
    kind = type(error).__name__ if isinstance(error, IrsmithError) else ""
    words = str(error) if kind else f"{type(error).__name__}: {error}"
    carried = {name: str(value) for name, value in vars(error).items()} if kind else {}
    send(writer, Kind.ERROR, encode((kind, words, carried)))
