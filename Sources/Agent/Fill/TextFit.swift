// SPDX-License-Identifier: Apache-2.0

/// How well a text fits a field, by rule.
struct TextFit {
    let field: FieldProfile
    let others: [FieldProfile]
    /// What stands in other fields.
    let placed: Set<String>
    private let placedEssences: Set<String>
    let typed: Set<String>
    /// What the app in front is called; its name is seldom a value.
    let app: String

    init(field: FieldProfile, others: [FieldProfile], typed: [String], app: String) {
        (self.field, self.others, self.app) = (field, others, app.lowercased())
        placed = Set(others.map(\.content)).subtracting([""])
        placedEssences = Set(placed.map(TextEssence.of)).subtracting([""])
        self.typed = Set(typed)
    }

    /// Higher is better; above zero something speaks for it.
    func prior(_ candidate: TextCandidate) -> Double {
        var out = candidate.base
        if !candidate.name.isEmpty {
            let own = field.likeness(candidate.name)
            let best = others.map { $0.likeness(candidate.name) }.max() ?? 0
            out += 3 * own
            if best > own + 0.05 { out -= 1.5 } else if own == 0, field.kind != .search { out -= 0.4 }
        }
        if let kind = field.kind { out += Self.bonus(candidate, for: kind) }
        // What has found its place is not wanted twice.
        if candidate.origin != .screen {
            if placed.contains(candidate.text) {
                out -= 3
            } else if placedEssences.contains(TextEssence.of(candidate.text)) {
                out -= 1.5
            } else if candidate.mindsTyped, typed.contains(candidate.text) || typed.contains(candidate.root) {
                out -= 1.5
            }
        }
        if candidate.text == field.content { out -= 4 }
        if candidate.shape.contains(.lines), !field.takesLines { out -= 3 }
        if !app.isEmpty, candidate.text.lowercased() == app { out -= 2 }
        return out
    }

    /// What a kind of field says to a text.
    static func bonus(_ candidate: TextCandidate, for kind: TextKind) -> Double {
        let shape = candidate.shape
        func has(_ shapes: TextShape) -> Bool { !shape.isDisjoint(with: shapes) }
        // What is named for it is right where it does not look like something else.
        let isNamed = candidate.kind == kind
        switch kind {
        case .email: return has(.email) ? 4 : isNamed ? 1 : -3
        case .phone: return has(.phone) ? 4 : has(.number) ? (isNamed ? 3 : 0) : isNamed ? 0 : -3
        case .recipient:
            if has(.phone) { return 3 }
            return candidate.isPerson ? 2.5 : has(.email) ? 1.5 : isNamed ? 2 : -2
        case .link: return has(.link) ? 4 : isNamed ? 1 : -1
        case .firstName, .lastName:
            if isNamed { return 4 }
            if candidate.isPerson, has(.word) { return kind == .firstName ? 2 : -1 }
            return candidate.isPerson ? 0 : has([.number, .phone, .email, .lines, .long, .date, .time]) ? -3 : -1
        case .company: return isNamed ? 4 : -2
        case .hour, .minute, .second:
            if isNamed { return 4 }
            return has(.number) && candidate.kind == nil ? 0 : -2
        case .ending: return isNamed && candidate.isMade ? 4 : -2
        case .search:
            if has([.lines, .long]) { return -1.5 }
            return has([.date, .time, .number]) ? -0.5 : 0.7
        case .date: return has(.date) ? 3 : has([.time, .phone, .email]) ? -2 : -0.5
        case .time:
            return has(.time) ? 3 : has(.duration) ? 2 : has([.date, .phone, .email]) ? -2 : has(.number) ? 0.5 : -0.5
        case .amount:
            // A field for a number wants it bare.
            return has(.number)
                ? (candidate.text.allSatisfy { $0.isNumber || $0 == "." || $0 == "-" } ? 3.2 : 2.4) : -2.5
        case .title, .file:
            if has(.lines) { return -2 }
            if has(.file) { return kind == .file ? 1 : 0.5 }
            if candidate.kind == .body { return -0.6 }
            return has([.date, .time, .number, .phone, .email]) ? -0.8 : has(.long) ? -0.3 : 0.5
        case .body:
            if has(.file) { return -1 }
            if has([.lines, .long]) { return 0.8 }
            if candidate.kind == .body { return 0.8 }
            return has([.phone, .email, .number, .date, .time]) ? -0.6 : has(.word) ? 0 : 0.3
        case .place: return candidate.kind == .place ? 1.5 : has([.email, .phone, .file]) ? -1.5 : 0
        }
    }
}
