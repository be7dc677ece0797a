"""Bodies of suzuki for ``recipes/applications/observables.py``."""


def suzuki(order):
    #? 0.4 weights of Suzuki and Yoshida
    if order == 1:
        weights = [1.0]
    elif order == 3:
        #| one of
        w = 1.0 / (2.0 - 2.0 ** (1.0 / 3.0))
        weights = [w, 1.0 - 2.0 * w, w]
        #| or
        weights = [1.3512071919596578, -1.7024143839193153, 1.3512071919596578]
        #| end
    else:
        raise ValueError(f'expected an order of 1 or 3, got {order}')
