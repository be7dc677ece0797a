"""The NVIDIA Warp front end: ``@wp.kernel`` functions to generated C++ and CUDA, forward and adjoint."""
