// SPDX-License-Identifier: Apache-2.0

/// A countdown, as DeskClock's preferences keep it.
struct CountdownTimer: Hashable {
    enum State: Int { case running = 1, paused = 2, reset = 3 }

    var id: Int
    var state: State
    /// What it was set to, in milliseconds.
    var length: Int64
    /// The length with the minutes that were added.
    var total: Int64
    /// What was left when it was started, paused or reset.
    var left: Int64
    /// The device time at which it was started.
    var started: Int64
    var label: String

    /// What is left now; negative once the time is up.
    func remaining(_ now: Int64) -> Int64 { state == .running ? left - (now - started) : left }

    mutating func start(_ now: Int64) { (state, started) = (.running, now) }

    mutating func pause(_ now: Int64) { (left, state) = (remaining(now), .paused) }

    mutating func reset() { (state, left, total) = (.reset, length, length) }

    mutating func add(minutes: Int64, _ now: Int64) {
        let rest = max(0, remaining(now))
        left = rest + minutes * 60_000
        total = max(total, left)
        started = now
        if state == .reset { (length, total) = (left, left) }
    }

    /// `5m Timer`, as a timer without a label is called.
    var title: String {
        if !label.isEmpty { return label }
        let seconds = length / 1000
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
        return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined(separator: " ") + " Timer"
    }

    /// `4:59`, `1:00:00`, `−0:05`; a running timer shows the second that it is in.
    static func text(_ milliseconds: Int64) -> String {
        let late = milliseconds < 0
        let seconds = late ? -milliseconds / 1000 : (milliseconds + 999) / 1000
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let tail = LocalTime.two(Int(seconds % 60))
        let time =
            hours > 0
            ? "\(hours):\(LocalTime.two(Int(minutes))):\(tail)" : minutes > 0 ? "\(minutes):\(tail)" : "\(seconds)"
        return (late && seconds > 0 ? "−" : "") + time
    }
}

/// The timers, in DeskClock's preferences. They run on while the app does not: only their start is kept.
struct TimerStore {
    private var preferences: SharedPreferences

    init(_ context: AppContext) {
        preferences = SharedPreferences(context.system.files, package: context.package)
    }

    /// The newest first.
    func all() -> [CountdownTimer] {
        preferences.strings("timers_list").compactMap { Int($0) }.sorted(by: >).compactMap { id in
            guard
                let state = preferences.int("timer_state_\(id)").flatMap({ CountdownTimer.State(rawValue: Int($0)) }),
                let length = preferences.int("timer_setup_timet_\(id)")
            else { return nil }
            return CountdownTimer(
                id: id,
                state: state,
                length: length,
                total: preferences.int("timer_original_timet_\(id)") ?? length,
                left: preferences.int("timer_time_left_\(id)") ?? length,
                started: preferences.int("timer_wall_clock_time_\(id)") ?? 0,
                label: preferences.string("timer_label_\(id)") ?? ""
            )
        }
    }

    /// Makes a timer and starts it.
    mutating func add(length: Int64, label: String = "", running: Bool = true, now: Int64) {
        let id = Int(preferences.int("next_timer_id") ?? 0)
        preferences["next_timer_id"] = .int(id + 1)
        let timer = CountdownTimer(
            id: id,
            state: running ? .running : .reset,
            length: length,
            total: length,
            left: length,
            started: now,
            label: label
        )
        preferences["timers_list"] = .strings(preferences.strings("timers_list") + ["\(id)"])
        save(timer)
    }

    /// Writes a changed timer.
    mutating func save(_ timer: CountdownTimer) {
        let id = timer.id
        preferences["timer_state_\(id)"] = .int(timer.state.rawValue)
        preferences["timer_setup_timet_\(id)"] = .long(timer.length)
        preferences["timer_original_timet_\(id)"] = .long(timer.total)
        preferences["timer_time_left_\(id)"] = .long(timer.left)
        preferences["timer_wall_clock_time_\(id)"] = .long(timer.started)
        preferences["timer_label_\(id)"] = .string(timer.label)
        try? preferences.save()
    }

    mutating func delete(_ id: Int) {
        preferences["timers_list"] = .strings(preferences.strings("timers_list").filter { $0 != "\(id)" })
        preferences.remove { $0.hasPrefix("timer_") && $0.hasSuffix("_\(id)") }
        try? preferences.save()
    }
}
