// SPDX-License-Identifier: Apache-2.0

import Media

/// A track's own page, with its statistics.
extension OpenTracksApp {
    func trackPage(_ id: Int64, _ ui: UI<Self>) -> any Component {
        guard let track = TrackStore(ui.context).track(id) else {
            return VStack {
                AppBar("OpenTracks", leading: .up(ui.finish))
                EmptyState("This track is no longer there.").view.weight()
            }
            .fill()
        }
        return VStack {
            AppBar(
                track.name,
                leading: .up(ui.finish),
                id: Self.id("track_recorded_toolbar"),
                menu: [MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete([id]) })]
            ) {
                IconButton(.edit, "Edit", onClick: ui.on { $0.edit(id, $1) }).id(Self.id("track_detail_edit"))
            }
            ScrollView {
                head(track, ui)
                statistics(track)
            }
            .id(Self.id("stats_recorded_scroll_view"))
            .weight()
        }
        .fill()
    }

    private func head(_ track: Track, _ ui: UI<Self>) -> View {
        let local = track.local
        let date = "\(local.day.short), \(local.day.year)"
        return HStack(spacing: 16) {
            TrackActivityType.of(track).icon(size: 48).id(Self.id("stats_activity_type_icon"))
            VStack(spacing: 2) {
                if !track.category.isEmpty {
                    Text(track.category, size: 18, weight: .medium).id(Self.id("stats_category_value"))
                }
                Text(
                    "\(date) \(local.clock(is24Hour: ui.context.is24Hour, seconds: true))",
                    size: 14,
                    color: .onSurfaceVariant
                )
                .id(Self.id("stats_start_datetime_value"))
                if !track.description.isEmpty {
                    Text(track.description, size: 14, color: .onSurfaceVariant)
                        .id(Self.id("stats_description_value"))
                }
            }
            .unlisted()
            .weight()
        }
        .unlisted()
        .padding(16)
        .fillWidth()
    }

    private func statistics(_ track: Track) -> View {
        let distance = TrackText.distance(track.distance)
        func metres(_ value: Double) -> String { TrackText.fixed(value, 0) }
        return VStack {
            pair(
                ("Distance", distance.value, distance.unit, "stats_distance"),
                ("Total time", TrackText.elapsed(track.totalTime), "", "stats_total_time")
            )
            pair(
                ("Moving time", TrackText.elapsed(track.movingTime), "", "stats_moving_time"),
                ("Max. speed", TrackText.speed(track.maximumSpeed), "km/h", "stats_max_speed")
            )
            pair(
                ("Avg. speed", TrackText.speed(track.averageSpeed), "km/h", "stats_average_speed"),
                ("Avg. moving speed", TrackText.speed(track.averageMovingSpeed), "km/h", "stats_moving_speed")
            )
            pair(
                ("Elevation gain", metres(track.elevationGain), "m", "stats_elevation_gain"),
                ("Elevation loss", metres(track.elevationLoss), "m", "stats_elevation_loss")
            )
            pair(
                ("Max. elevation", metres(track.maximumElevation), "m", "stats_max_elevation"),
                ("Min. elevation", metres(track.minimumElevation), "m", "stats_min_elevation")
            )
        }
        .unlisted()
        .fillWidth()
    }

    private typealias Fact = (label: String, value: String, unit: String, id: String)

    private func pair(_ first: Fact, _ second: Fact) -> View {
        VStack {
            Divider()
            HStack {
                fact(first)
                fact(second)
            }
            .unlisted()
            .fillWidth()
        }
        .unlisted()
        .fillWidth()
        .key(first.id)
    }

    private func fact(_ fact: Fact) -> View {
        VStack(spacing: 2) {
            Text(fact.label, size: 14, color: .onSurfaceVariant).id(Self.id(fact.id + "_label"))
            HStack(spacing: 4) {
                Text(fact.value, size: 28).id(Self.id(fact.id + "_value"))
                if !fact.unit.isEmpty {
                    Text(fact.unit, size: 14, color: .onSurfaceVariant).id(Self.id(fact.id + "_unit"))
                }
            }
            .unlisted()
        }
        .unlisted()
        .padding(horizontal: 16, vertical: 12)
        .weight()
    }
}
