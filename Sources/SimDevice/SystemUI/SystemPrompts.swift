// SPDX-License-Identifier: Apache-2.0

import Media

/// A question of the system over what is in front. It stands until it is answered.
enum SystemPrompt: Hashable {
    /// An app has died.
    case crash(package: String)
    /// An app does not respond.
    case anr(package: String)
    /// An app asks for a permission; seen only over that app.
    case permission(package: String, permission: String)
    /// A computer that is not known wants to debug; by the fingerprint of its key.
    case debugging(fingerprint: String)

    /// What `dumpsys window` says has the focus.
    var focus: String {
        switch self {
        case .crash(let package): "Application Error: \(package)"
        case .anr(let package): "Application Not Responding: \(package)"
        case .permission: SystemPrompt.grantActivity.full
        case .debugging: "com.android.systemui/com.android.systemui.usb.UsbDebuggingActivity"
        }
    }

    /// The activity that asks for permissions.
    static let grantActivity = ComponentName(
        package: "com.google.android.permissioncontroller",
        activity: "com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
    )
}

extension WindowManager {
    // MARK: What comes up

    /// The question that is seen.
    var shownPrompt: SystemPrompt? {
        let own = prompts.last { prompt in
            if case .permission(let package, _) = prompt { return package == front.component.package }
            return true
        }
        return own ?? debuggingKeys.first.map { .debugging(fingerprint: $0) }
    }

    /// The app that the next touch or key goes to; nil while something of the system's is in front.
    var inputReceiver: String? { panel == .none && shownPrompt == nil ? front.component.package : nil }

    /// Counts an input for the faults that wait for it. Called when the input has had its effect: a dialog that it raises
    /// must not be what it lands on.
    func noteInput(of package: String?) {
        guard let package else { return }
        system.faults.input(in: package)
        invalidate()
    }

    /// Lets faults happen whose moment has come.
    func raiseFaults() {
        guard displayOn else { return }
        while let fault = system.faults.due(in: front.component.package) {
            switch fault {
            case .permission(let package, let permission, _):
                bring(.permission(package: package, permission: permission))
            case .crash(let package, _):
                system.log.add(.error, "AndroidRuntime", "FATAL EXCEPTION: main")
                system.log.add(.error, "AndroidRuntime", "Process: \(package), PID: 4242")
                forceStop(package)
                bring(.crash(package: package))
            case .anr(let package, _):
                system.log.add(.error, "ActivityManager", "ANR in \(package) (\(front.component.short))")
                bring(.anr(package: package))
            case .latency, .disconnect, .idle, .secure: break
            }
        }
    }

    /// Puts a question over everything.
    func bring(_ prompt: SystemPrompt) {
        prompts.removeAll { $0 == prompt }
        prompts.append(prompt)
        // Questions are taken for room, not kept: a host that asks for many does not fill the memory.
        if prompts.count > 32 { prompts.removeFirst() }
        preciseLocation = true
        front.openMenu = nil
        keyboardShown = false
        invalidate()
    }

    func withdraw(_ prompt: SystemPrompt) {
        prompts.removeAll { $0 == prompt }
        invalidate()
    }

    // MARK: How it looks

    /// The window of the question.
    func promptWindow() -> Window? {
        guard let prompt = shownPrompt else { return nil }
        let dialog = dialog(prompt)
        var layout = Layout(text: text, offsets: systemOffsets)
        let node = place(dialog, key: RootKey.prompt, above: Screen.navigationBar, &layout) { [weak self] handler in
            handler()
            self?.invalidate()
        }
        systemOffsets = layout.offsets
        return Window(kind: .prompt, root: node, package: dialog.package ?? "android", dims: true)
    }

    func dialog(_ prompt: SystemPrompt) -> Dialog {
        switch prompt {
        case .crash(let package): return crashDialog(prompt, package)
        case .anr(let package): return anrDialog(prompt, package)
        case .permission(let package, let permission): return permissionDialog(prompt, package, permission)
        case .debugging(let fingerprint): return debuggingDialog(fingerprint)
        }
    }

    private func label(_ package: String) -> String {
        app(package)?.manifest.label ?? system.installed.first { $0.package == package }?.label ?? package
    }

    private func crashDialog(_ prompt: SystemPrompt, _ package: String) -> Dialog {
        var dialog = Dialog(title: "\(label(package)) keeps stopping", package: "android")
        dialog.content = choices([
            (.info, "App info", "android:id/aerr_app_info", { [weak self] in self?.showInfo(prompt, package) }),
            (.close, "Close app", "android:id/aerr_close", { [weak self] in self?.withdraw(prompt) }),
        ])
        return dialog
    }

    private func anrDialog(_ prompt: SystemPrompt, _ package: String) -> Dialog {
        var dialog = Dialog(title: "\(label(package)) isn't responding", package: "android")
        dialog.content = choices([
            (
                .close, "Close app", "android:id/aerr_close",
                { [weak self] in
                    self?.withdraw(prompt)
                    self?.forceStop(package)
                }
            ),
            (.clock, "Wait", "android:id/aerr_wait", { [weak self] in self?.withdraw(prompt) }),
        ])
        return dialog
    }

    private func showInfo(_ prompt: SystemPrompt, _ package: String) {
        withdraw(prompt)
        start(Intent(action: "android.settings.APPLICATION_DETAILS_SETTINGS", dataURI: "package:" + package))
    }

    /// The answers below each other, each with a picture, as the system's error dialogs have them.
    private func choices(_ items: [(icon: Icon, title: String, id: String, act: Handler)]) -> View {
        ScrollView {
            VStack {
                for item in items {
                    HStack(spacing: 20) {
                        IconView(item.icon, color: .onSurfaceVariant).unlisted()
                        Text(item.title, size: 16).unlisted().weight()
                    }
                    .className("android.widget.Button")
                    .id(item.id)
                    .withText(item.title)
                    .padding(horizontal: 24)
                    .height(56)
                    .fillWidth()
                    .onClick(item.act)
                }
            }
            .padding(bottom: 12)
            .fillWidth()
        }
        .fillWidth()
        .wrapHeight()
    }

    // MARK: Permissions

    private func permissionDialog(_ prompt: SystemPrompt, _ package: String, _ permission: String) -> Dialog {
        let group = Permissions.group(permission)
        let all = group.map(Permissions.all) ?? [permission]
        let asksPlace = permission == "android.permission.ACCESS_FINE_LOCATION"
        let allow: Handler = { [weak self] in
            guard let self else { return }
            let coarse = asksPlace && !self.preciseLocation
            let given = coarse ? ["android.permission.ACCESS_COARSE_LOCATION"] : all
            self.system.granted[package, default: []].formUnion(given)
            self.withdraw(prompt)
        }
        let deny: Handler = { [weak self] in
            self?.system.granted[package]?.subtract(all)
            self?.withdraw(prompt)
        }
        var answers: [Dialog.PermissionAnswer] = [.init("Allow", "permission_allow_button", allow)]
        if group?.whileInUse ?? false {
            answers = [
                .init("While using the app", "permission_allow_foreground_only_button", allow),
                .init("Only this time", "permission_allow_one_time_button", allow),
            ]
        }
        answers.append(.init("Don’t allow", "permission_deny_button", deny))
        var dialog = Dialog.permission(
            "Allow \(label(package)) to \(group?.question ?? permission)?",
            icon: group?.icon ?? .privacy,
            accuracy: asksPlace
                ? Binding(
                    get: { [weak self] in self?.preciseLocation ?? true },
                    set: { [weak self] in self?.preciseLocation = $0 }
                )
                : nil,
            answers: answers
        )
        // BACK is no answer: the app may ask again.
        dialog.dismiss = { [weak self] in self?.withdraw(prompt) }
        return dialog
    }

    // MARK: Debugging

    private func debuggingDialog(_ fingerprint: String) -> Dialog {
        let answer = { (allow: Bool) -> Handler in
            { [weak self] in
                guard let self else { return }
                let always = self.debuggingAlways
                self.debuggingAlways = false
                self.debuggingKeys.removeAll { $0 == fingerprint }
                self.answerDebugging?(fingerprint, allow, always)
                self.invalidate()
            }
        }
        var dialog = Dialog(
            title: "Allow USB debugging?",
            message: "The computer’s RSA key fingerprint is:\n\(fingerprint)",
            positive: Dialog.Action("Allow", answer(true)),
            negative: Dialog.Action("Cancel", answer(false)),
            dismiss: answer(false),
            package: "com.android.systemui"
        )
        dialog.content = CheckBox(
            label: "Always allow from this computer",
            on: debuggingAlways,
            id: "android:id/alwaysUse"
        ) { [weak self] on in self?.debuggingAlways = on }
        .padding(horizontal: 22, vertical: 4)
        return dialog
    }
}
