"""Recording in this process: what waits for the tools to be imported, and what ends it."""

import contextlib
import json
from collections.abc import Callable, Generator
from importlib import import_module
from pathlib import Path
from typing import Any

from synthesis.making.recording.imports import when_imported

VARIABLE = "IRSMITH_RECORD"
"""The environment variable that says where a process is recorded, as JSON."""
CODE = "IRSMITH_RECORD_CODE"
_WATCHERS = {"warp": "synthesis.frontends.warp.launches", "jax": "synthesis.frontends.jax.launches"}
"""The tools that are waited for, and what watches each."""
_ends: list[Callable[[], None]] = []
"""What ends the recording of this process."""


def begin_in_child(text: str) -> None:
    """Record this process, as another one that started it says; nothing that is slow to import is imported yet.

    Args:
        text: JSON with ``out`` and ``settings``.
    """
    told: dict[str, Any] = json.loads(text)
    _begin(told["out"], told["settings"])


@contextlib.contextmanager
def record(out: str | Path, **settings: Any) -> Generator[None]:
    """Keep what kernels are launched with inside the block; afterwards the tools are as before.

    Args:
        out: the folder to keep it in; several processes may have the same, and one may go on with another's.
        settings: fields of :class:`~synthesis.making.recording.settings.Recording`, such as ``launches`` or ``size``.

    Raises:
        ConfigError: for a setting that is not allowed to be so, or if this process is being recorded already.
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
    for tool, watcher in _WATCHERS.items():
        _ends.append(when_imported(tool, lambda tool=tool, watcher=watcher: _watch(tool, watcher, out, settings)))


def _watch(tool: str, watcher: str, out: str, settings: dict[str, Any]) -> None:
    """Have a tool watched that has just been imported; where it cannot be, the program runs as it does without."""
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
