// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Screen

/// Opens the page in the folder of downloads with Chrome, and does what it asks: the way through a maze, the product of numbers, a
/// drawing. What the page is about stands in its file.
struct BrowserOracle: TaskOracle {
    private static let chrome = "com.android.chrome"

    init(_ arguments: ProgramArguments) throws {}

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        guard try await DeviceState(device).exists(BrowserPage.path),
            let data = BrowserPageData(html: String(decoding: try await device.pull(BrowserPage.path), as: UTF8.self))
        else {
            throw DroidError("bench.query", "there is no page for the browser at \(BrowserPage.path)")
        }
        if page.package == Self.chrome { return inChrome(page, data) }
        if page.shows("Open with"), page.element(id: "button_once") != nil { return chooser(page) }
        // Another of the system's sheets stands over its app until it is left.
        if page.package == "android" { return page.leave() }
        let files = FilesPages(page)
        if files.isInFront, !files.ticked.isEmpty { return page.leave("drop the selection") }
        return files.go(to: "Download") ?? page.choose("task.html")
    }

    private func chooser(_ page: OraclePage) -> OracleMove {
        guard let name = page.element("Chrome") else { return page.leave() }
        let row = name.clickTarget.flatMap { page.screen.element($0) }
        if row?.flags.contains(.selected) == true || name.flags.contains(.selected) {
            return OracleMove(page.taps(id: "button_once") + page.taps(id: "button_always"), note: "open it")
        }
        return OracleMove(page.taps(on: name), note: "with Chrome")
    }

    private func inChrome(_ page: OraclePage, _ data: BrowserPageData) -> OracleMove {
        if page.shows("Accept & continue") { return OracleMove(page.taps("Accept & continue"), note: "go on") }
        if element("message", page)?.text == "Success!" { return page.done("the page says so") }
        let move: OracleMove? =
            switch data.kind {
            case .maze: maze(page, data.cells ?? [])
            case .multiply: multiply(page, data.numbers ?? [])
            case .draw: draw(page, data)
            }
        if let move { return move }
        // A menu, or no page of the task: out, or back to the file.
        return page.element(id: "url_bar") == nil ? page.leave() : page.open(FilesPages.app)
    }

    /// An element of the page by its id there.
    private func element(_ id: String, _ page: OraclePage) -> Element? {
        page.screen.elements.first { $0.resourceID == id || $0.resourceID.hasSuffix("/" + id) }
    }

    private func maze(_ page: OraclePage, _ cells: [String]) -> OracleMove? {
        guard let here = page.screen.elements.first(where: { $0.text == "X" && $0.resourceID.contains("cell-") }) else {
            return nil
        }
        let place = here.resourceID.split(separator: "-").suffix(2).compactMap { Int($0) }
        guard place.count == 2 else { return nil }
        guard let next = BrowserPageData.way(cells, from: (place[0], place[1]))?.first else { return nil }
        let taps = page.taps(next)
        return OracleMove(taps.isEmpty ? page.scrolls(.down) : taps, note: "towards the last cell")
    }

    private func multiply(_ page: OraclePage, _ numbers: [Int]) -> OracleMove? {
        guard let button = element("next", page) else { return nil }
        let shown = element("number", page).map { $0.text.isEmpty ? [] : [$0] } ?? []
        guard let field = element("product", page) else {
            return OracleMove(page.taps(on: button), note: "the next number").noting(shown)
        }
        let product = "\(numbers.reduce(1, *))"
        if field.text == product {
            let submit = element("submit", page).map { page.taps(on: $0) } ?? []
            return OracleMove(submit, note: "submit")
        }
        if !field.text.isEmpty, field.text != "Product" {
            return OracleMove(page.clears(field), note: "empty the field")
        }
        return OracleMove(page.types(into: field), text: product, note: "the product").noting(shown)
    }

    private func draw(_ page: OraclePage, _ data: BrowserPageData) -> OracleMove? {
        guard let canvas = element("canvas", page), let line = element("used", page)?.text else { return nil }
        let used = line.hasPrefix("Drawn: ") ? line.dropFirst(7).split(separator: ",").map(\.trimmingSpaces) : []
        let missing = (data.wanted ?? []).filter { !used.contains($0) }
        if missing.isEmpty {
            return OracleMove(element("submit", page).map { page.taps(on: $0) } ?? [], note: "submit")
        }
        let buttons = page.screen.elements.filter { $0.shortClass == "Button" && missing.contains($0.text) }
        if buttons.contains(where: { $0.flags.contains(.selected) }) {
            let strokes = page.candidates.indices.filter {
                if case .stroke(canvas.id, _) = page.candidates[$0].action { true } else { false }
            }
            return OracleMove(strokes, note: "draw with it")
        }
        return OracleMove(buttons.flatMap { page.taps(on: $0) }, note: "a color that is missing")
    }
}
