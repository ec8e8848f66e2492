"""The CPU's tests on another device: ``RUSHLIGHT_TEST_DEVICE=cuda python -m pytest tests/python``.

Tests make tensors without saying where, so the default device, set before any of them is imported, decides. Three names are theirs alone
on such a run: ``rl.from_numpy`` and ``rl.Generator`` give what is on the device, and ``Tensor.numpy`` (``numpy.asarray`` too) fetches, for
NumPy is what results are compared with. All else is what programs have.

- Only the files in `FILES` run: what an op computes there is the same wherever it is computed. The rest is about Python, files, processes
  and the CPU's own memory.
- A test marked ``@pytest.mark.cpu("why")`` is skipped.
- A test that asks for a kernel the device has not, is skipped with the error's words; the summary counts them by op, so that a kernel that
  vanishes shows. Any other error is a failure.
"""

import os
import re
from collections import Counter

import pytest
import rushlight as rl

FILES = (
    "test_attention.py test_edges.py test_functional.py test_nn_layers.py test_recurrent.py test_short_rows.py"
).split()
DEVICE = os.environ.get("RUSHLIGHT_TEST_DEVICE", "cpu")
ELSEWHERE = DEVICE != "cpu"
# the words of an op, and of the backend, that something is not there for a device
_LACKING = re.compile(
    r"(\S+): there is no kernel for device cuda|GPU backend of this build does not offer (\S+)"
    r"|(Generator): no generator for device cuda|\"?([^\s\"]+)\"?:? .*not implemented for '\w+' on a GPU"
)
_lacking: Counter[str] = Counter()


def move():
    """Makes the device the one that tests run on."""
    if not rl.cuda.is_available():
        raise pytest.UsageError(f"RUSHLIGHT_TEST_DEVICE={DEVICE}, but there is no such device: {rl.cuda._device.reason()}")
    rl.set_default_device(DEVICE)
    from_numpy, generator, numpy, array = rl.from_numpy, rl.Generator, rl.Tensor.numpy, rl.Tensor.__array__
    rl.from_numpy = lambda ndarray: from_numpy(ndarray).to(DEVICE)
    rl.Generator = lambda device=DEVICE: generator(device)
    rl.Tensor.numpy = lambda self, *, force=False: numpy(self.cpu(), force=force)
    rl.Tensor.__array__ = lambda self, *args, **kwargs: array(self.cpu(), *args, **kwargs)


def lacking(error):
    """What the device lacks, by the words of an error, or of the one that a ``pytest.raises`` did not expect; None for other errors."""
    if isinstance(error, BaseExceptionGroup):  # hypothesis found several
        found = [lacking(each) for each in error.exceptions]
        return found[0] if all(found) else None
    match = _LACKING.search(str(error)) if isinstance(error, RuntimeError) else None
    if match:
        return next(filter(None, match.groups()))
    return lacking(error.__context__) if isinstance(error, AssertionError) and error.__context__ else None


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    try:
        return (yield)
    except Exception as error:
        op = lacking(error)
        if op is None:
            raise
        _lacking[op] += 1
        pytest.skip(f"not on the device: {op}")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    match = report.failed and ELSEWHERE and _LACKING.search(str(report.longrepr))
    if match:  # a file that makes tensors when it is imported
        op = next(filter(None, match.groups()))
        _lacking[op] += 1
        report.outcome, report.longrepr = "skipped", (str(collector.path), 0, f"not on the device: {op}")
    return report


def pytest_ignore_collect(collection_path):
    """Python files that are not of `FILES`; None leaves the rest to pytest."""
    return True if ELSEWHERE and collection_path.suffix == ".py" and collection_path.name not in FILES else None


def pytest_runtest_setup(item):
    mark = item.get_closest_marker("cpu")
    if mark and ELSEWHERE:
        pytest.skip(f"of the CPU: {mark.args[0]}")


def pytest_terminal_summary(terminalreporter):
    if _lacking:
        found = ", ".join(f"{op} {count}" for op, count in _lacking.most_common())
        terminalreporter.write_line(f"skipped for want of a kernel on the device, by op: {found}")
