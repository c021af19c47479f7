// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Pages
import Screen

/// What live episodes run on: a device, and the verifier that acts on it until somebody takes over.
public struct LiveStage: Sendable {
    public var device: any DeviceLink
    public var settle: any SettleDetector
    public var input: any ScreenInput
    public var chooser: any ActionChooser
    /// The version under which the chooser's scores are kept; nil for a chooser whose numbers are no scores.
    public var verifier: String?
    public var options: AgentOptions
    /// What a run's record begins with.
    public var header: @Sendable (_ goal: String) -> RunHeader
    /// Where a run of a goal is recorded.
    public var folder: @Sendable (_ goal: String) -> String
    /// How long a choice of the verifier is shown before it is done, so that a person can take over.
    public var pace: Duration
    public var clock: any WaitClock

    public init(
        device: any DeviceLink,
        settle: any SettleDetector,
        input: any ScreenInput,
        chooser: any ActionChooser,
        verifier: String?,
        options: AgentOptions = AgentOptions(),
        header: @escaping @Sendable (_ goal: String) -> RunHeader,
        folder: @escaping @Sendable (_ goal: String) -> String = { RunRecorder.newFolder(goal: $0) },
        pace: Duration = .seconds(1),
        clock: any WaitClock = SystemClock()
    ) {
        (self.device, self.settle, self.input, self.chooser) = (device, settle, input, chooser)
        (self.verifier, self.options, self.header, self.folder) = (verifier, options, header, folder)
        (self.pace, self.clock) = (pace, clock)
    }
}

/// What the live page is told.
struct LiveView: LiveState {
    /// What can be chosen.
    struct Question: Encodable, Sendable {
        var id: Int
        var look: AnnotationItem.Look
        var candidates: [LiveCandidate]
        var ranking: [Int]
    }

    /// A candidate with the texts that are offered for its placeholder.
    struct LiveCandidate: Encodable, Sendable {
        var text: String
        var box: [Int]
        var asks: Bool
        var score: Double?
        var share: Double?
        var texts: [String]
    }

    /// A step that was done.
    struct Step: Encodable, Sendable {
        var step: Int
        var words: String
        var byPerson: Bool
    }

    var version = 0
    var picture = 0
    var width = 0
    var height = 0
    var serial: String
    var goal = ""
    var running = false
    /// Whether the person has the say, and whether the question waits for a choice.
    var person = false
    var waits = false
    var question: Question?
    /// What is about to be done and cannot be undone.
    var confirm: String?
    var steps: [Step] = []
    /// The step that the person marked as the first wrong one.
    var firstWrong: Int?
    var ending: String?
    var problem: String?
}
