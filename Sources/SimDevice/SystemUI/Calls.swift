// SPDX-License-Identifier: Apache-2.0

import Media

/// What the system shows of calls and of what just arrived.
extension WindowManager {
    /// The telephony has changed: a call that rings brings up the call screen, and the shade tells of the call.
    func callsChanged() {
        invalidate()
        let call = system.telephony.shown
        let rings = call?.state == .incoming ? call?.number : nil
        system.notifications.cancel(package: InCallApp.package)
        if let call {
            system.notifications.post(
                package: InCallApp.package,
                title: call.title,
                text: call.state == .incoming
                    ? "Incoming call" : (call.state == .dialing ? "Calling…" : "Ongoing call"),
                ongoing: true,
                opens: InCallApp.component
            )
        }
        defer { ringing = rings }
        guard let rings, rings != ringing else { return }
        displayOn = true
        keyboardShown = false
        start(Intent(component: InCallApp.component, flags: IntentFlag.newTask))
    }

    /// CALL takes a call that rings.
    func callKey() {
        if let call = system.telephony.calls.first(where: { $0.state == .incoming }) {
            system.telephony.activate(call.number)
        }
    }

    /// ENDCALL refuses or ends the call; without one the display goes off.
    func endCallKey() -> Bool {
        guard let call = system.telephony.shown else { return false }
        system.telephony.end(call.number, .here)
        timePassed()
        return true
    }

    // MARK: What just arrived

    /// Shows a notification at the top of the display for a few seconds, where the settings let it.
    func headUp(_ id: Int) {
        let silent = system.settings.get(.global, "heads_up_notifications_enabled") == "0"
        if silent || system.settings.int(.global, "zen_mode") ?? 0 > 0 || !displayOn || panel != .none { return }
        headsUp = (id, system.clock.now + 5000)
        invalidate()
    }

    func headsUpWindow() -> Window? {
        guard let headsUp, panel == .none,
            let item = system.notifications.items.first(where: { $0.id == headsUp.id })
        else { return nil }
        let display = system.display
        let label =
            app(item.package)?.manifest.label
            ?? system.installed.first { $0.package == item.package }?.label ?? item.package
        let card = HStack(spacing: 14) {
            ZStack { IconView(.message, color: .onPrimary, size: 20).unlisted().align(.center) }
                .unlisted()
                .size(36, 36)
                .background(.primary, radius: 18)
            VStack(spacing: 2) {
                Text(label + " • now", size: 12, color: .onSurfaceVariant, maxLines: 1).id("android:id/app_name_text")
                Text(item.title, size: 15, weight: .medium, maxLines: 1).id("android:id/title")
                if !item.text.isEmpty {
                    Text(item.text, size: 14, color: .onSurfaceVariant, maxLines: 2).id("android:id/text")
                }
            }
            .weight()
        }
        .className("android.widget.FrameLayout")
        .id("com.android.systemui:id/expandableNotificationRow")
        .width(min(display.widthInDp - 16, 480))
        .padding(horizontal: 16, vertical: 14)
        .background(.surfaceHigh, radius: 28, elevation: 8)
        .onClick { [weak self] in
            self?.headsUp = nil
            if !item.ongoing { self?.system.notifications.cancel(item.id) }
            self?.start(item.intent)
            self?.invalidate()
        }
        .onSwipe { [weak self] _ in
            self?.headsUp = nil
            self?.invalidate()
        }
        var layout = Layout(text: text, offsets: [:])
        let node = layout.run(card, key: RootKey.headsUp, in: display.bounds)
        let top = Screen.pixels(display.statusBar + (display.isLandscape ? 2 : 4))
        return Window(
            kind: .headsUp,
            root: node.moved(dx: (display.width - node.width) / 2 - node.frame.left, dy: top - node.frame.top),
            package: "com.android.systemui"
        )
    }
}
