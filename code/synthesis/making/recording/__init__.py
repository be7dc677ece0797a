"""Records the kernel launches and function calls of a running program in a folder.

``recorder`` decides what is kept. It runs inside the user's program, where it must neither raise nor change a result.
"""
