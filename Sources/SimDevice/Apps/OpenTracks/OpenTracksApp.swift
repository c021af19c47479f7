// SPDX-License-Identifier: Apache-2.0

import Media

/// OpenTracks: the list of recorded tracks with its search, a track's statistics, the page on which it is edited, and the
/// totals of each kind of activity.
///
/// Tracks lie in the app's database alone; a value holds what is searched, ticked, typed or asked on one page. Nothing can
/// be recorded: the device stands still, and has no receiver that an app could listen to.
struct OpenTracksApp: App {
    static let package = "de.dennisguse.opentracks"
    static let mainActivity = ".TrackListActivity"
    static let recordedActivity = ".TrackRecordedActivity"
    static let editActivity = ".TrackEditActivity"
    static let aggregatesActivity = ".AggregatedStatisticsActivity"
    static let icon = AppIcon(glyph: .location, disc: 0xa5352b)
    static let manifest = AppManifest(
        package: package,
        label: "OpenTracks",
        versionName: "4.9.1",
        versionCode: 5705,
        mainActivity: mainActivity,
        activities: [recordedActivity, editActivity, aggregatesActivity]
    )

    /// What the value is a page of.
    enum Page: Hashable {
        case list
        case track(Int64)
        case edit(Int64)
        /// The totals of these tracks; of all where it is empty.
        case aggregates(Set<Int64>)
    }

    /// What stands over the page.
    enum Asking: Hashable {
        case delete(Set<Int64>)
        case activityType
    }

    /// What the edit page holds.
    struct Draft: Hashable {
        var name = ""
        var category = ""
        var type = ""
        var description = ""
    }

    var page = Page.list
    var asking: Asking?
    // The list.
    var searching = false
    var query = ""
    /// What is ticked; empty while nothing is being selected.
    var selection: Set<Int64> = []
    // The edit page.
    var draft = Draft()

    init?(intent: Intent, context: AppContext) {
        // The app opens its database when it starts, and so makes it where it is missing, before anything is drawn.
        _ = TrackStore(context).tracks()
        if intent.component?.activity.hasSuffix(Self.aggregatesActivity) == true { page = .aggregates([]) }
    }

    init(page: Page) { self.page = page }

    /// The page on which a track is edited.
    init(editing track: Track) {
        page = .edit(track.id)
        draft = Draft(
            name: track.name,
            category: track.category,
            type: TrackActivityType.of(track).id,
            description: track.description
        )
    }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .list: listPage(ui)
        case .track(let id): trackPage(id, ui)
        case .edit(let id): editPage(id, ui)
        case .aggregates(let ids): aggregatesPage(ids, ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        if !selection.isEmpty {
            selection = []
        } else if searching {
            (searching, query) = (false, "")
        } else {
            return false
        }
        return true
    }

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, _: AppContext) in app.asking = nil }
        switch asking {
        case .delete(let ids):
            return .confirm(
                "Delete",
                message: ids.count == 1 ? "Delete the selected track?" : "Delete the \(ids.count) selected tracks?",
                yes: "OK",
                onYes: ui.on { $0.delete(ids, $1) },
                onNo: close
            )
        case .activityType: return typeDialog(ui, close)
        case nil: return nil
        }
    }

    private mutating func delete(_ ids: Set<Int64>, _ context: AppContext) {
        asking = nil
        selection = []
        do { try TrackStore(context).delete(ids) } catch { return context.toast("The tracks could not be deleted") }
        if page != .list { context.finish() }
    }

    /// Opens the page on which a track is edited.
    func edit(_ id: Int64, _ context: AppContext) {
        guard let track = TrackStore(context).track(id) else { return }
        context.open(Self.editActivity, OpenTracksApp(editing: track))
    }
}
