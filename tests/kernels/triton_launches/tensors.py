"""Arrays in the shape that Triton and its interpreter expect of tensors."""

from typing import Any

import ml_dtypes
import numpy as np

_dtypes: dict[str, "_Dtype"] = {}


class _Dtype:
    """A type with a name as PyTorch prints it. There is one object for each type, as Triton keeps its address."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.itemsize = np.dtype(getattr(ml_dtypes, name, name)).itemsize
        self.is_floating_point = "float" in name

    def __str__(self) -> str:
        return f"torch.{self.name}"


class _Storage:
    def __init__(self, array: Any) -> None:
        self.array = array

    def data_ptr(self) -> int:
        return int(self.array.ctypes.data)

    def nbytes(self) -> int:
        return int(self.array.nbytes)

    def cpu(self) -> "_Storage":
        return self

    def copy_(self, other: Any) -> None:
        pass


class Tensor:
    """A tensor on the host.

    Args:
        array: its elements, which may be a view of a larger array.
    """

    device = "cpu"

    def __init__(self, array: Any) -> None:
        self.array = array
        self.dtype = _dtypes.setdefault(array.dtype.name, _Dtype(array.dtype.name))
        self.shape = array.shape

    def data_ptr(self) -> int:
        return int(self.array.ctypes.data)

    def untyped_storage(self) -> _Storage:
        return _Storage(self.array if self.array.base is None else self.array.base)

    def is_contiguous(self) -> bool:
        return bool(self.array.flags.c_contiguous)

    def element_size(self) -> int:
        return int(self.array.itemsize)

    def new_empty(self, *_: Any, **__: Any) -> "Tensor":
        return Tensor(self.array)

    def set_(self, *_: Any) -> None:
        pass

    def storage_offset(self) -> int:
        return 0

    def size(self) -> Any:
        return self.shape

    def stride(self, axis: int | None = None) -> Any:
        steps = tuple(each // self.array.itemsize for each in self.array.strides)
        return steps if axis is None else steps[axis]


def numbers(*shape: int, dtype: str = "float32") -> Tensor:
    """Return the first numbers of a fixed sequence, from -2 to 2."""
    made: Any = np.empty(shape, np.dtype(dtype))
    made[...] = np.sin(np.arange(made.size) * 1.7).reshape(shape) * 2
    return Tensor(made)
