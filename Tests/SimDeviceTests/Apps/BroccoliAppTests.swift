// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("Broccoli app") struct BroccoliAppTests {
    private func rows(_ robot: Robot) throws -> [String] {
        let database = robot.system.database(RecipeStore.path) { _ in }
        return try database.read { db in
            let sql = """
                SELECT title || '|' || description || '|' || source || '|' || servings || '|' || preparationTime || '|' ||
                    ingredients || '|' || directions || '|' || favorite || '|' || imageName FROM recipes ORDER BY recipeId
                """
            return try String.fetchAll(db, sql: sql)
        }
    }

    private func robot(_ recipes: [Recipe] = []) throws -> Robot {
        let robot = try Robot(start: BroccoliApp.package)
        let store = RecipeStore(AppContext(system: robot.system, package: BroccoliApp.package))
        for recipe in recipes { try store.save(recipe) }
        robot.windows.forceStop(BroccoliApp.package)
        robot.open(BroccoliApp.package)
        return robot
    }

    private static let soup = Recipe(
        title: "Lentil Soup",
        description: "For cold days",
        source: "Grandma",
        servings: "2 servings",
        time: "30 mins",
        ingredients: "lentils\ncarrots",
        directions: "Boil the lentils.\nAdd the carrots."
    )

    @Test("a new recipe is stored with all of its parts, and its page is shown")
    func add() throws {
        let robot = try robot()
        #expect(robot.sees("No recipes found."))
        try robot.tap("fab_recipes")
        try robot.fill("Title", "Lentil Soup")
        try robot.fill("Description", "For cold days")
        try robot.fill("Source", "Grandma")
        try robot.fill("Servings", "2 servings")
        robot.back()
        try robot.fill("Time", "30 mins")
        robot.back()
        try robot.fill("Ingredients", "lentils")
        robot.back()
        try robot.fill("Directions", "Boil the lentils.")
        try robot.tap("SAVE")
        #expect(
            try rows(robot) == ["Lentil Soup|For cold days|Grandma|2 servings|30 mins|lentils|Boil the lentils.|0|"]
        )
        #expect(robot.message == "The recipe has been saved.")
        #expect(robot.text("details_servings") == "2 servings" && robot.sees("Boil the lentils."))
        robot.back()
        #expect(robot.text("card_text_view_title") == "Lentil Soup" && robot.sees("fab_recipes"))
    }

    @Test("a recipe needs a title")
    func untitled() throws {
        let robot = try robot()
        try robot.tap("fab_recipes")
        try robot.fill("Description", "For cold days")
        try robot.tap("SAVE")
        #expect(robot.message == "Please add a title.")
        #expect(try rows(robot).isEmpty && robot.sees("new_title"))
    }

    @Test("leaving what was typed is asked about, leaving nothing is not")
    func discard() throws {
        let robot = try robot()
        try robot.tap("fab_recipes")
        try robot.tap("Close")
        #expect(robot.sees("fab_recipes"))
        try robot.tap("fab_recipes")
        try robot.fill("Title", "Soup")
        try robot.tap("Close")
        #expect(robot.sees("Discard changes?"))
        try robot.tap("CANCEL")
        #expect(robot.sees("new_title"))
        robot.back()
        // The first BACK may only have put the keyboard away.
        if !robot.sees("Discard changes?") { robot.back() }
        try robot.tap("DISCARD")
        #expect(try rows(robot).isEmpty && robot.sees("fab_recipes"))
    }

    @Test("a recipe is edited from its page")
    func edit() throws {
        let robot = try robot([Self.soup])
        try robot.tap("Lentil Soup")
        #expect(robot.sees("lentils") && robot.sees("carrots") && robot.sees("Boil the lentils."))
        try robot.menu("Edit")
        try robot.fill("Lentil Soup", "Bean Soup")
        try robot.tap("SAVE")
        #expect(robot.sees("Bean Soup") && !robot.sees("Lentil Soup"))
        #expect(try rows(robot).count == 1 && rows(robot)[0].hasPrefix("Bean Soup|For cold days|Grandma|2 servings|"))
    }

    @Test("a recipe is deleted only after a question")
    func delete() throws {
        let robot = try robot([Self.soup, Recipe(title: "Apple Pie")])
        try robot.tap("Lentil Soup")
        try robot.menu("Delete")
        #expect(robot.sees("Delete this recipe?"))
        try robot.tap("CANCEL")
        #expect(try rows(robot).count == 2)
        try robot.menu("Delete")
        try robot.tap("DELETE")
        #expect(
            robot.message == "The recipe has been deleted." && robot.sees("Apple Pie") && !robot.sees("Lentil Soup")
        )
        #expect(try rows(robot).count == 1)
    }

    @Test("cards stand by title, whatever the letters' case, and a search finds starts of words")
    func search() throws {
        let robot = try robot([
            Self.soup, Recipe(title: "banana Bread"), Recipe(title: "Apple Pie", ingredients: "butter"),
        ])
        #expect(
            robot.texts.filter { ["Lentil Soup", "banana Bread", "Apple Pie"].contains($0) } == [
                "Apple Pie", "banana Bread", "Lentil Soup",
            ]
        )
        try robot.tap("Search")
        try robot.fill("Search in ALL RECIPES", "carr")
        #expect(robot.sees("Lentil Soup") && !robot.sees("Apple Pie"))
        try robot.tap("Clear query")
        // Directions are not searched.
        try robot.fill("Search in ALL RECIPES", "boil")
        #expect(robot.sees("No recipes found."))
        robot.back()
        if robot.sees("search_src_text") { robot.back() }
        #expect(robot.sees("Apple Pie") && robot.sees("spinner"))
    }

    @Test("favorites and categories filter the recipes")
    func filters() throws {
        let robot = try robot([Self.soup, Recipe(title: "Apple Pie")])
        try robot.tap("Apple Pie")
        try robot.tap("Mark as favorite")
        #expect(robot.sees("Remove from favorites"))
        robot.back()
        try robot.tap("spinner")
        try robot.tap("Favorites")
        #expect(robot.sees("Apple Pie") && !robot.sees("Lentil Soup"))
        try robot.tap("Open navigation drawer")
        try robot.tap("Categories")
        try robot.tap("Add category")
        try robot.fill("Name", "Sweet")
        try robot.tap("SAVE")
        #expect(robot.sees("Sweet"))
        robot.back()
        if robot.sees("fab_categories") { robot.back() }
        try robot.tap("Apple Pie")
        try robot.menu("Edit")
        try robot.tap("new_categories")
        try robot.tap("Sweet")
        try robot.tap("OK")
        try robot.tap("SAVE")
        #expect(robot.text("details_categories") == "Sweet")
        robot.back()
        try robot.tap("spinner")
        try robot.tap("Recipes without category")
        #expect(robot.sees("Lentil Soup") && !robot.sees("Apple Pie"))
    }

    @Test("a database that was put in the place of the app's is seen after a force-stop")
    func replaced() throws {
        let robot = try robot([Self.soup])
        let files = robot.system.files
        let bytes = try files.read(RecipeStore.path)
        try RecipeStore(AppContext(system: robot.system, package: BroccoliApp.package)).save(Recipe(title: "New"))
        robot.system.closeDatabases()
        try files.remove(RecipeStore.path)
        try files.write(bytes, to: RecipeStore.path)
        robot.windows.forceStop(BroccoliApp.package)
        robot.open(BroccoliApp.package)
        #expect(robot.sees("Lentil Soup") && !robot.sees("New"))
    }

    @Test("a file that is no database shows no recipes and ends nothing")
    func corrupt() throws {
        let robot = try robot([Self.soup])
        robot.system.closeDatabases()
        try robot.system.files.remove(RecipeStore.path)
        try robot.system.files.write(Array("no database, but long enough to be looked at".utf8), to: RecipeStore.path)
        robot.windows.forceStop(BroccoliApp.package)
        robot.open(BroccoliApp.package)
        #expect(robot.sees("No recipes found."))
        try robot.tap("fab_recipes")
        try robot.fill("Title", "Soup")
        try robot.tap("SAVE")
        #expect(robot.message == "The recipe could not be saved." && robot.sees("new_title"))
    }
}
