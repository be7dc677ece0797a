"""Embeddings of tokens, and scores of tokens from vectors."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    key,
    normalise,
    placed,
    positive,
    remark,
    truth,
    weights,
    whole,
    with_escaped_braces,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "embedding", margin=4)


def _declare_tables(p: Program, words: int, dim: int, names: dict[str, Leaf], used: list[str]) -> dict[str, str]:
    """Declare the tables of vectors, and return how each is read."""
    if len(used) > 1 or p.choices.chance(0.5):
        form = p.pick("dict", "record")
        fields = [(name, names[name]) for name in used]
        tree: Tree = p.record("Embeddings", fields, "Tables of vectors") if form == "record" else dict(fields)
        p.tree("params", tree, "tables of vectors", ("params", "tables", "embeddings"))
        at = {each: f"params.{each}" if form == "record" else f"params['{each}']" for each in used}
    else:
        p.tensor("table", weights(words, dim), "vectors of shape (vocab, dim)", ("table", "embedding", "embed"))
        at = {"token": "table"}
    return at


def _draw_logits(
    p: Program, target: str, length: int, rows: int, words: int, at: dict[str, str], *, low: bool, padded: bool
) -> KernelSpec:
    """Draw the scores of all tokens from an embedding table."""
    p.add(guard(p, f"hidden.shape[-1] != {at['token']}.shape[1]", "hidden states of {hidden.shape[-1]} features", 0.3))
    if p.maybe(0.5):
        p.add(_normalised(p, "hidden"))
    p.add("h = hidden.astype(jnp.bfloat16)" if low else "")
    last = "h" if low else "hidden"
    table = f"{at['token']}.astype(jnp.bfloat16)" if low else at["token"]
    p.add(
        remark(p, "the table of embeddings is used twice", "tied weights"),
        p.pick(
            f"logits = jnp.einsum('btd,vd->btv', {last}, {table})",
            f"logits = {last} @ {table}.T",
            f"logits = jnp.dot({last}, {table}.T, preferred_element_type=jnp.float32)",
        ),
    )
    if low:
        p.add("logits = logits.astype(jnp.bfloat16)")
    if p.maybe(0.35):
        p.add(remark(p, "soft cap on the scores", "large scores saturate"))
        p.add(p.pick("logits = cap * jnp.tanh(logits / cap)", "logits = jnp.tanh(logits / cap) * cap"))
    if padded:
        p.add(
            remark(p, "padding is never predicted", "nobody wants padding"),
            p.pick(
                "logits = logits.at[..., pad].set(-1e9)",
                "logits = jnp.where(jnp.arange(logits.shape[-1]) == pad, -1e9, logits)",
            ),
        )
    p.add("return logits")
    p.set_results(Leaf((rows, length, words), dtype="bfloat16" if low else "float32"))
    return p.done(
        "layers",
        "embedding",
        target,
        ("logits_from_hidden", "tied_logits", "decode_logits", "lm_head"),
        p.pick("Computes token logits from an embedding table", "Projects hidden states onto the vocabulary"),
        "scores of shape (batch, length, vocab)",
    )


def _write_additions(p: Program) -> None:
    """Write what is added to the vectors of tokens."""
    p.add(
        block(
            "if scale_by_dim:",
            remark(p, "as large as the positions that are added"),
            p.pick("h = h * math.sqrt(dim)", "h = h * dim ** 0.5"),
        )
    )


def _write_padding(p: Program) -> None:
    """Write the lines that clear the vectors of padding."""
    p.add(
        remark(p, "padding has no vector", "nothing stands for padding"),
        p.pick(
            "h = jnp.where((tokens == pad)[..., None], 0.0, h)",
            "h = h * (tokens != pad)[..., None]",
            "valid = tokens != pad\nh = h * valid[:, :, None].astype(h.dtype)",
        ),
    )


def _declare_numbers(p: Program, dim: int) -> None:
    """Declare the numbers, and the scale and offset of normalized vectors."""
    p.tensor("scale", positive(dim), "scale of the normalized vectors", ("scale", "gamma"))
    p.tensor("shift", weights(dim), "offset of the normalized vectors", ("shift", "beta"))
    p.number("eps", p.pick("1e-6", "1e-5"), "small number that keeps the division safe")
    p.number("cap", "30.0", "what scores are kept below", None, ("final_softcap", "logit_cap"))
    p.number("longest", "10000.0", "longest wavelength", None, ("max_wavelength", "base"))


def _write_positions(p: Program, target: str, at: dict[str, str], *, learned: bool, segments: bool) -> None:
    """Write the lines that add vectors of positions and segments."""
    if target == "sinusoidal_positions":
        p.add(remark(p, "waves from short to long", "fixed positions need no weights"), _waves(p))
    elif learned:
        p.add(
            guard(
                p,
                f"seq > {at['position']}.shape[0]",
                "no positions for sequences of {seq} tokens",
                0.35,
            ),
            p.pick(
                f"h = h + {at['position']}[:seq]",
                f"h = h + {at['position']}[None, :seq]",
                f"h += {at['position']}[jnp.arange(seq)]",
            ),
        )
    if segments:
        p.add(
            remark(p, "which of two sentences a token belongs to", "segments"),
            p.pick(
                f"h = h + {at['segment']}[segment_ids]",
                f"h += jnp.take({at['segment']}, segment_ids, axis=0)",
            ),
        )


def _draw_embedding(stream: Stream, target: str) -> KernelSpec:
    """Draw embeddings with positions, scales and segments, or scores of tokens."""
    p = Program(stream)
    rows, length = p.size(1, 2, 4, 8), p.size(16, 32, 64)
    words, dim = p.size(128, 256, 512), p.size(32, 64, 96, 128)
    tied = target == "tied_logits"
    low = p.maybe(0.3)
    p.tensor(
        "tokens", whole(rows, length, below=words), "token ids of shape (batch, length)", ("tokens", "token_ids", "ids")
    )
    p.tensor("hidden", Leaf((rows, length, dim), -2, 2), "last hidden states, shape (batch, length, dim)",
             ("hidden", "hidden_states", "x"))  # fmt: skip
    names = {"token": weights(words, dim), "position": weights(2 * length, dim), "segment": weights(2, dim)}
    learned = target == "token_embedding" and p.choices.chance(0.5)
    segments = target == "token_embedding" and p.maybe(0.3)
    used = ["token", *(["position"] if learned else []), *(["segment"] if segments else [])]
    at = _declare_tables(p, words, dim, names, used)
    p.tensor("segment_ids", whole(rows, length, below=2), "segment of each token", ("segment_ids", "type_ids"))
    _declare_numbers(p, dim)
    scaled = p.maybe(0.4)
    p.option("scale_by_dim", p.pick("True", "False"), "bool",
             "whether to scale vectors by the square root of their size", "True",
             ("scale_by_dim", "scale_embeddings"))  # fmt: skip
    padded = p.maybe(0.3)
    p.option("pad", "0", "int", "padding id, whose vectors are zero", None, ("pad_id", "padding_id"))
    if tied:
        return _draw_logits(p, target, length, rows, words, at, low=low, padded=padded)
    p.add(
        guard(p, "tokens.ndim != 2", "expected ids of shape (batch, length), got {tokens.shape}", 0.35),
        p.pick(
            f"h = {at['token']}[tokens]",
            f"h = jnp.take({at['token']}, tokens, axis=0)",
        ),
        "seq, dim = h.shape[1:]" if p.choices.chance(0.5) else "_, seq, dim = h.shape",
    )
    if scaled:
        _write_additions(p)
    _write_positions(p, target, at, learned=learned, segments=segments)
    if p.maybe(0.45):
        p.add(_normalised(p, "h"))
    if padded:
        _write_padding(p)
    p.add("return h.astype(jnp.bfloat16)" if low else "return h")
    p.set_results(Leaf((rows, length, dim), dtype="bfloat16" if low else "float32"))
    return p.done(
        "layers",
        "embedding",
        target,
        ("embed", "embed_tokens", "token_embedding", "encode_tokens"),
        p.pick(
            "Embeds tokens and adds position embeddings"
            if "position" in target or learned
            else "Embeds tokens by table lookup",
            "Embeds a batch of token ids",
        ),
        "vectors of shape (batch, length, dim)",
    )


def _normalised(p: Program, value: str) -> str:
    """Return statements that normalize vectors, by their root mean square or as ``layer_norm``."""
    form = p.pick("rms", "layer")
    return normalise(p, value, value, "scale", p.pick("", "shift") if form == "layer" else "", form)


def _waves(p: Program) -> str:
    """Return statements that add sinusoidal encodings of the positions, with increasing wavelengths."""
    return join(
        p.pick("position = jnp.arange(seq)[:, None]", "position = jnp.arange(seq, dtype=jnp.float32)[:, None]"),
        p.pick(
            "rate = jnp.exp(jnp.arange(0, dim, 2) * (-math.log(10000.0) / dim))",
            "rate = longest ** (-jnp.arange(0, dim, 2) / dim)",
            "rate = 1.0 / longest ** (jnp.arange(0, dim, 2) / dim)",
        ),
        p.pick(
            "waves = jnp.concatenate([jnp.sin(position * rate), jnp.cos(position * rate)], axis=-1)",
            "waves = jnp.zeros((seq, dim))\nwaves = waves.at[:, 0::2].set(jnp.sin(position * rate))\n"
            "waves = waves.at[:, 1::2].set(jnp.cos(position * rate))",
            "angles = position * rate\n"
            "waves = jnp.stack([jnp.sin(angles), jnp.cos(angles)], axis=-1).reshape(seq, dim)",
        ),
        p.pick("h = h + waves", "h = h + waves[None]", "h += waves.astype(h.dtype)"),
    )


_MISSING = _BODIES["missing"]
_SCALED = _BODIES["scaled"]
_COLUMNS = _BODIES["columns"]


def _columns(p: Program) -> Text:
    """Draw a function that computes features of the rows of a table."""
    rows, width = p.size(8, 16, 32), p.choices.choice((4, 6, 8))
    names = p.choices.choice((
        ("country", "device", "weekday"), ("user", "item"), ("shop", "product", "month"), ("kind", "colour", "maker"),
    ))  # fmt: skip
    sizes = {name: p.choices.choice((7, 12, 20, 30)) for name in names}
    lines = p.choose(_COLUMNS)
    if "    raise ValueError(f'unknown combination {combine}')\n" in lines.partition("\n")[2].partition("\n")[2]:
        lines = re.sub(r"^if combine not in .*\n.*\n", "", lines)
    averaged = "combine == 'mean'" in lines
    if averaged:
        lines = lines.replace("('concat', 'sum')", "('concat', 'sum', 'mean')")
    joined, low = p.choices.chance(0.6), "astype(dtype)" in lines and p.choices.chance(0.4)
    count = p.choices.choice((3, 5))
    total = width * (len(names) if joined else 1) + count
    projected, out = p.choices.chance(0.6), p.size(16, 24)
    last = out if projected and "projection is not None" in lines else total
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "tables": Array({name: weights(sizes[name], width) for name in names}, "embedding table of each column",
                            ("tables", "embeddings")),
            "categories": Array({name: Leaf((rows,), -1, sizes[name], "int32") for name in names},
                                "category ids by column", ("categories", "categorical", "ids")),
            "numbers": Array(Leaf((rows, count), -2, 2), "numerical columns", ("numbers", "numeric")),
            "stats": Array({"mean": Leaf((count,)), "std": Leaf((count,), 0.5, 2)},
                           "mean and standard deviation of the numerical columns", ("stats", "statistics")),
            "key": Array(key(), "random key", ("key", "rng"), 0.4),
            "rate": Option("float", "probability that a column is dropped", ("0.1", "0.2"), ("drop_rate", "rate")),
            "missing": Option("str", "vectors of unknown ids: zero or mean", ("'zero'", "'mean'"), ("missing",)),
            "skip": Option("tuple[str, ...]", "columns to leave out", ("()",), ("skip", "exclude")),
            "combine": Option("str", f"combination: {'concat, sum or mean' if averaged else 'concat or sum'}",
                              ("'concat'",),
                              ("combine", "combiner"),
                              "'concat'" if joined else p.pick("'sum'", "'mean'") if averaged else "'sum'"),
            "dtype": Option("str", "dtype of the features", ("'float32'",), ("dtype",),
                            "'bfloat16'" if low else "'float32'"),
            "projection": Array(weights(total, out), "weights of a final projection", ("projection", "kernel"),
                                float(not projected)),
        },
        result=(Leaf((rows, last), dtype="bfloat16" if low else "float32"),),
        helpers=(_MISSING, _SCALED),
        titles=("embed_columns", "tabular_features", "encode_rows"),
        summary=p.pick("Embeds rows of categorical and numerical features", "Embeds the columns of a table"),
        returned="features of each row",
    )  # fmt: skip


_BUCKETS = _BODIES["buckets"]
_BIAS = _BODIES["bias"]


def _relative(p: Program) -> Text:
    """Draw a function that adds biases by distance to attention scores."""
    rows, heads, keys = p.choices.choice((1, 2)), p.choices.choice((2, 4)), p.size(12, 16, 24)
    queries = p.choices.choice((keys, keys, keys // 2))
    lines = p.choose(_BIAS)
    # Hidden scores are far larger in magnitude than others.
    attended = (
        "return jax.nn.softmax(scores, axis=-1)",
        "attn = jax.nn.softmax(scores.astype(jnp.float32), axis=-1)\nreturn attn.astype(scores.dtype)",
    )
    hides = "-1e9" in lines
    lines = placed(lines, "RETURNED", p.pick(*attended) if hides else "return scores")
    buckets = p.choices.choice((8, 16))
    scores = Leaf((rows, heads, queries, keys), -3, 3)
    # If a square of the factor of near distances were chosen, a logarithm would be on the border of two groups.
    furthest = p.choices.choice(("60", "40", "120"))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "scores": Array(scores, "scores of shape (batch, heads, queries, keys)", ("scores", "logits")),
            "table": Array(weights(buckets, heads), "bias of each distance bucket and head",
                           ("table", "bias_table", "embedding")),
            "gate": Array(Leaf((heads,), -2, 2), "gate of the biases of each head", ("gate",), 0.3),
            "mask": Array(truth(rows, keys), "mask of valid keys", ("mask", "key_mask"), 0.3),
            "num_buckets": Option("int", "number of distance buckets", (str(buckets),), ("num_buckets",)),
            "max_distance": Option("int", "distance at which the last bucket begins", (furthest,), ("max_distance",)),
            "bidirectional": Option("bool", "whether to distinguish earlier and later positions", ("True", "False"),
                                    ("bidirectional",)),
            "offset": Option("int | None", "position of the first query", ("None", "4"), ("offset", "query_offset")),
            "aligned_right": Option("bool", "whether to align the last query with the last key", ("True", "False"),
                                    ("aligned_right",)),
            "kind": Option("str", "type of distance buckets", ("'bucket'", "'clipped'"), ("kind", "bias_type")),
            "scale": Option("float", "scale of the scores", ("0.125", "0.25", "0.18"), ("scale", "sm_scale")),
            "causal": Option("bool", "whether positions attend only to earlier ones", ("False", "True"),
                             ("causal", "is_causal")),
            "window": Option("int | None", "largest distance of a position that is attended to", ("None", "6", "8"),
                             ("window", "window_size")),
        },
        result=(scores,),
        helpers=(_BUCKETS,),
        titles=("relative_attention_weights", "biased_attention_weights", "attention_with_distances") if hides else
               ("add_relative_bias", "apply_relative_bias", "biased_scores"),
        summary="Computes attention weights with relative position biases" if hides else
                p.pick("Adds learned relative position biases of heads",
                       "Computes attention scores with relative positions"),
        returned="attention weights that sum to one over the keys" if hides else "scores with the biases added",
    )  # fmt: skip


_WHOLE = {"table_columns": _columns, "relative_positions": _relative}
RECIPES = (
    with_texts(
        Recipe(
            name="embedding",
            category="layers",
            targets=("token_embedding", "sinusoidal_positions", "tied_logits"),
            draw=_draw_embedding,
        ),
        _WHOLE,
        weight=2.0,
    ),
)
