// SPDX-License-Identifier: Apache-2.0

import Screen

/// A window over the app that was in front: a dialog, a menu, a permission question, a sheet.
///
/// What it says is data. Only where it can be left is worked out, by the roles and resource names of Android's own dialogs and
/// the words that buttons to leave by have everywhere.
public struct Popup: Sendable, Hashable {
    /// The candidates that leave it without saying yes, the plainest first; going back is the last one.
    public var dismissals: [Candidate]

    /// The pop-up that a screen shows, or nil.
    public static func of(_ screen: ScreenState) -> Popup? {
        guard covers(screen) else { return nil }
        return Popup(dismissals: dismissals(of: screen, ScreenActions(screen).candidates))
    }

    /// Whether a window lies over another: it leaves part of the display to what is below, or its parts are named as those
    /// of dialogs are.
    static func covers(_ screen: ScreenState) -> Bool {
        guard let root = screen.elements.first else { return false }
        if screen.displaySize.height > 0, screen.displaySize.width > 0 {
            let share = Double(root.bounds.area) / Double(screen.displaySize.width * screen.displaySize.height)
            if share > 0 && share < 0.75 { return true }
        }
        return screen.elements.contains { element in
            guard !element.resourceID.isEmpty, let slash = element.resourceID.lastIndex(of: "/") else { return false }
            return parts.contains(String(element.resourceID[element.resourceID.index(after: slash)...]))
        }
    }

    /// The last parts of the resource ids of dialogs: the platform's alert, Material's bottom sheet, the permission question.
    private static let parts: Set<String> = [
        "alertTitle", "buttonPanel", "parentPanel", "design_bottom_sheet", "grant_dialog", "permission_message",
        "permission_allow_button", "permission_deny_button", "aerr_close",
    ]

    private static func dismissals(of screen: ScreenState, _ candidates: [Candidate]) -> [Candidate] {
        var plain: [Candidate] = []
        var named: [Candidate] = []
        var notices: [Candidate] = []
        var back: [Candidate] = []
        var others = 0
        for candidate in candidates {
            switch candidate.action {
            case .navigateBack: back.append(candidate)
            case .click(let id):
                guard let element = screen.element(id) else { continue }
                let words = LedgerText.fold(element.label)
                if element.isEditable || element.isCheckable {
                    others += 1
                } else if leaving.contains(words) {
                    plain.append(candidate)
                } else if !element.resourceID.isEmpty, isNegative(element) {
                    named.append(candidate)
                } else if noticed.contains(words) {
                    notices.append(candidate)
                } else {
                    others += 1
                }
            default: continue
            }
        }
        // OK says yes where there is anything else to say; where it is all that can be said, it only leaves.
        let isNotice = plain.isEmpty && named.isEmpty && others == 0 && notices.count == 1
        return plain + named + (isNotice ? notices : []) + back
    }

    private static func isNegative(_ element: Element) -> Bool {
        let resource = LedgerText.fold(element.resourceWords)
        return resources.contains { LedgerText.contains(resource, $0) }
    }

    /// What buttons to leave by say.
    private static let leaving = Set(
        [
            "not now", "cancel", "skip", "close", "dismiss", "no thanks", "no thank you", "later", "maybe later",
            "remind me later", "don't allow", "don’t allow", "deny", "no", "never",
        ]
        .map { LedgerText.fold($0) }
    )

    /// What the one button of a mere notice says.
    private static let noticed = Set(["ok", "okay", "got it", "continue", "i understand"].map { LedgerText.fold($0) })

    /// The negative button of an alert (`android:id/button2`), and names that say the same.
    private static let resources = [
        "button2", "negative button", "button negative", "cancel button", "button cancel", "close button",
        "button close", "dismiss", "skip", "deny button", "not now", "touch outside", "cancel",
    ]
    .map { LedgerText.fold($0) }
}
