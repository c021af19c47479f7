// SPDX-License-Identifier: Apache-2.0

import Media

/// The records of Audio Recorder: sound files in a folder of its own on the shared storage.
struct RecordStore {
    static let folder = "/storage/emulated/0/Android/data/\(AudioRecorderApp.package)/files/Music/records"
    private static let ending = ".m4a"
    /// Larger files are not read for their length.
    private static let mostBytes: Int64 = 64 << 20

    /// One record.
    struct Record: Hashable {
        /// Without its ending.
        var name: String
        var bytes: Int64
        /// When the file was written, in milliseconds since 1970.
        var created: Int64
        var milliseconds: Int64

        var path: String { "\(RecordStore.folder)/\(name)\(RecordStore.ending)" }
    }

    private let context: AppContext
    private var files: DeviceFiles { context.system.files }

    init(_ context: AppContext) { self.context = context }

    /// All records, the newest first. A file that is no sound has no length.
    func records() -> [Record] {
        let names = (try? files.list(Self.folder)) ?? []
        return names.filter { $0.hasSuffix(Self.ending) }.compactMap { record(String($0.dropLast(Self.ending.count))) }
            .sorted { ($1.created, $0.name) < ($0.created, $1.name) }
    }

    /// The record with a name; nil where there is none.
    func record(_ name: String) -> Record? {
        var record = Record(name: name, bytes: 0, created: 0, milliseconds: 0)
        guard let stat = try? files.stat(record.path), !stat.isFolder else { return nil }
        record.bytes = stat.size
        record.created = stat.modified * 1000
        if record.bytes <= Self.mostBytes, let bytes = try? files.read(record.path) {
            record.milliseconds = MP4Facts(bytes)?.milliseconds ?? 0
        }
        return record
    }

    /// Keeps what was recorded under the next free `Record-1`, and gives that name.
    ///
    /// Nothing sounds around the device, so that is what its microphone hears.
    func keep(milliseconds: Int64, _ format: RecordFormat) throws -> String {
        var number = 1
        while files.exists("\(Self.folder)/Record-\(number)\(Self.ending)") { number += 1 }
        let name = "Record-\(number)"
        let sound = M4A(silence: milliseconds, sampleRate: format.sampleRate, channels: format.channels)
        try files.makeFolder(Self.folder)
        try files.write(sound.bytes, to: "\(Self.folder)/\(name)\(Self.ending)")
        return name
    }

    /// Gives a record another name: without what a file's name cannot have, and with a number where the name is taken.
    ///
    /// - Returns: the name that it has now; nil where nothing is left of it.
    func rename(_ old: String, to wanted: String) throws -> String? {
        let plain = wanted.filter { !"\\/:*?\"<>|\n".contains($0) }
        guard plain.contains(where: { !$0.isWhitespace && $0 != "." }), plain.utf8.count <= 200 else { return nil }
        if plain == old { return old }
        var name = plain
        var number = 1
        while files.exists("\(Self.folder)/\(name)\(Self.ending)") {
            name = "\(plain)-\(number)"
            number += 1
        }
        try files.move("\(Self.folder)/\(old)\(Self.ending)", "\(Self.folder)/\(name)\(Self.ending)")
        return name
    }

    func delete(_ name: String) throws { try files.remove("\(Self.folder)/\(name)\(Self.ending)") }
}

/// How sound is recorded, as the set-up page asks.
struct RecordFormat: Hashable {
    static let sampleRates = [8000, 16000, 22050, 32000, 44100, 48000]
    var sampleRate = 44100
    var channels = 2

    /// `44.1 kHz`
    static func label(_ rate: Int) -> String {
        rate % 1000 == 0 ? "\(rate / 1000) kHz" : "\(rate / 1000).\(rate % 1000 / 100) kHz"
    }
}
