// SPDX-License-Identifier: Apache-2.0

import Agent
import Base
import Benchmark
import Foundation
import Pages

/// The page on which a person does the tasks of `bench SUITE --agent human`.
struct HumanDesk: Sendable {
    let chooser: HumanChooser
    private let server: LoopbackServer
    private let notes: AsyncStream<String>.Continuation
    private let telling: Task<Void, Never>

    private struct Line: Encodable { let address: String }

    /// Opens it, and says where.
    static func start(port: Int, _ global: GlobalOptions) async throws -> HumanDesk {
        let chooser = HumanChooser()
        let server = try await LoopbackServer.start(port: port) { try await chooser.handle($0) }
        // Notes appear in the order of what they are about.
        let (stream, notes) = AsyncStream<String>.makeStream()
        let telling = Task { for await note in stream { await chooser.note(note) } }
        try global.emit(Line(address: server.address))
        if !global.json { global.say("Do the tasks at \(Terminal.bold(server.address))") }
        return HumanDesk(chooser: chooser, server: server, notes: notes, telling: telling)
    }

    /// Tells on the page how an episode ended.
    func tell(_ event: SuiteRunner.Event) {
        guard case .finished(let result, let done, let total) = event else { return }
        let mark = result.success ? "passed" : "failed (\(result.cause.rawValue))"
        notes.yield("\(done)/\(total) \(result.task): \(mark) after \(result.steps) steps")
    }

    /// Says that all is over, and closes the page once it has been told.
    func stop() async {
        notes.finish()
        await telling.value
        await chooser.finish()
        await server.stop()
    }
}
