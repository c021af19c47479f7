// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Benchmark

@Suite struct TrainingSplitTests {
    private static func suite() throws -> TaskSuite { try TaskSuite.load(Locations.checkout + "/Tasks/androidworld") }

    private static let file = Locations.checkout + "/Training/split.yaml"

    @Test func `the file is what its seed draws`() throws {
        let suite = try Self.suite()
        let split = try TrainingSplit.load(Self.file)
        try split.check(suite)
        let draw = try #require(split.draw)
        #expect(try TrainingSplit.drawn(suite, heldOutApps: split.heldOutApps, draw: draw) == split)
        #expect(try String(contentsOfFile: Self.file, encoding: .utf8) == split.yaml)
    }

    @Test func `71 templates are trained on, 30 of at least 15 families are held out, and two apps whole`() throws {
        let split = try TrainingSplit.load(Self.file)
        #expect(split.templates(.training).count == 71)
        #expect(split.templates(.heldOutTemplate).count == 30)
        #expect(split.templates(.heldOutApp).count == 15)
        #expect(split.families.count { $0.part == .heldOutTemplate } >= 15)
        #expect(Set(split.families.filter { $0.part == .heldOutApp }.map(\.app)) == ["Pro Expense", "Tasks"])
        let trained = Set(split.families.filter { $0.part == .training }.map(\.app))
        for family in split.families where family.part == .heldOutTemplate {
            #expect(trained.contains(family.app), "\(family.name)")
        }
    }

    /// The tasks that an agent passes which only says that it is done.
    @Test func `the tasks that begin done are named`() throws {
        let split = try TrainingSplit.load(Self.file)
        #expect(split.noOp.count == 6)
        #expect(split.noOp.allSatisfy { $0.hasPrefix("System") && $0.hasSuffix("Verify") })
    }

    @Test func `duplicates, noise variants, and tasks with their check stay together`() throws {
        let split = try TrainingSplit.load(Self.file)
        func family(_ template: String) -> String? { split.families.first { $0.templates.contains(template) }?.name }
        for (a, b) in [
            ("ExpenseDeleteSingle", "ExpenseDeleteMultiple"), ("ExpenseDeleteDuplicates", "ExpenseDeleteDuplicates2"),
            ("RecipeDeleteSingleRecipe", "RecipeDeleteSingleWithRecipeWithNoise"),
            ("SystemBluetoothTurnOn", "SystemBluetoothTurnOffVerify"), ("SystemWifiTurnOn", "SystemWifiTurnOnVerify"),
            ("SystemBrightnessMax", "SystemBrightnessMinVerify"), ("MarkorCreateNote", "MarkorCreateNoteAndSms"),
            ("NotesTodoItemCount", "NotesMeetingAttendeeCount"), ("CameraTakePhoto", "CameraTakeVideo"),
        ] {
            #expect(family(a) != nil)
            #expect(family(a) == family(b), "\(a), \(b)")
        }
        #expect(family("SystemWifiTurnOn") != family("SystemBluetoothTurnOn"))
        #expect(family("NotesIsTodo") != family("NotesTodoItemCount"))
    }

    @Test(arguments: [
        ("In Simple Calendar Pro, create a calendar event on {}", "create"), ("How many tasks do I have?", "how many"),
        ("Turn off WiFi, then enable bluetooth", "turn wifi"), ("Turn bluetooth on.", "turn bluetooth"),
        ("Update the content of {} to {}", "edit"), ("Text the address of {}", "send"), ("Is the note a todo?", "is"),
        ("", ""), ("Turn on", "turn "), ("how", "how"),
    ]) func `a goal's verb is found`(goal: String, verb: String) {
        #expect(TaskFamily.verb(of: goal) == verb)
    }

    @Test func `another seed draws other families under the same constraints`() throws {
        let suite = try Self.suite()
        var held: Set<[String]> = []
        for seed in 1...6 as ClosedRange<UInt64> {
            let draw = TrainingSplit.Draw(seed: seed, templates: 30, families: 15)
            let split = try TrainingSplit.drawn(suite, heldOutApps: ["Pro Expense", "Tasks"], draw: draw)
            try split.check(suite)
            #expect(split.templates(.heldOutTemplate).count == 30)
            held.insert(split.templates(.heldOutTemplate))
        }
        #expect(held.count == 6)
    }

    @Test func `what cannot be drawn is an error`() throws {
        let suite = try Self.suite()
        func code(_ templates: Int, _ families: Int, _ apps: [String] = []) -> DroidError.Code? {
            let draw = TrainingSplit.Draw(seed: 1, templates: templates, families: families)
            do {
                _ = try TrainingSplit.drawn(suite, heldOutApps: apps, draw: draw)
                return nil
            } catch { return (error as? DroidError)?.code }
        }
        #expect(code(200, 2) == "split.draw")
        #expect(code(5, 40) == "split.draw")
        #expect(code(30, 15, ["Nowhere"]) == "split.app")
        #expect(code(0, 0) == nil)
    }

    @Test(arguments: [
        ("      - MarkorDeleteNote\n", "", "split.missing", "MarkorDeleteNote"),
        ("- MarkorMergeNotes", "- MarkorMergeNote", "split.unknown", "MarkorMergeNotes"),
        ("- MarkorMergeNotes", "- MarkorMergeNotes\n      - NotesIsTodo", "split.twice", "NotesIsTodo"),
        ("suite: androidworld", "suite: first", "split.suite", "first"),
        ("part: held-out app", "part: held-out apps", "tasks.field", "held-out template"),
        ("part: held-out app\n", "part: training\n", "split.part", "Pro Expense"),
        ("held_out_apps:", "held_out_app:", "tasks.field", "held_out_apps"),
        ("seed: 1,", "seed: 2,", "split.draw", "seed 2"),
        ("no_op: [", "no_op: [Nowhere, ", "split.unknown", "Nowhere"),
    ]) func `a mistake in the file is named`(from: String, to: String, code: String, names: String) throws {
        let suite = try Self.suite()
        let text = try String(contentsOfFile: Self.file, encoding: .utf8)
        let place = try #require(text.range(of: from))
        let broken = text.replacingCharacters(in: place, with: to)
        let folder = NSTemporaryDirectory() + "/split-\(UUID().uuidString)"
        try FileBytes.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.write(broken, to: folder + "/split.yaml")
        #expect { try TrainingSplit.find(folder + "/split.yaml", for: suite) } throws: { error in
            let error = error as? DroidError
            return error?.code.rawValue == code && "\(error.map { "\($0)" } ?? "")".contains(names)
        }
    }

    @Test func `a file of any bytes is an error or a split`() throws {
        let bytes = try FileBytes.read(Self.file)
        var random = SeededRandom(seed: 11)
        for _ in 0..<150 {
            var copy = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                copy[Int.random(in: 0..<copy.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let text = String(decoding: copy.prefix(Int.random(in: 0...copy.count, using: &random)), as: UTF8.self)
            do { _ = try TrainingSplit(YAMLField.parse(text, file: "split.yaml")) } catch {
                #expect(error is DroidError)
            }
        }
    }
}
