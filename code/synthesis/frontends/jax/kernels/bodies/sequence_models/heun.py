"""Bodies of heun for ``recipes/applications/sequence_models.py``."""


def heun_step(Array, GIVEN, vector_field, y, AHEAD):
    def heun_step(params, TAKEN, dt: float) -> Array:
        #| 0.4
        """One step of Heun's method."""
        #| end
        k1 = vector_field(params, GIVEN)
        #? 0.4 the mean of the rates at both ends
        ahead = y + dt * k1
        #| one of
        return y + 0.5 * dt * (k1 + vector_field(params, AHEAD))
        #| or
        k2 = vector_field(params, AHEAD)
        return y + dt * (k1 + k2) / 2.0
        #| end
