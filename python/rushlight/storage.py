"""The memory behind tensors as objects: bytes (``UntypedStorage``), or elements of a dtype (``TypedStorage``).

A storage is a flat uint8 tensor over the memory. It knows nothing of files; ``serialization`` builds upon it.
"""

from __future__ import annotations

from . import _C

# dtype -> its storage class, under the names that PyTorch's files use
_CLASS_OF = {
    "float64": "DoubleStorage",
    "float32": "FloatStorage",
    "float16": "HalfStorage",
    "bfloat16": "BFloat16Storage",
    "int64": "LongStorage",
    "int32": "IntStorage",
    "int16": "ShortStorage",
    "int8": "CharStorage",
    "uint8": "ByteStorage",
    "bool": "BoolStorage",
    "complex128": "ComplexDoubleStorage",
    "complex64": "ComplexFloatStorage",
}


def _name_of(dtype) -> str:
    return str(dtype).rpartition(".")[2]


def _flat(tensor):
    """All memory behind a tensor, as uint8."""
    return tensor._memory()


_CONVERSIONS = "double float half bfloat16 long int short char byte bool complex_double complex_float float8_e5m2 float8_e4m3fn"


class _Storage:
    """What both classes of storages offer: elements in another dtype, and what is asked of memory."""

    __slots__ = ()

    is_sparse = False
    @property
    def device(self):
        """Where the memory is."""
        raise NotImplementedError

    @property
    def is_cuda(self) -> bool:
        """Whether it is on a CUDA device."""
        return self.device.type == "cuda"

    def _elements(self):
        raise NotImplementedError

    def _as(self, dtype):
        return TypedStorage(
            wrap_storage=UntypedStorage._over(_flat(self._elements().to(dtype, copy=True))), dtype=dtype
        )

    @property
    def filename(self) -> None:
        """The file behind the memory, if it was opened by name; ``None``."""

    def get_device(self) -> int | None:
        """The number of the GPU it is on; ``None`` on the processor."""
        return self.device.index if self.is_cuda else None

    def is_pinned(self, device=None) -> bool:
        """Whether the memory is pinned for a GPU: never, drivers copy from any."""
        return False

    def resize_(self, size):
        """The storage itself, where ``size`` is the size that it has: it keeps the memory it was made with.

        A tensor is checked once, when it is made, to lie within its memory, which therefore may not shrink under it; and
        memory that grew would have to move away from the tensors that show it. ``Tensor.resize_`` gives one tensor other
        memory, and ``Tensor.set_`` that of another.

        Args:
            size (int): in elements, in bytes for an :class:`UntypedStorage`.

        Raises:
            RuntimeError: it has another size.

        Example::

            >>> rl.ones(2).untyped_storage().resize_(8).nbytes()
            8
        """
        if isinstance(size, bool) or not hasattr(size, "__index__"):
            raise TypeError(f"resize_(): argument 'size' (position 1) must be int, not {type(size).__name__}")
        if size.__index__() != self.nbytes() // self.element_size():
            raise RuntimeError(
                "Trying to resize storage that is not resizable: tensors may show it. Resize the tensor (Tensor.resize_), or "
                "give it other memory (Tensor.set_)"
            )
        return self

    def pin_memory(self, device=None):
        """The storage itself: GPUs here need no pinned memory."""
        return self

    def resizable(self) -> bool:
        """Whether the memory may grow or shrink: other tensors may show it, so it may not."""
        return False


def _conversion(name):
    dtype = {
        "char": _C.int8,
        "byte": _C.uint8,
        "complex_double": _C.complex128,
        "complex_float": _C.complex64,
    }
    kind = dtype.get(name) or getattr(_C, name)

    def convert(self) -> TypedStorage:
        return self._as(kind)

    convert.__name__, convert.__qualname__ = name, f"_Storage.{name}"
    convert.__doc__ = f"A copy with elements of {str(kind).removeprefix('torch.')}."
    return convert


for _name in _CONVERSIONS.split():
    setattr(_Storage, _name, _conversion(_name))


class UntypedStorage(_Storage):
    """The bytes behind one or more tensors.

    Args:
        size (int or sequence of int): how many bytes of zeros, or the bytes. Default: 0
        device (device, optional): where. Default: the CPU

    Example::

        >>> rl.ones(2).untyped_storage().nbytes()
        8
    """

    __slots__ = ("__weakref__", "_bytes", "_resolved")

    def __init__(self, size=0, *, device=None):
        self._bytes = _new(size, _C.uint8, device)
        self._resolved = None  # conjugated and negated copies, which files ask for

    @classmethod
    def _over(cls, flat):
        made = cls.__new__(cls)
        made._bytes, made._resolved = flat, None
        return made

    @staticmethod
    def from_file(filename, shared=False, nbytes=0):
        """Bytes of a file, mapped into memory.

        Args:
            filename (str): the file.
            shared (bool): whether writing changes the file. Default: ``False``
            nbytes (int): how many.
        """
        return UntypedStorage._over(_mapped(filename, shared, 0, nbytes))

    @property
    def device(self):
        """Where the bytes are."""
        return self._bytes.device

    def nbytes(self) -> int:
        """How many bytes."""
        return self._bytes.numel()

    size = __len__ = nbytes

    def is_shared(self) -> bool:
        """Whether other processes can see this memory."""
        return self._bytes.is_shared()

    def element_size(self) -> int:
        """One."""
        return 1

    def data_ptr(self) -> int:
        """The address of the first byte; 0 if there is none."""
        return self._bytes._storage_key() + self._bytes.storage_offset() if self.nbytes() else 0

    def _elements(self):
        return self._bytes

    def type(self, dtype=None, non_blocking=False):
        """The name of the class; with a dtype, a copy of the bytes as elements of that."""
        if dtype is None:
            return "torch.storage.UntypedStorage"
        return self._as(dtype)

    def new(self) -> UntypedStorage:
        """An empty storage on the same device."""
        return UntypedStorage(device=self.device)

    def untyped(self) -> UntypedStorage:
        """The storage itself."""
        return self

    def cpu(self) -> UntypedStorage:
        """The same bytes on the CPU: itself if they are there."""
        return self._to("cpu")

    def cuda(self, device=None, non_blocking=False) -> UntypedStorage:
        """The same bytes on a CUDA device."""
        return self._to(
            "cuda" if device is None else device if not isinstance(device, int) else f"cuda:{device}"
        )

    def to(self, *, device, non_blocking=False) -> UntypedStorage:
        """The same bytes on a device."""
        return self._to(device)

    def _to(self, device):
        device = _C.device(device)
        if device.type == self.device.type and device.index in (None, self.device.index):
            return self
        if device.type == "meta":
            return UntypedStorage(self.nbytes(), device=device)
        return UntypedStorage._over(self._bytes.to(device))

    def clone(self) -> UntypedStorage:
        """A copy of the bytes."""
        return UntypedStorage._over(self._bytes.clone())

    def copy_(self, source, non_blocking=None) -> UntypedStorage:
        """Writes the bytes of another storage."""
        self._bytes.copy_(source.untyped()._bytes)
        return self

    def fill_(self, value) -> UntypedStorage:
        """Writes one value into every byte."""
        self._bytes.fill_(value)
        return self

    def byteswap(self, dtype):
        """Turns round the bytes of every element, as elements of `dtype`."""
        width = dtype.itemsize // (2 if dtype.is_complex else 1)
        if width > 1:
            whole = self._bytes[: self.nbytes() // width * width]
            whole.copy_(whole.view(-1, width).flip(1).reshape(-1))

    def tolist(self) -> list:
        """The bytes as a list of int."""
        return self._bytes.tolist()

    def __getitem__(self, index):
        if isinstance(index, slice):
            start, stop, step = index.indices(self.nbytes())
            if step != 1:
                raise RuntimeError(
                    f"Trying to slice with a step of {step}, but only a step of 1 is supported"
                )
            return UntypedStorage._over(self._bytes[start : max(start, stop)])
        return self._bytes[index].item()

    def __setitem__(self, index, value):
        self._bytes[index] = value

    def __iter__(self):
        return iter(self.tolist())

    def __eq__(self, other) -> bool:
        return isinstance(other, UntypedStorage) and other.data_ptr() == self.data_ptr()

    __hash__ = object.__hash__

    def __reduce__(self):
        return _rebuild, (None, _raw(self), _place(self))

    def __repr__(self) -> str:
        shown = "\n".join(f" {value}" for value in self.tolist()) if self.device.type != "meta" else " ..."
        return f"{shown}\n[torch.storage.UntypedStorage(device={self.device}) of size {self.nbytes()}]"


class TypedStorage(_Storage):
    """The memory behind one or more tensors, as elements of a dtype.

    Args:
        values (int or sequence, optional): how many elements, or the elements.
        wrap_storage (UntypedStorage, optional): the bytes; then `dtype` must be given.
        dtype (dtype, optional): of the elements. Default: float32
        device (device, optional): where. Default: the CPU

    Errors:
        RuntimeError if `wrap_storage` comes without `dtype`.

    Example::

        >>> rl.ones(2).storage().size()
        2
    """

    __slots__ = ("__weakref__", "_storage", "dtype")

    def __init__(self, *values, wrap_storage=None, dtype=None, device=None):
        if wrap_storage is None:
            if len(values) > 1:
                raise RuntimeError(f"Too many positional arguments, got {len(values)}, expected at most 1")
            self.dtype = dtype or _C.get_default_dtype()
            wrap_storage = UntypedStorage._over(_flat(_new(values[0] if values else 0, self.dtype, device)))
        elif dtype is None:
            raise RuntimeError("Argument 'dtype' must be specified")
        else:
            self.dtype = dtype
        self._storage = wrap_storage

    def _elements(self):
        data = self._storage._bytes
        return data[: data.numel() // self.dtype.itemsize * self.dtype.itemsize].view(self.dtype)

    @property
    def _untyped_storage(self):
        return self._storage

    @property
    def device(self):
        """Where the memory is."""
        return self._storage.device

    def untyped(self) -> UntypedStorage:
        """The bytes."""
        return self._storage

    def nbytes(self) -> int:
        """How many bytes."""
        return self._storage.nbytes()

    def size(self) -> int:
        """How many elements."""
        return self._storage.nbytes() // self.dtype.itemsize

    __len__ = size

    def is_shared(self) -> bool:
        """Whether other processes can see this memory."""
        return self._storage.is_shared()

    def element_size(self) -> int:
        """How many bytes an element has."""
        return self.dtype.itemsize

    def data_ptr(self) -> int:
        """The address of the first element; 0 if there is none."""
        return self._storage.data_ptr()

    def pickle_storage_type(self) -> str:
        """The name of the class in files, such as ``FloatStorage``."""
        return _CLASS_OF[_name_of(self.dtype)]

    def type(self, dtype=None, non_blocking=False):
        """The name of the class, such as ``torch.FloatStorage``; with a dtype, a copy with elements of that."""
        if dtype is None:
            return "torch." + self.pickle_storage_type()
        return self._as(dtype)

    def to(self, *, device, non_blocking=False) -> TypedStorage:
        """The same on a device."""
        return TypedStorage(wrap_storage=self._storage.to(device=device), dtype=self.dtype)

    def cpu(self) -> TypedStorage:
        """The same on the CPU."""
        return TypedStorage(wrap_storage=self._storage.cpu(), dtype=self.dtype)

    def cuda(self, device=None, non_blocking=False) -> TypedStorage:
        """The same on a CUDA device."""
        return TypedStorage(wrap_storage=self._storage.cuda(device), dtype=self.dtype)

    def clone(self) -> TypedStorage:
        """A copy."""
        return TypedStorage(wrap_storage=self._storage.clone(), dtype=self.dtype)

    def copy_(self, source, non_blocking=None) -> TypedStorage:
        """Writes the elements of another storage."""
        self._elements().copy_(source._elements())
        return self

    def fill_(self, value) -> TypedStorage:
        """Writes one value into every element."""
        self._elements().fill_(value)
        return self

    def tolist(self) -> list:
        """The elements."""
        return self._elements().tolist()

    def __getitem__(self, index):
        return self._elements()[index].tolist()

    def __setitem__(self, index, value):
        self._elements()[index] = value

    def __iter__(self):
        return iter(self.tolist())

    def __eq__(self, other) -> bool:
        return isinstance(other, TypedStorage) and other.data_ptr() == self.data_ptr()

    __hash__ = object.__hash__

    def __reduce__(self):
        return _rebuild, (self.dtype, _raw(self._storage), _place(self))

    def __repr__(self) -> str:
        shown = "\n".join(f" {value}" for value in self.tolist()) if self.device.type != "meta" else " ..."
        return f"{shown}\n[torch.storage.TypedStorage(dtype={self.dtype}, device={self.device}) of size {self.size()}]"


def _new(size, dtype, device):
    if isinstance(size, int):
        return _C.zeros(size, dtype=dtype, device=device)
    return _C.tensor(list(size), dtype=dtype, device=device)


def _raw(storage) -> bytes:
    return bytes(memoryview(storage.cpu()._bytes))


def _place(storage):
    return str(storage.device) if storage.is_cuda else None


def _rebuild(dtype, data, device=None):
    storage = UntypedStorage._over(_C._from_buffer(data, _C.uint8, len(data)))
    if device is not None:
        from .serialization import validate_cuda_device

        storage = storage.cuda(validate_cuda_device(device))
    return storage if dtype is None else TypedStorage(wrap_storage=storage, dtype=dtype)


def _load_from_bytes(data):
    """How PyTorch pickles a storage outside of files."""
    from io import BytesIO

    from .serialization import load

    return load(BytesIO(data), weights_only=False)


def _mapped(filename, shared, offset, nbytes):
    """A part of a file as a uint8 tensor; NumPy maps it, page by page as it is read."""
    if nbytes == 0:
        return _C.empty(0, dtype=_C.uint8, device="cpu")
    import numpy

    return _C.from_numpy(
        numpy.memmap(filename, numpy.uint8, "r+" if shared else "c", offset=offset, shape=(nbytes,)).view(
            numpy.ndarray
        )
    )


class _OfOneDtype(type):
    """The class of ``FloatStorage`` and its kin, which stand for storages of one dtype and make such."""

    dtype: _C.dtype

    def __instancecheck__(cls, obj):
        return isinstance(obj, TypedStorage) and obj.dtype == cls.dtype

    def __call__(cls, *values, wrap_storage=None, device=None):
        return TypedStorage(*values, wrap_storage=wrap_storage, dtype=cls.dtype, device=device)


def __getattr__(name: str):
    for dtype, known in _CLASS_OF.items():
        if name == known:
            text = f"""Storages of dtype {dtype}: of so many elements, or with the elements of a sequence.

            >>> len(rl.{name}([1, 0]))
            2
            """
            made = _OfOneDtype(name, (), {"dtype": getattr(_C, dtype), "__doc__": text})
            made.__module__ = "torch"
            return globals().setdefault(name, made)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
