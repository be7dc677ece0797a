"""Losses of pairs of embeddings that should be near or far."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    expect,
    guard,
    positive,
    remark,
    whole,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.reducing import reduce
from synthesis.frontends.jax.recipes.applications.tracking import PAIRS
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "pairs", margin=4)


def _unit(p: Program, *names: str) -> str:
    """Return statements that normalise vectors to length one."""
    way = p.pick(
        "VALUE / (jnp.linalg.norm(VALUE, axis=-1, keepdims=True) + eps)",
        "VALUE / jnp.maximum(jnp.linalg.norm(VALUE, axis=-1, keepdims=True), eps)",
        "VALUE * jax.lax.rsqrt(jnp.sum(jnp.square(VALUE), axis=-1, keepdims=True) + eps)",
    )
    if p.choices.chance(0.6):
        p.helper(block("def normalize(x, eps):", f"return {way.replace('VALUE', 'x')}"))
        way = "normalize(VALUE, eps)"
        return ", ".join(names) + " = " + ", ".join(way.replace("VALUE", name) for name in names)
    return join(*(f"{name} = {way.replace('VALUE', name)}" for name in names))


_SIDE_NAMES: dict[str, tuple[tuple[str, str], ...]] = {
    "info_nce": (("anchor", "positive"), ("z1", "z2"), ("query", "key"), ("z_i", "z_j")),
    "clip": (("image_features", "text_features"), ("image_emb", "text_emb"), ("img", "txt")),
    "triplet": (("anchor", "positive"),),
    "margin_pairs": (("x1", "x2"), ("left", "right"), ("emb_a", "emb_b"), ("z1", "z2")),
    "supervised_contrastive": (("z1", "z2"), ("features", "other_view"), ("anchors", "contrasts")),
}
"""Names of the two sides of pairs."""


_TITLES = {
    "info_nce": ("info_nce_loss", "info_nce", "batch_contrastive_loss"),
    "clip": ("clip_loss", "image_text_loss", "symmetric_contrastive_loss"),
    "triplet": ("triplet_loss", "triplet_margin_loss"),
    "margin_pairs": ("contrastive_loss", "margin_loss", "siamese_loss"),
    "supervised_contrastive": ("supervised_contrastive_loss", "supcon_loss"),
}
"""Names of losses, by target."""


_SUMMARIES = {
    "info_nce": "InfoNCE loss with the other rows of the batch as negatives",
    "clip": "Symmetric contrastive loss",
    "triplet": "Triplet loss with a margin",
    "margin_pairs": "Contrastive loss of pairs",
    "supervised_contrastive": "Supervised contrastive loss over rows of the same class",
}
"""What losses are, by target."""


def _draw_pairs(stream: Stream, target: str) -> KernelSpec:
    """Draw a loss of pairs of embeddings that should be near or far."""
    p = Program(stream)
    rows, dim = p.size(16, 32, 64, 128), p.size(32, 64, 128, 256)
    low = p.maybe(0.15)
    dtype = "bfloat16" if low else "float32"
    first, second = p.choices.choice(_SIDE_NAMES[target])
    bound = 0.12 if target == "margin_pairs" else 1.0
    p.tensor("a", Leaf((rows, dim), -bound, bound, dtype), "embeddings of shape (batch, dim)", (first,))
    p.tensor("b", Leaf((rows, dim), -bound, bound, dtype), "their partners, row by row", (second,))
    p.tensor("c", Leaf((rows, dim), -bound, bound, dtype), "embeddings that ought to be far", ("negative",))
    p.tensor("similar", whole(rows, below=2), "1 where a pair belongs together, else 0", ("labels", "is_similar", "y"))
    p.tensor("classes", whole(rows, below=4), "class of each row", ("classes", "labels"))
    p.number("temperature", p.pick("0.1", "0.07", "0.5"), "what similarities are divided by", (0.1, 1.0),
             ("temperature", "tau"))  # fmt: skip
    within, usual = ((1.0, 2.0), "2.0") if target == "margin_pairs" else ((0.2, 1.0), p.pick("1.0", "0.2", "0.5"))
    if target == "triplet":
        p.option("margin", usual, "float", "margin between dissimilar vectors", p.pick("0.2", "0.3", "0.5", "1.0"))
    else:
        p.number("margin", usual, "how far apart they ought to be", within, ("margin",))
    stored = Leaf((p.size(24, 48), dim), -1, 1, dtype)
    p.tensor("queue", stored, "further negatives", ("queue", "memory"), optional=True)
    p.number("eps", p.pick("1e-8", "1e-6"), "small number that keeps the division safe")
    queued = target == "info_nce" and p.maybe(0.25)
    weighted = not queued and not low and p.maybe(0.12)
    p.tensor(
        "weight", positive(rows), "weight of each row", ("weights", "sample_weight"), given=weighted, optional=True
    )
    p.add(
        guard(p, "a.shape != b.shape", "expected pairs of embeddings, got {a.shape} and {b.shape}", 0.2),
        expect(p, "a.ndim == 2"),
    )
    if low:
        p.add(
            "a = a.astype(jnp.float32)",
            "b = b.astype(jnp.float32)",
            *(["c = c.astype(jnp.float32)"] if target == "triplet" else []),
        )
    unit = target in ("info_nce", "clip", "supervised_contrastive") or p.maybe(0.4)
    if unit:
        p.add(remark(p, "normalize the embeddings"))
        p.add(_unit(p, "a", "b", *(["c"] if target == "triplet" else [])))
    p.add(*_pair_loss(p, target, unit=unit, queued=queued))
    reduce(p, (rows,), weighted=weighted, masked=False)
    return p.done(
        "losses",
        "pair_loss",
        target,
        _TITLES[target],
        _SUMMARIES[target],
        "the loss",
    )


_QUEUE = _BODIES["queue"]
_TRIPLET = _BODIES["triplet"]


def _triplet(p: Program, *, unit: bool) -> list[str]:
    """Return the lines of a loss of triplets."""
    distance = p.pick(
        "jnp.sum((FIRST - SECOND) ** 2, axis=-1)",
        "jnp.linalg.norm(FIRST - SECOND, axis=-1)",
        "jnp.sqrt(jnp.sum(jnp.square(FIRST - SECOND), axis=-1) + eps)",
        # One minus the cosine of vectors of length one.
        "1.0 - jnp.sum(FIRST * SECOND, axis=-1)" if unit else "jnp.sum(jnp.square(FIRST - SECOND), axis=-1)",
    )
    near, far = (
        distance.replace("FIRST", "a").replace("SECOND", "b"),
        distance.replace("FIRST", "a").replace("SECOND", "c"),
    )
    return [
        remark(p, "no loss once the negative is far enough away", "closer to the positive than to the negative"),
        f"pos_dist = {near}",
        f"neg_dist = {far}",
        p.choose(_TRIPLET),
    ]


def _margin_pairs(p: Program, *, unit: bool) -> list[str]:
    """Return the lines of a loss that pushes pairs apart up to a margin."""
    distance = p.pick(
        "dist = jnp.linalg.norm(a - b, axis=-1)",
        "dist = jnp.sqrt(jnp.sum((a - b) ** 2, axis=-1) + eps)",
        "dist = 1.0 - jnp.sum(a * b, axis=-1)" if unit else "dist = jnp.sqrt(jnp.square(a - b).sum(axis=-1) + eps)",
    )
    apart = p.pick("jnp.maximum(margin - dist, 0.0)", "jax.nn.relu(margin - dist)")
    return [
        distance,
        remark(p, "pull together, or push apart up to the margin"),
        p.pick(
            f"per_example = similar * dist ** 2 + (1 - similar) * {apart} ** 2",
            f"per_example = jnp.where(similar == 1, jnp.square(dist), jnp.square({apart}))",
            f"pull = similar * jnp.square(dist)\npush = (1 - similar) * jnp.square({apart})\nper_example = pull + push",
        ),
    ]


def _pair_loss(p: Program, target: str, *, unit: bool, queued: bool) -> list[str]:
    similar = p.pick(
        "logits = a @ b.T / temperature",
        "logits = jnp.matmul(a, b.T) / temperature",
        "logits = jnp.einsum('id,jd->ij', a, b) / temperature",
    )
    one_way = p.pick(
        "-jax.nn.log_softmax(VALUE, axis=-1)[rows, rows]",
        "jax.nn.logsumexp(VALUE, axis=-1) - jnp.diagonal(VALUE)",
        "-jnp.diagonal(jax.nn.log_softmax(VALUE, axis=-1))",
    )
    rows = "rows = jnp.arange(a.shape[0])" if "rows" in one_way else ""
    match target:
        case "info_nce":
            why = remark(p, "positives are on the diagonal", "other rows of the batch are negatives")
            more = p.choose(_QUEUE) if queued else ""
            return [similar, more, rows, why, f"per_example = {one_way.replace('VALUE', 'logits')}"]
        case "clip":
            return [
                similar,
                rows,
                remark(p, "image to text and text to image"),
                f"image_loss = {one_way.replace('VALUE', 'logits')}",
                f"text_loss = {one_way.replace('VALUE', 'logits.T')}",
                p.pick("per_example = 0.5 * (image_loss + text_loss)", "per_example = (image_loss + text_loss) / 2"),
            ]
        case "triplet":
            return _triplet(p, unit=unit)
        case "margin_pairs":
            return _margin_pairs(p, unit=unit)
        case _:
            same = p.pick("same = classes[:, None] == classes[None, :]", "same = jnp.equal(classes[:, None], classes)")
            log_probs = p.pick(
                "log_probs = jax.nn.log_softmax(logits, axis=-1)",
                "log_probs = logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)",
            )
            mean = p.pick(
                "count = jnp.sum(same, axis=-1)\nper_example = -jnp.sum(same * log_probs, axis=-1) / count",
                "count = jnp.maximum(same.sum(axis=1), 1)\n"
                "per_example = -jnp.where(same, log_probs, 0.0).sum(axis=1) / count",
                "per_example = -jnp.mean(log_probs, axis=-1, where=same)",
            )
            return [similar, remark(p, "positives are rows of the same class"), same, log_probs, mean]


_TARGETS = ("info_nce", "clip", "triplet", "margin_pairs", "supervised_contrastive")
RECIPES = (
    with_texts(
        Recipe(name="pair_loss", category="losses", targets=_TARGETS, draw=_draw_pairs),
        PAIRS,
        weight=3.0,
    ),
)
