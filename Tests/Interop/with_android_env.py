# SPDX-License-Identifier: Apache-2.0
"""android-env's AdbCallParser, the lower layer of AndroidWorld: every command that it has."""

import logging

from absl import logging as absl_logging
from android_env.components import adb_call_parser, adb_controller, config_classes, errors
from android_env.proto import adb_pb2

import apk
from harness import ADB36, Adb, Device, Folder, digest, equal, expect, pattern

NAME = "android-env"
PACKAGE = "org.example.interop"
SETTINGS = "com.android.settings/com.android.settings.Settings"
OK = adb_pb2.AdbResponse.Status.OK


def run(report):
    absl_logging.set_verbosity(absl_logging.FATAL)
    logging.getLogger("absl").setLevel(logging.CRITICAL)
    with Folder() as folder, Device(folder) as device, Adb(ADB36, folder) as adb:
        adb.connect(device)
        config = config_classes.AdbControllerConfig(
            adb_path=ADB36, device_name=device.serial, adb_server_port=adb.port, default_timeout=20.0)
        controller = adb_controller.AdbController(config)
        controller._os_env_vars = adb.environment  # Its server keeps keys and log in the private home.
        parser = adb_call_parser.AdbCallParser(controller)

        def call(**command):
            response = parser.parse(adb_pb2.AdbRequest(**command))
            expect(response.status == OK, response.error_message or response)
            return response

        _activities(report, call)
        _input(report, call)
        _settings(report, call)
        _files(report, call)
        _packages(report, call, folder)
        with report.check(NAME, "start_activity of what is not there: an error, after its own second try"):
            # It starts its server anew between the tries, so the device is no longer connected after the first.
            request = adb_pb2.AdbRequest.StartActivity(full_activity="com.no/com.no.Such")
            try:
                status = parser.parse(adb_pb2.AdbRequest(start_activity=request)).status
            except errors.AdbControllerError:
                status = adb_pb2.AdbResponse.Status.ADB_ERROR
            expect(status != OK, "it says that this worked")
            adb.serial = None
            adb.connect(device)


def _activities(report, call):
    request = adb_pb2.AdbRequest
    with report.check(NAME, "start_activity, get_current_activity, force_stop"):
        started = call(start_activity=request.StartActivity(full_activity=SETTINGS, force_stop=True))
        expect(b"Status: ok" in started.start_activity.output, started.start_activity.output)
        equal(call(get_current_activity=request.GetCurrentActivity()).get_current_activity.full_activity, SETTINGS)
        call(force_stop=request.ForceStop(package_name="com.android.settings"))
        now = call(get_current_activity=request.GetCurrentActivity()).get_current_activity.full_activity
        expect(now != SETTINGS, now)
    with report.check(NAME, "start_screen_pinning, send_broadcast"):
        call(start_activity=request.StartActivity(full_activity=SETTINGS))
        call(start_screen_pinning=request.StartScreenPinning(full_activity=SETTINGS))
        call(send_broadcast=request.SendBroadcast(action="com.example.SOMETHING"))


def _input(report, call):
    request = adb_pb2.AdbRequest
    with report.check(NAME, "tap, press_button, input_text, get_orientation"):
        call(tap=request.Tap(x=540, y=1200))
        for button in ("BACK", "ENTER", "HOME"):
            call(press_button=request.PressButton(button=button))
        call(input_text=request.InputText(text="some%stext"))
        equal(call(get_orientation=request.GetOrientationRequest()).get_orientation.orientation, 0)


def _settings(report, call):
    request = adb_pb2.AdbRequest.SettingsRequest
    with report.check(NAME, "settings put, get, list, delete"):
        for space in ("SYSTEM", "SECURE", "GLOBAL"):
            def settings(**verb):
                return call(settings=request(name_space=space, **verb)).settings.output.decode()

            settings(put=request.Put(key="interop_key", value="12"))
            equal(settings(get=request.Get(key="interop_key")).strip(), "12")
            expect("interop_key=12" in settings(list=request.List()), "it is not listed")
            settings(delete_key=request.Delete(key="interop_key"))
            equal(settings(get=request.Get(key="interop_key")).strip(), "null")
        call(settings=request(name_space="GLOBAL", reset=request.Reset(mode="UNTRUSTED_DEFAULTS")))


def _files(report, call):
    request = adb_pb2.AdbRequest
    with report.check(NAME, "push, pull, generic"):
        data = pattern(100_001, 4)
        call(push=request.Push(content=data, path="/sdcard/Download/android-env"))
        back = call(pull=request.Pull(path="/sdcard/Download/android-env"))
        equal(digest(back.pull.content), digest(data))
        equal(call(generic=request.GenericRequest(args=["shell", "echo", "hello"])).generic.output, b"hello\n")
    with report.check(NAME, "dumpsys"):
        expect(call(dumpsys=request.DumpsysRequest(service="window")).dumpsys.output, "nothing")
        expect(call(dumpsys=request.DumpsysRequest(list_only=True)).dumpsys.output, "no list")


def _packages(report, call, folder):
    request = adb_pb2.AdbRequest
    manager = request.PackageManagerRequest
    with report.check(NAME, "package_manager list packages, features, libraries; clear; grant"):
        def items(**what):
            return list(call(package_manager=manager(list=manager.List(**what))).package_manager.list.items)

        expect("com.android.settings" in items(packages=manager.List.Packages()), "no settings")
        expect("android.hardware.wifi" in items(features=manager.List.Features()), "no feature")
        expect(items(libraries=manager.List.Libraries()), "no library")
        call(package_manager=manager(clear=manager.Clear(package_name="com.android.settings")))
        call(package_manager=manager(grant=manager.Grant(
            package_name="com.android.settings", permissions=["android.permission.CAMERA"])))
    with report.check(NAME, "install_apk, uninstall_package"):
        path = folder.file("env.apk", apk.make(PACKAGE))
        call(install_apk=request.InstallApk(filesystem=request.InstallApk.Filesystem(path=path)))
        call(uninstall_package=request.UninstallPackage(package_name=PACKAGE))
