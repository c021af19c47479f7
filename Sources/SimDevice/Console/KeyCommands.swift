// SPDX-License-Identifier: Apache-2.0

/// Keys of computers that want in: what a user decides on a phone's screen.
extension ConsoleCommand {
    static let keys: [ConsoleCommand] = [
        ConsoleCommand(
            name: "adb-key",
            summary: "keys of computers that want to debug",
            usage: [
                ("adb-key list", "fingerprint and computer of each that waits"),
                ("adb-key accept [FINGERPRINT]", "lets it in, now and later; the only one where none is named"),
                ("adb-key reject [FINGERPRINT]", "turns it down"),
            ],
            run: key
        )
    ]

    private static func key(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.verb {
        case "list" where line.words.count == 2:
            return await device.pendingKeys.map { "\($0.fingerprint) \($0.name)" }
        case "accept", "reject":
            guard line.words.count <= 3 else { throw ConsoleSession.Refusal("too many arguments, try 'help adb-key'") }
            let fingerprint = try await waiting(device, line)
            let done =
                line.verb == "accept"
                ? try await device.acceptKey(fingerprint) : await device.rejectKey(fingerprint)
            guard done else { throw ConsoleSession.Refusal("the key \(fingerprint) does not wait") }
            return []
        default: throw misused("adb-key", line)
        }
    }

    private static func waiting(_ device: DeviceActor, _ line: ConsoleLine) async throws -> String {
        if line.words.count > 2 { return line.words[2].uppercased() }
        let fingerprints = Set(await device.pendingKeys.map(\.fingerprint))
        guard let only = fingerprints.first, fingerprints.count == 1 else {
            throw ConsoleSession.Refusal(
                fingerprints.isEmpty ? "no key waits" : "several keys wait, name one of 'adb-key list'"
            )
        }
        return only
    }
}
