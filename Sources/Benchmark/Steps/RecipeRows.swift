// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen

/// A row of Broccoli's table of recipes.
struct RecipeRow: Hashable, Sendable {
    var id: Int64 = 0
    var title: String
    var description = ""
    var servings = ""
    var time = ""
    var source = ""
    var ingredients = ""
    var directions = ""

    /// Reads lines of `TITLE|DESCRIPTION|SERVINGS|TIME|SOURCE|INGREDIENTS|DIRECTIONS`.
    static func list(_ key: String, _ arguments: ProgramArguments) throws -> [RecipeRow] {
        try arguments.lines(key).map { line in
            guard let row = RecipeRow(line) else {
                throw arguments.failure(
                    "\(key) must be lines of TITLE|DESCRIPTION|SERVINGS|TIME|SOURCE|INGREDIENTS|DIRECTIONS, not \"\(line)\""
                )
            }
            return row
        }
    }

    init?(_ line: String) {
        let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(\.trimmingSpaces)
        guard parts.count == 7, !parts[0].isEmpty else { return nil }
        (title, description, servings, time) = (parts[0], parts[1], parts[2], parts[3])
        (source, ingredients, directions) = (parts[4], parts[5], parts[6])
    }

    init(title: String) { self.title = title }

    init(stored row: DeviceTable.Row) {
        id = row["recipeId"].flatMap { Int64($0) } ?? 0
        title = row["title"] ?? ""
        description = row["description"] ?? ""
        servings = row["servings"] ?? ""
        time = row["preparationTime"] ?? ""
        source = row["source"] ?? ""
        ingredients = row["ingredients"] ?? ""
        directions = row["directions"] ?? ""
    }

    /// The same without its number: what exact duplicates have in common.
    var content: RecipeRow {
        var copy = self
        copy.id = 0
        return copy
    }

    /// The row as the table takes it; the app gives it its number.
    var values: [String: TableValue] {
        [
            "title": .text(title), "description": .text(description), "servings": .text(servings),
            "preparationTime": .text(time), "source": .text(source), "ingredients": .text(ingredients),
            "directions": .text(directions), "favorite": 0, "imageName": "",
        ]
    }
}

/// The recipes on a device.
enum RecipeTable {
    static let database = "/data/data/com.flauschcode.broccoli/databases/broccoli"

    static func on(_ device: any DeviceLink) -> DeviceTable {
        DeviceTable(device, database: database, table: "recipes")
    }

    /// Every recipe, as the app lists them: by title, whatever the case of letters.
    ///
    /// - Throws: `DroidError` with code `bench.query` when the database cannot be read.
    static func rows(_ device: any DeviceLink) async throws -> [RecipeRow] {
        try await on(device).rows().map(RecipeRow.init(stored:))
            .sorted { ($0.title.lowercased(), $0.id) < ($1.title.lowercased(), $1.id) }
    }
}

/// Fills Broccoli's table: `rows` (lines of `TITLE|DESCRIPTION|SERVINGS|TIME|SOURCE|INGREDIENTS|DIRECTIONS`), and around
/// them as many others as `noise` says, drawn from `seed`, each with a title of its own.
///
/// With `twice: "true"` the first of the rows is there twice; `near` is the number of further ones that differ from it in
/// one part, not the title. No other recipe's directions hold `without`. The app must have made its database.
struct RecipeSetUp: TaskProgram {
    private let rows: [RecipeRow]
    private let noise: Int
    private let near: Int
    private let twice: Bool
    private let without: String
    private let seed: UInt64

    init(_ arguments: ProgramArguments) throws {
        func number(_ key: String, to limit: Int) throws -> Int {
            guard let text = arguments[key] else { return 0 }
            guard let number = Int(text), (0...limit).contains(number) else {
                throw arguments.failure("\(key) must be 0...\(limit), not \"\(text)\"")
            }
            return number
        }
        rows = try RecipeRow.list("rows", arguments)
        noise = try number("noise", to: RecipeNoise.dishes.count)
        near = try number("near", to: 5)
        twice = arguments["twice"] == "true"
        without = arguments["without"] ?? ""
        guard let seed = UInt64(try arguments.need("seed")) else { throw arguments.failure("seed must be a number") }
        self.seed = seed
        if (twice || near > 0) && rows.isEmpty { throw arguments.failure("twice and near need a row") }
    }

    func setUp(_ device: any DeviceLink) async throws {
        var random = SeededRandom(seed: seed, name: "recipes")
        var all = rows + RecipeNoise.rows(noise, without: without, except: Set(rows.map(\.title)), &random)
        guard all.count == rows.count + noise else {
            throw DroidError("bench.setup", "there are too few recipes without \"\(without)\"")
        }
        if let first = rows.first {
            if twice { all.append(first) }
            all += RecipeNoise.variants(of: first, near, &random)
        }
        try await RecipeTable.on(device).replace(with: all.shuffled(using: &random).map(\.values))
    }
}

/// Recipes that stand around those that a task is about.
enum RecipeNoise {
    static let dishes: [(title: String, directions: String)] = [
        ("Apple Crumble", "Cover sliced apples with oats, flour and butter, and bake until bubbling."),
        ("Asparagus Frittata", "Pour the whisked eggs over the asparagus and let them set in the oven."),
        ("Bacon Potato Chowder", "Fry the bacon, add potatoes and milk, and simmer until thick."),
        ("Banana Pancakes", "Mash the bananas with eggs and flour, and fry small rounds."),
        ("Bean Burrito Bowl", "Layer rice, black beans, corn and salsa, and squeeze lime over it."),
        ("Beer Battered Fish", "Dip the fillets into a batter of beer and flour and deep-fry them."),
        ("Blueberry Muffins", "Fold the berries into the batter, fill the cups, and bake for twenty minutes."),
        ("Carrot Cake Bites", "Blend carrots, dates and nuts, roll balls, and chill them."),
        ("Chicken Noodle Soup", "Simmer the chicken with vegetables, shred it, and add the noodles."),
        ("Chili sin Carne", "Cook beans, peppers and tomatoes with chili until everything is soft."),
        ("Chocolate Mousse", "Fold whipped cream into melted chocolate and chill it overnight."),
        ("Coconut Rice Pudding", "Cook the rice in coconut milk with sugar, stirring often."),
        ("Corn Fritters", "Mix corn with flour and eggs and fry spoonfuls on both sides."),
        ("Couscous with Raisins", "Pour hot stock over couscous and raisins, cover, and fluff with a fork."),
        ("Creamy Tomato Soup", "Stew tomatoes with onions, blend, and stir in the cream."),
        ("Duck with Oranges", "Roast the duck, and boil down the juice of oranges for the sauce."),
        ("Falafel Plate", "Grind soaked chickpeas with onions, shape balls, and fry them."),
        ("French Onion Soup", "Brown many onions slowly, add stock, and bake with bread and cheese."),
        ("Gnocchi in Sage Butter", "Boil the gnocchi until they float and toss them in brown butter."),
        ("Grilled Halloumi", "Grill slices of halloumi and serve them with honey and melon."),
        ("Hummus with Flatbread", "Blend chickpeas, tahini and lemon, and warm the bread."),
        ("Kimchi Fried Rice", "Fry the rice with kimchi and its juice and put an egg on top."),
        ("Lamb Kofta", "Knead the lamb with onions, shape it on skewers, and grill."),
        ("Leek Quiche", "Fill the crust with leeks, cream and eggs, and bake until set."),
        ("Lobster Rolls", "Mix lobster with mayonnaise and celery, and fill buttered rolls."),
        ("Minestrone", "Cook vegetables and small pasta in stock, and add beans."),
        ("Miso Glazed Tofu", "Brush tofu with miso and bake it until it shines."),
        ("Nachos Supreme", "Spread chips, beans and cheese on a tray and bake for ten minutes."),
        ("Onion Tart", "Spread soft onions and cream over the dough and bake."),
        ("Paella Valenciana", "Fry chicken and beans, add rice and stock, and do not stir."),
        ("Pear Gorgonzola Salad", "Slice the pears, crumble the cheese, and add walnuts."),
        ("Pork Schnitzel", "Pound the pork, bread it, and fry it in plenty of butter."),
        ("Pumpkin Pie", "Mix pumpkin with eggs and cream, fill the crust, and bake."),
        ("Ratatouille", "Stew eggplants, peppers, zucchini and tomatoes in olive oil."),
        ("Red Lentil Dal", "Cook the lentils until they fall apart and stir in fried onions."),
        ("Shakshuka", "Simmer tomatoes and peppers, and poach the eggs in the sauce."),
        ("Spaghetti Carbonara", "Toss hot spaghetti with eggs, cheese and fried pork."),
        ("Tortilla de Patatas", "Fry potatoes and onions, mix with eggs, and fry from both sides."),
        ("Vegetable Paella", "Fry peppers and beans, add rice and stock, and let it rest."),
        ("Waldorf Salad", "Mix apples, celery and walnuts with mayonnaise."),
    ]
    private static let spices = [
        "saffron", "ginger", "oregano", "thyme", "cumin", "cinnamon", "nutmeg", "paprika", "turmeric", "coriander",
        "capers", "rosemary",
    ]
    private static let uses = [
        "Season with SPICE before serving.", "Stir in some SPICE at the end.", "Add SPICE to taste.",
        "Finish with a little SPICE.",
    ]
    private static let descriptions = [
        "An ideal recipe for experimenting with different flavors.", "A quick and easy meal perfect for busy weekdays.",
        "A family favorite since childhood.", "Perfect for a large gathering of friends.",
        "Comfort food for a cold and rainy day.", "A wholesome dish that is both nutritious and tasty.",
    ]
    private static let servings = ["1 serving", "2 servings", "3-4 servings", "6 servings", "8 servings"]
    private static let times = ["10 mins", "20 mins", "30 mins", "45 mins", "1 hrs", "2 hrs", "3 hrs", "4 hrs"]
    private static let ingredients = [
        "see directions", "varies", "as per taste", "to your liking", "flexible ingredients", "subject to change",
    ]

    private static func draw(_ list: [String], except: String = "", _ random: inout SeededRandom) -> String {
        list.filter { $0 != except }.randomElement(using: &random) ?? ""
    }

    /// As many recipes, no title twice, and none that takes the time `time`.
    static func rows(
        _ count: Int,
        without word: String,
        except taken: Set<String>,
        _ random: inout SeededRandom,
        time: String = ""
    ) -> [RecipeRow] {
        let free = dishes.filter { dish in
            !taken.contains(dish.title) && (word.isEmpty || !dish.directions.localizedCaseInsensitiveContains(word))
        }
        return free.shuffled(using: &random).prefix(count).compactMap { dish in
            let use = draw(uses, &random).replacing("SPICE", with: draw(spices, except: word.lowercased(), &random))
            let parts = [
                dish.title, draw(descriptions, &random), draw(servings, &random),
                draw(times, except: time, &random), "",
                draw(ingredients, &random), "\(dish.directions) \(use)",
            ]
            return RecipeRow(parts.joined(separator: "|"))
        }
    }

    /// As many recipes of the same title, each with another part that differs.
    static func variants(of row: RecipeRow, _ count: Int, _ random: inout SeededRandom) -> [RecipeRow] {
        (0..<5).shuffled(using: &random).prefix(count).map { part in
            var copy = row
            switch part {
            case 0: copy.description = draw(descriptions, except: row.description, &random)
            case 1: copy.servings = draw(servings, except: row.servings, &random)
            case 2: copy.time = draw(times, except: row.time, &random)
            case 3: copy.ingredients = draw(ingredients, except: row.ingredients, &random)
            default: copy.directions += " " + draw(uses, &random).replacing("SPICE", with: draw(spices, &random))
            }
            return copy
        }
    }
}
