"""Turns published packages into rows: installs them in a separate environment, extracts and records their kernels.

No code of a package is imported or run in this process. Its licence is checked before any of its code is used.
"""
