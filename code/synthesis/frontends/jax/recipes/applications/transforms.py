"""What is done with a tree of gradients or parameters as a whole: clipping, averages, decay, accumulation."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizers import MAPS, clip_by_norm, parameters
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    remark,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_OF_MATRICES = ("add_decay", "clip_elements", "adaptive_clip")


def _draw_transform(stream: Stream, target: str) -> KernelSpec:
    """What is done with a tree of gradients or parameters as a whole."""
    p = Program(stream)
    # Where vectors are left alone, those among the parameters would change nothing.
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4), biased=target not in _OF_MATRICES)
    each = p.pick(*MAPS)
    p.tree("grads", changed(tree, -2, 2), "gradients", ("grads", "gradients", "updates"))
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights", "theta"))
    p.tree("average", changed(tree, -1, 1), "averaged parameters", ("ema_params", "averaged", "target_params"))
    p.tree("total", changed(tree, -3, 3), "sums of gradients so far", ("accumulated", "grad_sum", "acc"))
    p.tensor(
        "count", Leaf((), 0, 50, "int32"), "steps that were made",
        ("mini_step", "microbatch") if target == "accumulate" else ("count", "step", "num_updates"),
    )  # fmt: skip
    p.number(
        "max_norm",
        p.pick("1.0", "0.5", "10.0"),
        "largest norm of all gradients",
        (0.5, 20.0),
        ("max_norm", "clip_norm", "max_grad_norm"),
    )
    p.number(
        "limit", p.pick("1.0", "0.5"), "largest size of an entry", (0.5, 1.5), ("limit", "clip_value", "max_delta")
    )
    p.number(
        "rate", p.pick("0.999", "0.99", "0.9"), "decay of the average", (0.9, 0.99), ("decay", "ema_decay", "polyak")
    )
    p.number("strength", p.pick("1e-4", "0.01"), "weight decay", (0.001, 0.1), ("weight_decay", "strength", "l2"))
    p.number("clipping", "0.01", "largest norm relative to the parameters", (0.01, 0.1), ("clipping", "clip_ratio"))
    p.number("eps", p.pick("1e-6", "1e-3"), "least norm of a parameter")
    p.option(
        "debias", "True", "bool", "whether the start of the average is corrected", "True", ("debias", "zero_debias")
    )
    p.option("every", "4", "int", "steps between two updates", None, ("every_k", "accumulation_steps"))
    p.option(
        "unless",
        "None",
        "float | None",
        "no clipping if None",
        p.pick("1.0", "None", "5.0"),
        ("max_value", "clip_value"),
    )
    whole = target in ("clip_by_global_norm", "accumulate")
    p.add(guard(p, "not jax.tree.leaves(grads)", "no gradients", 0.15) if whole else "")
    way = p.pick("centre", "columns", "unit", "rms") if target == "normalise_gradients" else ""
    made = _normalise(p, each, tree, way) if way else _TRANSFORMS[target](p, each, tree)
    p.gives(*made)
    titles = {
        "clip_by_global_norm": ("clip_by_global_norm", "clip_grads", "clip_gradients"),
        "clip_elements": ("clip_by_value", "clip_updates", "clip_elementwise"),
        "moving_average": ("update_ema", "polyak_average", "ema_update", "update_target"),
        "add_decay": ("add_decayed_weights", "apply_weight_decay", "decay_weights"),
        "accumulate": ("accumulate_grads", "accumulate", "add_microbatch"),
        "adaptive_clip": ("adaptive_grad_clip", "clip_by_weight_norm", "agc"),
        "centre": ("centralize", "centralize_gradients", "center_grads"),
        "unit": ("normalize_grads", "unit_norm_grads", "normalize_by_layer"),
        "columns": ("normalize_columns", "normalize_by_unit", "unit_column_grads"),
        "rms": ("rms_normalize_grads", "scale_by_rms", "normalize_grads"),
    }[way or target]
    summary = {
        "clip_by_global_norm": "Scales gradients down to a largest global norm",
        "clip_elements": "Bounds every entry of the gradients",
        "moving_average": "Moves averaged parameters towards the current ones",
        "add_decay": "Adds decayed weights to the gradients of matrices",
        "accumulate": "Adds up the gradients of small batches",
        "adaptive_clip": "Clips gradients relative to the norm of their parameters",
        "normalise_gradients": "Brings the gradients of each array to a common scale",
    }[target]
    return p.done("optimizers", "tree_transform", target, titles, summary, "a tree of the same shapes")


def _bound(p: Program, each: str, tree: str, share: float) -> None:
    """Bound a tree by its norm or entry by entry, in some functions."""
    if not p.maybe(share):
        return
    if p.choices.chance(0.65):
        p.add(clip_by_norm(p, each, tree))
    else:
        p.add(block("if unless is not None:", f"{tree} = {each}(lambda g: jnp.clip(g, -unless, unless), {tree})"))


def _clip_norm(p: Program, each: str, tree: Tree) -> list[Tree]:
    p.add(clip_by_norm(p, each, "grads", always=True))
    both = p.choices.chance(0.5)
    p.add("return grads, norm" if both else "return grads")
    return [changed(tree, 0, 1), Leaf(())] if both else [changed(tree, 0, 1)]


def _clip_elements(p: Program, each: str, tree: Tree) -> list[Tree]:
    bounded = p.pick("jnp.clip(g, -limit, limit)", "jnp.clip(g, min=-limit, max=limit)", "g.clip(-limit, limit)")
    p.add(remark(p, "entry by entry", "no entry beyond the limit"))
    p.add(f"clipped = {each}(lambda g: {bounded}, grads)")
    more: list[Tree] = []
    extra = p.pick("none", "share", "share")
    if extra == "share":
        p.add(
            p.pick(
                "hits = sum(jnp.sum(jnp.abs(g) > limit) for g in jax.tree.leaves(grads))",
                f"hits = jax.tree.reduce(jnp.add, {each}(lambda g: (jnp.abs(g) > limit).sum(), grads))",
            ),
            p.pick(
                "size = sum(g.size for g in jax.tree.leaves(grads))",
                "size = sum(math.prod(g.shape) for g in jax.tree.leaves(grads))",
            ),
        )
        more = [Leaf(())]
    if p.maybe(0.3):
        p.add("'# what is no number moves nothing'", f"clipped = {each}(jnp.nan_to_num, clipped)")
    p.add("return clipped, hits / size" if more else "return clipped")
    return [changed(tree, 0, 1), *more]


def _average(p: Program, each: str, tree: Tree) -> list[Tree]:
    decayed = p.maybe(0.5)
    rate = "rate"
    if decayed:
        p.add(remark(p, "follow quickly at first", "a short memory in the first steps"))
        p.add(p.pick("warm = rate * (1.0 - jnp.exp(-(count + 1) / 10.0))", "warm = rate * (1.0 - 1.0 / (count + 2))"))
        rate = "warm"
    p.add(
        p.pick(
            f"new = {each}(lambda a, w: {rate} * a + (1 - {rate}) * w, average, params)",
            f"new = {each}(lambda a, w: a + (1 - {rate}) * (w - a), average, params)",
            f"new = {each}(lambda w, a: (1 - {rate}) * w + {rate} * a, params, average)",
        )
    )
    more: list[Tree] = []
    if not decayed and p.maybe(0.5):
        p.add(
            block(
                "if debias:",
                remark(p, "the average began at zero", "correct for the start"),
                p.pick("scale_by = 1 - rate ** (count + 1)", "scale_by = 1.0 - jnp.power(rate, count + 1)"),
                f"corrected = {each}(lambda a: a / scale_by, new)",
            ),
            block("else:", "corrected = new"),
            "# the average itself goes on, and the corrected one is used".join(("'", "'")),
            "return new, corrected",
        )
        return [changed(tree, 0, 1), changed(tree, 0, 1)]
    if p.maybe(0.35):
        p.add(
            remark(p, "how far the average is behind"),
            p.pick(
                "drift = jnp.sqrt(sum(jnp.sum((a - w) ** 2) for a, w in zip(jax.tree.leaves(new), "
                "jax.tree.leaves(params))))",
                f"gaps = {each}(lambda a, w: jnp.sum(jnp.square(a - w)), new, params)\n"
                f"drift = jnp.sqrt(jax.tree.reduce(jnp.add, gaps))",
            ),
        )
        more = [Leaf(())]
    if p.maybe(0.3):
        p.add("'# in the format of the parameters'", f"new = {each}(lambda a, w: a.astype(w.dtype), new, params)")
    if p.maybe(0.3):
        p.add(
            p.pick(
                f"new = {each}(jax.lax.stop_gradient, new)", f"new = {each}(lambda a: jax.lax.stop_gradient(a), new)"
            )
        )
    p.add("return new, drift" if more else "return new")
    return [changed(tree, 0, 1), *more]


def _decay(p: Program, each: str, tree: Tree) -> list[Tree]:
    test = p.pick("w.ndim > 1", "w.ndim >= 2", "jnp.ndim(w) > 1")
    if p.choices.chance(0.5):
        p.add(remark(p, "biases and scales do not decay", "only matrices decay"))
        p.add(
            block(
                "def decay_one(g, w):",
                p.pick(
                    f"return g + strength * w if {test} else g", f"if {test}:\n    return g + strength * w\nreturn g"
                ),
            ),
            f"grads = {each}(decay_one, grads, params)",
        )
    else:
        p.add(
            remark(p, "biases and scales do not decay", "only matrices decay"),
            f"mask = {each}(lambda w: {test}, params)",
            f"grads = {each}(lambda g, w, m: g + strength * w if m else g, grads, params, mask)",
        )
    _bound(p, each, "grads", 0.5)
    if p.maybe(0.3):
        p.add(
            remark(p, "what the decay is the gradient of"),
            p.pick(
                f"penalty = 0.5 * strength * sum(jnp.sum(w ** 2) for w in jax.tree.leaves(params) if {test})",
                f"matrices = [w for w in jax.tree.leaves(params) if {test}]\n"
                "penalty = 0.5 * strength * sum(jnp.sum(jnp.square(w)) for w in matrices)",
            ),
            "return grads, penalty",
        )
        return [changed(tree, 0, 1), Leaf(())]
    p.add("return grads")
    return [changed(tree, 0, 1)]


def _accumulate(p: Program, each: str, tree: Tree) -> list[Tree]:
    p.add(
        remark(p, "add the gradients of this batch", share=0.4),
        p.pick(
            f"summed = {each}(jnp.add, total, grads)",
            f"summed = {each}(lambda s, g: s + g, total, grads)",
            f"summed = {each}(lambda g, s: g + s, grads, total)",
        ),
    )
    p.add(
        p.pick(
            "full = (count + 1) % every == 0",
            "full = jnp.equal((count + 1) % every, 0)",
            "full = count % every == every - 1",
        )
    )
    p.add(remark(p, "mean over the small batches", "as if it were one large batch"))
    p.add(f"mean_grads = {each}(lambda s: {p.pick('s / every', 's * (1.0 / every)')}, summed)")
    _bound(p, each, "mean_grads", 0.45)
    p.add(
        remark(p, "nothing moves until enough was added up", "zero until the last of them"),
        p.pick(
            f"ready = {each}(lambda m: jnp.where(full, m, 0.0), mean_grads)",
            f"ready = {each}(lambda m: jnp.where(full, m, jnp.zeros_like(m)), mean_grads)",
            f"ready = lax.cond(full, lambda: mean_grads, lambda: {each}(jnp.zeros_like, mean_grads))",
        ),
    )
    p.add(
        p.pick(
            f"rest = {each}(lambda s: jnp.where(full, 0.0, s), summed)",
            f"rest = {each}(lambda s: s * (1 - full), summed)",
        )
    )
    p.add(
        p.pick(
            "return ready, rest, count + 1",
            "return ready, rest, count + 1",
            "count = count + 1\nreturn ready, rest, count",
        )
    )
    return [changed(tree, 0, 1), changed(tree, 0, 1), Leaf((), dtype="int32")]


def _adaptive(p: Program, each: str, tree: Tree) -> list[Tree]:
    # Of a whole array, or of what leads to one output.
    axis = p.pick("None", "0", "0")
    keep = ", keepdims=True" if axis != "None" else ""
    norm = p.pick(
        f"jnp.sqrt(jnp.sum(jnp.square(VALUE), axis={axis}{keep}))",
        f"jnp.linalg.norm(VALUE, axis={axis}{keep})" if axis != "None" else "jnp.linalg.norm(VALUE)",
    )
    p.helper(block("def unit_norm(value):", f"return {norm.replace('VALUE', 'value')}")) if p.choices.chance(
        0.6
    ) else None
    body = join(
        remark(p, "a gradient may be as large as its weights allow", "relative to the size of the weights"),
        f"w_norm = jnp.maximum({norm.replace('VALUE', 'w')}, eps)",
        f"g_norm = {norm.replace('VALUE', 'g')}",
        p.pick("largest = w_norm * clipping", "largest = clipping * w_norm"),
        p.pick(
            "return jnp.where(g_norm > largest, g * (largest / jnp.maximum(g_norm, 1e-6)), g)",
            "scale_by = jnp.minimum(1.0, largest / (g_norm + 1e-6))\nreturn g * scale_by",
        ),
    )
    p.add(
        block(
            "def clip_one(g, w):", block("if g.ndim < 2:", "return g") if p.maybe(0.4) and axis == "None" else "", body
        ),
        f"clipped = {each}(clip_one, grads, params)",
    )
    if p.maybe(0.3):
        p.add(
            remark(p, "how much was cut off", "one where nothing was cut"),
            p.pick(
                "kept = global_norm(clipped) / jnp.maximum(global_norm(grads), 1e-6)",
                "kept = global_norm(clipped) / (global_norm(grads) + 1e-6)",
            ),
            "return clipped, kept",
        )
        return [changed(tree, 0, 1), Leaf(())]
    p.add("return clipped")
    return [changed(tree, 0, 1)]


def _normalise(p: Program, each: str, tree: Tree, way: str) -> list[Tree]:
    body = {
        "centre": block(f"if g.ndim {p.pick('< 2', '== 1')}:", "return g")
        + "\n"
        + p.pick(
            "return g - g.mean(axis=0, keepdims=True)",
            "return g - jnp.mean(g, axis=tuple(range(g.ndim - 1)), keepdims=True)",
        ),
        "columns": block(f"if g.ndim {p.pick('< 2', '== 1')}:", "return g / (jnp.linalg.norm(g) + eps)")
        + "\n"
        + p.pick(
            "return g / (jnp.linalg.norm(g, axis=0, keepdims=True) + eps)",
            "norms = jnp.sqrt(jnp.sum(jnp.square(g), axis=0, keepdims=True))\nreturn g / jnp.maximum(norms, eps)",
        ),
        "unit": p.pick("return g / (jnp.linalg.norm(g) + eps)", "return g * jax.lax.rsqrt(jnp.sum(g ** 2) + eps)"),
        "rms": p.pick(
            "rms = jnp.sqrt(jnp.mean(jnp.square(g)))\nreturn g / jnp.maximum(1.0, rms / limit)",
            "rms = jnp.sqrt(jnp.mean(g ** 2) + eps)\nreturn g / rms",
        ),
    }[way]
    p.add(remark(p, "each array by itself", "one scale for every array"))
    p.add(
        block(f"def {p.pick('one', 'normalize_one', 'fix')}(g):", body)
        .replace("def one", "def fix")
        .replace("def normalize_one", "def fix"),
        f"grads = {each}(fix, grads)",
    )
    if way == "centre":
        _bound(p, each, "grads", 0.5)
    p.add("return grads")
    return [changed(tree, 0, 1)]


_TRANSFORMS = {
    "clip_by_global_norm": _clip_norm, "clip_elements": _clip_elements, "moving_average": _average, "add_decay": _decay,
    "accumulate": _accumulate, "adaptive_clip": _adaptive,
}  # fmt: skip

RECIPES = (
    Recipe(
        name="tree_transform",
        category="optimizers",
        targets=(*_TRANSFORMS, "normalise_gradients"),
        draw=_draw_transform,
    ),
)
