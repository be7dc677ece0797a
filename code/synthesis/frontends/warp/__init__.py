"""The NVIDIA Warp front end: ``@wp.kernel`` functions to generated C++ and CUDA, forward and adjoint, and PTX.

``recipes`` and ``ops`` say what is drawn and may be added to. ``tests/test_house.py`` lists the modules that may touch
private parts of Warp.
"""
