"""Stores: values by key, that processes would share."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from ._parts import DistStoreError, _one, default_pg_timeout


class Store:
    """Names and bytes that processes share; with one process, a table in memory."""

    def __init__(self) -> None:
        self._items: dict[str, bytes] = {}
        self._changed = threading.Condition()
        self.timeout = default_pg_timeout

    def set(self, key: str, value: Any) -> None:
        """Sets a value."""
        with self._changed:
            self._items[key] = value.encode() if isinstance(value, str) else bytes(value)
            self._changed.notify_all()

    def get(self, key: str) -> bytes:
        """A value, waited for.

        Errors: DistStoreError after the store's timeout.
        """
        self.wait([key])
        return self._items[key]

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        """Waits for names."""
        limit = (timeout or self.timeout).total_seconds()
        with self._changed:
            if not self._changed.wait_for(lambda: all(key in self._items for key in keys), limit):
                raise DistStoreError(f"wait timeout after {int(limit * 1000)}ms, keys: {', '.join(keys)}")

    def add(self, key: str, amount: int) -> int:
        """Adds to a number and returns it."""
        with self._changed:
            value = int(self._items.get(key, b"0")) + amount
            self._items[key] = str(value).encode()
            self._changed.notify_all()
            return value

    def compare_set(self, key: str, expected_value: str, desired_value: str) -> bytes:
        """Sets a value if it was another; returns what it is then."""
        with self._changed:
            if self._items.get(key, b"") == expected_value.encode():
                self._items[key] = desired_value.encode()
                self._changed.notify_all()
            return self._items.get(key, expected_value.encode())

    def check(self, keys: list[str]) -> bool:
        """Whether all names are there."""
        return all(key in self._items for key in keys)

    def delete_key(self, key: str) -> bool:
        """Takes a name away; whether it was there."""
        return self._items.pop(key, None) is not None

    def num_keys(self) -> int:
        """How many names."""
        return len(self._items)

    def set_timeout(self, timeout: timedelta) -> None:
        """How long to wait."""
        self.timeout = timeout


class HashStore(Store):
    """A store in memory."""


class FileStore(Store):
    """A store in a file, which one process needs not."""

    def __init__(self, file_name: str, world_size: int = -1) -> None:
        super().__init__()
        _one(world_size)
        self.path = file_name


class TCPStore(Store):
    """A store over the network, which one process needs not."""

    def __init__(
        self,
        host_name: str,
        port: int,
        world_size: int | None = None,
        is_master: bool = False,
        timeout: timedelta = default_pg_timeout,
        wait_for_workers: bool = True,
        multi_tenant: bool = False,
        master_listen_fd: int | None = None,
        use_libuv: bool = True,
    ) -> None:
        super().__init__()
        _one(world_size if world_size is not None else 1)
        self.host, self.port, self.timeout = host_name, port, timeout


class PrefixStore(Store):
    """A store whose names begin with a prefix in another."""

    def __init__(self, prefix: str, store: Store) -> None:
        super().__init__()
        self.prefix, self.underlying_store = prefix, store

    def set(self, key: str, value: Any) -> None:
        self.underlying_store.set(f"{self.prefix}/{key}", value)

    def get(self, key: str) -> bytes:
        return self.underlying_store.get(f"{self.prefix}/{key}")

    def wait(self, keys: list[str], timeout: timedelta | None = None) -> None:
        self.underlying_store.wait([f"{self.prefix}/{key}" for key in keys], timeout)

    def add(self, key: str, amount: int) -> int:
        return self.underlying_store.add(f"{self.prefix}/{key}", amount)

    def check(self, keys: list[str]) -> bool:
        return self.underlying_store.check([f"{self.prefix}/{key}" for key in keys])

    def delete_key(self, key: str) -> bool:
        return self.underlying_store.delete_key(f"{self.prefix}/{key}")
