// SPDX-License-Identifier: Apache-2.0

import ADB
import Agent
import Screen

/// Brings an app to the front and allows what it asks for: `app`, `package`.
struct OpenAppOracle: TaskOracle {
    private static let grants = ["While using the app", "Allow", "Allow all"]
    private let app: String
    private let package: String

    init(_ arguments: ProgramArguments) throws {
        app = try arguments.need("app")
        package = try arguments.need("package")
    }

    func move(_ page: OraclePage, _ device: any DeviceLink) async throws -> OracleMove {
        if page.package.hasSuffix("permissioncontroller") {
            return Self.grants.lazy.compactMap { page.tap($0, note: "allow it") }.first ?? page.leave()
        }
        return page.package == package ? page.done() : page.open(app)
    }
}
