"""The older way to start a program: as :mod:`rushlight.distributed.run`, with ``--local-rank`` among the program's arguments."""

from __future__ import annotations

from .run import get_args_parser, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any


def parse_args(args: Any) -> Namespace:
    """The options, of a list of words."""
    parser = get_args_parser()
    parser.add_argument("--use-env", "--use_env", action="store_true", help="no --local-rank for the program")
    return parser.parse_args(args)


def launch(args: Namespace) -> None:
    """Runs the program and waits for it.

    Errors: ValueError for ``--no-python`` without ``--use-env``, and for more than one process.
    """
    if args.no_python and not args.use_env:
        raise ValueError("When using the '--no-python' flag, you must also set the '--use-env' flag.")
    run(args)


def main(args: Any = None) -> None:
    """What the command does."""
    launch(parse_args(args))


__all__ = ["launch", "main", "parse_args"]

if __name__ == "__main__":
    main()
