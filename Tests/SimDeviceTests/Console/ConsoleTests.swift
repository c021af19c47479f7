// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Media
import Testing

@testable import SimDevice

/// A device with a console, without sockets.
private final class ConsoleBench {
    let device: DeviceActor
    let session: ConsoleSession
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "/simdevice-" + UUID().uuidString
        device = try DeviceActor(SimDeviceOptions(stateFolder: folder, clock: .stepped))
        session = ConsoleSession(device: device, tokens: ["abc", "shared"], tokenPath: "/t") {}
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func ask(_ line: String) async -> String { await session.answer(line, authorised: true).text }

    /// The lines before `OK`; nil for a refusal.
    func lines(_ line: String) async -> [String]? {
        let lines = await ask(line).split(separator: "\r\n").map(String.init)
        return lines.last == "OK" ? Array(lines.dropLast()) : nil
    }

    func shell(_ command: String) async -> String { await device.shell(command) }
}

extension DeviceActor {
    fileprivate func inbox() throws -> [MessageStore.Message] { try context.system.messages.all(.inbox) }

    /// What a command line prints.
    fileprivate func shell(_ command: String) async -> String {
        let (out, err) = (ShellOutput.buffer, ShellOutput.buffer)
        let shell = Shell(device: context, input: ShellInput([]), output: out, error: err)
        _ = await shell.run(command)
        return String(decoding: out.bytes + err.bytes, as: UTF8.self)
    }

    /// All that can be told of the device, for comparing two that were treated alike.
    fileprivate func everything() async -> [String] {
        var all = ["\(now)", "\(hardware)", "\(calls)", String(decoding: context.windows.hierarchy(), as: UTF8.self)]
        all.append(SHA256.hex(context.windows.screenshot().pixels[...]))
        for service in ["window", "telephony.registry", "battery", "location", "notification"] {
            all.append(await shell("dumpsys \(service)"))
        }
        return all
    }
}

@Suite("The console")
struct ConsoleTests {
    @Test("wants the token first, then saves, loads, moves the clock and brings messages")
    func commands() async throws {
        let bench = try ConsoleBench()
        let session = bench.session
        #expect(await session.answer("clock get", authorised: false).text.hasPrefix("KO: authentication required"))
        let wrong = await session.answer("auth wrong", authorised: false)
        #expect(wrong.text.hasPrefix("KO: ") && wrong.closes && !wrong.authorises)
        #expect(await session.answer("auth abc", authorised: false).authorises)
        #expect(await session.answer("auth shared", authorised: false).authorises)
        #expect(await bench.ask("clock get") == "\(DeviceClock.start)\r\nOK\r\n")
        #expect(await bench.ask("snapshot save before") == "OK\r\n")
        #expect(await bench.ask("clock advance 5000") == "OK\r\n")
        #expect(await bench.ask("sms send 5550107713 hello  there\\nand \\\\n here") == "OK\r\n")
        #expect(try await bench.device.inbox().first?.body == "hello  there\nand \\n here")
        #expect(await bench.ask("snapshot load before") == "OK\r\n")
        #expect(await bench.ask("clock get") == "\(DeviceClock.start)\r\nOK\r\n")
        #expect(try await bench.device.inbox().first?.body != "hello  there\nand \\n here")
        #expect(await bench.ask("snapshot list") == "before\r\ndefault\r\nOK\r\n")
        #expect(await session.answer("quit", authorised: false).closes)
        #expect(await bench.ask("avd name") == "sim\r\nOK\r\n")
        #expect(await bench.ask("avd status") == "virtual device is running\r\nOK\r\n")
        #expect(await bench.ask("ping") == "I am alive!\r\nOK\r\n")
    }

    @Test("refuses what it cannot do, says why in one line, and changes nothing")
    func refusals() async throws {
        let bench = try ConsoleBench()
        let before = await bench.device.everything()
        for line in [
            "", "nonsense", "snapshot", "snapshot load", "snapshot load none", "snapshot save ../x",
            "snapshot del none",
            "snapshot del default", "snapshot eat a", "clock", "clock set x", "clock set",
            "clock advance 99999999999999",
            "clock get now", "sms", "sms send", "sms send 5550100", "sms send abc x", "sms send ٣٤٥ x", "gsm",
            "gsm call",
            "gsm call x", "gsm accept 1", "gsm cancel 1", "gsm hold 1", "gsm busy 1", "gsm voice", "gsm voice loud",
            "gsm data", "gsm call 1 2", "geo", "geo fix", "geo fix 1", "geo fix x 1", "geo fix 181 0", "geo fix 0 91",
            "geo fix nan 0", "geo fix 0 0 inf", "geo nmea $GPGGA", "power", "power ac", "power ac maybe",
            "power status",
            "power status tired", "power present 1", "power health bad", "power capacity", "power capacity 101",
            "power capacity -1", "power capacity x", "rotate 4", "rotate left", "rotate 1 2", "avd", "avd stop",
            "avd start", "avd snapshot", "fault", "fault nonsense", "fault latency", "fault latency dump",
            "fault latency dump x", "fault latency dump 600001", "fault latency lunch 5", "fault disconnect",
            "fault disconnect after", "fault disconnect after x packets", "fault disconnect after 3 goats",
            "fault disconnect after 3 packets twice", "fault idle", "fault idle maybe", "fault secure", "fault crash",
            "fault crash no.such.app", "fault crash com.android.settings later",
            "fault crash com.android.settings after",
            "fault crash com.android.settings after -1", "fault anr", "fault permission com.android.settings",
            "fault permission com.android.settings android.permission.INTERNET", "fault permission no.such.app CAMERA",
            "fault list all", "fault clear all",
        ] {
            let reply = await bench.ask(line)
            #expect(reply.hasPrefix("KO: ") && reply.hasSuffix("\r\n"), "\(line): \(reply)")
            #expect(reply.split(separator: "\r\n").count == 1, "\(line): \(reply)")
        }
        #expect(await bench.device.everything() == before)
    }

    @Test("tells what it can do, for all commands and for each")
    func help() async throws {
        let bench = try ConsoleBench()
        let all = try #require(await bench.lines("help"))
        for command in ConsoleCommand.all {
            #expect(all.contains { $0.contains(" " + command.name + " ") })
            let own = try #require(await bench.lines("help " + command.name))
            #expect(own.count == command.usage.count + 1 && own.dropFirst().allSatisfy { $0.contains("  ") })
        }
        #expect(await bench.lines("help quit") == all)
        #expect(await bench.ask("help nonsense").hasPrefix("KO: "))
        #expect(await bench.session.answer("help", authorised: false).text.hasSuffix("OK\r\n"))
    }

    @Test("a call rings, is answered and ends, in the registry, on the display and in the call log")
    func calls() async throws {
        let bench = try ConsoleBench()
        let log =
            "content query --uri content://call_log/calls --projection number:type:duration:name --sort 'date DESC'"
        #expect(await bench.shell(log) == "No result found.\n")
        #expect(await bench.ask("gsm call 5550107713") == "OK\r\n")
        #expect(await bench.shell("dumpsys telephony.registry | grep mCallState") == "    mCallState=1\n")
        #expect(await bench.shell("dumpsys window | grep mCurrentFocus").contains(InCallApp.component.full))
        let dump = await bench.shell("uiautomator dump /dev/tty")
        for text in ["Incoming call", "content-desc=\"Answer\"", "content-desc=\"Decline\""] {
            #expect(dump.contains(text))
        }
        #expect(await bench.lines("gsm list") == ["inbound from 5550107713 : incoming"])
        #expect(await bench.ask("gsm call 5550107713").hasPrefix("KO: "))
        #expect(await bench.ask("gsm accept 5550107713") == "OK\r\n")
        #expect(await bench.shell("dumpsys telephony.registry | grep mCallState") == "    mCallState=2\n")
        #expect(await bench.ask("clock advance 65000") == "OK\r\n")
        #expect(await bench.shell("uiautomator dump /dev/tty").contains("text=\"01:05\""))
        #expect(await bench.ask("gsm hold 5550107713") == "OK\r\n")
        #expect(await bench.lines("gsm list") == ["inbound from 5550107713 : held"])
        #expect(await bench.ask("gsm cancel 5550107713") == "OK\r\n")
        #expect(await bench.shell("dumpsys telephony.registry | grep mCallState") == "    mCallState=0\n")
        #expect(!(await bench.shell("dumpsys window | grep mCurrentFocus")).contains("InCall"))
        #expect(await bench.shell(log).contains("number=5550107713, type=1, duration=65, name="))
        // One that nobody takes is missed, one that is refused by key is rejected.
        #expect(await bench.ask("gsm call +15550100") == "OK\r\n")
        #expect(await bench.ask("gsm cancel +15550100") == "OK\r\n")
        #expect(await bench.shell(log).contains("number=+15550100, type=3, duration=0, name=NULL"))
        #expect(await bench.ask("gsm call 777") == "OK\r\n")
        _ = await bench.shell("input keyevent KEYCODE_ENDCALL")
        #expect(await bench.shell(log).contains("number=777, type=5"))
        // One that goes out waits for the other side.
        _ = await bench.shell("am start -a android.intent.action.CALL -d tel:5550142")
        #expect(await bench.lines("gsm list") == ["outbound to  5550142 : dialing"])
        #expect(await bench.ask("gsm busy 5550142") == "OK\r\n")
        #expect(await bench.shell(log).contains("number=5550142, type=2"))
        // Without a network nobody can call.
        #expect(await bench.ask("gsm voice off") == "OK\r\n")
        #expect(await bench.lines("gsm status") == ["gsm voice state: off", "gsm data state:  home"])
        #expect(await bench.ask("gsm call 5550107713").hasPrefix("KO: "))
        #expect(await bench.shell("dumpsys telephony.registry").contains("mVoiceRegState=3(POWER_OFF)"))
    }

    @Test("battery and place are told by the tools and come back with a snapshot")
    func body() async throws {
        let bench = try ConsoleBench()
        let fresh = try #require(await bench.lines("power display"))
        #expect(fresh == ["AC: online", "status: not-charging", "health: good", "present: true", "capacity: 100"])
        #expect(await bench.ask("snapshot save a") == "OK\r\n")
        for line in [
            "power ac off", "power status discharging", "power health overheat", "power present false",
            "power capacity 37", "geo fix 2.294481 48.858370 35", "rotate",
        ] {
            #expect(await bench.ask(line).hasSuffix("OK\r\n"), "\(line)")
        }
        #expect(
            await bench.lines("power display")
                == ["AC: offline", "status: discharging", "health: overheat", "present: false", "capacity: 37"]
        )
        let battery = await bench.shell("dumpsys battery")
        for text in ["USB powered: false", "status: 3", "health: 3", "present: false", "level: 37"] {
            #expect(battery.contains(text))
        }
        #expect(await bench.shell("dumpsys location").contains("Location[gps 48.858370,2.294481 hAcc=5.0"))
        let page = "am start -a android.intent.action.POWER_USAGE_SUMMARY >/dev/null; uiautomator dump /dev/tty"
        #expect(await bench.shell(page).contains("text=\"37%\""))
        #expect(await bench.ask("snapshot save b") == "OK\r\n")
        #expect(await bench.ask("snapshot load a") == "OK\r\n")
        #expect(await bench.lines("power display") == fresh)
        #expect(await bench.shell("dumpsys location").contains("last location=null"))
        #expect(await bench.ask("snapshot load b") == "OK\r\n")
        #expect(await bench.shell("dumpsys battery").contains("level: 37"))
        #expect(await bench.ask("snapshot del a") == "OK\r\n")
        #expect(await bench.ask("snapshot load a").hasPrefix("KO: there is no snapshot a"))
        #expect(await bench.ask("snapshot load b") == "OK\r\n")
        #expect(await bench.ask("snapshot load default") == "OK\r\n")
        #expect(await bench.shell("cat /sdcard/Download/museum_tickets.txt").isEmpty == false)
        #expect(await bench.shell("dumpsys battery set level 12; dumpsys battery | grep level:") == "  level: 12\n")
        #expect(await bench.shell("dumpsys battery reset; dumpsys battery | grep level:") == "  level: 100\n")
    }

    @Test("no line harms it, and the same lines make the same device")
    func fuzz() async throws {
        let words = [
            "sms", "send", "gsm", "call", "accept", "cancel", "busy", "hold", "list", "voice", "data", "status", "home",
            "geo", "fix", "power", "ac", "on", "off", "capacity", "rotate", "clock", "get", "set", "advance",
            "snapshot",
            "save", "load", "del", "a", "b", "fault", "latency", "dump", "disconnect", "after", "packets", "each",
            "idle",
            "permission", "com.android.settings", "CAMERA", "crash", "anr", "secure", "clear", "help", "avd", "name",
            "-1",
            "0", "1", "3", "50", "180", "5550100", "99999999999999999999", "é\u{301}", "\u{0}", "\u{202e}", "x\ty",
            "  ",
        ]
        func play(_ seed: UInt64) async throws -> [String] {
            let bench = try ConsoleBench()
            var random = SeededRandom(seed: seed, name: "console")
            var seen: [String] = []
            for _ in 0..<400 {
                var line = (0..<Int.random(in: 0...6, using: &random))
                    .map { _ in words[Int.random(in: 0..<words.count, using: &random)] }.joined(separator: " ")
                if Int.random(in: 0..<20, using: &random) == 0 {
                    let bytes = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                        UInt8(truncatingIfNeeded: random.next())
                    }
                    line += String(decoding: bytes, as: UTF8.self)
                }
                let reply = await bench.ask(line)
                #expect(
                    reply.hasSuffix("\r\n") && (reply.hasPrefix("KO: ") || reply.hasSuffix("OK\r\n")),
                    "\(line): \(reply)"
                )
                seen.append(reply)
            }
            return seen + (await bench.device.everything())
        }
        for seed in [1, 2, 3] as [UInt64] { #expect(try await play(seed) == play(seed)) }
    }

    @Test("a fault that is printed can be read again")
    func faultTexts() throws {
        for line in [
            "latency dump 2500", "disconnect after 40 packets once", "disconnect after 9000 bytes each", "idle on",
            "permission com.android.settings android.permission.CAMERA after 2", "crash com.android.settings",
            "anr com.android.settings after 7", "secure on",
        ] {
            guard case .add(let fault) = try Fault.parse(line) else {
                Issue.record("\(line) adds nothing")
                continue
            }
            #expect(fault.description == line)
        }
        #expect(try Fault.parse("latency dump 0") == .remove(.latency(.dump)))
        #expect(try Fault.parse("disconnect off") == .remove(.disconnect))
    }

    @Test("a file of faults is on from the start; a mistake in it is told with its words")
    func faultFile() async throws {
        let example = try Locations.data("Emulator") + "/faults-example.yaml"
        #expect(try FaultFile.load(example).count >= 4)
        let folder = NSTemporaryDirectory() + "/faults-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder)
        try FileBytes.write("faults:\n  - idle on\n  - latency lunch 3\n", to: folder + "/bad.yaml")
        var options = try SimDeviceOptions(stateFolder: folder + "/device", clock: .stepped)
        options.faults = folder + "/bad.yaml"
        await #expect {
            _ = try await SimulatedDevice.start(options)
        } throws: {
            ($0 as? DroidError)?.code == "sim.faults" && "\($0)".contains("latency lunch 3")
        }
        for text in ["", "faults: 3", "[", "other: []", "faults: [[1]]"] {
            try FileBytes.write(text, to: folder + "/bad.yaml")
            #expect(throws: DroidError.self) { try FaultFile.load(folder + "/bad.yaml") }
        }
        #expect(throws: DroidError.self) { try FaultFile.load(folder + "/none.yaml") }
    }
}
