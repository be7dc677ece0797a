"""Links of robots and values computed for them: poses along a tree, masses of shapes, conventions of angles."""

from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, positive, settled
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

ABOUT_AXIS = '''
    def quat_about(axis: Array, angle: Array) -> Array:
        {?0.5 """{The rotation about a unit axis by an angle ~ Quaternion of an axis and an angle}."""}
        {half = 0.5 * angle
        return jnp.append(jnp.cos(half), jnp.sin(half) * axis) ~
        return jnp.concatenate([jnp.cos(0.5 * angle)[None], jnp.sin(0.5 * angle) * axis])}
'''
_BRANCHES = {
    3: ("(-1, 0, 1)", "(-1, 0, 0)"),
    4: ("(-1, 0, 1, 2)", "(-1, 0, 0, 1)", "(-1, 0, 1, 1)"),
    5: ("(-1, 0, 1, 2, 1)", "(-1, 0, 0, 1, 2)", "(-1, 0, 1, 0, 3)"),
}
_POSES = """
    {?0.35 if len(parents) != offset.shape[0]:
        raise ValueError(f'expected an offset for each of <<len(parents)>> links, got <<offset.shape>>')}
    {?0.5 axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True)}
    places, turns = [], []
    for i, parent in enumerate(parents):
        {if kinds[i] == 'hinge':
            local_pos, local_rot = offset[i], quat_about(axes[i], q[i])
        elif kinds[i] == 'slide':
            {?0.4 # {a slider moves along its axis and does not turn}}
            local_pos = offset[i] + q[i] * axes[i]
            local_rot = {jnp.zeros(4, q.dtype).at[0].set(1.0) ~ jnp.eye(4)[0]}
        {elif kinds[i] == 'fixed':
            local_pos, local_rot = offset[i], jnp.eye(4)[0]
        else:
            raise ValueError(f'unknown joint <<kinds[i]>>') ~
        else:
            raise ValueError(f'expected hinge or slide, got <<kinds[i]>>')} ~
        local_pos = offset[i]
        local_rot = quat_about(axes[i], q[i]) ~
        local_pos, local_rot = offset[i], quat_about(axes[i], q[i])
        {?0.5 if rest is not None:
            {?0.4 # {how the link stands where its joint is at zero}}
            local_rot = quat_mul(rest[i], local_rot)}}
        if parent < 0:
            {?0.4 # {the first link hangs on the world}}
            {?0.4 if base_pos is not None:
                local_pos = local_pos + base_pos}
            places.append(local_pos)
            turns.append(local_rot)
        else:
            places.append(places[parent] + rotate(local_pos, turns[parent]))
            turns.append(quat_mul(turns[parent], local_rot))
    {return jnp.stack(places), jnp.stack(turns) ~
    {?0.4 # {rounding adds up along a chain}}
    turns = jnp.stack(turns)
    turns = turns / jnp.linalg.norm(turns, axis=-1, keepdims=True)
    return jnp.stack(places), turns ~
    {tip = len(parents) - 1 if tip is None else tip ~ if tip is None:
        tip = len(parents) - 1}
    return places[tip], turns[tip]}
"""


def write_links(p: Program, helpers: tuple[str, ...]) -> Text:
    """Draw the positions and rotations of links, each computed from its parent's."""
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
        p.option("kinds", None, "tuple[str, ...]", "what joint each link has", str(tuple(kinds)),
                 ("kinds", "joint_types"))  # fmt: skip
    return Text(
        lines=settled(lines),
        given={
            "q": Array(q, "position of each joint", ("q", "joint_pos", "qpos")),
            "offset": Array(Leaf((n, 3), -0.5, 0.5), "offset of each link from its parent", ("offset", "link_pos")),
            "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each joint", ("axes", "joint_axis")),
            "rest": Array(Leaf((n, 4), 0.2, 0.8), "rotation of each link at rest", ("rest", "link_rot"), 0.4),
            "base_pos": Array(Leaf((3,), -1, 1), "position of the base", ("base_pos", "root_pos"), 0.4),
            "tip": Option("int | None", "the link that is asked for", ("None", "1", "2"), ("tip", "link")),
        },
        result=(Leaf((3,)), Leaf((4,))) if alone else (Leaf((n, 3)), Leaf((n, 4))),
        titles=("end_effector_pose", "tip_pose") if alone else ("forward_kinematics", "link_poses", "world_poses"),
        summary="Pose of one link of a robot" if alone else p.pick(
            "Poses of the links of a robot in the world", "Goes down a tree of links from its base"),
        returned="position and quaternion" if alone else "positions and quaternions of all links",
        helpers=(*helpers, ABOUT_AXIS),
    )  # fmt: skip


_SUBTREES = """
    {?0.4 if len(parents) != mass.shape[0]:
        raise ValueError(f'expected a mass for each of <<len(parents)>> links, got <<mass.shape>>')}
    moment = mass[:, None] * pos
    {subtree = mass
    for i in reversed(range(len(parents))):
        parent = parents[i]
        if parent >= 0:
            {?0.5 # {children come after their parents}}
            subtree = subtree.at[parent].add(subtree[i])
            moment = moment.at[parent].add(moment[i]) ~
    subtree = mass
    for i in range(len(parents) - 1, -1, -1):
        if parents[i] < 0:
            continue
        subtree = subtree.at[parents[i]].add(subtree[i])
        moment = moment.at[parents[i]].add(moment[i]) ~
    {?0.4 # {from the leaves to the root}}
    masses = [mass[i] for i in range(len(parents))]
    firsts = [moment[i] for i in range(len(parents))]
    for i, parent in reversed(list(enumerate(parents))):
        if parent < 0:
            continue
        masses[parent] = masses[parent] + masses[i]
        firsts[parent] = firsts[parent] + firsts[i]
    subtree, moment = jnp.stack(masses), jnp.stack(firsts)}
    {center = moment / subtree[:, None] ~ center = moment / jnp.expand_dims(subtree, axis=-1)}
    {return subtree, center ~
    if not return_mass:
        return center
    return subtree, center ~
    {?0.5 # {what gravity asks of each joint}}
    {arm = center - anchor
    return jnp.cross(arm, subtree[:, None] * gravity) ~
    weight = subtree[:, None] * gravity
    torque = jnp.cross(center - anchor, weight)
    return torque ~
    torque = jnp.cross(center - anchor, subtree[:, None] * gravity)
    if axes is None:
        return torque
    return jnp.sum(torque * axes, axis=-1)}}
"""


def write_subtrees(p: Program) -> Text:
    """Draw the masses and centres of the subtree of each link."""
    n = p.choices.choice((3, 4, 5))
    lines = p.choose(_SUBTREES)
    both = "return_mass" not in lines or p.choices.chance(0.5)
    pulled, along = "gravity" in lines, p.choices.chance(0.6)
    plain: tuple[Tree, ...] = (Leaf((n,)), Leaf((n, 3))) if both else (Leaf((n, 3)),)
    torque = Leaf((n,)) if "axes is None" in lines and along else Leaf((n, 3))
    p.option("parents", None, "tuple[int, ...]", "the parent of each link, -1 for the world",
             p.choices.choice(_BRANCHES[n]), ("parents", "parent_idx"))  # fmt: skip
    return Text(
        lines=settled(lines),
        given={
            "pos": Array(Leaf((n, 3), -1, 1), "centre of mass of each link", ("xipos", "com", "pos")),
            "anchor": Array(Leaf((n, 3), -1, 1), "position of each joint", ("joint_pos", "xanchor", "anchor")),
            "mass": Array(positive(n, high=2), "mass of each link", ("mass", "link_mass")),
            "gravity": Array(Leaf((3,), -9.81, -0.1), "acceleration of gravity", ("gravity",)),
            "axes": Array(Leaf((n, 3), 0.2, 1), "axis of each joint", ("axes", "joint_axis"), float(not along)),
            "return_mass": Option("bool", "whether masses are wanted too", ("False",), ("return_mass",), str(both)),
        },
        result=(torque,) if pulled else plain,
        titles=("gravity_torques", "gravity_load") if pulled else ("subtree_com", "subtree_mass", "composite_mass"),
        summary="Torques of gravity on the joints of a robot" if pulled else "Mass and centre of each subtree of links",
        returned="one entry for each joint" if pulled else "one entry for each link",
    )  # fmt: skip


_SHAPE_MASS = """
    {?0.4 if size.ndim != 2 or size.shape[-1] != 3:
        raise ValueError(f'expected sizes of shape (n, 3), got <<size.shape>>')}
    {if shape == 'sphere':
        radius = size[:, 0]
        volume = 4.0 / 3.0 * math.pi * radius ** 3
        per_mass = [0.4 * radius ** 2] * 3
    elif shape == 'box':
        {?0.4 # {sizes are half of the sides}}
        {x, y, z = jnp.square(size).T
        volume = 8.0 * jnp.prod(size, axis=-1)
        per_mass = [(y + z) / 3.0, (x + z) / 3.0, (x + y) / 3.0] ~
        x, y, z = 2.0 * size.T
        volume = x * y * z
        per_mass = [(y ** 2 + z ** 2) / 12.0, (x ** 2 + z ** 2) / 12.0, (x ** 2 + y ** 2) / 12.0]}
    elif shape == 'cylinder':
        radius, half = size[:, 0], size[:, 1]
        volume = 2.0 * math.pi * radius ** 2 * half
        across = radius ** 2 / 4.0 + half ** 2 / 3.0
        per_mass = [across, across, 0.5 * radius ** 2]
    {~elif shape == 'ellipsoid':
        x, y, z = jnp.square(size).T
        volume = 4.0 / 3.0 * math.pi * jnp.prod(size, axis=-1)
        per_mass = [0.2 * (y + z), 0.2 * (x + z), 0.2 * (x + y)]}
    else:
        raise ValueError(f'unknown shape <<shape>>') ~
    if shape not in ('box', 'ellipsoid'):
        raise ValueError(f'expected box or ellipsoid, got <<shape>>')
    x, y, z = jnp.square(size).T
    {?0.4 # {sizes are half of the sides}}
    scale = 1.0 / 3.0 if shape == 'box' else 0.2
    volume = jnp.prod(size, axis=-1) * (8.0 if shape == 'box' else 4.0 / 3.0 * math.pi)
    per_mass = [scale * (y + z), scale * (x + z), scale * (x + y)]}
    {if mass is None:
        {?0.4 # {as heavy as water unless told otherwise}}
        mass = density * volume ~
    mass = density * volume if mass is None else mass ~
    if mass is None:
        if density is None:
            raise ValueError('expected a mass or a density')
        mass = density * volume}
    {inertia = mass[:, None] * jnp.stack(per_mass, axis=-1) ~
    inertia = jnp.stack([mass * each for each in per_mass], axis=-1)}
    {{?0.4 # {parallel axis theorem}}
    {if offset is not None:
        squares = jnp.sum(offset ** 2, axis=-1, keepdims=True)
        inertia = inertia + mass[:, None] * (squares - offset ** 2) ~
    if offset is not None:
        {?0.7 if offset.shape != size.shape:
            raise ValueError(f'expected offsets of shape <<size.shape>>, got <<offset.shape>>')}
        inertia = inertia + mass[:, None] * (jnp.sum(offset ** 2, axis=-1, keepdims=True) - offset ** 2)}
    return mass, inertia ~
    {?0.4 # {a light body still has to turn at a finite rate}}
    inertia = jnp.maximum(inertia, min_inertia)
    return mass, inertia ~
    if as_matrix:
        {?0.4 # {principal axes are those of the shape}}
        {return mass, jax.vmap(jnp.diag)(inertia) ~ return mass, inertia[:, :, None] * jnp.eye(3)}
    return mass, inertia ~
    if inverse:
        return 1.0 / mass, 1.0 / inertia
    return mass, inertia}
"""


def write_inertia(p: Program) -> Text:
    """Draw the masses and moments of inertia of solids."""
    n = p.size(16, 32, 64)
    lines = p.choose(_SHAPE_MASS)
    shapes = [each for each in ("sphere", "box", "cylinder", "ellipsoid") if f"'{each}'" in lines]
    matrix = p.choices.chance(0.5)
    weighed = p.choices.chance(0.4)
    full = "as_matrix" in lines and matrix
    wanted = "if density is None" in lines
    return Text(
        lines=settled(lines),
        given={
            "size": Array(Leaf((n, 3), 0.1, 0.6), "half sizes of each shape", ("size", "half_extents")),
            "mass": Array(positive(n, high=3), "mass of each shape", ("mass",), float(not weighed)),
            "offset": Array(Leaf((n, 3), -0.5, 0.5), "where each shape is on its body", ("offset", "geom_pos"), 0.3),
            "shape": Option("str", f"one of {', '.join(shapes)}", (f"'{p.choices.choice(shapes)}'",),
                            ("shape", "geom_type", "kind")),
            "density": Option("float | None", "mass by volume", ("None",), ("density",), p.pick("1000.0", "500.0"))
            if wanted and not weighed
            else Option("float | None" if wanted else "float", "mass by volume", ("None" if wanted else "1000.0",),
                        ("density",)),
            "min_inertia": Option("float", "smallest moment of inertia", ("1e-3", "1e-2"), ("min_inertia",)),
            "as_matrix": Option("bool", "whether to give matrices", ("False",), ("as_matrix", "full"), str(matrix)),
            "inverse": Option("bool", "whether to give the inverse of both", ("False", "True"), ("inverse", "inv")),
        },
        result=(Leaf((n,)), Leaf((n, 3, 3) if full else (n, 3))),
        titles=("shape_inertia", "mass_properties", "geom_inertia", "compute_inertia"),
        summary=p.pick("Mass and moments of inertia of solids", "Mass properties of shapes from their sizes"),
        returned="masses and moments of inertia",
    )  # fmt: skip


_BY_LETTER = """
    {?0.5 if angles.shape[-1] != len(order):
        raise ValueError(f'expected <<len(order)>> angles, got <<angles.shape>>')}
    {?0.3 if degrees:
        angles = jnp.deg2rad(angles)}
    {matrix = jnp.eye(3, dtype=angles.dtype) ~ matrix = None}
    for place, axis in enumerate({order ~ order.lower()}):
        cos, sin = jnp.cos(angles[..., place]), jnp.sin(angles[..., place])
        zero, one = jnp.zeros_like(cos), jnp.ones_like(cos)
        if axis == 'x':
            rows = [[one, zero, zero], [zero, cos, -sin], [zero, sin, cos]]
        elif axis == 'y':
            rows = [[cos, zero, sin], [zero, one, zero], [-sin, zero, cos]]
        elif axis == 'z':
            rows = [[cos, -sin, zero], [sin, cos, zero], [zero, zero, one]]
        else:
            raise ValueError(f'unknown axis <<axis>>')
        turn = {jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2) ~
            jnp.moveaxis(jnp.array(rows), (0, 1), (-2, -1))}
        STEP
    {if inverse:
        return jnp.swapaxes(matrix, -1, -2)
    return matrix ~ return matrix ~
    return matrix.swapaxes(-1, -2) if inverse else matrix}
"""
_FROM_MATRIX = """
    {?0.35 if matrix.shape[-2:] != (3, 3):
        raise ValueError(f'expected rotation matrices, got <<matrix.shape>>')}
    {{?0.4 # {four times the square of each component}}
    trace = jnp.trace(matrix, axis1=-2, axis2=-1)
    diagonal = jnp.diagonal(matrix, axis1=-2, axis2=-1)
    squares = jnp.concatenate([1.0 + trace[..., None], 1.0 + 2.0 * diagonal - trace[..., None]], axis=-1)
    size = 0.5 * jnp.sqrt(jnp.maximum(squares, floor)) ~
    m00, m11, m22 = matrix[..., 0, 0], matrix[..., 1, 1], matrix[..., 2, 2]
    squares = [1.0 + m00 + m11 + m22, 1.0 + m00 - m11 - m22, 1.0 - m00 + m11 - m22, 1.0 - m00 - m11 + m22]
    size = 0.5 * jnp.stack([jnp.sqrt(jnp.maximum(each, floor)) for each in squares], axis=-1)}
    {?0.4 # {the real part is not negative, the others have the sign of a difference}}
    {parts = [size[..., 0]]
    for i, (row, column) in enumerate([(2, 1), (0, 2), (1, 0)]):
        sign = jnp.where(matrix[..., row, column] < matrix[..., column, row], -1.0, 1.0)
        parts.append(sign * size[..., i + 1])
    quat = jnp.stack(parts, axis=-1) ~
    skew = matrix - jnp.swapaxes(matrix, -1, -2)
    sign = jnp.stack([skew[..., 2, 1], skew[..., 0, 2], skew[..., 1, 0]], axis=-1)
    quat = jnp.concatenate([size[..., :1], jnp.where(sign < 0, -size[..., 1:], size[..., 1:])], axis=-1)}
    {{?0.7 quat = quat / jnp.linalg.norm(quat, axis=-1, keepdims=True)}
    {if scalar_last:
        {?0.4 # {x, y, z, w as other programs have it}}
        quat = jnp.roll(quat, -1, axis=-1)
    return quat ~ if not scalar_last:
        return quat
    return jnp.concatenate([quat[..., 1:], quat[..., :1]], axis=-1) ~ return quat}}
"""
_SIX = """
    {?0.4 if six.shape[-1] != 6:
        raise ValueError(f'expected six numbers for each rotation, got <<six.shape>>')}
    {first, second = six[..., :3], six[..., 3:] ~ first, second = jnp.split(six, 2, axis=-1)}
    {?0.4 # {Gram and Schmidt}}
    x = first / jnp.linalg.norm(first, axis=-1, keepdims=True)
    along = jnp.sum(x * second, axis=-1, keepdims=True)
    y = second - along * x
    y = y / jnp.linalg.norm(y, axis=-1, keepdims=True)
    z = jnp.cross(x, y)
    {if layout == 'columns':
        matrix = jnp.stack([x, y, z], axis=-1)
    elif layout == 'rows':
        matrix = jnp.stack([x, y, z], axis=-2)
    else:
        raise ValueError(f'expected rows or columns, got <<layout>>') ~
    matrix = jnp.stack([x, y, z], axis=-1 if layout == 'columns' else -2) ~
    matrix = jnp.stack([x, y, z], axis=-1)}
    {?0.6 if points is None:
        return matrix
    {?0.4 # {points are turned along}}
    matrix = jnp.einsum('nij,nj->ni', matrix, points)}
    return matrix
"""


def write_conventions(p: Program) -> Text:
    """Draw the conversion of rotations from one convention to another."""
    n = p.size(32, 64, 128)
    form = p.pick("letters", "matrix", "six")
    lines = p.choose({"letters": _BY_LETTER, "matrix": _FROM_MATRIX, "six": _SIX}[form])
    left, right = "matrix = matrix @ turn", "matrix = turn @ matrix"
    both = p.pick("matrix = matrix @ turn if intrinsic else turn @ matrix",
                  f"if intrinsic:\n    {left}\nelse:\n    {right}")  # fmt: skip
    first = f"matrix = turn if matrix is None else {p.pick('matrix @ turn', 'turn @ matrix')}"
    step = first if "matrix = None" in lines else p.pick(left, right, both)
    lines = settled(placed(lines, "STEP", step))
    turned = "points" in lines and p.choices.chance(0.5)
    order = p.pick("'xyz'", "'zyx'", "'zxy'", "'zyz'")
    result = {"letters": Leaf((n, 3, 3)), "matrix": Leaf((n, 4)), "six": Leaf((n, 3) if turned else (n, 3, 3))}[form]
    return Text(
        lines=lines,
        given={
            "angles": Array(Leaf((n, 3), -2, 2), "angles about the axes, in order", ("angles", "euler")),
            **({"matrix": Array(Leaf((n, 3, 3), -0.9, 0.9), "rotation matrices", ("matrix", "rot", "rotmat"))}
               if form == "matrix" else {}),
            "six": Array(Leaf((n, 6), 0.1, 1.0), "two columns of each matrix", ("six", "rot6d", "ortho6d")),
            "points": Array(Leaf((n, 3), -1, 1), "points that are turned", ("points", "vectors"), float(not turned)),
            "order": Option("str", "axes in the order of the angles", (order,), ("order", "seq", "convention")),
            "intrinsic": Option("bool", "whether axes turn along", ("True", "False"), ("intrinsic",)),
            "degrees": Option("bool", "whether angles are in degrees", ("False", "True"), ("degrees", "in_degrees")),
            "inverse": Option("bool", "whether to give the way back", ("False", "True"), ("inverse", "inv")),
            "floor": Option("float", "what keeps roots away from zero", ("1e-4", "1e-3"), ("eps", "floor")),
            "scalar_last": Option("bool", "whether the real part comes last", ("False", "True"),
                                  ("scalar_last", "xyzw")),
            "layout": Option("str", "rows or columns", ("'columns'", "'rows'"), ("layout",)),
        },
        result=(result,),
        titles={"letters": ("euler_to_matrix", "matrix_from_euler", "rotation_from_angles"),
                "matrix": ("matrix_to_quat", "quat_from_matrix", "rotmat_to_quat"),
                "six": ("rotation_from_6d", "ortho6d_to_matrix")}[form],
        summary={"letters": "Rotation matrices of angles about axes in an order",
                 "matrix": "Quaternions of rotation matrices",
                 "six": "Rotations from two vectors that need not be at right angles"}[form],
        returned={"letters": "matrices of shape (n, 3, 3)", "matrix": "quaternions of shape (n, 4)"}.get(
            form, "matrices, or the points that were turned"),
    )  # fmt: skip
