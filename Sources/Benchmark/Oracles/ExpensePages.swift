// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Foundation
import Screen

/// The pages of Pro Expense.
struct ExpensePages {
    static let package = "com.arduia.expense"
    static let app = "Pro Expense"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    var isHome: Bool { page.element(id: "fb_main_add") != nil && !isDrawer }
    var isDrawer: Bool { page.element(id: "nv_main") != nil }
    var isLogs: Bool { page.element(id: "rv_expense") != nil && !isDrawer && !isSelecting }
    /// Whether rows are ticked.
    var isSelecting: Bool { page.element(id: "delete") != nil }
    /// Whether the page of a new expense is in front; that of a stored one has another button.
    var isEntry: Bool {
        page.element(id: "sv_entry") != nil && page.element(id: "btn_save")?.text.uppercased() != "UPDATE"
            && !page.shows("Update Data")
    }

    /// What is shown of an expense in a row of a list.
    struct Shown: Hashable {
        var name: String
        var sum: String
        var date: String
    }

    /// The rows in sight from the top, each with the element that names it.
    var rows: [(shown: Shown, element: Element)] {
        page.elements(id: "cd_expense").compactMap { row in
            let inside = page.inside(row.id)
            func text(_ id: String) -> String? { inside.first { $0.resourceID.hasSuffix("/" + id) }?.text }
            guard let name = inside.first(where: { $0.resourceID.hasSuffix("/tv_name") }),
                let sum = text("tv_amount"), let date = text("tv_date")
            else { return nil }
            return (Shown(name: name.text, sum: sum, date: date), name)
        }
    }

    /// The expense on the sheet of details, or nil.
    var detail: Shown? {
        guard page.element(id: "tv_expense_detail") != nil, let name = page.element(id: "tv_name_value"),
            let sum = page.element(id: "tv_amount_value"), let date = page.element(id: "tv_date_value")
        else { return nil }
        return Shown(name: name.text, sum: String(sum.text.prefix { $0 != " " }), date: date.text)
    }

    // MARK: Entry

    /// What a field holds; an empty one shows its hint as its text.
    private func value(_ field: Element, hint: String) -> String { field.text == hint ? "" : field.text }

    /// The move that brings the page of a new expense nearer to a row, or nil when it holds it.
    func fill(_ row: ExpenseRow) -> OracleMove? {
        let wanted = [
            ("edt_name", "Name", row.name), ("edt_amount", "Amount", row.sum), ("edt_note", "Note", row.note),
        ]
        var typing: [(move: [Int], text: String)] = []
        for (id, hint, text) in wanted {
            guard let field = page.element(id: id) else { return page.look(note: "look for \(hint)") }
            let now = value(field, hint: hint)
            if now == text { continue }
            // What stands in a field is not what belongs there: out with it first.
            if !now.isEmpty { return OracleMove(page.clears(field), note: "empty \(hint)") }
            typing.append((page.types(into: field), text))
        }
        let category = choose(ExpenseRow.categories[row.category - 1])
        if let first = typing.first {
            // The order is free, but only one text can be filled in.
            let others = Set(typing.dropFirst().flatMap(\.move) + (category?.right ?? []))
            return OracleMove(first.move, neutral: others, text: first.text, note: "type \(first.text)")
        }
        return category
    }

    /// The move that brings a category nearer to being chosen, or nil when it is.
    private func choose(_ category: String) -> OracleMove? {
        guard let list = page.element(id: "rv_category") else { return page.look(note: "look for the categories") }
        let names = page.inside(list.id).filter { $0.resourceID.hasSuffix("/tv_name") }
        if let name = names.first(where: { $0.text == category }) {
            let chip = name.clickTarget.flatMap { page.screen.element($0) }
            if chip?.flags.contains(.selected) == true { return nil }
            return OracleMove(page.taps(on: name), note: "choose \(category)")
        }
        let places = names.compactMap { ExpenseRow.categories.firstIndex(of: $0.text) }
        let place = ExpenseRow.categories.firstIndex(of: category) ?? 0
        let direction: ScrollDirection = place < (places.min() ?? 0) ? .left : .right
        return OracleMove(page.scrolls(direction, on: list), note: "look for \(category)")
    }

    // MARK: Logs

    /// The way to a row that is one of `wanted`, among all that there are, the latest first. A touch opens it, also on
    /// the home page; or, with `ticking`, a long press ticks it, which the logs alone can.
    func find(_ wanted: Set<Shown>, among all: [Shown], ticking: Bool = false) -> OracleMove {
        let hits = ticking && !isLogs ? [] : rows.filter { wanted.contains($0.shown) }
        if !hits.isEmpty {
            let taps = hits.flatMap { page.taps(on: $0.element) }
            guard ticking else { return OracleMove(taps, note: "open \(hits[0].shown.name)") }
            let presses = hits.flatMap { page.longPresses($0.shown.name) }
            return OracleMove(presses, neutral: Set(taps), note: "tick \(hits[0].shown.name)")
        }
        if isDrawer { return OracleMove(page.taps("Expense Logs"), note: "to the logs") }
        if isHome {
            let more = page.taps(id: "btn_more_expenses")
            let drawer = page.taps("Open navigation drawer")
            return OracleMove(more.isEmpty ? drawer : more, neutral: Set(drawer), note: "to the logs")
        }
        return isLogs ? look(for: wanted, among: all) : page.leave()
    }

    /// Moves the list towards the first row that is one of `wanted`.
    private func look(for wanted: Set<Shown>, among all: [Shown]) -> OracleMove {
        // The list may be turned round, so what is seen tells which way the wanted row lies.
        let places = rows.compactMap { all.firstIndex(of: $0.shown) }
        let target = all.firstIndex { wanted.contains($0) } ?? 0
        guard let first = places.first, let last = places.last, first != last else { return page.look() }
        let isBefore = first < last ? target < first : target > first
        return page.look(isBefore ? .up : .down, note: "look for the expense")
    }

    // MARK: Selection

    /// The number at the start of a text such as `3 items`.
    private static func count(_ text: String?) -> Int? {
        text.flatMap { Int($0.prefix { $0.isNumber }) }
    }

    /// How many rows are ticked, as the bar says.
    private var tickedCount: Int? {
        Self.count(page.screen.elements.first { $0.text.hasSuffix(" item") || $0.text.hasSuffix(" items") }?.text)
    }

    /// How many expenses the question is about; nil where nothing is asked.
    var askedCount: Int? { Self.count(page.element(id: "tv_delete_description")?.text) }

    /// The names among `names` that are ticked, as the working memory has it: most of the list is out of sight.
    func ticked(among names: Set<String>) -> Set<String> {
        var ticked: Set<String> = []
        for line in page.history {
            let words = line.split(separator: "\"", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            let name = words.count > 1 ? words[1] : ""
            switch words.first {
            case "long press " where names.contains(name): ticked.insert(name)
            case "tap " where names.contains(name):
                if !ticked.isEmpty { ticked.formSymmetricDifference([name]) }
            case "tap " where name == "Delete" || name == "More options": break
            case let word? where word.hasPrefix("scroll") || word.hasPrefix("wait"): break
            default: ticked = []
            }
        }
        return ticked
    }

    /// The move that brings the selection nearer to these rows, which have names of their own; nil when it holds them.
    func tick(_ wanted: Set<Shown>, among all: [Shown]) -> OracleMove? {
        let ticked = ticked(among: Set(all.map(\.name)))
        let missing = wanted.filter { !ticked.contains($0.name) }
        guard ticked.count == tickedCount, ticked.isSubset(of: Set(wanted.map(\.name))) else {
            return page.leave("drop the selection")
        }
        if missing.isEmpty { return nil }
        let hits = rows.filter { missing.contains($0.shown) }
        guard let first = hits.first else { return look(for: missing, among: all) }
        return OracleMove(hits.flatMap { page.taps(on: $0.element) }, note: "tick \(first.shown.name)")
    }
}

/// What an expense looks like on the device's screen.
struct ExpenseLook {
    private let zone: TimeZone

    init(_ device: any DeviceLink) async throws {
        let name = try await device.run("getprop persist.sys.timezone").text.trimmingSpaces
        zone = TimeZone(identifier: name) ?? .gmt
    }

    func shown(_ row: ExpenseRow) -> ExpensePages.Shown {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = zone
        format.dateFormat = "MMM d, yyyy"
        let date = format.string(from: Date(timeIntervalSince1970: Double(row.created) / 1000))
        return ExpensePages.Shown(name: row.name, sum: row.sum, date: date)
    }
}

/// Adds expenses: `rows`, lines of `NAME|HUNDREDTHS|CATEGORY|NOTE`.
struct ExpenseAddOracle: TaskOracle {
    let wanted: [ExpenseRow]

    init(_ arguments: ProgramArguments) throws { wanted = try ExpenseRow.list("rows", arguments) }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await ExpenseTable(device).rows()
        let missing = wanted.filter { row in !stored.contains { row.isEntered(as: $0) } }
        guard let first = missing.first else { return page.done() }
        let expenses = ExpensePages(page)
        guard expenses.isInFront else { return page.open(ExpensePages.app) }
        if expenses.isEntry {
            // Any of them may come first: the one whose name is there is being entered.
            let name = page.element(id: "edt_name")?.text
            let row = missing.first { $0.name == name } ?? first
            return expenses.fill(row) ?? OracleMove(page.taps(id: "btn_save"), note: "save")
        }
        if expenses.isHome { return OracleMove(page.taps(id: "fb_main_add"), note: "new expense") }
        if expenses.isDrawer { return OracleMove(page.taps("Home") + page.back, note: "to the home page") }
        return page.leave()
    }
}

/// Deletes expenses: `names`, lines of names; or, without, all but one of those that are the same but for their number.
struct ExpenseDeleteOracle: TaskOracle {
    let names: Set<String>?

    init(_ arguments: ProgramArguments) throws {
        names = arguments["names"].map { Set($0.split(separator: "\n").map(\.trimmingSpaces)) }
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let stored = try await ExpenseTable(device).rows()
        let targets = targets(stored)
        if targets.isEmpty { return page.done() }
        let expenses = ExpensePages(page)
        guard expenses.isInFront else { return page.open(ExpensePages.app) }
        let look = try await ExpenseLook(device)
        let wanted = Set(targets.map(look.shown))
        let all = stored.map(look.shown)
        if let count = expenses.askedCount {
            return isMeant(page, count, Set(targets.map(\.name)), all)
                ? OracleMove(page.taps(id: "btn_confirm"), note: "confirm") : page.leave()
        }
        if let detail = expenses.detail {
            return wanted.contains(detail) ? OracleMove(page.taps(id: "btn_delete"), note: "delete") : page.leave()
        }
        if expenses.isSelecting {
            // Duplicates have one name, so that the working memory cannot tell which of them are ticked.
            guard names != nil else { return page.leave("drop the selection") }
            return expenses.tick(wanted, among: all) ?? OracleMove(page.taps(id: "delete"), note: "delete them")
        }
        return expenses.find(wanted, among: all, ticking: names != nil && targets.count > 1)
    }

    /// Whether the question is about wanted expenses: it names nobody, so only the way to it tells.
    private func isMeant(_ page: OraclePage, _ count: Int, _ wanted: Set<String>, _ all: [ExpensePages.Shown]) -> Bool {
        let ticked = ExpensePages(page).ticked(among: Set(all.map(\.name)))
        if !ticked.isEmpty { return ticked.count == count && ticked.isSubset(of: wanted) }
        let came = page.history.suffix(2).first ?? ""
        return count == 1 && page.history.count > 1 && wanted.contains { came.contains("\"\($0)") }
    }

    private func targets(_ stored: [ExpenseRow]) -> [ExpenseRow] {
        if let names { return stored.filter { names.contains($0.name) } }
        let groups = Dictionary(grouping: stored, by: \.content)
        return stored.filter { (groups[$0.content]?.count ?? 0) > 1 }
    }
}
