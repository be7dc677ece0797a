"""Runs a library's own example on made-up data, for a few steps: python run_example.py FILE [ARGUMENT …].

What an example plots, downloads or saves with is there in name alone. Data sets are random arrays
of MNIST's shapes.
"""

import contextlib
import importlib
import importlib.abc
import importlib.machinery
import itertools
import json
import runpy
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np

ABSENT = frozenset({
    "IPython", "datasets", "matplotlib", "mediapy", "seaborn", "tensorboard", "tensorflow", "tensorflow_datasets",
})  # fmt: skip


class InName(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds packages that do nothing."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        del path, target
        if fullname.partition(".")[0] in ABSENT:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        module = MagicMock(name=spec.name, unsafe=True)
        module.__spec__, module.__path__, module.__name__ = spec, [], spec.name
        if spec.name == "tensorflow_datasets":
            module.load, module.as_numpy = digits, iter
        if spec.name == "datasets":
            module.load_dataset = digit_sets
        if spec.name == "matplotlib.pyplot":
            module.subplots = two_axes
        return module

    def exec_module(self, module: Any) -> None:
        pass


class Digits:
    """Batches as TensorFlow's data sets give them."""

    def __init__(self, size: int = 16, batches: int = 3) -> None:
        self.size, self.batches = size, batches

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self.same

    def same(self, *_: Any, **__: Any) -> "Digits":
        """The data set: it is shuffled and batched as it is."""
        return self

    def whole(self) -> dict[str, Any]:
        random = np.random.default_rng(0)
        return {
            "image": random.integers(0, 255, (256, 28, 28)).astype(np.uint8),
            "label": random.integers(0, 10, 256).astype(np.int32),
        }

    def as_numpy_iterator(self) -> Iterator[dict[str, Any]]:
        return iter(self)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        random = np.random.default_rng(0)
        for _ in itertools.repeat(None, self.batches):
            image = random.integers(0, 255, (self.size, 28, 28, 1)).astype(np.float32)
            yield {"image": image, "label": random.integers(0, 10, self.size).astype(np.int32)}


def digits(*_: Any, **__: Any) -> Digits:
    return Digits()


def digit_sets(*_: Any, **__: Any) -> dict[str, Any]:
    return {each: Digits().whole() for each in ("train", "test")}


def two_axes(*_: Any, **__: Any) -> tuple[MagicMock, MagicMock]:
    return MagicMock(), MagicMock()


def as_program(path: Path) -> Path:
    """A notebook's code as a program; anything else as it is."""
    if path.suffix != ".ipynb":
        return path
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(each["source"]) for each in cells if each["cell_type"] == "code"]
    lines = [line for each in code for line in [*each.splitlines(), ""] if not line.lstrip().startswith(("!", "%"))]
    found = Path(tempfile.mkdtemp()) / f"{path.stem}.py"
    found.write_text("\n".join(lines) + "\n")
    return found


def main() -> None:
    with contextlib.suppress(ImportError):
        importlib.import_module(
            "tensorflow_probability.substrates.jax"
        )  # which does without TensorFlow if it is not there
    sys.meta_path.insert(0, InName())
    sys.argv = sys.argv[1:]
    path = as_program(Path(sys.argv[0]).resolve())
    sys.path.insert(0, str(path.parent))
    runpy.run_path(str(path), run_name="__main__")


if __name__ == "__main__":
    main()
