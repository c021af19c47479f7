// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import GRDB
import Glibc

/// States, what was said of them, and the rounds in which it was said: one SQLite file with its pictures beside it.
///
/// Every word is a transaction that is on the disk when the call returns, so a kill at any moment loses at most what was being
/// written. Several processes may use one store at a time.
///
///     let store = try AnnotationStore(folder: Locations.state + "/annotations")
///     try store.add(items)
///     let round = try store.startRound(RoundOptions())
///     while let task = try store.next("ada") { try store.save(.right([2]), for: task, annotator: "ada") }
///     print(try store.report(round.id))
public final class AnnotationStore: Sendable {
    /// Where it lies.
    public let folder: String
    let database: DatabasePool
    /// Seconds since 1970.
    let now: @Sendable () -> Double

    /// Where the user's store lies unless another is named.
    public static var defaultFolder: String { Locations.state + "/annotations" }

    /// Opens a store, or makes it. Its folder and its files are readable by its user only.
    ///
    /// - Parameters:
    ///   - folder: where it lies.
    ///   - now: the clock, in seconds since 1970.
    /// - Throws: `DroidError` with code `annotation.store` where there is something else, or it is of a newer program.
    public init(
        folder: String,
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 }
    ) throws {
        self.folder = folder
        self.now = now
        try FileBytes.makeFolder(folder, mode: 0o700)
        try FileBytes.makeFolder(folder + "/pictures", mode: 0o700)
        var configuration = Configuration()
        // Another process that writes is waited for.
        configuration.busyMode = .timeout(20)
        let path = folder + "/annotations.sqlite"
        Self.makeFile(path)
        do {
            database = try DatabasePool(path: path, configuration: configuration)
            // Opening sets NORMAL, under which a loss of power takes the last words along.
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let migrator = Self.migrator
            guard try database.read({ try !migrator.hasBeenSuperseded($0) }) else {
                throw DroidError(
                    "annotation.store",
                    "the store in \(folder) was made by a newer droidagent",
                    next: "use that one, or name another folder with --store"
                )
            }
            try migrator.migrate(database)
            // Stores of before this was cared for; whoever may only read one leaves it as it is.
            for file in [path, path + "-wal", path + "-shm"] { _ = Glibc.chmod(file, 0o600) }
        } catch {
            throw DroidError.wrapping(
                error,
                "annotation.store",
                "\(folder) holds no annotations that can be read",
                next: "name another folder with --store; what is there was left as it is"
            )
        }
    }

    /// Makes the file where there is none, readable by its user only; SQLite makes the two beside it as the file is.
    private static func makeFile(_ path: String) {
        // Only a new one: closing a file that this process has open elsewhere would drop the locks of that.
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
    }

    /// Closes the file.
    public func close() { try? database.close() }

    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: schema) }
        return migrator
    }

    private static let schema = """
        CREATE TABLE item (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          key TEXT NOT NULL UNIQUE,
          task TEXT NOT NULL, app TEXT NOT NULL, episode TEXT NOT NULL, step INTEGER NOT NULL,
          body TEXT NOT NULL,
          added REAL NOT NULL,
          -- What the present round thinks of it.
          entropy REAL, confidence REAL, top INTEGER,
          -- Whether it is of the random sample, and whether a second annotator is asked: compared with the round's shares.
          draw REAL NOT NULL, second REAL NOT NULL,
          isAudited INTEGER NOT NULL DEFAULT 0
        );
        CREATE INDEX itemEpisode ON item (task, episode, step);
        CREATE INDEX itemEntropy ON item (entropy);
        CREATE TABLE score (
          item INTEGER NOT NULL REFERENCES item (id), verifier TEXT NOT NULL, scores TEXT NOT NULL,
          PRIMARY KEY (item, verifier)
        ) WITHOUT ROWID;
        CREATE TABLE gold (
          item INTEGER PRIMARY KEY REFERENCES item (id), judgement TEXT NOT NULL
        );
        CREATE TABLE round (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          options TEXT NOT NULL, calibration TEXT,
          -- How many labels the round had when it was calibrated last.
          calibratedAt INTEGER NOT NULL DEFAULT 0,
          started REAL NOT NULL, ended REAL,
          accuracyBefore REAL, accuracyAfter REAL
        );
        CREATE TABLE label (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          item INTEGER NOT NULL REFERENCES item (id), round INTEGER REFERENCES round (id),
          annotator TEXT NOT NULL, source TEXT NOT NULL, purpose TEXT NOT NULL,
          kind TEXT NOT NULL, judgement TEXT NOT NULL,
          -- What is compared: the kind and the right candidates.
          verdict TEXT NOT NULL,
          probability REAL, verifier TEXT, time REAL NOT NULL, seconds REAL NOT NULL,
          undone REAL,
          -- Whether it is this annotator's last word on the item that was not taken back.
          isCurrent INTEGER NOT NULL DEFAULT 1,
          -- Given by who asks, so that what is asked twice is written once.
          request TEXT UNIQUE
        );
        CREATE INDEX labelItem ON label (item, annotator);
        CREATE INDEX labelRound ON label (round);
        CREATE INDEX labelAnnotator ON label (annotator);
        CREATE TABLE lease (
          item INTEGER PRIMARY KEY REFERENCES item (id), annotator TEXT NOT NULL, purpose TEXT NOT NULL,
          until REAL NOT NULL
        );
        CREATE INDEX leaseAnnotator ON lease (annotator);
        CREATE TABLE episode (
          task TEXT NOT NULL, episode TEXT NOT NULL,
          body TEXT NOT NULL,
          PRIMARY KEY (task, episode)
        ) WITHOUT ROWID;
        CREATE TABLE episodeLabel (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          task TEXT NOT NULL, episode TEXT NOT NULL, annotator TEXT NOT NULL, body TEXT NOT NULL, time REAL NOT NULL
        );
        """

    // MARK: - Pictures

    /// Keeps a picture under its digest, and gives the digest.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public func keep(picture bytes: [UInt8]) throws -> String {
        let digest = SHA256.hex(bytes)
        let path = path(ofPicture: digest)
        if !FileManager.default.fileExists(atPath: path) { try FileBytes.write(bytes, to: path, mode: 0o600) }
        return digest
    }

    /// A kept picture; nil for none.
    public func picture(_ digest: String) -> [UInt8]? {
        // The name comes from a page: it must not lead elsewhere.
        guard digest.utf8.count == 64, digest.allSatisfy({ $0.isHexDigit }) else { return nil }
        return try? FileBytes.read(path(ofPicture: digest))
    }

    private func path(ofPicture digest: String) -> String { "\(folder)/pictures/\(digest).png" }

    // MARK: - Helpers

    /// Reads a value from a JSON column.
    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String, _ what: String) throws -> Value {
        do {
            return try JSON.decode(type, from: Array(text.utf8))
        } catch {
            throw DroidError("annotation.store", "\(what) in the store cannot be read", why: "\(error)")
        }
    }
}
