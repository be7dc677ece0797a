"""Parts of language models: mixtures of experts, losses at the last layer, speculative decoding."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, settled, weights, whole
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_EXPERTS = '''
    def apply_experts(experts, x: Array) -> Array:
        {?0.5 """{Every expert on its own tokens ~ A perceptron for each row of the first axis}."""}
        {h = jnp.einsum('ecd,edf->ecf', x, experts['w_in'])
        if 'w_gate' in experts:
            {?0.4 # {a gated unit}}
            h = jax.nn.silu(jnp.einsum('ecd,edf->ecf', x, experts['w_gate'])) * h
        else:
            h = jax.nn.gelu(h)
        return jnp.einsum('ecf,efd->ecd', h, experts['w_out']) ~
        def one_expert(w, rows):
            {h = rows @ w['w_in']
            h = jax.nn.silu(rows @ w['w_gate']) * h if 'w_gate' in w else jax.nn.gelu(h)
            return h @ w['w_out'] ~
            if 'w_gate' in w:
                h = jax.nn.silu(rows @ w['w_gate']) * (rows @ w['w_in'])
            else:
                h = jax.nn.gelu(rows @ w['w_in'])
            return h @ w['w_out']}

        return jax.vmap(one_expert)(experts, x)}
'''
_BALANCE = '''
    def balance_loss(probs: Array, chosen: Array) -> Array:
        {?0.5 """{Smallest where all experts have as many tokens ~ Keeps experts equally busy}."""}
        num_experts = probs.shape[-1]
        {load = jnp.mean(jax.nn.one_hot(chosen, num_experts), axis=(0, 1))
        return num_experts * jnp.sum(load * jnp.mean(probs, axis=0)) ~
        counts = jnp.bincount(chosen.reshape(-1), length=num_experts)
        load = counts / chosen.size
        return num_experts * jnp.vdot(load, probs.mean(axis=0))}
'''
_ROUTED = """
    {?0.5 {if x.ndim != 3:
        raise ValueError('expected features of shape (batch, length, dim)') ~
    if top_k > params['router'].shape[-1]:
        raise ValueError(f'there are less than <<top_k>> experts')}}
    {tokens = x.reshape(-1, x.shape[-1]) ~ batch, length, dim = x.shape
    tokens = x.reshape(batch * length, dim)}
    num_experts = params['router'].shape[-1]
    {routed = tokens
    if key is not None {and jitter > 0.0 ~}:
        {?0.5 # {close scores fall either way}}
        routed = tokens * jax.random.uniform(key, tokens.shape, tokens.dtype, 1.0 - jitter, 1.0 + jitter)
    logits = routed @ params['router'] ~
    logits = tokens @ params['router']
    {?0.5 if 'router_bias' in params:
        logits = logits + params['router_bias']} ~
    {?0.4 # {small differences matter here}}
    logits = tokens.astype(jnp.float32) @ params['router'].astype(jnp.float32)}
    {probs = jax.nn.softmax(logits, axis=-1) ~ if score == 'sigmoid':
        probs = jax.nn.sigmoid(logits)
        probs = probs / jnp.sum(probs, axis=-1, keepdims=True)
    else:
        probs = jax.nn.softmax(logits, axis=-1)}
    gates, chosen = jax.lax.top_k(probs, top_k)
    {if renormalize:
        {?0.5 # {shares of those that were chosen}}
        gates = gates / jnp.sum(gates, axis=-1, keepdims=True) ~
    gates = gates / jnp.sum(gates, axis=-1, keepdims=True) if renormalize else gates ~
    if renormalize and top_k > 1:
        gates = gates / jnp.sum(gates, axis=-1, keepdims=True)}
    WAY
    {?0.5 if 'shared' in params:
        {?0.5 # {an expert that sees every token}}
        shared = params['shared']
        {out = out + jax.nn.gelu(tokens @ shared['w_in']) @ shared['w_out'] ~
        hidden = jax.nn.gelu(tokens @ shared['w_in'])
        out = out + hidden @ shared['w_out']}}
    out = out.reshape(x.shape)
    {aux = balance_loss(probs, chosen)
    {?0.5 if z_weight > 0.0:
        {?0.5 # {keeps scores small}}
        aux = aux + z_weight * jnp.mean(jax.nn.logsumexp(logits, axis=-1) ** 2)}
    return out, aux ~
    {metrics = <<'balance': balance_loss(probs, chosen)>>
    ~ metrics = <<'balance': balance_loss(probs, chosen), 'max_prob': jnp.mean(jnp.max(probs, axis=-1))>>}
    return out, metrics ~
    if not return_aux:
        return out
    return out, balance_loss(probs, chosen)}
"""
_WAYS = (
    """
    {capacity = max(1, int(capacity_factor * top_k * tokens.shape[0] / num_experts)) ~
    capacity = int(math.ceil(capacity_factor * top_k * tokens.shape[0] / num_experts))}
    one_hot = jax.nn.one_hot(chosen, num_experts, dtype=jnp.int32)
    {?0.5 # {the place of each token in the queue of its expert}}
    {place = jnp.cumsum(one_hot.reshape(-1, num_experts), axis=0).reshape(one_hot.shape) - 1
    kept = one_hot * (place < capacity) ~
    queue = one_hot.reshape(-1, num_experts)
    place = (jnp.cumsum(queue, axis=0) - queue).reshape(one_hot.shape)
    kept = jnp.where(place < capacity, one_hot, 0)}
    slots = kept[..., None] * jax.nn.one_hot(place, capacity)
    {dispatch = jnp.sum(slots, axis=1)
    combine = jnp.einsum('tk,tkec->tec', gates, slots) ~
    combine = jnp.einsum('tk,tkec->tec', gates, slots)
    dispatch = (combine > 0.0).astype(x.dtype)}
    rows = jnp.einsum('tec,td->ecd', dispatch, tokens)
    {out = jnp.einsum('tec,ecd->td', combine, apply_experts(params['experts'], rows)) ~
    rows = apply_experts(params['experts'], rows)
    out = jnp.einsum('tec,ecd->td', combine, rows)}
    """,
    """
    {?0.4 # {all experts see all tokens, which is cheap for a few}}
    {share = jnp.einsum('tk,tke->te', gates, jax.nn.one_hot(chosen, num_experts)) ~
    share = jnp.zeros_like(probs).at[jnp.arange(tokens.shape[0])[:, None], chosen].set(gates) ~
    share = jnp.sum(gates[..., None] * jax.nn.one_hot(chosen, num_experts), axis=1)}
    rows = jnp.broadcast_to(tokens, (num_experts, *tokens.shape))
    {rows = apply_experts(params['experts'], rows)
    out = jnp.einsum('te,etd->td', share, rows) ~
    out = jnp.einsum('te,etd->td', share, apply_experts(params['experts'], rows))}
    """,
    """
    {out = jnp.zeros_like(tokens) ~ out = 0.0}
    for index in range(num_experts):
        {share = jnp.sum(jnp.where(chosen == index, gates, 0.0), axis=-1) ~
        share = jnp.sum(gates * (chosen == index), axis=-1)}
        {expert = jax.tree.map(lambda w: w[index], params['experts']) ~
        expert = <<name: w[index] for name, w in params['experts'].items()>>}
        {hidden = tokens @ expert['w_in']
        if 'w_gate' in expert:
            hidden = jax.nn.silu(tokens @ expert['w_gate']) * hidden
        else:
            hidden = jax.nn.gelu(hidden) ~
        gated = 'w_gate' in expert
        hidden = tokens @ expert['w_in']
        hidden = jax.nn.silu(tokens @ expert['w_gate']) * hidden if gated else jax.nn.gelu(hidden)}
        out = out + share[:, None] * (hidden @ expert['w_out'])
    """,
)


def _routed(p: Program) -> Text:
    """Draw a layer of experts, each token seeing only a few."""
    batch, length, dim, hidden = p.choices.choice((2, 3)), p.choices.choice((6, 8)), p.size(8, 16), p.size(16, 24)
    experts, k = p.choices.choice((4, 6, 8)), p.choices.choice((1, 2, 2))
    way = p.choices.choice(_WAYS).strip("\n")
    text = _ROUTED.replace("    WAY", way)
    lines = p.choose(text)
    gated, biased, shared = (p.choices.chance(0.5) for _ in range(3))
    if "renormalize and top_k > 1" not in lines:
        k = 2  # the normalized weight of a single expert would be one
    params: dict[str, Tree] = {
        "router": Leaf((dim, experts)),
        "experts": {
            "w_in": weights(experts, dim, hidden), "w_out": weights(experts, hidden, dim),
            **({"w_gate": weights(experts, dim, hidden)} if gated else {}),
        },
        **({"router_bias": weights(experts)} if biased and "'router_bias' in params" in lines else {}),
        **({"shared": {"w_in": weights(dim, hidden), "w_out": weights(hidden, dim)}}
           if shared and "'shared' in params" in lines else {}),
    }  # fmt: skip
    out = Leaf((batch, length, dim))
    asked = p.choices.chance(0.6)
    result: tuple[Tree, ...] = (out, Leaf(()))
    if "return out, metrics" in lines:
        names = ["balance", *(["max_prob"] if "'max_prob'" in lines else [])]
        result = (out, dict.fromkeys(names, Leaf(())))
    elif "if not return_aux" in lines and not asked:
        result = (out,)
    return Text(
        lines=settled(lines),
        given={
            "params": Array(params, "router and experts", ("params", "weights")),
            "x": Array(Leaf((batch, length, dim), -2, 2), "features of shape (batch, length, dim)", ("x", "inputs")),
            "key": Array(key(), "random key", ("key", "rng"), 0.5),
            "top_k": Option("int", "experts of a token", (str(k),), ("top_k", "num_selected", "experts_per_token")),
            "jitter": Option("float", "how much inputs of the router vary", ("0.01", "0.1"), ("jitter", "noise")),
            "score": Option("str", "softmax or sigmoid", ("'softmax'", "'sigmoid'"), ("score", "router_score")),
            "renormalize": Option("bool", "whether shares add up to one", ("True", "False"),
                                  ("renormalize", "normalize_gates")),
            "capacity_factor": Option("float", "room of an expert beside its fair part", ("1.25", "1.0", "2.0"),
                                      ("capacity_factor",)),
            "z_weight": Option("float", "weight of squared normalizers", ("0.0", "1e-3"), ("z_weight", "z_loss")),
            "return_aux": Option("bool", "whether the loss is wanted", ("True",), ("return_aux", "with_aux"),
                                 str(asked)),
        },
        result=result,
        helpers=(_EXPERTS, _BALANCE),
        titles=("moe_layer", "expert_layer", "mixture_of_experts", "sparse_mlp"),
        summary=p.pick("A perceptron for each token, chosen by a router", "Mixture of experts"),
        returned="features of every token" + (", and what keeps experts busy" if len(result) > 1 else ""),
    )  # fmt: skip


_EACH_LOSS = '''
    def token_losses(logits: Array, labels: Array, smoothing: float) -> Array:
        {?0.5 """{Cross entropy of each token ~ Loss of every position}."""}
        {log_z = jax.nn.logsumexp(logits, axis=-1)
        picked = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
        nll = log_z - picked
        if smoothing == 0.0:
            return nll
        return (1.0 - smoothing) * nll + smoothing * (log_z - jnp.mean(logits, axis=-1)) ~
        log_probs = jax.nn.log_softmax(logits, axis=-1)
        nll = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
        if smoothing > 0.0:
            nll = (1.0 - smoothing) * nll - smoothing * jnp.mean(log_probs, axis=-1)
        return nll}
'''
_HEAD_LOSS = """
    {?0.5 {if hidden.shape[:-1] != labels.shape:
        raise ValueError(f'features of shape <<hidden.shape>> do not fit labels of shape <<labels.shape>>') ~
    if chunk_size < 1:
        raise ValueError('a chunk has one position or more')}}
    {head = params['embedding'].T if tied else params['head'] ~
    head = params['head'] if 'head' in params else params['embedding'].T ~ head = params['head']}
    {if weights is None:
        weights = jnp.ones(labels.shape, hidden.dtype)
    else:
        weights = weights.astype(hidden.dtype) ~
    weights = jnp.ones(labels.shape) if weights is None else weights.astype(jnp.float32)}
    {?0.5 {if ignore_index is not None:
        weights = jnp.where(labels == ignore_index, 0.0, weights)
        labels = jnp.maximum(labels, 0) ~ {?0.5 # {padding has no label}}
    weights = weights * (labels != ignore_index)
    labels = jnp.where(labels == ignore_index, 0, labels)}}
    totals = <<'loss': 0.0, 'weight': 0.0>>
    EXTRA
    {?0.25 {?0.4 # {chunks of one length}}
    while labels.shape[1] % chunk_size != 0:
        chunk_size {-= 1 ~ //= 2}}
    {?0.5 # {never all scores at once}}
    {for start in range(0, labels.shape[1], chunk_size):
        stop = {min(start + chunk_size, labels.shape[1]) ~ start + chunk_size}
        h, y, w = {(part[:, start:stop] for part in (hidden, labels, weights)) ~
            hidden[:, start:stop], labels[:, start:stop], weights[:, start:stop]} ~
    num_chunks = -(-labels.shape[1] // chunk_size)
    for i in range(num_chunks):
        h, y, w = (part[:, i * chunk_size:(i + 1) * chunk_size] for part in (hidden, labels, weights))}
        {?0.5 {if norm_scale is not None:
            h = rms_norm(h, norm_scale) ~ h = h if norm_scale is None else rms_norm(h, norm_scale)}}
        {logits = h @ head ~ logits = jnp.einsum('btd,dv->btv', h, head) ~
        logits = jnp.einsum('btd,dv->btv', h, head, preferred_element_type=jnp.float32)}
        {?0.5 if 'bias' in params:
            logits = logits + params['bias']}
        {?0.5 if softcap is not None:
            logits = softcap * jnp.tanh(logits / softcap)}
        losses = token_losses(logits, y, smoothing)
        {?0.5 if z_weight > 0.0:
            {?0.5 # {keeps the normalizer near one}}
            losses = losses + z_weight * jax.nn.logsumexp(logits, axis=-1) ** 2}
        {totals['loss'] = totals['loss'] + jnp.sum(w * losses) ~ totals['loss'] += jnp.vdot(w, losses)}
        totals['weight'] = totals['weight'] + jnp.sum(w)
        COUNTED
    denominator = jnp.maximum(totals.pop('weight'), 1.0)
    {metrics = <<name: value / denominator for name, value in totals.items()>>
    return metrics['loss'], metrics ~
    if reduction == 'sum':
        return totals, denominator
    return <<name: value / denominator for name, value in totals.items()>>, denominator ~
    metrics = <<name: value / denominator for name, value in totals.items()>>
    {?0.5 # {words that are about as likely as the right ones}}
    metrics['perplexity'] = jnp.exp(metrics['loss'])
    return metrics}
"""
_COUNTED = (
    "if with_accuracy:\n    right = (jnp.argmax(logits, axis=-1) == y).astype(w.dtype)\n"
    "    totals['accuracy'] = totals['accuracy'] + jnp.sum(w * right)",
    "if with_accuracy:\n    totals['accuracy'] += jnp.sum(jnp.where(jnp.argmax(logits, axis=-1) == y, w, 0.0))",
)


def _head_loss(p: Program) -> Text:
    """Draw the loss of the next tokens, computed for a few positions at a time."""
    batch, length, dim, vocab = p.size(2, 4), p.choices.choice((12, 16)), p.size(16, 24), p.size(40, 48)
    chunk = p.choices.choice((4, 6, 8))
    told = p.choices.chance(0.5)
    counted = p.choices.choice(_COUNTED) if told else ""
    text = _HEAD_LOSS.replace(
        "    EXTRA\n", "    if with_accuracy:\n        totals['accuracy'] = 0.0\n" if told else ""
    )
    text = text.replace(
        "        COUNTED\n", "".join(f"        {line}\n" for line in counted.split("\n")) if told else ""
    )
    lines = p.choose(text)
    tied = p.choices.chance(0.5)
    free = "if tied" in lines or "'head' in params" in lines
    biased = "'bias' in params" in lines and p.choices.chance(0.6)
    head: dict[str, Tree] = {"embedding": weights(vocab, dim)} if tied and free else {"head": weights(dim, vocab)}
    params = head | ({"bias": weights(vocab)} if biased else {})
    right = told and p.choices.chance(0.7)
    names = ["loss", *(["accuracy"] if right else [])]
    number = Leaf(())
    result: tuple[Tree, ...] = (number, dict.fromkeys(names, number))
    if "reduction ==" in lines:
        result = (dict.fromkeys(names, number), number)
    elif "'perplexity'" in lines:
        result = (dict.fromkeys([*names, "perplexity"], number),)
    return Text(
        lines=settled(lines),
        given={
            "params": Array(params, "weights of the last layer", ("params", "weights")),
            "hidden": Array(Leaf((batch, length, dim), -2, 2), "features of shape (batch, length, dim)",
                            ("hidden", "hidden_states", "features")),
            "labels": Array(whole(batch, length, below=vocab), "the right tokens", ("labels", "targets")),
            "weights": Array(Leaf((batch, length), 0.1, 1), "how much each token counts",
                             ("loss_mask", "token_weights"), 0.4),
            "norm_scale": Array(Leaf((dim,), 0.5, 1.5), "scale of the last normalization", ("norm_scale", "final_norm"),
                                0.3),
            "tied": Option("bool", "whether the head is that of the inputs", ("False",), ("tied", "tie_embeddings"),
                           str(tied)),
            "ignore_index": Option("int | None" if "ignore_index is not None" in lines else "int",
                                   "label that does not count", ("-100", "0"), ("ignore_index", "pad_id")),
            "chunk_size": Option("int", "positions at a time", (str(chunk),), ("chunk_size", "block_size")),
            "softcap": Option("float | None", "largest score", ("None", "30.0"), ("softcap", "logit_cap")),
            "smoothing": Option("float", "share of all tokens", ("0.0", "0.1"), ("label_smoothing", "smoothing")),
            "z_weight": Option("float", "weight of the normalizer", ("0.0", "1e-4"), ("z_loss_weight", "z_weight")),
            "with_accuracy": Option("bool", "whether right tokens are counted", ("False",),
                                    ("with_accuracy", "compute_accuracy"), str(right)),
            "reduction": Option("str", "mean or sum", ("'mean'", "'sum'"), ("reduction",)),
        },
        result=result,
        helpers=(_EACH_LOSS,),
        titles=("chunked_loss", "head_loss", "next_token_loss"),
        summary=p.pick("Loss of the next tokens, some positions at a time", "Cross entropy without all scores at once"),
        returned="the loss, and what is logged",
    )  # fmt: skip


_NEXT = '''
    def token_probs(logits: Array, temperature: float) -> Array:
        {?0.5 """{Probabilities, even or sharp ~ Softmax at a temperature}."""}
        {if temperature == 1.0:
            return jax.nn.softmax(logits, axis=-1)
        return jax.nn.softmax(logits / temperature, axis=-1) ~
        return jax.nn.softmax(logits / max(temperature, 1e-3), axis=-1)}
'''
_REST = '''
    def leftover(target: Array, draft: Array) -> Array:
        {?0.5 """{What the draft gave too little ~ Probabilities of a token in place of a refused one}."""}
        rest = jnp.maximum(target - draft, 0.0)
        {total = jnp.sum(rest, axis=-1, keepdims=True)
        return jnp.where(total > 0.0, rest / jnp.maximum(total, 1e-9), target) ~
        return rest / (jnp.sum(rest, axis=-1, keepdims=True) + 1e-9)}
'''
_DRAFTED = """
    {?0.5 {if target_logits.shape[1] != draft_tokens.shape[1] + 1:
        raise ValueError('the model has to score one token more than were drafted') ~
    if draft_logits.shape[:2] != draft_tokens.shape:
        raise ValueError(f'<<draft_tokens.shape>> tokens but scores of shape <<draft_logits.shape>>')}}
    {batch, num_draft = draft_tokens.shape ~ num_draft = draft_tokens.shape[1]}
    {target, draft = (token_probs(logits, temperature) for logits in (target_logits, draft_logits)) ~
    target = token_probs(target_logits, temperature)
    draft = token_probs(draft_logits, temperature)}
    {accept_key, next_key = jax.random.split(key) ~ keys = jax.random.split(key)
    accept_key, next_key = keys[0], keys[1]}
    chosen = draft_tokens[..., None]
    p = jnp.take_along_axis(target[:, :-1], chosen, axis=-1)[..., 0]
    q = jnp.take_along_axis(draft, chosen, axis=-1)[..., 0]
    ACCEPTED
    {?0.5 if max_accept is not None:
        accepted = accepted & (jnp.arange(num_draft) < max_accept)}
    {?0.5 # {all tokens up to the first that is refused}}
    {count = jnp.sum(jnp.cumprod(accepted.astype(jnp.int32), axis=1), axis=1) ~
    count = jnp.sum(jax.lax.cumprod(accepted.astype(jnp.int32), axis=1), axis=1) ~
    refused = jnp.logical_not(accepted)
    count = jnp.where(jnp.any(refused, axis=1), jnp.argmax(refused, axis=1), num_draft)}
    {padded = jnp.concatenate([draft, jnp.zeros_like(draft[:, :1])], axis=1) ~
    padded = jnp.concatenate([draft, jnp.zeros((draft.shape[0], 1, draft.shape[2]), draft.dtype)], axis=1)}
    {rest = leftover(target, padded)
    rest = jnp.take_along_axis(rest, count[:, None, None], axis=1)[:, 0] ~
    at = count[:, None, None]
    rest = leftover(jnp.take_along_axis(target, at, axis=1)[:, 0], jnp.take_along_axis(padded, at, axis=1)[:, 0])}
    EXTRA
    {?0.4 # {what was accepted, one token of the model, padding}}
    place = jnp.arange(num_draft + 1)
    tokens = {jnp.concatenate([draft_tokens, draft_tokens[:, :1]], axis=1) ~
        jnp.concatenate([draft_tokens, jnp.zeros_like(draft_tokens[:, :1])], axis=1)}
    tokens = jnp.where(place < count[:, None], tokens, pad_id)
    tokens = jnp.where(place == count[:, None], extra[:, None], tokens)
    {return tokens, count + 1 ~ if not with_stats:
        return tokens, count + 1
    return tokens, count + 1, jnp.mean(count / num_draft) ~
    return <<'tokens': tokens, 'lengths': count + 1>>}
"""
_ACCEPTED = (
    """
    {{?0.5 # {as often as the model would have chosen it}}
    {accepted = jax.random.uniform(accept_key, p.shape) * q < p ~
    accepted = jax.random.uniform(accept_key, p.shape) < jnp.minimum(1.0, p / jnp.maximum(q, 1e-9))}
    {?0.5 if typical is not None:
        {?0.5 # {also what is likely enough}}
        accepted = jnp.logical_or(accepted, p > typical)} ~
    accepted = jax.random.uniform(accept_key, p.shape) * q < leniency * p}
    """,
    """
    {if greedy:
        accepted = draft_tokens == jnp.argmax(target[:, :-1], axis=-1)
    else:
        {?0.5 # {as often as the model would have chosen it}}
        accepted = jax.random.uniform(accept_key, p.shape) * q < p
        {?0.5 if typical is not None:
            {?0.5 # {also what is likely enough}}
            accepted = jnp.logical_or(accepted, p > typical)} ~
    accepted = jax.random.uniform(accept_key, p.shape) * q < p
    if greedy:
        accepted = draft_tokens == jnp.argmax(target_logits[:, :-1], axis=-1)}
    """,
)
_EXTRA = (
    "extra = jax.random.categorical(next_key, jnp.log(rest + 1e-9), axis=-1)",
    """
    {if greedy:
        {?0.5 # {what the model itself would have said there}}
        best = jnp.argmax(target_logits, axis=-1)
        extra = jnp.take_along_axis(best, count[:, None], axis=1)[:, 0]
    else:
        extra = jax.random.categorical(next_key, jnp.log(rest + 1e-9)) ~
    best = jnp.take_along_axis(jnp.argmax(target_logits, axis=-1), count[:, None], axis=1)[:, 0]
    extra = best if greedy else jax.random.categorical(next_key, jnp.log(rest + 1e-9))}
    """,
)
"""Without a greedy choice, and with it."""


def _drafted(p: Program) -> Text:
    """Draw the verification of tokens that a smaller model drafted."""
    batch, drafted, vocab = p.choices.choice((2, 3, 4)), p.choices.choice((3, 4, 5)), p.size(16, 24, 32)
    sure = p.choices.chance(0.5)
    lines = placed(p.choose(_DRAFTED), "ACCEPTED", p.choose(_ACCEPTED[sure]).strip("\n"))
    lines = placed(lines, "EXTRA", p.choose(_EXTRA[sure]).strip("\n"))
    told = p.choices.chance(0.5)
    # A greedy choice reads the draft's scores only where it stopped.
    tokens, counts = Leaf((batch, drafted + 1), dtype="int32"), Leaf((batch,), dtype="int32")
    result: tuple[Tree, ...] = (tokens, counts)
    if "'lengths'" in lines:
        result = ({"tokens": tokens, "lengths": counts},)
    elif "with_stats" in lines and told:
        result = (tokens, counts, Leaf(()))
    return Text(
        lines=settled(lines),
        given={
            "draft_tokens": Array(whole(batch, drafted, below=vocab), "drafted tokens", ("draft_tokens", "proposals")),
            "draft_logits": Array(Leaf((batch, drafted, vocab), -2, 2), "scores of the small model",
                                  ("draft_logits",)),
            "target_logits": Array(Leaf((batch, drafted + 1, vocab), -2, 2), "scores of the large model",
                                   ("target_logits", "model_logits")),
            "key": Array(key(), "random key", ("key", "rng")),
            "temperature": Option("float", "how even choices are", ("1.0", "0.7", "0.8"), ("temperature", "temp")),
            "greedy": Option("bool", "whether the best is taken", ("False",), ("greedy", "deterministic")),
            "typical": Option("float | None", "probability that is enough", ("None", "0.3", "0.1"),
                              ("typical_threshold", "typical")),
            "leniency": Option("float", "how willingly tokens are taken", ("1.0", "1.5", "2.0"),
                               ("leniency", "lenience")),
            "max_accept": Option("int | None", "most tokens that are kept", ("None", "2"), ("max_accept",)),
            "pad_id": Option("int", "token of the padding", ("0", "1"), ("pad_id",)),
            "with_stats": Option("bool", "whether the rate is told", ("False",), ("with_stats", "return_rate"),
                                 str(told)),
        },
        result=result,
        helpers=(_NEXT, _REST),
        titles=("verify_draft", "accept_draft", "speculative_step"),
        summary=p.pick("Keeps of drafted tokens what the model would have chosen", "One step of speculative decoding"),
        returned="tokens with padding, and how many there are",
    )  # fmt: skip


WRITERS: dict[str, Callable[[Program], Text]] = {
    "expert_layer": _routed,
    "chunked_loss": _head_loss,
    "draft_check": _drafted,
}
"""The function that draws each target."""
