import Core

extension ClickStep {
  /// The fraud score, for tenants whose licence has it. Leaves a reason code for each factor: `bot:ua+40`.
  ///
  /// Counts every hit that counts, whatever becomes of it later: a bot that is stopped goes on flooding.
  /// - Parameter automatic: where addresses go that scored so high that they shall be listed.
  public static func fraud(_ windows: FloodWindows, _ automatic: AutomaticEntries) -> ClickStep {
    ClickStep(.fraud) { hit in
      guard hit.tenant.scoresFraud else { return nil }
      let isListed = hit.isListed || automatic.contains(hit.facts.address, of: hit.tenant.id)
      let factors = hit.fraudFactors(windows, isListed: isListed)
      let score = factors.score
      hit.facts.fraudScore = score
      guard score > 0 else { return nil }
      let codes = factors.codes
      for code in codes { hit.note(code) }
      if score >= FraudScore.blacklisting, !isListed { hit.list(automatic, score, codes) }
      return nil
    }
  }

  /// Stops bots where the campaign has its filter on: known ones, the blacklist's, and those whose score says so.
  public static let botFilter = ClickStep(.botFilter) { hit in
    guard hit.campaign.botFilter.isEnabled else { return nil }
    if hit.facts.bot != nil { return .knownBot }
    if hit.tenant.blacklist.origin(of: hit.facts.address, at: hit.request.now) == .manual { return .blacklisted }
    if let score = hit.facts.fraudScore, score >= FraudScore.blocking { return .fraudScore }
    return nil
  }
}

extension Hit {
  fileprivate var isListed: Bool { tenant.blacklist.origin(of: facts.address, at: request.now) != nil }

  fileprivate func fraudFactors(_ windows: FloodWindows, isListed: Bool) -> FraudFactors {
    var factors: FraudFactors = []
    if facts.bot != nil { factors.insert(.knownBot) }
    let clicks =
      isRehearsal
      ? windows.counts(facts.address, of: tenant.id, at: moment)
      : windows.note(facts.address, of: tenant.id, at: moment)
    if clicks.isShortFlood { factors.insert(.shortFlood) }
    if clicks.isLongFlood { factors.insert(.longFlood) }
    if let provider = facts.isp, DatacenterWords.match(provider) { factors.insert(.datacenter) }
    if isListed { factors.insert(.blacklisted) }
    if (facts.userAgent?.utf8.count ?? 0) < FraudScore.leastAgentLength { factors.insert(.shortAgent) }
    return factors
  }

  /// Puts the address on the blacklist. Not where addresses are anonymised: the address itself must not be kept, and the
  /// range that is left of it would take its neighbours along.
  fileprivate func list(_ automatic: AutomaticEntries, _ score: UInt8, _ codes: [String]) {
    guard !isRehearsal, !tenant.settings.anonymizesAddresses else { return }
    let entry = AutomaticEntries.Entry(
      tenantID: tenant.id, address: facts.address,
      reason: "score \(score): \(codes.joined(separator: " "))")
    if automatic.add(entry) { note("auto_blacklist") }
  }
}
