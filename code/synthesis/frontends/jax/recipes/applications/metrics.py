"""Metrics of the predictions of a batch."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.metric_batches import (
    NLL,
    PREDICTIONS,
    Batch,
    confusion_template,
    returned_metrics,
)
from synthesis.frontends.jax.recipes.applications.modes import Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "metrics", margin=12)


_ACCURACY_TITLES = {
    "loss": ("eval_metrics", "compute_metrics", "classification_metrics"),
    "top_k": ("accuracy_metrics", "top_k_metrics", "compute_accuracy"),
    "per_class": ("per_class_accuracy", "balanced_accuracy", "class_accuracies"),
    "rank": ("ranking_metrics", "mrr_and_hits", "rank_metrics"),
}
"""Names of functions that measure accuracy."""


def _accuracy(p: Program) -> Text:
    batch = Batch(p, ("masked", "masked", "ignored", "weighted", "plain"))
    scalar, per_class = Leaf(()), Leaf((batch.classes,))
    form = p.pick("loss", "top_k", "per_class", "rank")
    correct = "correct = {(preds == labels).astype(jnp.float32) ~ jnp.equal(preds, labels).astype(jnp.float32)}"
    texts, figures = {
        "loss": (
            (NLL, f"loss = {batch.mean('nll')}", PREDICTIONS, correct, f"accuracy = {batch.mean('correct')}",
             "perplexity = jnp.exp(loss)" if batch.long else ""),
            {"loss": scalar, "accuracy": scalar} | ({"perplexity": scalar} if batch.long else {}),
        ),
        "top_k": (
            (_BODIES["accuracy.known"], PREDICTIONS, correct, f"accuracy = {batch.mean('correct')}",
             _BODIES["accuracy.top_k"], f"top_k_accuracy = {batch.mean('hits')}"),
            {"accuracy": scalar, "top_k_accuracy": scalar},
        ),
        "per_class": (
            ("num_classes = logits.shape[-1]", PREDICTIONS, correct,
             """
             {?0.5 # {recall of each class}}
             {one_hot = jax.nn.one_hot(labels, num_classes)WEIGHED
             support = jnp.sum(one_hot, axis=0)
             hits = {correct @ one_hot ~ jnp.sum(correct[:, None] * one_hot, axis=0)} ~
             support = jnp.zeros(num_classes).at[labels].add(WEIGHT)
             hits = jnp.zeros(num_classes).at[labels].add(CORRECT)}
             per_class = hits / jnp.maximum(support, 1.0)
             {?0.5 # {the mean over classes that occur}}
             present = (support > 0).astype(jnp.float32)
             balanced = jnp.sum(per_class * present) / jnp.maximum(jnp.sum(present), 1.0)
             """.replace("WEIGHED", "" if batch.kind == "plain" else " * weight[:, None]")
             .replace("WEIGHT", "1.0" if batch.kind == "plain" else "weight")
             .replace("CORRECT", "correct" if batch.kind == "plain" else "weight * correct"),),
            {"per_class": per_class, "balanced": scalar},
        ),
        "rank": (
            (_BODIES["accuracy.rank"], f"mrr = {batch.mean('reciprocal')}",
             "hits = {(rank <= k).astype(jnp.float32) ~ jnp.where(rank <= k, 1.0, 0.0)}",
             f"hits_at_k = {batch.mean('hits')}"),
            {"mrr": scalar, "hits_at_k": scalar},
        ),
    }[form]  # fmt: skip
    report, results = returned_metrics(p, figures)
    counted = "" if form == "per_class" else batch.count()
    return Text(
        lines=join(batch.start(), counted, *texts, report),
        given={
            **batch.given,
            "k": Option("int", "number of top predictions that count", ("3", "2", "5"), ("k", "top_k")),
        },
        result=results,
        titles=_ACCURACY_TITLES[form],
        summary={
            "loss": "Loss and accuracy of a batch", "top_k": "Accuracies of a batch",
            "per_class": "Accuracy of each class, and their mean", "rank": "Ranking metrics of the labels",
        }[form],
        returned="the metrics",
    )  # fmt: skip


def _confusion(p: Program) -> Text:
    batch = Batch(p, ("masked", "ignored", "plain", "weighted"))
    form = p.pick("plain", "modes", "accuracy", "kappa")
    ends = {
        "plain": "{return matrix ~ return matrix / jnp.maximum(jnp.sum(matrix, axis=1, keepdims=True), 1.0)}",
        "modes": _BODIES["confusion.modes"],
        "accuracy": _BODIES["confusion.accuracy"],
        "kappa": _BODIES["confusion.kappa"],
    }
    square = Leaf((batch.classes, batch.classes))
    results: dict[str, tuple[Tree, ...]] = {
        "plain": (square,), "modes": (square,), "accuracy": (square, Leaf(()), Leaf((batch.classes,))),
        "kappa": (square, Leaf(())),
    }  # fmt: skip
    return Text(
        lines=join(
            batch.start(), "num_classes = logits.shape[-1]", PREDICTIONS, confusion_template(batch.kind), ends[form]
        ),
        given={
            **batch.given,
            "normalize": Option("str | None", "axis of the normalization: true, pred or None",
                                ("None", "'true'", "'pred'"), ("normalize",)),
        },
        result=results[form],
        titles={
            "accuracy": ("segmentation_metrics", "iou_metrics", "confusion_metrics"),
            "kappa": ("cohen_kappa", "agreement_metrics"),
        }.get(form, ("confusion_matrix", "compute_confusion", "eval_confusion")),
        summary={
            "accuracy": "Confusion matrix, accuracy and intersection over union",
            "kappa": "Confusion matrix and Cohen's kappa",
        }.get(form, "Confusion matrix of a batch"),
        returned={"accuracy": "the matrix, the accuracy and one ratio for each class",
                  "kappa": "the matrix and kappa"}.get(form, "a matrix of shape (classes, classes)"),
    )  # fmt: skip


_TP = {
    "matrix": _BODIES["matrix"],
    "one_hot": """
        true_one_hot = jax.nn.one_hot(labels, num_classes)WEIGHED
        pred_one_hot = jax.nn.one_hot(preds, num_classes)WEIGHED
        {tp = jnp.sum(true_one_hot * (preds == labels)[:, None], axis=0)
        predicted, actual = pred_one_hot.sum(axis=0), true_one_hot.sum(axis=0) ~
        tp = jnp.sum(jnp.where((preds == labels)[:, None], true_one_hot, 0.0), axis=0)
        predicted = jnp.sum(pred_one_hot, axis=0)
        actual = jnp.sum(true_one_hot, axis=0)}
    """,
}
_F1 = _BODIES["f1"]


def _f1(p: Program) -> Text:
    batch = Batch(p, ("masked", "masked", "ignored", "plain", "weighted"))
    asked = p.pick("macro", "micro", "weighted", "none")
    form = p.pick("average", "report", "macro", "beta")
    per_class = Leaf((batch.classes,))
    weighed = "" if batch.kind == "plain" else " * weight[:, None]"
    counts = p.pick("matrix", "one_hot")
    head = join(confusion_template(batch.kind) if counts == "matrix" else "", _TP[counts].replace("WEIGHED", weighed))
    ends = {
        "average": (
            _BODIES["scores.average"],
            (per_class if asked == "none" else Leaf(()),),
        ),
        "report": (
            join(_F1, "return <<'precision': precision, 'recall': recall, 'f1': f1, 'support': actual>>"),
            ({"precision": per_class, "recall": per_class, "f1": per_class, "support": per_class},),
        ),
        "macro": (
            join(
                _F1,
                _BODIES["scores.macro"],
            ),
            ({"precision": Leaf(()), "recall": Leaf(()), "f1": Leaf(())},),
        ),
        "beta": (
            _BODIES["scores.beta"],
            (per_class,),
        ),
    }
    end, result = ends[form]
    end = with_escaped_braces(p.choose(end))
    if form == "beta" and "fbeta.mean()" in end:
        result = (per_class, Leaf(()))
    return Text(
        lines=join(batch.start(), "num_classes = logits.shape[-1]", PREDICTIONS, head, end),
        given={
            **batch.given,
            "average": Option("str", "averaging: macro, micro, weighted or none", (f"'{asked}'",), ("average",)),
            "beta": Option("float", "weight of recall relative to precision", ("2.0", "0.5"), ("beta",)),
        },
        result=result,
        titles={
            "average": ("f1_score", "compute_f1"), "report": ("classification_report", "precision_recall_f1"),
            "macro": ("macro_metrics", "macro_scores"), "beta": ("fbeta_score", "f_beta"),
        }[form],
        summary={
            "average": "F1 score of a batch", "report": "Precision, recall and F1 of each class",
            "macro": "Precision, recall and F1, averaged over classes", "beta": "F-beta score of each class",
        }[form],
        returned="the scores",
    )  # fmt: skip


def _calibration(p: Program) -> Text:
    batch = Batch(p, ("masked", "plain", "ignored", "weighted"))
    form = p.pick("ece", "ece", "diagram", "brier")
    bins = p.choices.choice((5, 10, 15))
    plain = batch.kind == "plain"
    weigh = "{}" if plain else "weight * {}"
    sums = f"""
        {{?0.5 # {{is the model as sure as it is right?}}}}
        {{bin_index = jnp.clip((confidence * bins).astype(jnp.int32), 0, bins - 1) ~
        bin_index = jnp.minimum(jnp.floor(confidence * bins).astype(jnp.int32), bins - 1)}}
        {{bin_count = jnp.zeros(bins).at[bin_index].add({"1.0" if plain else "weight"})
        bin_conf = jnp.zeros(bins).at[bin_index].add({weigh.format("confidence")})
        bin_correct = jnp.zeros(bins).at[bin_index].add({weigh.format("correct")}) ~
        bin_count = jax.ops.segment_sum({"jnp.ones(labels.shape)" if plain else "weight"}, bin_index, bins)
        bin_conf = jax.ops.segment_sum({weigh.format("confidence")}, bin_index, bins)
        bin_correct = jax.ops.segment_sum({weigh.format("correct")}, bin_index, bins)}}
    """
    head = join(
        "{?0.4 # {temperature scaling ~ as it was fitted on held-out data}\nlogits = logits / temperature}",
        _BODIES["calibration.sureness"],
    )
    ends = {
        "ece": (
            join(head, sums, _BODIES["calibration.error"]),
            ("expected_calibration_error", "compute_ece", "calibration_error"), "Expected calibration error",
            (Leaf(()),),
        ),
        "diagram": (
            join(head, sums, _BODIES["calibration.diagram"]),
            ("reliability_diagram", "reliability_bins", "calibration_bins"),
            "Accuracy and confidence in bins of confidence", (Leaf((bins,)), Leaf((bins,)), Leaf((bins,))),
        ),
        "brier": (
            join(_BODIES["calibration.brier"], batch.count(), f"brier = {batch.mean('squares')}", NLL,
                 f"nll = {batch.mean('nll')}",
            "return {brier, nll ~ <<'brier': brier, 'nll': nll>>}"),
            ("brier_score", "proper_scores", "calibration_scores"), "Brier score and log loss of a batch",
            (Leaf(()), Leaf(())),
        ),
    }  # fmt: skip
    lines, titles, summary, results = ends[form]
    lines = with_escaped_braces(p.choose(join(batch.start(), lines)))
    made: tuple[Tree, ...] = results
    if form == "ece" and "mce" in lines:
        made = (Leaf(()), Leaf(()))
    if "'brier'" in lines:
        made = ({"brier": Leaf(()), "nll": Leaf(())},)
    return Text(
        lines=lines,
        given={
            **batch.given,
            "bins": Option("int", "number of bins", (str(bins),), ("num_bins", "n_bins")),
            "norm": Option("str", "norm of the calibration error: l1 or max", ("'l1'", "'max'"), ("norm",)),
            "temperature": Constant("1.5", "temperature of the scores", ("temperature",), (0.5, 2.0)),
        },
        result=made,
        titles=titles,
        summary=summary,
        returned="one value for each bin" if form == "diagram" else "",
    )


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "accuracy_metrics": _accuracy,
    "confusion_matrix": _confusion,
    "f1_score": _f1,
    "calibration": _calibration,
}
RECIPES = (written_recipe("metrics", "losses", _WRITERS),)
