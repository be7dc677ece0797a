"""The NVIDIA Warp front end, from ``@wp.kernel`` functions to generated C++ and CUDA, forward and adjoint, and PTX.

``recipes`` and ``ops`` define what is drawn, and may be extended. ``tests/test_house.py`` lists the modules that may
use private parts of Warp.
"""
