// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension Shell {
    /// Runs the stages of a pipeline beside each other; the code is that of the last one.
    nonisolated(nonsending) func pipeline(_ stages: [ShellNode]) async throws -> Int32 {
        guard stages.count > 1, let last = stages.last else { return try await execute(stages.first ?? .sequence([])) }
        let beside = PipelineStages()
        let code = await withTaskCancellationHandler {
            var from: ShellPipe?
            for stage in stages.dropLast() {
                let pipe = ShellPipe()
                let task = start(stage, reading: from, writing: pipe)
                pipe.whenBroken { task.cancel() }
                beside.add(task)
                await pipe.begins()
                from = pipe
            }
            let child = clone()
            if let from { child.input = from.input }
            let code = await child.contain { try await child.execute(last) }
            from?.breakOff()
            await beside.wait()
            return code
        } onCancel: {
            beside.cancel()
        }
        if Task.isCancelled { throw CancellationError() }
        return code
    }

    /// Starts a stage of a pipeline on the actor that the shell runs on.
    private func start(
        _ stage: ShellNode,
        reading from: ShellPipe?,
        writing pipe: ShellPipe,
        on actor: isolated (any Actor)? = #isolation
    ) -> Task<Void, Never> {
        let child = clone()
        if let from { child.input = from.input }
        child.streams[1] = pipe.output
        return Task {
            _ = actor
            _ = await child.contain { try await child.execute(stage) }
            from?.breakOff()
            pipe.finish()
        }
    }
}

/// The stages of a pipeline that run beside the last one.
private final class PipelineStages: Sendable {
    private let state = Mutex<(tasks: [Task<Void, Never>], isCancelled: Bool)>(([], false))

    func add(_ task: Task<Void, Never>) {
        let isLate = state.withLock { state in
            state.tasks.append(task)
            return state.isCancelled
        }
        if isLate { task.cancel() }
    }

    func cancel() {
        let tasks = state.withLock { state in
            state.isCancelled = true
            return state.tasks
        }
        for task in tasks { task.cancel() }
    }

    /// Returns when all have ended.
    func wait() async { for task in state.withLock({ $0.tasks }) { await task.value } }
}
