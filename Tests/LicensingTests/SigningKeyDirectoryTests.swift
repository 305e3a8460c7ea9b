import Core
import Foundation
import Testing

@testable import Licensing

@Suite struct SigningKeyDirectoryTests {
  private let folder = TemporaryFolder()
  private var directory: SigningKeyDirectory { SigningKeyDirectory(path: folder.path) }
  private let start = Vendor.start

  @Test func withoutAKeyNothingIsSigned() throws {
    #expect(throws: SigningKeyFault.noDirectory(path: folder.path)) { try directory.load() }
    try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
    #expect(throws: SigningKeyFault.noActiveKey(path: folder.path)) { try directory.load() }
  }

  @Test func theFirstRotationMakesTheFirstKey() throws {
    let ring = try directory.rotate(at: start)
    #expect(try directory.load().active.id == ring.active.id)
    #expect(ring.retired.isEmpty && ring.publicKeys(at: start).keys.map(\.id) == [ring.active.id])
    let file = "\(folder.path)/\(ring.active.id).json"
    #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
    #expect(try FileManager.default.attributesOfItem(atPath: folder.path)[.posixPermissions] as? Int == 0o700)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["\(ring.active.id).json"])
  }

  @Test func aRetiredKeyIsPublishedUntilNothingItSignedIsInUse() throws {
    let first = try directory.rotate(at: start).active
    let lease = try LeaseSigner(try directory.load()).sign(try Vendor().claims())
    let ring = try directory.rotate(at: start + .days(10))
    #expect(ring.active.id != first.id && ring.retired.map(\.id) == [first.id])
    let longest = start + .days(10) + LeaseTerms.offlineLifetime.upperBound + LeaseTerms.grace
    for time in [start + .days(10), start + .days(31), longest] {
      let verifier = LeaseVerifier(keys: ring.publicKeys(at: time))
      #expect(throws: Never.self) { try verifier.lease(lease, fingerprint: Vendor.fingerprint) }
    }
    let gone = LeaseVerifier(keys: ring.publicKeys(at: longest + .days(2)))
    #expect(throws: LeaseError.signature(.unknownKey)) { try gone.lease(lease, fingerprint: Vendor.fingerprint) }
  }

  @Test func newLeasesAreSignedWithTheNewKey() throws {
    try directory.rotate(at: start)
    let ring = try directory.rotate(at: start + .days(1))
    let token = try LeaseSigner(ring).sign(try Vendor().claims())
    let verifier = LeaseVerifier(keys: JWKS([ring.active.verificationKey]))
    #expect(try verifier.lease(token, fingerprint: Vendor.fingerprint).claims.sequence == 1)
  }

  @Test func anOverlapShorterThanLeaseAndGraceIsRefused() throws {
    try directory.rotate(at: start)
    #expect(throws: SigningKeyFault.overlapTooShort) { try directory.rotate(at: start, overlap: .days(21)) }
    #expect(throws: Never.self) { try directory.rotate(at: start, overlap: .days(22)) }
  }

  @Test func keysPastTheirTimeAreRemovedAtTheNextRotation() throws {
    let first = try directory.rotate(at: start).active.id
    try directory.rotate(at: start + .days(1), overlap: .days(30))
    let ring = try directory.rotate(at: start + .days(40), overlap: .days(30))
    #expect(!ring.retired.map(\.id).contains(first) && ring.retired.count == 1)
  }

  @Test func aRotationCutShortLeavesTheNewerKeySigning() throws {
    let old = SigningKey.generate(at: start)
    let new = SigningKey.generate(at: start + .hours(1))
    let ring = try #require(SigningKeyRing([new, old]))
    #expect(ring.active.id == new.id)
    #expect(ring.publicKeys(at: start + .days(1)).keys.map(\.id) == [new.id, old.id])
  }

  @Test func aKeyFileThatOthersMayReadIsRefused() throws {
    let ring = try directory.rotate(at: start)
    let file = "\(folder.path)/\(ring.active.id).json"
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
    #expect(throws: SigningKeyFault.file(.exposed(path: file))) { try directory.load() }
  }

  @Test func aDamagedKeyFileIsRefused() throws {
    let ring = try directory.rotate(at: start)
    let file = "\(folder.path)/\(ring.active.id).json"
    let stored = try JSONValue.parse(try PrivateFile.read(file))
    let json = try #require(stored.objectValue)
    for (name, value) in [
      ("d", .string(RandomBytes.make(32).base64url)), ("x", .string(RandomBytes.make(32).base64url)), ("kid", "other"),
      ("kty", "RSA"), ("retired_at", "2026-11-21T10:00:00.000Z"), ("created_at", "yesterday"),
    ] as [(String, JSONValue)] {
      var damaged = json
      damaged[name] = value
      try PrivateFile.replace(file, JSONValue.object(damaged).utf8)
      #expect(throws: SigningKeyFault.malformed(path: file)) { try directory.load() }
    }
    try PrivateFile.replace(file, Array("{".utf8))
    #expect(throws: SigningKeyFault.malformed(path: file)) { try directory.load() }
  }

  @Test func printingAKeyShowsNoSecret() throws {
    let key = SigningKey.generate(at: start)
    #expect("\(key)" == "SigningKey(\(key.id))")
  }
}
