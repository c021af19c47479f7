// SPDX-License-Identifier: Apache-2.0

import Base
import TestSupport
import Testing

@testable import SimDevice

@Suite("Apps from APKs")
struct PackageTests {
    private func read(_ writer: ApkWriter) throws -> ApkFile { try ApkFile(ByteSource(writer.bytes), path: "base.apk") }

    @Test(
        "A manifest is read whole, in either form of strings, packed or not",
        arguments: [false, true],
        [false, true]
    )
    func manifest(utf16: Bool, deflates: Bool) throws {
        var writer = ApkWriter()
        (writer.usesUTF16, writer.deflates) = (utf16, deflates)
        let apk = try read(writer)
        let manifest = apk.manifest
        #expect(manifest.package == "org.example.notes" && manifest.versionCode == 3 && manifest.versionName == "1.2")
        #expect(manifest.label == "My Notes" && manifest.mainActivity == "org.example.notes.MainActivity")
        #expect(manifest.permissions == ["android.permission.CAMERA"] && apk.minSDK == 24 && !apk.isTestOnly)
        #expect(manifest.intentFilters.contains { $0.schemes == ["notes"] })
    }

    @Test("A label that is a resource is looked up: the neutral one, then English")
    func label() throws {
        var writer = ApkWriter()
        writer.labels = [("de", "Notizen"), ("en", "Notes"), ("", "Neutral")]
        #expect(try read(writer).manifest.label == "Neutral")
        writer.labels = [("de", "Notizen"), ("en", "Notes")]
        #expect(try read(writer).manifest.label == "Notes")
    }

    @Test("What is no package is refused by the name that Android gives it")
    func refused() {
        func code(_ bytes: [UInt8]) -> String? {
            do throws(InstallFailure) {
                _ = try ApkFile(ByteSource(bytes), path: "base.apk")
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code([]) == "INSTALL_PARSE_FAILED_NOT_APK")
        #expect(code(Array("no archive".utf8)) == "INSTALL_PARSE_FAILED_NOT_APK")
        var empty = ZipWriter(deflates: true)
        empty.add("readme.txt", Array("hello".utf8))
        #expect(code(empty.finish(comment: "with a comment")) == "INSTALL_PARSE_FAILED_NOT_APK")
        var text = ZipWriter(deflates: false)
        text.add("AndroidManifest.xml", Array("<manifest package=\"a.b\"/>".utf8))
        #expect(code(text.finish()) == "INSTALL_PARSE_FAILED_UNEXPECTED_EXCEPTION")
        var odd = ApkWriter()
        odd.package = "no_dots"
        #expect(code(odd.bytes) == "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME")
        odd.package = "org.example.../../etc"
        #expect(code(odd.bytes) == "INSTALL_PARSE_FAILED_BAD_PACKAGE_NAME")
    }

    @Test("Broken and random bytes are an error or a package, and nothing worse")
    func fuzz() {
        var random = SeededRandom(seed: 81)
        var writer = ApkWriter()
        writer.labels = [("", "Neutral")]
        for deflates in [false, true] {
            writer.deflates = deflates
            let good = writer.bytes
            for _ in 0..<3000 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
                }
                if Int.random(in: 0..<4, using: &random) == 0 {
                    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
                }
                _ = try? ApkFile(ByteSource(bytes), path: "base.apk")
            }
        }
        // Past the archive's checksums, right into the decoders.
        let (manifest, name) = (writer.manifest, "AndroidManifest.xml")
        for _ in 0..<5000 {
            var bytes = manifest
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            _ = try? BinaryXML.parse(bytes)
            if let table = ResourceTable(bytes) { _ = table.text(ApkWriter.labelID) }
        }
        _ = name
    }

    @Test("An app is installed, listed, started, replaced and removed")
    func life() async throws {
        let device = try TestDevice()
        var writer = ApkWriter()
        try device.files.write(writer.bytes, to: "/data/local/tmp/notes.apk")
        #expect(await device.run("pm install /data/local/tmp/notes.apk").out == "Success\n")
        #expect(await device.run("pm list packages -3").out == "package:org.example.notes\n")
        let path = await device.run("pm path org.example.notes").out.dropFirst(8).dropLast()
        #expect(path.hasPrefix("/data/app/~~") && path.hasSuffix("==/base.apk"))
        #expect(try device.files.read(String(path)) == writer.bytes)
        let dump = await device.run("dumpsys package org.example.notes").out
        #expect(dump.contains("versionCode=3 minSdk=24") && dump.contains("versionName=1.2"))
        let intent = "-a android.intent.action.MAIN -c android.intent.category.LAUNCHER org.example.notes"
        let resolved = await device.run("cmd package resolve-activity --brief \(intent)").out
        #expect(resolved.hasSuffix("\norg.example.notes/.MainActivity\n"))
        let query = "cmd package query-activities --brief -a android.intent.action.VIEW -d notes://1"
        #expect(await device.run(query).out.hasPrefix("1 activity found:\n  Activity #0:\n"))
        #expect(await device.run("cmd package query-activities -a nosuch").out == "No activities found\n")

        #expect(await device.run("am start -n org.example.notes/.MainActivity").code == 0)
        let screen = String(decoding: device.context.windows.hierarchy(), as: UTF8.self)
        #expect(screen.contains("its code cannot run on the built-in device") && screen.contains("My Notes"))

        let again = await device.run("pm install /data/local/tmp/notes.apk")
        #expect(again.out.hasPrefix("Failure [INSTALL_FAILED_ALREADY_EXISTS") && again.code == 1)
        writer.versionCode = 2
        try device.files.write(writer.bytes, to: "/data/local/tmp/notes.apk")
        let older = await device.run("pm install -r /data/local/tmp/notes.apk")
        #expect(older.out.hasPrefix("Failure [INSTALL_FAILED_VERSION_DOWNGRADE"))
        #expect(await device.run("pm install -r -d -g /data/local/tmp/notes.apk").out == "Success\n")
        #expect(
            await device.run("dumpsys package org.example.notes").out.contains(
                "android.permission.CAMERA: granted=true"
            )
        )
        #expect(try device.files.list("/data/app").count == 1)

        #expect(await device.run("pm uninstall org.example.notes").out == "Success\n")
        #expect(await device.run("pm list packages -3").out.isEmpty)
        #expect(try device.files.list("/data/app").isEmpty)
        #expect(await device.run("pm uninstall org.example.notes").out == "Failure [DELETE_FAILED_INTERNAL_ERROR]\n")
    }

    @Test("The package manager refuses what a phone refuses")
    func refusals() async throws {
        let device = try TestDevice()
        func install(_ flags: String, _ change: (inout ApkWriter) -> Void) async throws -> String {
            var writer = ApkWriter()
            change(&writer)
            try device.files.write(writer.bytes, to: "/data/local/tmp/x.apk")
            return await device.run("pm install \(flags) /data/local/tmp/x.apk").out
        }
        #expect(try await install("") { $0.isTestOnly = true }.contains("INSTALL_FAILED_TEST_ONLY"))
        #expect(try await install("") { $0.minSDK = 99 }.contains("INSTALL_FAILED_OLDER_SDK"))
        #expect(
            try await install("-r") { $0.package = "com.android.settings" }.contains(
                "INSTALL_FAILED_UPDATE_INCOMPATIBLE"
            )
        )
        #expect(await device.run("pm install /sdcard/none.apk").out.contains("Failure [INSTALL_FAILED_INVALID_URI"))
        #expect(
            await device.run("cmd package install -S 100", input: "too short").out.contains(
                "INSTALL_FAILED_INVALID_APK"
            )
        )
        #expect(await device.run("cmd package install").code == 1)
        #expect(try device.files.list("/data/app").isEmpty)
    }

    @Test("Installed apps are there after a restart")
    func restart() async throws {
        let device = try TestDevice()
        try device.files.write(ApkWriter().bytes, to: "/data/local/tmp/notes.apk")
        #expect(await device.run("pm install /data/local/tmp/notes.apk").out == "Success\n")
        let system = try DeviceSystem(root: device.folder + "/root", clock: DeviceClock(mode: .stepped), seed: 1)
        system.scanPackages()
        #expect(system.installed.map(\.package) == ["org.example.notes"])
        #expect(system.installed.first?.label == "My Notes")
    }
}
