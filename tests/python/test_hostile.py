"""Arguments nobody should pass: every call ends in an answer or in one of Python's ordinary exceptions."""

import os
import subprocess
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))


def run(code, memory=None, seconds=120):
    """Runs a program in a child of its own, with so many GiB of address space; gives its exit status and its words."""
    begin = "import resource, signal, sys\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
    if memory:
        size = int(memory * 2**30)
        begin += f"resource.setrlimit(resource.RLIMIT_AS, ({size}, {size}))\n"
    begin += "import numpy as np\nimport rushlight as rl\nF = rl.nn.functional\n"
    done = subprocess.run([sys.executable, "-c", begin + code], capture_output=True, text=True, timeout=seconds)
    return done.returncode, done.stdout + done.stderr


def holds(code, memory=None):
    """The program runs to its end."""
    status, words = run(code, memory)
    assert status == 0, words


RAISES = """
try:
    exec({code!r})
except Exception as error:
    print(*(c.__name__ for c in type(error).__mro__), "|", error)
    sys.exit(3)
"""


def refused(code, error, match="", memory=4):
    """The program raises one of these classes with these words; nothing dies, nothing is called internal."""
    status, words = run(RAISES.format(code=code), memory)
    assert status == 3 and "internal error" not in words, words
    assert set(error.split("|")) & set(words.split("|")[0].split()) and match in words, words


# Sizes whose sums or products go past 63 bits, or whose layouts reach past their memory.
WRAPPING = [
    ("rl.ones(1, 1).expand(2**40, 2**40).numel()", "RuntimeError", "numel: integer multiplication overflow"),
    ("rl.ones(1).expand(2**32, 2**32).sum()", "RuntimeError", "numel: integer multiplication overflow"),
    ("rl.ones(1).expand(2**31, 2**33)", "RuntimeError", "numel: integer multiplication overflow"),
    ("rl.zeros(0, 2**32, 2**32)", "RuntimeError", ""),
    ("rl.ones(16).split([2**62] * 4 + [16])[0][2**30] = 1.0", "RuntimeError", "sum exactly"),
    ("rl.ones(16).split_with_sizes([2**62] * 4 + [16])", "RuntimeError", "sum exactly"),
    ("rl.cat([rl.ones(1, dtype=rl.int8).expand(2**62)] * 4 + [rl.ones(16, dtype=rl.int8)])", "RuntimeError|OutOfMemoryError", ""),
    ("rl.hstack([rl.ones(1, dtype=rl.int8).expand(2**62)] * 4 + [rl.ones(16, dtype=rl.int8)])", "RuntimeError|OutOfMemoryError", ""),
    ("rl.block_diag(*[rl.ones(1, 1, dtype=rl.int8).expand(1, 2**62)] * 4)", "RuntimeError|OutOfMemoryError", ""),
    ("rl.ones(3).repeat(6148914691236517206)", "RuntimeError", ""),
    ("rl.ones(16).repeat(2**60)", "RuntimeError", ""),
    ("rl.ones(3).tile((2**63 - 1,))", "RuntimeError", ""),
    ("rl.ones(3).repeat_interleave(2**62)", "RuntimeError|OutOfMemoryError", ""),
    ("rl.ones(2).repeat_interleave(rl.tensor([2**62, 2**62 + 1]))", "RuntimeError|OutOfMemoryError", ""),
    ("rl.zeros(2, 2).index_reduce_(0, rl.zeros(2, dtype=rl.int64), rl.full((2, 10**6), 5.0), 'amax')", "RuntimeError", "shape must match"),
    ("F.pad(rl.ones(1, 1, 4), (2**62, 2**62), mode='reflect')", "RuntimeError|OutOfMemoryError", ""),
    ("F.pad(rl.ones(1, 1, 4), (2**63 - 1, 2**63 - 1))", "RuntimeError|OutOfMemoryError", ""),
    ("F.pixel_shuffle(rl.zeros(1, 0, 1, 1), 2**33)", "RuntimeError", ""),
    ("rl.triu_indices(2**61, 2**61)", "RuntimeError|OutOfMemoryError", ""),
    ("rl.empty_strided((2, 2), (2**62, 2**62))", "RuntimeError|OutOfMemoryError", ""),
    ("rl.ones(4).as_strided((3,), (2,))", "RuntimeError", "out of bounds for storage"),
    ("rl.zeros(2).set_(rl.zeros(2), 1, (2,), (1,))", "RuntimeError", "out of bounds for storage"),
    ("rl.empty(2**61, device='meta', dtype=rl.float64)", "RuntimeError", "overflow"),
    ("rl.combinations(rl.ones(4), 2**31 - 1, True)", "RuntimeError|OutOfMemoryError", ""),
    ("rl.combinations(rl.ones(1), 2**62, True)", "RuntimeError|OutOfMemoryError", ""),
    ("F.fractional_max_pool3d(rl.ones(1, 1, 7, 7, 7), (2, 2**63 - 1, 2), output_size=(4, 8, 4))", "RuntimeError", "too large"),
    ("F.embedding_bag(rl.empty(2**62, 0, dtype=rl.int64, device='meta'), rl.ones(3, 2))", "RuntimeError|OutOfMemoryError", ""),
    ("F.max_pool1d(rl.ones(1, 1, 4), 2**62, 1, 2**61)", "RuntimeError|OutOfMemoryError", ""),
]


@pytest.mark.parametrize("code, error, match", WRAPPING)
def test_sizes_that_cannot_be_counted(code, error, match):
    refused(code, error, match)


def test_a_wrapped_product_is_seen_in_slices_too():
    holds(
        "x = rl.arange(5.0)\n"
        "assert x[:: 2**62].tolist() == [0.0] and x[4 :: 2**63 - 1].tolist() == [4.0]\n"
        "assert x.unfold(0, 2, 2**62).tolist() == [[0.0, 1.0]]\n"
        "for k in (-(2**63), 2**63 - 1, -(2**62)): assert rl.ones(3, 4).diagonal(k).numel() == 0\n"
        "assert rl.triu_indices(2**61, 0).shape == (2, 0) and rl.tril_indices(2**61, 3, -(2**61)).shape == (2, 0)\n"
    )


def test_indices_of_triangles():
    holds(
        "for f, g in ((rl.triu_indices, np.triu_indices), (rl.tril_indices, np.tril_indices)):\n"
        "    for row in range(6):\n"
        "        for col in range(6):\n"
        "            for k in range(-8, 9):\n"
        "                assert f(row, col, k).tolist() == [i.tolist() for i in g(row, k, col)], (f, row, col, k)\n"
    )


def test_circular_padding_stays_on_the_axis():
    holds(
        "x = rl.arange(1.0, 7).reshape(1, 2, 3)\n"
        "y = rl.nn.CircularPad1d((-4, 3))(x)\n"
        "assert y.shape == (1, 2, 2) and all(v in x[0, c].tolist() for c in (0, 1) for v in y[0, c].tolist())\n"
    )


# ---- gradients are what the graph says ------------------------------------------------------------------------------

SEEDED = [
    ("x.log_softmax(1)", (3, 4)), ("x.softmax(1)", (3, 4)), ("x.var(1)", (3,)), ("x[[0, 2]]", (2, 4)),
    ("x.gather(1, rl.tensor([[0], [1], [2]]))", (3, 1)), ("x.unfold(1, 2, 1)", (3, 3, 2)),
    ("F.conv1d(x[None], rl.ones(2, 3, 2, dtype=x.dtype))[0]", (2, 3)), ("rl.fft.hfft(x)", (3, 6)),
    ("F.scaled_dot_product_attention(x[None], x[None], x[None])[0]", (3, 4)), ("x.cumsum(0)", (3, 4)), ("x @ x.t()", (3, 3)),
]  # fmt: skip


@pytest.mark.parametrize("body, shape", SEEDED)
@pytest.mark.parametrize("seed", ["float32", "float16", "int16", "bool"])
def test_a_seed_of_another_dtype_is_cast(body, shape, seed):
    holds(
        "x = (rl.arange(12.0, dtype=rl.float64).reshape(3, 4) / 7).requires_grad_()\n"
        f"y = {body}\n"
        f"g = rl.arange(float(np.prod({shape}))).reshape({shape}) % 2\n"
        "a, = rl.autograd.grad(y, x, g.double(), retain_graph=True)\n"
        f"b, = rl.autograd.grad(y, x, g.to(rl.{seed}), retain_graph=True)\n"
        "assert rl.equal(a, b)\n"
        f"y.backward(g.to(rl.{seed}))\n"
        "assert rl.equal(a, x.grad) and x.grad.dtype == rl.float64\n"
    )


HOOKED = [
    ("lambda g: g.float()", "changed the type of value (was CPUDoubleType got CPUFloatType)"),
    ("lambda g: g[:1]", "changed the size of value"),
    ("lambda g: rl.ones(10**6, dtype=rl.float64)", "changed the size of value"),
]


@pytest.mark.parametrize("hook, words", HOOKED)
@pytest.mark.parametrize("place", ["x", "y"])
def test_a_hook_keeps_shape_and_dtype(hook, words, place):
    begin = "x = rl.ones(3, 4, dtype=rl.float64, requires_grad=True); y = x * 2\n"
    refused(begin + f"{place}.register_hook({hook}); y.log_softmax(1).sum().backward()", "RuntimeError", words)


def test_hooks_of_nodes_keep_shape_dtype_and_number():
    begin = "x = rl.ones(3, dtype=rl.float64, requires_grad=True); y = x * 2\n"
    node = begin + "y.grad_fn.register_%s; y.sum().backward()"
    refused(node % "prehook(lambda g: (g[0].float(),))", "RuntimeError", "type of value")
    refused(node % "prehook(lambda g: (g[0], g[0]))", "RuntimeError", "incorrect number of values (got 2, but expected 1)")
    refused(node % "hook(lambda i, o: (i[0][:1], *i[1:]))", "RuntimeError", "size of value")


# ---- memory that others write ---------------------------------------------------------------------------------------

RACE = """
import threading
n = 20000
base = rl.zeros(n, dtype=rl.int64)
index, other = (rl.from_numpy(a := np.zeros(n, np.int64)), None) if {numpy} else (base, base.data)
def write(bad):
    if {numpy}:
        a[::7] = bad
        a[:] = 0
    else:
        other[::7] = bad
        other.zero_()
table, one, going = rl.ones(100, 4), rl.ones(n), True
def writer():
    while going:
        for bad in (1 << 40, -(1 << 62), 99, 0):
            write(bad)
thread = threading.Thread(target=writer)
thread.start()
uses = [lambda: rl.zeros(100).scatter_add_(0, index, one), lambda: table.index_select(0, index), lambda: table[index],
    lambda: rl.zeros(100, 1).index_add_(0, index, one[:, None]), lambda: rl.zeros(100).index_put_((index,), one),
    lambda: F.embedding(index, table), lambda: rl.zeros(100).gather(0, index), lambda: rl.bincount(index.clamp(0, 99)),
    lambda: F.cross_entropy(rl.zeros(n, 3), index), lambda: rl.zeros(100).take(index), lambda: rl.zeros(100).index_copy_(0, index, one),
    lambda: F.one_hot(index[:50]), lambda: rl.repeat_interleave(index[:50]), lambda: table.index_fill(0, index, 1.0)]
for _ in range(60):
    for use in uses:
        try:
            use()
        except (IndexError, RuntimeError, ValueError, MemoryError) as error:
            assert "internal" not in str(error), error
going = False
thread.join()
"""


@pytest.mark.parametrize("numpy", [True, False])
def test_indices_that_change_while_they_are_used(numpy):
    holds(RACE.format(numpy=numpy), memory=6)


RACE_OF_COUNTS = """
import threading
n = 1 << 20
arrays = [np.zeros(n, dtype) for dtype in (np.uint8, np.int32, bool, np.float32)]
bytes_, ints, mask, floats = map(rl.from_numpy, arrays)
going = True
def writer():
    k = 0
    while going:
        k += 1
        for x in arrays:
            x[k % 7 :: 2] = k % 5
            x[::3] = 0
thread = threading.Thread(target=writer)
thread.start()
uses = [lambda: bytes_.sort(), lambda: bytes_.view(1024, -1).sort(0), lambda: mask.argsort(), lambda: rl.unique_consecutive(ints),
    lambda: rl.unique_consecutive(ints, return_inverse=True, return_counts=True), lambda: rl.unique(floats, return_inverse=True),
    lambda: ints.nonzero(), lambda: mask.nonzero(), lambda: ints[mask], lambda: rl.bincount(ints), lambda: floats.histc(9), lambda: ints.topk(99)]
try:
    for _ in range(20):
        for use in uses:
            use()
finally:
    going = False
thread.join()
"""


def test_elements_that_change_between_counting_and_writing():
    holds(RACE_OF_COUNTS, memory=6)


def test_positions_that_changed_between_forward_and_backward():
    table = "w = rl.ones(5, 2, requires_grad=True); i = rl.zeros(3, dtype=rl.int64); y = F.embedding(i, w).sum(); i.data[0] = 2**40\n"
    refused(table + "y.backward()", "IndexError", "out of range")
    pool = "x = rl.rand(1, 1, 8, requires_grad=True); y, i = F.max_pool1d(x, 2, return_indices=True); i.data.fill_(2**40)\n"
    refused(pool + "y.sum().backward()", "RuntimeError", "invalid max index")
    loss = "x = rl.zeros(4, 3, requires_grad=True); t = rl.zeros(4, dtype=rl.int64); y = F.cross_entropy(x, t); t.numpy()[:] = 2**40\n"
    refused(loss + "y.backward()", "IndexError", "out of bounds")
    bags = "w = rl.ones(5, 2, requires_grad=True); i = rl.zeros(4, dtype=rl.int64); y = F.embedding_bag(i, w, rl.tensor([0, 2])).sum(); i.data.fill_(-(2**40))\n"
    refused(bags + "y.backward()", "RuntimeError", "valid range")


META = [
    "rl.repeat_interleave(M)", "rl.repeat_interleave(rl.ones(3), M)", "rl.ones(5).tensor_split(M)", "rl.tensor([M[0]])", "rl.tensor(M.tolist())",
    "F.ctc_loss(rl.zeros(5, 3, 4), rl.ones(3, 2, dtype=rl.int64), rl.tensor([5, 5, 5]), M)", "F.embedding_bag(rl.tensor([0, 1, 2]), rl.ones(4, 2), M)",
    "rl.ones(4)[M]", "rl.ones(3).copy_(M)", "bool(M[0])", "int(M[0])", "rl.bincount(M)", "M.numpy()", "memoryview(M)", "F.one_hot(M)",
    "rl.ones(3).index_add_(0, M, rl.ones(3))", "rl.multinomial(rl.ones(3, device='meta'), 2).tolist()", "rl.equal(M, M)", "rl.bincount(rl.arange(3), M)",
]  # fmt: skip


@pytest.mark.parametrize("code", META)
def test_meta_tensors_are_never_read(code):
    refused(f"M = rl.zeros(3, dtype=rl.int64, device='meta')\n{code}", "RuntimeError|NotImplementedError|TypeError|BufferError|ValueError|IndexError")


READONLY = [
    "io.BytesIO(b'ZZZZ').readinto(t)", "rl.from_dlpack(t.__dlpack__()).add_(1)", "t.add_(1)", "t.fill_(1)", "t.zero_()", "t[0] = 1", "t.copy_(t + 1)",
    "rl.add(t, 1, out=t)", "t.data.add_(1)", "t[:2].mul_(2)", "t.view(rl.int8).fill_(1)", "np.from_dlpack(t)[0] = 9", "t.numpy()[0] = 9", "t.random_()",
    "rl.from_dlpack(t).fill_(1)", "t.index_fill_(0, rl.tensor([0]), 1)", "t.masked_fill_(t > 0, 1)", "t.detach().sort(out=(t, rl.zeros(8, dtype=rl.int64)))",
    "memoryview(t)[0] = 1", "t.set_(t).fill_(1)", "rl.nn.init.zeros_(t)",
]  # fmt: skip


@pytest.mark.parametrize("code", READONLY)
def test_read_only_memory_is_never_written(code):
    begin = "import io, warnings; warnings.simplefilter('ignore')\nb = bytes([97] * 8); t = rl.from_numpy(np.frombuffer(b, np.uint8))\n"
    holds(f"{begin}try:\n    {code}\nexcept (RuntimeError, ValueError, BufferError, TypeError): pass\nassert b == b'a' * 8")


def test_running_statistics_and_parameters_in_read_only_memory():
    holds(
        "import warnings; warnings.simplefilter('ignore')\n"
        "b = bytes(64)\n"
        "def view(): return rl.from_numpy(np.frombuffer(b, np.float32))\n"
        "m = rl.nn.BatchNorm1d(16); m.running_mean = view()\n"
        "n = rl.nn.InstanceNorm1d(16, track_running_stats=True); n.running_var = view()\n"
        "p = rl.nn.Parameter(view()); p.grad = rl.ones(16)\n"
        "q = rl.nn.Parameter(rl.ones(16)); q.grad = rl.ones(16); a = rl.optim.Adam([q]); a.step(); a.state[q]['exp_avg'] = view()\n"
        "e = rl.nn.Embedding(4, 4, max_norm=1.0); e.weight.data = view().reshape(4, 4)\n"
        "for f in (lambda: m(rl.rand(4, 16)), lambda: n(rl.rand(2, 16, 5)), rl.optim.SGD([p], 0.1).step, rl.optim.Adam([p]).step, a.step,\n"
        "          lambda: e(rl.tensor([1, 2]))):\n"
        "    try: f()\n"
        "    except RuntimeError as error: assert 'read-only' in str(error), error\n"
        "    assert b == bytes(64)\n"
    )


def test_bools_are_true_wherever_their_bytes_are_not_zero():
    holds(
        "raw = np.array([2, 0, 255, 128], np.uint8)\n"
        "for b in (rl.from_numpy(raw).view(rl.bool), rl.from_numpy(raw.view(np.bool_)), rl.from_dlpack(rl.from_numpy(raw).view(rl.bool))):\n"
        "    want = [True, False, True, True]\n"
        "    assert b.tolist() == want and b.sum() == 3 and (~b).tolist() == [False, True, False, False]\n"
        "    assert (b & True).tolist() == want and (b == True).tolist() == want and b.int().tolist() == [1, 0, 1, 1]\n"
        "    assert b.clone().view(rl.uint8).tolist() == [1, 0, 1, 1] and rl.arange(4)[b].tolist() == [0, 2, 3]\n"
        "    assert rl.where(b, 1, 0).tolist() == [1, 0, 1, 1] and b.sort()[0].tolist() == [False, True, True, True]\n"
        "    assert b.unique().tolist() == [False, True] and b.cumsum(0).tolist() == [1, 1, 2, 3] and rl.equal(b, b == True)\n"
        "    assert b.float().tolist() == [1.0, 0.0, 1.0, 1.0] and b.any() and not b.all() and b[0].item() is True and b.max().item() is True\n"
        "    assert (b * 1.0).sum() == 3 and b.nonzero().flatten().tolist() == [0, 2, 3] and rl.cat([b, b]).view(rl.uint8).max() == 1\n"
        "t = rl.tensor([True, False]); t.view(rl.uint8).fill_(7); assert t.sum() == 2 and t.tolist() == [True, True]\n"
    )


# ---- memory that is not there ---------------------------------------------------------------------------------------

LARGE = [
    "F.interpolate(rl.ones(1, 1, 4), size=2**31)", "F.interpolate(rl.ones(1, 1, 4, 4), size=(2**16, 2**16), mode='bilinear')",
    "F.interpolate(rl.ones(1, 1, 4), scale_factor=1e308)", "F.pad(rl.ones(1, 1, 4), (2**31, 0), mode='replicate')",
    "rl.ones(1).expand(3600000000).kthvalue(5)", "rl.ones(1).expand(3600000000).sort()", "rl.ones(1).expand(3600000000).median()",
    "rl.ones(1).expand(2**40).unbind()", "rl.ones(1).expand(2**40).split(1)", "rl.ones(1).expand(10**8).split(1)", "rl.ones(1).expand(2**40).tolist()",
    "list(rl.zeros(10**8, dtype=rl.int8))", "rl.zeros(10**9, dtype=rl.int8).tolist()", "rl.ones(3).tensor_split(2**40)",
    "rl.zeros(0).expand(2**62, 0).unbind()", "rl.zeros(1, 0, device='meta').chunk(2**61, 1)", "rl.ones(1).expand(2**40).nonzero()",
    "rl.ones(1).expand(2**30, 2**30).argmax(0)", "rl.ones(1).expand(2**33).unique()", "rl.zeros(4)[rl.zeros(1, dtype=rl.int64).expand(2**40)]",
    "F.adaptive_avg_pool1d(rl.ones(1, 1, 4), 2**40)", "F.adaptive_max_pool1d(rl.ones(1, 1, 4), 2**40)", "rl.bincount(rl.tensor([2**40]))",
    "rl.histc(rl.ones(3), bins=2**40)", "rl.arange(2**40)", "rl.linspace(0, 1, 2**40)", "rl.randperm(2**40)", "rl.ones(1).expand(2**40).flip(0)",
    "F.one_hot(rl.tensor([2**40]))", "F.embedding_bag(rl.zeros(1, dtype=rl.int64).expand(2**33), rl.ones(2, 2), rl.tensor([0]))",
    "rl.tril_indices(2**20, 2**20)", "rl.repeat_interleave(rl.tensor([2**40]))", "rl.tensor(range(2**62))", "rl.matmul(rl.ones(1, 1, 1).expand(2**40, 1, 1), rl.ones(1, 1))",
    "rl.nn.LazyConv3d(2**40, 3)(rl.ones(1, 1, 4, 4, 4))", "rl.cdist(rl.ones(10**6, 2), rl.ones(10**6, 2))", "rl.fft.fft(rl.ones(4), n=2**40)",
    "rl.nn.UpsamplingNearest2d(size=(2**40, 2))(rl.ones(1, 1, 2, 2))", "rl.ones(2)[None].expand(2**40, 2)[:] .contiguous()",
]  # fmt: skip


@pytest.mark.parametrize("code", LARGE)
def test_memory_that_is_not_there_is_an_error(code):
    refused(code, "OutOfMemoryError|MemoryError|RuntimeError|ValueError|OverflowError", memory=3)


def test_life_goes_on_after_memory_ran_out():
    holds(
        "for f in (lambda: rl.zeros(2**40), lambda: rl.ones(1).expand(3 * 10**9).sort(), lambda: rl.ones(1).expand(10**9).tolist()):\n"
        "    try: f()\n"
        "    except MemoryError: pass\n"
        "    else: assert False\n"
        "assert (rl.ones(10) + 1).sum() == 20 and (rl.rand(300, 300) @ rl.rand(300, 300)).shape == (300, 300)\n",
        memory=3,
    )


# ---- depth and length -----------------------------------------------------------------------------------------------


def test_chains_of_any_length():
    holds(
        "for keeps in (True, False):\n"
        "    a = rl.zeros(1, requires_grad=keeps)\n"
        "    for _ in range(300000):\n"
        "        b = rl.zeros(1, requires_grad=keeps); b.grad = a; a = b\n"
        "    del a, b\n"
    )


def test_more_axes_than_lists_nest():
    for code in ("repr(x)", "x.tolist()", "str(x)"):
        refused(f"x = rl.zeros([1] * 100000)\n{code}", "RuntimeError", "up to 64 dims")
    holds("x = rl.zeros([1] * 64); repr(x); x.tolist(); a = []\nfor _ in range(100000): a = [a]\ntry: rl.tensor(a)\nexcept (ValueError, RecursionError): pass")


def test_rolling_over_many_axes():
    holds(
        "x = rl.arange(180).reshape([1] * 61 + [9, 20])\n"
        "assert rl.equal(rl.fft.ifftshift(x).flatten(), rl.from_numpy(np.fft.ifftshift(np.arange(180).reshape(9, 20))).flatten())\n"
        "y = rl.arange(2.0**16).reshape([2] * 16); n = np.arange(2.0**16).reshape([2] * 16)\n"
        "assert rl.equal(rl.roll(y, [1] * 16, list(range(16))), rl.from_numpy(np.roll(n, [1] * 16, list(range(16)))))\n"
        "z = rl.zeros([1] * 70 + [5]); z[..., 0] = 1\n"
        "assert rl.roll(z, [1] * 71, list(range(71))).flatten().tolist() == [0, 1, 0, 0, 0]\n"
    )


# ---- Ctrl-C ---------------------------------------------------------------------------------------------------------

LONG = [
    "a = rl.randn(5000, 5000)\nready()\nwhile True: a @ a", "a = rl.randn(4000, 300)\nready()\nwhile True: rl.cdist(a, a, p=1.5)",
    "a = rl.randn(20000000)\nready()\nwhile True: a.sort()", "a = rl.randint(0, 10**9, (10000000,))\nready()\nwhile True: a.unique()",
    "a = rl.zeros(20000000)\nready()\nwhile True: a.tolist()", "a = rl.randn(1 << 22)\nready()\nwhile True: rl.fft.fft(a)",
    "x = rl.randn(16, 32, 96, 96); w = rl.randn(64, 32, 5, 5)\nready()\nwhile True: F.conv2d(x, w)",
    "x = rl.randn(2000, 2000, requires_grad=True)\nready()\nwhile True: (x @ x).sum().backward()",
]  # fmt: skip
INTERRUPTED = """
import time
def ready(): print("ready", flush=True)
try:
    exec({body!r})
except KeyboardInterrupt:
    print("answered %.3f" % time.time(), flush=True)
a = rl.ones(300, 300)
assert (a @ a).sum() == 300**3
print("fine")
"""


@pytest.mark.parametrize("body", LONG)
def test_ctrl_c_is_answered_within_a_kernel(body):
    import signal
    import time

    code = "import rushlight as rl\nF = rl.nn.functional\n" + INTERRUPTED.format(body=body)
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    time.sleep(0.3)
    sent = time.time()
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    # the status is Python's own matter: an interrupted `exec` leaves one behind
    assert out.endswith("fine\n") and not err, (out, err)
    # 0.2 s on a machine of its own
    assert float(out.split("answered ")[1].split()[0]) - sent < 1.0, out


def test_a_handler_of_the_program_is_left_alone():
    holds(
        "import os, threading, time\n"
        "seen = []\n"
        "signal.signal(signal.SIGINT, lambda *a: seen.append(1))\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "a = rl.randn(2000, 2000); until = time.time() + 1\n"
        "while time.time() < until: b = a @ a\n"
        "assert seen == [1] and b.shape == (2000, 2000)\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "def work():\n"
        "    while True: a @ a\n"
        "try: work()\n"
        "except KeyboardInterrupt: pass\n"
    )


# ---- every row ------------------------------------------------------------------------------------------------------


def test_in_place_functions_take_their_tensor_by_name():
    holds(
        "names = [n for n in dir(rl) if n.endswith('_') and not n.startswith('_') and hasattr(rl, n[:-1])]\n"
        "assert len(names) > 50\n"
        "for name in names:\n"
        "    x = rl.ones(3)\n"
        "    try: y = getattr(rl, name)(input=x)\n"
        "    except (TypeError, RuntimeError, NotImplementedError, ValueError) as error: assert 'internal' not in str(error), (name, error)\n"
        "    else: assert y is x, name\n"
        "x = rl.tensor([-1.0, 2.0]); assert rl.relu_(input=x) is x and x.tolist() == [0.0, 2.0]\n"
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_row_with_hostile_arguments(seed):
    child = os.path.join(HERE, "hostile.py")
    done = subprocess.run([sys.executable, child, str(seed)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
