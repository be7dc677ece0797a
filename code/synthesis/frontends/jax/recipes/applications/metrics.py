"""How good the predictions of a batch are."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    remark,
    truth,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.lines import block
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECKED_MASK = """
    {?0.5 if mask.shape != LABELS:
        raise ValueError(f'expected a mask of shape <<LABELS>>, got <<mask.shape>>')}
"""


def _draw_metrics(stream: Stream, target: str) -> KernelSpec:
    """How good predictions are, mostly several figures of it."""
    p = Program(stream)
    rows, classes = p.size(64, 128, 256, 512), p.size(10, 16, 32, 64)
    long = p.choices.chance(0.35)
    lead = (4, rows // 4) if long else (rows,)
    p.tensor(
        "logits",
        Leaf((*lead, classes), -3, 3),
        f"unnormalized scores of shape ({'batch, length' if long else 'batch'}, classes)",
        ("logits", "scores", "outputs"),
    )
    p.tensor(
        "labels",
        whole(*lead, below=classes),
        f"true classes, shape ({'batch, length' if long else 'batch,'})",
        ("labels", "targets", "y"),
    )
    masked = p.maybe(0.35)
    p.tensor("mask", truth(*lead), "which examples count", ("mask", "valid"), given=masked, optional=True)
    p.number("eps", p.pick("1e-8", "1e-6"), "small number that keeps the division safe")
    p.number("temperature", p.pick("1.0", "1.5"), "what scores are divided by", (0.5, 2.0))
    p.option("k", p.pick("3", "2"), "int", "how many pred_one_hot count", p.pick("2", "3", "4"), ("k", "top_k"))
    p.option(
        "average",
        p.pick("'macro'", "'none'"),
        "str",
        "how classes are brought together",
        p.pick("'macro'", "'none'"),
        ("average",),
    )
    p.add(
        guard(
            p,
            "logits.shape[0] != labels.shape[0]",
            "{logits.shape[0]} predictions for {labels.shape[0]} labels",
            0.4,
        )
    )
    if long:
        p.add(
            remark(p, "one row for each token", "positions of all sequences together"),
            "whole_shape = labels.shape",
            "logits = logits.reshape(-1, logits.shape[-1])",
            p.pick("labels = labels.reshape(-1)", "labels = labels.ravel()"),
        )
    if target == "calibration" and p.choices.chance(0.5):
        p.add(remark(p, "as it was fitted on other data", "temperature scaling"), "logits = logits / temperature")
    p.add(
        p.pick(
            "log_probs = jax.nn.log_softmax(logits, axis=-1)",
            "log_probs = jax.nn.log_softmax(logits)",
            "log_probs = logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)",
        )
    )
    p.add(
        p.pick("n, num_classes = logits.shape", "num_classes = logits.shape[-1]"),
        p.pick("preds = jnp.argmax(logits, axis=-1)", "preds = logits.argmax(-1)"),
    )
    p.add(
        "weight = jnp.ones(labels.shape)"
        if p.choices.chance(0.5)
        else "weight = jnp.ones_like(labels, dtype=jnp.float32)",
        block(
            "if mask is not None:",
            p.choose(_CHECKED_MASK.replace("LABELS", "whole_shape" if long else "labels.shape")),
            "mask = mask.reshape(-1)" if long else "",
            p.pick("weight = weight * mask", "weight = mask.astype(jnp.float32)"),
        ),
        remark(p, "a batch may have nothing to count", share=0.3),
        p.pick("total = jnp.maximum(weight.sum(), 1e-6)", "total = jnp.maximum(jnp.sum(weight), 1e-6)"),
    )
    p.add(
        p.pick(
            "nll = -jnp.take_along_axis(log_probs, labels[:, None], axis=1)[:, 0]",
            "nll = -jnp.sum(jax.nn.one_hot(labels, num_classes) * log_probs, axis=-1)",
        ),
        p.pick(
            "loss = jnp.sum(nll * weight) / total",
            "loss = (nll * weight).sum() / total",
            "loss = masked_mean(nll, weight)",
        ),
    )
    made: dict[str, tuple[str, Tree]] = {"loss": ("loss", Leaf(()))}
    figures = {
        "accuracy_metrics": _accuracy,
        "confusion_matrix": _confusion,
        "f1_score": _f1,
        "calibration": _calibration,
    }[target]
    lines, main = figures(p, classes)
    p.add(*lines)
    made |= main
    if long and p.maybe(0.4):
        p.add("perplexity = jnp.exp(loss)")
        made["perplexity"] = ("perplexity", Leaf(()))
    if target in ("accuracy_metrics", "calibration") and p.maybe(0.35):
        p.add(
            p.pick(
                "entropies = -jnp.sum(jnp.exp(log_probs) * log_probs, axis=-1)",
                "probs = jnp.exp(log_probs)\nentropies = -jnp.sum(probs * log_probs, axis=-1)",
            ),
            p.pick("entropy = jnp.sum(entropies * weight) / total", "entropy = (entropies * weight).sum() / total"),
        )
        made["entropy"] = ("entropy", Leaf(()))
    form = p.pick("dict", "dict", "tuple", "record")
    if form == "tuple":
        p.add(f"return {', '.join(text for text, _ in made.values())}")
        p.gives(*(leaf for _, leaf in made.values()))
    elif form == "record":
        kind = p.record("Metrics", [(name, leaf) for name, (_, leaf) in made.items()], "Figures of a batch")
        p.add(f"return {kind.name}({', '.join(f'{name}={text}' for name, (text, _) in made.items())})")
        p.gives(kind)
    else:
        entries = ", ".join(f"'{name}': {text}" for name, (text, _) in made.items())
        p.add(p.pick(f"return {{{entries}}}", f"metrics = {{{entries}}}\nreturn metrics"))
        p.gives({name: leaf for name, (_, leaf) in made.items()})
    titles = {
        "accuracy_metrics": ("eval_metrics", "compute_metrics", "classification_metrics"),
        "confusion_matrix": ("confusion_metrics", "eval_confusion"),
        "f1_score": ("f1_metrics", "eval_f1", "classification_report"),
        "calibration": ("calibration_metrics", "expected_calibration_error"),
    }[target]
    return p.done(
        "losses",
        "metrics",
        target,
        titles,
        p.pick("Figures of a batch of predictions", "How good the predictions of a batch are"),
        "the figures",
    )


_Figures = tuple[list[str], dict[str, tuple[str, Tree]]]


def _accuracy(p: Program, _: int) -> _Figures:
    lines = [
        p.pick("correct = (preds == labels).astype(jnp.float32)", "correct = jnp.equal(preds, labels)"),
        p.pick(
            "accuracy = jnp.sum(correct * weight) / total",
            "accuracy = (correct * weight).sum() / total",
            "accuracy = masked_mean(correct, weight)",
        ),
    ]
    made: dict[str, tuple[str, Tree]] = {"accuracy": ("accuracy", Leaf(()))}
    if p.maybe(0.6):
        lines += [
            remark(p, "right if the class is among the best k", "several pred_one_hot"),
            p.pick(
                "_, best = jax.lax.top_k(logits, k)",
                "best = jax.lax.top_k(logits, k)[1]",
                "best = jnp.argsort(logits, axis=-1)[:, -k:]",
            ),
            p.pick("hits = jnp.any(best == labels[:, None], axis=-1)", "hits = (best == labels[:, None]).any(axis=1)"),
            "top_k_accuracy = jnp.sum(hits * weight) / total",
        ]
        made["top_k_accuracy"] = ("top_k_accuracy", Leaf(()))
    return lines, made


def _counts(p: Program) -> list[str]:
    return [
        remark(
            p, "rows are true classes, columns are pred_one_hot", "how often each class is taken for each other one"
        ),
        p.pick(
            "truth = jax.nn.one_hot(labels, num_classes) * weight[:, None]\n"
            "pred_one_hot = jax.nn.one_hot(preds, num_classes)\nmatrix = jnp.einsum('bi,bj->ij', truth, pred_one_hot)",
            "matrix = jnp.zeros((num_classes, num_classes)).at[labels, preds].add(weight)",
            "matrix = jnp.zeros(num_classes * num_classes).at[labels * num_classes + preds].add(weight)\n"
            "matrix = matrix.reshape(num_classes, -1)".replace("num_classes * num_classes", "num_classes ** 2"),
            "cells = jax.ops.segment_sum(weight, labels * num_classes + preds, num_classes ** 2)\n"
            "matrix = cells.reshape(num_classes, -1)",
        ),
    ]


def _confusion(p: Program, classes: int) -> _Figures:
    lines = _counts(p)
    figured = p.maybe(0.4)
    if figured:
        lines.append(p.pick("accuracy = jnp.trace(matrix) / total", "accuracy = jnp.sum(jnp.diag(matrix)) / total"))
    if p.maybe(0.4):
        lines += [
            remark(p, "shares of each true class", "rows sum to one"),
            "matrix = matrix / jnp.maximum(matrix.sum(axis=1, keepdims=True), 1.0)",
        ]
    if figured:
        return lines, {"matrix": ("matrix", Leaf((classes, classes))), "accuracy": ("accuracy", Leaf(()))}
    return lines, {"matrix": ("matrix", Leaf((classes, classes)))}


def _f1(p: Program, classes: int) -> _Figures:
    lines = [
        *_counts(p),
        remark(p, "pred_one_hot that are right stand on the diagonal"),
        p.pick("tp = jnp.diag(matrix)", "tp = jnp.diagonal(matrix)"),
        p.pick(
            "precision = tp / (matrix.sum(axis=0) + eps)\nrecall = tp / (matrix.sum(axis=1) + eps)",
            "precision = tp / jnp.maximum(jnp.sum(matrix, axis=0), 1.0)\n"
            "recall = tp / jnp.maximum(jnp.sum(matrix, axis=1), 1.0)",
        ),
        "f1 = 2 * precision * recall / (precision + recall + eps)",
    ]
    if p.choices.chance(0.5):
        asked = p.pick("'macro'", "'none'")
        p.option(
            "average",
            p.pick("'macro'", "'none'"),
            "str",
            "how classes are brought together",
            asked,
            ("average", "reduce"),
        )
        lines.append(
            p.pick(
                "if average == 'macro':\n    f1 = f1.mean()\n"
                "elif average != 'none':\n    raise ValueError(f'unknown average {average}')",
                "if average not in ('macro', 'none'):\n    raise ValueError(f'unknown average {average}')\n"
                "f1 = jnp.mean(f1) if average == 'macro' else f1",
            )
        )
        shape = () if asked == "'macro'" else (classes,)
    elif p.choices.chance(0.5):
        lines.append(p.pick("f1 = f1.mean()", "f1 = jnp.mean(f1)", "f1 = jnp.sum(f1 * matrix.sum(axis=1)) / total"))
        shape = ()
    else:
        shape = (classes,)
    made: dict[str, tuple[str, Tree]] = {"f1": ("f1", Leaf(shape))}
    if p.choices.chance(0.4):
        made |= {"precision": ("precision", Leaf((classes,))), "recall": ("recall", Leaf((classes,)))}
    return lines, made


def _calibration(p: Program, _: int) -> _Figures:
    p.option("bins", p.pick("10", "15"), "int", "number of bins", p.pick("10", "15", "20"), ("num_bins", "n_bins"))
    return [
        p.pick("confidence = jnp.exp(log_probs).max(axis=-1)", "confidence = jnp.exp(jnp.max(log_probs, axis=-1))"),
        p.pick("correct = (preds == labels).astype(jnp.float32)", "correct = jnp.where(preds == labels, 1.0, 0.0)"),
        p.pick(
            "bin_of = jnp.clip((confidence * bins).astype(jnp.int32), 0, bins - 1)",
            "bin_of = jnp.minimum(jnp.floor(confidence * bins).astype(int), bins - 1)",
        ),
        remark(p, "is the model as sure as it is right?", "sure and right, bin by bin"),
        "gap = jax.ops.segment_sum(weight * (correct - confidence), bin_of, bins)",
        p.pick("ece = jnp.sum(jnp.abs(gap)) / total", "ece = jnp.abs(gap).sum() / total"),
        "one_hot = jax.nn.one_hot(labels, num_classes)",
        p.pick(
            "squares = jnp.sum((jnp.exp(log_probs) - one_hot) ** 2, axis=-1)",
            "squares = jnp.sum(jnp.square(jnp.exp(log_probs) - one_hot), axis=-1)",
        ),
        p.pick("brier = jnp.sum(squares * weight) / total", "brier = (squares * weight).sum() / total"),
    ], {"ece": ("ece", Leaf(())), "brier": ("brier", Leaf(()))}


RECIPES = (
    Recipe(
        name="metrics",
        category="losses",
        targets=("accuracy_metrics", "confusion_matrix", "f1_score", "calibration"),
        draw=_draw_metrics,
    ),
)
