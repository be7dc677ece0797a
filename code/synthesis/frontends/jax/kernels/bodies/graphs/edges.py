"""Bodies of edges for ``recipes/applications/graphs.py``."""


def edges(edge_weight, senders, messages):
    #| 0.45
    if edge_weight is not None:
        #| 0.8
        if edge_weight.shape != senders.shape:
            raise ValueError(f'expected one weight for each edge, got {edge_weight.shape}')
        #| end
        messages = messages * edge_weight[:, None]
    #| end
