// SPDX-License-Identifier: Apache-2.0

/// Where a command's output goes.
final class ShellOutput {
    private enum Sink {
        case nothing
        case buffer
        case stream((ArraySlice<UInt8>) -> Void)
        case file(DeviceFiles, String)
    }

    private let sink: Sink
    /// Waits while the receiver is far behind; nil where there is nobody to wait for.
    private(set) var drain: (@Sendable () async -> Void)?
    private(set) var bytes: [UInt8] = []
    /// Whether more came than a buffer may hold; the rest is dropped.
    private(set) var overflowed = false

    private init(_ sink: Sink) { self.sink = sink }

    /// Swallows everything, as `/dev/null`.
    static var nothing: ShellOutput { ShellOutput(.nothing) }
    /// Keeps everything in `bytes`.
    static var buffer: ShellOutput { ShellOutput(.buffer) }
    /// Hands everything on.
    ///
    /// - Parameter drain: waits while the receiver is far behind; called between commands.
    static func stream(
        _ send: @escaping (ArraySlice<UInt8>) -> Void,
        drain: (@Sendable () async -> Void)? = nil
    ) -> ShellOutput {
        let output = ShellOutput(.stream(send))
        output.drain = drain
        return output
    }

    /// A file of the device: made at once, and given its content by `close`.
    static func file(_ files: DeviceFiles, _ path: String, append: Bool) throws -> ShellOutput {
        let output = ShellOutput(.file(files, path))
        if append, files.exists(path) {
            output.bytes = try files.read(path)
        } else {
            guard files.isFolder(DevicePath.parent(path)) else { throw FileFailure(code: 2, path: path) }
            try files.write([UInt8](), to: path, mode: 0o660)
        }
        return output
    }

    func write(_ new: ArraySlice<UInt8>) {
        switch sink {
        case .nothing: return
        case .stream(let send): if !new.isEmpty { send(new) }
        case .buffer, .file:
            guard bytes.count + new.count <= ShellLimit.buffer else {
                overflowed = true
                return
            }
            bytes.append(contentsOf: new)
        }
    }

    func write(_ new: [UInt8]) { write(new[...]) }

    func write(_ text: String) { write(Array(text.utf8)[...]) }

    /// Text and a line break.
    func line(_ text: String) { write(text + "\n") }

    /// Puts a file's content in its place.
    func close() throws { if case .file(let files, let path) = sink { try files.write(bytes, to: path) } }
}

/// Where a command's input comes from.
final class ShellInput {
    private var pending: ArraySlice<UInt8>
    private var stream: AsyncStream<ArraySlice<UInt8>>.Iterator?
    private var source: AsyncStream<ArraySlice<UInt8>>?

    /// Bytes that are there already.
    init(_ bytes: [UInt8] = []) { pending = bytes[...] }

    /// Bytes that come over a stream until it ends.
    init(_ stream: AsyncStream<ArraySlice<UInt8>>) {
        pending = []
        source = stream
        self.stream = stream.makeAsyncIterator()
    }

    /// The rest of the input, for a task of its own: what is there already, then what comes. Nobody else reads after this.
    func detached() -> (ready: ArraySlice<UInt8>, stream: AsyncStream<ArraySlice<UInt8>>?) {
        defer { (pending, stream, source) = ([], nil, nil) }
        return (pending, stream == nil ? nil : source)
    }

    /// The next piece; nil at the end.
    nonisolated(nonsending) func next() async -> ArraySlice<UInt8>? {
        if !pending.isEmpty {
            defer { pending = [] }
            return pending
        }
        guard var iterator = stream else { return nil }
        let piece = await iterator.next(isolation: #isolation)
        stream = piece == nil ? nil : iterator
        return piece
    }

    /// Everything up to the end.
    nonisolated(nonsending) func all() async -> [UInt8] {
        var out: [UInt8] = []
        while let piece = await next() {
            guard out.count + piece.count <= ShellLimit.buffer else { break }
            out.append(contentsOf: piece)
        }
        return out
    }

    /// So many lines, or less at the end; what follows them stays here.
    nonisolated(nonsending) func lines(_ count: Int) async -> [UInt8] {
        var out: [UInt8] = []
        var left = count
        while left > 0, let piece = await next() {
            for (index, byte) in zip(piece.indices, piece) where byte == 10 {
                left -= 1
                guard left == 0 else { continue }
                out.append(contentsOf: piece[...index])
                pending = piece[(index + 1)...]
                return out
            }
            guard out.count + piece.count <= ShellLimit.buffer else { break }
            out.append(contentsOf: piece)
        }
        return out
    }

    /// So many bytes, or less at the end; what follows them stays here.
    nonisolated(nonsending) func bytes(_ count: Int) async -> [UInt8] {
        var out: [UInt8] = []
        while out.count < min(count, ShellLimit.buffer), let piece = await next() {
            let part = piece.prefix(min(count, ShellLimit.buffer) - out.count)
            out.append(contentsOf: part)
            pending = piece[part.endIndex...]
        }
        return out
    }

    /// The next line without its line break; nil at the end.
    nonisolated(nonsending) func line() async -> [UInt8]? {
        var line: [UInt8] = []
        var any = false
        while let piece = await next() {
            any = any || !piece.isEmpty
            if let end = piece.firstIndex(of: 10) {
                line.append(contentsOf: piece[..<end])
                pending = piece[(end + 1)...]
                return line
            }
            line.append(contentsOf: piece)
            if line.count > ShellLimit.source { return line }
        }
        return any ? line : nil
    }
}
