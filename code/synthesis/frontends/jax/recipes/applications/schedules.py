"""Steps of optimizers whose step size follows a schedule."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizers import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECK = """
    {?0.3 if not jax.tree.leaves(params):
        raise ValueError('no parameters')}
    t = {jnp.asarray(count, dtype=jnp.float32) ~ jnp.asarray(count, jnp.float32)}
"""
_RISE = """
    if warmup > 0:
        # {begin small, while the gradients are large ~ linear warmup, then the decay}
        rate = jnp.where(t < warmup, peak * (t + 1.0) / warmup, rate)
"""
_WARMUP = 0.55
"""How many schedules begin with a linear warmup, behind which they start."""
_SCHEDULES = {
    "cosine_schedule": """
        # {half a cosine from the peak to the floor ~ cosine decay}
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
        # {falls from the peak to the floor ~ a straight line where the power is one}
        {rate = floor + (peak - floor) * (1.0 - progress) ** exponent ~
        left = (1.0 - progress) ** exponent
        rate = (peak - floor) * left + floor ~
        left = jnp.power(1.0 - progress, exponent)
        rate = left * peak + (1.0 - left) * floor}
    """,
    "exponential_schedule": """
        # {a constant factor in every period ~ decays by the same factor again and again}
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
        {# {as steps of many gradients, then with the root of the steps ~ warmup, then inverse square root}
        {rate = peak * jnp.minimum((t + 1.0) / warmup, jnp.sqrt(warmup / (t + 1.0))) ~
        rise = (t + 1.0) / warmup
        fall = jnp.sqrt(warmup / jnp.maximum(t + 1.0, warmup))
        rate = peak * {jnp.where(t < warmup, rise, fall) ~ jnp.minimum(rise, fall)} ~
        rate = peak * math.sqrt(warmup) * jnp.minimum((t + 1.0) ** -0.5, (t + 1.0) * warmup ** -1.5)} ~
        # {flat at first, then inverse square root ~ falls with the root of the steps}
        {rate = peak * jnp.sqrt(shift / jnp.maximum(t, shift)) ~ rate = peak * jax.lax.rsqrt(1.0 + t / shift) ~
        rate = peak / jnp.sqrt(1.0 + t / shift)}}
    """,
    "piecewise_schedule": """
        {rate = peak
        for boundary in boundaries:
            # {each boundary that is passed makes steps smaller ~ one factor for every boundary behind us}
            rate = jnp.where(t >= boundary, rate * factor, rate) ~
        passed = sum((t >= boundary).astype(jnp.float32) for boundary in boundaries)
        rate = peak * factor ** passed ~
        passed = sum(jnp.where(t < boundary, 0.0, 1.0) for boundary in boundaries)
        rate = peak * factor ** passed}
    """,
    "cyclic_schedule": """
        {cycle = jnp.floor(1.0 + t / (2.0 * half_cycle))
        away = jnp.abs(t / half_cycle - 2.0 * cycle + 1.0)
        height = jnp.maximum(0.0, 1.0 - away)
        {?0.4 if shrinking:
            # every cycle is half as high as the one before
            height = height * 0.5 ** (cycle - 1.0)} ~
        phase = (t % cycle_steps) / cycle_steps
        {?0.5 # up in the first half, down in the second}
        height = {1.0 - jnp.abs(2.0 * phase - 1.0) ~ jnp.where(phase < 0.5, 2.0 * phase, 2.0 - 2.0 * phase)}
        {?0.4 if shrinking:
            height = height * 0.5 ** jnp.floor(t / cycle_steps)} ~
        # {down half a cosine, then up again at once ~ cosine with warm restarts}
        phase = (t % cycle_steps) / cycle_steps
        height = 0.5 * (1.0 + jnp.cos(jnp.pi * phase))}
        rate = floor + (peak - floor) * height
    """,
}
_PROGRESS = {
    True: """{?0.4 if warmup < 0 {or warmup >= horizon ~ or horizon <= warmup}:
            raise ValueError({'the warmup has to end before the schedule does' ~
                f'<<warmup>> steps of warmup in a schedule of <<horizon>>'})}
        progress = jnp.clip((t - warmup) / (horizon - warmup), 0.0, 1.0)""",
    False: "progress = {jnp.minimum(t / horizon, 1.0) ~ jnp.clip(t / horizon, 0.0, 1.0)}",
}
_CLIP = """
    {{?0.5 if max_norm is not None and max_norm > 0:
        # {one step never goes farther than this ~ keep rare large gradients from undoing much}
        norm = global_norm(grads)
        scale_by = {jnp.minimum(1.0, max_norm / (norm + 1e-6)) ~ max_norm / jnp.maximum(norm, max_norm)}
        grads = EACH(lambda g: g * scale_by, grads)}}
"""
_APPLY = {
    "plain": """
        {?0.4 if decay > 0:
            # {decay without the gradient ~ weights shrink a little}
            {params = EACH(lambda w: w * (1.0 - rate * decay), params) ~
            grads = EACH(lambda g, w: g + decay * w, grads, params)}}
        {new_params = EACH(lambda w, g: w - rate * g, params, grads) ~
        deltas = EACH(lambda g: -rate * g, grads)
        new_params = EACH(jnp.add, params, deltas) ~
        leaves, structure = jax.tree.flatten(params)
        stepped = [w - rate * g for w, g in zip(leaves, jax.tree.leaves(grads))]
        new_params = jax.tree.unflatten(structure, stepped)}
    """,
    "momentum": """
        {mu = EACH(lambda m, g: b1 * m + g, mu, grads) ~ mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads)}
        {?0.4 if decay > 0:
            {?0.5 # decay without the gradient}
            params = EACH(lambda w: w * (1.0 - rate * decay), params)}
        new_params = EACH(lambda w, m: w - rate * m, params, mu)
    """,
    "nesterov": """
        {?0.4 if decay > 0:
            grads = EACH(lambda g, w: g + decay * w, grads, params)}
        mu = EACH(lambda m, g: b1 * m + g, mu, grads)
        {if nesterov:
            # look ahead by one more step of momentum
            direction = EACH(lambda m, g: b1 * m + g, mu, grads)
        else:
            direction = mu
        new_params = EACH(lambda w, d: w - rate * d, params, direction) ~
        direction = EACH(lambda m, g: b1 * m + g, mu, grads) if nesterov else mu
        new_params = EACH(lambda w, d: w - rate * d, params, direction) ~
        # {the gradient where momentum leads to ~ Nesterov's momentum}
        new_params = EACH(lambda w, m, g: w - rate * (b1 * m + g), params, mu, grads)}
    """,
}  # fmt: skip


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
        "peak", p.pick("0.1", "1e-2", "3e-4"), "largest step size", (0.01, 0.1), ("peak_lr", "base_lr", "init_value")
    )
    p.option(
        "floor",
        "None" if target == "exponential_schedule" else p.pick("0.0", "1e-5"),
        "float | None" if target == "exponential_schedule" else "float",
        "smallest step size",
        p.pick("1e-4", "1e-3") if target == "exponential_schedule" else p.pick("0.0", "1e-3"),
        ("end_lr", "min_lr", "end_value"),
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
    p.option("decay", "0.0", "float", "weight decay", p.pick("0.0", "0.01", "1e-4"), ("weight_decay", "decay"))
    p.option("nesterov", "False", "bool", "whether the gradient is looked up ahead", p.pick("True", "False"))
    p.number("b1", "0.9", "decay of the momentum", (0.8, 0.95), ("momentum_decay", "beta"))
    warm = target in ("cosine_schedule", "polynomial_schedule", "exponential_schedule") and p.choices.chance(_WARMUP)
    # What decays counts its steps from the end of the warmup on.
    behind = "since = jnp.maximum(t - warmup, 0.0)" if warm else ""
    schedule = _SCHEDULES[target].replace("PROGRESS", _PROGRESS[warm]).replace("SINCE", "since" if warm else "t")
    rise = _RISE if warm else ""
    p.write(_CHECK, behind, schedule, rise, _CLIP.replace("EACH", each), _APPLY[kind].replace("EACH", each))
    new = changed(tree, -1, 1)
    more: tuple[Tree, ...] = (new,) if kind != "plain" else ()
    words = ", mu" if kind != "plain" else ""
    p.finish(
        (f"return new_params{words}, rate", (new, *more, Leaf(()))),
        (f"return new_params{words}, count + 1", (new, *more, Leaf((), dtype="int32"))),
        (f"{{# count the step that was made ~}}\ncount = count + 1\nreturn new_params{words}, count, rate",
         (new, *more, Leaf((), dtype="int32"), Leaf(()))),
        *([] if more else [("return new_params", (new,))]),
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
