"""Processing of weights between programs: conversion, merging with adapters or other models, quantization."""

import re
from collections.abc import Callable
from textwrap import dedent

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "checkpoints", margin=4)

_LINEAR = _BODIES["linear"]
_OF_MATRICES = re.compile(r"if w\.ndim > 1:\n(?:\s*'#.*\n)?\s*w = w\.astype")
"""Matches the code that changes the type of matrices only."""
_CONVERTED = _BODIES["converted"]
_NAMES = (
    _BODIES["names.names"],
    _BODIES["names.names_2"],
)
_HEADS = _BODIES["heads"]


def _conversion(p: Program) -> tuple[str, str, bool, str, str]:
    """Return the lines, with the words that they contain."""
    embed = p.choices.choice(("embed", "wte", "embedding"))
    store = p.pick(
        "params['/'.join([*path, last])] = w", "params['.'.join([*path, last])] = w",
        "new_name = '/'.join((*path, last))\nparams[new_name] = w",
    )  # fmt: skip
    mark = "." if "'.'" in store else "/"
    convert = p.pick("convert_kernel(w)", "convert_kernel(w)", "jnp.moveaxis(w, (0, 1), (-1, -2))")
    split = p.choices.chance(0.5)
    cases = p.choices.choice(_NAMES).replace("EMBED", f"'{embed}'").replace("CONVERT", convert)
    text = _CONVERTED
    for mark, part in (("CASES", cases), ("HEADS", _HEADS if split else ""), ("STORE", store)):
        text = placed(text, mark, dedent(part).strip("\n"))
    lines = p.choose(text)
    return embed, mark, split, part, lines


def _converted(p: Program) -> Text:
    """Draw a function that converts weights to the names and axis order of another library."""
    width, channels, vocab, heads = p.size(8, 16), p.choices.choice((3, 4)), p.size(20, 24), p.choices.choice((2, 4))
    embed, mark, split, part, lines = _conversion(p)
    low = "dtype)" in lines and p.choices.chance(0.4)
    kind = "bfloat16" if low else "float32"
    of_all = low and _OF_MATRICES.search(lines) is None
    given: dict[str, Leaf] = {}
    made: dict[str, tuple[list[str], Leaf]] = {}

    def layer(path: str, last: str, shape: tuple[int, ...], new: str, turned: tuple[int, ...] | None = None) -> None:
        given[f"{path}.{last}"] = Leaf(shape, 0.1 if last == "running_var" else -1, 1)
        end = turned or shape
        if split and path.rpartition(".")[2] in ("query", "key", "value"):
            end = (*end[:-1], heads, end[-1] // heads)
        narrow = low and (of_all or len(end) > 1)
        made[f"{path}.{last}"] = ([*path.split("."), new], Leaf(end, dtype=kind if narrow else "float32"))

    if p.choices.chance(0.5) and not split:
        window = p.choices.choice((3, 5))
        kernel = (width, channels, window, window)
        layer("stem.conv", "weight", kernel, "kernel", (window, window, channels, width))
        for last, new in (("weight", "scale"), ("bias", "bias"), ("running_mean", "mean"), ("running_var", "var")):
            layer("stem.norm", last, (width,), new)
    else:
        layer(embed, "weight", (vocab, width), "embedding")
        for part in ("query", "key") if split else ("up", "down"):
            layer(f"layers.0.{part}", "weight", (width, width), "kernel", (width, width))
            layer(f"layers.0.{part}", "bias", (width,), "bias")
        layer("norm", "weight", (width,), "scale")
    layer("head", "weight", (channels, width), "kernel", (width, channels))
    layer("head", "bias", (channels,), "bias")
    result: Tree = {mark.join(path): leaf for path, leaf in made.values()}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "state": Array(dict(given), "arrays by name", ("state_dict", "state", "checkpoint")),
            "skip": Option(*(("str", "what names of left out arrays begin with", ("'pooler.'", "'aux_head.'")) if
                             "startswith(skip)" in lines else
                             ("tuple[str, ...]", "parts of names that are left out", ("('aux',)", "('pooler',)"))),
                           ("skip", "ignore")),
            "prefix": Option("str | None", "prefix to remove from all names", ("None", "'model.'"), ("prefix",)),
            "num_heads": Option("int | None" if "num_heads is not None" in lines else "int",
                                "number of attention heads",
                                (str(heads),), ("num_heads", "heads")),
            "dtype": Option("str", "dtype of the weights", ("'float32'",), ("dtype", "param_dtype"), f"'{kind}'"),
        },
        result=(result,),
        helpers=(_LINEAR,),
        titles=("convert_weights", "convert_state_dict", "params_from_state_dict", "load_weights"),
        summary=p.pick("Renames the weights of another library", "Converts weights to the layout of this library"),
        returned="parameters in the layout of the model",
    )  # fmt: skip


_DELTA = _BODIES["delta"]
_COLUMNS = _BODIES["columns"]
_MERGED = _BODIES["merged"]


def _merged(p: Program) -> Text:
    """Draw a function that merges adapters into weights."""
    width, rank, heads = p.size(16, 24), p.choices.choice((2, 4)), p.choices.choice((2, 4))
    lines = p.choose(_MERGED)
    reshaped = "reshape(w.shape)" in lines and p.choices.chance(0.6)
    names = list(p.choices.choice((("wq", "wk", "wv", "wo"), ("query", "value", "w_in", "w_out"),
                                   ("attn_qkv", "attn_out", "mlp_up", "mlp_down"))))  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(names, (width, width))
    if reshaped:
        shapes[names[0]] = (width, heads, width // heads)
    params: dict[str, Tree] = {**{name: Leaf(shape) for name, shape in shapes.items()}, "bias": Leaf((width,))}
    kept = names[: p.choices.integer(2, 3)]
    long = "'magnitude' in adapter" in lines and p.choices.chance(0.6) and not reshaped
    adapters: dict[str, Tree] = {
        name: {
            "a": weights(width, rank), "b": weights(rank, width),
            **({"magnitude": Leaf((1, width), 0.5, 1.5)} if long else {}),
        }
        for name in kept
    }  # fmt: skip
    told = "with_report" in lines and p.choices.chance(0.6)
    result: tuple[Tree, ...] = (dict(params),)
    if told:
        result = (dict(params), dict.fromkeys(kept, Leaf(())))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "weights by name", ("params", "weights", "base_params")),
            "adapters": Array(adapters, "low-rank factors by name", ("adapters", "lora", "lora_params")),
            "alpha": Option("float", "scale of the low-rank updates", ("16.0", "8.0", "4.0"), ("alpha", "lora_alpha")),
            "rank_stabilized": Option("bool", "whether to divide by the square root of the rank", ("False", "True"),
                                      ("rank_stabilized", "use_rslora")),
            "strength": Constant("1.0", "factor of the adapters", ("strength", "adapter_scale"), (0.3, 1.0)),
            "subtract": Option("bool", "whether to subtract the adapters", ("False", "True"),
                               ("subtract", "unmerge")),
            "dtype": Option("str | None", "dtype of the merged weights", ("None", "'float32'"), ("dtype",)),
            "with_report": Option("bool", "whether to return the size of each change", ("False",),
                                  ("with_report", "return_change"),
                                  str(told)),
        },
        result=result,
        helpers=(_DELTA, _COLUMNS),
        titles=("merge_adapters", "merge_lora", "apply_adapters", "fuse_lora"),
        summary=p.pick("Adds low-rank adapters to their base weights", "Merges adapters into weights"),
        returned="the merged weights" + (", and the size of each change" if told else ""),
    )  # fmt: skip


_RANGE = _BODIES["range"]
_QUANTIZED = _BODIES["quantized"]
_AXES = (
    "axes = tuple(range(w.ndim - 1)) if per_channel else None",
    "axes = tuple(range(w.ndim - 1))\nif not per_channel:\n    axes = tuple(range(w.ndim))",
    "if per_channel:\n    # one scale for each output\n    axes = tuple(range(w.ndim - 1))\n"
    "else:\n    axes = tuple(range(w.ndim))",
)
_GROUPED = (
    "if group_size is not None and w.shape[0] % group_size == 0:\n"
    "    # rows of a group share a scale\n"
    "    w = w.reshape(-1, group_size, *w.shape[1:])\n"
    "    axes = (1,)\nelse:\n    axes = (0,)"
)


def _quantized_trees(
    lines: str,
    names: tuple[str, ...],
    params: dict[str, Leaf],
    group: str,
    *,
    grouped: bool,
    out: bool,
    channel: bool,
    low: bool,
) -> tuple[
    dict[str, Tree],
    dict[str, Tree],
]:
    """Return the quantized arrays and those that are left as they are."""
    made: dict[str, Tree] = {}
    left: dict[str, Tree] = {}
    for name, leaf in params.items():
        shape = leaf.shape
        if len(shape) < 2 or (out and name == names[0]):
            left[name] = Leaf(shape)
            continue
        if grouped and group != "None" and shape[0] % int(group) == 0:
            shape = (shape[0] // int(group), int(group), *shape[1:])
            kept = (shape[0], 1, *shape[2:])
        elif grouped:
            kept = (1, *shape[1:])
        else:
            kept = (*(1 for _ in shape[:-1]), shape[-1] if channel else 1)
        entry: dict[str, Tree] = {
            "codes": Leaf(shape, dtype="int8"), "scale": Leaf(kept, dtype="bfloat16" if low else "float32"),
        }  # fmt: skip
        if "'offset': offset" in lines:
            entry["offset"] = Leaf(kept)
        made[name] = entry
    return made, left


def _quantized(p: Program) -> Text:
    """Draw a function that quantizes weights and returns the scales to restore them."""
    a, b = p.size(16, 24), p.size(8, 32)
    grouped = p.choices.chance(0.35)
    axes = _GROUPED if grouped else p.choices.choice(_AXES)
    text = _QUANTIZED.replace("AXES", axes.replace("\n", "\n        "))
    lines = p.choose(text)
    names = p.choices.choice((("embedding", "kernel", "bias"), ("w_qkv", "w_out", "scale"), ("conv", "dense", "bias")))
    params: dict[str, Leaf] = {name: Leaf((b,) if name in ("bias", "scale") else (a, b)) for name in names}
    if "conv" in params:
        params["conv"] = Leaf((4, 3, b))
    out = p.choices.chance(0.5) and "name in exclude" in lines
    channel = p.choices.chance(0.7)
    group = p.pick("4", "8", "None")
    symmetric = p.choices.chance(0.5)
    low = "scale_dtype is not None" in lines and p.choices.chance(0.5)
    made, left = _quantized_trees(lines, names, params, group, grouped=grouped, out=out, channel=channel, low=low)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(dict(params), "weights by name", ("params", "weights")),
            "key": Array(Leaf((2,), 0, 2**32 - 1, "uint32"), "random key", ("key", "rng"), 0.5),
            "bits": Option("int", "number of bits", ("8", "4"), ("bits", "num_bits")),
            "per_channel": Option("bool", "whether each output channel has its own scale", ("True",),
                                  ("per_channel",), str(channel)),
            "group_size": Option("int | None", "number of rows with a common scale", ("None",),
                                 ("group_size", "block_size"),
                                 group),
            "symmetric": Option("bool", "whether to quantize symmetrically around zero", ("True",), ("symmetric",),
                                str(symmetric)),
            "min_size": Option("int", "smallest number of elements of a quantized array", ("64", "32"), ("min_size",)),
            "exclude": Option("tuple[str, ...]", "arrays that are not quantized", ("('norm',)",), ("exclude", "keep"),
                              f"('{names[0]}',)" if out else None),
            "clip_quantile": Option("float | None", "quantile at which values are clipped", ("None", "0.99", "0.999"),
                                    ("clip_quantile", "quantile")),
            "scale_dtype": Option("str | None", "dtype of the scales", ("None",), ("scale_dtype",),
                                  "'bfloat16'" if low else "None"),
        },
        result=(made, left),
        helpers=(_RANGE,),
        titles=("quantize_weights", "quantize_params", "to_low_bits"),
        summary=p.pick("Quantizes weights to integers with scales", "Quantizes the matrices of a model"),
        returned="integer codes and scales by name, and the arrays that are not quantized",
    )  # fmt: skip


_SIGNS = '''
    def elected_sign(deltas: Array) -> Array:
        {?0.5 """The sign that most of the weight is on."""}
        return {jnp.where(jnp.sum(deltas, axis=0) >= 0.0, 1.0, -1.0) ~ jnp.sign(jnp.sum(deltas, axis=0))}
'''
_TRIMMED = _BODIES["trimmed"]
_AVERAGED = _BODIES["averaged"]


def _averaged(p: Program) -> Text:
    """Draw a function that merges several models that were trained from one."""
    a, b, count = p.size(8, 16), p.size(12, 24), p.choices.choice((2, 3, 3, 4))
    lines = p.choose(_AVERAGED)
    names = p.choices.choice((("kernel", "bias"), ("w_in", "w_out", "scale"), ("embed", "dense", "bias")))
    base: dict[str, Leaf] = {name: Leaf((b,) if name in ("bias", "scale") else (a, b)) for name in names}
    models: list[Tree] = [dict(base) for _ in range(count)]
    result: dict[str, Tree] = dict(base)
    if "extra = {" in lines:
        head = Leaf((b, 4))
        models[0] = dict(base) | {"head": head}
        result["head"] = head
    methods = ["average", "signs", *(each for each in ("median", "largest") if f"method == '{each}'" in lines)]
    # A single weight only affects an average.
    asked = p.choices.choice(methods)
    shares = p.pick("None", "None", f"({', '.join(('0.5', '0.3', '0.2', '0.1')[:count])})")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "base": Array(dict(base), "parameters of the common base model", ("base", "pretrained", "base_params")),
            "models": Array(models, "parameters of each model", ("models", "checkpoints", "finetuned")),
            "weights": Option("tuple[float, ...] | None", "weight of each model", ("None",),
                              ("weights", "coefficients"), shares),
            "exclude": Option("tuple[str, ...]", "names of arrays that are not merged", ("()", "('norm',)"),
                              ("exclude", "skip")),
            "density": Option("float", "fraction of the changes to keep", ("0.5", "0.2", "0.8"),
                              ("density", "keep_fraction")),
            "method": Option("str", f"one of {', '.join(methods)}", ("'average'",), ("method", "merge_method"),
                             f"'{asked}'"),
            "robust": Option("bool", "whether to use the median instead of the mean", ("False", "True"),
                             ("robust", "use_median")),
            "strength": Constant(p.pick("0.5", "0.7", "0.4"), "scale of the merged changes", ("strength", "scaling"),
                                 (0.3, 0.8)),
        },
        result=(result,),
        helpers=(_SIGNS, _TRIMMED),
        titles=("merge_models", "average_checkpoints", "merge_checkpoints", "model_soup"),
        summary=p.pick("Merges fine-tuned models with a common base",
                       "Merges several separately trained models into one"),
        returned="parameters of the merged model",
    )  # fmt: skip


WRITERS: dict[str, Callable[[Program], Text]] = {
    "converted_weights": _converted,
    "merged_adapters": _merged,
    "quantized_weights": _quantized,
    "averaged_models": _averaged,
}
"""Maps each target to the function that draws it."""
