"""Launches in Triton's interpreter on the host: their time limit."""

import importlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.needs("triton")
MODULES = ("launching", "helpers", "tensors")
FOLDER = Path(__file__).parents[1] / "kernels" / "triton_launches"


@pytest.fixture
def launching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module of kernels and tensors, in place of others of its name."""
    monkeypatch.setattr(sys, "path", [str(FOLDER), *sys.path])
    before = {name: sys.modules.pop(name) for name in MODULES if name in sys.modules}
    yield importlib.import_module("launching")
    for name in MODULES:
        sys.modules.pop(name, None)
    sys.modules.update(before)


def fill(launching: Any, programs: int, seconds: float) -> Any:
    """The numbers after a launch of so many programs."""
    interpreting = importlib.import_module("synthesis.frontends.triton.interpreting")
    out = np.zeros(4 * programs, np.float32)
    values = {"out_ptr": launching.Tensor(out), "value": 3.0, "n": 4 * programs, "BLOCK": 4}
    interpreting.interpret(launching.fill, (programs,), values, seconds=seconds)
    return out


def test_a_launch_is_stopped_at_its_limit(launching: Any) -> None:
    with pytest.raises(Exception, match=r"it takes more than 0\.05 s of processor time"):
        fill(launching, 100_000, 0.05)


def test_the_work_of_others_does_not_count(launching: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() * 1e6)  # the processor is away most of the time
    assert (fill(launching, 4, 30.0) == 3.0).all()
