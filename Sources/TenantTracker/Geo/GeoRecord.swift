import CMaxMindDB

/// One record of an open database, read key by key. It takes the keys of every database we know (City, Country,
/// Enterprise, ASN, ISP, Connection-Type) and keeps what is there.
struct GeoRecord {
  private let database: UnsafeMutablePointer<MMDB_s>
  private let offset: UInt32

  init(_ database: UnsafeMutablePointer<MMDB_s>, _ offset: UInt32) {
    self.database = database
    self.offset = offset
  }

  func place() throws(GeoFault) -> GeoPlace {
    GeoPlace(
      offset: offset, country: GeoText.countryCode(try text("country", "iso_code")),
      countryName: try text("country", "names", "en"), region: try text("subdivisions", "0", "names", "en"),
      city: try text("city", "names", "en"), isp: try isp(), connection: GeoText.connection(try connection()),
      asn: try asn())
  }

  private func isp() throws(GeoFault) -> String? {
    if let name = try text("isp") { return name }
    if let name = try text("traits", "isp") { return name }
    if let name = try text("autonomous_system_organization") { return name }
    if let name = try text("traits", "autonomous_system_organization") { return name }
    return try text("organization")
  }

  private func connection() throws(GeoFault) -> String? {
    if let type = try text("connection_type") { return type }
    return try text("traits", "connection_type")
  }

  private func asn() throws(GeoFault) -> UInt32? {
    var value = try value("autonomous_system_number")
    if !value.has_data { value = try self.value("traits", "autonomous_system_number") }
    let number = mmdb_number(&value)
    return number == 0 ? nil : UInt32(exactly: number)
  }

  private func text(_ a: String, _ b: String? = nil, _ c: String? = nil, _ d: String? = nil) throws(GeoFault) -> String?
  {
    var value = try value(a, b, c, d)
    var length: UInt32 = 0
    guard let start = mmdb_text(&value, &length) else { return nil }
    return GeoText.clean(UnsafeRawBufferPointer(start: start, count: Int(length)))
  }

  private func value(_ a: String, _ b: String? = nil, _ c: String? = nil, _ d: String? = nil) throws(GeoFault)
    -> MMDB_entry_data_s
  {
    var value = MMDB_entry_data_s()
    let code = mmdb_value(database, offset, a, b, c, d, &value)
    guard code == MMDB_SUCCESS else { throw .corrupt(GeoDatabase.words(code)) }
    return value
  }
}

/// Texts from a database on their way to ours: valid UTF-8 without control characters, of bounded length.
enum GeoText {
  private static let limit = 200

  static func clean(_ bytes: UnsafeRawBufferPointer) -> String? {
    var text = String(decoding: bytes.prefix(limit), as: UTF8.self)
    // A name cut in the middle of a character ends in the replacement character.
    if bytes.count > limit, text.last == "\u{FFFD}" { text.removeLast() }
    return clean(text)
  }

  static func clean(_ text: String?) -> String? {
    guard var text else { return nil }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      text.unicodeScalars.removeAll { $0.value < 0x20 || $0.value == 0x7F }
    }
    return text.isEmpty ? nil : text
  }

  /// Two letters in upper case; anything else is no code.
  static func countryCode(_ text: String?) -> String? {
    guard let code = text?.uppercased(), code.utf8.count == 2, code.utf8.allSatisfy({ (0x41...0x5A).contains($0) })
    else {
      return nil
    }
    return code
  }

  /// MaxMind's `Cable/DSL` is our `broadband`; the other words are only lower-cased.
  static func connection(_ text: String?) -> String? {
    guard let word = text?.lowercased() else { return nil }
    return word == "cable/dsl" ? "broadband" : word
  }
}
