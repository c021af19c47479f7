# SPDX-License-Identifier: Apache-2.0
"""adb-shell, directly: version 1.0 of the protocol, with a checksum on every packet and small pushes."""

import io

from adb_shell.adb_device import AdbDeviceTcp
from harness import Device, Folder, digest, equal, expect, pattern

NAME = "adb-shell"


def run(report):
    with Folder() as folder, Device(folder) as device:
        phone = AdbDeviceTcp("127.0.0.1", device.port, default_transport_timeout_s=20)
        with report.check(NAME, "connect without a key"):
            expect(phone.connect(rsa_keys=[], auth_timeout_s=5), "it does not connect")
        if not phone.available:
            return
        with report.check(NAME, "shell, exec_out, streaming_shell, root"):
            equal(phone.shell("echo one; echo two >&2"), "one\ntwo\n")
            equal(phone.exec_out("echo out", decode=False), b"out\n")
            lines = list(phone.streaming_shell("for i in 1 2 3; do echo line $i; done"))
            equal("".join(lines), "line 1\nline 2\nline 3\n")
            phone.root()
        with report.check(NAME, "1 MiB of output, binary, every packet with its sum"):
            data = pattern(1 << 20, 5)
            phone.push(io.BytesIO(data), "/data/local/tmp/adb-shell")
            equal(digest(phone.exec_out("cat /data/local/tmp/adb-shell", decode=False)), digest(data))
        with report.check(NAME, "push, pull, stat: 0, 1, 2047..2049, 65537 bytes"):
            for size in (0, 1, 2047, 2048, 2049, 65537):
                data, back = pattern(size, size), io.BytesIO()
                path = f"/sdcard/Download/adb-shell-{size}"
                phone.push(io.BytesIO(data), path, mtime=1_600_000_000)
                mode, length, changed = phone.stat(path)
                equal((mode & 0o170000, length, changed), (0o100000, size, 1_600_000_000))
                phone.pull(path, back)
                equal(digest(back.getvalue()), digest(data))
        with report.check(NAME, "list, and a file that is not there"):
            names = {bytes(entry.filename).decode() for entry in phone.list("/sdcard/Download")}
            expect("adb-shell-2048" in names, names)
            equal(phone.stat("/sdcard/no-such-file"), (0, 0, 0))
        with report.check(NAME, "16 streams, one after the other, all closed"):
            for index in range(16):
                equal(phone.shell(f"echo {index}"), f"{index}\n")
        phone.close()
        with report.check(NAME, "connect again, after a connection that was not closed"):
            again = AdbDeviceTcp("127.0.0.1", device.port, default_transport_timeout_s=20)
            again.connect(rsa_keys=[], auth_timeout_s=5)
            equal(again.shell("echo one"), "one\n")
            third = AdbDeviceTcp("127.0.0.1", device.port, default_transport_timeout_s=20)
            third.connect(rsa_keys=[], auth_timeout_s=5)
            equal(third.shell("echo two"), "two\n")
            third.close()
            again.close()
