import Conversions
import Core
import Web

extension CommissionRuleEntry {
  /// Percentages up to 1,000: more is a slip.
  private static let percentRange = Micros.zero...Micros(rawValue: 1_000_000_000)
  private static let mostTiers = 20

  static func read(_ fields: inout FieldReader, current: Draft?, defaults: TenantDefaults) throws -> Draft? {
    var draft =
      current
      ?? Draft(
        name: "", scope: CommissionScope(), status: .active,
        terms: CommissionTerms(model: .cpa, rate: .init(), currency: defaults.currency), notes: "")
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    readScope(&fields, &draft.scope)
    if let status = fields.optionalOneOf("status", Publisher.Status.allCases.map(\.rawValue)) {
      draft.status = status.flatMap(Publisher.Status.init(rawValue:)) ?? .active
    }
    if let currency = fields.optionalCurrency("currency") { draft.terms.currency = currency ?? defaults.currency }
    try readTerms(&fields, &draft.terms, isNew: current == nil)
    if let notes = fields.optionalString("notes", length: 0...10_000) { draft.notes = notes ?? "" }
    return draft
  }

  private static func readScope(_ fields: inout FieldReader, _ scope: inout CommissionScope) {
    if let id = fields.optionalInt("publisher_id", range: 1...Int64.max) { scope.publisherID = id }
    if let id = fields.optionalInt("offer_id", range: 1...Int64.max) { scope.offerID = id }
    if let id = fields.optionalInt("network_id", range: 1...Int64.max) { scope.networkID = id }
    if let type = fields.optionalString("type", length: 1...64) { scope.type = type.map { ConversionType(word: $0) } }
    if let goal = fields.optionalString("goal", length: 1...255) { scope.goal = goal.map(ConversionGoal.key) }
  }

  private static func readTerms(_ fields: inout FieldReader, _ terms: inout CommissionTerms, isNew: Bool) throws {
    let models = CommissionTerms.Model.allCases.map(\.rawValue)
    if isNew || fields.has("model") {
      terms.model = fields.oneOf("model", models).flatMap(CommissionTerms.Model.init(rawValue:)) ?? terms.model
    }
    if let amount = fields.optionalMicros("amount") { terms.rate.amount = amount ?? .zero }
    if let percent = fields.optionalMicros("percent", range: percentRange) { terms.rate.percent = percent ?? .zero }
    if let minimum = fields.optionalMicros("minimum") { terms.minimum = minimum ?? .zero }
    try readTiers(&fields, &terms)
    // What the model has no use for is not kept: nobody shall read it as agreed.
    if !terms.paysAmount { terms.rate.amount = .zero }
    if !terms.paysShare { terms.rate.percent = .zero }
    if fields.faults.isEmpty, terms.tiers == nil, terms.minimum == .zero {
      if terms.paysAmount, terms.rate.amount == .zero { fields.fault("amount", "required", "must be more than 0") }
      if terms.paysShare, terms.rate.percent == .zero { fields.fault("percent", "required", "must be more than 0") }
    }
  }

  private static func readTiers(_ fields: inout FieldReader, _ terms: inout CommissionTerms) throws {
    var basis = terms.tiers?.basis
    if let named = fields.optionalOneOf("tier_basis", CommissionTiers.Basis.allCases.map(\.rawValue)) {
      basis = named.flatMap(CommissionTiers.Basis.init(rawValue:))
    }
    guard let list = fields.optionalArray("tiers", max: mostTiers) else {
      if let basis, let tiers = terms.tiers, basis != tiers.basis {
        fields.fault("tiers", "required", "must be given anew for another basis")
      }
      if basis == nil { terms.tiers = nil }
      return
    }
    guard let list, !list.isEmpty else {
      terms.tiers = nil
      return
    }
    guard let basis else {
      fields.fault("tier_basis", "required", "must be count or volume")
      return
    }
    var steps: [CommissionTiers.Step] = []
    for (index, element) in list.enumerated() {
      if let step = try step(element, at: index, basis, terms.model, after: steps.last, &fields) { steps.append(step) }
    }
    terms.tiers = CommissionTiers(basis: basis, steps: steps)
  }

  private static func step(
    _ element: JSONValue, at index: Int, _ basis: CommissionTiers.Basis, _ model: CommissionTerms.Model,
    after last: CommissionTiers.Step?, _ fields: inout FieldReader
  ) throws -> CommissionTiers.Step? {
    var entry = try FieldReader(element, path: "tiers[\(index)]")
    let after: Int64? =
      switch basis {
      case .count: entry.int("after", range: 1...1_000_000_000)
      case .volume: entry.micros("after", range: Micros(rawValue: 1) ... .greatestAmount)?.rawValue
      }
    if let after, let last, after <= last.after { entry.fault("after", "order", "must be more than the tier before") }
    var rate = CommissionTerms.Rate()
    if let amount = entry.optionalMicros("amount") { rate.amount = model == .revshare ? .zero : amount ?? .zero }
    if let percent = entry.optionalMicros("percent", range: percentRange) {
      rate.percent = model == .cpa ? .zero : percent ?? .zero
    }
    fields.adopt(entry)
    return after.map { CommissionTiers.Step(after: $0, rate: rate) }
  }
}
