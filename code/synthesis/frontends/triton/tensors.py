"""The memory of the arrays with which programs launch kernels: tensors, and objects that wrap a tensor."""

from typing import Any

_INNER = ("base", "_base")
"""Attributes in which wrappers, such as those of ``triton.reinterpret``, hold their tensor."""


def tensor_behind(value: Any) -> Any:
    """Return the tensor that holds the memory of an array; None if there is none."""
    while value is not None and not (hasattr(value, "untyped_storage") and hasattr(value, "is_contiguous")):
        value = next((found for name in _INNER if (found := getattr(value, name, None)) is not None), None)
    return value


def span_of(value: Any) -> tuple[int, int] | None:
    """Return the start and end addresses of an array's memory; None if they are unknown."""
    tensor = tensor_behind(value)
    if tensor is None:
        return None
    storage = tensor.untyped_storage()
    return storage.data_ptr(), storage.data_ptr() + storage.nbytes()
