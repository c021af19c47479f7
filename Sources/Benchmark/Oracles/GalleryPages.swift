// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Base
import Screen

/// The pages of Simple Gallery Pro.
struct GalleryPages {
    static let package = "com.simplemobiletools.gallery.pro"
    static let app = "Simple Gallery Pro"
    let page: OraclePage

    init(_ page: OraclePage) { self.page = page }

    var isInFront: Bool { page.package == Self.package }
    private var isAsking: Bool { page.element(id: "button1") != nil }

    /// The name of the picture that fills the display; nil where none does, or where its name is hidden.
    var picture: String? {
        guard isInFront, let bar = page.element(id: "medium_viewer_toolbar") else { return nil }
        return page.inside(bar.id).first { $0.shortClass == "TextView" && !$0.text.isEmpty }?.text
    }

    /// The names of the ticked pictures; nil while nothing is being selected.
    var ticked: [String]? {
        guard page.element(id: "action_mode_bar") != nil else { return nil }
        return page.elements(id: "media_item_holder").filter { $0.flags.contains(.selected) }
            .compactMap { cell in page.inside(cell.id).first { $0.resourceID.hasSuffix("/medium_name") }?.text }
    }

    /// The way to the pictures of a folder; nil when they are in front and nothing is ticked or searched.
    func go(to folder: String) -> OracleMove? {
        guard isInFront else { return page.open(Self.app) }
        guard !isAsking, page.element(id: "action_mode_bar") == nil,
            let field = page.element(id: "top_toolbar_search")
        else { return page.leave() }
        let shown = [field.text, field.hint]
        if page.element(id: "media_grid") != nil {
            return shown.contains("Search in \(folder)") ? nil : page.leave("to the folders")
        }
        return shown.contains("Search folders") ? page.choose(folder) : page.leave()
    }

    /// Whether a picture has filled the display in this run, as the working memory has it.
    func hasSeen(_ file: String) -> Bool {
        if picture == file { return true }
        return page.history.indices.contains { index in
            let line = page.history[index]
            // A tap while others are ticked opens nothing.
            let isTick = index > 0 && page.history[index - 1].hasPrefix("long press")
            return line.hasPrefix("tap ") && line.contains(file) && !isTick
        }
    }

    /// The way to a look at a picture; nil when it has been seen.
    func look(at file: String, in folder: String) -> OracleMove? {
        if hasSeen(file) { return nil }
        if let move = go(to: folder) { return move }
        return page.choose(file)
    }
}

/// Copies a picture into another folder of the storage: `file`, `from` and `to` are names.
struct GalleryCopyOracle: TaskOracle {
    private let file: String
    private let source: String
    private let target: String

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        source = try arguments.need("from")
        target = try arguments.need("to")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        let copy = ShellQuoting.quote("/storage/emulated/0/\(target)/\(file)")
        if try await device.run("test -f \(copy)").exitCode == 0 { return page.done() }
        let gallery = GalleryPages(page)
        guard gallery.isInFront else { return page.open(GalleryPages.app) }
        if page.element(id: "filepicker_list") != nil { return pick(page) }
        if page.shows("Select destination") {
            return OracleMove(page.taps(target) + page.taps("Other folder"), note: "to the destination")
        }
        if let move = page.tap("Copy to") { return move }
        if gallery.picture == file || gallery.ticked == [file] {
            return OracleMove(page.taps("More options"), note: "what to do with it")
        }
        if let ticked = gallery.ticked, !ticked.isEmpty || page.shows("Close") {
            return page.leave("drop the selection")
        }
        if let move = gallery.go(to: source) { return move }
        let presses = page.longPresses(file)
        // The picture's own page has the same menu.
        let taps = page.taps(file)
        return presses.isEmpty ? page.look() : OracleMove(presses + taps, note: "tick \(file)")
    }

    /// The way to the folder through the chooser of any folder.
    private func pick(_ page: OraclePage) -> OracleMove {
        let way = page.elements(id: "breadcrumb_text")
        if way.count == 2, way.last?.text == target { return OracleMove(page.taps("OK"), note: "take this folder") }
        guard way.count == 1 else {
            return OracleMove(way.prefix(1).flatMap { page.taps(on: $0) }, note: "to the storage")
        }
        return page.choose(target)
    }
}

/// A picture that a task's data stand in: `folder` in the storage and `file`, both names.
struct PictureToRead {
    private let folder: String
    private let file: String

    init(_ arguments: ProgramArguments) throws {
        folder = try arguments.need("folder")
        file = try arguments.need("file")
    }

    /// The way to a look at it; nil when it has been seen.
    func look(_ page: OraclePage) -> OracleMove? { GalleryPages(page).look(at: file, in: folder) }

    /// The picture, where it fills the display.
    func shown(_ page: OraclePage) -> [Element] {
        GalleryPages(page).picture == file ? page.screen.elements.filter { page.screen.readTexts[$0.id] != nil } : []
    }
}

/// Writes down what stands in a picture: `folder`, `file`, and the note's `name` and `content`.
struct PictureToNoteOracle: TaskOracle {
    private let picture: PictureToRead
    private let note: MarkorNoteOracle

    init(_ arguments: ProgramArguments) throws {
        picture = try PictureToRead(arguments)
        note = MarkorNoteOracle(new: try arguments.need("name"), content: try arguments.need("content"))
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let move = picture.look(page) { return move }
        return try await note.move(page, device).noting(picture.shown(page))
    }
}

/// Looks at a picture, `folder` and `file`, before it does as another oracle that is given what stands in it.
struct PictureThenOracle<Next: TaskOracle>: TaskOracle {
    private let picture: PictureToRead
    private let next: Next

    init(_ arguments: ProgramArguments) throws {
        picture = try PictureToRead(arguments)
        next = try Next(arguments)
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if let move = picture.look(page) { return move }
        return try await next.move(page, device).noting(picture.shown(page))
    }
}
