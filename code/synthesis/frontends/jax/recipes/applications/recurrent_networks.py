"""Recurrent networks of several layers: their cells, the ways to run them over time, and losses of sequences."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.parts import positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision, draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "recurrent_networks", margin=4)

_GATES = {"lstm": 4, "gru": 3, "mgu": 2}
_CELLS = {
    "lstm": '''
    def lstm_step(cell, carry, x: Array):
        {? """{One step of an LSTM ~ Long short-term memory, one step in time}."""}
        h, c = carry
        {gates = (x @ cell['w_x']CAST + hBACK @ cell['w_h']CAST)LEAVE + cell['b'] ~
        gates = (jnp.dot(x, cell['w_x']CAST) + jnp.dot(hBACK, cell['w_h']CAST))LEAVE + cell['b']}
        {i, f, g, o = jnp.split(gates, 4, axis=-1)
        {?0.4 # {remembers at the start of training ~ forget gate bias}}
        c = jax.nn.sigmoid(f + 1.0) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c) ~
        update, *squashed = jnp.split(gates, 4, axis=-1)
        i, f, o = (jax.nn.sigmoid(z) for z in squashed)
        c = f * c + i * jnp.tanh(update)
        h = o * jnp.tanh(c)}
        return (h, c), hBACK
    ''',
    "gru": '''
    def gru_step(cell, h: Array, x: Array):
        {? """{One step of a gated recurrent unit ~ Gated recurrent unit, one step in time}."""}
        {zx = (x @ cell['w_x']CAST)LEAVE + cell['b']
        zh = (hBACK @ cell['w_h']CAST)LEAVE
        {(rx, ux, nx), (rh, uh, nh) = (jnp.split(z, 3, axis=-1) for z in (zx, zh)) ~
        rx, ux, nx = jnp.split(zx, 3, axis=-1)
        rh, uh, nh = jnp.split(zh, 3, axis=-1)} ~
        rx, ux, nx = jnp.split((x @ cell['w_x']CAST)LEAVE + cell['b'], 3, axis=-1)
        rh, uh, nh = jnp.split((hBACK @ cell['w_h']CAST)LEAVE, 3, axis=-1)}
        {reset, update = jax.nn.sigmoid(rx + rh), jax.nn.sigmoid(ux + uh) ~
        reset = jax.nn.sigmoid(rx + rh)
        update = jax.nn.sigmoid(ux + uh)}
        candidate = jnp.tanh(nx + reset * nh)
        {h = (1.0 - update) * candidate + update * h ~ h = candidate + update * (h - candidate)}
        return h, hBACK
    ''',
    "mgu": '''
    def gated_step(cell, h: Array, x: Array):
        {? """{One step of a recurrent unit with a single gate ~ A gate decides how much of the state is new}."""}
        {z = (x @ cell['w_x']CAST + hBACK @ cell['w_h']CAST)LEAVE + cell['b'] ~
        z = (jnp.dot(x, cell['w_x']CAST) + jnp.dot(hBACK, cell['w_h']CAST))LEAVE + cell['b']}
        {gate, candidate = jnp.split(z, 2, axis=-1)
        gate = jax.nn.sigmoid(gate) ~
        gate, candidate = jnp.split(z, 2, axis=-1)
        {?0.4 # {slow state changes at the start of training}}
        gate = jax.nn.sigmoid(gate - 1.0)}
        {h = gate * jnp.tanh(candidate) + (1.0 - gate) * h ~ h = h + gate * (jnp.tanh(candidate) - h)}
        return h, hBACK
    ''',
}
_STEPS = {"lstm": "lstm_step", "gru": "gru_step", "mgu": "gated_step"}
_OVER_TIME = {
    "early": _BODIES["early"],
    "late": '''
    def run_layer(cell, xs: Array) -> Array:
        {? """{Outputs of one layer at every step ~ One recurrent layer over a batch of sequences}."""}
        {h = jnp.zeros((xs.shape[0], cell['w_h'].shape[0])) ~
        batch, width = xs.shape[0], cell['w_h'].shape[0]
        h = jnp.zeros((batch, width))}
        {_, ys = jax.lax.scan(functools.partial(STEP, cell), BEGIN, jnp.swapaxes(xs, 0, 1)REVERSED)
        return jnp.swapaxes(ys, 0, 1) ~
        def body(carry, x):
            return STEP(cell, carry, x)

        {?0.4 # {scans go over the first axis}}
        xs = jnp.swapaxes(xs, 0, 1)
        _, ys = jax.lax.scan(body, BEGIN, xsREVERSED)
        return jnp.swapaxes(ys, 0, 1)}
    ''',
    "alone": _BODIES["alone"],
}  # fmt: skip
_NETWORK = _BODIES["network"]
_LAYERS = {
    "plain": """
        for cell in params['cells']:
            x = RUN(cell, x)
    """,
    "residual": """
        for cell in params['cells']:
            y = RUN(cell, x)
            {?0.4 # {residual connection around layers of equal width}}
            x = x + y if x.shape == y.shape else y
    """,
    "both ways": """
        for forward_cell, backward_cell in params['cells']:
            {y = RUN(forward_cell, x)
            {?0.4 # {and from the end to the beginning}}
            z = BACKWARDS(backward_cell, x)
            x = jnp.concatenate([y, z], axis=-1) ~
            x = jnp.concatenate([RUN(forward_cell, x), BACKWARDS(backward_cell, x)], axis=-1)}
    """,
}
_CLASS_LOSS = """
        logits = apply_model(params, GIVEN)
        {log_probs = jax.nn.log_softmax(logits, axis=-1)
        losses = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0] ~
        label_logits = jnp.take_along_axis(logits, labels[..., None], axis=-1).squeeze(-1)
        losses = jax.nn.logsumexp(logits, axis=-1) - label_logits ~
        one_hot = jax.nn.one_hot(labels, logits.shape[-1])
        losses = -jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1)}
"""
_VALUE_LOSS = """
        {error = apply_model(params, GIVEN) - labels ~
        preds = apply_model(params, GIVEN)
        error = preds - labels}
        {losses = jnp.mean(error ** 2, axis=-1) ~ losses = 0.5 * jnp.sum(jnp.square(error), axis=-1) ~
        {?0.4 # {Huber loss ~ linear for large errors}}
        abs_error = jnp.abs(error)
        losses = jnp.where(abs_error < 1.0, 0.5 * error ** 2, abs_error - 0.5).mean(axis=-1) ~
        {?0.4 # log-cosh loss}
        losses = jnp.mean(jnp.logaddexp(error, -error) - jnp.log(2.0), axis=-1)}
"""
_MEANS = {
    "masked": """
        {{?0.4 # {padding does not count}}
        weight = mask.astype(losses.dtype)
        loss = jnp.sum(losses * weight) / jnp.maximum(weight.sum(), 1.0) ~ loss = masked_mean(losses, mask)}
        return loss
    """,
    "lengths": """
        {?0.4 # {ignore steps after the end}}
        {valid = (jnp.arange(losses.shape[TIME]) < lengths[:, None])TURNED ~
        steps = jnp.arange(losses.shape[TIME])
        valid = (steps[None, :] < lengths[:, None])TURNED}
        {return jnp.sum(jnp.where(valid, losses, 0.0)) / jnp.sum(lengths) ~
        loss = jnp.where(valid, losses, 0.0).sum() / jnp.sum(valid)
        return loss}
    """,
    "burned in": """
        {?0.4 # {the first steps fill the state}}
        {loss = jnp.mean(losses[BURNED]) ~ loss = losses[BURNED].mean()}
        return loss
    """,
    "": """
        loss = {jnp.mean(losses) ~ losses.mean()}
        return loss
    """,
}
SLOPES = """
    {loss, grads = jax.value_and_grad(loss_fn)(params) ~
    grad_fn = jax.value_and_grad(loss_fn)
    loss, grads = grad_fn(params)}
"""
"""The loss of the parameters and its gradient."""


_OUTPUTS = {
    "tokens": _BODIES["tokens"],
    "class": _BODIES["a_class"],
    "values": _BODIES["values"],
}


def _declare_sequences(
    p: Program,
    task: str,
    rows: int,
    length: int,
    into: int,
    out: int,
    answers: int,
    first: tuple[int, int],
    axes: str,
    *,
    tokens: bool,
) -> None:
    """Declare the sequences, with what is expected of the network."""
    if tokens:
        p.tensor("xs", whole(*first, below=out), f"token ids of shape {axes})", ("tokens", "token_ids"))
        p.tensor("labels", whole(*first, below=out), f"next tokens of shape {axes})", ("labels", "next_tokens"))
    else:
        p.tensor("xs", Leaf((*first, into), -2, 2), f"inputs of shape {axes}, features)", ("xs", "inputs", "sequence"))
        labels = whole(rows, below=out) if task == "class" else Leaf((*first, answers), -2, 2)
        says = "the class of each sequence" if task == "class" else f"targets of shape {axes}, outputs)"
        p.tensor("labels", labels, says, ("labels",) if task == "class" else ("targets", "ys"))
    p.tensor("mask", truth(*first), "steps that count", ("mask", "valid"))
    p.tensor("lengths", Leaf((rows,), 1, length, "int32"), "length of each sequence", ("lengths", "seq_lengths"))
    p.option("burn_in", "2", "int", "number of first steps without a loss", p.pick("2", "4"), ("burn_in",))


def _define_network(
    p: Program,
    precision: Precision,
    order: str,
    kind: str,
    task: str,
    stack: str,
    marks: dict[str, str],
    *,
    normed: bool,
    tokens: bool,
) -> None:
    """Define the cells, layers and the network as functions."""
    layer = fill_marks(_OVER_TIME[order], marks, precision)
    p.function(fill_marks(_CELLS[kind], marks, precision))
    p.function(layer.replace("REVERSED", ""))
    p.function(layer.replace("run_layer", "run_backwards").replace("REVERSED", ", reverse=True"))
    run, back = "run_layer", "run_backwards"
    if order == "alone":
        run, back = (f"jax.vmap({each}, in_axes=(None, 0))" for each in (run, back))
    layers = _LAYERS[stack].strip("\n").rstrip().replace("RUN", run).replace("BACKWARDS", back)
    begins = {True: "x = params['embed'][x]ENTER", False: "x = xENTER" if precision.half else ""}[tokens]
    pooled = {
        "early": "x = {x[-1] ~ x[-1] ~ jnp.mean(x, axis=0)}", "late": "x = {x[:, -1] ~ x[:, -1] ~ jnp.mean(x, axis=1)}"
    }["early" if order == "early" else "late"]  # fmt: skip
    written = _NETWORK.replace("        LAYERS", layers).replace("BEGINS", begins)
    if stack == "both ways":
        # At the last step, the backward layer has seen only that step.
        pooled = f"x = jnp.mean(x, axis={marks['TIME']})"
    written = written.replace("NORMED", "x = layer_norm(x, params['scale'], params['bias'])" if normed else "")
    p.function(fill_marks(written.replace("POOLED", pooled if task == "class" else ""), marks, precision))


def _write_outputs(
    p: Program, precision: Precision, task: str, rows: int, answers: int, first: tuple[int, int], marks: dict[str, str]
) -> None:
    """Write the outputs of the network, without a loss."""
    p.tensor("offset", weights(answers), "mean of the data", ("mean", "offset"))
    p.tensor("spread", positive(answers), "standard deviation of the data", ("std", "scale"))
    p.option("low", None, "float", "smallest value", p.pick("0.0", "-1.0"), ("low", "min_value"))
    p.option("high", None, "float", "largest value", p.pick("1.0", "2.0"), ("high", "max_value"))
    p.number("temperature", p.pick("0.8", "2.0"), "how even probabilities are", (0.5, 2.0), ("temperature",))
    p.write(fill_marks(_OUTPUTS[task], marks, precision))
    many = {"tokens": (rows,), "class": (rows, answers), "values": (*first, answers)}[task]
    p.set_results(Leaf(many))


def write_network(p: Program, end: str) -> None:
    """Write a recurrent network of several layers, its loss on sequences, and the use of its gradient.

    Args:
        p: the function.
        end: ``outputs`` if there is no loss, ``gradient``, or ``step`` if the parameters are updated.
    """
    # Over many steps, rounding errors of 16-bit gradients are too large. A step returns updated weights instead.
    precision = draw_precision(p, smooth=True) if end != "gradient" else Precision()
    kind, order = p.pick("lstm", "lstm", "gru", "gru", "mgu"), p.pick("early", "late", "alone")
    task = p.pick("tokens", "values", "values", "class")
    stack = p.pick("plain", "plain", "residual", "both ways")
    rows, length, hidden = p.size(4, 8, 16), p.size(10, 12), p.size(16, 16, 24)
    into, out = p.size(12, 16, 24), {"tokens": p.size(48, 112), "class": p.size(5, 10), "values": 0}[task]
    depth = 1 + (stack == "residual" or p.choices.chance(0.4)) + (p.level >= 4 and p.choices.chance(0.3))

    def cell(wide: int) -> dict[str, Leaf]:
        gates = _GATES[kind] * hidden
        return {"w_x": weights(wide, gates), "w_h": weights(hidden, gates), "b": weights(gates)}

    ways = 1 + (stack == "both ways")
    widths = [into, *[ways * hidden] * (depth - 1)]
    cells: list[Tree] = [(cell(wide), cell(wide)) if ways == 2 else cell(wide) for wide in widths]
    answers = out or p.size(4, 6, 8)
    tree: dict[str, Tree] = {"cells": cells, "head": {"w": weights(ways * hidden, answers), "b": weights(answers)}}
    if task == "tokens":
        tree["embed"] = weights(out, into)
    normed = not precision.half and p.choices.chance(0.3)
    if normed:
        tree |= {"scale": positive(ways * hidden), "bias": weights(ways * hidden)}
    p.tree("params", tree, "weights of the network", ("params", "weights"))
    first = (length, rows) if order == "early" else (rows, length)
    axes = "(time, batch" if order == "early" else "(batch, time"
    tokens = task == "tokens"
    _declare_sequences(p, task, rows, length, into, out, answers, first, axes, tokens=tokens)
    marks = {
        "STEP": _STEPS[kind], "BEGIN": "(h, h)" if kind == "lstm" else "h", "BACK": _back(precision),
        "TURNED": ".T" if order == "early" else "", "TIME": "0" if order == "early" else "1",
        "BURNED": "burn_in:" if order == "early" else ":, burn_in:",
    }  # fmt: skip
    _define_network(p, precision, order, kind, task, stack, marks, normed=normed, tokens=tokens)
    p.write(
        "{?0.35 if xs.ndim != AXES:\n    raise ValueError(f'expected SHAPE, got <<xs.shape>>')}".replace(
            "AXES", "2" if tokens else "3"
        ).replace("SHAPE", f"{axes})" if tokens else f"{axes}, features)")
    )  # fmt: skip
    if end == "outputs":
        _write_outputs(p, precision, task, rows, answers, first, marks)
        return
    mean = "" if task == "class" else p.pick("", "masked", "lengths", "burned in")
    losses = _VALUE_LOSS if task == "values" else _CLASS_LOSS
    body = losses.replace("GIVEN", "xs") + fill_marks(_MEANS[mean], marks, precision)
    p.write(f"def loss_fn(params):{body}", SLOPES)
    finish_step(p, tree, FORMS if end == "step" else ())


def _back(precision: Precision) -> str:
    return ".astype(x.dtype)" if precision.half else ""


def fill_marks(text: str, marks: dict[str, str], precision: Precision) -> str:
    """Return a template in which marks are replaced.

    Args:
        text: the template.
        marks: the text of each mark.
        precision: the types of numbers. In 32 bits, conversions and the parentheses around them are left out.
    """
    text = precision.filled(text, marks)
    if not precision.half:
        # Values that are not converted need no parentheses.
        for inner in ("x @ cell['w_x']", "h @ cell['w_h']", "x @ cell['w_x'] + h @ cell['w_h']",
                      "jnp.dot(x, cell['w_x']) + jnp.dot(h, cell['w_h'])"):  # fmt: skip
            text = text.replace(f"= ({inner})", f"= {inner}").replace(f"split(({inner})", f"split({inner}")
    return text
