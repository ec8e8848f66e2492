"""Programs that say ``import torch`` run unchanged: as ``python`` runs them, in their children, and nowhere else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap

import pytest


def run(*args, cwd, stdin=None, env=None, python=()):
    return subprocess.run(
        [sys.executable, *python, *args],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **(env or {})},
    )


def shim(*args, **options):
    return run("-m", "rushlight.torch", *args, **options)


def write(folder, name, source):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(source))
    return path


def good(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


WHERE = """
    import sys
    print(sys.argv[1:], __name__, __file__ if "__file__" in globals() else None, __spec__ and __spec__.name,
          __package__, sys.path[0], sys.modules["__main__"].__dict__ is globals(), __name__ in sys.modules)
"""


@pytest.fixture
def places(tmp_path):
    """A script, a module in a package, a folder with a main module, and a link to the script from elsewhere."""
    write(tmp_path, "code/where.py", WHERE)
    write(tmp_path, "pack/__init__.py", "")
    write(tmp_path, "pack/where.py", WHERE)
    write(tmp_path, "folder/__main__.py", WHERE)
    (tmp_path / "link.py").symlink_to(tmp_path / "code" / "where.py")
    return tmp_path


@pytest.mark.parametrize(
    "args",
    [
        ("code/where.py", "a", "--b"),
        ("code/where.py", "-m", "x"),
        ("link.py",),
        ("folder", "a"),
        ("-m", "pack.where", "a"),
        ("-c", textwrap.dedent(WHERE), "a"),
        ("-", "a"),
    ],
)
def test_a_program_sees_what_python_shows_it(places, args):
    stdin = textwrap.dedent(WHERE) if args[0] == "-" else None
    assert good(shim(*args, cwd=places, stdin=stdin)) == good(run(*args, cwd=places, stdin=stdin))


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("def f():\n    raise ValueError('no')\nf()", 1),
        ("import sys; sys.exit(3)", 3),
        ("import sys; sys.exit('reason')", 1),
        ("x = (", 1),
        ("import atexit; atexit.register(print, 'end'); 1 / 0", 1),
        ("try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError(1) from e", 1),
        ("import sys; sys.excepthook = lambda *a: print('mine', a[0]); 1 / 0", 1),
        ("raise KeyboardInterrupt", -signal.SIGINT),
    ],
)
def test_a_program_ends_as_under_python(tmp_path, source, code):
    write(tmp_path, "program.py", source)
    ours, theirs = shim("program.py", cwd=tmp_path), run("program.py", cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert ours.returncode == code


@pytest.mark.parametrize("args", [("program.py",), ("-c", "def f(x: int, y: list[int]): pass\nprint(f.__annotations__)")])
def test_annotations_are_what_the_program_wrote(tmp_path, args):
    write(tmp_path, "program.py", "import dataclasses\n@dataclasses.dataclass\nclass A:\n    x: int\nprint(A.__annotations__)")
    ours, theirs = shim(*args, cwd=tmp_path), run(*args, cwd=tmp_path)
    assert "<class 'int'>" in ours.stdout and ours.stdout == theirs.stdout


def test_an_error_in_a_module_shows_pythons_own_frames(tmp_path):
    write(tmp_path, "program.py", "1 / 0")
    ours, theirs = (f("-m", "program", cwd=tmp_path) for f in (shim, run))
    assert ours.stderr == theirs.stderr and ours.returncode == 1
    done = shim("absent.py", cwd=tmp_path)
    assert done.returncode == 2 and "can't open file" in done.stderr


NAMES = """
    import importlib.metadata, importlib.util, inspect, pickle, sys
    import torch, torch.nn as nn, torch.nn.functional as F
    from torch.nn.modules.batchnorm import BatchNorm2d
    from torch.utils.data.dataloader import DataLoader
    import torch.optim.lr_scheduler
    import rushlight
    assert torch is rushlight and torch.nn is rushlight.nn and torch.nn.functional is F
    assert torch.utils.data.DataLoader is DataLoader and sys.modules["torch.nn"] is nn
    assert BatchNorm2d is nn.BatchNorm2d
    # two names, one module: it goes by the one that programs know, and imports go by its own
    for name, module in list(sys.modules.items()):
        if name.startswith("torch"):
            assert module.__name__ in (name, module.__spec__.name), name
            assert module.__spec__.name.startswith("rushlight"), name
    assert nn.__spec__.parent == nn.__package__ == "rushlight.nn"
    assert "_Naming" not in repr(nn.__loader__)
    # as programs see it
    assert str(type(torch.ones(1))) == "<class 'torch.Tensor'>"
    assert repr(nn.Linear) == "<class 'torch.nn.modules.linear.Linear'>"
    assert [k.__module__ for k in (torch.Size, torch.dtype, torch.device, torch.Generator)] == ["torch"] * 4
    assert torch.optim.SGD.__module__ == "torch.optim.sgd"
    assert torch.autograd.Function.__module__ == "torch.autograd.function"
    functions = torch.relu, torch.conv2d, torch.nn.functional.gelu, torch.linalg.inv, torch.fft.fft, torch.special.erf
    shown = [f.__module__ for f in functions]
    assert shown == ["torch", "torch", "torch.nn.functional", "torch.linalg", "torch.fft", "torch.special"], shown
    assert [pickle.loads(pickle.dumps(f)) is f for f in functions] == [True] * 6
    assert isinstance(torch.ones(1), torch.Tensor) and isinstance(torch.ones(1), torch.FloatTensor)
    assert "def forward" in inspect.getsource(nn.Linear)
    for kind in (nn.Linear, torch.Tensor, torch.Size, nn.Parameter, torch.optim.lr_scheduler.StepLR):
        assert pickle.loads(pickle.dumps(kind)) is kind
    net = pickle.loads(pickle.dumps(nn.Sequential(nn.Linear(2, 3), nn.ReLU())))
    assert type(net[0]) is nn.Linear
    assert b"torch.nn.modules.container" in pickle.dumps(nn.Sequential())
    # versions
    assert tuple(map(int, torch.__version__.split("+")[0].split("."))) == (2, 13, 0)
    assert torch.__version__ >= "2.0" and torch.__version__ < (2, 14) and torch.version.cuda is None
    assert importlib.metadata.version("torch").startswith("2.13.0")
    assert importlib.metadata.distribution("torch").metadata["Name"] == "torch"
    assert importlib.util.find_spec("torch") is not None and importlib.util.find_spec("torch.nn") is not None
    # what is not there
    try:
        import torch._six
    except ModuleNotFoundError as error:
        assert error.name == "torch._six" and "--missing" in str(error)
    try:
        torch.onnx
    except AttributeError as error:
        assert "--missing" in str(error)
    try:
        from torch import no_such_name
    except ImportError as error:
        assert "no_such_name" in str(error)
    print("good")
"""


def test_modules_of_any_depth_are_the_packages_own(tmp_path):
    write(tmp_path, "names.py", NAMES)
    assert good(shim("names.py", cwd=tmp_path)) == "good\n"


def test_a_process_may_ask_for_it_itself(tmp_path):
    source = """
        import rushlight, rushlight.nn
        before = rushlight.__version__
        import rushlight.torch
        rushlight.torch.install()
        rushlight.torch.install()
        import torch.nn.functional as F
        assert F is rushlight.nn.functional and torch_is_loaded() and before != rushlight.__version__
        assert repr(rushlight.nn.Linear) == "<class 'torch.nn.modules.linear.Linear'>"
    """
    write(
        tmp_path,
        "program.py",
        "import sys\ndef torch_is_loaded(): return 'torch' in sys.modules\n" + textwrap.dedent(source),
    )
    good(run("program.py", cwd=tmp_path))


def test_it_refuses_beside_another_torch(tmp_path):
    write(tmp_path, "torch.py", "real = True")
    done = run("-c", "import torch, rushlight.torch; rushlight.torch.install()", cwd=tmp_path)
    assert done.returncode == 1 and "ImportError: another torch is loaded already" in done.stderr
    assert "torch.py" in done.stderr
    # but goes before one that is only installed
    assert good(shim("-c", "import torch; print(torch.__spec__.name)", cwd=tmp_path)) == "rushlight\n"


def test_it_does_not_leak(tmp_path):
    code = (
        "import sys, rushlight, rushlight.nn, rushlight.torch; assert 'torch' not in sys.modules;"
        "assert rushlight.nn.Linear.__module__ == 'rushlight.nn.modules.linear';"
        "assert len([f for f in sys.meta_path if type(f).__module__ == 'rushlight.torch']) == 0;"
        "import importlib.util; print(importlib.util.find_spec('torch'))"
    )
    good(run("-c", code, cwd=tmp_path))
    # a program that a program starts did not ask
    write(
        tmp_path,
        "child.py",
        "import sys; print(any('rushlight' in str(f) for f in sys.meta_path), 'torch' in sys.modules)",
    )
    code = "import torch, subprocess, sys; subprocess.run([sys.executable, 'child.py'])"
    assert good(shim("-c", code, cwd=tmp_path)) == "False False\n"


CHILDREN = """
    import sys
    import torch
    import torch.multiprocessing as mp
    from torch.utils.data import DataLoader, Dataset

    class Squares(Dataset):
        def __len__(self): return 4
        def __getitem__(self, i):
            import torch as again
            assert again is torch and again.__spec__.name == "rushlight"
            return torch.tensor(float(i * i))

    def work(rank, x):
        import torch.nn as nn
        assert repr(nn.Linear) == "<class 'torch.nn.modules.linear.Linear'>"
        x.add_(1)

    if __name__ == "__main__":
        for method in sys.argv[1:]:
            x = torch.zeros(2).share_memory_()
            process = mp.get_context(method).Process(target=work, args=(0, x))
            process.start()
            process.join()
            print(method, process.exitcode, x.tolist(),
                  sorted(y.item() for y in DataLoader(Squares(), None, num_workers=2, multiprocessing_context=method)))
        x = torch.zeros(2)
        mp.spawn(work, (x,), nprocs=2)
        print(x.tolist())
"""


def test_children_are_answered_too(tmp_path):
    write(tmp_path, "children.py", CHILDREN)
    methods = ("fork", "spawn", "forkserver") if sys.platform != "win32" else ("spawn",)
    expected = "".join(f"{method} 0 [1.0, 1.0] [0.0, 1.0, 4.0, 9.0]\n" for method in methods) + "[2.0, 2.0]\n"
    assert good(shim("children.py", *methods, cwd=tmp_path)) == expected
    assert good(shim("-m", "children", "spawn", cwd=tmp_path)).startswith("spawn 0 [1.0, 1.0]")


def test_checkpoints_cross(tmp_path):
    """What a program saves under the shim the package loads without it, and the other way."""
    make = "net = torch.nn.Linear(2, 1); torch.manual_seed(0); torch.nn.init.normal_(net.weight)\n"
    save = make + "torch.save(net.state_dict(), 'weights.pt'); torch.save(net, 'net.pt')"
    load = "print(torch.load('weights.pt'), torch.load('net.pt', weights_only=False))"
    plain = "import rushlight as torch\n"
    for first, second in ((shim, run), (run, shim)):
        good(first("-c", ("import torch\n" if first is shim else plain) + save, cwd=tmp_path))
        shown = good(second("-c", ("import torch\n" if second is shim else plain) + load, cwd=tmp_path))
        assert "Linear(in_features=2, out_features=1, bias=True)" in shown
        assert "OrderedDict" in shown


def test_the_command_explains_itself(tmp_path):
    assert "usage: rushlight" in good(shim("--help", cwd=tmp_path))
    assert shim(cwd=tmp_path).returncode == 2
    assert "torch 2.13.0" in good(shim("--version", cwd=tmp_path))
    missing = good(shim("--missing", cwd=tmp_path)).splitlines()
    assert any("LoggerBase is not in rushlight" in line for line in missing) and not any(
        "PyTorch's jit " in line for line in missing
    )
    assert shim("-c", cwd=tmp_path).returncode == 1 and shim("--nonsense", cwd=tmp_path).returncode == 1


def test_plain_pickles_of_pytorch_load(tmp_path):
    """Python's own pickle names functions of PyTorch's: storages are files inside the pickle."""
    source = """
        import io, pickle, struct, torch
        file = io.BytesIO()
        torch.save(torch.tensor([1.5, 2.5, 3.5]).storage(), file)
        data = file.getvalue()
        text = (b"\\x80\\x03ctorch._utils\\n_rebuild_tensor_v2\\n(ctorch.storage\\n_load_from_bytes\\nB"
                + struct.pack("<I", len(data)) + data + b"\\x85RK\\x01K\\x02\\x85K\\x01\\x85\\x89ccollections\\nOrderedDict\\n)RtR.")
        found = pickle.loads(text)
        assert type(found) is torch.Tensor and found.tolist() == [2.5, 3.5]
        import torch._tensor, torch._utils
        assert torch._utils._rebuild_parameter and torch._tensor._rebuild_from_type_v2
        try:
            torch._utils._rebuild_nothing
        except AttributeError:
            print("good")
    """
    write(tmp_path, "program.py", source)
    assert good(shim("program.py", cwd=tmp_path)) == "good\n"


def test_modules_go_by_pytorchs_names(tmp_path):
    source = """
        import inspect, pickle, types, warnings
        import torch, torch.nn as nn, torchvision.models as models
        print(torch.__name__, nn.functional.__name__, inspect.getmodule(nn.Linear).__name__, nn.init.normal_.__module__)
        for look in (lambda: torch.absent, lambda: nn.Absent, lambda: torch.optim.Absent):
            try:
                look()
            except AttributeError as error:
                print(str(error).partition(". ")[0])
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            nn.Softmax()(torch.ones(2))
        print(seen[0].filename.endswith("program.py"), seen[0].lineno)
        print(pickle.loads(pickle.dumps(nn)) is nn, isinstance(nn, types.ModuleType))
    """
    write(tmp_path, "program.py", source)
    done = shim("program.py", cwd=tmp_path)
    assert done.stdout.splitlines() == [
        "torch torch.nn.functional torch.nn.modules.linear torch.nn.init",
        "module 'torch' has no attribute 'absent'",
        "module 'torch.nn' has no attribute 'Absent'",
        "module 'torch.optim' has no attribute 'Absent'",
        "True 12",
        "True True",
    ], done.stderr


def test_names_are_found_in_the_table_of_a_package(tmp_path):
    source = """
        import torch, torchvision.models as models, torch.nn as nn, torch.optim as optim
        names = sorted(n for n in models.__dict__ if n.islower() and not n.startswith("__") and callable(models.__dict__[n]))
        print("resnet18" in names, len(names) > 80, models.__dict__["resnet18"] is models.resnet18)
        print(vars(optim)["SGD"] is optim.SGD, nn.__dict__["Linear"] is nn.Linear)
        print(sum(issubclass(d, torch.distributions.Distribution) for d in vars(torch.distributions).values() if isinstance(d, type)) > 35)
    """
    write(tmp_path, "program.py", source)
    done = shim("program.py", cwd=tmp_path)
    assert done.stdout.split() == ["True"] * 6, done.stderr


def test_a_module_that_nothing_has_imported_runs_by_its_name():
    done = subprocess.run(
        [sys.executable, "-m", "rushlight.torch", "-m", "torch.utils.collect_env"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "PyTorch" in done.stdout, done.stderr
