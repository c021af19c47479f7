// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Screen
import Testing

@testable import Benchmark

/// What the checks of the message tasks take, and what they reject.
@Suite(.serialized) struct MessageCheckTests {
    private static let app = "am start -W -n com.simplemobiletools.smsmessenger/.activities.MainActivity"

    /// One end state: what was done, and whether it is what the task wants.
    private struct End {
        var words: String
        var passes: Bool
        var number: String?
        var body: String?
        var box = "sent"
        var secondsAgo: Int64 = 1
        var times = 1
        var opensApp = true
    }

    private func judge(_ task: String, _ ends: (TaskInstance) -> [End]) async throws {
        let suite = try TaskSuite.load(Locations.checkout + "/Tasks/androidworld")
        let template = try #require(suite.templates.first { $0.name == task })
        let instance = try TaskInstance(template, seed: 3)
        let device = try await BenchDevice.startBuiltIn()
        for end in ends(instance) {
            let baselines = try await EpisodeRunner(device, agentName: "test").prepare(instance)
            for _ in 0..<end.times {
                try await MessageRows(device.adb).insert(
                    end.box,
                    address: end.number ?? instance.values["number"] ?? "",
                    body: end.body ?? instance.values["message"] ?? "",
                    secondsAgo: end.secondsAgo
                )
            }
            if end.opensApp { _ = try await device.adb.shell(raw: Self.app) }
            let outcomes = try await CheckRunner(device: device.adb, instance: instance, baselines: baselines).run()
            let found = outcomes.map(\.found).joined(separator: "; ")
            #expect(outcomes.allSatisfy(\.passed) == end.passes, "\(task), \(end.words): \(found)")
        }
        await device.stop()
    }

    private func rejected(_ instance: TaskInstance) -> [End] {
        let message = instance.values["message"] ?? ""
        let number = instance.values["number"] ?? ""
        return [
            End(words: "as wanted", passes: true),
            End(
                words: "another number",
                passes: false,
                number: String(number.dropLast()) + (number.hasSuffix("1") ? "2" : "1")
            ),
            End(words: "half of the text", passes: false, body: String(message.prefix(message.count / 2))),
            End(words: "much after the text", passes: false, body: message + " and so on and on"),
            End(words: "never sent", passes: false, box: "draft"),
            End(words: "not from us", passes: false, box: "inbox"),
            End(words: "long ago", passes: false, secondsAgo: 400),
            End(words: "another app in front", passes: false, opensApp: false),
        ]
    }

    @Test func `a message counts when it has gone to the number, with the text, and just now`() async throws {
        let instances = ["SimpleSmsSend", "SimpleSmsReply", "SimpleSmsReplyMostRecent", "SimpleSmsSendReceivedAddress"]
        for task in instances {
            try await judge(task) { instance in
                self.rejected(instance) + [
                    End(words: "a letter too many", passes: true, body: (instance.values["message"] ?? "") + "!"),
                    End(words: "to whoever wrote", passes: false, number: instance.values["other"] ?? "+15550"),
                ]
            }
        }
    }

    @Test func `a message is resent once and as it was`() async throws {
        try await judge("SimpleSmsResend") { instance in
            self.rejected(instance).filter { $0.words != "long ago" } + [
                End(words: "older than the first", passes: false, body: "Earlier", secondsAgo: 400),
                End(words: "twice", passes: false, times: 2),
                End(words: "a letter too many", passes: false, body: (instance.values["message"] ?? "") + "!"),
            ]
        }
    }
}
