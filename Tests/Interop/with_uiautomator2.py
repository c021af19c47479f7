# SPDX-License-Identifier: Apache-2.0
"""uiautomator2, through adb 36: its HTTP calls to an agent on the device's port 9008."""

import logging
import os

import adbutils
import uiautomator2

from harness import ADB36, Adb, Device, Folder, equal, expect, until

NAME = "uiautomator2"


def run(report):
    logging.getLogger("uiautomator2").setLevel(logging.CRITICAL)
    with Folder() as folder, Device(folder) as device, Adb(ADB36, folder) as adb:
        os.environ["ADBUTILS_ADB_PATH"] = ADB36
        adb.connect(device)
        client = adbutils.AdbClient(host="127.0.0.1", port=adb.port, socket_timeout=20)
        phone = None
        with report.check(NAME, "connect: its agent is pushed, started and answers"):
            phone = uiautomator2.connect(client.device(device.serial))
            info = phone.info
            equal((info["displayWidth"], info["displayHeight"]), (1080, 2400))
            expect(info["sdkInt"] == 33 and info["screenOn"], info)
        if phone is None:
            return
        with report.check(NAME, "dump_hierarchy"):
            xml = phone.dump_hierarchy()
            expect(xml.count("<node ") > 5 and 'bounds="[0,0][1080,2400]"' in xml, xml[:400])
        with report.check(NAME, "app_start, app_current, click by text, press back"):
            phone.app_start("com.android.settings")
            until(lambda: phone.app_current()["package"] == "com.android.settings", "Settings")
            expect(phone(text="Display").exists(timeout=10) or phone(textContains="Display").exists(timeout=1),
                   "no Display on the page")
            before = phone.dump_hierarchy()
            phone(textContains="Display").click(timeout=10)
            until(lambda: phone.dump_hierarchy() != before, "another page")
            phone.press("back")
            phone.press("home")
        with report.check(NAME, "click at a point, swipe, window_size"):
            equal(tuple(phone.window_size()), (1080, 2400))
            phone.swipe(540, 1800, 540, 800, 0.1)
            phone.click(540, 1200)
        with report.check(NAME, "screenshot"):
            picture = phone.screenshot()
            equal(picture.size, (1080, 2400))
            expect(len(set(picture.convert("RGB").resize((60, 60)).getdata())) > 10, "nothing is to be seen")
        with report.check(NAME, "a selector that finds nothing, and its count"):
            expect(not phone(text="no such text at all").exists, "it exists")
            equal(phone(text="no such text at all").count, 0)
        with report.check(NAME, "stop and start again"):
            phone.stop_uiautomator()
            expect(phone.info["displayWidth"] == 1080, "no answer after a second start")
            phone.stop_uiautomator()
