// SPDX-License-Identifier: Apache-2.0

/// What a live page is told.
public protocol LiveState: Sendable, Encodable {
    /// Grows with each change of anything.
    var version: Int { get set }
    /// Grows with each other picture, whose size is beside it.
    var picture: Int { get set }
    var width: Int { get set }
    var height: Int { get set }
}

/// Keeps what live pages are told, with one picture, and lets them wait for something new.
public actor LiveHub<State: LiveState> {
    private var state: State
    private var png: [UInt8] = []
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var watching: [Int: CheckedContinuation<Void, Never>] = [:]
    private var count = 0
    private var lastAsked: ContinuousClock.Instant?

    /// Without a question for this long, nobody looks.
    private static var absence: Duration { .seconds(10) }

    public init(_ state: State) { self.state = state }

    /// Changes what is told, and wakes who waits.
    public func update(_ change: @Sendable (inout State) -> Void) {
        change(&state)
        state.version += 1
        let all = waiting.values
        waiting = [:]
        for continuation in all { continuation.resume() }
    }

    /// Shows another picture.
    public func show(_ png: [UInt8], width: Int, height: Int) {
        self.png = png
        update { state in
            state.picture += 1
            (state.width, state.height) = (width, height)
        }
    }

    /// What is told now.
    public var current: State { state }

    // MARK: - Pages

    /// What is told, as soon as it is newer than `version`; as it is when `limit` has passed.
    func state(after version: Int, limit: Duration) async -> State {
        lastAsked = .now
        for continuation in watching.values { continuation.resume() }
        watching = [:]
        if state.version <= version {
            let id = next()
            let timer = Task {
                try? await Task.sleep(for: limit)
                release(id)
            }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    if Task.isCancelled { continuation.resume() } else { waiting[id] = continuation }
                }
            } onCancel: {
                Task { await release(id) }
            }
            timer.cancel()
        }
        lastAsked = .now
        return state
    }

    /// Answers what every live page asks: the paths `state` and `picture`. Nil for anything else.
    public func answer(_ request: PageRequest) async throws -> PageResponse? {
        switch (request.method, request.path) {
        case (.get, "state"):
            let after = request.query["after"].flatMap { Int($0) } ?? -1
            return try .json(await state(after: after, limit: .seconds(2)))
        case (.get, "picture"):
            if png.isEmpty { return .text("there is no picture yet", status: 404) }
            return PageResponse(type: "image/png", body: png)
        default:
            return nil
        }
    }

    /// Returns while some page asks now and then; otherwise when one does again, or the task is cancelled.
    public func untilWatched() async {
        if let lastAsked, ContinuousClock.now - lastAsked < Self.absence { return }
        let id = next()
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { watching[id] = continuation }
            }
        } onCancel: {
            Task { await release(id) }
        }
    }

    private func next() -> Int {
        count += 1
        return count
    }

    private func release(_ id: Int) {
        waiting.removeValue(forKey: id)?.resume()
        watching.removeValue(forKey: id)?.resume()
    }
}
