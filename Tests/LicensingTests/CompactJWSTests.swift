import Core
import Crypto
import Testing

@testable import Licensing

@Suite struct CompactJWSTests {
  private static let type = "test+jwt"
  private let key = SigningKey.generate(at: Vendor.start)
  private let keys: JWKS
  private let token: String

  init() throws {
    keys = JWKS([key.verificationKey])
    token = try CompactJWS.sign(["a": 1, "b": "ü"], type: Self.type, with: key)
  }

  @Test func readsWhatItSigned() throws {
    #expect(try CompactJWS.verify(token, type: Self.type, keys: keys) == ["a": 1, "b": "ü"])
  }

  @Test func noChangedCharacterPasses() {
    let characters = Array(token.utf8)
    for index in characters.indices {
      for replacement in [characters[index] ^ 1, UInt8(ascii: "A"), UInt8(ascii: "."), UInt8(ascii: "=")] {
        guard replacement != characters[index] else { continue }
        var changed = characters
        changed[index] = replacement
        #expect(throws: JWSError.self) {
          try CompactJWS.verify(String(decoding: changed, as: UTF8.self), type: Self.type, keys: keys)
        }
      }
    }
  }

  @Test func noTruncationOrExtensionPasses() {
    for count in 0..<token.utf8.count {
      #expect(throws: JWSError.self) {
        try CompactJWS.verify(String(token.prefix(count)), type: Self.type, keys: keys)
      }
    }
    for suffix in [".", "A", "AA", "=", " ", "\n", ".e30"] {
      #expect(throws: JWSError.self) { try CompactJWS.verify(token + suffix, type: Self.type, keys: keys) }
    }
  }

  @Test func noChangedBitOfTheSignaturePasses() throws {
    let parts = token.split(separator: ".")
    let signature = try #require([UInt8](base64url: parts[2]))
    for index in signature.indices {
      for bit in 0..<8 {
        var changed = signature
        changed[index] ^= 1 << bit
        #expect(throws: JWSError.signature) {
          try CompactJWS.verify("\(parts[0]).\(parts[1]).\(changed.base64url)", type: Self.type, keys: keys)
        }
      }
    }
  }

  /// Adding the group's order to S gives another valid-looking signature; RFC 8032 (5.1.7) wants it refused.
  @Test func aMalleatedSignatureDoesNotPass() throws {
    let parts = token.split(separator: ".")
    var signature = try #require([UInt8](base64url: parts[2]))
    let order: [UInt8] = [
      0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, 0, 0, 0, 0, 0, 0,
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]
    var carry = 0
    for index in 0..<32 {
      let sum = Int(signature[32 + index]) + Int(order[index]) + carry
      signature[32 + index] = UInt8(truncatingIfNeeded: sum)
      carry = sum >> 8
    }
    #expect(throws: JWSError.signature) {
      try CompactJWS.verify("\(parts[0]).\(parts[1]).\(signature.base64url)", type: Self.type, keys: keys)
    }
  }

  @Test(arguments: ["none", "None", "", "HS256", "RS256", "ES256", "eddsa", "EdDSA ", "Ed25519"])
  func onlyEdDSAIsTaken(algorithm: String) throws {
    let forged = try forge(["alg": .string(algorithm), "kid": .string(key.id), "typ": .string(Self.type)])
    #expect(throws: JWSError.algorithm) { try CompactJWS.verify(forged, type: Self.type, keys: keys) }
    let unsigned = forged.split(separator: ".").prefix(2).joined(separator: ".") + "."
    #expect(throws: JWSError.algorithm) { try CompactJWS.verify(unsigned, type: Self.type, keys: keys) }
  }

  /// The classic confusion: an HMAC whose secret is the public key.
  @Test func anHMACUnderThePublicKeyDoesNotPass() throws {
    let header: JSONValue = ["alg": "HS256", "kid": .string(key.id), "typ": .string(Self.type)]
    let input = "\(header.utf8.base64url).\((["a": 1] as JSONValue).utf8.base64url)"
    let code = HMAC<SHA256>.authenticationCode(
      for: Array(input.utf8), using: SymmetricKey(data: key.verificationKey.publicKey))
    #expect(throws: JWSError.algorithm) {
      try CompactJWS.verify("\(input).\(Array(code).base64url)", type: Self.type, keys: keys)
    }
  }

  @Test func keysOfferedByTheHeaderAreNotUsed() throws {
    let attacker = SigningKey.generate(at: Vendor.start)
    for extra in ["jwk": attacker.verificationKey.json, "jku": "https://evil.example/jwks.json", "x5u": "https://evil"]
      as [String: JSONValue]
    {
      for id in [key.id, attacker.id] {
        var header: JSONObject = ["alg": "EdDSA", "kid": .string(id), "typ": .string(Self.type)]
        header[extra.key] = extra.value
        let forged = try forge(.object(header), signedBy: attacker)
        #expect(throws: id == key.id ? JWSError.signature : .unknownKey) {
          try CompactJWS.verify(forged, type: Self.type, keys: keys)
        }
      }
    }
  }

  @Test func headersThatMakeNoSenseAreRefused() throws {
    let good: JSONObject = ["alg": "EdDSA", "kid": .string(key.id), "typ": .string(Self.type)]
    let cases: [(String, JSONValue?, JWSError)] = [
      ("crit", ["exp"], .critical), ("crit", nil, .critical), ("typ", "JWT", .type), ("typ", .null, .type),
      ("kid", .int(7), .unknownKey), ("kid", "other", .unknownKey), ("alg", ["EdDSA"], .algorithm),
    ]
    for (name, value, error) in cases {
      var header = good
      header[name] = value ?? .array([])
      let forged = try forge(.object(header))
      #expect(throws: error) { try CompactJWS.verify(forged, type: Self.type, keys: keys) }
    }
    for text in ["[]", "null", "7", "{", #"{"alg":"EdDSA","alg":"none"}"#, ""] {
      let input = "\(Array(text.utf8).base64url).e30"
      let signature = try key.signature(for: Array(input.utf8)).base64url
      #expect(throws: JWSError.malformed) {
        try CompactJWS.verify("\(input).\(signature)", type: Self.type, keys: keys)
      }
    }
  }

  @Test func aTokenOfAnotherTypeIsNotTaken() throws {
    let vendor = try Vendor()
    let lease = try LeaseSigner(vendor.ring).sign(vendor.claims())
    #expect(throws: LeaseError.signature(.type)) { try vendor.verifier.decision(lease, nonce: "n", licenseKey: "k") }
  }

  @Test func hugeTokensAreNotLookedAt() {
    #expect(throws: JWSError.tooLarge) {
      try CompactJWS.verify(String(repeating: "A", count: CompactJWS.maxLength + 1), type: Self.type, keys: keys)
    }
  }

  private func forge(_ header: JSONValue, signedBy signer: SigningKey? = nil) throws -> String {
    let input = "\(header.utf8.base64url).\((["a": 1] as JSONValue).utf8.base64url)"
    return "\(input).\(try (signer ?? key).signature(for: Array(input.utf8)).base64url)"
  }
}

@Suite struct VerificationKeyTests {
  /// RFC 8037, appendices A.1 to A.4.
  @Test func knowsTheVectorsOfTheRFC() throws {
    let seed = try #require([UInt8](base64url: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    let key = try #require(SigningKey(seed: seed, createdAt: Vendor.start))
    #expect(key.verificationKey.publicKey.base64url == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
    #expect(key.id == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    let signature = try #require(
      [UInt8](base64url: "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"))
    let message = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
    #expect(key.verificationKey.isValid(signature: signature, for: message))
    #expect(!key.verificationKey.isValid(signature: signature, for: message + [0]))
  }

  /// RFC 8032, section 7.1, test 2.
  @Test func knowsTheVectorsOfEd25519() throws {
    let point = try #require([UInt8](hex: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
    let key = try #require(VerificationKey(publicKey: point))
    let signature = try #require(
      [UInt8](
        hex: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
          + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"))
    #expect(key.isValid(signature: signature, for: [0x72]))
    #expect(!key.isValid(signature: signature, for: [0x73]))
    #expect(!key.isValid(signature: [], for: [0x72]))
  }

  @Test func theKeySetRoundTripsAndPassesOverOtherKinds() throws {
    let set = JWKS([
      SigningKey.generate(at: Vendor.start).verificationKey, SigningKey.generate(at: Vendor.start).verificationKey,
    ])
    #expect(JWKS(json: set.json) == set)
    #expect(set.json["keys"]?.arrayValue?.first?["use"] == "sig")
    let mixed: JSONValue = ["keys": [["kty": "RSA", "n": "x", "e": "AQAB"], set.keys[0].json]]
    #expect(JWKS(json: mixed)?.keys == [set.keys[0]])
    for bad in [[:], ["keys": []], ["keys": "x"], ["keys": [["kty": "OKP", "crv": "X25519", "x": "AAAA"]]]]
      as [JSONValue]
    {
      #expect(JWKS(json: bad) == nil)
    }
  }

  @Test func aKeyUnderAForeignIDIsNotTaken() throws {
    var json = try #require(SigningKey.generate(at: Vendor.start).verificationKey.json.objectValue)
    json["kid"] = "chosen-by-somebody"
    #expect(VerificationKey(json: .object(json)) == nil)
  }
}
