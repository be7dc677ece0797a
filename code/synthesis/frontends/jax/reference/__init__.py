"""What a JAX function computes, told from its jaxpr by NumPy: the oracle that its texts are held against.

It shares nothing with XLA or the StableHLO interpreter. A jaxpr comes from tracing the Python source, or from the
printed text by a parser of ours; both become one :class:`~.graphs.Graph`. A primitive without a rule is refused.
"""
