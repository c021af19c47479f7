// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let dateTools: [String: Tool] = ["date": .quick(date), "uptime": .quick(uptime), "cal": .quick { _ in 0 }]

    private static func date(_ call: ToolCall) throws -> Int32 {
        let options = try ToolOptions(call, "unRI", valued: "drDs")
        var ms = call.system.clock.now
        if let text = options.values["d"] {
            guard let seconds = DateFields.parse(text) else { throw call.failure("bad date '\(text)'") }
            ms = seconds * 1000
        } else if let file = options.values["r"] {
            ms = try call.files.stat(call.path(file)).modified * 1000
        }
        let zone = options.has("u") ? "UTC" : call.shell.variables["TZ"] ?? call.system.timeZone
        let setting = options.values["s"] ?? options.operands.first { !$0.hasPrefix("+") }
        if let setting {
            let parsed = DateFields.parseSetting(setting, now: ms) ?? DateFields.parse(setting)
            guard let seconds = parsed else { throw call.failure("bad date '\(setting)'") }
            let offset = DateFields(ms: seconds * 1000, zone: zone).offset
            ms = (seconds - Int64(offset)) * 1000
            call.system.clock.set(ms)
            call.windows.timePassed()
        }
        let format = options.operands.first { $0.hasPrefix("+") }.map { String($0.dropFirst()) }
        call.out.line(DateFields(ms: ms, zone: zone).format(format ?? "%a %b %e %H:%M:%S %Z %Y"))
        return 0
    }

    private static func uptime(_ call: ToolCall) throws -> Int32 {
        let seconds = call.system.clock.uptime / 1000
        let minutes = seconds / 60 % 60
        let clock = DateFields(ms: call.system.clock.now, zone: call.system.timeZone).format("%H:%M:%S")
        call.out.line(
            " \(clock) up \(seconds / 3600):\(minutes < 10 ? "0" : "")\(minutes),  0 users,  load average: 0.10, 0.10, 0.10"
        )
        return 0
    }
}
