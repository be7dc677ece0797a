"""Layers whose kind is chosen by the caller: pooling, convolution in time, normalization, masks, dropout."""

from collections.abc import Callable, Mapping

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import chain, join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, positive, truth, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "layer_modes", margin=12)


def _some(p: Program, cases: Mapping[str, str], least: int = 2, most: int = 3) -> dict[str, str]:
    """Return some of several cases, in their order."""
    count = p.choices.integer(least, min(most, len(cases)))
    kept = set(p.choices.shuffled(list(cases))[:count])
    return {name: text for name, text in cases.items() if name in kept}


def _with_usual(p: Program, cases: Mapping[str, str], usual: tuple[str, ...]) -> dict[str, str]:
    """Return some of several cases, in their order, always with the usual ones."""
    others = _some(p, {name: text for name, text in cases.items() if name not in usual}, 1, 2)
    kept = {*usual, *others} if len(usual) == 1 or p.choices.chance(0.6) else {*usual}
    return {name: text for name, text in cases.items() if name in kept}


def _by_name(cases: Mapping[str, str], variable: str, word: str) -> str:
    """Return an ``if`` chain that selects a case by name, with an error for any other name."""
    tests = [(f"{variable} == '{name}'", text) for name, text in cases.items()]
    return chain(*tests, otherwise=f"raise ValueError(f'unknown {word} <<{variable}>>')")


def _named(p: Program, cases: Mapping[str, str], names: tuple[str, ...]) -> Option:
    """Return an option that names one of the cases."""
    values = p.choices.shuffled([f"'{name}'" for name in cases])
    return Option("str", f"one of {', '.join(cases)}", tuple(values), names)


_WINDOWS = {
    "max": "out = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, strides, 'VALID')",
    "min": "out = jax.lax.reduce_window(x, jnp.inf, jax.lax.min, window, strides, 'VALID')",
    "avg": """
        sums = jax.lax.reduce_window(x, 0.0, jax.lax.add, window, strides, 'VALID')
        out = sums / {size ** 2 ~ math.prod(window)}
    """,
    "l2": """
        {?0.4 # root mean square of each window}
        squares = jax.lax.reduce_window(jnp.square(x), 0.0, jax.lax.add, window, strides, 'VALID')
        out = jnp.sqrt(squares / size ** 2 + eps)
    """,
}
_GLOBAL = {
    "max": "out = {jnp.max(x, axis=1) ~ x.max(axis=1)}",
    "mean": "out = {jnp.mean(x, axis=1) ~ x.mean(axis=1)}",
    "first": "out = x[:, 0]",
    "sum": "out = {x.sum(axis=1) ~ jnp.sum(x, axis=1)}",
    "norm": """
        {?0.4 # {sums of n terms grow as the root of n}}
        out = jnp.sum(x, axis=1) / math.sqrt(x.shape[1])
    """,
}
_GLOBAL_MASKED = {
    "max": """
        if mask is not None:
            x = jnp.where(mask[..., None], x, {-1e9 ~ -jnp.inf})
        out = jnp.max(x, axis=1)
    """,
    "mean": _BODIES["mean"],
    "first": "out = x[:, 0]",
    "sum": """
        if mask is not None:
            x = x * mask[..., None]
        out = jnp.sum(x, axis=1)
    """,
}


def _pooling(p: Program) -> Text:
    rows, side, dim, length = p.size(1, 2, 4), 4 * p.size(2, 3, 4), p.size(8, 16, 32), p.size(16, 32)
    size = p.choices.choice((2, 4))
    if p.choices.chance(0.5):
        stride = p.choices.choice((size, size // 2))
        end = (side - size) // stride + 1
        cases = _with_usual(p, _WINDOWS, ("max", "avg"))
        apart = stride == size
        lines = join(
            """
            {?0.3 if x.ndim != 4:
                raise ValueError(f'expected images of shape (batch, height, width, channels), got <<x.shape>>')}
            """,
            """
            {if stride is None:
                {?0.4 # {windows that do not overlap}}
                stride = size
            window, strides = (1, size, size, 1), (1, stride, stride, 1) ~
            {?0.3 if x.shape[1] % size != 0 or x.shape[2] % size != 0:
                raise ValueError(f'expected sides that <<size>> divides, got <<x.shape[1:3]>>')}
            window = (1, size, size, 1)}
            """ if apart else """
            {window, strides = (1, size, size, 1), (1, stride, stride, 1) ~
            window = (1, size, size, 1)
            strides = (1, stride, stride, 1)}
            """,
            _by_name(cases, "name", "pooling"),
            "return out",
        )  # fmt: skip
        lines = with_escaped_braces(p.choose(lines))
        if "strides =" not in lines:
            lines = lines.replace("window, strides,", "window, window,")
        shape, result = (rows, side, side, dim), Leaf((rows, end, end, dim))
        kinds = Option("int | None", "distance of windows", ("None",), ("stride", "strides")) if apart else Option(
            "int", "distance of windows", (str(stride),), ("stride",))  # fmt: skip
        titles, summary = ("pool", "pool2d", "spatial_pool"), "Pools images over windows"
    else:
        cases = _with_usual(p, p.choices.choice((_GLOBAL, _GLOBAL_MASKED)), ("mean",))
        lines = join(
            """
            {?0.3 if x.ndim != 3:
                raise ValueError(f'expected features of shape (batch, length, dim), got <<x.shape>>')}
            """,
            _by_name(cases, "name", "pooling"),
            """
            {?0.5 if normalize:
                norm = jnp.linalg.norm(out, axis=-1, keepdims=True)
                out = out / {jnp.maximum(norm, eps) ~ (norm + eps)}}
            return out
            """,
        )
        shape, result = (rows, length, dim), Leaf((rows, dim))
        kinds = Option("int", "", ("1",))
        titles, summary = (
            ("pool_tokens", "sequence_pool", "pool_sequence"),
            "Pools each sequence of features to one vector",
        )
    said = "(batch, height, width, channels)" if len(shape) > 3 else "(batch, length, dim)"
    given = {
        "x": Array(Leaf(shape, -2, 2), f"inputs of shape {said}", ("x", "inputs", "features")),
        "mask": Array(truth(*shape[:2]), "positions that count", ("mask", "valid")),
        "size": Option("int", "side of a window", (str(size),), ("size", "pool_size", "window_size")),
        "stride": kinds,
        "normalize": Option("bool", "whether to bring vectors to unit length", ("True", "False"), ("normalize",)),
        "eps": Constant("1e-6", "small number that keeps the division safe", ("eps",)),
        "name": _named(p, cases, ("kind", "mode", "pooling")),
    }  # fmt: skip
    return _choose_case_with_mask(p, Text(lines=lines, given=given, result=(result,), titles=titles, summary=summary,
                            returned="the pooled features"), cases)  # fmt: skip


def _choose_case_with_mask(p: Program, text: Text, cases: Mapping[str, str]) -> Text:
    """Return a template with one alternative chosen in each group.

    If only some of the cases use the argument ``mask``, the option ``name`` of the returned template has only these.
    """
    lines = with_escaped_braces(p.choose(text.lines))
    given = dict(text.given)
    named = given["name"]
    if "mask" in lines and isinstance(named, Option):
        asked = [name for name in cases if "mask" in lines.split(f"name == '{name}':")[1].split("name == ")[0]]
        after = lines.rsplit("raise ", maxsplit=1)[-1]
        if asked and "mask" not in after:
            given["name"] = Option(named.kind, named.description, tuple(f"'{name}'" for name in asked), named.names)
    return Text(lines=lines, given=given, result=text.result, titles=text.titles, summary=text.summary,
                returned=text.returned, helpers=text.helpers)  # fmt: skip


_PADS = {
    "same": """
        left = total_pad // 2
        pads = (left, total_pad - left)
    """,
    "causal": """
        {?0.4 # {causal}}
        pads = (total_pad, 0)
    """,
    "valid": "pads = (0, 0)",
    "circular": """
        left = total_pad // 2
        x = jnp.pad(x, ((0, 0), (left, total_pad - left), (0, 0)), mode='wrap')
        pads = (0, 0)
    """,
    "reflect": """
        left = total_pad // 2
        x = jnp.pad(x, ((0, 0), (left, total_pad - left), (0, 0)), mode='reflect')
        pads = (0, 0)
    """,
}


def _time_convolution(p: Program) -> Text:
    rows, length, dim, out = p.size(1, 2, 4), p.size(16, 32), p.size(8, 16, 32), p.size(8, 16)
    width, dilation = p.choices.choice((2, 3, 5)), p.choices.choice((1, 2))
    depthwise = p.choices.chance(0.3)
    cases = _some(p, {name: text for name, text in _PADS.items() if name != "valid"})
    groups = ", feature_group_count=x.shape[-1]" if depthwise else ""
    lines = join(
        """
        {?0.2 if x.ndim != 3:
            raise ValueError(f'expected inputs of shape (batch, time, features), got <<x.shape>>') ~
        {?0.2 if dilation < 1:
            raise ValueError(f'expected a dilation of at least 1, got <<dilation>>')}}
        {width = kernel.shape[0]
        total_pad = (width - 1) * dilation ~ total_pad = dilation * (kernel.shape[0] - 1)}
        """,
        _by_name(cases, "name", "padding"),
        f"""
        out = jax.lax.conv_general_dilated(
            x, kernel, window_strides=(1,), padding=[pads], rhs_dilation=(dilation,),
            dimension_numbers=('NWC', 'WIO', 'NWC'){groups})
        {{if bias is not None:
            out = out + bias
        return out ~
        return out + bias ~
        if bias is not None:
            out = out + bias
        {{if act == 'relu':
            return jax.nn.relu(out)
        if act == 'gelu':
            return jax.nn.gelu(out)
        return out ~ return jax.nn.{{relu ~ silu ~ gelu}}(out)}} ~
        if gated:
            {{?0.4 # {{gated linear unit}}}}
            value, gate = jnp.split(out + bias, 2, axis=-1)
            return value * jax.nn.sigmoid(gate)
        return out + bias ~
        out = jax.nn.{{relu ~ silu ~ gelu}}(out + bias)
        {{?0.4 # {{the residual branch has as many features}}}}
        return out + residual}}
        """,
    )
    lines = with_escaped_braces(p.choose(lines))
    channels = dim if depthwise else out
    gated = p.choices.chance(0.5)
    end = channels // 2 if "gated" in lines and gated else channels
    return Text(
        lines=lines,
        given={
            "x": Array(Leaf((rows, length, dim), -2, 2), "inputs of shape (batch, time, features)", ("x", "inputs")),
            "kernel": Array(weights(width, 1 if depthwise else dim, channels), "filters of shape (width, in, out)",
                            ("kernel", "filters", "w")),
            "bias": Array(weights(channels), "offset of each feature", ("bias", "b")),
            "residual": Array(Leaf((rows, length, channels)), "what the outputs are added to", ("residual", "skip")),
            "dilation": Option("int", "distance of two taps", (str(dilation),), ("dilation", "rhs_dilation")),
            "gated": Option("bool", "whether half of the features gate the others", (str(gated),), ("gated", "glu")),
            "act": Option("str | None", "nonlinearity", ("None", "'relu'", "'gelu'"), ("activation", "act")),
            "name": _named(p, cases, ("padding", "mode", "pad_mode")),
        },
        result=(Leaf((rows, length, end)),),
        titles=("depthwise_conv1d", "depthwise_conv") if depthwise else ("conv1d", "temporal_conv", "conv_over_time"),
        summary="Depthwise convolution along time" if depthwise else "Convolution along time",
        returned="outputs of shape (batch, time, features)",
    )  # fmt: skip


_AXES = {
    "layer": "axes = {(-1,) ~ h.ndim - 1}",
    "instance": """
        {?0.4 # {per example and channel}}
        axes = {tuple(range(1, h.ndim - 1)) ~ (1,)}
    """,
    "batch": "axes = {tuple(range(h.ndim - 1)) ~ (0, 1)}",
}
_ENDINGS = _BODIES["endings"]


def _named_norm(p: Program) -> Text:
    rows, length, dim = p.size(2, 4), p.size(16, 32), 4 * p.size(2, 4, 8)
    form = p.pick("axes", "running", "group", "rms")
    cases = _some(p, _AXES) if form == "axes" else {"layer": "", "rms": ""}
    if form == "axes":
        lines = join(
            "{?0.4 # statistics in float32}\nh = x.astype(jnp.float32)",
            _by_name(cases, "name", "normalization"),
            """
            {{mean, var = moments(h, axes) ~
            mean = jnp.mean(h, axis=axes, keepdims=True)
            var = jnp.var(h, axis=axes, keepdims=True)}
            {?0.25 if unbiased:
                {?0.4 # {Bessel's correction}}
                count = h.size // mean.size
                var = var * count / (count - 1)} ~
            if mask is None:
                mean = jnp.mean(h, axis=axes, keepdims=True)
                var = jnp.var(h, axis=axes, keepdims=True)
            else:
                {?0.5 # {padding does not count}}
                valid = jnp.broadcast_to(mask[..., None], h.shape).astype(h.dtype)
                total = jnp.maximum(jnp.sum(valid, axis=axes, keepdims=True), 1.0)
                mean = jnp.sum(valid * h, axis=axes, keepdims=True) / total
                var = jnp.sum(valid * jnp.square(h - mean), axis=axes, keepdims=True) / total}
            {out = (h - mean) * jax.lax.rsqrt(var + eps) ~ out = (h - mean) / jnp.sqrt(var + eps)}
            """,
            _ENDINGS,
        )
        titles, summary = ("normalize", "norm_layer", "apply_norm"), "Normalizes features over selectable axes"
        results: tuple[Leaf, ...] = (Leaf((rows, length, dim)),)
    elif form == "rms":
        lines = join(
            "{?0.4 # statistics in float32}\nh = x.astype(jnp.float32)",
            """
            {if name == 'rms':
                {?0.4 # {the mean is not subtracted}}
                out = h * jax.lax.rsqrt(jnp.mean(jnp.square(h), axis=-1, keepdims=True) + eps)
            elif name == 'layer':
                mean = jnp.mean(h, axis=-1, keepdims=True)
                var = jnp.var(h, axis=-1, keepdims=True)
                out = (h - mean) * jax.lax.rsqrt(var + eps)
            else:
                raise ValueError(f'unknown normalization <<name>>') ~
            if name not in ('layer', 'rms'):
                raise ValueError(f'expected layer or rms, got <<name>>')
            if name == 'layer':
                {?0.4 # {layer normalization also subtracts the mean}}
                h = h - jnp.mean(h, axis=-1, keepdims=True)
            {ms = jnp.mean(jnp.square(h), axis=-1, keepdims=True)
            out = h * jax.lax.rsqrt(ms + eps) ~
            rms = jnp.sqrt(jnp.mean(h ** 2, axis=-1, keepdims=True) + eps)
            out = h / rms}}
            """,
            _ENDINGS,
        )
        titles, summary = ("apply_norm", "normalize", "pre_norm"), "Layer or root mean square normalization"
        results = (Leaf((rows, length, dim)),)
    elif form == "group":
        lines = """
            {if x.shape[-1] % num_groups != 0:
                raise ValueError(f'<<x.shape[-1]>> channels are not divisible by <<num_groups>> groups') ~
            {?0.4 # {as many groups as the channels allow}}
            while x.shape[-1] % num_groups != 0:
                num_groups {-= 1 ~ //= 2} ~}
            {h = x.reshape(*x.shape[:-1], num_groups, -1)
            {?0.4 # {over positions and the channels of a group}}
            axes = (1, 3) ~
            rows, length, dim = x.shape
            h = x.reshape(rows, length, num_groups, dim // num_groups)
            axes = (1, 3) ~
            group_size = x.shape[-1] // num_groups
            h = x.reshape(x.shape[:-1] + (num_groups, group_size))
            {?0.4 # {all axes except examples and groups}}
            axes = tuple(i for i in range(1, h.ndim) if i != h.ndim - 2)}
            {mean, var = moments(h, axes) ~
            mean = h.mean(axis=axes, keepdims=True)
            var = h.var(axis=axes, keepdims=True)}
            {out = (h - mean) * jax.lax.rsqrt(var + eps)
            out = out.reshape(x.shape) ~ out = ((h - mean) / jnp.sqrt(var + eps)).reshape(x.shape)}
            {if scale is not None:
                out = out * scale
            if bias is not None:
                out = out + bias
            return out ~
            return out * scale + bias ~
            out = out * scale + bias
            return jax.nn.silu(out) if act else out}
        """
        titles, summary = ("group_norm", "group_normalize"), "Group normalization of sequences"
        results = (Leaf((rows, length, dim)),)
    else:
        lines = with_escaped_braces(
            p.choose("""
            {?0.4 # {statistics over all but the features}}
            axes = {tuple(range(x.ndim - 1)) ~ (0, 1)}
            {if training:
                mean = jnp.mean(x, axis=axes)
                var = jnp.var(x, axis=axes)
                {?0.4 # {averages for evaluation}}
                running_mean = momentum * running_mean + (1.0 - momentum) * mean
                running_var = momentum * running_var + (1.0 - momentum) * var
            else:
                mean, var = running_mean, running_var ~
            if not training:
                mean, var = running_mean, running_var
            else:
                mean, var = {x.mean(axes), x.var(axes) ~ jnp.mean(x, axis=axes), jnp.var(x, axis=axes)}
                {?0.5 # {the variance of a sample}}
                count = x.size // x.shape[-1]
                unbiased = var * count / (count - 1)
                running_mean = momentum * running_mean + (1.0 - momentum) * mean
                running_var = momentum * running_var + (1.0 - momentum) * unbiased}
            {out = (x - mean) * jax.lax.rsqrt(var + eps) * scale + bias ~
            inv = scale * jax.lax.rsqrt(var + eps)
            out = (x - mean) * inv + bias ~
            out = (x - mean) / jnp.sqrt(var + eps)
            if scale is not None:
                out = out * scale + bias}
            return out, running_mean, running_var
        """)
        )
        titles, summary = ("batch_norm", "batch_normalize"), "Batch normalization with running statistics"
        results = (Leaf((rows, length, dim)), Leaf((dim,)), Leaf((dim,)))
    given = {
        "x": Array(Leaf((rows, length, dim), -2, 2), "features of shape (batch, length, dim)",
                   ("x", "inputs", "features")),
        "mask": Array(truth(rows, length), "positions that count", ("mask", "valid_mask")),
        "running_mean": Array(weights(dim), "mean of each feature", ("running_mean", "mean_ema")),
        "running_var": Array(positive(dim), "variance of each feature", ("running_var", "var_ema")),
        "scale": Array(positive(dim), "scale of each feature", ("scale", "gamma")),
        "bias": Array(weights(dim), "offset of each feature", ("bias", "beta")),
        "unbiased": Option("bool", "whether the variance is that of a sample", ("True", "False"), ("unbiased",)),
        "training": Option("bool", "whether the batch gives the statistics", ("True",), ("training", "train")),
        "act": Option("bool", "whether a nonlinearity follows", ("True", "False"), ("with_activation", "activate")),
        "momentum": Option("float", "weight of the past", ("0.9", "0.99"), ("momentum", "decay")),
        "num_groups": Option("int", "number of groups", ("4", "2"), ("num_groups", "groups")),
        "eps": Constant("1e-5", "small number that keeps the division safe", ("eps", "epsilon")),
        "name": _named(p, cases, ("norm", "kind", "norm_type")),
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
    cases = _some(p, _SHAPES) if form == "named" else {"bernoulli": "", "gaussian": ""}
    lines, titles, summary = {
        "named": (
            join(_OUT.replace("BACK", "x"), _by_name(cases, "name", "kind of dropout"), _KEPT, "return out"),
            ("dropout", "structured_dropout", "apply_dropout"), "Dropout of entries, channels, tokens or examples",
        ),
        "dims": (
            join(
                _OUT.replace("BACK", "x"),
                """
                {shape = list(x.shape)
                for axis in dims:
                    {?0.4 # {one decision for all along this axis}}
                    shape[axis] = 1
                keep = jax.random.bernoulli(rng, keep_prob, tuple(shape)) ~
                shape = tuple(1 if axis in dims else n for axis, n in enumerate(x.shape))
                keep = jax.random.bernoulli(rng, keep_prob, shape)}
                {return jnp.where(keep, x / keep_prob, 0.0) ~
                {?0.4 # {the mean stays what it is}}
                return jnp.where(keep, x / keep_prob, jnp.zeros_like(x))}
                """,
            ),
            ("dropout", "broadcast_dropout", "shared_dropout"), "Dropout with a mask shared along some axes",
        ),
        "path": (
            join(
                _OUT.replace("BACK", "residual + x"),
                """
                {?0.4 # {stochastic depth}}
                shape = (x.shape[0],) + (1,) * (x.ndim - 1)
                keep = jax.random.bernoulli(rng, keep_prob, shape)
                {if scale_by_keep:
                    x = x / keep_prob
                return residual + jnp.where(keep, x, 0.0) ~
                return residual + jnp.where(keep, x / keep_prob, 0.0) ~
                out = jnp.where(keep, x / keep_prob, 0.0)
                return residual + out}
                """,
            ),
            ("drop_path", "stochastic_depth", "residual_drop_path"), "Stochastic depth of a residual branch",
        ),
        "noise": (
            join(
                _OUT.replace("BACK", "x"),
                """
                if name == 'bernoulli':
                    keep = jax.random.bernoulli(rng, keep_prob, x.shape)
                    {out = jnp.where(keep, x / keep_prob, 0.0) ~ out = x * keep / keep_prob}
                elif name == 'gaussian':
                    {?0.4 # {multiplicative noise of the same variance}}
                    std = math.sqrt(rate / keep_prob)
                    {out = x * (1.0 + std * jax.random.normal(rng, x.shape)) ~
                    noise = 1.0 + std * jax.random.normal(rng, x.shape, x.dtype)
                    out = x * noise}
                else:
                    raise ValueError(f'unknown kind of noise <<name>>')
                return out
                """,
            ),
            ("dropout", "noise_layer", "noisy_dropout"), "Dropout by zeros or by multiplicative noise",
        ),
        "pair": (
            join(
                _OUT.replace("BACK", "residual + x"),
                """
                {rng_x, rng_tokens = jax.random.split(rng) ~ keys = jax.random.split(rng)
                rng_x, rng_tokens = keys[0], keys[1]}
                keep = jax.random.bernoulli(rng_x, keep_prob, x.shape)
                out = residual + jnp.where(keep, x / keep_prob, 0.0)
                {if token_rate > 0.0:
                    {?0.5 # {whole tokens as well}}
                    keep_tokens = jax.random.bernoulli(rng_tokens, 1.0 - token_rate, x.shape[:2])
                    out = jnp.where(keep_tokens[..., None], out, 0.0)
                return out ~
                keep_tokens = jax.random.bernoulli(rng_tokens, 1.0 - token_rate, x.shape[:2])
                return out * keep_tokens[..., None]}
                """,
            ),
            ("residual_dropout", "dropout_add", "embedding_dropout"), "Dropout of a residual branch and of tokens",
        ),
    }[form]  # fmt: skip
    return Text(
        lines=lines,
        given={
            "x": Array(Leaf((rows, length, dim), -2, 2), "features of shape (batch, length, dim)",
                       ("x", "inputs") if form != "path" else ("x", "branch")),
            "residual": Array(Leaf((rows, length, dim), -2, 2), "what the branch is added to",
                              ("residual", "skip", "shortcut")),
            "rng": Array(key(), "random key", ("key", "rng")),
            "rate": Option("float", "fraction that is dropped", ("0.1", "0.5", "0.2"), ("rate", "dropout_rate")),
            "token_rate": Option("float", "fraction of tokens that are dropped", ("0.1", "0.2"), ("token_rate",)),
            "deterministic": Option("bool", "whether nothing is dropped", ("False",), ("deterministic",)),
            "scale_by_keep": Option("bool", "whether what is kept grows in turn", ("True", "False"),
                                    ("scale_by_keep",)),
            "dims": Option("tuple[int, ...]", "axes along which it is shared", ("(1,)", "(0, 1)", "(1, 2)"),
                           ("broadcast_dims", "shared_axes")),
            "name": _named(p, cases, ("mode", "kind", "granularity") if form == "named" else ("noise", "kind")),
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
    cases = _some(p, _ALLOWED, 2, 4)
    lines = join(
        """
        {?0.15 if q.shape[-1] != k.shape[-1]:
            raise ValueError(f'queries of <<q.shape[-1]>> features, but keys of <<k.shape[-1]>>')}
        {q_pos = jnp.arange(q.shape[1])[:, None]
        k_pos = jnp.arange(k.shape[1])[None, :] ~
        positions = jnp.arange(q.shape[1])
        q_pos, k_pos = positions[:, None], positions[None, :]}
        """,
        _by_name(cases, "name", "pattern"),
        """
        {scores = {jnp.einsum('bqd,bkd->bqk', q, k) ~ q @ k.swapaxes(-1, -2) ~ jnp.matmul(q, k.transpose(0, 2, 1))
            } / math.sqrt(q.shape[-1]) ~
        scores = jnp.einsum('bqd,bkd->bqk', q * q.shape[-1] ** -0.5, k) ~
        scores = scale * jnp.einsum('bqd,bkd->bqk', q, k)}
        {?0.25 if slope is not None:
            {?0.5 # {distance penalty, as in ALiBi}}
            scores = scores - slope * jnp.abs(q_pos - k_pos) ~
        {?0.2 if softcap is not None:
            scores = softcap * jnp.tanh(scores / softcap)}}
        {if mask is not None:
            {?0.4 # {padding}}
            allowed = allowed & mask[:, None, :]
        scores = jnp.where(allowed, scores, -1e9) ~
        scores = jnp.where(allowed, scores, {-1e9 ~ jnp.finfo(scores.dtype).min})}
        {attn = jax.nn.softmax(scores, axis=-1)
        return {jnp.einsum('bqk,bkd->bqd', attn, v) ~ attn @ v} ~
        attn = jax.nn.softmax(scores.astype(jnp.float32), axis=-1).astype(v.dtype)
        return jnp.matmul(attn, v) ~
        attn = jax.nn.softmax(scores, axis=-1)
        if need_weights:
            return attn @ v, attn
        return attn @ v}
        """,
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
            "mask": Array(truth(rows, length), "positions that count", ("padding_mask", "mask", "valid")),
            "scale": Option("float", "factor of the scores", ("0.25", "0.125"), ("scale", "sm_scale")),
            "slope": Option("float | None", "cost of a unit of distance", ("0.5", "0.25", "None"), ("alibi_slope",)),
            "softcap": Option("float | None", "bound of the scores", ("None", "30.0"), ("softcap", "logits_soft_cap")),
            "window": Option("int", "how far a position sees", ("8", "4"), ("window", "window_size")),
            "prefix": Option("int", "length of the prompt", ("4", "8"), ("prefix_len", "prefix")),
            "need_weights": Option("bool", "whether weights are returned too", (str(asked),), ("return_weights",)),
            "name": _named(p, cases, ("mask_mode", "pattern", "mask_type")),
        },
        result=results,
        titles=("masked_attention", "attend", "attention"),
        summary="Attention with a named mask pattern",
        returned="attended values, and weights if asked for" if len(results) > 1 else "attended values",
    )


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "pooling": _pooling,
    "time_convolution": _time_convolution,
    "named_norm": _named_norm,
    "dropout_kinds": _dropout,
    "mask_patterns": _masks,
}
RECIPES = (written_recipe("layer_by_name", "layers", _WRITERS),)
