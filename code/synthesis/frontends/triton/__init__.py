"""The Triton front end, from kernels in Triton's language to TTIR, TTGIR, LLVM IR, PTX, SASS and AMD assembly.

Nothing here needs a GPU. ``kernels`` and ``recipes`` define what is drawn, and may be extended. Only ``lowering`` may
use the passes of Triton's compiler and import private parts of Triton.
"""
