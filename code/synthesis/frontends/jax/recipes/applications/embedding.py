"""Tokens to vectors, and vectors to scores of tokens."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    normalise,
    positive,
    remark,
    weights,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_embedding(stream: Stream, target: str) -> KernelSpec:
    """Tokens to vectors, with positions, scales and segments; or back to scores of tokens."""
    p = Program(stream)
    rows, length = p.size(1, 2, 4, 8), p.size(16, 32, 64)
    words, dim = p.size(128, 256, 512), p.size(32, 64, 96, 128)
    tied = target == "tied_logits"
    low = p.maybe(0.3)
    p.tensor(
        "tokens", whole(rows, length, below=words), "token ids of shape (batch, length)", ("tokens", "token_ids", "ids")
    )
    p.tensor(
        "hidden",
        Leaf((rows, length, dim), -2, 2),
        "last hidden states, shape (batch, length, dim)",
        ("hidden", "hidden_states", "x"),
    )
    names = {"token": weights(words, dim), "position": weights(2 * length, dim), "segment": weights(2, dim)}
    learned = target == "token_embedding" and p.choices.chance(0.5)
    segments = target == "token_embedding" and p.maybe(0.3)
    used = ["token", *(["position"] if learned else []), *(["segment"] if segments else [])]
    if len(used) > 1 or p.choices.chance(0.5):
        form = p.pick("dict", "record")
        fields = [(name, names[name]) for name in used]
        tree: Tree = p.record("Embeddings", fields, "Tables of vectors") if form == "record" else dict(fields)
        p.tree("params", tree, "tables of vectors", ("params", "tables", "embeddings"))
        at = {each: f"params.{each}" if form == "record" else f"params['{each}']" for each in used}
    else:
        p.tensor("table", weights(words, dim), "vectors of shape (vocab, dim)", ("table", "embedding", "embed"))
        at = {"token": "table"}
    p.tensor("segment_ids", whole(rows, length, below=2), "segment of each token", ("segment_ids", "type_ids"))
    p.tensor("scale", positive(dim), "scale of the normalized vectors", ("scale", "gamma"))
    p.tensor("shift", weights(dim), "offset of the normalized vectors", ("shift", "beta"))
    p.number("eps", p.pick("1e-6", "1e-5"), "small number that keeps the division safe")
    p.number("cap", "30.0", "what scores are kept below", None, ("final_softcap", "logit_cap"))
    p.number("longest", "10000.0", "longest wavelength", None, ("max_wavelength", "base"))
    scaled = p.maybe(0.4)
    p.option(
        "scale_by_dim",
        p.pick("True", "False"),
        "bool",
        "whether vectors are scaled by the root of their size",
        "True",
        ("scale_by_dim", "scale_embeddings"),
    )
    padded = p.maybe(0.3)
    p.option("pad", "0", "int", "id of padding, whose vectors are zero", None, ("pad_id", "padding_id"))
    if tied:
        p.add(
            guard(p, f"hidden.shape[-1] != {at['token']}.shape[1]", "hidden states of {hidden.shape[-1]} features", 0.3)
        )
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
        p.gives(Leaf((rows, length, words), dtype="bfloat16" if low else "float32"))
        return p.done(
            "layers",
            "embedding",
            target,
            ("logits_from_hidden", "tied_logits", "decode_logits", "lm_head"),
            p.pick("Scores of every token by the table of embeddings", "Projects hidden states on the vocabulary"),
            "scores of shape (batch, length, vocab)",
        )
    p.add(
        guard(p, "tokens.ndim != 2", "expected ids of shape (batch, length), got {tokens.shape}", 0.35),
        p.pick(
            f"h = {at['token']}[tokens]",
            f"h = jnp.take({at['token']}, tokens, axis=0)",
        ),
        "seq, dim = h.shape[1:]" if p.choices.chance(0.5) else "_, seq, dim = h.shape",
    )
    if scaled:
        p.add(
            block(
                "if scale_by_dim:",
                remark(p, "as large as the positions that are added"),
                p.pick("h = h * math.sqrt(dim)", "h = h * dim ** 0.5"),
            )
        )
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
    if p.maybe(0.45):
        p.add(_normalised(p, "h"))
    if padded:
        p.add(
            remark(p, "padding has no vector", "nothing stands for padding"),
            p.pick(
                "h = jnp.where((tokens == pad)[..., None], 0.0, h)",
                "h = h * (tokens != pad)[..., None]",
                "valid = tokens != pad\nh = h * valid[:, :, None].astype(h.dtype)",
            ),
        )
    p.add("return h.astype(jnp.bfloat16)" if low else "return h")
    p.gives(Leaf((rows, length, dim), dtype="bfloat16" if low else "float32"))
    return p.done(
        "layers",
        "embedding",
        target,
        ("embed", "embed_tokens", "token_embedding", "encode_tokens"),
        p.pick(
            "Looks up the vectors of tokens and adds their positions"
            if "position" in target or learned
            else "Looks up the vectors of tokens",
            "Embeds a batch of token ids",
        ),
        "vectors of shape (batch, length, dim)",
    )


def _normalised(p: Program, value: str) -> str:
    """Statements that normalize vectors, by their root mean square without an offset."""
    form = p.pick("rms", "layer")
    return normalise(p, value, value, "scale", p.pick("", "shift") if form == "layer" else "", form)


def _waves(p: Program) -> str:
    """Fixed positions: waves of growing length."""
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


RECIPES = (
    Recipe(
        name="embedding",
        category="layers",
        targets=("token_embedding", "sinusoidal_positions", "tied_logits"),
        draw=_draw_embedding,
    ),
)
