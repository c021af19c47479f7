// SPDX-License-Identifier: Apache-2.0

/// `adb shell` without a command: reads lines and runs each in the same shell.
///
/// With a terminal it shows a prompt, echoes what is typed and knows backspace, ctrl-C, ctrl-D and ctrl-U; without one
/// it is silent, as a shell that reads a script.
final class ShellDialogue {
    private let shell: Shell
    private let output: ShellOutput
    private let terminal: Bool
    private var line: [UInt8] = []
    private var pending = ""

    init(device: DeviceContext, output: ShellOutput, error: ShellOutput, term: String, terminal: Bool) {
        self.output = output
        self.terminal = terminal
        shell = Shell(device: device, input: ShellInput(), output: output, error: error, term: term)
    }

    /// Runs until the input ends or `exit`.
    nonisolated(nonsending) func run(_ input: ShellInput) async -> Int32 {
        guard terminal else {
            while let bytes = await input.line() {
                if let code = await execute(String(decoding: bytes, as: UTF8.self)) { return code }
            }
            return shell.status
        }
        prompt()
        var afterReturn = false
        while let piece = await input.next() {
            for byte in piece {
                defer { afterReturn = byte == 13 }
                switch byte {
                case 13, 10:
                    if byte == 10 && afterReturn { continue }
                    output.write("\n")
                    let text = String(decoding: line, as: UTF8.self)
                    line = []
                    if let code = await execute(text) { return code }
                    prompt()
                case 8, 127:
                    guard !line.isEmpty else { continue }
                    // A character may be several bytes; they go together.
                    while let last = line.popLast(), last & 0xc0 == 0x80 {}
                    output.write([8, 32, 8])
                case 3:
                    (line, pending) = ([], "")
                    output.write("^C\n")
                    shell.status = 130
                    prompt()
                case 4: if line.isEmpty { return shell.status }
                case 21:
                    output.write(line.filter { $0 & 0xc0 != 0x80 }.flatMap { _ in [8, 32, 8] as [UInt8] })
                    line = []
                default:
                    guard byte >= 32 || byte == 9, line.count < ShellLimit.source else { continue }
                    line.append(byte)
                    output.write([byte])
                }
            }
        }
        return shell.status
    }

    private func prompt() {
        guard pending.isEmpty else { return output.write("> ") }
        let folder = shell.folder
        output.write((shell.status == 0 ? "" : "\(shell.status)|") + "emu64x:\(folder) # ")
    }

    /// Runs a line, or keeps it where more has to follow; the code where the dialogue is over.
    private nonisolated(nonsending) func execute(_ text: String) async -> Int32? {
        let whole = pending.isEmpty ? text : pending + "\n" + text
        do {
            _ = try ShellParser.parse(whole)
        } catch  where error.incomplete && whole.utf8.count < ShellLimit.source {
            pending = whole.trimmed.isEmpty ? "" : whole
            return nil
        } catch {}
        pending = ""
        if whole.trimmed.isEmpty { return nil }
        _ = await shell.run(whole)
        if Task.isCancelled { return 130 }
        return shell.exited
    }
}
