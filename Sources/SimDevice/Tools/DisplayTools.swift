// SPDX-License-Identifier: Apache-2.0

import Base
import Media

extension ToolTable {
    static let displayTools: [String: Tool] = [
        "wm": .quick(wm),
        "uiautomator": .slow(uiautomator),
        "screencap": .slow(screencap),
    ]

    private static func wm(_ call: ToolCall) throws -> Int32 {
        let words = call.arguments
        switch words.first {
        case "size":
            guard words.count > 1 else {
                call.out.line("Physical size: 1080x2400")
                return 0
            }
            if words[1] == "reset" || words[1] == "1080x2400" { return 0 }
            throw ToolFailure(message: "Error: the built-in device has a fixed display of 1080x2400", status: 255)
        case "density":
            guard words.count > 1 else {
                call.out.line("Physical density: 420")
                return 0
            }
            if words[1] == "reset" || words[1] == "420" { return 0 }
            throw ToolFailure(message: "Error: the built-in device has a fixed density of 420", status: 255)
        case "user-rotation", "set-user-rotation":
            return try userRotation(call, words.dropFirst().filter { $0 != "-d" })
        case "dismiss-keyguard": return 0
        default:
            call.err.line("Unknown command: \(words.first ?? "")")
            return 255
        }
    }

    /// Tells or sets who turns the display: the sensors (`free`), or nobody (`lock`, at the rotation given or as it is).
    private static func userRotation(_ call: ToolCall, _ words: [String]) throws -> Int32 {
        let settings = call.system.settings
        guard let mode = words.first else {
            let locked = settings.int(.system, "user_rotation") ?? 0
            call.out.line(settings.get(.system, "accelerometer_rotation") == "1" ? "free" : "lock \(locked)")
            return 0
        }
        switch mode {
        case "free": settings.put(.system, "accelerometer_rotation", "1")
        case "lock":
            let rotation = words.count > 1 ? Int(words[1]) : call.system.display.rotation
            guard let rotation, (0...3).contains(rotation) else {
                throw ToolFailure(
                    message:
                        "Error: argument needs to be either 0, 1, 2 or 3, but got \(words.dropFirst().first ?? "")",
                    status: 255
                )
            }
            settings.put(.system, "user_rotation", "\(rotation)")
            settings.put(.system, "accelerometer_rotation", "0")
        default:
            throw ToolFailure(message: "Error: argument needs to be either free or lock, but got \(mode)", status: 255)
        }
        return 0
    }

    nonisolated(nonsending) private static func uiautomator(_ call: ToolCall) async throws -> Int32 {
        guard call.arguments.first == "dump" else {
            call.err.line(
                "Usage: uiautomator <subcommand> [options]\n\nAvailable subcommands:\n\nhelp: displays help message\n\ndump: creates an XML dump of current UI hierarchy\n    dump [--verbose][file]\n      [--compressed]: dumps compressed layout information.\n      [file]: the location where the dumped XML should be stored, default is\n      /sdcard/window_dump.xml"
            )
            return 1
        }
        let operands = call.arguments.dropFirst().filter { !$0.hasPrefix("--") }
        let file = operands.first ?? "/sdcard/window_dump.xml"
        try await call.device.spend(.dump)
        if call.system.faults.idle {
            // The real tool waits for a second of silence, tries for ten, and ends without an error code.
            try await call.device.sleep(DeviceFaults.idleWait)
            call.err.line("ERROR: could not get idle state.")
            return 0
        }
        let xml = call.windows.hierarchy()
        if file == "/dev/tty" || file == "/dev/stdout" {
            call.out.write(xml)
        } else {
            do {
                guard call.files.isFolder(DevicePath.parent(call.path(file))) else {
                    throw FileFailure(code: 2, path: file)
                }
                try call.files.write(xml, to: call.path(file))
            } catch let failure as FileFailure {
                call.err.line("ERROR: could not write \(file): \(failure.reason)")
                return 0
            }
        }
        call.out.line("UI hierchary dumped to: \(file)")
        return 0
    }

    nonisolated(nonsending) private static func screencap(_ call: ToolCall) async throws -> Int32 {
        let options = try ToolOptions(call, "pha", valued: "d")
        if options.has("h") {
            call.err.line(
                "usage: screencap [-hp] [-d display-id] [FILENAME]\n   -h: this message\n   -p: save the file as a png.\n   -d: specify the physical display ID to capture\nIf FILENAME ends with .png it will be saved as a png.\nIf FILENAME is not given, the results will be printed to stdout."
            )
            return 1
        }
        if let display = options.values["d"], display != "0", display != displayID {
            throw ToolFailure(
                message:
                    "Display Id '\(display)' is not valid.\nSee \"dumpsys SurfaceFlinger --display-id\" for valid display IDs."
            )
        }
        try await call.device.spend(.screencap)
        let file = options.operands.first
        let picture = call.windows.screenshot()
        let png = options.has("p") || (file?.hasSuffix(".png") ?? false)
        let bytes = png ? try PNG.encode(picture) : rawHeader(picture) + picture.pixels
        if let file {
            try call.files.write(bytes, to: call.path(file))
        } else {
            call.out.write(bytes)
        }
        return 0
    }

    static let displayID = "4619827259835644672"

    /// Width, height, format 1 (RGBA_8888) and colour space 1 (sRGB), as Android 9 and later put in front.
    private static func rawHeader(_ picture: PixelBuffer) -> [UInt8] {
        [UInt32(picture.width), UInt32(picture.height), 1, 1].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
    }
}
