// SPDX-License-Identifier: Apache-2.0

import Media

/// Camera, as Android's Camera2 has it: a viewfinder, a shutter, and a list of modes. Pictures and films are real files.
struct CameraApp: App {
    static let package = "com.android.camera2"
    static let icon = AppIcon(glyph: .camera, disc: 0x455a64)
    static let manifest = AppManifest(
        package: package,
        label: "Camera",
        mainActivity: "com.android.camera.CameraLauncher",
        intentFilters: [
            IntentFilter(
                activity: "com.android.camera.CameraLauncher",
                actions: [
                    "android.media.action.STILL_IMAGE_CAMERA", "android.media.action.VIDEO_CAMERA",
                    "android.media.action.IMAGE_CAPTURE",
                ],
                categories: ["android.intent.category.DEFAULT"]
            )
        ],
        permissions: ["android.permission.CAMERA", "android.permission.RECORD_AUDIO"]
    )

    enum Mode: String { case photo, video }

    var mode = Mode.photo
    /// When the film that is being made began, in milliseconds since 1970.
    var filmingSince: Int64?
    let thumbnails = Thumbnails()

    init?(intent: Intent, context: AppContext) {
        let stored = SharedPreferences(context.system.files, package: Self.package).string("camera.startup_module")
        mode = stored.flatMap(Mode.init(rawValue:)) ?? .photo
        take(intent)
    }

    var background: Tone { .rgb(0x000000) }

    static func id(_ name: String) -> String { "\(package):id/\(name)" }

    mutating func received(_ intent: Intent, _ context: AppContext) -> Bool {
        take(intent)
        return true
    }

    private mutating func take(_ intent: Intent) {
        switch intent.action {
        case "android.media.action.VIDEO_CAMERA": mode = .video
        case "android.media.action.STILL_IMAGE_CAMERA", "android.media.action.IMAGE_CAPTURE": mode = .photo
        default: break
        }
    }

    // MARK: Page

    func body(_ ui: UI<Self>) -> any Component {
        let time = ui.context.now
        return ZStack {
            Drawing { canvas, rect, _ in CameraScene(time: time).draw(canvas, rect) }
                .id(Self.id("preview_content"))
                .fill()
            if filmingSince == nil {
                IconButton(.drawer, "Mode list", color: .rgb(0xffffff))
                    .id(Self.id("mode_options_toggle"))
                    .menu([
                        MenuItem("Camera", action: ui.on { $0.select(.photo, $1) }),
                        MenuItem("Video", action: ui.on { $0.select(.video, $1) }),
                    ])
                    .align(.start)
                    .margin(8)
            } else {
                Text(filmed(time), size: 16, color: .rgb(0xffffff))
                    .id(Self.id("recording_time"))
                    .align(.start)
                    .margin(20)
            }
            bottomBar(ui)
        }
        .id(Self.id("camera_app_root"))
        .fill()
    }

    private func bottomBar(_ ui: UI<Self>) -> View {
        ZStack {
            if filmingSince == nil, let preview = preview(ui) { preview }
            ZStack {
                Drawing { [mode, filmingSince] canvas, rect, _ in
                    let (x, y, radius) = (rect.centerX, rect.centerY, rect.width / 2)
                    canvas.strokeCircle(x: x, y: y, radius: radius * 0.92, RGBA(hex: 0xffffff), width: radius * 0.1)
                    let color = mode == .photo ? RGBA(hex: 0xffffff) : RGBA(hex: 0xd93025)
                    if filmingSince == nil {
                        canvas.fillCircle(x: x, y: y, radius: radius * 0.72, color)
                    } else {
                        let side = radius * 0.7
                        canvas.fill(
                            Rect(x: x - side / 2, y: y - side / 2, width: side, height: side),
                            color,
                            radius: side / 8
                        )
                    }
                }
                .unlisted()
                .fill()
            }
            .className("android.widget.ImageView")
            .id(Self.id("shutter_button"))
            .described(
                mode == .photo ? "Shutter" : filmingSince == nil ? "Start video recording" : "Stop video recording"
            )
            .size(80, 80)
            .align(.center)
            .onClick(ui.on { $0.shutter($1) })
        }
        .id(Self.id("bottom_bar"))
        .fillWidth()
        .height(148)
        .background(.rgb(0x202124))
        .align(.bottomCenter)
    }

    /// The newest picture, small; touching it opens it.
    private func preview(_ ui: UI<Self>) -> View? {
        guard let path = CameraStore(context: ui.context).newest,
            let picture = thumbnails.picture(ofJPEG: path, ui.context.system.files)
        else { return nil }
        return Picture(picture, fit: .cover).view
            .id(Self.id("rounded_thumbnail_view"))
            .described("Image preview")
            .size(48, 48)
            .align(.centerStart)
            .margin(left: 32)
            .onClick(
                ui.on { _, context in
                    context.start(
                        Intent(action: "android.intent.action.VIEW", dataURI: "file://" + path, mimeType: "image/jpeg"),
                        orSay: "No app can open this picture"
                    )
                }
            )
    }

    private func filmed(_ now: Int64) -> String {
        let seconds = Int((now - (filmingSince ?? now)) / 1000)
        return "\(LocalTime.two(seconds / 60)):\(LocalTime.two(seconds % 60))"
    }

    // MARK: Changes

    private mutating func select(_ mode: Mode, _ context: AppContext) {
        self.mode = mode
        var preferences = SharedPreferences(context.system.files, package: Self.package)
        preferences["camera.startup_module"] = .string(mode.rawValue)
        try? preferences.save()
    }

    private mutating func shutter(_ context: AppContext) {
        let store = CameraStore(context: context)
        do {
            if mode == .photo {
                _ = try store.takePicture()
            } else if let start = filmingSince {
                filmingSince = nil
                _ = try store.keepFilm(since: start)
            } else {
                filmingSince = context.now
            }
        } catch {
            context.toast("Not enough storage space")
        }
    }

    /// Leaving while a film is made keeps what there is of it.
    mutating func back(_ context: AppContext) -> Bool {
        guard filmingSince != nil else { return false }
        shutter(context)
        return true
    }
}
