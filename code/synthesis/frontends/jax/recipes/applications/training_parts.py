"""Code around models in training and use: metrics of batches, packed tokens, decoding, replay buffers."""

import re
from collections.abc import Callable
from textwrap import dedent, indent

from synthesis.frontends.jax.recipes.applications.checkpoints import WRITERS as CHECKPOINTS
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, settled
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

WEIGHTED_MEAN = '''
    def weighted_mean(x: Array, weights: Array) -> Array:
        {?0.5 """{Mean of what counts ~ Mean by weights, nothing where all are zero}."""}
        {return jnp.sum(weights * x) / jnp.maximum(jnp.sum(weights), 1.0) ~
        total = jnp.maximum(weights.sum(), 1.0)
        return {(weights * x).sum() / total ~ jnp.vdot(weights, x) / total}}
'''
PICK = '''
    def take_labels(x: Array, labels: Array) -> Array:
        {?0.5 """The entry of each label."""}
        {return jnp.take_along_axis(x, labels[..., None], axis=-1)[..., 0] ~
        picked = jnp.take_along_axis(x, jnp.expand_dims(labels, -1), axis=-1)
        return jnp.squeeze(picked, axis=-1)}
'''
_SMOOTH = '''
    def smoothed_labels(labels: Array, classes: int, smoothing: float) -> Array:
        {?0.5 """One-hot labels with a share for all classes."""}
        one_hot = jax.nn.one_hot(labels, classes)
        {if smoothing == 0.0:
            return one_hot
        return (1.0 - smoothing) * one_hot + smoothing / classes ~
        return one_hot if smoothing == 0.0 else one_hot * (1.0 - smoothing) + smoothing / classes}
'''
_KEEP_LARGEST = '''
    def keep_largest(logits: Array, k: int, lowest: float) -> Array:
        {?0.5 """Leaves the k largest scores of each row."""}
        {kth = jax.lax.top_k(logits, k)[0][:, -1:] ~ kth = jnp.sort(logits, axis=-1)[:, -k][:, None]}
        return jnp.where(logits < kth, lowest, logits)
'''
_KEEP_MASS = '''
    def keep_mass(logits: Array, share: float, lowest: float) -> Array:
        {?0.5 """Leaves the fewest tokens that have a share of the probability."""}
        ordered = {jnp.sort(logits, axis=-1)[:, ::-1] ~ jnp.flip(jnp.sort(logits, axis=-1), axis=-1)}
        mass = jnp.cumsum(jax.nn.softmax(ordered, axis=-1), axis=-1)
        kept = jnp.sum(mass < share, axis=-1, keepdims=True)
        least = jnp.take_along_axis(ordered, kept, axis=-1)
        return jnp.where(logits < least, lowest, logits)
'''
_RING = '''
    def ring_index(start: Array, n: int, capacity: int) -> Array:
        {?0.5 """Places of the next rows, which begin anew behind the last."""}
        return {(start + jnp.arange(n)) % capacity ~ jnp.mod(start + jnp.arange(n), capacity)}
'''
_VISIBLE = '''
    def visible(q_pos: Array, k_pos: Array, window: int | None) -> Array:
        {?0.5 """{Which keys a query may see ~ Causal mask, with a window or without}."""}
        mask = k_pos[None, :] <= q_pos[:, None]
        {if window is None:
            return mask
        return mask & (q_pos[:, None] - k_pos[None, :] < window) ~
        if window is not None:
            mask = jnp.logical_and(mask, q_pos[:, None] - k_pos[None, :] < window)
        return mask}
'''
_REPEATED = '''
    def repeat_heads(x: Array, num_heads: int) -> Array:
        {?0.5 """As many heads as there are of queries."""}
        {if x.shape[2] == num_heads:
            return x
        return jnp.repeat(x, num_heads // x.shape[2], axis=2) ~
        return x if x.shape[2] == num_heads else jnp.repeat(x, num_heads // x.shape[2], axis=2)}
'''
_FOLLOW = '''
    def gather_beams(x: Array, parents: Array) -> Array:
        {?0.5 """Takes each new beam's entries from its parent."""}
        {index = parents.reshape(parents.shape + (1,) * (x.ndim - parents.ndim))
        return jnp.take_along_axis(x, index, axis=1) ~
        while parents.ndim < x.ndim:
            parents = parents[..., None]
        return jnp.take_along_axis(x, parents, axis=1) ~
        return jax.vmap(lambda rows, chosen: rows[chosen])(x, parents)}
'''
_LENGTH_NORM = '''
    def length_norm(length: Array, alpha: float) -> Array:
        {?0.4 """What sums of so many tokens are divided by."""}
        return {((5.0 + length) / 6.0) ** alpha ~ length.astype(jnp.float32) ** alpha}
'''


_EVALUATED = """
    {?0.35 if logits.shape[:-1] != labels.shape:
        raise ValueError(f'labels of shape <<labels.shape>> do not fit scores of shape <<logits.shape>>')}
    {classes = logits.shape[-1] ~ *_, classes = logits.shape}
    {if weights is None:
        weights = jnp.ones(labels.shape, logits.dtype)
    {?0.5 elif weights.ndim < labels.ndim:
        {?0.4 # {one weight for each sequence}}
        weights = jnp.broadcast_to(weights[:, None], labels.shape)} ~
    weights = jnp.ones(labels.shape, logits.dtype) if weights is None else weights.astype(logits.dtype)}
    {?0.6 if ignore_index is not None:
        {?0.5 # {padding has no label}}
        weights = weights * (labels != ignore_index)
        labels = jnp.where(labels == ignore_index, 0, labels)}
    DENOM
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    {{nll = -take_labels(log_probs, labels) ~
    picked = jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    nll = -picked}
    {?0.5 if label_smoothing > 0.0:
        {smooth = -jnp.mean(log_probs, axis=-1)
        nll = (1.0 - label_smoothing) * nll + label_smoothing * smooth ~
        nll = nll + label_smoothing * (-jnp.mean(log_probs, axis=-1) - nll)}} ~
    {answers = smoothed_labels(labels, classes, label_smoothing) ~
    answers = jax.nn.one_hot(labels, classes, dtype=logits.dtype)
    {?0.5 if label_smoothing > 0.0:
        answers = (1.0 - label_smoothing) * answers + label_smoothing / classes}}
    nll = -jnp.sum(answers * log_probs, axis=-1)}
    metrics = <<'loss': MEAN(nll)>>
    {correct = (jnp.argmax(logits, axis=-1) == labels).astype(logits.dtype)
    metrics['accuracy'] = MEAN(correct) ~
    for k in top_k:
        {_, best = jax.lax.top_k(logits, k)
        hits = jnp.any(best == labels[..., None], axis=-1) ~
        {?0.4 # {how many classes are above the label}}
        label_score = jnp.take_along_axis(logits, labels[..., None], axis=-1)
        hits = jnp.sum(logits > label_score, axis=-1) < k}
        metrics[f'top<<k>>'] = MEAN(hits)}
    {?0.4 metrics['bits'] = metrics['loss'] / math.log(2.0)}
    {?0.35 {?0.4 # {probability of what is chosen}}
    metrics['confidence'] = MEAN({jnp.exp(jnp.max(log_probs, axis=-1)) ~ jnp.max(jnp.exp(log_probs), axis=-1)})}
    {?0.35 if z_loss > 0.0:
        {?0.5 # {keeps the normalizer near one}}
        log_z = jax.nn.logsumexp(logits, axis=-1)
        metrics['z_loss'] = z_loss * MEAN(log_z ** 2)}
    {return metrics ~
    {?0.4 # {sums can be joined over batches}}
    return <<name: value * denominator for name, value in metrics.items()>>, denominator ~
    if prefix is None:
        return metrics
    return <<f'<<prefix>>/<<name>>': value for name, value in metrics.items()>>}
"""


def _evaluated(p: Program) -> Text:
    """Draw metrics of a batch of scores."""
    batch, length, classes = p.choices.choice((8, 16)), p.choices.choice((12, 16)), p.size(10, 24, 40)
    flat = p.choices.chance(0.4)
    shape = (batch * 4,) if flat else (batch, length)
    way = p.pick("inline", "helper", "helper", "partial")
    text = _EVALUATED
    if way == "inline":
        text = re.sub(r"MEAN\((nll|correct|hits|log_z \*\* 2)\)", r"jnp.sum(weights * \1) / denominator", text)
        text = text.replace("MEAN({", "jnp.sum(weights * {").replace("axis=-1)})", "axis=-1)}) / denominator")
        text = text.replace("DENOM", "denominator = jnp.maximum(jnp.sum(weights), 1.0)")
    else:
        text = re.sub(r"MEAN\((\w+(?: \*\* 2)?)\)", r"MEAN(\1END)", text).replace("axis=-1)})", "axis=-1)}END)")
        text = text.replace("MEAN(", "mean_of(" if way == "partial" else "weighted_mean(")
        text = text.replace("END)", ")" if way == "partial" else ", weights)")
        text = text.replace(
            "DENOM", "mean_of = functools.partial(weighted_mean, weights=weights)" if way == "partial" else ""
        )
        text = text.replace(
            """    {?0.4 # {sums can be joined over batches}}
    return <<name: value * denominator for name, value in metrics.items()>>, denominator ~
""",
            "",
        )
    lines = p.choose(text)
    both = lines.rstrip().endswith(", denominator")
    tops = p.pick("(1, 5)", "(1, 3, 5)")
    smooth, zeta = p.pick("0.1", "0.0"), p.pick("1e-4", "1e-3", "0.0")
    weighed = p.choices.chance(0.6)
    prefix = p.pick("'eval'", "'val'", "None") if "prefix" in lines else "None"
    names = ["loss"]
    names += [f"top{k}" for k in tops.strip("()").split(", ")] if "in top_k" in lines else ["accuracy"]
    names += [each for each in ("bits", "confidence") if f"metrics['{each}']" in lines]
    names += ["z_loss"] if "z_loss > 0.0" in lines and zeta != "0.0" else []
    head = f"{prefix[1:-1]}/" if prefix != "None" else ""
    made: Tree = {f"{head}{name}": Leaf(()) for name in names}
    masks = (
        Leaf((batch,), 0.1, 1)
        if not flat and p.choices.chance(0.5) and "weights.ndim <" in lines
        else Leaf(shape, 0.1, 1)
    )
    return Text(
        lines=settled(lines),
        given={
            "logits": Array(Leaf((*shape, classes), -2, 2), "scores of each class", ("logits", "scores")),
            "labels": Array(Leaf(shape, 0, classes - 1, "int32"), "the right classes", ("labels", "targets")),
            "weights": Array(masks, "how much each label counts", ("weights", "mask"), float(not weighed)),
            "ignore_index": Option("int | None", "label that does not count", ("None", "0"),
                                   ("ignore_index", "pad_id")),
            "label_smoothing": Option("float", "share of all classes", ("0.0",), ("label_smoothing",), smooth),
            "top_k": Option("tuple[int, ...]", "how many guesses are allowed", (tops,), ("top_k", "topk", "ks")),
            "z_loss": Option("float", "weight of the normalizer", ("0.0",), ("z_loss", "z_loss_weight"), zeta),
            "prefix": Option("str | None", "what names begin with", ("None",), ("prefix", "split"), prefix),
        },
        result=(made, Leaf(())) if both else (made,),
        helpers=(WEIGHTED_MEAN, PICK, _SMOOTH),
        titles=("compute_metrics", "eval_metrics", "classification_metrics", "batch_metrics"),
        summary=p.pick("Metrics of a batch of scores", "What is logged of an evaluation step"),
        returned="numbers by name" + (", and what they were divided by" if both else ""),
    )  # fmt: skip


_BATCHED = """
    {?0.35 if tokens.ndim != 2:
        raise ValueError(f'expected tokens of shape (batch, length), got <<tokens.shape>>')}
    {if bos_id is not None:
        {?0.4 # {the model sees a first token before any other}}
        first = jnp.full((tokens.shape[0], 1), bos_id, tokens.dtype)
        inputs, answers = jnp.concatenate([first, tokens[:, :-1]], axis=1), tokens
    else:
        inputs, answers = tokens[:, :-1], tokens[:, 1:] ~
    {?0.4 # {each position predicts the next token}}
    inputs, answers = tokens[:, :-1], tokens[:, 1:]}
    features = <<'inputs': inputs, 'targets': answers>>
    mask = (answers != pad_id)
    {?0.6 if prompt_lens is not None:
        {?0.5 # {only the answer is learned}}
        steps = jnp.arange(answers.shape[1])
        mask = mask & (steps {+ 1 ~} >= prompt_lens[:, None])}
    {?0.4 if eos_id is not None:
        {?0.5 # {what follows the end does not count}}
        ended = jnp.cumsum(inputs == eos_id, axis=1) > 0
        mask = jnp.logical_and(mask, jnp.logical_not(ended))}
    features['loss_mask'] = mask.astype(jnp.float32)
    {if packed:
        {?0.4 # {a new document begins behind each end}}
        ends = (inputs[:, :-1] == sep_id).astype(inputs.dtype)
        starts = jnp.concatenate([jnp.zeros_like(inputs[:, :1]), ends], axis=1)
        segments = jnp.cumsum(starts, axis=1) + 1
        {?0.5 index = jnp.broadcast_to(jnp.arange(inputs.shape[1]), inputs.shape)
        last_start = jax.lax.cummax(jnp.where(starts > 0, index, 0), axis=1)
        features['positions'] = index - last_start}
        features['segment_ids'] = jnp.where(inputs == pad_id, 0, segments)
    {else:
        features['positions'] = jnp.broadcast_to(jnp.arange(inputs.shape[1]), inputs.shape)} ~
    {features['positions'] = jnp.broadcast_to(jnp.arange(inputs.shape[1]), inputs.shape) ~
    valid = (inputs != pad_id).astype(jnp.int32)
    {?0.4 # {padding may be on the left}}
    features['positions'] = jnp.maximum(jnp.cumsum(valid, axis=1) - 1, 0) ~}}
    {return features ~
    if num_shards is None:
        return features
    {?0.4 # {one part for each device}}
    return <<name: value.reshape(num_shards, -1, *value.shape[1:]) for name, value in features.items()>> ~
    return features, jnp.sum(features['loss_mask'])}
"""


def _batched(p: Program) -> Text:
    """Draw the inputs, targets and masks of a batch of tokens."""
    rows, length, vocab = p.size(4, 8, 16), p.size(24, 32, 48), 50
    lines = p.choose(_BATCHED)
    first = "bos_id is not None" in lines and p.choices.chance(0.6)
    width = length if first else length - 1
    packed, shards = p.choices.chance(0.7), p.choices.chance(0.6)
    prompts = p.choices.chance(0.6)
    end, last = p.pick("None", "2"), lines.rstrip().split("\n")[-1]
    head = (2, rows // 2) if shards and "num_shards" in last + lines and "num_shards is None" in lines else (rows,)
    names = {"inputs": "int32", "targets": "int32", "loss_mask": "float32"}
    if "if packed:" in lines:
        if packed:
            names["segment_ids"] = "int32"
            names |= {"positions": "int32"} if "last_start" in lines else {}
        elif "else:\n    features['positions']" in lines:
            names["positions"] = "int32"
    elif "features['positions']" in lines:
        names["positions"] = "int32"
    made: Tree = {name: Leaf((*head, width), dtype=kind) for name, kind in names.items()}
    counted = last.strip().startswith("return features, ")
    return Text(
        lines=settled(lines),
        given={
            "tokens": Array(Leaf((rows, length), 0, vocab, "int32"), "tokens of shape (batch, length)",
                            ("tokens", "input_ids")),
            "prompt_lens": Array(Leaf((rows,), 1, length // 2, "int32"), "length of each prompt",
                                 ("prompt_lens", "prompt_lengths"), float(not prompts)),
            "pad_id": Option("int", "token of the padding", ("0",), ("pad_id",)),
            "bos_id": Option("int | None", "first token", ("None",), ("bos_id",), "1" if first else "None"),
            "eos_id": Option("int | None", "last token", ("None",), ("eos_id",), end),
            "sep_id": Option("int", "token between documents", ("2", "3"), ("sep_id", "doc_sep")),
            "packed": Option("bool", "whether rows hold several documents", ("False",), ("packed",), str(packed)),
            "num_shards": Option("int | None", "devices", ("None",), ("num_shards", "num_devices"),
                                 "2" if shards else "None"),
        },
        result=(made, Leaf(())) if counted else (made,),
        titles=("make_lm_batch", "prepare_batch", "shift_tokens", "build_inputs"),
        summary=p.pick("Inputs, targets and masks of a batch of tokens", "Makes a batch for next token prediction"),
        returned="arrays by name" + (", and how many tokens count" if counted else ""),
    )  # fmt: skip


_PROCESSED = """
    {?0.3 if logits.ndim != 2:
        raise ValueError(f'expected scores of shape (batch, vocab), got <<logits.shape>>')}
    lowest = {-1e9 ~ -1e8}
    {rows, vocab = logits.shape ~ vocab = logits.shape[-1]}
    {* if repetition_penalty != 1.0:
        {?0.5 # {tokens that were generated become less likely}}
        seen = jnp.zeros(logits.shape, dtype=bool).at[jnp.arange(logits.shape[0])[:, None], generated].set(True)
        penalized = jnp.where(logits > 0, logits / repetition_penalty, logits * repetition_penalty)
        logits = jnp.where(seen, penalized, logits)
    ~ if frequency_penalty > 0.0:
        counts = jnp.sum(jax.nn.one_hot(generated, vocab, dtype=logits.dtype), axis=1)
        logits = logits - frequency_penalty * counts
    ~ if bias is not None:
        {?0.8 if bias.shape[-1] != vocab:
            raise ValueError(f'expected a bias of <<vocab>> entries, got <<bias.shape>>')}
        logits = logits + bias}
    {* if min_length is not None:
        {?0.5 # {no end before so many tokens}}
        logits = logits.at[:, eos_id].set({jnp.where(step < min_length, lowest, logits[:, eos_id]) ~
            jnp.where(step >= min_length, logits[:, eos_id], lowest)})
    ~ for token in banned:
        logits = logits.at[:, token].set(lowest)}
    {?0.3 if temperature <= 0.0:
        raise ValueError(f'expected a positive temperature, got <<temperature>>')}
    if temperature != 1.0:
        logits = logits / temperature
    {?0.6 if top_k is not None{~ and top_k < vocab}:
        {logits = keep_largest(logits, top_k, lowest) ~ kth = jax.lax.top_k(logits, top_k)[0][:, -1:]
        logits = jnp.where(logits < kth, lowest, logits) ~ logits = keep_largest(logits, top_k, lowest)}}
    {?0.4 if top_p is not None:
        logits = keep_mass(logits, top_p, lowest)}
    {return logits ~
    if greedy:
        tokens = jnp.argmax(logits, axis=-1)
    else:
        tokens = jax.random.categorical(key, logits)
    {?0.4 # {how sure the model was}}
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    {return tokens, jnp.take_along_axis(log_probs, tokens[:, None], axis=-1)[:, 0] ~
    return tokens, log_probs[jnp.arange(tokens.shape[0]), tokens]} ~
    if return_log:
        return jax.nn.log_softmax(logits, axis=-1)
    return jax.nn.softmax(logits, axis=-1)}
"""


def _processed(p: Program) -> Text:
    """Draw changes of the scores of the next token by rules."""
    rows, vocab, length = p.choices.choice((4, 6, 8)), p.size(32, 48, 64), p.choices.choice((6, 10))
    lines = p.choose(_PROCESSED)
    greedy = "if greedy" in lines
    drawn = greedy and p.choices.chance(0.5)
    # A rule that excludes a single token has to affect the result.
    wide = "min_length is not None" in lines or "banned" in lines
    penalty, frequency = p.pick("1.2", "1.1", "1.3"), p.pick("0.5", "0.2")
    given: dict[str, Array | Constant | Option] = {
        "logits": Array(Leaf((rows, vocab), -3, 3), "scores of shape (batch, vocab)", ("logits", "scores")),
        "generated": Array(Leaf((rows, length), 0, vocab - 1, "int32"), "tokens so far",
                           ("generated", "prev_tokens", "output_ids")),
        "step": Array(Leaf((), 0, 20, "int32"), "how many tokens there are", ("cur_len", "length")),
        "bias": Array(Leaf((vocab,), -1, 1), "added to the scores", ("bias", "logit_bias")),
        "repetition_penalty": Option("float", "penalty of tokens that were seen", ("1.0",),
                                     ("repetition_penalty", "penalty"), penalty),
        "frequency_penalty": Option("float", "penalty for each time", ("0.0",), ("frequency_penalty",), frequency),
        "min_length": Option("int | None", "least length", ("None",), ("min_length",), "10"),
        "eos_id": Option("int", "last token", ("2", "1"), ("eos_id",)),
        "banned": Option("tuple[int, ...]", "tokens that may not come", ("()",), ("banned", "bad_tokens"),
                         p.pick("(0, 3)", "(0,)", "(3, 4, 7)")),
        "temperature": Option("float", "how even the choice is", ("1.0", "0.7", "0.8"), ("temperature", "temp")),
        "top_k": Option("int | None", "how many tokens stay", ("None", "8", "5"), ("top_k",), "None" if wide else None),
        "top_p": Option("float | None", "probability of those that stay", ("None", "0.9"), ("top_p",),
                        "None" if wide else None),
        "greedy": Option("bool", "whether the best is taken", ("False",), ("greedy", "deterministic"), str(not drawn)),
        "return_log": Option("bool", "whether logarithms are wanted", ("True", "False"), ("return_log",)),
        "key": Array(key(), "random key", ("key", "rng")),
    }  # fmt: skip
    if greedy and not drawn:
        lines = lines.replace("if greedy:", "if key is None:")
        given["key"] = Array(key(), "random key", ("key", "rng"), 1.0)
    return Text(
        lines=settled(lines),
        given=given,
        result=(Leaf((rows,), dtype="int32"), Leaf((rows,))) if greedy else (Leaf((rows, vocab)),),
        helpers=(_KEEP_LARGEST, _KEEP_MASS),
        titles=("next_token", "choose_token", "pick_token") if greedy else
        ("process_logits", "warp_logits", "filter_scores"),
        summary="Chooses the next token by rules" if greedy else "Changes the scores of the next token by rules",
        returned="one token for each row, and its log probability" if greedy else "scores of the same shape",
    )  # fmt: skip


_STORED = """
    {?0.35 if set(batch) != set(buffer['data']):
        raise ValueError(f'expected <<sorted(buffer["data"])>>, got <<sorted(batch)>>') ~}
    {capacity = jax.tree.leaves(buffer['data'])[0].shape[0] ~ capacity = buffer['data']['reward'].shape[0] ~
    capacity = len(buffer['data']['reward'])}
    n = batch['reward'].shape[0]
    {?0.35 if n > capacity:
        raise ValueError(f'<<n>> rows do not fit a buffer of <<capacity>>')}
    {?0.4 # {the oldest rows are overwritten}}
    index = {(buffer['insert'] + jnp.arange(n)) % capacity ~ ring_index(buffer['insert'], n, capacity) ~
        ring_index(buffer['insert'], n, capacity)}
    {data = <<name: rows.at[index].set(batch[name]) for name, rows in buffer['data'].items()>> ~
    data = <<>>
    for name, rows in buffer['data'].items():
        {?0.5 if rows.shape[1:] != batch[name].shape[1:]:
            raise ValueError(f'<<name>> of shape <<batch[name].shape[1:]>>, expected <<rows.shape[1:]>>')}
        data[name] = rows.at[index].set(batch[name].astype(rows.dtype))}
    insert = (buffer['insert'] + n) % capacity
    size = jnp.minimum(buffer['size'] + n, capacity)
    {state = <<'data': data, 'insert': insert, 'size': size>>
    return state ~
    {?0.4 if key is None:
        return <<'data': data, 'insert': insert, 'size': size>>, None}
    {?0.4 # {only rows that were filled}}
    {rows = jax.random.randint(key, (sample_size,), 0, size)
    ~ rows = (jax.random.uniform(key, (sample_size,)) * size).astype(jnp.int32)}
    {sample = <<name: values[rows] for name, values in data.items()>> ~
    sample = jax.tree.map(lambda values: values[rows], data) ~
    sample = jax.tree.map(functools.partial(jnp.take, indices=rows, axis=0), data)}
    {?0.5 if normalize_rewards:
        {?0.4 # {returns of different tasks are alike}}
        reward = sample['reward']
        sample['reward'] = (reward - jnp.mean(reward)) / (jnp.std(reward) + 1e-6)}
    return <<'data': data, 'insert': insert, 'size': size>>, sample}
"""


def _stored(p: Program) -> Text:
    """Draw a replay buffer that stores a batch."""
    capacity, n, width, acts = p.choices.choice((32, 48, 64)), p.choices.choice((4, 8)), p.size(4, 8), p.size(2, 3)
    lines = p.choose(_STORED)
    lines = lines.replace(
        "    return {'data': data, 'insert': insert, 'size': size}, None",
        "    return {'data': data, 'insert': insert, 'size': size}, {}",
    )
    lines = lines.replace(
        "'expected {sorted(buffer[\"data\"])}, got {sorted(batch)}'", "'the batch has other names: {sorted(batch)}'"
    )
    rows = p.choices.choice((8, 12))
    names: dict[str, tuple[int, ...]] = {"obs": (width,), "action": (acts,), "reward": ()}
    if p.choices.chance(0.6):
        names["next_obs"] = (width,)
    if p.choices.chance(0.5):
        names["discount"] = ()
    data: Tree = {name: Leaf((capacity, *shape)) for name, shape in names.items()}
    batch: Tree = {name: Leaf((n, *shape)) for name, shape in names.items()}
    sample: Tree = {name: Leaf((rows, *shape)) for name, shape in names.items()}
    whole = Leaf((), dtype="int32")
    state: Tree = {"data": data, "insert": whole, "size": whole}
    drawn = "sample" in lines
    return Text(
        lines=settled(lines),
        given={
            "buffer": Array({"data": data, "insert": Leaf((), 0, capacity - 1, "int32"),
                             "size": Leaf((), n, capacity, "int32")}, "rows, and how many there are",
                            ("buffer", "buffer_state", "replay")),
            "batch": Array(batch, "rows to store", ("batch", "transitions", "samples")),
            "key": Array(key(), "random key", ("key", "rng")),
            "sample_size": Option("int", "rows of a sample", (str(rows),), ("batch_size", "sample_size")),
            "normalize_rewards": Option("bool", "whether rewards are brought to unit variance", ("True", "False"),
                                        ("normalize_rewards", "standardize")),
        },
        result=(state, sample) if drawn else (state,),
        helpers=(_RING,),
        titles=("insert_and_sample", "replay_step") if drawn else ("insert", "add_batch", "buffer_insert"),
        summary="Stores a batch and draws another" if drawn else "Stores a batch of experience",
        returned="the new buffer, and a sample" if drawn else "the new buffer",
    )  # fmt: skip


_OBJECTIVE = """
    {?0.35 if log_probs.shape != old_log_probs.shape:
        raise ValueError(f'expected <<old_log_probs.shape>>, got <<log_probs.shape>>')}
    {if normalize:
        {?0.4 # {advantages of unit variance}}
        advantages = (advantages - jnp.mean(advantages)) / (jnp.std(advantages) + 1e-8) ~
    if normalize:
        mean, std = jnp.mean(advantages), jnp.std(advantages)
        advantages = (advantages - mean) / {jnp.maximum(std, 1e-6) ~ (std + 1e-8)} ~}
    log_ratio = log_probs - old_log_probs
    ratio = jnp.exp({log_ratio ~ jnp.clip(log_ratio, -10.0, 10.0)})
    {low, high = 1.0 - clip_eps, 1.0 + clip_eps
    clipped = jnp.clip(ratio, low, high) ~
    {?0.4 # {more room upwards}}
    high = 1.0 + (clip_eps if clip_high is None else clip_high)
    clipped = jnp.clip(ratio, 1.0 - clip_eps, high)}
    {surrogate = jnp.minimum(ratio * advantages, clipped * advantages)
    ~ surrogate = jnp.where(advantages > 0, jnp.minimum(ratio, clipped), jnp.maximum(ratio, clipped)) * advantages}
    {?0.3 if dual_clip is not None:
        {?0.5 # {bad actions that became likely are not punished without end}}
        surrogate = jnp.where(advantages < 0, jnp.maximum(surrogate, dual_clip * advantages), surrogate)}
    {if mask is None:
        reduce = jnp.mean
    else:
        {?0.4 # {padding has no part in the mean}}
        def reduce(x):
            return jnp.sum(mask * x) / jnp.maximum(jnp.sum(mask), 1.0)
    ~ reduce = jnp.mean if mask is None else functools.partial(jnp.average, weights=mask)
    ~ reduce = jnp.mean if mask is None else functools.partial(weighted_mean, weights=mask)
    ~ if mask is None:
        mask = jnp.ones_like(log_probs)
    reduce = functools.partial(weighted_mean, weights=mask)
    ~ mask = jnp.ones(log_probs.shape, log_probs.dtype) if mask is None else mask

    def reduce(x):
        return jnp.sum(mask * x) / jnp.maximum(jnp.sum(mask), 1.0)}
    policy_loss = -reduce(surrogate)
    metrics = <<'policy_loss': policy_loss>>
    total_loss = policy_loss
    CRITIC
    {?0.5 if entropy is not None:
        metrics['entropy'] = reduce(entropy)
        total_loss = total_loss - entropy_coef * metrics['entropy']}
    {?0.4 if kl_coef > 0.0:
        {?0.5 # {unbiased, and never negative}}
        metrics['kl'] = reduce(ratio - 1.0 - log_ratio)
        total_loss = total_loss + kl_coef * metrics['kl']}
    {?0.6 metrics['clip_fraction'] = reduce((ratio != clipped).astype(ratio.dtype))}
    {?0.4 metrics['total_loss'] = total_loss}
    return total_loss, metrics
"""
_CRITIC = """
    error = (values - returns) ** 2
    {?0.5 if old_values is not None:
        {?0.5 # {values do not move far in one update either}}
        near = old_values + jnp.clip(values - old_values, -clip_eps, clip_eps)
        error = jnp.maximum(error, (near - returns) ** 2)}
    metrics['value_loss'] = 0.5 * reduce(error)
    total_loss = total_loss + value_coef * metrics['value_loss']
"""


def _objective(p: Program) -> Text:
    """Draw the loss of a policy and its critic, with its terms."""
    shape = (p.size(16, 32, 64), p.choices.choice((8, 12)))
    critic_form = p.pick("always", "always", "asked", "never")
    # values are not used without returns
    asking = "if values is not None:\n    if returns is None:\n        raise ValueError('expected returns for values')"
    value_loss = dedent(_CRITIC).strip()
    if critic_form == "asked":
        value_loss = f"{asking}\n{indent(value_loss, '    ')}"
    lines = p.choose(placed(_OBJECTIVE, "CRITIC", "" if critic_form == "never" else value_loss))
    masked, old, ent = (p.choices.chance(0.6) for _ in range(3))
    kl = p.pick("0.1", "0.02", "0.0")
    critic = critic_form == "always" or (critic_form == "asked" and p.choices.chance(0.8))
    names = ["policy_loss"]
    names += ["value_loss"] if critic else []
    names += ["entropy"] if "entropy is not None" in lines and ent else []
    names += ["kl"] if "kl_coef > 0.0" in lines and kl != "0.0" else []
    names += [each for each in ("clip_fraction", "total_loss") if f"metrics['{each}']" in lines]
    one = Leaf(shape, -1.5, -0.5)
    return Text(
        lines=settled(lines),
        given={
            "log_probs": Array(one, "log probabilities of the actions now", ("log_probs", "logp", "new_log_probs")),
            "old_log_probs": Array(one, "log probabilities when they were taken",
                                   ("old_log_probs", "behavior_log_probs")),
            "advantages": Array(Leaf(shape, -2, 2), "how much better actions were", ("advantages", "adv")),
            "values": Array(Leaf(shape, -2, 2), "estimates of the critic", ("values", "value_preds"),
                            float(not critic)),
            "returns": Array(Leaf(shape, -2, 2), "what estimates should be", ("returns", "value_targets"),
                             float(not critic)),
            "old_values": Array(Leaf(shape, -2, 2), "estimates before the update", ("old_values",),
                                float(not (old and critic))),
            "entropy": Array(Leaf(shape, 0.1, 1.5), "entropy of the policy", ("entropy",), float(not ent)),
            "mask": Array(Leaf(shape, 0.1, 1), "which steps count", ("mask", "loss_mask"), float(not masked)),
            "clip_eps": Option("float", "largest change of a probability", ("0.2", "0.1"), ("clip_eps", "epsilon")),
            "clip_high": Option("float | None", "largest change upwards", ("None", "0.28"), ("clip_high", "eps_high")),
            "dual_clip": Option("float | None", "largest factor of a punishment", ("None", "3.0"), ("dual_clip",)),
            "normalize": Option("bool", "whether advantages are of unit variance", ("True", "False"),
                                ("normalize_advantages", "normalize")),
            "value_coef": Option("float", "weight of the critic", ("0.5", "1.0", "0.25"), ("value_coef", "vf_coef")),
            "entropy_coef": Option("float", "weight of the entropy", ("0.01", "0.1", "0.05"),
                                   ("entropy_coef", "ent_coef")),
            "kl_coef": Option("float", "weight of the divergence", ("0.0",), ("kl_coef", "kl_weight"), kl),
        },
        result=(Leaf(()), {name: Leaf(()) for name in names}),
        helpers=(WEIGHTED_MEAN,),
        titles=("ppo_policy_loss", "clipped_policy_loss", "clipped_surrogate_loss") if critic_form == "never" else
               ("ppo_loss", "policy_and_value_loss", "actor_critic_loss"),
        summary="The clipped objective of a policy" if critic_form == "never" else
                p.pick("Loss of a policy and its critic", "The clipped objective, with all of its parts"),
        returned="the loss and what it is made of",
    )  # fmt: skip


_CACHED = """
    {?0.35 if k.shape != v.shape:
        raise ValueError(f'keys of shape <<k.shape>>, but values of shape <<v.shape>>')}
    {batch, length, heads, depth = q.shape ~ length, depth = q.shape[1], q.shape[-1]}
    index = cache['index']
    {?0.4 # {new keys and values go behind those that there are}}
    {cache_k = jax.lax.dynamic_update_slice_in_dim(cache['k'], k.astype(cache['k'].dtype), index, axis=1)
    cache_v = jax.lax.dynamic_update_slice_in_dim(cache['v'], v.astype(cache['v'].dtype), index, axis=1)
    cache = <<'k': cache_k, 'v': cache_v, 'index': index + length>> ~
    updated = <<'index': index + length>>
    for name, new in (('k', k), ('v', v)):
        updated[name] = jax.lax.dynamic_update_slice_in_dim(
            cache[name], new.astype(cache[name].dtype), index, axis=1)
    cache = updated}
    {?0.4 # {several queries share a key}}
    {full_k, full_v = (repeat_heads(cache[name], q.shape[2]) for name in ('k', 'v')) ~
    full_k = repeat_heads(cache['k'], q.shape[2])
    full_v = repeat_heads(cache['v'], q.shape[2]) ~
    full_k, full_v = cache['k'], cache['v']
    {?0.6 if full_k.shape[2] != q.shape[2]:
        groups = q.shape[2] // full_k.shape[2]
        full_k, full_v = jnp.repeat(full_k, groups, axis=2), jnp.repeat(full_v, groups, axis=2)}}
    scores = jnp.einsum('bqhd,bkhd->bhqk', q, full_k) {/ math.sqrt(depth) ~ * depth ** -0.5}
    k_pos = jnp.arange(full_k.shape[1])
    q_pos = index + jnp.arange(length)
    {mask = visible(q_pos, k_pos, window) ~ mask = visible(q_pos, k_pos, window) ~
    mask = k_pos[None, :] <= q_pos[:, None]
    {?0.4 if window is not None:
        {?0.5 # {the last keys alone}}
        mask = mask & (q_pos[:, None] - k_pos[None, :] < window)}}
    {?0.4 if padding is not None:
        {?0.4 # {padding is on the left}}
        mask = mask & (k_pos >= padding[:, None])[:, None, None, :]}
    {?0.12 if softcap is not None:
        scores = softcap * jnp.tanh(scores / softcap)}
    scores = jnp.where(mask, scores, {jnp.finfo(scores.dtype).min ~ -1e9})
    probs = jax.nn.softmax(scores, axis=-1)
    {out = jnp.einsum('bhqk,bkhd->bqhd', probs, full_v)
    {?0.6 out = out.reshape(*out.shape[:2], -1)}
    return out, cache ~
    out = jnp.einsum('bhqk,bkhd->bqhd', probs, full_v)
    if merge_heads_too:
        out = out.reshape(*out.shape[:2], -1)
    return out, cache}
"""


def _cached(p: Program) -> Text:
    """Draw the attention of a few new tokens to all earlier ones, with a cache."""
    batch, length, room = p.choices.choice((2, 3)), p.choices.choice((1, 2, 4)), p.choices.choice((12, 16))
    heads, depth = p.choices.choice((2, 4)), p.size(8, 16)
    text = p.choose(_CACHED)
    shared = ("groups" in text or "repeat_heads" in text) and p.choices.chance(0.6)
    kv = heads // 2 if shared else heads
    merged = "out.reshape(*out.shape[:2], -1)" in text
    asked = p.choices.chance(0.5)
    padded = p.choices.chance(0.6)
    rows = Leaf((batch, length, heads, depth))
    new = Leaf((batch, length, kv, depth))
    kept = Leaf((batch, room, kv, depth))
    flag = "merge_heads_too" in text
    flat = merged and (asked if flag else True)
    return Text(
        lines=settled(text),
        given={
            "q": Array(rows, "queries of the new tokens", ("q", "query")),
            "k": Array(new, "their keys", ("k", "key")),
            "v": Array(new, "their values", ("v", "value")),
            "cache": Array({"index": Leaf((), 4, room - length, "int32"), "k": kept, "v": kept},
                           "keys and values so far", ("cache", "kv_cache")),
            "padding": Array(Leaf((batch,), 0, 3, "int32"), "padding of each row", ("padding", "pad_lens"),
                             float(not padded)),
            "window": Option("int | None", "how far back tokens see", ("None", "4", "6"), ("window", "sliding_window"),
                             "None" if padded and "padding" in text else None),
            "softcap": Option("float | None", "largest score", ("None", "30.0", "50.0"), ("softcap", "logit_cap")),
            "merge_heads_too": Option("bool", "whether heads are put together", ("True",),
                                      ("merge", "concat_heads"), str(asked)),
        },
        result=(Leaf((batch, length, heads * depth)) if flat else rows,
                {"index": Leaf((), dtype="int32"), "k": Leaf(kept.shape), "v": Leaf(kept.shape)}),
        helpers=(_VISIBLE, _REPEATED),
        titles=("cached_attention", "attend_with_cache", "decode_attention"),
        summary=p.pick("Attention of new tokens to a cache", "One step of attention in decoding"),
        returned="features of the new tokens, and the cache",
    )  # fmt: skip


_BEAMS = """
    {?0.35 if logits.shape[:2] != scores_so_far.shape:
        raise ValueError(f'expected scores of shape <<logits.shape[:2]>>, got <<scores_so_far.shape>>')}
    {batch, beams, vocab = logits.shape ~ beams, vocab = logits.shape[1:]}
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    ENDED
    totals = scores_so_far[..., None] + log_probs
    {?0.4 if diversity > 0.0:
        {?0.5 # {beams of one parent are pushed apart}}
        rank = jnp.argsort(jnp.argsort(-log_probs, axis=-1), axis=-1)
        totals = totals - diversity * rank}
    flat = totals.reshape(totals.shape[0], {-1 ~ beams * vocab})
    best, index = jax.lax.top_k(flat, {beams ~ beams if num_keep is None else num_keep})
    parents, tokens = {index // vocab, index % vocab ~ jnp.divmod(index, vocab)}
    PARENTS
    {?0.4 # {each new beam goes on from its parent}}
    {sequences = FOLLOW(sequences)
    sequences = sequences.at[:, :, step].set(tokens) ~
    sequences = FOLLOW(sequences).at[:, :, step].set(tokens) ~
    {?0.4 # {the window moves on by a token}}
    sequences = jnp.concatenate([FOLLOW(sequences)[:, :, 1:], tokens[..., None]], axis=-1)}
    state = <<'sequences': sequences, 'scores': best>>
    KEPT
    return state
"""
_ENDED_BEAMS = {
    "never": ("", ""),
    "maybe": (
        """
        if done is not None:
            {?0.5 # {beams that ended only repeat their last token}}
            frozen = {jnp.full(vocab, -1e9).at[eos_id].set(0.0) ~ jnp.where(jnp.arange(vocab) == eos_id, 0.0, -1e9)}
            log_probs = jnp.where(done[..., None], frozen, log_probs)
        """,
        """
        if done is not None:
            state['done'] = FOLLOW(done) | (tokens == eos_id)
        """,
    ),
    "counted": (
        """
        {?0.5 # {beams that ended only repeat their last token}}
        frozen = {jnp.full(vocab, -1e9).at[eos_id].set(0.0) ~ jnp.where(jnp.arange(vocab) == eos_id, 0.0, -1e9)}
        log_probs = jnp.where(done[..., None], frozen, log_probs)
        """,
        """
        done = FOLLOW(done)
        {?0.5 # {beams that ended before grow no more}}
        lengths = FOLLOW(lengths) + {jnp.logical_not(done).astype(jnp.int32) ~ jnp.where(done, 0, 1)}
        state['done'] = done | (tokens == eos_id)
        state['lengths'] = lengths
        {?0.5 # {long sequences have lower sums}}
        {state['ranking'] = best / length_norm(lengths, length_penalty) ~
        state['ranking'] = best / ((5.0 + lengths) / 6.0) ** length_penalty}
        """,
    ),
}
"""The treatment of finished beams: how it changes the next scores, and which state is kept."""
_PARENTS = {
    "helper": ("gather_beams(VALUE, parents)", ""),
    "inner": (
        "follow(VALUE)",
        """
        def follow(x):
            {index_of = parents.reshape(parents.shape + (1,) * (x.ndim - 2))
            return jnp.take_along_axis(x, index_of, axis=1) ~
            return x[jnp.arange(x.shape[0])[:, None], parents]}
    """,
    ),
}
"""How a new beam gets the state of its parent, and the inner function that does so."""


def _beams(p: Program) -> Text:
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
    text = placed(placed(_BEAMS, "ENDED", dedent(before).strip()), "KEPT", dedent(after).strip())
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
        lines=settled(lines),
        given={
            "logits": Array(Leaf((batch, beams, vocab), -3, 3), "scores of the next token", ("logits", "next_logits")),
            "scores_so_far": Array(Leaf((batch, beams), -5, 0), "log probability of each beam",
                                   ("beam_scores", "cum_log_probs")),
            "sequences": Array(Leaf((batch, beams, length), 0, vocab - 1, "int32"), "tokens of each beam",
                               ("sequences", "beam_tokens")),
            "done": Array(Leaf((batch, beams), 0, 1, "bool"), "beams that ended", ("done", "finished"),
                          float(not ended)),
            "lengths": Array(Leaf((batch, beams), 1, length, "int32"), "tokens of each beam, its end included",
                             ("lengths", "beam_lengths")),
            "step": Option("int", "place of the next token", (str(length - 1), str(length - 2)), ("step", "cur_len")),
            "eos_id": Option("int", "last token", ("1", "2"), ("eos_id",)),
            "num_keep": Option("int | None", "beams that stay", ("None",), ("num_keep", "num_beams"), kept),
            "diversity": Option("float", "how far beams are pushed apart", ("0.0", "0.5", "1.0"),
                                ("diversity", "diversity_rate")),
            "length_penalty": Option("float", "power of the length", ("0.6",), ("length_penalty", "alpha"), penalty),
        },
        result=(made,),
        helpers=(_FOLLOW, _LENGTH_NORM),
        titles=("beam_step", "expand_beams", "advance_beams"),
        summary=p.pick("One step of a beam search", "Keeps the best continuations of all beams"),
        returned="the new beams",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "evaluation_metrics": _evaluated,
    "token_batch": _batched,
    "processed_scores": _processed,
    "experience_buffer": _stored,
    "policy_objective": _objective,
    "cached_attention": _cached,
    "beam_step": _beams,
    **CHECKPOINTS,
}
RECIPES = (written_recipe("training_part", "pipelines", _WRITERS, dict.fromkeys(_WRITERS, 2.0)),)
