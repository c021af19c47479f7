// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// Lists in the apps of the built-in device, read as an agent reads them: it looks, adds what it sees, scrolls where it is told to.
///
/// `READ_LIST_SIZES=5,20,60,200` reads all sizes, and `READ_LIST_APPS=Files,Tasks` those lists alone.
@Suite(.serialized) struct ReadListTests {
    /// What reading a list gave.
    struct Outcome {
        var table: Agent.NoteTable?
        var scrolls = 0
        /// Why it could not be read.
        var problem: String?
    }

    private static var sizes: [Int] {
        let wanted = ProcessInfo.processInfo.environment["READ_LIST_SIZES"] ?? "5,20,60"
        return wanted.split(separator: ",").compactMap { Int($0) }
    }

    private static func isWanted(_ name: String) -> Bool {
        guard let wanted = ProcessInfo.processInfo.environment["READ_LIST_APPS"] else { return true }
        return wanted.split(separator: ",").contains { name.hasPrefix($0) }
    }

    @Test(.timeLimit(.minutes(60))) func `rows come complete, in order, and none twice, in every app`() async throws {
        var counts = (lists: 0, right: 0, rows: 0, rightRows: 0, scrolls: 0)
        for list in ListCase.all where Self.isWanted(list.name) {
            let device = try await BenchDevice.startBuiltIn()
            // What takes a shell command a row is filled with many rows only where all sizes are asked for.
            let sizes = Self.sizes.filter { !list.isSlow || $0 <= 20 || Self.sizes.contains(200) }
            for size in sizes {
                let began = ContinuousClock.now
                try await device.restore()
                var (outcome, truth): (Outcome, [[String]]) = (Outcome(), [[]])
                do {
                    (outcome, truth) = try await read(list, size, device.adb)
                } catch {
                    outcome.problem = "\(error)"
                }
                let rows = outcome.table?.rows ?? []
                let right = zip(rows, truth).count { Self.shows($0, $1) }
                let isRight = outcome.table?.isComplete == true && rows.count == truth.count && right == truth.count
                counts.lists += 1
                counts.right += isRight ? 1 : 0
                counts.rows += max(truth.count, rows.count)
                counts.rightRows += right
                counts.scrolls += outcome.scrolls
                print(
                    "\(list.name), \(truth.count) rows: \(isRight ? "right" : "WRONG, \(right) of \(rows.count)"),",
                    "\(outcome.scrolls) scrolls, \(ContinuousClock.now - began) \(outcome.problem ?? "")"
                )
                if !isRight { print(Self.difference(outcome.table, truth)) }
            }
            await device.stop()
        }
        print(
            "lists right: \(counts.right) of \(counts.lists); rows right: \(counts.rightRows) of \(counts.rows);",
            "\(counts.scrolls) scrolls"
        )
        #expect(counts.lists > 0 && Double(counts.right) >= 0.99 * Double(counts.lists))
        #expect(Double(counts.rightRows) >= 0.99 * Double(counts.rows))
    }

    /// Whether a row shows these texts; `on` and `off` are the state of its box.
    private static func shows(_ row: NoteRow, _ texts: [String]) -> Bool {
        texts.allSatisfy { text in
            switch text {
            case "on": row.isOn == true
            case "off": row.isOn == false
            default: row.cells.contains { $0 == text }
            }
        }
    }

    private static func difference(_ table: Agent.NoteTable?, _ truth: [[String]]) -> String {
        guard let table else { return "  no table" }
        var out = "  columns \(table.columns), complete \(table.isComplete), \(table.place)\n"
        let place =
            zip(table.rows, truth).enumerated().first { !shows($1.0, $1.1) }?.offset
            ?? min(table.rows.count, truth.count)
        for row in table.rows.dropFirst(max(0, place - 2)).prefix(5) { out += "  read \(row)\n" }
        for row in truth.dropFirst(max(0, place - 2)).prefix(5) { out += "  true \(row)\n" }
        return out
    }

    private func read(_ list: ListCase, _ size: Int, _ device: ADBDevice) async throws -> (Outcome, [[String]]) {
        // The first time makes the app's databases.
        if list.opensFirst { _ = try await open(list, device) }
        _ = try await device.run("am force-stop \(list.package)")
        let truth = try await list.fill(device, size)
        _ = try await device.run("am force-stop \(list.package); input keyevent HOME")
        var (screen, missing) = try await open(list, device)
        if let missing { return (Outcome(problem: missing), truth) }
        let observer = ScreenObserver(device, options: ObserverOptions(picture: .none))
        let actuator = Actuator(device)
        guard let first = ListReading.lists(of: screen).first else { return (Outcome(problem: "no list"), truth) }
        var reading = ListReading(list: first, on: screen)
        var scrolls = 0
        while scrolls < 400 {
            switch reading.add(screen) {
            case .end: return (Outcome(table: reading.table, scrolls: scrolls), truth)
            case .lost: return (Outcome(table: reading.table, scrolls: scrolls, problem: "lost"), truth)
            case .scroll(let direction):
                try await actuator.perform(
                    .scroll(reading.scroller ?? first, direction),
                    on: screen,
                    apps: AppCatalog()
                )
                scrolls += 1
                screen = try await observer.observe().state
            }
        }
        return (Outcome(table: reading.table, scrolls: scrolls, problem: "no end"), truth)
    }

    /// Opens an app and goes the way to its list; as far as it is there, with what is not.
    private func open(_ list: ListCase, _ device: ADBDevice) async throws -> (ScreenState, missing: String?) {
        _ = try await device.run("monkey -p \(list.package) -c android.intent.category.LAUNCHER 1")
        let observer = ScreenObserver(device, options: ObserverOptions(picture: .none))
        var screen = try await observer.observe().state
        for step in list.way {
            guard let element = Self.element(step, on: screen) else {
                let shown = screen.elements.map(\.label).filter { !$0.isEmpty }
                return (screen, "no \(step) among \(shown)")
            }
            try await Actuator(device).perform(.click(element), on: screen, apps: AppCatalog())
            screen = try await observer.observe().state
        }
        return (screen, nil)
    }

    private static func element(_ name: String, on screen: ScreenState) -> Int? {
        screen.elements.last { element in
            let names = [element.text, element.contentDescription, element.label]
            guard element.clickTarget != nil else { return false }
            return name.hasSuffix("*") ? names.contains { $0.hasPrefix(name.dropLast()) } : names.contains(name)
        }?.id
    }
}
