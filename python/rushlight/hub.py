"""Files and models from elsewhere (``torch.hub``)."""

from __future__ import annotations

import builtins
import os
import re
import sys
from urllib.parse import urlparse as urlparse  # programs import it from here, as from PyTorch's file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

HASH_REGEX = _HASH = re.compile(r"-([a-f0-9]*)\.")
_hub_dir: str | None = None
MODULE_HUBCONF = "hubconf.py"


def _get_torch_home() -> str:
    return os.path.expanduser(
        os.getenv("TORCH_HOME", os.path.join(os.getenv("XDG_CACHE_HOME", "~/.cache"), "torch"))
    )


def get_dir() -> str:
    """Where downloads are kept: ``$TORCH_HOME/hub``, or ``~/.cache/torch/hub``, PyTorch's own place."""
    return _hub_dir if _hub_dir is not None else os.path.join(_get_torch_home(), "hub")


def set_dir(d: str | os.PathLike[str]) -> None:
    """Sets another place."""
    global _hub_dir
    _hub_dir = os.path.expanduser(d)


def download_url_to_file(url: str, dst: str, hash_prefix: str | None = None, progress: bool = True) -> None:
    """Downloads a file. What is at ``dst`` is replaced when all has arrived and its hash is right, and not before.

    Args:
        url (str): where from.
        dst (str): where to.
        hash_prefix (str, optional): what the file's SHA-256 begins with.
        progress (bool): show how far it is, on a terminal. Default: ``True``

    An interrupted download is taken up where it ended, if the server allows that.

    Errors: RuntimeError for another hash; URLError and OSError as they come.
    """
    import hashlib
    from urllib.request import Request, urlopen

    dst = os.path.expanduser(dst)
    part = dst + ".partial"
    have = os.path.getsize(part) if os.path.exists(part) else 0
    headers = {"User-Agent": "torch.hub", **({"Range": f"bytes={have}-"} if have else {})}
    with urlopen(Request(url, headers=headers)) as answer:
        resumed = have > 0 and getattr(answer, "status", None) == 206
        sha = hashlib.sha256()
        if resumed:
            with open(part, "rb") as file:
                while block := file.read(1 << 20):
                    sha.update(block)
        else:
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with open(part, "ab" if resumed else "wb") as file, _Progress(total, progress) as shown:
            shown.add(have)
            while block := answer.read(1 << 17):
                file.write(block)
                sha.update(block)
                have += len(block)
                shown.add(len(block))
    if total is not None and have < total:
        raise RuntimeError(f"the download of {url} ended after {have} of {total} bytes; call again to go on")
    digest = sha.hexdigest()
    if hash_prefix and not digest.startswith(hash_prefix):
        os.remove(part)
        raise RuntimeError(f'invalid hash value (expected "{hash_prefix}", got "{digest}")')
    os.replace(part, dst)


class _Progress:
    """How far a download is: one line on a terminal, nothing in a log."""

    def __init__(self, total: int | None, wanted: bool) -> None:
        self.total, self.done, self.shown = total, 0, -1
        self.active = wanted and sys.stderr is not None and sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def add(self, count: int) -> None:
        self.done += count
        step = self.done * 100 // self.total if self.total else self.done >> 20
        if self.active and step != self.shown:
            self.shown = step
            text = f"{step}% of {self.total / 2**20:.1f} MiB" if self.total else f"{step} MiB"
            print(f"\r{text}", end="", file=sys.stderr, flush=True)

    def __exit__(self, *error: object) -> None:
        if self.active:
            print(file=sys.stderr)


def load_state_dict_from_url(
    url: str,
    model_dir: str | None = None,
    map_location: Any = None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = False,
) -> dict[str, Any]:
    """Reads a checkpoint, which is downloaded unless it is there already.

    Args:
        url (str): where from.
        model_dir (str, optional): where to keep it. Default: ``checkpoints`` in :func:`get_dir`
        map_location, weights_only: as in :func:`rushlight.load`; nothing but tensors and plain data is read unless
            ``weights_only=False`` is what :func:`rushlight.load` would be told. Default: ``False``, as in PyTorch
        progress (bool): as in :func:`download_url_to_file`.
        check_hash (bool): the file's name ends in the beginning of its hash, which is checked. Default: ``False``
        file_name (str, optional): its name here. Default: that of the address
    """
    from urllib.parse import urlparse

    from .serialization import load

    model_dir = model_dir if model_dir is not None else os.path.join(get_dir(), "checkpoints")
    os.makedirs(model_dir, exist_ok=True)
    name = file_name if file_name is not None else os.path.basename(urlparse(url).path)
    path = os.path.join(model_dir, name)
    if not os.path.exists(path):
        print(f'Downloading: "{url}" to {path}', file=sys.stderr)
        found = _HASH.search(name) if check_hash else None
        download_url_to_file(url, path, found[1] if found else None, progress)
    return load(path, map_location=map_location, weights_only=weights_only)


def _entries(folder: str) -> Any:
    import importlib.util

    path = os.path.join(folder, MODULE_HUBCONF)
    spec = importlib.util.spec_from_file_location("hubconf", path)
    if spec is None or not os.path.exists(path):
        raise FileNotFoundError(f"no {MODULE_HUBCONF} in {folder}")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)  # type: ignore[union-attr]
    finally:
        sys.path.remove(folder)
    missing = [name for name in getattr(module, "dependencies", ()) if importlib.util.find_spec(name) is None]
    if missing:
        raise RuntimeError(f"Missing dependencies: {', '.join(missing)}")
    return module


def _folder(github: str, source: str, force_reload: bool, trust_repo: Any, verbose: bool) -> str:
    if source not in ("github", "local"):
        raise ValueError(f'Unknown source: "{source}". Allowed values: "github" | "local".')
    if source == "local":
        return github
    if github.count("/") != 1:
        raise ValueError(f"{github}: expected owner/name or owner/name:branch")
    import shutil
    import zipfile

    owner, _, rest = github.partition("/")
    name, _, ref = rest.partition(":")
    kept = os.path.join(get_dir(), "_".join([owner, name, (ref or "HEAD").replace("/", "_")]))
    if force_reload and os.path.exists(kept):
        shutil.rmtree(kept)
    if not os.path.exists(kept):
        if trust_repo is not True:
            raise RuntimeError(
                f"{owner}/{name} is a program that would run with your rights: pass trust_repo=True if you trust it"
            )
        os.makedirs(get_dir(), exist_ok=True)
        archive = kept + ".zip"
        download_url_to_file(
            f"https://github.com/{owner}/{name}/zipball/{ref or 'HEAD'}", archive, progress=verbose
        )
        unpacked = kept + ".partial"
        with zipfile.ZipFile(archive) as file:
            file.extractall(unpacked)
        os.rename(os.path.join(unpacked, os.listdir(unpacked)[0]), kept)
        shutil.rmtree(unpacked)
        os.remove(archive)
    return kept


def load(
    repo_or_dir: str,
    model: str,
    *args: Any,
    source: str = "github",
    trust_repo: Any = "check",
    force_reload: bool = False,
    verbose: bool = True,
    skip_validation: bool = False,
    **kwargs: Any,
) -> Any:
    """What an entry of a repository's ``hubconf.py`` makes. Its program imports ``torch``: see :mod:`rushlight.torch`.

    Args:
        repo_or_dir (str): ``owner/name`` with ``:branch`` if need be, or a folder.
        model (str): the entry.
        args, kwargs: handed to it.
        source (str): ``'github'`` or ``'local'``.
        trust_repo (bool): must be ``True`` for a download, as it is a program that runs.
        force_reload (bool): download again. Default: ``False``

    Errors: RuntimeError for an entry that is not there, or a repository that is not trusted.
    """
    module = _entries(_folder(repo_or_dir, source, force_reload, trust_repo, verbose))
    entry = getattr(module, model, None)
    if not callable(entry):
        raise RuntimeError(f"Cannot find callable {model} in hubconf")
    return entry(*args, **kwargs)


def list(
    github: str,
    force_reload: bool = False,
    skip_validation: bool = False,
    trust_repo: Any = "check",
    verbose: bool = True,
) -> builtins.list[str]:
    """The entries of a repository's ``hubconf.py``."""
    source = "local" if os.path.isdir(github) else "github"
    module = _entries(_folder(github, source, force_reload, trust_repo, verbose))
    return [name for name, value in vars(module).items() if callable(value) and not name.startswith("_")]


def help(
    github: str,
    model: str,
    force_reload: bool = False,
    skip_validation: bool = False,
    trust_repo: Any = "check",
) -> str | None:
    """The docstring of an entry."""
    source = "local" if os.path.isdir(github) else "github"
    entry = getattr(_entries(_folder(github, source, force_reload, trust_repo, True)), model, None)
    if entry is None:
        raise RuntimeError(f"Cannot find callable {model} in hubconf")
    return entry.__doc__


__all__ = ["download_url_to_file", "get_dir", "help", "list", "load", "load_state_dict_from_url", "set_dir"]
