"""Operations on parameters by name: statistics for a log, flat vectors, merged checkpoints, frozen layers."""

import math
import re
from collections.abc import Mapping

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed, mapped
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "tree_parts", margin=4)

_NAMES = (
    ("encoder", "decoder", "head"),
    ("embed", "block", "out"),
    ("dense_0", "dense_1", "dense_2"),
    ("attn", "mlp", "lm_head"),
    ("actor", "critic", "torso"),
)
JOINED = _BODIES["joined"]
SAME = _BODIES["same"]


def _layers(p: Program, count: int, *, nested: bool = True) -> dict[str, Tree]:
    """Return the parameters of some layers by name; a layer is one array, or arrays by name if ``nested``."""
    p.holds_any_tree()
    names = p.choices.choice(_NAMES)[:count]
    sizes = [p.size(32, 64, 96, 128) for _ in range(count + 1)]
    made: dict[str, Tree] = {}
    for place, name in enumerate(names):
        kernel, bias = weights(sizes[place], sizes[place + 1]), weights(sizes[place + 1])
        made[name] = {"kernel": kernel, "bias": bias} if nested else kernel
    return made


def _names(tree: Tree) -> list[str]:
    """Return the paths of a tree's arrays: the names on the way to them, joined by slashes."""
    match tree:
        case Mapping():
            return ["/".join((name, *([end] if end else []))) for name, part in tree.items() for end in _names(part)]
        case _:
            return [""]


def _kernels(tree: Tree) -> dict[str, Tree]:
    """Return a tree of layers without its biases."""
    match tree:
        case Mapping():
            return {
                name: part if isinstance(part, Leaf) else _kernels(part)
                for name, part in tree.items()
                if name != "bias"
            }
        case _:
            return {}


_ONE_STATISTIC = _BODIES["one_statistic"]
_LOGGED = _BODIES["logged"]
_SKIPS = (
    ("", ()),
    ("if x.ndim < 2:\n    {?0.5 # {skip biases in the log}}\n    continue", ("bias",)),
    ("if {name.endswith('bias') ~ 'bias' in name}:\n    continue", ("bias",)),
    ("if exclude and name.endswith(exclude):\n    {?0.5 # {what nobody looks at}}\n    continue", ("bias",)),
)
_RATIOS = _BODIES["ratios"]
_RATIO = """
    {~ if x.ndim < 2:
        {?0.5 # {biases begin at zero}}
        continue ~
    {?0.4 # {sums of half precision overflow}}
    x, update = x.astype(jnp.float32), update.astype(jnp.float32)}
    {weight_norm, update_norm = jnp.sqrt(jnp.sum(x ** 2)), jnp.sqrt(jnp.sum(update ** 2))
    ratio = update_norm / (weight_norm + eps) ~
    ratio = {jnp.sqrt(jnp.sum(update ** 2) / (jnp.sum(x ** 2) + eps)) ~
        jnp.linalg.norm(update.reshape(-1)) / (jnp.linalg.norm(x.reshape(-1)) + eps) ~ jnp.std(update) / (jnp.std(x) + eps)}}
    {stats[f'<<prefix>>/<<name>>'] = ratio ~
    {?0.4 # {about -3 is typical}}
    stats[f'<<prefix>>/<<name>>'] = jnp.log10(ratio + eps) ~
    stats[f'<<prefix>>/<<name>>'] = jnp.log10(ratio + eps) if log_scale else ratio}
"""  # noqa: E501


def write_log(p: Program) -> Text:
    """Draw a function that computes statistics of parameters by name, as training programs log them."""
    tree = _layers(p, p.choices.choice((2, 3)))
    prefix = p.pick("'params'", "'grads'", "'train/grads'", "'weights'")
    ratio = p.choices.chance(0.35)
    averaged, deviations = p.choices.chance(0.6), p.choices.chance(0.5)
    known = "kind"
    if ratio:
        prefix = p.pick("'update_ratio'", "'ratio'", "'train/update_ratio'")
        lines = placed(p.choose(_RATIOS), "RATIO", p.choose(_RATIO))
        skipped = ("bias",) if "continue" in lines else ()
    else:
        skip, skipped = p.choices.choice(_SKIPS)
        lines = p.choose(_LOGGED)
        summed = "squares = []" in lines
        lines = placed(lines, "SKIP", p.choose(skip))
        lines = placed(lines, "ONE", p.choose(_ONE_STATISTIC).replace("KEY", "f'{prefix}/{name}'"))
        lines = placed(lines, "SQUARE", "squares.append(jnp.sum(x ** 2))" if summed else "")
        total = p.pick("jnp.sqrt(sum(squares))", "jnp.sqrt(jnp.sum(jnp.stack(squares)))")
        lines = placed(lines, "TOTAL", f"stats[f'{{prefix}}/global_norm'] = {total}" if summed else "")
    if skipped:  # parameters that are left out would have no effect
        tree = _kernels(tree)
    label = prefix.strip("'")
    kept: dict[str, Tree] = {f"{label}/{name}": Leaf(()) for name in _names(tree)}
    if "with_std" in lines and deviations:
        kept |= {f"{each}/std": Leaf(()) for each in kept}
    if "global_norm" in lines:
        kept[f"{label}/global_norm"] = Leaf(())
    if "/mean" in lines and (averaged or "average" not in lines):
        kept[f"{label}/mean"] = Leaf(())
    asked = [each for each in ("norm", "rms", "max", "mean_abs", "std", "zeros") if f"kind == '{each}'" in lines]
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "tree": Array(tree, "parameters by layer", ("params", "tree") if ratio else ("params", "grads", "tree")),
            "updates": Array(changed(tree, -0.01, 0.01), "updates by layer", ("updates",)),
            "prefix": Option("str", "prefix of the names", (prefix,), ("prefix", "scope")),
            "kind": Option("str", f"one of {', '.join(asked)}", (f"'{p.choices.choice(asked or ['norm'])}'",),
                           (known, "stat", "how")),
            "exclude": Option("str | None", "suffix of names to leave out", ("None",), ("exclude", "skip_suffix"),
                              "'bias'"),
            "with_std": Option("bool", "whether to log standard deviations as well", ("False",),
                               ("with_std", "log_std"),
                               str(deviations)),
            "average": Option("bool", "whether to log means as well", ("True",), ("with_mean", "average"),
                              str(averaged)),
            "log_scale": Option("bool", "whether to log logarithms", ("True", "False"), ("log_scale", "as_log")),
            "eps": Constant("1e-12", "small constant that avoids division by zero", ("eps",)),
        },
        result=(kept,),
        titles=("update_ratios", "update_to_weight_ratio", "log_update_ratios") if ratio else
        ("log_norms", "layer_statistics", "summarize_tree", "param_stats"),
        summary="Computes update-to-weight ratios" if ratio else "Computes statistics of every array by name",
        returned="metrics by name",
        helpers=(JOINED, SAME),
    )  # fmt: skip


_RAVEL = _BODIES["ravel"]
_UNRAVEL = _BODIES["unravel"]


def write_vector(p: Program) -> Text:
    """Draw a function that converts a tree to a vector, or a vector to updates of a tree."""
    tree = _layers(p, p.choices.choice((2, 3)), nested=p.choices.chance(0.7))
    back = p.choices.chance(0.5)
    lines = p.choose(_UNRAVEL if back else _RAVEL)
    leaves: list[Leaf] = []
    mapped(tree, lambda leaf: leaves.append(leaf) or leaf)
    only = p.choices.chance(0.5) and "weight_only" in lines
    kept = [leaf for leaf in leaves if len(leaf.shape) > 1 or not only]
    size = sum(math.prod(leaf.shape) for leaf in kept)
    shards = p.choices.choice((2, 4, 8)) if "num_shards" in lines else 1
    if "num_shards > 1" in lines and p.choices.chance(0.3):
        shards = 1
    flat = Leaf((size,)) if shards == 1 else Leaf((shards, -(-size // shards)))
    given_tree: Tree = mapped(tree, lambda leaf: leaf) if back or not only else _kernels(tree)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "tree": Array(given_tree, "parameters", ("params",) if back else ("tree", "params", "grads")),
            **({"vector": Array(Leaf((size,), -0.5, 0.5), "step of all parameters as one vector",
                                ("vector", "flat_update", "direction"))} if back else {}),
            "dtype": Option("str | None", "dtype of the vector", ("None", "'float32'"), ("dtype",)),
            "weight_only": Option("bool", "whether to leave out biases", ("False",), ("matrices_only", "skip_biases"),
                                  str(only)),
            "normalize": Option("bool", "whether to normalize it to unit length", ("False", "True"), ("normalize",)),
            "num_shards": Option("int", "number of devices", (str(shards),), ("num_shards", "num_devices")),
            "max_norm": Option("float | None", "largest norm of the step", ("None", "1.0", "0.5"), ("max_norm",)),
            "scale": Option("float", "step size", ("1.0", "0.1", "0.5"), ("step_size", "scale")),
        },
        result=(given_tree,) if back else (flat,),
        titles=("apply_flat_update", "add_vector", "step_along") if back else
        ("ravel_params", "flatten_to_vector", "tree_to_vector"),
        summary="Updates parameters by a flat vector" if back else
        "Flattens all arrays of a tree into one vector",
        returned="the parameters after the step" if back
        else "the parameters as one vector" if shards == 1 else "one row for each device",
    )  # fmt: skip


_MERGES = {
    "soup": _BODIES["soup"],
    "task": _BODIES["task"],
    "slerp": _BODIES["slerp"],
}


def write_merged_models(p: Program) -> Text:
    """Draw a function that merges several checkpoints."""
    tree = _layers(p, p.choices.choice((2, 3)), nested=p.choices.chance(0.8))
    form = p.pick(*_MERGES)
    count = p.choices.choice((2, 3, 4))
    lines = p.choose(_MERGES[form])
    alone, some = p.choices.chance(0.4), p.choices.chance(0.5)
    layered = "layer_fracs" in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "checkpoints": Array([tree] * count, "parameters of each checkpoint", ("checkpoints", "models", "trees")),
            "weights": Array(Leaf((count,), 0.2, 1), "weight of each checkpoint", ("weights", "coefficients"),
                             float(alone)),
            "losses": Array(Leaf((count,), 0.5, 3), "loss of each checkpoint", ("losses", "val_losses")),
            "base": Array(tree, "parameters before tuning", ("base", "pretrained", "base_params")),
            "tuned": Array([tree] * count, "parameters after each tuning", ("tuned", "finetuned", "task_params")),
            "start": Array(tree, "parameters at 0", ("start", "params_a", "a")),
            "end": Array(tree, "parameters at 1", ("end", "params_b", "b")),
            "layer_fracs": Array({name: Leaf((), 0.1, 0.9) for name in list(tree)[:1 + some]},
                                 "fractions of some layers", ("layer_fracs", "fractions")),
            "frac": Option("float", "interpolation parameter", ("0.5", "0.3", "0.7"),
                           ("t", "frac", "alpha"))
            if layered else Constant("0.5", "interpolation parameter", ("t", "frac", "alpha"), (0.1, 0.9)),
            "temperature": Option("float", "temperature of the weights", ("1.0", "0.5"), ("temperature",)),
            "trim": Option("float | None", "fraction of the largest change below which changes are removed",
                           ("None", "0.2", "0.1"),
                           ("trim", "trim_below")),
            "scale": Option("float", "scale of the change", ("0.5", "0.3", "0.7"), ("scale", "scaling")),
            "max_change": Option("float", "largest change relative to the largest weight", ("0.5", "0.2"),
                                 ("max_change",)),
            "elect_sign": Option("bool", "whether to keep only changes with the majority sign", ("True", "False"),
                                 ("elect_sign", "ties")),
            "min_angle": Option("float", "smallest angle of a spherical interpolation", ("1e-3", "1e-2"),
                                ("min_angle",)),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
        },
        result=(tree,),
        titles={"soup": ("average_checkpoints", "model_soup", "merge_checkpoints"),
                "task": ("merge_tasks", "task_arithmetic", "add_task_vectors"),
                "slerp": ("interpolate_models", "slerp_params", "blend_params")}[form],
        summary={"soup": "Averages checkpoints with weights", "task": "Adds several fine-tuning deltas to one model",
                 "slerp": "Interpolates between the parameters of two models"}[form],
        returned="the merged parameters",
        helpers=(SAME,),
    )  # fmt: skip


_FROZEN = _BODIES["frozen"]


def write_frozen(p: Program) -> Text:
    """Draw a training step of layers selected by name, while others stay the same."""
    tree = _layers(p, 3)
    names = list(tree)
    free = names[p.choices.integer(0, 1) :]
    lines = p.choose(_FROZEN)
    if re.search(r"(?m)^ *RATE$", lines):  # one rate for all
        lines = re.sub(r"\brate\b", "learning_rate", placed(lines, "RATE", ""))
    both = lines.rstrip().split("\n")[-1].endswith("sum(moved))")
    slow = str((free[0],))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by layer", ("params",)),
            "grads": Array({name: tree[name] for name in free}, "gradients of the trained layers",
                           ("grads", "gradients")),
            "multipliers": Array({name: Leaf((), 0.1, 1) for name in free[:1]}, "learning rate multipliers",
                                 ("multipliers", "lr_mult")),
            "learning_rate": Option("float", "learning rate", ("0.1", "0.01", "0.003"), ("learning_rate", "lr")),
            "slow_rate": Option("float", "learning rate of slow layers", ("0.001", "0.01"), ("slow_lr", "backbone_lr")),
            "slow": Option("tuple[str, ...]", "names of slow layers", (slow,), ("slow", "slow_layers", "backbone")),
            "weight_decay": Option("float", "weight decay", ("0.01", "0.1", "0.0"), ("weight_decay",)),
            "decoupled": Option("bool", "whether to apply weight decay to the parameters", ("True", "False"),
                                ("decay_weights",)),
            "max_norm": Option("float | None", "largest gradient norm", ("None", "1.0"), ("max_norm", "clip")),
        },
        result=(tree, Leaf(())) if both else (tree,),
        titles=("update_trainable", "finetune_step", "update_layers", "apply_layerwise"),
        summary=p.pick("Performs a training step on unfrozen layers",
                       "Updates selected layers and leaves the others unchanged"),
        returned="the new parameters" + (", and the size of the change" if both else ""),
    )  # fmt: skip


_COMPARED = _BODIES["compared"]
_ERROR = _BODIES["error"]
_COMPARED_ENDS = _BODIES["compared_ends"]


def write_compared(p: Program) -> Text:
    """Draw a function that compares two trees, array by array."""
    tree = _layers(p, p.choices.choice((2, 3)), nested=p.choices.chance(0.7))
    lines = placed(p.choose(_COMPARED), "ERROR", p.choose(_ERROR))
    lines = placed(lines, "ENDS", p.choose(_COMPARED_ENDS))
    each: Tree = mapped(tree, lambda _: Leaf(()))
    if "errors[name]" in lines:
        each = {name: Leaf(()) for name in _names(tree)}
    last = lines.rstrip().split("\n")[-1].strip()
    flag = Leaf((), dtype="bool")
    results: dict[str, tuple[Tree, ...]] = {
        "return errors": (each,), "return errors, worst": (each, Leaf(())),
        "return overall, overall <= tol": (Leaf(()), flag),
        "return errors, failed": (each, mapped(each, lambda _: flag)),
    }  # fmt: skip
    result = results.get(last, results["return errors, failed"])
    metrics = ("'max'", "'l2'", "'cosine'")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "tree": Array(tree, "tree of arrays", ("tree", "actual", "params")),
            "other": Array(tree, "tree to compare with", ("other", "expected", "reference")),
            "relative": Option("bool", "whether errors are relative", ("False", "True"), ("relative",)),
            "metric": Option("str", "metric: max, l2 or cosine", metrics, ("metric", "kind")),
            "tol": Option("float", "tolerance", ("1e-3", "1e-2", "0.1"),
                          ("tol", "tolerance", "atol")),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
        },
        result=result,
        titles=("compare_trees", "tree_difference", "max_tree_error", "tree_errors"),
        summary=p.pick("Measures the difference between two trees", "Computes array-wise errors between two trees"),
        returned="errors",
        helpers=(JOINED, SAME),
    )  # fmt: skip
