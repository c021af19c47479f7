// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Synchronization

/// A terminal of the device: echoes and edits what is typed, hands on whole lines, and turns ^C into an interrupt.
///
/// It may be typed into from any thread. One task reads at a time.
final class Terminal: Sendable {
    /// What a reader gets.
    enum Input: Sendable {
        /// A line with its line break, or what stood in front of a ^D.
        case bytes(ArraySlice<UInt8>)
        /// ^D at the start of a line, or nobody types any more.
        case end
        /// ^C while no command runs.
        case interrupt
    }

    private struct State {
        var size: WindowSize?
        var echoes = true
        var line: [UInt8] = []
        var ready: [Input] = []
        var held = 0
        var isOver = false
        var afterReturn = false
        var reader: CheckedContinuation<Input, Never>?
        var typist: CheckedContinuation<Void, Never>?
        var interrupt: (@Sendable () -> Void)?
    }

    /// Bytes of lines that nobody has read, after which the typist has to wait.
    private static let limit = 1 << 20
    private let state: Mutex<State>
    private let show: @Sendable (ArraySlice<UInt8>) -> Void

    /// - Parameter show: where the echo goes; it turns line breaks into CR LF.
    init(size: WindowSize? = nil, show: @escaping @Sendable (ArraySlice<UInt8>) -> Void) {
        state = Mutex(State(size: size))
        self.show = show
    }

    /// Rows and columns; nil while nobody has told them.
    var size: WindowSize? { state.withLock { $0.size } }

    /// Whether what is typed is shown.
    var echoes: Bool { state.withLock { $0.echoes } }

    func resize(_ size: WindowSize) { state.withLock { $0.size = size } }

    func setEcho(_ on: Bool) { state.withLock { $0.echoes = on } }

    /// What ^C does while a command runs; nil where none does. One that was typed since the command's line was read is its own.
    func setInterrupt(_ body: (@Sendable () -> Void)?) {
        let isLate = state.withLock { state in
            state.interrupt = body
            guard body != nil, case .interrupt? = state.ready.first else { return false }
            state.ready.removeFirst()
            return true
        }
        if isLate { body?() }
    }

    // MARK: Typing

    /// Takes what was typed.
    func type(_ bytes: ArraySlice<UInt8>) {
        for byte in bytes {
            let (echo, woken, interrupt) = state.withLock { Self.key(byte, &$0) }
            if !echo.isEmpty { show(echo[...]) }
            interrupt?()
            woken?.resume()
        }
    }

    /// Nobody types any more.
    func end() {
        let (reader, typist) = state.withLock { state in
            state.isOver = true
            if !state.line.isEmpty { state.ready.append(.bytes(state.line[...])) }
            state.line = []
            defer { state.typist = nil }
            return (Self.take(&state), state.typist)
        }
        reader?.resume()
        typist?.resume()
    }

    /// Waits while more was typed than is read.
    func room() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    if state.held <= Self.limit || state.isOver || Task.isCancelled { return true }
                    state.typist = continuation
                    return false
                }
                if ready { continuation.resume() }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.typist = nil }
                return state.typist
            }?.resume()
        }
    }

    private struct Woken {
        let reader: CheckedContinuation<Input, Never>
        let input: Input
        func resume() { reader.resume(returning: input) }
    }

    private static func key(_ byte: UInt8, _ state: inout State) -> ([UInt8], Woken?, (@Sendable () -> Void)?) {
        defer { state.afterReturn = byte == 13 }
        var echo: [UInt8] = []
        switch byte {
        case 10 where state.afterReturn: return ([], nil, nil)
        case 10, 13:
            echo = [10]
            deliver(state.line + [10], &state)
        case 8, 127:
            guard !state.line.isEmpty else { break }
            // A character may be several bytes; they go together.
            while let last = state.line.popLast(), last & 0xc0 == 0x80 {}
            echo = [8, 32, 8]
        case 3, 28:
            (state.line, state.ready, state.held) = ([], [], 0)
            let shown = Array((byte == 3 ? "^C\n" : "^\\\n").utf8)
            if let interrupt = state.interrupt { return (state.echoes ? shown : [], nil, interrupt) }
            state.ready.append(.interrupt)
            echo = shown
        case 4:
            if state.line.isEmpty { state.ready.append(.end) } else { deliver(state.line, &state) }
        case 21:
            echo = state.line.filter { $0 & 0xc0 != 0x80 }.flatMap { _ in [8, 32, 8] as [UInt8] }
            state.line = []
        default:
            guard byte >= 32 || byte == 9, state.line.count < ShellLimit.source else { break }
            state.line.append(byte)
            echo = [byte]
        }
        return (state.echoes ? echo : [], take(&state), nil)
    }

    private static func deliver(_ line: [UInt8], _ state: inout State) {
        state.ready.append(.bytes(line[...]))
        state.held += line.count
        state.line = []
    }

    /// The reader that waits, with what it gets, where there is both.
    private static func take(_ state: inout State) -> Woken? {
        guard let reader = state.reader, let input = next(&state) else { return nil }
        state.reader = nil
        return Woken(reader: reader, input: input)
    }

    private static func next(_ state: inout State) -> Input? {
        if state.ready.isEmpty { return state.isOver ? .end : nil }
        let input = state.ready.removeFirst()
        if case .bytes(let bytes) = input { state.held -= bytes.count }
        return input
    }

    // MARK: Reading

    /// What comes next; `end` at once where the task is cancelled.
    func read() async -> Input {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Input, Never>) in
                let (input, typist) = state.withLock { state -> (Input?, CheckedContinuation<Void, Never>?) in
                    if Task.isCancelled { return (.end, nil) }
                    guard let input = Self.next(&state) else {
                        state.reader = continuation
                        return (nil, nil)
                    }
                    guard state.held <= Self.limit else { return (input, nil) }
                    defer { state.typist = nil }
                    return (input, state.typist)
                }
                typist?.resume()
                if let input { continuation.resume(returning: input) }
            }
        } onCancel: {
            state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }?.resume(returning: .end)
        }
    }

    /// As a command reads it: lines until ^D or ^C.
    var stream: AsyncStream<ArraySlice<UInt8>> {
        AsyncStream {
            if case .bytes(let bytes) = await self.read() { return bytes }
            return nil
        }
    }
}

/// Takes shell packets apart for a command without a terminal: what it reads, up to the end of its input.
final class ShellFrames: Sendable {
    private struct State {
        var decoder = ShellPacketDecoder()
        var rest: ArraySlice<UInt8> = []
        var isOver = false
    }

    private let pipe: BytePipe
    private let state = Mutex(State())

    init(_ pipe: BytePipe) { self.pipe = pipe }

    /// The next bytes of standard input; nil at its end.
    func next() async -> ArraySlice<UInt8>? {
        while true {
            let (bytes, isOver) = state.withLock { state -> (ArraySlice<UInt8>?, Bool) in
                if state.isOver { return (nil, true) }
                while let piece = state.decoder.next(&state.rest) {
                    switch piece {
                    case .stdin(let data): return (data, false)
                    case .closeStdin:
                        state.isOver = true
                        return (nil, true)
                    case .stdout, .stderr, .exit, .windowSize: break
                    }
                }
                return (nil, false)
            }
            if bytes != nil || isOver { return bytes }
            guard let more = await pipe.next() else { return nil }
            state.withLock { $0.rest = more }
        }
    }

    /// Types everything that comes into a terminal, until the stream ends.
    func type(into terminal: Terminal) async {
        var decoder = ShellPacketDecoder()
        while let bytes = await pipe.next() {
            var rest = bytes
            while let piece = decoder.next(&rest) {
                switch piece {
                case .stdin(let data): terminal.type(data)
                case .closeStdin: terminal.end()
                case .windowSize(let size): terminal.resize(size)
                case .stdout, .stderr, .exit: break
                }
            }
            await terminal.room()
        }
        terminal.end()
    }
}
