"""tensorflow.python.client.device_lib: how programs ask for GPUs before they build."""

import torch

from reflow import tf
from reflow.runtime.device_lib import list_local_devices


def test_devices_of_this_machine():
    devices = list_local_devices()
    assert (devices[0].name, devices[0].device_type) == ("/device:CPU:0", "CPU")
    assert devices[0].memory_limit > 0 and devices[0].physical_device_desc == ""
    gpus = [device.name for device in devices if device.device_type == "GPU"]
    assert gpus == [f"/device:GPU:{i}" for i in range(torch.cuda.device_count())]


def test_devices_of_a_session():
    config = tf.ConfigProto(device_count={"CPU": 2, "GPU": 0})
    assert [d.name for d in list_local_devices(config)] == ["/device:CPU:0", "/device:CPU:1"]
