"""Starts dangerous work, each piece in a process of its own, and takes its results: plain data, read with care.

A zygote is a fresh Python that imports what is slow to import, once, and is forked for each piece of work; so a piece
starts in milliseconds, and never in a process that has used Warp or JAX (JAX must not be forked once it has).
"""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from synthesis.core.errors import MachineError, NoSpaceError, Stage, Symptom, error_of
from synthesis.core.sandbox.channel import STATUS, Kind, TooMuchError, read, receive, send, within
from synthesis.core.sandbox.clock import Deadline
from synthesis.core.sandbox.confinement import Confinement, Protection, environment_for
from synthesis.core.sandbox.folders import check_space, make_temporary, remove
from synthesis.core.sandbox.serving import BEGIN, KILL, MANY, START_LIMIT, Order
from synthesis.core.sandbox.wire import WireError, decode

_STARTS = 3
"""How often work is started that is killed before it begins."""


class _KilledAtStartError(MachineError):
    """A process was killed before its work began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualty:
    """The end of work that did not end by itself; the last item of its results."""

    symptom: Symptom
    """``TIMEOUT`` or ``CRASH``."""
    detail: str
    """What was seen: a signal, an exit status, a time."""
    machine: bool = False
    """Whether the work cannot have done it: somebody else killed it, or what keeps it."""


@dataclass(slots=True)
class _Running:
    """A piece of work that has begun."""

    reader: int
    keeper: int = 0
    begun: bool = False
    ended: bool = False
    protections: frozenset[Protection] = field(default_factory=frozenset[Protection])


class Zygote:
    """Runs pieces of work, one at a time, each in a process of its own; a context manager.

    Args:
        preload: what is done before any work: a module to import, left out if it does not import, or a function as
            ``module:name`` and what it is called with, which can be pickled.
        confinement: what work is held to.
    """

    def __init__(
        self, preload: Sequence[str | tuple[str, Any]] = (), *, confinement: Confinement | None = None
    ) -> None:
        self._preload = tuple(preload)
        self._confinement = confinement or Confinement()
        self._works = 0
        self.protections: frozenset[Protection] | None = None
        """What held of the latest piece of work; None if there was none."""

    def __enter__(self) -> "Zygote":
        """Start the process that is forked from.

        Raises:
            MachineError: if it cannot be started.
        """
        try:
            self._folder, lock = make_temporary()
        except OSError as error:
            raise MachineError(f"no temporary folder can be made: {error.strerror}") from error
        own = self._folder / "own"
        own.mkdir()
        self._confinement = replace(self._confinement, readable=(*self._confinement.readable, own))
        self._socket, theirs = socket.socketpair()
        program = f"from synthesis.core.sandbox.serving import serve; serve({theirs.fileno()}, {str(self._folder)!r})"
        environment = environment_for(self._confinement) | {"TMPDIR": str(own)}
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
                [sys.executable, "-c", program],
                pass_fds=[theirs.fileno(), lock],
                env=environment,
                stdin=subprocess.DEVNULL,
                process_group=0,  # an interrupt at the terminal is for the command alone, which ends this process
            )
        except OSError as error:
            remove(self._folder)
            raise MachineError(f"no process can be started: {error.strerror}") from error
        finally:
            theirs.close()
            os.close(lock)
        with self._lost():
            send(self._socket.fileno(), Kind.ITEM, pickle.dumps(self._preload))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it; a piece of work that is still running is killed, and its folders are removed."""
        self._socket.close()  # which tells it to end
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        remove(self._folder)

    def run(
        self,
        work: Callable[[], Iterator[Any]],
        kind: Any,
        *,
        time_limit: float,
        first_limit: float | None = None,
        contained: bool = False,
    ) -> Generator[Any]:
        """The items that ``work()`` yields, then a :class:`Casualty` if it came to harm.

        Items arrive as they are made, so what came before the harm is kept. Output of the process is dropped; its
        temporary folder, and the current one of a stranger's, is one of its own, which is removed when it has ended.

        Args:
            work: a picklable call, such as a ``partial`` of a module's function, that yields plain data.
            kind: the type of the items; what is not of it is harm.
            time_limit: the most seconds of processor time that the next item may take, so that a machine with much else
                to do decides nothing. Work that waits, and so uses none, is given as long by the clock.
            first_limit: the same for the first item, before which work prepares itself; ``time_limit`` if None.
            contained: whether what the work raises once it has begun is harm too: a stranger's may raise anything, and
                in anybody's name.

        Raises:
            IrsmithError: what ``work`` itself raises.
            RuntimeError: likewise, for any other error, with its words.
            MachineError: if the process that is forked from is gone, no other can be started, or one after the other
                is killed before its work has begun.
        """
        for left in reversed(range(_STARTS)):
            try:
                yield from self._run(work, kind, time_limit, first_limit, contained=contained)
            except _KilledAtStartError:  # nothing has come of it yet
                if not left:
                    raise
            else:
                return

    def _run(
        self,
        work: Callable[[], Iterator[Any]],
        kind: Any,
        time_limit: float,
        first_limit: float | None,
        *,
        contained: bool,
    ) -> Generator[Any]:
        """What :meth:`run` gives, of one process."""
        self._works += 1
        folder = self._folder / f"work-{self._works}"
        reader, writer = os.pipe()
        running = _Running(reader)
        try:
            self._begin(work, folder, writer, running)
            first_limit = time_limit if first_limit is None else first_limit
            harm = yield from self._items(running, kind, time_limit, first_limit, contained=contained)
            if harm is not None:
                yield harm
        finally:
            os.close(reader)
            if not running.ended:
                self._stop(running)
            remove(folder)

    def _begin(self, work: Callable[[], Iterator[Any]], folder: Path, writer: int, running: _Running) -> None:
        order = Order(work=pickle.dumps(work), folder=folder, confinement=self._confinement)
        try:
            folder.mkdir()
            with self._lost():
                socket.send_fds(self._socket, [BEGIN], [writer])
                send(self._socket.fileno(), Kind.ITEM, pickle.dumps(order))
        except OSError as error:
            raise MachineError(f"no temporary folder can be made: {error.strerror}") from error
        finally:
            os.close(writer)
        running.keeper = self._told()
        running.begun = True

    def _items(
        self, running: _Running, kind: Any, time_limit: float, first_limit: float, *, contained: bool
    ) -> Generator[Any, None, Casualty | None]:
        """Items as they come; returns the harm if there was any."""
        limit = first_limit
        most = self._confinement.limits.output << 20
        while True:
            try:
                tag, data = receive(running.reader, Deadline(running.keeper, limit).left, most=most)
                most -= len(data)
                match tag:
                    case Kind.PROTECTIONS if not running.protections:  # a second one is forged
                        self.protections = running.protections = decode(data, frozenset[Protection])
                        continue
                    case Kind.ITEM:
                        item = decode(data, kind)
                    case Kind.ERROR:
                        told = decode(data, tuple[str, str, dict[str, str]])
                        if contained and running.protections:
                            return Casualty(symptom=Symptom.CRASH, detail=f"raised {told[1]}")
                        raise _error_of(told)
                    case Kind.DONE:
                        return self._end(running, finished=True)
                    case _:
                        raise WireError(f"no frame of kind {tag}")
            except TimeoutError:
                return Casualty(symptom=Symptom.TIMEOUT, detail=f"no result within {limit:g} s")
            except TooMuchError:
                detail = f"its results come to more than {self._confinement.limits.output} MiB"
                return Casualty(symptom=Symptom.CRASH, detail=detail)
            except WireError as error:
                return Casualty(symptom=Symptom.CRASH, detail=f"its results cannot be read: {error}")
            except EOFError:
                return self._end(running, finished=False)
            limit = time_limit
            yield item

    def _end(self, running: _Running, *, finished: bool) -> Casualty | None:
        """The harm of work that has closed its pipe, if that was not all; what goes on after its results is ended."""
        if finished:
            return None
        status = self._told()
        running.ended = True
        if status == -signal.SIGXCPU:
            return Casualty(symptom=Symptom.TIMEOUT, detail="its processor time is used up")
        if status == MANY:
            detail = f"has more than {self._confinement.limits.threads} threads"
            return Casualty(symptom=Symptom.CRASH, detail=detail)
        if status == 0:
            return Casualty(symptom=Symptom.CRASH, detail="ended without its results")
        if status > 0:
            return Casualty(symptom=Symptom.CRASH, detail=f"exit status {status}")
        if not running.protections:
            raise _KilledAtStartError(f"a process was killed by {signal.Signals(-status).name} before its work began")
        # What may not send this signal did not send it.
        machine = status == -signal.SIGKILL and Protection.SECCOMP in running.protections
        return Casualty(symptom=Symptom.CRASH, detail=f"killed by {signal.Signals(-status).name}", machine=machine)

    def _stop(self, running: _Running) -> None:
        """End work that is not wanted any more, and all that it has started."""
        if running.begun:
            with contextlib.suppress(OSError, MachineError):
                self._socket.send(KILL)
                self._told()
        running.ended = True

    def _told(self) -> int:
        """The next number from the zygote: which process keeps the work, or the exit code, negative for a signal."""
        with self._lost():
            return STATUS.unpack(read(self._socket.fileno(), STATUS.size, within(START_LIMIT)))[0]

    @contextlib.contextmanager
    def _lost(self) -> Generator[None]:
        try:
            yield
        except (EOFError, BrokenPipeError, ConnectionError, TimeoutError) as error:
            lost = "the process that others are forked from is gone: killed, or it could not start"
            raise MachineError(lost) from error

    def check_machine(self) -> None:
        """Nothing, if work that failed cannot blame the machine for it.

        Raises:
            NoSpaceError: if there is no space left for temporary files.
        """
        why = check_space(self._folder)
        if why is not None:
            raise NoSpaceError(f"temporary files cannot be written to {self._folder.parent}: {why}")


def _error_of(told: tuple[str, str, dict[str, str]]) -> Exception:
    """The error that the work has raised."""
    name, words, carried = told
    error = error_of(name, words)
    for attribute, text in carried.items():
        if attribute in ("stage", "symptom", "detail"):
            known: dict[str, Callable[[str], Any]] = {"stage": Stage, "symptom": Symptom, "detail": str}
            setattr(error, attribute, known[attribute](text))
    return error
