"""What one thread does between launches: counters are cleared, sums finished, steps chosen, offsets summed up."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_TEXTS = {
    "reset_counters": """
        {{?0.5 if {keep_counts ~ keep[0] == 1}:
            {# what was found before stays, as far as it fits
            ~}
            num_items[0] = wp.min(num_items[0], capacity)
            return}
        num_items[0] = 0
        {?0.6 num_dropped[0] = 0}
        {?0.5 for k in range({num_blocks ~ counters.shape[0]}):
            counters[k] = 0} ~
        {?0.3 if {keep_iterate ~ keep_iterate and done[0] == 0}:
            {# another round from where the last one ended
            ~}
            iteration[0] = iteration[0] + 1
            return}
        {# a solve begins
        ~}
        done[0] = 0
        iteration[0] = 0
        step_out[0] = {1.0 ~ first_step}
        {?0.5 best_id[0] = -1
        best_cost[0] = HUGE}
        {?0.5 for k in range({num_blocks ~ smooth.shape[0]}):
            {smooth[k] = 0.0 ~ # warm started by a part of the last impulses
            smooth[k] *= decay}} ~
        {# statistics of the next steps
        ~}
        total[0] = 0.0
        num_items[0] = 0
        {?0.6 fastest[0] = 0.0}
        {?0.5 for k in range({num_blocks ~ sums.shape[0]}):
            sums[k] = 0.0}}
    """,
    "finish_sum": """
        acc = float(0.0)
        num = int(0)
        for k in range({num_blocks ~ partial.shape[0]}):
            {?0.5 if {valid[k] == 0 ~ counts[k] == 0}:
                continue}
            {acc += partial[k] ~ acc += weight_of[k] * partial[k]}
            num += counts[k]
        {# smoothed over the steps
        average[0] = decay * average[0] + (1.0 - decay) * acc
        ~ {?0.5 if acc > top:
            {?0.4 wp.printf("sum %f above the limit\\n", acc)}
            done[0] = 1}}
        {total[0] = acc ~ total[0] = total[0] + acc}
        {?0.6 {if num > 0:
            mean[0] = {acc / float(num) ~ wp.sqrt(acc / float(num))}
        else:
            mean[0] = 0.0 ~ mean[0] = acc / float(wp.max(num, 1))}}
        {?0.3 num_items[0] = num}
    """,
    "choose_step": """
        low = LOWEST
        best = int(-1)
        for k in range({num_blocks ~ costs.shape[0] ~ num_trials}):
            {?0.5 if {valid[k] == 0 ~ steps_of[k] < least_step}:
                continue}
            cost = costs[k]
            if LOWER:
                low = cost
                best = k
        {?0.5 best_id[0] = best}
        {{# none of them goes down enough
        ~}
        if best < 0:
            step_out[0] = 0.0
            return
        {if low > cost_now[0] + decay * slope * steps_of[best]:
            step_out[0] = {0.0 ~ least_step}
            done[0] = 1
            return
        step_out[0] = steps_of[best] ~
        step_out[0] = steps_of[best] if low <= cost_now[0] + decay * slope * steps_of[best] else 0.0} ~
        if best < 0:
            {# none is allowed
            ~}
            step_out[0] = 0.0
            return
        step_out[0] = {steps_of[best] ~ wp.max(steps_of[best], least_step)} ~
        {# only what is better than now
        ~}
        step_out[0] = 0.0
        if best >= 0 and low < cost_now[0]:
            step_out[0] = steps_of[best]
            {?0.5 cost_out[0] = low}
        {else:
            done[0] = 1 ~}}
    """,
    "sum_offsets": """
        start = {int(0) ~ first_id[0] ~ int(first_id[0])}
        for k in range({num_blocks ~ counts.shape[0] ~ offsets.shape[0]}):
            {?0.4 if valid[k] == 0:
                offsets[k] = {-1 ~ start}
                continue}
            offsets[k] = start
            {start += counts[k] ~ {# rounded up to whole blocks
            ~}
            num = (counts[k] + block_size - 1) // block_size
            start += num * block_size}
        {?0.7 if start > capacity:
            {?0.4 wp.printf("capacity exceeded: %d of %d\\n", start, capacity)}
            overflow[0] = {1 ~ start - capacity}
        else:
            overflow[0] = 0}
        num_items[0] = start
    """,
    "check_residual": """
        {# one thread decides for all
        ~}
        now = wp.sqrt(rz_new[0])
        {iteration[0] = iteration[0] + 1 ~ iteration[0] += 1}
        {if now < {tol ~ tol * norm_b[0] ~ wp.max(abs_tol, tol * norm_b[0])}:
            done[0] = 1
        elif iteration[0] >= most_iterations:
            {?0.4 wp.printf("no convergence after %d iterations\\n", iteration[0])}
            done[0] = {2 ~ -1}
        {else:
            done[0] = 0 ~} ~
        done[0] = 0
        if now < {tol ~ tol * norm_b[0]} or iteration[0] {> ~ >=} most_iterations:
            done[0] = 1}
        {{# restarts where the residual has grown
        ~}
        if rz_new[0] < rz_old[0]:
            beta[0] = rz_new[0] / rz_old[0]
        else:
            beta[0] = 0.0 ~
        beta[0] = rz_new[0] / wp.max(rz_old[0], TINY)}
        {?0.4 norm_out[0] = now}
        {?0.4 # the old one of the next round
        rz_keep[0] = rz_new[0]}
    """,
    "adapt_step": """
        {dt = dt_now[0] ~ dt = float(dt_now[0])}
        {ratio = wp.max(error[0] / tol, TINY) ~ ratio = wp.sqrt(wp.max(error[0] / tol, TINY)) ~ \
                ratio = wp.max(wp.max(error[0], error_other[0]) / tol, TINY)}
        t = time_now[0]
        {if ratio > 1.0:
            {# rejected, and tried again with less
            ~}
            {dt = dt * wp.max(0.2, 0.9 / ratio) ~ dt *= 0.5}
            accepted[0] = 0
            {num_rejected[0] += 1 ~}
        else:
            t += dt
            {dt = dt * wp.min(2.0, 0.9 / ratio) ~ if ratio < 0.5:
                dt = dt * 1.5}
            accepted[0] = 1 ~
        accepted[0] = 0
        if ratio <= 1.0:
            accepted[0] = 1
            t += dt
        dt = dt * wp.clamp(0.9 / {ratio ~ wp.sqrt(ratio)}, 0.2, 2.0)}
        dt = {wp.clamp(dt, least_step, most_step) ~ wp.max(dt, least_step) ~ wp.min(wp.max(dt, least_step), most_step)}
        {?0.4 # ends where it is to end
        {if t + dt > end_time:
            dt = wp.max(end_time - t, 0.0) ~ dt = wp.min(dt, wp.max(end_time - t, 0.0))}}
        time_now[0] = t
        dt_now[0] = dt
    """,
    "fit_grid": """
        lo = {lower[0] ~ wp.min(lower[0], upper[0])}
        hi = {upper[0] ~ wp.max(lower[0], upper[0])}
        {?0.6 for k in range({num_blocks ~ corners.shape[0]}):
            {lo = wp.min(lo, corners[k])
            hi = wp.max(hi, corners[k]) ~ if valid[k] == 1:
                lo = wp.min(lo, corners[k])
                hi = wp.max(hi, corners[k])}}
        {?0.5 if pad_bounds:
            lo = lo - wp.vec3(margin, margin, margin)
            hi = hi + wp.vec3(margin, margin, margin) ~ lo = lo - wp.vec3(margin, margin, margin)
        hi = hi + wp.vec3(margin, margin, margin)}
        size = hi - lo
        {{widest = wp.max(size[0], wp.max(size[1], size[2]))
        axis = int(2)
        if size[0] >= size[1] and size[0] >= size[2]:
            axis = 0
        elif size[1] >= size[2]:
            axis = 1 ~ axis = int(0)
        widest = size[0]
        for k in range(1, 3):
            if size[k] > widest:
                widest = size[k]
                axis = k}
        {# the longest side is split
        ~}
        split_axis[0] = axis
        split_pos[0] = 0.5 * (lo[axis] + hi[axis])
        {extent[0] = size ~ box_lower[0] = lo
        box_upper[0] = hi} ~
        {widest = wp.max(size[0], wp.max(size[1], size[2])) ~ widest = size[0]
        for axis in range(1, 3):
            if size[axis] > widest:
                widest = size[axis]}
        {?0.4 widest = wp.max(widest, min_size)}
        cell_size[0] = widest / float(cells_along)
        {origin[0] = lo ~ # a cube around the middle
        origin[0] = 0.5 * (lo + hi) - 0.5 * wp.vec3(widest, widest, widest)} ~
        center[0] = 0.5 * (lo + hi)
        {extent[0] = size ~ radius[0] = 0.5 * wp.length(size) ~ extent[0] = 0.5 * size}
        {?0.4 volume[0] = size[0] * size[1] * size[2]}}
    """,
}

_STARTS = (
    ("float(wp.inf)", "cost < low"),
    ("float(HUGE)", "cost < low"),
    ("float(wp.nan)", "wp.isnan(low) or cost < low"),
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
    p.array("cost_now", FLOAT, (-1.9, -1.1), (1,), ("current_cost", "cost_now", "merit_now"))
    p.array("keep", INT, (0, 1), (1,), ("keep", "frozen", "paused"))
    p.array("first_id", INT, (0, 3), (1,), ("first_id", "base", "offset_in"))
    p.array("rz_new", FLOAT, (0.05, 2), (1,), ("rz_new", "residual_sq", "r_dot_z", "norm_new"))
    p.array("rz_old", FLOAT, (0.1, 2), (1,), ("rz_old", "previous_sq", "norm_old"))
    p.array("norm_b", FLOAT, (0.5, 2), (1,), ("b_norm", "rhs_norm", "initial_norm"))
    p.array("error", FLOAT, (0.05, 1.5), (1,), ("error", "error_norm", "local_error"))
    p.array("error_other", FLOAT, (0.05, 1.5), (1,), ("velocity_error", "error2", "max_error"))
    p.array("lower", VEC, (-2, 0.5), (1,), ("lower", "bounds_min", "aabb_lower"))
    p.array("upper", VEC, (0, 2), (1,), ("upper", "bounds_max", "aabb_upper"))
    p.array("corners", VEC, (-2, 2), (blocks,), ("points", "corners", "block_bounds"))
    p.scalar("keep_counts", FLAG, (0, 1), ("keep_contacts", "accumulate", "use_previous"))
    p.scalar("keep_iterate", FLAG, (0, 1), ("warm_start", "restart", "continue_solve"))
    p.scalar("pad_bounds", FLAG, (0, 1), ("pad_bounds", "expand", "use_margin"))
    p.scalar("capacity", INT, (blocks, 3 * blocks), ("capacity", "max_items", "nconmax"))
    p.scalar("most_iterations", INT, (2, 6), ("max_iterations", "iteration_limit", "max_iter"))
    p.number("tol", (0.3, 1.2), ("tol", "tolerance", "threshold"), ("0.5", "0.75"))
    p.number("top", (0.4 * blocks, blocks), ("sum_limit", "max_total", "cap_total"), (f"{0.6 * blocks:.1f}",))
    p.number("slope", (-1.5, -0.5), ("slope", "directional_derivative", "descent"), ("-0.5",))
    p.number("abs_tol", (0.5, 1.2), ("abs_tol", "abs_tolerance"), ("0.5",))
    p.number("margin", (0.05, 0.3), ("margin", "padding"), ("0.1",))
    p.number("min_size", (2, 4), ("min_size", "min_extent"), ("3.0",))
    p.number(
        "decay", (0.3, 0.9), ("armijo", "c1") if target == "choose_step" else ("decay", "retention"), ("0.5", "0.8")
    )
    p.number("first_step", (0.5, 1.5), ("initial_step", "alpha0"), ("0.5", "1.5"))
    least = ("min_alpha", "alpha_min") if target == "choose_step" else ("min_step", "dt_min")
    p.number("least_step", (0.1, 0.25), least, ("0.1", "0.2"))
    p.scalar("end_time", FLOAT, (1, 3), ("end_time", "t_end"))
    p.scalar("most_step", FLOAT, (0.25, 0.5), ("max_step", "dt_max"))
    p.sizes(num_blocks=blocks, num_trials=blocks - 1, block_size=p.choices.choice((2, 4)), cells_along=8)
    p.output("total", FLOAT, (1,), ("total", "sum_out", "objective"), (0, 1))
    p.output("mean", FLOAT, (1,), ("mean", "mean_out", "average"))
    p.output("smooth", FLOAT, (blocks,), ("smoothed", "averages", "impulses"), (0.2, 1))
    p.output("average", FLOAT, (1,), ("running_sum", "smoothed_sum"), (0, 1))
    p.output("counters", INT, (blocks,), ("block_counts", "world_count", "counters"))
    p.output("sums", FLOAT, (blocks,), ("block_sums", "partial_out"))
    p.output("num_dropped", INT, (1,), ("num_dropped", "overflow"))
    p.output("fastest", FLOAT, (1,), ("max_speed", "max_value"))
    p.output("best_cost", FLOAT, (1,), ("best_cost", "lowest"))
    p.output("cost_out", FLOAT, (1,), ("cost_out", "new_cost"))
    p.output("overflow", INT, (1,), ("overflow", "num_missing"))
    p.output("norm_out", FLOAT, (1,), ("residual_norm", "norm_out"))
    p.output("rz_keep", FLOAT, (1,), ("rz_keep", "rz_prev"))
    p.output("accepted", INT, (1,), ("accepted", "step_ok"))
    p.output("num_rejected", INT, (1,), ("num_rejected", "rejections"), (0, 3))
    p.output("split_axis", INT, (1,), ("split_axis", "axis_out"))
    p.output("split_pos", FLOAT, (1,), ("split_pos", "split_plane"))
    p.output("cell_size", FLOAT, (1,), ("cell_size", "voxel_size"))
    p.output("origin", VEC, (1,), ("grid_origin", "origin"))
    p.output("radius", FLOAT, (1,), ("radius", "bounding_radius"))
    p.output("volume", FLOAT, (1,), ("volume", "box_volume"))
    p.output("offsets", INT, (blocks,), ("offsets", "starts", "write_index"))
    p.output("num_items", INT, (1,), ("num_items", "total_count", "counter"), (0, 4 * blocks))
    p.output("done", INT, (1,), ("done", "converged", "status"), (0, 2))
    p.output("iteration", INT, (1,), ("iteration", "step_count", "niter"), (0, 5))
    p.output("step_out", FLOAT, (1,), ("step", "alpha", "step_size_out"))
    p.output("best_id", INT, (1,), ("best", "best_index", "best_trial"))
    p.output("beta", FLOAT, (1,), ("beta", "momentum", "beta_out"), (0, 1))
    p.output("dt_now", FLOAT, (1,), ("dt", "step_size", "timestep"), (0.05, 0.8))
    p.output("time_now", FLOAT, (1,), ("time", "sim_time", "t_now"), (0, 2))
    p.output("center", VEC, (1,), ("center", "midpoint"))
    p.output("box_lower", VEC, (1,), ("box_lower", "lower_out"))
    p.output("box_upper", VEC, (1,), ("box_upper", "upper_out"))
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
