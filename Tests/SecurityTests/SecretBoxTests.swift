import Core
import Foundation
import Security
import Testing

@Suite struct SecretBoxTests {
  private let key: SecretKey
  private let box: SecretBox

  init() throws {
    key = try #require(SecretKey(SecretKey.generateText()))
    box = SecretBox(key: key)
  }

  @Test(arguments: ["", "x", "a longer secret", "sk_live_51H8…", String(repeating: "long ", count: 4_000)])
  func opensWhatItSealed(secret: String) throws {
    let sealed = try box.seal(secret, for: "networks.token:17")
    #expect(sealed.hasPrefix("v1."))
    #expect(secret.utf8.count < 8 || !sealed.contains(secret))
    #expect(try box.openText(sealed, for: "networks.token:17") == secret)
    #expect(try box.seal(secret, for: "networks.token:17") != sealed)
  }

  @Test func anyChangedBitIsNoticed() throws {
    let sealed = try box.seal("a secret", for: "here")
    let bytes = try #require([UInt8](base64url: sealed.dropFirst(3)))
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << bit
        #expect(throws: index < 4 ? SecretBox.Fault.unknownKey : .notAuthentic) {
          try box.open("v1.\(changed.base64url)", for: "here")
        }
      }
    }
  }

  @Test func aValueCopiedToAnotherPlaceDoesNotOpen() throws {
    let sealed = try box.seal("a secret", for: "users.totp:1")
    #expect(throws: SecretBox.Fault.notAuthentic) { try box.open(sealed, for: "users.totp:2") }
  }

  @Test(arguments: ["", "v1.", "v1.AAAA", "v2.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "plain", "v1.$$$$"])
  func otherTextIsMalformed(text: String) {
    #expect(throws: SecretBox.Fault.malformed) { try box.open(text, for: "here") }
    #expect(!box.needsResealing(text))
  }

  @Test func aRotatedKeyStillOpensOldValues() throws {
    let sealed = try box.seal("old", for: "here")
    let newKey = try #require(SecretKey(SecretKey.generateText()))
    let rotated = SecretBox(key: newKey, former: [key])
    #expect(try rotated.openText(sealed, for: "here") == "old")
    #expect(rotated.needsResealing(sealed))
    let resealed = try rotated.seal("old", for: "here")
    #expect(!rotated.needsResealing(resealed))
    #expect(throws: SecretBox.Fault.unknownKey) { try box.open(resealed, for: "here") }
    #expect(throws: SecretBox.Fault.unknownKey) { try SecretBox(key: newKey).open(sealed, for: "here") }
  }
}

@Suite struct SecretKeyTests {
  @Test(arguments: ["", "short", String(repeating: "a", count: 64), "1234567123456712345671234567123456"])
  func guessableTextIsNoKey(text: String) { #expect(SecretKey(text) == nil) }

  @Test func purposesGiveUnrelatedKeys() throws {
    let key = try #require(SecretKey("0123456789abcdef0123456789abcdef"))
    #expect(key.derivedKey(for: "a").count == 32)
    #expect(key.derivedKey(for: "a") == key.derivedKey(for: "a"))
    #expect(key.derivedKey(for: "a") != key.derivedKey(for: "b"))
    #expect(key.authenticationCode(of: [1], for: "a") != key.authenticationCode(of: [1], for: "b"))
    #expect(!"\(key)".contains("0123"))
  }

  @Test func theFileIsMadeOnceAndForItsOwnerOnly() throws {
    let path = try temporaryFolder() + "/secret-key"
    let made = try SecretKeyFile(path: path).loadOrCreate()
    let loaded = try SecretKeyFile(path: path).loadOrCreate()
    #expect(made.derivedKey(for: "x") == loaded.derivedKey(for: "x"))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  @Test func refusesAFileThatOthersCanRead() throws {
    let path = try temporaryFolder() + "/secret-key"
    _ = try SecretKeyFile(path: path).loadOrCreate()
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    #expect(throws: PrivateFile.Fault.exposed(path: path)) { try SecretKeyFile(path: path).loadOrCreate() }
  }

  @Test func refusesAnEmptyFileAndAMissingFolder() throws {
    let folder = try temporaryFolder()
    #expect(try PrivateFile.create("\(folder)/empty", []))
    #expect(throws: PrivateFile.Fault.self) { try SecretKeyFile(path: "\(folder)/empty").loadOrCreate() }
    #expect(throws: PrivateFile.Fault.self) { try SecretKeyFile(path: "\(folder)/none/key").loadOrCreate() }
  }

  private func temporaryFolder() throws -> String {
    let path = FileManager.default.temporaryDirectory.path + "/trackily-\(RandomBytes.make(8).hex)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
