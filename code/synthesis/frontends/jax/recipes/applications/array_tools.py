"""What libraries do to arrays in passing: padding, chunks, masks, first weights, running statistics."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.counting import write_counts, write_statistics
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import join

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
        {if len(shape) < 2:
            return shape[0], shape[0]
        receptive = math.prod(shape[:-2])
        return shape[-2] * receptive, shape[-1] * receptive ~
        *rest, into, out = shape
        size = math.prod(rest)
        return into * size, out * size}
'''


def _pad(p: Program) -> Text:
    """Arrays made longer, to a multiple or a given length, or cut into chunks."""
    rows, width, multiple = p.choices.choice((100, 150, 200, 250)), p.size(4, 8, 16), p.choices.choice((16, 32, 64))
    up = -(-rows // multiple) * multiple
    form = p.pick("pad", "pad", "mask", "chunks", "front")
    ends = {
        "pad": ("return {out ~ out.astype(x.dtype)}", (Leaf((up, width)),)),
        "front": ("return {out ~ out.astype(x.dtype)}", (Leaf((up, width)),)),
        "mask": (
            """
            {mask = jnp.arange(out.shape[0]) < n
            return out, mask ~ return out, jnp.arange(target) < n ~
            mask = jnp.zeros({target ~ out.shape[0]}, dtype=bool).at[:n].set(True)
            return out, mask}
            """,
            (Leaf((up, width)), Leaf((up,), dtype="bool")),
        ),
        "chunks": (
            """
            return {out.reshape(-1, multiple, *x.shape[1:]) ~
            out.reshape((target // multiple, multiple) + x.shape[1:]) ~
            jnp.reshape(out, (-1, multiple) + x.shape[1:])}
            """,
            (Leaf((up // multiple, multiple, width)),),
        ),
    }
    end, result = ends[form]
    front = form == "front"
    pads = "(missing, 0)" if front else "(0, missing)"
    order = "[fill, x]" if front else "[x, fill]"
    place = "-n:" if front else ":n"
    return Text(
        lines=join(
            f"""
            {{?0.3 if multiple < 1:
                raise ValueError({{'a multiple is positive' ~ f'no length is a multiple of <<multiple>>'}})}}
            {{?0.3 x = jnp.asarray(x)}}
            n = {{x.shape[0] ~ len(x)}}
            {{target = round_up(n, multiple)
            missing = target - n ~
            missing = -n % multiple
            target = n + missing ~
            target = -(-n // multiple) * multiple
            missing = target - n}}
            {{?0.3 if missing < 0:
                raise ValueError(f'cannot pad <<n>> rows to <<target>>')}}
            {{{{?0.4 # {{only the first axis grows ~ other axes stay}}}}
            {{widths = [{pads}] + [(0, 0)] * (x.ndim - 1) ~
            widths = [{pads}, *[(0, 0)] * (x.ndim - 1)] ~
            widths = [{pads} if axis == 0 else (0, 0) for axis in range(x.ndim)]}}
            {{out = jnp.pad(x, widths) ~ out = jnp.pad(x, widths, constant_values=value) ~
            {{?0.5 if mode == 'edge':
                out = jnp.pad(x, widths, mode='edge')
            else:
                out = jnp.pad(x, widths, constant_values=value) ~ out = jnp.pad(x, widths, mode='edge')}}}} ~
            {{fill = jnp.zeros((missing,) + x.shape[1:], x.dtype) ~
            fill = jnp.full((missing, *x.shape[1:]), value, x.dtype) ~
            fill = jnp.zeros_like(x[:1]).repeat(missing, axis=0)}}
            out = jnp.concatenate({order}{{~ , axis=0}}) ~
            out = {{jnp.zeros((target,) + x.shape[1:], x.dtype) ~
            jnp.full((target, *x.shape[1:]), value, dtype=x.dtype)}}
            out = {{out.at[{place}].set(x) ~ out.at[{place}].add(x) if value == 0.0 else out.at[{place}].set(x)}}}}
            """,
            end,
        ),
        given={
            "x": Array(Leaf((rows, width), -2, 2), "rows of numbers", ("x", "data", "inputs", "tokens")),
            "multiple": Option("int", "what the length is to be a multiple of", (str(multiple),),
                               ("chunk_size", "block_size") if form == "chunks" else ("multiple", "bucket", "align")),
            "value": Option("float", "what is filled in", ("0.0", "-1.0", "1.0"), ("value", "pad_value", "fill_value")),
            "mode": Option("str", "how rows are made", ("'constant'", "'edge'"), ("mode",)),
        },
        result=result,
        titles={"chunks": ("split_chunks", "to_blocks", "chunk"), "mask": ("pad_and_mask", "pad_with_mask")}.get(
            form, ("pad_to_multiple", "pad_rows", "pad_batch")
        ),
        summary="Cuts rows into chunks of one length" if form == "chunks" else "Makes rows a multiple of something",
        returned={"chunks": "chunks of rows", "mask": "the rows, and which of them are real"}.get(form, "more rows"),
        helpers=(ROUND_UP,),
    )  # fmt: skip


def _masks(p: Program) -> Text:
    """Which positions of sequences see which."""
    rows, length = p.size(4, 8), p.size(64, 128)
    form = p.pick("lengths", "segments", "bias")
    first = {
        "lengths": """
            {steps = jnp.arange(size) ~ steps = jnp.arange(size, dtype=jnp.int32)}
            {valid = steps[None, :] < lengths[:, None] ~ valid = steps < jnp.expand_dims(lengths, -1) ~
            valid = jax.vmap(lambda n: steps < n)(lengths)}
            {mask = valid[:, :, None] & valid[:, None, :] ~
            mask = jnp.logical_and(valid[:, None, :], valid[..., None]) ~
            mask = jnp.einsum('bi,bj->bij', valid, valid)}
        """,
        "segments": """
            {?0.35 if segments.ndim != 2:
                raise ValueError(f'expected (batch, length), got <<segments.shape>>')}
            size = segments.shape[-1]
            {mask = segments[:, :, None] == segments[:, None, :] ~
            mask = jnp.equal(segments[..., None], segments[:, None]) ~
            same = lambda row: row[:, None] == row
            mask = jax.vmap(same)(segments)}
            {?0.5 # {segment 0 is padding}
            {mask &= (segments > 0)[:, :, None] ~ mask = mask & (segments[:, None, :] != 0)}}
            steps = jnp.arange(size)
        """,
    }
    first["bias"] = first["segments"]
    rest = """
        {?0.6 if causal:
            {mask = mask & (steps[:, None] >= steps) ~ mask = jnp.tril(mask) ~
            seen = jnp.tril(jnp.ones((size, size), dtype=bool))
            mask = jnp.logical_and(mask, seen)}}
        {?0.45 {if window is not None:
            {near = jnp.abs(steps[:, None] - steps) < window ~ near = steps[:, None] - steps < window}
            mask {&= near ~ = mask & near} ~
        mask = mask if window is None else mask & (steps[:, None] - steps < window)}}
    """
    end, leaf = {
        "bias": (
            """
            {?0.4 # {what is added to the scores}}
            {low = jnp.finfo(dtype).min ~ low = -1e9}
            return {jnp.where(mask, 0.0, low).astype(dtype) ~ jnp.where(mask, jnp.zeros((), dtype), low).astype(dtype)}
            """,
            Leaf((rows, length, length)),
        ),
    }.get(
        form,
        p.choices.choice(
            (
                ("return mask", Leaf((rows, length, length), dtype="bool")),
                ("return mask[:, None{~ , :, :}]", Leaf((rows, 1, length, length), dtype="bool")),
                ("return {mask.astype(dtype) ~ jnp.asarray(mask, dtype)}", Leaf((rows, length, length))),
            )
        ),
    )
    return Text(
        lines=join(first[form], rest, end),
        given={
            "lengths": Array(Leaf((rows,), 1, length, "int32"), "length of each sequence", ("lengths", "seq_lens")),
            "segments": Array(Leaf((rows, length), 0, 3, "int32"), "the document of each token, 0 for padding",
                              ("segments", "segment_ids")),
            "size": Option("int", "length of the rows", (str(length),), ("max_len", "length", "size")),
            "causal": Option("bool", "whether positions see only what is before them", ("True", "False"), ("causal",)),
            "window": Option("int | None", "how far a position sees", ("None", "8", "16"), ("window", "window_size")),
            "dtype": Option("str", "type of the result", ("'float32'",), ("dtype",)),
        },
        result=(leaf,),
        titles={"bias": ("attention_bias", "mask_to_bias"), "segments": ("segment_mask", "packed_mask")}.get(
            form, ("length_mask", "padding_mask", "attention_mask")
        ),
        summary="What is added to scores of attention" if form == "bias" else "Which positions see which",
        returned="one entry for each pair of positions",
    )  # fmt: skip


def _first_weights(p: Program) -> Text:
    """Random numbers of the size that a layer's weights begin with."""
    into, out = p.size(64, 96), p.size(128, 256)
    kind = p.pick("scaling", "orthogonal", "table")
    draws = {
        "scaling": """
            {?0.35 if scale <= 0:
                raise ValueError(f'a scale is positive, got <<scale>>')}
            {into, out = fan_sizes(shape) ~ into, out = math.prod(shape[:-1]), shape[-1]}
            {{if mode == 'fan_in':
                fan = into
            elif mode == 'fan_out':
                fan = out
            {elif mode == 'fan_avg':
                fan = (into + out) / 2
            else:
                raise ValueError(f'unknown mode <<mode>>') ~ else:
                fan = (into + out) / 2}} ~
            fan = <<'fan_in': into, 'fan_out': out, 'fan_avg': (into + out) / 2>>[mode]}
            variance = {scale / fan ~ scale / max(1.0, fan)}
            {{if distribution == 'uniform':
                {limit = math.sqrt(3.0 * variance)
                return {jax.random.uniform(key, shape, minval=-limit, maxval=limit) ~
                limit * jax.random.uniform(key, shape, minval=-1.0)} ~
                return jax.random.uniform(key, shape, jnp.float32, -1.0) * math.sqrt(3.0 * variance)}
            {?0.5 # {a truncated normal has less variance than a whole one}}
            stddev = math.sqrt(variance)
            return {stddev * jax.random.normal(key, shape) ~ jax.random.normal(key, shape, jnp.float32) * stddev} ~
            if distribution != 'uniform':
                return math.sqrt(variance) * jax.random.normal(key, shape)
            limit = math.sqrt(3.0 * variance)
            return jax.random.uniform(key, shape, minval=-limit, maxval=limit)}}
        """.replace("distribution == 'uniform':", "distribution == 'uniform':"),
        "orthogonal": """
            {?0.5 if features_out < 1:
                raise ValueError({'nothing goes out' ~ f'expected features, got <<shape>>'})}
            {into, out = math.prod(shape[:-1]), shape[-1] ~ *rest, out = shape
            into = math.prod(rest)}
            {?0.4 # {columns of a sample are made orthogonal}}
            {wide = out > into
            sample = jax.random.normal(key, (out, into) if wide else (into, out))
            directions = sample / jnp.linalg.norm(sample, axis=0, keepdims=True)
            directions = directions.T if wide else directions ~
            sample = jax.random.normal(key, (max(into, out), min(into, out)))
            directions = sample / {jnp.sqrt(jnp.sum(sample ** 2, axis=0)) ~ jnp.linalg.norm(sample, axis=0)}
            if out > into:
                directions = directions.T}
            return {scale * directions.reshape(shape) ~ jnp.reshape(scale * directions, shape)}
        """,
        "table": """
            {?0.3 if features_in < 2:
                raise ValueError(f'a table has more than one row, got <<shape>>')}
            {rows, width = shape ~ rows, width = features_in, features_out}
            {table = jax.random.normal(key, (rows, width)) ~
            table = jax.random.truncated_normal(key, -2.0, 2.0, (rows, width))}
            {?0.5 {table = table * scale / math.sqrt(width) ~ table *= scale / math.sqrt(width)} ~
            table = scale * table}
            {?0.6 if padding is not None:
                {?0.4 # {padding has no meaning}}
                {table = table.at[padding].set(0.0) ~ table = table.at[padding, :].set(jnp.zeros(width))}}
            return table
        """,
    }
    title = {"scaling": ("variance_scaling", "init_kernel", "scaled_init"),
             "orthogonal": ("unit_columns", "init_directions", "init_projection"),
             "table": ("init_embedding", "init_table", "embedding_init")}[kind]  # fmt: skip
    dims = (into, out) if p.choices.chance(0.7) or kind == "table" else (3, into, out)
    shape = f"shape = ({'3, ' if len(dims) == 3 else ''}features_in, features_out)"
    return Text(
        lines=join(shape, draws[kind]),
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "features_in": Option("int", "numbers that come in", (str(into),), ("in_features", "in_dim", "rows")),
            "features_out": Option("int", "numbers that go out", (str(out),), ("out_features", "out_dim", "width")),
            "scale": Option("float", "scale of the variance", ("1.0", "2.0", "0.5"), ("scale", "gain")),
            "mode": Option("str", "what is counted", ("'fan_in'", "'fan_out'", "'fan_avg'"), ("mode",)),
            "distribution": Option("str", "normal or uniform", ("'normal'", "'uniform'"), ("distribution",)),
            "padding": Option("int | None", "row of the padding", ("None", "0"), ("padding_idx", "pad_id")),
        },
        result=(Leaf(dims),),
        titles=title,
        summary={"scaling": "Weights of a layer as training begins", "orthogonal": "Weights with columns of one length",
                 "table": "A table of embeddings as training begins"}[kind],
        returned="weights of the given shape",
        helpers=(FAN,),
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "pad_rows": _pad,
    "sequence_masks": _masks,
    "first_weights": _first_weights,
    "running_statistics": write_statistics,
    "class_counts": write_counts,
}
RECIPES = (written_recipe("array_tool", "utilities", _WRITERS),)
