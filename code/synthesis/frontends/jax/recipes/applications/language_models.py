"""Whole language models: their scores for a batch of texts, the loss, its gradient, and a training step."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import whole
from synthesis.frontends.jax.recipes.applications.precision import draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.routing import WRITERS
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.transformer_parts import declare_functions, declare_model
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "language_models", margin=4)

_NLL = """
        {log_probs = jax.nn.log_softmax(logits, axis=-1)
        nll = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0] ~
        label_logits = jnp.take_along_axis(logits, labels[..., None], axis=-1).squeeze(-1)
        nll = jax.nn.logsumexp(logits, axis=-1) - label_logits ~
        one_hot = jax.nn.one_hot(labels, logits.shape[-1])
        SMOOTHED
        nll = -jnp.sum(one_hot * jax.nn.log_softmax(logits), axis=-1)}
"""
_SMOOTHED = """{?0.4 if smoothing > 0:
            {?0.4 # {smoothed target distribution ~ label smoothing}}
            one_hot = (1.0 - smoothing) * one_hot + smoothing / logits.shape[-1]}"""
_MEAN = {
    "optional": """
        if mask is not None:
            {?0.8 if mask.shape != nll.shape:
                raise ValueError(f'expected a mask of shape <<nll.shape>>, got <<mask.shape>>')}
            weight = mask.astype(nll.dtype)
            {?0.4 # {padding does not count}}
            loss = jnp.sum(nll * weight) / jnp.maximum(weight.sum(), 1.0)
        else:
            loss = jnp.mean(nll)
    """,
    "masked": """
        {weight = mask.astype(nll.dtype)
        loss = jnp.sum(nll * weight) / jnp.maximum(weight.sum(), 1.0) ~ loss = masked_mean(nll, mask)}
    """,
    "": "        {loss = nll.mean() ~ loss = jnp.mean(nll)}",
}
_PENALTY = """
        {?0.4 # {keeps the normalizer near one ~ z loss}}
        log_z = jax.nn.logsumexp(logits, axis=-1)
        {objective = loss + z_coef * jnp.mean(log_z ** 2) ~ objective = loss + z_coef * jnp.mean(jnp.square(log_z))}
"""


_GENTLE = 0.5
"""Factor by which the weights of layers are reduced where rounding must not change the results much.

Their standard deviation is then 0.015 at real sizes; the usual initial value is 0.02.
"""


_ENDS = {
    "every": "return logits",
    "asked": _BODIES["asked"],
    "next": _BODIES["next"],
    "log_probs": _BODIES["log_probs"],
}
"""The outputs of a model: scores of all positions or of some, or probabilities."""
_SUMMARIES = {
    "lm_scores": "Logits of the next token at every position of a batch of texts",
    "lm_loss": "Mean negative log likelihood of the next tokens",
    "lm_gradient": "Loss of a language model on a batch and its gradient",
    "lm_step": "One training step of a language model",
}
_TITLES = {
    "lm_scores": ("apply_model", "predict_logits", "language_model"),
    "lm_loss": ("lm_loss", "next_token_loss", "compute_loss", "eval_loss"),
    "lm_gradient": ("loss_and_grads", "compute_gradients", "lm_grads"),
    "lm_step": ("train_step", "update", "training_step"),
}


def _draw_language_model(stream: Stream, target: str) -> KernelSpec:
    """Draw a whole transformer that predicts the next token, whose parameters are a tree of ten to forty arrays."""
    p = Program(stream)
    smooth = target in ("lm_gradient", "lm_step")
    precision = draw_precision(p, smooth=smooth)
    form = " ".join((
        p.pick("stacked", "stacked", "dicts", "dicts", "records"), p.pick("layer_norm", "rms_norm"),
        p.pick("gated", ""), p.pick("tied", ""), p.pick("rotary", "", ""),
        p.pick("biased", ""),
    ))  # fmt: skip
    tree, (words, length) = declare_model(p, form, _GENTLE if precision.loses(target) else 1.0)
    alone = p.choices.chance(0.3)
    rows = p.size(2, 4)
    # In the gradient of an embedding, the rows of unused words are zero. If half of the words are unused, its median is
    # nearly zero.
    seen = 2 * words // 5 if precision.loses(target) and "tied" not in form else words
    shifted = target != "lm_scores" and p.choices.chance(0.35)
    masked = p.pick("optional", "masked", "", "")
    declare_functions(p, form, precision, alone=alone, smooth=smooth)
    p.tree("params", tree, "weights of the model", ("params", "variables"))
    p.tensor("tokens", whole(rows, length, below=seen), "token ids of shape (batch, length)", ("tokens", "input_ids"))
    p.tensor("labels", whole(rows, length, below=words), "next tokens of shape (batch, length)", ("labels", "targets"))
    p.tensor(
        "mask",
        Leaf((rows, length - shifted), 0, 1, "bool"),
        "positions that count",
        ("mask", "loss_mask"),
        optional=masked == "optional",
    )
    _declare_numbers(p)
    apply = "jax.vmap(forward, in_axes=(None, 0))" if alone else "forward"
    p.write("{?0.35 if tokens.ndim != 2:\n    raise ValueError(f'expected (batch, length), got <<tokens.shape>>')}")
    if target == "lm_scores":
        p.write(f"logits = {apply}(params, tokens)", _BODIES["cap"])
        return _finish_scores(p, (rows, length, words), alone=alone)
    start = "inputs, labels = tokens[:, :-1], tokens[:, 1:]" if shifted else ""
    given = "inputs" if shifted else "tokens"
    body = "\n".join((f"        logits = {apply}(params, {given})", _NLL, _MEAN[masked]))
    _write_loss(p, body, start, target, tree)
    return p.done("training", "language_model", target, _TITLES[target], _SUMMARIES[target], _RETURNED[target])


def _finish_scores(p: Program, shape: tuple[int, int, int], *, alone: bool) -> KernelSpec:
    """Write the result computed from scores of the given shape, and return the finished function."""
    rows, length, words = shape
    # A model is rarely wrapped in a function that does nothing else.
    end = p.choices.weighted((("every", 0.4 if alone else 0.0), ("asked", 0.4), ("next", 0.3), ("log_probs", 0.3)))
    asked = p.pick("True", "False")
    p.option("last_only", "False", "bool", "whether to return only the last position", asked)
    p.tensor("lengths", Leaf((rows,), 1, length, "int32"), "tokens of each text", ("lengths", "seq_lens"))
    begun = p.choices.chance(0.5)
    p.option("num_prompt", "0", "int", "number of prompt tokens", "5" if begun else "0", ("num_prompt", "prompt_len"))
    unsure = p.choices.chance(0.5)
    p.option("return_entropy", "False", "bool", "whether to return entropies as well", "True" if unsure else None)
    lines = p.choose(_ENDS[end])
    p.add(lines)
    whole: tuple[Tree, ...] = (Leaf(shape),)
    if end == "next" or ("last_only" in lines and asked == "True"):
        whole = (Leaf((rows, words)),)
    elif "num_prompt" in lines and begun:
        whole = (Leaf((rows, length - 4, words)),)
    elif "return_entropy" in lines and unsure:
        whole = (Leaf(shape), Leaf((rows, length)))
    p.set_results(*whole)
    titles, summary, returned = {
        "next": (("next_token_logits", "last_logits", "score_next_token"),
                 "Logits of the token that follows each of a batch of texts", "scores of the next token of each text"),
        "log_probs": (("token_log_probs", "predict_log_probs", "score_tokens"),
                      "Log probabilities of the next token at every position of a batch of texts",
                      "log probabilities of the next tokens"),
    }.get(end, (_TITLES["lm_scores"], _SUMMARIES["lm_scores"], _RETURNED["lm_scores"]))  # fmt: skip
    return p.done("training", "language_model", "lm_scores", titles, summary, returned)


_RETURNED = {
    "lm_scores": "scores of the next token", "lm_loss": "the mean loss of a token",
    "lm_gradient": "the loss and the gradients",
    "lm_step": "the new parameters, the state of the optimizer if there is one, and the loss",
}  # fmt: skip


def _declare_numbers(p: Program) -> None:
    """Declare numbers and options that losses and scores may name."""
    p.option(
        "cap", "None", "float | None", "soft limit of the scores", p.pick("30.0", "50.0"), ("logit_cap", "softcap")
    )
    p.number("z_coef", "1e-4", "factor of the squared normalizer", (0.0001, 0.01), ("z_loss_coef", "z_loss_weight"))
    p.option("smoothing", "0.0", "float", "label smoothing", "0.1", ("label_smoothing", "smoothing"))
    p.option("temperature", "1.0", "float", "temperature of the scores", p.pick("0.7", "0.8"))


def _write_loss(p: Program, body: str, start: str, target: str, tree: Tree) -> None:
    """Write the loss of the next tokens, and, for targets that need it, its gradient and the use of it."""
    p.write(start)
    penalized = p.maybe(0.2)
    body = body.replace("SMOOTHED", "" if penalized else _SMOOTHED)
    metric = "cross_entropy" if penalized else ""
    if target == "lm_loss":
        p.write(body, _PENALTY if penalized else "")
        if penalized:
            p.finish(
                ("return objective", (Leaf(()),)),
                ("return objective, loss", (Leaf(()), Leaf(()))),
                ("return objective, <<'loss': loss, 'perplexity': jnp.exp(loss)>>",
                 (Leaf(()), {"loss": Leaf(()), "perplexity": Leaf(())})),
            )  # fmt: skip
        else:
            p.finish(
                ("return loss", (Leaf(()),)),
                ("{?0.4 # {words that are about as likely as the true ones}}\nperplexity = jnp.exp(loss)\n"
                 "return loss, perplexity", (Leaf(()), Leaf(()))),
            )  # fmt: skip
        return
    end = "        return objective, loss" if metric else "        return loss"
    p.write(f"def loss_fn(params):\n{body}{_PENALTY if penalized else ''}\n{end}")
    slopes = _BODIES["slopes"].replace("LEFT", f"(loss, {metric})" if metric else "loss")
    p.write(slopes.replace("AUX", ", has_aux=True" if metric else ""))
    # The optimizers of whole models usually have a state.
    forms = FORMS[1:] if p.choices.chance(0.6) else FORMS
    finish_step(p, tree, forms if target == "lm_step" else (), metric=metric)


RECIPES = (
    with_texts(
        Recipe(
            name="language_model",
            category="training",
            targets=tuple(_TITLES),
            draw=_draw_language_model,
            target_weights={"lm_scores": 2.0, "lm_loss": 1.6, "lm_gradient": 0.5, "lm_step": 1.0},
        ),
        WRITERS,
        weight=0.7,
    ),
)
