// SPDX-License-Identifier: Apache-2.0

import Base

/// Reads with the on-device agent. What it cannot give comes from the tools.
struct AgentReader: ScreenReader {
    let device: any DeviceLink
    let client: AgentClient
    /// Whether the agent waits for a display that stands still; one that cannot is asked twice.
    let waitsForIdle: Bool
    var isLive: Bool { false }

    /// Asks the agent to wait for an idle display before it looks.
    static func make(_ device: any DeviceLink, _ client: AgentClient) async throws -> AgentReader {
        var waits = true
        do {
            try await client.setWaitForIdle(.seconds(3))
        } catch let error as DroidError where error.code == "observer.agent" {
            waits = false
        }
        return AgentReader(device: device, client: client, waitsForIdle: waits)
    }

    func tree(timeout: Duration) async throws -> [UInt8] {
        try await asking {
            try await client.hierarchy(timeout: timeout)
        } else: {
            try await $0.tree(timeout: timeout)
        }
    }

    func picture(
        _ form: ObserverOptions.Picture,
        since: Duration?,
        timeout: Duration
    ) async throws
        -> Screenshot
    {
        try await asking {
            .jpeg(try await client.screenshot(timeout: timeout))
        } else: {
            try await $0.picture(form, since: since, timeout: timeout)
        }
    }

    /// Asks the agent, and the tools where it has gone: nothing holds the accessibility service then.
    private func asking<Answer>(
        _ agent: () async throws -> Answer,
        else tools: (ToolReader) async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await agent()
        } catch let error as DroidError where error.code == "observer.agent" || error.code == "adb.refused" {
            return try await tools(ToolReader(device: device))
        }
    }
}

/// Reads the hierarchy one way and the picture from a live video.
struct LiveReader: ScreenReader {
    let trees: any ScreenReader
    let video: LiveVideo
    var device: any DeviceLink { trees.device }
    var waitsForIdle: Bool { trees.waitsForIdle }
    var isLive: Bool { true }

    func tree(timeout: Duration) async throws -> [UInt8] { try await trees.tree(timeout: timeout) }

    func picture(
        _ form: ObserverOptions.Picture,
        since: Duration?,
        timeout: Duration
    ) async throws
        -> Screenshot
    {
        do {
            return .pixels(try await video.picture(since: since, timeout: timeout))
        } catch let error as DroidError where error.code != "adb.lost" {
            return try await trees.picture(form, since: since, timeout: timeout)
        }
    }
}
