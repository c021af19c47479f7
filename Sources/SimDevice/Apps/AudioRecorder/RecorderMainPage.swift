// SPDX-License-Identifier: Apache-2.0

import Media

/// The page that records and plays.
extension AudioRecorderApp {
    func mainPage(_ ui: UI<Self>) -> any Component {
        let now = ui.context.now
        let record = shown(ui.context)
        let isRecording = recording != nil
        let time = recording?.length(now) ?? playing?.length(now) ?? 0
        return VStack {
            AppBar(
                "Audio Recorder",
                id: Self.id("toolbar"),
                menu: isRecording || record == nil
                    ? []
                    : [
                        MenuItem("Rename", action: ui.on { app, _ in app.askName(record?.name ?? "") }),
                        MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete(record?.name ?? "") }),
                    ]
            )
            VStack(spacing: 8, justify: .center) {
                if isRecording {
                    Text(recording?.since == nil ? "Recording paused" : "Recording…", size: 18, color: Self.teal)
                        .id(Self.id("txt_name"))
                        .align(.center)
                } else if let record {
                    Text(record.name, size: 20, weight: .medium, maxLines: 1).id(Self.id("txt_name")).align(.center)
                    Text(Self.facts(record), size: 14, color: .onSurfaceVariant)
                        .id(Self.id("txt_record_info"))
                        .align(.center)
                }
                wave(share: share(time, record))
                Text(Self.clock(time), size: 56, weight: .light).id(Self.id("txt_progress")).align(.center)
                if !isRecording, let record {
                    Text(Self.clock(record.milliseconds), size: 16, color: .onSurfaceVariant)
                        .id(Self.id("txt_duration"))
                        .align(.center)
                    playPanel(ui)
                }
            }
            .unlisted()
            .weight()
            .fillWidth()
            recordPanel(ui)
        }
        .fill()
    }

    /// `M4A, 5 KB`
    private static func facts(_ record: RecordStore.Record) -> String {
        record.bytes < 1024 ? "M4A, \(record.bytes) B" : "M4A, \(record.bytes / 1024) KB"
    }

    private func share(_ time: Int64, _ record: RecordStore.Record?) -> Double {
        guard recording == nil, let length = record?.milliseconds, length > 0 else { return 0 }
        return min(1, Double(time) / Double(length))
    }

    /// A flat line, since nothing sounds, and how far it is played.
    private func wave(share: Double) -> View {
        Drawing { canvas, rect, palette in
            let y = rect.centerY
            canvas.line(from: (rect.x, y), to: (rect.x + rect.width, y), palette(.outline), width: 3)
            let x = rect.x + rect.width * share
            canvas.line(from: (x, rect.y), to: (x, rect.y + rect.height), palette(Self.teal), width: 4)
        }
        .id(Self.id("record"))
        .height(140)
        .fillWidth()
        .margin(horizontal: 24, vertical: 12)
    }

    private func playPanel(_ ui: UI<Self>) -> View {
        HStack(spacing: 24, justify: .center) {
            if playing?.since != nil {
                IconButton(
                    .pause,
                    "Pause",
                    onClick: ui.on { app, context in app.playing?.hold(context.now) }
                )
                .id(Self.id("btn_play"))
            } else {
                IconButton(
                    .play,
                    "Play",
                    onClick: ui.on { app, context in
                        app.playing = Run(since: context.now, before: app.playing?.before ?? 0)
                    }
                )
                .id(Self.id("btn_play"))
            }
            if playing != nil {
                IconButton(.stop, "Stop", onClick: ui.on { app, _ in app.playing = nil }).id(Self.id("btn_stop"))
            }
        }
        .unlisted()
        .fillWidth()
        .key("play")
    }

    private func recordPanel(_ ui: UI<Self>) -> View {
        HStack(justify: .between) {
            if recording == nil {
                IconButton(.list, "Records list", onClick: ui.on { $0.openRecords($1) }).id(Self.id("btn_records_list"))
            } else {
                IconButton(.delete, "Delete recording", onClick: ui.on { app, _ in app.asking = .discard })
                    .id(Self.id("btn_record_delete"))
            }
            IconButton(
                recording == nil ? .microphone : recording?.since == nil ? .play : .pause,
                recording == nil ? "Record" : recording?.since == nil ? "Resume recording" : "Pause recording",
                color: .rgb(0xffffff),
                onClick: ui.on { $0.record($1) }
            )
            .id(Self.id("btn_record"))
            .size(72, 72)
            .background(.rgb(0xd32f2f), radius: 36, elevation: 4)
            if recording == nil {
                IconButton(
                    .settings,
                    "Settings",
                    onClick: { [context = ui.context] in
                        var page = AudioRecorderApp(page: .setup)
                        page.format = RecorderSettings(context).format
                        context.open(Self.setupActivity, page)
                    }
                )
                .id(Self.id("btn_settings"))
            } else {
                IconButton(.stop, "Stop recording", onClick: ui.on { $0.stop($1) }).id(Self.id("btn_record_stop"))
            }
        }
        .id(Self.id("bottom_bar"))
        .padding(horizontal: 32, vertical: 24)
        .fillWidth()
    }

    // MARK: Changes

    /// Begins, holds or goes on recording.
    private mutating func record(_ context: AppContext) {
        playing = nil
        guard var run = recording else {
            let isAllowed = context.system.granted[Self.package]?.contains(Self.microphone) ?? false
            if isAllowed { recording = Run(since: context.now) } else { asking = .microphone }
            return
        }
        if run.since == nil { run.since = context.now } else { run.hold(context.now) }
        recording = run
    }

    private mutating func stop(_ context: AppContext) {
        guard let run = recording else { return }
        recording = nil
        let settings = RecorderSettings(context)
        do {
            let name = try RecordStore(context).keep(milliseconds: run.length(context.now), settings.format)
            active = name
            if settings.asksName {
                (asking, self.name, asksNoMore) = (.name(name), name, false)
            } else {
                context.toast("Saved as \(name)")
            }
        } catch {
            context.toast("Not enough storage space")
        }
    }

    /// Asks for another name of a record.
    mutating func askName(_ old: String) { (asking, name) = (.rename(old), old) }

    private mutating func openRecords(_ context: AppContext) {
        playing = nil
        context.open(Self.recordsActivity, AudioRecorderApp(page: .records), request: "records")
    }
}
