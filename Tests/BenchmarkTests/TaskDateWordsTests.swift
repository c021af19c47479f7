// SPDX-License-Identifier: Apache-2.0

import Agent
import Foundation
import Testing

@testable import Benchmark

/// The words that tasks have for days mean, to the agent, the days that they were made from.
@Suite struct TaskDateWordsTests {
    @Test func `every way to name a day is read as that day`() throws {
        let now = try #require(DeviceMoment("2023-10-15 15:34:00"))
        var read = 0
        for distance in -45...75 {
            let date = TaskDates.today.addingTimeInterval(Double(distance) * 86_400)
            let day = now.day.adding(days: distance)
            #expect(day.iso == TaskDates.text(date, "yyyy-MM-dd"))
            for words in TaskDates.words(for: date) {
                let goal = "What events do I have \(words) in Simple Calendar Pro?"
                let spans = ValueReader.spans(in: goal, now: now).filter {
                    if case .day = $0.value { true } else { false }
                }
                let best = spans.max { $0.certainty < $1.certainty }
                #expect(best?.value == .day(day), "\(words): \(String(describing: best))")
                read += 1
            }
        }
        #expect(read > 240)
    }
}
