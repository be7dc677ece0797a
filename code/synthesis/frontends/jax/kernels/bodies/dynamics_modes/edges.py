"""Bodies of edges for ``recipes/applications/dynamics_modes.py``."""

import jax.numpy as jnp


def edges(u, dx, nine_points):
    #| 0.3
    if u.ndim != 2:
        raise ValueError(f'expected a field of shape (height, width), got {u.shape}')
    #| else
    #| 0.4
    if dx <= 0.0:
        raise ValueError(f'expected a positive spacing, got {dx}')
    #| end
    #| end
    def stencil(padded):
        centre = padded[1:-1, 1:-1]
        #| 0.4
        if nine_points:
            #? 0.6 isotropic with corners
            corners = padded[2:, 2:] + padded[2:, :-2] + padded[:-2, 2:] + padded[:-2, :-2]
            sides = padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2]
            return (corners + 4.0 * sides - 20.0 * centre) / (6.0 * dx ** 2)
        #| end
        vertical = padded[2:, 1:-1] - 2.0 * centre + padded[:-2, 1:-1]
        horizontal = padded[1:-1, 2:] - 2.0 * centre + padded[1:-1, :-2]
        return (vertical + horizontal) / dx ** 2


def edges_2(nu, out, conductivity, source, u, solid):
    #| one of
    out = nu * out
    #| or
    out = nu * out
    #| or
    if conductivity is not None:
        out = out * conductivity
    #| end
    #| 0.35
    if source is not None:
        #| 0.8
        if source.shape != u.shape:
            raise ValueError(f'expected a source of shape {u.shape}, got {source.shape}')
        #| end
        out = out + source
    #| end
    #| 0.3
    if solid is not None:
        #? 0.5 walls stay fixed
        out = jnp.where(solid, 0.0, out)
    #| end
