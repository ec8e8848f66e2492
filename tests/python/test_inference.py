"""Inference mode: what may be done in it, and what not with what was made there."""

import pytest
import rushlight as rl
from rushlight import nn


def made():
    with rl.inference_mode():
        return rl.ones(2)


def test_layers_are_made_and_used_inside():
    with rl.inference_mode():
        layers = [nn.Linear(1, 1), nn.Embedding(3, 2, padding_idx=0), nn.GRU(2, 2), nn.BatchNorm1d(2)]
        layers[3](rl.ones(3, 2))
        assert layers[0](rl.ones(1, 1)).shape == (1, 1)
    assert layers[0].weight.is_inference() and layers[0].weight.requires_grad


def test_parameters_are_set_and_stepped_inside():
    layer = nn.Linear(2, 2)
    layer(rl.ones(1, 2)).sum().backward()
    before = layer.weight.detach().clone()
    with rl.inference_mode():
        rl.optim.SGD(layer.parameters(), lr=0.1).step()
        assert not layer.weight.equal(before)
        layer.load_state_dict({"weight": before, "bias": rl.zeros(2)})
        nn.init.ones_(layer.bias)
    assert layer.weight.equal(before) and layer.bias.tolist() == [1, 1]
    assert not layer.weight.is_inference()


def test_grad_modes_inside_do_not_end_it():
    with rl.inference_mode():
        with rl.no_grad():
            assert rl.is_inference_mode_enabled() and rl.ones(1).is_inference()
        with rl.enable_grad():
            assert rl.is_inference_mode_enabled() and rl.is_grad_enabled()
            assert not (rl.ones(1, requires_grad=True) * 2).requires_grad
        with rl.inference_mode(False):
            assert not rl.is_inference_mode_enabled() and rl.is_grad_enabled()
        assert rl.is_inference_mode_enabled() and not rl.is_grad_enabled()
    assert not rl.is_inference_mode_enabled() and rl.is_grad_enabled()


@pytest.mark.parametrize(
    "use",
    [
        lambda x: x * rl.ones(2, requires_grad=True),
        lambda x: nn.functional.linear(x, rl.ones(2, 2, requires_grad=True)),
        lambda x: (rl.ones(2, requires_grad=True) * 1).mul_(x),
    ],
)
def test_what_was_made_there_is_not_saved(use):
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        use(made())


def test_indices_made_there_are_not_saved():
    with rl.inference_mode():
        index = rl.tensor([0, 1])
    with pytest.raises(RuntimeError, match="Inference tensors cannot be saved for backward"):
        rl.ones(3, requires_grad=True)[index]


def test_it_takes_part_where_nothing_is_saved():
    assert (made() + rl.ones(2, requires_grad=True)).requires_grad
    assert (made().clone() * rl.ones(2, requires_grad=True)).requires_grad


def test_it_has_no_version_and_no_gradient():
    with pytest.raises(RuntimeError, match="do not track version counter"):
        _ = made()._version
    for change in (lambda x: x.requires_grad_(), nn.Parameter, lambda x: setattr(x, "requires_grad", True)):
        with pytest.raises(
            RuntimeError, match="requires_grad=True on inference tensor outside InferenceMode"
        ):
            change(made())


def test_views_made_there_are_not_written_to_outside():
    x = rl.ones(2, requires_grad=True) * 1
    with rl.inference_mode():
        view = x.view(1, 2)
        view.add_(1)
    assert view.requires_grad and not view.is_inference() and x.tolist() == [2, 2]
    with pytest.raises(
        RuntimeError, match="A view was created in inference mode and is being modified inplace in normal"
    ):
        view.add_(1)
