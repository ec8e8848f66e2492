"""Exporting: a model is recorded, and every node of the record becomes nodes of ONNX's by its row."""

from __future__ import annotations

import enum
import operator
import os
from contextlib import contextmanager
from typing import Any

from .. import _C
from ..autograd.grad_mode import no_grad
from ..fx.node import Node, map_arg
from ..nn.modules.module import Module
from ..nn.modules.rnn import RNNBase
from .errors import OnnxExporterError, OnnxExporterWarning, UnsupportedOperatorError

DEFAULT_OPSET = 20
OLDEST_OPSET = 17

_VIEWS = frozenset("getitem select narrow view reshape flatten transpose permute t squeeze unsqueeze expand".split())
_exporting = False


class TrainingMode(enum.IntEnum):
    """In which mode a model is exported."""

    EVAL = 0
    PRESERVE = 1
    TRAINING = 2


class OperatorExportTypes(enum.IntEnum):
    """Which operators an exported model may have; there is one kind here."""

    ONNX = 0
    ONNX_ATEN = 1
    ONNX_ATEN_FALLBACK = 2
    ONNX_FALLTHROUGH = 3


def is_in_onnx_export() -> bool:
    """Whether a model is being exported right now, so that a program may do otherwise then."""
    return _exporting


def export(
    model: Any,
    args: Any = (),
    f: Any = None,
    *,
    kwargs: Any = None,
    verbose: bool | None = None,
    input_names: Any = None,
    output_names: Any = None,
    opset_version: int | None = None,
    dynamo: bool = True,
    external_data: bool | None = None,
    dynamic_shapes: Any = None,
    custom_translation_table: Any = None,
    report: bool = False,
    optimize: bool = True,
    verify: bool = False,
    profile: bool = False,
    dump_exported_program: bool = False,
    artifacts_dir: str | os.PathLike[str] = ".",
    export_params: bool = True,
    keep_initializers_as_inputs: bool = False,
    dynamic_axes: Any = None,
    training: TrainingMode = TrainingMode.EVAL,
    operator_export_type: OperatorExportTypes = OperatorExportTypes.ONNX,
    do_constant_folding: bool = True,
    custom_opsets: Any = None,
    export_modules_as_functions: Any = False,
    autograd_inlining: bool = True,
) -> Any:
    """Writes a model as an ONNX graph.

    The model runs once on `args`; its branches and loops are exported as they went. Sizes are constants, but for the axes
    that `dynamic_axes` or `dynamic_shapes` name: what the program computes of those is part of the graph.

    Args:
        model (Module or callable): the model.
        args (Tensor or tuple): example inputs; a dict at the end holds arguments by name.
        f (str, PathLike or file, optional): where to.
        kwargs (dict, optional): more example inputs, by name.
        input_names, output_names (sequence of str, optional): in the order of the tensors. Default: the names of the
            arguments, and ``output`` or ``output_0``, ``output_1``, ...
        opset_version (int, optional): 17 or later. Default: 20
        dynamo (bool): whether an :class:`ONNXProgram` is returned. Default: ``True``
        external_data (bool, optional): as in :meth:`ONNXProgram.save`.
        dynamic_axes (dict, optional): for the name of an input or output ``{axis: name}``, or a list of axes.
        dynamic_shapes (dict or tuple, optional): the same by argument, with names or ``Dim`` objects.
        verify (bool): compare what the exported model gives for `args` with what the model gives. Default: ``False``
        export_params (bool): whether the weights are written. Default: ``True``
        keep_initializers_as_inputs (bool): as in :meth:`ONNXProgram.save`.
        training (TrainingMode): whether the model runs in evaluation, as it is, or in training. Default: ``EVAL``
        verbose, custom_translation_table, report, optimize, profile, dump_exported_program, artifacts_dir,
            operator_export_type, do_constant_folding, custom_opsets, export_modules_as_functions, autograd_inlining:
            accepted.

    Returns:
        ONNXProgram, or ``None`` with ``dynamo=False``

    Errors:
        UnsupportedOperatorError for an operation that has no row; ValueError for an older `opset_version`; ImportError
        without the package ``onnx``.

    Example::

        >>> program = rl.onnx.export(rl.nn.Linear(3, 2), rl.rand(4, 3), verbose=False)   # doctest: +SKIP
        >>> [node.op_type for node in program.model_proto.graph.node]                    # doctest: +SKIP
        ['Gemm']
    """
    try:
        import onnx
    except ImportError as error:
        raise ImportError("torch.onnx.export needs the package onnx: pip install rushlight[onnx]") from error

    opset = opset_version or min(DEFAULT_OPSET, onnx.defs.onnx_opset_version())
    if not OLDEST_OPSET <= opset <= onnx.defs.onnx_opset_version():
        raise ValueError(
            f"opset_version must be from {OLDEST_OPSET} to {onnx.defs.onnx_opset_version()}, but got {opset}"
        )
    args = tuple(args) if isinstance(args, (tuple, list)) else (args,)
    if args and isinstance(args[-1], dict) and kwargs is None and isinstance(model, Module):
        args, kwargs = args[:-1], args[-1]
    kwargs = dict(kwargs or {})
    with _mode(model, training), no_grad():
        axes = _Axes(input_names, dynamic_axes, dynamic_shapes, (*args, *kwargs.values()))
        translation = _Translation(opset, axes)
        translation.record(model, args, kwargs)
        translation.name(input_names, output_names)
        axes.check([each.name for each in (*translation.inputs, *translation.outputs)])
        from ._program import ONNXProgram

        program = ONNXProgram(translation.model())
        onnx.checker.check_model(program.model_proto)
        if verify:
            _verify(program, model, args, kwargs)
    if translation.tracer.fixed:
        from .._warn import warn

        warn(
            "The exported model has these as constants, which other inputs might change: "
            + ", ".join(translation.tracer.fixed),
            OnnxExporterWarning,
        )
    if f is not None:
        program.save(
            f,
            include_initializers=export_params,
            keep_initializers_as_inputs=keep_initializers_as_inputs,
            external_data=external_data,
        )
    return program if dynamo else None


@contextmanager
def _mode(model: Any, training: Any) -> Any:
    """The model in the mode in which it is exported."""
    global _exporting
    modules = list(model.modules()) if isinstance(model, Module) else []
    before = [each.training for each in modules]
    if training != TrainingMode.PRESERVE:
        for each in modules:
            each.training = training == TrainingMode.TRAINING
    _exporting = True
    try:
        yield
    finally:
        _exporting = False
        for each, was in zip(modules, before, strict=True):
            each.training = was


def _verify(program: Any, model: Any, args: Any, kwargs: Any) -> None:
    from ..testing import assert_close
    from ._program import _leaves

    for ours, theirs in zip(_leaves(model(*args, **kwargs)), program(*args, **kwargs), strict=True):
        assert_close(theirs, ours, rtol=1e-3, atol=1e-5)


class _Axes:
    """Which axes of inputs and outputs may have any size, and what they are called.

    Args:
        names (sequence of str, optional): of the inputs.
        by_name (dict, optional): ``dynamic_axes``.
        by_place (dict or tuple, optional): ``dynamic_shapes``.
        given (tuple): the arguments.
    """

    def __init__(self, names: Any, by_name: Any, by_place: Any, given: tuple[Any, ...]) -> None:
        self.names = list(names or [])
        self.by_name: dict[str, dict[int, str]] = {}
        for name, axes in (by_name or {}).items():
            if not isinstance(axes, dict):
                axes = {axis: f"{name}_dynamic_axes_{i + 1}" for i, axis in enumerate(axes)}
            self.by_name[name] = {int(axis): str(label) for axis, label in axes.items()}
        parts = list(by_place.values()) if isinstance(by_place, dict) else list(by_place or ())
        self.by_place = [found for part, value in zip(parts, given) for found in _axes_of(part, value)]
        self.any = bool(self.by_name or any(self.by_place))

    def of_input(self, number: int, name: str) -> Any:
        """The free axes of an input, which has this name if it was given no other."""
        name = self.names[number] if number < len(self.names) else name
        if number < len(self.by_place):
            self.by_name.setdefault(name, self.by_place[number])
        return list(self.by_name.get(name, {}))

    def labels(self, value: Any) -> dict[int, str]:
        """The names of the free axes of an input or output."""
        return {axis % max(value.ndim, 1): label for axis, label in self.by_name.get(value.name, {}).items()}

    def check(self, names: list[str]) -> None:
        """Warns of names that are none."""
        from .._warn import warn

        for name in self.by_name:
            if name not in names:
                warn(f"Provided key {name} for dynamic axes is not a valid input/output name")


class _Translation:
    """From a record of a model to its graph."""

    def __init__(self, opset: int, axes: _Axes) -> None:
        from . import _elementwise, _layers, _reduce, _shape
        from ._graph import Builder
        from ._trace import ExportTracer

        del _elementwise, _layers, _reduce, _shape  # imported for their rows
        self.builder, self.axes = Builder(opset, axes.any), axes
        self.tracer = ExportTracer(axes.of_input)
        self.env: dict[Node, Any] = {}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []

    # ------------------------------------------------------------------ nodes
    def record(self, model: Any, args: Any, kwargs: Any) -> None:
        """The graph of the model, still with the names of the record."""
        graph = self.tracer.record(model, args, kwargs)
        needed = _needed(graph)
        for node in graph.nodes:
            if node in needed or node.op == "placeholder":
                self.env[node] = self._written(node)

    def _written(self, node: Node) -> Any:
        from ._graph import Value, stored

        example: Any = node.meta.get("value")
        if node.op == "placeholder":
            made = Value(node.name, example.dtype, example, node.meta["other"])
            self.inputs.append(made)
            return made
        if node.op == "get_attr":
            tensor = self.tracer.constants[node.target]
            self.builder.initializers[node.target] = stored(node.target, tensor)
            return Value(node.target, tensor.dtype, tensor, tensor)
        args, kwargs = self._arguments(node.args), self._arguments(node.kwargs)
        if node.op == "output":
            self.outputs = _values_in(args[0])
            return None
        self.builder.prefix, self.builder.result = node.name, example
        if node.op == "call_module":
            from ._recurrent import cell, recurrent

            module = self.tracer.root.get_submodule(node.target)
            written = recurrent if isinstance(module, RNNBase) else cell
            return _known(written(self.builder, module, node.target, *args, **kwargs), node.meta, self.builder)
        return self._called(node, args, kwargs)

    def _called(self, node: Node, args: Any, kwargs: Any) -> Any:
        """What a call of a function or method becomes."""
        from ._graph import ROWS

        target = node.target
        name = target if isinstance(target, str) else getattr(target, "__name__", str(target))
        if target is getattr:
            name, args = args[1], args[:1]
        in_place = name.endswith("_") and not name.endswith("__")
        found = ROWS.get(name) or ROWS.get(name.rstrip("_")) or ROWS.get(name.strip("_"))
        if found is None:
            raise UnsupportedOperatorError(name)
        kwargs = {_ALIASES.get(key, key): value for key, value in kwargs.items()}
        for ignored in ("out", "memory_format"):
            if kwargs.get(ignored) is None:
                kwargs.pop(ignored, None)
        try:
            bound = found.signature.bind(self.builder, *args, **kwargs)
        except TypeError as error:
            raise UnsupportedOperatorError(name, str(error)) from None
        if target is operator.setitem:  # what it gives is what it changed
            node.meta.update(self._meta(node.args[0]))
        made = _known(found(*bound.args, **bound.kwargs), node.meta, self.builder)
        if in_place or target is operator.setitem or bound.arguments.get("inplace"):
            written = node.args[0]
            if not isinstance(written, Node) or (not bound.arguments.get("inplace") and _name_of(written) in _VIEWS):
                raise UnsupportedOperatorError(name, "on a view, whose base would change, too")
            self.env[written] = made
        return made

    def _meta(self, node: Any) -> dict[str, Any]:
        return {key: node.meta[key] for key in ("value", "other")}

    def _arguments(self, given: Any) -> Any:
        return map_arg(given, lambda node: self.env[node])

    # ------------------------------------------------------------------ names
    def name(self, input_names: Any, output_names: Any) -> None:
        """Gives inputs and outputs their names."""
        names = list(input_names or [])
        if len(names) > len(self.inputs):
            raise RuntimeError(f"number of input names provided ({len(names)}) exceeded number of inputs ({len(self.inputs)})")
        changed = {old.name: new for old, new in zip(self.inputs, names)}
        ends = list(output_names or [])
        if len(ends) > len(self.outputs):
            raise RuntimeError(
                f"number of output names provided ({len(ends)}) exceeded number of outputs ({len(self.outputs)})"
            )
        usual = ["output"] if len(self.outputs) == 1 else [f"output_{i}" for i in range(len(self.outputs))]
        made = {name for node in self.builder.nodes for name in node.output}
        for i, (value, end) in enumerate(zip(list(self.outputs), [*ends, *usual[len(ends) :]])):
            if value.name in made and value.name not in changed:
                changed[value.name] = end
            else:  # an input, a constant, or the same value once more
                copy = self.builder.op("Identity", value)
                copy.example = value.example
                self.outputs[i], changed[copy.name] = copy, end
        for node in self.builder.nodes:
            node.input[:] = [changed.get(each, each) for each in node.input]
            node.output[:] = [changed.get(each, each) for each in node.output]
        for value in {id(each): each for each in (*self.inputs, *self.outputs)}.values():
            value.name = changed.get(value.name, value.name)

    def model(self) -> Any:
        """The model."""
        from onnx import helper, shape_inference

        builder, opset = self.builder, helper.make_opsetid("", self.builder.opset)
        used = {name for node in builder.nodes for name in node.input}
        graph = helper.make_graph(
            builder.nodes,
            "main_graph",
            [self._described(each) for each in self.inputs],
            [self._described(each) for each in self.outputs],
            [each for name, each in builder.initializers.items() if name in used],
        )
        made = helper.make_model(
            graph,
            producer_name="rushlight",
            opset_imports=[opset],
            ir_version=helper.find_min_ir_version_for([opset], True),
        )
        return shape_inference.infer_shapes(made) if builder.dynamic else made

    def _described(self, value: Any) -> Any:
        """An input or output: its name, dtype and sizes."""
        from onnx import helper

        from ._graph import kind_of

        axes = self.axes.labels(value)
        known = [not self.builder.dynamic or not value.is_free(i) for i in range(value.ndim)]
        sizes = [axes.get(i, size if known[i] else None) for i, size in enumerate(value.shape)]
        return helper.make_tensor_value_info(value.name, kind_of(value.dtype), sizes)


_ALIASES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "self": "input"}


def _name_of(node: Node) -> str:
    target = node.target
    return target if isinstance(target, str) else getattr(target, "__name__", "")


def _needed(graph: Any) -> set[Node]:
    """The nodes that an output depends on, and those that change one of them in place."""
    nodes: list[Node] = list(graph.nodes)
    needed: set[Node] = set()
    for node in reversed(nodes):
        name = _name_of(node)
        writes = name == "setitem" or (name.endswith("_") and not name.endswith("__"))
        target = node.args[0] if writes and node.args else None
        if node.op == "output" or node in needed or (isinstance(target, Node) and _later(nodes, node, target, needed)):
            needed.add(node)
            needed.update(node.all_input_nodes)
    return needed


def _later(nodes: list[Node], writer: Node, target: Node, needed: set[Node]) -> bool:
    """Whether something that is needed reads what `writer` changes, after it."""
    at = nodes.index(writer)
    return any(target in each.all_input_nodes for each in nodes[at + 1 :] if each in needed or each.op == "output")


def _known(made: Any, meta: dict[str, Any], builder: Any) -> Any:
    """A row's result with what it was for the example inputs, and in that dtype."""
    from ._graph import Value
    from ._trace import UNKNOWN

    example, other = meta["value"], meta["other"]
    if isinstance(made, (tuple, list)):
        others = [UNKNOWN] * len(made) if other is UNKNOWN else other
        pairs = zip(made, example, others)
        return tuple(_known(each, {"value": part, "other": same}, builder) for each, part, same in pairs)
    if not isinstance(made, Value):
        return made
    if isinstance(example, _C.Tensor) and made.dtype != example.dtype:
        made.example, made.other = example, other
        made = builder.cast(made, example.dtype)
    return Value(made.name, made.dtype, example, other)


def _values_in(given: Any) -> list[Any]:
    """The values in what a model returns."""
    from ._graph import Value

    if isinstance(given, Value):
        return [given]
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, (tuple, list)):
        return [found for each in given for found in _values_in(each)]
    if given is None:
        return []
    raise OnnxExporterError(f"an output is no tensor: {given!r}")


def _axes_of(part: Any, value: Any) -> list[dict[int, str]]:
    if isinstance(value, _C.Tensor):
        pairs = part.items() if isinstance(part, dict) else enumerate(part or ())
        free = {axis: dim for axis, dim in pairs if dim is not None and not isinstance(dim, int)}
        return [{axis: _label(dim, axis) for axis, dim in free.items()}]
    if isinstance(value, (list, tuple)):
        return [found for each, inner in zip(part or [None] * len(value), value) for found in _axes_of(each, inner)]
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in _axes_of((part or {}).get(key), inner)]
    return []


def _label(dim: Any, axis: int) -> str:
    """The name of an axis: of a text itself, of a ``Dim`` its name."""
    return dim if isinstance(dim, str) else getattr(dim, "__name__", None) or f"dim_{axis}"


__all__ = ["OperatorExportTypes", "TrainingMode", "export", "is_in_onnx_export"]
