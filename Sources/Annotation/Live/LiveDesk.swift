// SPDX-License-Identifier: Apache-2.0

/// Where a decision of a live episode waits for the person's word, and who has the say.
actor LiveDesk {
    /// What became of a decision that waited.
    enum Answer: Sendable, Equatable {
        case choice(Int, text: String?, annotator: String)
        /// The person handed back: the verifier decides.
        case agent
    }

    enum Outcome: Sendable, Equatable {
        case taken, late
        case wrong(String)
    }

    /// Whether the person decides.
    private(set) var hasPerson = false
    private var id = 0
    private var asks: [Bool] = []
    private var isOpen = false
    /// A word that came before anybody waited for it.
    private var given: Answer?
    private var waiting: CheckedContinuation<Answer?, Never>?
    private var confirming: CheckedContinuation<Bool, Never>?

    /// Begins a decision; candidates for which a text is asked are marked.
    func open(_ asks: [Bool]) -> Int {
        id += 1
        self.asks = asks
        isOpen = true
        given = nil
        return id
    }

    /// Ends a decision that nobody took.
    func shut() { isOpen = false }

    /// Waits for the person's word.
    ///
    /// - Throws: `CancellationError`.
    func answer() async throws -> Answer {
        if let given { return given }
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Answer?, Never>) in
                if Task.isCancelled {
                    continuation.resume(returning: nil)
                } else if !hasPerson {
                    continuation.resume(returning: .agent)
                } else {
                    waiting = continuation
                }
            }
        } onCancel: {
            Task { await self.give(nil) }
        }
        isOpen = false
        guard let answer else { throw CancellationError() }
        return answer
    }

    private func give(_ answer: Answer?) {
        waiting?.resume(returning: answer)
        waiting = nil
    }

    func take() { hasPerson = true }

    func handBack() {
        hasPerson = false
        give(.agent)
    }

    /// Takes a choice, once, where the person has the say and the decision waits.
    func choose(_ index: Int, text: String?, of decision: Int, annotator: String) -> Outcome {
        guard isOpen, decision == id, hasPerson else { return .late }
        guard asks.indices.contains(index) else { return .wrong("there is no candidate \(index)") }
        if asks[index], (text ?? "").isEmpty { return .wrong("a text has to come with it") }
        if let text, text.count > Judgement.textLimit { return .wrong("the text is too long") }
        isOpen = false
        let answer = Answer.choice(index, text: asks[index] ? text : nil, annotator: annotator)
        given = answer
        give(answer)
        return .taken
    }

    /// Waits for a yes or no before something that cannot be undone; a run that is stopped means no.
    func confirmation() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume(returning: false) } else { confirming = continuation }
            }
        } onCancel: {
            Task { await self.confirm(false) }
        }
    }

    func confirm(_ yes: Bool) {
        confirming?.resume(returning: yes)
        confirming = nil
    }
}
