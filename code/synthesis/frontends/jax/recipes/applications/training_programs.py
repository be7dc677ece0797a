"""Whole training steps: a state and a batch in, the next state and metrics out."""

import re
from collections.abc import Mapping
from itertools import pairwise

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.gradients import STATES
from synthesis.frontends.jax.recipes.applications.parts import key, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "training_programs", margin=4)

_MODEL = _BODIES["model"]
_CLASS_LOSS = _BODIES["class_loss"]
_SMOOTHED_LOSS = _BODIES["smoothed_loss"]
_NUMBER_LOSS = _BODIES["number_loss"]
_LOSS_END = """
    loss = {jnp.mean(losses) ~ losses.mean()}
    return loss, METRIC
"""
_PENALIZED = _BODIES["penalized"]
_GRADIENTS = {
    "whole": """
        {(loss, METRIC), grads = jax.value_and_grad(loss_fn, has_aux=True)(state.params, batch) ~
        grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
        (loss, METRIC), grads = grad_fn(state.params, batch)}
    """,
    "loop": _BODIES["loop"],
    "scan": _BODIES["scan"],
}
_CLIP = _BODIES["clip"]
_RATE = _BODIES["rate"]
_MOVES: Mapping[str, str] = {
    "sgd": """
        params = jax.tree.map(lambda p, g: p - lr * g, state.params, grads)
    """,
    "momentum": _BODIES["momentum"],
    "adam": _BODIES["adam"],
}
_DECAYING_MOVES: Mapping[str, str] = {
    "sgd": _BODIES["sgd"],
    "momentum": _BODIES["momentum_decaying_moves"],
    "adam": _BODIES["adam_decaying_moves"],
}
_EMA = _BODIES["ema"]
_HALF = _BODIES["half"]
_HALF_SHARE = 0.45
"""Probability that a regression model computes in ``bfloat16``."""
_EPOCH = _BODIES["epoch"]
_EXTRAS = ("", "average", "clip", "clip", "schedule", "schedule", "l2", "decay")
"""Optional parts of a training step, in addition to a loss and an optimizer."""


def _declare_batch(p: Program, into: int, out: int, rows: int, *, epoch: bool, classes: bool) -> tuple[str, str]:
    """Declare the examples, and return how they are read."""
    x, y = Leaf((rows, into), -2, 2), whole(rows, below=out) if classes else Leaf((rows, out), -2, 2)
    form = p.pick("dict", "tuple", "record")
    names = ("inputs", "labels" if classes else "targets")
    batch: Tree = {"dict": {names[0]: x, names[1]: y}, "tuple": (x, y)}.get(form) or p.record(
        "Batch", [(names[0], x), (names[1], y)], "A batch of examples"
    )
    if epoch:
        p.tree("data", batch, "all examples", ("data", "dataset", "examples"))
    else:
        p.tree("batch", batch, "examples", ("batch", "data"))
    p.tensor("key", key(), "random key", ("key", "rng"))
    p.option("num_batches", "4", "int", "number of batches", p.pick("2", "4"), ("num_batches", "steps_per_epoch"))
    taken = {
        "dict": f"x, y = batch['{names[0]}'], batch['{names[1]}']",
        "tuple": "x, y = batch",
        "record": f"x, y = batch.{names[0]}, batch.{names[1]}",
    }[form]
    taken_inputs = {"dict": f"batch['{names[0]}']", "tuple": "batch[0]", "record": f"batch.{names[0]}"}[form]
    return taken, taken_inputs


def _declare_options(p: Program) -> None:
    """Declare the numbers and options of a training step."""
    p.number("beta", "0.9", "decay of the momentum", None, ("beta", "momentum"))
    p.number("b1", "0.9", "decay of the first moment")
    p.number("b2", "0.999", "decay of the second moment")
    p.number("eps", "1e-8", "small number that keeps the division safe")
    p.number("delta", "1.0", "where the loss becomes linear", None, ("delta", "huber_delta"))
    p.option("decay", p.pick("1e-4", "0.01"), "float", "weight decay", p.pick("1e-4", "0.1"), ("weight_decay",))
    p.option("strength", p.pick("1e-3", "1e-4"), "float", "weight of the L2 penalty", None, ("l2", "weight_decay"))
    p.option("keep", p.pick("0.999", "0.99"), "float", "decay rate of the averaged parameters", None, ("ema_decay",))
    p.option("nesterov", "False", "bool", "whether to use Nesterov momentum", p.pick("True", "False"))
    p.option("smoothing", p.pick("0.1", "0.05"), "float", "label smoothing", None, ("label_smoothing", "smoothing"))
    p.option("num_steps", p.pick("1000", "10000"), "int", "number of steps of the schedule", p.pick("100", "200"))
    p.option("decay_rate", p.pick("0.96", "0.9"), "float", "decay factor", None, ("decay_rate", "gamma"))
    p.option("transition_steps", p.pick("1000", "500"), "int", "number of steps of one period", p.pick("20", "50"))
    p.option(
        "schedule", p.pick("'constant'", "'cosine'"), "str", "schedule: constant, linear or cosine",
        p.pick("'constant'", "'cosine'", "'linear'"), ("schedule", "lr_schedule"),
    )  # fmt: skip
    p.option(
        "max_norm", "1.0", "float", "largest gradient norm", p.pick("0.05", "0.1"),
        ("max_norm", "clip_norm", "max_grad_norm"),
    )  # fmt: skip
    p.option("warmup", p.pick("10", "100"), "int", "number of warmup steps", p.pick("10", "20"), ("warmup_steps",))
    p.option("num_microbatches", "1", "int", "number of microbatches", p.pick("2", "4"))


def _write_loss(
    p: Program, extra: str, taken: str, act: str, outputs: str, metric: str, *, epoch: bool, classes: bool, low: bool
) -> str:
    """Write the model and its loss, and return the name of a batch."""
    p.helper(p.choose(_MODEL.replace("ACT", act)))
    lines = _SMOOTHED_LOSS if extra == "smoothing" else _CLASS_LOSS if classes else _NUMBER_LOSS
    end = (_PENALIZED if extra == "l2" else _LOSS_END).replace("METRIC", metric)
    run = p.choose(_HALF.replace("OUTPUTS", outputs)) if low else f"{outputs} = apply_model(params, x)"
    batch_name = "minibatch" if epoch else "batch"
    body = join(re.sub(r"\bbatch\b", batch_name, taken), run, p.choose(lines), p.choose(end))
    loss = block(f"def loss_fn(params, {batch_name}):", body)
    if extra in ("smoothing", "l2") or "delta" in body or p.choices.chance(0.4):
        p.add(loss)
    else:
        p.helper(loss)
    return batch_name


def _finish_epoch(
    p: Program, target: str, state: Record, taken_inputs: str, plural: str, metric: str, steps: list[str]
) -> KernelSpec:
    """Write a loop over the batches of an epoch, and return the finished function."""
    _write_epoch(p, steps, taken_inputs, (metric, plural))
    p.finish(
        (f"return state, jnp.mean(losses), jnp.mean({plural})", (state, Leaf(()), Leaf(()))),
        (f"return state, <<'loss': losses.mean(), '{metric}': {plural}.mean()>>",
         (state, {"loss": Leaf(()), metric: Leaf(())})),
        (f"metrics = <<'loss': jnp.mean(losses), 'last_loss': losses[-1], '{metric}': jnp.mean({plural})>>\n"
         "return state, metrics", (state, dict.fromkeys(("loss", "last_loss", metric), Leaf(())))),
    )  # fmt: skip
    return _finished(p, target)


def _draw_program(stream: Stream, target: str) -> KernelSpec:
    """Draw a training step from one state to the next."""
    p = Program(stream)
    epoch = target == "epoch"
    kind = p.pick(*_MOVES) if epoch else target
    rows, into, out = p.size(16, 32, 64), p.size(16, 24, 56, 64), p.size(4, 10)
    hidden = p.size(32, 48, 64, 72, 96, apart=into)
    depth = p.choices.choice((1, 1, 2, 2, 3))
    classes = p.choices.chance(0.55)
    low = not classes and p.choices.chance(_HALF_SHARE)
    sizes = [into, *[hidden] * depth, out]
    tree: Tree = [{"w": weights(a, b), "b": weights(b)} for a, b in pairwise(sizes)]
    # At most one addition to the loss and the optimizer: steps that do everything belong to frameworks.
    extra = p.pick(*_EXTRAS, *(("smoothing",) if classes else ()))
    averaged, clipped, scheduled = (extra == each for each in ("average", "clip", "schedule"))
    kept = {"sgd": (), "momentum": ("mu",), "adam": ("mu", "nu")}[kind]
    fields: list[tuple[str, Tree]] = [("step", Leaf((), 0, 50, "int32")), ("params", tree)]
    fields += [(each, changed(tree, *((-1, 1) if each == "mu" else (0.01, 2)))) for each in kept]
    fields += [("ema_params", changed(tree, -0.2, 0.2))] if averaged else []
    state = p.record("TrainState", fields, "Parameters and the state of the optimizer")
    p.tree("state", state, "parameters and what the optimizer keeps", ("state", "train_state"))
    taken, taken_inputs = _declare_batch(p, into, out, rows, epoch=epoch, classes=classes)
    names_of_rate = ("peak_lr", "base_lr") if scheduled else ("learning_rate", "lr")
    p.number("learning_rate", p.pick("1e-3", "0.01"), "step size", (0.01, 0.1), names_of_rate)
    _declare_options(p)
    act = p.pick("jnp.tanh", "jax.nn.gelu", "jax.nn.silu")
    metric, plural, outputs = ("accuracy", "accuracies", "logits") if classes else ("mae", "maes", "preds")
    batch_name = _write_loss(p, extra, taken, act, outputs, metric, epoch=epoch, classes=classes, low=low)
    how = p.pick("loop", "scan", "scan") if p.choices.chance(0.35) and not epoch else "whole"
    found = _GRADIENTS[how].replace("INPUTS", taken_inputs).replace("PLURAL", plural).replace("METRIC", metric)
    move = p.choose((_DECAYING_MOVES if extra == "decay" else _MOVES)[kind])
    made = ["step=count", "params=params", *(f"{each}={each}" for each in kept)]
    made += ["ema_params=ema_params"] if averaged else []
    steps = [
        p.choose(re.sub(r"\bbatch\)", f"{batch_name})", found)),
        p.choose(_CLIP) if clipped else "",
        "count = state.step + 1",
        p.choose(_RATE) if scheduled else "",
        move if scheduled else re.sub(r"\blr\b", "learning_rate", move),
        p.choose(_EMA) if averaged else "",
        f"new_state = {state.name}({', '.join(made)})",
    ]
    if epoch:
        return _finish_epoch(p, target, state, taken_inputs, plural, metric, steps)
    p.add(*steps)
    metrics = {"loss": "loss", metric: metric}
    metrics |= {"grad_norm": "grad_norm"} if clipped and p.choices.chance(0.5) else {}
    metrics |= {"learning_rate": "lr"} if scheduled and p.choices.chance(0.5) else {}
    if len(metrics) > 2 or p.choices.chance(0.5):
        entries = ", ".join(f"'{name}': {value}" for name, value in metrics.items())
        p.add(f"metrics = {{{entries}}}", "return new_state, metrics")
        p.set_results(state, dict.fromkeys(metrics, Leaf(())))
    else:
        p.add(f"return new_state, (loss, {metric})")
        p.set_results(state, (Leaf(()), Leaf(())))
    return _finished(p, target)


def _write_epoch(p: Program, steps: list[str], inputs: str, metric: tuple[str, str]) -> None:
    """Write a training step on one batch as a function, and a loop over all batches.

    Args:
        p: the function.
        steps: the statements of a step.
        inputs: the statements that compute the inputs of a batch.
        metric: the metric in addition to the loss, for one step and for several.
    """
    one, several = metric
    p.add(block("def train_step(state, minibatch):", *steps, f"return new_state, (loss, {one})"))
    p.write(_EPOCH.replace("INPUTS", re.sub(r"\bbatch\b", "data", inputs)).replace("PLURAL", several))


def _finished(p: Program, target: str) -> KernelSpec:
    """Return the finished function, with its names and summary."""
    if target == "epoch":
        return p.done(
            "training",
            "training_program",
            target,
            ("train_epoch", "run_epoch", "epoch"),
            p.pick("Performs one epoch of training", "Trains on all examples once in batches"),
            "the new state and the metrics of the epoch",
        )
    return p.done(
        "training",
        "training_program",
        target,
        ("train_step", "training_step", "update", "train_on_batch"),
        p.pick(
            "Performs one training step", "Performs a single training step", "Updates the training state with a batch"
        ),
        "the new state and the metrics of the batch",
    )


RECIPES = (
    with_texts(
        Recipe(
            name="training_program",
            category="training",
            targets=(*_MOVES, "epoch"),
            draw=_draw_program,
            target_weights={"sgd": 1.8, "momentum": 0.5, "adam": 0.5, "epoch": 0.7},
        ),
        STATES,
        weight=0.6,
    ),
)
