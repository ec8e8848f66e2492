"""Blocks that look for the origin of nan: where the operation was called stands in the warning."""

import warnings

import pytest
import rushlight as rl


def unlucky(x):
    return x.sqrt() * 2


def told(run):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises((RuntimeError, ValueError)) as error:
            run()
    return [str(w.message) for w in caught if "Error detected" in str(w.message)], error.value


def test_the_call_that_went_wrong_is_shown():
    x = rl.tensor([-1.0], requires_grad=True)

    def run():
        with rl.autograd.set_detect_anomaly(True):
            unlucky(x).sum().backward()

    (text,), error = told(run)
    first = text.splitlines()[0]
    assert first == "Error detected in SqrtBackward0. Traceback of forward call that caused the error:"
    assert "in unlucky" in text and "return x.sqrt() * 2" in text and "anomaly_mode" not in text
    assert str(error) == "Function 'SqrtBackward0' returned nan values in its 0th output."


def test_what_was_called_before_the_block_is_not_known():
    x = rl.tensor([-1.0], requires_grad=True)
    y = unlucky(x).sum()

    def run():
        with rl.autograd.set_detect_anomaly(True):
            y.backward()

    (text,), _ = told(run)
    assert text == (
        "Error detected in SqrtBackward0. No forward pass information available. Enable detect anomaly during forward"
        " pass for more information."
    )


def test_errors_of_a_function_are_told_of_too():
    class Wrong(rl.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 1

        @staticmethod
        def backward(ctx, g):
            raise ValueError("mine")

    x = rl.ones(1, requires_grad=True)

    def run():
        with rl.autograd.set_detect_anomaly(True):
            Wrong.apply(x).sum().backward()

    (text,), error = told(run)
    assert text.startswith("Error detected in WrongBackward. Traceback of forward call") and str(error) == "mine"


def test_nodes_know_where_they_were_made():
    x = rl.ones(2, 2, requires_grad=True)
    with rl.autograd.set_detect_anomaly(True):
        nodes = [x.exp().grad_fn, x.t().grad_fn, x.clone().mul_(2).grad_fn]
    assert all("test_nodes_know" in node.metadata["traceback_"][-1] for node in nodes)
    assert x.exp().grad_fn.metadata == {}


def test_nothing_is_said_where_nothing_is_wrong():
    x = rl.ones(1, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with rl.autograd.set_detect_anomaly(True):
            unlucky(x).sum().backward()
    assert x.grad.tolist() == [1.0]
