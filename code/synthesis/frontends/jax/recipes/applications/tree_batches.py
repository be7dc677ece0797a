"""Utilities for batches of trees: stacking, sampling, shuffling, windows, means."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import choose_and_escape, key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "tree_batches", margin=8)

_BATCHES = {
    "stack": _BODIES["stack"],
    "concat": _BODIES["concat"],
    "sample": _BODIES["sample"],
    "shuffle": _BODIES["shuffle"],
    "window": _BODIES["window"],
    "pad": _BODIES["pad"],
    "mean": _BODIES["mean"],
}


def write_batches(p: Program) -> Text:
    """Draw a function that stacks, slices or averages trees in batches."""
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
    lines = choose_and_escape(p, _BATCHES[form])
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
            "trees": Array([one] * many, "trees with the same structure", ("trees", "states", "batches")),
            "tree": Array(one, "tree of arrays with a common first axis", ("tree", "batch", "transitions")),
            "key": Array(key(), "random key", ("key", "rng")),
            "i": Array(Leaf((), 0, rows - 1, "int32"), "index of the first row", ("start", "index")),
            "size": Option("int", "number of rows", (str(size),), ("size", "batch_size") if form == "sample" else
                           ("size", "num_rows", "length")),
            "many": Option("int", "number of minibatches", (str(many),), ("num_minibatches", "num_splits")),
            "length": Option("int", "number of rows of the result", (str(longer),), ("length", "size", "max_rows")),
            "fill": Option("float", "padding value", ("-1.0", "0.0"), ("fill_value", "fill")),
            "weights": Array(Leaf((rows,), 0.1, 1), "weight of each row", ("weights", "sample_weight")),
            "max_rows": Option("int | None", "largest number of rows", ("None",), ("max_rows", "capacity"), "None"),
            "axis": Option("int", "position of the new axis", (str(axis),), ("axis",)),
        },
        result=results[form],
        titles=titles,
        summary=summary,
        returned="the tree, and a mask of valid rows" if form == "pad"
        else "one tree for each row" if both else "the tree of minibatches",
    )  # fmt: skip


_BATCH_TITLES = {
    "stack": (("tree_stack", "stack_trees", "collate"), "Stacks several trees along a new axis"),
    "concat": (
        ("tree_concatenate", "concat_trees", "merge_batches"), "Concatenates the rows of several trees",
    ),
    "sample": (("sample_batch", "sample_rows", "sample_transitions"), "Samples random rows of all arrays of a tree"),
    "shuffle": (("make_minibatches", "shuffle_and_split", "split_minibatches"), "Shuffles rows into minibatches"),
    "window": (("tree_slice", "slice_rows", "take_window"), "Slices rows of every array of a tree at an offset"),
    "pad": (("pad_rows", "tree_pad", "pad_batch"), "Pads all arrays of a tree to a number of rows"),
    "mean": (("tree_mean", "weighted_mean", "average_rows"), "Computes a weighted mean over the rows of a tree"),
    "moments": (("weighted_moments", "mean_and_variance"),
                "Computes a weighted mean and variance over the rows of a tree"),
}  # fmt: skip
