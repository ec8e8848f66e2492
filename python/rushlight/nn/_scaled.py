"""Products of groups of rows, and of eight-bit floats with their scales."""

from __future__ import annotations

from enum import Enum

from .. import _C

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from .._C import Tensor

__all__ = ["ScalingType", "SwizzleType", "grouped_mm", "scaled_grouped_mm", "scaled_mm"]


class ScalingType(Enum):
    """What the elements share a scale with: all of the matrix, those of a row, those of a block.

    >>> F.ScalingType.RowWise.value
    1
    """

    TensorWise = 0
    RowWise = 1
    BlockWise1x16 = 2
    BlockWise1x32 = 3
    BlockWise1x128 = 4
    BlockWise128x128 = 5


class SwizzleType(Enum):
    """In which order the scales of blocks lie.

    >>> F.SwizzleType.NO_SWIZZLE.value
    0
    """

    NO_SWIZZLE = 0
    SWIZZLE_32_4_4 = 1


_GROUPED = _C.float32, _C.float16, _C.bfloat16


def grouped_mm(
    mat_a: Tensor,
    mat_b: Tensor,
    *,
    offs: Tensor | None = None,
    bias: Tensor | None = None,
    out_dtype: Any = None,
) -> Tensor:
    """One product for each group of rows, as the experts of a mixture need them.

    Args:
        mat_a (Tensor): (groups, rows, inner), or (rows, inner), whose rows ``offs`` cuts into groups.
        mat_b (Tensor): (groups, inner, columns), or (inner, columns), whose columns ``offs`` cuts. Where both are
            matrices, ``offs`` cuts the inner axis, and there is a result for each piece.
        offs (Tensor, optional): int32, where each group ends; wanted where an operand is a matrix. What lies behind the
            last end is zero in the result.
        bias, out_dtype: as in PyTorch, where no bias is taken and the result has the operands' dtype.

    Shape: (rows, columns) where one operand is cut, otherwise (groups, rows, columns).

    Errors: RuntimeError for other dtypes, axes or offsets.

    Example::

        >>> ends = rl.tensor([1, 3], dtype=rl.int32)
        >>> F.grouped_mm(rl.ones(3, 2), rl.tensor([[[1.0], [1.0]], [[5.0], [5.0]]]), offs=ends)
        tensor([[ 2.],
                [10.],
                [10.]])
    """
    for name, each in ("mat_a", mat_a), ("mat_b", mat_b):
        if each.dtype not in _GROUPED:
            raise RuntimeError(
                f"Expected {name} to be Float32, BFloat16 or Float16 matrix, got {each.dtype}"
            )
    if bias is not None:
        raise RuntimeError("Bias not supported yet")
    if out_dtype is not None and out_dtype != mat_a.dtype:
        raise RuntimeError("Grouped gemm output dtype must match `mat_a` dtype")
    return _grouped(mat_a, mat_b, offs, _C.mm)


def _grouped(a: Any, b: Any, offs: Any, product: Any) -> Any:
    for name, each in ("mat_a", a), ("mat_b", b):
        if each.dim() not in (2, 3):
            raise RuntimeError(f"{name} has to be 2 or 3d")
    if a.shape[-1] != b.shape[-2]:
        raise RuntimeError("contraction dimension of mat_a and mat_b must match")
    if (offs is not None) != (a.dim() == 2 or b.dim() == 2):
        raise RuntimeError("Have to provide offsets if there is a 2d matrix, or no offset if both matrices are 3d")
    if offs is None:
        if len(a) != len(b):
            raise RuntimeError("batched dimension has to match")
        return _C.stack([product(x, y) for x, y in zip(a, b, strict=True)])
    if offs.dim() != 1:
        raise RuntimeError("offs has to be 1D")
    if offs.dtype is not _C.int32:
        raise RuntimeError("Offsets have to be int32")
    cut = a.shape[1] if a.dim() == b.dim() else a.shape[0] if a.dim() == 2 else b.shape[1]
    ends = offs.tolist()
    if any(x > y for x, y in zip([0, *ends], [*ends, cut], strict=True)):
        raise RuntimeError(f"offs should rise and end at no more than the {cut} of the axis that it cuts, but got {ends}")
    pieces = list(zip([0, *ends], ends, strict=False))
    if a.dim() == b.dim():
        return _C.stack([product(a[:, i:j], b[i:j]) for i, j in pieces])
    if a.dim() == 2:
        if len(b) != len(ends):
            raise RuntimeError("matrix batch sizes have to match")
        rows = [product(a[i:j], y) for (i, j), y in zip(pieces, b, strict=True)]
        rest = cut - (ends[-1] if ends else 0)
        return _C.cat([*rows, a.new_zeros(rest, b.shape[-1], dtype=rows[0].dtype if rows else a.dtype)])
    if len(a) != len(ends):
        raise RuntimeError("matrix batch sizes have to match")
    columns = [product(x, b[:, i:j]) for (i, j), x in zip(pieces, a, strict=True)]
    rest = cut - (ends[-1] if ends else 0)
    return _C.cat([*columns, a.new_zeros(a.shape[1], rest, dtype=columns[0].dtype if columns else a.dtype)], 1)


def _single(given: Any, kind: Any, name: str) -> Any:
    """What may come alone or as a list of one: of two levels of scales, PyTorch on the processor has none either."""
    if isinstance(given, (list, tuple)):
        if len(given) != 1:
            raise ValueError(f"{name}: one {kind.__name__} is taken, but got {len(given)}")
        (given,) = given
    if not isinstance(given, kind):
        raise TypeError(f"{name} should be a {kind.__name__}, but got {type(given).__name__}")
    return given


def _scales(scale: Any, recipe: Any, swizzle: Any, name: str, across: bool, length: int) -> Any:
    """The scales of an operand, shaped to be multiplied with the product."""
    recipe = _single(recipe, ScalingType, f"scale_recipe_{name}")
    scale = _single(scale, _C.Tensor, f"scale_{name}")
    if swizzle not in (None, []) and _single(swizzle, SwizzleType, f"swizzle_{name}") is not SwizzleType.NO_SWIZZLE:
        raise ValueError("Invalid scaling configuration: swizzled scales are those of blocks, which are not taken.")
    if recipe is ScalingType.TensorWise:
        if scale.numel() != 1:
            raise ValueError(f"Invalid scaling configuration: scale_{name} of all has one element, not {scale.numel()}.")
        return scale.float().reshape(())
    if recipe is ScalingType.RowWise:
        if scale.numel() != length:
            raise ValueError(
                f"Invalid scaling configuration: scale_{name} has {scale.numel()} elements for {length} rows or columns."
            )
        return scale.float().reshape((1, length) if across else (length, 1))
    raise ValueError(f"Invalid scaling configuration: {recipe.name} is not taken; TensorWise and RowWise are.")


def _eight(a: Any, b: Any) -> None:
    for name, each in ("mat_a", a), ("mat_b", b):
        if each.dtype not in (_C.float8_e4m3fn, _C.float8_e5m2):
            raise RuntimeError(f"Expected {name} to be float8_e4m3fn or float8_e5m2, got {each.dtype}")


def scaled_mm(
    mat_a: Tensor,
    mat_b: Tensor,
    scale_a: Any,
    scale_recipe_a: Any,
    scale_b: Any,
    scale_recipe_b: Any,
    swizzle_a: Any = None,
    swizzle_b: Any = None,
    bias: Tensor | None = None,
    output_dtype: Any = _C.bfloat16,
    contraction_dim: Any = (),
    use_fast_accum: bool = False,
) -> Tensor:
    """The product of two matrices of eight-bit floats, each element times its scale.

    Args:
        mat_a (Tensor): (rows, inner), of ``float8_e4m3fn`` or ``float8_e5m2``.
        mat_b (Tensor): (inner, columns), of either.
        scale_a, scale_b (Tensor or list of one): float32, one element, or one for each row of ``mat_a`` and each column
            of ``mat_b``.
        scale_recipe_a, scale_recipe_b (ScalingType or list of one): which of the two.
        swizzle_a, swizzle_b (SwizzleType, optional): ``NO_SWIZZLE``.
        bias (Tensor, optional): (columns), added to the result.
        output_dtype (dtype, optional): of the result. Default: ``bfloat16``
        contraction_dim, use_fast_accum: change nothing here; sums are of float32.

    Shape: (rows, columns).

    Errors: ValueError for scales of blocks; RuntimeError for other dtypes and shapes.

    Example::

        >>> one, S = rl.ones(2, 2).to(rl.float8_e4m3fn), F.ScalingType.TensorWise
        >>> F.scaled_mm(one, one, rl.tensor(3.0), S, rl.tensor(0.5), S, output_dtype=rl.float32)
        tensor([[3., 3.],
                [3., 3.]])
    """
    _eight(mat_a, mat_b)
    if mat_a.dim() != 2 or mat_b.dim() != 2:
        raise RuntimeError("scaled_mm: mat_a and mat_b must be matrices")
    rows = _scales(scale_a, scale_recipe_a, swizzle_a, "a", False, mat_a.shape[0])
    columns = _scales(scale_b, scale_recipe_b, swizzle_b, "b", True, mat_b.shape[1])
    product = _C.mm(mat_a.float(), mat_b.float()) * rows * columns
    if bias is not None:
        product = product + bias
    return product.to(output_dtype or mat_a.dtype)


def scaled_grouped_mm(
    mat_a: Tensor,
    mat_b: Tensor,
    scale_a: Any,
    scale_recipe_a: Any,
    scale_b: Any,
    scale_recipe_b: Any,
    swizzle_a: Any = None,
    swizzle_b: Any = None,
    bias: Tensor | None = None,
    offs: Tensor | None = None,
    output_dtype: Any = _C.bfloat16,
    contraction_dim: Any = (),
    use_fast_accum: bool = False,
) -> Tensor:
    """:func:`grouped_mm` of eight-bit floats with a scale for each row of the left and each column of the right operands.

    Args:
        mat_a, mat_b, offs: as in :func:`grouped_mm`, of ``float8_e4m3fn`` or ``float8_e5m2``; ``mat_b`` has three axes.
        scale_a (Tensor): (rows) or (groups, rows), float32.
        scale_b (Tensor): (groups, columns), float32.
        output_dtype (dtype, optional): of the result. Default: ``bfloat16``
        scale_recipe_a, scale_recipe_b, swizzle_a, swizzle_b, bias, contraction_dim, use_fast_accum: as in :func:`scaled_mm`;
            scales of rows are taken, and no bias.

    Errors: ValueError for scales of anything but rows; RuntimeError for other dtypes and shapes.

    Example::

        >>> a, b, S = rl.ones(2, 2).to(rl.float8_e4m3fn), rl.ones(1, 2, 1).to(rl.float8_e4m3fn), F.ScalingType.RowWise
        >>> F.scaled_grouped_mm(a, b, rl.tensor([1.0, 2.0]), S, rl.ones(1, 1), S, offs=rl.tensor([2], dtype=rl.int32))
        tensor([[2.],
                [4.]], dtype=torch.bfloat16)
    """
    _eight(mat_a, mat_b)
    if bias is not None:
        raise RuntimeError("Bias not supported yet")
    if mat_b.dim() != 3 or mat_a.dim() not in (2, 3):
        raise RuntimeError("scaled_grouped_mm: mat_a must be 2 or 3d and mat_b 3d")
    for name, recipe in ("a", scale_recipe_a), ("b", scale_recipe_b):
        if _single(recipe, ScalingType, f"scale_recipe_{name}") is not ScalingType.RowWise:
            raise ValueError("Invalid scaling configuration: grouped products take RowWise scales.")
    by_row, by_column = _single(scale_a, _C.Tensor, "scale_a"), _single(scale_b, _C.Tensor, "scale_b")
    if by_row.shape != mat_a.shape[:-1] or by_column.shape != (len(mat_b), mat_b.shape[2]):
        raise ValueError("Invalid scaling configuration: there is one scale for each row and each column of a group.")
    scaled = mat_a.float() * by_row.unsqueeze(-1), mat_b.float() * by_column.unsqueeze(1)
    return _grouped(*scaled, offs, _C.mm).to(output_dtype or mat_a.dtype)
