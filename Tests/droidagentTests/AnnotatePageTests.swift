// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Foundation
import Glibc
import Media
import TestSupport
import Testing

@testable import Annotation

/// `annotate` as a person meets it: the program in a process of its own, its page in a real browser.
@Suite("The annotation page in a browser", .timeLimit(.minutes(5)), .serialized)
struct AnnotatePageTests {
    private struct Line: Decodable {
        let address: String
        let store: String
        let states: Int
        let round: Int64
    }

    private static let labels = ["Wi-Fi", "Bluetooth", "Airplane mode", "Mobile data", "Name"]

    /// A screen with five rows, so that each state has a picture with boxes.
    private func picture(_ step: Int) throws -> [UInt8] {
        let canvas = Canvas(width: 360, height: 720)
        canvas.fill(Rect(x: 0, y: 0, width: 360, height: 720), RGBA(hex: 0xF2F4F8))
        for (row, label) in Self.labels.enumerated() {
            let place = Rect(x: 16, y: 90 + Double(row) * 90, width: 328, height: 74)
            canvas.fill(place, RGBA(hex: 0xFFFFFF), radius: 14)
            let text = canvas.text.block("\(label) \(step + 1)", FontStyle(size: 20, weight: .regular))
            canvas.draw(text, x: 36, y: place.y + 24, RGBA(hex: 0x20242B))
        }
        return try PNG.encode(canvas.pixels())
    }

    /// Twelve states with scores: the first choice is row `step % 4`, the surer the later the step.
    private func fill(_ folder: String, count: Int = 12) throws {
        let store = try AnnotationStore(folder: folder)
        defer { store.close() }
        let items = try (0..<count).map { step in
            AnnotationItem(
                task: "Switches",
                app: "Settings",
                episode: "30-0",
                step: step,
                goal: "Turn everything off, then name the device",
                prefix: "Goal: Turn everything off\nSteps so far:\n1. open app Settings\nState \(step)\nNext:",
                suffixes: Self.labels.map { $0 == "Name" ? " type into Name\n" : " tap switch \"\($0)\"\n" } + [
                    " go back\n"
                ],
                actions: [.click(0), .click(1), .click(2), .click(3), .inputText(4, text: nil), .navigateBack],
                chosen: step % 4,
                look: AnnotationItem.Look(
                    picture: try store.keep(picture: picture(step)),
                    width: 360,
                    height: 720,
                    boxes: (0..<5).map { [16, 90 + $0 * 90, 344, 164 + $0 * 90] } + [[]]
                ),
                origin: "run/steps/\(step)"
            )
        }
        try store.add(items)
        try store.setScores(
            try store.items().map { stored in
                let step = stored.item.step
                let scores = (0..<6).map { $0 == step % 4 ? 1 + Double(step) * 0.2 : -Double($0) * 0.1 }
                return (stored.id, scores)
            },
            verifier: "v1"
        )
        try store.set(
            AnnotationEpisode(
                task: "Switches",
                app: "Settings",
                episode: "30-0",
                goal: "Turn everything off, then name the device",
                said: "complete",
                verdict: "done",
                passed: false,
                cause: "premature"
            )
        )
    }

    private func serve(_ program: Program, _ more: [String] = []) async throws -> (Program.Running, Line) {
        let running = try program.start(
            ["annotate", "--annotator", "ada", "--accept-nothing", "--double", "0", "--sample", "0", "--json"] + more
        )
        guard try await running.waits(for: "\n") else {
            throw DroidError("test.annotate", "annotate did not start", why: running.errors)
        }
        return (running, try JSON.decode(Line.self, from: Array(running.output.utf8)))
    }

    private func with(_ body: (Program, Browser) async throws -> Void) async throws {
        let program = try Program()
        defer { program.remove() }
        let browser = try await Browser.start()
        do {
            try await body(program, browser)
        } catch {
            await browser.stop()
            throw error
        }
        await browser.stop()
    }

    /// The last words on the states, by step, as another process finds them.
    private func words(_ folder: String) throws -> [Int: Judgement] {
        let store = try AnnotationStore(folder: folder)
        defer { store.close() }
        var found: [Int: Judgement] = [:]
        for stored in try store.items() {
            found[stored.item.step] = try store.history(stored.id).last { !$0.isUndone }?.judgement
        }
        return found
    }

    @Test("Ten steps labelled by keyboard, one taken back; after kill -9 nothing is lost, and it goes on where it was")
    func keyboard() async throws {
        try await with { program, browser in
            let folder = program.home + "/state/droidagent/annotations"
            try fill(folder)
            let (first, line) = try await serve(program)
            #expect(line.states == 12 && line.address.hasPrefix("http://127.0.0.1:"))
            try await browser.open(line.address)
            // The least sure one comes first, with its picture, and a box for each of the five rows.
            func waits(forStep step: Int) async throws {
                try await browser.wait(for: "document.querySelector('#kicker').innerText.includes('step \(step + 1) ')")
                try await browser.wait(for: "document.querySelectorAll('#screen .box').length === 5")
            }
            try await waits(forStep: 0)
            try await browser.wait(
                for:
                    "document.querySelector('#screen img') && document.querySelector('#screen img').naturalWidth === 360"
            )
            #expect(try await browser.text("#goal") == "Turn everything off, then name the device")
            #expect(try await browser.value("document.querySelectorAll('#candidates .candidate').length") == "6")

            var expected: [Int: Judgement] = [:]
            // 1, 2: what the verifier would do.
            for step in 0..<2 {
                try await browser.press("a")
                expected[step] = .right([step % 4])
                try await waits(forStep: step + 1)
            }
            // 3: the second of the ranking; its first is row 2, its second row 0.
            try await browser.press("2")
            expected[2] = .right([0])
            try await waits(forStep: 3)
            // 4: several are right: the first (row 3) and the third (row 1).
            try await browser.press("1", holding: [.shift])
            try await browser.press("3", holding: [.shift])
            try await browser.wait(for: "!document.querySelector('#saveSet').hidden")
            try await browser.press(Browser.enter)
            expected[3] = .right([1, 3])
            try await waits(forStep: 4)
            // 5: none is right, with a word on what is missing.
            try await browser.press("n")
            try await browser.wait(for: "document.querySelector('#asking').open")
            try await browser.press("a slider" + Browser.enter)
            expected[4] = .none("a slider")
            try await waits(forStep: 5)
            // 6: the second would do harm, the first is right.
            try await browser.press(Browser.down + "xa")
            expected[5] = .right([1], harmful: [0])
            try await waits(forStep: 6)
            // 7: a text is filled in. The field is row 4: the last but one of the ranking.
            try await browser.press("5")
            try await browser.wait(for: "document.querySelector('#asking').open")
            try await browser.press("Ada's phone" + Browser.enter)
            expected[6] = .right([4], text: "Ada's phone")
            try await waits(forStep: 7)
            // 8: skipped. 9, 10: by the cursor, with and without the arrow.
            try await browser.press("s")
            expected[7] = .skipped
            try await waits(forStep: 8)
            try await browser.press(Browser.enter)
            expected[8] = .right([0])
            try await waits(forStep: 9)
            try await browser.press("j" + Browser.enter)
            expected[9] = .right([0])
            try await waits(forStep: 10)
            #expect(try words(folder) == expected)

            // Undo brings the state and what was said of it; it is said otherwise.
            try await browser.press("u")
            try await waits(forStep: 9)
            try await browser.press("u")
            try await waits(forStep: 8)
            try await browser.press("3")
            expected[8] = .right([2])
            try await waits(forStep: 9)
            expected[9] = nil
            #expect(try words(folder) == expected)
            try await browser.press("a")
            expected[9] = .right([1])
            try await waits(forStep: 10)

            // The server dies in the middle; the page says so, and what is pressed meanwhile is not believed.
            first.signal(SIGKILL)
            #expect(try first.wait().status == 128 + SIGKILL)
            try await browser.press("a")
            try await browser.wait(for: "document.querySelector('#problem').innerText.includes('has ended')")
            #expect(try words(folder) == expected)

            let (second, again) = try await serve(program)
            #expect(again.round == line.round)
            try await browser.open(again.address)
            try await waits(forStep: 10)
            #expect(try await browser.text("#counts").contains("9 by people"))
            try await browser.press("a")
            expected[10] = .right([2])
            try await waits(forStep: 11)
            // Several are right, and one of them gets its text: all of it is saved by Enter, and not before.
            try await browser.press(" jjjjt")
            try await browser.wait(for: "document.querySelector('#asking').open")
            try await browser.press("Ada's phone" + Browser.enter)
            try await browser.wait(for: "document.querySelectorAll('#candidates .candidate.marked').length === 2")
            #expect(try words(folder) == expected)
            try await browser.press(Browser.enter)
            expected[11] = .right([3, 4], text: "Ada's phone")
            try await browser.wait(for: "!document.querySelector('#done').hidden")
            #expect(try words(folder) == expected)
            second.signal(SIGINT)
            #expect(try second.wait().status == 0, "\(second.errors)")
        }
    }

    @Test("Help, episodes with the checks' verdict beside the person's, another name, and a report")
    func otherViews() async throws {
        try await with { program, browser in
            let folder = program.home + "/state/droidagent/annotations"
            try fill(folder, count: 4)
            let (running, line) = try await serve(program)
            try await browser.open(line.address + "?as=ben")
            try await browser.wait(for: "document.querySelector('#who').innerText === 'ben'")
            try await browser.press("?")
            try await browser.wait(for: "document.querySelector('#help').open")
            try await browser.press(Browser.enter)
            try await browser.wait(for: "!document.querySelector('#help').open")
            try await browser.click("[data-view=episodes]")
            try await browser.wait(for: "document.querySelectorAll('.shot').length === 4")
            #expect(try await browser.text(".verdicts").contains("checks: failed"))
            try await browser.press("n")
            try await browser.wait(for: "document.querySelector('.verdicts').innerText.includes('ben: not reached')")
            try await browser.press("\u{E014}")
            try await browser.press("w")
            try await browser.wait(for: "document.querySelectorAll('.shot')[1].classList.contains('first')")
            let store = try AnnotationStore(folder: folder)
            let word = try store.episode("30-0", task: "Switches")?.judgements["ben"]
            store.close()
            #expect(word == EpisodeJudgement(reached: false, firstWrong: 1))
            try await browser.open(line.address + "report?as=ben")
            try await browser.wait(for: "document.body.innerText.includes('human share')")
            // Nothing of the page was refused by its own policy, and nothing failed.
            running.signal(SIGINT)
            #expect(try running.wait().status == 0)
        }
    }

    @Test("Without the token, from another page and with a foreign host nobody gets in; a network needs the password")
    func access() async throws {
        let program = try Program()
        defer { program.remove() }
        // Foundation's own client waits for somebody to answer a question for a password.
        func ask(_ address: String, _ headers: [String: String] = [:]) async throws -> Int {
            let url = try #require(URL(string: address))
            let (port, host) = (try #require(url.port), try #require(url.host))
            let path = address.components(separatedBy: ":\(port)").last ?? "/"
            let more = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
            let request = "GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nConnection: close\r\n\(more)\r\n"
            return try await blocking {
                let socket = try RawSocket.connect(to: port)
                socket.send(Array(request.utf8))
                let head = String(decoding: socket.receive(), as: UTF8.self)
                return head.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            }
        }
        let (local, line) = try await serve(program)
        let root = line.address.split(separator: "/").prefix(2).joined(separator: "//")
        #expect(try await ask(line.address) == 200)
        #expect(try await ask(root + "/") == 403)
        #expect(try await ask(line.address, ["Origin": "http://example.org"]) == 403)
        local.signal(SIGINT)
        _ = try local.wait()

        let file = program.home + "/password"
        try FileBytes.write("correct horse\n", to: file, mode: 0o600)
        let (open, shared) = try await serve(program, ["--listen", "127.0.0.1", "--password-file", file])
        #expect(open.errors.contains("unencrypted"))
        let right = "Basic " + Data("ada:correct horse".utf8).base64EncodedString()
        let wrong = "Basic " + Data("ada:battery staple".utf8).base64EncodedString()
        #expect(try await ask(shared.address) == 401)
        #expect(try await ask(shared.address, ["Authorization": wrong]) == 401)
        #expect(try await ask(shared.address, ["Authorization": right]) == 200)
        open.signal(SIGINT)
        _ = try open.wait()

        try FileBytes.write("short\n", to: file)
        for (arguments, status, word) in [
            (["--listen", "127.0.0.1"], 2, "--password-file"),
            (["--listen", "127.0.0.1", "--password-file", file], 1, "fewer than"),
            (["--listen", "no-address", "--password-file", program.home + "/none"], 1, "cannot read"),
            (["/nowhere"], 1, "there is nothing at"), (["--verifier", "v9"], 1, "no state has scores"),
            (["--audit", "2"], 2, "--audit"),
        ] {
            let outcome = try program.run(["annotate"] + arguments)
            #expect(outcome.status == Int32(status) && outcome.err.contains(word), "\(arguments): \(outcome.err)")
        }
    }

    @Test("import, stats and export do without a page")
    func commands() async throws {
        let program = try Program()
        defer { program.remove() }
        let empty = try program.run(["annotate", "stats"])
        #expect(empty.status == 1 && empty.err.contains("there is no store"))
        let folder = program.home + "/state/droidagent/annotations"
        try fill(folder)
        do {
            let store = try AnnotationStore(folder: folder)
            try store.startRound(RoundOptions(verifier: "v1"))
            while let task = try store.next("ada") {
                try store.save(.right([task.item.step % 4]), for: task, annotator: "ada")
            }
            store.close()
        }
        let stats = try program.run(["annotate", "stats", "--report", program.home + "/report.html", "--json"])
        #expect(stats.status == 0 && stats.out.contains("\"human\":12"), "\(stats.err)")
        #expect(try FileBytes.read(program.home + "/report.html").count > 2000)
        for form in ["pairs", "states", "label-studio"] {
            let out = program.home + "/" + form
            let export = try program.run(["annotate", "export", "--out", out, "--format", form, "--json"])
            #expect(export.status == 0 && export.out.contains("\"pairs\":60"), "\(export.err)")
            let back = try program.run(
                ["annotate", "import", out, "--store", program.home + "/other-\(form)", "--as", "labels", "--json"]
            )
            #expect(back.status == 0 && back.out.contains("\"labels\":12"), "\(form): \(back.out) \(back.err)")
        }
        #expect(try PairsFile.groups(program.home + "/pairs").count == 12)
    }
}
