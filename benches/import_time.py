"""What `import rushlight` costs beyond NumPy's: time, resident memory, size of the package and of the wheel.

python benches/import_time.py
"""

import pathlib
import statistics
import subprocess
import sys

ROUNDS = 7
SCRIPT = """
import sys, time
import numpy
def resident():
    try:
        text = open("/proc/self/status").read()
        return int(text.split("VmRSS:")[1].split()[0]) / 1024
    except OSError:
        import resource
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
before, began = resident(), time.perf_counter()
import rushlight
print(time.perf_counter() - began, resident() - before, len([m for m in sys.modules if m.startswith("rushlight")]))
"""


def measure() -> tuple[float, float, int]:
    """Seconds, MiB and modules of one import in a fresh interpreter."""
    out = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    seconds, mebibytes, modules = out.stdout.split()
    return float(seconds), float(mebibytes), int(modules)


def main() -> None:
    measure()  # compiles the bytecode
    rounds = [measure() for _ in range(ROUNDS)]
    print(
        f"import, beyond NumPy's:   {statistics.median(r[0] for r in rounds) * 1e3:6.1f} ms, median of {ROUNDS}"
    )
    print(f"resident memory added:    {statistics.median(r[1] for r in rounds):6.1f} MiB")
    print(f"modules of the package:   {rounds[0][2]:6d}")
    import rushlight

    extension = pathlib.Path(rushlight._C.__file__)
    print(f"extension module:         {extension.stat().st_size / 2**20:6.1f} MiB ({extension.name})")
    wheels = sorted(pathlib.Path("dist").glob("rushlight-*.whl"), key=lambda p: p.stat().st_mtime)
    if wheels:
        print(f"wheel:                    {wheels[-1].stat().st_size / 2**20:6.1f} MiB ({wheels[-1].name})")
    else:
        print("wheel:                    none in dist/; `make wheel` builds it")


if __name__ == "__main__":
    main()
