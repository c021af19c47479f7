// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import SimDevice

/// A person in front of a fresh device: finds things by their words and touches them.
final class Robot {
    let system: DeviceSystem
    let windows: WindowManager
    private let folder: String

    /// - Parameter start: The app that is opened, by its package.
    init(start package: String? = nil) throws {
        folder = NSTemporaryDirectory() + "apps-" + UUID().uuidString
        system = try DeviceSystem(root: folder, clock: DeviceClock(mode: .stepped), properties: [:])
        system.settings.put(.system, "time_12_24", "12")
        windows = WindowManager(system: system)
        if let package { open(package) }
    }

    deinit {
        system.closeDatabases()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: Looking

    /// Everything that is listed and in sight in the active window, from the top.
    var nodes: [Node] {
        var found: [Node] = []
        func visit(_ node: Node) {
            if !node.view.className.isEmpty && !node.visible.isEmpty { found.append(node) }
            node.children.forEach(visit)
        }
        if let window = windows.activeWindow { visit(window.root) }
        return found
    }

    /// All texts in sight.
    var texts: [String] { nodes.map(\.view.text).filter { !$0.isEmpty } }

    /// The toast, or the line at the bottom.
    var message: String? { windows.toast?.text ?? windows.front.snackbar?.bar.text }

    func sees(_ words: String) -> Bool { find(words) != nil }

    /// The node with this text, description, hint, or last part of the resource id.
    func find(_ words: String, _ index: Int = 0) -> Node? {
        let nodes = nodes
        let ways: [(Node) -> Bool] = [
            { $0.view.text == words }, { $0.view.contentDescription == words },
            { $0.view.hint == words }, { $0.view.resourceID.hasSuffix(":id/" + words) },
        ]
        for way in ways {
            let hits = nodes.filter(way)
            if hits.indices.contains(index) { return hits[index] }
        }
        return nil
    }

    func text(_ id: String) -> String? { nodes.first { $0.view.resourceID.hasSuffix(":id/" + id) }?.view.text }

    // MARK: Doing

    func open(_ package: String) {
        guard let main = windows.manifests.first(where: { $0.package == package })?.mainActivity else { return }
        _ = windows.start(Intent(component: ComponentName(package: package, activity: main)))
    }

    /// Touches what `find` finds.
    func tap(_ words: String, _ index: Int = 0, at location: SourceLocation = #_sourceLocation) throws {
        let box = try #require(find(words, index), "no \(words) among \(texts)", sourceLocation: location).visible
        windows.tap(x: box.centerX, y: box.centerY)
    }

    func hold(_ words: String, at location: SourceLocation = #_sourceLocation) throws {
        let box = try #require(find(words), "no \(words) among \(texts)", sourceLocation: location).visible
        windows.longPress(x: box.centerX, y: box.centerY)
    }

    /// Touches the field with this hint, content or description, empties it and types.
    func fill(_ words: String, _ text: String, at location: SourceLocation = #_sourceLocation) throws {
        let field = nodes.first {
            $0.view.handlers.text != nil && [$0.view.hint, $0.view.text, $0.view.contentDescription].contains(words)
        }
        let box = try #require(field, "no field \(words) among \(texts)", sourceLocation: location).visible
        windows.tap(x: box.centerX, y: box.centerY)
        windows.selectAll()
        windows.type(text)
    }

    func menu(_ entry: String, at location: SourceLocation = #_sourceLocation) throws {
        try tap("More options", at: location)
        try tap(entry, at: location)
    }

    func back() { windows.key(4) }

    func wait(_ milliseconds: Int64) {
        system.clock.advance(milliseconds)
        windows.timePassed()
    }
}
