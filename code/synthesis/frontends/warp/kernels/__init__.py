"""Kernels as Python files, which are read as text and never imported.

``families`` holds complete kernel files, one folder a subject: add a file and run ``irsmith kernel check`` on it.
``bodies`` holds statements that recipes complete to kernels, one folder for each recipe module: change a function, or
add one and name it in the recipe. ``arguments`` holds what the names in them stand for, one file for each recipe
module. ``docs/kernel_files.md`` describes the notation.
"""
