// SPDX-License-Identifier: Apache-2.0

/// What a shell stream is asked to run: `shell:CMD` or `shell,v2,TERM=x,raw:CMD`.
public struct ShellRequest: Hashable, Sendable {
    /// Whether the stream carries shell packets (exit code, stderr, end of stdin) rather than bare bytes.
    public var framed: Bool
    /// Whether a terminal is wanted; `nil` where the request leaves it to the device.
    public var terminal: Bool?
    /// The value of `TERM`, where it is given.
    public var term: String?
    /// The command line; empty for an interactive shell.
    public var command: String

    public init(_ command: String, framed: Bool, terminal: Bool? = nil, term: String? = nil) {
        self.framed = framed
        self.terminal = terminal
        self.term = term
        self.command = command
    }

    /// The name of the service.
    public var name: String {
        var parts = ["shell"]
        if framed { parts.append("v2") }
        if let term { parts.append("TERM=\(term)") }
        if let terminal { parts.append(terminal ? "pty" : "raw") }
        return parts.joined(separator: ",") + ":" + command
    }
}

/// A service of a device, by its name in `OPEN`.
public enum Service: Hashable, Sendable {
    case shell(ShellRequest)
    /// A command whose output comes as bare bytes.
    case exec(String)
    /// File transfer.
    case sync
    /// The device swallows that many bytes; `nil` for all there are.
    case sink(Int?)
    /// The device sends that many bytes.
    case source(Int)
    /// A service of the system called with exactly these words; with shell packets where `framed`.
    case abb([String], framed: Bool)
    /// A socket of the device, such as `tcp:8080` or `localabstract:name`.
    case socket(String)
    /// Sockets of the device that lead to the host.
    case reverse(ReverseRequest)
    /// Any other, whole.
    case other(String)

    /// Reads a name. Options of `shell` that are not known are ignored, as devices do.
    public init(parsing name: String) {
        guard let colon = name.firstIndex(of: ":") else {
            self = .other(name)
            return
        }
        let rest = String(name[name.index(after: colon)...])
        let head = name[..<colon].split(separator: ",", omittingEmptySubsequences: false)
        switch head[0] {
        case "shell":
            var request = ShellRequest(rest, framed: false)
            for option in head.dropFirst() {
                switch option {
                case "v2": request.framed = true
                case "raw": request.terminal = false
                case "pty": request.terminal = true
                default: if option.hasPrefix("TERM=") { request.term = String(option.dropFirst(5)) }
                }
            }
            self = .shell(request)
        case "exec" where head.count == 1: self = .exec(rest)
        case "sync" where head.count == 1 && rest.isEmpty: self = .sync
        case "sink" where head.count == 1: self = .sink(Int(rest))
        case "source" where head.count == 1:
            if let count = Int(rest), count >= 0 { self = .source(count) } else { self = .other(name) }
        case "abb", "abb_exec":
            let words = rest.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
            self = head.count == 1 && !rest.isEmpty ? .abb(words, framed: head[0] == "abb") : .other(name)
        case "tcp", "local", "localabstract", "localreserved", "localfilesystem":
            self = head.count == 1 && !rest.isEmpty ? .socket(name) : .other(name)
        case "reverse" where head.count == 1:
            if let request = ReverseRequest(parsing: rest) { self = .reverse(request) } else { self = .other(name) }
        default: self = .other(name)
        }
    }

    /// The name in `OPEN`.
    public var name: String {
        switch self {
        case .shell(let request): request.name
        case .exec(let command): "exec:\(command)"
        case .sync: "sync:"
        case .sink(let count): "sink:\(count.map(String.init) ?? "")"
        case .source(let count): "source:\(count)"
        case .abb(let words, let framed): (framed ? "abb:" : "abb_exec:") + words.joined(separator: "\0")
        case .socket(let name): name
        case .reverse(let request): "reverse:" + request.text
        case .other(let name): name
        }
    }
}

/// What a host asks of `reverse:`: sockets of the device whose connections go to the host.
public enum ReverseRequest: Hashable, Sendable {
    /// Listen at `remote` on the device, and lead to `local` at the host. With `rebind` an own listener there is replaced.
    case forward(remote: String, local: String, rebind: Bool)
    case remove(String)
    case removeAll
    case list

    /// Reads what stands after `reverse:`; nil for what is no request.
    public init?(parsing text: String) {
        switch text {
        case "list-forward": self = .list
        case "killforward-all": self = .removeAll
        case _ where text.hasPrefix("killforward:"):
            let remote = String(text.dropFirst(12))
            if remote.isEmpty { return nil }
            self = .remove(remote)
        case _ where text.hasPrefix("forward:"):
            var rest = text.dropFirst(8)
            let rebind = !rest.hasPrefix("norebind:")
            if !rebind { rest = rest.dropFirst(9) }
            let parts = rest.split(separator: ";", omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
            self = .forward(remote: String(parts[0]), local: String(parts[1]), rebind: rebind)
        default: return nil
        }
    }

    /// What stands after `reverse:`.
    public var text: String {
        switch self {
        case .forward(let remote, let local, let rebind): "forward:\(rebind ? "" : "norebind:")\(remote);\(local)"
        case .remove(let remote): "killforward:\(remote)"
        case .removeAll: "killforward-all"
        case .list: "list-forward"
        }
    }
}
