// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ADBWire

@Suite("Names of services")
struct ServiceNameTests {
    @Test("Each name is read as what it means, and written back the same")
    func names() {
        let all: [(String, Service)] = [
            ("tcp:8080", .socket("tcp:8080")),
            ("localabstract:a b", .socket("localabstract:a b")),
            ("abb_exec:package\u{0}install\u{0}-S\u{0}12", .abb(["package", "install", "-S", "12"], framed: false)),
            ("abb:settings\u{0}list\u{0}global", .abb(["settings", "list", "global"], framed: true)),
            ("reverse:list-forward", .reverse(.list)),
            ("reverse:killforward-all", .reverse(.removeAll)),
            ("reverse:killforward:tcp:5", .reverse(.remove("tcp:5"))),
            ("reverse:forward:tcp:5;tcp:6", .reverse(.forward(remote: "tcp:5", local: "tcp:6", rebind: true))),
            (
                "reverse:forward:norebind:localabstract:x;tcp:6",
                .reverse(.forward(remote: "localabstract:x", local: "tcp:6", rebind: false))
            ),
            ("framebuffer:", .other("framebuffer:")),
        ]
        for (name, service) in all {
            #expect(Service(parsing: name) == service, "\(name)")
            #expect(service.name == name)
        }
    }

    @Test(
        "What is no request is no service of that kind",
        arguments: [
            "reverse:", "reverse:forward:", "reverse:forward:tcp:1", "reverse:forward:tcp:1;", "reverse:forward:;a",
            "reverse:forward:a;b;c", "reverse:killforward:", "tcp:", "abb:", "abb_exec:", "tcp,x:1",
        ]
    )
    func broken(name: String) {
        #expect(Service(parsing: name) == .other(name))
    }
}
