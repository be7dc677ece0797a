"""irsmith: pairs of Python kernels and the compiler IR made of them, from NVIDIA Warp and JAX."""
