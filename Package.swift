// swift-tools-version: 6.2
import PackageDescription

/// Settings for every Swift target.
let base: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]
/// Settings for the targets that never touch a pointer: each unsafe expression is an error there.
let safe: [SwiftSetting] = base + [.strictMemorySafety()]

let kernelFlags = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-Wall", "-Wextra"]

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: dependencies + ["TestSupport"], exclude: [],
    resources: resources, swiftSettings: base)
}

let package = Package(
  name: "Ritornello",
  products: [.executable(name: "ritornello", targets: ["ritornello"])],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    // Words that all share.
    .target(name: "CSHA256", cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra"])]),
    .target(name: "Identity", dependencies: ["CSHA256"], swiftSettings: base),
    // Music.
    .target(name: "MIDI", swiftSettings: safe),
    .target(name: "Representation", dependencies: ["MIDI"], swiftSettings: safe),
    // Numbers.
    .target(
      name: "CKernels", cSettings: [.unsafeFlags(kernelFlags)], linkerSettings: [.linkedLibrary("m")]),
    .target(name: "Network", dependencies: ["CKernels"], swiftSettings: base),
    .target(
      name: "Composition", dependencies: ["Identity", "MIDI", "Representation", "Network", "CPosix"],
      swiftSettings: base),
    // Jobs.
    .target(name: "CPosix", cSettings: [.define("_GNU_SOURCE")]),
    .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .target(name: "StrictYAML", dependencies: ["CLibYAML"], swiftSettings: base),
    .target(name: "Jobs", dependencies: ["Identity", "StrictYAML"], swiftSettings: base),
    .target(
      name: "Work",
      dependencies: ["Identity", "MIDI", "Representation", "Network", "Composition", "Jobs", "CPosix"],
      swiftSettings: base),
    // Pictures and pages.
    .target(name: "Pages", dependencies: ["Identity", "MIDI"], swiftSettings: base),
    // The studio.
    .systemLibrary(name: "CLibArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .target(
      name: "Ledger",
      dependencies: [
        "Identity", .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ], swiftSettings: base),
    .target(
      name: "Studio",
      dependencies: [
        "Identity", "MIDI", "Composition", "Work", "StrictYAML", "Jobs", "Ledger", "Pages", "CPosix", "CLibArchive",
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: base),
    .executableTarget(
      name: "ritornello",
      dependencies: [
        "Identity", "MIDI", "Representation", "Network", "Composition", "Jobs", "StrictYAML", "Work", "Ledger",
        "Studio",
        "CPosix",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ], swiftSettings: base),
    // Benchmarks.
    .executableTarget(
      name: "ritornello-bench", dependencies: ["Network"], path: "Benchmarks/Steps", swiftSettings: base),
    .executableTarget(
      name: "ritornello-bench-copying", dependencies: ["Composition", "Identity", "MIDI"], path: "Benchmarks/copying",
      swiftSettings: base),
    .executableTarget(
      name: "ritornello-bench-midi", dependencies: ["MIDI"], path: "Benchmarks/parse_midi", exclude: ["compare.py"],
      swiftSettings: base),
    .executableTarget(
      name: "ritornello-check-shared", dependencies: ["MIDI", "Representation"], path: "Tests/CheckShared/RoundTrip",
      swiftSettings: base),
    .executableTarget(
      name: "ritornello-fuzz-midi", dependencies: ["MIDI", "Representation"], path: "Tests/Mutations",
      swiftSettings: base),
    // Tests.
    .target(name: "TestSupport", dependencies: ["Identity", "MIDI"], path: "Tests/TestSupport", swiftSettings: base),
    tests("Identity", ["Identity"]),
    tests("MIDI", ["MIDI"], resources: [.copy("Golden")]),
    tests("Representation", ["Representation", "MIDI"], resources: [.copy("Golden")]),
    tests("Network", ["Network", "CKernels"], resources: [.copy("Golden")]),
    tests(
      "Composition", ["Composition", "Network", "Representation", "MIDI", "Identity"], resources: [.copy("Golden")]),
    tests("Pages", ["Pages"]),
    tests("StrictYAML", ["StrictYAML"]),
    tests("Jobs", ["Jobs", "StrictYAML", "Identity"], resources: [.copy("Golden")]),
    tests("Work", ["Work", "Composition", "Network", "Representation", "MIDI", "Jobs", "Identity"]),
    tests("Ledger", ["Ledger", "Identity", .product(name: "GRDB", package: "GRDB.swift")]),
    tests("Studio", ["Studio", "Ledger", "Jobs", "Work", "MIDI", "Identity"], resources: [.copy("Golden")]),
  ],
  swiftLanguageModes: [.v6], cLanguageStandard: .gnu11)
