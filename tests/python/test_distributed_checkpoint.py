"""Checkpoints in folders: what is written is read, also into tensors, and in parts; nothing in a file is trusted."""

from __future__ import annotations

import os
import pickle

import pytest
import rushlight as rl
from rushlight import nn
from rushlight.distributed import checkpoint
from rushlight.distributed.checkpoint import format_utils
from rushlight.distributed.checkpoint.filesystem import _StorageInfo
from rushlight.distributed.checkpoint.metadata import (
    ChunkStorageMetadata,
    Metadata,
    MetadataIndex,
    TensorProperties,
    TensorStorageMetadata,
)
from rushlight.distributed.checkpoint.state_dict import (
    StateDictOptions,
    get_model_state_dict,
    get_optimizer_state_dict,
    get_state_dict,
    set_model_state_dict,
    set_optimizer_state_dict,
    set_state_dict,
)
from rushlight.distributed.checkpoint.state_dict_loader import _load_state_dict
from rushlight.distributed.checkpoint.stateful import Stateful


def trained(seed):
    rl.manual_seed(seed)
    model = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    groups = [{"params": model[0].parameters()}, {"params": model[1].parameters(), "lr": 0.5}]
    optimizer = rl.optim.AdamW(groups, 1e-2)
    model(rl.randn(4, 2)).sum().backward()
    optimizer.step()
    return model, optimizer


class Trainer:
    def __init__(self, seed):
        self.model, self.optimizer = trained(seed)

    def state_dict(self):
        model, optimizer = get_state_dict(self.model, self.optimizer)
        return {"model": model, "optimizer": optimizer}

    def load_state_dict(self, state):
        found = set_state_dict(
            self.model, self.optimizer, model_state_dict=state["model"], optim_state_dict=state["optimizer"]
        )
        assert not found.missing_keys and not found.unexpected_keys


def same(a, b):
    return all(rl.equal(x, y) for x, y in zip(a.values(), b.values(), strict=True))


def save(state, folder, **more):
    return checkpoint.save(state, checkpoint_id=folder, no_dist=True, **more)


def load(state, folder, **more):
    checkpoint.load(state, checkpoint_id=folder, no_dist=True, **more)
    return state


def test_what_is_written_is_read(tmp_path):
    trainer, view = Trainer(0), rl.arange(6.0).reshape(2, 3)[:, 1:]
    written = {"t": trainer, "step": 5, "list": [1, view], "pair": (1, 2), "empty": rl.zeros(0, 2), "half": rl.ones(2).half()}
    assert isinstance(trainer, Stateful)
    known = save(written, tmp_path / "c")
    assert sorted(os.listdir(tmp_path / "c")) == [".metadata", "__0_0.distcp"]
    assert known.planner_data["t.optimizer.param_groups.1.lr"] == ("t", "optimizer", "param_groups", 1, "lr")
    other, held = Trainer(1), rl.zeros(2, 2)
    read = {"t": other, "step": 0, "list": [0, held], "pair": None, "empty": rl.zeros(0, 2), "half": rl.zeros(2).half()}
    assert not same(other.model.state_dict(), trainer.model.state_dict())
    load(read, tmp_path / "c")
    assert read["step"] == 5 and read["pair"] == (1, 2) and read["half"].tolist() == [1, 1]
    assert read["list"] == [1, held] and rl.equal(held, view)  # the tensor that was there
    assert same(other.model.state_dict(), trainer.model.state_dict())
    for mine, theirs in zip(other.optimizer.state.values(), trainer.optimizer.state.values(), strict=True):
        assert same(mine, theirs)
    assert [group["lr"] for group in other.optimizer.param_groups] == [1e-2, 0.5]


def test_what_does_not_fit_changes_nothing(tmp_path):
    save({"a": rl.ones(2), "b": rl.ones(3), "n": 1}, tmp_path)
    for wanted, error, said in (
        ({"a": rl.zeros(2), "none": rl.zeros(1)}, RuntimeError, "Missing key in checkpoint state_dict: none"),
        ({"a": rl.zeros(2), "b": rl.zeros(2)}, ValueError, "Size mismatch"),
        ({"a": rl.zeros(2), "b": 3}, ValueError, "is a tensor in the checkpoint"),
    ):
        with pytest.raises(checkpoint.CheckpointException) as caught:
            load(wanted, tmp_path)
        assert isinstance(caught.value.failures[0], error) and said in str(caught.value)
        assert wanted["a"].tolist() == [0, 0]
    some = load({"a": rl.zeros(2), "more": 7}, tmp_path, planner=checkpoint.DefaultLoadPlanner(allow_partial_load=True))
    assert some["a"].tolist() == [1, 1] and some["more"] == 7
    with pytest.raises(checkpoint.CheckpointException, match="No such file"):
        load({"a": 1}, tmp_path / "none")
    with pytest.raises(RuntimeError, match="must be specified"):
        checkpoint.save({}, no_dist=True)
    with pytest.raises(checkpoint.CheckpointException, match="already exists"):
        checkpoint.save({}, storage_writer=checkpoint.FileSystemWriter(tmp_path, overwrite=False), no_dist=True)
    with pytest.warns(UserWarning, match="intent is to save in a single process"):
        checkpoint.save({"a": 1}, checkpoint_id=tmp_path)
    with pytest.raises(TypeError, match="by a FileSystemWriter here"):
        checkpoint.save({}, storage_writer=object(), no_dist=True)


def test_blocks_of_many_processes_are_put_together(tmp_path):
    whole = rl.arange(12.0).reshape(4, 3)
    places, chunks = {}, []
    for rank, rows in enumerate((whole[:3], whole[3:])):
        rl.save(rows.clone(), tmp_path / f"__{rank}_0.distcp")
        start = rl.Size([3 * rank, 0])
        chunks.append(ChunkStorageMetadata(start, rl.Size(rows.shape)))
        size = os.path.getsize(tmp_path / f"__{rank}_0.distcp")
        places[MetadataIndex("w", start, rank)] = _StorageInfo(f"__{rank}_0.distcp", 0, size)
    known = Metadata({"w": TensorStorageMetadata(TensorProperties(), whole.shape, chunks)}, {"w": ("w",)}, places)
    assert places[MetadataIndex("w", (3, 0))].relative_path == "__1_0.distcp"  # found without the hint
    reader = checkpoint.FileSystemReader(tmp_path)
    reader.read_metadata = lambda: known
    state = {"w": rl.zeros(4, 3)}
    checkpoint.load(state, storage_reader=reader, no_dist=True)
    assert rl.equal(state["w"], whole)
    places[MetadataIndex("w", (3, 0))].length += 9
    with pytest.raises(checkpoint.CheckpointException, match="were expected"):
        checkpoint.load(state, storage_reader=reader, no_dist=True)
    places[MetadataIndex("w", (3, 0))].relative_path = "../secret"
    with pytest.raises(checkpoint.CheckpointException, match="is no file of the checkpoint"):
        checkpoint.load(state, storage_reader=reader, no_dist=True)


class Evil:
    def __reduce__(self):
        return os.system, ("touch evil",)


@pytest.mark.parametrize("content", [Evil(), [1], {"a": 1}])
def test_what_describes_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / ".metadata").write_bytes(pickle.dumps(content))
    with pytest.raises(pickle.UnpicklingError, match=r"does not name|describes no checkpoint"):
        checkpoint.FileSystemReader(tmp_path).read_metadata()


def test_names_in_the_file_are_pytorchs(tmp_path):
    save({"a": rl.ones(2), "n": 1}, tmp_path)
    text = (tmp_path / ".metadata").read_bytes()
    assert b"torch.distributed.checkpoint.metadata\nTensorStorageMetadata" in text and b"rushlight" not in text
    assert checkpoint.FileSystemReader(tmp_path).read_metadata().version == "1.0.0"


def test_folders_become_files_and_files_folders(tmp_path):
    trainer = Trainer(0)
    save({"t": trainer, "step": 5}, tmp_path / "c")
    format_utils.dcp_to_torch_save(tmp_path / "c", tmp_path / "c.pt")
    whole = rl.load(tmp_path / "c.pt", weights_only=False)
    assert whole["step"] == 5 and same(whole["t"]["model"], trainer.model.state_dict())
    assert whole["t"]["optimizer"]["param_groups"][1]["params"] == ["1.weight", "1.bias"]
    format_utils.torch_save_to_dcp(tmp_path / "c.pt", tmp_path / "d")
    part = {}
    planner = format_utils._EmptyStateDictLoadPlanner(keys={"t.model", "step"})
    _load_state_dict(part, checkpoint.FileSystemReader(tmp_path / "d"), planner=planner)
    assert list(part) == ["t", "step"] and list(part["t"]) == ["model"]


def test_a_copy_is_written_while_the_program_goes_on(tmp_path):
    x = rl.ones(3)
    written = checkpoint.async_save({"x": x}, checkpoint_id=tmp_path, no_dist=True)
    x.zero_()
    written.result()
    assert load({"x": rl.zeros(3)}, tmp_path)["x"].tolist() == [1, 1, 1]


def test_states_by_names_whatever_wraps_the_model():
    model, optimizer = trained(0)
    wrapped = rl.compile(nn.DataParallel(model))
    assert list(get_model_state_dict(nn.DataParallel(model))) == list(model.state_dict())
    assert list(get_model_state_dict(rl.compile(model))) == list(model.state_dict())
    flat = get_optimizer_state_dict(model, optimizer, options=StateDictOptions(flatten_optimizer_state_dict=True))
    assert list(flat)[:2] == ["state.0.weight.step", "state.0.weight.exp_avg"]
    assert flat["param_groups.1.bias.lr"] == 0.5 and "param_groups.0.bias.params" not in flat
    other, fresh = trained(1)
    fresh.param_groups[1]["lr"] = 9.0
    set_optimizer_state_dict(other, fresh, flat)
    assert same(fresh.state[other[0].bias], optimizer.state[model[0].bias]) and fresh.param_groups[1]["lr"] == 0.5
    assert wrapped is not None
    part = get_model_state_dict(model, submodules={model[1]}, options=StateDictOptions(keep_submodule_prefixes=False))
    assert list(part)[:2] == ["weight", "bias"]
    model[0].requires_grad_(False)
    assert "0.weight" not in get_model_state_dict(model, options=StateDictOptions(ignore_frozen_params=True))
    with pytest.raises(RuntimeError, match="Missing key"):
        set_model_state_dict(model, {})
    assert set_model_state_dict(model, {}, options=StateDictOptions(strict=False)).missing_keys


def test_an_optimizer_without_a_step_gets_its_state_and_nothing_moves():
    model = nn.Linear(2, 2)
    optimizer = rl.optim.Adam(model.parameters(), rl.tensor(0.1))
    before = model.weight.detach().clone()
    state = get_optimizer_state_dict(model, optimizer)
    assert set(state["state"]) == {"weight", "bias"} and rl.equal(model.weight, before)
    assert optimizer.param_groups[0]["lr"].item() == pytest.approx(0.1) and model.weight.grad is None


class Harmful:
    """Its unpickling would make a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


@pytest.mark.parametrize("whole", [False, True])
def test_a_folder_from_strangers_runs_no_code(tmp_path, whole):
    mark, folder = tmp_path / "mark", tmp_path / "folder"
    checkpoint.save({"x": rl.ones(2), "other": Harmful(str(mark))}, checkpoint_id=folder, no_dist=True)
    assert not mark.exists()
    with pytest.raises(checkpoint.CheckpointException, match="add_safe_globals"):
        if whole:
            format_utils.dcp_to_torch_save(folder, tmp_path / "file")
        else:
            checkpoint.load({"x": rl.zeros(2), "other": None}, checkpoint_id=folder, no_dist=True)
    assert not mark.exists()
