"""Optimizer steps whose step size follows a schedule."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parameter_trees import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.parts import placed, step_size, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "schedules", margin=4)

_CHECK = """
    t = {jnp.asarray(count, jnp.float32) ~ count.astype(jnp.float32)}
"""
_RISE = _BODIES["rise"]
_WARMUP = 0.55
"""Probability that a linear warmup precedes a schedule."""
_SCHEDULES = {
    "cosine_schedule": """
        {?0.4 # cosine decay}
        PROGRESS
        {rate = floor + (peak - floor) * 0.5 * (1.0 + jnp.cos(jnp.pi * progress)) ~
        cosine = 0.5 * (1.0 + jnp.cos(math.pi * progress))
        rate = floor + (peak - floor) * cosine ~
        cosine = 0.5 * (1.0 + jnp.cos(math.pi * progress))
        if exponent != 1.0:
            cosine = cosine ** exponent
        rate = (peak - floor) * cosine + floor}
    """,
    "polynomial_schedule": """
        PROGRESS
        {?0.4 # polynomial decay}
        {rate = floor + (peak - floor) * (1.0 - progress) ** exponent ~
        remaining = (1.0 - progress) ** exponent
        rate = (peak - floor) * remaining + floor ~
        gap = peak - floor
        rate = floor + gap * jnp.power(1.0 - progress, exponent)}
    """,
    "exponential_schedule": _BODIES["exponential_schedule"],
    "root_schedule": _BODIES["root_schedule"],
    "piecewise_schedule": _BODIES["piecewise_schedule"],
    "cyclic_schedule": _BODIES["cyclic_schedule"],
}
_PROGRESS = {
    True: """{?0.2 if warmup >= horizon:
            raise ValueError(f'warmup of <<warmup>> steps does not end before step <<horizon>>')}
        progress = jnp.clip((t - warmup) / (horizon - warmup), 0.0, 1.0)""",
    False: "progress = {jnp.minimum(t / horizon, 1.0) ~ jnp.clip(t / horizon, 0.0, 1.0)}",
}
_CLIP = _BODIES["clip"]
_APPLY = {
    "plain": """
        DECAY{new_params = EACH(lambda w, g: w - rate * g, params, grads) ~
        updates = EACH(lambda g: -rate * g, grads)
        new_params = EACH(jnp.add, params, updates)}
    """,
    "momentum": """
        DECAY{mu = EACH(lambda m, g: b1 * m + g, mu, grads) ~
        mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads)}
        new_params = EACH(lambda w, m: w - rate * m, params, mu)
    """,
    "nesterov": _BODIES["nesterov"],
}  # fmt: skip


_DECAYS = {
    "plain": """{?0.4 # {decoupled weight decay}}
        params = EACH(lambda w: w * (1.0 - rate * decay), params)
        """,
    "momentum": """{?0.4 # {L2 regularization}}
        grads = EACH(lambda g, w: g + decay * w, grads, params)
        """,
}
_STEPS = (
    ("warmup", ("100", "1000"), "steps of warmup", ("100", "500", "1000"), ("warmup_steps", "num_warmup_steps")),
    ("horizon", ("10_000", "100_000"), "steps of the whole schedule", ("5000", "10_000", "20_000"),
     ("decay_steps", "total_steps", "num_steps")),
    ("period", ("1000", "2000"), "steps of one period", ("1000", "2000", "500"),
     ("transition_steps", "decay_every", "period")),
    ("cycle_steps", ("1000", "4000"), "steps of one cycle", ("1000", "2000"), ("cycle_steps", "cycle_length")),
    ("half_cycle", ("500", "2000"), "steps from the floor to the peak", ("500", "1000"),
     ("step_size_up", "half_cycle")),
    ("shift", ("1000", "10_000"), "steps before it falls", ("1000", "2000"), ("timescale",)),
)  # fmt: skip
"""Numbers of steps of schedules: the key, defaults, description, values that are passed, and names."""


def _declare_options(p: Program, target: str) -> None:
    """Declare the options of a schedule and a step."""
    p.option("floor", "None" if target == "exponential_schedule" else p.pick("0.0", "1e-5"),
             "float | None" if target == "exponential_schedule" else "float", "smallest step size",
             p.pick("1e-4", "1e-3") if target == "exponential_schedule" else p.pick("0.0", "1e-3"),
             ("end_lr", "min_lr"))  # fmt: skip
    for key, defaults, says, given, names in _STEPS:
        p.option(key, p.pick(*defaults), "int", says, p.pick(*given), names)
    p.option(
        "exponent", p.pick("1.0", "2.0"), "float", "exponent of the decay", p.pick("1.0", "2.0"), ("power", "exponent")
    )
    p.option("factor", p.pick("0.1", "0.3", "0.5") if target == "piecewise_schedule" else p.pick("0.5", "0.8", "0.9"),
             "float", "decay factor", None, ("decay_rate", "gamma", "factor"))  # fmt: skip
    p.option("staircase", "False", "bool", "whether to decay in steps", p.pick("True", "False"))
    p.option("shrinking", "False", "bool", "whether later cycles have smaller amplitudes", p.pick("True", "False"),
             ("decay_cycles", "shrink"))  # fmt: skip
    p.option("boundaries", p.pick("(30_000, 60_000)", "(10_000, 20_000, 40_000)", "(50_000, 75_000)"),
             "tuple[int, ...]", "steps at which the rate changes",
             p.pick("(1000, 2000)", "(1000, 2000, 3000)", "(2000, 3000)"), ("boundaries", "milestones"))  # fmt: skip
    p.option("max_norm", "None", "float | None", "largest global gradient norm", p.pick("1.0", "None", "5.0"),
             ("max_norm", "clip_norm"))  # fmt: skip
    p.option("decay", "1e-4", "float", "weight decay", p.pick("0.01", "0.1"), ("weight_decay",))
    p.option("nesterov", "False", "bool", "whether to use Nesterov momentum", p.pick("True", "False"))
    p.option("b1", "0.9", "float", "decay rate of the momentum", None, ("momentum_decay", "beta"))


def _draw_schedule(stream: Stream, target: str) -> KernelSpec:
    """Draw a step of gradient descent whose size depends on the number of steps so far."""
    p = Program(stream)
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4))
    each = p.pick(*MAPS)
    kind = p.pick("plain", "momentum", "nesterov")
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights"))
    p.tree("grads", changed(tree, -2, 2), "gradients, a tree like the parameters", ("grads", "gradients"))
    p.tree("mu", changed(tree, -1, 1), "momentum, a tree like the parameters", ("momentum", "velocity", "trace"))
    p.tensor("count", Leaf((), 0, 4000, "int32"), "steps that were made", ("step", "count", "step_count"))
    p.number(
        "peak", p.pick("0.1", "1e-2", "3e-4"), "largest step size", (0.01, 0.1), ("peak_lr", "base_lr", "learning_rate")
    )
    _declare_options(p, target)
    warm = target in ("cosine_schedule", "polynomial_schedule", "exponential_schedule") and p.choices.chance(_WARMUP)
    # A decay counts its steps from the end of the warmup.
    behind = "since = jnp.maximum(t - warmup, 0.0)" if warm else ""
    schedule = _SCHEDULES[target].replace("PROGRESS", _PROGRESS[warm]).replace("SINCE", "since" if warm else "t")
    rise = _RISE if warm else ""
    # At most one addition to the schedule and the step.
    extra = p.pick("", "", "clip", "decay") if kind != "nesterov" and not warm else ""
    step = _APPLY[kind].replace("DECAY", _DECAYS[kind] if extra == "decay" else "").replace("EACH", each)
    texts = [_CHECK, behind, schedule, rise, _CLIP.replace("EACH", each) if extra == "clip" else "", step]
    p.write(*(re.sub(r"\brate\b", "lr", text) for text in texts))
    new = changed(tree, -1, 1)
    more: tuple[Tree, ...] = (new,) if kind != "plain" else ()
    words = ", mu" if kind != "plain" else ""
    p.finish(
        (f"return new_params{words}, lr", (new, *more, Leaf(()))),
        (f"count = count + 1\nreturn new_params{words}, count, lr",
         (new, *more, Leaf((), dtype="int32"), Leaf(()))),
    )  # fmt: skip
    name = target.removesuffix("_schedule")
    return p.done(
        "optimizers",
        "scheduled_step",
        target,
        (f"sgd_{name}_step", f"{name}_lr_update", "scheduled_update", "scheduled_sgd_step"),
        p.pick(
            "Performs gradient descent with a scheduled learning rate",
            "Updates parameters with a scheduled learning rate",
        ),
        "the new parameters and what the next step needs",
    )


_COSINE_BETWEEN = _BODIES["cosine_between"]
_ALL_CLIPPED = _BODIES["all_clipped"]
_MOVED = _BODIES["moved"]
_PHASES = _BODIES["phases"]
_PLATEAU = _BODIES["plateau"]


def _moving(p: Program) -> tuple[str, Tree, dict[str, Array | Constant | Option]]:
    """Return statements of a step of size ``lr``, the parameters, and the arguments of the statements."""
    tree = parameters(p, p.choices.integer(1, 2))[0]
    p.holds_any_tree()
    move = p.choose(_MOVED)
    given: dict[str, Array | Constant | Option] = {
        "params": Array(changed(tree, -1, 1), "parameters", ("params", "weights")),
        "grads": Array(changed(tree, -0.5, 0.5), "gradients", ("grads", "gradients")),
        "max_norm": Option("float | None", "largest gradient norm", ("None", "1.0"), ("max_norm", "clip_norm")),
        "momentum": Option("float | None" if "momentum is not None" in move else "float", "decay rate of the momentum",
                           ("0.9", "0.95"), ("momentum", "beta")),
        "nesterov": Option("bool", "whether to use Nesterov momentum", ("False", "True"), ("nesterov",)),
        "weight_decay": Option("float", "weight decay", ("0.0", "1e-4", "0.01"), ("weight_decay", "wd")),
        "decay_all": Option("bool", "whether to apply weight decay to vectors as well", ("False", "True"),
                            ("decay_all", "decay_vectors")),
    }  # fmt: skip
    return move, tree, given


def _ending(p: Program, tree: Tree, keeps: Tree, told: dict[str, str]) -> tuple[str, tuple[Tree, ...]]:
    """Return the last statements and their results."""
    new = changed(tree, -1, 1)
    form = p.pick("plain", "rate", "told")
    if form == "plain":
        return "return new_params, state", (new, keeps)
    if form == "rate":
        return "return new_params, state, lr", (new, keeps, Leaf(()))
    entries = ", ".join(f"'{name}': {value}" for name, value in told.items())
    return f"metrics = {{{entries}}}\nreturn new_params, state, metrics", (new, keeps, dict.fromkeys(told, Leaf(())))


def _phases(p: Program) -> Text:
    """Draw a step whose size changes between several values in phases."""
    move, tree, given = _moving(p)
    lines = placed(p.choose(_PHASES), "MOVED", move)
    keeps: Tree = {"count": Leaf((), 0, 4000, "int32"), "trace": changed(tree, -1, 1)}
    told = {"learning_rate": "lr", "update_norm": "lr * global_norm(updates)"}
    end, result = _ending(p, tree, keeps, told)
    phases, levels = p.choices.choice((
        ("(500, 4500)", "(0.0, 0.1, 0.01)"), ("(500, 2000, 3000)", "(0.0, 0.1, 0.1, 0.0)"),
        ("(1000, 4000)", "(0.01, 0.3, 0.0)"), ("(1000, 1000, 3000)", "(0.0, 0.2, 0.05, 0.01)"),
        ("(2000, 3000)", "(0.1, 0.1, 0.001)"), ("(100, 900, 4000)", "(1e-4, 0.05, 0.05, 1e-3)"),
        ("(200, 2800, 1000, 2000)", "(0.0, 0.1, 0.03, 0.01, 0.003)"),
    ))  # fmt: skip
    return Text(
        lines=with_escaped_braces(placed(lines, "RETURNED", end)),
        given={
            "params": given["params"], "grads": given["grads"],
            "state": Array(keeps, "step count and momentum", ("state", "opt_state")), **given,
            "lengths": Option("tuple[int, ...]", "number of steps of each phase", (phases,),
                              ("phase_lengths", "durations")),
            "values": Option("tuple[float, ...]", "learning rates at the phase boundaries", (levels,),
                             ("values", "levels", "lr_values")),
            "shape": Option("str", "linear or cosine", ("'linear'", "'cosine'"), ("shape", "interpolation")),
            "scale_with": Option("int | None", "batch size", ("None", "512", "1024"), ("batch_size",)),
            "base_batch": Option("int", "batch size for which the rates are given", ("256", "128"),
                                 ("base_batch_size", "reference_batch")),
            "min_lr": Option("float", "smallest rate", ("0.0", "1e-5", "1e-3"), ("min_lr", "floor")),
        },
        result=result,
        helpers=(_COSINE_BETWEEN, _ALL_CLIPPED),
        titles=("phased_step", "piecewise_update", "sgd_with_phases"),
        summary=p.pick("Performs gradient descent with a piecewise learning rate",
                       "Performs a step with a phased learning rate"),
        returned="the new parameters and the new state",
    )  # fmt: skip


def _plateau(p: Program) -> Text:
    """Draw a step whose size is reduced if the loss does not improve."""
    move, tree, given = _moving(p)
    lines = placed(p.choose(_PLATEAU), "MOVED", move)
    grows = "mode == 'min'" in lines and p.choices.chance(0.4)
    before, now = (Leaf((), 0.3, 1.0), Leaf((), 0.3, 0.9)) if grows else (Leaf((), 0.3, 0.9), Leaf((), 0.3, 1.0))
    fields: dict[str, tuple[str, Tree]] = {
        "best": ("best", before), "bad_steps": ("bad_steps", Leaf((), 0, 8, "int32")),
        "scale": ("scale", Leaf((), 0.1, 1)),
    }  # fmt: skip
    if "resting" in lines:
        fields["cooldown"] = ("left", Leaf((), 0, 1, "int32"))
    if "state['count']" in lines:
        fields["count"] = ("state['count'] + 1", Leaf((), 0, 2000, "int32"))
    fields["trace"] = ("trace", changed(tree, -1, 1))
    entries = [f"'{name}': {value}" for name, (value, _) in fields.items()]
    keeps: Tree = {name: part for name, (_, part) in fields.items()}
    told = {"lr": "lr", "best": "best", "reduced": "reduced.astype(jnp.float32)"}
    end, result = _ending(p, tree, keeps, told)
    kept = p.pick("state = {" + ", ".join(entries) + "}", "state = {\n    " + ",\n    ".join(entries) + ",\n}")
    if "mode == 'min'" not in lines:
        lines = re.sub(r"if mode not in .*\n.*\n", "", lines)
    return Text(
        lines=with_escaped_braces(placed(placed(lines, "KEPT", kept), "RETURNED", end)),
        given={
            "params": given["params"], "grads": given["grads"],
            "state": Array(keeps, "best value and counters", ("state", "schedule_state")),
            "loss": Array(now, "monitored loss", ("loss", "value", "metric")), **given,
            "learning_rate": step_size(p, "0.1", "0.05", names=("learning_rate", "base_lr")),
            "mode": Option("str", "mode: min or max", ("'min'",), ("mode",),
                           "'max'" if grows else "'min'"),
            "rtol": Option("float", "smallest relative improvement", ("1e-4", "1e-3"), ("rtol", "threshold")),
            "atol": Option("float", "smallest absolute improvement", ("0.0", "1e-4", "1e-3"), ("atol", "min_delta")),
            "cooldown": Option("int", "number of cooldown steps", ("2", "3", "5"), ("cooldown",)),
            "patience": Option("int", "number of steps without improvement before the rate is reduced",
                               ("6", "7", "5"), ("patience",)),
            "factor": Option("float", "decay factor", ("0.5", "0.1", "0.2"), ("factor", "decay")),
            "min_scale": Option("float | None" if "min_scale is not None" in lines else "float", "smallest factor",
                                ("1e-3", "1e-2"), ("min_scale",)),
            "warmup": Option("int", "number of warmup steps", ("100", "500"), ("warmup_steps",)),
        },
        result=result,
        helpers=(_ALL_CLIPPED,),
        titles=("plateau_step", "sgd_with_plateau", "sgd_on_plateau"),
        summary=p.pick("Performs gradient descent with a learning rate reduced on plateaus",
                       "Performs a step with a learning rate reduced on plateaus"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_WHOLE = {"phases": _phases, "plateau": _plateau}
RECIPES = (
    with_texts(
        Recipe(name="scheduled_step", category="optimizers", targets=tuple(_SCHEDULES), draw=_draw_schedule),
        _WHOLE,
        weight=2.0,
    ),
)
