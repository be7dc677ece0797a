"""Operations on trees of parameters or gradients, and on batches of scores, chosen by name."""

import re
from collections.abc import Callable
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import choose_and_escape, key, truth, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree, changed
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "update_modes", margin=8)

_PROJECT = Family(
    summary="Performs a projected gradient descent step onto a selectable set",
    titles=("projected_gradient_step", "projected_update", "constrained_step", "projected_descent"),
    before="""
        {?0.4 # {gradient step, then projection}}
        params = jax.tree.map(lambda w, g: w - step * g, params, grads)
    """,
    cases={
        "box": "out = jax.tree.map(lambda w: jnp.clip(w, {-bound, bound ~ min=-bound, max=bound}), params)",
        "nonnegative": "out = jax.tree.map({jax.nn.relu ~ lambda w: jnp.maximum(w, 0.0)}, params)",
        "ball": _BODIES["ball"],
        "max_norm": _BODIES["max_norm"],
        "unit_columns": _BODIES["unit_columns"],
        "simplex": _BODIES["simplex"],
    },
    named=("constraint", "kind", "projection"),
    word="constraint",
    returned="the projected parameters",
)  # fmt: skip
_COMPRESS = Family(
    summary="Compresses gradients before workers exchange them",
    titles=("compress_gradients", "compress", "compress_updates", "compress_grads"),
    before="""
    """,
    cases={
        "sign": """
            {?0.5 # one bit for each entry and one scale for each array}
            out = jax.tree.map(lambda g: jnp.sign(g) * {jnp.mean(jnp.abs(g)) ~ jnp.abs(g).mean()}, grads)
        """,
        "top_k": _BODIES["top_k"],
        "random_k": _BODIES["random_k"],
        "ternary": _BODIES["ternary"],
        "half": _BODIES["half"],
        "low_rank": _BODIES["low_rank"],
    },
    after=_BODIES["compress"],
    named=("method", "scheme", "mode"),
    word="method",
    returned="gradients of the same shapes",
)  # fmt: skip
_MASKED = _BODIES["masked"]
_CHOICES = {
    "epsilon": (
        _BODIES["epsilon"],
        ("epsilon_greedy", "epsilon_greedy_actions"), "Selects epsilon-greedy actions",
    ),
    "annealed": (
        _BODIES["annealed"],
        ("explore", "annealed_epsilon_greedy", "decayed_epsilon_greedy"), "Selects actions with annealed exploration",
    ),
    "boltzmann": (
        _BODIES["boltzmann"],
        ("sample_actions", "boltzmann_actions", "act"), "Samples an action for each row, with its log probability",
    ),
    "top_k": (
        _BODIES["top_k_choices"],
        ("sample_top_k", "top_k_sample", "top_k_sampling"), "Samples one of the k best choices of each row",
    ),
    "ucb": (
        _BODIES["ucb"],
        ("ucb_actions", "select_ucb", "ucb_select"), "Selects actions by upper confidence bounds",
    ),
    "gumbel": (
        _BODIES["gumbel"],
        ("gumbel_top_k", "sample_without_replacement"), "Samples k choices of each row without replacement",
    ),
}  # fmt: skip
_STANDARD = _BODIES["standard"]
_NEXT = """
    {discounts = gamma * {(1.0 - dones.astype(rewards.dtype)) ~ jnp.where(dones, 0.0, 1.0)} ~
    not_done = 1.0 - dones.astype(rewards.dtype)
    discounts = gamma * not_done}
"""
_ADVANTAGES = {
    "gae": (
        _BODIES["gae"],
        ("compute_gae", "generalized_advantage", "gae_advantages"), "Computes generalized advantage estimates",
    ),
    "td": (
        _BODIES["td"],
        ("td_advantages", "td_errors", "one_step_advantages"), "Computes temporal-difference errors",
    ),
    "monte_carlo": (
        _BODIES["monte_carlo"].replace(", returns + 0.0 * values", ""),
        ("monte_carlo_advantages", "discounted_advantages"), "Computes discounted returns minus a baseline",
    ),
    "lambda_returns": (
        _BODIES["lambda_returns"],
        ("lambda_return_advantages", "td_lambda_advantages"), "Computes advantages from lambda returns",
    ),
    "v_trace": (
        _BODIES["v_trace"],
        ("v_trace", "vtrace_advantages", "off_policy_advantages"),
        "Computes advantages with clipped importance weights",
    ),
    "grouped": (
        _BODIES["grouped"],
        ("group_advantages", "grpo_advantages", "group_relative_advantages"), "Computes group-relative rewards",
    ),
}  # fmt: skip
FAMILIES = {"projections": _PROJECT, "compression": _COMPRESS}


def _draw_update(stream: Stream, target: str) -> KernelSpec:
    """Draw an operation on a tree, chosen by name."""
    sizes = stream.child("sizes")
    a, b = sizes.choice((16, 32, 64)), sizes.choice((16, 32, 64))
    trees: tuple[Tree, ...] = (
        {"w1": weights(a, b), "b1": weights(b), "w2": weights(b, a)},
        [weights(a, b), weights(b, a)],
        {"encoder": {"kernel": weights(a, b), "bias": weights(b)}, "decoder": {"kernel": weights(b, a)}},
        {"kernel": weights(a, b), "bias": weights(b)},
    )  # fmt: skip
    tree = sizes.choice(trees)
    given = {
        "params": Array(changed(tree, -1, 1), "parameters", ("params", "weights")),
        "grads": Array(changed(tree, -2, 2), "gradients of the parameters", ("grads", "gradients")),
        "step": Option("float", "step size", ("0.1", "0.01"), ("learning_rate", "lr", "step_size")),
        "bound": Option("float", "radius of the allowed set", ("0.5", "1.0"), ("radius", "bound", "max_value")),
        "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps", "epsilon")),
        "threshold": Constant("0.7", "smallest magnitude relative to the mean", ("threshold",), (0.5, 1.0)),
        "share": Option("float", "fraction of the elements to keep", ("0.1", "0.25"), ("fraction", "density")),
        "rng": Array(key(), "random key", ("key", "rng")),
        "scale_back": Option("bool", "whether to restore the norm", ("False", "True"), ("rescale", "keep_norm")),
    }  # fmt: skip
    return draw_by_name(stream, ("optimizers", "update_by_name", target), FAMILIES[target], given, changed(tree, -1, 1))


def _put(text: str, mark: str, lines: str) -> str:
    """Return a text with lines in place of a mark that is alone on a line."""
    return re.sub(rf"(?m)^( *){mark}$", lambda found: indent(dedent(lines).strip("\n"), found[1]), text)


def _choices(p: Program) -> Text:
    rows, choices = p.size(8, 16, 32), p.size(16, 64, 128)
    way = p.pick(*_CHOICES)
    lines, titles, summary = _CHOICES[way]
    lines = choose_and_escape(p, _put(lines, "MASKED", _MASKED))
    if way == "boltzmann":  # its log probabilities are returned
        lines = lines.replace("-jnp.inf", "-1e9")
    k = p.choices.choice((4, 8))
    one, several = Leaf((rows,), dtype="int32"), Leaf((rows, k), dtype="int32")
    results: tuple[Tree, ...] = {
        "annealed": (one, Leaf(())), "boltzmann": (one, Leaf((rows,))),
        "gumbel": (several, Leaf((rows, k))) if "return choices, " in lines else (several,),
    }.get(way, (one,))  # fmt: skip
    policy = way in ("boltzmann", "top_k", "gumbel")
    return Text(
        lines=lines,
        given={
            "scores": Array(Leaf((rows, choices), -3, 3), "scores of shape (batch, actions)",
                            ("logits", "scores") if policy else ("q_values", "values") if way != "ucb" else
                            ("q_values",)),
            "allowed": Array(truth(rows, choices), "valid actions", ("action_mask", "mask", "valid")),
            "visits": Array(Leaf((rows, choices), 1, 50), "visit count of each action", ("visits", "counts")),
            "prior_logits": Array(Leaf((rows, choices), -2, 2), "logits of the policy", ("prior_logits",)),
            "rng": Array(key(), "random key", ("key", "rng")),
            "count": Array(Leaf((), 0, 100, "int32"), "step count", ("step_count", "t")),
            "start": Option("float", "initial probability of a random action", ("1.0", "0.9"), ("eps_start",)),
            "end": Option("float", "final probability of a random action", ("0.05", "0.1"), ("eps_end",)),
            "decay_steps": Option("int", "number of steps of the decay", ("100", "200"), ("decay_steps",)),
            "temperature": Option("float", "temperature", ("1.0", "0.7", "0.5"), ("temperature", "temp")),
            "share": Option("float", "probability of a random action", ("0.1", "0.3"), ("epsilon", "eps")),
            "coef": Option("float", "weight of the bonus", ("1.0", "2.0"), ("c", "exploration_coef")),
            "k": Option("int", "number of actions to consider", (str(k),), ("k", "top_k")),
            "deterministic": Option("bool", "whether to take the best action", ("False",), ("deterministic", "greedy")),
        },
        result=results,
        titles=titles,
        summary=summary,
        returned="the chosen actions" if len(results) == 1 else "",
    )  # fmt: skip


def _advantages(p: Program) -> Text:
    length, batch = p.size(16, 32), p.size(8, 16)
    way = p.pick(*_ADVANTAGES)
    lines, titles, summary = _ADVANTAGES[way]
    standard = _STANDARD.replace("ADV", "advantages")
    checked = """
        {?0.2 if rewards.shape != values.shape:
            raise ValueError(f'rewards of shape <<rewards.shape>>, but values of shape <<values.shape>>')}
    """
    lines = _put(_put(lines, "NEXT", _NEXT), "STANDARD", standard)
    lines = choose_and_escape(p, join("" if way == "grouped" else checked, lines))
    shape = (length, batch)
    pair = lines.rstrip().split("return ")[-1].count(",") == 1 and way != "grouped"
    both = pair and not lines.rstrip().endswith("keepdims=True)")
    rewards = "(groups, samples)" if way == "grouped" else "(time, batch)"
    return Text(
        lines=lines,
        given={
            "rewards": Array(Leaf(shape), f"rewards of shape {rewards}",
                             ("rewards",) if way == "grouped" else ("rewards", "r_t")),
            "values": Array(Leaf(shape, -2, 2), "estimated values", ("values", "v_t")),
            "last_value": Array(Leaf(shape[1:], -2, 2), "value after the last step", ("last_value", "bootstrap_value")),
            "dones": Array(truth(*shape), "mask of steps that end an episode", ("dones", "terminals")),
            "log_rhos": Array(Leaf(shape), "logarithms of the importance weights", ("log_rhos", "log_ratios")),
            "mask": Array(truth(*shape), "mask of valid steps", ("mask", "valid")),
            "gamma": Option("float", "discount factor", ("0.99", "0.95"), ("gamma", "discount_factor")),
            "lam": Option("float", "decay factor of the advantage estimates", ("0.95", "0.9"),
                          ("gae_lambda", "lam") if way == "gae" else
                          ("lam", "lambda_")),
            "rho_bar": Option("float", "largest importance weight", ("1.0", "1.5"), ("rho_bar", "clip_rho")),
            "standardize": Option("bool", "whether to standardize the advantages", ("True", "False"), ("normalize",)),
            "scale_by_std": Option("bool", "whether to divide by the standard deviation", ("True", "False"),
                                   ("scale_by_std",)),
            "eps": Constant("1e-8", "small constant that avoids division by zero", ("eps",)),
        },
        result=(Leaf(shape), Leaf(shape)) if both else (Leaf(shape),),
        titles=titles,
        summary=summary,
        returned="advantages, and targets of the critic" if both else "advantages of the same shape",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "choices_of_scores": _choices, "advantage_estimates": _advantages,
}  # fmt: skip
RECIPES = (
    Recipe(name="update_by_name", category="optimizers", targets=tuple(FAMILIES), draw=_draw_update),
    written_recipe("batch_by_name", "pipelines", _WRITERS),
)
