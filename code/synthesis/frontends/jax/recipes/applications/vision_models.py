"""Whole models of images, which come as bytes: scores of classes, gradients, steps of training, reconstructions."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import positive, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision, draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_BYTES = '''
    def {preprocess ~ normalize_images ~ to_floats}(images: Array) -> Array:
        {? """{Bytes to numbers around zero ~ From 0 to 255 to about unit size}."""}
        {x = images.astype(jnp.float32) / 255.0
        return {((x - 0.45) / 0.225)ENTER ~ (2.0 * x - 1.0)ENTER ~ (x - 0.5)ENTER} ~
        return (images.astype(jnp.float32) / 127.5 - 1.0)ENTER}
'''
_CONV = '''
    def {conv ~ conv2d}(x: Array, kernel: Array, stride: int = 1) -> Array:
        {? """Convolution{ with zeros beyond the edge ~}."""}
        {return {lax ~ jax.lax}.conv_general_dilated(
            x, kernelCAST, window_strides=(stride, stride), padding='SAME', dimension_numbers=LAYOUT) ~
        return {lax ~ jax.lax}.conv_general_dilated(x, kernelCAST, (stride, stride), 'SAME', dimension_numbers=LAYOUT) ~
        dims = lax.conv_dimension_numbers(x.shape, kernel.shape, LAYOUT)
        return lax.conv_general_dilated(x, kernelCAST, (stride, stride), 'SAME', dimension_numbers=dims)}
'''
_NORM = '''
    def group_norm(x: Array, scale: Array, bias: Array, groups: int = 4) -> Array:
        {? """Zero mean and unit variance within groups of channels."""}
        shape = x.shape
        {?0.4 # the moments in float32}
        y = xLEAVE.reshape(GROUPED)
        {mean, var = y.mean(axis=AXES, keepdims=True), y.var(axis=AXES, keepdims=True)
        y = (y - mean) * jax.lax.rsqrt(var + 1e-5) ~
        y = y - jnp.mean(y, axis=AXES, keepdims=True)
        y = y / jnp.sqrt(jnp.mean(jnp.square(y), axis=AXES, keepdims=True) + 1e-5)}
        return {(y.reshape(shape) * scale + bias)BACK ~ (jnp.reshape(y, shape) * scale + bias)BACK}
'''
_BLOCKS = {
    "residual": '''
    def residual_block(layer, x: Array, stride: int = 1) -> Array:
        {? """Two convolutions and a way around."""}
        h = CONV(x, layer['conv1'], stride)
        h = ACT(group_norm(h, layer['scale1'], layer['bias1']))
        h = group_norm(CONV(h, layer['conv2']), layer['scale2'], layer['bias2'])
        if 'proj' in layer:
            # {the way around has to fit ~ other channels, other sides}
            x = CONV(x, layer['proj'], stride)
        return {ACT(x + h) ~ x + ACT(h)}
    ''',
    "separable": '''
    def separable_block(layer, x: Array, stride: int = 1) -> Array:
        {? """A convolution of each channel, then a mix of the channels."""}
        h = lax.conv_general_dilated(
            x, layer['conv1']CAST, (stride, stride), 'SAME', dimension_numbers=LAYOUT, feature_group_count=CHANNELS)
        h = ACT(group_norm(h, layer['scale1'], layer['bias1']))
        h = CONV(h, layer['conv2'])
        {h = ACT(group_norm(h, layer['scale2'], layer['bias2']))
        return h ~
        return ACT(group_norm(h, layer['scale2'], layer['bias2']))}
    ''',
}
_FORWARD = '''
    def forward(params, images: Array) -> Array:
        {? """{Scores of every class ~ Logits of a batch of images}."""}
        CAST_TREE
        x = START
        x = ACT(CONV(x, params['stem'])LEAVE + params['stem_bias'])ENTER
        {for layer in params['blocks']:
            x = BLOCK(layer, x, 2) ~
        POOL
        for index, layer in enumerate(params['blocks']):
            x = BLOCK(layer, x, {1 if index == 0 else 2 ~ 2 if index else 1})}
        {?0.4 # one vector for each image}
        x = {x.mean(axis=SIDES) ~ jnp.mean(x, axis=SIDES)}LEAVE
        return {x @ params['head']WIDE ~ jnp.dot(x, params['head']WIDE)} + params['head_bias']
'''
_POOLS = {
    True: """{b, c, h, w = x.shape
        x = x.reshape(b, c, h // 2, 2, w // 2, 2).mean(axis=(3, 5)) ~}""",
    False: """{b, h, w, c = x.shape
        x = x.reshape(b, h // 2, 2, w // 2, 2, c).mean(axis=(2, 4)) ~}""",
}
_CODER = '''
    def forward(params, images: Array) -> Array:
        {? """{Squeezes images and unfolds them again ~ Reconstruction of a batch of images}."""}
        CAST_TREE
        x = START
        h = ACT(CONV(x, params['enc1'], 2)LEAVE + params['enc1_bias'])ENTER
        h = ACT(CONV(h, params['enc2'], 2)LEAVE + params['enc2_bias'])ENTER
        {?0.4 # {back to the size of the images ~ twice as large, twice}}
        h = {lax ~ jax.lax}.conv_transpose(h, params['dec1']CAST, (2, 2), 'SAME', dimension_numbers=LAYOUT)
        h = ACT(hLEAVE + params['dec1_bias'])ENTER
        return {lax ~ jax.lax}.conv_transpose(h, params['dec2']CAST, (2, 2), 'SAME', dimension_numbers=LAYOUT)
'''
_FLIP = """
    {?0.5 # {mirrored pictures show the same ~ augmentation}}
    images = jnp.where(flip[:, None, None, None], {images[:, AT] ~ jnp.flip(images, axis=SIDE)}, images)
"""
_CLASSES = """
        logits = {APPLY}
        {log_probs = jax.nn.log_softmax(logits, axis=-1)
        losses = -jnp.take_along_axis(log_probs, labels[:, None], axis=-1)[:, 0] ~
        losses = jax.nn.logsumexp(logits, axis=-1) - logits[jnp.arange(logits.shape[0]), labels] ~
        wanted = jax.nn.one_hot(labels, logits.shape[-1])
        {?0.4 # {never quite sure ~ label smoothing}
        wanted = (1.0 - smoothing) * wanted + smoothing / logits.shape[-1]}
        losses = -jnp.sum(wanted * jax.nn.log_softmax(logits), axis=-1)}
        {loss = losses.mean() ~ loss = jnp.mean(losses)}
        {?0.3 squares = [jnp.sum(jnp.square(w)) for w in jax.tree.leaves(params) if w.ndim > 1]
        loss = loss + 1e-4 * sum(squares)}
        return loss
"""
_RECONSTRUCTION = """
        {error = forward(params, images)LEAVE - WANTED
        loss = jnp.mean(jnp.square(error)) ~
        wanted = WANTED
        loss = jnp.mean((forward(params, images)LEAVE - wanted) ** 2)}
        return loss
"""
_SLOPES = """
    {loss, grads = jax.value_and_grad(loss_fn)(params) ~
    grad_fn = jax.value_and_grad(loss_fn)
    loss, grads = grad_fn(params)}
"""


class _Layout:
    """Where a model has its channels: before the sides, or behind them.

    Args:
        first: whether they are before.
    """

    def __init__(self, first: bool) -> None:
        self.first = first
        self.said = {
            "LAYOUT": "('NCHW', 'OIHW', 'NCHW')" if first else "('NHWC', 'HWIO', 'NHWC')",
            "GROUPED": (
                "shape[0], groups, shape[1] // groups, *shape[2:]"
                if first
                else "*shape[:3], groups, shape[3] // groups"
            ),
            "AXES": "(2, 3, 4)" if first else "(1, 2, 4)",
            "SIDES": "(2, 3)" if first else "(1, 2)",
            "SIDE": "3" if first else "2",
            "AT": ":, :, ::-1" if first else ":, ::-1",
            "CHANNELS": "x.shape[1]" if first else "x.shape[-1]",
        }

    def images(self, rows: int, side: int, channels: int) -> tuple[int, ...]:
        """The shape of a batch."""
        return (rows, channels, side, side) if self.first else (rows, side, side, channels)

    def filters(self, size: int, into: int, out: int) -> Leaf:
        """The weights of a convolution."""
        shape = (out, into, size, size) if self.first else (size, size, into, out)
        bound = min(0.4, (3.0 / (size * size * into)) ** 0.5)
        return Leaf(shape, -round(bound, 2), round(bound, 2))

    def channels(self, count: int) -> tuple[int, ...]:
        """The shape of what every channel has one of."""
        return (count, 1, 1) if self.first else (count,)


def _layer(layout: _Layout, kind: str, into: int, out: int) -> dict[str, Tree]:
    """The weights of a block."""
    middle = out if kind == "residual" else into
    made: dict[str, Tree] = {
        "conv1": layout.filters(3, into if kind == "residual" else 1, middle),
        "conv2": layout.filters(3 if kind == "residual" else 1, middle, out),
        "scale1": positive(*layout.channels(middle)), "bias1": weights(*layout.channels(middle)),
        "scale2": positive(*layout.channels(out)), "bias2": weights(*layout.channels(out)),
    }  # fmt: skip
    return made | ({"proj": layout.filters(1, into, out)} if kind == "residual" else {})


def _written(text: str, layout: _Layout, precision: Precision, **said: str) -> str:
    """A text with what it says of the layout and of formats; what is ``said`` may name these too."""
    for mark, each in (said | layout.said | {"BACK": ".astype(x.dtype)" if precision.half else ""}).items():
        text = text.replace(mark, each)
    return precision.filled(text)


_TITLES = {
    "image_scores": ("apply_model", "predict", "classify_images", "convnet"),
    "image_gradient": ("loss_and_grads", "compute_gradients", "classifier_grads"),
    "image_step": ("train_step", "update", "training_step"),
    "reconstruction": ("reconstruction_grads", "autoencoder_step", "train_autoencoder"),
}
_SUMMARIES = {
    "image_scores": "Scores of every class for a batch of images",
    "image_gradient": "Loss of a classifier of images on a batch and its gradient",
    "image_step": "One step of training of a classifier of images",
    "reconstruction": "Error of reconstructed images and what follows for the weights",
}


def _draw_vision_model(stream: Stream, target: str) -> KernelSpec:
    """A network of convolutions, whole: images as bytes, parameters as a tree."""
    p = Program(stream)
    smooth = target != "image_scores"
    precision, layout = draw_precision(p, smooth=smooth), _Layout(p.choices.chance(0.35))
    rows, side, wide = p.size(2, 4), p.size(16) // 2, p.size(16, 24)
    classes, byte = p.size(10, 100), p.choices.chance(0.75)
    acts = (
        ("jax.nn.gelu", "jax.nn.silu") if smooth and precision.half else ("jax.nn.relu", "jax.nn.gelu", "jax.nn.silu")
    )
    start = p.pick("preprocess", "normalize_images", "to_floats")
    said = {"ACT": p.pick(*acts), "CONV": p.pick("conv", "conv2d")}
    said["START"] = f"{start}(images)" if byte else "imagesENTER"
    said["WANTED"] = f"{start}(images)LEAVE" if byte else "images"
    tree = _declare_model(p, layout, target, (wide, classes))
    kind = p.pick("residual", "separable")
    if target != "reconstruction":
        out = wide * p.size(1, 2)
        first = [] if precision.loses(target) else [_layer(layout, kind, wide, wide)]
        tree["blocks"] = [*first, _layer(layout, kind, wide, out)]
        tree["head"], tree["head_bias"] = weights(out, classes), weights(classes)
    p.tree("params", tree, "weights of the model", ("params", "weights", "variables"))
    shape = layout.images(rows, side, 3)
    order = "(batch, channels, height, width)" if layout.first else "(batch, height, width, channels)"
    p.tensor(
        "images", Leaf(shape, 0, 255, "uint8") if byte else Leaf(shape, -1, 1),
        f"{'bytes' if byte else 'images'} of shape {order}", ("images", "image"),
    )  # fmt: skip
    p.option("smoothing", "0.1", "float", "label smoothing", None, ("label_smoothing", "smoothing"))
    p.tensor("labels", whole(rows, below=classes), "the class of each image", ("labels", "targets"))
    p.tensor("flip", Leaf((rows,), 0, 1, "bool"), "which images are mirrored", ("flip", "mirrored"))
    _declare_functions(p, layout, precision, target, said, (start, kind))
    p.write("{?0.35 if images.ndim != 4:\n    raise ValueError(f'expected a batch of images, got <<images.shape>>')}")
    if p.maybe(0.25) and smooth:
        p.write(_written(_FLIP, layout, precision))
    if target == "image_scores":
        p.finish(
            ("return forward(params, images)", (Leaf((rows, classes)),)),
            ("logits = forward(params, images)\nreturn {logits ~ jax.nn.softmax(logits) ~ jax.nn.log_softmax(logits)}",
             (Leaf((rows, classes)),)),
        )  # fmt: skip
    else:
        body = _RECONSTRUCTION if target == "reconstruction" else _CLASSES.replace("{APPLY}", "forward(params, images)")
        p.write(f"def loss_fn(params):{_written(body, layout, precision, **said)}", _SLOPES)
        moved = target == "image_step" or (target == "reconstruction" and p.choices.chance(0.5))
        finish_step(p, tree, FORMS if moved else ())
    returned = "scores of shape (batch, classes)" if target == "image_scores" else "what is used next"
    return p.done("training", "vision_model", target, _TITLES[target], _SUMMARIES[target], returned)


def _declare_model(p: Program, layout: _Layout, target: str, sizes: tuple[int, int]) -> dict[str, Tree]:
    """The parameters, but for those of blocks and of what follows them."""
    wide, _ = sizes
    if target != "reconstruction":
        size = p.size(3, 3, 5)
        return {"stem": layout.filters(size, 3, wide), "stem_bias": weights(*layout.channels(wide))}
    deep = wide * 2
    return {
        "enc1": layout.filters(3, 3, wide), "enc1_bias": weights(*layout.channels(wide)),
        "enc2": layout.filters(3, wide, deep), "enc2_bias": weights(*layout.channels(deep)),
        "dec1": layout.filters(4, deep, wide), "dec1_bias": weights(*layout.channels(wide)),
        "dec2": layout.filters(4, wide, 3),
    }  # fmt: skip


def _declare_functions(
    p: Program, layout: _Layout, precision: Precision, target: str, said: dict[str, str], names: tuple[str, str]
) -> None:
    """The functions beside: what makes numbers of bytes, convolutions, blocks, and the model, called ``forward``."""
    start, kind = names
    p.function(_written(_BYTES.replace("{preprocess ~ normalize_images ~ to_floats}", start), layout, precision))
    p.function(_written(_CONV.replace("{conv ~ conv2d}", said["CONV"]), layout, precision))
    if target == "reconstruction":
        p.function(_written(_CODER, layout, precision, **said))
        return
    p.function(_written(_NORM, layout, precision))
    p.function(_written(_BLOCKS[kind], layout, precision, **said))
    wide = ".astype(x.dtype)" if precision.whole_tree else ""
    more = {"POOL": _POOLS[layout.first], "BLOCK": f"{kind}_block", "WIDE": wide}
    p.function(_written(_FORWARD, layout, precision, **more, **said))


RECIPES = (
    Recipe(
        name="vision_model",
        category="training",
        targets=tuple(_TITLES),
        draw=_draw_vision_model,
        target_weights=dict.fromkeys(_TITLES, 2.0),
    ),
)
