// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pages

/// The XML that continuous integration reads test results from.
enum JUnit {
    /// One test case for each episode, grouped by app.
    static func text(title: String, _ results: [EpisodeResult]) -> String {
        var apps: [String] = []
        for result in results where !apps.contains(result.app) { apps.append(result.app) }
        let suites = apps.map { app in suite(app, results.filter { $0.app == app }) }
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        return head
            + HTML.element(
                "testsuites",
                [("name", title)] + counts(results),
                "\n" + suites.joined(separator: "\n") + "\n"
            ) + "\n"
    }

    private static func counts(_ results: [EpisodeResult]) -> [(String, String)] {
        let broken = results.count { $0.cause == .error && !$0.success }
        let skipped = results.count { $0.cause == .skipped }
        let failed = results.count { !$0.success } - broken - skipped
        return [
            ("tests", "\(results.count)"), ("failures", "\(failed)"), ("errors", "\(broken)"),
            ("skipped", "\(skipped)"),
            ("time", String(format: "%.3f", results.reduce(0) { $0 + $1.seconds })),
        ]
    }

    private static func suite(_ app: String, _ results: [EpisodeResult]) -> String {
        let cases = results.map { one in
            let attributes = [
                ("classname", one.task), ("name", "\(one.task) #\(one.seed)"),
                ("time", String(format: "%.3f", one.seconds)),
            ]
            let reason = [("message", one.fault.map { "\(one.cause.rawValue): \($0.rawValue)" } ?? one.cause.rawValue)]
            let words = HTML.escape("\(one.goal)\n\(BenchReport.complaints(one))")
            let inside =
                switch one.cause {
                case _ where one.success: ""
                case .skipped: HTML.element("skipped", reason, words)
                case .error: HTML.element("error", reason, words)
                default: HTML.element("failure", reason, words)
                }
            return HTML.element("testcase", attributes, inside)
        }
        return HTML.element("testsuite", [("name", app)] + counts(results), "\n" + cases.joined(separator: "\n") + "\n")
    }
}
