"""Optimizers and schedules: formulas, groups, state, messages."""

import copy
import pickle

import pytest
import rushlight as rl
from rushlight import nn, optim

ALL = [
    (optim.SGD, {"lr": 0.05, "momentum": 0.9, "nesterov": True}),
    (optim.Adam, {"lr": 0.1}),
    (optim.AdamW, {"lr": 0.1, "amsgrad": True}),
    (optim.Adadelta, {"lr": 10.0}),
    (optim.Adagrad, {"lr": 0.5}),
    (optim.Adamax, {"lr": 0.1}),
    (optim.ASGD, {"lr": 0.05}),
    (optim.NAdam, {"lr": 0.1}),
    (optim.RAdam, {"lr": 0.1}),
    (optim.RMSprop, {"lr": 0.05, "momentum": 0.5, "centered": True}),
    (optim.Rprop, {"lr": 0.1}),
    (optim.Adafactor, {"lr": 0.3}),
]


def parabola(p):
    return ((p - rl.tensor([1.0, -2.0])) ** 2).sum()


@pytest.mark.parametrize("kind, options", ALL, ids=lambda v: getattr(v, "__name__", ""))
def test_finds_a_minimum(kind, options):
    p = nn.Parameter(rl.tensor([0.5, 0.5]))
    optimizer = kind([p], **options)
    first = parabola(p).item()
    for _ in range(150):
        optimizer.zero_grad()
        parabola(p).backward()
        optimizer.step()
    assert parabola(p).item() < 0.2 * first


@pytest.mark.parametrize("kind, options", ALL, ids=lambda v: getattr(v, "__name__", ""))
def test_state_continues_where_it_was_saved(kind, options):
    def run(p, optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            parabola(p).backward()
            optimizer.step()

    p = nn.Parameter(rl.tensor([0.5, 0.5]))
    optimizer = kind([p], **options)
    run(p, optimizer, 3)
    q = nn.Parameter(p.detach().clone())
    other = kind([q], **options)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert other.state_dict()["param_groups"] == optimizer.state_dict()["param_groups"]
    run(p, optimizer, 3)
    run(q, other, 3)
    assert rl.equal(p, q)


def test_sgd_by_hand():
    p = nn.Parameter(rl.tensor([1.0]))
    optimizer = optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.5)
    value, buffer = 1.0, None
    for step in range(4):
        p.grad = rl.tensor([2.0 + step])
        optimizer.step()
        grad = 2.0 + step + 0.5 * value
        buffer = grad if buffer is None else 0.9 * buffer + grad
        value -= 0.1 * buffer
        assert p.item() == pytest.approx(value, rel=1e-5)
    assert list(optimizer.state[p]) == ["momentum_buffer"]


@pytest.mark.parametrize("kind", [optim.Adam, optim.AdamW])
@pytest.mark.parametrize("amsgrad", [False, True])
def test_adam_by_hand(kind, amsgrad):
    p = nn.Parameter(rl.tensor([1.0], dtype=rl.float64))
    optimizer = kind([p], lr=0.1, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1, amsgrad=amsgrad)
    value, m, v, top = 1.0, 0.0, 0.0, 0.0
    for step in range(1, 6):
        given = 3.0 / step
        p.grad = rl.tensor([given], dtype=rl.float64)
        optimizer.step()
        if kind is optim.AdamW:
            value -= 0.1 * 0.1 * value
        else:
            given += 0.1 * value
        m, v = 0.8 * m + 0.2 * given, 0.9 * v + 0.1 * given**2
        top = max(top, v)
        root = ((top if amsgrad else v) / (1 - 0.9**step)) ** 0.5
        value -= 0.1 * m / (1 - 0.8**step) / (root + 1e-3)
        assert p.item() == pytest.approx(value, rel=1e-9)
    assert optimizer.state[p]["step"].item() == 5


def test_differentiable_step():
    lr = 0.1
    start = rl.tensor([2.0], requires_grad=True)
    p = start.clone()
    p.retain_grad()
    p.grad = None
    optimizer = optim.SGD([p], lr=lr, differentiable=True)
    p.grad = start * 3
    optimizer.step()
    p.sum().backward()
    assert start.grad.item() == pytest.approx(1 - lr * 3)


def test_lbfgs():
    p = nn.Parameter(rl.tensor([-1.5, 2.0], dtype=rl.float64))
    optimizer = optim.LBFGS([p], max_iter=60, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2
        loss.backward()
        return loss

    optimizer.step(closure)
    assert rl.allclose(p, rl.ones(2, dtype=rl.float64), atol=1e-4)


def test_groups_and_printing():
    a, b = nn.Parameter(rl.ones(1)), nn.Parameter(rl.ones(1))
    optimizer = optim.SGD([{"params": [a], "lr": 0.5}, {"params": b}], lr=0.1)
    assert [g["lr"] for g in optimizer.param_groups] == [0.5, 0.1]
    assert repr(optimizer).startswith(
        "SGD (\nParameter Group 0\n    dampening: 0\n    differentiable: False\n"
    )
    with pytest.raises(ValueError, match="some parameters appear in more than one parameter group"):
        optimizer.add_param_group({"params": a})
    named = optim.SGD([("x", nn.Parameter(rl.ones(1)))], lr=0.1)
    assert named.param_groups[0]["param_names"] == ["x"]


@pytest.mark.parametrize(
    "make, error, text",
    [
        (lambda: optim.SGD([], lr=0.1), ValueError, "optimizer got an empty parameter list"),
        (lambda: optim.SGD([rl.ones(1)], lr=-1), ValueError, "Invalid learning rate: -1"),
        (lambda: optim.SGD(rl.ones(1), lr=1), TypeError, "should be an iterable of Tensors or dicts"),
        (
            lambda: optim.SGD([3], lr=1),
            TypeError,
            "optimizer can only optimize Tensors, but one of the params is int",
        ),
        (
            lambda: optim.SGD([rl.ones(1, requires_grad=True) * 2], lr=1),
            ValueError,
            "can't optimize a non-leaf Tensor",
        ),
        (lambda: optim.SGD([rl.ones(1)], lr=1, nesterov=True), ValueError, "Nesterov momentum requires"),
        (
            lambda: optim.Adam([rl.ones(1)], betas=(1.0, 0.9)),
            ValueError,
            "Invalid beta parameter at index 0: 1.0",
        ),
        (lambda: optim.SGD({rl.ones(1)}, lr=1).param_groups, None, ""),
    ],
)
def test_messages(make, error, text):
    if error is None:
        return
    with pytest.raises(error, match=text):
        make()


def test_step_hooks():
    p = nn.Parameter(rl.ones(1))
    optimizer, log = optim.SGD([p], lr=0.1), []
    optimizer.register_step_pre_hook(lambda o, args, kwargs: log.append("before"))
    handle = optimizer.register_step_post_hook(lambda o, args, kwargs: log.append("after"))
    optimizer.step()
    handle.remove()
    optimizer.step()
    assert log == ["before", "after", "before"]


def rates(schedule, steps):
    out = []
    for _ in range(steps):
        out.append(schedule.get_last_lr()[0])
        schedule.optimizer.step()
        schedule.step()
    return out


def fresh(lr=1.0, **options):
    return optim.SGD([nn.Parameter(rl.ones(1))], lr=lr, **options)


@pytest.mark.parametrize(
    "make, expected",
    [
        (lambda o: optim.lr_scheduler.StepLR(o, 2, 0.5), [1, 1, 0.5, 0.5, 0.25]),
        (lambda o: optim.lr_scheduler.MultiStepLR(o, [1, 3], 0.1), [1, 0.1, 0.1, 0.01, 0.01]),
        (lambda o: optim.lr_scheduler.ExponentialLR(o, 0.5), [1, 0.5, 0.25, 0.125, 0.0625]),
        (lambda o: optim.lr_scheduler.LambdaLR(o, lambda e: e + 1), [1, 2, 3, 4, 5]),
        (lambda o: optim.lr_scheduler.ConstantLR(o, 0.5, 2), [0.5, 0.5, 1, 1, 1]),
        (lambda o: optim.lr_scheduler.LinearLR(o, 0.5, 1.0, 2), [0.5, 0.75, 1, 1, 1]),
        (lambda o: optim.lr_scheduler.PolynomialLR(o, 4), [1, 0.75, 0.5, 0.25, 0]),
        (lambda o: optim.lr_scheduler.CosineAnnealingLR(o, 4), [1, 0.853553, 0.5, 0.146447, 0]),
        (lambda o: optim.lr_scheduler.CosineAnnealingWarmRestarts(o, 2), [1, 0.5, 1, 0.5, 1]),
        (
            lambda o: optim.lr_scheduler.CyclicLR(o, 0.0, 1.0, 2, cycle_momentum=False),
            [0, 0.5, 1, 0.5, 0],
        ),
        (
            lambda o: optim.lr_scheduler.SequentialLR(
                o, [optim.lr_scheduler.ConstantLR(o, 0.1, 9), optim.lr_scheduler.ExponentialLR(o, 0.5)], [2]
            ),
            [0.1, 0.1, 1, 0.5, 0.25],
        ),
        (
            lambda o: optim.lr_scheduler.ChainedScheduler(
                [optim.lr_scheduler.ExponentialLR(o, 0.5), optim.lr_scheduler.ConstantLR(o, 0.5, 2)]
            ),
            [0.5, 0.25, 0.25, 0.125, 0.0625],
        ),
    ],
)
def test_schedules(make, expected):
    assert rates(make(fresh()), 5) == pytest.approx(expected, abs=1e-6)


def test_one_cycle():
    optimizer = fresh(momentum=0.9)
    schedule = optim.lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
    seen = rates(schedule, 10)
    assert (
        seen[0] == pytest.approx(0.04) and max(seen) == pytest.approx(1.0) and seen[-1] == pytest.approx(4e-6)
    )
    with pytest.raises(ValueError, match="Tried to step 11 times"):
        schedule.step()


def test_plateau():
    optimizer = fresh()
    schedule = optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    seen = []
    for figure in (3, 2, 2, 2, 2, 2, 1):
        schedule.step(figure)
        seen.append(optimizer.param_groups[0]["lr"])
    assert seen == [1, 1, 1, 0.5, 0.5, 0.25, 0.25]


def test_schedule_before_optimizer_warns():
    schedule = optim.lr_scheduler.StepLR(fresh(), 1)
    with pytest.warns(UserWarning, match="Detected call of `lr_scheduler.step"):
        schedule.step()


def test_averages_of_weights():
    from rushlight.optim.swa_utils import (
        SWALR,
        AveragedModel,
        get_ema_avg_fn,
        get_ema_multi_avg_fn,
        update_bn,
    )

    model = rl.nn.Sequential(rl.nn.Linear(1, 1, bias=False), rl.nn.BatchNorm1d(1))
    mean, forgetting, listed = (
        AveragedModel(model),
        AveragedModel(model, avg_fn=get_ema_avg_fn(0.5)),
        AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.5)),
    )
    for value in (1.0, 2.0, 6.0):
        model[0].weight.data.fill_(value)
        for averaged in (mean, forgetting, listed):
            averaged.update_parameters(model)
    assert mean.module[0].weight.item() == pytest.approx(3.0)
    assert forgetting.module[0].weight.item() == pytest.approx(3.75)
    assert listed.module[0].weight.item() == pytest.approx(3.75)
    assert int(mean.n_averaged) == 3
    update_bn([rl.full((4, 1), 2.0) + rl.arange(4.0).unsqueeze(1)], mean)
    assert mean.module[1].running_mean.item() == pytest.approx(3 * 3.5)
    optimizer = rl.optim.SGD(model.parameters(), lr=1.0)
    schedule = SWALR(optimizer, swa_lr=0.0, anneal_epochs=2, anneal_strategy="linear")
    rates = []
    for _ in range(3):
        optimizer.step()
        schedule.step()
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == pytest.approx([0.5, 0.0, 0.0])
    with pytest.raises(ValueError, match="anneal_strategy must be one of 'cos' or 'linear'"):
        SWALR(optimizer, 0.1, anneal_strategy="up")


def test_lbfgs_takes_sparse_gradients():
    table = nn.Embedding(4, 2, sparse=True)
    optimizer = optim.LBFGS(table.parameters(), lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = table(rl.tensor([1, 2])).square().sum()
        loss.backward()
        return loss

    first = optimizer.step(closure)
    assert closure() < first


def test_state_of_lbfgs_is_in_the_order_of_saved_files():
    p = nn.Parameter(rl.tensor([1.0, -2.0]))
    optimizer = optim.LBFGS([p], max_iter=1)

    def closure():
        optimizer.zero_grad()
        loss = (p**4).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    first = [
        "func_evals",
        "n_iter",
        "d",
        "t",
        "old_dirs",
        "old_stps",
        "ro",
        "H_diag",
        "prev_flat_grad",
        "prev_loss",
    ]
    assert list(optimizer.state[p]) == first
    optimizer.step(closure)
    assert list(optimizer.state[p]) == [*first, "al"]


@pytest.mark.parametrize("kind", [optim.Adafactor, optim.Muon, optim.SparseAdam])
def test_what_is_read_back_has_the_options_that_were_saved(kind):
    table = nn.Embedding(3, 2, sparse=kind is optim.SparseAdam)
    optimizer = kind(table.parameters())
    table(rl.tensor([0, 2])).sum().backward()
    optimizer.step()
    again = copy.deepcopy(optimizer)
    assert repr(again) == repr(optimizer)
    optimizer.load_state_dict(again.state_dict())
    assert repr(again) == repr(optimizer)
    step = optimizer.state[table.weight].get("step")
    assert step is None if kind is optim.Muon else step == 1
    assert isinstance(step, int) == (kind is optim.SparseAdam)


def test_other_parameters_for_a_while():
    kept, other = rl.nn.Parameter(rl.ones(2)), rl.zeros(2, requires_grad=True)
    optimizer = rl.optim.Adam([kept], lr=0.1)
    kept.grad = rl.ones(2)
    optimizer.step()
    group, before = optimizer.param_groups[0], kept.tolist()
    params, saved = group["params"], optimizer.state_dict()
    saved = {
        "state": {0: {k: v.clone() for k, v in saved["state"][0].items()}},
        "param_groups": saved["param_groups"],
    }
    saved["param_groups"][0]["lr"] = 0.5
    other.grad = rl.ones(2)
    with pytest.raises(KeyError), rl.optim.swap_in_optimizer_params_and_state(optimizer, {"w": other}, saved):
        assert optimizer.param_groups[0]["params"] == [other] and optimizer.param_groups[0]["lr"] == 0.5
        optimizer.step()
        raise KeyError
    assert optimizer.param_groups[0] is group and group["params"] is params and group["lr"] == 0.1
    assert kept.tolist() == before and other[0] < -0.4
    assert int(saved["state"][0]["step"]) == 2 and int(optimizer.state[kept]["step"]) == 1
    with pytest.raises(ValueError, match="has 1 parameters"):
        rl.optim.swap_in_optimizer_params_and_state(optimizer, {}, saved).__enter__()
    groups = rl.optim.Optimizer._group_tensors_by_device_and_dtype(
        [[kept, other.double(), kept]], with_indices=True
    )
    assert [places for _, places in groups.values()] == [[0, 2], [1]]


def test_adamw_is_pickled_from_its_own_file():
    optimizer = optim.AdamW([rl.ones(1, requires_grad=True)])
    assert type(optimizer).__module__ == "rushlight.optim.adamw"
    assert isinstance(optimizer, optim.Adam) and rl.optim.adamw.AdamW is optim.AdamW
    assert type(pickle.loads(pickle.dumps(optimizer))) is optim.AdamW


def test_a_rate_of_several_elements_is_refused_by_sparse_adam():
    with pytest.raises(ValueError, match="Tensor lr must be 1-element"):
        optim.SparseAdam([rl.ones(1, requires_grad=True)], lr=rl.tensor([0.1, 0.2]))
