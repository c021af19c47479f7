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
        #expect(try TaskInstance(template, seed: 1, wording: 1).goal.hasPrefix("Switch"))
        #expect(try TaskInstance(template, seed: 1, wording: 2).goal.hasPrefix("Turn"))
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
