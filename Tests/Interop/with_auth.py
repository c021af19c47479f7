# SPDX-License-Identifier: Apache-2.0
"""Keys: a device that asks before it lets a computer in, and one that speaks TLS with those that it knows."""

import os

from adb_shell.adb_device import AdbDeviceTcp
from adb_shell.auth.keygen import keygen
from adb_shell.auth.sign_pythonrsa import PythonRSASigner

from harness import ADB29, ADB36, Adb, Device, Failure, Folder, digest, equal, expect, pattern, until

NAME = "keys"


def run(report):
    with Folder() as folder:
        _asks(report, folder)
        _knows(report, folder)
        _encrypts(report, folder)


def _state(adb, device):
    lines = [line.split("\t") for line in adb.text("devices").splitlines() if line.startswith(device.serial)]
    return lines[0][1] if lines else None


def _asks(report, folder):
    with Device(folder, "--auth", "rsa") as device, Adb(ADB36, folder) as adb:
        with report.check(NAME, "adb 36, --auth rsa: unauthorized until it is accepted on the console"):
            adb.text("connect", device.serial, check=False)
            until(lambda: _state(adb, device) == "unauthorized", "unauthorized")
            refused = adb.run("-s", device.serial, "shell", "echo in", check=False)
            expect(refused.returncode != 0 and b"unauthorized" in refused.stderr, refused)
            equal(len(device.console("adb-key list")[0]), 2)  # One line, and OK.
            device.console("adb-key accept")
            until(lambda: _state(adb, device) == "device", "device")
            adb.serial = device.serial
            equal(adb.shell("echo in"), "in\n")
        with report.check(NAME, "the key is known from now on, also to adb 29"):
            key = os.path.join(adb.home, ".android", "adbkey")
            with Adb(ADB29, folder, ADB_VENDOR_KEYS=key) as old:
                old.connect(device)
                equal(old.run("shell", "exit 6", check=False).returncode, 6)
        with report.check(NAME, "another key is turned down on the console and stays outside"):
            with Adb(ADB29, folder) as other:
                other.text("connect", device.serial, check=False)
                until(lambda: len(device.console("adb-key list")[0]) == 2, "a key that waits")
                device.console("adb-key reject")
                expect(other.run("-s", device.serial, "shell", "true", check=False).returncode != 0, "it is in")


def _knows(report, folder):
    path = os.path.join(folder.path, "known")
    keygen(path)

    def signer(name):
        with open(name) as private, open(name + ".pub") as public:
            return PythonRSASigner(public.read(), private.read())

    with Device(folder, "--auth", "rsa", "--trust", path + ".pub") as device:
        with report.check(NAME, "adb-shell with a trusted key is let in at once"):
            phone = AdbDeviceTcp("127.0.0.1", device.port, default_transport_timeout_s=20)
            expect(phone.connect(rsa_keys=[signer(path)], auth_timeout_s=5), "it does not connect")
            equal(phone.shell("echo in"), "in\n")
            phone.close()
        with report.check(NAME, "adb-shell without a key, or with another one, is not"):
            stranger = os.path.join(folder.path, "stranger")
            keygen(stranger)
            for keys in ([], [signer(stranger)]):
                phone = AdbDeviceTcp("127.0.0.1", device.port, default_transport_timeout_s=2)
                try:
                    phone.connect(rsa_keys=keys, transport_timeout_s=2, auth_timeout_s=1, read_timeout_s=2)
                except Exception as error:  # It says so in several ways, by what it ran out of first.
                    expect(not phone.available, error)
                else:
                    raise Failure("it is in")
                finally:
                    phone.close()
        with report.check(NAME, "adb-shell with both keys is let in by the second one"):
            phone = AdbDeviceTcp("127.0.0.1", device.port, default_transport_timeout_s=20)
            phone.connect(rsa_keys=[signer(stranger), signer(path)], auth_timeout_s=5)
            equal(phone.shell("echo in"), "in\n")
            phone.close()


def _encrypts(report, folder):
    key = os.path.join(folder.path, "adbkey-known")
    with Adb(ADB36, folder) as maker:
        maker.run("keygen", key)
    with Device(folder, "--auth", "tls", "--trust", key + ".pub") as device:
        with Adb(ADB36, folder, ADB_VENDOR_KEYS=key) as adb:
            with report.check(NAME, "adb 36, --auth tls: connect, exit code, 1 MiB there and back"):
                adb.connect(device)
                equal(adb.run("shell", "exit 7", check=False).returncode, 7)
                data = pattern(1 << 20, 6)
                adb.run("push", folder.file("tls", data), "/sdcard/Download/tls")
                equal(digest(adb.run("exec-out", "cat", "/sdcard/Download/tls").stdout), digest(data))
        with report.check(NAME, "adb 36, --auth tls: a key that it does not know stays outside"):
            with Adb(ADB36, folder) as other:
                expect("connected to" not in other.text("connect", device.serial, check=False).split("failed")[0], "in")
                expect(_state(other, device) != "device", _state(other, device))
