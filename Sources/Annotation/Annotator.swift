// SPDX-License-Identifier: Apache-2.0

/// Whoever labels: a person behind a page, or a program such as an oracle.
public protocol Annotator: Sendable {
    /// The name under which its words are kept.
    var name: String { get }
    /// What its words count as.
    var source: PairRecord.Source { get }
    /// What it says of a state.
    func judge(_ task: AnnotationTask) async throws -> Judgement
}

extension AnnotationStore {
    /// Lets an annotator label what the queue gives it.
    ///
    /// - Parameters:
    ///   - limit: the most states that it is asked about.
    ///   - onLabel: is told each word.
    /// - Returns: how many it was asked about.
    /// - Throws: what the annotator throws; what it said before is kept.
    @discardableResult
    public func annotate(
        by annotator: any Annotator,
        limit: Int = .max,
        onLabel: (AnnotationTask, AnnotationLabel) -> Void = { _, _ in }
    ) async throws -> Int {
        var count = 0
        while count < limit, let task = try next(annotator.name) {
            try Task.checkCancellation()
            let judgement = try await annotator.judge(task)
            let label = try save(judgement, for: task, annotator: annotator.name, source: annotator.source)
            onLabel(task, label)
            count += 1
        }
        return count
    }
}

/// An oracle in a person's place: it knows the right candidates of the states that it was given, and skips others.
public struct StateAnnotator: Annotator {
    public let name: String
    public let source: PairRecord.Source
    private let answers: [String: Judgement]

    public init(_ states: [StateRecord], name: String = "oracle", source: PairRecord.Source = .oracle) {
        (self.name, self.source) = (name, source)
        answers = Dictionary(
            states.map { state in
                let key = AnnotationItem(state, origin: "").key
                return (key, state.right.isEmpty ? Judgement.none() : .right(state.right))
            }
        ) { first, _ in first }
    }

    public func judge(_ task: AnnotationTask) async throws -> Judgement { answers[task.item.key] ?? .skipped }
}
