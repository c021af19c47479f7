// SPDX-License-Identifier: Apache-2.0

/// The size of a terminal: rows and columns, and the same in pixels.
public struct WindowSize: Hashable, Sendable {
    public var rows: Int
    public var columns: Int
    public var width: Int
    public var height: Int

    public init(rows: Int, columns: Int, width: Int, height: Int) {
        self.rows = rows
        self.columns = columns
        self.width = width
        self.height = height
    }

    /// Reads `24x80,0x0`.
    init?(parsing bytes: [UInt8]) {
        let text = String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
        let numbers = text.split(whereSeparator: { $0 == "x" || $0 == "," }).map { Int($0) }
        guard numbers.count == 4, let rows = numbers[0], let columns = numbers[1], let width = numbers[2],
            let height = numbers[3]
        else { return nil }
        self.init(rows: rows, columns: columns, width: width, height: height)
    }

    var text: String { "\(rows)x\(columns),\(width)x\(height)" }
}

/// Something that a shell stream of version 2 carries. Data of one packet may come in several pieces.
public enum ShellPiece: Hashable, Sendable {
    case stdin(ArraySlice<UInt8>)
    case stdout(ArraySlice<UInt8>)
    case stderr(ArraySlice<UInt8>)
    /// The command has ended with this code; the last piece of a stream.
    case exit(UInt8)
    /// Stdin is at its end.
    case closeStdin
    case windowSize(WindowSize)
}

/// Writes shell packets: one byte of kind, four of length, the data.
public enum ShellPacket {
    /// Bytes in front of the data.
    public static let headerSize = 5

    static let stdin: UInt8 = 0
    static let stdout: UInt8 = 1
    static let stderr: UInt8 = 2
    static let exit: UInt8 = 3
    static let closeStdin: UInt8 = 4
    static let windowSize: UInt8 = 5

    /// The header for data that the caller sends after it.
    public static func stdinHeader(length: Int) -> [UInt8] { header(stdin, length) }

    /// Appends a piece as one packet.
    public static func encode(_ piece: ShellPiece, into out: inout [UInt8]) {
        switch piece {
        case .stdin(let data): append(stdin, data, &out)
        case .stdout(let data): append(stdout, data, &out)
        case .stderr(let data): append(stderr, data, &out)
        case .exit(let code): append(exit, [code], &out)
        case .closeStdin: append(closeStdin, [], &out)
        case .windowSize(let size): append(windowSize, Array(size.text.utf8)[...], &out)
        }
    }

    /// A piece as one packet.
    public static func encoded(_ piece: ShellPiece) -> [UInt8] {
        var out: [UInt8] = []
        encode(piece, into: &out)
        return out
    }

    private static func header(_ kind: UInt8, _ length: Int) -> [UInt8] {
        var out = [kind]
        out.appendLittle(UInt32(clamping: length))
        return out
    }

    private static func append(_ kind: UInt8, _ data: ArraySlice<UInt8>, _ out: inout [UInt8]) {
        out.append(kind)
        out.appendLittle(UInt32(data.count))
        out.append(contentsOf: data)
    }
}

/// Reads shell packets out of a byte stream in any split.
///
/// It buffers no data: what is there of a packet is handed on at once, so a length of any size costs nothing. Packets of
/// unknown kinds are skipped.
public struct ShellPacketDecoder: Sendable {
    private static let sizeTextLimit = 64

    private var head = HeadReader()
    private var kind: UInt8?
    private var remaining = 0
    private var small: [UInt8] = []

    public init() {}

    /// The next piece, taking its bytes from the front of `input`; `nil` when `input` is used up.
    public mutating func next(_ input: inout ArraySlice<UInt8>) -> ShellPiece? {
        while true {
            if kind == nil {
                guard head.fill(ShellPacket.headerSize, from: &input) else { return nil }
                kind = head.bytes[0]
                remaining = Int(head.bytes[1...].little(0, as: UInt32.self))
                small = []
                head.clear()
            }
            guard let current = kind else { return nil }
            let isData = current <= ShellPacket.stderr
            if remaining == 0 {
                kind = nil
                if !isData, let piece = end(current) { return piece }
                continue
            }
            guard !input.isEmpty else { return nil }
            let part = input.prefix(remaining)
            input = input.dropFirst(part.count)
            remaining -= part.count
            if isData {
                if remaining == 0 { kind = nil }
                return data(current, part)
            }
            let room = ShellPacketDecoder.sizeTextLimit - small.count
            if room > 0 { small.append(contentsOf: part.prefix(room)) }
        }
    }

    private func data(_ kind: UInt8, _ part: ArraySlice<UInt8>) -> ShellPiece {
        switch kind {
        case ShellPacket.stdin: .stdin(part)
        case ShellPacket.stdout: .stdout(part)
        default: .stderr(part)
        }
    }

    private func end(_ kind: UInt8) -> ShellPiece? {
        switch kind {
        case ShellPacket.exit: small.first.map { .exit($0) }
        case ShellPacket.closeStdin: .closeStdin
        case ShellPacket.windowSize: WindowSize(parsing: small).map { .windowSize($0) }
        default: nil
        }
    }
}
