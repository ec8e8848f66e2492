"""What a file may cost whoever reads it.

A few bytes can ask for much: a storage named a thousand times over, deflated zeros, a tuple that holds itself twice
over sixty times and becomes the key of a dictionary. Memory and work stay in proportion to the file's own size.
"""

from __future__ import annotations

from pickle import UnpicklingError

# CPython computes the hash of a tuple by recursion.
_DEEPEST_KEY = 200


class Budget:
    """Memory and work that a file of `size` bytes may ask for.

    An honest file holds every byte of its tensors once; four times its size leaves room for deflated ones, and 64
    steps a byte for long keys that are used again and again.
    """

    def __init__(self, size):
        self.size = size
        self.bytes = (1 << 20) + 4 * size
        self.steps = (1 << 24) + 64 * size
        self._trees = {}
        self._twins = {}  # hash -> the large ints that have it

    def take(self, nbytes):
        """Memory for something that is about to be made."""
        self.bytes -= nbytes
        if self.bytes < 0:
            raise UnpicklingError(
                f"a file of {self.size} bytes asks for far more memory than its size explains"
            )

    def hash(self, keys):
        """The work of keeping `keys` in a dictionary or set, where they are hashed and compared."""
        steps = 0
        for key in keys:
            kind = type(key)
            if kind is str or kind is bytes:
                steps += 1 + len(key)
            elif kind is int:
                steps += self._int(key)
            elif isinstance(key, tuple):
                steps += self._tree(key)
            else:
                steps += 1
        self.steps -= steps
        if self.steps < 0:
            raise UnpicklingError(f"the keys in a file of {self.size} bytes are too much work to hash")

    def _int(self, key):
        """The work of an int. One below 2**60 is its own hash; larger ones can be chosen to share theirs."""
        if -(1 << 60) < key < 1 << 60:
            return 1
        twins = self._twins.setdefault(hash(key), set())
        if len(twins) < 1000:
            twins.add(key)
        return (key.bit_length() >> 5) + (1 if len(twins) < 20 else 1000 * len(twins))

    def _tree(self, key):
        """The elements of a tuple and of the tuples within, as often as hashing meets them. Each is counted once."""
        known = self._trees  # of each: its steps, its depth, and itself, so that its id stays its own
        waiting = [key]
        while waiting:
            top = waiting[-1]
            if id(top) in known:
                waiting.pop()
                continue
            inner = [item for item in top if isinstance(item, tuple) and id(item) not in known]
            if inner:
                waiting.extend(inner)
                continue
            steps, depth = 1, 0
            for item in top:
                if isinstance(item, tuple):
                    below = known[id(item)]
                    steps, depth = steps + below[0], max(depth, below[1])
                elif type(item) is int:
                    steps += self._int(item)
                else:
                    steps += 1 + (len(item) if type(item) in (str, bytes) else 0)
            if depth >= _DEEPEST_KEY:
                raise UnpicklingError("a tuple within more than 200 others is the key of a dictionary or set")
            known[id(top)] = (steps, depth + 1, top)
            waiting.pop()
        return known[id(key)][0]


def brief(value) -> str:
    """A value of a file for a message: short, however much it holds."""
    if value is None or isinstance(value, (bool, float)):
        return repr(value)
    if isinstance(value, int):
        return repr(value) if value.bit_length() < 200 else "an int of many digits"
    if isinstance(value, str):
        return repr(value[:80])
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if isinstance(value, (tuple, list)) and len(value) < 10 and all(type(item) is int for item in value):
        return "(" + ", ".join(map(brief, value)) + ")"
    return f"a {type(value).__name__}"
