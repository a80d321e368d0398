"""Files as TensorFlow programs open them: `FileIO`, and the functions behind `tf.gfile`.

Only the local file system is served; a name may start with `file://`.  What fails raises the
`tf.errors` class that TensorFlow raises.  Names may be str, bytes or `os.PathLike`.

Source: TensorFlow 1.15, `tensorflow.python.lib.io.file_io`.
"""

from __future__ import annotations

import binascii
import contextlib
import errno
import fnmatch
import os
import re
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, NamedTuple, Union

from reflow.graph import errors

__all__ = [
    "FileIO",
    "FileStatistics",
    "atomic_write_string_to_file",
    "copy",
    "create_dir",
    "delete_file",
    "delete_recursively",
    "file_crc32",
    "file_exists",
    "filecmp",
    "get_matching_files",
    "is_directory",
    "list_directory",
    "read_file_to_string",
    "recursive_create_dir",
    "rename",
    "stat",
    "walk",
    "write_string_to_file",
]

FileName = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

_READABLE = ("r", "r+", "a+", "w+")
_WRITABLE = ("a", "w", "r+", "a+", "w+")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_GLOB_MAGIC = re.compile(r"[*?\[\\]")
_CRC_BLOCK_BYTES = 16 * 1024 * 1024

_ERROR_OF_ERRNO: dict[int, type[errors.OpError]] = {
    errno.ENOENT: errors.NotFoundError,
    errno.EEXIST: errors.AlreadyExistsError,
    errno.EISDIR: errors.FailedPreconditionError,
    errno.ENOTDIR: errors.FailedPreconditionError,
    errno.ENOTEMPTY: errors.FailedPreconditionError,
    errno.EBUSY: errors.FailedPreconditionError,
    errno.EINVAL: errors.InvalidArgumentError,
    errno.ENAMETOOLONG: errors.InvalidArgumentError,
    errno.EACCES: errors.PermissionDeniedError,
    errno.EPERM: errors.PermissionDeniedError,
    errno.EROFS: errors.PermissionDeniedError,
    errno.ENOSPC: errors.ResourceExhaustedError,
    errno.EDQUOT: errors.ResourceExhaustedError,
    errno.EMFILE: errors.ResourceExhaustedError,
    errno.ENFILE: errors.ResourceExhaustedError,
}


@contextlib.contextmanager
def _tensorflow_errors(path: str) -> Iterator[None]:
    """Turn an `OSError` about `path` into TensorFlow's error of the same meaning."""
    try:
        yield
    except OSError as error:
        raise _op_error(
            _ERROR_OF_ERRNO.get(error.errno or 0), f"{path}; {error.strerror}"
        ) from error


def _op_error(cls: type[Any] | None, message: str) -> errors.OpError:
    error: errors.OpError = (cls or errors.UnknownError)(None, None, message)
    return error


def _local_path(name: FileName) -> str:
    if not isinstance(name, str | bytes | os.PathLike):
        raise TypeError(f"Expected a file name as a string, bytes or a path. Received: {name!r}")
    path = os.fsdecode(name)
    scheme = _SCHEME.match(path)
    if scheme is None:
        return path
    if scheme[1] != "file":
        raise _op_error(
            errors.UnimplementedError,
            f"File system scheme '{scheme[1]}' not implemented (file: '{path}')",
        )
    return path[scheme.end() :]


def _as_bytes(content: str | bytes) -> bytes:
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, bytes):
        return content
    raise TypeError(f"Expected binary or unicode string, got {content!r}")


class FileIO:
    """A file, opened when it is first read or first written.

    Reading and writing keep separate positions, and the first write of any mode but the append
    modes empties the file, as in TensorFlow.  Iterating gives the lines.

    Args:
      name: the file's name.
      mode: 'r', 'w', 'a', 'r+', 'w+' or 'a+', with 'b' for bytes instead of UTF-8 text.

    Raises:
      tf.errors.InvalidArgumentError: for another mode.
    """

    def __init__(self, name: FileName, mode: str) -> None:
        self._reader: IO[bytes] | None = None
        self._writer: IO[bytes] | None = None
        self._name = name
        self._mode = mode
        self._binary = "b" in mode
        self._kind = mode.replace("b", "")
        if self._kind not in {*_READABLE, *_WRITABLE}:
            raise _op_error(
                errors.InvalidArgumentError,
                f"mode is not 'r' or 'w' or 'a' or 'r+' or 'w+' or 'a+'. Received: {mode!r}",
            )

    def __del__(self) -> None:
        with contextlib.suppress(OSError):
            self._close_streams()

    @property
    def name(self) -> FileName:
        """The name as it was given."""
        return self._name

    @property
    def mode(self) -> str:
        """The mode as it was given."""
        return self._mode

    def _reading(self) -> IO[bytes]:
        if self._reader is None:
            if self._kind not in _READABLE:
                raise _op_error(errors.PermissionDeniedError, "File isn't open for reading")
            self._reader = self._open("rb")
        return self._reader

    def _writing(self) -> IO[bytes]:
        if self._writer is None:
            if self._kind not in _WRITABLE:
                raise _op_error(errors.PermissionDeniedError, "File isn't open for writing")
            self._writer = self._open("ab" if self._kind.startswith("a") else "wb")
        return self._writer

    def _open(self, mode: str) -> IO[bytes]:
        path = _local_path(self._name)
        with _tensorflow_errors(path):
            return open(path, mode)

    def _as_mode(self, content: bytes) -> Any:
        return content if self._binary else content.decode()

    def size(self) -> int:
        """The size in bytes of what is on disk."""
        return stat(self._name).length

    def read(self, n: int = -1) -> Any:
        """The next `n` bytes, or all that is left: bytes in a 'b' mode, else str."""
        return self._as_mode(self._reading().read(n))

    def readline(self) -> Any:
        """The next line with its newline, without carriage returns; empty at the end."""
        return self._as_mode(self._reading().readline().replace(b"\r", b""))

    def readlines(self) -> list[Any]:
        """All lines that are left."""
        return list(self)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    next = __next__

    def seek(self, offset: int | None = None, whence: int = 0, position: int | None = None) -> None:
        """Move the position for reading.

        Args:
          offset: in bytes.
          whence: `offset` counts from 0: the start, 1: the position now, 2: the end.
          position: the old name of `offset`.

        Raises:
          tf.errors.OutOfRangeError: beyond the end of the file, where the position then is.
        """
        reader = self._reading()
        if offset is None and position is None:
            raise TypeError("seek(): offset argument required")
        if offset is not None and position is not None:
            raise TypeError("seek(): offset and position may not be set simultaneously.")
        if whence not in (0, 1, 2):
            raise _op_error(
                errors.InvalidArgumentError,
                f"Invalid whence argument: {whence}. Valid values are 0, 1, or 2.",
            )
        here = reader.tell()
        size = reader.seek(0, os.SEEK_END)  # also drops what was read ahead, which may be old
        start = (0, here, size)[whence]
        target = start + (position if offset is None else offset)  # type: ignore[operator]
        reader.seek(here if target < 0 else min(target, size))
        if target < 0:
            raise _op_error(
                errors.InvalidArgumentError, f"Seeking to a negative position: {target}"
            )
        if target > size:
            raise _op_error(errors.OutOfRangeError, "reached end of file")

    def seekable(self) -> bool:
        """True: `seek` and `tell` work."""
        return True

    def tell(self) -> int:
        """The position in bytes: of reading where the mode reads, else of writing."""
        return (self._reading() if self._kind in _READABLE else self._writing()).tell()

    def write(self, file_content: str | bytes) -> None:
        """Write after what was written before; text is encoded as UTF-8."""
        content = _as_bytes(file_content)
        writer = self._writing()
        with _tensorflow_errors(writer.name):
            writer.write(content)

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        if self._writer is not None:
            with _tensorflow_errors(self._writer.name):
                self._writer.flush()

    def close(self) -> None:
        """Close the file; reading or writing again opens it anew."""
        with _tensorflow_errors(os.fsdecode(self._name)):
            self._close_streams()

    def _close_streams(self) -> None:
        streams = (self._reader, self._writer)
        self._reader = self._writer = None
        for stream in streams:
            if stream is not None:
                stream.close()

    def __enter__(self) -> FileIO:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class FileStatistics(NamedTuple):
    """What is known of a file: length in bytes, time of the last change, whether a directory."""

    length: int
    mtime_nsec: int
    is_directory: bool


def stat(filename: FileName) -> FileStatistics:
    """The statistics of a file or directory.

    Raises:
      tf.errors.NotFoundError: if there is none.
    """
    path = _local_path(filename)
    with _tensorflow_errors(path):
        found = os.stat(path)
    return FileStatistics(found.st_size, found.st_mtime_ns, os.path.isdir(path))


def file_exists(filename: FileName) -> bool:
    """Whether there is a file or directory of that name."""
    return os.path.exists(_local_path(filename))


def is_directory(dirname: FileName) -> bool:
    """Whether the name is that of a directory."""
    return os.path.isdir(_local_path(dirname))


def delete_file(filename: FileName) -> None:
    """Delete a file.

    Raises:
      tf.errors.NotFoundError: if there is none.
      tf.errors.FailedPreconditionError: if it is a directory.
    """
    path = _local_path(filename)
    with _tensorflow_errors(path):
        os.remove(path)


def delete_recursively(dirname: FileName) -> None:
    """Delete a directory with all that is in it.

    Raises:
      tf.errors.NotFoundError: if there is none.
      tf.errors.FailedPreconditionError: if it is a file.
    """
    path = _local_path(dirname)
    if not os.path.exists(path):
        raise _op_error(errors.NotFoundError, f"{path} not found")
    with _tensorflow_errors(path):
        shutil.rmtree(path)


def create_dir(dirname: FileName) -> None:
    """Create a directory in an existing one; one that is there already is left as it is.

    Raises:
      tf.errors.NotFoundError: if the parent directory is missing.
    """
    path = _local_path(dirname)
    with _tensorflow_errors(path), contextlib.suppress(FileExistsError):
        os.mkdir(path)


def recursive_create_dir(dirname: FileName) -> None:
    """Create a directory and its missing parents; those that are there are left as they are.

    Raises:
      tf.errors.FailedPreconditionError: if one of the parents is a file.
    """
    path = _local_path(dirname)
    if path:
        with _tensorflow_errors(path), contextlib.suppress(FileExistsError):
            os.makedirs(path, exist_ok=True)


def list_directory(dirname: FileName) -> list[str]:
    """The names in a directory, sorted, without '.' and '..'.

    Raises:
      tf.errors.NotFoundError: if there is no such directory.
    """
    path = _local_path(dirname)
    if not os.path.isdir(path):
        raise _op_error(errors.NotFoundError, f"Could not find directory {path}")
    with _tensorflow_errors(path):
        return sorted(os.listdir(path))


def walk(
    top: FileName,
    in_order: bool = True,
    onerror: Callable[[errors.OpError], None] | None = None,
) -> Iterator[tuple[str, list[str], list[str]]]:
    """The directories below `top`, as (directory, names of its directories, names of its files).

    Args:
      top: the directory to start at, itself included.
      in_order: a directory comes before those in it; if False, after.
      onerror: called with the error when a directory cannot be listed; else that is passed over.
    """
    path = _local_path(top)
    try:
        names = list_directory(path)
    except errors.NotFoundError as error:
        if onerror is not None:
            onerror(error)
        return
    directories = [name for name in names if os.path.isdir(os.path.join(path, name))]
    here = (path, directories, [name for name in names if name not in directories])
    if in_order:
        yield here
    for name in directories:
        yield from walk(os.path.join(path, name), in_order, onerror)
    if not in_order:
        yield here


def get_matching_files(filename: FileName | Iterable[FileName]) -> list[str]:
    """The files and directories that match one pattern or any of several, sorted for each.

    `*`, `?` and `[...]` match within one name of the path, hidden names too.  A pattern whose
    fixed part names no directory gives names that start with './', as TensorFlow's do.
    """
    if not isinstance(filename, str | bytes | os.PathLike):
        return [found for pattern in filename for found in get_matching_files(pattern)]
    pattern = _local_path(filename)
    magic = _GLOB_MAGIC.search(pattern)
    fixed = pattern[: magic.start()] if magic else pattern
    root = "" if "/" in fixed else "./"
    if pattern.startswith("/"):
        root, pattern = "/", pattern.lstrip("/")
    return list(_match_components(root, re.split("/+", pattern)))


def _match_components(directory: str, components: list[str]) -> Iterator[str]:
    """The paths in `directory` whose parts match the components, one by one."""
    component, *rest = components
    matches = re.compile(fnmatch.translate(component.replace("[^", "[!"))).match
    names: Iterable[str] = (component,)
    if _GLOB_MAGIC.search(component):
        names = sorted(filter(matches, os.listdir(directory or ".")))
    for name in filter(None, names):
        path = directory + name
        if rest and os.path.isdir(path):
            yield from _match_components(path + "/", rest)
        elif not rest and os.path.exists(path):
            yield path


def copy(oldpath: FileName, newpath: FileName, overwrite: bool = False) -> None:
    """Copy a file's contents.

    Raises:
      tf.errors.AlreadyExistsError: if `newpath` is there and `overwrite` is False.
      tf.errors.NotFoundError: if `oldpath` is missing.
    """
    source, target = _local_path(oldpath), _local_path(newpath)
    _refuse_existing(target, overwrite)
    with (
        _tensorflow_errors(source),
        open(source, "rb") as reader,
        _tensorflow_errors(target),
        open(target, "wb") as writer,
    ):
        shutil.copyfileobj(reader, writer)


def rename(oldname: FileName, newname: FileName, overwrite: bool = False) -> None:
    """Rename or move a file or directory.

    Raises:
      tf.errors.AlreadyExistsError: if `newname` is there and `overwrite` is False.
      tf.errors.NotFoundError: if `oldname` is missing.
    """
    source, target = _local_path(oldname), _local_path(newname)
    _refuse_existing(target, overwrite)
    with _tensorflow_errors(source):
        os.replace(source, target)


def _refuse_existing(target: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(target):
        raise _op_error(errors.AlreadyExistsError, f"file already exists: {target}")


def read_file_to_string(filename: FileName, binary_mode: bool = False) -> Any:
    """The whole file: bytes if `binary_mode`, else str."""
    with FileIO(filename, "rb" if binary_mode else "r") as file:
        return file.read()


def write_string_to_file(filename: FileName, file_content: str | bytes) -> None:
    """Write a file anew with these contents."""
    with FileIO(filename, "w") as file:
        file.write(file_content)


def atomic_write_string_to_file(
    filename: FileName, contents: str | bytes, overwrite: bool = True
) -> None:
    """Write a file that appears under its name only when it is complete."""
    temporary = f"{_local_path(filename)}.tmp{uuid.uuid4().hex}"
    write_string_to_file(temporary, contents)
    try:
        rename(temporary, filename, overwrite)
    except errors.OpError:
        delete_file(temporary)
        raise


def filecmp(filename_a: FileName, filename_b: FileName) -> bool:
    """Whether two files have the same contents."""
    same_size = stat(filename_a).length == stat(filename_b).length
    return same_size and file_crc32(filename_a) == file_crc32(filename_b)


def file_crc32(filename: FileName, block_size: int = _CRC_BLOCK_BYTES) -> str:
    """The CRC-32 of a file in hexadecimal, read in blocks of `block_size` bytes."""
    crc = 0
    with FileIO(filename, "rb") as file:
        while block := file.read(block_size):
            crc = binascii.crc32(block, crc)
    return hex(crc)
