// SPDX-License-Identifier: Apache-2.0

import Base

/// Something that goes wrong on purpose, as the console's `fault` or a file of faults asks for.
///
/// `description` is the command that makes the fault, so what `fault list` prints can be put into a file.
enum Fault: Equatable, Sendable, CustomStringConvertible {
    /// A tool takes so many milliseconds longer.
    case latency(LatencyModel.Work, Int64)
    /// Connections end before their time.
    case disconnect(TransportFaults.Cut)
    /// `uiautomator dump` finds no idle state.
    case idle
    /// A question for a permission comes up over an app.
    case permission(package: String, permission: String, after: Int)
    /// An app dies.
    case crash(package: String, after: Int)
    /// An app does not respond.
    case anr(package: String, after: Int)
    /// Screenshots are black.
    case secure

    var description: String {
        func later(_ after: Int) -> String { after > 0 ? " after \(after)" : "" }
        switch self {
        case .latency(let work, let ms): return "latency \(work.rawValue) \(ms)"
        case .disconnect(let cut):
            return "disconnect after \(cut.after) \(cut.unit.rawValue) \(cut.each ? "each" : "once")"
        case .idle: return "idle on"
        case .permission(let package, let permission, let after):
            return "permission \(package) \(permission)" + later(after)
        case .crash(let package, let after): return "crash \(package)" + later(after)
        case .anr(let package, let after): return "anr \(package)" + later(after)
        case .secure: return "secure on"
        }
    }

    /// What a command does to the faults.
    enum Change: Equatable, Sendable {
        case add(Fault)
        /// Takes away the faults of a kind.
        case remove(Kind)
    }

    /// Faults of one kind replace each other, by what they are about.
    enum Kind: Equatable, Sendable {
        case latency(LatencyModel.Work)
        case disconnect, idle, secure
        case prompt(String)
    }

    var kind: Kind {
        switch self {
        case .latency(let work, _): .latency(work)
        case .disconnect: .disconnect
        case .idle: .idle
        case .secure: .secure
        case .permission(let package, let permission, _): .prompt("permission \(package) \(permission)")
        case .crash(let package, _): .prompt("crash \(package)")
        case .anr(let package, _): .prompt("anr \(package)")
        }
    }

    /// Reads a command without the word `fault`, such as `latency dump 2500`.
    ///
    /// - Throws: `DroidError` with code `sim.fault`, which says how the command is meant.
    static func parse(_ line: String) throws -> Change {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        func wrong(_ usage: String, _ why: String = "") -> DroidError {
            DroidError("sim.fault", "bad fault `\(line.prefix(200))`", why: why, next: "use `fault \(usage)`")
        }
        func number(_ text: String, _ limit: Int, _ usage: String) throws -> Int {
            guard let value = Int(text), (0...limit).contains(value) else {
                throw wrong(usage, "\(text.prefix(40)) is not a number from 0 to \(limit)")
            }
            return value
        }
        func onOff(_ fault: Fault, _ usage: String) throws -> Change {
            switch words.dropFirst() {
            case ["on"]: return .add(fault)
            case ["off"]: return .remove(fault.kind)
            default: throw wrong(usage)
            }
        }
        /// What follows a package: nothing, or `after N`.
        func later(_ rest: ArraySlice<String>, _ usage: String) throws -> Int {
            if rest.isEmpty { return 0 }
            guard rest.count == 2, rest.first == "after" else { throw wrong(usage) }
            return try number(rest.last ?? "", 1_000_000, usage)
        }
        switch words.first {
        case "latency":
            let usage = "latency \(LatencyModel.Work.allCases.map(\.rawValue).joined(separator: "|")) MS"
            guard words.count == 3 else { throw wrong(usage) }
            guard let work = LatencyModel.Work(rawValue: words[1]) else {
                throw wrong(usage, "\(words[1].prefix(40)) is nothing that takes time here")
            }
            let ms = try number(words[2], 600_000, usage)
            return ms == 0 ? .remove(.latency(work)) : .add(.latency(work, Int64(ms)))
        case "disconnect":
            let usage = "disconnect after N packets|bytes [once|each]` or `fault disconnect off"
            if words == ["disconnect", "off"] { return .remove(.disconnect) }
            guard (4...5).contains(words.count), words[1] == "after",
                let unit = TransportFaults.Cut.Unit(rawValue: words[3]),
                words.count == 4 || ["once", "each"].contains(words[4])
            else { throw wrong(usage) }
            let after = try number(words[2], 1 << 40, usage)
            return .add(.disconnect(.init(after: after, unit: unit, each: words.last == "each")))
        case "idle": return try onOff(.idle, "idle on|off")
        case "secure": return try onOff(.secure, "secure on|off")
        case "permission":
            let usage = "permission PACKAGE PERMISSION [after N]"
            guard words.count >= 3 else { throw wrong(usage) }
            let after = try later(words[3...], usage)
            let permission = words[2].contains(".") ? words[2] : "android.permission." + words[2].uppercased()
            guard Permissions.group(permission) != nil else {
                throw wrong(usage, "no app asks the user for \(permission.prefix(80))")
            }
            return .add(.permission(package: words[1], permission: permission, after: after))
        case "crash", "anr":
            let usage = "\(words[0]) PACKAGE [after N]"
            guard words.count >= 2 else { throw wrong(usage) }
            let after = try later(words[2...], usage)
            return .add(
                words[0] == "crash" ? .crash(package: words[1], after: after) : .anr(package: words[1], after: after)
            )
        default: throw wrong("latency|disconnect|idle|permission|crash|anr|secure|list|clear")
        }
    }
}

/// The faults of a device that are not of its connections: what is on, and what waits for its moment.
final class DeviceFaults {
    private(set) var latency: [LatencyModel.Work: Int64] = [:]
    /// No dump finds the display at rest.
    private(set) var idle = false
    /// Screenshots are black.
    private(set) var secure = false
    /// Faults that wait for their app to be in front, and for so many inputs in it.
    private(set) var waiting: [Fault] = []

    /// How long somebody who waits for the display to rest tries, in milliseconds.
    static let idleWait: Int64 = 10_000

    /// All that is on, in the order of the kinds.
    var all: [Fault] {
        LatencyModel.Work.allCases.compactMap { work in latency[work].map { .latency(work, $0) } }
            + (idle ? [.idle] : []) + (secure ? [.secure] : []) + waiting
    }

    /// Puts a fault on in the place of one of its kind. Faults of connections are not kept here.
    func add(_ fault: Fault) {
        switch fault {
        case .latency(let work, let ms): latency[work] = ms
        case .disconnect: break
        case .idle: idle = true
        case .secure: secure = true
        case .permission, .crash, .anr:
            waiting.removeAll { $0.kind == fault.kind }
            if waiting.count < 100 { waiting.append(fault) }
        }
    }

    func remove(_ kind: Fault.Kind) {
        switch kind {
        case .latency(let work): latency[work] = nil
        case .disconnect: break
        case .idle: idle = false
        case .secure: secure = false
        case .prompt: waiting.removeAll { $0.kind == kind }
        }
    }

    func clear() {
        latency = [:]
        (idle, secure) = (false, false)
        waiting = []
    }

    /// Somebody touched an app or typed into it: those that wait for it count down.
    func input(in package: String) {
        for index in waiting.indices {
            switch waiting[index] {
            case .permission(package, let permission, let after) where after > 0:
                waiting[index] = .permission(package: package, permission: permission, after: after - 1)
            case .crash(package, let after) where after > 0: waiting[index] = .crash(package: package, after: after - 1)
            case .anr(package, let after) where after > 0: waiting[index] = .anr(package: package, after: after - 1)
            default: break
            }
        }
    }

    /// Takes out the first fault whose moment has come while the package is in front.
    func due(in package: String) -> Fault? {
        let index = waiting.firstIndex {
            switch $0 {
            case .permission(package, _, 0), .crash(package, 0), .anr(package, 0): true
            default: false
            }
        }
        return index.map { waiting.remove(at: $0) }
    }
}
