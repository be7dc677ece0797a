"""Queries of meshes, trees and grids: the reference, which looks at everything, against Warp's own launch."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import kernels_module

from synthesis.core.records import Argument, Domain, Role, Signature
from synthesis.frontends.base import Values
from synthesis.frontends.warp import discovery
from synthesis.frontends.warp.handles import TEXTURES, is_object
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.objects import make_object
from synthesis.frontends.warp.recipes.applications import shapes
from synthesis.frontends.warp.reference.launch import LaunchReference
from synthesis.verification.inputs import complete, draw_inputs

objects: Any = kernels_module(Path(__file__).parents[1] / "kernels", "objects")
THREADS = 40
FAR = Domain(low=-2.0, high=2.0)


OF_ANY = (objects.closest_point, objects.rays, objects.parts, objects.faces_in_box)
KERNELS: list[tuple[Any, Callable[[str], Argument]]] = [
    *((each, lambda name, shape=shape: shapes.mesh_argument(name, shape, 0.1, velocities=True))
      for each in OF_ANY for shape in shapes.SHAPES),
    *((objects.signed_distance, lambda name, shape=shape: shapes.mesh_argument(name, shape, 0.1))
      for shape in shapes.CLOSED),
    (objects.boxes, lambda name: shapes.bvh_argument(name, 20, 1.5, (0.2, 0.6))),
    (objects.neighbours, lambda name: shapes.grid_argument(name, THREADS, "x")),
    (objects.field, lambda name: shapes.volume_argument(name, "volume_f", (5, 9, 11), 1.2, (-1.0, 1.0), 2.0)),
    (objects.flow, lambda name: shapes.volume_argument(name, "volume_v", (8, 3, 10), 1.2, (-1.0, 1.0), 0.5)),
    (objects.labels, lambda name: shapes.volume_argument(name, "volume_i", (9, 4, 12), 1.2, (0, 6), -1.0)),
    *((kernel, lambda name, sizes=sizes, modes=modes: shapes.texture_argument(name, sizes, (-1.0, 1.0), *modes))
      for kernel, sizes in ((objects.picture, (5, 8)), (objects.block, (3, 6, 4)))
      for modes in product((False, True), ("WRAP", "CLAMP", "MIRROR", "BORDER"), (False, True))
      if modes[2] or modes[1] in ("CLAMP", "BORDER")),
]  # fmt: skip


def signature_of(kernel: Any, make: Callable[[str], Argument]) -> Signature:
    """What a kernel of the table is launched with."""
    found = discovery.signature_of(kernel)
    known = {
        "x": {"shape": (THREADS,), "domain": FAR},
        "reach": {"domain": Domain(low=0.4, high=1.5)},
        "out": {"shape": (THREADS, 3), "role": Role.INOUT, "domain": Domain(low=0, high=0.1)},
        "hits": {"shape": (THREADS,), "role": Role.INOUT, "domain": Domain(low=0, high=1)},
    }
    arguments = [replace(each, **known[each.name]) if each.name in known else make(each.name)
                 for each in found.arguments]  # fmt: skip
    return replace(found, arguments=tuple(arguments), launch=(THREADS,))


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
