"""Runs cases by Warp on the CPU and by the oracle, and says where they part."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import warp as _warp
from running import kernel_type

from synthesis import get_frontend
from synthesis.core.formats import is_floating
from synthesis.core.signatures import Role
from synthesis.frontends.base import Kernel, ReferenceFaultError, ReferenceUnknownError, Values
from warp_rules.cases import THREADS, Case
from warp_rules.inputs import finfo, values_of

wp: Any = _warp
Array = Any


def differences(cases: Sequence[Case]) -> dict[str, str]:
    """Where Warp and the oracle part, by case; cases are compiled as one module, which is forgotten afterwards."""
    frontend = get_frontend("warp")
    kernels: list[Kernel] = []
    for case, kernel in zip(cases, frontend.compiler.load([each.spec() for each in cases]), strict=True):
        assert isinstance(kernel, Kernel), (case.name, kernel)
        # As texts are compiled when they are verified: nothing is fused.
        kernel.live.module.options |= {"enable_backward": False, "fuse_fp": False}
        kernels.append(kernel)
    found = {case.name: difference(case, kernel) for case, kernel in zip(cases, kernels, strict=True)}
    frontend.compiler.release(kernels)
    return {name: each for name, each in found.items() if each}


def by_warp(case: Case, kernel: Kernel, values: Values) -> Values:
    """What Warp's own launch leaves in the arrays of a case."""
    arrays = {
        each.name: wp.array(values[each.name], dtype=kernel_type(kernel, each.name).dtype, device="cpu")
        for each in case.arrays
    }
    launch = wp.launch_tiled if case.tiled else wp.launch
    settings = {"block_dim": THREADS} if case.tiled else {}
    launch(kernel.live, dim=[case.rows], inputs=list(arrays.values()), device="cpu", **settings)
    return {name: array.numpy() for name, array in arrays.items()}


def by_oracle(kernel: Kernel, values: Values, *, double: bool) -> Values:
    """What the oracle says that it leaves."""
    (made,) = get_frontend("warp").the_prover.reference(kernel)([values], double=double)
    return dict(made)


def difference(case: Case, kernel: Kernel) -> str:
    """Where Warp and the oracle part, in either precision; empty if nowhere."""
    values = values_of(case)
    try:
        own = by_oracle(kernel, values, double=False)
        wide = own if _of_bits(case) else by_oracle(kernel, values, double=True)
    except (ReferenceUnknownError, ReferenceFaultError) as error:
        return f"refused: {error}"
    got = by_warp(case, kernel, values)
    for given in case.arrays:
        name = given.name
        if given.role is Role.INPUT:
            if not np.array_equal(_bits(got[name]), _bits(values[name])):
                return f"the input {name} is not as it was"
            continue
        wrong = _wrong(got[name], own[name], wide[name], case)
        if wrong is not None:
            called = {each.name: values[each.name][wrong[0]] for each in case.arrays if each.role is not Role.OUTPUT}
            there = got[name][wrong], own[name][wrong], wide[name][wrong]
            return f"{name}{list(wrong)} is {there[0]}, the oracle has {there[1]} and {there[2]}, for {called}"
    return ""


def _of_bits(case: Case) -> bool:
    return case.built_in == "cast"


def _bits(array: Array) -> Array:
    return np.ascontiguousarray(array).view(np.uint8)


def _wrong(got: Array, own: Array, wide: Array, case: Case) -> tuple[int, ...] | None:
    """The first element that neither precision's value explains, or that the own precision's does not."""
    if got.shape != own.shape or got.dtype != own.dtype:
        return (0,) * got.ndim
    if not is_floating(got.dtype):
        wrong = (got != own) | (got != wide)
    else:
        limits = finfo(got.dtype)
        epsilon, smallest = float(limits.eps), float(limits.tiny)
        with np.errstate(all="ignore"):
            found, near, far = (each.astype(np.float64) for each in (got, own, wide.astype(got.dtype)))
            size = np.abs(near).reshape(len(near), -1).max(1).reshape(-1, *(1,) * (near.ndim - 1))
            size = np.maximum(np.where(np.isfinite(size), size, 0), np.maximum(np.abs(near), case.size))
            allowed = case.tolerance * epsilon * size + smallest
            same = (found == near) | (np.isnan(found) & np.isnan(near))
            wrong = ~(same | (np.abs(found - near) <= allowed))
            both = np.isfinite(near) & np.isfinite(far)
            wrong |= both & ~(np.abs(found - far) <= 8 * np.abs(near - far) + 4 * allowed)
    return tuple(int(axis) for axis in np.argwhere(wrong)[0]) if wrong.any() else None
