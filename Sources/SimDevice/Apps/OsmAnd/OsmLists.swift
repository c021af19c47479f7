// SPDX-License-Identifier: Apache-2.0

import Media

/// The pages over the map: search, the editor of a favourite, and the lists of what is the user's own.
extension OsmAndApp {
    // MARK: Search

    func searchPage(_ ui: UI<Self>) -> any Component {
        let results = results
        return VStack {
            AppBar(
                "",
                leading: .up(ui.on { app, context in _ = app.back(context) }),
                titleView: TextField(
                    "Type to search all",
                    text: ui.binding(\.query),
                    id: Self.id("searchEditText"),
                    style: .bare,
                    autofocus: true,
                    onSubmit: ui.on { $1.hideKeyboard() }
                ),
                id: Self.id("toolbar")
            ) {
                if !query.isEmpty {
                    IconButton(.close, "Clear", onClick: ui.on { app, _ in app.query = "" })
                        .id(Self.id("clearButton"))
                }
            }
            Divider()
            if let plan {
                Text("Plan a route: " + Self.names(plan.points), size: 14, color: .onSurfaceVariant, maxLines: 2)
                    .id(Self.id("plan_points")).padding(horizontal: 20, vertical: 10).key("plan")
            }
            if query.trimming.isEmpty {
                EmptyState("Type the name of a place, or its latitude and longitude.", icon: .search).view.weight()
            } else if results.isEmpty {
                EmptyState("Nothing found").view.weight()
            } else {
                List {
                    for place in results {
                        let distance = GeoPoint.length(map.center.distance(to: place.point))
                        ListRow(
                            place.name,
                            summary: "\(place.kind) • \(distance)",
                            icon: .location,
                            titleID: Self.id("title"),
                            summaryID: Self.id("subtitle"),
                            onClick: ui.on { app, _ in app.show(place) }
                        )
                        .key(place.name)
                    }
                }
                .weight()
            }
        }
        .fill()
    }

    /// What the words may mean: coordinates, or settlements.
    private var results: [Selection] {
        if let point = GeoPoint(query) { return [Selection(name: point.text, kind: "Location", point: point)] }
        return OsmPlace.find(query).map { Selection(name: $0.name, kind: OsmPlace.country, point: $0.point) }
    }

    // MARK: A favourite

    /// What a group is called on the page.
    static func title(ofGroup group: String) -> String { group.isEmpty ? "Favorites" : group }

    func editorPage(_ ui: UI<Self>) -> any Component {
        let chosen = draft?.group ?? ""
        var groups = OsmStore(ui.context).groups()
        if !groups.contains(chosen) { groups.append(chosen) }
        return VStack {
            AppBar(
                draft?.old == nil ? "Add favorite" : "Edit favorite",
                leading: .close(ui.on { app, _ in app.leaveEditor() }),
                id: Self.id("toolbar")
            ) {
                if let old = draft?.old {
                    IconButton(.delete, "Delete", onClick: ui.on { app, _ in app.asking = .favorite(old) })
                        .id(Self.id("button_delete"))
                }
            }
            ScrollView {
                HintedField(
                    "Name",
                    TextField("Name", text: name(ui), id: Self.id("name_edit")),
                    filled: draft?.name.isEmpty == false
                )
                .view.margin(16)
                Text(draft?.point.text ?? "", color: .onSurfaceVariant).id(Self.id("coordinates"))
                    .padding(horizontal: 20, vertical: 4)
                SectionHeader("Group")
                for group in groups {
                    RadioButton(
                        label: Self.title(ofGroup: group),
                        on: group == chosen,
                        id: Self.id("group_name"),
                        onClick: ui.on { app, _ in
                            if group != chosen { app.draft?.isChanged = true }
                            app.draft?.group = group
                        }
                    )
                    .padding(horizontal: 20).fillWidth().key("group " + group)
                }
                ListRow(
                    "Add group",
                    icon: .add,
                    titleID: Self.id("title"),
                    onClick: ui.on { app, _ in (app.asking, app.newGroup) = (.newGroup, "") }
                )
            }
            .weight()
            Button("Save", style: .filled, onClick: ui.on { $0.saveFavorite($1) })
                .id(Self.id("save_button")).margin(16).fillWidth()
        }
        .fill()
    }

    private func name(_ ui: UI<Self>) -> Binding<String> {
        Binding(
            get: { [store = ui.store] in store.app.draft?.name ?? "" },
            set: { [store = ui.store] text in
                if store.app.draft?.name != text { store.app.draft?.isChanged = true }
                store.app.draft?.name = text
            }
        )
    }

    private mutating func saveFavorite(_ context: AppContext) {
        guard let draft else { return }
        let name = draft.name.trimming
        guard !name.isEmpty else { return context.toast("Please fill in the name") }
        let favorite = OsmFavorite(name: name, group: draft.group, point: draft.point)
        guard (try? OsmStore(context).save(favorite, replacing: draft.old)) != nil else {
            return context.toast("The favorite could not be saved")
        }
        (page, self.draft) = (.map, nil)
        selection = Selection(name: name, kind: "Favorite", point: favorite.point)
    }

    // MARK: Lists

    private func listPage(_ title: String, _ tabs: [String], _ ui: UI<Self>, _ content: View) -> any Component {
        VStack {
            AppBar(title, leading: .up(ui.on { app, _ in app.page = .map }), id: Self.id("toolbar"))
            TabBar(
                tabs: tabs.map { TabBar.Tab(title: $0) },
                selected: tab,
                onSelect: ui.on { app, _, index in app.tab = index }
            )
            content.weight()
        }
        .fill()
    }

    func markersPage(_ ui: UI<Self>) -> any Component {
        let markers = OsmStore(ui.context).markers().filter { $0.isActive == (tab == 0) }
        let content: any Component =
            markers.isEmpty
            ? EmptyState(tab == 0 ? "You don't have any active markers" : "No passed markers", icon: .flag)
            : List {
                for marker in markers {
                    ListRow(
                        marker.name.isEmpty ? marker.point.text : marker.name,
                        summary: GeoPoint.length(map.center.distance(to: marker.point)),
                        icon: .flag,
                        titleID: Self.id("map_marker_title"),
                        summaryID: Self.id("map_marker_distance"),
                        onClick: ui.on { app, _ in
                            if marker.isActive {
                                app.show(Selection(name: marker.name, kind: "Map marker", point: marker.point))
                            } else {
                                app.asking = .marker(marker)
                            }
                        },
                        onLongClick: ui.on { app, _ in app.asking = .marker(marker) }
                    )
                    .key(marker.id)
                }
            }
        return listPage("Map markers", ["Active", "History"], ui, content.view)
    }

    func placesPage(_ ui: UI<Self>) -> any Component {
        listPage("My Places", ["Favorites", "Tracks"], ui, tab == 0 ? favorites(ui) : tracks(ui))
    }

    private func favorites(_ ui: UI<Self>) -> View {
        let store = OsmStore(ui.context)
        let all = store.allFavorites()
        if all.isEmpty { return EmptyState("You don't have favorite places yet", icon: .star).view }
        return List {
            for group in store.groups() where all.contains(where: { $0.group == group }) {
                SectionHeader(Self.title(ofGroup: group)).view.key("group " + group)
                for (index, favorite) in all.enumerated() where favorite.group == group {
                    ListRow(
                        favorite.name,
                        summary: GeoPoint.length(map.center.distance(to: favorite.point)),
                        icon: .star,
                        titleID: Self.id("favourite_label"),
                        summaryID: Self.id("distance"),
                        onClick: ui.on { app, _ in
                            app.show(Selection(name: favorite.name, kind: "Favorite", point: favorite.point))
                        },
                        onLongClick: ui.on { app, _ in app.asking = .favorite(favorite) }
                    )
                    .key("favorite \(index)")
                }
            }
        }
        .view
    }

    private func tracks(_ ui: UI<Self>) -> View {
        let all = OsmStore(ui.context).allTracks()
        if all.isEmpty { return EmptyState("You don't have tracks yet", icon: .link).view }
        return List {
            for track in all {
                ListRow(
                    track.name,
                    summary: Self.words(track),
                    icon: .link,
                    titleID: Self.id("name"),
                    summaryID: Self.id("description"),
                    onClick: ui.on { app, _ in
                        (app.page, app.selection, app.shown) = (.map, nil, track)
                        if let first = track.points.first { app.map.center = first }
                    },
                    onLongClick: ui.on { app, _ in app.asking = .track(track) }
                )
                .key(track.path)
            }
        }
        .view
    }

    /// `12.3 km • 4 points`
    static func words(_ track: OsmTrack) -> String {
        "\(GeoPoint.length(GeoPoint.length(of: track.points))) • \(track.points.count) points"
    }
}
