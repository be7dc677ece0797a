"""Records the kernels to which a compiler turns functions of another library, as Inductor does for PyTorch.

Functions are compiled and compared in a process of their own. The recording has a file for each function that is done,
so that a compilation that was stopped can be resumed.
"""

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, MachineError, UnknownNameError
from synthesis.core.run_settings import Extraction
from synthesis.core.sandbox import linux
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.layout import COMPILED
from synthesis.frontends.failures import detail_of
from synthesis.frontends.launched import launching
from synthesis.frontends.protocol.makers import Made, NotMade
from synthesis.frontends.registry import find_maker, maker_names
from synthesis.making.recording.active import record
from synthesis.making.recording.recorder import count_kernels
from synthesis.making.recording.storage import Refused, write_refused
from synthesis.making.runs.chunked_run import refuse_other_files
from synthesis.making.sources.extracted import examples_of, sources_digest
from synthesis.making.sources.targets import load_place, places_of

_DONE = "functions"


def compile_target(target: str, via: str, out: str | Path, settings: Extraction) -> str:
    """Compile the functions of a target, and return the folder or URL of the recording of their kernels.

    Args:
        target: a file, a folder, a module, a package, or ``module:name``.
        via: the compiler, such as ``inductor``.
        out: the folder or URL of the run that takes the kernels. The recording is inside it.
        settings: the settings of the extraction, of which only the settings of inputs are used.

    Raises:
        UnknownNameError: if there is no such compiler.
        ConfigError: if it cannot be used here, the settings' examples cannot be read, or the folder holds other files.
        TargetError: if there is no such target.
        MachineError: if the process that compiles ends before its work is done.
    """
    if via not in maker_names():
        raise UnknownNameError("compiler", via, maker_names())
    examples_of(settings)
    places_of(target)
    refuse_other_files(store_of(out))
    place = f"{str(out).rstrip('/')}/{COMPILED}"
    known = {"arg": settings.arg, "inputs": str(settings.inputs or "")}
    request = {"target": target, "via": via, "out": place, "parent": os.getpid(), **known}
    status = subprocess.run([sys.executable, "-m", __name__, json.dumps(request)], check=False).returncode  # noqa: S603
    if status == _UNUSABLE:
        raise ConfigError(f"{via} cannot be used here; the reason is printed above")
    if status:
        raise MachineError(f"the process that compiles {target} ended with status {status}; the same command continues")
    return place


_UNUSABLE = 3
"""Exit status of the process if the compiler cannot be used."""


def _compile(request: dict[str, Any]) -> int:
    """Compile and record in this process; return its exit status."""
    frontend, maker = find_maker(request["via"])
    fault = maker.find_fault()
    if fault is not None:
        sys.stderr.write(f"irsmith: {fault}\n")
        return _UNUSABLE
    settings = Extraction.of(arg=request["arg"], inputs=request["inputs"] or None)
    store = store_of(request["out"])
    places = places_of(request["target"])
    sources, examples = sources_digest(places, settings), examples_of(settings)
    with record(request["out"]):
        for place in places:
            try:
                target = load_place(place)
            except Exception as error:  # noqa: BLE001 (a user's file may raise anything)
                _refuse(store, frontend, place.label, "", detail_of(error))
                continue
            recording = _Recording(store, frontend, place.label, sources, count_kernels(store))
            for each in maker.make(target, examples, recording.is_missing):
                recording.take(each)
    return 0


@dataclass(slots=True)
class _Recording:
    """The recording of the functions of one file."""

    store: Store
    frontend: str
    label: str
    sources: str
    """The digest of all files of the target."""
    kernels: int
    """Number of kernels in the recording so far."""

    def is_missing(self, name: str) -> bool:
        """Return whether a function has not been compiled and recorded yet."""
        return not self.store.has(self._file(name))

    def take(self, found: Made | NotMade) -> None:
        """Launch the kernels of a function, and note how many are new, or why there are none."""
        why = found.why if isinstance(found, NotMade) else _launched(found)
        if why is not None:
            _refuse(self.store, self.frontend, found.name, self.label, why)
        before, self.kernels = self.kernels, count_kernels(self.store)
        kernels = self.kernels - before
        note = json.dumps({"name": found.name, "kernels": kernels, "why": why})
        self.store.write(self._file(found.name), f"{note}\n".encode())
        sys.stderr.write(f"irsmith: {found.name}: {why or f'new kernels: {kernels}'}\n")

    def _file(self, name: str) -> str:
        identity = json.dumps([self.sources, self.label, name])
        return f"{_DONE}/{hashlib.blake2b(identity.encode(), digest_size=12).hexdigest()}.json"


def _launched(made: Made) -> str | None:
    """Launch the kernels of a function; return why this failed, or None."""
    try:
        with launching(made.compiled_from):
            made.launch()
    except Exception as error:  # noqa: BLE001 (a compiler's program may raise anything)
        return detail_of(error)
    return None


def _refuse(store: Store, frontend: str, kernel: str, module: str, why: str) -> None:
    write_refused(store, Refused(kernel=kernel, module=module, why=why, frontend=frontend))


def main(words: Sequence[str]) -> int:
    """Compile functions in the process that ``compile_target`` starts; return the exit status.

    The process ends with the one that started it (on Linux).

    Args:
        words: one JSON text, with the target, the settings and the id of the process that started it.
    """
    request = json.loads(words[0])
    linux.die_with_parent(signal.SIGTERM, request["parent"])
    return _compile(request)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
