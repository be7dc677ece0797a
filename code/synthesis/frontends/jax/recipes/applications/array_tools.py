"""Array utilities of libraries: padding, chunks, masks, initial weights, running statistics."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
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
from synthesis.frontends.jax.recipes.applications.segments import write_chunked, write_segments
from synthesis.frontends.jax.recipes.applications.shaping import (
    write_merged,
    write_patches,
    write_reduced,
    write_windows,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "array_tools", margin=8)

ROUND_UP = _BODIES["round_up"]
FAN = _BODIES["fan"]


_ROWS = _BODIES["rows"]
_PADDED = {
    "pad": _BODIES["pad"],
    "mask": _BODIES["mask"],
    "chunks": _BODIES["chunks"],
    "dropped": _BODIES["dropped"],
    "length": _BODIES["length"],
}


def _pad(p: Program) -> Text:
    """Draw a function that pads arrays to a multiple or to a given length, or cuts them into chunks."""
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
            "x": Array(Leaf((rows, width), -2, 2), "array of rows", ("x", "data", "inputs")),
            "mask": Array(Leaf((rows,), 0, 1, "bool"), "mask of valid rows", ("mask", "valid")),
            "multiple": Option("int", "number of rows in a chunk" if cut else "divisor of the padded length",
                               (str(multiple),),
                               ("chunk_size", "block_size") if cut else ("multiple", "multiple_of")),
            "length": Option("int", "number of rows of the result", (str(length),), ("length", "target_length")),
            "value": Option("float", "padding value", ("0.0", "-1.0", "1.0"), ("value", "pad_value", "fill_value")),
            "mode": Option("str", "padding mode", ("'constant'", "'edge'"), ("mode",)),
            "side": Option("str", "side of the padding: left or right", ("'right'", "'left'"),
                           ("side", "padding_side")),
            "keep_last": Option("bool", "whether to truncate at the start", ("False",), ("keep_last", "from_end")),
            "drop_last": Option("bool", "whether to drop an incomplete last chunk",
                                ("True",) if drop else ("False",), ("drop_last", "drop_remainder")),
        },
        result={
            "pad": (Leaf((up, width)),), "mask": (Leaf((up, width)), Leaf((up,), dtype="bool")),
            "length": (Leaf((length, width)),),
        }.get(form, (Leaf((chunks, multiple, width)),)),
        titles=("split_chunks", "to_blocks", "to_chunks") if cut else {
            "mask": ("pad_and_mask", "pad_with_mask"), "length": ("pad_or_truncate", "fix_length"),
        }.get(form, ("pad_to_multiple", "pad_rows", "pad_batch")),
        summary="Splits rows into chunks of equal length" if cut
                else {"length": "Truncates or pads rows to a fixed length"}.get(
            form, "Pads the first axis to a multiple of a size"),
        returned="chunks of rows" if cut else {"mask": "the rows, and a mask of the original ones"}.get(form,
                                                                                                        "the rows"),
        helpers=(ROUND_UP,),
    )  # fmt: skip


_SEEN = {
    "lengths": _BODIES["lengths"],
    "segments": _BODIES["segments"],
    "prefix": _BODIES["prefix"],
}
_NARROWED = _BODIES["narrowed"]


def _masks(p: Program) -> Text:
    """Draw a function that makes attention masks: which positions of a sequence attend to which."""
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
    p.option("size", None, "int", "number of columns", str(length), ("max_len", "length", "size"))
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
            "causal": Option("bool", "whether positions attend only to earlier ones", ("True", "False"), ("causal",)),
            "window": Option("int | None", "largest distance of a position that is attended to", ("None", "8", "16"),
                             ("window", "window_size")),
            "dtype": Option("str", "dtype of the result", ("'float32'",), ("dtype",)),
        },
        result=(leaf,),
        titles=("attention_bias", "make_attention_bias", f"{titles[0].removesuffix('_mask')}_bias") if bias else titles,
        summary="Builds an additive attention bias" if bias else "Builds an attention mask",
        returned="one entry for each pair of positions",
    )  # fmt: skip


_WEIGHTS = {
    "scaling": _BODIES["scaling"],
    "named": _BODIES["named"],
    "dense": _BODIES["dense"],
    "table": _BODIES["table"],
}


def _first_weights(p: Program) -> Text:
    """Draw a function that makes random initial weights of a layer."""
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
            "scale": Option("float", "scale of the variance", ("1.0", "2.0", "0.5"), ("scale", "gain")),
            "mode": Option("str", "fan that the variance is divided by", ("'fan_in'", "'fan_out'", "'fan_avg'"),
                           ("mode",)),
            "name": Option("str", "initializer: he, glorot or lecun", ("'glorot'", "'he'"), ("initializer", "init")),
            "uniform": Option("bool", "whether to use a uniform distribution", ("False", "True"), ("uniform",)),
            "use_bias": Option("bool", "whether the layer has a bias", ("True",), ("use_bias", "with_bias")),
            "distribution": Option("str", "distribution of the values: normal or uniform", ("'normal'", "'uniform'"),
                                   ("distribution",)),
            "padding": Option("int | None", "index of the padding row", ("None", "0"), ("padding_idx", "pad_id")),
        },
        result=(result,),
        titles={
            "scaling": ("variance_scaling", "init_kernel", "scaled_init"), "named": ("init_kernel", "init_weights"),
            "dense": ("init_dense", "init_linear", "linear_params"),
            "table": ("init_embedding", "init_table", "embedding_init"),
        }[kind],
        summary={"dense": "Initializes the parameters of a linear layer",
                 "table": "Initializes an embedding table"}.get(
            kind, "Initializes the weights of a layer"),
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
