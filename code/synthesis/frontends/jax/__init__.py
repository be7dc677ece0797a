"""The JAX front end, from functions of arrays to jaxpr, StableHLO, HLO and optimised HLO, with their VJPs and JVPs.

``recipes`` and ``ops`` define what is drawn, and may be extended. Only ``lowering``, ``execution``, ``launches`` and
``releases`` may import private parts of JAX.
"""
