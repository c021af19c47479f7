# SPDX-License-Identifier: Apache-2.0
"""Unmodified adb, of two ages, over TCP: everything a script does with it."""

import os
import pty
import re
import select
import subprocess
import time

import apk
from harness import ADB29, ADB36, DEADLINE, Adb, Device, Echo, Folder, Failure, digest, echo_through, equal, expect
from harness import pattern, until

SIZES = [0, 1, 65535, 65536, 65537, 8 << 20]
PACKAGE = "org.example.interop"


def run(report):
    for name, program in (("adb 29", ADB29), ("adb 36", ADB36)):
        with Folder() as folder, Device(folder) as device, Adb(program, folder) as adb:
            with report.check(name, "connect"):
                adb.connect(device)
            if adb.serial:
                _listing(report, name, adb)
                _shell(report, name, adb)
                _terminal(report, name, adb)
                _files(report, name, adb, folder)
                _folders(report, name, adb, folder)
                _forwarding(report, name, adb)
                _packages(report, name, adb, folder)
                _log(report, name, adb)
                _manners(report, name, adb, device)


def _listing(report, name, adb):
    with report.check(name, "devices -l, get-state, wait-for-device, features"):
        line = next(line for line in adb.text("devices", "-l").splitlines() if line.startswith(adb.serial))
        expect(re.search(r" device product:\S+ model:\S+ device:\S+ transport_id:\d+$", line), line)
        equal(adb.text("get-state"), "device\n")
        adb.run("wait-for-device")
        features = adb.text("features").split()
        expect({"shell_v2", "cmd", "stat_v2", "ls_v2", "fixed_push_mkdir"} <= set(features), features)


def _shell(report, name, adb):
    with report.check(name, "shell: exit codes 0, 1, 7, 255, 127; both outputs"):
        for code in (0, 1, 7, 255):
            equal(adb.run("shell", f"exit {code}", check=False).returncode, code)
        missing = adb.run("shell", "no-such-tool", check=False)
        equal(missing.returncode, 127)
        expect(b"not found" in missing.stderr, missing.stderr)
        both = adb.run("shell", "echo out; echo err >&2")
        equal((both.stdout, both.stderr), (b"out\n", b"err\n"))
    with report.check(name, "shell: stdin to its end, 1 MiB, binary"):
        data = pattern(1 << 20)
        equal(digest(adb.run("shell", "cat", input=data).stdout), digest(data))
    with report.check(name, "shell -x (version 1): one output, no code"):
        old = adb.run("shell", "-x", "echo out; echo err >&2; exit 5", check=False)
        equal(old.stdout + old.stderr, b"out\nerr\n")
        equal(old.returncode, 0)
    with report.check(name, "exec-out: every byte; screencap -p is a PNG of 1080x2400"):
        data = bytes(range(256)) * 1025
        adb.run("shell", "cat > /data/local/tmp/bytes", input=data)
        equal(digest(adb.run("exec-out", "cat", "/data/local/tmp/bytes").stdout), digest(data))
        picture = adb.run("exec-out", "screencap", "-p").stdout
        equal(picture[:8] + picture[16:24], b"\x89PNG\r\n\x1a\n\x00\x00\x04\x38\x00\x00\x09\x60")
    with report.check(name, "exec-in: the file is whole"):
        data = pattern(200_001, 2)
        adb.run("exec-in", "cat > /data/local/tmp/in", input=data)
        # adb does not wait for the command: there is no half-closing of a stream that could tell it.
        until(lambda: adb.shell("wc -c < /data/local/tmp/in").strip() == str(len(data)), "the file", 10)
        equal(digest(adb.run("exec-out", "cat", "/data/local/tmp/in").stdout), digest(data))
    with report.check(name, "16 shells at the same time"):
        running = [
            subprocess.Popen(adb.command("shell", f"echo {index}; exit {index}"), env=adb.environment,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            for index in range(16)
        ]
        for index, process in enumerate(running):
            out, _ = process.communicate(timeout=DEADLINE)
            equal((out, process.returncode), (f"{index}\n".encode(), index))
    with report.check(name, "root, remount"):
        expect("root" in adb.text("root"), "root says nothing")
        adb.run("wait-for-device")
        expect("remount" in adb.text("remount").lower(), "remount says nothing")


def _terminal(report, name, adb):
    with report.check(name, "shell with a terminal: a dialogue, its size, its exit code"):
        ours, theirs = pty.openpty()
        import fcntl
        import struct
        import termios
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
        process = subprocess.Popen(adb.command("shell"), env=dict(adb.environment, TERM="xterm"), stdin=theirs,
                                   stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        seen = b""

        def wait_for(text):
            nonlocal seen
            end = time.monotonic() + DEADLINE
            while text not in seen:
                expect(time.monotonic() < end, f"no {text!r} in", seen)
                if select.select([ours], [], [], 0.1)[0]:
                    try:
                        seen += os.read(ours, 65536)
                    except OSError:
                        raise Failure(f"the terminal closed; it showed {seen!r}") from None

        # What is typed before adb has set up its terminal is flushed by it.
        wait_for(b"emu64x:/ # ")
        os.write(ours, b"echo $((6*7))-$TERM\r")
        wait_for(b"42-xterm")
        os.write(ours, b"exit 9\r")
        end = time.monotonic() + DEADLINE
        while process.poll() is None and time.monotonic() < end:
            if select.select([ours], [], [], 0.02)[0]:
                try:
                    os.read(ours, 65536)
                except OSError:
                    pass
        code = process.poll()
        process.kill()
        process.wait()
        os.close(ours)
        equal(code, 9)


def _files(report, name, adb, folder):
    ways = [()] if name == "adb 29" else [("-Z",), ("-z", "zstd"), ("-z", "lz4"), ("-z", "brotli")]
    files = {size: folder.file(f"size-{size}", pattern(size, size)) for size in SIZES}
    # Data that codecs love, and long enough for several of their frames.
    files["text"] = folder.file("size-text", b"the quick brown fox jumps over the lazy dog\n" * 50_000)
    back = os.path.join(folder.path, "back")
    for way in ways:
        label = " ".join(way) or "plain"
        with report.check(name, f"push, pull ({label}): 0, 1, 65535..65537 bytes, 8 MiB, text"):
            for size, path in files.items():
                adb.run("push", *way, path, f"/sdcard/Download/size-{size}")
                adb.run("pull", *way, f"/sdcard/Download/size-{size}", back)
                with open(path, "rb") as there, open(back, "rb") as here:
                    equal(digest(here.read()), digest(there.read()))
    with report.check(name, "the device has the same SHA-256"):
        text = adb.shell(f"sha256sum /sdcard/Download/size-{8 << 20}")
        equal(text.split()[0], digest(pattern(8 << 20, 8 << 20)))
    with report.check(name, "mode and time of change are kept"):
        path = folder.file("mode", b"x")
        os.chmod(path, 0o755)
        os.utime(path, (1_600_000_000, 1_600_000_000))
        adb.run("push", path, "/data/local/tmp/mode")
        mode, changed = adb.shell("stat -c '%a %Y' /data/local/tmp/mode").split()
        # A device gives the owner's rights to group and others as well, to a degree that differs.
        expect(int(mode, 8) & 0o700 == 0o700 and int(mode, 8) & 0o055 == 0o055, mode)
        equal(changed, "1600000000")
        adb.run("pull", "-a", "/data/local/tmp/mode", back)
        equal(int(os.stat(back).st_mtime), 1_600_000_000)
    with report.check(name, "what cannot be: missing file, folder in the way"):
        missing = adb.run("pull", "/sdcard/no-such-file", back, check=False)
        expect(missing.returncode == 1 and b"No such file" in missing.stdout + missing.stderr, missing)
        blocked = adb.run("push", files[1], "/data/local/tmp/mode/below", check=False)
        expect(blocked.returncode == 1 and b"error" in blocked.stderr + blocked.stdout, blocked)
        equal(adb.shell("echo fine"), "fine\n")
    with report.check(name, "push to /dev/null leaves nothing there"):
        adb.run("push", files[8 << 20], "/dev/null")
        equal(adb.shell("wc -c < /dev/null").strip(), "0")


def _folders(report, name, adb, folder):
    root = os.path.join(folder.path, "tree")
    for index in range(200):
        folder.file(f"tree/{index % 7}/{index % 3}/file {index}.txt", pattern(index * 37, index))
    os.makedirs(os.path.join(root, "empty"), exist_ok=True)
    with report.check(name, "a folder of 200 files, there and back"):
        adb.run("push", root, "/sdcard/Download/tree")
        equal(adb.shell("find /sdcard/Download/tree -type f | wc -l").strip(), "200")
        target = os.path.join(folder.path, "tree-back")
        adb.run("pull", "/sdcard/Download/tree", target)
        equal(_contents(target), _contents(root))
    with report.check(name, "push --sync sends what changed and nothing else"):
        folder.file("tree/0/0/new", b"new")
        result = adb.run("push", "--sync", root, "/sdcard/Download/")
        expect(b"1 file pushed" in result.stdout + result.stderr, result)


def _contents(root):
    found = {}
    for place, _, names in os.walk(root):
        for file in names:
            path = os.path.join(place, file)
            with open(path, "rb") as data:
                found[os.path.relpath(path, root)] = digest(data.read())
    return found


def _forwarding(report, name, adb):
    with Echo() as echo:
        with report.check(name, "forward and reverse: 1 MiB through both and back"):
            there = adb.text("reverse", "tcp:0", f"tcp:{echo.port}").strip()
            expect(there.isdigit() and 0 < int(there) < 65536, there)
            here = adb.text("forward", "tcp:0", f"tcp:{there}").strip()
            data = pattern(1 << 20, 3)
            equal(digest(echo_through(int(here), data)), digest(data))
            expect(f"{adb.serial} tcp:{here} tcp:{there}" in adb.text("forward", "--list"), "it is not listed")
            expect(f"tcp:{there} tcp:{echo.port}" in adb.text("reverse", "--list"), adb.text("reverse", "--list"))
        with report.check(name, "reverse: a named socket; no rebinding; removed, nothing answers"):
            adb.run("reverse", "localabstract:interop", f"tcp:{echo.port}")
            expect(adb.run("reverse", "--no-rebind", "localabstract:interop", "tcp:9", check=False).returncode != 0,
                   "it was rebound")
            here = adb.text("forward", "tcp:0", "localabstract:interop").strip()
            equal(echo_through(int(here), b"by name"), b"by name")
            adb.run("reverse", "--remove", "localabstract:interop")
            try:
                echo_through(int(here), b"gone")
            except (OSError, Failure):
                pass
            else:
                raise Failure("the socket still answers")
            expect(adb.run("reverse", "--remove", "localabstract:interop", check=False).returncode != 0,
                   "it could be removed twice")
        with report.check(name, "forward and reverse: --remove-all"):
            adb.run("reverse", "--remove-all")
            equal(adb.text("reverse", "--list").strip(), "")
            adb.run("forward", "--remove-all")
            equal(adb.text("forward", "--list").strip(), "")


def _packages(report, name, adb, folder):
    good = folder.file("good.apk", apk.make(PACKAGE))
    with report.check(name, "install, list, version, install -r, uninstall"):
        expect("Success" in adb.text("install", good), "no Success")
        expect(f"package:{PACKAGE}\n" in adb.shell("pm list packages -3"), adb.shell("pm list packages -3"))
        expect("versionName=1.2.3" in adb.shell(f"dumpsys package {PACKAGE}"), "no versionName")
        expect("Success" in adb.text("install", "-r", "-t", "-g", good), "no Success the second time")
        expect("Success" in adb.text("uninstall", PACKAGE), "no Success at the end")
        expect(PACKAGE not in adb.shell("pm list packages"), "it is still there")
    with report.check(name, "install of what is no package fails and says so"):
        bad = adb.run("install", folder.file("bad.apk", pattern(5000)), check=False)
        expect(bad.returncode != 0 and b"INSTALL_" in bad.stdout + bad.stderr, bad)
        gone = adb.run("uninstall", "org.example.never", check=False)
        expect(b"Failure" in gone.stdout + gone.stderr, gone)


def _log(report, name, adb):
    with report.check(name, "logcat -d, formats, filters, -c"):
        adb.shell("log -t Interop -p w 'hello from a check'")
        expect(re.search(r"^\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} +\d+ +\d+ W Interop *: hello from a check$",
                         adb.text("logcat", "-d"), re.M), adb.text("logcat", "-d")[-500:])
        equal(adb.text("logcat", "-d", "-v", "brief", "-s", "Interop:W").count("hello from a check"), 1)
        expect(re.search(r"^ *\d+\.\d{3} +\d+ +\d+ W Interop", adb.text("logcat", "-d", "-v", "epoch"), re.M), "no epoch")
        adb.run("logcat", "-c")
        expect("hello from a check" not in adb.text("logcat", "-d"), "it was not cleared")


def _manners(report, name, adb, device):
    with report.check(name, "a command that is killed leaves no trouble"):
        process = subprocess.Popen(adb.command("shell", "sleep 1000"), env=adb.environment, stdin=subprocess.DEVNULL)
        until(lambda: "sleep" in adb.shell("echo sleep"), "a shell beside it")
        process.kill()
        process.wait()
        equal(adb.shell("echo fine"), "fine\n")
    with report.check(name, "disconnect, connect again, the same device"):
        adb.shell("settings put global interop_mark 17")
        serial, adb.serial = adb.serial, None
        expect("disconnected" in adb.text("disconnect", serial), "no word of it")
        adb.connect(device)
        equal(adb.shell("settings get global interop_mark").strip(), "17")
