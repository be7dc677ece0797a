"""Steps of optimizers whose step size follows a schedule."""

import re

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizers import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECK = """
    t = {jnp.asarray(count, jnp.float32) ~ count.astype(jnp.float32)}
"""
_RISE = """
    {?0.5 # linear warmup}
    {warmup_lr = peak * (t + 1.0) / warmup
    rate = jnp.where(t < warmup, warmup_lr, rate) ~
    rate = jnp.where(t < warmup, peak * (t + 1.0) / warmup, rate)}
"""
_WARMUP = 0.55
"""How many schedules begin with a linear warmup, behind which they start."""
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
        if exponent == 1.0:
            rate = peak + (floor - peak) * progress
        else:
            remaining = (1.0 - progress) ** exponent
            rate = floor + (peak - floor) * remaining}
    """,
    "exponential_schedule": """
        {?0.4 # exponential decay}
        {exponent = SINCE / period
        if staircase:
            exponent = jnp.floor(exponent)
        rate = peak * factor ** exponent ~
        exponent = jnp.floor(SINCE / period) if staircase else SINCE / period
        rate = peak * jnp.power(factor, exponent)}
        {if floor is not None:
            rate = jnp.maximum(rate, floor) ~}
    """,
    "root_schedule": """
        {{?0.5 # {linear warmup, then inverse square root decay}}
        {rate = peak * jnp.minimum((t + 1.0) / warmup, jnp.sqrt(warmup / (t + 1.0))) ~
        warmup_factor = (t + 1.0) / warmup
        decay_factor = jnp.sqrt(warmup / jnp.maximum(t + 1.0, warmup))
        rate = peak * {jnp.where(t < warmup, warmup_factor, decay_factor) ~ jnp.minimum(warmup_factor, decay_factor)} ~
        rate = peak * math.sqrt(warmup) * jnp.minimum((t + 1.0) ** -0.5, (t + 1.0) * warmup ** -1.5)} ~
        {?0.5 # {inverse square root decay}}
        {rate = peak * jnp.sqrt(shift / jnp.maximum(t, shift)) ~ rate = peak * jax.lax.rsqrt(1.0 + t / shift) ~
        rate = peak / jnp.sqrt(1.0 + t / shift)}}
    """,
    "piecewise_schedule": """
        {rate = peak
        for boundary in boundaries:
            rate = jnp.where(t >= boundary, rate * factor, rate) ~
        num_passed = sum((t >= boundary).astype(jnp.float32) for boundary in boundaries)
        rate = peak * factor ** num_passed ~
        {?0.25 if list(boundaries) != sorted(boundaries):
            raise ValueError(f'boundaries must be increasing, got <<boundaries>>')}
        num_passed = sum((t >= boundary).astype(jnp.float32) for boundary in boundaries)
        rate = peak * factor ** num_passed}
    """,
    "cyclic_schedule": """
        {cycle = jnp.floor(1.0 + t / (2.0 * half_cycle))
        x = jnp.abs(t / half_cycle - 2.0 * cycle + 1.0)
        scale = jnp.maximum(0.0, 1.0 - x)
        {?0.4 if shrinking:
            {?0.4 # {halve the amplitude after every cycle}}
            scale = scale * 0.5 ** (cycle - 1.0)} ~
        phase = (t % cycle_steps) / cycle_steps
        scale = {1.0 - jnp.abs(2.0 * phase - 1.0) ~ jnp.where(phase < 0.5, 2.0 * phase, 2.0 - 2.0 * phase)}
        {?0.4 if shrinking:
            scale = scale * 0.5 ** jnp.floor(t / cycle_steps)} ~
        {?0.5 # {cosine annealing with warm restarts}}
        phase = (t % cycle_steps) / cycle_steps
        scale = 0.5 * (1.0 + jnp.cos(jnp.pi * phase))}
        rate = floor + (peak - floor) * scale
    """,
}
_PROGRESS = {
    True: """{?0.2 if warmup >= horizon:
            raise ValueError(f'warmup of <<warmup>> steps does not end before step <<horizon>>')}
        progress = jnp.clip((t - warmup) / (horizon - warmup), 0.0, 1.0)""",
    False: "progress = {jnp.minimum(t / horizon, 1.0) ~ jnp.clip(t / horizon, 0.0, 1.0)}",
}
_CLIP = """
    if max_norm is not None:
        {?0.4 # clip by global norm}
        grad_norm = global_norm(grads)
        clip_factor = {jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)) ~ max_norm / jnp.maximum(grad_norm, max_norm)}
        grads = EACH(lambda g: g * clip_factor, grads)
"""
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
    "nesterov": """
        mu = EACH(lambda m, g: b1 * m + g, mu, grads)
        {if nesterov:
            updates = EACH(lambda m, g: b1 * m + g, mu, grads)
        else:
            updates = mu
        new_params = EACH(lambda w, u: w - rate * u, params, updates) ~
        {?0.5 # Nesterov momentum}
        new_params = EACH(lambda w, m, g: w - rate * (b1 * m + g), params, mu, grads)}
    """,
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
    ("warmup", ("10", "100"), "steps of warmup", ("4", "10", "5"), ("warmup_steps", "num_warmup_steps")),
    ("horizon", ("1000", "10000"), "steps of the whole schedule", ("60", "80", "100"),
     ("decay_steps", "total_steps", "num_steps")),
    ("period", ("1000", "2000"), "steps of one period", ("10", "20"), ("transition_steps", "decay_every", "period")),
    ("cycle_steps", ("1000", "4000"), "steps of one cycle", ("10", "20"), ("cycle_steps", "cycle_length")),
    ("half_cycle", ("500", "2000"), "steps from the floor to the peak", ("5", "10"), ("step_size_up", "half_cycle")),
    ("shift", ("1000", "10000"), "steps before it falls", ("10", "20"), ("timescale",)),
)  # fmt: skip
"""Numbers of steps that schedules have: key, defaults, what it is, what it is given, names."""


def _draw_schedule(stream: Stream, target: str) -> KernelSpec:
    """A step of gradient descent whose size depends on the steps so far."""
    p = Program(stream)
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4))
    each = p.pick(*MAPS)
    kind = p.pick("plain", "momentum", "nesterov")
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights"))
    p.tree("grads", changed(tree, -2, 2), "gradients, a tree like the parameters", ("grads", "gradients"))
    p.tree("mu", changed(tree, -1, 1), "running sum of the gradients", ("momentum", "velocity", "trace"))
    p.tensor("count", Leaf((), 0, 50, "int32"), "steps that were made", ("step", "count", "step_count"))
    p.number(
        "peak", p.pick("0.1", "1e-2", "3e-4"), "largest step size", (0.01, 0.1), ("peak_lr", "base_lr", "learning_rate")
    )
    p.option(
        "floor",
        "None" if target == "exponential_schedule" else p.pick("0.0", "1e-5"),
        "float | None" if target == "exponential_schedule" else "float",
        "smallest step size",
        p.pick("1e-4", "1e-3") if target == "exponential_schedule" else p.pick("0.0", "1e-3"),
        ("end_lr", "min_lr"),
    )
    for key, defaults, says, given, names in _STEPS:
        p.option(key, p.pick(*defaults), "int", says, p.pick(*given), names)
    p.option(
        "exponent", p.pick("1.0", "2.0"), "float", "how the decay is bent", p.pick("1.0", "2.0"), ("power", "exponent")
    )
    p.option(
        "factor",
        p.pick("0.1", "0.3", "0.5") if target == "piecewise_schedule" else p.pick("0.5", "0.8", "0.9"),
        "float",
        "how much smaller steps become",
        None,
        ("decay_rate", "gamma", "factor"),
    )
    p.option("staircase", "False", "bool", "whether the rate falls at once", p.pick("True", "False"))
    p.option(
        "shrinking",
        "False",
        "bool",
        "whether later cycles are lower",
        p.pick("True", "False"),
        ("decay_cycles", "shrink"),
    )
    p.option(
        "boundaries",
        p.pick("(30_000, 60_000)", "(10_000, 20_000, 40_000)", "(50_000, 75_000)"),
        "tuple[int, ...]",
        "steps at which the rate changes",
        p.pick("(10, 20)", "(10, 20, 40)", "(20, 30)"),
        ("boundaries", "milestones"),
    )
    p.option(
        "max_norm",
        "None",
        "float | None",
        "largest norm of all gradients",
        p.pick("1.0", "None", "5.0"),
        ("max_norm", "clip_norm"),
    )
    p.option("decay", "1e-4", "float", "weight decay", p.pick("0.01", "0.1"), ("weight_decay",))
    p.option("nesterov", "False", "bool", "whether to look ahead by a step", p.pick("True", "False"))
    p.option("b1", "0.9", "float", "decay of the momentum", None, ("momentum_decay", "beta"))
    warm = target in ("cosine_schedule", "polynomial_schedule", "exponential_schedule") and p.choices.chance(_WARMUP)
    # What decays counts its steps from the end of the warmup on.
    behind = "since = jnp.maximum(t - warmup, 0.0)" if warm else ""
    schedule = _SCHEDULES[target].replace("PROGRESS", _PROGRESS[warm]).replace("SINCE", "since" if warm else "t")
    rise = _RISE if warm else ""
    # At most one thing beside the schedule and the step.
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
            "Gradient descent with a step size that follows a schedule", "Updates parameters by a scheduled step size"
        ),
        "the new parameters and what the next step needs",
    )


RECIPES = (Recipe(name="scheduled_step", category="optimizers", targets=tuple(_SCHEDULES), draw=_draw_schedule),)
