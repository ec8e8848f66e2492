"""From indices to data, for one dataset."""

from __future__ import annotations

from .... import _C
from ..dataset import Subset, TensorDataset
from .collate import default_collate


def _tensor_columns(dataset, indices):
    """The collated batch of a dataset of tensors, or of a part of one; None if it is neither."""
    while type(dataset) is Subset:
        indices = [dataset.indices[i] for i in indices]
        dataset = dataset.dataset
    if type(dataset) is not TensorDataset or not indices:
        return None
    places = _C.tensor(indices, dtype=_C.int64)
    if indices[0] < 0 or min(indices) < 0:
        return [tensor[places] for tensor in dataset.tensors]
    return [tensor.index_select(0, places.to(tensor.device)) for tensor in dataset.tensors]


def _innermost(dataset):
    while type(dataset) is Subset:
        dataset = dataset.dataset
    return dataset


class MapFetcher:
    """Samples by their indices."""

    def __init__(self, dataset, auto_collation, collate_fn, drop_last):
        self.dataset, self.auto_collation, self.collate_fn = dataset, auto_collation, collate_fn
        self.columns = (
            auto_collation and collate_fn is default_collate and type(_innermost(dataset)) is TensorDataset
        )
        self.several = callable(getattr(dataset, "__getitems__", None))

    def fetch(self, indices):
        """The batch of a list of indices, or the sample of one."""
        dataset = self.dataset
        if not self.auto_collation:
            return self.collate_fn(dataset[indices])
        if self.columns:
            data = _tensor_columns(dataset, indices)
            if data is not None:
                return data
        if self.several:
            return self.collate_fn(dataset.__getitems__(indices))
        return self.collate_fn([dataset[index] for index in indices])


class IterableFetcher:
    """Samples of a stream; the indices say only how many are wanted."""

    def __init__(self, dataset, auto_collation, collate_fn, drop_last):
        self.samples, self.ended = iter(dataset), False
        self.auto_collation, self.collate_fn, self.drop_last = auto_collation, collate_fn, drop_last

    def fetch(self, indices):
        """The next batch, or sample. StopIteration: there is none."""
        if self.ended:
            raise StopIteration
        if not self.auto_collation:
            return self.collate_fn(next(self.samples))
        from itertools import islice

        batch = list(islice(self.samples, len(indices)))
        self.ended = len(batch) < len(indices)
        if not batch or (self.drop_last and self.ended):
            raise StopIteration
        return self.collate_fn(batch)
