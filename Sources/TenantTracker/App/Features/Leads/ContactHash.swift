import Core
import Crypto

/// Who a customer is, as far as we keep it: the SHA-256 of the normalized value, the form in which ad platforms take it.
/// https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
struct ContactHash: Hashable, Sendable {
  let bytes: [UInt8]

  var hex: String { bytes.hex }

  private init(of text: String) { bytes = Array(SHA256.hash(data: Array(text.utf8))) }

  init(_ email: EmailAddress) { self.init(of: email.description) }

  /// Lower case, without blanks at the ends. Nil for nothing.
  init?(name: String) {
    let name = name.trimmed.lowercased()
    guard !name.isEmpty else { return nil }
    self.init(of: name)
  }

  /// The digits alone, without the zeros of an international prefix. Nil for what is no number of 6 to 15 digits (E.164).
  init?(phone: String) {
    let phone = phone.trimmed
    guard phone.utf8.allSatisfy({ $0.asciiDigit != nil || "+-./() ".utf8.contains($0) }) else { return nil }
    var digits = phone.filter { $0.isASCII && $0.isNumber }[...]
    if digits.hasPrefix("00") { digits = digits.dropFirst(2) }
    guard (6...15).contains(digits.utf8.count) else { return nil }
    self.init(of: String(digits))
  }

  /// A value that is hashed already, as 64 hexadecimal digits.
  init?(hex: String) {
    guard hex.utf8.count == 64, let bytes = [UInt8](hex: hex.lowercased()) else { return nil }
    self.bytes = bytes
  }
}
