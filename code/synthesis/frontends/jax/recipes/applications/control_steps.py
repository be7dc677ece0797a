"""Steps of a control loop: a PID controller, an acrobot, and the end of an episode."""

import re

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "control_steps", margin=4)

_LIMITED = _BODIES["limited"]
_PID = _BODIES["pid"]


def _with_state(p: Program, lines: str) -> tuple[list[str], str, list[str], bool]:
    """Complete the lines. Return also the fields of the state and the form of the controller."""
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
    return fields, lines, ways, told


def write_pid(p: Program) -> Text:
    """Draw a PID controller."""
    rows, joints = p.size(8, 16, 32), p.choices.choice((3, 6, 7))
    shape = (rows, joints) if p.choices.chance(0.6) else (joints,)
    lines = p.choose(_PID)
    value = Leaf(shape)
    fields, lines, ways, told = _with_state(p, lines)
    each = p.choices.chance(0.5)

    def gain(low: float, high: float) -> Leaf:
        return Leaf((joints,) if each else (), low, high)

    return Text(
        lines=with_escaped_braces(lines),
        given={
            "target": Array(value, "target value", ("target", "setpoint", "reference")),
            "measured": Array(value, "measured value", ("measured", "position", "measurement")),
            "velocity": Array(value, "measured velocity", ("velocity",)),
            "state": Array(dict.fromkeys(fields, value), "controller state", ("state", "pid_state")),
            "kp": Array(gain(1.0, 20.0), "proportional gain", ("kp", "p_gain")),
            "ki": Array(gain(0.1, 2.0), "integral gain", ("ki", "i_gain")),
            "kd": Array(gain(0.01, 0.1), "derivative gain", ("kd", "d_gain")),
            "feedforward": Array(value, "feedforward command", ("feedforward", "bias_force"), 0.4),
            "dt": Constant(p.pick("0.01", "0.02", "0.005"), "time step", ("dt", "time_step"), (0.01, 0.05)),
            "anti_windup": Option("str | None", "anti-windup method", ("None", *ways),
                                  ("anti_windup",)),
            "max_integral": Option("float | None" if "max_integral is not None" in lines else "float",
                                   "largest absolute value of the integral", ("1.0", "0.5"), ("max_integral",
                                                                                              "integral_limit")),
            "leak": Option("float | None", "decay factor of the integral", ("None", "0.99"), ("leak", "decay")),
            "on_measurement": Option("bool", "whether to differentiate the measurement instead of the error",
                                     ("True", "False"),
                                     ("derivative_on_measurement", "on_measurement")),
            "smoothing": Option("float", "smoothing factor of the derivative", ("0.0",), ("smoothing", "filter_coef"),
                                p.pick("0.8", "0.5", "0.9")),
            "use_integral": Option("bool", "whether to use the integral term", ("True",), ("use_integral",)),
            "angular": Option("bool", "whether the values are angles", ("False", "True"), ("angular", "wrap")),
            "limit": Option("float | None", "largest absolute command", ("None", "20.0", "50.0"),
                            ("limit", "max_command")),
            "rate_limit": Option("float | None", "largest change of the command in a step", ("None",),
                                 ("rate_limit", "slew_rate"),
                                 p.pick("500.0", "1000.0")),
        },
        result=(value, dict.fromkeys(fields, value), *(
            ({"error": Leaf(()), "saturated": Leaf(())},) if told else ())),
        helpers=(_LIMITED,),
        titles=("pid_step", "pid_control", "pid_update"),
        summary=p.pick("Performs one step of a PID controller",
                       "Computes commands from the error, its integral and its derivative"),
        returned="the command and the new controller state",
    )  # fmt: skip


_DERIVATIVE = _BODIES["derivative"]
_RUNGE = _BODIES["runge"]
_ACROBOT = _BODIES["acrobot"]


def write_acrobot(p: Program) -> Text:
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
            "action": Array(Leaf((rows,), 0, 2, "int32"), "action of each environment: 0, 1 or 2",
                            ("action", "actions")),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if noisy else 1.0),
            "max_torque": Constant("1.0", "largest absolute torque", ("max_torque", "torque_mag"), (0.5, 2.0)),
            "noise": Option("float", "amplitude of the torque noise", ("0.1", "0.05"), ("torque_noise", "noise")),
            "dt": Constant(p.pick("0.2", "0.1", "0.05"), "time step", ("dt", "time_step"), (0.05, 0.2)),
            "variant": Option("str", "equations of motion: book or nips", ("'book'", "'nips'"),
                              ("variant", "dynamics")),
            "integrator": Option("str", "integrator", methods, ("integrator", "method")),
            "substeps": Option("int", "number of integration steps", ("1", "2", "4"), ("substeps", "frame_skip")),
            "wrap": Option("bool", "whether to wrap angles to [-pi, pi]", ("True", "False"), ("wrap_angles",)),
            "max_speeds": Array(Leaf((2,), 2, 5), "largest angular speed of each link",
                                ("max_speeds", "speed_limits"), 0.4),
            "goal": Constant("1.0", "height of the goal", ("goal_height", "target_height")),
            "shaped": Option("bool", "whether the reward depends on the height", ("False", "True"),
                             ("shaped", "dense_reward")),
            "reward_type": Option("str", "type of reward: sparse or height", ("'sparse'", "'height'"),
                                  ("reward_type",)),
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
        returned="the new state, the reward and whether the episode ends",
    )  # fmt: skip


_EPISODE = _BODIES["episode"]
_WHERE_ENDED = _BODIES["where_ended"]


def write_episode(p: Program) -> Text:
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
            "state": Array(keeps, "step counters and returns", ("counters", "episode")),
            "reward": Array(each, "reward of the step", ("reward", "rewards")),
            "done": Array(flags, "mask of finished episodes", ("done", "terminated")),
            "episode_length": Option("int | None" if len(limits) > 2 else "int", "number of steps of an episode",
                                     limits,
                                     ("episode_length", "time_limit", "max_steps")),
            "action_repeat": Option("int", "number of physics steps for each action", ("1", "2"), ("action_repeat",)),
            "reward_scale": Option("float | None", "scale of the rewards", ("None", "0.1", "5.0"), ("reward_scale",)),
            "max_reward": Option("float | None", "largest reward", ("None", "1.0"), ("max_reward", "reward_clip")),
            "alive_bonus": Option("float", "reward for each step that does not end the episode",
                                  ("0.0", "1.0", "0.5"), ("alive_bonus",)),
            "count_truncation": Option("bool", "whether termination and truncation may both be set",
                                       ("True", "False"), ("count_truncation",)),
            "gamma": Option("float | None" if "gamma is None" in lines else "float", "discount factor",
                            ("0.99", *(("None",) if "gamma is None" in lines else ())), ("discount", "gamma")),
            "auto_reset": Option("bool", "whether to reset finished episodes", ("True",), ("auto_reset",)),
        },
        result=(physics, keeps, each, flags, *more[form]),
        helpers=(_WHERE_ENDED,),
        titles=("wrap_step", "auto_reset", "episode_step"),
        summary=p.pick("Counts episodes and resets those that ended", "Ends episodes and resets environments"),
        returned="the state of the next step, and the results of this one",
    )  # fmt: skip
