"""Bodies of midpoint for ``recipes/applications/sequence_models.py``."""


def midpoint_step(Array, GIVEN, vector_field, y, MIDDLE):
    def midpoint_step(params, TAKEN, dt: float) -> Array:
        #| 0.4
        """One step of the midpoint method."""
        #| end
        #| one of
        middle = y + 0.5 * dt * vector_field(params, GIVEN)
        return y + dt * vector_field(params, MIDDLE)
        #| or
        k1 = vector_field(params, GIVEN)
        middle = y + 0.5 * dt * k1
        return y + dt * vector_field(params, MIDDLE)
        #| end
