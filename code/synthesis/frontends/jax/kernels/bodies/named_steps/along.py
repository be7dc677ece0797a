"""Bodies of along for ``recipes/applications/named_steps.py``."""


def along_axis(Array):
    def along_axis(x: Array, axis: int, ndim: int) -> Array:
        #| 0.5
        """Reshapes a vector for broadcasting along one axis."""
        #| end
        #| one of
        shape = [1] * ndim
        shape[axis] = x.shape[0]
        return x.reshape(shape)
        #| or
        return x.reshape([-1 if place == axis else 1 for place in range(ndim)])
        #| end
