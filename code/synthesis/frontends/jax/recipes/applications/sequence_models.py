"""Whole models that are scanned over time: recurrent networks, learned dynamics, and sampling of tokens."""

from itertools import pairwise

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision, draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "sequence_models", margin=4)

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
_SLOPES = """
    {loss, grads = jax.value_and_grad(loss_fn)(params) ~
    grad_fn = jax.value_and_grad(loss_fn)
    loss, grads = grad_fn(params)}
"""


_OUTPUTS = {
    "tokens": _BODIES["tokens"],
    "class": _BODIES["a_class"],
    "values": _BODIES["values"],
}


def _draw_network(p: Program, end: str) -> None:
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
    p.option("burn_in", "2", "int", "steps that do not count", p.pick("2", "4"), ("burn_in",))
    marks = {
        "STEP": _STEPS[kind], "BEGIN": "(h, h)" if kind == "lstm" else "h", "BACK": _back(precision),
        "TURNED": ".T" if order == "early" else "", "TIME": "0" if order == "early" else "1",
        "BURNED": "burn_in:" if order == "early" else ":, burn_in:",
    }  # fmt: skip
    layer = _marked(_OVER_TIME[order], marks, precision)
    p.function(_marked(_CELLS[kind], marks, precision))
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
    p.function(_marked(written.replace("POOLED", pooled if task == "class" else ""), marks, precision))
    p.write(
        "{?0.35 if xs.ndim != AXES:\n    raise ValueError(f'expected SHAPE, got <<xs.shape>>')}".replace(
            "AXES", "2" if tokens else "3"
        ).replace("SHAPE", f"{axes})" if tokens else f"{axes}, features)")
    )  # fmt: skip
    if end == "outputs":
        p.tensor("offset", weights(answers), "mean of the data", ("mean", "offset"))
        p.tensor("spread", positive(answers), "standard deviation of the data", ("std", "scale"))
        p.option("low", None, "float", "least value", p.pick("0.0", "-1.0"), ("low", "min_value"))
        p.option("high", None, "float", "largest value", p.pick("1.0", "2.0"), ("high", "max_value"))
        p.number("temperature", p.pick("0.8", "2.0"), "how even probabilities are", (0.5, 2.0), ("temperature",))
        p.write(_marked(_OUTPUTS[task], marks, precision))
        many = {"tokens": (rows,), "class": (rows, answers), "values": (*first, answers)}[task]
        p.set_results(Leaf(many))
        return
    mean = "" if task == "class" else p.pick("", "masked", "lengths", "burned in")
    losses = _VALUE_LOSS if task == "values" else _CLASS_LOSS
    body = losses.replace("GIVEN", "xs") + _marked(_MEANS[mean], marks, precision)
    p.write(f"def loss_fn(params):{body}", _SLOPES)
    finish_step(p, tree, FORMS if end == "step" else ())


def _back(precision: Precision) -> str:
    return ".astype(x.dtype)" if precision.half else ""


def _marked(text: str, marks: dict[str, str], precision: Precision) -> str:
    """Return a template in which marks are replaced."""
    text = precision.filled(text, marks)
    if not precision.half:
        # Values that are not converted need no parentheses.
        for inner in ("x @ cell['w_x']", "h @ cell['w_h']", "x @ cell['w_x'] + h @ cell['w_h']",
                      "jnp.dot(x, cell['w_x']) + jnp.dot(h, cell['w_h'])"):  # fmt: skip
            text = text.replace(f"= ({inner})", f"= {inner}").replace(f"split(({inner})", f"split({inner}")
    return text


_RATES = _BODIES["rates"]
_METHODS = {
    "euler": '''
    def euler_step(params, TAKEN, dt: float) -> Array:
        {? """{One step of Euler's method ~ The state a step later}."""}
        return y + dt * vector_field(params, GIVEN)
    ''',
    "midpoint": _BODIES["midpoint"],
    "heun": _BODIES["heun"],
    "rk4": _BODIES["rk4"],
}  # fmt: skip
_PATH = """
        {def body(y, EACH):
            {?0.5 y = METHOD(params, GIVEN, dt)
            return y, y ~
            next_y = METHOD(params, GIVEN, dt)
            return next_y, next_y}

        {?0.4 # {free-running rollout ~ no correction during the rollout}}
        {_, path = jax.lax.scan(body, starts, OVER) ~ _, path = jax.lax.scan(jax.checkpoint(body), starts, OVER) ~
        path = jax.lax.scan(body, starts, OVER)[1]}}
"""
_PATH_LOSS = """
        error = path - observed
        {losses = jnp.mean(error ** 2, axis=-1) ~ losses = jnp.sum(jnp.square(error), axis=-1) ~
        {?0.4 # Huber loss}
        abs_error = jnp.abs(error)
        losses = jnp.mean(jnp.where(abs_error < delta, 0.5 * error ** 2, delta * (abs_error - 0.5 * delta)), axis=-1) ~
        {?0.4 # {errors normalized by standard deviations}}
        losses = jnp.mean((error / scale) ** 2, axis=-1) ~
        losses = jnp.mean(jnp.logaddexp(error, -error) - jnp.log(2.0), axis=-1)}
"""
_PATH_MEANS = {
    "masked": """
        loss = {jnp.sum(mask * losses) / jnp.maximum(jnp.sum(mask), 1.0) ~ masked_mean(losses, mask)}
    """,
    "discounted": """
        {?0.4 # {discount distant errors}}
        decay = discount ** jnp.arange(losses.shape[0])
        {loss = jnp.mean(decay[:, None] * losses) ~
        loss = jnp.sum(decay[:, None] * losses) / (jnp.sum(decay) * losses.shape[1]) ~
        loss = jnp.mean(decay @ losses)}
    """,
    "last": """
        {?0.4 # {where it ends counts more}}
        loss = jnp.mean(losses) + last_weight * {jnp.mean(losses[-1]) ~ losses[-1].mean()}
    """,
    "": """
        loss = {jnp.mean(losses) ~ losses.mean()}
    """,
}
_PATH_PENALTIES = {
    "weights": """
        {?0.4 # {biases are not penalized ~ weight decay}}
        {loss = loss + penalty_weight * sum(jnp.sum(layer['w'] ** 2) for layer in params) ~
        penalty = sum(jnp.vdot(layer['w'], layer['w']) for layer in params)
        loss = loss + 0.5 * penalty_weight * penalty}
    """,
    "smooth": """
        {?0.4 # {penalize jumps ~ keeps the path smooth}}
        {loss = loss + penalty_weight * jnp.mean((path[1:] - path[:-1]) ** 2) ~
        loss = loss + penalty_weight * jnp.mean(jnp.square(jnp.diff(path, axis=0)))}
    """,
    "": "",
}


_PATH_ENDS = _BODIES["path_ends"]


def _draw_dynamics(p: Program, end: str) -> None:
    """Write a system whose derivatives a network computes, the error of its paths, and the use of the gradient.

    Args:
        p: the function.
        end: ``rollout`` if the paths are returned, ``gradient``, or ``step`` if the parameters are updated.
    """
    rows, length, size, hidden = p.size(8, 16, 32), p.size(8, 10, 12), p.size(4, 6, 16), p.size(16, 24, 32)
    driven, acted = p.choices.chance(0.5), p.size(2, 3)
    depth = 1 + p.choices.chance(0.6) + (p.level >= 4 and p.choices.chance(0.4))
    sizes = [size + driven * acted, *[hidden] * depth, size]
    tree: Tree = [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise(sizes)]
    method = p.pick("euler", "midpoint", "midpoint", "heun", "rk4")
    p.tree("params", tree, "weights of the network", ("params", "weights"))
    p.tensor("starts", Leaf((rows, size), -1, 1), "states at the beginning", ("starts", "y0", "init_states"))
    p.tensor("observed", Leaf((length, rows, size), -2, 2), "observed states of shape (time, batch, state)",
             ("observed", "targets", "trajectory"))  # fmt: skip
    p.tensor("controls", Leaf((length, rows, acted), -1, 1), "controls of shape (time, batch, controls)",
             ("controls", "actions"))  # fmt: skip
    p.tensor("mask", truth(length, rows), "which steps were observed", ("mask", "is_observed"))
    p.tensor("scale", positive(size), "how much each number varies", ("scale", "state_std"))
    p.number("dt", p.pick("0.01", "0.05", "0.1"), "length of a step", None, ("dt", "step_size"))
    p.number("delta", "1.0", "where the loss becomes linear", None, ("delta", "huber_delta"))
    p.number("discount", p.pick("0.95", "0.99"), "factor of the errors from one step to the next", None, ("discount",))
    p.number("last_weight", "1.0", "weight of the last step", None, ("final_weight", "last_weight"))
    p.option("penalty_weight", p.pick("1e-3", "1e-4"), "float", "factor of the penalty", "0.1", ("penalty_weight",))
    act = p.pick("jnp.tanh", "jnp.tanh", "jax.nn.silu")
    taken, given = ("y: Array, u: Array", "y, u") if driven else ("y: Array", "y")
    control = ", u" if driven else ""
    later = {
        "MIDDLE": f"middle{control}", "AHEAD": f"ahead{control}", "SECOND": f"y + 0.5 * dt * k1{control}",
        "THIRD": f"y + 0.5 * dt * k2{control}", "FOURTH": f"y + dt * k3{control}",
    }  # fmt: skip
    marks = {"TAKEN": taken, "GIVEN": given, "ACT": act, **later}
    joined = "h = jnp.concatenate([y, u], axis=-1)" if driven else "h = y"
    for text in (_RATES, _METHODS[method]):
        p.function(_marked(text.replace("JOINED", joined), marks, Precision()))
    path = _PATH.replace("EACH", "u" if driven else "_").replace("METHOD", f"{method}_step").replace("GIVEN", given)
    path = path.replace("OVER", "controls" if driven else "None, length=observed.shape[0]")
    mean, penalty = p.pick("", "", *_PATH_MEANS), p.pick("", *_PATH_PENALTIES)
    p.write("{?0.3 if starts.shape != observed.shape[1:]:\n    raise ValueError(f'states of shape <<starts.shape>>, "
            "but observed are <<observed.shape>>')}")  # fmt: skip
    if end == "rollout":
        p.write(path.replace("\n    ", "\n"), _PATH_ENDS)
        p.set_results(Leaf((length, rows, size)), Leaf((length,)))
        return
    body = path + _PATH_LOSS + _PATH_MEANS[mean] + _PATH_PENALTIES[penalty]
    p.write(f"def loss_fn(params):{body}\n        return loss", _SLOPES)
    finish_step(p, tree, FORMS if end == "step" else (), decays=penalty != "")


_SCORES = {
    "cell": _BODIES["cell"],
    "window": _BODIES["window"],
}
_GRU_LINES = """{z = jnp.concatenate([x, h], axis=-1)
        {reset, update = jnp.split(jax.nn.sigmoid(z @ params['w_gates'] + params['b_gates']), 2, axis=-1) ~
        gates = jax.nn.sigmoid(z @ params['w_gates'] + params['b_gates'])
        reset, update = jnp.split(gates, 2, axis=-1)}
        new = jnp.tanh(jnp.concatenate([x, reset * h], axis=-1) @ params['w_new'] + params['b_new'])
        {h = update * h + (1.0 - update) * new ~ h = new + update * (h - new)}}"""
_CHOSEN = """
        hidden, token, done = carry
        hidden, logits = next_scores(params, hidden, token)
        LIMITED
        {token = jax.random.categorical(step_key, logits, axis=-1) ~ token = jax.random.categorical(step_key, logits)}
        {log_probs = jax.nn.log_softmax(logits, axis=-1)
        log_prob = jnp.take_along_axis(log_probs, token[:, None], axis=-1)[:, 0] ~
        log_prob = jnp.take_along_axis(logits, token[:, None], axis=-1)[:, 0] - jax.nn.logsumexp(logits, axis=-1)}
        {?0.4 # {finished texts stay finished ~ padding after the end}}
        token = jnp.where(done, pad_id, token)
        {log_prob = jnp.where(done, 0.0, log_prob)}
        {done = done | (token == eos_id) ~ done = jnp.logical_or(done, token == eos_id)}
        return (hidden, token, done), (token, log_prob)
"""
_LIMITS = {
    "top_k": """
        {?0.4 # {mask all but the best}}
        {best = jax.lax.top_k(logits, top_k)[0]
        logits = jnp.where(logits < best[:, -1:], -1e9, logits) ~
        lowest = jax.lax.top_k(logits, top_k)[0][:, -1:]
        logits = jnp.where(logits >= lowest, logits, -1e9)}
    """,
    "min_p": """
        {?0.4 # {tokens that are much less likely than the best are left out}}
        probs = jax.nn.softmax(logits, axis=-1)
        {logits = jnp.where(probs < min_p * jnp.max(probs, axis=-1, keepdims=True), -1e9, logits) ~
        floor = min_p * probs.max(axis=-1, keepdims=True)
        logits = jnp.where(probs >= floor, logits, -1e9)}
    """,
    "top_p": """
        {?0.4 # {smallest nucleus of tokens}}
        {probs = jax.nn.softmax(logits, axis=-1)
        ordered = jnp.sort(probs, axis=-1)[:, ::-1]
        count = jnp.sum(jnp.cumsum(ordered, axis=-1) < top_p, axis=-1, keepdims=True)
        {?0.5 floor = jnp.take_along_axis(ordered, jnp.minimum(count, ordered.shape[-1] - 1), axis=-1)
        ~ last = jnp.minimum(count, ordered.shape[-1] - 1)
        floor = jnp.take_along_axis(ordered, last, axis=-1)}
        logits = jnp.where(probs < floor, -1e9, logits)}
    """,
    "banned": """
        {?0.4 # {padding is never sampled}}
        {logits = logits.at[:, pad_id].set(-1e9) ~
        logits = jnp.where(jnp.arange(logits.shape[-1]) == pad_id, -1e9, logits)}
    """,
    "": "",
}
_DRAWN = _BODIES["drawn"]


def _draw_tokens(p: Program) -> None:
    """Write the generation of texts by a network, one token after the other."""
    kind = p.pick("cell", "window")
    rows, dim, hidden, words = p.size(4, 8, 16), p.size(8, 16, 24), p.size(16, 32), p.size(48, 96, 112, 112)
    seen = p.choices.choice((2, 3, 4))
    steps = p.choices.choice((6, 8, 12))
    tree: dict[str, Tree] = {"embed": weights(words, dim)}
    text = p.choose(_SCORES[kind].replace("GRU", _GRU_LINES).replace("ACT", p.pick("jax.nn.relu", "jnp.tanh")))
    deep = "params['head']" in text
    if kind == "cell":
        tree |= {
            "w_gates": weights(dim + hidden, 2 * hidden), "b_gates": weights(2 * hidden),
            "w_new": weights(dim + hidden, hidden), "b_new": weights(hidden),
        }  # fmt: skip
    else:
        last = hidden if deep else words
        tree |= {"w1": weights(seen * dim, hidden), "b1": weights(hidden), "w2": weights(hidden, last)}
        tree |= {"b2": weights(last)}
    tree |= {"head": weights(hidden, words), "head_bias": weights(words)} if deep else {}
    p.tree("params", tree, "weights of the network", ("params", "weights"))
    state = Leaf((rows, hidden)) if kind == "cell" else whole(rows, seen, below=words)
    p.tensor("state", state, "state of the network" if kind == "cell" else "the last tokens of each text",
             ("state", "h0") if kind == "cell" else ("window", "context"))  # fmt: skip
    p.tensor("first", whole(rows, below=words), "first token of each text", ("first_token", "tokens0", "bos"))
    p.tensor("key", key(), "random key", ("key", "rng"))
    p.option("num_steps", str(steps), "int", "tokens to write", str(steps), ("num_steps", "max_new_tokens"))
    p.option("top_k", "5", "int", "how many tokens are possible", p.pick("3", "5", "8"), ("top_k",))
    p.option("top_p", "0.9", "float", "probability that is kept", p.pick("0.9", "0.8"), ("top_p",))
    p.option("min_p", "0.1", "float", "least probability beside the best", p.pick("0.1", "0.2"), ("min_p",))
    p.option("eos_id", "1", "int", "last token of a text", "1", ("eos_id", "end_id"))
    p.option("pad_id", "0", "int", "token of the padding", "0", ("pad_id",))
    p.number("temperature", p.pick("0.8", "0.7"), "how even choices are", (0.5, 1.2), ("temperature",))
    p.function(text)
    cooled = "        {logits = logits / temperature ~ logits /= temperature}" if p.choices.chance(0.6) else ""
    limited = "\n".join((cooled, _LIMITS[p.pick(*_LIMITS)]))
    chosen, run = _CHOSEN.replace("        LIMITED", limited), _DRAWN
    counted = p.choices.chance(0.25)
    if counted:  # a text may contain the padding token, so its length cannot be found from that
        ended = "        {?0.4 # {texts that ended"
        chosen = chosen.replace(ended, f"        alive = jnp.logical_not(done)\n{ended}")
        chosen = chosen.replace("(token, log_prob)\n", "(token, log_prob, alive)\n")
        run = run.replace("(tokens, log_probs) =", "(tokens, log_probs, alive) =")
    p.write(f"def draw(carry, step_key):{chosen}", run)
    drawn, told = Leaf((rows, steps), dtype="int32"), Leaf((rows, steps))
    if counted:
        p.finish(
            ("lengths = jnp.sum(alive, axis=0)\nreturn tokens.T, log_probs.sum(axis=0), lengths",
             (drawn, Leaf((rows,)), Leaf((rows,), dtype="int32"))),
        )  # fmt: skip
        return
    p.finish(
        ("return tokens.T, log_probs.T", (drawn, told)),
        ("return {tokens.T ~ jnp.swapaxes(tokens, 0, 1)}, jnp.sum(log_probs, axis=0)", (drawn, Leaf((rows,)))),
        ("return <<'tokens': tokens.T, 'log_probs': log_probs.T>>", ({"tokens": drawn, "log_probs": told},)),
    )  # fmt: skip


_POLICIES = {
    "categorical": _BODIES["categorical"],
    "gaussian": _BODIES["gaussian"],
}
_MLP = _BODIES["mlp"]
_ADVANTAGES = _BODIES["advantages"]
_POLICY_LOSSES = {
    "clipped": """
        log_prob, entropy = log_prob_and_entropy(params, obs, actions)
        ratio = jnp.exp(log_prob - old_log_probs)
        {clipped = jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps)
        policy_loss = -jnp.mean(jnp.minimum(ratio * advantages, clipped * advantages)) ~
        surrogate = jnp.minimum(ratio * advantages, jnp.clip(ratio, 1.0 - clip_eps, 1.0 + clip_eps) * advantages)
        policy_loss = -surrogate.mean()}
    """,
    "plain": """
        log_prob, entropy = log_prob_and_entropy(params, obs, actions)
        {policy_loss = -jnp.mean(log_prob * advantages) ~ policy_loss = -(advantages * log_prob).mean()}
    """,
    "penalized": """
        log_prob, entropy = log_prob_and_entropy(params, obs, actions)
        log_ratio = log_prob - old_log_probs
        ratio = jnp.exp(log_ratio)
        {?0.4 # {penalize divergence from the behaviour policy}}
        {kl = jnp.mean(ratio - 1.0 - log_ratio)
        policy_loss = kl_coef * kl - jnp.mean(ratio * advantages) ~
        policy_loss = jnp.mean(kl_coef * (ratio - 1.0 - log_ratio) - ratio * advantages)}
    """,
}
_POLICY_TOTALS = """
        {value_error = mlp(params['critic'], obs)[..., 0] - returns ~
        new_values = mlp(params['critic'], obs).squeeze(-1)
        value_error = new_values - returns}
        {value_loss = 0.5 * jnp.mean(value_error ** 2) ~ value_loss = jnp.mean(jnp.square(value_error)) ~
        {?0.4 # Huber loss}
        abs_error = jnp.abs(value_error)
        value_loss = jnp.mean(jnp.where(abs_error < 1.0, 0.5 * value_error ** 2, abs_error - 0.5))}
        {return policy_loss + value_coef * value_loss - entropy_coef * jnp.mean(entropy) ~
        loss = policy_loss + value_coef * value_loss
        {?0.4 # {entropy bonus}}
        loss = loss - entropy_coef * {jnp.mean(entropy) ~ entropy.mean()}
        return loss}
"""


def _draw_policy(p: Program) -> None:
    """Write the update of a policy and its critic from the steps of several episodes."""
    steps, rows, seen = p.size(8, 10, 12), p.size(8, 16, 32), p.size(4, 6, 16)
    hidden, acts = p.size(16, 24, 32), p.size(2, 3, 4)
    depth = 1 + p.choices.chance(0.6)
    kind = p.pick(*_POLICIES)

    def layers(out: int) -> Tree:
        return [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise([seen, *[hidden] * depth, out])]

    tree: dict[str, Tree] = {"actor": layers(acts), "critic": layers(1)}
    if kind == "gaussian":
        tree["log_std"] = Leaf((acts,), -1, 0)
    p.tree("params", tree, "weights of the policy and its critic", ("params",))
    p.tensor("obs", Leaf((steps, rows, seen), -2, 2), "observations of shape (time, batch, features)",
             ("obs", "observations"))  # fmt: skip
    taken = whole(steps, rows, below=acts) if kind == "categorical" else Leaf((steps, rows, acts), -2, 2)
    p.tensor("actions", taken, "what was done", ("actions",))
    p.tensor("old_log_probs", Leaf((steps, rows), -1.5, -0.5), "how likely that was",
             ("old_log_probs", "behavior_log_probs"))  # fmt: skip
    p.tensor("rewards", Leaf((steps, rows)), "rewards of shape (time, batch)", ("rewards",))
    p.tensor("dones", truth(steps, rows), "where episodes end", ("dones", "terminated"))
    p.tensor("last_obs", Leaf((rows, seen), -2, 2), "observations after the last step", ("last_obs", "next_obs"))
    p.option("gamma", "0.99", "float", "factor of later rewards", p.pick("0.99", "0.95"), ("gamma", "discount"))
    p.option("lam", "0.95", "float", "how far advantages look ahead", p.pick("0.95", "0.9"), ("lam", "gae_lambda"))
    p.option("clip_eps", "0.2", "float", "largest change of a probability", p.pick("0.2", "0.1"), ("clip_eps",))
    p.option("kl_coef", "0.1", "float", "weight of the divergence", p.pick("0.1", "0.5"), ("kl_coef", "beta"))
    p.number("value_coef", "0.5", "weight of the critic", None, ("value_coef", "vf_coef"))
    p.number("entropy_coef", "0.01", "weight of the entropy", None, ("entropy_coef", "ent_coef"))
    act = p.pick("jnp.tanh", "jnp.tanh", "jax.nn.silu", "jax.nn.relu")
    p.function(_MLP.replace("ACT", act))
    p.function(_POLICIES[kind])
    loss = _POLICY_LOSSES[p.pick("clipped", "clipped", "plain", "penalized")]
    p.write("{?0.3 if rewards.shape != dones.shape:\n    raise ValueError(f'rewards of shape <<rewards.shape>>, but "
            "ends of shape <<dones.shape>>')}")  # fmt: skip
    p.write(_ADVANTAGES, f"def loss_fn(params):{loss}{_POLICY_TOTALS}", _SLOPES)
    finish_step(p, tree)


_SUMMARIES = {
    "recurrent_outputs": "Outputs of a recurrent network for a batch of sequences",
    "dynamics_rollout": "Trajectories of learned dynamics and their error",
    "policy_step": "One training step of a policy and its critic",
    "recurrent_gradient": "Loss of a recurrent network on sequences and its gradient",
    "recurrent_step": "One training step of a recurrent network",
    "dynamics_gradient": "Error of predicted trajectories and its gradient",
    "dynamics_step": "One training step of learned dynamics",
    "sampled_tokens": "Autoregressive generation of tokens",
}
_TITLES = {
    "recurrent_outputs": ("apply_network", "run_network", "predict_sequences"),
    "dynamics_rollout": ("rollout", "predict_paths", "evaluate_rollout"),
    "policy_step": ("update_policy", "train_step", "actor_critic_step"),
    "recurrent_gradient": ("loss_and_grads", "sequence_grads", "compute_gradients"),
    "recurrent_step": ("train_step", "update", "training_step"),
    "dynamics_gradient": ("rollout_grads", "loss_and_grads", "trajectory_grads"),
    "dynamics_step": ("train_step", "fit_step", "update_dynamics"),
    "sampled_tokens": ("sample_tokens", "generate", "sample_text"),
}
_RETURNED = {
    "outputs": "a value, class or score for each sequence or step",
    "rollout": "states of shape (time, batch, state), and an error for each step",
    "gradient": "the loss and the gradients",
    "step": "the new parameters, the state of the optimizer if there is one, and the loss",
    "tokens": "tokens of shape (batch, time), and how likely they were",
}


def _draw_sequence_model(stream: Stream, target: str) -> KernelSpec:
    """Draw a whole model that is scanned over time."""
    p = Program(stream)
    model, end = target.split("_")
    match model:
        case "recurrent":
            _draw_network(p, end)
        case "policy":
            _draw_policy(p)
        case "dynamics":
            _draw_dynamics(p, end)
        case _:
            _draw_tokens(p)
    return p.done("training", "sequence_model", target, _TITLES[target], _SUMMARIES[target], _RETURNED[end])


_WEIGHTS = {
    "recurrent_outputs": 1.5, "recurrent_gradient": 1.2, "recurrent_step": 0.8, "dynamics_gradient": 0.9,
    "dynamics_step": 0.6, "policy_step": 0.5, "sampled_tokens": 0.7,
}  # fmt: skip
RECIPES = (
    Recipe(
        name="sequence_model",
        category="training",
        targets=tuple(_TITLES),
        draw=_draw_sequence_model,
        target_weights=_WEIGHTS,
    ),
)
