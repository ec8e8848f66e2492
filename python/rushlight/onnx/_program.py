"""An exported model: to be saved, and run by an interpreter of ONNX's."""

from __future__ import annotations

import os
from io import BytesIO
from typing import Any

from .. import _C

# A protocol buffer holds no more than 2 GB; the weights of a larger model are a file beside it.
_MOST = (1 << 31) - (1 << 20)


class ONNXProgram:
    """A model in ONNX's form.

    Args:
        model_proto (onnx.ModelProto): the model.
    """

    def __init__(self, model_proto: Any) -> None:
        self.model_proto = model_proto
        self._session: Any = None

    def __repr__(self) -> str:
        import onnx

        return f"ONNXProgram(model=\n{onnx.printer.to_text(self.model_proto.graph)}\n)"

    def save(
        self,
        destination: str | os.PathLike[str] | BytesIO,
        *,
        include_initializers: bool = True,
        keep_initializers_as_inputs: bool = False,
        external_data: bool | None = None,
    ) -> None:
        """Writes the model to a file.

        Args:
            destination (str, PathLike or file): where to.
            include_initializers (bool): whether the weights are written. Default: ``True``
            keep_initializers_as_inputs (bool): whether they are inputs, too. Default: ``False``
            external_data (bool, optional): write the weights beside the model, in ``<name>.data``. Default: if they do
                not fit into one file
        """
        import onnx

        model = onnx.ModelProto()
        model.CopyFrom(self.model_proto)
        weights = list(model.graph.initializer)
        if keep_initializers_as_inputs:
            known = {each.name for each in model.graph.input}
            model.graph.input.extend(
                onnx.helper.make_tensor_value_info(w.name, w.data_type, w.dims) for w in weights if w.name not in known
            )
        if not include_initializers:
            del model.graph.initializer[:]
        if not isinstance(destination, (str, os.PathLike)):
            destination.write(model.SerializeToString())
            return
        path = os.fspath(destination)
        if external_data is None:
            external_data = sum(len(each.raw_data) for each in weights) > _MOST
        onnx.save_model(
            model,
            path,
            save_as_external_data=external_data,
            location=f"{os.path.basename(path)}.data" if external_data else None,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Runs the model with ``onnxruntime`` where that is installed, else with ONNX's reference.

        Args:
            args, kwargs: the tensors that the model was exported with, in the same order.
        """
        if self._session is None:
            self.initialize_inference_session()
        given = _leaves([args, kwargs])
        names = [each.name for each in self.model_proto.graph.input]
        feed = {name: value.detach().cpu().numpy() for name, value in zip(names, given, strict=True)}
        return tuple(_C.from_numpy(each) for each in self._session.run(None, feed))

    def call_reference(self, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Runs the model with the interpreter that is a part of ``onnx``."""
        kept, self._session = self._session, None
        try:
            self._session = _reference(self.model_proto)
            return self(*args, **kwargs)
        finally:
            self._session = kept

    def initialize_inference_session(self) -> None:
        """Makes ready what runs the model."""
        try:
            import onnxruntime
        except ImportError:
            self._session = _reference(self.model_proto)
        else:
            options = {"providers": ["CPUExecutionProvider"]}
            self._session = onnxruntime.InferenceSession(self.model_proto.SerializeToString(), **options)

    def release(self) -> None:
        """Forgets what runs the model."""
        self._session = None

    def optimize(self) -> None:
        """Accepted: whatever runs a model folds its constants itself."""


def _reference(model: Any) -> Any:
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(model)


def _leaves(given: Any) -> list[Any]:
    """The tensors among arguments, in the order in which they were exported."""
    if isinstance(given, _C.Tensor):
        return [given]
    if isinstance(given, dict):
        given = list(given.values())
    if isinstance(given, (list, tuple)):
        return [leaf for each in given for leaf in _leaves(each)]
    return []


__all__ = ["ONNXProgram"]
