"""Counts that are updated as a program runs: statistics of observations, and confusion matrices."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "counting")


def write_statistics(p: Program) -> Text:
    """Draw a function that updates running statistics of observations or of a metric."""
    rows, width = p.size(64, 128, 256), p.size(8, 16, 32)
    fields: list[tuple[str, Tree]] = [
        ("count", Leaf((), 1, 50)), ("mean", Leaf((width,), -1, 1)), ("m2", Leaf((width,), 1, 20)),
    ]  # fmt: skip
    state = p.record("RunningStats", fields, "Count, mean and sum of squares so far")
    name = state.name
    out = Record(name, tuple((each, Leaf(leaf.shape)) for each, leaf in fields if isinstance(leaf, Leaf)))
    form = p.pick("update", "normalize", "both")
    update = _BODIES["statistics.update"]
    normal = _BODIES["statistics.normal"]
    if form == "normalize":
        text = join(
            _BODIES["statistics.checked"],
            normal.replace("VARIANCE", "state.m2 / jnp.maximum(state.count, 1.0)").replace("MEAN", "state.mean"),
            "return out",
        )
        result: tuple[Tree, ...] = (Leaf((rows, width)),)
    elif form == "update":
        text = join(update, f"return {name}({{count, new_mean, m2 ~ count=count, mean=new_mean, m2=m2}})")
        result = (out,)
    else:
        text = join(
            update,
            normal.replace("VARIANCE", "m2 / count").replace("MEAN", "new_mean"),
            f"return {name}(count=count, mean=new_mean, m2=m2), out",
        )
        result = (out, Leaf((rows, width)))
    return Text(
        lines=text,
        given={
            "state": Array(state, "running count, mean and variance", ("state", "stats", "running")),
            "batch": Array(Leaf((rows, width), -3, 3), "batch of observations", ("batch", "obs", "x")),
            "weights": Array(Leaf((rows,), 0.1, 1), "weight of each row", ("weights", "mask")),
            "eps": Constant("1e-6", "small constant added to the variance", ("eps",)),
            "min_std": Option("float", "smallest standard deviation", ("1e-6", "1e-4", "0.01"), ("min_std", "std_min")),
            "max_std": Option("float", "largest standard deviation", ("1e6", "1e4"), ("max_std", "std_max")),
            "limit": Option("float | None", "largest absolute normalized value", ("None", "2.0", "1.0"),
                            ("max_abs", "clip", "limit")),
        },
        result=result,
        titles={"normalize": ("normalize", "standardize", "normalize_obs"),
                "update": ("update_stats", "update_running", "merge_batch")}.get(
            form, ("update_and_normalize", "track_and_normalize")),
        summary={
            "normalize": "Normalizes observations by running statistics",
            "update": "Updates running statistics with a batch",
        }.get(form, "Updates running statistics and normalizes a batch"),
        returned={"normalize": "the normalized rows"}.get(form, "the new statistics"),
    )  # fmt: skip


def _count_ends(classes: int, *, precise: bool) -> dict[str, tuple[str, Tree]]:
    """Return the last lines and the result of each form."""
    ends: dict[str, tuple[str, Tree]] = {
        "matrix": (
            """
            {{if normalize == 'true':
                {?0.5 # {rows sum to one}}
                counts = counts / jnp.maximum(jnp.sum(counts, axis=1, keepdims=True), LEAST)
            elif normalize == 'pred':
                counts = counts / jnp.maximum(jnp.sum(counts, axis=0, keepdims=True), LEAST)
            elif normalize == 'all':
                counts = counts / jnp.maximum(jnp.sum(counts), LEAST)
            elif normalize is not None:
                raise ValueError(f'unknown normalization <<normalize>>') ~
            {?0.5 if normalized:
                counts = counts / jnp.maximum(jnp.sum(counts, axis=1, keepdims=True), LEAST)}}}
            return counts
            """,
            Leaf((classes, classes)),
        ),
        "recall": (
            _BODIES["counts.recall"].replace("AXIS", "0" if precise else "1"),
            Leaf((classes,)),
        ),
        "accuracy": (
            _BODIES["counts.accuracy"],
            Leaf(()),
        ),
    }
    return ends


def write_counts(p: Program) -> Text:
    """Draw a function that counts by class, as for confusion matrices, and computes metrics from the counts."""
    rows, classes = p.size(128, 256), p.size(4, 10)
    form = p.pick("matrix", "recall", "accuracy")
    precise = p.choices.chance(0.5)
    counts = _BODIES["counts.counts"]
    ends = _count_ends(classes, precise=precise)
    end, leaf = ends[form]
    if form == "accuracy":
        counts = _BODIES["counts.predicted"]
    lines = p.choose(join(counts, end))
    # nonzero sums of integers are at least one
    lines = lines.replace("LEAST", "1e-6" if "weights is not None" in lines else "1.0")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "scores": Array(Leaf((rows, classes), -3, 3), "scores of shape (batch, classes)", ("logits", "scores")),
            "labels": Array(Leaf((rows,), 0, classes - 1, "int32"), "true class of each row", ("labels", "targets")),
            "weights": Array(Leaf((rows,), 0.1, 1), "weight of each row", ("weights", "sample_weight")),
            "normalize": Option("str | None", "axis of the normalization: true, pred or all",
                                ("None", "'true'", "'pred'"), ("normalize",)),
            "normalized": Option("bool", "whether to normalize each row", ("False", "True"),
                                 ("normalize", "normalized")),
            "top_k": Option("int | None", "number of top predictions that count", ("None", "3", "2"), ("top_k", "k")),
            "ignore_label": Option("int | None", "label that is ignored", ("None", "0"),
                                   ("ignore_label", "ignore_index")),
            "balanced": Option("bool", "whether to average over classes", ("False", "True"), ("balanced",)),
        },
        result=(leaf,),
        titles={"matrix": ("confusion_matrix", "confusion"),
                "recall": ("precision_per_class", "class_precision") if precise else
                          ("recall_per_class", "class_recall")}.get(
            form, ("accuracy", "compute_accuracy")),
        summary={"matrix": "Computes a confusion matrix",
                 "recall": "Computes the precision of each class" if precise else
                           "Computes the recall of each class"}.get(
            form, "Computes the accuracy of predictions"),
        returned="values between 0 and 1" if form != "matrix" else "counts of shape (classes, classes)",
    )  # fmt: skip
