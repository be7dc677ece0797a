"""Bodies of rows for ``recipes/applications/array_tools.py``."""


def rows(multiple, x, round_up):
    #| 0.35
    if multiple < 1:
        raise ValueError(f'expected at least one row, got {multiple}')
    #| end
    n = x.shape[0]
    #| one of
    target = round_up(n, multiple)
    missing = target - n
    #| or
    missing = -n % multiple
    #| or
    target = -(-n // multiple) * multiple
    missing = target - n
    #| end
