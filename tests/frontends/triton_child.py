"""Runs kernels in Triton's own interpreter, in a process of its own: pickled jobs in, pickled arrays out."""

import importlib.util
import os
import pickle
import sys
import tempfile
from pathlib import Path
from typing import Any

import ml_dtypes  # noqa: F401  # pyright: ignore[reportUnusedImport]

os.environ["TRITON_INTERPRET"] = "1"


class _Storage:
    def __init__(self, array: Any) -> None:
        self.array = array

    def data_ptr(self) -> int:
        return int(self.array.ctypes.data)

    def cpu(self) -> "_Storage":
        return self

    def copy_(self, other: Any) -> None:
        pass


class _Name:
    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"torch.{self.name}"


_NAMES: dict[str, _Name] = {}
"""One object of each type: Triton keeps what it knows of one by the object's address."""


class _Tensor:
    """An array in the shape that the interpreter expects of a tensor."""

    device = "cpu"

    def __init__(self, array: Any) -> None:
        self.array = array
        self.dtype = _NAMES.setdefault(array.dtype.name, _Name(array.dtype.name))

    def data_ptr(self) -> int:
        return int(self.array.ctypes.data)

    def untyped_storage(self) -> _Storage:
        return _Storage(self.array)

    def new_empty(self, *_: Any, **__: Any) -> "_Tensor":
        return _Tensor(self.array)

    def set_(self, *_: Any) -> None:
        pass

    def storage_offset(self) -> int:
        return 0

    def size(self) -> Any:
        return self.array.shape

    def stride(self) -> Any:
        return self.array.strides


_ALIVE: list[Any] = []
"""The modules of all kernels: the interpreter knows functions by their identities, which must not be used again."""


def _run(job: dict[str, Any], folder: Path, number: int) -> Any:
    path = folder / f"job{number}.py"
    path.write_text(job["source"])
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    _ALIVE.append(module)
    try:
        spec.loader.exec_module(module)
        given = {name: _Tensor(value) if value.shape else value.item() for name, value in job["values"].items()}
        getattr(module, job["name"])[job["grid"]](**given, **job["constants"])
    except Exception as error:  # noqa: BLE001 (the test shows it)
        return f"{type(error).__name__}: {error}"
    return {name: value for name, value in job["values"].items() if value.shape}


def main() -> None:
    jobs, out = pickle.load(sys.stdin.buffer), sys.stdout.buffer
    sys.stdout = sys.stderr  # kernels print
    with tempfile.TemporaryDirectory() as folder:
        results = [_run(job, Path(folder), number) for number, job in enumerate(jobs)]
    out.write(pickle.dumps(results))
    out.flush()


if __name__ == "__main__":
    main()
