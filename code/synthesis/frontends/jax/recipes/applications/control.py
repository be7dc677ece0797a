"""Controlled systems: a step of many at once, or a rollout of them over time."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.control_steps import write_acrobot, write_episode, write_pid
from synthesis.frontends.jax.recipes.applications.parts import guard, remark
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.systems import (
    ENDS,
    LARGEST_ACTIONS,
    LENGTH_NAMES,
    LIMITS,
    RECORD_NAMES,
    SYSTEMS,
    accelerations_of,
    advance_of,
    gather_constants,
    reward_of,
)
from synthesis.frontends.jax.recipes.applications.tracking import PLANS
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped
from synthesis.frontends.jax.recipes.applications.written import with_texts

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


def _state_of(
    p: Program, target: str, fields: tuple[tuple[str, float], ...], names: list[str], count: int, held: str
) -> tuple[Tree, list[str], str]:
    """Return the state of all environments, how its fields are read, and how a new one is made."""
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
    return state, given, packed


def _declare_constants(p: Program, target: str) -> None:
    """Declare the constants and options of a system."""
    p.number("dt", p.pick("0.02", "0.05"), "time step", (0.01, 0.05), ("dt", "time_step"))
    p.option("g", "9.81", "float", "acceleration of gravity", None, ("g", "gravity"))
    p.number(
        "length", "0.5" if target == "cart_pole" else p.pick("1.0", "0.5"),
        {"vehicle": "distance of the axles", "cart_pole": "half the length of the pole"}.get(target, "length of a rod"),
        (0.4, 1.2),
        LENGTH_NAMES.get(target, ("length",)),
    )  # fmt: skip
    pole = target == "cart_pole"
    p.number(
        "mass", "0.1" if pole else "1.0", "mass of the pole" if pole else "mass", (0.1, 1.0),
        ("mass_pole", "pole_mass") if pole else ("mass", "m"),
    )  # fmt: skip
    p.option("min_position", "-1.2", "float", "position of the left wall", None, ("min_position", "x_min"))
    p.option("max_position", "0.6", "float", "position of the right end", None, ("max_position", "x_max"))
    p.option("slope", "0.0025", "float", "strength of gravity along the slope", None, ("hill_gravity", "gravity"))
    p.number("max_steer", p.pick("0.5", "0.6"), "largest steering angle", (0.3, 0.7), ("max_steer", "steering_limit"))
    p.number("mass_cart", "1.0", "mass of the cart", None, ("mass_cart", "cart_mass"))
    p.number("friction", p.pick("0.1", "0.05"), "friction", (0.01, 0.3), ("friction", "damping"))
    motor = ("power", "engine_power")
    if target == "mountain_car":
        p.option("power", "0.0015", "float", "motor power", p.pick("0.0015", "0.01"), motor)
    else:
        p.number("power", p.pick("0.5", "1.0"), "strength of the motor", (0.5, 1.5), motor)
    p.number(
        "max_speed", "8.0" if target == "pendulum" else "0.07", "largest speed", None, ("max_speed", "speed_limit")
    )
    usual, within, called = LIMITS[target]
    p.number("limit", usual, "largest action", within, called)
    p.option("integrator", "'euler'", "str", "integrator: euler or semi_implicit",
             p.pick("'semi_implicit'", "'euler'"), ("integrator", "kinematics_integrator"))  # fmt: skip
    p.option("wrap", "True", "bool", "whether to wrap angles to [-pi, pi]", None, ("wrap", "wrap_angles"))
    p.option("arena", "None", "float | None", "distance of the walls", p.pick("1.5", "1.0"), ("arena_size",))
    p.option("reverse", "True", "bool", "whether vehicles may reverse", "False", ("allow_reverse",))
    p.option("substeps", p.pick("1", "2"), "int", "number of integration steps for each action", p.pick("2", "4", "1"),
             ("substeps", "n_substeps"))  # fmt: skip


def _write_rollout(
    p: Program,
    count: int,
    length: int,
    state: Tree,
    packed: str,
    pair: tuple[int] | tuple[()],
    body: list[str],
    reward: str,
    *,
    rewarded: bool,
) -> list[Tree]:
    """Write a loop over time, and return the results."""
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
        p.option("discount", "None", "float | None", "discount factor", "0.9", ("discount", "gamma"))
        p.write("""
            if discount is not None:
                {?0.5 # {what comes later counts less}}
                steps = jnp.arange(history.shape[0])
                history = history * (discount ** steps)[:, None]
            return final, history.sum(axis=0)
        """)
        results: list[Tree] = [state, Leaf((count,))]
    elif form == "sum":
        p.add("return final, history.sum(axis=0)")
        results = [state, Leaf((count,))]
    elif form == "history":
        p.add("return history")
        results = [history]
    else:
        p.add("return final, history")
        results = [state, history]
    return results


def _write_step(
    p: Program,
    target: str,
    count: int,
    state: Tree,
    packed: str,
    body: list[str],
    reward: str,
    *,
    rewarded: bool,
    single: bool,
) -> list[Tree]:
    """Write one step of all environments, and return the results."""
    ended = ENDS.get(target, "") if rewarded and p.choices.chance(0.5) else ""
    extra = [*(["reward"] if rewarded else []), *(["done"] if ended else [])]
    results: list[Tree] = [
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
    return results


def _draw_control(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes a step of many copies of a system, or their states over time."""
    p = Program(stream)
    fields = SYSTEMS[target]
    names = [name for name, _ in fields]
    count, length = p.size(128, 256, 512, 1024), p.size(8, 16, 32)
    rollout = p.choices.chance(0.45)
    count = count // 4 if rollout else count
    held = p.pick("record", "record", *(() if target == "mountain_car" else ("array",)), "dict", "apart")
    state, given, packed = _state_of(p, target, fields, names, count, held)
    pair, largest = ((2,) if target == "vehicle" else ()), LARGEST_ACTIONS.get(target, 3.0)
    upright = p.choices.chance(0.5)
    p.tree("state", state, "state of every environment", ("state", "env_state"))
    p.tensor("action" if rollout else "u", Leaf((*((length,) if rollout else ()), count, *pair), -largest, largest),
             f"actions of shape (time, batch{', 2' if pair else ''})" if rollout else "one action for each environment",
             ("actions", "controls") if rollout else ("action", "u", "control"))  # fmt: skip
    p.tree("params", (), "constants of the system", RECORD_NAMES)  # its contents are known after the lines are written
    _declare_constants(p, target)
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
    inner = join(*accelerations_of(p, target, upright=upright), advance_of(p, target))
    if single:
        # A single system has no batch axis.
        inner = inner.replace("u[..., 0], u[..., 1]", "u").replace("jnp.moveaxis(u, -1, 0)", "u")
        packed = f"jnp.array([{', '.join(names)}])"
    if often:
        # A step is made of several substeps.
        inner = re.sub(r"\bdt\b", "substep", inner)
        inner = join("substep = dt / substeps", block("for _ in range(substeps):", inner))
    body += [remark(p, *_STEPS[target]), inner]
    reward = reward_of(p, target, upright=upright) if rewarded else ""
    if p.choices.chance(0.6):
        *body, reward = gather_constants(p, target, [*body, reward])
    results: list[Tree] = []
    if rollout:
        results = _write_rollout(p, count, length, state, packed, pair, body, reward, rewarded=rewarded)
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
        results = _write_step(p, target, count, state, packed, body, reward, rewarded=rewarded, single=single)
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


_WHOLE = {"pid": write_pid, "acrobot": write_acrobot, "episode_wrapper": write_episode, **PLANS}
RECIPES = (
    with_texts(
        Recipe(
            name="control",
            category="dynamics",
            targets=tuple(SYSTEMS),
            draw=_draw_control,
            target_weights={"mountain_car": 0.5, "vehicle": 0.7, "cart_pole": 0.7, "pendulum": 0.7},
        ),
        _WHOLE,
        weight=1.6,
    ),
)
