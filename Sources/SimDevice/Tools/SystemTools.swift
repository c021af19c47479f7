// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let systemTools: [String: Tool] = [
        "true": .quick { _ in 0 }, "false": .quick { _ in 1 }, "sleep": .slow(sleep), "usleep": .slow(sleep),
        "pwd": .quick(pwd), "which": .quick(which), "id": .quick(id), "whoami": .quick(whoami),
        "uname": .quick(uname),
        "hostname": .quick {
            $0.out.line("emu64x"); return 0
        }, "ps": .quick(ps),
        "pidof": .quick(pidof), "env": .slow(env), "printenv": .quick(printenv), "seq": .quick(seq),
        "expr": .quick(expr), "kill": .quick { _ in 0 }, "killall": .quick { _ in 0 }, "pkill": .quick { _ in 0 },
        "restorecon": .quick { _ in 0 }, "chcon": .quick { _ in 0 }, "setenforce": .quick { _ in 0 },
        "getenforce": .quick {
            $0.out.line("Permissive"); return 0
        }, "xargs": .slow(xargs), "test": .quick(test),
        "[": .quick(test), "md5sum": .slow(md5), "toybox": .slow(toybox), "timeout": .slow(timeout),
        "nohup": .slow(nohup), "time": .slow(nohup), "yes": .quick(yes), "clear": .quick { _ in 0 },
        "mount": .quick(mount), "free": .quick(free), "reboot": .quick(reboot),
        "nproc": .quick {
            $0.out.line("4"); return 0
        },
        "start": .quick { _ in 0 }, "stop": .quick { _ in 0 },
    ]

    nonisolated(nonsending) private static func sleep(_ call: ToolCall) async throws -> Int32 {
        guard !call.arguments.isEmpty else { throw call.failure("Needs 1 argument (see \"sleep --help\")") }
        var seconds = 0.0
        for word in call.arguments {
            let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
            let unit = word.last.flatMap { units[$0] }
            guard let value = Double(unit == nil ? word[...] : word.dropLast()), value >= 0, value < 1e9 else {
                throw call.failure("bad time '\(word)'")
            }
            seconds += value * (unit ?? 1)
        }
        if call.name == "usleep" { seconds /= 1_000_000 }
        try await call.device.sleep(Int64(seconds * 1000))
        return 0
    }

    private static func pwd(_ call: ToolCall) throws -> Int32 {
        call.out.line(call.shell.folder)
        return 0
    }

    private static func which(_ call: ToolCall) throws -> Int32 {
        var code: Int32 = 0
        for name in call.arguments where !name.hasPrefix("-") {
            if find(name) != nil || ["sh", "su"].contains(name) {
                call.out.line("/system/bin/" + DevicePath.name(name))
            } else {
                code = 1
            }
        }
        return code
    }

    private static func id(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "ugGnrZ")
        if options.has("u") || options.has("g") || options.has("G") {
            call.out.line(options.has("n") ? "root" : "0")
        } else if options.has("Z") {
            call.out.line("u:r:su:s0")
        } else {
            call.out.line(
                "uid=0(root) gid=0(root) groups=0(root),1004(input),1007(log),1011(adb),1015(sdcard_rw),1028(sdcard_r),1078(ext_data_rw),1079(ext_obb_rw),3001(net_bt_admin),3002(net_bt),3003(inet),3006(net_bw_stats),3009(readproc),3011(uhid),3012(readtracefs) context=u:r:su:s0"
            )
        }
        return 0
    }

    private static func whoami(_ call: ToolCall) throws -> Int32 {
        call.out.line("root")
        return 0
    }

    private static func uname(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "asnrvmo")
        let all: [(Character, String)] = [
            ("s", "Linux"), ("n", "localhost"), ("r", "5.15.41-android13-8-00055-g4f5025129fe8-ab8949913"),
            ("v", "#1 SMP PREEMPT Mon Aug 15 18:33:14 UTC 2022"), ("m", "x86_64"), ("o", "Toybox"),
        ]
        let shown = all.filter { options.has("a") || options.has($0.0) || (options.flags.isEmpty && $0.0 == "s") }
        call.out.line(shown.map(\.1).joined(separator: " "))
        return 0
    }

    private static func ps(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "AefTlwZMn", valued: "opuU")
        call.out.line("USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME")
        var rows = [
            ("root", 1, 0, "init"), ("shell", 402, 1, "adbd"), ("system", 521, 340, "system_server"),
            ("u0_a120", 800, 340, "com.android.systemui"),
        ]
        if options.has("A") || options.has("e") {
            for package in Set(call.windows.tasks.map(\.package)).sorted() {
                rows.append(("u0_a\(uid(package, call) - 10_000)", pid(package, call), 340, package))
            }
        }
        rows.append(("root", 4242, 402, "sh"))
        for (user, pid, parent, name) in rows {
            let left = user + String(repeating: " ", count: max(0, 12 - user.count))
            func right(_ value: Int, _ width: Int) -> String {
                String(repeating: " ", count: max(0, width - "\(value)".count)) + "\(value)"
            }
            call.out.line(
                "\(left)\(right(pid, 6))\(right(parent, 6)) \(right(10_800_000 + pid, 8)) \(right(90_000 + pid, 6)) 0                   0 S \(name)"
            )
        }
        return 0
    }

    private static func pidof(_ call: ToolCall) throws -> Int32 {
        let running = Set(call.windows.tasks.map(\.package))
        let ids = call.arguments.filter { running.contains($0) }.map { "\(pid($0, call))" }
        if ids.isEmpty { return 1 }
        call.out.line(ids.joined(separator: " "))
        return 0
    }

    nonisolated(nonsending) private static func env(_ call: ToolCall) async throws -> Int32 {
        var words = call.arguments[...]
        let child = call.shell.clone()
        while let word = words.first {
            if let equals = word.firstIndex(of: "="), !word.hasPrefix("-") {
                child.variables[String(word[..<equals])] = String(word[word.index(after: equals)...])
                child.exported.insert(String(word[..<equals]))
            } else if word == "-i" || word == "-" {
                child.exported = []
            } else if word == "-u", words.count > 1 {
                words.removeFirst()
                child.exported.remove(words.first ?? "")
            } else {
                break
            }
            words.removeFirst()
        }
        guard let command = words.first else {
            for (name, value) in child.exportedVariables { call.out.line("\(name)=\(value)") }
            return 0
        }
        child.depth += 1
        return try await child.call(command, Array(words.dropFirst()))
    }

    private static func printenv(_ call: ToolCall) throws -> Int32 {
        guard let name = call.arguments.first else {
            for (name, value) in call.shell.exportedVariables { call.out.line("\(name)=\(value)") }
            return 0
        }
        guard call.shell.exported.contains(name), let value = call.shell.variables[name] else { return 1 }
        call.out.line(value)
        return 0
    }

    private static func seq(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(
            call.with("seq", call.arguments.map { Double($0) != nil ? "=" + $0 : $0 }),
            "w",
            valued: "sf"
        )
        let words = options.operands.map { String($0.dropFirst()) }
        guard (1...3).contains(words.count) else { throw call.failure("Needs 1 argument (see \"seq --help\")") }
        let numbers = try words.map { word -> Int in
            guard let value = Double(word), value.magnitude < 1e9 else { throw call.failure("bad number '\(word)'") }
            return Int(value)
        }
        let first = numbers.count > 1 ? numbers[0] : 1
        let step = numbers.count > 2 ? numbers[1] : 1
        guard let last = numbers.last, step != 0 else { throw call.failure("bad step") }
        let count = (last - first) / step
        guard count < 1_000_000 else { throw call.failure("too many numbers") }
        let values = Array(stride(from: first, through: last, by: step)).map { "\($0)" }
        if !values.isEmpty { call.out.line(values.joined(separator: options.values["s"] ?? "\n")) }
        return 0
    }

    private static func expr(_ call: ToolCall) throws -> Int32 {
        var parser = ExprParser(words: call.arguments[...], call: call)
        let value = try parser.parse()
        call.out.line(value)
        return value.isEmpty || value == "0" ? 1 : 0
    }

    nonisolated(nonsending) private static func xargs(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "0rtpox", valued: "nIPsEL", interleaved: false)
        let bytes = await call.input.all()
        let items: [String]
        if options.has("0") {
            items = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        } else if options.values["I"] != nil {
            items = lines(bytes).map { String(decoding: $0, as: UTF8.self) }.filter { !$0.isEmpty }
        } else {
            items = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map {
                $0.count > 1 && ($0.first == "'" || $0.first == "\"") && $0.first == $0.last
                    ? String($0.dropFirst().dropLast()) : String($0)
            }
        }
        if items.isEmpty && options.has("r") { return 0 }
        let command = options.operands.first ?? "echo"
        let fixed = Array(options.operands.dropFirst())
        var code: Int32 = 0
        nonisolated(nonsending) func run(_ arguments: [String]) async throws {
            if Task.isCancelled { throw CancellationError() }
            let result = try await call.shell.call(command, arguments)
            if result != 0 { code = result == 127 ? 127 : 123 }
        }
        if let mark = options.values["I"], !mark.isEmpty {
            for item in items { try await run(fixed.map { $0.replacing(mark, with: item) }) }
            return code
        }
        guard let size = options.values["n"].flatMap({ Int($0) }) ?? options.values["L"].flatMap({ Int($0) }) else {
            try await run(fixed + items)
            return code
        }
        guard size > 0 else { throw call.failure("bad -n") }
        for start in stride(from: 0, to: items.count, by: size) {
            try await run(fixed + items[start..<min(start + size, items.count)])
        }
        return code
    }

    nonisolated(nonsending) private static func md5(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "b")
        var code: Int32 = 0
        for operand in options.operands.isEmpty ? ["-"] : options.operands {
            let (bytes, status) = await call.content([operand])
            code = max(code, status)
            if status == 0 { call.out.line(MD5.hex(bytes) + (options.has("b") ? "" : "  " + operand)) }
        }
        return code
    }

    nonisolated(nonsending) private static func toybox(_ call: ToolCall) async throws -> Int32 {
        guard let name = call.arguments.first else {
            call.out.line(names.joined(separator: " "))
            return 0
        }
        guard let tool = find(name) else {
            call.err.line("toybox: Unknown command \(name)")
            return 127
        }
        return try await call.shell.invoke(tool, name, Array(call.arguments.dropFirst()))
    }

    /// Commands here end by themselves, so the limit is not needed.
    nonisolated(nonsending) private static func timeout(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "fiv", valued: "ks", interleaved: false)
        try options.need(2, call)
        return try await call.shell.call(options.operands[1], Array(options.operands.dropFirst(2)))
    }

    nonisolated(nonsending) private static func nohup(_ call: ToolCall) async throws -> Int32 {
        guard let command = call.arguments.first else { return 125 }
        return try await call.shell.call(command, Array(call.arguments.dropFirst()))
    }

    private static func yes(_ call: ToolCall) throws -> Int32 {
        // A pipe holds all output before the next command reads it, so this one cannot go on for ever.
        let line = (call.arguments.isEmpty ? "y" : call.arguments.joined(separator: " ")) + "\n"
        call.out.write(String(repeating: line, count: 10_000))
        return 0
    }

    private static func mount(_ call: ToolCall) throws -> Int32 {
        call.out.line("/dev/block/dm-5 on / type ext4 (ro,seclabel,nodev,noatime)")
        call.out.line("/dev/block/dm-40 on /data type f2fs (rw,lazytime,seclabel,nosuid,nodev,noatime)")
        call.out.line(
            "/dev/fuse on /storage/emulated type fuse (rw,lazytime,nosuid,nodev,noexec,noatime,user_id=0,group_id=0,allow_other)"
        )
        return 0
    }

    private static func free(_ call: ToolCall) throws -> Int32 {
        call.out.line("                total        used        free      shared     buffers")
        call.out.line("Mem:       2061500416  1453355008   608145408     3391488     4112384")
        return 0
    }

    private static func reboot(_ call: ToolCall) throws -> Int32 {
        throw ToolFailure(message: "reboot: the built-in device does not reboot; start it again from outside")
    }
}
