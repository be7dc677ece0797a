"""Counts that are updated as a program runs: statistics of observations, and confusion matrices."""

from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import Text


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
    update = """
        {?0.3 if batch.ndim != 2:
            raise ValueError(f'expected a batch of shape (rows, features), got <<batch.shape>>')}
        {n = {batch.shape[0] ~ len(batch)}
        count = state.count + n
        {?0.4 # {Chan's formula joins two groups ~ equivalent to one pass over all rows}}
        {mean = jnp.mean(batch, axis=0)
        shift = mean - state.mean
        new_mean = state.mean + shift * n / count
        {m2 = state.m2 + jnp.sum((batch - mean) ** 2, axis=0) + shift ** 2 * state.count * n / count ~
        within = jnp.sum((batch - mean) ** 2, axis=0)
        m2 = state.m2 + within + shift ** 2 * (state.count * n / count)} ~
        before = batch - state.mean
        new_mean = state.mean + jnp.sum(before, axis=0) / count
        after = batch - new_mean
        m2 = state.m2 + jnp.sum(before * after, axis=0)} ~
        if weights is None:
            weights = jnp.ones(batch.shape[0], batch.dtype)
        elif weights.shape != batch.shape[:1]:
            raise ValueError(f'expected a weight for each row, got <<weights.shape>>')
        n = jnp.sum(weights)
        count = state.count + n
        before = batch - state.mean
        new_mean = state.mean + {weights @ before ~ jnp.sum(weights[:, None] * before, axis=0)} / count
        m2 = state.m2 + {weights @ (before * (batch - new_mean)) ~ jnp.dot(weights, before * (batch - new_mean))}}
    """
    normal = """
        {std = jnp.sqrt(VARIANCE + eps) ~ std = jnp.clip(jnp.sqrt(VARIANCE), min_std, max_std) ~
        std = jnp.maximum(jnp.sqrt(VARIANCE), min_std)}
        out = (batch - MEAN) / std
        {?0.5 if limit is not None:
            {?0.5 if limit <= 0.0:
                raise ValueError(f'expected a positive limit, got <<limit>>')}
            {?0.4 # {clip rare values}}
            out = jnp.clip(out, -limit, limit)}
    """
    if form == "normalize":
        text = join(
            """
            {?0.35 if batch.shape[-1] != state.mean.shape[-1]:
                raise ValueError(f'expected <<state.mean.shape[-1]>> features, got <<batch.shape[-1]>>')}
            """,
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


def write_counts(p: Program) -> Text:
    """Draw a function that counts by class, as for confusion matrices, and computes metrics from the counts."""
    rows, classes = p.size(128, 256), p.size(4, 10)
    form = p.pick("matrix", "recall", "accuracy")
    precise = p.choices.chance(0.5)
    counts = """
        {?0.4 if scores.ndim != 2 or labels.shape != scores.shape[:1]:
            raise ValueError(f'expected a label for each row of scores, got <<labels.shape>> and <<scores.shape>>')}
        preds = jnp.argmax(scores, axis=-1)
        size = scores.shape[-1]
        {?0.4 # {rows are labels, columns are predictions}}
        {counts = jnp.zeros((size, size), dtype=jnp.float32)
        {if weights is not None:
            {?0.8 if weights.shape != labels.shape:
                raise ValueError(f'expected a weight for each label, got <<weights.shape>>')}
            counts = counts.at[labels, preds].add(weights)
        else:
            counts = counts.at[labels, preds].add(1.0) ~
        counts = counts.at[labels, preds].add(1.0)} ~
        counts = jnp.bincount(labels * size + preds, length=size ** 2)
        counts = counts.reshape(size, size).astype(jnp.float32) ~
        counts = jax.nn.one_hot(labels, size).T @ jax.nn.one_hot(preds, size)}
    """
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
            """
            hits = jnp.diag(counts)
            {?0.4 # {a missing class has a rate of zero}}
            rates = hits / jnp.maximum(jnp.sum(counts, axis=AXIS), 1.0)
            return rates
            """.replace("AXIS", "0" if precise else "1"),
            Leaf((classes,)),
        ),
        "accuracy": (
            """
            {hits = (preds == labels).astype(jnp.float32) ~
            if top_k is None:
                hits = (jnp.argmax(scores, axis=-1) == labels).astype(jnp.float32)
            else:
                {?0.5 # {among the best few}}
                best = jax.lax.top_k(scores, top_k)[1]
                hits = jnp.any(best == labels[:, None], axis=-1).astype(jnp.float32)}
            {if weights is None:
                weights = jnp.ones(labels.shape, hits.dtype)
            {?0.6 elif weights.shape != labels.shape:
                raise ValueError(f'expected a weight for each label, got <<weights.shape>>')} ~
            weights = jnp.ones_like(hits)}
            {?0.5 if ignore_label is not None:
                {?0.5 # {ignore unlabelled rows}}
                weights = jnp.where(labels == ignore_label, 0.0, weights)}
            {if balanced:
                {?0.5 # {equal weight for present classes}}
                found = jnp.zeros(scores.shape[-1]).at[labels].add(weights * hits)
                counts = jnp.zeros(scores.shape[-1]).at[labels].add(weights)
                rates = found / jnp.maximum(counts, 1e-6)
                return jnp.sum(rates) / jnp.maximum(jnp.sum(counts > 0), 1)
            return jnp.sum(weights * hits) / jnp.maximum(jnp.sum(weights), 1e-6) ~
            return jnp.sum(weights * hits) / jnp.maximum(jnp.sum(weights), 1e-6)}
            """,
            Leaf(()),
        ),
    }
    end, leaf = ends[form]
    if form == "accuracy":
        counts = """
            {?0.4 if scores.ndim != 2 or labels.shape != scores.shape[:1]:
                raise ValueError(f'expected a label for each row of scores, got <<labels.shape>> and <<scores.shape>>')}
            preds = jnp.argmax(scores, axis=-1)
        """
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
