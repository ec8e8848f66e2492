"""Files from the network: resumed where they broke off, tried again, checked, and only then given their name."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

from ..hub import _Progress as Progress

AGENT = "rushlight.vision"
TRIES = 3
BLOCK = 1 << 16


def digest(path: str, kind: str = "md5") -> str:
    """The hash of a file, in hexadecimal digits."""
    total = hashlib.new(kind, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            total.update(block)
    return total.hexdigest()


def fetch(url: str, path: str, check: Callable[[str], bool] | None = None, progress: bool = True, tries: int = TRIES) -> None:
    """Downloads ``url`` to ``path``.

    What has come lies in ``path + ".part"`` until it is whole and ``check`` has seen it; a broken transfer goes on where it
    ended. Addresses of files (``file:``) work as well.

    Raises:
        RuntimeError: if the file that came is not the one that ``check`` knows.
        OSError: if the server cannot be reached, or breaks off every time.
    """
    part = path + ".part"
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    for left in reversed(range(tries)):
        have = os.path.getsize(part) if os.path.exists(part) else 0
        headers = {"User-Agent": AGENT, **({"Range": f"bytes={have}-"} if have else {})}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
                goes_on = have > 0 and getattr(answer, "status", None) == 206
                done = have if goes_on else 0
                rest = answer.headers.get("Content-Length")
                size = done + int(rest) if rest else 0
                with open(part, "ab" if goes_on else "wb") as file, Progress(size or None, progress) as shown:
                    shown.add(done)
                    while block := answer.read(BLOCK):
                        file.write(block)
                        done += len(block)
                        shown.add(len(block))
            if size and done != size:
                raise OSError(f"{url} broke off after {done} of {size} bytes")
        except urllib.error.HTTPError as error:
            if error.code == 416:  # nothing comes after what we have: judge that, or begin anew
                if check is not None and check(part):
                    break
                os.remove(part)
            if left == 0 or error.code in (401, 403, 404, 410):
                raise
            continue
        except OSError:
            if left == 0:
                raise
            continue
        if check is None or check(part):
            break
        os.remove(part)
        if left == 0:
            raise RuntimeError(f"File not found or corrupted: what came from {url} is not the file that was published")
    os.replace(part, path)


_HASHED = re.compile(r"-([a-f0-9]*)\.")


def load_state_dict_from_url(
    url: str,
    model_dir: str | None = None,
    map_location=None,
    progress: bool = True,
    check_hash: bool = False,
    file_name: str | None = None,
    weights_only: bool = True,
):
    """Weights from the network, kept in ``$TORCH_HOME/hub/checkpoints``.

    Args:
        url (str): the file's address.
        model_dir (str, optional): where it is kept.
        map_location (optional): where its tensors go, as in ``load``.
        progress (bool): whether to show how far the download has come.
        check_hash (bool): whether the file must have the SHA-256 whose beginning stands in its name (``name-<digits>.pth``).
        file_name (str, optional): its name on this machine.
        weights_only (bool): whether the file may hold nothing but tensors and plain containers.
    """
    from ..serialization import load

    if model_dir is None:
        home = os.environ.get("TORCH_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "torch")
        model_dir = os.path.join(os.path.expanduser(home), "hub", "checkpoints")
    name = file_name or os.path.basename(url.split("?")[0])
    path = os.path.join(model_dir, name)
    if not os.path.exists(path):
        found = _HASHED.search(name) if check_hash else None
        start = found.group(1) if found else ""
        if progress:
            sys.stderr.write(f'Downloading: "{url}" to {path}\n')
        fetch(url, path, (lambda part: digest(part, "sha256").startswith(start)) if start else None, progress)
    return load(path, map_location=map_location, weights_only=weights_only)
