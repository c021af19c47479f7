// SPDX-License-Identifier: Apache-2.0

import Media

/// The map with its controls, the context menu of a place, and the planning of a route.
extension OsmAndApp {
    func mapPage(_ ui: UI<Self>) -> any Component {
        ZStack {
            mapView(ui)
            if page == .plan { planControls(ui) } else { controls(ui) }
            zoomControls(ui)
            if page == .plan { planCard(ui) } else if selection != nil { contextMenu(ui) }
            if drawerOpen { drawer(ui) }
        }
        .id(Self.id("drawer_layout"))
        .fill()
    }

    private func mapView(_ ui: UI<Self>) -> View {
        let store = OsmStore(ui.context)
        let drawing = OsmMapDrawing(
            map: map,
            favorites: store.allFavorites().map(\.point),
            markers: store.markers().filter(\.isActive).map(\.point),
            line: plan?.points ?? shown?.points ?? [],
            selected: selection?.point,
            position: ui.context.system.hardware.location.map { GeoPoint($0.latitude, $0.longitude) },
            aims: page == .plan
        )
        return Drawing { canvas, rect, _ in drawing.draw(canvas, rect) }
            .id(Self.id("map_view_with_layers"))
            .focusable()
            .fill()
            .onPoint { [store = ui.store, context = ui.context] place, long in
                store.app.touch(place, long: long, context)
            }
            .onDrag { [store = ui.store] from, to in store.app.drag(from, to) }
    }

    /// A round button over the map.
    private func round(_ icon: Icon, _ words: String, _ id: String, _ action: @escaping Handler) -> View {
        IconButton(icon, words, color: .rgb(0x505050), onClick: action).id(Self.id(id))
            .background(.rgb(0xffffff), radius: 24, elevation: 4)
    }

    private func controls(_ ui: UI<Self>) -> [View] {
        let north = ui.on { (app: inout Self, context: AppContext) in context.toast("The map is oriented to the north")
        }
        return [
            VStack(spacing: 12) {
                round(.search, "Search", "map_search_button", ui.on { $0.openSearch($1) })
                round(.up, "Compass", "map_compass_button", north)
            }
            .unlisted().margin(12)
        ]
            // The context menu takes the place of what stands at the bottom.
            + (selection == nil
                ? [
                    round(.drawer, "Menu", "map_menu_button", ui.on { app, _ in app.drawerOpen = true })
                        .align(.bottomStart).margin(12)
                ] : [])
    }

    private func zoomControls(_ ui: UI<Self>) -> View {
        // Above what stands at the bottom.
        let bottom: Dp = page == .plan ? 180 : selection != nil ? 230 : 12
        return VStack(spacing: 12) {
            round(.location, "My position", "map_my_location_button", ui.on { $0.locate($1) })
            round(.add, "Zoom in", "map_zoom_in_button", ui.on { app, _ in app.map.zoom(by: 1) })
            round(.remove, "Zoom out", "map_zoom_out_button", ui.on { app, _ in app.map.zoom(by: -1) })
        }
        .unlisted()
        .align(.bottomEnd)
        .margin(left: 12, top: 12, right: 12, bottom: bottom)
    }

    private func drawer(_ ui: UI<Self>) -> View {
        HStack {
            VStack {
                Text("OsmAnd", size: 22).padding(left: 24, top: 32, right: 24, bottom: 24)
                entry(
                    "Map markers",
                    .flag,
                    ui.on { app, _ in (app.page, app.tab, app.drawerOpen) = (.markers, 0, false) }
                )
                entry("My Places", .star, ui.on { app, _ in (app.page, app.tab, app.drawerOpen) = (.places, 0, false) })
                entry("Search", .search, ui.on { $0.openSearch($1) })
                entry(
                    "Plan a route",
                    .link,
                    ui.on { app, _ in (app.asking, app.drawerOpen) = (.planStart, false) }
                )
            }
            .id(Self.id("menuItems"))
            .width(300)
            .fillHeight()
            .background(.surfaceHigh)
            ZStack().unlisted().weight().fillHeight().background(.rgba(0x000000, 0.4))
                .onClick(ui.on { app, _ in app.drawerOpen = false })
        }
        .unlisted()
        .fill()
    }

    private func entry(_ title: String, _ icon: Icon, _ action: @escaping Handler) -> View {
        HStack(spacing: 28) {
            IconView(icon).unlisted()
            Text(title, size: 16, maxLines: 1).id(Self.id("title")).weight()
        }
        .padding(horizontal: 24)
        .height(56)
        .fillWidth()
        .onClick(action)
    }

    // MARK: The context menu

    private func contextMenu(_ ui: UI<Self>) -> View {
        let store = OsmStore(ui.context)
        let point = selection?.point ?? map.center
        let favorite = store.allFavorites().first { $0.point.distance(to: point) < 1 }
        let marker = store.markers().first { $0.isActive && $0.point.distance(to: point) < 1 }
        return VStack {
            Text(selection?.name ?? "", size: 20, weight: .medium, maxLines: 2).id(Self.id("context_menu_line1"))
                .padding(left: 20, top: 16, right: 20)
            Text(selection?.kind ?? "", size: 14, color: .onSurfaceVariant).id(Self.id("context_menu_line2"))
                .padding(horizontal: 20, vertical: 2)
            Text(point.text, size: 14, color: .onSurfaceVariant).id(Self.id("context_menu_line3"))
                .padding(left: 20, right: 20, bottom: 12)
            Divider()
            HStack {
                action(
                    favorite == nil ? "Add" : "Edit",
                    favorite == nil ? .starOutline : .edit,
                    "context_menu_fav_view",
                    ui.on { app, _ in app.edit(favorite) }
                )
                action(
                    marker == nil ? "Marker" : "Mark passed",
                    .flag,
                    "context_menu_route_view",
                    ui.on { $0.mark(marker, $1) }
                )
                action("Share", .share, "context_menu_share_view", ui.on { $0.share($1) })
                action("Actions", .more, "context_menu_actions_view", ui.on { app, _ in app.asking = .actions })
            }
            .fillWidth()
        }
        .id(Self.id("context_menu_layout"))
        .fillWidth()
        .background(.surface, radius: 12, elevation: 8)
        .align(.bottomCenter)
        // The sheet takes touches, so that they do not fall through to the map.
        .onPoint { _, _ in }
    }

    private func action(_ title: String, _ icon: Icon, _ id: String, _ run: @escaping Handler) -> View {
        VStack(spacing: 6, justify: .center) {
            IconView(icon, color: .primary).unlisted().align(.center)
            Text(title, size: 12, color: .primary, maxLines: 1, align: .center).align(.center)
        }
        .id(Self.id(id))
        .height(72)
        .weight()
        .onClick(run)
    }

    private mutating func edit(_ favorite: OsmFavorite?) {
        guard let selection else { return }
        draft = Draft(
            name: favorite?.name ?? selection.name,
            group: favorite?.group ?? "",
            point: favorite?.point ?? selection.point,
            old: favorite
        )
        page = .editor
    }

    private func mark(_ marker: OsmMarker?, _ context: AppContext) {
        guard let selection else { return }
        if let marker {
            try? OsmStore(context).setMarker(marker.id, active: false)
        } else {
            try? OsmStore(context).addMarker(selection.name, selection.point)
        }
    }

    func share(_ context: AppContext) {
        guard let selection else { return }
        let point = selection.point
        context.share("\(selection.name)\nhttps://osmand.net/map?pin=\(point.latitude),\(point.longitude)")
    }

    // MARK: Planning a route

    private func planControls(_ ui: UI<Self>) -> [View] {
        [
            HStack {
                IconButton(.close, "Close", onClick: ui.on { app, _ in app.leavePlan() })
                    .id(Self.id("back_button"))
                Text("Plan a route", size: 20, maxLines: 1).id(Self.id("toolbar_title")).weight().margin(horizontal: 8)
                IconButton(.search, "Search", onClick: ui.on { $0.openSearch($1) }).id(Self.id("search_button"))
                Button("Save", onClick: ui.on { $0.askToSave($1) }).id(Self.id("save_button"))
            }
            .id(Self.id("measurement_toolbar"))
            .padding(horizontal: 4)
            .height(56)
            .fillWidth()
            .background(.surface, elevation: 4)
            .onPoint { _, _ in }
        ]
    }

    private mutating func askToSave(_ context: AppContext) {
        if plan?.points.isEmpty == false {
            asking = .saveTrack
        } else {
            context.toast("Please add at least one point.")
        }
    }

    /// The points of a route in words: the settlement that a point lies in, or its coordinates.
    static func names(_ points: [GeoPoint]) -> String {
        points.map { point in OsmPlace.all.first { $0.point.distance(to: point) < 80 }?.name ?? point.text }
            .joined(separator: " • ")
    }

    private func planCard(_ ui: UI<Self>) -> View {
        let points = plan?.points ?? []
        let count = "\(points.count) \(points.count == 1 ? "point" : "points")"
        return VStack {
            HStack {
                Text(GeoPoint.length(GeoPoint.length(of: points)), size: 18, weight: .medium)
                    .id(Self.id("measurement_distance_text_view"))
                Text(count, size: 14, color: .onSurfaceVariant).id(Self.id("measurement_points_text_view"))
                    .weight().margin(left: 12)
            }
            .unlisted().padding(left: 20, top: 14, right: 20).fillWidth()
            if !points.isEmpty {
                Text(Self.names(points), size: 14, maxLines: 2).id(Self.id("points_list"))
                    .padding(left: 20, top: 4, right: 20)
            }
            Text(map.center.text, size: 14, color: .onSurfaceVariant).id(Self.id("center_coordinates"))
                .padding(left: 20, top: 4, right: 20)
            HStack {
                IconButton(
                    .undo,
                    "Undo",
                    onClick: points.isEmpty
                        ? nil
                        : ui.on { app, _ in
                            app.plan?.points.removeLast()
                            app.plan?.isChanged = true
                        }
                )
                .id(Self.id("undo_point_button"))
                .enabled(!points.isEmpty)
                Spacer()
                Button("Add", style: .filled, onClick: ui.on { app, _ in app.addPoint(app.map.center) })
                    .id(Self.id("add_point_button"))
            }
            .unlisted().padding(horizontal: 16, vertical: 12).fillWidth()
        }
        .id(Self.id("measurement_mode_controls"))
        .fillWidth()
        .background(.surface, radius: 12, elevation: 8)
        .align(.bottomCenter)
        .onPoint { _, _ in }
    }
}
