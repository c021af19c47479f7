// SPDX-License-Identifier: Apache-2.0

/// `ifconfig` and `ip`: the addresses of a virtual device, which go with its radios. Nothing is behind them.
extension ToolTable {
    static let networkTools: [String: Tool] = ["ifconfig": .quick(ifconfig), "ip": .quick(ip)]

    private struct Interface {
        var name: String
        var address: String
        var broadcast: String?
        var prefix: Int
        var hardware: String?
        var isUp: Bool

        var mask: String {
            let bits = UInt32.max << UInt32(32 - prefix)
            return [24, 16, 8, 0].map { "\(bits >> $0 & 255)" }.joined(separator: ".")
        }
    }

    private static func interfaces(_ call: ToolCall) -> [Interface] {
        [
            Interface(name: "lo", address: "127.0.0.1", broadcast: nil, prefix: 8, hardware: nil, isUp: true),
            Interface(
                name: "wlan0",
                address: "10.0.2.16",
                broadcast: "10.0.2.255",
                prefix: 24,
                hardware: "02:15:b2:00:00:00",
                isUp: call.system.isOn(.wifi)
            ),
        ]
    }

    private static func ifconfig(_ call: ToolCall) throws -> Int32 {
        let name = call.arguments.first { !$0.hasPrefix("-") }
        let chosen = interfaces(call).filter { name == nil ? $0.isUp : $0.name == name }
        if let name, chosen.isEmpty { throw call.failure("ioctl 8913: \(name): No such device") }
        for interface in chosen {
            let kind = interface.hardware.map { "Ethernet  HWaddr \($0)" } ?? "Local Loopback"
            call.out.line("\(interface.name.padding(10))Link encap:\(kind)")
            if interface.isUp {
                let broadcast = interface.broadcast.map { "  Bcast:\($0)" } ?? ""
                call.out.line("          inet addr:\(interface.address)\(broadcast)  Mask:\(interface.mask) ")
            }
            let flags = interface.hardware == nil ? "LOOPBACK" : "BROADCAST"
            let state = interface.isUp ? "UP \(flags) RUNNING" : flags
            call.out.line("          \(state)  MTU:\(interface.hardware == nil ? 65536 : 1500)  Metric:1")
            call.out.line("")
        }
        return 0
    }

    /// `ip addr [show [dev NAME]]`, in whole words or short ones.
    private static func ip(_ call: ToolCall) throws -> Int32 {
        let words = call.arguments.filter { !$0.hasPrefix("-") }
        guard let object = words.first, ["a", "ad", "addr", "address"].contains(object) else {
            throw call.failure("this device knows only: ip addr [show [dev NAME]]", status: 255)
        }
        let names = words.dropFirst().filter { !["s", "sh", "show", "list", "ls", "dev"].contains($0) }
        let all = interfaces(call)
        if let name = names.first, !all.contains(where: { $0.name == name }) {
            throw ToolFailure(message: "Device \"\(name)\" does not exist.")
        }
        for (index, interface) in all.enumerated() where names.first == nil || names.first == interface.name {
            let flags = interface.hardware == nil ? "LOOPBACK" : "BROADCAST,MULTICAST"
            let state = interface.isUp ? "UP" : "DOWN"
            call.out.line(
                "\(index + 1): \(interface.name): <\(flags)\(interface.isUp ? ",UP,LOWER_UP" : "")> mtu "
                    + "\(interface.hardware == nil ? 65536 : 1500) qdisc noqueue state \(state) group default qlen 1000"
            )
            let kind = interface.hardware.map { "ether \($0) brd ff:ff:ff:ff:ff:ff" }
            call.out.line("    link/\(kind ?? "loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00")")
            guard interface.isUp else { continue }
            let broadcast = interface.broadcast.map { " brd \($0)" } ?? ""
            let scope = interface.hardware == nil ? "host" : "global"
            call.out.line(
                "    inet \(interface.address)/\(interface.prefix)\(broadcast) scope \(scope) \(interface.name)"
            )
            call.out.line("       valid_lft forever preferred_lft forever")
        }
        return 0
    }
}

extension String {
    /// The text with spaces behind it, up to a width.
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
