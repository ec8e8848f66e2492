"""Windows, short-time transforms and their inverse."""

import pytest
import rushlight as rl
from rushlight.autograd import gradcheck, gradgradcheck

W = rl.signal.windows
ALL = {
    "bartlett": {}, "blackman": {}, "cosine": {}, "exponential": {"tau": 2.0}, "gaussian": {"std": 3.0},
    "general_cosine": {"a": [0.5, 0.3, 0.2]}, "general_hamming": {"alpha": 0.6}, "hamming": {}, "hann": {},
    "kaiser": {"beta": 4.0}, "nuttall": {},
}  # fmt: skip


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("m", [2, 5, 8, 31])
def test_windows_are_symmetric_and_periods_of_longer_ones(name, m):
    f, args = getattr(W, name), ALL[name]
    w = f(m, dtype=rl.float64, **args)
    assert rl.allclose(w, w.flip(0)) and w.max() <= 1 + 1e-12
    assert rl.allclose(f(m, sym=False, dtype=rl.float64, **args), f(m + 1, dtype=rl.float64, **args)[:-1])
    assert f(0, **args).shape == (0,) and f(1, **args).tolist() == [1.0] and f(3, **args).dtype is rl.float32
    with pytest.raises(ValueError, match="requires non-negative window length"):
        f(-1, **args)
    with pytest.raises(ValueError, match="expects float32 or float64 dtypes"):
        f(3, dtype=rl.int32, **args)


@pytest.mark.parametrize("name", ["hann", "hamming", "blackman", "bartlett", "kaiser"])
@pytest.mark.parametrize("periodic", [False, True])
def test_windows_of_both_namespaces_agree(name, periodic):
    old = getattr(rl, f"{name}_window")(9, periodic, dtype=rl.float64)
    assert rl.allclose(old, getattr(W, name)(9, sym=not periodic, dtype=rl.float64))


def test_stretches_are_transformed_one_by_one():
    x, w = rl.randn(40, dtype=rl.float64), rl.hann_window(8, dtype=rl.float64)
    out = rl.stft(x, 8, hop_length=3, window=w, center=False, return_complex=True)
    for t in range(out.shape[1]):
        assert rl.allclose(out[:, t], rl.fft.rfft(x[3 * t : 3 * t + 8] * w))
    parts = rl.stft(x, 8, hop_length=3, window=w, center=False, return_complex=False)
    assert rl.equal(rl.view_as_complex(parts), out)
    for mode in ("reflect", "constant", "replicate", "circular"):
        whole = rl.nn.functional.pad(x[None], (4, 4), mode)[0]
        centred = rl.stft(x, 8, hop_length=3, window=w, pad_mode=mode, return_complex=True)
        assert rl.allclose(
            centred, rl.stft(whole, 8, hop_length=3, window=w, center=False, return_complex=True)
        )


@pytest.mark.parametrize("normalized", [False, True])
@pytest.mark.parametrize("onesided", [False, True])
@pytest.mark.parametrize("win", [8, 6])
def test_signals_come_back(win, onesided, normalized):
    x, w = rl.randn(2, 40, dtype=rl.float64), rl.hann_window(win, dtype=rl.float64)
    args = {"hop_length": 2, "win_length": win, "window": w, "normalized": normalized, "onesided": onesided}
    s = rl.stft(x, 8, return_complex=True, **args)
    assert rl.allclose(rl.istft(s, 8, **args), x)
    assert rl.allclose(s.istft(8, length=30, **args), x[:, :30])
    if win == 8:  # a shorter window leaves the end open
        longer = rl.istft(s, 8, length=50, **args)
        assert rl.allclose(longer[:, :40], x) and longer.shape == (2, 50)
    if not onesided:
        assert rl.allclose(rl.istft(s, 8, return_complex=True, **args).real, x)


def test_derivatives_of_short_time_transforms():
    x = rl.randn(2, 20, dtype=rl.float64, requires_grad=True)
    w = rl.hamming_window(8, dtype=rl.float64).requires_grad_()

    def f(x, w):
        return rl.stft(x, 8, 3, window=w, return_complex=True)

    assert gradcheck(f, (x, w)) and gradgradcheck(f, (x, w))
    s = f(x, w).detach().requires_grad_()

    def g(s):
        return rl.istft(s, 8, 3, window=w.detach())

    assert gradcheck(g, (s,)) and gradgradcheck(g, (s,))


@pytest.mark.parametrize(
    "f, words",
    [
        (lambda x: rl.stft(x, 8), "requires the return_complex parameter"),
        (lambda x: rl.stft(x, 30, center=False, return_complex=True), "expected 0 < n_fft < 20"),
        (lambda x: rl.stft(x, 8, 0, return_complex=True), "expected hop_length > 0"),
        (lambda x: rl.stft(x, 8, win_length=9, return_complex=True), "expected 0 < win_length <= n_fft"),
        (
            lambda x: rl.stft(x, 8, window=rl.ones(5), return_complex=True),
            "1D window tensor of size equal to win_length=8",
        ),
        (lambda x: rl.stft(x[0, :3], 8, return_complex=True), "Padding size should be less"),
        (lambda x: rl.istft(x, 8), "istft requires a complex-valued input"),
        (lambda x: rl.istft(rl.zeros(2, 5, 0) + 0j, 8), "input tensor cannot be empty"),
        (lambda x: rl.istft(rl.ones(5, 4) + 0j, 8, window=rl.zeros(8)), "window overlap add min"),
        (lambda x: rl.istft(rl.ones(5, 4) + 0j, 8, hop_length=9), "expected 0 < hop_length <= win_length"),
    ],
)
def test_bad_short_time_transforms(f, words):
    with pytest.raises(RuntimeError, match=words):
        f(rl.randn(2, 20))


@pytest.mark.parametrize(("dtype", "tol"), [(rl.float32, 2e-6), (rl.float64, 4e-15)])
@pytest.mark.parametrize("n", [*range(1, 33), 45, 48, 49, 64, 77, 97, 100, 105, 128, 243, 250, 400, 512])
def test_many_lines_are_each_line_by_itself(n, dtype, tol):
    """Lines go in groups of a vector's lanes: full ones and not, one after the other, across, and some elements apart."""
    k = rl.arange(n, dtype=rl.float64)
    angle = -2 * rl.pi * (k[:, None] * k % n) / n
    dft = rl.complex(angle.cos(), angle.sin())

    def check(got, want):
        assert got.shape == want.shape and (got.to(want.dtype) - want).abs().max() <= tol * want.abs().max().clamp(min=1)

    for lines in (1, 7, 16, 35):
        x = rl.randn(lines, n, dtype=rl.float64).to(dtype)
        z = rl.complex(rl.randn(lines, n, dtype=rl.float64), rl.randn(lines, n, dtype=rl.float64)).to(rl.complex64 if dtype is rl.float32 else rl.complex128)
        wide_x, wide_z, half = x.to(rl.complex128), z.to(rl.complex128), n // 2 + 1
        check(rl.fft.rfft(x), (wide_x @ dft)[:, :half])
        check(rl.fft.fft(x), wide_x @ dft)
        check(rl.fft.ifft(x), wide_x @ dft.conj() / n)
        check(rl.fft.fft(z), wide_z @ dft)
        check(rl.fft.ifft(z), wide_z @ dft.conj() / n)
        check(rl.fft.fft(z.t().contiguous(), dim=0), (wide_z @ dft).t())
        check(rl.fft.rfft(x.t().contiguous().t()), (wide_x @ dft)[:, :half])
        check(rl.fft.fft(rl.stack([z, z], -1)[..., 0]), wide_z @ dft)
        check(rl.fft.irfft(rl.fft.rfft(x), n=n), x.double())
