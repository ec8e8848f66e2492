"""The graph and the reverse pass."""

import functools
import gc
import threading
import weakref

import numpy as np
import pytest
import rushlight as rl


def leaf(*values, dtype=rl.float64):
    return rl.tensor(values, dtype=dtype, requires_grad=True)


def test_names_and_edges_are_pytorchs(no_new_nodes):
    x = leaf(1.0, 2.0)
    y = (x * 3).sum()
    assert y.grad_fn.name() == "SumBackward0" and type(y.grad_fn).__name__ == "SumBackward0"
    ((mul, slot),) = y.grad_fn.next_functions
    assert mul.name() == "MulBackward0" and slot == 0
    accumulate = mul.next_functions[0][0]
    assert repr(accumulate).startswith("<AccumulateGrad object at 0x")
    assert accumulate.variable.data_ptr() == x.data_ptr()
    assert x.grad_fn is None and x.is_leaf and not y.is_leaf


def test_gradients_add_up_and_none_means_absent(no_new_nodes):
    x = leaf(1.0, 2.0)
    assert x.grad is None
    (x * x).sum().backward()
    (x * x).sum().backward()
    assert x.grad.tolist() == [4.0, 8.0]
    assert x.grad is x.grad
    x.grad = None
    assert x.grad is None


def test_used_twice_in_one_graph():
    x = leaf(3.0)
    y = x * x + x * 2 + x
    y.backward(rl.ones(1, dtype=rl.float64))
    assert x.grad.tolist() == [9.0]


def test_second_backward_needs_retain_graph(no_new_nodes):
    x = leaf(1.0)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match="Trying to backward through the graph a second time"):
        y.backward()
    assert x.grad.tolist() == [4.0]


def test_higher_derivatives(no_new_nodes):
    x = leaf(2.0)
    y = (x * x * x).sum()
    (g,) = rl.autograd.grad(y, x, create_graph=True)
    (h,) = rl.autograd.grad(g.sum(), x, create_graph=True)
    (k,) = rl.autograd.grad(h.sum(), x)
    assert (g.item(), h.item(), k.item()) == (12.0, 12.0, 6.0)


def test_grad_of_unused_input():
    x, z = leaf(1.0), leaf(1.0)
    y = (x * 2).sum()
    with pytest.raises(RuntimeError, match="not have been used in the graph"):
        rl.autograd.grad(y, z, retain_graph=True)
    assert rl.autograd.grad(y, z, allow_unused=True, retain_graph=True) == (None,)
    assert rl.autograd.grad(y, z, materialize_grads=True)[0].tolist() == [0.0]


def test_backward_of_non_scalar_needs_a_gradient():
    x = leaf(1.0, 2.0)
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        (x * 2).backward()
    with pytest.raises(RuntimeError, match="does not require grad"):
        rl.ones(1).backward()
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        (x * 2).backward(rl.ones(3, dtype=rl.float64))


def test_inputs_limits_accumulation():
    x, y = leaf(1.0), leaf(1.0)
    (x * y).sum().backward(inputs=[x])
    assert x.grad is not None and y.grad is None


def test_modes():
    x = leaf(1.0)
    with rl.no_grad():
        assert not (x * 2).requires_grad
        with rl.enable_grad():
            assert (x * 2).requires_grad

    @rl.no_grad()
    def f():
        return x * 2

    @rl.no_grad
    def g():
        return x * 2

    assert not f().requires_grad and not g().requires_grad
    with rl.set_grad_enabled(False):
        assert not rl.is_grad_enabled()
    with rl.inference_mode():
        y = x * 2
        assert y.is_inference()
    with pytest.raises(RuntimeError, match="Inplace update to inference tensor"):
        y.add_(1)


def test_modes_belong_to_a_thread():
    seen = []
    with rl.no_grad():
        thread = threading.Thread(target=lambda: seen.append(rl.is_grad_enabled()))
        thread.start()
        thread.join()
    assert seen == [True]


def test_in_place_on_leaf_and_on_its_view():
    x = leaf(1.0, 2.0)
    with pytest.raises(
        RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"
    ):
        x.add_(1)
    with pytest.raises(RuntimeError, match="a view of a leaf Variable"):
        x[0:1].add_(1)
    with rl.no_grad():
        x.add_(1)
    assert x.tolist() == [2.0, 3.0]


def test_in_place_on_a_view_reaches_the_base(no_new_nodes):
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    y[0:2].mul_(10)
    assert y.grad_fn.name() == "torch::autograd::CopySlices"
    (y * y).sum().backward()
    assert x.grad.tolist() == [200.0, 400.0, 6.0]


def test_views_made_before_follow_the_base():
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    v = y[1:]
    y.mul_(3)
    v.sum().backward()
    assert x.grad.tolist() == [0.0, 3.0, 3.0]


def test_several_writes_through_views(no_new_nodes):
    x, w = leaf(1.0, 2.0, 3.0, 4.0), leaf(5.0)
    y = x * 1
    y.view(2, 2)[0].mul_(2)
    y.view(2, 2)[:, 0].copy_(w * rl.ones(2, dtype=rl.float64))
    (y * rl.tensor([1.0, 10.0, 100.0, 1000.0], dtype=rl.float64)).sum().backward()
    assert x.grad.tolist() == [0.0, 20.0, 0.0, 1000.0] and w.grad.tolist() == [101.0]


def test_changed_saved_tensor_is_noticed():
    x = leaf(1.0, 2.0)
    y = x.exp()
    y.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.sum().backward()
    a = leaf(1.0) * 1
    b = a * a
    a.detach().add_(1)  # shares the version counter
    with pytest.raises(RuntimeError, match="expected version 0"):
        b.sum().backward()


def test_data_has_a_version_of_its_own():
    x = leaf(1.0)
    y = (x * x).sum()
    x.data.mul_(3)
    y.backward()
    assert x.grad.tolist() == [6.0]


def test_in_place_keeps_the_old_value_where_the_other_operand_needs_it():
    x, w = leaf(2.0), leaf(5.0)
    y = x * 1
    y.mul_(w)
    y.sum().backward()
    assert x.grad.tolist() == [5.0] and w.grad.tolist() == [2.0]


def test_multi_views_refuse_in_place():
    x = leaf(1.0, 2.0) * 1
    a, _ = x.split(1)
    with pytest.raises(RuntimeError, match="is a view and is being modified inplace"):
        a.mul_(2)


def test_tensor_hooks_and_retain_grad():
    x = leaf(1.0, 2.0)
    y = x * 2
    y.retain_grad()
    seen = []
    handle = y.register_hook(lambda g: seen.append(g.tolist()))
    x.register_hook(lambda g: g * 10)
    y.sum().backward()
    assert seen == [[1.0, 1.0]] and y.grad.tolist() == [1.0, 1.0] and x.grad.tolist() == [20.0, 20.0]
    handle.remove()
    (y.detach().requires_grad_() * 1).sum().backward()
    assert len(seen) == 1


def test_hook_sees_the_sum_on_a_leaf_once():
    x = leaf(1.0)
    calls = []
    x.register_hook(lambda g: calls.append(g.item()))
    (x * 2 + x * 3).sum().backward()
    assert calls == [5.0]


def test_node_hooks():
    x = leaf(1.0)
    y = x * 2
    order = []
    y.grad_fn.register_prehook(lambda grads: order.append(("pre", grads[0].item())))
    y.grad_fn.register_hook(
        lambda inputs, outputs: order.append(("post", inputs[0].item(), outputs[0].item()))
    )
    y.sum().backward()
    assert order == [("pre", 1.0), ("post", 2.0, 1.0)]


def test_post_accumulate_hook():
    x = leaf(1.0)
    seen = []
    x.register_post_accumulate_grad_hook(lambda p: seen.append(p.grad.item()))
    (x * 4).sum().backward()
    assert seen == [4.0]


def test_exceptions_of_hooks_come_out_unchanged():
    class Stop(Exception):
        pass

    def hook(_):
        raise Stop("here")

    x = leaf(1.0)
    x.register_hook(hook)
    with pytest.raises(Stop, match="here"):
        (x * 1).sum().backward()


class Cube(rl.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.save_for_backward(x)
        ctx.scale = scale
        return x * x * x * scale

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        assert ctx.needs_input_grad == (True, False)
        return grad * 3 * x * x * ctx.scale, None


def test_function_of_ones_own(no_new_nodes):
    x = leaf(2.0)
    y = Cube.apply(x, 5)
    assert y.grad_fn.name() == "CubeBackward"
    (g,) = rl.autograd.grad(y.sum(), x, create_graph=True)
    (h,) = rl.autograd.grad(g.sum(), x)
    assert (g.item(), h.item()) == (60.0, 60.0)
    z = Cube.apply(x, 1).sum()
    z.backward()
    with pytest.raises(RuntimeError, match="second time"):
        z.backward()


def test_function_saving_its_result_makes_no_cycle():
    class Exp(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            y = x.exp()
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, grad):
            return grad * ctx.saved_tensors[0]

    gc.disable()
    try:
        x = leaf(0.0)
        y = Exp.apply(x)
        gone = weakref.ref(y)
        y.sum().backward()
        assert x.grad.tolist() == [1.0]
        del y
        assert gone() is None
    finally:
        gc.enable()


def test_function_with_setup_context_and_several_results():
    class Both(rl.autograd.Function):
        @staticmethod
        def forward(a, b):
            return a * b, a + b

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.save_for_backward(*inputs)

        @staticmethod
        def backward(ctx, g_product, g_sum):
            a, b = ctx.saved_tensors
            return g_product * b + g_sum, g_product * a + g_sum

    a, b = leaf(2.0), leaf(3.0)
    p, s = Both.apply(a, b)
    p.sum().backward()  # the other result's gradient arrives as zeros
    assert a.grad.tolist() == [3.0] and b.grad.tolist() == [2.0]
    assert s.requires_grad


def test_function_with_wrong_number_of_gradients():
    class Bad(rl.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a + b

        @staticmethod
        def backward(ctx, g):
            return g

    with pytest.raises(RuntimeError, match="returned an incorrect number of gradients"):
        Bad.apply(leaf(1.0), leaf(1.0)).sum().backward()


def test_long_chain_runs_and_dies_without_recursion(no_new_nodes):
    x = leaf(1.0)
    y = x
    for _ in range(200_000):
        y = y * 1.0
    y.sum().backward()
    assert x.grad.tolist() == [1.0]
    del y


def test_graph_through_foreign_objects_dies_without_recursion(no_new_nodes):
    x = leaf(1.0)
    y = x
    for _ in range(20_000):
        y = Cube.apply(y, 1.0) * 0 + 1
    del y


def test_threads_run_backward_at_once():
    def work():
        for _ in range(50):
            x = leaf(1.0, 2.0)
            (x * x).sum().backward()
            results.append(x.grad.tolist())

    results = []
    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == [[2.0, 4.0]] * 200


def test_promotion_and_broadcasting_are_undone():
    a = rl.ones(2, 1, requires_grad=True)
    b = rl.ones(3, dtype=rl.float64, requires_grad=True)
    (a * b).sum().backward()
    assert a.grad.dtype == rl.float32 and a.grad.tolist() == [[3.0], [3.0]]
    assert b.grad.dtype == rl.float64 and b.grad.tolist() == [2.0, 2.0, 2.0]


def test_requires_grad_rules():
    with pytest.raises(RuntimeError, match="only Tensors of floating point and complex dtype"):
        rl.ones(1, dtype=rl.int64).requires_grad_()
    y = leaf(1.0) * 1
    with pytest.raises(RuntimeError, match="only change requires_grad flags of leaf variables"):
        y.requires_grad = False
    with pytest.raises(RuntimeError, match="different size"):
        x = leaf(1.0)
        x.grad = rl.ones(2, dtype=rl.float64)


def test_gradcheck_agrees_and_can_disagree():
    x = leaf(0.3, -0.7)
    assert rl.autograd.gradcheck(lambda t: t.exp() * t, (x,))
    assert rl.autograd.gradgradcheck(lambda t: t.exp() * t, (x,))

    class Wrong(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            return g * 3

    assert not rl.autograd.gradcheck(Wrong.apply, (x,), raise_exception=False)


def test_gradcheck_knows_forward_mode():
    x = rl.tensor([0.3, -1.2, 2.0], dtype=rl.float64, requires_grad=True)
    z = rl.tensor([1 + 2j, -0.5j], dtype=rl.complex128, requires_grad=True)
    check = functools.partial(rl.autograd.gradcheck, check_forward_ad=True)
    assert check(lambda t: (t.exp() * t, t.detach()), (x,))
    assert check(lambda t: t.sin(), (x,), check_backward_ad=False, fast_mode=True)
    assert check(lambda t: t * t.conj() * (1 + 2j), (z,))
    assert rl.autograd.gradgradcheck(rl.sin, (x,), check_fwd_over_rev=True)

    class Wrong(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        def backward(ctx, grad):
            return 2 * grad * ctx.saved_tensors[0]

        @staticmethod
        def jvp(ctx, tangent):
            return 3 * tangent

    assert rl.autograd.gradcheck(Wrong.apply, (x,))
    with pytest.raises(RuntimeError, match="computed with forward mode mismatch for output 0"):
        check(Wrong.apply, (x,))


def test_numpy_of_a_leaf_is_refused():
    with pytest.raises(RuntimeError, match="Can't call numpy"):
        leaf(1.0).numpy()
    assert isinstance(leaf(1.0).detach().numpy(), np.ndarray)


def test_anomaly_mode_names_the_node():
    x = leaf(0.0)
    with (
        pytest.warns(UserWarning, match="Anomaly"),
        rl.autograd.detect_anomaly(),
        pytest.raises(RuntimeError, match=r"'PowBackward0' returned nan|'MulBackward0' returned nan"),
    ):
        (x.pow(0.5) * 0).sum().backward()
    (leaf(0.0).pow(0.5) * 0).sum().backward()


@pytest.mark.parametrize("name", ["logit_", "sinc_", "erfinv_", "tril_", "nan_to_num_"])
def test_in_place_twins_differentiate_like_their_originals(name):
    x = leaf(0.3, 0.7)
    if name == "tril_":
        x = leaf([0.3, 0.7], [0.1, 0.2])
    y = x * 1
    getattr(y, name)()
    y.sum().backward()
    z = x.detach().clone().requires_grad_()
    getattr(rl, name[:-1])(z).sum().backward()
    assert rl.allclose(x.grad, z.grad)


# ---- products with Jacobians and Hessians


def test_jacobians_and_hessians():
    from rushlight.autograd import functional

    x, y = rl.tensor([1.0, 2.0], dtype=rl.float64), rl.tensor([3.0, 5.0], dtype=rl.float64)
    (dx, dy), (sx, sy) = functional.jacobian(lambda a, b: (a * b, a.sum()), (x, y))
    assert dx.equal(rl.diag(y)) and dy.equal(rl.diag(x))
    assert sx.tolist() == [1, 1] and sy.tolist() == [0, 0]
    full = functional.hessian(lambda a: (a**3).sum() + a[0] * a[1], x)
    assert full.tolist() == [[6.0, 1.0], [1.0, 12.0]]
    v = rl.tensor([0.5, -1.0], dtype=rl.float64)
    value, product = functional.hvp(lambda a: (a**3).sum() + a[0] * a[1], x, v)
    assert value == 11 and product.equal(full @ v)
    out, forward = functional.jvp(lambda a: a**2, x, v)
    assert out.equal(x**2) and forward.equal(2 * x * v)
    out, backward = functional.vjp(lambda a: a**2, x, v, create_graph=False)
    assert backward.equal(2 * x * v) and not backward.requires_grad
    with pytest.raises(RuntimeError, match="independent of input 1"):
        functional.jacobian(lambda a, b: a * 2, (x, y), strict=True)
    with pytest.raises(RuntimeError, match="invalid size"):
        functional.vjp(lambda a: a**2, x, rl.ones(3))
    with pytest.raises(TypeError, match="must be either a Tensor or a tuple"):
        functional.jacobian(lambda a: 1.0, x)


def test_a_jacobian_can_be_differentiated_again():
    from rushlight.autograd import functional

    x = rl.tensor([1.0, 2.0], dtype=rl.float64, requires_grad=True)
    functional.jacobian(lambda a: a**3, x, create_graph=True).sum().backward()
    assert x.grad.tolist() == [6.0, 12.0]


def test_a_gradient_in_foreign_memory_is_copied_before_it_is_added_to():
    class Given(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, grad):
            return rl.from_numpy(given)

    given = np.ones(3, dtype=np.float32)
    x = rl.zeros(3, requires_grad=True)
    Given.apply(x).sum().backward()
    (2 * x).sum().backward()
    assert x.grad.tolist() == [3, 3, 3]
    assert given.tolist() == [1, 1, 1]


@pytest.mark.parametrize("name", ["logical_not_", "sign_", "ceil_"])
def test_what_is_written_over_in_place_gets_zeros(name):
    x = rl.tensor([1.0, 0.0, 2.0], requires_grad=True)
    y = x * 2
    getattr(y, name)()
    (y * y).sum().backward()
    assert x.grad.tolist() == [0.0, 0.0, 0.0]


def test_a_function_without_a_derivative_leaves_the_graph():
    x = rl.tensor([1.0, 2.0], requires_grad=True)
    assert not rl.special.bessel_j0(x).requires_grad and not x.isnan().requires_grad


@pytest.mark.parametrize(
    ("name", "args", "node"),
    [
        ("lerp", (rl.ones(3), 0.25), "LerpBackward0"),
        ("lerp", (rl.ones(3), rl.full((3,), 0.25)), "LerpBackward1"),
        ("addcmul", (rl.ones(3), rl.ones(3)), "AddcmulBackward0"),
        ("addcdiv", (rl.ones(3), rl.ones(3)), "AddcdivBackward0"),
        ("clamp", (0.1, 0.4), "ClampBackward1"),
        ("clip", (rl.zeros(3), rl.ones(3)), "ClampBackward0"),
        ("clamp_min", (0.3,), "ClampMinBackward0"),
        ("clamp_max", (rl.full((3,), 0.3),), "ClampMaxBackward1"),
        ("logit", (0.1,), "LogitBackward0"),
        ("nan_to_num", (), "NanToNumBackward0"),
        ("polygamma", (1,), "PolygammaBackward0"),
        ("round", (), "RoundBackward0"),
        ("sub", (0.5,), "SubBackward0"),
        ("div", (2.0,), "DivBackward0"),
        ("pow", (3.0,), "PowBackward0"),
        ("square", (), "PowBackward0"),
        ("heaviside", (rl.ones(3),), None),
    ],
)
def test_a_twin_computes_in_place_what_its_function_computes(name, args, node):
    start = rl.tensor([0.2, 0.3, 0.7])
    want = getattr(rl, name)(*((args[0], start) if name == "polygamma" else (start, *args)))
    x = start.clone()
    address, version = x.data_ptr(), x._version
    assert getattr(x, name + "_")(*args) is x
    assert (x.data_ptr(), x._version) == (address, version + 1)
    assert rl.equal(x, want)
    if node is None:
        return
    leaf = start.clone().requires_grad_()
    y = leaf * 1
    getattr(y, name + "_")(*args)
    assert type(y.grad_fn).__name__ == node
    (grad,) = rl.autograd.grad(y.sum(), leaf)
    out = getattr(leaf, name)(*args)
    assert type(out.grad_fn).__name__ == node
    assert rl.equal(grad, rl.autograd.grad(out.sum(), leaf)[0])


def test_what_a_gradient_does_not_read_may_change():
    weight = rl.full((3,), 2.0)
    for call in (lambda a: a / weight, lambda a: a * weight, lambda a: rl.addcmul(a, weight, weight)):
        leaf = rl.ones(3, requires_grad=True)
        a = leaf * 1
        y = call(a)
        a.add_(1)
        y.sum().backward()
        assert leaf.grad is not None


def test_a_saved_result_without_a_gradient_has_none():
    class Top(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            value, index = x.topk(1)
            ctx.save_for_backward(index, value)
            ctx.mark_non_differentiable(index)
            return value, index

        @staticmethod
        def backward(ctx, g, _):
            index, value = ctx.saved_tensors
            assert not index.requires_grad and index.grad_fn is None
            assert value.requires_grad
            return rl.zeros(3).scatter(0, index, g)

    x = rl.tensor([1.0, 3.0, 2.0], requires_grad=True)
    Top.apply(x)[0].sum().backward()
    assert x.grad.tolist() == [0.0, 1.0, 0.0]


def test_a_gradient_with_a_graph_is_the_leafs_own():
    layer = rl.nn.Linear(3, 4)
    layer(rl.randn(8, 3)).pow(2).mean().backward(create_graph=True)
    for p in layer.parameters():
        assert p.grad.requires_grad and p.grad.grad_fn.name() == "torch::autograd::CopyBackwards"
        p.grad.detach_()
        p.grad.zero_()
    seed = rl.ones(2, requires_grad=True)
    x = rl.ones(2, requires_grad=True)
    x.backward(seed, create_graph=True)
    assert x.grad is not seed and x.grad.data_ptr() != seed.data_ptr()


def test_the_node_of_a_leaf_answers_with_the_programs_tensor():
    made = {
        "factory": rl.ones(2, requires_grad=True),
        "tensor": rl.tensor([1.0, 2.0], requires_grad=True),
        "requires_grad_": rl.ones(2).requires_grad_(),
        "parameter": rl.nn.Parameter(rl.ones(2)),
        "layer": rl.nn.Linear(2, 2).bias,
    }
    made["attribute"] = rl.ones(2)
    made["attribute"].requires_grad = True
    for name, x in made.items():
        (node, _), *_ = (x * 2).grad_fn.next_functions
        assert node.variable is x, name
        x.grad_of = name  # the dictionary is the program's
        assert node.variable.grad_of == name
    x = made["factory"]
    node = (x * 2).grad_fn.next_functions[0][0]
    x.data = rl.zeros(2)
    assert node.variable is x
    # which is not kept alive
    gone = weakref.ref(x)
    del x, made["factory"]
    gc.collect()
    assert gone() is None


@pytest.mark.parametrize(
    ("name", "kind", "f"),
    [
        ("torch::autograd::CopyBackwards", "CopyBackwards", lambda x: (x * 0).copy_(x)),
        ("torch::autograd::CopySlices", "CopySlices", lambda x: (x * 1).fill_diagonal_(2)),
        ("torch::autograd::NotImplemented", "NotImplemented", lambda x: x // 2),
        ("SqueezeBackward1", "SqueezeBackward1", lambda x: x.view(1, 2, 2).squeeze(0)),
        ("BernoulliBackward2", "BernoulliBackward2", lambda x: (x * 1).bernoulli_()),
        ("RandomBackward2", "RandomBackward2", lambda x: (x * 1).random_()),
        ("RandomBackward0", "RandomBackward0", lambda x: (x * 1).random_(0, 4)),
    ],
)
def test_nodes_are_named_as_pytorch_names_them(name, kind, f):
    node = f(rl.ones(2, 2, requires_grad=True)).grad_fn
    assert node.name() == name and type(node).__name__ == kind


def test_the_hook_after_accumulation_is_given_the_parameter_itself():
    p = rl.nn.Parameter(rl.ones(2))
    optimizers = {p: rl.optim.SGD([p], lr=0.5)}

    def step(q):
        optimizers[q].step()
        q.grad = None

    p.register_post_accumulate_grad_hook(step)
    (p * 3).sum().backward()
    assert p.tolist() == [-0.5, -0.5] and p.grad is None
    node = (p * 1).grad_fn.next_functions[0][0]
    assert node.variable is p and type(node.variable) is rl.nn.Parameter


def test_a_sibling_of_what_was_written_to_leads_to_the_inputs():
    x = rl.ones(3, requires_grad=True)
    y = x * 1
    rest, first = y[1:], y[:1]
    rest.mul_(2)
    (g,) = rl.autograd.grad((first * 3).sum(), x)  # its node is made while that of the product is
    assert g.tolist() == [3.0, 0.0, 0.0]


def test_a_view_written_to_of_what_has_no_history():
    m, x = rl.arange(1.0, 7.0).reshape(2, 3), rl.tensor([1.0, 2.0, 3.0], requires_grad=True)
    m.mul_(x)
    m.sum().backward()
    assert x.grad.tolist() == [5.0, 7.0, 9.0]


def test_second_derivatives_through_a_view_written_to():
    x = rl.tensor([0.5, 1.0, 2.0], dtype=rl.float64, requires_grad=True)
    y = x * 1
    y[1:].exp_()  # keeps its result, which leads back to it
    (g,) = rl.autograd.grad((y * y).sum(), x, create_graph=True)
    (h,) = rl.autograd.grad(g.sum(), x)
    e = x.detach().exp()
    assert rl.allclose(h, rl.tensor([2.0, 4 * e[1] ** 2, 4 * e[2] ** 2], dtype=rl.float64))
    y = x * 1
    y[1:].exp_()
    y.sum().backward(retain_graph=True)
    y.sum().backward()
    with pytest.raises(RuntimeError, match="a second time"):
        y.sum().backward()
