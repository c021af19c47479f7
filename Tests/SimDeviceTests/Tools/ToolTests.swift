// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import SimDevice

@Suite("The device's tools")
struct ToolTests {
    @Test(
        "print what the real ones print",
        arguments: [
            ("getprop ro.build.version.sdk", "33\n"), ("settings get global wifi_on", "1\n"),
            ("settings get global nothing", "null\n"),
            ("settings put system screen_brightness 9; settings get system screen_brightness", "9\n"),
            ("settings delete global wifi_on; settings delete global wifi_on", "Deleted 1 rows\nDeleted 0 rows\n"),
            ("svc wifi disable; settings get global wifi_on", "0\n"), ("wm size", "Physical size: 1080x2400\n"),
            ("wm density | cut -d ' ' -f 3", "420\n"), ("whoami", "root\n"), ("date", "Sun Oct 15 15:34:00 UTC 2023\n"),
            ("date +%s", "1697384040\n"),
            ("date 1016090423.23; date", "Mon Oct 16 09:04:23 UTC 2023\nMon Oct 16 09:04:23 UTC 2023\n"),
            ("date 101609042023.05 > /dev/null; date +'%F %T'", "2023-10-16 09:04:05\n"),
            ("echo -e 'a\\tb'", "a\tb\n"), ("printf '%s-%03d\\n' a 7 b 8", "a-007\nb-008\n"),
            ("seq 3 | tr '\\n' ,", "1,2,3,"),
            ("echo hello | sed 's/l\\+/L/'", "heLo\n"), ("echo abc | sed -E 's/(a)(b)/\\2\\1/'", "bac\n"),
            ("printf 'a\\nb\\n' | sed -n 2p", "b\n"),
            ("printf 'a 1\\nb 2\\n' | grep -E 'b|c' | cut -d' ' -f2", "2\n"), ("echo a | grep -v a; echo $?", "1\n"),
            ("echo foobar | grep -o 'o*b'", "oob\n"),
            ("printf 'b\\na\\nb\\n' | sort | uniq -c", "      1 a\n      2 b\n"),
            ("echo -n abc | md5sum", "900150983cd24fb0d6963f7d28e17f72  -\n"),
            ("echo -n abc | sha256sum | cut -c1-8", "ba7816bf\n"),
            ("basename /a/b.txt .txt; dirname /a/b.txt", "b\n/a\n"),
            ("expr 2 + 3; expr abc : 'a\\(.\\)'", "5\nb\n"), ("echo a b | xargs -n 1 echo x", "x a\nx b\n"),
            (
                "mkdir -p /sdcard/q/w && cp -a /sdcard/Documents/. /sdcard/q/w/ && ls /sdcard/q/w",
                "budget_2023.csv\nmeeting_notes.md\npacking_list.txt\n"
            ),
            (
                "find /sdcard/Documents -name '*.md' -o -name '*.csv' | sort",
                "/sdcard/Documents/budget_2023.csv\n/sdcard/Documents/meeting_notes.md\n"
            ),
            ("stat -c '%s %F' /sdcard/Download/museum_tickets.txt | cut -d' ' -f2-", "regular file\n"),
            ("id -u", "0\n"), ("which ls", "/system/bin/ls\n"), ("sleep 2; date +%S", "02\n"),
            ("pm list packages | grep systemui", "package:com.android.systemui\n"),
            (
                "cmd connectivity airplane-mode enable; settings get global airplane_mode_on; settings get global wifi_on",
                "1\n3\n"
            ),
            ("am start -n ca.zgrs.clipper/.Main", "Starting: Intent { cmp=ca.zgrs.clipper/.Main }\n"),
            (
                "am broadcast -a clipper.set -e text hi; am broadcast -a clipper.get",
                "Broadcasting: Intent { act=clipper.set flg=0x400000 (has extras) }\nBroadcast completed: result=-1, data=\"Text is copied into clipboard.\"\nBroadcasting: Intent { act=clipper.get flg=0x400000 }\nBroadcast completed: result=-1, data=\"hi\"\n"
            ),
            ("dumpsys telephony.registry | grep mCallState=", "    mCallState=0\n"),
            ("dumpsys input | grep -o 'logicalFrame=[^]]*]'", "logicalFrame=[0, 0, 1080, 2400]\n"),
            ("dumpsys window | grep -o 'mCurrentRotation=[A-Z_0-9]*'", "mCurrentRotation=ROTATION_0\n"),
            (
                "ime set com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME",
                "Input method com.google.android.inputmethod.latin/com.android.inputmethod.latin.LatinIME selected for user #0\n"
            ),
            (
                "content query --uri content://sms/inbox --projection address:body --where \"body LIKE 'Are%'\"",
                "Row: 0 address=(555) 010-5529, body=Are we still on for Tuesday?\n"
            ),
            (
                "content query --uri content://contacts/phones/ --projection display_name:number --where \"display_name='Bruno Okafor'\"",
                "Row: 0 display_name=Bruno Okafor, number=(555) 010-7713\n"
            ),
            ("content delete --uri content://sms; content query --uri content://sms", "No result found.\n"),
            (
                "content insert --uri content://settings/system --bind name:s:k --bind value:s:v; settings get system k",
                "v\n"
            ),
            (
                "sqlite3 /sdcard/t.db 'create table t(a,b); insert into t values(1,null),(2.5,\"x|y\"); select * from t'",
                "1|\n2.5|x|y\n"
            ),
            ("sqlite3 -header -csv /sdcard/u.db 'select 1 as a, \"q,r\" as b'", "a,b\n1,\"q,r\"\n"),
            ("monkey -p no.such 1 | tail -n 1", "** No activities found to run, monkey aborted.\n"),
            ("toybox echo x", "x\n"),
            (
                "touch -d '2020-01-02 03:04:05' /sdcard/z; ls -l /sdcard/z | cut -d' ' -f6-",
                "2020-01-02 03:04 /sdcard/z\n"
            ),
            ("service call alarm 3 s16 Europe/Oslo > /dev/null; date +%H:%M", "17:34\n"),
        ]
    )
    func prints(_ command: String, _ expected: String) async throws {
        let outcome = try await TestDevice().run(command)
        #expect(outcome.out == expected, "\(command): \(outcome.err)")
    }

    @Test(
        "tell mistakes as the real ones do",
        arguments: [
            ("ls /nope", 1, "ls: /nope: No such file or directory\n"),
            ("cat /sdcard", 1, "cat: /sdcard: Is a directory\n"),
            ("rm /nope", 1, "rm: /nope: No such file or directory\n"),
            ("rm /sdcard/Download", 1, "rm: /sdcard/Download: Is a directory\n"),
            ("mkdir /sdcard/Download", 1, "mkdir: '/sdcard/Download': File exists\n"),
            ("settings get nowhere x", 255, "Invalid namespace 'nowhere'"),
            ("input tap 1", 255, "Error: Invalid arguments for command: tap"),
            ("input text é", 255, "Exception occurred"),
            ("am start -n no.such/.A", 1, "Error type 3\nError: Activity class {no.such/no.such.A} does not exist.\n"),
            ("sqlite3 /sdcard/x.db 'select * from missing'", 1, "Error: no such table: missing\n"),
            ("content query --uri content://nobody/x", 1, "Could not find provider: nobody"),
            ("grep '['", 2, "grep: bad regex"), ("ls --what", 1, "Unknown option"),
            ("am nothing", 255, "Unknown command: nothing"),
            ("sqlite3 /sdcard/x.db \"attach '/etc/passwd' as p\"", 1, "Error:"),
            ("content query --uri content://sms --what x", 1, "[ERROR] Unsupported argument: --what"),
        ]
    )
    func refuses(_ command: String, _ code: Int32, _ message: String) async throws {
        let outcome = try await TestDevice().run(command)
        #expect(outcome.code == code, "\(command): \(outcome.out) \(outcome.err)")
        #expect(outcome.err.contains(message), "\(command): \(outcome.err)")
    }

    @Test("What sqlite3 has not committed is gone, also where the script fails within a transaction")
    func openTransaction() async throws {
        let device = try TestDevice()
        #expect(await device.run("sqlite3 /sdcard/t.db 'begin; create table t(a)'").code == 0)
        #expect(
            await device.run("sqlite3 /sdcard/t.db 'create table u(a); begin; insert into u values(1); oh no'").code
                == 1
        )
        let after = await device.run("sqlite3 /sdcard/t.db 'select count(*) from u; select name from sqlite_master'")
        #expect(after.out == "0\nu\n")
    }

    @Test("sqlite3 does not leave the device by ATTACH, VACUUM INTO or extensions")
    func sqliteStaysInside() async throws {
        let device = try TestDevice()
        let outside = device.folder + "/outside.db"
        for sql in [
            "attach '\(outside)' as o; create table o.t(a)", "vacuum into '\(outside)'", "select load_extension('x')",
        ] {
            let outcome = await device.run("sqlite3 /sdcard/in.db \"create table if not exists t(a); \(sql)\"")
            #expect(outcome.code != 0, "\(sql)")
        }
        #expect((try? FileBytes.read(outside)) == nil)
    }

    @Test("the screen can be dumped, pictured and touched")
    func screen() async throws {
        let device = try TestDevice()
        let dump = await device.run("uiautomator dump && head -c 38 /sdcard/window_dump.xml")
        #expect(
            dump.out.hasPrefix("UI hierchary dumped to: /sdcard/window_dump.xml\n<?xml version='1.0' encoding='UTF-8'")
        )
        #expect(await device.run("screencap -p | head -c 4 | xxd -p").code == 0)
        #expect(await device.run("screencap -p /sdcard/s.png; head -c 4 /sdcard/s.png | xxd -p").out == "89504e47\n")
        #expect(await device.run("screencap | wc -c").out == "10368016\n")
        let start = await device.run("am start -W -n com.android.settings/.Settings")
        #expect(start.out.contains("Status: ok\n") && start.out.contains("Activity: com.android.settings/.Settings\n"))
        let stack = await device.run("am stack list | grep -E visible=true")
        #expect(stack.out.contains("topActivity=ComponentInfo{com.android.settings/com.android.settings.Settings}"))
        #expect(
            await device.run("dumpsys window windows | grep mCurrentFocus").out.contains(
                "com.android.settings/com.android.settings.Settings}"
            )
        )
        #expect(await device.run("input keyevent HOME; am stack list | grep -c visible=true").out == "1\n")
    }

    @Test("a stepped device gives the same bytes for the same inputs")
    func deterministic() async throws {
        let script =
            "am start -n com.android.settings/.Settings; input swipe 500 1500 500 700 200; uiautomator dump /dev/tty; date +%s%N; ls -lR /sdcard; mktemp -u"
        let first = try await TestDevice(seed: 4).run(script)
        let second = try await TestDevice(seed: 4).run(script)
        #expect(first.out == second.out)
    }
}
