// SPDX-License-Identifier: Apache-2.0

import Base
import Benchmark

/// Files of states: one JSON document a line. A state is kept once with all its candidates, where pairs repeat its prefix in each line.
public enum StatesFile {
    /// Reads all states, in the order of the file.
    ///
    /// - Throws: `DroidError` with code `file.read`, or `states.format` with the number of the line.
    public static func read(_ path: String) throws -> [StateRecord] {
        try FileBytes.read(path).split(separator: 10).enumerated().map { number, line in
            func failure(_ why: String) -> DroidError {
                DroidError(
                    "states.format",
                    "line \(number + 1) of \(path) is no state",
                    why: why,
                    next: "delete the file and make it again with `droidagent train pairs`"
                )
            }
            let state: StateRecord
            do { state = try JSON.decode(StateRecord.self, from: Array(line)) } catch { throw failure("\(error)") }
            guard (state.right + state.wrong + [state.chosen]).allSatisfy(state.suffixes.indices.contains) else {
                throw failure("it names candidates that it does not have")
            }
            guard Set(state.right + state.wrong).count == state.right.count + state.wrong.count else {
                throw failure("it names a candidate twice")
            }
            for count in [state.priors?.count, state.facts?.count].compactMap(\.self)
            where count != state.suffixes.count {
                throw failure("it has facts or priors of \(count) candidates, and \(state.suffixes.count) candidates")
            }
            return state
        }
    }

    /// Writes states, one a line.
    ///
    /// - Throws: `DroidError` with code `file.write`.
    public static func write(_ states: some Sequence<StateRecord>, to path: String) throws {
        try JSONLines.writeAll(states, to: path)
    }
}
