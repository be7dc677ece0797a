"""Whole transformer blocks: attention and a perceptron, with normalization and residual connections."""

import re
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "blocks", margin=4)

_CHECK = _BODIES["check"]
_ATTEND = """
    # {attention ~ self-attention ~ mix information between positions}
    {q, k, v = (split_heads(w, num_heads) for w in jnp.split(SOURCE @ params['qkv'], 3, axis=-1)) ~
    qkv = SOURCE @ params['qkv']
    q, k, v = [split_heads(proj, num_heads) for proj in jnp.split(qkv, 3, axis=-1)] ~
    q, k, v = jnp.split(jnp.dot(SOURCE, params['qkv']), 3, axis=-1)
    q, k, v = split_heads(q, num_heads), split_heads(k, num_heads), split_heads(v, num_heads)}
    {scores = q @ jnp.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1]) ~
    scores = jnp.einsum('bhqd,bhkd->bhqk', q, k) * q.shape[-1] ** -0.5 ~
    scale_by = 1.0 / math.sqrt(q.shape[-1])
    scores = jnp.einsum('bhqd,bhkd->bhqk', q * scale_by, k)}
    {?0.6 if causal:
        # {causal mask ~ mask future positions}
        seq = {x.shape[1] ~ scores.shape[-1]}
        {seen = jnp.tril(jnp.ones((seq, seq), dtype=bool)) ~ steps = jnp.arange(seq)
        seen = steps[:, None] >= steps[None, :]}
        scores = jnp.where(seen, scores, jnp.finfo(scores.dtype).min)}
    {if mask is not None:
        {?0.6 if mask.ndim == 2:
            # the same for every head and query
            mask = {mask[:, None, None, :] ~ jnp.expand_dims(mask, (1, 2))}
        elif mask.ndim == 3:
            mask = mask[:, None]
        {elif mask.ndim != 4:
            raise ValueError(f'expected a mask of two to four axes, got <<mask.shape>>') ~}
        ~ mask = mask[:, None, None, :]}
        scores = jnp.where(mask, scores, jnp.finfo(scores.dtype).min)}
    attn = jax.nn.softmax(scores, axis=-1)
    {?0.3 attn = attn.astype(v.dtype)}
    attn_out = merge_heads({jnp.einsum('bhqk,bhkd->bhqd', attn, v) ~ attn @ v ~ jnp.matmul(attn, v)})
    attn_out = attn_out @ params['out']
    DROP_MIXED
"""
_FEED = _BODIES["feed"]
_BLOCKS = {
    "pre_norm_block": (
        """
        h = NORM1
        """,
        _ATTEND.replace("SOURCE", "h"),
        """
        x = x + attn_out
        h = NORM2
        """,
        _FEED.replace("SOURCE", "h"),
        "{out = x + mlp_out ~ out = mlp_out + x}",
    ),
    "post_norm_block": (
        _ATTEND.replace("SOURCE", "x"),
        """
        # normalize after the way around
        x = x + attn_out
        x = {NORM3}
        """,
        _FEED.replace("SOURCE", "x"),
        "x = x + mlp_out\nout = NORM4",
    ),
    "parallel_block": (
        "h = NORM1",
        _ATTEND.replace("SOURCE", "h"),
        _FEED.replace("SOURCE", "h"),
        """
        # both branches start from the same normalized input
        out = x + {attn_out + mlp_out ~ (attn_out + mlp_out)}
        """,
    ),
    "configurable_block": (
        """
        h = x
        if norm_first:
            h = NORM1
        """,
        _ATTEND.replace("SOURCE", "h"),
        _BODIES["configurable_block"],
        _FEED.replace("SOURCE", "h"),
        """
        out = x + mlp_out
        if not norm_first:
            out = NORM5
        """,
    ),
}


_HALF = 0.35
"""Probability that a block's weights and inputs are in ``bfloat16``, with norms and softmax in ``float32``."""
_IN_FLOAT32 = (
    ("attn = jax.nn.softmax(scores, axis=-1)", "attn = jax.nn.softmax(scores.astype(jnp.float32), axis=-1)"),
    ("{?0.3 attn = attn.astype(v.dtype)}", "attn = attn.astype(v.dtype)"),
)


_SCALES = (("attn_out", "scale1"), ("mlp_out", "scale2"))
_KEYS = """
    if rng is not None and rate > 0:
        attn_key, mlp_key = jax.random.split(rng)
"""
_DROP = """
    if rng is not None and rate > 0:
        {?0.5 # {in training only ~ dropout}}
        VALUE = dropout(VALUE, KEY, rate)
"""
_DROPOUT = _BODIES["dropout"]


def _filled(p: Program, target: str, *, gated: bool, scaled: bool) -> list[str]:
    """Return the templates of the block, with or without dropout in both branches, and with a gate if requested.

    Args:
        p: the function.
        target: the kind of block.
        gated: whether the perceptron has a gate.
        scaled: whether branches are scaled by feature before they are added.
    """
    p.function(_DROPOUT)
    dropped = p.maybe(0.3)
    shrink = p.pick("VALUE = VALUE * params['NAME']", "VALUE = params['NAME'] * VALUE") if scaled else ""
    attn_out, mlp_out = (shrink.replace("VALUE", value).replace("NAME", name) for value, name in _SCALES)
    source, gate = "x" if target == "post_norm_block" else "h", "params['gate']"
    drop = _DROP if dropped else ""
    said = {
        "KEYS": _KEYS if dropped else "",
        "DROP_MIXED": dedent(_DROP.replace("VALUE", "attn_out").replace("KEY", "attn_key") if dropped else "")
        + attn_out,
        "DROP_NARROW": dedent(drop.replace("VALUE", "mlp_out").replace("KEY", "mlp_key")),
        "SHRINK": mlp_out,
        "GATE": f"wide = wide * {p.pick(f'({source} @ {gate})', f'jax.nn.silu({source} @ {gate})')}" if gated else "",
    }
    texts: list[str] = []
    for text in (_CHECK, *_BLOCKS[target]):
        for mark, each in said.items():
            text = re.sub(rf"(?m)^( *){mark}$", lambda found, each=each: indent(dedent(each).strip(), found[1]), text)
        texts.append(text)
    return texts


_TITLES = {
    "pre_norm_block": ("transformer_block", "encoder_layer", "pre_norm_block"),
    "post_norm_block": ("encoder_block", "post_norm_block", "transformer_layer"),
    "parallel_block": ("parallel_block", "parallel_transformer_block"),
    "configurable_block": ("transformer_layer", "encoder_layer", "block"),
}
"""Names of functions, by target."""


def _draw_block(stream: Stream, target: str) -> KernelSpec:
    """Draw a transformer block."""
    p = Program(stream)
    rows, length, heads, depth = p.size(1, 2, 4), p.size(16, 24, 32), p.size(2, 4), p.size(8, 16)
    dim = heads * depth
    wide = dim * p.size(2, 4)
    first = p.choices.chance(0.5)
    # In both branches, an offset of the normalization affects the result, as its scale does.
    form = p.pick("layer_norm", "rms_norm")
    low = p.choices.child("precision").chance(_HALF)
    held = "bfloat16" if low else "float32"
    norms = {"pre_norm_block": 2, "post_norm_block": 2, "parallel_block": 1, "configurable_block": 2}[target]
    tree: dict[str, Tree] = {
        name: weights(*shape, dtype=held)
        for name, shape in (("qkv", (dim, 3 * dim)), ("out", (dim, dim)), ("w1", (dim, wide)), ("w2", (wide, dim)))
    }
    for place in range(1, norms + 1):
        tree[f"norm{place}"] = positive(dim)
        if form == "layer_norm":
            tree[f"bias{place}"] = weights(dim)
    gated = p.maybe(0.3)
    if gated:
        tree["gate"] = weights(dim, wide, dtype=held)
    if p.maybe(0.2):
        tree["scale1"] = tree["scale2"] = Leaf((dim,), 0.2, 1.0, held)
    p.tree("params", tree, "weights of the block", ("params", "weights", "p"))
    p.tensor("x", Leaf((rows, length, dim), -2, 2, held), "inputs of shape (batch, length, features)", ("x", "inputs"))
    masked, trained = p.maybe(0.4), p.maybe(0.5)
    p.tensor("mask", truth(rows, length), "positions that count", ("mask", "padding_mask"), given=masked, optional=True)
    p.tensor("rng", key(), "random key for dropout, none at inference", ("key", "rng"), given=trained, optional=True)
    p.option("num_heads", None, "int", "number of heads", str(heads), ("num_heads", "n_heads"))
    p.option("causal", "False", "bool", "whether positions attend only to earlier ones", p.pick("True", "False"))
    p.option("act", p.pick("'gelu'", "'relu'"), "str", "activation function", p.pick("'gelu'", "'relu'"),
             ("activation", "act"))  # fmt: skip
    p.option("norm_first", "True", "bool", "whether to normalize before each branch", str(first))
    p.option("rate", p.pick("0.1", "0.2"), "float", "dropout rate", None, ("dropout_rate", "rate"))

    def normed(value: str, place: int) -> str:
        ends = f", params['bias{place}']" if form == "layer_norm" else ""
        if low:
            return f"{form}({value}.astype(jnp.float32), params['norm{place}']{ends}).astype({value}.dtype)"
        return f"{form}({value}, params['norm{place}']{ends})"

    texts = [
        text.replace("NORM1", normed("x", 1)).replace("NORM2", normed("x", 2)).replace("NORM3", normed("x", 1))
        .replace("NORM4", normed("x", 2)).replace("NORM5", normed("out", 2))
        for text in _filled(p, target, gated=gated, scaled="scale1" in tree)
    ]  # fmt: skip
    for plain, wide_text in _IN_FLOAT32 if low else ():
        texts = [text.replace(plain, wide_text) for text in texts]
    p.write(*texts)
    made = Leaf((rows, length, dim), dtype=held)
    p.finish(
        ("return out", (made,)),
    )
    return p.done("layers", "transformer_block", target, _TITLES[target],
                  p.pick("Applies one transformer block", "Applies attention and an MLP with residual connections"),
                  "outputs of the same shape")  # fmt: skip


RECIPES = (Recipe(name="transformer_block", category="layers", targets=tuple(_BLOCKS), draw=_draw_block),)
