"""Graphs of programs compute what the programs do, print as Python, and can be changed."""

from __future__ import annotations

import copy
import operator
import pickle

import fx_program as program
import pytest
import rushlight as rl
from rushlight import fx, nn
from rushlight.nn import functional as F


@pytest.fixture
def traced():
    rl.manual_seed(0)
    net = program.Block()
    return net, fx.symbolic_trace(net), rl.randn(3, 2, 4)


def same(a, b):
    assert a.keys() == b.keys()
    for name in a:
        for left, right in zip(a[name], b[name], strict=True):
            assert rl.equal(left, right)


def test_a_graph_computes_the_same_in_every_form(traced):
    net, gm, x = traced
    functions, methods = dict(vars(F)), dict(vars(rl.Tensor))
    for other in (
        gm,
        copy.deepcopy(gm),
        copy.copy(gm),
        pickle.loads(pickle.dumps(gm)),
        fx.Transformer(gm).transform(),
    ):
        same(net(x), other(x))
    same(net(x), fx.Interpreter(gm).run(x, 2))
    fx.symbolic_trace(net)
    assert dict(vars(F)) == functions and dict(vars(rl.Tensor)) == methods  # nothing stays behind
    assert pickle.loads(pickle.dumps(gm)).code == gm.code
    assert copy.deepcopy(gm).lin.weight is not gm.lin.weight and gm.lin.weight is net.lin.weight
    assert list(gm.state_dict()) and set(gm.state_dict()) == set(net.state_dict())
    same(net(x), gm(x))


def test_gradients_flow_through_graphs(traced):
    net, gm, x = traced
    x.requires_grad_()
    gm(x)["k"][0].sum().backward()
    found, x.grad = x.grad, None
    net(x)["k"][0].sum().backward()
    assert rl.equal(found, x.grad)


def test_kinds_of_nodes():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.part = nn.Linear(2, 2)
            self.scale = nn.Parameter(rl.ones(2))

        def forward(self, x, flag=True):
            y = self.part(x) * self.scale + self.scale
            return rl.relu(y).sum(dim=-1) if flag else y

    gm = fx.symbolic_trace(Net(), {"flag": True})
    assert [(n.op, n.name) for n in gm.graph.nodes] == [
        ("placeholder", "x"),
        ("placeholder", "flag_1"),
        ("call_function", "eq"),
        ("call_function", "_assert"),
        ("call_module", "part"),
        ("get_attr", "scale"),
        ("call_function", "mul"),
        ("call_function", "add"),
        ("call_function", "relu"),
        ("call_method", "sum_1"),
        ("output", "output"),
    ]
    nodes = {n.name: n for n in gm.graph.nodes}
    assert nodes["mul"].target is operator.mul and nodes["relu"].target is rl.relu
    assert nodes["sum_1"].kwargs == {"dim": -1} and list(nodes["scale"].users) == [nodes["mul"], nodes["add"]]
    assert str(nodes["mul"].format_node()) == (
        "%mul : [num_users=1] = call_function[target=operator.mul](args = (%part, %scale), kwargs = {})"
    )
    with pytest.raises(AssertionError, match="flag has been specialized"):
        gm(rl.ones(1, 2), False)
    with pytest.raises(NotImplementedError, match="does not support mutation"):
        gm.graph.call_function(rl.cat, ([nodes["x"]],)).args[0].append(1)


def test_code_is_python():
    def f(x, y=2.5, *rest, **more):
        a, b = x.split(2)
        return -a @ b.T, x[..., 1:], x.shape[0], x.to(rl.float64), y + float("inf")

    assert fx.symbolic_trace(f).code.strip().splitlines() == [
        "def forward(self, x, y = 2.5, *rest, **more):",
        "    _rest = rest",
        "    _more = more",
        "    split = x.split(2)",
        "    getitem = split[0]",
        "    getitem_1 = split[1];  split = None",
        "    neg = -getitem;  getitem = None",
        "    getattr_1 = getitem_1.T;  getitem_1 = None",
        "    matmul = neg @ getattr_1;  neg = getattr_1 = None",
        "    getitem_2 = x[(Ellipsis, slice(1, None, None))]",
        "    getattr_2 = x.shape",
        "    getitem_3 = getattr_2[0];  getattr_2 = None",
        "    to = x.to(torch.float64);  x = None",
        "    add = y + inf;  y = None",
        "    return (matmul, getitem_2, getitem_3, to, add)",
    ]


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 1 if x.sum() > 0 else 2, "control flow"),
        (lambda x: [i for i in x], "cannot be iterated"),  # noqa: C416
        (lambda x: 1 in x, "cannot be iterated"),
    ],
)
def test_what_needs_a_value_is_refused(function, words):
    with pytest.raises(fx.TraceError, match=words):
        fx.symbolic_trace(function)


@pytest.mark.parametrize("function", [range, int, float, complex, lambda x: [1, 2][x]])
def test_a_stand_in_is_no_number(function):
    with pytest.raises(TypeError, match="Proxy"):
        fx.symbolic_trace(lambda x: function(x))


def test_arguments_of_functions_of_layers_are_recorded_by_name():
    graph = fx.symbolic_trace(lambda x: F.dropout(F.relu(x, True), 0.25) + F.interpolate(x, None, 2)).graph
    relu, dropout, interpolate = (n for n in graph.nodes if n.op == "call_function" and n.name != "add")
    assert relu.args[1:] == () and relu.kwargs == {"inplace": True}
    assert dropout.kwargs == {"p": 0.25, "training": True, "inplace": False}
    assert interpolate.kwargs["scale_factor"] == 2 and interpolate.kwargs["mode"] == "nearest"
    softmax = fx.symbolic_trace(lambda x: F.softmax(x, -1))
    assert "softmax(x, dim = -1, _stacklevel = 3, dtype = None)" in softmax.code
    x = rl.randn(2, 3)
    assert rl.equal(softmax(x), F.softmax(x, -1))


def test_a_result_is_not_named_as_the_function_it_is_of():
    program = fx.symbolic_trace(lambda x: rl.linalg.norm(x) + rl.special.expit(x) + rl.fft.fft(x).real)
    assert [n.name for n in program.graph.nodes][1:4] == ["linalg_norm", "special_expit", "add"]
    x = rl.tensor([3.0, 4.0])
    assert rl.allclose(program(x), 5 + rl.sigmoid(x) + rl.tensor([7.0, -1.0]))


def _length(x, parts):
    return x + len(parts)


fx.wrap("_length")


def test_wrapped_functions_are_marked_in_the_code():
    program = fx.symbolic_trace(lambda x, y: _length(x, y) ** 2)
    assert "torch.fx._symbolic_trace.wrap(" in program.code
    assert program(rl.tensor(2.0), [1, 2, 3]).item() == 25
    again = fx.symbolic_trace(program)
    assert any(n.op == "call_function" and n.target is _length for n in again.graph.nodes)


def test_a_replacement_stands_before_what_uses_it():
    def program(a, b):
        return rl.cat([a, b]).neg(), (a[0], b[1:])

    traced = fx.symbolic_trace(program)
    found = fx.replace_pattern(traced, lambda a, b: rl.cat([a, b]).neg(), lambda a, b: rl.stack([a, b]))
    assert len(found) == 1
    assert [n.name for n in traced.graph.nodes] == ["a", "b", "getitem", "getitem_1", "stack", "output"]
    assert traced(rl.ones(2), rl.ones(2))[0].shape == (2, 2)


def test_functions_that_are_not_looked_into():
    gm = fx.symbolic_trace(program.uses_wrapped)
    assert {program.opaque, len} < {n.target for n in gm.graph.nodes}
    assert gm(rl.ones(3)).tolist() == [4.0, 4.0, 4.0]
    with pytest.raises(RuntimeError, match="callable or string"):
        fx.wrap(3)

    class Whole(fx.Tracer):
        def is_leaf_module(self, m, name):
            return False

    graph = Whole().trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    assert [n.op for n in graph.nodes] == [
        "placeholder",
        "get_attr",
        "get_attr",
        "call_function",
        "call_function",
        "output",
    ]
    with pytest.raises(NameError, match="not installed"):
        fx.symbolic_trace(lambda x: nn.Linear(1, 1)(x))


def test_graphs_are_changed_in_place(traced):
    _, gm, x = traced
    before = gm(x)
    node = next(n for n in gm.graph.nodes if n.target is F.softmax)
    with pytest.raises(RuntimeError, match="still had 1 users"):
        gm.graph.erase_node(node)
    with gm.graph.inserting_after(node):
        new = gm.graph.call_function(rl.sigmoid, node.args)
    node.replace_all_uses_with(new)
    unused = gm.graph.call_function(rl.relu, (new,))
    gm.graph.output_node().prepend(unused)
    assert gm.graph.eliminate_dead_code()  # what was added, and the softmax
    assert node not in list(gm.graph.nodes) and unused not in list(gm.graph.nodes)
    gm.graph.lint()
    gm.recompile()
    assert "sigmoid" in gm.code and "softmax" not in gm.code
    assert gm(x)["k"].shape == before["k"].shape and not rl.equal(gm(x)["k"], before["k"])
    first = next(iter(gm.graph.nodes))
    gm.graph.output_node().append(first)
    with pytest.raises(RuntimeError, match="used before it has been defined"):
        gm.graph.lint()


def test_parts_of_modules():
    gm = fx.symbolic_trace(nn.Sequential(nn.Linear(2, 2), nn.ReLU()))
    assert gm.add_submodule("more.deep", nn.Tanh()) and isinstance(gm.more.deep, nn.Tanh)
    for node in gm.graph.nodes:
        if node.target == "1":
            node.target = "more.deep"
    gm.recompile()
    gm.delete_all_unused_submodules()
    assert [name for name, _ in gm.named_modules()] == ["", "0", "more", "more.deep"]
    assert gm(rl.zeros(1, 2)).shape == (1, 2)
    assert gm.delete_submodule("more.deep") and not gm.delete_submodule("more.deep")


def test_patterns_are_replaced_wherever_they_are():
    def f(x, y):
        return rl.neg(rl.add(x, y)) + rl.add(rl.add(y, x), 1)

    gm = fx.symbolic_trace(f)
    found = fx.replace_pattern(gm, lambda a, b: rl.add(a, b), lambda a, b: rl.sub(a, b) * 2)
    assert len(found) == 2  # a number is no result that an argument could stand for
    x, y = rl.tensor([5.0]), rl.tensor([3.0])
    assert gm(x, y).item() == -(2 * 2) + (2 * -2 + 1)
    # one whose middle is needed elsewhere stays
    gm = fx.symbolic_trace(lambda x: (h := rl.relu(x)) + rl.neg(h))
    assert not fx.replace_pattern(gm, lambda a: rl.neg(rl.relu(a)), lambda a: a)


def test_shapes_are_noted():
    gm = fx.symbolic_trace(nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten()))
    fx.passes.shape_prop.ShapeProp(gm).propagate(rl.ones(2, 1, 5, 5))
    shapes = [tuple(n.meta["tensor_meta"].shape) for n in gm.graph.nodes]
    assert shapes == [(2, 1, 5, 5), (2, 4, 3, 3), (2, 36), (2, 36)]


def test_a_graph_by_hand():
    graph = fx.Graph()
    x = fx.Proxy(graph.placeholder("x"))
    graph.output((x.relu() + 1).node)
    gm = fx.GraphModule({}, graph)
    assert gm(rl.tensor([-1.0, 2.0])).tolist() == [1.0, 3.0]
    with pytest.raises(RuntimeError, match="was not provided"):
        graph = fx.Graph()
        graph.output(graph.call_module("part"))
        fx.GraphModule({}, graph)
    with pytest.raises(AssertionError, match="not in _legal_ops"):
        graph.create_node("call_nothing", "x")
    with pytest.raises(RuntimeError, match="Expected positional argument"):
        fx.Interpreter(gm).run()


def test_stars_and_keywords_are_arguments_of_a_graph():
    gm = fx.symbolic_trace(program.starred)
    assert [node.target for node in gm.graph.nodes][:4] == ["x", "scale", "*rest", "**named"]
    assert gm(1, 2, 10, z=100) == program.starred(1, 10, scale=2, z=100) == 1 + 2 * 10 + 100
    assert "def forward(self, x, scale : int = 1, *rest, **named):\n    _rest = rest\n    _named = named\n" in gm.code
    assert fx.symbolic_trace(gm).code == gm.code
    with pytest.raises(RuntimeError, match=r"\*args and \*\*kwargs can be traced of functions written in Python"):
        fx.symbolic_trace(__import__("functools").partial(program.starred, 1))


def test_annotations_stand_in_the_code():
    gm = fx.symbolic_trace(program.annotated)
    line = gm.code.strip().split("\n")[0]
    assert line == (
        "def forward(self, x : torch.Tensor, n : int = 2, sizes : typing_List[int] = [], "
        "plain : list[int] = None, either : int|NoneType = None) -> torch.Tensor:"
    )
    assert "%x : torch.Tensor [num_users=1] = placeholder[target=x]" in str(gm.graph)
    assert [node.type for node in gm.graph.nodes][:2] == [rl.Tensor, int]
    assert rl.equal(gm(rl.ones(2)), rl.ones(2) * 2)


def test_values_told_to_the_trace_are_checked():
    gm = fx.symbolic_trace(program.annotated, concrete_args={"n": 3})
    assert rl.equal(gm(rl.ones(1), 3), rl.ones(1) * 3)
    with pytest.raises(AssertionError, match="n has been specialized to have value 3 but got another value"):
        gm(rl.ones(1), 4)
    gm = fx.symbolic_trace(lambda x, other=None: x if other is None else x + other, concrete_args={"other": None})
    with pytest.raises(AssertionError, match="other has been specialized to have value None"):
        gm(rl.ones(1), 4)
    with pytest.warns(UserWarning, match="Was not able to add assertion"):
        gm = fx.symbolic_trace(program.annotated, concrete_args={"x": rl.full((1,), 5.0)})
    assert gm(rl.ones(1)).item() == 10
    with pytest.raises(AssertionError, match="Expected FunctionType, got <class 'int'>"):
        fx.symbolic_trace(3)


def test_what_a_program_says_of_its_operations_is_noted():
    from rushlight.fx import traceback
    from rushlight.fx.annotate import annotate as typed

    @traceback.annotate_fn({"stage": 2, "own": True})
    def second(x):
        return x * 2

    def f(x):
        with traceback.annotate({"stage": 1}):
            x = typed(x + 1, int)
            with traceback.annotate({"more": 3}):
                x = x - 1
            x = second(x)
        return x.relu()

    with traceback.preserve_node_meta():
        assert traceback.has_preserved_node_meta()
        graph = rl.fx.symbolic_trace(f).graph
    notes = [node.meta.get("custom") for node in graph.nodes]
    assert notes == [None, {"stage": 1}, {"stage": 1, "more": 3}, {"stage": 2, "own": True}, None, None]
    assert [node.type for node in graph.nodes][1] is int
    assert all("custom" not in node.meta for node in rl.fx.symbolic_trace(f).graph.nodes)
    assert traceback.get_current_meta() == {} and not traceback.has_preserved_node_meta()
    node = next(iter(graph.nodes)).next
    with traceback.preserve_node_meta(), traceback.set_current_meta(node):
        assert [n.meta.get("custom") for n in rl.fx.symbolic_trace(lambda x: x + 1).graph.nodes][1] == {"stage": 1}
    with pytest.raises(RuntimeError, match="already had a type"):
        rl.fx.symbolic_trace(lambda x: typed(typed(x + 1, int), float))


def test_attributes_by_paths_of_names():
    from rushlight.fx import graph_module

    module = rl.nn.Module()
    graph_module._assign_attr(rl.ones(2), module, "a.b.c")
    graph_module._assign_attr(rl.nn.Parameter(rl.ones(1)), module, "a.p")
    assert list(module.state_dict()) == ["a.p", "a.b.c"]
    assert graph_module._get_attr(module, "a.b.c").tolist() == [1, 1]
    graph_module._del_attr(module, "a.p")
    assert not graph_module._has_attr(module, "a.p") and not graph_module._has_attr(module, "x.y")


def test_a_module_traced_with_none_is_read_back():
    class Plus(nn.Module):
        def forward(self, x, y=None):
            return x + 1

    traced = fx.symbolic_trace(Plus(), concrete_args={"y": None})
    assert "torch.fx._symbolic_trace._assert_is_none(y_1, " in traced.code
    read = pickle.loads(pickle.dumps(traced))
    for module in (traced, read):
        assert module(rl.ones(1)).tolist() == [2]
        with pytest.raises(AssertionError, match="y has been specialized to have value None"):
            module(rl.ones(1), 3)
