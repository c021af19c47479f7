// SPDX-License-Identifier: Apache-2.0

import Base

/// What benchmarks ask of the console, by name.
extension ConsoleClient {
    // MARK: Messages and calls

    /// A text message arrives; line breaks in it stay.
    public func sendMessage(from number: String, _ text: String) async throws {
        let line = text.replacing("\\", with: "\\\\").replacing("\r\n", with: "\n").replacing("\n", with: "\\n")
        try await send("sms send \(number) \(line)")
    }

    /// Somebody calls.
    public func call(from number: String) async throws { try await send("gsm call \(number)") }

    /// The call with this number is put through.
    public func acceptCall(_ number: String) async throws { try await send("gsm accept \(number)") }

    /// The other side ends the call.
    public func cancelCall(_ number: String) async throws { try await send("gsm cancel \(number)") }

    /// The calls that stand, a line each, such as `inbound from 5550100 : incoming`.
    public func calls() async throws -> [String] { try await send("gsm list") }

    // MARK: The device

    /// A fix of the satellites, in degrees and metres.
    public func setLocation(latitude: Double, longitude: Double, altitude: Double = 0) async throws {
        try await send("geo fix \(longitude) \(latitude) \(altitude)")
    }

    /// How full the battery is, in percent.
    public func setBattery(level: Int) async throws { try await send("power capacity \(level)") }

    /// Holds the device so that a display that is not locked has this rotation, 0 to 3.
    public func hold(rotation: Int) async throws { try await send("rotate \(rotation)") }

    // MARK: Clock

    /// The device's time, in milliseconds since 1970.
    ///
    /// - Throws: `DroidError` with code `console.reply` where the console tells no number.
    public func clock() async throws -> Int64 {
        let lines = try await send("clock get")
        guard let line = lines.first, let ms = Int64(line) else {
            throw DroidError("console.reply", "the device's console told no time", why: lines.joined(separator: " "))
        }
        return ms
    }

    /// Sets the device's clock.
    public func setClock(_ ms: Int64) async throws { try await send("clock set \(ms)") }

    /// Moves the device's clock forward.
    public func advanceClock(_ ms: Int64) async throws { try await send("clock advance \(ms)") }

    // MARK: Snapshots

    /// Saves the whole device under a name.
    public func saveSnapshot(_ name: String) async throws { try await send("snapshot save \(name)") }

    /// Goes back to a saved state.
    public func loadSnapshot(_ name: String) async throws { try await send("snapshot load \(name)") }

    /// Takes a saved state away.
    public func deleteSnapshot(_ name: String) async throws { try await send("snapshot del \(name)") }

    /// The names of the saved states.
    public func snapshots() async throws -> [String] { try await send("snapshot list") }

    // MARK: Faults

    /// Something that goes wrong on purpose.
    public enum DeviceFault: Sendable, Hashable {
        /// A tool (`dump`, `screencap`, `input`, ...) takes so many milliseconds longer.
        case latency(String, milliseconds: Int)
        /// The first connection that has passed so many packets is cut, or each.
        case disconnect(afterPackets: Int, each: Bool)
        /// The same by bytes.
        case disconnectAfterBytes(Int, each: Bool)
        /// `uiautomator dump` finds no idle state.
        case noIdleState
        /// The app asks for a permission, after so many inputs in it.
        case permission(package: String, permission: String, afterInputs: Int)
        /// The app dies.
        case crash(package: String, afterInputs: Int)
        /// The app does not respond.
        case notResponding(package: String, afterInputs: Int)
        /// Screenshots are black.
        case secure

        /// The console's command, without the word `fault`.
        var command: String {
            switch self {
            case .latency(let work, let ms): "latency \(work) \(ms)"
            case .disconnect(let count, let each): "disconnect after \(count) packets \(each ? "each" : "once")"
            case .disconnectAfterBytes(let count, let each): "disconnect after \(count) bytes \(each ? "each" : "once")"
            case .noIdleState: "idle on"
            case .permission(let package, let permission, let after):
                "permission \(package) \(permission) after \(after)"
            case .crash(let package, let after): "crash \(package) after \(after)"
            case .notResponding(let package, let after): "anr \(package) after \(after)"
            case .secure: "secure on"
            }
        }
    }

    /// Puts a fault on.
    ///
    /// - Throws: `DroidError` with code `console.refused` for one that the device does not know.
    public func add(_ fault: DeviceFault) async throws { try await send("fault \(fault.command)") }

    /// The faults that are on, as the commands that made them.
    public func faults() async throws -> [String] { try await send("fault list") }

    /// Takes all faults off, with the dialogs that they brought up.
    public func clearFaults() async throws { try await send("fault clear") }
}
