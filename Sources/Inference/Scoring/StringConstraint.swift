// SPDX-License-Identifier: Apache-2.0

/// Holds generation to one of a set of strings: at each step exactly the tokens that lead to one of them are allowed.
///
///     let constraint = StringConstraint(["Clock", "Contacts"], tokenizer: model.tokenizer, end: end)
///     let tokens = try session.generate(prefix: prefix, maxTokens: 16, stop: [end], allowed: constraint.allowed)
public struct StringConstraint: Sendable {
    private let strings: [[UInt8]]
    private let tokenizer: Tokenizer
    private let end: Int32?

    /// - Parameters:
    ///   - strings: what may come out.
    ///   - tokenizer: the tokenizer of the model that generates.
    ///   - end: the token that is allowed where a string is complete; when nil, the text ends where no string goes on.
    public init(_ strings: [String], tokenizer: Tokenizer, end: Int32?) {
        self.strings = strings.map { Array($0.utf8) }.filter { !$0.isEmpty }
        self.tokenizer = tokenizer
        self.end = end
    }

    /// The tokens that may follow those generated so far.
    public func allowed(_ soFar: [Int32]) -> NextTokens {
        let written = soFar.flatMap { tokenizer.bytes(of: $0) }
        var tokens: Set<Int32> = []
        for string in strings where string.starts(with: written) {
            if string.count == written.count {
                if let end { tokens.insert(end) }
                continue
            }
            for upper in (written.count + 1)...string.count {
                if let token = tokenizer.textToken(Array(string[written.count..<upper])) { tokens.insert(token) }
            }
        }
        return .only(tokens.sorted())
    }
}
