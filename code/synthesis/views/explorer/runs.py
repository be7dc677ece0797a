"""Runs the kernels of rows once to show inputs and outputs. Untrusted sources run in sandboxed processes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.errors import IrsmithError, MissingFrontendError, UnsupportedReleaseError
from synthesis.core.records import KernelSpec
from synthesis.core.sandbox.confinement import Confinement
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.base import Frontend, ReferenceFaultError, ReferenceUnknownError, Values
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.making.confirmation import why_unprovable
from synthesis.verification.inputs import flat
from synthesis.verification.trial import try_kernel
from synthesis.verification.twins import at_executed_sizes
from synthesis.views.explorer.packing import plain

MOST_SHOWN = 48
"""Maximum number of elements of an array that are shown."""
UNTOUCHED = "·"
"""Marks an element of an output that the kernel did not write."""
_ARRAYS = 64
"""Maximum number of inputs, and of outputs, that are shown of a run."""
_WORDS = 300
"""Maximum number of characters of an error message, a name or a dtype."""
_LARGEST = 1 << 18
"""Maximum number of bytes of a run's description."""
_STARTING = 60.0
"""Seconds of processor time that a process may take to start, in addition to its first run."""
_READY = b"ready"
Shown = Mapping[str, Any]
"""A run as its page shows it: ``inputs`` and ``outputs``, or ``why`` there is none."""


class Runs:
    """Runs kernels of rows. A context manager.

    Args:
        confinement: the restrictions on processes that run sources.
        time_limit: processor time that one kernel may take, in seconds.
    """

    def __init__(self, confinement: Confinement, time_limit: float) -> None:
        self._confinement = confinement
        self._time_limit = time_limit
        self._stack = ExitStack()
        self._zygotes: dict[str, Zygote] = {}

    def __enter__(self) -> "Runs":
        """Return the runs themselves."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the processes that run sources."""
        self._zygotes.clear()
        self._stack.close()

    def of(self, documents: Sequence[Document]) -> list[Shown]:
        """Return the run of each row, in order.

        Raises:
            MachineError: if processes cannot run on this machine, or it lacks a required protection.
        """
        found: list[Shown | None] = [None] * len(documents)
        by_frontend: dict[str, list[tuple[int, KernelSpec]]] = {}
        for place, document in enumerate(documents):
            try:
                get_frontend(document.frontend)
                by_frontend.setdefault(document.frontend, []).append((place, document.spec))
            except UnsupportedReleaseError as error:
                found[place] = {"why": str(error)[:_WORDS]}
            except MissingFrontendError:
                found[place] = {"why": f"{document.frontend[:_WORDS]} is not installed where this site was made"}
            except (IrsmithError, ValueError, TypeError, AttributeError) as error:
                found[place] = {"why": str(error)[:_WORDS]}
        for name, specs in by_frontend.items():
            runs = self._run(name, [spec for _, spec in specs])
            for (place, _), shown in zip(specs, runs, strict=True):
                found[place] = shown
        return [each if each is not None else {"why": "not run"} for each in found]

    def _run(self, name: str, specs: Sequence[KernelSpec]) -> Iterator[Shown]:
        """Yield the runs of one front end's kernels, in order.

        A kernel that crashes its process gives an error message.
        """
        done = 0
        zygote = self._zygote(name)
        while done < len(specs):
            work = partial(run_kernels, name, specs[done:])
            harm = "its process ended without a result"
            limit, first = self._time_limit, self._time_limit + _STARTING
            for item in zygote.run(work, bytes, time_limit=limit, first_limit=first, contained=True):
                if isinstance(item, Casualty):
                    harm = item.detail
                elif item != _READY and done < len(specs):
                    done += 1
                    yield _read(item)
            if done < len(specs):
                zygote.check_machine()
                done += 1
                yield {"why": f"not run: {harm}"[:_WORDS]}

    def _zygote(self, name: str) -> Zygote:
        if name not in self._zygotes:
            zygote = Zygote(preload=frontend_modules(name), confinement=self._confinement)
            self._zygotes[name] = self._stack.enter_context(zygote)
        return self._zygotes[name]


def run_kernels(name: str, specs: Sequence[KernelSpec]) -> Iterator[bytes]:
    """Yield a signal when all imports are done, then the run of each kernel as JSON. It runs in a sandboxed process."""
    frontend = get_frontend(name)
    yield _READY
    for spec in specs:
        try:
            shown = _shown(frontend, spec)
        except ReferenceUnknownError as error:
            shown = {"why": f"the reference, which computes the results, does not model {error.what}"}
        except ReferenceFaultError as error:
            shown = {"why": f"the kernel is at fault on the first inputs that are drawn: {error}"}
        except (Exception, SystemExit) as error:  # noqa: BLE001 (an untrusted source may raise anything)
            shown = {"why": detail_of(error)}
        yield json.dumps(plain(shown)).encode()


def _shown(frontend: Frontend, spec: KernelSpec) -> dict[str, Any]:
    unknown = why_unprovable(spec)
    if unknown is not None:
        return {"why": str(unknown)}
    if frontend.prover is None:
        return {"why": f"kernels of {frontend.name} cannot be run here"}
    trial = try_kernel(frontend, at_executed_sizes(spec))
    return {"inputs": _arrays(trial.inputs, {}), "outputs": _arrays(trial.outputs, trial.starts)}


def _arrays(values: Values, starts: Values) -> list[dict[str, Any]]:
    poison = flat(starts)
    found = [_array(name, np.asarray(array), poison.get(name)) for name, array in flat(values).items()]
    return found[:_ARRAYS]


def _array(name: str, array: npt.NDArray[Any], start: npt.NDArray[Any] | None) -> dict[str, Any]:
    """Return an array, truncated. Elements of an output that still hold their poison are marked as untouched."""
    first = array.ravel()[:MOST_SHOWN]
    values = [_number(each) for each in first]
    if start is not None and start.shape == array.shape and array.dtype.kind != "b":
        left = start.ravel()[:MOST_SHOWN]
        values = [UNTOUCHED if old == new else shown for old, new, shown in zip(left, first, values, strict=True)]
    return {"name": name, "dtype": str(array.dtype), "shape": list(array.shape), "values": values}


def _number(value: Any) -> str:
    kind = np.asarray(value).dtype.kind
    if kind == "b":
        return str(bool(value)).lower()
    if kind in "iu":
        return str(int(value))
    return f"{complex(value):.6g}" if kind == "c" else f"{float(value):.6g}"


def _read(item: bytes) -> Shown:
    """Return a run as reported by a process, reduced to strings and integers."""
    try:
        if len(item) > _LARGEST:
            raise ValueError
        found = json.loads(item)
        if "why" in found:
            return {"why": str(found["why"])[:_WORDS]}
        return {side: [_checked(each) for each in found[side][:_ARRAYS]] for side in ("inputs", "outputs")}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {"why": "the result of its process cannot be read"}


def _checked(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": str(entry["name"])[:_WORDS],
        "dtype": str(entry["dtype"])[:_WORDS],
        "shape": [int(each) for each in entry["shape"][:32]],
        "values": [str(each)[:64] for each in entry["values"][:MOST_SHOWN]],
    }
