"""Attention: projections, heads, masks, positions."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.networks import ATTENTION
from synthesis.frontends.jax.recipes.applications.parts import (
    expect,
    guard,
    normalise,
    positive,
    remark,
    truth,
    weights,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "attention", margin=4)


def _declare_inputs(
    p: Program,
    length: int,
    heads: int,
    rows: int,
    depth: int,
    dim: int,
    other: int,
    shared: int,
    dtype: str,
    *,
    cross: bool,
) -> tuple[str, bool]:
    """Declare the arguments. Return what the mask is for, and whether positions attend only to earlier ones."""
    p.tensor("x", Leaf((rows, length, dim), -2, 2, dtype),
             "queries of shape (batch, length, dim)" if cross else "sequence of shape (batch, length, dim)",
             ("x", "inputs", "hidden_states"))  # fmt: skip
    p.tensor("context", Leaf((rows, other, dim), -2, 2, dtype), "what is attended to, shape (batch, other, dim)",
             ("context", "memory", "encoder_out"))  # fmt: skip
    kind = p.pick("pairs", "keys") if p.maybe(0.4) else ""
    shape = {"pairs": (rows, length, other), "keys": (rows, other), "": (1,)}[kind]
    p.tensor("mask", truth(*shape), f"positions that may be attended to, shape {_words(kind)}",
             ("mask", "attention_mask"), given=bool(kind), optional=p.maybe(0.6) or not kind)  # fmt: skip
    p.option("num_heads", None, "int", "number of heads", str(heads), ("num_heads", "n_heads", "heads"))
    p.option("num_kv_heads", None, "int", "number of key and value heads", str(shared), ("num_kv_heads", "kv_heads"))
    causal = not cross and p.maybe(0.5)
    p.option("causal", p.pick("False", "True"), "bool", "whether positions attend only to earlier ones", "True",
             ("causal", "is_causal"))  # fmt: skip
    p.option(
        "cap", "None", "float | None", "soft limit of the scores", p.pick("30.0", "50.0"), ("softcap", "logit_cap")
    )
    p.number("eps", "1e-6", "small number that keeps the division safe")
    p.number("base", "10000.0", "base of the rotary frequencies", None, ("base", "theta"))
    p.tensor("q_scale", positive(depth), "scale of normalized queries", ("q_scale", "q_norm"))
    p.tensor("k_scale", positive(depth), "scale of normalized keys", ("k_scale", "k_norm"))
    return kind, causal


def _prepare_heads(p: Program, form: str, count: str, kv: str, *, grouped: bool, cross: bool) -> None:
    """Write the normalization, rotation and sharing of queries, keys and values."""
    if p.maybe(0.25):
        normed = normalise(p, "VALUE", "VALUE", "VALUE_scale" if p.choices.chance(0.6) else "", "", "rms")
        p.add(
            "'# normalize queries and keys head by head'",
            *(normed.replace("VALUE", each) for each in "qk"),
        )
    if not cross and p.maybe(0.25):
        p.helper(_rotary(p))
        p.add(
            "positions = jnp.arange(seq)",
            "q = apply_rotary(q, positions, base)",
            "k = apply_rotary(k, positions, base)",
        )
    if grouped:
        ratio = f"{count} // {kv}" if form != "heads" else "q.shape[2] // k.shape[2]"
        p.add(
            remark(p, "every key and value serves several queries", "share keys and values among the queries"),
            p.pick(
                *(
                    [f"k = jnp.repeat(k, {ratio}, axis=2)\nv = jnp.repeat(v, {ratio}, axis=2)"]
                    if form != "heads"
                    else []
                ),
                f"groups = {ratio}\nk = jnp.repeat(k, groups, axis=2)\nv = jnp.repeat(v, groups, axis=2)",
            ),
        )


def _hide_scores(p: Program, kind: str, *, cross: bool, causal: bool) -> None:
    """Write the lines that hide the scores of positions that are not attended to."""
    least = p.pick("-1e9", "jnp.finfo(scores.dtype).min")
    if causal:
        seen = p.pick(
            "jnp.tril(jnp.ones((seq, seq), dtype=bool))",
            "jnp.tri(seq, dtype=bool)",
            "jnp.tril(jnp.ones((seq, seq), bool))",
        )
        ways = [f"scores = jnp.where(seen, scores, {least})", f"scores = jnp.where(seen[None, None], scores, {least})"]
        # If a mask may hide everything, a constant added to all scores would have no effect.
        ways += [] if kind else [f"scores = scores + jnp.where(seen, 0.0, {least})"]
        choose = p.pick(*ways)
        hidden = remark(p, "no position sees a later one", "hide what comes later")
        p.add(block("if causal:", hidden, f"seen = {seen}", choose))
    if kind or p.maybe(0.25):
        wide = "mask[:, None, :, :]" if kind == "pairs" else "mask[:, None, None, :]"
        choose = f"scores = jnp.where({wide}, scores, {least})"
        told = remark(p, "padding is not attended to", "only where the mask allows it")
        form_of = p.pick("plain", "checked", "any")
        if form_of == "checked" and kind == "keys":
            wanted = "context.shape[:2]" if cross else "x.shape[:2]"
            check = block(
                f"if mask.shape != {wanted}:",
                f"raise ValueError(f'expected a mask of shape {{{wanted}}}, got {{mask.shape}}')",
            )
            p.add(block("if mask is not None:", check, told, choose))
        elif form_of == "any" and kind:
            p.add(block("if mask is not None:", p.choose(_ANY_MASK), told, choose.replace(wide, "mask")))
        else:
            p.add(block("if mask is not None:", told, choose))


def _draw_attention(stream: Stream, target: str) -> KernelSpec:
    """Draw multi-head attention to the same sequence or to another one."""
    p = Program(stream)
    rows, length, heads = p.size(1, 2, 4), p.size(16, 32, 64), p.size(2, 4, 8)
    depth = p.size(8, 16) if heads > 4 else p.size(16, 32)
    cross, grouped = target == "cross_attention", target == "grouped_query_attention"
    dim, other = heads * depth, p.size(16, 24, 32) if cross else length
    shared = heads // 2 if grouped else heads
    low = p.maybe(0.35)
    dtype = "bfloat16" if low else "float32"
    form = p.pick("apart", "apart", "record", "heads", *([] if cross or grouped else ["fused"]))
    _declare_weights(p, form, dim, shared, depth, dtype)
    kind, causal = _declare_inputs(p, length, heads, rows, depth, dim, other, shared, dtype, cross=cross)
    count = "num_heads" if form != "heads" else str(heads)
    kv = "num_kv_heads" if grouped and form != "heads" else str(shared) if grouped else count
    source = "context" if cross else "x"
    p.add(
        guard(p, "x.ndim != 3", "expected inputs of shape (batch, length, dim), got {x.shape}", 0.4),
        "batch, seq, dim = x.shape",
        guard(p, f"dim % {count} != 0", "expected a multiple of {num_heads} heads, got {dim} features", 0.4)
        if form != "heads"
        else "",
        "depth = params['wq'].shape[-1]" if form == "heads" else f"depth = dim // {count}",
        *_project(p, form, source, count, kv, low),
    )
    _prepare_heads(p, form, count, kv, grouped=grouped, cross=cross)
    layout = p.pick("einsum", "transposed")
    if layout == "transposed":
        swap = p.pick("VALUE.transpose(0, 2, 1, 3)", "jnp.swapaxes(VALUE, 1, 2)", "jnp.transpose(VALUE, (0, 2, 1, 3))")
        p.add(remark(p, "heads before positions", "(batch, heads, length, depth)"))
        p.add(*(f"{each} = {swap.replace('VALUE', each)}" for each in "qkv"))
    p.add(_scores(p, layout))
    if p.maybe(0.08):
        told = remark(p, "soft cap", "large scores saturate")
        p.add(block("if cap is not None:", told, "scores = cap * jnp.tanh(scores / cap)"))
    _hide_scores(p, kind, cross=cross, causal=causal)
    p.add(*_mix(p, layout, low, form))
    p.set_results(Leaf((rows, length, dim), dtype=dtype))
    titles = (
        ("cross_attention", "attend")
        if cross
        else ("grouped_query_attention",)
        if grouped
        else ("self_attention", "multi_head_attention", "attention")
    )
    return p.done(
        "layers",
        "attention_layer",
        target,
        titles,
        p.pick(
            "Multi-head attention with a projection of the result",
            "Applies multi-head attention over all positions",
            "Computes scaled dot-product attention over heads",
        ),
        "attended values of shape (batch, length, dim)",
    )


_ANY_MASK = _BODIES["any_mask"]


def _words(kind: str) -> str:
    return "(batch, length, keys)" if kind == "pairs" else "(batch, keys)"


def _declare_weights(p: Program, form: str, dim: int, shared: int, depth: int, dtype: str) -> None:
    """Declare the projections as one tree."""
    narrow = shared * depth
    heads = dim // depth
    if form == "fused":
        fields: list[tuple[str, Tree]] = [
            ("qkv", weights(dim, 3 * dim, dtype=dtype)),
            ("out", weights(dim, dim, dtype=dtype)),
        ]
    elif form == "heads":
        fields = [
            ("wq", weights(dim, heads, depth, dtype=dtype)),
            ("wk", weights(dim, shared, depth, dtype=dtype)),
            ("wv", weights(dim, shared, depth, dtype=dtype)),
            ("wo", weights(heads, depth, dim, dtype=dtype)),
        ]
    else:
        fields = [
            ("wq", weights(dim, dim, dtype=dtype)),
            ("wk", weights(dim, narrow, dtype=dtype)),
            ("wv", weights(dim, narrow, dtype=dtype)),
            ("wo", weights(dim, dim, dtype=dtype)),
        ]
    if form == "record":
        tree: Tree = p.record("AttentionParams", fields, "Projections of an attention layer")
    else:
        tree = dict(fields)
    p.tree("params", tree, "projections of queries, keys, values and of the result", ("params", "weights"))


def _project(p: Program, form: str, source: str, count: str, kv: str, low: bool) -> list[str]:
    """Return statements for queries, keys and values of shape (batch, length, heads, depth)."""
    matrices = ("jnp.einsum('btd,de->bte', {}, {})", "jnp.matmul({}, {})", "jnp.dot({}, {})")
    multiply = p.pick(*matrices, "{} @ {}", "{} @ {}")
    if low:
        multiply = p.pick(*matrices).replace("{})", "{}, preferred_element_type=jnp.float32)")
    elif form == "heads":
        multiply = "jnp.einsum('btd,dhk->bthk', {}, {})"
    if low and form == "heads":
        multiply = "jnp.einsum('btd,dhk->bthk', {}, {}, preferred_element_type=jnp.float32)"

    def at(name: str) -> str:
        return f"params.{name}" if form == "record" else f"params['{name}']"

    if form == "fused":
        one = p.pick(
            "q, k, v = jnp.split(qkv, 3, axis=-1)",
            "q, k, v = qkv[..., :dim], qkv[..., dim:2 * dim], qkv[..., 2 * dim:]",
        )
        return [
            f"qkv = {multiply.format('x', at('qkv'))}",
            one,
            *(f"{each} = {each}.reshape(batch, seq, {count}, depth)" for each in "qkv"),
        ]
    if form == "heads":
        return [f"{each} = {multiply.format('x' if each == 'q' else source, at(f'w{each}'))}" for each in "qkv"]
    if p.choices.chance(0.4):
        split = "to_heads"
        p.helper(
            block(
                "def to_heads(value, count):",
                p.pick(
                    "return value.reshape(*value.shape[:-1], count, -1)",
                    "batch, length, width = value.shape\nreturn value.reshape(batch, length, count, width // count)",
                ),
            )
        )
        return [
            f"{each} = {split}({multiply.format('x' if each == 'q' else source, at(f'w{each}'))},"
            f" {count if each == 'q' else kv})"
            for each in "qkv"
        ]
    made = [f"{each} = ({multiply.format('x' if each == 'q' else source, at(f'w{each}'))})" for each in "qkv"]
    ends = [
        f".reshape(batch, {'seq' if each == 'q' else '-1'}, {count if each == 'q' else kv}, depth)" for each in "qkv"
    ]
    return [line + end for line, end in zip(made, ends, strict=True)]


def _scores(p: Program, layout: str) -> str:
    scale = p.pick("/ math.sqrt(depth)", "* depth ** -0.5", "/ jnp.sqrt(depth)")
    if layout == "einsum":
        return f"scores = jnp.einsum('bqhd,bkhd->bhqk', q, k) {scale}"
    return p.pick(
        f"scores = jnp.matmul(q, jnp.swapaxes(k, -1, -2)) {scale}",
        f"scores = jnp.einsum('bhqd,bhkd->bhqk', q, k) {scale}",
    )


def _mix(p: Program, layout: str, low: bool, form: str) -> list[str]:
    """Return statements for the weighted values and their projection."""
    soft = p.pick(
        "attn = jax.nn.softmax(scores, axis=-1)",
        "attn = jax.nn.softmax(scores)",
    )
    soft += "\nattn = attn.astype(v.dtype)" if p.choices.chance(0.2) else ""
    joined = p.pick("reshape(batch, seq, dim)", "reshape(x.shape)", "reshape(batch, seq, -1)")
    out = "params.wo" if form == "record" else "params['out']" if form == "fused" else "params['wo']"
    if layout == "einsum":
        mixed = "out = jnp.einsum('bhqk,bkhd->bqhd', attn, v)"
    else:
        mixed = (
            p.pick("out = attn @ v", "out = jnp.matmul(attn, v)")
            + "\n"
            + p.pick("out = out.transpose(0, 2, 1, 3)", "out = jnp.swapaxes(out, 1, 2)")
        )
    back = "bhqd" if layout == "transposed" and form == "heads" else "bqhd"
    if low and form == "heads":
        mixed = mixed.split("\n")[0]
        last = f"jnp.einsum('{back},hde->bqe', out.astype(x.dtype), {out}, preferred_element_type=jnp.float32)"
        return [soft, mixed, f"return {last}.astype(x.dtype)"]
    if form == "heads":
        return [soft, mixed.split("\n")[0], f"return jnp.einsum('{back},hde->bqe', out, {out})"]
    if low:
        last = f"jnp.dot(out.astype(x.dtype), {out}, preferred_element_type=jnp.float32)"
        return [
            soft,
            mixed,
            f"out = out.{joined}",
            p.pick(f"return {last}.astype(x.dtype)", f"out = {last}\nreturn out.astype(x.dtype)"),
        ]
    last = p.pick(f"return out @ {out}", f"out = out @ {out}\n{expect(p, 'out.shape == x.shape')}\nreturn out")
    return [soft, mixed, f"out = out.{joined}", last]


def _rotary(p: Program) -> str:
    """Return a helper that rotates pairs of components by angles proportional to the position."""
    halves = p.pick(
        "x1, x2 = jnp.split(value, 2, axis=-1)",
        "x1, x2 = value[..., :half], value[..., half:]",
        "x1, x2 = value[..., ::2], value[..., 1::2]",
    )
    return block(
        "def apply_rotary(value, positions, base):",
        '"""Rotates pairs of features by position-dependent angles."""' if p.choices.chance(0.6) else "",
        "half = value.shape[-1] // 2",
        p.pick("freq = base ** (-jnp.arange(half) / half)", "freq = 1.0 / base ** (jnp.arange(half) / half)"),
        p.pick(
            "angles = positions[:, None] * freq",
            "angles = jnp.outer(positions, freq)",
            "angles = jnp.einsum('t,f->tf', positions, freq)",
        ),
        "cos = jnp.cos(angles)[None, :, None, :].astype(value.dtype)",
        "sin = jnp.sin(angles)[None, :, None, :].astype(value.dtype)",
        halves,
        p.pick(
            "return jnp.concatenate([x1 * cos - x2 * sin, x1 * sin + x2 * cos], axis=-1)",
            "turned = jnp.concatenate([x1 * cos - x2 * sin, x2 * cos + x1 * sin], axis=-1)\nreturn turned",
        ),
    )


_TARGETS = ("self_attention", "cross_attention", "grouped_query_attention")
RECIPES = (
    with_texts(
        Recipe(name="attention_layer", category="layers", targets=_TARGETS, draw=_draw_attention),
        ATTENTION,
        weight=3.0,
    ),
)
