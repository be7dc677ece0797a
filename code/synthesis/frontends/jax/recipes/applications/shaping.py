"""Shape utilities of libraries: merged axes, windows, patches, reductions by name."""

from textwrap import dedent

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "shaping", margin=8)

CANONICAL = _BODIES["canonical"]
_MERGED = {
    "apply": _BODIES["apply"],
    "merge": _BODIES["merge"],
    "merge_named": _BODIES["merge_named"],
    "split": _BODIES["split"],
}
_MERGED_ENDS = {
    "plain": ("return flat", "return flat"),
    "shuffled": (
        _BODIES["shuffled"],
        """
        {?0.5 # {sample rows across steps and environments}}
        order = jax.random.permutation(key, len(flat['FIRST']))
        return <<name: x[order] for name, x in flat.items()>>
        """,
    ),
    "batches": (
        _BODIES["batches"],
        """
        {?0.4 # {one batch at a time}}
        return <<name: x.reshape(num_batches, -1, *x.shape[1:]) for name, x in flat.items()>>
        """,
    ),
}
"""Operations on the rows after merging the leading axes: for a tree of any structure, and for arrays by name."""


def _merged_batch(batch: dict[str, Leaf], rows: int, parts: int) -> Tree:
    """Return arrays whose leading axes are merged to a number of rows, which are in several parts unless it is zero."""
    head = (parts, rows // parts) if parts else (rows,)
    return {name: Leaf((*head, *leaf.shape[2:]), dtype=leaf.dtype) for name, leaf in batch.items()}


def _split_parts(lines: str, shape: tuple[int, ...], place: int, parts: int, *, front: bool) -> Leaf:
    """Return an array with an axis that is split into parts."""
    made = [*shape[:place], parts, shape[place] // parts, *shape[place + 1 :]]
    if ("if not front" in lines and front) or ("moveaxis" in lines and "if not front" not in lines):
        made = [made[place], *made[:place], *made[place + 1 :]]
    return Leaf(tuple(made))


_MERGED_TITLES = {
    "apply": ("batched_dense", "apply_over_batch", "dense_nd"),
    "plain": ("flatten_batch", "merge_leading_axes", "collapse_time"),
    "shuffled": ("flatten_and_shuffle", "shuffle_rollout", "shuffled_rows"),
    "batches": ("make_minibatches", "split_minibatches", "to_minibatches"),
    "split": ("split_axis", "shard_axis", "reshape_groups"),
}
_MERGED_SUMMARIES = {
    "apply": "Applies a layer to arrays with any leading axes",
    "plain": "Flattens the leading axes of a batch",
    "shuffled": "Flattens the leading axes of a batch and shuffles its rows",
    "batches": "Splits collected data into batches of equal size",
    "split": "Splits an axis into parts of equal size",
}


def write_merged(p: Program) -> Text:
    """Draw a function that merges leading axes, by itself or around an operation, or that splits an axis."""
    form = p.pick("apply", "merge", "split")
    end = p.pick("plain", "shuffled", "batches", "batches")
    named = form == "merge" and p.choices.chance(0.3)
    text = _MERGED["merge_named" if named else form]
    lines = p.choose(placed(text, "THEN", dedent(_MERGED_ENDS[end][named]).strip()))
    a, b, width, out = p.choices.choice((4, 6, 8)), p.choices.choice((10, 12, 16)), p.size(8, 16), p.size(24, 32)
    lead: tuple[int, ...] = p.choices.choice(((a, b), (a, b), (2, a, b)))
    given_axis, num_parts = p.choices.choice((0, 1, -1)), p.choices.choice((2, 4))
    three = (8, 12, 16)
    place = given_axis % 3
    biased, halved = p.choices.chance(0.7), p.choices.chance(0.5)
    front, strided = (p.choices.chance(0.5) for _ in range(2))
    batch = {"obs": Leaf((a, b, width)), "action": Leaf((a, b), 0, 5, "int32"), "reward": Leaf((a, b))}
    if p.choices.chance(0.4):
        batch = {"tokens": Leaf((a, b), 0, 99, "int32"), "weights": Leaf((a, b), 0.0, 1.0)}
    keyed = p.choices.chance(0.7)
    lines = lines.replace("FIRST", next(iter(batch)))
    result: Tree = Leaf((*lead, out), dtype="bfloat16" if "dtype is not None" in lines and halved else "float32")
    if "bfloat16" in str(result) and "bias is not None" in lines and biased:
        result = Leaf((*lead, out))
    if form == "merge":
        result = _merged_batch(batch, a * b, 2 if end == "batches" else 0)
    elif form == "split":
        result = _split_parts(lines, three, place, num_parts, front=front)
    x = Leaf((*lead, width)) if form == "apply" else Leaf(three)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            **({} if form == "merge" else
               {"x": Array(x, "features" if form == "apply" else "an array", ("x", "inputs"))}),
            "kernel": Array(weights(width, out), "weights", ("kernel", "weight")),
            "bias": Array(Leaf((out,)), "bias", ("bias",), float(not biased)),
            "batch": Array(batch, "arrays by name", ("batch", "rollout", "data")),
            "key": Array(Leaf((2,), 0, 2**32 - 1, "uint32"), "random key", ("key", "rng"),
                         float("key is not None" in lines and not keyed)),
            "dtype": Option("str | None", "dtype of the product", ("None",), ("dtype", "compute_dtype"),
                            "'bfloat16'" if halved else "None"),
            "activation": Option("str | None", "activation: relu, gelu or none", ("None", "'relu'", "'gelu'"),
                                 ("activation",)),
            "num_axes": Option("int", "number of leading axes to merge", ("2",),
                               ("num_axes", "num_dims", "batch_dims")),
            "num_batches": Option("int", "number of batches", ("2",), ("num_batches", "num_minibatches"), needed=True),
            "axis": Option("int", "axis to split", ("0",), ("axis",), str(given_axis)),
            "num_parts": Option("int", "number of parts", (str(num_parts),), ("num_parts", "num_shards", "num_groups")),
            "front": Option("bool", "whether to move the parts to the front", ("False",),
                            ("move_to_front", "leading"), str(front)),
            "strided": Option("bool", "whether to assign elements to parts in turn", ("False",), ("strided",),
                              str(strided)),
        },
        result=(result,),
        titles=_MERGED_TITLES[end if form == "merge" else form],
        summary=_MERGED_SUMMARIES[end if form == "merge" else form],
        returned={
            "apply": "features", "merge": "batches, along the first axis" if end == "number of batches" else "all rows",
        }.get(form, "the array with one more axis"),
        helpers=(CANONICAL,),
    )  # fmt: skip


_WINDOWS = _BODIES["windows"]


def write_windows(p: Program) -> Text:
    """Draw a function that cuts signals into windows."""
    # The number of windows that are cut one by one is the same at any size.
    length, size = p.choices.choice((120, 200, 256)), p.choices.choice((16, 20, 32))
    stride = p.choices.choice((size // 4, size // 2, size))
    lead: tuple[int, ...] = p.choices.choice(((), (4,), (2, 3)))
    lines = p.choose(_WINDOWS)
    padded, centred = p.choices.chance(0.5), p.choices.chance(0.6)
    whole = length
    if "if pad:" in lines and padded:
        whole += -(length - size) % stride
    elif "if center:" in lines and centred:
        whole += size
    frames = (whole - size) // stride + 1
    reduce = p.pick("None", "'peak'", "'rms'", "'crossings'" if "'crossings'" in lines else "'log_energy'")
    last = lines.split("\n")[-1]
    result: tuple[Tree, ...] = (Leaf((*lead, frames, size)),)
    if "energy" in last:
        result = (Leaf((*lead, frames, size)), Leaf((*lead, frames)))
    elif "reduce ==" in lines and reduce != "None":
        result = (Leaf((*lead, frames)),)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "x": Array(Leaf((*lead, length)), "signals", ("x", "signal", "audio")),
            "window": Array(Leaf((size,), 0.1, 1), "window function", ("window", "taper"), 0.35),
            "size": Option("int", "number of samples in a window", (str(size),),
                           ("frame_length", "window_size", "size")),
            "stride": Option("int", "number of samples between windows", (str(stride),),
                             ("hop_length", "stride", "frame_step")),
            "pad": Option("bool", "whether to pad the end", ("False",), ("pad_end", "pad"), str(padded)),
            "center": Option("bool", "whether windows are centred", ("True",), ("center",), str(centred)),
            "pad_mode": Option("str", "padding mode", ("'reflect'", "'constant'", "'edge'"), ("pad_mode",)),
            "remove_mean": Option("bool", "whether to subtract the mean of each window", ("False", "True"),
                                  ("remove_mean", "remove_dc")),
            "preemphasis": Option("float | None", "preemphasis coefficient",
                                  ("None", "0.97", "0.95"), ("preemphasis",)),
            "reduce": Option("str | None", "statistic of each window", ("None",), ("reduce", "measure"), reduce),
        },
        result=result,
        titles=("frame_signal", "sliding_windows", "extract_frames", "to_frames"),
        summary=p.pick("Splits signals into windows", "Extracts overlapping windows of signals"),
        returned="windows of each signal",
    )  # fmt: skip


_PATCHES = {
    "to": _BODIES["to"],
    "from": _BODIES["a_from"],
    "depth": _BODIES["depth"],
}


def _cut_up(lines: str, n: int, rows: int, cols: int, width: int, dim: int, *, flat: bool, tokens: bool) -> Leaf:
    """Return the patches of images."""
    if "if flatten:" in lines and not flat:
        return Leaf((n, rows, cols, width))
    return Leaf((n, rows * cols + ("cls is not None" in lines and tokens), dim))


def _assembled(lines: str, n: int, height: int, width: int, channels: int, *, first: bool, cut: bool) -> Leaf:
    """Return the images that are assembled from patches."""
    if "channels_first" in lines and first:
        return Leaf((n, channels, height, width))
    if "crop is not None" in lines and cut:
        return Leaf((n, min(height, 11), min(width, 11), channels))
    return Leaf((n, height, width, channels))


def write_patches(p: Program) -> Text:
    """Draw a function that cuts images into patches, assembles patches to images, or moves pixels into channels."""
    form = p.pick(*_PATCHES)
    lines = p.choose(_PATCHES[form])
    n, patch, channels = p.size(2, 4), p.choices.choice((4, 8)), p.choices.choice((3, 4))
    rows, cols = p.choices.choice(((4, 4), (4, 6), (3, 5)))
    flat, tokens, placed_too = (p.choices.chance(0.6) for _ in range(3))
    first, cut, back = (p.choices.chance(0.5) for _ in range(3))
    width = patch**2 * channels
    images = Leaf((n, rows * patch, cols * patch, channels), 0, 1)
    embeds = "cls is not None" in lines
    dim = p.choices.choice((24, 40)) if embeds else width
    if form == "to":
        result = _cut_up(lines, n, rows, cols, width, dim, flat=flat, tokens=tokens)
    elif form == "from":
        cols = cols if "grid" in lines else rows
        result = _assembled(lines, n, rows * patch, cols * patch, channels, first=first, cut=cut)
    elif "if inverse:" in lines and back:
        images = Leaf((n, rows, cols, 4 * channels), 0, 1)
        result = Leaf((n, 2 * rows, 2 * cols, channels))
    else:
        made = channels if "reduce ==" in lines and flat else 4 * channels
        result = Leaf((n, rows * patch // 2, cols * patch // 2, made))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "images": Array(images, "images of shape (batch, height, width, channels)", ("images", "imgs", "pixels")),
            "patches": Array(Leaf((n, rows * cols, width), 0, 1), "patches of each image", ("patches", "patch_tokens")),
            "cls": Array(Leaf((dim,)), "class token", ("cls_token", "cls"), float(not tokens)),
            "kernel": Array(weights(width, dim), "projection of a patch", ("kernel", "proj")),
            "pos": Array(Leaf((rows * cols + 1, dim)), "embeddings of positions", ("pos_embed", "pos_emb"),
                         float(not placed_too)),
            "patch": Option("int", "side length of a patch", (str(patch),), ("patch_size", "patch")),
            "flatten": Option("bool", "whether to flatten the grid of patches", ("True",), ("flatten",), str(flat)),
            "norm_pixels": Option("bool", "whether patches are normalized", ("False", "True"),
                                  ("norm_pixels", "normalize")),
            "grid": Option("tuple[int, int] | None", "number of patches along each side", ("None",),
                           ("grid_size", "grid"),
                           "None" if rows == cols else f"({rows}, {cols})"),
            "channels": Option("int", "number of channels", (str(channels),), ("channels", "num_channels")),
            "channels_first": Option("bool", "whether channels come first", ("False",), ("channels_first",),
                                     str(first)),
            "crop": Option("int | None", "side length of the crop", ("None",), ("crop", "image_size"),
                           "11" if cut else "None"),
            "block": Option("int", "side length of a block", ("2",), ("block_size", "block")),
            "inverse": Option("bool", "whether to move channels into space", ("False",), ("inverse",), str(back)),
            "reduce": Option("str | None", "reduction: mean, max or none", ("None",), ("reduce", "reduction"),
                             p.pick("'mean'", "'max'") if flat else "None"),
        },
        result=(result,),
        titles=("embed_patches", "patch_embedding", "images_to_tokens") if embeds else
               {"to": ("patchify", "extract_patches", "images_to_patches"),
                "from": ("unpatchify", "patches_to_images", "fold_patches"),
                "depth": ("space_to_depth", "pixel_unshuffle", "block_pixels")}[form],
        summary="Embeds the patches of images" if embeds else
                {"to": "Splits images into patches", "from": "Reassembles images from patches",
                 "depth": "Merges blocks of pixels into channels"}[form],
        returned="a sequence of tokens for each image" if embeds else
                 {"to": "a row of patches for each image", "from": "images"}.get(form, "the rearranged images"),
    )  # fmt: skip


def write_reduced(p: Program) -> Text:
    """Draw a masked reduction along one axis or along all axes."""
    shape: tuple[int, ...] = p.choices.choice(((16, 24), (8, 12, 6), (4, 10, 8)))
    axis = p.pick("None", "-1", "0", "1")
    masked, keep = p.choices.chance(0.65), p.choices.chance(0.4)
    text = _BODIES["reduced.reduced"]
    ends = {
        "sum": _BODIES["reduced.sums"],
        "moments": _BODIES["reduced.moments"],
    }
    form = p.pick("sum", "sum", "moments")
    summed = with_escaped_braces(p.choose(text))
    call = "reduce({})" if "functools.partial" in summed else "jnp.sum({}, axis=axis, keepdims=keepdims, where=where)"
    end = p.choose(ends[form])
    end = end.replace("COUNT", "jnp.maximum(jnp.sum(where, axis=axis, keepdims=keepdims), 1)")
    for inside in ("x ** 2", "x"):
        end = end.replace(f"SUM({inside})", call.format(inside))
    lines = join(summed, with_escaped_braces(end))
    known = [each for each in ("sum", "mean", "rms", "var") if f"how == '{each}'" in lines]
    kept: tuple[int, ...] = ()
    if axis == "None":
        kept = (1,) * len(shape) if keep else ()
    else:
        place = int(axis) % len(shape)
        kept = tuple(1 if i == place else s for i, s in enumerate(shape) if keep or i != place)
    whole = Leaf(kept)
    named = "'var': var" in lines
    result: tuple[Tree, ...] = (whole,)
    if form == "moments":
        result = ({"mean": whole, "var": whole},) if named else (whole, whole)
    flags = Leaf(shape[: p.choices.integer(1, len(shape))], 0, 1, "bool")
    return Text(
        lines=lines,
        given={
            "x": Array(Leaf(shape, -2, 2), "values", ("x", "values")),
            "where": Array(flags, "mask of valid values", ("where", "mask"), float(not masked)),
            "axis": Option("int | None", "axis to reduce, or None for all", ("None",), ("axis",), axis),
            "keepdims": Option("bool", "whether to keep reduced axes with size one", ("False",), ("keepdims",),
                               str(keep)),
            "how": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['sum'])}'",),
                          ("reduction", "how", "mode")),
            "unbiased": Option("bool", "whether to use the unbiased variance", ("False", "True"), ("unbiased",)),
        },
        result=result,
        titles=("masked_moments", "masked_mean_and_var", "moments_where")
        if form == "moments"
        else ("masked_reduce", "reduce_where", "reduce"),
        summary="Computes the masked mean and variance" if form == "moments"
                else "Computes a masked reduction along an axis",
        returned="mean and variance" if form == "moments" else "the reduced values",
        helpers=(CANONICAL,),
    )  # fmt: skip
