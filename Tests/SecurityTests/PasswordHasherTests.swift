import Core
import Testing

@testable import Security

@Suite struct PasswordHasherTests {
  /// Small enough that a debug build runs hundreds in a second.
  private static let cheap = PasswordHasher.Parameters(memoryKiB: 64, iterations: 1, parallelism: 1)

  /// From the reference implementation's own tests (P-H-C/phc-winner-argon2, src/test.c, argon2id v=19).
  @Test(arguments: [
    ("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"),
    ("$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"),
    ("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"),
  ])
  func knowsTheReferenceVectors(hash: String, password: String) async throws {
    let parameters = try #require(PHCString(hash)).parameters
    let hasher = PasswordHasher(parameters: parameters, threads: 1)
    #expect(try await hasher.verify(password, against: hash) == .right)
    #expect(try await hasher.verify(password + "x", against: hash) == .wrong)
  }

  @Test func hashesWithTheDefaultCostsAndAFreshSalt() async throws {
    let hasher = PasswordHasher()
    let first = try await hasher.hash("a long enough passphrase")
    let second = try await hasher.hash("a long enough passphrase")
    #expect(first.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(first != second)
    #expect(try await hasher.verify("a long enough passphrase", against: first) == .right)
    #expect(try await hasher.verify("another passphrase here", against: first) == .wrong)
  }

  @Test func asksForANewHashWhenTheCostsHaveChanged() async throws {
    let old = try await PasswordHasher(parameters: Self.cheap, threads: 1).hash("the same password")
    let hasher = PasswordHasher(parameters: .init(memoryKiB: 128, iterations: 2), threads: 1)
    guard case .rightButOutdated(let new) = try await hasher.verify("the same password", against: old) else {
      Issue.record("no new hash")
      return
    }
    #expect(try await hasher.verify("the same password", against: new) == .right)
    #expect(try await hasher.verify("a wrong password", against: old) == .wrong)
  }

  @Test(arguments: [
    nil, "", "plain text", "$2b$12$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234",
    "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEg",
  ])
  func anythingButAHashOfOursIsWrong(stored: String?) async throws {
    let hasher = PasswordHasher(parameters: Self.cheap, threads: 1)
    #expect(try await hasher.verify("password", against: stored) == .wrong)
  }

  /// Costs that argon2 refuses show that it is asked to hash for an account that doesn't exist, at today's costs.
  @Test func theSameWorkIsDoneForAnUnknownUser() async throws {
    let hasher = PasswordHasher(parameters: .init(memoryKiB: 1), threads: 1)
    for stored in [nil, "no hash"] {
      let error = await #expect(throws: PasswordHashError.self) { try await hasher.verify("x", against: stored) }
      guard case .refused? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test func composedAndDecomposedLettersAreTheSamePassword() async throws {
    let hasher = PasswordHasher(parameters: Self.cheap, threads: 1)
    let stored = try await hasher.hash("caf\u{E9} au lait, bitte")
    #expect(try await hasher.verify("cafe\u{301} au lait, bitte", against: stored) == .right)
  }

  @Test func refusesAFloodInsteadOfQueueingItAll() async throws {
    let hasher = PasswordHasher(parameters: .init(memoryKiB: 8_192, iterations: 2), threads: 2, queueLimit: 4)
    let outcomes = await withTaskGroup(of: Bool?.self) { group in
      for _ in 0..<60 {
        group.addTask {
          do throws(PasswordHashError) {
            _ = try await hasher.hash("flood")
            return true
          } catch {
            return error == .busy ? false : nil
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.contains(true) && outcomes.contains(false) && !outcomes.contains(nil))
    #expect(try await hasher.verify("x", against: nil) == .wrong)
  }

  @Test func anyCostsRoundTripThroughTheText() throws {
    for (memory, iterations, parallelism) in [(8, 1, 1), (19_456, 2, 1), (262_144, 16, 8)] as [(UInt32, UInt32, UInt32)]
    {
      let phc = PHCString(
        parameters: .init(memoryKiB: memory, iterations: iterations, parallelism: parallelism),
        salt: RandomBytes.make(16), hash: RandomBytes.make(32))
      #expect(PHCString(phc.text) == (memory >= 8 * parallelism ? phc : nil))
    }
  }
}
