// SPDX-License-Identifier: Apache-2.0

import Base

// What a request may hold.
extension ScoringSession {
    static func bad(_ what: String) -> DroidError { DroidError("score.input", what) }

    func check(_ request: ScoreRequest) throws {
        try check(request.prefix, name: "the prefix")
        for (index, candidate) in request.candidates.enumerated() {
            try check(candidate, name: "candidate \(index)")
            let length = request.prefix.count + candidate.count
            guard length <= lengthLimit else {
                throw ScoringSession.bad(
                    "prefix and candidate \(index) have \(length) tokens, and the model takes \(model.config.contextLength)"
                )
            }
        }
        for layer in request.hiddenLayers where !(0...model.config.blockCount).contains(layer) {
            throw ScoringSession.bad("there is no layer \(layer): the model has 0 to \(model.config.blockCount)")
        }
        for token in request.probeTokens { try check(token, name: "the probe tokens") }
    }

    func check(_ tokens: [Int32], name: String) throws {
        guard !tokens.isEmpty else { throw ScoringSession.bad("\(name) has no tokens") }
        guard tokens.count <= lengthLimit else {
            throw ScoringSession.bad(
                "\(name) has \(tokens.count) tokens, and the model takes \(model.config.contextLength)"
            )
        }
        for token in tokens { try check(token, name: name) }
    }

    func check(_ token: Int32, name: String) throws {
        guard (0..<model.config.vocabularySize).contains(Int(token)) else {
            throw ScoringSession.bad("\(name) has the token \(token), which the model does not know")
        }
    }
}
