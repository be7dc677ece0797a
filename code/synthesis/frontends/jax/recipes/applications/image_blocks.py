"""The common parts of blocks of convolutions: the layout of images, normalization, and weights that lines may name."""

import re
from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.parts import key, positive, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree

_BODIES = read_bodies("jax", "image_blocks", margin=4)


class Layout:
    """The position of the channel axis of images: before or after the sides.

    Args:
        first: whether it is before the sides.
    """

    def __init__(self, first: bool) -> None:
        self.first = first
        self.placeholders = {
            "LAYOUT": "('NCHW', 'OIHW', 'NCHW')" if first else "('NHWC', 'HWIO', 'NHWC')",
            "ORDER": "(batch, channels, height, width)" if first else "(batch, height, width, channels)",
            "GROUPED": (
                "shape[0], groups, shape[1] // groups, *shape[2:]"
                if first
                else "*shape[:3], groups, shape[3] // groups"
            ),
            "MOMENTS": "(2, 3, 4)" if first else "(1, 2, 4)",
            "SIDE": "3" if first else "2",
            "AT": ":, :, ::-1" if first else ":, ::-1",
            "SIDES": "(2, 3)" if first else "(1, 2)",
            "BATCHED": "(0, 2, 3)" if first else "(0, 1, 2)",
            "CHANNEL": "1" if first else "-1",
            "FAN": "(1, 2, 3)" if first else "(0, 1, 2)",
            "SIZE": "shape[2]" if first else "shape[0]",
            "INTO": "shape[1]" if first else "shape[2]",
            "PADS": "((0, 0), (0, 0), (reach, reach), (reach, reach))"
            if first
            else "((0, 0), (reach, reach), (reach, reach), (0, 0))",
            "APIECE": "(*h.shape[:2], 1, 1)" if first else "(h.shape[0], 1, 1, h.shape[-1])",
            "WINDOW": "(1, 1, 2, 2)" if first else "(1, 2, 2, 1)",
            "MIXED": "bchw,co->bohw" if first else "bhwc,co->bhwo",
        }

    def images(self, rows: int, side: int, channels: int) -> tuple[int, ...]:
        """Return the shape of a batch of images."""
        return (rows, channels, side, side) if self.first else (rows, side, side, channels)

    def filters(self, size: int, into: int, out: int, dtype: str = "float32") -> Leaf:
        """Return the weights of a convolution."""
        shape = (out, into, size, size) if self.first else (size, size, into, out)
        bound = round(min(0.4, (3.0 / (size * size * into)) ** 0.5), 2)
        return Leaf(shape, -bound, bound, dtype)

    def written(self, text: str) -> str:
        """Return a template with its placeholders replaced according to the layout.

        ``TO_SIDES`` becomes the index that broadcasts an array of one number per channel over the sides.
        """
        text = text.replace("TO_SIDES", "[:, None, None]" if self.first else "")
        for mark, each in self.placeholders.items():
            text = re.sub(rf"\b{mark}\b", each, text)
        return text


_FLOATS = """
    {?0.5 # {bytes to numbers ~ from 0 to 255 to about unit size}}
    {x = x.astype(DTYPE) / 255.0 ~ x = x.astype(DTYPE) / 127.5 - 1.0 ~
    x = (x.astype(jnp.float32) - mean_rgb{TO_SIDES ~}) / std_rgb{TO_SIDES ~}}
"""
_GROUP_NORM = _BODIES["group_norm"]
_INSTANCE_NORM = _BODIES["instance_norm"]
_CHANNEL_NORM = _BODIES["channel_norm"]
_BATCH_NORM = '''
    def batch_norm(x: Array, norm) -> Array:
        {? """Normalization by the running statistics, as at inference."""}
        {inv = norm['scale'] * jax.lax.rsqrt(norm['var'] + 1e-5)
        return (x - norm['mean']TO_SIDES) * invTO_SIDES + norm['bias']TO_SIDES ~
        scale = norm['scale'] / jnp.sqrt(norm['var'] + 1e-5)
        shift = norm['bias'] - norm['mean'] * scale
        return x * scaleTO_SIDES + shiftTO_SIDES}
'''
_NORMS = {"group": _GROUP_NORM, "instance": _INSTANCE_NORM, "channel": _CHANNEL_NORM, "batch": _BATCH_NORM}
_CONV = '''
    def conv(x: Array, kernel: Array, stride: int = 1GROUP_ARGUMENT) -> Array:
        {? """{Convolution with zeros beyond the edge ~ Convolution that keeps the sides, but for the stride}."""}
        {return jax.lax.conv_general_dilated(
            ROUNDED, kernel, window_strides=(stride, stride), padding='SAME', dimension_numbers=LAYOUTMORE) ~
        dims = jax.lax.conv_dimension_numbers(x.shape, kernel.shape, LAYOUT)
        return jax.lax.conv_general_dilated(ROUNDED, kernel, (stride, stride), 'SAME', dimension_numbers=dimsMORE)}
'''
_EXCITE = _BODIES["excite"]
_DROP_CHANNELS = _BODIES["drop_channels"]


class Block:
    """The common parts of convolution blocks: a layout, a type, an activation, weights that lines may name.

    Args:
        p: the function.
        residual: whether it adds its input to its output, so that its input has to be floats.
    """

    def __init__(self, p: Program, *, residual: bool) -> None:
        self.p = p
        self.layout = Layout(p.choices.chance(0.3))
        self.rows, self.side = p.size(1, 2, 4), p.size(8, 14, 16, 28, 32)
        self.low = p.maybe(0.25)
        self.byte = not residual and p.choices.child("bytes").chance(0.35)
        self.dtype = "bfloat16" if self.low else "float32"
        self.wide = ", preferred_element_type=jnp.float32" if self.low else ""
        self.tree: dict[str, Tree] = {}
        self.recorded = False
        """Whether the parameters are a record."""
        self.act = p.pick("jax.nn.relu", "jax.nn.relu", "jax.nn.gelu", "jax.nn.silu", "jax.nn.leaky_relu")
        if p.maybe(0.2):
            p.option(
                "act", p.pick("'relu'", "'gelu'", "'silu'"), "str", "activation function",
                p.pick("'relu'", "'gelu'", "'silu'"), ("activation", "act"),
            )  # fmt: skip
            self.act = ""

    def activated(self, value: str) -> str:
        """Return an expression for the activation of a value."""
        return f"{self.act}({value})" if self.act else f"activate({value}, act)"

    def images(self, channels: int, side: int = 0) -> Leaf:
        """Return a batch of input images, bytes or floats."""
        shape = self.layout.images(self.rows, side or self.side, channels)
        return Leaf(shape, 0, 255, "uint8") if self.byte else Leaf(shape, -1, 1, self.dtype)

    def declare_images(self, channels: int, side: int = 0) -> None:
        """Declare the images, called ``x``, and, if they are bytes, their conversion to floats."""
        p = self.p
        p.tensor(
            "x",
            self.images(channels, side),
            f"images of shape {self.layout.placeholders['ORDER']}",
            ("x", "images", "inputs"),
        )
        p.tensor("mean_rgb", Leaf((channels,), 100, 130), "mean of each channel", ("mean_rgb", "pixel_mean"))
        p.tensor("std_rgb", Leaf((channels,), 50, 70), "standard deviation of each channel", ("std_rgb", "pixel_std"))

    def floats(self) -> str:
        """Return lines that convert bytes to floats."""
        text = _FLOATS.replace("DTYPE", "jnp.float32").replace("{TO_SIDES ~}", "TO_SIDES")
        return text if self.byte else ""

    def norm(self, form: str, at: str, value: str) -> str:
        """Return an expression that normalizes a value with the parameters in the entry ``at``."""
        if form == "batch":
            return f"batch_norm({value}, {at})"
        more = ", num_groups" if form == "group" else ""
        return f"{form}_norm({value}, {at}['scale'], {at}['bias']{more})"

    def normal(self, form: str, channels: int) -> dict[str, Tree]:
        """Return the arrays of a normalization."""
        made: dict[str, Tree] = {"scale": positive(channels), "bias": weights(channels)}
        return made | ({"mean": weights(channels), "var": positive(channels)} if form == "batch" else {})

    def functions(self, *, grouped: bool = False) -> None:
        """Declare the functions that the block may call; ``grouped`` is whether channels may be convolved in groups."""
        p = self.p
        p.option("num_groups", "4", "int", "number of channel groups of the normalization", "4", ("num_groups",))
        for text in _NORMS.values():
            p.function(self.layout.written(text))
        conv = _CONV.replace("GROUP_ARGUMENT", ", groups: int = 1" if grouped else "")
        conv = conv.replace("ROUNDED", "x.astype(kernel.dtype)" if self.low else "x")
        more = ", feature_group_count=groups" if grouped else ""
        conv = conv.replace("LAYOUTMORE", self.layout.placeholders["LAYOUT"] + more + self.wide)
        conv = conv.replace("dimsMORE", f"dims{more}{self.wide}")
        p.function(self.layout.written(conv))
        spread = "[:, :, None, None]" if self.layout.first else "[:, None, None, :]"
        p.function(self.layout.written(_EXCITE.replace("SPREAD", spread)))

    def excite(self, channels: int) -> dict[str, Tree]:
        """Return the arrays of a squeeze-and-excitation gate."""
        few = max(1, channels // 4)
        return {
            "reduce": weights(channels, few), "reduce_bias": weights(few), "expand": weights(few, channels),
            "expand_bias": weights(channels),
        }  # fmt: skip

    def declare_params(self, description: str, title: str) -> None:
        """Declare the parameters as a dictionary or a record."""
        p = self.p
        made: Tree = (
            p.record(title, tuple(self.tree.items()), "Parameters of the layer") if self.recorded else self.tree
        )
        p.tree("params", made, description, ("params", "layer", "weights"))

    @property
    def ended(self) -> str:
        """The result ``h``, converted to the type of the images."""
        return "h.astype(x.dtype)" if self.low and not self.byte else "h"

    def result(self, side: int, channels: int) -> Leaf:
        """Return the result as a leaf."""
        shape = self.layout.images(self.rows, side, channels)
        return Leaf(shape, dtype="bfloat16" if self.low and not self.byte else "float32")

    @staticmethod
    def around(text: str, mark: str, change: Callable[[str], str]) -> str:
        """Return a template with ``change`` applied to the content of each pair of parentheses after a mark."""
        while (start := text.find(f"{mark}(")) >= 0:
            begin, depth, end = start + len(mark) + 1, 1, start + len(mark) + 1
            while depth:
                depth += {"(": 1, ")": -1}.get(text[end], 0)
                end += 1
            text = text[:start] + change(text[begin : end - 1]) + text[end:]
        return text

    def write(self, *texts: str) -> None:
        """Append lines with the layout filled in."""
        for each in texts:
            said = self.layout.written(each)
            self.p.write(re.sub(r"params\['(\w+)'\]", r"params.\1", said) if self.recorded else said)

    def dropout(self) -> str:
        """Return lines that drop random channels if a key is given; often an empty string."""
        p = self.p
        p.option("drop_rate", "0.3", "float", "dropout rate of the channels", None, ("dropout_rate", "rate"))
        p.tensor("rng", key(), "random key, none at inference", ("key", "rng"), optional=True)
        return _DROP_CHANNELS if p.maybe(0.15) else ""
