// SPDX-License-Identifier: Apache-2.0

import Media

extension Dialog {
    /// An answer to a question for a permission.
    struct PermissionAnswer {
        var title: String
        /// The last part of the button's resource id.
        var name: String
        var handler: Handler

        init(_ title: String, _ name: String, _ handler: @escaping Handler) {
            (self.title, self.name, self.handler) = (title, name, handler)
        }
    }

    /// The system's question whether an app may do something, with the class names and ids of Android 13.
    ///
    /// - Parameters:
    ///   - message: as the system words it, such as `Allow Contacts to access your contacts?`
    ///   - accuracy: whether the exact place is given, where the question is for the place.
    static func permission(
        _ message: String,
        icon: Icon,
        accuracy: Binding<Bool>? = nil,
        answers: [PermissionAnswer]
    ) -> Dialog {
        let id = { (name: String) in "com.android.permissioncontroller:id/\(name)" }
        var dialog = Dialog(package: SystemPrompt.grantActivity.package, bare: true)
        dialog.content = VStack {
            ScrollView {
                IconView(icon, color: .primary, size: 28).id(id("permission_icon")).align(.center).margin(bottom: 14)
                Text(message, size: 20, align: .center).id(id("permission_message")).fillWidth()
                if let accuracy { self.accuracy(accuracy, id) }
            }
            .fillWidth()
            .wrapHeight()
            .weight()
            .margin(bottom: 20)
            for (index, answer) in answers.enumerated() {
                Button(answer.title, style: .tonal, onClick: answer.handler)
                    .id(id(answer.name))
                    .fillWidth()
                    .height(54)
                    .margin(top: index == 0 ? 0 : 4)
            }
        }
        .id(id("grant_dialog"))
        .padding(24)
        .fill()
        return dialog
    }

    private static func accuracy(_ exact: Binding<Bool>, _ id: @escaping (String) -> String) -> View {
        let choice = { (title: String, name: String, on: Bool, pick: @escaping Handler) in
            VStack(spacing: 10) {
                ZStack { IconView(.location, color: on ? .primary : .outline, size: 40).unlisted().align(.center) }
                    .unlisted()
                    .size(96, 96)
                    .background(
                        on ? .primaryContainer : .surfaceVariant,
                        radius: 48,
                        border: on ? .primary : .divider,
                        borderWidth: on ? 2 : 1
                    )
                    .align(.center)
                Text(title, size: 14, weight: on ? .medium : .regular, color: on ? .primary : .onSurface)
                    .unlisted()
                    .align(.center)
            }
            .className("android.widget.RadioButton")
            .id(id("permission_location_accuracy_radio_" + name))
            .withText(title)
            .checkable()
            .checked(on)
            .weight()
            .onClick(pick)
        }
        return HStack {
            choice("Precise", "fine", exact.value) { exact.set(true) }
            choice("Approximate", "coarse", !exact.value) { exact.set(false) }
        }
        .className("android.widget.RadioGroup")
        .id(id("permission_location_accuracy_radio_group"))
        .fillWidth()
        .margin(top: 20)
    }
}
