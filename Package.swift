// swift-tools-version:6.2
import PackageDescription

/// Every target of ours: Swift 6 mode, the upcoming features we build with, and no warning left standing.
let house: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  // What tests have seen to hold is not checked again on every click.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let services: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1: Target.Dependency = .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func room(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, path: path, swiftSettings: house)
}

func program(_ name: String, path: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, path: path, swiftSettings: house)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)", swiftSettings: house)
}

let package = Package(
  name: "trackily",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "trackily", targets: ["TenantTracker"]),
    .executable(name: "license-server", targets: ["LicenseServer"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibPQ", path: "Sources/Common/CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CArgon2", path: "Sources/Common/CArgon2", providers: [.apt(["libargon2-dev"])]),
    .systemLibrary(
      name: "CCurl", path: "Sources/Common/CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CHaru", path: "Sources/Common/CHaru", providers: [.apt(["libhpdf-dev"])]),
    .systemLibrary(
      name: "CMaxMindDB", path: "Sources/Common/CMaxMindDB", pkgConfig: "libmaxminddb",
      providers: [.apt(["libmaxminddb-dev"])]),
    .systemLibrary(
      name: "CPCRE2", path: "Sources/Common/CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CZlib", path: "Sources/Common/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),

    room("Core", path: "Sources/Common/Core", [logging]),
    room("Database", path: "Sources/Common/Database", ["Core", "CLibPQ", crypto, logging, services]),
    room("Security", path: "Sources/Common/Security", ["Core", "CArgon2", "CCurl", crypto]),
    room(
      "Web", path: "Sources/Common/Web",
      [
        "Core", "Security", "CZlib", hummingbird, hummingbirdCore, httpTypes, nioCore, nioHTTP1, nioHTTPTypes,
        nioHTTPTypesHTTP1, logging, services, crypto,
      ]),
    room("Jobs", path: "Sources/Common/Jobs", ["Core", "Database", "Security", logging, services]),
    room("Licensing", path: "Sources/Common/Licensing", ["Core", crypto]),
    room("Billing", path: "Sources/Billing", ["Core", "Database"]),
    program(
      "LicenseServer", path: "Sources/LicenseServer",
      [
        "Core", "Database", "Web", "Security", "Jobs", "Licensing", "Billing", "CHaru", arguments, hummingbird,
        httpTypes, nioCore, logging, services, signals, crypto,
      ]),

    room("ClickPath", path: "Sources/TenantTracker/ClickPath", ["Core"]),
    room(
      "Geo", path: "Sources/TenantTracker/Geo", ["Core", "ClickPath", "CMaxMindDB", "CZlib", crypto]),
    room("UserAgents", path: "Sources/TenantTracker/UserAgents", ["ClickPath", "CPCRE2"]),
    room("Conversions", path: "Sources/TenantTracker/Conversions", ["Core"]),
    room("Analytics", path: "Sources/TenantTracker/Analytics", ["Core", "Database"]),
    program(
      "TenantTracker", path: "Sources/TenantTracker/App",
      [
        "Core", "Database", "Web", "Security", "Jobs", "Licensing", "CZlib", "ClickPath", "Conversions", "Analytics",
        "Geo",
        "UserAgents",
        arguments, hummingbird, hummingbirdCore, httpTypes, nioCore, nioPosix, nioHTTP1, nioHTTPTypes,
        nioHTTPTypesHTTP1, logging, services, signals, crypto,
      ]),

    .target(
      name: "TestSupport", dependencies: ["Core", "Database", "Security", logging], path: "Tests/Support",
      swiftSettings: house),
    tests("CoreTests", ["Core"]),
    tests("DatabaseTests", ["Database"]),
    tests("WebTests", ["Web", httpTypes, nioCore, nioEmbedded, nioHTTP1, logging, services]),
    tests("SecurityTests", ["Security"]),
    tests("JobsTests", ["Jobs"]),
    tests("LicensingTests", ["Licensing", crypto]),
    tests("BillingTests", ["Billing"]),
    tests("LicenseServerTests", ["LicenseServer"]),
    tests("ClickPathTests", ["ClickPath"]),
    tests("GeoTests", ["Geo", "ClickPath", "CZlib"]),
    tests("UserAgentsTests", ["UserAgents", "ClickPath", "Core"]),
    tests("ConversionsTests", ["Conversions"]),
    tests("AnalyticsTests", ["Analytics"]),
    tests("TrackerTests", ["TenantTracker", nioCore, nioPosix, nioHTTP1]),
  ]
)
