// SPDX-License-Identifier: Apache-2.0

/// Templates that ask for the same kind of work, so that what is learned from one tells about the others.
///
/// Two templates are of one family where the text of their goals is the same, or where app and verb are. The verb is read from the first
/// of a template's goals:
///
/// * what only says where ("In Simple Calendar Pro, ...") is left out;
/// * of a question it is the word that asks: `what`, `when`, `is`, `do`, `how many`;
/// * of an order it is its first word, with `update` and `change` for `edit`, and `text` for `send`;
/// * `turn` takes along what is turned: `turn wifi` is other work than `turn brightness`.
public struct TaskFamily: Sendable, Equatable {
    /// App and verb of its first template, such as `Markor delete`.
    public var name: String
    public var app: String
    /// The names of its templates, sorted.
    public var templates: [String]

    /// The families of some templates, by name.
    public static func all(of templates: [TaskTemplate]) -> [TaskFamily] {
        let sorted = templates.sorted { $0.name < $1.name }
        // Union-find over what two templates may have in common.
        var above: [String: String] = [:]
        func root(_ key: String) -> String {
            var key = key
            while let next = above[key], next != key { key = next }
            return key
        }
        func join(_ a: String, _ b: String) {
            let (a, b) = (root(a), root(b))
            if a != b { above[max(a, b)] = min(a, b) }
        }
        func key(_ template: TaskTemplate) -> String { "\(template.app) \(verb(of: text(of: template)))" }
        for template in sorted { join("text \(text(of: template))", "verb \(key(template))") }
        var families: [String: TaskFamily] = [:]
        for template in sorted {
            let place = root("verb \(key(template))")
            families[place, default: TaskFamily(name: key(template), app: template.app, templates: [])].templates
                .append(template.name)
        }
        return families.values.sorted { $0.name < $1.name }
    }

    /// A template's first goal with its values left open.
    static func text(of template: TaskTemplate) -> String {
        template.goals[0].parts.map { part in
            switch part {
            case .text(let text): text
            case .parameter: "{}"
            }
        }
        .joined()
    }

    /// What a goal asks to do, in one or two words.
    static func verb(of goal: String) -> String {
        var rest = goal.lowercased()[...]
        if rest.hasPrefix("in "), let comma = rest.firstIndex(of: ",") { rest = rest[rest.index(after: comma)...] }
        let words = rest.split { !$0.isLetter }.map(String.init)
        guard let first = words.first else { return "" }
        switch first {
        case "how": return words.count > 1 ? "how \(words[1])" : first
        case "turn": return "turn \(words.dropFirst().first { $0 != "on" && $0 != "off" } ?? "")"
        default: return synonyms[first] ?? first
        }
    }

    private static let synonyms = ["update": "edit", "change": "edit", "text": "send"]
}
