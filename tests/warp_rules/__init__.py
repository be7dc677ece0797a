"""One-call kernels for every built-in that Warp's oracle models, made from Warp's own registry, and what they give."""
