"""What a program calls kernels with, kept while it runs: see ``recorder.py``."""
