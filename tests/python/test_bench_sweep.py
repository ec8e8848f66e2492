"""The sweep of benches/: its rows can be made, and its report says what the figures say."""

import pathlib
import sys

import pytest
import rushlight as rl

FOLDER = pathlib.Path(__file__).parents[2] / "benches" / "sweep"


@pytest.fixture(scope="module")
def sweep():
    sys.path.insert(0, str(FOLDER))
    import layers  # noqa: F401
    import pictures  # noqa: F401
    import report
    import row
    import rows  # noqa: F401
    import worker

    sys.path.remove(str(FOLDER))
    return row.ROWS, report, worker


def test_rows_run_and_know_their_bytes(sweep):
    rows, _, worker = sweep
    assert len(rows) > 1000
    for name in ("unary/exp/float32/dense/tiny", "binary/add+grad/float32/dense/mid", "layer/linear_tiny+grad", "copy/contiguous/expanded/large"):
        step, moved = worker.step_of(rl, rows[name])
        step()
        assert moved > 0 or not rows[name].streams
    # a broadcast operand is as small as it is
    x = rl.zeros(5, 1).expand(5, 1000)
    assert worker.touched(rl, [x, (x.contiguous(),)]) == 4 * (5 + 5000)


@pytest.mark.parametrize("family", ["unary", "binary", "linalg", "loss", "index", "order", "signal", "func", "shape", "scan", "vision"])
def test_every_name_of_a_family_is_there(sweep, family):
    for name, row in sweep[0].items():
        if name.startswith(family + "/") and "large" not in name:
            function, args = row.make(rl)
            assert callable(function) and isinstance(args, tuple), name


def run(times, ratio=0.5, threads=1):
    rows = {name: {"bytes": 0, "errors": [None, None], "seconds": [t, t / ratio], "ratio": ratio} for name, t in times.items()}
    return [{"threads": threads, "versions": ["1", "2"], "machine": {"copy": 1e10, "peak": 1e11}, "rows": rows}]


def test_what_became_slower_is_named_and_drift_is_not(sweep):
    report = sweep[1]
    before = run({"unary/exp/float32/dense/tiny": 1e-6, "order/isin": 1e-3, "order/unique": 1e-3})
    assert report.slower(run({n: 1.3 * f["seconds"][0] for n, f in before[0]["rows"].items()}), before) == []
    now = run({n: f["seconds"][0] for n, f in before[0]["rows"].items()})
    now[0]["rows"]["order/isin"] |= {"seconds": [2e-3, 2e-3], "ratio": 1.0}
    (line,) = report.slower(now, before)
    assert "order/isin" in line and "1.00 ms" in line and "2.00 ms" in line


def test_the_document_has_families_worst_rows_and_failures(sweep):
    report = sweep[1]
    runs = run({"order/isin": 1e-3, "order/unique": 1e-3})
    runs[0]["rows"]["order/topk"] = {"bytes": 0, "errors": ["AttributeError: topk", None]}
    text = report.document(runs)
    assert "| order | 3 | 0.50 | 100% | 0.50 (order/isin) |" in text
    assert "- order/topk: rushlight: AttributeError: topk" in text
