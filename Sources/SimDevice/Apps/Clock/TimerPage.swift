// SPDX-License-Identifier: Apache-2.0

import Media

/// The keypad on which a timer is set up, and the cards of the timers there are.
extension DeskClock {
    func timerPage(_ ui: UI<Self>) -> any Component {
        let timers = TimerStore(ui.context).all()
        return timers.isEmpty || addingTimer ? setup(ui, hasTimers: !timers.isEmpty) : timerList(timers, ui)
    }

    // MARK: Set-up

    private func setup(_ ui: UI<Self>, hasTimers: Bool) -> any Component {
        let (hours, minutes, seconds) = entered
        return ZStack {
            VStack {
                enteredTime
                    .described(
                        "\(hours) hour\(hours == 1 ? "" : "s"), \(minutes) minute\(minutes == 1 ? "" : "s"), "
                            + "\(seconds) second\(seconds == 1 ? "" : "s")"
                    )
                    .margin(top: 12, bottom: 16)
                    .align(.center)
                VStack(spacing: 8) {
                    for line in [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"], ["00", "0", ""]] {
                        HStack(spacing: 8) { for key in line { keypad(key, ui) } }.unlisted()
                    }
                }
                .className("android.view.ViewGroup")
                .id(Self.id("timer_setup_digits"))
                .align(.center)
            }
            .id(Self.id("timer_setup"))
            .fill()
            sideButtons(
                left: hasTimers ? sideButton(.close, "Cancel", "left_button", ui.on { _ = $0.back($1) }) : nil,
                right: nil
            )
            if !digits.isEmpty && (hours, minutes, seconds) != (0, 0, 0) {
                mainButton(.play, "Start", ui.on { $0.startTimer($1) })
            }
        }
    }

    /// `00h 05m 30s`, drawn with small letters as one text.
    private var enteredTime: View {
        let (hours, minutes, seconds) = entered
        let parts = [(hours, "h"), (minutes, "m"), (seconds, "s")]
        let text = parts.map { "\(LocalTime.two($0.0))\($0.1)" }.joined(separator: " ")
        let tone = digits.isEmpty ? Tone.onSurfaceVariant : .primary
        return HStack(spacing: 12) {
            for (number, unit) in parts {
                HStack(spacing: 2) {
                    Text(LocalTime.two(number), size: 52, color: tone).unlisted()
                    Text(unit, size: 22, color: tone).unlisted().align(.end).margin(bottom: 8)
                }
                .unlisted()
            }
        }
        .className("android.widget.TextView")
        .id(Self.id("timer_setup_time"))
        .withText(text)
    }

    private func keypad(_ key: String, _ ui: UI<Self>) -> View {
        guard key.isEmpty else {
            return Text(key, size: 34, align: .center)
                .className("android.widget.Button")
                .id(Self.id("timer_setup_digit_\(key)"))
                .padding(vertical: 20)
                .size(88, 84)
                .background(.surfaceVariant, radius: 42)
                .onClick(ui.on { app, _ in app.type(key) })
        }
        return IconButton(.backspace, "Delete", onClick: ui.on { app, _ in _ = app.digits.popLast() })
            .id(Self.id("timer_setup_delete"))
            .size(88, 84)
            .background(.secondaryContainer, radius: 42)
            .onLongClick(ui.on { app, _ in app.digits = "" })
    }

    /// What the digits mean; minutes and seconds may be above 59.
    var entered: (hours: Int, minutes: Int, seconds: Int) {
        let number = Int(digits) ?? 0
        return (number / 10_000, number / 100 % 100, number % 100)
    }

    private mutating func type(_ key: String) {
        guard !(digits.isEmpty && (key == "0" || key == "00")), digits.count + key.count <= 6 else { return }
        digits += key
    }

    private mutating func startTimer(_ context: AppContext) {
        let (hours, minutes, seconds) = entered
        var store = TimerStore(context)
        store.add(length: Int64(hours * 3600 + minutes * 60 + seconds) * 1000, now: context.now)
        (addingTimer, digits) = (false, "")
    }

    // MARK: Timers

    private func timerList(_ timers: [CountdownTimer], _ ui: UI<Self>) -> any Component {
        ZStack {
            List {
                for timer in timers { card(timer, ui) }
                Spacer(120)
            }
            .id(Self.id("recycler_view"))
            mainButton(.add, "Add timer", ui.on { app, _ in (app.addingTimer, app.digits) = (true, "") })
        }
    }

    private func card(_ timer: CountdownTimer, _ ui: UI<Self>) -> View {
        let left = timer.remaining(ui.context.now)
        let expired = timer.state == .running && left <= 0
        return VStack {
            HStack {
                Text(timer.title, size: 16, weight: .medium, maxLines: 1)
                    .id(Self.id("timer_label"))
                    .described(timer.label.isEmpty ? "Add label" : timer.label)
                    .padding(vertical: 10)
                    .weight()
                    .onClick(ui.on { app, _ in (app.asking, app.labelText) = (.timerLabel(timer.id), timer.label) })
                IconButton(.close, "Delete timer", onClick: ui.on { $0.deleteTimer(timer.id, $1) })
                    .id(Self.id("close_timer"))
            }
            .unlisted()
            .fillWidth()
            ring(timer, left, expired: expired, ui)
            HStack(spacing: 16, justify: .center) {
                Button("+1:00", style: .tonal, onClick: ui.on { $0.change(timer.id, $1) { $0.add(minutes: 1, $1) } })
                    .id(Self.id("add_one_min"))
                    .described("Add 1 minute to timer")
                    .size(120, 56)
                if expired {
                    roundButton(.stop, "Stop", ui.on { $0.change(timer.id, $1) { timer, _ in timer.reset() } })
                } else if timer.state == .running {
                    roundButton(.pause, "Pause", ui.on { $0.change(timer.id, $1) { $0.pause($1) } })
                } else {
                    roundButton(.play, "Start", ui.on { $0.change(timer.id, $1) { $0.start($1) } })
                }
            }
            .unlisted()
            .fillWidth()
            .margin(top: 8)
        }
        .className("androidx.cardview.widget.CardView")
        .id(Self.id("timer_card"))
        .key("timer\(timer.id)")
        .padding(left: 24, top: 8, right: 12, bottom: 20)
        .margin(horizontal: 12, vertical: 6)
        .fillWidth()
        .background(.surfaceVariant, radius: 28)
    }

    private func ring(_ timer: CountdownTimer, _ left: Int64, expired: Bool, _ ui: UI<Self>) -> View {
        let share = timer.total > 0 ? min(max(Double(left) / Double(timer.total), 0), 1) : 0
        return ZStack {
            Drawing { canvas, rect, palette in
                let (x, y, radius) = (rect.centerX, rect.centerY, rect.width * 0.47)
                canvas.strokeCircle(x: x, y: y, radius: radius, palette(.secondaryContainer), width: rect.width / 30)
                canvas.strokeArc(
                    x: x,
                    y: y,
                    radius: radius,
                    from: -.pi / 2,
                    to: -.pi / 2 + 2 * .pi * share,
                    palette(.primary),
                    width: rect.width / 30
                )
            }
            .unlisted()
            .fill()
            Text(
                CountdownTimer.text(left),
                size: 44,
                color: expired ? .error : .onSurface,
                maxLines: 1,
                align: .center
            )
            .id(Self.id("timer_time_text"))
            .align(.center)
            if timer.state == .paused {
                IconButton(.reset, "Reset", onClick: ui.on { $0.change(timer.id, $1) { timer, _ in timer.reset() } })
                    .id(Self.id("reset"))
                    .margin(bottom: 24)
                    .align(.bottomCenter)
            }
        }
        .className("android.view.ViewGroup")
        .id(Self.id("circle_container"))
        .size(220, 220)
        .align(.center)
    }

    private func roundButton(_ icon: Icon, _ description: String, _ click: @escaping Handler) -> View {
        IconButton(icon, description, color: .onPrimary, onClick: click)
            .id(Self.id("play_pause"))
            .size(120, 56)
            .background(.primary, radius: 28)
    }

    // MARK: Changes

    /// Changes a stored timer; `edit` gets the timer and the device's time.
    func change(_ id: Int, _ context: AppContext, _ edit: (inout CountdownTimer, Int64) -> Void) {
        var store = TimerStore(context)
        guard var timer = store.all().first(where: { $0.id == id }) else { return }
        edit(&timer, context.now)
        store.save(timer)
    }

    private func deleteTimer(_ id: Int, _ context: AppContext) {
        var store = TimerStore(context)
        store.delete(id)
    }
}
