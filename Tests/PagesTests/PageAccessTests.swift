// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Synchronization
import Testing

@testable import Pages

@Suite("Pages for a network")
struct PageAccessTests {
    private func header(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }

    @Test("Only the password lets in, whatever the user is called")
    func password() {
        let guardian = PasswordGuard("correct: horse")
        #expect(guardian.judge(header("ada:correct: horse")) == .right)
        #expect(guardian.judge(header(":correct: horse")) == .right)
        for wrong in [
            "", "Basic", "Basic ", "Basic !!!", "Bearer x", header("correct: horse"), header("ada:correct: hors"),
            header("ada:correct: horsee"), header("ada:"),
        ] {
            #expect(PasswordGuard("correct: horse").judge(wrong) == .wrong, "\(wrong)")
        }
    }

    @Test("Who guesses waits a minute, and so does the right password; asking without one costs nothing")
    func guessing() {
        let time = Mutex(ContinuousClock.now)
        let guardian = PasswordGuard("correct horse", now: { time.withLock { $0 } })
        for _ in 0..<50 { #expect(guardian.judge(nil) == .wrong) }
        for _ in 0..<PasswordGuard.limit { #expect(guardian.judge(header("a:b")) == .wrong) }
        #expect(guardian.judge(header("a:correct horse")) == .tooMany)
        time.withLock { $0 += .seconds(61) }
        #expect(guardian.judge(header("a:correct horse")) == .right)
    }

    @Test("Addresses that are none and passwords that are too short are refused")
    func places() throws {
        func code(_ address: String, _ password: String) -> DroidError.Code? {
            do {
                _ = try PageAccess.network(address: address, password: password).place(port: 0)
                return nil
            } catch { return (error as? DroidError)?.code }
        }
        #expect(code("0.0.0.0", "long enough") == nil && code("::1", "long enough") == nil)
        #expect(code("0.0.0.0", "short") == "page.password")
        #expect(code("localhost", "long enough") == "page.address" && code("", "long enough") == "page.address")
    }
}
