"""Whole models of images, which are bytes: scores of classes, gradients, training steps, reconstructions."""

import re
from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.detection import VISION
from synthesis.frontends.jax.recipes.applications.image_blocks import Layout
from synthesis.frontends.jax.recipes.applications.parts import key, positive, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision, draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "vision_models", margin=4)

_BYTES = _BODIES["bytes"]
_AUGMENT = _BODIES["augment"]
_CONV = _BODIES["conv"]
_NORM = _BODIES["norm"]
_BLOCKS = {
    "residual": _BODIES["residual"],
    "separable": '''
    def separable_block(layer, x: Array, stride: int = 1) -> Array:
        {? """A convolution of each channel, then a mix of the channels."""}
        h = jax.lax.conv_general_dilated(
            x, layer['conv1']CAST, (stride, stride), 'SAME', dimension_numbers=LAYOUT,
            feature_group_count=x.shape[CHANNEL])
        h = ACT(group_norm(h, layer['scale1'], layer['bias1']))
        h = CONV(h, layer['conv2'])
        h = ACT(group_norm(h, layer['scale2'], layer['bias2']))
        {{?0.6 if h.shape == x.shape:
            {?0.4 # {residual connection where sizes agree}}
            h = h + x}}
        return h
    ''',
}
_FORWARD = '''
    def forward(params, x: Array) -> Array:
        {? """{Scores of every class ~ Logits of a batch of images}."""}
        CAST_TREE
        ENTERED
        x = ACT(CONV(x, params['stem'])LEAVE + params['stem_bias']TO_SIDES)ENTER
        {for index, layer in enumerate(params['blocks']):
            {?0.4 # {every block but the first halves the sides}}
            x = BLOCK(layer, x, {1 if index == 0 else 2 ~ 2 if index > 0 else 1}) ~
        for index, layer in enumerate(params['blocks']):
            stride = {1 if index == 0 else 2 ~ 2 if index > 0 else 1}
            x = BLOCK(layer, x, stride)}
        {?0.4 # {one vector for each image ~ global average pooling}}
        x = {x.mean(axis=SIDES) ~ jnp.mean(x, axis=SIDES)}LEAVE
        return {x @ params['head']WIDE ~ jnp.dot(x, params['head']WIDE)} + params['head_bias']
'''
_CODER = '''
    def forward(params, x: Array) -> Array:
        {? """{Squeezes images and unfolds them again ~ Reconstruction of a batch of images}."""}
        CAST_TREE
        ENTERED
        h = ACT(CONV(x, params['enc1'], 2)LEAVE + params['enc1_bias']TO_SIDES)ENTER
        h = ACT(CONV(h, params['enc2'], 2)LEAVE + params['enc2_bias']TO_SIDES)ENTER
        {?0.4 # {back to the size of the images ~ twice as large, twice}}
        h = jax.lax.conv_transpose(h, params['dec1']CAST, (2, 2), 'SAME', dimension_numbers=LAYOUT)
        h = ACT(hLEAVE + params['dec1_bias']TO_SIDES)ENTER
        h = jax.lax.conv_transpose(h, params['dec2']CAST, (2, 2), 'SAME', dimension_numbers=LAYOUT)
        return hLEAVE + params['dec2_bias']TO_SIDES
'''
_CHECKS = """
    {?0.35 if images.ndim != 4{~ or images.shape[CHANNEL] != 3}:
        raise ValueError(f'expected images of shape ORDER, got <<images.shape>>')
    ~ {?0.25 assert images.ndim == 4}}
"""
_TRAINING = """
    if rng is not None:
        {?0.4 # {augmentation in training only ~ no image looks the same twice}}
        x = augment(rng, x)
"""
_NOISY = """
    {?0.4 # {train to remove added noise ~ denoising}}
    noisy = x + noise_level * jax.random.normal(rng, x.shape)
"""
_CLASSES = """
        logits = forward(params, x)
        {losses = jax.nn.logsumexp(logits, axis=-1) - logits[jnp.arange(logits.shape[0]), labels] ~
        log_probs = jax.nn.log_softmax(logits, axis=-1)
        losses = -jnp.take_along_axis(log_probs, labels[:, None], axis=-1)[:, 0] ~
        one_hot = jax.nn.one_hot(labels, logits.shape[-1])
        SMOOTHED
        losses = -jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1)}
        AVERAGED
        PENALTY
"""
_SMOOTHED = """if smoothing > 0:
            {?0.4 # {smoothed labels ~ label smoothing}}
            one_hot = (1.0 - smoothing) * one_hot + smoothing / logits.shape[-1]"""
_AVERAGED = """if weight is not None:
            {?0.7 if weight.shape != losses.shape:
                raise ValueError(f'expected weights of shape <<losses.shape>>, got <<weight.shape>>')}
            loss = jnp.sum(weight * losses) / jnp.sum(weight)
        else:
            loss = jnp.mean(losses)"""
_PENALTY = """
        squares = [jnp.sum(w ** 2) for w in jax.tree.leaves(params) if w.ndim > 1]
        loss = loss + {0.5 * strength * sum(squares) ~ strength * sum(squares)}
"""
_ACCURACY = """
        accuracy = {jnp.mean(jnp.argmax(logits, axis=-1) == labels) ~ (logits.argmax(axis=-1) == labels).mean()}
        return loss, accuracy
"""
_RECONSTRUCTION = _BODIES["reconstruction"]
_SCORES = _BODIES["scores"]
_SLOPES = """
    {LEFT, grads = jax.value_and_grad(loss_fnAUX)(params) ~
    grad_fn = jax.value_and_grad(loss_fnAUX)
    LEFT, grads = grad_fn(params)}
"""


def _layer(layout: Layout, kind: str, into: int, out: int, *, halves: bool) -> dict[str, Tree]:
    """Return the weights of a block; ``halves`` is whether it may halve the sides, so that its skip path has to fit."""
    middle = out if kind == "residual" else into
    made: dict[str, Tree] = {
        "conv1": layout.filters(3, into if kind == "residual" else 1, middle),
        "conv2": layout.filters(3 if kind == "residual" else 1, middle, out),
        "scale1": positive(middle), "bias1": weights(middle),
        "scale2": positive(out), "bias2": weights(out),
    }  # fmt: skip
    return made | ({"proj": layout.filters(1, into, out)} if kind == "residual" and halves else {})


def _written(text: str, layout: Layout, precision: Precision, **placeholders: str) -> str:
    """Return a template with the layout and types filled in; those in ``placeholders`` may contain their marks too."""
    why = "{?0.4 # the moments in float32}" if precision.half else ""
    for mark, each in (placeholders | {"BACK": ".astype(x.dtype)" if precision.half else "", "WHY32": why}).items():
        text = text.replace(mark, each)
    return layout.written(precision.filled(text))


_TITLES = {
    "image_scores": ("apply_model", "predict", "classify_images", "convnet"),
    "image_gradient": ("loss_and_grads", "compute_gradients", "classifier_grads"),
    "image_step": ("train_step", "update", "training_step"),
    "reconstruction": ("reconstruction_grads", "autoencoder_grads", "reconstruction_loss_and_grads"),
    "reconstruction_step": ("autoencoder_step", "train_autoencoder", "train_step"),
}
_SUMMARIES = {
    "image_scores": "Class logits for a batch of images",
    "image_gradient": "Loss of an image classifier on a batch and its gradient",
    "image_step": "One training step of an image classifier",
    "reconstruction": "Reconstruction error of an autoencoder and its gradient",
    "reconstruction_step": "One training step of an autoencoder",
}


def _draw_vision_model(stream: Stream, target: str) -> KernelSpec:
    """Draw a whole convolutional network, whose images are bytes and whose parameters are a tree."""
    p = Program(stream)
    smooth = target != "image_scores"
    precision, layout = draw_precision(p, smooth=smooth), Layout(p.choices.chance(0.35))
    rows, side, wide = p.size(4, 8), p.size(16) // 2, p.size(16, 24)
    classes, byte = 10 if p.choices.chance(0.4) else p.size(10, 100), p.choices.chance(0.75)
    acts = (
        ("jax.nn.gelu", "jax.nn.silu") if smooth and precision.half else ("jax.nn.relu", "jax.nn.gelu", "jax.nn.silu")
    )
    start = p.pick("preprocess", "normalize_images", "to_floats")
    placeholders = {"ACT": p.pick(*acts), "CONV": p.pick("conv", "conv2d"), "PREPROCESS": start}
    # Casts of a whole model are at its start.
    placeholders["ENTERED"] = "x = xENTER" if precision.half else ""
    tree = _declare_model(p, layout, target, (wide, classes))
    kind = p.pick("residual", "separable")
    if target != "reconstruction":
        out = wide * p.size(1, 2)
        first = [] if precision.loses(target) else [_layer(layout, kind, wide, wide, halves=False)]
        tree["blocks"] = [*first, _layer(layout, kind, wide, out, halves=True)]
        tree["head"], tree["head_bias"] = weights(out, classes), weights(classes)
    p.tree("params", tree, "weights of the model", ("params", "variables"))
    shape = layout.images(rows, side, 3)
    p.tensor(
        "images", Leaf(shape, 0, 255, "uint8") if byte else Leaf(shape, -1, 1),
        f"{'bytes' if byte else 'images'} of shape {layout.placeholders['ORDER']}", ("images", "pixels"),
    )  # fmt: skip
    p.tensor("labels", whole(rows, below=classes), "the class of each image", ("labels", "targets"))
    p.tensor("rng", key(), "random key of the augmentation", ("key", "rng"), optional=target != "reconstruction")
    p.tensor("weight", positive(rows), "weight of each image", ("sample_weight", "weights"), optional=True)
    p.option("smoothing", "0.0", "float", "label smoothing", "0.1", ("label_smoothing", "smoothing"))
    p.option("mirrored", "False", "bool", "whether to average with mirrored images", "True", ("flip_test", "use_flip"))
    p.option(
        "output", "'logits'", "str", "output: logits, probs or log_probs",
        p.pick("'logits'", "'probs'", "'log_probs'"), ("output", "outputs"),
    )  # fmt: skip
    p.number("strength", "1e-4", "factor of the squared weights", (0.0001, 0.001), ("weight_decay", "l2"))
    p.number("noise_level", "0.1", "standard deviation of the noise", (0.05, 0.2), ("noise_level", "sigma"))
    _declare_functions(p, layout, precision, target, placeholders, kind)
    p.write(layout.written(_CHECKS), f"x = {start}(images)" if byte else "")
    text = str if byte else _without_floats
    moved = False
    if target == "image_scores":
        p.write(text(layout.written(_SCORES)))
        p.set_results(Leaf((rows, classes)))
    else:
        moved = _write_step(p, tree, target, text, exact=not precision.half)
    returned = {
        "image_scores": "scores of shape (batch, classes)", "image_gradient": "the loss and the gradients",
        "reconstruction": "the loss and the gradients",
    }  # fmt: skip
    what = "reconstruction_step" if moved and target == "reconstruction" else target
    told = returned.get(what, "the new parameters, the state of the optimizer and the loss")
    return p.done("training", "vision_model", target, _TITLES[what], _SUMMARIES[what], told)


def _without_floats(text: str) -> str:
    """Return a template with ``images`` in place of ``x``, the name of images that were converted from bytes."""
    return re.sub(r"\bx\b", "images", text)


def _write_step(p: Program, tree: Tree, target: str, text: Callable[[str], str], *, exact: bool) -> bool:
    """Write the loss, its gradient, and the use of it; return whether the parameters are updated."""
    metric, decays = "", False
    if target == "reconstruction":
        denoises = p.maybe(0.3)
        p.write(text(_NOISY) if denoises else "")
        body = text(_RECONSTRUCTION.replace("GIVEN", "noisy" if denoises else "x"))
    else:
        # At most one addition to the loss and the use of its gradient.
        extra = p.pick("", "augment", "weights", "smoothing", "penalty")
        p.write(text(_TRAINING) if extra == "augment" else "")
        # At low precision, rounding may change which score is the largest.
        metric, decays = "accuracy" if exact and p.maybe(0.35) else "", extra == "penalty"
        body = _CLASSES.replace("SMOOTHED", _SMOOTHED if extra == "smoothing" else "")
        body = body.replace("AVERAGED", _AVERAGED if extra == "weights" else "loss = jnp.mean(losses)")
        body = text(body.replace("        PENALTY\n", _PENALTY if decays else ""))
        body += _ACCURACY if metric else "        return loss"
    slopes = _SLOPES.replace("LEFT", f"(loss, {metric})" if metric else "loss")
    p.write(f"def loss_fn(params):{body}", slopes.replace("AUX", ", has_aux=True" if metric else ""))
    moved = target == "image_step" or (target == "reconstruction" and p.choices.chance(0.5))
    finish_step(p, tree, FORMS if moved else (), metric=metric, decays=decays)
    return moved


def _declare_model(p: Program, layout: Layout, target: str, sizes: tuple[int, int]) -> dict[str, Tree]:
    """Return the parameters, except those of blocks and of the layers after them."""
    wide, _ = sizes
    if target != "reconstruction":
        size = p.size(3, 3, 5)
        return {"stem": layout.filters(size, 3, wide), "stem_bias": weights(wide)}
    deep = wide * 2
    return {
        "enc1": layout.filters(3, 3, wide), "enc1_bias": weights(wide),
        "enc2": layout.filters(3, wide, deep), "enc2_bias": weights(deep),
        "dec1": layout.filters(4, deep, wide), "dec1_bias": weights(wide),
        "dec2": layout.filters(4, wide, 3), "dec2_bias": weights(3),
    }  # fmt: skip


def _declare_functions(
    p: Program, layout: Layout, precision: Precision, target: str, placeholders: dict[str, str], kind: str
) -> None:
    """Declare the helper functions: conversion of bytes, convolutions, blocks, and the model, called ``forward``."""
    for text in (_BYTES, _AUGMENT, _CONV):
        p.function(_written(text, layout, precision, **placeholders))
    if target == "reconstruction":
        p.function(_written(_CODER, layout, precision, **placeholders))
        return
    p.function(_written(_NORM, layout, precision))
    p.function(_written(_BLOCKS[kind], layout, precision, **placeholders))
    wide = ".astype(x.dtype)" if precision.whole_tree else ""
    p.function(_written(_FORWARD, layout, precision, BLOCK=f"{kind}_block", WIDE=wide, **placeholders))


RECIPES = (
    with_texts(
        Recipe(
            name="vision_model",
            category="training",
            targets=tuple(each for each in _TITLES if each != "reconstruction_step"),
            draw=_draw_vision_model,
            target_weights={"image_gradient": 0.8, "image_step": 0.6, "reconstruction": 1.5},
        ),
        VISION,
        weight=0.6,
    ),
)
