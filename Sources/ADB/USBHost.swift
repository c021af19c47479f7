// SPDX-License-Identifier: Apache-2.0

import Base
import CLibUSB
import Glibc
import Synchronization

/// A pointer of libusb that may go from thread to thread; libusb locks what it points to.
struct USBPointer: @unchecked Sendable, Hashable {
    let raw: OpaquePointer
}

/// This process's use of libusb: one context, and one thread that handles its events and runs what must not run inside of
/// them. It lives as long as somebody holds it: links, watchers, a list being made.
final class USBHost: Sendable {
    /// What the thread holds; the host itself is free to go.
    private final class Core: Sendable {
        struct Timer {
            var due: ContinuousClock.Instant
            var body: @Sendable () -> Void
        }

        struct State {
            var work: [@Sendable () -> Void] = []
            var timers: [Timer] = []
            var ends = false
        }

        let context: USBPointer
        let state = Mutex(State())

        init(context: USBPointer) { self.context = context }

        func wake() { libusb_interrupt_event_handler(context.raw) }

        /// The thread's life: events, and between them what waits.
        func run() {
            while true {
                let now = ContinuousClock.now
                let (work, ends, next) = state.withLock { state in
                    var work = state.work
                    state.work = []
                    work += state.timers.filter { $0.due <= now }.map(\.body)
                    state.timers.removeAll { $0.due <= now }
                    return (work, state.ends, state.timers.map(\.due).min())
                }
                for body in work { body() }
                guard work.isEmpty else { continue }
                if ends { break }
                // Nothing has to be looked at but what wakes it up; the minute is only a bound.
                let wait = min(next.map { max($0 - now, .zero) } ?? .seconds(60), .seconds(60))
                let (seconds, fraction) = wait.components
                var limit = timeval(tv_sec: Int(seconds), tv_usec: Int(fraction / 1_000_000_000_000))
                let code = libusb_handle_events_timeout_completed(context.raw, &limit, nil)
                if code < 0, code != LIBUSB_ERROR_INTERRUPTED.rawValue { usleep(10_000) }
            }
            libusb_exit(context.raw)
            USBHost.running.subtract(1, ordering: .relaxed)
        }
    }

    /// Contexts that are there now.
    static let running = Atomic<Int>(0)

    private struct Weak { weak var host: USBHost? }
    private static let current = Mutex(Weak())

    private let core: Core
    /// Links of this process, by the device's path.
    private let links = Mutex<[String: USBLink]>([:])

    /// The one of this process, started where it does not run.
    ///
    /// - Throws: `DroidError` with code `adb.usb` where libusb does not start.
    static func shared() throws -> USBHost {
        try current.withLock { current in
            if let host = current.host { return host }
            let host = try USBHost()
            current.host = host
            return host
        }
    }

    private init() throws {
        var context: OpaquePointer?
        let code = libusb_init(&context)
        guard code == 0, let context else { throw USBError.unavailable(code) }
        core = Core(context: USBPointer(raw: context))
        USBHost.running.add(1, ordering: .relaxed)
        let core = core
        guard USBHost.startThread({ core.run() }) else {
            libusb_exit(context)
            throw USBError.unavailable(LIBUSB_ERROR_NO_MEM.rawValue)
        }
    }

    deinit {
        core.state.withLock { $0.ends = true }
        core.wake()
    }

    var context: USBPointer { core.context }

    /// Runs something on the thread, outside of libusb's callbacks.
    func perform(_ body: @escaping @Sendable () -> Void) {
        core.state.withLock { $0.work.append(body) }
        core.wake()
    }

    /// Runs something on the thread after a time.
    func perform(after delay: Duration, _ body: @escaping @Sendable () -> Void) {
        core.state.withLock { $0.timers.append(Core.Timer(due: .now + delay, body: body)) }
        core.wake()
    }

    /// Runs something on the thread and gives what it returns.
    func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            perform { continuation.resume(with: Result { try body() }) }
        }
    }

    // MARK: Links

    /// Keeps a link until it has let go of its device; false where another one has it.
    func keep(_ link: USBLink, at path: String) -> Bool {
        links.withLock { links in
            guard links[path] == nil else { return false }
            links[path] = link
            return true
        }
    }

    /// A link has let go of its device.
    func release(_ path: String) { links.withLock { $0[path] = nil } }

    /// The link of this process that has the device.
    func link(at path: String) -> USBLink? { links.withLock { $0[path] } }

    private static func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
        final class Box {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let box = Unmanaged.passRetained(Box(body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
                return nil
            },
            box.toOpaque()
        )
        guard code == 0 else {
            box.release()
            return false
        }
        pthread_detach(thread)
        return true
    }
}
