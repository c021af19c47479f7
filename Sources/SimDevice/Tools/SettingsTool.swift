// SPDX-License-Identifier: Apache-2.0

extension ToolTable {
    static let settingsTools: [String: Tool] = ["settings": .quick(settings)]

    private static let usage = """
        Settings provider (settings) commands:
          help
              Print this help text.
          get [--user <USER_ID> | current] NAMESPACE KEY
              Retrieve the current value of KEY.
          put [--user <USER_ID> | current] NAMESPACE KEY VALUE [TAG] [default] [--overrideableByRestore]
              Change the contents of KEY to VALUE.
          delete [--user <USER_ID> | current] NAMESPACE KEY
              Delete the entry for KEY.
          reset [--user <USER_ID> | current] NAMESPACE {PACKAGE_NAME | RESET_MODE}
              Reset the global/secure table for a package with mode.
          list [--user <USER_ID> | current] NAMESPACE
              Print all defined keys.
              NAMESPACE is one of {system, secure, global}, case-insensitive
        """

    static func settings(_ call: ToolCall) throws -> Int32 {
        var words = call.arguments
        if let user = words.firstIndex(of: "--user"), user + 1 < words.count { words.removeSubrange(user...(user + 1)) }
        guard let verb = words.first else {
            call.err.line(usage)
            return 255
        }
        guard ["get", "put", "delete", "list", "reset"].contains(verb) else {
            if verb == "help" {
                call.out.line(usage)
                return 0
            }
            throw ToolFailure(message: "Invalid command: \(verb)\n" + usage, status: 255)
        }
        guard words.count > 1 else { throw ToolFailure(message: "Not enough arguments\n" + usage, status: 255) }
        guard let space = SettingsStore.Namespace(rawValue: words[1].lowercased()) else {
            throw ToolFailure(message: "Invalid namespace '\(words[1])'\n" + usage, status: 255)
        }
        let store = call.system.settings
        let needed = ["get": 3, "put": 4, "delete": 3, "list": 2, "reset": 3][verb] ?? 2
        guard words.count >= needed else { throw ToolFailure(message: "Not enough arguments\n" + usage, status: 255) }
        switch verb {
        case "get": call.out.line(store.get(space, words[2]) ?? "null")
        case "put":
            store.put(space, words[2], words[3])
            call.windows.timePassed()
        case "delete": call.out.line("Deleted \(store.delete(space, words[2]) ? 1 : 0) rows")
        case "reset": store.reset(space)
        default: for (key, value) in store.list(space) { call.out.line("\(key)=\(value)") }
        }
        return 0
    }
}
