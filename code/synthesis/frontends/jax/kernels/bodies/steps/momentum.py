"""Bodies of momentum for ``recipes/applications/steps.py``."""


def momentum(EACH, beta, grads, velocity, nesterov):
    #| one of
    velocity = EACH(lambda v, g: beta * v + g, velocity, grads)
    #| 0.3
    if nesterov:
        updates = EACH(lambda v, g: g + beta * v, velocity, grads)
    else:
        updates = velocity
    #| else
    updates = velocity
    #| end
    #| or
    velocity = EACH(lambda v, g: beta * v + (1.0 - beta) * g, velocity, grads)
    updates = velocity
    #| end
