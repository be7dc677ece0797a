"""Links of robots and values computed for them: poses along a tree, masses of shapes, conventions of angles."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, positive, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "linkages", margin=4)

ABOUT_AXIS = _BODIES["about_axis"]
_BRANCHES = {
    3: ("(-1, 0, 1)", "(-1, 0, 0)"),
    4: ("(-1, 0, 1, 2)", "(-1, 0, 0, 1)", "(-1, 0, 1, 1)"),
    5: ("(-1, 0, 1, 2, 1)", "(-1, 0, 0, 1, 2)", "(-1, 0, 1, 0, 3)"),
}
_POSES = _BODIES["poses"]


def write_links(p: Program, helpers: tuple[str, ...]) -> Text:
    """Draw a function that computes the position and rotation of each link from its parent's."""
    n = p.choices.choice((3, 4, 5))
    kinds = p.choices.shuffled(["hinge"] * (n - 1) + ["slide"])
    parents = p.choices.choice(_BRANCHES[n])
    lines = p.choose(_POSES)
    known = "kinds[i] ==" in lines
    q = Leaf((n,), -1.5, 1.5)
    alone = "places[tip]" in lines
    p.option("parents", None, "tuple[int, ...]", "the parent of each link, -1 for the world", parents,
             ("parents", "parent_idx"))  # fmt: skip
    if known:
        p.option("kinds", None, "tuple[str, ...]", "joint type of each link", str(tuple(kinds)),
                 ("kinds", "joint_types"))  # fmt: skip
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "q": Array(q, "position of each joint", ("q", "joint_pos", "qpos")),
            "offset": Array(Leaf((n, 3), -0.5, 0.5), "offset of each link from its parent", ("offset", "link_pos")),
            "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each joint", ("axes", "joint_axis")),
            "rest": Array(Leaf((n, 4), 0.2, 0.8), "rotation of each link at rest", ("rest", "link_rot"), 0.4),
            "base_pos": Array(Leaf((3,), -1, 1), "position of the base", ("base_pos", "root_pos"), 0.4),
            "tip": Option("int | None", "link whose pose is returned", ("None", "1", "2"), ("tip", "link")),
        },
        result=(Leaf((3,)), Leaf((4,))) if alone else (Leaf((n, 3)), Leaf((n, 4))),
        titles=("end_effector_pose", "tip_pose") if alone else ("forward_kinematics", "link_poses", "world_poses"),
        summary="Computes the pose of one link of a robot" if alone else p.pick(
            "Computes world poses of the links of a robot", "Computes forward kinematics along a tree of links"),
        returned="position and quaternion" if alone else "positions and quaternions of all links",
        helpers=(*helpers, ABOUT_AXIS),
    )  # fmt: skip


_SUBTREES = _BODIES["subtrees"]


def write_subtrees(p: Program) -> Text:
    """Draw a function that computes the mass and the centre of mass of the subtree of each link."""
    n = p.choices.choice((3, 4, 5))
    lines = p.choose(_SUBTREES)
    both = "return_mass" not in lines or p.choices.chance(0.5)
    pulled, along = "gravity" in lines, p.choices.chance(0.6)
    plain: tuple[Tree, ...] = (Leaf((n,)), Leaf((n, 3))) if both else (Leaf((n, 3)),)
    torque = Leaf((n,)) if "axes is None" in lines and along else Leaf((n, 3))
    p.option("parents", None, "tuple[int, ...]", "the parent of each link, -1 for the world",
             p.choices.choice(_BRANCHES[n]), ("parents", "parent_idx"))  # fmt: skip
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "pos": Array(Leaf((n, 3), -1, 1), "centre of mass of each link", ("xipos", "com", "pos")),
            "anchor": Array(Leaf((n, 3), -1, 1), "position of each joint", ("joint_pos", "xanchor", "anchor")),
            "mass": Array(positive(n, high=2), "mass of each link", ("mass", "link_mass")),
            "gravity": Array(Leaf((3,), -9.81, -0.1), "acceleration of gravity", ("gravity",)),
            "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each joint", ("axes", "joint_axis"), float(not along)),
            "return_mass": Option("bool", "whether to return the mass as well", ("False",), ("return_mass",),
                                  str(both)),
        },
        result=(torque,) if pulled else plain,
        titles=("gravity_torques", "gravity_load") if pulled else ("subtree_com", "subtree_mass", "composite_mass"),
        summary="Computes gravity torques on the joints of a robot" if pulled
                else "Computes the mass and centre of each subtree of links",
        returned="one entry for each joint" if pulled else "one entry for each link",
    )  # fmt: skip


_SHAPE_MASS = _BODIES["shape_mass"]


def write_inertia(p: Program) -> Text:
    """Draw a function that computes the masses and moments of inertia of solids."""
    n = p.size(16, 32, 64)
    lines = p.choose(_SHAPE_MASS)
    shapes = [each for each in ("sphere", "box", "cylinder", "ellipsoid") if f"'{each}'" in lines]
    matrix = p.choices.chance(0.5)
    weighed = p.choices.chance(0.4)
    full = "as_matrix" in lines and matrix
    wanted = "if density is None" in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "size": Array(Leaf((n, 3), 0.1, 0.6), "half sizes of each shape", ("size", "half_extents")),
            "mass": Array(positive(n, high=3), "mass of each shape", ("mass",), float(not weighed)),
            "offset": Array(Leaf((n, 3), -0.5, 0.5), "position of each shape on its body", ("offset", "geom_pos"), 0.3),
            "shape": Option("str", f"one of {', '.join(shapes)}", (f"'{p.choices.choice(shapes)}'",),
                            ("shape", "geom_type", "kind")),
            "density": Option("float | None", "mass density", ("None",), ("density",), p.pick("1000.0", "500.0"))
            if wanted and not weighed
            else Option("float | None" if wanted else "float", "mass density", ("None" if wanted else "1000.0",),
                        ("density",)),
            "min_inertia": Option("float", "smallest moment of inertia", ("1e-3", "1e-2"), ("min_inertia",)),
            "as_matrix": Option("bool", "whether to return matrices", ("False",), ("as_matrix", "full"), str(matrix)),
            "inverse": Option("bool", "whether to return the inverses", ("False", "True"), ("inverse", "inv")),
        },
        result=(Leaf((n,)), Leaf((n, 3, 3) if full else (n, 3))),
        titles=("shape_inertia", "mass_properties", "geom_inertia", "compute_inertia"),
        summary=p.pick("Computes mass and moments of inertia of solids",
                       "Computes mass properties of shapes from their sizes"),
        returned="masses and moments of inertia",
    )  # fmt: skip


_BY_LETTER = _BODIES["by_letter"]
_FROM_MATRIX = _BODIES["from_matrix"]
_SIX = _BODIES["six"]


def write_conventions(p: Program) -> Text:
    """Draw a function that converts rotations from one convention to another."""
    n = p.size(32, 64, 128)
    form = p.pick("letters", "matrix", "six")
    lines = p.choose({"letters": _BY_LETTER, "matrix": _FROM_MATRIX, "six": _SIX}[form])
    left, right = "matrix = matrix @ turn", "matrix = turn @ matrix"
    both = p.pick("matrix = matrix @ turn if intrinsic else turn @ matrix",
                  f"if intrinsic:\n    {left}\nelse:\n    {right}")  # fmt: skip
    first = f"matrix = turn if matrix is None else {p.pick('matrix @ turn', 'turn @ matrix')}"
    step = first if "matrix = None" in lines else p.pick(left, right, both)
    lines = with_escaped_braces(placed(lines, "STEP", step))
    turned = "points" in lines and p.choices.chance(0.5)
    order = p.pick("'xyz'", "'zyx'", "'zxy'", "'zyz'")
    result = {"letters": Leaf((n, 3, 3)), "matrix": Leaf((n, 4)), "six": Leaf((n, 3) if turned else (n, 3, 3))}[form]
    return Text(
        lines=lines,
        given={
            "angles": Array(Leaf((n, 3), -2, 2), "rotation angles, in the order of the axes", ("angles", "euler")),
            **({"matrix": Array(Leaf((n, 3, 3), -0.9, 0.9), "rotation matrices", ("matrix", "rot", "rotmat"))}
               if form == "matrix" else {}),
            "six": Array(Leaf((n, 6), 0.1, 1.0), "first two columns of each matrix", ("six", "rot6d", "ortho6d")),
            "points": Array(Leaf((n, 3), -1, 1), "points to rotate", ("points", "vectors"), float(not turned)),
            "order": Option("str", "order of the axes", (order,), ("order", "seq", "convention")),
            "intrinsic": Option("bool", "whether to rotate about the moving axes", ("True", "False"), ("intrinsic",)),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "inverse": Option("bool", "whether to return the inverse rotation", ("False", "True"), ("inverse", "inv")),
            "floor": Option("float", "small constant under the square root", ("1e-4", "1e-3"), ("eps", "floor")),
            "scalar_last": Option("bool", "whether the scalar part comes last", ("False", "True"),
                                  ("scalar_last", "xyzw")),
            "layout": Option("str", "layout of the two vectors: rows or columns", ("'columns'", "'rows'"), ("layout",)),
        },
        result=(result,),
        titles={"letters": ("euler_to_matrix", "matrix_from_euler", "rotation_from_angles"),
                "matrix": ("matrix_to_quat", "quat_from_matrix", "rotmat_to_quat"),
                "six": ("rotation_from_6d", "ortho6d_to_matrix")}[form],
        summary={"letters": "Computes rotation matrices from Euler angles",
                 "matrix": "Converts rotation matrices to quaternions",
                 "six": "Computes rotations from two vectors by orthonormalization"}[form],
        returned={"letters": "matrices of shape (n, 3, 3)", "matrix": "quaternions of shape (n, 4)"}.get(
            form, "rotation matrices, or the rotated points"),
    )  # fmt: skip
