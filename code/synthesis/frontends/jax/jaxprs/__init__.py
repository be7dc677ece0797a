"""Printed jaxprs: text to data (``parsing``), and data to a function of JAX's own primitives (``rebuilding``).

Nothing here computes a value, and nothing is shared with the oracle in ``reference``.
"""
