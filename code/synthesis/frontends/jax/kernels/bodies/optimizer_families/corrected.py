"""Bodies of corrected for ``recipes/applications/optimizer_families.py``."""


def corrected(FIRST, b1, b2, correct, count, debias, nu):
    #| one of
    mu_hat, nu_hat = (debias(FIRST, b1, count), debias(nu, b2, count)) if correct else (FIRST, nu)
    #| or
    mu_hat = debias(FIRST, b1, count) if correct else FIRST
    nu_hat = debias(nu, b2, count) if correct else nu
    #| or
    if correct:
        mu_hat, nu_hat = debias(FIRST, b1, count), debias(nu, b2, count)
    else:
        mu_hat, nu_hat = FIRST, nu
    #| or
    mu_hat, nu_hat = debias(FIRST, b1, count), debias(nu, b2, count)
    #| end
