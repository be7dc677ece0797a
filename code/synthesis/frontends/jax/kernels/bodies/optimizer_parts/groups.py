"""Bodies of groups for ``recipes/applications/optimizer_parts.py``."""


def groups(name, pretrained, freeze, no_decay, params, GRAD, g, learning_rate, weight_decay, frozen, GROUP):
    #| one of
    def group_of(name):
        #| 0.4
        """{Parameter group ~ Parameter group by name}."""
        #| end
        #| one of
        if name.startswith(pretrained):
            return 'frozen' if freeze else 'slow'
        #| one of
        if name.endswith(('bias', 'scale', '_b')):
            return 'no_decay'
        return 'decay'
        #| or
        return 'no_decay' if name.endswith(('bias', 'scale', '_b')) else 'decay'
        #| end
        #| or
        if name.startswith(pretrained):
            if freeze:
                #? 0.4 pretrained layers stay as they are
                return 'frozen'
            return 'slow'
        return 'no_decay' if any(word in name for word in no_decay) else 'decay'
        #| end
    new_params = {}
    for name, w in params.items():
        group = group_of(name)
        if group == 'frozen':
            #? 0.4 excluded from decay as well
            new_params[name] = w
            continue
        GRAD
        #? 0.4 the first layers move less
        #| one of
        delta = learning_rate * (0.1 if group == 'slow' else 1.0) * g
        #| or
        rate = 0.1 * learning_rate if group == 'slow' else learning_rate
        delta = rate * g
        #| or
        rate = learning_rate
        if group == 'slow':
            rate = 0.1 * rate
        delta = rate * g
        #| end
        #| one of
        if group == 'decay':
            delta = delta + learning_rate * weight_decay * w
        #| or
        if group != 'no_decay':
            delta = delta + learning_rate * weight_decay * w
        #| end
        new_params[name] = w - delta
    return new_params
    #| or
    #| one of
    def group_of(name):
        if name.startswith(frozen):
            #? 0.4 pretrained
            return 'frozen'
        #| one of
        if any(word in name for word in no_decay):
            return 'no_decay'
        return 'decay'
        #| or
        return 'no_decay' if any(word in name for word in no_decay) else 'decay'
        #| end
    #| or
    def group_of(name, w):
        if name.startswith(frozen):
            #? 0.4 pretrained
            return 'frozen'
        if any(word in name for word in no_decay) or w.ndim < 2:
            return 'no_decay'
        return 'decay'
    #| end
    new_params = dict(params)
    for name, w in params.items():
        group = GROUP
        if group == 'frozen':
            continue
        GRAD
        #? 0.4 the decay does not pass through the step size of the gradient
        #| one of
        delta = g + weight_decay * w if group == 'decay' else g
        #| or
        delta = g
        if group == 'decay':
            delta = delta + weight_decay * w
        #| end
        new_params[name] = w - learning_rate * delta
    return new_params
    #| or
    #: new_params = {}
    #: for name, w in params.items():
    #:     GRAD
        #? 0.4 decay matrices only
    #:     if w.ndim > 1 and name not in exclude:
    #:         g = g + weight_decay * w
        #| 0.6
    #:     if scales is not None and name in scales:
            #? 0.4 per-parameter learning rates
    #:         g = scales[name] * g
        #| end
    #:     new_params[name] = w - learning_rate * g
    #: return new_params
    #| end
