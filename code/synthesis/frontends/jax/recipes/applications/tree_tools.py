"""What libraries do to trees of arrays in passing: norms, casts, choices, noise, batches of trees."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.optimizers import parameters
from synthesis.frontends.jax.recipes.applications.parts import key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed, mapped
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import join

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


def _tree(p: Program, low: float = -1.0, high: float = 1.0, dtype: str = "float32") -> Tree:
    """Parameters of some layers; what takes any tree says nothing of its type."""
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
        {?0.4 # {squares of half precision overflow early ~ sums are made in float32}
        tree = jax.tree.map(lambda x: x.astype(jnp.float32), tree)}
        {squares = {tree_vdot(tree, tree) ~ tree_sum(jax.tree.map(jnp.square, tree))} ~
        leaves = jax.tree.leaves(tree)
        {?0.4 if matrices_only:
            {?0.5 # {biases and scales are left out}}
            leaves = [x for x in leaves if x.ndim > 1]
            if not leaves:
                raise ValueError('expected at least one matrix')}
        squares = sum(jnp.sum(x ** 2) for x in leaves)}
        {?0.6 if squared:
            return squares}
        return jnp.sqrt(squares)
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
        {?0.35 if matrices_only:
            {?0.4 # {vectors are left out}}
            tree = [x for x in jax.tree.leaves(tree) if x.ndim > 1]}
        {leaves = jax.tree.leaves(tree)
        size = {sum(x.size for x in leaves) ~ sum(math.prod(x.shape) for x in leaves)}
        squares = sum(jnp.sum(x ** 2) for x in leaves) ~
        squares, size = 0.0, 0
        for x in jax.tree.leaves(tree):
            {?0.5 if not jnp.issubdtype(x.dtype, jnp.floating):
                {?0.5 # {counters are no parameters}}
                continue}
            squares += jnp.sum(x ** 2)
            size += x.size}
        {return jnp.sqrt(squares / size) ~ mean = squares / size
        return jnp.sqrt(mean)}
    """,
    "each": """
        {norms = jax.tree.map(lambda x: jnp.sqrt(jnp.sum(x ** 2)), tree)
        total = jnp.sqrt(sum(n ** 2 for n in jax.tree.leaves(norms))) ~
        squares = jax.tree.map(lambda x: jnp.sum(x ** 2), tree)
        total = jnp.sqrt({jax.tree.reduce(jnp.add, squares) ~ sum(jax.tree.leaves(squares))})
        norms = jax.tree.map(jnp.sqrt, squares)}
        {?0.5 if relative:
            {?0.4 # {the share of each array}}
            norms = jax.tree.map(lambda n: n / {(total + eps) ~ jnp.maximum(total, eps)}, norms)}
        return norms, total
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
            "matrices_only": Option("bool", "whether vectors are left out", ("False",), ("matrices_only",)),
            "relative": Option("bool", "whether norms are shares of the whole", ("False", "True"), ("relative",)),
            "eps": Constant("1e-12", "what keeps quotients finite", ("eps",)),
        },
        result=(mapped(tree, lambda _: Leaf(())), Leaf(())) if kind == "each" else (Leaf(()),),
        titles=titles.get(kind, ("tree_norm", "global_norm")),
        summary=summaries[kind],
        returned="one norm for each array, and one of all" if kind == "each" else "one number",
        helpers=(TREE_SUM, TREE_VDOT),
    )


def _cast(p: Program) -> Text:
    tree = _tree(p, -2, 2)
    if isinstance(tree, dict) and p.choices.chance(0.6):
        tree = {**tree, "step": Leaf((), 0, 1000, "int32")}
    some = p.choices.chance(0.4)

    def low(leaf: Leaf) -> Leaf:
        kept = leaf.dtype != "float32" or (some and len(leaf.shape) < 2)
        return Leaf(leaf.shape, dtype=leaf.dtype if kept else "bfloat16")

    kept = "x.ndim < 2" if some else "not jnp.issubdtype(x.dtype, jnp.floating)"
    return Text(
        lines=join(
            """
            {?0.35 if dtype is None:
                return tree}
            """,
            f"""
            {{def cast(x):
                {{?0.5 x = jnp.asarray(x)}}
                {{?0.4 # {"scales and biases stay in full precision" if some else "whole numbers stay what they are"}}}
                {{if {kept}:
                    return x
                return x.astype(dtype) ~ return x if {kept} else x.astype(dtype)}}

            {{return jax.tree.map(cast, tree) ~ return jax.tree_util.tree_map(cast, tree)}} ~
            leaves, structure = jax.tree.flatten(tree)
            {{out = []
            for x in leaves:
                if {kept}:
                    {{?0.4 # {"scales and biases stay in full precision" if some else "counters are not rounded"}}}
                    out.append(x)
                else:
                    out.append(x.astype(dtype)) ~
            out = [x if {kept} else x.astype(dtype) for x in leaves]}}
            return jax.tree.unflatten(structure, out)}}
            """,
        ),
        given={
            "tree": Array(tree, "arrays in single precision", ("tree", "params", "variables")),
            "dtype": Option("str", "what to cast to", ("'bfloat16'",), ("dtype", "param_dtype")),
        },
        result=(mapped(tree, low),),
        titles=("cast_matrices", "to_half", "cast_params") if some else ("tree_cast", "cast_floating", "to_dtype"),
        summary="Casts the matrices of a tree" if some else "Casts the floating arrays of a tree",
        returned="the tree in half precision",
    )


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
    return Text(
        lines="""
            {?0.3 if pred.ndim != 1 or pred.dtype != bool:
                raise ValueError(f'expected one flag for each row, got <<pred.shape>> of <<pred.dtype>>') ~
            {?0.3 if jax.tree.structure(a) != jax.tree.structure(b):
                raise ValueError('expected two trees of the same structure')}}
            {?0.35 if invert:
                pred = jnp.logical_not(pred)}

            def where(x, y):
                {?0.45 if x.shape != y.shape or x.shape[0] != pred.shape[0]:
                    raise ValueError(f'expected arrays of <<pred.shape[0]>> rows, got <<x.shape>> and <<y.shape>>')}
                {?0.4 # {the flag of a row is for all of its entries}}
                {flag = pred.reshape({pred.shape + (1,) * (x.ndim - 1) ~ (-1,) + (1,) * (x.ndim - 1)})
                return jnp.where(flag, x, y) ~
                flag = pred
                while flag.ndim < x.ndim:
                    flag = flag[..., None]
                return jnp.where(flag, x, y)}

            {return jax.tree.map(where, a, b) ~ return jax.tree_util.tree_map(where, a, b)}
        """,
        given={
            "pred": Array(Leaf((rows,), 0, 1, "bool"), "which tree each row is of", ("pred", "done", "mask")),
            "a": Array(tree, "where the flag is true", ("on_true", "a")),
            "b": Array(tree, "where it is not", ("on_false", "b")),
            "invert": Option("bool", "whether to take the other", ("False", "True"), ("invert", "negate")),
        },
        result=(tree,),
        titles=("tree_where", "tree_select", "where_done", "select_tree"),
        summary=p.pick("Chooses between two trees, row by row", "Takes each row from one of two trees"),
        returned="a tree of the same form",
    )


def _noise(p: Program) -> Text:
    tree = _tree(p)
    return Text(
        lines="""
            {?0.4 if scale < 0:
                raise ValueError(f'expected a scale of at least 0, got <<scale>>')}
            {keys = keys_like(key, tree)

            def add(x, k):
                {{noise = jax.random.normal(k, x.shape, x.dtype) ~
                if kind == 'normal':
                    noise = jax.random.normal(k, x.shape, x.dtype)
                elif kind == 'uniform':
                    {?0.5 # {of the same variance as the normal distribution}}
                    bound = math.sqrt(3.0)
                    noise = jax.random.uniform(k, x.shape, x.dtype, minval=-bound, maxval=bound)
                else:
                    raise ValueError(f'unknown kind of noise <<kind>>')}
                {?0.4 if relative:
                    {?0.5 # {as large as the entries of this array}}
                    size = jnp.sqrt(jnp.mean(x ** 2) + 1e-12)
                    noise = noise * size}
                return x + scale * noise}

            {return jax.tree.map(add, tree, keys) ~ return jax.tree_util.tree_map(add, tree, keys)} ~
            leaves, structure = jax.tree.flatten(tree)
            {?0.5 if not leaves:
                raise ValueError('expected a tree with at least one array')}
            {keys = jax.random.split(key, len(leaves))
            {noisy = [x + scale * jax.random.normal(k, x.shape, x.dtype) for x, k in zip(leaves, keys)] ~
            noisy = []
            for x, k in zip(leaves, keys):
                {?0.5 if matrices_only and x.ndim < 2:
                    {?0.5 # {biases stay as they are}}
                    noisy.append(x)
                    continue}
                noise = scale * jax.random.normal(k, x.shape)
                noisy.append(x + noise.astype(x.dtype))} ~
            noisy = [x + scale * jax.random.normal(jax.random.fold_in(key, i), x.shape) for i, x in enumerate(leaves)]}
            return jax.tree.unflatten(structure, noisy)}
            """,
        given={
            "key": Array(key(), "random key", ("key", "rng", "rng_key")),
            "tree": Array(tree, "arrays", ("tree", "params", "grads", "updates")),
            "scale": Option("float", "standard deviation", ("0.1", "0.01", "0.5"), ("scale", "stddev", "noise_scale")),
            "kind": Option("str", "normal or uniform", ("'normal'", "'uniform'"), ("distribution", "kind")),
            "relative": Option("bool", "whether noise goes with the size of each array", ("False", "True")),
            "matrices_only": Option("bool", "whether vectors are left alone", ("False", "True"), ("matrices_only",)),
        },
        result=(tree,),
        titles=("add_noise", "perturb", "tree_add_noise", "perturb_params"),
        summary=p.pick("Adds noise to every array of a tree", "Perturbs all arrays of a tree at random"),
        returned="a tree of the same form",
        helpers=(KEYS_LIKE,),
    )


_BATCHES = {
    "stack": """
        {?0.4 if not trees:
            raise ValueError('expected at least one tree')}
        {?0.5 structure = jax.tree.structure(trees[0])
        {for place, other in enumerate(trees):
            if jax.tree.structure(other) != structure:
                raise ValueError(f'tree <<place>> has another structure than the first') ~
        if any(jax.tree.structure(other) != structure for other in trees):
            raise ValueError('expected trees of the same structure')}}
        {return jax.tree.map(lambda *xs: jnp.stack(xs, axis=axis), *trees) ~
        {?0.4 # {arrays in the same place of all trees}}
        columns = {zip(*[jax.tree.leaves(t) for t in trees]) ~ zip(*map(jax.tree.leaves, trees))}
        stacked = [jnp.stack(column, axis=axis) for column in columns]
        return jax.tree.unflatten(jax.tree.structure(trees[0]), stacked)}
    """,
    "concat": """
        {?0.4 if not trees:
            raise ValueError('expected at least one tree')}
        {?0.5 structure = jax.tree.structure(trees[0])
        for place, other in enumerate(trees):
            if jax.tree.structure(other) != structure:
                raise ValueError(f'tree <<place>> has another structure than the first')}
        {return jax.tree.map(lambda *xs: jnp.concatenate(xs, axis=0), *trees) ~
        joined = [jnp.concatenate(xs, axis=0) for xs in zip(*map(jax.tree.leaves, trees))]
        return jax.tree.unflatten(jax.tree.structure(trees[0]), joined)}
    """,
    "row": """
        {def take(x):
            {?0.4 # {past the end, this is the last row}}
            return jax.lax.dynamic_index_in_dim(x, i, axis=0, keepdims=keep)

        return jax.tree.map(take, tree) ~
        {return jax.tree.map(lambda x: x[i], tree) ~ return jax.tree.map(lambda x: jnp.take(x, i, axis=0), tree)}}
    """,
    "window": """
        {?0.4 length = jax.tree.leaves(tree)[0].shape[0]
        if size > length:
            raise ValueError(f'cannot take <<size>> of <<length>> rows')}
        {def take(x):
            return jax.lax.dynamic_slice_in_dim(x, i, size, axis=0)

        return jax.tree.map(take, tree) ~
        return jax.tree.map(lambda x: jax.lax.dynamic_slice_in_dim(x, i, size), tree) ~
        {?0.4 # {around the end of a ring buffer}}
        rows = (i + jnp.arange(size)) % jax.tree.leaves(tree)[0].shape[0]
        return jax.tree.map(lambda x: x[rows], tree)}
    """,
    "mean": """
        {def average(x):
            if weights is None:
                return jnp.mean(x, axis=0)
            {?0.5 if x.shape[0] != weights.shape[0]:
                raise ValueError(f'expected <<weights.shape[0]>> rows, got <<x.shape>>')}
            w = weights.reshape((-1,) + (1,) * (x.ndim - 1))
            return jnp.sum(w * x, axis=0) / jnp.sum(weights)

        return jax.tree.map(average, tree) ~
        {?0.6 if weights.ndim != 1:
            raise ValueError(f'expected one weight for each row, got <<weights.shape>>')}
        weights = weights / jnp.sum(weights)
        {return jax.tree.map(lambda x: jnp.tensordot(weights, x, axes=1), tree) ~
        return jax.tree.map(lambda x: jnp.einsum('n,n...->...', weights, x), tree)}}
    """,
}


def _batches(p: Program) -> Text:
    """Trees in batches: stacked, sliced, averaged."""
    rows = p.size(64, 128, 256)
    widths = [p.size(4, 8, 16) for _ in range(2)]
    form = p.pick(*_BATCHES)
    p.holds_any_tree()
    one: Tree = {"obs": Leaf((rows, widths[0])), "reward": Leaf((rows,)), "action": Leaf((rows, widths[1]))}
    if p.choices.chance(0.4):
        one = (Leaf((rows, widths[0])), Leaf((rows,)))
    many, size, axis = p.choices.choice((2, 3, 4)), p.choices.choice((4, 8, 16)), p.choices.choice((0, 0, 1))
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
    return Text(
        lines=join(check if form in ("row", "window", "mean") else "", _BATCHES[form]),
        given={
            "trees": Array([one] * many, "trees of one structure", ("trees", "states", "batches")),
            "tree": Array(one, "arrays with one first axis", ("tree", "batch", "transitions")),
            "i": Array(Leaf((), 0, rows - 1, "int32"), "the first row" if form == "window" else "which row",
                       ("start", "index") if form == "window" else ("i", "index", "idx")),
            "size": Option("int", "how many rows", (str(size),), ("size", "num_rows", "length")),
            "weights": Array(Leaf((rows,), 0.1, 1), "weight of each row", ("weights", "sample_weight")),
            "axis": Option("int", "where the new axis is", (str(axis),), ("axis",)),
            "keep": Option("bool", "whether the axis is kept", ("False",), ("keepdims",)),
        },
        result=({
            "stack": mapped(one, stacked), "concat": mapped(one, joined), "row": shorter, "mean": shorter,
            "window": mapped(one, lambda leaf: Leaf((size, *leaf.shape[1:]))),
        }[form],),
        titles={
            "stack": ("tree_stack", "stack_trees", "collate"),
            "concat": ("tree_concatenate", "concat_trees", "merge_batches"),
            "row": ("tree_index", "take_row", "index_tree"),
            "window": ("tree_slice", "slice_rows", "take_window"),
            "mean": ("tree_mean", "weighted_mean", "average_rows"),
        }[form],
        summary={
            "stack": "One tree of several, with an axis more",
            "concat": "One tree of several, their rows one after the other",
            "row": "One row of every array of a tree",
            "window": "Rows of every array of a tree from a place on",
            "mean": "Weighted mean over the rows of a tree",
        }[form],
        returned="a tree",
    )  # fmt: skip


_AVERAGES = {
    "soft": """
        {?0.3 if not 0.0 <= rate:
            raise ValueError(f'expected a rate of at least 0, got <<rate>>')}
        {return jax.tree.map(lambda old, x: old + rate * (x - old), tree, new) ~
        return jax.tree.map(lambda old, x: (1.0 - rate) * old + rate * x, tree, new) ~
        if mode == 'soft':
            return jax.tree.map(lambda old, x: (1.0 - rate) * old + rate * x, tree, new)
        if mode == 'hard':
            {?0.5 # {a delayed copy ~ copied as a whole every few steps}}
            copy = count % every == 0
            return jax.tree.map(lambda old, x: jnp.where(copy, x, old), tree, new)
        raise ValueError(f'expected soft or hard, got <<mode>>') ~
        def mix(old, x):
            {?0.5 if old.shape != x.shape:
                raise ValueError(f'expected an array of shape <<old.shape>>, got <<x.shape>>')}
            if not jnp.issubdtype(old.dtype, jnp.floating):
                {?0.5 # {counters are taken over}}
                return x
            return (1.0 - rate) * old + rate * x

        return jax.tree.map(mix, tree, new)}
    """,
    "warm": """
        {{?0.5 # {the first averages follow quickly ~ early values are forgotten sooner}}
        decay_now = jnp.minimum(decay, (1.0 + count) / (10.0 + count)) ~
        decay_now = decay
        if warmup:
            {?0.4 # {a short memory while the parameters still move far}}
            decay_now = jnp.minimum(decay, (1.0 + count) / (10.0 + count))}
        {def mix(old, x):
            {?0.5 if x.dtype != old.dtype:
                x = x.astype(old.dtype)}
            return decay_now * old + (1.0 - decay_now) * x

        tree = jax.tree.map(mix, tree, new) ~
        tree = jax.tree.map(lambda old, x: decay_now * old + (1.0 - decay_now) * x, tree, new)}
        return tree, count + 1
    """,
    "debiased": """
        count = state.count + 1
        {average = jax.tree.map(lambda old, x: decay * old + (1.0 - decay) * x, state.average, new) ~
        def mix(old, x):
            {?0.4 if x.dtype != old.dtype:
                x = x.astype(old.dtype)}
            return decay * old + (1.0 - decay) * x

        average = jax.tree.map(mix, state.average, new)}
        {{?0.4 # {the average began at zero}}
        scale = 1.0 - decay ** count
        corrected = jax.tree.map(lambda x: x / scale, average) ~
        corrected = average
        if debias:
            {?0.4 # {the average began at zero}}
            scale = 1.0 - decay ** count
            corrected = jax.tree.map(lambda x: x / scale, average)}
        return corrected, NAME(count=count, average=average)
    """,
}


def _blend(p: Program) -> Text:
    """Averages of parameters: of a target network, with a short memory at first, or debiased."""
    tree = _tree(p)
    form = p.pick(*_AVERAGES)
    counter = Leaf((), 0, 50, "int32")
    state, result = tree, (tree,)
    text = _AVERAGES[form]
    if form == "warm":
        result = (tree, Leaf((), dtype="int32"))
    elif form == "debiased":
        state = p.record("EmaState", [("count", counter), ("average", tree)], "An average and how many it is of")
        result = (tree, Record(state.name, (("count", Leaf((), dtype="int32")), ("average", tree))))
        text = text.replace("NAME", state.name)
    return Text(
        lines=text,
        given={
            "state": Array(state, "the average so far", ("state", "ema_state")),
            "tree": Array(tree, "averages so far",
                          ("target_params", "target", "slow") if form == "soft" else ("ema", "average", "ema_params")),
            "new": Array(tree, "what is averaged", ("params", "online_params", "new_params")),
            "count": Array(counter, "how often there was an update", ("count", "step")),
            "rate": Option("float", "weight of what is new", ("0.005", "0.01", "0.05"), ("tau", "step_size")),
            "mode": Option("str", "soft or hard", ("'hard'",), ("mode", "update")),
            "every": Option("int", "steps between two copies", ("2", "4"), ("update_every", "update_period")),
            "decay": Option("float", "weight of the past", ("0.9", "0.99", "0.95"), ("decay", "ema_decay")),
            "warmup": Option("bool", "whether the memory is short at first", ("True",), ("warmup",)),
            "debias": Option("bool", "whether to correct for the beginning", ("True",), ("debias", "bias_correction")),
        },
        result=result,
        titles=("update_target", "soft_update", "polyak_update") if form == "soft" else
               ("update_ema", "update_average", "ema_step"),
        summary="Moves the parameters of a target network" if form == "soft"
                else "Moving average of all arrays of a tree",
        returned={"soft": "the new parameters", "warm": "the new averages, and the count"}.get(
            form, "the corrected averages, and the new state"),
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "tree_norm": _norm,
    "tree_cast": _cast,
    "tree_choice": _choose,
    "tree_noise": _noise,
    "tree_batches": _batches,
    "tree_average": _blend,
}
RECIPES = (written_recipe("tree_tool", "utilities", _WRITERS),)
