/// A filter as it is reasoned about without a visitor. Equal for filters that do the same.
struct FilterSense: Hashable {
  let filter: FlowFilter
  /// Of hours and weekdays: the zone they are meant in, nil for the tenant's. Two zones are never taken for one.
  let zone: String?

  /// Nil for one that can't be read.
  init?(_ record: FilterRecord) {
    guard let filter = try? FlowFilter(record, clock: { _ in .utc }) else { return nil }
    self.filter = filter
    zone = filter.field == .hour || filter.field == .weekday ? record.zone : nil
  }

  /// Filters with the same subject look at the same fact.
  fileprivate struct Subject: Hashable {
    let field: FilterField
    let zone: String?
  }

  fileprivate var subject: Subject { Subject(field: filter.field, zone: zone) }
}

extension [FilterSense] {
  /// False only when it is certain that nobody matches all of them.
  var canMatchTogether: Bool {
    Dictionary(grouping: self, by: \.subject).values.allSatisfy { FactFilters($0.map(\.filter)).haveCommonValue }
  }

  /// Whether everybody who matches all of them matches `other`, too; false when that is not certain.
  func imply(_ other: FilterSense) -> Bool {
    FactFilters(filter { $0.subject == other.subject }.map(\.filter)).imply(other.filter)
  }
}

/// Filters that all look at the same fact.
private struct FactFilters {
  let filters: [FlowFilter]

  init(_ filters: [FlowFilter]) { self.filters = filters }

  // Could one value match all?

  var haveCommonValue: Bool {
    guard let field = filters.first?.field else { return true }
    switch field {
    case .hour, .weekday: return clockBits != 0
    case .ip: return haveCommonAddress
    case .language: return haveCommonLanguage
    default:
      if let candidates = candidates(field) { return !candidates.isEmpty }
      return !filters.contains { $0.demandsWhatIsRefused(by: filters) }
    }
  }

  /// Hours or weekdays that all of them allow.
  private var clockBits: UInt32 {
    filters.reduce(~0) { bits, filter in
      if case .clock(let allowed, _) = filter.rule { bits & allowed } else { bits }
    }
  }

  /// Ranges are nested or apart: an address in one range of each list is in the smallest of these, so that smallest one
  /// lies within every list.
  private var haveCommonAddress: Bool {
    let lists = filters.compactMap(\.innerRanges)
    guard !lists.isEmpty else { return true }
    let excluded = filters.flatMap { $0.outerRanges ?? [] }
    return lists.joined().contains { range in
      lists.allSatisfy { $0.contains { $0.covers(range) } } && !excluded.contains { $0.covers(range) }
    }
  }

  /// The same goes for languages: `de` covers `de-at`, or two have nothing in common.
  private var haveCommonLanguage: Bool {
    let wanted = filters.compactMap(\.wantedValues)
    guard !wanted.isEmpty else { return true }
    return wanted.joined().contains { text in
      LanguageTag(text).map { tag in filters.allSatisfy { $0.accepts(tag) } } ?? true
    }
  }

  /// Every value that matches all of them, where that can be said: one names its values, or there are only a few.
  private func candidates(_ field: FilterField) -> [String]? {
    let named =
      field == .visitor ? VisitorHistory.allCases.map(\.rawValue) : filters.lazy.compactMap(\.wantedValues).first
    return named.map { values in values.filter { value in filters.allSatisfy { $0.accepts(value) } } }
  }

  // Does matching all of them mean matching another?

  func imply(_ other: FlowFilter) -> Bool {
    if other.matchesWhateverComes { return true }
    switch other.field {
    case .hour, .weekday:
      guard case .clock(let allowed, _) = other.rule else { return false }
      return !filters.isEmpty && clockBits & ~allowed == 0
    case .ip, .language: return filters.contains { $0.implies(other) }
    default:
      if let candidates = candidates(other.field) { return candidates.allSatisfy { other.accepts($0) } }
      return filters.contains { $0.implies(other) }
    }
  }
}
