"""Bodies of window for ``recipes/applications/token_generation.py``."""

import jax.numpy as jnp


def next_scores(Array, ACT):
    def next_scores(params, h: Array, token: Array):
        #| 0.4
        """{Next-token logits and the new window ~ MLP on the last tokens}."""
        #| end
        #| one of
        h = jnp.concatenate([h[:, 1:], token[:, None]], axis=1)
        #| or
        h = jnp.roll(h, -1, axis=1).at[:, -1].set(token)
        #| end
        #? 0.4 concatenate the last tokens
        x = params['embed'][h].reshape(h.shape[0], -1)
        #| one of
        x = ACT(x @ params['w1'] + params['b1'])
        return h, x @ params['w2'] + params['b2']
        #| or
        for w, b in ((params['w1'], params['b1']), (params['w2'], params['b2'])):
            x = ACT(x @ w + b)
        return h, x @ params['head'] + params['head_bias']
        #| end
