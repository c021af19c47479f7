// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Glibc

/// How much `bench bridge` does.
struct BridgePlan: Sendable {
    var bytes: Int
    var files: Int
    var commands: Int
    var repeats: Int
}

/// One thing that is done by us, and by adb in one or more ways.
struct BridgeWork {
    /// Before each run, not counted.
    var before: () async throws -> Void = {}
    var ours: () async throws -> Void
    var peers: [(way: String, run: () async throws -> Void)] = []
}

/// The times of several runs, in seconds.
struct BridgeRuns: Sendable {
    private var sorted: [Double]

    init(_ seconds: [Double]) { sorted = seconds.sorted() }

    var median: Double { sorted.isEmpty ? .nan : sorted[sorted.count / 2] }
    var min: Double { sorted.first ?? .nan }
    var max: Double { sorted.last ?? .nan }
}

/// What a piece of work took.
struct BridgeTimes {
    typealias Peer = (way: String, times: BridgeRuns)
    var ours: BridgeRuns
    /// All the ways of adb.
    var others: [Peer]
    /// The fastest of them.
    var peer: Peer? { others.min { $0.times.median < $1.times.median } }
}

/// A device in a process of its own, our connection to it, and servers of adb 36 beside that.
final class BridgeRig {
    let plan: BridgePlan
    let folder: String
    let device: ADBDevice
    /// adb 36 as it is, and with delayed acknowledgements; nil where it is not here.
    let adb: BridgePeer?
    let burst: BridgePeer?
    let serial: String
    private let process: ChildProcess
    private let log: (String) -> Void

    /// Starts everything.
    ///
    /// - Throws: `DroidError` with code `bench.device`, `bench.adb` or `adb.connect`; nothing is left running.
    init(_ plan: BridgePlan, log: @escaping (String) -> Void) async throws {
        self.plan = plan
        self.log = log
        folder = try Self.makeFolder(needed: plan.bytes * 3 + plan.files * 3 * 4096)
        log("working in \(folder)")
        do {
            let started = try await Self.startDevice(folder)
            process = started.process
            serial = "127.0.0.1:\(started.port)"
            do {
                device = try await ADBDevice.connect(host: "127.0.0.1", port: started.port)
                adb = try BridgePeer.start(folder + "/adb", serial, burst: false)
                do {
                    burst = try BridgePeer.start(folder + "/burst", serial, burst: true)
                } catch {
                    adb?.stop()
                    throw error
                }
            } catch {
                process.signal(SIGTERM)
                process.wait()
                throw error
            }
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    func stop() async {
        await device.close()
        adb?.stop()
        burst?.stop()
        process.signal(SIGTERM)
        process.wait()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Times our way and each way of adb in turn, so that what disturbs the machine disturbs all of them. A first run of
    /// each is not counted: it fills caches.
    func time(_ work: BridgeWork) async throws -> BridgeTimes {
        func seconds(_ body: () async throws -> Void) async throws -> Double {
            try await work.before()
            let start = ContinuousClock.now
            try await body()
            return (ContinuousClock.now - start) / .seconds(1)
        }
        var ours: [Double] = []
        var peers = [[Double]](repeating: [], count: work.peers.count)
        for run in 0...plan.repeats {
            if run == 0 && plan.repeats == 1 { continue }
            let mine = try await seconds(work.ours)
            if run > 0 { ours.append(mine) }
            for (index, peer) in work.peers.enumerated() {
                let theirs = try await seconds(peer.run)
                if run > 0 { peers[index].append(theirs) }
            }
        }
        return BridgeTimes(
            ours: BridgeRuns(ours),
            others: zip(work.peers, peers).map { ($0.way, BridgeRuns($1)) }
        )
    }

    // MARK: Within

    /// A private folder in memory where there is room for it, since files on a disk measure the disk.
    private static func makeFolder(needed: Int) throws -> String {
        var facts = statvfs()
        let inMemory = statvfs("/dev/shm", &facts) == 0 && Int(facts.f_bavail) * Int(facts.f_frsize) > needed
        let parent = inMemory ? "/dev/shm" : NSTemporaryDirectory()
        let folder = "\(parent)/droidagent-bridge-\(getpid())"
        try FileBytes.makeFolder(folder, mode: 0o700)
        return folder
    }

    private static func startDevice(_ folder: String) async throws -> (process: ChildProcess, port: Int) {
        struct Line: Decodable { let port: Int }
        let process = try ChildProcess(
            Locations.executablePath,
            ["emulator", "start", "--port", "0", "--json"],
            // The files of a device without a name lie where temporary files do.
            environment: ["XDG_STATE_HOME": folder + "/state", "TMPDIR": folder],
            output: folder + "/device.json",
            error: folder + "/device.log",
            session: true
        )
        for _ in 0..<1500 {
            if let line = try? JSON.decode(Line.self, from: FileBytes.read(folder + "/device.json")) {
                return (process, line.port)
            }
            if process.ended() != nil { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        process.signal(SIGKILL)
        let words = (try? FileBytes.read(folder + "/device.log")).map {
            String(decoding: $0.suffix(500), as: UTF8.self)
        }
        throw DroidError("bench.device", "the built-in device did not start", why: words ?? "it said nothing")
    }
}
