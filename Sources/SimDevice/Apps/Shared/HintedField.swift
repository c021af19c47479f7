// SPDX-License-Identifier: Apache-2.0

/// A text field whose hint moves into its border once it holds something.
struct HintedField: Component {
    let view: View

    init(_ hint: String, _ field: TextField, filled: Bool) {
        view = ZStack {
            field.view.margin(top: 6)
            if filled {
                Text(hint, size: 12, color: .onSurfaceVariant)
                    .unlisted()
                    .padding(horizontal: 4)
                    .margin(left: 12)
                    .background(.surface)
            }
        }
        .unlisted()
        .fillWidth()
    }
}
