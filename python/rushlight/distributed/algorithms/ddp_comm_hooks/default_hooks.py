"""Ways to exchange gradients: as they are, or in half precision."""

from __future__ import annotations

from .... import _C
from ... import distributed_c10d as dist
from ..._parts import GradBucket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Hook = Callable[[Any, GradBucket], Any]


def _mean(group: Any, buffer: Any) -> Any:
    """The mean of a buffer over all processes, to come."""
    buffer = buffer / dist.get_world_size(group)
    work: Any = dist.all_reduce(buffer, group=group, async_op=True)
    return work.get_future().then(lambda done: done.value()[0])


def allreduce_hook(process_group: Any, bucket: GradBucket) -> Any:
    """The mean over all processes.

    Args:
        process_group (ProcessGroup, optional): which processes. Default: all
        bucket (GradBucket): the gradients.
    """
    return _mean(process_group, bucket.buffer())


def _compressed(process_group: Any, bucket: GradBucket, dtype: Any) -> Any:
    buffer = bucket.buffer()
    return _mean(process_group, buffer.to(dtype)).then(lambda done: buffer.copy_(done.value()))


def fp16_compress_hook(process_group: Any, bucket: GradBucket) -> Any:
    """The mean over all processes, exchanged in float16."""
    return _compressed(process_group, bucket, _C.float16)


def bf16_compress_hook(process_group: Any, bucket: GradBucket) -> Any:
    """The mean over all processes, exchanged in bfloat16."""
    return _compressed(process_group, bucket, _C.bfloat16)


def _wrapper(hook: Hook, dtype: Any) -> Hook:
    def compressed(state: Any, bucket: GradBucket) -> Any:
        whole = bucket.buffer()
        bucket.set_buffer(whole.to(dtype))
        return hook(state, bucket).then(lambda done: whole.copy_(done.value()))

    return compressed


def fp16_compress_wrapper(hook: Hook) -> Hook:
    """Another hook with gradients in float16."""
    return _wrapper(hook, _C.float16)


def bf16_compress_wrapper(hook: Hook) -> Hook:
    """Another hook with gradients in bfloat16."""
    return _wrapper(hook, _C.bfloat16)


__all__ = ["allreduce_hook", "bf16_compress_hook", "bf16_compress_wrapper", "fp16_compress_hook", "fp16_compress_wrapper"]
