"""Stores a recording in a folder.

``kernels/DIGEST/kernel.json`` holds a kernel's source and signature, ``kernels/DIGEST/LIKENESS.npz`` one of its
launches, and ``refused/DIGEST.json`` the reason why another kernel is not recorded. Files are written atomically, so
several processes may write at once.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.core.errors import TargetError
from synthesis.core.formats import numpy_dtype
from synthesis.core.records import KernelSpec, Origin
from synthesis.core.signatures import Signature
from synthesis.core.stores.base import Store
from synthesis.frontends.launched import Array, Described, Launched

KERNELS = "kernels"
REFUSED = "refused"
_RECORD = "kernel.json"
_FACTS = "facts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A kernel that was called but not recorded."""

    kernel: str
    module: str
    why: str
    frontend: str


def name_of(described: Described) -> str:
    """Return the name of a kernel's folder, a digest of its source and signature."""
    spec = described.spec
    identity = json.dumps(
        [spec.frontend, spec.name, spec.source, spec.signature.to_json(), dict(spec.signature.options)]
    )
    return hashlib.blake2b(identity.encode(), digest_size=12).hexdigest()


def write_kernel(store: Store, described: Described) -> str:
    """Write a kernel and return the name of its folder."""
    spec, name = described.spec, name_of(described)
    record = {
        "frontend": spec.frontend,
        "name": spec.name,
        "source": spec.source,
        "description": spec.description,
        "signature": spec.signature.to_json(),
        "options": dict(spec.signature.options),
        "origin": spec.origin.to_json(),
        "licence": spec.licence,
        "compiled_from": spec.compiled_from,
        "self_contained": spec.self_contained,
        "digest": described.digest,
    }
    store.write(f"{KERNELS}/{name}/{_RECORD}", (json.dumps(record, indent=1) + "\n").encode())
    return name


def read_kernel(store: Store, name: str) -> Described:
    """Return the kernel of a folder.

    Raises:
        TargetError: if the folder holds no valid kernel.
    """
    try:
        entry: dict[str, Any] = json.loads(store.read(f"{KERNELS}/{name}/{_RECORD}"))
        spec = KernelSpec(
            frontend=entry["frontend"],
            name=entry["name"],
            category="extracted",
            source=entry["source"],
            description=entry["description"],
            signature=Signature.from_json(entry["signature"], entry["options"]),
            origin=Origin.from_json(entry["origin"]),
            licence=entry["licence"],
            compiled_from=entry.get("compiled_from", ""),
            self_contained=entry["self_contained"],
        )
        return Described(spec=spec, digest=entry["digest"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TargetError(f"{KERNELS}/{name} is not a recorded kernel: {error}") from error


def write_launch(store: Store, kernel: str, likeness: str, launched: Launched) -> int:
    """Write a launch of a kernel and return its size in bytes."""
    facts = {
        "shapes": {path: list(shape) for path, shape in launched.shapes.items()},
        "handles": dict(launched.handles),
        "launch": list(launched.launch),
        "tiled": launched.tiled,
        "lost": list(launched.lost),
        "dtypes": {path: value.dtype.name for path, value in launched.values.items() if _is_foreign(value)},
    }
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {
        f"at {path}": value.view(f"u{value.dtype.itemsize}") if _is_foreign(value) else value
        for path, value in launched.values.items()
    }
    np.savez_compressed(buffer, **{_FACTS: np.frombuffer(json.dumps(facts).encode(), np.uint8)}, **arrays)
    store.write(f"{KERNELS}/{kernel}/{likeness}.npz", buffer.getvalue())
    return buffer.tell()


def _is_foreign(value: Array) -> bool:
    """Return whether an array has a type that NumPy does not define, such as bfloat16."""
    return value.dtype.isbuiltin != 1


def launches_of(store: Store, kernel: str) -> list[str]:
    """Return the keys of a kernel's launches, sorted."""
    return sorted(name.removesuffix(".npz") for name in store.names(f"{KERNELS}/{kernel}") if name.endswith(".npz"))


def read_launch(store: Store, kernel: str, likeness: str) -> Launched:
    """Return a launch. The file is untrusted; nothing in it is executed.

    Raises:
        TargetError: if the file is not a valid launch.
    """
    try:
        content = np.load(io.BytesIO(store.read(f"{KERNELS}/{kernel}/{likeness}.npz")), allow_pickle=False)
        facts: Mapping[str, Any] = json.loads(content[_FACTS].tobytes())
        values: dict[str, Array] = {name[3:]: content[name] for name in content.files if name.startswith("at ")}
        values |= {path: values[path].view(numpy_dtype(name)) for path, name in facts["dtypes"].items()}
        return Launched(
            values=values,
            shapes={str(path): tuple(map(int, shape)) for path, shape in facts["shapes"].items()},
            handles={str(path): str(kind) for path, kind in facts["handles"].items()},
            launch=tuple(map(int, facts["launch"])),
            tiled=bool(facts["tiled"]),
            lost=tuple(map(str, facts["lost"])),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile, RecursionError) as error:
        raise TargetError(f"{KERNELS}/{kernel}/{likeness}.npz is not a recorded launch: {error}") from error


def write_refused(store: Store, refused: Refused) -> None:
    """Write a note of why a kernel is not recorded."""
    entry = {"frontend": refused.frontend, "kernel": refused.kernel, "module": refused.module, "why": refused.why}
    content = (json.dumps(entry, indent=1) + "\n").encode()
    store.write(f"{REFUSED}/{hashlib.blake2b(content, digest_size=12).hexdigest()}.json", content)


def read_refused(store: Store, name: str) -> Refused:
    """Return the note in the file ``refused/NAME``.

    Raises:
        TargetError: if the file is not a valid note.
    """
    try:
        entry: dict[str, Any] = json.loads(store.read(f"{REFUSED}/{name}"))
        found = Refused(kernel=entry["kernel"], module=entry["module"], why=entry["why"], frontend=entry["frontend"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TargetError(f"{REFUSED}/{name} is not a note about a kernel: {error}") from error
    return found


def entries_of(store: Store) -> list[str]:
    """Return the names of all entries in a fixed order: kernels, then notes about kernels that were not recorded."""
    kernels = [f"{KERNELS}/{name}" for name in sorted(store.folders(KERNELS))]
    return kernels + [f"{REFUSED}/{name}" for name in sorted(store.names(REFUSED)) if name.endswith(".json")]
