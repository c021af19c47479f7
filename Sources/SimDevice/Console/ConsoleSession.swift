// SPDX-License-Identifier: Apache-2.0

import Base

/// The commands of the console. It is for whoever runs the device; an agent does not get its token.
struct ConsoleSession: Sendable {
    let device: DeviceActor
    /// What lets somebody in: any of these.
    let tokens: [String]
    /// Where the token lies, as the greeting tells.
    let tokenPath: String
    /// Ends the device, as `kill` asks for.
    let kill: @Sendable () -> Void

    init(device: DeviceActor, tokens: [String], tokenPath: String, kill: @escaping @Sendable () -> Void) {
        self.device = device
        self.tokens = tokens
        self.tokenPath = tokenPath
        self.kill = kill
    }

    /// A reply, and whether the connection ends with it.
    struct Reply: Sendable {
        var text: String
        var closes = false
        /// Whether the token was right.
        var authorises = false

        /// Lines, and `OK`.
        static func ok(_ lines: [String] = []) -> Reply { Reply(text: lines.map { $0 + "\r\n" }.joined() + "OK\r\n") }

        static func ko(_ reason: String) -> Reply {
            // One line, whatever the reason holds.
            Reply(text: "KO: \(reason.split(whereSeparator: \.isNewline).joined(separator: " "))\r\n")
        }
    }

    /// Why a command is refused.
    struct Refusal: Error {
        var reason: String
        init(_ reason: String) { self.reason = reason }
    }

    var greeting: String {
        """
        Android Console: Authentication required\r
        Android Console: type 'auth <auth_token>' to authenticate\r
        Android Console: you can find your <auth_token> in \r
        '\(tokenPath)'\r
        OK\r

        """
    }

    /// Carries out one line.
    ///
    /// - Parameter authorised: whether the connection has given the token before.
    func answer(_ text: String, authorised: Bool) async -> Reply {
        let line = ConsoleLine(text)
        guard let verb = line.words.first else { return .ko("empty command") }
        switch verb {
        case "help", "h", "?", "help-verbose": return help(line.words.dropFirst().first)
        case "quit", "exit": return Reply(text: "", closes: true)
        case "ping": return .ok(["I am alive!"])
        case "auth":
            guard line.words.count == 2, tokens.contains(where: { Self.equal(line.words[1], $0) }) else {
                return Reply(text: "KO: authentication token does not match \(tokenPath)\r\n", closes: true)
            }
            return Reply(text: "Android Console: type 'help' for a list of commands\r\nOK\r\n", authorises: true)
        default: guard authorised else { return .ko("authentication required; type 'auth <auth_token>'") }
        }
        if verb == "kill" {
            kill()
            return Reply(text: "OK: killing emulator, bye bye\r\n", closes: true)
        }
        guard let command = ConsoleCommand.find(verb) else { return .ko("unknown command, try 'help'") }
        do {
            return .ok(try await command.run(device, line))
        } catch let refusal as Refusal {
            return .ko(refusal.reason)
        } catch let error as DroidError {
            return .ko([error.what, error.why, error.next].filter { !$0.isEmpty }.joined(separator: "; "))
        } catch {
            return .ko("\(error)")
        }
    }

    private func help(_ verb: String?) -> Reply {
        func row(_ usage: String, _ what: String) -> String {
            "    " + usage + String(repeating: " ", count: max(2, 44 - usage.count)) + what
        }
        guard let verb else {
            let own = [
                ("help [COMMAND]", "this list, or how a command is used"), ("auth TOKEN", "lets you in"),
                ("ping", "tells whether the console answers"), ("kill", "ends the device"),
                ("quit", "ends this connection"),
            ]
            let rows = (own + ConsoleCommand.all.map { ($0.name, $0.summary) }).map { row($0.0, $0.1) }
            return .ok(["Android console commands:"] + rows)
        }
        guard let command = ConsoleCommand.find(verb) else {
            return ["help", "auth", "ping", "kill", "quit"].contains(verb)
                ? help(nil) : .ko("unknown command, try 'help'")
        }
        return .ok([command.summary] + command.usage.map { row($0.0, $0.1) })
    }

    /// Compares in a time that does not depend on where the texts differ.
    private static func equal(_ a: String, _ b: String) -> Bool {
        let (x, y) = (Array(a.utf8), Array(b.utf8))
        guard x.count == y.count else { return false }
        return zip(x, y).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// One line that somebody typed: its words, and the text as it stands from a word on.
struct ConsoleLine: Sendable {
    let words: [String]
    private let text: String
    private let starts: [String.Index]

    init(_ text: String) {
        self.text = text
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        words = parts.map(String.init)
        starts = parts.map(\.startIndex)
    }

    /// The line from a word on, spaces included; empty where there are fewer words.
    func rest(from index: Int) -> String { starts.indices.contains(index) ? String(text[starts[index]...]) : "" }

    /// The second word, which most commands go on with.
    var verb: String { words.count > 1 ? words[1] : "" }
}

/// A command of the console: how it is used, and what it does.
struct ConsoleCommand: Sendable {
    var name: String
    var summary: String
    /// Ways to use it, and what each does.
    var usage: [(String, String)]
    /// Gives the lines before `OK`.
    ///
    /// Throws `ConsoleSession.Refusal` or `DroidError`, whose words follow `KO: `.
    var run: @Sendable (DeviceActor, ConsoleLine) async throws -> [String]

    /// Sorted by name.
    static let all: [ConsoleCommand] = (phone + body + state + faulty + keys).sorted { $0.name < $1.name }

    static func find(_ name: String) -> ConsoleCommand? { all.first { $0.name == name } }

    /// What a command says that is called with too few words, or other words than it knows.
    static func misused(_ command: String, _ line: ConsoleLine) -> ConsoleSession.Refusal {
        line.verb.isEmpty
            ? .init("missing sub-command, try 'help \(command)'")
            : .init("bad sub-command, try 'help \(command)'")
    }
}
