"""Controlled systems: a step of many at once, or a rollout of them over time."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import guard, key, placed, remark, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.tracking import PLANS
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "control", margin=4)

_SYSTEMS: dict[str, tuple[tuple[str, float], ...]] = {
    "pendulum": (("theta", 3.0), ("omega", 2.0)),
    "cart_pole": (("x", 2.0), ("x_dot", 1.0), ("theta", 0.6), ("theta_dot", 1.0)),
    "mountain_car": (("position", 1.0), ("velocity", 0.06)),
    "point_mass": (("position", 2.0), ("velocity", 1.0)),
    "vehicle": (("px", 2.0), ("py", 2.0), ("heading", 3.0), ("speed", 1.5)),
}
"""The state variables of each system, with the largest magnitude of each."""
_PLURALS = {
    "pendulum": "pendulums", "cart_pole": "carts with poles", "mountain_car": "cars on a hill",
    "point_mass": "masses", "vehicle": "vehicles",
}  # fmt: skip
_STEPS = {
    "pendulum": ("gravity and torque", "equation of motion"),
    "cart_pole": ("equations of motion",),
    "mountain_car": ("engine and gravity",),
    "point_mass": ("force minus drag", "equation of motion"),
    "vehicle": ("bicycle model", "turns with speed and steering angle"),
}
_LIMITS: dict[str, tuple[str, tuple[float, float], tuple[str, ...]]] = {
    "pendulum": ("2.0", (1.0, 2.0), ("max_torque", "torque_limit")),
    "cart_pole": ("10.0", (5.0, 10.0), ("force_mag", "max_force")),
    "mountain_car": ("1.0", (0.5, 1.0), ("max_action", "action_limit")),
    "point_mass": ("1.0", (0.5, 2.0), ("max_force", "force_limit")),
    "vehicle": ("1.0", (0.5, 1.0), ("max_action", "action_limit")),
}
"""The bound of an action: its usual value, its interval, and its names."""
_LARGEST = {"cart_pole": 15.0, "vehicle": 1.5}
"""Largest magnitude of the actions that are passed to a system; 3 for the others."""
_ENDS = {
    "cart_pole": "done = (jnp.abs(x) > 2.4) | (jnp.abs(theta) > 0.21)", "mountain_car": "done = position >= 0.45",
}  # fmt: skip
"""The condition that ends an episode."""
_LENGTHS = {
    "pendulum": ("length", "rod_length"), "cart_pole": ("half_length", "pole_half_length"),
    "vehicle": ("wheelbase", "wheel_base"),
}  # fmt: skip


_CONSTANTS: dict[str, tuple[float, float]] = {
    "mass_cart": (0.8, 1.2), "max_steer": (0.3, 0.7), "friction": (0.05, 0.3), "slope": (0.002, 0.003),
    "length": (0.4, 1.2), "mass": (0.2, 1.0), "dt": (0.01, 0.05), "g": (9.0, 10.0),
}  # fmt: skip
"""Bounds of the constants that a record may hold."""
_RECORDS = ("params", "env_params")


def _gathered(p: Program, target: str, lines: list[str]) -> list[str]:
    """Return lines that read their constants from one record, which becomes an argument."""
    ranges = _CONSTANTS | {
        "limit": _LIMITS[target][1],
        "power": (0.001, 0.002) if target == "mountain_car" else (0.5, 1.5),
        "max_speed": (0.03, 0.05) if target == "mountain_car" else (1.0, 1.5),
        "min_position": (-1.0, -0.8), "max_position": (0.5, 0.6),
    }  # fmt: skip

    def bare(name: str) -> str:
        return rf"(?<![\w.#']){name}(?![\w'(=])(?! =)"

    code = "\n".join(line for line in "\n".join(lines).split("\n") if "# " not in line)
    read = [name for name in ranges if re.search(bare(name), code)]
    called = {
        "limit": _LIMITS[target][2][0], "slope": "gravity", "g": "gravity",
        "length": _LENGTHS.get(target, ("length",))[0], "mass": "mass_pole" if target == "cart_pole" else "mass",
    }  # fmt: skip
    fields = [(called.get(name, name), Leaf((), *ranges[name])) for name in read]
    title = p.pick("EnvParams", "Params", target.title().replace("_", "") + "Params")
    p.tree("params", p.record(title, fields, "Constants of the system"), "constants of the system", _RECORDS)
    for name in read:
        at = f"params.{called.get(name, name)}"
        lines = [
            "\n".join(each if "# " in each else re.sub(bare(name), at, each) for each in line.split("\n"))
            for line in lines
        ]
    return lines


def _accelerations(p: Program, system: str, *, upright: bool) -> list[str]:
    """Return statements that compute the effect of an action, ending with the rates of change of the state.

    Args:
        p: the function.
        system: the name of the system.
        upright: whether the angle of a pendulum is zero when it stands upright, not when it hangs.
    """
    match system:
        case "pendulum":
            sign = "+" if upright else "-"
            first = "" if upright else "-"
            torque = p.pick(
                f"alpha = {first}g / length * jnp.sin(theta) + u / (mass * length ** 2)",
                f"inertia = mass * length ** 2\nalpha = (u {sign} mass * g * length * jnp.sin(theta)) / inertia",
                f"alpha = {first}1.5 * g / length * jnp.sin(theta) + 3.0 / (mass * length ** 2) * u",
            )
            return [torque, p.pick("alpha = alpha - friction * omega", "", "alpha -= friction * omega")]
        case "cart_pole":
            return [
                "sin, cos = jnp.sin(theta), jnp.cos(theta)",
                p.pick("total_mass = mass_cart + mass", "total_mass = mass + mass_cart"),
                "pole_moment = mass * length",
                "temp = (u + pole_moment * theta_dot ** 2 * sin) / total_mass",
                "theta_acc = (g * sin - cos * temp) / (length * (4.0 / 3.0 - mass * cos ** 2 / total_mass))",
                "x_acc = temp - pole_moment * theta_acc * cos / total_mass",
            ]
        case "mountain_car":
            return [
                p.pick(
                    "acc = power * u - slope * jnp.cos(3.0 * position)",
                    "pull = slope * jnp.cos(3.0 * position)\nacc = power * u - pull",
                )
            ]
        case "point_mass":
            return [
                p.pick(
                    "acc = (u - friction * velocity) / mass",
                    "drag = friction * velocity\nacc = (u - drag) / mass",
                    "drag = friction * velocity * jnp.abs(velocity)\nacc = (u - drag) / mass",
                )
            ]
        case _:
            return [
                p.pick("throttle, steer = u[..., 0], u[..., 1]", "throttle, steer = jnp.moveaxis(u, -1, 0)"),
                p.pick(
                    "turn = speed / length * jnp.tan(max_steer * steer)",
                    "angle = max_steer * steer\nturn = speed * jnp.tan(angle) / length",
                ),
                "vx = speed * jnp.cos(heading)",
                "vy = speed * jnp.sin(heading)",
                p.pick("acc = power * throttle - friction * speed", "acc = power * throttle"),
            ]


def _advance(p: Program, system: str) -> str:
    """Return statements that advance every part of the state by a step."""
    match system:
        case "pendulum":
            speed = p.pick(
                "omega = omega + alpha * dt",
                "omega = omega + alpha * dt",
                "omega = jnp.clip(omega + alpha * dt, -max_speed, max_speed)",
            )
            turned = _in_order(p, "theta = theta + omega * dt", speed)
            wrapped = block("if wrap:", remark(p, "between -pi and pi"), "theta = wrap_angle(theta)")
            return join(turned, wrapped) if p.maybe(0.12) else turned
        case "cart_pole":
            return _in_order(
                p,
                "x = x + dt * x_dot\ntheta = theta + dt * theta_dot",
                "x_dot = x_dot + dt * x_acc\ntheta_dot = theta_dot + dt * theta_acc",
            )
        case "mountain_car":
            walls = p.choices.chance(0.6)
            return join(
                p.pick(
                    "velocity = jnp.clip(velocity + acc, -max_speed, max_speed)",
                    "velocity = velocity + acc\nvelocity = jnp.clip(velocity, -max_speed, max_speed)",
                ),
                "position = jnp.clip(position + velocity, min_position, max_position)"
                if walls
                else "position = position + velocity",
                remark(p, "inelastic wall on the left") if walls else "",
                "velocity = jnp.where((position <= min_position) & (velocity < 0), 0.0, velocity)" if walls else "",
            )
        case "point_mass":
            moved = _in_order(p, "position = position + dt * velocity", "velocity = velocity + dt * acc")
            walls = block(
                "if arena is not None:",
                remark(p, "walls are inelastic"),
                "velocity = jnp.where(jnp.abs(position) > arena, 0.0, velocity)",
                "position = jnp.clip(position, -arena, arena)",
            )
            return join(moved, walls) if p.maybe(0.25) else moved
        case _:
            moved = "px = px + dt * vx\npy = py + dt * vy\nheading = heading + dt * turn\nspeed = speed + dt * acc"
            stopped = block("if not reverse:", remark(p, "no reverse gear"), "speed = jnp.maximum(speed, 0.0)")
            return join(moved, stopped) if p.maybe(0.25) else moved


def _in_order(p: Program, first: str, then: str) -> str:
    """Return statements that advance positions and velocities, in one order or in an order chosen by an option."""
    if p.maybe(0.08):
        return join(
            block("if integrator == 'semi_implicit':", then, first),
            block("elif integrator == 'euler':", first, then),
            block("else:", "raise ValueError(f'unknown integrator {integrator}')"),
        )
    return f"{then}\n{first}" if p.choices.chance(0.6) else f"{first}\n{then}"


def _cost(p: Program, system: str, *, upright: bool) -> str:
    """Return a reward for the new state."""
    if system == "pendulum":
        height = "jnp.cos(theta)" if upright else "-jnp.cos(theta)"
        apart = "theta" if upright else "theta - jnp.pi"
        return p.pick(
            f"reward = {height} - 0.1 * omega ** 2",
            f"reward = -(wrap_angle({apart}) ** 2 + 0.1 * omega ** 2 + 0.001 * u ** 2)",
            f"error = wrap_angle({apart})\nreward = -(error ** 2 + 0.1 * omega ** 2)",
        )
    return (
        "reward = "
        + {
            "cart_pole": p.pick(
                "jnp.where((jnp.abs(x) > 2.4) | (jnp.abs(theta) > 0.21), 0.0, 1.0)",
                "jnp.cos(theta) - 0.1 * x ** 2",
            ),
            "mountain_car": p.pick(
                "jnp.where(position >= 0.45, 100.0, 0.0) - 0.1 * u ** 2",
                "100.0 * (position >= 0.45) - 0.1 * u ** 2",
            ),
            "point_mass": p.pick("-jnp.abs(position) - 0.1 * u ** 2", "-(position ** 2 + 0.01 * u ** 2)"),
            "vehicle": p.pick(
                "-jnp.sqrt(px ** 2 + py ** 2 + 1e-6)",
                "-(px ** 2 + py ** 2) - 0.1 * jnp.sum(u ** 2, axis=-1)",
                "speed * jnp.cos(heading) - py ** 2 - 0.1 * steer ** 2",
            ),
        }[system]
    )


def _draw_control(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes a step of many copies of a system, or their states over time."""
    p = Program(stream)
    fields = _SYSTEMS[target]
    names = [name for name, _ in fields]
    count, length = p.size(128, 256, 512, 1024), p.size(8, 16, 32)
    rollout = p.choices.chance(0.45)
    count = count // 4 if rollout else count
    held = p.pick("record", "record", *(() if target == "mountain_car" else ("array",)), "dict", "apart")
    state: Tree
    if held == "record":
        title = p.pick("State", "EnvState", target.title().replace("_", "") + "State")
        state = p.record(
            title,
            [(name, Leaf((count,), -size, size)) for name, size in fields],
            "State of every environment",
            plain=True,
        )
        given, title = [f"state.{name}" for name in names], state.name
        packed = f"{title}({', '.join(f'{name}={name}' for name in names)})"
    elif held == "dict":
        state, given = (
            {name: Leaf((count,), -size, size) for name, size in fields},
            [f"state['{name}']" for name in names],
        )
        packed = "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"
    elif held == "array":
        state, given = Leaf((count, len(names)), -1, 1), [f"state[..., {place}]" for place in range(len(names))]
        packed = p.pick(f"jnp.stack([{', '.join(names)}], axis=-1)", f"jnp.stack(({', '.join(names)}), -1)")
    else:
        state, given = tuple(Leaf((count,), -size, size) for _, size in fields), names
        packed = f"({', '.join(names)})"
    pair, largest = ((2,) if target == "vehicle" else ()), _LARGEST.get(target, 3.0)
    upright = p.choices.chance(0.5)
    p.tree("state", state, "state of every environment", ("state", "env_state"))
    p.tensor(
        "action" if rollout else "u",
        Leaf((*((length,) if rollout else ()), count, *pair), -largest, largest),
        f"actions of shape (time, batch{', 2' if pair else ''})" if rollout else "one action for each environment",
        ("actions", "controls") if rollout else ("action", "u", "control"),
    )
    p.tree("params", (), "constants of the system", _RECORDS)  # its contents are known after the lines are written
    p.number("dt", p.pick("0.02", "0.05"), "time step", (0.01, 0.05), ("dt", "time_step"))
    p.option("g", "9.81", "float", "gravity", None, ("g", "gravity"))
    p.number(
        "length", "0.5" if target == "cart_pole" else p.pick("1.0", "0.5"),
        {"vehicle": "distance of the axles", "cart_pole": "half the length of the pole"}.get(target, "length of a rod"),
        (0.4, 1.2),
        _LENGTHS.get(target, ("length",)),
    )  # fmt: skip
    pole = target == "cart_pole"
    p.number(
        "mass", "0.1" if pole else "1.0", "mass of the pole" if pole else "mass", (0.1, 1.0),
        ("mass_pole", "pole_mass") if pole else ("mass", "m"),
    )  # fmt: skip
    p.option("min_position", "-1.2", "float", "the wall on the left", None, ("min_position", "x_min"))
    p.option("max_position", "0.6", "float", "the end on the right", None, ("max_position", "x_max"))
    p.option("slope", "0.0025", "float", "gravity along the hill", None, ("hill_gravity", "gravity"))
    p.number("max_steer", p.pick("0.5", "0.6"), "largest steering angle", (0.3, 0.7), ("max_steer", "steering_limit"))
    p.number("mass_cart", "1.0", "mass of the cart", None, ("mass_cart", "cart_mass"))
    p.number("friction", p.pick("0.1", "0.05"), "friction", (0.01, 0.3), ("friction", "damping"))
    motor = ("power", "engine_power")
    if target == "mountain_car":
        p.option("power", "0.0015", "float", "strength of the motor", p.pick("0.0015", "0.01"), motor)
    else:
        p.number("power", p.pick("0.5", "1.0"), "strength of the motor", (0.5, 1.5), motor)
    p.number(
        "max_speed", "8.0" if target == "pendulum" else "0.07", "largest speed", None, ("max_speed", "speed_limit")
    )
    usual, within, called = _LIMITS[target]
    p.number("limit", usual, "largest action", within, called)
    p.option(
        "integrator",
        "'euler'",
        "str",
        "euler or semi_implicit",
        p.pick("'semi_implicit'", "'euler'"),
        ("integrator", "kinematics_integrator"),
    )
    p.option("wrap", "True", "bool", "whether angles are kept between -pi and pi", None, ("wrap", "wrap_angles"))
    p.option("arena", "None", "float | None", "how far the walls are", p.pick("1.5", "1.0"), ("arena_size",))
    p.option("reverse", "True", "bool", "whether vehicles drive backwards", "False", ("allow_reverse",))
    p.option(
        "substeps",
        p.pick("1", "2"),
        "int",
        "steps of integration for one action",
        p.pick("2", "4", "1"),
        ("substeps", "n_substeps"),
    )
    bounded = p.maybe(0.5)
    often = not rollout and target != "mountain_car" and p.maybe(0.25)
    rewarded = p.maybe(0.45)
    single = not rollout and held == "array" and p.choices.chance(0.5)
    unpack = p.pick(
        f"{', '.join(names)} = {', '.join(given)}",
        "\n".join(f"{name} = {at}" for name, at in zip(names, given, strict=True)),
    )
    if single or held == "apart" or (held == "record" and p.choices.chance(0.4)):
        unpack = f"{', '.join(names)} = state"
    clip = remark(p, "actuator limits") + "\n" + "u = jnp.clip(u, -limit, limit)"
    body = [unpack, clip if bounded else ""]
    inner = join(*_accelerations(p, target, upright=upright), _advance(p, target))
    if single:
        # A single system has no batch axis.
        inner = inner.replace("u[..., 0], u[..., 1]", "u").replace("jnp.moveaxis(u, -1, 0)", "u")
        packed = f"jnp.array([{', '.join(names)}])"
    if often:
        # A step is made of several substeps.
        inner = re.sub(r"\bdt\b", "substep", inner)
        inner = join("substep = dt / substeps", block("for _ in range(substeps):", inner))
    body += [remark(p, *_STEPS[target]), inner]
    reward = _cost(p, target, upright=upright) if rewarded else ""
    if p.choices.chance(0.6):
        *body, reward = _gathered(p, target, [*body, reward])
    results: list[Tree] = []
    if rollout:
        kept = p.pick("state", "reward") if rewarded else "state"
        p.add(
            guard(
                p,
                f"action.ndim != {2 + len(pair)}" + (" or action.shape[-1] != 2" if pair else ""),
                f"expected actions of shape (time, batch{', 2' if pair else ''}), got {{action.shape}}",
                0.4,
            ),
            block(
                "def step(state, u):",
                *body,
                reward if kept == "reward" else "",
                f"carry = {packed}",
                f"return carry, {'carry' if kept == 'state' else 'reward'}",
            ),
            f"final, history = {p.pick('jax.lax.scan', 'lax.scan')}(step, state, action)",
        )
        history = _lengthened(state, length) if kept == "state" else Leaf((length, count))
        form = p.pick("both", "history" if kept == "state" else "sum")
        if form == "sum" and p.maybe(0.3):
            p.option("discount", "None", "float | None", "discount of later rewards", "0.9", ("discount", "gamma"))
            p.write("""
                if discount is not None:
                    {?0.5 # {what comes later counts less}}
                    steps = jnp.arange(history.shape[0])
                    history = history * (discount ** steps)[:, None]
                return final, history.sum(axis=0)
            """)
            results = [state, Leaf((count,))]
        elif form == "sum":
            p.add("return final, history.sum(axis=0)")
            results = [state, Leaf((count,))]
        elif form == "history":
            p.add("return history")
            results = [history]
        else:
            p.add("return final, history")
            results = [state, history]
    else:
        p.add(
            guard(
                p,
                f"u.shape{'[:-1]' if pair else ''} != {given[0] if held != 'apart' else 'state[0]'}.shape",
                "expected one action for each environment, got actions of shape {u.shape}",
                0.3,
            ),
            guard(p, "substeps < 1", "expected at least one step, got {substeps}", 0.3) if often else "",
        )
        ended = _ENDS.get(target, "") if rewarded and p.choices.chance(0.5) else ""
        extra = [*(["reward"] if rewarded else []), *(["done"] if ended else [])]
        results = [
            state,
            *([Leaf((count,))] if rewarded else []),
            *([Leaf((count,), dtype="bool")] if ended else []),
        ]
        if ended:
            reward = reward.replace(ended.removeprefix("done = "), "done").replace("(done)", "done")
        given_back = f"return {', '.join([packed, *extra])}"
        if single:
            title = p.pick("advance", "single_step", "step_one")
            p.add(
                remark(p, "a single environment"),
                block(f"def {title}(state, u):", *body, ended, reward, given_back),
                f"return jax.vmap({title})(state, u)",
            )
        else:
            p.add(*body, ended, reward, given_back)
    p.set_results(*results)
    return _named(p, target, rollout=rollout)


def _named(p: Program, target: str, *, rollout: bool) -> KernelSpec:
    """Return the finished function of a system."""
    titles = {
        "pendulum": ("pendulum", "swing_up"),
        "cart_pole": ("cart_pole", "cartpole"),
        "mountain_car": ("mountain_car", "hill_climb"),
        "point_mass": ("point_mass", "double_integrator"),
        "vehicle": ("vehicle", "bicycle_model"),
    }[target]
    ends = ("_rollout", "_trajectory") if rollout else ("_step", "_dynamics")
    return p.done(
        "dynamics",
        "control",
        target,
        [name + end for name in titles for end in ends],
        f"{'Rolls out' if rollout else 'Advances'} many {_PLURALS[target]} at once"
        + (" under given actions" if rollout else " by one step"),
        "the state and what was seen on the way" if rollout else "the next state",
    )


def _lengthened(tree: Tree, length: int) -> Tree:
    """Return a tree of arrays with an additional first axis."""
    return mapped(tree, lambda leaf: Leaf((length, *leaf.shape), dtype=leaf.dtype))


_LIMITED = _BODIES["limited"]
_PID = _BODIES["pid"]


def _pid(p: Program) -> Text:
    """Draw a PID controller."""
    rows, joints = p.size(8, 16, 32), p.choices.choice((3, 6, 7))
    shape = (rows, joints) if p.choices.chance(0.6) else (joints,)
    lines = p.choose(_PID)
    value = Leaf(shape)
    fields = [name for name in ("integral", "previous", "rate", "output") if f"state['{name}']" in lines]
    seen = "value" if "value = -measured" in lines else "error"
    seen = "measured if on_measurement else error" if "if on_measurement:" in lines else seen
    now = {"integral": "integral", "previous": seen, "rate": "rate", "output": "out"}
    if "anti_windup ==" not in lines:
        lines = re.sub(r"if anti_windup not in .*\n.*\n", "", lines)
    ways = [way for way in ("'clamp'", "'conditional'") if f"anti_windup == {way}" in lines]
    lines = lines.replace("(None, 'clamp', 'conditional')", f"(None, {', '.join(ways)}{',' if not ways else ''})")
    told = p.choices.chance(0.35)
    entries = ", ".join(f"'{name}': {now[name]}" for name in fields)
    lines = join(
        lines,
        p.pick(f"new_state = {{{entries}}}\n", f"new_state = dict({', '.join(f'{f}={now[f]}' for f in fields)})\n"),
        "metrics = {'error': jnp.mean(jnp.abs(error)), 'saturated': jnp.mean(jnp.abs(out - command) > 1e-4)}\n"
        "return out, new_state, metrics" if told else "return out, new_state",
    )  # fmt: skip
    each = p.choices.chance(0.5)

    def gain(low: float, high: float) -> Leaf:
        return Leaf((joints,) if each else (), low, high)

    return Text(
        lines=with_escaped_braces(lines),
        given={
            "target": Array(value, "where it is to be", ("target", "setpoint", "reference")),
            "measured": Array(value, "where it is", ("measured", "position", "measurement")),
            "velocity": Array(value, "how fast it moves", ("velocity",)),
            "state": Array(dict.fromkeys(fields, value), "what the controller keeps", ("state", "pid_state")),
            "kp": Array(gain(1.0, 20.0), "proportional gain", ("kp", "p_gain")),
            "ki": Array(gain(0.1, 2.0), "integral gain", ("ki", "i_gain")),
            "kd": Array(gain(0.01, 0.1), "derivative gain", ("kd", "d_gain")),
            "feedforward": Array(value, "command of the plan", ("feedforward", "bias_force"), 0.4),
            "dt": Constant(p.pick("0.01", "0.02", "0.005"), "time step", ("dt", "time_step"), (0.01, 0.05)),
            "anti_windup": Option("str | None", "what stops the integral at limits", ("None", *ways),
                                  ("anti_windup",)),
            "max_integral": Option("float | None" if "max_integral is not None" in lines else "float",
                                   "largest integral", ("1.0", "0.5"), ("max_integral", "integral_limit")),
            "leak": Option("float | None", "what is left of the integral", ("None", "0.99"), ("leak", "decay")),
            "on_measurement": Option("bool", "whether the rate is that of the measurement", ("True", "False"),
                                     ("derivative_on_measurement", "on_measurement")),
            "smoothing": Option("float", "share of the old rate", ("0.0",), ("smoothing", "filter_coef"),
                                p.pick("0.8", "0.5", "0.9")),
            "use_integral": Option("bool", "whether the integral acts", ("True",), ("use_integral",)),
            "angular": Option("bool", "whether these are angles", ("False", "True"), ("angular", "wrap")),
            "limit": Option("float | None", "largest command", ("None", "20.0", "50.0"), ("limit", "max_command")),
            "rate_limit": Option("float | None", "fastest change", ("None",), ("rate_limit", "slew_rate"),
                                 p.pick("500.0", "1000.0")),
        },
        result=(value, dict.fromkeys(fields, value), *(
            ({"error": Leaf(()), "saturated": Leaf(())},) if told else ())),
        helpers=(_LIMITED,),
        titles=("pid_step", "pid_control", "pid_update"),
        summary=p.pick("Performs one step of a PID controller",
                       "Computes commands from the error, its integral and its derivative"),
        returned="the command and what the controller keeps",
    )  # fmt: skip


_DERIVATIVE = _BODIES["derivative"]
_RUNGE = _BODIES["runge"]
_ACROBOT = _BODIES["acrobot"]


def _acrobot(p: Program) -> Text:
    """Draw a time step of an acrobot: two links, of which only the second joint is driven."""
    rows = p.size(16, 32, 64)
    lines = p.choose(_ACROBOT)
    if "'midpoint'" in lines:
        lines = re.sub(r"if integrator not in .*\n.*\n", "", lines)
    form = p.pick("plain", "observed", "told")
    returned = {
        "plain": "return new_state, reward, done",
        "observed": p.pick(
            "obs = jnp.concatenate([jnp.cos(angles), jnp.sin(angles), speeds], axis=-1)",
            "obs = jnp.concatenate([f(angles) for f in (jnp.cos, jnp.sin)] + [speeds], axis=-1)",
        ) + "\nreturn new_state, obs, reward, done",
        "told": "metrics = {'height': jnp.mean(height), 'solved': jnp.mean(done.astype(jnp.float32))}\n"
        "return new_state, reward, done, metrics",
    }[form]  # fmt: skip
    lines = placed(lines, "RETURNED", returned)
    noisy = p.choices.chance(0.6)
    each, state, told = Leaf((rows,)), Leaf((rows, 4), -6, 6), {"height": Leaf(()), "solved": Leaf(())}
    methods = ("'rk4'", "'euler'", *(("'midpoint'",) if "'midpoint'" in lines else ()))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "state": Array(state, "angles and speeds of both links, shape (batch, 4)", ("state", "env_state")),
            "action": Array(Leaf((rows,), 0, 2, "int32"), "0, 1 or 2 for each environment", ("action", "actions")),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if noisy else 1.0),
            "max_torque": Constant("1.0", "largest torque", ("max_torque", "torque_mag"), (0.5, 2.0)),
            "noise": Option("float", "largest error of the torque", ("0.1", "0.05"), ("torque_noise", "noise")),
            "dt": Constant(p.pick("0.2", "0.1", "0.05"), "time step", ("dt", "time_step"), (0.05, 0.2)),
            "variant": Option("str", "book or nips", ("'book'", "'nips'"), ("variant", "dynamics")),
            "integrator": Option("str", "how motion is integrated", methods, ("integrator", "method")),
            "substeps": Option("int", "steps of integration", ("1", "2", "4"), ("substeps", "frame_skip")),
            "wrap": Option("bool", "whether angles stay between -pi and pi", ("True", "False"), ("wrap_angles",)),
            "max_speeds": Array(Leaf((2,), 2, 5), "largest speeds of the links", ("max_speeds", "speed_limits"), 0.4),
            "goal": Constant("1.0", "height that is to be reached", ("goal_height", "target_height")),
            "shaped": Option("bool", "whether height counts", ("False", "True"), ("shaped", "dense_reward")),
            "reward_type": Option("str", "sparse or height", ("'sparse'", "'height'"), ("reward_type",)),
        },
        result={
            "plain": (state, each, Leaf((rows,), dtype="bool")),
            "observed": (state, Leaf((rows, 6)), each, Leaf((rows,), dtype="bool")),
            "told": (state, each, Leaf((rows,), dtype="bool"), told),
        }[form],
        helpers=(_DERIVATIVE, _RUNGE),
        titles=("acrobot_step", "step_acrobot", "step_env"),
        summary=p.pick("Advances many acrobots by one step",
                       "Performs one step of a two-link pendulum with a motor at the elbow"),
        returned="the new state and what came of it",
    )  # fmt: skip


_EPISODE = """
    {steps = state['steps'] + 1 ~ steps = state['steps'] + {action_repeat ~ 1}}
    {?0.5 if reward_scale is not None:
        reward = reward_scale * reward
    ~ reward = jnp.clip(reward, -max_reward, max_reward) if max_reward is not None else reward}
    {?0.5 if alive_bonus > 0.0:
        {?0.4 # {survival bonus}}
        reward = reward + jnp.where(done, 0.0, alive_bonus)}
    {truncated = steps >= episode_length
    {ended = jnp.logical_or(done, truncated) ~ ended = done | truncated}
    {?0.5 if not count_truncation:
        {?0.4 # {out of time is not the end of the task}}
        truncated = jnp.logical_and(truncated, jnp.logical_not(done))} ~
    truncated = jnp.logical_and(steps >= episode_length, jnp.logical_not(done))
    ended = jnp.logical_or(done, truncated) ~
    truncated = jnp.zeros_like(done)
    if episode_length is not None:
        truncated = {steps >= episode_length ~ jnp.where(done, False, steps >= episode_length)}
    ended = jnp.logical_or(done, truncated)}
    {returns = state['returns'] + {reward ~ gamma ** state['steps'] * reward} ~
    returns = state['returns'] + (reward if gamma is None else gamma ** state['steps'] * reward)}
    {def reset(start, new):
        {?0.4 # {one flag for each environment}}
        {flags = ended.reshape(ended.shape + (1,) * (new.ndim - ended.ndim))
        return jnp.where(flags, start, new) ~
        flags = ended
        while flags.ndim < new.ndim:
            flags = flags[..., None]
        return jnp.where(flags, start, new) ~
        return jnp.where(ended.reshape(-1, *[1] * (new.ndim - 1)), start, new)}

    {physics = new_physics
    if auto_reset:
        physics = jax.tree.map(reset, first, new_physics) ~
    physics = jax.tree.map(reset, first, new_physics) if auto_reset else new_physics} ~
    {if auto_reset:
        physics = jax.tree.map(functools.partial(where_ended, ended), first, new_physics)
    else:
        physics = new_physics ~
    physics = jax.tree.map(functools.partial(where_ended, ended), first, new_physics)}}
    {?0.5 # {reset finished episodes}}
    state = <<
        'steps': jnp.where(ended, 0, steps), 'returns': jnp.where(ended, 0.0, returns),
    >>
    RETURNED
"""
_WHERE_ENDED = _BODIES["where_ended"]


def _episode(p: Program) -> Text:
    """Draw a function that processes the results of a step as wrappers of an environment do."""
    p.holds_any_tree()
    rows, width = p.size(8, 16, 32), p.choices.choice((4, 7, 12))
    lines = p.choose(_EPISODE)
    form = p.pick("plain", "told", "averaged")
    returned = {
        "plain": "return physics, state, reward, ended",
        "told": "info = {'return': returns, 'length': steps, 'truncated': truncated}\n"
        "return physics, state, reward, ended, info",
        "averaged": "num_ended = jnp.maximum(jnp.sum(ended), 1)\n"
        "metrics = {\n    'episode_return': jnp.sum(jnp.where(ended, returns, 0.0)) / num_ended,\n"
        "    'episode_length': jnp.sum(jnp.where(ended, steps, 0)) / num_ended,\n}\n"
        "return physics, state, reward, ended, metrics",
    }[form]  # fmt: skip
    lines = placed(lines, "RETURNED", returned)
    flags, each = Leaf((rows,), 0, 1, "bool"), Leaf((rows,))
    physics: Tree = p.choices.choice((
        {"q": Leaf((rows, width)), "qd": Leaf((rows, width)), "time": Leaf((rows,), 0, 1)},
        {"position": Leaf((rows, width, 3)), "velocity": Leaf((rows, width, 3))},
        {"obs": Leaf((rows, width)), "goal": Leaf((rows, 2))},
    ))  # fmt: skip
    counts = Leaf((rows,), 0, 30, "int32")
    keeps: Tree = {"steps": counts, "returns": Leaf((rows,), -3, 3)}
    more: dict[str, tuple[Tree, ...]] = {
        "plain": (), "told": ({"return": each, "length": counts, "truncated": flags},),
        "averaged": ({"episode_return": Leaf(()), "episode_length": Leaf(())},),
    }  # fmt: skip
    limits = ("25", "20", *(("None",) if "episode_length is not None" in lines else ()))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "new_physics": Array(physics, "state after the step", ("next_state", "stepped")),
            "first": Array(physics, "state after a reset", ("first_state", "reset_state")),
            "state": Array(keeps, "what is counted", ("counters", "episode")),
            "reward": Array(each, "reward of the step", ("reward", "rewards")),
            "done": Array(flags, "whether the task has ended", ("done", "terminated")),
            "episode_length": Option("int | None" if len(limits) > 2 else "int", "steps of an episode", limits,
                                     ("episode_length", "time_limit", "max_steps")),
            "action_repeat": Option("int", "steps of physics for an action", ("1", "2"), ("action_repeat",)),
            "reward_scale": Option("float | None", "factor of rewards", ("None", "0.1", "5.0"), ("reward_scale",)),
            "max_reward": Option("float | None", "largest reward", ("None", "1.0"), ("max_reward", "reward_clip")),
            "alive_bonus": Option("float", "reward for going on", ("0.0", "1.0", "0.5"), ("alive_bonus",)),
            "count_truncation": Option("bool", "whether both may be true", ("True", "False"), ("count_truncation",)),
            "gamma": Option("float | None" if "gamma is None" in lines else "float", "discount",
                            ("0.99", *(("None",) if "gamma is None" in lines else ())), ("discount", "gamma")),
            "auto_reset": Option("bool", "whether episodes begin anew", ("True",), ("auto_reset",)),
        },
        result=(physics, keeps, each, flags, *more[form]),
        helpers=(_WHERE_ENDED,),
        titles=("wrap_step", "auto_reset", "episode_step"),
        summary=p.pick("Counts episodes and resets those that ended", "Ends episodes and resets environments"),
        returned="the state to go on from, and what came of the step",
    )  # fmt: skip


_WHOLE = {"pid": _pid, "acrobot": _acrobot, "episode_wrapper": _episode, **PLANS}
RECIPES = (
    with_texts(
        Recipe(
            name="control",
            category="dynamics",
            targets=tuple(_SYSTEMS),
            draw=_draw_control,
            target_weights={"mountain_car": 0.5, "vehicle": 0.7, "cart_pole": 0.7, "pendulum": 0.7},
        ),
        _WHOLE,
        weight=1.6,
    ),
)
