// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Glibc

extension BridgeRig {
    /// The large file on this machine: bytes that no codec makes smaller.
    private func largeFile() throws -> String {
        let path = folder + "/large"
        if FileManager.default.fileExists(atPath: path) { return path }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard descriptor >= 0 else {
            throw DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var random = SeededRandom(seed: 1)
        var left = plan.bytes
        while left > 0 {
            let block = (0..<(1 << 17)).map { _ in random.next() }
            try block.withUnsafeBytes { raw in
                let count = min(left, raw.count)
                guard write(descriptor, raw.baseAddress, count) == count else {
                    throw DroidError("file.write", "cannot write \(path)", why: String(cString: strerror(errno)))
                }
                left -= count
            }
        }
        return path
    }

    /// The folder of small files on this machine.
    private func smallFiles() throws -> String {
        let path = folder + "/small"
        if FileManager.default.fileExists(atPath: path) { return path }
        try FileBytes.makeFolder(path)
        var random = SeededRandom(seed: 2)
        for index in 0..<plan.files {
            let bytes = (0..<128).flatMap { _ in withUnsafeBytes(of: random.next(), Array.init) }
            try FileBytes.write(bytes, to: "\(path)/\(index)")
        }
        return path
    }

    /// adb's own ways of a command: packing as it likes and not at all, its server as it is and in burst mode.
    private func tools(_ verb: String, _ rest: [String]) -> [(way: String, run: () async throws -> Void)] {
        var ways: [(way: String, run: () async throws -> Void)] = []
        for (peer, mode) in [(adb, ""), (burst, ", burst mode")] {
            guard let peer else { continue }
            let packing = ["push", "pull"].contains(verb) ? [[], ["-Z"]] : [[]]
            for flags in packing {
                let way = (["adb", verb] + flags).joined(separator: " ") + mode
                ways.append((way, { try peer.run([verb] + flags + rest) }))
            }
        }
        return ways
    }

    func pushToNull() throws -> BridgeWork {
        let file = try largeFile()
        let device = device
        return BridgeWork(
            ours: { try await device.push(file: file, to: "/dev/null") },
            peers: tools("push", [file, "/dev/null"])
        )
    }

    func pullIntoMemory() throws -> BridgeWork {
        let file = try largeFile()
        let (device, size) = (device, plan.bytes)
        let target = "/sdcard/Download/bench-pull"
        var isThere = false
        var work = BridgeWork(
            before: {
                if isThere { return }
                try await device.push(file: file, to: target)
                isThere = true
            },
            ours: {
                var count = 0
                try await device.pull(target) { count += $0.count }
                guard count == size else { throw BridgeRig.short(count, size) }
            },
            // Not to /dev/null: adb removes what stands at its target, which root may do to a device node of the machine.
            // The folder lies in memory where the machine has such a place.
            peers: tools("pull", [target, folder + "/pulled"]) + tools("exec-out", ["cat", target])
        )
        if let burst {
            work.peers.append(
                (
                    "exec:cat over a socket to its server, burst mode",
                    {
                        let count = try burst.read("exec:cat \(target)")
                        guard count == size else { throw BridgeRig.short(count, size) }
                    }
                )
            )
        }
        return work
    }

    func pushToFile() throws -> BridgeWork {
        let file = try largeFile()
        let device = device
        let target = "/sdcard/Download/bench-push"
        return BridgeWork(
            before: { _ = try await device.shell(["rm", "-f", target]) },
            ours: { try await device.push(file: file, to: target) },
            peers: tools("push", [file, target])
        )
    }

    func pullToFile() throws -> BridgeWork {
        let file = try largeFile()
        let device = device
        let target = "/sdcard/Download/bench-pull"
        let back = folder + "/back"
        var isThere = false
        return BridgeWork(
            before: {
                if !isThere { try await device.push(file: file, to: target) }
                isThere = true
                unlink(back)
            },
            ours: { try await device.pull(target, toFile: back) },
            peers: tools("pull", [target, back])
        )
    }

    func pushFiles() throws -> BridgeWork {
        let source = try smallFiles()
        let device = device
        let count = plan.files
        let target = "/sdcard/Download/bench-small"
        return BridgeWork(
            before: { _ = try await device.shell(["rm", "-rf", target]) },
            ours: {
                let summary = try await device.push([source], to: target)
                guard summary.files == count else { throw BridgeRig.short(summary.files, count) }
            },
            peers: tools("push", [source, target])
        )
    }

    func pullFiles() throws -> BridgeWork {
        let source = try smallFiles()
        let device = device
        let count = plan.files
        let target = "/sdcard/Download/bench-small-pull"
        let back = folder + "/small-back"
        var isThere = false
        return BridgeWork(
            before: {
                if !isThere { _ = try await device.push([source], to: target) }
                isThere = true
                try? FileManager.default.removeItem(atPath: back)
            },
            ours: {
                let summary = try await device.pull([target], to: back)
                guard summary.files == count else { throw BridgeRig.short(summary.files, count) }
            },
            peers: tools("pull", [target, back])
        )
    }

    /// `shell,v2:true`, some at a time, over our one connection and over sockets to adb's server.
    func shell(atATime width: Int) -> BridgeWork {
        let (device, count) = (device, plan.commands)
        var work = BridgeWork(ours: {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<width {
                    group.addTask {
                        for _ in stride(from: worker, to: count, by: width) {
                            let result = try await device.shell(raw: "true")
                            guard result.exitCode == 0 else { throw BridgeRig.wrong(result.exitCode) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        })
        for (peer, mode) in [(adb, ""), (burst, ", burst mode")] {
            guard let peer else { continue }
            work.peers.append(
                (
                    "shell,v2:true over sockets to its server\(mode)",
                    {
                        try peer.shells(count, atATime: width)
                    }
                )
            )
        }
        return work
    }

    private static func short(_ count: Int, _ size: Int) -> DroidError {
        DroidError("bench.short", "the transfer was not whole", why: "\(count) of \(size) were moved")
    }

    private static func wrong(_ code: Int32?) -> DroidError {
        DroidError(
            "bench.shell",
            "`true` did not end as it should",
            why: "exit code \(code.map(String.init) ?? "unknown")"
        )
    }
}
