// SPDX-License-Identifier: Apache-2.0

/// All of one device that commands work on. Belongs to its `DeviceActor`; not `Sendable`.
final class DeviceContext {
    let system: DeviceSystem
    let windows: WindowManager
    let latency: LatencyModel

    init(system: DeviceSystem, windows: WindowManager, latency: LatencyModel) {
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
        windows.timePassed()
    }

    /// Waits by the device's clock, as `sleep` does.
    nonisolated(nonsending) func sleep(_ ms: Int64) async throws {
        switch system.clock.mode {
        case .stepped: system.clock.advance(ms)
        case .real: try await Task.sleep(for: .milliseconds(ms))
        }
        windows.timePassed()
    }
}
