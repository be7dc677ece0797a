"""Beam search: one step of decoding with several candidates."""

import re
from textwrap import dedent

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "beam_search", margin=4)

_ENDED_BEAMS = {
    "never": ("", ""),
    "maybe": (
        _BODIES["maybe"],
        """
        if done is not None:
            state['done'] = FOLLOW(done) | (tokens == eos_id)
        """,
    ),
    "counted": (
        """
        {?0.5 # {finished beams repeat their last token}}
        frozen = {jnp.full(vocab, -1e9).at[eos_id].set(0.0) ~ jnp.where(jnp.arange(vocab) == eos_id, 0.0, -1e9)}
        log_probs = jnp.where(done[..., None], frozen, log_probs)
        """,
        _BODIES["counted"],
    ),
}
"""The treatment of finished beams: how it changes the next scores, and which state is kept."""
_PARENTS = {
    "helper": ("gather_beams(VALUE, parents)", ""),
    "inner": (
        "follow(VALUE)",
        _BODIES["inner"],
    ),
}
"""The expression for the values of the parents of new beams, and the definition of the inner function in it."""


def beams(p: Program) -> Text:
    """Draw one step of a beam search."""
    batch, beams, vocab, length = (
        p.choices.choice((2, 3, 4)),
        p.choices.choice((3, 4)),
        p.size(16, 24),
        p.choices.choice((6, 8)),
    )
    form = p.pick("never", "maybe", "counted", "counted")
    before, after = _ENDED_BEAMS[form]
    call, inner = _PARENTS["helper" if form == "never" else p.pick(*_PARENTS)]
    text = placed(placed(_BODIES["beams"], "ENDED", dedent(before).strip()), "KEPT", dedent(after).strip())
    text = placed(text, "PARENTS", dedent(inner).strip())
    if form == "never":
        call = "jnp.take_along_axis(VALUE, parents[..., None], axis=1)"
    text = re.sub(r"FOLLOW\((\w+)\)", lambda found: call.replace("VALUE", found[1]), text)
    lines = p.choose(text)
    ended = form == "counted" or (form == "maybe" and p.choices.chance(0.7))
    kept = p.pick("None", "2") if "num_keep" in lines else "None"
    now = beams if kept == "None" else int(kept)
    penalty = p.pick("0.6", "1.0", "0.8")
    made: dict[str, Tree] = {"sequences": Leaf((batch, now, length), dtype="int32"), "scores": Leaf((batch, now))}
    if ended:
        made["done"] = Leaf((batch, now), dtype="bool")
    if form == "counted":
        made |= {"lengths": Leaf((batch, now), dtype="int32"), "ranking": Leaf((batch, now))}
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "logits": Array(Leaf((batch, beams, vocab), -3, 3), "logits of the next token", ("logits", "next_logits")),
            "scores_so_far": Array(Leaf((batch, beams), -5, 0), "log probability of each beam",
                                   ("beam_scores", "cum_log_probs")),
            "sequences": Array(Leaf((batch, beams, length), 0, vocab - 1, "int32"), "token ids of each beam",
                               ("sequences", "beam_tokens")),
            "done": Array(Leaf((batch, beams), 0, 1, "bool"), "mask of finished beams", ("done", "finished"),
                          float(not ended)),
            "lengths": Array(Leaf((batch, beams), 1, length, "int32"), "length of each beam, including the end token",
                             ("lengths", "beam_lengths")),
            "step": Option("int", "position of the next token", (str(length - 1), str(length - 2)),
                           ("step", "cur_len")),
            "eos_id": Option("int", "end-of-sequence id", ("1", "2"), ("eos_id",)),
            "num_keep": Option("int | None", "number of beams to keep", ("None",), ("num_keep", "num_beams"), kept),
            "diversity": Option("float", "strength of the diversity penalty", ("0.0", "0.5", "1.0"),
                                ("diversity", "diversity_rate")),
            "length_penalty": Option("float", "exponent of the length penalty", ("0.6",), ("length_penalty", "alpha"),
                                     penalty),
        },
        result=(made,),
        helpers=(_BODIES["follow"], _BODIES["length_norm"]),
        titles=("beam_step", "expand_beams", "advance_beams"),
        summary=p.pick("Performs one step of a beam search", "Selects the best continuations of all beams"),
        returned="the new beams",
    )  # fmt: skip
