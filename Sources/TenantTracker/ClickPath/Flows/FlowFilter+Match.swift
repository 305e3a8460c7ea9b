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
  func verdict(on facts: borrowing ClickFacts, at now: Timestamp) -> FilterVerdict {
    switch field {
    case .country: compare(facts.country.map { CountryAlias.resolved($0.lowercased()) }, or: .geo)
    case .region: compare(facts.region, or: .geo)
    case .city: compare(facts.city, or: .geo)
    case .isp: compare(facts.isp, or: .geo)
    case .connection: compare(facts.connection, or: .geo)
    case .ip: compare(facts.address)
    case .visitor: compare(facts.history.rawValue)
    case .userAgent: compare(facts.userAgent, or: .agent)
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
  /// - Parameter address: the visitor's as it may be stored.
  func shown(_ facts: borrowing ClickFacts, address: IPAddress, at now: Timestamp) -> String {
    switch field {
    case .country: facts.country ?? ""
    case .region: facts.region ?? ""
    case .city: facts.city ?? ""
    case .isp: facts.isp ?? ""
    case .connection: facts.connection ?? ""
    case .ip: address.description
    case .visitor: facts.history.rawValue
    case .userAgent: userAgentPart(facts.userAgent)
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

  private func compare(_ fact: String?, or missing: MissingFact) -> FilterVerdict {
    guard let fact, !fact.isEmpty else { return .unknown(missing) }
    return compare(fact)
  }

  /// A user agent is long, and the click has it: only the part that was looked for.
  private func userAgentPart(_ agent: String?) -> String {
    guard case .contains(let parts) = rule, let agent else { return "other" }
    return parts.firstPart(of: searchable(agent)) ?? "other"
  }

  private func compare(_ address: IPAddress) -> FilterVerdict {
    switch rule {
    case .within(let ranges): ranges.contains { $0.contains(address) } ? .matched : .missed
    case .outside(let ranges): ranges.contains { $0.contains(address) } ? .missed : .matched
    case .any, .noneOf, .contains, .containsNone, .clock: .missed
    }
  }

  private func compare(_ fact: String) -> FilterVerdict {
    switch rule {
    case .contains, .containsNone: accepts(searchable(fact)) ? .matched : .missed
    case .any, .noneOf, .within, .outside, .clock: accepts(fact.lowercased()) ? .matched : .missed
    }
  }

  /// The search for parts does not mind the case of ASCII: most user agents and referrers need no copy.
  private func searchable(_ text: String) -> String {
    text.utf8.allSatisfy { $0 < 0x80 } ? text : text.lowercased()
  }

  /// Whether a text filter matches this value.
  /// - Parameter value: Lower case.
  func accepts(_ value: String) -> Bool {
    switch rule {
    case .any(let values): values.contains(value)
    case .noneOf(let values): !values.contains(value)
    case .contains(let parts): parts.hasPart(of: value)
    case .containsNone(let parts): !parts.hasPart(of: value)
    case .within, .outside, .clock: false
    }
  }

  private func compare(_ tag: LanguageTag?) -> FilterVerdict {
    guard let tag else { return .unknown(.language) }
    return accepts(tag) ? .matched : .missed
  }

  /// Whether a language filter matches this language.
  func accepts(_ tag: LanguageTag) -> Bool {
    switch rule {
    case .any(let ranges): tag.isCovered(by: ranges)
    case .noneOf(let ranges): !tag.isCovered(by: ranges)
    case .contains, .containsNone, .within, .outside, .clock: false
    }
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
