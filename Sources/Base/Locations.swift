// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Where the product's files lie: data that ships with it, caches, and what a user's runs leave behind.
public enum Locations {
    /// Models and caches: `$XDG_CACHE_HOME/droidagent`.
    public static var cache: String { base("XDG_CACHE_HOME", ".cache") + "/droidagent" }

    /// Runs, `sim` and stores: `$XDG_STATE_HOME/droidagent`. Screens are private: folders here are made with mode 0700.
    public static var state: String { base("XDG_STATE_HOME", ".local/state") + "/droidagent" }

    /// A shipped data folder such as `Emulator` or `Tasks`.
    ///
    /// Looked for in `$DROIDAGENT_DATA`, then in `../share/droidagent` beside the executable, then in the checkout
    /// that the program was built from.
    ///
    /// - Throws: `DroidError` with code `data.missing`, naming the places that were tried.
    public static func data(_ folder: String) throws -> String {
        let tried = dataRoots.map { "\($0)/\(folder)" }
        if let found = tried.first(where: { FileManager.default.fileExists(atPath: $0) }) { return found }
        throw DroidError(
            "data.missing",
            "the data folder \(folder) is missing",
            why: "looked in \(tried.joined(separator: ", "))",
            next: "set DROIDAGENT_DATA to the folder that holds it, or install the program again"
        )
    }

    /// The folders that may hold the shipped data, best first.
    public static var dataRoots: [String] {
        var roots: [String] = []
        if let set = ProcessInfo.processInfo.environment["DROIDAGENT_DATA"], !set.isEmpty { roots.append(set) }
        let folder = (executablePath as NSString).deletingLastPathComponent
        roots.append(((folder + "/../share/droidagent") as NSString).standardizingPath)
        roots.append(checkout)
        return roots
    }

    /// The path of the running program.
    public static var executablePath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }

    /// The checkout that this was built from; it need not be there any more.
    public static var checkout: String {
        var path = #filePath as NSString
        for _ in 0..<3 { path = path.deletingLastPathComponent as NSString }
        return path as String
    }

    private static func base(_ variable: String, _ fallback: String) -> String {
        let environment = ProcessInfo.processInfo.environment
        if let set = environment[variable], set.hasPrefix("/") { return set }
        return (environment["HOME"] ?? "/tmp") + "/" + fallback
    }
}
