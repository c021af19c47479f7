// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// The rules of who may import whom are in Docs/architecture.md; ArchitectureTests holds the sources to them.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func module(
    _ name: String,
    _ dependencies: [Target.Dependency],
    exclude: [String] = ["README.md"],
    settings: [SwiftSetting] = []
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: strict + settings)
}

// The largest module, optimised as a whole, keeps one core busy for minutes while the others wait; file by file it is ready
// sooner and runs as fast.
let inParallel: [SwiftSetting] = [.unsafeFlags(["-no-whole-module-optimization"], .when(configuration: .release))]

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: dependencies + ["TestSupport"],
        resources: resources,
        swiftSettings: strict
    )
}

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let deviceNotes = ["README.md", "View/README.md"]
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let web: [Target.Dependency] = [
    .product(name: "FlyingFox", package: "FlyingFox"),
    .product(name: "FlyingSocks", package: "FlyingFox"),
]
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "droidagent",
    products: [.executable(name: "droidagent", targets: ["droidagent"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        // C libraries, from Debian.
        .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CPangoCairo", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibUSB", pkgConfig: "libusb-1.0", providers: [.apt(["libusb-1.0-0-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLZ4", pkgConfig: "liblz4", providers: [.apt(["liblz4-dev"])]),
        .systemLibrary(name: "CBrotli", pkgConfig: "libbrotlienc", providers: [.apt(["libbrotli-dev"])]),
        .systemLibrary(name: "CTesseract", providers: [.apt(["libtesseract-dev"])]),
        .systemLibrary(
            name: "CLibAV",
            pkgConfig: "libavcodec",
            providers: [.apt(["libavcodec-dev", "libavformat-dev", "libswscale-dev"])]
        ),

        // Shared by everything.
        module("Base", ["COpenSSL"]),
        module("Media", ["Base", "CLibPNG", "CPangoCairo", "CLibAV"]),
        module("Pages", ["Base"] + web),

        // The phone.
        module("ADBWire", ["Base", "COpenSSL", "CZstd", "CLZ4", "CBrotli"]),
        module("ADB", ["Base", "ADBWire", "CLibUSB"] + nio),
        module("Screen", ["Base", "ADBWire", "ADB", "Media", "CLibXML2", "CTesseract"]),
        module(
            "SimDevice",
            ["Base", "ADBWire", "Media", "CZlib", grdb, yams] + nio,
            exclude: deviceNotes,
            settings: inParallel
        ),

        // The mind.
        .target(
            name: "Kernels",
            exclude: ["README.md"],
            cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-ffp-contract=off"])]
        ),
        module("Inference", ["Base", "Kernels"]),
        module("Agent", ["Base", "ADB", "Screen", "Media", "Inference", "Pages"]),

        // Learning.
        module("Training", ["Base", "Kernels", "Inference", "Pages"]),
        module("Benchmark", ["Base", "Media", "ADB", "Screen", "Agent", "Inference", "SimDevice", "Pages", yams]),
        module("Annotation", ["Base", "Media", "Screen", "Agent", "Benchmark", "Pages", grdb]),
        module("Learning", ["Base", "Screen", "Agent", "Benchmark", "Annotation", "Training", "Inference", yams]),

        .executableTarget(
            name: "droidagent",
            dependencies: [
                "Base", "Media", "ADBWire", "ADB", "Screen", "SimDevice", "Inference", "Agent", "Training", "Benchmark",
                "Annotation", "Learning", "Pages",
                argumentParser, yams,
            ],
            exclude: ["README.md"],
            swiftSettings: strict
        ),

        // Tests.
        .target(
            name: "TestSupport",
            dependencies: ["Base", "CZlib"],
            path: "Tests/Support",
            swiftSettings: strict
        ),
        // The kernels for AVX-512 VNNI with that instruction in plain C.
        .target(
            name: "KernelsEmulated",
            dependencies: ["Kernels"],
            path: "Tests/KernelsEmulated",
            cSettings: [
                .define("DROID_EMULATED"), .headerSearchPath("../../Sources/Kernels"),
                .unsafeFlags(["-O2", "-fno-math-errno", "-ffp-contract=off"]),
            ]
        ),
        tests("Architecture", ["Base", "Screen"]),
        tests("Base", ["Base"]),
        tests("Media", ["Media"]),
        tests("Pages", ["Pages", "Base"]),
        tests("ADBWire", ["ADBWire", "Base"]),
        tests("ADB", ["ADB", "ADBWire", "SimDevice", "Base", "CLibUSB"] + nio),
        tests("Screen", ["Screen", "ADBWire", "ADB", "Media", "SimDevice", "Base"]),
        tests("SimDevice", ["SimDevice", "ADB", "ADBWire", "Media", "Base", grdb]),
        tests("Kernels", ["Kernels", "KernelsEmulated"]),
        tests("Inference", ["Inference", "Kernels", "Base"], resources: [.copy("Resources")]),
        tests("Agent", ["Agent", "Benchmark", "Screen", "ADB", "SimDevice", "Inference", "Base"]),
        tests("Training", ["Training", "Inference", "Kernels", "Base"], resources: [.copy("Resources")]),
        tests("Benchmark", ["Benchmark", "Agent", "Pages", "Screen", "ADB", "SimDevice", "Media", "Base"]),
        tests("Annotation", ["Annotation", "Agent", "Benchmark", "Pages", "Screen", "ADB", "Media", "Base", grdb]),
        tests("Learning", ["Learning", "Annotation", "Training", "Inference", "Agent", "Benchmark", "Base"]),
        tests("droidagent", ["droidagent", "Annotation", "Agent", "Media", "Base"]),
    ]
)

// `Scripts/sanitize` builds the tests of few targets only; unset, all are there.
if let named = Context.environment["DROIDAGENT_TESTS"] {
    let wanted = Set(named.split(separator: ",").map { "\($0)Tests" })
    package.targets.removeAll { $0.type == .test && !wanted.contains($0.name) }
}
