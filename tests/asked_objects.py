"""The kernels of ``tests/kernels/objects.py``, which query objects such as meshes, and their signatures."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from conftest import kernels_module

from synthesis.core.signatures import Argument, Domain, Role, Signature
from synthesis.frontends.warp import discovery
from synthesis.frontends.warp.recipes.applications import shapes

objects: Any = kernels_module(Path(__file__).parent / "kernels", "objects")
THREADS = 40
FAR = Domain(low=-2.0, high=2.0)


def grouped(argument: Argument) -> Argument:
    """Return an object argument whose items are in groups 0, 1 and 2 in turn. No item is in group 3."""
    items = {each.name: each.shape for each in argument.fields}
    (count,) = items.get("lowers") or (len(argument.fields[1].base) // 3,)
    groups = tuple(number % 3 for number in range(count or 0))
    held = Argument(
        name="groups",
        type_name="wp.array[int]",
        dtype="int32",
        shape=(count,),
        domain=Domain(low=0, high=0),
        base=groups,
    )
    return replace(argument, fields=(*argument.fields, held))


OF_ANY = (
    objects.closest_point, objects.rays, objects.parts, objects.faces_in_box, objects.furthest_point,
    objects.faces_in_sphere, objects.faces_of_a_group, objects.faces_of_a_block,
)  # fmt: skip
KERNELS: list[tuple[Any, Callable[[str], Argument]]] = [
    *((each, lambda name, shape=shape: shapes.mesh_argument(name, shape, 0.1, velocities=True))
      for each in OF_ANY for shape in shapes.SHAPES),
    *((each, lambda name, shape=shape: shapes.mesh_argument(name, shape, 0.1))
      for each in (objects.signed_distance, objects.sides) for shape in shapes.CLOSED),
    *((each, lambda name: shapes.bvh_argument(name, 20, 1.5, (0.2, 0.6)))
      for each in (objects.boxes, objects.around_boxes, objects.boxes_of_a_group, objects.boxes_of_a_block)),
    (objects.boxes_of_a_group, lambda name: grouped(shapes.bvh_argument(name, 20, 1.5, (0.2, 0.6)))),
    *((objects.faces_of_a_group, lambda name, shape=shape: grouped(shapes.mesh_argument(name, shape, 0.1)))
      for shape in shapes.SHAPES),
    (objects.neighbours, lambda name: shapes.grid_argument(name, THREADS, "x")),
    (objects.field, lambda name: shapes.volume_argument(name, "volume_f", (5, 9, 11), 1.2, (-1.0, 1.0), 2.0)),
    (objects.flow, lambda name: shapes.volume_argument(name, "volume_v", (8, 3, 10), 1.2, (-1.0, 1.0), 0.5)),
    (objects.labels, lambda name: shapes.volume_argument(name, "volume_i", (9, 4, 12), 1.2, (0, 6), -1.0)),
    *((kernel, lambda name, sizes=sizes, modes=modes: shapes.texture_argument(name, sizes, (-1.0, 1.0), *modes))
      for kernel, sizes in ((objects.picture, (5, 8)), (objects.block, (3, 6, 4)))
      for modes in product((False, True), ("WRAP", "CLAMP", "MIRROR", "BORDER"), (False, True))
      if modes[2] or modes[1] in ("CLAMP", "BORDER")),
]  # fmt: skip


OF_A_BLOCK = (objects.boxes_of_a_block, objects.faces_of_a_block)


def signature_of(kernel: Any, make: Callable[[str], Argument]) -> Signature:
    """Return the signature that a kernel of ``KERNELS`` is launched with; ``make`` returns its object argument."""
    found = discovery.signature_of(kernel)
    known = {
        "x": {"shape": (THREADS,), "domain": FAR},
        "reach": {"domain": Domain(low=0.4, high=1.5)},
        "out": {"shape": (THREADS, 3), "role": Role.INOUT, "domain": Domain(low=0, high=0.1)},
        "hits": {"shape": (THREADS,), "role": Role.INOUT, "domain": Domain(low=0, high=1)},
    }
    arguments = [replace(each, **known[each.name]) if each.name in known else make(each.name)
                 for each in found.arguments]  # fmt: skip
    return replace(found, arguments=tuple(arguments), launch=(THREADS,), tiled=kernel in OF_A_BLOCK)
