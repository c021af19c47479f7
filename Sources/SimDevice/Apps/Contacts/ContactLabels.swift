// SPDX-License-Identifier: Apache-2.0

/// The words for Android's type codes of numbers and addresses.
enum ContactLabels {
    enum Kind: String { case phone = "Phone", email = "Email" }

    /// The types in the order in which the editor offers them.
    static func types(_ kind: Kind) -> [(type: Int, name: String)] {
        switch kind {
        case .phone:
            [
                (2, "Mobile"), (3, "Work"), (1, "Home"), (12, "Main"), (4, "Work Fax"), (5, "Home Fax"), (6, "Pager"),
                (7, "Other"), (0, "Custom"),
            ]
        case .email: [(1, "Home"), (2, "Work"), (3, "Other"), (4, "Mobile"), (0, "Custom")]
        }
    }

    /// The type of a field that nobody has labelled.
    static func standard(_ kind: Kind) -> Int { kind == .phone ? 2 : 1 }

    static func name(_ value: ContactsStore.Labelled, _ kind: Kind) -> String {
        if value.type == 0 { return value.label ?? "Custom" }
        return types(kind).first { $0.type == value.type }?.name ?? "Other"
    }
}
