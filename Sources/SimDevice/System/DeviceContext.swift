// SPDX-License-Identifier: Apache-2.0

/// All of one device that commands work on. Belongs to its `DeviceActor`; not `Sendable`.
final class DeviceContext {
    let system: DeviceSystem
    let windows: WindowManager
    let latency: LatencyModel
    /// Starts and ends the on-device agent; nil where nothing can reach a port of the device.
    var agent: OnDeviceAgent?
    var agentSettings = AgentSettings()
    private var reactions: [(due: ContinuousClock.Instant, effect: () -> Void)] = []
    /// What listens on the device.
    let ports: DevicePorts

    init(
        system: DeviceSystem,
        windows: WindowManager,
        latency: LatencyModel,
        ports: DevicePorts = DevicePorts()
    ) {
        self.ports = ports
        self.system = system
        self.windows = windows
        self.latency = latency
    }

    /// Lets the time of some work pass: on a stepped clock at once, on a running one by waiting for it.
    nonisolated(nonsending) func spend(_ work: LatencyModel.Work..., extra: Int64 = 0) async throws {
        // Waiting that a fault asks for is real on a clock that runs, whatever the model of latencies.
        let fault = work.reduce(0) { $0 + (system.faults.latency[$1] ?? 0) }
        switch system.clock.mode {
        case .stepped:
            let ms = work.reduce(extra + fault) { $0 + (latency.step[$1] ?? 0) }
            if ms > 0 { system.clock.advance(ms) }
        case .real:
            let ms = work.reduce(fault) { $0 + (latency.wait[$1] ?? 0) } + (latency.wait.isEmpty ? 0 : extra)
            if ms > 0 { try await Task.sleep(for: .milliseconds(ms)) }
        }
        catchUp()
        windows.timePassed()
    }

    /// Waits by the device's clock, as `sleep` does.
    nonisolated(nonsending) func sleep(_ ms: Int64) async throws {
        switch system.clock.mode {
        case .stepped: system.clock.advance(ms)
        case .real: try await Task.sleep(for: .milliseconds(ms))
        }
        catchUp()
        windows.timePassed()
    }

    // MARK: What inputs lead to

    /// Does what an input leads to.
    ///
    /// An input reaches the app at once, and the display shows its effect when the app has reacted. On a stepped clock
    /// that time passes here. With the times of a phone the input returns first, and the effect follows in its own
    /// time: whoever looks too early sees what was there before, as on a phone.
    ///
    /// - Parameter lasting: how long the input itself takes, such as a swipe.
    nonisolated(nonsending) func react(lasting ms: Int64 = 0, _ effect: @escaping () -> Void) async throws {
        let wait = latency.wait[.reaction] ?? 0
        guard system.clock.mode == .real, wait > 0 else {
            effect()
            if ms > 0 { try await spend(extra: ms) }
            try await spend(.reaction)
            return
        }
        if ms > 0 { try await spend(extra: ms) }
        // Reactions come in the order of their inputs.
        reactions.append((ContinuousClock.now + .milliseconds(wait), effect))
        system.activity.send()
    }

    /// When the next effect is due; nil where none is to come.
    var nextReaction: ContinuousClock.Instant? { reactions.first?.due }

    /// Shows the effects that are due. Called before anything looks at the device.
    func catchUp() {
        guard !reactions.isEmpty else { return }
        let now = ContinuousClock.now
        while let first = reactions.first, first.due <= now {
            reactions.removeFirst()
            first.effect()
        }
    }

    /// Waits until every input has had its effect, at most for so many milliseconds.
    nonisolated(nonsending) func idle(atMost limit: Int64 = 10_000) async throws {
        let end = ContinuousClock.now + .milliseconds(limit)
        while let last = reactions.last?.due, ContinuousClock.now < end {
            try await Task.sleep(until: min(last, end))
            catchUp()
        }
    }

    /// Drops effects that are still to come, when the device goes back to a saved state.
    func forgetReactions() { reactions = [] }
}
