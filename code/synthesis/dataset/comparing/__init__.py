"""Compares two folders with rows of the same kernels, made by two versions of the tools.

The definitions of the same kernel and of a difference may be changed here.
"""
