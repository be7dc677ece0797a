"""Uses of gradients: combined over tasks, limited so that no example stands out, or applied to a training state."""

import re
from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import chain, join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, step_size, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "gradients", margin=4)

_NAMES = (
    ("kernel", "bias"), ("w1", "b1", "w2", "b2"), ("embed", "dense", "bias"), ("conv", "scale", "bias"),
    ("w_in", "w_out", "norm"),
)  # fmt: skip


def _tree(p: Program, most: int = 4) -> dict[str, Leaf]:
    """Return parameters by name."""
    names = p.choices.choice(_NAMES)[:most]
    a, b = p.size(6, 8, 12), p.size(10, 16)
    vectors = ("bias", "scale", "norm", "b1", "b2")
    return {name: Leaf((3, 3, a) if name == "conv" else (b,) if name in vectors else (a, b)) for name in names}


_FLAT = _BODIES["flat"]
_UNFLAT = _BODIES["unflat"]
_PROJECTED = _BODIES["projected"]
_COMBINED = _BODIES["combined"]


def _combined(p: Program) -> Text:
    """Draw a function that combines the gradients of several tasks."""
    p.holds_any_tree()
    tree, tasks = _tree(p), p.choices.choice((2, 3, 3, 4))
    lines = p.choose(_COMBINED)
    known = [each for each in ("sum", "project", "agree", "median") if f"method == '{each}'" in lines]
    told = "with_similarity" in lines and p.choices.chance(0.6)
    shares = p.pick("None", f"({', '.join(('1.0', '0.5', '0.3', '0.1')[:tasks])})")
    made = changed(tree, -1, 1)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "grads": Array([changed(tree, -1, 1)] * tasks, "gradients of each task", ("task_grads", "grads")),
            "weights": Option("tuple[float, ...] | None", "weight of each task", ("None",),
                              ("weights", "task_weights"), shares),
            "balance": Option("bool", "whether to scale all tasks to the same norm", ("False", "True"),
                              ("balance", "equalize_norms")),
            "method": Option("str", f"one of {', '.join(known)}", tuple(f"'{each}'" for each in known) or ("''",),
                             ("method", "combine")),
            "surgery": Option("bool", "whether to project out conflicting components", ("True", "False"),
                              ("surgery", "project")),
            "average": Option("bool", "whether to average instead of adding", ("False", "True"), ("average",)),
            "with_similarity": Option("bool", "whether to return the cosine similarities", ("False",),
                                      ("with_similarity", "return_cos"),
                                      str(told)),
        },
        result=(made, Leaf((tasks, tasks))) if told else (made,),
        helpers=(_FLAT, _UNFLAT, _PROJECTED),
        titles=("combine_gradients", "multitask_gradient", "merge_task_gradients"),
        summary=p.pick("Merges the gradients of several tasks into one", "Combines the gradients of several tasks"),
        returned="the combined gradient" + (", and the similarity of the task gradients" if told else ""),
    )  # fmt: skip


_EACH_NORM = _BODIES["each_norm"]
_NOISY = _BODIES["noisy"]
_PRIVATE = _BODIES["private"]


def _private(p: Program) -> Text:
    """Draw a function that computes a private mean gradient, on which no single example has a large effect."""
    tree, count = _tree(p), p.size(8, 16)
    text = _PRIVATE.replace("{0.2 ~ -0.2 * -1.0}", "0.2")
    lines = p.choose(text)
    if "per_layer" in lines:
        lines = lines.replace(
            "clipped = jnp.mean((norms > max_norm)", "clipped = jnp.mean((example_norms(grads) > max_norm)"
        )
    given: Tree = {name: Leaf((count, *leaf.shape), -0.5, 0.5) for name, leaf in tree.items()}
    quantile = p.pick("0.5", "0.9", "None") if "target_quantile" in lines else "None"
    told = lines.rstrip().endswith("return mean_grads, clipped")
    mean = changed(tree, -1, 1)
    followed = (Leaf(()),) if told and quantile != "None" else ()
    always = "key is None" not in lines and "key is not None" not in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "grads": Array(given, "gradients of each example, along the first axis", ("per_example_grads", "grads")),
            "mask": Array(Leaf((count,), 0, 1, "bool"), "mask of valid examples", ("mask", "is_example"), 0.4),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if always else 0.4),
            "max_norm": Option("float", "largest gradient norm of an example", ("1.0", "0.5", "2.0"),
                               ("max_norm", "l2_clip")),
            "noise_multiplier": Option("float", "noise standard deviation relative to the largest norm",
                                       ("1.1", "0.8", "0.5"),
                                       ("noise_multiplier", "sigma")),
            "per_layer": Option("bool", "whether to clip each array separately", ("False", "True"), ("per_layer",)),
            "automatic": Option("bool", "whether to normalize all examples instead of clipping", ("True", "False"),
                                ("automatic", "normalize")),
            "stability": Option("float", "small constant added to the norms", ("0.01", "0.1"), ("stability", "gamma")),
            "expected_size": Option("int | None", "expected batch size", ("None", str(count)),
                                    ("expected_batch_size", "lot_size")),
            "target_quantile": Option("float | None", "quantile of the norms at which to clip", ("None",),
                                      ("target_quantile", "target_unclipped"), quantile),
        },
        result=(mean, Leaf(()), *followed) if told else (mean,),
        helpers=(_EACH_NORM, _NOISY),
        titles=("private_gradient", "dp_mean_gradient", "clip_and_noise", "privatize_gradients"),
        summary=p.pick("Computes a mean of clipped per-example gradients with noise",
                       "Clips per-example gradients and adds noise"),
        returned="the combined gradient" + (", and the fraction of clipped examples" if told else ""),
    )  # fmt: skip


_RATE = _BODIES["rate"]
_LIMITED = _BODIES["limited"]
_APPLIED = _BODIES["applied"]
_MOVES = {
    "mu": (
        "{mu = jax.tree.map(lambda m, g: momentum * m + g, STATE.mu, grads) ~\n"
        "    mu = <<name: momentum * STATE.mu[name] + g for name, g in grads.items()>>}\n"
        "    {updates = jax.tree.map(lambda m, g: momentum * m + g, mu, grads) if nesterov else dict(mu) ~\n"
        "    updates = dict(mu)}"
    ),
    "nu": (
        "{nu = jax.tree.map(lambda v, g: decay * v + (1.0 - decay) * g ** 2, STATE.nu, grads) ~\n"
        "    nu = <<name: decay * STATE.nu[name] + (1.0 - decay) * jnp.square(g) for name, g in grads.items()>>}\n"
        "    updates = jax.tree.map(lambda g, v: g / (jnp.sqrt(v) + eps), grads, nu)"
    ),
    "": "{updates = dict(grads) ~ updates = jax.tree.map(jnp.sign, grads) if use_sign else dict(grads)}",
}


def _step_text(kept: str, *, averaged: bool) -> tuple[str, list[str]]:
    """Return the text of a step, and the names of what the state keeps."""
    text = _APPLIED.replace("    MOVED", f"    {_MOVES[kept]}")
    text = text.replace(
        "    AVERAGED\n",
        """    {?0.5 # {what is evaluated changes slowly}}
    {ema_params = jax.tree.map(lambda e, w: e + (1.0 - ema_decay) * (w - e), STATE.ema_params, params) ~
    ema_params = ema(STATE.ema_params, params, ema_decay) ~
    ema_rate = jnp.minimum(ema_decay, (1 + STATE.step) / (10 + STATE.step))
    ema_params = ema(STATE.ema_params, params, ema_rate)}
""" if averaged else "",
    )  # fmt: skip
    names = [*([kept] if kept else []), *(["ema_params"] if averaged else [])]
    old = [f"{each} = jax.tree.map(lambda new, old: jnp.where(finite, new, old), {each}, STATE.{each})"
           for each in names]  # fmt: skip
    by = [f"{each} = keep({each}, STATE.{each})" for each in names]
    for mark, part in (("KEPT_OLD", old), ("KEPT_BY", by)):
        text = text.replace(f"        {mark}", "\n".join(f"        {line}" for line in part) or "        ")
    return text, names


def _with_new_state(p: Program, names: list[str], record: Record, lines: str) -> str:
    """Return the lines with the new state in them."""
    entries = ", ".join(["step=STATE.step + 1", "params=params", *(f"{name}={name}" for name in names)])
    if p.choices.chance(0.5):
        made = f"{record.name}({entries})"
    else:
        entries = join("step=STATE.step + 1,", "params=params,", *(f"{name}={name}," for name in names))
        inner = "\n".join(f"        {line}" for line in entries.split("\n") if line)
        made = f"{record.name}(\n{inner}\n    )"
    if "updates[name] = updates" not in lines:
        lines = lines.replace("dict(mu)", "mu").replace("dict(grads)", "grads")
    if "lr = peak_lr" in lines:
        lines = re.sub(r"\n *metrics\['learning_rate'\] = lr", "", lines)
        lines = re.sub(r"\blr\b", "peak_lr", lines.replace("lr = peak_lr\n", ""))
    return lines.replace("RECORD", made).replace("STATE", "state")


def _applied(p: Program) -> Text:
    """Draw a function that computes a new training state from gradients."""
    p.holds_any_tree()
    tree = _tree(p)
    kept = p.choices.choice(("mu", "mu", "nu", ""))
    averaged = p.choices.chance(0.5)
    text, names = _step_text(kept, averaged=averaged)
    low, high = (0.01, 0.5) if kept == "nu" else (-0.5, 0.5)
    fields: list[tuple[str, Tree]] = [("step", Leaf((), 0, 100, "int32")), ("params", changed(tree, -1, 1))]
    fields += [(kept, changed(tree, low, high))] if kept else []
    fields += [("ema_params", changed(tree, -1, 1))] if averaged else []
    record: Record = p.record("TrainState", fields, "Parameters, and what the optimizer keeps")
    lines = p.choose(text)
    lines = _with_new_state(p, names, record, lines)
    logged = ["grad_norm"]
    logged += [each for each in ("learning_rate", "param_norm") if f"metrics['{each}']" in lines]
    told = p.choices.chance(0.6)
    logged += ["update_norm"] if "log_updates" in lines and told else []
    new = Record(record.name, tuple((name, changed(part, -1, 1)) for name, part in fields))
    frozen = p.pick("()", "('embed',)")
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "state": Array(record, "training state", ("state", "train_state")),
            "grads": Array(changed(tree, -0.5, 0.5), "gradients by name", ("grads", "gradients")),
            "loss_scale": Option("float", "loss scale", ("1.0", "128.0", "1024.0"), ("loss_scale",)),
            "max_norm": Option("float | None", "largest gradient norm", ("None", "1.0", "0.5"),
                               ("max_norm", "clip_norm")),
            "peak_lr": step_size(p, "1e-3", "0.01", "3e-4", names=("peak_lr", "learning_rate")),
            "warmup_steps": Option("int", "number of warmup steps", ("100", "10", "1000"), ("warmup_steps",)),
            "total_steps": Option("int | None", "total number of steps", ("None", "10000", "2000"),
                                  ("total_steps", "num_steps")),
            "batch_size": Option("int | None", "batch size", ("None", "512", "1024"), ("batch_size",)),
            "momentum": Option("float", "decay rate of the momentum", ("0.9", "0.95"), ("momentum", "beta")),
            "decay": Option("float", "decay rate of the second moment", ("0.99", "0.999", "0.95"),
                            ("decay", "rms_decay")),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
            "nesterov": Option("bool", "whether to use Nesterov momentum", ("False", "True"), ("nesterov",)),
            "use_sign": Option("bool", "whether to use only the signs of the update", ("False", "True"),
                               ("use_sign", "sign_update")),
            "weight_decay": Option("float", "weight decay", ("1e-4", "0.01", "0.1", "0.0"),
                                   ("weight_decay", "wd")),
            "no_decay": Option("tuple[str, ...]", "names of parameters without weight decay",
                               ("('bias', 'scale')", "('embed', 'bias', 'norm')"), ("no_decay", "decay_exclude")),
            "frozen": Option("tuple[str, ...]", "names of frozen parameters", ("()",), ("frozen",), frozen),
            "ema_decay": Option("float", "decay rate of the moving average", ("0.999", "0.99", "0.9"), ("ema_decay",)),
            "skip_nonfinite": Option("bool", "whether to skip steps with non-finite gradients", ("True", "False"),
                                     ("skip_nonfinite",)),
            "log_updates": Option("bool", "whether to log the size of the updates", ("False",), ("log_updates",),
                                  str(told)),
        },
        result=(new, dict.fromkeys(logged, Leaf(()))) if "return new_state, metrics" in lines else (new,),
        helpers=(_RATE, _LIMITED),
        titles=("apply_gradients", "update_state", "optimizer_step"),
        summary=p.pick("Computes the training state after one step", "Applies gradients to a training state"),
        returned="the new state" + (", and the metrics" if "return new_state, metrics" in lines else ""),
    )  # fmt: skip


_TRANSFORMS = {
    "clip": _BODIES["clip"],
    "clip_value": """
        {updates = <<name: jnp.clip(u, -max_value, max_value) for name, u in updates.items()>> ~
        updates = jax.tree.map(functools.partial(jnp.clip, min=-max_value, max=max_value), updates)}
    """,
    "decay": """
        {?0.4 # {vectors are not decayed}}
        {updates = <<
            name: u + weight_decay * params[name] if params[name].ndim > 1 else u for name, u in updates.items()>> ~
        for name, w in params.items():
            if w.ndim > 1:
                updates[name] = updates[name] + weight_decay * w}
    """,
    "momentum": _BODIES["momentum"],
    "rms": _BODIES["rms"],
    "sign": "updates = {jax.tree.map(jnp.sign, updates) ~ <<name: jnp.sign(u) for name, u in updates.items()>>}",
    "centralize": _BODIES["centralize"],
    "trust": _BODIES["trust"],
    "noise": _BODIES["noise"],
}
_CHAINED = _BODIES["chained"]


def _chained(p: Program) -> Text:
    """Draw a function that computes updates from gradients by a list of transforms."""
    p.holds_any_tree()
    tree = _tree(p)
    known = p.choices.shuffled(list(_TRANSFORMS))[: p.choices.integer(3, 5)]
    asked = p.choices.shuffled(known)[: p.choices.integer(2, 3)]
    if "sign" in asked:  # after it, the magnitude of updates does not matter
        asked = ["sign", *(each for each in asked if each not in ("sign", "clip", "clip_value", "rms", "trust"))]
    cases = [(f"kind == '{name}'", p.choose(_TRANSFORMS[name]).strip("\n")) for name in known]
    checked = p.choices.chance(0.4)
    unknown = "raise ValueError(f'unknown transform {kind}')"
    decided = chain(*cases[:-1], otherwise=cases[-1][1]) if checked else chain(*cases, otherwise=unknown)
    listed = ", ".join(f"'{name}'" for name in known)
    check = p.pick(
        f"unknown = [kind for kind in chain if kind not in ({listed})]\n"
        "if unknown:\n    raise ValueError(f'unknown transforms {unknown}')",
        f"if any(kind not in ({listed}) for kind in chain):\n    raise ValueError('a transform is not known')",
    )
    lines = placed(placed(p.choose(_CHAINED), "CHECK", check if checked else ""), "CASES", decided)
    if "rate = rate *" not in lines:
        lines = re.sub(r"\brate = learning_rate\n", "", lines)
        lines = re.sub(r"\brate\b", "learning_rate", lines)
    keeps: dict[str, Tree] = {"count": Leaf((), 0, 100, "int32")}
    keeps |= {"trace": changed(tree, -0.5, 0.5)} if "momentum" in asked else {}
    keeps |= {"nu": changed(tree, 0.01, 0.5)} if "rms" in asked else {}
    kept: Tree = {name: changed(part, -1, 1) for name, part in keeps.items()}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(changed(tree, -1, 1), "gradients by name", ("grads", "gradients")),
            "state": Array(keeps, "step count and the state of each transform", ("state", "opt_state")),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if "noise" in asked else 1.0),
            "chain": Option("tuple[str, ...]", "names of the transforms, in order",
                            (repr(tuple(asked)),), ("chain", "transforms")),
            "learning_rate": step_size(p, "1e-3", "0.01", "0.1"),
            "warmup_steps": Option("int", "number of warmup steps", ("100", "10", "0"), ("warmup_steps",)),
            "max_norm": Option("float", "largest global norm", ("1.0", "0.5"), ("max_norm", "clip_norm")),
            "max_value": Option("float", "largest absolute element", ("0.5", "1.0", "0.1"),
                                ("max_value", "clip_value")),
            "weight_decay": Option("float", "weight decay", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
            "momentum": Option("float", "decay rate of the momentum", ("0.9", "0.95"), ("momentum", "beta")),
            "nesterov": Option("bool", "whether to use Nesterov momentum", ("False", "True"), ("nesterov",)),
            "decay": Option("float", "decay rate of the second moment", ("0.99", "0.9", "0.999"),
                            ("decay", "rms_decay")),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
            "max_ratio": Option("float", "largest ratio of the update norm to the parameter norm", ("10.0", "5.0"),
                                ("max_ratio", "trust_clip")),
            "noise_std": Option("float", "standard deviation of the noise", ("0.01", "0.1"), ("noise_std", "eta")),
        },
        result=(changed(tree, -1, 1), kept),
        titles=("chained_update", "apply_chain", "transform_gradients"),
        summary=p.pick("Applies a list of gradient transforms", "Chains gradient transforms"),
        returned="the new parameters and the new state",
    )  # fmt: skip


STATES: dict[str, Callable[[Program], Text]] = {"applied_gradients": _applied}
"""Maps each target to the function that draws it. The targets return a new training state."""
GRADIENTS: dict[str, Callable[[Program], Text]] = {"combined_tasks": _combined, "private_mean": _private}
"""Maps each target to the function that draws it. The targets combine several gradients into one."""
CHAINS: dict[str, Callable[[Program], Text]] = {"listed_transforms": _chained}
"""Maps each target to the function that draws it. The targets apply transforms that are chosen by name."""
