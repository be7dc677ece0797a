"""Bodies of centre for ``recipes/applications/image_augmentation.py``."""


def center_crop(Array):
    def center_crop(images: Array, size: int) -> Array:
        #| 0.5
        """{Centre crop of each image ~ Crops a centred square}."""
        #| end
        #| one of
        height, width = images.shape[-3:-1]
        top, left = (height - size) // 2, (width - size) // 2
        return images[..., top:top + size, left:left + size, :]
        #| or
        top, left = ((side - size) // 2 for side in images.shape[-3:-1])
        return images[..., top:top + size, left:left + size, :]
        #| end
