"""What libraries do to trees of arrays in passing: norms, casts, choices, noise, batches of trees."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.optimizers import parameters
from synthesis.frontends.jax.recipes.applications.parts import key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed, mapped
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import join

_EMPTY = """
    {?0.3 if not jax.tree.leaves(tree):
        raise ValueError({'a tree without arrays' ~ 'nothing to do' ~ 'expected at least one array'})}
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
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4), biased=p.choices.chance(0.7))
    return changed(tree, low, high, dtype)


def _norm(p: Program) -> Text:
    order = p.pick("2", "2", "1", "rms")
    one = {
        "2": """
            {?0.4 if squared:
                return SQUARES}
            {total = SQUARES
            return {jnp.sqrt(total) ~ jnp.sqrt(total + eps)} ~ return jnp.sqrt(SQUARES)}
        """,
        "1": "{return ABS ~ total = ABS\nreturn total}",
        "rms": """
            {size = sum(x.size for x in leaves) ~
            size = 0
            for x in leaves:
                size += x.size ~
            size = sum(math.prod(x.shape) for x in leaves)}
            {return jnp.sqrt(SQUARES / size) ~ mean = SQUARES / size
            return {jnp.sqrt(mean) ~ jnp.sqrt(mean + eps)}}
        """,
    }[order]
    squares = (
        "{tree_vdot(tree, tree) ~ tree_sum(jax.tree.map(jnp.square, tree)) ~ sum(jnp.sum(x ** 2) for x in leaves)}"
    )
    absolute = "{tree_sum(jax.tree.map(jnp.abs, tree)) ~ sum(jnp.sum(jnp.abs(x)) for x in jax.tree.leaves(tree))}"
    text = join(
        _EMPTY,
        """
        {?0.4 # {half precision overflows where squares are summed ~ sums are made in float32}
        tree = jax.tree.map(lambda x: x.astype(jnp.float32), tree)}
        leaves = {jax.tree.leaves(tree) ~ jax.tree_util.tree_leaves(tree)}
        {?0.4 {if matrices_only:
            leaves = [x for x in leaves if x.ndim > 1]
            tree = [x for x in leaves] ~
        leaves = [x for x in leaves if x.ndim > 1] if matrices_only else leaves
        tree = list(leaves)}}
        """,
        one.replace("SQUARES", squares).replace("ABS", absolute),
    )
    return Text(
        lines=text,
        given={
            "tree": Array(_tree(p), "arrays", ("tree", "params", "updates", "grads")),
            "squared": Option("bool", "whether to leave out the root", ("False", "True"), ("squared",)),
            "matrices_only": Option("bool", "whether vectors count", ("False",), ("matrices_only", "skip_vectors")),
            "eps": Constant("1e-12", "what keeps the root away from zero", ("eps",)),
        },
        result=(Leaf(()),),
        titles={"2": ("tree_norm", "global_norm"), "1": ("tree_l1_norm", "l1_norm")}.get(
            order, ("tree_rms", "root_mean_square")
        ),
        summary={"2": "Euclidean norm", "1": "Sum of magnitudes"}.get(order, "Root mean square") + " of a tree",
        returned="one number",
        helpers=(TREE_SUM, TREE_VDOT),
    )  # fmt: skip


def _cast(p: Program) -> Text:
    tree = _tree(p, -2, 2)
    result = mapped(tree, lambda leaf: Leaf(leaf.shape, dtype="bfloat16"))
    some = p.choices.chance(0.4)
    if some:
        result = mapped(tree, lambda leaf: Leaf(leaf.shape, dtype="bfloat16" if len(leaf.shape) > 1 else "float32"))
    kept = "x.ndim < 2" if some else "not jnp.issubdtype(x.dtype, jnp.floating)"
    return Text(
        lines=join(
            _EMPTY,
            f"""
            {{?0.5 {{def cast(x):
                {{?0.4 # {{whole numbers stay what they are ~ what is small costs nothing to keep}}}}
                {{if {kept}:
                    return x
                return x.astype(dtype) ~ return x if {kept} else x.astype(dtype)}} ~
            def cast(x):
                {{?0.4 x = jnp.asarray(x)}}
                keep = {kept}
                return {{x if keep else x.astype(dtype) ~ x.astype(x.dtype if keep else dtype)}}}}

            {{?0.4 if scale is not None:
                tree = jax.tree.map(lambda x: x * scale, tree)}}
            {{return jax.tree.map(cast, tree) ~ return jax.tree_util.tree_map(cast, tree) ~
            leaves, structure = jax.tree.flatten(tree)
            return jax.tree.unflatten(structure, [cast(x) for x in leaves])}} ~
            {{leaves, structure = jax.tree.flatten(tree) ~ leaves, structure = jax.tree_util.tree_flatten(tree)}}
            {{out = []
            for x in leaves:
                {{if {kept}:
                    out += [x]
                    continue
                out += [x.astype(dtype)] ~
                out += [x if {kept} else x.astype(dtype)]}} ~
            out = [x if {kept} else x.astype(dtype) for x in leaves]}}
            return {{jax.tree.unflatten(structure, out) ~ jax.tree_util.tree_unflatten(structure, out)}}}}
            """,
        ),
        given={
            "tree": Array(tree, "arrays in single precision", ("tree", "params", "variables")),
            "scale": Constant("1.0", "what arrays are multiplied by first", ("scale",), (0.5, 2)),
            "dtype": Option("str", "what to cast to", ("'bfloat16'",), ("dtype", "param_dtype")),
        },
        result=(result,),
        titles=("cast_matrices", "to_half", "cast_params") if some else ("tree_cast", "cast_floating", "to_dtype"),
        summary="Casts the matrices of a tree" if some else "Casts the floating arrays of a tree",
        returned="the tree in half precision",
    )


def _choose(p: Program) -> Text:
    rows = p.size(64, 128, 256)
    widths = [p.size(2, 3, 4) for _ in range(2)]
    tree: Tree = p.choices.choice(
        (
            {"pos": Leaf((rows, widths[0])), "vel": Leaf((rows, widths[1])), "time": Leaf((rows,))},
            (Leaf((rows, widths[0])), Leaf((rows,))),
            [Leaf((rows, widths[0], 2)), Leaf((rows, widths[1]))],
        )
    )
    return Text(
        lines="""
            {?0.3 if pred.ndim != 1:
                raise ValueError(f'expected one flag for each row, got <<pred.shape>>')}
            def where(x, y):
                {{?0.4 # {the flag of a row is for all of its entries ~ further axes are of one row}}
                flag = jnp.reshape(pred, {pred.shape + (1,) * (x.ndim - 1) ~ (-1,) + (1,) * (x.ndim - pred.ndim)})
                return jnp.where(flag, x, y) ~
                flag = pred
                {while flag.ndim < x.ndim:
                    flag = flag[..., None] ~
                for _ in range(x.ndim - 1):
                    flag = jnp.expand_dims(flag, -1)}
                return jnp.where(flag, x, y) ~
                if x.ndim == pred.ndim:
                    return jnp.where(pred, x, y)
                shape = [x.shape[0]] + [1] * (x.ndim - 1)
                return jnp.where(pred.reshape(shape), x, y)}

            {?0.35 if invert:
                pred = {jnp.logical_not(pred) ~ pred == 0}}
            {return jax.tree.map(where, a, b) ~ return jax.tree_util.tree_map(where, a, b) ~
            left, structure = jax.tree.flatten(a)
            right = jax.tree.leaves(b)
            {?0.4 if len(left) != len(right):
                raise ValueError(f'trees of <<len(left)>> and <<len(right)>> arrays')}
            return structure.unflatten([where(x, y) for x, y in zip(left, right)])}
        """,
        given={
            "pred": Array(Leaf((rows,), 0, 1, "bool"), "which tree each row is of", ("pred", "done", "mask")),
            "a": Array(tree, "where the flag is true", ("on_true", "a", "first")),
            "b": Array(tree, "where it is not", ("on_false", "b", "second")),
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
        lines=join(
            _EMPTY,
            """
            {?0.3 if scale < 0:
                raise ValueError(f'a standard deviation is not negative, got <<scale>>')}
            {?0.3 if scale == 0:
                return tree}
            {keys = keys_like(key, tree)
            {def add(x, k):
                noise = jax.random.normal(k, x.shape, {x.dtype ~ dtype=x.dtype})
                {return x + scale * noise ~ {?0.5 if x.ndim < 2:
                    return x + 0.1 * scale * noise}
                return x + scale * noise}

            return jax.tree.map(add, tree, keys) ~
            return jax.tree.map(lambda x, k: x + scale * jax.random.normal(k, x.shape, x.dtype), tree, keys) ~
            noise = jax.tree.map(lambda x, k: {jax.random.normal(k, x.shape) ~
            jax.random.uniform(k, x.shape, minval=-1.0)}, tree, keys)
            {?0.4 # {noise of one norm, whatever there is}
            size = jnp.sqrt(tree_sum(jax.tree.map(lambda n: n ** 2, noise)))
            noise = jax.tree.map(lambda n: n / size, noise)}
            return jax.tree.map(lambda x, n: x + scale * n, tree, noise)} ~
            leaves, structure = jax.tree.flatten(tree)
            {keys = jax.random.split(key, len(leaves))
            {out = [x + scale * jax.random.normal(k, x.shape, x.dtype) for x, k in zip(leaves, keys)] ~
            out = []
            for x, k in zip(leaves, keys):
                noise = scale * jax.random.normal(k, x.shape)
                out += [x + noise.astype(x.dtype)]} ~
            out = []
            for x in leaves:
                {?0.4 # {a key is used once}}
                key, sub = jax.random.split(key)
                out {+= [x + scale * jax.random.normal(sub, x.shape)] ~
                = out + [x + scale * jax.random.normal(sub, x.shape, x.dtype)]} ~
            out = [x + scale * jax.random.normal(jax.random.fold_in(key, i), x.shape) for i, x in enumerate(leaves)]}
            return {jax.tree.unflatten(structure, out) ~ structure.unflatten(out)}}
            """,
        ),
        given={
            "key": Array(key(), "random key", ("key", "rng", "rng_key")),
            "tree": Array(tree, "arrays", ("tree", "params", "grads", "updates")),
            "scale": Option("float", "standard deviation", ("0.1", "0.01", "0.5"), ("scale", "stddev", "noise_scale")),
        },
        result=(tree,),
        titles=("add_noise", "perturb", "tree_add_noise", "noisy_params"),
        summary=p.pick("Adds noise to every array of a tree", "Perturbs all arrays of a tree at random"),
        returned="a tree of the same form",
        helpers=(KEYS_LIKE, TREE_SUM),
    )


def _batches(p: Program) -> Text:
    """Trees in batches: stacked, sliced, averaged."""
    rows = p.size(64, 128, 256)
    widths = [p.size(4, 8, 16) for _ in range(2)]
    form = p.pick("stack", "slice", "mean")
    one: Tree = {"obs": Leaf((rows, widths[0])), "reward": Leaf((rows,)), "action": Leaf((rows, widths[1]))}
    if p.choices.chance(0.4):
        one = (Leaf((rows, widths[0])), Leaf((rows,)))
    many = p.choices.choice((2, 3, 4))
    check = """
        {?0.35 sizes = set(x.shape[0] for x in jax.tree.leaves(tree))
        if len(sizes) != 1:
            raise ValueError(f'arrays of different lengths: <<sizes>>')}
    """
    texts = {
        "stack": """
            {?0.35 if len(trees) < 2:
                raise ValueError({'nothing to stack' ~ f'expected trees, got <<len(trees)>>'})}
            {?0.35 if any(jax.tree.structure(t) != jax.tree.structure(trees[0]) for t in trees):
                raise ValueError('trees of different forms')}
            {{return jax.tree.map(lambda *xs: jnp.stack(xs), *trees) ~
            stack = functools.partial(jnp.stack, axis=0)
            return jax.tree.map(lambda *xs: stack(xs), *trees)} ~
            columns = {zip(*[jax.tree.leaves(t) for t in trees]) ~ zip(*map(jax.tree.leaves, trees))}
            {stacked = [jnp.stack(column) for column in columns] ~
            stacked = []
            for column in columns:
                {?0.5 if column[0].ndim == 0:
                    column = [x[None] for x in column]}
                stacked += [jnp.stack(column{~ , axis=0})]}
            return jax.tree.unflatten(jax.tree.structure(trees[0]), stacked)}
        """,
        "slice": """
            {{?0.4 # {past the end, the last row stays}}
            {i = jnp.clip(i, 0, LENGTH - 1) ~ i = jnp.minimum(i, LENGTH - 1) ~ i = i % LENGTH}}
            {def take(x):
                {return jax.lax.dynamic_index_in_dim(x, i, axis=0, keepdims=False) ~
                {?0.5 if keep:
                    return x[i][None]}
                return x[i] ~ return x[i][None] if keep else x[i]}

            return jax.tree.map(take, tree) ~
            row = jax.tree.map(lambda x: {x[i] ~ jnp.take(x, i, axis=0) ~
            jax.lax.dynamic_index_in_dim(x, i, 0, False)}, tree)
            {?0.5 if keep:
                row = jax.tree.map(lambda x: {x[None] ~ jnp.expand_dims(x, 0)}, row)}
            return row}
        """.replace("LENGTH", "jax.tree.leaves(tree)[0].shape[0]"),
        "mean": """
            {?0.5 weights = weights.astype(jnp.float32)}
            {total = {jnp.sum(weights) ~ weights.sum()} + 1e-6 ~ total = jnp.maximum(jnp.sum(weights), 1e-6)}
            {def average(x):
                {?0.4 # {rows without weight count nothing}}
                {w = weights.reshape((-1,) + (1,) * (x.ndim - 1))
                return jnp.sum(w * x, axis=0) / total ~
                return {jnp.tensordot(weights, x, axes=1) ~ jnp.einsum('n,n...->...', weights, x)} / total}

            {return jax.tree.map(average, tree) ~ return jax.tree_util.tree_map(average, tree)} ~
            sums = jax.tree.map(lambda x: jnp.tensordot(weights, x, axes=1), tree)
            return jax.tree.map(lambda s: s / total, sums)}
        """,
    }
    shorter: Tree = mapped(one, lambda leaf: Leaf(leaf.shape[1:]))
    return Text(
        lines=join(check if form != "stack" else "", texts[form]),
        given={
            "trees": Array([one] * many, "trees of one form", ("trees", "states", "batches")),
            "tree": Array(one, "arrays with one first axis", ("tree", "batch", "transitions")),
            "i": Array(Leaf((), 0, rows - 1, "int32"), "which row", ("i", "index", "idx")),
            "weights": Array(Leaf((rows,), 0.1, 1), "weight of each row", ("weights", "mask")),
            "keep": Option("bool", "whether the axis is kept", ("False",), ("keepdims", "keep_axis")),
        },
        result=({
            "stack": mapped(one, lambda leaf: Leaf((many, *leaf.shape))), "slice": shorter, "mean": shorter,
        }[form],),
        titles={
            "stack": ("tree_stack", "stack_trees", "collate"),
            "slice": ("tree_slice", "take_row", "index_tree"),
            "mean": ("tree_mean", "weighted_mean", "average_tree"),
        }[form],
        summary={
            "stack": "One tree of several, with an axis more",
            "slice": "One row of every array of a tree",
            "mean": "Weighted mean over the rows of a tree",
        }[form],
        returned="a tree",
    )  # fmt: skip


def _blend(p: Program) -> Text:
    """Averages of parameters, debiased or not, and bounds on updates."""
    tree = _tree(p)
    n = p.choices.integer(1, 3)
    return Text(
        lines=join(
            _EMPTY,
            """
            {?0.3 if not 0.0 <= decay:
                raise ValueError(f'a decay is not negative, got <<decay>>')}
            {{count = count + 1 ~ count += 1}
            {?0.5 {# {the first averages follow quickly ~ early values are forgotten sooner}
            rate = jnp.minimum(decay, (1.0 + count) / (10.0 + count)) ~
            rate = jnp.where(count < warmup, 0.5, decay)} ~
            rate = decay}
            {def mix(old, new):
                {?0.5 if old.dtype != new.dtype:
                    new = new.astype(old.dtype)}
                return {rate * old + (1.0 - rate) * new ~ old + (1.0 - rate) * (new - old)}

            average = jax.tree.map(mix, tree, new) ~
            average = jax.tree.map(lambda old, x: {rate * old + (1.0 - rate) * x ~ x + rate * (old - x)}, tree, new)}
            {if debias:
                {?0.4 # {averages begin at nothing ~ divide by the weight that was given out}}
                {scale = 1.0 - decay ** count
                average = jax.tree.map(lambda x: x / scale, average) ~
                average = jax.tree.map(lambda x: x / (1.0 - decay ** count), average)} ~
            if not debias:
                return average
            scale = 1.0 - decay ** count
            average = jax.tree.map(lambda x: {x / scale ~ (x / scale).astype(x.dtype)}, average)}}
            return average
            """,
        ),
        given={
            "tree": Array(tree, "averages so far", ("ema", "average", "slow")),
            "new": Array(tree, "what is averaged", ("params", "new", "fast")),
            "count": Array(Leaf((), 1, 20 * n, "int32"), "how often there was an average", ("count", "step")),
            "decay": Option("float", "weight of the past", ("0.9", "0.99", "0.95"), ("decay", "tau", "momentum")),
            "debias": Option("bool", "whether to correct for the beginning", ("True",), ("debias", "bias_correction")),
            "warmup": Constant("10", "steps that count half", ("warmup", "warmup_steps")),
        },
        result=(tree,),
        titles=("update_ema", "update_average", "polyak_update", "moving_average"),
        summary="Moving average of all arrays of a tree",
        returned="the new averages",
    )


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "tree_norm": _norm,
    "tree_cast": _cast,
    "tree_choice": _choose,
    "tree_noise": _noise,
    "tree_batches": _batches,
    "tree_average": _blend,
}
RECIPES = (written_recipe("tree_tool", "utilities", _WRITERS),)
