"""What the kinds of sparse tensors share: they are tensors, and answer for every operation themselves.

To the engine a sparse tensor is one without memory, of its shape. Each operation asks the class of its operands
first (``__torch_function__``), and finds here, by its name, what it is in terms of indices and values: plain tensors, to which
the engine's own operations and gradients apply.
"""

from __future__ import annotations

from .. import _C
from .._C import Tensor

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def name_of(func: Any) -> str:
    """The name of an operation, whichever way it was called."""
    name = getattr(func, "__name__", "")
    if name in ("__get__", "__set__", "__delete__"):  # of an attribute
        inner = func.__self__
        getter = getattr(inner, "fget", inner)
        return getattr(getter, "__name__", "an attribute")
    return name[1:] if name[:1] == "_" and name[:2] != "__" else name


def refuse(name: str, backend: str) -> Exception:
    """The error for an operation that sparse tensors do not have."""
    return NotImplementedError(
        f"Could not run 'aten::{name}' with arguments from the '{backend}' backend. Sparse tensors do not have {name}: "
        "call to_dense() first, or work on values()"
    )


# what the handle knows, whichever way it is asked
_FACTS = frozenset(("size", "dim", "ndimension", "numel", "nelement", "element_size", "__len__"))


class Sparse(Tensor):
    """A tensor of which only some elements are stored, the others being zero."""

    _backend = "Sparse"
    _table: dict[str, Callable[..., Any]]
    _v: Tensor
    """The stored elements, with their history: what requires a gradient, and gets one."""
    _made: str | None
    """What the graph's node is called, if not as that of the values."""

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...  # of the kinds

    # answered by the handle, which has the shape and the dtype
    shape, ndim, dtype, itemsize = Tensor.shape, Tensor.ndim, Tensor.dtype, Tensor.itemsize
    is_cuda, is_quantized = Tensor.is_cuda, Tensor.is_quantized
    size, dim, ndimension, numel, nelement = (
        Tensor.size,
        Tensor.dim,
        Tensor.ndimension,
        Tensor.numel,
        Tensor.nelement,
    )
    element_size, __len__, __hash__ = Tensor.element_size, Tensor.__len__, Tensor.__hash__
    names, volatile = Tensor.names, Tensor.volatile
    is_mkldnn = property(lambda self: False)
    is_meta = property(lambda self: self._v.is_meta)
    is_cpu = property(lambda self: self._v.is_cpu)
    device = property(lambda self: self._v.device)
    is_leaf = property(lambda self: self._v.is_leaf)
    grad_fn = property(lambda self: self._v.grad_fn)
    output_nr = property(lambda self: self._v.output_nr)
    retains_grad = property(lambda self: self._v.retains_grad)
    _version = property(lambda self: self._v._version)
    T = property(lambda self: self.permute(tuple(reversed(range(self.dim())))))
    mT = property(lambda self: self.transpose(-2, -1))
    H = mH = property(lambda self: self.transpose(-2, -1).conj())

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """What the operation is for sparse tensors.

        Errors: NotImplementedError for an operation that they do not have.
        """
        name = name_of(func)
        if name in _FACTS:
            with _C.DisableTorchFunctionSubclass():
                return func(*args, **(kwargs or {}))
        kinds = [kind for kind in types if issubclass(kind, Sparse)]
        for kind in kinds:
            run = kind._table.get(name)
            if run is not None:
                break
        else:
            raise refuse(name, kinds[0]._backend)
        if kwargs and "out" in kwargs:
            if kwargs["out"] is not None:
                raise NotImplementedError(f"{name}: out= is not supported for sparse tensors")
            kwargs = {key: value for key, value in kwargs.items() if key != "out"}
        made = run(*args, **(kwargs or {}))
        if isinstance(made, Sparse) and not made.is_leaf and not any(made is each for each in args):
            made._made = (
                _NODES.get(name) or "".join(part.capitalize() for part in name.split("_")) + "Backward0"
            )
        return made

    @property
    def requires_grad(self) -> bool:
        """Whether what is computed from the values is recorded."""
        return self._v.requires_grad

    @requires_grad.setter
    def requires_grad(self, on: bool) -> None:
        self._v.requires_grad = on

    def requires_grad_(self, requires_grad: bool = True) -> Any:
        """Records from now on what is computed from the values."""
        self._v.requires_grad_(requires_grad)
        return self

    def get_device(self) -> int:
        """The number of the device, -1 for the processor."""
        return self._v.get_device()

    def retain_grad(self) -> None:
        """Keeps the gradient of a tensor that is no leaf."""
        self._v.retain_grad()

    def register_hook(self, hook: Any) -> Any:
        """Calls ``hook(grad)`` with every gradient, a sparse tensor."""

        def of_values(grad: Tensor) -> Any:
            changed = hook(self._like(grad))
            return changed._v if isinstance(changed, Sparse) else changed

        return self._v.register_hook(of_values)

    @property
    def grad(self) -> Any:
        """The gradient: a sparse tensor with the indices of this one."""
        found = self._v.grad
        if found is None:
            return None
        known = self.__dict__.get("_grad")
        if known is None or known._v is not found:
            known = self._grad = self._like(found)
        return known

    @grad.setter
    def grad(self, value: Any) -> None:
        if value is None:
            self._v.grad = None
            return
        if not isinstance(value, Sparse) or type(value) is not type(self):
            raise RuntimeError("assigned grad has data of a different type")
        if value.shape != self.shape:
            raise RuntimeError("assigned grad has data of a different size")
        self._grad = value
        self._v.grad = value._v

    @grad.deleter
    def grad(self) -> None:
        self._v.grad = None

    def backward(
        self, gradient: Any = None, retain_graph: Any = None, create_graph: bool = False, inputs: Any = None
    ) -> None:
        """Sums of gradients with respect to the leaves of this tensor's graph; ``gradient`` is like this tensor."""
        if gradient is None:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        given = gradient.sparse_mask(self)._v if isinstance(gradient, Sparse) else self._pick(gradient)
        self._v.backward(given, retain_graph, create_graph, inputs)

    @property
    def nbytes(self) -> int:  # type: ignore[override]
        """Refused: it is a sum that depends on what is meant."""
        raise RuntimeError(
            "nbytes is not defined for sparse tensors.  If you want the size of the constituent tensors, add the nbytes of "
            "the indices and values.  If you want the size of the  equivalent dense tensor, multiply numel() by element_size()"
        )

    @property
    def data(self) -> Any:
        """The same values without their history."""
        return self.detach()

    @data.setter
    def data(self, value: Any) -> None:
        self._take(value)

    def _like(self, values: Tensor) -> Any:
        """Other values at the same places."""
        raise NotImplementedError

    def _take(self, other: Any) -> None:
        """Becomes what `other` is; the handle with it."""
        raise NotImplementedError

    def _pick(self, dense: Tensor) -> Tensor:
        """The elements of a dense tensor of the same shape at the places that are stored here."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(repr(self))}</pre>"

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        from .printing import text

        return text(self)

    def __bool__(self) -> bool:
        if self.numel() != 1:
            raise RuntimeError(
                "Boolean value of Tensor with "
                + ("no values is ambiguous" if self.numel() == 0 else "more than one value is ambiguous")
            )
        return bool(self.to_dense())

    def item(self) -> Any:
        """The only element, as a number."""
        if self.numel() != 1:
            raise RuntimeError(f"a Tensor with {self.numel()} elements cannot be converted to Scalar")
        return self.detach().to_dense().item()

    def numpy(self, *, force: bool = False) -> Any:
        """Refused: NumPy has no sparse arrays."""
        raise TypeError(
            f"can't convert {self._backend.removesuffix('CPU')} layout tensor to numpy. Use Tensor.to_dense() first."
        )

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        """Refused: NumPy has no sparse arrays."""
        return self.numpy()

    def tolist(self) -> Any:
        """Refused: lists are dense."""
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")

    def data_ptr(self) -> int:
        """Refused: there are several storages."""
        raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")

    def storage(self) -> Any:
        """Refused: there are several storages."""
        raise NotImplementedError("Cannot access storage of SparseTensorImpl")

    untyped_storage = storage

    def storage_offset(self) -> int:
        """Zero."""
        return 0

    def share_memory_(self) -> Any:
        """Moves indices and values to memory that other processes see."""
        for part in self._parts():
            part.share_memory_()
        return self

    def is_shared(self) -> bool:
        """Whether other processes can see the values."""
        return self._v.is_shared()

    def pin_memory(self, device: Any = None) -> Any:
        """The tensor itself: there is no device to copy to."""
        return self

    def _parts(self) -> tuple[Tensor, ...]:
        """The plain tensors it consists of, the values last."""
        raise NotImplementedError

    def __copy__(self) -> Any:
        """Another tensor over the same indices and values."""
        return self._like(self._v.detach().requires_grad_(self.requires_grad))

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        """A copy of indices and values."""
        if id(self) in memo:
            return memo[id(self)]
        if self.requires_grad and not self.is_leaf:
            raise RuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment."
            )
        made = memo[id(self)] = self.detach().clone()
        made.requires_grad_(self.requires_grad)
        if self.grad is not None:
            made.grad = self.grad.detach().clone()
        return made

    def __reduce_ex__(self, protocol: Any) -> Any:
        """Indices, values and size; a history is not pickled."""
        from .saving import rebuild

        parts = tuple(part.detach() for part in self._parts())
        return rebuild, (str(self.layout), parts, tuple(self.shape), self._sorted(), self.requires_grad)

    def _sorted(self) -> bool:
        """Whether the places are known to be in order, each once."""
        return True


# nodes whose names are not made of the operation's
_NODES = {"sum": "SumBackward1", "to": "ToCopyBackward0", "float": "ToCopyBackward0", "double": "ToCopyBackward0",
          "half": "ToCopyBackward0", "bfloat16": "ToCopyBackward0", "getitem": "SelectBackward0", "__getitem__": "SelectBackward0",
          "T": "PermuteBackward0", "to_sparse": "ToSparseBackward0", "log1p": "Log1PBackward0", "copy_": "CopyBackwards",
          "mul_": "MulBackward0", "matmul": "MmBackward0"}  # fmt: skip


def handle(cls: Any, size: Any, values: Tensor) -> Any:
    """A new object of the class, without parts yet: its handle has the shape and the dtype of the values, and no memory.

    What reads a handle without asking the class finds a tensor of the meta device and says so; a handle with a memory of its own
    would be read as zeros.
    """
    made = _C._as_subclass(_C.empty(tuple(size), dtype=values.dtype, device="meta"), cls)
    made._made = None
    return made


def operation(kind: Any, *names: str) -> Any:
    """Says that a function is what operations of these names are for a kind of sparse tensors."""

    def named(function: Any) -> Any:
        for name in names:
            kind._table[name] = function
        return function

    return named
