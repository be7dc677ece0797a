"""Bodies of network for ``recipes/applications/networks.py``."""

import jax.numpy as jnp


def network(
    graph, params, mlp, gated, edge_mask, aggregate, pool, both_ways, residual, layer_norm, update_edges, KEEP,
    node_mask, FEATURES, features, num_graphs, readouts,
):
    #| 0.4
    #| one of
    if graph['senders'].shape != graph['receivers'].shape:
        raise ValueError('an edge has two ends')
    #| or
    if not params['rounds']:
        raise ValueError('there are no rounds of messages')
    #| end
    #| end
    #| one of
    senders, receivers = graph['senders'], graph['receivers']
    #| or
    senders, receivers = (graph[name] for name in ('senders', 'receivers'))
    #| end
    num_nodes = graph['nodes'].shape[0]
    #| one of
    nodes = mlp(params['encoder'], graph['nodes'])
    #| or
    nodes = mlp(params['encoder'], graph['nodes'], activate_last=True)
    #| end
    #| one of
    if 'edges' in graph:
        edges = mlp(params['edge_encoder'], graph['edges'])
    else:
        edges = None
    #| or
    edges = mlp(params['edge_encoder'], graph['edges']) if 'edges' in graph else None
    #| end
    #| 0.4
    states = [nodes]
    #| end
    for layer in params['rounds']:
        #| one of
        inputs = [nodes[senders], nodes[receivers]]
        if edges is not None:
            inputs.append(edges)
        messages = mlp(layer['message'], jnp.concatenate(inputs, axis=-1))
        #| or
        ends = [nodes[senders], nodes[receivers], *([] if edges is None else [edges])]
        messages = mlp(layer['message'], jnp.concatenate(ends, axis=-1))
        #| or
        #? 0.5 the same for both directions
        near = [nodes[senders] + nodes[receivers], jnp.abs(nodes[senders] - nodes[receivers])]
        if edges is not None:
            near = [*near, edges]
        messages = mlp(layer['message'], jnp.concatenate(near, axis=-1))
        #| end
        #| 0.5
        if 'gate' in layer:
            #? 0.5 weighted edges
            messages = gated(messages, layer['gate'])
        #| end
        #| 0.4
        if edge_mask is not None:
            messages = jnp.where(edge_mask[:, None], messages, 0.0)
        #| end
        pooled = pool(messages, receivers, num_nodes, aggregate)
        #| 0.35
        if both_ways:
            #? 0.4 send messages back to their sources
            pooled = pooled + pool(messages, senders, num_nodes, aggregate)
        #| end
        update = mlp(layer['update'], jnp.concatenate([nodes, pooled], axis=-1))
        #| one of
        nodes = nodes + update if residual else update
        #| or
        nodes = nodes + update
        #| or
        if residual:
            update = update + nodes
        nodes = update
        #| end
        #| 0.5
        #| one of
        if 'norm' in layer:
            nodes = layer_norm(nodes, layer['norm']['scale'], layer['norm']['bias'])
        #| or
        nodes = layer_norm(nodes, **layer['norm']) if 'norm' in layer else nodes
        #| end
        #| end
        #| 0.5
        if edges is not None and update_edges:
            edges = edges + messages
        #| end
        KEEP
    #| 0.5
    if node_mask is not None:
        #? 0.5 padding of the batch
        nodes = jnp.where(node_mask[:, None], nodes, 0.0)
    #| end
    FEATURES
    #| one of
    if 'graph_ids' not in graph:
        return mlp(params['decoder'], features)
    #? 0.5 one vector for each graph
    readout = [pool(features, graph['graph_ids'], num_graphs, how) for how in readouts]
    return mlp(params['decoder'], jnp.concatenate(readout, axis=-1))
    #| or
    #| one of
    if num_graphs is not None:
        features = jnp.concatenate(
            [pool(features, graph['graph_ids'], num_graphs, how) for how in readouts], axis=-1)
    return mlp(params['decoder'], features)
    #| or
    if num_graphs is None:
        return mlp(params['decoder'], features)
    pooled = [pool(features, graph['graph_ids'], num_graphs, how) for how in readouts]
    return mlp(params['decoder'], jnp.concatenate(pooled, axis=-1))
    #| end
    #| end
