"""What is known of a device, in the form in which PyTorch has it."""

from __future__ import annotations

from . import _device

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# what `get_device_capability` documents
CAPABILITY = 8, 0


class _CudaDeviceProperties:
    """What :func:`rushlight.cuda.get_device_properties` answers.

    Attributes:
        name (str): what the maker calls the device.
        total_memory (int): bytes of its memory; 0 where the driver does not tell.
        major, minor (int): see :func:`rushlight.cuda.get_device_capability`.
        warp_size (int): the largest number of invocations that run together.
        max_threads_per_block, shared_memory_per_block (int): limits of a workgroup.
        is_integrated (int): 1 where the memory is the processor's, too.
        uuid (UUID): made of maker, model and index; drivers' own are not told.
        vendor, device_id (int), kind, backend, driver, driver_info (str), limits (dict), features (list): what only this package has.

    The rest of PyTorch's attributes is there and 0 or empty: no driver for Vulkan, Metal or DirectX 12 tells them.
    """

    def __init__(self, index: int, told: dict[str, Any]) -> None:
        limits = told["limits"]
        self.name: str = told["name"]
        self.major, self.minor = CAPABILITY
        self.total_memory: int = told["total_memory"]
        self.warp_size: int = told["subgroup_max"]
        self.max_threads_per_block: int = limits.get("max_compute_invocations_per_workgroup", 0)
        self.shared_memory_per_block: int = limits.get("max_compute_workgroup_storage_size", 0)
        self.shared_memory_per_block_optin = self.shared_memory_per_multiprocessor = (
            self.shared_memory_per_block
        )
        self.is_integrated = int(told["kind"] == "IntegratedGpu")
        self.is_multi_gpu_board = self.multi_processor_count = self.max_threads_per_multi_processor = 0
        self.regs_per_multiprocessor = self.clock_rate = self.memory_clock_rate = self.memory_bus_width = 0
        self.pci_bus_id = self.pci_device_id = self.pci_domain_id = self.L2_cache_size = 0
        self.gcnArchName = ""
        self.vendor, self.device_id = told["vendor"], told["device_id"]
        self.kind, self.backend = told["kind"], told["backend"]
        self.driver, self.driver_info = told["driver"], told["driver_info"]
        self.limits, self.features = limits, told["features"]
        self._index = index

    @property
    def uuid(self) -> Any:
        from uuid import UUID

        return UUID(int=(self.vendor << 96) | (self.device_id << 64) | self._index)

    def __repr__(self) -> str:
        return (
            f"_CudaDeviceProperties(name='{self.name}', major={self.major}, minor={self.minor}, "
            f"total_memory={self.total_memory >> 20}MB, multi_processor_count={self.multi_processor_count}, uuid={self.uuid}, "
            f"pci_bus_id={self.pci_bus_id}, pci_device_id={self.pci_device_id}, pci_domain_id={self.pci_domain_id}, "
            f"L2_cache_size={self.L2_cache_size >> 20}MB)"
        )


def properties_of(index: int) -> _CudaDeviceProperties:
    """What the driver says of a device.

    Errors: RuntimeError for a device that is not there.
    """
    return _CudaDeviceProperties(index, _device.properties(index))
