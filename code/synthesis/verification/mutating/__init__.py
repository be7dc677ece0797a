"""Makes mutants: texts with one planted error, of the kind that a wrong compiler or a wrong model makes.

``choosing`` picks places in a text; each language has a module that finds them. Add a kind of error to ``records`` and
to the modules of the languages.
"""
