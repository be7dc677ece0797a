"""Bodies of patches for ``recipes/applications/images.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def patches(VALUE, conv_patches, params, patch):
    #| one of
    h = conv_patches(VALUE, params['kernel'], patch)
    #? 0.5 patches as a sequence ~ one row for each patch
    h = either(h.reshape(h.shape[0], h.shape[1], -1).transpose(0, 2, 1), jnp.swapaxes(h.reshape(*h.shape[:2], -1), 1, 2))
    #| or
    #: b, c, height, width = x.shape
    #: h = VALUE.reshape(b, c, height // patch, patch, width // patch, patch)
    #? 0.5 one row for each patch
    #: h = h.transpose(0, 2, 4, 1, 3, 5).reshape(b, -1, c * patch ** 2)
    #| one of
    #: h = jnp.einsum('bpk,ok->bpo', h, params['kernel'].reshape(-1, h.shape[-1])WIDE)
    #| or
    #: h = jnp.matmul(h, params['kernel'].reshape(-1, h.shape[-1]).TWIDE)
    #| end
    #| end


def patches_2(VALUE, conv_patches, params, patch):
    #| one of
    h = conv_patches(VALUE, params['kernel'], patch)
    #? 0.5 patches as a sequence ~ one row for each patch
    h = either(h.reshape(h.shape[0], -1, h.shape[-1]), jnp.reshape(h, (h.shape[0], -1, h.shape[-1])))
    #| or
    #: b, height, width, c = x.shape
    #: h = VALUE.reshape(b, height // patch, patch, width // patch, patch, c)
    #? 0.5 one row for each patch
    #: h = h.transpose(0, 1, 3, 2, 4, 5).reshape(b, -1, patch ** 2 * c)
    #| one of
    #: h = jnp.einsum('bpk,ko->bpo', h, params['kernel'].reshape(h.shape[-1], -1)WIDE)
    #| or
    #: h = jnp.matmul(h, params['kernel'].reshape(h.shape[-1], -1)WIDE)
    #| end
    #| end
