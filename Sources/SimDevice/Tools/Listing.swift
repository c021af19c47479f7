// SPDX-License-Identifier: Apache-2.0

/// How files look in `ls -l` and `stat`.
enum Listing {
    /// Whom a place's files belong to.
    struct Owner {
        var owner: String
        var group: String
        var uid: Int
        var gid: Int
    }

    /// By where a file lies: shared storage, an app's folder, or the system.
    static func place(_ path: String, _ call: ToolCall) -> Owner {
        let device = (try? call.files.resolve(path, followLast: false).device) ?? path
        let shared = ["/storage/emulated/0", "/data/media/0"]
        if shared.contains(where: { device == $0 || device.hasPrefix($0 + "/") }) {
            return Owner(owner: "u0_a191", group: "media_rw", uid: 10191, gid: 1023)
        }
        for prefix in ["/data/data/", "/data/user/0/"] where device.hasPrefix(prefix) {
            let package = device.dropFirst(prefix.count).prefix { $0 != "/" }
            let uid = ToolTable.uid(String(package), call)
            return Owner(owner: "u0_a\(uid - 10_000)", group: "u0_a\(uid - 10_000)", uid: uid, gid: uid)
        }
        if device.hasPrefix("/data/local/tmp") { return Owner(owner: "shell", group: "shell", uid: 2000, gid: 2000) }
        if device == "/data" || device.hasPrefix("/data/") {
            return Owner(owner: "system", group: "system", uid: 1000, gid: 1000)
        }
        return Owner(owner: "root", group: "root", uid: 0, gid: 0)
    }

    /// `drwxrwx--x`.
    static func permissions(_ status: DeviceFiles.Stat) -> String {
        var text = status.isFolder ? "d" : status.isLink ? "l" : "-"
        for shift in [6, 3, 0] as [UInt32] {
            let bits = status.mode >> shift
            text += bits & 4 != 0 ? "r" : "-"
            text += bits & 2 != 0 ? "w" : "-"
            text += bits & 1 != 0 ? "x" : "-"
        }
        return text
    }

    static func kind(_ status: DeviceFiles.Stat) -> String {
        if status.isFolder { return "directory" }
        if status.isLink { return "symbolic link" }
        return status.size == 0 ? "regular empty file" : "regular file"
    }

    /// The size that `ls` shows: a folder's own is 3452 on the emulator's f2fs.
    static func size(_ status: DeviceFiles.Stat) -> Int64 { status.isFolder ? 3452 : status.size }

    /// `stat -c FORMAT`.
    static func format(_ format: String, _ name: String, _ status: DeviceFiles.Stat, _ place: Owner) -> String {
        var out = ""
        var rest = format[...]
        while let c = rest.popFirst() {
            guard c == "%", let letter = rest.popFirst() else {
                out.append(c)
                continue
            }
            switch letter {
            case "a": out += String(status.permissions, radix: 8)
            case "A": out += permissions(status)
            case "b": out += "\(status.blocks)"
            case "B": out += "512"
            case "d": out += "\(status.device)"
            case "F": out += kind(status)
            case "f": out += String(status.mode, radix: 16)
            case "g": out += "\(place.gid)"
            case "G": out += place.group
            case "h": out += "\(status.links)"
            case "i": out += "\(status.inode)"
            case "n": out += name
            case "N": out += "'\(name)'"
            case "s": out += "\(size(status))"
            case "u": out += "\(place.uid)"
            case "U": out += place.owner
            case "X", "Y", "Z", "W": out += "\(status.modified)"
            case "x", "y", "z", "w":
                out += DateFields(ms: status.modified * 1000).iso(nanoseconds: status.modifiedNanoseconds)
            case "%": out += "%"
            default: out += "%\(letter)"
            }
        }
        return out
    }
}
