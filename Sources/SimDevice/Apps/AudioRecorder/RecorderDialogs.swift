// SPDX-License-Identifier: Apache-2.0

import Media

/// What Audio Recorder asks.
extension AudioRecorderApp {
    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .microphone: return microphoneDialog(ui, close)
        case .name(let name): return nameDialog("Save record", name, isNew: true, ui, close)
        case .rename(let name): return nameDialog("Rename record", name, isNew: false, ui, close)
        case .delete(let name):
            return .confirm(
                "Warning",
                message: "Delete record \"\(name)\"?",
                yes: "Yes",
                no: "No",
                onYes: ui.on { $0.delete(name, $1) },
                onNo: close
            )
        case .discard:
            return .confirm(
                "Warning",
                message: "Delete the record that is in progress?",
                yes: "Yes",
                no: "No",
                onYes: ui.on { app, _ in (app.recording, app.asking) = (nil, nil) },
                onNo: close
            )
        case nil: return nil
        }
    }

    /// The system's question for the microphone.
    private func microphoneDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let allow = ui.on { (app: inout Self, context: AppContext) in
            context.system.granted[Self.package, default: []].insert(Self.microphone)
            app.asking = nil
            app.recording = Run(since: context.now)
        }
        var dialog = Dialog.permission(
            "Allow Audio Recorder to record audio?",
            icon: .microphone,
            answers: [
                .init("While using the app", "permission_allow_foreground_only_button", allow),
                .init("Only this time", "permission_allow_one_time_button", allow),
                .init("Don’t allow", "permission_deny_button", close),
            ]
        )
        dialog.dismiss = close
        return dialog
    }

    private func nameDialog(
        _ title: String,
        _ old: String,
        isNew: Bool,
        _ ui: UI<Self>,
        _ close: @escaping Handler
    ) -> Dialog {
        let save = ui.on { (app: inout Self, context: AppContext) in app.rename(old, isNew: isNew, context) }
        var dialog = Dialog(
            title: title,
            positive: .init("Save", save),
            negative: .init(
                "Cancel",
                ui.on { app, context in app.leaveName(isNew, context) }
            ),
            dismiss: close
        )
        dialog.content = VStack {
            TextField(
                "Record name",
                text: ui.binding(\.name),
                id: Self.id("input_name"),
                style: .underlined,
                autofocus: true,
                onSubmit: { [context = ui.context] in context.hideKeyboard() }
            )
            .margin(horizontal: 24, vertical: 8)
            if isNew {
                CheckBox(
                    label: "Don't ask again",
                    on: asksNoMore,
                    id: Self.id("check_box"),
                    onChange: ui.on { app, _, on in app.asksNoMore = on }
                )
                .view
                .padding(horizontal: 24)
                .fillWidth()
            }
        }
        .fillWidth()
        return dialog
    }

    private mutating func rename(_ old: String, isNew: Bool, _ context: AppContext) {
        do {
            guard let new = try RecordStore(context).rename(old, to: name) else {
                return context.toast("Name can't be empty")
            }
            if active == old || isNew { active = new }
        } catch {
            context.toast("The record could not be renamed")
        }
        leaveName(isNew, context)
    }

    private mutating func leaveName(_ isNew: Bool, _ context: AppContext) {
        asking = nil
        if isNew, asksNoMore {
            var settings = RecorderSettings(context)
            settings.askNoMore()
        }
    }

    private mutating func delete(_ name: String, _ context: AppContext) {
        asking = nil
        playing = nil
        if active == name { active = nil }
        do { try RecordStore(context).delete(name) } catch { context.toast("The record could not be deleted") }
    }
}
