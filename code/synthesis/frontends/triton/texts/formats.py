"""The format of each operation, as in the assembly formats of MLIR's and Triton's dialects.

A format is a list of words:

- ``%a`` is an operand, and ``%a*`` is any number of operands.
- ``$a`` is a word, ``"a`` a string and ``#a`` a number; they become attributes.
- ``<a,b>`` is the type of the operands a and b, and ``<a*>`` the types of several operands.
- ``@function`` is a function's type, ``@attrs`` are attributes, and ``@flags`` are assumptions for optimisers.
- ``(?`` and ``?)`` enclose an optional part.
- Any other word stands for itself.

The words after ``=>`` are the types of the results: ``<result>`` is written in the format, ``a`` is the type of an
operand, ``bool(a)`` is i1 with the shape of a, ``pointee(a)`` is the type that a points to, and ``scalar(a)`` is the
type of its elements.

Operations with regions and functions are read by ``parsing``.
"""

from collections.abc import Mapping
from types import MappingProxyType

UNARY = "%a @flags @attrs : <a> => a"
BINARY = "%a , %b @flags @attrs : <a,b> => a"
TERNARY = "%a , %b , %c @flags @attrs : <a,b,c> => a"
CAST = "%a @flags @attrs : <a> to <result> => <result>"
CONVERSION = "%a @attrs : <a> -> <result> => <result>"
PAIR = "%a , %b @attrs : <a,b> -> <result> => <result>"
NOTHING = "@attrs"

_UNARY = """arith.negf math.absf math.absi math.acos math.acosh math.asin math.asinh math.atan math.atanh math.cbrt
math.ceil math.cos math.cosh math.ctlz math.cttz math.ctpop math.erf math.erfc math.exp math.exp2 math.expm1 math.floor
math.log math.log10 math.log1p math.log2 math.round math.roundeven math.rsqrt math.sin math.sinh math.sqrt math.tan
math.tanh math.trunc tt.precise_sqrt"""

_BINARY = """arith.addf arith.addi arith.andi arith.ceildivsi arith.ceildivui arith.divf arith.divsi arith.divui
arith.floordivsi arith.maximumf arith.maxnumf arith.maxsi arith.maxui arith.minimumf arith.minnumf arith.minsi
arith.minui arith.mulf arith.muli arith.ori arith.remf arith.remsi arith.remui arith.shli arith.shrsi arith.shrui
arith.subf arith.subi arith.xori math.atan2 math.copysign math.powf tt.approx_divf tt.mulhiui tt.precise_divf"""

_CASTS = """arith.bitcast arith.extf arith.extsi arith.extui arith.fptosi arith.fptoui arith.index_cast
arith.index_castui arith.sitofp arith.truncf arith.trunci arith.uitofp"""

_CONVERSIONS = """tt.bitcast tt.broadcast tt.expand_dims tt.int_to_ptr tt.ptr_to_int tt.splat tt.trans
ttg.convert_layout ttg.fp4_to_fp ttg.memdesc_reinterpret ttg.memdesc_reshape ttg.memdesc_trans
amdg.in_thread_transpose"""

_NOTHING = """tt.grid_dependency_launch_dependents tt.grid_dependency_wait ttng.async_tma_store_wait
ttng.cluster_barrier ttng.fence_async_shared ttng.fence_mbarrier_init_release_cluster gpu.barrier"""

_OTHERS = {
    "arith.cmpf": "$predicate , %a , %b @flags @attrs : <a,b> => bool(a)",
    "arith.cmpi": "$predicate , %a , %b @attrs : <a,b> => bool(a)",
    **dict.fromkeys(("math.isfinite", "math.isinf", "math.isnan"), "%a @flags @attrs : <a> => bool(a)"),
    "arith.select": "%c , %a , %b @attrs : (? <c> , ?) <a,b> => a",
    "arith.addui_extended": "%a , %b @attrs : <a,b> , <overflow> => a <overflow>",
    "arith.mulsi_extended": "%a , %b @attrs : <a,b> => a a",
    "arith.mului_extended": "%a , %b @attrs : <a,b> => a a",
    "math.fma": TERNARY,
    "cf.assert": '%condition , "message @attrs',
    "llvm.intr.assume": "%condition @attrs : <condition>",
    "ub.poison": "@attrs : <result> => <result>",
    "tt.addptr": "%ptr , %offset @attrs : <ptr> , <offset> => ptr",
    "tt.assert": '%condition , "message @attrs : <condition>',
    "tt.atomic_cas": "$sem , $scope , %ptr , %compare , %value @attrs : @function",
    "tt.atomic_load": "$sem , $scope , %ptr (? , %mask ?) @attrs : @function",
    "tt.atomic_poll": "$sem , $scope , %ptr , %expected (? timeout %timeout ?) @attrs : <ptr> , <expected> -> <result>"
    " => <result>",
    "tt.atomic_rmw": "$kind , $sem , $scope , %ptr , %value (? , %mask ?) @attrs : @function",
    "tt.atomic_store": "$sem , $scope , %ptr , %value (? , %mask ?) @attrs : <ptr>",
    "tt.call": "@callee ( %arguments* ) @attrs : @function",
    "tt.cat": PAIR,
    "tt.clampf": "%a , %b , %c , propagateNan = $propagate @attrs : <a,b,c> => a",
    "tt.descriptor_gather": "%desc [ %rows , %column ] @attrs : @function",
    "tt.descriptor_load": "%desc [ %indices* ] @attrs : <desc> -> <result> => <result>",
    "tt.descriptor_reduce": "$kind , %desc [ %indices* ] , %value @attrs : <desc> , <value>",
    "tt.descriptor_scatter": "%desc [ %rows , %column ] , %value @attrs : <desc> , <rows> , <column> , <value>",
    "tt.descriptor_store": "%desc [ %indices* ] , %value @attrs : <desc> , <value>",
    "tt.dot": "%a , %b , %c (? , inputPrecision = $precision ?) @attrs : <a> * <b> -> <c> => c",
    "tt.dot_scaled": "%a (? scale %a_scale ?) , %b (? scale %b_scale ?) , %c lhs = $lhs rhs = $rhs @attrs"
    " : <a> (? , <a_scale> ?) * <b> (? , <b_scale> ?) -> <c> => c",
    "tt.elementwise_inline_asm": '"assembly @attrs (? %arguments* : <arguments*> ?) -> <results*> => <results*>',
    "tt.extern_elementwise": "%arguments* @attrs : @function",
    "tt.fp_to_fp": "%a @attrs (? , rounding = $rounding ?) @attrs : <a> -> <result> => <result>",
    "tt.gather": "%source [ %indices ] @attrs : @function",
    "tt.get_num_programs": "$axis @attrs : <result> => <result>",
    "tt.get_program_id": "$axis @attrs : <result> => <result>",
    "tt.histogram": "%a (? , %mask ?) @attrs : <a> -> <result> => <result>",
    "tt.join": PAIR,
    "tt.load": "%ptr (? , %mask ?) (? , %other ?) @attrs : <ptr> => pointee(ptr)",
    "tt.make_range": "@attrs : <result> => <result>",
    "tt.make_tensor_descriptor": "%base , [ %shape* ] , [ %strides* ] @attrs : <base> , <result> => <result>",
    "tt.print": '"prefix @attrs (? : %arguments* : <arguments*> ?)',
    "tt.reshape": "%a (? allow_reorder ?) (? efficient_layout ?) @attrs : <a> -> <result> => <result>",
    "tt.split": "%a @attrs : <a> -> <result> => <result> <result>",
    "tt.store": "%ptr , %value (? , %mask ?) @attrs : <ptr>",
    "tt.unsplat": "%a @attrs : <a> => scalar(a)",
    "ttg.async_commit_group": "(? tokens %tokens* ?) @attrs => token",
    "ttg.async_copy_global_to_local": "%ptr , %target (? mask %mask ?) (? other %other ?) @attrs : <ptr> -> <target>"
    " => token",
    "ttg.async_wait": "(? %tokens* ?) @attrs => token",
    "ttg.barrier": "@spaces @attrs",
    "ttg.global_scratch_alloc": "@attrs : <result> => <result>",
    "ttg.local_alloc": "(? %source ?) @attrs : @function",
    "ttg.local_barrier": NOTHING,
    "ttg.local_dealloc": "%a @attrs : <a>",
    "ttg.local_gather": "%a [ %indices ] (? token %token ?) @attrs : <a> , <indices> -> <result> => <result>",
    "ttg.local_load": "%a (? token %token ?) @attrs : <a> -> <result> => <result>",
    "ttg.local_store": "%value , %target @attrs : <value> -> <target>",
    "ttg.memdesc_index": "%a [ %index ] @attrs : <a> -> <result> => <result>",
    "ttg.memdesc_subslice": "%a [ @offsets ] @attrs : <a> -> <result> => <result>",
    "ttng.arrive_barrier": "%barrier , #count (? , %predicate ?) @attrs : <barrier>",
    "ttng.async_copy_mbarrier_arrive": "%barrier @attrs : <barrier>",
    "ttng.async_tma_copy_global_to_local": "%desc [ %indices* ] %target , %barrier , %predicate @attrs"
    " : <desc> , <barrier> -> <target>",
    "ttng.async_tma_copy_local_to_global": "%desc [ %indices* ] %source @attrs : <desc> , <source>",
    "ttng.async_tma_gather": "%desc [ %rows , %column ] %target , %barrier , %predicate @attrs"
    " : <desc> , <rows> , <column> , <barrier> , <target> , <predicate>",
    "ttng.async_tma_reduce": "$kind , %desc [ %indices* ] %source @attrs : <desc> , <source>",
    "ttng.async_tma_scatter": "%desc [ %rows , %column ] %source @attrs : <desc> , <rows> , <column> , <source>",
    "ttng.barrier_expect": "%barrier , #bytes @attrs , %predicate : <barrier>",
    "ttng.init_barrier": "%barrier , #count @attrs : <barrier>",
    "ttng.inval_barrier": "%barrier @attrs : <barrier>",
    "ttng.reinterpret_tensor_descriptor": "%a @attrs : <a> to <result> => <result>",
    "ttng.tc_gen5_mma": "%a , %b , %c (? [ (? %dependency ?) ] ?) , %use , %predicate (? , %barrier [ %arrives ] ?)"
    " @attrs : <a> , <b> , <c> (? , <barrier> ?)",
    "ttng.tc_gen5_mma_scaled": "%a , %b , %c (? [ (? %dependency ?) ] ?) , %a_scale , %b_scale , %use , %predicate"
    " lhs = $lhs rhs = $rhs (? , %barrier [ %arrives ] ?) @attrs"
    " : <a> , <b> , <c> , <a_scale> , <b_scale> (? , <barrier> ?)",
    "ttng.tensormap_create": "%scratch , %base , [ %box* ] , [ %shape* ] , [ %strides* ] , [ %steps* ] @attrs"
    " : @function",
    "ttng.tensormap_fenceproxy_acquire": "%a @attrs : <a>",
    "ttng.tmem_alloc": "(? %source ?) @attrs : @function",
    "ttng.tmem_load": "%a (? [ (? %dependency ?) ] ?) @attrs : <a> -> <result> => <result>",
    "ttng.tmem_store": "%value , %target (? [ (? %dependency ?) ] ?) , %predicate @attrs : <value> -> <target>",
    "ttng.wait_barrier": "%barrier , %phase (? , %predicate ?) (? deps %deps* ?) @attrs : <barrier> (? , <deps*> ?)",
    "ttng.warp_group_dot": "%a , %b , %c (? , %use ?) @attrs : <a> * <b> -> <c> => c",
    "ttng.warp_group_dot_wait": "%inputs* @attrs : <inputs*> => inputs*",
    "amdg.buffer_atomic_cas": "$sem , $scope , %compare , %value , %ptr [ %offsets ] (? stride = %stride ?) @attrs"
    " : <ptr> -> <value> => value",
    "amdg.buffer_atomic_rmw": "$kind , $sem , $scope , %value , %ptr [ %offsets ] (? , %mask ?) (? stride = %stride ?)"
    " @attrs : <ptr> -> <value> => value",
    "amdg.buffer_load": "%ptr [ %offsets ] (? , %mask ?) (? , %other ?) (? stride = %stride ?) @attrs : <ptr>"
    " -> <result> => <result>",
    "amdg.buffer_store": "%value , %ptr [ %offsets ] (? , %mask ?) (? stride = %stride ?) @attrs : <ptr> -> <value>",
}

FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        name: tuple(text.split())
        for name, text in (
            dict.fromkeys(_UNARY.split(), UNARY)
            | dict.fromkeys(_BINARY.split(), BINARY)
            | dict.fromkeys(_CASTS.split(), CAST)
            | dict.fromkeys(_CONVERSIONS.split(), CONVERSION)
            | dict.fromkeys(_NOTHING.split(), NOTHING)
            | _OTHERS
        ).items()
    }
)
"""The format of each operation that has one."""
