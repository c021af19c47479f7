// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let propertyTools: [String: Tool] = [
        "getprop": .quick(getprop),
        "setprop": .quick(setprop),
    ]

    private static func getprop(_ call: ToolCall) throws -> Int32 {
        let names = call.arguments.filter { !$0.hasPrefix("-") }
        guard let name = names.first else {
            for (key, value) in call.system.properties.sorted(by: { $0.key < $1.key }) {
                call.out.line("[\(key)]: [\(value)]")
            }
            return 0
        }
        call.out.line(call.system.properties[name] ?? (names.count > 1 ? names[1] : ""))
        return 0
    }

    private static func setprop(_ call: ToolCall) throws -> Int32 {
        guard call.arguments.count == 2 else { throw ToolFailure(message: "usage: setprop NAME VALUE") }
        let (name, value) = (call.arguments[0], call.arguments[1])
        if name.hasPrefix("ro."), call.system.properties[name] != nil {
            throw ToolFailure(message: "setprop: failed to set property '\(name)' to '\(value)'")
        }
        call.system.properties[name] = value
        return 0
    }
}
