// SPDX-License-Identifier: Apache-2.0

import Base
import Benchmark
import Foundation
import Testing

@testable import Annotation

@Suite("Calibration and agreement")
struct CalibrationTests {
    /// States whose right candidate is drawn from the softmax of their scores at a temperature.
    private func samples(_ count: Int, temperature: Double, seed: UInt64) -> [Calibration.Sample] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { _ in
            let scores = (0..<6).map { _ in Double.random(in: -3...3, using: &random) * temperature }
            var draw = Double.random(in: 0..<1, using: &random)
            let shares = Calibration.softmax(scores, temperature)
            let right = shares.firstIndex { share in
                draw -= share
                return draw < 0
            }
            return Calibration.Sample(scores: scores, right: [right ?? 5])
        }
    }

    @Test("The temperature that made the labels is found, small or large", arguments: [0.05, 1.0, 20.0])
    func temperature(truth: Double) {
        let fit = Calibration.fit(samples(3000, temperature: truth, seed: 5), precision: 0.97)
        #expect(abs(log(fit.temperature / truth)) < 0.12, "\(fit.temperature) for \(truth)")
        #expect(fit.error < 0.03)
        if truth != 1 { #expect(fit.error < fit.rawError) }
        #expect(fit.samples == 3000 && !fit.bins.isEmpty)
    }

    @Test("Several right candidates count together, and states without any only against the threshold")
    func sets() {
        var told = samples(800, temperature: 2, seed: 9)
        let alone = Calibration.fit(told, precision: 0.5)
        told += told.prefix(400).map { Calibration.Sample(scores: $0.scores, right: []) }
        let mixed = Calibration.fit(told, precision: 0.5)
        #expect(mixed.temperature == alone.temperature)
        #expect((mixed.threshold ?? 1) > (alone.threshold ?? 1))
        let all = told.prefix(800).map { Calibration.Sample(scores: $0.scores, right: [0, 1, 2, 3, 4, 5]) }
        #expect(Calibration.fit(all, precision: 0.9).threshold != nil)
    }

    @Test("The threshold is the lowest confidence whose lower bound is high enough")
    func threshold() {
        let right = (0..<100).map { (confidence: 0.99 - Double($0) * 0.001, isRight: true) }
        let wrong = (0..<20).map { (confidence: 0.5 - Double($0) * 0.001, isRight: false) }
        let found = Calibration.threshold(right + wrong, precision: 0.97)
        #expect(found == right.last?.confidence)
        // 87 are too few at 0.97, however right they are; 88 are enough.
        #expect(Calibration.threshold(Array(right.prefix(87)), precision: 0.97) == nil)
        #expect(Calibration.threshold(Array(right.prefix(88)), precision: 0.97) == right[87].confidence)
        // What is equally sure is accepted together or not at all.
        let equal = (0..<200).map { (confidence: 0.9, isRight: $0 < 100) }
        #expect(Calibration.threshold(equal, precision: 0.97) == nil)
        #expect(Calibration.threshold([], precision: 0.97) == nil)
    }

    @Test("Of what the threshold accepts, enough is right on labels that it never saw")
    func coverage() {
        var (kept, found) = (0, 0)
        for seed in 0..<24 {
            let fit = Calibration.fit(samples(600, temperature: 3, seed: UInt64(seed)), precision: 0.8)
            guard let threshold = fit.threshold else { continue }
            found += 1
            let fresh = samples(2000, temperature: 3, seed: UInt64(seed) + 1000).filter {
                (fit.probabilities($0.scores).max() ?? 0) >= threshold
            }
            let right = fresh.count { sample in
                let shares = fit.probabilities(sample.scores)
                return sample.right.contains(shares.indices.max { shares[$0] < shares[$1] } ?? 0)
            }
            if Double(right) / Double(max(1, fresh.count)) >= 0.8 { kept += 1 }
        }
        // One-sided 95 %, less what looking at several thresholds costs.
        #expect(found >= 12 && Double(kept) >= 0.8 * Double(found), "\(kept) of \(found)")
    }

    @Test("Scores that are none, equal or extreme break nothing")
    func extremes() {
        let odd: [Calibration.Sample] = [
            .init(scores: [], right: []), .init(scores: [.nan, 1], right: [0]),
            .init(scores: [.infinity, 1], right: [1]),
            .init(scores: [1, 1, 1], right: [1]), .init(scores: [1e300, -1e300], right: [0]),
            .init(scores: [5], right: [0]), .init(scores: [1, 2], right: [7]),
        ]
        let fit = Calibration.fit(odd, precision: 0.9)
        #expect(fit.temperature.isFinite && fit.temperature > 0 && fit.samples == 4)
        #expect(Calibration.unlabelled([]).temperature == 1)
        #expect(Calibration.entropy([1, 0, 0]) == 0)
        #expect(abs(Calibration.entropy([0.25, 0.25, 0.25, 0.25]) - log(4)) < 1e-12)
    }

    @Test("Cohen's kappa of known tables")
    func kappa() throws {
        // The table of Wikipedia's article on Cohen's kappa: 0.4; and one at chance.
        #expect(abs(try #require(Agreement.kappa([[20, 5], [10, 15]])) - 0.4) < 1e-12)
        #expect(abs(try #require(Agreement.kappa([[25, 25], [25, 25]]))) < 1e-12)
        #expect(try #require(Agreement.kappa([[30, 0], [0, 70]])) == 1)
        #expect(Agreement.kappa([[100, 0], [0, 0]]) == nil && Agreement.kappa([[0, 0], [0, 0]]) == nil)
        let agreement = Agreement(
            first: "a",
            second: "b",
            pairs: [(4, [0], [0]), (4, [1], [2]), (4, [], []), (3, [0, 1], [0])]
        )
        #expect(agreement.items == 4 && agreement.same == 2)
        // Both right 2, only one 2, only the other 1, neither 10, of 15.
        #expect(agreement.kappa == Agreement.kappa([[10, 1], [2, 2]]))
    }
}
