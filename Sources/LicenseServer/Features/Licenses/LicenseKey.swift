import Core
import Crypto
import FoundationEssentials

/// What a customer types into a tracker: a random UUID. The database knows its hash and, sealed, the key itself.
struct LicenseKey: Sendable {
  let text: String

  static func make() -> LicenseKey { LicenseKey(text: UUID().uuidString.lowercased()) }

  var hash: [UInt8] { LicenseKey.hash(of: text) }
  var lastFour: String { String(text.suffix(4)) }

  /// SHA-256 of the key as people may type it: blanks around it and its case do not matter.
  static func hash(of typed: String) -> [UInt8] { Array(SHA256.hash(data: Array(typed.trimmed.lowercased().utf8))) }

  /// What a list shows in its place.
  static func masked(lastFour: String) -> String { "••••••••-••••-••••-••••-••••••••\(lastFour)" }

  /// What the sealed key is bound to, so that it does not open in another row.
  static func sealingContext(license: Int64) -> String { "license_keys.sealed:\(license)" }
}
