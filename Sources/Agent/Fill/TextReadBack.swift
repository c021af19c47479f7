// SPDX-License-Identifier: Apache-2.0

import Screen

/// What a field holds after something was typed into it, compared with what was typed.
public enum TextReadBack: String, Sendable, Codable, Hashable {
    /// Letter by letter what was typed, alone or after what stood there.
    case same
    /// The same letters and digits: telephone numbers are grouped, sentences begin with a capital, spaces are trimmed.
    case formatted
    /// Something else.
    case differs
    /// Nothing.
    case missing

    /// Compares a field's content with what was typed.
    ///
    /// - Parameters:
    ///   - content: what stands in the field now; empty where only its hint does.
    ///   - before: what stood in it before.
    public static func compare(typed: String, content: String, before: String = "") -> TextReadBack {
        if content == typed || content == before + typed { return .same }
        let (wanted, found) = (TextEssence.of(typed), TextEssence.of(content))
        // Signs alone have no letters to compare by.
        if wanted.isEmpty {
            if content.contains(typed) || typed.allSatisfy(\.isWhitespace) { return .formatted }
            return content.isEmpty ? .missing : .differs
        }
        if content.isEmpty { return .missing }
        return found.contains(wanted) ? .formatted : .differs
    }

    /// Reads a field back on the screen after typing: it is found by its resource id, else by its place, else by the focus.
    ///
    /// - Returns: nil where the field is not there any more, hides what it holds, or holds letters that hierarchies lose, such
    ///   as emoji.
    public static func read(_ typed: String, into field: Element, on after: ScreenState) -> TextReadBack? {
        guard !field.flags.contains(.password), typed.unicodeScalars.allSatisfy({ $0.value < 0x3000 }),
            let found = find(field, on: after)
        else { return nil }
        let before = field.detail.isEmpty ? "" : field.text
        // What was typed may be the very words that stand in an empty field.
        let holds = !found.detail.isEmpty || TextEssence.of(found.text) == TextEssence.of(typed)
        return compare(typed: typed, content: holds ? found.text : "", before: before)
    }

    private static func find(_ field: Element, on after: ScreenState) -> Element? {
        let fields = after.elements.filter(\.isEditable)
        let named = field.resourceID.isEmpty ? [] : fields.filter { $0.resourceID == field.resourceID }
        return named.first { $0.bounds == field.bounds } ?? named.first ?? fields.first { $0.bounds == field.bounds }
            ?? fields.first(where: \.isFocused)
    }
}
