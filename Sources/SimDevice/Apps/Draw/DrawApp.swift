// SPDX-License-Identifier: Apache-2.0

import Media

/// Simple Draw Pro: a canvas to draw on with a finger, and what is drawn as a file.
///
/// As in the real app, a drawing lasts as long as its page; only what is saved stays.
struct DrawApp: App {
    static let package = "com.simplemobiletools.draw.pro"
    static let mainActivity = "com.simplemobiletools.draw.pro.activities.MainActivity"
    static let icon = AppIcon(glyph: .edit, disc: 0xffa000)
    static let manifest = AppManifest(
        package: package,
        label: "Simple Draw Pro",
        versionName: "6.9.6",
        versionCode: 99,
        mainActivity: mainActivity
    )

    /// The forms that a drawing is saved in.
    enum Format: String, CaseIterable {
        case png, jpg, svg

        var mime: String {
            switch self {
            case .png: "image/png"
            case .jpg: "image/jpeg"
            case .svg: "image/svg+xml"
            }
        }
    }

    /// What is asked over the page.
    enum Asking: Hashable {
        case save
        case color
        case ground
        case leave
    }

    private static let colors: [UInt32] = [
        0x000000, 0xffffff, 0xf44336, 0xff9800, 0xffeb3b, 0x4caf50, 0x2196f3, 0x9c27b0, 0x795548, 0x607d8b,
    ]

    var sketch = Sketch()
    /// What was last saved; what differs from it would be lost.
    private var kept = Sketch()
    private var color: UInt32 = 0x000000
    private var erases = false
    /// The brush, 1...100.
    private var brush = 40
    private var asking: Asking?
    private var fileName = ""
    private var format = Format.png
    /// The colour that is being typed, as six digits.
    private var colorText = ""
    /// The canvas in pixels, as the finger last told; a drawing without a stroke is as large as the page gives it.
    private var size: (width: Int, height: Int)?

    init?(intent: Intent, context: AppContext) {}

    private static func id(_ name: String) -> String { "\(package):id/\(name)" }

    // MARK: The page

    func body(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar(
                "Simple Draw Pro",
                id: Self.id("main_toolbar"),
                menu: [
                    MenuItem("Clear", action: ui.on { app, _ in app.sketch.clear() }),
                    MenuItem("Change background", action: ui.on { app, _ in app.pick(.ground) }),
                ]
            ) {
                action(.save, "Save as", "menu_save", ui.on { $0.askToSave($1) })
            }
            Drawing { [sketch] canvas, rect, _ in sketch.draw(canvas, rect) }
                .id(Self.id("my_canvas"))
                .focusable()
                .fillWidth()
                .weight()
                .onTrace(ui.on { app, _, trace in app.draw(trace) })
            tools(ui)
        }
        .id(Self.id("main_coordinator"))
        .fill()
    }

    private func action(_ icon: Icon, _ title: String, _ name: String, _ act: @escaping Handler) -> View {
        IconButton(icon, title, onClick: act).className("android.widget.Button").id(Self.id(name))
    }

    private func tools(_ ui: UI<Self>) -> View {
        let ink = erases ? sketch.ground : color
        return VStack {
            HStack(spacing: 8) {
                Drawing { [brush] canvas, rect, _ in
                    let radius = max(1, rect.width / 2 * Double(brush) / 100)
                    canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: radius, RGBA(hex: ink))
                    canvas.strokeCircle(x: rect.centerX, y: rect.centerY, radius: radius, RGBA(hex: 0x808080), width: 2)
                }
                .className("android.widget.ImageView")
                .id(Self.id("stroke_width_preview"))
                .size(40, 40)
                SeekBar(
                    value: brush,
                    range: 1...100,
                    id: Self.id("stroke_width_bar"),
                    onChange: ui.on { app, _, value in app.brush = value }
                )
                .weight()
            }
            .fillWidth()
            .padding(horizontal: 16)
            HStack(spacing: 16, justify: .center) {
                tool(.undo, "Undo", "undo", sketch.canUndo, ui.on { app, _ in app.sketch.undo() })
                tool(.redo, "Redo", "redo", sketch.canRedo, ui.on { app, _ in app.sketch.redo() })
                tool(.backspace, "Eraser", "eraser", true, ui.on { app, _ in app.erases.toggle() })
                    .selected(erases)
                    .background(erases ? .secondaryContainer : .clear, radius: 24)
                Drawing { [color] canvas, rect, _ in
                    let radius = rect.width * 0.3
                    canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: radius, RGBA(hex: color))
                    canvas.strokeCircle(x: rect.centerX, y: rect.centerY, radius: radius, RGBA(hex: 0x808080), width: 2)
                }
                .className("android.widget.ImageView")
                .id(Self.id("color_picker"))
                .described("Change color")
                .size(48, 48)
                .onClick(ui.on { app, _ in app.pick(.color) })
            }
            .fillWidth()
        }
        .id(Self.id("tools"))
        .fillWidth()
        .padding(vertical: 6)
        .background(.surfaceHigh)
    }

    private func tool(_ icon: Icon, _ title: String, _ name: String, _ isOn: Bool, _ act: @escaping Handler) -> View {
        IconButton(icon, title, color: isOn ? .onSurface : .outline, onClick: isOn ? act : nil)
            .className("android.widget.ImageView")
            .id(Self.id(name))
            .enabled(isOn)
    }

    // MARK: Drawing

    private mutating func draw(_ trace: View.Trace) {
        guard trace.width > 0 else { return }
        size = (trace.width, trace.height)
        let scale = Double(trace.width)
        let points = trace.points.map { Sketch.Point(x: Double($0.x) / scale, y: Double($0.y) / scale) }
        sketch.add(.init(points: points, color: erases ? nil : color, width: Double(brush) / 1000))
    }

    private mutating func pick(_ asking: Asking) {
        self.asking = asking
        colorText = Sketch.digits(asking == .ground ? sketch.ground : color)
    }

    private mutating func take(_ color: UInt32) {
        if asking == .ground { sketch.ground = color } else { (self.color, erases) = (color, false) }
        asking = nil
    }

    // MARK: Leaving

    mutating func back(_ context: AppContext) -> Bool {
        guard sketch != kept else { return false }
        asking = .leave
        return true
    }

    // MARK: Saving

    private mutating func askToSave(_ context: AppContext) {
        let now = context.localNow
        let two = LocalTime.two
        let date = "\(now.day.year)\(two(now.day.month))\(two(now.day.day))"
        fileName = "image_\(date)_\(two(now.hour))\(two(now.minute))\(two(now.second))"
        asking = .save
    }

    /// Asks the system where the file is to lie.
    private mutating func chooseFile(_ context: AppContext) {
        let name = fileName.filter { $0 != "\n" }
        guard !name.allSatisfy(\.isWhitespace) else { return context.toast("Filename cannot be empty") }
        guard !name.contains("/") else { return context.toast("Filename contains invalid characters") }
        asking = nil
        context.hideKeyboard()
        context.start(
            Intent(
                action: FilesApp.createAction,
                mimeType: format.mime,
                extras: ["android.intent.extra.TITLE": "\(name).\(format.rawValue)"]
            ),
            request: "save"
        )
    }

    mutating func result(of request: String, _ values: [String: String], _ context: AppContext) {
        guard let path = values[FilesApp.createdPath] else { return }
        do {
            try context.system.files.write(bytes(context), to: path)
            kept = sketch
            context.toast("File saved successfully")
        } catch {
            context.toast("An unknown error occurred")
        }
    }

    private func bytes(_ context: AppContext) throws -> [UInt8] {
        let display = context.system.display
        // What bar and tools leave of the display.
        let other = Screen.pixels(display.statusBar + Screen.navigationBar + 64 + 108)
        let size = size ?? (display.width, max(1, display.height - other))
        switch format {
        case .png: return try PNG.encode(sketch.picture(width: size.width, height: size.height), effort: .small)
        case .jpg: return try JPEG.encode(sketch.picture(width: size.width, height: size.height), quality: 90)
        case .svg: return Array(sketch.svg(width: size.width, height: size.height).utf8)
        }
    }

    // MARK: Dialogs

    func dialog(_ ui: UI<Self>) -> Dialog? {
        let close = ui.on { (app: inout Self, context: AppContext) in
            app.asking = nil
            context.hideKeyboard()
        }
        switch asking {
        case .save: return saveDialog(ui, close)
        case .color, .ground: return colorDialog(ui, close)
        case .leave:
            var dialog = Dialog.confirm(
                "",
                message: "You have unsaved changes. Save before exit?",
                yes: "Save",
                no: "Discard",
                onYes: ui.on { $0.askToSave($1) },
                onNo: ui.on { app, context in
                    app.asking = nil
                    context.finish()
                }
            )
            dialog.dismiss = close
            return dialog
        case nil: return nil
        }
    }

    private func saveDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let content = VStack {
            Text("Filename", size: 12, color: .onSurfaceVariant).padding(left: 4)
            TextField("Filename", text: ui.binding(\.fileName), id: Self.id("save_image_filename"), style: .underlined)
            Text("Extension", size: 12, color: .onSurfaceVariant).padding(left: 4, top: 8)
            VStack {
                for format in Format.allCases {
                    RadioButton(
                        label: format.rawValue.uppercased(),
                        on: self.format == format,
                        id: Self.id("save_image_radio_\(format.rawValue)"),
                        onClick: ui.on { app, _ in app.format = format }
                    )
                }
            }
            .className("android.widget.RadioGroup")
            .id(Self.id("save_image_radio_group"))
            .fillWidth()
        }
        .id(Self.id("save_image_holder"))
        .padding(horizontal: 24, vertical: 8)
        .fillWidth()
        return Dialog(
            title: "Save as",
            content: content,
            positive: .init("OK", ui.on { $0.chooseFile($1) }),
            negative: .init("Cancel", close),
            dismiss: close
        )
    }

    private func colorDialog(_ ui: UI<Self>, _ close: @escaping Handler) -> Dialog {
        let typed = colorText.count == 6 ? UInt32(colorText, radix: 16) : nil
        let content = VStack(spacing: 12) {
            Grid(columns: 5) {
                for color in Self.colors {
                    Drawing { canvas, rect, _ in
                        let radius = min(rect.width, rect.height) * 0.36
                        canvas.fillCircle(x: rect.centerX, y: rect.centerY, radius: radius, RGBA(hex: color))
                        let edge = RGBA(hex: 0x808080)
                        canvas.strokeCircle(x: rect.centerX, y: rect.centerY, radius: radius, edge, width: 2)
                    }
                    .className("android.widget.ImageView")
                    .described(Sketch.hex(color))
                    .key(Sketch.digits(color))
                    .height(52)
                    .fillWidth()
                    .onClick(ui.on { app, _ in app.colorText = Sketch.digits(color) })
                }
            }
            .id(Self.id("recent_colors"))
            HStack(spacing: 12) {
                Text("#", size: 18)
                TextField("", text: ui.binding(\.colorText), id: Self.id("color_picker_new_hex"), style: .underlined)
                    .weight()
                Drawing { canvas, rect, _ in
                    if let typed { canvas.fill(rect, RGBA(hex: typed)) }
                }
                .className("android.widget.ImageView")
                .id(Self.id("color_picker_new_color"))
                .size(48, 32)
            }
            .fillWidth()
        }
        .id(Self.id("color_picker_holder"))
        .padding(horizontal: 24, vertical: 8)
        .fillWidth()
        return Dialog(
            content: content,
            positive: .init(
                "OK",
                enabled: typed != nil,
                ui.on { app, _ in
                    if let typed { app.take(typed) }
                }
            ),
            negative: .init("Cancel", close),
            dismiss: close
        )
    }
}
