"""Code around models in training and use: metrics of batches, packed tokens, decoding, replay buffers."""

import re
from collections.abc import Callable
from textwrap import dedent, indent

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.beam_search import beams
from synthesis.frontends.jax.recipes.applications.checkpoints import WRITERS as CHECKPOINTS
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "training_parts", margin=4)

WEIGHTED_MEAN = _BODIES["weighted_mean"]
PICK = _BODIES["pick"]


def _mean_text(way: str) -> str:
    """Return the text, with means that are written in one of three ways."""
    text = _BODIES["evaluated"]
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
    return text


def _evaluated(p: Program) -> Text:
    """Draw a function that computes metrics of a batch of scores."""
    batch, length, classes = p.choices.choice((8, 16)), p.choices.choice((12, 16)), p.size(10, 24, 40)
    flat = p.choices.chance(0.4)
    shape = (batch * 4,) if flat else (batch, length)
    way = p.pick("inline", "helper", "helper", "partial")
    text = _mean_text(way)
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
        lines=with_escaped_braces(lines),
        given={
            "logits": Array(Leaf((*shape, classes), -2, 2), "logits of each class", ("logits", "scores")),
            "labels": Array(Leaf(shape, 0, classes - 1, "int32"), "true classes", ("labels", "targets")),
            "weights": Array(masks, "weight of each label", ("weights", "mask"), float(not weighed)),
            "ignore_index": Option("int | None", "label that is ignored", ("None", "0"),
                                   ("ignore_index", "pad_id")),
            "label_smoothing": Option("float", "label smoothing", ("0.0",), ("label_smoothing",), smooth),
            "top_k": Option("tuple[int, ...]", "number of top predictions that count", (tops,),
                            ("top_k", "topk", "ks")),
            "z_loss": Option("float", "weight of the squared log normalizer", ("0.0",), ("z_loss", "z_loss_weight"),
                             zeta),
            "prefix": Option("str | None", "prefix of the names", ("None",), ("prefix", "split"), prefix),
        },
        result=(made, Leaf(())) if both else (made,),
        helpers=(WEIGHTED_MEAN, PICK, _BODIES["smooth"]),
        titles=("compute_metrics", "eval_metrics", "classification_metrics", "batch_metrics"),
        summary=p.pick("Computes metrics of a batch of logits", "Computes the metrics of an evaluation step"),
        returned="metrics by name" + (", and the number of valid labels" if both else ""),
    )  # fmt: skip


def _batched(p: Program) -> Text:
    """Draw a function that makes inputs, targets and masks from a batch of tokens."""
    rows, length, vocab = p.size(4, 8, 16), p.size(24, 32, 48), 50
    lines = p.choose(_BODIES["batched"])
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
        lines=with_escaped_braces(lines),
        given={
            "tokens": Array(Leaf((rows, length), 0, vocab, "int32"), "tokens of shape (batch, length)",
                            ("tokens", "input_ids")),
            "prompt_lens": Array(Leaf((rows,), 1, length // 2, "int32"), "length of each prompt",
                                 ("prompt_lens", "prompt_lengths"), float(not prompts)),
            "pad_id": Option("int", "padding token id", ("0",), ("pad_id",)),
            "bos_id": Option("int | None", "beginning-of-sequence id", ("None",), ("bos_id",),
                             "1" if first else "None"),
            "eos_id": Option("int | None", "end-of-sequence id", ("None",), ("eos_id",), end),
            "sep_id": Option("int", "separator token id", ("2", "3"), ("sep_id", "doc_sep")),
            "packed": Option("bool", "whether rows contain several documents", ("False",), ("packed",), str(packed)),
            "num_shards": Option("int | None", "number of devices", ("None",), ("num_shards", "num_devices"),
                                 "2" if shards else "None"),
        },
        result=(made, Leaf(())) if counted else (made,),
        titles=("make_lm_batch", "prepare_batch", "shift_tokens", "build_inputs"),
        summary=p.pick("Inputs, targets and masks of a batch of tokens", "Builds a batch for next-token prediction"),
        returned="arrays by name" + (", and the number of valid tokens" if counted else ""),
    )  # fmt: skip


def _processed(p: Program) -> Text:
    """Draw a function that changes the scores of the next token by rules."""
    rows, vocab, length = p.choices.choice((4, 6, 8)), p.size(32, 48, 64), p.choices.choice((6, 10))
    lines = p.choose(_BODIES["processed"])
    greedy = "if greedy" in lines
    drawn = greedy and p.choices.chance(0.5)
    # A rule that excludes a single token has to affect the result.
    wide = "min_length is not None" in lines or "banned" in lines
    penalty, frequency = p.pick("1.2", "1.1", "1.3"), p.pick("0.5", "0.2")
    given: dict[str, Array | Constant | Option] = {
        "logits": Array(Leaf((rows, vocab), -3, 3), "scores of shape (batch, vocab)", ("logits", "scores")),
        "generated": Array(Leaf((rows, length), 0, vocab - 1, "int32"), "tokens generated so far",
                           ("generated", "prev_tokens", "output_ids")),
        "step": Array(Leaf((), 0, 20, "int32"), "number of tokens so far", ("cur_len", "length")),
        "bias": Array(Leaf((vocab,), -1, 1), "bias added to the logits", ("bias", "logit_bias")),
        "repetition_penalty": Option("float", "repetition penalty", ("1.0",),
                                     ("repetition_penalty", "penalty"), penalty),
        "frequency_penalty": Option("float", "frequency penalty", ("0.0",), ("frequency_penalty",), frequency),
        "min_length": Option("int | None", "smallest length", ("None",), ("min_length",), "10"),
        "eos_id": Option("int", "end-of-sequence id", ("2", "1"), ("eos_id",)),
        "banned": Option("tuple[int, ...]", "ids of banned tokens", ("()",), ("banned", "bad_tokens"),
                         p.pick("(0, 3)", "(0,)", "(3, 4, 7)")),
        "temperature": Option("float", "temperature", ("1.0", "0.7", "0.8"), ("temperature", "temp")),
        "top_k": Option("int | None", "number of most likely tokens to sample from", ("None", "8", "5"), ("top_k",),
                        "None" if wide else None),
        "top_p": Option("float | None", "cumulative probability of the tokens to sample from", ("None", "0.9"),
                        ("top_p",),
                        "None" if wide else None),
        "greedy": Option("bool", "whether to take the most likely token", ("False",), ("greedy", "deterministic"),
                         str(not drawn)),
        "return_log": Option("bool", "whether to return log probabilities", ("True", "False"), ("return_log",)),
        "key": Array(key(), "random key", ("key", "rng")),
    }  # fmt: skip
    if greedy and not drawn:
        lines = lines.replace("if greedy:", "if key is None:")
        given["key"] = Array(key(), "random key", ("key", "rng"), 1.0)
    return Text(
        lines=with_escaped_braces(lines),
        given=given,
        result=(Leaf((rows,), dtype="int32"), Leaf((rows,))) if greedy else (Leaf((rows, vocab)),),
        helpers=(_BODIES["keep_largest"], _BODIES["keep_mass"]),
        titles=("next_token", "choose_token", "pick_token") if greedy else
        ("process_logits", "warp_logits", "filter_scores"),
        summary="Chooses the next token by sampling rules" if greedy else "Applies sampling rules to next-token logits",
        returned="one token for each row, and its log probability" if greedy else "scores of the same shape",
    )  # fmt: skip


def _stored(p: Program) -> Text:
    """Draw a replay buffer that stores a batch."""
    capacity, n, width, acts = p.choices.choice((32, 48, 64)), p.choices.choice((4, 8)), p.size(4, 8), p.size(2, 3)
    lines = p.choose(_BODIES["stored"])
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
        lines=with_escaped_braces(lines),
        given={
            "buffer": Array({"data": data, "insert": Leaf((), 0, capacity - 1, "int32"),
                             "size": Leaf((), n, capacity, "int32")}, "buffer of rows, and their number",
                            ("buffer", "buffer_state", "replay")),
            "batch": Array(batch, "rows to store", ("batch", "transitions", "samples")),
            "key": Array(key(), "random key", ("key", "rng")),
            "sample_size": Option("int", "number of rows to sample", (str(rows),), ("batch_size", "sample_size")),
            "normalize_rewards": Option("bool", "whether to normalize rewards to unit variance", ("True", "False"),
                                        ("normalize_rewards", "standardize")),
        },
        result=(state, sample) if drawn else (state,),
        helpers=(_BODIES["ring"],),
        titles=("insert_and_sample", "replay_step") if drawn else ("insert", "add_batch", "buffer_insert"),
        summary="Stores a batch of experience and samples another" if drawn else "Stores a batch of experience",
        returned="the new buffer, and a sample" if drawn else "the new buffer",
    )  # fmt: skip


def _objective(p: Program) -> Text:
    """Draw a loss of a policy and its critic, with its terms."""
    shape = (p.size(16, 32, 64), p.choices.choice((8, 12)))
    critic_form = p.pick("always", "always", "asked", "never")
    # values are not used without returns
    asking = "if values is not None:\n    if returns is None:\n        raise ValueError('expected returns for values')"
    value_loss = dedent(_BODIES["critic"]).strip()
    if critic_form == "asked":
        value_loss = f"{asking}\n{indent(value_loss, '    ')}"
    lines = p.choose(placed(_BODIES["objective"], "CRITIC", "" if critic_form == "never" else value_loss))
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
        lines=with_escaped_braces(lines),
        given={
            "log_probs": Array(one, "log probabilities of the actions under the current policy",
                               ("log_probs", "logp", "new_log_probs")),
            "old_log_probs": Array(one, "log probabilities of the actions under the old policy",
                                   ("old_log_probs", "behavior_log_probs")),
            "advantages": Array(Leaf(shape, -2, 2), "advantages", ("advantages", "adv")),
            "values": Array(Leaf(shape, -2, 2), "value estimates", ("values", "value_preds"),
                            float(not critic)),
            "returns": Array(Leaf(shape, -2, 2), "returns", ("returns", "value_targets"),
                             float(not critic)),
            "old_values": Array(Leaf(shape, -2, 2), "old value estimates", ("old_values",),
                                float(not (old and critic))),
            "entropy": Array(Leaf(shape, 0.1, 1.5), "entropy of the policy", ("entropy",), float(not ent)),
            "mask": Array(Leaf(shape, 0.1, 1), "mask of valid steps", ("mask", "loss_mask"), float(not masked)),
            "clip_eps": Option("float", "clipping range of the probability ratio", ("0.2", "0.1"),
                               ("clip_eps", "epsilon")),
            "clip_high": Option("float | None", "upper clipping range", ("None", "0.28"), ("clip_high", "eps_high")),
            "dual_clip": Option("float | None", "lower bound of negative advantages", ("None", "3.0"), ("dual_clip",)),
            "normalize": Option("bool", "whether to normalize advantages", ("True", "False"),
                                ("normalize_advantages", "normalize")),
            "value_coef": Option("float", "weight of the value loss", ("0.5", "1.0", "0.25"),
                                 ("value_coef", "vf_coef")),
            "entropy_coef": Option("float", "weight of the entropy", ("0.01", "0.1", "0.05"),
                                   ("entropy_coef", "ent_coef")),
            "kl_coef": Option("float", "weight of the KL penalty", ("0.0",), ("kl_coef", "kl_weight"), kl),
        },
        result=(Leaf(()), {name: Leaf(()) for name in names}),
        helpers=(WEIGHTED_MEAN,),
        titles=("ppo_policy_loss", "clipped_policy_loss", "clipped_surrogate_loss") if critic_form == "never" else
               ("ppo_loss", "policy_and_value_loss", "actor_critic_loss"),
        summary="Computes the clipped surrogate objective of a policy" if critic_form == "never" else
                p.pick("Computes the loss of a policy and its critic",
                       "Computes the clipped surrogate objective and its terms"),
        returned="the loss and its terms",
    )  # fmt: skip


def _cached(p: Program) -> Text:
    """Draw attention of a few new tokens to all earlier ones, with a cache of keys and values."""
    batch, length, room = p.choices.choice((2, 3)), p.choices.choice((1, 2, 4)), p.choices.choice((12, 16))
    heads, depth = p.choices.choice((2, 4)), p.size(8, 16)
    text = p.choose(_BODIES["cached"])
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
        lines=with_escaped_braces(text),
        given={
            "q": Array(rows, "queries of the new tokens", ("q", "query")),
            "k": Array(new, "keys of the new tokens", ("k", "key")),
            "v": Array(new, "values of the new tokens", ("v", "value")),
            "cache": Array({"index": Leaf((), 4, room - length, "int32"), "k": kept, "v": kept},
                           "cached keys and values", ("cache", "kv_cache")),
            "padding": Array(Leaf((batch,), 0, 3, "int32"), "number of padding tokens in each row",
                             ("padding", "pad_lens"),
                             float(not padded)),
            "window": Option("int | None", "attention window", ("None", "4", "6"), ("window", "sliding_window"),
                             "None" if padded and "padding" in text else None),
            "softcap": Option("float | None", "soft limit of the scores", ("None", "30.0", "50.0"),
                              ("softcap", "logit_cap")),
            "merge_heads_too": Option("bool", "whether to merge the heads", ("True",),
                                      ("merge", "concat_heads"), str(asked)),
        },
        result=(Leaf((batch, length, heads * depth)) if flat else rows,
                {"index": Leaf((), dtype="int32"), "k": Leaf(kept.shape), "v": Leaf(kept.shape)}),
        helpers=(_BODIES["visible"], _BODIES["repeated"]),
        titles=("cached_attention", "attend_with_cache", "decode_attention"),
        summary=p.pick("Computes attention of new tokens over a cache", "Performs one decoding step of attention"),
        returned="features of the new tokens, and the cache",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "evaluation_metrics": _evaluated,
    "token_batch": _batched,
    "processed_scores": _processed,
    "experience_buffer": _stored,
    "policy_objective": _objective,
    "cached_attention": _cached,
    "beam_step": beams,
    **CHECKPOINTS,
}
RECIPES = (written_recipe("training_part", "pipelines", _WRITERS, dict.fromkeys(_WRITERS, 2.0)),)
