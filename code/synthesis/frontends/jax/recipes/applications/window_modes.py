"""Pooling and convolution in time, whose kind is chosen by the caller."""

from collections.abc import Mapping

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.named_cases import chain_by_name, option_of, some_of, some_with_usual
from synthesis.frontends.jax.recipes.applications.parts import truth, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "window_modes", margin=12)

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


def write_pooling(p: Program) -> Text:
    """Draw the pooling of images over windows, or of a sequence to one vector."""
    rows, side, dim, length = p.size(1, 2, 4), 4 * p.size(2, 3, 4), p.size(8, 16, 32), p.size(16, 32)
    size = p.choices.choice((2, 4))
    if p.choices.chance(0.5):
        stride = p.choices.choice((size, size // 2))
        end = (side - size) // stride + 1
        cases = some_with_usual(p, _WINDOWS, ("max", "avg"))
        apart = stride == size
        lines = join(
            _BODIES["pooling.images"],
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
            chain_by_name(cases, "name", "pooling"),
            "return out",
        )  # fmt: skip
        lines = with_escaped_braces(p.choose(lines))
        if "strides =" not in lines:
            lines = lines.replace("window, strides,", "window, window,")
        shape, result = (rows, side, side, dim), Leaf((rows, end, end, dim))
        kinds = Option("int | None", "stride of the windows", ("None",), ("stride", "strides")) if apart else Option(
            "int", "stride of the windows", (str(stride),), ("stride",))  # fmt: skip
        titles, summary = ("pool", "pool2d", "spatial_pool"), "Pools images over windows"
    else:
        cases = some_with_usual(p, p.choices.choice((_GLOBAL, _GLOBAL_MASKED)), ("mean",))
        lines = join(
            _BODIES["pooling.sequences"],
            chain_by_name(cases, "name", "pooling"),
            _BODIES["pooling.normalized"],
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
        "mask": Array(truth(*shape[:2]), "mask of valid positions", ("mask", "valid")),
        "size": Option("int", "side length of a window", (str(size),), ("size", "pool_size", "window_size")),
        "stride": kinds,
        "normalize": Option("bool", "whether to normalize vectors to unit length", ("True", "False"), ("normalize",)),
        "eps": Constant("1e-6", "small constant that avoids division by zero", ("eps",)),
        "name": option_of(p, cases, ("kind", "mode", "pooling")),
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


def write_time_convolution(p: Program) -> Text:
    """Draw a convolution in time."""
    rows, length, dim, out = p.size(1, 2, 4), p.size(16, 32), p.size(8, 16, 32), p.size(8, 16)
    width, dilation = p.choices.choice((2, 3, 5)), p.choices.choice((1, 2))
    depthwise = p.choices.chance(0.3)
    cases = some_of(p, {name: text for name, text in _PADS.items() if name != "valid"})
    groups = ", feature_group_count=x.shape[-1]" if depthwise else ""
    lines = join(
        _BODIES["convolution"],
        chain_by_name(cases, "name", "padding"),
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
            "residual": Array(Leaf((rows, length, channels)), "residual input", ("residual", "skip")),
            "dilation": Option("int", "dilation of the filter", (str(dilation),), ("dilation", "rhs_dilation")),
            "gated": Option("bool", "whether to gate one half of the features by the other", (str(gated),),
                            ("gated", "glu")),
            "act": Option("str | None", "activation function", ("None", "'relu'", "'gelu'"), ("activation", "act")),
            "name": option_of(p, cases, ("padding", "mode", "pad_mode")),
        },
        result=(Leaf((rows, length, end)),),
        titles=("depthwise_conv1d", "depthwise_conv") if depthwise else ("conv1d", "temporal_conv", "conv_over_time"),
        summary="Depthwise convolution along time" if depthwise else "Convolution along time",
        returned="outputs of shape (batch, time, features)",
    )  # fmt: skip
