"""Parts of hand-written optimizers: loops over parameters, groups by name, schedules, scaling, reports."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.gradients import CHAINS
from synthesis.frontends.jax.recipes.applications.iterations import write_line_search
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.named_steps import CLIPPED, adam, cover, flat, muon
from synthesis.frontends.jax.recipes.applications.parts import placed, step_size, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "optimizer_parts", margin=4)


def _groups(p: Program) -> Text:
    """Draw a step that treats parameters according to their names."""
    tree = flat(p)
    lines = placed(p.choose(_BODIES["groups"]), "GRAD", p.choose(_BODIES["grad"]))
    lines = lines.replace("GROUP", "group_of(name, w)" if "def group_of(name, w)" in lines else "group_of(name)")
    first = next(name for name in ("embedding", "wte", "conv", "encoder") if next(iter(tree)).startswith(name))
    frozen = ("freeze" in lines or "startswith(frozen)" in lines) and p.choices.chance(0.5)
    given = changed(tree, -0.5, 0.5)
    scaled: Tree = {name: Leaf((), 0.1, 2) for name in p.choices.shuffled(list(tree))[:2]}
    if frozen:
        stays = [name for name in tree if name.startswith(first)]
        if "if any(word" in lines.partition("frozen")[0]:  # this test comes first
            stays = [name for name in stays if not name.endswith(("bias", "scale", "_b"))]
            stays = [name for name in stays if "w.ndim < 2" not in lines or len(tree[name].shape) > 1]
        given = {name: leaf for name, leaf in tree.items() if name not in stays}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters by name", ("params", "weights")),
            "grads": Array(given, "gradients by name", ("grads", "gradients")),
            "learning_rate": step_size(p, "0.01", "0.1", "1e-3"),
            "weight_decay": Option("float", "weight decay", ("1e-4", "0.01", "0.1"), ("weight_decay", "wd")),
            "freeze": Option("bool", "whether to freeze the first layers", ("False",), ("freeze", "freeze_embedding"),
                             str(frozen)),
            "pretrained": Option("tuple[str, ...]", "prefix of the names of pretrained layers", (f"('{first}',)",),
                                 ("pretrained", "backbone")),
            "frozen": Option("tuple[str, ...]", "prefix of the names of frozen layers", ("()",),
                             ("frozen", "frozen_prefixes"), f"('{first}',)" if frozen else "()"),
            "no_decay": Option("tuple[str, ...]", "words in names of parameters without weight decay",
                               ("('bias', 'scale', '_b')",),
                               ("no_decay", "skip_decay")),
            "clip": Option("float | None", "largest absolute gradient", ("None", "0.3"), ("clip", "max_grad")),
            "bound": Option("float", "largest absolute gradient", ("0.3", "0.4"), ("clip_value", "max_grad")),
            "normalize": Option("bool", "whether to normalize gradients to length one", ("False", "True"),
                                ("normalize",)),
            "scales": Array(scaled, "learning rate factors by name", ("scales", "lr_scales", "multipliers")),
            "exclude": Option("tuple[str, ...]", "names of parameters without weight decay",
                              ("()", "('embedding', 'wte')"),
                              ("exclude", "no_decay")),
        },
        result=(changed(tree, -1, 1),),
        titles=("grouped_update", "sgd_by_group", "update_with_groups"),
        summary=p.pick("Performs a step with parameter-dependent weight decay",
                       "Updates parameters by parameter group"),
        returned="the new parameters",
    )  # fmt: skip


def _scaling(p: Program) -> Text:
    """Draw a step in half precision with a scaled loss."""
    tree = flat(p, p.choices.choice((2, 3, 4)))
    lines = p.choose(_BODIES["scaling"])
    scaler: Tree = {"scale": Leaf((), 2.0, 8.0), "good_steps": Leaf((), 0, 2000, "int32")}
    made: Tree = {"scale": Leaf(()), "good_steps": Leaf((), dtype="int32")}
    flag = (Leaf((), dtype="bool"),) if lines.split("\n")[-1].endswith("finite") else ()
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(tree, "parameters", ("params", "weights")),
            "grads": Array(changed(tree, -4, 4), "gradients of the scaled loss by name", ("grads", "scaled_grads")),
            "scaler": Array(scaler, "loss scale and number of steps without overflow",
                            ("scaler", "loss_scale", "scale_state")),
            "learning_rate": step_size(p, "0.01", "0.1", "1e-3"),
            "growth_interval": Option("int", "number of steps without overflow before the scale grows",
                                      ("2000", "1000"),
                                      ("growth_interval", "period")),
            "factor": Option("float", "factor by which the scale changes", ("2.0",), ("factor", "growth_factor")),
            "max_scale": Option("float", "largest scale", ("65536.0", "16777216.0"), ("max_scale",)),
            "max_norm": Option("float | None", "largest norm", ("None", "1.0"), ("max_norm", "clip_norm")),
            "backoff": Option("float", "factor of the scale after an overflow", ("0.5", "0.25"),
                              ("backoff_factor", "backoff")),
        },
        result=(changed(tree, -1, 1), made, *flag),
        helpers=(_BODIES["finite"], CLIPPED),
        titles=("scaled_update", "apply_scaled_gradients", "mixed_precision_step"),
        summary=p.pick("Performs a loss-scaled step that is skipped on overflow",
                       "Unscales gradients and updates the loss scale"),
        returned="the new parameters and the new scale",
    )  # fmt: skip


_RATE_CASES = {
    "constant": "scale = jnp.ones_like(t)",
    "linear": "scale = {1.0 - (1.0 - floor) * progress ~ floor + (1.0 - floor) * (1.0 - progress)}",
    "cosine": "scale = {cosine_between(1.0, floor, progress) ~ "
    "floor + (1.0 - floor) * 0.5 * (1.0 + jnp.cos(jnp.pi * progress))}",
    "rsqrt": "{?0.4 # {as in the first transformers}}\n"
    "scale = jax.lax.rsqrt(jnp.maximum(t, max(warmup_steps, 1)) / max(warmup_steps, 1))",
    "exponential": "scale = jnp.exp({progress * math.log(floor) ~ math.log(floor) * progress})",
    "stable": "{?0.4 # {constant for most of the time, then down}}\n"
    "scale = jnp.where(progress < hold, 1.0, {floor + (1.0 - floor) * (1.0 - progress) / (1.0 - hold) ~ "
    "1.0 - (1.0 - floor) * (progress - hold) / (1.0 - hold)})",
    "step": _BODIES["step"],
    "cycles": "{?0.4 # {warm restarts}}\n"
    "phase = {jnp.mod(progress * num_cycles, 1.0) ~ (progress * num_cycles) % 1.0}\n"
    "scale = {cosine_between(1.0, floor, phase) ~ "
    "floor + (1.0 - floor) * 0.5 * (1.0 + jnp.cos(jnp.pi * phase))}",
}  # fmt: skip


def _rates(p: Program) -> Text:
    """Draw a function that computes the step size of a schedule that is chosen by name."""
    known = p.choices.shuffled(list(_RATE_CASES))[: p.choices.integer(3, 5)]
    asked = p.choices.choice(known)
    cases: list[str] = []
    for place, name in enumerate(known):
        body = p.choose(_RATE_CASES[name]).replace("\n", "\n        ")
        cases.append(f"    {'elif' if place else 'if'} name == '{name}':\n        {body}")
    cases.append("    else:\n        raise ValueError(f'unknown schedule <<name>>')")
    several = p.choices.chance(0.4)
    lines = p.choose(_BODIES["rates"]).replace("CASES", join("\n".join(cases)))
    shape: tuple[int, ...] = (p.size(16, 32, 64),) if several else ()
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "step": Array(Leaf(shape, 0, 100, "int32"), "step count", ("steps",) if several else ("step", "count")),
            "name": Option("str", f"one of {', '.join(sorted(known))}", (f"'{p.choices.choice(known)}'",),
                           ("schedule", "name", "decay"), f"'{asked}'"),
            "peak": step_size(p, "3e-4", "1e-3", "0.01", names=("peak_lr", "base_lr", "learning_rate")),
            "floor": Option("float", "final step size relative to the largest", ("0.1", "0.01"),
                            ("end_factor", "final_scale")),
            "warmup_steps": Option("int", "number of warmup steps", ("10", "20", "0"), ("warmup_steps",),
                                   "20" if asked in ("constant", "stable", "step") else None),
            "total_steps": Option("int", "total number of steps", ("100", "200"), ("total_steps", "num_steps")),
            "min_rate": Option("float | None", "smallest step size", ("None", "1e-5"), ("min_lr",)),
            "hold": Option("float", "fraction of the steps without decay", ("0.8", "0.5"), ("hold", "stable_fraction")),
            "boundaries": Option("tuple[float, ...]", "boundaries as fractions of all steps",
                                 ("(0.5, 0.75)", "(0.3, 0.6, 0.9)"), ("boundaries", "milestones")),
            "drop": Option("float", "factor of each drop", ("0.1", "0.5"), ("drop", "decay_factor")),
            "num_cycles": Option("int", "number of cycles", ("2", "4"), ("num_cycles",)),
        },
        result=(Leaf(shape),),
        helpers=(_BODIES["warm"], _BODIES["between"]),
        titles=("learning_rate_at", "scheduled_rate", "get_learning_rate", "schedule_value"),
        summary=p.pick("Computes the learning rate of a selectable schedule", "Computes the learning rate at a step"),
        returned="one step size for each step" if several else "the step size",
    )  # fmt: skip


def _report(p: Program) -> Text:
    """Draw a function that computes statistics of gradients by name, for a log."""
    tree = flat(p, p.choices.choice((2, 3, 4)))
    summed = p.choices.chance(0.65)
    first, second = p.choices.choice(
        (("total_sq = jnp.zeros(())", "total_sq = total_sq + norm ** 2"),
         ("total_sq = 0.0", "total_sq = total_sq + norm ** 2"),
         ("total_norms = []", "total_norms.append(norm)"))
    )  # fmt: skip
    end = "report[f'<<prefix>>/norm'] = " + (
        p.pick("jnp.linalg.norm(jnp.stack(total_norms))", "jnp.sqrt(sum(n ** 2 for n in total_norms))")
        if "norms" in first
        else "jnp.sqrt(total_sq)"
    )
    if not summed:
        first, second, end = "", "", ""
    text = (
        _BODIES["report"]
        .replace("TOTAL_FIRST", first)
        .replace("TOTAL_NEXT", second)
        .replace("END", join(end, "return report").replace("\n", "\n    "))
    )
    lines = p.choose(text)
    prefix, large = p.pick("grad", "grads", "gradients"), p.choices.chance(0.5)
    percentile = p.pick("None", "90", "99")
    keys: list[str] = []
    for name in tree:
        keys.append(f"{prefix}/{name}/norm")
        if "with_max" in lines and large:
            keys.append(f"{prefix}/{name}/max")
        keys += [f"{prefix}/{name}/{each}" for each in ("zeros", "ratio") if f"/{each}'" in lines]
        if "percentile is" in lines and percentile != "None":
            keys.append(f"{prefix}/{name}/p{percentile}")
    if summed:
        keys.append(f"{prefix}/norm")
    weighed = "params[name]" in lines
    weights = {"params": Array(changed(tree, 0.1, 1), "parameters by name", ("params", "weights"))} if weighed else {}
    if not weighed:
        lines = lines.replace("if set(params) != set(grads):", "if not grads:").replace(
            "expected gradients of the same parameters", "expected at least one gradient"
        )
    return Text(
        lines=with_escaped_braces(lines),
        given={
            **weights,
            "grads": Array(tree, "gradients by name", ("grads", "gradients")),
            "learning_rate": Option("float", "step size", ("0.1", "0.01"), ("learning_rate", "lr")),
            "prefix": Option("str", "prefix of the names", (f"'{prefix}'",), ("prefix", "scope")),
            "with_max": Option("bool", "whether to report the largest absolute elements", ("False",),
                               ("with_max", "log_max"),
                               str(large)),
            "percentile": Option("int | None", "percentile to report", ("None",), ("percentile",), percentile),
        },
        result=({key: Leaf(()) for key in keys},),
        helpers=(_BODIES["norm"],),
        titles=("gradient_report", "grad_metrics", "log_gradients", "gradient_stats"),
        summary=p.pick("Computes gradient statistics for logging", "Computes gradient norms by name"),
        returned="metrics by name",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "adam_by_name": adam,
    "update_by_group": _groups,
    "scaled_gradients": _scaling,
    "schedule_by_name": _rates,
    "gradient_report": _report,
    "orthogonal_update": muon,
    "cover_update": cover,
    "line_search": write_line_search,
    **CHAINS,
}
RECIPES = (
    written_recipe("optimizer_part", "optimizers", _WRITERS, dict.fromkeys(_WRITERS, 1.5) | {"listed_transforms": 2.5}),
)
