// SPDX-License-Identifier: Apache-2.0

import ADBWire

/// `adb shell` without a command: reads lines and runs each in the same shell.
///
/// With a terminal it shows a prompt and ^C ends the command that runs; without one it is silent, as a shell that reads a
/// script.
final class ShellDialogue {
    private let shell: Shell
    private let output: ShellOutput
    private var pending = ""

    init(device: DeviceContext, output: ShellOutput, error: ShellOutput, term: String, terminal: Terminal?) {
        self.output = output
        shell = Shell(device: device, input: ShellInput(), output: output, error: error, term: term, terminal: terminal)
    }

    /// Runs until the input ends or `exit`.
    nonisolated(nonsending) func run(_ input: ShellInput) async -> Int32 {
        // The commands read on where the shell has stopped, as those of a script do.
        shell.input = input
        while let bytes = await input.line() {
            guard let line = whole(String(decoding: bytes, as: UTF8.self)) else { continue }
            _ = await shell.run(line)
            if let code = over { return code }
        }
        return shell.status
    }

    /// Runs on a terminal until ^D or `exit`.
    func run(_ terminal: Terminal, on actor: isolated DeviceActor) async -> Int32 {
        while true {
            prompt()
            switch await terminal.read() {
            case .end:
                if Task.isCancelled { return 129 }
                output.write("\n")
                return shell.status
            case .interrupt:
                pending = ""
                shell.status = 130
            case .bytes(let bytes):
                let text = String(decoding: bytes.last == 10 ? bytes.dropLast() : bytes, as: UTF8.self)
                guard let line = whole(text) else { continue }
                _ = await shell.run(line, interruptible: terminal, on: actor)
                if let code = over { return code }
            }
        }
    }

    private func prompt() {
        guard pending.isEmpty else { return output.write("> ") }
        let folder = shell.folder
        output.write((shell.status == 0 ? "" : "\(shell.status)|") + "emu64x:\(folder) # ")
    }

    /// The code where the dialogue is over.
    private var over: Int32? { Task.isCancelled ? 129 : shell.exited }

    /// A line with those before it, or nil where more has to follow.
    private func whole(_ text: String) -> String? {
        let whole = pending.isEmpty ? text : pending + "\n" + text
        do {
            _ = try ShellParser.parse(whole)
        } catch  where error.incomplete && whole.utf8.count < ShellLimit.source {
            pending = whole.trimmed.isEmpty ? "" : whole
            return nil
        } catch {}
        pending = ""
        return whole.trimmed.isEmpty ? nil : whole
    }
}

extension Shell {
    /// Runs a command line that reads from a terminal and that ^C ends, with 130 as its code.
    func run(_ text: String, interruptible terminal: Terminal, on actor: isolated DeviceActor) async -> Int32 {
        if let size = terminal.size {
            variables["COLUMNS"] = "\(size.columns)"
            variables["LINES"] = "\(size.rows)"
        }
        input = ShellInput(terminal.stream)
        let task = Task {
            _ = actor
            return await self.run(text)
        }
        terminal.setInterrupt { task.cancel() }
        defer { terminal.setInterrupt(nil) }
        return await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
