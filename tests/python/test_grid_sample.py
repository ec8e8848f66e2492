"""Derivatives of `grid_sample`: the first by its kernel, the second by public ops."""

import itertools

import pytest
import rushlight as rl
import rushlight.nn.functional as F
from rushlight.autograd import gradcheck, gradgradcheck

BORDERS = ("zeros", "border", "reflection")
WAYS = [
    (axes, mode, border, align)
    for axes, mode, border, align in itertools.product((2, 3), ("bilinear", "bicubic"), BORDERS, (False, True))
    if axes == 2 or mode == "bilinear"
]


def made(axes, seed=0):
    rl.manual_seed(seed)
    image = rl.randn(2, 2, *range(3, 3 + axes), dtype=rl.float64, requires_grad=True)
    # some places lie outside of the image
    grid = (rl.rand(2, *[2] * axes, axes, dtype=rl.float64) * 2.6 - 1.3).requires_grad_()
    return image, grid


@pytest.mark.parametrize(("axes", "mode", "border", "align"), WAYS)
def test_first_and_second_derivatives(axes, mode, border, align):
    image, grid = made(axes)

    def sample(image, grid):
        return F.grid_sample(image, grid, mode=mode, padding_mode=border, align_corners=align)

    assert gradcheck(sample, (image, grid))
    assert gradgradcheck(sample, (image, grid))


@pytest.mark.parametrize("axes", [2, 3])
@pytest.mark.parametrize("border", BORDERS)
def test_the_nearest_pixel_is_the_same_all_around(axes, border):
    image, grid = made(axes)
    y = F.grid_sample(image, grid, mode="nearest", padding_mode=border, align_corners=False)
    for_image, for_grid = rl.autograd.grad(y.square().sum(), (image, grid), create_graph=True)
    assert for_grid.eq(0).all()
    second = rl.autograd.grad((for_image.square().sum() + for_grid.sum()), (image, grid))
    # for_image is twice the image times how often each pixel is read, squared: its square's gradient is 8 x count^2
    count = rl.autograd.grad(F.grid_sample(image, grid, mode="nearest", padding_mode=border, align_corners=False).sum(), image)[0]
    rl.testing.assert_close(second[0], 8 * image.detach() * count.square())
    assert second[1].eq(0).all()


def test_operands_one_at_a_time():
    image, grid = made(2)
    fixed = grid.detach()
    y = F.grid_sample(image, fixed, align_corners=False)
    (first,) = rl.autograd.grad(y.square().sum(), image, create_graph=True)
    assert first.requires_grad and rl.autograd.grad(first.sum(), image)[0].shape == image.shape
    y = F.grid_sample(image.detach(), grid, mode="nearest", align_corners=False)
    (first,) = rl.autograd.grad(y.sum(), grid, create_graph=True)
    assert first.eq(0).all()


def test_a_penalty_on_the_gradient_trains():
    image, grid = made(2)
    y = F.grid_sample(image, grid, align_corners=False).mean()
    (slope,) = rl.autograd.grad(y, image, create_graph=True)
    assert slope.grad_fn.name() == "GridSampler2DBackwardBackward0"
    (slope.flatten(1).norm(dim=1) - 1).square().mean().backward()
    assert grid.grad is not None and grid.grad.isfinite().all() and grid.grad.abs().sum() > 0


def test_silu_of_complex_numbers():
    z = rl.tensor([1 + 2j, -3j, 0.5], dtype=rl.complex128)
    expected = z / (1 + (-z).exp())
    rl.testing.assert_close(F.silu(z), expected)
    kept = z.clone()
    assert F.silu(kept, inplace=True) is kept
    rl.testing.assert_close(kept, expected)
    assert gradcheck(F.silu, (z.requires_grad_(),))
