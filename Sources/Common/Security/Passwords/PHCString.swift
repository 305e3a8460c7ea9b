import Core

/// An argon2id hash in the text form of the PHC string format, as argon2's own tools write it:
/// `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
struct PHCString: Equatable {
  let parameters: PasswordHasher.Parameters
  let salt: [UInt8]
  let hash: [UInt8]

  init(parameters: PasswordHasher.Parameters, salt: [UInt8], hash: [UInt8]) {
    self.parameters = parameters
    self.salt = salt
    self.hash = hash
  }

  /// Nil for another algorithm or version, and for costs so high that checking one password would starve the server.
  init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard text.utf8.count <= 256, parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19",
      let parameters = Self.parameters(parts[3]), parameters.isSane,
      let salt = Self.bytes(parts[4]), (8...64).contains(salt.count),
      let hash = Self.bytes(parts[5]), (16...64).contains(hash.count)
    else { return nil }
    self.init(parameters: parameters, salt: salt, hash: hash)
  }

  var text: String {
    let costs = "m=\(parameters.memoryKiB),t=\(parameters.iterations),p=\(parameters.parallelism)"
    return "$argon2id$v=19$\(costs)$\(Self.base64(salt))$\(Self.base64(hash))"
  }

  private static func parameters(_ text: Substring) -> PasswordHasher.Parameters? {
    let values = text.split(separator: ",", omittingEmptySubsequences: false)
    guard values.count == 3, let memory = number(values[0], after: "m="),
      let iterations = number(values[1], after: "t="),
      let parallelism = number(values[2], after: "p=")
    else { return nil }
    return .init(memoryKiB: memory, iterations: iterations, parallelism: parallelism)
  }

  private static func number(_ text: Substring, after label: String) -> UInt32? {
    text.hasPrefix(label) ? UInt32(text.dropFirst(label.count)) : nil
  }

  /// PHC uses the standard alphabet without padding; Core has the URL-safe one.
  private static func bytes(_ text: Substring) -> [UInt8]? {
    guard !text.contains("-"), !text.contains("_") else { return nil }
    return [UInt8](base64url: swap(text, "+", "-", "/", "_"))
  }

  private static func base64(_ bytes: [UInt8]) -> String { swap(bytes.base64url, "-", "+", "_", "/") }

  private static func swap(
    _ text: some StringProtocol, _ a: Character, _ b: Character, _ c: Character, _ d: Character
  ) -> String {
    String(text.map { $0 == a ? b : $0 == c ? d : $0 })
  }
}
