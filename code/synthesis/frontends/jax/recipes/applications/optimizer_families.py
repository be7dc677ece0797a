"""Optimizers as functions with options: relatives of Adam, and those that average their parameters."""

import re

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parameter_trees import parameters
from synthesis.frontends.jax.recipes.applications.parts import placed, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "optimizer_families", margin=4)


def _rate(p: Program, *usual: str) -> Array | Option:
    """Return a step size, as an array or a number."""
    names = ("learning_rate", "lr")
    if p.choices.chance(0.5):
        return Array(Leaf((), 1e-3, 0.1), "step size", names)
    return Option("float", "step size", usual, names)


def _kept(tree: Tree) -> Tree:
    """Return a count, and the first and second moments of gradients."""
    return {"count": Leaf((), 0, 20, "int32"), "mu": changed(tree, -0.1, 0.1), "nu": changed(tree, 0.001, 0.1)}


def _moments(p: Program, tree: Tree, keeps: Tree) -> dict[str, Array | Option | Constant]:
    """Return the arguments of a step with moments."""
    return {
        "params": Array(changed(tree, -1, 1), "parameters", ("params", "weights")),
        "grads": Array(changed(tree, -0.5, 0.5), "gradients", ("grads", "gradients")),
        "state": Array(keeps, "step count and moments", ("state", "opt_state")),
        "learning_rate": _rate(p, "1e-3", "3e-4"),
        "b1": Option("float", "decay rate of the first moment", ("0.9", "0.95"), ("b1", "beta1")),
        "b2": Option("float", "decay rate of the second moment", ("0.999", "0.99"), ("b2", "beta2")),
        "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
    }


_MEAN_OF = _BODIES["mean_of"]
_DEBIASED = _BODIES["debiased"]
_DECAYED = _BODIES["decayed"]
_ADAPTIVE = _BODIES["adaptive"]
_SECOND = _BODIES["second"]
_LARGEST = _BODIES["largest"]
_AHEAD = """
    {?0.4 # {looks one step ahead}}
    ahead = jax.tree.map(lambda m, g: b1 * m + (1.0 - b1) * g, mu, grads) if nesterov else mu
"""
_CORRECTED = _BODIES["corrected"]
_CORRECTED_LARGEST = _BODIES["corrected_largest"]


def write_adaptive(p: Program) -> Text:
    """Draw Adam or a relative of it, chosen by name."""
    tree = parameters(p, p.choices.integer(1, 2))[0]
    p.holds_any_tree()
    largest, ahead = p.choices.chance(0.35), p.maybe(0.3)
    parts = {
        "SECOND": _LARGEST if largest else _SECOND,
        "AHEAD": _AHEAD if ahead else "",
        "CORRECTED": (_CORRECTED_LARGEST if largest else _CORRECTED).replace("FIRST", "ahead" if ahead else "mu"),
    }
    text = _ADAPTIVE
    if largest:
        text = re.sub(r"    \{updates = jax\.tree\.map\(lambda m, v: (?:.*\n){2}", "", text, count=1)
    lines = p.choose(text)
    for mark, part in parts.items():
        lines = placed(lines, mark, p.choose(part).strip("\n"))
    known = ("'adam'", "'belief'", "'yogi'")
    if largest:
        known = ("'adam'", "'adamax'", *(["'belief'"] if "'belief'" in lines else []))
    lines = lines.replace("KNOWN", f"({', '.join(known)})")
    keeps = _kept(tree)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            **_moments(p, tree, keeps),
            "eps_root": Constant("1e-16", "small constant under the square root", ("eps_root",)),
            "variant": Option("str", "variant of the second moment", known, ("variant", "kind")),
            "correct": Option("bool", "whether to correct the bias of the moments", ("True", "False"),
                              ("bias_correction",)),
            "nesterov": Option("bool", "whether to use Nesterov momentum", ("False", "True"), ("nesterov",)),
            "accumulator_dtype": Option("str | None", "dtype of the moments", ("None", "'float32'"),
                                        ("accumulator_dtype", "mu_dtype")),
            "weight_decay": Option("float", "weight decay", ("0.0", "1e-4", "0.01", "0.1"),
                                   ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), keeps),
        helpers=(_MEAN_OF, _DEBIASED, _DECAYED),
        titles=("adaptive_update", "adam_like_step", "apply_moments"),
        summary=p.pick("One step of Adam or one of its relatives", "Adaptive step with second moments kept by name"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_SLOW = _BODIES["slow"]
_NAMES = (("kernel", "bias"), ("w", "b", "scale"), ("embed", "hidden", "bias"), ("conv", "dense", "bias"))


def write_look_ahead(p: Program) -> Text:
    """Draw Lookahead: slow weights that follow the trained weights every few steps."""
    p.holds_any_tree()
    a, b = p.size(8, 16, 24), p.size(12, 32)
    tree = {
        name: Leaf((b,) if name in ("bias", "b", "scale") else (a, b)) for name in p.choices.choice(_NAMES)
    }  # fmt: skip
    keeps: Tree = {"count": Leaf((), 0, 20, "int32"), "slow": tree}
    return Text(
        lines=_SLOW,
        given={
            "params": Array(tree, "fast weights by name", ("params", "fast_params")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "state": Array(keeps, "step count and slow weights", ("state", "lookahead_state")),
            "learning_rate": _rate(p, "0.01", "0.1"),
            "alpha": Constant("0.5", "interpolation factor of the slow weights", ("alpha", "slow_step_size")),
            "sync_period": Option("int", "number of steps between two synchronizations", ("5", "6", "3", "2"),
                                  ("sync_period", "k")),
            "start": Option("int", "number of steps before the first synchronization", ("0", "5"),
                            ("start_step", "start")),
            "reset_fast": Option("bool", "whether to reset the fast weights to the slow ones", ("True", "False"),
                                 ("reset_fast", "pullback")),
            "weight_decay": Option("float", "weight decay", ("0.0", "1e-4", "0.01"), ("weight_decay",)),
        },
        result=(tree, keeps),
        titles=("lookahead_step", "lookahead_update", "synchronize_weights"),
        summary=p.pick("Gradient descent with lookahead slow weights", "One step with lookahead"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_RECTIFIED = _BODIES["rectified"]


def write_rectified(p: Program) -> Text:
    """Draw rectified Adam, which uses its second moments only when they are reliable."""
    tree = parameters(p, p.choices.integer(1, 2))[0]
    p.holds_any_tree()
    keeps = _kept(tree)
    return Text(
        lines=_RECTIFIED,
        given={
            **_moments(p, tree, keeps),
            "threshold": Constant("5.0", "smallest length of the approximated average that is used", ("threshold",)),
            "degenerate_to_sgd": Option("bool", "whether to use plain gradient steps before that", ("True", "False"),
                                        ("degenerate_to_sgd", "use_sgd")),
            "decoupled": Option("bool", "whether to apply weight decay apart from the gradient", ("True", "False"),
                                ("decoupled",)),
            "weight_decay": Option("float", "weight decay", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
        },
        result=(changed(tree, -1, 1), keeps),
        titles=("radam_update", "rectified_step", "radam_step"),
        summary=p.pick("One step of rectified Adam", "Adam with rectified second moments"),
        returned="the new parameters and the new state",
    )  # fmt: skip


_FREE = _BODIES["free"]


def write_schedule_free(p: Program) -> Text:
    """Draw schedule-free Adam, which averages the parameters instead of reducing the step size."""
    p.holds_any_tree()
    a, b = p.size(8, 16, 24), p.size(12, 32)
    names = p.choices.choice(_NAMES)
    tree = {name: Leaf((b,) if name in ("bias", "b", "scale") else (a, b)) for name in names}
    keeps: Tree = {
        "count": Leaf((), 0, 20, "int32"), "weight_sum": Leaf((), 0.01, 1), "z": tree, "nu": changed(tree, 0.001, 0.1),
    }  # fmt: skip
    lines = p.choose(_FREE)
    told: tuple[Tree, ...] = ({"lr": Leaf(()), "share": Leaf(())},) if "metrics = {" in lines else ()
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "state": Array(keeps, "step count, sum of weights, base points and second moments", ("state", "opt_state")),
            "learning_rate": _rate(p, "0.01", "3e-3"),
            "b1": Option("float", "interpolation between base points and average", ("0.9", "0.95"), ("b1", "beta1")),
            "b2": Option("float", "decay rate of the second moment", ("0.999", "0.99"), ("b2", "beta2")),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
            "warmup": Option("int", "number of warmup steps", ("10", "0", "20"), ("warmup_steps",)),
            "power": Option("float", "exponent of the step size in the weights", ("2.0", "0.0"),
                            ("weight_lr_power", "power")),
            "weighting": Option("str", "weighting of the average: uniform or squared", ("'squared'", "'uniform'"),
                                ("weighting",)),
            "correct": Option("bool", "whether to correct the bias of the moments", ("True", "False"),
                              ("bias_correction",)),
            "exclude": Option("tuple[str, ...]", "names of parameters without weight decay",
                              (f"('{names[-1]}',)", "()"), ("exclude",)),
            "weight_decay": Option("float", "weight decay", ("0.0", "1e-4", "0.01", "0.1"),
                                   ("weight_decay", "wd")),
        },
        result=(tree, keeps, *told),
        titles=("schedule_free_step", "schedule_free_update", "averaged_adam_step"),
        summary=p.pick("One step of Adam without a schedule", "Schedule-free step, whose average is what counts"),
        returned="the new parameters and the new state",
    )  # fmt: skip
