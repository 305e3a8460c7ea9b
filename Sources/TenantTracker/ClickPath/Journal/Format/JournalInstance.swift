internal import Core

/// Which journal: 16 hexadecimal digits, made with its directory. Positions of two journals can't be compared.
public struct JournalInstance: Hashable, Sendable, LosslessStringConvertible {
  public let description: String

  public init?(_ description: String) {
    guard description.utf8.count == 16, description.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else {
      return nil
    }
    self.description = description
  }

  static func random() -> JournalInstance {
    JournalInstance(hexDigits: RandomBytes.make(8).hex)
  }

  private init(hexDigits: String) { description = hexDigits }
}
