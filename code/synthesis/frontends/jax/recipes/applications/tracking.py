"""Robots and particles: sampled plans, tracked objects, walls; and vectors that should match."""

import re
from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, chain
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, truth, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "tracking", margin=4)

_MOTIONS = {
    "point": (4, 2, _BODIES["point"]),
    "car": (4, 2, _BODIES["car"]),
    "unicycle": (3, 2, _BODIES["unicycle"]),
}  # fmt: skip
"""The size of each robot's state, the number of its controls, and its motion."""


def _planned(p: Program) -> Text:
    """Draw a function that computes the next command of a robot from sampled plans."""
    size, controls, motion = _MOTIONS[p.pick(*_MOTIONS)]
    horizon, samples = p.choices.choice((5, 6, 8)), p.choices.choice((16, 24, 32))
    lines = p.choose(_BODIES["planned"])
    plan, command = Leaf((horizon, controls), -0.5, 0.5), Leaf((controls,))
    told = p.choices.chance(0.5)
    result: tuple[Tree, ...] = (command, Leaf((horizon, controls)))
    if "'best_cost'" in lines:
        result = (*result, {"best_cost": Leaf(()), "mean_cost": Leaf(())})
    elif "not with_costs" in lines and told:
        result = (*result, Leaf((samples,)))
    known = [each for each in ("softmax", "elites", "best") if f"method == '{each}'" in lines]
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "state": Array(Leaf((size,)), "state of the robot", ("state", "x0")),
            "plan": Array(plan, "previous plan", ("plan", "nominal", "mean_actions")),
            "goal": Array(Leaf((2,), 1, 2), "goal position", ("goal", "target")),
            "key": Array(key(), "random key", ("key", "rng")),
            "obstacles": Array(Leaf((3, 3), 0.2, 0.8), "centre and radius of each obstacle", ("obstacles",), 0.4),
            "num_samples": Option("int", "number of sampled plans", (str(samples),), ("num_samples", "num_candidates")),
            "sigma": Option("float", "standard deviation of the sampled commands", ("0.3", "0.5", "0.2"),
                            ("sigma", "noise_std")),
            "smoothing": Option("float", "smoothing factor of the noise over time", ("0.5", "0.8", "0.0"),
                                ("smoothing", "beta")),
            "keep_plan": Option("bool", "whether to keep the previous plan as a candidate", ("True", "False"),
                                ("keep_plan", "keep_mean")),
            "limits": Option("tuple[float, float] | None", "smallest and largest command", ("None", "(-1.0, 1.0)"),
                             ("limits", "action_limits")),
            "dt": Option("float", "time step", ("0.1", "0.05", "0.2"), ("dt",)),
            "effort": Option("float", "weight of the control cost", ("0.1", "0.01"), ("effort", "control_cost")),
            "discount": Option("float", "discount factor", ("0.99", "0.95"), ("discount", "gamma")),
            "final_weight": Option("float", "weight of the final distance", ("10.0", "5.0"),
                                   ("final_weight", "terminal_weight")),
            "temperature": Option("float", "temperature of the weights", ("1.0", "0.5", "0.1"), ("temperature", "lam")),
            "method": Option("str", f"one of {', '.join(known)}", tuple(f"'{each}'" for each in known) or ("''",),
                             ("method", "update")),
            "num_elites": Option("int", "number of best plans to average", ("4", "6"), ("num_elites", "num_best")),
            "inertia": Option("float", "weight of the previous plan", ("0.1", "0.2"), ("inertia", "momentum")),
            "with_costs": Option("bool", "whether to return the costs", ("False",), ("with_costs", "return_costs"),
                                 str(told)),
        },
        result=result,
        helpers=(motion, _BODIES["cost"]),
        titles=("plan_step", "sample_and_plan", "mpc_step", "improve_plan"),
        summary=p.pick("Computes the next command by sampling-based planning", "Plans by sampling commands"),
        returned="the next command and the shifted plan",
    )  # fmt: skip


_UPDATES = (
    """
        {?0.4 # {sequential updates need no inverse}}
        for i in range(observation.shape[0]):
            row = observation[i]
            {spread = row @ cov @ row + noise[i]
            gain = cov @ row / spread ~ seen = cov @ row
            spread = jnp.vdot(row, seen) + noise[i]
            gain = seen / spread}
            error = z[i] - row @ mean
            {?0.5 if i in angles:
                error = wrap_angle(error)}
            if present is not None:
                gain = jnp.where(present[i], gain, 0.0)
            {?0.5 if gate is not None:
                {?0.5 # {what is far off is no measurement of this}}
                gain = jnp.where(error ** 2 < gate * spread, gain, 0.0)}
            mean = mean + gain * error
            cov = cov - jnp.outer(gain, row @ cov)
    """,
    """
        {error = z - observation @ mean
        {?0.5 if angles:
            error = jnp.stack([wrap_angle(e) if i in angles else e for i, e in enumerate(error)])}
        spread = observation @ cov @ observation.T + jnp.diag(noise) ~
        spread = observation @ cov @ observation.T + jnp.diag(noise)
        error = z - observation @ mean}
        {gain = jnp.linalg.solve(spread, observation @ cov).T ~ crossed = cov @ observation.T
        gain = jnp.linalg.solve(spread, crossed.T).T}
        if present is not None:
            {?0.5 # {what was not seen changes nothing}}
            gain = jnp.where(present, gain, 0.0)
        {?0.5 if gate is not None:
            distance = error @ jnp.linalg.solve(spread, error)
            gain = jnp.where(distance < gate, gain, 0.0)}
        mean = mean + gain @ error
        kept = jnp.eye(mean.shape[0]) - gain @ observation
        {?0.5 # {a covariance whatever the gain is}}
        cov = kept @ cov @ kept.T + {gain @ jnp.diag(noise) @ gain.T ~ (gain * noise) @ gain.T}
    """,
)


def _tracked(p: Program) -> Text:
    """Draw one step of filters that track objects."""
    size, seen, rows = p.choices.choice((4, 4, 6)), p.choices.choice((2, 3)), p.size(4, 8)
    text = _BODIES["tracked"].replace("        WAY", p.choices.choice(_UPDATES).strip("\n"))
    text = text.replace("RETURN\n", "return mean, jnp.linalg.cholesky(cov)\n")
    lines = p.choose(text)
    many = p.choices.chance(0.9)
    head: tuple[int, ...] = (rows,) if many else ()
    mean, cov = Leaf((*head, size), -2, 2), Leaf((*head, size, size))
    by_name = "return {'mean': mean, 'factor': factor}" in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "state": Array({"mean": mean, "factor": cov}, "means, and square roots of the covariances",
                           ("state", "tracks", "belief")),
            "measured": Array(Leaf((*head, seen), -2, 2), "measurements", ("measured", "z", "measurements")),
            "transition": Array(Leaf((size, size), -0.5, 0.5), "transition matrix", ("transition", "F")),
            "observation": Array(Leaf((seen, size)), "observation matrix", ("observation", "H")),
            "process_noise": Array(Leaf((size,), 0.01, 0.1), "process noise", ("process_noise", "q_diag")),
            "noise": Array(Leaf((seen,), 0.2, 0.5), "measurement noise", ("noise", "r_diag")),
            "control": Array(Leaf((size,)), "control input", ("control", "drift"), 0.4),
            "present": Array(truth(*head, seen), "mask of available measurements", ("present", "valid"), 0.4),
            "fading": Option("float", "fading factor", ("1.0", "1.01", "1.05"),
                             ("fading", "forgetting")),
            "angles": Option("tuple[int, ...]", "indices of measurements that are angles", ("()", "(0,)", "(1,)"),
                             ("angles",)),
            "gate": Option("float | None", "largest squared Mahalanobis distance of a measurement",
                           ("None", "9.0", "6.0"), ("gate",)),
        },
        result=({"mean": mean, "factor": cov},) if by_name else (Leaf(mean.shape), cov),
        titles=("track_step", "kalman_step", "filter_update", "update_tracks"),
        summary=p.pick("Performs one Kalman filter step for each tracked object",
                       "Predicts and corrects tracked states"),
        returned="means, and square roots of the covariances",
    )  # fmt: skip


_WALLS = {
    "periodic": """
        {?0.4 # {what leaves comes in again}}
        {x = jnp.mod(x, length) ~ x = x - length * jnp.floor(x / length)}
    """,
    "reflect": _BODIES["reflect"],
    "stick": """
        stuck = (x <= 0.0) | (x >= length)
        x = jnp.clip(x, 0.0, length)
        v = {jnp.where(stuck, 0.0, v) ~ v * jnp.logical_not(stuck)}
    """,
    "open": """
        {?0.4 # {gone for good}}
        inside = inside & (x >= 0.0) & (x <= length)
    """,
}


def _decide_walls(p: Program, known: list[str]) -> str:
    """Return statements that distinguish kinds of walls."""
    cases = [(f"kind == '{name}'", p.choose(_WALLS[name]).strip("\n")) for name in known]
    if p.choices.chance(0.4):
        check = block(f"if kind not in ({', '.join(repr(name) for name in known)}):",
                      "raise ValueError(f'unknown kind of wall {kind}')")  # fmt: skip
        decided = f"{check}\n{chain(*cases[:-1], otherwise=cases[-1][1])}"
    else:
        decided = chain(*cases, otherwise="raise ValueError(f'unknown kind of wall {kind}')")
    return decided


def _enclosed(p: Program) -> Text:
    """Draw a function that keeps particles in a box, during or after a step."""
    count, dims = p.size(32, 48, 64), p.choices.choice((2, 3))
    # periodic and open walls are only included together with walls that stop or reflect
    solid = p.pick("reflect", "reflect", "stick")
    others = p.choices.shuffled([name for name in _WALLS if name != solid])[: p.choices.integer(1, 2)]
    known = p.choices.shuffled([solid, *others])
    asked = p.choices.shuffled([solid, *(p.choices.choice(known) for _ in range(dims - 1))])
    decided = _decide_walls(p, known)
    moves = p.choices.chance(0.6)
    lines = p.choose(_BODIES["enclosed"])
    if "periodic" in known or not ("reflect" in known or moves):
        # a sphere would act across the ends of a periodic box, and a constant speed would be lost at every wall
        lines = re.sub(r"(?m)^for centre, radius in obstacles:\n(?: +.*\n)+", "", lines)
    lines = placed(placed(lines, "CASES", decided), "MOVED", p.choose(_BODIES["moved"]).strip("\n") if moves else "")
    names = ("new_x", "new_v") if "new_x, new_v" in lines else ("columns", "rates")
    lines = lines.replace("XS", names[0]).replace("VS", names[1])
    place = Leaf((count, dims))
    ends: list[tuple[str, tuple[Tree, ...]]] = [("return positions, velocities", (place, place))]
    if "open" in known:
        alive = Leaf((count,), dtype="bool")
        ends = [
            ("return positions, velocities, inside", (place, place, alive)),
            ("return positions, jnp.where(inside[:, None], velocities, 0.0), inside", (place, place, alive)),
        ]
    else:
        lines = "\n".join(line for line in lines.split("\n") if not line.startswith("inside = "))
    end, result = p.choices.choice(ends)
    lines = placed(lines, "RETURNED", end)
    words = ", ".join(repr(name) for name in asked)
    spheres = "((1.0, 1.0), 0.3)" if dims == 2 else "((1.0, 1.0, 1.0), 0.3)"
    more = "((0.4, 1.5), 0.2)" if dims == 2 else "((0.4, 1.5, 1.0), 0.2)"
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "positions": Array(Leaf((count, dims), *((0, 2) if moves else (-0.2, 2.2))), "positions of the particles",
                               ("positions", "pos")),
            "velocities": Array(Leaf((count, dims), -2, 2), "velocities of the particles", ("velocities", "vel")),
            "size": Array(Leaf((dims,), 1.8, 2), "side lengths of the box", ("box", "size", "box_size")),
            "gravity": Array(Leaf((dims,)), "acceleration of gravity", ("gravity",), 0.4),
            "walls": Option("tuple[str, ...]", "boundary condition of each axis", (f"({words})",),
                            ("walls", "boundary", "boundary_kinds")),
            "obstacles": Option("tuple[tuple[tuple[float, ...], float], ...]",
                                "centre and radius of spherical obstacles",
                                (f"({spheres},)", f"({spheres}, {more})", "()"), ("obstacles", "spheres")),
            "restitution": Option("float", "coefficient of restitution", ("1.0", "0.8", "0.5"),
                                  ("restitution", "bounce")),
            "max_speed": Option("float | None", "largest speed", ("None", "1.5", "3.0"), ("max_speed",)),
            "drag": Option("float", "drag coefficient", ("0.0", "0.1", "0.5"), ("drag", "damping")),
            "dt": Option("float", "time step", ("0.01", "0.05", "0.1"), ("dt",)),
        },
        result=result,
        titles=("move_in_box", "advance_particles", "drift_in_box") if moves else (
            "apply_boundaries", "enforce_walls", "boundary_conditions"),
        summary=p.pick("Advances particles in a box with different walls",
                       "Advances particles and applies wall boundary conditions")
        if moves else "Applies the boundary conditions of a box to particles",
        returned="positions and velocities" + (", and a mask of particles in the box" if len(result) > 2 else ""),
    )  # fmt: skip


_MATCHED = """
    {?0.5 {if queries.shape != documents.shape:
        raise ValueError('every query needs its document') ~ if kind not in ('softmax', 'sigmoid'):
        raise ValueError(f'unknown loss <<kind>>')}}
    {queries, documents = unit(queries), unit(documents) ~
    queries, documents = (unit(x) for x in (queries, documents)) ~
    if normalize:
        queries, documents = unit(queries), unit(documents)}
    {n, dim = queries.shape ~ n = queries.shape[0]}
    {scale = {jnp.exp(log_scale) ~ jnp.exp(jnp.minimum(log_scale, math.log(100.0))) ~
        jnp.minimum(jnp.exp(log_scale), 100.0)}
    scores = scale * queries @ documents.T ~
    scores = queries @ documents.T / temperature ~ scores = jnp.einsum('id,jd->ij', queries, documents) / temperature}
    {?0.3 if margin > 0.0:
        {?0.5 # {better by some distance}}
        scores = scores - margin * jnp.eye(n)}
    {{?0.5 if groups is not None:
        {?0.5 # {others of one kind are not mistakes}}
        same = groups[:, None] == groups[None, :]
        {scores = jnp.where(same & (jnp.eye(n) == 0), -1e9, scores) ~
        other = jnp.logical_and(same, jnp.logical_not(jnp.eye(n, dtype=bool)))
        scores = jnp.where(other, -1e9, scores)}} ~
    {?0.4 if ceiling is not None:
        {?0.5 # {what is more alike than the match is likely no mistake}}
        too_close = scores > jnp.diagonal(scores)[:, None] + ceiling
        scores = jnp.where(too_close, -1e9, scores)}}
    {?0.5 columns = scores.T}
    {wide = scores
    if negatives is not None:
        {?0.5 # {deceptive documents}}
        {hard = queries @ unit(negatives).T
        wide = jnp.concatenate([scores, SCALED], axis=1) ~
        hard = jnp.einsum('id,jd->ij', queries, unit(negatives))
        wide = jnp.concatenate([scores, SCALED], axis=1)}
    losses = row_losses(wide, kind, smoothing) ~
    if negatives is None:
        losses = row_losses(scores, kind, smoothing)
    else:
        {?0.5 # {deceptive documents}}
        hard = queries @ unit(negatives).T
        losses = row_losses(jnp.concatenate([scores, SCALED], axis=1), kind, smoothing) ~
    losses = row_losses(scores, kind, smoothing)}
    {if symmetric:
        losses = 0.5 * (losses + row_losses(scores.T, kind, smoothing)) ~
    losses = 0.5 * (losses + row_losses(scores.T, kind, smoothing)) if symmetric else losses ~
    if symmetric:
        {?0.4 # {documents also retrieve queries}}
        backwards = row_losses(scores.T, kind, smoothing)
        losses = {(1.0 - share) * losses + share * backwards ~ 0.5 * (losses + backwards)}}
    {loss = jnp.mean(losses) if weights is None else jnp.sum(weights * losses) / jnp.maximum(jnp.sum(weights), 1e-8) ~
    if weights is None:
        loss = jnp.mean(losses)
    else:
        loss = {jnp.sum(weights * losses) / jnp.sum(weights) ~ jnp.average(losses, weights=weights)} ~
    loss = jnp.mean(losses)}
    {if not with_metrics:
        return loss
    {?0.4 # {retrieval accuracy}}
    found = jnp.argmax(scores, axis=1) == jnp.arange(n)
    return loss, <<'accuracy': jnp.mean(found.astype(losses.dtype))>> ~
    metrics = <<'loss': loss>>
    for k in top_k:
        better = jnp.sum(scores > jnp.diagonal(scores)[:, None], axis=1)
        metrics[f'recall_at_<<k>>'] = jnp.mean((better < k).astype(losses.dtype))
    return loss, metrics ~
    if reduce:
        return loss
    return losses}
"""


def _matched(p: Program) -> Text:
    """Draw a loss of queries that should find their documents, with optional metrics."""
    n, dim, many = p.size(8, 16), p.size(16, 32), p.size(12, 24)
    text = _MATCHED.replace("    {?0.5 columns = scores.T}\n", "")
    lines = p.choose(text)
    lines = lines.replace("SCALED", "scale * hard" if "log_scale" in lines else "hard / temperature")
    told, whole_loss = p.choices.chance(0.6), p.choices.chance(0.6)
    tops = p.pick("(1, 5)", "(1, 3)", "(1,)")
    result: tuple[Tree, ...] = (Leaf(()),)
    if "not with_metrics" in lines and told:
        result = (Leaf(()), {"accuracy": Leaf(())})
    elif "in top_k" in lines:
        ranks = tops.strip("(),").split(", ")
        result = (Leaf(()), dict.fromkeys(["loss", *(f"recall_at_{k}" for k in ranks)], Leaf(())))
    elif "if reduce" in lines and not whole_loss:
        result = (Leaf((n,)),)
    per_row = len(result) == 1 and result[0] != Leaf(())
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "queries": Array(Leaf((n, dim), -2, 2), "query vectors", ("queries", "query_emb", "anchors")),
            "documents": Array(Leaf((n, dim), -2, 2), "vectors of the matching documents",
                               ("documents", "doc_emb", "positives")),
            "negatives": Array(Leaf((many, dim), -2, 2), "vectors of negative documents",
                               ("negatives", "hard_negatives"), 0.4),
            "log_scale": Array(Leaf((), 1, 3), "logarithm of the score scale", ("log_scale", "logit_scale")),
            "groups": Array(Leaf((n,), 0, n // 2, "int32"), "group of each pair", ("groups", "group_ids"), 0.4),
            "weights": Array(Leaf((n,), 0.1, 1), "weight of each pair", ("weights", "pair_weights"),
                             1.0 if per_row else 0.4),
            "temperature": Option("float", "temperature of the scores", ("0.07", "0.1", "0.05"),
                                  ("temperature", "tau")),
            "normalize": Option("bool", "whether to normalize the vectors", ("True", "False"), ("normalize",), "True"),
            "margin": Option("float", "margin of the matching score", ("0.0", "0.2", "0.1"), ("margin",)),
            "ceiling": Option("float | None", "similarity above the match at which a pair is ignored",
                              ("None", "0.1", "0.5"),
                              ("ceiling", "false_negative_margin")),
            "kind": Option("str", "loss: softmax or sigmoid", ("'softmax'", "'sigmoid'"), ("kind", "loss_type")),
            "smoothing": Option("float", "label smoothing", ("0.0", "0.1"), ("label_smoothing", "smoothing")),
            "symmetric": Option("bool", "whether to score documents against queries as well", ("True", "False"),
                                ("symmetric", "bidirectional")),
            "share": Option("float", "weight of the loss of documents against queries", ("0.5", "0.3"),
                            ("backward_weight", "share")),
            "with_metrics": Option("bool", "whether to return metrics as well", ("False",),
                                   ("with_metrics", "return_metrics"),
                                   str(told)),
            "top_k": Option("tuple[int, ...]", "number of top results that count", (tops,), ("top_k", "ks")),
            "reduce": Option("bool", "whether to average the losses", ("True",), ("reduce",), str(whole_loss)),
        },
        result=result,
        helpers=(_BODIES["unit"], _BODIES["rows"]),
        titles=("retrieval_loss", "contrastive_loss", "in_batch_loss"),
        summary=p.pick("Computes the contrastive retrieval loss of queries and documents",
                       "Computes a contrastive loss of pairs with options"),
        returned="the loss" + (", and the metrics" if len(result) > 1 else ""),
    )  # fmt: skip


PLANS: dict[str, Callable[[Program], Text]] = {"sampled_plan": _planned}
FILTERS: dict[str, Callable[[Program], Text]] = {"tracked_objects": _tracked}
WALLS: dict[str, Callable[[Program], Text]] = {"box_walls": _enclosed}
PAIRS: dict[str, Callable[[Program], Text]] = {"retrieval": _matched}
"""Maps each target to the function that draws it."""
