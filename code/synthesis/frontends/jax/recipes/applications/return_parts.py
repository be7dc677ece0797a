"""Value targets computed from rewards by one of several estimators, chosen by name."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import truth, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "return_parts", margin=4)

BACKWARDS = _BODIES["backwards"]
_TARGETS = _BODIES["targets"]


def write_targets(p: Program) -> Text:
    """Draw a function that computes advantages and value targets by a named estimator."""
    length, count = p.size(16, 32), p.size(8, 16, 32)
    whole = Leaf((length, count))
    lines = p.choose(_TARGETS)
    known = [each for each in ("gae", "n_step", "td", "monte_carlo", "lambda", "vtrace", "retrace")
             if f"'{each}'" in lines]  # fmt: skip
    cut, some = p.choices.chance(0.5), p.choices.chance(0.5)
    normalized = p.choices.chance(0.5)
    last = lines.rstrip().split("\n")[-1]
    result: tuple[Tree, ...] = (whole, whole)
    if "'advantages'" in last:
        result = ({"advantages": whole, "targets": whole},)
    elif "'value_error'" in last:
        result = (whole, whole, {"value_error": Leaf(()), "mean_target": Leaf(())})
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "rewards": Array(whole, "rewards of shape (time, batch)", ("rewards", "r_t")),
            "values": Array(Leaf((length, count), -2, 2), "estimated values of shape (time, batch)", ("values", "v_t")),
            "last_value": Array(Leaf((count,), -2, 2), "value after the last step", ("last_value", "bootstrap_value")),
            "dones": Array(truth(length, count), "mask of steps that end an episode", ("dones", "terminals")),
            "truncated": Array(truth(length, count), "mask of steps that end by truncation",
                               ("truncated", "timeouts"), float(cut)),
            "log_p": Array(Leaf((length, count), -2, 0), "log probabilities of the actions under the current policy",
                           ("log_probs", "target_log_probs")),
            "old_log_p": Array(Leaf((length, count), -2, 0), "log probabilities of the actions under the old policy",
                               ("old_log_probs", "behavior_log_probs")),
            "valid_steps": Array(Leaf((length, count), 0, 1), "mask of valid steps", ("mask", "valid"),
                                 float(some or not normalized)),
            "estimator": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known)}'",),
                                ("estimator", "method")),
            "gamma": Option("float", "discount factor", ("0.99", "0.95"), ("gamma", "discount")),
            "lam": Option("float", "decay factor of the advantage estimates", ("0.95", "0.9"), ("lam", "gae_lambda")),
            "rho_max": Option("float", "largest ratio", ("1.0", "2.0"), ("rho_max", "rho_bar")),
            "num_steps": Option("int", "number of steps before bootstrapping", ("3", "2", "5"),
                                ("n_step", "num_steps")),
            "reward_scale": Option("float", "scale of the rewards", ("0.1", "1.0", "5.0"), ("reward_scale",)),
            "reward_clip": Option("float | None", "largest absolute reward", ("None", "0.5", "0.8"), ("reward_clip",)),
            "normalize": Option("bool", "whether to normalize advantages", ("True",),
                                ("normalize", "normalize_advantages"), str(normalized)),
        },
        result=result,
        titles=("value_targets", "compute_targets", "estimate_advantages", "advantages_and_targets"),
        summary=p.pick("Computes advantages and value targets by a selectable estimator",
                       "Computes value targets from rewards"),
        returned="advantages and targets",
        helpers=(BACKWARDS,),
    )  # fmt: skip


WRITERS = {"value_targets": write_targets}
