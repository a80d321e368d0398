"""Files of images: decoded, encoded, refused."""

import struct
import zlib

import numpy as np

from tests.reference.image_files import FILES
from tests.reference.spec import case, error, of, table

RGB = FILES["png"]


def picture(channels, dtype="uint8"):
    values = np.arange(12 * 20 * channels).reshape(12, 20, channels) * 7 % 251
    return of(values * (257 if dtype == "uint16" else 1), dtype)


def decoding(op, name, *settings):
    """One case for each setting of one file."""
    return [
        case(
            "_".join(map(str, (op, name, *setting.values()))),
            lambda tf, op=op, name=name, setting=setting: getattr(tf.image, op)(
                FILES[name], **setting
            ),
            nodes=op == "decode_image",
        )
        for setting in settings
    ]


CHANNELS = [{"channels": n} for n in (0, 1, 3, 4)]
PNGS = [name for name in FILES if name.startswith("png")]
JPEGS = ["jpeg", "jpeg_444", "jpeg_progressive", "jpeg_gray"]

DECODED = [
    *[decoding("decode_png", name, *CHANNELS) for name in PNGS],
    *[
        decoding(
            "decode_png",
            name,
            *[{"channels": n, "dtype": "uint16"} for n in (0, 1, 3, 4)],
        )
        for name in ("png", "png_palette", "png_gray16", "png_rgb16", "png_rgba16")
    ],
    decoding("decode_png", "png_rgb16_interlaced", {"dtype": "uint16"}),
    *[decoding("decode_jpeg", name, *CHANNELS[:3]) for name in JPEGS],
    # Four inks are read with the exact transform only.
    decoding(
        "decode_jpeg",
        "jpeg_cmyk",
        {"dct_method": "INTEGER_ACCURATE"},
        {"dct_method": "INTEGER_ACCURATE", "channels": 3},
        {"dct_method": "INTEGER_ACCURATE", "ratio": 2},
    ),
    decoding(
        "decode_jpeg",
        "jpeg",
        *[{"ratio": n, "channels": c} for n in (2, 4, 8) for c in (1, 3)],
        {"fancy_upscaling": False},
        {"dct_method": "INTEGER_ACCURATE"},
        {"dct_method": "INTEGER_FAST", "ratio": 1},
    ),
    decoding("decode_and_crop_jpeg", "jpeg", {"crop_window": [3, 5, 9, 19]}),
    decoding("decode_and_crop_jpeg", "jpeg_444", {"crop_window": [0, 1, 17, 8], "channels": 1}),
    decoding("decode_jpeg", "png", {}),
    decoding("decode_jpeg", "gif", {}),
    decoding("decode_png", "jpeg", {}),
    *[decoding("decode_gif", name, {}) for name in ("gif", "gif_animated")],
    *[decoding("decode_bmp", name, {}) for name in ("bmp", "bmp_rgba")],
    decoding("decode_bmp", "bmp", {"channels": 3}),
    *[
        decoding("decode_image", name, {}, {"dtype": "float32"}, {"channels": 3})
        for name in ("jpeg", "png", "gif_animated", "bmp")
    ],
    decoding("decode_image", "gif_animated", {"expand_animations": False}),
    *[decoding("extract_jpeg_shape", name, {}) for name in ("jpeg", "jpeg_gray", "jpeg_cmyk")],
    decoding("extract_jpeg_shape", "jpeg", {"output_type": "int64"}),
    case("is_jpeg", lambda tf: [tf.image.is_jpeg(FILES[name]) for name in ("jpeg", "png", "gif")]),
]

ENCODED = [
    *[
        case(
            "_".join(["encode_jpeg", str(channels), *settings]) + str(settings.get("quality", "")),
            lambda tf, a, settings=settings: tf.image.encode_jpeg(a, **settings),
            [picture(channels)],
            dtypes=("uint8",),
            variants=("full",),
        )
        for channels in (1, 3)
        for settings in (
            {},
            {"quality": 40},
            {"quality": 0},
            {"optimize_size": True},
            {"progressive": True},
            {"chroma_downsampling": False},
            {"density_unit": "cm", "x_density": 7, "y_density": 500},
            {"xmp_metadata": "<x/>"},
        )
    ],
    *[
        case(
            f"encode_png_{dtype}_{channels}",
            # How small it becomes is another matter.
            lambda tf, a, dtype=dtype: tf.image.decode_png(tf.image.encode_png(a), dtype=dtype),
            [picture(channels, dtype)],
            dtypes=(dtype,),
            variants=("full",),
        )
        for dtype in ("uint8", "uint16")
        for channels in (1, 2, 3, 4)
    ],
    case(
        "encode_png_compression",
        lambda tf, a: [
            tf.image.decode_png(tf.image.encode_png(a, compression=n)) for n in (-1, 0, 9)
        ],
        [picture(3)],
        dtypes=("uint8",),
        variants=("full",),
    ),
    case(
        "adjust_jpeg_quality",
        lambda tf, a: tf.image.adjust_jpeg_quality(a, 30),
        [picture(3)],
        dtypes=("uint8", "float32"),
        variants=("full",),
    ),
]


def refused(name, op, contents, **settings):
    shows = settings.pop("shows", ())
    return error(
        f"{op}_{name}",
        lambda tf: getattr(tf.image, op)(contents, **settings),
        shows=shows,
    )


def claiming(width, height):
    """A PNG whose header tells of another size."""
    header = b"IHDR" + struct.pack(">II", width, height) + RGB[24:29]
    return RGB[:12] + header + struct.pack(">I", zlib.crc32(header) & 0xFFFFFFFF) + RGB[33:]


def jpeg_claiming(width, height):
    data = FILES["jpeg"]
    place = data.index(b"\xff\xc0") + 5
    return data[:place] + struct.pack(">HH", height, width) + data[place + 4 :]


REFUSED = [
    *[
        refused("nothing", op, b"", shows=["got empty file"])
        for op in ("decode_jpeg", "decode_png", "decode_gif")
    ],
    refused("text", "decode_png", b"no image", shows=["unknown format starting with 'no image'"]),
    refused("bytes", "decode_png", b"\x00\x01\xff", shows=["unknown format starting with"]),
    refused("nothing", "decode_image", b""),
    refused("nothing", "decode_bmp", b"", shows=["Incomplete bmp content", "got 0 bytes"]),
    refused("cut", "decode_bmp", FILES["bmp"][:-100], shows=["requires at least 1278 bytes"]),
    refused("channels", "decode_bmp", FILES["bmp"], channels=4, shows=["channels attribute 4"]),
    refused("cut", "decode_png", RGB[:-40], shows=["Invalid PNG data, size"]),
    refused("cut_header", "decode_png", RGB[:20], shows=["Invalid PNG header, data size 20"]),
    refused("garbled", "decode_png", RGB[:60] + b"\0\0\0\0" + RGB[64:]),
    refused("huge", "decode_png", claiming(1 << 28, 4), shows=["Invalid PNG header"]),
    refused("huge_area", "decode_png", claiming(900000, 900000), shows=["PNG size too large"]),
    refused("colors", "decode_gif", FILES["gif_parts"], shows=["found color index 8 outside of"]),
    refused("short", "decode_png", claiming(24, 1000), shows=["Invalid PNG data, size"]),
    refused(
        "16_bits_cut",
        "decode_png",
        FILES["png_rgb16"][:-40],
        dtype="uint16",
        shows=["Invalid PNG data, size"],
    ),
    refused("channels", "decode_png", RGB, channels=2, shows=["channels must be 0, 1, 3, or 4"]),
    refused("uint16", "decode_png", FILES["jpeg"], dtype="uint16", shows=["does not support"]),
    refused("cut", "decode_jpeg", FILES["jpeg"][:-60], shows=["Invalid JPEG data or crop window"]),
    refused("cut_end", "decode_jpeg", FILES["jpeg"][:-2], shows=["Invalid JPEG data"]),
    refused("header", "decode_jpeg", FILES["jpeg"][:100], shows=["data size 100"]),
    refused("huge", "decode_jpeg", jpeg_claiming(65500, 65500), shows=["Invalid JPEG data"]),
    refused("channels", "decode_jpeg", FILES["jpeg"], channels=4, shows=["channels must be 0, 1,"]),
    refused("cmyk_gray", "decode_jpeg", FILES["jpeg_cmyk"], channels=1),
    refused("ratio", "decode_jpeg", FILES["jpeg"], ratio=3, shows=["ratio must be 1, 2, 4, or 8"]),
    refused("dct", "decode_jpeg", FILES["jpeg"], dct_method="SLOW", shows=["dct_method must be"]),
    refused("animated", "decode_jpeg", FILES["gif_animated"], shows=["Got 3 frames"]),
    refused(
        "window",
        "decode_and_crop_jpeg",
        FILES["jpeg"],
        crop_window=[10, 10, 8, 4],
        shows=["Invalid JPEG data or crop window"],
    ),
    refused("cut", "decode_gif", FILES["gif"][:-30], shows=["Invalid GIF data (size"]),
    refused("cut", "extract_jpeg_shape", FILES["jpeg"][:50], shows=["Invalid JPEG data, size 50"]),
    refused("vector", "decode_png", [b"", b""]),
    refused("image_channels", "decode_image", RGB, channels=2),
    error("encode_jpeg_channels", lambda tf: tf.image.encode_jpeg(np.zeros([2, 2, 4], np.uint8))),
    error(
        "encode_jpeg_format",
        lambda tf: tf.image.encode_jpeg(np.zeros([2, 2, 3], np.uint8), format="grayscale"),
        shows=["format grayscale expects 1 channels"],
    ),
    error("encode_jpeg_empty", lambda tf: tf.image.encode_jpeg(np.zeros([0, 2, 3], np.uint8))),
    error(
        "encode_jpeg_quality",
        lambda tf: tf.image.encode_jpeg(np.zeros([2, 2, 3], np.uint8), quality=101),
    ),
    error("encode_png_channels", lambda tf: tf.image.encode_png(np.zeros([2, 2, 5], np.uint8))),
    error(
        "encode_png_compression_10",
        lambda tf: tf.image.encode_png(np.zeros([2, 2, 3], np.uint8), compression=10),
    ),
]

CASES = table(DECODED, ENCODED, REFUSED)
