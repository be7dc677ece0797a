"""Operations on whole trees of gradients or parameters: clipping, averages, decay, accumulation."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.optimizers import clip_by_norm
from synthesis.frontends.jax.recipes.applications.parameter_trees import MAPS, parameters
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed, mapped

_BODIES = read_bodies("jax", "transforms", margin=4)

_OF_MATRICES = ("add_decay", "clip_elements", "adaptive_clip")


_TITLES = {
    "clip_by_global_norm": ("clip_by_global_norm", "clip_grads", "clip_gradients"),
    "clip_elements": ("clip_by_value", "clip_updates", "clip_elementwise"),
    "moving_average": ("update_ema", "polyak_average", "ema_update", "update_target"),
    "add_decay": ("add_decayed_weights", "apply_weight_decay", "decay_weights"),
    "accumulate": ("accumulate_grads", "accumulate", "add_microbatch"),
    "adaptive_clip": ("adaptive_grad_clip", "clip_by_weight_norm", "agc"),
    "centre": ("centralize", "centralize_gradients", "center_grads"),
    "unit": ("normalize_grads", "unit_norm_grads", "normalize_by_layer"),
    "columns": ("normalize_columns", "unit_column_grads"),
    "bounded_rms": ("clip_by_block_rms", "bound_update_rms"),
    "rms": ("rms_normalize_grads", "normalize_by_rms"),
}
"""Names of functions, by what they do."""


_SUMMARIES = {
    "clip_by_global_norm": "Clips gradients by global norm",
    "clip_elements": "Clips the gradients of each array",
    "moving_average": "Moves averaged parameters towards the current ones",
    "add_decay": "Adds decayed weights to the gradients",
    "accumulate": "Accumulates gradients of microbatches",
    "adaptive_clip": "Clips gradients relative to the norm of their parameters",
    "centre": "Centralizes the gradients of matrices",
    "unit": "Normalizes the gradients of each array to unit norm",
    "columns": "Normalizes the gradients of each output to unit norm",
    "bounded_rms": "Clips the gradients of each array by root mean square",
    "rms": "Divides the gradients of each array by their root mean square",
}
"""What functions do, in words."""


def _draw_transform(stream: Stream, target: str) -> KernelSpec:
    """Draw an operation on a whole tree of gradients or parameters."""
    p = Program(stream)
    # If vectors are left alone, vectors among the parameters would have no effect.
    tree, _ = parameters(p, p.choices.integer(1, 2) + (p.level >= 4), biased=target not in _OF_MATRICES)
    if p.choices.chance(0.7):  # a function of any tree has no annotation for it
        p.holds_any_tree()
    each = p.pick(*MAPS)
    p.tree("grads", changed(tree, -2, 2), "gradients", ("grads", "gradients", "updates"))
    p.tree("params", changed(tree, -1, 1), "parameters", ("params", "weights"))
    p.tree("average", changed(tree, -1, 1), "averaged parameters", ("ema_params", "averaged", "target_params"))
    p.tree("total", changed(tree, -3, 3), "sums of gradients so far", ("accumulated", "grad_sum", "acc"))
    p.tensor(
        "count", Leaf((), *((0, 50) if target == "accumulate" else (10, 200)), "int32"), "steps that were made",
        ("mini_step", "microbatch") if target == "accumulate" else ("count", "step", "num_updates"),
    )  # fmt: skip
    p.number("max_norm", p.pick("1.0", "0.5", "10.0"), "largest norm of all gradients", (0.5, 20.0),
             ("max_norm", "clip_norm", "max_grad_norm"))  # fmt: skip
    p.number("limit", p.pick("1.0", "0.5"), "largest size of an entry", (0.5, 1.5), ("clip_value", "max_delta"))
    p.number(
        "rate", p.pick("0.999", "0.99", "0.9"), "decay of the average", (0.9, 0.99), ("decay", "ema_decay", "polyak")
    )
    p.number("strength", p.pick("1e-4", "0.01"), "weight decay", (0.001, 0.1), ("weight_decay", "strength", "l2"))
    p.number("clipping", "0.01", "largest norm relative to the parameters", (0.01, 0.1), ("clipping", "clip_ratio"))
    p.number("eps", p.pick("1e-6", "1e-3"), "least norm of a parameter")
    p.option("debias", "True", "bool", "whether to correct the bias of the average", "True", ("debias", "zero_debias"))
    p.option("warmup", "False", "bool", "whether to increase the decay during warmup", "True", ("warmup", "use_warmup"))
    p.option(
        "every", "4", "int", "number of steps between two updates", p.pick("2", "3"), ("every_k", "accumulation_steps")
    )
    p.option("unless", "None", "float | None", "clipping limit, or None for no clipping", p.pick("1.0", "None", "5.0"),
             ("max_value",))  # fmt: skip
    p.option("mode", "'value'", "str", "value or norm", p.pick("'value'", "'norm'"), ("mode", "kind"))
    p.option("finite", "True", "bool", "whether to replace values that are not finite by zero", None,
             ("zero_nans", "skip_nans"))  # fmt: skip
    p.tree("decays", mapped(tree, lambda _: Leaf((), 0, 1, "bool")), "which arrays decay", ("mask", "decay_mask"))
    way = p.pick(*_NORMALISED) if target == "normalise_gradients" else ""
    p.set_results(*(_normalise(p, each, tree, way) if way else _TRANSFORMS[target](p, each, tree)))
    return p.done(
        "optimizers",
        "tree_transform",
        target,
        _TITLES[way or target],
        _SUMMARIES[way or target],
        "a tree of the same shapes",
    )


_CLIPS = (
    "",
    _BODIES["clips.clips"],
    _BODIES["clips.clips_2"],
    _BODIES["clips.clips_3"],
)
"""Ways to scale gradients down to a largest norm."""


def _clip_norm(p: Program, each: str, tree: Tree) -> list[Tree]:
    way = p.choices.choice(_CLIPS)
    p.write("""
        {?0.15 if not jax.tree.leaves(grads):
            raise ValueError('expected at least one gradient')}
    """)
    if way:
        p.write(way.replace("EACH", each))
    else:
        p.add(clip_by_norm(p, each, "grads", always=True))
    both = p.choices.chance(0.5)
    p.add("return grads, grad_norm" if both else "return grads")
    return [changed(tree, 0, 1), Leaf(())] if both else [changed(tree, 0, 1)]


def _clip_elements(p: Program, each: str, tree: Tree) -> list[Tree]:
    bounded = p.pick("jnp.clip(g, -limit, limit)", "jnp.clip(g, min=-limit, max=limit)")
    form = p.pick("plain", "mode", "share")
    if form == "mode":
        p.write(f"""
            def clip_one(g):
                {{if mode == 'value':
                    return {bounded}
                if mode == 'norm':
                    {{?0.4 # {{each array separately}}}}
                    norm = jnp.sqrt(jnp.sum(g ** 2) + 1e-12)
                    return g * jnp.minimum(1.0, limit / norm)
                raise ValueError(f'expected value or norm, got <<mode>>') ~
                if mode == 'value':
                    clipped = {bounded}
                elif mode == 'norm':
                    {{?0.4 # {{each array separately}}}}
                    norm = jnp.sqrt(jnp.sum(g ** 2) + 1e-12)
                    clipped = g * jnp.minimum(1.0, limit / norm)
                else:
                    raise ValueError(f'unknown mode <<mode>>')
                return clipped}}

            return {each}(clip_one, grads)
        """)
        return [changed(tree, 0, 1)]
    p.write(f"""
        {{?0.35 if finite:
            {{?0.5 # {{what is no number moves nothing}}}}
            grads = {each}(jnp.nan_to_num, grads)}}
        clipped = {each}(lambda g: {bounded}, grads)
    """)
    if form == "share":
        p.write("""
            {?0.4 # {clipped fraction of the gradients}}
            {hits = sum(jnp.sum(jnp.abs(g) > limit) for g in jax.tree.leaves(grads))
            size = sum(g.size for g in jax.tree.leaves(grads)) ~
            hits, size = 0, 0
            for g in jax.tree.leaves(grads):
                hits += jnp.sum(jnp.abs(g) > limit)
                size += g.size}
            return clipped, hits / size
        """)
        return [changed(tree, 0, 1), Leaf(())]
    p.add("return clipped")
    return [changed(tree, 0, 1)]


def _average(p: Program, each: str, tree: Tree) -> list[Tree]:
    form = p.pick("plain", "warm", "option", "debiased")
    rate = "rate" if form in ("plain", "debiased") else "warm"
    quick = "warm = {rate * (1.0 - jnp.exp(-(count + 1) / 10.0)) ~ jnp.minimum(rate, (1.0 + count) / (10.0 + count))}"
    p.write(
        {
            "warm": "{?0.5 # {follow fast at first ~ a short memory in the first steps}}\n" + quick,
            "option": "warm = rate\nif warmup:\n    {?0.5 # {a short memory in the first steps}}\n    " + quick,
        }.get(form, ""),
        f"""
        {{new = {each}(lambda a, w: {rate} * a + (1 - {rate}) * w, average, params) ~
        new = {each}(lambda a, w: a + (1 - {rate}) * (w - a), average, params) ~
        def mix(a, w):
            {{if not jnp.issubdtype(a.dtype, jnp.floating):
                {{?0.4 # {{copy counters}}}}
                return w ~
            {{?0.6 if a.shape != w.shape:
                raise ValueError(f'expected an array of shape <<a.shape>>, got <<w.shape>>')}}}}
            return {rate} * a + (1 - {rate}) * w

        new = {each}(mix, average, params)}}
        """,
    )
    if form == "debiased":
        p.write(f"""
            {{if debias:
                {{?0.4 # {{corrects the bias towards zero}}}}
                scale_by = 1 - rate ** (count + 1)
                corrected = {each}(lambda a: a / scale_by, new)
            else:
                corrected = new ~
            {{?0.4 # {{corrects the bias towards zero}}}}
            scale_by = 1 - rate ** (count + 1)
            corrected = {each}(lambda a: a / scale_by, new)}}
            {{?0.4 # {{the average itself goes on, and the corrected one is used}}}}
            return new, corrected
        """)
        return [changed(tree, 0, 1), changed(tree, 0, 1)]
    if p.maybe(0.2):
        p.write(f"""
            {{?0.4 # {{how far the average is behind}}}}
            deltas = {each}(lambda a, w: a - w, new, params)
            return new, global_norm(deltas)
        """)
        return [changed(tree, 0, 1), Leaf(())]
    p.add("return new")
    return [changed(tree, 0, 1)]


def _decay(p: Program, each: str, tree: Tree) -> list[Tree]:
    test = p.pick("w.ndim > 1", "w.ndim >= 2")
    p.write(f"""
        {{def decay_one(g, w):
            {{?0.5 if g.shape != w.shape:
                raise ValueError(f'expected a gradient of shape <<w.shape>>, got <<g.shape>>')}}
            {{?0.4 # {{biases and scales do not decay ~ only matrices decay}}}}
            {{return g + strength * w if {test} else g ~
            if w.ndim < 2 or not jnp.issubdtype(w.dtype, jnp.floating):
                return g
            return g + strength * w}}

        grads = {each}(decay_one, grads, params) ~
        {{?0.4 # {{biases and scales do not decay ~ only matrices decay}}}}
        mask = {each}(lambda w: {test}, params)
        grads = {each}(lambda g, w, m: g + strength * w if m else g, grads, params, mask) ~
        if decays is None:
            {{?0.4 # {{biases and scales do not decay ~ only matrices decay}}}}
            grads = {each}(lambda g, w: g + strength * w if {test} else g, grads, params)
        else:
            {{?0.6 if jax.tree.structure(decays) != jax.tree.structure(params):
                raise ValueError('expected a mask with one flag for each array')}}
            grads = {each}(lambda g, w, m: g + strength * m * w, grads, params, decays)}}
        {{?0.25 if unless is not None:
            {{?0.4 # {{entries that are too large are cut}}}}
            grads = {each}(lambda g: jnp.clip(g, -unless, unless), grads)}}
        return grads
    """)
    return [changed(tree, 0, 1)]


def _accumulate(p: Program, each: str, tree: Tree) -> list[Tree]:
    p.write(f"""
        {{?0.35 if every < 1:
            raise ValueError(f'expected at least one small batch, got <<every>>')}}
        {{summed = {each}(jnp.add, total, grads) ~ summed = {each}(lambda s, g: s + g, total, grads)}}
        full = (count + 1) % every == 0
        {{?0.4 # {{mean over the small batches ~ as if it were one large batch}}}}
        mean_grads = {each}(lambda s: s / every, summed)
    """)
    if p.maybe(0.25):
        p.add(clip_by_norm(p, each, "mean_grads"))
    elif p.maybe(0.2):
        p.write(f"if unless is not None:\n    mean_grads = {each}(lambda g: jnp.clip(g, -unless, unless), mean_grads)")
    p.write(f"""
        {{?0.4 # {{nothing moves until enough was added up ~ zero until the last of them}}}}
        {{ready = {each}(lambda m: jnp.where(full, m, 0.0), mean_grads)
        rest = {each}(lambda s: jnp.where(full, 0.0, s), summed) ~
        zeros = {each}(jnp.zeros_like, summed)
        ready = lax.cond(full, lambda: mean_grads, lambda: zeros)
        rest = lax.cond(full, lambda: zeros, lambda: summed) ~
        def choose(when_full, otherwise):
            return {each}(lambda a, b: jnp.where(full, a, b), when_full, otherwise)

        zeros = {each}(jnp.zeros_like, summed)
        ready = choose(mean_grads, zeros)
        rest = choose(zeros, summed)}}
        return ready, rest, count + 1
    """)
    return [changed(tree, 0, 1), changed(tree, 0, 1), Leaf((), dtype="int32")]


def _adaptive(p: Program, each: str, tree: Tree) -> list[Tree]:
    # The norm is that of the whole array, or of the weights of each output.
    units = p.choices.chance(0.6)
    norm = "jnp.sqrt(jnp.sum(VALUE ** 2, axis=0, keepdims=True))" if units else "jnp.sqrt(jnp.sum(VALUE ** 2))"
    if units and p.choices.chance(0.6):
        p.function("""
            def unit_norm(x):
                {?0.5 'Norm of what leads to each output.'}
                {?0.6 if x.ndim < 2:
                    return jnp.sqrt(jnp.sum(x ** 2))}
                return jnp.sqrt(jnp.sum(x ** 2, axis=0, keepdims=True))
        """)
        norm = "unit_norm(VALUE)"
    p.write(f"""
        def clip_one(g, w):
            {{?0.4 if g.shape != w.shape:
                raise ValueError(f'expected a gradient of shape <<w.shape>>, got <<g.shape>>')}}
            w_norm = jnp.maximum({norm.replace("VALUE", "w")}, eps)
            g_norm = {norm.replace("VALUE", "g")}
            {{?0.4 # {{a gradient may be as large as its weights allow}}}}
            largest = clipping * w_norm
            {{return jnp.where(g_norm > largest, g * (largest / jnp.maximum(g_norm, 1e-6)), g) ~
            scale_by = jnp.minimum(1.0, largest / (g_norm + 1e-6))
            return g * scale_by}}

        clipped = {each}(clip_one, grads, params)
    """)
    if p.maybe(0.15):
        p.write("""
            {?0.4 # {one where nothing was cut}}
            kept = global_norm(clipped) / jnp.maximum(global_norm(grads), 1e-6)
            return clipped, kept
        """)
        return [changed(tree, 0, 1), Leaf(())]
    p.add("return clipped")
    return [changed(tree, 0, 1)]


_NORMALISED = {
    "centre": _BODIES["centre"],
    "columns": _BODIES["columns"],
    "unit": """
        norm = {jnp.sqrt(jnp.sum(g ** 2)) ~ jnp.linalg.norm(g.ravel())}
        return g / {(norm + eps) ~ jnp.maximum(norm, eps)}
    """,
    "bounded_rms": """
        rms = jnp.sqrt(jnp.mean(g ** 2))
        {?0.4 # {scale only large gradients}}
        return g / jnp.maximum(1.0, rms / limit)
    """,
    "rms": _BODIES["rms"],
}


def _normalise(p: Program, each: str, tree: Tree, way: str) -> list[Tree]:
    p.write(
        block("def normalize_one(g):", _NORMALISED[way]),
        f"{{return {each}(normalize_one, grads) ~ leaves, structure = jax.tree.flatten(grads)\n"
        "return jax.tree.unflatten(structure, [normalize_one(g) for g in leaves])}",
    )
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
