import Core

/// A one-time way in for someone who lost the authenticator: 80 random bits, stored as a ``TokenHash``.
public struct RecoveryCode: Sendable {
  /// `abcd-efgh-ijkl-mnop`
  public let text: String

  private init() {
    let characters = Array(RandomBytes.make(10).base32)
    text = stride(from: 0, to: 16, by: 4).map { String(characters[$0..<$0 + 4]) }.joined(separator: "-")
  }

  public static func generate(count: Int = 10) -> [RecoveryCode] { (0..<count).map { _ in RecoveryCode() } }

  public var hash: TokenHash { TokenHash(of: Self.canonical(text)) }

  /// The index of the unused hash that the typed code matches. Case, blanks and hyphens don't matter.
  public static func match(_ typed: String, among hashes: [TokenHash]) -> Int? {
    let hash = TokenHash(of: canonical(typed))
    var match: Int?
    for (index, candidate) in hashes.enumerated() where candidate == hash { match = match ?? index }
    return match
  }

  private static func canonical(_ text: String) -> String {
    String(text.lowercased().filter { !$0.isWhitespace && $0 != "-" })
  }
}
