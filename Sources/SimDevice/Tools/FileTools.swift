// SPDX-License-Identifier: Apache-2.0

import Base

extension ToolTable {
    static let fileTools: [String: Tool] = [
        "cat": .slow(cat), "cp": .quick(cp), "mv": .quick(mv), "rm": .quick(rm), "mkdir": .quick(mkdir),
        "rmdir": .quick(rmdir), "touch": .quick(touch), "chmod": .quick(chmod), "chown": .quick(chown),
        "chgrp": .quick(chown), "ln": .quick(ln), "tee": .slow(tee), "du": .quick(du), "df": .quick(df),
        "stat": .quick(stat), "readlink": .quick(readlink), "realpath": .quick(readlink), "sync": .quick { _ in 0 },
        "truncate": .quick(truncate), "mktemp": .quick(mktemp),
    ]

    nonisolated(nonsending) private static func cat(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "etvuAE")
        var code: Int32 = 0
        for operand in options.operands.isEmpty ? ["-"] : options.operands {
            if operand == "-" {
                while let piece = await call.input.next() {
                    if Task.isCancelled { return 130 }
                    call.out.write(piece)
                    if let drain = call.out.drain { await drain() }
                }
            } else {
                code = max(code, call.forEach([operand]) { call.out.write(try call.files.read(call.path($0))) })
            }
        }
        return code
    }

    private static func cp(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "arRfpPdnvTLH")
        try options.need(2, call)
        guard let target = options.operands.last else { return 1 }
        let recursive = !options.flags.isDisjoint(with: "arRd")
        let into = call.files.isFolder(call.path(target)) && !options.has("T")
        if options.operands.count > 2 && !into { throw call.failure("'\(target)' not directory") }
        return call.forEach(Array(options.operands.dropLast())) { operand in
            let from = call.path(operand)
            let status = try call.files.stat(from, follow: recursive ? false : true)
            if status.isFolder && !recursive { throw call.failure("Skipped dir '\(operand)'") }
            // `cp -a S/. D/` copies what is in S.
            let name = DevicePath.name(operand)
            let to = into && name != "." && name != ".." ? DevicePath.join(call.path(target), name) : call.path(target)
            if options.has("n"), call.files.exists(to) { return }
            try writable(to, call)
            try call.files.copy(from, to, keepTimes: options.has("a") || options.has("p"))
        }
    }

    private static func mv(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "finvT")
        try options.need(2, call)
        guard let target = options.operands.last else { return 1 }
        let into = call.files.isFolder(call.path(target)) && !options.has("T")
        if options.operands.count > 2 && !into { throw call.failure("'\(target)' not directory") }
        return call.forEach(Array(options.operands.dropLast())) { operand in
            let from = call.path(operand)
            _ = try call.files.stat(from, follow: false)
            let to = into ? DevicePath.join(call.path(target), DevicePath.name(operand)) : call.path(target)
            if options.has("n"), call.files.exists(to) { return }
            try writable(to, call)
            try call.files.move(from, to)
        }
    }

    /// Names the target where its folder is missing, as the real tools do.
    private static func writable(_ path: String, _ call: ToolCall) throws {
        if !call.files.isFolder(DevicePath.parent(path)) {
            throw call.failure("bad '\(path)': No such file or directory")
        }
    }

    private static func rm(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "frRiv")
        if options.operands.isEmpty && !options.has("f") { try options.need(1, call) }
        let recursive = options.has("r") || options.has("R")
        return call.forEach(options.operands) { operand in
            let path = call.path(operand)
            do {
                let status = try call.files.stat(path, follow: false)
                if status.isFolder && !recursive { throw FileFailure(code: 21, path: operand) }
                try call.files.remove(path)
            } catch let failure as FileFailure where options.has("f") && (failure.code == 2 || failure.code == 20) {
                return
            }
        }
    }

    private static func mkdir(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "pv", valued: "m")
        try options.need(1, call)
        let mode = options.values["m"].flatMap { UInt32($0, radix: 8) } ?? 0o771
        return call.forEach(options.operands) { operand in
            do {
                try call.files.makeFolder(call.path(operand), parents: options.has("p"), mode: mode)
            } catch let failure as FileFailure {
                throw call.failure("'\(operand)': \(failure.reason)")
            }
        }
    }

    private static func rmdir(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "p", long: ["ignore-fail-on-non-empty": "i"])
        try options.need(1, call)
        return call.forEach(options.operands) { try call.files.removeFolder(call.path($0)) }
    }

    private static func touch(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "acmh", valued: "tdr", long: ["no-create": "c"])
        try options.need(1, call)
        var seconds: Int64?
        if let text = options.values["t"] {
            seconds = DateFields.parseSetting(text, now: call.system.clock.now, compact: true)
            if seconds == nil { throw call.failure("bad date '\(text)'") }
        } else if let text = options.values["d"] {
            seconds = DateFields.parse(text)
            if seconds == nil { throw call.failure("bad date '\(text)'") }
        } else if let file = options.values["r"] {
            seconds = try call.files.stat(call.path(file)).modified
        }
        return call.forEach(options.operands) { operand in
            if options.has("c"), !call.files.exists(call.path(operand)) { return }
            if !call.files.isFolder(DevicePath.parent(call.path(operand))) { throw FileFailure(code: 2, path: operand) }
            try call.files.touch(call.path(operand), seconds: seconds)
        }
    }

    private static func chmod(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "Rvf", interleaved: false)
        try options.need(2, call)
        let mode = options.operands[0]
        return call.forEach(Array(options.operands.dropFirst())) { operand in
            try each(call.path(operand), options.has("R"), call.files) { path in
                let old = try call.files.stat(path)
                guard let new = changed(old.permissions, by: mode, folder: old.isFolder) else {
                    throw call.failure("bad mode '\(mode)'")
                }
                try call.files.setMode(path, new)
            }
        }
    }

    /// The permission bits after `0755`, `u+x`, `go-w`, `a=rX`; nil for what is no mode.
    static func changed(_ old: UInt32, by text: String, folder: Bool) -> UInt32? {
        if let octal = UInt32(text, radix: 8), octal <= 0o7777 { return octal }
        var mode = old
        for clause in text.split(separator: ",") {
            let who = clause.prefix { "ugoa".contains($0) }
            let rest = clause.dropFirst(who.count)
            guard let sign = rest.first, "+-=".contains(sign) else { return nil }
            var bits: UInt32 = 0
            for letter in rest.dropFirst() {
                switch letter {
                case "r": bits |= 4
                case "w": bits |= 2
                case "x": bits |= 1
                case "X": bits |= folder || old & 0o111 != 0 ? 1 : 0
                case "s", "t": break
                default: return nil
                }
            }
            let all = who.isEmpty || who.contains("a")
            for (letter, shift) in [("u", 6), ("g", 3), ("o", 0)] as [(Character, UInt32)]
            where all || who.contains(letter) {
                switch sign {
                case "+": mode |= bits << shift
                case "-": mode &= ~(bits << shift)
                default: mode = (mode & ~(7 << shift)) | bits << shift
                }
            }
        }
        return mode
    }

    /// Owners are not kept: every file belongs to the user that the place implies. Missing files are told.
    private static func chown(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "Rvfh")
        try options.need(2, call)
        return call.forEach(Array(options.operands.dropFirst())) { _ = try call.files.stat(call.path($0)) }
    }

    /// A path and, where `recursive`, all under it, folders before what is in them.
    static func each(_ path: String, _ recursive: Bool, _ files: DeviceFiles, _ body: (String) throws -> Void) throws {
        try body(path)
        guard recursive, try files.stat(path, follow: false).isFolder else { return }
        for name in try files.list(path) { try each(DevicePath.join(path, name), true, files, body) }
    }

    private static func ln(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "sfnvT")
        try options.need(1, call)
        guard options.has("s") else { throw call.failure("hard links are not supported by this file system") }
        let target = options.operands[0]
        var path = call.path(options.operands.count > 1 ? options.operands[1] : DevicePath.name(target))
        if call.files.isFolder(path) && !options.has("n") && !options.has("T") {
            path = DevicePath.join(path, DevicePath.name(target))
        }
        if options.has("f"), (try? call.files.stat(path, follow: false)) != nil { try call.files.remove(path) }
        do {
            try call.files.makeLink(to: target, at: path)
        } catch let failure as FileFailure {
            throw call.failure("cannot create symbolic link from '\(target)' to '\(path)': \(failure.reason)")
        }
        return 0
    }

    nonisolated(nonsending) private static func tee(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "ai")
        var bytes: [UInt8] = []
        while let piece = await call.input.next(), bytes.count + piece.count <= ShellLimit.buffer {
            bytes.append(contentsOf: piece)
            call.out.write(piece)
            if let drain = call.out.drain { await drain() }
        }
        return call.forEach(options.operands) { operand in
            if options.has("a") {
                try call.files.append(bytes, to: call.path(operand))
            } else {
                try call.files.write(bytes, to: call.path(operand))
            }
        }
    }

    private static func du(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "shkamcbHL", valued: "d")
        func show(_ bytes: Int64, _ path: String) {
            let text =
                options.has("h")
                ? human(bytes)
                : options.has("b") ? "\(bytes)" : "\((bytes + 1023) / (options.has("m") ? 1 << 20 : 1024))"
            call.out.line("\(text)\t\(path)")
        }
        func walk(_ path: String, _ shown: String, _ depth: Int) throws -> Int64 {
            let status = try call.files.stat(path, follow: false)
            var total = options.has("b") ? status.size : status.blocks * 512
            guard status.isFolder else {
                if depth == 0 || options.has("a") { show(total, shown) }
                return total
            }
            for name in try call.files.list(path) {
                total += try walk(DevicePath.join(path, name), DevicePath.join(shown, name), depth + 1)
            }
            if depth == 0 || !options.has("s") { show(total, shown) }
            return total
        }
        return call.forEach(options.operands.isEmpty ? ["."] : options.operands) { _ = try walk(call.path($0), $0, 0) }
    }

    static func human(_ bytes: Int64) -> String {
        var value = Double(bytes)
        for unit in ["", "K", "M", "G", "T"] {
            if value < 1024 || unit == "T" {
                if unit.isEmpty { return "\(bytes)" }
                let tenths = Int((value * 10).rounded())
                return tenths < 100 ? "\(tenths / 10).\(tenths % 10)\(unit)" : "\(Int(value.rounded()))\(unit)"
            }
            value /= 1024
        }
        return "\(bytes)"
    }

    private static func df(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "hkaiPHT")
        let total: Int64 = 6_084_232
        let used: Int64 = 1_023_876
        call.out.line(
            options.has("h")
                ? "Filesystem      Size  Used Avail Use% Mounted on"
                : "Filesystem      1K-blocks    Used Available Use% Mounted on"
        )
        for (name, mount) in [
            ("/dev/block/dm-5", "/"), ("/dev/block/dm-40", "/data"), ("/dev/fuse", "/storage/emulated"),
        ] {
            let label = name + String(repeating: " ", count: max(0, 16 - name.count))
            if options.has("h") {
                call.out.line("\(label)5.8G  1.0G  4.8G  17% \(mount)")
            } else {
                call.out.line("\(label)  \(total) \(used)   \(total - used)  17% \(mount)")
            }
        }
        return 0
    }

    private static func stat(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "fLt", valued: "c")
        try options.need(1, call)
        return call.forEach(options.operands) { operand in
            let path = call.path(operand)
            let status = try call.files.stat(path, follow: options.has("L"))
            let place = Listing.place(path, call)
            if let format = options.values["c"] {
                call.out.line(Listing.format(format, operand, status, place))
                return
            }
            let modified = DateFields(ms: status.modified * 1000).iso(nanoseconds: status.modifiedNanoseconds)
            call.out.write(
                """
                  File: \(operand)
                  Size: \(status.size)\t Blocks: \(status.blocks)\t IO Blocks: 512\t\(Listing.kind(status))
                Device: fe28h/65064d\t Inode: \(status.inode)\t Links: \(status.links)
                Access: (0\(String(status.permissions, radix: 8))/\(Listing.permissions(status)))\tUid: (\(place.uid)/\(place.owner))\tGid: (\(place.gid)/\(place.group))
                Access: \(modified)
                Modify: \(modified)
                Change: \(modified)

                """
            )
        }
    }

    private static func readlink(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "fenqm")
        try options.need(1, call)
        return call.forEach(options.operands) { operand in
            if call.name == "realpath" || options.has("f") {
                let place = try call.files.resolve(call.path(operand))
                if call.name == "realpath", !call.files.exists(place.device) {
                    throw FileFailure(code: 2, path: operand)
                }
                call.out.write(place.device + (options.has("n") ? "" : "\n"))
            } else {
                guard let target = try? call.files.linkTarget(call.path(operand)) else {
                    throw ToolFailure(message: "")
                }
                call.out.write(target + (options.has("n") ? "" : "\n"))
            }
        }
    }

    private static func truncate(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "c", valued: "s")
        try options.need(1, call)
        guard let size = options.values["s"].flatMap({ Int($0) }), (0...ShellLimit.buffer).contains(size) else {
            throw call.failure("bad size")
        }
        return call.forEach(options.operands) { operand in
            let old = call.files.exists(call.path(operand)) ? try call.files.read(call.path(operand)) : []
            try call.files.write(
                old.prefix(size) + [UInt8](repeating: 0, count: max(0, size - old.count)),
                to: call.path(operand)
            )
        }
    }

    private static func mktemp(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "dqtu", valued: "p")
        let folder = options.values["p"] ?? "/data/local/tmp"
        let template = options.operands.first ?? "tmp.XXXXXXXXXX"
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        for _ in 0..<100 {
            let name = String(
                template.map { $0 == "X" ? letters[Int(call.system.random.next() % UInt64(letters.count))] : $0 }
            )
            let path = name.hasPrefix("/") ? name : DevicePath.join(folder, name)
            if call.files.exists(path) { continue }
            if options.has("d") {
                try call.files.makeFolder(path)
            } else {
                try call.files.write([UInt8](), to: path, mode: 0o600)
            }
            call.out.line(path)
            return 0
        }
        throw call.failure("failed to create \(template)")
    }
}
