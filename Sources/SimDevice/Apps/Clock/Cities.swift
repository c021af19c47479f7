// SPDX-License-Identifier: Apache-2.0

/// A city of the world clock.
struct City: Hashable {
    /// DeskClock's key of the city, such as `C20`.
    var id: String
    var name: String
    /// Its time zone.
    var zone: String

    /// The cities that can be added, by name.
    static let all: [City] = table.enumerated().map { City(id: "C\($0 + 1)", name: $1.0, zone: $1.1) }

    /// Those whose name begins with the text, or has a word that does.
    static func search(_ text: String) -> [City] {
        let wanted = text.lowercased()
        guard !wanted.isEmpty else { return all }
        return all.filter { city in
            let name = city.name.lowercased()
            return name.hasPrefix(wanted) || name.split(separator: " ").contains { $0.hasPrefix(wanted) }
        }
    }

    private static let table: [(String, String)] = [
        ("Accra", "Africa/Accra"), ("Amsterdam", "Europe/Amsterdam"), ("Athens", "Europe/Athens"),
        ("Auckland", "Pacific/Auckland"), ("Bangkok", "Asia/Bangkok"), ("Beijing", "Asia/Shanghai"),
        ("Berlin", "Europe/Berlin"), ("Bogotá", "America/Bogota"), ("Boston", "America/New_York"),
        ("Brisbane", "Australia/Brisbane"), ("Brussels", "Europe/Brussels"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"), ("Cairo", "Africa/Cairo"),
        ("Cape Town", "Africa/Johannesburg"), ("Chicago", "America/Chicago"), ("Copenhagen", "Europe/Copenhagen"),
        ("Dallas", "America/Chicago"), ("Delhi", "Asia/Kolkata"), ("Denver", "America/Denver"),
        ("Dubai", "Asia/Dubai"), ("Dublin", "Europe/Dublin"), ("Frankfurt", "Europe/Berlin"),
        ("Hanoi", "Asia/Ho_Chi_Minh"), ("Helsinki", "Europe/Helsinki"), ("Hong Kong", "Asia/Hong_Kong"),
        ("Honolulu", "Pacific/Honolulu"), ("Istanbul", "Europe/Istanbul"), ("Jakarta", "Asia/Jakarta"),
        ("Johannesburg", "Africa/Johannesburg"), ("Karachi", "Asia/Karachi"), ("Kathmandu", "Asia/Kathmandu"),
        ("Kyiv", "Europe/Kiev"), ("Lagos", "Africa/Lagos"), ("Lima", "America/Lima"), ("Lisbon", "Europe/Lisbon"),
        ("London", "Europe/London"), ("Los Angeles", "America/Los_Angeles"), ("Madrid", "Europe/Madrid"),
        ("Manila", "Asia/Manila"), ("Melbourne", "Australia/Melbourne"), ("Mexico City", "America/Mexico_City"),
        ("Miami", "America/New_York"), ("Moscow", "Europe/Moscow"), ("Mumbai", "Asia/Kolkata"),
        ("Nairobi", "Africa/Nairobi"), ("New York", "America/New_York"), ("Oslo", "Europe/Oslo"),
        ("Paris", "Europe/Paris"), ("Prague", "Europe/Prague"), ("Rome", "Europe/Rome"),
        ("San Francisco", "America/Los_Angeles"), ("Santiago", "America/Santiago"), ("São Paulo", "America/Sao_Paulo"),
        ("Seattle", "America/Los_Angeles"), ("Seoul", "Asia/Seoul"), ("Shanghai", "Asia/Shanghai"),
        ("Singapore", "Asia/Singapore"), ("Stockholm", "Europe/Stockholm"), ("Sydney", "Australia/Sydney"),
        ("Taipei", "Asia/Taipei"), ("Tehran", "Asia/Tehran"), ("Tokyo", "Asia/Tokyo"), ("Toronto", "America/Toronto"),
        ("Vancouver", "America/Vancouver"), ("Vienna", "Europe/Vienna"), ("Warsaw", "Europe/Warsaw"),
        ("Washington, D.C.", "America/New_York"), ("Zürich", "Europe/Zurich"),
    ]
}

/// The cities that the user has chosen, in DeskClock's preferences, in the order of their choice.
struct CityStore {
    private var preferences: SharedPreferences

    init(_ context: AppContext) {
        preferences = SharedPreferences(context.system.files, package: context.package)
    }

    var chosen: [City] {
        let count = min(Int(preferences.int("number_of_cities") ?? 0), City.all.count)
        return (0..<max(0, count)).compactMap { index in
            let id = preferences.string("city_id_\(index)")
            return City.all.first { $0.id == id }
        }
    }

    mutating func set(_ city: City, chosen on: Bool) {
        let cities = chosen.filter { $0 != city } + (on ? [city] : [])
        preferences.remove { $0.hasPrefix("city_id_") }
        preferences["number_of_cities"] = .int(cities.count)
        for (index, city) in cities.enumerated() { preferences["city_id_\(index)"] = .string(city.id) }
        try? preferences.save()
    }
}
