// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Screen

/// Makes a note of the notebook be called `name` and hold `content`: from `file`, which is there, or as a new one. Without
/// `content` its content stays; instead of it, `how` and `text` may say what is changed in `old`.
struct MarkorNoteOracle: TaskOracle {
    let file: String?
    let name: String
    let content: String?

    init(_ arguments: ProgramArguments) throws {
        file = arguments["file"]
        name = try arguments["name"] ?? arguments.need("file")
        content = arguments["how"] == nil ? arguments["content"] : try NoteEdit(arguments).text
    }

    init(new name: String, content: String) { (file, self.name, self.content) = (nil, name, content) }

    /// The next move, or nil when the note is as it should be.
    func step(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove? {
        let notes = MarkorNotes(device)
        let pages = MarkorPages(page)
        var current = name
        if let file, file != name, try await notes.content(file) != nil { current = file }
        guard let found = try await notes.content(current) else { return pages.create(name) }
        if let content, content != found {
            return pages.write(content, into: current, thenLeave: current != name)
        }
        return current == name ? nil : pages.rename(current, to: name)
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        try await step(page, device) ?? page.done()
    }
}

/// Makes a folder in the notebook: `name`.
struct MarkorFolderOracle: TaskOracle {
    let name: String

    init(_ arguments: ProgramArguments) throws { name = try arguments.need("name") }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await MarkorNotes(device).exists(name) { return page.done() }
        let pages = MarkorPages(page)
        if pages.isInFront, let field = page.element(id: "new_file_dialog__name") {
            return pages.fill(field, name, empty: "my_note") ?? OracleMove(page.taps("Folder"), note: "make the folder")
        }
        return pages.create(name)
    }
}

/// Deletes notes of the notebook: `file`, or all that are there when it is absent.
struct MarkorDeleteOracle: TaskOracle {
    let file: String?

    init(_ arguments: ProgramArguments) throws { file = arguments["file"] }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let there = try await MarkorNotes(device).files().filter { file == nil || $0 == file }
        if there.isEmpty { return page.done() }
        let pages = MarkorPages(page)
        if pages.isInFront, page.shows("Confirm delete") {
            let names = page.element(id: "message")?.text.split(separator: "\n").map(String.init) ?? []
            let isMeant = !names.isEmpty && Set(names).isSubset(of: there)
            return isMeant ? OracleMove(page.taps("OK"), note: "confirm") : page.leave()
        }
        if pages.isInFront, file == nil, let move = page.tap("Select all") { return move }
        guard pages.isSelecting else {
            if let move = pages.go() { return move }
            let presses = there.flatMap { page.longPresses($0) }
            return presses.isEmpty ? page.look() : OracleMove(presses, note: "tick a note")
        }
        let ticked = Set(pages.ticked)
        guard ticked.isSubset(of: there) else { return page.leave("drop the selection") }
        let missing = there.filter { !ticked.contains($0) }
        if missing.isEmpty { return OracleMove(page.taps("Delete"), note: "delete") }
        let rows = missing.flatMap { page.taps($0) }
        let menu = page.taps("More options")
        return OracleMove(missing.count > 1 ? menu + rows : rows + menu, note: "tick the others")
    }
}

/// Moves a note from one folder of the notebook to another: `file`, `from`, `to`.
struct MarkorMoveOracle: TaskOracle {
    let file: String
    let source: String
    let target: String

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        source = try arguments.need("from")
        target = try arguments.need("to")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let notes = MarkorNotes(device)
        let isThere = try await notes.exists("\(target)/\(file)")
        if isThere, try await !notes.exists("\(source)/\(file)") { return page.done() }
        let pages = MarkorPages(page)
        if pages.isInFront, pages.isPicker {
            switch page.element(id: "ui__filesystem_dialog__path")?.text {
            case MarkorNotes.path(target): return OracleMove(page.taps("Select this folder"), note: "into \(target)")
            case MarkorNotes.notebook: return page.choose(target)
            default: return page.leave("begin again")
            }
        }
        if pages.isInFront, page.shows("Select all"), let move = page.tap("Move") { return move }
        // A wrong step may have left it in the notebook itself, where the picker begins.
        let place = try await notes.exists("\(source)/\(file)") ? source : nil
        return pages.tick(file, in: place) ?? OracleMove(page.taps("More options"), note: "open the menu")
    }
}

/// Writes what several notes hold into a new one, with an empty line between each two: `files`, one a line, and `name`.
/// It reads each of them on the screen first.
struct MarkorMergeOracle: TaskOracle {
    let files: [String]
    let name: String

    init(_ arguments: ProgramArguments) throws {
        files = try arguments.need("files").split(separator: "\n").map(\.trimmingSpaces)
        name = try arguments.need("name")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let notes = MarkorNotes(device)
        let pages = MarkorPages(page)
        if try await notes.content(name) == nil, page.element(id: "new_file_dialog__name") == nil {
            let unread = files.first { file in
                !page.history.contains { $0.hasPrefix("tap ") && $0.contains(MarkorPages.stem(file)) }
            }
            // What is open was chosen to be read.
            let shown = files.contains { pages.isEditing($0) } ? [pages.editor].compactMap(\.self) : []
            if let unread { return (pages.go() ?? page.choose(unread)).noting(shown) }
            if !shown.isEmpty, let move = pages.go() { return move.noting(shown) }
        }
        var parts: [String] = []
        for file in files { parts.append(try await notes.content(file)?.trimmingSpaces ?? "") }
        let merged = parts.joined(separator: "\n\n")
        return try await MarkorNoteOracle(new: name, content: merged).move(page, device)
    }
}

/// Makes a note and sends all of it as a message: `name`, `content`, `number`.
struct MarkorShareOracle: TaskOracle {
    let note: MarkorNoteOracle
    let content: String
    let number: String

    init(_ arguments: ProgramArguments) throws {
        content = try arguments.need("content")
        note = MarkorNoteOracle(new: try arguments.need("name"), content: content)
        number = try arguments.need("number")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let sent = try await MessageRows(device).sent()
        let messages = MessagesPages(page)
        if sent.contains(where: { MessageRows.same($0.address, number) && $0.body == content }) {
            return messages.go() ?? page.done()
        }
        if let move = try await note.step(page, device) { return move }
        if page.package == MarkorPages.shareSheet { return page.tap(MessagesPages.app) ?? page.leave() }
        if messages.isInFront {
            if messages.isThread(of: [number]) { return messages.say(content) }
            return messages.isNew || messages.isList ? messages.start(with: number) : page.leave()
        }
        if page.package == MarkorPages.package, let move = page.tap("Plain text") ?? page.tap("Share") { return move }
        return MarkorPages(page).edit(note.name) ?? OracleMove(page.taps("More options"), note: "open the menu")
    }
}

/// Makes a note of what is on the clipboard: `name`.
struct MarkorPasteOracle: TaskOracle {
    let name: String

    init(_ arguments: ProgramArguments) throws { name = try arguments.need("name") }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let text = try await DeviceClipboard(device).text() ?? ""
        let pages = MarkorPages(page)
        let found = try await MarkorNotes(device).content(name)
        if found == text { return page.done() }
        if found == nil { return pages.create(name) }
        if let move = pages.edit(name) { return move }
        guard let editor = pages.editor else { return page.leave() }
        if editor.text == text { return pages.save() }
        if !editor.text.isEmpty { return OracleMove(page.clears(editor), note: "empty the note") }
        return page.paste(into: editor)
    }
}

/// Sends what is on the clipboard, which is `body`, to `number`.
struct MessagePasteOracle: TaskOracle {
    let number: String
    let body: String

    init(_ arguments: ProgramArguments) throws {
        number = try arguments.need("number")
        body = try arguments.need("body")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let sent = try await MessageRows(device).sent()
        let pages = MessagesPages(page)
        if let move = pages.go() { return move }
        if sent.contains(where: { MessageRows.same($0.address, number) && $0.body == body }) { return page.done() }
        guard pages.isThread(of: [number]), let field = page.element(id: "thread_type_message") else {
            return pages.start(with: number)
        }
        // As long as nothing is typed, there is nothing to send, to empty, or to type over.
        let typed = pages.value(of: field, hint: "Type a message…")
        return typed.isEmpty ? page.paste(into: field) : pages.say(body)
    }
}

/// Puts `text` on the clipboard: types it where Markor searches for files, marks all of it, and copies.
struct ClipboardCopyOracle: TaskOracle {
    let text: String

    init(_ arguments: ProgramArguments) throws { text = try arguments.need("text") }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await DeviceClipboard(device).text() == text { return page.done() }
        let pages = MarkorPages(page)
        guard pages.isInFront, let field = page.element(id: "search_src_text") else {
            return pages.go() ?? OracleMove(page.taps(id: "action_search"), note: "to a field")
        }
        if let move = pages.fill(field, text, empty: "Search") { return move }
        // What is marked whole cannot be marked further: then the bar has no "Select all".
        if let move = page.tap("Select all") ?? page.tap("Copy") { return move }
        return page.bar(over: field)
    }
}
