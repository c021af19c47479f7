// SPDX-License-Identifier: Apache-2.0

import Base
import Synchronization

/// Where devices are found: each list that comes is all there are now.
public struct DeviceSource: Sendable {
    /// What kind of way it is, such as `usb`, `server` or `built-in`.
    public let name: String
    /// Begins to look: the stream gives the present list first, and then one for each change.
    public let lists: @Sendable () -> AsyncStream<[ListedDevice]>

    public init(_ name: String, lists: @escaping @Sendable () -> AsyncStream<[ListedDevice]>) {
        self.name = name
        self.lists = lists
    }

    /// The devices of an adb server. While none runs the list is empty; it is looked for again twice a second at first, and
    /// at least every five seconds.
    public static func server(_ server: ADBServer = ADBServer()) -> DeviceSource {
        DeviceSource("server") { server.trackedDevices() }
    }

    /// The devices on USB, as they are plugged in and pulled out. Where this machine has no USB that could be watched there
    /// are none.
    ///
    /// They are not claimed, not even for an instant: an adb server that sees a new device at the same moment would find it
    /// taken, and leave it alone for good. So one that another program owns is told as one that can be used.
    public static func usb() -> DeviceSource {
        DeviceSource("usb") {
            AsyncStream { continuation in
                let task = Task {
                    var devices: [USBDevice] = []
                    if let changes = try? await USBDevices.changes(claiming: false) {
                        for await change in changes {
                            devices.removeAll { $0.node == change.device.node }
                            if case .arrived(let device) = change { devices.append(device) }
                            continuation.yield(devices.map(\.listed))
                        }
                    }
                    continuation.finish()
                }
                continuation.onTermination = { _ in task.cancel() }
            }
        }
    }
}

/// A device that came, changed or went.
public struct DeviceChange: Hashable, Sendable {
    public enum Kind: String, Sendable, Hashable {
        case added, changed, removed
    }

    public var kind: Kind
    /// The device as it is now; one that was removed, as it was last.
    public var device: ListedDevice
    /// The name of the source that knows it.
    public var source: String

    public init(_ kind: Kind, _ device: ListedDevice, source: String) {
        (self.kind, self.device, self.source) = (kind, device, source)
    }

    /// What leads from one list to another: what went, then what changed, then what came, each in the list's order.
    public static func between(_ old: [ListedDevice], _ new: [ListedDevice], source: String) -> [DeviceChange] {
        between(old.map { Seen(device: $0, source: source) }, new.map { Seen(device: $0, source: source) })
    }

    /// A device and the name of the source that knows it.
    fileprivate struct Seen: Hashable {
        var device: ListedDevice
        var source: String
        var serial: String { device.serial }

        func change(_ kind: Kind) -> DeviceChange { DeviceChange(kind, device, source: source) }
    }

    fileprivate static func between(_ old: [Seen], _ new: [Seen]) -> [DeviceChange] {
        func first(_ list: [Seen]) -> [String: Seen] {
            Dictionary(list.map { ($0.serial, $0) }) { first, _ in first }
        }
        let (before, after) = (first(old), first(new))
        var changes: [DeviceChange] = []
        var seen: Set<String> = []
        for device in old where after[device.serial] == nil && seen.insert(device.serial).inserted {
            changes.append(device.change(.removed))
        }
        var added: [DeviceChange] = []
        for device in new where seen.insert(device.serial).inserted {
            guard let was = before[device.serial] else {
                added.append(device.change(.added))
                continue
            }
            if was != device { changes.append(device.change(.changed)) }
        }
        return changes + added
    }

    /// What happens at several sources, as it happens; each starts with what is there. It ends with the task that reads.
    ///
    /// A device that several sources know is told by the first of them: where an adb server takes one from USB it changes,
    /// and does not come a second time.
    public static func watch(_ sources: [DeviceSource]) -> AsyncStream<DeviceChange> {
        AsyncStream { continuation in
            let lists = DeviceLists(sources.map(\.name))
            let task = Task {
                await withTaskGroup(of: Void.self) { group in
                    for (index, source) in sources.enumerated() {
                        group.addTask {
                            for await list in source.lists() {
                                lists.set(list, at: index) { continuation.yield($0) }
                            }
                        }
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

/// What several sources list now.
private final class DeviceLists: Sendable {
    private let names: [String]
    private let lists: Mutex<[[ListedDevice]]>

    init(_ names: [String]) {
        self.names = names
        lists = Mutex(names.map { _ in [] })
    }

    /// Notes a source's list and tells what that changes: under the lock, so that what two sources say is told in order.
    func set(_ list: [ListedDevice], at index: Int, _ tell: (DeviceChange) -> Void) {
        lists.withLock { lists in
            let before = merged(lists)
            lists[index] = list
            DeviceChange.between(before, merged(lists)).forEach(tell)
        }
    }

    /// Each device as the first source that knows it tells it: the comparison takes the first of several.
    private func merged(_ lists: [[ListedDevice]]) -> [DeviceChange.Seen] {
        zip(names, lists).flatMap { name, list in list.map { DeviceChange.Seen(device: $0, source: name) } }
    }
}

extension ADBServer {
    /// The server's devices: its list now, and each time that it changes (`host:track-devices`).
    ///
    /// - Throws: from the sequence, `DroidError`: `adb.connect`, `adb.lost` when the server ends.
    public func trackDevices() -> AsyncThrowingStream<[ListedDevice], any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    try await follow { continuation.yield($0) }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    private func follow(_ body: ([ListedDevice]) -> Void) async throws {
        let service = "host:track-devices-l"
        var session = try await ServerSession(self, service, timeout: .seconds(10), for: "the adb server's answer")
        do {
            try await session.request(service)
        } catch let error as DroidError where error.code == "adb.server" {
            // A server of old has only the short list.
            session.stream.drop()
            session = try await ServerSession(self, service, timeout: .seconds(10), for: "the adb server's answer")
            try await session.request("host:track-devices")
        }
        session.stream.disarm()
        defer { session.stream.drop() }
        while true { body(ListedDevice.parse(try await session.text())) }
    }

    /// The same without an end: a server that is gone has no devices, and is looked for again.
    func trackedDevices() -> AsyncStream<[ListedDevice]> {
        AsyncStream { continuation in
            let task = Task {
                var wait = 500
                var wasEmpty = false
                while !Task.isCancelled {
                    do {
                        try await follow { list in
                            wait = 500
                            wasEmpty = list.isEmpty
                            continuation.yield(list)
                        }
                    } catch {
                        if !wasEmpty { continuation.yield([]) }
                        wasEmpty = true
                    }
                    try? await Task.sleep(for: .milliseconds(wait))
                    wait = min(wait * 2, 5000)
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }
}

extension USBDevice {
    /// The device as a list of an adb server would show it.
    fileprivate var listed: ListedDevice {
        var listed = ListedDevice(serial: serial, state: stateText)
        listed.usb = path
        return listed
    }
}
