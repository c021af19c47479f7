// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

/// How prompts are made. Two prompts made with different options do not compare.
public struct PromptOptions: Sendable, Codable, Hashable {
    /// The most tokens that the part before the candidates may have, as far as lines of the screen can be left out.
    public var budget: Int
    /// Whether a short reminder of the goal stands after the screen; it helps a small model much.
    public var remindsGoal: Bool
    /// What ends every candidate. One and the same last token makes the states read there comparable.
    public var suffixEnd: String
    /// Whether lines tell what was read in pictures. Absent is no, so that options that were stored before stay as they are.
    public var showsReadTexts: Bool?
    /// Whether the ledger's lines stand before the cue. Absent is no.
    public var showsLedger: Bool?

    public init(
        budget: Int = 700,
        remindsGoal: Bool = true,
        suffixEnd: String = "\n",
        showsReadTexts: Bool? = nil,
        showsLedger: Bool? = nil
    ) {
        self.budget = budget
        self.remindsGoal = remindsGoal
        self.suffixEnd = suffixEnd
        self.showsReadTexts = showsReadTexts
        self.showsLedger = showsLedger
    }
}

extension PromptOptions {
    /// How prompts are made for an agent that keeps goal and notes in mind.
    public static var withLedger: PromptOptions {
        var options = PromptOptions()
        options.showsLedger = true
        options.showsReadTexts = true
        return options
    }
}

/// What is scored: one prefix, and one suffix for each candidate in the same order.
public struct Prompt: Sendable, Hashable {
    public var prefix: String
    public var suffixes: [String]
    /// Lines of the screen that the budget left out.
    public var omittedLines: Int
    /// The tokens of the prefix, as the builder's counter counts them.
    public var prefixTokens: Int
    /// What it was made with.
    public var options = PromptOptions()

    /// SHA-256 of prefix and suffixes.
    public var sha256: String {
        var hash = SHA256()
        hash.update(prefix.utf8)
        for suffix in suffixes {
            hash.update([0])
            hash.update(suffix.utf8)
        }
        return hash.finalHex()
    }
}

/// How prompt text becomes tokens: line by line, each with its line break.
///
/// No token then spans two lines, so a prompt that starts with the same lines as another starts with the same tokens,
/// and what was computed for them is used again.
public enum PromptTokens {
    /// The lines of a text with their line breaks.
    public static func lines(_ text: String) -> [String] {
        var out: [String] = []
        var current = ""
        for character in text {
            current.append(character)
            if character.isNewline {
                out.append(current)
                current = ""
            }
        }
        if !current.isEmpty { out.append(current) }
        return out
    }

    /// The tokens of a text, by a tokenizer's plain encoding.
    public static func encode(_ text: String, _ encode: (String) -> [Int32]) -> [Int32] {
        lines(text).flatMap(encode)
    }
}

/// Counts tokens of a line of prompt text.
public typealias PromptCounter = @Sendable (String) -> Int

/// Makes the prompt of a decision: instruction, goal and history first, so that they are shared with the next step,
/// then the screen, then a reminder of the goal and the cue.
///
///     You operate an Android phone. ...
///     Goal: Turn Wi-Fi off
///     Steps so far:
///     1. open app Settings: now in Settings
///     Screen of Settings:
///     [1] button "Navigate up"
///     [2] switch "Wi-Fi" on
///     Goal: Turn Wi-Fi off
///     Last: open app Settings
///     Next: tap switch "Wi-Fi" (on)
public struct PromptBuilder: Sendable {
    /// The version of the text form. A trained head fits one version only.
    public static let version = 1

    /// Steps kept at most; beyond it the oldest go, eight at a time, so that the prefix changes seldom.
    public static let historyLimit = 16
    static let historyDrop = 8

    public let options: PromptOptions
    private let count: PromptCounter
    private let pruner: (any PromptPruner)?

    public init(
        options: PromptOptions = PromptOptions(),
        count: @escaping PromptCounter = PromptBuilder.estimate,
        pruner: (any PromptPruner)? = nil
    ) {
        self.options = options
        self.count = count
        self.pruner = pruner
    }

    /// An estimate for when no tokenizer is at hand: words cost one token for each six letters or less, digits and
    /// signs one each.
    public static func estimate(_ text: String) -> Int {
        var tokens = 0
        var letters = 0
        for byte in text.utf8 {
            switch byte {
            case 65...90, 97...122:
                if letters % 6 == 0 { tokens += 1 }
                letters += 1
            case 32: letters = 0
            default:
                letters = 0
                tokens += 1
            }
        }
        return tokens
    }

    /// The prompt for a screen.
    ///
    /// - Parameters:
    ///   - goal: what is to be done; line breaks become spaces.
    ///   - history: working memory, one line a step, oldest first, all of it.
    ///   - screen: what is on the display.
    ///   - actions: what can be done on it: the candidates, and the numbers of elements.
    ///   - appName: what the app in front is called.
    ///   - date: the device's date as text, or nil to leave it out.
    ///   - ledger: the ledger's lines; shown only where the options say so.
    public func build(
        goal: String,
        history: [String],
        screen: ScreenState,
        actions: ScreenActions,
        appName: String? = nil,
        date: String? = nil,
        ledger: [String] = []
    ) -> Prompt {
        let goalLine = Self.oneLine(goal)
        var head = "You operate an Android phone. Choose the one next step that leads to the goal.\n"
        if let date { head += "Today: \(date)\n" }
        head += "Goal: \(goalLine)\n"
        let first = Self.firstKept(history.count)
        head += history.isEmpty ? "" : "Steps so far:\n"
        for (index, line) in history.enumerated().dropFirst(first) { head += "\(index + 1). \(Self.oneLine(line))\n" }
        var tail = ""
        if options.remindsGoal {
            let lastStep = history.last.map { Self.oneLine($0) } ?? "nothing yet"
            tail += "Goal: \(Self.clip(goalLine, 240))\nLast: \(Self.clip(lastStep, 120))\n"
        }
        if options.showsLedger == true { for line in ledger { tail += Self.oneLine(line) + "\n" } }
        tail += "Next:"
        let title = screenTitle(screen, appName: appName)
        let fixed = PromptTokens.lines(head + title + tail).reduce(0) { $0 + count($1) }
        var lines = ScreenText.lines(screen, actions: actions)
        if options.showsReadTexts == true { lines = ScreenText.withReadTexts(lines, screen) }
        if let pruner { lines = pruner.prune(lines, goal: goal) }
        // A goal of any length leaves the screen some room.
        let fitted = ScreenText.fit(lines, room: max(options.budget - fixed, 120), count: count)
        return Prompt(
            prefix: head + title + fitted.text + tail,
            suffixes: actions.candidates.map { suffix($0.text) },
            omittedLines: fitted.omitted,
            prefixTokens: fixed + fitted.tokens,
            options: options
        )
    }

    /// A candidate's words as they follow the prefix.
    public func suffix(_ text: String) -> String { " \(text)\(options.suffixEnd)" }

    /// The first step that is kept of a history: it moves in leaps of eight.
    static func firstKept(_ count: Int) -> Int {
        guard count > historyLimit else { return 0 }
        return (count - historyLimit + historyDrop - 1) / historyDrop * historyDrop
    }

    private func screenTitle(_ screen: ScreenState, appName: String?) -> String {
        let name = appName ?? screen.package.split(separator: ".").last.map(String.init) ?? "unknown app"
        var title = "Screen of \(Self.oneLine(name))"
        if screen.keyboardShown { title += ", keyboard shown" }
        if screen.flags.contains(.screenshotOnly) { title += ", content not readable" }
        return title + ":\n"
    }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    static func clip(_ text: String, _ limit: Int) -> String {
        text.count <= limit ? text : String(text.prefix(limit - 1)) + "…"
    }
}

/// Decides which lines of a screen a prompt needs. Whoever implements it keeps the lines' order.
public protocol PromptPruner: Sendable {
    /// The lines to keep.
    func prune(_ lines: [ScreenLine], goal: String) -> [ScreenLine]
}
