// SPDX-License-Identifier: Apache-2.0

/// What small commands tell about the display, asked for in one round trip.
struct ScreenProbe: Sendable, Hashable {
    var size: DisplaySize?
    var package = ""
    var activity = ""
    var keyboardShown = false

    /// Marks the parts of the answer; no tool prints it.
    private static let mark = "@@part"

    static let command = [
        "wm size",
        "am stack list | grep visible=true",
        "dumpsys input_method | grep mInputShown",
    ].joined(separator: "; echo \(mark); ")

    static let focusCommand = "dumpsys window windows | grep mCurrentFocus"

    init() {}

    /// Reads the answer of `command`; what is missing stays unknown.
    init(_ text: String) {
        var parts: [[Substring]] = [[]]
        for line in text.split(whereSeparator: \.isNewline) {
            if line == Self.mark { parts.append([]) } else { parts[parts.count - 1].append(line) }
        }
        for line in parts[0] {
            // The override comes second and wins.
            guard let colon = line.lastIndex(of: ":") else { continue }
            let sides = line[line.index(after: colon)...].split(separator: "x")
            guard sides.count == 2, let width = Int(sides[0].trimmed), let height = Int(sides[1].trimmed),
                (1...Screencap.sideLimit).contains(width), (1...Screencap.sideLimit).contains(height)
            else { continue }
            size = DisplaySize(width: width, height: height)
        }
        for line in parts.dropFirst().first ?? [] {
            guard let start = line.firstRange(of: "topActivity=ComponentInfo{"),
                let component = Self.component(line[start.upperBound...])
            else { continue }
            (package, activity) = component
            break
        }
        keyboardShown = parts.dropFirst(2).first?.contains { $0.contains("mInputShown=true") } ?? false
    }

    /// Reads `mCurrentFocus=Window{hash u0 package/activity}`.
    static func focus(_ text: String) -> (package: String, activity: String)? {
        for line in text.split(whereSeparator: \.isNewline) {
            guard line.contains("mCurrentFocus="), let word = line.split(separator: " ").last,
                let component = component(word)
            else { continue }
            return component
        }
        return nil
    }

    /// `package/activity` up to a closing brace or a space; a leading dot is filled up.
    private static func component(_ text: Substring) -> (package: String, activity: String)? {
        let body = text.prefix { $0 != "}" && $0 != " " }
        guard let slash = body.firstIndex(of: "/") else { return nil }
        let package = String(body[..<slash])
        var activity = String(body[body.index(after: slash)...])
        if activity.hasPrefix(".") { activity = package + activity }
        return package.isEmpty ? nil : (package, activity)
    }
}

extension Substring {
    /// Without white space at either end.
    var trimmed: Substring {
        var out = self
        while let first = out.first, first.isWhitespace { out.removeFirst() }
        while let last = out.last, last.isWhitespace { out.removeLast() }
        return out
    }
}

/// The app in front, from what tools print.
public enum ScreenFocus {
    /// The first `topActivity=ComponentInfo{package/activity}` of `am stack list`, else the `mCurrentFocus` of
    /// `dumpsys window`, or nil.
    public static func first(in text: String) -> (package: String, activity: String)? {
        let probe = ScreenProbe("\n@@part\n" + text)
        return probe.package.isEmpty ? ScreenProbe.focus(text) : (probe.package, probe.activity)
    }
}
