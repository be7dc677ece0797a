"""Articulated bodies: joints of several types, and bodies moved in place."""

import re
from collections.abc import Sequence

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_JOINT_CASES: dict[str, tuple[str, ...]] = {
    "joint_targets": (
        "tau = ke * (target[q] - joint_q[q]) - kd * joint_qd[qd]\ntau_out[qd] = tau",
        "tau_out[qd] = wp.clamp(ke * (target[q] - joint_q[q]), -effort, effort)",
        "err = target[q] - joint_q[q]\ntau_out[qd] = ke * err - kd * joint_qd[qd]",
        """
        for k in range(2):
            tau_out[qd + k] = ke * (target[q + k] - joint_q[q + k]) - kd * joint_qd[qd + k]
        """,
        """
        for k in range(dof):
            tau_out[qd + k] = ke * (target[q + k] - joint_q[q + k]) - kd * joint_qd[qd + k]
        """,
    ),
    "joint_limits": (
        """
        if joint_q[q] < lower[qd]:
            tau_out[qd] = ke * (lower[qd] - joint_q[q]) - kd * joint_qd[qd]
        elif joint_q[q] > upper[qd]:
            tau_out[qd] = ke * (upper[qd] - joint_q[q]) - kd * joint_qd[qd]
        """,
        "tau_out[qd] = ke * (wp.clamp(joint_q[q], lower[qd], upper[qd]) - joint_q[q])",
        """
        excess = joint_q[q] - wp.clamp(joint_q[q], lower[qd], upper[qd])
        tau_out[qd] = wp.clamp(-ke * excess, -effort, effort)
        """,
        """
        for k in range(dof):
            inside = wp.clamp(joint_q[q + k], lower[qd + k], upper[qd + k])
            tau_out[qd + k] = ke * (inside - joint_q[q + k])
        """,
        """
        for k in range(2):
            excess = joint_q[q + k] - wp.clamp(joint_q[q + k], lower[qd + k], upper[qd + k])
            if excess == 0.0:
                continue
            tau_out[qd + k] = -ke * excess - kd * joint_qd[qd + k]
        """,
    ),
    "joint_integration": (
        "joint_q[q] = joint_q[q] + joint_qd[qd] * dt",
        "v = joint_qd[qd] * (1.0 - kd * dt)\njoint_q[q] = joint_q[q] + v * dt",
        "joint_q[q] = wp.clamp(joint_q[q] + joint_qd[qd] * dt, lower[qd], upper[qd])",
        """
        for k in range(2):
            joint_q[q + k] = joint_q[q + k] + joint_qd[qd + k] * dt
        """,
        """
        for k in range(dof):
            joint_q[q + k] = joint_q[q + k] + joint_qd[qd + k] * dt
        """,
    ),
}  # fmt: skip
"""For each target, what is done with a joint's coordinates; ``q`` and ``qd`` are where they start."""
_JOINT_TYPES = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_UNIVERSAL", "JOINT_FIXED", "JOINT_D6")


def _draw_joint(stream: Stream, target: str) -> KernelSpec:
    """A joint's coordinates or forces, by the joint's type; where they start is looked up."""
    p = Program(stream, ("tid", "joint", "joint_id", "i", "j"), launch=(stream.child("threads").choice((96, 128)),))
    joints, stride = p.threads, 3
    where = p.pick(
        "q = q_start[tid]\nqd = qd_start[tid]", "q = tid * 3\nqd = q", "q = q_start[tid]\nqd = qd_start[tid]"
    )
    p.starts("q_start", joints, stride, 0, ("joint_q_start", "q_start", "jnt_qposadr"))
    p.starts("qd_start", joints, stride, 0, ("joint_qd_start", "qd_start", "jnt_dofadr"))
    p.array("type", INT, (0, 4), (joints,), ("joint_type", "jnt_type", "types"))
    p.array("enabled", FLAG, (0, 1), (joints,), ("joint_enabled", "enabled", "joint_active"))
    p.array("dof", INT, (1, 3), (joints,), ("joint_dof_count", "dof_count", "num_dofs"))
    p.array("flags", INT, (0, 3), (joints,), ("joint_flags", "dof_flags", "flags"))
    size = joints * stride
    for key, bounds, names in (
        ("joint_q", (-3, 3), ("joint_q", "qpos", "q_in")),
        ("joint_qd", (-1, 1), ("joint_qd", "qvel", "qd_in")),
        ("target", (-2, 2), ("joint_target", "ctrl", "target_pos")),
        ("lower", (-1.5, -0.5), ("joint_limit_lower", "lower", "limit_lower")),
        ("upper", (0.5, 1.5), ("joint_limit_upper", "upper", "limit_upper")),
    ):
        p.array(key, FLOAT, bounds, (size,), names)
    p.number("dt", (0.01, 0.1), ("dt", "timestep", "sim_dt"), ("0.01", "0.02"))
    p.number("ke", (5, 50), ("target_ke", "limit_ke", "stiffness"), ("100.0", "10.0", "50.0"))
    p.number("kd", (0.1, 2), ("target_kd", "limit_kd", "damping"), ("0.1", "0.2", "0.5"))
    p.number("effort", (1, 6), ("effort_limit", "max_torque", "max_force"), ("2.0", "5.0"))
    # Forces are added to what others have put there; coordinates are moved where they stand.
    p.output("tau_out", FLOAT, (size,), ("joint_f", "joint_tau", "qfrc_passive"), (-1, 1))
    if target == "joint_integration":
        p.output("joint_q", FLOAT, (size,), ("joint_q", "qpos", "q"), (-3, 3))
    p.constants({name: number for number, name in enumerate(_JOINT_TYPES)})
    p.constants({"LOCKED": 1})
    p.guard_count("joint")
    p.add(*_skipped_joints(p), "kind = type[tid]")
    lines = join(where, chain(*_joint_cases(p, _JOINT_CASES[target])))
    p.add(re.sub(r"(tau_out)\[(.*?)\] =", r"\1[\2] +=", lines))
    titles = {
        "joint_targets": ("eval_joint_drives", "apply_joint_control", "compute_joint_targets"),
        "joint_limits": ("eval_joint_limits", "apply_joint_limits", "joint_limit_forces"),
        "joint_integration": ("integrate_joints", "integrate_joint_q", "advance_joint_coords"),
    }[target]
    return p.done("articulation", "joint", target, "Joints by their type", titles)


def _joint_cases(p: Program, bodies: Sequence[str]) -> list[tuple[str, str]]:
    """Tests of a joint's type, and what is done with its coordinates: one, three, or as many as it has."""
    single = p.choices.shuffled([each for each in bodies if "range" not in each])
    ball, several = (p.choices.choice([each for each in bodies if each_of in each]) for each_of in ("range(2)", "dof"))
    cases = [("kind == JOINT_PRISMATIC", single[0]), ("kind == JOINT_REVOLUTE", single[1])]
    if p.choices.chance(0.5):
        both = p.pick(
            "kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE", "kind == JOINT_REVOLUTE or kind == JOINT_PRISMATIC"
        )
        cases = [(both, single[0])]
    if p.maybe(0.5):
        cases.append(("kind == JOINT_UNIVERSAL", ball))
    if p.maybe(0.4):
        cases.append(("kind == JOINT_D6", join("dofs = dof[tid]", several.replace("range(dof)", "range(dofs)"))))
    return p.choices.shuffled(cases)


def _skipped_joints(p: Program) -> list[str]:
    """Joints that nothing is done with."""
    tests = p.some(("not enabled[tid]", "type[tid] == JOINT_FIXED", "(flags[tid] & LOCKED) != 0"))[:2]
    if len(tests) == 2 and p.choices.chance(0.4):
        return [block(f"if {tests[0]} or {tests[1]}:", "return")]
    return [block(f"if {each}:", "return") for each in tests]


def _draw_integration(stream: Stream, target: str) -> KernelSpec:
    """Bodies or particles moved in place; some are fixed, asleep or moved by somebody else."""
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
    p.scalar("gravity", VEC, (-10, 10), ("gravity", "g"))
    p.number("dt", (0.01, 0.1), ("dt", "sim_dt", "h"), ("0.01", "0.02"))
    p.number("limit", (1, 2), ("max_velocity", "v_max", "speed_limit"), ("2.0", "1.5"))
    p.number("floor", (-1, 0), ("ground_height", "floor_z", "ground"), ("0.0", "-1.0"))
    p.number("bounce", (0.2, 0.8), ("restitution", "bounce"), ("0.5", "0.3"))
    p.number("threshold", (1, 3), ("sleep_threshold", "rest_speed"), ("2.0", "1.5"))
    p.constants({"SLEEP_DELAY": p.choices.choice((0.4, 0.5))})
    p.constants({"DYNAMIC": 0, "KINEMATIC": 1, "STATIC": 2, "ACTIVE": 1})
    p.guard_count(flavour)
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
    titles = {
        "new_state": ("integrate_state", f"integrate_{flavour}_state", "semi_implicit_step"),
        "in_place": (f"integrate_{flavour}", f"advance_{flavour}", f"step_{flavour}", "apply_gravity"),
        "kinematic_bodies": ("integrate_bodies", "update_bodies", "move_kinematic_bodies"),
        "sleeping_bodies": ("integrate_and_sleep", "update_sleep_state", "integrate_bodies"),
    }[target]
    return p.done("articulation", "integration", target, "Bodies moved in place", titles)


def _resting(p: Program, kept: str) -> list[str]:
    """Bodies that stay where they are, and how that is kept."""
    tests = p.some(("inv_mass[tid] <= 0.0", "(flags[tid] & ACTIVE) == 0", "kind[tid] == STATIC"), least=1)[:2]
    if len(tests) == 2 and p.choices.chance(0.4):
        return [block(f"if {tests[0]} or {tests[1]}:", kept, "return")]
    return [block(f"if {each}:", "return") for each in tests]


def _forces(p: Program) -> list[str]:
    """The velocity ``v1`` after gravity and forces, from ``v0``."""
    push = p.pick(
        "a = f[tid] * inv_mass[tid] + gravity\nv1 = v0 + a * dt",
        "v1 = v0 + (f[tid] * inv_mass[tid] + gravity) * dt",
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
    """The speed brought below a limit."""
    if not p.maybe(0.5):
        return []
    return [
        "speed = wp.length(v1)",
        block("if speed > limit:", p.pick("v1 *= limit / speed", "v1 = v1 * (limit / speed)")),
    ]


def _ground(p: Program) -> list[str]:
    """A body that would go through the ground is put onto it."""
    if not p.maybe(0.4):
        return []
    above = p.pick("x1 = wp.vec3(x1[0], x1[1], floor)", "x1 += wp.vec3(0.0, 0.0, floor - x1[2])")
    flip = "v1 = wp.vec3(v1[0], v1[1], -bounce * v1[2])"
    return [block("if x1[2] < floor:", above, p.pick(flip, block("if v1[2] < 0.0:", flip)))]


def _sleeping(p: Program) -> list[str]:
    """How long a body has been slow, and whether it sleeps."""
    slow = p.pick("wp.length(v1) < threshold", "wp.length_sq(v1) < threshold * threshold", "wp.length(v0) < threshold")
    timer = block(f"if {slow}:", "t += dt")
    other = block("else:", "t = 0.0")
    asleep = p.pick(
        block("if t > SLEEP_DELAY:", "asleep[tid] = 1") + "\n" + block("else:", "asleep[tid] = 0"),
        join("asleep[tid] = 0", block("if t > SLEEP_DELAY:", "asleep[tid] = 1")),
        join("asleep[tid] = 0", block("if t >= SLEEP_DELAY and kind[tid] == DYNAMIC:", "asleep[tid] = 1")),
    )
    return ["t = sleep[tid]", timer, other, "sleep[tid] = t", asleep]


RECIPES = (
    Recipe(name="joint", category="articulation", targets=tuple(_JOINT_CASES), draw=_draw_joint),
    Recipe(
        name="integration",
        category="articulation",
        targets=("new_state", "in_place", "kinematic_bodies", "sleeping_bodies"),
        draw=_draw_integration,
    ),
)
