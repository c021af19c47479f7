# SPDX-License-Identifier: Apache-2.0
"""A second host cannot reach the built-in device: two network namespaces joined by a cable stand for two machines."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time

from harness import ADB36, DEADLINE, Adb, Device, Failure, Folder, equal, expect

NAME = "isolation"
HERE, THERE = "10.231.7.1", "10.231.7.2"


def run(report):
    missing = [tool for tool in ("ip", "unshare", "nsenter") if not shutil.which(tool)]
    namespaces = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    allowed = not missing and subprocess.run(
        [*namespaces, "ip", "link", "add", "probe-a", "type", "veth", "peer", "name", "probe-b"],
        capture_output=True, text=True)
    if missing or allowed.returncode != 0:
        why = f"missing: {', '.join(missing)}" if missing else allowed.stderr.strip()
        print(f"{NAME:<16} SKIPPED, NOT SHOWN: this kernel gives no network namespace with a cable ({why})", flush=True)
        return
    with report.check(NAME, "from a second host: adb and console closed, a control port open"):
        result = subprocess.run([*namespaces, sys.executable, os.path.abspath(__file__)], capture_output=True, text=True,
                                timeout=3 * DEADLINE)
        expect(result.returncode == 0, result.stdout, result.stderr[-600:])
        facts = json.loads(result.stdout)
        equal(facts["loopback"], {"adb": "open", "console": "open"})
        equal(facts["control from the second host"], "open")
        equal(facts["second host"], {"adb": "closed", "console": "closed"})
        equal(facts["own address of the first host"], {"adb": "closed", "console": "closed"})
        equal(facts["adb 36"], "an answer")


def _sh(*words):
    subprocess.run(words, check=True, capture_output=True, timeout=DEADLINE)


def _probe(address, port):
    with socket.socket() as connection:
        connection.settimeout(3)
        return "open" if connection.connect_ex((address, port)) == 0 else "closed"


def _machine():
    """Runs in a namespace of its own, which is the first host; makes the second one and asks from there."""
    other = subprocess.Popen(["unshare", "--net", "sleep", "120"])
    try:
        _sh("ip", "link", "set", "lo", "up")
        _sh("ip", "link", "add", "cable-a", "type", "veth", "peer", "name", "cable-b")
        # The child has its own namespace only after it has run a little.
        end = time.monotonic() + DEADLINE
        while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net"):
            if time.monotonic() > end:
                raise Failure("no second namespace")
            time.sleep(0.01)
        inside = ["nsenter", "--target", str(other.pid), "--net"]
        _sh("ip", "link", "set", "cable-b", "netns", str(other.pid))
        _sh("ip", "addr", "add", f"{HERE}/24", "dev", "cable-a")
        _sh("ip", "link", "set", "cable-a", "up")
        _sh(*inside, "ip", "addr", "add", f"{THERE}/24", "dev", "cable-b")
        _sh(*inside, "ip", "link", "set", "cable-b", "up")

        def ask(port):
            words = [*inside, sys.executable, os.path.abspath(__file__), HERE, str(port)]
            return subprocess.run(words, check=True, capture_output=True, text=True, timeout=DEADLINE).stdout.strip()

        with Folder() as folder, Device(folder) as device, socket.create_server(("0.0.0.0", 0)) as control:
            ports = {"adb": device.port, "console": device.state()["consolePort"]}
            # The control shows that the cable works, so a closed port says something.
            while (seen := ask(control.getsockname()[1])) != "open" and time.monotonic() < end:
                time.sleep(0.1)
            facts = {
                "loopback": {name: _probe("127.0.0.1", port) for name, port in ports.items()},
                "control from the second host": seen,
                "second host": {name: ask(port) for name, port in ports.items()},
                "own address of the first host": {name: _probe(HERE, port) for name, port in ports.items()},
            }
            with Adb(ADB36, folder) as adb:
                adb.connect(device)
                facts["adb 36"] = "an answer" if adb.shell("echo hello") == "hello\n" else "none"
        print(json.dumps(facts))
    finally:
        other.kill()
        other.wait()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(_probe(sys.argv[1], int(sys.argv[2])))
    else:
        _machine()
