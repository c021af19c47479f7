# SPDX-License-Identifier: Apache-2.0
"""A small application package: a ZIP with a binary manifest, as an installer reads it. It holds no code."""

import io
import struct
import zipfile


def make(package, label="Interop", version_code=7, version_name="1.2.3"):
    """The bytes of an APK of this package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("AndroidManifest.xml", _manifest(package, label, version_code, version_name))
        archive.writestr("classes.dex", b"dex\n035\0" + bytes(104))
    return buffer.getvalue()


# Kinds of chunk and of value in Android's binary XML.
_POOL, _XML, _START_SPACE, _END_SPACE, _START, _END, _MAP = 0x0001, 0x0003, 0x0100, 0x0101, 0x0102, 0x0103, 0x0180
_STRING, _INTEGER = 0x03, 0x10
_SPACE = "http://schemas.android.com/apk/res/android"
_NONE = 0xFFFFFFFF
# Attributes with a resource number come first in the pool, since the map counts from its start.
_RESOURCES = {"versionCode": 0x0101021B, "versionName": 0x0101021C, "label": 0x01010001}


def _chunk(kind, head, body=b""):
    return struct.pack("<HHI", kind, 8 + len(head), 8 + len(head) + len(body)) + head + body


def _manifest(package, label, version_code, version_name):
    strings = list(_RESOURCES)

    def text(value):
        if value not in strings:
            strings.append(value)
        return strings.index(value)

    def element(name, attributes):
        head = struct.pack("<II", 1, _NONE)
        body = struct.pack("<IIHHHHHH", _NONE, text(name), 20, 20, len(attributes), 0, 0, 0)
        for space, key, kind, value in attributes:
            data = text(value) if kind == _STRING else value
            body += struct.pack("<III", text(_SPACE) if space else _NONE, text(key), data if kind == _STRING else _NONE)
            body += struct.pack("<HBBI", 8, 0, kind, data)
        return _chunk(_START, head, body)

    def end(name):
        return _chunk(_END, struct.pack("<II", 1, _NONE), struct.pack("<II", _NONE, text(name)))

    space = struct.pack("<II", 1, _NONE), struct.pack("<II", text("android"), text(_SPACE))
    body = _chunk(_START_SPACE, *space)
    body += element("manifest", [
        (True, "versionCode", _INTEGER, version_code), (True, "versionName", _STRING, version_name),
        (False, "package", _STRING, package)])
    body += element("application", [(True, "label", _STRING, label)])
    body += end("application") + end("manifest") + _chunk(_END_SPACE, *space)

    offsets, data = b"", b""
    for value in strings:
        offsets += struct.pack("<I", len(data))
        encoded = value.encode("utf-16-le")
        data += struct.pack("<H", len(encoded) // 2) + encoded + b"\0\0"
    data += bytes(-len(data) % 4)
    head = struct.pack("<IIIII", len(strings), 0, 0, 28 + len(offsets), 0)
    pool = _chunk(_POOL, head, offsets + data)
    numbers = b"".join(struct.pack("<I", number) for number in _RESOURCES.values())
    resources = _chunk(_MAP, b"", numbers)
    return _chunk(_XML, b"", pool + resources + body)
