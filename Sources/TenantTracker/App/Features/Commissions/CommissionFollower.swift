import Conversions
import Core
import Database

/// Keeps the commission of each conversion that a publisher brought, in the transaction that writes the conversion.
struct CommissionFollower: ConversionFollower {
  private let rules = CommissionRuleStore()
  private let commissions = CommissionStore()
  private let statements = StatementStore()

  func concerns(_ conversion: Conversion, _ terms: ConversionTerms) -> Bool { conversion.publisherID != nil }

  func follow(_ written: WrittenConversion, in connection: Connection, of scope: TenantScope) async throws {
    let conversion = written.conversion
    guard let publisherID = conversion.publisherID else { return }
    let schema = scope.schema
    let known = try await commissions.lock(conversion.id, in: connection, schema: schema)
    guard known != nil || !conversion.status.isRefusal,
      let ground = try await Ground.find(publisherID, in: connection, schema: schema)
    else { return }
    guard var commission = known else {
      return try await add(conversion, to: publisherID, on: ground, in: connection, schema)
    }
    let status = Commission.Status(conversion.status)
    let (base, isMissing) = try await ground.base(of: conversion, in: commission.currency, connection, schema)
    if let statement = commission.statementID,
      try await statements.isLocked(statement, in: connection, schema: schema)
    {
      return try await adjust(
        commission, to: status == .approved ? (base, isMissing) : nil, written, in: connection, schema)
    }
    let statement = commission.statementID
    (commission.base, commission.isBaseMissing, commission.status) = (base, isMissing, status)
    if status != .approved { commission.statementID = nil }
    commission.reckon()
    guard commission != known else { return }
    try await commissions.update(commission, at: conversion.updatedAt, in: connection, schema: schema)
    // The others of its statement may have another tier now.
    if let statement, commission.agreement.terms.tiers != nil {
      try await statements.settle(statement, at: conversion.updatedAt, in: connection, schema: schema)
    }
  }

  private func add(
    _ conversion: Conversion, to publisherID: Int64, on ground: Ground, in connection: Connection, _ schema: SchemaName
  ) async throws {
    guard ground.isActive else { return }
    let event = CommissionScope.Event(
      publisherID: publisherID, offerID: conversion.offerID, networkID: conversion.networkID,
      goal: conversion.goal.map(ConversionGoal.key), type: conversion.type)
    let counts = ground.types[conversion.type].counts
    guard let rule = try await rules.rules(for: event, in: connection, schema: schema).rule(for: event),
      rule.pays(counted: counts)
    else { return }
    let (base, isMissing) = try await ground.base(of: conversion, in: rule.terms.currency, connection, schema)
    var commission = Commission(
      conversionID: conversion.id, publisherID: publisherID,
      agreement: .init(
        ruleID: rule.id, ruleName: rule.name, terms: rule.terms, withAmount: rule.paysAmount(ofCounted: counts)),
      type: conversion.type, offerID: conversion.offerID, earnedAt: conversion.createdAt, base: base,
      isBaseMissing: isMissing, tier: 0, amount: .zero, status: Commission.Status(conversion.status))
    if let tiers = rule.terms.tiers {
      // As far as is known now; the statement settles it.
      commission.tier = tiers.tier(
        after: try await commissions.progress(before: commission, in: connection, schema: schema))
    }
    commission.reckon()
    try await commissions.insert(commission, at: conversion.updatedAt, in: connection, schema: schema)
  }

  /// What was billed stays billed: the difference goes into a statement to come.
  /// - Parameter standing: what the share is of now; nil when nothing is due any more.
  private func adjust(
    _ billed: Commission, to standing: (base: Micros, isMissing: Bool)?, _ written: WrittenConversion,
    in connection: Connection, _ schema: SchemaName
  ) async throws {
    var due = Micros.zero
    if let standing {
      // Without a rate there is nothing to say against what was billed.
      guard !standing.isMissing || billed.isBaseMissing else { return }
      due = billed.agreement.terms.commission(
        of: standing.base, withAmount: billed.agreement.withAmount, tier: billed.tier)
    }
    let before = [billed.amount, try await commissions.adjusted(billed.conversionID, in: connection, schema: schema)]
    let (conversion, time) = (written.conversion, written.conversion.updatedAt)
    if due != before.total {
      let reason =
        written.statusChanged
        ? "\(written.before?.status.rawValue ?? "") > \(conversion.status.rawValue)" : "payout changed"
      try await commissions.adjust(
        billed, by: due - before.total, reason: reason, at: time, in: connection, schema: schema)
    }
    var commission = billed
    if standing == nil {
      commission.status = .reversed
    } else if billed.status == .reversed, let statement = billed.statementID {
      commission.status =
        try await statements.isPaid(statement, in: connection, schema: schema) ? .paid : .approved
    }
    guard commission != billed else { return }
    try await commissions.update(commission, at: time, in: connection, schema: schema)
  }
}

extension CommissionFollower {
  /// What a commission depends on besides its rule.
  private struct Ground: Sendable {
    let isActive: Bool
    let types: ConversionTypeCatalog

    /// Nil when there is no such publisher.
    static func find(_ id: Int64, in connection: Connection, schema: SchemaName) async throws -> Ground? {
      let row = try await connection.first(
        """
        SELECT p.status = 'active' AND p.archived_at IS NULL AS active,
          \(ConversionTypeStore.catalog(schema)) AS conversion_types
        FROM \(schema).publishers p WHERE p.id = \(id)
        """)
      guard let row else { return nil }
      return Ground(
        isActive: try row.get("active"),
        types: ConversionTypeCatalog(try row.get("conversion_types", as: JSONValue?.self) ?? [:]))
    }

    /// What a share is of: the payout, at the rate of the conversion's day where it is in another currency.
    func base(
      of conversion: Conversion, in currency: Currency, _ connection: Connection, _ schema: SchemaName
    ) async throws -> (Micros, isMissing: Bool) {
      let payout = conversion.payout
      if !types[conversion.type].earns || payout.amount <= .zero { return (.zero, false) }
      if payout.currency == currency { return (payout.amount, false) }
      let day = conversion.createdAt.rateDay
      let table = try await CurrencyRateStore().table(day...day, in: connection, schema: schema)
      let converted = DayRates(table, of: [payout.currency], into: currency, on: day).converted(payout)
      return (converted ?? .zero, converted == nil)
    }
  }
}
