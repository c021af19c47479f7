// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// The text messages on a device, through its telephony provider.
struct MessageRows {
    /// One message.
    struct Message: Sendable, Equatable {
        var id: Int
        var address: String
        /// Milliseconds since 1970, by the device's clock.
        var date: Int64
        var body: String
    }

    let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// What was sent, the newest first.
    func sent() async throws -> [Message] { try await rows("content://sms/sent") }

    /// What came in, the newest first.
    func inbox() async throws -> [Message] { try await rows("content://sms/inbox") }

    private func rows(_ uri: String) async throws -> [Message] {
        let rows = try await ContentRows.query(device, uri: uri, projection: ["_id", "address", "date", "body"])
        return rows.map { row in
            Message(
                id: Int(row["_id"] ?? "") ?? 0,
                address: row["address"] ?? "",
                date: Int64(row["date"] ?? "") ?? 0,
                body: row["body"] ?? ""
            )
        }
        .sorted { ($0.date, $0.id) > ($1.date, $1.id) }
    }

    /// The device's time in milliseconds since 1970, to the second.
    func now() async throws -> Int64 {
        let text = try await device.run("date +%s").text.trimmingSpaces
        guard let seconds = Int64(text) else {
            throw DroidError("bench.query", "the device does not tell its time", why: "`date +%s` said \(text)")
        }
        return seconds * 1000
    }

    /// Puts a message into a box, `inbox` or `sent`, as if it had come or gone some time ago.
    func insert(_ box: String, address: String, body: String, secondsAgo: Int64) async throws {
        var binds = [
            "address:s:\(address)", "body:s:\(body)", "date:l:\(try await now() - secondsAgo * 1000)",
            "type:i:\(box == "sent" ? 2 : 1)",
        ]
        binds.append("read:i:\(box == "sent" ? 1 : 0)")
        let words = binds.map { "--bind \(ShellQuoting.quote($0))" }.joined(separator: " ")
        let command = "content insert --uri content://sms/\(box) \(words)"
        let result = try await device.run(command)
        guard result.exitCode == 0, !result.text.hasPrefix("Error") else {
            throw DroidError(
                "bench.setup",
                "a message could not be added",
                why: "`\(command)`: \(String(decoding: result.stderr + result.stdout, as: UTF8.self).prefix(200))"
            )
        }
    }

    /// Whether two telephone numbers have the same digits.
    static func same(_ a: String, _ b: String) -> Bool {
        let (a, b) = (ContactRows.digits(a).filter(\.isNumber), ContactRows.digits(b).filter(\.isNumber))
        return !a.isEmpty && a == b
    }
}

/// Puts a message on the device: `box` (`inbox` or `sent`), `number`, `body`, and `ago`, its age in seconds.
struct MessageThere: TaskProgram {
    let box: String
    let number: String
    let body: String
    let ago: Int

    init(_ arguments: ProgramArguments) throws {
        box = try arguments.need("box")
        guard ["inbox", "sent"].contains(box) else { throw arguments.failure("box is inbox or sent, not \"\(box)\"") }
        number = try arguments.need("number")
        body = try arguments.need("body")
        ago = try arguments.integer("ago")
    }

    func setUp(_ device: any DeviceLink) async throws {
        try await MessageRows(device).insert(box, address: number, body: body, secondsAgo: Int64(ago))
    }
}

/// Checks that a message has been sent: to `number`, with a text like `body`, in the last five minutes by the device's
/// clock, after the set-up.
struct MessageSent: TaskProgram {
    let number: String
    let body: String

    init(_ arguments: ProgramArguments) throws {
        number = try arguments.need("number")
        body = try arguments.need("body")
    }

    /// The rows that were there before.
    func baseline(_ device: any DeviceLink) async throws -> [String] {
        try await MessageRows(device).sent().map { String($0.id) }
    }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let rows = MessageRows(device)
        let now = try await rows.now()
        let new = try await rows.sent().filter { !baseline.contains(String($0.id)) }
        let hit = new.contains {
            MessageRows.same($0.address, number) && Spelling.likeness($0.body, body) >= 0.9
                && now - $0.date <= 300_000
        }
        return CheckOutcome(passed: hit, found: Self.words(new))
    }

    static func words(_ messages: [MessageRows.Message]) -> String {
        messages.isEmpty ? "nothing was sent" : messages.map { "\($0.address): \($0.body)" }.joined(separator: "; ")
    }
}

/// Checks that a message has been sent again: exactly one has gone out since the set-up, and it is to `number`, with the
/// text `body`.
struct MessageResent: TaskProgram {
    private let wanted: MessageSent

    init(_ arguments: ProgramArguments) throws { wanted = try MessageSent(arguments) }

    func baseline(_ device: any DeviceLink) async throws -> [String] { try await wanted.baseline(device) }

    func check(_ device: any DeviceLink, baseline: [String]) async throws -> CheckOutcome {
        let sent = try await MessageRows(device).sent()
        let new = sent.filter { !baseline.contains(String($0.id)) }
        let same = new.first.map { MessageRows.same($0.address, wanted.number) && $0.body == wanted.body } ?? false
        return CheckOutcome(
            passed: sent.count == baseline.count + 1 && new.count == 1 && same,
            found: MessageSent.words(new)
        )
    }
}
