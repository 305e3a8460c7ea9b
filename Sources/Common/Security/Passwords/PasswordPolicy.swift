public import Core

/// Which passwords we take: 12 to 256 characters, no composition rules, no common ones (NIST SP 800-63B).
public struct PasswordPolicy: Sendable {
  /// Why a password is refused.
  public struct Refusal: Error, Hashable, Sendable {
    /// Stable, snake_case.
    public let code: String
    /// A sentence for the person who chose it.
    public let message: String
  }

  public let length: ClosedRange<Int>

  public init(length: ClosedRange<Int> = 12...256) { self.length = length }

  /// Nil when the password is good enough. Knowing whose it is, it also refuses their own address.
  public func refusal(of password: String, email: EmailAddress? = nil) -> Refusal? {
    let count = password.count
    if count < length.lowerBound {
      return Refusal(code: "too_short", message: "must have at least \(length.lowerBound) characters")
    }
    if count > length.upperBound || password.utf8.count > length.upperBound * 4 {
      return Refusal(code: "too_long", message: "must have at most \(length.upperBound) characters")
    }
    let text = GuessableText(password)
    if text.isRepetition { return Refusal(code: "too_common", message: "repeats the same few characters") }
    if text.isSequence {
      return Refusal(code: "too_common", message: "is a run of the alphabet, digits or keyboard keys")
    }
    if text.isCommon { return Refusal(code: "too_common", message: "is among the passwords that are tried first") }
    if let email, text.isMostly(email) {
      return Refusal(code: "contains_email", message: "is mostly your e-mail address")
    }
    return nil
  }
}
