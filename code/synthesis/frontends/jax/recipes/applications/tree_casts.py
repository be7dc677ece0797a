"""Utilities for trees of arrays in libraries: casts to other precisions."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parameter_trees import any_tree
from synthesis.frontends.jax.recipes.applications.parts import with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "tree_casts", margin=8)

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
    "policy": _BODIES["policy"],
    "scaled": _BODIES["scaled"],
}


def _cast_text(p: Program, form: str, *, some: bool) -> str:
    """Return the text of a cast."""
    why = (
        p.pick("scales and biases stay in full precision", "vectors are small and sensitive")
        if some
        else p.pick("whole numbers stay what they are", "counters are not rounded")
    )
    whole_numbers = "not jnp.issubdtype(x.dtype, jnp.floating)"
    kept = f"x.ndim < 2 or {whole_numbers}" if some else whole_numbers
    text = _CASTS[form].replace("KEPT", kept).replace("WHY", why)
    return text.replace("{~and x.ndim > 1}", "and x.ndim > 1" if some else "")


def _cast_tree(p: Program, form: str, tree: Tree, layers: dict[str, Tree], *, by_layer: bool) -> Tree:
    """Return the tree that is cast."""
    if by_layer:
        tree = layers
    elif form == "kept" and isinstance(tree, dict) and p.choices.chance(0.6):
        tree = {**tree, "step": Leaf((), 0, 1000, "int32")}
    return tree


def _cast_result(
    form: str,
    tree: Tree,
    last: str,
    layers: dict[str, Tree],
    low: Callable[[Leaf], Leaf],
    batch: Tree,
    *,
    by_layer: bool,
) -> tuple[Tree, ...]:
    """Return the results of each form."""
    result: tuple[Tree, ...] = (mapped(tree, low),)
    if by_layer:
        result = ({name: part if name == "norm" else mapped(part, low) for name, part in layers.items()},)
    elif "batch" in last:
        result = (mapped(tree, low), mapped(batch, low))
    elif form == "scaled":
        more = {"return grads, all_finite": (Leaf((), dtype="bool"),), "return grads, scale": (Leaf(()),)}
        result = (mapped(tree, lambda leaf: Leaf(leaf.shape)), *more.get(last, ()))
    return result


def write_cast(p: Program) -> Text:
    """Draw a function that casts a tree to another precision, or unscales gradients of a scaled loss."""
    form = p.choices.weighted((("kept", 0.45), ("policy", 0.25), ("scaled", 0.3)))
    tree = any_tree(p, -2, 2)
    some = form == "kept" and p.choices.chance(0.4)
    text = _cast_text(p, form, some=some)
    lines = p.choose(text)
    last = lines.rstrip().split("\n")[-1].strip()
    by_layer = "cast_layer" in last
    layers: dict[str, Tree] = {
        name: {"kernel": Leaf((24, 16)), "bias": Leaf((16,))} for name in ("dense", "norm", "head")
    }
    tree = _cast_tree(p, form, tree, layers, by_layer=by_layer)
    halved = form == "kept" or p.choices.chance(0.7)

    def low(leaf: Leaf) -> Leaf:
        stays = leaf.dtype != "float32" or not halved or (some and len(leaf.shape) < 2)
        return Leaf(leaf.shape, dtype=leaf.dtype if stays else "bfloat16")

    rows = p.size(16, 32, 64)
    batch: Tree = {"inputs": Leaf((rows, 8)), "labels": Leaf((rows,), 0, 9, "int32")}
    result = _cast_result(form, tree, last, layers, low, batch, by_layer=by_layer)
    half = mapped(tree, lambda leaf: Leaf(leaf.shape, -2, 2, "bfloat16")) if p.choices.chance(0.5) else tree
    titles = {
        "kept": ("cast_matrices", "cast_kernels") if some else ("tree_cast", "cast_floating", "to_dtype"),
        "policy": ("apply_policy", "cast_to_compute", "cast_by_policy"),
        "scaled": ("unscale_gradients", "unscale_and_check", "unscale"),
    }[form]
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "tree": Array(tree, "tree of arrays in single precision", ("tree", "params", "variables")),
            "batch": Array(batch, "inputs of the layers", ("batch", "inputs")),
            "grads": Array(half, "gradients of the scaled loss", ("grads", "scaled_grads")),
            "loss_scale": Array(Leaf((), 128, 4096), "loss scale", ("loss_scale", "scale")),
            "good_steps": Array(Leaf((), 0, 2600, "int32"), "number of steps without overflow",
                                ("good_steps", "counter")),
            "growth_interval": Option("int", "number of steps without overflow before the scale grows",
                                      ("2000", "1000", "100"),
                                      ("growth_interval", "period")),
            "factor": Option("float", "factor by which the scale changes", ("2.0",), ("factor", "growth_factor")),
            "policy": Option("str", "precision policy: full or half", ("'half'",), ("policy", "precision"),
                             "'half'" if halved else "'full'"),
            "keep_full": Option("tuple[str, ...]", "names of layers that keep their precision", ("('norm',)",),
                                ("keep_full", "skip_layers")),
            "dtype": Option("str | None" if "dtype is None" in lines else "str", "dtype to cast to", ("'bfloat16'",),
                            ("dtype", "param_dtype")),
        },
        result=result,
        titles=titles,
        summary={
            "kept": "Casts the matrices of a tree" if some else "Casts the floating arrays of a tree",
            "policy": "Casts the compute parameters of layers", "scaled": "Unscales gradients of a scaled loss",
        }[form],
        returned={"kept": "the tree in half precision",
                  "policy": "the parameters and inputs in the precision of the policy"}.get(
            form, "gradients in single precision"),
    )  # fmt: skip
