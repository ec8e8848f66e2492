"""Starts a program written for many processes in a world of one: what ``torchrun`` is asked to do.

From the shell::

    python -m rushlight.torch -m torch.distributed.run --nproc_per_node=1 train.py --epochs 3

The program finds ``RANK``, ``WORLD_SIZE``, ``MASTER_ADDR`` and their kin in its environment, as :func:`init_process_group` reads
them, and ``import torch`` is answered in it.
"""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# options that take a value and say how several processes would find and watch one another
_OF_SEVERAL = (
    "rdzv-backend rdzv-endpoint rdzv-id rdzv-conf max-restarts monitor-interval start-method event-log-handler role log-dir "
    "redirects tee local-ranks-filter duplicate-stdout-filters duplicate-stderr-filters node-rank local-addr logs-specs "
    "numa-binding signals-to-handle shutdown-timeout"
).split()
_SHORT = {"redirects": ["-r"], "tee": ["-t"]}


def get_args_parser() -> argparse.ArgumentParser:
    """The options of ``torchrun``. What concerns several processes is accepted, and has nothing to do."""
    parser = argparse.ArgumentParser(prog="torchrun", description="Runs a program in a world of one process.")
    parser.add_argument("--nnodes", default=os.environ.get("PET_NNODES", "1:1"), help="1, or a range that begins with 1")
    parser.add_argument(
        "--nproc-per-node",
        "--nproc_per_node",
        default=os.environ.get("PET_NPROC_PER_NODE", "1"),
        help="1, or auto, cpu or gpu, which are 1 here",
    )
    parser.add_argument("--master-addr", "--master_addr", default="127.0.0.1")
    parser.add_argument("--master-port", "--master_port", type=int, default=None)
    parser.add_argument("-m", "--module", action="store_true", help="the program is the name of a module")
    parser.add_argument("--no-python", "--no_python", action="store_true", help="the program is run as it is")
    parser.add_argument("--run-path", "--run_path", action="store_true", help="run in this process's interpreter")
    parser.add_argument("--standalone", action="store_true")
    parser.add_argument("--virtual-local-rank", "--virtual_local_rank", action="store_true")
    for name in _OF_SEVERAL:
        spellings = dict.fromkeys([*_SHORT.get(name, ()), f"--{name}", f"--{name.replace('-', '_')}"])
        parser.add_argument(*spellings, default=None)
    parser.add_argument("training_script")
    parser.add_argument("training_script_args", nargs=argparse.REMAINDER)
    return parser


def parse_args(args: Any) -> argparse.Namespace:
    """The options, of a list of words."""
    return get_args_parser().parse_args(args)


def _alone(args: argparse.Namespace) -> None:
    """Refuses a world of several processes."""
    nodes = str(args.nnodes).partition(":")[0]
    processes = str(args.nproc_per_node)
    if nodes != "1" or processes not in ("1", "auto", "cpu", "gpu"):
        raise ValueError(
            f"--nnodes={args.nnodes} --nproc_per_node={args.nproc_per_node}: there is one process here, which uses all "
            "cores; run with --nproc_per_node=1"
        )


def _environment(args: argparse.Namespace) -> dict[str, str]:
    import socket

    port = args.master_port
    if port is None:
        port = 29500
        if args.standalone:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
    known = {
        "MASTER_ADDR": args.master_addr,
        "MASTER_PORT": str(port),
        "TORCHELASTIC_MAX_RESTARTS": str(args.max_restarts or 0),
        "TORCHELASTIC_RUN_ID": args.rdzv_id or "none",
        "ROLE_NAME": args.role or "default",
        "TORCHELASTIC_RESTART_COUNT": "0",
    }
    ranks = ("RANK", "LOCAL_RANK", "GROUP_RANK", "ROLE_RANK")
    sizes = ("WORLD_SIZE", "LOCAL_WORLD_SIZE", "GROUP_WORLD_SIZE", "ROLE_WORLD_SIZE")
    return {**os.environ, **known, **dict.fromkeys(ranks, "0"), **dict.fromkeys(sizes, "1")}


def run(args: argparse.Namespace) -> None:
    """Runs the program and waits for it.

    Args:
        args (Namespace): of :func:`parse_args`.

    Errors: ValueError for more than one process; SystemExit with the program's status where it fails.
    """
    import subprocess

    _alone(args)
    if args.no_python and args.module:
        raise ValueError("Don't use both the '--no-python' flag and the '--module' flag at the same time.")
    command = [args.training_script]
    if not args.no_python:
        command = [sys.executable, "-u", "-m", "rushlight.torch", *(["-m"] if args.module else []), *command]
    if not getattr(args, "use_env", True):
        command.append("--local-rank=0")
    status = subprocess.call([*command, *args.training_script_args], env=_environment(args))
    if status:
        print(f"{args.training_script}: rank 0 ended with status {status}", file=sys.stderr)
        sys.exit(status if status > 0 else 128 - status)


def main(args: Any = None) -> None:
    """What ``torchrun`` does."""
    run(parse_args(args))


__all__ = ["get_args_parser", "main", "parse_args", "run"]

if __name__ == "__main__":
    main()
