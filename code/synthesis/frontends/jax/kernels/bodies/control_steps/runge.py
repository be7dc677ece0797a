"""Bodies of runge for ``recipes/applications/control_steps.py``."""


def rk4_step(Array, Callable):
    def rk4_step(rates: Callable, state: Array, dt: float) -> Array:
        #| 0.4
        """One step of the classical Runge-Kutta method."""
        #| end
        k1 = rates(state)
        k2 = rates(state + 0.5 * dt * k1)
        k3 = rates(state + 0.5 * dt * k2)
        k4 = rates(state + dt * k3)
        return state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
