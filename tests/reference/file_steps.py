"""What `tf.gfile` does, step by step, in a folder of its own: runs under TensorFlow and reflow.

Python 3.7 runs this file, because TensorFlow 1.15.5 does.
"""


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def content(path):
    with open(path, "rb") as file:
        return file.read().decode("latin-1")


def outcome(step):
    """What a step gives, as JSON can hold it; for an error, its class."""
    try:
        return plain(step())
    except Exception as error:
        return "raises " + type(error).__name__


def plain(value):
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def run(tf, file_io):
    """The outcomes by label, of steps run in order in the working directory, empty at first.

    Args:
      tf: the `tensorflow` module.
      file_io: its `tensorflow.python.lib.io.file_io`.
    """
    gfile = tf.gfile
    results = {}

    def step(label, function):
        results[label] = outcome(function)

    write("a.txt", "hé\nline2\nlast".encode())
    step("read", lambda: gfile.GFile("a.txt").read())
    step("read bytes", lambda: gfile.GFile("a.txt", "rb").read())
    step("read counts bytes", lambda: gfile.GFile("a.txt").read(2))
    step("read more than there is", lambda: gfile.GFile("a.txt", "rb").read(100))
    step("read nothing", lambda: gfile.GFile("a.txt", "rb").read(0))
    step("bytes name", lambda: gfile.GFile(b"a.txt").read(1))
    step("readlines", lambda: gfile.GFile("a.txt").readlines())
    step("iterate", lambda: list(gfile.GFile("a.txt", "rb")))
    step("with", lambda: [line for file in [gfile.Open("a.txt")] for line in file])
    step("fast", lambda: gfile.FastGFile("a.txt", "rb").read())

    file = gfile.GFile("a.txt")
    step(
        "positions", lambda: (file.tell(), file.readline(), file.tell(), file.read(2), file.tell())
    )
    step("to the end", lambda: (file.readline(), file.readline(), file.readline(), file.tell()))
    step("seek back", lambda: (file.seek(0), file.read(3)))
    step("seek beyond", lambda: file.seek(99))
    step("position after seek beyond", lambda: (file.tell(), file.read(3)))
    step("seek before", lambda: file.seek(-3))
    step("seek from end", lambda: (file.seek(-3, 2), file.read()))
    step("seek from here", lambda: (file.seek(0), file.seek(2, 1), file.seek(1, 1), file.tell()))
    step("seek whence", lambda: file.seek(0, 5))
    step("seek nowhere", lambda: file.seek())
    step("seek position", lambda: (file.seek(position=3), file.tell()))
    step("seek twice", lambda: file.seek(1, position=3))
    step("write to r", lambda: file.write("x"))
    step("attributes", lambda: (file.name, file.mode, file.size(), file.seekable()))
    step("read after close", lambda: (file.close(), file.read(1)))

    step("missing", lambda: gfile.GFile("missing").read())
    step("missing size", lambda: gfile.GFile("missing").size())
    for mode in ("x", "rw", "rU", "rt", ""):
        step("mode " + mode, lambda mode=mode: gfile.GFile("a.txt", mode))
    step("open a directory", lambda: gfile.GFile(".").read())

    file = gfile.GFile("w.txt", "w")
    step("not there before the first write", lambda: gfile.Exists("w.txt"))
    step("write", lambda: (file.write("abc"), gfile.Exists("w.txt"), file.tell(), file.size()))
    step(
        "flush",
        lambda: (file.flush(), file.size(), file.write(b"by"), file.write("é"), file.tell()),
    )
    step("write a number", lambda: file.write(5))
    step("read from w", lambda: file.read())
    step("seek in w", lambda: file.seek(0))
    step("close", lambda: (file.close(), content("w.txt")))
    step("write after close", lambda: (file.write("zz"), file.close(), content("w.txt")))
    file = gfile.GFile("never.txt", "w")
    step("nothing written", lambda: (file.flush(), file.close(), gfile.Exists("never.txt")))
    step("empty written", lambda: (file.write(""), file.close(), gfile.Exists("never.txt")))
    file = gfile.GFile("w.txt", "a")
    step("append", lambda: (file.write("AA"), file.tell(), file.close(), content("w.txt")))
    file = gfile.GFile("w.txt", "a+")
    step("a+", lambda: (file.read(), file.write("BB"), file.flush(), file.read(), file.tell()))
    file.close()

    def read_and_write(mode):
        write("w.txt", b"0123456789")
        file = gfile.GFile("w.txt", mode)
        step(mode, lambda: (file.read(3), file.write("CC"), file.flush(), content("w.txt")))
        step(mode + " seek", lambda: (file.seek(0), file.read(1)))
        file.close()

    read_and_write("r+")
    read_and_write("w+")
    step("write without a directory", lambda: gfile.GFile("no/such/f", "w").write("x"))
    step("not utf-8", lambda: (write("bin", b"\xff\xfe\n"), gfile.GFile("bin").read()))
    write("crlf", b"a\r\nb\rc\n\n")
    step("carriage returns", lambda: (gfile.GFile("crlf").readlines(), gfile.GFile("crlf").read()))

    step("exists", lambda: [gfile.Exists(name) for name in ("a.txt", ".", "zz", "", b"a.txt", "~")])
    step("mkdir", lambda: (gfile.MkDir("d"), gfile.MkDir("d"), gfile.MkDir("e/")))
    step("is directory", lambda: [gfile.IsDirectory(name) for name in ("d", "e/", "a.txt", "zz")])
    step("mkdir deep", lambda: gfile.MkDir("x/y"))
    step(
        "makedirs", lambda: (gfile.MakeDirs("m/n/o"), gfile.MakeDirs("m/n/o"), gfile.MakeDirs("p/"))
    )
    step("makedirs over a file", lambda: gfile.MakeDirs("a.txt"))
    step("makedirs under a file", lambda: gfile.MakeDirs("a.txt/b"))
    step("makedirs nowhere", lambda: gfile.MakeDirs(""))
    write("m/n/file", b"")
    write(".hidden", b"")
    step("list", lambda: (sorted(gfile.ListDirectory(".")), gfile.ListDirectory("m/n/o")))
    step("list missing", lambda: gfile.ListDirectory("zz"))
    step("list a file", lambda: gfile.ListDirectory("a.txt"))
    for pattern in (
        "*.txt", "./*.txt", "*", "zz*", "*/*", "m/*/o", "m/**", "**/o", "a.txt", "zz", "d",
        "d/", "m/n", "[aw].txt", "?.txt", "{a,w}.txt", "[!a].txt", "[^a].txt",
    ):  # fmt: skip
        step("glob " + pattern, lambda pattern=pattern: sorted(gfile.Glob(pattern)))
    step("glob several", lambda: sorted(gfile.Glob(["a*", b"w*", "a*"])))

    step("copy", lambda: (gfile.Copy("a.txt", "c.txt"), content("c.txt")))
    step("copy onto a file", lambda: gfile.Copy("a.txt", "c.txt"))
    step("copy over", lambda: gfile.Copy("crlf", "c.txt", overwrite=True))
    step("copied over", lambda: content("c.txt"))
    step("copy missing", lambda: gfile.Copy("zz", "y"))
    step("copy missing over", lambda: gfile.Copy("zz", "c.txt", overwrite=True))
    step("copy to a directory", lambda: gfile.Copy("a.txt", "d"))
    step("copy over a directory", lambda: gfile.Copy("a.txt", "d", overwrite=True))
    step("rename", lambda: (gfile.Rename("c.txt", "c2.txt"), gfile.Exists("c.txt")))
    step("rename onto a file", lambda: gfile.Rename("c2.txt", "a.txt"))
    step("rename over", lambda: (gfile.Rename("c2.txt", "w.txt", True), content("w.txt")))
    step("rename missing", lambda: gfile.Rename("zz", "y"))
    step("rename a directory", lambda: (gfile.Rename("d", "d2"), gfile.IsDirectory("d2")))
    step("remove missing", lambda: gfile.Remove("zz"))
    step("remove a directory", lambda: gfile.Remove("d2"))
    step("remove", lambda: (gfile.Remove("w.txt"), gfile.Exists("w.txt")))
    step("delete missing", lambda: gfile.DeleteRecursively("zz"))
    step("delete a file", lambda: gfile.DeleteRecursively("bin"))
    step("walk", lambda: list(gfile.Walk("m")))
    step("walk from below", lambda: list(gfile.Walk("m", in_order=False)))
    step("walk with a slash", lambda: list(gfile.Walk("m/")))
    step("walk missing", lambda: (list(gfile.Walk("zz")), list(gfile.Walk("a.txt"))))
    step("delete", lambda: (gfile.DeleteRecursively("m"), gfile.Exists("m")))
    step("stat", lambda: (gfile.Stat("a.txt").length, gfile.Stat("a.txt").is_directory))
    step("stat a directory", lambda: gfile.Stat("d2").is_directory)
    step("stat missing", lambda: gfile.Stat("zz"))
    step("unknown scheme", lambda: gfile.Exists("nowhere://b/x"))
    step("names", lambda: sorted(name for name in dir(gfile) if not name.startswith("_")))

    names = tf.io.gfile
    step("io", lambda: (names.exists("a.txt"), names.isdir("d2"), names.listdir("d2")))
    step("io makedirs", lambda: (names.makedirs("q/r"), names.mkdir("q/s"), names.isdir("q/s")))
    step("io copy", lambda: (names.copy("a.txt", "q/a"), names.copy(src="q/a", dst="q/b")))
    step("io rename", lambda: names.rename("q/a", "q/b", overwrite=True))
    step("io glob", lambda: names.glob("q/[ab]"))
    step("io walk", lambda: [sorted(part) for _, *parts in names.walk("q") for part in parts])
    step("io stat", lambda: (names.stat("q/b").length, names.remove("q/b"), names.rmtree("q")))
    step("io missing", lambda: names.remove("q/b"))
    step("io names", lambda: sorted(name for name in dir(names) if not name.startswith("_")))

    step("write string", lambda: file_io.write_string_to_file("s", "é"))
    step(
        "read string",
        lambda: [file_io.read_file_to_string("s", binary) for binary in (False, True)],
    )
    step("write atomically", lambda: file_io.atomic_write_string_to_file("s", "new"))
    step("written atomically", lambda: (content("s"), file_io.get_matching_files("s.tmp*")))
    step("not over", lambda: file_io.atomic_write_string_to_file("s", "x", overwrite=False))
    step("nothing left behind", lambda: (content("s"), file_io.get_matching_files("s.tmp*")))
    step("compare", lambda: (file_io.filecmp("s", "s"), file_io.filecmp("s", "a.txt")))
    write("t", b"nEw")
    step("compare contents", lambda: (file_io.filecmp("s", "t"), file_io.file_crc32("s", 2)))
    return results
