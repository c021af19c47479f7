// SPDX-License-Identifier: Apache-2.0

/// What goes wrong on purpose.
extension ConsoleCommand {
    static let faulty: [ConsoleCommand] = [
        ConsoleCommand(
            name: "fault",
            summary: "lets things go wrong",
            usage: [
                ("fault latency WORK MS", "a tool takes longer: " + works + "; 0 ends it"),
                ("fault disconnect after N packets|bytes [once|each]", "a connection, or each, is cut"),
                ("fault disconnect off", "connections last"),
                ("fault idle on|off", "uiautomator finds no idle state"),
                ("fault permission PACKAGE PERMISSION [after N]", "the app asks for it"),
                ("fault crash PACKAGE [after N]", "the app dies"),
                ("fault anr PACKAGE [after N]", "it does not respond"),
                ("fault secure on|off", "screenshots are black"), ("fault list", "what is on"),
                ("fault clear", "takes all off"),
            ],
            run: fault
        )
    ]

    private static let works = LatencyModel.Work.allCases.map(\.rawValue).joined(separator: "|")

    private static func fault(_ device: DeviceActor, _ line: ConsoleLine) async throws -> [String] {
        switch line.verb {
        case "": throw misused("fault", line)
        case "list" where line.words.count == 2: return await device.faults.map(\.description)
        case "clear" where line.words.count == 2: await device.clearFaults()
        default: try await device.apply(Fault.parse(line.rest(from: 1)))
        }
        return []
    }
}
