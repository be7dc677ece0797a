"""Whole training steps: a state and a batch in, the next state and metrics out."""

import re
from collections.abc import Mapping
from itertools import pairwise

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.gradients import STATES
from synthesis.frontends.jax.recipes.applications.parts import key, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import with_texts

_MODEL = '''
    def apply_model(params, x):
        {?0.3 """{Applies the network to a batch ~ Forward pass}."""}
        {h = x
        for i, layer in enumerate(params):
            h = h @ layer['w'] + layer['b']
            if i < len(params) - 1:
                h = ACT(h)
        return h ~
        h = x
        for layer in params[:-1]:
            {h = ACT(h @ layer['w'] + layer['b']) ~ h = jnp.dot(h, layer['w']) + layer['b']
            h = ACT(h)}
        return h @ params[-1]['w'] + params[-1]['b'] ~
        *layers, last = params
        for layer in layers:
            x = ACT(x @ layer['w'] + layer['b'])
        return x @ last['w'] + last['b'] ~
        h = x
        for layer in params[:-1]:
            new_h = ACT(h @ layer['w'] + layer['b'])
            {?0.5 # {skip connection where widths agree}}
            h = h + new_h if h.shape == new_h.shape else new_h
        return h @ params[-1]['w'] + params[-1]['b']}
'''
_CLASS_LOSS = """
    {log_probs = jax.nn.log_softmax(logits, axis=-1)
    losses = -jnp.take_along_axis(log_probs, y[:, None], axis=-1)[:, 0] ~
    losses = jax.nn.logsumexp(logits, axis=-1) - logits[jnp.arange(logits.shape[0]), y] ~
    one_hot = jax.nn.one_hot(y, logits.shape[-1])
    losses = -jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1)}
    {accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == y) ~ accuracy = (logits.argmax(axis=-1) == y).mean()}
"""
_SMOOTHED_LOSS = """
    num_classes = logits.shape[-1]
    {one_hot = jax.nn.one_hot(y, num_classes)
    {?0.4 # label smoothing}
    soft_labels = one_hot * (1.0 - smoothing) + smoothing / num_classes ~
    {?0.4 # label smoothing}
    confidence = 1.0 - smoothing
    soft_labels = jax.nn.one_hot(y, num_classes) * confidence + smoothing / num_classes}
    losses = -jnp.sum(soft_labels * jax.nn.log_softmax(logits), axis=-1)
    {accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == y) ~ accuracy = (logits.argmax(axis=-1) == y).mean()}
"""
_NUMBER_LOSS = """
    error = preds - y
    {{losses = 0.5 * jnp.sum(error ** 2, axis=-1) ~ losses = jnp.mean(error ** 2, axis=-1)}
    {mae = jnp.mean(jnp.abs(error)) ~ mae = jnp.abs(error).mean()} ~
    abs_error = jnp.abs(error)
    {?0.4 # Huber loss}
    losses = jnp.where(abs_error < delta, 0.5 * error ** 2, delta * (abs_error - 0.5 * delta)).sum(axis=-1)
    {mae = jnp.mean(abs_error) ~ mae = abs_error.mean()} ~
    {?0.4 # log-cosh loss}
    losses = jnp.mean(jnp.logaddexp(error, -error) - jnp.log(2.0), axis=-1)
    {mae = jnp.mean(jnp.abs(error)) ~ mae = jnp.abs(error).mean()}}
"""
_LOSS_END = """
    loss = {jnp.mean(losses) ~ losses.mean()}
    return loss, METRIC
"""
_PENALIZED = """
    {?0.4 # {biases are not penalized ~ weight matrices only}}
    {penalty = sum(jnp.sum(layer['w'] ** 2) for layer in params) ~
    penalty = sum(jnp.sum(p ** 2) for p in jax.tree.leaves(params) if p.ndim > 1)}
    loss = {jnp.mean(losses) ~ losses.mean()} + 0.5 * strength * penalty
    return loss, METRIC
"""
_GRADIENTS = {
    "whole": """
        {(loss, METRIC), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params, batch) ~
        grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
        (loss, METRIC), grads = grad_fn(state.params, batch)}
    """,
    "loop": """
        batch_size = INPUTS.shape[0]
        {?0.2 if batch_size % num_microbatches != 0:
            raise ValueError(f'batch size <<batch_size>> is not divisible by <<num_microbatches>> microbatches')}
        micro_size = batch_size // num_microbatches
        grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
        {?0.4 # accumulate gradients over microbatches}
        grads = jax.tree.map(jnp.zeros_like, state.params)
        loss, METRIC = 0.0, 0.0
        for i in range(num_microbatches):
            microbatch = jax.tree.map(lambda x: x[i * micro_size:(i + 1) * micro_size], batch)
            (micro_loss, micro_METRIC), micro_grads = grad_fn(state.params, microbatch)
            grads = jax.tree.map(jnp.add, grads, micro_grads)
            loss = loss + micro_loss / num_microbatches
            METRIC = METRIC + micro_METRIC / num_microbatches
        grads = jax.tree.map(lambda g: g / num_microbatches, grads)
    """,
    "scan": """
        {?0.2 batch_size = INPUTS.shape[0]
        if batch_size % num_microbatches != 0:
            raise ValueError(f'batch size <<batch_size>> is not divisible by <<num_microbatches>>')}
        {microbatches = jax.tree.map(lambda x: x.reshape(num_microbatches, -1, *x.shape[1:]), batch) ~
        microbatches = jax.tree.map(
            lambda x: x.reshape((num_microbatches, x.shape[0] // num_microbatches) + x.shape[1:]), batch)}
        grad_fn = jax.value_and_grad(loss_fn, has_aux=True)

        def accumulate(grad_sum, microbatch):
            (loss, METRIC), grads = grad_fn(state.params, microbatch)
            return jax.tree.map(jnp.add, grad_sum, grads), (loss, METRIC)

        zeros = jax.tree.map(jnp.zeros_like, state.params)
        {?0.4 # only one microbatch is in memory at a time}
        grad_sum, (losses, PLURAL) = jax.lax.scan(accumulate, zeros, microbatches)
        grads = jax.tree.map(lambda g: g / num_microbatches, grad_sum)
        loss, METRIC = jnp.mean(losses), jnp.mean(PLURAL)
    """,
}
_CLIP = """
    {grad_norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads))) ~ grad_norm = global_norm(grads)}
    {{?0.4 # clip by global norm}
    clip_factor = {jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)) ~ max_norm / jnp.maximum(grad_norm, max_norm)}
    grads = jax.tree.map(lambda g: g * clip_factor, grads) ~
    if max_norm is not None:
        {?0.4 # clip by global norm}
        clip_factor = {jnp.minimum(1.0, max_norm / (grad_norm + 1e-6)) ~ max_norm / jnp.maximum(grad_norm, max_norm)}
        grads = jax.tree.map(lambda g: g * clip_factor, grads)}
"""
_RATE = """
    {{?0.4 # linear warmup}
    lr = learning_rate * jnp.minimum(1.0, count / warmup) ~
    {?0.4 # linear warmup, then cosine decay to zero}
    {warmup_factor = jnp.minimum(1.0, count / warmup)
    progress = jnp.clip((count - warmup) / (num_steps - warmup), 0.0, 1.0)
    lr = learning_rate * warmup_factor * 0.5 * (1.0 + jnp.cos(jnp.pi * progress)) ~
    progress = jnp.clip((count - warmup) / (num_steps - warmup), 0.0, 1.0)
    decayed = 0.5 * learning_rate * (1.0 + jnp.cos(jnp.pi * progress))
    lr = jnp.where(count < warmup, learning_rate * count / warmup, decayed)} ~
    {?0.4 # inverse square root decay after the warmup}
    lr = learning_rate * jnp.minimum(count / warmup, jnp.sqrt(warmup / count)) ~
    lr = learning_rate * decay_rate ** (count / transition_steps) ~
    progress = jnp.minimum(count / num_steps, 1.0)
    if schedule == 'cosine':
        lr = 0.5 * learning_rate * (1.0 + jnp.cos(jnp.pi * progress))
    elif schedule == 'linear':
        lr = learning_rate * (1.0 - progress)
    elif schedule == 'constant':
        lr = learning_rate
    else:
        raise ValueError(f'unknown schedule: <<schedule>>')}
"""
_MOVES: Mapping[str, str] = {
    "sgd": """
        params = jax.tree.map(lambda p, g: p - lr * g, state.params, grads)
    """,
    "momentum": """
        {mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
        params = jax.tree.map(lambda p, m: p - lr * m, state.params, mu) ~
        mu = jax.tree.map(lambda m, g: beta * m + (1.0 - beta) * g, state.mu, grads)
        params = jax.tree.map(lambda p, m: p - lr * m, state.params, mu) ~
        mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
        {?0.4 # Nesterov momentum}
        {params = jax.tree.map(lambda p, m, g: p - lr * (g + beta * m), state.params, mu, grads) ~
        updates = jax.tree.map(lambda m, g: -lr * (g + beta * m), mu, grads)
        params = jax.tree.map(jnp.add, state.params, updates)} ~
        mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
        if nesterov:
            updates = jax.tree.map(lambda m, g: g + beta * m, mu, grads)
        else:
            updates = mu
        params = jax.tree.map(lambda p, u: p - lr * u, state.params, updates)}
    """,
    "adam": """
        mu = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, state.mu, grads)
        nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, state.nu, grads)
        {{?0.4 # bias correction}
        {mu_hat = jax.tree.map(lambda m: m / (1.0 - b1 ** count), mu)
        nu_hat = jax.tree.map(lambda v: v / (1.0 - b2 ** count), nu)
        params = jax.tree.map(
            lambda p, m, v: p - lr * m / (jnp.sqrt(v) + eps), state.params, mu_hat, nu_hat) ~
        c1 = 1.0 - b1 ** count
        c2 = 1.0 - b2 ** count

        def update(p, m, v):
            return p - lr * (m / c1) / (jnp.sqrt(v / c2) + eps)

        params = jax.tree.map(update, state.params, mu, nu)} ~
        {?0.4 # bias correction is folded into the step size}
        lr_t = lr * jnp.sqrt(1.0 - b2 ** count) / (1.0 - b1 ** count)
        params = jax.tree.map(lambda p, m, v: p - lr_t * m / (jnp.sqrt(v) + eps), state.params, mu, nu)}
    """,
}
_DECAYING_MOVES: Mapping[str, str] = {
    "sgd": """
        {params = jax.tree.map(lambda p, g: (1.0 - lr * decay) * p - lr * g, state.params, grads) ~
        def update(p, g):
            if p.ndim > 1:
                {?0.4 # {biases do not decay}}
                g = g + decay * p
            return p - lr * g

        params = jax.tree.map(update, state.params, grads)}
    """,
    "momentum": """
        {grads = jax.tree.map(lambda g, p: g + decay * p, grads, state.params)
        mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
        params = jax.tree.map(lambda p, m: p - lr * m, state.params, mu) ~
        mu = jax.tree.map(lambda m, g: beta * m + g, state.mu, grads)
        {?0.4 # decoupled weight decay}
        params = jax.tree.map(lambda p, m: p - lr * (m + decay * p), state.params, mu)}
    """,
    "adam": """
        mu = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, state.mu, grads)
        nu = jax.tree.map(lambda v, g: b2 * v + (1.0 - b2) * g ** 2, state.nu, grads)
        c1 = 1.0 - b1 ** count
        c2 = 1.0 - b2 ** count

        def update(p, m, v):
            direction = (m / c1) / (jnp.sqrt(v / c2) + eps)
            {if p.ndim > 1:
                {?0.4 # {decoupled weight decay ~ biases do not decay}}
                direction = direction + decay * p
            return p - lr * direction ~
            {?0.4 # {decoupled weight decay}}
            return p - lr * (direction + decay * p)}

        params = jax.tree.map(update, state.params, mu, nu)
    """,
}
_EMA = """
    {ema_params = jax.tree.map(lambda e, p: keep * e + (1.0 - keep) * p, state.ema_params, params) ~
    ema_params = jax.tree.map(lambda e, p: e + (1.0 - keep) * (p - e), state.ema_params, params) ~
    {?0.5 # {a shorter average in the first steps}}
    ema_rate = jnp.minimum(keep, (1.0 + count) / (10.0 + count))
    ema_params = jax.tree.map(lambda e, p: ema_rate * e + (1.0 - ema_rate) * p, state.ema_params, params)}
"""
_HALF = """
    {?0.5 # {weights stay in float32, products are of bfloat16 ~ multiply in bfloat16}}
    {half_params = jax.tree.map(lambda p: p.astype(jnp.bfloat16), params)
    OUTPUTS = apply_model(half_params, x.astype(jnp.bfloat16)).astype(jnp.float32) ~
    half_params, x = jax.tree.map(lambda a: a.astype(jnp.bfloat16), (params, x))
    OUTPUTS = apply_model(half_params, x).astype(jnp.float32)}
"""
_HALF_SHARE = 0.45
"""Probability that a regression model computes in ``bfloat16``."""
_EPOCH = """
    num_examples = INPUTS.shape[0]
    {?0.3 if num_examples % num_batches != 0:
        raise ValueError(f'<<num_examples>> examples are not divisible by <<num_batches>>')}
    {{?0.4 # {every epoch in another order}}
    {order = jax.random.permutation(key, num_examples)
    {batches = jax.tree.map(lambda x: x[order].reshape(num_batches, -1, *x.shape[1:]), data) ~
    order = order.reshape(num_batches, -1)
    batches = jax.tree.map(lambda x: x[order], data) ~
    batches = jax.tree.map(lambda x: jnp.take(x, order, axis=0).reshape(num_batches, -1, *x.shape[1:]), data)}} ~
    {batches = jax.tree.map(lambda x: x.reshape(num_batches, num_examples // num_batches, *x.shape[1:]), data) ~
    batch_size = num_examples // num_batches
    batches = jax.tree.map(lambda x: x.reshape(num_batches, batch_size, *x.shape[1:]), data)} ~
    {?0.4 # {examples are drawn, some of them twice}}
    {batch_size = num_examples // num_batches
    indices = jax.random.randint(key, (num_batches, batch_size), 0, num_examples) ~
    indices = jax.random.randint(key, (num_batches, num_examples // num_batches), 0, num_examples)}
    batches = jax.tree.map(lambda x: x[indices], data)}
    {?0.3 # {one step after the other}}
    state, (losses, PLURAL) = jax.lax.scan(train_step, state, batches)
"""
_EXTRAS = ("", "average", "clip", "clip", "schedule", "schedule", "l2", "decay")
"""Optional parts of a training step, in addition to a loss and an optimizer."""


def _draw_program(stream: Stream, target: str) -> KernelSpec:
    """Draw a training step from one state to the next."""
    p = Program(stream)
    epoch = target == "epoch"
    kind = p.pick(*_MOVES) if epoch else target
    rows, into, out = p.size(16, 32, 64), p.size(16, 24, 56, 64), p.size(4, 10)
    hidden = p.size(32, 48, 64, 72, 96, apart=into)
    depth = p.choices.choice((1, 1, 2, 2, 3))
    classes = p.choices.chance(0.55)
    low = not classes and p.choices.chance(_HALF_SHARE)
    sizes = [into, *[hidden] * depth, out]
    tree: Tree = [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise(sizes)]
    # At most one addition to the loss and the optimizer: steps that do everything belong to frameworks.
    extra = p.pick(*_EXTRAS, *(("smoothing",) if classes else ()))
    averaged, clipped, scheduled = (extra == each for each in ("average", "clip", "schedule"))
    kept = {"sgd": (), "momentum": ("mu",), "adam": ("mu", "nu")}[kind]
    fields: list[tuple[str, Tree]] = [("step", Leaf((), 0, 50, "int32")), ("params", tree)]
    fields += [(each, changed(tree, *((-1, 1) if each == "mu" else (0.01, 2)))) for each in kept]
    fields += [("ema_params", changed(tree, -0.2, 0.2))] if averaged else []
    state = p.record("TrainState", fields, "Parameters and the state of the optimizer")
    p.tree("state", state, "parameters and what the optimizer keeps", ("state", "train_state"))
    x, y = Leaf((rows, into), -2, 2), whole(rows, below=out) if classes else Leaf((rows, out), -2, 2)
    form = p.pick("dict", "tuple", "record")
    names = ("inputs", "labels" if classes else "targets")
    batch: Tree = {"dict": {names[0]: x, names[1]: y}, "tuple": (x, y)}.get(form) or p.record(
        "Batch", [(names[0], x), (names[1], y)], "A batch of examples"
    )
    if epoch:
        p.tree("data", batch, "all examples", ("data", "dataset", "examples"))
    else:
        p.tree("batch", batch, "examples", ("batch", "data"))
    p.tensor("key", key(), "random key", ("key", "rng"))
    p.option("num_batches", "4", "int", "steps of the epoch", p.pick("2", "4"), ("num_batches", "steps_per_epoch"))
    taken = {
        "dict": f"x, y = batch['{names[0]}'], batch['{names[1]}']",
        "tuple": "x, y = batch",
        "record": f"x, y = batch.{names[0]}, batch.{names[1]}",
    }[form]
    taken_inputs = {"dict": f"batch['{names[0]}']", "tuple": "batch[0]", "record": f"batch.{names[0]}"}[form]
    names_of_rate = ("peak_lr", "base_lr") if scheduled else ("learning_rate", "lr")
    p.number("learning_rate", p.pick("1e-3", "0.01"), "step size", (0.01, 0.1), names_of_rate)
    p.number("beta", "0.9", "decay of the momentum", None, ("beta", "momentum"))
    p.number("b1", "0.9", "decay of the first moment")
    p.number("b2", "0.999", "decay of the second moment")
    p.number("eps", "1e-8", "small number that keeps the division safe")
    p.number("delta", "1.0", "where the loss becomes linear", None, ("delta", "huber_delta"))
    p.option("decay", p.pick("1e-4", "0.01"), "float", "weight decay", p.pick("1e-4", "0.1"), ("weight_decay",))
    p.option("strength", p.pick("1e-3", "1e-4"), "float", "factor of the squared weights", None, ("l2", "weight_decay"))
    p.option("keep", p.pick("0.999", "0.99"), "float", "decay of the averaged parameters", None, ("ema_decay",))
    p.option("nesterov", "False", "bool", "whether to look ahead by a step", p.pick("True", "False"))
    p.option("smoothing", p.pick("0.1", "0.05"), "float", "label smoothing", None, ("label_smoothing", "smoothing"))
    p.option("num_steps", p.pick("1000", "10000"), "int", "steps of the schedule", p.pick("100", "200"))
    p.option("decay_rate", p.pick("0.96", "0.9"), "float", "factor of the decay", None, ("decay_rate", "gamma"))
    p.option("transition_steps", p.pick("1000", "500"), "int", "steps of one period", p.pick("20", "50"))
    p.option(
        "schedule", p.pick("'constant'", "'cosine'"), "str", "constant, linear or cosine",
        p.pick("'constant'", "'cosine'", "'linear'"), ("schedule", "lr_schedule"),
    )  # fmt: skip
    p.option(
        "max_norm", "1.0", "float", "largest norm of the gradients", p.pick("0.05", "0.1"),
        ("max_norm", "clip_norm", "max_grad_norm"),
    )  # fmt: skip
    p.option("warmup", p.pick("10", "100"), "int", "steps of the warmup", p.pick("10", "20"), ("warmup_steps",))
    p.option("num_microbatches", "1", "int", "microbatches of a batch", p.pick("2", "4"))
    act = p.pick("jnp.tanh", "jax.nn.gelu", "jax.nn.silu")
    metric, plural, outputs = ("accuracy", "accuracies", "logits") if classes else ("mae", "maes", "preds")
    p.helper(p.choose(_MODEL.replace("ACT", act)))
    lines = _SMOOTHED_LOSS if extra == "smoothing" else _CLASS_LOSS if classes else _NUMBER_LOSS
    end = (_PENALIZED if extra == "l2" else _LOSS_END).replace("METRIC", metric)
    run = p.choose(_HALF.replace("OUTPUTS", outputs)) if low else f"{outputs} = apply_model(params, x)"
    batch_name = "minibatch" if epoch else "batch"
    body = join(re.sub(r"\bbatch\b", batch_name, taken), run, p.choose(lines), p.choose(end))
    loss = block(f"def loss_fn(params, {batch_name}):", body)
    if extra in ("smoothing", "l2") or "delta" in body or p.choices.chance(0.4):
        p.add(loss)
    else:
        p.helper(loss)
    how = p.pick("loop", "scan", "scan") if p.choices.chance(0.35) and not epoch else "whole"
    found = _GRADIENTS[how].replace("INPUTS", taken_inputs).replace("PLURAL", plural).replace("METRIC", metric)
    move = p.choose((_DECAYING_MOVES if extra == "decay" else _MOVES)[kind])
    made = ["step=count", "params=params", *(f"{each}={each}" for each in kept)]
    made += ["ema_params=ema_params"] if averaged else []
    steps = [
        p.choose(re.sub(r"\bbatch\)", f"{batch_name})", found)),
        p.choose(_CLIP) if clipped else "",
        "count = state.step + 1",
        p.choose(_RATE) if scheduled else "",
        move if scheduled else re.sub(r"\blr\b", "learning_rate", move),
        p.choose(_EMA) if averaged else "",
        f"new_state = {state.name}({', '.join(made)})",
    ]
    if epoch:
        _write_epoch(p, steps, taken_inputs, (metric, plural))
        p.finish(
            (f"return state, jnp.mean(losses), jnp.mean({plural})", (state, Leaf(()), Leaf(()))),
            (f"return state, <<'loss': losses.mean(), '{metric}': {plural}.mean()>>",
             (state, {"loss": Leaf(()), metric: Leaf(())})),
            (f"metrics = <<'loss': jnp.mean(losses), 'last_loss': losses[-1], '{metric}': jnp.mean({plural})>>\n"
             "return state, metrics", (state, dict.fromkeys(("loss", "last_loss", metric), Leaf(())))),
        )  # fmt: skip
        return _finished(p, target)
    p.add(*steps)
    metrics = {"loss": "loss", metric: metric}
    metrics |= {"grad_norm": "grad_norm"} if clipped and p.choices.chance(0.5) else {}
    metrics |= {"learning_rate": "lr"} if scheduled and p.choices.chance(0.5) else {}
    if len(metrics) > 2 or p.choices.chance(0.5):
        entries = ", ".join(f"'{name}': {value}" for name, value in metrics.items())
        p.add(f"metrics = {{{entries}}}", "return new_state, metrics")
        p.gives(state, dict.fromkeys(metrics, Leaf(())))
    else:
        p.add(f"return new_state, (loss, {metric})")
        p.gives(state, (Leaf(()), Leaf(())))
    return _finished(p, target)


def _write_epoch(p: Program, steps: list[str], inputs: str, metric: tuple[str, str]) -> None:
    """Write a training step on one batch as a function, and a loop over all batches.

    Args:
        p: the function.
        steps: the statements of a step.
        inputs: the statements that compute the inputs of a batch.
        metric: the metric in addition to the loss, for one step and for several.
    """
    one, several = metric
    p.add(block("def train_step(state, minibatch):", *steps, f"return new_state, (loss, {one})"))
    p.write(_EPOCH.replace("INPUTS", re.sub(r"\bbatch\b", "data", inputs)).replace("PLURAL", several))


def _finished(p: Program, target: str) -> KernelSpec:
    """Return the finished function, with its names and summary."""
    if target == "epoch":
        return p.done(
            "training",
            "training_program",
            target,
            ("train_epoch", "run_epoch", "epoch"),
            p.pick("One epoch of training", "Goes through all examples once, a batch at a time"),
            "the new state and the metrics of the epoch",
        )
    return p.done(
        "training",
        "training_program",
        target,
        ("train_step", "training_step", "update", "train_on_batch"),
        p.pick("One step of training", "Performs a single training step", "Takes a batch and updates the state"),
        "the new state and the metrics of the batch",
    )


RECIPES = (
    with_texts(
        Recipe(
            name="training_program",
            category="training",
            targets=(*_MOVES, "epoch"),
            draw=_draw_program,
            target_weights={"sgd": 1.8, "momentum": 0.5, "adam": 0.5, "epoch": 0.7},
        ),
        STATES,
        weight=0.6,
    ),
)
