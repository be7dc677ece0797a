"""Controlled systems: their states and bounds, the equations of their motion, and rewards."""

import re

from synthesis.drawing.lines import block, join
from synthesis.frontends.jax.recipes.applications.parts import remark
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf

SYSTEMS: dict[str, tuple[tuple[str, float], ...]] = {
    "pendulum": (("theta", 3.0), ("omega", 2.0)),
    "cart_pole": (("x", 2.0), ("x_dot", 1.0), ("theta", 0.6), ("theta_dot", 1.0)),
    "mountain_car": (("position", 1.0), ("velocity", 0.06)),
    "point_mass": (("position", 2.0), ("velocity", 1.0)),
    "vehicle": (("px", 2.0), ("py", 2.0), ("heading", 3.0), ("speed", 1.5)),
}
"""The state variables of each system, with the largest magnitude of each."""
LIMITS: dict[str, tuple[str, tuple[float, float], tuple[str, ...]]] = {
    "pendulum": ("2.0", (1.0, 2.0), ("max_torque", "torque_limit")),
    "cart_pole": ("10.0", (5.0, 10.0), ("force_mag", "max_force")),
    "mountain_car": ("1.0", (0.5, 1.0), ("max_action", "action_limit")),
    "point_mass": ("1.0", (0.5, 2.0), ("max_force", "force_limit")),
    "vehicle": ("1.0", (0.5, 1.0), ("max_action", "action_limit")),
}
"""The bound of an action: its usual value, its interval, and its names."""
LARGEST_ACTIONS = {"cart_pole": 15.0, "vehicle": 1.5}
"""Largest magnitude of the actions that are passed to a system; 3 for the others."""
ENDS = {
    "cart_pole": "done = (jnp.abs(x) > 2.4) | (jnp.abs(theta) > 0.21)", "mountain_car": "done = position >= 0.45",
}  # fmt: skip
"""The condition that ends an episode."""
LENGTH_NAMES = {
    "pendulum": ("length", "rod_length"), "cart_pole": ("half_length", "pole_half_length"),
    "vehicle": ("wheelbase", "wheel_base"),
}  # fmt: skip
"""Names of the length that a system has."""


_CONSTANTS: dict[str, tuple[float, float]] = {
    "mass_cart": (0.8, 1.2), "max_steer": (0.3, 0.7), "friction": (0.05, 0.3), "slope": (0.002, 0.003),
    "length": (0.4, 1.2), "mass": (0.2, 1.0), "dt": (0.01, 0.05), "g": (9.0, 10.0),
}  # fmt: skip
"""Bounds of the constants that a record may hold."""
RECORD_NAMES = ("params", "env_params")
"""Names of the argument that is such a record."""


def gather_constants(p: Program, target: str, lines: list[str]) -> list[str]:
    """Return lines that read their constants from one record, which becomes an argument.

    Args:
        p: the function.
        target: the name of the system.
        lines: statements that name the constants of the system.
    """
    ranges = _CONSTANTS | {
        "limit": LIMITS[target][1],
        "power": (0.001, 0.002) if target == "mountain_car" else (0.5, 1.5),
        "max_speed": (0.03, 0.05) if target == "mountain_car" else (1.0, 1.5),
        "min_position": (-1.0, -0.8), "max_position": (0.5, 0.6),
    }  # fmt: skip

    def bare(name: str) -> str:
        return rf"(?<![\w.#']){name}(?![\w'(=])(?! =)"

    code = "\n".join(line for line in "\n".join(lines).split("\n") if "# " not in line)
    read = [name for name in ranges if re.search(bare(name), code)]
    called = {
        "limit": LIMITS[target][2][0], "slope": "gravity", "g": "gravity",
        "length": LENGTH_NAMES.get(target, ("length",))[0], "mass": "mass_pole" if target == "cart_pole" else "mass",
    }  # fmt: skip
    fields = [(called.get(name, name), Leaf((), *ranges[name])) for name in read]
    title = p.pick("EnvParams", "Params", target.title().replace("_", "") + "Params")
    p.tree("params", p.record(title, fields, "Constants of the system"), "constants of the system", RECORD_NAMES)
    for name in read:
        at = f"params.{called.get(name, name)}"
        lines = [
            "\n".join(each if "# " in each else re.sub(bare(name), at, each) for each in line.split("\n"))
            for line in lines
        ]
    return lines


def accelerations_of(p: Program, system: str, *, upright: bool) -> list[str]:
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


def advance_of(p: Program, system: str) -> str:
    """Return statements that advance every part of the state by a step.

    They read the rates of change that the statements of :func:`accelerations_of` compute.
    """
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


def reward_of(p: Program, system: str, *, upright: bool) -> str:
    """Return statements that compute a reward for the new state.

    Args:
        p: the function.
        system: the name of the system.
        upright: whether the angle of a pendulum is zero when it stands upright, not when it hangs.
    """
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
