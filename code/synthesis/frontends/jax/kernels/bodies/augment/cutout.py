"""Bodies of cutout for ``recipes/applications/augment.py``."""

import jax
import jax.numpy as jnp


def cutout(images, size, KNOWN, SHAPE, COUNT, height, n, row_key, column_key, width, CHOSEN, FILLED):
    #| one of
    #| 0.4
    if images.ndim != 4:
        raise ValueError(f'expected images of shape (batch, height, width, channels), got {images.shape}')
    #| end
    #| or
    #| 0.4
    if size < 1:
        raise ValueError(f'expected a square of at least one pixel, got {size}')
    #| end
    #| end
    KNOWN
    SHAPE
    #| one of
    KEYS = jax.random.split(COUNT)
    centre_y = jax.random.randint(row_key, (n, 1), 0, height)
    centre_x = jax.random.randint(column_key, (n, 1), 0, width)
    # {squares may cross the edge}
    top, left = centre_y - size // 2, centre_x - size // 2
    #| or
    # {squares lie within the image}
    KEYS = jax.random.split(COUNT)
    top = jax.random.randint(row_key, (n, 1), 0, height - size + 1)
    left = jax.random.randint(column_key, (n, 1), 0, width - size + 1)
    #| end
    #| one of
    rows, columns = jnp.arange(height), jnp.arange(width)
    inside_rows = (rows >= top) & (rows < top + size)
    inside_columns = (columns >= left) & (columns < left + size)
    #| or
    down, right = jnp.arange(height) - top, jnp.arange(width) - left
    inside_rows = (down >= 0) & (down < size)
    inside_columns = (right >= 0) & (right < size)
    #| end
    hole = inside_rows[:, :, None] & inside_columns[:, None, :]
    CHOSEN
    FILLED
