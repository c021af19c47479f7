// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc

/// `droidagent bench bridge`: how fast the bridge is, against adb 36 on the same device in the same run.
struct BridgeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bridge",
        abstract: "How fast the bridge moves files and runs commands, against adb 36 at its best.",
        discussion: """
            The device is a built-in one in a process of its own, reached over loopback. Files lie in memory and cannot be \
            made smaller. What runs is printed with each figure; of several ways of adb the fastest counts, and of \
            several runs the median. Scripts/peers adb fetches adb 36; without it there are only our own figures.
            """
    )

    @OptionGroup var global: GlobalOptions
    @Option(help: "Size of the large file in MiB.") var size: Int?
    @Option(help: "Small files.") var files: Int?
    @Option(help: "Shell commands.") var commands: Int?
    @Option(help: "Runs of each; the median counts.") var repeats: Int?
    @Option(help: ArgumentHelp("Only the rows whose name holds this; may be given several times.", valueName: "text"))
    var only: [String] = []
    @Flag(help: "Small and once: whether it works, not how fast it is.") var quick = false

    func validate() throws {
        for (name, value) in [("size", size), ("files", files), ("commands", commands), ("repeats", repeats)] {
            if let value, !(1...1_000_000).contains(value) { throw ValidationError("--\(name) is at least 1") }
        }
    }

    func run() async throws {
        let plan = BridgePlan(
            bytes: (size ?? (quick ? 16 : 1024)) << 20,
            files: files ?? (quick ? 100 : 10_000),
            commands: commands ?? (quick ? 32 : 1000),
            repeats: repeats ?? (quick ? 1 : 5)
        )
        let bench = try await BridgeRig(plan, log: { global.detail($0) })
        do {
            try await measure(bench)
        } catch {
            await bench.stop()
            throw error
        }
        await bench.stop()
    }

    private func measure(_ rig: BridgeRig) async throws {
        if rig.adb == nil { Terminal.plain("adb 36 is not here, so nothing is compared: run Scripts/peers adb") }
        global.say(
            Terminal.dim("what                          ours     adb 36   ratio   floor  goal   min .. max, ours")
        )
        let mega = 1e6
        let bytes = Double(rig.plan.bytes)
        let files = Double(rig.plan.files)
        let commands = Double(rig.plan.commands)
        let rows = [
            Row("push", "bytes_per_second", bytes, mega, "MB/s", 500e6, 1.3, 2, try rig.pushToNull()),
            Row("pull", "bytes_per_second", bytes, mega, "MB/s", 500e6, 1.5, 2, try rig.pullIntoMemory()),
            Row("push_file", "bytes_per_second", bytes, mega, "MB/s", nil, 1, nil, try rig.pushToFile()),
            Row("pull_file", "bytes_per_second", bytes, mega, "MB/s", nil, 1, nil, try rig.pullToFile()),
            Row("push_files", "files_per_second", files, 1, "files/s", nil, 1, nil, try rig.pushFiles()),
            Row("pull_files", "files_per_second", files, 1, "files/s", nil, 1, nil, try rig.pullFiles()),
            Row("shell", "requests_per_second", commands, 1, "/s", nil, 1.5, 2.5, rig.shell(atATime: 1)),
            Row("shell16", "requests_per_second", commands, 1, "/s", nil, 2, 5, rig.shell(atATime: 16)),
        ]
        // A whole name means that row only, though it begins the names of others.
        let names = rows.map { "bridge.\($0.name)" }
        for (row, name) in zip(rows, names)
        where only.isEmpty || only.contains(where: { names.contains($0) ? name == $0 : name.contains($0) }) {
            try report(row, try await rig.time(row.work))
        }
    }

    /// One line of the table.
    private struct Row {
        let name: String
        let figure: String
        /// How much one run does, in the figure's unit.
        let amount: Double
        let divisor: Double
        let unit: String
        let floor: Double?
        let ratioFloor: Double
        let ratioGoal: Double?
        let work: BridgeWork

        init(
            _ name: String,
            _ figure: String,
            _ amount: Double,
            _ divisor: Double,
            _ unit: String,
            _ floor: Double?,
            _ ratioFloor: Double,
            _ ratioGoal: Double?,
            _ work: BridgeWork
        ) {
            (self.name, self.figure, self.amount, self.divisor, self.unit) = (name, figure, amount, divisor, unit)
            (self.floor, self.ratioFloor, self.ratioGoal, self.work) = (floor, ratioFloor, ratioGoal, work)
        }
    }

    private func report(_ row: Row, _ times: BridgeTimes) throws {
        let value = row.amount / times.ours.median
        let peer = times.peer.map { row.amount / $0.times.median }
        let command = "droidagent bench bridge --only bridge.\(row.name)"
        var line = MeasurementRow(
            name: "bridge.\(row.name).\(row.figure)",
            value: value,
            unit: row.figure.hasPrefix("bytes") ? "B/s" : "1/s",
            peer: times.peer.map { "adb 36: \($0.way)" },
            peerValue: peer,
            floor: row.floor,
            command: command
        )
        try global.emit(line)
        if let peer {
            line.name = "bridge.\(row.name).ratio"
            (line.value, line.unit, line.peerValue, line.ratio) = (value / peer, "x", 1, value / peer)
            (line.floor, line.goal) = (row.ratioFloor, row.ratioGoal)
            try global.emit(line)
        }
        guard !global.json else { return }
        func number(_ value: Double?, _ format: String) -> String { value.map { String(format: format, $0) } ?? "" }
        let ratio = peer.map { value / $0 }
        let isFine = (ratio ?? .infinity) >= row.ratioFloor && value >= (row.floor ?? 0)
        let text =
            "\(Terminal.fit("bridge.\(row.name)", 22)) "
            + number(value / row.divisor, "%8.0f ") + Terminal.fit(row.unit, 8)
            + Terminal.fit(number(peer.map { $0 / row.divisor }, "%6.0f"), 8)
            + Terminal.fit(number(ratio, "%5.2fx"), 8) + Terminal.fit(String(format: "%4.1fx", row.ratioFloor), 7)
            + Terminal.fit(number(row.ratioGoal, "%4.1fx"), 7)
            + String(
                format: "%.0f .. %.0f",
                row.amount / times.ours.max / row.divisor,
                row.amount / times.ours.min / row.divisor
            )
        global.say(isFine ? text : Terminal.yellow(text))
        for other in times.others {
            let runs = String(
                format: "%8.0f %@ (%.0f .. %.0f)",
                row.amount / other.times.median / row.divisor,
                row.unit,
                row.amount / other.times.max / row.divisor,
                row.amount / other.times.min / row.divisor
            )
            global.say(Terminal.dim("    adb: \(Terminal.fit(other.way, 44)) \(runs)"))
        }
    }
}
