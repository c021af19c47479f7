// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Screen

/// Leaves a device in the middle of something, as a person's phone is when a task is given: an app is opened, a few
/// things are touched, and now and then HOME is pressed.
///
/// Nothing is touched that sends, deletes or switches. Tasks that start so are for training and for robustness; the
/// rules of a suite start every task on the home screen.
public struct Wander: Sendable {
    let seed: UInt64
    let name: String
    /// The app that is opened every other time, by its label.
    let app: String

    /// The same seed, name and app wander the same way.
    public init(seed: UInt64, name: String, app: String) {
        self.seed = seed
        self.name = name
        self.app = app
    }

    func run(on device: any DeviceLink, observer: ScreenObserver) async throws {
        var random = SeededRandom(seed: seed, name: "wander \(name)")
        let apps = try await AppCatalog.read(device)
        // A task is hardest to begin in its own app, on a page of another matter.
        let own = Bool.random(using: &random) ? apps.app(named: self.app) : nil
        guard let app = own ?? apps.apps.randomElement(using: &random) else { return }
        let actuator = Actuator(device, trailingEnter: false)
        try await actuator.perform(.openApp(app.label), on: try await observer.observe().state, apps: apps)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let screen = try await observer.observe().state
            let harmless = ScreenActions(screen).candidates.filter { candidate in
                guard case .click(let id) = candidate.action, let element = screen.element(id) else { return false }
                let switches = element.isCheckable || [.toggle, .checkbox, .radio].contains(element.role)
                return !switches && Sensitivity.of(candidate.action, on: screen) == nil
            }
            guard let choice = harmless.randomElement(using: &random) else { break }
            try await actuator.perform(choice.action, on: screen, apps: apps)
        }
        guard Bool.random(using: &random) else { return }
        try await actuator.perform(.navigateHome, on: try await observer.observe().state, apps: apps)
    }
}
