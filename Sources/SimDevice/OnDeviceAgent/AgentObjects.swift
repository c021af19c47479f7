// SPDX-License-Identifier: Apache-2.0

/// The methods that choose a node by a selector.
extension AgentCalls {
    nonisolated(nonsending) func object(_ method: String, _ given: [AgentJSON]) async throws -> AgentJSON? {
        guard Self.names.contains(method) else { return nil }
        guard let selector = given.first, selector.fields != nil else { throw Refusal.parameters }
        let rest = Array(given.dropFirst())
        switch method {
        case "exist": return .bool(!find(selector).isEmpty)
        case "count": return .int(AgentTree(windows).matches(selector, withInstance: false).count)
        case "waitForExists", "waitUntilGone":
            return .bool(try await wait(selector, exists: method == "waitForExists", ms: rest.first?.whole ?? 0))
        case "objInfo":
            let tree = AgentTree(windows)
            return tree.info(try one(selector, in: tree))
        case "objInfoOfAllInstances":
            let tree = AgentTree(windows)
            return .array(tree.matches(selector, withInstance: false).prefix(2000).map(tree.info))
        case "click", "longClick":
            let (x, y) = try center(selector)
            let windows = windows
            try await inject(lasting: method == "longClick" ? 1000 : 0) {
                if method == "longClick" { windows.longPress(x: x, y: y) } else { windows.tap(x: x, y: y) }
            }
            return .bool(true)
        case "dragTo": return try await dragTo(selector, rest)
        case "swipe": return try await swipe(selector, rest)
        case "getText":
            let tree = AgentTree(windows)
            return .string(tree.entries[try one(selector, in: tree)].node.view.shownText)
        case "setText", "clearTextField":
            return .bool(try await replace(selector, with: method == "setText" ? rest.first?.text ?? "" : ""))
        default: return nil
        }
    }

    private static let names: Set<String> = [
        "exist", "count", "waitForExists", "waitUntilGone", "objInfo", "objInfoOfAllInstances", "click", "longClick",
        "dragTo", "swipe", "getText", "setText", "clearTextField",
    ]

    private func find(_ selector: AgentJSON) -> [Int] { AgentTree(windows).matches(selector) }

    private func one(_ selector: AgentJSON, in tree: AgentTree) throws -> Int {
        try tree.matches(selector).first.orThrow(Refusal.notFound(selector))
    }

    private func center(_ selector: AgentJSON) throws -> (Int, Int) {
        let tree = AgentTree(windows)
        let box = tree.entries[try one(selector, in: tree)].node.visible
        return (box.centerX, box.centerY)
    }

    nonisolated(nonsending) private func wait(_ selector: AgentJSON, exists: Bool, ms: Int) async throws -> Bool {
        var left = min(max(0, ms), 300_000)
        while true {
            if find(selector).isEmpty != exists { return true }
            guard left > 0, !Task.isCancelled else { return false }
            let pause = min(left, 100)
            left -= pause
            try await device.sleep(Int64(pause))
        }
    }

    nonisolated(nonsending) private func dragTo(_ selector: AgentJSON, _ rest: [AgentJSON]) async throws -> AgentJSON {
        let from = try center(selector)
        let to: (Int, Int)
        if let other = rest.first, other.fields != nil {
            to = try center(other)
        } else {
            guard rest.count >= 2, let x = rest[0].whole, let y = rest[1].whole else { throw Refusal.parameters }
            to = (x, y)
        }
        try await drag([from.0, from.1, to.0, to.1], steps: rest.last?.whole ?? 100)
        return .bool(true)
    }

    nonisolated(nonsending) private func swipe(_ selector: AgentJSON, _ rest: [AgentJSON]) async throws -> AgentJSON {
        guard let direction = rest.first?.text else { throw Refusal.parameters }
        let tree = AgentTree(windows)
        let box = tree.entries[try one(selector, in: tree)].node.visible
        let ends: [String: (Int, Int)] = [
            "up": (box.centerX, box.top), "down": (box.centerX, box.bottom - 1), "left": (box.left, box.centerY),
            "right": (box.right - 1, box.centerY),
        ]
        let end = try ends[direction].orThrow(Refusal.parameters)
        try await swipe([box.centerX, box.centerY, end.0, end.1], steps: rest.last?.whole ?? 55)
        return .bool(true)
    }

    /// Puts a text in the place of a field's own; false for what is no field.
    nonisolated(nonsending) private func replace(_ selector: AgentJSON, with text: String) async throws -> Bool {
        let tree = AgentTree(windows)
        let entry = tree.entries[try one(selector, in: tree)]
        guard entry.node.view.handlers.text != nil, entry.window.kind.belongsToActivity else { return false }
        let windows = windows
        let key = entry.node.key
        try await inject {
            guard let node = windows.windows().lazy.compactMap({ $0.root.first { $0.key == key } }).first else {
                return
            }
            windows.focus(windows.front, node)
            windows.selectAll()
            if text.isEmpty { windows.deleteCharacter() } else { windows.insert(text) }
        }
        return true
    }
}
