// SPDX-License-Identifier: Apache-2.0

import Media

extension Dialog {
    /// The system's question whether an app may do something, with the class names and ids of Android 13.
    ///
    /// - Parameter message: as the system words it, such as `Allow Contacts to access your contacts?`
    static func permission(
        _ message: String,
        icon: Icon,
        allow: String = "Allow",
        deny: String = "Don’t allow",
        onAllow: @escaping Handler,
        onDeny: @escaping Handler
    ) -> Dialog {
        let id = { (name: String) in "com.android.permissioncontroller:id/\(name)" }
        let button = { (title: String, name: String, handler: @escaping Handler) in
            Button(title, style: .tonal, onClick: handler).id(id(name)).fillWidth().height(52).margin(top: 4)
        }
        var dialog = Dialog(package: "com.google.android.permissioncontroller", bare: true)
        dialog.content = VStack {
            IconView(icon, color: .primary).id(id("permission_icon")).align(.center).margin(bottom: 14)
            Text(message, size: 18, align: .center).id(id("permission_message")).fillWidth().margin(bottom: 20)
            button(allow, "permission_allow_button", onAllow)
            button(deny, "permission_deny_button", onDeny)
        }
        .id(id("grant_dialog"))
        .padding(24)
        .fillWidth()
        return dialog
    }
}
