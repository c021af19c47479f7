// SPDX-License-Identifier: Apache-2.0

import ADB
import Glibc
import Synchronization

/// The terminal that this program runs in, as long as a shell of the device has it.
enum LocalTerminal {
    private static let saved = Mutex<termios?>(nil)
    private static let endings = Mutex<Signals?>(nil)

    /// Rows and columns; nil where standard input is no terminal.
    static var size: TerminalSize? {
        var window = winsize()
        guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &window) == 0 else { return nil }
        return TerminalSize(
            rows: Int(window.ws_row),
            columns: Int(window.ws_col),
            width: Int(window.ws_xpixel),
            height: Int(window.ws_ypixel)
        )
    }

    /// Hands every key to the device: no echo, no line editing, no signals here. It is undone by `leave`, and when the
    /// program is ended by a signal.
    ///
    /// - Returns: false where standard input is no terminal.
    static func enter() -> Bool {
        var now = termios()
        guard tcgetattr(STDIN_FILENO, &now) == 0 else { return false }
        saved.withLock { $0 = now }
        // The terminal is put back before the signal does what it always does.
        let signals = Signals([SIGTERM, SIGHUP, SIGINT, SIGQUIT]) { number in
            leave()
            signal(number, SIG_DFL)
            kill(getpid(), number)
        }
        endings.withLock { $0 = signals }
        return raw(now)
    }

    private static func raw(_ now: termios) -> Bool {
        var raw = now
        cfmakeraw(&raw)
        return tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0
    }

    /// Puts the terminal back as it was; once.
    static func leave() {
        let old = saved.withLock { saved in
            defer { saved = nil }
            return saved
        }
        if var old { tcsetattr(STDIN_FILENO, TCSADRAIN, &old) }
    }
}
