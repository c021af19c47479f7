# SPDX-License-Identifier: Apache-2.0
"""Runs the interop tests: unmodified programs of others against the built-in device.

    Scripts/test-interop [NAME ...]    only these groups, such as `adb` or `adbutils`
"""

import importlib
import os
import resource
import signal
import sys

import harness

GROUPS = ["adb", "adb_shell", "adbutils", "uiautomator2", "android_env", "auth", "isolation"]


def main():
    wanted = sys.argv[1:] or GROUPS
    unknown = set(wanted) - set(GROUPS)
    if unknown:
        print(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}", file=sys.stderr)
        return 2
    for program in (harness.PROGRAM, harness.ADB29, harness.ADB36):
        if not os.access(program, os.X_OK):
            print(f"{program} is missing\n  next: Scripts/setup test && Scripts/python && Scripts/build", file=sys.stderr)
            return 1
    # Nothing in here may hang; if something does all the same, the run ends and says where.
    signal.alarm(600)
    # A library that misreads a length must fail, not take the machine's memory.
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    report = harness.Report()
    for group in wanted:
        importlib.import_module(f"with_{group}").run(report)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
