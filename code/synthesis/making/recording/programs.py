"""Runs a program and records it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import synthesis
from synthesis.core.errors import TargetError
from synthesis.core.stores.places import store_of
from synthesis.making.recording.active import CODE, VARIABLE
from synthesis.making.recording.settings import Recording
from synthesis.making.recording.storage import KERNELS, REFUSED

_START = Path(__file__).parent / "start"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedProgram:
    """The result of a recorded program."""

    status: int
    """The exit status of the program; 128 plus the signal number if a signal ended it."""
    kernels: int
    """Number of kernels in the recording now."""
    refused: int
    """Number of notes about kernels that were not recorded."""


def record_program(command: Sequence[str], out: str | Path, settings: Recording) -> RecordedProgram:
    """Run a command, and record the kernel launches of its process and its child processes.

    Args:
        command: the command and its arguments. If it begins with a ``.py`` file or an option, it is run by this Python.
        out: a folder or URL.
        settings: the limits on what is recorded.

    Raises:
        TargetError: if there is no such program.
        OutputError: if the folder cannot be written.
    """
    if not command:
        raise TargetError("no program given; an example is: irsmith record --out kept -- python script.py")
    words = list(command)
    if words[0].startswith("-") or words[0].endswith(".py"):
        words.insert(0, sys.executable)
    words[0] = _python(words[0])
    if shutil.which(words[0]) is None:
        raise TargetError(f"no such program: {words[0]}")
    place = str(out) if "://" in str(out) else str(Path(out).resolve())
    store = store_of(place)
    store.prepare()
    environment = dict(os.environ)
    paths = [str(_START), *filter(None, [environment.get("PYTHONPATH")])]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    environment[VARIABLE] = json.dumps({"out": place, "settings": settings.to_json()})
    environment[CODE] = str(Path(synthesis.__file__).parents[1])
    status = _run(words, environment)
    names = [name for name in store.names(REFUSED) if name.endswith(".json")]
    return RecordedProgram(status=status, kernels=len(store.folders(KERNELS)), refused=len(names))


def _python(word: str) -> str:
    """Return this interpreter for ``python`` or ``python3``, else the word itself."""
    return sys.executable if word in ("python", "python3") else word


def _run(words: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command and return its exit status. An interrupt is left to the command, which receives it too."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(words, env=environment, preexec_fn=_take_interrupts)  # noqa: S603
        status = process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
    return status if status >= 0 else 128 - status


def _take_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
