"""Layers that do one of several things by name: pooling, convolution in time, normalization, masks, dropout."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_POOL = Family(
    summary="Pools windows of an image",
    titles=("pool", "pool2d", "downsample", "spatial_pool"),
    before="""
        {?0.2 if x.shape[1] % size != 0 or x.shape[2] % size != 0:
            raise ValueError(f'expected sides that <<size>> divides, got <<x.shape[1:3]>>')}
        window = (1, size, size, 1)
    """,
    cases={
        "max": """
            out = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, 'VALID')
        """,
        "min": "out = -jax.lax.reduce_window(-x, -jnp.inf, jax.lax.max, window, window, 'VALID')",
        "mean": """
            sums = jax.lax.reduce_window(x, 0.0, jax.lax.add, window, window, 'VALID')
            out = sums / {size ** 2 ~ math.prod(window)}
        """,
        "norm": """
            {?0.4 # root mean square of each window}
            squares = jax.lax.reduce_window(jnp.square(x), 0.0, jax.lax.add, window, window, 'VALID')
            out = jnp.sqrt(squares / size ** 2 + eps)
        """,
        "stride": "out = x[:, ::size, ::size]",
        "weighted": """
            {?0.4 # weighted mean of each window}
            n, height, width, channels = x.shape
            blocks = x.reshape(n, height // size, size, width // size, size, channels)
            out = jnp.einsum('nhawbc,ab->nhwc', blocks, weight / weight.sum())
        """,
        "smooth_max": """
            {?0.4 # {log-sum-exp pooling}}
            max_value = jax.lax.stop_gradient(jnp.max(x))
            sums = jax.lax.reduce_window(jnp.exp(x - max_value), 0.0, jax.lax.add, window, window, 'VALID')
            out = max_value + jnp.log(sums / size ** 2)
        """,
    },
    after="""
        {?0.3 if scale is not None:
            out = out * scale}
    """,
    word="pooling",
    returned="smaller images",
)  # fmt: skip
_TIME = Family(
    summary="Convolution along time",
    titles=("conv1d", "temporal_conv", "convolve_sequence"),
    before="""
        {?0.15 if x.shape[-1] != kernel.shape[1]:
            raise ValueError(f'expected inputs of <<kernel.shape[1]>> features, got <<x.shape[-1]>>')}
        width = kernel.shape[0]
        total_pad = {(width - 1) * dilation ~ dilation * (width - 1)}
    """,
    cases={
        "same": """
            left = total_pad // 2
            padded = jnp.pad(x, ((0, 0), (left, total_pad - left), (0, 0)))
            out = convolve(padded, kernel, dilation)
        """,
        "causal": """
            {{?0.4 # pad on the left only}
            padded = jnp.pad(x, ((0, 0), (total_pad, 0), (0, 0)))
            out = convolve(padded, kernel, dilation) ~
            {?0.4 # {sum over shifted copies}}
            summed = jnp.zeros((*x.shape[:-1], kernel.shape[-1]), x.dtype)
            for tap in range(width):
                shift = (width - 1 - tap) * dilation
                shifted = jnp.pad(x, ((0, 0), (shift, 0), (0, 0)))[:, :x.shape[1]]
                summed = summed + shifted @ kernel[tap]
            out = summed}
        """,
        "circular": """
            left = total_pad // 2
            padded = jnp.pad(x, ((0, 0), (left, total_pad - left), (0, 0)), mode='wrap')
            out = convolve(padded, kernel, dilation)
        """,
        "reflect": """
            left = total_pad // 2
            padded = jnp.pad(x, ((0, 0), (left, total_pad - left), (0, 0)), mode='reflect')
            out = convolve(padded, kernel, dilation)
        """,
        "edge": """
            padded = jnp.pad(x, ((0, 0), (total_pad // 2, total_pad - total_pad // 2), (0, 0)), mode='edge')
            out = convolve(padded, kernel, dilation)
        """,
    },
    after="""
        {if bias is not None:
            out = out + bias ~
        if act == 'relu':
            out = jax.nn.relu(out)
        elif act == 'gelu':
            out = jax.nn.gelu(out)
        elif act is not None:
            raise ValueError(f'unknown activation <<act>>')}
    """,
    named=("padding", "mode", "pad_mode"),
    word="padding",
    returned="outputs of shape (batch, time, features)",
)  # fmt: skip
_NORM = Family(
    summary="Normalizes features by statistics that a name chooses",
    titles=("normalize", "norm_layer", "apply_norm", "normalize_features"),
    before="""
        {?0.4 # statistics in float32}
        h = x.astype(jnp.float32)
    """,
    cases={
        "layer": """
            {mean, var = moments(h, -1) ~ mean = h.mean(axis=-1, keepdims=True)
            var = h.var(axis=-1, keepdims=True)}
            out = (h - mean) * jax.lax.rsqrt(var + eps)
        """,
        "rms": """
            {out = h * jax.lax.rsqrt(jnp.mean(h ** 2, axis=-1, keepdims=True) + eps) ~
            rms = jnp.sqrt(jnp.mean(jnp.square(h), axis=-1, keepdims=True) + eps)
            out = h / rms}
        """,
        "instance": """
            mean, var = {moments(h, 1) ~ jnp.mean(h, axis=1, keepdims=True), jnp.var(h, axis=1, keepdims=True)}
            out = (h - mean) * jax.lax.rsqrt(var + eps)
        """,
        "group": """
            {?0.2 if h.shape[-1] % num_groups != 0:
                raise ValueError(f'<<h.shape[-1]>> features are not divisible by <<num_groups>> groups')}
            grouped = h.reshape(*h.shape[:-1], num_groups, -1)
            axes = tuple(i for i in range(1, grouped.ndim) if i != grouped.ndim - 2)
            {mean, var = moments(grouped, axes) ~
            mean = grouped.mean(axis=axes, keepdims=True)
            var = grouped.var(axis=axes, keepdims=True)}
            out = ((grouped - mean) * jax.lax.rsqrt(var + eps)).reshape(h.shape)
        """,
        "batch": """
            {?0.4 # running statistics}
            out = (h - running_mean) * jax.lax.rsqrt(running_var + eps)
        """,
    },
    after="""
        {if scale is not None:
            out = out * scale
        if bias is not None:
            out = out + bias ~
        if scale is not None:
            out = out * scale ~
        if mask is not None:
            {?0.4 # zero the padding}
            out = jnp.where(mask[..., None], out, 0.0)}
        out = out.astype(x.dtype)
    """,
    finished=False,
    named=("norm", "kind", "norm_type"),
    word="normalization",
    returned="features of the same shape",
)  # fmt: skip
_DROP = Family(
    summary="Dropout of units, features, positions or paths",
    titles=("dropout", "apply_dropout", "stochastic_drop"),
    before="""
        {if deterministic or rate == 0.0:
            return x ~ if deterministic:
            return x
        if rate >= 1.0:
            return jnp.zeros_like(x) ~ if rate < 0.0 or rate >= 1.0:
            raise ValueError(f'expected a rate between 0 and 1, got <<rate>>')
        if deterministic:
            return x}
        keep_prob = 1.0 - rate
    """,
    cases={
        "unit": "out = jnp.where(jax.random.bernoulli(rng, keep_prob, x.shape), x / keep_prob, 0.0)",
        "feature": """
            {?0.4 # {the same features at all positions}}
            shape = (x.shape[0],) + (1,) * (x.ndim - 2) + (x.shape[-1],)
            keep = jax.random.bernoulli(rng, keep_prob, shape)
            out = jnp.where(keep, x / keep_prob, 0.0)
        """,
        "position": """
            keep = jax.random.bernoulli(rng, keep_prob, x.shape[:-1])
            out = {jnp.where(keep[..., None], x / keep_prob, 0.0) ~ x * keep[..., None].astype(x.dtype) / keep_prob}
        """,
        "path": """
            {?0.4 # {stochastic depth}}
            shape = (x.shape[0],) + (1,) * (x.ndim - 1)
            keep = jax.random.bernoulli(rng, keep_prob, shape)
            out = jnp.where(keep, x / keep_prob, 0.0)
        """,
        "gaussian": """
            {?0.4 # {multiplicative Gaussian noise}}
            std = math.sqrt(rate / keep_prob)
            out = x * (1.0 + std * jax.random.normal(rng, x.shape{~, x.dtype}))
        """,
    },
    after="{?0.3 if residual is not None:\n    out = out + residual}",
    named=("mode", "kind", "granularity"),
    word="kind",
    returned="what is left",
)  # fmt: skip
_MASK = Family(
    summary="Attention with a named mask pattern",
    titles=("masked_attention", "attend", "attend_with_pattern"),
    before="""
        {?0.15 if q.shape[-1] != k.shape[-1]:
            raise ValueError(f'queries of <<q.shape[-1]>> features, but keys of <<k.shape[-1]>>')}
        scores = {jnp.einsum('bqd,bkd->bqk', q, k) ~ q @ k.swapaxes(-1, -2)} / math.sqrt(q.shape[-1])
        {rows = jnp.arange(q.shape[1])[:, None]
        columns = jnp.arange(k.shape[1])[None, :] ~ steps = jnp.arange(q.shape[1])
        rows, columns = steps[:, None], steps[None, :]}

        def attend(allowed):
            {attn = jax.nn.softmax(jnp.where(allowed, scores, {-1e9 ~ jnp.finfo(scores.dtype).min}), axis=-1)
            {return jnp.einsum('bqk,bkd->bqd', attn, v) ~ return attn @ v} ~
            {if mask is not None:
                allowed = allowed & mask[:, None, :]}
            masked_scores = jnp.where(allowed, scores, -1e9)
            return jax.nn.softmax(masked_scores, axis=-1) @ v}

    """,
    cases={
        "causal": "out = attend(columns <= rows)",
        "full": "out = attend(jnp.ones(scores.shape[-2:], dtype=bool))",
        "window": """
            {?0.4 # {local attention}}
            local = {(rows - columns < window) & (columns <= rows) ~ jnp.abs(rows - columns) < window}
            out = attend(local)
        """,
        "prefix": """
            {?0.4 # {bidirectional in the prefix}}
            out = attend((columns <= rows) | (columns < prefix))
        """,
        "strided": """
            {?0.4 if window <= 0:
                raise ValueError(f'expected a positive stride, got <<window>>')}
            strided = {(rows - columns) % window == 0 ~ columns % window == window - 1}
            local = {rows - columns < window ~ rows - columns <= window}
            out = attend((columns <= rows) & (strided | local))
        """,
    },
    after="""
        {?0.3 if gate is not None:
            out = out * jax.nn.sigmoid(gate)}
    """,
    named=("mask_mode", "pattern", "mode"),
    word="pattern",
    returned="attended values",
)  # fmt: skip
FAMILIES = {
    "pooling": _POOL,
    "time_convolution": _TIME,
    "named_norm": _NORM,
    "dropout_kinds": _DROP,
    "mask_patterns": _MASK,
}


def _draw_layer(stream: Stream, target: str) -> KernelSpec:
    """A layer that does what a name says."""
    sizes = stream.child("sizes")
    rows, side, dim, length = (
        sizes.choice((1, 2, 4)),
        sizes.choice((8, 16)),
        sizes.choice((8, 16, 32)),
        sizes.choice((16, 32)),
    )
    size, width, out = sizes.choice((2, 4)), sizes.choice((2, 3, 5)), sizes.choice((8, 16))
    rows = max(rows, 4) if target == "dropout_kinds" else rows
    shape = (rows, side, side, dim) if target == "pooling" else (rows, length, dim)
    ends = {"pooling": (rows, side // size, side // size, dim), "time_convolution": (rows, length, out)}
    scaled = dim if target in ("pooling", "named_norm") else out
    given = {
        "x": Array(Leaf(shape, -2, 2), f"inputs of shape {shape}", ("x", "inputs", "features")),
        "q": Array(Leaf(shape, -2, 2), "queries of shape (batch, length, dim)", ("q", "queries")),
        "k": Array(Leaf(shape, -2, 2), "keys, of the same shape", ("k", "keys")),
        "v": Array(Leaf(shape, -2, 2), "values, of the same shape", ("v", "values")),
        "gate": Array(Leaf(shape, -2, 2), "gate of the output", ("gate",)),
        "kernel": Array(weights(width, dim, out), "filters of shape (width, in, out)", ("kernel", "filters", "w")),
        "weight": Array(positive(size, size), "weight of each pixel of a block", ("weight", "window_weights")),
        "scale": Array(positive(scaled), "scale of each channel", ("scale", "gamma")),
        "bias": Array(
            weights(scaled), "offset of each channel", ("bias", "beta") if target == "named_norm" else ("bias", "b")
        ),
        "running_mean": Array(weights(scaled), "mean of each feature", ("running_mean", "mean_ema")),
        "running_var": Array(positive(scaled), "variance of each feature", ("running_var", "var_ema")),
        "mask": Array(truth(rows, length), "positions that count", ("mask", "valid")),
        "residual": Array(Leaf(shape), "residual branch", ("residual", "skip")),
        "rng": Array(key(), "random key", ("key", "rng")),
        "eps": Constant("1e-5", "small number that keeps the division safe", ("eps", "epsilon")),
        "size": Option("int", "side of a window", (str(size),), ("size", "pool_size", "factor")),
        "dilation": Option("int", "distance of two taps", ("1", "2"), ("dilation", "rate")),
        "num_groups": Option("int", "number of groups", ("4", "2"), ("num_groups", "groups")),
        "training": Option("bool", "whether the batch gives the statistics", ("True",), ("training", "train")),
        "act": Option("str | None", "nonlinearity", ("None", "'relu'", "'gelu'"), ("activation", "act")),
        "rate": Option("float", "fraction that is dropped", ("0.1", "0.5", "0.2"), ("rate", "dropout_rate")),
        "deterministic": Option("bool", "whether nothing is dropped", ("False",), ("deterministic",)),
        "window": Option("int", "how far a position sees", ("8", "4"), ("window", "window_size")),
        "prefix": Option("int", "length of the prompt", ("4", "8"), ("prefix_len", "prefix")),
    }  # fmt: skip
    given = {name: each for name, each in given.items() if name != "window" or target != "pooling"}
    return draw_by_name(
        stream, ("layers", "layer_by_name", target), FAMILIES[target], given, Leaf(ends.get(target, shape))
    )


RECIPES = (Recipe(name="layer_by_name", category="layers", targets=tuple(FAMILIES), draw=_draw_layer),)
