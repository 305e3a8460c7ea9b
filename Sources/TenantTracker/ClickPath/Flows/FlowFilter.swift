import Core

/// Why a filter as configured means nothing.
public enum FilterFault: Error, Hashable, Sendable {
  case unknownField(String)
  case unknownOperator(String)
  /// The field has no such comparison.
  case operatorDoesNotApply(FilterField, FilterOperator)
  case noValues
  case badValue(FilterField, String)
  case unknownZone(String)

  /// For people, without a full stop.
  public var message: String {
    switch self {
    case .unknownField(let name): "there is no filter “\(name)”"
    case .unknownOperator(let name): "there is no operator “\(name)”"
    case .operatorDoesNotApply(let field, let op): "“\(op.rawValue)” does not apply to \(field.rawValue)"
    case .noValues: "needs at least one value"
    case .badValue(.country, let value): "“\(value)” is no two-letter country code"
    case .badValue(.ip, let value): "“\(value)” is no IP address or range such as 203.0.113.0/24"
    case .badValue(.visitor, let value): "“\(value)” is neither new nor returning"
    case .badValue(.hour, let value): "“\(value)” is no hour (0 to 23) or range of hours (9-17)"
    case .badValue(.weekday, let value): "“\(value)” is no day of the week (mon to sun)"
    case .badValue(.language, let value): "“\(value)” is no language such as en or pt-BR"
    case .badValue(let field, let value): "“\(value)” is no value for \(field.rawValue)"
    case .unknownZone(let name): "“\(name)” is no known time zone"
    }
  }
}

/// One compiled condition of a flow. Values are lower-cased and in sets, so a list of all countries costs one look-up.
public struct FlowFilter: Hashable, Sendable {
  public let field: FilterField
  let rule: Rule

  enum Rule: Hashable, Sendable {
    case any(TextSet)
    case noneOf(TextSet)
    case contains(TextSet)
    case containsNone(TextSet)
    case within([CIDR])
    case outside([CIDR])
    /// Bit n stands for hour or weekday n (0 is Monday).
    case clock(bits: UInt32, LocalClock)
  }

  /// - Parameter clock: The clock of a zone name (nil: the tenant's), nil if there is no such zone.
  public init(_ record: FilterRecord, clock: (String?) -> LocalClock?) throws(FilterFault) {
    guard let field = FilterField(rawValue: record.field) else { throw .unknownField(record.field) }
    guard let op = FilterOperator(rawValue: record.op) else { throw .unknownOperator(record.op) }
    guard field.operators.contains(op) else { throw .operatorDoesNotApply(field, op) }
    guard !record.values.isEmpty else { throw .noValues }
    self.field = field
    switch field {
    case .hour, .weekday:
      var bits: UInt32 = 0
      for value in record.values { bits |= try field.clockBits(value) }
      if op.isNegated { bits = ~bits & (field == .hour ? 0xFF_FFFF : 0x7F) }
      guard let clock = clock(record.zone) else { throw .unknownZone(record.zone ?? "") }
      rule = .clock(bits: bits, clock)
    case .ip:
      var ranges: [CIDR] = []
      for value in record.values {
        guard let range = CIDR(value) else { throw .badValue(field, value) }
        ranges.append(range)
      }
      let ordered = Set(ranges).sorted { ($0.base, $0.prefix) < ($1.base, $1.prefix) }
      rule = op.isNegated ? .outside(ordered) : .within(ordered)
    default:
      var normalized: Set<String> = []
      for value in record.values { normalized.insert(try field.normalized(value)) }
      let values = TextSet(normalized)
      switch (op.comparesParts, op.isNegated) {
      case (false, false): rule = .any(values)
      case (false, true): rule = .noneOf(values)
      case (true, false): rule = .contains(values)
      case (true, true): rule = .containsNone(values)
      }
    }
  }
}

extension FilterField {
  /// A value as it is compared.
  fileprivate func normalized(_ value: String) throws(FilterFault) -> String {
    let text = value.lowercased()
    switch self {
    case .country:
      guard text.utf8.count == 2, text.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A }) else {
        throw .badValue(self, value)
      }
      return CountryAlias.resolved(text)
    case .language:
      guard let tag = LanguageTag(text) else { throw .badValue(self, value) }
      return tag.text
    case .visitor:
      guard VisitorHistory(rawValue: text) != nil else { throw .badValue(self, value) }
      return text
    case .referrer, .referrerDomain, .sub: return text  // empty: none was sent
    default:
      guard !text.isEmpty else { throw .badValue(self, value) }
      return text
    }
  }

  /// `9`, `9-17`, `22-6` (over midnight); `mon`, `Monday`, `1`, `mon-fri`.
  fileprivate func clockBits(_ value: String) throws(FilterFault) -> UInt32 {
    let ends = value.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = clockNumber(ends[0]), let last = clockNumber(ends[ends.count - 1]) else {
      throw .badValue(self, value)
    }
    let size = self == .hour ? 24 : 7
    let length = (last - first + size) % size
    return (0...length).reduce(0) { $0 | 1 << UInt32((first + $1) % size) }
  }

  private func clockNumber(_ text: Substring) -> Int? {
    if self == .hour { return Int(text).flatMap { (0...23).contains($0) ? $0 : nil } }
    if let number = Int(text) { return (1...7).contains(number) ? number - 1 : nil }
    let name = text.lowercased()
    return LocalClock.weekdayNames.firstIndex { $0 == name || $0.prefix(3) == name }
  }
}

/// Country codes that people and sources write for the official one.
enum CountryAlias {
  /// - Parameter code: Lower case.
  static func resolved(_ code: String) -> String { code == "uk" ? "gb" : code }
}
