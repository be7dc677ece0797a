"""Processing of batches before a training step: random changes of images, masked tokens, stored scales."""

import functools

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.detection import BATCHES
from synthesis.frontends.jax.recipes.applications.image_augmentation import write_image_operations, write_image_pipeline
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, whole, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "augment", margin=8)

_IMAGES = """
    {?0.5 if images.ndim != 4:
        raise ValueError(f'expected images of shape (batch, height, width, channels), got <<images.shape>>')}
    SHAPE
"""
_SHAPES = {
    "random_crops": (
        ("n = images.shape[0]", "images.shape[1:]"),
        ("n, height, width, channels = images.shape", "(height, width, channels)"),
    ),
    "cutout": (("n, height, width, _ = images.shape", ""), ("n, height, width = images.shape[:3]", "")),
}
"""Ways to unpack the shape of images, with the expression for the shape of one image."""
_NORMALISE = """
    {?0.7 STANDARDIZE}
"""
_STANDARDIZE = """# {the channels of the whole data set, not of the batch ~ bring channels to a common scale}
    images = (images - channel_mean) / channel_std"""
_STANDARDIZE_IF_GIVEN = _BODIES["standardize_if_given"]
_SPECIAL = _BODIES["special"]
"""Code that keeps special tokens from being masked."""
_BATCHES = {
    "random_crops": (
        _IMAGES,
        _BODIES["random_crops"],
        _NORMALISE,
    ),
    "cutout": (
        _BODIES["cutout"],
    ),
    "mixup": (
        _BODIES["mixup"],
    ),
    "masked_tokens": (
        _BODIES["masked_tokens"].replace("        SPECIAL\n", _SPECIAL[1:]),
    ),
    "next_token_batch": (
        _BODIES["next_token_batch"],
    ),
}  # fmt: skip


def _hidden(p: Program) -> dict[str, str]:
    """Return the source for the placeholders of a function that masks squares.

    They are its random keys, the choice of images that stay unchanged, and the fill value.
    """
    spares, form = p.choices.chance(0.3), p.pick("value", "named", "named", "noise")
    keys = ["row_key", "column_key", *(["some_key"] if spares else []), *(["noise_key"] if form == "noise" else [])]
    split = f"rng, {len(keys)}" if len(keys) > 2 else "rng"
    said = {"KNOWN": "", "KEYS": ", ".join(keys), "COUNT": split, "CHOSEN": ""}
    if spares:
        said["CHOSEN"] = """# {some images stay whole ~ not every image is changed}
        hole = hole & jax.random.bernoulli(some_key, prob, (n, 1, 1))"""
    if form == "value":
        said["FILLED"] = "images = jnp.where(hole[..., None], value, images)"
    elif form == "noise":
        said["FILLED"] = """noise = jax.random.normal(noise_key, images.shape{~, images.dtype})
        images = jnp.where(hole[..., None], noise, images)"""
    else:
        said["KNOWN"] = """{if fill not in ('zero', 'mean'):
            raise ValueError(f'unknown fill <<fill>>')}"""
        said["FILLED"] = """{value = images.mean(axis=(1, 2), keepdims=True) if fill == 'mean' else 0.0
        images = jnp.where(hole[..., None], value, images) ~
        if fill == 'mean':
            average = images.mean(axis=(1, 2), keepdims=True)
            images = jnp.where(hole[..., None], average, images)
        else:
            images = jnp.where(hole[..., None], 0.0, images)}"""
    return said


_TITLES = {
    "random_crops": ("augment", "prepare_images", "augment_images"),
    "cutout": ("cutout", "random_erasing", "erase_squares", "hide_squares"),
    "mixup": ("mixup", "mix_batch", "apply_mixup"),
    "masked_tokens": ("mask_tokens", "masked_lm_batch", "apply_masking"),
    "next_token_batch": ("prepare_batch", "language_model_batch", "shift_tokens"),
}
"""Names of functions, by target."""


_SUMMARIES = {
    "random_crops": "Randomly crops and flips a batch of images",
    "cutout": "Cuts out a random square of each image",
    "mixup": "Mixes pairs of images and their labels",
    "masked_tokens": "Randomly masks tokens and keeps them as labels",
    "next_token_batch": "Inputs, labels and masks of a language model",
}
"""What functions do, by target."""


def _declare_image_changes(p: Program, channels: int, *, required: bool, scaled: bool) -> None:
    """Declare what changes of images need."""
    p.option(
        "flip", "True", "bool", "whether to mirror images at random", p.pick("True", "False"), ("flip", "random_flip")
    )
    p.tensor("channel_mean", Leaf((channels,), 0.4, 0.5), "mean of each channel", ("mean", "channel_mean"),
             given=scaled or required, optional=not required)  # fmt: skip
    p.tensor("channel_std", Leaf((channels,), 0.2, 0.3), "spread of each channel", ("std", "channel_std"),
             given=scaled or required, optional=not required)  # fmt: skip
    p.option("size", "4", "int", "side length of the square", p.pick("4", "6"), ("size", "mask_size", "length"))
    p.option("fill", "'zero'", "str", "value inside the square", p.pick("'zero'", "'mean'"), ("fill", "fill_mode"))
    p.option("per_example", "True", "bool", "whether each example has its own mixing ratio", p.pick("True", "False"),
             ("per_example", "per_sample"))  # fmt: skip
    p.option("alpha", "0.2", "float", "parameter of the beta distribution of mixing ratios",
             p.pick("0.2", "0.4", "1.0"), ("alpha", "mixup_alpha"))  # fmt: skip


def _declare_token_masks(p: Program, words: int) -> None:
    """Declare what batches of tokens need."""
    p.option("rate", "0.15", "float", "fraction of tokens that are masked", p.pick("0.15", "0.3", "0.4"),
             ("mask_rate", "rate", "mlm_probability"))  # fmt: skip
    p.option("first_word", "4", "int", "first id after the special tokens", None, ("first_word_id", "num_special"))
    p.option("special_ids", "(0, 1, 2)", "tuple[int, ...]", "ids that are never masked", None,
             ("special_ids", "special_tokens"))  # fmt: skip
    p.option("mask_id", "3", "int", "mask token id", None, ("mask_id", "mask_token_id"))
    p.option("ignore", "-100", "int", "label that is ignored", None, ("ignore_index",))
    p.option("vocab", None, "int", "vocabulary size", str(words), ("vocab_size",))
    p.option("keep_some", "True", "bool", "whether some selected tokens are kept or replaced at random",
             p.pick("True", "False"), ("use_80_10_10", "bert_style"))  # fmt: skip
    p.option("prefix", "0", "int", "length of the prefix", p.pick("4", "0", "8"), ("prefix_length", "prompt_len"))
    p.option("separator", "1", "int", "id of the separator between documents", None, ("bos_id", "separator"))
    p.option("boundaries", "True", "bool", "whether rows contain several documents", "True", ("packed", "boundaries"))


def _draw_batch(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that prepares a batch for a training step."""
    p = Program(stream)
    rows, side, channels = p.size(4, 8, 16), p.size(8, 16), p.size(1, 3)
    words, length, classes = p.size(64, 128, 256), p.size(32, 48), p.size(4, 10)
    scaled, required = p.choices.chance(0.6), p.choices.chance(0.4)
    # Pixels are between 0 and 1, as decoders return them.
    p.tensor("images", Leaf((rows, side, side, channels), 0, 1), "images of shape (batch, height, width, channels)",
             ("images", "x"))  # fmt: skip
    p.tensor("labels", whole(rows, below=classes), "class of each image", ("labels", "y"))
    p.tensor("tokens", whole(rows, length, below=words), "token ids of shape (batch, length)", ("tokens", "token_ids"))
    p.tensor("rng", key(), "random key", ("key", "rng"))
    p.option("pad", p.pick("4", "2") if target == "random_crops" else "0", "int",
             "largest shift in pixels" if target == "random_crops" else "padding id", None,
             ("padding", "pad") if target == "random_crops" else ("pad_id",))  # fmt: skip
    _declare_image_changes(p, channels, required=required, scaled=scaled)
    p.option("smoothing", "0.0", "float", "label smoothing", p.pick("0.1", "0.0"), ("label_smoothing", "smoothing"))
    p.option("num_classes", None, "int", "number of classes", str(classes))
    _declare_token_masks(p, words)
    p.option(
        "prob", "0.5", "float", "probability that an image is changed", p.pick("0.5", "0.25"), ("prob", "probability")
    )
    p.option("value", "0.0", "float", "value inside the square", p.pick("0.0", "0.5"), ("fill_value", "value"))
    taken, whole_image = p.choices.choice(_SHAPES.get(target, (("", ""),)))
    said = {"SHAPE": taken, "WHOLE": whole_image}
    if target == "cutout":
        said |= _hidden(p)
    said["STANDARDIZE"] = _STANDARDIZE if required else _STANDARDIZE_IF_GIVEN
    for text in _BATCHES[target]:
        p.write(functools.reduce(lambda made, mark: made.replace(mark, said[mark]), said, text))
    pixels = Leaf((rows, side, side, channels))
    ids, short = Leaf((rows, length), dtype="int32"), Leaf((rows, length - 1), dtype="int32")
    weight, mask = Leaf((rows, length - 1)), Leaf((rows, length - 1, length - 1), dtype="bool")
    plain: tuple[tuple[str, tuple[Tree, ...]], ...] = (("return images", (pixels,)),)
    ends = {
        "random_crops": plain,
        "cutout": (*plain, ("return images, hole", (pixels, Leaf((rows, side, side), dtype="bool")))),
        "mixup": (("return mixed, targets", (pixels, Leaf((rows, classes)))),
                  ("return <<'image': mixed, 'label': targets>>",
                   ({"image": pixels, "label": Leaf((rows, classes))},))),
        "masked_tokens": (("return inputs, answers", (ids, ids)),
                          ("return inputs, answers, chosen", (ids, ids, Leaf((rows, length), dtype="bool"))),
                          ("return <<'inputs': inputs, 'labels': answers>>", ({"inputs": ids, "labels": ids},))),
        "next_token_batch": (("return inputs, answers, loss_mask, mask", (short, short, weight, mask)),
                             ("return <<'inputs': inputs, 'labels': answers, 'loss_mask': loss_mask, 'mask': mask>>",
                              ({"inputs": short, "labels": short, "loss_mask": weight, "mask": mask},))),
    }  # fmt: skip
    p.finish(*ends[target])
    return p.done(
        "pipelines",
        "batch_preparation",
        target,
        _TITLES[target],
        _SUMMARIES[target],
        "the batch as a step takes it",
    )


_NORMALIZED = _BODIES["normalized"]
_FLATTENED = _BODIES["flattened"]
_TRANSITIONS = """
    {?0.5 if n_step < 1 or n_step > data['reward'].shape[0]:
        raise ValueError(f'cannot look <<n_step>> steps ahead')}
    rewards = jnp.asarray(data['reward'], dtype)
    {if reward_clip is not None:
        rewards = jnp.clip(rewards, -reward_clip, reward_clip) ~
    rewards = rewards if reward_clip is None else jnp.clip(rewards, -reward_clip, reward_clip) ~
    if squash == 'sign':
        rewards = jnp.sign(rewards)
    elif squash == 'symlog':
        {?0.4 # {large rewards are bounded}}
        rewards = jnp.sign(rewards) * jnp.log1p(jnp.abs(rewards))
    elif squash is not None:
        raise ValueError(f'unknown transform <<squash>>')}
    {going = gamma * (1.0 - data['done'].astype(dtype)) ~ going = jnp.where(data['done'], 0.0, gamma).astype(dtype)}
    length = rewards.shape[0] - n_step + 1
    {returns = jnp.zeros_like(rewards[:length])
    discount = jnp.ones_like(returns)
    for i in range(n_step):
        {?0.4 # {ignore steps after the end of an episode}}
        returns = returns + discount * rewards[i:i + length]
        discount = discount * going[i:i + length] ~
    returns, discount = rewards[:length], going[:length]
    for i in range(1, n_step):
        returns = returns + discount * rewards[i:i + length]
        discount = discount * going[i:i + length]}
    {obs = data['obs']
    if obs_stats is not None:
        mean, var = {obs_stats['mean'], obs_stats['var'] ~ (obs_stats[name] for name in ('mean', 'var'))}
        obs = normalize_obs(obs, mean, var, limit) ~
    obs = data['obs'] if obs_stats is None else normalize_obs(data['obs'], obs_stats['mean'], obs_stats['var'], limit)}
    {actions = data['action'][:length] ~ actions = data['action'][:length].astype(jnp.int32)}
    transitions = <<'obs': obs[:length], 'action': actions, 'return': returns, 'discount': discount,
        'next_obs': obs[n_step:n_step + length]>>
    {?0.5 if one_hot:
        transitions['action'] = jax.nn.one_hot(actions, num_actions, dtype=dtype)}
    {if not flatten:
        return transitions
    return {<<name: merge_time(x) for name, x in transitions.items()>> ~ jax.tree.map(merge_time, transitions)} ~
    return {jax.tree.map(merge_time, transitions) if flatten else transitions ~
        <<name: merge_time(x) for name, x in transitions.items()>> if flatten else transitions}}
"""


def _transitions(p: Program) -> Text:
    """Draw a function that prepares transitions for training a value function."""
    length, rows, width, actions = p.size(12, 16), p.size(4, 8), p.size(5, 8), p.choices.choice((3, 4))
    n = p.choices.choice((1, 3, 5))
    lines = p.choose(_TRANSITIONS)
    hot, flat = p.choices.chance(0.5), p.choices.chance(0.6)
    kept = length - n + 1
    head = (kept * rows,) if flat else (kept, rows)
    chosen = Leaf((*head, actions)) if hot and "if one_hot" in lines else Leaf(head, dtype="int32")
    data: Tree = {
        "obs": Leaf((length + 1, rows, width), -2, 2), "action": Leaf((length, rows), 0, actions - 1, "int32"),
        "reward": Leaf((length, rows), -2, 2), "done": Leaf((length, rows), 0, 1, "bool"),
    }  # fmt: skip
    stats: Tree = {"mean": Leaf((width,)), "var": Leaf((width,), 0.5, 2)}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "data": Array(data, "arrays by name with time as the first axis, and one more observation",
                          ("rollout", "batch", "data")),
            "obs_stats": Array(stats, "mean and variance of observations", ("obs_stats", "normalizer")),
            "n_step": Option("int", "number of steps of a return", (str(n),), ("n_step", "horizon")),
            "gamma": Constant("0.99", "discount", ("gamma", "discount_factor")),
            "reward_clip": Option("float | None", "largest absolute reward", ("None", "1.0"),
                                  ("reward_clip", "max_reward")),
            "squash": Option("str | None", "transform of the rewards: sign, symlog or none",
                             ("None", "'sign'", "'symlog'"),
                             ("reward_transform", "squash")),
            "limit": Constant("5.0", "largest absolute value of an observation", ("obs_clip", "limit")),
            "num_actions": Option("int", "number of actions", (str(actions),), ("num_actions",)),
            "one_hot": Option("bool", "whether to encode actions as one-hot vectors", ("False",),
                              ("one_hot", "encode_actions"),
                              str(hot)),
            "flatten": Option("bool", "whether to merge the time and batch axes", ("True",), ("flatten",), str(flat)),
            "dtype": Option("str", "dtype of the rewards", ("'float32'",), ("dtype",), "'float32'"),
        },
        result=({"obs": Leaf((*head, width)), "action": chosen, "return": Leaf(head), "discount": Leaf(head),
                 "next_obs": Leaf((*head, width))},),
        helpers=(_NORMALIZED, _FLATTENED),
        titles=("prepare_transitions", "n_step_batch", "make_transitions"),
        summary=p.pick("Converts environment steps into transitions", "Builds transitions with n-step returns"),
        returned="transitions by name",
    )  # fmt: skip


_WHOLE = {
    "image_pipeline": write_image_pipeline, "transition_batch": _transitions,
    "listed_operations": write_image_operations, **BATCHES,
}  # fmt: skip
RECIPES = (
    with_texts(
        Recipe(
            name="batch_preparation",
            category="pipelines",
            targets=tuple(_BATCHES),
            draw=_draw_batch,
            target_weights={"mixup": 1.8, "random_crops": 1.6, "cutout": 2.0},
        ),
        _WHOLE,
        weight=1.5,
    ),
)
