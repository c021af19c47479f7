// SPDX-License-Identifier: Apache-2.0

import ADB
import ArgumentParser
import Base
import Foundation
import Glibc

/// `droidagent doctor`: is everything there that the program needs?
struct DoctorVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check libraries, model, devices and permissions; say how to mend what is wrong.",
        discussion: "Exit code 3 when something is wrong. Also shows what lies on the disk and how to clear it."
    )

    @OptionGroup var global: GlobalOptions

    /// One thing that was looked at.
    private struct Finding: Encodable {
        let name: String
        let isFine: Bool
        let detail: String
        let next: String?
    }

    func run() async throws {
        var findings = [program, data(), fonts(), model(), processor(), stateFolder(), server(await serverDevices())]
        findings.append(await usb())
        findings.append(await builtIn())
        findings += sizes()
        for finding in findings {
            try global.emit(finding)
            guard !global.json else { continue }
            let mark = finding.isFine ? Terminal.green("ok  ") : Terminal.red("bad ")
            global.say("\(mark) \(Terminal.fit(finding.name, 16)) \(finding.detail)")
            if let next = finding.next {
                global.say("     \(Terminal.fit("", 16)) \(Terminal.yellow("next: \(next)"))")
            }
        }
        if findings.contains(where: { !$0.isFine }) { throw ExitCode(3) }
    }

    private var program: Finding {
        let detail = "droidagent \(BuildInfo.version) (\(BuildInfo.commit)) at \(Locations.executablePath)"
        return Finding(name: "program", isFine: true, detail: detail, next: nil)
    }

    private func data() -> Finding {
        do {
            let folders = try ["Emulator", "Tasks", "Training"].map { try Locations.data($0) }
            let root = (folders[0] as NSString).deletingLastPathComponent
            return Finding(name: "data", isFine: true, detail: root, next: nil)
        } catch {
            return bad("data", error)
        }
    }

    private func fonts() -> Finding {
        let roots = ["/usr/share/fonts", "/usr/local/share/fonts", NSHomeDirectory() + "/.local/share/fonts"]
        for root in roots {
            let names = FileManager.default.enumerator(atPath: root)
            while let name = names?.nextObject() as? String {
                if name.hasSuffix("Roboto-Regular.ttf") {
                    return Finding(name: "font", isFine: true, detail: "\(root)/\(name)", next: nil)
                }
            }
        }
        return Finding(
            name: "font",
            isFine: false,
            detail: "Roboto is missing: the built-in screen is drawn in another font",
            next: "apt-get install fonts-roboto"
        )
    }

    private func model() -> Finding {
        let store = ModelStore.smolLM2
        guard FileManager.default.fileExists(atPath: store.path) else {
            return Finding(
                name: "model",
                isFine: false,
                detail: "\(store.path) is missing",
                next: "droidagent model fetch"
            )
        }
        guard store.isWhole else {
            return Finding(
                name: "model",
                isFine: false,
                detail: "\(store.path) is damaged",
                next: "droidagent model fetch"
            )
        }
        return Finding(name: "model", isFine: true, detail: store.path, next: nil)
    }

    private func processor() -> Finding {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let flags = Set(info.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
        let wanted = ["avx2", "fma", "f16c", "avx512f", "avx512_vnni"].filter { flags.contains(Substring($0)) }
        let found =
            wanted.isEmpty ? "no vector instructions that we use: the scalar twin runs" : wanted.joined(separator: " ")
        return Finding(name: "processor", isFine: true, detail: "\(Machine.description); \(found)", next: nil)
    }

    private func stateFolder() -> Finding {
        do {
            try FileBytes.makeFolder(Locations.state, mode: 0o700)
            let attributes = try FileManager.default.attributesOfItem(atPath: Locations.state)
            let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
            if mode & 0o077 != 0 {
                return Finding(
                    name: "runs",
                    isFine: false,
                    detail: "\(Locations.state) can be read by others, and screens are private",
                    next: "chmod 700 \(Locations.state)"
                )
            }
            return Finding(name: "runs", isFine: true, detail: Locations.state, next: nil)
        } catch {
            return bad("runs", error)
        }
    }

    private func serverDevices() async -> [ListedDevice]? { try? await ADBServer().devices() }

    private func server(_ devices: [ListedDevice]?) -> Finding {
        guard let devices else {
            return Finding(
                name: "adb server",
                isFine: true,
                detail: "none is running (needed only for USB devices that it owns)",
                next: nil
            )
        }
        if let locked = devices.first(where: { $0.state == "unauthorized" }) {
            return Finding(
                name: "adb server",
                isFine: false,
                detail: "\(locked.serial) has not accepted this machine",
                next: "accept the question on the phone's screen"
            )
        }
        let names = devices.map { "\($0.serial) (\($0.state))" }.joined(separator: ", ")
        return Finding(name: "adb server", isFine: true, detail: names.isEmpty ? "no devices" : names, next: nil)
    }

    private func usb() async -> Finding {
        let devices: [USBDevice]
        do {
            devices = try await USBDevices.list()
        } catch {
            return bad("USB", error)
        }
        let names = devices.map { "\($0.serial) at \($0.path) (\($0.stateText))" }.joined(separator: ", ")
        let detail = names.isEmpty ? "no device with USB debugging is plugged in" : names
        if devices.contains(where: { $0.state == .noPermissions }) {
            return Finding(
                name: "USB",
                isFine: false,
                detail: "\(detail); \(USBAccess.rulePath) would let you use it",
                next: "run these, then plug it in again:\n" + USBAccess.commands.joined(separator: "\n")
            )
        }
        if let failed = devices.first(where: { if case .failed = $0.state { true } else { false } }) {
            return Finding(name: "USB", isFine: false, detail: detail, next: "plug \(failed.serial) in again")
        }
        return Finding(name: "USB", isFine: true, detail: detail, next: nil)
    }

    private func builtIn() async -> Finding {
        guard let running = RunningDevices.find("sim") else {
            return Finding(name: "sim", isFine: true, detail: "not running; starts when it is needed", next: nil)
        }
        do {
            let device = try await ADBDevice.connect(host: "127.0.0.1", port: running.port)
            let answer = try await device.shell(["getprop", "ro.product.model"]).text
            await device.close()
            let model = answer.trimmingCharacters(in: .whitespacesAndNewlines)
            return Finding(name: "sim", isFine: true, detail: "\(running.serial): \(model)", next: nil)
        } catch {
            return bad("sim", error)
        }
    }

    private func sizes() -> [Finding] {
        [("cache", Locations.cache), ("state", Locations.state)].map { name, path in
            var total = 0
            let names = FileManager.default.enumerator(atPath: path)
            while names?.nextObject() != nil { total += (names?.fileAttributes?[.size] as? Int) ?? 0 }
            return Finding(
                name: name,
                isFine: true,
                detail: "\(path): \(Terminal.size(total)); to clear it: rm -r \(path)",
                next: nil
            )
        }
    }

    private func bad(_ name: String, _ error: any Error) -> Finding {
        let known = error as? DroidError
        let reason = [known?.what, known?.why].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        return Finding(name: name, isFine: false, detail: reason.isEmpty ? "\(error)" : reason, next: known?.next)
    }
}
