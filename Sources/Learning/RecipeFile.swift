// SPDX-License-Identifier: Apache-2.0

import Base
import Yams

/// Recipes: YAML files of which every key is known.
enum RecipeFile {
    /// Reads a recipe.
    ///
    /// - Parameter keys: all that it may have.
    /// - Throws: `DroidError` with code `file.read`, or `recipe.format` naming what is missing or not known.
    static func load<Recipe: Decodable>(_ path: String, keys: [String]) throws -> Recipe {
        let text = String(decoding: try FileBytes.read(path), as: UTF8.self)
        do {
            if let found = try Yams.compose(yaml: text)?.mapping?.keys.compactMap({ $0.scalar?.string }),
                let stray = found.first(where: { !keys.contains($0) })
            {
                throw DroidError(
                    "recipe.format",
                    "\(path) has a key \"\(stray)\" that no recipe has",
                    next: "known are: \(keys.joined(separator: ", "))"
                )
            }
            return try YAMLDecoder().decode(Recipe.self, from: text)
        } catch {
            throw DroidError.wrapping(error, "recipe.format", "\(path) is no recipe", next: "see Training/README.md")
        }
    }

    /// Looks whether the values of a recipe are in their ranges.
    ///
    /// - Throws: `DroidError` with code `recipe.format` naming the first that is not.
    static func check(
        _ path: String,
        counts: [(key: String, value: Int, range: ClosedRange<Int>)],
        sizes: [(key: String, value: Double, range: ClosedRange<Double>)]
    ) throws {
        let stray =
            counts.first { !$0.range.contains($0.value) }.map { "\($0.key) is \($0.value), not in \($0.range)" }
            ?? sizes.first { !$0.range.contains($0.value) }.map { "\($0.key) is \($0.value), not in \($0.range)" }
        guard let stray else { return }
        throw DroidError("recipe.format", "\(path) is no recipe", why: stray, next: "see Training/README.md")
    }
}
