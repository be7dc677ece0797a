"""Array utilities of libraries: padding, chunks, masks, initial weights, running statistics."""

from collections.abc import Callable

from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.array_parts import WRITERS as PARTS
from synthesis.frontends.jax.recipes.applications.counting import write_counts, write_statistics
from synthesis.frontends.jax.recipes.applications.iterations import (
    write_balance,
    write_largest,
    write_refused,
    write_solution,
)
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.shaping import (
    write_chunked,
    write_merged,
    write_patches,
    write_reduced,
    write_segments,
    write_windows,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

ROUND_UP = '''
    def round_up(size: int, multiple: int) -> int:
        {?0.4 """The next multiple."""}
        {return -(-size // multiple) * multiple ~ return (size + multiple - 1) // multiple * multiple ~
        rest = size % multiple
        return size if rest == 0 else size + multiple - rest}
'''
FAN = '''
    def fan_sizes(shape):
        {?0.4 """{How many inputs and outputs each number has ~ Fan in and fan out of weights}."""}
        receptive = math.prod(shape[:-2])
        return shape[-2] * receptive, shape[-1] * receptive
'''


_ROWS = """
    {?0.35 if multiple < 1:
        raise ValueError(f'expected at least one row, got <<multiple>>')}
    n = x.shape[0]
    {target = round_up(n, multiple)
    missing = target - n ~
    missing = -n % multiple ~
    target = -(-n // multiple) * multiple
    missing = target - n}
"""
_PADDED = {
    "pad": """
        {?0.5 if missing == 0:
            return x}
        {widths = [(0, missing)] + [(0, 0)] * (x.ndim - 1)
        {return jnp.pad(x, widths, constant_values=value) ~
        if mode not in ('constant', 'edge', 'wrap'):
            raise ValueError(f'unknown mode <<mode>>')
        if mode == 'constant':
            return jnp.pad(x, widths, constant_values=value)
        return jnp.pad(x, widths, mode=mode)} ~
        {?0.4 # {only the first axis grows}}
        fill = jnp.full((missing, *x.shape[1:]), value, x.dtype)
        return jnp.concatenate([x, fill]) ~
        if mode == 'edge':
            {?0.4 # {the last row over and over}}
            return jnp.concatenate([x, jnp.repeat(x[-1:], missing, axis=0)])
        return jnp.concatenate([x, jnp.full((missing, *x.shape[1:]), value, x.dtype)]) ~
        fill = jnp.full((missing, *x.shape[1:]), value, x.dtype)
        if side == 'right':
            return jnp.concatenate([x, fill])
        {if side == 'left':
            {?0.5 # {so that the last rows of all batches are real}}
            return jnp.concatenate([fill, x])
        raise ValueError(f'expected left or right, got <<side>>') ~
        if side != 'left':
            raise ValueError(f'expected left or right, got <<side>>')
        return jnp.concatenate([fill, x])}}
    """,
    "mask": """
        {widths = [(0, missing)] + [(0, 0)] * (x.ndim - 1)
        padded = jnp.pad(x, widths, constant_values=value) ~
        padded = jnp.concatenate([x, jnp.zeros((missing, *x.shape[1:]), x.dtype)]) ~
        padded = jnp.zeros((n + missing, *x.shape[1:]), x.dtype).at[:n].set(x)}
        {{?0.4 # {which rows are real}}
        return padded, jnp.arange(n + missing) < n ~
        if mask is None:
            mask = jnp.ones(n, dtype=bool)
        elif mask.shape != (n,):
            raise ValueError(f'expected a mask of shape (<<n>>,), got <<mask.shape>>')
        return padded, jnp.concatenate([mask, jnp.zeros(missing, dtype=bool)]) ~
        if mask is not None:
            {?0.85 if mask.shape[0] != n:
                raise ValueError(f'expected a mask of <<n>> rows, got <<mask.shape>>')}
            {?0.4 # {rows that were masked stay so}}
            mask = jnp.concatenate([mask, jnp.zeros(missing, dtype=bool)])
        else:
            mask = jnp.arange(n + missing) < n
        return padded, mask}
    """,
    "chunks": """
        {if missing > 0:
            {?0.4 # {the last chunk is filled up}}
            fill = jnp.zeros((missing, *x.shape[1:]), x.dtype)
            x = jnp.concatenate([x, fill]) ~
        x = jnp.concatenate([x, jnp.zeros((missing, *x.shape[1:]), x.dtype)])}
        return {x.reshape(-1, multiple, *x.shape[1:]) ~ x.reshape((-1, multiple) + x.shape[1:])}
    """,
    "dropped": """
        if missing > 0:
            if drop_last:
                {?0.5 # {a last chunk that is not full is left out}}
                x = x[:n - n % multiple]
            else:
                fill = jnp.zeros((missing, *x.shape[1:]), x.dtype)
                x = jnp.concatenate([x, fill])
        return {x.reshape(-1, multiple, *x.shape[1:]) ~ x.reshape((-1, multiple) + x.shape[1:])}
    """,
    "length": """
        {?0.35 if length < 1:
            raise ValueError(f'expected a length of at least 1, got <<length>>')}
        n = x.shape[0]
        {if n >= length:
            {if keep_last:
                {?0.4 # {the newest rows are at the end}}
                return x[n - length:]
            return x[:length] ~ return x[:length]}
        {return jnp.pad(x, [(0, length - n)] + [(0, 0)] * (x.ndim - 1), constant_values=value) ~
        fill = jnp.full((length - n, *x.shape[1:]), value, x.dtype)
        return jnp.concatenate([x, fill])} ~
        if n > length:
            x = x[:length]
        elif n < length:
            x = jnp.full((length, *x.shape[1:]), value, x.dtype).at[:n].set(x)
        return x}
    """,
}


def _pad(p: Program) -> Text:
    """Draw arrays padded to a multiple or to a given length, or cut into chunks."""
    rows, width, multiple = p.choices.choice((100, 150, 200, 250)), p.size(4, 8, 16), p.choices.choice((16, 32, 64))
    up = -(-rows // multiple) * multiple
    length = p.choices.choice((128, 160, 224))
    form = p.pick(*_PADDED)
    drop = form == "dropped"
    cut = drop or form == "chunks"
    chunks = rows // multiple if drop else up // multiple
    return Text(
        lines=join("" if form == "length" else _ROWS, _PADDED[form]),
        given={
            "x": Array(Leaf((rows, width), -2, 2), "rows of numbers", ("x", "data", "inputs")),
            "mask": Array(Leaf((rows,), 0, 1, "bool"), "which rows are real", ("mask", "valid")),
            "multiple": Option("int", "rows of a chunk" if cut else "what the length is a multiple of",
                               (str(multiple),),
                               ("chunk_size", "block_size") if cut else ("multiple", "multiple_of")),
            "length": Option("int", "how many rows there are afterwards", (str(length),), ("length", "target_length")),
            "value": Option("float", "what is filled in", ("0.0", "-1.0", "1.0"), ("value", "pad_value", "fill_value")),
            "mode": Option("str", "how rows are made", ("'constant'", "'edge'"), ("mode",)),
            "side": Option("str", "left or right", ("'right'", "'left'"), ("side", "padding_side")),
            "keep_last": Option("bool", "whether rows are cut off in front", ("False",), ("keep_last", "from_end")),
            "drop_last": Option("bool", "whether a last chunk that is not full is left out",
                                ("True",) if drop else ("False",), ("drop_last", "drop_remainder")),
        },
        result={
            "pad": (Leaf((up, width)),), "mask": (Leaf((up, width)), Leaf((up,), dtype="bool")),
            "length": (Leaf((length, width)),),
        }.get(form, (Leaf((chunks, multiple, width)),)),
        titles=("split_chunks", "to_blocks", "to_chunks") if cut else {
            "mask": ("pad_and_mask", "pad_with_mask"), "length": ("pad_or_truncate", "fix_length"),
        }.get(form, ("pad_to_multiple", "pad_rows", "pad_batch")),
        summary="Cuts rows into chunks of one length" if cut else {"length": "Cuts off rows or fills them up"}.get(
            form, "Pads the first axis to a multiple"),
        returned="chunks of rows" if cut else {"mask": "the rows, and which of them are real"}.get(form, "the rows"),
        helpers=(ROUND_UP,),
    )  # fmt: skip


_SEEN = {
    "lengths": """
        {?0.35 if lengths.ndim != 1:
            raise ValueError(f'expected one length for each sequence, got <<lengths.shape>>')}
        steps = jnp.arange(size)
        {valid = steps[None, :] < lengths[:, None] ~ valid = steps < lengths[:, None]}
        {mask = valid[:, :, None] & valid[:, None, :] ~
        {?0.4 # {queries and keys}}
        mask = jnp.logical_and(valid[:, :, None], valid[:, None, :])}
    """,
    "segments": """
        {?0.4 if segments.ndim != 2:
            raise ValueError(f'expected segments of shape (batch, length), got <<segments.shape>>')}
        steps = jnp.arange(segments.shape[1])
        mask = segments[:, :, None] == segments[:, None, :]
        {?0.6 # {segment 0 is padding}
        mask = mask & (segments > 0)[:, None, :]}
    """,
    "prefix": """
        {?0.35 if prefix.ndim != 1:
            raise ValueError(f'expected one prefix for each sequence, got <<prefix.shape>>')}
        steps = jnp.arange(size)
        {mask = (steps[:, None] >= steps) | (steps < prefix[:, None, None]) ~
        {?0.4 # {the prompt is seen from everywhere}}
        prompt = steps[None, :] < prefix[:, None]
        mask = (steps[:, None] >= steps) | prompt[:, None, :]}
        {?0.5 if lengths is not None:
            {?0.8 if lengths.shape != prefix.shape:
                raise ValueError(f'expected lengths of shape <<prefix.shape>>, got <<lengths.shape>>')}
            {?0.4 # {padding is seen from nowhere}}
            mask = mask & (steps < lengths[:, None])[:, None, :]}
    """,
}
_NARROWED = """
    {{?0.3 if causal:
        mask = mask & (steps[:, None] >= steps)}
    {?0.5 if window is not None:
        {?0.6 if window < 1:
            raise ValueError(f'expected a window of at least 1, got <<window>>')}
        {?0.4 # {sliding window}}
        mask = mask & (jnp.abs(steps[:, None] - steps) < window)} ~
    apart = steps[:, None] - steps
    if causal:
        mask = mask & (apart >= 0)
    if window is not None:
        {mask = mask & (jnp.abs(apart) < window) ~
        if causal:
            mask = mask & (apart < window)
        else:
            {?0.4 # {to both sides}}
            mask = mask & (jnp.abs(apart) < window)} ~
    if causal and window is not None:
        {?0.5 # {a band below the diagonal}}
        apart = steps[:, None] - steps
        mask = mask & (apart >= 0) & (apart < window)
    elif causal:
        mask = {mask & (steps[:, None] >= steps) ~ jnp.tril(mask)}
    elif window is not None:
        mask = mask & (jnp.abs(steps[:, None] - steps) < window) ~
    if causal:
        mask = {jnp.tril(mask) ~ mask & jnp.tril(jnp.ones(mask.shape[1:], dtype=bool))}}
"""


def _masks(p: Program) -> Text:
    """Draw the masks of which positions of sequences attend to which."""
    rows, length = p.size(4, 8), p.size(64, 128)
    form = p.pick("lengths", "segments", "prefix")
    bias = p.choices.chance(0.35)
    if bias:
        end, leaf = (
            """
            {?0.4 # {what is added to the scores}}
            {return jnp.where(mask, 0.0, jnp.finfo(dtype).min).astype(dtype) ~
            lowest = jnp.finfo(dtype).min
            bias = jnp.where(mask, 0.0, lowest).astype(dtype)
            return bias}
            """,
            Leaf((rows, length, length)),
        )
    else:
        end, leaf = p.choices.choice(
            (
                ("return mask", Leaf((rows, length, length), dtype="bool")),
                (
                    "{?0.5 # {the same for all heads}}\nreturn mask[:, None, :, :]",
                    Leaf((rows, 1, length, length), dtype="bool"),
                ),
                ("return mask.astype(dtype)", Leaf((rows, length, length))),
            )
        )
    p.option("size", None, "int", "length of the rows", str(length), ("max_len", "length", "size"))
    titles = {"segments": ("segment_mask", "packed_mask"), "prefix": ("prefix_lm_mask", "prefix_mask")}.get(
        form, ("length_mask", "padding_mask", "attention_mask")
    )
    return Text(
        lines=join(_SEEN[form], "" if form == "prefix" else _NARROWED, end),
        given={
            "lengths": Array(Leaf((rows,), 1, length, "int32"), "length of each sequence", ("lengths", "seq_lens")),
            "prefix": Array(Leaf((rows,), 1, length // 2, "int32"), "length of each prompt",
                            ("prefix_lens", "prompt_lengths")),
            "segments": Array(Leaf((rows, length), 0, 3, "int32"), "the document of each token, 0 for padding",
                              ("segments", "segment_ids")),
            "causal": Option("bool", "whether positions see only what is before them", ("True", "False"), ("causal",)),
            "window": Option("int | None", "how far a position sees", ("None", "8", "16"), ("window", "window_size")),
            "dtype": Option("str", "type of the result", ("'float32'",), ("dtype",)),
        },
        result=(leaf,),
        titles=("attention_bias", "make_attention_bias", f"{titles[0].removesuffix('_mask')}_bias") if bias else titles,
        summary="What is added to scores of attention" if bias else "Which positions see which",
        returned="one entry for each pair of positions",
    )  # fmt: skip


_WEIGHTS = {
    "scaling": """
        {?0.35 if scale <= 0:
            raise ValueError(f'expected a positive scale, got <<scale>>')}
        fan_in, fan_out = fan_sizes(shape)
        if mode == 'fan_in':
            fan = fan_in
        elif mode == 'fan_out':
            fan = fan_out
        elif mode == 'fan_avg':
            fan = 0.5 * (fan_in + fan_out)
        else:
            raise ValueError(f'unknown mode <<mode>>')
        variance = scale / fan
        {{?0.4 # {a truncated normal has less variance than a whole one}}
        stddev = math.sqrt(variance) / 0.87962566
        return stddev * jax.random.truncated_normal(key, -2.0, 2.0, shape) ~
        if distribution == 'uniform':
            limit = math.sqrt(3.0 * variance)
            return jax.random.uniform(key, shape, minval=-limit, maxval=limit)
        {?0.5 if distribution != 'normal':
            raise ValueError(f'unknown distribution <<distribution>>')}
        return math.sqrt(variance) * jax.random.normal(key, shape)}
    """,
    "named": """
        fan_in, fan_out = fan_sizes(shape)
        {if name == 'he':
            {?0.4 # {half of the inputs are zero behind a relu}}
            stddev = math.sqrt(2.0 / fan_in)
        elif name == 'glorot':
            stddev = math.sqrt(2.0 / (fan_in + fan_out))
        elif name == 'lecun':
            stddev = math.sqrt(1.0 / fan_in)
        else:
            raise ValueError(f'unknown initializer <<name>>') ~
        if name not in ('he', 'glorot'):
            raise ValueError(f'expected he or glorot, got <<name>>')
        variance = 2.0 / fan_in if name == 'he' else 2.0 / (fan_in + fan_out)
        stddev = math.sqrt(variance)}
        {if uniform:
            limit = math.sqrt(3.0) * stddev
            return jax.random.uniform(key, shape, minval=-limit, maxval=limit)
        return stddev * jax.random.normal(key, shape) ~
        return stddev * jax.random.normal(key, shape)}
    """,
    "dense": """
        {kernel_key, bias_key = jax.random.split(key)
        bound = {1.0 / math.sqrt(features_in) ~ features_in ** -0.5}
        kernel = jax.random.uniform(kernel_key, (features_in, features_out), minval=-bound, maxval=bound)
        {?0.5 if not use_bias:
            return <<'kernel': kernel>>}
        bias = jax.random.uniform(bias_key, (features_out,), minval=-bound, maxval=bound)
        return <<'kernel': kernel, 'bias': bias>> ~
        kernel_key, bias_key = jax.random.split(key)
        stddev = scale / math.sqrt(features_in)
        params = <<'kernel': stddev * jax.random.normal(kernel_key, (features_in, features_out))>>
        if use_bias:
            {?0.5 # {units do not begin alike}}
            bias = jax.random.normal(bias_key, (features_out,))
            params['bias'] = stddev * bias
        return params}
    """,
    "table": """
        {table = jax.random.normal(key, (features_in, features_out)) ~
        table = jax.random.truncated_normal(key, -2.0, 2.0, (features_in, features_out))}
        {table = table * scale / math.sqrt(features_out) ~ table = scale * table}
        {?0.7 if padding is not None:
            {?0.6 if padding < 0 or padding >= features_in:
                raise ValueError(f'row <<padding>> is not one of <<features_in>> rows')}
            {?0.4 # {padding has no meaning}}
            table = table.at[padding].set(0.0)}
        return table
    """,
}


def _first_weights(p: Program) -> Text:
    """Draw random initial weights of a layer."""
    # The tails of millions of normal numbers are too close to the limit of float32.
    into, out = p.choices.choice((64, 96)), p.choices.choice((128, 256))
    kind = p.pick(*_WEIGHTS)
    called = {
        "table": (("vocab_size", "num_embeddings"), ("features", "embed_dim")),
        "dense": (("in_features", "in_dim"), ("out_features", "out_dim")),
    }.get(kind, (("in_features", "in_channels"), ("out_features", "out_channels")))
    says = (
        ("rows of the table", "numbers of a row")
        if kind == "table"
        else ("numbers that come in", "numbers that go out")
    )
    p.option("features_in", None, "int", says[0], str(into), called[0])
    p.option("features_out", None, "int", says[1], str(out), called[1])
    text = _WEIGHTS[kind]
    result: Tree = Leaf((into, out))
    if kind == "dense":
        result = {"bias": Leaf((out,)), "kernel": Leaf((into, out))}
    elif kind != "table":
        window = p.choices.choice(((), (), (3,), (3, 3)))
        text = join(f"shape = [{', '.join([*map(str, window), 'features_in', 'features_out'])}]", text)
        result = Leaf((*window, into, out))
    return Text(
        lines=text,
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "scale": Option("float", "scale of the numbers", ("1.0", "2.0", "0.5"), ("scale", "gain")),
            "mode": Option("str", "what is counted", ("'fan_in'", "'fan_out'", "'fan_avg'"), ("mode",)),
            "name": Option("str", "he, glorot or lecun", ("'glorot'", "'he'"), ("initializer", "init")),
            "uniform": Option("bool", "whether numbers are drawn uniformly", ("False", "True"), ("uniform",)),
            "use_bias": Option("bool", "whether there is a bias", ("True",), ("use_bias", "with_bias")),
            "distribution": Option("str", "normal or uniform", ("'normal'", "'uniform'"), ("distribution",)),
            "padding": Option("int | None", "row of the padding", ("None", "0"), ("padding_idx", "pad_id")),
        },
        result=(result,),
        titles={
            "scaling": ("variance_scaling", "init_kernel", "scaled_init"), "named": ("init_kernel", "init_weights"),
            "dense": ("init_dense", "init_linear", "linear_params"),
            "table": ("init_embedding", "init_table", "embedding_init"),
        }[kind],
        summary={"dense": "Parameters of a linear layer as training begins",
                 "table": "A table of embeddings as training begins"}.get(
            kind, "Weights of a layer as training begins"),
        returned={"dense": "kernel and bias"}.get(kind, "the weights"),
        helpers=(FAN,),
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "pad_rows": _pad,
    "sequence_masks": _masks,
    "first_weights": _first_weights,
    "running_statistics": write_statistics,
    "class_counts": write_counts,
    "merged_axes": write_merged,
    "signal_windows": write_windows,
    "image_patches": write_patches,
    "masked_reduction": write_reduced,
    "segment_reduction": write_segments,
    "search_in_chunks": write_chunked,
    "least_squares": write_solution,
    "power_iteration": write_largest,
    "balanced_plan": write_balance,
    "refused_draws": write_refused,
    **PARTS,
}
_OFTEN = {
    "signal_smoothing": 0.7, "search_in_chunks": 0.8, "least_squares": 0.6, "power_iteration": 0.5,
    "balanced_plan": 0.5, "refused_draws": 0.5,
}  # fmt: skip
RECIPES = (written_recipe("array_tool", "utilities", _WRITERS, _OFTEN),)
