import Core
import Database
import Foundation
import TestSupport
import Testing

@testable import TenantTracker

@Suite(.enabled(if: ProcessInfo.processInfo.environment["MEASURE_SNAPSHOT"] != nil)) struct MeasureTemporary {
  @Test func reloadOf200() async throws {
    try await DrainWorld.with { world in
      for number in 0..<200 {
        let tenant = try await world.tracker.provisioner.provision(.init(slug: "t\(number)", name: "T")).tenant
        for c in 0..<10 { try await world.addCampaign("c\(c)", to: tenant) }
      }
      let snapshots = world.parts.snapshots
      func time(_ what: String, _ body: () async throws -> Void) async throws {
        let begin = ContinuousClock.now
        try await body()
        FileHandle.standardError.write(Data("MEASURE \(what): \(ContinuousClock.now - begin)\n".utf8))
      }
      try await time("first reload") { try await snapshots.reload() }
      try await time("second reload") { try await snapshots.reload() }
      try await time("refresh") { try await snapshots.refresh() }
      try await time("refresh again") { try await snapshots.refresh() }
      let tenants = world.parts.directory.all
      try await time("serial reload, as before") {
        for tenant in tenants {
          _ = try await SnapshotLoader(
            directory: world.parts.directory, control: world.tracker.control,
            scopes: { try world.tracker.scope(of: $0) }, settings: world.tracker.settings,
            features: { try await world.tracker.licenses.features(of: $0) }, clock: world.clock
          ).load(tenant)
        }
      }
    }
  }
}
