"""Bodies of perceptron for ``recipes/applications/encoders.py``."""


def feed_forward(Array, ACT, dense):
    def feed_forward(layer, x: Array) -> Array:
        #| 0.4
        """{Expands, activates and contracts the features ~ Position-wise MLP}."""
        #| end
        #| one of
        h = ACT(dense(layer['up'], x))
        return dense(layer['down'], h)
        #| or
        return dense(layer['down'], ACT(dense(layer['up'], x)))
        #| end
