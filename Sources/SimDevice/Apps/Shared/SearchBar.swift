// SPDX-License-Identifier: Apache-2.0

import Media

extension UI {
    /// An app bar with a search field in the title's place: up ends the search, a cross empties the field.
    ///
    /// - Parameters:
    ///   - searching: whether the page searches; up makes it false.
    ///   - query: what is searched for.
    ///   - field: the resource id of the field.
    ///   - bar: the resource id of the bar, or the empty string.
    ///   - clearing: what the cross says of itself.
    func searchBar(
        _ searching: WritableKeyPath<A, Bool>,
        _ query: WritableKeyPath<A, String>,
        field: String,
        bar: String = "",
        clearing: String = "Clear query"
    ) -> View {
        AppBar(
            "",
            leading: .up(on { app, _ in (app[keyPath: searching], app[keyPath: query]) = (false, "") }),
            titleView: TextField("Search", text: binding(query), id: field, style: .bare, size: 18, autofocus: true),
            id: bar
        ) {
            if !store.app[keyPath: query].isEmpty {
                IconButton(.close, clearing, onClick: on { app, _ in app[keyPath: query] = "" })
            }
        }
        .view
    }
}
