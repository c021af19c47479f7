// SPDX-License-Identifier: Apache-2.0

import GRDB
import Testing

@testable import SimDevice

@Suite("Pro Expense app") struct ExpenseAppTests {
    private func rows(_ robot: Robot) throws -> [String] {
        let database = robot.system.database(ExpenseStore.path) { _ in }
        return try database.read { db in
            try Row.fetchAll(db, sql: "SELECT name, amount, category, note FROM expense ORDER BY expense_id").map {
                row in
                "\(row["name"] ?? "")|\(row["amount"] as Int64)|\(row["category"] as Int64)|\(row["note"] ?? "")"
            }
        }
    }

    private func robot(_ names: [String] = []) throws -> Robot {
        let robot = try Robot(start: ExpenseApp.package)
        let context = AppContext(system: robot.system, package: ExpenseApp.package)
        for name in names {
            try ExpenseStore(context).insert(Expense(name: name, amount: MoneyAmount(cents: 1250), category: .food))
        }
        robot.windows.forceStop(ExpenseApp.package)
        robot.open(ExpenseApp.package)
        return robot
    }

    @Test("a new expense is stored in hundredths, with its category, and shown on the home page")
    func add() throws {
        let robot = try robot()
        try robot.tap("fb_main_add")
        try robot.fill("Name", "Lunch")
        try robot.fill("Amount", "$12.5")
        try robot.fill("Note", "With Bo")
        try robot.tap("Food")
        try robot.tap("SAVE")
        #expect(try rows(robot) == ["Lunch|1250|3|With Bo"])
        #expect(robot.sees("Lunch") && robot.sees("12.50") && robot.message == "Data Saved!")
    }

    @Test("without a sum nothing is saved")
    func empty() throws {
        let robot = try robot()
        try robot.tap("fb_main_add")
        try robot.fill("Name", "Lunch")
        try robot.tap("SAVE")
        #expect(robot.sees("Cost is Empty"))
        #expect(try rows(robot).isEmpty)
    }

    @Test("an expense is changed and deleted from its sheet")
    func change() throws {
        let robot = try robot(["Lunch"])
        try robot.tap("Lunch")
        try robot.tap("Edit")
        try robot.fill("12.50", "3")
        try robot.tap("UPDATE")
        #expect(try rows(robot) == ["Lunch|300|3|"])
        try robot.tap("Lunch")
        try robot.tap("Delete")
        #expect(robot.sees("1 item will be deleted!"))
        robot.back()
        #expect(try rows(robot).count == 1)
        try robot.tap("Lunch")
        try robot.tap("Delete")
        try robot.tap("Confirm")
        #expect(try rows(robot).isEmpty)
    }

    @Test("a long press in the logs ticks, and the ticked go together")
    func select() throws {
        let robot = try robot(["A", "B", "C"])
        try robot.tap("Open navigation drawer")
        try robot.tap("Expense Logs")
        try robot.hold("A")
        try robot.tap("C")
        #expect(robot.sees("2 items"))
        try robot.tap("Delete")
        try robot.tap("Confirm")
        #expect(try rows(robot) == ["B|1250|3|"])
        robot.back()
        #expect(robot.sees("fb_main_add"))
    }

    @Test("a database that was put in the place of the app's is seen after a force-stop")
    func replaced() throws {
        let robot = try robot(["Old"])
        let files = robot.system.files
        let bytes = try files.read(ExpenseStore.path)
        let context = AppContext(system: robot.system, package: ExpenseApp.package)
        try ExpenseStore(context).insert(Expense(name: "New"))
        #expect(try rows(robot).count == 2)
        robot.system.closeDatabases()
        try files.remove(ExpenseStore.path)
        try files.write(bytes, to: ExpenseStore.path)
        robot.windows.forceStop(ExpenseApp.package)
        robot.open(ExpenseApp.package)
        #expect(robot.sees("Old") && !robot.sees("New"))
    }

    @Test("sums are read and written in hundredths")
    func sums() {
        #expect(MoneyAmount("386.84")?.cents == 38684)
        #expect(MoneyAmount("7")?.cents == 700 && MoneyAmount(".5")?.cents == 50 && MoneyAmount("7.")?.cents == 700)
        #expect(MoneyAmount("") == nil && MoneyAmount(".") == nil && MoneyAmount("1.234") == nil)
        #expect(MoneyAmount(cents: 123_456_705).text == "1,234,567.05")
        #expect(MoneyAmount.filtered("$1,234.567") == "1234.56")
    }
}
