// SPDX-License-Identifier: Apache-2.0

/// What lies in the notification shade. It is UI state: a restart of the device drops it.
final class NotificationList {
    /// One notification.
    struct Item: Sendable, Hashable {
        var id: Int
        var package: String
        var title: String
        var text: String
        /// Device time, in milliseconds since 1970.
        var time: Int64
        /// Whether the user cannot swipe it away, such as a running timer.
        var ongoing: Bool
        /// What a touch opens; nil for the package's first page.
        var opens: ComponentName?
        /// What it is about, such as `sms:5550100`; a touch opens that.
        var uri: String?

        /// What a touch starts.
        var intent: Intent {
            if let opens {
                return Intent(action: uri.map { _ in "android.intent.action.VIEW" }, dataURI: uri, component: opens)
            }
            return Intent(package: package)
        }
    }

    private let clock: DeviceClock
    private var nextID = 1
    /// The newest first.
    private(set) var items: [Item] = []

    init(clock: DeviceClock) { self.clock = clock }

    /// Shows a notification and gives its id.
    @discardableResult
    func post(
        package: String,
        title: String,
        text: String,
        ongoing: Bool = false,
        opens: ComponentName? = nil,
        uri: String? = nil
    ) -> Int {
        let id = nextID
        nextID += 1
        items.insert(
            Item(
                id: id,
                package: package,
                title: title,
                text: text,
                time: clock.now,
                ongoing: ongoing,
                opens: opens,
                uri: uri
            ),
            at: 0
        )
        return id
    }

    /// Takes one away; nothing happens where it is gone.
    func cancel(_ id: Int) { items.removeAll { $0.id == id } }

    /// Takes away those of a package.
    func cancel(package: String) { items.removeAll { $0.package == package } }

    /// What "Clear all" does: only ongoing ones stay.
    func clear() { items.removeAll { !$0.ongoing } }

    func reset() {
        items.removeAll()
        nextID = 1
    }
}
