// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Screen
import Testing

@testable import Agent

/// Screens of a small app, and goals whose reading is known.
enum LedgerFixture {
    /// The built-in device's first moment.
    private static let now: DeviceMoment = {
        guard let now = DeviceMoment("2023-10-15 15:34:00") else { preconditionFailure("this is a moment") }
        return now
    }()

    static func goal(_ text: String, _ reading: GoalReading) -> GoalState {
        GoalState(
            text,
            now: now,
            readings: [reading]
        )
    }

    static func slot(_ name: String, _ text: String, in goal: String, value: TypedValue? = nil) -> GoalSlot {
        let start =
            goal.utf8.count - (goal.components(separatedBy: text).dropFirst().joined(separator: text) + text).utf8.count
        return GoalSlot(
            name: name,
            value: value ?? .text(text),
            text: text,
            range: start..<(start + text.utf8.count),
            source: .quoted
        )
    }

    /// A page with a bar and a list of rows.
    static func page(_ title: String, _ rows: [String], package: String = "a") throws -> ScreenState {
        try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                Fixture.node("TextView", text: title, bounds: "[0,0][1080,140]")
                    + Fixture.list(
                        rows.enumerated().map { Fixture.row($1, top: 300 + 200 * $0, long: true) }.joined()
                    )
            )
        )
    }

    /// A form: fields by name with what stands in them, and buttons with what they show.
    static func form(_ fields: [(String, String)], buttons: [String] = []) throws -> ScreenState {
        let parts = fields.enumerated().map { place, field in
            Fixture.node(
                "EditText",
                text: field.1,
                id: "a:id/\(field.0)",
                flags: ["clickable", "focusable"],
                bounds: "[0,\(300 + 200 * place)][1080,\(450 + 200 * place)]"
            )
        }
        let shown = buttons.enumerated().map { place, text in
            Fixture.node(
                "Button",
                text: text,
                flags: ["clickable"],
                bounds: "[0,\(1500 + 160 * place)][1080,\(1640 + 160 * place)]"
            )
        }
        return try Fixture.screen(Fixture.node("FrameLayout", parts.joined() + shown.joined()))
    }

    static func dialog(_ message: String, _ buttons: [(String, String)]) throws -> ScreenState {
        let shown = buttons.enumerated().map { place, button in
            Fixture.node(
                "Button",
                text: button.0,
                id: button.1,
                flags: ["clickable"],
                bounds: "[\(100 + 300 * place),1300][\(380 + 300 * place),1400]"
            )
        }
        return try Fixture.screen(
            Fixture.node(
                "FrameLayout",
                bounds: "[90,900][990,1500]",
                Fixture.node("TextView", text: message, id: "android:id/message", bounds: "[100,950][980,1200]")
                    + shown.joined()
            )
        )
    }

    /// The first element whose label is this.
    static func element(_ label: String, on screen: ScreenState) -> Int {
        screen.elements.first { $0.label == label && $0.isClickable }?.id ?? -1
    }

    static let threeRows = goal(
        "Add the following expenses",
        GoalReading(tables: [
            TextTable(
                columns: ["name", "amount", "note"],
                rows: [
                    ["Groceries", "$12.50", "for lunch"], ["Taxi Ride", "$7.25", "to work"],
                    ["Textbooks", "$99.00", "for lunch"],
                ]
            )
        ])
    )
}
