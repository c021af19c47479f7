// SPDX-License-Identifier: Apache-2.0

/// What the console can change of the device's body: battery, place, radio network, how it is held.
///
/// It belongs to a snapshot, and a device that starts has it as it comes.
struct DeviceHardware: Codable, Hashable, Sendable {
    var battery = Battery()
    var location: Location?
    var voice = NetworkState.home
    var data = NetworkState.home
    /// How the device is held, by quarter turns: what its sensors tell.
    var held = 0
    /// The rotation that the sensors ask for: as it is held, but a phone's display is never turned upside down.
    private(set) var sensed = 0

    /// The battery and what charges it.
    struct Battery: Codable, Hashable, Sendable {
        /// By Android's numbers.
        enum Status: Int, Codable, CaseIterable, Sendable {
            case unknown = 1
            case charging, discharging, notCharging, full
        }

        enum Health: Int, Codable, CaseIterable, Sendable {
            case unknown = 1
            case good, overheat, dead, overvoltage, failure
        }

        var ac = false
        var usb = true
        var status = Status.notCharging
        var health = Health.good
        var present = true
        /// Percent.
        var level = 100
        /// Tenths of a degree.
        var temperature = 250

        var isPlugged: Bool { ac || usb }

        /// What Settings says below the percentage.
        var words: String {
            switch status {
            case .charging: return "Charging"
            case .full: return "Full"
            case .notCharging: return isPlugged ? "Connected, not charging" : "Not charging"
            case .discharging, .unknown:
                // About a day from full to empty.
                let hours = level * 24 / 100
                return level == 0 ? "" : "About \(max(1, hours)) hr\(max(1, hours) == 1 ? "" : "s") left"
            }
        }
    }

    /// The last fix of the satellites.
    struct Location: Codable, Hashable, Sendable {
        var latitude: Double
        var longitude: Double
        /// Metres above the sea.
        var altitude: Double
        /// Device time, in milliseconds since 1970.
        var time: Int64
    }

    /// Where the radio stands with its network, as the emulator's console names it.
    enum NetworkState: String, Codable, CaseIterable, Sendable {
        case unregistered, home, roaming, searching, denied, off, on

        /// Whether calls or data go through.
        var works: Bool { self == .home || self == .roaming || self == .on }

        /// Android's `ServiceState`.
        var service: String {
            switch self {
            case .home, .roaming, .on: "0(IN_SERVICE)"
            case .unregistered, .searching, .denied: "1(OUT_OF_SERVICE)"
            case .off: "3(POWER_OFF)"
            }
        }
    }

    /// Holds the device another way, by Android's rotations.
    mutating func hold(_ rotation: Int) {
        held = ((rotation % 4) + 4) % 4
        if held != 2 { sensed = held }
    }
}
