"""Bodies of state_of for ``recipes/applications/matter.py``."""


def pressure_of(Array):
    def pressure_of(density: Array, stiffness: float, rest: float, kind: str) -> Array:
        #| 0.5
        """{Equation of state ~ Pressure from density}."""
        #| end
        #| one of
        if kind == 'tait':
            return stiffness * rest / 7.0 * ((density / rest) ** 7 - 1.0)
        #| 0.6
        if kind == 'ideal':
            return stiffness * density
        #| end
        return stiffness * (density - rest)
        #| or
        ratio = density / rest
        return stiffness * rest / 7.0 * (ratio ** 7 - 1.0) if kind == 'tait' else stiffness * (density - rest)
        #| end
