"""Classes of a program's own that answer for operations: subclasses of Tensor, objects that are none, modes."""

import copy
import pickle
import re

import pytest
import rushlight as rl
import rushlight.nn.functional as F
from rushlight.overrides import TorchFunctionMode, handle_torch_function, has_torch_function


class Plain(rl.Tensor):
    pass


class Deeper(Plain):
    pass


class Log(rl.Tensor):
    seen = []

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        cls.seen.append(func.__name__)
        return super().__torch_function__(func, types, args, kwargs or {})


class Duck:
    """No tensor: a number with a unit."""

    def __init__(self, value):
        self.value = value

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        plain = [a.value if isinstance(a, cls) else a for a in args]
        return "duck", func.__name__, func(*plain, **(kwargs or {}))


def make(cls, *shape):
    return rl.arange(float(rl.Size(shape).numel())).reshape(shape).as_subclass(cls)


@pytest.mark.parametrize(
    "compute",
    [
        lambda x: x + 1,
        lambda x: 1 - x,
        lambda x: 2 / x,
        lambda x: x @ x.t(),
        lambda x: -x,
        lambda x: x == 1,
        lambda x: x[0],
        lambda x: x[:, None],
        lambda x: x.sum(),
        lambda x: x.view(-1),
        lambda x: x.T,
        lambda x: x.data,
        lambda x: x.detach(),
        lambda x: x.clone(),
        lambda x: x.to(rl.float64),
        lambda x: rl.exp(x),
        lambda x: rl.stack([x, x]),
        lambda x: rl.nn.functional.relu(x),
        lambda x: rl.nn.functional.linear(rl.ones(1, 3), x),
        lambda x: rl.ones(2, 3) * x,
        lambda x: rl.zeros_like(x),
        lambda x: rl.einsum("ij->j", x),
    ],
)
def test_results_keep_the_subclass(compute):
    assert type(compute(make(Plain, 2, 3))) is Plain


def test_results_of_several_tensors_keep_it_too():
    x = make(Plain, 3)
    values, places = x.sort()
    assert type(values) is type(places) is Plain
    assert type(x.split(1)[0]) is Plain
    assert type(x.tolist()) is list and type(x.shape) is rl.Size and x.item is not None


def test_the_inner_subclass_wins():
    a, b = make(Plain, 2), make(Deeper, 2)
    assert type(a + b) is type(b + a) is Deeper


def test_in_place_keeps_the_object():
    x = make(Plain, 2)
    y = x.add_(1)
    assert y is x
    x += 1
    assert type(x) is Plain and x.as_subclass(rl.Tensor).tolist() == [2, 3]
    x[0] = 9
    assert x[0].item() == 9


def test_history_is_kept():
    w = rl.ones(3, requires_grad=True)
    x = w.as_subclass(Plain)
    y = (x * 2).sum()
    assert type(y) is Plain and y.requires_grad
    y.backward()
    assert w.grad.tolist() == [2, 2, 2] and type(w.grad) is rl.Tensor


def test_handlers_see_names_and_arguments():
    Log.seen.clear()
    x = make(Log, 2)
    rl.add(x, 1)
    x.mul(2)
    x + 1
    1 + x
    rl.nn.functional.gelu(x)
    x.size()
    x[0]
    x[0] = 1.0
    assert Log.seen == ["add", "mul", "add", "add", "gelu", "size", "__getitem__", "__setitem__"]
    Log.seen.clear()
    assert x.shape == (2,) and Log.seen == ["__get__"]


def test_a_function_is_the_object_that_programs_know():
    class Fixed(rl.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            for known, name in (
                (rl.add, "add"),
                (rl.Tensor.mul, "mul"),
                (rl.nn.functional.linear, "linear"),
                (rl.nn.functional.mse_loss, "mse"),
                (rl.linalg.inv, "inv"),
                (rl.Tensor.size, "size"),
            ):
                if func is known:
                    return name
            return NotImplemented

    x = make(Fixed, 2, 2)
    assert rl.add(x, 1) == "add" and x * 2 == "mul" and rl.nn.functional.linear(x, x) == "linear"
    assert rl.nn.functional.mse_loss(x, x) == "mse" and rl.linalg.inv(x) == "inv" and x.size() == "size"
    with pytest.raises(TypeError, match="all __torch_function__ handlers returned NotImplemented"):
        x.exp()


def test_keywords_reach_the_handler():
    class Keys(rl.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return types, len(args), kwargs

    x = make(Keys, 2)
    assert x.sum(dim=0, keepdim=True) == ((Keys,), 1, {"dim": 0, "keepdim": True})
    assert rl.add(rl.ones(2), other=x)[2]["other"] is x
    assert x.exp()[2] is None


def test_subclasses_are_asked_first():
    order = []

    class A(rl.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            order.append(cls.__name__)
            return NotImplemented

    class B(A):
        pass

    with pytest.raises(TypeError):
        rl.add(make(A, 1), make(B, 1))
    assert order == ["B", "A"]


def test_what_is_no_tensor_takes_part():
    assert rl.add(rl.ones(2), Duck(3.0))[:2] == ("duck", "add")
    assert rl.sub(Duck(3.0), Duck(1.0))[2].item() == 2
    assert (rl.ones(1) + Duck(1.0))[2].tolist() == [2]
    with pytest.raises(TypeError, match="invalid combination of arguments"):
        rl.mean(object())


def test_nobody_is_asked_where_it_is_switched_off():
    x = make(Plain, 2)
    with rl._C.DisableTorchFunctionSubclass():
        assert type(x + 1) is rl.Tensor
        with rl._C.DisableTorchFunction():
            assert type(x + 1) is rl.Tensor
        assert type(x + 1) is rl.Tensor
    assert type(x + 1) is Plain


def test_modes_see_what_is_made_of_nothing():
    class Names(TorchFunctionMode):
        def __init__(self):
            self.log = []

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.log.append(func.__name__)
            return func(*args, **(kwargs or {}))

    with Names() as outer:
        x = rl.ones(2)
        with Names() as inner:
            x + 1
        rl.nn.functional.gelu(x)
    rl.zeros(1)
    assert inner.log == ["add"] and outer.log == ["ones", "add", "gelu"]


def test_modes_change_results():
    class Half(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            kwargs = dict(kwargs or {})
            if func is rl.zeros:
                kwargs["dtype"] = rl.float16
            return func(*args, **kwargs)

    with Half():
        assert rl.zeros(2).dtype == rl.float16
    assert rl.zeros(2).dtype == rl.float32


def test_a_mode_ends_after_an_error():
    class Fails(TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            raise KeyError("mode")

    with pytest.raises(KeyError), Fails():
        rl.ones(1)
    assert rl.ones(1).item() == 1
    assert rl._C._len_torch_function_stack() == 0


def test_functions_of_a_program_ask():
    def mine(x):
        return handle_torch_function(mine, (x,), x) if has_torch_function((x,)) else "plain"

    class Says:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return func is mine

    assert mine(rl.ones(1)) == "plain" and mine(Says()) is True


def test_attributes_and_printing():
    class Noted(rl.Tensor):
        def __new__(cls, data, note):
            made = rl.as_tensor(data).as_subclass(cls)
            made.note = note
            return made

    x = Noted([1.0, 2.0], "n")
    assert x.note == "n" and type(x * 2) is Noted
    assert repr(x) == str(x) == "Noted([1., 2.])"
    assert repr(make(Plain, 2)) == "Plain([0., 1.])"


def test_as_a_parameter():
    p = rl.nn.Parameter(make(Plain, 2))
    assert isinstance(p, rl.nn.Parameter) and type(p) is Plain and p.requires_grad
    layer = rl.nn.Module()
    layer.p = p
    assert [name for name, _ in layer.named_parameters()] == ["p"]
    assert not isinstance(make(Plain, 2), rl.nn.Parameter)


def test_plain_tensors_and_parameters_do_not_take_part():
    make(Plain, 2)
    p = rl.nn.Parameter(rl.ones(2))
    assert type(p * 2) is rl.Tensor and type(p.data) is rl.Tensor
    assert not has_torch_function((rl.ones(1), p, 3))


def test_copies():
    x = make(Plain, 2)
    assert type(copy.copy(x)) is Plain
    with pytest.raises(RuntimeError, match=r"__deepcopy__\(\) for non-wrapper subclasses"):
        copy.deepcopy(x)
    y = pickle.loads(pickle.dumps(x))
    assert type(y) is Plain and y.tolist() == x.tolist()


def test_every_function_that_may_be_answered_for_has_a_name_and_a_double():
    by_owner = rl.overrides.get_overridable_functions()
    doubles = rl.overrides.get_testing_overrides()
    assert {rl, rl.functional, rl.nn.functional, rl.nn.init, rl.Tensor, rl.linalg, rl.fft, rl.special} == set(
        by_owner
    )
    for owner, functions in by_owner.items():
        for function in functions:
            assert rl.overrides.resolve_name(function) is not None, (owner, function)
            assert callable(doubles[function])
    assert rl.add in by_owner[rl] and rl.zeros not in by_owner[rl]
    assert doubles[rl.add](1, 2) == -1
    with pytest.raises(TypeError):
        doubles[rl.nn.functional.softplus]()


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (rl.add, "torch.add"),
        (rl.arange, "torch.arange"),
        (rl.split, "torch.functional.split"),
        (rl.linalg.norm, "torch.linalg.norm"),
        (rl.nn.functional.relu, "torch.nn.functional.relu"),
        (rl.relu, "torch.relu"),
        (rl.nn.functional.conv2d, "torch.nn.functional.conv2d"),
        (rl.tanh, "torch.tanh"),
        (rl.Tensor.add_, "torch.Tensor.add_"),
        (rl.Tensor.shape.__get__, "torch.Tensor.shape.__get__"),
        (len, None),
        ([], None),
    ],
)
def test_names_of_functions(function, name):
    assert rl.overrides.resolve_name(function) == name


def test_names_are_the_same_while_functions_are_watched():
    with rl.profiler.profile():
        assert rl.overrides.resolve_name(rl.Tensor.add_) == "torch.Tensor.add_"
    assert rl.overrides.is_tensor_method_or_property(rl.Tensor.add)
    assert rl.overrides.is_tensor_method_or_property(rl.Tensor.shape.__get__)
    assert not rl.overrides.is_tensor_method_or_property(rl.add)


def test_a_mode_is_asked_to_make_a_tensor_of_data():
    class Doubled(rl.overrides.TorchFunctionMode):
        def __init__(self):
            super().__init__()
            self.seen = []

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.seen.append(func)
            if func in (rl.tensor, rl.as_tensor):
                kwargs = {**(kwargs or {}), "dtype": rl.float64}
            return func(*args, **(kwargs or {}))

    with Doubled() as mode:
        assert rl.tensor([1, 2]).dtype == rl.float64
        assert rl.as_tensor([1, 2], dtype=rl.int8).dtype == rl.float64
    assert mode.seen[:2] == [rl.tensor, rl.as_tensor]
    assert rl.tensor([1]).dtype == rl.int64


class Unit:
    """No tensor, and no answer to anything."""

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return NotImplemented


class Silent(rl.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return NotImplemented


X, U = rl.ones(2), Unit()


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: rl.add(X, U), "torch.add"),
        (lambda: rl.stack([U, X]), "torch.stack"),
        (lambda: F.linear(U, X), "torch.nn.linear"),
        (lambda: F.conv2d(U, X), "torch.conv2d"),
        (lambda: rl.linalg.inv(U), "torch.linalg.linalg_inv"),
        (lambda: rl.fft.fft(U), "torch.fft.fft_fft"),
        (lambda: rl.special.erf(U), "torch.special.special_erf"),
        (lambda: X.add(U), "torch.Tensor.add"),
    ],
)
def test_refusals_of_compiled_functions(call, name):
    with pytest.raises(TypeError) as caught:
        call()
    assert str(caught.value) == (
        f"Multiple dispatch failed for '{name}'; all __torch_function__ handlers returned NotImplemented:\n\n"
        f"  - tensor subclass {Unit}\n\nFor more information, try re-running with TORCH_LOGS=not_implemented"
    )


@pytest.mark.parametrize(
    ("call", "name", "types"),
    [
        (lambda: F.relu(U), "torch.nn.functional.relu", [Unit]),
        (lambda: F.mse_loss(U, X), "torch.nn.functional.mse_loss", [Unit, rl.Tensor]),
        (lambda: rl.einsum("i,i", X, U), "torch.functional.einsum", [rl.Tensor, Unit]),
        (lambda: rl.split(U, 1), "torch.functional.split", [Unit]),
        (lambda: F.cross_entropy(X.as_subclass(Silent), U), "torch.nn.functional.cross_entropy", [Silent, Unit]),
    ],
)
def test_refusals_of_functions_that_are_python_in_pytorch(call, name, types):
    with pytest.raises(TypeError) as caught:
        call()
    text = f"no implementation found for '{name}' on types that implement __torch_function__: {types}"
    assert str(caught.value) == text


def test_refusals_of_functions_of_a_program():
    def mine(a):
        return rl.overrides.handle_torch_function(mine, (a,), a)

    with pytest.raises(TypeError, match=f"no implementation found for '{__name__}.mine' on types"):
        mine(U)


@pytest.mark.parametrize("sign", ["+", "-", "*", "/", "//", "%", "**", "@", "&", "|", "^", "<<", ">>"])
def test_operators_leave_the_refusal_to_python(sign):
    shown = {"**": r"\*\* or pow\(\)"}.get(sign) or re.escape(sign)
    with pytest.raises(TypeError, match=rf"unsupported operand type\(s\) for {shown}: 'Tensor' and 'Unit'"):
        eval(f"x {sign} u", {"x": X, "u": U})
    with pytest.raises(TypeError, match=rf"unsupported operand type\(s\) for {shown}: 'Silent' and 'int'|'Silent' and 'Silent'"):
        s = X.as_subclass(Silent)
        eval(f"x {sign} u", {"x": s, "u": s if sign == "@" else 1})


def test_comparisons_with_what_refuses():
    assert (X == U) is False and (X != U) is True
    with pytest.raises(TypeError, match="'<' not supported between instances of 'Tensor' and 'Unit'"):
        _ = X < U


def test_operands_answer_before_they_are_refused():
    class Loud:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return func.__name__

    assert (X + Loud(), X @ Loud(), Loud() - X) == ("add", "matmul", "__rsub__")


def test_modes_are_asked_about_what_leaves_a_tensor():
    asked = []

    class Mode(rl.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            asked.append(func.__name__)
            return func(*args, **(kwargs or {}))

    with Mode():
        found = X[0].item(), X.tolist(), X.size(), X.size(0), X.dim(), X.size(dim=-1)
    assert found == (1.0, [1.0, 1.0], (2,), 2, 1, 2)
    assert asked == ["__getitem__", "item", "tolist", "size", "size", "dim", "size"]


def test_functions_say_where_they_are():
    said = {f: f"{f.__module__}.{f.__name__}" for f in (rl.relu, F.relu, F.gelu, rl.linalg.inv, rl.fft.fft, rl.special.erf)}
    assert list(said.values()) == [
        "rushlight.relu",
        "rushlight.nn.functional.relu",
        "rushlight.nn.functional.gelu",
        "rushlight.linalg.inv",
        "rushlight.fft.fft",
        "rushlight.special.erf",
    ]
    assert all(pickle.loads(pickle.dumps(f)) is f for f in said)
    assert F.conv2d is rl.conv2d and F.conv2d.__module__ == "rushlight"


def test_nodes_of_functions_print_as_in_pytorch():
    class Swish(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            return g

    x = rl.ones(2, requires_grad=True)
    node = Swish.apply(x).grad_fn
    assert re.fullmatch("<torch.autograd.function.SwishBackward object at 0x[0-9a-f]+>", repr(node))
    assert type(node).__module__ == "torch.autograd.function" and type(node) is type(Swish.apply(x).grad_fn)
    assert re.fullmatch("<MulBackward0 object at 0x[0-9a-f]+>", repr((x * 2).grad_fn))


def test_initialisers_are_asked_about_under_their_own_names():
    class Holder:
        def __init__(self, inner):
            self.inner = inner

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            assert not args
            return func.__name__, func(**{k: v.inner if isinstance(v, cls) else v for k, v in kwargs.items()})

    init = rl.nn.init
    name, filled = init.constant_(Holder(rl.zeros(2)), 3.0)
    assert name == "constant_" and filled.tolist() == [3, 3]
    assert init.normal_(Holder(rl.zeros(2)), mean=5.0, std=0.0)[1].tolist() == [5, 5]
    assert init.uniform_(Holder(rl.zeros(2)), 2.0, 3.0)[1].min() >= 2
    assert init.kaiming_uniform_(Holder(rl.zeros(3, 4)))[0] == "kaiming_uniform_"

    class Seen(rl.overrides.TorchFunctionMode):
        names = ()

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.names += (func.__name__,)
            return func(*args, **(kwargs or {}))

    weight = rl.zeros(2)
    with Seen() as seen:
        init.normal_(weight)
    assert seen.names[0] == "normal_"


def test_what_overrides_exports():
    assert {"get_testing_overrides", "redispatch_function"} <= set(rl.overrides.__all__)
    assert "TorchFunctionMode" not in rl.overrides.__all__


@pytest.mark.parametrize(
    ("work", "name"),
    [
        (lambda x: 1 - x, "__rsub__"),
        (lambda x: x // 2, "__floordiv__"),
        (lambda x: x**2, "__pow__"),
        (lambda x: ~x, "__invert__"),
        (lambda x: x & 1, "__and__"),
        (lambda x: x | 1, "__or__"),
        (lambda x: x ^ 1, "__xor__"),
        (lambda x: x << 1, "__lshift__"),
        (lambda x: x >> 1, "__rshift__"),
        (lambda x: x == 1, "__eq__"),
        (lambda x: x != 1, "ne"),
        (lambda x: x + 1, "add"),
        (lambda x: x.type(), "type"),
        (lambda x: x.new_tensor([1]), "new_tensor"),
    ],
)
def test_operators_are_told_of_by_pytorchs_names(work, name):
    told = []

    class Told(rl.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            told.append(func)
            return super().__torch_function__(func, types, args, kwargs or {})

    plain = rl.tensor([1, 2])
    answer = work(plain.as_subclass(Told))
    assert told[0] == getattr(rl.Tensor, name) and told[0].__name__ == name
    assert not isinstance(answer, rl.Tensor) or rl.equal(answer.as_subclass(rl.Tensor), work(plain))


def test_operators_in_place_are_told_of():
    told = []

    class Told(rl.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            told.append(func.__name__)
            return super().__torch_function__(func, types, args, kwargs or {})

    x = rl.tensor([1, 2]).as_subclass(Told)
    x **= 2
    x <<= 1
    assert told == ["__ipow__", "__ilshift__"]
    assert x.as_subclass(rl.Tensor).tolist() == [2, 8]
