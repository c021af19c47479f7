// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// What the checks of the recipe tasks take, and what they reject; and what their set-up leaves behind.
@Suite(.serialized) struct RecipeCheckTests {
    /// One end state: what was done to the table, and whether it is what the task wants.
    private struct End {
        var words: String
        var passes: Bool
        var sql: String
    }

    private func instance(_ task: String, seed: UInt64 = 3) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        return try TaskInstance(#require(suite.templates.first { $0.name == task }), seed: seed)
    }

    private func judge(_ task: String, _ ends: (TaskInstance) throws -> [End]) async throws {
        let instance = try instance(task)
        let device = try await BenchDevice.startBuiltIn()
        for end in try ends(instance) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let command = "sqlite3 \(RecipeTable.database) \(ShellQuoting.quote(end.sql))"
            #expect(try await device.adb.run(command).exitCode == 0, "\(end.sql)")
            let outcomes = try await CheckRunner(device: device.adb, instance: instance, baselines: baselines).run()
            let found = outcomes.map(\.found).joined(separator: "; ")
            #expect(outcomes.allSatisfy(\.passed) == end.passes, "\(task), \(end.words): \(found)")
        }
        await device.stop()
    }

    private func quote(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }

    /// The SQL that stores a recipe, with some columns changed.
    private func insert(_ line: String, _ changes: [String: String] = [:]) throws -> String {
        let row = try #require(RecipeRow(line))
        var values = row.values.mapValues(\.sql)
        for (column, text) in changes { values[column] = quote(text) }
        let columns = values.keys.sorted()
        let list = columns.map { values[$0] ?? "" }.joined(separator: ", ")
        return "INSERT INTO recipes (\(columns.joined(separator: ", "))) VALUES (\(list));"
    }

    @Test(
        arguments: [
            "RecipeAddSingleRecipe", "RecipeAddMultipleRecipes", "RecipeAddMultipleRecipesFromMarkor",
            "RecipeAddMultipleRecipesFromMarkor2",
        ]
    )
    func `recipes count when each of their parts is there and nothing else is`(task: String) async throws {
        try await judge(task) { instance in
            let lines = (instance.values["rows"] ?? "").split(separator: "\n").map(String.init)
            let last = try #require(lines.last)
            let row = try #require(RecipeRow(last))
            let others = try lines.dropLast().map { try insert($0) }.joined()
            func end(_ words: String, _ passes: Bool, _ changes: [String: String], then: String = "") throws -> End {
                End(words: words, passes: passes, sql: others + (try insert(last, changes)) + then)
            }
            return [
                try end("as wanted", true, [:]),
                try end("a letter too many", true, ["directions": row.directions + "!"]),
                try end("half of the directions", false, ["directions": String(row.directions.prefix(30))]),
                try end("another title", false, ["title": "Toast"]),
                try end("no description", false, ["description": ""]),
                try end(
                    "other servings",
                    false,
                    ["servings": row.servings == "1 serving" ? "2 servings" : "1 serving"]
                ),
                try end("another time", false, ["preparationTime": row.time == "2 hrs" ? "3 hrs" : "2 hrs"]),
                try end("no ingredients", false, ["ingredients": ""]),
                try end("a source that nobody named", false, ["source": "The web"]),
                try end("parts in each other's place", false, ["servings": row.time, "preparationTime": row.servings]),
                try end("a favorite", false, ["favorite": "1"]),
                try end("twice", false, [:], then: try insert(last)),
                try end("another recipe besides", false, [:], then: try insert("Toast|||||bread|Toast it.")),
                try end(
                    "an old recipe changed",
                    false,
                    [:],
                    then: "UPDATE recipes SET favorite = 1 WHERE recipeId = (SELECT MIN(recipeId) FROM recipes);"
                ),
                try end(
                    "an old recipe gone",
                    false,
                    [:],
                    then: "DELETE FROM recipes WHERE recipeId = (SELECT MIN(recipeId) FROM recipes);"
                ),
                End(words: "nothing", passes: false, sql: "SELECT 1"),
                End(words: "all but the last", passes: false, sql: others + "SELECT 1"),
            ]
        }
    }

    @Test(
        arguments: [
            "RecipeDeleteSingleRecipe", "RecipeDeleteSingleWithRecipeWithNoise", "RecipeDeleteMultipleRecipes",
            "RecipeDeleteMultipleRecipesWithNoise", "RecipeDeleteMultipleRecipesWithConstraint",
        ]
    )
    func `exactly the named recipes must go`(task: String) async throws {
        try await judge(task) { instance in
            let names = (1...3).compactMap { instance.values["title\($0)"] }.map(quote)
            let list = names.joined(separator: ", ")
            let delete = "DELETE FROM recipes WHERE title IN (\(list));"
            var ends = [
                End(words: "as wanted", passes: true, sql: delete),
                End(words: "nothing", passes: false, sql: "SELECT 1"),
                End(words: "others", passes: false, sql: "DELETE FROM recipes WHERE title NOT IN (\(list)); SELECT 1"),
                End(
                    words: "renamed",
                    passes: false,
                    sql: "UPDATE recipes SET title = 'Gone' WHERE title IN (\(list));"
                ),
                End(
                    words: "a new one in its place",
                    passes: false,
                    sql: delete + (try insert("Toast|||||bread|Toast it."))
                ),
            ]
            if names.count > 1 {
                ends.append(
                    End(words: "one only", passes: false, sql: "DELETE FROM recipes WHERE title = \(names[0]);")
                )
            }
            if task.contains("Noise") || task.contains("Constraint") {
                ends.append(
                    End(
                        words: "one too many",
                        passes: false,
                        sql: delete + "DELETE FROM recipes WHERE recipeId = (SELECT MAX(recipeId) FROM recipes);"
                    )
                )
                ends.append(
                    End(
                        words: "another one changed",
                        passes: false,
                        sql: delete
                            + "UPDATE recipes SET servings = 'x' WHERE recipeId = (SELECT MAX(recipeId) FROM recipes);"
                    )
                )
            }
            return ends
        }
    }

    @Test(
        arguments: ["RecipeDeleteDuplicateRecipes", "RecipeDeleteDuplicateRecipes2", "RecipeDeleteDuplicateRecipes3"]
    )
    func `one of the two must stay, whichever, and the nearly same must stay too`(task: String) async throws {
        let same = """
            SELECT a.recipeId FROM recipes a JOIN recipes b ON a.recipeId <> b.recipeId AND a.title = b.title
            AND a.description = b.description AND a.servings = b.servings AND a.preparationTime = b.preparationTime
            AND a.ingredients = b.ingredients AND a.directions = b.directions
            """
        func delete(_ which: String) -> String { "DELETE FROM recipes WHERE recipeId \(which);" }
        try await judge(task) { _ in
            var ends = [
                End(words: "the first", passes: true, sql: delete("= (SELECT MIN(recipeId) FROM (\(same)))")),
                End(words: "the second", passes: true, sql: delete("= (SELECT MAX(recipeId) FROM (\(same)))")),
                End(words: "both", passes: false, sql: delete("IN (\(same))")),
                End(words: "nothing", passes: false, sql: "SELECT 1"),
                End(
                    words: "another one",
                    passes: false,
                    sql: delete("= (SELECT MIN(recipeId) FROM recipes WHERE recipeId NOT IN (\(same)))")
                ),
                End(
                    words: "one too many",
                    passes: false,
                    sql: delete("= (SELECT MAX(recipeId) FROM (\(same)))")
                        + delete("= (SELECT MAX(recipeId) FROM recipes)")
                        + delete("= (SELECT MIN(recipeId) FROM recipes)")
                ),
                End(
                    words: "one of them changed",
                    passes: false,
                    sql: "UPDATE recipes SET title = 'x' WHERE recipeId = (SELECT MAX(recipeId) FROM (\(same)));"
                ),
            ]
            if task.hasSuffix("2") {
                let near =
                    "recipeId NOT IN (\(same)) AND title = (SELECT title FROM recipes WHERE recipeId IN (\(same)))"
                ends.append(
                    End(
                        words: "a nearly same one",
                        passes: false,
                        sql: delete("= (SELECT MIN(recipeId) FROM recipes WHERE \(near))")
                    )
                )
            }
            return ends
        }
    }

    @Test func `the ingredient stands in the directions of three recipes alone`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        for seed in 1...6 as ClosedRange<UInt64> {
            let instance = try instance("RecipeDeleteMultipleRecipesWithConstraint", seed: seed)
            _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            let rows = try await RecipeTable.rows(device.adb)
            let spice = try #require(instance.values["spice"])
            let hits = rows.filter { $0.directions.localizedCaseInsensitiveContains(spice) }
            let wanted = (1...3).compactMap { instance.values["title\($0)"] }
            #expect(rows.count == 32 && Set(hits.map(\.title)) == Set(wanted) && hits.count == 3)
            #expect(Set(rows.map(\.title)).count == rows.count)
        }
        await device.stop()
    }

    @Test func `three recipes of the title of the doubled one differ from it`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance("RecipeDeleteDuplicateRecipes2")
        _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let rows = try await RecipeTable.rows(device.adb)
        let same = rows.filter { $0.title == instance.values["title1"] }
        #expect(rows.count == 12 && same.count == 5 && Set(same.map(\.content)).count == 4)
        await device.stop()
    }

    @Test(
        arguments: [
            ["noise": "4000", "seed": "1"], ["rows": "Soup|x", "seed": "1"], ["seed": "x"],
            ["twice": "true", "seed": "1"],
            ["near": "9", "rows": "Soup||||||", "seed": "1"],
        ]
    )
    func `a set-up that makes no sense is refused`(values: [String: String]) {
        let arguments = ProgramArguments(name: "RecipeSetUp", place: "here", values: values)
        #expect(throws: DroidError.self) { try RecipeSetUp(arguments) }
    }
}
