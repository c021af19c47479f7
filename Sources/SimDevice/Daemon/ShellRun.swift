// SPDX-License-Identifier: Apache-2.0

/// A command line with its streams, as the daemon hands it to the device.
struct ShellRun: Sendable {
    /// Empty for a dialogue.
    var command: String
    /// The terminal that it runs in, where it does.
    var terminal: Terminal?
    var term: String
    /// Standard input without a terminal.
    var input: @Sendable () async -> ArraySlice<UInt8>?
    var output: @Sendable (ArraySlice<UInt8>) -> Void
    var error: @Sendable (ArraySlice<UInt8>) -> Void
    /// Waits while the receiver is far behind.
    var drain: @Sendable () async -> Void
}

extension DeviceActor {
    /// Runs a command line, or a dialogue where it is empty, and gives its exit code.
    func run(_ run: ShellRun) async -> Int32 {
        if context.agent == nil { context.agent = OnDeviceAgent(device: self) }
        let output = ShellOutput.stream(run.output, drain: run.drain)
        let error = ShellOutput.stream(run.error, drain: run.drain)
        let next = run.input
        let input = AsyncStream { await next() }
        if run.command.isEmpty {
            let dialogue = ShellDialogue(
                device: context,
                output: output,
                error: error,
                term: run.term,
                terminal: run.terminal
            )
            if let terminal = run.terminal { return await dialogue.run(terminal, on: self) }
            return await dialogue.run(ShellInput(input))
        }
        let shell = Shell(
            device: context,
            input: ShellInput(input),
            output: output,
            error: error,
            term: run.term,
            terminal: run.terminal
        )
        if let terminal = run.terminal {
            return await shell.run(run.command, interruptible: terminal, on: self)
        }
        return await shell.run(run.command)
    }
}
