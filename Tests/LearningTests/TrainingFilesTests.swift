// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Testing

@testable import Learning

@Suite struct TrainingFilesTests {
    @Test func `a training refuses to write over what it begins with, by whatever name`() throws {
        let folder = NSTemporaryDirectory() + "/files-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileBytes.makeFolder(folder)
        let start = folder + "/verifier.gguf"
        try FileBytes.write([1], to: start)
        try FileManager.default.createSymbolicLink(atPath: folder + "/link.gguf", withDestinationPath: start)
        for output in [start, folder + "/./verifier.gguf", folder + "/link.gguf"] {
            #expect { try TrainingFiles.check(outputs: [folder + "/new.gguf", output], inputs: [start]) } throws: {
                ($0 as? DroidError)?.code == "training.output"
            }
        }
        try TrainingFiles.check(outputs: [folder + "/better.gguf"], inputs: [start])
    }
}
