"""Bodies of halves for ``recipes/applications/rows.py``."""

from synthesis.drawing.kernel_files.words import either


def halves(FIRST, PAST, TEST, OTHERWISE):
    lo = int(FIRST)
    hi = int(PAST)
    while lo < hi:
        mid = either((lo + hi) // 2, lo + (hi - lo) // 2)
        #| one of
        if TEST:
            lo = mid + 1
        else:
            hi = mid
        #| or
        if OTHERWISE:
            hi = mid
        else:
            lo = mid + 1
        #| end
