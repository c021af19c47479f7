// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base

/// A device through an adb server: each stream is a connection to the server, switched over to the device.
struct ServerTransport: DeviceTransport {
    let serial: String
    let server: ADBServer
    let banner: ADBBanner
    let maxPayload = WireLimit.maxPayload

    /// Finds the device and asks what it can do.
    ///
    /// - Throws: `DroidError`: `adb.connect`, `adb.nodevice`, `adb.offline`, `adb.unauthorized`, `adb.timeout`.
    static func connect(serial: String, server: ADBServer, timeout: Duration) async throws -> ServerTransport {
        let listed = try await server.devices().first { $0.serial == serial }
        guard let listed else { throw ADBError.server("device '\(serial)' not found", serial: serial) }
        guard listed.isReady || listed.state == "recovery" else {
            throw ADBError.server("device \(listed.state)", serial: serial)
        }
        var session = try await ServerSession(
            server,
            "features",
            serial: serial,
            timeout: timeout,
            for: "the adb server's answer about \(serial)"
        )
        defer { session.stream.drop() }
        try await session.request("host-serial:\(serial):features")
        let features = FeatureSet(parsing: try await session.text())
        // The server has agreed on its own set with the device; only what we can do too counts.
        let banner = ADBBanner(
            systemType: listed.state,
            product: listed.product ?? "",
            model: listed.model ?? "",
            device: listed.device ?? "",
            features: FeatureSet.client.intersection(features)
        )
        return ServerTransport(serial: serial, server: server, banner: banner)
    }

    func begin(_ service: String, limit: ADBStream.Limit, for what: String) async throws -> ADBStream {
        let opening: Duration =
            switch limit {
            case .total(let duration), .idle(let duration): duration
            case .none: .seconds(30)
            }
        var session = try await ServerSession(server, service, serial: serial, timeout: opening, for: what)
        do {
            try await session.request("host:transport:\(serial)")
            do {
                try await session.request(service)
            } catch let error as DroidError where error.code == "adb.server" || error.code == "adb.lost" {
                try await confirmAlive()
                throw ADBError.refused(service, serial, why: error.why)
            }
        } catch {
            session.stream.drop()
            throw error
        }
        // A total limit runs on from the first byte; the others start anew.
        switch limit {
        case .total: break
        case .idle, .none: session.stream.arm(limit, for: what)
        }
        return session.handOver()
    }

    func confirmAlive() async throws {
        do {
            let state = try await server.ask("host-serial:\(serial):get-state")
            if state == "offline" { throw ADBError.lost(serial, why: "the adb server says that it is offline") }
        } catch let error as DroidError where error.code != "adb.lost" {
            throw ADBError.lost(serial, why: error.why.isEmpty ? error.what : error.why)
        }
    }

    func acceptIncoming(_ address: String, _ serve: (@Sendable (ADBStream) async -> Void)?) throws {
        throw ADBError.usage(
            "\(serial) cannot open streams to this program",
            why: "the adb server holds the connection and connects to \(address) itself",
            next: "let something listen at \(address) on the server's machine, or connect to the device directly"
        )
    }

    func close() {}
}
