"""Bodies of asked for ``recipes/applications/language_models.py``."""


def asked(last_only, logits, temperature):
    #| one of
    if last_only:
        #? 0.4 logits for sampling ~ the next token of each text
        logits = logits[:, -1]
    #| 0.5
    if temperature != 1.0:
        logits = logits / temperature
    #| end
    return logits
    #| or
    if last_only:
        return logits[:, -1]
    return logits
    #| end
