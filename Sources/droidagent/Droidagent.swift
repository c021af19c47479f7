// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

@main
struct Droidagent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "droidagent",
        abstract: "Does tasks on Android devices, locally."
    )
}
