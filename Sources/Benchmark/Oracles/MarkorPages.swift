// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// The pages of Markor.
struct MarkorPages {
    static let package = "net.gsantner.markor"
    static let app = "Markor"
    /// The package of the system's share sheet.
    static let shareSheet = "android"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    /// Whether files are listed and nothing is ticked, searched or asked.
    var isList: Bool { page.element(id: "fab_add_new_item") != nil }
    var isSelecting: Bool { page.element(id: "action_delete_selected_items") != nil }
    var isPicker: Bool { page.element(id: "ui__filesystem_dialog__button_ok") != nil }

    /// The bar's title.
    private var title: String? {
        page.element(id: "toolbar").flatMap { bar in
            page.inside(bar.id).first { $0.shortClass == "TextView" && !$0.text.isEmpty }?.text
        }
    }

    /// What stands in the name of a file before its ending: all that the editor's title shows.
    static func stem(_ name: String) -> String {
        let last = name.split(separator: "/").last.map(String.init) ?? name
        guard let dot = last.lastIndex(of: "."), dot > last.startIndex else { return last }
        return String(last[..<dot])
    }

    static func ending(_ name: String) -> String { String(name.dropFirst(stem(name).count)) }

    // MARK: Getting about

    /// The way to the list of a folder of the notebook, or to the notebook itself; nil when it is in front.
    func go(to folder: String? = nil) -> OracleMove? {
        guard isInFront else {
            // What Markor has shared to lies over it in its task, where opening it by name would find that again.
            let isOver = [Self.shareSheet, MessagesPages.package].contains(page.package)
            return isOver ? page.leave("back to Markor") : page.open(Self.app)
        }
        if page.shows("Navigate up"), page.element(id: "search_src_text") == nil {
            return OracleMove(page.taps("Navigate up"), note: "leave the note")
        }
        guard isList else {
            let files = page.taps(id: "nav_notebook")
            let isTab = !isSelecting && page.element(id: "search_src_text") == nil && !files.isEmpty
            return isTab ? OracleMove(files, note: "to the files") : page.leave()
        }
        if title == folder ?? Self.app { return nil }
        if title == Self.app, let folder { return page.choose(folder) }
        return OracleMove(page.taps("Go to") + page.back, note: "to the notebook")
    }

    // MARK: Files

    /// The names of the ticked files; empty while nothing is ticked.
    var ticked: [String] {
        guard isSelecting else { return [] }
        return page.elements(id: "opoc_filesystem_item__root").filter { $0.flags.contains(.selected) }
            .compactMap { row in
                page.inside(row.id).first { $0.resourceID.hasSuffix("/opoc_filesystem_item__title") }?.text
            }
    }

    /// Ticks a file in the list and nothing else. Nil when it is ticked alone.
    func tick(_ file: String, in folder: String? = nil) -> OracleMove? {
        if isSelecting { return ticked == [file] ? nil : page.leave("drop the selection") }
        if let move = go(to: folder) { return move }
        let presses = page.longPresses(file)
        return presses.isEmpty ? page.look() : OracleMove(presses, note: "tick \(file)")
    }

    /// The move that makes a field hold a text; nil when it does. `empty` is what is shown of an empty one.
    func fill(_ field: Element, _ text: String, empty: String = "") -> OracleMove? {
        if field.text == text { return nil }
        if !field.text.isEmpty, field.text != empty { return OracleMove(page.clears(field), note: "empty the field") }
        return OracleMove(page.types(into: field), text: text, note: "type")
    }

    /// The way to a new file of the notebook.
    func create(_ name: String) -> OracleMove {
        if isInFront, let field = page.element(id: "new_file_dialog__name"),
            let ending = page.element(id: "new_file_dialog__ext")
        {
            return fill(field, Self.stem(name), empty: "my_note") ?? fill(ending, Self.ending(name))
                ?? OracleMove(page.taps("OK"), note: "make the file")
        }
        return go() ?? OracleMove(page.taps(id: "fab_add_new_item"), note: "new file")
    }

    /// The way to another name for a file of the notebook.
    func rename(_ file: String, to name: String) -> OracleMove {
        if isInFront, let field = page.element(id: "new_name") {
            guard ["", file, name].contains(field.text) else { return page.leave() }
            return fill(field, name) ?? OracleMove(page.taps("OK"), note: "take the name")
        }
        return tick(file) ?? OracleMove(page.taps("Rename"), note: "rename it")
    }

    // MARK: The editor

    /// Whether a note's own page is in front.
    func isEditing(_ name: String) -> Bool {
        isInFront && page.shows("Navigate up") && title == Self.stem(name)
            && (page.shows("View mode") || page.shows("Edit mode"))
    }

    /// The editor's field. A long press shows a bar over it, which is part of the same screen.
    var editor: Element? { page.element(id: "document__fragment__edit__highlighting_editor") }

    /// The way to the editor of a note of the notebook; nil when it is in front.
    func edit(_ name: String) -> OracleMove? {
        guard isEditing(name) else { return go() ?? page.choose(name) }
        return editor == nil ? OracleMove(page.taps("Edit mode"), note: "to the editor") : nil
    }

    /// The way to make a note hold a text, and to save it; `thenLeave` where something is to be done in the list after.
    func write(_ text: String, into name: String, thenLeave: Bool = false) -> OracleMove {
        if let move = edit(name) { return move }
        guard let editor else { return page.leave() }
        // What is there may be part of what is to be there.
        let old = !editor.text.isEmpty && text.contains(editor.text.trimmingSpaces) && editor.text != text
        return (fill(editor, text) ?? save(thenLeave: thenLeave)).noting(old ? [editor] : [])
    }

    /// Saves the note, by the button or by leaving it: both do.
    func save(thenLeave: Bool = false) -> OracleMove {
        let (button, up) = (page.taps("Save"), page.taps("Navigate up"))
        return OracleMove(thenLeave ? up + button : button + up, note: "save the note")
    }
}

extension OraclePage {
    /// The way to the floating bar over a field: a tap gives it the focus, a long press shows the bar.
    func bar(over field: Element) -> OracleMove {
        let presses = candidates.indices.filter { candidates[$0].action == .longPress(field.id) }
        return OracleMove(presses.isEmpty ? taps(on: field) : presses, note: "ask for the bar over the field")
    }

    /// The way to paste what is on the clipboard into an empty field.
    func paste(into field: Element) -> OracleMove {
        let bar = taps("Paste")
        return bar.isEmpty ? self.bar(over: field) : OracleMove(bar, note: "paste")
    }
}
