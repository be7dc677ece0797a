"""Steps of hand-written optimizers that loop over parameters by name."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import step_size, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "named_steps", margin=4)
CLIPPED = _BODIES["clipped"]

_NAMED = (
    ("embedding", "kernel", "bias", "scale"), ("wte", "w_qkv", "b_qkv", "norm_scale"),
    ("conv_kernel", "conv_bias", "dense_kernel", "dense_bias"), ("encoder_w", "encoder_b", "decoder_w", "decoder_b"),
)  # fmt: skip


def flat(p: Program, count: int = 4) -> dict[str, Leaf]:
    """Return matrices and vectors of parameters by name."""
    p.holds_any_tree()
    names = p.choices.choice(_NAMED)[:count]
    a, b = p.size(8, 16, 24), p.size(16, 32)
    vectors = ("bias", "scale", "_b", "b_qkv")
    return {name: Leaf((b,) if name.endswith(vectors) else (a, b)) for name in names}


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


def adam(p: Program) -> Text:
    """Draw Adam over parameters by name, with optional additions."""
    tree = flat(p)
    first = p.choose(_ADAM)
    lines = first.replace("REFUSED", p.pick("if b1 >= 1.0 or b2 >= 1.0", "if not (b1 < 1.0 and b2 < 1.0)"))
    moments = {"count": Leaf((), 0, 20, "int32"), "mu": changed(tree, -0.1, 0.1), "nu": changed(tree, 0.001, 0.1)}
    out: Tree = {"count": Leaf((), dtype="int32"), "mu": changed(tree, -1, 1), "nu": changed(tree, -1, 1)}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "state": Array(moments, "step count and moments", ("state", "opt_state")),
            "learning_rate": step_size(p, "1e-3", "3e-4"),
            "b1": Option("float", "decay rate of the first moment", ("0.9", "0.95"), ("b1", "beta1")),
            "b2": Option("float", "decay rate of the second moment", ("0.999", "0.99", "0.95"), ("b2", "beta2")),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
            "weight_decay": Option("float", "weight decay", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
            "decoupled": Option("bool", "whether to apply weight decay apart from the gradient", ("True", "False"),
                                ("decoupled", "adamw")),
            "nesterov": Option("bool", "whether to use Nesterov momentum", ("False", "True"), ("nesterov",)),
            "max_norm": Option("float | None", "largest gradient norm", ("None", "1.0"),
                               ("max_norm", "clip_norm")),
        },
        result=(changed(tree, -1, 1), out),
        helpers=(_BODIES["bias"], CLIPPED),
        titles=("adam_update", "apply_adam", "optimizer_update"),
        summary=p.pick("Performs one step of Adam with decay and Nesterov momentum",
                       "Updates parameters by gradient moments"),
        returned="the new parameters and the new state",
    )  # fmt: skip


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


def muon(p: Program) -> Text:
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
            "momentum": Option("float", "decay rate of the momentum", ("0.95", "0.9"), ("momentum", "beta")),
            "nesterov": Option("bool", "whether to use Nesterov momentum", ("True", "False"), ("nesterov",)),
            "steps": Option("int", "number of iterations", ("3", "2"), ("ns_steps", "num_iters")),
            "weight_decay": Option("float", "weight decay", ("0.0", "0.1", "0.01"), ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), changed(tree, -1, 1)),
        titles=("muon_update", "muon_step", "orthogonal_update"),
        summary=p.pick("Performs a step with orthogonalized matrices",
                       "Performs a momentum step with orthogonalized updates"),
        returned="the new parameters and the new momentum",
        helpers=(_BODIES["orthogonal"],),
    )  # fmt: skip


def cover(p: Program) -> Text:
    """Draw adaptive steps whose second moments are kept for each axis."""
    tree = flat(p, p.choices.choice((2, 3, 4)))
    lines = p.choose(_BODIES["cover"])
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
            "state": Array(state, "accumulators of each axis, by name", ("state", "accumulators", "opt_state")),
            "learning_rate": step_size(p, "0.1", "0.01"),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
            "weight_decay": Option("float", "weight decay", ("0.0", "0.01"), ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), made),
        helpers=(_BODIES["others"], _BODIES["along"]),
        titles=("sm3_update", "cover_update", "memory_efficient_adagrad"),
        summary=p.pick("Performs an Adagrad step with row and column sums",
                       "Performs a memory-efficient adaptive step"),
        returned="the new parameters and the new sums",
    )  # fmt: skip
