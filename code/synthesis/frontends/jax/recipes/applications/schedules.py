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
    {?0.5 t = {count.astype(jnp.float32) ~ jnp.asarray(count, dtype=jnp.float32)} ~ t = count + 0.0}
"""
_WARM = """
    {?0.85 if warmup > 0:
        # {begin small, while the moments mean little ~ linear warmup}
        {ramp = {jnp.minimum(1.0, (t + 1.0) / warmup) ~ jnp.clip((t + 1.0) / warmup, max=1.0)}
        {rate = rate * ramp ~ rate *= ramp} ~
        rate = jnp.where(t < warmup, peak * (t + 1.0) / warmup, rate)}}
"""
_DONE = """{{?0.4 if warmup < 0 {or warmup >= horizon ~ or horizon <= warmup}:
            raise ValueError({'the warmup has to end before the schedule does' ~
                f'<<warmup>> steps of warmup in a schedule of <<horizon>>'})}
        done = jnp.clip((t - warmup) / (horizon - warmup), 0.0, 1.0) ~ done = jnp.minimum(t / horizon, 1.0)}"""
_SCHEDULES = {
    "cosine_schedule": f"""
        # {{half a cosine from the peak to the floor ~ cosine decay}}
        {_DONE}
        {{rate = floor + (peak - floor) * 0.5 * (1.0 + jnp.cos(jnp.pi * done)) ~
        cosine = 0.5 * (1.0 + jnp.cos(math.pi * done))
        rate = floor + (peak - floor) * cosine ~
        cosine = 0.5 * (1.0 + jnp.cos(math.pi * done))
        if exponent != 1.0:
            cosine = cosine ** exponent
        rate = peak * ((1.0 - floor) * cosine + floor)}}
    """,
    "polynomial_schedule": f"""
        {_DONE}
        {{rate = floor + (peak - floor) * (1.0 - done) ** exponent ~
        if exponent == 1.0:
            # {{a straight line ~ linear decay}}
            rate = peak + (floor - peak) * done
        else:
            rate = (peak - floor) * (1.0 - done) ** exponent + floor}}
    """,
    "exponential_schedule": """
        # {a constant factor in every period ~ decays by the same factor again and again}
        {periods = t / period
        if staircase:
            periods = jnp.floor(periods)
        rate = peak * factor ** periods ~
        periods = jnp.floor(t / period) if staircase else t / period
        rate = peak * jnp.power(factor, periods)}
        {rate = jnp.maximum(rate, floor) ~}
    """,
    "root_schedule": """
        {?0.6 # {falls with the root of the steps ~ inverse square root}}
        {rate = peak * jax.lax.rsqrt(jnp.maximum(t, warmup + 1.0)) ~
        rate = peak * jnp.minimum((t + 1.0) ** -0.5, (t + 1.0) * (warmup + 1) ** -1.5)}
        {?0.4 if dim is not None:
            rate = rate * dim ** -0.5}
    """,
    "piecewise_schedule": """
        {rate = peak
        for boundary in boundaries:
            # {each boundary that is passed makes steps smaller ~ one factor for every boundary behind us}
            rate = jnp.where(t >= boundary, rate * factor, rate) ~
        passed = sum((t >= boundary).astype(jnp.float32) for boundary in boundaries)
        rate = peak * factor ** passed ~
        passed = sum(jnp.where(t < boundary, 0.0, 1.0) for boundary in boundaries)
        rate = jnp.maximum(peak * factor ** passed, floor)}
    """,
    "cyclic_schedule": """
        {cycle = jnp.floor(1.0 + t / (2.0 * period))
        away = jnp.abs(t / period - 2.0 * cycle + 1.0)
        height = jnp.maximum(0.0, 1.0 - away) ~
        phase = (t % period) / period
        {?0.5 # up in the first half, down in the second}
        height = {1.0 - jnp.abs(2.0 * phase - 1.0) ~ jnp.where(phase < 0.5, 2.0 * phase, 2.0 - 2.0 * phase)}}
        {?0.4 if shrinking:
            height = height * factor ** jnp.floor(t / period)}
        rate = floor + (peak - floor) * height
    """,
}  # fmt: skip
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
        {if nesterov:
            # look ahead by one more step of momentum
            ahead = EACH(lambda m, g: b1 * m + g, mu, grads)
        else:
            ahead = mu ~
        ahead = EACH(lambda m, g: b1 * m + g, mu, grads) if nesterov else mu ~ ahead = mu}
        {?0.4 if decay > 0:
            ahead = EACH(lambda d, w: d + decay * w, ahead, params)}
        new_params = EACH(lambda w, d: w - rate * d, params, ahead)
    """,
}  # fmt: skip


def _draw_schedule(stream: Stream, target: str) -> KernelSpec:
    """A step of gradient descent whose size depends on the steps so far."""
    p = Program(stream)
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4))
    each = p.pick(*MAPS)
    kind = p.pick("plain", "momentum")
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights"))
    p.tree("grads", changed(tree, -2, 2), "gradients, a tree like the parameters", ("grads", "gradients", "updates"))
    p.tree("mu", changed(tree, -1, 1), "running sum of the gradients", ("momentum", "velocity", "trace"))
    p.tensor("count", Leaf((), 0, 50, "int32"), "steps that were made", ("step", "count", "step_count"))
    p.number(
        "peak", p.pick("0.1", "1e-2", "3e-4"), "largest step size", (0.01, 0.1), ("peak_lr", "base_lr", "init_value")
    )
    p.option(
        "floor",
        p.pick("0.0", "1e-5"),
        "float",
        "smallest step size",
        p.pick("0.0", "1e-3"),
        ("end_lr", "min_lr", "end_value"),
    )
    p.option(
        "warmup",
        p.pick("10", "100", "0"),
        "int",
        "steps of warmup",
        p.pick("4", "10", "5"),
        ("warmup_steps", "num_warmup_steps"),
    )
    p.option(
        "horizon",
        p.pick("1000", "10000"),
        "int",
        "steps of the whole schedule",
        p.pick("40", "60", "100"),
        ("decay_steps", "total_steps", "num_steps"),
    )
    p.option(
        "period", p.pick("10", "20"), "int", "steps of one period", None, ("transition_steps", "cycle_steps", "period")
    )
    p.option(
        "exponent", p.pick("1.0", "2.0"), "float", "how the decay is bent", p.pick("1.0", "2.0"), ("power", "exponent")
    )
    p.option(
        "factor",
        p.pick("0.5", "0.9", "0.1"),
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
        p.pick("(10, 20)", "(10, 20, 40)", "(20, 30)"),
        "tuple[int, ...]",
        "steps at which the rate changes",
        None,
        ("boundaries", "milestones"),
    )
    p.option("dim", "None", "int | None", "features of the model", p.pick("64", "None"), ("model_dim", "dim"))
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
    warm = (
        "" if target in ("root_schedule", "cyclic_schedule", "piecewise_schedule") and p.choices.chance(0.6) else _WARM
    )
    p.write(_CHECK, _SCHEDULES[target], warm, _CLIP.replace("EACH", each), _APPLY[kind].replace("EACH", each))
    new = changed(tree, -1, 1)
    more: tuple[Tree, ...] = (new,) if kind == "momentum" else ()
    words = ", mu" if kind == "momentum" else ""
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
        (f"sgd_{name}_step", f"{name}_lr_update", "scheduled_update", "apply_scheduled_gradients"),
        p.pick(
            "Gradient descent with a step size that follows a schedule", "Updates parameters by a scheduled step size"
        ),
        "the new parameters and what the next step needs",
    )


RECIPES = (Recipe(name="scheduled_step", category="optimizers", targets=tuple(_SCHEDULES), draw=_draw_schedule),)
