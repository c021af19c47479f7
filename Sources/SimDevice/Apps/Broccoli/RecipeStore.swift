// SPDX-License-Identifier: Apache-2.0

import GRDB

/// One row of Broccoli's table of recipes.
struct Recipe: Hashable {
    /// 0 for one that is not stored yet.
    var id: Int64 = 0
    var title = ""
    var description = ""
    var source = ""
    var servings = ""
    var time = ""
    /// One a line.
    var ingredients = ""
    /// One step a line.
    var directions = ""
    var isFavorite = false
    /// The categories that it is in, by their numbers.
    var categories: Set<Int64> = []

    /// The texts in which a search looks.
    fileprivate var searched: [String] { [title, description, source, ingredients] }
}

/// A category that the user made.
struct RecipeCategory: Hashable {
    var id: Int64
    var name: String
}

/// Broccoli's database, in the tables that the Room library makes of its entities.
struct RecipeStore {
    static let path = "/data/data/com.flauschcode.broccoli/databases/broccoli"
    private let database: DeviceDatabase

    /// What part of the recipes is listed.
    enum Filter: Hashable {
        case all, unassigned, favorites
        case category(Int64)
    }

    init(_ context: AppContext) {
        database = context.system.database(Self.path, create: Self.create)
    }

    /// The recipes by their titles, whatever the case of letters. A file that a tool put in the place of the app's may
    /// lack the table; then there are none.
    func recipes(_ filter: Filter = .all, search: String = "") -> [Recipe] {
        let all = (try? fetch()) ?? []
        let words = Self.words(search)
        return all.filter { recipe in
            let isIn =
                switch filter {
                case .all: true
                case .unassigned: recipe.categories.isEmpty
                case .favorites: recipe.isFavorite
                case .category(let id): recipe.categories.contains(id)
                }
            guard isIn, !words.isEmpty else { return isIn }
            // As the app's full-text search: each word is the start of a word somewhere.
            let known = recipe.searched.flatMap(Self.words)
            return words.allSatisfy { word in known.contains { $0.hasPrefix(word) } }
        }
    }

    /// One of them; nil where there is none with this id.
    func recipe(_ id: Int64) -> Recipe? { try? fetch("WHERE recipeId = ?", [id]).first }

    /// Stores a recipe, a new one where its id is 0, and gives its id.
    @discardableResult
    func save(_ recipe: Recipe) throws -> Int64 {
        try database.write { db in
            var id = recipe.id
            if id == 0 {
                try db.execute(
                    sql: """
                        INSERT INTO recipes (title, description, source, servings, preparationTime, ingredients, directions,
                            favorite, imageName) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '')
                        """,
                    arguments: Self.values(recipe)
                )
                id = db.lastInsertedRowID
            } else {
                try db.execute(
                    sql: """
                        UPDATE recipes SET title = ?, description = ?, source = ?, servings = ?, preparationTime = ?,
                            ingredients = ?, directions = ?, favorite = ? WHERE recipeId = ?
                        """,
                    arguments: Self.values(recipe) + [id]
                )
                try db.execute(sql: "DELETE FROM recipes_with_categories WHERE recipeId = ?", arguments: [id])
            }
            for category in recipe.categories.sorted() {
                try db.execute(
                    sql: "INSERT INTO recipes_with_categories (recipeId, categoryId) VALUES (?, ?)",
                    arguments: [id, category]
                )
            }
            return id
        }
    }

    func delete(_ id: Int64) throws {
        try database.write { db in
            try db.execute(sql: "DELETE FROM recipes_with_categories WHERE recipeId = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM recipes WHERE recipeId = ?", arguments: [id])
        }
    }

    // MARK: Categories

    /// The categories by their names.
    func categories() -> [RecipeCategory] {
        let rows = try? database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT categoryId, CAST(COALESCE(name, '') AS TEXT) AS name FROM categories
                    ORDER BY name COLLATE NOCASE, categoryId
                    """
            )
        }
        return (rows ?? []).map { RecipeCategory(id: $0["categoryId"], name: $0["name"]) }
    }

    /// Stores a category, a new one where its id is 0.
    func save(_ category: RecipeCategory) throws {
        try database.write { db in
            if category.id == 0 {
                try db.execute(sql: "INSERT INTO categories (name) VALUES (?)", arguments: [category.name])
            } else {
                try db.execute(
                    sql: "UPDATE categories SET name = ? WHERE categoryId = ?",
                    arguments: [category.name, category.id]
                )
            }
        }
    }

    /// Removes a category; its recipes stay.
    func deleteCategory(_ id: Int64) throws {
        try database.write { db in
            try db.execute(sql: "DELETE FROM recipes_with_categories WHERE categoryId = ?", arguments: [id])
            try db.execute(sql: "DELETE FROM categories WHERE categoryId = ?", arguments: [id])
        }
    }

    // MARK: SQL

    private static func values(_ recipe: Recipe) -> StatementArguments {
        [
            recipe.title, recipe.description, recipe.source, recipe.servings, recipe.time, recipe.ingredients,
            recipe.directions, recipe.isFavorite,
        ]
    }

    private func fetch(_ clause: String = "", _ arguments: StatementArguments = []) throws -> [Recipe] {
        try database.read { db in
            // Columns may hold anything in a file that came from outside; the casts make texts of it.
            let texts = ["title", "description", "source", "servings", "preparationTime", "ingredients", "directions"]
            let columns = texts.map { "CAST(COALESCE(\($0), '') AS TEXT) AS \($0)" }.joined(separator: ", ")
            let sql = """
                SELECT recipeId, \(columns), CAST(COALESCE(favorite, 0) AS INTEGER) AS favorite FROM recipes \(clause)
                ORDER BY recipes.title COLLATE NOCASE, recipeId
                """
            let pairs = try? Row.fetchAll(db, sql: "SELECT recipeId, categoryId FROM recipes_with_categories")
            let categories = Dictionary(grouping: pairs ?? []) { $0["recipeId"] as Int64 }
            return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
                let id: Int64 = row["recipeId"]
                return Recipe(
                    id: id,
                    title: row["title"],
                    description: row["description"],
                    source: row["source"],
                    servings: row["servings"],
                    time: row["preparationTime"],
                    ingredients: row["ingredients"],
                    directions: row["directions"],
                    isFavorite: row["favorite"] as Int64 != 0,
                    categories: Set((categories[id] ?? []).map { $0["categoryId"] as Int64 })
                )
            }
        }
    }

    /// The words of a text, without what stands between them.
    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "#" }.map(String.init)
    }

    private static func create(_ db: Database) throws {
        let index = "docid, title, description, source, ingredients"
        let new = "NEW.rowid, NEW.title, NEW.description, NEW.source, NEW.ingredients"
        func trigger(_ when: String, _ what: String) -> String {
            let name = "room_fts_content_sync_recipes_fts_" + when.replacing(" ", with: "_")
            return "CREATE TRIGGER \(name) \(when) ON recipes BEGIN \(what); END;"
        }
        try db.execute(
            sql: """
                CREATE TABLE android_metadata (locale TEXT);
                INSERT INTO android_metadata VALUES ('en_US');
                CREATE TABLE recipes (recipeId INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, title TEXT, imageName TEXT,
                    description TEXT, servings TEXT, preparationTime TEXT, source TEXT, ingredients TEXT,
                    directions TEXT, favorite INTEGER NOT NULL);
                CREATE TABLE categories (categoryId INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT);
                CREATE TABLE recipes_with_categories (recipeId INTEGER NOT NULL, categoryId INTEGER NOT NULL,
                    PRIMARY KEY(recipeId, categoryId),
                    FOREIGN KEY(recipeId) REFERENCES recipes(recipeId) ON UPDATE NO ACTION ON DELETE CASCADE,
                    FOREIGN KEY(categoryId) REFERENCES categories(categoryId) ON UPDATE NO ACTION ON DELETE CASCADE);
                CREATE INDEX index_recipes_with_categories_recipeId ON recipes_with_categories (recipeId);
                CREATE INDEX index_recipes_with_categories_categoryId ON recipes_with_categories (categoryId);
                CREATE VIRTUAL TABLE recipes_fts USING FTS4(title TEXT, description TEXT, source TEXT, ingredients TEXT,
                    tokenize=unicode61 `tokenchars=#`, content=`recipes`);
                \(trigger("BEFORE UPDATE", "DELETE FROM recipes_fts WHERE docid = OLD.rowid"))
                \(trigger("BEFORE DELETE", "DELETE FROM recipes_fts WHERE docid = OLD.rowid"))
                \(trigger("AFTER UPDATE", "INSERT INTO recipes_fts(\(index)) VALUES (\(new))"))
                \(trigger("AFTER INSERT", "INSERT INTO recipes_fts(\(index)) VALUES (\(new))"))
                CREATE TABLE room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
                PRAGMA user_version = 1;
                """
        )
    }
}
