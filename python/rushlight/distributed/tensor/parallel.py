"""Plans by which the weights of layers are cut over processes: with one process a module has all of them, and runs as it is."""

from __future__ import annotations

from contextlib import contextmanager

from ..distributed_c10d import _group_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any


class ParallelStyle:
    """How a module is cut. Subclasses say what each process holds of its inputs, weights and results."""

    def __init__(self, **layouts: Any) -> None:
        self.__dict__.update(layouts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value}' for name, value in self.__dict__.items())})"


class ColwiseParallel(ParallelStyle):
    """Each process holds some of the results' features."""

    def __init__(self, *, input_layouts: Any = None, output_layouts: Any = None, use_local_output: bool = True) -> None:
        super().__init__(
            input_layouts=input_layouts, output_layouts=output_layouts, use_local_output=use_local_output
        )


class RowwiseParallel(ColwiseParallel):
    """Each process holds some of the inputs' features."""


class SequenceParallel(ParallelStyle):
    """Each process holds a part of the sequence, along ``sequence_dim``."""

    def __init__(self, *, sequence_dim: int = 1, use_local_output: bool = False) -> None:
        super().__init__(sequence_dim=sequence_dim, use_local_output=use_local_output)


def _count(layouts: Any) -> int:
    return len(layouts) if isinstance(layouts, tuple) else 1


def _alike(layouts: Any, desired: Any, what: str) -> None:
    if layouts is not None and desired is not None and _count(layouts) != _count(desired):
        raise AssertionError(f"{what} and desired_{what} should have same length!")


class PrepareModuleInput(ParallelStyle):
    """What each process holds of a module's inputs, and what the module wants.

    Errors: AssertionError for numbers of inputs that differ.
    """

    def __init__(
        self,
        *,
        input_layouts: Any = None,
        desired_input_layouts: Any = None,
        input_kwarg_layouts: Any = None,
        desired_input_kwarg_layouts: Any = None,
        use_local_output: bool = False,
    ) -> None:
        if input_layouts is not None and desired_input_layouts is None:
            raise AssertionError("desired module inputs should not be None!")
        _alike(input_layouts, desired_input_layouts, "input_layouts")
        super().__init__(
            input_layouts=input_layouts,
            desired_input_layouts=desired_input_layouts,
            input_kwarg_layouts=input_kwarg_layouts or {},
            desired_input_kwarg_layouts=desired_input_kwarg_layouts or {},
            use_local_output=use_local_output,
        )


class PrepareModuleOutput(ParallelStyle):
    """What each process holds of a module's results, and what is wanted of them.

    Errors: AssertionError for numbers of results that differ.
    """

    def __init__(self, *, output_layouts: Any, desired_output_layouts: Any, use_local_output: bool = True) -> None:
        _alike(output_layouts, desired_output_layouts, "output_layouts")
        super().__init__(
            output_layouts=output_layouts,
            desired_output_layouts=desired_output_layouts,
            use_local_output=use_local_output,
        )


class PrepareModuleInputOutput(ParallelStyle):
    """Both: :class:`PrepareModuleInput` and :class:`PrepareModuleOutput`."""

    def __init__(
        self,
        *,
        input_layouts: Any = None,
        desired_input_layouts: Any = None,
        input_kwarg_layouts: Any = None,
        desired_input_kwarg_layouts: Any = None,
        use_local_input: bool = False,
        output_layouts: Any,
        desired_output_layouts: Any,
        use_local_output: bool = True,
    ) -> None:
        super().__init__(
            prepare_module_input=PrepareModuleInput(
                input_layouts=input_layouts,
                desired_input_layouts=desired_input_layouts,
                input_kwarg_layouts=input_kwarg_layouts,
                desired_input_kwarg_layouts=desired_input_kwarg_layouts,
                use_local_output=use_local_input,
            ),
            prepare_module_output=PrepareModuleOutput(
                output_layouts=output_layouts,
                desired_output_layouts=desired_output_layouts,
                use_local_output=use_local_output,
            ),
        )


def parallelize_module(
    module: Any, device_mesh: Any = None, parallelize_plan: Any = None, *, src_data_rank: int | None = 0
) -> Any:
    """Cuts a module's weights by a plan: with one process the module as it is.

    Args:
        module (Module): what is cut.
        device_mesh (DeviceMesh, optional): over which processes, along one axis. Default: all
        parallelize_plan (ParallelStyle or dict): how, or how which of its modules; names may hold ``*``.

    Errors: ValueError without a process group, for a mesh of several axes; TypeError for what is no plan. It warns of names that fit
        no module.
    """
    from fnmatch import fnmatch

    from ..._warn import warn

    _group_of(None)
    if device_mesh is not None and device_mesh.ndim > 1:
        raise ValueError(f"parallelize_module takes a mesh of one axis, not of {device_mesh.ndim}: slice it by a name")
    if parallelize_plan is None:
        warn("No parallelize_plan is provided and auto-parallel is not supported at the moment, so this is a no-op.")
        return module
    plan = {"": parallelize_plan} if isinstance(parallelize_plan, ParallelStyle) else parallelize_plan
    if not isinstance(plan, dict):
        raise TypeError(f"Expect Union[ParallelStyle, Dict[str, ParallelStyle]] for parallelize_plan, {type(plan)} found!")
    names = [name for name, _ in module.named_modules()]
    for path, style in plan.items():
        if not isinstance(style, ParallelStyle):
            raise TypeError(f"the plan of {path!r} is no ParallelStyle, but {type(style)}")
        if path and not any(fnmatch(name, path) for name in names):
            warn(f"Parallelize plan key '{path}' could not be resolved: no submodule matching token '{path}' in module {module}.")
    return module


@contextmanager
def loss_parallel() -> Iterator[None]:
    """A block in which cross entropy takes classes that are cut over processes: with one process all are here."""
    yield


__all__ = [
    "ColwiseParallel",
    "ParallelStyle",
    "PrepareModuleInput",
    "PrepareModuleInputOutput",
    "PrepareModuleOutput",
    "RowwiseParallel",
    "SequenceParallel",
    "loss_parallel",
    "parallelize_module",
]
