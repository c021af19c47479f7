// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Screen

/// Wanders about in a task's app for its screens' sake: it touches, scrolls, types and goes back at random, and comes back to the app
/// when it has left it. Only for built-in devices, which are put back before each run.
struct Explorer: ActionChooser {
    private let seed: UInt64
    private let name: String
    private let app: String
    private let avoided: Set<String>

    /// The steps of a walk.
    static let steps = 14
    private static let texts = ["Anna", "12", "Shopping list", "hello", "2024", "New plan"]

    init(_ instance: TaskInstance, run: Int, avoided: Set<String>) {
        seed = instance.seed
        name = "explore \(instance.template.name) \(run)"
        app = instance.template.app
        self.avoided = avoided
    }

    var isGuarded: Bool { false }

    func choose(_ decision: Decision) async throws -> Choice {
        let count = decision.candidates.count
        func place(_ action: Action) -> Int { decision.candidates.firstIndex { $0.action == action } ?? 0 }
        guard decision.step < Self.steps else { return .certain(place(.complete), of: count) }
        var random = SeededRandom(seed: seed, name: "\(name) \(decision.step)")
        let front = AppCatalog.label(of: decision.screen.package)
        let known = decision.apps.apps.map(\.label).filter { !avoided.contains($0) }
        if decision.step == 0 || avoided.contains(front) || !known.contains(front) {
            let wanted = known.contains(app) ? app : known.randomElement(using: &random)
            return .certain(place(.openApp(nil)), of: count, filledText: wanted)
        }
        if Int.random(in: 0..<7, using: &random) == 0 { return .certain(place(.navigateBack), of: count) }
        let ways = decision.candidates.indices.filter { index in
            switch decision.candidates[index].action {
            case .click, .inputText, .scroll, .longPress, .clearText: true
            default: false
            }
        }
        // One of a kind of action first, so that lists do not hide the few buttons.
        let groups = Dictionary(grouping: ways) { decision.candidates[$0].action.type }
        let kinds = ["click", "click", "click", "input_text", "scroll", "long_press"].filter { groups[$0] != nil }
        guard let kind = kinds.randomElement(using: &random), let way = groups[kind]?.randomElement(using: &random)
        else { return .certain(place(.navigateBack), of: count) }
        let text = kind == "input_text" ? Self.texts.randomElement(using: &random) : nil
        return .certain(way, of: count, filledText: text)
    }

    func fill(_ action: Action, options: [String], decision: Decision) async throws -> String? { nil }
}
