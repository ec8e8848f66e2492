"""Functions of ``nn`` and others under the engine's names in PyTorch: ``torch.lstm``, ``torch.embedding_bag``, ``torch.kl_div`` and their
kin. Their arguments stand in another order there, and what is a word in ``nn.functional`` is a number.
"""
