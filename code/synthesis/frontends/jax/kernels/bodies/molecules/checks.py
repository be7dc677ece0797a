"""Bodies of checks for ``recipes/applications/molecules.py``."""


def neighbours(idx, R):
    #| 0.15
    if idx.ndim != 2 or idx.shape[0] != R.shape[0]:
        raise ValueError(f'expected a row of neighbours for each particle, got {idx.shape}')
    #| end
