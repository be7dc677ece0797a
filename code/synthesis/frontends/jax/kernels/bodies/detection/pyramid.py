"""Bodies of pyramid for ``recipes/applications/detection.py``."""


def pyramid(features, params, upsample, MERGE, bottom_up, halve, pool, smooth, num_extra, extra_level):
    #| 0.5
    #| one of
    missing = [name for name in features if name not in params['lateral']]
    if missing:
        raise ValueError(f'no weights for the levels {missing}')
    #| or
    if len(features) < 2:
        raise ValueError('a pyramid has two levels or more')
    #| end
    #| end
    #| one of
    names = sorted(features)
    #| or
    names = sorted(features.keys())
    #| end
    #? 0.4 all levels get the same number of channels
    #| one of
    laterals = {name: features[name] @ params['lateral'][name] for name in names}
    #| or
    #: laterals = {name: jnp.einsum('bhwc,cd->bhwd', features[name], params['lateral'][name]) for name in names}
    #| or
    #: laterals = {}
    #: for name in names:
    #:     laterals[name] = features[name] @ params['lateral'][name]
        #| 0.6
    #:     if activate_lateral:
    #:         laterals[name] = jax.nn.relu(laterals[name])
        #| end
    #| end
    #? 0.4 from the coarsest level down
    #| one of
    merged = {}
    merged[names[-1]] = laterals[names[-1]]
    for fine, coarse in zip(reversed(names[:-1]), reversed(names[1:])):
        above = upsample(merged[coarse], laterals[fine].shape[1:3])
        MERGE
    #| or
    #: merged, above = {}, None
    #: for fine in reversed(names):
    #:     if above is None:
    #:         merged[fine] = laterals[fine]
    #:     else:
    #:         above = upsample(above, laterals[fine].shape[1:3])
    #:         MERGE
    #:     above = merged[fine]
    #| end
    #| 0.35
    if bottom_up:
        #? 0.5 and upsample
        for fine, coarse in zip(names[:-1], names[1:]):
            below = halve(merged[fine], pool)
            merged[coarse] = merged[coarse] + below
    #| end
    #| one of
    outs = {name: smooth(params['smooth'][name], merged[name]) for name in names}
    #| or
    #: outs = {name: smooth(params['smooth'][name], level) for name, level in merged.items()}
    #| or
    #: outs = {}
    #: for name in names:
        #| one of
    #:     if name in skip_smooth:
    #:         outs[name] = merged[name]
    #:         continue
    #:     outs[name] = smooth(params['smooth'][name], merged[name])
        #| or
    #:     outs[name] = merged[name] if name in skip_smooth else smooth(params['smooth'][name], merged[name])
        #| end
    #| end
    #| one of
    for i in range(num_extra):
        #? 0.5 extra coarse levels
        last = outs[f'p{len(names) + i + 1}']
        outs[f'p{len(names) + i + 2}'] = halve(last, pool)
    #| or
    if extra_level:
        outs['extra'] = halve(outs[names[-1]], pool)
    #| or
    #| end
    return outs
