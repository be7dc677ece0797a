"""Bodies of mlp for ``recipes/applications/networks.py``."""


def mlp(Array, ACT):
    def mlp(layers, x: Array, activate_last: bool = False) -> Array:
        #| 0.5
        """{Small MLP ~ Layers with an activation between them}."""
        #| end
        #| one of
        for i, layer in enumerate(layers):
            x = x @ layer['w'] + layer['b']
            if activate_last or i < len(layers) - 1:
                x = ACT(x)
        return x
        #| or
        *hidden, last = layers
        for layer in hidden:
            x = ACT(x @ layer['w'] + layer['b'])
        x = x @ last['w'] + last['b']
        return ACT(x) if activate_last else x
        #| end
