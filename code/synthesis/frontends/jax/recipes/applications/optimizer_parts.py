"""Parts of hand-written optimizers: loops over parameters, groups by name, schedules, scaling, reports."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.gradients import CHAINS
from synthesis.frontends.jax.recipes.applications.iterations import write_line_search
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, step_size, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "optimizer_parts", margin=4)

_NAMED = (
    ("embedding", "kernel", "bias", "scale"), ("wte", "w_qkv", "b_qkv", "norm_scale"),
    ("conv_kernel", "conv_bias", "dense_kernel", "dense_bias"), ("encoder_w", "encoder_b", "decoder_w", "decoder_b"),
)  # fmt: skip


def _flat(p: Program, count: int = 4) -> dict[str, Leaf]:
    """Return matrices and vectors of parameters by name."""
    p.holds_any_tree()
    names = p.choices.choice(_NAMED)[:count]
    a, b = p.size(8, 16, 24), p.size(16, 32)
    vectors = ("bias", "scale", "_b", "b_qkv")
    return {name: Leaf((b,) if name.endswith(vectors) else (a, b)) for name in names}


_BIAS = '''
    def bias_correction(decay: float, count: Array) -> Array:
        {?0.4 """Undoes that moments begin at zero."""}
        return {1.0 - decay ** count ~ 1.0 - jnp.power(decay, count)}
'''
_CLIPPED = _BODIES["clipped"]
_FINITE = _BODIES["finite"]
_NORM = _BODIES["norm"]
_OTHERS = _BODIES["others"]
_ALONG = _BODIES["along"]
_WARM = _BODIES["warm"]
_BETWEEN = '''
    def cosine_between(start: float, end: float, progress: Array) -> Array:
        {?0.4 """Half a wave from one number to another."""}
        return end + (start - end) * 0.5 * (1.0 + jnp.cos(jnp.pi * progress))
'''


_ADAM = """
    {?0.35 REFUSED:
        raise ValueError(f'expected decays below one, got <<b1>> and <<b2>>')}
    count = state['count'] + 1
    {c1, c2 = (bias_correction(decay, count) for decay in (b1, b2)) ~
    c1, c2 = bias_correction(b1, count), bias_correction(b2, count) ~
    c1, c2 = 1.0 - b1 ** count, 1.0 - b2 ** count ~ c1 = 1.0 - b1 ** count
    c2 = 1.0 - b2 ** count}
    {?0.55 {grads = clip_by_norm(grads, max_norm) ~ if max_norm is not None:
        {?0.4 # {global norm}}
        norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in grads.values()))
        grads = <<name: g * jnp.minimum(1.0, max_norm / (norm + 1e-6)) for name, g in grads.items()>>}}
    {new_params, mu, nu = <<>>, <<>>, <<>>
    for name, w in params.items():
        g = grads[name]
        {?0.5 if weight_decay > 0.0 and not decoupled:
            {?0.4 # {L2 regularization}}
            g = g + weight_decay * w}
        mu[name] = b1 * state['mu'][name] + (1.0 - b1) * g
        nu[name] = b2 * state['nu'][name] + (1.0 - b2) * g ** 2
        {m_hat = mu[name] / c1
        {?0.5 if nesterov:
            {?0.4 # {looks one step ahead}}
            m_hat = b1 * m_hat + (1.0 - b1) * g / c1} ~
        m_hat = (b1 * mu[name] + (1.0 - b1) * g) / c1 if nesterov else mu[name] / c1}
        {?0.3 # {bias correction of both moments}}
        update = m_hat / (jnp.sqrt(nu[name] / c2) + eps)
        {{?0.4 # {vectors are not decayed}}
        if decoupled and w.ndim > 1:
            update = update + weight_decay * w ~
        if decoupled and not name.endswith(('bias', 'scale')):
            update = update + weight_decay * w}
        new_params[name] = w - learning_rate * update
    return new_params, <<'count': count, 'mu': mu, 'nu': nu>> ~
    def update_one(w, g, m, v):
        {?0.5 if weight_decay > 0.0 and not decoupled:
            g = g + weight_decay * w}
        m = b1 * m + (1.0 - b1) * g
        v = b2 * v + (1.0 - b2) * g ** 2
        m_hat = (b1 * m + (1.0 - b1) * g) / c1 if nesterov else m / c1
        delta = m_hat / (jnp.sqrt(v / c2) + eps)
        if decoupled and w.ndim > 1:
            {?0.5 # {vectors are not decayed}}
            delta = delta + weight_decay * w
        return w - learning_rate * delta, m, v

    updated = <<name: update_one(w, grads[name], state['mu'][name], state['nu'][name])
        for name, w in params.items()>>
    {new_params, mu, nu = (<<name: parts[i] for name, parts in updated.items()>> for i in range(3))
    return new_params, <<'count': count, 'mu': mu, 'nu': nu>> ~
    state = <<
        'count': count, 'mu': <<name: m for name, (_, m, _) in updated.items()>>,
        'nu': <<name: v for name, (_, _, v) in updated.items()>>,
    >>
    return <<name: w for name, (w, _, _) in updated.items()>>, state}}
"""


def _adam(p: Program) -> Text:
    """Draw Adam over parameters by name, with optional additions."""
    tree = _flat(p)
    first = p.choose(_ADAM)
    lines = first.replace("REFUSED", p.pick("if b1 >= 1.0 or b2 >= 1.0", "if not (b1 < 1.0 and b2 < 1.0)"))
    moments = {"count": Leaf((), 0, 20, "int32"), "mu": changed(tree, -0.1, 0.1), "nu": changed(tree, 0.001, 0.1)}
    out: Tree = {"count": Leaf((), dtype="int32"), "mu": changed(tree, -1, 1), "nu": changed(tree, -1, 1)}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "state": Array(moments, "count and moments", ("state", "opt_state")),
            "learning_rate": step_size(p, "1e-3", "3e-4"),
            "b1": Option("float", "decay of the first moment", ("0.9", "0.95"), ("b1", "beta1")),
            "b2": Option("float", "decay of the second moment", ("0.999", "0.99", "0.95"), ("b2", "beta2")),
            "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
            "weight_decay": Option("float", "decay of the parameters", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
            "decoupled": Option("bool", "whether decay is no gradient", ("True", "False"), ("decoupled", "adamw")),
            "nesterov": Option("bool", "whether to look ahead", ("False", "True"), ("nesterov",)),
            "max_norm": Option("float | None", "largest norm of the gradients", ("None", "1.0"),
                               ("max_norm", "clip_norm")),
        },
        result=(changed(tree, -1, 1), out),
        helpers=(_BIAS, _CLIPPED),
        titles=("adam_update", "apply_adam", "optimizer_update"),
        summary=p.pick("Performs one step of Adam with decay and Nesterov momentum",
                       "Updates parameters by gradient moments"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_GROUPS = _BODIES["groups"]
_GRAD = _BODIES["grad"]


def _groups(p: Program) -> Text:
    """Draw a step that treats parameters according to their names."""
    tree = _flat(p)
    lines = placed(p.choose(_GROUPS), "GRAD", p.choose(_GRAD))
    lines = lines.replace("GROUP", "group_of(name, w)" if "def group_of(name, w)" in lines else "group_of(name)")
    first = next(name for name in ("embedding", "wte", "conv", "encoder") if next(iter(tree)).startswith(name))
    frozen = ("freeze" in lines or "startswith(frozen)" in lines) and p.choices.chance(0.5)
    given = changed(tree, -0.5, 0.5)
    scaled: Tree = {name: Leaf((), 0.1, 2) for name in p.choices.shuffled(list(tree))[:2]}
    if frozen:
        stays = [name for name in tree if name.startswith(first)]
        if "if any(word" in lines.partition("frozen")[0]:  # this test comes first
            stays = [name for name in stays if not name.endswith(("bias", "scale", "_b"))]
            stays = [name for name in stays if "w.ndim < 2" not in lines or len(tree[name].shape) > 1]
        given = {name: leaf for name, leaf in tree.items() if name not in stays}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(given, "gradients by name", ("grads", "gradients")),
            "learning_rate": step_size(p, "0.01", "0.1", "1e-3"),
            "weight_decay": Option("float", "decay of the parameters", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
            "freeze": Option("bool", "whether first layers stay", ("False",), ("freeze", "freeze_embedding"),
                             str(frozen)),
            "pretrained": Option("tuple[str, ...]", "what names of pretrained layers begin with", (f"('{first}',)",),
                                 ("pretrained", "backbone")),
            "frozen": Option("tuple[str, ...]", "what names of layers that stay begin with", ("()",),
                             ("frozen", "frozen_prefixes"), f"('{first}',)" if frozen else "()"),
            "no_decay": Option("tuple[str, ...]", "words in names that are not decayed", ("('bias', 'scale', '_b')",),
                               ("no_decay", "skip_decay")),
            "clip": Option("float | None", "largest gradient", ("None", "0.3"), ("clip", "max_grad")),
            "bound": Option("float", "largest gradient", ("0.3", "0.4"), ("clip_value", "max_grad")),
            "normalize": Option("bool", "whether gradients are of length one", ("False", "True"), ("normalize",)),
            "scales": Array(scaled, "factors by name", ("scales", "lr_scales", "multipliers")),
            "exclude": Option("tuple[str, ...]", "names that are not decayed", ("()", "('embedding', 'wte')"),
                              ("exclude", "no_decay")),
        },
        result=(changed(tree, -1, 1),),
        titles=("grouped_update", "sgd_by_group", "update_with_groups"),
        summary=p.pick("Performs a step with parameter-dependent weight decay",
                       "Updates parameters by parameter group"),
        returned="the new parameters",
    )  # fmt: skip


_SCALING = _BODIES["scaling"]


def _scaling(p: Program) -> Text:
    """Draw a step in half precision with a scaled loss."""
    tree = _flat(p, p.choices.choice((2, 3, 4)))
    lines = p.choose(_SCALING)
    scaler: Tree = {"scale": Leaf((), 2.0, 8.0), "good_steps": Leaf((), 0, 2000, "int32")}
    made: Tree = {"scale": Leaf(()), "good_steps": Leaf((), dtype="int32")}
    flag = (Leaf((), dtype="bool"),) if lines.split("\n")[-1].endswith("finite") else ()
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters", ("params", "weights")),
            "grads": Array(changed(tree, -4, 4), "gradients of the scaled loss", ("grads", "scaled_grads")),
            "scaler": Array(scaler, "scale, and steps without overflow", ("scaler", "loss_scale", "scale_state")),
            "learning_rate": step_size(p, "0.01", "0.1", "1e-3"),
            "growth_interval": Option("int", "good steps before the scale grows", ("2000", "1000"),
                                      ("growth_interval", "period")),
            "factor": Option("float", "how much the scale changes", ("2.0",), ("factor", "growth_factor")),
            "max_scale": Option("float", "largest scale", ("65536.0", "16777216.0"), ("max_scale",)),
            "max_norm": Option("float | None", "largest norm", ("None", "1.0"), ("max_norm", "clip_norm")),
            "backoff": Option("float", "how much of the scale is left after an overflow", ("0.5", "0.25"),
                              ("backoff_factor", "backoff")),
        },
        result=(changed(tree, -1, 1), made, *flag),
        helpers=(_FINITE, _CLIPPED),
        titles=("scaled_update", "apply_scaled_gradients", "mixed_precision_step"),
        summary=p.pick("Performs a loss-scaled step that is skipped on overflow",
                       "Unscales gradients and updates the loss scale"),
        returned="the new parameters and the new scale",
    )  # fmt: skip


_RATES = _BODIES["rates"]
_RATE_CASES = {
    "constant": "scale = jnp.ones_like(t)",
    "linear": "scale = {1.0 - (1.0 - floor) * progress ~ floor + (1.0 - floor) * (1.0 - progress)}",
    "cosine": "scale = {cosine_between(1.0, floor, progress) ~ "
    "floor + (1.0 - floor) * 0.5 * (1.0 + jnp.cos(jnp.pi * progress))}",
    "rsqrt": "{?0.4 # {as in the first transformers}}\n"
    "scale = jax.lax.rsqrt(jnp.maximum(t, max(warmup_steps, 1)) / max(warmup_steps, 1))",
    "exponential": "scale = jnp.exp({progress * math.log(floor) ~ math.log(floor) * progress})",
    "stable": "{?0.4 # {constant for most of the time, then down}}\n"
    "scale = jnp.where(progress < hold, 1.0, {floor + (1.0 - floor) * (1.0 - progress) / (1.0 - hold) ~ "
    "1.0 - (1.0 - floor) * (progress - hold) / (1.0 - hold)})",
    "step": _BODIES["step"],
    "cycles": "{?0.4 # {warm restarts}}\n"
    "phase = {jnp.mod(progress * num_cycles, 1.0) ~ (progress * num_cycles) % 1.0}\n"
    "scale = {cosine_between(1.0, floor, phase) ~ "
    "floor + (1.0 - floor) * 0.5 * (1.0 + jnp.cos(jnp.pi * phase))}",
}  # fmt: skip


def _rates(p: Program) -> Text:
    """Draw a function that computes the step size of a schedule that is chosen by name."""
    known = p.choices.shuffled(list(_RATE_CASES))[: p.choices.integer(3, 5)]
    asked = p.choices.choice(known)
    cases: list[str] = []
    for place, name in enumerate(known):
        body = p.choose(_RATE_CASES[name]).replace("\n", "\n        ")
        cases.append(f"    {'elif' if place else 'if'} name == '{name}':\n        {body}")
    cases.append("    else:\n        raise ValueError(f'unknown schedule <<name>>')")
    several = p.choices.chance(0.4)
    lines = p.choose(_RATES).replace("CASES", join("\n".join(cases)))
    shape: tuple[int, ...] = (p.size(16, 32, 64),) if several else ()
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "step": Array(Leaf(shape, 0, 100, "int32"), "steps so far", ("steps",) if several else ("step", "count")),
            "name": Option("str", f"one of {', '.join(sorted(known))}", (f"'{p.choices.choice(known)}'",),
                           ("schedule", "name", "decay"), f"'{asked}'"),
            "peak": step_size(p, "3e-4", "1e-3", "0.01", names=("peak_lr", "base_lr", "learning_rate")),
            "floor": Option("float", "share of the largest in the end", ("0.1", "0.01"), ("end_factor", "final_scale")),
            "warmup_steps": Option("int", "steps of warmup", ("10", "20", "0"), ("warmup_steps",),
                                   "20" if asked in ("constant", "stable", "step") else None),
            "total_steps": Option("int", "all steps", ("100", "200"), ("total_steps", "num_steps")),
            "min_rate": Option("float | None", "smallest step size", ("None", "1e-5"), ("min_lr",)),
            "hold": Option("float", "share of the time without decay", ("0.8", "0.5"), ("hold", "stable_fraction")),
            "boundaries": Option("tuple[float, ...]", "where it drops, as shares of all steps",
                                 ("(0.5, 0.75)", "(0.3, 0.6, 0.9)"), ("boundaries", "milestones")),
            "drop": Option("float", "factor of each drop", ("0.1", "0.5"), ("drop", "decay_factor")),
            "num_cycles": Option("int", "restarts", ("2", "4"), ("num_cycles",)),
        },
        result=(Leaf(shape),),
        helpers=(_WARM, _BETWEEN),
        titles=("learning_rate_at", "scheduled_rate", "get_learning_rate", "schedule_value"),
        summary=p.pick("Computes the learning rate of a selectable schedule", "Computes the learning rate at a step"),
        returned="one step size for each step" if several else "the step size",
    )  # fmt: skip


_REPORT = _BODIES["report"]


def _report(p: Program) -> Text:
    """Draw a function that computes statistics of gradients by name, for a log."""
    tree = _flat(p, p.choices.choice((2, 3, 4)))
    summed = p.choices.chance(0.65)
    first, second = p.choices.choice(
        (("total_sq = jnp.zeros(())", "total_sq = total_sq + norm ** 2"),
         ("total_sq = 0.0", "total_sq = total_sq + norm ** 2"),
         ("total_norms = []", "total_norms.append(norm)"))
    )  # fmt: skip
    end = "report[f'<<prefix>>/norm'] = " + (
        p.pick("jnp.linalg.norm(jnp.stack(total_norms))", "jnp.sqrt(sum(n ** 2 for n in total_norms))")
        if "norms" in first
        else "jnp.sqrt(total_sq)"
    )
    if not summed:
        first, second, end = "", "", ""
    text = (
        _REPORT.replace("TOTAL_FIRST", first)
        .replace("TOTAL_NEXT", second)
        .replace("END", join(end, "return report").replace("\n", "\n    "))
    )
    lines = p.choose(text)
    prefix, large = p.pick("grad", "grads", "gradients"), p.choices.chance(0.5)
    percentile = p.pick("None", "90", "99")
    keys: list[str] = []
    for name in tree:
        keys.append(f"{prefix}/{name}/norm")
        if "with_max" in lines and large:
            keys.append(f"{prefix}/{name}/max")
        keys += [f"{prefix}/{name}/{each}" for each in ("zeros", "ratio") if f"/{each}'" in lines]
        if "percentile is" in lines and percentile != "None":
            keys.append(f"{prefix}/{name}/p{percentile}")
    if summed:
        keys.append(f"{prefix}/norm")
    weighed = "params[name]" in lines
    weights = {"params": Array(changed(tree, 0.1, 1), "parameters by name", ("params", "weights"))} if weighed else {}
    if not weighed:
        lines = lines.replace("if set(params) != set(grads):", "if not grads:").replace(
            "expected gradients of the same parameters", "expected at least one gradient"
        )
    return Text(
        lines=with_escaped_braces(lines),
        given={
            **weights,
            "grads": Array(tree, "gradients by name", ("grads", "gradients")),
            "learning_rate": Option("float", "step size", ("0.1", "0.01"), ("learning_rate", "lr")),
            "prefix": Option("str", "what names begin with", (f"'{prefix}'",), ("prefix", "scope")),
            "with_max": Option("bool", "whether largest entries are wanted", ("False",), ("with_max", "log_max"),
                               str(large)),
            "percentile": Option("int | None", "which percentile is wanted", ("None",), ("percentile",), percentile),
        },
        result=({key: Leaf(()) for key in keys},),
        helpers=(_NORM,),
        titles=("gradient_report", "grad_metrics", "log_gradients", "gradient_stats"),
        summary=p.pick("Computes gradient statistics for logging", "Computes gradient norms by name"),
        returned="numbers by name",
    )  # fmt: skip


_ORTHOGONAL = _BODIES["orthogonal"]
_MUON = """
    {?0.35 if steps < 1:
        raise ValueError(f'expected at least one step, got <<steps>>')}
    new_params, new_trace = <<>>, <<>>
    for name, w in params.items():
        g = grads[name]
        m = momentum * trace[name] + NEW
        new_trace[name] = m
        {update = momentum * m + NEW if nesterov else m ~
        update = m
        if nesterov:
            update = momentum * m + NEW}
        if w.ndim OTHERS 2{~ or name.startswith(('embedding', 'wte'))}:
            {?0.5 # {vectors have no singular values}}
            {new_params[name] = w - vector_rate * update
            continue ~ new_params[name] = w - vector_rate * jnp.sign(update)
            continue}
        {flat = update.reshape(-1, update.shape[-1])
        update = orthogonalize(flat, steps).reshape(w.shape) ~
        update = orthogonalize(update, steps)}
        {{?0.4 # {shape-independent step size}}
        {scale = max(1.0, w.shape[0] / w.shape[-1]) ** 0.5 ~ scale = math.sqrt(max(1.0, w.shape[0] / w.shape[1])) ~
        scale = 0.2 * math.sqrt(max(w.shape))}
        update = scale * update ~
        {?0.4 # {scaled like a step of Adam}}
        update = 0.2 * math.sqrt(max(w.shape)) * update}
        {?0.5 if weight_decay > 0.0:
            update = update + weight_decay * w}
        new_params[name] = w - learning_rate * update
    return new_params, new_trace
"""


def _muon(p: Program) -> Text:
    """Draw a step of matrices with orthogonalized gradients."""
    p.holds_any_tree()
    a, b = p.choices.choice(((8, 16), (16, 8), (12, 16), (16, 12)))
    names = p.choices.choice(_NAMED)
    tree = {name: Leaf((b,) if name.endswith(("bias", "scale", "_b", "b_qkv")) else (a, b)) for name in names}
    lines = p.choose(_MUON).replace("NEW", p.pick("g", "(1.0 - momentum) * g"))
    # only matrices, or arrays that are reshaped to one
    lines = lines.replace("OTHERS", "<" if "reshape" in lines else "!=")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(changed(tree, -0.5, 0.5), "parameters by name", ("params", "weights")),
            "grads": Array(tree, "gradients by name", ("grads", "gradients")),
            "trace": Array(changed(tree, -0.5, 0.5), "momentum by name", ("trace", "momentum_state")),
            "learning_rate": step_size(p, "0.02", "0.05"),
            "vector_rate": step_size(p, "1e-3", "3e-4", names=("vector_lr", "scalar_lr")),
            "momentum": Option("float", "decay of the momentum", ("0.95", "0.9"), ("momentum", "beta")),
            "nesterov": Option("bool", "whether to look ahead", ("True", "False"), ("nesterov",)),
            "steps": Option("int", "steps of the iteration", ("3", "2"), ("ns_steps", "num_iters")),
            "weight_decay": Option("float", "decay of the parameters", ("0.0", "0.1", "0.01"), ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), changed(tree, -1, 1)),
        titles=("muon_update", "muon_step", "orthogonal_update"),
        summary=p.pick("Performs a step with orthogonalized matrices",
                       "Performs a momentum step with orthogonalized updates"),
        returned="the new parameters and the new momentum",
        helpers=(_ORTHOGONAL,),
    )  # fmt: skip


_COVER = _BODIES["cover"]


def _cover(p: Program) -> Text:
    """Draw adaptive steps whose second moments are kept for each axis."""
    tree = _flat(p, p.choices.choice((2, 3, 4)))
    lines = p.choose(_COVER)
    listed = "list(" in lines or "[max_over" in lines or "= sums" in lines

    def kept(leaves: list[Leaf]) -> Tree:
        return leaves if listed else tuple(leaves)

    state: Tree = {name: tuple(Leaf((size,), 0.01, 1) for size in leaf.shape) for name, leaf in tree.items()}
    made: dict[str, Tree] = {name: kept([Leaf((size,)) for size in leaf.shape]) for name, leaf in tree.items()}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(changed(tree, -1, 1), "gradients by name", ("grads", "gradients")),
            "state": Array(state, "sums along each axis, by name", ("state", "accumulators", "opt_state")),
            "learning_rate": step_size(p, "0.1", "0.01"),
            "eps": Constant("1e-8", "small number that keeps the division safe", ("eps",)),
            "weight_decay": Option("float", "decay of the parameters", ("0.0", "0.01"), ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), made),
        helpers=(_OTHERS, _ALONG),
        titles=("sm3_update", "cover_update", "memory_efficient_adagrad"),
        summary=p.pick("Performs an Adagrad step with row and column sums",
                       "Performs a memory-efficient adaptive step"),
        returned="the new parameters and the new sums",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "adam_by_name": _adam,
    "update_by_group": _groups,
    "scaled_gradients": _scaling,
    "schedule_by_name": _rates,
    "gradient_report": _report,
    "orthogonal_update": _muon,
    "cover_update": _cover,
    "line_search": write_line_search,
    **CHAINS,
}
RECIPES = (
    written_recipe("optimizer_part", "optimizers", _WRITERS, dict.fromkeys(_WRITERS, 1.5) | {"listed_transforms": 2.5}),
)
