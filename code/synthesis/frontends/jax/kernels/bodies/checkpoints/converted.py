"""Bodies of converted for ``recipes/applications/checkpoints.py``."""


def converted(state, skip, prefix, CASES, HEADS, dtype, STORE):
    #| 0.3
    if not state:
        raise ValueError('there are no weights to convert')
    #| end
    params = {}
    for name, w in state.items():
        #| 0.5
        #| one of
        if name.startswith(skip):
            #? 0.5 heads of other tasks
            continue
        #| or
        if any(part in name for part in skip):
            continue
        #| end
        #| end
        #| 0.4
        #| one of
        name = name.removeprefix('model.')
        #| or
        if prefix is not None and name.startswith(prefix):
            name = name[len(prefix):]
        #| end
        #| end
        #| one of
        path = name.split('.')
        last = path.pop()
        #| or
        *path, last = name.split('.')
        #| end
        #| 0.35
        if last == 'num_batches_tracked':
            continue
        #| end
        CASES
        HEADS
        #| 0.6
        #| one of
        w = w.astype(dtype)
        #| or
        if w.ndim > 1:
            #? 0.5 scales and biases stay as they are
            w = w.astype(dtype)
        #| end
        #| end
        STORE
    return params
