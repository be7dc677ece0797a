"""Whole models of images cut into patches, or of rows of numbers, with identical residual layers."""

from dataclasses import replace

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import positive, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision, draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, mapped

_BODIES = read_bodies("jax", "encoders", margin=4)

_PATCH = 4
"""The side of a patch, in pixels."""
_NORM = '''
    def layer_norm(x: Array, scale: Array, bias: Array) -> Array:
        {? """Zero mean and unit variance over the features."""}
        START
        mean = {jnp.mean(X32, axis=-1, keepdims=True) ~ X32.mean(axis=-1, keepdims=True)}
        {var = jnp.var(X32, axis=-1, keepdims=True)
        y = (X32 - mean) * jax.lax.rsqrt(var + {1e-6 ~ 1e-5}) ~
        centred = X32 - mean
        y = centred / jnp.sqrt(jnp.mean(centred ** 2, axis=-1, keepdims=True) + {1e-6 ~ 1e-5})}
        return (y * scale + bias)BACK
'''
_DENSE = '''
    def dense(layer, x: Array) -> Array:
        {? """A layer that maps features linearly."""}
        {return x @ layer['w']CAST + layer['b']CAST ~ return jnp.dot(x, layer['w']CAST) + layer['b']CAST}
'''
_PERCEPTRON = _BODIES["perceptron"]
_ATTENTION = '''
    def self_attention(layer, x: Array, num_heads: int) -> Array:
        {? """{Every patch attends to all patches ~ Attention with several heads}."""}
        {batch, length, dim = x.shape
        {q, k, v = (
            (x @ layer[name]CAST).reshape(batch, length, num_heads, dim // num_heads)
            for name in ('query', 'key', 'value')) ~
        split = (batch, length, num_heads, dim // num_heads)
        q = (x @ layer['query']CAST).reshape(split)
        k = (x @ layer['key']CAST).reshape(split)
        v = (x @ layer['value']CAST).reshape(split)}
        {scores = jnp.einsum('bqhd,bkhd->bhqk', q, kSUMS) / math.sqrt(q.shape[-1]) ~
        scores = jnp.einsum('bqhd,bkhd->bhqk', q * q.shape[-1] ** -0.5, kSUMS)}
        {?0.4 # {over all patches}}
        probs = jax.nn.softmax(scores, axis=-1)BACK
        out = jnp.einsum('bhqk,bkhd->bqhd', probs, v)
        return dense(layer['out'], out.reshape(batch, length, dim))}
'''
_BLOCKS = {
    "residual": _BODIES["residual"],
    "mixer": '''
    def mixer_block(layer, x: Array) -> Array:
        {? """{Mixes the patches, and then the features ~ One layer of a mixer}."""}
        h = layer_norm(x, layer['scale1'], layer['bias1'])
        {?0.4 # {along the patches ~ along the patches, where the norms would take off a last bias}}
        {h = ACT(dense(layer['mix'], jnp.swapaxes(h, 1, 2)))
        x = x + jnp.swapaxes(h @ layer['unmix']CAST, 1, 2) ~
        h = ACT(dense(layer['mix'], h.transpose(0, 2, 1))) @ layer['unmix']CAST
        x = x + h.transpose(0, 2, 1) ~
        h = ACT(dense(layer['mix'], jnp.swapaxes(h, 1, 2)))
        x = x + jnp.einsum('bdh,hp->bpd', h, layer['unmix']CAST)}
        {?0.4 # {along the features}}
        {h = layer_norm(x, layer['scale2'], layer['bias2'])
        return x + feed_forward(layer, h) ~
        return x + feed_forward(layer, layer_norm(x, layer['scale2'], layer['bias2']))}
    ''',
    "attention": _BODIES["attention"],
}
_NAMES = {"residual": "residual_block", "mixer": "mixer_block", "attention": "encoder_block"}
_PATCHES = _BODIES["patches"]
_FORWARD = '''
    def forward(params, x: Array, SIZES) -> Array:
        {? """{Scores of every class ~ Applies the network to a batch}."""}
        CAST_TREE
        x = FIRST
        x = dense(params['embed'], x)
        PLACED
        LAYERS
        x = layer_norm(x, params['scale'], params['bias'])
        POOLED
        {return dense(params['head'], x)LEAVE ~
        logits = dense(params['head'], x)
        return logitsLEAVE}
'''
_LAYERS = {
    True: """
        def body(h, layer):
            return BLOCK(layer, hHEADS), None

        {?0.4 # {weights of all layers are stacked ~ the loop is compiled once for all layers}}
        {x, _ = jax.lax.scan({body ~ jax.checkpoint(body)}, x, params['layers']) ~
        x = jax.lax.scan(body, x, params['layers'])[0]}
    """,
    False: """
        for layer in params['layers']:
            x = BLOCK(layer, xHEADS)
    """,
}
_LOSSES = """
        {log_probs = jax.nn.log_softmax(logits, axis=-1)
        losses = -jnp.take_along_axis(log_probs, labels[:, None], axis=-1)[:, 0] ~
        losses = jax.nn.logsumexp(logits, axis=-1) - logits[jnp.arange(logits.shape[0]), labels] ~
        one_hot = jax.nn.one_hot(labels, logits.shape[-1])
        losses = -jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1) ~
        {?0.4 # label smoothing}
        one_hot = jax.nn.one_hot(labels, logits.shape[-1])
        soft_labels = (1.0 - smoothing) * one_hot + smoothing / logits.shape[-1]
        losses = -jnp.sum(soft_labels * jax.nn.log_softmax(logits), axis=-1) ~
        {?0.4 # {each class separately ~ independent classes}}
        one_hot = jax.nn.one_hot(labels, logits.shape[-1])
        losses = jnp.sum(jnp.logaddexp(0.0, logits) - one_hot * logits, axis=-1)}
"""
_MOVED = {
    "whole": _BODIES["whole"],
    "accuracy": _BODIES["accuracy"],
    "microbatches": _BODIES["microbatches"],
}
_EVALUATED = _BODIES["evaluated"]
_TOP = _BODIES["top"]


def _declare_model(p: Program, kind: str, stacked: bool) -> tuple[dict[str, Tree], Leaf, tuple[str, int]]:
    """Return the parameters, the model's input, and the numbers of heads and classes."""
    # The number of examples and of patches differs from the number of features: JAX writes one function for two arrays
    # of one shape.
    heads, depth, rows = p.size(2, 4), p.size(16), p.size(8, 16) if kind == "residual" else p.size(4, 8)
    side, wide, classes = p.size(14) - 2, p.size(2, 4), 10 if p.choices.chance(0.4) else p.size(8, 10, 100)
    dim, count = heads * depth, (side // _PATCH) ** 2

    def dense(into: int, out: int) -> dict[str, Leaf]:
        return {"w": weights(into, out), "b": weights(out)}

    layer: dict[str, Tree] = {
        "scale1": positive(dim), "bias1": weights(dim), "up": dense(dim, wide * dim), "down": dense(wide * dim, dim),
    }  # fmt: skip
    if kind != "residual":
        layer |= {"scale2": positive(dim), "bias2": weights(dim)}
    if kind == "mixer":
        # The norms that follow would cancel a bias for each patch.
        layer |= {"mix": dense(count, dim), "unmix": weights(dim, count)}
    if kind == "attention":
        # A bias of the keys would have no effect, because scores are only compared with each other.
        layer |= {name: weights(dim, dim) for name in ("query", "key", "value")} | {"out": dense(dim, dim)}
    layers = 2 + (p.level >= 4 and p.choices.chance(0.4))
    given = Leaf((rows, p.size(16, 24, 64)), -2, 2) if kind == "residual" else Leaf((rows, side, side, 3))
    into = given.shape[-1] if kind == "residual" else 3 * _PATCH**2
    stack: Tree = mapped(layer, lambda leaf: replace(leaf, shape=(layers, *leaf.shape)))
    tree: dict[str, Tree] = {
        "embed": dense(into, dim), "scale": positive(dim), "bias": weights(dim), "head": dense(dim, classes),
        "layers": stack if stacked else [layer] * layers,
    }  # fmt: skip
    if kind == "attention":
        tree["pos"] = weights(count, dim)
    return tree, given, (str(heads), classes)


def _declare_functions(p: Program, kind: str, precision: Precision, *, stacked: bool, smooth: bool) -> None:
    """Declare the helper functions: a norm, the parts of layers, a layer, and the model, called ``forward``."""
    half = bool(precision.half)
    act = p.pick("jax.nn.gelu", "jax.nn.gelu", "jax.nn.silu", "jax.nn.relu" if not (smooth and half) else "jax.nn.silu")
    heads = ", num_heads" if kind == "attention" else ""
    sizes = {"residual": "", "mixer": "patch_size: int", "attention": "patch_size: int, num_heads: int"}[kind]
    loop = _LAYERS[stacked].strip("\n").rstrip()
    first = "xENTER" if kind == "residual" else "to_patches(x, patch_size)ENTER"
    marks = {
        "START": "{?0.4 # {moments in float32}}\n        x32 = xLEAVE" if half else "", "X32": "x32" if half else "x",
        "x = FIRST": f"x = {first}" if half or kind != "residual" else "",
        "BACK": ".astype(x.dtype)" if half else "", "ACT": act, ", SIZES": f", {sizes}" if sizes else "",
        "PLACED": "x = x + params['pos']CAST" if kind == "attention" else "",
        "POOLED": "" if kind == "residual" else "{?0.4 # {one vector for each image}}\n"
        "        {x = jnp.mean(x, axis=1) ~ x = x.mean(axis=1)}",
        "        LAYERS": loop, "BLOCK": _NAMES[kind], "HEADS": heads,
    }  # fmt: skip
    for text in (_NORM, _DENSE, _PERCEPTRON, _ATTENTION, _BLOCKS[kind], _PATCHES, _FORWARD):
        p.function(precision.filled(text, marks))


_SUMMARIES = {
    "encoder_loss": "Evaluates a classifier on a batch",
    "encoder_step": "Performs one training step of a classifier",
}
_TITLES = {
    "encoder_loss": ("evaluate", "eval_step", "evaluate_batch"),
    "encoder_step": ("train_step", "update", "training_step"),
}
_RETURNED = {
    "encoder_loss": "the loss and what else is watched",
    "encoder_step": "the new parameters, the state of the optimizer if there is one, and the loss",
}


def _draw_encoder(stream: Stream, target: str) -> KernelSpec:
    """Draw a whole classifier with many layers, whose parameters are a tree of fifteen to fifty arrays."""
    p = Program(stream)
    moves = target == "encoder_step"
    precision = draw_precision(p, smooth=moves)
    kind, stacked = p.pick("residual", "mixer", "attention", "attention"), p.choices.chance(0.45)
    tree, given, (heads, classes) = _declare_model(p, kind, stacked)
    rows = given.shape[0]
    _declare_functions(p, kind, precision, stacked=stacked, smooth=moves)
    p.tree("params", tree, "weights of the model", ("params", "variables"))
    if kind == "residual":
        p.tensor("inputs", given, "one example a row", ("inputs", "features"))
    else:
        p.tensor("inputs", given, "images of shape (batch, height, width, channels)", ("images", "inputs"))
    p.tensor("labels", whole(rows, below=classes), "the class of each example", ("labels", "targets"))
    p.tensor("weight", positive(rows), "weight of each example", ("sample_weight", "weights"), optional=True)
    p.option("num_heads", heads, "int", "number of attention heads", heads, ("num_heads",))
    p.option("patch_size", str(_PATCH), "int", "side length of a patch in pixels", str(_PATCH), ("patch_size",))
    p.option("num_microbatches", "1", "int", "number of microbatches", p.pick("2", "4"), ("num_microbatches",))
    p.option("top_k", "5", "int", "number of top predictions that count", "3", ("top_k",))
    p.option("smoothing", p.pick("0.1", "0.05"), "float", "label smoothing", None, ("label_smoothing", "smoothing"))
    said = {"residual": "", "mixer": ", patch_size", "attention": ", patch_size, num_heads"}[kind]
    axes = len(given.shape)
    p.write("{?0.3 if inputs.ndim != AXES:\n    raise ValueError(f'expected AXES axes, got <<inputs.shape>>')}".replace(
        "AXES", str(axes)))  # fmt: skip
    if moves:
        # At low precision, rounding may change which score is the largest.
        how = p.pick("whole", "microbatches", *([] if precision.half else ["accuracy"]))
        p.write(_MOVED[how].replace("        LOSSES\n", _LOSSES.lstrip("\n")).replace("GIVEN", said))
        forms = FORMS[1:] if p.choices.chance(0.6) else FORMS
        finish_step(p, tree, forms, metric="accuracy" if how == "accuracy" else "")
    else:
        losses = _LOSSES.lstrip("\n").replace("\n    ", "\n")[4:]
        p.write(_EVALUATED.replace("    LOSSES\n", losses).replace("GIVEN", said))
        top = not precision.half and p.choices.chance(0.5)
        p.write(_TOP if top else "")
        ends: list[tuple[str, tuple[Tree, ...]]] = [("return loss, logits", (Leaf(()), Leaf((rows, classes))))]
        if top:
            ends = [
                ("return loss, recall", (Leaf(()), Leaf(()))),
                ("return <<'loss': loss, 'recall': recall>>", ({"loss": Leaf(()), "recall": Leaf(())},)),
            ]
        elif not precision.half:
            ends += [
                ("accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == labels)\nreturn loss, accuracy",
                 (Leaf(()), Leaf(()))),
                ("accuracy = (logits.argmax(axis=-1) == labels).mean()\n"
                 "return <<'loss': loss, 'accuracy': accuracy>>", ({"loss": Leaf(()), "accuracy": Leaf(())},)),
            ]  # fmt: skip
        p.finish(*ends)
    return p.done("training", "encoder_model", target, _TITLES[target], _SUMMARIES[target], _RETURNED[target])


RECIPES = (
    Recipe(
        name="encoder_model",
        category="training",
        targets=tuple(_TITLES),
        draw=_draw_encoder,
        target_weights={"encoder_loss": 1.8, "encoder_step": 1.0},
    ),
)
