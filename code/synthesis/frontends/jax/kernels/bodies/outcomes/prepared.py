"""Bodies of prepared for ``recipes/applications/outcomes.py``."""


def prepared(logits, OPTIONAL, temperature):
    #| 0.12
    if logits.ndim != 2:
        raise ValueError(f'expected logits of shape (batch, vocab), got {logits.shape}')
    #| end
    OPTIONAL
    logits = logits / temperature
