// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let listTools: [String: Tool] = ["ls": .quick(ls), "ll": .quick(ls)]

    private struct Entry {
        var name: String
        var path: String
        var status: DeviceFiles.Stat
    }

    private static func ls(_ call: ToolCall) throws -> Int32 {
        var letters = 0
        for argument in call.arguments where argument.hasPrefix("-") && !argument.hasPrefix("--") {
            letters += argument.count { $0 == "l" }
        }
        let options = try ToolOptions(call, "1aAlLdRtrShiFpsuncgoqbCxmkZNfUH", long: ["color": "N", "full-time": "N"])
        let long = options.has("l") || call.name == "ll" || options.has("o") || options.has("g")
        var code: Int32 = 0
        var files: [Entry] = []
        var folders: [Entry] = []
        for operand in options.operands.isEmpty ? ["."] : options.operands {
            let path = call.path(operand)
            do {
                var status = try call.files.stat(path, follow: false)
                // A link named on the command line shows its folder's content, unless it is itself asked for.
                if status.isLink, !(long && !operand.hasSuffix("/")) || options.has("L"),
                    let target = try? call.files.stat(path)
                {
                    status = target
                }
                let entry = Entry(name: operand, path: path, status: status)
                if status.isFolder && !options.has("d") { folders.append(entry) } else { files.append(entry) }
            } catch let failure as FileFailure {
                call.err.line("ls: \(operand): \(failure.reason)")
                code = 1
            }
        }
        show(sorted(files, options), options, letters, call)
        let heading = options.operands.count > 1 || options.has("R")
        var first = files.isEmpty
        for folder in sorted(folders, options) {
            try list(folder, options, letters, heading, &first, &code, call)
        }
        return code
    }

    private static func list(
        _ folder: Entry,
        _ options: ToolOptions,
        _ letters: Int,
        _ heading: Bool,
        _ first: inout Bool,
        _ code: inout Int32,
        _ call: ToolCall
    ) throws {
        if Task.isCancelled { throw CancellationError() }
        var entries: [Entry] = []
        do {
            var names = try call.files.list(folder.path)
            if options.has("a") || options.has("f") {
                names = [".", ".."] + names
            } else if !options.has("A") {
                names.removeAll { $0.hasPrefix(".") }
            }
            for name in names {
                let path = DevicePath.join(folder.path, name)
                if let status = try? call.files.stat(path, follow: options.has("L")) {
                    entries.append(Entry(name: name, path: path, status: status))
                }
            }
        } catch let failure as FileFailure {
            call.err.line("ls: \(folder.name): \(failure.reason)")
            code = 1
            return
        }
        if heading {
            if !first { call.out.line("") }
            call.out.line(folder.name + ":")
        }
        first = false
        if letters > 0 || options.has("s") {
            let blocks = entries.reduce(Int64(0)) { $0 + $1.status.blocks } / 2
            call.out.line("total \(blocks)")
        }
        entries = sorted(entries, options)
        show(entries, options, letters, call)
        guard options.has("R") else { return }
        for entry in entries where entry.status.isFolder && entry.name != "." && entry.name != ".." {
            let name = DevicePath.join(folder.name, entry.name)
            try list(
                Entry(name: name, path: entry.path, status: entry.status),
                options,
                letters,
                true,
                &first,
                &code,
                call
            )
        }
    }

    private static func sorted(_ entries: [Entry], _ options: ToolOptions) -> [Entry] {
        if options.has("f") || options.has("U") { return entries }
        func before(_ a: Entry, _ b: Entry) -> Bool {
            if options.has("t") || options.has("u") && !options.has("l") {
                let left = (a.status.modified, a.status.modifiedNanoseconds)
                let right = (b.status.modified, b.status.modifiedNanoseconds)
                if left != right { return left > right }
            }
            if options.has("S"), a.status.size != b.status.size { return a.status.size > b.status.size }
            return Array(a.name.utf8).lexicographicallyPrecedes(Array(b.name.utf8))
        }
        let list = entries.sorted(by: before)
        return options.has("r") ? list.reversed() : list
    }

    private static func show(_ entries: [Entry], _ options: ToolOptions, _ letters: Int, _ call: ToolCall) {
        guard letters > 0 || options.has("o") || options.has("g") || call.name == "ll" else {
            for entry in entries {
                var line = entry.name
                if options.has("i") { line = "\(entry.status.inode) " + line }
                if options.has("s") { line = "\(entry.status.blocks / 2) " + line }
                if entry.status.isFolder && (options.has("F") || options.has("p")) { line += "/" }
                if entry.status.isLink && options.has("F") { line += "@" }
                call.out.line(line)
            }
            return
        }
        var rows: [[String]] = []
        for entry in entries {
            let place = Listing.place(entry.path, call)
            let fields = DateFields(ms: entry.status.modified * 1000, zone: call.system.timeZone)
            let time =
                letters > 1
                ? fields.iso(nanoseconds: entry.status.modifiedNanoseconds) : fields.format("%Y-%m-%d %H:%M")
            var name = entry.name
            if entry.status.isLink, let target = try? call.files.linkTarget(entry.path) { name += " -> " + target }
            if entry.status.isFolder && (options.has("F") || options.has("p")) { name += "/" }
            let size = options.has("h") ? ToolTable.human(Listing.size(entry.status)) : "\(Listing.size(entry.status))"
            let (owner, group) = options.has("n") ? ("\(place.uid)", "\(place.gid)") : (place.owner, place.group)
            rows.append([
                (options.has("i") ? "\(entry.status.inode) " : "") + Listing.permissions(entry.status),
                "\(entry.status.links)", owner, group, size, time, name,
            ])
        }
        let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            var line = row[0]
            for column in 1..<5 {
                let pad = String(repeating: " ", count: widths[column] - row[column].count)
                let right = column == 1 || column == 4
                line += " " + (right ? pad + row[column] : row[column] + pad)
            }
            call.out.line(line + " " + row[5] + " " + row[6])
        }
    }
}
