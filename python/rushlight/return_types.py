"""Named results (``torch.return_types``): tuples whose items also have names."""

from __future__ import annotations

from ._types import _RETURN_TYPES, _make_return_type

# Of each the fields. The engine names those that its ops answer with, the same; programs and files ask for others.
_FIELDS = {
    "aminmax": "min max",
    "cummax": "values indices",
    "cummin": "values indices",
    "frexp": "mantissa exponent",
    "geqrf": "a tau",
    "histogram": "hist bin_edges",
    "histogramdd": "hist bin_edges",
    "kthvalue": "values indices",
    "linalg_cholesky_ex": "L info",
    "linalg_eig": "eigenvalues eigenvectors",
    "linalg_eigh": "eigenvalues eigenvectors",
    "linalg_inv_ex": "inverse info",
    "linalg_ldl_factor": "LD pivots",
    "linalg_ldl_factor_ex": "LD pivots info",
    "linalg_lstsq": "solution residuals rank singular_values",
    "linalg_lu": "P L U",
    "linalg_lu_factor": "LU pivots",
    "linalg_lu_factor_ex": "LU pivots info",
    "linalg_qr": "Q R",
    "linalg_slogdet": "sign logabsdet",
    "linalg_solve_ex": "result info",
    "linalg_svd": "U S Vh",
    "lu_unpack": "P L U",
    "max": "values indices",
    "median": "values indices",
    "min": "values indices",
    "mode": "values indices",
    "nanmedian": "values indices",
    "qr": "Q R",
    "slogdet": "sign logabsdet",
    "sort": "values indices",
    "svd": "U S V",
    "topk": "values indices",
    "triangular_solve": "solution cloned_coefficient",
}


def pytree_register_structseq(cls: type) -> None:
    """Makes a class of named results one that :mod:`rushlight.utils._pytree` takes apart, as those of this module are.

    Args: cls (type): a tuple class whose call takes one iterable of its items.

    Errors: ValueError for a class that is known already.

    >>> class Pair(tuple):
    ...     pass
    >>> rl.return_types.pytree_register_structseq(Pair)
    >>> rl.utils._pytree.tree_map(lambda v: v + 1, Pair([1, 2]))
    (2, 3)
    """
    from .utils._pytree import register_pytree_node

    register_pytree_node(cls, lambda each: (list(each), None), lambda items, _: cls(items))


def __getattr__(name: str):
    if name == "all_return_types":
        return [__getattr__(each) for each in _FIELDS]
    if name in _RETURN_TYPES and not name.startswith("_"):
        return _RETURN_TYPES[name]
    if name in _FIELDS:
        return _make_return_type(name, _FIELDS[name].split())
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")


def __dir__():
    return sorted([*_FIELDS, "all_return_types", "pytree_register_structseq"])
