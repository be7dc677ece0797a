"""Runs dangerous work, each piece in a separate process, and decodes its results as plain data.

A zygote is a new Python process that imports slow modules once and is forked for each piece of work. A piece therefore
starts in milliseconds, and never in a process that has used Warp or JAX, since JAX must not be forked after use.
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
from synthesis.core.sandbox.serving import BEGIN, CALL, KILL, START_LIMIT, TOO_MANY_THREADS, Order
from synthesis.core.sandbox.wire import WireError, decode

_STARTS = 3
"""Number of times that work is started if it is killed before it begins."""


class _KilledAtStartError(MachineError):
    """A process was killed before its work began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Casualty:
    """The abnormal end of a piece of work. It is the last item of the results."""

    symptom: Symptom
    """``TIMEOUT`` or ``CRASH``."""
    detail: str
    """A description: a signal, an exit status or a time."""
    machine: bool = False
    """Whether the work cannot have caused it: the work or its keeper was killed from outside."""


@dataclass(slots=True)
class _Running:
    """A piece of work that is running."""

    reader: int
    keeper: int = 0
    started: bool = False
    ended: bool = False
    protections: frozenset[Protection] = field(default_factory=frozenset[Protection])


class Zygote:
    """Runs pieces of work one at a time, each in a separate process. A context manager.

    Args:
        preload: what to do before any work: a module to import, skipped if it cannot be imported, or a function as
            ``module:name`` with its argument, which must be picklable.
        confinement: the restrictions on the work.
    """

    def __init__(
        self, preload: Sequence[str | tuple[str, Any]] = (), *, confinement: Confinement | None = None
    ) -> None:
        self._preload = tuple(preload)
        self._confinement = confinement or Confinement()
        self._works = 0
        self._ending: Path | None = None
        """The folder of work that was told to end, and whose end has not been waited for."""
        self.protections: frozenset[Protection] | None = None
        """The protections in force for the latest piece of work; None if there was none."""

    def __enter__(self) -> "Zygote":
        """Start the zygote process.

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
                process_group=0,  # Ctrl-C reaches only the command, which then ends this process
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
        """Stop the zygote. Running work is killed, and its folders are removed."""
        self._await_end()
        self._socket.close()  # closing the socket makes it exit
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        remove(self._folder)

    def call(self, place: str, argument: Any) -> None:
        """Call a function in the zygote, so that its effects are there for all later work. Its result is dropped.

        Args:
            place: the function as ``module:name``. If it raises an error, the zygote ends.
            argument: its argument, which must be picklable.

        Raises:
            MachineError: if the zygote has ended.
        """
        self._await_end()
        with self._lost():
            socket.send_fds(self._socket, [CALL], [])
            send(self._socket.fileno(), Kind.ITEM, pickle.dumps((place, argument)))

    def run(
        self,
        work: Callable[[], Iterator[Any]],
        kind: Any,
        *,
        time_limit: float,
        first_limit: float | None = None,
        contained: bool = False,
    ) -> Generator[Any]:
        """Yield the items of ``work()``, and then a :class:`Casualty` if it ended abnormally.

        Items arrive as they are made, so those before the end are kept. The process's output is discarded. It has its
        own temporary folder, also the working directory of untrusted work. After the last item the work and all that it
        started are killed; the folder is removed before the next work begins, or when the zygote stops.

        Args:
            work: a picklable callable that yields plain data, such as a ``partial`` of a module's function.
            kind: the type of the items. An item of another type is a ``Casualty``.
            time_limit: maximum processor time for the next item, in seconds, so that the load of the machine has no
                effect. Work that only waits has the same limit in wall-clock time.
            first_limit: the same for the first item, which includes the preparation; ``time_limit`` if None.
            contained: whether an error that the work raises after it has begun is a ``Casualty`` too. Untrusted work
                may raise any error, including irsmith's.

        Raises:
            IrsmithError: if ``work`` raises it.
            RuntimeError: for any other error that ``work`` raises, with its message.
            MachineError: if the zygote has ended, no process can be started, or processes are repeatedly killed before
                their work has begun.
        """
        for left in reversed(range(_STARTS)):
            try:
                yield from self._run(work, kind, time_limit, first_limit, contained=contained)
            except _KilledAtStartError:  # there are no items yet
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
        """Yield the items of :meth:`run` from one process."""
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
            if running.ended or not running.started:
                remove(folder)
            else:
                self._stop(folder)

    def _begin(self, work: Callable[[], Iterator[Any]], folder: Path, writer: int, running: _Running) -> None:
        order = Order(work=pickle.dumps(work), folder=folder, confinement=self._confinement)
        self._await_end()
        try:
            folder.mkdir()
            with self._lost():
                socket.send_fds(self._socket, [BEGIN], [writer])
                send(self._socket.fileno(), Kind.ITEM, pickle.dumps(order))
        except OSError as error:
            raise MachineError(f"no temporary folder can be made: {error.strerror}") from error
        finally:
            os.close(writer)
        running.keeper = self._next_status()
        running.started = True

    def _items(
        self, running: _Running, kind: Any, time_limit: float, first_limit: float, *, contained: bool
    ) -> Generator[Any, None, Casualty | None]:
        """Yield the items as they arrive. Return a ``Casualty`` if the work ended abnormally."""
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
                        raised = decode(data, tuple[str, str, dict[str, str]])
                        if contained and running.protections:
                            return Casualty(symptom=Symptom.CRASH, detail=f"raised {raised[1]}")
                        raise _error_of(raised)
                    case Kind.DONE:
                        return self._end(running, finished=True)
                    case _:
                        raise WireError(f"an unknown kind of frame: {tag}")
            except TimeoutError:
                return Casualty(symptom=Symptom.TIMEOUT, detail=f"no result within {limit:g} s")
            except TooMuchError:
                detail = f"its results are larger than {self._confinement.limits.output} MiB"
                return Casualty(symptom=Symptom.CRASH, detail=detail)
            except WireError as error:
                return Casualty(symptom=Symptom.CRASH, detail=f"its results cannot be read: {error}")
            except EOFError:
                return self._end(running, finished=False)
            limit = time_limit
            yield item

    def _end(self, running: _Running, *, finished: bool) -> Casualty | None:
        """Return the ``Casualty`` of work that has closed its pipe, or None if it had finished."""
        if finished:
            return None
        status = self._next_status()
        running.ended = True
        if status == -signal.SIGXCPU:
            return Casualty(symptom=Symptom.TIMEOUT, detail="its processor time is used up")
        if status == TOO_MANY_THREADS:
            detail = f"has more than {self._confinement.limits.threads} threads"
            return Casualty(symptom=Symptom.CRASH, detail=detail)
        if status == 0:
            return Casualty(symptom=Symptom.CRASH, detail="ended without its results")
        if status > 0:
            return Casualty(symptom=Symptom.CRASH, detail=f"exit status {status}")
        if not running.protections:
            raise _KilledAtStartError(f"a process was killed by {signal.Signals(-status).name} before its work began")
        # The work may not send this signal, so it did not.
        machine = status == -signal.SIGKILL and Protection.SECCOMP in running.protections
        return Casualty(symptom=Symptom.CRASH, detail=f"killed by {signal.Signals(-status).name}", machine=machine)

    def _stop(self, folder: Path) -> None:
        """Kill work that is no longer needed, and everything that it has started, without waiting for its end.

        That takes some milliseconds, in which the caller can use the results.
        """
        self._ending = folder
        with contextlib.suppress(OSError):
            self._socket.send(KILL)

    def _await_end(self) -> None:
        """Wait until work that was told to end has ended, and remove its folder."""
        if self._ending is not None:
            folder, self._ending = self._ending, None
            with contextlib.suppress(MachineError):
                self._next_status()
            remove(folder)

    def _next_status(self) -> int:
        """Return the next number that the zygote sends about the running work.

        The first is the process ID of the work's keeper. The second is the exit code, negative if a signal killed it.
        """
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
        """Check that the machine is not to blame for failed work.

        Raises:
            NoSpaceError: if there is no space left for temporary files.
        """
        why = check_space(self._folder)
        if why is not None:
            raise NoSpaceError(f"temporary files cannot be written to {self._folder.parent}: {why}")


def _error_of(raised: tuple[str, str, dict[str, str]]) -> Exception:
    """Return the error that the work raised."""
    name, words, carried = raised
    error = error_of(name, words)
    for attribute, text in carried.items():
        if attribute in ("stage", "symptom", "detail"):
            known: dict[str, Callable[[str], Any]] = {"stage": Stage, "symptom": Symptom, "detail": str}
            setattr(error, attribute, known[attribute](text))
    return error
