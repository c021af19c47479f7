// SPDX-License-Identifier: Apache-2.0

import Base
import Screen

@testable import Agent

/// A list that scrolls, on paper: it gives the screens that a device would show, cut at the list's edges.
struct PaperList {
    enum Kind { case row, header, tile }

    struct Entry: Hashable {
        var kind = Kind.row
        var texts: [String]
        var isOn: Bool?
        var height = 150
    }

    var entries: [Entry]
    var gap = 0
    /// Where the list stands on a display of 1080 x 2400.
    var top = 300
    var height = 1600
    var offset = 0
    /// Room below the last row.
    var foot = 0
    var hasIDs = true
    /// `ScrollView`s count children out of sight in `index`; lists that make rows as they are needed do not.
    var countsHidden = false
    var columns = 1
    /// What the content moves beyond the finger's way, or, negative, less.
    var fling = 0
    var hasSpinner = false
    var around: (before: String, after: String) = ("", "")

    private var lines: [[Int]] {
        var out: [[Int]] = []
        for (place, entry) in entries.enumerated() {
            if entry.kind == .tile, let last = out.last, last.count < columns, entries[last[0]].kind == .tile {
                out[out.count - 1].append(place)
            } else {
                out.append([place])
            }
        }
        return out
    }

    private func lineHeight(_ line: [Int]) -> Int { line.map { entries[$0].height }.max() ?? 0 }

    var length: Int {
        let lines = lines
        return lines.reduce(foot) { $0 + lineHeight($1) } + max(0, lines.count - 1) * gap
    }

    var furthest: Int { max(0, length - height) }

    mutating func scroll(_ direction: ScrollDirection, by distance: Int) {
        let way = max(0, distance + fling)
        offset = min(max(0, offset + (direction == .down ? way : -way)), furthest)
    }

    /// What reading must give.
    var truth: [String] {
        var group = ""
        return entries.compactMap { entry in
            guard entry.kind != .header else {
                group = entry.texts[0]
                return nil
            }
            return Self.line(entry.texts, group, entry.isOn)
        }
    }

    static func line(_ texts: [String], _ group: String, _ isOn: Bool?) -> String {
        "\(group)/\(texts.joined(separator: ","))/\(isOn.map { "\($0)" } ?? "")"
    }

    static func lines(_ table: NoteTable) -> [String] {
        table.rows.map { line($0.cells.compactMap { $0 }, $0.group ?? "", $0.isOn) }
    }

    // MARK: The screen

    private func node(
        _ className: String,
        _ bounds: Bounds,
        text: String = "",
        id: String = "",
        description: String = "",
        flags: [String] = [],
        index: Int = 0,
        _ children: String = ""
    ) -> String {
        let names = ["checkable", "checked", "clickable", "enabled", "scrollable"]
        let set = names.map { "\($0)=\"\($0 == "enabled" || flags.contains($0))\"" }.joined(separator: " ")
        let resource = id.isEmpty || !hasIDs ? "" : "app:id/\(id)"
        return
            "<node index=\"\(index)\" text=\"\(text)\" resource-id=\"\(resource)\" class=\"\(className)\" package=\"app\" "
            + "content-desc=\"\(description)\" \(set) bounds=\"\(bounds)\">\(children)</node>"
    }

    private func entry(_ place: Int, _ left: Int, _ right: Int, _ y: Int, _ index: Int) -> String {
        let entry = entries[place]
        let view = Bounds(left: 0, top: top, right: 1080, bottom: top + height)
        let frame = Bounds(left: left, top: y, right: right, bottom: y + entry.height)
        guard !frame.intersection(view).isEmpty else { return "" }
        if entry.kind == .header {
            return node(
                "android.widget.TextView",
                frame.intersection(view),
                text: entry.texts[0],
                id: "header",
                index: index
            )
        }
        var inside = ""
        let step = max(1, (entry.height - 20) / max(1, entry.texts.count))
        for (line, text) in entry.texts.enumerated() {
            let upper = y + 10 + line * step
            let bounds = Bounds(left: left + 20, top: upper, right: right - 200, bottom: upper + step).intersection(
                view
            )
            if !bounds.isEmpty {
                inside += node("android.widget.TextView", bounds, text: text, id: "text\(line)", index: line)
            }
        }
        if let isOn = entry.isOn {
            let bounds = Bounds(left: right - 150, top: y + 10, right: right - 20, bottom: y + entry.height - 10)
                .intersection(view)
            if !bounds.isEmpty {
                let flags = isOn ? ["checkable", "checked", "clickable"] : ["checkable", "clickable"]
                inside += node(
                    "android.widget.CheckBox",
                    bounds,
                    id: "box",
                    description: "Mark",
                    flags: flags,
                    index: 9
                )
            }
        }
        return node(
            "android.widget.LinearLayout",
            frame.intersection(view),
            id: entry.kind == .tile ? "tile" : "row",
            flags: ["clickable"],
            index: index,
            inside
        )
    }

    private var listNode: String {
        var inside = ""
        var y = top - offset
        var index = 0
        for line in lines {
            let high = lineHeight(line)
            defer { y += high + gap }
            let isSeen = y + high > top && y < top + height
            if isSeen || countsHidden {
                if isSeen {
                    let width = 1080 / max(1, entries[line[0]].kind == .tile ? columns : 1)
                    for (column, place) in line.enumerated() {
                        inside += entry(place, column * width, (column + 1) * width, y, index)
                    }
                }
                index += 1
            }
        }
        if hasSpinner, offset >= furthest {
            let bounds = Bounds(left: 400, top: top + height - 100, right: 600, bottom: top + height)
            inside += node("android.widget.ProgressBar", bounds, index: index)
        }
        return node(
            countsHidden ? "android.widget.ScrollView" : "androidx.recyclerview.widget.RecyclerView",
            Bounds(left: 0, top: top, right: 1080, bottom: top + height),
            id: "list",
            flags: furthest > 0 ? ["scrollable"] : [],
            inside
        )
    }

    func screen() throws -> ScreenState {
        let whole = Bounds(left: 0, top: 0, right: 1080, bottom: 2400)
        let title = node(
            "android.widget.TextView",
            Bounds(left: 50, top: 100, right: 600, bottom: 180),
            text: "Things",
            id: "title"
        )
        let root = node("android.widget.FrameLayout", whole, title + around.before + listNode + around.after)
        let xml = "<?xml version='1.0' ?><hierarchy rotation=\"0\">\(root)</hierarchy>"
        return ScreenState(
            try HierarchyParser.parse(Array(xml.utf8)),
            displaySize: DisplaySize(width: 1080, height: 2400)
        )
    }

    // MARK: Reading

    /// What a reading of the whole list gave, and the scrolls that it took.
    struct Outcome {
        var table: NoteTable
        var scrolls = 0
        var ended = false
    }

    /// Reads the list as an agent does: it looks, and scrolls where it is told to.
    mutating func read(
        isUntouched: Bool = true,
        limit: Int = 300,
        change: (inout PaperList, Int) -> Void = { _, _ in }
    )
        throws -> Outcome
    {
        var screen = try screen()
        guard let list = ListReading.lists(of: screen).first else {
            return Outcome(
                table: NoteTable(
                    place: .init(package: "", source: "", title: ""),
                    columns: [],
                    rows: [],
                    isComplete: false
                )
            )
        }
        var reading = ListReading(list: list, on: screen, isUntouched: isUntouched)
        var scrolls = 0
        while scrolls < limit {
            switch reading.add(screen) {
            case .end: return Outcome(table: reading.table, scrolls: scrolls, ended: true)
            case .lost: return Outcome(table: reading.table, scrolls: scrolls)
            case .scroll(let direction):
                guard let element = reading.scroller else { return Outcome(table: reading.table, scrolls: scrolls) }
                for case .swipe(_, let from, _, let to, _) in Actuator.gestures(.scroll(element, direction), on: screen)
                {
                    scroll(direction, by: abs(from - to))
                }
                scrolls += 1
                change(&self, scrolls)
                screen = try self.screen()
            }
        }
        return Outcome(table: reading.table, scrolls: scrolls)
    }
}
