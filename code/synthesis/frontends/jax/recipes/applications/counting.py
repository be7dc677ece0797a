"""What is counted while a program goes on: statistics of observations, and classes taken for others."""

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import Text
from synthesis.grammar.lines import join


def write_statistics(p: Program) -> Text:
    """Running statistics: of observations, or what a metric has counted so far."""
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
            raise ValueError(f'expected rows of features, got <<batch.shape>>')}
        {n = {batch.shape[0] ~ len(batch)}
        count = state.count + n
        {?0.4 # {Chan's formula joins two groups ~ as if all rows had come at once}}
        {mean = jnp.mean(batch, axis=0)
        delta = mean - state.mean
        new_mean = state.mean + delta * n / count
        {m2 = state.m2 + jnp.sum((batch - mean) ** 2, axis=0) + delta ** 2 * state.count * n / count ~
        within = jnp.sum((batch - mean) ** 2, axis=0)
        m2 = state.m2 + within + delta ** 2 * (state.count * n / count)} ~
        before = batch - state.mean
        new_mean = state.mean + jnp.sum(before, axis=0) / count
        after = batch - new_mean
        m2 = state.m2 + jnp.sum(before * after, axis=0)} ~
        if weights is None:
            weights = jnp.ones(batch.shape[0], batch.dtype)
        n = jnp.sum(weights)
        count = state.count + n
        before = batch - state.mean
        new_mean = state.mean + {weights @ before ~ jnp.einsum('n,nd->d', weights, before)} / count
        m2 = state.m2 + jnp.einsum('n,nd->d', weights, before * (batch - new_mean))}
    """
    normal = """
        {std = jnp.sqrt(VARIANCE + eps) ~ std = jnp.maximum(jnp.sqrt(VARIANCE), 1e-3)}
        {?0.5 std = jnp.clip(std, {min_std, max_std ~ min_std, None})}
        out = (batch - MEAN) / std
        {?0.5 {if limit is not None:
            {?0.4 # {rare values would dominate}}
            out = jnp.clip(out, -limit, limit) ~
        out = out if limit is None else jnp.clip(out, -limit, limit)}}
    """
    if form == "normalize":
        text = join(
            """
            {?0.35 if batch.shape[-1] != state.mean.shape[-1]:
                raise ValueError(f'<<batch.shape[-1]>> features, statistics of <<state.mean.shape[-1]>>')}
            """,
            normal.replace("VARIANCE", "state.m2 / state.count").replace("MEAN", "state.mean"),
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
            "state": Array(state, "what is known so far", ("state", "stats", "running")),
            "batch": Array(Leaf((rows, width), -3, 3), "observations, a row each", ("batch", "obs", "x")),
            "weights": Array(Leaf((rows,), 0.1, 1), "how much each row counts", ("weights", "mask")),
            "eps": Constant("1e-6", "what keeps the root away from zero", ("eps",)),
            "min_std": Option("float", "smallest deviation", ("0.01", "1e-4"), ("min_std", "std_min")),
            "max_std": Option("float", "largest deviation", ("10.0", "100.0"), ("max_std", "std_max")),
            "limit": Option("float | None", "largest magnitude", ("None", "2.0", "1.0"), ("max_abs", "clip", "limit")),
        },
        result=result,
        titles={"normalize": ("normalize", "standardize", "normalize_obs"),
                "update": ("update_stats", "update_running", "merge_batch")}.get(
            form, ("update_and_normalize", "track_and_normalize")),
        summary={
            "normalize": "Observations by what is known of them", "update": "Takes a batch into running statistics",
        }.get(form, "Takes in a batch and brings it to unit variance"),
        returned={"normalize": "rows of unit variance"}.get(form, "the new statistics"),
    )  # fmt: skip


def write_counts(p: Program) -> Text:
    """Counts by class: confusion, hits, and what follows of them."""
    rows, classes = p.size(128, 256), p.size(4, 10)
    form = p.pick("matrix", "recall", "accuracy")
    counts = """
        {?0.35 if scores.shape[0] != labels.shape[0]:
            raise ValueError(f'<<scores.shape[0]>> rows of scores, <<labels.shape[0]>> labels')}
        {guess = jnp.argmax(scores, axis=-1) ~ guess = scores.argmax(axis=-1).astype(jnp.int32)}
        size = scores.shape[-1]
        {{?0.4 # {rows are labels, columns are guesses ~ a pair of classes is one number}}
        {pairs = labels * size + guess
        counts = {jnp.bincount(pairs, length=size ** 2) ~ jnp.zeros(size ** 2, jnp.int32).at[pairs].add(1)}
        counts = counts.reshape(size, size) ~
        counts = jnp.zeros((size, size), dtype=jnp.int32)
        counts = counts.at[labels, guess].add(1)} ~
        hot = functools.partial(jax.nn.one_hot, num_classes=size)
        counts = {hot(labels).T @ hot(guess) ~ jnp.einsum('ni,nj->ij', hot(labels), hot(guess))}}
    """
    ends: dict[str, tuple[str, Tree]] = {
        "matrix": (
            """
            {?0.5 {if normalized:
                total = jnp.maximum(jnp.sum(counts, axis=1, keepdims=True), 1)
                return counts / total ~
            counts = counts / jnp.maximum(counts.sum(axis=1, keepdims=True), 1) if normalized else counts}}
            return {counts.astype(jnp.float32) ~ jnp.asarray(counts, jnp.float32)}
            """,
            Leaf((classes, classes)),
        ),
        "recall": (
            """
            {hits, total = jnp.diagonal(counts), counts.sum(axis=1) ~ hits = jnp.diag(counts)
            total = jnp.sum(counts, axis=AXIS)}
            {?0.4 # {a class that does not occur has none}}
            {recall = jnp.where(total > 0, hits / jnp.maximum(total, 1), 0.0) ~ recall = hits / jnp.maximum(total, 1)}
            return {recall.astype(jnp.float32) ~ recall}
            """.replace("AXIS", p.pick("0", "1")),
            Leaf((classes,)),
        ),
        "accuracy": (
            """
            {?0.5 {if balanced:
                per_class = jnp.diag(counts) / jnp.maximum(counts.sum(axis=1), 1)
                return jnp.mean(per_class) ~
            {?0.4 # {every class counts as much as any other}}
            if balanced:
                seen = counts.sum(axis=1) > 0
                per_class = jnp.diag(counts) / jnp.maximum(counts.sum(axis=1), 1)
                return jnp.sum(per_class) / jnp.sum(seen)}}
            return {jnp.trace(counts) / jnp.sum(counts) ~ jnp.diag(counts).sum() / counts.sum()}
            """,
            Leaf(()),
        ),
    }
    end, leaf = ends[form]
    return Text(
        lines=join(counts, end),
        given={
            "scores": Array(Leaf((rows, classes), -3, 3), "scores of shape (batch, classes)", ("logits", "scores")),
            "labels": Array(Leaf((rows,), 0, classes - 1, "int32"), "the class of each row", ("labels", "targets")),
            "normalized": Option("bool", "whether rows are shares", ("False", "True"), ("normalize", "normalized")),
            "balanced": Option("bool", "whether all classes count alike", ("False", "True"), ("balanced",)),
        },
        result=(leaf,),
        titles={"matrix": ("confusion_matrix", "confusion"), "recall": ("class_rates", "per_class")}.get(
            form, ("accuracy", "compute_accuracy")),
        summary={"matrix": "How often each class is taken for each", "recall": "How often each class is found"}.get(
            form, "How many labels were found"),
        returned="numbers between 0 and 1" if form != "matrix" else "counts of shape (classes, classes)",
    )  # fmt: skip
