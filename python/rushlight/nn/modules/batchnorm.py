"""Normalisation of every channel over the batch."""

from __future__ import annotations

from ... import _C
from .. import functional as F, init
from ..parameter import Parameter, UninitializedBuffer, UninitializedParameter, is_lazy
from .lazy import LazyModuleMixin
from .module import Module

TYPE_CHECKING = False  # known to type checkers; importing `typing` costs 2 ms
if TYPE_CHECKING:
    from typing import Any

    from ..._C import Tensor


class _NormBase(Module):
    """Weights and running statistics of batch and instance normalisation."""

    _version = 2

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = Parameter(_C.empty(num_features, device=device, dtype=dtype))
        else:
            self.register_parameter("weight", None)
        if affine and bias:
            self.bias = Parameter(_C.empty(num_features, device=device, dtype=dtype))
        else:
            self.register_parameter("bias", None)
        if track_running_stats:
            self.register_buffer("running_mean", _C.zeros(num_features, device=device, dtype=dtype))
            self.register_buffer("running_var", _C.ones(num_features, device=device, dtype=dtype))
            self.register_buffer("num_batches_tracked", _C.tensor(0, dtype=_C.int64, device=device))
        else:
            self.register_buffer("running_mean", None)
            self.register_buffer("running_var", None)
            self.register_buffer("num_batches_tracked", None)
        self.reset_parameters()

    def reset_running_stats(self) -> Any:
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        self.reset_running_stats()
        if self.affine:
            init.ones_(self.weight)
            if self.bias is not None:
                init.zeros_(self.bias)

    def _check_input_dim(self, input):
        raise NotImplementedError

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
        version = local_metadata.get("version", None)
        if (version is None or version < 2) and self.track_running_stats:
            key = prefix + "num_batches_tracked"  # files of version 1 do not have it
            if key not in state_dict:
                present = self.num_batches_tracked
                if present is None or present.device.type == "meta":
                    present = _C.tensor(0, dtype=_C.int64, device="cpu")
                state_dict[key] = present
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)


class _BatchNorm(_NormBase):
    _dims: tuple = ()
    _expected = ""

    def _check_input_dim(self, input):
        if self._dims and input.dim() not in self._dims:
            raise ValueError(f"expected {self._expected} input (got {input.dim()}D input)")

    def forward(self, input: Tensor) -> Tensor:
        self._check_input_dim(input)
        if self.eps <= 0:
            raise ValueError(f"batch_norm eps must be positive, but got {self.eps}")
        momentum = self.momentum
        training = self.training
        if training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked)
        elif momentum is None:
            momentum = 0.0
        mean, var = self.running_mean, self.running_var
        if training:
            if not self.track_running_stats:
                mean = var = None
        elif mean is None and var is None:
            training = True
        return F.batch_norm(input, mean, var, self.weight, self.bias, training, momentum, self.eps)


class BatchNorm1d(_BatchNorm):
    r"""Normalises every channel over the batch: :math:`y = (x - E[x]) / \sqrt{Var[x] + \epsilon} \cdot \gamma + \beta`.

    Args:
        num_features (int): number of channels :math:`C`.
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of the newest batch in the running statistics; ``None`` gives all
            batches the same weight. Default: 0.1
        affine (bool): whether there are :math:`\gamma` and :math:`\beta`. Default: ``True``
        track_running_stats (bool): keep running statistics, used in evaluation. Default: ``True``
        bias (bool): whether there is a :math:`\beta`. Default: ``True``

    Shape:
        - Input and output: :math:`(N, C)` or :math:`(N, C, L)`

    Attributes:
        running_mean, running_var, num_batches_tracked: buffers

    Examples::

        >>> rl.nn.BatchNorm1d(100)(rl.randn(20, 100)).shape
        torch.Size([20, 100])

    Source: Ioffe and Szegedy (2015), Batch normalization.
    """

    _dims, _expected = (2, 3), "2D or 3D"


class BatchNorm2d(_BatchNorm):
    """Normalises every channel of images over the batch; arguments as in :class:`BatchNorm1d`.

    Shape:
        - Input and output: :math:`(N, C, H, W)`

    Args:
        num_features (int): channels, C of (N, C, ...).
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> nn.BatchNorm2d(3)(rl.randn(2, 3, 4, 4)).shape
    torch.Size([2, 3, 4, 4])
    """

    _dims, _expected = (4,), "4D"


class BatchNorm3d(_BatchNorm):
    """Normalises every channel of volumes over the batch; arguments as in :class:`BatchNorm1d`.

    Shape:
        - Input and output: :math:`(N, C, D, H, W)`

    Args:
        num_features (int): channels, C of (N, C, ...).
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> nn.BatchNorm3d(3)(rl.randn(2, 3, 4, 4, 4)).shape
    torch.Size([2, 3, 4, 4, 4])
    """

    _dims, _expected = (5,), "5D"


class SyncBatchNorm(_BatchNorm):
    """Batch normalisation over all processes; with one process the same as :class:`BatchNorm2d` of any dimension.

    Args:
        num_features (int): channels, C of (N, C, ...).
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        process_group (optional): the group of processes; there is one process.
        bias (bool): learns the shift too. Default: ``True``

    >>> nn.SyncBatchNorm(3).eval()(rl.ones(2, 3, 4)).shape
    torch.Size([2, 3, 4])
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Any = None,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias)
        self.process_group = process_group

    def _check_input_dim(self, input):
        if input.dim() < 2:
            raise ValueError(f"expected at least 2D input (got {input.dim()}D input)")

    @classmethod
    def convert_sync_batchnorm(cls, module: Module, process_group: Any = None) -> Module:
        """The same tree of modules, its batch normalisations over all processes.

        Args:
            module (Module): a normalisation, or a tree that holds some; it is changed in place below its root.
            process_group: over which processes. Default: all

        Returns:
            Module: `module`, or what stands for it if it is itself a normalisation; parameters and buffers are the same objects

        Examples::

            >>> net = rl.nn.Sequential(rl.nn.Linear(2, 3), rl.nn.BatchNorm1d(3))
            >>> type(rl.nn.SyncBatchNorm.convert_sync_batchnorm(net)[1]).__name__
            'SyncBatchNorm'
        """
        converted = module
        if isinstance(module, _BatchNorm):
            converted = cls(
                module.num_features,
                module.eps,
                module.momentum,
                module.affine,
                module.track_running_stats,
                process_group,
                bias=module.bias is not None,
            )
            for table in ("_parameters", "_buffers"):
                getattr(converted, table).update(getattr(module, table))
            converted.training = module.training
        for name, child in list(module.named_children()):
            converted.add_module(name, cls.convert_sync_batchnorm(child, process_group))
        return converted


class _LazyNormBase(LazyModuleMixin):
    """A normalisation whose ``num_features`` is the number of channels of the first input."""

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(0, eps, momentum, False, False, device, dtype)
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            if bias:
                self.bias = UninitializedParameter(device=device, dtype=dtype)
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = _C.tensor(0, dtype=_C.int64, device=device)

    def reset_parameters(self) -> None:
        if not self.has_uninitialized_params() and self.num_features != 0:
            super().reset_parameters()

    def initialize_parameters(self, input: Any) -> Any:
        self._check_input_dim(input)
        self.num_features = input.shape[getattr(self, "_channel_axis", lambda x: 1)(input)]
        for tensor in (self.weight, self.bias, self.running_mean, self.running_var):
            if is_lazy(tensor):
                tensor.materialize((self.num_features,))
        self.reset_parameters()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.num_features == 0 and not self.has_uninitialized_params():
            known = self.weight if self.weight is not None else self.running_mean
            self.num_features = args[0].shape[1] if known is None else known.shape[0]
        return super().__call__(*args, **kwargs)


class LazyBatchNorm1d(_LazyNormBase, BatchNorm1d):
    """:class:`BatchNorm1d` whose ``num_features`` comes from the first input.

    Args:
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> m = nn.LazyBatchNorm1d()
    >>> m(rl.randn(4, 3)).shape, m.num_features
    (torch.Size([4, 3]), 3)
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNormBase, BatchNorm2d):
    """:class:`BatchNorm2d` whose ``num_features`` comes from the first input.

    Args:
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> m = nn.LazyBatchNorm2d()
    >>> m(rl.randn(4, 3, 2, 2)).shape, m.num_features
    (torch.Size([4, 3, 2, 2]), 3)
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNormBase, BatchNorm3d):
    """:class:`BatchNorm3d` whose ``num_features`` comes from the first input.

    Args:
        eps (float): added to the variance. Default: 1e-5
        momentum (float or None): weight of a batch in the running figures; ``None`` averages all. Default: 0.1
        affine (bool): learns a scale and a shift for each channel. Default: ``True``
        track_running_stats (bool): keeps running mean and variance for evaluation. Default: ``True``
        bias (bool): learns the shift too. Default: ``True``

    >>> m = nn.LazyBatchNorm3d()
    >>> m(rl.randn(4, 3, 2, 2, 2)).shape, m.num_features
    (torch.Size([4, 3, 2, 2, 2]), 3)
    """

    cls_to_become = BatchNorm3d
