"""What one thread does between launches: counters are cleared, sums finished, steps chosen, offsets summed up."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, TRIPLE, VEC, Program

_BOUNDS = """
        {lo = block_lower[0]
        hi = block_upper[0]
        for k in range(1, {num_blocks ~ block_lower.shape[0]}):
        ~
        lo = wp.vec3(HUGE, HUGE, HUGE)
        hi = wp.vec3(-HUGE, -HUGE, -HUGE)
        for k in range({num_blocks ~ block_lower.shape[0]}):}
            lo = wp.min(lo, block_lower[k])
            hi = wp.max(hi, block_upper[k])
"""
_WIDEST = """
        {widest = wp.max(size[0], wp.max(size[1], size[2])) ~ widest = wp.max(wp.max(size[0], size[1]), size[2])}
"""

_TEXTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "reset_counters": (
        (
            "reset_contact_counts clear_contact_counters begin_collision",
            "Clears the counts of contacts before the next collision pass",
            """
        {{# how much room has ever been asked for
        ~}
        peak_contacts[0] = wp.max(peak_contacts[0], contact_count[0]) ~}
        {{# what did not fit is reported and counted
        ~}
        if contact_count[0] > capacity :
            {?0.6 wp.printf("contact buffer overflow: %d of %d\\n", contact_count[0], capacity)}
            num_dropped[0] += contact_count[0] - capacity ~
        if contact_count[0] > capacity:
            overflow[0] = 1 ~}
        contact_count[0] = 0
        pair_count[0] = 0
        {?0.5 num_mesh_pairs[0] = 0}
        {?0.4 num_triangle_pairs[0] = 0}
        {?0.4 max_penetration[0] = 0.0}
            """,
        ),
        (
            "begin_solve init_solver reset_solver",
            "Sets a solver up for the next step",
            """
        iteration[0] = 0
        converged[0] = 0
        {?0.5 residual_norm[0] = HUGE}
        {# how near is near enough, beside the right side
        ~}
        target_norm[0] = {abs_tol + tol * rhs_norm[0] ~ tol * rhs_norm[0]}
        {?0.6 {if not warm_start:
            penalty[0] = first_penalty ~
        {# that of the last step is a good first guess
        ~}
        if warm_start:
            penalty[0] *= decay
        else:
            penalty[0] = first_penalty ~
        penalty[0] = penalty[0] * decay if warm_start else first_penalty}}
            """,
        ),
        (
            "log_statistics record_statistics flush_statistics",
            "Keeps the statistics of a step in a ring buffer and clears them",
            """
        entry = frame[0] % {num_blocks ~ energy_log.shape[0]}
        {{energy_log[entry] = kinetic[0] + potential[0] ~
        energy_log[entry] = kinetic[0] + potential[0]
        {?0.5 drift_log[entry] = kinetic[0] + potential[0] - first_energy[0]}}
        {?0.6 contact_log[entry] = contact_count[0]}
        {?0.5 penetration_log[entry] = max_penetration[0]}
        frame[0] += 1
        {# the next step adds to these
        ~}
        kinetic[0] = 0.0
        potential[0] = 0.0
        contact_count[0] = 0
        {?0.5 max_penetration[0] = 0.0} ~
        energy_log[entry] = kinetic[0]
        contact_log[entry] = contact_count[0]
        {?0.6 if max_penetration[0] > penetration_limit:
            wp.printf("step %d: penetration %f\\n", frame[0], max_penetration[0])
            num_warnings[0] += 1}
        frame[0] = frame[0] + 1
        kinetic[0] = 0.0
        contact_count[0] = 0
        max_penetration[0] = 0.0}
            """,
        ),
        (
            "begin_frame schedule_rebuild update_frame_state",
            "Begins a frame, and says whether its neighbor lists are built again",
            """
        {# lists hold while nothing has moved further than half of their margin
        ~}
        {needs = max_moved[0] > 0.5 * skin or since_rebuild[0] >= rebuild_every ~
        needs = since_rebuild[0] >= rebuild_every
        if max_moved[0] > 0.5 * skin {and not is_static ~}:
            needs = True}
        {if needs:
            rebuild[0] = 1
            since_rebuild[0] = 0
            max_moved[0] = 0.0
            {?0.5 num_rebuilds[0] += 1}
        else:
            rebuild[0] = 0
            since_rebuild[0] += 1 ~
        rebuild[0] = 1 if needs else 0
        since_rebuild[0] = 0 if needs else since_rebuild[0] + 1
        {?0.5 if needs:
            max_moved[0] = 0.0}}
        {?0.6 if needs and not keep_counts:
            pair_count[0] = 0
            {?0.5 num_mesh_pairs[0] = 0}}
        {?0.5 frame[0] += 1}
            """,
        ),
        (
            "update_idle_state check_idle count_idle_steps",
            "Counts the steps in which nothing happened, and puts the scene to sleep",
            """
        {if was_touched[0] == 0 and kinetic_in[0] < idle_energy:
            num_idle[0] += 1
        else:
            num_idle[0] = 0
            asleep[0] = 0 ~
        still = kinetic_in[0] < idle_energy and max_moved[0] < move_tol
        num_idle[0] = {num_idle[0] + 1 if still else 0 ~ wp.where(still, num_idle[0] + 1, 0)}
        if not still:
            asleep[0] = 0 ~
        if kinetic_in[0] >= idle_energy or was_touched[0] != 0:
            {# woken up
            ~}
            num_idle[0] = 0
            asleep[0] = 0
            return
        num_idle[0] += 1}
        if num_idle[0] > patience and not never_sleeps:
            {asleep[0] = 1 ~ if asleep[0] == 0:
                {?0.4 wp.printf("asleep after %d idle steps\\n", num_idle[0])}
                num_sleeps[0] += 1
            asleep[0] = 1}
            """,
        ),
    ),
    "finish_sum": (
        (
            "finalize_loss reduce_loss finish_loss",
            "The mean loss from the sums of blocks",
            """
        total = float(0.0)
        num = int(0)
        for k in range({num_blocks ~ loss_sum.shape[0]}):
            total += loss_sum[k]
            num += counts[k]
        mean = float(0.0)
        if num > 0:
            mean = total / float(num)
        {?0.4 mean += weight_decay * param_norm_sq[0]}
        loss[0] = mean
        {{if step == 0:
            running_loss[0] = mean
        else:
            running_loss[0] = decay * running_loss[0] + (1.0 - decay) * mean ~
        running_loss[0] = wp.lerp(mean, running_loss[0], decay) if step > 0 else mean} ~
        if mean < best_loss[0]:
            best_loss[0] = mean
            best_step[0] = step ~
        {# no gain for a while: training ends
        ~}
        if mean < best_loss[0] - min_gain:
            best_loss[0] = mean
            num_stalled[0] = 0
        else:
            num_stalled[0] += 1
            if num_stalled[0] >= patience:
                stop[0] = 1}
            """,
        ),
        (
            "finish_residual_norm reduce_residual finalize_norm",
            "The norm of a residual from the sums of blocks",
            """
        total = float(0.0)
        {largest = float(0.0)
        for k in range({num_blocks ~ residual_sq.shape[0]}):
            total += residual_sq[k]
            largest = wp.max(largest, residual_max[k])
        norm = wp.sqrt(total / float(num_rows))
        residual_norm[0] = norm
        largest_out[0] = largest
        {if norm < tol and largest < max_tol:
            converged[0] = 1
        else:
            converged[0] = 0 ~
        converged[0] = 1 if norm < tol and largest < max_tol else 0} ~
        for k in range({num_blocks ~ residual_sq.shape[0]}):
            total += residual_sq[k]
        norm = wp.sqrt(total{ / float(num_rows) ~})
        {if iteration[0] == 0:
            {# later norms are compared with the first
            ~}
            first_norm[0] = norm
            converged[0] = 0
        elif norm < tol * first_norm[0]:
            converged[0] = 1
        ~
        if {norm < wp.max(abs_tol, tol * rhs_norm[0]) ~ is_converged(norm, rhs_norm[0], abs_tol, tol)}:
            converged[0] = 1
        else:
            converged[0] = 0}
        residual_norm[0] = norm
        iteration[0] += 1}
            """,
        ),
        (
            "finalize_center_of_mass reduce_center_of_mass finish_com",
            "The center of mass from the sums of blocks",
            """
        mass = float(0.0)
        moment = wp.vec3(0.0, 0.0, 0.0)
        momentum = wp.vec3(0.0, 0.0, 0.0)
        for k in range({num_blocks ~ block_mass.shape[0]}):
            mass += block_mass[k]
            moment += block_moment[k]
            momentum += block_momentum[k]
        total_mass[0] = mass
        {com[0] = moment / mass
        com_vel[0] = momentum / mass ~
        center = moment / mass
        com[0] = center
        com_vel[0] = momentum / mass
        {?0.7 total_angular = wp.vec3(0.0, 0.0, 0.0)
        for k in range({num_blocks ~ block_angular.shape[0]}):
            total_angular += block_angular[k]
        {# from the origin to the center of mass
        ~}
        angular_momentum[0] = total_angular - wp.cross(center, momentum)}}
        {?0.4 kinetic_com[0] = 0.5 * wp.dot(momentum, momentum) / mass}
            """,
        ),
        (
            "merge_variance combine_moments finalize_variance",
            "Mean and variance from those of blocks",
            """
        num = int(0)
        mean = float(0.0)
        m2 = float(0.0)
        for k in range({num_blocks ~ counts.shape[0]}):
            {if counts[k] > 0:
                both = num + counts[k]
                shift = block_mean[k] - mean
                mean += shift * float(counts[k]) / float(both)
                m2 += block_m2[k] + shift * shift * float(num) * float(counts[k]) / float(both)
                num = both ~
            if counts[k] == 0:
                continue
            n_a = float(num)
            n_b = float(counts[k])
            shift = block_mean[k] - mean
            mean = (n_a * mean + n_b * block_mean[k]) / (n_a + n_b)
            m2 += block_m2[k] + shift * shift * n_a * n_b / (n_a + n_b)
            num += counts[k]}
        mean_out[0] = mean
        {if num > 1:
            variance[0] = m2 / float(num - 1)
        else:
            variance[0] = 0.0 ~
        variance[0] = m2 / float(wp.max(num - 1, 1))}
        {?0.5 num_samples[0] = num}
            """,
        ),
        (
            "update_loss_scale adjust_loss_scale grad_scaler_update",
            "Adjusts the scale of a loss by whether its gradients overflowed",
            """
        if {num_bad[0] > bad_limit ~ num_bad[0] > bad_limit and not ignores_bad}:
            {# this step is skipped
            ~}
            loss_scale[0] = wp.max(loss_scale[0] * {backoff ~ 0.5}, 1.0)
            num_good[0] = 0
            {?0.5 num_skipped[0] += 1}
            skip_step[0] = 1
        else:
            skip_step[0] = 0
            num_good[0] += 1
            {if num_good[0] >= growth_interval and loss_scale[0] < max_scale:
                loss_scale[0] *= 2.0
                num_good[0] = 0 ~
            {# a while without any
            ~}
            if num_good[0] >= growth_interval:
                loss_scale[0] = wp.min(2.0 * loss_scale[0], max_scale)
                num_good[0] = 0}
            """,
        ),
        (
            "finish_grad_norm compute_clip_scale clip_by_global_norm",
            "The factor that brings gradients below the largest norm, from the sums of blocks",
            """
        total = float(0.0)
        for k in range({num_blocks ~ residual_sq.shape[0]}):
            total += residual_sq[k]
        norm = wp.sqrt(total)
        grad_norm[0] = norm
        {scale = float(1.0)
        if norm > max_norm:
            scale = max_norm / norm
            {?0.5 num_clipped[0] += 1}
        clip_scale[0] = scale ~
        {# twice as long as they usually are
        ~}
        if step > 0 and norm > {2.0 ~ clip_factor} * mean_norm[0]:
            clip_scale[0] = {2.0 ~ clip_factor} * mean_norm[0] / norm
            {num_clipped[0] += 1 ~}
        else:
            clip_scale[0] = 1.0
        {mean_norm[0] = wp.lerp(norm, mean_norm[0], decay) ~ mean_norm[0] += (1.0 - decay) * (norm - mean_norm[0])} ~
        if norm <= max_norm or not clips:
            clip_scale[0] = 1.0
        else:
            clip_scale[0] = max_norm / norm}
            """,
        ),
    ),
    "choose_step": (
        (
            "linesearch_pick_best select_step linesearch_finalize",
            "The best of the steps that were tried",
            """
        {best = int(0)
        low = costs[0]
        for k in range(1, {num_trials ~ costs.shape[0]}):
        ~
        best = int(-1)
        low = float(HUGE)
        for k in range({num_trials ~ costs.shape[0]}):}
            if costs[k] < low:
                low = costs[k]
                best = k
        {{# the cost has to go down enough
        ~}
        if low <= cost_now[0] + armijo * alphas[best] * slope[0]:
        ~ if low < cost_now[0]:}
            alpha_out[0] = alphas[best]
            cost_now[0] = low
            {?0.5 num_failed[0] = 0}
        else:
            alpha_out[0] = 0.0
            {num_failed[0] += 1 ~ converged[0] = 1}
            """,
        ),
        (
            "backtracking_step armijo_step select_armijo_step",
            "The longest step along which the cost goes down enough",
            """
        alpha = float({first_alpha ~ 1.0})
        found = int(-1)
        for k in range({num_trials ~ costs.shape[0]}):
            if {costs[k] <= cost_now[0] + armijo * alpha * slope[0] ~ \
decreases_enough(cost_now[0], costs[k], armijo, alpha, slope[0])}:
                found = k
                break
            alpha *= shrink
        {?0.5 num_evals[0] += found + 1 if found >= 0 else num_trials}
        {if found >= 0:
            alpha_out[0] = alpha
            cost_now[0] = costs[found]
        else:
            {?0.4 wp.printf("line search failed\\n")}
            alpha_out[0] = 0.0
            {converged[0] = 1 ~ num_failed[0] += 1} ~
        if found == -1:
            alpha_out[0] = 0.0
            {converged[0] = 1 ~ num_failed[0] += 1}
            return
        alpha_out[0] = alpha
        cost_now[0] = costs[found]}
            """,
        ),
        (
            "update_damping levenberg_marquardt_update update_lm_damping",
            "Accepts or rejects a step of Levenberg and Marquardt's method",
            """
        ratio = {(cost_kept[0] - trial_cost[0]) / wp.max(predicted[0], TINY) ~
        gain_ratio(cost_kept[0], trial_cost[0], predicted[0])}
        {if ratio > accept_ratio:
            cost_kept[0] = trial_cost[0]
            accepted[0] = 1
            {lam[0] = wp.max(lam[0] / 3.0, min_lam) ~ r = 2.0 * ratio - 1.0
            lam[0] *= wp.max(1.0 / 3.0, 1.0 - r * r * r)
            growth[0] = 2.0}
        else:
            accepted[0] = 0
            {lam[0] = wp.min(2.0 * lam[0], max_lam) ~ lam[0] *= growth[0]
            growth[0] *= 2.0} ~
        {# the model was good, or bad
        ~}
        if ratio > 0.75:
            lam[0] = wp.max(0.5 * lam[0], min_lam)
        elif ratio < 0.25:
            lam[0] = wp.min(2.0 * lam[0], max_lam)
        accepted[0] = 0
        if ratio > accept_ratio:
            accepted[0] = 1
            cost_kept[0] = trial_cost[0]}
            """,
        ),
        (
            "update_trust_region trust_region_update update_trust_radius",
            "The radius of the next step from what the last one gained",
            """
        {gained = cost_kept[0] - trial_cost[0]
        ratio = gained / wp.max(predicted[0], TINY) ~ ratio = gain_ratio(cost_kept[0], trial_cost[0], predicted[0])}
        r = trust[0]
        if ratio < 0.25:
            r *= {0.25 ~ 0.5}
        elif ratio > 0.75 and step_norm[0] > {0.9 ~ 0.8} * r:
            {# the step went to the edge of the region
            ~}
            r = wp.min(2.0 * r, max_radius)
        trust[0] = r
        if ratio > accept_ratio:
            cost_kept[0] = trial_cost[0]
            accepted[0] = 1
            {?0.5 num_failed[0] = 0}
        else:
            accepted[0] = 0
            {?0.5 num_failed[0] += 1}
        {?0.5 if r < min_radius:
            converged[0] = 1}
            """,
        ),
        (
            "wolfe_bracket update_bracket linesearch_bisect",
            "Narrows the bracket of a line search by the conditions of Wolfe",
            """
        {if converged[0] == 1:
            return
        ~}
        alpha = alpha_now[0]
        {if not decreases_enough(cost_kept[0], trial_cost[0], armijo, alpha, slope[0]): ~
        if trial_cost[0] > cost_kept[0] + armijo * alpha * slope[0]:}
            {# too far
            ~}
            high_alpha[0] = alpha
            alpha_now[0] = 0.5 * (low_alpha[0] + alpha)
        elif trial_slope[0] < curvature * slope[0]:
            {# not far enough
            ~}
            low_alpha[0] = alpha
            {if high_alpha[0] > max_alpha:
                alpha_now[0] = 2.0 * alpha
            else:
                alpha_now[0] = 0.5 * (alpha + high_alpha[0]) ~
            alpha_now[0] = 2.0 * alpha if high_alpha[0] > max_alpha else 0.5 * (alpha + high_alpha[0])}
        else:
            cost_kept[0] = trial_cost[0]
            alpha_out[0] = alpha
            converged[0] = 1
        {?0.6 iteration[0] += 1
        if iteration[0] >= max_iterations and converged[0] == 0:
            num_failed[0] += 1
            {?0.5 alpha_out[0] = low_alpha[0]}}
            """,
        ),
    ),
    "sum_offsets": (
        (
            "scan_counts exclusive_scan compute_offsets",
            "Where the items of each block begin",
            """
        total = int(0)
        for k in range({num_blocks ~ counts.shape[0]}):
            offsets[k] = total
            total += counts[k]
        {offsets[{num_blocks ~ counts.shape[0]}] = total ~}
        {num_items[0] = total
        if total > capacity:
            {?0.6 wp.printf("capacity exceeded: %d of %d\\n", total, capacity)}
            overflow[0] = 1 ~
        if total > capacity:
            {?0.6 wp.printf("capacity exceeded: %d of %d\\n", total, capacity)}
            num_dropped[0] += total - capacity
            total = capacity
        num_items[0] = total}
            """,
        ),
        (
            "scan_bin_counts begin_counting_sort scan_and_clear",
            "Where each bin of a counting sort begins",
            """
        {total = int(0)
        largest = int(0)
        for k in range({num_blocks ~ cursor.shape[0]}):
            num = cursor[k]
            offsets[k] = total
            {# the next pass counts again while it fills
            ~}
            cursor[k] = 0
            total += num
            largest = wp.max(largest, num)
        offsets[{num_blocks ~ cursor.shape[0]}] = total
        max_bin_count[0] = largest ~
        total = int(0)
        for k in range({num_blocks ~ cursor.shape[0]}):
            num = cursor[k]
            {# counts become the places of the first items
            ~}
            cursor[k] = total
            {?0.6 if num > 0:
                num_filled[0] += 1}
            total += num
        {num_items[0] = total ~ if total != num_expected[0]:
            wp.printf("%d of %d items binned\\n", total, num_expected[0])
            overflow[0] = 1
        num_items[0] = total}}
            """,
        ),
        (
            "allocate_tiles scan_tiles count_tiles",
            "The tiles that the rows of each block take",
            """
        total = int(0)
        padding = int(0)
        for k in range({num_blocks ~ counts.shape[0]}):
            {# a last tile may be partly filled
            ~}
            num_tiles = (counts[k] + tile_size - 1) // tile_size
            tile_start[k] = total
            {?0.6 tile_count[k] = num_tiles}
            total += num_tiles
            padding += num_tiles * tile_size - counts[k]
        {?0.5 tile_start[{num_blocks ~ counts.shape[0]}] = total}
        total_tiles[0] = total
        {?0.5 num_padding[0] = padding}
            """,
        ),
        (
            "allocate_constraint_rows assign_row_ranges limit_row_counts",
            "The rows of each world, as far as the buffer goes",
            """
        start = int(0)
        {dropped = int(0)
        for k in range({num_blocks ~ counts.shape[0]}):
            num = wp.min(counts[k], capacity - start)
            row_start[k] = start
            row_count[k] = num
            dropped += counts[k] - num
            start += num
        total_rows[0] = start
        {if dropped > 0:
            {?0.5 wp.printf("%d rows dropped\\n", dropped)}
            num_dropped[0] += dropped ~ num_dropped[0] = dropped} ~
        for k in range({num_blocks ~ counts.shape[0]}):
            num = wp.min(counts[k], capacity - start)
            row_start[k] = start
            row_count[k] = num
            {?0.6 if num < counts[k]:
                num_dropped[0] += counts[k] - num}
            start += num
        total_rows[0] = start}
            """,
        ),
        (
            "find_top_k_bin find_threshold_bin select_threshold",
            "The bin of a histogram from which on there are enough items",
            """
        {total = int(0)
        at = int({num_blocks ~ counts.shape[0]})
        {# from the highest bin down
        ~}
        while at > 0 and total < top_wanted:
            at -= 1
            total += counts[at]
        threshold_bin[0] = at
        {num_items[0] = total ~ num_items[0] = total
        # those that are in higher bins for sure
        num_above[0] = total - counts[at]} ~
        total = int(0)
        threshold_bin[0] = 0
        for k in range({num_blocks ~ counts.shape[0]} - 1, -1, -1):
            {if counts[k] == 0:
                continue
            ~}
            total += counts[k]
            if total >= top_wanted:
                threshold_bin[0] = k
                {num_above[0] = total - counts[k] ~}
                break
        num_items[0] = total}
        {?0.5 if total < top_wanted{ and not allows_fewer ~}:
            {?0.5 wp.printf("only %d of %d items\\n", total, top_wanted)}
            num_failed[0] += 1}
            """,
        ),
        (
            "merge_free_ranges find_free_range allocate_block",
            "The first gap in which an allocation fits",
            """
        first = int(-1)
        run = int(0)
        for k in range({num_blocks ~ used.shape[0]}):
            {if used[k] != 0:
                run = 0
                continue
            run += 1 ~
            if used[k] == 0:
                run += 1
            else:
                run = 0}
            if run == num_wanted:
                first = k - num_wanted + 1
                break
        {if first >= 0 {and not is_locked[0] ~}:
            block_start[0] = first
            num_used[0] += num_wanted
        else:
            block_start[0] = -1
            num_failed[0] += 1 ~
        block_start[0] = first
        if first == -1:
            num_failed[0] += 1
            {?0.5 wp.printf("no gap for %d blocks\\n", num_wanted)}
            return
        num_used[0] += num_wanted}
            """,
        ),
    ),
    "check_residual": (
        (
            "cg_update_beta update_beta cg_finish_iteration",
            "Ends an iteration of conjugate gradients",
            """
        iteration[0] += 1
        norm = wp.sqrt(rr[0])
        {if {norm < tol * rhs_norm[0] ~ is_converged(norm, rhs_norm[0], abs_tol, tol)}:
            converged[0] = 1
        elif iteration[0] >= max_iterations:
            {?0.5 wp.printf("no convergence after %d iterations\\n", iteration[0])}
            converged[0] = -1
        else:
            converged[0] = 0 ~
        if {norm < tol * rhs_norm[0] ~ is_converged(norm, rhs_norm[0], abs_tol, tol)} or \
iteration[0] >= max_iterations:
            done[0] = 1}
        beta[0] = rz_new[0] / rz_old[0]
        rz_old[0] = rz_new[0]
        {?0.5 residual_norm[0] = norm}
            """,
        ),
        (
            "cg_update_alpha compute_alpha cg_step_length",
            "The length of a step of conjugate gradients",
            """
        {{# the matrix is not positive along this direction
        ~}
        if p_ap[0] <= 0.0:
            {?0.5 wp.printf("not positive definite at iteration %d\\n", iteration[0])}
            alpha_out[0] = 0.0
            converged[0] = -1
            return
        alpha_out[0] = rz_old[0] / p_ap[0] ~
        alpha = float(0.0)
        if p_ap[0] > 0.0:
            alpha = rz_old[0] / p_ap[0]
        else:
            {?0.5 wp.printf("not positive definite at iteration %d\\n", iteration[0])}
            converged[0] = -1
        alpha_out[0] = alpha}
        {?0.6 # clears what the next products are added to
        rr[0] = 0.0
        rz_new[0] = 0.0}
        iteration[0] += 1
            """,
        ),
        (
            "check_convergence test_convergence update_status",
            "Whether an iteration goes on",
            """
        norm = wp.sqrt(rr[0])
        iteration[0] += 1
        {if norm < (1.0 - min_gain) * best_norm[0]:
            best_norm[0] = norm
            num_stalled[0] = 0
        else:
            num_stalled[0] += 1
        if norm < norm_tol:
            status[0] = CONVERGED
        elif norm > divergence * rhs_norm[0]:
            status[0] = DIVERGED
        elif {num_stalled[0] > patience ~ num_stalled[0] > patience or iteration[0] >= max_iterations}:
            status[0] = STALLED
        else:
            status[0] = RUNNING ~
        if norm < best_norm[0]:
            best_norm[0] = norm
            best_iteration[0] = iteration[0]
        if norm < norm_tol:
            status[0] = CONVERGED
        elif norm > divergence * rhs_norm[0]:
            status[0] = DIVERGED
        elif {iteration[0] - best_iteration[0] > patience ~ iteration[0] >= max_iterations}:
            status[0] = STALLED
        else:
            status[0] = RUNNING}
            """,
        ),
        (
            "update_penalty balance_residuals adapt_rho",
            "Balances the two residuals of a splitting method by its penalty",
            """
        iteration[0] += 1
        r_p = wp.sqrt(rr[0])
        r_d = {penalty[0] * wp.sqrt(dual_sq[0]) ~ wp.sqrt(dual_sq[0])}
        {converged[0] = 1 if r_p < norm_tol and r_d < norm_tol else 0 ~ converged[0] = 0
        if wp.max(r_p, r_d) < norm_tol:
            converged[0] = 1 ~
        if r_p < norm_tol and r_d < norm_tol:
            converged[0] = 1
        else:
            converged[0] = 0}
        {if iteration[0] % update_every != 0:
            return
        ~}
        {if r_p > balance * r_d:
            penalty[0] = 2.0 * penalty[0]
        elif r_d > balance * r_p:
            penalty[0] = 0.5 * penalty[0] ~
        if r_p > balance * r_d {and not is_fixed ~}:
            {penalty[0] *= 2.0 ~ penalty[0] = penalty[0] * 2.0}
            num_updates[0] += 1
        elif r_d > balance * r_p {and not is_fixed ~}:
            {penalty[0] *= 0.5 ~ penalty[0] = penalty[0] / 2.0}
            num_updates[0] += 1 ~
        {# only where the two are far apart
        ~}
        factor = wp.sqrt(r_p / wp.max(r_d, TINY))
        if factor > balance or factor * balance < 1.0:
            penalty[0] = {factor * penalty[0] ~ wp.clamp(factor, 0.5, 2.0) * penalty[0]}
            {num_updates[0] += 1 ~}}
            """,
        ),
        (
            "newton_check newton_status finish_newton_iteration",
            "Ends an iteration of Newton's method",
            """
        norm = wp.sqrt(rr[0])
        iteration[0] += 1
        {if is_converged(norm, rhs_norm[0], abs_tol, tol): ~ if norm < norm_tol:}
            status[0] = CONVERGED
        elif {norm > divergence * rhs_norm[0] ~ iteration[0] > 2 and norm > divergence * last_norm[0]}:
            status[0] = DIVERGED
            {?0.5 num_failed[0] += 1}
        elif iteration[0] >= max_iterations:
            status[0] = STALLED
        {else:
            status[0] = RUNNING
            {# the matrix is kept while it serves
            ~}
            if norm > keep_ratio * last_norm[0]:
                refactor[0] = 1
            else:
                refactor[0] = 0 ~ else:
            status[0] = RUNNING}
        last_norm[0] = norm
            """,
        ),
    ),
    "adapt_step": (
        (
            "control_step_size accept_step adapt_step",
            "Accepts or repeats a step by its local error",
            """
        ratio = {error[0] / tol ~ wp.max(pos_error[0] / pos_tol, vel_error[0] / vel_tol)}
        {factor = wp.clamp({safety ~ 0.9} * wp.pow(ratio, {-0.5 ~ -1.0 / 3.0 ~ -0.2}), 0.2, {2.0 ~ 5.0})
        ~ {# the error before this one damps the change
        ~}
        factor = wp.clamp(0.9 * wp.pow(ratio, -0.35) * wp.pow(last_ratio[0], 0.2), 0.2, 5.0)}
        {if ratio <= 1.0:
            time[0] += dt[0]
            num_steps[0] += 1
            accepted[0] = 1
        else:
            {# no growth right after a rejection
            ~}
            {factor = wp.min(factor, 1.0) ~}
            accepted[0] = 0
            num_rejected[0] += 1 ~
        if ratio > 1.0:
            accepted[0] = 0
            num_rejected[0] += 1
            dt[0] = wp.max(factor * dt[0], min_dt)
            return
        accepted[0] = 1
        time[0] += dt[0]}
        dt[0] = wp.clamp(factor * dt[0], min_dt, max_dt)
        {?0.4 last_ratio[0] = ratio}
            """,
        ),
        (
            "cfl_time_step compute_time_step update_dt",
            "The largest step with which waves stay within a cell",
            """
        speed = max_speed[0]{ + sound_speed ~}
        new_dt = cfl * cell_width / wp.max(speed, 0.01)
        {?0.6 {# diffusion asks for small steps too
        ~}
        new_dt = wp.min(new_dt, 0.25 * cell_width * cell_width / viscosity)}
        {{# grows slowly
        ~}
        new_dt = wp.min(new_dt, 1.1 * dt[0]) ~}
        new_dt = wp.clamp(new_dt, min_dt, max_dt)
        {left = frame_end - time[0]
        if left <= new_dt:
            new_dt = left
            frame_done[0] = 1
        {elif left < 2.0 * new_dt:
            {# two equal steps instead of a tiny last one
            ~}
            new_dt = 0.5 * left ~} ~
        {?0.5 num_steps[0] += 1}}
        time[0] += new_dt
        dt[0] = new_dt
            """,
        ),
        (
            "adapt_dt_by_iterations newton_time_step update_substep",
            "The next step from how hard the last one was to solve",
            """
        if converged[0] == 0:
            {# the step is tried again with half of it
            ~}
            dt[0] = {0.5 * dt[0] ~ wp.max(0.5 * dt[0], min_dt)}
            accepted[0] = 0
            {num_rejected[0] += 1 ~}
            return
        accepted[0] = 1
        time[0] += dt[0]
        {if iteration[0] < few_iterations:
            dt[0] = wp.min(1.5 * dt[0], max_dt)
        elif iteration[0] > many_iterations:
            dt[0] = wp.max(0.75 * dt[0], min_dt) ~
        scale = wp.sqrt(float(few_iterations) / float(iteration[0] + 1))
        dt[0] = wp.clamp(dt[0] * wp.clamp(scale, 0.5, 2.0), min_dt, max_dt)}
        {?0.4 iteration[0] = 0}
            """,
        ),
        (
            "choose_substeps count_substeps plan_substeps",
            "The number of substeps in which nothing moves too far",
            """
        {num = int(1)
        sub_dt = float(frame_dt)
        while num < max_substeps and max_speed[0] * sub_dt > {travel * cell_width ~ cell_width}:
            num *= 2
            sub_dt *= 0.5
        substeps[0] = num
        dt[0] = sub_dt ~
        num = int(wp.ceil(max_speed[0] * frame_dt / (travel * cell_width)))
        if num < 1:
            num = 1
        elif num > max_substeps:
            {?0.5 wp.printf("%d substeps wanted, %d taken\\n", num, max_substeps)}
            num = max_substeps
            num_capped[0] += 1
        {{# fewer again only after a while, one at a time
        ~}
        if num >= substeps[0]:
            num_calm[0] = 0
        else:
            num_calm[0] += 1
            num = substeps[0]
            if num_calm[0] > patience:
                num_calm[0] = 0
                num = substeps[0] - 1
        ~}
        substeps[0] = num
        dt[0] = frame_dt / float(num)}
            """,
        ),
        (
            "update_learning_rate schedule_learning_rate step_scheduler",
            "The learning rate of the next step",
            """
        {if lr_step < warmup_steps:
            lr[0] = base_lr * float(lr_step + 1) / float(warmup_steps)
        elif {lr_step % decay_every == 0 ~ (lr_step - warmup_steps) % decay_every == 0 and not keeps_rate}:
            {lr[0] = shrink * lr[0] ~ lr[0] *= shrink} ~
        {# lower where the loss no longer falls
        ~}
        if loss_in[0] < best_loss[0] - min_gain:
            best_loss[0] = loss_in[0]
            num_stalled[0] = 0
        else:
            num_stalled[0] += 1
            if num_stalled[0] > patience {and not keeps_rate ~}:
                lr[0] = {shrink * lr[0] ~ lr[0] * shrink}
                num_stalled[0] = 0 ~
        if lr_step < warmup_steps:
            lr[0] = base_lr * float(lr_step + 1) / float(warmup_steps)
        else:
            passed = float(lr_step - warmup_steps) / float(decay_every)
            lr[0] = wp.max(base_lr * (1.0 - passed), min_lr)
        {?0.4 if frozen[0] == 1:
            lr[0] = 0.0}}
            """,
        ),
    ),
    "fit_grid": (
        (
            "fit_grid setup_grid update_grid_bounds",
            "A grid around all points",
            _BOUNDS
            + """
        lo = lo - wp.vec3(margin, margin, margin)
        hi = hi + wp.vec3(margin, margin, margin)
        size = hi - lo
        {nx = int(size[0] / cell_width) + 1
        ny = int(size[1] / cell_width) + 1
        nz = int(size[2] / cell_width) + 1
        origin[0] = lo
        {grid_dim[0] = wp.vec3i(nx, ny, nz) ~ for k in range(3):
            res[k] = int(size[k] / cell_width) + 1}
        {num_cells[0] = nx * ny * nz ~ if nx * ny * nz > max_cells:
            overflow[0] = 1
        num_cells[0] = wp.min(nx * ny * nz, max_cells)} ~"""
            + _WIDEST
            + """
        {# a cube around the middle
        ~}
        center = 0.5 * (lo + hi)
        origin[0] = center - 0.5 * wp.vec3(widest, widest, widest)
        cell_size[0] = widest / float(cells_along)
        {?0.5 inv_cell_size[0] = float(cells_along) / widest}}
            """,
        ),
        (
            "choose_split split_node find_split_plane",
            "Where a box is split in two",
            _BOUNDS
            + """
        size = hi - lo
        {axis = int(0)
        if size[1] > size[0]:
            axis = 1
        if size[2] > size[axis]:
            axis = 2 ~ axis = int(2)
        if size[0] >= size[1] and size[0] >= size[2]:
            axis = 0
        elif size[1] >= size[2]:
            axis = 1 ~ axis = int(0)
        for k in range(1, 3):
            if size[k] > size[axis]:
                axis = k}
        split_axis[0] = axis
        {split_pos[0] = 0.5 * (lo[axis] + hi[axis]) ~
        {# the mean of the middles, as far as it leaves something on both sides
        ~}
        mean = float(0.0)
        for k in range({num_blocks ~ block_lower.shape[0]}):
            mean += 0.5 * (block_lower[k][axis] + block_upper[k][axis])
        mean /= float({num_blocks ~ block_lower.shape[0]})
        split_pos[0] = wp.clamp(mean, lo[axis] + 0.1 * size[axis], hi[axis] - 0.1 * size[axis])}
        {node_lower[0] = lo
        node_upper[0] = hi ~}
            """,
        ),
        (
            "fit_camera frame_scene fit_view",
            "A camera that sees all of a scene",
            _BOUNDS
            + """
        center = 0.5 * (lo + hi)
        {radius = 0.5 * wp.length(hi - lo) + margin ~ radius = 0.5 * wp.length(hi - lo)}
        {distance = radius / wp.sin(0.5 * fov)
        cam_pos[0] = center - distance * wp.normalize(view_dir[0])
        cam_target[0] = center
        {?0.7 near_far[0] = wp.vec2(wp.max(distance - radius, 0.01), distance + radius)} ~
        {# rays of the sun are parallel
        ~}
        sun_pos[0] = center - 2.0 * radius * wp.normalize(sun_dir[0])
        half_width[0] = radius
        near_far[0] = wp.vec2(radius, 3.0 * radius)}
            """,
        ),
    ),
}
"""What a kernel of each target may be for: its names, its summary, and its lines."""


def _draw_single(stream: Stream, target: str) -> KernelSpec:
    """A launch of one thread, which asks for no index."""
    blocks = stream.child("sizes").choice((4, 6, 8, 12, 16))
    titles, summary, text = stream.child("purpose").choice(_TEXTS[target])
    p = Program(stream, launch=(1,))
    _declare_given(p, blocks)
    _declare_kept(p, blocks, 1 if "contact_count[0] == 0" in text else 4 * blocks)
    p.write(text)
    return p.done("bookkeeping", "singles", target, summary, tuple(titles.split()), (
        "Launched with a single thread.", f"{summary}; launched with dim=1.",
    ))  # fmt: skip


def _declare_given(p: Program, blocks: int) -> None:
    """What blocks of threads have left, and what a step is told."""
    for key, span, names in (
        ("loss_sum", (0.1, 2), ("loss_sums", "block_loss")), ("residual_sq", (0.01, 0.3),
        ("residual_sq", "block_sums")),
        ("residual_max", (0.1, 0.7), ("residual_max", "block_max")), ("block_mass", (0.2, 2), ("block_mass",)),
        ("block_mean", (-2, 2), ("block_mean", "means")), ("block_m2", (0.1, 2), ("block_m2", "m2")),
        ("costs", (-2, 2), ("costs", "trial_costs", "merit")), ("alphas", (0.05, 1), ("alphas", "trial_alphas")),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (blocks,), names)
    for key, span, names in (
        ("block_lower", (-2, 0), ("block_lower", "partial_lower")), ("block_upper", (0.2, 2),
        ("block_upper", "partial_upper")),
        ("block_moment", (-2, 2), ("block_moment",)), ("block_momentum", (-2, 2), ("block_momentum",)),
        ("block_angular", (-2, 2), ("block_angular_momentum",)),
    ):  # fmt: skip
        p.array(key, VEC, span, (blocks,), names)
    p.array("counts", INT, (0, 5), (blocks,), ("counts", "block_counts"))
    for key, span, names in (
        ("slope", (-2, -0.5), ("slope", "grad_dot_dir")), ("trial_cost", (0.5, 2), ("trial_cost", "new_cost")),
        ("predicted", (0.2, 3), ("predicted_decrease", "model_decrease")), ("step_norm", (0.2, 1.5), ("step_norm",)),
        ("rhs_norm", (0.5, 4), ("b_norm", "rhs_norm")), ("p_ap", (-0.3, 2), ("p_ap", "pAp")),
        ("error", (0.05, 1.5), ("error", "error_norm", "local_error")), ("pos_error", (0.05, 1), ("pos_error",)),
        ("vel_error", (0.05, 1), ("vel_error",)), ("max_speed", (0, 4), ("max_speed",)),
        ("first_energy", (0, 2), ("initial_energy",)), ("param_norm_sq", (0.1, 2), ("param_norm_sq",)),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (1,), names)
    p.array("view_dir", VEC, (0.2, 1), (1,), ("view_dir",))
    p.array("sun_dir", VEC, (-1, -0.2), (1,), ("sun_dir", "light_dir"))
    p.array("num_expected", INT, (2 * blocks, 3 * blocks), (1,), ("num_items", "item_count"))
    p.scalar("warm_start", FLAG, (0, 1), ("warm_start", "use_warm_start"))
    for key, span, names in (
        ("capacity", (blocks, 3 * blocks), ("capacity", "max_count")), ("max_cells", (60, 400), ("max_cells",)),
        ("max_iterations", (2, 6), ("max_iterations", "iteration_limit")), ("patience", (0, 5), ("patience",)),
        ("few_iterations", (2, 4), ("few_iterations", "target_iterations")),
        ("many_iterations", (4, 6), ("many_iterations", "iteration_limit")), ("step", (0, 2), ("step", "train_step")),
        ("num_rows", (4, 16), ("num_rows",)),
    ):  # fmt: skip
        p.scalar(key, INT, span, names)
    for key, span, names, usual in (
        ("decay", (0.3, 0.9), ("decay",), ("0.5", "0.8")),
        ("first_penalty", (0.2, 1.0), ("initial_rho", "rho_init"), ("0.5",)),
        ("tol", (0.1, 0.8), ("tol", "rel_tol"), ("0.5", "0.25")),
        ("norm_tol", (0.1, 1.2), ("tol", "abs_tol"), ("0.5",)),
        ("abs_tol", (0.3, 1.2), ("abs_tol",), ("0.5",)), ("max_tol", (0.4, 0.8), ("max_tol",), ("0.5",)),
        ("move_tol", (0.1, 0.3), ("move_tol", "still_distance"), ("0.2",)),
        ("pos_tol", (0.3, 1), ("pos_tol",), ("0.5",)), ("vel_tol", (0.3, 1), ("vel_tol",), ("0.5",)),
        ("penetration_limit", (0.05, 0.3), ("max_allowed_penetration", "penetration_limit"), ("0.1",)),
        ("weight_decay", (0.01, 0.2), ("weight_decay",), ("0.05",)), ("min_gain", (0.02, 0.2), ("min_gain",),
        ("0.05",)),
        ("armijo", (0.05, 0.9), ("armijo", "c1"), ("0.25",)), ("first_alpha", (0.5, 1.5), ("initial_alpha",),
        ("0.75",)),
        ("shrink", (0.4, 0.9), ("shrink", "backtrack"), ("0.5", "0.8")), ("safety", (0.7, 0.95), ("safety",), ("0.9",)),
        ("accept_ratio", (0, 0.9), ("accept_ratio", "eta"), ("0.1",)), ("min_lam", (0.05, 0.3), ("min_damping",),
        ("0.1",)),
        ("max_lam", (1, 2), ("max_damping",), ("1.5",)), ("max_radius", (0.8, 1.5), ("max_radius",), ("1.0",)),
        ("min_radius", (0.1, 0.4), ("min_radius",), ("0.2",)), ("divergence", (0.7, 2.0), ("divergence_factor",),
        ("1.5",)),
        ("min_dt", (0.08, 0.16), ("min_dt", "dt_min"), ("0.1",)), ("max_dt", (0.18, 0.35), ("max_dt", "dt_max"),
        ("0.25",)),
        ("sound_speed", (0.5, 2), ("sound_speed",), ("1.5",)), ("cfl", (0.2, 0.9), ("cfl",), ("0.5",)),
        ("cell_width", (0.3, 0.8), ("cell_size", "dx"), ("0.5",)),
        ("viscosity", (0.05, 0.5), ("viscosity",), ("0.1",)), ("margin", (0.05, 0.3), ("margin", "padding"), ("0.1",)),
        ("fov", (0.5, 1.2), ("fov", "fov_y"), ("0.8",)),
    ):  # fmt: skip
        p.number(key, span, names, usual)
    p.scalar("frame_end", FLOAT, (1.5, 3), ("frame_end", "end_time"))
    p.sizes(num_blocks=blocks, num_trials=blocks, tile_size=p.choices.choice((2, 4)), cells_along=8)
    for each in _FUNCTIONS:
        p.function(each)
    for key, span, names in (
        ("kinetic_in", (0, 1), ("kinetic_energy",)), ("dual_sq", (0.05, 6), ("dual_residual_sq", "s_dot_s")),
        ("trial_slope", (-2, 1), ("trial_slope", "new_slope")), ("loss_in", (0.1, 1), ("loss", "val_loss")),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (1,), names)
    p.array("was_touched", INT, (0, 1), (1,), ("user_input", "was_touched"))
    p.array("is_locked", FLAG, (0, 1), (1,), ("is_locked", "pool_locked"))
    p.array("frozen", INT, (0, 1), (1,), ("is_frozen", "frozen"))
    for key, names in (
        ("never_sleeps", ("never_sleep", "disable_sleep")), ("keep_counts", ("keep_counts", "accumulate")),
        ("clips", ("clip_gradients", "use_clipping")), ("allows_fewer", ("allow_fewer", "allow_partial")),
    ):  # fmt: skip
        p.scalar(key, FLAG, (0, 1), names)
    for key, span, names in (
        ("rebuild_every", (2, 4), ("rebuild_interval", "rebuild_every")),
        ("bad_limit", (0, 2), ("overflow_limit", "max_bad")),
        ("growth_interval", (1, 4), ("growth_interval", "scale_window")),
        ("num_wanted", (2, 4), ("num_wanted", "k_best", "request_size")),
        ("update_every", (2, 4), ("update_interval", "rho_interval")),
        ("max_substeps", (2, 8), ("max_substeps", "substep_limit")),
        ("warmup_steps", (1, 3), ("warmup_steps", "num_warmup")),
        ("decay_every", (2, 3), ("decay_interval", "decay_steps")),
    ):
        p.scalar(key, INT, span, names)
    for key, span, names, usual in (
        ("idle_energy", (0.3, 0.7), ("idle_energy", "sleep_energy"), ("0.5",)),
        ("backoff", (0.3, 0.8), ("backoff_factor", "scale_backoff"), ("0.5",)),
        ("max_scale", (2, 6), ("max_loss_scale", "scale_limit"), ("4.0",)),
        ("max_norm", (0.5, 1.5), ("max_grad_norm", "clip_norm"), ("1.0",)),
        ("clip_factor", (1.2, 2.5), ("clip_factor",), ("2.0",)),
        ("curvature", (0.1, 0.9), ("curvature", "c2"), ("0.9", "0.5")),
        ("max_alpha", (1, 3), ("max_alpha", "alpha_limit"), ("2.0",)),
        ("balance", (1.2, 3), ("balance", "residual_ratio"), ("1.5",)),
        ("keep_ratio", (0.2, 0.9), ("keep_ratio", "contraction"), ("0.5",)),
        ("travel", (0.3, 1), ("travel", "max_cells_moved"), ("0.5",)),
        ("base_lr", (0.3, 1), ("base_lr", "learning_rate"), ("0.5",)),
        ("min_lr", (0.05, 0.25), ("min_lr", "final_lr"), ("0.1",)),
    ):
        p.number(key, span, names, usual)
    p.scalar("lr_step", INT, (0, 7), ("step", "train_step", "epoch"))
    p.scalar("top_wanted", INT, (blocks, 3 * blocks), ("num_wanted", "k_best", "num_top"))
    p.array("used", INT, (0, 1), (blocks,), ("block_used", "is_used"))
    p.array("num_bad", INT, (0, 3), (1,), ("num_nonfinite", "overflow_count"))
    for key, names in (
        ("is_static", ("scene_static", "is_static")), ("ignores_bad", ("ignore_overflow",)),
        ("is_fixed", ("fixed_penalty", "keep_rho")), ("keeps_rate", ("constant_lr", "freeze_lr")),
    ):  # fmt: skip
        p.scalar(key, FLAG, (0, 1), names)
    p.number("skin", (0.2, 0.8), ("skin", "verlet_margin"), ("0.4", "0.5"))
    p.scalar("frame_dt", FLOAT, (0.2, 1), ("frame_dt", "outer_dt"))
    p.constants({"RUNNING": 0, "CONVERGED": 1, "STALLED": 2, "DIVERGED": 3})


def _declare_kept(p: Program, blocks: int, most_contacts: int) -> None:
    """What is kept from one launch to the next, and what is only written."""
    for key, span, names in (
        ("peak_contacts", (0, 60), ("peak_contacts", "max_contact_count")),
        ("contact_count", (0, most_contacts), ("contact_count", "num_contacts")), ("num_dropped", (0, 9),
        ("num_dropped",)),
        ("overflow", (0, 1), ("overflow",)),
        ("num_mesh_pairs", (0, 9), ("num_mesh_pairs", "mesh_pair_count")),
        ("num_triangle_pairs", (0, 9), ("num_triangle_pairs", "triangle_pair_count")),
        ("pair_count", (0, 40), ("pair_count", "num_pairs")),
        ("iteration", (0, 10), ("iteration", "niter")), ("converged", (0, 1), ("converged",)), ("done", (0, 1),
        ("done",)),
        ("frame", (0, 40), ("frame", "step_count")), ("num_warnings", (0, 3), ("num_warnings",)),
        ("best_step", (0, 3), ("best_step",)), ("num_stalled", (0, 4), ("num_stalled", "stall_count")),
        ("stop", (0, 1), ("stop",)), ("num_failed", (0, 3), ("num_failed",)), ("num_evals", (0, 9), ("num_evals",)),
        ("accepted", (0, 1), ("accepted",)), ("num_filled", (0, 3), ("num_occupied",)), ("status", (0, 3), ("status",)),
        ("best_iteration", (0, 6), ("best_iteration",)), ("num_steps", (0, 9), ("num_steps", "substep_count")),
        ("num_rejected", (0, 3), ("num_rejected",)), ("frame_done", (0, 1), ("frame_done",)),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, span)
    for key, span, names in (
        ("since_rebuild", (0, 5), ("steps_since_rebuild", "rebuild_age")),
        ("num_idle", (0, 6), ("num_idle", "idle_steps")),
        ("num_rebuilds", (0, 5), ("num_rebuilds", "rebuild_count")), ("asleep", (0, 1), ("scene_asleep", "asleep")),
        ("num_sleeps", (0, 5), ("num_sleeps",)), ("num_good", (0, 4), ("good_steps", "growth_tracker")),
        ("num_skipped", (0, 5), ("num_skipped", "skipped_steps")),
        ("num_clipped", (0, 5), ("num_clipped", "clip_count")), ("num_used", (0, 5), ("num_used", "used_blocks")),
        ("num_updates", (0, 5), ("num_updates", "rho_updates")), ("substeps", (1, 8), ("substeps", "num_substeps")),
        ("num_capped", (0, 5), ("num_capped",)), ("num_calm", (0, 5), ("calm_frames", "num_calm")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, span)
    for key, names in (
        ("rebuild", ("rebuild_lists", "needs_rebuild")), ("skip_step", ("skip_step", "found_inf")),
        ("threshold_bin", ("threshold_bin", "cutoff_bin")), ("block_start", ("block_start", "first_block")),
        ("refactor", ("refactor", "rebuild_matrix")), ("num_above", ("num_above", "count_above")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names)
    for key, span, names in (
        ("max_moved", (0, 0.4), ("max_displacement", "max_moved")), ("loss_scale", (1, 6), ("loss_scale",)),
        ("mean_norm", (0.1, 1.2), ("mean_grad_norm", "norm_ema")), ("alpha_now", (0.2, 2), ("alpha", "trial_alpha")),
        ("low_alpha", (0, 0.5), ("alpha_low", "bracket_low")), ("high_alpha", (0.8, 4), ("alpha_high", "bracket_high")),
        ("penalty", (0.1, 1.5), ("rho", "penalty")), ("last_norm", (0.2, 2), ("last_norm", "prev_norm")),
        ("lr", (0.05, 1), ("lr", "learning_rate")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names, span)
    for key, names in (
        ("grad_norm", ("grad_norm",)), ("clip_scale", ("clip_scale", "grad_scale")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names)
    for key, names in (
        ("num_items", ("num_items", "total_count")), ("num_samples", ("num_samples",)), ("num_cells", ("num_cells",)),
        ("max_bin_count", ("max_bin_count",)), ("total_tiles", ("total_tiles", "num_tiles")),
        ("split_axis", ("split_axis",)),
        ("num_padding", ("num_padding",)), ("total_rows", ("total_rows", "nefc")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names)
    for key, span, names in (
        ("kinetic", (0, 2), ("kinetic_energy",)), ("potential", (-1, 1), ("potential_energy",)),
        ("max_penetration", (0, 0.4), ("max_penetration",)), ("running_loss", (0.1, 1), ("running_loss",)),
        ("best_loss", (0.1, 1), ("best_loss",)), ("first_norm", (0.5, 3), ("initial_norm",)),
        ("cost_now", (-1.8, -0.6), ("cost", "current_cost")), ("cost_kept", (0.5, 2.5), ("cost", "current_cost")),
        ("lam", (0.1, 1.5), ("lm_damping", "lam")),
        ("growth", (1.5, 4), ("growth", "damping_scale")), ("trust", (0.3, 1.2), ("trust_radius", "radius")),
        ("rr", (0.05, 2), ("r_dot_r", "residual_sq")), ("rz_new", (0.05, 2), ("rz_new", "r_dot_z")),
        ("rz_old", (0.1, 2), ("rz_old", "rz_prev")), ("best_norm", (0.2, 1.5), ("best_norm",)),
        ("last_ratio", (0.2, 1.5), ("last_error_ratio",)), ("dt", (0.1, 0.5), ("dt", "timestep")),
        ("time", (0.5, 2), ("time", "sim_time")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names, span)
    for key, names in (
        ("residual_norm", ("residual_norm",)), ("target_norm", ("target_norm", "residual_limit")),
        ("loss", ("loss",)), ("largest_out", ("max_residual",)),
        ("total_mass", ("total_mass",)), ("kinetic_com", ("com_kinetic_energy",)), ("mean_out", ("mean",)),
        ("variance", ("variance",)), ("alpha_out", ("alpha", "step_length")), ("beta", ("beta",)),
        ("cell_size", ("cell_size", "voxel_size")), ("inv_cell_size", ("inv_cell_size",)),
        ("split_pos", ("split_pos", "split_plane")), ("half_width", ("shadow_half_width", "ortho_size")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names)
    for key, names in (
        ("com", ("com", "center_of_mass")), ("com_vel", ("com_vel",)), ("angular_momentum", ("angular_momentum",)),
        ("origin", ("grid_origin", "grid_lower")), ("node_lower", ("node_lower",)), ("node_upper", ("node_upper",)),
        ("cam_pos", ("cam_pos", "camera_pos")), ("cam_target", ("cam_target", "look_at")), ("sun_pos", ("light_pos",)),
    ):  # fmt: skip
        p.output(key, VEC, (1,), names)
    p.output("near_far", Type("float32", (2,)), (1,), ("near_far", "clip_range"))
    p.output("grid_dim", TRIPLE, (1,), ("grid_dim", "grid_res"))
    p.output("res", INT, (3,), ("grid_dim", "grid_res"))
    for key, names in (
        ("energy_log", ("energy_log", "energy_history")), ("drift_log", ("energy_drift",)),
        ("penetration_log", ("penetration_log",)),
    ):  # fmt: skip
        p.output(key, FLOAT, (blocks,), names, (0, 1))
    p.output("contact_log", INT, (blocks,), ("contact_log", "contact_history"), (0, 9))
    for key, names in (
        ("tile_start", ("tile_start", "tile_offsets")), ("tile_count", ("tile_count",)),
        ("row_start", ("row_start", "efc_start")), ("row_count", ("row_count", "efc_count")),
    ):  # fmt: skip
        p.output(key, INT, (blocks + (key == "tile_start"),), names)
    p.output("offsets", INT, (blocks + 1,), ("offsets", "starts"))
    p.output("cursor", INT, (blocks,), ("bin_count", "bin_cursor"), (0, 5))


_FUNCTIONS = (
    """
    def is_converged(norm: float, reference: float, abs_tol: float, rel_tol: float) -> bool:
        {return norm < wp.max(abs_tol, rel_tol * reference) ~ return norm < abs_tol or norm < rel_tol * reference ~
        if norm < abs_tol:
            return True
        return norm < rel_tol * reference}
    """,
    """
    def decreases_enough(cost: float, trial: float, c1: float, alpha: float, slope: float) -> bool:
        return trial <= cost + c1 * alpha * slope
    """,
    """
    def gain_ratio(cost: float, trial: float, predicted: float) -> float:
        {return (cost - trial) / wp.max(predicted, 1.0e-6) ~ gained = cost - trial
        return gained / wp.max(predicted, 1.0e-6)}
    """,
)
"""Functions that some of the kernels call."""

_WEIGHTS = dict.fromkeys(_TEXTS, 2.2) | {
    "check_residual": 1.5,
    "adapt_step": 1.5,
    "choose_step": 1.5,
    "finish_sum": 1.2,
    "fit_grid": 1.2,
    "sum_offsets": 1.5,
}
RECIPES = (
    Recipe(name="singles", category="bookkeeping", targets=tuple(_TEXTS), draw=_draw_single, target_weights=_WEIGHTS),
)
