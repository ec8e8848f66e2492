"""Settings of a compiler that is not there: what a program sets is kept, and changes nothing."""

from __future__ import annotations

from .._switches import Switches, patching

compile_threads = 1
conv_1x1_as_mm = False
coordinate_descent_check_all_directions = False
coordinate_descent_tuning = False
cpp_wrapper = False
debug = False
epilogue_fusion = True
force_fuse_int_mm_with_mul = False
fx_graph_cache = False
fx_graph_remote_cache = False
max_autotune = False
max_autotune_gemm = False
max_autotune_gemm_backends = "ATEN"
reorder_for_compute_comm_overlap = False
reorder_for_peak_memory = True
shape_padding = True
use_mixed_mm = False

aot_inductor = Switches()
cpp = Switches()
cuda = Switches()
trace = Switches()
triton = Switches()

patch = patching(__name__)
