"""Batches of predictions and answers from which metrics are computed: their checks, weights, classes and counts."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import truth, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "metric_batches", margin=12)

_FLAT = """
    {?0.5 # {one row for each token ~ positions of all sequences together}}
    logits = logits.reshape(-1, logits.shape[-1])
    labels = {labels.reshape(-1) ~ labels.ravel()}
"""
_CHECKED = """
    {?0.25 if logits.shape[:-1] != labels.shape:
        raise ValueError(f'logits of shape <<logits.shape>> do not match labels of shape <<labels.shape>>')}
"""
_WEIGHTS = {
    "masked": _BODIES["masked"],
    "ignored": """
        {?0.5 # {padding has an ignore label ~ padded positions do not count}}
        weight = {(labels != ignore_label).astype(jnp.float32) ~ jnp.where(labels == ignore_label, 0.0, 1.0)}
    """,
    "weighted": """
        {?0.4 if weight.shape != labels.shape:
            raise ValueError(f'expected weights of shape <<labels.shape>>, got <<weight.shape>>')}
    """,
}


class Batch:
    """Scores, labels, and the weights of examples."""

    def __init__(self, p: Program, kinds: tuple[str, ...]) -> None:
        self.rows, self.classes = p.size(64, 128, 256, 512), p.size(10, 16, 32, 64)
        self.long = p.choices.chance(0.35)
        self.kind = p.pick(*kinds)
        lead = (4, self.rows // 4) if self.long else (self.rows,)
        axes = "batch, length" if self.long else "batch"
        self.given: dict[str, Array | Constant | Option] = {
            "logits": Array(Leaf((*lead, self.classes), -3, 3), f"logits of shape ({axes}, classes)",
                            ("logits", "scores")),
            "labels": Array(whole(*lead, below=self.classes), f"true classes of shape ({axes})", ("labels", "targets")),
            "mask": Array(truth(*lead), "mask of valid examples", ("mask", "valid")),
            "ignore_label": Option("int", "label of padding", ("0",), ("ignore_label", "pad_id")),
            "eps": Constant("1e-6", "small constant that avoids division by zero"),
        }  # fmt: skip
        if self.long and self.kind == "weighted":
            self.kind = "ignored"
        if self.kind == "weighted":
            self.given["weight"] = Array(
                Leaf((self.rows,), 0.2, 2.0), "weight of each example", ("weights", "sample_weight")
            )

    def start(self) -> str:
        """Return statements that flatten the inputs to one axis and compute the weights."""
        weights = _WEIGHTS[self.kind] if self.kind != "plain" else ""
        if self.long and self.kind == "masked":
            # The mask is flattened too, after its shape was compared.
            weights = """
                {if mask is None:
                    weight = jnp.ones(labels.shape)
                else:
                    weight = mask.reshape(-1).astype(jnp.float32) ~
                weight = jnp.ones(labels.shape) if mask is None else mask.reshape(-1).astype(jnp.float32)}
            """
        elif self.kind == "masked":
            weights = weights.replace("{mask.astype(jnp.float32) ~ mask.reshape(-1).astype(jnp.float32)}",
                                      "mask.astype(jnp.float32)")  # fmt: skip
        return join(_CHECKED, _FLAT if self.long else "", weights)

    def mean(self, values: str) -> str:
        """Return an expression for the weighted mean of values."""
        if self.kind == "plain":
            return f"{{jnp.mean({values}) ~ {values}.mean()}}"
        return f"{{jnp.sum({values} * weight) / count ~ jnp.vdot({values}, weight) / count}}"

    def count(self) -> str:
        """Return statements that count the examples; empty if the mean does so."""
        if self.kind == "plain":
            return ""
        return "count = jnp.maximum({jnp.sum(weight) ~ weight.sum()}, 1.0)"


NLL = _BODIES["nll"]
"""The negative log likelihood of each answer."""
PREDICTIONS = "preds = {jnp.argmax(logits, axis=-1) ~ logits.argmax(axis=-1)}"
"""The class with the highest score of each example."""


def returned_metrics(p: Program, figures: dict[str, Leaf]) -> tuple[str, tuple[Tree, ...]]:
    """Return a ``return`` line for the metrics, in a dictionary, a record or a tuple, and the trees of its results.

    Args:
        p: the function.
        figures: the form of each metric, by the name of its variable.
    """
    form = p.pick("dict", "dict", "tuple", "record") if len(figures) > 1 else "tuple"
    if form == "tuple":
        return f"return {', '.join(figures)}", tuple(figures.values())
    if form == "record":
        kind = p.record("Metrics", list(figures.items()), "Metrics of a batch")
        return f"return {kind.name}({', '.join(f'{name}={name}' for name in figures)})", (kind,)
    entries = ", ".join(f"'{name}': {name}" for name in figures)
    return f"return <<{entries}>>", (dict(figures),)


_COUNTS = """
    {?0.5 # {rows are labels, columns are predictions}}
    {matrix = jnp.zeros((num_classes, num_classes)).at[labels, preds].add(WEIGHT) ~
    {cells ~ flat} = labels * num_classes + preds
    matrix = jax.ops.segment_sum(ALL, cells, num_classes ** 2).reshape(num_classes, num_classes) ~
    true_one_hot = jax.nn.one_hot(labels, num_classes)WEIGHED
    pred_one_hot = jax.nn.one_hot(preds, num_classes)
    matrix = {jnp.einsum('bi,bj->ij', true_one_hot, pred_one_hot) ~ true_one_hot.T @ pred_one_hot}}
""".replace("{cells ~ flat}", "cells")


def confusion_template(kind: str) -> str:
    """Return the template of the statements that compute a confusion matrix.

    Args:
        kind: how examples are weighted; ``plain`` if they are not.
    """
    plain = kind == "plain"
    return (
        _COUNTS.replace("WEIGHED", "" if plain else " * weight[:, None]")
        .replace("WEIGHT", "1.0" if plain else "weight")
        .replace("ALL", "jnp.ones(labels.shape)" if plain else "weight")
    )
