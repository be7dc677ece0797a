"""Optimizer steps whose step size follows a schedule."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.optimizers import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.parts import placed, settled, step_size
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_CHECK = """
    t = {jnp.asarray(count, jnp.float32) ~ count.astype(jnp.float32)}
"""
_RISE = """
    {?0.5 # linear warmup}
    {warmup_lr = peak * (t + 1.0) / warmup
    rate = jnp.where(t < warmup, warmup_lr, rate) ~
    rate = jnp.where(t < warmup, peak * (t + 1.0) / warmup, rate) ~
    rate = jax.lax.cond(t < warmup, lambda: peak * (t + 1.0) / warmup, lambda: rate)}
"""
_WARMUP = 0.55
"""Probability that a schedule begins with a linear warmup, after which it starts."""
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
        {clip_factor = {jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)) ~ max_norm / jnp.maximum(grad_norm, max_norm)}
        grads = EACH(lambda g: g * clip_factor, grads) ~
        too_large = grad_norm > max_norm
        grads = jax.lax.cond(too_large, lambda: EACH(lambda g: g * max_norm / grad_norm, grads), lambda: grads)}
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
        p.pick("(1000, 2000)", "(1000, 2000, 3000)", "(2000, 3000)"),
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
            "Gradient descent with a step size that follows a schedule", "Updates parameters by a scheduled step size"
        ),
        "the new parameters and what the next step needs",
    )


_COSINE_BETWEEN = '''
    def blend(start, end, progress: Array, shape: str) -> Array:
        {?0.5 """{From one number to another ~ Goes from a start to an end, in a line or along half a wave}."""}
        progress = jnp.clip(progress, 0.0, 1.0)
        {if shape == 'cosine':
            progress = 0.5 * (1.0 - jnp.cos(jnp.pi * progress))
        elif shape != 'linear':
            raise ValueError(f'unknown shape <<shape>>')
        return start + (end - start) * progress ~
        if shape not in ('linear', 'cosine'):
            raise ValueError(f'unknown shape <<shape>>')
        share = progress if shape == 'linear' else 0.5 * (1.0 - jnp.cos(jnp.pi * progress))
        return start + (end - start) * share}
'''
_ALL_CLIPPED = '''
    def clip_gradients(grads, max_norm: float | None):
        {?0.5 """{Limits the norm of all gradients together ~ Scales gradients down to a largest norm}."""}
        if max_norm is None:
            return grads
        {norm = global_norm(grads)
        return jax.tree.map(lambda g: g * jnp.minimum(1.0, max_norm / (norm + 1e-6)), grads) ~
        norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
        factor = jnp.minimum(1.0, max_norm / (norm + 1e-6))
        return jax.tree.map(lambda g: factor * g, grads)}
'''
_MOVED = """
    {?0.6 grads = clip_gradients(grads, max_norm)}
    {{if momentum is not None:
        trace = jax.tree.map(lambda m, g: momentum * m + g, state['trace'], grads)
        {updates = jax.tree.map(lambda m, g: momentum * m + g, trace, grads) if nesterov else trace ~ updates = trace}
    else:
        trace, updates = state['trace'], grads ~
    trace = jax.tree.map(lambda m, g: momentum * m + g, state['trace'], grads)
    updates = jax.tree.map(lambda m, g: momentum * m + g, trace, grads) if nesterov else trace}
    {?0.5 if weight_decay > 0.0:
        {updates = jax.tree.map(lambda u, w: u + weight_decay * w, updates, params) ~
        {?0.4 # {vectors are not decayed}}
        updates = jax.tree.map(lambda u, w: u + weight_decay * w if w.ndim > 1 else u, updates, params) ~
        def decayed(u, w):
            return u + weight_decay * w if decay_all or w.ndim > 1 else u

        updates = jax.tree.map(decayed, updates, params)}}
    new_params = jax.tree.map(lambda w, u: (w - lr * u).astype(w.dtype), params, updates)}
"""
_PHASES = """
    {?0.6 if len(lengths) != len(values) - 1:
        raise ValueError(f'<<len(values)>> values for <<len(lengths)>> phases')
    ~ {?0.4 if any(length <= 0 for length in lengths):
        raise ValueError(f'phases have to be longer than nothing, got <<lengths>>')}}
    {t = state['count'].astype(jnp.float32) ~ t = jnp.asarray(state['count'], jnp.float32)}
    {ends = [sum(lengths[:i + 1]) for i in range(len(lengths))]
    lr = values[-1] * jnp.ones_like(t)
    for i in reversed(range(len(lengths))):
        {?0.4 # {the first phase that has not ended}}
        inside = blend(values[i], values[i + 1], (t - ends[i]) / lengths[i] + 1.0, shape)
        lr = jnp.where(t < ends[i], inside, lr) ~
    lr, start = jnp.zeros_like(t), 0
    for i, length in enumerate(lengths):
        phase = blend(values[i], values[i + 1], (t - start) / length, shape if i > 0 else 'linear')
        {?0.4 # {later phases take over}}
        lr = jnp.where(t >= start, phase, lr)
        start = start + length ~
    lr, start = jnp.asarray(values[0], jnp.float32), 0
    for length, value, target in zip(lengths, values[:-1], values[1:]):
        lr = jnp.where(t >= start, blend(value, target, (t - start) / length, shape), lr)
        start += length}
    {?0.5 if scale_with is not None:
        {?0.4 # {larger batches take larger steps}}
        {lr = lr * scale_with / base_batch ~ lr *= scale_with / base_batch} ~
    {?0.4 lr = jnp.maximum(lr, min_lr) if min_lr > 0.0 else lr}}
    MOVED
    state = <<'count': state['count'] + 1, 'trace': trace>>
    RETURNED
"""
_PLATEAU = """
    {?0.5 if mode not in ('min', 'max'):
        raise ValueError(f'unknown mode <<mode>>')}
    {{if mode == 'min':
        improved = loss < state['best'] * (1.0 - rtol) - atol
    else:
        improved = loss > state['best'] * (1.0 + rtol) + atol ~
    sign = 1.0 if mode == 'min' else -1.0
    improved = sign * loss < sign * state['best'] - atol} ~
    improved = loss < {state['best'] - atol ~ (1.0 - rtol) * state['best']}}
    best = jnp.where(improved, loss, state['best'])
    {bad_steps = jnp.where(improved, 0, state['bad_steps'] + 1) ~
    bad_steps = jnp.where(improved, jnp.zeros_like(state['bad_steps']), state['bad_steps'] + 1)}
    {{?0.5 # {some steps of rest behind a reduction}}
    resting = state['cooldown'] > 0
    {bad_steps = jnp.where(resting, 0, bad_steps) if cooldown > 0 else bad_steps ~
    bad_steps = jnp.where(resting, 0, bad_steps)}
    reduced = bad_steps > patience
    left = jnp.where(reduced, cooldown, jnp.maximum(state['cooldown'] - 1, 0)) ~
    reduced = bad_steps > patience}
    {scale = jnp.where(reduced, jnp.maximum(factor * state['scale'], min_scale), state['scale']) ~
    scale = jax.lax.cond(reduced, lambda s: factor * s, lambda s: s, state['scale']) ~
    scale = jnp.where(reduced, factor * state['scale'], state['scale'])
    {?0.6 if min_scale is not None:
        scale = jnp.maximum(scale, min_scale)}}
    bad_steps = jnp.where(reduced, 0, bad_steps)
    {lr = learning_rate * scale ~
    lr = learning_rate * scale
    if warmup > 0:
        {?0.4 # {small steps at the beginning}}
        lr = lr * jnp.minimum(1.0, (state['count'] + 1) / warmup)}
    MOVED
    KEPT
    RETURNED
"""


def _moving(p: Program) -> tuple[str, Tree, dict[str, Array | Constant | Option]]:
    """Return statements of a step of size ``lr``, the parameters, and the arguments of the statements."""
    tree = parameters(p, p.choices.integer(1, 2))[0]
    p.holds_any_tree()
    move = p.choose(_MOVED)
    given: dict[str, Array | Constant | Option] = {
        "params": Array(changed(tree, -1, 1), "parameters", ("params", "weights")),
        "grads": Array(changed(tree, -0.5, 0.5), "gradients", ("grads", "gradients")),
        "max_norm": Option("float | None", "largest norm of the gradients", ("None", "1.0"), ("max_norm", "clip_norm")),
        "momentum": Option("float | None" if "momentum is not None" in move else "float", "decay of the momentum",
                           ("0.9", "0.95"), ("momentum", "beta")),
        "nesterov": Option("bool", "whether to look ahead", ("False", "True"), ("nesterov",)),
        "weight_decay": Option("float", "decay of the parameters", ("0.0", "1e-4", "0.01"), ("weight_decay", "wd")),
        "decay_all": Option("bool", "whether vectors decay too", ("False", "True"), ("decay_all", "decay_vectors")),
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
    """Draw a step size that goes from value to value in phases."""
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
        lines=settled(placed(lines, "RETURNED", end)),
        given={
            "params": given["params"], "grads": given["grads"],
            "state": Array(keeps, "count and running sum", ("state", "opt_state")), **given,
            "lengths": Option("tuple[int, ...]", "steps of each phase", (phases,), ("phase_lengths", "durations")),
            "values": Option("tuple[float, ...]", "rates between phases", (levels,), ("values", "levels", "lr_values")),
            "shape": Option("str", "linear or cosine", ("'linear'", "'cosine'"), ("shape", "interpolation")),
            "scale_with": Option("int | None", "rows of a batch", ("None", "512", "1024"), ("batch_size",)),
            "base_batch": Option("int", "rows of a batch that the rates are for", ("256", "128"),
                                 ("base_batch_size", "reference_batch")),
            "min_lr": Option("float", "smallest rate", ("0.0", "1e-5", "1e-3"), ("min_lr", "floor")),
        },
        result=result,
        helpers=(_COSINE_BETWEEN, _ALL_CLIPPED),
        titles=("phased_step", "piecewise_update", "sgd_with_phases"),
        summary=p.pick("Gradient descent whose rate goes from value to value", "A step whose size follows phases"),
        returned="the new parameters and what the next step needs",
    )  # fmt: skip


def _plateau(p: Program) -> Text:
    """Draw a step size that is reduced if the loss does not improve."""
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
        lines=settled(placed(placed(lines, "KEPT", kept), "RETURNED", end)),
        given={
            "params": given["params"], "grads": given["grads"],
            "state": Array(keeps, "what was best so far, and what is counted", ("state", "schedule_state")),
            "loss": Array(now, "what is watched", ("loss", "value", "metric")), **given,
            "learning_rate": step_size(p, "0.1", "0.05", names=("learning_rate", "base_lr")),
            "mode": Option("str", "whether small or large is good", ("'min'",), ("mode",),
                           "'max'" if grows else "'min'"),
            "rtol": Option("float", "least improvement, as a share", ("1e-4", "1e-3"), ("rtol", "threshold")),
            "atol": Option("float", "least improvement", ("0.0", "1e-4", "1e-3"), ("atol", "min_delta")),
            "cooldown": Option("int", "steps of rest", ("2", "3", "5"), ("cooldown",)),
            "patience": Option("int", "steps without improvement", ("6", "7", "5"), ("patience",)),
            "factor": Option("float", "how much smaller steps become", ("0.5", "0.1", "0.2"), ("factor", "decay")),
            "min_scale": Option("float | None" if "min_scale is not None" in lines else "float", "smallest factor",
                                ("1e-3", "1e-2"), ("min_scale",)),
            "warmup": Option("int", "steps of warmup", ("100", "500"), ("warmup_steps",)),
        },
        result=result,
        helpers=(_ALL_CLIPPED,),
        titles=("plateau_step", "sgd_with_plateau", "sgd_on_plateau"),
        summary=p.pick("Gradient descent with smaller steps where the loss stands still",
                       "A step whose size falls on a plateau"),
        returned="the new parameters and what the next step needs",
    )  # fmt: skip


_WHOLE = {"phases": _phases, "plateau": _plateau}
RECIPES = (
    with_texts(
        Recipe(name="scheduled_step", category="optimizers", targets=tuple(_SCHEDULES), draw=_draw_schedule),
        _WHOLE,
        weight=2.0,
    ),
)
