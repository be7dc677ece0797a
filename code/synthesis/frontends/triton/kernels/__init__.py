"""Kernel files: families of kernels as annotated Python, one folder per subject, read as text and never imported.

Add a file to a folder and run ``irsmith kernel check`` on it; ``docs/kernel_files.md`` describes the format.
"""
