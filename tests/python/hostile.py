"""Every row of the table, called with arguments nobody should pass: ``hostile.py SEED``.

A child makes the calls, with little memory and little time for each, and says which one it is at; where it dies, that call
is a finding and another child goes on behind it. An answer and any of Python's ordinary exceptions are fine.
"""

import json
import random
import resource
import signal
import subprocess
import sys
import warnings

import numpy as np

ROUNDS, SECONDS, MEMORY = 3, 20, 2 << 30
INTS = [0, 1, -1, 2, 3, -2, 5, 17, -7, 64, 65, 1000, 2**31 - 1, 2**31, -(2**31), 2**32, 2**33, 2**61, 2**62, -(2**62), 2**63 - 1, -(2**63)]
SMALL = [0, 1, 1, 2, 2, 3, -1]
FLOATS = [0.0, -0.0, 0.5, 1.0, -1.5, float("nan"), float("inf"), -float("inf"), 1e308, 1e-320, 2.0**63]
DTYPES = ["float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "complex64", "complex128"]
TEXTS = ["", "mean", "none", "sum", "amax", "reflect", "circular", "replicate", "bilinear", "nearest", "ij,jk->ik", "ij", "left", "\0", "x" * 300]
# Rows that do as many steps as a number says, as PyTorch's do.
COUNTED = {"matrix_power", "mvlgamma", "polygamma", "multigammaln"}


class Arguments:
    def __init__(self, rl, rng):
        self.rl, self.rng = rl, rng

    def tensor(self, dtype=None):
        rl, rng = self.rl, self.rng
        shape = [rng.choice([0, 1, 2, 3, 4, 5]) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 5]))]
        values = np.resize([0, 1, 2, -1, 3, 0.5, 100, -7], shape)
        t = rl.from_numpy(np.ascontiguousarray(values, np.float64)).to(getattr(rl, dtype or rng.choice(DTYPES)))
        return self.spoiled(t) if rng.random() < 0.4 else t

    def spoiled(self, t):
        """The same in another form: strides, memory, size, device."""
        rl, rng = self.rl, self.rng
        first = t.reshape(-1)[:1]
        ways = [
            lambda: t.transpose(0, -1), lambda: t.flatten()[:0], lambda: t[..., ::2], lambda: t.expand(3, *t.shape), lambda: t.to("meta"), lambda: t.unsqueeze(0),
            lambda: first.expand(2**20), lambda: first.expand(2**10, 2**10), lambda: rl.empty(2**40, device="meta"), lambda: rl.empty(2**62, 0, dtype=t.dtype),
            lambda: t.detach().clone().requires_grad_(), lambda: rl.full_like(t, rng.choice(FLOATS)), lambda: rl.full_like(t, rng.choice(INTS)),
            lambda: rl.from_numpy(np.full(t.shape, 2, np.uint8)).view(rl.bool), lambda: rl.from_numpy(np.broadcast_to(np.float32(1), tuple(t.shape))),
            lambda: rl.zeros(6, dtype=t.dtype).as_strided((3, 2), (1, 1)), lambda: t.reshape([1] * 60 + list(t.shape)), lambda: t.double().to(rl.complex64),
            lambda: t.new_zeros(2, 3, 4, 4), lambda: t.data,
        ]  # fmt: skip
        try:
            return rng.choice(ways)()
        except (RuntimeError, IndexError, TypeError, NotImplementedError):
            return t

    def integer(self):
        return self.rng.choice(INTS if self.rng.random() < 0.4 else SMALL)

    def anything(self):
        rng = self.rng
        return rng.choice([None, True, "x", 1j, 3, 2.5, object(), [], (), [1, "x"], b"x", [None], range(3), {}, slice(1), np.float32(1), np.zeros((2, 0)), 2**70, ...])

    def of(self, kind):
        """An argument for a parameter: mostly of its type."""
        rng, rl = self.rng, self.rl
        if rng.random() < 0.04:
            return self.anything()
        few = range(rng.choice([0, 1, 2, 2, 3, 4, 6]))
        if "Tensor" in kind and "equence" in kind:
            return [self.tensor() for _ in few]
        if "Tensor" in kind:
            return self.tensor(rng.choice(["int64", None, None])) if rng.random() < 0.8 else rng.choice([self.integer(), rng.choice(FLOATS), 1j])
        if "dtype" in kind:
            return getattr(rl, rng.choice(DTYPES))
        if "format" in kind:
            return rng.choice([rl.contiguous_format, rl.channels_last, rl.preserve_format])
        if "evice" in kind:
            return rng.choice(["cpu", "meta", "cuda", "x"])
        if "enerator" in kind:
            return rng.choice([None, rl.Generator()])
        if "str" in kind:
            return rng.choice(TEXTS)
        if "bool" in kind:
            return rng.choice([True, False])
        if "equence" in kind or "ize" in kind:
            return [self.integer() if rng.random() < 0.9 else rng.choice(FLOATS) for _ in few]
        if "float" in kind or "Number" in kind:
            return rng.choice([*FLOATS, self.integer()])
        return self.integer()


def calls(rl, seed):
    """(name, what is called, arguments, arguments by name) for every row, in order."""
    spaces = {"Torch": rl, "Nn": rl._C._nn, "Linalg": rl._C._linalg, "Special": rl._C._special, "Fft": rl._C._fft, "Vision": rl._C._vision, "Optim": rl._C._optim}
    for number, row in enumerate(json.loads(rl._C._describe())):
        for round in range(ROUNDS):
            rng = random.Random(f"{seed} {number} {round}")
            make = Arguments(rl, rng)
            given, named = [], {}
            for p in row["params"]:
                if not p["required"] and rng.random() < 0.5:
                    continue
                value = None if p["optional"] and rng.random() < 0.2 else make.of(p["type"])
                if p["keyword"] or named or len(given) < row["params"].index(p):
                    named[p["name"]] = value
                else:
                    given.append(value)
            name = row["name"]
            place = rng.choice(row["places"])
            if row["twin"] and rng.random() < 0.3:
                name, place = name + "_", "Method"
            if place in ("Method", "InPlace"):
                if not given or not isinstance(given[0], rl.Tensor):
                    continue
                yield name, getattr(given[0], name, None), given[1:], named
            else:
                if rng.random() < 0.1:
                    named["out"] = make.tensor()
                yield name, getattr(spaces.get(place, rl), name, None), given, named


def told(value):
    if hasattr(value, "stride"):
        return f"{value.dtype} {tuple(value.shape)} strides {value.stride()} {value.device}" + (f" = {value.tolist()}" if 0 < value.numel() < 9 and value.ndim < 9 and not value.is_meta else "")
    return f"[{', '.join(map(told, value))}]" if isinstance(value, list) else repr(value)[:60]


def child(seed, first):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import rushlight as rl

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    warnings.simplefilter("ignore")
    leaves = [0]
    for number, (name, function, given, named) in enumerate(calls(rl, seed)):
        if number < first or function is None or name in COUNTED or "polynomial" in name:
            continue
        words = f"{name}({', '.join([*map(told, given), *(f'{k}={told(v)}' for k, v in named.items())])})"
        print(json.dumps(["at", number, words]), flush=True)
        signal.alarm(SECONDS)  # nobody handles it: a call that hangs ends the child
        try:
            out = function(*given, **named)
            wanted = [t for t in (out if isinstance(out, tuple | list) else [out]) if isinstance(t, rl.Tensor) and t.requires_grad and t.numel() < 10**5]
            if wanted:
                rl.autograd.backward(wanted, [rl.ones_like(t, dtype=random.Random(number).choice([None, rl.float64])) for t in wanted])
            leaves.append(repr(out)[:10] if getattr(out, "ndim", 0) < 9 else 0)
        except BaseException as error:
            if not isinstance(error, Exception) or isinstance(error, SystemError) or "internal error" in str(error):
                print(json.dumps(["bad", number, f"{words} -> {type(error).__name__}: {error}"]), flush=True)
        signal.alarm(0)
    print(json.dumps(["done", 0, ""]), flush=True)


def main(seed):
    first, count, findings = 0, 0, []
    while first is not None:
        done = subprocess.run([sys.executable, __file__, str(seed), str(first)], capture_output=True, text=True)
        lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]
        findings += [line[2] for line in lines if line[0] == "bad"]
        started = [line for line in lines if line[0] == "at"]
        count += len(started)
        if lines and lines[-1][0] == "done":
            first = None
        else:
            _, number, words = started[-1] if started else ("", first, "(nothing)")
            findings.append(f"{words} -> the process ended with {done.returncode} {done.stderr[-300:]}")
            first = number + 1
        if len(findings) > 60:
            break
    print(*findings, f"{count} calls, {len(findings)} findings", sep="\n")
    return bool(findings)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        child(int(sys.argv[1]), int(sys.argv[2]))
    else:
        sys.exit(main(int(sys.argv[1])))
