"""`tf.resource_loader`: where the files beside a program are."""

import pathlib

import pytest

from reflow.tf import resource_loader

HERE = pathlib.Path(__file__).parent


def test_paths_start_at_the_file_that_asks():
    assert resource_loader.get_data_files_path() == str(HERE)
    assert resource_loader.get_path_to_datafile("x/y") == str(HERE / "x" / "y")
    assert resource_loader.get_root_dir_with_all_resources() == str(HERE)
    assert resource_loader.readahead_file_path("x") == "x"


def test_the_root_of_the_runfiles():
    namespace = {"loader": resource_loader}
    code = "root = loader.get_root_dir_with_all_resources()"
    exec(compile(code, "/a/program.runfiles/project/part/program.py", "exec"), namespace)
    assert namespace["root"] == "/a/program.runfiles/project"


def test_resources_of_tensorflow():
    assert b"tf.resource_loader" in resource_loader.load_resource("resource_loader.py")
    with pytest.raises(FileNotFoundError):
        resource_loader.load_resource("missing")
