"""The parameters and the helper functions of whole language models."""

import re

from synthesis.frontends.jax.recipes.applications.parts import positive, weights
from synthesis.frontends.jax.recipes.applications.precision import Precision
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree

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


def declare_model(p: Program, form: str, share: float) -> tuple[dict[str, Tree], tuple[int, int]]:
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


def declare_functions(p: Program, form: str, precision: Precision, *, alone: bool, smooth: bool) -> None:
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
