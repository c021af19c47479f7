// SPDX-License-Identifier: Apache-2.0

import Base
import Glibc

/// A built-in device in a process of its own, started as its users start one.
public struct StartedDevice: Sendable {
    public let process: Program.Running
    /// `127.0.0.1:PORT`.
    public let serial: String
    public let port: Int
    /// The folder in which devices of this program's home write what they are.
    private let states: String

    private struct Line: Decodable {
        let serial: String
        let port: Int
        let pid: Int32
    }

    private struct State: Decodable {
        let consolePort: Int
        let consoleToken: String
    }

    fileprivate init(_ process: Program.Running, home: String) throws {
        let line = try JSON.decode(Line.self, from: Array(process.output.utf8))
        guard line.pid == process.pid, line.serial == "127.0.0.1:\(line.port)" else {
            throw DroidError("test.device", "the device says what is not so", why: process.output)
        }
        self.process = process
        (serial, port) = (line.serial, line.port)
        states = home + "/state/droidagent/devices"
    }

    /// Its console, open.
    public func console() async throws -> DeviceConsole {
        let path = "\(states)/127.0.0.1_\(port).json"
        let state = try JSON.decode(State.self, from: try FileBytes.read(path))
        return try await DeviceConsole.open(port: state.consolePort, token: state.consoleToken)
    }

    /// Ends it as a person does with Control-C, and waits for its end.
    public func stop() throws -> Program.Outcome {
        process.signal(SIGINT)
        return try process.wait()
    }
}

extension Program {
    /// Starts a built-in device on a free port, and returns as soon as it accepts connections.
    ///
    /// - Throws: `DroidError` with code `test.device` where it does not start.
    public func startDevice(_ options: String...) async throws -> StartedDevice {
        let process = try start(["emulator", "start", "--port", "0", "--json"] + options)
        guard try await process.waits(for: "\n") else {
            process.signal(SIGKILL)
            throw DroidError("test.device", "the device did not start", why: try process.wait().err)
        }
        return try StartedDevice(process, home: home)
    }
}
