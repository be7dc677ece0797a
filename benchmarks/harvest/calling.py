"""What the programs that call packages' Triton kernels share: tensors, and calls that may fail one by one."""

import sys
import time
import traceback
from collections.abc import Callable
from typing import Any

import torch

DEVICE = "cuda"
"""Where tensors are made: irsmith record --pretend-gpu makes them on the host."""


def real(*shape: int, dtype: torch.dtype = torch.float32, grad: bool = False) -> torch.Tensor:
    """Return normal numbers."""
    return torch.randn(*shape, device=DEVICE).to(dtype).requires_grad_(grad)


def leaf(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Return normal numbers whose gradient is wanted."""
    return real(*shape, dtype=dtype, grad=True)


def whole(high: int, *shape: int, dtype: torch.dtype = torch.int64) -> torch.Tensor:
    """Return integers from 0 up to but not including ``high``."""
    return torch.randint(0, high, shape, device=DEVICE).to(dtype)


def back(found: Any) -> Any:
    """Compute the gradients of the sum of all real results, and return the results."""
    results = found if isinstance(found, tuple | list) else [found]
    losses = [each.float().sum() for each in results if isinstance(each, torch.Tensor) and each.requires_grad]
    if losses:
        torch.stack(losses).sum().backward()
    return found


def call_all(calls: dict[str, Callable[[], Any]]) -> None:
    """Make all calls, or those that are named on the command line, and say which ones fail."""
    named = sys.argv[1:]
    failed = 0
    for name, call in calls.items():
        if named and name not in named:
            continue
        torch.manual_seed(0)
        began = time.monotonic()
        try:
            call()
        except Exception as error:  # noqa: BLE001 (a package may raise anything)
            failed += 1
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{where.filename.rpartition('/')[2]}:{where.lineno}"
            print(f"{name}: {type(error).__name__}: {str(error)[:200]} ({place})", flush=True)
        else:
            print(f"{name}: {time.monotonic() - began:.1f} s", flush=True)
    print(f"{len(named or calls)} calls, {failed} failed")
