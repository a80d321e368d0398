"""What a program builds: graphs of operations and tensors.

Knows no op by name; imports no torch.
"""
