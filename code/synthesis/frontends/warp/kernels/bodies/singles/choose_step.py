"""Bodies of choose_step for ``recipes/applications/singles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def linesearch_pick_best(costs, num_trials, alphas, armijo, cost_now, slope, alpha_out, num_failed, converged):
    #| one of
    best = int(0)
    low = costs[0]
    for k in range(1, either(num_trials, costs.shape[0])):
    #| or
    #: best = int(-1)
    #: low = float(HUGE)
    #: for k in range(either(num_trials, costs.shape[0])):
    #| end
        if costs[k] < low:
            low = costs[k]
            best = k
    #| one of
    #? sufficient decrease
    if low <= cost_now[0] + armijo * alphas[best] * slope[0]:
    #| or
    #: if low < cost_now[0]:
    #| end
        alpha_out[0] = alphas[best]
        cost_now[0] = low
        #| 0.5
        num_failed[0] = 0
        #| end
    else:
        alpha_out[0] = 0.0
        #| one of
        num_failed[0] += 1
        #| or
        converged[0] = 1
        #| end


def backtracking_step(
    first_alpha, costs, num_trials, armijo, cost_now, decreases_enough, slope, shrink, num_evals, alpha_out,
    converged, num_failed,
):
    alpha = float(either(first_alpha, 1.0))
    found = int(-1)
    for k in range(either(num_trials, costs.shape[0])):
        if either(costs[k] <= cost_now[0] + armijo * alpha * slope[0], decreases_enough(cost_now[0], costs[k], armijo, alpha, slope[0])):
            found = k
            break
        alpha *= shrink
    #| 0.5
    num_evals[0] += found + 1 if found >= 0 else num_trials
    #| end
    #| one of
    if found >= 0:
        alpha_out[0] = alpha
        cost_now[0] = costs[found]
    else:
        #| 0.4
        wp.printf("line search failed\n")
        #| end
        alpha_out[0] = 0.0
        #| one of
        converged[0] = 1
        #| or
        num_failed[0] += 1
        #| end
    #| or
    if found == -1:
        alpha_out[0] = 0.0
        #| one of
        converged[0] = 1
        #| or
        num_failed[0] += 1
        #| end
        return
    alpha_out[0] = alpha
    cost_now[0] = costs[found]
    #| end


def update_damping(
    TINY, cost_kept, gain_ratio, predicted, trial_cost, accept_ratio, accepted, lam, min_lam, growth, max_lam,
):
    ratio = either((cost_kept[0] - trial_cost[0]) / wp.max(predicted[0], TINY), gain_ratio(cost_kept[0], trial_cost[0], predicted[0]))
    #| one of
    if ratio > accept_ratio:
        cost_kept[0] = trial_cost[0]
        accepted[0] = 1
        #| one of
        lam[0] = wp.max(lam[0] / 3.0, min_lam)
        #| or
        r = 2.0 * ratio - 1.0
        lam[0] *= wp.max(1.0 / 3.0, 1.0 - r * r * r)
        growth[0] = 2.0
        #| end
    else:
        accepted[0] = 0
        #| one of
        lam[0] = wp.min(2.0 * lam[0], max_lam)
        #| or
        lam[0] *= growth[0]
        growth[0] *= 2.0
        #| end
    #| or
    #? the model was good, or bad
    if ratio > 0.75:
        lam[0] = wp.max(0.5 * lam[0], min_lam)
    elif ratio < 0.25:
        lam[0] = wp.min(2.0 * lam[0], max_lam)
    accepted[0] = 0
    if ratio > accept_ratio:
        accepted[0] = 1
        cost_kept[0] = trial_cost[0]
    #| end


def update_trust_region(
    cost_kept, trial_cost, TINY, predicted, gain_ratio, trust, step_norm, max_radius, accept_ratio, accepted,
    num_failed, min_radius, converged,
):
    #| one of
    gained = cost_kept[0] - trial_cost[0]
    ratio = gained / wp.max(predicted[0], TINY)
    #| or
    ratio = gain_ratio(cost_kept[0], trial_cost[0], predicted[0])
    #| end
    r = trust[0]
    if ratio < 0.25:
        r *= either(0.25, 0.5)
    elif ratio > 0.75 and step_norm[0] > either(0.9, 0.8) * r:
        #? the step reached the trust region boundary
        r = wp.min(2.0 * r, max_radius)
    trust[0] = r
    if ratio > accept_ratio:
        cost_kept[0] = trial_cost[0]
        accepted[0] = 1
        #| 0.5
        num_failed[0] = 0
        #| end
    else:
        accepted[0] = 0
        #| 0.5
        num_failed[0] += 1
        #| end
    #| 0.5
    if r < min_radius:
        converged[0] = 1
    #| end


def wolfe_bracket(
    converged, alpha_now, armijo, cost_kept, decreases_enough, slope, trial_cost, high_alpha, low_alpha, curvature,
    trial_slope, max_alpha, alpha_out, iteration, max_iterations, num_failed,
):
    #| one of
    if converged[0] == 1:
        return
    #| or
    #| end
    alpha = alpha_now[0]
    #| one of
    if not decreases_enough(cost_kept[0], trial_cost[0], armijo, alpha, slope[0]):
    #| or
    #: if trial_cost[0] > cost_kept[0] + armijo * alpha * slope[0]:
    #| end
        #? too far
        high_alpha[0] = alpha
        alpha_now[0] = 0.5 * (low_alpha[0] + alpha)
    elif trial_slope[0] < curvature * slope[0]:
        #? not far enough
        low_alpha[0] = alpha
        #| one of
        if high_alpha[0] > max_alpha:
            alpha_now[0] = 2.0 * alpha
        else:
            alpha_now[0] = 0.5 * (alpha + high_alpha[0])
        #| or
        alpha_now[0] = 2.0 * alpha if high_alpha[0] > max_alpha else 0.5 * (alpha + high_alpha[0])
        #| end
    else:
        cost_kept[0] = trial_cost[0]
        alpha_out[0] = alpha
        converged[0] = 1
    #| 0.6
    iteration[0] += 1
    if iteration[0] >= max_iterations and converged[0] == 0:
        num_failed[0] += 1
        #| 0.5
        alpha_out[0] = low_alpha[0]
        #| end
    #| end
