import ClickPath
import Core
import Web

// A campaign's guards as the API has them: bot filter, frequency cap, retargeting pixels.

extension BotFilterRecord {
  var json: JSONValue { ["enabled": .bool(isEnabled), "redirect_url": JSONValue(redirectURL)] }

  static func read(
    _ value: JSONValue, current: BotFilterRecord, _ fields: inout FieldReader
  ) throws(Problem) -> BotFilterRecord {
    var entry = try FieldReader(value, path: "bot_filter")
    var record = current
    if let isEnabled = entry.optionalBool("enabled") { record.isEnabled = isEnabled ?? false }
    if let url = entry.optionalURLTemplate("redirect_url") { record.redirectURL = url }
    fields.adopt(entry)
    return record
  }

  static let schema = Schema.object([
    .optional("enabled", .boolean),
    .optional("redirect_url", .string.nullable.described("Where bots are sent; \(defaultURL) if null.")),
  ])
}

extension FrequencyCapRecord {
  private static let limits: ClosedRange<Int64> = 1...1_000
  private static let windows: ClosedRange<Int64> = 1...720

  var json: JSONValue {
    [
      "limit": .int(limit), "hours": .int(hours), "redirect_url": JSONValue(redirectURL),
      "key": .string(key.rawValue),
    ]
  }

  /// Nil when it can't be read: the faults are noted.
  static func read(_ value: JSONValue, _ fields: inout FieldReader) throws(Problem) -> FrequencyCapRecord? {
    var entry = try FieldReader(value, path: "frequency_cap")
    let limit = entry.int("limit", range: limits)
    let hours = entry.int("hours", range: windows)
    let url = entry.optionalURLTemplate("redirect_url") ?? nil
    let key = entry.optionalOneOf("key", Key.allCases.map(\.rawValue)) ?? nil
    fields.adopt(entry)
    guard let limit, let hours else { return nil }
    var record = FrequencyCapRecord(limit: Int(limit), hours: Int(hours))
    record.redirectURL = url
    record.key = key.flatMap(Key.init(rawValue:)) ?? .address
    return record
  }

  static let schema = Schema.object([
    .required("limit", .integer.described("Visits, \(limits.lowerBound) to \(limits.upperBound).")),
    .required("hours", .integer.described("The sliding window, \(windows.lowerBound) to \(windows.upperBound).")),
    .optional("redirect_url", .string.nullable.described("For who is over it; a plain page if null.")),
    .optional(
      "key", .choice(Key.allCases.map(\.rawValue)).described("Who is counted: the address, or the cookie first.")),
  ])
}

extension RetargetingRecord {
  var json: JSONValue {
    [
      "facebook": JSONValue(facebook), "google": JSONValue(google), "tiktok": JSONValue(tiktok),
      "scripts": JSONValue(scripts),
    ]
  }

  var isEmpty: Bool { self == RetargetingRecord() }

  /// Nil when no pixel is set.
  static func read(_ value: JSONValue, _ fields: inout FieldReader) throws(Problem) -> RetargetingRecord? {
    var entry = try FieldReader(value, path: "pixels")
    var record = RetargetingRecord()
    record.facebook = pixelID("facebook", "be a Facebook pixel id: digits", &entry) { $0.utf8.allSatisfy(\.isDigit) }
    record.google = pixelID("google", "be a Google tag id such as AW-123456789 or G-ABC123", &entry) {
      $0.hasPrefix("AW-") || $0.hasPrefix("G-") || $0.hasPrefix("GT-") || $0.hasPrefix("DC-")
    }
    record.tiktok = pixelID("tiktok", "be a TikTok pixel code: letters and digits", &entry) { _ in true }
    record.scripts = (entry.optionalString("scripts", length: 0...20_000, trim: false) ?? nil).flatMap {
      $0.trimmed.isEmpty ? nil : $0
    }
    fields.adopt(entry)
    return record.isEmpty ? nil : record
  }

  private static func pixelID(
    _ name: String, _ rule: String, _ entry: inout FieldReader, _ fits: (String) -> Bool
  ) -> String? {
    guard let id = entry.optionalString(name, length: 0...64) ?? nil, !id.isEmpty else { return nil }
    let isPlain = id.utf8.allSatisfy { $0.isDigit || (0x41...0x5A).contains($0 & 0xDF) || $0 == UInt8(ascii: "-") }
    if !isPlain || !fits(id) { entry.fault(name, "invalid", "must \(rule)") }
    return id
  }

  static let schema = Schema.object([
    .optional("facebook", .string.nullable), .optional("google", .string.nullable),
    .optional("tiktok", .string.nullable),
    .optional("scripts", .string.nullable.described("HTML with script elements.")),
  ])
}

extension UInt8 {
  fileprivate var isDigit: Bool { asciiDigit != nil }
}
