"""What is counted of kernels and of their texts, so that drawn ones can be held against those of applications.

``reading`` finds functions in installed packages and draws others, ``syntax`` is a function as a tree. ``decisions``
and ``tells`` count what functions of both front ends have; ``warp_kernels``, with ``warp_arrays`` and ``warp_types``,
and ``jax_functions`` make a ``Profile`` of one function, ``texts`` of one text. ``programs`` are JAX programs of
installed libraries, to be lowered. ``comparing`` makes lines of two populations and prints them; ``reasons`` says why
some shares are as they are.
"""
