import Core
import Security
import Testing

@Suite struct SecretTokenTests {
  @Test func tokensAreUniqueAndRecognisable() {
    let tokens = (0..<1_000).map { _ in SecretToken.make(prefix: "tly_key").text }
    #expect(Set(tokens).count == 1_000)
    #expect(tokens.allSatisfy { $0.hasPrefix("tly_key_") && $0.utf8.count == 40 })
  }

  @Test func onlyTheTokenItselfMatchesItsHash() throws {
    let token = SecretToken.make()
    #expect(token.hash.matches(token.text))
    #expect(!token.hash.matches(token.text + " "))
    #expect(!token.hash.matches(String(token.text.dropLast())))
    #expect(TokenHash(bytes: token.hash.bytes) == token.hash)
    #expect(TokenHash(bytes: [1, 2, 3]) == nil)
  }

  @Test func printingATokenHidesIt() {
    let token = SecretToken.make()
    #expect(!"\(token)".contains(token.text.dropFirst(4).prefix(20)))
    #expect("\(token)".hasSuffix(token.hint))
  }

  @Test func constantTimeEqualityIsEquality() {
    #expect(ConstantTime.equal([], []))
    #expect(ConstantTime.equal("same", "same"))
    #expect(!ConstantTime.equal("same", "sama"))
    #expect(!ConstantTime.equal("same", "same "))
  }
}

@Suite struct TOTPTests {
  /// RFC 6238, appendix B (SHA-1); its eight digits end in our six.
  @Test(arguments: [
    (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
    (2_000_000_000, "279037"), (20_000_000_000, "353130"),
  ])
  func knowsTheVectorsOfTheRFC(seconds: Int64, code: String) throws {
    let totp = try #require(TOTP(secret: Array("12345678901234567890".utf8)))
    #expect(totp.code(at: Timestamp(seconds: seconds)) == code)
  }

  @Test func aCodeIsGoodForOneStepToEitherSide() {
    let totp = TOTP.generate()
    let now = Timestamp(seconds: 1_795_255_200)
    let code = totp.code(at: now)
    for offset in [-30, 0, 30] as [Int64] {
      #expect(totp.acceptedStep(of: code, at: now + .seconds(offset), lastAccepted: nil) == now.seconds / 30)
    }
    for offset in [-61, 61] as [Int64] {
      #expect(totp.acceptedStep(of: code, at: now + .seconds(offset), lastAccepted: nil) == nil)
    }
  }

  @Test func aCodeWorksOnce() throws {
    let totp = TOTP.generate()
    let now = Timestamp(seconds: 1_795_255_200)
    let step = try #require(totp.acceptedStep(of: totp.code(at: now), at: now, lastAccepted: nil))
    #expect(totp.acceptedStep(of: totp.code(at: now), at: now, lastAccepted: step) == nil)
    #expect(totp.acceptedStep(of: totp.code(at: now - .seconds(30)), at: now, lastAccepted: step) == nil)
    let next = now + .seconds(30)
    #expect(totp.acceptedStep(of: totp.code(at: next), at: next, lastAccepted: step) == step + 1)
  }

  @Test func typedBlanksAreForgivenAndNonsenseIsNot() {
    let totp = TOTP.generate()
    let now = Timestamp(seconds: 1_795_255_200)
    let code = totp.code(at: now)
    #expect(totp.acceptedStep(of: "\(code.prefix(3)) \(code.suffix(3))", at: now, lastAccepted: nil) != nil)
    for nonsense in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
      #expect(totp.acceptedStep(of: nonsense, at: now, lastAccepted: nil) == nil)
    }
  }

  @Test func theURIIsWhatAuthenticatorsRead() throws {
    let totp = try #require(TOTP(secret: Array("12345678901234567890".utf8)))
    #expect(
      totp.uri(issuer: "My Tracker", account: "a+b@example.com")
        == "otpauth://totp/My%20Tracker:a%2Bb%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        + "&issuer=My%20Tracker&algorithm=SHA1&digits=6&period=30")
    #expect(TOTP(typedSecret: totp.typedSecret.lowercased()) == totp)
    #expect(TOTP(typedSecret: "GEZD!") == nil)
    #expect(TOTP(secret: [1, 2, 3]) == nil)
  }
}

@Suite struct RecoveryCodeTests {
  @Test func eachCodeFindsItsOwnHash() {
    let codes = RecoveryCode.generate()
    let hashes = codes.map(\.hash)
    #expect(Set(codes.map(\.text)).count == 10)
    for (index, code) in codes.enumerated() {
      #expect(RecoveryCode.match(code.text, among: hashes) == index)
      #expect(RecoveryCode.match(" \(code.text.uppercased().filter { $0 != "-" }) ", among: hashes) == index)
    }
    #expect(RecoveryCode.match("abcd-efgh-ijkl-mnop", among: hashes) == nil)
    #expect(RecoveryCode.match("", among: hashes) == nil)
  }
}
