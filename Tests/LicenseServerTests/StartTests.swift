import Billing
import Core
import Database
import Foundation
import Licensing
import TestSupport
import Testing

@testable import LicenseServer

@Suite struct StartTests {
  private func folder() -> URL {
    FileManager.default.temporaryDirectory.appending(path: "license-start-\(UUID().uuidString)")
  }

  private func migrated() async throws -> TestDatabase {
    try await TestPostgres.database(template: "license", migrate: LicenseDatabase.migrate)
  }

  @Test func itRefusesADatabaseThatIsBehind() async throws {
    let (database, keys) = (try await TestPostgres.database(), folder())
    let plane = try LicenseDatabase.plane(on: database, keys: keys.path, clock: TestClock())
    await #expect(throws: DatabaseBehind.self) { _ = try await plane.prepare() }
    #expect(!FileManager.default.fileExists(atPath: keys.path))
    await plane.database.close()
    withExtendedLifetime(database) {}
  }

  @Test func theFirstStartMakesAKeyAndLaterOnesRefuseToBeWithout() async throws {
    let (database, keys) = (try await migrated(), folder())
    defer { try? FileManager.default.removeItem(at: keys) }
    let plane = try LicenseDatabase.plane(on: database, keys: keys.path, clock: TestClock())
    let first = try await plane.prepare().published
    #expect(first.keys.count == 1)
    #expect(try await plane.prepare().published == first)
    try FileManager.default.removeItem(at: keys)
    await #expect(throws: SigningKeys.Lost.self) { _ = try await plane.prepare() }
    await plane.database.close()
  }

  @Test func aBrokenOrExposedKeyIsRefused() async throws {
    let (database, keys) = (try await migrated(), folder())
    defer { try? FileManager.default.removeItem(at: keys) }
    let plane = try LicenseDatabase.plane(on: database, keys: keys.path, clock: TestClock())
    let kid = try #require(try await plane.prepare().published.keys.first?.id)
    let file = keys.appending(path: "\(kid).json").path
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    await #expect(throws: SigningKeyFault.self) { _ = try await plane.prepare() }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    try Data("{".utf8).write(to: URL(filePath: file))
    await #expect(throws: SigningKeyFault.self) { _ = try await plane.prepare() }
    await plane.database.close()
  }

  @Test func withoutStaffItMustBeToldWhomToMake() async throws {
    let (database, keys) = (try await migrated(), folder())
    defer { try? FileManager.default.removeItem(at: keys) }
    let nameless = try LicenseDatabase.plane(
      on: database, keys: keys.path, ["VENDOR_PASSWORD": ""], clock: TestClock())
    await #expect(throws: FirstAccountMissing.self) { _ = try await nameless.prepare() }
    let named = try LicenseDatabase.plane(on: database, keys: keys.path, clock: TestClock())
    _ = try await named.prepare()
    _ = try await nameless.prepare()
    await nameless.database.close()
    await named.database.close()
  }

  @Test func aRotatedKeySignsAtOnceAndTheOldOneStaysPublished() async throws {
    try await withServer { server in
      let license = try await server.license()
      let old = try await server.activate(license.key)["lease"]?.stringValue ?? ""
      let directory = SigningKeyDirectory(path: server.plane.configuration.signingKeysDirectory)
      try directory.rotate(at: server.clock.now() + .seconds(1))
      await server.keys.reload()
      let new = try await server.heartbeat(license.key, sequence: 1)["lease"]?.stringValue ?? ""
      let published = try #require(JWKS(json: try await server.visitor.get("/.well-known/jwks.json").json))
      #expect(published.keys.count == 2)
      let verifier = LeaseVerifier(keys: published)
      for lease in [old, new] { _ = try verifier.lease(lease, fingerprint: "f") }
      #expect(old.split(separator: ".").first != new.split(separator: ".").first)
      let known: Int? = try await server.plane.database.scalar("SELECT count(*) FROM license.signing_keys")
      #expect(known == 2)
    }
  }

  @Test func aDirectoryThatBreaksWhileServingChangesNothing() async throws {
    try await withServer { server in
      let license = try await server.license()
      let path = server.plane.configuration.signingKeysDirectory
      try Data("{".utf8).write(to: URL(filePath: "\(path)/broken.json"))
      await server.keys.reload()
      #expect(try await server.activate(license.key).verdict == "true VALID")
    }
  }

  @Test func theDemoIsBelievableAndRunningItAgainChangesNothing() async throws {
    try await withServer { server in
      let first = try await Demo(server: server.plane).make()
      #expect(first.licenses.map(\.license.plan.slug) == ["starter", "pro", "enterprise"])
      #expect(Set(first.licenses.map(\.license.customerEmail)).count == 3)
      #expect(first.json["license_key"]?.stringValue == first.licenses.last?.key.text)
      let vendor = try await server.vendor()
      let before = try await vendor.get("/api/audit-log?limit=500").text
      let second = try await Demo(server: server.plane).make()
      #expect(first.json == second.json)
      #expect(try await vendor.get("/api/audit-log?limit=500").text == before)
      for entry in first.licenses { #expect(try await server.activate(entry.key.text).verdict == "true VALID") }
      let invoices = try await vendor.get("/api/invoices").json["items"]?.arrayValue
      #expect(invoices?.count == 4 && invoices?.filter { $0["status"] == "open" }.count == 1)
    }
  }
}
