"""Layers that do one of several things by name: pooling, convolution in time, normalization, masks, dropout."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_POOL = Family(
    summary="Brings neighbouring pixels together",
    titles=("pool", "pool2d", "downsample", "spatial_pool"),
    before="""
        {?0.4 if x.ndim != 4:
            raise ValueError(f'expected images of four axes, got <<x.shape>>')}
        {?0.4 if x.shape[1] % size != 0 or x.shape[2] % size != 0:
            raise ValueError(f'sides of <<x.shape[1:3]>> are no multiples of <<size>>')}
        {window = (1,) + (size,) * 2 + (1,) ~
        window = tuple(size if i in (1, 2) else 1 for i in range(4))}
    """,
    cases={
        "max": """
            {?0.4 # {the strongest answer ~ keep the strongest pixel}}
            out = lax.reduce_window(x, -jnp.inf, lax.max, window, window, 'VALID')
        """,
        "min": "out = -lax.reduce_window(-x, -jnp.inf, lax.max, window, window, 'VALID')",
        "mean": """
            sums = lax.reduce_window(x, 0.0, lax.add, window, window, 'VALID')
            out = sums / {size ** 2 ~ math.prod(window)}
        """,
        "norm": """
            # {root of the mean of squares ~ the size of what a window holds}
            squares = lax.reduce_window(jnp.square(x), 0.0, lax.add, window, window, 'VALID')
            out = jnp.sqrt(squares / size ** 2 + eps)
        """,
        "stride": "out = x[:, ::size, ::size]",
        "weighted": """
            # {some pixels of a window count more ~ a weighted mean of each window}
            n, height, width, channels = x.shape
            blocks = x.reshape(n, height // size, size, width // size, size, channels)
            out = jnp.einsum('nhawbc,ab->nhwc', blocks, weight{~ / weight.sum()})
        """,
        "smooth_max": """
            # {between the mean and the maximum ~ a maximum with gradients for all pixels}
            highest = lax.stop_gradient(jnp.max(x))
            sums = lax.reduce_window(jnp.exp(x - highest), 0.0, lax.add, window, window, 'VALID')
            out = highest + jnp.log(sums / size ** 2)
        """,
    },
    after="""
        {?0.5 if scale is not None:
            out = out * scale}
        {if activate_out:
            out = {jax.nn.relu(out) ~ jnp.maximum(out, 0.0)} ~ out = jax.nn.relu(out) if activate_out else out}
    """,
    word="pooling",
    returned="smaller images",
)  # fmt: skip
_TIME = Family(
    summary="Convolution along time",
    titles=("conv1d", "temporal_conv", "convolve_sequence"),
    before="""
        {?0.4 if x.shape[-1] != kernel.shape[1]:
            raise ValueError(f'kernel for <<kernel.shape[1]>> features, inputs have <<x.shape[-1]>>')}
        {?0.4 if lengths is not None:
            # {padding of short sequences is zero ~ nothing beyond the end of a sequence}
            inside = jnp.arange(x.shape[1])[None, :] < lengths[:, None]
            x = jnp.where(inside[..., None], x, 0.0)}
        {width = kernel.shape[0] ~ width, *_ = kernel.shape}
        reach = {(width - 1) * dilation ~ dilation * (width - 1)}
    """,
    cases={
        "same": """
            left = reach // 2
            padded = jnp.pad(x, ((0, 0), (left, reach - left), (0, 0)))
            out = convolve(padded, kernel, dilation)
        """,
        "causal": """
            {# {an output sees no later input ~ pad on the left alone}
            padded = jnp.pad(x, ((0, 0), (reach, 0), (0, 0)))
            out = convolve(padded, kernel, dilation) ~
            # {one product for every tap, without a convolution ~ a sum over shifted copies}
            summed = jnp.zeros((*x.shape[:-1], kernel.shape[-1]), x.dtype)
            for tap in range(width):
                shift = (width - 1 - tap) * dilation
                moved = jnp.pad(x, ((0, 0), (shift, 0), (0, 0)))[:, :x.shape[1]]
                summed = summed + moved @ kernel[tap]
            out = summed}
        """,
        "circular": """
            {?0.5 # the end of a sequence stands before its start}
            left = reach // 2
            padded = jnp.pad(x, ((0, 0), (left, reach - left), (0, 0)), mode='wrap')
            out = convolve(padded, kernel, dilation)
        """,
        "reflect": """
            {?0.4 if reach >= x.shape[1]:
                raise ValueError('the sequence is too short to be reflected')}
            left = reach // 2
            padded = jnp.pad(x, ((0, 0), (left, reach - left), (0, 0)), mode='reflect')
            out = convolve(padded, kernel, dilation)
        """,
        "edge": """
            # {the first and the last step go on ~ as if nothing changed before and after}
            padded = jnp.pad(x, ((0, 0), (reach // 2, reach - reach // 2), (0, 0)), mode='edge')
            out = convolve(padded, kernel, dilation)
        """,
    },
    after="""
        if bias is not None:
            out = out + bias
        {?0.7 if act == 'relu':
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
        {?0.4 if x.ndim < 3:
            raise ValueError('expected (batch, positions, features)')}
        {?0.4 # statistics lose too much in 16 bits}
        {h = x.astype(jnp.float32) ~ h = jnp.asarray(x, dtype=jnp.float32) ~
        h = x.astype(jnp.promote_types(x.dtype, jnp.float32))}
    """,
    cases={
        "layer": """
            {mean, var = moments(h, -1) ~ mean = h.mean(axis=-1, keepdims=True)
            var = h.var(axis=-1, keepdims=True)}
            out = (h - mean) * lax.rsqrt(var + eps)
        """,
        "rms": """
            {?0.5 # no mean is taken off}
            {out = h * lax.rsqrt(jnp.mean(h ** 2, axis=-1, keepdims=True) + eps) ~
            scale_of = jnp.sqrt(jnp.mean(jnp.square(h), axis=-1, keepdims=True) + eps)
            out = h / scale_of}
        """,
        "instance": """
            # {every channel of every example by itself ~ over positions}
            mean, var = {moments(h, 1) ~ jnp.mean(h, axis=1, keepdims=True), jnp.var(h, axis=1, keepdims=True)}
            out = (h - mean) / jnp.sqrt(var + eps)
        """,
        "group": """
            {?0.4 if h.shape[-1] % groups != 0:
                raise ValueError(f'<<h.shape[-1]>> features in <<groups>> groups')}
            parts = h.reshape(*h.shape[:-1], groups, -1)
            axes = tuple(i for i in range(1, parts.ndim) if i != parts.ndim - 2)
            {mean, var = moments(parts, axes) ~
            mean = parts.mean(axis=axes, keepdims=True)
            var = parts.var(axis=axes, keepdims=True)}
            out = ((parts - mean) / jnp.sqrt(var + eps)).reshape(h.shape)
        """,
        "batch": """
            # {statistics of all batches so far ~ as after training}
            out = (h - running_mean) * {jax.lax.rsqrt(running_var + eps) ~ lax.rsqrt(running_var + eps)}
        """,
        "length": """
            {out = h / jnp.maximum(jnp.linalg.norm(h, axis=-1, keepdims=True), eps) ~
            out = h / safe_norm(h)}
        """,
    },
    after="""
        if scale is not None:
            out = out * scale
        {?0.7 if bias is not None:
            out = out + bias}
        {?0.5 {?0.5 # padding has no features}
        if mask is not None:
            out = jnp.where(mask[..., None], out, 0.0)}
        out = out.astype(x.dtype)
    """,
    finished=False,
    named=("norm", "kind", "norm_type"),
    word="normalization",
    returned="features of the same shape",
)  # fmt: skip
_DROP = Family(
    summary="Dropout of what a name says",
    titles=("dropout", "apply_dropout", "stochastic_drop"),
    before="""
        {if deterministic or rate == 0.0:
            {?0.5 # nothing is dropped when a model is used}
            return x ~ if deterministic:
            return x
        if rate >= 1.0:
            return jnp.zeros_like(x) ~ if rate < 0.0 or rate >= 1.0:
            raise ValueError(f'a rate lies between 0 and 1, not <<rate>>')
        if deterministic:
            return x}
        {?0.4 if rng is None:
            raise ValueError('dropout needs a random key')}
        kept = 1.0 - rate
    """,
    cases={
        "unit": "out = jnp.where(jax.random.bernoulli(rng, kept, x.shape), x / kept, 0.0)",
        "feature": """
            # {a feature is dropped at all positions ~ the same features everywhere in a sequence}
            shape = (x.shape[0],) + (1,) * (x.ndim - 2) + (x.shape[-1],)
            keep = jax.random.bernoulli(rng, kept, shape)
            out = jnp.where(keep, x / kept, 0.0)
        """,
        "position": """
            keep = jax.random.bernoulli(rng, kept, {x.shape[:-1] ~ (*x.shape[:-1],)})
            out = {jnp.where(keep[..., None], x / kept, 0.0) ~ x * keep[..., None].astype(x.dtype) / kept}
        """,
        "path": """
            # {whole examples take the way around ~ some examples skip the branch}
            shape = (x.shape[0],) + (1,) * (x.ndim - 1)
            keep = jax.random.bernoulli(rng, kept, shape)
            out = jnp.where(keep, x / {kept ~ (1.0 - rate)}, 0.0)
        """,
        "gaussian": """
            # {noise of the same variance as dropout's ~ multiplicative noise}
            spread = math.sqrt(rate / kept)
            out = x * (1.0 + spread * jax.random.normal(rng, x.shape{~, x.dtype}))
        """,
    },
    after="{if residual is not None:\n    out = out + residual}",
    named=("mode", "kind", "granularity"),
    word="kind",
    returned="what is left",
)  # fmt: skip
_MASK = Family(
    summary="Attention over positions that a name allows",
    titles=("masked_attention", "attend", "attend_with_pattern"),
    before="""
        {?0.4 if q.shape[-1] != k.shape[-1]:
            raise ValueError('queries and keys differ in size')}
        scores = {jnp.einsum('bqd,bkd->bqk', q, k) ~ q @ k.swapaxes(-1, -2)} / math.sqrt(q.shape[-1])
        {rows = jnp.arange(q.shape[1])[:, None]
        columns = jnp.arange(k.shape[1])[None, :] ~ steps = jnp.arange(q.shape[1])
        rows, columns = steps[:, None], steps[None, :]}

        def attend(seen):
            {attn = jax.nn.softmax(jnp.where(seen, scores, {-1e9 ~ jnp.finfo(scores.dtype).min}), axis=-1)
            {return jnp.einsum('bqk,bkd->bqd', attn, v) ~ return attn @ v} ~
            {if mask is not None:
                seen = seen & mask[:, None, :]}
            hidden = jnp.where(seen, scores, -1e9)
            return jax.nn.softmax(hidden, axis=-1) @ v}

    """,
    cases={
        "causal": "out = attend(columns <= rows)",
        "full": "out = attend(jnp.ones(scores.shape[-2:], dtype=bool))",
        "window": """
            # {only so far back ~ near positions alone}
            near = {(rows - columns < window) & (columns <= rows) ~ jnp.abs(rows - columns) < window}
            out = attend(near)
        """,
        "prefix": """
            # {the prompt is seen as a whole, the rest from left to right ~ both ways in the prompt}
            out = attend((columns <= rows) | (columns < prefix))
        """,
        "strided": """
            {?0.4 if window <= 0:
                raise ValueError('a stride is positive')}
            far = {(rows - columns) % window == 0 ~ columns % window == window - 1}
            near = {rows - columns < window ~ rows - columns <= window}
            out = attend((columns <= rows) & (far | near))
        """,
    },
    after="""
        if gate is not None:
            out = out * jax.nn.sigmoid(gate)
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
        "gate": Array(Leaf(shape, -2, 2), "what closes positions", ("gate",)),
        "kernel": Array(weights(width, dim, out), "filters of shape (width, in, out)", ("kernel", "filters", "w")),
        "weight": Array(positive(size, size), "weight of each pixel of a block", ("weight", "window_weights")),
        "scale": Array(positive(scaled), "scale of each channel", ("scale", "gamma")),
        "bias": Array(
            weights(scaled), "offset of each channel", ("bias", "beta") if target == "named_norm" else ("bias", "b")
        ),
        "running_mean": Array(weights(scaled), "mean of each feature", ("running_mean", "mean_ema")),
        "running_var": Array(positive(scaled), "variance of each feature", ("running_var", "var_ema")),
        "mask": Array(truth(rows, length), "positions that count", ("mask", "valid")),
        "lengths": Array(Leaf((rows,), 1, length, "int32"), "length of each sequence", ("lengths", "seq_lengths")),
        "residual": Array(Leaf(shape), "what goes around", ("residual", "skip")),
        "rng": Array(key(), "random key", ("key", "rng")),
        "eps": Constant("1e-5", "small number that keeps the division safe", ("eps", "epsilon")),
        "size": Option("int", "side of a window", (str(size),), ("size", "pool_size", "factor")),
        "dilation": Option("int", "distance of two taps", ("1", "2"), ("dilation", "rate")),
        "groups": Option("int", "number of groups", ("4", "2"), ("groups", "num_groups")),
        "training": Option("bool", "whether the batch gives the statistics", ("True",), ("training", "train")),
        "activate_out": Option("bool", "whether the result is activated", ("False", "True"), ("activate", "relu")),
        "act": Option("str | None", "nonlinearity", ("None", "'relu'", "'gelu'"), ("activation", "act")),
        "rate": Option("float", "share that is dropped", ("0.1", "0.5", "0.2"), ("rate", "dropout_rate")),
        "deterministic": Option("bool", "whether nothing is dropped", ("False",), ("deterministic",)),
        "window": Option("int", "how far a position sees", ("8", "4"), ("window", "window_size")),
        "prefix": Option("int", "length of the prompt", ("4", "8"), ("prefix_len", "prefix")),
    }  # fmt: skip
    given = {name: each for name, each in given.items() if name != "window" or target != "pooling"}
    return draw_by_name(
        stream, ("layers", "layer_by_name", target), FAMILIES[target], given, Leaf(ends.get(target, shape))
    )


RECIPES = (Recipe(name="layer_by_name", category="layers", targets=tuple(FAMILIES), draw=_draw_layer),)
