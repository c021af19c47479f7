// SPDX-License-Identifier: Apache-2.0

import Base
import Testing

@testable import SimDevice

@Suite("The device's shell")
struct ShellTests {
    @Test(
        "does what a POSIX shell does",
        arguments: [
            ("echo a  b", "a b\n"), ("echo 'a  b' \"c  d\"", "a  b c  d\n"), ("echo a\\ \\ b", "a  b\n"),
            ("X=1; echo $X ${X}2", "1 12\n"), ("X=5 env | grep ^X=", "X=5\n"),
            ("echo \"$(echo hi)\" `echo ho`", "hi ho\n"),
            ("true && echo y || echo n", "y\n"), ("false && echo y || echo n", "n\n"), ("! false && echo not", "not\n"),
            ("echo one; echo two", "one\ntwo\n"), ("(exit 3); echo $?", "3\n"), ("echo b; echo a | sort", "b\na\n"),
            ("printf 'b\\na\\n' | sort | head -n 1", "a\n"), ("for i in 1 2 3; do echo $i; done", "1\n2\n3\n"),
            ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n"),
            ("if [ -d /sdcard ]; then echo dir; else echo none; fi", "dir\n"),
            ("if false; then echo a; elif true; then echo b; fi", "b\n"),
            ("case abc in a*) echo yes;; *) echo no;; esac", "yes\n"), ("echo ${NONE:-x} ${#HOME}", "x 5\n"),
            ("F=/a/b.txt; echo ${F##*/} ${F%.txt}", "b.txt /a/b\n"), ("echo $((2 + 3 * 4)) $((7 % 4))", "14 3\n"),
            ("set -- a 'b c'; for x in \"$@\"; do echo \"<$x>\"; done", "<a>\n<b c>\n"),
            ("echo hidden > /dev/null; echo $?", "0\n"), ("echo a # comment", "a\n"), ("echo 'it'\\''s'", "it's\n"),
            ("cd /sdcard/Download/.. && pwd", "/sdcard\n"), ("echo $?; false; echo $?", "0\n1\n"),
            ("{ echo a; echo b; } | wc -l", "2\n"), ("nope 2>/dev/null; echo $?", "127\n"),
            ("for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; echo $i; done", "1\n3\n"),
            ("x='a b'; for w in $x; do echo $w; done", "a\nb\n"), ("echo \"a\nb\" | grep -c .", "2\n"),
        ]
    )
    func runs(_ command: String, _ expected: String) async throws {
        let outcome = try await TestDevice().run(command)
        #expect(outcome.out == expected, "\(command): \(outcome.err)")
    }

    @Test(
        "passes what a stage writes to the next one as it comes",
        arguments: [
            // A stage that never ends by itself is ended by the first write that nobody reads.
            ("while true; do echo y; done | head -n 2", "y\ny\n"),
            ("while true; do echo y; done | grep -m 1 y; echo $?", "y\n0\n"),
            ("while true; do echo y; done | cat | cat | head -c 3", "y\ny"),
            // What one reader leaves is there for the next.
            ("printf 'a\nb\nc\n' | { head -n 1; cat; }", "a\nb\nc\n"),
            ("printf 'a\nb\n' | while read x; do echo \"<$x>\"; done", "<a>\n<b>\n"),
            // The settings of a stage stay in it; the code is that of the last one.
            ("x=1; echo 2 | { read x; echo $x; }; echo $x", "2\n1\n"), ("false | true; echo $?", "0\n"),
            ("true | false; echo $?", "1\n"), ("nope 2>/dev/null | wc -c", "0\n"), ("echo a | echo b", "b\n"),
            // What a stage does without writing is done before the next one looks.
            ("settings put global pipe 5 | settings get global pipe", "5\n"),
            ("echo x | tee /sdcard/t | cat; cat /sdcard/t", "x\nx\n"), ("(echo a; exit 3) | cat; echo $?", "a\n0\n"),
            ("seq 5 | grep -v 3 | sort -r | head -n 2", "5\n4\n"),
        ]
    )
    func pipes(_ command: String, _ expected: String) async throws {
        let outcome = try await TestDevice().run(command)
        #expect(outcome.out == expected && outcome.err.isEmpty, "\(command): \(outcome.err)")
    }

    @Test(
        "grep shows the lines around those that it finds, once and in order",
        arguments: [
            ("-n -B1 -A1 x", "2-2\n3:x\n4-4\n5-5\n6:x\n7-7\n"), ("-A1 x", "x\n4\n--\nx\n7\n"),
            ("-B9 x", "1\n2\nx\n4\n5\nx\n"), ("-m1 -A2 x", "x\n4\n5\n"), ("-m1 -A9 x", "x\n4\n5\n"),
            ("-C1 1", "1\n2\n"), ("-B1 -A0 [17]", "1\n--\nx\n7\n"), ("-c x", "2\n"), ("-l x", "(standard input)\n"),
            ("-on [x5]", "3:x\n5:5\n6:x\n"), ("-vn -m2 x", "1:1\n2:2\n"), ("-q x && echo yes", "yes\n"),
        ]
    )
    func context(_ arguments: String, _ expected: String) async throws {
        let device = try TestDevice()
        let outcome = await device.run("printf '1\n2\nx\n4\n5\nx\n7\n' | grep \(arguments)")
        #expect(outcome.out == expected, "\(arguments)")
        // A file gives the same.
        let file = await device.run("printf '1\n2\nx\n4\n5\nx\n7\n' > /sdcard/f; < /sdcard/f grep \(arguments)")
        #expect(file.out == expected, "\(arguments)")
    }

    @Test("writes, appends and reads through redirections")
    func redirects() async throws {
        let device = try TestDevice()
        let outcome = await device.run(
            "echo one > /sdcard/f; echo two >> /sdcard/f; cat < /sdcard/f; ls /none > /sdcard/e 2>&1; cat /sdcard/e"
        )
        #expect(outcome.out == "one\ntwo\nls: /none: No such file or directory\n")
    }

    @Test("expands patterns in the byte order of names and leaves what fits nothing")
    func globs() async throws {
        let device = try TestDevice()
        let outcome = await device.run(
            "mkdir /sdcard/g; cd /sdcard/g; touch b.txt a.txt .c.txt 'x y.txt'; echo *.txt; echo *.md; echo '*'; rm *; ls -A"
        )
        #expect(outcome.out == "a.txt b.txt x y.txt\n*.md\n*\n.c.txt\n")
    }

    @Test("tells errors and exit codes as mksh does")
    func errors() async throws {
        let device = try TestDevice()
        let missing = await device.run("foo")
        #expect(missing.code == 127)
        #expect(missing.err == "/system/bin/sh: foo: inaccessible or not found\n")
        #expect(await device.run("exit 7").code == 7)
        #expect(await device.run("if true").code == 1)
        #expect(await device.run("echo ; ; echo").err.contains("syntax error"))
        #expect(await device.run("echo x > /no/such/file").code == 1)
    }

    @Test("ends loops, recursion and floods")
    func bounds() async throws {
        let device = try TestDevice()
        #expect(await device.run("while true; do :; done").code != 0)
        #expect(await device.run("echo 'sh /sdcard/r' > /sdcard/r; sh /sdcard/r").code != 0)
        let deep = String(repeating: "(", count: 10_000) + String(repeating: ")", count: 10_000)
        #expect(await device.run(deep).code != 0)
        #expect(
            await device.run(
                "x=aaaaaaaa; while true; do x=$x$x; echo $x > /dev/null; [ ${#x} -gt 100000 ] && break; done; echo ok"
            ).out == "ok\n"
        )
    }

    @Test("no command line makes the parser fall over")
    func fuzz() throws {
        var random = SeededRandom(seed: 7)
        let pieces = [
            "echo", " ", "'", "\"", "$", "(", ")", "{", "}", "`", "\\", ";", "&", "|", "<", ">", "if", "then", "fi",
            "for", "in",
            "do", "done", "case", "esac", "$((", "))", "${", "x", "=", "\n", "#", "é", "\0", "[", "]", "*", "!",
            "while", "2>&1", "&&",
        ]
        for _ in 0..<30_000 {
            let count = Int(random.next() % 24)
            let text = (0..<count).map { _ in pieces[Int(random.next() % UInt64(pieces.count))] }.joined()
            _ = try? ShellParser.parse(text)
        }
    }
}
