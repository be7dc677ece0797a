"""Training: optimisers, losses, networks with trees of parameters, and recurrent cells."""

import re

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Dictionary, Expression, Literal
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.domains.scene import FACTOR, POSITIVE, UNIT, VALUES, Scene

_OPTIMISERS = {
    "momentum": ("m = beta * old_m + g", "p - lr * m", "m"),
    "nesterov": ("m = beta * old_m + g", "p - lr * (g + beta * m)", "m"),
    "adam": (
        "m = beta * old_m + (1.0 - beta) * g\n\nv = beta2 * old_v + (1.0 - beta2) * jnp.square(g)",
        "p - lr * m / (jnp.sqrt(v) + eps)",
        "mv",
    ),
    "rmsprop": ("v = beta2 * old_v + (1.0 - beta2) * g * g", "p - lr * g * jax.lax.rsqrt(v + eps)", "v"),
    "adagrad": ("v = old_v + jnp.square(g)", "p - lr * g / (jnp.sqrt(v) + eps)", "v"),
    "lion": ("m = beta * old_m + (1.0 - beta) * g", "p - lr * (jnp.tanh(4.0 * m) + 0.1 * p)", "m"),
    "adabelief": (
        "m = beta * old_m + (1.0 - beta) * g\n\nv = beta2 * old_v + (1.0 - beta2) * jnp.square(g - m)",
        "p - lr * m / (jnp.sqrt(v + eps) + eps)",
        "mv",
    ),
}
_LOSSES = {
    "squared_error": "jnp.mean(jnp.square(e), axis=-1)",
    "huber": "jnp.where(jnp.abs(e) < delta, 0.5 * e ** 2, delta * (jnp.abs(e) - 0.5 * delta)).sum(axis=-1)",
    "cross_entropy": "-jnp.sum(jax.nn.softmax(truth, axis=-1) * jax.nn.log_softmax(e * delta, axis=-1), axis=-1)",
    "cosine": (
        "1.0 - jnp.sum(e * truth, axis=-1) / (jnp.linalg.norm(e, axis=-1) * jnp.linalg.norm(truth, axis=-1) + delta)"
    ),
    "hinge": "jnp.maximum(0.0, delta - e * truth).mean(axis=-1)",
    "log_cosh": "jnp.mean(jnp.log(jnp.cosh(e * delta)), axis=-1)",
    "focal": "jnp.sum(jnp.logaddexp(0.0, -e) / (1.0 + jnp.exp(e)) ** 2 * (1.0 + delta * truth), axis=-1)",
}

_OPTIMISER_NAMES = {
    "momentum": "momentum",
    "nesterov": "Nesterov momentum",
    "adam": "Adam",
    "rmsprop": "RMSProp",
    "adagrad": "Adagrad",
    "lion": "Lion",
    "adabelief": "AdaBelief",
}
_LOSS_NAMES = {
    "squared_error": "squared error",
    "huber": "Huber loss",
    "cross_entropy": "cross-entropy",
    "cosine": "cosine distance",
    "hinge": "hinge loss",
    "log_cosh": "log-cosh loss",
    "focal": "focal loss",
}


def _kind(stream: Stream) -> tuple[int, ...]:
    sizes = stream.child("sizes")
    return (sizes.integer(2, 6), sizes.integer(3, 6)) if sizes.chance(0.7) else (sizes.integer(4, 9),)


def _draw_optimiser(stream: Stream, target: str) -> KernelSpec:
    """Draw a step of an optimiser, which returns the parameters and the optimiser's state."""
    kind = _kind(stream)
    scene = Scene(stream, kind)
    choices = scene.choices
    update, end, kept = _OPTIMISERS[target]
    p = scene.array(kind, VALUES, ("params", "weights", "theta", "w"))
    g = scene.array(kind, VALUES, ("grads", "g_in", "grad", "updates"))
    form = choices.choice(
        (
            "g = raw",
            "g = raw + decay * p",
            "g = jnp.clip(raw, -edge, edge)",
            "g = raw / (1.0 + jnp.linalg.norm(raw) * decay)",
        )
    )
    raw = g
    if choices.chance(0.7):
        raw = scene.template.expression("raw * factor", raw=g, factor=scene.weave_hole(kind, FACTOR, (1, 2)))
    first: dict[str, Expression] = {"raw": raw, "p": p}
    if "decay" in form:
        first["decay"] = scene.number(0.01, 0.2, ("weight_decay", "decay", "l2"))
    elif "edge" in form:
        first["edge"] = scene.number(0.2, 0.7, ("clip", "limit", "max_norm"))
    scene.add(form, **first)
    text = f"{update} {end}"
    holes: dict[str, Expression] = {
        "p": p,
        "lr": scene.array((), Domain(low=0.001, high=0.1), ("lr", "learning_rate", "eta")),
        "eps": Literal(choices.choice(("0.01", "0.001", "0.1"))),
    }
    for name, low, high, pool in (
        ("beta", 0.5, 0.95, ("beta1", "momentum", "b1")),
        ("beta2", 0.6, 0.98, ("beta2", "rho", "b2")),
    ):
        if re.search(rf"\b{name}\b", text):
            holes[name] = scene.number(low, high, pool)
    if "m" in kept:
        holes["old_m"] = scene.array(kind, UNIT, ("mu", "mom", "m_prev", "velocity"))
    if "v" in kept:
        holes["old_v"] = scene.array(kind, POSITIVE, ("nu", "v_prev", "cache", "second_moment"))
    scene.add(update, **holes)
    made = scene.template.expression(end, m=scene.name("m"), v=scene.name("v"), g=scene.name("g"), **holes)
    return scene.finish(
        made,
        kind,
        20.0,
        "learning",
        "optimiser",
        target,
        f"Optimiser step with {_OPTIMISER_NAMES[target]}",
        tuple((each, kind) for each in kept),
    )


def _draw_loss(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss of predictions, often with its gradient."""
    sizes = stream.child("sizes")
    kind = (sizes.integer(3, 6), sizes.integer(3, 6))
    scene = Scene(stream, kind)
    choices = scene.choices
    truth = scene.array(kind, VALUES, ("targets", "labels", "y_true", "truth"))
    # A scalar added to all logits would not change a softmax.
    logits = scene.weave_hole(kind, Domain(low=-6.0, high=6.0), (0, 3), alone=target == "cross_entropy")
    node = _LOSSES[target]
    delta = scene.number(0.5, 1.5, ("delta", "margin", "temperature", "eps"))
    scene.add(
        "z = logits" if target in ("cross_entropy", "cosine", "hinge", "focal") else "z = logits - truth",
        logits=logits,
        truth=truth,
    )
    holes = {"truth": truth, "delta": delta}
    used = {key: hole for key, hole in holes.items() if re.search(rf"\b{key}\b", node)}
    z = scene.name("z")
    if "delta" not in used:
        node = f"({node}) * delta"
        used["delta"] = delta
    if choices.chance(0.12):
        scene.add(f"def loss(e):\n    return jnp.mean({node})", **used)
        made = scene.template.expression(
            choices.choice(("jax.grad(loss)(z)", "z - 0.1 * jax.grad(loss)(z)")), loss=scene.name("loss"), z=z
        )
        return scene.finish(
            made, kind, 20.0, "learning", "loss", target, f"Gradient of the {_LOSS_NAMES[target]} of predictions"
        )
    scene.add("s = node", node=scene.template.expression(node, e=z, **used))
    weight = scene.array(kind[:1], POSITIVE, ("sample_weight", "weights", "mask"))
    made = scene.template.expression(
        choices.choice(("s * weight", "s * weight / (1.0 + weight.sum())", "(s * weight).sum() * weight")),
        s=scene.name("s"),
        weight=weight,
    )
    return scene.finish(
        made,
        kind[:1],
        60.0,
        "learning",
        "loss",
        target,
        f"{_LOSS_NAMES[target][:1].upper()}{_LOSS_NAMES[target][1:]} of predictions",
    )


def _draw_network(stream: Stream, target: str) -> KernelSpec:
    """Draw a network with parameters in a dictionary: its layers, or a training step."""
    sizes = stream.child("sizes")
    rows, width, hidden = sizes.integer(2, 5), sizes.integer(3, 5), sizes.integer(3, 6)
    scene = Scene(stream, (rows, width))
    choices = scene.choices
    x = scene.array((rows, width), VALUES, ("x", "inputs", "batch", "features"))
    first, second, bias = (
        scene.array(kind, UNIT, pool)
        for kind, pool in (
            ((width, hidden), ("w1", "w_in", "kernel_in")),
            ((hidden, width), ("w2", "w_out", "kernel_out")),
            ((hidden,), ("b1", "bias", "b_in")),
        )
    )
    active = choices.pick(("jax.nn.gelu", "jax.nn.silu", "jax.nn.elu", "jax.nn.swish", "jnp.arctan"))
    scene.draft.add(Assign(scene.name("p"), Dictionary((("w1", first), ("b1", bias), ("w2", second)))))
    layer = f"{active}(row @ p['w1'] + p['b1']) @ p['w2']"
    extra = scene.weave_hole((rows, width), VALUES, (0, 2))
    if target == "mlp":
        made = scene.template.expression(
            layer + choices.choice((" + extra", " * extra + row", " + row + extra")),
            row=x,
            p=scene.name("p"),
            extra=extra,
        )
        return scene.finish(
            made,
            (rows, width),
            30.0,
            "learning",
            "network",
            target,
            "Multilayer perceptron with parameters in a dictionary",
        )
    if target == "batched_mlp":
        scene.add(f"def fn(p, row):\n    return {layer}")
        made = scene.template.expression(
            "jax.vmap(fn, in_axes=(None, 0))(p, x) + extra", fn=scene.name("fn"), p=scene.name("p"), x=x, extra=extra
        )
        return scene.finish(
            made, (rows, width), 30.0, "learning", "network", target, "Multilayer perceptron mapped over rows"
        )
    scene.add(f"def loss(p, row):\n    e = {layer} - extra\n    return jnp.mean(jnp.square(e))", extra=extra)
    if target == "trained":
        scene.add(
            "g = jax.grad(loss)(p, x)\n\np = jax.tree.map(lambda w, d: w - lr * d, p, g)",
            x=x,
            lr=scene.number(0.05, 0.5, ("lr", "rate", "step_size")),
        )
        made = scene.template.expression("p['w1'] * (1.0 + jnp.mean(p['w2'])) + p['b1']", p=scene.name("p"))
        return scene.finish(
            made, (width, hidden), 9.0, "learning", "network", target, "Network parameters after one gradient step"
        )
    scene.add("s, g = jax.value_and_grad(loss)(p, x)", x=x)
    made = scene.template.expression(
        "g['w1'] * (1.0 + s) + g['b1'] * jnp.mean(g['w2'])", g=scene.name("g"), s=scene.name("s")
    )
    return scene.finish(made, (width, hidden), 60.0, "learning", "network", target, "Gradients of a network")


_CELLS = {
    "plain_cell": "new = jnp.tanh(row @ wx + h @ wh)",
    "gated_cell": "z = jax.nn.hard_sigmoid(row @ wx + h @ wh)\n    new = (1.0 - z) * h + z * jnp.tanh(row @ wh)",
    "leaky_cell": "new = 0.7 * h + 0.3 * jnp.arctan(row @ wx) + 0.1 * h @ wh",
    "state_space": "new = decay * h + row @ wx",
    "minimal_cell": "z = jax.nn.hard_sigmoid(h @ wh)\n    new = z * h + (1.0 - z) * row @ wx",
}


def _draw_cell(stream: Stream, target: str) -> KernelSpec:
    """Draw a recurrent cell scanned along a sequence."""
    sizes = stream.child("sizes")
    steps, width = sizes.integer(3, 6), sizes.integer(2, 5)
    scene = Scene(stream, (steps, width))
    choices = scene.choices
    body = _CELLS[target]
    h0 = scene.array((width,), UNIT, ("h0", "init", "carry0", "state0"))
    holes: dict[str, Expression] = {}
    for name, pool in (("wx", ("w_x", "w_in", "kernel_x")), ("wh", ("w_h", "w_rec", "kernel_h"))):
        if name in body:
            holes[name] = scene.array((width, width), UNIT, pool)
    if "decay" in body:
        holes["decay"] = scene.array((width,), Domain(low=0.3, high=0.9), ("decay", "lam", "a_diag"))
    out = choices.choice(("new", "new * row", "jnp.arctan(new)", "new + 0.5 * row"))
    scene.add(f"def body(h, row):\n    {body}\n    return new, {out}", **holes)
    scene.add("last, ys = jax.lax.scan(body, h0, seq)", h0=h0, seq=scene.weave_hole((steps, width), VALUES, (0, 2)))
    end = choices.choice(("ys + gate * last", "ys * gate", "ys * (1.0 + gate) + last"))
    made = scene.template.expression(
        end, ys=scene.name("ys"), last=scene.name("last"), gate=scene.weave_hole((steps, width), FACTOR, (0, 2))
    )
    if "last" not in end:
        made = scene.template.expression("made + last", made=made, last=scene.name("last"))
    return scene.finish(
        made, (steps, width), 30.0, "learning", "cell", target, "Recurrent cell scanned along a sequence"
    )


RECIPES = (
    Recipe(name="optimiser", category="learning", targets=tuple(_OPTIMISERS), draw=_draw_optimiser),
    Recipe(name="loss", category="learning", targets=tuple(_LOSSES), draw=_draw_loss),
    Recipe(
        name="network", category="learning", targets=("mlp", "batched_mlp", "trained", "gradients"), draw=_draw_network
    ),
    Recipe(
        name="cell",
        category="learning",
        targets=tuple(_CELLS),
        draw=_draw_cell,
        target_weights=dict.fromkeys(_CELLS, 0.35),
    ),
)
