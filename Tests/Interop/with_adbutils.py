# SPDX-License-Identifier: Apache-2.0
"""adbutils, through the server of adb 36: the shapes of what device tools print, as its regular expressions read them."""

import contextlib
import io
import logging
import os

import adbutils

import apk
from harness import ADB36, Adb, Device, Echo, Failure, Folder, digest, echo_through, equal, expect, pattern, until

NAME = "adbutils"
PACKAGE = "org.example.interop"


def run(report):
    logging.getLogger("adbutils").setLevel(logging.CRITICAL)
    with Folder() as folder, Device(folder) as device, Adb(ADB36, folder) as adb:
        os.environ["ADBUTILS_ADB_PATH"] = ADB36
        client = adbutils.AdbClient(host="127.0.0.1", port=adb.port, socket_timeout=20)
        with report.check(NAME, "connect, device list, state, features"):
            expect("connected to" in client.connect(device.serial, timeout=10), "not connected")
            equal([phone.serial for phone in client.device_list()], [device.serial])
            phone = client.device(device.serial)
            equal(phone.get_state(), "device")
            expect("shell_v2" in phone.get_features(), phone.get_features())
        phone = client.device(device.serial)
        _looks(report, phone)
        _acts(report, phone)
        _files(report, phone, folder)
        _sockets(report, phone)
        _packages(report, phone, folder)
        with report.check(NAME, "logcat into a file until it is told to stop"):
            path = os.path.join(folder.path, "log")
            event = phone.logcat(path, clear=True, re_filter="Adbutils")
            # The line may be written before the reader is there, so it is written until it is seen.
            def seen():
                phone.shell("log -t Adbutils marked")
                with open(path) as log:
                    return "marked" in log.read()
            until(seen, "the line in the log", 15)
            event.stop_nowait()
        with report.check(NAME, "track_devices tells of a device that goes"):
            events = client.track_devices()
            equal((first := next(events)).serial, device.serial)
            equal(first.status, "device")
            client.disconnect(device.serial)
            gone = next(events)
            expect(gone.serial == device.serial and not gone.present, gone)


def _looks(report, phone):
    with report.check(NAME, "window size, rotation, properties, screen is on"):
        equal(tuple(phone.window_size()), (1080, 2400))
        equal(phone.rotation(), 0)
        expect(phone.prop.model and phone.prop.name and phone.prop.device, "a property is empty")
        equal(phone.getprop("sys.boot_completed"), "1")
        expect(phone.is_screen_on(), "the screen is off")
    with report.check(NAME, "screenshot"):
        picture = phone.screenshot(error_ok=False)
        equal((picture.mode, picture.size), ("RGB", (1080, 2400)))
        expect(len(set(picture.resize((60, 60)).getdata())) > 10, "nothing is to be seen")
    with report.check(NAME, "framebuffer is the same picture"):
        picture = phone.framebuffer()
        equal(picture.size, (1080, 2400))
        expect(len(set(picture.convert("RGB").resize((60, 60)).getdata())) > 10, "nothing is to be seen")
    with report.check(NAME, "dump_hierarchy"):
        xml = phone.dump_hierarchy()
        expect("<hierarchy" in xml and xml.count("<node ") > 5, xml[:300])
    with report.check(NAME, "app_current, app_info, list_packages, battery, wlan_ip"):
        phone.app_start("com.android.settings", "com.android.settings.Settings")
        equal(until(lambda: (now := phone.app_current()).package == "com.android.settings" and now, "Settings").package,
              "com.android.settings")
        info = phone.app_info("com.android.settings")
        expect(info and info.version_name, info)
        expect("com.android.settings" in phone.list_packages(), "no settings among the packages")
        expect(0 <= phone.battery().level <= 100, "no level")
        expect(phone.wlan_ip().count(".") == 3, phone.wlan_ip())


def _acts(report, phone):
    with report.check(NAME, "keyevent, click, swipe, send_keys, app_stop"):
        phone.keyevent("HOME")
        phone.app_start("com.android.settings")
        until(lambda: phone.app_current().package == "com.android.settings", "Settings")
        phone.swipe(500, 1800, 500, 600, 0.2)
        phone.click(540, 1200)
        phone.keyevent("BACK")
        phone.app_stop("com.android.settings")
        until(lambda: phone.app_current().package != "com.android.settings", "another app")
    with report.check(NAME, "shell, shell2: output and exit code, binary, a time limit"):
        equal(phone.shell("echo a b"), "a b")
        result = phone.shell2("echo out; echo err >&2; exit 3", v2=True)
        equal((result.returncode, result.stdout, result.stderr), (3, "out\n", "err\n"))
        equal(phone.shell2("(exit 4)").returncode, 4)
        equal(phone.shell(["echo", "x y"], encoding=None), b"x y\n")
        try:
            phone.shell("sleep 100", timeout=0.3)
        except adbutils.AdbTimeout:
            pass
        else:
            raise Failure("nothing was said about the time limit")
    with report.check(NAME, "switch_wifi, brightness"):
        phone.switch_wifi(False)
        equal(phone.shell("settings get global wifi_on"), "0")
        phone.switch_wifi(True)
        equal(phone.shell("settings get global wifi_on"), "1")
        phone.brightness_value = 77
        equal(phone.brightness_value, 77)
    with report.check(NAME, "root"):
        expect("root" in phone.root(), "no word of root")


def _files(report, phone, folder):
    with report.check(NAME, "sync: push, pull, read, list, stat, exists, remove"):
        data = pattern(3_000_001, 9)
        path = folder.file("big", data)
        target = "/sdcard/Download/adbutils"
        equal(phone.sync.push(path, target), len(data))
        equal(phone.sync.stat(target).size, len(data))
        expect(phone.sync.exists(target) and not phone.sync.exists(target + "-not"), "exists")
        back = os.path.join(folder.path, "back")
        equal(phone.sync.pull(target, back), len(data))
        with open(back, "rb") as file:
            equal(digest(file.read()), digest(data))
        phone.sync.push(b"some text", target + ".txt")
        equal(phone.sync.read_text(target + ".txt"), "some text")
        expect({"adbutils", "adbutils.txt"} <= {entry.path for entry in phone.sync.list("/sdcard/Download")}, "list")
        phone.remove(target)
        expect(not phone.sync.exists(target), "it is still there")
    with report.check(NAME, "sync: a folder is pulled"):
        phone.shell("mkdir -p /sdcard/Download/some/below; echo 1 > /sdcard/Download/some/a; "
                    "echo 2 > /sdcard/Download/some/below/b")
        phone.sync.pull_dir("/sdcard/Download/some", os.path.join(folder.path, "some"))
        with open(os.path.join(folder.path, "some", "below", "b")) as file:
            equal(file.read(), "2\n")


def _sockets(report, phone):
    with Echo() as echo:
        with report.check(NAME, "reverse, forward_port, forward_list, create_connection"):
            port = 7912
            phone.reverse(f"tcp:{port}", f"tcp:{echo.port}")
            expect(any(item.remote == f"tcp:{port}" and item.local == f"tcp:{echo.port}"
                       for item in phone.reverse_list()), phone.reverse_list())
            here = phone.forward_port(port)
            equal(echo_through(here, b"there and back"), b"there and back")
            expect(any(item.remote == f"tcp:{port}" for item in phone.forward_list()), phone.forward_list())
            with phone.create_connection(adbutils.Network.TCP, port) as connection:
                connection.settimeout(20)
                connection.sendall(b"direct")
                equal(connection.recv(100), b"direct")
            phone.forward_remove(f"tcp:{here}")
            phone.reverse_remove_all()
            equal(phone.reverse_list(), [])


def _packages(report, phone, folder):
    with report.check(NAME, "install, app_info, uninstall"):
        path = folder.file("adbutils.apk", apk.make(PACKAGE, version_code=12, version_name="4.5"))
        with contextlib.redirect_stdout(io.StringIO()):
            phone.install(path, nolaunch=True, silent=True)
        expect(PACKAGE in phone.list_packages(["-3"]), phone.list_packages(["-3"]))
        info = phone.app_info(PACKAGE)
        equal((info.version_name, info.version_code), ("4.5", 12))
        phone.uninstall(PACKAGE)
        expect(PACKAGE not in phone.list_packages(), "it is still there")
