"""Utilities for trees of arrays in libraries: norms, casts, choices, noise, batches of trees."""

import re
from collections.abc import Callable

from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.optimizers import parameters
from synthesis.frontends.jax.recipes.applications.parts import key, settled
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.tree_parts import (
    write_compared,
    write_frozen,
    write_log,
    write_merged_models,
    write_vector,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed, mapped
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_EMPTY = """
    {?0.3 if not jax.tree.leaves(tree):
        raise ValueError('expected a tree with at least one array')}
"""
TREE_SUM = '''
    def tree_sum(tree):
        {?0.4 """{Sum over all arrays of a tree ~ Adds up every element}."""}
        {return jax.tree.reduce(lambda total, x: total + jnp.sum(x), tree, 0.0) ~
        return sum(jnp.sum(x) for x in jax.tree.leaves(tree)) ~
        total = 0.0
        for x in jax.tree.leaves(tree):
            total += jnp.sum(x)
        return total}
'''
TREE_VDOT = '''
    def tree_vdot(a, b):
        {?0.4 """{Inner product of two trees ~ Sum of the products of all elements}."""}
        {products = jax.tree.map(jnp.vdot, a, b)
        return jax.tree.reduce({jnp.add ~ lambda x, y: x + y}, products) ~
        return sum(jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b)))}
'''
KEYS_LIKE = '''
    def keys_like(key: Array, tree):
        {?0.4 """One random key for each array of a tree."""}
        leaves, structure = jax.tree.flatten(tree)
        {return jax.tree.unflatten(structure, list(jax.random.split(key, len(leaves)))) ~
        keys = jax.random.split(key, len(leaves))
        return jax.tree.unflatten(structure, [keys[i] for i in range(len(leaves))])}
'''


def _settled(p: Program, text: str) -> str:
    """Return a text with its groups chosen, in the form of a text without groups."""
    return settled(p.choose(text))


def _tree(p: Program, low: float = -1.0, high: float = 1.0, dtype: str = "float32") -> Tree:
    """Return the parameters of some layers. A function of any tree has no annotation for them."""
    p.holds_any_tree()
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4), biased=p.choices.chance(0.7))
    return changed(tree, low, high, dtype)


_NORMS = {
    "order": """
        leaves = jax.tree.leaves(tree)
        {?0.25 if not leaves:
            raise ValueError('expected a tree with at least one array')}
        {if order == 1:
            return sum(jnp.sum(jnp.abs(x)) for x in leaves)
        if order == 2:
            {squares = tree_vdot(tree, tree) ~ squares = sum(jnp.sum(x ** 2) for x in leaves)}
            return squares if squared else jnp.sqrt(squares)
        if order == 'inf':
            return jnp.max(jnp.array([jnp.max(jnp.abs(x)) for x in leaves]))
        raise ValueError(f'expected an order of 1, 2 or inf, got <<order>>') ~
        if order == 2:
            norm = sum(jnp.sum(x ** 2) for x in leaves)
            if not squared:
                norm = jnp.sqrt(norm)
        elif order == 1:
            norm = sum(jnp.sum(jnp.abs(x)) for x in leaves)
        elif order == 'inf':
            {?0.4 # {the largest entry of all}}
            largest = [jnp.max(jnp.abs(x)) for x in leaves]
            norm = {jnp.max(jnp.array(largest)) ~ jnp.max(jnp.stack(largest))}
        else:
            raise ValueError(f'unknown order <<order>>')
        return norm}
    """,
    "2": """
        {squares = {tree_vdot(tree, tree) ~ tree_sum(jax.tree.map(jnp.square, tree)) ~
            sum(jnp.sum(x ** 2) for x in jax.tree.leaves(tree)) ~ sum(jnp.vdot(x, x) for x in jax.tree.leaves(tree))}
        {?0.6 if squared:
            return squares}
        return jnp.sqrt(squares) ~
        {if scales is None:
            squares = tree_sum(jax.tree.map(jnp.square, tree))
        else:
            {?0.5 if jax.tree.structure(scales) != jax.tree.structure(tree):
                raise ValueError('expected one scale for each array of the tree')}
            {?0.4 # {arrays of different units count alike}}
            squares = tree_sum(jax.tree.map(lambda x, s: jnp.square(x / s), tree, scales)) ~
        squares = tree_sum(jax.tree.map(lambda x, s: jnp.square(x / s), tree, scales))}
        return jnp.sqrt(squares) ~
        def sum_of_squares(x):
            {?0.5 if not jnp.issubdtype(x.dtype, jnp.floating):
                raise TypeError(f'expected floating arrays, got <<x.dtype>>')}
            {?0.4 # {squares of half precision overflow early}}
            x = x.astype(jnp.float32)
            return jnp.sum(x ** 2)

        squares = sum(map(sum_of_squares, jax.tree.leaves(tree)))
        {?0.5 if squared:
            return squares}
        return jnp.sqrt(squares)}
    """,
    "1": """
        {?0.35 if weights is not None:
            {?0.7 if jax.tree.structure(weights) != jax.tree.structure(tree):
                raise ValueError('expected one weight for each array of the tree')}
            {?0.4 # {some arrays are penalized more than others}}
            tree = jax.tree.map(lambda x, w: w * x, tree, weights)}
        return {tree_sum(jax.tree.map(jnp.abs, tree)) ~ sum(jnp.sum(jnp.abs(x)) for x in jax.tree.leaves(tree))}
    """,
    "rms": """
        {leaves = jax.tree.leaves(tree)
        size = {sum(x.size for x in leaves) ~ sum(math.prod(x.shape) for x in leaves)}
        squares = sum(jnp.sum(x ** 2) for x in leaves) ~
        squares, size = 0.0, 0
        for x in jax.tree.leaves(tree):
            if exclude_vectors and x.ndim < 2:
                {?0.5 # {biases and scales are left out}}
                continue
            squares += jnp.sum(x ** 2)
            size += x.size ~
        {?0.4 # {number of elements and their squares}}
        size = jax.tree.reduce(lambda count, x: count + x.size, tree, 0)
        squares = {tree_vdot(tree, tree) ~ tree_sum(jax.tree.map(jnp.square, tree))}}
        {return jnp.sqrt(squares / size) ~ mean = squares / size
        return jnp.sqrt(mean)}
    """,
    "each": """
        {norms = jax.tree.map(lambda x: jnp.sqrt(jnp.sum(x ** 2)), tree)
        overall = jnp.sqrt(sum(n ** 2 for n in jax.tree.leaves(norms))) ~
        squares = jax.tree.map(lambda x: jnp.sum(x ** 2), tree)
        overall = jnp.sqrt({jax.tree.reduce(jnp.add, squares) ~ sum(jax.tree.leaves(squares))})
        norms = jax.tree.map(jnp.sqrt, squares)}
        {?0.5 if relative:
            {?0.4 # {the share of each array}}
            norms = jax.tree.map(lambda n: n / {(overall + eps) ~ jnp.maximum(overall, eps)}, norms)}
        return norms, overall
    """,
}


def _norm(p: Program) -> Text:
    kind = p.pick(*_NORMS)
    tree = _tree(p)
    titles = {
        "1": ("tree_l1_norm", "l1_norm"), "rms": ("tree_rms", "root_mean_square"), "order": ("tree_norm",),
        "each": ("layer_norms", "norm_of_each", "param_norms"),
    }  # fmt: skip
    summaries = {
        "2": "Euclidean norm of a tree", "1": "Sum of magnitudes of a tree", "rms": "Root mean square of a tree",
        "order": "Norm of all arrays of a tree together", "each": "Norm of every array of a tree, and of all together",
    }  # fmt: skip
    return Text(
        lines=join(_EMPTY if kind in ("1", "each") else "", _NORMS[kind]),
        given={
            "tree": Array(tree, "arrays", ("tree", "params", "updates", "grads")),
            "weights": Array(mapped(tree, lambda _: Leaf((), 0.1, 2)), "a weight for each array", ("weights",)),
            "order": Option("int | str", "1, 2 or inf", ("2", "1"), ("ord", "order")),
            "squared": Option("bool", "whether to leave out the root", ("False", "True"), ("squared",)),
            "scales": Array(mapped(tree, lambda _: Leaf((), 0.5, 2)), "a scale for each array", ("scales",)),
            "exclude_vectors": Option("bool", "whether vectors are left out", ("False",), ("exclude_vectors",)),
            "relative": Option("bool", "whether norms are shares of the whole", ("False", "True"), ("relative",)),
            "eps": Constant("1e-12", "what keeps quotients finite", ("eps",)),
        },
        result=(mapped(tree, lambda _: Leaf(())), Leaf(())) if kind == "each" else (Leaf(()),),
        titles=titles.get(kind, ("tree_norm", "global_norm")),
        summary=summaries[kind],
        returned="one norm for each array, and one of all" if kind == "each" else "one number",
        helpers=(TREE_SUM, TREE_VDOT),
    )


_CASTS = {
    "kept": """
        {?0.3 if dtype is None:
            return tree}
        {?0.4 dtype = jnp.dtype(dtype)
        {?0.6 if not jnp.issubdtype(dtype, jnp.floating):
            raise ValueError(f'expected a floating type, got <<dtype>>')}}
        {def cast(x):
            {?0.4 x = jnp.asarray(x)}
            {?0.4 # {WHY}}
            {if KEPT:
                return x
            return x.astype(dtype) ~ return x if KEPT else x.astype(dtype) ~
            if jnp.issubdtype(x.dtype, jnp.floating) {~and x.ndim > 1}:
                x = x.astype(dtype)
            return x ~
            {?0.5 # {nothing to do}}
            if x.dtype == jnp.dtype(dtype) or KEPT:
                return x
            return x.astype(dtype)}

        return jax.tree.map(cast, tree) ~
        return jax.tree.map(lambda x: x if KEPT else x.astype(dtype), tree) ~
        leaves, structure = jax.tree.flatten(tree)
        {made = [x if KEPT else x.astype(dtype) for x in leaves] ~
        made = []
        for x in leaves:
            {?0.4 # {WHY}}
            made.append(x if KEPT else x.astype(dtype))}
        return jax.tree.unflatten(structure, made)}
    """,
    "policy": """
        {?0.4 policies = <<'full': 'float32', 'half': 'bfloat16'>>
        if policy not in policies:
            raise ValueError(f'unknown policy <<policy>>')
        dtype = policies[policy] ~
        if policy == 'half':
            dtype = jnp.bfloat16
        elif policy == 'full':
            dtype = jnp.float32
        else:
            raise ValueError(f'expected full or half, got <<policy>>')}

        def cast(x):
            {if not jnp.issubdtype(x.dtype, jnp.floating):
                return x
            return x.astype(dtype) ~
            {?0.4 # {counters are not rounded}}
            is_float = jnp.issubdtype(x.dtype, jnp.floating)
            return x.astype(dtype) if is_float else x}

        {return jax.tree.map(cast, tree) ~
        {?0.4 # {what layers compute with, and the batch that they are given}}
        return jax.tree.map(cast, tree), jax.tree.map(cast, batch) ~
        def cast_layer(name, layer):
            {?0.5 # {statistics need full precision}}
            if name in keep_full:
                return layer
            return jax.tree.map(cast, layer)

        return <<name: cast_layer(name, layer) for name, layer in tree.items()>>}
    """,
    "scaled": """
        {?0.4 if loss_scale.ndim != 0:
            raise ValueError(f'expected one scale for all gradients, got <<loss_scale.shape>>')}
        inv_scale = 1.0 / loss_scale

        def unscale(x):
            {?0.4 # {divide in full precision, where small numbers are not lost}}
            {return x.astype(jnp.float32) * inv_scale ~
            x = x.astype(jnp.float32)
            return {x * inv_scale ~ inv_scale * x} ~
            if x.dtype != jnp.float32:
                x = x.astype(jnp.float32)
            return x * inv_scale}

        grads = jax.tree.map(unscale, grads)
        {{finite = [jnp.all(jnp.isfinite(g)) for g in jax.tree.leaves(grads)]
        all_finite = {jnp.all(jnp.stack(finite)) ~ functools.reduce(jnp.logical_and, finite)} ~
        all_finite = jnp.asarray(True)
        for g in jax.tree.leaves(grads):
            all_finite = all_finite & jnp.all(jnp.isfinite(g)) ~
        flags = jax.tree.map(lambda g: jnp.all(jnp.isfinite(g)), grads)
        all_finite = jax.tree.reduce(jnp.logical_and, flags)}
        {return grads, all_finite ~
        {?0.5 # {a step that overflowed is not made}}
        grads = jax.tree.map(lambda g: jnp.where(all_finite, g, 0.0), grads)
        return grads, all_finite ~
        {?0.4 # {twice as large after some good steps, half after an overflow}}
        {grow = all_finite & (good_steps + 1 >= growth_interval)
        scale = jnp.where(grow, loss_scale * factor, loss_scale)
        scale = jnp.where(all_finite, scale, jnp.maximum(loss_scale / factor, 1.0)) ~
        grown = jnp.where(good_steps + 1 >= growth_interval, loss_scale * factor, loss_scale)
        scale = jnp.where(all_finite, grown, jnp.maximum(loss_scale / factor, 1.0))}
        return grads, scale} ~
        return grads}
    """,
}


def _cast(p: Program) -> Text:
    """Draw trees in another precision, or gradients that were scaled for it."""
    form = p.choices.weighted((("kept", 0.45), ("policy", 0.25), ("scaled", 0.3)))
    tree = _tree(p, -2, 2)
    some = form == "kept" and p.choices.chance(0.4)
    why = (
        p.pick("scales and biases stay in full precision", "vectors are small and sensitive")
        if some
        else p.pick("whole numbers stay what they are", "counters are not rounded")
    )
    whole_numbers = "not jnp.issubdtype(x.dtype, jnp.floating)"
    kept = f"x.ndim < 2 or {whole_numbers}" if some else whole_numbers
    text = _CASTS[form].replace("KEPT", kept).replace("WHY", why)
    text = text.replace("{~and x.ndim > 1}", "and x.ndim > 1" if some else "")
    lines = p.choose(text)
    last = lines.rstrip().split("\n")[-1].strip()
    by_layer = "cast_layer" in last
    layers: dict[str, Tree] = {
        name: {"kernel": Leaf((24, 16)), "bias": Leaf((16,))} for name in ("dense", "norm", "head")
    }
    if by_layer:
        tree = layers
    elif form == "kept" and isinstance(tree, dict) and p.choices.chance(0.6):
        tree = {**tree, "step": Leaf((), 0, 1000, "int32")}
    halved = form == "kept" or p.choices.chance(0.7)

    def low(leaf: Leaf) -> Leaf:
        stays = leaf.dtype != "float32" or not halved or (some and len(leaf.shape) < 2)
        return Leaf(leaf.shape, dtype=leaf.dtype if stays else "bfloat16")

    rows = p.size(16, 32, 64)
    batch: Tree = {"inputs": Leaf((rows, 8)), "labels": Leaf((rows,), 0, 9, "int32")}
    result: tuple[Tree, ...] = (mapped(tree, low),)
    if by_layer:
        result = ({name: part if name == "norm" else mapped(part, low) for name, part in layers.items()},)
    elif "batch" in last:
        result = (mapped(tree, low), mapped(batch, low))
    elif form == "scaled":
        more = {"return grads, all_finite": (Leaf((), dtype="bool"),), "return grads, scale": (Leaf(()),)}
        result = (mapped(tree, lambda leaf: Leaf(leaf.shape)), *more.get(last, ()))
    half = mapped(tree, lambda leaf: Leaf(leaf.shape, -2, 2, "bfloat16")) if p.choices.chance(0.5) else tree
    titles = {
        "kept": ("cast_matrices", "cast_kernels") if some else ("tree_cast", "cast_floating", "to_dtype"),
        "policy": ("apply_policy", "cast_to_compute", "cast_by_policy"),
        "scaled": ("unscale_gradients", "unscale_and_check", "unscale"),
    }[form]
    return Text(
        lines=settled(lines),
        given={
            "tree": Array(tree, "arrays in single precision", ("tree", "params", "variables")),
            "batch": Array(batch, "what layers are given", ("batch", "inputs")),
            "grads": Array(half, "gradients of the scaled loss", ("grads", "scaled_grads")),
            "loss_scale": Array(Leaf((), 128, 4096), "what the loss was multiplied by", ("loss_scale", "scale")),
            "good_steps": Array(Leaf((), 0, 2600, "int32"), "steps without an overflow", ("good_steps", "counter")),
            "growth_interval": Option("int", "good steps before the scale grows", ("2000", "1000", "100"),
                                      ("growth_interval", "period")),
            "factor": Option("float", "how much the scale changes", ("2.0",), ("factor", "growth_factor")),
            "policy": Option("str", "full or half", ("'half'",), ("policy", "precision"),
                             "'half'" if halved else "'full'"),
            "keep_full": Option("tuple[str, ...]", "layers that stay as they are", ("('norm',)",),
                                ("keep_full", "skip_layers")),
            "dtype": Option("str | None" if "dtype is None" in lines else "str", "what to cast to", ("'bfloat16'",),
                            ("dtype", "param_dtype")),
        },
        result=result,
        titles=titles,
        summary={
            "kept": "Casts the matrices of a tree" if some else "Casts the floating arrays of a tree",
            "policy": "Casts what layers compute with", "scaled": "Gradients without the scale of the loss",
        }[form],
        returned={"kept": "the tree in half precision", "policy": "the same in the precision of the policy"}.get(
            form, "gradients in single precision"),
    )  # fmt: skip


_CHOICES = {
    "where": (
        """
        {?0.3 if pred.ndim != 1 or pred.dtype != bool:
            raise ValueError(f'expected one flag for each row, got <<pred.shape>> of <<pred.dtype>>') ~
        {?0.3 if jax.tree.structure(a) != jax.tree.structure(b):
            raise ValueError('expected two trees of the same structure')}}
        def where(x, y):
            {?0.35 if x.shape != y.shape or x.shape[0] != pred.shape[0]:
                raise ValueError(f'expected arrays of <<pred.shape[0]>> rows, got <<x.shape>> and <<y.shape>>')}
            {?0.4 # {the flag of a row is for all of its entries}}
            {flag = pred.reshape({pred.shape + (1,) * (x.ndim - 1) ~ (-1,) + (1,) * (x.ndim - 1)})
            return jnp.where(flag, x, y) ~
            flag = pred
            while flag.ndim < x.ndim:
                flag = {flag[..., None] ~ jnp.expand_dims(flag, -1)}
            return jnp.where(flag, x, y) ~
            if x.ndim > 1:
                flag = pred.reshape([x.shape[0]] + [1] * (x.ndim - 1))
                return jnp.where(flag, x, y)
            return jnp.where(pred, x, y)}

        return jax.tree.map(where, a, b)
        """,
        ("tree_where", "tree_select", "where_done", "select_tree"),
        "Chooses between two trees, row by row",
    ),
    "mask": (
        """
        {?0.4 # {padding carries no information}}
        def mask_rows(x):
            {?0.35 if x.shape[0] != valid_rows.shape[0]:
                raise ValueError(f'expected <<valid_rows.shape[0]>> rows, got <<x.shape>>')}
            {flag = valid_rows.reshape({(-1,) + (1,) * (x.ndim - 1) ~ valid_rows.shape + (1,) * (x.ndim - 1)})
            return jnp.where(flag, x, jnp.array(fill, x.dtype)) ~
            flag = valid_rows
            while flag.ndim < x.ndim:
                flag = flag[..., None]
            return jnp.where(flag, x, fill) ~
            flag = jnp.expand_dims(valid_rows, axis=tuple(range(1, x.ndim)))
            return jnp.where(flag, x, fill)}

        return jax.tree.map(mask_rows, tree)
        """,
        ("tree_mask", "mask_tree", "fill_invalid"),
        "Fills the rows of a tree that do not count",
    ),
    "best": (
        """
        {?0.3 if fitness.ndim != 1:
            raise ValueError(f'expected one fitness for each member, got <<fitness.shape>>')}
        {if maximize:
            best = jnp.argmax(fitness)
        else:
            best = jnp.argmin(fitness) ~ best = {jnp.argmax(fitness) ~ jnp.argmin(fitness)}}
        {member = jax.tree.map(lambda x: x[best], pop) ~
        member = jax.tree.map(lambda x: jnp.take(x, best, axis=0), pop) ~
        def take(x):
            {?0.4 if x.shape[0] != fitness.shape[0]:
                raise ValueError(f'expected <<fitness.shape[0]>> members, got <<x.shape[0]>>')}
            return x[best]

        member = jax.tree.map(take, pop)}
        return member, fitness[best]
        """,
        ("select_best", "best_member", "take_best"),
        "The best member of a population",
    ),
    "elites": (
        """
        {?0.4 if k < 1 or k > fitness.shape[0]:
            raise ValueError(f'cannot take <<k>> of <<fitness.shape[0]>> members')}
        {_, elites = jax.lax.top_k(fitness, k) ~ order = jnp.argsort(-fitness)
        elites = order[:k] ~ if maximize:
            _, elites = jax.lax.top_k(fitness, k)
        else:
            _, elites = jax.lax.top_k(-fitness, k)}
        {?0.4 # {the mean of the best members}}
        {return jax.tree.map(lambda x: jnp.mean(x[elites], axis=0), pop) ~
        {?0.4 # {better members count more}}
        weights = jnp.log(k + 0.5) - jnp.log(jnp.arange(1, k + 1))
        weights = weights / jnp.sum(weights)
        return jax.tree.map(lambda x: jnp.tensordot(weights, x[elites], axes=1), pop)}
        """,
        ("recombine", "elite_mean", "average_elites"),
        "Mean of the best members of a population",
    ),
}


def _choose(p: Program) -> Text:
    rows = p.size(64, 128, 256)
    widths = [p.size(2, 3, 4) for _ in range(2)]
    p.holds_any_tree()
    tree: Tree = p.choices.choice(
        (
            {"pos": Leaf((rows, widths[0])), "vel": Leaf((rows, widths[1])), "time": Leaf((rows,))},
            (Leaf((rows, widths[0])), Leaf((rows,))),
            [Leaf((rows, widths[0], 2)), Leaf((rows, widths[1]))],
        )
    )
    form = p.pick(*_CHOICES)
    lines, titles, summary = _CHOICES[form]
    pop: Tree = mapped(_tree(p), lambda leaf: Leaf((8, *leaf.shape)))
    single = mapped(pop, lambda leaf: Leaf(leaf.shape[1:]))
    return Text(
        lines=lines,
        given={
            "pred": Array(Leaf((rows,), 0, 1, "bool"), "which tree each row is of", ("pred", "done", "mask")),
            "valid_rows": Array(Leaf((rows,), 0, 1, "bool"), "rows that are kept", ("mask", "valid")),
            "a": Array(tree, "where the flag is true", ("on_true", "a")),
            "b": Array(tree, "where it is not", ("on_false", "b")),
            "tree": Array(tree, "arrays with one first axis", ("tree", "batch")),
            "pop": Array(pop, "parameters of all members, stacked", ("population", "params", "ensemble")),
            "fitness": Array(Leaf((8,), -2, 2), "how good each member is", ("fitness", "scores")),
            "fill": Option("float", "what other rows hold", ("0.0", "-1.0"), ("fill_value", "fill")),
            "maximize": Option("bool", "whether more is better", ("True", "False"), ("maximize", "higher_is_better")),
            "k": Option("int", "how many members are kept", ("2", "4"), ("k", "num_elites")),
        },
        result={
            "where": (tree,), "mask": (tree,), "best": (single, Leaf(())),
            "elites": (mapped(single, lambda leaf: leaf),),
        }[form],
        titles=titles,
        summary=summary,
        returned={"best": "the member, and how good it is"}.get(form, "a tree of the same form"),
    )  # fmt: skip


_NOISES = {
    "add": (
        """
        {?0.3 if scale < 0:
            raise ValueError(f'expected a scale of at least 0, got <<scale>>')}
        {keys = keys_like(key, tree)

        def add(x, k):
            {if not jnp.issubdtype(x.dtype, jnp.floating):
                {?0.5 # {counters stay as they are}}
                return x
            return x + scale * jax.random.normal(k, x.shape, x.dtype) ~
            noise = jax.random.normal(k, x.shape, x.dtype)
            return x + scale * noise ~
            {?0.4 # {as large as the entries of this array}}
            rms = jnp.sqrt(jnp.mean(x ** 2) + 1e-12)
            return x + scale * rms * jax.random.normal(k, x.shape, x.dtype)}

        return jax.tree.map(add, tree, keys) ~
        leaves, structure = jax.tree.flatten(tree)
        keys = jax.random.split(key, len(leaves))
        {noisy = [x + scale * jax.random.normal(k, x.shape, x.dtype) for x, k in zip(leaves, keys)] ~
        noisy = []
        for x, k in zip(leaves, keys):
            noise = scale * jax.random.normal(k, x.shape)
            noisy.append(x + noise.astype(x.dtype))}
        return jax.tree.unflatten(structure, noisy)}
        """,
        ("add_noise", "perturb", "tree_add_noise", "perturb_params"),
        "Adds noise to every array of a tree",
    ),
    "annealed": (
        """
        {?0.4 # {noise dies out as training goes on}}
        {variance = eta / (1.0 + count) ** gamma
        std = jnp.sqrt(variance) ~ std = jnp.sqrt(eta / (1.0 + count) ** gamma)}
        {keys = keys_like(key, grads)
        {noise = jax.tree.map(lambda g, k: std * jax.random.normal(k, g.shape, g.dtype), grads, keys)
        return jax.tree.map(jnp.add, grads, noise) ~
        return jax.tree.map(lambda g, k: g + std * jax.random.normal(k, g.shape, g.dtype), grads, keys) ~
        def add(g, k):
            noise = jax.random.normal(k, g.shape, g.dtype)
            return g + std.astype(g.dtype) * noise

        return jax.tree.map(add, grads, keys)} ~
        leaves, structure = jax.tree.flatten(grads)
        keys = jax.random.split(key, len(leaves))
        noisy = [g + std * jax.random.normal(k, g.shape, g.dtype) for g, k in zip(leaves, keys)]
        return jax.tree.unflatten(structure, noisy)}
        """,
        ("add_gradient_noise", "annealed_noise", "noisy_gradients"),
        "Adds noise to gradients, less and less of it",
    ),
    "antithetic": (
        """
        {?0.35 if scale <= 0:
            raise ValueError(f'expected a positive scale, got <<scale>>')}
        keys = keys_like(key, tree)
        noise = jax.tree.map(lambda x, k: jax.random.normal(k, x.shape, x.dtype), tree, keys)
        {?0.4 # {mirrored pairs lower the variance}}
        {plus = jax.tree.map(lambda x, n: x + scale * n, tree, noise)
        minus = jax.tree.map(lambda x, n: x - scale * n, tree, noise)
        return plus, minus{~, noise} ~
        def shift(sign):
            return jax.tree.map(lambda x, n: x + sign * scale * n, tree, noise)

        return shift(1.0), shift(-1.0){~, noise}}
        """,
        ("antithetic_pair", "mirrored_samples", "sample_antithetic"),
        "Two parameters on either side of the mean",
    ),
    "shrink": (
        """
        {?0.4 if shrink <= 0.0 or shrink > 1.0:
            raise ValueError(f'expected a factor in (0, 1], got <<shrink>>')}
        keys = keys_like(key, tree)

        def soft_reset(x, k):
            {if x.ndim < 2:
                {?0.5 # {biases only shrink}}
                return shrink * x ~
            if x.ndim < 2:
                {?0.5 # {biases are kept}}
                return x ~}
            {?0.4 # {noise as at initialization}}
            {std = scale / math.sqrt(x.shape[0]) ~ fan_in = x.shape[0]
            std = scale * fan_in ** -0.5 ~ std = scale * math.sqrt(2.0 / sum(x.shape))}
            return shrink * x + std * jax.random.normal(k, x.shape, x.dtype)

        return jax.tree.map(soft_reset, tree, keys)
        """,
        ("shrink_and_perturb", "soft_reset", "warm_restart"),
        "Shrinks parameters and adds fresh noise",
    ),
    "private": (
        """
        {?0.4 # {noise as large as what one example can change}}
        {norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads))) ~ norm = global_norm(grads)}
        factor = {jnp.minimum(1.0, max_norm / norm) ~ 1.0 / jnp.maximum(1.0, norm / max_norm)}
        std = noise_multiplier * max_norm
        keys = keys_like(key, grads)
        {?0.4 # {clip, then add noise}}
        {return jax.tree.map(lambda g, k: factor * g + std * jax.random.normal(k, g.shape, g.dtype), grads, keys) ~
        def privatize(g, k):
            noise = jax.random.normal(k, g.shape, g.dtype)
            return factor * g + std * noise

        return jax.tree.map(privatize, grads, keys) ~
        grads = jax.tree.map(lambda g: factor * g, grads)
        noise = jax.tree.map(lambda g, k: std * jax.random.normal(k, g.shape), grads, keys)
        return jax.tree.map(jnp.add, grads, noise)}
        """,
        ("privatize_gradients", "clip_and_add_noise", "dp_gradients"),
        "Clips gradients and adds noise to them",
    ),
}


def _noise(p: Program) -> Text:
    tree = _tree(p)
    form = p.pick(*_NOISES)
    lines, titles, summary = _NOISES[form]
    lines = _settled(p, lines)
    results = len(re.findall(r"noise$", lines.rstrip())) + 2 if form == "antithetic" else 1
    return Text(
        lines=lines,
        given={
            "key": Array(key(), "random key", ("key", "rng", "rng_key")),
            "tree": Array(tree, "parameters", ("tree", "params")),
            "grads": Array(tree, "gradients", ("grads", "updates")),
            "count": Array(Leaf((), 0, 50, "int32"), "steps so far", ("count", "step")),
            "scale": Option("float", "standard deviation", ("0.1", "0.01", "0.5"), ("scale", "stddev", "noise_scale")),
            "shrink": Option("float", "factor of what was learned", ("0.5", "0.8"), ("shrink", "shrink_factor")),
            "eta": Option("float", "variance at first", ("0.1", "0.3"), ("eta",)),
            "gamma": Option("float", "how fast it falls", ("0.55",), ("gamma",)),
            "max_norm": Option("float", "largest norm", ("1.0", "0.5"), ("max_norm", "clip_norm", "l2_norm_clip")),
            "noise_multiplier": Option("float", "noise for each unit of norm", ("1.1", "0.5"), ("noise_multiplier",)),
        },
        result=(tree,) * results,
        titles=titles,
        summary=summary,
        returned="one tree for each" if form == "antithetic" else "a tree of the same form",
        helpers=(KEYS_LIKE,),
    )


_BATCHES = {
    "stack": """
        {?0.4 if not trees:
            raise ValueError('expected at least one tree')}
        {?0.6 structure = jax.tree.structure(trees[0])
        {for place, other in enumerate(trees[1:], start=1):
            if jax.tree.structure(other) != structure:
                raise ValueError(f'tree <<place>> has another structure than tree 0') ~
        if any(jax.tree.structure(other) != structure for other in trees[1:]):
            raise ValueError('expected trees of the same structure')}}
        {return jax.tree.map(lambda *xs: jnp.stack(xs, axis=axis), *trees) ~
        def stack(*xs):
            {?0.5 shapes = set(x.shape for x in xs)
            if len(shapes) > 1:
                raise ValueError(f'cannot stack arrays of shapes <<sorted(shapes)>>')}
            return jnp.stack(xs, axis=axis)

        return jax.tree.map(stack, *trees)}
    """,
    "concat": """
        {?0.4 if not trees:
            raise ValueError('expected at least one tree')}
        {{?0.5 structure = jax.tree.structure(trees[0])
        for place, other in enumerate(trees[1:], start=1):
            if jax.tree.structure(other) != structure:
                raise ValueError(f'tree <<place>> has another structure than tree 0')}
        return jax.tree.map(lambda *xs: jnp.concatenate(xs, axis=0), *trees) ~
        def concat(*xs):
            {?0.4 if xs[0].ndim == 0:
                {?0.5 # {numbers become a vector}}
                return jnp.stack(xs)}
            {?0.4 dtype = {jnp.result_type(*xs) ~ functools.reduce(jnp.promote_types, [x.dtype for x in xs])}
            xs = [x.astype(dtype) for x in xs]}
            {?0.5 if any(x.shape[1:] != xs[0].shape[1:] for x in xs):
                raise ValueError(f'cannot join arrays of shapes <<[x.shape for x in xs]>>')}
            {return jnp.concatenate(xs, axis=0) ~ return jnp.concatenate(xs, axis=0)[:max_rows] ~
            joined = jnp.concatenate(xs, axis=0)
            return joined if max_rows is None else joined[-max_rows:]}

        return jax.tree.map(concat, *trees) ~
        {?0.4 # {flattened once, so that structures have to be the same}}
        leaves = [jax.tree.leaves(each) for each in trees]
        joined = [jnp.concatenate(xs, axis=0) for xs in zip(*leaves)]
        return jax.tree.unflatten(jax.tree.structure(trees[0]), joined)}
    """,
    "sample": """
        num_rows = jax.tree.leaves(tree)[0].shape[0]
        {?0.35 if size > num_rows:
            raise ValueError(f'cannot take <<size>> of <<num_rows>> rows')}
        {{?0.4 # {with replacement, as from a replay buffer}}
        rows = jax.random.randint(key, (size,), 0, num_rows) ~
        {?0.4 # {without replacement}}
        rows = jnp.argsort(jax.random.uniform(key, (num_rows,)))[:size]}
        {return jax.tree.map(lambda x: x[rows], tree) ~ return jax.tree.map(lambda x: jnp.take(x, rows, axis=0), tree) ~
        sampled = jax.tree.map(lambda x: x[rows], tree)
        return sampled, rows}
    """,
    "shuffle": """
        num_rows = jax.tree.leaves(tree)[0].shape[0]
        {{?0.5 if num_rows % many != 0:
            raise ValueError(f'<<num_rows>> rows do not make <<many>> equal minibatches')}
        order = jnp.argsort(jax.random.uniform(key, (num_rows,)))

        def split(x):
            x = {jnp.take(x, order, axis=0) ~ x[order]}
            return x.reshape({many, num_rows // many, *x.shape[1:] ~ (many, -1) + x.shape[1:]})

        return jax.tree.map(split, tree) ~
        {?0.4 # {rows that fill no minibatch are left out}}
        rows = num_rows // many
        order = jnp.argsort(jax.random.uniform(key, (num_rows,)))
        order = order[:many * rows].reshape(many, rows)
        return jax.tree.map(lambda x: x[order], tree)}
    """,
    "window": """
        {?0.4 num_rows = jax.tree.leaves(tree)[0].shape[0]
        if size > num_rows:
            raise ValueError(f'cannot take <<size>> of <<num_rows>> rows')}
        {return jax.tree.map(lambda x: jax.lax.dynamic_slice_in_dim(x, i, size), tree) ~
        capacity = jax.tree.leaves(tree)[0].shape[0]
        {?0.4 # {around the end of a ring buffer}}
        rows = (i + jnp.arange(size)) % capacity
        return jax.tree.map(lambda x: x[rows], tree)}
    """,
    "pad": """
        num_rows = jax.tree.leaves(tree)[0].shape[0]
        {?0.5 if length < num_rows:
            raise ValueError(f'cannot pad <<num_rows>> rows to <<length>>')}
        {missing = length - num_rows

        def pad(x):
            {return jnp.pad(x, [(0, missing)] + [(0, 0)] * (x.ndim - 1)) ~
            widths = [(0, missing)] + [(0, 0)] * (x.ndim - 1)
            return jnp.pad(x, widths, constant_values=fill) ~
            filler = jnp.zeros((missing,) + x.shape[1:], x.dtype)
            return jnp.concatenate([x, filler])} ~
        def pad(x):
            out = {jnp.zeros((length,) + x.shape[1:], x.dtype) ~ jnp.full((length, *x.shape[1:]), fill, x.dtype)}
            return out.at[:num_rows].set(x)}

        {mask = jnp.arange(length) < num_rows
        return jax.tree.map(pad, tree), mask ~ return jax.tree.map(pad, tree), jnp.arange(length) < num_rows}
    """,
    "mean": """
        {def average(x):
            {if weights is None:
                return jnp.mean(x, axis=0)
            {?0.5 if x.shape[0] != weights.shape[0]:
                raise ValueError(f'expected <<weights.shape[0]>> rows, got <<x.shape>>')} ~}
            {w = weights.reshape((-1,) + (1,) * (x.ndim - 1)) ~ w = weights
            while w.ndim < x.ndim:
                w = w[..., None]}
            return jnp.sum(w * x, axis=0) / jnp.sum(weights)

        return jax.tree.map(average, tree) ~
        {?0.4 if weights.ndim != 1:
            raise ValueError(f'expected one weight for each row, got <<weights.shape>>')}
        weights = weights / jnp.sum(weights)
        {return jax.tree.map(lambda x: jnp.tensordot(weights, x, axes=1), tree) ~
        return jax.tree.map(lambda x: jnp.einsum('n,n...->...', weights, x), tree)} ~
        mean = jax.tree.map(lambda x: jnp.average(x, axis=0, weights=weights), tree)
        {?0.4 # {the spread around the weighted mean}}
        var = jax.tree.map(lambda x, m: jnp.average((x - m) ** 2, axis=0, weights=weights), tree, mean)
        return mean, var}
    """,
}


def _batches(p: Program) -> Text:
    """Draw the stacking, slicing or averaging of trees in batches."""
    rows = p.size(64, 128, 256)
    widths = [p.size(4, 8, 16) for _ in range(2)]
    form = p.pick(*_BATCHES)
    p.holds_any_tree()
    one: Tree = {"obs": Leaf((rows, widths[0])), "reward": Leaf((rows,)), "action": Leaf((rows, widths[1]))}
    if p.choices.chance(0.4):
        one = (Leaf((rows, widths[0])), Leaf((rows,)))
    many, size, axis = p.choices.choice((2, 3, 4)), p.choices.choice((4, 8, 16)), p.choices.choice((0, 0, 1))
    if form == "shuffle" and rows % many:
        many = 2  # every number of rows is a multiple of two
    check = """
        {?0.35 lengths = set(x.shape[0] for x in jax.tree.leaves(tree))
        if len(lengths) != 1:
            raise ValueError(f'expected arrays of one length, got lengths <<sorted(lengths)>>')}
    """

    def stacked(leaf: Leaf) -> Leaf:
        return Leaf((*leaf.shape[:axis], many, *leaf.shape[axis:]))

    def joined(leaf: Leaf) -> Leaf:
        return Leaf((many * leaf.shape[0], *leaf.shape[1:]))

    shorter: Tree = mapped(one, lambda leaf: Leaf(leaf.shape[1:]))
    longer = rows + size
    lines = _settled(p, _BATCHES[form])
    taken: Tree = mapped(one, lambda leaf: Leaf((size, *leaf.shape[1:])))
    results: dict[str, tuple[Tree, ...]] = {
        "stack": (mapped(one, stacked),), "concat": (mapped(one, joined),),
        "mean": (shorter,) * (2 if "var = " in lines else 1), "window": (taken,),
        "sample": (taken, Leaf((size,), dtype="int32")) if "sampled = " in lines else (taken,),
        "shuffle": (mapped(one, lambda leaf: Leaf((many, rows // many, *leaf.shape[1:]))),),
        "pad": (mapped(one, lambda leaf: Leaf((longer, *leaf.shape[1:]))), Leaf((longer,), dtype="bool")),
    }  # fmt: skip
    both = form == "mean" and "var = " in lines
    titles, summary = _BATCH_TITLES["moments" if both else form]
    return Text(
        lines=join(check if form in ("window", "mean", "sample") else "", lines),
        given={
            "trees": Array([one] * many, "trees of one structure", ("trees", "states", "batches")),
            "tree": Array(one, "arrays with one first axis", ("tree", "batch", "transitions")),
            "key": Array(key(), "random key", ("key", "rng")),
            "i": Array(Leaf((), 0, rows - 1, "int32"), "the first row", ("start", "index")),
            "size": Option("int", "how many rows", (str(size),), ("size", "batch_size") if form == "sample" else
                           ("size", "num_rows", "length")),
            "many": Option("int", "how many minibatches", (str(many),), ("num_minibatches", "num_splits")),
            "length": Option("int", "how many rows there are to be", (str(longer),), ("length", "size", "max_rows")),
            "fill": Option("float", "what further rows hold", ("-1.0", "0.0"), ("fill_value", "fill")),
            "weights": Array(Leaf((rows,), 0.1, 1), "weight of each row", ("weights", "sample_weight")),
            "max_rows": Option("int | None", "most rows", ("None",), ("max_rows", "capacity"), "None"),
            "axis": Option("int", "where the new axis is", (str(axis),), ("axis",)),
        },
        result=results[form],
        titles=titles,
        summary=summary,
        returned="a tree, and which rows are real" if form == "pad" else "a tree for each" if both else "a tree",
    )  # fmt: skip


_BATCH_TITLES = {
    "stack": (("tree_stack", "stack_trees", "collate"), "One tree of several, with an axis more"),
    "concat": (
        ("tree_concatenate", "concat_trees", "merge_batches"), "One tree of several, their rows one after the other",
    ),
    "sample": (("sample_batch", "sample_rows", "sample_transitions"), "Random rows of all arrays of a tree"),
    "shuffle": (("make_minibatches", "shuffle_and_split", "split_minibatches"), "Shuffles rows and makes minibatches"),
    "window": (("tree_slice", "slice_rows", "take_window"), "Rows of every array of a tree from a place on"),
    "pad": (("pad_rows", "tree_pad", "pad_batch"), "Pads all arrays of a tree to a number of rows"),
    "mean": (("tree_mean", "weighted_mean", "average_rows"), "Weighted mean over the rows of a tree"),
    "moments": (("weighted_moments", "mean_and_variance"), "Weighted mean and variance over the rows of a tree"),
}  # fmt: skip


_AVERAGES = {
    "soft": """
        {return jax.tree.map(lambda old, x: old + rate * (x - old), tree, new) ~
        return jax.tree.map(lambda old, x: (1.0 - rate) * old + rate * x, tree, new) ~
        {?0.4 if rate <= 0.0 or rate > 1.0:
            raise ValueError(f'expected a rate in (0, 1], got <<rate>>')}

        def mix(old, x):
            {?0.5 if old.shape != x.shape:
                raise ValueError(f'expected an array of shape <<old.shape>>, got <<x.shape>>')}
            if not jnp.issubdtype(old.dtype, jnp.floating):
                {?0.5 # {counters are taken over}}
                return x
            return (1.0 - rate) * old + rate * x

        return jax.tree.map(mix, tree, new)}
    """,
    "periodic": """
        {?0.4 if every < 1:
            raise ValueError(f'expected a period of at least 1, got <<every>>')}
        {{?0.5 # {a delayed copy ~ copied as a whole every few steps}}
        {is_due = count % every == 0 ~ is_due = jnp.mod(count, every) == 0}
        {return jax.tree.map(lambda old, x: jnp.where(is_due, x, old), tree, new) ~
        return jax.lax.cond(is_due, lambda: new, lambda: tree) ~
        return jax.lax.cond(is_due, lambda old, x: x, lambda old, x: old, tree, new)} ~
        is_due = (count + 1) % every == 0
        if rate is None:
            return jax.tree.map(lambda old, x: jnp.where(is_due, x, old), tree, new)
        {?0.4 # {a step towards the online network}}
        mixed = jax.tree.map(lambda old, x: (1.0 - rate) * old + rate * x, tree, new)
        return jax.tree.map(lambda old, x: jnp.where(is_due, x, old), tree, mixed)}
    """,
    "running": """
        {{?0.4 # {mean of all parameters so far}}
        weight = 1.0 / (count + 1)
        tree = jax.tree.map(lambda old, x: old + weight * (x - old), tree, new) ~
        {?0.4 # {averaging begins late, before that it is a copy}}
        num_averaged = jnp.maximum(count - start, 0)
        weight = 1.0 / (num_averaged + 1)
        tree = jax.tree.map(lambda old, x: old + weight * (x - old), tree, new) ~
        def update(old, x):
            return (count * old + x) / (count + 1)

        tree = jax.tree.map(update, tree, new)}
        return tree, count + 1
    """,
    "warm": """
        {?0.5 # {the first averages follow quickly ~ early values are forgotten sooner}}
        {decay_t = jnp.minimum(decay, (1.0 + count) / (10.0 + count)) ~
        ramp = {(1.0 + count) / (10.0 + count) ~ 1.0 - (1.0 + count) ** -0.75}
        decay_t = jnp.minimum(decay, ramp)}
        {def mix(old, x):
            {?0.5 if x.dtype != old.dtype:
                x = x.astype(old.dtype)}
            return decay_t * old + (1.0 - decay_t) * x

        tree = jax.tree.map(mix, tree, new) ~
        tree = jax.tree.map(lambda old, x: decay_t * old + (1.0 - decay_t) * x, tree, new)}
        return tree, count + 1
    """,
    "debiased": """
        count = state.count + 1
        {ema = jax.tree.map(lambda old, x: decay * old + (1.0 - decay) * x, state.average, new) ~
        def mix(old, x):
            {?0.4 if x.dtype != old.dtype:
                x = x.astype(old.dtype)}
            return decay * old + (1.0 - decay) * x

        ema = jax.tree.map(mix, state.average, new)}
        {{?0.4 # {the average began at zero}}
        scale = 1.0 - decay ** count
        corrected = jax.tree.map(lambda x: x / scale, ema) ~
        corrected = ema
        if debias:
            {?0.4 # {the average began at zero}}
            scale = 1.0 - decay ** count
            corrected = jax.tree.map(lambda x: x / scale, ema)}
        return corrected, NAME(count=count, average=ema)
    """,
}


def _blend(p: Program) -> Text:
    """Draw averages of parameters: of a target network, with a short memory at first, or debiased."""
    tree = _tree(p)
    form = p.pick(*_AVERAGES)
    targeted = form in ("soft", "periodic")
    counter = Leaf((), 0, 50, "int32")
    state, result = tree, (tree,)
    text = _settled(p, _AVERAGES[form])
    if form == "running" and "start" not in text:
        counter = Leaf((), 1, 50, "int32")
    if form in ("warm", "running"):
        result = (tree, Leaf((), dtype="int32"))
    elif form == "debiased":
        state = p.record("EmaState", [("count", counter), ("average", tree)], "An average and how many it is of")
        result = (tree, Record(state.name, (("count", Leaf((), dtype="int32")), ("average", tree))))
        text = text.replace("NAME", state.name)
    return Text(
        lines=text,
        given={
            "state": Array(state, "the average so far", ("state", "ema_state")),
            "tree": Array(tree, "parameters of the target network" if targeted else "averages so far",
                          ("target_params", "target", "slow") if targeted else
                          ("average", "avg_params") if form == "running" else ("ema", "average", "ema_params")),
            "new": Array(tree, "parameters of the online network" if targeted else "new parameters",
                         ("params", "online_params", "new_params")),
            "count": Array(counter, "how often there was an update", ("count", "step")),
            "rate": Option("float", "weight of what is new", ("0.005", "0.01", "0.05"), ("tau", "step_size")),
            "start": Option("int", "steps before averaging begins", ("5", "2"), ("start", "start_step")),
            "every": Option("int", "steps between two copies", ("2", "4"), ("update_every", "update_period")),
            "decay": Option("float", "weight of the past", ("0.9", "0.99", "0.95"), ("decay", "ema_decay")),
            "debias": Option("bool", "whether to correct for the beginning", ("True",), ("debias", "bias_correction")),
        },
        result=result,
        titles={
            "soft": ("update_target", "soft_update", "polyak_update"),
            "periodic": ("periodic_update", "update_target", "sync_target"),
            "running": ("update_average", "swa_update", "running_average"),
        }.get(form, ("update_ema", "ema_update", "ema_step")),
        summary="Moves the parameters of a target network" if targeted else "Mean of the parameters of many steps"
                if form == "running" else "Moving average of all arrays of a tree",
        returned="the new parameters" if targeted else "the corrected averages, and the new state"
                 if form == "debiased" else "the new averages, and the count",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "tree_norm": _norm,
    "tree_cast": _cast,
    "tree_choice": _choose,
    "tree_noise": _noise,
    "tree_batches": _batches,
    "tree_average": _blend,
    "tree_log": write_log,
    "tree_vector": write_vector,
    "merged_models": write_merged_models,
    "frozen_layers": write_frozen,
    "tree_comparison": write_compared,
}
_WEIGHTS: dict[str, float] = {"tree_norm": 0.55, "tree_choice": 0.55, "tree_noise": 0.55, "tree_average": 0.55}
RECIPES = (written_recipe("tree_tool", "utilities", _WRITERS, _WEIGHTS),)
