// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Yams

/// How long the device's tools take, in milliseconds, from a file of the repository.
struct LatencyModel: Sendable {
    /// What takes time.
    enum Work: String, CaseIterable, Sendable {
        /// `uiautomator dump`.
        case dump
        /// `screencap` and `framebuffer:`.
        case screencap
        /// Each call of `input`.
        case input
        /// What an app needs to answer an input.
        case reaction
        /// `am start`, `monkey`.
        case launch
        /// The on-device agent's hierarchy.
        case agentTree
        /// The on-device agent's picture.
        case agentScreenshot
        /// Each input through the on-device agent.
        case agentInput
        /// From the start of `screenrecord` to its first frame.
        case videoStart
        /// From a change of the display to its frame in the video.
        case videoFrame
    }

    /// Times where the clock runs: zero for `--latency none`.
    var wait: [Work: Int64] = [:]
    /// How far a stepped clock moves.
    var step: [Work: Int64] = [:]

    private struct File: Decodable {
        var phone: [String: Double]
        var stepped: [String: Double]
    }

    /// Reads the two tables `phone` and `stepped` (seconds by name).
    ///
    /// - Throws: `DroidError` with code `sim.latency`.
    static func load(_ path: String, phone: Bool) throws -> LatencyModel {
        let file: File
        do {
            file = try YAMLDecoder().decode(File.self, from: String(decoding: try FileBytes.read(path), as: UTF8.self))
        } catch {
            throw DroidError.wrapping(error, "sim.latency", "the latency table \(path) cannot be read")
        }
        func table(_ seconds: [String: Double]) -> [Work: Int64] {
            var out: [Work: Int64] = [:]
            for work in Work.allCases { out[work] = Int64(((seconds[work.rawValue] ?? 0) * 1000).rounded()) }
            return out
        }
        let real = table(file.phone)
        return LatencyModel(wait: phone ? real : [:], step: phone ? real : table(file.stepped))
    }
}
