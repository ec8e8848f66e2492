"""Mixed precision: which dtype an op computes in, what a region leaves behind, and gradients through it."""

import threading

import pytest
import rushlight as rl

F = rl.nn.functional
HALVES = (rl.bfloat16, rl.float16)


def made(dtype, *shape):
    return rl.rand(shape).to(dtype)


PRODUCTS = {
    "mm": lambda d: rl.mm(made(d, 3, 3), made(d, 3, 3)),
    "matmul": lambda d: made(d, 2, 3, 3) @ made(d, 3),
    "baddbmm": lambda d: rl.baddbmm(made(d, 1, 3, 3), made(d, 1, 3, 3), made(d, 1, 3, 3)),
    "linear": lambda d: F.linear(made(d, 3), made(d, 3, 3), made(d, 3)),
    "einsum": lambda d: rl.einsum("ij,jk->ik", made(d, 3, 3), made(d, 3, 3)),
    "conv2d": lambda d: F.conv2d(made(d, 1, 1, 3, 3), made(d, 1, 1, 2, 2)),
    "conv_transpose1d": lambda d: F.conv_transpose1d(made(d, 1, 1, 3), made(d, 1, 1, 2)),
    "attention": lambda d: F.scaled_dot_product_attention(*(made(d, 1, 3, 4) for _ in range(3))),
    "prelu": lambda d: F.prelu(made(d, 3, 3), made(d, 1)),
    "lstm": lambda d: rl.nn.LSTM(3, 3).to(d)(made(d, 2, 1, 3))[0],
}
WHOLE = {
    "prod": lambda d: made(d, 3).prod(),
    "mse": lambda d: F.mse_loss(made(d, 3), made(d, 3)),
    "cross_entropy": lambda d: F.cross_entropy(made(d, 3, 3), rl.tensor([0, 1, 2])),
    "grid_sample": lambda d: F.grid_sample(made(d, 1, 1, 3, 3), made(d, 1, 2, 2, 2), align_corners=False),
    "max_pool3d": lambda d: F.max_pool3d(made(d, 1, 1, 4, 4, 4), 2),
    "reflect": lambda d: F.pad(made(d, 1, 3, 3), (1, 1), mode="reflect"),
}
AS_IT_COMES = {
    "mul": lambda d: made(d, 3) * made(d, 3),
    "softmax": lambda d: made(d, 3).softmax(0),
    "sum": lambda d: made(d, 3).sum(),
    "mv": lambda d: rl.mv(made(d, 3, 3), made(d, 3)),
    "max_pool2d": lambda d: F.max_pool2d(made(d, 1, 1, 4, 4), 2),
    "circular": lambda d: F.pad(made(d, 1, 3, 3), (1, 1), mode="circular"),
    "gru": lambda d: rl.nn.GRU(3, 3).to(d)(made(d, 2, 1, 3))[0],
}


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("name", [*PRODUCTS, *WHOLE, *AS_IT_COMES])
def test_the_dtype_an_op_computes_in(name, half):
    f = {**PRODUCTS, **WHOLE, **AS_IT_COMES}[name]
    for given in (rl.float32, half):
        expected = half if name in PRODUCTS else rl.float32 if name in WHOLE else given
        with rl.autocast("cpu", dtype=half):
            assert f(given).dtype == expected
    with rl.autocast("cpu", dtype=half):
        assert f(rl.float64).dtype == rl.float64


def test_joined_tensors_take_the_widest_dtype():
    with rl.autocast("cpu"):
        assert rl.cat([made(rl.float32, 2), made(rl.bfloat16, 2)]).dtype == rl.float32
        assert rl.stack([made(rl.bfloat16, 2), made(rl.bfloat16, 2)]).dtype == rl.bfloat16


def test_regions_nest_and_end():
    x = rl.ones(2, 2)
    with rl.autocast("cpu"):
        with rl.autocast("cpu", enabled=False):
            assert (x @ x).dtype == rl.float32
            with rl.autocast("cpu", dtype=rl.float16):
                assert (x @ x).dtype == rl.float16
        assert (x @ x).dtype == rl.bfloat16
        assert rl.is_autocast_enabled("cpu")
    assert (x @ x).dtype == rl.float32
    with pytest.raises(ValueError), rl.autocast("cpu"):
        raise ValueError
    assert not rl.is_autocast_enabled("cpu") and (x @ x).dtype == rl.float32


def test_out_and_in_place_are_left_alone():
    x, out = rl.ones(2, 2), rl.empty(2, 2)
    with rl.autocast("cpu"):
        assert rl.mm(x, x, out=out).dtype == rl.float32
        assert rl.zeros(2, 2).addmm_(x, x).dtype == rl.float32


def test_gradients_arrive_in_the_dtype_of_the_leaf():
    x, w = rl.rand(4, 3, requires_grad=True), rl.rand(3, 2, requires_grad=True)
    with rl.autocast("cpu"):
        y = x @ w
    y.float().sum().backward()
    assert x.grad.dtype == w.grad.dtype == rl.float32
    rl.testing.assert_close(w.grad, x.detach().sum(0).unsqueeze(1).expand(3, 2), atol=0.05, rtol=0.02)


def test_casts_of_parameters_are_kept_until_the_region_ends():
    w = rl.rand(3, 3, requires_grad=True)
    x = rl.rand(3, 3)

    def casts(y):
        return y.grad_fn.next_functions[1][0]

    with rl.autocast("cpu"):
        with rl.no_grad():
            assert not (x @ w).requires_grad
        first, second = x @ w, x @ w
        assert first.requires_grad and casts(first) is not None
    with rl.autocast("cpu"):
        w.data.mul_(0)
        assert (x @ w).abs().sum() == 0
    rl.autograd.backward(first.float().sum() + second.float().sum())
    assert w.grad is not None


def test_a_decorator_and_another_thread():
    @rl.autocast("cpu")
    def f(x):
        return x @ x

    assert f(rl.ones(2, 2)).dtype == rl.bfloat16 and f.__name__ == "f"
    seen = []
    with rl.autocast("cpu"):
        worker = threading.Thread(target=lambda: seen.append((rl.ones(2, 2) @ rl.ones(2, 2)).dtype))
        worker.start()
        worker.join()
    assert seen == [rl.float32]


def test_what_cannot_be_says_so():
    with pytest.raises(ValueError, match="Expected `device_type` of type `str`"):
        rl.autocast(rl.device("cpu"))
    with pytest.raises(RuntimeError):
        rl.autocast("nothing")
    with pytest.warns(UserWarning, match="not supported"):
        assert not rl.autocast("cpu", dtype=rl.float32)._enabled
    with pytest.warns(UserWarning, match="CUDA is not available"):
        assert not rl.autocast("cuda")._enabled


@pytest.mark.parametrize("half", HALVES)
def test_a_pseudoinverse_ends_in_a_product(half):
    a = rl.tensor([[2.0, 0.0], [0.0, 4.0], [0.0, 0.0]])
    with rl.autocast("cpu", dtype=half):
        found = rl.linalg.pinv(a)
        assert found.dtype == rl.linalg.pinv(a, 1e-6).dtype == half
        assert rl.linalg.pinv(a[:2], hermitian=True).dtype == half
        assert rl.linalg.pinv(a.double()).dtype == rl.float64
        assert rl.pinverse(a).dtype == rl.pinverse(a.to(half)).dtype == rl.float32
    assert found.tolist() == [[0.5, 0, 0], [0, 0.25, 0]]
    assert rl.linalg.pinv(a).dtype == rl.float32
