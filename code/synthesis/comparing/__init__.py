"""Two folders with rows of the same kernels, as of two versions of the tools."""
