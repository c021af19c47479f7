// SPDX-License-Identifier: Apache-2.0

import Media

/// The list of records, the pages of the first start, and what stands on them.
extension AudioRecorderApp {
    func recordsPage(_ ui: UI<Self>) -> any Component {
        let records = RecordStore(ui.context).records()
        return VStack {
            AppBar("Records", leading: .up(ui.finish), id: Self.id("toolbar"))
            if records.isEmpty {
                EmptyState("There are no records yet", icon: .microphone).id(Self.id("txtEmpty")).weight()
            } else {
                List(count: records.count, rowHeight: 72) { row(records[$0], ui) }
                    .id(Self.id("recycler_view"))
                    .weight()
            }
        }
        .fill()
    }

    private func row(_ record: RecordStore.Record, _ ui: UI<Self>) -> View {
        let made = LocalTime(record.created, zone: ui.context.system.timeZone)
        return HStack(spacing: 12) {
            IconView(.play, color: Self.teal).unlisted()
            VStack(spacing: 2) {
                Text(record.name, size: 16, maxLines: 1).id(Self.id("list_item_name"))
                Text(
                    "\(made.day.short), \(made.clock(is24Hour: ui.context.is24Hour))",
                    size: 13,
                    color: .onSurfaceVariant
                )
                .id(Self.id("list_item_date"))
            }
            .unlisted()
            .weight()
            Text(Self.clock(record.milliseconds), size: 14, color: .onSurfaceVariant)
                .id(Self.id("list_item_description"))
            IconButton(.more, "More")
                .id(Self.id("list_item_more"))
                .menu([
                    MenuItem("Rename", action: ui.on { app, _ in app.askName(record.name) }),
                    MenuItem("Delete", action: ui.on { app, _ in app.asking = .delete(record.name) }),
                ])
        }
        .id(Self.id("container"))
        .padding(left: 16, right: 4)
        .height(72)
        .fillWidth()
        .key(record.name)
        .onClick({ [context = ui.context] in context.finish(["name": record.name]) })
    }

    // MARK: The first start

    func welcomePage(_ ui: UI<Self>) -> any Component {
        VStack(spacing: 24, justify: .center) {
            IconView(.microphone, color: Self.teal, size: 120).align(.center)
            Text("Audio Recorder", size: 28, weight: .medium).id(Self.id("txt_title")).align(.center)
            Text(
                "Record what you hear, give it a name, and play it again.",
                size: 16,
                color: .onSurfaceVariant,
                align: .center
            )
            .align(.center)
            Button(
                "Get started",
                style: .filled,
                onClick: ui.on { _, context in
                    context.open(Self.setupActivity, AudioRecorderApp(page: .setup))
                    context.finish()
                }
            )
            .id(Self.id("btn_action"))
            .align(.center)
        }
        .padding(32)
        .fill()
    }

    func setupPage(_ ui: UI<Self>) -> any Component {
        VStack {
            AppBar("Set up", id: Self.id("toolbar"))
            ScrollView {
                SectionHeader("Sample rate")
                for rate in RecordFormat.sampleRates {
                    choice(
                        RecordFormat.label(rate),
                        rate == format.sampleRate,
                        ui.on { app, _ in app.format.sampleRate = rate }
                    )
                }
                SectionHeader("Channels")
                choice("Mono", format.channels == 1, ui.on { app, _ in app.format.channels = 1 })
                choice("Stereo", format.channels == 2, ui.on { app, _ in app.format.channels = 2 })
            }
            .weight()
            HStack(spacing: 8, justify: .end) {
                Button("Reset", onClick: ui.on { app, _ in app.format = RecordFormat() }).id(Self.id("btn_reset"))
                Button("Apply", style: .filled, onClick: ui.on { $0.apply($1) }).id(Self.id("btn_apply"))
            }
            .unlisted()
            .padding(16)
            .fillWidth()
        }
        .fill()
    }

    private func choice(_ title: String, _ on: Bool, _ pick: @escaping Handler) -> View {
        RadioButton(label: title, on: on, id: Self.id("chip"), onClick: pick).view
            .padding(horizontal: 20).fillWidth().key(title)
    }

    private func apply(_ context: AppContext) {
        var settings = RecorderSettings(context)
        let isFirst = settings.isFirstRun
        settings.finishFirstRun(format)
        if isFirst { context.open(Self.mainActivity, AudioRecorderApp(page: .main)) }
        context.finish()
    }
}
