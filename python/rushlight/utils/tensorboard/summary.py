"""The records of which TensorBoard's files are made, from tensors and plain values."""

from __future__ import annotations

from typing import Any

import numpy as np
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary, SummaryMetadata
from tensorboard.compat.proto.tensor_pb2 import TensorProto
from tensorboard.compat.proto.tensor_shape_pb2 import TensorShapeProto

from ... import Tensor


def array(value: Any) -> np.ndarray:
    """A tensor, number or list as an array."""
    if isinstance(value, Tensor):
        value = value.detach().cpu()
        return (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()
    return np.asarray(value)


def _one(value: Any) -> float:
    found = array(value).squeeze()
    if found.ndim != 0:
        raise AssertionError("scalar should be 0D")
    return float(found)


def scalar(
    name: str, tensor: Any, collections: Any = None, new_style: bool = False, double_precision: bool = False
) -> Any:
    """One number."""
    value = _one(tensor)
    if new_style:
        metadata = SummaryMetadata(plugin_data=SummaryMetadata.PluginData(plugin_name="scalars"))
        kept = (
            TensorProto(double_val=[value], dtype="DT_DOUBLE")
            if double_precision
            else TensorProto(float_val=[value], dtype="DT_FLOAT")
        )
        return Summary(value=[Summary.Value(tag=name, tensor=kept, metadata=metadata)])
    return Summary(value=[Summary.Value(tag=name, simple_value=value)])


def _edges() -> np.ndarray:
    """TensorFlow's bins: a tenth wider each, to both sides of zero."""
    steps = 1e-12 * 1.1 ** np.arange(int(np.ceil(np.log(1e20 / 1e-12) / np.log(1.1))))
    return np.concatenate([-steps[::-1], [0.0], steps])


def histogram(name: str, values: Any, bins: Any = "tensorflow", max_bins: int | None = None) -> Any:
    """How values are distributed.

    Errors: ValueError if there are none.
    """
    values = array(values).astype(np.float64).reshape(-1)
    if values.size == 0:
        raise ValueError("The input has no element.")
    counts, limits = np.histogram(values, _edges() if bins == "tensorflow" else bins)
    if max_bins is not None and len(counts) > max_bins:
        step = -(-len(counts) // max_bins)
        counts = np.add.reduceat(counts, np.arange(0, len(counts), step))
        limits = np.append(limits[:-1:step], limits[-1])
    used = np.flatnonzero(counts)
    if used.size == 0:
        raise ValueError("The histogram is empty, please file a bug report.")
    start, end = max(used[0] - 1, 0), used[-1] + 2  # an empty bin on each side
    counts, limits = counts[start:end], limits[start + 1 : end + 1]
    kept = HistogramProto(
        min=values.min(),
        max=values.max(),
        num=len(values),
        sum=values.sum(),
        sum_squares=values @ values,
        bucket_limit=limits.tolist(),
        bucket=counts[: len(limits)].tolist(),
    )
    return Summary(value=[Summary.Value(tag=name, histo=kept)])


def histogram_raw(
    name: str,
    min: float,
    max: float,
    num: int,
    sum: float,
    sum_squares: float,
    bucket_limits: Any,
    bucket_counts: Any,
) -> Any:
    """The same, counted already."""
    kept = HistogramProto(
        min=min,
        max=max,
        num=num,
        sum=sum,
        sum_squares=sum_squares,
        bucket_limit=list(bucket_limits),
        bucket=list(bucket_counts),
    )
    return Summary(value=[Summary.Value(tag=name, histo=kept)])


def _pixels(value: Any, dataformats: str) -> np.ndarray:
    """Height, width and colour channels of one image, or of several side by side."""
    pixels = array(value)
    if pixels.ndim != len(dataformats) or set(dataformats.upper()) - set("NCHW"):
        raise AssertionError(
            f"size of input tensor and input format are different. tensor shape: {pixels.shape}, input_format: {dataformats}"
        )
    order = dataformats.upper()
    if "N" in order:
        pixels = pixels.transpose([order.index(c) for c in ("NHWC" if "C" in order else "NHW")])
        pixels = pixels if pixels.ndim == 4 else pixels[..., None]
        columns = min(len(pixels), 8)
        rows = -(-len(pixels) // columns)
        empty = np.zeros((rows * columns - len(pixels), *pixels.shape[1:]), pixels.dtype)
        grid = np.concatenate([pixels, empty]).reshape(rows, columns, *pixels.shape[1:])
        pixels = grid.transpose(0, 2, 1, 3, 4).reshape(rows * pixels.shape[1], columns * pixels.shape[2], -1)
    elif "C" in order:
        pixels = pixels.transpose([order.index(c) for c in "HWC"])
    else:
        pixels = pixels.transpose([order.index(c) for c in "HW"])[..., None]
    scale = 1 if pixels.dtype == np.uint8 else 255
    pixels = (pixels.astype(np.float32) * scale).clip(0, 255).astype(np.uint8)
    return np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels


def image(tag: str, tensor: Any, rescale: float = 1, dataformats: str = "NCHW") -> Any:
    """One image, or several side by side.

    Errors: AssertionError for a shape that does not fit ``dataformats``; ImportError without Pillow.
    """
    import io

    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("images need the package Pillow: pip install rushlight[vision]") from error
    pixels = _pixels(tensor, dataformats)
    made = Image.fromarray(pixels)
    if rescale != 1:
        made = made.resize((int(made.width * rescale), int(made.height * rescale)))
    file = io.BytesIO()
    made.save(file, "PNG")
    kept = Summary.Image(
        height=made.height, width=made.width, colorspace=pixels.shape[2], encoded_image_string=file.getvalue()
    )
    return Summary(value=[Summary.Value(tag=tag, image=kept)])


def audio(tag: str, tensor: Any, sample_rate: int = 44100) -> Any:
    """Sound: numbers between -1 and 1."""
    import io
    import wave

    samples = array(tensor).squeeze().astype(np.float64)
    if samples.ndim != 1:
        raise AssertionError("input tensor should be 1 dimensional.")
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(sample_rate)
        sound.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    kept = Summary.Audio(
        sample_rate=sample_rate,
        num_channels=1,
        length_frames=len(samples),
        encoded_audio_string=file.getvalue(),
        content_type="audio/wav",
    )
    return Summary(value=[Summary.Value(tag=tag, audio=kept)])


def text(tag: str, text: str) -> Any:
    """Text, in Markdown."""
    data = SummaryMetadata.PluginData(plugin_name="text", content=b"")
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=1)])
    kept = TensorProto(dtype="DT_STRING", string_val=[text.encode()], tensor_shape=shape)
    return Summary(
        value=[
            Summary.Value(tag=f"{tag}/text_summary", metadata=SummaryMetadata(plugin_data=data), tensor=kept)
        ]
    )


def pr_curve(tag: str, labels: Any, predictions: Any, num_thresholds: int = 127, weights: Any = None) -> Any:
    """Precision and recall of a classifier, at many thresholds."""
    from tensorboard.plugins.pr_curve.plugin_data_pb2 import PrCurvePluginData

    labels, predictions = (
        array(labels).reshape(-1).astype(bool),
        array(predictions).reshape(-1).astype(np.float64),
    )
    weights = np.ones(len(labels)) if weights is None else array(weights).reshape(-1).astype(np.float64)
    bins = np.floor(predictions.clip(0, 1) * (num_thresholds - 1)).astype(int)
    true = np.bincount(bins, weights * labels, num_thresholds)[::-1].cumsum()[::-1]
    false = np.bincount(bins, weights * ~labels, num_thresholds)[::-1].cumsum()[::-1]
    found = np.stack(
        [
            true,
            false,
            false[0] - false,
            true[0] - true,
            true / np.maximum(1e-7, true + false),
            true / np.maximum(1e-7, true[0]),
        ]
    )
    content = PrCurvePluginData(version=0, num_thresholds=num_thresholds).SerializeToString()
    data = SummaryMetadata.PluginData(plugin_name="pr_curves", content=content)
    shape = TensorShapeProto(dim=[TensorShapeProto.Dim(size=n) for n in found.shape])
    kept = TensorProto(dtype="DT_FLOAT", float_val=found.reshape(-1).tolist(), tensor_shape=shape)
    return Summary(value=[Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=data), tensor=kept)])


def hparams(hparam_dict: Any, metric_dict: Any, hparam_domain_discrete: Any = None) -> tuple[Any, Any, Any]:
    """Settings of a run and what it came to: the three records that TensorBoard's table is made of.

    Errors: TypeError for what is no table; ValueError for settings that are no number, text or truth.
    """
    from google.protobuf.struct_pb2 import ListValue
    from tensorboard.plugins.hparams.api_pb2 import (
        DataType,
        Experiment,
        HParamInfo,
        MetricInfo,
        MetricName,
        Status,
    )
    from tensorboard.plugins.hparams.plugin_data_pb2 import (
        HParamsPluginData,
        SessionEndInfo,
        SessionStartInfo,
    )

    if not isinstance(hparam_dict, dict) or not isinstance(metric_dict, dict):
        raise TypeError("parameter: hparam_dict and metric_dict should be a dictionary, nothing logged.")
    start, infos = SessionStartInfo(), []
    for name, value in hparam_dict.items():
        if value is None:
            continue
        if isinstance(value, (bool, str, int, float, np.number, Tensor)):
            value = value if isinstance(value, (bool, str, int, float)) else _one(value)
        else:
            raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")
        if isinstance(value, bool):
            start.hparams[name].bool_value, kind = value, "DATA_TYPE_BOOL"
        elif isinstance(value, str):
            start.hparams[name].string_value, kind = value, "DATA_TYPE_STRING"
        else:
            start.hparams[name].number_value, kind = value, "DATA_TYPE_FLOAT64"
        domain = None
        if hparam_domain_discrete and name in hparam_domain_discrete:
            domain = ListValue()
            domain.extend(hparam_domain_discrete[name])
        infos.append(HParamInfo(name=name, type=DataType.Value(kind), domain_discrete=domain))

    def record(tag: str, **content: Any) -> Any:
        packed = HParamsPluginData(version=0, **content).SerializeToString()
        data = SummaryMetadata.PluginData(plugin_name="hparams", content=packed)
        return Summary(value=[Summary.Value(tag=tag, metadata=SummaryMetadata(plugin_data=data))])

    metrics = [MetricInfo(name=MetricName(tag=name)) for name in metric_dict]
    return (
        record("_hparams_/experiment", experiment=Experiment(hparam_infos=infos, metric_infos=metrics)),
        record("_hparams_/session_start_info", session_start_info=start),
        record(
            "_hparams_/session_end_info",
            session_end_info=SessionEndInfo(status=Status.Value("STATUS_SUCCESS")),
        ),
    )
