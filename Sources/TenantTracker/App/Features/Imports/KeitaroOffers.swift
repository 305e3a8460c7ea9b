import Core

/// A CSV file of offers as Keitaro and trackers like it write it, with their names of columns.
struct KeitaroOffers: Sendable {
  private enum Column: Sendable {
    case name, url, network, payout, currency, countries, dailyCap, state, notes
  }

  /// Names that tell such a file from one of ours.
  private static let telling: Set<String> = [
    "action payload", "payout value", "payout currency", "affiliate network", "affiliate network name", "state",
    "group",
    "group name", "daily cap", "conversion cap", "payout type", "offer url",
  ]

  private static let columns: [String: Column] = [
    "name": .name, "offer": .name, "offer name": .name, "url": .url, "offer url": .url, "action payload": .url,
    "affiliate network": .network, "affiliate network name": .network, "network": .network, "payout": .payout,
    "payout value": .payout, "payout currency": .currency, "currency": .currency, "country": .countries,
    "countries": .countries, "geo": .countries, "daily cap": .dailyCap, "conversion cap": .dailyCap, "state": .state,
    "status": .state, "notes": .notes,
  ]

  private static let paused: Set<String> = [
    "paused", "disabled", "inactive", "deleted", "archived", "stopped", "0", "off",
  ]

  private let places: [(column: Column, place: Int)]
  /// Whether a column says what offers are called.
  var hasNames: Bool { places.contains { $0.column == .name } }
  /// What is not taken from such a file.
  let notes: [String]

  /// Nil for a file that is not one.
  init?(_ header: CSVHeader) {
    guard header.names.contains(where: { Self.telling.contains($0.lowercased()) }) else { return nil }
    var places: [(column: Column, place: Int)] = []
    var ignored: [String] = []
    for (index, name) in header.names.enumerated() where !name.isEmpty {
      if let column = Self.columns[name.lowercased()], !places.contains(where: { $0.column == column }) {
        places.append((column, index))
      } else {
        ignored.append(name)
      }
    }
    self.places = places
    var notes = ["Read as a Keitaro file: {subid} in addresses becomes {click_id}."]
    if !ignored.isEmpty {
      notes.append("Not taken, as there is no such field here: \(ignored.prefix(50).joined(separator: ", ")).")
    }
    if places.contains(where: { $0.column == .countries }) {
      notes.append("Countries become payouts per country; whom an offer is for is decided by the filters of flows.")
    }
    self.notes = notes
  }

  func entry(_ row: CSVRow) -> ImportEntry {
    var entry = ImportEntry(type: .offers, place: .line(row.line), object: [:])
    var countries: [String] = []
    for (column, place) in places {
      let text = row.text(place)
      switch column {
      case .name: entry.object["name"] = .string(text)
      case .url: entry.object["url"] = .string(text.replacing("{subid}", with: "{click_id}"))
      case .network: entry.object["network"] = text.isEmpty ? .null : .string(text)
      case .payout: entry.object["payout"] = text.isEmpty ? .null : .string(text)
      case .currency: entry.object["currency"] = text.isEmpty ? .null : .string(text.uppercased())
      case .countries: countries = Self.countries(text)
      case .dailyCap: entry.object["cap_daily"] = Self.cap(text)
      case .state: entry.object["status"] = Self.paused.contains(text.lowercased()) ? "paused" : "active"
      case .notes: entry.object["notes"] = .string(text)
      }
    }
    if let payout = entry.object["payout"], !payout.isNull, !countries.isEmpty {
      entry.object["payouts"] = .array(countries.map { ["country": .string($0), "payout": payout] })
    }
    return entry
  }

  /// `US, CA` or `US|CA`; words such as “Worldwide” are no countries.
  private static func countries(_ text: String) -> [String] {
    var codes: [String] = []
    for word in text.uppercased().split(whereSeparator: { ",;|/ []\"".contains($0) }) {
      let isCode = word.utf8.count == 2 && word.utf8.allSatisfy { (0x41...0x5A).contains($0) }
      if isCode, !codes.contains(String(word)) { codes.append(String(word)) }
    }
    return codes
  }

  /// None is written as 0 there.
  private static func cap(_ text: String) -> JSONValue {
    guard let cap = Int64(text) else { return text.isEmpty ? .null : .string(text) }
    return cap == 0 ? .null : .int(cap)
  }
}
