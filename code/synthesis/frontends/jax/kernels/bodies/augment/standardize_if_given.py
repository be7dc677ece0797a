"""Bodies of standardize_if_given for ``recipes/applications/augment.py``."""


def standardize_if_given(channel_mean, channel_std, images):
    #| one of
    if channel_mean is not None and channel_std is not None:
        # {the channels of the whole data set, not of the batch ~ bring channels to a common scale}
        images = (images - channel_mean) / channel_std
    #| or
    if channel_mean is not None:
        images = images - channel_mean
    if channel_std is not None:
        images = images / channel_std
    #| end
