// SPDX-License-Identifier: Apache-2.0

import Base

extension Macro {
    /// What a macro is done with.
    public struct Filled: Sendable, Equatable {
        public var goal: String
        public var values: [String: String]
    }

    /// Longer goals are not looked for values.
    static let goalLimit = 50_000

    /// The values for a run.
    ///
    /// Without a goal they are those of the run that the macro was made of. A new goal has to say the same with other values: its
    /// fixed words are matched; where they differ, its slots are taken, as far as each parameter is one by name and all other slots
    /// are as they were.
    ///
    /// - Parameters:
    ///   - goal: the new goal, or nil.
    ///   - set: values that override what the goal states.
    ///   - now: what the device's clock says.
    /// - Throws: `DroidError` with code `macro.goal` or `macro.parameter`.
    public func filled(
        goal: String?,
        set: [(name: String, value: String)] = [],
        now: DeviceMoment? = nil
    ) throws -> Filled {
        for (name, value) in set {
            guard parameters.contains(where: { $0.name == name }) else {
                throw DroidError(
                    "macro.parameter",
                    "the macro has no parameter \"\(name)\"",
                    why: parameters.isEmpty
                        ? "it has none at all" : "it has \(parameters.map(\.name).joined(separator: ", "))",
                    next: "its goal is: \(template)"
                )
            }
            if value.trimmingWhite.isEmpty {
                throw DroidError(
                    "macro.parameter",
                    "the parameter \"\(name)\" has no value",
                    next: "--set \(name)=VALUE"
                )
            }
        }
        let overrides = Dictionary(set.map { ($0.name, $0.value) }) { _, last in last }
        guard let goal else {
            let all = values.merging(overrides) { $1 }
            return Filled(goal: template.filled(all) ?? self.goal, values: all)
        }
        if let found = matched(goal) {
            let all = found.merging(overrides) { $1 }
            return Filled(goal: overrides.isEmpty ? goal : template.filled(all) ?? goal, values: all)
        }
        if let found = now.flatMap({ named(goal, now: $0) }) {
            return Filled(goal: goal, values: found.merging(overrides) { $1 })
        }
        let all = parameters.allSatisfy { overrides[$0.name] != nil }
        if all && !parameters.isEmpty { return Filled(goal: goal, values: overrides) }
        throw DroidError(
            "macro.goal",
            "the goal does not fit the macro",
            why: "the macro does: \(template)",
            next: parameters.isEmpty
                ? "it has no parameter: run it without a goal"
                : "say the goal in these words, or set each value: "
                    + parameters.map { "--set \($0.name)=VALUE" }.joined(separator: " ")
        )
    }

    /// The values that stand in a goal at the places of the parameters; nil where its other words are different. Case does not
    /// matter, nor do white space and full stops at the end.
    func matched(_ goal: String) -> [String: String]? {
        guard goal.utf8.count <= Self.goalLimit else { return nil }
        let bytes = Self.bare(goal)
        let folded = bytes.map(Self.folded)
        var pieces = template.pieces
        if case .literal(let text)? = pieces.last {
            pieces[pieces.count - 1] = .literal(String(decoding: Self.bare(text), as: UTF8.self))
        }
        var found: [String: String] = [:]
        var place = 0
        var open: Parameter?
        for (index, piece) in pieces.enumerated() {
            let isLast = index == pieces.count - 1
            let wanted: [UInt8]
            switch piece {
            case .literal(let text): wanted = text.utf8.map(Self.folded)
            case .parameter(let name, _):
                if let value = found[name] {
                    // The same value stands here once more.
                    wanted = value.utf8.map(Self.folded)
                } else {
                    guard open == nil, let parameter = parameters.first(where: { $0.name == name }) else { return nil }
                    open = parameter
                    continue
                }
            }
            guard let value = open else {
                guard folded[place...].starts(with: wanted) else { return nil }
                place += wanted.count
                continue
            }
            open = nil
            let fit = { (end: Int) in Self.value(bytes[place..<end], like: value.value) }
            let end: Int?
            if isLast {
                end = folded.count - wanted.count
            } else {
                end = Self.firstPlace(of: wanted, in: folded, from: place + 1) { fit($0) != nil }
            }
            guard let end, end > place, folded[end...].starts(with: wanted), let text = fit(end) else { return nil }
            found[value.name] = text
            place = end + wanted.count
        }
        if let value = open {
            guard place < bytes.count, let text = Self.value(bytes[place...], like: value.value) else { return nil }
            found[value.name] = text
            place = bytes.count
        }
        return place == bytes.count ? found : nil
    }

    /// The values of a goal's slots with the names of the parameters; nil where one is missing, or another slot has another value.
    private func named(_ goal: String, now: DeviceMoment) -> [String: String]? {
        let old = GoalState(self.goal, now: now).best.slots
        let new = GoalState(goal, now: now).best.slots
        var found: [String: String] = [:]
        for parameter in parameters {
            guard let slot = parameter.slot, !slot.isEmpty else { return nil }
            let fits = new.filter { $0.name == slot }
            guard fits.count == 1, old.filter({ $0.name == slot }).count == 1 else { return nil }
            found[parameter.name] = fits[0].text
        }
        let names = Set(parameters.compactMap(\.slot))
        func fixed(_ slots: [GoalSlot]) -> [String: [String]] {
            Dictionary(grouping: slots.filter { !names.contains($0.name) }, by: \.name).mapValues { $0.map(\.text) }
        }
        return !found.isEmpty && fixed(old) == fixed(new) ? found : nil
    }

    // MARK: - Bytes

    /// A value as it is taken over; nil for white space, and for what is no number where the old value was one.
    private static func value(_ bytes: ArraySlice<UInt8>, like old: String) -> String? {
        let text = String(decoding: bytes, as: UTF8.self).trimmingWhite
        if text.isEmpty { return nil }
        func isNumeric(_ text: String) -> Bool {
            text.utf8.allSatisfy { (48...57).contains($0) || " .,:+-()/".utf8.contains($0) }
                && text.utf8.contains { (48...57).contains($0) }
        }
        if isNumeric(old) && !isNumeric(text) { return nil }
        // A value of one line does not reach into the next.
        if !old.contains(where: \.isNewline) && text.contains(where: \.isNewline) { return nil }
        return text
    }

    private static func firstPlace(
        of wanted: [UInt8],
        in bytes: [UInt8],
        from start: Int,
        where isRight: (Int) -> Bool
    ) -> Int? {
        guard let first = wanted.first, wanted.count <= bytes.count else { return nil }
        var place = start
        var tries = 0
        while place <= bytes.count - wanted.count {
            if bytes[place] == first && bytes[place...].starts(with: wanted) {
                if isRight(place) { return place }
                tries += 1
                if tries == 64 { return nil }
            }
            place += 1
        }
        return nil
    }

    private static func folded(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte + 32 : byte }

    /// A text without white space around it and without full stops at its end.
    private static func bare(_ text: String) -> [UInt8] {
        var bytes = ArraySlice(text.utf8)
        while let last = bytes.last, last <= 32 || last == UInt8(ascii: ".") { bytes.removeLast() }
        return Array(bytes)
    }
}
