// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Screen
import Testing

@testable import Benchmark

/// What a run may do otherwise: quirks of AndroidWorld's harness, and screens that are not the device's own.
@Suite(.serialized) struct VariationTests {
    private func instance(_ task: String, seed: UInt64 = 3) throws -> TaskInstance {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        return try TaskInstance(#require(suite.templates.first { $0.name == task }), seed: seed)
    }

    @Test func `quirks are named once each in the record, sorted, and not where there are none`() {
        #expect(BenchQuirk.words([.scroll0, .enter, .enter]) == "enter, scroll0")
        #expect(BenchQuirk.words([]) == nil)
    }

    @Test(arguments: BenchScreen.allCases) func `a screen stands before the set-up and is gone after the next start`(
        screen: BenchScreen
    ) async throws {
        func state(_ device: BenchDevice) async throws -> String {
            let night = try await device.adb.run("cmd uimode night").text.trimmingSpaces
            let font = try await device.adb.run("settings get system font_scale").text.trimmingSpaces
            let turned = try await device.adb.run("settings get system user_rotation").text.trimmingSpaces
            return "\(night) \(font) \(turned)"
        }
        let device = try await BenchDevice.startBuiltIn()
        let instance = try instance("OpenAppTaskEval")
        _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        let plain = try await state(device)
        _ = try await EpisodeRunner(device, agentName: "test", screen: screen).prepare(instance)
        let varied = try await state(device)
        switch screen {
        case .dark: #expect(varied.contains("yes"))
        case .fontLarge: #expect(varied.contains(" 1.3 "))
        case .landscape: #expect(varied.hasSuffix(" 1"))
        }
        #expect(varied != plain)
        _ = try await EpisodeRunner(device, agentName: "test").prepare(instance)
        #expect(try await state(device) == plain)
        await device.stop()
    }

    @Test func `larger letters make the same text wider`() async throws {
        func width(_ screen: BenchScreen?) async throws -> Int {
            let device = try await BenchDevice.startBuiltIn()
            _ = try await EpisodeRunner(device, agentName: "test", screen: screen).prepare(instance("OpenAppTaskEval"))
            _ = try await device.adb.run("am start -n com.android.settings/.Settings")
            let screen = try await EpisodeRunner(device, agentName: "test").observer.observe().state
            await device.stop()
            return screen.elements.first { $0.text == "Network & internet" }?.bounds.width ?? 0
        }
        let (plain, large) = (try await width(nil), try await width(.fontLarge))
        #expect(plain > 0 && large > plain * 11 / 10, "\(plain) and \(large)")
    }

    @Test func `with the quirk a typed text is followed by Enter`() async throws {
        let device = try await BenchDevice.startBuiltIn()
        // A note that is typed gets a line break at its end then.
        let instance = try instance("MarkorCreateNote")
        for (quirks, ends) in [([], true), ([.enter], false)] as [([BenchQuirk], Bool)] {
            let runner = EpisodeRunner(device, rules: .strict, agentName: "oracle", quirks: quirks)
            let result = await runner.run(instance, chooser: try Oracle(instance))
            #expect(result.success == ends, "\(quirks): \(result.cause)")
        }
        await device.stop()
    }
}
