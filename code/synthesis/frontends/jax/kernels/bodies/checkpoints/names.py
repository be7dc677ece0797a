"""Bodies of names for ``recipes/applications/checkpoints.py``."""


def names(EMBED, last, path, w, CONVERT):
    #| one of
    if last == 'weight' and path[-1] == EMBED:
        last = 'embedding'
    elif last == 'weight' and w.ndim == 1:
        #? 0.5 of a normalization
        last = 'scale'
    elif last == 'weight':
        last, w = 'kernel', CONVERT
    elif last == 'running_mean':
        last = 'mean'
    elif last == 'running_var':
        last = 'var'
    #| or
    if last == 'weight':
        if w.ndim == 1:
            last = 'scale'
        elif EMBED in path:
            last = 'embedding'
        else:
            last = 'kernel'
            w = CONVERT
    elif last.startswith('running_'):
        #? 0.5 statistics of a batch normalization
        last = last.removeprefix('running_')
    #| end


def names_2(last, EMBED, path, w, CONVERT):
    #| one of
    if last == 'weight':
        last = 'scale' if w.ndim == 1 else 'embedding' if path[-1] == EMBED else 'kernel'
    #| or
    if last == 'weight' and w.ndim > 1:
        last = 'embedding' if EMBED in path else 'kernel'
    elif last == 'weight':
        last = 'scale'
    #| end
    #| one of
    elif last in ('running_mean', 'running_var'):
        last = last.split('_')[-1]
    #| or
    #: last = {'running_mean': 'mean', 'running_var': 'var'}.get(last) or last
    #| end
    #? 0.5 kernels have their inputs first here
    if last == 'kernel':
        w = CONVERT
