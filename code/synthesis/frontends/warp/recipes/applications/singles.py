"""What one thread does between launches: counters are cleared, sums finished, steps chosen, offsets summed up."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_TEXTS = {
    "reset_counters": """
        {?0.5 if {keep[0] == 1 ~ keep_counts ~ iteration[0] < least_iterations ~ keep_counts or keep[0] == 1}:
            {return ~ num_items[0] = wp.min(num_items[0], capacity)
            return ~ done[0] = 0
            return}}
        {* num_items[0] = 0 ~ done[0] = 0 ~ total[0] = 0.0 ~ step_out[0] = {1.0 ~ first_step} ~ best_id[0] = -1
        ~
            for k in range({num_blocks ~ offsets.shape[0]}):
                offsets[k] = {0 ~ -1 ~ k * capacity ~ 0}
        ~
            for k in range({num_blocks ~ smooth.shape[0]}):
                {smooth[k] = 0.0 ~ smooth[k] *= decay ~ if valid[k] == 0:
                    smooth[k] = 0.0}
        }
        iteration[0] {= 0 ~ += 1 ~ = iteration[0] + 1}
    """,
    "finish_sum": """
        acc = float(0.0)
        num = int(0)
        for k in range({num_blocks ~ partial.shape[0] ~ wp.min(counts[0] + 2, num_blocks)}):
            {?0.5 if {valid[k] == 0 ~ counts[k] == 0 ~ valid[k] != 1 and counts[k] < 2}:
                continue}
            {acc += partial[k]{ * weight_of[k] ~} ~ acc += partial[k] * partial[k] ~ acc += weight_of[k] * partial[k]}
            num += {1 ~ counts[k]}
        {?0.5 if {acc > top ~ acc >= top and not keep_counts}:
            {?0.4 wp.printf("sum %f above the limit\\n", acc)}
            {acc = top ~ acc = top
            num_items[0] += 1 ~ acc = 0.5 * (acc + top)}}
        {total[0] = acc{ * first_step ~} ~ total[0] += acc ~ total[0] = decay * total[0] + acc}
        {?0.6 if num > 0:
            mean[0] = {acc / float(num) ~ wp.sqrt(acc / float(num))}
        else:
            mean[0] = {0.0 ~ -1.0}}
    """,
    "choose_step": """
        low = LOWEST
        best = int({-1 ~ 0})
        for k in range({num_blocks ~ costs.shape[0] ~ num_trials}):
            {?0.5 if {valid[k] == 0 ~ steps_of[k] < least_step}:
                {continue ~ continue ~ break}}
            {cost = costs[k]{ + slope * steps_of[k] ~ - partial[k] * decay ~}}
            if LOWER:
                low = cost
                best = k
        {if low > accept{ or best < 0 ~}:
            step_out[0] = {0.0 ~ fallback}
            {done[0] = 1
            return ~ return}
        step_out[0] = steps_of[best] ~
        if {low < accept ~ best >= 0 and low < accept}:
            step_out[0] = steps_of[best]{ * decay ~}
        else:
            step_out[0] = {0.0 ~ least_step}}
        {* best_id[0] = best ~ mean[0] = costs[wp.max(best, 0)] ~
            done[0] = wp.where(low < 2.0 * accept, 1, {0 ~ 2})
        }
    """,
    "sum_offsets": """
        start = {int(0) ~ first_id[0] ~ int(first_id[0])}
        for k in range({num_blocks ~ counts.shape[0] ~ offsets.shape[0]}):
            {?0.4 if valid[k] == 0:
                {offsets[k] = -1
                continue ~ offsets[k] = start
                continue}}
            offsets[k] = start
            {start += counts[k] ~ start = start + wp.min(counts[k], block_size) ~
            num = (counts[k] + {1 ~ block_size - 1}) // {2 ~ block_size}
            start += num * {2 ~ block_size}}
        {?0.7 if start > capacity:
            {?0.4 wp.printf("capacity exceeded: %d of %d\\n", start, capacity)}
            {start = capacity ~ done[0] = 1
            start = capacity ~ done[0] = 2}
        {else:
            done[0] = 0 ~}}
        num_items[0] = {start ~ start ~ start - first_id[0]}
    """,
    "check_residual": """
        {# one thread decides for all
        ~}
        {now = wp.sqrt(rz_new[0]) ~ now = rz_new[0] ~ now = wp.sqrt(rz_new[0] / rz_old[0])}
        {iteration[0] = iteration[0] + 1 ~ iteration[0] += 1}
        {if now < {tol ~ tol * norm_b[0] ~ wp.max(tol, norm_b[0] * 0.5)}:
            done[0] = 1
        elif iteration[0] >= most_iterations:
            {?0.4 wp.printf("no convergence after %d iterations\\n", iteration[0])}
            done[0] = {2 ~ -1}
        {else:
            done[0] = 0 ~} ~
        done[0] = {0 ~ wp.where(keep_counts, done[0], 0)}
        if now < {tol ~ tol * norm_b[0]} or iteration[0] {> ~ >=} most_iterations:
            done[0] = 1}
        {if rz_old[0] > {0.5 ~ tol}:
            beta[0] = rz_new[0] / rz_old[0]
        else:
            beta[0] = {0.0 ~ 1.0 ~ fallback} ~
        beta[0] = rz_new[0] / wp.max(rz_old[0], {TINY ~ tol})
        {?0.4 if keep_counts:
            beta[0] = wp.min(beta[0], 1.0)}}
        {mean[0] = now ~ total[0] += now ~}
    """,
    "adapt_step": """
        {dt = dt_now[0] ~ dt = float(dt_now[0])}
        {ratio = error[0] / tol ~ ratio = wp.sqrt(error[0] / limit) ~ ratio = wp.max(error[0], error_other[0]) / tol}
        {if ratio > {1.0 ~ 1.5}:
            {dt = dt * wp.max({0.2 ~ decay}, 0.9 / ratio) ~ dt *= 0.5 ~ dt = wp.max(0.5 * dt, least_step)}
            {done[0] = 0 ~ num_items[0] += 1}
        else:
            {time_now[0] += dt ~ time_now[0] = time_now[0] + dt}
            {dt = wp.min(dt * {1.5 ~ 2.0}, most_step) ~ if ratio < 0.5:
                dt = dt * 1.5}
            done[0] = 1 ~
        done[0] = 0
        if ratio <= 1.0{ or dt <= least_step ~}:
            done[0] = 1
            time_now[0] += dt
        dt = dt * wp.clamp(0.9 / ratio, {0.2 ~ decay}, 2.0)}
        {?0.4 if {time_now[0] + dt > end_time ~ keep_counts and dt > most_step}:
            dt = {0.5 * most_step ~ most_step ~ 0.5 * dt}}
        dt_now[0] = {dt ~ wp.max(dt, least_step) ~ dt}
    """,
    "fit_grid": """
        lo = {lower[0] ~ wp.min(lower[0], upper[0])}
        hi = {upper[0] ~ wp.max(lower[0], upper[0])}
        {?0.4 for k in range({num_blocks ~ corners.shape[0]}):
            {lo = wp.min(lo, corners[k])
            hi = wp.max(hi, corners[k]) ~ if valid[k] == 1:
                lo = wp.min(lo, corners[k])
                hi = wp.max(hi, corners[k])}}
        {?0.4 if pad_bounds:
            lo = lo - wp.vec3(least_step, least_step, least_step)
            hi = hi + wp.vec3(least_step, least_step, least_step)}
        size = hi - lo
        done[0] = 0
        {widest = wp.max(size[0], wp.max(size[1], size[2])) ~ widest = wp.length(size) ~ widest = size[0]
        for axis in range(1, 3):
            if size[axis] > widest:
                widest = size[axis]}
        {if widest < {limit ~ limit + 0.5}:
            {widest = limit
            done[0] = 1 ~ done[0] = 1}
        ~ {?0.5 if widest <= limit:
            done[0] = 1
            return}}
        {* mean[0] = widest / float({num_blocks ~ cells_along}) ~ center[0] = 0.5 * (lo + hi) ~
            extent[0] = {size ~ hi - lo ~ wp.max(size, wp.vec3(limit, limit, limit))}
        ~
            if size[0] > {size[1] ~ limit}:
                best_id[0] = 0
            else:
                best_id[0] = 1
        }
    """,
}

_STARTS = (
    ("float(wp.inf)", "cost < low"),
    ("float(HUGE)", "cost < low"),
    ("float(wp.nan)", "wp.isnan(low) or cost < low"),
    ("costs[0]", "cost < low"),
)
"""What the least of several starts from, and how a smaller one is told."""


def _draw_single(stream: Stream, target: str) -> KernelSpec:
    """A launch of one thread, which asks for no index."""
    blocks = stream.child("sizes").choice((4, 6, 8, 12, 16))
    p = Program(stream, launch=(1,))
    p.array("partial", FLOAT, (0.1, 2), (blocks,), ("partial_sums", "block_sums", "partials", "residuals"))
    p.array("weight_of", FLOAT, (0.2, 1), (blocks,), ("weights", "scale", "block_weight"))
    p.array("counts", INT, (0, 5), (blocks,), ("counts", "block_counts", "num_per_world", "lengths"))
    p.array("costs", FLOAT, (-2, 2), (blocks,), ("costs", "energies", "merit", "losses"))
    p.array("steps_of", FLOAT, (0.05, 1), (blocks,), ("steps", "alphas", "step_sizes", "candidates"))
    p.array("valid", INT, (0, 1), (blocks,), ("valid", "mask", "is_active", "accepted"))
    p.array("keep", INT, (0, 1), (1,), ("keep", "frozen", "paused"))
    p.array("first_id", INT, (0, 3), (1,), ("first_id", "base", "offset_in"))
    p.array("rz_new", FLOAT, (0.05, 2), (1,), ("rz_new", "residual_sq", "r_dot_z", "norm_new"))
    p.array("rz_old", FLOAT, (0.1, 2), (1,), ("rz_old", "previous_sq", "norm_old"))
    p.array("norm_b", FLOAT, (0.5, 2), (1,), ("b_norm", "rhs_norm", "initial_norm"))
    p.array("error", FLOAT, (0.1, 3), (1,), ("error", "error_norm", "local_error"))
    p.array("error_other", FLOAT, (0.1, 3), (1,), ("velocity_error", "error2", "max_error"))
    p.array("lower", VEC, (-2, 0.5), (1,), ("lower", "bounds_min", "aabb_lower"))
    p.array("upper", VEC, (0, 2), (1,), ("upper", "bounds_max", "aabb_upper"))
    p.array("corners", VEC, (-2, 2), (blocks,), ("points", "corners", "block_bounds"))
    p.scalar("keep_counts", FLAG, (0, 1), ("keep_counts", "warm_start", "accumulate", "use_previous"))
    p.scalar("pad_bounds", FLAG, (0, 1), ("pad_bounds", "expand", "use_margin"))
    p.scalar("capacity", INT, (blocks // 2, 2 * blocks), ("capacity", "max_items", "nconmax"))
    p.scalar("least_iterations", INT, (1, 4), ("min_iterations", "warmup"))
    p.scalar("most_iterations", INT, (2, 6), ("max_iterations", "iteration_limit", "max_iter"))
    p.number("tol", (0.3, 1.2), ("tol", "tolerance", "threshold"), ("0.5", "0.75"))
    p.number("limit", (1, 4), ("limit", "max_value", "cap"), ("2.0", "1.5"))
    p.number("top", (0.4 * blocks, blocks), ("limit", "max_total", "cap_total"), (f"{0.6 * blocks:.1f}",))
    p.number("slope", (-0.5, 0.5), ("slope", "directional_derivative", "descent"), ("-0.25", "0.1"))
    p.number("accept", (-1.7, -1), ("accept_below", "required", "target_cost"), ("-1.5", "-1.25"))
    p.number("decay", (0.3, 0.9), ("decay", "shrink", "keep_share"), ("0.5", "0.8"))
    p.number("fallback", (-1, 1), ("fallback", "default_value"), ("0.5", "-1.0"))
    p.number("first_step", (0.5, 1.5), ("initial_step", "alpha0"), ("0.5", "1.5"))
    p.number("least_step", (0.05, 0.4), ("min_step", "dt_min"), ("0.1",))
    p.number("end_time", (0.6, 2), ("end_time", "t_end", "duration"), ("1.0", "1.5"))
    p.number("most_step", (0.4, 1), ("max_step", "dt_max"), ("0.5",))
    p.sizes(num_blocks=blocks, num_trials=blocks - 1, block_size=p.choices.choice((2, 4)), cells_along=8)
    p.output("total", FLOAT, (1,), ("total", "sum_out", "objective"), (0, 1))
    p.output("mean", FLOAT, (1,), ("mean", "average", "value_out", "cell_size"))
    p.output("smooth", FLOAT, (blocks,), ("smoothed", "averages", "impulses"), (0.2, 1))
    p.output("offsets", INT, (blocks,), ("offsets", "starts", "write_index"))
    p.output("num_items", INT, (1,), ("num_items", "counter", "nacon", "num_contacts"), (0, 4 * blocks))
    p.output("done", INT, (1,), ("done", "converged", "status", "flag"), (0, 2))
    p.output("iteration", INT, (1,), ("iteration", "step_count", "niter"), (0, 5))
    p.output("step_out", FLOAT, (1,), ("step", "alpha", "step_size_out"))
    p.output("best_id", INT, (1,), ("best", "best_index", "axis_out"))
    p.output("beta", FLOAT, (1,), ("beta", "momentum", "beta_out"), (0, 1))
    p.output("dt_now", FLOAT, (1,), ("dt", "step_size", "timestep"), (0.1, 0.8))
    p.output("time_now", FLOAT, (1,), ("time", "sim_time", "t_now"), (0, 2))
    p.output("center", VEC, (1,), ("center", "origin"))
    p.output("extent", VEC, (1,), ("extent", "size_out"))
    lowest, lower = p.choices.choice(_STARTS)
    p.write(_TEXTS[target].replace("LOWEST", lowest).replace("LOWER", lower))
    titles = {
        "reset_counters": ("reset_counters", "clear_counts", "begin_step", "zero_counters"),
        "finish_sum": ("finish_sum", "finalize_reduction", "reduce_blocks", "finalize"),
        "choose_step": ("choose_step", "pick_best", "linesearch_finalize", "select_alpha"),
        "sum_offsets": ("sum_offsets", "scan_counts", "exclusive_scan", "compute_starts"),
        "check_residual": ("check_residual", "check_convergence", "update_beta", "test_convergence"),
        "adapt_step": ("adapt_step", "update_dt", "accept_step", "control_step"),
        "fit_grid": ("fit_grid", "merge_bounds", "compute_bounds", "finalize_bounds"),
    }[target]
    return p.done("bookkeeping", "singles", target, "What one thread does between launches", titles, (
        "Launched with a single thread.", "Called once a step, with dim=1.",
    ))  # fmt: skip


RECIPES = (Recipe(name="singles", category="bookkeeping", targets=tuple(_TEXTS), draw=_draw_single),)
