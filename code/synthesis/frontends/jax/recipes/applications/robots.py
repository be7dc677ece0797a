"""Parts of robot environments around a simulation: observations, rewards, ends of episodes, randomized models."""

import math

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "robots", margin=4)

FLATTENED = _BODIES["flattened"]
_PUSHED = _BODIES["pushed"]
_NOISY = _BODIES["noisy"]
_SQUARE = '''
    def sum_of_squares(x: Array) -> Array:
        {?0.4 """Of each robot."""}
        return {jnp.sum(x ** 2, axis=-1) ~ jnp.einsum('ni,ni->n', x, x)}
'''
_TRACKED = _BODIES["tracked"]
_OUTSIDE = '''
    def outside(x: Array, low: Array, high: Array) -> Array:
        {?0.4 """Which entries are not between their limits."""}
        return {(x < low) | (x > high) ~ jnp.logical_or(x < low, x > high)}
'''
_FACTORS = _BODIES["factors"]

_SENSED: dict[str, tuple[int, ...]] = {
    "joint_pos": (8,), "joint_vel": (8,), "gravity": (3,), "gyro": (3,), "height": (), "last_action": (8,),
    "contact_forces": (4, 3),
}  # fmt: skip
_OBSERVED = _BODIES["observed"]


def write_observation(p: Program) -> Text:
    """Draw a function that composes the observations of robots from sensor values."""
    n = p.size(32, 64, 128)
    names = p.choices.shuffled(list(_SENSED))[: p.choices.integer(3, 5)]
    lines = p.choose(_OBSERVED)
    checks = "raise ValueError(f'no <<missing[0]>> in the state')"
    checks = p.pick(checks, "raise ValueError(f'the state lacks <<missing>>')")
    width = sum(math.prod(_SENSED[name]) for name in names)
    frames = p.choices.choice((3, 4))
    kept = "history" in lines and p.choices.chance(0.7)
    state: Tree = {name: Leaf((n, *_SENSED[name]), -2, 2) for name in names}
    scaled: Tree = {name: Leaf((), 0.1, 2) for name in p.choices.shuffled(names)[:2]}
    listed = str(tuple(names))
    row = Leaf((n, width))
    stacked = Leaf((n, frames, width), -2, 2)
    lines = lines.replace("raise KeyError_MISSING", checks)
    checked_limit = "limit is not None" in lines
    noisy = "noise_scale" in lines
    noise = p.pick("0.05", "0.1", "0.02")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "state": Array(state, "sensor values by name", ("state", "sensors", "data")),
            "scales": Array(scaled, "scales by name", ("scales", "obs_scales")),
            "history": Array(stacked, "observations of the last steps", ("history", "obs_history"), float(not kept)),
            **({"key": Array(key(), "random key", ("key", "rng"))} if noisy else {}),
            "names": Option("tuple[str, ...]", "names of the observed values", (listed,),
                            ("keys", "obs_keys", "names")),
            "limit": Option("float | None", "largest absolute value", ("None",), ("clip", "max_abs"),
                            p.pick("1.5", "1.0"))
            if checked_limit
            else Option("float", "largest absolute value", ("100.0", "1.5", "5.0"), ("clip", "max_abs")),
            "reach": Option("float", "largest absolute sensor value", ("1.5", "1.8", "5.0"),
                            ("sensor_range", "max_reading")),
            "noise_scale": Option("float | None", "amplitude of the noise", ("None",),
                                  ("noise_scale", "noise_level"), noise),
            "nan_to_num": Option("bool", "whether to replace values that are not finite", ("True", "False"),
                                 ("nan_to_num",)),
        },
        result=(Leaf((n, frames * width)), Leaf((n, frames, width))) if kept else (row,),
        helpers=(FLATTENED, _PUSHED, _NOISY),
        titles=("get_obs", "build_observation", "compute_obs", "observe"),
        summary=p.pick("Computes the observations of many robots", "Assembles the observations of robots"),
        returned="observations of shape (robots, features)" + (", and the history" if kept else ""),
    )  # fmt: skip


_COMMANDED = _BODIES["commanded"]


def _reward_result(n: int, lines: str, kept: list[str]) -> tuple[Leaf, dict[str, Leaf]] | tuple[Leaf]:
    """Return the rewards, with the terms or metrics that are returned."""
    last = lines.split("\n")[-1]
    measured = {f"reward/{name}": Leaf(()) for name in kept} | (
        {"reward": Leaf(())} if "metrics['reward']" in lines else {}
    )
    result: tuple[Tree, ...] = (Leaf((n,)),)
    if last.endswith("metrics"):
        result = (Leaf((n,)), measured)
    elif last.endswith("terms"):
        result = (Leaf((n,)), {name: Leaf((n,)) for name in kept})
    return result


def write_rewards(p: Program) -> Text:
    """Draw a function that computes the reward of robots that follow commands, and its terms."""
    n, dof = p.size(32, 64, 128), p.choices.choice((8, 12))
    lines = p.choose(_COMMANDED)
    given_pose, given_last, ended = (p.choices.chance(0.7) for _ in range(3))
    written = [name for name in _READ if f"terms['{name}']" in lines]
    terms = [each for each in written if not (each == "pose" and not given_pose)]
    terms = [each for each in terms if not (each == "action_rate" and not given_last)]
    # Terms without a weight. Other terms read everything that these read.
    spare = [term for term in terms if all(_is_read(terms, name, term) for name in _READ[term])]
    tabled = p.choices.chance(0.4)  # weights in a table of the function are those of its terms
    filtered = "if name in weights" in lines and bool(spare) and not tabled
    dropped = p.choices.choice(spare) if filtered else ""
    if not filtered:
        lines = "\n".join(each for each in lines.split("\n") if "if name in weights" not in each)
    # Terms that are not requested in this call have weights too.
    weighed = {each: _weight(p, each) for each in written if each != dropped}
    kept = [each for each in terms if each in weighed]
    shapes = {"lin_vel": 3, "ang_vel": 3, "gravity": 3, "torque": dof, "joint_vel": dof, "joint_pos": dof}
    entries = {name: Leaf((n, width), -1, 1) for name, width in shapes.items() if f"state['{name}']" in lines}
    entries = {name: leaf for name, leaf in entries.items() if name != "joint_pos" or given_pose}
    penalty = "'termination'" in lines
    if penalty:
        weighed["termination"] = "-1.0"
    result = _reward_result(n, lines, kept)
    table = ", ".join(f"'{name}': {value}" for name, value in weighed.items())
    body = f"weights = {{{table}}}\n" + lines if tabled else lines
    asked = [*kept, *(["termination"] if penalty and ended else [])]
    weights: Tree = {name: _range(float(weighed[name])) for name in asked}
    return Text(
        lines=with_escaped_braces(body),
        given={
            **({} if tabled else {"weights": Array(weights, "weights by name", ("weights", "reward_scales"))}),
            "state": Array(entries, "velocities and torques of the robots", ("state", "data")),
            "command": Array(Leaf((n, 3), -1, 1), "commanded velocities", ("command", "commands")),
            "action": Array(Leaf((n, dof), -1, 1), "actions of this step", ("action", "actions"),
                            float(not given_last)),
            "last_action": Array(Leaf((n, dof), -1, 1), "actions of the previous step", ("last_action", "prev_action"),
                                 float(not given_last)),
            "default_pose": Array(Leaf((dof,), -0.5, 0.5), "default joint positions", ("default_pose",),
                                  float(not given_pose)),
            "done": Array(Leaf((n,), 0, 1, "bool"), "mask of robots that fell", ("done", "fallen"), float(not ended)),
            "sigma": Constant("0.25", "width of the tracking kernel", ("sigma", "tracking_sigma"), (0.2, 0.5)),
            "threshold": Option("float", "smallest command that counts as moving", ("0.5", "0.6"),
                                ("threshold", "deadband")),
            "only_positive": Option("bool", "whether to clip negative rewards to zero", ("True", "False"),
                                    ("only_positive", "clip_negative")),
            "dt": Option("float", "time step", ("0.02", "0.05"), ("dt", "ctrl_dt")),
        },
        result=result,
        helpers=(_SQUARE, _TRACKED),
        titles=("compute_reward", "get_reward", "reward_terms", "locomotion_reward"),
        summary=p.pick("Computes the reward of robots for command tracking", "Sums the weighted terms of a reward"),
        returned="one reward for each robot" + (", and its terms by name" if len(result) > 1 else ""),
    )  # fmt: skip


_READ: dict[str, tuple[str, ...]] = {
    "tracking_lin_vel": ("lin_vel", "command"), "tracking_ang_vel": ("ang_vel",), "lin_vel_z": ("lin_vel",),
    "torques": ("torque",), "energy": ("torque", "joint_vel"), "orientation": ("gravity",),
    "pose": ("joint_pos", "default_pose"), "action_rate": ("action", "last_action"), "stand_still": ("joint_vel",),
}  # fmt: skip
"""The inputs that each term of a reward reads, and that have to affect the result."""


def _is_read(terms: list[str], name: str, but: str) -> bool:
    """Return whether a term other than the given one reads an input."""
    return any(name in _READ[term] for term in terms if term != but)


def _range(weight: float) -> Leaf:
    """Return an interval around a weight: from half of it to twice its value."""
    low, high = sorted((0.5 * weight, 2.0 * weight))
    return Leaf((), low, high)


def _weight(p: Program, term: str) -> str:
    if term.startswith("tracking"):
        return p.pick("1.0", "1.5", "0.5", "0.8")
    return {
        "torques": p.pick("-2e-4", "-1e-3", "-0.01"), "energy": p.pick("-1e-3", "-0.01"),
        "lin_vel_z": p.pick("-0.5", "-0.2"), "orientation": p.pick("-1.0", "-0.5"),
        "action_rate": p.pick("-0.01", "-0.05"), "pose": p.pick("-0.1", "-0.05"),
    }.get(term, p.pick("-0.05", "-0.02"))  # fmt: skip


_ENDS = _BODIES["ends"]


def _end_result(n: int, lines: str, reasons: list[str], *, floats: bool) -> tuple[Tree, ...]:
    """Return the flags, with what else is returned."""
    flag = Leaf((n,), dtype="bool")
    last = lines.split("\n")[-1]
    counted = "counts" in last
    if counted:
        result: tuple[Tree, ...] = (flag, {f"done/{name}": Leaf(()) for name in [*reasons, "timeout"]})
    elif "reasons" in last:
        result = (flag, dict.fromkeys(reasons, flag))
    elif "discount" in last:
        result = (flag, Leaf((n,)))
    else:
        result = (Leaf((n,)), Leaf((n,))) if "as_float" in lines and floats else (flag, flag)
    return result


def write_ends(p: Program) -> Text:
    """Draw a function that decides whether episodes of robots end, with the reason."""
    n, dof = p.size(32, 64, 128), p.choices.choice((8, 12))
    lines = p.choose(_ENDS)
    limited = p.choices.chance(0.6)
    degrees = "math.radians(" in lines
    floats = p.choices.chance(0.5)
    reasons = ["fallen", "tilted"]
    if "joint_limits" in lines and limited:
        reasons.append("joint_limit")
    if "too_fast" in lines:
        reasons.append("too_fast")
    result = _end_result(n, lines, reasons, floats=floats)
    tilts = p.pick("60.0", "45.0") if degrees else p.pick("1.0", "0.8")
    given: dict[str, Array | Constant | Option] = {
        "height": Array(Leaf((n,), 0.05, 0.6), "height of each robot", ("height", "base_height")),
        "up": Array(Leaf((n, 3), 0.2, 1), "up direction of each robot", ("up", "up_vector")),
        "joint_pos": Array(Leaf((n, dof), -1, 1), "position of each joint", ("joint_pos", "qpos"),
                           float(not limited)),
        "joint_limits": Array((Leaf((dof,), -1.2, -0.9), Leaf((dof,), 0.9, 1.2)), "lower and upper limit of each joint",
                              ("joint_limits", "limits")),
        "joint_vel": Array(Leaf((n, dof), -10, 10), "velocity of each joint", ("joint_vel", "qvel")),
        "steps": Array(Leaf((n,), 0, 1500, "int32"), "number of steps of each episode so far",
                       ("steps", "episode_steps")),
        "min_height": Option("float", "smallest height", ("0.2", "0.15", "0.3"), ("min_height", "min_z")),
        "max_tilt": Option("float | None", "largest tilt", ("None",), ("max_tilt",), tilts),
        "tilt_limit": Option("float", "largest tilt", ("1.0", "0.8"), ("max_tilt", "tilt_limit")),
        "tolerated": Option("int", "number of joints that may exceed their limits", ("0", "1"), ("tolerated",)),
        "max_speed": Option("float", "largest speed of a joint", ("9.5", "9.0"), ("max_speed", "max_joint_vel")),
        "episode_length": Option("int", "number of steps of an episode", ("1000", "500"),
                                 ("episode_length", "max_steps")),
        "ignore_timeout": Option("bool", "whether to ignore timeouts", ("False",), ("ignore_timeout",)),
        "as_float": Option("bool", "whether to return flags as floats", ("False",), ("as_float",), str(floats)),
        "gamma": Option("float", "discount factor", ("0.99", "0.97"), ("gamma", "discounting")),
    }  # fmt: skip
    if "joint_limits is not None" in lines and not limited:
        # No caller passes the limits or the positions that are compared with them.
        p.tensor("joint_pos", Leaf((n, dof)), "position of each joint", ("joint_pos", "qpos"), given=False,
                 optional=True)  # fmt: skip
        p.tensor("joint_limits", Leaf((2, dof)), "lowest and highest positions", ("joint_limits", "limits"),
                 given=False, optional=True)  # fmt: skip
        del given["joint_pos"], given["joint_limits"]
    return Text(
        lines=with_escaped_braces(lines),
        given=given,
        result=result,
        helpers=(_OUTSIDE,),
        titles=("check_termination", "get_termination", "episode_end", "is_done"),
        summary=p.pick("Computes termination flags of robots", "Ends episodes of robots that fell or timed out"),
        returned="flags",
    )


_RANDOM = _BODIES["random"]


def write_randomization(p: Program) -> Text:
    """Draw a function that randomizes models of robots, for training on many of them."""
    envs, links, dof = p.size(16, 32, 64), p.choices.choice((4, 5, 9)), p.choices.choice((8, 12))
    sizes = {"mass": links, "friction": 3, "damping": dof, "armature": dof, "gain": dof}
    names = p.choices.shuffled(list(sizes))[: p.choices.integer(3, 4)]
    ranged = names[: p.choices.integer(2, len(names))] if p.choices.chance(0.7) else names
    lines = p.choose(_RANDOM)
    low, high = p.pick("0.8", "0.9", "0.5"), p.pick("1.2", "1.1", "1.5")
    table = ", ".join(
        f"'{name}': ({low}, {high})" if p.choices.chance(0.5) else f"'{name}': (0.7, {high})" for name in ranged
    )
    whole = "for name, value in model.items():" in lines and "jax.random.split(key, len" not in lines
    model: Tree = {name: Leaf((sizes[name],), 0.2, 2) for name in names}
    result = {name: Leaf((envs, sizes[name]) if whole or name in ranged else (sizes[name],)) for name in names}
    added = f"('{ranged[-1]}',)"
    body = f"ranges = {{{table}}}\n" + lines
    return Text(
        lines=with_escaped_braces(body),
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "model": Array(model, "parameters of the robot, by name", ("model", "params", "sys_params")),
            "num_envs": Option("int", "number of robots", (str(envs),), ("num_envs", "batch_size")),
            "per_entry": Option("bool", "whether to draw a factor for each element", ("True", "False"), ("per_entry",)),
            "additive": Option("tuple[str, ...]", "names of parameters with additive noise", (added,), ("additive",)),
        },
        result=(result,),
        helpers=(_FACTORS,),
        titles=("randomize_model", "domain_randomize", "randomize_params", "sample_models"),
        summary=p.pick("Samples a model for each of many robots", "Randomizes the parameters of robots"),
        returned="the model with a leading axis for the robots",
    )


_GAINS = _BODIES["gains"]
_ACTED = _BODIES["acted"]
_TORQUES = _BODIES["torques"]
_SUBSTEPS = _BODIES["substeps"]


def _target_result(n: int, dof: int, lines: str, *, stepped: bool) -> tuple[Tree, ...]:
    """Return the torques or states, with what else is returned."""
    last = lines.rstrip().split("\n")[-1]
    row = Leaf((n, dof))
    if stepped:
        result: tuple[Tree, ...] = (row,) * (last.count(",") + 1)
    elif "'power'" in last:
        result = (row, {"action": row, "power": Leaf((n,))})
    else:
        result = (row, Leaf((n,))) if "power" in last else (row,)
    return result


def write_targets(p: Program) -> Text:
    """Draw a function that computes joint torques from the actions of a policy."""
    n, dof = p.size(32, 64, 128), p.choices.choice((8, 12))
    stepped = p.choices.chance(0.35)
    lines = p.choose(_ACTED + (_SUBSTEPS if stepped else _TORQUES))
    smooth, strong = (p.choices.chance(0.6) for _ in range(2))
    result = _target_result(n, dof, lines, stepped=stepped)
    known = "'velocity'" in lines
    asked = "'position'" if "joint_limits" in lines else p.pick("'position'", "'velocity'", "'torque'")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "q": Array(Leaf((n, dof), -1, 1), "position of each joint", ("q", "joint_pos", "qpos")),
            "qd": Array(Leaf((n, dof), -2, 2), "velocity of each joint", ("qd", "joint_vel", "qvel")),
            "action": Array(Leaf((n, dof), -1, 1), "action of the policy", ("action", "actions")),
            "last_action": Array(Leaf((n, dof), -1, 1), "previous action", ("last_action", "prev_action"),
                                 float(not smooth)),
            "default_pose": Array(Leaf((dof,), -0.5, 0.5), "default joint positions", ("default_pose", "home_pose")),
            "joint_limits": Array((Leaf((dof,), -1.2, -0.6), Leaf((dof,), 0.6, 1.2)),
                                  "lower and upper limit of each joint",
                                  ("joint_limits", "limits")),
            "kp": Array(Leaf((dof,), 10, 40), "stiffness of each joint", ("kp", "stiffness")),
            "kd": Array(Leaf((dof,), 0.2, 1), "damping of each joint", ("kd", "damping")),
            "motor_strength": Array(Leaf((n, dof), 0.8, 1.2), "strength factor of each motor", ("motor_strength",),
                                    float(not strong)),
            "control": Option("str", "control type: position, velocity or torque", (asked,),
                              ("control_type", "control_mode"))
            if known
            else Option("str", "control type", ("'position'",)),
            "clip_actions": Option("float | None", "largest absolute action", ("None", "0.8", "0.9"),
                                   ("clip_actions",)),
            "smoothing": Option("float", "weight of the previous action", ("0.2", "0.5", "0.8"),
                                ("smoothing", "alpha")),
            "action_scale": Option("float", "scale of the actions", ("0.25", "0.5", "0.3"),
                                   ("action_scale",)),
            "soft_limit": Option("float", "fraction of the joint range that is used", ("0.9", "0.95"), ("soft_limit",)),
            "max_delta": Option("float", "largest change of the target in a step", ("0.2", "0.3", "0.5"),
                                ("max_delta",)),
            "max_torque": Option("float | None", "largest absolute torque", ("None", "20.0", "30.0"),
                                 ("max_torque", "torque_limit")),
            "max_speed": Option("float | None", "largest speed", ("None", "10.0", "5.0"), ("max_speed",))
            if stepped
            else Option("float", "no-load speed", ("10.0", "20.0"), ("max_speed", "no_load_speed")),
            "saturation": Option("bool", "whether the torque limit decreases with speed", ("True", "False"),
                                 ("saturation",)),
            "decimation": Option("int", "number of physics steps for each action", ("4", "2", "3"),
                                 ("decimation", "substeps")),
            "dt": Option("float", "time step of the physics", ("0.005", "0.002"), ("dt", "sim_dt")),
            "friction": Option("float", "joint friction", ("0.1", "0.05"), ("friction", "joint_friction")),
            "inertia": Option("float", "rotor inertia of the joints", ("0.1", "0.2"), ("armature", "inertia")),
        },
        result=result,
        helpers=(_GAINS,),
        titles=("apply_action", "advance_joints") if stepped else
        ("compute_torques", "action_to_torque", "control_joints", "apply_action"),
        summary="Moves joints towards the targets of a policy" if stepped else
        p.pick("Computes joint torques from policy actions", "Converts actions into torques"),
        returned="positions and velocities of the joints" if stepped else "a torque for each joint",
    )  # fmt: skip
