"""The recipes of contacts, and filters of pairs of shapes."""

from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, chain, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.contact_forces import draw_contact_force
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import INT, PAIR, Program

_BODIES = read_bodies("warp", "contacts", margin=4)
_ARGUMENTS = read_arguments("warp", "contacts")

_PAIRS = (("tid", "i", "pair", "pair_id"),)


def _read_pair(p: Program, shapes: int) -> list[str]:
    """Declare several arrays of pairs, and return lines that read the two shapes ``a`` and ``b`` from one of them."""
    p.array("pairs", PAIR, (-1, shapes - 1), (p.threads,), ("shape_pairs", "pairs", "candidate_pair", "geom_pair"))
    p.array("shape0", INT, (-1, shapes - 1), (p.threads,), ("shape0", "shape_a", "geom1"))
    p.array("shape1", INT, (-1, shapes - 1), (p.threads,), ("shape1", "shape_b", "geom2"))
    p.array("pairs2d", INT, (-1, shapes - 1), (p.threads, 2), ("pairs", "shape_pairs", "collision_pairs"))
    read = p.pick(
        "pair_ab = pairs[tid]\na = pair_ab[0]\nb = pair_ab[1]",
        "a = shape0[tid]\nb = shape1[tid]",
        "a = pairs[tid][0]\nb = pairs[tid][1]",
        "a = pairs2d[tid, 0]\nb = pairs2d[tid, 1]",
    )
    return [read]


_PAIR_FUNCTIONS = (
    _BODIES["pair_functions.groups_collide"],
    _BODIES["pair_functions.masks_collide"],
    _BODIES["pair_functions.same_world"],
    _BODIES["pair_functions.boxes_overlap"],
    _BODIES["pair_functions.spheres_overlap"],
    _BODIES["pair_functions.pair_index"],
    _BODIES["pair_functions.mix_weight"],
)
"""Functions that kernels of pairs may call."""


_BOUND_TESTS = (
    "boxes_overlap(lower[a], upper[a], lower[b], upper[b])",
    "spheres_overlap(center[a], reach[a], center[b], reach[b])",
)  # fmt: skip
"""Tests whether the bounds of two shapes overlap."""


_WORLD_TESTS = (
    (
        "world[a] != -1 and world[b] != -1 and world[a] != world[b]",
        "world[a] == -1 or world[b] == -1 or world[a] == world[b]",
    ),
    *[("not same_world(world[a], world[b])", "same_world(world[a], world[b])")] * 2,
)  # fmt: skip
"""Tests of the worlds of two shapes, each with its opposite."""


_FLAG_TESTS = (
    (
        "(flags[a] & COLLIDE_SHAPES) == 0 or (flags[b] & COLLIDE_SHAPES) == 0",
        "(flags[a] & flags[b] & COLLIDE_SHAPES) != 0",
    ),
    (
        "not has_flag(flags[a], COLLIDE_SHAPES) or not has_flag(flags[b], COLLIDE_SHAPES)",
        "has_flag(flags[a], COLLIDE_SHAPES) and has_flag(flags[b], COLLIDE_SHAPES)",
    ),
)  # fmt: skip
"""Tests of flags, each with its opposite."""


_GROUP_TESTS = (
    (
        "group[a] != group[b] and group[a] != -1 and group[b] != -1",
        "group[a] == group[b] or group[a] == -1 or group[b] == -1",
    ),
    (
        "group[a] > 0 and group[b] > 0 and group[a] != group[b]",
        "group[a] <= 0 or group[b] <= 0 or group[a] == group[b]",
    ),
    *[("not groups_collide(group[a], group[b])", "groups_collide(group[a], group[b])")] * 3,
)  # fmt: skip
"""Tests of collision groups, each with its opposite."""


def _pair_tests(p: Program, shapes: int, *, made: bool, bounded: float) -> list[tuple[str, str]]:
    """Return tests that remove a pair, each with its opposite.

    Args:
        p: the kernel.
        shapes: the number of shapes.
        made: whether the kernel makes the pairs itself. Pairs of one body are then always removed.
        bounded: the probability of a test whether the bounds of two shapes overlap.
    """
    declare(p, _ARGUMENTS["shapes"], {"shapes": shapes})
    p.constants({"COLLIDE_SHAPES": 2})
    for each in _PAIR_FUNCTIONS:
        p.function(each)
    groups = p.choices.choice(_GROUP_TESTS)  # fmt: skip
    flags = p.choices.choice(_FLAG_TESTS)  # fmt: skip
    bodies = p.choices.choice((
        ("body[a] == body[b]", "body[a] != body[b]"),
        ("body[a] == body[b] and not allow_self", "body[a] != body[b] or allow_self"),
        # a pair of shapes that are both fixed to the world
        *(() if made else (("body[a] < 0 and body[b] < 0", "body[a] >= 0 or body[b] >= 0"),)),
        (
            "body[a] == body[b] or (body[a] < 0 and body[b] < 0)",
            "body[a] != body[b] and (body[a] >= 0 or body[b] >= 0)",
        ),
    ))  # fmt: skip
    crossed = "masks_collide(contype[a], affinity[a], contype[b], affinity[b])"
    masks = p.choices.choice((
        (
            "(contype[a] & affinity[b]) == 0 and (contype[b] & affinity[a]) == 0",
            "(contype[a] & affinity[b]) != 0 or (contype[b] & affinity[a]) != 0",
        ),
        *[(f"not {crossed}", crossed)] * 2,
    ))  # fmt: skip
    worlds = p.choices.choice(_WORLD_TESTS)  # fmt: skip
    bounds = p.choices.choice(_BOUND_TESTS)  # fmt: skip
    tests = p.choices.shuffled([groups, flags, bodies, masks, worlds])
    chosen = tests[: p.choices.choice((1, 2, 2, 3)) if p.maybe(0.5) else 1]
    if made and bodies not in chosen:
        chosen = [bodies, *chosen]
    # the test of bounds is last because it is the most expensive
    return [*chosen, (f"not {bounds}", bounds)] if p.choices.chance(bounded) else chosen


_OWN_PAIRS = {
    "all_pairs": (
        (
            ("tid", "shape", "i"),
            _BODIES["all_pairs.broadphase_nxn"],
            "broadphase_nxn find_shape_pairs generate_pairs",
            "Generates the pairs of each shape with all later shapes",
        ),
        (
            ("tid", "shape", "i"),
            _BODIES["all_pairs.sweep_and_prune"],
            "sweep_and_prune broadphase_sap sweep_sorted_shapes",
            "Generates shape pairs by sweep and prune along a sorted axis",
        ),
        (
            ("tid", "shape", "i"),
            _BODIES["all_pairs.collect_cell_pairs"],
            "collect_cell_pairs broadphase_grid find_pairs_in_cell",
            "Generates the pairs of shapes in the same grid cell",
        ),
    ),
    "pair_material": (
        (
            _PAIRS[0],
            _BODIES["pair_material.combine_materials"],
            "combine_materials mix_pair_materials compute_pair_materials",
            "Combines the materials of two shapes into contact parameters",
        ),
        (
            _PAIRS[0],
            _BODIES["pair_material.mix_contact_params"],
            "mix_contact_params pair_contact_params resolve_pair_params",
            "Mixes contact parameters by the priorities of two shapes",
        ),
    ),
}
"""Kernels that make pairs of shapes, and kernels that compute the materials of pairs, by target.

Each has names of the index, lines, titles and a summary. In the lines, ``SKIPS`` stands for the tests that skip pairs,
and ``TAKE`` for the lines that store a pair.
"""


def _write_filter(
    p: Program, shapes: int, missing: str, tests: list[tuple[str, ...]], default: str, accept: str
) -> None:
    """Write the tests of a pair, and what is done with a pair that passes them."""
    lines = _read_pair(p, shapes)
    form = p.pick("returns", "returns", "set_and_return", "nested")
    if form == "nested":
        kept = [each[1] for each in tests]
        joined = [" and ".join(map(_bracketed, kept[at : at + 2])) for at in range(0, len(kept), 2)]
        p.write(*lines, default, block("if a >= 0 and b >= 0:", _nested(joined, accept)))
    elif form == "set_and_return" and default:
        p.write(*lines, *(block(f"if {test}:", default, "return") for test in (missing, *(each[0] for each in tests))))
        p.write(accept)
    else:
        p.write(*lines, default, *(block(f"if {test}:", "return") for test in (missing, *(each[0] for each in tests))))
        p.write(accept)


def _draw_pair_filter(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that filters pairs of shapes by groups, flags, bodies and worlds, with -1 for none."""
    own = stream.child("own").choice(_OWN_PAIRS[target]) if target in _OWN_PAIRS else None
    looping = target == "all_pairs"
    p = Program(
        stream,
        own[0] if own and looping else _PAIRS[0],
        launch=(stream.child("threads").choice((12, 16, 18) if looping else (64, 96, 128)),),
    )
    shapes = p.threads if looping else p.choices.choice((6, 8, 12))
    if not looping:
        p.guard_count("pair")
    kinds = ("SPHERE_SPHERE", "SPHERE_CAPSULE", "SPHERE_BOX", "CAPSULE_CAPSULE", "CAPSULE_BOX", "BOX_BOX")
    room = p.threads // 2
    cells = 6
    declare(p, _ARGUMENTS["pairs"], {"threads": p.threads, "shapes": shapes, "room": room, "cells": cells})
    p.constants({"NO_COLLISION": -1, "SPHERE": 0, "CAPSULE": 1, "BOX": 2, "NUM_TYPES": 3})
    p.constants({f"KIND_{name}": number for number, name in enumerate((*kinds, "CONVEX", "GENERAL"))})
    counted, count_titles = _count(p)
    missing = p.pick("a < 0 or b < 0", "a == -1 or b == -1")
    bounded = {"broadphase_nxn": 1.0, "sweep_and_prune": 0.0}.get(own[2].split()[0] if own else "", 0.3)
    tests = _pair_tests(p, shapes, made=looping, bounded=bounded)
    if own:
        _, text, titles, summary = own
        if looping:
            skips, take = [each[0] for each in tests], counted.replace("RETURN", "continue")
            skip = "\n".join(block(f"if {each}:", "continue") for each in skips)
            if p.choices.chance(0.3):
                skip, take = "", block(f"if {' and '.join(map(_bracketed, (each[1] for each in tests)))}:", take)
            text = dedent(text)
            for key, lines in (("SKIPS", skip), ("TAKE", take)):
                text = text.replace(f"    {key}\n", indent(lines, "    ") + "\n")
        else:
            text = "\n".join((*_read_pair(p, shapes), block(f"if {missing}:", "return"), dedent(text)))
        p.write(text)
        return p.done("contact", "pair_filter", target, summary, tuple(titles.split()))
    default = {"pair_mask": "mask[tid] = 0", "pair_count": "", "pair_kind": "kind[tid] = NO_COLLISION"}[target]
    accept = {
        "pair_mask": "mask[tid] = 1" + p.pick("", "\nwp.atomic_add(count, 0, 1)"),
        "pair_count": counted.replace("RETURN", "return"),
        "pair_kind": _kinds(p),
    }[target]
    _write_filter(p, shapes, missing, tests, default, accept)
    titles = {
        "pair_mask": ("filter_pairs", "filter_shape_pairs", "mark_collision_pairs", "broadphase_filter"),
        "pair_count": count_titles,
        "pair_kind": ("classify_pairs", "assign_pair_kinds", "dispatch_narrowphase"),
    }[target]
    summary = {
        "pair_mask": "Marks the pairs of shapes that may collide",
        "pair_count": "Collects the pairs of shapes that may collide",
        "pair_kind": "Assigns a collision routine to each pair of shapes",
    }[target]
    return p.done("contact", "pair_filter", target, summary, titles)


def _bracketed(test: str) -> str:
    return f"({test})" if " or " in test else test


def _count(p: Program) -> tuple[str, tuple[str, ...]]:
    """Return lines that process a pair that passes the filter, and titles for the kernel.

    ``RETURN`` in the lines stands for ``return`` or ``continue``.
    """
    slots = "slot = wp.atomic_add(count, 0, 1)\n"
    ordered = p.pick(
        "kept[slot] = wp.vec2i(a, b)",
        "kept[slot] = wp.vec2i(wp.min(a, b), wp.max(a, b))",
        "# the simpler type first\n" + block("if type[a] > type[b]:", "kept[slot] = wp.vec2i(b, a)") + "\n"
        + block("else:", "kept[slot] = wp.vec2i(a, b)"),
    )  # fmt: skip
    full = p.pick("slot < max_pairs", "slot < kept.shape[0]")
    no_room = full.replace("<", ">=")
    return p.choices.choice((
        (
            "wp.atomic_add(degree, a, 1)\nwp.atomic_add(degree, b, 1)",
            ("count_pairs_per_shape", "count_shape_pairs", "count_candidates_per_shape"),
        ),
        (slots + block(f"if {full}:", ordered), ("compact_pairs", "collect_shape_pairs", "write_filtered_pairs")),
        (
            slots + block(f"if {full}:", ordered) + "\n" + block("else:", "wp.atomic_add(lost, 0, 1)"),
            ("compact_pairs", "collect_shape_pairs", "append_pairs"),
        ),
        (
            f"{slots}{block(f'if {no_room}:', 'RETURN')}\n{ordered}",
            ("compact_pairs", "collect_sorted_pairs", "append_filtered_pairs"),
        ),
        (
            slots + block(
                f"if {full}:", "kept[slot] = wp.vec2i(a, b)",
                "entry = pair_index(type[a], type[b], NUM_TYPES)\nkept_kind[slot] = kind_table[entry]",
            ),
            ("collect_typed_pairs", "append_pairs_with_kind", "write_pair_kinds"),
        ),
    ))  # fmt: skip


def _nested(tests: list[str], body: str) -> str:
    """Return lines inside nested branches, one for each test."""
    for test in reversed(tests):
        body = block(f"if {test}:", body)
    return body


def _kinds(p: Program) -> str:
    """Return lines that choose a routine for a pair by the types of its shapes."""
    if p.choices.chance(0.3):
        looked_up = "kind_table[pair_index(type[a], type[b], NUM_TYPES)]"
        return p.pick(
            f"kind[tid] = {looked_up}",
            f"found_kind = {looked_up}\nkind[tid] = found_kind\nwp.atomic_add(kind_count, found_kind, 1)",
        )
    ends = p.pick("kind[tid] = KIND_GENERAL", "kind[tid] = KIND_CONVEX")
    if p.choices.chance(0.5):
        # the simpler type first
        swapped = block("if ta > tb:", "ta = type[b]\ntb = type[a]")
        capsules = block("elif ta == CAPSULE:", p.pick(
            "kind[tid] = KIND_CAPSULE_CAPSULE if tb == CAPSULE else KIND_CAPSULE_BOX",
            block("if tb == CAPSULE:", "kind[tid] = KIND_CAPSULE_CAPSULE") + "\n"
            + block("else:", "kind[tid] = KIND_CAPSULE_BOX"),
        ))  # fmt: skip
        spheres = join(
            block("if tb == SPHERE:", "kind[tid] = KIND_SPHERE_SPHERE"),
            block("elif tb == CAPSULE:", "kind[tid] = KIND_SPHERE_CAPSULE"),
            block("else:", "kind[tid] = KIND_SPHERE_BOX"),
        )
        return join(
            "ta = type[a]\ntb = type[b]", swapped, block("if ta == SPHERE:", spheres), capsules, block("else:", ends)
        )
    cases = [
        ("type[a] == SPHERE and type[b] == SPHERE", "kind[tid] = KIND_SPHERE_SPHERE"),
        ("type[a] == CAPSULE and type[b] == CAPSULE", "kind[tid] = KIND_CAPSULE_CAPSULE"),
        ("type[a] == BOX and type[b] == BOX", "kind[tid] = KIND_BOX_BOX"),
    ]
    return chain(*cases[: p.choices.integer(1, 3)], otherwise=ends)


RECIPES = (
    Recipe(
        name="pair_filter",
        category="contact",
        targets=("pair_mask", "pair_count", "pair_kind", *_OWN_PAIRS),
        draw=_draw_pair_filter,
    ),
    Recipe(
        name="contact_force", category="contact", targets=("contact_push", "contact_wrench"), draw=draw_contact_force
    ),
)
