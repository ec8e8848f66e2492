"""Module: registration, both views of it, hooks, state, printing, copies."""

import copy
import gc
import pickle
import warnings
import weakref
from collections import OrderedDict

import pytest
import rushlight as rl
from rushlight import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 3)
        self.scale = nn.Parameter(rl.ones(3))
        self.register_buffer("kept", rl.zeros(1))
        self.register_buffer("passing", rl.zeros(1), persistent=False)

    def forward(self, x, bias=0):
        return self.linear(x) * self.scale + bias


def views_agree(module):
    """Whatever the tables hold is an attribute, and the same object."""
    for table in ("_parameters", "_buffers", "_modules"):
        for name, value in getattr(module, table).items():
            if isinstance(name, str):
                assert getattr(module, name) is value
                assert module.__dict__.get(name, value) is value
    for child in module.children():
        views_agree(child)


def test_registration_and_plain_lookup():
    m = Block()
    assert [n for n, _ in m.named_parameters()] == ["scale", "linear.weight", "linear.bias"]
    assert [n for n, _ in m.named_buffers()] == ["kept", "passing"]
    assert [n for n, _ in m.named_modules()] == ["", "linear"]
    assert "scale" in m.__dict__ and "linear" in m.__dict__ and "kept" in m.__dict__
    views_agree(m)


def test_every_write_keeps_both_views():
    m = Block()
    m.scale = nn.Parameter(rl.zeros(3))
    views_agree(m)
    m._parameters["scale"] = other = nn.Parameter(rl.ones(3))
    assert m.scale is other
    del m._parameters["scale"]
    assert not hasattr(m, "scale")
    m._modules.update(extra=nn.ReLU())
    assert isinstance(m.extra, nn.ReLU)
    assert m._modules.pop("extra") is not None and not hasattr(m, "extra")
    m.kept = rl.ones(1)
    assert m._buffers["kept"] is m.kept
    del m.kept
    assert "kept" not in m._buffers and not hasattr(m, "kept")
    m._buffers = {"fresh": rl.ones(2)}
    assert not hasattr(m, "passing") and m.fresh.shape == (2,)
    m._modules.clear()
    assert not hasattr(m, "linear")
    views_agree(m)


def test_keys_that_are_no_names():
    m = nn.Module()
    relu = nn.ReLU()
    m._modules[relu] = relu
    m._modules["training"] = nn.Tanh()
    m._modules["forward"] = nn.Sigmoid()
    assert m.training is True and callable(m.forward) and next(m.children()) is relu


def test_kinds_exclude_each_other():
    m = Block()
    with pytest.raises(TypeError, match="as parameter 'scale'"):
        m.scale = rl.ones(3)
    with pytest.raises(TypeError, match="as child module 'linear'"):
        m.linear = 3
    with pytest.raises(TypeError, match="as buffer 'kept'"):
        m.kept = 3
    m.kept = nn.Parameter(rl.ones(1))
    assert "kept" in m._parameters and "kept" not in m._buffers
    m.scale = None
    assert m.scale is None and m._parameters["scale"] is None


@pytest.mark.parametrize(
    "name, error", [("a.b", KeyError), ("", KeyError), (3, TypeError), ("forward", KeyError)]
)
def test_bad_names(name, error):
    for method, value in (("register_parameter", None), ("register_buffer", None), ("add_module", nn.ReLU())):
        with pytest.raises(error):
            getattr(nn.Module(), method)(name, value)


def test_assignment_before_init():
    class Early(nn.Module):
        def __init__(self):
            self.p = nn.Parameter(rl.ones(1))

    with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
        Early()


def test_module_is_freed_at_once():
    m = Block()
    gone = weakref.ref(m)
    gc.disable()
    try:
        del m
        assert gone() is None
    finally:
        gc.enable()


def test_missing_attribute_and_forward():
    with pytest.raises(AttributeError, match="'Block' object has no attribute 'nothing'"):
        Block().nothing  # noqa: B018
    with pytest.raises(NotImplementedError, match='missing the required "forward" function'):
        nn.Module()(1)


def test_copies():
    m = Block()
    m.register_forward_hook(lambda module, args, out: out + 1)
    for other in (copy.deepcopy(m), copy.copy(m)):
        views_agree(other)
        x = rl.ones(1, 2)
        assert rl.equal(other(x), m(x))
    deep = copy.deepcopy(m)
    assert deep.scale is not m.scale and deep.scale is deep._parameters["scale"]
    deep._parameters["scale"] = nn.Parameter(rl.zeros(3))
    assert rl.equal(m.scale, rl.ones(3))
    plain = Block()
    again = pickle.loads(pickle.dumps(plain))
    views_agree(again)
    assert rl.equal(again(x), plain(x)) and not again._hooked


def test_hooks_in_order_and_with_replacement():
    calls = []
    m = Block()
    m.register_forward_pre_hook(lambda mod, args: calls.append("pre"))
    m.register_forward_pre_hook(lambda mod, args: (args[0] * 0,), prepend=True)
    m.register_forward_pre_hook(lambda mod, args, kw: (args, {"bias": 5}), with_kwargs=True)
    m.register_forward_hook(lambda mod, args, kw, out: calls.append(kw["bias"]), with_kwargs=True)
    handle = m.register_forward_hook(lambda mod, args, out: out * 0 + 7)
    out = m(rl.ones(1, 2))
    assert calls == ["pre", 5] and rl.equal(out, rl.full((1, 3), 7.0))
    handle.remove()
    assert rl.equal(m(rl.ones(1, 2)), m.linear.bias.view(1, 3) + 5)


def test_always_call():
    class Fails(nn.Module):
        def forward(self, x):
            raise ValueError("inside")

    m, calls = Fails(), []
    m.register_forward_hook(lambda mod, args, out: calls.append("never"))
    m.register_forward_hook(lambda mod, args, out: calls.append(out), always_call=True)
    with pytest.raises(ValueError, match="inside"):
        m(1)
    assert calls == [None]


def test_direct_writes_to_hook_tables_are_seen():
    m = nn.ReLU()
    assert not m._hooked
    m._forward_hooks[0] = lambda mod, args, out: out + 1
    assert m(rl.zeros(1)).item() == 1


def test_global_hooks():
    seen = []
    handle = nn.register_module_forward_hook(lambda mod, args, out: seen.append(type(mod).__name__))
    nn.Sequential(nn.ReLU(), nn.Tanh())(rl.ones(1))
    handle.remove()
    nn.ReLU()(rl.ones(1))
    assert seen == ["ReLU", "Tanh", "Sequential"]


def test_full_backward_hooks():
    m = nn.Linear(2, 1, bias=False)
    got = {}

    def hook(mod, grad_in, grad_out):
        got["in"], got["out"] = grad_in, grad_out
        return (grad_in[0] * 2,)

    m.register_full_backward_hook(hook)
    m.register_full_backward_pre_hook(lambda mod, grad_out: (grad_out[0] * 3,))
    x = rl.ones(1, 2, requires_grad=True)
    m(x).sum().backward()
    assert rl.equal(got["out"][0], rl.full((1, 1), 3.0))
    assert rl.allclose(got["in"][0], 3 * m.weight.detach())
    assert rl.allclose(x.grad, 6 * m.weight.detach())
    assert rl.allclose(m.weight.grad, rl.full((1, 2), 3.0))
    with pytest.raises(RuntimeError, match="Cannot use both regular backward hooks and full"):
        m.register_backward_hook(hook)


def test_backward_hook_without_input_gradients():
    m = nn.Linear(2, 1)
    seen = []
    m.register_full_backward_hook(lambda mod, grad_in, grad_out: seen.append(grad_in))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        m(rl.ones(1, 2)).sum().backward()
    assert seen == [(None,)]


def test_state_dict_and_strict_loading():
    m = Block()
    state = m.state_dict()
    assert type(state) is OrderedDict and list(state) == ["scale", "kept", "linear.weight", "linear.bias"]
    assert state._metadata == {"": {"version": 1}, "linear": {"version": 1}}
    assert state["scale"].data_ptr() == m.scale.data_ptr() and not state["scale"].requires_grad
    assert m.state_dict(keep_vars=True)["scale"] is m.scale
    other = Block()
    assert repr(other.load_state_dict(state)) == "<All keys matched successfully>"
    assert rl.equal(other.linear.weight, m.linear.weight)
    wrong = OrderedDict(state)
    wrong["extra"] = wrong.pop("kept")
    wrong["scale"] = rl.ones(4)
    with pytest.raises(RuntimeError) as error:
        other.load_state_dict(wrong)
    assert str(error.value) == (
        "Error(s) in loading state_dict for Block:\n"
        '\tMissing key(s) in state_dict: "kept". \n'
        '\tUnexpected key(s) in state_dict: "extra". \n'
        "\tsize mismatch for scale: copying a param with shape torch.Size([4]) from checkpoint, "
        "the shape in current model is torch.Size([3])."
    )
    del wrong["scale"]
    result = other.load_state_dict(wrong, strict=False)
    assert result.missing_keys == ["scale", "kept"] and result.unexpected_keys == ["extra"]


def test_assign_takes_the_tensors():
    m, state = nn.Linear(2, 2), {"weight": rl.ones(2, 2, dtype=rl.float64), "bias": rl.zeros(2)}
    m.load_state_dict(state, assign=True)
    assert m.weight.dtype == rl.float64 and isinstance(m.weight, nn.Parameter)
    assert (
        m.weight.data_ptr() == state["weight"].data_ptr() and m.__dict__["weight"] is m._parameters["weight"]
    )


def test_state_hooks_and_extra_state():
    class Extra(nn.Module):
        def get_extra_state(self):
            return {"count": 3}

        def set_extra_state(self, state):
            self.count = state["count"]

    m, log = Extra(), []
    m.register_state_dict_pre_hook(lambda mod, prefix, keep: log.append("before"))
    m.register_state_dict_post_hook(lambda mod, state, prefix, meta: log.append(list(state)))
    m.register_load_state_dict_pre_hook(lambda mod, state, *rest: log.append(mod is m))
    m.register_load_state_dict_post_hook(lambda mod, keys: keys.missing_keys.clear())
    state = m.state_dict()
    m.load_state_dict(state)
    assert m.count == 3 and log == ["before", ["_extra_state"], True]
    m.load_state_dict({})
    with pytest.raises(RuntimeError, match="_extra_state"):
        Extra().load_state_dict({})


def test_conversion_keeps_parameter_objects():
    m = Block()
    before = list(m.parameters())
    m(rl.ones(1, 2)).sum().backward()
    m.double()
    assert [id(p) for p in m.parameters()] == [id(p) for p in before]
    assert all(p.dtype == rl.float64 and p.grad.dtype == rl.float64 for p in before)
    assert m.kept.dtype == rl.float64
    m.to(rl.float32)
    assert m.scale.dtype == rl.float32
    with pytest.raises(TypeError, match="only accepts floating point or complex dtypes"):
        m.to(rl.int64)


def test_modes_and_gradients():
    m = nn.Sequential(Block(), nn.Dropout())
    assert m.eval() is m and not m[0].linear.training
    m.train()
    assert m[1].training
    with pytest.raises(ValueError, match="training mode is expected to be boolean"):
        m.train(1)
    m[0](rl.ones(1, 2)).sum().backward()
    m.zero_grad(set_to_none=False)
    assert rl.equal(m[0].scale.grad, rl.zeros(3))
    m.zero_grad()
    assert m[0].scale.grad is None
    m.requires_grad_(False)
    assert not any(p.requires_grad for p in m.parameters())


def test_finding_and_replacing():
    m = nn.Sequential(OrderedDict(block=Block()))
    assert m.get_submodule("block.linear") is m.block.linear and m.get_submodule("") is m
    assert m.get_parameter("block.linear.bias") is m.block.linear.bias
    assert m.get_buffer("block.kept") is m.block.kept
    m.set_submodule("block.linear", nn.Identity())
    assert isinstance(m.block.linear, nn.Identity)
    with pytest.raises(AttributeError, match="Block has no attribute `nothing`"):
        m.get_submodule("block.nothing")
    with pytest.raises(AttributeError, match=r"`scale` is not an nn\.Module"):
        m.get_submodule("block.scale")


def test_shared_parameters_are_listed_once():
    shared = nn.Linear(2, 2)
    m = nn.Sequential(shared, nn.ReLU(), shared)
    assert len(list(m.parameters())) == 2
    assert len(list(m.named_parameters(remove_duplicate=False))) == 4
    assert len(m.state_dict()) == 4


def test_printing():
    m = nn.Sequential(nn.Linear(2, 3), nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Tanh()]))
    assert repr(m) == (
        "Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (1): ModuleList(\n    (0-1): 2 x ReLU()\n    (2): Tanh()\n  )\n)"
    )
    assert repr(nn.Module()) == "Module()"
    assert repr(nn.Parameter(rl.ones(2))) == "Parameter containing:\ntensor([1., 1.], requires_grad=True)"


def test_a_lazy_parameter_refuses_every_operation_and_saves_as_itself():
    layer = nn.LazyLinear(3)
    for call in (
        lambda w: w.numel(), lambda w: w.sum(), lambda w: w.abs(), lambda w: w.mul_(2), lambda w: w @ w, lambda w: -w,
        lambda w: w[0], lambda w: len(w), lambda w: w.tolist(), lambda w: w.uniform_(), lambda w: w.dim(),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="Attempted to use an uninitialized parameter in"):
            call(layer.weight)
    assert type(layer.state_dict()["weight"]) is nn.UninitializedParameter
    assert type(nn.LazyBatchNorm1d().state_dict()["running_mean"]) is nn.UninitializedBuffer
    layer.to(rl.float64)
    assert layer(rl.ones(1, 2, dtype=rl.float64)).dtype == rl.float64
    assert type(layer.state_dict()["weight"]) is rl.Tensor


def test_loading_into_meta_without_assign_changes_nothing_and_warns():
    layer = nn.Linear(1, 1, device="meta")
    with pytest.warns(UserWarning, match="is a no-op") as caught:
        layer.load_state_dict({"weight": rl.ones(1, 1), "bias": rl.zeros(1)})
    assert len(caught) == 2
    assert layer.weight.is_meta


def test_a_parameter_dict_of_a_plain_dict_is_in_the_order_of_names():
    two = {"src": nn.Parameter(rl.ones(1)), "dst": nn.Parameter(rl.ones(2))}
    assert list(nn.ParameterDict(two)) == ["dst", "src"]
    assert list(nn.ParameterDict(two.items())) == ["src", "dst"]
    assert list(nn.ParameterDict(OrderedDict(two))) == ["src", "dst"]
    assert list(nn.ParameterDict(nn.ParameterDict(two))) == ["dst", "src"]


def test_a_parameter_dict_gets_with_a_default():
    table = nn.ParameterDict({"a": rl.ones(1)})
    assert table.get("a") is table["a"]
    assert table.get("b") is None and table.get("b", 3) == 3


def test_sparse_gradients_move_with_their_parameters():
    table = nn.Embedding(3, 2, sparse=True)
    table(rl.tensor([1])).sum().backward()
    table.double()
    assert table.weight.dtype == table.weight.grad.dtype == rl.float64
    assert table.weight.grad.is_sparse and table.weight.grad.to_dense()[1].tolist() == [1.0, 1.0]


def test_relu6_is_a_hardtanh():
    layer = nn.ReLU6(inplace=True)
    assert isinstance(layer, nn.Hardtanh) and (layer.min_val, layer.max_val) == (0.0, 6.0)
    assert repr(layer) == "ReLU6(inplace=True)" and repr(nn.ReLU6()) == "ReLU6()"


def test_forms_of_to():
    parse = rl._C._nn._parse_to
    assert parse() == (None, None, False, None)
    assert parse("cpu", rl.float16, True) == (rl.device("cpu"), rl.float16, True, None)
    assert parse(rl.ones(1, dtype=rl.int32)) == (rl.device("cpu"), rl.int32, False, None)
    assert parse(dtype=rl.float64, memory_format=rl.channels_last) == (None, rl.float64, False, rl.channels_last)
    with pytest.raises(TypeError, match=r"got \(str, str\), but expected one of:\n \* \(torch.device device = None"):
        nn.Linear(1, 1).to("a", "b")
    with pytest.raises(RuntimeError, match=r"\.to\(\) does not accept copy argument"):
        nn.Linear(1, 1).to(rl.float64, copy=True)
