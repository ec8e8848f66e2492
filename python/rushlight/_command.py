"""The command ``rushlight``: runs a program as ``python`` does, with ``import torch`` answered by this package."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

_USAGE = """usage: rushlight script.py [args]        (or: python -m rushlight.torch script.py [args])
       rushlight -m module [args]
       rushlight -c code [args]
       rushlight -                       the program from standard input
       rushlight --version
       rushlight --missing               PyTorch's names that are not here

Runs an unchanged program: `import torch` gives rushlight, in its child processes too."""


def _main_module(file: str | None) -> dict:
    """A new, empty ``__main__``, as the interpreter makes one."""
    import builtins
    from types import ModuleType

    module = ModuleType("__main__")
    module.__dict__.update(__builtins__=builtins, __annotations__={}, __spec__=None, __package__=None)
    if file is not None:
        from importlib.machinery import SourceFileLoader

        module.__file__, module.__loader__ = file, SourceFileLoader("__main__", file)
        module.__dict__["__cached__"] = None
    sys.modules["__main__"] = module
    return module.__dict__


def _first_path(path: str) -> None:
    """``sys.path[0]`` is the program's folder, and not the command's; with ``-P`` it is neither."""
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = path


def _script(name: str) -> Callable[[], None]:
    from importlib.machinery import PathFinder

    if os.path.isdir(name) or name.endswith((".zip", ".pyz", ".egg")):  # whose __main__.py is the program
        import runpy

        if PathFinder.find_spec("__main__", [name]) is None:
            sys.exit(f"{sys.executable}: can't find '__main__' module in {name!r}")
        if getattr(sys.flags, "safe_path", False):
            sys.path.insert(0, os.path.abspath(name))
        _first_path(os.path.abspath(name))
        _main_module(None)
        return lambda: runpy._run_module_as_main("__main__", alter_argv=False)  # type: ignore[attr-defined]
    try:
        with open(name, "rb") as file:
            source = file.read()
    except OSError as error:
        print(
            f"{sys.executable}: can't open file {os.path.abspath(name)!r}: [Errno {error.errno}] {error.strerror}",
            file=sys.stderr,
        )
        sys.exit(2)
    _first_path(os.path.dirname(os.path.realpath(name)))
    space = _main_module(os.path.abspath(name))
    return lambda: exec(
        compile(source, name if os.path.isabs(name) else os.path.abspath(name), "exec", dont_inherit=True), space
    )


def _text(source: str, name: str) -> Callable[[], None]:
    _first_path("")
    space = _main_module(None)
    if name == "<stdin>":
        space["__file__"] = name
    return lambda: exec(compile(source, name, "exec", dont_inherit=True), space)


def _module(name: str) -> Callable[[], None]:
    import runpy

    _first_path(os.getcwd())
    _main_module(None)
    return lambda: runpy._run_module_as_main(name)  # type: ignore[attr-defined]


def _run(program: Callable[[], None]) -> NoReturn:
    """Runs the program and ends as the interpreter would: with its own frames alone in a traceback."""
    interrupted: list[bool] = []

    def end_as_interrupted() -> None:  # whoever waits for this process sees that it was a signal
        if interrupted and os.name == "posix":
            import signal

            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)

    import atexit

    atexit.register(end_as_interrupted)  # the first to come is the last to go
    try:
        program()
    except SystemExit:
        raise
    except BaseException as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        error.__traceback__ = trace
        sys.last_type, sys.last_value, sys.last_traceback = type(error), error, trace
        sys.last_exc = error  # type: ignore[attr-defined]
        sys.excepthook(type(error), error, trace)
        if isinstance(error, KeyboardInterrupt):
            interrupted.append(True)
            sys.stdout.flush()
        sys.exit(130 if interrupted else 1)
    sys.exit(0)


def main() -> NoReturn:
    """What ``python -m rushlight.torch`` and the command ``rushlight`` do."""
    args = sys.argv[1:]
    if not args or args[0] in ("-h", "--help"):
        print(_USAGE)
        sys.exit(0 if args else 2)
    if args[0] in ("-V", "--version"):
        from .torch import _version
        from .torch_version import _OWN

        print(f"rushlight {_OWN} (torch {_version('torch')})")
        sys.exit(0)
    if args[0] == "--missing":
        from ._absent import missing

        print("\n".join(missing()))
        sys.exit(0)
    if args[0] in ("-m", "-c") and len(args) == 1:
        sys.exit(f"Argument expected for the {args[0]} option\n{_USAGE}")
    from .torch import install

    install()
    if args[0] == "-m":
        sys.argv[:] = args[1:]
        program = _module(args[1])
    elif args[0] == "-c":
        sys.argv[:] = ["-c", *args[2:]]
        program = _text(args[1], "<string>")
    elif args[0] == "-":
        sys.argv[:] = args
        program = _text(sys.stdin.read(), "<stdin>")
    elif args[0].startswith("-"):
        sys.exit(f"unknown option {args[0]}\n{_USAGE}")
    else:
        sys.argv[:] = args
        program = _script(args[0])
    _run(program)
