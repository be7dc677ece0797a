"""Bodies of planned for ``recipes/applications/tracking.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def planned(
    keep_plan, num_elites, num_samples, sigma, smoothing, limits, state, method, with_costs, key, final_weight,
    advance, dt, temperature, inertia, stage_cost, goal, obstacles, effort, discount, plan,
):
    #| 0.5
    #| one of
    if num_elites > num_samples:
        raise ValueError(f'cannot keep {num_elites} of {num_samples} plans')
    #| or
    if plan.ndim != 2:
        raise ValueError('a plan has one row for each step')
    #| end
    #| end
    #| one of
    horizon, num_controls = plan.shape
    #| or
    horizon = plan.shape[0]
    #| end
    #| one of
    noise = sigma * jax.random.normal(key, (num_samples, *plan.shape))
    #| or
    noise = sigma * jax.random.normal(key, (num_samples,) + plan.shape, plan.dtype)
    #| end
    #| 0.5
    #| one of
    if smoothing > 0.0:
        #? 0.5 penalize jitter
        #| one of
        smooth = [noise[:, 0]]
        for t in range(1, horizon):
            smooth.append(smoothing * smooth[-1] + (1.0 - smoothing) * noise[:, t])
        noise = jnp.stack(smooth, axis=1)
        #| or
        before = jnp.pad(noise[:, :-1], ((0, 0), (1, 0), (0, 0)))
        noise = (1.0 - smoothing) * noise + smoothing * before
        #| end
    #| end
    #| end
    #| 0.4
    if keep_plan:
        #? 0.5 the plan so far is a candidate too
        noise = noise.at[0].set(0.0)
    #| end
    #| one of
    plans = plan + noise
    if limits is not None:
        #| one of
        low, high = limits
        plans = jnp.clip(plans, low, high)
        #| or
        plans = jnp.clip(plans, limits[0], limits[1])
        #| or
        plans = jnp.clip(plans, *limits)
        #| end
    #| or
    plans = plan + noise if limits is None else jnp.clip(plan + noise, limits[0], limits[1])
    #| end
    def cost_of(candidate):
        #| one of
        x, cost = state, 0.0
        for t in range(horizon):
            x = advance(x, candidate[t], dt)
            cost = cost + either(stage_cost(x, candidate[t], goal, obstacles, effort), discount ** t * stage_cost(x, candidate[t], goal, obstacles, effort))
        #| or
        x = state
        costs = []
        for u in candidate:
            x = advance(x, u, dt)
            costs.append(stage_cost(x, u, goal, obstacles, effort))
        cost = sum(costs)
        #| end
        #| 0.6
        #| one of
        if final_weight > 0.0:
            cost = cost + final_weight * jnp.sum((x[:2] - goal) ** 2)
        #| or
        cost = cost + final_weight * jnp.sum((x[:2] - goal) ** 2)
        #| end
        #| end
        return cost
    costs = jax.vmap(cost_of)(plans)
    #| one of
    if method == 'softmax':
        #? 0.5 cheaper plans have more weight
        #| one of
        weights = jax.nn.softmax(-(costs - jnp.min(costs)) / temperature)
        #| or
        weights = jnp.exp(-(costs - jnp.min(costs)) / temperature)
        weights = weights / jnp.sum(weights)
        #| end
        plan = either(jnp.einsum('n,nta->ta', weights, plans), jnp.tensordot(weights, plans, axes=1))
    elif method == 'elites':
        #| one of
        _, best = jax.lax.top_k(-costs, num_elites)
        #| or
        best = jnp.argsort(costs)[:num_elites]
        #| end
        elites = plans[best]
        plan = jnp.mean(elites, axis=0)
    #| one of
    elif method == 'best':
        plan = plans[jnp.argmin(costs)]
    #| or
    #| end
    else:
        raise ValueError(f'unknown method {method}')
    #| or
    if num_elites > 0:
        elites = plans[jax.lax.top_k(-costs, num_elites)[1]]
        #| one of
        plan = (1.0 - inertia) * jnp.mean(elites, axis=0) + inertia * plan
        #| or
        plan = jnp.mean(elites, axis=0)
        #| end
    else:
        #? 0.5 cheaper plans have more weight
        weights = jax.nn.softmax((jnp.min(costs) - costs) / temperature)
        plan = jnp.einsum('n,nta->ta', weights, plans)
    #| end
    #? 0.4 the next plan begins a step later
    #| one of
    next_plan = jnp.concatenate([plan[1:], plan[-1:]])
    #| or
    next_plan = jnp.roll(plan, -1, axis=0).at[-1].set(plan[-1])
    #| or
    next_plan = jnp.concatenate([plan[1:], jnp.zeros_like(plan[:1])])
    #| end
    #| one of
    return plan[0], next_plan
    #| or
    if not with_costs:
        return plan[0], next_plan
    return plan[0], next_plan, costs
    #| or
    return plan[0], next_plan, {'best_cost': jnp.min(costs), 'mean_cost': jnp.mean(costs)}
    #| end
