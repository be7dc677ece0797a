"""Parts of neural networks: activations, dense layers, softmax, normalisation, attention, convolution and losses."""

import math
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.naming import BINS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import give_name
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Attribute,
    Call,
    Comparison,
    Display,
    Expression,
    Infix,
    Literal,
    Name,
    Negation,
    Slice,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, call, method, number, numbers
from synthesis.frontends.jax.recipes.drafting import Draft

_OPERATIONS = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "abs", "square"))
_CENTRED = Domain(low=-2.0, high=2.0)
"""Domain of inputs and logits."""
_UNIT = Domain(low=-1.0, high=1.0)
"""Domain of weights, biases and small inputs."""
_SCALE = Domain(low=0.5, high=1.5)
"""Domain of learned scales."""
_WEIGHTS = ("w", "weights", "kernel", "W", "proj", "theta")
_BIASES = ("bias", "b", "shift", "offset", "beta")
_INPUTS = ("x", "inputs", "hidden", "features", "tokens", "h", "acts", "data")


def _f32(*sizes: int) -> Type:
    return Type("float32", sizes)


def _finish(
    stream: Stream, draft: Draft, made: Term, recipe: str, target: str, summary: str, steps: int = 2
) -> KernelSpec:
    choices = stream.child("end")
    made = Term(made.node, made.type, made.interval, made.ops | {target}, 3)
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=0)
    result = after.weave([made], steps=choices.integer(0, steps + 1))
    return draft.finish([result], category="nn", recipe=recipe, summary=summary)


def _nn(name: str, *arguments: Expression, **keywords: Expression) -> Call:
    return Call(Name(f"jax.nn.{name}"), arguments, tuple(keywords.items()))


_ACTIVATIONS = (
    "relu", "gelu", "silu", "elu", "selu", "softplus", "leaky_relu", "celu", "tanh", "sigmoid", "hard_tanh", "swish",
    "log_sigmoid", "soft_sign", "mish", "relu6", "hard_swish", "hard_sigmoid", "squareplus",
)  # fmt: skip


def _activation(name: str, x: Expression) -> Expression:
    return call("tanh", x) if name == "tanh" else _nn(name, x)


def _dense(draft: Draft, x: Term, width: int, *, bias: bool) -> Term:
    """Return the dense layer ``x @ w``, or ``x @ w + b`` with a bias."""
    weights = draft.fresh(_f32(x.type.shape[-1], width), _UNIT, pool=_WEIGHTS)
    node: Expression = Infix("@", x.node, weights.node)
    size = x.interval.magnitude * x.type.shape[-1] + 1.0
    if bias:
        node = Infix("+", node, draft.fresh(_f32(width), _UNIT, pool=_BIASES).node)
    return Term(node, _f32(*x.type.shape[:-1], width), Domain(low=-size, high=size), x.ops | {"matmul"}, x.depth + 1)


def _draw_dense(stream: Stream, target: str) -> KernelSpec:
    """Draw one to three dense layers with the target activation between them."""
    choices = stream.child("shape")
    batch, width = choices.integer(4, 8), choices.integer(3, 8)
    draft = Draft(stream, [_f32(batch, width)])
    x = draft.fresh(_f32(batch, width), _UNIT, pool=_INPUTS)
    layers = choices.weighted([(1, 0.45), (2, 0.4), (3, 0.15)])
    for layer in range(layers):
        x = _dense(draft, x, choices.integer(3, 8), bias=choices.chance(0.7))
        if layer == 0 or choices.chance(0.7):
            if choices.chance(0.5):
                x = draft.keep(x)
            bound = max(2.0, x.interval.magnitude)
            x = Term(_activation(target, x.node), x.type, Domain(low=-bound, high=bound), x.ops | {target})
        x = draft.keep(x) if layer < layers - 1 or choices.chance(0.3) else x
    if layers > 1 and choices.chance(0.3):
        x = Term(method(x.node, "mean", axis=number(0)), _f32(x.type.shape[-1]), x.interval, x.ops)
    return _finish(stream, draft, x, "dense", target, f"{layers} dense layer{'s' * (layers > 1)} with {target}", 1)


def _logits(stream: Stream, draft: Draft, kind: Type) -> Term:
    """Return logits for a softmax: an argument, or a computed array."""
    choices = stream.child("logits")
    terms = [draft.fresh(kind, _CENTRED)]
    if choices.chance(0.5):
        terms.append(draft.fresh(_f32(kind.shape[-1]), _UNIT))
    weaver = Weaver(draft, stream.child("before"), _OPERATIONS, max_fresh=0)
    result = weaver.weave(terms, steps=choices.integer(0, 2))
    if choices.chance(0.4):
        result = Term(
            Infix("/", result.node, number(choices.choice((0.5, 0.7, 1.5, 2.0)))), result.type, result.interval
        )
    return result


def _draw_softmax(stream: Stream, target: str) -> KernelSpec:
    """Draw a softmax, called by name or written out, that weighs other values."""
    choices = stream.child("shape")
    rows, width = choices.integer(3, 8), choices.integer(3, 8)
    draft = Draft(stream, [_f32(rows, width), _f32(width)])
    logits = _logits(stream, draft, _f32(rows, width))
    ops = logits.ops
    if target == "softmax" and choices.chance(0.4):
        logits = give_name(draft, logits)
        highest = call("max", logits.node, axis=number(-1), keepdims=Literal("True"))
        powers = draft.keep(
            Term(call("exp", Infix("-", logits.node, highest)), logits.type, Domain(low=0.0, high=1.0), ops)
        )
        total = call("sum", powers.node, axis=number(-1), keepdims=Literal("True"))
        node: Expression = Infix("/", powers.node, total)
    else:
        node = _nn(target, logits.node, axis=number(-1)) if choices.chance(0.6) else _nn(target, logits.node)
    interval = Domain(low=0.0, high=1.0) if target == "softmax" else Domain(low=-12.0, high=0.0)
    weights = draft.keep(Term(node, logits.type, interval, ops))
    values = draft.fresh(choices.choice((_f32(width, choices.integer(2, 6)), _f32(rows, width), _f32(width))), _CENTRED)
    bound = weights.interval.magnitude * values.interval.magnitude * width
    if values.type.shape == (rows, width):
        product = Infix("*", weights.node, values.node)
        mixed = Term(method(product, "sum", axis=number(-1)), _f32(rows), Domain(low=-bound, high=bound), ops)
    else:
        kind = _f32(rows, *values.type.shape[1:])
        mixed = Term(Infix("@", weights.node, values.node), kind, Domain(low=-bound, high=bound), ops)
    return _finish(stream, draft, mixed, "softmax", target, f"Values weighted by a {target.replace('_', ' ')}")


_NORMS = {
    "layer_norm": "Layer normalisation",
    "rms_norm": "RMS normalisation",
    "batch_norm": "Batch normalisation",
    "l2_norm": "L2 normalisation",
}
_ATTENTIONS = {
    "attention": "Attention",
    "causal_attention": "Causal attention",
    "multi_head_attention": "Multi-head attention",
}


def _draw_norm(stream: Stream, target: str) -> KernelSpec:
    """Draw a normalisation over the features or the batch, with a learned scale and shift."""
    choices = stream.child("shape")
    rows, width = choices.integer(4, 8), choices.integer(4, 8)
    draft = Draft(stream, [_f32(rows, width)])
    x = draft.fresh(_f32(rows, width), _CENTRED, pool=_INPUTS)
    if choices.chance(0.4):
        residual = draft.fresh(_f32(rows, width), _UNIT)
        x = draft.keep(Term(Infix("+", x.node, residual.node), x.type, intervals.add(x.interval, residual.interval)))
    axis = 0 if target == "batch_norm" else -1
    keep = Literal("True")
    epsilon = Literal(choices.choice(("1e-5", "1e-6", "1e-3", "0.001")))

    def statistic(name: str, of: Expression) -> Expression:
        keywords: dict[str, Expression] = {"axis": number(axis), "keepdims": keep}
        return call(name, of, **keywords) if choices.chance(0.6) else method(of, name, **keywords)

    bound = math.sqrt(width if axis else rows)
    centred = x
    if target in ("layer_norm", "batch_norm"):
        mean = draft.keep(Term(statistic("mean", x.node), x.type, x.interval))
        centred = Term(Infix("-", x.node, mean.node), x.type, intervals.subtract(x.interval, x.interval))
        if choices.chance(0.5):
            centred = draft.keep(centred)
            variance = statistic("mean", call("square", centred.node))
        else:
            variance = statistic("var", x.node)
    else:
        variance = statistic("mean" if target == "rms_norm" else "sum", call("square", x.node))
    spread = draft.keep(Term(variance, x.type, Domain(low=0.0, high=30.0)))
    safe = Infix("+", spread.node, epsilon)
    if choices.chance(0.5):
        node: Expression = Infix("*", centred.node, Call(Name(f"{draft.lax}.rsqrt"), (safe,)))
    else:
        node = Infix("/", centred.node, call("sqrt", safe))
    if choices.chance(0.8):
        scale = draft.fresh(_f32(width), _SCALE, pool=("scale", "gamma", "gain", "weight", "g"))
        node = Infix("*", node, scale.node)
    if choices.chance(0.6):
        node = Infix("+", node, draft.fresh(_f32(width), _UNIT, pool=_BIASES).node)
    ops = frozenset({"mean", "var"}) if target != "l2_norm" else frozenset({"sum"})
    made = Term(node, x.type, Domain(low=-1.5 * bound - 1, high=1.5 * bound + 1), ops)
    return _finish(stream, draft, made, "normalisation", target, f"{_NORMS[target]} of features")


def _draw_attention(stream: Stream, target: str) -> KernelSpec:
    """Draw attention with one or several heads, with or without a causal mask."""
    choices = stream.child("shape")
    tokens, width = choices.integer(3, 7), choices.integer(2, 6)
    causal = target == "causal_attention"
    if target == "multi_head_attention":
        heads = choices.integer(2, 3)
        kind = _f32(tokens, heads, width) if choices.chance(0.5) else _f32(2, tokens, heads, width)
    else:
        kind = _f32(tokens, width)
    draft = Draft(stream, [kind])
    names = choices.choice((("q", "k", "v"), ("query", "key", "value"), ("queries", "keys", "vals")))
    q, k, v = (draft.fresh(kind, _CENTRED, pool=(name,)) for name in names)
    interval = _CENTRED
    if target == "multi_head_attention" and choices.chance(0.5):
        made = Term(_nn("dot_product_attention", q.node, k.node, v.node), kind, interval)
        return _finish(stream, draft, made, "attention", target, "Multi-head attention")
    scale = _attention_scale(choices, q, width)
    batch = "b" if len(kind.shape) == 4 else ""
    if target == "multi_head_attention":
        product = call("einsum", Literal(f'"{batch}qhd,{batch}khd->{batch}hqk"'), q.node, k.node)
    else:
        product = Infix("@", q.node, Attribute(k.node, "T"))
    scores = draft.keep(Term(scale(product), kind, Domain(low=-40.0, high=40.0)))
    if causal:
        mask = call("tril", call("ones", numbers((tokens, tokens)), dtype=Name("bool")))
        if choices.chance(0.4):
            arange = call("arange", number(tokens))
            rows = draft.keep(Term(arange, kind, interval))
            mask = _not_before(rows.node)
        hidden = Literal(choices.choice(("-1e9", "-jnp.inf", "-1e30")))
        scores = draft.keep(Term(call("where", mask, scores.node, hidden), kind, interval))
    weights = _nn("softmax", scores.node, axis=number(-1))
    if choices.chance(0.5):
        weights = draft.keep(Term(weights, kind, interval)).node
    if target == "multi_head_attention":
        node: Expression = call("einsum", Literal(f'"{batch}hqk,{batch}khd->{batch}qhd"'), weights, v.node)
    else:
        node = Infix("@", weights, v.node)
    summary = f"{_ATTENTIONS[target]} over {tokens} tokens"
    return _finish(stream, draft, Term(node, kind, interval, frozenset({"softmax"})), "attention", target, summary)


def _not_before(rows: Expression) -> Expression:
    """Return the causal mask ``rows[:, None] >= rows[None, :]``."""
    none = Literal("None")
    return Comparison(">=", Subscript(rows, (Slice(), none)), Subscript(rows, (none, Slice())))


def _attention_scale(choices: Stream, q: Term, width: int) -> Callable[[Expression], Expression]:
    """Return a function that divides a product by the square root of the width, written in one of three ways."""
    style = choices.below(3)

    def scale(product: Expression) -> Expression:
        if style == 0:
            return Infix("/", product, call("sqrt", number(float(width))))
        if style == 1:
            return Infix("*", product, number(round(width**-0.5, 4)))
        return Infix("*", product, Infix("**", Subscript(Attribute(q.node, "shape"), (number(-1),)), Literal("-0.5")))

    return scale


def _draw_convolution(stream: Stream, target: str) -> KernelSpec:
    """Draw a convolution of a signal or an image, or a pooling of images."""
    choices = stream.child("shape")
    if target == "convolve":
        size, taps = choices.integer(8, 24), choices.integer(2, 5)
        draft = Draft(stream, [_f32(size), _f32(taps)])
        signal = draft.fresh(_f32(size), _CENTRED, pool=("signal", "x", "samples", "trace"))
        kernel = draft.fresh(_f32(taps), _UNIT, pool=("kernel", "taps", "w", "filt"))
        mode = choices.choice(("same", "valid", "full"))
        length = {"same": size, "valid": size - taps + 1, "full": size + taps - 1}[mode]
        node: Expression = call("convolve", signal.node, kernel.node, mode=Literal(f'"{mode}"'))
        made = Term(node, _f32(length), Domain(low=-2.0 * taps, high=2.0 * taps))
        return _finish(stream, draft, made, "convolution", target, f"1-D convolution of a signal with {taps} taps")
    batch, side, channels = choices.integer(1, 2), choices.integer(5, 8), choices.integer(1, 3)
    if target in ("max_pool", "avg_pool"):
        return _draw_pool(stream, choices, target, batch, side, channels)
    filters, reach = choices.integer(1, 3), choices.integer(2, 3)
    last = choices.chance(0.5)
    image = (batch, side, side, channels) if last else (batch, channels, side, side)
    weights = (reach, reach, channels, filters) if last else (filters, channels, reach, reach)
    draft = Draft(stream, [_f32(*image)])
    x = draft.fresh(_f32(*image), _CENTRED, pool=("images", "x", "inputs", "feature_map"))
    w = draft.fresh(_f32(*weights), _UNIT, pool=_WEIGHTS)
    stride = choices.choice((1, 1, 2))
    padding = choices.choice(("SAME", "VALID"))
    length = -(-side // stride) if padding == "SAME" else (side - reach) // stride + 1
    result = (batch, length, length, filters) if last else (batch, filters, length, length)
    bound = 2.0 * reach * reach * channels
    if not last and choices.chance(0.5):
        node = Call(Name(f"{draft.lax}.conv"), (x.node, w.node, numbers((stride, stride)), Literal(f'"{padding}"')))
    else:
        layout = ("NHWC", "HWIO", "NHWC") if last else ("NCHW", "OIHW", "NCHW")
        keywords: list[tuple[str, Expression]] = [
            ("window_strides", numbers((stride, stride))),
            ("padding", Literal(f'"{padding}"')),
            ("dimension_numbers", Display(tuple(Literal(f'"{each}"') for each in layout))),
        ]
        node = Call(Name(f"{draft.lax}.conv_general_dilated"), (x.node, w.node), tuple(keywords))
    if last and choices.chance(0.5):
        node = Infix("+", node, draft.fresh(_f32(filters), _UNIT, pool=_BIASES).node)
    made = Term(node, _f32(*result), Domain(low=-bound - 1, high=bound + 1))
    return _finish(stream, draft, made, "convolution", target, f"{reach}x{reach} convolution of images")


def _draw_pool(stream: Stream, choices: Stream, target: str, batch: int, side: int, channels: int) -> KernelSpec:
    draft = Draft(stream, [_f32(batch, side, side, channels)])
    x = draft.fresh(draft.types[0], _CENTRED, pool=("images", "x", "inputs", "feature_map"))
    reach, stride = 2, choices.choice((1, 2))
    length = (side - reach) // stride + 1
    highest = target == "max_pool"
    start, combine = (Literal("-jnp.inf"), "max") if highest else (number(0.0), "add")
    arguments = (
        x.node, start, Name(f"{draft.lax}.{combine}"), numbers((1, reach, reach, 1)), numbers((1, stride, stride, 1)),
        Literal('"VALID"'),
    )  # fmt: skip
    node: Expression = Call(Name(f"{draft.lax}.reduce_window"), arguments)
    if not highest:
        node = Infix("/", node, number(float(reach * reach)))
    made = Term(node, _f32(batch, length, length, channels), _CENTRED)
    return _finish(
        stream,
        draft,
        made,
        "convolution",
        target,
        f"{'Max' if highest else 'Average'} pooling over {reach}x{reach} windows",
    )


_LOSS_NAMES = {"squared_error": "Squared error", "huber": "Huber loss", "log_cosh": "Log-cosh loss"}


def _draw_loss(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss over a batch."""
    choices = stream.child("shape")
    rows, width = choices.integer(4, 8), choices.integer(3, 6)
    kind = _f32(rows, width) if target == "cross_entropy" or choices.chance(0.6) else _f32(rows * 2)
    draft = Draft(stream, [kind, _f32(kind.shape[-1])])
    weaver = Weaver(draft, stream.child("before"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    first = draft.fresh(kind, _CENTRED, pool=("logits", "preds", "outputs", "scores"))
    logits = weaver.weave([first], steps=choices.integer(0, 1), goal=kind)
    if target == "cross_entropy":
        labels = draft.fresh(Type("int32", (rows,)), Domain(low=0, high=width - 1), pool=(*BINS[1:2], "targets", "y"))
        logs = draft.keep(Term(_nn("log_softmax", logits.node), kind, Domain(low=-20.0, high=0.0)))
        if choices.chance(0.5):
            hot = _nn("one_hot", labels.node, number(width))
            each: Expression = method(Infix("*", hot, logs.node), "sum", axis=number(-1))
        else:
            column = Subscript(labels.node, (Slice(), Literal("None")))
            each = Subscript(call("take_along_axis", logs.node, column, axis=number(-1)), (Slice(), Literal("0")))
        node: Expression = Negation(method(each, "mean"))
        made = Term(node, _f32(), Domain(low=0.0, high=20.0))
        return _finish(stream, draft, made, "loss", target, f"Cross entropy over {width} classes", 0)
    truth = draft.fresh(kind, _CENTRED, pool=("targets", "labels", "y", "truth"))
    error = draft.keep(Term(Infix("-", logits.node, truth.node), kind, Domain(low=-6.0, high=6.0)))
    if target == "squared_error":
        each = call("square", error.node) if choices.chance(0.6) else Infix("**", error.node, Literal("2"))
    elif target == "huber":
        edge = number(choices.choice((0.8, 1.0, 1.25, 1.5)))
        size = draft.keep(Term(call("abs", error.node), kind, Domain(low=0.0, high=6.0)))
        inner = Infix("*", number(0.5), call("square", error.node))
        outer = Infix("*", edge, Infix("-", size.node, Infix("*", number(0.5), edge)))
        each = call("where", Comparison("<=", size.node, edge), inner, outer)
    else:
        each = call("log", call("cosh", error.node))
    total = method(each, choices.choice(("mean", "sum"))) if choices.chance(0.6) else call("mean", each)
    made = Term(total, _f32(), Domain(low=0.0, high=100.0))
    return _finish(stream, draft, made, "loss", target, f"{_LOSS_NAMES[target]} over a batch", 0)


RECIPES = (
    Recipe(name="dense", category="nn", targets=_ACTIVATIONS, draw=_draw_dense),
    Recipe(name="softmax", category="nn", targets=("softmax", "log_softmax"), draw=_draw_softmax),
    Recipe(
        name="normalisation",
        category="nn",
        targets=("layer_norm", "rms_norm", "batch_norm", "l2_norm"),
        draw=_draw_norm,
    ),
    Recipe(
        name="attention",
        category="nn",
        targets=("attention", "causal_attention", "multi_head_attention"),
        draw=_draw_attention,
    ),
    Recipe(
        name="convolution", category="nn", targets=("convolve", "conv", "max_pool", "avg_pool"), draw=_draw_convolution
    ),
    Recipe(
        name="loss", category="nn", targets=("cross_entropy", "squared_error", "huber", "log_cosh"), draw=_draw_loss
    ),
)
