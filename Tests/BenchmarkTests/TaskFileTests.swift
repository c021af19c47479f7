// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Benchmark

@Suite struct TaskFileTests {
    private static let good = """
        app: Settings
        split: train
        max_steps: 10
        optimal_steps: 4
        goals: ["Turn it {state}", "Switch it {state}"]
        params:
          state: {choice: ["on", "off"]}
          value: {map: {of: state, to: {"on": "1", "off": "0"}}}
          hour: {integer: {from: 0, to: 23, width: 2}}
          person: "{state}-{hour}"
        check:
          - setting: {namespace: global, key: wifi_on, is: "{value}"}
        oracle: StopwatchRun
        """

    private func load(_ text: String, lists: WordLists = [:]) throws -> TaskTemplate {
        try TaskTemplate(YAMLField.parse(text, file: "demo.yaml"), lists: lists)
    }

    private func failure(_ text: String) -> DroidError? {
        do {
            _ = try load(text)
            return nil
        } catch {
            return error as? DroidError
        }
    }

    @Test func `a task file is read`() throws {
        let template = try load(Self.good)
        #expect(template.name == "demo")
        #expect(template.maxSteps == 10)
        #expect(template.split == .train)
    }

    @Test func `the same seed gives the same values, and another seed others`() throws {
        let template = try load(Self.good)
        let first = try TaskInstance(template, seed: 30)
        #expect(try TaskInstance(template, seed: 30).values == first.values)
        #expect(try TaskInstance(template, seed: 30).goal == first.goal)
        let all = try Set((0..<40).map { try TaskInstance(template, seed: $0).values["hour"] ?? "" })
        #expect(all.count > 10)
        #expect(all.allSatisfy { $0.count == 2 })
        #expect(first.values["person"] == "\(first.values["state"] ?? "")-\(first.values["hour"] ?? "")")
    }

    @Test func `another value before one does not change it`() throws {
        let template = try load(Self.good)
        let longer = try load(Self.good.replacing("params:", with: "params:\n  extra: {digits: 4}"))
        for seed in UInt64(0)..<20 {
            #expect(
                try TaskInstance(template, seed: seed).values["hour"] == TaskInstance(longer, seed: seed).values["hour"]
            )
        }
    }

    @Test func `except keeps two values apart`() throws {
        let text = Self.good.replacing(
            "check:",
            with: "  other: {choice: [\"on\", \"off\"], except: [state]}\ncheck:"
        )
        let template = try load(text)
        for seed in UInt64(0)..<30 {
            let values = try TaskInstance(template, seed: seed).values
            #expect(values["state"] != values["other"])
        }
    }

    @Test func `a wording can be asked for`() throws {
        let template = try load(Self.good)
        #expect(try TaskInstance(template, seed: 1, goals: .wording(1)).goal.hasPrefix("Switch"))
        #expect(try TaskInstance(template, seed: 1, goals: .wording(2)).goal.hasPrefix("Turn"))
    }

    @Test(arguments: [
        ("max_steps: 10", "max_steps: ten", "tasks.field", "demo.yaml:3", "whole number"),
        ("max_steps: 10", "max_step: 10", "tasks.field", "demo.yaml:3", "did you mean max_steps"),
        ("app: Settings\n", "", "tasks.field", "demo.yaml:1", "\"app\" is missing"),
        ("split: train", "split: both", "tasks.field", "demo.yaml:2", "train or heldout"),
        ("{state}\", \"Switch", "{stat}\", \"Switch", "tasks.parameter", "demo.yaml:5", "{stat}"),
        ("is: \"{value}\"", "iz: \"{value}\"", "tasks.field", "check[0].setting.iz", "did you mean is"),
        ("setting: {", "settings: {", "tasks.field", "check[0].settings", "did you mean setting"),
        ("of: state", "of: stat", "tasks.field", "params.value.map.of", "does not stand before"),
        ("{choice: [\"on\", \"off\"]}", "{draw: names}", "tasks.field", "params.state.draw", "no list"),
        ("to: 23", "to: -1", "tasks.field", "params.hour.integer.to", "outside"),
        ("goals: [\"Turn it {state}\", \"Switch it {state}\"]", "goals: []", "tasks.field", "goals", "at least one"),
    ])
    func `a mistake is told with its place`(
        _ from: String,
        _ to: String,
        _ code: String,
        _ place: String,
        _ word: String
    ) {
        let error = failure(Self.good.replacing(from, with: to))
        #expect(error?.code.rawValue == code)
        #expect(error?.what.contains(place) == true, "\(error?.what ?? "no error")")
        #expect("\(error.map { "\($0)" } ?? "")".contains(word), "\(error?.what ?? "no error")")
    }

    @Test func `text that is no YAML is an error and no crash`() {
        var random = SeededRandom(seed: 11)
        for _ in 0..<300 {
            var bytes = Array(Self.good.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            do { _ = try load(String(decoding: bytes, as: UTF8.self)) } catch { #expect(error is DroidError) }
        }
    }

    @Test func `braces can be written`() throws {
        #expect(try TextTemplate("a {{b}} {c}").filled(["c": "d"]) == "a {b} d")
        #expect(throws: DroidError.self) { try TextTemplate("{x}").filled([:]) }
    }

    @Test func `patterns choose tasks`() {
        #expect(Glob.matches("file-*", "file-delete"))
        #expect(Glob.matches("*", ""))
        #expect(Glob.matches("?lock*", "clock-alarm"))
        #expect(!Glob.matches("file", "file-delete"))
        #expect(!Glob.matches("f?le", "fle"))
    }

    @Test func `the first suite has sixteen tasks, four of them held out whole`() throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/first")
        #expect(suite.templates.count == 16)
        #expect(suite.templates.count { $0.split == .heldout } == 4)
        for template in suite.templates {
            #expect(template.goals.count >= 2, "\(template.name) has several wordings")
            #expect(template.optimalSteps < template.maxSteps)
            for seed in UInt64(0)..<50 { _ = try TaskInstance(template, seed: seed) }
        }
    }
}

/// Values that are worked out from others.
@Suite struct ValueTests {
    private func value(_ source: String, before: String = "") throws -> String {
        let text = """
            app: Settings
            split: train
            max_steps: 10
            optimal_steps: 4
            goals: ["{it}"]
            params:
              row: "Plums | 3 | ripe and sweet"
              day: "16"
              lines: "a\\nb\\nc\\nd"
            \(before)
              it: \(source)
            check: [{answer: x}]
            """
        let lists = try WordLists(
            YAMLField.parse("fruit: [Plum]\nprice: {Plum: '3', Pear: '4'}", file: "lists.yaml")
        )
        return try TaskInstance(TaskTemplate(YAMLField.parse(text, file: "demo.yaml"), lists: lists), seed: 3).goal
    }

    @Test(arguments: [
        ("{field: {of: row, at: 1}}", "3"), ("{field: {of: row, at: 2}}", "ripe and sweet"),
        ("{math: \"({day} + 1) * 60 - 7 % 4\"}", "1017"), ("{math: \"-3 + -(2)\"}", "-5"),
        ("{date: {of: \"2023-10-{day}\", format: \"EEEE, MMMM d yyyy\"}}", "Monday, October 16 2023"),
        ("{date: {of: \"2023-10-{day}\", add: \"16\", format: \"yyyy-MM-dd\"}}", "2023-11-01"),
        ("{timestamp: \"2023-10-{day} 13:05\"}", "1697461500"), ("{timestamp: \"1970-1-2\"}", "86400"),
        ("{draw: fruit}", "Plum"), ("{map: {of: fruit, to: price}}", "3"),
    ])
    func `a value is worked out`(_ source: String, _ wanted: String) throws {
        #expect(try value(source, before: "  fruit: {draw: fruit}") == wanted)
    }

    @Test func `lines are drawn without doubles, in an order of the seed's`() throws {
        let all = try value("{shuffled: {of: lines}}").split(separator: "\n").map(String.init)
        #expect(all.sorted() == ["a", "b", "c", "d"])
        #expect(try value("{shuffled: {of: lines, take: 2}}").split(separator: "\n").count == 2)
    }

    @Test(arguments: [
        ("2023-10-15", "today"), ("2023-10-16", "tomorrow"), ("2023-10-14", "yesterday"),
        ("2023-10-18", "this Wednesday"),
        ("2023-10-24", "the Tuesday after next"), ("2023-10-12", "last Thursday"),
        ("2023-12-24", "on December 24 2023"),
    ])
    func `a day is named as it is seen from the device's own`(_ day: String, _ words: String) throws {
        let date = try #require(TaskDates.moment(day))
        #expect(TaskDates.words(for: date).contains(words))
    }

    @Test(arguments: [
        "{math: \"1 +\"}", "{math: \"9223372036854775807 + 1\"}", "{math: \"1 / 0\"}", "{timestamp: \"2023-02-30\"}",
        "{timestamp: soon}", "{field: {of: row, at: 3}}", "{map: {of: row, to: price}}",
    ])
    func `what cannot be worked out is an error`(_ source: String) {
        #expect(throws: DroidError.self) { try value(source) }
    }

    @Test func `deep parentheses are an error, not the end of the program`() {
        #expect(Arithmetic.value(of: String(repeating: "(", count: 100_000)) == nil)
        #expect(Arithmetic.value(of: String(repeating: "-", count: 100_000) + "1") == nil)
    }

    @Test func `seeds follow AndroidWorld's rule where the suite says so`() {
        #expect(TaskSuite.Seeding.hashed.seed(30, task: "CameraTakePhoto", episode: 0) == 3_729_977_769)
        #expect(TaskSuite.Seeding.hashed.seed(7, task: "X", episode: 2) == 110_546_937)
        #expect(TaskSuite.Seeding.counted.seed(30, task: "X", episode: 2) == 32)
    }
}
