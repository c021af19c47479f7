// SPDX-License-Identifier: Apache-2.0

import ADB
import ADBWire
import Base
import Foundation
import Media
import SimDevice
import Testing

@testable import Screen

/// A built-in device with its own folder, and a connection to it.
private func withDevice<Result>(
    clock: SimDeviceOptions.Clock = .real,
    _ body: (ADBDevice) async throws -> Result
) async throws -> Result {
    let folder = NSTemporaryDirectory() + "/droidagent-observe-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let device = try await SimulatedDevice.start(SimDeviceOptions(stateFolder: folder, fresh: true, clock: clock))
    let adb = try await ADBDevice.connect(host: "127.0.0.1", port: device.port)
    do {
        let result = try await body(adb)
        await adb.close()
        await device.stop()
        return result
    } catch {
        await adb.close()
        await device.stop()
        throw error
    }
}

@Suite("Observers on the built-in device")
struct ObserverKindTests {
    @Test("Tools, agent and video see the same screen", arguments: ObserverKind.allCases)
    func same(kind: ObserverKind) async throws {
        try await withDevice { adb in
            let plain = try await ScreenObserver(adb).observe()
            let source = try await ScreenSource.open(kind, on: adb)
            let seen = try await source.observer().observe()
            #expect(seen.state.contentHash == plain.state.contentHash)
            #expect(seen.state.package == plain.state.package && seen.state.activity == plain.state.activity)
            #expect(seen.state.flags.isEmpty, "\(String(describing: seen.pictureProblem))")
            let (a, b) = (try #require(seen.state.screenshot).decoded(), try #require(plain.state.screenshot).decoded())
            let (small, other) = (a.downscaled(toWidth: 54), b.downscaled(toWidth: 54))
            let difference = zip(small.pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
            #expect(Double(difference) / Double(small.pixels.count) < 6)
            await source.close()
        }
    }

    @Test("After an action each observer's picture shows its effect", arguments: ObserverKind.allCases)
    func fresh(kind: ObserverKind) async throws {
        try await withDevice { adb in
            let source = try await ScreenSource.open(kind, on: adb)
            let observer = source.observer()
            var before = try await observer.observe()
            for target in ["Settings", "Network"] {
                let element = try #require(before.state.elements.first { $0.label.hasPrefix(target) })
                let place = element.bounds.center
                if let agent = source.agent {
                    try await agent.click(x: place.x, y: place.y)
                } else {
                    _ = try await adb.shell(["input", "tap", "\(place.x)", "\(place.y)"])
                }
                let after = try await observer.observe(after: before.state.contentHash)
                #expect(after.state.contentHash != before.state.contentHash)
                let truth = try Screencap.raw(try await adb.exec("screencap")).decoded().downscaled(toWidth: 54)
                let picture = try #require(after.state.screenshot).decoded().downscaled(toWidth: 54)
                let difference = zip(truth.pixels, picture.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                #expect(Double(difference) / Double(truth.pixels.count) < 6)
                before = after
            }
            await source.close()
        }
    }

    @Test("The agent types, clears, swipes and presses keys; the agent that a client started ends with it")
    func agent() async throws {
        try await withDevice { adb in
            let client = try await AgentClient.connect(adb)
            _ = try await adb.shell(raw: "am start -a android.intent.action.INSERT -t vnd.android.cursor.dir/contact")
            let observer = ScreenObserver(adb, options: ObserverOptions(picture: .none))
            let field = try #require(try await observer.observe().state.elements.first { $0.isEditable })
            try await client.click(x: field.bounds.center.x, y: field.bounds.center.y)
            try await client.type("Zoë 漢字")
            #expect(try await observer.observe().state.focusedField?.text == "Zoë 漢字")
            try await client.clear()
            #expect(try await observer.observe().state.focusedField?.text != "Zoë 漢字")
            try await client.press(3)
            #expect(try await observer.observe().state.package.contains("launcher"))
            // The same agent serves a second client, which does not end it.
            let second = try await AgentClient.connect(adb)
            second.close()
            #expect(await client.isAlive())
            client.close()
            for _ in 0..<500 where await AgentClient(adb).isAlive() { try await Task.sleep(for: .milliseconds(2)) }
            #expect(await !AgentClient(adb).isAlive())
        }
    }

    @Test("A video that nobody watches any more ends, and another can be watched")
    func video() async throws {
        try await withDevice { adb in
            for _ in 0..<2 {
                let video = try LiveVideo(adb)
                let picture = try await video.picture(since: nil, timeout: .seconds(10))
                #expect(picture.width == 1080 && picture.height == 2400)
                await video.stop()
            }
        }
    }

    @Test("A bare stream begins with its headers, and a size can be asked for")
    func bare() async throws {
        try await withDevice { adb in
            let stream = try await adb.open("exec:screenrecord --size 540x1200 --output-format=h264 -")
            var splitter = AccessUnitSplitter()
            var bytes: [UInt8] = []
            let decoder = try H264Decoder()
            while bytes.count < 64, let piece = try await stream.read() { bytes.append(contentsOf: piece) }
            #expect(bytes.starts(with: [0, 0, 0, 1, 0x67]))
            _ = splitter.append(bytes)
            // The next picture comes only when something changes, and ends the one before.
            _ = try await adb.shell(raw: "input keyevent 3; cmd statusbar expand-notifications")
            while decoder.count == 0, let piece = try await stream.read() {
                for unit in splitter.append(piece) { try decoder.decode(unit.bytes) }
            }
            #expect(try decoder.picture()?.width == 540)
            stream.close()
            let refused = try await adb.shell(raw: "screenrecord --size 5 /sdcard/x.mp4")
            #expect(refused.exitCode == 2)
        }
    }

    @Test("A film's length is the device's time: on a stepped clock it takes none of ours")
    func film() async throws {
        try await withDevice(clock: .stepped) { adb in
            let before = try await adb.shell(raw: "date +%s").text
            let film = try await adb.shell(raw: "screenrecord --time-limit 600 /sdcard/film.mp4")
            #expect(film.exitCode == 0)
            let after = try await adb.shell(raw: "date +%s").text
            let passed = try #require(Int(after.dropLast())) - #require(Int(before.dropLast()))
            #expect((600...602).contains(passed))
            #expect(try await adb.pull("/sdcard/film.mp4")[4..<8].elementsEqual("ftyp".utf8))
        }
    }
}

@Suite("Answers of the on-device agent")
struct HTTPAnswerTests {
    private func read(_ text: String, _ size: Int) throws -> HTTPAnswer {
        var answer = HTTPAnswer()
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let piece = rest.prefix(size)
            rest = rest.dropFirst(piece.count)
            if try answer.feed(piece) { return answer }
        }
        try answer.end()
        return answer
    }

    @Test("Lengths, chunks and ends of streams are read in pieces of any size", arguments: [1, 3, 10, 1000])
    func forms(size: Int) throws {
        let length = try read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", size)
        #expect(length.body == Array("hello".utf8) && length.keepsAlive && length.status == 200)
        let chunks = try read(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n",
            size
        )
        #expect(chunks.body == Array("hello".utf8))
        let end = try read("HTTP/1.0 500 no\r\n\r\nhello", size)
        #expect(end.body == Array("hello".utf8) && !end.keepsAlive && end.status == 500)
    }

    @Test(
        "What is no answer is an error",
        arguments: [
            "", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "HTTP/1.1 abc\r\n\r\n",
        ]
    )
    func broken(text: String) {
        let error = #expect(throws: DroidError.self) { try read(text, 4) }
        #expect(error?.code == "observer.agent")
    }

    @Test("Any bytes are an answer or an error")
    func fuzz() {
        var random = SeededRandom(seed: 5)
        let seed = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n2\r\nhe\r\n0\r\n\r\n"
        for _ in 0..<3000 {
            var bytes = Array(seed.utf8)
            for _ in 0..<Int.random(in: 1...10, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? read(String(decoding: bytes, as: UTF8.self), Int.random(in: 1...50, using: &random))
        }
    }
}
