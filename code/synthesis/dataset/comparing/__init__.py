"""Compares two folders with rows of the same kernels, made by two versions of the tools.

What counts as the same kernel and which differences are listed may be changed here.
"""
