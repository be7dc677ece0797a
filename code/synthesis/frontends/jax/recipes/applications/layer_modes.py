"""Layers whose kind is chosen by the caller: pooling, convolution in time, normalization, masks, dropout."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.named_cases import chain_by_name, option_of, some_of
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.window_modes import write_pooling, write_time_convolution
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "layer_modes", margin=12)

_AXES = {
    "layer": "axes = {(-1,) ~ h.ndim - 1}",
    "instance": "{?0.4 # {per example and channel}}\naxes = {tuple(range(1, h.ndim - 1)) ~ (1,)}",
    "batch": "axes = {tuple(range(h.ndim - 1)) ~ (0, 1)}",
}


def _named_norm(p: Program) -> Text:
    rows, length, dim = p.size(2, 4), p.size(16, 32), 4 * p.size(2, 4, 8)
    form = p.pick("axes", "running", "group", "rms")
    cases = some_of(p, _AXES) if form == "axes" else {"layer": "", "rms": ""}
    if form == "axes":
        lines = join(
            "{?0.4 # statistics in float32}\nh = x.astype(jnp.float32)",
            chain_by_name(cases, "name", "normalization"),
            _BODIES["norms.moments"],
            _BODIES["endings"],
        )
        titles, summary = ("normalize", "norm_layer", "apply_norm"), "Normalizes features over selectable axes"
        results: tuple[Leaf, ...] = (Leaf((rows, length, dim)),)
    elif form == "rms":
        lines = join(
            "{?0.4 # statistics in float32}\nh = x.astype(jnp.float32)",
            _BODIES["norms.rms"],
            _BODIES["endings"],
        )
        titles, summary = ("apply_norm", "normalize", "pre_norm"), "Layer or root mean square normalization"
        results = (Leaf((rows, length, dim)),)
    elif form == "group":
        lines = _BODIES["norms.group"]
        titles, summary = ("group_norm", "group_normalize"), "Group normalization of sequences"
        results = (Leaf((rows, length, dim)),)
    else:
        lines = with_escaped_braces(p.choose(_BODIES["norms.running"]))
        titles, summary = ("batch_norm", "batch_normalize"), "Batch normalization with running statistics"
        results = (Leaf((rows, length, dim)), Leaf((dim,)), Leaf((dim,)))
    given = {
        "x": Array(Leaf((rows, length, dim), -2, 2), "features of shape (batch, length, dim)",
                   ("x", "inputs", "features")),
        "mask": Array(truth(rows, length), "mask of valid positions", ("mask", "valid_mask")),
        "running_mean": Array(weights(dim), "running mean of each feature", ("running_mean", "mean_ema")),
        "running_var": Array(positive(dim), "running variance of each feature", ("running_var", "var_ema")),
        "scale": Array(positive(dim), "scale of each feature", ("scale", "gamma")),
        "bias": Array(weights(dim), "offset of each feature", ("bias", "beta")),
        "unbiased": Option("bool", "whether to use the unbiased variance", ("True", "False"), ("unbiased",)),
        "training": Option("bool", "whether to use the statistics of the batch", ("True",), ("training", "train")),
        "act": Option("bool", "whether to apply an activation", ("True", "False"), ("with_activation", "activate")),
        "momentum": Option("float", "momentum of the running statistics", ("0.9", "0.99"), ("momentum", "decay")),
        "num_groups": Option("int", "number of groups", ("4", "2"), ("num_groups", "groups")),
        "eps": Constant("1e-5", "small constant that avoids division by zero", ("eps", "epsilon")),
        "name": option_of(p, cases, ("norm", "kind", "norm_type")),
    }  # fmt: skip
    returned = "features, and the new statistics" if form == "running" else "features of the same shape"
    return Text(lines=lines, given=given, result=results, titles=titles, summary=summary, returned=returned)


_SHAPES = {
    "unit": "shape = x.shape",
    "channel": """
        {?0.4 # {the same channels at all positions}}
        shape = (x.shape[0], 1, x.shape[-1])
    """,
    "token": "shape = {(*x.shape[:2], 1) ~ x.shape[:2] + (1,)}",
    "path": """
        {?0.4 # {stochastic depth per example}}
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
    """,
}
_OUT = _BODIES["out"]
_KEPT = """
    keep = jax.random.bernoulli(rng, keep_prob, shape)
    {out = jnp.where(keep, x / keep_prob, 0.0) ~ out = x * keep.astype(x.dtype) / keep_prob}
"""


def _dropout(p: Program) -> Text:
    rows, length, dim = p.size(4, 8), p.size(16, 32), p.size(8, 16, 32)
    form = p.pick("named", "dims", "path", "noise", "pair")
    cases = some_of(p, _SHAPES) if form == "named" else {"bernoulli": "", "gaussian": ""}
    lines, titles, summary = {
        "named": (
            join(_OUT.replace("BACK", "x"), chain_by_name(cases, "name", "kind of dropout"), _KEPT, "return out"),
            ("dropout", "structured_dropout", "apply_dropout"), "Dropout of entries, channels, tokens or examples",
        ),
        "dims": (
            join(
                _OUT.replace("BACK", "x"),
                _BODIES["dropout.dims"],
            ),
            ("dropout", "broadcast_dropout", "shared_dropout"), "Dropout with a mask shared along some axes",
        ),
        "path": (
            join(
                _OUT.replace("BACK", "residual + x"),
                _BODIES["dropout.path"],
            ),
            ("drop_path", "stochastic_depth", "residual_drop_path"), "Stochastic depth of a residual branch",
        ),
        "noise": (
            join(
                _OUT.replace("BACK", "x"),
                _BODIES["dropout.noise"],
            ),
            ("dropout", "noise_layer", "noisy_dropout"), "Dropout by zeros or by multiplicative noise",
        ),
        "pair": (
            join(
                _OUT.replace("BACK", "residual + x"),
                _BODIES["dropout.pair"],
            ),
            ("residual_dropout", "dropout_add", "embedding_dropout"), "Dropout of a residual branch and of tokens",
        ),
    }[form]  # fmt: skip
    return Text(
        lines=lines,
        given={
            "x": Array(Leaf((rows, length, dim), -2, 2), "features of shape (batch, length, dim)",
                       ("x", "inputs") if form != "path" else ("x", "branch")),
            "residual": Array(Leaf((rows, length, dim), -2, 2), "residual input",
                              ("residual", "skip", "shortcut")),
            "rng": Array(key(), "random key", ("key", "rng")),
            "rate": Option("float", "dropout rate", ("0.1", "0.5", "0.2"), ("rate", "dropout_rate")),
            "token_rate": Option("float", "dropout rate of whole tokens", ("0.1", "0.2"), ("token_rate",)),
            "deterministic": Option("bool", "whether to disable dropout", ("False",), ("deterministic",)),
            "scale_by_keep": Option("bool", "whether to scale up the remaining values", ("True", "False"),
                                    ("scale_by_keep",)),
            "dims": Option("tuple[int, ...]", "axes that share one dropout mask", ("(1,)", "(0, 1)", "(1, 2)"),
                           ("broadcast_dims", "shared_axes")),
            "name": option_of(p, cases, ("mode", "kind", "granularity") if form == "named" else ("noise", "kind")),
        },
        result=(Leaf((rows, length, dim)),),
        titles=titles,
        summary=summary,
        returned="features of the same shape",
    )  # fmt: skip


_ALLOWED = {
    "causal": "allowed = k_pos <= q_pos",
    "full": "allowed = jnp.ones((q.shape[1], k.shape[1]), dtype=bool)",
    "window": """
        {?0.4 # {local attention}}
        allowed = {(k_pos <= q_pos) & (q_pos - k_pos < window) ~ jnp.abs(q_pos - k_pos) < window}
    """,
    "prefix": """
        {?0.4 # {the prompt sees all of itself}}
        allowed = (k_pos <= q_pos) | (k_pos < prefix)
    """,
    "chunked": """
        {?0.4 # {causal within each chunk}}
        allowed = (k_pos <= q_pos) & (q_pos // window == k_pos // window)
    """,
    "strided": """
        {?0.4 # {neighbours and strided positions}}
        allowed = (k_pos <= q_pos) & ((q_pos - k_pos < window) | ((q_pos - k_pos) % window == 0))
    """,
}


def _masks(p: Program) -> Text:
    rows, length, dim = p.size(1, 2, 4), p.size(16, 32), p.size(8, 16, 32)
    cases = some_of(p, _ALLOWED, 2, 4)
    lines = join(
        _BODIES["masks.positions"],
        chain_by_name(cases, "name", "pattern"),
        _BODIES["masks.attention"],
    )
    lines = with_escaped_braces(p.choose(lines))
    asked = p.choices.chance(0.5)
    results = (Leaf((rows, length, dim)),)
    if "need_weights" in lines and asked:
        results = (*results, Leaf((rows, length, length)))
    return Text(
        lines=lines,
        given={
            "q": Array(Leaf((rows, length, dim), -2, 2), "queries of shape (batch, length, dim)", ("q", "query")),
            "k": Array(Leaf((rows, length, dim), -2, 2), "keys, of the same shape", ("k", "key")),
            "v": Array(Leaf((rows, length, dim), -2, 2), "values, of the same shape", ("v", "value")),
            "mask": Array(truth(rows, length), "mask of valid positions", ("padding_mask", "mask", "valid")),
            "scale": Option("float", "scale of the scores", ("0.25", "0.125"), ("scale", "sm_scale")),
            "slope": Option(
                "float | None", "slope of the linear distance bias", ("0.5", "0.25", "None"), ("alibi_slope",)
            ),
            "softcap": Option(
                "float | None", "soft limit of the scores", ("None", "30.0"), ("softcap", "logits_soft_cap")
            ),
            "window": Option(
                "int", "largest distance of a position that is attended to", ("8", "4"), ("window", "window_size")
            ),
            "prefix": Option(
                "int", "length of the prefix that all positions attend to", ("4", "8"), ("prefix_len", "prefix")
            ),
            "need_weights": Option(
                "bool", "whether to return the attention weights as well", (str(asked),), ("return_weights",)
            ),
            "name": option_of(p, cases, ("mask_mode", "pattern", "mask_type")),
        },
        result=results,
        titles=("masked_attention", "attend", "attention"),
        summary="Attention with a named mask pattern",
        returned="attended values, and the attention weights if requested" if len(results) > 1 else "attended values",
    )


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "pooling": write_pooling,
    "time_convolution": write_time_convolution,
    "named_norm": _named_norm,
    "dropout_kinds": _dropout,
    "mask_patterns": _masks,
}
RECIPES = (written_recipe("layer_by_name", "layers", _WRITERS),)
