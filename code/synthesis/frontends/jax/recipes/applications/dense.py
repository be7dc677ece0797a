"""Layers of matrix products: perceptrons, gated and residual blocks, experts."""

import itertools
import re
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    activate,
    guard,
    key,
    normalise,
    positive,
    product,
    remark,
    weights,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree


def _layers(p: Program, sizes: list[int], form: str, biased: bool, dtype: str) -> Tree:
    """Return the parameters of a stack of layers in one of several forms."""
    pairs = list(itertools.pairwise(sizes))
    if form == "flat":
        tree: dict[str, Tree] = {f"w{place}": weights(*pair, dtype=dtype) for place, pair in enumerate(pairs, start=1)}
        return tree | (
            {f"b{place}": weights(pair[1], dtype=dtype) for place, pair in enumerate(pairs, start=1)} if biased else {}
        )
    if form == "dicts":
        return [
            {"kernel": weights(*pair, dtype=dtype)} | ({"bias": weights(pair[1], dtype=dtype)} if biased else {})
            for pair in pairs
        ]
    if form == "pairs":
        return [(weights(*pair, dtype=dtype), weights(pair[1], dtype=dtype)) for pair in pairs]
    if form == "records":
        fields = [(("kernel", weights(*pair, dtype=dtype)), ("bias", weights(pair[1], dtype=dtype))) for pair in pairs]
        name = p.record("Dense", fields[0], "A linear layer").name
        return [Record(name, each) for each in fields]
    names = [f"dense_{place}" for place in range(len(pairs))]
    return {
        name: {"kernel": weights(*pair, dtype=dtype)} | ({"bias": weights(pair[1], dtype=dtype)} if biased else {})
        for name, pair in zip(names, pairs, strict=True)
    }


def _declare_inputs(p: Program, rows: int, into: int, out: int, held: str, *, residual: bool, around: bool) -> bool:
    """Declare the arguments, and return whether there is dropout."""
    p.tensor("x", Leaf((rows, into), -2, 2, held), "inputs of shape (batch, features)", ("x", "inputs", "features"))
    p.number("eps", p.pick("1e-6", "1e-5"), "small number that keeps the division safe", None, ("eps", "epsilon"))
    p.tensor("scale", positive(out), "scale of the last normalization", ("scale", "gamma", "ln_scale"))
    dropout = p.maybe(0.15) and not residual and not around
    p.option("rate", "0.1", "float", "dropout rate", None, ("dropout_rate", "rate"))
    p.tensor("rng", key(), "random key for dropout", ("key", "rng", "dropout_key"), given=dropout, optional=True)
    p.option("final", "False", "bool", "whether to apply the activation to the last layer", p.pick("True", "False"),
             ("activate_final", "final_activation"))  # fmt: skip
    return dropout


def _dropout_lines(p: Program, *, dropout: bool) -> str:
    """Return the lines of dropout, if there is any."""
    drop = ""
    if dropout:
        drop = block(
            p.pick("if rng is not None:", "if rng is not None and rate > 0:"),
            remark(p, "dropout in training only", "what is kept grows by as much as is dropped"),
            p.pick(
                "keep = jax.random.bernoulli(rng, 1.0 - rate, h.shape)",
                "keep = jax.random.uniform(rng, h.shape) >= rate",
            ),
            "h = jnp.where(keep, h / (1.0 - rate), 0.0)",
        )
    return drop


def _write_loop(
    p: Program,
    form: str,
    nonlinear: Callable[[str], str],
    linear: Callable[[str, str, str], str],
    drop: str,
    *,
    residual: bool,
    dropout: bool,
    last: bool,
) -> bool:
    """Write a loop over the layers, and return whether an activation may still follow the last one."""
    kernel, bias = {
        "dicts": (_at("layer", "kernel"), _at("layer", "bias")),
        "records": ("layer.kernel", "layer.bias"),
        "pairs": ("w", "b"),
    }[form]
    one = "(w, b)" if form == "pairs" else "layer"
    made = linear("h", kernel, bias)
    style = p.pick("split", "star", *([] if residual or dropout else ["enumerate"]))
    if style == "enumerate":
        head = f"for i, {one} in enumerate(params):"
        test = p.pick("i < len(params) - 1", "i + 1 < len(params)", "i != len(params) - 1")
        test = f"{test} or final" if last else test
        last = False
        p.add(remark(p, "no activation after the last layer"))
        p.add(block(head, f"h = {made}", block(f"if {test}:", f"h = {nonlinear('h')}")), drop, "out = h")
    else:
        rest, end = ("params[:-1]", "params[-1]") if style == "split" else ("rest", "end")
        p.add(remark(p, "hidden layers", "every layer but the last"), "*rest, end = params" if style == "star" else "")
        p.add(block(f"for {one.strip('()')} in {rest}:", _step(residual, nonlinear(made))), drop)
        if form == "pairs":
            p.add(f"w, b = {end}", f"out = {made}")
        else:
            last_made = re.sub(r"\blayer\b", end, made)
            p.add(f"out = {last_made}")
    return last


def _write_layers(
    p: Program,
    form: str,
    nonlinear: Callable[[str], str],
    linear: Callable[[str, str, str], str],
    drop: str,
    count: int,
    *,
    residual: bool,
    dropout: bool,
    last: bool,
) -> bool:
    """Write all layers, and return whether an activation may still follow the last one."""
    if form == "flat":
        for place in range(1, count):
            made = linear("h", _at("params", f"w{place}"), _at("params", f"b{place}"))
            p.add(_step(residual, nonlinear(made)))
        p.add(drop, remark(p, "no activation after the last layer", "the last layer is linear"))
        p.add(f"out = {linear('h', _at('params', f'w{count}'), _at('params', f'b{count}'))}")
    elif form == "nested":
        kernel, bias = _at("layer", "kernel"), _at("layer", "bias")
        counted = p.choices.chance(0.8)
        loop = block(
            "for i in range(len(params) - 1):" if counted else f"for i in range({count - 1}):",
            "layer = params[f'dense_{i}']",
            _step(residual, nonlinear(linear("h", kernel, bias))),
        )
        p.add(remark(p, "hidden layers", "every layer but the last"), loop, drop)
        p.add(
            remark(p, "the last layer is linear"),
            "layer = params[f'dense_{len(params) - 1}']" if counted else f"layer = params['dense_{count - 1}']",
            f"out = {linear('h', kernel, bias)}",
        )
    else:
        last = _write_loop(p, form, nonlinear, linear, drop, residual=residual, dropout=dropout, last=last)
    return last


def _write_end(
    p: Program, low: str, nonlinear: Callable[[str], str], *, final_norm: bool, around: bool, last: bool
) -> None:
    """Write what follows the last layer."""
    if last:
        if not final_norm and not low and p.choices.chance(0.5):
            p.add(block("if not final:", "return out"))
            p.add(f"out = {nonlinear('out')}")
        else:
            p.add(block("if final:", f"out = {nonlinear('out')}"))
    if around:
        p.add(remark(p, "the way around", "residual"), p.pick("out = x + out", "out = out + x"))
    if final_norm:
        p.add(normalise(p, "out", "out", p.pick("scale", "scale", ""), "", p.pick("layer", "rms")))


def _draw_perceptron(stream: Stream, target: str) -> KernelSpec:
    """Draw a stack of linear layers with activations, whose parameters are a tree."""
    p = Program(stream)
    rows, into = p.size(8, 16, 32, 64, 128), p.size(16, 32, 64, 128)
    hidden, out = p.size(64, 96, 128, 256), p.size(16, 32, 64, 128)
    depth = p.choices.integer(1, 2) + (p.level >= 4) + (p.level == 5)
    residual, final_norm = target == "residual_mlp", p.maybe(0.25)
    # Each hidden layer has a residual connection, or a single one spans all of them.
    around = residual and p.choices.chance(0.5)
    residual = residual and not around
    if around:
        out = into
    elif residual:
        into = hidden
    form = p.pick("flat", "dicts", "dicts", "pairs", "records", "nested")
    biased = form in ("pairs", "records") or p.choices.chance(0.8)
    sizes = [into, *[hidden] * depth, out]
    low = "jnp.bfloat16" if p.maybe(0.35) and depth < 3 else ""
    held = p.pick("float32", "bfloat16") if low else "float32"
    p.tree(
        "params", _layers(p, sizes, form, biased, held), "parameters of every layer", ("params", "layers", "weights")
    )
    dropout = _declare_inputs(p, rows, into, out, held, residual=residual, around=around)
    chosen = p.maybe(0.3)
    p.option("act", p.pick("jax.nn.relu", "jax.nn.gelu", "jax.nn.silu", "jax.nn.swish"), "Callable",
             "activation between the layers", None, ("activation", "act_fn", "nonlinearity"))  # fmt: skip

    def nonlinear(value: str) -> str:
        return f"act({value})" if chosen else fixed.replace("VALUE", value)

    def linear(value: str, kernel: str, bias: str) -> str:
        return multiplied.replace("LEFT", value).replace("RIGHT", kernel) + (f" + {bias}" if biased else "")

    multiplied = product(p, "LEFT", "RIGHT", "bi,io->bo", low)
    fixed = activate(p, "VALUE", named=True)
    p.add(
        guard(p, "x.ndim != 2", "expected inputs of shape (batch, features), got {x.shape}", 0.4),
        "h = x",
    )
    drop = _dropout_lines(p, dropout=dropout)
    last = p.maybe(0.35) and not residual and not around
    count = len(sizes) - 1
    last = _write_layers(p, form, nonlinear, linear, drop, count, residual=residual, dropout=dropout, last=last)
    _write_end(p, low, nonlinear, final_norm=final_norm, around=around, last=last)
    ends = [f"return out.astype({low})"] if low else ["return out", "return out", "return out.astype(x.dtype)"]
    p.add(p.pick(*ends))
    p.set_results(Leaf((rows, out), dtype="bfloat16" if low else "float32"))
    titles = ("mlp", "mlp_forward", "apply_mlp", "forward") if target == "mlp" else ("residual_mlp", "mlp_block")
    return p.done(
        "layers",
        "perceptron",
        target,
        titles,
        p.pick(
            "Applies a multilayer perceptron to a batch",
            "Forward pass of the network",
            "Runs the inputs through every layer, without an activation after the last",
        ),
        "outputs of shape (batch, out_features)",
    )


def _at(tree: str, entry: str) -> str:
    return f"{tree}['{entry}']"


def _step(residual: bool, value: str) -> str:
    return f"h = h + {value}" if residual else f"h = {value}"


RECIPES = (Recipe(name="perceptron", category="layers", targets=("mlp", "residual_mlp"), draw=_draw_perceptron),)
