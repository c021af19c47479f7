// SPDX-License-Identifier: Apache-2.0

/// Names in paths, by text alone.
enum DevicePath {
    /// The path without its last name: `/a` for `/a/b`, `/` for `/a`, `.` for `a`.
    static func parent(_ path: String) -> String {
        let trimmed = trim(path)
        guard let slash = trimmed.lastIndex(of: "/") else { return trimmed == "/" ? "/" : "." }
        let parent = trim(String(trimmed[..<slash]))
        return parent.isEmpty ? "/" : parent
    }

    /// The last name: `b` for `/a/b/`, `/` for `/`.
    static func name(_ path: String) -> String {
        let trimmed = trim(path)
        guard trimmed != "/", let slash = trimmed.lastIndex(of: "/") else { return trimmed }
        return String(trimmed[trimmed.index(after: slash)...])
    }

    /// The two parts put together with one slash.
    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    private static func trim(_ path: String) -> String {
        var end = path.endIndex
        while end > path.startIndex, path.index(after: path.startIndex) < end, path[path.index(before: end)] == "/" {
            end = path.index(before: end)
        }
        return String(path[..<end])
    }
}
