// SPDX-License-Identifier: Apache-2.0

import Media

/// Simple Gallery Pro: folders with pictures, their pictures, and one picture over the whole display.
///
/// It keeps nothing but its order and whether it shows names: what is seen is what lies in the storage.
struct GalleryApp: App {
    static let package = "com.simplemobiletools.gallery.pro"
    static let mainActivity = "com.simplemobiletools.gallery.pro.activities.MainActivity"
    static let mediaActivity = "com.simplemobiletools.gallery.pro.activities.MediaActivity"
    static let pagerActivity = "com.simplemobiletools.gallery.pro.activities.ViewPagerActivity"
    static let photoActivity = "com.simplemobiletools.gallery.pro.activities.PhotoActivity"
    static let icon = AppIcon(glyph: .image, disc: 0xf57c00)
    static let manifest = AppManifest(
        package: package,
        label: "Simple Gallery Pro",
        versionName: "6.28.1",
        versionCode: 396,
        mainActivity: mainActivity,
        activities: [mediaActivity, pagerActivity, photoActivity],
        intentFilters: [
            IntentFilter(
                activity: photoActivity,
                actions: ["android.intent.action.VIEW"],
                mimeTypes: ["image/*"]
            )
        ]
    )

    /// What the value is a page of.
    enum Page: Hashable {
        case folders
        case folder(String)
        case picture(String)
    }

    /// Files on their way to a folder.
    struct Transfer: Hashable {
        var paths: [String]
        var move: Bool
    }

    /// What is asked over the page.
    enum Asking: Hashable {
        case sort
        case delete([String])
        case rename(String)
        case properties([String])
        /// The folders with pictures, as places to go.
        case destination(Transfer)
        /// Any folder of the storage; the second is the one that is open.
        case otherFolder(Transfer, at: String)
        case newFolder(Transfer, at: String)
        case conflict(Transfer, into: String)
    }

    var page = Page.folders
    /// Paths that are ticked, in the order of ticking.
    var selection: [String] = []
    var asking: Asking?
    /// The name that is being typed.
    var name = ""
    /// The ending, which has a field of its own.
    var ending = ""
    var query = ""
    var conflict = GalleryStore.Conflict.skip
    /// Whether a picture stands without bars.
    var isBare = false
    let pictures: GalleryPictures

    init?(intent: Intent, context: AppContext) {
        pictures = GalleryPictures()
        if intent.component?.activity == Self.photoActivity || intent.action == "android.intent.action.VIEW" {
            let prefix = "file://"
            guard let uri = intent.dataURI, uri.hasPrefix(prefix) else { return nil }
            page = .picture(String(uri.dropFirst(prefix.count)))
        } else if let activity = intent.component?.activity, activity != Self.mainActivity {
            return nil
        }
    }

    init(page: Page, pictures: GalleryPictures) { (self.page, self.pictures) = (page, pictures) }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    var background: Tone { if case .picture = page { .rgb(0x000000) } else { .surface } }

    func body(_ ui: UI<Self>) -> any Component {
        switch page {
        case .folders: foldersPage(ui)
        case .folder(let path): folderPage(path, ui)
        case .picture(let path): picturePage(path, ui)
        }
    }

    mutating func back(_ context: AppContext) -> Bool {
        if !selection.isEmpty {
            selection = []
        } else if !query.isEmpty {
            query = ""
        } else {
            return false
        }
        return true
    }

    /// What is gone from the storage cannot stay ticked or open.
    mutating func resumed(_ context: AppContext) {
        let files = context.system.files
        selection = selection.filter { files.exists($0) }
        switch page {
        case .folders: break
        case .folder(let path): if GalleryStore(context).pictures(in: path).isEmpty { context.finish() }
        case .picture(let path): if !files.exists(path) { context.finish() }
        }
    }
}
