"""Steps of optimizers whose step size follows a schedule, or is scaled layer by layer."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizers import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECK = """
    {?0.4 if warmup < 0 {or warmup >= horizon ~ or horizon <= warmup}:
        raise ValueError({'the warmup has to end before the schedule does' ~
            f'<<warmup>> steps of warmup in a schedule of <<horizon>>'})}
    {?0.3 if not jax.tree.leaves(params):
        raise ValueError('no parameters')}
    {?0.5 t = {count.astype(jnp.float32) ~ jnp.asarray(count, dtype=jnp.float32)} ~ t = count + 0.0}
"""
_WARM = """
    {?0.7 if warmup > 0:
        # {begin small, while the moments mean little ~ linear warmup}
        {ramp = {jnp.minimum(1.0, (t + 1.0) / warmup) ~ jnp.clip((t + 1.0) / warmup, max=1.0)}
        {rate = rate * ramp ~ rate *= ramp} ~
        rate = jnp.where(t < warmup, peak * (t + 1.0) / warmup, rate)}}
"""
_DONE = "{done = jnp.clip((t - warmup) / (horizon - warmup), 0.0, 1.0) ~ done = jnp.minimum(t / horizon, 1.0)}"
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
        p.pick("1000", "100"),
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


_PER_LAYER = {
    "lamb": (("mu", "nu"), """
        count = count + 1
        mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads)
        nu = EACH(lambda v, g: b2 * v + (1.0 - b2) * {jnp.square(g) ~ g ** 2}, nu, grads)

        def update(w, m, v):
            {{m_hat = m / (1.0 - b1 ** count)
            v_hat = v / (1.0 - b2 ** count)
            delta_w = m_hat / (jnp.sqrt(v_hat) + eps) ~
            delta_w = m / (jnp.sqrt(v) + eps)}}
            {?0.6 if decay > 0 and w.ndim > 1:
                # biases and scales do not decay
                delta_w = delta_w + decay * w}
            w_norm = jnp.linalg.norm(w)
            u_norm = jnp.linalg.norm(delta_w)
            # {layers move in proportion to their size ~ a layer's step is as long as its weights say}
            {trust = jnp.where((w_norm > 0) & (u_norm > 0), w_norm / (u_norm + eps), 1.0) ~
            trust = jnp.where(w_norm > 0, w_norm / jnp.maximum(u_norm, eps), 1.0)}
            {?0.4 if max_trust is not None:
                trust = jnp.minimum(trust, max_trust)}
            return w - lr * trust * delta_w

        new_params = EACH(update, params, mu, nu)
    """),
    "lars": (("mu",), """
        def trust_ratio(w, g):
            {if w.ndim <= 1:
                # {biases and scales take plain steps ~ vectors are left as they are}
                return 1.0 ~}
            w_norm, g_norm = jnp.linalg.norm(w), jnp.linalg.norm(g)
            ratio_of = trust_coef * w_norm / (g_norm + decay * w_norm + eps)
            return {jnp.where((w_norm > 0) & (g_norm > 0), ratio_of, 1.0) ~ jnp.where(w_norm > 0.0, ratio_of, 1.0)}

        ratios = EACH(trust_ratio, params, grads)
        {?0.4 if max_trust is not None:
            ratios = EACH(lambda r: jnp.minimum(r, max_trust), ratios)}
        mu = EACH(lambda m, g, w, r: b1 * m + lr * r * (g + decay * w), mu, grads, params, ratios)
        {new_params = EACH(lambda w, m: w - m, params, mu) ~ new_params = EACH(jnp.subtract, params, mu)}
    """),
    "factored": (("nu",), """
        def scale(g, v):
            new = b2 * v + (1.0 - b2) * {(g ** 2 + eps) ~ (jnp.square(g) + eps)}
            if g.ndim < 2:
                return g * jax.lax.rsqrt(new)
            # {rows and columns tell enough about a matrix ~ a matrix is kept as two vectors}
            rows = {new.mean(axis=-1, keepdims=True) ~ jnp.mean(new, axis=-1, keepdims=True)}
            columns = {new.mean(axis=-2, keepdims=True) ~ jnp.mean(new, axis=-2, keepdims=True)}
            approx = rows * columns / {rows.mean(axis=-2, keepdims=True) ~
                jnp.maximum(rows.mean(axis=-2, keepdims=True), eps)}
            return g * jax.lax.rsqrt(approx)

        scaled = EACH(scale, grads, nu)
        nu = EACH(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, nu, grads)

        def bounded(u):
            rms = jnp.sqrt(jnp.mean(jnp.square(u)))
            return u / jnp.maximum(1.0, rms / threshold)

        {?0.6 if threshold is not None and threshold > 0:
            # clip by the root mean square of each update
            scaled = EACH(bounded, scaled)}
        {new_params = EACH(lambda w, u: w - lr * u, params, scaled) ~
        if relative:
            new_params = EACH(lambda w, u: w - lr * jnp.maximum(jnp.sqrt(jnp.mean(w ** 2)), 1e-3) * u, params, scaled)
        else:
            new_params = EACH(lambda w, u: w - lr * u, params, scaled)}
    """),
    "sign_agreement": (("mu",), """
        mu = EACH(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads)

        def update(w, g, m):
            # {only where the gradient agrees with its past ~ entries that change their sign wait}
            agree = {(m * g > 0).astype(g.dtype) ~ jnp.where(m * g > 0, 1.0, 0.0)}
            {?0.5 if rescale:
                agree = agree / jnp.maximum(agree.mean(), 1e-3)}
            {?0.5 if decay > 0 and w.ndim >= 2:
                w = w * (1.0 - lr * decay)}
            return w - lr * m * agree

        new_params = EACH(update, params, grads, mu)
    """),
    "normalised_step": (("mu",), """
        mu = EACH(lambda m, g: b1 * m + g, mu, grads)

        def direction(m):
            {if m.ndim == 2:
                # {every output has a step of its own length ~ column by column}
                return m / {(jnp.linalg.norm(m, axis=0, keepdims=True) + eps) ~ safe_norm(m, axis=0)}
            ~}
            {return m / (jnp.linalg.norm(m) + eps) ~
            size = jnp.linalg.norm(m)
            return jnp.where(size > eps, m / (size + eps), jnp.zeros_like(m))}

        {?0.5 if decay > 0:
            {?0.5 # decoupled from the step}
            params = EACH(lambda w: w - lr * decay * w, params)}
        {new_params = EACH(lambda w, m: w - lr * direction(m), params, mu) ~
        directions = EACH(direction, mu)
        {?0.5 norm = global_norm(directions)
        directions = EACH(lambda u: u / jnp.maximum(norm, 1.0), directions)}
        new_params = EACH(lambda w, u: w - lr * u, params, directions)}
    """),
}  # fmt: skip


def _draw_per_layer(stream: Stream, target: str) -> KernelSpec:
    """A step of an optimizer that treats each array by its own size."""
    p = Program(stream)
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4))
    kept, text = _PER_LAYER[target]
    each = p.pick(*MAPS)
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights"))
    p.tree("grads", changed(tree, -2, 2), "gradients, a tree like the parameters", ("grads", "gradients", "updates"))
    p.tree("mu", changed(tree, -1, 1), "running mean of the gradients", ("mu", "momentum", "first_moment"))
    p.tree("nu", changed(tree, 0.01, 2), "running mean of their squares", ("nu", "second_moment"))
    p.tensor("count", Leaf((), 0, 50, "int32"), "steps that were made", ("step", "count"))
    p.number("lr", p.pick("1e-3", "0.01"), "step size", (0.001, 0.1), ("learning_rate", "lr"))
    p.number("b1", "0.9", "decay of the first moment", (0.8, 0.95), ("b1", "beta1"))
    p.number("b2", "0.999", "decay of the second moment", (0.9, 0.99), ("b2", "beta2"))
    p.number("eps", "1e-6", "small number that keeps the division safe", None, ("eps", "epsilon"))
    p.number("trust_coef", "0.01", "step relative to the weights", None, ("trust_coefficient", "eta"))
    p.option(
        "decay",
        p.pick("0.01", "0.0", "1e-4"),
        "float",
        "weight decay",
        p.pick("0.01", "0.1"),
        ("weight_decay", "decay"),
    )
    p.option(
        "max_trust", "None", "float | None", "largest trust ratio", p.pick("1.0", "None"), ("max_trust", "trust_clip")
    )
    p.option(
        "threshold",
        "1.0",
        "float | None",
        "largest root mean square of an update",
        p.pick("1.0", "None"),
        ("clip_threshold", "threshold"),
    )
    p.option(
        "relative",
        "False",
        "bool",
        "whether steps are relative to the weights",
        p.pick("True", "False"),
        ("scale_parameter", "relative"),
    )
    p.option("rescale", "True", "bool", "whether masked steps keep their length", p.pick("True", "False"))
    p.write("{?0.3 if not jax.tree.leaves(grads):\n    raise ValueError('no gradients')}", text.replace("EACH", each))
    new = changed(tree, -1, 1)
    names = [*kept, *(["count"] if target == "lamb" else [])]
    counted: tuple[Tree, ...] = (Leaf((), dtype="int32"),) if target == "lamb" else ()
    state: Tree = dict(zip(names, [*(new for _ in kept), *counted], strict=True))
    entries = ", ".join(f"'{name}': {name}" for name in names)
    p.finish(
        (f"return new_params, {', '.join(names)}", (new, *(new for _ in kept), *counted)),
        (f"return new_params, <<{entries}>>", (new, state)),
        (f"state = <<{entries}>>\nreturn new_params, state", (new, state)),
    )
    titles = {
        "lamb": ("lamb_update", "lamb_step"),
        "lars": ("lars_update", "lars_step"),
        "factored": ("adafactor_update", "factored_rms_step"),
        "sign_agreement": ("cautious_momentum_step", "masked_momentum_update"),
        "normalised_step": ("normalized_sgd_step", "normalized_momentum_update"),
    }[target]
    return p.done(
        "optimizers",
        "layerwise_step",
        target,
        titles,
        {
            "lamb": "Adam with a trust ratio for each layer",
            "lars": "Momentum with a step size for each layer",
            "factored": "Divides by second moments that are kept as rows and columns",
            "sign_agreement": "Momentum that moves only where the gradient agrees with it",
            "normalised_step": "Momentum with steps of a fixed length for each array",
        }[target],
        "the new parameters and the new state",
    )


RECIPES = (
    Recipe(name="scheduled_step", category="optimizers", targets=tuple(_SCHEDULES), draw=_draw_schedule),
    Recipe(name="layerwise_step", category="optimizers", targets=tuple(_PER_LAYER), draw=_draw_per_layer),
)
