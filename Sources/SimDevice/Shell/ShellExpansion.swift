// SPDX-License-Identifier: Apache-2.0

/// One field of an expanded word: its scalars, and which of them a pattern must take literally.
struct ShellField {
    var scalars: [(Unicode.Scalar, quoted: Bool)] = []

    var text: String {
        var view = String.UnicodeScalarView()
        for (scalar, _) in scalars { view.append(scalar) }
        return String(view)
    }

    mutating func append(_ text: String, quoted: Bool) {
        for scalar in text.unicodeScalars { scalars.append((scalar, quoted)) }
    }
}

extension Shell {
    /// Words after parameters, commands, field splitting and file name patterns.
    nonisolated(nonsending) func expand(_ words: [ShellWord]) async throws -> [String] {
        var out: [String] = []
        for word in words {
            for field in try await fields(word) { out.append(contentsOf: glob(field)) }
            if out.count > ShellLimit.words { throw ShellFailure(message: "argument list too long", status: 126) }
        }
        return out
    }

    /// A word as one string: no splitting, no file names.
    nonisolated(nonsending) func single(_ word: ShellWord) async throws -> String {
        try await fields(word, split: false).first?.text ?? ""
    }

    /// A word as a pattern.
    nonisolated(nonsending) func pattern(_ word: ShellWord) async throws -> Glob {
        Glob((try await fields(word, split: false).first ?? ShellField()).scalars.map { ($0.0, $0.quoted) })
    }

    private nonisolated(nonsending) func fields(_ word: ShellWord, split: Bool = true) async throws -> [ShellField] {
        var done: [ShellField] = []
        var current = ShellField()
        var open = false
        func add(_ text: String, quoted: Bool) {
            guard split && !quoted else {
                current.append(text, quoted: quoted)
                open = open || quoted || !text.isEmpty
                return
            }
            for scalar in text.unicodeScalars {
                if ifs.contains(scalar) {
                    if open { done.append(current) }
                    current = ShellField()
                    open = false
                } else {
                    current.scalars.append((scalar, quoted: false))
                    open = true
                }
            }
        }
        for (index, part) in word.parts.enumerated() {
            switch part {
            case .text(let text, let quoted):
                let home = index == 0 && !quoted ? tilde(text) : text
                current.append(home, quoted: quoted)
                open = open || quoted || !home.isEmpty
            case .parameter(let parameter, let quoted):
                if quoted, parameter.name == "@", case .plain = parameter.operation {
                    for (index, value) in positional.enumerated() {
                        if index > 0 {
                            done.append(current)
                            current = ShellField()
                        }
                        current.append(value, quoted: true)
                        open = true
                    }
                    if positional.isEmpty && current.scalars.isEmpty && word.parts.count <= 2 { open = false }
                } else {
                    add(try await value(parameter), quoted: quoted)
                }
            case .command(let node, let quoted):
                add(try await substitute(node), quoted: quoted)
            case .arithmetic(let inner):
                let text = try await single(inner)
                add(try ShellArithmetic.evaluate(text) { self.variables[$0] ?? "" }, quoted: false)
            }
        }
        if open || !split { done.append(current) }
        return done
    }

    private func tilde(_ text: String) -> String {
        guard text == "~" || text.hasPrefix("~/") else { return text }
        return (variables["HOME"] ?? "/") + text.dropFirst()
    }

    private var ifs: String.UnicodeScalarView { (variables["IFS"] ?? " \t\n").unicodeScalars }

    /// A parameter's value; the empty string where it is not set.
    func plain(_ name: String) -> String? {
        switch name {
        case "?": return "\(status)"
        case "#": return "\(positional.count)"
        case "$": return "4242"
        case "!": return ""
        case "-": return ""
        case "@", "*": return positional.isEmpty ? nil : positional.joined(separator: " ")
        case "0": return "sh"
        default:
            if let index = Int(name) { return index >= 1 && index <= positional.count ? positional[index - 1] : nil }
            return variables[name]
        }
    }

    private nonisolated(nonsending) func value(_ parameter: ShellParameter) async throws -> String {
        let now = plain(parameter.name)
        switch parameter.operation {
        case .plain: return now ?? ""
        case .length: return "\((now ?? "").unicodeScalars.count)"
        case .fallback(let sign, let emptyCounts, let word):
            let missing = now == nil || (emptyCounts && now == "")
            switch sign {
            case "+": return missing ? "" : try await single(word)
            case "-": return missing ? try await single(word) : now ?? ""
            case "=":
                if missing { variables[parameter.name] = try await single(word) }
                return variables[parameter.name] ?? ""
            default:
                guard missing else { return now ?? "" }
                let text = try await single(word)
                throw ShellFailure(
                    message: "\(parameter.name): \(text.isEmpty ? "parameter null or not set" : text)",
                    status: 1
                )
            }
        case .strip(let fromEnd, let longest, let word):
            let scalars = Array((now ?? "").unicodeScalars)
            let glob = try await pattern(word)
            let cuts = fromEnd ? Array(0...scalars.count) : Array((0...scalars.count).reversed())
            for cut in longest ? cuts : cuts.reversed() {
                let part = fromEnd ? scalars[cut...] : scalars[..<cut]
                guard glob.matches(part) else { continue }
                return String(String.UnicodeScalarView(fromEnd ? scalars[..<cut] : scalars[cut...]))
            }
            return now ?? ""
        }
    }

    private nonisolated(nonsending) func substitute(_ node: ShellNode) async throws -> String {
        let output = ShellOutput.buffer
        let child = clone()
        child.streams[1] = output
        status = await child.contain { try await child.execute(node) }
        var bytes = output.bytes
        while bytes.last == 10 { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: File names

    private func glob(_ field: ShellField) -> [String] {
        let text = field.text
        guard field.scalars.contains(where: { !$0.quoted && ($0.0 == "*" || $0.0 == "?" || $0.0 == "[") }) else {
            return [text]
        }
        var found = [text.hasPrefix("/") ? "/" : ""]
        for part in field.scalars.split(whereSeparator: { $0.0 == "/" }) {
            let glob = Glob(part.map { ($0.0, $0.quoted) })
            var next: [String] = []
            for folder in found {
                if !glob.isPattern {
                    let path = DevicePath.join(folder, ShellField(scalars: Array(part)).text)
                    next.append(folder.isEmpty ? ShellField(scalars: Array(part)).text : path)
                    continue
                }
                let names = (try? device.system.files.list(path(folder.isEmpty ? "." : folder))) ?? []
                let dotted = part.first?.0 == "."
                for name in names where (dotted || !name.hasPrefix(".")) && glob.matches(name) {
                    next.append(folder.isEmpty ? name : DevicePath.join(folder, name))
                }
                if next.count > ShellLimit.words { return [text] }
            }
            found = next
        }
        found = found.filter { (try? device.system.files.stat(path($0), follow: false)) != nil }
        if field.scalars.last?.0 == "/" {
            found = found.filter { device.system.files.isFolder(path($0)) }.map { $0 + "/" }
        }
        return found.isEmpty ? [text] : found
    }
}
