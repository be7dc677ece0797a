"""Bodies of line_search for ``recipes/applications/kinematics.py``."""

from synthesis.drawing.kernel_files.words import either


def line_search(grad, nv, env, q_in, diag, direction, step_out, max_iter, armijo, shrink):
    # slope of the cost along the direction
    slope = float(0.0)
    cost0 = float(0.0)
    for i in range(either(nv, grad.shape[1])):
        x = q_in[env, i]
        slope += (diag[i] * x - grad[env, i]) * direction[env, i]
        cost0 += 0.5 * diag[i] * x * x - grad[env, i] * x
    alpha = float(either(1.0, 1.0))
    #| 0.7
    if slope >= 0.0:
        # no way down
        step_out[env] = 0.0
        return
    #| end
    for _ in range(max_iter):
        cost = float(0.0)
        for i in range(either(nv, grad.shape[1])):
            x = q_in[env, i] + alpha * direction[env, i]
            cost += 0.5 * diag[i] * x * x - grad[env, i] * x
        #| one of
        # the step is good enough
        if cost <= cost0 + armijo * alpha * slope:
            break
        #| or
        if cost < cost0 + armijo * alpha * slope:
            break
        #| end
        alpha = alpha * shrink
    step_out[env] = alpha
