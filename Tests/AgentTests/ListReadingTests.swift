// SPDX-License-Identifier: Apache-2.0

import Base
import Screen
import Testing

@testable import Agent

/// Lists that are read across screens.
@Suite struct ListReadingTests {
    private static func rows(_ range: Range<Int>) -> [PaperList.Entry] {
        range.map { PaperList.Entry(texts: ["Row \($0)", "about \($0)"]) }
    }

    @Test func `a list that fits is read at once`() throws {
        var list = PaperList(entries: Self.rows(0..<5))
        let outcome = try list.read()
        #expect(outcome.ended && outcome.scrolls == 0 && outcome.table.isComplete)
        #expect(PaperList.lines(outcome.table) == list.truth)
        #expect(outcome.table.columns == ["text0", "text1"])
        #expect(outcome.table.place == .init(package: "app", source: "list RecyclerView", title: "Things"))
    }

    /// 1600 pixels show ten rows and two thirds; a scroll moves 800.
    @Test(arguments: [(20, 0, 2), (20, 60, 2), (40, 0, 6), (40, 60, 6)])
    func `no scroll is wasted at the start, and none at an end that shows`(
        _ count: Int,
        _ foot: Int,
        _ scrolls: Int
    )
        throws
    {
        var list = PaperList(entries: Self.rows(0..<count), foot: foot)
        let outcome = try list.read()
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
        #expect(outcome.scrolls == scrolls)
    }

    @Test func `a list that opens at its end is read upwards, and not down again`() throws {
        let texts = (0..<30).map { PaperList.Entry(texts: ["Message \($0)"], height: 120 + $0 * 37 % 180) }
        var list = PaperList(entries: texts, countsHidden: true)
        list.offset = list.furthest
        let needed = (list.furthest + 639) / 640
        let outcome = try list.read()
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
        #expect(outcome.scrolls <= needed + 1)
    }

    @Test func `from its middle a list is read to both ends`() throws {
        for offset in stride(from: 1, to: 4000, by: 333) {
            var list = PaperList(entries: Self.rows(0..<45), offset: offset)
            let outcome = try list.read()
            #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth, "\(offset)")
        }
    }

    @Test func `an assumed start is given up where the list does not move`() throws {
        // Ten rows fill the list exactly, and it is at its end.
        var list = PaperList(entries: Self.rows(0..<20), height: 1500, offset: 1500)
        let outcome = try list.read()
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
    }

    @Test func `headers are the group of what follows, also across screens`() throws {
        var entries: [PaperList.Entry] = []
        for day in 0..<6 {
            entries.append(.init(kind: .header, texts: ["Day \(day)"], height: 90))
            entries += (0..<(day == 2 ? 14 : 3)).map {
                .init(texts: ["Event \($0)", "9:0\($0 % 10)"], isOn: $0 % 2 == 0)
            }
        }
        var list = PaperList(entries: entries, gap: 12)
        let outcome = try list.read()
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
        #expect(Set(outcome.table.rows.map(\.signature)).count == outcome.table.rows.count)
    }

    @Test func `tiles are rows from left to right`() throws {
        let tiles = (0..<35).map { PaperList.Entry(kind: .tile, texts: ["picture \($0).jpg"], height: 340) }
        var list = PaperList(entries: tiles, gap: 10, columns: 3)
        let outcome = try list.read()
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
    }

    @Test func `equal rows that are two stay two`() throws {
        var entries = Self.rows(0..<40)
        for place in [3, 4, 5, 11, 12, 20, 21, 22, 23, 39] { entries[place].texts = ["Coffee", "2.50"] }
        var list = PaperList(entries: entries)
        let outcome = try list.read()
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
        #expect(Set(outcome.table.rows.map(\.signature)).count == 40)
        // All of them equal: pixels alone tell them apart, and where they do not, the table does not say that it is complete.
        var exact: [Int] = []
        for height in [130, 150, 170, 190, 210] {
            list = PaperList(entries: (0..<32).map { _ in .init(texts: ["Coffee", "2.50"], height: height) })
            let table = try list.read().table
            if PaperList.lines(table) == list.truth { exact.append(height) }
            #expect(exact.last == height || !table.isComplete, "\(height)")
        }
        #expect(exact.contains(150))
    }

    @Test func `a jump that leaves no overlap is gone back over`() throws {
        for fling in [-200, 300, 900, 1300] {
            var list = PaperList(entries: Self.rows(0..<60), fling: fling)
            if fling > 800 {
                // Every other scroll goes on by itself.
                let outcome = try list.read { list, count in list.fling = count % 2 == 0 ? fling : 0 }
                #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth, "\(fling)")
            } else {
                let outcome = try list.read()
                #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth, "\(fling)")
            }
        }
    }

    @Test func `where every scroll goes too far, the table says that it is not complete`() throws {
        var list = PaperList(entries: Self.rows(0..<80), fling: 2000)
        let outcome = try list.read()
        #expect(outcome.ended && !outcome.table.isComplete)
        #expect(Set(outcome.table.rows.map(\.signature)).count == outcome.table.rows.count)
    }

    @Test func `a list that grows while it is read keeps its order`() throws {
        let new = PaperList.Entry(texts: ["New", "just now"])
        for place in [0, 6, 12, 18, 29] {
            var list = PaperList(entries: Self.rows(0..<30))
            let outcome = try list.read { list, count in
                guard count == 2 else { return }
                let above = list.offset > place * 150
                list.entries.insert(new, at: place)
                // A list holds what it shows in its place.
                if above { list.offset += 150 }
            }
            let truth = list.truth
            let read = PaperList.lines(outcome.table)
            #expect(outcome.ended)
            #expect(read.filter { !$0.contains("New") } == truth.filter { !$0.contains("New") }, "\(place)")
            if place > 10 { #expect(read == truth, "\(place)") }
        }
    }

    @Test func `while more is on its way, the end is not the end`() throws {
        var list = PaperList(entries: Self.rows(0..<20), hasSpinner: true)
        let outcome = try list.read { list, count in
            guard count == 4 else { return }
            list.entries += Self.rows(20..<30)
            list.hasSpinner = false
        }
        #expect(outcome.table.isComplete && PaperList.lines(outcome.table) == list.truth)
    }

    @Test func `a row higher than the list is put together from its parts`() throws {
        var entries = Self.rows(0..<8)
        entries[4] = .init(texts: (0..<30).map { "line \($0)" }, height: 2900)
        var list = PaperList(entries: entries)
        let outcome = try list.read()
        #expect(outcome.table.isComplete && outcome.table.rows.count == 8)
        #expect(outcome.table.rows[4].cells.compactMap { $0 } == entries[4].texts)
    }

    @Test func `another page is no part of the list`() throws {
        let list = PaperList(entries: Self.rows(0..<30))
        let screen = try list.screen()
        var reading = ListReading(list: try #require(ListReading.lists(of: screen).first), on: screen)
        #expect(reading.add(screen) == .scroll(.down))
        #expect(reading.add(try Fixture.screen(Fixture.node("FrameLayout", text: "Other"))) == .lost)
        #expect(reading.table.rows.count == 10 && !reading.table.isComplete)
        var none = ListReading(list: 4711, on: screen)
        #expect(none.add(screen) == .lost)
    }

    @Test func `lists longer than the limit end there`() throws {
        var list = PaperList(entries: Self.rows(0..<700), height: 2000)
        let outcome = try list.read()
        #expect(outcome.ended && !outcome.table.isComplete && outcome.table.rows.count == ListReading.rowLimit)
    }

    /// Any list, from any place: reading gives exactly its rows.
    @Test func `random lists are read exactly`() throws {
        var random = SeededRandom(seed: 6, name: "lists")
        var scrolls = 0
        var complete = 0
        let count = 300
        for number in 0..<count {
            var list = Self.random(&random)
            let start = Int.random(in: 0...2, using: &random)
            if start > 0 { list.offset = Int.random(in: 0...list.furthest, using: &random) }
            let outcome = try list.read(isUntouched: start == 0)
            scrolls += outcome.scrolls
            complete += outcome.table.isComplete ? 1 : 0
            let (read, truth) = (PaperList.lines(outcome.table), list.truth)
            let first = zip(read, truth).first { $0 != $1 }
            #expect(outcome.ended)
            #expect(
                read == truth,
                """
                list \(number) of \(list.height)/\(list.gap)/\(list.foot) in \(list.columns), \(list.hasIDs), \(list.countsHidden), \
                \(list.fling): \(read.count) of \(truth.count), \(first.map { "\($0)" } ?? "")
                """
            )
        }
        print("random lists: \(complete) of \(count) complete, \(Double(scrolls) / Double(count)) scrolls each")
        // Where equal rows follow each other, the place of a screen may be one of several; then the table does not say that it is complete.
        #expect(complete * 100 >= count * 98)
    }

    private static func random(_ random: inout SeededRandom) -> PaperList {
        let isTiles = Int.random(in: 0..<5, using: &random) == 0
        let hasHeaders = Bool.random(using: &random)
        let isUniform = Int.random(in: 0..<3, using: &random) > 0
        let hasBoxes = Bool.random(using: &random)
        let base = Int.random(in: 90...260, using: &random)
        var entries: [PaperList.Entry] = []
        for number in 0..<Int.random(in: 1...60, using: &random) {
            if hasHeaders, !isTiles, number == 0 || Int.random(in: 0..<5, using: &random) == 0 {
                entries.append(.init(kind: .header, texts: ["Part \(entries.count)"], height: 80))
            }
            var texts = ["Thing \(number)"]
            if !isTiles {
                if Int.random(in: 0..<6, using: &random) > 0 { texts.append("note \(number % 7)") }
                if Int.random(in: 0..<4, using: &random) == 0 { texts.append("\(number % 3) pieces") }
            }
            let height = isTiles || isUniform ? base : base + Int.random(in: 0...300, using: &random)
            var entry = PaperList.Entry(kind: isTiles ? .tile : .row, texts: texts, height: height)
            if hasBoxes && !isTiles { entry.isOn = Bool.random(using: &random) }
            entries.append(entry)
            // Now and then the same thing twice or three times.
            while Int.random(in: 0..<12, using: &random) == 0 { entries.append(entry) }
        }
        let height = Int.random(in: 900...1900, using: &random)
        return PaperList(
            entries: entries,
            gap: Bool.random(using: &random) ? 0 : Int.random(in: 4...24, using: &random),
            height: height,
            foot: Bool.random(using: &random) ? 0 : Int.random(in: 10...200, using: &random),
            hasIDs: Int.random(in: 0..<4, using: &random) > 0,
            countsHidden: Int.random(in: 0..<4, using: &random) == 0,
            columns: isTiles ? Int.random(in: 2...4, using: &random) : 1,
            fling: [0, 0, -21, 150].randomElement(using: &random) ?? 0
        )
    }
}
