// SPDX-License-Identifier: Apache-2.0

import Media

/// The stopwatch with its laps, and the buttons at both sides of the large one.
extension DeskClock {
    func stopwatchPage(_ ui: UI<Self>) -> any Component {
        let watch = StopwatchStore(ui.context).stopwatch
        let elapsed = watch.elapsed(ui.context.now)
        let running = watch.state == .running
        return ZStack {
            VStack {
                stopwatchTime(elapsed, watch, ui)
                if !watch.laps.isEmpty {
                    List(count: watch.laps.count + (running ? 1 : 0), rowHeight: 44) { index in
                        lap(running ? index : index + 1, watch, elapsed)
                    }
                    .id(Self.id("laps_list"))
                    .weight()
                    .margin(bottom: 132)
                }
            }
            .fill()
            mainButton(running ? .pause : .play, running ? "Pause" : "Start", ui.on { $0.toggleStopwatch($1) })
            sideButtons(
                left: watch.state == .reset
                    ? nil : sideButton(.reset, "Reset", "left_button", ui.on { $0.saveStopwatch(.init(), $1) }),
                right: running && watch.laps.count < Stopwatch.maxLaps
                    ? sideButton(.stopwatch, "Lap", "right_button", ui.on { $0.addLap($1) }) : nil
            )
        }
    }

    private func stopwatchTime(_ elapsed: Int64, _ watch: Stopwatch, _ ui: UI<Self>) -> View {
        let (main, hundredths) = Stopwatch.text(elapsed)
        let (hours, minutes, seconds) = (elapsed / 3_600_000, elapsed / 60_000 % 60, elapsed / 1000 % 60)
        return ZStack {
            Drawing { canvas, rect, palette in
                let (x, y, radius) = (rect.centerX, rect.centerY, rect.width * 0.47)
                canvas.strokeCircle(x: x, y: y, radius: radius, palette(.secondaryContainer), width: rect.width / 36)
                guard elapsed > 0 else { return }
                let angle = Double(elapsed % 60_000) / 60_000 * 2 * .pi - .pi / 2
                canvas.strokeArc(
                    x: x,
                    y: y,
                    radius: radius,
                    from: -.pi / 2,
                    to: angle,
                    palette(.primary),
                    width: rect.width / 36
                )
            }
            .unlisted()
            .fill()
            HStack(spacing: 4) {
                Text(main, size: hours > 0 ? 48 : 64, maxLines: 1)
                    .id(Self.id("stopwatch_time_text"))
                    .described(
                        (hours > 0 ? "\(hours) hours, " : "") + (minutes > 0 ? "\(minutes) minutes, " : "")
                            + "\(seconds) seconds"
                    )
                Text(hundredths, size: 30, color: .onSurfaceVariant, maxLines: 1)
                    .id(Self.id("stopwatch_hundredths_text"))
                    .align(.end)
                    .margin(bottom: 10)
            }
            .id(Self.id("stopwatch_time_wrapper"))
            .align(.center)
        }
        .className("android.view.ViewGroup")
        .id(Self.id("stopwatch_circle"))
        .size(300, 300)
        .margin(top: watch.laps.isEmpty ? 60 : 12, bottom: 16)
        .align(.center)
        .onClick(ui.on { $0.toggleStopwatch($1) })
    }

    /// A line of the list, the newest lap first; `back` counts from the lap that is running.
    private func lap(_ back: Int, _ watch: Stopwatch, _ elapsed: Int64) -> View {
        let index = watch.laps.count - back
        let end = index < watch.laps.count ? watch.laps[index] : elapsed
        let start = index > 0 ? watch.laps[index - 1] : 0
        return HStack(justify: .center) {
            Text("# \(index + 1)", size: 16, color: .onSurfaceVariant, align: .center).id(Self.id("lap_number")).width(
                80
            )
            Text(Stopwatch.line(end - start), size: 16, align: .center).id(Self.id("lap_time")).width(120)
            Text(Stopwatch.line(end), size: 16, color: .onSurfaceVariant, align: .center).id(Self.id("lap_total"))
                .width(120)
        }
        .height(44)
        .fillWidth()
    }

    /// The buttons left and right of the large one.
    func sideButtons(left: View?, right: View?) -> View {
        HStack(justify: .center) {
            if let left { left } else { Spacer(72) }
            Spacer(152)
            if let right { right } else { Spacer(72) }
        }
        .unlisted()
        .fillWidth()
        .height(96)
        .margin(bottom: 20)
        .align(.bottomCenter)
    }

    func sideButton(_ icon: Icon, _ description: String, _ name: String, _ click: @escaping Handler) -> View {
        IconButton(icon, description, color: .onSecondaryContainer, onClick: click)
            .id(Self.id(name))
            .size(72, 72)
            .background(.secondaryContainer, radius: 36)
    }

    // MARK: Changes

    private func toggleStopwatch(_ context: AppContext) {
        var watch = StopwatchStore(context).stopwatch
        if watch.state == .running {
            (watch.before, watch.state) = (watch.elapsed(context.now), .paused)
        } else {
            (watch.started, watch.state) = (context.now, .running)
        }
        saveStopwatch(watch, context)
    }

    private func addLap(_ context: AppContext) {
        var watch = StopwatchStore(context).stopwatch
        watch.laps.append(watch.elapsed(context.now))
        saveStopwatch(watch, context)
    }

    private func saveStopwatch(_ watch: Stopwatch, _ context: AppContext) {
        var store = StopwatchStore(context)
        store.save(watch)
    }
}
