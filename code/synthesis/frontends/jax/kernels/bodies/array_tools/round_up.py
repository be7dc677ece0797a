"""Bodies of round_up for ``recipes/applications/array_tools.py``."""

from synthesis.drawing.kernel_files.words import helper


@helper
def round_up(size: int, multiple: int) -> int:
    #| 0.4
    """Rounds up to a multiple."""
    #| end
    #| one of
    return -(-size // multiple) * multiple
    #| or
    return (size + multiple - 1) // multiple * multiple
    #| or
    rest = size % multiple
    return size if rest == 0 else size + multiple - rest
    #| end
