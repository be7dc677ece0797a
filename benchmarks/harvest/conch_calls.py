"""Calls of conch-triton-kernels' functions at small sizes."""

from collections.abc import Callable
from typing import Any

import torch
from calling import call_all, real, whole
from conch.ops.activation.gelu_tanh_and_mul import gelu_tanh_and_mul
from conch.ops.activation.silu_and_mul import silu_and_mul
from conch.ops.attention.paged_attention import paged_attention
from conch.ops.attention.varlen_attention import varlen_attention
from conch.ops.embedding.rotary_embedding import rotary_embedding
from conch.ops.normalization.gemma_rms_norm import gemma_rms_norm
from conch.ops.normalization.rms_norm import fused_add_rms_norm, rms_norm
from conch.ops.quantization.fp8 import scaled_fp8_quant
from conch.ops.quantization.gemm import mixed_precision_gemm, scaled_gemm
from conch.ops.quantization.int8 import scaled_int8_quant
from conch.ops.vision.bev_pool import bev_pool, bev_pool_backward
from conch.ops.vision.nms import nms
from conch.ops.vision.voxelization import VoxelizationParameter, generate_voxels
from conch.ops.vllm.copy_blocks import copy_blocks
from conch.ops.vllm.reshape_and_cache import reshape_and_cache

half = torch.float16


def ints(*numbers: int) -> torch.Tensor:
    return torch.tensor(numbers, dtype=torch.int32, device="cuda")


def of_pages() -> Any:
    cache = [real(6, 16, 2, 32, dtype=half) for _ in range(2)]
    table = ints(0, 1, 2, 3).reshape(2, 2)
    return paged_attention(real(2, 4, 32, dtype=half), *cache, table, ints(20, 31))


def of_lengths() -> Any:
    cache = [real(6, 32, 2, 32, dtype=half) for _ in range(2)]
    table = ints(0, 1, 2, 3).reshape(2, 2)
    return varlen_attention(
        real(30, 4, 32, dtype=half), *cache, ints(0, 12, 30), 18, ints(40, 50), 50, table, causal=True
    )


def of_boxes() -> Any:
    corners = torch.rand(20, 2, device="cuda") * 10
    return nms(torch.cat([corners, corners + 2], 1), torch.rand(20, device="cuda"), 0.4)


def of_points() -> Any:
    parameter = VoxelizationParameter(
        min_range=(0.0, 0.0, 0.0), max_range=(4.0, 4.0, 4.0), voxel_dim=(1.0, 1.0, 1.0), max_num_points_per_voxel=4
    )
    return generate_voxels(torch.rand(40, 4, device="cuda") * 4, parameter)


def of_bird() -> Any:
    cells = whole(4, 12, 4, dtype=torch.int32)
    cells[:, 3] = 0
    starts, lengths = ints(0, 5), ints(5, 7)
    found = bev_pool(real(12, 8), cells, starts, lengths, 1, 4, 4, 4)
    return bev_pool_backward(real(*found.shape), cells, starts, lengths)


CALLS: dict[str, Callable[[], Any]] = {
    "gelu": lambda: gelu_tanh_and_mul(real(8, 64, dtype=half)),
    "silu": lambda: silu_and_mul(real(8, 64, dtype=half)),
    "pages": of_pages,
    "lengths": of_lengths,
    "rotary": lambda: rotary_embedding(whole(16, 6), real(6, 64), real(6, 32), 32, real(16, 32)),
    "gemma": lambda: gemma_rms_norm(real(8, 64), real(64), 1e-6),
    "gemma_added": lambda: gemma_rms_norm(real(8, 64), real(64), 1e-6, real(8, 64)),
    "rms_norm": lambda: rms_norm(real(8, 64), real(64), 1e-6),
    "rms_norm_added": lambda: fused_add_rms_norm(real(8, 64), real(8, 64), real(64), 1e-6),
    "fp8": lambda: scaled_fp8_quant(real(8, 64), torch.ones(1, device="cuda")),
    "fp8_dynamic": lambda: scaled_fp8_quant(real(8, 64)),
    "int8": lambda: scaled_int8_quant(real(8, 64), torch.ones(1, device="cuda")),
    "int8_dynamic": lambda: scaled_int8_quant(real(8, 64)),
    "mixed": lambda: mixed_precision_gemm(
        real(16, 64, dtype=half), whole(1 << 30, 8, 32, dtype=torch.int32), real(1, 32, dtype=half), None, 4, 8, 64
    ),
    "scaled": lambda: scaled_gemm(
        whole(99, 16, 32, dtype=torch.int8), whole(99, 32, 32, dtype=torch.int8), real(16, 1), real(32, 1), half
    ),
    "bird": of_bird,
    "nms": of_boxes,
    "voxels": of_points,
    "copy_blocks": lambda: copy_blocks(
        [real(4, 2, 16, 8)], [real(4, 2, 16, 8)], torch.tensor([[0, 1], [2, 3]], device="cuda")
    ),
    "cache": lambda: reshape_and_cache(
        real(4, 2, 32), real(4, 2, 32), real(4, 16, 2, 32), real(4, 16, 2, 32), whole(60, 4)
    ),
}

if __name__ == "__main__":
    call_all(CALLS)
