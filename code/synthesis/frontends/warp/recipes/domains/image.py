"""Image filters: blurs, edges, colours and tones, with a thread for each pixel."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, UNIT, VEC, Scene, term

_IMAGES = ("image", "img", "src", "pixels", "gray", "frame")
_BRIGHT = Domain(low=0.0, high=1.0)
_LAUNCHES = ((6, 8), (8, 8), (8, 6), (5, 7))


def _weigh(scene: Scene, choices: Stream, target: str, radius: int, size: int) -> tuple[dict[str, Expression], str]:
    """Return the arguments and the lines by which a pixel of the window contributes."""
    weights: dict[str, Expression] = {}
    if target == "convolution":
        weights = {"kernel": scene.array(NUMBER, UNIT, (size, size), ("kernel", "weights", "stencil", "mask", "filt"))}
        inner = "s += kernel[k, l] * x"
    elif target == "bilateral":
        weights = {"sigma": scene.number(0.5, 2.0, ("sigma", "range_sigma", "inv_range"))}
        inner = "g = wp.exp(-sigma * (x - c) * (x - c))\n        s += g * x\n        w += g"
    elif target == "gaussian":
        weights = {"sigma": scene.number(0.2, 0.8, ("sigma", "falloff", "inv_var"))}
        inner = (
            f"d = wp.pow(float(k - {radius}), 2.0) + wp.pow(float(l - {radius}), 2.0)\n"
            "        g = wp.exp(-sigma * d)\n        s += g * x\n        w += g"
        )
    elif target == "local_contrast":
        inner = "s += x\n        w += x * x"
    else:
        inner = choices.choice(("s = wp.max(s, x)\n        w += x", "s = wp.max(s, x * x)\n        w += 0.5 * x"))
    return weights, inner


def _draw_window(stream: Stream, target: str) -> KernelSpec:
    """Draw a filter that computes each pixel from the window around it."""
    scene = Scene(stream, (NUMBER,), rank=2, launch=stream.child("launch").choice(_LAUNCHES))
    choices, (rows, columns), (i, j) = scene.choices, scene.draft.threads, scene.thread
    radius = choices.weighted(((1, 0.7), (2, 0.3)))
    size = 2 * radius + 1
    padded = choices.chance(0.4)
    image = scene.array(
        NUMBER, _BRIGHT, (rows + 2 * radius, columns + 2 * radius) if padded else (rows, columns), _IMAGES
    )
    at = {"img": image, "i": i, "j": j}
    scene.add(f"c = img[i + {radius}, j + {radius}]" if padded else "c = img[i, j]", **at)
    scene.add("s = float(0.0)\n\nw = float(0.0)")
    place = (
        "x = img[i + k, j + l]"
        if padded
        else f"x = img[wp.clamp(i + k - {radius}, 0, {rows - 1}), wp.clamp(j + l - {radius}, 0, {columns - 1})]"
    )
    weights, inner = _weigh(scene, choices, target, radius, size)
    across, down = "size", "size"
    if target == "convolution" and choices.chance(0.6):
        across, down = "kernel.shape[0]", "kernel.shape[1]"
    else:
        weights["size"] = scene.length(size, ("window", "kernel_size", "filter_size", "window_size"), unrolled=0.5)
    scene.add(
        f"for k in range({across}):\n    for l in range({down}):\n        {place}\n        {inner}", **at, **weights
    )
    area = f"{float(size * size)}"
    node = {
        "convolution": "s + 0.1 * w + bias * c",
        "bilateral": "s / w",
        "gaussian": choices.choice(("s / w", "c + amount * (c - s / w)")),
        "local_contrast": f"(c - s / {area}) / wp.sqrt(wp.abs(w / {area} - s * s / {float(size**4)}) + 0.1)",
        "dilation": f"s - w / {area}",
    }[target]
    made = scene.template.expression(
        node,
        s=scene.name("s"),
        w=scene.name("w"),
        c=scene.name("c"),
        bias=lambda: scene.number(0.1, 0.9, ("bias", "center_weight", "gain")),
        amount=lambda: scene.number(0.2, 1.5, ("amount", "strength", "sharpen")),
    )
    tone = scene.weave_factor()
    made = scene.template.expression(
        "made * tone", made=scene.draft.add_local(made, ("filtered", "val", "res_px", "mean_px")), tone=tone
    )
    return scene.finish(
        term(made, 20.0),
        "image",
        "window",
        target,
        f"{target.replace('_', ' ').capitalize()} filter over a window of each pixel",
        ("nested_loop",),
    )


def _draw_edges(stream: Stream, target: str) -> KernelSpec:
    """Draw a measure of an image's derivatives at each pixel, such as the gradient's magnitude."""
    scene = Scene(stream, (NUMBER,), rank=2, launch=stream.child("launch").choice(_LAUNCHES))
    choices, (rows, columns), (i, j) = scene.choices, scene.draft.threads, scene.thread
    image = scene.array(NUMBER, _BRIGHT, (rows + 2, columns + 2), _IMAGES)
    at = {"img": image, "i": i, "j": j}
    if target == "sobel":
        scene.add(
            (
                "gx = img[i + 2, j] + side * img[i + 2, j + 1] + img[i + 2, j + 2] - img[i, j] - "
                "side * img[i, j + 1] - img[i, j + 2]"
            ),
            **at,
            side=Literal(choices.choice(("2.0", "1.0", "1.5", "3.0"))),
        )
        scene.add(
            (
                "gy = img[i, j + 2] + side * img[i + 1, j + 2] + img[i + 2, j + 2] - img[i, j] - "
                "side * img[i + 1, j] - img[i + 2, j]"
            ),
            **at,
            side=Literal(choices.choice(("2.0", "1.0", "1.5", "3.0"))),
        )
    elif target == "central":
        scene.add(
            "gx = (img[i + 2, j + 1] - img[i, j + 1]) * scale\n\ngy = (img[i + 1, j + 2] - img[i + 1, j]) * scale",
            **at,
            scale=scene.number(0.5, 2.0, ("scale", "inv_dx", "spacing")),
        )
    else:
        scene.add(
            (
                "gx = img[i + 2, j] + img[i, j] - 2.0 * img[i + 1, j + 1]\n\n"
                "gy = img[i, j + 2] + img[i + 2, j + 2] - 2.0 * img[i + 1, j + 1]"
            ),
            **at,
        )
    end = choices.choice(
        (
            "wp.sqrt(gx * gx + gy * gy + 0.01)",
            "wp.abs(gx) + wp.abs(gy)",
            "wp.atan2(gy, gx + 6.0)",
            "gx * gx - gy * gy",
            "wp.length(wp.vec2(gx, gy))",
        )
    )
    scene.add("s = end", end=scene.template.expression(end, gx=scene.name("gx"), gy=scene.name("gy")))
    if "atan2" not in end and choices.chance(0.4):
        scene.add("s = wp.where(s > cut, s, 0.2 * s)", cut=scene.number(0.3, 0.9, ("threshold", "cutoff", "tau")))
    made = scene.template.expression(
        "s + extra", s=scene.name("s"), extra=scene.weave_hole(NUMBER, [], Domain(low=-6.0, high=6.0), (1, 3))
    )
    return scene.finish(
        term(made, 20.0), "image", "edges", target, "Finite-difference edge filter on an image", ("sub",)
    )


_ADJUSTMENTS = {
    "saturation": "Saturation adjustment",
    "gamma": "Gamma correction",
    "tone_map": "Tone mapping",
    "sepia": "Sepia toning",
}


def _draw_colour(stream: Stream, target: str) -> KernelSpec:
    """Draw a change of each pixel's colour, or its luminance."""
    scene = Scene(stream, (NUMBER,), rank=2)
    choices = scene.choices
    scene.add(
        "c = own_c", own_c=scene.own(VEC, Domain(low=0.05, high=1.0), ("image", "colors", "rgb", "pixels", "frame"))
    )
    scene.add(
        "s = "
        + choices.choice(
            (
                "0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]",
                "0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]",
                "wp.dot(c, wp.vec3(0.3, 0.6, 0.1))",
                "(c[0] + c[1] + c[2]) / 3.0",
            )
        )
    )
    level = scene.weave_hole(NUMBER, [(scene.name("s"), _BRIGHT)], Domain(low=-6.0, high=6.0), (0, 2))
    if target == "luminance":
        made = scene.template.expression("s * (1.0 + level)", s=scene.name("s"), level=level)
        return scene.finish(term(made, 8.0), "image", "colour", target, "Luminance of colours", ("dot",))
    gamma = scene.number(0.4, 2.2, ("gamma", "exposure", "contrast"))
    node = {
        "saturation": "wp.vec3(s) + (c - wp.vec3(s)) * (gamma + 0.1 * level)",
        "gamma": "wp.vec3(wp.pow(c[0], gamma), wp.pow(c[1], gamma), wp.pow(c[2], gamma)) * (1.0 + 0.1 * level)",
        "tone_map": "c * ((1.0 + s / gamma) / (1.0 + s)) + c * (0.1 * level)",
        "sepia": "wp.vec3(s * gamma, s * 0.7, s * 0.35 + c[2] * 0.1) * (1.0 + 0.1 * level)",
    }[target]
    made = scene.template.expression(node, c=scene.name("c"), s=scene.name("s"), gamma=gamma, level=level)
    return scene.finish(
        term(made, 8.0, VEC), "image", "colour", target, f"{_ADJUSTMENTS[target]} of colours", ("scale",)
    )


RECIPES = (
    Recipe(
        name="window",
        category="image",
        targets=("convolution", "bilateral", "gaussian", "local_contrast", "dilation"),
        draw=_draw_window,
        target_weights={"bilateral": 0.4, "gaussian": 0.4, "local_contrast": 0.4, "dilation": 0.4},
    ),
    Recipe(name="edges", category="image", targets=("sobel", "central", "laplace"), draw=_draw_edges),
    Recipe(
        name="colour",
        category="image",
        targets=("luminance", "saturation", "gamma", "tone_map", "sepia"),
        draw=_draw_colour,
    ),
)
