"""Bodies of checks for ``recipes/applications/ensembles.py``."""


def checks(state, steps):
    #| 0.1
    if state.R.shape != state.V.shape:
        raise ValueError(f'expected velocities of shape {state.R.shape}, got {state.V.shape}')
    #| end
    #| 0.08
    if steps < 1:
        raise ValueError(f'expected at least one step, got {steps}')
    #| end
