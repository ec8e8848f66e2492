"""Writes NOTICES: name, version and licence of every crate inside the wheel, then the texts, each of them once.

``python .ci/notices.py`` writes, ``--check`` compares. It asks ``cargo metadata`` for the crates that the extension links
and reads the licence files in their sources. Of a choice that has MIT's licence, that one is taken.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]
TARGETS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin", "x86_64-pc-windows-msvc")
FILES = re.compile(r"(?i)(licen[cs]e|copying|notice)([-._].*)?$")


def crates() -> list[dict]:
    """The packages that are linked for any of the targets, without ourselves and what runs while building alone."""
    filters = [f"--filter-platform={t}" for t in TARGETS]
    command = ["cargo", "metadata", "--locked", "--format-version=1", "--features", "python", *filters]
    found = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    packages = {p["id"]: p for p in found["packages"]}
    edges = {n["id"]: n["deps"] for n in found["resolve"]["nodes"]}
    seen, todo = set(), [found["resolve"]["root"]]
    while todo:
        here = todo.pop()
        if here in seen or any("proc-macro" in t["kind"] for t in packages[here]["targets"]):
            continue
        seen.add(here)
        todo += [d["pkg"] for d in edges[here] if any(k["kind"] is None for k in d["dep_kinds"])]
    seen.remove(found["resolve"]["root"])
    return sorted((packages[i] for i in seen), key=lambda p: (p["name"], p["version"]))


def licences(crate: dict) -> list[str]:
    """The texts that go with a crate."""
    folder = pathlib.Path(crate["manifest_path"]).parent
    texts = {f.name: f.read_text(errors="replace").strip() for f in sorted(folder.iterdir()) if f.is_file() and FILES.match(f.name)}
    chosen = [t for t in texts.values() if "Permission is hereby granted" in t and "Apache License" not in t]
    return chosen + [t for n, t in texts.items() if n.upper().startswith("NOTICE")] if chosen else list(texts.values())


def render() -> str:
    """The text of the file."""
    texts: dict[str, tuple[str, list[str]]] = {}
    listing = []
    for p in crates():
        title = f"{p['name']} {p['version']}"
        listing.append(f"{title}: {p['license']}" + (f" ({p['repository']})" if p["repository"] else ""))
        for text in licences(p):
            # copies that differ by blanks alone are one
            texts.setdefault(" ".join(text.split()), (text, []))[1].append(title)
    out = ["Crates that are linked into the extension of rushlight, and their licences.", "", *listing]
    out.append("The standard library of Rust: MIT OR Apache-2.0 (https://github.com/rust-lang/rust)")
    for text, owners in texts.values():
        lines = [line.rstrip() for line in text.splitlines()]
        out += ["", "-" * 100, ", ".join(owners), "", *lines]
    return "\n".join(out) + "\n"


def main() -> int:
    target, text = ROOT / "NOTICES", render()
    if "--check" not in sys.argv:
        target.write_text(text)
    elif target.read_text() != text:
        print("NOTICES is stale: python .ci/notices.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
