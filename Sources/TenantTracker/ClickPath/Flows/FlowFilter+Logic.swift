import Core

// What a single filter says of others on the same fact. Each of these is true only where it is certain.

extension FlowFilter {
  /// The values that it lets in, where it names them.
  var wantedValues: [String]? {
    if case .any(let values) = rule { values.values } else { nil }
  }

  var innerRanges: [CIDR]? {
    if case .within(let ranges) = rule { ranges } else { nil }
  }

  var outerRanges: [CIDR]? {
    if case .outside(let ranges) = rule { ranges } else { nil }
  }

  /// Matches every visitor. Where a fact may be unknown, no filter on it does.
  var matchesWhateverComes: Bool {
    switch (field, rule) {
    case (.hour, .clock(let bits, _)): bits == 0xFF_FFFF
    case (.weekday, .clock(let bits, _)): bits == 0x7F
    case (.referrer, .contains(let parts)), (.referrerDomain, .contains(let parts)), (.sub, .contains(let parts)):
      parts.contains("")
    default: false
    }
  }

  /// Whether each of the parts that it asks for holds one that `others` refuse.
  func demandsWhatIsRefused(by others: [FlowFilter]) -> Bool {
    let refused = others.compactMap { other -> TextSet? in
      if case .containsNone(let parts) = other.rule { parts } else { nil }
    }
    switch rule {
    case .contains(let parts): return parts.values.allSatisfy { part in refused.contains { $0.hasPart(of: part) } }
    case .containsNone(let parts): return parts.contains("")
    default: return false
    }
  }

  /// Whether every value that matches this matches `other`.
  func implies(_ other: FlowFilter) -> Bool {
    switch (rule, other.rule) {
    case (.any(let mine), _) where field == .language: LanguageRanges(mine).lie(within: other.rule)
    case (.noneOf(let mine), .noneOf(let theirs)) where field == .language:
      theirs.values.allSatisfy { LanguageTag($0)?.isCovered(by: mine) ?? false }
    case (.any(let mine), _): mine.values.allSatisfy { other.accepts($0) }
    case (.noneOf(let mine), .noneOf(let theirs)): theirs.values.allSatisfy { mine.contains($0) }
    case (.contains(let mine), .contains(let theirs)): mine.values.allSatisfy { theirs.hasPart(of: $0) }
    case (.contains(let mine), .noneOf(let theirs)): theirs.values.allSatisfy { !mine.hasPart(of: $0) }
    case (.containsNone(let mine), .containsNone(let theirs)), (.containsNone(let mine), .noneOf(let theirs)):
      theirs.values.allSatisfy { mine.hasPart(of: $0) }
    case (.within(let mine), .within(let theirs)): mine.allSatisfy { range in theirs.contains { $0.covers(range) } }
    case (.within(let mine), .outside(let theirs)):
      mine.allSatisfy { range in !theirs.contains { $0.covers(range) || range.covers($0) } }
    case (.outside(let mine), .outside(let theirs)): theirs.allSatisfy { range in mine.contains { $0.covers(range) } }
    default: false
    }
  }
}

/// The languages that a filter lets in: each range with all that it covers.
private struct LanguageRanges {
  let ranges: TextSet

  init(_ ranges: TextSet) { self.ranges = ranges }

  func lie(within rule: FlowFilter.Rule) -> Bool {
    switch rule {
    case .any(let theirs): ranges.values.allSatisfy { LanguageTag($0)?.isCovered(by: theirs) ?? false }
    case .noneOf(let theirs):
      // Neither may a range be refused, nor a part of it.
      ranges.values.allSatisfy { LanguageTag($0).map { !$0.isCovered(by: theirs) } ?? false }
        && theirs.values.allSatisfy { LanguageTag($0).map { !$0.isCovered(by: ranges) } ?? false }
    case .contains, .containsNone, .within, .outside, .clock: false
    }
  }
}

extension CIDR {
  /// Whether every address of `other` is one of these.
  func covers(_ other: CIDR) -> Bool { contains(other.base) && prefixOfV6 <= other.prefixOfV6 }

  /// The prefix length with IPv4 addresses taken as IPv6 ones.
  private var prefixOfV6: Int { base.isV4 ? prefix + 96 : prefix }
}
