// SPDX-License-Identifier: Apache-2.0

import Agent
import Screen

/// The pages of the Files app.
struct FilesPages {
    static let package = "com.google.android.documentsui"
    static let app = "Files"
    /// Where the shared storage lies.
    static let storage = "/sdcard"
    private static let collections = ["Images", "Videos", "Audio", "Documents", "Downloads"]
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }

    /// The toolbar's title while files are being browsed; nil in a selection, a search, a dialog or a menu.
    private var title: String? {
        guard page.element(id: "option_menu_search") != nil, page.element(id: "container_save") == nil,
            let bar = page.element(id: "toolbar")
        else { return nil }
        return page.inside(bar.id).first { $0.shortClass == "TextView" && !$0.text.isEmpty }?.text
    }

    /// The names of the open folders, the storage's own name first; empty in a root.
    private var crumbs: [String] { page.elements(id: "breadcrumb_text").map(\.text) }

    /// Whether a folder of the storage is open. The root of downloads is the folder `Download`.
    func isOpen(_ folder: String) -> Bool {
        guard let title else { return false }
        if crumbs.isEmpty { return title == "Downloads" && folder == "Download" }
        return crumbs.count == 2 && crumbs.last == folder && !Self.collections.contains(crumbs[0])
    }

    /// The way to a folder of the storage, or nil when it is open.
    func go(to folder: String) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        if isOpen(folder) { return nil }
        if let drawer = page.element(id: "roots_list") { return choose(folder, in: drawer) }
        guard let title else { return page.leave() }
        if crumbs.isEmpty {
            // The storage itself has the device's name; every other root has one of its own.
            if !Self.collections.contains(title) { return page.choose(folder) }
            return OracleMove(page.taps("Show roots"), note: "to the roots")
        }
        // In a wrong folder: up to its root by the first crumb, or by one step back.
        return OracleMove(
            page.back + page.elements(id: "breadcrumb_text").prefix(1).flatMap { page.taps(on: $0) },
            note: "up"
        )
    }

    private func choose(_ folder: String, in drawer: Element) -> OracleMove {
        let storage =
            page.inside(drawer.id).first { $0.resourceID.hasSuffix("/summary") }.map { page.taps(on: $0) } ?? []
        let downloads = folder == "Download" ? page.taps("Downloads") : []
        return OracleMove(downloads + storage, note: "to the storage")
    }

    // MARK: Selection and dialogs

    /// The names of the ticked files; empty while nothing is being selected.
    var ticked: [String] {
        guard page.element(id: "action_mode_bar") != nil else { return [] }
        return page.elements(id: "item_root").filter { $0.flags.contains(.selected) }
            .compactMap { row in page.inside(row.id).first { $0.resourceID.hasSuffix("/title") }?.text }
    }

    /// The field of a dialog with this title, or nil.
    func field(of title: String) -> Element? {
        guard page.element(title).map({ page.taps(on: $0).isEmpty }) == true, page.shows("Cancel") else { return nil }
        return page.fields.first
    }

    /// The move that makes a name dialog hold a name, and accepts it.
    func name(_ name: String, into field: Element) -> OracleMove {
        if field.text == name { return OracleMove(page.taps("OK"), note: "take the name") }
        if !field.text.isEmpty { return OracleMove(page.clears(field), note: "empty the field") }
        return OracleMove(page.types(into: field), text: name, note: "type the name")
    }

    /// The way through the page on which a destination is chosen, or nil when it is not in front.
    func pick(_ folder: String, button: String) -> OracleMove? {
        guard isInFront, page.element(id: "container_save") != nil else { return nil }
        if crumbs.count == 2 && crumbs.last == folder { return OracleMove(page.taps(button), note: "into \(folder)") }
        if crumbs.count < 2 { return page.choose(folder) }
        return OracleMove(page.elements(id: "breadcrumb_text").prefix(1).flatMap { page.taps(on: $0) }, note: "up")
    }

    /// Whether a folder of the storage is open, whatever page it is on.
    func isIn(_ folder: String) -> Bool { crumbs.count == 2 && crumbs.last == folder }

    /// The way to a folder of the storage from another place on such a page.
    func toFolder(_ folder: String) -> OracleMove {
        if let first = page.elements(id: "breadcrumb_text").first {
            return OracleMove(page.taps(on: first), neutral: Set(page.back), note: "up")
        }
        let bar = page.element(id: "toolbar").map { page.texts(in: $0.id) } ?? []
        if Self.collections.contains(where: bar.contains) {
            return OracleMove(page.taps("Show roots"), neutral: Set(page.back), note: "to the roots")
        }
        return page.choose(folder)
    }

    /// Whether the page on which a new file gets its place shows the folder of downloads.
    var picksDownloads: Bool {
        guard let bar = page.element(id: "toolbar") else { return false }
        return crumbs.isEmpty && page.inside(bar.id).contains { $0.text == "Downloads" }
    }

    /// The way there.
    func toDownloads() -> OracleMove {
        if page.element(id: "roots_list") != nil { return OracleMove(page.taps("Downloads"), note: "to the downloads") }
        return OracleMove(page.taps("Show roots"), neutral: Set(page.back), note: "to the roots")
    }

    /// Ticks a file in the folder that is open, and nothing else. Nil when it is ticked alone.
    func tick(_ file: String) -> OracleMove? {
        let ticked = ticked
        if ticked == [file] { return nil }
        if !ticked.isEmpty { return page.leave("drop the selection") }
        let presses = page.longPresses(file)
        return presses.isEmpty ? page.look() : OracleMove(presses, note: "tick \(file)")
    }
}

/// Deletes a file: `folder` in the storage, `file`.
struct FileDeleteOracle: TaskOracle {
    let folder: String
    let file: String

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        file = try arguments.need("file")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await !DeviceState(device).exists("\(FilesPages.storage)/\(folder)/\(file)") { return page.done() }
        let files = FilesPages(page)
        if files.isInFront, page.shows("Delete \"\(file)\"?") { return OracleMove(page.taps("OK"), note: "confirm") }
        if files.ticked == [file] { return OracleMove(page.taps(id: "action_menu_delete"), note: "delete") }
        return files.go(to: folder) ?? files.tick(file) ?? page.leave()
    }
}

/// Renames a file: `folder` in the storage, `file`, and the new `name`.
struct FileRenameOracle: TaskOracle {
    let folder: String
    let file: String
    let name: String

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        file = try arguments.need("file")
        name = try arguments.need("name")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let state = DeviceState(device)
        if try await state.exists("\(FilesPages.storage)/\(folder)/\(name)"),
            try await !state.exists("\(FilesPages.storage)/\(folder)/\(file)")
        {
            return page.done()
        }
        let files = FilesPages(page)
        if files.isInFront {
            if let field = files.field(of: "Rename") { return files.name(name, into: field) }
            if let move = page.tap("Rename") { return move }
            if files.ticked == [file] { return OracleMove(page.taps("More options"), note: "open the menu") }
        }
        return files.go(to: folder) ?? files.tick(file) ?? page.leave()
    }
}

/// Makes a folder: `folder` in the storage, and the new one's `name`.
struct FolderCreateOracle: TaskOracle {
    let folder: String
    let name: String

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        name = try arguments.need("name")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await DeviceState(device).exists("\(FilesPages.storage)/\(folder)/\(name)") { return page.done() }
        let files = FilesPages(page)
        if files.isInFront {
            if let field = files.field(of: "New folder") { return files.name(name, into: field) }
            if let move = page.tap("New folder") { return move }
        }
        if let move = files.go(to: folder) { return move }
        return OracleMove(page.taps("More options"), note: "open the menu")
    }
}

/// Moves a file: `folder` in the storage, `file`, and the folder `target` beside it.
struct FileMoveOracle: TaskOracle {
    let folder: String
    let file: String
    let target: String

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        file = try arguments.need("file")
        target = try arguments.need("target")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let state = DeviceState(device)
        if try await state.exists("\(FilesPages.storage)/\(target)/\(file)"),
            try await !state.exists("\(FilesPages.storage)/\(folder)/\(file)")
        {
            return page.done()
        }
        let files = FilesPages(page)
        if let move = files.pick(target, button: "MOVE") { return move }
        if files.isInFront {
            if let move = page.tap("Move to…") { return move }
            if files.ticked == [file] { return OracleMove(page.taps("More options"), note: "open the menu") }
        }
        return files.go(to: folder) ?? files.tick(file) ?? page.leave()
    }
}
