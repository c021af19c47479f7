// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Base
import Foundation
import Glibc

/// The command line.
struct Droidagent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "droidagent",
        abstract: "Does tasks on Android devices, locally.",
        discussion: """
            A small language model on this machine scores every action that the screen allows, and the best is done. \
            Exit codes: 0 done; 1 error; 2 wrong usage; 3 ran fine, but the result is negative.
            """,
        version: "droidagent \(BuildInfo.version) (\(BuildInfo.commit))",
        subcommands: [
            DoVerb.self, DevicesVerb.self, ScreenVerb.self, EmulatorVerb.self, BenchVerb.self, AnnotateVerb.self,
            TrainVerb.self, ModelVerb.self, ViewVerb.self, AdbVerb.self, DoctorVerb.self,
        ]
    )
}

@main
enum Main {
    static func main() async {
        // A reader that went away (`droidagent ... | head`) is told by a failed write, not by a signal.
        signal(SIGPIPE, SIG_IGN)
        FreedMemory.keep()
        do {
            var command = try Droidagent.parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(report(error))
        }
    }

    /// Prints an error where it belongs and returns the exit code for it.
    static func report(_ error: any Error) -> Int32 {
        if let error = error as? DroidError {
            Terminal.error(error.description)
            return 1
        }
        if let code = error as? ExitCode { return code.rawValue }
        let code = Droidagent.exitCode(for: error)
        let message = Droidagent.fullMessage(for: error)
        if code.isSuccess {
            Terminal.out(message)
            return 0
        }
        let isUsage = code == .validationFailure
        isUsage ? Terminal.plain(message) : Terminal.error("the command failed\n  why:  \(error)")
        return isUsage ? 2 : 1
    }
}
