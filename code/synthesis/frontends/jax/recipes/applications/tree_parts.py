"""Operations on parameters by name: statistics for a log, flat vectors, merged checkpoints, frozen layers."""

import math
import re
from collections.abc import Mapping

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, settled, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed, mapped
from synthesis.frontends.jax.recipes.applications.written import Text

_NAMES = (
    ("encoder", "decoder", "head"),
    ("embed", "block", "out"),
    ("dense_0", "dense_1", "dense_2"),
    ("attn", "mlp", "lm_head"),
    ("actor", "critic", "torso"),
)
JOINED = '''
    def path_name(path) -> str:
        {?0.5 """{Keys of a path, joined by slashes ~ Readable name of a leaf}."""}
        {parts = [str(entry.key) for entry in path]
        return '/'.join(parts) ~
        return '/'.join(str(entry.key) for entry in path) ~
        name = ''
        for entry in path:
            name = f'<<name>>/<<entry.key>>' if name else str(entry.key)
        return name}
'''
SAME = '''
    def check_same_structure(tree, other):
        {?0.4 """Raises an error where two trees differ in more than their numbers."""}
        {if jax.tree.structure(tree) != jax.tree.structure(other):
            raise ValueError('expected trees of one structure') ~
        structure, others = jax.tree.structure(tree), jax.tree.structure(other)
        if structure != others:
            raise ValueError(f'expected a tree like <<structure>>, got <<others>>')}
        {for x, y in zip(jax.tree.leaves(tree), jax.tree.leaves(other)):
            if x.shape != y.shape:
                raise ValueError(f'expected an array of shape <<x.shape>>, got <<y.shape>>') ~}
'''


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


_ONE_STATISTIC = """
    {if kind == 'norm':
        value = {jnp.sqrt(jnp.sum(x ** 2)) ~ jnp.linalg.norm(x.reshape(-1))}
    elif kind == 'rms':
        value = jnp.sqrt(jnp.mean(x ** 2))
    {elif kind == 'max':
        value = jnp.max(jnp.abs(x)) ~ elif kind == 'mean_abs':
        value = jnp.mean(jnp.abs(x)) ~ elif kind == 'std':
        value = jnp.std(x) ~ elif kind == 'zeros':
        {?0.5 # {how sparse it is}}
        value = jnp.mean((x == 0).astype(jnp.float32))}
    else:
        raise ValueError(f'unknown statistic <<kind>>')
    stats[KEY] = value ~
    stats[KEY] = {jnp.sqrt(jnp.sum(x ** 2)) ~ jnp.sqrt(jnp.mean(x ** 2)) ~ jnp.linalg.norm(x.reshape(-1))} ~
    stats[KEY] = {jnp.max(jnp.abs(x)) ~ jnp.mean(jnp.abs(x))}
    {if with_std:
        stats[f'<<prefix>>/<<name>>/std'] = jnp.std(x) ~}}
"""
_LOGGED = """
    {?0.25 if not tree:
        raise ValueError('expected the parameters of at least one layer')}
    stats = {<<>> ~ dict()}
    {?0.5 squares = []}
    {for path, x in jax.tree.leaves_with_path(tree):
        name = {path_name(path) ~ '/'.join(str(entry.key) for entry in path)}
        SKIP
        ONE
        SQUARE ~
    for layer, arrays in {tree.items() ~ sorted(tree.items())}:
        for key, x in arrays.items():
            name = f'<<layer>>/<<key>>'
            SKIP
            ONE
            SQUARE ~
    def visit(x, parents):
        if not isinstance(x, dict):
            return [('/'.join(parents), x)]
        pairs = []
        for key, child in x.items():
            pairs += visit(child, (*parents, key))
        return pairs

    for name, x in visit(tree, ()):
        SKIP
        ONE
        SQUARE}
    TOTAL
    return stats
"""
_SKIPS = (
    ("", ()),
    ("if x.ndim < 2:\n    {?0.5 # {biases would only fill the log}}\n    continue", ("bias",)),
    ("if {name.endswith('bias') ~ 'bias' in name}:\n    continue", ("bias",)),
    ("if exclude and name.endswith(exclude):\n    {?0.5 # {what nobody looks at}}\n    continue", ("bias",)),
)
_RATIOS = """
    check_same_structure(tree, updates)
    stats = {<<>> ~ dict()}
    {for (path, x), update in zip(jax.tree.leaves_with_path(tree), jax.tree.leaves(updates)):
        name = path_name(path)
        RATIO ~
    for layer in {tree ~ sorted(tree)}:
        for key, x in tree[layer].items():
            name, update = f'<<layer>>/<<key>>', updates[layer][key]
            RATIO}
    {if not average:
        return stats
    return stats | <<f'<<prefix>>/mean': sum(stats.values()) / len(stats)>> ~
    stats[f'<<prefix>>/mean'] = sum(stats.values()) / len(stats)
    return stats ~
    return stats}
"""
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
    {?0.4 # {about -3 is healthy}}
    stats[f'<<prefix>>/<<name>>'] = jnp.log10(ratio + eps) ~
    stats[f'<<prefix>>/<<name>>'] = jnp.log10(ratio + eps) if log_scale else ratio}
"""  # noqa: E501


def write_log(p: Program) -> Text:
    """Draw statistics of parameters by name, as training programs log them."""
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
        lines=settled(lines),
        given={
            "tree": Array(tree, "parameters by layer", ("params", "tree") if ratio else ("params", "grads", "tree")),
            "updates": Array(changed(tree, -0.01, 0.01), "their updates", ("updates",)),
            "prefix": Option("str", "what names begin with", (prefix,), ("prefix", "scope")),
            "kind": Option("str", f"one of {', '.join(asked)}", (f"'{p.choices.choice(asked or ['norm'])}'",),
                           (known, "stat", "how")),
            "exclude": Option("str | None", "the end of names that are left out", ("None",), ("exclude", "skip_suffix"),
                              "'bias'"),
            "with_std": Option("bool", "whether deviations are logged too", ("False",), ("with_std", "log_std"),
                               str(deviations)),
            "average": Option("bool", "whether the mean is logged too", ("True",), ("with_mean", "average"),
                              str(averaged)),
            "log_scale": Option("bool", "whether logarithms are logged", ("True", "False"), ("log_scale", "as_log")),
            "eps": Constant("1e-12", "what keeps quotients finite", ("eps",)),
        },
        result=(kept,),
        titles=("update_ratios", "update_to_weight_ratio", "log_update_ratios") if ratio else
        ("log_norms", "layer_statistics", "summarize_tree", "param_stats"),
        summary="How large updates are beside what they change" if ratio else "Statistics of every array by its name",
        returned="numbers by name",
        helpers=(JOINED, SAME),
    )  # fmt: skip


_RAVEL = """
    leaves = jax.tree.leaves(tree)
    {?0.4 if not leaves:
        raise ValueError('expected a tree with at least one array')}
    {{?0.4 # {one type for all}}
    dtype = {jnp.result_type(*leaves) ~ functools.reduce(jnp.promote_types, [x.dtype for x in leaves])} ~
    if dtype is None:
        {?0.5 # {the least type that holds all of them}}
        dtype = {jnp.result_type(*leaves) ~ jnp.result_type(*[x.dtype for x in leaves])} ~
    dtype = leaves[0].dtype
    for x in leaves[1:]:
        dtype = jnp.promote_types(dtype, x.dtype)}
    {vector = jnp.concatenate([{x.reshape(-1) ~ jnp.ravel(x)}.astype(dtype) for x in leaves]) ~
    parts = []
    for x in leaves:
        {?0.5 if weight_only and x.ndim < 2:
            continue}
        parts.append({x.reshape(-1) ~ jnp.ravel(x)}.astype(dtype))
    vector = jnp.concatenate(parts) ~
    size = sum(x.size for x in leaves)
    vector, offset = jnp.zeros(size, dtype), 0
    for x in leaves:
        vector = vector.at[offset:offset + x.size].set(x.reshape(-1).astype(dtype))
        offset += x.size}
    {?0.35 if normalize:
        vector = vector / jnp.maximum(jnp.linalg.norm(vector), 1e-12)}
    {{if num_shards > 1:
        {?0.5 # {every device has as many numbers}}
        vector = jnp.append(vector, jnp.zeros(-vector.size % num_shards, vector.dtype))
        vector = vector.reshape(num_shards, -1)
    return vector ~
    missing = -vector.shape[0] % num_shards
    {?0.5 # {the last shard is filled up}}
    {if missing:
        vector = jnp.concatenate([vector, jnp.zeros(missing, vector.dtype)]) ~
    vector = jnp.zeros(vector.size + missing, vector.dtype).at[:vector.size].set(vector)}
    return vector.reshape(num_shards, -1)} ~
    return vector}
"""
_UNRAVEL = """
    leaves, structure = jax.tree.flatten(tree)
    {num_params = sum(x.size for x in leaves)
    if vector.shape != (num_params,):
        raise ValueError(f'expected <<num_params>> numbers, got <<vector.shape>>') ~
    {?0.5 num_params = sum(math.prod(x.shape) for x in leaves)
    if vector.size != num_params:
        raise ValueError(f'<<vector.size>> numbers do not fit <<num_params>> parameters')}}
    {?0.5 if max_norm is not None:
        {?0.5 # {no step longer than this}}
        vector = vector * jnp.minimum(1.0, max_norm / (jnp.linalg.norm(vector) + 1e-12))}
    {moved, offset = [], 0
    for x in leaves:
        {size = {x.size ~ math.prod(x.shape)}
        chunk = {vector[offset:offset + size] ~ jax.lax.dynamic_slice_in_dim(vector, offset, size)}
        moved.append(x + scale * chunk.reshape(x.shape).astype(x.dtype))
        offset += size ~
        end = offset + x.size
        chunk = vector[offset:end].reshape(x.shape)
        moved.append(x + scale * chunk.astype(x.dtype))
        offset = end} ~
    sizes = [x.size for x in leaves]
    {ends = [sum(sizes[:i + 1]) for i in range(len(sizes) - 1)] ~ ends = []
    for size in sizes[:-1]:
        ends.append(size + (ends[-1] if ends else 0))}
    parts = jnp.split(vector, ends)
    moved = [x + scale * chunk.reshape(x.shape).astype(x.dtype) for x, chunk in zip(leaves, parts)]}
    return jax.tree.unflatten(structure, moved)
"""


def write_vector(p: Program) -> Text:
    """Draw the conversion of a tree to a vector, or of a vector to updates of a tree."""
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
        lines=settled(lines),
        given={
            "tree": Array(given_tree, "parameters", ("params",) if back else ("tree", "params", "grads")),
            **({"vector": Array(Leaf((size,), -0.5, 0.5), "a step for all parameters, as one vector",
                                ("vector", "flat_update", "direction"))} if back else {}),
            "dtype": Option("str | None", "type of the vector", ("None", "'float32'"), ("dtype",)),
            "weight_only": Option("bool", "whether biases are left out", ("False",), ("matrices_only", "skip_biases"),
                                  str(only)),
            "normalize": Option("bool", "whether to bring it to unit length", ("False", "True"), ("normalize",)),
            "num_shards": Option("int", "how many devices share it", (str(shards),), ("num_shards", "num_devices")),
            "max_norm": Option("float | None", "largest norm of the step", ("None", "1.0", "0.5"), ("max_norm",)),
            "scale": Option("float", "how much of the step is made", ("1.0", "0.1", "0.5"), ("step_size", "scale")),
        },
        result=(given_tree,) if back else (flat,),
        titles=("apply_flat_update", "add_vector", "step_along") if back else
        ("ravel_params", "flatten_to_vector", "tree_to_vector"),
        summary="Moves parameters by a step that is given as one vector" if back else
        "All arrays of a tree as one vector",
        returned="the parameters after the step" if back else "a vector" if shards == 1 else "a row for each device",
    )  # fmt: skip


_MERGES = {
    "soup": """
        {?0.4 if len(checkpoints) < 2:
            raise ValueError(f'expected at least two checkpoints, got <<len(checkpoints)>>')}
        {?0.5 for other in checkpoints[1:]:
            check_same_structure(checkpoints[0], other)}
        {{if weights is None:
            {?0.5 # {all count alike unless told otherwise}}
            weights = jnp.ones(len(checkpoints))
        {?0.6 elif weights.shape != (len(checkpoints),):
            raise ValueError(f'expected <<len(checkpoints)>> weights, got <<weights.shape>>')} ~
        weights = jnp.ones(len(checkpoints)) if weights is None else jnp.asarray(weights)}
        weights = weights / jnp.sum(weights) ~
        {?0.4 # {checkpoints with a lower loss count more}}
        weights = jax.nn.softmax(-losses / temperature)}

        def average(*xs):
            {?0.4 if not jnp.issubdtype(xs[0].dtype, jnp.floating):
                {?0.5 # {counters of the last one}}
                return xs[-1]}
            {return jnp.tensordot(weights, jnp.stack(xs), axes=1).astype(xs[0].dtype) ~
            return sum(w * x for w, x in zip(weights, xs)) ~
            {mixed = jnp.zeros_like(xs[0]) ~ mixed = jnp.zeros(xs[0].shape, xs[0].dtype)}
            for w, x in zip(weights, xs):
                mixed = mixed + w * x
            return mixed ~
            mixed = jnp.einsum('k,k...->...', weights, jnp.stack(xs))
            return mixed.astype(xs[0].dtype)}

        {return jax.tree.map(average, *checkpoints) ~
        return jax.tree.map(average, checkpoints[0], *checkpoints[1:])}
    """,
    "task": """
        {?0.4 if not tuned:
            raise ValueError('expected at least one tuned model')}
        {?0.4 for other in tuned:
            check_same_structure(base, other)}

        def merge(w, *others):
            {{deltas = [x - w for x in others]
            {?0.5 if trim is not None:
                {?0.5 # {small changes are noise}}
                deltas = [jnp.where(jnp.abs(d) >= trim * jnp.max(jnp.abs(d)), d, 0.0) for d in deltas]}
            return w + scale * {sum(deltas) ~ sum(deltas) / len(deltas)} ~
            deltas = jnp.stack(others) - w
            if elect_sign:
                {?0.5 # {changes that contradict the majority are left out}}
                sign = jnp.sign(jnp.sum(deltas, axis=0))
                agrees = jnp.sign(deltas) == sign
                count = jnp.maximum(jnp.sum(agrees, axis=0), 1)
                merged = jnp.sum(jnp.where(agrees, deltas, 0.0), axis=0) / count
            else:
                merged = {jnp.mean(deltas, axis=0) ~ jnp.sum(deltas, axis=0)}
            return w + scale * merged} ~
            {?0.5 if w.ndim < 2:
                {?0.5 # {vectors are averaged}}
                return (w + sum(others)) / (len(others) + 1)}
            merged = {jnp.zeros_like(w) ~ jnp.zeros(w.shape, w.dtype)}
            for x in others:
                change = x - w
                {?0.5 # {no tuned model may outweigh the others by a few large changes}}
                limit = max_change * jnp.max(jnp.abs(w))
                merged = merged + jnp.clip(change, -limit, limit)
            return w + scale * merged}

        return jax.tree.map(merge, base, *tuned)
    """,
    "slerp": """
        check_same_structure(start, end)

        def blend(x, y):
            {?0.6 if x.ndim < 2:
                {?0.5 # {vectors are mixed in a straight line}}
                return {(1.0 - frac) * x + frac * y ~ x + frac * (y - x)}}
            {u, v = x.reshape(-1), y.reshape(-1)
            cos = {jnp.vdot(u, v) ~ jnp.dot(u, v)} / (jnp.linalg.norm(u) * jnp.linalg.norm(v) + eps) ~
            cos = jnp.sum(x * y) / (jnp.sqrt(jnp.sum(x ** 2) * jnp.sum(y ** 2)) + eps)}
            theta = jnp.arccos(jnp.clip(cos, -1.0 + 1e-6, 1.0 - 1e-6))
            {w0, w1 = jnp.sin((1.0 - frac) * theta), jnp.sin(frac * theta)
            return (w0 * x + w1 * y) / jnp.sin(theta) ~
            mixed = jnp.sin((1.0 - frac) * theta) * x + jnp.sin(frac * theta) * y
            mixed = mixed / jnp.sin(theta)
            {?0.5 # {nearly parallel: a straight line is as good}}
            return jnp.where(theta < min_angle, (1.0 - frac) * x + frac * y, mixed)}

        {if layer_fracs is None:
            return jax.tree.map(blend, start, end)
        merged = <<>>
        for name, layer in start.items():
            {?0.5 # {a fraction of its own for some layers}}
            share = layer_fracs.get(name, frac)
            merged[name] = jax.tree.map(lambda x, y: (1.0 - share) * x + share * y, layer, end[name])
        return merged ~
        return jax.tree.map(blend, start, end) ~
        return <<name: jax.tree.map(blend, layer, end[name]) for name, layer in start.items()>>}
    """,
}


def write_merged_models(p: Program) -> Text:
    """Draw the merge of several checkpoints."""
    tree = _layers(p, p.choices.choice((2, 3)), nested=p.choices.chance(0.8))
    form = p.pick(*_MERGES)
    count = p.choices.choice((2, 3, 4))
    lines = p.choose(_MERGES[form])
    alone, some = p.choices.chance(0.4), p.choices.chance(0.5)
    layered = "layer_fracs" in lines
    return Text(
        lines=settled(lines),
        given={
            "checkpoints": Array([tree] * count, "parameters of each checkpoint", ("checkpoints", "models", "trees")),
            "weights": Array(Leaf((count,), 0.2, 1), "how much each counts", ("weights", "coefficients"), float(alone)),
            "losses": Array(Leaf((count,), 0.5, 3), "loss of each checkpoint", ("losses", "val_losses")),
            "base": Array(tree, "parameters before tuning", ("base", "pretrained", "base_params")),
            "tuned": Array([tree] * count, "parameters after each tuning", ("tuned", "finetuned", "task_params")),
            "start": Array(tree, "parameters at 0", ("start", "params_a", "a")),
            "end": Array(tree, "parameters at 1", ("end", "params_b", "b")),
            "layer_fracs": Array({name: Leaf((), 0.1, 0.9) for name in list(tree)[:1 + some]},
                                 "fractions of some layers", ("layer_fracs", "fractions")),
            "frac": Option("float", "how far from the first to the second", ("0.5", "0.3", "0.7"),
                           ("t", "frac", "alpha"))
            if layered else Constant("0.5", "how far from the first to the second", ("t", "frac", "alpha"), (0.1, 0.9)),
            "temperature": Option("float", "how soft the choice is", ("1.0", "0.5"), ("temperature",)),
            "trim": Option("float | None", "share of the largest change below which others go", ("None", "0.2", "0.1"),
                           ("trim", "trim_below")),
            "scale": Option("float", "how much of the change is taken", ("0.5", "0.3", "0.7"), ("scale", "scaling")),
            "max_change": Option("float", "largest change beside the largest weight", ("0.5", "0.2"), ("max_change",)),
            "elect_sign": Option("bool", "whether changes have to agree", ("True", "False"), ("elect_sign", "ties")),
            "min_angle": Option("float", "angle below which arrays are parallel", ("1e-3", "1e-2"), ("min_angle",)),
            "eps": Constant("1e-8", "what keeps quotients finite", ("eps",)),
        },
        result=(tree,),
        titles={"soup": ("average_checkpoints", "model_soup", "merge_checkpoints"),
                "task": ("merge_tasks", "task_arithmetic", "add_task_vectors"),
                "slerp": ("interpolate_models", "slerp_params", "blend_params")}[form],
        summary={"soup": "Weighted mean of checkpoints", "task": "Adds what several tunings changed to one model",
                 "slerp": "Parameters between those of two models"}[form],
        returned="the merged parameters",
        helpers=(SAME,),
    )  # fmt: skip


_FROZEN = """
    {?0.35 unknown = {[name for name in grads if name not in params] ~ sorted(set(grads) - set(params))}
    if unknown:
        raise ValueError(f'no parameters for <<unknown>>')}
    {?0.35 if learning_rate <= 0.0:
        raise ValueError(f'expected a positive learning rate, got <<learning_rate>>')}
    new_params = {<<>> ~ dict()}
    for name, layer in params.items():
        if name not in grads:
            {?0.5 # {frozen layers stay as they are ~ no gradient, no step}}
            new_params[name] = layer
            continue
        {RATE ~ rate = learning_rate * multipliers.get(name, 1.0) ~
        {?0.4 # {some layers learn more slowly}}
        rate = learning_rate * multipliers[name] if name in multipliers else learning_rate ~
        rate = {0.1 * learning_rate ~ slow_rate} if name in slow else learning_rate}
        {new_params[name] = jax.tree.map(lambda w, g: w - rate * g, layer, grads[name]) ~
        updated = <<>>
        for key, w in layer.items():
            g = grads[name][key]
            {if weight_decay > 0.0 and {key != 'bias' ~ w.ndim > 1 ~ key == 'kernel'}:
                {?0.5 # {biases are not decayed}}
                g = g + weight_decay * w ~ if max_norm is not None:
                g = g * jnp.minimum(1.0, max_norm / (jnp.linalg.norm(g) + 1e-6)) ~
            if w.ndim > 1:
                g = g + weight_decay * w}
            {updated[key] = w - rate * g ~ updated[key] = (w - rate * g).astype(w.dtype)}
        new_params[name] = updated ~
        def apply(w, g):
            {?0.6 if {w.ndim > 1 ~ decoupled and w.ndim > 1}:
                {?0.5 # {only matrices are decayed}}
                w = (1.0 - rate * weight_decay) * w}
            return w - rate * g

        new_params[name] = jax.tree.map(apply, layer, grads[name])}
    {return new_params ~
    return new_params ~
    {?0.4 # {how far the parameters moved}}
    moved = [jnp.sum((x - y) ** 2) for x, y in zip(jax.tree.leaves(new_params), jax.tree.leaves(params))]
    return new_params, jnp.sqrt(sum(moved))}
"""


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
        lines=settled(lines),
        given={
            "params": Array(tree, "parameters by layer", ("params",)),
            "grads": Array({name: tree[name] for name in free}, "gradients of the layers that learn",
                           ("grads", "gradients")),
            "multipliers": Array({name: Leaf((), 0.1, 1) for name in free[:1]}, "what learning rates are multiplied by",
                                 ("multipliers", "lr_mult")),
            "learning_rate": Option("float", "learning rate", ("0.1", "0.01", "0.003"), ("learning_rate", "lr")),
            "slow_rate": Option("float", "learning rate of slow layers", ("0.001", "0.01"), ("slow_lr", "backbone_lr")),
            "slow": Option("tuple[str, ...]", "layers that learn slowly", (slow,), ("slow", "slow_layers", "backbone")),
            "weight_decay": Option("float", "weight decay", ("0.01", "0.1", "0.0"), ("weight_decay",)),
            "decoupled": Option("bool", "whether weights are decayed", ("True", "False"), ("decay_weights",)),
            "max_norm": Option("float | None", "largest norm of a gradient", ("None", "1.0"), ("max_norm", "clip")),
        },
        result=(tree, Leaf(())) if both else (tree,),
        titles=("update_trainable", "finetune_step", "update_layers", "apply_layerwise"),
        summary=p.pick("A step of the layers that are not frozen", "Updates layers by name and leaves the others"),
        returned="the new parameters" + (", and how far they moved" if both else ""),
    )  # fmt: skip


_COMPARED = """
    {check_same_structure(tree, other) ~ {?0.5 if jax.tree.structure(tree) != jax.tree.structure(other):
        raise ValueError('cannot compare trees of different structures')}}
    {errors = <<>>
    for (path, x), y in zip(jax.tree.leaves_with_path(tree), jax.tree.leaves(other)):
        name = {path_name(path) ~ '/'.join(str(entry.key) for entry in path)}
        ERROR
        errors[name] = error
    ENDS ~
    def compare(x, y):
        ERROR
        return error

    errors = jax.tree.map(compare, tree, other)
    {return errors ~
    worst = {jnp.max(jnp.stack(jax.tree.leaves(errors))) ~ jax.tree.reduce(jnp.maximum, errors)}
    return errors, worst ~
    overall = {jnp.mean(jnp.stack(jax.tree.leaves(errors))) ~ jnp.stack(jax.tree.leaves(errors)).mean()}
    return overall, overall <= tol ~
    return errors, jax.tree.map(lambda error: error > tol, errors)}}
"""
_ERROR = """
    {?0.25 if x.shape != y.shape:
        raise ValueError(f'cannot compare arrays of shapes <<x.shape>> and <<y.shape>>')}
    {?0.3 dtype = jnp.promote_types(x.dtype, y.dtype)
    x, y = x.astype(dtype), y.astype(dtype)}
    {error = {jnp.max(jnp.abs(x - y)) ~ jnp.sqrt(jnp.mean((x - y) ** 2)) ~ jnp.mean(jnp.abs(x - y))} ~
    if relative:
        {?0.5 # {beside the larger of the two}}
        size = {jnp.maximum(jnp.abs(x), jnp.abs(y)) ~ jnp.abs(y)} + eps
        error = jnp.max(jnp.abs(x - y) / size)
    else:
        error = jnp.max(jnp.abs(x - y)) ~
    gap = jnp.abs(x - y)
    error = jnp.max(gap / (eps + jnp.abs(y)) if relative else gap) ~
    if metric == 'cosine':
        norms = jnp.linalg.norm(x.reshape(-1)) * jnp.linalg.norm(y.reshape(-1))
        error = 1.0 - jnp.vdot(x, y) / (norms + eps)
    elif metric == 'l2':
        error = {jnp.linalg.norm((x - y).reshape(-1)) ~ jnp.sqrt(jnp.sum((x - y) ** 2))}
    elif metric == 'max':
        error = jnp.max(jnp.abs(x - y))
    else:
        raise ValueError(f'unknown metric <<metric>>')}
"""
_COMPARED_ENDS = """
    {return errors ~
    worst = {jnp.max(jnp.stack(list(errors.values()))) ~ functools.reduce(jnp.maximum, errors.values())}
    return errors, worst ~
    overall = sum(errors.values()) / len(errors)
    return overall, overall <= tol ~
    failed = <<name: error > tol for name, error in errors.items()>>
    return errors, failed}
"""


def write_compared(p: Program) -> Text:
    """Draw the differences between two trees, array by array."""
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
        lines=settled(lines),
        given={
            "tree": Array(tree, "arrays", ("tree", "actual", "params")),
            "other": Array(tree, "arrays that they are compared with", ("other", "expected", "reference")),
            "relative": Option("bool", "whether errors are relative", ("False", "True"), ("relative",)),
            "metric": Option("str", "max, l2 or cosine", metrics, ("metric", "kind")),
            "tol": Option("float", "largest error that is tolerated", ("1e-3", "1e-2", "0.1"),
                          ("tol", "tolerance", "atol")),
            "eps": Constant("1e-8", "what keeps quotients finite", ("eps",)),
        },
        result=result,
        titles=("compare_trees", "tree_difference", "max_tree_error", "tree_errors"),
        summary=p.pick("How far two trees are from each other", "Errors of a tree beside another, array by array"),
        returned="errors",
        helpers=(JOINED, SAME),
    )  # fmt: skip
