// SPDX-License-Identifier: Apache-2.0

import Base

/// What the console does to a device.
extension DeviceActor {
    // MARK: Snapshots

    /// Saves the whole state under a name.
    func saveSnapshot(_ name: String) throws {
        let system = context.system
        system.closeDatabases()
        try snapshots.save(
            name,
            clock: system.clock.now,
            properties: system.properties,
            hardware: system.hardware
        )
    }

    /// Goes back to a saved state; the screen is as after a restart. Faults stay as they are.
    func loadSnapshot(_ name: String) throws {
        context.system.closeDatabases()
        let state = try snapshots.load(name)
        context.system.properties = state.properties
        context.system.hardware = state.hardware
        context.system.clock.set(state.clock)
        context.system.reload()
        context.forgetReactions()
        context.windows.reset()
    }

    /// Takes a saved state away.
    func removeSnapshot(_ name: String) throws { try snapshots.remove(name) }

    var snapshotNames: [String] { snapshots.names }

    // MARK: Clock

    /// The device's time in milliseconds since 1970.
    var now: Int64 { context.system.clock.now }

    func setClock(_ ms: Int64) {
        context.system.clock.set(ms)
        context.windows.timePassed()
    }

    func advanceClock(_ ms: Int64) {
        context.system.clock.advance(ms)
        context.windows.timePassed()
    }

    // MARK: Messages and calls

    /// A text message arrives.
    func receiveMessage(from number: String, _ text: String) throws {
        let system = context.system
        try system.messages.add(address: number, body: text, box: .inbox)
        let name = try system.contacts.person(with: number)?.display ?? number
        let id = system.notifications.post(
            package: MessagesApp.package,
            title: name,
            text: text,
            opens: ComponentName(package: MessagesApp.package, activity: MessagesApp.threadActivity),
            uri: "sms:" + number
        )
        system.log.add(.info, "RIL", "< UNSOL_RESPONSE_NEW_SMS from \(number)")
        context.windows.headUp(id)
        context.windows.timePassed()
    }

    /// What a command of the console asks of the phone.
    enum CallChange: Sendable {
        /// Somebody calls.
        case begin
        /// The call is put through.
        case accept
        case hold
        /// The other side ends it.
        case cancel
        /// The other side is busy; only for a call that goes out.
        case busy
    }

    /// False where there is no such call, or none can come in.
    func change(call number: String, _ change: CallChange) -> Bool {
        let system = context.system
        let telephony = system.telephony
        defer { context.windows.timePassed() }
        switch change {
        case .begin:
            guard !system.isOn(.airplane), system.hardware.voice.works else { return false }
            system.log.add(.info, "RIL", "< UNSOL_CALL_RING from \(number)")
            return telephony.begin(number, outgoing: false)
        case .accept: return telephony.activate(number)
        case .hold: return telephony.hold(number)
        case .cancel: return telephony.end(number, .there)
        case .busy:
            guard telephony.calls.contains(where: { $0.number == number && $0.state == .dialing }) else { return false }
            return telephony.end(number, .busy)
        }
    }

    var calls: [Telephony.Call] { context.system.telephony.calls }

    // MARK: The device's body

    var hardware: DeviceHardware { context.system.hardware }

    /// Changes battery, network or how the device is held.
    func changeHardware(_ change: @Sendable (inout DeviceHardware) -> Void) {
        change(&context.system.hardware)
        context.windows.timePassed()
    }

    /// A fix of the satellites.
    func setLocation(latitude: Double, longitude: Double, altitude: Double) {
        context.system.hardware.location = .init(
            latitude: latitude,
            longitude: longitude,
            altitude: altitude,
            time: now
        )
        context.windows.timePassed()
    }

    /// Whether the sensors turn the display.
    var rotatesBySensor: Bool { context.system.settings.get(.system, "accelerometer_rotation") == "1" }

    // MARK: Faults

    /// Puts a fault on or takes it off.
    ///
    /// - Throws: `DroidError` with code `sim.fault` for an app that the device does not have.
    func apply(_ change: Fault.Change) throws {
        switch change {
        case .add(let fault):
            switch fault {
            case .disconnect(let cut): transportFaults.set(cut)
            case .permission(let package, _, _), .crash(let package, _), .anr(let package, _):
                let known = context.system.installed + context.windows.manifests
                guard known.contains(where: { $0.package == package }) else {
                    throw DroidError(
                        "sim.fault",
                        "there is no app \(package.prefix(100))",
                        next: "`adb shell pm list packages` names those that there are"
                    )
                }
                context.system.faults.add(fault)
            default: context.system.faults.add(fault)
            }
        case .remove(.disconnect): transportFaults.set(nil)
        case .remove(let kind): context.system.faults.remove(kind)
        }
        context.windows.timePassed()
    }

    /// All faults that are on or wait.
    var faults: [Fault] {
        context.system.faults.all + (transportFaults.cut.map { [.disconnect($0)] } ?? [])
    }

    /// Takes all faults off, with the questions that they brought up.
    func clearFaults() {
        context.system.faults.clear()
        transportFaults.set(nil)
        context.windows.prompts = []
        context.windows.timePassed()
    }
}
