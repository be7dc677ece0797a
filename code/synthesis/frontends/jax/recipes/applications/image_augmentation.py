"""Random changes of images before a training step, as a pipeline or by the name of an operation."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, chain, join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "image_augmentation", margin=8)

_FLOATING = _BODIES["floating"]
_CENTRE = _BODIES["centre"]
_GRAY = _BODIES["gray"]
_PIPELINE = _BODIES["pipeline"]


def write_image_pipeline(p: Program) -> Text:
    """Draw a function that preprocesses decoded images for a model."""
    side, channels = p.size(8, 12, 16), p.choices.choice((3, 3, 1))
    crop = p.choices.choice((side - 2, side // 2, 0))
    lines = p.choose(_PIPELINE)
    batched = p.choices.chance(0.7) or "single =" not in lines
    last = "single =" in lines
    low = p.choices.chance(0.4)
    first = p.choices.chance(0.4) and "layout ==" in lines
    gray = p.choices.chance(0.5)
    dtype = "bfloat16" if low else "float32"
    cut = crop if crop and "crop is not None" in lines else side
    left = 1 if "if grayscale" in lines and gray else channels
    back = "layout ==" in lines and p.choices.chance(0.5)
    single = "x[0] if single else x" if last else "x"
    place = p.pick("-3", "1") if last else "-3"
    returned = f"return {single}"
    if back:
        returned = f"x = jnp.moveaxis(x, -1, {place}) if layout == 'NCHW' else x\n{returned}"
    lines = join(lines, returned)
    shape = (left, cut, cut) if back and first else (cut, cut, left)
    rows = p.size(2, 4, 8)
    whole_numbers = p.choices.chance(0.7)
    given = (channels, side, side) if first else (side, side, channels)
    image = Leaf(
        (rows, *given) if batched else given, 0, 255 if whole_numbers else 1, "uint8" if whole_numbers else "float32"
    )
    scaled = p.choices.chance(0.7)
    if "grayscale" in lines and gray:
        scaled = False
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "images": Array(image, "batch of images, or a single one", ("images", "inputs", "pixels")),
            "mean": Array(Leaf((channels,), 0.4, 0.5), "mean of each channel", ("mean", "channel_mean"),
                          float(not scaled)),
            "std": Array(Leaf((channels,), 0.2, 0.3), "standard deviation of each channel", ("std", "channel_std"),
                         float(not scaled)),
            "dtype": Option("str", "dtype of the result", ("'float32'",), ("dtype", "compute_dtype"), f"'{dtype}'"),
            "layout": Option("str", "axis order: NHWC or NCHW", ("'NHWC'",), ("layout", "data_format"),
                             "'NCHW'" if first else "'NHWC'"),
            "crop": Option("int | None", "side length of the centre crop", ("None",), ("crop_size", "crop"),
                           str(crop) if crop else "None"),
            "grayscale": Option("bool", "whether to convert to grayscale", ("False",), ("grayscale", "to_grayscale"),
                                str(gray)),
            "centered": Option("bool", "whether to scale pixels to [-1, 1]", ("True", "False"), ("centered",)),
            "normalize": Option("str | None", "normalization: per_image, symmetric or none",
                                ("None", "'per_image'", "'symmetric'"),
                                ("normalize", "normalization")),
        },
        result=(Leaf((rows, *shape) if batched else shape, dtype=dtype),),
        helpers=(_FLOATING, _CENTRE, _GRAY),
        titles=("preprocess_images", "prepare_images", "to_model_input"),
        summary=p.pick("Preprocesses decoded images for a model", "Crops, scales and normalizes images"),
        returned="the preprocessed images",
    )  # fmt: skip


_OPERATIONS = {
    "flip": _BODIES["flip"],
    "brightness": """
        offset = jax.random.uniform(op_key, (n, 1, 1, 1), x.dtype, -strength, strength)
        x = {x + offset ~ jnp.clip(x + offset, 0.0, 1.0)}
    """,
    "contrast": """
        factor = jax.random.uniform(op_key, (n, 1, 1, 1), x.dtype, 1.0 - strength, 1.0 + strength)
        {mean = jnp.mean(x, axis=(1, 2, 3), keepdims=True) ~ mean = jnp.mean(x, axis=(1, 2), keepdims=True)}
        x = mean + factor * (x - mean)
    """,
    "noise": """
        x = x + {0.1 * strength ~ 0.05} * jax.random.normal(op_key, x.shape, x.dtype)
    """,
    "channel_drop": """
        {?0.4 # {randomly without colour}}
        kept = jax.random.bernoulli(op_key, 0.9, (n, 1, 1, x.shape[-1]))
        x = {jnp.where(kept, x, 0.0) ~ x * kept.astype(x.dtype)}
    """,
    "translate": """
        shift = jax.random.randint(op_key, (n,), -2, 3)
        {x = jax.vmap(functools.partial(jnp.roll, axis=1))(x, shift) ~
        x = jax.vmap(lambda image, s: jnp.roll(image, s, axis=1))(x, shift)}
    """,
    "gamma": """
        exponent = jax.random.uniform(op_key, (n, 1, 1, 1), x.dtype, 1.0 - strength, 1.0 + strength)
        x = {jnp.maximum(x, 1e-3) ** exponent ~ jnp.power(jnp.clip(x, 1e-3, 1.0), exponent)}
    """,
}


def _loop_parts(p: Program, *, sometimes: bool) -> tuple[str, str, str, str]:
    """Return the head of the loop over operations, and the lines around each operation."""
    head, tail = p.pick("keys", "fold"), ""
    before = ""
    if sometimes:
        before = "before = x"
        tail = p.pick(
            "applied = jax.random.bernoulli(apply_key, prob, (n, 1, 1, 1))\nx = jnp.where(applied, x, before)",
            "x = jnp.where(jax.random.bernoulli(apply_key, prob, (n, 1, 1, 1)), x, before)",
        )
    names = "op_key, apply_key" if sometimes else "op_key"
    split = {
        "keys": f"for name, {'pair' if sometimes else 'op_key'} in zip(ops, jax.random.split(rng, len(ops))):",
        "fold": "for i, name in enumerate(ops):",
    }[head]
    drawn = {
        ("keys", True): f"{names} = jax.random.split(pair)", ("keys", False): "",
        ("fold", True): f"{names} = jax.random.split(jax.random.fold_in(rng, i))",
        ("fold", False): "op_key = jax.random.fold_in(rng, i)",
    }[head, sometimes]  # fmt: skip
    return tail, before, split, drawn


def write_image_operations(p: Program) -> Text:
    """Draw a function that applies random changes from a list to images."""
    known = p.choices.shuffled(list(_OPERATIONS))[: p.choices.integer(3, 5)]
    asked = p.choices.shuffled(known)[: p.choices.integer(2, 3)]
    rows, side, channels = p.size(4, 8), p.size(8, 12, 16), p.choices.choice((1, 3))
    sometimes = p.choices.chance(0.4)
    cases = [(f"name == '{name}'", p.choose(_OPERATIONS[name])) for name in known]
    scaled = any("strength" in text for test, text in cases if test[9:-1] in asked)
    early = p.choices.chance(0.4)
    check = block(
        f"if name not in ({', '.join(repr(name) for name in known)}):", "raise ValueError(f'unknown operation {name}')"
    )
    decide = (
        join(check, chain(*cases[:-1], otherwise=cases[-1][1]))
        if early
        else chain(*cases, otherwise="raise ValueError(f'unknown operation {name}')")
    )
    tail, before, split, drawn = _loop_parts(p, sometimes=sometimes)
    lines = join(
        p.choose(
            "{?0.5 if images.ndim != 4:\n    raise ValueError(f'expected a batch of images, got <<images.shape>>')}"
        ),
        p.pick("x, n = images, images.shape[0]", "x = images\nn = x.shape[0]"),
        p.choose("{?0.4 if not train {or not ops ~}:\n    return x}"),
        block(split, drawn, before, decide, tail),
        p.pick("return x", "return jnp.clip(x, 0.0, 1.0)", "return jnp.clip(x, 0.0, 1.0) if clip else x"),
    )
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "images": Array(Leaf((rows, side, side, channels), 0, 1), "images between 0 and 1", ("images", "batch")),
            "rng": Array(key(), "random key", ("key", "rng")),
            "ops": Option("tuple[str, ...]", "names of the augmentations, in order",
                          (f"({', '.join(repr(name) for name in asked)})",), ("ops", "operations", "augmentations")),
            "strength": Constant(p.pick("0.2", "0.3", "0.4"), "strength of the augmentations",
                                 ("strength", "magnitude"),
                                 (0.1, 0.4) if scaled else None),
            "prob": Constant(p.pick("0.5", "0.8"), "probability of each augmentation", ("prob", "apply_prob", "rate")),
            "train": Option("bool", "whether to apply the augmentations", ("True",), ("train", "training")),
            "clip": Option("bool", "whether to clip pixels to [0, 1]", ("True", "False"), ("clip",)),
        },
        result=(Leaf((rows, side, side, channels)),),
        titles=("augment_images", "apply_augmentations", "random_augment"),
        summary=p.pick("Applies a list of random image augmentations", "Augments a batch of images"),
        returned="the augmented images",
    )  # fmt: skip
