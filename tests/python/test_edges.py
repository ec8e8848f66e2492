"""Calls at the edge of what PyTorch takes: its answer, its error class, its words."""

import warnings

import pytest
import rushlight as rl
from rushlight import nn


def test_gradients_of_nothing_are_refused():
    x = rl.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match=r"`inputs` argument to `grad\(\)` cannot be empty"):
        rl.autograd.grad(x.sum(), [])
    with pytest.raises(RuntimeError, match="Tensor at index 1 appears to not have been used"):
        rl.autograd.grad(x.sum(), [x, rl.ones(1, requires_grad=True)])


class Cube(rl.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return 3 * x * x * grad


def test_functions_check_what_they_save_only_where_it_is_kept():
    assert Cube.apply(2) == 8
    assert Cube.apply(rl.ones(1)).item() == 1

    class Numbers(Cube):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, 3)
            return x * 1

    with pytest.raises(TypeError, match="can only save variables, but argument 1 is of type int"):
        Numbers.apply(rl.ones(1, requires_grad=True))
    with rl.no_grad():
        assert Numbers.apply(rl.ones(1, requires_grad=True)).item() == 1


def test_functions_that_are_instances_warn_and_cannot_be_called():
    with pytest.warns(DeprecationWarning, match="should not be instantiated"):
        made = Cube()
    with pytest.raises(RuntimeError, match="Legacy autograd function"):
        made(rl.ones(1))


def test_classes_as_functions_without_recording_warn():
    with pytest.warns(FutureWarning, match="Decorating classes is deprecated"):

        @rl.no_grad()
        class Quiet:
            def __init__(self):
                self.recording = rl.is_grad_enabled()

    assert not Quiet().recording


def test_looking_for_nan_warns():
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        rl.autograd.detect_anomaly()


def test_derivatives_of_functions_say_what_they_miss():
    jacobian, x = rl.autograd.functional.jacobian, rl.ones(2)
    with pytest.raises(RuntimeError, match="Output 0 of the user-provided function does not require gradients"):
        jacobian(lambda x: rl.ones(2), x, strict=True)
    with pytest.raises(RuntimeError, match="are not supported together"):
        jacobian(lambda x: x, x, strict=True, vectorize=True)
    with pytest.raises(NotImplementedError, match="implemented for `vectorize=True`"):
        jacobian(lambda x: x, x, strategy="forward-mode")
    with pytest.raises(RuntimeError, match="given to hvp should contain a single element"):
        rl.autograd.functional.hvp(lambda x: x, x, x)
    with pytest.raises(TypeError, match="outputs of the user-provided function given to hessian"):
        rl.autograd.functional.hessian(lambda x: 3, x)


def test_hooks_of_steps_see_the_optimizer_among_the_arguments():
    seen = []
    p = nn.Parameter(rl.ones(1))
    optimizer = rl.optim.SGD([p], lr=0.1)
    optimizer.register_step_pre_hook(lambda o, args, kwargs: seen.append(args == (o,)))
    optimizer.register_step_post_hook(lambda o, args, kwargs: seen.append(args == (o,)))
    optimizer.step()
    assert seen == [True, True]


def test_states_of_schedules_by_functions_end_with_the_functions():
    optimizer = rl.optim.SGD([nn.Parameter(rl.ones(1))], lr=0.1)
    assert list(rl.optim.lr_scheduler.LambdaLR(optimizer, lambda e: 1.0).state_dict())[-1] == "lr_lambdas"


def test_modules_move_to_dtypes_of_python():
    assert nn.Linear(1, 1).to(float).weight.dtype == rl.float64
    assert nn.Linear(1, 1).to("cpu", float).weight.dtype == rl.float64
    with pytest.raises(TypeError, match=r"desired dtype=torch\.int64"):
        nn.Linear(1, 1).to(int)
    with pytest.warns(UserWarning, match="Complex modules are a new feature"):
        nn.Linear(1, 1).to(rl.complex64)
    with pytest.raises(NotImplementedError, match=r"use torch\.nn\.Module\.to_empty\(\)"):
        nn.Linear(1, 1, device="meta").to("cpu")


def test_unflatten_checks_its_sizes_alone():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert repr(nn.Unflatten("a", (2, 3))) == "Unflatten(dim=a, unflattened_size=(2, 3))"
    with pytest.raises(TypeError, match="found element of type tuple at pos 0"):
        nn.Unflatten("a", (("b", 2), ("c", 3)))


def test_weights_of_losses_have_the_size_of_the_input():
    x = rl.ones(2, 3)
    for loss in (nn.functional.mse_loss, nn.functional.l1_loss, nn.functional.huber_loss):
        assert loss(x, x * 2, weight=x).item() > 0
        with pytest.raises(ValueError, match="Weights and input must have the same size"):
            loss(x, x, weight=x[0])


def test_normalisations_become_those_of_all_processes():
    net = nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.BatchNorm2d(3, eps=0.1, affine=False), nn.BatchNorm1d(3))).eval()
    weight, mean = net[1][1].weight, net[1][0].running_mean
    assert nn.SyncBatchNorm.convert_sync_batchnorm(net) is net
    plain, whole = net[1]
    assert type(plain) is type(whole) is nn.SyncBatchNorm and not whole.training
    assert plain.eps == 0.1 and plain.weight is None and plain.running_mean is mean and whole.weight is weight
    assert isinstance(nn.SyncBatchNorm.convert_sync_batchnorm(nn.BatchNorm1d(2)), nn.SyncBatchNorm)


def test_shares_of_a_set_need_a_group_or_numbers():
    sampler = rl.utils.data.distributed.DistributedSampler
    with pytest.raises(ValueError, match="process group has not been initialized"):
        sampler(range(7))
    assert len(list(sampler(range(7), 2, 1))) == 4


def test_streams_say_how_they_are_read():
    class Stream(rl.utils.data.IterableDataset):
        pass

    with pytest.raises(TypeError, match="abstract method"):
        Stream()
    with pytest.raises(AssertionError, match="Expected data to be a list or tuple of length 2"):
        nn.utils.rnn.PackedSequence(rl.ones(2))
    with pytest.raises(AttributeError, match="batch_sizes"):
        nn.utils.rnn.pad_packed_sequence(3)


def test_layers_check_their_arguments_with_their_words():
    assert repr(nn.Conv2d(3, 4, (3, 3, 3))) == "Conv2d(3, 4, kernel_size=(3, 3, 3), stride=(1, 1))"
    with pytest.raises(ValueError, match="expected weight to be None or 1D tensor, got 2D instead"):
        nn.MultiMarginLoss(weight=rl.ones(2, 2))
    with pytest.raises(AssertionError, match=r"max_val \(1\) must be greater than min_val \(2\)"):
        nn.Hardtanh(2, 1)


def test_take_along_dim_counts_round_the_axis():
    x = rl.arange(9.0).reshape(3, 3).requires_grad_()
    taken = rl.take_along_dim(x, rl.tensor([[-1], [0], [-4]]), 1)
    assert taken.tolist() == [[2.0], [3.0], [8.0]]
    taken.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert rl.take_along_dim(rl.zeros(2, 0), rl.zeros(2, 0, dtype=rl.int64), 1).shape == (2, 0)


def test_lists_are_indices_wherever_new_tensors_are_made():
    x = rl.arange(12.0).reshape(4, 3)
    with rl.device("meta"):
        assert x[[0, 2]].tolist() == [[0.0, 1.0, 2.0], [6.0, 7.0, 8.0]] and x[[1, 3], 1].tolist() == [4.0, 10.0]
        assert x[[True, False, False, True]].tolist() == [[0.0, 1.0, 2.0], [9.0, 10.0, 11.0]] and x[[]].shape == (0, 3)
        x[[0, 3], 2] = 7.0
        y = rl.ones(4, 3)
        for at in ([0, 2], rl.tensor([0, 2], device="cpu"), [True, False, True, False], rl.tensor([True, False, True, False], device="cpu")):
            assert y[at].shape == (2, 3) and y[at].is_meta
            y[at] = 1.0
    assert x[:, 2].tolist() == [7.0, 5.0, 8.0, 7.0]
