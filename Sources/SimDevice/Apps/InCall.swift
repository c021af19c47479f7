// SPDX-License-Identifier: Apache-2.0

import Media

/// The call screen: a call that rings, goes out, or stands. It shows what the telephony knows and keeps nothing.
struct InCallApp: App {
    static let package = "com.google.android.dialer"
    static let activity = "com.android.incallui.InCallActivity"
    static let manifest = AppManifest(
        package: package,
        label: "Phone",
        activities: [activity],
        intentFilters: [
            IntentFilter(
                activity: activity,
                actions: ["android.intent.action.CALL"],
                categories: ["android.intent.category.DEFAULT"],
                schemes: ["tel"]
            )
        ]
    )
    static let icon = AppIcon(glyph: .phone, disc: 0x1a73e8)
    static let component = ComponentName(package: package, activity: activity)

    private static let ink = Tone.rgb(0xf1f3f8)
    private static let quiet = Tone.rgb(0xc3c8d6)

    var background: Tone { .rgb(0x16233b) }

    init?(intent: Intent, context: AppContext) { dial(intent, context) }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        dial(intent, context)
        return true
    }

    mutating func resumed(_ context: AppContext) { leaveWhenOver(context) }
    mutating func timePassed(_ context: AppContext) { leaveWhenOver(context) }

    /// BACK leaves a call that stands where it is.
    mutating func back(_ context: AppContext) -> Bool {
        context.goHome()
        return true
    }

    private func dial(_ intent: Intent, _ context: AppContext) {
        guard intent.action == "android.intent.action.CALL", let uri = intent.dataURI, uri.hasPrefix("tel:") else {
            return
        }
        let text = uri.dropFirst(4).replacing("%2B", with: "+").replacing("%23", with: "#")
        let number = String(text.filter { $0.isNumber || "+*#".contains($0) }.prefix(32))
        if !number.isEmpty { context.system.telephony.begin(number, outgoing: true) }
    }

    private func leaveWhenOver(_ context: AppContext) {
        if context.system.telephony.calls.isEmpty { context.finish() }
    }

    // MARK: The page

    private static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        let telephony = ui.context.system.telephony
        guard let call = telephony.shown else { return ZStack().fill() }
        let rings = call.state == .incoming
        let wide = ui.context.system.display.isLandscape
        let controls = rings ? ringing(call, ui) : standing(call, telephony, ui)
        let page: View =
            if wide {
                HStack {
                    VStack(justify: .center) { who(call, ui, wide: true) }.weight().fillHeight()
                    VStack(justify: .center) { controls }.weight().fillHeight()
                }.view
            } else {
                VStack {
                    who(call, ui, wide: false)
                    Spacer()
                    controls
                }.view
            }
        return
            page
            .className("android.widget.RelativeLayout")
            .id(Self.id(rings ? "incall_answer_container" : "incall_container"))
            .fill()
            .padding(horizontal: 16, vertical: wide ? 4 : 32)
    }

    private func who(_ call: Telephony.Call, _ ui: UI<Self>, wide: Bool) -> View {
        let disc: Dp = wide ? 84 : 132
        return VStack(spacing: wide ? 2 : 6) {
            Text(status(call, ui), size: 16, color: Self.quiet, align: .center)
                .id(Self.id("contactgrid_status_text"))
                .align(.center)
            Text(call.title, size: wide ? 28 : 36, color: Self.ink, maxLines: 2, align: .center)
                .id(Self.id("contactgrid_contact_name"))
                .align(.center)
            if call.name != nil {
                Text(call.number, size: 16, color: Self.quiet, align: .center)
                    .id(Self.id("contactgrid_bottom_text"))
                    .align(.center)
            }
            ZStack {
                if let letter = call.name?.first, letter.isLetter {
                    Text(String(letter).uppercased(), size: disc * 0.45, color: .rgb(0xffffff), align: .center)
                        .unlisted()
                        .align(.center)
                } else {
                    IconView(.person, color: .rgb(0xffffff), size: disc * 0.55).unlisted().align(.center)
                }
            }
            .className("android.widget.ImageView")
            .id(Self.id("contactgrid_avatar"))
            .size(disc, disc)
            .margin(top: wide ? 8 : 44)
            .background(.rgb(0x4a6fb5), radius: disc / 2)
            .align(.center)
        }
        .className("android.view.ViewGroup")
        .id(Self.id("incall_contact_grid"))
        .fillWidth()
        .padding(top: wide ? 0 : 24)
    }

    private func status(_ call: Telephony.Call, _ ui: UI<Self>) -> String {
        switch call.state {
        case .incoming: return "Incoming call"
        case .dialing: return "Calling…"
        case .held: return "On hold"
        case .active:
            let seconds = max(0, ui.context.now - (call.taken ?? ui.context.now)) / 1000
            let two = { (value: Int64) in value < 10 ? "0\(value)" : "\(value)" }
            return two(seconds / 60) + ":" + two(seconds % 60)
        }
    }

    private func ringing(_ call: Telephony.Call, _ ui: UI<Self>) -> View {
        HStack {
            Spacer()
            round(.callEnd, "Decline", 0xd93025, "two_button_decline") {
                ui.on { _, context in
                    context.system.telephony.end(call.number, .here)
                    Self.left(context)
                }()
            }
            Spacer()
            round(.phone, "Answer", 0x1e8e3e, "two_button_answer") {
                ui.on { _, context in context.system.telephony.activate(call.number) }()
            }
            Spacer()
        }
        .id(Self.id("two_button_container"))
        .fillWidth()
        .padding(vertical: 12)
    }

    private func round(_ icon: Icon, _ title: String, _ color: UInt32, _ name: String, _ act: @escaping Handler) -> View
    {
        VStack(spacing: 10) {
            disc(icon, title, color, act).id(Self.id(name + "_button")).align(.center)
            Text(title, size: 14, color: Self.ink).id(Self.id(name + "_label")).align(.center)
        }
        .view
    }

    /// A large round button.
    private func disc(_ icon: Icon, _ title: String, _ color: UInt32, _ act: @escaping Handler) -> View {
        ZStack { IconView(icon, color: .rgb(0xffffff), size: 36).unlisted().align(.center) }
            .className("android.widget.ImageButton")
            .described(title)
            .size(80, 80)
            .background(.rgb(color), radius: 40, elevation: 3)
            .onClick(act)
    }

    private func standing(_ call: Telephony.Call, _ telephony: Telephony, _ ui: UI<Self>) -> View {
        let taken = call.taken != nil
        return VStack(spacing: 20) {
            HStack {
                Spacer()
                toggle(.microphoneOff, "Mute", "incall_first_button", on: telephony.muted) {
                    ui.on { _, context in context.system.telephony.muted.toggle() }()
                }
                Spacer()
                toggle(.volume, "Speaker", "incall_third_button", on: telephony.speaker) {
                    ui.on { _, context in context.system.telephony.speaker.toggle() }()
                }
                Spacer()
                toggle(.pause, "Hold", "incall_fourth_button", on: call.state == .held, enabled: taken) {
                    ui.on { _, context in
                        let telephony = context.system.telephony
                        if call.state == .held {
                            telephony.activate(call.number)
                        } else {
                            telephony.hold(call.number)
                        }
                    }()
                }
                Spacer()
            }
            .id(Self.id("incall_button_grid"))
            .fillWidth()
            disc(.callEnd, "End call", 0xd93025) {
                ui.on { _, context in
                    context.system.telephony.end(call.number, .here)
                    Self.left(context)
                }()
            }
            .id(Self.id("incall_end_call"))
            .align(.center)
        }
        .fillWidth()
        .padding(vertical: 12)
    }

    private func toggle(
        _ icon: Icon,
        _ title: String,
        _ name: String,
        on: Bool,
        enabled: Bool = true,
        _ act: @escaping Handler
    ) -> View {
        VStack(spacing: 6) {
            ZStack { IconView(icon, color: on ? .rgb(0x16233b) : Self.ink, size: 28).unlisted().align(.center) }
                .unlisted()
                .size(64, 64)
                .background(on ? Self.ink : .rgba(0xffffff, 0.14), radius: 32)
                .align(.center)
            Text(title, size: 13, color: Self.ink).unlisted().align(.center)
        }
        .className("android.widget.ToggleButton")
        .id(Self.id(name))
        .withText(title)
        .described(title)
        .checkable()
        .checked(on)
        .enabled(enabled)
        .onClick(enabled ? act : nil)
    }

    /// The call is over: the page goes unless another call stands.
    private static func left(_ context: AppContext) {
        if context.system.telephony.calls.isEmpty { context.finish() }
    }
}
