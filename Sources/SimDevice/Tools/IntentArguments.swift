// SPDX-License-Identifier: Apache-2.0

/// The arguments that `am start`, `am broadcast` and `cmd package resolve-activity` share.
struct IntentArguments {
    var intent = Intent()
    var waits = false
    var stopsFirst = false

    /// - Throws: `ToolFailure` for an option that is unknown or lacks its value.
    init(_ arguments: some Sequence<String>, command: String) throws {
        var rest = Array(arguments)[...]
        func value(_ option: String) throws -> String {
            guard let value = rest.popFirst() else {
                throw ToolFailure(
                    message: """
                        Exception occurred while executing '\(command)':
                        java.lang.IllegalArgumentException: Argument expected after "\(option)"
                        """,
                    status: 255
                )
            }
            return value
        }
        while let word = rest.popFirst() {
            switch word {
            case "-W": waits = true
            case "-S": stopsFirst = true
            case "-D", "-N", "--streaming", "--track-allocation", "--lock-task", "--allow-background-activity-starts":
                break
            case "-a": intent.action = try value(word)
            case "-d": intent.dataURI = try value(word)
            case "-t": intent.mimeType = try value(word)
            case "-c": intent.categories.append(try value(word))
            case "-p": intent.package = try value(word)
            case "-n":
                let text = try value(word)
                guard let component = ComponentName(text) else {
                    throw ToolFailure(
                        message: """
                            Exception occurred while executing '\(command)':
                            java.lang.IllegalArgumentException: Bad component name: \(text)
                            """,
                        status: 255
                    )
                }
                intent.component = component
            case "-f":
                let text = try value(word)
                let flags = text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
                guard let flags else {
                    throw ToolFailure(
                        message: """
                            Exception occurred while executing '\(command)':
                            java.lang.NumberFormatException: For input string: "\(text)"
                            """,
                        status: 255
                    )
                }
                intent.flags |= flags
            case "-e", "--es", "--ez", "--ei", "--el", "--ef", "--eu", "--ecn", "--esa", "--eia", "--ela", "--esal":
                let key = try value(word)
                intent.extras[key] = try value(word)
            case "--esn": intent.extras[try value(word)] = ""
            case "--user", "--display", "--windowingMode", "--activityType", "--task", "-R", "-P",
                "--receiver-permission":
                _ = try value(word)
            case "--activity-clear-top": intent.flags |= 0x0400_0000
            case "--activity-clear-task": intent.flags |= 0x0000_8000
            case "--activity-single-top": intent.flags |= 0x2000_0000
            case "--activity-no-history": intent.flags |= 0x4000_0000
            case "--include-stopped-packages": intent.flags |= 0x20
            default:
                if word.hasPrefix("--grant-") || word.hasPrefix("--activity-") || word.hasPrefix("--receiver-") {
                    break
                }
                if word.hasPrefix("-") {
                    throw ToolFailure(
                        message: """
                            Exception occurred while executing '\(command)':
                            java.lang.IllegalArgumentException: Unknown option: \(word)
                            """,
                        status: 255
                    )
                }
                take(word)
            }
        }
    }

    /// A word without an option: a URI, a component or a package.
    private mutating func take(_ word: String) {
        if word.contains(":") {
            intent.action = intent.action ?? "android.intent.action.VIEW"
            intent.dataURI = word
        } else if let component = ComponentName(word) {
            intent.component = component
        } else {
            intent.package = word
            intent.action = intent.action ?? "android.intent.action.MAIN"
            if intent.categories.isEmpty { intent.categories = ["android.intent.category.LAUNCHER"] }
        }
    }
}
