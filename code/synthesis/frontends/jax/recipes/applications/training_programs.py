"""Whole steps of training: a state and a batch in, the next state and what is watched out."""

from collections.abc import Mapping
from itertools import pairwise

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.grammar.lines import join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_MODEL = """
    def apply_model(params, x):
        {?0.3 \"\"\"{Scores of a batch ~ Runs the network}.\"\"\"}
        {h = x ~ h = jnp.asarray(x, jnp.float32)}
        {for i, layer in enumerate(params):
            h = h @ layer['w'] + layer['b']
            if i < len(params) - 1:
                h = ACT(h)
        return h ~
        *layers, last = params
        for layer in layers:
            {?0.4 # {narrow layers add, wide ones replace}}
            {z = ACT(h @ layer['w'] + layer['b'])
            h = h + z if h.shape == z.shape else z ~ h = ACT(h @ layer['w'] + layer['b']) ~
            h = jnp.dot(h, layer['w']) + layer['b']
            h = ACT(h)}
        return h @ last['w'] + last['b'] ~
        for layer in params[:-1]:
            z = h @ layer['w'] + layer['b']
            {if z.shape == h.shape:
                {?0.5 # {a way around where widths agree}}
                h = h + ACT(z)
            else:
                h = ACT(z) ~ h = ACT(z)}
        {return h @ params[-1]['w'] + params[-1]['b'] ~ top = h @ params[-1]['w']
        return top + params[-1]['b']}}
"""
_CLASS_LOSS = """
    {log_p = jax.nn.log_softmax(scores, axis=-1)
    {losses = -jnp.take_along_axis(log_p, y[:, None], axis=-1)[:, 0] ~ losses = -log_p[jnp.arange(y.shape[0]), y]} ~
    losses = jax.nn.logsumexp(scores, axis=-1) - jnp.take_along_axis(scores, y[:, None], axis=-1)[:, 0]}
    {?0.35 # {rare classes count as much as others}
    {counts = jnp.zeros(scores.shape[-1], jnp.float32).at[y].add(1.0) ~
    counts = jnp.bincount(y, length=scores.shape[-1])}
    share = y.shape[0] / jnp.maximum(counts, 1)
    losses = losses * share[y] / jnp.mean(share[y])}
    hits = {(scores.argmax(axis=-1) == y).astype(jnp.float32) ~ jnp.equal(jnp.argmax(scores, axis=-1), y)}
    metric = {jnp.mean(hits) ~ hits.mean()}
"""
_NUMBER_LOSS = """
    {error = scores - y
    {losses = 0.5 * jnp.sum(error ** 2, axis=-1) ~ losses = jnp.mean(error ** 2, axis=-1)} ~
    error = scores - y
    {?0.4 # {far away, one more unit costs the same}}
    size = jnp.abs(error)
    losses = jnp.where(size < 1.0, 0.5 * error ** 2, size - 0.5).sum(axis=-1)}
    metric = {jnp.sqrt(jnp.mean(error ** 2)) ~ jnp.abs(error).mean() ~ jnp.max(jnp.mean(error ** 2, axis=0))}
"""
_LOSS_END = """
    {?0.35 {penalty = sum(jnp.sum(layer['w'] ** 2) for layer in params)
    loss = jnp.mean(losses) + {0.5e-3 ~ 1e-4} * penalty ~
    penalty = 0.0
    for layer in params:
        penalty += jnp.vdot(layer['w'], layer['w'])
    loss = losses.mean() + {1e-3 ~ 5e-4} * penalty} ~ loss = jnp.mean(losses)}
    return loss, metric
"""
_GRADIENTS = {
    "whole": """
        {(loss, metric), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params, batch) ~
        grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
        (loss, metric), grads = grad_fn(state.params, batch)}
    """,
    "parts": """
        grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
        {size = X.shape[0] // parts ~ n = X.shape[0]
        size = n // parts}
        {?0.4 # {a batch that does not fit is taken in parts ~ memory for one part at a time}}
        {grads = jax.tree.map(jnp.zeros_like, state.params) ~
        grads = jax.tree.map(lambda w: jnp.zeros(w.shape, w.dtype), state.params)}
        loss, metric = 0.0, 0.0
        for i in range(parts):
            part = jax.tree.map(lambda x: x[i * size:(i + 1) * size], batch)
            (value, figure), new = grad_fn(state.params, part)
            {grads = jax.tree.map(jnp.add, grads, new) ~
            grads = jax.tree.map(lambda total, g: total + g / parts, grads, new)}
            {loss += value / parts
            metric += figure / parts ~ loss, metric = loss + value / parts, metric + figure / parts}
    """,
    "scan": """
        {split = jax.tree.map(lambda x: x.reshape(parts, -1, *x.shape[1:]), batch) ~
        split = jax.tree.map(lambda x: x.reshape((parts, x.shape[0] // parts) + x.shape[1:]), batch)}

        def accumulate(total, part):
            (value, figure), new = jax.value_and_grad(loss_fn, has_aux=True)(state.params, part)
            return jax.tree.map(jnp.add, total, new), (value, figure)

        zeros = jax.tree.map(jnp.zeros_like, state.params)
        total, figures = jax.lax.scan(accumulate, zeros, split)
        grads = jax.tree.map(lambda g: g / parts, total)
        loss, metric = {jnp.mean(figures[0]), jnp.mean(figures[1]) ~ [jnp.mean(f) for f in figures]}
    """,
}
_CLIP = """
    {?0.55 norm = {jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads))) ~ global_norm(grads)}
    {{if max_norm is not None:
        {?0.4 # {one bad batch is not to undo much}}
        ratio = {jnp.minimum(1.0, max_norm / (norm + 1e-6)) ~ max_norm / jnp.maximum(norm, max_norm)}
        grads = jax.tree.map(lambda g: g * ratio, grads)} ~
    scale = 1.0 if max_norm is None else jnp.minimum(1.0, max_norm / (norm + 1e-6))
    grads = jax.tree.map(lambda g: scale * g, grads)}}
"""
_RATE = """
    count = state.step + 1
    {rate = learning_rate ~
    {{if warmup > 0:
        {?0.4 # {small steps as long as averages are of little}}
        rate = learning_rate * jnp.minimum(1.0, count / warmup)
    else:
        rate = learning_rate ~
    rate = learning_rate * jnp.minimum(1.0, count / warmup) if warmup > 0 else learning_rate}
    {?0.5 if total_steps is not None:
        progress = jnp.clip(count / total_steps, 0.0, 1.0)
        rate = rate * {0.5 * (1.0 + jnp.cos(jnp.pi * progress)) ~ (1.0 - 0.9 * progress)}}}}
"""
_MOVES: Mapping[str, str] = {
    "sgd": """
        {?0.4 # {matrices shrink, biases do not}}
        {params = jax.tree.map(lambda w, g: w - rate * g, state.params, grads) ~
        def move(w, g):
            if w.ndim > 1:
                g = g + decay * w
            return w - rate * g

        params = jax.tree.map(move, state.params, grads)}
    """,
    "momentum": """
        mu = jax.tree.map(lambda m, g: {beta * m + g ~ beta * m + (1.0 - beta) * g}, state.mu, grads)
        {{?0.5 # {look ahead by one step}
        used = jax.tree.map(lambda m, g: beta * m + g, mu, grads)
        params = jax.tree.map(lambda w, u: w - rate * u, state.params, used) ~
        params = jax.tree.map(lambda w, m: w - rate * m, state.params, mu)} ~
        def move(w, m):
            {?0.4 # {biases do not decay}}
            shrink = 1.0 - rate * decay if w.ndim > 1 else 1.0
            return shrink * w - rate * m

        params = jax.tree.map(move, state.params, mu)}
    """,
    "adam": """
        mu = jax.tree.map(lambda m, g: {b1 * m + (1.0 - b1) * g ~ m + (1.0 - b1) * (g - m)}, state.mu, grads)
        nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, state.nu, grads)
        {{?0.4 # {both averages begin at nothing}}
        {c1, c2 = 1.0 - b1 ** count, 1.0 - b2 ** count ~ c1 = 1.0 - b1 ** count
        c2 = 1.0 - b2 ** count}
        {def move(w, m, v):
            update = (m / c1) / (jnp.sqrt(v / c2) + 1e-8)
            {?0.6 if w.ndim > 1:
                update {+= decay * w ~ = update + decay * w}}
            return w - rate * update

        params = jax.tree.map(move, state.params, mu, nu) ~
        updates = jax.tree.map(lambda m, v: (m / c1) / (jnp.sqrt(v / c2) + 1e-8), mu, nu)
        {?0.4 updates = jax.tree.map(lambda u, w: u + decay * w, updates, state.params)}
        params = jax.tree.map(lambda w, u: w - rate * u, state.params, updates)} ~
        size = rate * jnp.sqrt(1.0 - b2 ** count) / (1.0 - b1 ** count)
        params = jax.tree.map(lambda w, m, v: w - size * m / (jnp.sqrt(v) + 1e-8), state.params, mu, nu)}
    """,
}
_EMA = """
    {average = jax.tree.map(lambda a, w: 0.999 * a + 0.001 * w, state.average, params) ~
    {?0.5 # {early averages forget sooner}}
    keep = jnp.minimum(0.999, (1.0 + count) / (10.0 + count))
    average = jax.tree.map(lambda a, w: keep * a + (1.0 - keep) * w, state.average, params)}
"""


def _draw_program(stream: Stream, target: str) -> KernelSpec:
    """A step of training from a state to the next."""
    p = Program(stream)
    rows, into, out = p.size(16, 32, 64), p.size(16, 24, 64), p.size(4, 10)
    hidden = p.size(32, 48, 96, apart=into)
    depth = p.choices.choice((1, 2, 2, 3)) if target == "sgd" else p.choices.choice((1, 1, 2))
    classes = p.choices.chance(0.55)
    sizes = [into, *[hidden] * depth, out]
    tree: Tree = [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise(sizes)]
    averaged = p.maybe(0.3)
    kept = {"sgd": (), "momentum": ("mu",), "adam": ("mu", "nu")}[target]
    fields: list[tuple[str, Tree]] = [("step", Leaf((), 0, 50, "int32")), ("params", tree)]
    fields += [(each, changed(tree, *((-1, 1) if each == "mu" else (0.01, 2)))) for each in kept]
    fields += [("average", changed(tree, -0.2, 0.2))] if averaged else []
    state = p.record("TrainState", fields, "All that a step of training changes")
    p.tree("state", state, "parameters and what the optimizer keeps", ("state", "train_state"))
    x, y = Leaf((rows, into), -2, 2), whole(rows, below=out) if classes else Leaf((rows, out), -2, 2)
    form = p.pick("dict", "tuple", "record")
    names = ("inputs", "labels" if classes else "targets")
    batch: Tree = {"dict": {names[0]: x, names[1]: y}, "tuple": (x, y)}.get(form) or p.record(
        "Batch", [(names[0], x), (names[1], y)], "A batch of examples"
    )
    p.tree("batch", batch, "examples", ("batch", "data"))
    taken = {
        "dict": f"x, y = batch['{names[0]}'], batch['{names[1]}']",
        "tuple": "x, y = batch",
        "record": f"x, y = batch.{names[0]}, batch.{names[1]}",
    }[form]
    p.number("learning_rate", p.pick("1e-3", "0.01", "0.1"), "step size", (0.01, 0.1), ("learning_rate", "lr"))
    p.number("beta", "0.9", "decay of the momentum", None, ("beta", "momentum"))
    p.number("b1", "0.9", "decay of the first moment")
    p.number("b2", "0.999", "decay of the second moment")
    p.number("decay", p.pick("1e-4", "0.01"), "weight decay", None, ("weight_decay", "decay"))
    limits = p.pick("None", "1.0", "0.5")
    p.option(
        "max_norm",
        limits,
        "float | None",
        "largest norm of gradients",
        p.pick("0.05", "0.1"),
        ("max_norm", "clip_norm"),
    )
    p.option(
        "warmup", p.pick("0", "100"), "int", "steps of the warmup", p.pick("10", "100", "0"), ("warmup", "warmup_steps")
    )
    p.option(
        "total_steps",
        "None",
        "int | None",
        "steps of the whole training",
        p.pick("None", "100", "1000"),
        ("total_steps",),
    )
    p.option("parts", "1", "int", "parts of a batch", p.pick("2", "4"), ("accumulate", "num_micro_batches", "parts"))
    act = p.pick("jnp.tanh", "jax.nn.gelu", "jax.nn.silu")
    model = p.choose(_MODEL.replace("ACT", act))
    run = p.pick("scores = apply_model(params, x)", "scores = apply_model(params, x).astype(jnp.float32)")
    inner = "\n".join(
        f"    {line}"
        for line in join(
            taken, run, *(p.choose(each) for each in (_CLASS_LOSS if classes else _NUMBER_LOSS, _LOSS_END))
        ).split("\n")
    )
    loss = f"def loss_fn(params, batch):\n{inner}"
    p.helper(model)
    if p.choices.chance(0.4):
        p.add(loss)
    else:
        p.helper(loss)
    how = p.pick("whole", "parts", "scan") if p.choices.chance(0.6) else "whole"
    p.write(_GRADIENTS[how].replace("X.shape", "jax.tree.leaves(batch)[0].shape"), _CLIP, _RATE, _MOVES[target])
    if averaged:
        p.write(_EMA)
    made = [
        "step=count",
        "params=params",
        *(f"{each}={each}" for each in kept),
        *(["average=average"] if averaged else []),
    ]
    figure = "accuracy" if classes else "error"
    plain = "loss" if p.choices.chance(0.4) else "both"
    p.add(f"new_state = {state.name}({', '.join(made)})")
    if plain == "loss":
        p.add("return new_state, loss")
    elif p.choices.chance(0.6):
        p.add(f"metrics = {{'loss': loss, '{figure}': metric}}", "return new_state, metrics")
    else:
        p.add("return new_state, (loss, metric)")
        figure = ""
    after: Tree = {"loss": Leaf(()), figure: Leaf(())} if figure else (Leaf(()), Leaf(()))
    p.gives(state, Leaf(()) if plain == "loss" else after)
    return p.done(
        "training",
        "training_program",
        target,
        ("train_step", "training_step", "update", "train_on_batch"),
        p.pick("One step of training", "Moves the parameters once", "Takes a batch and updates the state"),
        "the next state, and what is watched",
    )


RECIPES = (Recipe(name="training_program", category="training", targets=tuple(_MOVES), draw=_draw_program,
                  target_weights=dict.fromkeys(_MOVES, 3.0)),)  # fmt: skip
