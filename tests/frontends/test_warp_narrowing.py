"""Statements that run in few lanes alone leave what they leave with a mask."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import one_kernel

from synthesis import get_frontend
from synthesis.frontends.base import Trace
from synthesis.frontends.warp.reference import narrowing

pytestmark = pytest.mark.needs("warp")
THREADS = 48
BODIES = {
    "return": "if a[i] < 0.6:\n    return\no[i] = 2.0 * a[i]\nwp.atomic_add(o, 0, a[i])",
    "loop": "s = float(0.0)\nfor k in range(n[i]):\n    if k == 3:\n        continue\n    if k > 5:\n        break\n"
    "    s += a[k] * float(k)\no[i] = s",
    "while": "k = int(0)\nwhile a[k] + a[i] < 1.2 and k < 40:\n    k += 1\n"
    "o[i] = float(k) + wp.where(k > 3, a[k], 1.0)",
    "function": "v = wp.vec3(a[i], 1.0, 2.0)\nif a[i] > 0.5:\n    v = turned(v, n[i])\n"
    "    v[1] = a[0]\no[i] = v[0] + v[1]",
    "constant": "flag = int(1)\nif a[i] > 0.7:\n    flag = 2\n"
    "if flag == 2:\n    o[i] = 5.0\nelse:\n    o[i] = a[i] * a[i]",
    "slots": "if a[i] > 0.8:\n    k = wp.atomic_add(n, 0, 1)\n    o[wp.abs(k) % 48] = a[i]",
    "names": "if a[i] > 0.8:\n    w = a[i] * 3.0\n    pair = wp.vec2(w, 1.0)\nif a[i] > 0.8:\n    o[i] = w + pair[0]",
    "root": "if n[i] == 2:\n    o[i] = wp.length(wp.vec3(a[i] - a[i], 0.0, 0.0))\nelse:\n    o[i] = wp.sqrt(a[i])",
}
KERNEL = """
import warp as wp

@wp.func
def turned(v: wp.vec3, n: int) -> wp.vec3:
    if n > 2:
        return wp.vec3(v[1], v[2], v[0])
    for k in range(n):
        v = v * 1.5
    return v

@wp.kernel
def one(a: wp.array(dtype=float), n: wp.array(dtype=int), o: wp.array(dtype=float)):
    i = wp.tid()
    {body}
"""


@pytest.mark.parametrize("double", [False, True], ids=["own", "double"])
@pytest.mark.parametrize("name", BODIES)
def test_few_lanes_alone_leave_what_a_mask_leaves(
    name: str, double: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = one_kernel(tmp_path, KERNEL.replace("{body}", BODIES[name].replace("\n", "\n    ")))
    object.__setattr__(kernel.spec.signature, "launch", (THREADS,))
    generator = np.random.default_rng(3)
    runs: list[dict[str, Any]] = [
        {
            "a": generator.uniform(0, 1, THREADS).astype(np.float32),
            "n": generator.integers(0, 9, THREADS).astype(np.int32),
            "o": generator.uniform(0, 1, THREADS).astype(np.float32),
        }
        for _ in range(3)
    ]
    narrowed = 0
    whole = narrowing.is_worthwhile

    def counted(*given: Any) -> bool:
        nonlocal narrowed
        found = whole(*given)
        narrowed += found
        return found

    monkeypatch.setattr("synthesis.frontends.warp.reference.interpreter.is_worthwhile", counted)
    reference = get_frontend("warp").the_prover.reference(kernel)
    found: list[tuple[Any, Trace]] = []
    for least in (1 << 30, 4):
        monkeypatch.setattr(narrowing, "LEAST", least)
        trace = Trace()
        found.append((reference(runs, double=double, trace=trace), trace))
    assert narrowed
    (masked, way), (alone, other) = found
    for one, two in zip(masked, alone, strict=True):
        for array in "ano":
            np.testing.assert_array_equal(one[array], two[array])
    assert (way.first, way.arms, way.whole, way.left_out) == (other.first, other.arms, other.whole, other.left_out)
    assert (way.singular, way.order) == (other.singular, other.order)
