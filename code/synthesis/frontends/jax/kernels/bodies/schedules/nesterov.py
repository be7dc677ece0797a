"""Bodies of nesterov for ``recipes/applications/schedules.py``."""


def nesterov(EACH, b1, grads, mu, nesterov, params, rate):
    mu = EACH(lambda m, g: b1 * m + g, mu, grads)
    #| one of
    if nesterov:
        updates = EACH(lambda m, g: b1 * m + g, mu, grads)
    else:
        updates = mu
    new_params = EACH(lambda w, u: w - rate * u, params, updates)
    #| or
    #| 0.5
    # Nesterov momentum
    #| end
    new_params = EACH(lambda w, m, g: w - rate * (b1 * m + g), params, mu, grads)
    #| end
