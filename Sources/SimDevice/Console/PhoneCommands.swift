// SPDX-License-Identifier: Apache-2.0

/// Messages and calls.
extension ConsoleCommand {
    static let phone: [ConsoleCommand] = [
        ConsoleCommand(
            name: "sms",
            summary: "text messages",
            usage: [("sms send NUMBER TEXT", "a message arrives")],
            run: sms
        ),
        ConsoleCommand(
            name: "gsm",
            summary: "calls and the radio network",
            usage: [
                ("gsm call NUMBER", "somebody calls"), ("gsm accept NUMBER", "the call is taken"),
                ("gsm hold NUMBER", "the call is put on hold"), ("gsm cancel NUMBER", "the other side ends the call"),
                ("gsm busy NUMBER", "the other side of an outgoing call is busy"), ("gsm list", "the calls there are"),
                ("gsm voice STATE", "the network for calls: " + states), ("gsm data STATE", "the network for data"),
                ("gsm status", "both"),
            ],
            run: gsm
        ),
    ]

    private static let states = DeviceHardware.NetworkState.allCases.map(\.rawValue).joined(separator: "|")

    private static func sms(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        guard line.verb == "send" else { throw misused("sms", line) }
        guard line.words.count >= 4 else {
            throw ConsoleSession.Refusal("missing argument, try 'sms send <phonenumber> <text message>'")
        }
        let number = line.words[2]
        guard number.count <= 32, number.allSatisfy({ $0.isASCII && $0.isNumber || "+-()".contains($0) }) else {
            throw ConsoleSession.Refusal("bad phone number format, must be [+](0-9)*")
        }
        try await device.receiveMessage(from: number, unescaped(line.rest(from: 3)))
        return []
    }

    /// `\n` and `\\` in a message, as a line of the console cannot hold a line break.
    private static func unescaped(_ text: String) -> String {
        var out = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            guard character == "\\", let next = rest.first, "n\\".contains(next) else {
                out.append(character)
                continue
            }
            rest.removeFirst()
            out.append(next == "n" ? "\n" : "\\")
        }
        return out
    }

    private static func gsm(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.verb {
        case "list":
            return await device.calls.map { call in
                "\(call.outgoing ? "outbound to " : "inbound from") \(call.number) : \(call.state.rawValue)"
            }
        case "status":
            let hardware = await device.hardware
            return ["gsm voice state: \(hardware.voice.rawValue)", "gsm data state:  \(hardware.data.rawValue)"]
        case "voice", "data":
            guard line.words.count == 3, let state = DeviceHardware.NetworkState(rawValue: line.words[2]) else {
                throw ConsoleSession.Refusal("bad state, try 'gsm \(line.verb) \(states)'")
            }
            let isVoice = line.verb == "voice"
            await device.changeHardware { if isVoice { $0.voice = state } else { $0.data = state } }
            return []
        case "call": return try await call(device, line, .begin, "no call can come in from that number")
        case "accept": return try await call(device, line, .accept, "there is no call with that number")
        case "hold": return try await call(device, line, .hold, "there is no connected call with that number")
        case "cancel": return try await call(device, line, .cancel, "there is no call with that number")
        case "busy": return try await call(device, line, .busy, "there is no waiting outgoing call with that number")
        default: throw misused("gsm", line)
        }
    }

    private static func call(
        _ device: DeviceActor,
        _ line: ConsoleLine,
        _ change: DeviceActor.CallChange,
        _ refusal: String
    ) async throws -> [String] {
        guard line.words.count == 3 else {
            throw ConsoleSession.Refusal("missing argument, try 'gsm \(line.verb) <phonenumber>'")
        }
        let number = line.words[2]
        guard number.count <= 32, number.allSatisfy({ $0.isASCII && $0.isNumber || "+#".contains($0) }) else {
            throw ConsoleSession.Refusal("bad phone number format, use digits, # and + only")
        }
        guard await device.change(call: number, change) else { throw ConsoleSession.Refusal(refusal) }
        return []
    }
}
