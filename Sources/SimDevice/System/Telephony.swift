// SPDX-License-Identifier: Apache-2.0

/// The calls that stand now. A call that ends goes into the call log.
final class Telephony {
    /// One call.
    struct Call: Sendable, Hashable {
        enum State: String, Sendable {
            /// Comes in and rings.
            case incoming
            /// Goes out and is not yet taken.
            case dialing
            case active
            case held
        }

        var number: String
        /// The name of whoever it is in the contacts; nil for a stranger.
        var name: String?
        var outgoing: Bool
        var state: State
        /// When it began, and when somebody took it, in milliseconds since 1970.
        var began: Int64
        var taken: Int64?

        /// Who the call is with, as the display shows it.
        var title: String { name ?? number }
    }

    /// Why a call ends.
    enum End { case here, there, busy }

    private let clock: DeviceClock
    private let log: CallStore
    private let contacts: ContactsStore
    private(set) var calls: [Call] = [] { didSet { if calls != oldValue { onChange?() } } }
    var muted = false
    var speaker = false
    /// Called after the calls have changed.
    var onChange: (() -> Void)?

    init(clock: DeviceClock, log: CallStore, contacts: ContactsStore) {
        self.clock = clock
        self.log = log
        self.contacts = contacts
    }

    /// Android's `TelephonyManager` call state: 0 idle, 1 ringing, 2 off the hook.
    var state: Int {
        if calls.contains(where: { $0.state == .incoming }) { return 1 }
        return calls.isEmpty ? 0 : 2
    }

    /// The call that the display shows: one that rings comes first.
    var shown: Call? {
        calls.first { $0.state == .incoming } ?? calls.first { $0.state != .held } ?? calls.first
    }

    /// A call begins. False where one with this number stands already, or five stand.
    @discardableResult
    func begin(_ number: String, outgoing: Bool) -> Bool {
        guard calls.count < 5, !calls.contains(where: { $0.number == number }) else { return false }
        let person = try? contacts.person(with: number)
        calls.append(
            Call(
                number: number,
                name: person?.display,
                outgoing: outgoing,
                state: outgoing ? .dialing : .incoming,
                began: clock.now
            )
        )
        return true
    }

    /// Puts a call through, or takes it off hold; another that was active is held.
    @discardableResult
    func activate(_ number: String) -> Bool {
        guard let index = index(number) else { return false }
        var now = calls
        for other in now.indices where now[other].state == .active { now[other].state = .held }
        now[index].state = .active
        if now[index].taken == nil { now[index].taken = clock.now }
        calls = now
        return true
    }

    /// Puts a call on hold. False where there is none that is connected.
    @discardableResult
    func hold(_ number: String) -> Bool {
        guard let index = index(number), calls[index].taken != nil else { return false }
        calls[index].state = .held
        return true
    }

    /// Ends a call and writes it into the log.
    @discardableResult
    func end(_ number: String, _ how: End) -> Bool {
        guard let index = index(number) else { return false }
        let call = calls.remove(at: index)
        let kind: CallStore.Kind =
            if call.outgoing { .outgoing } else if call.taken != nil { .incoming } else if how == .here {
                .rejected
            } else {
                .missed
            }
        let seconds = call.taken.map { max(0, clock.now - $0) / 1000 } ?? 0
        try? log.add(number: call.number, name: call.name, kind: kind, date: call.began, duration: seconds)
        if calls.isEmpty { (muted, speaker) = (false, false) }
        return true
    }

    /// Drops every call without a trace, as when the device goes back to a snapshot.
    func reset() {
        calls = []
        (muted, speaker) = (false, false)
    }

    private func index(_ number: String) -> Int? { calls.firstIndex { $0.number == number } }
}
