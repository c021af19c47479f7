// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation
import Glibc
import Yams

/// What the official emulator's device is, from `Emulator/avd.yaml`.
struct AvdRecipe: Codable, Sendable {
    var name: String
    var device: String
    var image: String
    var grpc: Int
    var arguments: [String]

    /// - Throws: `DroidError` with code `avd.recipe`.
    static func load() throws -> AvdRecipe {
        let path = try Locations.data("Emulator") + "/avd.yaml"
        do {
            let recipe = try YAMLDecoder().decode(
                AvdRecipe.self,
                from: String(decoding: FileBytes.read(path), as: UTF8.self)
            )
            guard isName(recipe.name), recipe.image.split(separator: ";").count == 3 else {
                throw DroidError("avd.recipe", "\(path) has no name or no image of three parts")
            }
            return recipe
        } catch let error as DroidError {
            throw error
        } catch {
            throw DroidError("avd.recipe", "\(path) cannot be read", why: "\(error)")
        }
    }

    /// Whether avdmanager takes it as a name; nothing in it can lead to another folder.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 100 && text.first != "." && text.first != "-"
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    }

    /// The image for this machine's processor, such as `system-images;android-33;google_apis;x86_64`.
    var package: String { "\(image);\(AndroidSDK.abi)" }
}

/// One program that is run, or that would be.
struct AvdStep: Sendable {
    var program: String
    var arguments: [String]
    var input = ""
    /// What to do when it fails.
    var next: String

    /// As a person would type it.
    var line: String {
        let words = ([program] + arguments).map { word in
            word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-=:+,@%".contains($0)) } && !word.isEmpty
                ? word : "'\(word.replacingOccurrences(of: "'", with: "'\\''"))'"
        }
        return (input.isEmpty ? "" : "echo \(input.split(separator: "\n").first ?? "") | ")
            + words.joined(separator: " ")
    }

    /// Starts it, its output in a file. What it reads comes from a file beside that.
    func start(log: String) throws -> ChildProcess {
        do {
            return try ChildProcess(
                program,
                arguments,
                input: input.isEmpty ? nil : Array(input.utf8),
                output: log,
                error: log,
                session: true
            )
        } catch let error as DroidError {
            throw DroidError("avd.tool", error.what, why: error.why, next: next)
        }
    }

    /// Runs it to its end.
    ///
    /// - Throws: `DroidError` with code `avd.tool`, with the last of what it said.
    func run(log: String) throws {
        let code = try start(log: log).wait()
        guard code != 0 else { return }
        let name = (program as NSString).lastPathComponent
        let said = AvdStep.tail(log)
        let needsJava =
            said.contains("JAVA_HOME") || said.contains("java: ") || said.contains("UnsupportedClassVersion")
        throw DroidError(
            "avd.tool",
            "\(name) ended with \(code)",
            why: said.isEmpty ? "it said nothing" : said,
            next: needsJava
                ? "install a Java runtime of version 17 or newer: apt-get install openjdk-17-jre-headless" : next
        )
    }

    /// The last lines of a log.
    static func tail(_ log: String) -> String {
        let bytes = (try? FileBytes.read(log)) ?? []
        let lines = String(decoding: bytes.suffix(4000), as: UTF8.self).split(separator: "\n").suffix(6)
        return lines.joined(separator: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// From what is installed to what has to be run.
struct AvdPlan: Sendable {
    var recipe: AvdRecipe
    var sdk: AndroidSDK
    var port: Int
    var isHeadless: Bool
    var isAccelerated: Bool
    /// The virtualisation of the kernel, and where AVDs lie; tests have others.
    var kvm = "/dev/kvm"
    var avds = AndroidSDK.avdFolder
    var logPath = "\(Locations.state)/avd.log"

    /// The commands that are left to run; the last one is the emulator itself and does not end.
    ///
    /// - Parameter installs: whether what is missing may be downloaded.
    /// - Throws: `DroidError` with the code of what is missing (`avd.tool`, `avd.image`, `avd.licence`, `avd.kvm`,
    ///   `avd.name`), and how to get it.
    func steps(installs: Bool) throws -> [AvdStep] {
        var steps: [AvdStep] = []
        var missing: [(package: String, what: String)] = []
        let emulator = "\(sdk.folder)/emulator/emulator"
        if !AndroidSDK.isProgram(emulator) { missing.append(("emulator", "the emulator is not installed in the SDK")) }
        if !FileManager.default.fileExists(atPath: "\(sdk.folder)/platform-tools/adb") {
            // The emulator looks for its adb there and complains at every start.
            missing.append(("platform-tools", "platform-tools are not installed in the SDK"))
        }
        if !sdk.hasImage(recipe.package) {
            missing.append((recipe.package, "the system image is not installed in the SDK"))
        }
        if let first = missing.first {
            let manager = try sdk.tool("sdkmanager")
            let packages = missing.map(\.package)
            let command = "\(manager) --install " + packages.map { "'\($0)'" }.joined(separator: " ")
            guard installs else {
                throw DroidError(
                    first.package == recipe.package ? "avd.image" : "avd.tool",
                    first.what,
                    why: "\(first.package) is missing below \(sdk.folder)",
                    next: "droidagent emulator avd --install downloads it; or run: \(command)"
                )
            }
            guard sdk.hasLicence else {
                throw DroidError(
                    "avd.licence",
                    "the licence of the Android SDK is not accepted",
                    why: "\(sdk.folder)/licenses/android-sdk-license is missing",
                    next: "read and accept it: \(manager) --licenses"
                )
            }
            steps.append(
                AvdStep(program: manager, arguments: ["--install"] + packages, next: "run it by hand: \(command)")
            )
        }
        if isAccelerated { try checkVirtualisation() }
        if try !isCreated() {
            let manager = try sdk.tool("avdmanager")
            steps.append(
                AvdStep(
                    program: manager,
                    arguments: [
                        "create", "avd", "--name", recipe.name, "--package", recipe.package, "--device", recipe.device,
                    ],
                    // It asks whether a hardware profile of one's own is wanted.
                    input: "no\n",
                    next: "`\(manager) list device` and `\(manager) list target` show what it knows"
                )
            )
        }
        var arguments = ["-avd", recipe.name] + recipe.arguments + ["-port", "\(port)", "-grpc", "\(recipe.grpc)"]
        if isHeadless { arguments += ["-no-window", "-no-audio", "-no-boot-anim", "-gpu", "swiftshader_indirect"] }
        if !isAccelerated { arguments += ["-accel", "off"] }
        steps.append(AvdStep(program: emulator, arguments: arguments, next: "the log is at \(logPath)"))
        return steps
    }

    /// Whether the AVD is there already.
    ///
    /// - Throws: `DroidError` with code `avd.name` when one of this name is another kind of device.
    private func isCreated() throws -> Bool {
        let marker = "\(avds)/\(recipe.name).ini"
        guard FileManager.default.fileExists(atPath: marker) else { return false }
        func values(_ path: String) -> [String: String] {
            let text = (try? FileBytes.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return text.split(separator: "\n").reduce(into: [:]) { found, line in
                let parts = line.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.count == 2 { found[parts[0]] = parts[1] }
            }
        }
        let folder = values(marker)["path"] ?? "\(avds)/\(recipe.name).avd"
        let config = values(folder + "/config.ini")
        let wanted = recipe.package.replacingOccurrences(of: ";", with: "/")
        let image = config["image.sysdir.1"] ?? "nothing"
        guard image.hasPrefix(wanted), config["hw.device.name"] == recipe.device else {
            throw DroidError(
                "avd.name",
                "there is an AVD called \(recipe.name), but it is another device",
                why:
                    "it is a \(config["hw.device.name"] ?? "device without a name") with \(image), not a \(recipe.device) with \(wanted)",
                next: "take another --name, or delete it: avdmanager delete avd --name \(recipe.name)"
            )
        }
        return true
    }

    private func checkVirtualisation() throws {
        guard access(kvm, F_OK) == 0 else {
            throw DroidError(
                "avd.kvm",
                "the emulator needs KVM, and \(kvm) is missing",
                why:
                    "virtualisation is off in the firmware, or its module is not loaded, or this is a virtual machine without it",
                next:
                    "switch it on and run `modprobe kvm_intel` (or kvm_amd); --no-acceleration does without, very slowly"
            )
        }
        guard access(kvm, R_OK | W_OK) == 0 else {
            throw DroidError(
                "avd.kvm",
                "the emulator needs KVM, and you may not use \(kvm)",
                why: String(cString: strerror(errno)),
                next: "sudo usermod -aG kvm $USER, then log in again; --no-acceleration does without, very slowly"
            )
        }
    }
}
