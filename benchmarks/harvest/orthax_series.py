"""Series of orthogonal polynomials, by orthax."""

import jax
import jax.numpy as jnp
import orthax

C = jnp.array([0.5, -1.0, 0.25, 0.125])
D = jnp.array([1.0, 0.5, -0.25])
X = jnp.linspace(-0.9, 0.8, 11)

for name, short in (
    ("chebyshev", "cheb"),
    ("legendre", "leg"),
    ("hermite", "herm"),
    ("hermite_e", "herme"),
    ("laguerre", "lag"),
    ("polynomial", "poly"),
):
    module = getattr(orthax, name)
    for what, arguments in (
        ("val", (X, C)),
        ("add", (C, D)),
        ("mul", (C, D)),
        ("der", (C,)),
        ("int", (C,)),
        ("sub", (C, D)),
        ("fromroots", (D,)),
        ("companion", (C,)),
        ("mulx", (C,)),
        ("weight", (X,)),
        ("val2d", (X, X[::-1], C[:, None] * D)),
        ("line", (C[0], C[1])),
    ):
        function = getattr(module, short + what, None)
        if function is None:
            continue
        jax.jit(function)(*arguments)
    for what, arguments, degree in (("vander", (X,), 4), ("fit", (X, jnp.sin(X)), 3)):
        function = getattr(module, short + what, None)
        if function is None:
            continue
        jax.jit(function, static_argnums=len(arguments))(*arguments, degree)
