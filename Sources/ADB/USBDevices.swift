// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import CLibUSB
import Synchronization

/// The devices on USB, by the real libusb.
public enum USBDevices {
    /// How often, and how far apart, a device that just arrived is asked for its permissions, which udev sets a moment
    /// later.
    static let permissionTries = 10
    static let permissionPause = Duration.milliseconds(100)

    /// The devices that speak ADB, by their place.
    ///
    /// Whether one can be used is seen by claiming its interface for an instant.
    /// - Throws: `DroidError` with code `adb.usb` where this machine has no USB that could be asked.
    public static func list() async throws -> [USBDevice] {
        let host = try USBHost.shared()
        return try await host.run { USBFinder(host: host).devices() }
    }

    /// What is there now, each as an arrival, and from then on what comes and goes.
    ///
    /// An arrival is told once its permissions are settled, at most a second later. The stream ends when it is dropped.
    ///
    /// - Parameter claiming: whether an arrival is claimed for an instant, which alone shows that another program has it.
    ///   A program that wants it at that instant finds it taken.
    /// - Throws: `DroidError` with code `adb.usb` where libusb cannot watch.
    public static func changes(claiming: Bool = true) async throws -> AsyncStream<USBChange> {
        let host = try USBHost.shared()
        let (stream, continuation) = AsyncStream.makeStream(of: USBChange.self)
        let watcher = USBWatcher(host: host, probe: claiming ? .claim : .open, continuation: continuation)
        try await host.run { try watcher.start() }
        continuation.onTermination = { _ in watcher.stop() }
        return stream
    }

    /// The device with that serial number, or at that place (`usb:1-2`).
    ///
    /// - Throws: `DroidError`: `adb.nodevice`, `adb.usage` where several have that number.
    static func find(_ name: String, among devices: [USBDevice]) throws -> USBDevice {
        let found = devices.filter { $0.serial == name || "usb:\($0.path)" == name }
        guard let first = found.first else { throw USBError.unknown(name, devices) }
        guard found.count == 1 else { throw USBError.several(name, found) }
        return first
    }
}

extension ADBDevice {
    /// Connects to a device over USB; no adb server is involved, and none may own the device.
    ///
    /// - Parameters:
    ///   - serial: its serial number, or its place as `usb:1-2`.
    ///   - timeout: how long the handshake may take.
    /// - Throws: `DroidError`: `adb.nodevice`, `adb.busy` (another program owns it), `adb.permission` (with the udev rule),
    ///   `adb.usb`, and what the handshake throws.
    ///
    /// A device that wants to know this computer asks its user; `acceptTime` and `onWaiting` are as for TCP.
    public static func connect(
        usb serial: String,
        timeout: Duration = .seconds(5),
        acceptTime: Duration = .seconds(60),
        onWaiting: (@Sendable (String) -> Void)? = nil
    ) async throws -> ADBDevice {
        let keys: @Sendable () -> [AuthKey] = { HostKeys.load() }
        return try await connect(
            usb: serial,
            timeout: timeout,
            acceptTime: acceptTime,
            onWaiting: onWaiting,
            credentials: keys
        )
    }

    /// The same with other keys than this user's.
    static func connect(
        usb serial: String,
        timeout: Duration,
        acceptTime: Duration,
        onWaiting: (@Sendable (String) -> Void)?,
        credentials: @escaping @Sendable () -> [AuthKey]
    ) async throws -> ADBDevice {
        let host = try USBHost.shared()
        let finder = USBFinder(host: host)
        let known = try await host.run { finder.devices(.none) }
        let wanted = try USBDevices.find(serial, among: known)
        let transport = MultiplexedTransport(
            serial: wanted.serial,
            acceptTime: acceptTime,
            onWaiting: onWaiting,
            credentials: credentials
        )
        let link = try await USBLink.open(wanted, finder, transport)
        do {
            try await transport.start(link, timeout: timeout)
        } catch {
            link.close()
            await link.waitUntilClosed()
            throw error
        }
        return ADBDevice(transport: transport)
    }
}

extension USBLink {
    /// Opens a device, and waits where this program is just giving it back or where its permissions lag.
    static func open(
        _ device: USBDevice,
        _ finder: USBFinder,
        _ transport: MultiplexedTransport
    ) async throws -> USBLink {
        let host = finder.host
        var tries = 0
        while true {
            if let other = host.link(at: device.path) {
                guard other.isClosing else { throw USBError.inUseHere(device.serial) }
                await other.waitUntilClosed()
            }
            do {
                return try await host.run {
                    let port = try finder.port(for: device)
                    var kept = port
                    kept.release = {
                        port.release()
                        host.release(device.path)
                    }
                    let link = USBLink(port: kept, transport: transport)
                    guard host.keep(link, at: device.path) else {
                        port.release()
                        throw USBError.inUseHere(device.serial)
                    }
                    link.start()
                    return link
                }
            } catch let error as DroidError where error.code == "adb.permission" {
                tries += 1
                guard tries < USBDevices.permissionTries else { throw error }
                try await Task.sleep(for: USBDevices.permissionPause)
            }
        }
    }
}

/// Tells a stream what is plugged in and pulled out.
private final class USBWatcher: Sendable {
    private struct State {
        var known: [String: USBDevice] = [:]
        var callback: libusb_hotplug_callback_handle?
    }

    private let host: USBHost
    private let probe: USBFinder.Probe
    private let continuation: AsyncStream<USBChange>.Continuation
    private let state = Mutex(State())

    init(host: USBHost, probe: USBFinder.Probe, continuation: AsyncStream<USBChange>.Continuation) {
        self.host = host
        self.probe = probe
        self.continuation = continuation
    }

    /// On the host's thread.
    func start() throws {
        let box = Unmanaged.passRetained(self).toOpaque()
        var handle = libusb_hotplug_callback_handle()
        let events = LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED.rawValue | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT.rawValue
        let code = libusb_hotplug_register_callback(
            host.context.raw,
            CInt(events),
            CInt(LIBUSB_HOTPLUG_ENUMERATE.rawValue),
            -1,
            -1,
            -1,
            { _, device, event, box in
                guard let device, let box else { return 0 }
                Unmanaged<USBWatcher>.fromOpaque(box).takeUnretainedValue().happened(device, event)
                return 0
            },
            box,
            &handle
        )
        guard code == 0 else {
            Unmanaged<USBWatcher>.fromOpaque(box).release()
            throw USBError.unavailable(code)
        }
        state.withLock { [handle] in $0.callback = handle }
    }

    /// From any thread.
    func stop() {
        host.perform { [self] in
            let callback = state.withLock { state in
                defer { state.callback = nil }
                return state.callback
            }
            guard let callback else { return }
            libusb_hotplug_deregister_callback(host.context.raw, callback)
            // What libusb's callback was given.
            Unmanaged.passUnretained(self).release()
        }
    }

    /// In libusb's callback, where nothing may be asked of a device.
    private func happened(_ device: OpaquePointer, _ event: libusb_hotplug_event) {
        let node = USBFinder.node(of: device)
        if event == LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT {
            if let gone = state.withLock({ $0.known.removeValue(forKey: node) }) { continuation.yield(.departed(gone)) }
            return
        }
        guard let device = libusb_ref_device(device) else { return }
        look(at: USBPointer(raw: device), node, tries: 1)
    }

    /// Looks at a device that arrived, again and again while its permissions lag.
    private func look(at device: USBPointer, _ node: String, tries: Int) {
        let body: @Sendable () -> Void = { [self] in
            guard let found = USBFinder(host: host).examine(device.raw, probe) else {
                libusb_unref_device(device.raw)
                return
            }
            if found.state == .noPermissions, tries < USBDevices.permissionTries {
                look(at: device, node, tries: tries + 1)
                return
            }
            libusb_unref_device(device.raw)
            // It may have left while its permissions were waited for.
            if found.state == .failed(USBError.text(LIBUSB_ERROR_NO_DEVICE.rawValue)) { return }
            state.withLock { $0.known[node] = found }
            continuation.yield(.arrived(found))
        }
        if tries == 1 { host.perform(body) } else { host.perform(after: USBDevices.permissionPause, body) }
    }
}
