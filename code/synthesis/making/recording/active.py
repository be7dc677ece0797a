"""Records the launches of this process. Each tool is watched as soon as the program imports it."""

import contextlib
import json
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

from synthesis.making.recording.imports import when_imported

VARIABLE = "IRSMITH_RECORD"
"""Name of the environment variable with the folder and the settings of a process's recording, as JSON."""
CODE = "IRSMITH_RECORD_CODE"
_WATCHERS = {
    "warp": "synthesis.frontends.warp.launches",
    "jax": "synthesis.frontends.jax.launches",
    "triton": "synthesis.frontends.triton.launches",
}
"""The module that watches each tool, by the tool's module name."""
_PRETENCES = {"torch": "synthesis.frontends.triton.pretence"}
"""The module that makes a package report a GPU, by the package's name."""
_ends: list[Callable[[], None]] = []
"""Functions that end the recording of this process."""


def begin_in_child(text: str) -> None:
    """Start to record this process, with the settings in a JSON text from its parent.

    No tool is imported here, which would take long; each is watched once the program imports it.
    """
    request: dict[str, Any] = json.loads(text)
    _begin(request["out"], request["settings"])


@contextlib.contextmanager
def record(out: str | Path, **settings: Any) -> Generator[None]:
    """Record the kernel launches inside the block. Afterwards the tools are as before.

    Args:
        out: the folder for the recording. Several processes may share one, and a later one may continue it.
        settings: fields of :class:`~synthesis.making.recording.settings.Recording`, such as ``launches`` or ``size``.

    Raises:
        ConfigError: if a setting is invalid, or this process is already being recorded.
        OutputError: if the folder cannot be written.
    """
    from synthesis.core.errors import ConfigError
    from synthesis.core.stores.places import store_of
    from synthesis.making.recording.settings import Recording

    if _ends:
        raise ConfigError("this process is being recorded already; one recording ends before another begins")
    store = store_of(out)
    store.prepare()
    _begin(str(out), Recording.of(**settings).to_json())
    try:
        yield
    finally:
        for end in reversed(_ends):
            end()
        _ends.clear()


def _begin(out: str, settings: dict[str, Any]) -> None:
    for package, module in _PRETENCES.items() if settings.get("pretend_gpu") else ():
        _ends.append(when_imported(package, lambda module=module: _pretend(module)))
    for tool, watcher in _WATCHERS.items():
        _ends.append(when_imported(tool, lambda tool=tool, watcher=watcher: _watch(tool, watcher, out, settings)))


def _pretend(module: str) -> None:
    """Make a package that has just been imported report a GPU. If this fails, the package is left as it is."""
    with contextlib.suppress(Exception):
        _ends.append(import_module(module).pretend_gpu())


def _watch(tool: str, watcher: str, out: str, settings: dict[str, Any]) -> None:
    """Watch a tool that has just been imported. If this fails, the program runs on without recording."""
    from synthesis.core.stores.places import store_of
    from synthesis.frontends.registry import check_releases
    from synthesis.making.recording.recorder import Recorder
    from synthesis.making.recording.settings import Recording

    recorder = Recorder(tool, store_of(out), Recording.of(**settings))
    try:
        check_releases(tool)
        _ends.append(import_module(watcher).watch(recorder))
    except Exception as error:  # noqa: BLE001 (a tool may raise anything)
        recorder.miss("", "", f"{tool} could not be watched: {error}")
