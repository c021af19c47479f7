// SPDX-License-Identifier: Apache-2.0

/// The stopwatch, as DeskClock's preferences keep it.
struct Stopwatch: Hashable {
    enum State: Int { case reset = 0, running = 1, paused = 2 }

    var state = State.reset
    /// The device time of the last start.
    var started: Int64 = 0
    /// What ran before that, in milliseconds.
    var before: Int64 = 0
    /// The stopwatch's time at the end of each lap, the first lap first.
    var laps: [Int64] = []

    func elapsed(_ now: Int64) -> Int64 { state == .running ? before + max(0, now - started) : before }

    /// The highest number of laps that DeskClock records.
    static let maxLaps = 98

    /// `00` and `00`, `1:05` and `07`: the large and the small part of a time.
    static func text(_ milliseconds: Int64) -> (main: String, hundredths: String) {
        let seconds = Int(milliseconds / 1000)
        let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
        let tail = LocalTime.two(seconds % 60)
        let main = hours > 0 ? "\(hours):\(LocalTime.two(minutes)):\(tail)" : minutes > 0 ? "\(minutes):\(tail)" : tail
        return (main, LocalTime.two(Int(milliseconds / 10 % 100)))
    }

    /// The time of a lap as the list shows it.
    static func line(_ milliseconds: Int64) -> String {
        let (main, hundredths) = text(milliseconds)
        return main + "." + hundredths
    }
}

/// Keeps the stopwatch in DeskClock's preferences, so that it runs on while the app does not.
struct StopwatchStore {
    private var preferences: SharedPreferences

    init(_ context: AppContext) {
        preferences = SharedPreferences(context.system.files, package: context.package)
    }

    var stopwatch: Stopwatch {
        let count = min(Int(preferences.int("sw_lap_num") ?? 0), Stopwatch.maxLaps)
        return Stopwatch(
            state: preferences.int("sw_state").flatMap { Stopwatch.State(rawValue: Int($0)) } ?? .reset,
            started: preferences.int("sw_wall_clock_time") ?? 0,
            before: preferences.int("sw_accum_time") ?? 0,
            laps: count > 0 ? (1...count).compactMap { preferences.int("sw_lap_time_\($0)") } : []
        )
    }

    mutating func save(_ stopwatch: Stopwatch) {
        preferences.remove { $0.hasPrefix("sw_") }
        if stopwatch.state != .reset {
            preferences["sw_state"] = .int(stopwatch.state.rawValue)
            preferences["sw_wall_clock_time"] = .long(stopwatch.started)
            preferences["sw_accum_time"] = .long(stopwatch.before)
            preferences["sw_lap_num"] = .int(stopwatch.laps.count)
            for (index, lap) in stopwatch.laps.enumerated() { preferences["sw_lap_time_\(index + 1)"] = .long(lap) }
        }
        try? preferences.save()
    }
}
