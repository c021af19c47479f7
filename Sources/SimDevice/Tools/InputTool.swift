// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let inputTools: [String: Tool] = ["input": .slow(input)]

    private static let usage = """
        Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]

        The sources are: 
              touchnavigation
              touchscreen
              joystick
              stylus
              touchpad
              gamepad
              dpad
              mouse
              keyboard
              trackball
              rotaryencoder

        [-d DISPLAY_ID]: specify the display ID.
              (Default: -1 for key event, 0 for motion event if not specified.)
        The commands and default sources are:
              text <string> (Default: touchscreen)
              keyevent [--longpress|--doubletap|--async|--delay <duration between keycodes in ms>] <key code number or name> ... (Default: keyboard)
              tap <x> <y> (Default: touchscreen)
              swipe <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
              draganddrop <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
              press (Default: trackball)
              roll <dx> <dy> (Default: trackball)
              motionevent <DOWN|UP|MOVE|CANCEL> <x> <y> (Default: touchscreen)
              keycombination [-t duration(ms)] <key code 1> <key code 2> ... (Default: keyboard, the key order is important here.)
        """

    private static let sources: Set<String> = [
        "touchnavigation", "touchscreen", "joystick", "stylus", "touchpad", "gamepad", "dpad", "mouse", "keyboard",
        "trackball", "rotaryencoder",
    ]

    nonisolated(nonsending) private static func input(_ call: ToolCall) async throws -> Int32 {
        var words = call.arguments
        if let first = words.first, sources.contains(first) { words.removeFirst() }
        if words.first == "-d" {
            words.removeFirst(min(2, words.count))
        }
        guard let command = words.first else {
            call.err.line(usage)
            return 255
        }
        words.removeFirst()
        let windows = call.windows
        try await call.device.spend(.input)
        let effect: () -> Void
        var lasting = 0
        switch command {
        case "text":
            guard words.count == 1 else { throw invalid(command) }
            guard words[0].unicodeScalars.allSatisfy(\.isASCII) else {
                // The key map has no key for it, and the real tool does not expect that.
                throw ToolFailure(
                    message: """
                        Exception occurred while executing 'text':
                        java.lang.NullPointerException: Attempt to get length of null array
                        """,
                    status: 255
                )
            }
            let text: String = unescape(words[0])
            effect = { windows.type(text) }
        case "keyevent": effect = try keys(words, windows)
        case "keycombination":
            var keys = words
            if keys.first == "-t" { keys.removeFirst(min(2, keys.count)) }
            let codes = try keys.map { try code($0, command) }
            guard codes.count >= 2 else { throw invalid(command) }
            let meta = codes.reduce(0) { $0 | KeyCodes.meta($1) }
            effect = {
                for code in codes where KeyCodes.meta(code) == 0 { windows.key(code, meta: meta, longPress: false) }
            }
        case "tap":
            let p = try numbers(words, 2, command)
            effect = { windows.tap(x: p[0], y: p[1]) }
        case "swipe", "draganddrop":
            // An empty last argument comes from harnesses that pass no duration.
            let p = try numbers(words.filter { !$0.isEmpty }, 4, command, optional: 1)
            let ms = max(1, min(p.count > 4 ? p[4] : 300, 60_000))
            lasting = ms
            if command == "draganddrop" {
                effect = { windows.drag(x1: p[0], y1: p[1], x2: p[2], y2: p[3], ms: ms) }
            } else if abs(p[0] - p[2]) < 8, abs(p[1] - p[3]) < 8 {
                effect = { if ms >= 400 { windows.longPress(x: p[0], y: p[1]) } else { windows.tap(x: p[0], y: p[1]) } }
            } else {
                effect = { windows.swipe(x1: p[0], y1: p[1], x2: p[2], y2: p[3], ms: ms) }
            }
        case "motionevent":
            guard words.count == 3 else { throw invalid(command) }
            effect = try motion(words[0].uppercased(), try numbers(Array(words.dropFirst()), 2, command), windows)
        case "press": effect = { windows.key(23, meta: 0, longPress: false) }
        case "roll":
            let p = try numbers(words, 2, command)
            effect = {
                if p[0] != 0 { windows.key(p[0] > 0 ? 22 : 21, meta: 0, longPress: false) }
                if p[1] != 0 { windows.key(p[1] > 0 ? 20 : 19, meta: 0, longPress: false) }
            }
        case "scroll":
            let p = try numbers(words.filter { !$0.hasPrefix("--") && !$0.contains(",") }, 2, command)
            let vertical = words.compactMap { $0.hasPrefix("VSCROLL,") ? Double($0.dropFirst(8)) : nil }.first ?? -1
            let distance = Int(max(-10, min(10, vertical)) * 200)
            effect = { windows.swipe(x1: p[0], y1: p[1], x2: p[0], y2: p[1] + distance, ms: 300) }
        default:
            throw ToolFailure(message: "Error: Unknown command: \(command)\n" + usage, status: 255)
        }
        try await call.device.react(lasting: Int64(lasting), effect)
        return 0
    }

    private static func keys(_ words: [String], _ windows: WindowManager) throws -> () -> Void {
        var (long, twice) = (false, false)
        var codes: [Int] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--longpress": long = true
            case "--doubletap": twice = true
            case "--async": break
            case "--delay", "--duration": _ = rest.popFirst()
            default: codes.append(try code(word, "keyevent"))
            }
        }
        guard !codes.isEmpty else { throw invalid("keyevent") }
        return { [codes, long, twice] in
            for code in codes {
                windows.key(code, meta: 0, longPress: long)
                if twice { windows.key(code, meta: 0, longPress: false) }
            }
        }
    }

    private static func motion(_ action: String, _ p: [Int], _ windows: WindowManager) throws -> () -> Void {
        switch action {
        case "DOWN": { windows.motionDown(x: p[0], y: p[1]) }
        case "MOVE": { windows.motionMove(x: p[0], y: p[1]) }
        case "UP": { windows.motionUp(x: p[0], y: p[1]) }
        case "CANCEL": { windows.motionCancel() }
        default: throw invalid("motionevent")
        }
    }

    private static func unescape(_ text: String) -> String { text.replacing("%s", with: " ") }

    private static func code(_ text: String, _ command: String) throws -> Int {
        guard let code = KeyCodes.code(text) else { throw invalid(command) }
        return code
    }

    private static func numbers(_ words: [String], _ count: Int, _ command: String, optional: Int = 0) throws -> [Int] {
        guard words.count >= count, words.count <= count + optional else { throw invalid(command) }
        return try words.map { word in
            guard let value = Double(word), value.magnitude < 1e6 else {
                throw ToolFailure(
                    message: """
                        Exception occurred while executing '\(command)':
                        java.lang.NumberFormatException: For input string: "\(word)"
                        """,
                    status: 255
                )
            }
            return Int(value)
        }
    }

    private static func invalid(_ command: String) -> ToolFailure {
        ToolFailure(message: "Error: Invalid arguments for command: \(command)\n" + usage, status: 255)
    }
}
