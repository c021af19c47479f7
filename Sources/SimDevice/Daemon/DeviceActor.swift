// SPDX-License-Identifier: Apache-2.0

import ADBWire
import Base
import Glibc
import Media

/// Owns one device: its system, its windows and its snapshots. Everything that touches them runs here.
actor DeviceActor {
    let context: DeviceContext
    let snapshots: SnapshotStore
    /// What listens on the device.
    nonisolated let ports = DevicePorts()
    /// What ends connections before their time.
    nonisolated let transportFaults = TransportFaults()
    /// What of the protocol the device speaks.
    nonisolated let profile: DeviceProfile
    /// How it decides who may in.
    nonisolated let policy: AuthPolicy
    /// The device's own key, which it shows over TLS.
    nonisolated let tlsKey: AuthKey?
    /// Told the fingerprint of a key that waits for the user, and the computer's name.
    let onKeyWaiting: (@Sendable (String, String) -> Void)?
    /// Keys that wait for the user.
    var waitingKeys: [WaitingKey] = [] { didSet { showWaitingKeys() } }

    /// Opens the device in its state folder, and fills it from the image where it is new.
    init(_ options: SimDeviceOptions) throws {
        profile = options.profile.wire
        policy = options.auth.wire
        tlsKey = policy == .tls ? try AuthKey.generate() : nil
        onKeyWaiting = options.onKeyWaiting
        let image = try DeviceImage(folder: options.image)
        let emulator = DevicePath.parent(options.image)
        let latency = try LatencyModel.load(emulator + "/latency.yaml", phone: options.latency == .phone)
        let root = options.stateFolder + "/root"
        let isNew = access(root, F_OK) != 0
        try FileBytes.makeFolder(options.stateFolder, mode: 0o700)
        let clock = DeviceClock(mode: options.clock == .stepped ? .stepped : .real)
        let system: DeviceSystem
        do {
            system = try DeviceSystem(root: root, clock: clock, seed: options.seed, properties: image.properties)
        } catch let failure as FileFailure {
            throw DroidError(
                "sim.state",
                "the device's folder cannot be used",
                why: "\(failure.path): \(failure.reason)"
            )
        }
        system.settings.apply(defaults: image.settings)
        system.installed = image.packages
        snapshots = try SnapshotStore(folder: options.stateFolder + "/snapshots", files: system.files)
        if isNew {
            do {
                try image.install(in: system)
            } catch let failure as FileFailure {
                throw DroidError(
                    "sim.image",
                    "the device image cannot be installed",
                    why: "\(failure.path): \(failure.reason)"
                )
            }
        }
        context = DeviceContext(
            system: system,
            windows: WindowManager(system: system),
            latency: latency,
            ports: ports
        )
        system.scanPackages()
        if isNew {
            system.closeDatabases()
            try snapshots.save("default", clock: clock.now, properties: system.properties)
        }
    }

    /// What `CNXN` tells of the device.
    var banner: ConnectionBanner {
        let properties = context.system.properties
        return .device(
            product: properties["ro.product.name"] ?? "sdk_gphone64_x86_64",
            model: properties["ro.product.model"] ?? "Pixel 6",
            device: properties["ro.product.device"] ?? "emu64x",
            features: profile.features
        )
    }

    /// Closes every file.
    func close() { context.system.closeDatabases() }

    // MARK: Other services

    /// Answers requests for files until the stream ends. Runs off the actor, and comes here for names only.
    nonisolated func sync(pipe: BytePipe, outbox: Outbox) async {
        await SyncService(device: self, pipe: pipe, outbox: outbox).run()
    }

    /// Does something with the device's files; it should be short.
    func withFiles<Result: Sendable>(_ body: @Sendable (DeviceFiles) throws -> Result) rethrows -> Result {
        try body(context.system.files)
    }

    /// One picture with the header of `framebuffer:` version 2.
    func framebuffer(outbox: Outbox) async {
        guard (try? await context.spend(.screencap)) != nil else { return }
        let picture = context.windows.screenshot()
        let (width, height) = (UInt32(picture.width), UInt32(picture.height))
        let header: [UInt32] = [2, 32, 1, width * height * 4, width, height, 0, 8, 16, 8, 8, 8, 24, 8]
        outbox.send(header.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }[...])
        outbox.send(picture.pixels[...])
    }

    /// Answers one call of the on-device agent.
    func answer(_ call: AgentRequest) async -> AgentReply { await AgentCalls(context).answer(call) }
}
