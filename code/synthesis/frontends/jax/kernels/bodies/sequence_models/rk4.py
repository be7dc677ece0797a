"""Bodies of rk4 for ``recipes/applications/sequence_models.py``."""


def rk4_step(Array, GIVEN, vector_field, SECOND, THIRD, FOURTH, y):
    def rk4_step(params, TAKEN, dt: float) -> Array:
        #| 0.4
        """{One step of the classical Runge-Kutta method ~ Fourth order}."""
        #| end
        k1 = vector_field(params, GIVEN)
        k2 = vector_field(params, SECOND)
        k3 = vector_field(params, THIRD)
        k4 = vector_field(params, FOURTH)
        #| one of
        return y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        #| or
        return y + dt * (k1 + 2.0 * (k2 + k3) + k4) / 6.0
        #| end
