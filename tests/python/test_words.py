"""Words of errors that users search for, and signatures that tools read off the engine's functions."""

from __future__ import annotations

import inspect
import re

import pytest
import rushlight as rl
from rushlight import nn

FREE = {"random_"}  # its parameter `from` has a name that no signature of Python's can hold


def test_dtypes_of_a_linear_map():
    with pytest.raises(RuntimeError, match=r"^mat1 and mat2 must have the same dtype, but got Double and Float$"):
        nn.Linear(2, 2)(rl.ones(1, 2, dtype=rl.float64))
    with pytest.raises(RuntimeError, match=r"^self and mat2 must have the same dtype, but got Float and Double$"):
        rl.addmm(rl.ones(2), rl.ones(2, 2, dtype=rl.float64), rl.ones(2, 2, dtype=rl.float64))
    with pytest.raises(RuntimeError, match=r"^expected m1 and m2 to have the same dtype, but got: float != double"):
        rl.mm(rl.ones(2, 2), rl.ones(2, 2, dtype=rl.float64))


def test_nothing_to_join():
    with pytest.raises(ValueError, match=r"^torch\.cat\(\): expected a non-empty list of Tensors$"):
        rl.cat([])


def test_a_tensor_is_called_a_tensor():
    with pytest.raises(AttributeError, match=r"^'Tensor' object has no attribute 'nonsense'"):
        rl.ones(1).nonsense  # noqa: B018
    assert (rl.Tensor.__module__, rl.Tensor.__qualname__) == ("rushlight", "Tensor")


def test_one_number_stands_for_all_axes_in_signatures():
    with pytest.raises(TypeError, match=r"stride = 1, ") as caught:
        nn.functional.conv2d(3)
    assert "[1]" not in str(caught.value)


@pytest.mark.parametrize("seed", [2**64, -(2**63) - 1])
def test_a_seed_has_64_bits(seed):
    with pytest.raises(ValueError, match="Overflow when unpacking"):
        rl.manual_seed(seed)


def test_every_function_of_the_engine_has_a_signature():
    spaces = [rl._C, rl._C._nn, rl._C._linalg, rl._C._fft, rl._C._special]
    for space in spaces:
        for name, value in vars(space).items():
            if inspect.isbuiltin(value) and not name.startswith("_") and name not in FREE:
                assert inspect.signature(value) is not None, name
    for name, value in vars(rl.Tensor).items():
        if inspect.ismethoddescriptor(value) and not name.startswith("_") and name not in FREE:
            assert next(iter(inspect.signature(value).parameters.values())).kind is not inspect.Parameter.KEYWORD_ONLY


def test_signatures_have_names_and_defaults():
    assert str(inspect.signature(nn.functional.gelu)) in ("(input, approximate='none')", "(input, approximate=\"none\")")
    assert str(inspect.signature(rl.ones(1).cumsum)) == "(dim, *, dtype=None)"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.Conv2d(3, 4), "Conv2d.__init__() missing 1 required positional argument: 'kernel_size'"),
        (lambda: nn.ReLU(foo=1), "ReLU.__init__() got an unexpected keyword argument 'foo'"),
        (lambda: nn.AvgPool2d(), "AvgPool2d.__init__() missing 1 required positional argument: 'kernel_size'"),
        (lambda: nn.ZeroPad2d(), "ZeroPad2d.__init__() missing 1 required positional argument: 'padding'"),
        (lambda: nn.BatchNorm2d(), "_BatchNorm.__init__() missing 1 required positional argument: 'num_features'"),
        (lambda: nn.MaxPool2d(), "_MaxPoolNd.__init__() missing 1 required positional argument: 'kernel_size'"),
        (lambda: nn.AdaptiveAvgPool2d(), "_AdaptiveAvgPoolNd.__init__() missing 1 required positional argument"),
    ],
)
def test_a_layer_is_named_when_its_arguments_are_wrong(call, words):
    with pytest.raises(TypeError, match=re.escape(words)):
        call()


def test_a_programs_own_layer_keeps_its_name():
    class Mine(nn.Conv2d):
        pass

    with pytest.raises(TypeError, match=re.escape("Conv2d.__init__() missing")):
        Mine(3)
    assert nn.Conv2d.__init__.__doc__ == nn.Conv1d.__init__.__doc__


@pytest.mark.parametrize("data", [3, "a", [1.0, 2.0], None.__class__])
def test_a_parameter_is_made_of_a_tensor(data):
    with pytest.raises(AttributeError, match="object has no attribute 'detach'"):
        nn.Parameter(data)


def test_wrong_options_of_optimizers_fail_as_comparisons_do():
    p = [nn.Parameter(rl.ones(1))]
    with pytest.raises(TypeError, match="'<' not supported between instances of 'str' and 'float'"):
        rl.optim.SGD(p, lr="a")
    with pytest.raises(TypeError, match="'float' object is not subscriptable"):
        rl.optim.Adam(p, betas=0.9)
    with pytest.raises(ValueError, match="Invalid learning rate: nan"):
        rl.optim.SGD(p, lr=float("nan"))


def test_words_about_what_is_no_program_file_or_number():
    with pytest.raises(TypeError, match="<class 'int'> is a built-in class"):
        rl.jit.script(3)
    with pytest.raises(AttributeError, match="expected 'f' to be string, path, or a file-like object"):
        rl.save(rl.ones(1), None)
    with pytest.raises(TypeError, match=r"argument 'padding_value' \(position 3\) must be float, not str"):
        nn.utils.rnn.pad_sequence([rl.ones(1), rl.ones(2)], padding_value="a")
