"""Operations of jaxlie's matrix groups, and their gradients."""

import jax
import jax.numpy as jnp
import jaxlie


def main() -> None:
    for group in (jaxlie.SO2, jaxlie.SE2, jaxlie.SO3, jaxlie.SE3):
        tangent = jnp.linspace(0.2, 0.7, group.tangent_dim)
        point = jnp.linspace(-0.5, 0.9, group.space_dim)

        @jax.jit
        def moved(tangent, point, group=group):
            return group.exp(tangent).inverse() @ point

        @jax.jit
        def composed(one, two, group=group):
            return (group.exp(one) @ group.exp(two)).log()

        @jax.jit
        def adjoint(tangent, group=group):
            return group.exp(tangent).adjoint()

        @jax.jit
        def matrix(tangent, group=group):
            return group.exp(tangent).as_matrix()

        @jax.jit
        def turned(tangent, point, group=group):
            return jax.grad(lambda each: jnp.sum((group.exp(each) @ point) ** 2 * point))(tangent)

        @jax.jit
        def between(one, two, group=group):
            return jaxlie.manifold.rminus(group.exp(one), group.exp(two))

        moved(tangent, point)
        composed(tangent, tangent * 0.5)
        adjoint(tangent)
        matrix(tangent)
        turned(tangent, point)
        between(tangent, tangent * 0.5)


if __name__ == "__main__":
    main()
