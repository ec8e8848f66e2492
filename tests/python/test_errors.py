"""Bad input raises what PyTorch raises, names what was wrong, and never takes the interpreter down."""

import functools
import json
import pathlib
import signal
import subprocess
import sys

import numpy as np
import pytest
import rushlight as rl
from rushlight import nn
from rushlight.nn import functional as F

x = rl.arange(6.0).reshape(2, 3)
i = rl.tensor([0, 1])

CASES = [
    # shapes
    ("broadcast", lambda: x + rl.ones(2), RuntimeError, "must match"),
    ("mm", lambda: x @ x, RuntimeError, "cannot be multiplied"),
    ("mm of vectors", lambda: rl.mm(rl.ones(3), x), RuntimeError, "2D|2-D|matri"),
    ("bmm", lambda: rl.bmm(rl.ones(2, 2, 2), rl.ones(3, 2, 2)), RuntimeError, ""),
    ("dot", lambda: rl.dot(rl.ones(2), rl.ones(3)), RuntimeError, ""),
    ("view", lambda: x.view(4), RuntimeError, "invalid for input of size 6"),
    ("view of a transpose", lambda: x.t().view(6), RuntimeError, "view size is not compatible"),
    ("reshape", lambda: x.reshape(-1, 4), RuntimeError, "invalid for input of size 6"),
    ("two unknown sizes", lambda: x.reshape(-1, -1), RuntimeError, "only one dimension can be inferred"),
    ("expand", lambda: x.expand(3, 3), RuntimeError, "expanded size"),
    ("expand to fewer", lambda: x.expand(3), RuntimeError, ""),
    ("cat", lambda: rl.cat([x, rl.ones(2, 2)]), RuntimeError, "Sizes of tensors must match"),
    ("cat of nothing", lambda: rl.cat([]), (RuntimeError, ValueError), "non-empty"),
    ("stack", lambda: rl.stack([x, rl.ones(2, 2)]), RuntimeError, "equal size"),
    ("t of three axes", lambda: rl.ones(1, 2, 3).t(), RuntimeError, ""),
    ("unflatten", lambda: x.unflatten(1, (2, 2)), RuntimeError, ""),
    ("split", lambda: x.split([1, 1], 1), RuntimeError, ""),
    ("chunk into none", lambda: x.chunk(0), RuntimeError, ""),
    ("einsum", lambda: rl.einsum("ij,jk->ik", x, x), RuntimeError, ""),
    ("einsum without such a letter", lambda: rl.einsum("ij->k", x), RuntimeError, ""),
    ("conv2d channels", lambda: F.conv2d(rl.ones(1, 3, 8, 8), rl.ones(4, 2, 3, 3)), RuntimeError, "channels"),
    ("conv2d kernel too large", lambda: F.conv2d(rl.ones(1, 1, 2, 2), rl.ones(1, 1, 3, 3)), RuntimeError, "Kernel size"),
    ("conv2d stride", lambda: F.conv2d(rl.ones(1, 1, 4, 4), rl.ones(1, 1, 3, 3), stride=0), RuntimeError, "stride"),
    ("max_pool2d kernel", lambda: F.max_pool2d(rl.ones(1, 1, 4, 4), 0), RuntimeError, ""),
    ("max_pool2d padding", lambda: F.max_pool2d(rl.ones(1, 1, 4, 4), 2, padding=2), RuntimeError, "pad"),
    ("linear", lambda: F.linear(x, rl.ones(2, 2)), RuntimeError, ""),
    ("layer_norm", lambda: F.layer_norm(x, (2,)), RuntimeError, "normalized_shape"),
    ("batch_norm of one value", lambda: F.batch_norm(rl.ones(1, 3), None, None, training=True), ValueError, "more than 1 value"),
    ("cross_entropy batch", lambda: F.cross_entropy(x, rl.tensor([0])), ValueError, "batch_size"),
    ("cross_entropy class", lambda: F.cross_entropy(x, rl.tensor([0, 3])), IndexError, "out of bounds"),
    ("nll_loss class", lambda: F.nll_loss(x, rl.tensor([0, -1])), IndexError, "out of bounds"),
    ("embedding index", lambda: F.embedding(rl.tensor([5]), x), IndexError, "out of range"),
    ("one_hot", lambda: F.one_hot(rl.tensor([3]), 2), RuntimeError, ""),
    ("pad reflecting too much", lambda: F.pad(rl.ones(1, 1, 2), (2, 2), mode="reflect"), RuntimeError, ""),
    # axes and indices
    ("sum over a missing dim", lambda: x.sum(2), IndexError, "Dimension out of range"),
    ("sum over a dim twice", lambda: x.sum((0, 0)), RuntimeError, "multiple times"),
    ("softmax over a missing dim", lambda: x.softmax(-3), IndexError, "Dimension out of range"),
    ("permute twice", lambda: x.permute(0, 0), RuntimeError, ""),
    ("permute too few", lambda: x.permute(0), RuntimeError, ""),
    ("squeeze", lambda: x.squeeze(4), IndexError, ""),
    ("unsqueeze", lambda: x.unsqueeze(4), IndexError, ""),
    ("size", lambda: x.size(5), IndexError, ""),
    ("index", lambda: x[2], IndexError, "out of bounds"),
    ("too many indices", lambda: x[0, 0, 0], IndexError, "too many indices"),
    ("index by a float", lambda: x[1.5], (TypeError, IndexError), ""),
    ("index by a text", lambda: x["a"], (TypeError, IndexError), ""),
    ("index by a float tensor", lambda: x[rl.tensor([0.0])], IndexError, ""),
    ("list of rows", lambda: x[rl.tensor([0, 2])], IndexError, "out of bounds"),
    ("mask", lambda: x[rl.tensor([True, False, True])], IndexError, "mask"),
    ("assignment", lambda: x.clone().__setitem__(0, rl.ones(2)), RuntimeError, ""),
    ("select", lambda: x.select(0, 2), IndexError, "out of range|out of bounds"),
    ("narrow", lambda: x.narrow(1, 2, 2), RuntimeError, "exceeds"),
    ("narrow by far", lambda: x.narrow(1, 1, 2**63 - 1), RuntimeError, "exceeds"),
    ("narrow from a list", lambda: rl.narrow(x, 1, rl.tensor([0]), 1), RuntimeError, "0-dim integral"),
    ("narrow from a truth", lambda: rl.narrow(x, 1, rl.tensor(True), 1), RuntimeError, "0-dim integral"),
    ("reshape_as fewer", lambda: x.reshape_as(rl.ones(2, 2)), RuntimeError, "invalid for input of size 6"),
    ("reshape_as more", lambda: x.reshape_as(rl.ones(20, 20)), RuntimeError, "invalid for input of size 6"),
    ("transposed reshape_as more", lambda: x.t().reshape_as(rl.ones(9)), RuntimeError, "invalid for input"),
    ("index_select", lambda: x.index_select(0, rl.tensor([2])), IndexError, "out of"),
    ("gather index", lambda: x.gather(1, rl.tensor([[3]])), RuntimeError, "out of bounds"),
    ("gather dtype", lambda: x.gather(1, rl.tensor([[0.0]])), RuntimeError, "int64"),
    ("scatter index", lambda: x.scatter(1, rl.tensor([[3]]), 1.0), RuntimeError, "out of bounds"),
    ("take", lambda: x.take(rl.tensor([6])), IndexError, "out of range"),
    ("topk", lambda: x.topk(4), RuntimeError, ""),
    ("kthvalue", lambda: x.kthvalue(4), RuntimeError, ""),
    ("max of nothing", lambda: rl.ones(0).max(), RuntimeError, ""),
    ("argmax of nothing", lambda: rl.ones(0).argmax(), (IndexError, RuntimeError), ""),
    ("as_strided beyond", lambda: x.as_strided((10,), (1,)), RuntimeError, "out of bounds"),
    ("as_strided negative", lambda: x.as_strided((2,), (-1,)), RuntimeError, ""),
    ("unfold", lambda: x.unfold(1, 4, 1), RuntimeError, ""),
    ("item", lambda: x.item(), RuntimeError, "cannot be converted to Scalar"),
    ("truth", lambda: bool(x), RuntimeError, "ambiguous"),
    ("length", lambda: len(rl.tensor(1)), TypeError, "0-d"),
    # dtypes
    ("neg of bool", lambda: -rl.tensor([True]), RuntimeError, "bool"),
    ("difference of bools", lambda: rl.tensor([True]) - rl.tensor([True]), RuntimeError, "bool"),
    ("integers in place", lambda: i.clone().div_(2), RuntimeError, "can't be cast"),
    ("mean of integers", lambda: i.mean(), RuntimeError, "floating point"),
    ("integer division by zero", lambda: i // 0, RuntimeError, "ZeroDivisionError"),
    ("mm of dtypes", lambda: x @ x.double().t(), RuntimeError, "dtype"),
    ("softmax of integers", lambda: i.softmax(0), RuntimeError, "not implemented"),
    ("order of complex", lambda: rl.tensor([1j]) < rl.tensor([2j]), RuntimeError, ""),
    ("bits of floats", lambda: x & x, RuntimeError, "not implemented"),
    ("gradient of integers", lambda: i.requires_grad_(), RuntimeError, "floating point"),
    ("integer tensor with a gradient", lambda: rl.tensor([1], requires_grad=True), RuntimeError, "floating point"),
    ("where", lambda: rl.where(x, 1.0, 0.0), RuntimeError, ""),
    ("alpha", lambda: rl.add(i, i, alpha=0.5), RuntimeError, "alpha"),
    ("integer of infinity", lambda: int(rl.tensor(float("inf"))), (OverflowError, RuntimeError, ValueError), ""),
    # arguments
    ("unknown keyword", lambda: rl.exp(x, base=2), TypeError, "unexpected keyword argument 'base'"),
    ("missing argument", lambda: rl.mm(x), TypeError, "missing 1 required positional"),
    ("too many arguments", lambda: rl.exp(x, x, x), TypeError, "positional argument"),
    ("a text for a tensor", lambda: rl.exp("a"), TypeError, "must be Tensor, not str"),
    ("an array for a tensor", lambda: rl.exp(np.ones(2)), TypeError, "must be Tensor, not ndarray"),
    ("a text for an axis", lambda: x.transpose("a", 0), TypeError, "must be int, not str"),
    ("a float for an axis", lambda: x.transpose(0.5, 0), TypeError, "must be int, not float"),
    ("operator with a text", lambda: x + "a", TypeError, ""),
    ("operator with nothing", lambda: x * None, TypeError, ""),
    ("matmul with a number", lambda: x @ 2, TypeError, ""),
    ("unknown device", lambda: rl.ones(1, device="nowhere"), RuntimeError, "device"),
    ("absent device", lambda: rl.ones(1, device="cuda"), RuntimeError, ""),
    ("a text for a dtype", lambda: rl.ones(1, dtype="float32"), TypeError, ""),
    ("ragged data", lambda: rl.tensor([[1, 2], [3]]), ValueError, "expected sequence of length"),
    ("words", lambda: rl.tensor(["a"]), (TypeError, ValueError), ""),
    ("attribute", lambda: x.nothing, AttributeError, "nothing"),
    ("function", lambda: rl.nothing, AttributeError, "nothing"),
    ("reduction", lambda: F.mse_loss(x, x, reduction="most"), ValueError, "not a valid value"),
    ("dropout", lambda: F.dropout(x, 2.0), ValueError, "between 0 and 1"),
    ("interpolation", lambda: F.interpolate(rl.ones(1, 1, 2, 2), scale_factor=2, mode="none"), (NotImplementedError, ValueError), ""),
    # sizes
    ("negative size", lambda: rl.zeros(-1), RuntimeError, "negative"),
    ("size that overflows", lambda: rl.empty(2**62, 4), RuntimeError, "overflow"),
    ("size beyond memory", lambda: rl.empty(2**50), RuntimeError, ""),
    ("integer beyond int64", lambda: rl.zeros(2**70), (RuntimeError, OverflowError, TypeError), ""),
    ("arange without end", lambda: rl.arange(0, 1, 0), RuntimeError, "step"),
    ("arange the wrong way", lambda: rl.arange(0, 5, -1), RuntimeError, ""),
    ("repeat beyond memory", lambda: x.repeat(2**40, 2**20), RuntimeError, ""),
    ("repeat_interleave negative", lambda: x.repeat_interleave(-1), RuntimeError, ""),
    ("pad negatively to nothing", lambda: F.pad(x, (-4, 0)), RuntimeError, ""),
    ("eye", lambda: rl.eye(-1), RuntimeError, ""),
    ("linspace", lambda: rl.linspace(0, 1, -1), RuntimeError, ""),
    ("randint of an empty range", lambda: rl.randint(3, 3, (2,)), RuntimeError, ""),
    ("multinomial", lambda: rl.multinomial(rl.ones(2), 3), RuntimeError, ""),
    ("bernoulli", lambda: rl.bernoulli(rl.tensor([2.0])), RuntimeError, ""),
    ("normal", lambda: rl.normal(0.0, -1.0, (2,)), RuntimeError, ""),
    ("resize beyond memory", lambda: rl.ones(2).resize_(2**50), RuntimeError, ""),
    # the graph
    ("backward of a vector", lambda: leaf().mul(2).backward(), RuntimeError, "scalar outputs"),
    ("backward without a graph", lambda: x.sum().backward(), RuntimeError, "does not require grad"),
    ("backward twice", lambda: twice(), RuntimeError, "second time"),
    ("gradient of another shape", lambda: leaf().mul(2).backward(rl.ones(2)), RuntimeError, "shape"),
    ("in place on a leaf", lambda: leaf().add_(1), RuntimeError, "leaf Variable"),
    ("in place on an expanded tensor", lambda: rl.ones(1).expand(3).add_(1), RuntimeError, "single memory location"),
    ("changed since it was saved", lambda: changed(), RuntimeError, "modified by an inplace operation"),
    ("numpy of a tensor with a gradient", lambda: leaf().numpy(), RuntimeError, "detach"),
    ("unused", lambda: rl.autograd.grad(leaf().sum(), leaf()), RuntimeError, "not have been used"),
    # layers
    ("module without forward", lambda: nn.Module()(x), NotImplementedError, "forward"),
    ("layer of another width", lambda: nn.Linear(4, 2)(x), RuntimeError, "cannot be multiplied"),
    ("state of another shape", lambda: nn.Linear(3, 2).load_state_dict(nn.Linear(2, 2).state_dict()), RuntimeError, "size mismatch"),
    ("missing keys", lambda: nn.Linear(3, 2).load_state_dict({}), RuntimeError, "Missing key"),
    ("groups", lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError, "divisible"),
    ("optimizer of nothing", lambda: rl.optim.SGD([], lr=0.1), ValueError, "empty parameter list"),
    ("learning rate", lambda: rl.optim.SGD([leaf()], lr=-1), ValueError, "Invalid learning rate"),
    ("optimizer of a result", lambda: rl.optim.SGD([leaf() * 2], lr=1), ValueError, "non-leaf"),
]  # fmt: skip


def leaf():
    return rl.ones(3, requires_grad=True)


def twice():
    y = leaf().exp().sum()
    y.backward()
    y.backward()


def changed():
    y = leaf().exp()
    y.add_(1)
    y.sum().backward()


@pytest.mark.parametrize(("call", "error", "text"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_raises(call, error, text):
    with pytest.raises(error, match=text) as caught:
        call()
    message = str(caught.value)
    assert "internal error" not in message and "panicked" not in message, message
    assert message.strip() or isinstance(caught.value, NotImplementedError)


def rows():
    """Every row at each of its places."""
    return [{**r, "place": place} for r in json.loads(rl._C._describe()) for place in r["places"]]


def target(row):
    places = {"Torch": rl._C, "Method": rl.Tensor, "InPlace": rl.Tensor}
    return getattr(places.get(row["place"]) or getattr(rl._C, "_" + row["place"].lower()), row["name"])


ODD = {
    "Tensor": [lambda: rl.ones(0), lambda: rl.ones(()), lambda: rl.ones(2, 0, 3), lambda: rl.tensor([True]), lambda: rl.ones(2, 3).t(),
               lambda: rl.tensor([1 + 1j]), lambda: rl.arange(4), lambda: rl.ones(1).expand(3), lambda: rl.ones(2, 3, device="meta")],
    "int": [lambda: -(2**63), lambda: 2**63 - 1, lambda: 0, lambda: -1, lambda: 7],
    "float": [lambda: float("nan"), lambda: float("inf"), lambda: -1.0, lambda: 0.0],
    "bool": [lambda: True],
    "str": [lambda: "", lambda: "mean"],
    "int | Sequence[int]": [lambda: (), lambda: (0, 0), lambda: (-1,), lambda: (2**62, 2**62), lambda: (5,)],
    "Sequence[int]": [lambda: (), lambda: (-2,), lambda: (2**62, 2**62), lambda: (3, -1)],
    "Number": [lambda: 0, lambda: float("nan"), lambda: 1j, lambda: True],
    "Tensor | Number": [lambda: rl.ones(0), lambda: 0, lambda: rl.tensor([1j]), lambda: float("nan")],
    "Sequence[Tensor]": [list, lambda: [rl.ones(0)], lambda: [rl.ones(2), rl.ones(3, 3)]],
    "Sequence[Number]": [list, lambda: [float("nan")]],
}  # fmt: skip


# Odd counts are amounts of work here, and PyTorch does that work too.
PATIENT = {"tensor_split", "hsplit", "vsplit", "dsplit", "mvlgamma", "special.multigammaln"}

RAISED = (RuntimeError, TypeError, ValueError, IndexError, MemoryError, OverflowError, ArithmeticError)


def describe(value):
    return f"{value.dtype}{list(value.shape)}" if isinstance(value, rl.Tensor) else value


def odd_calls(row, rng):
    """A few calls of a row with odd tensors, numbers and sizes."""
    for _ in range(8):
        args, keywords = [], {}
        for p in row["params"]:
            choices = ODD.get(p["type"])
            if choices is None or (not p["required"] and rng.random() < 0.6):
                if not p["required"]:
                    break
                choices = [lambda: None]
            value = choices[rng.integers(len(choices))]()
            if p["keyword"]:
                keywords[p["name"]] = value
            else:
                args.append(value)
        yield args, keywords


def attempt(name, call):
    """Says how a call ended, unless it gave an answer or one of PyTorch's exceptions."""
    try:
        call()
    except RAISED as error:
        if "internal error" in str(error) or "panicked" in str(error):
            print(f"{name}\t{str(error).splitlines()[0]}", flush=True)


class Limit:
    """A few GiB of memory and a few seconds for each attempt, where the system can enforce them."""

    def __init__(self):
        if sys.platform == "linux":
            import resource

            resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))

    def restart(self):
        if hasattr(signal, "alarm"):
            signal.alarm(5)


def child(kind, start):
    """Tries what is on the list from `start` on; prints what it is about to try, for the parent to know what killed it."""
    limit = Limit()
    if kind == "huge":
        work = [(code, lambda code=code: eval(code)) for code in HUGE]
    else:
        work = []
        for row in rows():
            f = target(row)
            if f is None or row["name"] in PATIENT:
                continue

            def tries(f=f, row=row):
                rng = np.random.default_rng(len(row["doc"]))
                for args, keywords in odd_calls(row, rng):
                    attempt(
                        f"{row['name']}{tuple(map(describe, args))} {keywords}",
                        functools.partial(f, *args, **keywords),
                    )

            work.append((row["name"], tries))
    for k in range(start, len(work)):
        print(f">{k} {work[k][0]}", flush=True)
        limit.restart()
        attempt(*work[k])
    print(">done", flush=True)


def survivors(kind):
    """Runs `child` until it gets through; answers with what went wrong: (what, how) for each."""
    start, wrong = 0, []
    while True:
        code = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import test_errors; test_errors.child({kind!r}, {start})"
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
        lines = run.stdout.splitlines()
        wrong += [tuple(line.split("\t", 1)) for line in lines if "\t" in line]
        tried = [line for line in lines if line.startswith(">")]
        if tried[-1:] == [">done"]:
            return wrong
        assert tried, run.stderr
        k, name = tried[-1][1:].split(" ", 1)
        wrong.append((name, f"the process died with status {run.returncode}"))
        start = int(k) + 1


# Sizes that nothing can hold, and arithmetic on them that must not overflow unseen.
HUGE = """
rl.arange(0, 1e18)
rl.arange(-2**63, 2**63 - 1)
rl.arange(0, float("inf"))
rl.linspace(0, 1, 10**18)
rl.logspace(0, 1, 10**18)
rl.randperm(10**18)
rl.eye(10**18)
rl.tril_indices(2**31, 2**31)
rl.triu_indices(2**31, 2**31)
rl.hann_window(10**18)
rl.kaiser_window(2**45)
rl.empty(2**63 - 1)
rl.zeros(2**62, 2, 2)
rl.full((10**18,), 1)
rl.empty_strided((2,), (2**62,))
rl.empty_strided((2**40, 2**40), (0, 0))
rl.multinomial(rl.ones(2), 10**18, replacement=True)
rl.randint(0, 2, (10**18,))
rl.bincount(i, minlength=10**18)
rl.bincount(rl.tensor([2**62]))
rl.histc(x, 10**18)
F.one_hot(i, 10**18)
F.pad(x, (10**18, 0))
F.pad(x, (2**62, 2**62))
F.unfold(x[None, None], (1, 1), padding=2**62)
F.fold(rl.ones(1, 1, 4), (2**31, 2**31), 1)
F.adaptive_avg_pool2d(x[None], (2**31, 2**31))
F.max_pool2d(x[None], 2**62)
F.conv2d(x[None, None], rl.ones(1, 1, 1, 1), padding=2**62)
F.conv2d(x[None, None], rl.ones(1, 1, 2, 2), dilation=2**62)
F.pixel_shuffle(rl.ones(1, 4, 2, 2), 2**31)
x.repeat(2**62, 2**62)
x.repeat_interleave(2**63 - 1)
i.repeat_interleave(rl.tensor([2**62, 2**62]))
x.expand(2**62, 2, 3).clone()
x.expand(2**50, 2, 3) + 1
x.split([2**62, 2**62])
x.as_strided((2**62, 2**62), (2**62, 2**62))
x.diagonal(-2**63)
x.tril(-2**63)
x.select(0, -2**63)
x.narrow(0, 0, 2**63 - 1)
x[-2**63 : 2**63 - 1]
x.tensor_split(2**62)
x[:0].hsplit(2**62)
x[:0].vsplit(2**62)
x[0 : 2**63 - 1 : 2**62]
x.roll(2**62)
x.resize_(10**18)
rl.diag(rl.ones(2), 2**62)
rl.diag_embed(rl.ones(1).expand(2**40))
rl.outer(rl.ones(1).expand(2**40), rl.ones(1).expand(2**40))
rl.kron(rl.ones(1).expand(2**32), rl.ones(1).expand(2**32))
rl.cdist(rl.ones(1, 1).expand(2**32, 1), rl.ones(1, 1).expand(2**32, 1))
rl.cartesian_prod(*[rl.arange(1000)] * 8)
rl.take(x, rl.tensor([-2**63]))
x[rl.tensor([-2**63])]
""".strip().splitlines()


@pytest.fixture(scope="module")
def huge():
    return dict(survivors("huge"))


@pytest.mark.parametrize("code", HUGE)
def test_huge_sizes(huge, code):
    """An answer, if it takes no memory, or an exception: no overflow, no abort."""
    assert code not in huge, huge[code]


def test_no_row_fails_inside_on_odd_arguments():
    """Every row of the table: an answer or one of PyTorch's exceptions, never a panic and never a crash."""
    wrong = survivors("odd")
    assert not wrong, "\n" + "\n".join(f"{name}: {how}" for name, how in wrong)


def test_wrong_numbers_of_sample_points_are_refused():
    for points in (0, 3, 5):
        with pytest.raises(RuntimeError, match="sample points"):
            rl.gradient(rl.arange(4.0), spacing=[rl.ones(points)])


def test_a_scalar_has_one_axis_to_move():
    assert rl.movedim(rl.ones(()), -1, 0).shape == ()
    with pytest.raises(IndexError):
        rl.movedim(rl.ones(()), 1, 0)


def test_an_element_that_several_share_has_one_value():
    """What writes to elements by index is refused, and so is what writes everywhere, but for the fills."""
    shared, index = rl.zeros(1, 2).expand(3, 2), rl.tensor([0, 1])
    for call in (
        lambda: shared.index_copy_(0, index, rl.ones(2, 2)),
        lambda: shared.index_add_(0, index, rl.ones(2, 2)),
        lambda: shared.put_(index, rl.ones(2)),
        lambda: shared.masked_scatter_(shared == 0, rl.ones(6)),
        lambda: shared.add_(1),
    ):
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
            call()
    assert not shared.any()
    shared.index_fill_(0, index, 5)
    assert shared.tolist() == [[5, 5]] * 3


def test_turning_a_leaf_is_refused_in_any_number_of_dimensions():
    for shape in ((), (2,), (2, 3)):
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            rl.zeros(shape, requires_grad=True).t_()
        assert rl.zeros(shape).t_().shape == shape[::-1]


def test_a_complex_number_does_not_go_into_a_real_tensor():
    with pytest.raises(RuntimeError, match="complex Scalar to non-complex type"):
        rl.zeros(2).index_fill_(0, rl.tensor([0]), 1j)
    with pytest.raises(RuntimeError, match="requires dtype ComplexDouble"):
        rl.ones(2, dtype=rl.float64).float_power_(1j)
    assert rl.ones(2, dtype=rl.complex128).float_power_(1j).tolist() == [1, 1]


def test_an_integer_may_come_in_a_tensor_without_dimensions():
    x = rl.arange(6.0).reshape(2, 3)
    assert x.sum(rl.tensor(1)).tolist() == [3, 12]
    for dim in (rl.tensor([1]), rl.tensor(True), rl.tensor(1.0)):
        with pytest.raises(TypeError):
            x.cumsum(dim)


def test_a_list_of_tensors_is_spelled_out_for_some_functions_only():
    x = rl.ones(2)
    assert [t.shape for t in rl.meshgrid(x, x, indexing="ij")] == [(2, 2), (2, 2)]
    assert [t.shape for t in rl.broadcast_tensors(x, rl.ones(1))] == [(2,), (2,)]
    assert rl.cartesian_prod(x, x).shape == (4, 2) and rl.block_diag(x, x).shape == (2, 4)
    for join in (rl.cat, rl.stack, rl.hstack, rl.vstack, rl.column_stack):
        with pytest.raises(TypeError, match="must be tuple of Tensors, not Tensor"):
            join(x)


def test_a_scalar_cannot_be_taken_apart():
    with pytest.raises(IndexError, match="tensor has no dimensions"):
        rl.ones(()).unbind()
    with pytest.raises(IndexError, match="out of range"):
        rl.ones(()).unbind(-4)


@pytest.mark.parametrize(
    "face",
    [
        {"typestr": "", "shape": (2,)},
        {"typestr": "é", "shape": (2,)},
        {"typestr": "<f4", "shape": (2, 2), "strides": (4,)},
        {"typestr": "<f4", "shape": (2,), "strides": (4, 4)},
        {"typestr": "<f4", "shape": (2**62, 2**62)},
        {"typestr": "<f4", "shape": (2**40, 2), "strides": (2**60, 4)},
    ],
    ids=str,
)
def test_a_malformed_array_interface_is_refused(face):
    class Face:
        __array_interface__ = {"version": 3, "data": (64, False), **face}

    with pytest.raises((TypeError, ValueError)):
        rl.as_tensor(Face())


def test_limits_of_bool_and_padding_of_nothing():
    with pytest.raises(TypeError, match=r"torch\.bool is not supported by torch\.iinfo"):
        rl.iinfo(rl.bool)
    with pytest.raises(RuntimeError, match="received an empty list of sequences"):
        rl.nn.utils.rnn.pad_sequence([])


@pytest.mark.parametrize(
    ("call", "name", "works"),
    [
        (lambda: rl.floor(rl.tensor([True])), "floor", "integer and floating dtypes"),
        (lambda: rl.remainder(rl.ones(2, dtype=rl.complex64), 2), "remainder", "integer and floating dtypes"),
        (lambda: rl.logaddexp(i, i), "logaddexp", "floating and complex dtypes"),
        (lambda: rl.bitwise_not(rl.ones(2, dtype=rl.complex64)), "bitwise_not_cpu", "integer and bool dtypes"),
        (lambda: rl.atan2(rl.ones(2, dtype=rl.complex64), rl.ones(2)), "atan2", "real dtypes"),
        (lambda: rl.gcd(x, x), "gcd", "integer dtypes"),
        (lambda: rl.hypot(i, i), "hypot", "floating dtypes"),
        (lambda: rl.pow(rl.tensor([True]), rl.tensor([True])), "pow", "every dtype but bool"),
    ],
)
def test_a_refused_dtype_is_told_what_would_work(call, name, works):
    with pytest.raises(NotImplementedError) as caught:
        call()
    assert f'"{name}" not implemented for' in str(caught.value)
    assert str(caught.value).endswith(f"it works on {works}")


def test_many_lines_of_nothing_take_no_time():
    x = rl.empty(2**62, 0)
    assert x.sort(1)[0].shape == x.argsort().shape == x.shape and x.t().msort().shape == (0, 2**62)
    assert rl.cat([x, x], 1).shape == x.shape
    assert rl.nn.functional.batch_norm(x, None, None, training=True).shape == x.shape


def test_windows_at_places_of_ones_own_begin_inside():
    """Beyond 2^24 neighbours in float32 are whole windows apart."""
    x, far = rl.zeros(1, 1, 40, 40), rl.full((1, 1, 2), 1e9)
    with pytest.raises(RuntimeError, match=r"_random_samples should lie in \[0, 1\), but got 1000000000"):
        rl.nn.functional.fractional_max_pool2d(x, 2, output_size=36, _random_samples=far)


def test_a_number_is_no_picture_and_no_grid():
    x, number = rl.ones(1, 1, 3, 3), rl.tensor(1.0)
    for pair in ((number, x), (x, number)):
        with pytest.raises(RuntimeError, match="expected 4D or 5D input and grid"):
            rl.nn.functional.grid_sample(*pair, align_corners=False)


def test_what_has_no_axis_cannot_be_rolled_along_one():
    with pytest.raises(IndexError, match="Dimension specified as 0 but tensor has no dimensions"):
        rl.roll(rl.tensor(1.0), 0, 0)
    assert rl.roll(rl.tensor(1.0), 3).item() == 1


def test_grad_of_no_inputs():
    x = rl.ones(1, requires_grad=True)
    with pytest.raises(RuntimeError, match="`inputs` argument to `grad\\(\\)` cannot be empty"):
        rl.autograd.grad(x * 2, [])


def test_targets_of_a_probability_are_probabilities():
    with pytest.raises(RuntimeError, match="all elements of target should be between 0 and 1"):
        rl.nn.functional.binary_cross_entropy(rl.full((2,), 0.5), rl.full((2,), 1.5))


@pytest.mark.parametrize("name", ["uint16", "uint32", "uint64"])
def test_stored_integers_have_no_common_dtype_with_complex_ones(name):
    with pytest.raises(RuntimeError, match="Promotion for uint16, uint32, uint64 types is not supported"):
        rl.promote_types(getattr(rl, name), rl.complex64)


def test_sizes_are_integers():
    assert rl.Size((rl.tensor(2), True)) == (2, 1)
    for odd in ([1.5], ["a"], [rl.tensor(1.0)]):
        with pytest.raises(TypeError, match=r"torch.Size\(\) takes an iterable of 'int' \(item 0 is"):
            rl.Size(odd)
