// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

@testable import Inference

enum Fixtures {
    /// A file that lies beside the tests.
    static func path(_ name: String) -> String {
        Bundle.module.bundlePath + "/Resources/" + name
    }

    /// Where `model fetch` puts the model that the product ships with.
    static let modelPath = Locations.cache + "/models/smollm2-135m-instruct-q4_1.gguf"

    /// Whether that model is there; tests that need it are skipped where it is not.
    static var modelIsThere: Bool { FileManager.default.fileExists(atPath: modelPath) }

    private static let shared = Result { try LanguageModel.load(modelPath) }

    /// The same in floats.
    private static let sharedFloats = Result { try LanguageModel.load(modelPath, precision: .float) }

    /// The model, loaded once for all tests.
    static func model(_ precision: Precision = .integer) throws -> LanguageModel {
        try precision == .integer ? shared.get() : sharedFloats.get()
    }
}
