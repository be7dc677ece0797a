"""Bodies of nested for ``recipes/applications/observables.py``."""

from synthesis.drawing.kernel_files.words import either


def nested(substeps, weights, dt, ONE):
    for _ in range(substeps):
        for w in weights:
            dt_k = either(w * dt / substeps, dt * w / substeps)
            ONE
