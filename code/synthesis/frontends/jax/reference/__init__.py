"""An oracle that computes the results of a JAX function in NumPy from its jaxpr, to compare its texts with.

It shares no code with XLA, the StableHLO interpreter, or the modules that make and run texts. It evaluates the jaxpr
that the Python source traces to, as a :class:`~synthesis.frontends.jax.graphs.Graph`. A primitive without a rule is
refused.
"""
