"""Bodies of smoothed_binary for ``recipes/applications/losses.py``."""


def smoothed_binary(labels, smoothing):
    #? 0.5 label smoothing towards one half
    #| one of
    labels = (1.0 - smoothing) * labels + 0.5 * smoothing
    #| or
    if smoothing > 0.0:
        labels = labels * (1.0 - smoothing) + 0.5 * smoothing
    #| end
