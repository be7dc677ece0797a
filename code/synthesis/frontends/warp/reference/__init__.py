"""What a Warp kernel computes, told from its Python source by NumPy: the oracle that its texts are held against.

It shares nothing with Warp's code generator. The source is parsed by Python; every construct and built-in has semantics
written here, after Warp's documentation and what its own kernels do. What is not modelled is refused, never guessed.
"""
