// SPDX-License-Identifier: Apache-2.0

import Media

/// The drawer with the roots, and the information page of a file.
extension FilesApp {
    func drawer(_ ui: UI<Self>) -> View {
        let close = ui.on { (app: inout Self, _: AppContext) in app.drawerOpen = false }
        return HStack {
            VStack {
                Text("Files", size: 22)
                    .padding(left: 24, top: 20, right: 24, bottom: 16)
                ScrollView {
                    for root in DocumentRoot.allCases {
                        if root == .storage { Divider() }
                        entry(root, ui)
                    }
                }
                .className("android.widget.ListView")
                .id(Self.id("roots_list"))
                .weight()
            }
            .id(Self.id("drawer_roots"))
            .width(300)
            .fillHeight()
            .background(.surfaceHigh)
            ZStack().unlisted().weight().fillHeight().background(.rgba(0x000000, 0.4)).onClick(close)
        }
        .unlisted()
        .fill()
    }

    private func entry(_ root: DocumentRoot, _ ui: UI<Self>) -> View {
        let icon: Icon =
            switch root {
            case .images: .image
            case .videos: .video
            case .audio: .music
            case .documents: .file
            case .downloads: .download
            case .storage: .phoneDevice
            }
        let on = root == self.root
        return HStack {
            IconView(icon, color: on ? .onSecondaryContainer : .onSurfaceVariant).id("android:id/icon").margin(
                right: 20
            )
            VStack {
                Text(title(root, ui.context), size: 15, weight: .medium, maxLines: 1).id("android:id/title")
                if root == .storage {
                    Text(FileFormat.size(store(ui.context).free) + " free", size: 13, color: .onSurfaceVariant).id(
                        "android:id/summary"
                    )
                }
            }
            .unlisted()
            .weight()
        }
        .padding(horizontal: 20)
        .margin(horizontal: 8, vertical: 2)
        .minHeight(56)
        .fillWidth()
        .background(on ? .secondaryContainer : .clear, radius: 28)
        .selected(on)
        .onClick(ui.on { $0.open(root, $1) })
    }

    /// What is known of one file.
    func infoPage(_ path: String, _ ui: UI<Self>) -> any Component {
        let store = store(ui.context)
        guard let document = store.document(path) else {
            return VStack {
                AppBar("File info", leading: .up(ui.finish))
                EmptyState("Failed to load file info", icon: .error).view.weight()
            }
            .fill()
        }
        let time = LocalTime(document.modified * 1000, zone: ui.context.system.timeZone)
        let date = "\(time.day.monthName.prefix(3)) \(time.day.day), \(time.day.year)"
        return VStack {
            AppBar(document.isFolder ? "Folder info" : "File info", leading: .up(ui.finish), id: Self.id("toolbar"))
            ScrollView {
                ZStack { IconView(document.type.icon, size: 72).unlisted().align(.center) }
                    .className("android.widget.ImageView")
                    .id(Self.id("inspector_thumbnail"))
                    .height(160)
                    .fillWidth()
                    .background(.surfaceVariant)
                Text(document.name, size: 22)
                    .id(Self.id("inspector_file_title"))
                    .padding(horizontal: 20, vertical: 16)
                fact("Type", document.type.name)
                if document.isFolder {
                    fact("Number of items", "\(store.list(path).count)")
                } else {
                    fact("Size", FileFormat.size(document.size))
                }
                fact("Modified", "\(date), \(time.clock(is24Hour: ui.context.is24Hour))")
                fact("Path", path)
            }
            .id(Self.id("inspector_details_view"))
            .weight()
        }
        .fill()
    }

    private func fact(_ name: String, _ value: String) -> View {
        VStack(spacing: 2) {
            Text(name, size: 14, color: .onSurfaceVariant).id(Self.id("table_key"))
            Text(value, size: 16).id(Self.id("table_value"))
        }
        .padding(horizontal: 20, vertical: 10)
        .fillWidth()
    }
}
