import Core

/// What a filter says of a visitor.
enum FilterVerdict: Equatable {
  case matched
  case missed
  /// The fact it asks for is not known, so it matches in neither direction.
  case unknown(MissingFact)
}

/// A fact that some filter asked for in vain; the raw value is its reason code in the trace.
enum MissingFact: String, CaseIterable {
  case geo = "geo_unknown"
  case agent = "agent_unknown"
  case language = "language_unknown"
}

extension FlowFilter {
  func verdict(on facts: ClickFacts, at now: Timestamp) -> FilterVerdict {
    switch field {
    case .country: compare(facts.country, or: .geo) { CountryAlias.resolved($0) }
    case .device: compare(facts.device, or: .agent)
    case .os: compare(facts.os, or: .agent)
    case .browser: compare(facts.browser, or: .agent)
    case .language: compare(facts.language)
    // A visitor who sends no referrer or sub id is known to have none: that is a value, and a negation matches it.
    case .referrer: compare(facts.referrer ?? "")
    case .referrerDomain: compare(facts.referrerDomain ?? "")
    case .sub(let number): compare(facts.subs[number] ?? "")
    case .hour, .weekday: compare(now)
    }
  }

  /// The value it matched, for the trace.
  func shown(_ facts: ClickFacts, at now: Timestamp) -> String {
    switch field {
    case .country: facts.country ?? ""
    case .device: facts.device ?? ""
    case .os: facts.os ?? ""
    case .browser: facts.browser ?? ""
    case .language: facts.language?.text ?? ""
    case .referrer: facts.referrer ?? ""
    case .referrerDomain: facts.referrerDomain ?? ""
    case .sub(let number): facts.subs[number] ?? ""
    case .hour: clockNumber(at: now).map { "\($0)" } ?? ""
    case .weekday: clockNumber(at: now).map { LocalClock.shortName(weekday: $0) } ?? ""
    }
  }

  private func compare(
    _ fact: String?, or missing: MissingFact, resolving: (String) -> String = { $0 }
  ) -> FilterVerdict {
    guard let fact, !fact.isEmpty else { return .unknown(missing) }
    return compare(resolving(fact.lowercased()))
  }

  private func compare(_ fact: String) -> FilterVerdict {
    let fact = fact.lowercased()
    let matches: Bool
    switch rule {
    case .any(let values): matches = values.contains(fact)
    case .noneOf(let values): matches = !values.contains(fact)
    case .contains(let parts): matches = parts.hasPart(of: fact)
    case .containsNone(let parts): matches = !parts.hasPart(of: fact)
    case .clock: matches = false
    }
    return matches ? .matched : .missed
  }

  private func compare(_ tag: LanguageTag?) -> FilterVerdict {
    guard let tag else { return .unknown(.language) }
    let matches: Bool
    switch rule {
    case .any(let ranges): matches = tag.isCovered(by: ranges)
    case .noneOf(let ranges): matches = !tag.isCovered(by: ranges)
    case .contains, .containsNone, .clock: matches = false
    }
    return matches ? .matched : .missed
  }

  private func compare(_ now: Timestamp) -> FilterVerdict {
    guard case .clock(let bits, _) = rule, let number = clockNumber(at: now) else { return .missed }
    return bits >> UInt32(number) & 1 == 1 ? .matched : .missed
  }

  private func clockNumber(at now: Timestamp) -> Int? {
    guard case .clock(_, let clock) = rule else { return nil }
    return field == .hour ? clock.hour(at: now) : clock.weekday(at: now)
  }
}
