"""An oracle that computes the results of a Warp kernel in NumPy from its Python source, to compare its texts with.

It shares no code with Warp's code generator. Python parses the source. The semantics of every construct and built-in
are implemented here from Warp's documentation and the behaviour of its own kernels. Anything that is not modelled is
refused, never guessed.
"""
