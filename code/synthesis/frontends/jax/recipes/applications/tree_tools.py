"""Utilities for trees of arrays in libraries: norms, casts, choices, noise, batches of trees."""

import re
from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parameter_trees import any_tree
from synthesis.frontends.jax.recipes.applications.parts import choose_and_escape, key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.tree_batches import write_batches
from synthesis.frontends.jax.recipes.applications.tree_casts import write_cast
from synthesis.frontends.jax.recipes.applications.tree_parts import (
    write_compared,
    write_frozen,
    write_log,
    write_merged_models,
    write_vector,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, mapped
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "tree_tools", margin=8)

_EMPTY = """
    {?0.3 if not jax.tree.leaves(tree):
        raise ValueError('expected a tree with at least one array')}
"""
TREE_SUM = _BODIES["tree_sum"]
TREE_VDOT = '''
    def tree_vdot(a, b):
        {?0.4 """{Inner product of two trees ~ Sum of the products of all elements}."""}
        {products = jax.tree.map(jnp.vdot, a, b)
        return jax.tree.reduce({jnp.add ~ lambda x, y: x + y}, products) ~
        return sum(jnp.vdot(x, y) for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b)))}
'''
KEYS_LIKE = _BODIES["keys_like"]


_NORMS = {
    "order": _BODIES["order"],
    "2": _BODIES["a_2"],
    "1": _BODIES["a_1"],
    "rms": _BODIES["rms"],
    "each": _BODIES["each"],
}


def _norm(p: Program) -> Text:
    kind = p.pick(*_NORMS)
    tree = any_tree(p)
    titles = {
        "1": ("tree_l1_norm", "l1_norm"), "rms": ("tree_rms", "root_mean_square"), "order": ("tree_norm",),
        "each": ("layer_norms", "norm_of_each", "param_norms"),
    }  # fmt: skip
    summaries = {
        "2": "Computes the Euclidean norm of a tree", "1": "Computes the sum of magnitudes of a tree",
        "rms": "Computes the root mean square of a tree",
        "order": "Computes the global norm of a tree",
        "each": "Computes the norm of every array of a tree and the global norm",
    }  # fmt: skip
    return Text(
        lines=join(_EMPTY if kind in ("1", "each") else "", _NORMS[kind]),
        given={
            "tree": Array(tree, "tree of arrays", ("tree", "params", "updates", "grads")),
            "weights": Array(mapped(tree, lambda _: Leaf((), 0.1, 2)), "weight of each array", ("weights",)),
            "order": Option("int | str", "order of the norm: 1, 2 or inf", ("2", "1"), ("ord", "order")),
            "squared": Option("bool", "whether to return the squared norm", ("False", "True"), ("squared",)),
            "scales": Array(mapped(tree, lambda _: Leaf((), 0.5, 2)), "scale of each array", ("scales",)),
            "exclude_vectors": Option("bool", "whether to leave out vectors", ("False",), ("exclude_vectors",)),
            "relative": Option("bool", "whether to divide by the global norm", ("False", "True"), ("relative",)),
            "eps": Constant("1e-12", "small constant that avoids division by zero", ("eps",)),
        },
        result=(mapped(tree, lambda _: Leaf(())), Leaf(())) if kind == "each" else (Leaf(()),),
        titles=titles.get(kind, ("tree_norm", "global_norm")),
        summary=summaries[kind],
        returned="the norm of each array and the global norm" if kind == "each" else "a scalar",
        helpers=(TREE_SUM, TREE_VDOT),
    )


_CHOICES = {
    "where": (
        _BODIES["where"],
        ("tree_where", "tree_select", "where_done", "select_tree"),
        "Selects rows from two trees",
    ),
    "mask": (
        _BODIES["mask"],
        ("tree_mask", "mask_tree", "fill_invalid"),
        "Fills the masked rows of a tree",
    ),
    "best": (
        _BODIES["best"],
        ("select_best", "best_member", "take_best"),
        "Selects the best member of a population",
    ),
    "elites": (
        _BODIES["elites"],
        ("recombine", "elite_mean", "average_elites"),
        "Averages the best members of a population",
    ),
}


def _choose(p: Program) -> Text:
    rows = p.size(64, 128, 256)
    widths = [p.size(2, 3, 4) for _ in range(2)]
    p.holds_any_tree()
    tree: Tree = p.choices.choice(
        (
            {"pos": Leaf((rows, widths[0])), "vel": Leaf((rows, widths[1])), "time": Leaf((rows,))},
            (Leaf((rows, widths[0])), Leaf((rows,))),
            [Leaf((rows, widths[0], 2)), Leaf((rows, widths[1]))],
        )
    )
    form = p.pick(*_CHOICES)
    lines, titles, summary = _CHOICES[form]
    pop: Tree = mapped(any_tree(p), lambda leaf: Leaf((8, *leaf.shape)))
    single = mapped(pop, lambda leaf: Leaf(leaf.shape[1:]))
    return Text(
        lines=lines,
        given={
            "pred": Array(Leaf((rows,), 0, 1, "bool"), "mask that selects the tree of each row",
                          ("pred", "done", "mask")),
            "valid_rows": Array(Leaf((rows,), 0, 1, "bool"), "mask of rows to keep", ("mask", "valid")),
            "a": Array(tree, "tree selected where the mask is true", ("on_true", "a")),
            "b": Array(tree, "tree selected where the mask is false", ("on_false", "b")),
            "tree": Array(tree, "tree of arrays with a common first axis", ("tree", "batch")),
            "pop": Array(pop, "parameters of all members, stacked", ("population", "params", "ensemble")),
            "fitness": Array(Leaf((8,), -2, 2), "fitness of each member", ("fitness", "scores")),
            "fill": Option("float", "value of the other rows", ("0.0", "-1.0"), ("fill_value", "fill")),
            "maximize": Option("bool", "whether to maximize the fitness", ("True", "False"),
                               ("maximize", "higher_is_better")),
            "k": Option("int", "number of members to keep", ("2", "4"), ("k", "num_elites")),
        },
        result={
            "where": (tree,), "mask": (tree,), "best": (single, Leaf(())),
            "elites": (mapped(single, lambda leaf: leaf),),
        }[form],
        titles=titles,
        summary=summary,
        returned={"best": "the best member and its fitness"}.get(form, "a tree with the same structure"),
    )  # fmt: skip


_NOISES = {
    "add": (
        _BODIES["add"],
        ("add_noise", "perturb", "tree_add_noise", "perturb_params"),
        "Adds noise to every array of a tree",
    ),
    "annealed": (
        _BODIES["annealed"],
        ("add_gradient_noise", "annealed_noise", "noisy_gradients"),
        "Adds annealed noise to gradients",
    ),
    "antithetic": (
        _BODIES["antithetic"],
        ("antithetic_pair", "mirrored_samples", "sample_antithetic"),
        "Computes antithetic perturbations of parameters",
    ),
    "shrink": (
        _BODIES["shrink"],
        ("shrink_and_perturb", "soft_reset", "warm_restart"),
        "Shrinks parameters and adds noise",
    ),
    "private": (
        _BODIES["private"],
        ("privatize_gradients", "clip_and_add_noise", "dp_gradients"),
        "Clips gradients and adds noise to them",
    ),
}


def _noise(p: Program) -> Text:
    tree = any_tree(p)
    form = p.pick(*_NOISES)
    lines, titles, summary = _NOISES[form]
    lines = choose_and_escape(p, lines)
    results = len(re.findall(r"noise$", lines.rstrip())) + 2 if form == "antithetic" else 1
    return Text(
        lines=lines,
        given={
            "key": Array(key(), "random key", ("key", "rng", "rng_key")),
            "tree": Array(tree, "parameters", ("tree", "params")),
            "grads": Array(tree, "gradients", ("grads", "updates")),
            "count": Array(Leaf((), 0, 50, "int32"), "step count", ("count", "step")),
            "scale": Option("float", "standard deviation", ("0.1", "0.01", "0.5"), ("scale", "stddev", "noise_scale")),
            "shrink": Option("float", "shrink factor of the parameters", ("0.5", "0.8"), ("shrink", "shrink_factor")),
            "eta": Option("float", "initial variance", ("0.1", "0.3"), ("eta",)),
            "gamma": Option("float", "decay exponent of the variance", ("0.55",), ("gamma",)),
            "max_norm": Option("float", "largest norm", ("1.0", "0.5"), ("max_norm", "clip_norm", "l2_norm_clip")),
            "noise_multiplier": Option(
                "float", "noise standard deviation relative to the norm", ("1.1", "0.5"), ("noise_multiplier",)
            ),
        },
        result=(tree,) * results,
        titles=titles,
        summary=summary,
        returned="one tree for each member" if form == "antithetic" else "a tree with the same structure",
        helpers=(KEYS_LIKE,),
    )


_AVERAGES = {
    "soft": _BODIES["soft"],
    "periodic": _BODIES["periodic"],
    "running": _BODIES["running"],
    "warm": _BODIES["warm"],
    "debiased": _BODIES["debiased"],
}


def _blend(p: Program) -> Text:
    """Draw a function that averages parameters over steps.

    The average is the update of a target network, a running mean, or an exponential moving average. The last may be
    debiased, or may have a smaller decay in the first steps.
    """
    tree = any_tree(p)
    form = p.pick(*_AVERAGES)
    targeted = form in ("soft", "periodic")
    counter = Leaf((), 0, 50, "int32")
    state, result = tree, (tree,)
    text = choose_and_escape(p, _AVERAGES[form])
    if form == "running" and "start" not in text:
        counter = Leaf((), 1, 50, "int32")
    if form in ("warm", "running"):
        result = (tree, Leaf((), dtype="int32"))
    elif form == "debiased":
        state = p.record("EmaState", [("count", counter), ("average", tree)], "An average and how many it is of")
        result = (tree, Record(state.name, (("count", Leaf((), dtype="int32")), ("average", tree))))
        text = text.replace("NAME", state.name)
    return Text(
        lines=text,
        given={
            "state": Array(state, "state of the moving average", ("state", "ema_state")),
            "tree": Array(tree, "parameters of the target network" if targeted else "current averages",
                          ("target_params", "target", "slow") if targeted else
                          ("average", "avg_params") if form == "running" else ("ema", "average", "ema_params")),
            "new": Array(tree, "parameters of the online network" if targeted else "new parameters",
                         ("params", "online_params", "new_params")),
            "count": Array(counter, "number of updates", ("count", "step")),
            "rate": Option("float", "weight of the new parameters", ("0.005", "0.01", "0.05"), ("tau", "step_size")),
            "start": Option("int", "number of steps before averaging begins", ("5", "2"), ("start", "start_step")),
            "every": Option("int", "number of steps between two updates", ("2", "4"),
                            ("update_every", "update_period")),
            "decay": Option("float", "decay rate", ("0.9", "0.99", "0.95"), ("decay", "ema_decay")),
            "debias": Option("bool", "whether to correct the bias", ("True",), ("debias", "bias_correction")),
        },
        result=result,
        titles={
            "soft": ("update_target", "soft_update", "polyak_update"),
            "periodic": ("periodic_update", "update_target", "sync_target"),
            "running": ("update_average", "swa_update", "running_average"),
        }.get(form, ("update_ema", "ema_update", "ema_step")),
        summary="Updates the parameters of a target network" if targeted else "Averages parameters over many steps"
                if form == "running" else "Updates a moving average of all arrays of a tree",
        returned="the new parameters" if targeted else "the corrected averages, and the new state"
                 if form == "debiased" else "the new averages, and the count",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "tree_norm": _norm,
    "tree_cast": write_cast,
    "tree_choice": _choose,
    "tree_noise": _noise,
    "tree_batches": write_batches,
    "tree_average": _blend,
    "tree_log": write_log,
    "tree_vector": write_vector,
    "merged_models": write_merged_models,
    "frozen_layers": write_frozen,
    "tree_comparison": write_compared,
}
_WEIGHTS: dict[str, float] = {"tree_norm": 0.55, "tree_choice": 0.55, "tree_noise": 0.55, "tree_average": 0.55}
RECIPES = (written_recipe("tree_tool", "utilities", _WRITERS, _WEIGHTS),)
