"""Whole language models: their scores for a batch of texts, the loss, its gradient, and a training step."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import positive, weights, whole
from synthesis.frontends.jax.recipes.applications.precision import Precision, draw_precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.routing import WRITERS
from synthesis.frontends.jax.recipes.applications.steps import FORMS, finish_step
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "language_models", margin=4)

_NORMS = {
    "rms": '''
    def rms_norm(x: Array, scale: Array) -> Array:
        {? """Divides by the root mean square of the features."""}
        STARTms = jnp.mean(jnp.square(X32), axis=-1, keepdims=True)
        {return (X32 * jax.lax.rsqrt(ms + {1e-6 ~ 1e-5}) * scale)BACK ~
        return (X32 / jnp.sqrt(ms + {1e-6 ~ 1e-5}) * scale)BACK}
    ''',
    "layer": '''
    def layer_norm(x: Array, scale: Array, bias: Array) -> Array:
        {? """Zero mean and unit variance over the features."""}
        STARTmean = {jnp.mean(X32, axis=-1, keepdims=True) ~ X32.mean(axis=-1, keepdims=True)}
        {var = jnp.var(X32, axis=-1, keepdims=True)
        y = (X32 - mean) * jax.lax.rsqrt(var + 1e-5) ~
        centred = X32 - mean
        var = jnp.mean(jnp.square(centred), axis=-1, keepdims=True)
        y = centred / jnp.sqrt(var + 1e-5)}
        return (y * scale + bias)BACK
    ''',
}
_ROTARY = '''
    def rotary(x: Array) -> Array:
        {? """{Turns pairs of features by angles that grow with the position ~ Rotary positions}."""}
        half = x.shape[-1] // 2
        rates = 10_000.0 ** (-jnp.arange(half) / half)
        angles = jnp.arange(x.shape[-3])[:, None] * rates
        {?0.4 # {the same for all heads}}
        {cos, sin = jnp.cos(angles)[:, None, :], jnp.sin(angles)[:, None, :] ~
        cos, sin = jnp.cos(angles)[:, None], jnp.sin(angles)[:, None]}
        {x1, x2 = jnp.split(x, 2, axis=-1) ~ x1, x2 = x[..., :half], x[..., half:]}
        return jnp.concatenate([x1 * cos - x2 * sin, x2 * cos + x1 * sin], axis=-1)BACK
'''
_HEADS = '''
    def self_attention(layer, x: Array) -> Array:
        {? """{Causal attention with several heads ~ Every position attends to itself and to those before it}."""}
        {q = jnp.einsum('Btd,dhk->Bthk', x, layer['wq']CAST)
        k = jnp.einsum('Btd,dhk->Bthk', x, layer['wk']CAST)
        v = jnp.einsum('Btd,dhk->Bthk', x, layer['wv']CAST) ~
        q, k, v = [jnp.einsum('Btd,dhk->Bthk', x, wCAST) for w in (layer['wq'], layer['wk'], layer['wv'])]}
        TURNED
        {?0.4 # {(batch, heads, queries, keys) ~ every query against every key}}
        scores = jnp.einsum('Bqhk,Bshk->Bhqs', q, kSUMS)
        scores = {scores * q.shape[-1] ** -0.5 ~ scores / math.sqrt(q.shape[-1])}
        {seen = jnp.tril(jnp.ones(scores.shape[-2:], dtype=bool)) ~
        steps = jnp.arange(scores.shape[-1])
        seen = steps[:, None] >= steps ~
        seen = jnp.tri(scores.shape[-1], dtype=bool)}
        scores = jnp.where(seen, scores, jnp.finfo(scores.dtype).min)
        attn = jax.nn.softmax(scores, axis=-1)BACK
        out = jnp.einsum('Bhqs,Bshk->Bqhk', attn, v)
        return jnp.einsum('Bqhk,hkd->Bqd', out, layer['wo']CAST)
    '''
_HEADS_BIASED = '''
    def self_attention(layer, x: Array) -> Array:
        {? """{Causal attention with several heads ~ Every position attends to itself and to those before it}."""}
        {?0.4 # {no bias for the keys}}
        {q = jnp.einsum('Btd,dhk->Bthk', x, layer['wq']CAST) + layer['bq']CAST
        k = jnp.einsum('Btd,dhk->Bthk', x, layer['wk']CAST)
        v = jnp.einsum('Btd,dhk->Bthk', x, layer['wv']CAST) + layer['bv']CAST ~
        q, k, v = [jnp.einsum('Btd,dhk->Bthk', x, wCAST) for w in (layer['wq'], layer['wk'], layer['wv'])]
        q, v = q + layer['bq']CAST, v + layer['bv']CAST}
''' + _HEADS[_HEADS.index("        TURNED") :].replace(
    "return jnp.einsum('Bqhk,hkd->Bqd', out, layer['wo']CAST)",
    "return jnp.einsum('Bqhk,hkd->Bqd', out, layer['wo']CAST) + layer['bo']CAST",
)
_FEEDS = {
    False: """
    def feed_forward(layer, x: Array) -> Array:
        {h = ACT(x @ layer['w_in']CAST)
        return h @ layer['w_out']CAST ~
        h = jnp.dot(x, layer['w_in']CAST)
        h = ACT(h)
        return jnp.dot(h, layer['w_out']CAST) ~
        h = ACT(jnp.einsum('Btd,df->Btf', x, layer['w_in']CAST))
        return jnp.einsum('Btf,fd->Btd', h, layer['w_out']CAST)}
    """,
    True: """
    def feed_forward(layer, x: Array) -> Array:
        {gate = {jax.nn.silu ~ jax.nn.gelu}(x @ layer['w_gate']CAST)
        return (gate * (x @ layer['w_in']CAST)) @ layer['w_out']CAST ~
        gate, up = x @ layer['w_gate']CAST, x @ layer['w_in']CAST
        h = {jax.nn.silu ~ jax.nn.gelu}(gate) * up
        return jnp.matmul(h, layer['w_out']CAST)}
    """,
}
_FEED_BIASED = """
    def feed_forward(layer, x: Array) -> Array:
        {h = ACT(x @ layer['w_in']CAST + layer['b_in']CAST)
        return h @ layer['w_out']CAST + layer['b_out']CAST ~
        h = jnp.dot(x, layer['w_in']CAST) + layer['b_in']CAST
        h = ACT(h)
        return jnp.dot(h, layer['w_out']CAST) + layer['b_out']CAST ~
        h = ACT(jnp.einsum('Btd,df->Btf', x, layer['w_in']CAST) + layer['b_in']CAST)
        return jnp.einsum('Btf,fd->Btd', h, layer['w_out']CAST) + layer['b_out']CAST}
"""
_BLOCK = '''
    def {block ~ decoder_block ~ transformer_layer}(layer, x: Array) -> Array:
        {? """Encoder layer with attention, MLP and residual connections."""}
        {x = x + self_attention(layer, NORM1)
        x = x + feed_forward(layer, NORM2)
        return x ~
        h = x + self_attention(layer, NORM1)
        return h + feed_forward(layer, NORMH)}
'''
_FORWARD = '''
    def forward(params, tokens: Array) -> Array:
        {? """{Scores of the next token at every position ~ Logits of a batch of token ids}."""}
        {x = params['embed'][tokens]ENTER ~
        x = jnp.take(params['embed'], tokens, axis=0)ENTER}
        CAST_TREE
        PLACED
        LAYERS
        x = FINAL
        return HEAD
'''
_LOOPS = {
    True: """
        def body(h, layer):
            return BLOCK(layer, h), None

        {? # {one layer after the other, their weights stacked ~ a loop keeps the program short}}
        x, _ = jax.lax.scan({body ~ jax.checkpoint(body)}, x, params['layers'])
    """,
    False: """
        for layer in params['layers']:
            x = BLOCK(layer, x)
    """,
}
_PLACED = """{?0.4 if tokens.shape[-1] > params['pos'].shape[0]:
            raise ValueError(f'sequences of <<tokens.shape[-1]>> tokens are longer than the table of positions')}
        x = x + params['pos'][:tokens.shape[-1]]CAST"""
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


def _declare_model(p: Program, form: str, share: float) -> tuple[dict[str, Tree], tuple[int, int]]:
    """Return the parameters, whose layers are scaled by ``share``, and the sizes of the vocabulary and of texts."""
    heads, depth = p.size(2, 4), p.size(16)
    dim, words, longest = heads * depth, p.size(96, 112), p.size(24, 28)
    wide = dim * p.size(2, 4)
    matrices = {
        "wq": (dim, heads, depth), "wk": (dim, heads, depth), "wv": (dim, heads, depth), "wo": (heads, depth, dim),
        "w_in": (dim, wide), "w_out": (wide, dim),
    }  # fmt: skip
    if "gated" in form:
        matrices["w_gate"] = (dim, wide)
    vectors = {"norm1": positive(dim), "norm2": positive(dim)}
    if "layer_norm" in form:
        vectors |= {"bias1": weights(dim), "bias2": weights(dim)}
    if "biased" in form:
        vectors |= {"bq": weights(heads, depth), "bv": weights(heads, depth), "bo": weights(dim)}
        vectors |= {} if "gated" in form else {"b_in": weights(wide), "b_out": weights(dim)}
    layer: dict[str, Leaf] = {name: weights(*shape, share=share) for name, shape in matrices.items()} | vectors
    count = 2 + (p.level >= 4 and p.choices.chance(0.3))
    layers: Tree
    if "stacked" in form:
        layers = {name: Leaf((count, *leaf.shape), leaf.low, leaf.high) for name, leaf in layer.items()}
    elif "records" in form:
        made = p.record("Layer", tuple(layer.items()), "Weights of one layer")
        layers = [Record(made.name, tuple(layer.items())) for _ in range(count)]
    else:
        layers = [dict(layer) for _ in range(count)]
    tree: dict[str, Tree] = {
        "embed": weights(words, dim), "layers": layers, "norm": positive(dim),
    }  # fmt: skip
    if "rotary" not in form:
        tree["pos"] = weights(longest, dim)
    if "layer_norm" in form:
        tree["bias"] = weights(dim)
    if "tied" not in form:
        tree["head"] = weights(dim, words)
    return tree, (words, longest)


def _declare_functions(p: Program, form: str, precision: Precision, *, alone: bool, smooth: bool) -> None:
    """Declare the helper functions: a norm, attention, a perceptron, a layer, and the model, called ``forward``."""
    back = ".astype(x.dtype)" if precision.half else ""
    start = "{?0.4 # {moments need more precision than products ~ moments in float32}}\n        x32 = xLEAVE\n        "
    name = "layer_norm" if "layer_norm" in form else "rms_norm"
    acts = (
        ("jax.nn.gelu", "jax.nn.silu") if smooth and precision.half else ("jax.nn.gelu", "jax.nn.silu", "jax.nn.relu")
    )
    act = p.pick(*acts)

    turned = "rotary" in form
    marks = {
        "START": start if precision.half else "", "X32": "x32" if precision.half else "x", "BACK": back, "ACT": act,
        "TURNED": "q, k = rotary(q), rotary(k)" if turned else "", "PLACED": "" if turned else _PLACED,
    }  # fmt: skip

    def norm(value: str, tree: str, place: str) -> str:
        bias = f", {tree}['bias{place}']" if name == "layer_norm" else ""
        return f"{name}({value}, {tree}['norm{place}']{bias})"

    def text(template: str, **placeholders: str) -> str:
        for mark, each in (placeholders | marks).items():
            template = template.replace(mark, each)
        template = precision.filled(template)
        template = re.sub(r"(?<=['>,])B(?=[a-z])", "" if alone else "b", template)
        return re.sub(r"layer\['(\w+)'\]", r"layer.\1", template) if "records" in form else template

    p.function(text(_NORMS["layer" if name == "layer_norm" else "rms"]))
    p.function(text(_ROTARY))
    p.function(text(_HEADS_BIASED if "biased" in form else _HEADS))
    p.function(text(_FEED_BIASED if "biased" in form and "gated" not in form else _FEEDS["gated" in form]))
    block = p.pick("block", "decoder_block", "transformer_layer", "apply_layer")
    written = _BLOCK.replace("{block ~ decoder_block ~ transformer_layer}", block)
    p.function(
        text(written, NORM1=norm("x", "layer", "1"), NORM2=norm("x", "layer", "2"), NORMH=norm("h", "layer", "2"))
    )
    head = (
        p.pick("x @ params['embed'].TCAST", "jnp.einsum('Btd,vd->Btv', x, params['embed']CASTSUMS)")
        if "tied" in form
        else p.pick("x @ params['head']CAST", "jnp.einsum('Btd,dv->Btv', x, params['head']CASTSUMS)")
    )
    head = head if "SUMS" in head or not precision.half else f"({head})LEAVE"
    loop = _LOOPS["stacked" in form].strip("\n").replace("BLOCK", block)
    final = norm("x", "params", "")
    p.function(text(_FORWARD.replace("        LAYERS", loop), FINAL=final, HEAD=head))


_CAP = """
    {?0.3 if cap is not None:
        {?0.5 # {soft cap ~ large scores saturate}}
        logits = cap * jnp.tanh(logits / cap)}
"""
_ENDS = {
    "every": "return logits",
    "asked": _BODIES["asked"],
    "next": _BODIES["next"],
    "log_probs": _BODIES["log_probs"],
}
"""The outputs of a model: scores of all positions or of some, or probabilities."""
_SLOPES = """
    {LEFT, grads = jax.value_and_grad(loss_fnAUX)(params) ~
    grad_fn = jax.value_and_grad(loss_fnAUX)
    LEFT, grads = grad_fn(params)}
"""
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
    tree, (words, length) = _declare_model(p, form, _GENTLE if precision.loses(target) else 1.0)
    alone = p.choices.chance(0.3)
    rows = p.size(2, 4)
    # In the gradient of an embedding, the rows of unused words are zero. If half of the words are unused, its median is
    # nearly zero.
    seen = 2 * words // 5 if precision.loses(target) and "tied" not in form else words
    shifted = target != "lm_scores" and p.choices.chance(0.35)
    masked = p.pick("optional", "masked", "", "")
    _declare_functions(p, form, precision, alone=alone, smooth=smooth)
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
        p.write(f"logits = {apply}(params, tokens)", _CAP)
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
    p.option("last_only", "False", "bool", "whether only the last position is asked for", asked)
    p.tensor("lengths", Leaf((rows,), 1, length, "int32"), "tokens of each text", ("lengths", "seq_lens"))
    begun = p.choices.chance(0.5)
    p.option("num_prompt", "0", "int", "tokens that were given", "5" if begun else "0", ("num_prompt", "prompt_len"))
    unsure = p.choices.chance(0.5)
    p.option("return_entropy", "False", "bool", "whether entropies are wanted too", "True" if unsure else None)
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
    p.option("cap", "None", "float | None", "where scores saturate", p.pick("30.0", "50.0"), ("logit_cap", "softcap"))
    p.number("z_coef", "1e-4", "factor of the squared normalizer", (0.0001, 0.01), ("z_loss_coef", "z_loss_weight"))
    p.option("smoothing", "0.0", "float", "label smoothing", "0.1", ("label_smoothing", "smoothing"))
    p.option("temperature", "1.0", "float", "what scores are divided by", p.pick("0.7", "0.8"))


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
    slopes = _SLOPES.replace("LEFT", f"(loss, {metric})" if metric else "loss")
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
