// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// What the checks of the note tasks and of the clipboard tasks take, and what they reject.
@Suite(.serialized) struct MarkorCheckTests {
    /// One end state: what was done, and whether it is what the task wants.
    private struct End {
        var words: String
        var passes: Bool
        /// Files that are written, by their names in the notebook.
        var writes: [String: String] = [:]
        /// Files and folders that are removed.
        var removes: [String] = []
        var folders: [String] = []
        /// A command that is run in the notebook.
        var shell: String?
        var clipboard: String?
        var message: (number: String, body: String)?
        var opensMessenger = false

        init(_ passes: Bool, _ words: String) { (self.passes, self.words) = (passes, words) }

        func write(_ name: String, _ text: String) -> End { with { $0.writes[name] = text } }
        func remove(_ names: String...) -> End { with { $0.removes += names } }
        func run(_ command: String) -> End { with { $0.shell = command } }
        func folder(_ name: String) -> End { with { $0.folders.append(name) } }
        func copy(_ text: String) -> End { with { $0.clipboard = text } }
        func send(_ number: String, _ body: String) -> End {
            with {
                $0.message = (number, body)
                $0.opensMessenger = true
            }
        }
        func closed() -> End { with { $0.opensMessenger = false } }

        private func with(_ change: (inout End) -> Void) -> End {
            var copy = self
            change(&copy)
            return copy
        }
    }

    private func judge(_ task: String, seed: UInt64 = 3, _ ends: ([String: String]) -> [End]) async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == task })
        let instance = try TaskInstance(template, seed: seed)
        let device = try await BenchDevice.startBuiltIn()
        for end in ends(instance.values) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            for (name, text) in end.writes {
                try await device.adb.push(Array(text.utf8), to: MarkorNotes.path(name))
            }
            for name in end.folders {
                _ = try await device.adb.shell(raw: "mkdir -p \(ShellQuoting.quote(MarkorNotes.path(name)))")
            }
            for name in end.removes {
                _ = try await device.adb.shell(raw: "rm -r \(ShellQuoting.quote(MarkorNotes.path(name)))")
            }
            if let command = end.shell {
                _ = try await device.adb.shell(raw: "cd \(MarkorNotes.notebook) && \(command)")
            }
            if let text = end.clipboard { try await DeviceClipboard(device.adb).set(text) }
            if let message = end.message {
                try await MessageRows(device.adb).insert(
                    "sent",
                    address: message.number,
                    body: message.body,
                    secondsAgo: 1
                )
            }
            if end.opensMessenger {
                _ = try await device.adb.shell(
                    raw: "am start -W -n com.simplemobiletools.smsmessenger/.activities.MainActivity"
                )
            }
            let outcomes = try await CheckRunner(device: device.adb, instance: instance, baselines: baselines).run()
            let found = outcomes.map(\.found).joined(separator: "; ")
            #expect(outcomes.allSatisfy(\.passed) == end.passes, "\(task), \(end.words): \(found)")
        }
        await device.stop()
    }

    @Test func `a header counts with one empty line after it, and nothing else changed in the text`() async throws {
        try await judge("MarkorAddNoteHeader") { values in
            let (file, name) = (values["file"] ?? "", values["name"] ?? "")
            let (header, text) = (values["header"] ?? "", values["text"] ?? "")
            return [
                End(true, "as wanted").remove(file).write(name, "\(header)\n\n\(text)\n"),
                End(false, "the old one is still there").write(name, "\(header)\n\n\(text)\n"),
                End(false, "not renamed").write(file, "\(header)\n\n\(text)\n"),
                End(false, "no empty line").remove(file).write(name, "\(header)\n\(text)\n"),
                End(false, "two empty lines").remove(file).write(name, "\(header)\n\n\n\(text)\n"),
                End(false, "no line break at the end").remove(file).write(name, "\(header)\n\n\(text)"),
                End(false, "a letter changed").remove(file).write(name, "\(header)\n\n\(text.dropLast())\n"),
            ]
        }
    }

    @Test func `a changed note has the new text under the new name alone`() async throws {
        try await judge("MarkorChangeNoteContent") { values in
            let (file, name) = (values["file"] ?? "", values["name"] ?? "")
            let updated = values["updated"] ?? ""
            return [
                End(true, "as wanted").remove(file).write(name, updated),
                End(true, "a letter too many").remove(file).write(name, updated + "x\n"),
                End(false, "half of the text").remove(file).write(name, String(updated.prefix(updated.count / 2))),
                End(false, "added to the old text").remove(file).write(name, (values["text"] ?? "") + "\n" + updated),
                End(false, "a copy").write(name, updated),
                End(false, "the old name").write(file, updated),
            ]
        }
    }

    @Test func `a new folder and a new note are there under their names`() async throws {
        try await judge("MarkorCreateFolder") { values in
            let folder = values["folder"] ?? ""
            return [
                End(true, "as wanted").folder(folder), End(false, "a file").write(folder, ""),
                End(false, "in another").folder("Box/\(folder)"), End(false, "another name").folder(folder + "x"),
            ]
        }
        try await judge("MarkorCreateNote") { values in
            let (name, text) = (values["name"] ?? "", values["text"] ?? "")
            return [
                End(true, "as wanted").write(name, text), End(true, "with a line break").write(name, text + "\n"),
                End(false, "empty").write(name, ""), End(false, "another ending").write(name + ".md", text),
                End(false, "half of the text").write(name, String(text.prefix(text.count / 2))),
            ]
        }
    }

    @Test func `a note that is to be sent counts when it is there and has gone out`() async throws {
        try await judge("MarkorCreateNoteAndSms") { values in
            let (name, text, phone) = (values["name"] ?? "", values["text"] ?? "", values["phone"] ?? "")
            let written = End(true, "as wanted").write(name, text)
            var unsent = written
            unsent.passes = false
            return [
                written.send(phone, text), unsent, unsent.send("+15550", text), unsent.send(phone, "Hello"),
                unsent.send(phone, text).closed(), End(false, "no note").send(phone, text),
            ]
        }
    }

    @Test func `what is pasted is what is on the clipboard`() async throws {
        try await judge("MarkorCreateNoteFromClipboard") { values in
            let (name, text) = (values["name"] ?? "", values["text"] ?? "")
            return [
                End(true, "as wanted").write(name, text), End(false, "empty").write(name, ""),
                End(false, "something else").write(name, String(text.reversed())),
                End(false, "twice").write(name, text + text), End(false, "another name").write("x.md", text),
            ]
        }
        try await judge("SystemCopyToClipboard") { values in
            let text = values["text"] ?? ""
            return [
                End(true, "as wanted").copy(text), End(true, "a letter too many").copy(text + "."),
                End(false, "nothing"), End(false, "a word of it").copy(String(text.prefix(6))),
            ]
        }
        try await judge("SimpleSmsSendClipboardContent") { values in
            let (number, message) = (values["number"] ?? "", values["message"] ?? "")
            return [
                End(true, "as wanted").send(number, message), End(false, "another text").send(number, "Hello"),
                End(false, "another number").send("+15550", message),
                End(false, "another app in front").send(number, message).closed(),
            ]
        }
    }

    @Test func `the right notes are deleted`() async throws {
        try await judge("MarkorDeleteNote") { values in
            let file = values["file"] ?? ""
            return [
                End(true, "as wanted").remove(file), End(false, "nothing done"),
                End(false, "emptied").write(file, ""),
            ]
        }
        try await judge("MarkorDeleteNewestNote") { values in
            let file = values["file"] ?? ""
            return [
                End(true, "as wanted").remove(file), End(false, "nothing done"),
                End(false, "an older one").run("rm $(ls | grep -v \(file) | head -n 1)"),
                End(false, "an older one too").remove(file).run("rm $(ls | head -n 1)"),
                End(false, "another came").remove(file).write("x.md", ""),
            ]
        }
        let notebook = MarkorNotes.notebook
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == "MarkorDeleteAllNotes" })
        let instance = try TaskInstance(template, seed: 3)
        let device = try await BenchDevice.startBuiltIn()
        let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let checks = CheckRunner(device: device.adb, instance: instance, baselines: baselines)
        #expect(try await checks.run().map(\.passed) == [false])
        _ = try await device.adb.shell(raw: "cd \(notebook) && rm $(ls | head -n 1)")
        #expect(try await checks.run().map(\.passed) == [false])
        _ = try await device.adb.shell(raw: "cd \(notebook) && mkdir Box && mv *.* Box/")
        #expect(try await checks.run().map(\.passed) == [false])
        _ = try await device.adb.shell(raw: "rm \(notebook)/Box/*")
        #expect(try await checks.run().map(\.passed) == [true])
        await device.stop()
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `a note is edited where the goal says`(seed: UInt64) async throws {
        try await judge("MarkorEditNote", seed: seed) { values in
            let (file, text, old) = (values["file"] ?? "", values["text"] ?? "", values["old"] ?? "")
            let how = values["how"] ?? ""
            return [
                End(how.contains("top"), "at the top").write(file, "\(text)\n\(old)\n"),
                End(how.contains("bottom"), "at the bottom").write(file, "\(old)\n\(text)\n"),
                End(how.contains("Replace"), "in its place").write(file, text), End(false, "nothing done"),
                End(false, "another note").write("x.md", text),
            ]
        }
    }

    @Test func `merged notes have an empty line between each two`() async throws {
        try await judge("MarkorMergeNotes") { values in
            let name = values["name"] ?? ""
            let parts = (1...3).map { values["text\($0)"] ?? "" }
            return [
                End(true, "as wanted").write(name, parts.joined(separator: "\n\n")),
                End(true, "with a line break at the end").write(name, parts.joined(separator: "\n\n") + "\n"),
                End(false, "no empty lines").write(name, parts.joined(separator: "\n")),
                End(false, "two empty lines").write(name, parts.joined(separator: "\n\n\n")),
                End(false, "another order").write(name, parts.reversed().joined(separator: "\n\n")),
                End(false, "one is missing").write(name, parts.dropLast().joined(separator: "\n\n")),
                End(false, "another name").write("x.md", parts.joined(separator: "\n\n")),
            ]
        }
    }

    @Test func `a moved note is in the other folder alone`() async throws {
        try await judge("MarkorMoveNote") { values in
            let (file, text) = (values["file"] ?? "", values["text"] ?? "")
            let (source, target) = (values["source"] ?? "", values["target"] ?? "")
            return [
                End(true, "as wanted").remove("\(source)/\(file)").write("\(target)/\(file)", text),
                End(false, "a copy").write("\(target)/\(file)", text),
                End(false, "gone").remove("\(source)/\(file)"),
                End(false, "to the notebook").remove("\(source)/\(file)").write(file, text),
            ]
        }
    }
}
