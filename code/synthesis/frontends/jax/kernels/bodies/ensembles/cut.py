"""Bodies of cut for ``recipes/applications/ensembles.py``."""


def cut(box, cutoff, onset):
    #| one of
    if onset >= cutoff or cutoff > 0.5 * box:
        raise ValueError(f'cutoff {cutoff} does not fit onset {onset} and box {box}')
    #| or
    if cutoff > 0.5 * box:
        raise ValueError(f'cutoff {cutoff} is beyond half the box {box}')
    #| end
