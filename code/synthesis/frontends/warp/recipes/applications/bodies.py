"""Articulated bodies: joints of several types, and bodies that are integrated in place."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, chain, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program

_BODIES = read_bodies("warp", "bodies", margin=8)

_JOINT_LAWS: dict[str, tuple[str, ...]] = {
    "joint_targets": (
        "tau_out[QD] += ke[QD] * (target[Q] - joint_q[Q]) - kd[QD] * joint_qd[QD]",
        "tau = ke[QD] * (target[Q] - joint_q[Q]) + kd[QD] * (target_qd[QD] - joint_qd[QD])\ntau_out[QD] += tau",
        """
        err = target[Q] - joint_q[Q]
        tau_out[QD] += wp.clamp(ke[QD] * err - kd[QD] * joint_qd[QD], -effort[QD], effort[QD])
        """,
        """
        tau = ke[QD] * (target[Q] - joint_q[Q]) + kd[QD] * (target_qd[QD] - joint_qd[QD])
        tau_out[QD] += wp.clamp(tau, -effort[QD], effort[QD])
        """,
        """
        tau = joint_act[QD] + ke[QD] * (target[Q] - joint_q[Q]) - kd[QD] * joint_qd[QD]
        tau_out[QD] += clamp_symmetric(tau, effort[QD])
        """,
    ),
    "joint_limits": (
        _BODIES["joint_limits.joint_limits"],
        _BODIES["joint_limits.joint_limits_2"],
        "tau_out[QD] += ke[QD] * (wp.clamp(joint_q[Q], lower[QD], upper[QD]) - joint_q[Q])",
        """
        excess = joint_q[Q] - wp.clamp(joint_q[Q], lower[QD], upper[QD])
        if excess != 0.0:
            tau_out[QD] += -ke[QD] * excess - kd[QD] * joint_qd[QD]
        """,
    ),
    "joint_integration": (
        "joint_q[Q] = joint_q[Q] + joint_qd[QD] * dt",
        """
        v = joint_qd[QD] + joint_qdd[QD] * dt
        joint_qd[QD] = v
        joint_q[Q] = joint_q[Q] + v * dt
        """,
        """
        v = wp.clamp(joint_qd[QD] + joint_qdd[QD] * dt, -max_speed[QD], max_speed[QD])
        joint_qd[QD] = v
        joint_q[Q] = joint_q[Q] + v * dt
        """,
        """
        v = (joint_qd[QD] + joint_qdd[QD] * dt) / (1.0 + kd[QD] * dt)
        joint_qd[QD] = v
        joint_q[Q] = joint_q[Q] + v * dt
        """,
        _BODIES["joint_integration"],
    ),
}  # fmt: skip
"""For each target, alternative lines that process one coordinate ``Q`` of a joint and its velocity ``QD``."""
_JOINT_TYPES = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE", "JOINT_D6")
_INTEGRATE_ROTATION = _BODIES["turned"]
"""A function that integrates a rotation, which has four coordinates (a quaternion) but three velocities."""


def _draw_joint(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that processes a joint's coordinates or forces by its type, with offsets from an array."""
    p = Program(stream, ("tid", "joint", "joint_id", "i", "j"), launch=(stream.child("threads").choice((96, 128)),))
    integrates = target == "joint_integration"
    # a free joint has a position and a quaternion
    joints, stride = p.threads, 7 if integrates else 3
    where = p.pick("q = q_start[tid]\nqd = qd_start[tid]", "qd = qd_start[tid]\nq = q_start[tid]")
    p.starts("q_start", joints, stride, 0, ("joint_q_start", "q_start"))
    p.starts("qd_start", joints, stride, 0, ("joint_qd_start", "qd_start"))
    p.array("type", INT, (0, 5), (joints,), ("joint_type",))
    p.array("enabled", FLAG, (0, 1), (joints,), ("joint_enabled",))
    p.array("dof", INT, (1, 3), (joints,), ("joint_dof_count", "dof_count", "num_dofs"))
    p.array("flags", INT, (0, 3), (joints,), ("joint_flags",))
    size = joints * stride
    for key, bounds, names in (
        ("joint_q", (-3, 3), ("joint_q",)),
        ("joint_qd", (-1, 1), ("joint_qd",)),
        ("target", (-2, 2), ("joint_target_pos",)),
        ("lower", (-1.5, -0.5), ("joint_limit_lower",)),
        ("upper", (0.5, 1.5), ("joint_limit_upper",)),
    ):
        p.array(key, FLOAT, bounds, (size,), names)
    word = "limit" if target == "joint_limits" else "target"
    dampings = ("joint_damping",) if target == "joint_integration" else (f"joint_{word}_kd",)
    for key, bounds, names in (
        ("ke", (5, 50), (f"joint_{word}_ke",)),
        ("kd", (0.1, 2), dampings),
        ("effort", (1, 6), ("joint_effort_limit",)),
        ("max_speed", (0.4, 0.8), ("joint_velocity_limit",)),
        ("target_qd", (-1, 1), ("joint_target_vel",)),
        ("joint_act", (-1, 1), ("joint_act",)),
        ("joint_qdd", (-4, 4), ("joint_qdd",)),
    ):
        p.array(key, FLOAT, bounds, (size,), names)
    p.scalar("dt", FLOAT, (0.01, 0.1), ("dt",))
    # Forces are added to existing ones, and coordinates are updated in place.
    p.output("tau_out", FLOAT, (size,), ("joint_f", "joint_tau"), (-1, 1))
    if target == "joint_integration":
        p.output("joint_q", FLOAT, (size,), ("joint_q",), (-3, 3))
        p.output("joint_qd", FLOAT, (size,), ("joint_qd",), (-1, 1))
    p.constants({name: number for number, name in enumerate(_JOINT_TYPES)})
    p.constants({"LOCKED": 1})
    p.guard_count("joint")
    p.add(*_skipped_joints(p), "kind = type[tid]")
    p.function(_INTEGRATE_ROTATION)
    p.add(where, _joint_cases(p, dedent(p.choices.choice(_JOINT_LAWS[target])).strip(), integrates=integrates))
    titles = {
        "joint_targets": ("eval_joint_drives", "apply_joint_control", "compute_joint_targets"),
        "joint_limits": ("eval_joint_limits", "apply_joint_limits", "joint_limit_forces"),
        "joint_integration": ("integrate_joints", "integrate_joint_q", "advance_joint_coords"),
    }[target]
    return p.done("articulation", "joint", target, _JOINT_SUMMARIES[target], titles)


_JOINT_SUMMARIES = {
    "joint_targets": "Computes joint drive forces by joint type",
    "joint_limits": "Computes joint limit forces by joint type",
    "joint_integration": "Integrates joint coordinates by joint type",
}
_MOTION_SUMMARIES = {
    "new_state": "Integrates bodies or particles by one semi-implicit step",
    "in_place": "Integrates bodies or particles in place",
    "kinematic_bodies": "Integrates dynamic and kinematic bodies in place",
    "sleeping_bodies": "Integrates bodies in place and updates their sleep state",
}


def _joint_cases(p: Program, law: str, *, integrates: bool) -> str:
    """Return the branches that process a joint's coordinates, one for each type of joint.

    A joint of one axis has one coordinate, and a joint of type D6 has ``dof[tid]``. Ball and free joints have neither
    limits nor drives, so they are only processed by an integration.

    Args:
        p: the kernel.
        law: lines that process one coordinate ``Q`` and its velocity ``QD``.
        integrates: whether the law is a time step.
    """
    one, several = law.replace("QD", "qd").replace("Q", "q"), law.replace("QD", "qd + k").replace("Q", "q + k")
    both = p.pick(
        "kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE", "kind == JOINT_REVOLUTE or kind == JOINT_PRISMATIC"
    )
    each = block("for k in range(dof[tid]):", several)
    if integrates:
        return chain((both, one), *_turning_cases(p, law), ("kind == JOINT_D6", each))
    form = p.pick("all", "cases", "count")
    if form == "all":
        return join(block("if kind == JOINT_BALL or kind == JOINT_FREE:", "return"), each)
    if form == "cases":
        return chain((both, one), ("kind == JOINT_D6", each))
    counted = chain((both, "num = 1"), ("kind == JOINT_D6", "num = dof[tid]"))
    return join("num = int(0)", counted, block("for k in range(num):", several))


def _turning_cases(p: Program, law: str) -> list[tuple[str, str]]:
    """Return the branches that integrate a ball joint and a free joint."""
    faster = "joint_qdd[QD]" in law

    def turned(q: str, at: str, ahead: int) -> str:
        numbers = [f"qd + {ahead + k}" if ahead + k else "qd" for k in range(3)]
        w = f"w = wp.vec3({', '.join(f'joint_qd[{each}]' for each in numbers)})"
        if not faster:
            return join(w, f"integrate_rotation(joint_q, {q}, w, dt)")
        w_next = f"w = w + wp.vec3({', '.join(f'joint_qdd[{each}]' for each in numbers)}) * dt"
        return join(
            w, w_next, block("for k in range(3):", f"joint_qd[{at} + k] = w[k]"),
            f"integrate_rotation(joint_q, {q}, w, dt)",
        )  # fmt: skip

    moved = "joint_q[q + k] = joint_q[q + k] + joint_qd[qd + k] * dt"
    if faster:
        moved = join("joint_qd[qd + k] = joint_qd[qd + k] + joint_qdd[qd + k] * dt", moved)
    cases = [("kind == JOINT_BALL", turned("q", "qd", 0))]
    if p.choices.chance(0.5):
        free = join(block("for k in range(3):", moved), turned("q + 3", "qd + 3", 3))
        cases.append(("kind == JOINT_FREE", free))
    return cases


def _skipped_joints(p: Program) -> list[str]:
    """Return the lines of a guard for disabled or locked joints; empty for some kernels."""
    tests = p.some(("not enabled[tid]", "(flags[tid] & LOCKED) != 0"))[:1]
    return [block(f"if {each}:", "return") for each in tests]


def _write_step(p: Program, target: str) -> None:
    """Write the time step of a body or particle."""
    moved = _forces(p)
    if target == "kinematic_bodies":
        driven = join("v[tid] = drive[tid]", "x[tid] = x[tid] + drive[tid] * dt")
        rest = "v[tid] = wp.vec3(0.0, 0.0, 0.0)"
        dynamic = join("v0 = v[tid]", *moved, "x[tid] = x[tid] + v1 * dt", "v[tid] = v1")
        cases = [("kind[tid] == KINEMATIC", driven), ("kind[tid] == DYNAMIC", dynamic)]
        form = p.pick("chain", "chain", "returns")
        if form == "returns":
            p.add(
                block("if kind[tid] == STATIC:", rest, "return"), block(f"if {cases[0][0]}:", driven, "return"), dynamic
            )
        else:
            p.add(chain(*p.choices.shuffled(cases), otherwise=rest))
    else:
        out = "_out" if target == "new_state" else ""
        p.add(
            *_resting(p, "x_out[tid] = x[tid]\nv_out[tid] = v[tid]" if out else ""), "x0 = x[tid]\nv0 = v[tid]", *moved
        )
        p.add(*([] if target == "sleeping_bodies" else _limits(p)))
        p.add("x1 = x0 + v1 * dt", *_ground(p), *p.choices.shuffled([f"x{out}[tid] = x1", f"v{out}[tid] = v1"]))
        if target == "sleeping_bodies":
            p.add(*_sleeping(p))


def _draw_integration(stream: Stream, target: str) -> KernelSpec:
    """Draw an integration step of bodies or particles in place; some are fixed, asleep or moved by other code."""
    flavour, other = stream.child("flavour").choice((("body", "particle"), ("particle", "body")))
    p = Program(stream, ("tid", "i", flavour, f"{flavour}_id"))
    count = p.threads

    def names(*all_names: str) -> tuple[str, ...]:
        return tuple(each for each in all_names if other not in each)

    for key, pool, old in (
        ("x", names("body_pos", "positions", "particle_q", "body_x"), "x_in"),
        ("v", names("body_vel", "velocities", "particle_qd", "body_v"), "v_in"),
    ):
        if target == "new_state":
            p.array(key, VEC, (-2, 2), (count,), (*pool, old))
            p.output(f"{key}_out", VEC, (count,), tuple(f"{each}_out" for each in pool))
        else:
            p.output(key, VEC, (count,), pool, (-2, 2))
    p.output("sleep", FLOAT, (count,), names("sleep_timer", "rest_time", "still_time"), (0, 0.6))
    p.output("asleep", INT, (count,), names("asleep", "is_sleeping", "body_asleep"))
    p.array("f", VEC, (-5, 5), (count,), names("body_f", "forces", "particle_f"))
    p.array("inv_mass", FLOAT, (-0.3, 2), (count,), names("inv_mass", "body_inv_mass", "particle_inv_mass"))
    p.array("flags", INT, (0, 3), (count,), names("body_flags", "particle_flags", "flags"))
    p.array("kind", INT, (0, 2), (count,), names("body_type", "motion_type", "body_kind"))
    p.array("world", INT, (-1, 3), (count,), names("body_world", "env_index", "world_id"))
    p.array("gravities", VEC, (-10, 10), (4,), ("world_gravity", "gravity", "gravities"))
    p.array("drive", VEC, (-1, 1), (count,), names("kinematic_vel", "target_vel", "drive_vel"))
    p.array("gravity", VEC, (-10, 10), (1,), ("gravity",))
    p.number("dt", (0.01, 0.1), ("dt", "sim_dt", "h"), ("0.01", "0.02"))
    p.number("limit", (1, 2), ("max_velocity", "v_max", "speed_limit"), ("2.0", "1.5"))
    p.number("floor", (-1, 0), ("ground_height", "floor_z", "ground"), ("0.0", "-1.0"))
    p.number("bounce", (0.2, 0.8), ("restitution", "bounce"), ("0.5", "0.3"))
    p.number("threshold", (1, 3), ("sleep_threshold", "rest_speed"), ("2.0", "1.5"))
    p.constants({"SLEEP_DELAY": p.choices.choice((0.4, 0.5))})
    p.constants({"DYNAMIC": 0, "KINEMATIC": 1, "STATIC": 2, "ACTIVE": 1})
    p.guard_count(flavour)
    _write_step(p, target)
    titles = {
        "new_state": ("integrate_state", f"integrate_{flavour}_state", "semi_implicit_step"),
        "in_place": (f"integrate_{flavour}", f"advance_{flavour}", f"step_{flavour}", "apply_gravity"),
        "kinematic_bodies": ("integrate_bodies", "update_bodies", "move_kinematic_bodies"),
        "sleeping_bodies": ("integrate_and_sleep", "integrate_and_check_sleep", "integrate_bodies"),
    }[target]
    return p.done("articulation", "integration", target, _MOTION_SUMMARIES[target], titles)


def _resting(p: Program, kept: str) -> list[str]:
    """Return lines that keep the state of bodies that do not move, and return."""
    held = "inv_mass[tid] <= 0.0"
    further = p.some(("(flags[tid] & ACTIVE) == 0", "kind[tid] == STATIC"))[:1]
    return [block(f"if {' or '.join(p.choices.shuffled([held, *further]))}:", kept, "return")]


def _forces(p: Program) -> list[str]:
    """Return lines that compute the velocity ``v1`` from ``v0``, gravity and forces."""
    push = p.pick(
        "a = f[tid] * inv_mass[tid] + gravity[0]\nv1 = v0 + a * dt",
        "v1 = v0 + (f[tid] * inv_mass[tid] + gravity[0]) * dt",
        "world",
    )
    if push != "world":
        return [push]
    own = block("if world[tid] >= 0:", "v1 += gravities[world[tid]] * dt")
    return [
        "v1 = v0 + f[tid] * inv_mass[tid] * dt",
        p.pick(own, "w = world[tid]\nif w != -1:\n    v1 = v1 + gravities[w] * dt"),
    ]


def _limits(p: Program) -> list[str]:
    """Return lines that limit the speed."""
    if not p.maybe(0.5):
        return []
    return [
        "speed = wp.length(v1)",
        block("if speed > limit:", p.pick("v1 *= limit / speed", "v1 = v1 * (limit / speed)")),
    ]


def _ground(p: Program) -> list[str]:
    """Return lines that keep a body above the ground."""
    if not p.maybe(0.4):
        return []
    above = p.pick("x1 = wp.vec3(x1[0], x1[1], floor)", "x1 += wp.vec3(0.0, 0.0, floor - x1[2])")
    flip = p.pick(
        block("if v1[2] < 0.0:", "v1 = wp.vec3(v1[0], v1[1], -bounce * v1[2])"),
        "v1 = wp.vec3(v1[0], v1[1], bounce * wp.abs(v1[2]))",
    )
    return [block("if x1[2] < floor:", above, flip)]


def _sleeping(p: Program) -> list[str]:
    """Return lines that count for how long a body has been slow, and put it to sleep."""
    slow = p.pick("wp.length(v1) < threshold", "wp.length_sq(v1) < threshold * threshold", "wp.length(v0) < threshold")
    timer = block(f"if {slow}:", "t += dt")
    other = block("else:", "t = 0.0")
    asleep = p.pick(
        block("if t > SLEEP_DELAY:", "asleep[tid] = 1") + "\n" + block("else:", "asleep[tid] = 0"),
        join("asleep[tid] = 0", block("if t > SLEEP_DELAY:", "asleep[tid] = 1")),
    )
    return ["t = sleep[tid]", timer, other, "sleep[tid] = t", asleep]


RECIPES = (
    Recipe(name="joint", category="articulation", targets=tuple(_JOINT_LAWS), draw=_draw_joint),
    Recipe(
        name="integration",
        category="articulation",
        targets=("new_state", "in_place", "kinematic_bodies", "sleeping_bodies"),
        draw=_draw_integration,
    ),
)
