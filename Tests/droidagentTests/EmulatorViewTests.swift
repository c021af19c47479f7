// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// `emulator view`, asked as its page asks.
@Suite("A device in the browser", .timeLimit(.minutes(5)))
struct EmulatorViewTests {
    private struct Line: Decodable {
        let address: String
        let device: String
    }

    private struct State: Decodable {
        let version: Int
        let picture: Int
        let serial: String
        let width: Int
        let height: Int
        let package: String
        let problem: String?
    }

    private struct Element: Decodable {
        let bounds: [Int]
        let text: String
        let id: String
        let type: String
    }

    private struct Page {
        let address: String

        func ask(_ path: String, posting body: String? = nil) async throws -> (status: Int, bytes: [UInt8]) {
            var request = URLRequest(url: try #require(URL(string: address + path)))
            if let body { (request.httpMethod, request.httpBody) = ("POST", Data(body.utf8)) }
            let (data, answer) = try await URLSession.shared.data(for: request)
            return (try #require(answer as? HTTPURLResponse).statusCode, Array(data))
        }

        /// Waits for a state that is as wanted.
        func state(_ wanted: (State) -> Bool) async throws -> State {
            var version = -1
            for _ in 0..<60 {
                let state = try JSON.decode(State.self, from: try await ask("state?after=\(version)").bytes)
                if wanted(state) { return state }
                version = state.version
            }
            throw DroidError("test.view", "the page never told what was waited for")
        }

        func tree() async throws -> [Element] { try JSON.decode([Element].self, from: try await ask("tree").bytes) }
    }

    @Test("The page has the live screen, and a tap on it turns a switch")
    func tap() async throws {
        let program = try Program()
        defer { program.remove() }
        let device = try await program.startDevice("--clock", "stepped")
        func shell(_ command: String) throws -> String {
            try program.run(["adb", "shell", "--device", device.serial, command]).out
        }
        let view = try program.start(["emulator", "view", "--device", device.serial, "--json"])
        #expect(try await view.waits(for: "\n"), "\(view.errors)")
        let line = try JSON.decode(Line.self, from: Array(view.output.utf8))
        #expect(line.device == device.serial && line.address.hasPrefix("http://127.0.0.1:"))
        let page = Page(address: line.address)

        let html = try await page.ask("")
        #expect(html.status == 200 && String(decoding: html.bytes, as: UTF8.self).contains("data-mode=\"device\""))
        let home = try await page.state { $0.picture > 0 && !$0.package.isEmpty }
        #expect(home.serial == device.serial && home.width > 0 && home.height > home.width && home.problem == nil)
        let first = try await page.ask("picture").bytes
        #expect(first.starts(with: [0x89, 0x50, 0x4E, 0x47]))

        _ = try shell("am start -a android.settings.WIFI_SETTINGS")
        let opened = try await page.state { $0.package == "com.android.settings" }
        #expect(opened.picture > home.picture)
        #expect(try await page.ask("picture").bytes != first)
        let before = try shell("settings get global wifi_on")
        let found = try await page.tree().first { $0.type == "Switch" }
        let bounds = try #require(found?.bounds)
        let (x, y) = ((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2)
        #expect(try await page.ask("input", posting: "{\"kind\":\"tap\",\"x\":\(x),\"y\":\(y)}").status == 200)
        #expect(try shell("settings get global wifi_on") != before)
        _ = try await page.state { $0.picture > opened.picture }

        #expect(try await page.ask("input", posting: "{\"kind\":\"key\",\"key\":\"home\"}").status == 200)
        _ = try await page.state { $0.package == home.package }
        for wrong in [
            "", "{}", "[]", "{\"kind\":\"tap\"}", "{\"kind\":\"tap\",\"x\":-1,\"y\":5}",
            "{\"kind\":\"tap\",\"x\":1e99,\"y\":5}",
            "{\"kind\":\"swipe\",\"x\":1,\"y\":5}", "{\"kind\":\"text\",\"text\":\"\"}",
            "{\"kind\":\"key\",\"key\":\"power\"}",
            "{\"kind\":\"reboot\"}",
        ] {
            #expect(try await page.ask("input", posting: wrong).status == 400, "\(wrong)")
        }
        #expect(try await page.ask("nothing").status == 404)

        // A device that goes is told; the page's server stays, and ends cleanly.
        _ = try device.stop()
        let gone = try await page.state { $0.problem != nil }
        #expect(gone.problem?.isEmpty == false)
        view.signal(SIGINT)
        let end = try view.wait()
        #expect(end.status == 0, "\(end.err)")
    }
}
