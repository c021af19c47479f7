// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// Files that a training reads and writes.
enum TrainingFiles {
    /// Looks whether a training would write over what it began with; it could not go on after an interruption then.
    ///
    /// - Throws: `DroidError` with code `training.output` naming the file.
    static func check(outputs: [String], inputs: [String]) throws {
        func place(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let read = Set(inputs.map(place))
        for output in outputs where read.contains(place(output)) {
            throw DroidError(
                "training.output",
                "\(output) would be written over",
                why: "the training begins with it, and could not go on after an interruption",
                next: "name another file with --out"
            )
        }
    }
}
