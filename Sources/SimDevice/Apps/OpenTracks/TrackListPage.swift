// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of tracks, newest first: all, or those that a search finds.
extension OpenTracksApp {
    private static let rowHeight: Dp = 84

    func listPage(_ ui: UI<Self>) -> any Component {
        let tracks = TrackStore(ui.context).tracks(search: searching ? query : "")
        return VStack {
            if !selection.isEmpty {
                selectionBar(tracks, ui)
            } else if searching {
                searchBar(ui)
            } else {
                listBar(ui)
            }
            if tracks.isEmpty {
                EmptyState(
                    searching && !query.isEmpty ? "No tracks found" : "There are no recorded tracks yet.",
                    icon: .location
                )
                .id(Self.id("track_list_empty_view"))
                .weight()
            } else {
                List(count: tracks.count, rowHeight: Self.rowHeight) { row(tracks[$0], ui) }
                    .id(Self.id("track_list"))
                    .weight()
            }
        }
        .fill()
    }

    // MARK: Bars

    private func listBar(_ ui: UI<Self>) -> View {
        AppBar(
            "OpenTracks",
            id: Self.id("track_list_toolbar"),
            menu: [
                MenuItem("Aggregated statistics", action: ui.on { $0.openAggregates([], $1) })
            ]
        ) {
            IconButton(.search, "Search", onClick: ui.on { app, _ in (app.searching, app.query) = (true, "") })
                .className("android.widget.Button")
                .id(Self.id("track_list_search"))
        }
        .view.key("bar")
    }

    private func searchBar(_ ui: UI<Self>) -> View {
        HStack {
            IconButton(.back, "Collapse", onClick: ui.on { app, _ in (app.searching, app.query) = (false, "") })
            TextField(
                "Search",
                text: ui.binding(\.query),
                id: Self.id("search_src_text"),
                style: .bare,
                autofocus: true,
                onSubmit: { [context = ui.context] in context.hideKeyboard() }
            )
            .view.weight()
            if !query.isEmpty {
                IconButton(.close, "Clear query", onClick: ui.on { app, _ in app.query = "" })
                    .id(Self.id("search_close_btn"))
            }
        }
        .className("android.view.ViewGroup")
        .id(Self.id("track_list_toolbar"))
        .padding(horizontal: 4)
        .height(64)
        .fillWidth()
        .key("search")
    }

    private func selectionBar(_ tracks: [Track], _ ui: UI<Self>) -> View {
        let ids = selection
        return AppBar(
            "\(ids.count)",
            leading: .close(ui.on { app, _ in app.selection = [] }),
            id: Self.id("action_mode_bar"),
            menu: [
                MenuItem(
                    "Select all",
                    action: ui.on { app, _ in app.selection = Set(tracks.map(\.id)) }
                ),
                MenuItem(
                    "Aggregated statistics",
                    action: ui.on { app, context in
                        app.selection = []
                        app.openAggregates(ids, context)
                    }
                ),
            ]
        ) {
            if ids.count == 1, let id = ids.first {
                IconButton(
                    .edit,
                    "Edit",
                    onClick: ui.on { app, context in
                        app.selection = []
                        app.edit(id, context)
                    }
                )
                .id(Self.id("list_context_menu_edit"))
            }
            IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .delete(ids) })
                .id(Self.id("list_context_menu_delete"))
        }
        .view.key("selection")
    }

    private func openAggregates(_ ids: Set<Int64>, _ context: AppContext) {
        context.open(Self.aggregatesActivity, OpenTracksApp(page: .aggregates(ids)))
    }

    // MARK: Rows

    private func row(_ track: Track, _ ui: UI<Self>) -> View {
        let distance = TrackText.distance(track.distance)
        let about = [track.category, track.description].filter { !$0.isEmpty }.joined(separator: " • ")
        let isTicked = selection.contains(track.id)
        let words = VStack(spacing: 2, justify: .center) {
            HStack(spacing: 8) {
                Text(track.name, size: 16, weight: .medium, maxLines: 1).id(Self.id("list_item_name")).weight()
                small(TrackText.day(track.local.day, today: ui.context.localNow.day), "list_item_date")
            }
            .unlisted()
            .fillWidth()
            HStack(spacing: 8) {
                small(
                    "\(TrackText.elapsed(track.totalTime)) • \(distance.value) \(distance.unit)",
                    "list_item_time_distance"
                )
                .weight()
                small(track.local.clock(is24Hour: ui.context.is24Hour), "list_item_time")
            }
            .unlisted()
            .fillWidth()
            if !about.isEmpty { small(about, "list_item_category_description") }
        }
        return HStack(spacing: 16) {
            TrackActivityType.of(track).icon().id(Self.id("list_item_icon"))
            words.unlisted().weight().fillHeight()
        }
        .className("android.view.ViewGroup")
        .padding(horizontal: 16)
        .height(Self.rowHeight)
        .fillWidth()
        .background(isTicked ? .secondaryContainer : .clear)
        .selected(isTicked)
        .key("\(track.id)")
        .onClick(ui.on { $0.touch(track.id, $1) })
        .onLongClick(ui.on { app, _ in app.selection.formSymmetricDifference([track.id]) })
    }

    private func small(_ text: String, _ name: String) -> View {
        Text(text, size: 14, color: .onSurfaceVariant, maxLines: 1).id(Self.id(name))
    }

    /// Opens a track, or ticks it while others are.
    private mutating func touch(_ id: Int64, _ context: AppContext) {
        if selection.isEmpty {
            context.open(Self.recordedActivity, OpenTracksApp(page: .track(id)))
        } else {
            selection.formSymmetricDifference([id])
        }
    }
}
