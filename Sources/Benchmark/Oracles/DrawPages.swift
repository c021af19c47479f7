// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// Draws something in Simple Draw Pro and saves it in a folder of the storage: `file` with its ending, `folder`.
struct DrawCreateOracle: TaskOracle {
    private static let package = "com.simplemobiletools.draw.pro"
    private static let app = "Simple Draw Pro"
    private let file: String
    private let folder: String

    init(_ arguments: ProgramArguments) throws {
        file = try arguments.need("file")
        folder = try arguments.need("folder")
    }

    private var stem: String { MarkorPages.stem(file) }
    private var ending: String { String(MarkorPages.ending(file).dropFirst()) }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if try await DeviceState(device).exists("\(FilesPages.storage)/\(folder)/\(file)") { return page.done() }
        if let move = FilesPages(page).save(file, in: folder) { return move }
        guard page.package == Self.package else { return page.open(Self.app) }
        if let field = page.element(id: "save_image_filename") { return name(field, page) }
        if page.shows("You have unsaved changes. Save before exit?") {
            return OracleMove(page.taps("Save"), note: "save it")
        }
        let save = page.taps(id: "menu_save")
        if save.isEmpty { return page.leave() }
        let strokes = page.candidates.indices.filter {
            if case .stroke = page.candidates[$0].action { true } else { false }
        }
        let isDrawn = page.history.contains { $0.hasPrefix("draw ") } || strokes.isEmpty
        if !isDrawn { return OracleMove(strokes, neutral: Set(save), note: "draw something") }
        return OracleMove(save, neutral: Set(strokes), note: "save it")
    }

    private func name(_ field: Element, _ page: OraclePage) -> OracleMove {
        let radios = page.taps(id: "save_image_radio_\(ending)")
        let isChosen = page.element(id: "save_image_radio_\(ending)")?.isChecked == true
        if field.text != stem {
            let neutral = isChosen ? [] : Set(radios)
            // A field's hint stands in it while it is empty.
            if field.text.isEmpty || field.text == "Filename" {
                return OracleMove(page.types(into: field), neutral: neutral, text: stem, note: "type the name")
            }
            return OracleMove(page.clears(field), neutral: neutral, note: "empty the name")
        }
        return isChosen ? OracleMove(page.taps("OK"), note: "go on") : OracleMove(radios, note: "as \(ending)")
    }
}

extension FilesPages {
    /// The way through the page on which another app's new file gets its name and place; nil when it is not in front.
    func save(_ file: String, in folder: String) -> OracleMove? {
        guard isInFront else { return nil }
        if let drawer = page.element(id: "roots_list") {
            let storage = page.inside(drawer.id).first { $0.resourceID.hasSuffix("/summary") }
            return OracleMove(storage.map { page.taps(on: $0) } ?? [], note: "to the storage")
        }
        guard let bar = page.element(id: "container_save"),
            let field = page.inside(bar.id).first(where: \.isEditable)
        else { return nil }
        if isIn(folder) {
            if field.text == file { return OracleMove(page.taps("SAVE"), note: "save") }
            if !field.text.isEmpty { return OracleMove(page.clears(field), note: "empty the name") }
            return OracleMove(page.types(into: field), text: file, note: "type the name")
        }
        return toFolder(folder)
    }
}
