// SPDX-License-Identifier: Apache-2.0

import Media

/// The totals of each category of activity.
extension OpenTracksApp {
    private struct Total {
        var category: String
        var type: TrackActivityType
        var count = 0
        var distance = 0.0
        var movingTime: Int64 = 0
        var totalTime: Int64 = 0
        var maximumSpeed = 0.0
    }

    /// The categories with most tracks first.
    private func totals(_ tracks: [Track]) -> [Total] {
        var totals: [String: Total] = [:]
        for track in tracks {
            var total = totals[track.category] ?? Total(category: track.category, type: .of(track))
            total.count += 1
            total.distance += track.distance
            total.movingTime &+= max(0, track.movingTime)
            total.totalTime &+= max(0, track.totalTime)
            total.maximumSpeed = max(total.maximumSpeed, track.maximumSpeed)
            totals[track.category] = total
        }
        return totals.values.sorted { ($1.count, $0.category) < ($0.count, $1.category) }
    }

    func aggregatesPage(_ ids: Set<Int64>, _ ui: UI<Self>) -> any Component {
        let tracks = TrackStore(ui.context).tracks().filter { ids.isEmpty || ids.contains($0.id) }
        let totals = totals(tracks)
        return VStack {
            AppBar("Aggregated statistics", leading: .up(ui.finish), id: Self.id("aggregated_stats_toolbar"))
            if totals.isEmpty {
                EmptyState("There are no recorded tracks yet.").view.weight()
            } else {
                List(count: totals.count, rowHeight: 176) { card(totals[$0]) }
                    .id(Self.id("aggregated_stats_list"))
                    .weight()
            }
        }
        .fill()
    }

    private func card(_ total: Total) -> View {
        let distance = TrackText.distance(total.distance)
        let seconds = Double(total.movingTime) / 1000
        let average = seconds > 0 ? total.distance / seconds : 0
        return VStack(spacing: 8) {
            HStack(spacing: 12) {
                total.type.icon(size: 32).id(Self.id("activity_icon"))
                Text(total.category.isEmpty ? "unknown" : total.category, size: 18, weight: .medium, maxLines: 1)
                    .id(Self.id("aggregated_stats_type_label"))
                    .weight()
                Text("(\(total.count))", size: 16).id(Self.id("aggregated_stats_num_tracks"))
            }
            .unlisted()
            .fillWidth()
            HStack {
                value("Distance", "\(distance.value) \(distance.unit)", "aggregated_stats_distance")
                value("Moving time", TrackText.elapsed(total.movingTime), "aggregated_stats_time")
            }
            .unlisted()
            .fillWidth()
            HStack {
                value("Avg. moving speed", "\(TrackText.speed(average)) km/h", "aggregated_stats_avg_rate")
                value("Max. speed", "\(TrackText.speed(total.maximumSpeed)) km/h", "aggregated_stats_max_rate")
            }
            .unlisted()
            .fillWidth()
        }
        .className("android.view.ViewGroup")
        .padding(horizontal: 16, vertical: 12)
        .height(176)
        .fillWidth()
        .key(total.category)
    }

    private func value(_ label: String, _ text: String, _ id: String) -> View {
        VStack {
            Text(label, size: 13, color: .onSurfaceVariant).id(Self.id(id + "_label"))
            Text(text, size: 20).id(Self.id(id))
        }
        .unlisted()
        .weight()
    }
}
