// SPDX-License-Identifier: Apache-2.0

import Synchronization

extension Shell {
    /// Runs the stages of a pipeline beside each other; the code is that of the last one.
    nonisolated(nonsending) func pipeline(_ stages: [ShellNode]) async throws -> Int32 {
        guard stages.count > 1, let last = stages.last else { return try await execute(stages.first ?? .sequence([])) }
        let running = PipelineStages()
        var from: ShellPipe?
        for stage in stages.dropLast() {
            let pipe = ShellPipe()
            let task = start(stage, reading: from, writing: pipe)
            pipe.whenBroken { task.cancel() }
            running.add(task)
            await pipe.begins()
            // Where that was given up, all that was begun is, too.
            if Task.isCancelled { running.cancel() }
            from = pipe
        }
        let task = start(last, reading: from, writing: nil)
        running.add(task)
        await withTaskCancellationHandler {
            await running.wait()
        } onCancel: {
            running.cancel()
        }
        if Task.isCancelled { throw CancellationError() }
        return await task.value
    }

    /// Starts a stage on the actor that the shell runs on; only tasks of that actor may touch it.
    private func start(
        _ stage: ShellNode,
        reading from: ShellPipe?,
        writing pipe: ShellPipe?,
        on actor: isolated (any Actor)? = #isolation
    ) -> Task<Int32, Never> {
        let child = clone()
        if let from { child.input = from.input }
        if let pipe { child.streams[1] = pipe.output }
        return Task {
            _ = actor
            let code = await child.contain { try await child.execute(stage) }
            from?.breakOff()
            pipe?.finish()
            return code
        }
    }
}

/// The stages of a pipeline that run.
private final class PipelineStages: Sendable {
    private let state = Mutex<(tasks: [Task<Int32, Never>], isCancelled: Bool)>(([], false))

    func add(_ task: Task<Int32, Never>) {
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
    func wait() async { for task in state.withLock({ $0.tasks }) { _ = await task.value } }
}
