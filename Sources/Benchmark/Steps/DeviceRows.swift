// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen

/// Rows that `content query` prints: `Row: 0 _id=1, display_name=Bob, number=555`.
enum ContentRows {
    /// Reads the output of a query with this projection; a column that is missing in a row is absent in it.
    ///
    /// Values may hold commas, equals signs and line breaks; they end where the next column of the projection starts.
    static func parse(_ text: String, projection: [String]) -> [[String: String]] {
        var rows: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("Row: ") {
                rows.append(String(line.drop { $0 != " " }.dropFirst().drop { $0 != " " }.dropFirst()))
            } else if !rows.isEmpty {
                rows[rows.count - 1] += "\n" + line
            }
        }
        return rows.map { parse(row: $0.hasSuffix("\n") ? String($0.dropLast()) : $0, projection) }
    }

    private static func parse(row: String, _ projection: [String]) -> [String: String] {
        var starts: [(name: String, key: Range<String.Index>)] = []
        var from = row.startIndex
        for (index, name) in projection.enumerated() {
            let key = index == 0 ? "\(name)=" : ", \(name)="
            guard let range = find(key, in: row, from: from), index > 0 || range.lowerBound == row.startIndex else {
                continue
            }
            starts.append((name, range))
            from = range.upperBound
        }
        var out: [String: String] = [:]
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1].key.lowerBound : row.endIndex
            out[start.name] = String(row[start.key.upperBound..<end])
        }
        return out
    }

    private static func find(_ needle: String, in text: String, from: String.Index) -> Range<String.Index>? {
        var index = from
        while index < text.endIndex {
            if text[index...].hasPrefix(needle) { return index..<text.index(index, offsetBy: needle.count) }
            index = text.index(after: index)
        }
        return nil
    }

    /// Runs a query.
    ///
    /// - Throws: `DroidError` with code `bench.query` when the command fails.
    static func query(
        _ device: any DeviceLink,
        uri: String,
        projection: [String],
        where condition: String? = nil
    )
        async throws -> [[String: String]]
    {
        var command = "content query --uri \(ShellQuoting.quote(uri)) --projection "
        command += ShellQuoting.quote(projection.joined(separator: ":"))
        if let condition { command += " --where \(ShellQuoting.quote(condition))" }
        let result = try await device.run(command)
        guard result.exitCode == 0, !result.text.hasPrefix("Error") else {
            throw DroidError(
                "bench.query",
                "the device could not answer a content query",
                why: "`\(command)`: \(String(decoding: result.stderr + result.stdout, as: UTF8.self).prefix(200))"
            )
        }
        return parse(result.text, projection: projection)
    }
}

/// The people on a device, through its contacts provider.
struct ContactRows {
    /// One person's number.
    struct Phone: Hashable, Sendable, Comparable {
        var name: String
        /// Digits and a leading plus only.
        var number: String

        static func < (a: Phone, b: Phone) -> Bool { (a.name, a.number) < (b.name, b.number) }
        var text: String { "\(name): \(number)" }
    }

    private static let authority = "content://com.android.contacts"
    let device: any DeviceLink

    init(_ device: any DeviceLink) { self.device = device }

    /// Every name with every number, sorted.
    func phones() async throws -> [Phone] {
        let rows = try await ContentRows.query(
            device,
            uri: "\(Self.authority)/data/phones",
            projection: ["display_name", "data1"]
        )
        return rows.map { Phone(name: $0["display_name"] ?? "", number: Self.digits($0["data1"] ?? "")) }.sorted()
    }

    /// Every name, sorted; one for each person, with or without a number.
    func names() async throws -> [String] {
        let rows = try await ContentRows.query(
            device,
            uri: "\(Self.authority)/raw_contacts",
            projection: ["display_name"],
            where: "deleted=0"
        )
        return rows.compactMap { $0["display_name"] }.sorted()
    }

    /// Adds a person, as an app would: a raw contact and its rows of data.
    func insert(given: String, family: String, phone: String?) async throws {
        func insert(_ part: String, _ binds: [String]) async throws {
            let words = binds.map { "--bind \(ShellQuoting.quote($0))" }.joined(separator: " ")
            let command = "content insert --uri \(Self.authority)/\(part) \(words)"
            let result = try await device.run(command)
            guard result.exitCode == 0, !result.text.hasPrefix("Error") else {
                throw DroidError(
                    "bench.setup",
                    "a contact could not be added",
                    why: "`\(command)`: \(String(decoding: result.stderr + result.stdout, as: UTF8.self).prefix(200))"
                )
            }
        }
        try await insert("raw_contacts", ["account_type:n:", "account_name:n:"])
        let ids = try await ContentRows.query(device, uri: "\(Self.authority)/raw_contacts", projection: ["_id"])
        guard let id = ids.compactMap({ Int64($0["_id"] ?? "") }).max() else {
            throw DroidError(
                "bench.setup",
                "a contact could not be added",
                why: "no raw contact is there after adding one"
            )
        }
        let row = "raw_contact_id:i:\(id)"
        var name = [row, "mimetype:s:vnd.android.cursor.item/name", "data2:s:\(given)"]
        name.append("data1:s:\([given, family].filter { !$0.isEmpty }.joined(separator: " "))")
        if !family.isEmpty { name.append("data3:s:\(family)") }
        try await insert("data", name)
        if let phone {
            let kind = "mimetype:s:vnd.android.cursor.item/phone_v2"
            try await insert("data", [row, kind, "data1:s:\(phone)", "data2:i:2"])
        }
    }

    /// The digits of a number, and its leading plus.
    static func digits(_ text: String) -> String {
        let digits = text.filter { $0.isASCII && $0.isNumber }
        return text.hasPrefix("+") ? "+" + digits : digits
    }
}
