// SPDX-License-Identifier: Apache-2.0

import Media

/// The material time picker: a dial whose numbers can be touched, or two fields to type into.
///
/// Class names and resource ids are those of the material library, under the package of the app that shows it.
struct TimePicker {
    /// 0...23
    var hour: Int
    /// 0...59
    var minute: Int
    /// The dial shows minutes.
    var choosingMinute = false
    var typing = false
    let is24Hour: Bool
    /// What the fields hold while they are typed into.
    var hourText: String
    var minuteText: String

    init(hour: Int, minute: Int, is24Hour: Bool) {
        (self.hour, self.minute, self.is24Hour) = (hour, minute, is24Hour)
        hourText = ""
        minuteText = ""
        spell()
    }

    /// The hour as the picker shows it.
    var shownHour: Int { is24Hour ? hour : (hour + 11) % 12 + 1 }

    /// What is typed is a time.
    var isValid: Bool {
        guard typing else { return true }
        guard let hour = Int(hourText), let minute = Int(minuteText) else { return false }
        return (is24Hour ? 0...23 : 1...12).contains(hour) && (0...59).contains(minute)
    }

    /// The dialog. `change` puts the changed picker back into the app's state; `ok` gets the picker with its time.
    ///
    /// - Parameter wide: whether the dial stands beside the time, as on a display held sideways.
    func dialog(
        package: String,
        title: String = "Select time",
        wide: Bool = false,
        change: @escaping (TimePicker) -> Void,
        ok: @escaping (TimePicker) -> Void,
        cancel: @escaping Handler
    ) -> Dialog {
        let id = { (name: String) in "\(package):id/\(name)" }
        var dialog = Dialog(dismiss: cancel, bare: true)
        dialog.content = VStack {
            Text(typing ? "Enter time" : title, size: 12, weight: .medium, color: .onSurfaceVariant)
                .id(id("header_title"))
                .padding(left: 24, top: 20)
            if typing { fields(id, change) } else { clock(id, wide, change) }
            HStack {
                IconButton(
                    typing ? .clock : .keyboard,
                    typing
                        ? "Switch to clock mode for the time input." : "Switch to text input mode for the time input."
                ) {
                    change(
                        with {
                            $0.typing.toggle()
                            $0.spell()
                        }
                    )
                }
                .className("android.widget.Button")
                .id(id("material_timepicker_mode_button"))
                Spacer()
                Button("Cancel", onClick: cancel).id(id("material_timepicker_cancel_button"))
                Button("OK") { if isValid { ok(settled) } }.id(id("material_timepicker_ok_button")).enabled(isValid)
            }
            .unlisted()
            .padding(left: 12, top: 4, right: 12, bottom: 8)
            .fillWidth()
        }
        .className("android.view.ViewGroup")
        .fillWidth()
        return dialog
    }

    /// The picker with the typed time taken over.
    private var settled: TimePicker {
        guard typing, isValid, let hour = Int(hourText), let minute = Int(minuteText) else { return self }
        return with {
            $0.minute = minute
            $0.hour = is24Hour ? hour : hour % 12 + (self.hour >= 12 ? 12 : 0)
        }
    }

    private mutating func spell() {
        hourText = Self.two(shownHour)
        minuteText = Self.two(minute)
    }

    private func with(_ edit: (inout TimePicker) -> Void) -> TimePicker {
        var copy = self
        edit(&copy)
        return copy
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    // MARK: The dial

    private func clock(_ id: (String) -> String, _ wide: Bool, _ change: @escaping (TimePicker) -> Void) -> View {
        let display = display(id, change)
        if wide {
            return HStack {
                display.fillHeight().weight()
                dial(id, side: 216, change).margin(right: 24, bottom: 4)
            }
            .className("")
            .fillWidth()
        }
        return VStack {
            display.fillWidth()
            dial(id, side: 256, change)
        }
        .className("")
        .fillWidth()
    }

    /// The hour and the minute, each to be touched.
    private func display(_ id: (String) -> String, _ change: @escaping (TimePicker) -> Void) -> View {
        HStack(justify: .center) {
            chip(Self.two(shownHour), "\(shownHour) o'clock", on: !choosingMinute, id: id("material_hour_tv")) {
                change(with { $0.choosingMinute = false })
            }
            Text(":", size: 52, align: .center).width(24)
            chip(Self.two(minute), "\(minute) minutes", on: choosingMinute, id: id("material_minute_tv")) {
                change(with { $0.choosingMinute = true })
            }
            if !is24Hour { halves(id, change).margin(left: 12) }
        }
        .id(id("material_clock_display"))
        .padding(vertical: 16)
    }

    private func chip(_ text: String, _ spoken: String, on: Bool, id: String, _ pick: @escaping Handler) -> View {
        ZStack {
            Text(text, size: 52, color: on ? .onPrimaryContainer : .onSurface).unlisted().align(.center)
        }
        .className("android.view.View")
        .id(id)
        .withText(text)
        .described(spoken)
        .checkable()
        .checked(on)
        .selected(on)
        .size(96, 80)
        .background(on ? .primaryContainer : .surfaceVariant, radius: 8)
        .onClick(pick)
    }

    private func halves(_ id: (String) -> String, _ change: @escaping (TimePicker) -> Void) -> View {
        VStack {
            for (index, name) in ["AM", "PM"].enumerated() {
                let on = (hour >= 12) == (index == 1)
                Text(
                    name,
                    size: 16,
                    weight: .medium,
                    color: on ? .onPrimaryContainer : .onSurfaceVariant,
                    align: .center
                )
                .className("android.widget.CompoundButton")
                .id(id(index == 0 ? "material_clock_period_am_button" : "material_clock_period_pm_button"))
                .checkable()
                .checked(on)
                .padding(vertical: 9)
                .size(52, 40)
                .background(on ? .primaryContainer : .clear, radius: 4, border: .outline)
                .onClick { change(with { $0.hour = hour % 12 + index * 12 }) }
            }
        }
        .className("android.widget.LinearLayout")
        .id(id("material_clock_period_toggle"))
    }

    private func dial(_ id: (String) -> String, side: Dp, _ change: @escaping (TimePicker) -> Void) -> View {
        var face = ZStack().view
        face.className = "android.view.ViewGroup"
        face.resourceID = id("material_clock_face")
        face.size = .init(width: .fixed(side), height: .fixed(side))
        face.alignment = .center
        face.margin = .init(left: 20, right: 20, bottom: 12)
        let angle = Double(choosingMinute ? minute * 6 : hour % 12 * 30) * .pi / 180
        let inner = is24Hour && !choosingMinute && (hour == 0 || hour > 12)
        let reach = inner ? 0.23 : 0.40
        face.content = .drawing { canvas, rect, palette in
            let radius = rect.width / 2
            canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: radius, palette(.surfaceVariant))
            let tip = (
                x: rect.centerX + sinOf(angle) * reach * rect.width, y: rect.centerY - cosOf(angle) * reach * rect.width
            )
            canvas.line(from: (rect.centerX, rect.centerY), to: tip, palette(.primary), width: rect.width / 128)
            canvas.fillCircle(x: tip.x, y: tip.y, radius: rect.width * 0.085, palette(.primary))
            canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: rect.width / 64, palette(.primary))
        }
        face.children = (0..<12).map { step in
            let value = choosingMinute ? step * 5 : (step == 0 ? 12 : step)
            return number(value, step: step, reach: 0.40, side: side, id: id, change)
        }
        if is24Hour && !choosingMinute {
            face.children += (0..<12).map { step in
                number(step == 0 ? 0 : step + 12, step: step, reach: 0.23, side: side, id: id, change)
            }
        }
        return face
    }

    private func number(
        _ value: Int,
        step: Int,
        reach: Double,
        side: Double,
        id: (String) -> String,
        _ change: @escaping (TimePicker) -> Void
    ) -> View {
        let angle = Double(step) * .pi / 6
        let size = 40.0
        let on = choosingMinute ? value == minute : (is24Hour ? value == hour : value == shownHour)
        let shown = choosingMinute || value == 0 ? Self.two(value) : "\(value)"
        return Text(shown, size: 16, color: on ? .onPrimary : .onSurface, align: .center)
            .id(id("material_value_index_\(value)"))
            .described(choosingMinute ? "\(value) minutes" : (is24Hour ? "\(value) hours" : "\(value) o'clock"))
            .size(size, size)
            .padding(vertical: 10)
            .margin(
                left: side / 2 + sinOf(angle) * reach * side - size / 2,
                top: side / 2 - cosOf(angle) * reach * side - size / 2
            )
            .selected(on)
            .onClick {
                change(
                    with {
                        if choosingMinute {
                            $0.minute = value
                        } else {
                            $0.hour = is24Hour ? value : value % 12 + (hour >= 12 ? 12 : 0)
                            $0.choosingMinute = true
                        }
                        $0.spell()
                    }
                )
            }
    }

    // MARK: The fields

    private func fields(_ id: (String) -> String, _ change: @escaping (TimePicker) -> Void) -> View {
        VStack {
            HStack(justify: .center) {
                field("Hour", \.hourText, id("material_hour_text_input"), focus: true, change)
                Text(":", size: 52, align: .center).width(24).margin(bottom: 20)
                field("Minute", \.minuteText, id("material_minute_text_input"), focus: false, change)
                if !is24Hour { halves(id, change).margin(left: 12, bottom: 20) }
            }
            .fillWidth()
        }
        .padding(horizontal: 20, vertical: 16)
        .fillWidth()
    }

    private func field(
        _ label: String,
        _ path: WritableKeyPath<TimePicker, String>,
        _ id: String,
        focus: Bool,
        _ change: @escaping (TimePicker) -> Void
    ) -> View {
        let binding = Binding<String>(
            get: { self[keyPath: path] },
            set: { text in change(with { $0[keyPath: path] = String(text.filter(\.isNumber).suffix(2)) }) }
        )
        return VStack(spacing: 4) {
            TextField("", text: binding, id: "", kind: .number, style: .filled, size: 44, autofocus: focus)
                .described(label)
                .width(96)
            // Not listed: it would only say again what the field's description says.
            Text(label, size: 12, color: .onSurfaceVariant).unlisted()
        }
        .id(id)
    }
}
