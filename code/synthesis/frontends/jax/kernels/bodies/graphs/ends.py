"""Bodies of ends for ``recipes/applications/graphs.py``."""

from synthesis.drawing.kernel_files.words import either


def ends(receivers, senders, nodes):
    #| 0.5
    if either(senders.shape != receivers.shape, senders.ndim != 1 or senders.shape != receivers.shape):
        #| one of
        raise ValueError('senders and receivers have different shapes')
        #| or
        raise ValueError(f'{senders.shape[0]} senders but {receivers.shape[0]} receivers')
        #| end
    #| else
    #| 0.4
    if nodes.ndim != 2:
        raise ValueError(f'expected nodes of shape (nodes, features), got {nodes.shape}')
    #| end
    #| end
    n = nodes.shape[0]
