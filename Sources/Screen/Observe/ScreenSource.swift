// SPDX-License-Identifier: Apache-2.0

import Base
import Foundation

/// What a device's display is read with, opened: makes observers, and has the agent for whoever wants to act through it.
public final class ScreenSource: Sendable {
    public let kind: ObserverKind
    /// The on-device agent, where it takes part.
    public let agent: AgentClient?
    private let reader: any ScreenReader
    private let video: LiveVideo?

    private init(_ kind: ObserverKind, _ reader: any ScreenReader, agent: AgentClient? = nil, video: LiveVideo? = nil) {
        self.kind = kind
        self.reader = reader
        self.agent = agent
        self.video = video
    }

    /// Opens what a kind of observer needs, and starts on the device what does not run there.
    ///
    /// - Parameters:
    ///   - jar: the agent's program on this machine; nil for `DROIDAGENT_U2_JAR`, or the one that lies on the device.
    /// - Throws: `DroidError` with code `observer.agent` where the agent is asked for and cannot run, `video.decode`.
    public static func open(
        _ kind: ObserverKind,
        on device: any DeviceLink,
        jar: String? = nil
    ) async throws
        -> ScreenSource
    {
        let jar = jar ?? ProcessInfo.processInfo.environment["DROIDAGENT_U2_JAR"]
        switch kind {
        case .tools: return ScreenSource(.tools, ToolReader(device: device))
        case .agent:
            let client = try await AgentClient.connect(device, jar: jar)
            return ScreenSource(.agent, try await AgentReader.make(device, client), agent: client)
        case .h264:
            let video = try LiveVideo(device)
            await video.start()
            do {
                let client = try await AgentClient.connect(device, jar: jar)
                let trees = try await AgentReader.make(device, client)
                return ScreenSource(.h264, LiveReader(trees: trees, video: video), agent: client, video: video)
            } catch let error as DroidError where error.code == "observer.agent" {
                let trees = ToolReader(device: device)
                return ScreenSource(.h264, LiveReader(trees: trees, video: video), video: video)
            }
        }
    }

    /// An observer of the display.
    public func observer(
        _ options: ObserverOptions = ObserverOptions(),
        clock: any WaitClock = SystemClock()
    )
        -> ScreenObserver
    {
        ScreenObserver(reader: reader, options: options, clock: clock)
    }

    /// The picture as it is now, whether or not the screen has settled.
    ///
    /// - Throws: `DroidError` with code `screen.noPicture` or of ADB.
    public func picture(timeout: Duration = .seconds(20)) async throws -> Screenshot {
        try await reader.picture(.raw, since: nil, timeout: timeout)
    }

    /// Ends what was started on the device for this.
    public func close() async {
        await video?.stop()
        agent?.close()
    }
}
