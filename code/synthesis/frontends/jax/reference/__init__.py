"""What a JAX function computes, told from its jaxpr by NumPy: the oracle that its texts are held against.

It shares nothing with XLA, the StableHLO interpreter, or what makes and runs texts. It goes by the jaxpr that tracing
the Python source gives, as a :class:`~synthesis.frontends.jax.graphs.Graph`. A primitive without a rule is refused.
"""
