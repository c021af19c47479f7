// SPDX-License-Identifier: Apache-2.0

/// Keys of computers that want in: what a user decides on a phone's screen.
extension ConsoleCommand {
    static let keys: [ConsoleCommand] = [
        ConsoleCommand(
            name: "auth-list",
            summary: "keys that wait to be accepted",
            usage: [("auth-list", "fingerprint and computer of each")],
            run: { device, _ in await device.pendingKeys.map { "\($0.fingerprint) \($0.name)" } }
        ),
        ConsoleCommand(
            name: "auth-accept",
            summary: "lets a waiting key in, now and later",
            usage: [("auth-accept [FINGERPRINT]", "the key, or the only one that waits")],
            run: { device, line in
                let fingerprint = try await waiting(device, line)
                return try await device.acceptKey(fingerprint) ? [] : try gone(fingerprint)
            }
        ),
        ConsoleCommand(
            name: "auth-reject",
            summary: "turns a waiting key down",
            usage: [("auth-reject [FINGERPRINT]", "the key, or the only one that waits")],
            run: { device, line in
                let fingerprint = try await waiting(device, line)
                return await device.rejectKey(fingerprint) ? [] : try gone(fingerprint)
            }
        ),
    ]

    private static func waiting(_ device: DeviceActor, _ line: ConsoleLine) async throws -> String {
        if line.words.count > 1 { return line.words[1].uppercased() }
        let fingerprints = Set(await device.pendingKeys.map(\.fingerprint))
        guard let only = fingerprints.first, fingerprints.count == 1 else {
            throw ConsoleSession.Refusal(
                fingerprints.isEmpty ? "no key waits" : "several keys wait, name one of 'auth-list'"
            )
        }
        return only
    }

    private static func gone(_ fingerprint: String) throws -> [String] {
        throw ConsoleSession.Refusal("the key \(fingerprint) does not wait")
    }
}
