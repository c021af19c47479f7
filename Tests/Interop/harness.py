# SPDX-License-Identifier: Apache-2.0
"""What the interop tests share: a built-in device, a private adb server, checks with deadlines, and the count."""

import contextlib
import hashlib
import json
import os
import random
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("DROIDAGENT", os.path.join(ROOT, ".build", "release", "droidagent"))
CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache")), "droidagent")
ADB36 = os.path.join(CACHE, "peers", "adb", "adb")
ADB29 = "/usr/bin/adb"
# One command of a third party may take this long; the device answers in milliseconds, but two cores may be busy.
DEADLINE = 30


class Failure(Exception):
    """A check that did not hold."""


def expect(condition, *facts):
    """Fails the check, with the facts that say why."""
    if not condition:
        raise Failure("; ".join(str(fact) for fact in facts)[:600] or "expectation not met")


def equal(got, wanted):
    expect(got == wanted, f"got {got!r:.240}", f"wanted {wanted!r:.240}")


def digest(data):
    return hashlib.sha256(data).hexdigest()


def pattern(count, seed=1):
    """Bytes that no codec makes much smaller, the same for the same seed."""
    return random.Random(seed).randbytes(count)


def _short(error):
    """An exception in two lines: where in these tests it came from, and what it says."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "Interop" in frame.filename]
    place = f"{os.path.basename(ours[-1].filename)}:{ours[-1].lineno}: {ours[-1].line}\n" if ours else ""
    return place + f"{type(error).__name__}: {error}"[:800]


class Report:
    """Counts the checks and prints a line for each."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.start = time.monotonic()

    @contextlib.contextmanager
    def check(self, group, name):
        start = time.monotonic()
        try:
            yield
        except Exception as error:  # Whatever a third party raises is a failed check, not the end of the run.
            self.failed.append(f"{group}: {name}")
            reason = str(error) if isinstance(error, Failure) else _short(error)
            print(f"{group:<16} {name:<58} FAILED\n    " + reason.strip().replace("\n", "\n    "), flush=True)
        else:
            self.passed += 1
            print(f"{group:<16} {name:<58} ok {time.monotonic() - start:6.2f} s", flush=True)

    def finish(self):
        seconds = time.monotonic() - self.start
        print(f"interop: {self.passed} passed, {len(self.failed)} failed, {seconds:.1f} s")
        for name in self.failed:
            print(f"  failed: {name}")
        return 1 if self.failed or not self.passed else 0


class Folder:
    """A temporary folder, private, taken away at the end."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="droidagent-interop-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def file(self, name, data=b""):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(data)
        return path


class Device:
    """`droidagent emulator start --port 0 --json`, a process of its own with a home of its own."""

    def __init__(self, folder, *options):
        self.home = os.path.join(folder.path, f"device-{random.getrandbits(32):08x}")
        os.makedirs(self.home)
        environment = dict(os.environ, HOME=self.home, TMPDIR=self.home,
                           XDG_STATE_HOME=os.path.join(self.home, "state"))
        self.log = open(os.path.join(self.home, "log"), "wb")
        self.process = subprocess.Popen(
            [PROGRAM, "emulator", "start", "--port", "0", "--json", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.log, env=environment,
            start_new_session=True,
        )
        line = self._line()
        self.serial, self.port = line["serial"], line["port"]
        self.environment = environment

    def _line(self):
        line, end = b"", time.monotonic() + DEADLINE
        while not line.endswith(b"\n"):
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.process.stdout], [], [], left)[0]
            part = os.read(self.process.stdout.fileno(), 4096) if ready else b""
            if not part:
                self.stop()
                with open(os.path.join(self.home, "log"), errors="replace") as log:
                    raise Failure(f"the built-in device did not start: {log.read()[-800:]}")
            line += part
        return json.loads(line)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.process.stdout.close()
        self.log.close()

    def state(self):
        """The state file: where the console is, and its token."""
        folder = os.path.join(self.home, "state", "droidagent", "devices")
        for name in os.listdir(folder):
            with open(os.path.join(folder, name)) as file:
                state = json.load(file)
            if state["port"] == self.port:
                return state
        raise Failure(f"no state file for {self.serial} in {folder}")

    def console(self, *commands):
        """Sends commands to the console and gives all that it answered."""
        state, answers = self.state(), []
        with socket.create_connection(("127.0.0.1", state["consolePort"]), timeout=DEADLINE) as connection:
            reader = connection.makefile("r", newline="\r\n")

            def answer():
                lines = []
                while True:
                    line = reader.readline()
                    expect(line, "the console closed the connection after", lines)
                    lines.append(line.rstrip("\r\n"))
                    if lines[-1] == "OK" or lines[-1].startswith(("KO", "OK:")):
                        return lines

            answer()
            for command in (f"auth {state['consoleToken']}", *commands):
                connection.sendall(command.encode() + b"\n")
                answers.append(answer())
        return answers[1:]


class Adb:
    """A program called adb with a server, keys and files of its own."""

    def __init__(self, program, folder, **variables):
        self.program = program
        self.home = os.path.join(folder.path, f"adb-{random.getrandbits(32):08x}")
        os.makedirs(self.home)
        self.environment = dict(
            os.environ, HOME=self.home, TMPDIR=self.home, ADB_MDNS_AUTO_CONNECT="0", ADB_MDNS_OPENSCREEN="0",
            ADB_LOCAL_TRANSPORT_MAX_PORT="5554", **variables)
        for name in ("ANDROID_SERIAL", "ADB_TRACE", "ADB_SERVER_SOCKET"):
            self.environment.pop(name, None)
        self.serial = None

    def __enter__(self):
        # Another program may take the port between our look and the server's: then the next one.
        for _ in range(5):
            self.port = free_port()
            self.environment["ANDROID_ADB_SERVER_PORT"] = str(self.port)
            if self.run("start-server", check=False).returncode == 0:
                return self
        raise Failure(f"{self.program} does not start a server")

    def __exit__(self, *_):
        with contextlib.suppress(Exception):
            self.run("kill-server", check=False, timeout=10)

    def connect(self, device):
        answer = self.text("connect", device.serial)
        equal(answer, f"connected to {device.serial}\n")
        self.serial = device.serial
        return self

    def command(self, *words):
        return [self.program, *(["-s", self.serial] if self.serial else []), *words]

    def run(self, *words, input=None, check=True, timeout=DEADLINE, **variables):
        """Runs adb to its end. What it prints goes through files: a server that it starts keeps pipes open."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, tempfile.TemporaryFile() as given:
            given.write(input or b"")
            given.seek(0)
            result = subprocess.run(
                self.command(*words), stdin=given, stdout=out, stderr=err, timeout=timeout,
                env=dict(self.environment, **variables))
            out.seek(0)
            err.seek(0)
            result.stdout, result.stderr = out.read(), err.read()
        if check:
            expect(result.returncode == 0, f"adb {' '.join(words)} ended with {result.returncode}",
                   result.stdout.decode(errors="replace"), result.stderr.decode(errors="replace"))
        return result

    def text(self, *words, **options):
        return self.run(*words, **options).stdout.decode()

    def shell(self, command, **options):
        return self.text("shell", command, **options)


def free_port():
    """A port between 20000 and 30000 that nothing listens on now."""
    while True:
        port = random.SystemRandom().randrange(20000, 30000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Echo:
    """A server on this machine that sends back what it is sent, for forward and reverse."""

    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(1 << 16):
                connection.sendall(data)


def echo_through(port, data):
    """Sends bytes to a port of this machine and reads as many back."""
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE) as connection:
        def send():
            with contextlib.suppress(OSError):  # The reader tells what went wrong.
                connection.sendall(data)

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        back = b""
        while len(back) < len(data):
            part = connection.recv(1 << 16)
            expect(part, f"the connection ended after {len(back)} of {len(data)} bytes")
            back += part
        sender.join(DEADLINE)
    return back


def until(condition, what, seconds=DEADLINE):
    """Looks again until something is true."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        expect(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.02)
    return value
