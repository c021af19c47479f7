// SPDX-License-Identifier: Apache-2.0

import ADB
import Base
import Foundation
import Media
import Pages
import Screen

/// A device in the browser: its live screen, and fingers and keys for it.
///
/// It looks at the device as an agent does, over a connection of its own, and only while a page is open.
public final class DeviceView: Sendable {
    private let device: any DeviceLink
    private let source: ScreenSource
    private let input: any ScreenInput
    private let hub: LiveHub<ViewState>
    private let gate = InputGate()

    public init(_ device: any DeviceLink, source: ScreenSource) {
        self.device = device
        self.source = source
        input = source.input(on: device)
        hub = LiveHub(ViewState(serial: device.serial))
    }

    /// Serves the page's requests.
    public func handle(_ request: PageRequest) async throws -> PageResponse {
        if let answer = try await hub.answer(request) { return answer }
        switch (request.method, request.path) {
        case (.get, ""): return ViewPage.device(device.serial).response()
        case (.get, "tree"): return try await tree()
        case (.post, "input"): return await act(request.body)
        default: return .text("there is nothing here", status: 404)
        }
    }

    private func tree() async throws -> PageResponse {
        var options = ObserverOptions(picture: .none)
        options.settleDeadline = .zero
        do {
            return try .json(ViewElement.of(try await source.observer(options).observe().state))
        } catch let error as DroidError {
            return .text("\(error)", status: 503)
        }
    }

    private func act(_ body: [UInt8]) async -> PageResponse {
        let gestures: [Gesture]
        do {
            gestures = try JSON.decode(ViewInput.self, from: body).gestures()
        } catch {
            return .text(DroidError.wrapping(error, "view.input", "this is no input").what, status: 400)
        }
        do {
            try await gate.run { [input] in for gesture in gestures { try await input.perform(gesture) } }
            return .text("done", status: 200)
        } catch {
            let told = DroidError.wrapping(error, "view.input", "the device did not do it")
            return .text("\(told)", status: 503)
        }
    }

    /// Takes pictures until cancelled.
    public func run() async {
        var last: PixelBuffer?
        var asked: ContinuousClock.Instant?
        var moments: [ContinuousClock.Instant] = []
        while !Task.isCancelled {
            await hub.untilWatched()
            if Task.isCancelled { return }
            let start = ContinuousClock.now
            do {
                let picture = try await source.picture().decoded()
                let isNew = picture != last
                if isNew {
                    let png = try PNG.encode(picture)
                    await hub.show(png, width: picture.width, height: picture.height)
                    last = picture
                }
                let now = ContinuousClock.now
                moments = moments.filter { now - $0 < .seconds(4) } + [now]
                if isNew || asked.map({ now - $0 > .seconds(2) }) ?? true {
                    asked = now
                    try await tell(rate: Self.rate(moments))
                }
            } catch is CancellationError {
                return
            } catch {
                last = nil
                let told = "\(DroidError.wrapping(error, "view.picture", "the device sent no picture"))"
                await hub.update { $0.problem = told }
                try? await Task.sleep(for: .seconds(1))
            }
            // A device that is slow to tell its picture has others to serve: it rests as long as it took.
            let took = ContinuousClock.now - start
            try? await Task.sleep(for: max(.milliseconds(30), min(took, .milliseconds(250))))
        }
    }

    private func tell(rate: Double) async throws {
        let answer = try await device.run(
            "am stack list | grep visible=true; dumpsys window windows | grep mCurrentFocus"
        )
        let focus = ScreenFocus.first(in: answer.text)
        await hub.update { state in
            state.rate = rate
            state.problem = nil
            (state.package, state.activity) = focus ?? ("", "")
        }
    }

    /// Pictures a second over the moments they were taken at.
    private static func rate(_ moments: [ContinuousClock.Instant]) -> Double {
        guard let first = moments.first, let last = moments.last, moments.count > 1 else { return 0 }
        let seconds = (last - first) / .seconds(1)
        return seconds > 0 ? (Double(moments.count - 1) / seconds * 10).rounded() / 10 : 0
    }
}

/// One input after the other, in the order in which they came.
private actor InputGate {
    private var last: Task<Void, any Error>?

    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let before = last
        let task = Task {
            _ = await before?.result
            try await body()
        }
        last = task
        try await task.value
    }
}
