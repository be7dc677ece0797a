"""What is done to a batch before a step of training: images are changed at random, tokens hidden, scales kept."""

import functools

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import key, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

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
"""How a function takes the shape of images apart, and how it says the shape of one of them."""
_NORMALISE = """
    {?0.7 STANDARDIZE}
"""
_STANDARDIZE = """# {the channels of the whole data set, not of the batch ~ bring channels to a common scale}
    images = (images - channel_mean) / channel_std"""
_STANDARDIZE_IF_GIVEN = """{if channel_mean is not None and channel_std is not None:
        # {the channels of the whole data set, not of the batch ~ bring channels to a common scale}
        images = (images - channel_mean) / channel_std ~
    if channel_mean is not None:
        images = images - channel_mean
    if channel_std is not None:
        images = images / channel_std}"""
_SPECIAL = """
        # {padding and special tokens are never guessed ~ leave special tokens alone}
        {chosen = chosen & (tokens >= first_word) ~
        special = jnp.zeros_like(chosen)
        for token in special_ids:
            special = special | (tokens == token)
        chosen = jnp.logical_and(chosen, jnp.logical_not(special)) ~
        chosen = chosen & (tokens != pad) & (tokens != mask_id)}
"""
"""Of tokens that are drawn to be hidden those that may be."""
_BATCHES = {
    "random_crops": (
        _IMAGES,
        """
        crop_key, flip_key = jax.random.split(rng)
        # {pad on all sides, then cut the same size at random places ~ shift each image by a few pixels}
        {?0.5 if pad > 0:
            padded = jnp.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode={'reflect' ~ 'edge'})
        else:
            padded = images ~ padded = jnp.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))}
        starts = jax.random.randint(crop_key, (n, 2), 0, 2 * pad + 1)

        def crop(image, start):
            return jax.lax.dynamic_slice(image, (start[0], start[1], 0), WHOLE)

        images = jax.vmap(crop)(padded, starts)
        {?0.7 if flip:
            # {mirror half of them ~ left and right mean the same}
            flips = jax.random.bernoulli(flip_key, 0.5, (n,))
            {images = jnp.where(flips[:, None, None, None], images[:, :, ::-1], images) ~
            mirrored = jnp.flip(images, axis=2)
            images = jnp.where(flips.reshape(n, 1, 1, 1), mirrored, images)}}
        """,
        _NORMALISE,
    ),
    "cutout": (
        _IMAGES,
        _NORMALISE,
        """
        # {a square of each image is hidden ~ hide a square at a random place}
        row_key, column_key = jax.random.split(rng)
        {centres = jnp.stack(
            [height * jax.random.uniform(row_key, (n,)), width * jax.random.uniform(column_key, (n,))], axis=-1) ~
        centres = jnp.stack([
            jax.random.uniform(row_key, (n,), maxval=height), jax.random.uniform(column_key, (n,), maxval=width)
        ], axis=-1)}
        rows, columns = jnp.arange(height), jnp.arange(width)
        {inside_rows = jnp.abs(rows[None, :] - centres[:, :1]) < size / 2
        inside_columns = jnp.abs(columns[None, :] - centres[:, 1:]) < size / 2
        hole = inside_rows[:, :, None] & inside_columns[:, None, :] ~
        def square(centre):
            near = jnp.abs(rows - centre[0])[:, None] < size / 2
            return near & (jnp.abs(columns - centre[1])[None, :] < size / 2)

        hole = jax.vmap(square)(centres)}
        {if fill == 'zero':
            images = jnp.where(hole[..., None], 0.0, images)
        elif fill == 'mean':
            average = images.mean(axis=(1, 2), keepdims=True)
            images = jnp.where(hole[..., None], average, images)
        else:
            raise ValueError(f'unknown fill <<fill>>') ~
        if fill not in ('zero', 'mean'):
            raise ValueError(f'unknown fill <<fill>>')
        value = images.mean(axis=(1, 2), keepdims=True) if fill == 'mean' else 0.0
        images = jnp.where(hole[..., None], value, images)}
        """,
    ),
    "mixup": (
        """
        {?0.5 if images.shape[0] != labels.shape[0]:
            raise ValueError(f'<<images.shape[0]>> images but <<labels.shape[0]>> labels')
        ~ {?0.4 if images.ndim != 4:
            raise ValueError(f'expected images of shape (batch, height, width, channels), got <<images.shape>>')}}
        n = images.shape[0]
        lam_key, order_key = jax.random.split(rng)
        {if per_example:
            lam = jax.random.beta(lam_key, alpha, alpha, (n,))
        else:
            {?0.4 # {one share for the whole batch}}
            lam = jnp.full((n,), jax.random.beta(lam_key, alpha, alpha)) ~
        lam = jax.random.beta(lam_key, alpha, alpha, (n,))}
        {?0.4 # {the first image dominates ~ never mostly the partner}
        lam = jnp.maximum(lam, 1.0 - lam)}
        order = jax.random.permutation(order_key, n)
        {wide = lam.reshape(n, 1, 1, 1) ~ wide = lam[:, None, None, None]}
        {mixed = wide * images + (1.0 - wide) * images[order] ~
        partners = images[order]
        mixed = partners + wide * (images - partners)}
        one_hot = jax.nn.one_hot(labels, num_classes)
        {?0.5 if smoothing > 0:
            {?0.4 # {never quite sure ~ label smoothing}}
            one_hot = (1.0 - smoothing) * one_hot + smoothing / num_classes}
        {targets = lam[:, None] * one_hot + (1.0 - lam[:, None]) * one_hot[order] ~
        share = lam[:, None]
        targets = share * one_hot + (1.0 - share) * one_hot[order]}
        """,
    ),
    "masked_tokens": (
        """
        {?0.5 if tokens.ndim != 2 {or tokens.dtype != jnp.int32 ~}:
            raise ValueError(f'expected ids of shape (batch, length), got <<tokens.shape>>')}
        {?0.4 if rate <= 0.0 or rate >= 1.0:
            raise ValueError(f'rate has to lie between 0 and 1, not <<rate>>')}
        {hide_key, kind_key, word_key = jax.random.split(rng, 3)
        chosen = jax.random.bernoulli(hide_key, rate, tokens.shape)
        SPECIAL
        {if keep_some:
            # {most are masked, a few replaced, a few left as they are ~ 80, 10 and 10 per cent}
            kind = jax.random.uniform(kind_key, tokens.shape)
            random_words = jax.random.randint(word_key, tokens.shape, first_word, vocab)
            hidden = jnp.where(kind < 0.8, mask_id, jnp.where(kind < 0.9, random_words, tokens))
            inputs = jnp.where(chosen, hidden, tokens)
        else:
            inputs = jnp.where(chosen, mask_id, tokens) ~
        inputs = jnp.where(chosen, mask_id, tokens)
        if keep_some:
            random_words = jax.random.randint(word_key, tokens.shape, first_word, vocab)
            kind = jax.random.uniform(kind_key, tokens.shape)
            # {one in ten is another word, one in ten stays ~ some words are wrong, some are told}
            inputs = jnp.where(chosen & (kind < 0.1), random_words, inputs)
            inputs = jnp.where(kind >= 0.9, tokens, inputs)} ~
        chosen = jax.random.bernoulli(rng, rate, tokens.shape)
        SPECIAL
        inputs = jnp.where(chosen, mask_id, tokens)}
        answers = jnp.where(chosen, tokens, {ignore ~ ignore ~ -1})
        """.replace("        SPECIAL\n", _SPECIAL[1:]),
    ),
    "next_token_batch": (
        """
        {?0.5 if tokens.ndim != 2 or tokens.shape[1] < 2:
            raise ValueError(f'expected rows of two tokens or more, got <<tokens.shape>>')}
        # {every position is to tell the next token ~ labels are the inputs one step later}
        {inputs, answers = tokens[:, :-1], tokens[:, 1:] ~
        inputs = tokens[:, :-1]
        answers = tokens[:, 1:]}
        loss_mask = {(answers != pad).astype(jnp.float32) ~ jnp.where(answers == pad, 0.0, 1.0)}
        {if boundaries:
            # {several documents share a row and do not see each other ~ no document looks into the one before}
            starts = (inputs == separator).astype(jnp.int32)
            segments = jnp.cumsum(starts, axis=1)
            visible = segments[:, :, None] == segments[:, None, :]
            {?0.6 # {the end of a document does not tell how the next one begins}
            loss_mask = loss_mask * (answers != separator)}
        else:
            visible = (inputs != pad)[:, None, :] ~
        segments = jnp.cumsum(inputs == separator, axis=1)
        visible = segments[:, :, None] == segments[:, None, :]
        {?0.5 # {nobody can tell how the next document begins ~ no loss across documents}
        loss_mask = loss_mask * (answers != separator)} ~
        if prefix > 0:
            # {the prompt is given, not learned ~ no loss on the prompt}
            loss_mask = loss_mask * (jnp.arange(answers.shape[1]) >= prefix - 1)
        visible = (inputs != pad)[:, None, :]}
        seq = inputs.shape[1]
        {mask = visible & jnp.tril(jnp.ones((seq, seq), dtype=bool)) ~
        steps = jnp.arange(seq)
        mask = visible & (steps[:, None] >= steps[None, :])}
        """,
    ),
}  # fmt: skip


def _draw_batch(stream: Stream, target: str) -> KernelSpec:
    """A batch as a step of training takes it."""
    p = Program(stream)
    rows, side, channels = p.size(4, 8, 16), p.size(8, 16), p.size(1, 3)
    words, length, classes = p.size(64, 128, 256), p.size(32, 48), p.size(4, 10)
    scaled, required = p.choices.chance(0.6), p.choices.chance(0.4)
    # Of pixels between 0 and 1, as decoders give them.
    p.tensor(
        "images",
        Leaf((rows, side, side, channels), 0, 1),
        "images of shape (batch, height, width, channels)",
        ("images", "x"),
    )
    p.tensor("labels", whole(rows, below=classes), "class of each image", ("labels", "y"))
    p.tensor("tokens", whole(rows, length, below=words), "token ids of shape (batch, length)", ("tokens", "token_ids"))
    p.tensor("rng", key(), "random key", ("key", "rng"))
    p.option(
        "pad",
        p.pick("4", "2") if target == "random_crops" else "0",
        "int",
        "pixels that an image may move" if target == "random_crops" else "id of padding",
        None,
        ("padding", "pad") if target == "random_crops" else ("pad_id",),
    )
    p.option("flip", "True", "bool", "whether images are mirrored", p.pick("True", "False"), ("flip", "random_flip"))
    p.tensor(
        "channel_mean",
        Leaf((channels,), 0.4, 0.5),
        "mean of each channel",
        ("mean", "channel_mean"),
        given=scaled or required,
        optional=not required,
    )
    p.tensor(
        "channel_std",
        Leaf((channels,), 0.2, 0.3),
        "spread of each channel",
        ("std", "channel_std"),
        given=scaled or required,
        optional=not required,
    )
    p.option("size", "4", "int", "side of the square", p.pick("4", "6"), ("size", "mask_size", "length"))
    p.option("fill", "'zero'", "str", "what is put there", p.pick("'zero'", "'mean'"), ("fill", "fill_mode"))
    p.option(
        "per_example",
        "True",
        "bool",
        "whether each example has a share of its own",
        p.pick("True", "False"),
        ("per_example", "per_sample"),
    )
    p.option("alpha", "0.2", "float", "how even the shares are", p.pick("0.2", "0.4", "1.0"), ("alpha", "mixup_alpha"))
    p.option("smoothing", "0.0", "float", "label smoothing", p.pick("0.1", "0.0"), ("label_smoothing", "smoothing"))
    p.option("num_classes", None, "int", "number of classes", str(classes))
    p.option(
        "rate",
        "0.15",
        "float",
        "share of the tokens that are hidden",
        p.pick("0.15", "0.3", "0.4"),
        ("mask_rate", "rate", "mlm_probability"),
    )
    p.option("first_word", "4", "int", "first id that is no special token", None, ("first_word_id", "num_special"))
    p.option("special_ids", "(0, 1, 2)", "tuple[int, ...]", "ids that stay", None, ("special_ids", "special_tokens"))
    p.option("mask_id", "3", "int", "id of the mask", None, ("mask_id", "mask_token_id"))
    p.option("ignore", "-100", "int", "label that does not count", None, ("ignore_index",))
    p.option("vocab", None, "int", "number of tokens", str(words), ("vocab_size",))
    p.option(
        "keep_some",
        "True",
        "bool",
        "whether some of the chosen tokens stay or become others",
        p.pick("True", "False"),
        ("use_80_10_10", "bert_style"),
    )
    p.option("prefix", "0", "int", "length of the prompt", p.pick("4", "0", "8"), ("prefix_length", "prompt_len"))
    p.option("separator", "1", "int", "id that begins a document", None, ("bos_id", "separator"))
    p.option("boundaries", "True", "bool", "whether rows hold several documents", "True", ("packed", "boundaries"))
    taken, whole_image = p.choices.choice(_SHAPES.get(target, (("", ""),)))
    said = {"SHAPE": taken, "WHOLE": whole_image}
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
    titles = {
        "random_crops": ("augment", "random_crop_flip", "augment_images"),
        "cutout": ("cutout", "random_erasing", "erase_squares"),
        "mixup": ("mixup", "mix_batch", "apply_mixup"),
        "masked_tokens": ("mask_tokens", "masked_lm_batch", "apply_masking"),
        "next_token_batch": ("prepare_batch", "language_model_batch", "shift_tokens"),
    }[target]
    return p.done(
        "training",
        "batch_preparation",
        target,
        titles,
        {
            "random_crops": "Crops and mirrors a batch of images at random",
            "cutout": "Hides a square of each image",
            "mixup": "Mixes images and their labels in pairs",
            "masked_tokens": "Hides tokens at random and keeps them as labels",
            "next_token_batch": "Inputs, labels and masks of a language model",
        }[target],
        "the batch as a step takes it",
    )


RECIPES = (Recipe(name="batch_preparation", category="training", targets=tuple(_BATCHES), draw=_draw_batch),)
