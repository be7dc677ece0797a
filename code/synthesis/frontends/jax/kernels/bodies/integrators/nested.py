"""Bodies of nested for ``recipes/applications/integrators.py``."""

import jax
from jax import lax

from synthesis.drawing.kernel_files.words import either


def nested(every, LATER, step, TIMES, y0):
    def save_step(y, TIME):
        for j in range(every):
            y = step(y, LATER)
        return y, y
    #? 0.4 only every few steps are kept
    final, trajectory = either(lax.scan, jax.lax.scan)(save_step, y0, TIMES)
