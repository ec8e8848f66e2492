"""The rows of tensors: elementwise, reductions, order, indices, shapes, products, decompositions, spectra, transforms."""

from __future__ import annotations

from row import add, grid, lines, made

HALVES = "float32 float64 bfloat16 float16"

# ---- by element
grid("unary", "abs neg exp log sqrt rsqrt sin cos tanh sigmoid erf reciprocal", kind="unit", grad=True,
     dtypes=HALVES, layouts="dense turned step")
grid("unary", "exp2 expm1 log2 log10 log1p tan asin acos atan sinh cosh asinh atanh square sign floor ceil round trunc frac", kind="unit",
     dtypes="float32 float64 bfloat16", sizes="tiny mid")
grid("unary", "acosh lgamma digamma special.i0 special.i0e special.i1 special.bessel_j0 special.erfcx special.ndtri erfinv special.log_ndtr "
     "special.entr sinc logit", kind="unit", grad=False, dtypes="float32 float64", sizes="mid")
grid("unary", "isnan isfinite logical_not nan_to_num signbit", dtypes="float32 float64 bfloat16", sizes="tiny mid")
grid("unary", "exp sin abs sqrt angle", dtypes="complex64", sizes="mid")
grid("unary", "abs neg bitwise_not sign", kind="count", dtypes="int64 int32 int8", sizes="tiny mid")
grid("unary", "nn.functional.relu nn.functional.gelu nn.functional.silu nn.functional.softplus nn.functional.elu nn.functional.leaky_relu "
     "nn.functional.hardswish nn.functional.mish nn.functional.logsigmoid nn.functional.selu", grad=True, dtypes="float32 float64 bfloat16")
grid("binary", "add sub mul div maximum pow", operands=2, kind="above", grad=True, dtypes=HALVES, layouts="dense turned expanded")
grid("binary", "atan2 hypot fmod remainder copysign logaddexp xlogy nextafter floor_divide fmin heaviside", operands=2, kind="above",
     dtypes="float32 float64 bfloat16", sizes="tiny mid")
grid("binary", "eq lt ge", operands=2, dtypes="float32 int64 bfloat16 int8", sizes="tiny mid")
grid("binary", "add mul floor_divide remainder bitwise_and gcd", operands=2, kind="count", dtypes="int64 int32 int8", sizes="tiny mid")
grid("binary", "logical_and logical_or", operands=2, dtypes="bool float32", sizes="tiny mid")
grid("binary", "addcmul addcdiv lerp", operands=3, kind="unit", grad=True, dtypes="float32 float64 bfloat16")
lines("binary", {
    "where": lambda t: (t.where, (made(t, (512, 512), "bool"), made(t, (512, 512)), made(t, (512, 512)))),
    "clamp": lambda t: (lambda x: x.clamp(-1, 1), (made(t, (512, 512)),)),
    "add_scalar_in_place": lambda t: (lambda x: x.add_(1e-3), (made(t, (512, 512)),)),
    "add_row": lambda t: (t.add, (made(t, (2048, 512)), made(t, (512,)))),
    "add_column": lambda t: (t.add, (made(t, (2048, 512)), made(t, (2048, 1)))),
    "outer": lambda t: (t.mul, (made(t, (2048, 1)), made(t, (1, 512)))),
}, grad="where clamp add_row add_column outer", streams="where clamp add_scalar_in_place add_row add_column outer")  # fmt: skip

# ---- conversions and copies
for _pair in (
    "float32 float64", "float32 bfloat16", "bfloat16 float32", "float32 float16", "float16 float32", "float32 int64",
    "int64 float32", "float32 int32", "uint8 float32", "bool float32", "float32 bool", "bfloat16 int32",
):  # fmt: skip
    _a, _b = _pair.split()
    add(f"copy/{_a}_to_{_b}/mid", lambda t, a=_a, b=_b: (lambda x: x.to(getattr(t, b)), (made(t, (512, 512), a, kind="unit"),)), streams=True)
for _layout in ("dense", "turned", "step", "expanded"):
    add(f"copy/contiguous/{_layout}/large", lambda t, layout=_layout: (lambda x: x.contiguous() if layout != "dense" else x.clone(),
        (made(t, (2048, 1024), layout=layout),)), streams=True)
lines("shape", {
    "view_tiny": lambda t: (lambda x: x.view(-1, 4), (made(t, (8, 8)),)),
    "t_tiny": lambda t: (lambda x: x.t(), (made(t, (8, 8)),)),
    "item_tiny": lambda t: (lambda x: x[3, 4], (made(t, (8, 8)),)),
    "permute": lambda t: (lambda x: x.permute(0, 2, 3, 1).contiguous(), (made(t, (8, 64, 56, 56)),)),
    "flip": lambda t: (lambda x: x.flip(1), (made(t, (512, 512)),)),
    "roll": lambda t: (lambda x: x.roll(7, 1), (made(t, (512, 512)),)),
    "cat": lambda t: (lambda *x: t.cat(x, 1), tuple(made(t, (512, 128)) for _ in range(4))),
    "stack_last": lambda t: (lambda *x: t.stack(x, -1), tuple(made(t, (512, 256)) for _ in range(3))),
    "split": lambda t: (lambda x: x.split(64, 1), (made(t, (512, 512)),)),
    "repeat": lambda t: (lambda x: x.repeat(4, 2), (made(t, (256, 256)),)),
    "repeat_interleave": lambda t: (lambda x: x.repeat_interleave(3, 0), (made(t, (256, 256)),)),
    "pad_constant": lambda t: (lambda x: t.nn.functional.pad(x, (3, 3, 3, 3)), (made(t, (8, 16, 56, 56)),)),
    "pad_reflect": lambda t: (lambda x: t.nn.functional.pad(x, (3, 3, 3, 3), mode="reflect"), (made(t, (8, 16, 56, 56)),)),
    "tril": lambda t: (t.tril, (made(t, (512, 512)),)),
    "unfold": lambda t: (lambda x: x.unfold(1, 8, 4).contiguous(), (made(t, (256, 512)),)),
}, grad="permute flip roll cat stack_last split repeat pad_constant pad_reflect tril",
    streams="permute flip roll cat stack_last split repeat repeat_interleave pad_constant pad_reflect tril")  # fmt: skip

# ---- along axes
for _axis, _dim in {"all": None, "first": 0, "last": 1}.items():
    for _op in "sum mean amax var prod logsumexp norm argmax all".split():
        for _dtype in ("float32", "float64", "bfloat16") if _op in ("sum", "mean", "amax", "argmax") else ("float32",):
            def _make(t, op=_op, dim=_dim, dtype=_dtype):
                x, f = made(t, (512, 1024), dtype, kind="unit"), getattr(t, op)
                whole = dim is None and op not in ("amax", "logsumexp")
                return (f, (x,)) if whole else ((lambda x: f(x, dim=(0, 1) if dim is None else dim)), (x,))

            add(f"reduce/{_op}/{_dtype}/{_axis}", _make, streams=True, grad=_dtype == "float32" and _op not in ("argmax", "all"))
    if _dim is not None:
        for _op in "cumsum cumprod cummax logcumsumexp softmax log_softmax".split():
            add(f"scan/{_op}/float32/{_axis}", lambda t, op=_op, dim=_dim: (lambda x: getattr(t, op)(x, dim), (made(t, (512, 1024), kind="unit"),)),
                streams=_op.endswith("softmax"), grad=True)
grid("reduce", "sum amax any", dtypes="int64 int32 uint8 bool", kind="count", sizes="tiny mid")

# ---- order
lines("order", {
    "sort_last": lambda t: (lambda x: t.sort(x, -1), (made(t, (256, 1024)),)),
    "sort_first": lambda t: (lambda x: t.sort(x, 0), (made(t, (1024, 256)),)),
    "sort_long": lambda t: (t.sort, (made(t, (500_000,)),)),
    "sort_int": lambda t: (t.sort, (t.randint(0, 1000, (500_000,)),)),
    "argsort_stable": lambda t: (lambda x: t.argsort(x, stable=True), (made(t, (100_000,)),)),
    "topk": lambda t: (lambda x: t.topk(x, 10), (made(t, (256, 4096)),)),
    "kthvalue": lambda t: (lambda x: t.kthvalue(x, 100), (made(t, (256, 1024)),)),
    "median": lambda t: (lambda x: t.median(x, 1), (made(t, (256, 1024)),)),
    "quantile": lambda t: (lambda x: t.quantile(x, 0.9, 1), (made(t, (256, 1024)),)),
    "unique": lambda t: (t.unique, (t.randint(0, 1000, (100_000,)),)),
    "unique_inverse": lambda t: (lambda x: t.unique(x, return_inverse=True), (t.randint(0, 1000, (100_000,)),)),
    "searchsorted": lambda t: (t.searchsorted, (t.arange(10_000.0), made(t, (100_000,)))),
    "bucketize": lambda t: (t.bucketize, (made(t, (100_000,)), t.arange(-3.0, 3.0, 0.1))),
    "histc": lambda t: (lambda x: t.histc(x, 64, -3, 3), (made(t, (100_000,)),)),
    "bincount": lambda t: (t.bincount, (t.randint(0, 1000, (100_000,)),)),
    "isin": lambda t: (t.isin, (t.randint(0, 10_000, (100_000,)), t.randint(0, 10_000, (1000,)))),
}, grad="sort_last sort_first topk median")  # fmt: skip

# ---- by index
def _places(t, *shape: int, below: int = 512):
    return t.randint(0, below, shape)


lines("index", {
    "take_rows": lambda t: (lambda x, i: x[i], (made(t, (512, 256)), _places(t, 2048))),
    "pairs": lambda t: (lambda x, i, j: x[i, j], (made(t, (512, 512)), _places(t, 4096), _places(t, 4096))),
    "mask": lambda t: (lambda x, m: x[m], (made(t, (512, 512)), made(t, (512, 512), "bool"))),
    "masked_fill": lambda t: (lambda x, m: x.masked_fill(m, 0.0), (made(t, (512, 512)), made(t, (512, 512), "bool"))),
    "step_slice": lambda t: (lambda x: x[:, ::3] * 1, (made(t, (512, 1536)),)),
    "index_select_first": lambda t: (lambda x, i: x.index_select(0, i), (made(t, (512, 512)), _places(t, 512))),
    "index_select_last": lambda t: (lambda x, i: x.index_select(1, i), (made(t, (512, 512)), _places(t, 512))),
    "gather": lambda t: (lambda x, i: x.gather(1, i), (made(t, (512, 512)), _places(t, 512, 256))),
    "scatter": lambda t: (lambda x, i, s: x.scatter(1, i, s), (made(t, (512, 512)), _places(t, 512, 256), made(t, (512, 256)))),
    "scatter_add": lambda t: (lambda x, i, s: x.scatter_add(0, i, s), (made(t, (512, 64)), _places(t, 4096, 64), made(t, (4096, 64)))),
    "scatter_add_expanded": lambda t: (lambda x, i, s: x.scatter_add(0, i[:, None].expand(-1, 64), s),
                                       (made(t, (512, 64)), _places(t, 4096), made(t, (4096, 64)))),
    "scatter_reduce": lambda t: (lambda x, i, s: x.scatter_reduce(0, i, s, "amax"),
                                 (made(t, (512, 64)), _places(t, 4096, 64), made(t, (4096, 64)))),
    "index_add": lambda t: (lambda x, i, s: x.index_add(0, i, s), (made(t, (512, 64)), _places(t, 4096), made(t, (4096, 64)))),
    "index_put": lambda t: (lambda x, i, s: x.index_put((i,), s, accumulate=True), (made(t, (512, 64)), _places(t, 4096), made(t, (4096, 64)))),
    "nonzero": lambda t: (t.nonzero, (made(t, (512, 512), "bool"),)),
    "take_along": lambda t: (lambda x, i: t.take_along_dim(x, i, 1), (made(t, (512, 512)), _places(t, 512, 512))),
}, grad="take_rows pairs mask masked_fill step_slice index_select_first gather scatter_add index_add index_put")  # fmt: skip

# ---- products
for _n in (4, 32, 128, 512, 1024):
    for _dtype in ("float32", "float64", "bfloat16") if _n in (128, 512) else ("float32",):
        add(f"matmul/mm_{_n}/{_dtype}", lambda t, n=_n, dtype=_dtype: (t.mm, (made(t, (n, n), dtype), made(t, (n, n), dtype))),
            flop=2 * _n**3, grad=_dtype == "float32" and 4 < _n < 1024)
_MATMUL = {
    "mv": (lambda t: (t.mv, (made(t, (1024, 1024)), made(t, (1024,)))), 2 * 1024**2),
    "tall": (lambda t: (t.mm, (made(t, (20_000, 32)), made(t, (32, 8)))), 2 * 20_000 * 32 * 8),
    "turned": (lambda t: (t.mm, (made(t, (512, 512), layout="turned"), made(t, (512, 512), layout="turned"))), 2 * 512**3),
    "bmm_16": (lambda t: (t.bmm, (made(t, (256, 16, 16)), made(t, (256, 16, 16)))), 2 * 256 * 16**3),
    "bmm_128": (lambda t: (t.bmm, (made(t, (16, 128, 128)), made(t, (16, 128, 128)))), 2 * 16 * 128**3),
    "complex_256": (lambda t: (t.mm, (made(t, (256, 256), "complex64"), made(t, (256, 256), "complex64"))), 8 * 256**3),
    "einsum": (lambda t: (lambda a, b: t.einsum("bhid,bhjd->bhij", a, b), (made(t, (4, 8, 128, 64)), made(t, (4, 8, 128, 64)))), 2 * 32 * 128**2 * 64),
    "addmm": (lambda t: (t.addmm, (made(t, (256,)), made(t, (256, 256)), made(t, (256, 256)))), 2 * 256**3),
}
lines("matmul", {n: m for n, (m, _) in _MATMUL.items()}, flop={n: f for n, (_, f) in _MATMUL.items()}, grad="mv bmm_16 bmm_128 einsum addmm")
lines("matmul", {
    "cdist": lambda t: (t.cdist, (made(t, (512, 64)), made(t, (512, 64)))),
    "cdist_1": lambda t: (lambda a, b: t.cdist(a, b, p=1.0), (made(t, (256, 64)), made(t, (256, 64)))),
    "kron": lambda t: (t.kron, (made(t, (32, 32)), made(t, (32, 32)))),
}, grad="cdist cdist_1")  # fmt: skip

# ---- linear algebra: one matrix, and many small ones
_LINALG = {
    "solve": lambda t, a: t.linalg.solve(a, a),
    "inv": lambda t, a: t.linalg.inv(a),
    "det": lambda t, a: t.linalg.det(a),
    "cholesky": lambda t, a: t.linalg.cholesky(a @ a.mT + 9 * t.eye(a.shape[-1])),
    "qr": lambda t, a: t.linalg.qr(a),
    "lu_factor": lambda t, a: t.linalg.lu_factor(a),
    "svd": lambda t, a: t.linalg.svd(a, full_matrices=False),
    "svdvals": lambda t, a: t.linalg.svdvals(a),
    "eigh": lambda t, a: t.linalg.eigh(a + a.mT),
    "eigvals": lambda t, a: t.linalg.eigvals(a),
    "lstsq": lambda t, a: t.linalg.lstsq(a, a).solution,
    "pinv": lambda t, a: t.linalg.pinv(a),
    "matrix_exp": lambda t, a: t.linalg.matrix_exp(a / 10),
    "solve_triangular": lambda t, a: t.linalg.solve_triangular(a.tril() + 9 * t.eye(a.shape[-1]), a, upper=False),
}
for _op, _f in _LINALG.items():
    for _where, _shape in {"one_4": (4, 4), "one_64": (64, 64), "one_256": (256, 256), "batch_4": (2000, 4, 4), "batch_32": (64, 32, 32)}.items():
        for _dtype in ("float32", "float64") if _where == "one_64" else ("float32",):
            add(f"linalg/{_op}/{_dtype}/{_where}", lambda t, f=_f, shape=_shape, dtype=_dtype: (
                lambda a: f(t, a), (made(t, shape).to(getattr(t, dtype)) + 9 * t.eye(shape[-1], dtype=getattr(t, dtype)),)),
                grad=_where == "one_64" and _dtype == "float32" and _op not in ("eigvals", "lstsq", "lu_factor"))

# ---- spectra
for _n in (16, 1000, 1024, 1009, 65536):
    for _op in ("fft", "rfft"):
        add(f"signal/{_op}_{_n}/rows", lambda t, op=_op, n=_n: (getattr(t.fft, op), (made(t, (max(1, 65536 // n), n)),)), grad=_n == 1024)
lines("signal", {
    "irfft_1024": lambda t: (t.fft.irfft, (made(t, (64, 513), "complex64"),)),
    "fft2_256": lambda t: (t.fft.fft2, (made(t, (4, 256, 256)),)),
    "fftn_32": lambda t: (t.fft.fftn, (made(t, (32, 32, 32)),)),
    "fftshift": lambda t: (t.fft.fftshift, (made(t, (512, 512)),)),
    "stft": lambda t: (lambda x, w: t.stft(x, 512, 128, window=w, return_complex=True), (made(t, (4, 16_000)), t.hann_window(512))),
    "istft": lambda t: (lambda s, w: t.istft(s, 512, 128, window=w),
                        (t.stft(made(t, (4, 16_000)), 512, 128, window=t.hann_window(512), return_complex=True), t.hann_window(512))),
    "hann_window": lambda t: (t.hann_window, (4096,)),
}, grad="fft2_256 stft")  # fmt: skip


# ---- transforms of functions
def _net(t, x, w, b):
    return t.tanh(x @ w + b).sum()


lines("func", {
    "grad": lambda t: (t.func.grad(lambda w, x, b: _net(t, x, w, b)), (made(t, (64, 64)), made(t, (32, 64)), made(t, (64,)))),
    "vmap_grad": lambda t: (t.func.vmap(t.func.grad(lambda w, x, b: _net(t, x, w, b)), (None, 0, None)),
                            (made(t, (64, 64)), made(t, (256, 64)), made(t, (64,)))),
    "vmap_mm": lambda t: (t.func.vmap(t.mm), (made(t, (64, 32, 32)), made(t, (64, 32, 32)))),
    "vmap_softmax": lambda t: (t.func.vmap(lambda x: x.softmax(0)), (made(t, (256, 512)),)),
    "vmap_solve": lambda t: (t.func.vmap(t.linalg.solve), (made(t, (64, 16, 16)) + 9 * t.eye(16), made(t, (64, 16)))),
    "jvp": lambda t: (lambda x, v: t.func.jvp(t.tanh, (x,), (v,)), (made(t, (256, 256)), made(t, (256, 256)))),
    "jacrev": lambda t: (t.func.jacrev(lambda x: t.tanh(x) * x.sum()), (made(t, (64,)),)),
    "jacfwd": lambda t: (t.func.jacfwd(lambda x: t.tanh(x) * x.sum()), (made(t, (64,)),)),
    "hessian": lambda t: (t.func.hessian(lambda x: (t.tanh(x) * x.sum()).sum()), (made(t, (64,)),)),
})  # fmt: skip

# ---- by chance
lines("random", {
    "rand": lambda t: (t.rand, (512, 512)),
    "randn": lambda t: (t.randn, (512, 512)),
    "randint": lambda t: (t.randint, (0, 100, (512, 512))),
    "randperm": lambda t: (t.randperm, (100_000,)),
    "bernoulli": lambda t: (t.bernoulli, (made(t, (512, 512), kind="unit"),)),
    "multinomial": lambda t: (lambda x: t.multinomial(x, 16), (made(t, (64, 1000), kind="unit"),)),
    "exponential": lambda t: (lambda x: x.exponential_(), (made(t, (512, 512)),)),
})  # fmt: skip
