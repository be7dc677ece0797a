"""Queries of meshes, trees and grids: the reference, which looks at everything, against Warp's own launch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asked_objects import KERNELS, signature_of

from synthesis.core.signatures import Argument, Signature
from synthesis.frontends.base import Values
from synthesis.frontends.warp.handles import TEXTURES, is_object
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.objects import make_object
from synthesis.frontends.warp.reference.launch import LaunchReference
from synthesis.verification.inputs import complete, draw_inputs


def launched(kernel: Any, signature: Signature, values: Values) -> Values:
    """What Warp's own launch leaves."""
    given: list[Any] = []
    kept: list[Any] = []
    for argument in signature.arguments:
        value = values[argument.name]
        if argument.handle:
            parts = {each.name: np.array(value[each.name]) for each in argument.fields}
            kept += [parts, make_object(argument.handle, parts)]
            given.append(kept[-1] if argument.handle in TEXTURES else wp.uint64(kept[-1].id))
        elif argument.shape is None:
            given.append(value.item())
        else:
            given.append(
                wp.array(value, dtype=wp.vec3, device="cpu") if argument.element else wp.array(value, device="cpu")
            )
    if signature.tiled:
        wp.launch_tiled(kernel, dim=signature.launch, inputs=given, block_dim=1, device="cpu")
    else:
        wp.launch(kernel, dim=signature.launch, inputs=given, device="cpu")
    return {each.name: made.numpy() for each, made in zip(signature.arguments, given, strict=True)
            if each.shape is not None}  # fmt: skip


NEAREST_IS_WRONG = "nearest_texel" not in (Path(wp.__file__).parent / "native" / "texture.h").read_text()


def is_periodic_and_nearest(argument: Argument) -> bool:
    """Whether it is a texture that repeats and of which the nearest texel is taken."""
    fixed = {each.name: each.domain.low for each in argument.fields if each.domain is not None}
    return argument.handle in TEXTURES and fixed["filter_mode"] == 0 and fixed["address_mode"] == 0


@pytest.mark.parametrize(("kernel", "make"), KERNELS)
def test_the_reference_finds_what_warp_finds(kernel: Any, make: Callable[[str], Argument]) -> None:
    signature = signature_of(kernel, make)
    if NEAREST_IS_WRONG and any(is_periodic_and_nearest(each) for each in signature.arguments):
        pytest.skip("this Warp finds no texel in the last half of a texture that repeats; mended in Warp 1.19")
    assert all(is_object(each) for each in signature.arguments if each.handle)
    runs = [complete(signature, draw_inputs(signature, number, seed=5)) for number in range(6)]
    reference = LaunchReference(kernel, signature)
    for run, *expected in zip(runs, reference(runs, double=True), reference(runs, double=False), strict=True):
        left = launched(kernel, signature, run)
        for name, tolerance in (("hits", 0.0), ("out", 2e-5)):
            apart = [np.abs(left[name] - each[name]) for each in expected]
            assert (np.minimum(*apart) <= tolerance * (1 + np.abs(left[name]))).all(), name
